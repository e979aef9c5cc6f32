from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import torch

from engine.api.errors import ModelDamaged, UnknownStyle
from engine.models import checkpoint
from engine.models.codes import EDGES, ENLARGED, GalleryCodes, bracket, natural_edge

CODES = {"waves": torch.linspace(-2, 2, len(EDGES) * 6).reshape(len(EDGES), 6), "ink": torch.ones(len(EDGES), 6)}
SOURCES = {"waves": 1600, "ink": 300}
GALLERY = GalleryCodes("print", CODES, SOURCES)


def test_codes_are_read_as_they_were_written(tmp_path: Path) -> None:
    GALLERY.write(tmp_path / "codes.safetensors")
    again = GalleryCodes.read(tmp_path / "codes.safetensors")
    assert again.fingerprint == "print"
    assert again.sources == SOURCES
    for name, codes in CODES.items():
        torch.testing.assert_close(again.codes[name], codes, rtol=1e-3, atol=1e-3)
        assert again.codes[name].dtype == torch.float32


def test_a_code_at_an_edge_is_the_one_made_there() -> None:
    for row, edge in enumerate(EDGES):
        assert torch.equal(GALLERY.at("waves", edge, "print"), CODES["waves"][row : row + 1])
    assert torch.equal(GALLERY.at("waves", 1, "print"), CODES["waves"][:1])
    assert torch.equal(GALLERY.at("waves", 1e6, "print"), CODES["waves"][-1:])


def test_between_two_edges_codes_are_mixed() -> None:
    between = GALLERY.at("waves", (512 * 768) ** 0.5, "print")
    torch.testing.assert_close(between, (CODES["waves"][5:6] + CODES["waves"][6:7]) / 2)


def test_brackets_surround_their_edge_without_a_jump() -> None:
    for edge in (97.0, 200, 500, 1023, 2000):
        parts = bracket(edge)
        assert parts[0][0] <= edge <= parts[-1][0]
        assert sum(share for _, share in parts) == pytest.approx(1)
    for low, high in itertools.pairwise(EDGES):
        assert dict(bracket(high - 1e-6)).get(high, 0) == pytest.approx(1, abs=1e-6)
        assert dict(bracket(low + 1e-6)).get(low, 0) == pytest.approx(1, abs=1e-6)


def test_codes_of_another_stylizer_are_of_no_use() -> None:
    with pytest.raises(UnknownStyle, match=r"waves .*another"):
        GALLERY.at("waves", 512, "other print")


def test_an_unknown_style_is_named() -> None:
    with pytest.raises(UnknownStyle, match="no style called dots"):
        GALLERY.at("dots", 512, "print")
    with pytest.raises(UnknownStyle, match="no style called dots"):
        GALLERY.source_edge("dots")


def test_a_style_spans_the_look_unless_its_picture_is_small() -> None:
    assert natural_edge(1024, GALLERY.source_edge("waves")) == 1024
    assert natural_edge(1024, GALLERY.source_edge("ink")) == ENLARGED * 300


@pytest.mark.parametrize(
    ("codes", "metadata", "reason"),
    [
        (CODES, {"stylizer": "print", "edges": [1, 2]}, "other sizes"),
        (CODES, {"stylizer": "print", "edges": 5}, "other sizes"),
        (CODES, {"stylizer": "print"}, "other sizes"),
        ({"ink": torch.ones(3, 6)}, {"stylizer": "print", "edges": EDGES}, "other sizes"),
        (CODES, {"edges": EDGES, "sources": SOURCES}, "which stylizer"),
        (CODES, {"stylizer": "print", "edges": EDGES}, "which stylizer and pictures"),
        (CODES, {"stylizer": "print", "edges": EDGES, "sources": {"ink": 300}}, "which stylizer and pictures"),
        (CODES, {"stylizer": "print", "edges": EDGES, "sources": {"ink": "wide", "waves": 1}}, "which stylizer and pictures"),
    ],
)
def test_a_file_that_holds_no_codes_is_named(
    tmp_path: Path, codes: dict[str, torch.Tensor], metadata: dict[str, object], reason: str
) -> None:
    checkpoint.write(tmp_path / "codes.safetensors", codes, metadata)
    with pytest.raises(ModelDamaged, match=rf"codes\.safetensors .*{reason}"):
        GalleryCodes.read(tmp_path / "codes.safetensors")
