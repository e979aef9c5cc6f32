"""Many pictures in many styles: what is to be made, and the queue that makes it."""
