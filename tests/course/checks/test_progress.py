"""What was done is kept, whatever is restarted, broken, shared or refused."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import solutions

from lstm_jax.course import check, progress
from lstm_jax.course.checks.catalogue import ROOMS
from lstm_jax.course.checks.journal import FILE, VERSION, _unwritten, add, read
from lstm_jax.course.checks.progress import Prediction, keep_outcome, keep_prediction, known
from lstm_jax.course.checks.questions import LESSONS

NOTEBOOKS = Path(__file__).resolve().parents[3] / "notebooks"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of its own, in which the journal is written."""
    monkeypatch.delenv("LSTM_JAX_PROGRESS")
    monkeypatch.chdir(tmp_path)
    _unwritten.clear()  # of tests that ran before, where nothing is written
    yield tmp_path
    _unwritten.clear()


def restart():
    """What a restarted kernel has forgotten."""
    _unwritten.clear()


def shown(capsys):
    """What `progress` prints, by the title of the lesson; under "" the sentence below."""
    capsys.readouterr()
    progress()
    _, _, *rows, sentence = capsys.readouterr().out.splitlines()
    cells = (re.split(r"\s{2,}", row.strip()) for row in rows)
    return {title: counts for title, *counts in cells} | {"": sentence}


def test_a_pass_and_a_prediction_outlive_the_kernel(capsys):
    check("reach", solutions.reach)
    keep_prediction("ten_years_ago", "(c)", "(c)")
    keep_prediction("vmap_shape", "(a)", "(b)")
    restart()
    assert known() == (
        {"reach": "passed"},
        {"ten_years_ago": Prediction("(c)", "(c)"), "vmap_shape": Prediction("(a)", "(b)")},
    )
    table = shown(capsys)
    assert list(table)[:-1] == list(LESSONS)
    assert table["00 Start here"] == ["0 of 3", "2 of 4", "1 of 2"]
    assert table["02 Vanishing gradients"] == ["1 of 3", "0 of 8", "-"]
    assert table[""].startswith("Kept in the hidden file .lstm_jax_progress.jsonl")


def test_a_failure_is_kept_until_it_passes_and_no_longer(capsys):
    check("reach", lambda factor, threshold: 0)
    assert known().outcomes == {"reach": "failed"}
    check("reach", solutions.reach)
    assert known().outcomes == {"reach": "passed"}
    capsys.readouterr()
    check("reach", lambda factor, threshold: 0)
    assert known().outcomes == {"reach": "passed"}
    said = capsys.readouterr().out
    assert "reach: not right yet" in said
    assert "You have passed it before, and your progress keeps that." in said


def test_what_is_not_answered_is_not_kept(folder):
    check("reach", ...)
    assert not (folder / FILE).exists()


def test_what_is_known_is_not_written_again(folder):
    for _ in range(3):
        keep_outcome("reach", "passed")
        keep_prediction("ten_years_ago", "(c)", "(c)")
    assert len((folder / FILE).read_text().splitlines()) == 2


def test_the_first_prediction_counts():
    assert keep_prediction("ten_years_ago", "(a)", "(c)") == ()
    (said,) = keep_prediction("ten_years_ago", "(c)", "(c)")
    assert said == "Your progress keeps your first one, (a)."
    assert known().predictions["ten_years_ago"] == ("(a)", "(c)")


WRITER = """
import sys
from lstm_jax.course.checks.journal import add
for n in range(100):
    assert add({"exercise": f"{sys.argv[1]}-{n}", "outcome": "passed"}) == ""
"""


def test_kernels_that_write_at_once_lose_nothing(folder):
    names = "abcd"
    command = [sys.executable, "-c", WRITER]
    # From the sources tested, wherever those are.
    paths = {**os.environ, "PYTHONPATH": str(NOTEBOOKS.parent)}
    writers = [subprocess.Popen([*command, name], cwd=folder, env=paths) for name in names]
    assert [writer.wait(120) for writer in writers] == [0] * len(names)
    assert set(known().outcomes) == {f"{name}-{n}" for name in names for n in range(100)}
    for line in (folder / FILE).read_text().splitlines():
        assert json.loads(line)["version"] == VERSION


@pytest.mark.parametrize(
    ("broken", "count"),
    [
        (b"\xff\xfe\x00\n", 1),
        (b'{"version": 1, "exercise": "leaky_sum", "outc', 1),  # torn: the disk was full
        (b"[" * 100_000 + b"\n", 1),
        (b'{"version": 99, "exercise": "leaky_sum"}\n[1, 2]\n', 2),
        (b"\n\n", 0),
    ],
)
def test_a_broken_line_costs_only_itself(folder, broken, count, capsys):
    keep_outcome("reach", "passed")
    with (folder / FILE).open("ab") as file:
        file.write(broken)
    keep_outcome("step_jacobian", "passed")
    restart()
    assert known().outcomes == {"reach": "passed", "step_jacobian": "passed"}
    assert broken.strip() in (folder / FILE).read_bytes()
    said = {0: "Kept in", 1: f"1 line of {FILE} cannot be", 2: f"2 lines of {FILE} cannot be"}
    assert shown(capsys)[""].startswith(said[count])


def test_lines_of_this_version_that_make_no_sense_are_passed_over(folder):
    for line in ({"exercise": 3, "outcome": "passed"}, {"exercise": "reach", "outcome": "great"}):
        add(line)
    add({"question": "ten_years_ago", "said": None, "measured": "(a)"})
    assert known() == ({}, {})
    assert len((folder / FILE).read_text().splitlines()) == 3


def test_a_folder_that_cannot_be_written_gets_one_sentence(folder, capsys):
    (folder / FILE).mkdir()  # refuses root as well, whom no permission stops
    check("reach", solutions.reach)
    said = capsys.readouterr().out
    assert "reach: passed" in said
    assert f"{FILE} cannot be written (" in said
    check("step_jacobian", solutions.step_jacobian)
    assert "cannot be written" not in capsys.readouterr().out
    assert known().outcomes == {"reach": "passed", "step_jacobian": "passed"}
    assert shown(capsys)[""].startswith(f"{FILE} cannot be read (")
    (folder / FILE).rmdir()
    assert "cannot be written" in shown(capsys)[""]
    keep_outcome("clip_by_global_norm", "failed")  # and takes along what could not be written
    restart()
    assert len(known().outcomes) == 3
    assert shown(capsys)[""].startswith("Kept in")


def test_a_line_that_is_lost_on_the_way_is_written_again(folder, monkeypatch):
    add({"exercise": "reach", "outcome": "passed"})
    there = (folder / FILE).read_bytes()
    real, looks = Path.read_bytes, []

    def overwritten_once(path):
        looks.append(path)
        if len(looks) == 1:  # another kernel wrote at the same place
            path.write_bytes(there)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", overwritten_once)
    assert add({"exercise": "step_jacobian", "outcome": "passed"}) == ""
    assert len(read().lines) == 2


def test_a_disk_that_keeps_nothing_is_told(folder, monkeypatch):
    monkeypatch.setattr(Path, "read_bytes", lambda path: b"")
    assert "cannot be written (what was written is not there)" in add({"exercise": "reach"})


def test_switched_off_it_writes_nothing_and_still_knows(folder, monkeypatch, capsys):
    monkeypatch.setenv("LSTM_JAX_PROGRESS", "off")
    check("reach", solutions.reach)
    assert "cannot be" not in capsys.readouterr().out
    assert known().outcomes == {"reach": "passed"}
    assert shown(capsys)[""].startswith("LSTM_JAX_PROGRESS is off.")
    assert not list(folder.iterdir())


def test_each_lesson_has_its_title_and_its_exercises():
    titles = {}
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]
        titles[path.name[:2]] = "".join(first).splitlines()[0].removeprefix("# ")
    assert list(LESSONS) == list(titles.values())
    assert list(ROOMS) == list(titles)
