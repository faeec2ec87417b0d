"""Editing the scripts of the explorers while explorers are on the screen."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lstm_jax.course import GateExplorer
from lstm_jax.course.explorers import modules, reload


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of js/ that is read in its place."""
    folder = tmp_path / "js"
    shutil.copytree(modules.SOURCES, folder)
    monkeypatch.setattr(reload, "SOURCES", folder)
    monkeypatch.setattr(reload, "STYLE", folder / "explorer.css")
    return folder


def add_line(path: Path, line: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")


def test_a_saved_file_reaches_living_explorers(sources: Path) -> None:
    explorers = [GateExplorer(bias=1.5), GateExplorer()]
    add_line(sources / "gate.js", "// a new line\n")
    add_line(sources / "explorer.css", "/* a new rule */\n")
    reload.renew(explorers)
    for explorer in explorers:
        assert "// a new line\n" in explorer._esm
        assert "/* a new rule */\n" in explorer._css
    assert explorers[0].bias == 1.5


def test_nothing_is_sent_where_nothing_has_changed(sources: Path) -> None:
    explorer = GateExplorer()
    changes: list[str] = []
    explorer.observe(lambda change: changes.append(change["name"]))
    reload.renew([explorer])
    assert changes == []


def test_a_file_that_cannot_be_joined_says_so_and_changes_nothing(sources: Path) -> None:
    explorer = GateExplorer()
    before, gate = explorer._esm, (sources / "gate.js").read_text(encoding="utf-8")
    add_line(sources / "gate.js", "export { draw };\n")
    reload.renew([explorer])
    assert explorer._esm == before
    assert "gate.js, line" in explorer.message
    (sources / "gate.js").write_text(gate, encoding="utf-8")
    reload.renew([explorer])
    assert explorer.message == ""


def test_a_file_that_is_away_while_it_is_saved_changes_nothing(sources: Path) -> None:
    explorer = GateExplorer()
    before = explorer._esm
    (sources / "gate.js").unlink()
    reload.renew([explorer])
    assert (explorer._esm, explorer.message) == (before, "")


@pytest.mark.slow
def test_explorers_follow_the_files_when_asked(sources: Path) -> None:
    code = """
import sys, threading
from pathlib import Path
from lstm_jax.course.explorers import reload
reload.SOURCES = Path(sys.argv[1])
from lstm_jax.course import GateExplorer
explorer = GateExplorer()
renewed = threading.Event()
explorer.observe(lambda _: renewed.set(), "_esm")
gate = reload.SOURCES / "gate.js"
gate.write_text(gate.read_text(encoding="utf-8") + "// a new line\\n", encoding="utf-8")
print(renewed.wait(float(sys.argv[2])))
"""

    def says(seconds: str, **environment: str) -> str:
        command = [sys.executable, "-c", code, str(sources), seconds]
        run = subprocess.run(
            command, env={**os.environ, **environment}, capture_output=True, text=True, check=True
        )
        return run.stdout

    assert says("60", LSTM_JAX_DEV="1") == "True\n"
    assert says("1.5", LSTM_JAX_DEV="") == "False\n"
