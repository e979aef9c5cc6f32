"""Small pictures and colour profiles made for the tests."""

from __future__ import annotations

import struct

import imagecodecs
import numpy as np
import numpy.typing as npt
import pytest

from engine.imaging.picture import Picture


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def deep_picture(rng: np.random.Generator) -> Picture:
    """24 × 16 random 16-bit samples with alpha."""
    return Picture(rng.integers(0, 65536, (16, 24, 3), dtype=np.uint16), rng.integers(0, 65536, (16, 24), dtype=np.uint16))


@pytest.fixture
def smooth() -> npt.NDArray[np.uint8]:
    """(32, 48, 3): gentle ramps that lossy codecs keep well."""
    y, x = np.mgrid[0:32, 0:48]
    return np.stack([x * 5, y * 7, 255 - x * 5], axis=-1).astype(np.uint8)


@pytest.fixture
def adobe_rgb() -> bytes:
    """A matrix profile whose green is far outside sRGB's."""
    return bytes(imagecodecs.cms_profile("adobergb"))


@pytest.fixture
def linear_grey() -> bytes:
    return bytes(imagecodecs.cms_profile("gray", gamma=1.0))


@pytest.fixture
def inverse_cmyk() -> bytes:
    """An odd printing press: the darker the black ink, the lighter the print; other inks do nothing (ICC.1, lut8Type)."""
    identity = struct.pack(">9i", *(round(value * 65536) for value in (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    ramp = bytes(range(256))
    corners = b"".join(bytes([255 if index & 1 else 0, 128, 128]) for index in range(16))  # K varies fastest; L, a, b
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + identity + ramp * 4 + corners + ramp * 3
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    text = b"text\0\0\0\0test\0\0\0\0"
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": lut, b"A2B1": lut, b"wtpt": white, b"cprt": text})


def _profile(device: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = bytearray(128)
    header[0:4] = struct.pack(">I", offset + len(body))
    header[8:12] = b"\x02\x40\0\0"
    header[12:24] = device + space + connection
    header[36:40] = b"acsp"
    header[68:80] = struct.pack(">3i", 63190, 65536, 54061)
    return bytes(header) + table + body
