"""Every exercise stands in one lesson: asked, not answered, and checked; each lesson has three."""

import ast
import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from lstm_jax.course.checks.catalogue import exercises

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
STUDENT, SOLVED = (
    {
        path.stem[:2]: [cell.source for cell in nbformat.read(path, as_version=4).cells]
        for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    }
    for folder in (NOTEBOOKS, NOTEBOOKS / "solutions")
)


def lesson_of(name):
    [lesson] = [key for key, cells in STUDENT.items() if f'check("{name}", {name})' in cells]
    return lesson


def definition(cells, name):
    """The cell that defines it, a function or a value: its source, and the last statement to."""
    for source in cells:
        if not re.search(rf"^(def {name}\(|{name} = )", source, flags=re.MULTILINE):
            continue
        for node in reversed(ast.parse(source).body):
            targets = node.targets if isinstance(node, ast.Assign) else [node]
            if name in {getattr(each, "name", getattr(each, "id", None)) for each in targets}:
                return source, node
    raise LookupError(name)


@pytest.mark.parametrize("name", exercises())
def test_an_exercise_stands_in_one_lesson_with_a_hint_and_a_reason(name):
    text = "\n".join(STUDENT[lesson_of(name)])
    assert f'hint("{name}")' in text


@pytest.mark.parametrize("name", exercises())
def test_the_student_finds_a_blank_in_place_of_the_answer(name):
    source, node = definition(STUDENT[lesson_of(name)], name)
    assert "...  # your code here" in source
    values = [getattr(each, "value", None) for each in ast.walk(node)]  # in a skeleton: several
    assert [value for value in values if isinstance(value, ast.Constant) and value.value is ...]


@pytest.mark.parametrize("name", exercises())
def test_the_solved_lesson_has_an_answer(name):
    source, node = definition(SOLVED[lesson_of(name)], name)
    assert "### BEGIN SOLUTION" in source
    blank = node.body[-1] if isinstance(node, ast.FunctionDef) else node
    assert not isinstance(blank.value, ast.Constant)


def test_there_are_45_exercises_and_three_a_lesson():
    assert len(exercises()) >= 45
    count = Counter(map(lesson_of, exercises()))
    assert set(count) == set(STUDENT)
    assert min(count.values()) >= 3
