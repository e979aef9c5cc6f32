"""Bad input on the command line: one sentence that names what is wrong and says what to do, and no half-written file."""

from __future__ import annotations

import errno
import os
import struct
import sys
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.api.places import places
from engine.imaging.files import load
from tests.engine.cli.commands import CommandLine, Said
from tests.tiny import picture_file

Words = tuple[str | Path | float, ...]
Stylize = Callable[..., Said]

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
NO_SUCH_THING = pytest.mark.skipif(IS_ROOT or sys.platform == "win32", reason="permissions do not hold root back")


@pytest.fixture
def prints(tmp_path: Path) -> Path:
    """The folder that results go to."""
    folder = tmp_path / "prints"
    folder.mkdir()
    return folder


@pytest.fixture
def stylize(sfumato: CommandLine, photo: Path, style: Path, prints: Path) -> Stylize:
    """`sfumato stylize` of a good photo in a good style; keywords change one thing."""

    def call(*options: str | float, content: object = photo, style: object = style, out: object = prints / "out.png") -> Said:
        return sfumato("stylize", str(content), "--style", str(style), "-o", str(out), *options)

    return call


def refused(said: Said, code: int, *parts: object, folder: Path) -> None:
    """One sentence with these parts, and nothing in the folder."""
    sentence = said.sentence(code)
    assert all(str(part) in sentence for part in parts), sentence
    assert list(folder.iterdir()) == []


# ---- the photo ----


def forged_png(width: int, height: int) -> bytes:
    """A PNG of under 100 bytes that says it is large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def forged_tiff(width: int, height: int) -> bytes:
    """A TIFF of 150 bytes that says it is large."""
    tags = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: width * height}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)


def jpeg(path: Path) -> bytes:
    picture_file(path.with_suffix(".jpg"), 200, 150)
    return path.with_suffix(".jpg").read_bytes()


BROKEN: dict[str, Callable[[Path], bytes]] = {
    "not an image": lambda path: b"Dear diary, today I painted.",
    "a web page": lambda path: b"<!DOCTYPE html><html>404 Not Found</html>",
    "a camera's raw file": lambda path: b"FUJIFILMCCD-RAW 0201" + bytes(200),
    "a document archive": lambda path: b"PK\x03\x04" + bytes(60),
    "an empty file": lambda path: b"",
    "a truncated JPEG": lambda path: jpeg(path)[:1500],
    "a JPEG's first bytes": lambda path: jpeg(path)[:20],
    "a truncated PNG": lambda path: picture_file(path.with_suffix(".png"), 90, 60).read_bytes()[:900],
    "a header without a picture": lambda path: b"\x89PNG\r\n\x1a\n",
    "a GIF without a frame": lambda path: b"GIF89a\1\0\1\0\0\0\0;",
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("role", ["content", "style", "mask"])
def test_what_is_no_whole_picture_is_named(stylize: Stylize, tmp_path: Path, prints: Path, kind: str, role: str) -> None:
    path = tmp_path / "broken.jpg"
    path.write_bytes(BROKEN[kind](tmp_path / "made"))
    said = stylize("--mask", str(path)) if role == "mask" else stylize(**{role: path})
    refused(said, 1, path, "is damaged" if kind in DAMAGED else "is not an image", folder=prints)


DAMAGED = {"a truncated JPEG", "a JPEG's first bytes", "a truncated PNG", "a header without a picture", "a GIF without a frame"}


@pytest.mark.parametrize(("suffix", "forge"), [("png", forged_png), ("tif", forged_tiff)])
@pytest.mark.parametrize("role", ["content", "style"])
def test_a_decompression_bomb_is_refused_with_its_numbers(
    stylize: Stylize, tmp_path: Path, prints: Path, suffix: str, forge: Callable[[int, int], bytes], role: str
) -> None:
    path = tmp_path / f"bomb.{suffix}"
    path.write_bytes(forge(30000, 20000))
    assert path.stat().st_size < 200
    refused(stylize(**{role: path}), 1, path, "30000 × 20000 = 600 MP", "200 MP", "SFUMATO_MAX_PIXELS", folder=prints)


def test_the_limit_can_be_set(stylize: Stylize, photo: Path, prints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFUMATO_MAX_PIXELS", "6143")
    refused(stylize(), 1, photo, "96 × 64", "0.006143 MP", folder=prints)
    monkeypatch.setenv("SFUMATO_MAX_PIXELS", "lots")
    refused(stylize(), 2, "SFUMATO_MAX_PIXELS", "'lots'", folder=prints)
    monkeypatch.setenv("SFUMATO_MAX_PIXELS", "6144")
    assert stylize().code == 0


@pytest.mark.parametrize("role", ["content", "style"])
def test_a_file_that_is_not_there_is_named(stylize: Stylize, tmp_path: Path, prints: Path, role: str) -> None:
    refused(stylize(**{role: tmp_path / "nowhere.jpg"}), 1, tmp_path / "nowhere.jpg", "does not exist", folder=prints)


@pytest.mark.parametrize("role", ["content", "style"])
def test_a_folder_is_no_picture(stylize: Stylize, tmp_path: Path, prints: Path, role: str) -> None:
    refused(stylize(**{role: tmp_path}), 1, tmp_path, "it is a folder", folder=prints)


@NO_SUCH_THING
def test_a_file_that_may_not_be_read_is_named(stylize: Stylize, photo: Path, prints: Path) -> None:
    photo.chmod(0)
    refused(stylize(), 1, photo, "Permission denied", folder=prints)


@pytest.mark.parametrize("role", ["content", "style"])
def test_a_read_that_is_denied_is_named(
    stylize: Stylize, photo: Path, style: Path, prints: Path, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    denied = {"content": photo, "style": style}[role]
    opened = Path.open

    def open_file(path: Path, *arguments: object, **options: object) -> object:
        if path == denied:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", open_file)
    refused(stylize(), 1, denied, "Permission denied", folder=prints)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders on this system")
def test_a_pipe_is_not_waited_for(stylize: Stylize, tmp_path: Path, prints: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    refused(stylize(content=tmp_path / "pipe.png"), 1, "pipe.png", "not an ordinary file", folder=prints)


def test_a_document_is_no_picture(stylize: Stylize, tmp_path: Path, prints: Path) -> None:
    (tmp_path / "mine.sfumato").write_bytes(b"PK\x03\x04")
    refused(stylize(content=tmp_path / "mine.sfumato"), 2, "mine.sfumato", "open it in the studio", folder=prints)


def test_a_name_that_is_too_long_is_one_sentence(stylize: Stylize, prints: Path) -> None:
    refused(stylize(content=f"{'a' * 3000}.png"), 1, "aaa.png", folder=prints)


# ---- odd pictures that are pictures all the same ----


def stripes(width: int, height: int) -> Image.Image:
    values = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(values)


def odd_picture(kind: str, folder: Path) -> Path:
    """A picture of 48 x 32 as it is seen."""
    image, path = stripes(48, 32), folder / "odd.png"
    match kind:
        case "CMYK":
            path = folder / "odd.jpg"
            image.convert("CMYK").save(path)
        case "palette":
            image.quantize(16).save(path)
        case "palette, transparent":
            image.quantize(16).save(path, transparency=3)
        case "animated GIF":
            path = folder / "odd.gif"
            image.save(path, save_all=True, append_images=[stripes(48, 32).rotate(180)], duration=50)
        case "animated WebP":
            path = folder / "odd.webp"
            image.save(path, save_all=True, append_images=[stripes(48, 32).rotate(180)], duration=50)
        case "16-bit grey":
            Image.fromarray(np.arange(48 * 32, dtype=np.uint16).reshape(32, 48) * 40).save(path)
        case "1 bit":
            image.convert("1").save(path)
        case "grey with alpha":
            image.convert("LA").save(path)
        case "EXIF-rotated":
            path = folder / "odd.jpg"
            exif = Image.Exif()
            exif[0x0112] = 6
            stripes(32, 48).save(path, exif=exif)
        case "named as another format":
            path = folder / "odd.jpg"
            image.save(path, "PNG")
        case "corrupt metadata":
            path = folder / "odd.jpg"
            image.save(path, exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x09\x00\xff\xff\xff\x7f" * 9)
        case "no suffix":
            path = folder / "odd"
            image.save(path, "PNG")
    return path


ODD = (
    "CMYK",
    "palette",
    "palette, transparent",
    "animated GIF",
    "animated WebP",
    "16-bit grey",
    "1 bit",
    "grey with alpha",
    "EXIF-rotated",
    "named as another format",
    "corrupt metadata",
    "no suffix",
)


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("role", ["content", "style"])
def test_odd_pictures_are_painted(stylize: Stylize, tmp_path: Path, photo: Path, prints: Path, kind: str, role: str) -> None:
    said = stylize(**{role: odd_picture(kind, tmp_path)})
    assert (said.code, said.err) == (0, "")
    painted = load(prints / "out.png")
    assert (painted.width, painted.height) == ((48, 32) if role == "content" else (96, 64))


def test_sixteen_bits_stay_sixteen(stylize: Stylize, tmp_path: Path, prints: Path) -> None:
    stylize("--strength", 0, content=odd_picture("16-bit grey", tmp_path))
    assert load(prints / "out.png").bits == 16


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (2, 3), (7, 5)])
def test_tiny_and_thin_pictures_are_painted(stylize: Stylize, tmp_path: Path, prints: Path, shape: tuple[int, int]) -> None:
    stripes(*shape).save(tmp_path / "thin.png")
    for role in ("content", "style"):
        said = stylize(**{role: tmp_path / "thin.png"})
        assert said.code == 0, said.err
    assert stylize(content=tmp_path / "thin.png", style=tmp_path / "thin.png").code == 0
    painted = load(prints / "out.png")
    assert (painted.width, painted.height) == shape


def test_pillows_warnings_are_not_told(stylize: Stylize, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        said = stylize(content=odd_picture("corrupt metadata", tmp_path))
    assert (said.code, said.err) == (0, "")


# ---- the output ----


def test_a_missing_output_folder_is_named(stylize: Stylize, prints: Path) -> None:
    refused(stylize(out=prints / "nowhere" / "out.png"), 1, prints / "nowhere", "make it first", folder=prints)


@NO_SUCH_THING
def test_an_output_folder_that_is_read_only_is_named(stylize: Stylize, prints: Path) -> None:
    prints.chmod(0o500)
    refused(stylize(), 1, prints / "out.png", "permission denied", folder=prints)


@pytest.mark.parametrize(("number", "part"), [(errno.EACCES, "permission denied"), (errno.EROFS, "read-only")])
def test_an_output_that_is_denied_is_named(stylize: Stylize, prints: Path, monkeypatch: pytest.MonkeyPatch, number: int, part: str) -> None:
    def touch(path: Path, *_: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "touch", touch)
    refused(stylize(), 1, prints / "out.png", part, folder=prints)


def test_a_full_disk_keeps_the_older_picture(stylize: Stylize, prints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (prints / "out.png").write_bytes(b"older")
    synced = os.fsync

    def fsync(descriptor: int) -> None:
        if any(path.stat().st_ino == os.fstat(descriptor).st_ino for path in prints.iterdir()):
            raise OSError(errno.ENOSPC, "No space left on device")
        synced(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    sentence = stylize().sentence(1)
    assert sentence == f"There is no room on the disk for {prints / 'out.png'}: free some space and try again."
    assert [(path.name, path.read_bytes()) for path in prints.iterdir()] == [("out.png", b"older")]


def test_a_full_disk_for_temporary_files_is_one_sentence(stylize: Stylize, prints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mkdtemp(*_: object, **__: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device", "temporary")

    monkeypatch.setattr("tempfile.mkdtemp", mkdtemp)
    refused(stylize(), 1, "no room on the disk for temporary", folder=prints)


@pytest.mark.parametrize("name", ["out", "out.", "out.xyz", "out.gif", "out.sfumato", ".png"])
def test_a_name_without_a_format_is_refused(stylize: Stylize, prints: Path, name: str) -> None:
    refused(stylize(out=prints / name), 2, prints / name, "end the name with .png", folder=prints)


def test_a_folder_as_output_needs_a_name(stylize: Stylize, prints: Path) -> None:
    refused(stylize(out=prints), 2, prints, "add a file name", folder=prints)
    (prints / "album.png").mkdir()
    assert "add a file name" in stylize(out=prints / "album.png").sentence(2)


@pytest.mark.parametrize("role", ["content", "style", "mask"])
def test_no_input_is_overwritten(stylize: Stylize, photo: Path, tmp_path: Path, prints: Path, role: str) -> None:
    mine = picture_file(tmp_path / "mine.png", 40, 40)
    before = mine.read_bytes()
    for out in (mine, tmp_path / "prints" / ".." / "mine.png"):
        said = stylize("--mask", str(mine), out=out) if role == "mask" else stylize(out=out, **{role: mine})
        refused(said, 2, out, "would be lost", folder=prints)
    assert mine.read_bytes() == before


def test_a_result_beyond_the_limit_is_refused_with_its_numbers(stylize: Stylize, prints: Path) -> None:
    refused(stylize("--size", 65536), 1, prints / "out.png", "65536 × 43691", "200 MP", folder=prints)


def test_a_side_that_the_format_cannot_hold_is_refused(stylize: Stylize, tmp_path: Path, prints: Path) -> None:
    stripes(16, 1).save(tmp_path / "line.png")
    said = stylize("--size", 16400, content=tmp_path / "line.png", out=prints / "out.webp")
    refused(said, 1, prints / "out.webp", "16383", folder=prints)


# ---- styles, weights and numbers ----


@pytest.mark.parametrize("name", ["Nobody's Painting", "nobody", "van gogh"])
def test_an_unknown_style_is_named(stylize: Stylize, prints: Path, name: str) -> None:
    refused(stylize(style=name), 2, f"no style called {name}", "an image file", folder=prints)


def test_a_style_without_a_name_is_refused(stylize: Stylize, prints: Path) -> None:
    refused(stylize(style=""), 2, "The style: it has no name", folder=prints)


@pytest.mark.parametrize("tail", ["much", "0,5", "50%", "", "1/2"])
def test_a_weight_that_is_no_number_is_named(stylize: Stylize, style: Path, prints: Path, tail: str) -> None:
    refused(stylize(style=f"{style}:{tail}"), 2, style, f"weight '{tail}'", "number", folder=prints)
    refused(stylize(style=f"tiny-waves:{tail}"), 2, "tiny-waves", f"weight '{tail}'", folder=prints)


@pytest.mark.parametrize("weight", ["-1", "1001", "nan", "inf", "-inf"])
def test_a_weight_out_of_range_is_named(stylize: Stylize, style: Path, prints: Path, weight: str) -> None:
    refused(stylize(style=f"{style}:{weight}"), 2, style, f"weight {weight}", "between 0 and 1000", folder=prints)


def test_weights_of_nothing_are_refused(stylize: Stylize, style: Path, prints: Path) -> None:
    refused(stylize("--style", "tiny-waves:0", style=f"{style}:0"), 2, "weights", "above 0", folder=prints)


def test_too_many_styles_are_refused(stylize: Stylize, prints: Path) -> None:
    refused(stylize(*["--style", "tiny-waves"] * 4), 2, "5 styles", "at most 4", folder=prints)


@pytest.mark.parametrize(
    ("option", "value", "parts"),
    [
        ("--strength", "1.01", ("Strength 1.01", "between 0 and 1")),
        ("--strength", "-0.1", ("Strength -0.1", "between 0 and 1")),
        ("--strength", "nan", ("Strength nan", "between 0 and 1")),
        ("--strength", "inf", ("Strength inf", "between 0 and 1")),
        ("--strength", "half", ("'--strength'",)),
        ("--style-scale", "0.2", ("Style scale 0.2", "between 0.25 and 4")),
        ("--style-scale", "5", ("Style scale 5", "between 0.25 and 4")),
        ("--style-scale", "nan", ("Style scale nan",)),
        ("--size", "0", ("size 0", "between 1 and 65536")),
        ("--size", "-5", ("size -5", "between 1 and 65536")),
        ("--size", "65537", ("size 65537",)),
        ("--size", "10.5", ("'--size'",)),
        ("--size", "1024px", ("'--size'",)),
        ("--seed", "lucky", ("'--seed'",)),
        ("--device", "gpu", ("'gpu'", "auto")),
        ("--model", "nobody", ("no model called nobody", "sfumato-style")),
        ("--colour", "red", ("--colour",)),
    ],
)
def test_a_value_out_of_range_is_named(stylize: Stylize, prints: Path, option: str, value: str, parts: tuple[str, ...]) -> None:
    refused(stylize(option, value), 2, *parts, folder=prints)


def test_json_says_failures_in_the_same_way(stylize: Stylize, prints: Path) -> None:
    refused(stylize("--json", "--strength", 2), 2, "Strength 2", folder=prints)


def test_a_damaged_model_is_named_and_skipped(stylize: Stylize, prints: Path) -> None:
    model = places().models / "sfumato-style.safetensors"
    (places().models / "another.safetensors").write_bytes(model.read_bytes()[:500])
    said = stylize()
    assert said.code == 0
    assert "another.safetensors is damaged" in said.err
    assert said.err.count("\n") == 1
    (prints / "out.png").unlink()
    model.write_bytes(b"")
    *skipped, sentence = stylize().err.splitlines()
    assert [line.partition(" is damaged")[0] for line in skipped] == [
        f"The model file {places().models / name}" for name in ("another.safetensors", "sfumato-style.safetensors")
    ]
    assert sentence == "sfumato: There is no model called sfumato-style (there are: none): see `sfumato models list`."
    assert list(prints.iterdir()) == []
