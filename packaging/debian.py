"""The Debian package of a bundle: it lies in /opt/sfumato, with a link, a menu entry, icons and a document type in /usr."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import bundle

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}

PROVIDERS = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libstdc++.so.6": "libstdc++6",
    "libgcc_s.so.1": "libgcc-s1",
    "libdrm.so.2": "libdrm2",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libz.so.1": "zlib1g",
}
"""Which Debian package has a library that the bundle leaves to the system; the C library is told apart by its version."""

C_LIBRARY = re.compile(r"^(ld-linux|lib(c|m|mvec|dl|rt|pthread|resolv|util)\.so)")
DATA = ("fontconfig-config", "xkb-data", "libx11-data", "shared-mime-info", "hicolor-icon-theme")
"""What bundled libraries read: fontconfig its settings, xkbcommon its keyboards and compose keys."""

COPYRIGHT = f"""\
{bundle.COPYRIGHT}

Sfumato's own code is under the Apache License 2.0, below. This package as a whole, with the libraries in it, may be passed on under the
GNU General Public License, version 3 or later: /usr/share/common-licenses/GPL-3. The licences of the libraries are in
/opt/{bundle.NAME}/THIRD-PARTY-LICENSES.txt.

"""

GLIBC = re.compile(rb"GLIBC_2\.(\d+)")


def build(folder: Path, target: Path, version: str, machine: str) -> None:
    """Write the package of the bundle in `folder`; its files belong to root. Needs dpkg-deb, and no root."""
    tree = target.parent / "deb-tree"
    shutil.rmtree(tree, ignore_errors=True)
    lay_out(folder, tree)
    control = tree / "DEBIAN"
    control.mkdir()
    size = sum(file.stat().st_size for file in tree.rglob("*") if file.is_file() and not file.is_symlink())
    (control / "control").write_text(control_file(version, machine, size // 1024, depends(folder)), encoding="utf-8")
    (control / "postinst").write_text(TRIGGERS, encoding="utf-8")
    (control / "postrm").write_text(TRIGGERS, encoding="utf-8")
    for script in ("postinst", "postrm"):
        (control / script).chmod(0o755)
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z9", "--build", str(tree), str(target)], check=True, stdout=subprocess.DEVNULL
    )
    shutil.rmtree(tree)


TRIGGERS = """\
#!/bin/sh
set -e
# Most systems notice by themselves; the others are told.
if command -v update-desktop-database >/dev/null; then update-desktop-database -q || true; fi
if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
if command -v gtk-update-icon-cache >/dev/null; then gtk-update-icon-cache -q -f /usr/share/icons/hicolor || true; fi
"""


def lay_out(folder: Path, tree: Path) -> None:
    """The files as they will lie on the system; hard links to the bundle where the disk is the same."""
    shutil.copytree(folder, tree / "opt" / bundle.NAME, symlinks=True, copy_function=_link)
    (tree / "usr" / "bin").mkdir(parents=True)
    (tree / "usr" / "bin" / bundle.NAME).symlink_to(f"../../opt/{bundle.NAME}/{bundle.NAME}")
    for source, place in desktop_files():
        destination = tree / "usr" / "share" / place
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, destination)
    documents = tree / "usr" / "share" / "doc" / bundle.NAME
    documents.mkdir(parents=True)
    (documents / "copyright").write_text(COPYRIGHT + (bundle.ROOT / "LICENSE").read_text(encoding="utf-8"), encoding="utf-8")
    for path in (tree, *tree.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)


def desktop_files() -> Iterable[tuple[Path, str]]:
    """(file, place under share) of what tells a Linux desktop of the program."""
    linux = bundle.HERE / "linux"
    yield linux / "sfumato.desktop", "applications/sfumato.desktop"
    yield linux / "sfumato.xml", "mime/packages/sfumato.xml"
    yield linux / "org.sfumato.Studio.metainfo.xml", "metainfo/org.sfumato.Studio.metainfo.xml"
    yield bundle.ROOT / "resources" / "icons" / "sfumato.svg", "icons/hicolor/scalable/apps/sfumato.svg"
    for icon in sorted(bundle.ICONS.glob("sfumato-*.png")):
        size = icon.stem.rpartition("-")[2]
        yield icon, f"icons/hicolor/{size}x{size}/apps/sfumato.png"


def _link(source: str, destination: str) -> None:
    try:
        os.link(source, destination)
    except OSError:
        shutil.copy2(source, destination)


def control_file(version: str, machine: str, kibibytes: int, needs: Iterable[str]) -> str:
    return (
        f"Package: {bundle.NAME}\nVersion: {version}\nArchitecture: {ARCHITECTURES[machine]}\n"
        f"Maintainer: The Sfumato authors <sfumato@localhost>\nInstalled-Size: {kibibytes}\nDepends: {', '.join(needs)}\n"
        f"Section: graphics\nPriority: optional\nDescription: studio for artists who paint with neural networks\n"
        " Drop a photo, drop a painting: Sfumato shows the photo painted that way at once. It runs\n"
        " offline, with or without a graphics card, and exports pictures for print.\n"
    )


def depends(folder: Path) -> list[str]:
    """The packages that have what the bundle's files load and the bundle itself has not."""
    binaries = [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink() and _is_elf(file)]
    there = {file.name for file in folder.rglob("*")}
    outside = {name for file in binaries for name in needed(file)} - there
    libraries = sorted(name for name in outside if not C_LIBRARY.match(name))
    unknown = [name for name in libraries if name not in PROVIDERS]
    if unknown:
        raise LookupError(f"no Debian package is known for {', '.join(unknown)}: complete PROVIDERS in packaging/debian.py")
    return [f"libc6 (>= 2.{oldest_glibc(binaries)})", *sorted({PROVIDERS[name] for name in libraries}), *DATA]


def oldest_glibc(binaries: Iterable[Path]) -> int:
    """The minor version of the oldest glibc 2 that has every symbol that these files ask for."""
    return max((int(found) for file in binaries for found in GLIBC.findall(file.read_bytes())), default=17)


def needed(file: Path) -> list[str]:
    """The names of the libraries that an ELF file asks for itself."""
    said = subprocess.run(["objdump", "-p", str(file)], capture_output=True, text=True, check=True).stdout
    return [line.split()[1] for line in said.splitlines() if line.split()[:1] == ["NEEDED"]]


def _is_elf(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"
