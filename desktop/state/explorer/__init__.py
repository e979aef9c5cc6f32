"""The explorer without its widgets: where one is in a generator's space, and what can be done from there."""
