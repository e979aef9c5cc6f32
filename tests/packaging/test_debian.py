from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

pytest.importorskip("PyInstaller", reason="the extra `package` is not installed")

import debian

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is made on Linux")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A bundle in small."""
    folder = tmp_path / "dist" / "sfumato"
    (folder / "_internal").mkdir(parents=True)
    program = folder / "sfumato"
    program.write_text("#!/bin/sh\necho here\n", encoding="utf-8")
    program.chmod(0o755)
    (folder / "_internal" / "libown.so.1").write_bytes(b"\x7fELF GLIBC_2.17 GLIBC_2.34 GLIBC_2.4")
    (folder / "_internal" / "libown.so").symlink_to("libown.so.1")
    return folder


def test_packages_are_named_for_what_the_bundle_lacks(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "needed", lambda file: ["libc.so.6", "libEGL.so.1", "libown.so.1", "ld-linux-x86-64.so.2"])
    assert debian.depends(made) == ["libc6 (>= 2.34)", "libegl1", *debian.DATA]


def test_a_library_of_no_known_package_is_told(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "needed", lambda file: ["libnobody.so.3"])
    with pytest.raises(LookupError, match=r"libnobody\.so\.3"):
        debian.depends(made)


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed")
def test_the_package_is_laid_out_for_the_system(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "needed", lambda file: [])
    target = tmp_path / "sfumato.deb"
    debian.build(made, target, "0.1.0", "x86_64")
    listed = subprocess.run(["dpkg-deb", "-c", str(target)], capture_output=True, text=True, check=True).stdout.splitlines()
    assert all(" root/root " in line for line in listed)
    text = "\n".join(listed)
    for place in ("./opt/sfumato/sfumato", "applications/sfumato.desktop", "mime/packages/sfumato.xml", "256x256/apps/sfumato.png"):
        assert place in text
    assert "./usr/bin/sfumato -> ../../opt/sfumato/sfumato" in text
    control = subprocess.run(["dpkg-deb", "-f", str(target)], capture_output=True, text=True, check=True).stdout
    assert "Package: sfumato\nVersion: 0.1.0\nArchitecture: amd64\n" in control
    packed = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(target)], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as files, files.extractfile("./usr/share/doc/sfumato/copyright") as notice:  # type: ignore[union-attr]
        told = notice.read().decode()
    assert "GNU General Public License, version 3 or later" in told and "Apache License" in told
    assert not (tmp_path / "deb-tree").exists()
