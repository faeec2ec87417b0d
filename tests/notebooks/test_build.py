"""The notebooks are what their sources say, and a student notebook gives nothing away."""

import ast
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import build
import nbformat
import pytest
from nbformat import NotebookNode

WriteSource = Callable[..., Path]

EXERCISE = '''\
# %%
def add(a, b):
    """Return the sum."""
    ### BEGIN SOLUTION
    total = a + b
    return total
    ### END SOLUTION


# %% [markdown] tags=["instructor"]
# Minute 5. The usual wrong answer is the product.
'''


def read(text: str) -> NotebookNode:
    return nbformat.reads(text, as_version=4)


def sources(text: str) -> list[str]:
    return [cell.source for cell in read(text).cells]


def solution(*lines: str) -> str:
    return "\n".join(["# %%", "### BEGIN SOLUTION", *lines, "### END SOLUTION", ""])


def test_a_solution_is_one_stub_line_for_the_student(write_source: WriteSource) -> None:
    lesson = build.build(write_source(EXERCISE))
    definition = 'def add(a, b):\n    """Return the sum."""\n'
    assert sources(lesson.student)[2] == definition + "    ...  # your code here"
    assert sources(lesson.solved)[2] == (
        definition + "    ### BEGIN SOLUTION\n    total = a + b\n    return total\n"
        "    ### END SOLUTION"
    )


@pytest.mark.parametrize(
    ("lines", "stub"),
    [
        (["answer = 6 * 7"], "answer = ...  # your code here"),
        (
            ["x = 1", "first, (second, *rest) = f(x)"],
            "first = second = rest = ...  # your code here",
        ),
        (["rate: float = 0.1"], "rate = ...  # your code here"),
        (["table[row] = 3"], "...  # your code here"),
        (["h = step(h)", "hs.append(h)"], "...  # your code here"),
    ],
)
def test_names_that_a_solution_assigns_last_stay(
    write_source: WriteSource, lines: list[str], stub: str
) -> None:
    assert sources(build.build(write_source(solution(*lines))).student)[2] == stub


def test_a_name_that_is_set_above_a_solution_is_not_set_again(write_source: WriteSource) -> None:
    text = solution("answer = 6 * 7").replace("### BEGIN", "answer = ...  # a number\n\n### BEGIN")
    cell = sources(build.build(write_source(text)).student)[2]
    assert cell == "answer = ...  # a number\n\n...  # your code here"


def test_an_instructor_cell_stands_in_the_solved_notebook_alone(write_source: WriteSource) -> None:
    lesson = build.build(write_source(EXERCISE))
    assert "Minute 5" in lesson.solved
    assert "Minute 5" not in lesson.student


def test_notebooks_are_plain(write_source: WriteSource) -> None:
    lesson = build.build(write_source("\n\n\n\n\n" + EXERCISE + "\n\n\n\n# %%\n1 + 1\n"))
    for text in (lesson.student, lesson.solved):
        notebook = json.loads(text)
        assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
        assert notebook["metadata"]["kernelspec"]["name"] == "python3"
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
        known = {"cellView", "jupyter", "nbgrader", "slideshow", "tags"}  # see test_marks.py
        assert all(cell["metadata"].keys() <= known for cell in notebook["cells"])


def test_ids_outlive_edits_elsewhere_and_better_solutions(write_source: WriteSource) -> None:
    cells = "# %%\n1 + 1\n\n# %%\n1 + 1\n\n" + EXERCISE
    before = build.build(write_source(cells))
    after = build.build(
        write_source("# %%\n2 + 2\n\n" + cells.replace("return total", "return b + a"))
    )
    texts = (before.student, before.solved, after.student, after.solved)
    ids = [[cell.id for cell in read(text).cells] for text in texts]
    student, solved, student_after, solved_after = ids
    assert solved[:-1] == student, "the same cell has the same id in both notebooks"
    assert len(set(solved)) == len(solved), "equal cells have different ids"
    assert student_after[:2] + student_after[3:] == student
    assert solved_after[:2] + solved_after[3:] == solved


@pytest.mark.parametrize(
    ("cells", "line", "message"),
    [
        ("# %%\n### BEGIN SOLUTION\nx = 1\n", 8, "no `### END SOLUTION` in this cell"),
        ("# %%\n### BEGIN SOLUTION\nx = 1\n# %%\n### END SOLUTION\n", 8, "no `### END SOLUTION`"),
        ("# %%\nx = 1\n### END SOLUTION\n", 9, "no `### BEGIN SOLUTION` before"),
        (solution("x = 1", "### BEGIN SOLUTION", "y = 2"), 10, "inside a solution"),
        ("# %%\nx = 1  ### BEGIN SOLUTION\n", 8, "alone on its line"),
        ("# %%\n# BEGIN SOLUTION\n", 8, "alone on its line"),
        ("# %% [markdown]\n# ### BEGIN SOLUTION\n", 8, "outside a code cell"),
        (solution("# nothing but a comment"), 8, "whole statements"),
        ("# %%\nif x:\n    y = 1\n" + solution("else:", "    y = 2")[5:], 10, "whole statements"),
        ("# %%\n@decorate\n" + solution("def f(): ...")[5:], 9, "without the solutions"),
        ("# %%\nx = = 1\n", 8, "not valid Python"),
        (
            "# %%\ntotal = first + second\n\n" + solution("total = first + second"),
            11,
            "also stands",
        ),
        ('# %% tags=["measure"]\nprint(1)\n', 7, "does not say what it does"),
        ('# %% tags=["measure"]\n# @title\nprint(1)\n', 7, "does not say what it does"),
        ('# %% tags=["measure"]\n\n# Adds one\nprint(1)\n', 7, "does not say what it does"),
        ('# %% tags=["measure"]', 7, "does not say what it does"),
        ('# %% [markdown] tags=["measure"]\n# Adds one\n', 7, "only code is tagged measure"),
        (solution("x = 1").replace("%%", '%% tags=["measure"]\n# Adds one'), 7, "never folded"),
    ],
)
def test_a_broken_source_is_named_with_its_line(
    write_source: WriteSource, cells: str, line: int, message: str
) -> None:
    with pytest.raises(build.SourceError, match=rf"^01_adding\.py:{line}: .*{message}"):
        build.build(write_source(cells))


@pytest.mark.parametrize(
    ("opening", "line", "message"),
    [
        ("", 1, "opens with a markdown cell"),
        ("# %%\nimport math\n", 1, "opens with a markdown cell"),
        ("# %% [markdown]\n# # 02 Adding\n", 1, "its title"),
        (
            "# %% [markdown]\n# # 01 Adding\n\n# %%\nimport math\n\nx = 1\n",
            7,
            "imports and nothing",
        ),
    ],
)
def test_a_lesson_opens_with_title_and_imports(
    write_source: WriteSource, opening: str, line: int, message: str
) -> None:
    with pytest.raises(build.SourceError, match=rf"^01_adding\.py:{line}: .*{message}"):
        build.build(write_source("", opening=opening))


def test_check_is_content_with_what_build_writes(
    write_source: WriteSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_source(EXERCISE)
    assert build.main(["--check"], tmp_path) == 1
    assert not list(tmp_path.rglob("*.ipynb")), "a check writes nothing"
    assert "01_adding.ipynb is missing. Run `make notebooks`." in capsys.readouterr().out
    assert build.main([], tmp_path) == 0
    assert build.main(["--check"], tmp_path) == 0
    notebook = tmp_path / "01_adding.ipynb"
    notebook.write_bytes(notebook.read_bytes().replace(b"\n", b"\r\n"))
    assert build.main(["--check"], tmp_path) == 0, "line ends of a checkout on Windows"


def test_check_finds_a_notebook_edited_by_hand(
    write_source: WriteSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_source(EXERCISE)
    build.main([], tmp_path)
    notebook = tmp_path / "solutions" / "01_adding.ipynb"
    notebook.write_text(notebook.read_text().replace("Return the sum.", "Return the total."))
    assert build.main(["--check"], tmp_path) == 1
    assert "is not what the sources build" in capsys.readouterr().out


def test_check_finds_a_notebook_without_a_source(
    write_source: WriteSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_source(EXERCISE)
    build.main([], tmp_path)
    (tmp_path / "01_adding.ipynb").rename(tmp_path / "02_gone.ipynb")
    build.main([], tmp_path)
    assert build.main(["--check"], tmp_path) == 1
    assert "02_gone.ipynb has no source" in capsys.readouterr().out


def test_the_build_writes_titles_and_minutes_for_the_package(
    write_source: WriteSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_source(f'{EXERCISE}\n# %% [markdown] tags=["home"]\n# ## 1. More\n')
    assert build.main([], tmp_path) == 0
    file = tmp_path / "lessons.json"
    assert json.loads(file.read_text()) == [
        {"file": "01_adding.ipynb", "title": "01 Adding", "minutes": 8, "home": 1}
    ]
    file.write_text(file.read_text().replace("8", "6"))
    assert build.main(["--check"], tmp_path) == 1
    assert "lessons.json is not what the sources build" in capsys.readouterr().out


def test_check_reports_a_broken_source_and_looks_at_the_others(
    write_source: WriteSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_source("# %%\n### END SOLUTION\n")
    write_source(EXERCISE, name="02_more")
    assert build.main([], tmp_path) == 1
    assert "01_adding.py:8: " in capsys.readouterr().out
    assert (tmp_path / "02_more.ipynb").exists()


def test_a_leaked_solution_line_is_found(
    write_source: WriteSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_source(EXERCISE)
    build.main([], tmp_path)
    notebook = tmp_path / "01_adding.ipynb"
    notebook.write_text(notebook.read_text().replace("...  # your code here", "total = a + b"))
    assert build.main(["--check"], tmp_path) == 1
    assert "01_adding.ipynb gives away `total = a + b`" in capsys.readouterr().out


def test_a_leaked_instructor_cell_is_found(write_source: WriteSource) -> None:
    lesson = build.build(write_source(EXERCISE))
    assert build.leaks(lesson.solved, lesson.student) == set()
    assert "Minute 5. The usual wrong answer is the product." in build.leaks(
        lesson.solved, lesson.solved
    )


def test_a_line_that_also_stands_elsewhere_is_no_leak(write_source: WriteSource) -> None:
    elsewhere = "# %%\ndef three():\n    total = 3\n    return total\n\n"
    lesson = build.build(write_source(elsewhere + EXERCISE))
    assert build.leaks(lesson.solved, lesson.student) == set()
    twice = lesson.student.replace("...  # your code here", "return total")
    assert build.leaks(lesson.solved, twice) == {"return total"}


def test_the_committed_notebooks_are_built(capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main(["--check"]) == 0, capsys.readouterr().out


LESSONS = sorted(build.NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_imports_first(path: Path) -> None:
    cells = read(path.read_text(encoding="utf-8")).cells
    assert re.match(rf"# {path.name[:2]} \w", cells[0].source)
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    # The map of all lessons stands before the imports, which take a second or two.
    first = code[1] if path == LESSONS[0] else code[0]
    assert all(isinstance(line, ast.Import | ast.ImportFrom) for line in ast.parse(first).body)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_sentence_becomes_a_list_where_its_line_breaks(path: Path) -> None:
    for cell in read(path.read_text(encoding="utf-8")).cells:
        if cell.cell_type != "markdown":
            continue
        for line, following in pairwise(cell.source.splitlines()):
            may_end = not line or line.endswith((".", ":", "?", "!", "**"))
            in_list = re.match(r"\d+[.)] |   ", line)
            assert may_end or in_list or not re.match(r"\d+[.)] ", following), following
