"""A printer's colour profile of our own: CMYK by look-up tables, as simple as one can be (ICC.1:2022, 10.12 and 9.2)."""

from __future__ import annotations

import struct

import numpy as np

GRID = 9
FINE_GRID = 33
INK_GRID = 7
_TO_RGB = np.array([[3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.0334540], [0.0719453, -0.2289914, 1.4052427]])
_WHITE = np.array([0.9642, 1.0, 0.8249])


def cmyk_profile(two_ways: bool = False, darkest: float = 0.0) -> bytes:
    """Inks are 1 - linear red, green and blue; there is no black. `two_ways`: it says also how inks look, and with `darkest` no red,
    green or blue is below that."""
    grid = FINE_GRID if two_ways else GRID
    lightness, a, b = np.meshgrid(*[np.linspace(0, 1, grid)] * 3, indexing="ij")
    rgb = _rgb_of_lab(np.stack([lightness * 100, a * 255 - 128, b * 255 - 128], -1).reshape(-1, 3))
    rgb = np.clip((rgb - darkest) / (1 - darkest), 0, 1)
    inks = np.concatenate([1 - rgb, np.zeros((len(rgb), 1))], 1)
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 6) + b"Inks!\0" + bytes(78),
        b"cprt": b"text\0\0\0\0Public domain\0",
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061),
        **{name: _table(inks, 3, grid) for name in (b"B2A0", b"B2A1", b"B2A2")},
    }
    if two_ways:
        tags |= {name: _table(_looks(darkest), 4, INK_GRID) for name in (b"A2B0", b"A2B1", b"A2B2")}
    return _file(tags)


def _rgb_of_lab(lab: np.ndarray) -> np.ndarray:
    y = (lab[:, 0] + 16) / 116
    f = np.stack([y + lab[:, 1] / 500, y, y - lab[:, 2] / 200], 1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * _WHITE
    linear: np.ndarray = np.clip(xyz @ _TO_RGB.T, 0, 1)
    return linear


def _looks(darkest: float) -> np.ndarray:
    """Lab, 0..1 each, of every mixture of inks on a grid."""
    cyan, magenta, yellow, black = np.meshgrid(*[np.linspace(0, 1, INK_GRID)] * 4, indexing="ij")
    rgb = np.stack([(1 - ink) * (1 - black) for ink in (cyan, magenta, yellow)], -1).reshape(-1, 3) * (1 - darkest) + darkest
    ratio = rgb @ np.linalg.inv(_TO_RGB).T / _WHITE
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    lab = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)
    return np.clip(np.stack([lab[:, 0] / 100, (lab[:, 1] + 128) / 255, (lab[:, 2] + 128) / 255], 1), 0, 1)


def _table(values: np.ndarray, inputs: int, grid: int) -> bytes:
    """A lut8Type from Lab to four inks, or from four inks to Lab; `values` in 0..1."""
    outputs = values.shape[1]
    header = b"mft1\0\0\0\0" + bytes([inputs, outputs, grid, 0]) + struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    ramp = bytes(range(256))
    table: bytes = np.rint(values * 255).astype(np.uint8).tobytes()
    whole: bytes = header + ramp * inputs + table + ramp * outputs
    return whole


def _file(tags: dict[bytes, bytes]) -> bytes:
    offset = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, value in tags.items():
        padded = value + bytes(-len(value) % 4)
        table += name + struct.pack(">II", offset + len(data), len(value))
        data += padded
    size = offset + len(data)
    header = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02400000, b"prtr", b"CMYK", b"Lab ")
    header += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + table + data
