"""Makes `notebooks/tools/build.py` and `run.py` importable, and lessons to try them on."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "notebooks" / "tools"))

OPENING = """\
# %% [markdown]
# # {number} Adding
# Two numbers make one.
# %%
from IPython.display import display

"""


@pytest.fixture
def write_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return a function that writes a lesson, its opening and these cells, into `tmp_path`.

    What is built there leaves the package as it is.
    """
    monkeypatch.setattr("build.QUESTIONS", tmp_path / "questions.json")
    monkeypatch.setattr("build.TITLES", tmp_path / "lessons.json")

    def write(cells: str, name: str = "01_adding", opening: str = OPENING) -> Path:
        source = tmp_path / "source" / f"{name}.py"
        source.parent.mkdir(exist_ok=True)
        source.write_text(opening.format(number=name[:2]) + cells, encoding="utf-8")
        return source

    return write
