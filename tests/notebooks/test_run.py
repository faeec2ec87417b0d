"""The runner finds what a class must not see, and a lesson needs no network."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import build
import nbformat
import pytest
import run
from given import ARGUMENTS, IMPORTS

from lstm_jax.course import explorers

WriteSource = Callable[..., Path]

CHECKED = '''\
# %%
def check(value):
    """Stand in for `lstm_jax.course.checks.check`."""
    outcome = "unanswered" if value is ... else "passed" if value == 3 else "failed"
    metadata = {"lstm_jax": {"exercise": "sum", "outcome": outcome}}
    display({"text/plain": outcome}, raw=True, metadata=metadata)


# %%
### BEGIN SOLUTION
total = 1 + 2
### END SOLUTION
check(total)
'''


# nbclient now and then waits for ever after a cell with an Output widget (its issue 312), which no
# lesson has: a low limit, and so the problem is found none the less.
def run_cells(write_source: WriteSource, tmp_path: Path, cells: str, limit: float = 8) -> run.Run:
    """Run the student notebook of a lesson with these cells."""
    write_source(cells)
    assert build.main([], tmp_path) == 0
    path = tmp_path / "01_adding.ipynb"
    return run.run("student", path, notebooks=tmp_path, limit=limit, keep=None)


def test_a_good_lesson_gives_a_row_for_each_version(
    write_source: WriteSource, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_source(CHECKED)
    build.main([], tmp_path)
    capfd.readouterr()
    kept = tmp_path / "kept"
    assert run.main(["--jobs", "2", "--keep", str(kept)], tmp_path) == 0
    printed = capfd.readouterr()
    assert printed.err == "", "neither the runner nor a kernel warns"
    header, *rows = [line.split() for line in printed.out.splitlines()]
    assert header == ["lesson", "version", "seconds", "peak", "MB", "result"]
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("01_adding", "student", "ok"),
        ("01_adding", "solved", "ok"),
    ]
    for row in rows:
        assert 0 < float(row[2]) < 60
        assert row[3] == "-" if sys.platform == "win32" else 20 < float(row[3]) < 2000
    solved = nbformat.read(kept / "solutions" / "01_adding.ipynb", as_version=4)
    assert solved.cells[-1].outputs[0].data["text/plain"] == "passed"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("1 / 0", "cell 3: ZeroDivisionError: division by zero\n    | 1 / 0"),
        ("import os\nos._exit(1)", "cell 3: Kernel died\n    | import os\n    | os._exit(1)"),
        (
            "import warnings\nwarnings.warn('careful')",
            "UserWarning: careful\n    | import warnings",
        ),
        (
            "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=1)",
            "ConnectionRefusedError: a lesson runs offline, and this one asked for 192.0.2.1",
        ),
        (
            "import urllib.request\nurllib.request.urlopen('http://data.example/rows.csv')",
            "a lesson runs offline, and this one asked for data.example",
        ),
        (
            "import ipywidgets\nipywidgets.interact(lambda x: 1 / x, x=0)",
            "a widget callback raises ZeroDivisionError: division by zero",
        ),
    ],
)
def test_what_a_class_must_not_see_fails(
    write_source: WriteSource, tmp_path: Path, cell: str, problem: str
) -> None:
    done = run_cells(write_source, tmp_path, f"# %%\n{cell}\n")
    assert done.result == "failed"
    assert len(done.problems) == 1
    assert problem in done.problems[0]


def test_an_error_on_purpose_is_no_failure(write_source: WriteSource, tmp_path: Path) -> None:
    cells = '# %% tags=["raises-exception"]\n1 / 0\n\n# %%\nprint("further")\n'
    assert run_cells(write_source, tmp_path, cells).result == "ok"


@pytest.mark.parametrize("outcome", ["unanswered", "passed", "failed"])
@pytest.mark.parametrize("version", ["student", "solved"])
def test_a_check_must_end_as_its_version_should(version: str, outcome: str) -> None:
    check = {"lstm_jax": {"exercise": "sum", "outcome": outcome}}
    output = nbformat.v4.new_output("display_data", {"text/plain": ""}, metadata=check)
    cell = nbformat.v4.new_code_cell("check(total)", outputs=[output])
    notebook = nbformat.v4.new_notebook(cells=[cell])
    expected = run.EXPECTED_OUTCOME[version]
    problems = list(run.find_problems(notebook, expected))
    if outcome == expected:
        assert problems == []
    else:
        says = f"cell 1: the check of 'sum' says {outcome}, expected {expected}"
        assert problems == [f"{says}\n    | check(total)"]


def test_the_failures_stand_under_the_table_and_set_the_exit_code(
    write_source: WriteSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    solution_left_open = "\n".join(line for line in CHECKED.splitlines() if "###" not in line)
    write_source(solution_left_open)
    build.main([], tmp_path)
    capsys.readouterr()
    assert run.main(["01", "--student"], tmp_path) == 1
    _, row, _, problem, *quote = capsys.readouterr().out.splitlines()
    assert row.endswith("failed")
    assert problem == (
        "01_adding (student), cell 4: the check of 'sum' says passed, expected unanswered"
    )
    assert quote == ["    | total = 1 + 2", "    | check(total)"]


def test_a_slow_lesson_fails(write_source: WriteSource, tmp_path: Path) -> None:
    slow = run_cells(write_source, tmp_path, "# %%\nimport time\ntime.sleep(1)\n", limit=1)
    assert (slow.result, slow.problems) == ("slow", [])


@pytest.mark.slow
def test_a_lesson_that_hangs_is_stopped(write_source: WriteSource, tmp_path: Path) -> None:
    hung = run_cells(write_source, tmp_path, "# %%\nwhile True:\n    pass\n", limit=0.6)
    assert hung.result == "failed"
    assert "cell 3: A cell timed out" in hung.problems[0]


@pytest.mark.slow
def test_the_seconds_of_a_section_are_kept(
    write_source: WriteSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = "# %% [markdown]\n# ## 1. Sleep\n\n# %%\nimport time\n\ntime.sleep({})\n\n"
    write_source(section.format(2.1) + section.format(0.1).replace("1. Sleep", "2. Nap"))
    build.main([], tmp_path)
    monkeypatch.setattr("minutes.SECONDS", tmp_path / "seconds.json")
    (tmp_path / "seconds.json").write_text("{}")
    assert run.main(["01", "--seconds"], tmp_path) == 0
    assert json.loads((tmp_path / "seconds.json").read_text()) == {"01_adding": {"1. Sleep": 2}}


def test_the_kernel_is_this_python_in_the_folder_of_the_lessons(
    write_source: WriteSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "jupyter" / "kernels" / "python3" / "kernel.json"
    other.parent.mkdir(parents=True)
    other.write_text(json.dumps({"argv": ["no-such-python"], "display_name": "Python 3"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    cells = (
        "# %%\nimport os, sys\n"
        f"assert os.path.samefile(sys.executable, {sys.executable!r})\n"
        f"assert os.path.samefile(os.getcwd(), {str(tmp_path)!r})\n"
    )
    assert run_cells(write_source, tmp_path, cells).problems == []


def test_what_runs_here_is_nobodys_progress(
    write_source: WriteSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LSTM_JAX_PROGRESS")
    cells = (
        "# %%\nfrom lstm_jax.course.checks.progress import keep_outcome\n\n"
        "# %%\nkeep_outcome('reach', 'passed')\n"
    )
    assert run_cells(write_source, tmp_path, cells, limit=300).problems == []
    assert not list(tmp_path.glob(".lstm_jax*"))


def test_an_unknown_lesson_is_named(
    write_source: WriteSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_source(CHECKED)
    build.main([], tmp_path)
    with pytest.raises(SystemExit):
        run.main(["01", "77"], tmp_path)
    assert "no lesson 77" in capsys.readouterr().err


@pytest.mark.slow
def test_a_lesson_runs_with_the_network_refused() -> None:
    """The runner refuses every connection: see the table above for what happens to one."""
    path = run.NOTEBOOKS / "solutions" / "00_start_here.ipynb"
    done = run.run("solved", path, notebooks=run.NOTEBOOKS, limit=300, keep=None)
    assert (done.result, done.problems) == ("ok", [])


@pytest.mark.slow
def test_explorers_are_shown_with_the_network_refused(
    write_source: WriteSource, tmp_path: Path
) -> None:
    shown = ", ".join(f"widgets.{name}({ARGUMENTS.get(name, '')})" for name in explorers.__all__)
    cells = f"# %%\n{IMPORTS.strip()}\n\n# %%\ndisplay({shown})\n"
    done = run_cells(write_source, tmp_path, cells, limit=300)
    assert (done.result, done.problems) == ("ok", [])
