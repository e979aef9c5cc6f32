from __future__ import annotations

from pathlib import Path

import pytest
import verify

PROJECT = '[project]\ndependencies = ["b==1", "a==2"]\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "packaging" / "icons").mkdir(parents=True)
    (tmp_path / "packaging" / "bundle.py").write_text("EXCLUDED = ()\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "text", "counts"),
    [
        ("packaging/bundle.py", "EXCLUDED = ('a',)\n", True),
        ("packaging/icons/new.png", "drawn", True),
        ("pyproject.toml", PROJECT.replace("b==1", "b==2"), True),
        ("pyproject.toml", PROJECT + "[tool.ruff]\n", False),
        ("packaging/README.md", "how to", False),
        ("packaging/built.sha256", "0", False),
        ("packaging/__pycache__/bundle.cpython-311.pyc", "code", False),
    ],
)
def test_a_build_is_due_when_what_it_depends_on_changes(root: Path, file: str, text: str, counts: bool) -> None:
    before = verify.fingerprint(root)
    (root / file).parent.mkdir(exist_ok=True)
    (root / file).write_text(text, encoding="utf-8")
    assert (verify.fingerprint(root) != before) is counts


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, root: Path) -> list[list[str]]:
    """The builds that were begun; the first fails."""
    begun: list[list[str]] = []

    def build(arguments: list[str]) -> int:
        begun.append(arguments)
        return 1 if len(begun) == 1 else 0

    monkeypatch.setattr("build.main", build)
    monkeypatch.setattr(verify, "ROOT", root)
    monkeypatch.setattr(verify, "RECORD", root / "packaging" / "built.sha256")
    monkeypatch.delenv(verify.ALWAYS, raising=False)
    return begun


def test_a_state_is_written_down_once_it_was_built(built: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    assert verify.main(["--record"]) == 1
    assert not verify.RECORD.exists(), "that build failed"
    assert verify.main(["--record"]) == 0
    assert verify.main([]) == 0
    assert len(built) == 2, "nothing has changed since"
    monkeypatch.setenv(verify.ALWAYS, "1")
    assert verify.main([]) == 0
    assert built[-1] == ["--no-archives"] and len(built) == 3
