"""Measurements, not tests: each prints a table, and writes it as JSON with `--json FILE`."""
