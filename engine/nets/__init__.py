"""The networks, one family a file, in the papers' own terms."""
