"""The map of lessons: all of them, their minutes, and what this student has done."""

import re
from pathlib import Path

import pytest

from lstm_jax.course import lesson_map
from lstm_jax.course.checks.journal import FILE, _unwritten
from lstm_jax.course.checks.lesson_map import LESSONS
from lstm_jax.course.checks.progress import keep_outcome, keep_prediction

NOTEBOOKS = Path(__file__).resolve().parents[3] / "notebooks"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of its own, in which a student has done a little."""
    monkeypatch.delenv("LSTM_JAX_PROGRESS")
    monkeypatch.chdir(tmp_path)
    _unwritten.clear()  # of tests that ran before, where nothing is written
    keep_outcome("reach", "passed")
    keep_prediction("slow_peaks", "(a)", "(c)")
    yield tmp_path
    _unwritten.clear()


def test_it_lists_the_notebooks_in_their_order():
    files = sorted(path.name for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    assert [lesson.file for lesson in LESSONS] == files


def test_in_a_terminal_it_is_a_table_with_what_was_done(capsys):
    lesson_map()
    headline, header, *rows, sentence = capsys.readouterr().out.splitlines()
    assert headline == "The lessons"
    columns = ["lesson", "minutes", "at home", "exercises passed", "predictions made"]
    assert re.split(r"\s{2,}", header.strip()) == columns
    cells = [re.split(r"\s{2,}", row.strip()) for row in rows]
    assert [row[:3] for row in cells] == [
        [lesson.title, str(lesson.minutes), str(lesson.home or "-")] for lesson in LESSONS
    ]
    assert cells[0][3:] == ["0 of 3", "1 of 7"]
    assert cells[2][3:] == ["1 of 3", "0 of 8"]
    assert sentence.startswith("Run this cell again")


def test_what_is_wrong_with_the_journal_is_said(folder, capsys):
    with (folder / FILE).open("a") as file:
        file.write("torn\n")
    lesson_map()
    assert f"1 line of {FILE} cannot be read" in capsys.readouterr().out
