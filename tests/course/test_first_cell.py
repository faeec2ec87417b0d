"""What a first cell loads: counted in modules, because seconds depend on the machine."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
# Each takes a part of a second or more to import, and no first cell has a use for it.
SLOW = {"babel", "bokeh", "matplotlib", "pandas", "scipy.stats", "sklearn", "statsmodels"}
# What `from lstm_jax.course import ...` takes in lesson 03 and in most others.
USUAL = "from lstm_jax.course import GateExplorer, check, guess, hint, plots, progress, verdict"


@pytest.fixture
def first_cell(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    import first_cell

    return first_cell


def rooms(modules: list[str]) -> list[str]:
    """The rooms of the lessons among some modules."""
    return [name for name in modules if name.startswith("lstm_jax.course.l")]


def test_first_cell_of_lesson_03_loads_what_it_needs(first_cell: ModuleType) -> None:
    code = first_cell.first_cell(first_cell.sources()["03"])
    assert "GateExplorer" in code
    modules = first_cell.imported(code).modules
    assert "lstm_jax.course.explorers.gate" in modules
    assert not (SLOW | {"optax"}) & set(modules)
    assert rooms(modules) == []
    # 203 with Python 3.11 and the locked versions; 604 when each name loaded all rooms and plots.
    assert len(modules) <= 240


def test_names_of_the_course_load_no_training(first_cell: ModuleType) -> None:
    modules = first_cell.imported(USUAL).modules
    assert "lstm_jax.course.explorers.gate" in modules
    assert not (SLOW | {"optax"}) & set(modules)
    assert rooms(modules) == []
    assert len(modules) <= 240  # 199 with Python 3.11 and the locked versions


def test_no_first_cell_loads_what_is_slow(first_cell: ModuleType) -> None:
    cells = [first_cell.first_cell(source) for source in first_cell.sources().values()]
    modules = first_cell.imported("\n".join(f"exec({cell!r}, {{}})" for cell in cells)).modules
    assert len(cells) == 14
    assert "lstm_jax.course.l13.walks" in modules
    assert not SLOW & set(modules)


def test_an_exercise_loads_no_later_lesson(first_cell: ModuleType) -> None:
    look_up = "from lstm_jax.course import hint; hint('forget_gate')"
    loaded = rooms(first_cell.imported(look_up).modules)
    assert "lstm_jax.course.l03.exercises" in loaded
    assert max(loaded) == "lstm_jax.course.l03.exercises"


def test_command_prints_a_row_for_each_lesson(
    first_cell: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    times = iter([0.4, 0.2, 0.3])

    def imported(_: str) -> Any:
        return first_cell.Imported(1.5, next(times), ["a", "b"])

    monkeypatch.setattr(first_cell, "imported", imported)
    monkeypatch.setattr("sys.argv", ["first_cell.py", "03", "--rounds", "3"])
    first_cell.main()
    head, alone, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["seconds", "modules"]
    assert alone.split() == ["import", "jax", "1.50"]
    assert row.split() == ["03_forget_gate", "0.30", "2"]
