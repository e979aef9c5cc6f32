"""The faults are met on the command line, with its tiny model and its gallery of one style."""

from tests.engine.cli.conftest import _nothing_is_left, house, photo, sfumato, style

__all__ = ["_nothing_is_left", "house", "photo", "sfumato", "style"]
