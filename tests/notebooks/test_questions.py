"""Each question to predict has its buttons below it and, later on, its verdict."""

import ast
import re
from pathlib import Path

import build
import pytest

from lstm_jax.course.checks.questions import LESSONS

SOURCES = sorted((build.NOTEBOOKS / "source").glob("[0-9][0-9]_*.py"))
CALLS = "guess", "verdict"


def called(source: str) -> list[tuple[str, ast.Call]]:
    """The calls of `guess` and `verdict`, in their order."""
    calls = [
        (node.func.id, node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS
    ]
    return sorted(calls, key=lambda call: call[1].lineno)


@pytest.fixture(params=SOURCES, ids=lambda path: path.stem)
def cells(request: pytest.FixtureRequest) -> list[tuple[str, str]]:
    """The kind and the source of each cell of a lesson."""
    source = request.param.read_text(encoding="utf-8")
    return [(cell.cell_type, cell.source) for cell in build.read_cells(source)]


def test_each_question_has_its_buttons_and_its_verdict(cells: list[tuple[str, str]]) -> None:
    title = cells[0][1].splitlines()[0].removeprefix("# ")
    questions = []
    for index, (kind, source) in enumerate(cells):
        if kind != "markdown" or "> **Predict.**" not in source:
            continue
        letters = "".join(re.findall(r"^> - \((\w)\)", source, re.MULTILINE))
        assert source.count("**Predict.**") == 1, f"two questions in one cell: {source}"
        if letters:
            below = re.fullmatch(r'guess\("(\w+)"\)', cells[index + 1][1])
            assert below, f"below its question stands guess(name) alone: {source}"
            assert source.splitlines()[-1].startswith(">"), f"more text than the question: {source}"
            name = below[1]
            later = [
                ast.literal_eval(call.args[0])
                for kind, source in cells[index + 2 :]
                if kind == "code"
                for function, call in called(source)
                if function == "verdict"
            ]
            assert name in later, f"no verdict on {name}"
            questions.append((name, letters))
    assert dict(questions) == LESSONS[title]
    assert list(dict(questions)) == list(LESSONS[title]), "in another order"
    given = [
        ast.literal_eval(call.args[0])
        for kind, source in cells
        if kind == "code"
        for function, call in called(source)
        if function == "verdict"
    ]
    assert sorted(given) == sorted(LESSONS[title])


def test_a_verdict_is_computed(cells: list[tuple[str, str]]) -> None:
    for kind, source in cells:
        for function, call in called(source) if kind == "code" else []:
            if function == "verdict":
                assert not isinstance(call.args[1], ast.Constant), source


def test_no_cell_takes_the_names_of_the_quiz(cells: list[tuple[str, str]]) -> None:
    names = {"check", "guess", "hint", "progress", "verdict"}
    for kind, source in cells:
        tree = ast.parse(source) if kind == "code" else ast.Module([], [])
        taken = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        } | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert not taken & names, source


def test_each_lesson_ends_with_the_progress(cells: list[tuple[str, str]]) -> None:
    for_students = [source for _, source in cells if "## For the instructor" not in source]
    assert for_students[-1] == "progress()"


def test_every_source_is_read() -> None:
    assert len(SOURCES) == len(list(Path(build.NOTEBOOKS).glob("[0-9][0-9]_*.ipynb")))
