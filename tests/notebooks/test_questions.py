"""Each question to predict has its buttons below it and, later on, its verdict."""

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path

import build
import nbformat
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


def test_each_question_has_a_verdict_below_it(cells: list[tuple[str, str]]) -> None:
    title = cells[0][1].splitlines()[0].removeprefix("# ")
    asked, given = [], []
    for source in (source for kind, source in cells if kind == "code"):
        for function, call in called(source):
            name = ast.literal_eval(call.args[0])
            if function == "guess":
                asked.append(name)
            else:
                assert name in asked, f"the verdict on {name} stands above its question"
                given.append(name)
    assert asked == list(LESSONS[title])
    assert sorted(given) == sorted(LESSONS[title])


QUESTION = """\
# %% [markdown]
# > **Predict.** How much is left?
# >
# > - (a) a half
# > - (b) a tenth
"""
BUTTONS = '\n# %%\nguess("left")\n'


def test_a_build_writes_the_questions_for_the_package(
    write_source: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_question = "# %% [markdown]\n# > **Predict.** Which line bends?\n\n"
    write_source(open_question + QUESTION + BUTTONS)
    write_source("", "02_halving")
    assert build.main([], tmp_path) == 0
    file = tmp_path / "questions.json"
    half, tenth = ({"html": words, "text": words} for words in ("a half", "a tenth"))
    left = {"text": "How much is left?", "options": {"a": half, "b": tenth}}
    assert json.loads(file.read_text()) == {"01 Adding": {"left": left}, "02 Adding": {}}
    file.write_text(file.read_text().replace("tenth", "third"))
    capsys.readouterr()
    assert build.main(["--check"], tmp_path) == 1
    assert "questions.json is not what the sources build" in capsys.readouterr().out


FULL = """\
# %% [markdown]
# Two units.
#
# > **Predict.** Does `decay` matter
# > to $h_T$?
# >
# > - (a) *no*: $h_{t-1} \\le 10^{-3}$
# >   at each step
# > - (b) yes, `h_0` too
# >
# > And how much?
"""


def test_the_notebooks_keep_the_question_and_lose_its_options(
    write_source: Callable[..., Path], tmp_path: Path
) -> None:
    write_source(FULL + BUTTONS)
    assert build.main([], tmp_path) == 0
    for notebook in (tmp_path / "01_adding.ipynb", tmp_path / "solutions" / "01_adding.ipynb"):
        text = "\n".join(cell.source for cell in nbformat.read(notebook, as_version=4).cells[2:])
        assert text == (
            "Two units.\n\n> **Predict.** Does `decay` matter\n> to $h_T$?\n>\n> And how much?\n"
            'guess("left")'
        )


def test_the_package_has_them_in_full(write_source: Callable[..., Path], tmp_path: Path) -> None:
    write_source(FULL + BUTTONS)
    assert build.main([], tmp_path) == 0
    asked = json.loads((tmp_path / "questions.json").read_text())["01 Adding"]["left"]
    assert asked["text"] == "Does decay matter to h_T? And how much?"
    no, yes = asked["options"].values()
    assert no["text"] == "no: h_(t-1) ≤ 10^(-3) at each step"
    assert re.sub("<math.*?</math>", "MATH", no["html"]) == "<em>no</em>: MATH at each step"
    assert "<msub>" in no["html"]
    assert yes == {"html": "yes, <code>h_0</code> too", "text": "yes, h_0 too"}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (QUESTION, "no cell with `guess("),
        (QUESTION + BUTTONS + "print(1)\n", "no cell with `guess("),
        (QUESTION + "# Now run on.\n" + BUTTONS, "there is text below the options of `"),
        (f"{QUESTION}#\n{QUESTION.split(maxsplit=3)[3]}{BUTTONS}", "two questions in the cell"),
        (2 * (QUESTION + BUTTONS + "\n"), "two questions are named 'left'"),
    ],
)
def test_a_question_that_is_written_otherwise_is_refused(
    write_source: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    cells: str,
    said: str,
) -> None:
    write_source(cells)
    assert build.main([], tmp_path) == 1
    told = capsys.readouterr().out
    assert f": {said}" in told
    assert told.startswith("01_adding.py:8: "), "the line of the question"
    assert not (tmp_path / "questions.json").exists()


def test_a_verdict_is_computed(cells: list[tuple[str, str]]) -> None:
    for kind, source in cells:
        for function, call in called(source) if kind == "code" else []:
            if function == "verdict":
                conditions = call.args[1]
                assert isinstance(conditions, ast.Dict | ast.DictComp), source
                for value in conditions.values if isinstance(conditions, ast.Dict) else ():
                    assert not isinstance(value, ast.Constant), "every option can come out"


def test_what_runs_in_place_of_an_answer_has_another_name(cells: list[tuple[str, str]]) -> None:
    """Else a second `check` would look at the package's own, and pass it."""
    for kind, source in cells:
        for node in ast.walk(ast.parse(source)) if kind == "code" else ():
            match node:
                case ast.Assign([target], ast.Call(ast.Name("mine"), [answer, *_])):
                    assert ast.unparse(target) != ast.unparse(answer), source


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
