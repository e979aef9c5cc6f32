"""Icons, menu entry and document type: what a desktop knows of the program before it is started."""

from __future__ import annotations

import configparser
import io
from pathlib import Path
from xml.etree import ElementTree

import draw_icons
import numpy as np
import pytest
from PIL import Image

from desktop.document.document import DOCUMENT_SUFFIX

LINUX = draw_icons.ROOT / "packaging" / "linux"


@pytest.mark.parametrize("size", draw_icons.PNG_SIZES)
def test_an_icon_of_each_size_is_there_and_as_the_drawing_is(size: int) -> None:
    committed = np.asarray(Image.open(draw_icons.ICONS / f"sfumato-{size}.png").convert("RGBA"), np.int16)
    drawn = np.asarray(Image.open(io.BytesIO(draw_icons.png(size))).convert("RGBA"), np.int16)
    assert committed.shape == (size, size, 4)
    assert abs(committed - drawn).mean() < 2, "draw them again: python packaging/draw_icons.py"
    assert committed[0, 0, 3] == 0 and committed[size // 2, size // 2, 3] == 255


def test_windows_and_macos_find_their_sizes() -> None:
    with Image.open(draw_icons.ICONS / "sfumato.ico") as icon:
        assert icon.info["sizes"] == {(size, size) for size in draw_icons.ICO_SIZES}
    with Image.open(draw_icons.ICONS / "sfumato.icns") as icon:
        assert {width * scale for width, _, scale in icon.info["sizes"]} >= {32, 64, 128, 256, 512, 1024}


def test_the_script_draws_them_all(tmp_path: Path) -> None:
    assert draw_icons.main([str(tmp_path)]) == 0
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in draw_icons.ICONS.iterdir()}


def test_the_menu_entry_starts_the_program_with_files() -> None:
    entry = configparser.RawConfigParser()
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(LINUX / "sfumato.desktop", encoding="utf-8")
    main = entry["Desktop Entry"]
    assert (main["Type"], main["Exec"], main["Icon"], main["Terminal"]) == ("Application", "sfumato %F", "sfumato", "false")
    assert main["StartupWMClass"] == "sfumato"
    assert {"application/x-sfumato", "image/png", "image/jpeg", "image/tiff"} <= set(main["MimeType"].strip(";").split(";"))


def test_documents_have_a_type_of_their_own() -> None:
    root = ElementTree.parse(LINUX / "sfumato.xml").getroot()
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    (kind,) = root.findall(f"{space}mime-type")
    (glob,) = kind.findall(f"{space}glob")
    assert (kind.get("type"), glob.get("pattern")) == ("application/x-sfumato", f"*{DOCUMENT_SUFFIX}")


def test_software_centres_read_the_same_names() -> None:
    root = ElementTree.parse(LINUX / "org.sfumato.Studio.metainfo.xml").getroot()
    assert root.findtext("launchable") == "sfumato.desktop"
    assert root.findtext("provides/mediatype") == "application/x-sfumato"
    assert root.findtext("project_license") == "Apache-2.0 AND GPL-3.0-or-later", "of the package, with what is in it"
