"""Training the encoder that begins the search for a photo."""
