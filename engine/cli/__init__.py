"""The command line: a second front beside the studio, over the same engine. It never imports Qt."""

from engine.cli.app import main

__all__ = ["main"]
