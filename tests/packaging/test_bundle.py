"""What can be known of the packaged program without building it."""

from __future__ import annotations

import plistlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("PyInstaller", reason="the extra `package` is not installed")

import bundle

SPECS = ("sfumato.linux.spec", "sfumato.macos.spec", "sfumato.windows.spec")


class Recorder:
    """Stands for PyInstaller: it keeps what a spec asks for."""

    def __init__(self) -> None:
        self.asked: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {}

    def names(self) -> dict[str, Any]:
        return {"SPECPATH": str(bundle.HERE), **{name: self._taker(name) for name in ("Analysis", "PYZ", "EXE", "COLLECT", "BUNDLE")}}

    def _taker(self, name: str) -> Any:
        def take(*arguments: Any, **options: Any) -> SimpleNamespace:
            self.asked.setdefault(name, []).append((arguments, options))
            return SimpleNamespace(pure=[], binaries=[], datas=[], scripts=[("studio", str(bundle.ENTRY), "PYSOURCE")])

        return take


@pytest.fixture(scope="module")
def hidden() -> list[str]:
    return bundle.hidden_imports()


@pytest.fixture(params=SPECS)
def asked(request: pytest.FixtureRequest, hidden: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Recorder:
    """What each of the three specs asks PyInstaller for."""
    monkeypatch.setattr(bundle, "hidden_imports", lambda: hidden)
    monkeypatch.setattr(bundle, "BUNDLED_FILES", tmp_path / "files.txt")
    recorder = Recorder()
    spec = bundle.HERE / request.param
    exec(compile(spec.read_text(encoding="utf-8"), str(spec), "exec"), recorder.names())
    return recorder


def test_every_file_that_a_spec_names_is_there(asked: Recorder) -> None:
    ((_, options),) = asked.asked["Analysis"]
    named = [*options["scripts"], *options["pathex"], *(source for source, _ in options["datas"])]
    programs = asked.asked["EXE"]
    named += [program[1][key] for program in programs for key in ("icon", "version", "entitlements_file") if program[1].get(key)]
    named += [application[1]["icon"] for application in asked.asked.get("BUNDLE", [])]
    assert [name for name in named if not Path(name).exists()] == []
    assert any(place == "resources" for _, place in options["datas"])
    assert {"LICENSE", "NOTICE", *bundle.TEXTS} <= {Path(source).name for source, place in options["datas"] if place == "."}


def test_no_program_is_packed_by_upx_and_windows_has_one_without_a_console(asked: Recorder) -> None:
    programs = {options["name"]: options for _, options in asked.asked["EXE"]}
    assert not any(options["upx"] for options in programs.values())
    if len(programs) > 1:
        assert {name: options["console"] for name, options in programs.items()} == {"Sfumato": False, "sfumato-cli": True}


def test_every_hidden_import_exists_and_ours_are_whole(hidden: list[str]) -> None:
    ours = {"desktop.app", "desktop.self_test", "engine.cli.doctor", "engine.jobs.export", "engine.training.generator.loop", "resources"}
    assert ours <= set(hidden)
    assert any(name.startswith("imagecodecs._") for name in hidden), "codecs are imported by a name made at run time"
    assert {"pyvips", "_libvips", "_cffi_backend"} <= set(hidden), "libvips's binding is compiled, and what it imports is not seen"
    assert [name for name in hidden if name.split(".")[0] in bundle.OWN_PACKAGES and find_spec(name) is None] == []


def test_what_is_left_out_is_not_needed() -> None:
    """Every module of ours is imported, and TIFF files of every common compression are read, where nothing excluded can be imported."""
    program = (
        "import sys, io, pkgutil, importlib, bundle\n"
        "barred = set(bundle.excluded())\n"
        "class Bar:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in barred: raise ModuleNotFoundError(f'{name} is not in the package', name=name)\n"
        "sys.meta_path.insert(0, Bar())\n"
        "for package in ('desktop', 'engine'):\n"
        "    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, package + '.'):\n"
        "        if not found.name.endswith('__main__'): importlib.import_module(found.name)\n"
        "import numpy, tifffile\n"
        "picture = numpy.arange(48 * 64 * 3, dtype=numpy.uint8).reshape(48, 64, 3)\n"
        "for compression in (None, 'zlib', 'lzw', 'packbits', 'lzma', 'zstd', 'jpeg', 'jpeg2000', 'webp', 'lerc'):\n"
        "    file = io.BytesIO()\n"
        "    tifffile.imwrite(file, picture, compression=compression, photometric='rgb')\n"
        "    file.seek(0)\n"
        "    assert tifffile.imread(file).shape == picture.shape, compression\n"
        "import pyvips\n"
        "assert pyvips.API_mode and pyvips.Image.black(8, 8).write_to_buffer('.png')\n"
        "print('whole')\n"
    )
    environment = {"PYTHONPATH": f"{bundle.ROOT}:{bundle.HERE}", "QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False, env=environment)
    assert done.stdout == "whole\n", done.stderr


def test_the_plugins_that_the_window_needs_stay() -> None:
    import PySide6

    plugins = Path(PySide6.__file__).parent / "Qt" / "plugins"
    if not plugins.is_dir():
        pytest.skip("PySide keeps its plugins elsewhere on this system")
    needed = {"platforms": ("qoffscreen", "qxcb", "qwayland"), "imageformats": ("qjpeg", "qsvg"), "iconengines": ("qsvgicon",)}
    for kind, names in needed.items():
        for name in names:
            (file,) = (plugins / kind).glob(f"lib{name}.so")
            assert bundle.is_kept(f"PySide6/Qt/plugins/{kind}/{file.name}")
    assert not bundle.is_kept("PySide6/Qt/plugins/platforms/libqeglfs.so")


def test_torch_keeps_its_helper_and_loses_its_tests() -> None:
    assert bundle.is_kept("torch/bin/torch_shm_manager")
    assert bundle.is_kept("torch/lib/libtorch_cpu.so")
    assert not bundle.is_kept("torch/bin/protoc")
    assert bundle.is_kept("torch/_inductor/config.py") and not bundle.is_kept("torch/_inductor/graph.py")
    assert not bundle.is_kept("torch\\test\\cpp_api.exe")
    assert not bundle.is_kept("sfumato-0.1.0.dist-info/direct_url.json"), "it names a folder of this machine"


def test_a_link_to_what_is_left_out_goes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "BUNDLED_FILES", tmp_path / "build" / "files.txt")
    monkeypatch.setattr(bundle, "_loads", lambda file: {"libused.so.1"})
    made = SimpleNamespace(
        pure=[("a", "/src/a.py", "PYMODULE")],
        scripts=[("studio", "/src/studio.py", "PYSOURCE")],
        binaries=[
            ("a.cpython-311.so", "/env/a.so", "EXTENSION"),
            ("_libvips.abi3.so", "/env/_libvips.abi3.so", "EXTENSION"),
            ("libused.so.1", "/lib/libused.so.1", "BINARY"),
            ("libspare.so.1", "/lib/libspare.so.1", "BINARY"),
            ("libQt6Egl.so.6", "PySide6/Qt/lib/libQt6Egl.so.6", "SYMLINK"),
        ],
        datas=[("torch/include/a.h", "/env/a.h", "DATA"), ("LICENSE", "/src/LICENSE", "DATA")],
    )
    bundle.filtered(made)
    if sys.platform == "linux":
        assert [entry[0] for entry in made.binaries] == ["a.cpython-311.so", "_libvips.abi3.so", "libused.so.1"]
    assert [entry[0] for entry in made.datas] == ["LICENSE"]
    assert "/src/a.py" in (tmp_path / "build" / "files.txt").read_text(encoding="utf-8").splitlines()


def test_only_what_is_required_comes_along() -> None:
    assert {"torch", "numpy", "typer"} <= bundle.closure()
    spare = bundle.not_required()
    assert "pytest" in spare and "PyInstaller" in spare
    assert not {"torch", "numpy", "PIL", "desktop", "engine", "resources"} & set(spare)


def test_macos_knows_documents_and_pictures() -> None:
    read = plistlib.loads(plistlib.dumps(bundle.info_plist()))
    exported = read["UTExportedTypeDeclarations"][0]
    assert exported["UTTypeTagSpecification"]["public.filename-extension"] == ["sfumato"]
    assert read["CFBundleDocumentTypes"][0]["LSItemContentTypes"] == [exported["UTTypeIdentifier"]]
    entitlements = plistlib.loads((bundle.HERE / "macos" / "entitlements.plist").read_bytes())
    assert entitlements["com.apple.security.cs.allow-jit"] is True


def test_windows_version_resource_is_what_pyinstaller_reads() -> None:
    text = bundle.write_version_resource().read_text(encoding="utf-8")
    kinds = ("VSVersionInfo", "FixedFileInfo", "StringFileInfo", "StringTable", "StringStruct", "VarFileInfo", "VarStruct")
    read = eval(text, {kind: lambda *given, **named: (*given, *named.items()) for kind in kinds})
    assert f"'ProductVersion', '{bundle.product_version()}'" in repr(read)
    assert repr(bundle.version_tuple()) in repr(read)
