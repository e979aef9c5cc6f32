"""Adversarial training of a generator on the artist's own folder."""
