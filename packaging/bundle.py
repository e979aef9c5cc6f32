"""What goes into the packaged program, on every system; the specs of the three systems are read by PyInstaller and use this.

Our own packages are taken whole, and so is every package that `pyproject.toml` names, with all its submodules: what is
imported late, or by a name made at run time, is there without a list that would have to be kept.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "packaging"
ICONS = HERE / "icons"
BUNDLED_FILES = ROOT / "build" / "bundled-files.txt"
ENTRY = HERE / "studio.py"

NAME = "sfumato"
TITLE = "Sfumato"
IDENTIFIER = "org.sfumato.Studio"
COPYRIGHT = "Copyright 2026 The Sfumato authors"
SUMMARY = "A desktop studio for artists"
DOCUMENT_SUFFIX = "sfumato"
DOCUMENT_MIME = "application/x-sfumato"
PICTURE_MIMES = ("image/png", "image/jpeg", "image/webp", "image/tiff", "image/bmp", "image/gif", "image/heif", "image/avif")
OLDEST_MACOS = "12.0"

OWN_PACKAGES = ("desktop", "engine", "resources")

IMPORTED_BY_LIBRARIES = ("_cffi_backend",)
"""Modules that only compiled code imports, where PyInstaller cannot see it: libvips's binding needs this one."""

HAVE_HOOKS = frozenset({"torch", "numpy", "pyside6-essentials", "shiboken6", "pillow"})
"""Distributions that PyInstaller knows better: their submodules are many, and most are never wanted."""

EXCLUDED = (
    "tkinter", "IPython", "matplotlib", "pandas", "scipy", "tensorboard",  # what torch and others use where it happens to be there
    "setuptools", "pkg_resources", "_distutils_hack", "pip", "readline",
    "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtDesigner", "PySide6.QtSql", "PySide6.QtUiTools", "PySide6.QtHelp",
)  # fmt: skip
"""Nothing of ours imports these when it starts or works. Beside these, whatever else is installed here and not required is left out."""

UNUSED_CODECS = (
    "aec", "apng", "avif", "bcn", "bitshuffle", "blosc", "blosc2", "bmp", "brotli", "brunsli", "bz2", "gif", "h5checksum", "heif", "htj2k",
    "jetraw", "jpegxr", "jpegxs", "lz4", "lz4f", "lzf", "lzfse", "lzham", "lzo", "meshopt", "mozjpeg", "nvjpeg", "pcodec", "pglz", "qoi",
    "quantize", "rcomp", "rgbe", "snappy", "sperr", "spng", "sz3", "szip", "tiff", "ultrahdr", "wavpack", "zfp", "zopfli",
)  # fmt: skip
"""Codecs of imagecodecs for data of science and games. Those of PNG, of ICC profiles and of what TIFF files are compressed with stay."""

LEFT_OUT = (
    "torch/bin/", "torch/test/", "torch/include/", "torch/share/", "torch/utils/model_dump/", "torch/lib/libtorchbind_test",
    "torch/lib/libjitbackend_test", "torch/lib/libbackend_with_compiler", "torch/lib/libaoti_custom_ops",
    "PySide6/Qt/translations/", "PySide6/Qt/qml/", "PySide6/Qt/plugins/qmltooling/", "PySide6/Qt/plugins/sqldrivers/",
    "PySide6/Qt/plugins/platformthemes/libqgtk3", "PySide6/Qt/plugins/platforms/libqvnc", "PySide6/Qt/plugins/platforms/libqlinuxfb",
    "PySide6/Qt/plugins/platforms/libqeglfs", "PySide6/Qt/plugins/egldeviceintegrations/", "PySide6/Qt/plugins/printsupport/",
    "resources/drawing/", "resources/make_", "resources/draw_",
    "libstdc++.so", "libgcc_s.so",  # the system's graphics drivers want their own, which is newer
    "libmvec.so",  # a part of the C library
)  # fmt: skip
"""Places in the bundle (by their beginnings) that nothing needs when Sfumato runs: tests, headers, what draws our own resources."""

LEFT_OUT_NAMES = (".dist-info/RECORD", ".dist-info/direct_url.json", ".dist-info/INSTALLER", ".dist-info/REQUESTED", ".a", ".pyi")
"""Endings of what nothing reads; some of it names folders of the machine that the program was built on."""

KEPT = ("torch/bin/torch_shm_manager",)
"""Of those, what is needed all the same: torch looks for it when it is imported."""

SPARE_SOURCES = ("torch/_dynamo/", "torch/_inductor/", "torch/distributed/", "torch/onnx/", "torch/testing/")
"""Parts of torch whose source text is not needed beside their byte code, except that of settings: torch reads the comments in them."""

TEXTS = ("GPL-3.0.txt", "LGPL-2.1.txt", "LGPL-3.0.txt", "SOURCES.txt")
"""What must go with the program because of libraries of others: licences, and where the source is."""

Entry = tuple[str, str, str]
"""A line of PyInstaller's tables: the place in the bundle, the file, the kind."""


def analysis() -> dict[str, Any]:
    """The arguments of PyInstaller's `Analysis`."""
    from PyInstaller.utils.hooks import copy_metadata

    return {
        "scripts": [str(ENTRY)],
        "pathex": [str(ROOT)],
        "datas": [
            (str(ROOT / "resources"), "resources"),
            (str(ROOT / "LICENSE"), "."),
            (str(ROOT / "NOTICE"), "."),
            *((str(HERE / name), ".") for name in TEXTS),
            *_metadata(copy_metadata),
        ],
        "hiddenimports": hidden_imports(),
        "excludes": list(excluded()),
        "noarchive": False,
    }


def _metadata(copy_metadata: Any) -> Iterator[tuple[str, str]]:
    """`sfumato doctor` and some libraries ask for versions."""
    for name in (NAME, *required()):
        yield from copy_metadata(name)


def required() -> tuple[str, ...]:
    """The distributions that `pyproject.toml` requires on this system, without extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = map(Requirement, project["dependencies"])
    return tuple(canonicalize_name(need.name) for need in wanted if need.marker is None or need.marker.evaluate())


def closure() -> frozenset[str]:
    """The distributions that the required ones require in turn, without extras, and they themselves."""
    found: set[str] = set()
    waiting = list(required())
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        needs = map(Requirement, requires(name) or ())
        waiting += [canonicalize_name(need.name) for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return frozenset(found)


def not_required() -> tuple[str, ...]:
    """The importable packages of all other distributions that are installed here: tools, extras, what somebody tries out. Libraries
    import some of them where they happen to be there."""
    wanted = {*closure(), NAME}
    packages = packages_distributions().items()
    spare = {package for package, owners in packages if not wanted & {canonicalize_name(owner) for owner in owners}}
    return tuple(sorted(name for name in spare if name.isidentifier() and name not in OWN_PACKAGES))


def hidden_imports() -> list[str]:
    """All modules of our own packages, and all of the packages that we require and PyInstaller has no hook for."""
    from PyInstaller.utils.hooks import collect_submodules

    found = set(IMPORTED_BY_LIBRARIES)
    for package in (*OWN_PACKAGES, *required_packages()):
        found.update(collect_submodules(package, filter=_is_wanted, on_error="ignore"))
    return sorted(found - set(excluded()))


def excluded() -> tuple[str, ...]:
    """All modules that are not in the bundle even if something imports them."""
    return (*EXCLUDED, *(f"imagecodecs._{codec}" for codec in UNUSED_CODECS), *not_required())


def required_packages() -> tuple[str, ...]:
    """The importable packages of the required distributions that are taken whole."""
    wanted = set(required()) - HAVE_HOOKS
    names = {
        package
        for package, distributions in packages_distributions().items()
        if wanted & {canonicalize_name(name) for name in distributions}
    }
    return tuple(sorted(name for name in names if name.isidentifier() and find_spec(name) is not None))


def _is_wanted(module: str) -> bool:
    parts = module.split(".")
    drawn = module.startswith(("resources.draw", "resources.make"))
    return not drawn and not {"tests", "test", "conftest", "examples", "__main__"} & set(parts[1:])


def filtered(made: Any) -> Any:
    """An `Analysis` without what is left out; which files it took is written down for the bill of materials."""
    made.binaries = without_orphans(entry for entry in made.binaries if is_kept(entry[0]))
    made.datas = [entry for entry in made.datas if is_kept(entry[0])]
    places = {place for place, _, kind in (*made.binaries, *made.datas) if kind != "SYMLINK"}
    made.binaries, made.datas = ([entry for entry in table if _leads_somewhere(entry, places)] for table in (made.binaries, made.datas))
    tables = (made.pure, made.binaries, made.datas, made.scripts)
    sources = sorted({str(source) for table in tables for _, source, kind in table if source and kind != "SYMLINK"})
    BUNDLED_FILES.parent.mkdir(exist_ok=True)
    BUNDLED_FILES.write_text("\n".join(sources) + "\n", encoding="utf-8")
    return made


def is_kept(place: str) -> bool:
    place = place.replace("\\", "/")
    if place.startswith(SPARE_SOURCES) and place.endswith(".py") and "config" not in place.rpartition("/")[2]:
        return False
    return place.startswith(KEPT) or not ("__pycache__" in place or place.startswith(LEFT_OUT) or place.endswith(LEFT_OUT_NAMES))


def without_orphans(entries: Iterable[Entry]) -> list[Entry]:
    """On Linux: without libraries that came along for a plugin that is left out, and that nothing else loads."""
    listed = list(entries)
    if sys.platform != "linux":
        return listed
    loaded: set[str] = set()
    for place, source, kind in listed:
        if kind != "SYMLINK" and not _comes_along(place):
            loaded.update(_loads(source))
    return [entry for entry in listed if not _comes_along(entry[0]) or Path(entry[0]).name in loaded]


def _leads_somewhere(entry: Entry, places: set[str]) -> bool:
    place, target, kind = entry
    return kind != "SYMLINK" or os.path.normpath(os.path.join(os.path.dirname(place), target)) in places  # noqa: PTH118, PTH120


def _comes_along(place: str) -> bool:
    """Whether a file is in the bundle only for others: the system's libraries, which lie at its root, Qt's own, and those that
    wheels bring in folders of their own."""
    if "/" not in place:
        is_module = "cpython" in place or ".abi3." in place
        return ".so" in place and not is_module and not place.startswith("libpython")
    return place.startswith("PySide6/Qt/lib/") or place.partition("/")[0].endswith(".libs")


def _loads(file: str) -> set[str]:
    """The names of all libraries that a file loads, directly or by others."""
    said = subprocess.run(["ldd", file], capture_output=True, text=True, check=False).stdout
    return {line.split()[0].rpartition("/")[2] for line in said.splitlines() if line.strip()}


def product_version() -> str:
    return version(NAME)


def version_tuple() -> tuple[int, int, int, int]:
    """Windows' four numbers."""
    numbers = [int(part) for part in product_version().split(".")[:3]]
    return (numbers[0], numbers[1], numbers[2], 0)


def info_plist() -> dict[str, Any]:
    """What macOS reads of the application: its documents and pictures, and that it draws sharply and in dark."""
    pictures = (
        "public.png",
        "public.jpeg",
        "org.webmproject.webp",
        "public.tiff",
        "com.microsoft.bmp",
        "com.compuserve.gif",
        "public.heic",
    )
    document_type = f"{IDENTIFIER}.document"
    return {
        "CFBundleDisplayName": TITLE,
        "CFBundleShortVersionString": product_version(),
        "LSApplicationCategoryType": "public.app-category.graphics-design",
        "LSMinimumSystemVersion": OLDEST_MACOS,
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": COPYRIGHT,
        "NSRequiresAquaSystemAppearance": False,
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": document_type,
                "UTTypeDescription": "Sfumato document",
                "UTTypeConformsTo": ["public.data"],
                "UTTypeTagSpecification": {
                    "public.filename-extension": [DOCUMENT_SUFFIX],
                    "public.mime-type": [DOCUMENT_MIME],
                },
            }
        ],
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Sfumato document",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": [document_type],
            },
            {
                "CFBundleTypeName": "Picture",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": list(pictures),
            },
        ],
    }


VERSION_RESOURCE = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004, fileType=0x1, subtype=0x0, date=(0, 0)),
  kids=[
    StringFileInfo([StringTable('040904B0', [
      StringStruct('CompanyName', 'The Sfumato authors'),
      StringStruct('FileDescription', '{title}'),
      StringStruct('FileVersion', '{version}'),
      StringStruct('InternalName', '{name}'),
      StringStruct('LegalCopyright', '{copyright}'),
      StringStruct('OriginalFilename', '{title}.exe'),
      StringStruct('ProductName', '{title}'),
      StringStruct('ProductVersion', '{version}'),
    ])]),
    VarFileInfo([VarStruct('Translation', [0x409, 1200])]),
  ]
)
"""


def write_version_resource() -> Path:
    """The file that PyInstaller makes Windows' version information from."""
    target = ROOT / "build" / "version-resource.txt"
    target.parent.mkdir(exist_ok=True)
    values = {"title": TITLE, "name": NAME, "version": product_version(), "copyright": COPYRIGHT, "numbers": version_tuple()}
    target.write_text(VERSION_RESOURCE.format(**values), encoding="utf-8")
    return target
