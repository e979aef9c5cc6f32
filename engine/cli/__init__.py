"""The command line: a second front beside the studio, over the same engine. It never imports Qt."""

from engine.cli.app import COMMANDS, main

__all__ = ["COMMANDS", "main"]
