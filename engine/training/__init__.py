"""Training, from the data to the checkpoint."""
