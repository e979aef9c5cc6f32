"""What a model file says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 1
"""The newest model format that this version reads and the one that it writes."""

HOUSE_GENERATOR = "scrolls-128"
"""The generator that is used where none is named."""


@dataclass(frozen=True)
class Manifest:
    """The metadata of a model file: which network it is for, and how its weights came to be."""

    id: str
    architecture: str
    path: Path
    licence: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    originality: Mapping[str, Any] = field(default_factory=dict)
    """Of a generator: whether its samples are copies of training pictures."""
    format: int = FORMAT

    @classmethod
    def of(cls, path: Path, metadata: Mapping[str, Any]) -> Manifest:
        """From a file's metadata; raises KeyError, TypeError or ValueError where it is not a manifest."""
        if int(metadata["format"]) > FORMAT:
            raise ValueError(f"its format {metadata['format']} is newer than this program")
        return cls(
            id=str(metadata["id"]),
            architecture=str(metadata["architecture"]),
            path=path,
            licence=str(metadata.get("licence", "")),
            config=dict(metadata["config"]),
            provenance=dict(metadata.get("provenance", {})),
            originality=dict(metadata.get("originality", {})),
            format=int(metadata["format"]),
        )
