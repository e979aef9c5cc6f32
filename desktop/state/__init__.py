"""What the studio knows while it runs: objects with signals, no widgets."""
