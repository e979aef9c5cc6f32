"""What the artist sees: the window and its panels."""
