"""A printer's colour profile of our own: CMYK by look-up tables, as simple as one can be (ICC.1:2022, 10.12 and 9.2)."""

from __future__ import annotations

import struct

import numpy as np

GRID = 9


def cmyk_profile() -> bytes:
    """Inks are 1 - linear red, green and blue; there is no black."""
    lightness, a, b = np.meshgrid(*[np.linspace(0, 1, GRID)] * 3, indexing="ij")
    rgb = _rgb_of_lab(np.stack([lightness * 100, a * 255 - 128, b * 255 - 128], -1).reshape(-1, 3))
    inks = np.concatenate([1 - rgb, np.zeros((len(rgb), 1))], 1)
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 6) + b"Inks!\0" + bytes(78),
        b"cprt": b"text\0\0\0\0Public domain\0",
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061),
        **{name: _table(inks) for name in (b"B2A0", b"B2A1", b"B2A2")},
    }
    return _file(tags)


def _rgb_of_lab(lab: np.ndarray) -> np.ndarray:
    y = (lab[:, 0] + 16) / 116
    f = np.stack([y + lab[:, 1] / 500, y, y - lab[:, 2] / 200], 1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * [0.9642, 1.0, 0.8249]
    to_rgb = np.array([[3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.0334540], [0.0719453, -0.2289914, 1.4052427]])
    linear: np.ndarray = np.clip(xyz @ to_rgb.T, 0, 1)
    return linear


def _table(inks: np.ndarray) -> bytes:
    """A lut8Type from Lab to four inks."""
    header = b"mft1\0\0\0\0" + bytes([3, 4, GRID, 0]) + struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    ramp = bytes(range(256))
    table: bytes = np.rint(inks * 255).astype(np.uint8).tobytes()
    return header + ramp * 3 + table + ramp * 4


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
