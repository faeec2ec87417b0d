"""The map of lessons: all of them, their minutes, and what this student has done."""

import re
from pathlib import Path

import pytest

from lstm_jax.course import lesson_map
from lstm_jax.course.checks import questions
from lstm_jax.course.checks.catalogue import exercises_of
from lstm_jax.course.checks.journal import FILE, _unwritten
from lstm_jax.course.checks.lesson_map import LESSONS
from lstm_jax.course.checks.progress import keep_outcome, keep_prediction

NOTEBOOKS = Path(__file__).resolve().parents[3] / "notebooks"


def questions_of(number):
    """The names of a lesson's questions."""
    return next(asked for title, asked in questions.LESSONS.items() if title[:2] == number)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of its own, in which a student has done a little."""
    monkeypatch.delenv("LSTM_JAX_PROGRESS")
    monkeypatch.chdir(tmp_path)
    _unwritten.clear()  # of tests that ran before, where nothing is written
    keep_outcome(next(iter(exercises_of("02"))), "passed")
    keep_prediction(next(iter(questions_of("00"))), "(a)", "(c)")
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
    for row, passed, predicted in ((cells[0], 0, 1), (cells[2], 1, 0)):
        exercises, asked = len(exercises_of(row[0][:2])), len(questions_of(row[0][:2]))
        assert row[3:] == [f"{passed} of {exercises}", f"{predicted} of {asked}"]
    assert sentence.startswith("Run this cell again")


def test_what_is_wrong_with_the_journal_is_said(folder, capsys):
    with (folder / FILE).open("a") as file:
        file.write("torn\n")
    lesson_map()
    assert f"1 line of {FILE} cannot be read" in capsys.readouterr().out
