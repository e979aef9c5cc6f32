"""Builds the packaged studio for the system that this runs on: `python3 packaging/build.py` leaves it in `dist`.

    Linux    sfumato-VERSION-linux-MACHINE.tar.gz and sfumato_VERSION_ARCHITECTURE.deb
    macOS    sfumato-VERSION-macos-MACHINE.dmg
    Windows  sfumato-VERSION-windows-MACHINE.zip, and an installer where Inno Setup is installed

each with SHA-256 sums, a bill of materials (CycloneDX) and the licences of all that is in it. It sets `.venv` up first, as
bootstrap.py does. What is signed, and how, is in packaging/README.md.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST, WORK = ROOT / "dist", ROOT / "build"
SPECS = {"Linux": "sfumato.linux.spec", "Darwin": "sfumato.macos.spec", "Windows": "sfumato.windows.spec"}
SELF_TEST_SECONDS = 900


def main(arguments: Sequence[str]) -> int:
    """Build; returns the exit code."""
    options = parse(arguments)
    if not options.no_setup:
        return _again_in_the_environment(list(arguments))
    started = time.monotonic()
    made = built_folder()
    if not options.only_archives:
        if reason := unfit():
            print(f"sfumato: {reason}", file=sys.stderr)
            return 1
        freeze()
        slim(made)
        describe(made)
        if not (options.no_self_test or passes_self_test(made)):
            print("sfumato: the built program does not pass its self-test; nothing was packed.", file=sys.stderr)
            return 1
    if not options.no_archives:
        archive(made)
    write_sums()
    say(f"built in {time.monotonic() - started:.0f} s, {size_of(made) / 1e6:.0f} MB unpacked; see {DIST}")
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    parser.add_argument("--no-setup", action="store_true", help="use the Python that runs this; it has the extra `package`")
    parser.add_argument("--no-archives", action="store_true", help="only the program's folder")
    parser.add_argument("--only-archives", action="store_true", help="pack what was built before, for instance after it was signed")
    parser.add_argument("--no-self-test", action="store_true", help="do not start what was built")
    return parser.parse_args(list(arguments))


def _again_in_the_environment(arguments: list[str]) -> int:
    """Set the environment up and run this in it."""
    import bootstrap
    from system_packages import SetupError, ensure_libraries

    try:
        ensure_libraries(on_screen=True, bundled=True)
        bootstrap.ensure_environment(["package"])
    except SetupError as error:
        print(f"sfumato: {error}", file=sys.stderr)
        return 1
    return subprocess.call([str(bootstrap.venv_python(bootstrap.VENV)), str(Path(__file__).resolve()), "--no-setup", *arguments], cwd=ROOT)


def say(text: str) -> None:
    print(text, flush=True)


def unfit() -> str:
    """Why this environment cannot be packaged; empty where it can."""
    import runpy
    from importlib.util import find_spec

    found = find_spec("torch")
    if found is None or found.origin is None:
        return "torch is not installed: run packaging/build.py without --no-setup."
    cuda = runpy.run_path(str(Path(found.origin).with_name("version.py")))["cuda"]
    if cuda is not None:
        return (
            f"the installed torch is the build for CUDA {cuda}, which is several times too large to package: remove .venv, set "
            "PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu and build again."
        )
    return ""


def built_folder() -> Path:
    """The folder (on macOS the application) that is built."""
    return DIST / {"Linux": "sfumato", "Darwin": "Sfumato.app", "Windows": "Sfumato"}[platform.system()]


def freeze() -> None:
    """Run PyInstaller."""
    from PyInstaller import __main__ as pyinstaller

    spec = ROOT / "packaging" / SPECS[platform.system()]
    say(f"PyInstaller reads {spec.name}; this takes some minutes …")
    # torch must not look for a compiler or a card, nor Qt for a screen, while modules are imported to be listed.
    os.environ.update(QT_QPA_PLATFORM="offscreen", CUDA_VISIBLE_DEVICES="")
    pyinstaller.run(["--noconfirm", "--log-level=WARN", f"--distpath={DIST}", f"--workpath={WORK}", str(spec)])


SPARE_SYMBOLS = ("libpython*.so*", "torch/lib/libtorch_cpu.so", "torch/lib/libtorch_python.so")
"""Libraries with symbols that only a debugger reads: three quarters of Python's, a fifth of torch's. Others have few; and those that
auditwheel has put into folders `….libs` must not be stripped, which would break them."""


def slim(made: Path) -> None:
    """On Linux: take the debugging symbols out of the libraries that are large because of them."""
    if platform.system() == "Linux" and shutil.which("strip"):
        for library in (file for pattern in SPARE_SYMBOLS for file in (made / "_internal").glob(pattern)):
            subprocess.run(["strip", "--strip-unneeded", str(library)], check=True)


def program(made: Path) -> Path:
    """What is started on a command line."""
    return made / {"Linux": "sfumato", "Darwin": "Contents/MacOS/sfumato", "Windows": "sfumato-cli.exe"}[platform.system()]


def describe(made: Path) -> None:
    """Write the bill of materials and the licences, beside the bundle and into it."""
    import bundle
    import materials

    made_of = materials.materials(bundle.BUNDLED_FILES.read_text(encoding="utf-8").splitlines())
    inside = made / "Contents" / "Resources" if platform.system() == "Darwin" else made
    (inside / "THIRD-PARTY-LICENSES.txt").write_text(materials.licences(made_of), encoding="utf-8")
    (DIST / f"{label()}.cdx.json").write_text(
        materials.bill_of_materials(made_of, bundle.NAME, bundle.product_version()) + "\n", encoding="utf-8"
    )
    shutil.copyfile(DIST / f"{label()}.cdx.json", inside / "sfumato.cdx.json")
    if platform.system() == "Darwin":
        _seal(made)
    say(f"{len(made_of)} pieces of software of others are in it")


def _seal(made: Path) -> None:
    """Sign the application once more, because files were added to it; what lies in it is signed already. Without an identity the
    signature says no more than that nothing has changed since."""
    identity = os.environ.get("SFUMATO_SIGNING_IDENTITY") or "-"
    hardened = [] if identity == "-" else ["--options", "runtime", "--timestamp"]
    entitlements = ROOT / "packaging" / "macos" / "entitlements.plist"
    subprocess.run(["codesign", "--force", *hardened, "--entitlements", str(entitlements), "--sign", identity, str(made)], check=True)


def passes_self_test(made: Path) -> bool:
    """Have the built program go through its main job, with nothing of this environment."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    command = [str(program(made)), "--self-test", "--out", str(WORK / "self-test")]
    try:
        return subprocess.run(command, check=False, env=environ, cwd=WORK, timeout=SELF_TEST_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        print(f"sfumato: it has not ended after {SELF_TEST_SECONDS} s.", file=sys.stderr)
        return False


def label() -> str:
    """The beginning of the names of all that is made: program, version, system, machine."""
    import bundle

    system = {"Linux": "linux", "Darwin": "macos", "Windows": "windows"}[platform.system()]
    return f"{bundle.NAME}-{bundle.product_version()}-{system}-{platform.machine().lower().replace('amd64', 'x86_64')}"


def archive(made: Path) -> None:
    """Pack what was built as this system's people expect it."""
    system = platform.system()
    if system == "Linux":
        _tarball(made, DIST / f"{label()}.tar.gz")
        _deb(made)
    elif system == "Darwin":
        target = DIST / f"{label()}.dmg"
        subprocess.run(
            ["hdiutil", "create", "-ov", "-volname", "Sfumato", "-srcfolder", str(made), "-format", "UDZO", str(target)], check=True
        )
    else:
        shutil.make_archive(str(DIST / label()), "zip", DIST, made.name)
        _installer(made)


def _tarball(made: Path, target: Path) -> None:
    import debian

    say(f"packing {target.name} …")
    with tarfile.open(target, "w:gz", compresslevel=3) as archive:
        archive.add(made, made.name, filter=_of_nobody)
        for source, place in debian.desktop_files():
            archive.add(source, f"{made.name}/share/{place}", filter=_of_nobody)


def _of_nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def _deb(made: Path) -> None:
    import bundle
    import debian

    if shutil.which("dpkg-deb") is None:
        say("no .deb: dpkg-deb is not installed here")
        return
    version, machine = bundle.product_version(), platform.machine()
    target = DIST / f"{bundle.NAME}_{version}_{debian.ARCHITECTURES[machine]}.deb"
    say(f"packing {target.name} …")
    debian.build(made, target, version, machine)


def _installer(made: Path) -> None:
    import bundle

    compiler = shutil.which("iscc")
    if compiler is None:
        say("no installer: Inno Setup (iscc) is not installed here")
        return
    script = ROOT / "packaging" / "windows" / "sfumato.iss"
    subprocess.run(
        [compiler, "/Q", f"/DVersion={bundle.product_version()}", f"/DSource={made}", f"/DOutput={DIST}", str(script)], check=True
    )


def write_sums() -> None:
    """SHA-256 of every file that is offered, as `sha256sum -c` reads it."""
    offered = sorted(file for file in DIST.iterdir() if file.is_file() and file.name != "SHA256SUMS")
    lines = [f"{_sha256(file)}  {file.name}\n" for file in offered]
    (DIST / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def size_of(made: Path) -> int:
    """Bytes on the disk, each file once."""
    return sum(file.stat().st_size for file in made.rglob("*") if file.is_file() and not file.is_symlink())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
