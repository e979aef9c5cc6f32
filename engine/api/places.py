"""Where Sfumato keeps the user's things. `SFUMATO_HOME` overrides the platform's own folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The user's data folder; its parts are made when something is first written to them."""

    home: Path

    @property
    def blobs(self) -> Path:
        """The bytes of every picture taken in, one file each, named by SHA-256."""
        return self.home / "blobs"

    @property
    def styles(self) -> Path:
        """The artist's own styles."""
        return self.home / "styles"

    @property
    def models(self) -> Path:
        """Models that the artist trained or brought."""
        return self.home / "models"

    @property
    def runs(self) -> Path:
        """Training runs: a folder for each model, and in it a numbered one for each run."""
        return self.home / "runs"

    @property
    def library(self) -> Path:
        """Generated pictures and their parents."""
        return self.home / "library.sqlite"

    @property
    def recovery(self) -> Path:
        """Autosaved documents."""
        return self.home / "recovery"

    @property
    def crashes(self) -> Path:
        """Reports of crashes, which stay on this machine."""
        return self.home / "crashes"

    @property
    def cache(self) -> Path:
        """What can be made again: compiled networks."""
        return self.home / "cache"

    @property
    def settings(self) -> Path:
        return self.home / "settings.json"

    @property
    def log(self) -> Path:
        return self.home / "sfumato.log"


def places() -> Places:
    """The user's folder. Where the system knows of no home (HOME is not set, and the user has no entry), one beside its temporary files."""
    override = os.environ.get("SFUMATO_HOME")
    if override:
        return Places(Path(override))
    import platformdirs  # late: training also runs from the source tree, on machines where little is installed

    home = Path(platformdirs.user_data_dir("sfumato", appauthor=False))
    if not home.is_absolute():
        import tempfile

        home = Path(tempfile.gettempdir()) / f"sfumato-home-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    return Places(home)
