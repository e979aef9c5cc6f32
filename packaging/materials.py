"""What the packaged program is made of: the bill of materials (CycloneDX 1.6) and everybody's licence, from the files in it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.utils import canonicalize_name

LICENCE_NAMES = ("licen", "copying", "notice", "copyright", "authors")
RULE = "=" * 100

OF_WHEELS = {
    "av": "BSD-3-Clause; its wheel holds FFmpeg (LGPL-3.0-or-later), x264 and x265 (GPL-2.0-or-later)",
    "pillow-heif": "BSD-3-Clause; its wheel holds libheif and libde265 (LGPL-3.0), and x265 (GPL-2.0-or-later)",
    "pyvips-binary": "LGPL-3.0-or-later; its wheel holds libvips, GLib, Pango, librsvg, libexif and cairo (LGPL-2.1 or later versions)",
}
"""Distributions whose metadata speaks of their own code alone, and not of the libraries that lie in their wheels."""


@dataclass(frozen=True)
class Material:
    """A piece of software in the bundle: where it is from is its package URL; `texts` are its licence files."""

    name: str
    version: str
    purl: str
    licence: str
    texts: tuple[Path, ...]


def materials(files: Iterable[str]) -> tuple[Material, ...]:
    """The distributions and system packages that these files belong to, and Python itself, by name."""
    wanted = {os.path.realpath(file) for file in files}
    found = [_python(), *_of_distributions(wanted)]
    if sys.platform == "linux":
        found += _of_debian(wanted)
    return tuple(sorted(found, key=lambda material: material.name.lower()))


def _python() -> Material:
    version = platform.python_version()
    texts = [Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path(sysconfig.get_path("data")) / "LICENSE.txt"]
    return Material("Python", version, f"pkg:generic/python@{version}", "Python-2.0.1", tuple(text for text in texts if text.is_file()))


def _of_distributions(wanted: set[str]) -> Iterator[Material]:
    for distribution in distributions():
        root = os.path.realpath(str(distribution.locate_file("")))
        files = [os.path.normpath(f"{root}/{file}") for file in distribution.files or ()]  # not resolved: there are many thousand
        name = distribution.metadata["Name"]
        if canonicalize_name(name) != "sfumato" and not wanted.isdisjoint(file for file in files if ".dist-info" not in file):
            texts = tuple(file for file in map(Path, files) if ".dist-info" in str(file) and _is_licence(file) and file.is_file())
            purl = f"pkg:pypi/{canonicalize_name(name)}@{distribution.version}"
            yield Material(name, distribution.version, purl, _licence(distribution), texts)


def _is_licence(file: Path) -> bool:
    return file.name.lower().startswith(LICENCE_NAMES) or "licenses" in file.parts


def _licence(distribution: Distribution) -> str:
    """What a distribution says of its licence, in one line; "see its text" where it says nothing short."""
    if known := OF_WHEELS.get(canonicalize_name(distribution.metadata["Name"])):
        return known
    metadata = distribution.metadata.json
    said = str(metadata.get("license_expression") or metadata.get("license") or "")
    if said and "\n" not in said.strip() and len(said) < 100:
        return said.strip()
    classified = [line.rpartition(" :: ")[2] for line in metadata.get("classifier", ()) if line.startswith("License ::")]
    return ", ".join(classified) or "see its text"


def _of_debian(wanted: set[str]) -> Iterator[Material]:
    """The system's own libraries that were taken along, on Debian and its kin."""
    system = sorted(file for file in wanted if file.startswith(("/usr/lib/", "/lib/")))
    try:
        owners = {owner for file in system for owner in _dpkg_owner(file)}
        for package in sorted(owners):
            shown = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True, check=True).stdout
            text = Path("/usr/share/doc") / package.partition(":")[0] / "copyright"
            purl = f"pkg:deb/debian/{package.partition(':')[0]}@{shown}"
            yield Material(package.partition(":")[0], shown, purl, "see its text", (text,) if text.is_file() else ())
    except FileNotFoundError:  # no dpkg here
        return


def _dpkg_owner(file: str) -> list[str]:
    # Where /lib is a link to /usr/lib, a package may have recorded either name.
    for name in (file, file.removeprefix("/usr")):
        said = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True, check=False)
        if said.returncode == 0:
            return [said.stdout.partition(": ")[0].split(", ")[0]]
    return []


def bill_of_materials(made_of: Sequence[Material], name: str, version: str) -> str:
    """As CycloneDX JSON."""
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.license import DisjunctiveLicense
    from cyclonedx.output.json import JsonV1Dot6
    from packageurl import PackageURL

    bom = Bom()
    bom.metadata.component = Component(name=name, version=version, type=ComponentType.APPLICATION, bom_ref=f"{name}@{version}")
    for material in made_of:
        bom.components.add(
            Component(
                name=material.name,
                version=material.version,
                type=ComponentType.LIBRARY,
                bom_ref=material.purl,
                purl=PackageURL.from_string(material.purl),
                licenses=[DisjunctiveLicense(name=material.licence)],
            )
        )
    bom.register_dependency(bom.metadata.component, bom.components)
    return JsonV1Dot6(bom).output_as_string(indent=2)


def licences(made_of: Sequence[Material]) -> str:
    """One text with the licences of everything in the bundle that is not Sfumato's own."""
    parts = [
        "Sfumato contains software of others, under these licences. The whole may be passed on under the GNU General Public License,\n"
        "version 3 or later (GPL-3.0.txt): av and pillow-heif bring the encoders x264 and x265, which are under the GPL. SOURCES.txt says\n"
        "where the source is of what is under the GPL or the LGPL (LGPL-2.1.txt, LGPL-3.0.txt).",
        *(f"{RULE}\n{_heading(one)}\n{RULE}\n\n{_texts(one)}" for one in made_of),
    ]
    return "\n\n".join(parts) + "\n"


def _heading(material: Material) -> str:
    return f"{material.name} {material.version}: {material.licence}\n{material.purl}"


def _texts(material: Material) -> str:
    texts = dict.fromkeys(file.read_text(encoding="utf-8", errors="replace").strip() for file in material.texts)
    return "\n\n".join(text for text in texts if text) or "It comes without a licence text; its home page has it."
