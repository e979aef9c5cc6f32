"""What the operating system must bring: the libraries that Qt loads, found by trying to load them, and how Debian installs them.

Needs nothing but Python's standard library.
"""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence

# What Qt loads, by soname, and the Debian package that has it. The second table is for windows on an X screen.
QT_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
}
X_LIBRARIES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
# Since the change to 64-bit time (Debian 13, Ubuntu 24.04) some packages have another name.
TIME64_NAMES = {"libglib2.0-0": "libglib2.0-0t64"}


class SetupError(Exception):
    """The set-up cannot go on; the text says why and what to do."""


def wanted_libraries(environ: Mapping[str, str], on_screen: bool) -> dict[str, str]:
    """Soname to Debian package. Under Wayland Qt draws its windows without the X libraries."""
    needs_x = on_screen and bool(environ.get("DISPLAY")) and not environ.get("WAYLAND_DISPLAY")
    return {**QT_LIBRARIES, **(X_LIBRARIES if needs_x else {})}


def missing_libraries(wanted: Mapping[str, str], loads: Callable[[str], bool]) -> dict[str, str]:
    """The part of `wanted` whose soname does not load."""
    return {soname: package for soname, package in wanted.items() if not loads(soname)}


def missing_message(missing: Mapping[str, str]) -> str:
    return (
        f"Qt needs system libraries that are missing here: {', '.join(sorted(missing))}. Install them and try again; "
        f"on Debian or Ubuntu: sudo apt-get install {' '.join(sorted(missing.values()))}"
    )


def ensure_libraries(on_screen: bool, *, bundled: bool = False) -> None:
    """Installs what Qt lacks on Debian and Ubuntu; elsewhere on Linux names it. Wheels bring all of it on macOS and Windows.
    What is to be `bundled` must work on any screen, whatever there is here.

    Raises SetupError if something is missing and cannot be installed.
    """
    if platform.system() != "Linux":
        return
    wanted = QT_LIBRARIES | X_LIBRARIES if bundled else wanted_libraries(os.environ, on_screen)
    missing = missing_libraries(wanted, can_load)
    if missing and can_use_apt():
        apt_install(sorted(missing.values()))
        missing = missing_libraries(missing, can_load)
    if missing:
        raise SetupError(missing_message(missing))


def can_load(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def ensure_venv_module(python: str, version: tuple[int, int]) -> None:
    """Debian and Ubuntu ship Python without `ensurepip`, which makes environments: it has a package of its own."""
    if subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode == 0:
        return
    package = f"python{version[0]}.{version[1]}-venv"
    if not can_use_apt():
        raise SetupError(
            f"{python} cannot make environments (its module ensurepip is missing): install the package {package}, "
            "or a Python from python.org, and try again."
        )
    apt_install([package])


def can_use_apt() -> bool:
    """Whether system packages can be installed without asking anyone for a password."""
    if shutil.which("apt-get") is None:
        return False
    if os.geteuid() == 0:
        return True
    return shutil.which("sudo") is not None and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0


def apt_install(packages: Sequence[str]) -> None:
    print(f"Installing system packages: {' '.join(packages)} …", flush=True)
    updated = run_apt("update")  # may fail for one foreign source and still list what is needed: only the install decides
    installed = run_apt("install", "--no-install-recommends", *(package_name(package) for package in packages))
    if installed.returncode != 0:
        lines = (updated.stdout + installed.stdout).splitlines()
        raise SetupError(
            f"apt-get could not install {' '.join(packages)}: install them by hand and try again. Its last lines:\n{indented(lines[-8:])}"
        )


def run_apt(*arguments: str) -> subprocess.CompletedProcess[str]:
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    command = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", *arguments]
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def package_name(package: str) -> str:
    """The name under which this release of the system has a package."""
    newer = TIME64_NAMES.get(package)
    known = newer is not None and subprocess.run(["apt-cache", "show", newer], capture_output=True, check=False).returncode == 0
    return newer if newer is not None and known else package


def indented(lines: Sequence[str]) -> str:
    return "\n".join(f"    {line}" for line in lines if line.strip())
