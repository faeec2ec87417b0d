"""The questions to predict of a lesson, read from its cells, where they stand with their options.

A question is a markdown cell with `> **Predict.**`, its options, `> - (a) ...`, and nothing below
them. The next cell holds its buttons, `guess("name")` alone; a question without options has none.
`guess` and `progress` know the names and letters of all lessons from the file that `build.py`
writes into the package, because a student may have the package alone.
"""
# mypy: untyped-calls-exclude=nbformat

import json
import re
from collections.abc import Iterable
from itertools import pairwise

import nbformat
from nbformat import NotebookNode

PREDICT = "> **Predict.**"
OPTION = re.compile(r"^> - \((\w)\)", re.MULTILINE)
GUESS = re.compile(r'guess\("(\w+)"\)')


def questions_of(lesson: NotebookNode) -> dict[str, str]:
    """Return the letters of each question's options, by its name, in the order of the lesson.

    Raises:
        ValueError: a question is not written as above; it says which one, and what to do.
    """
    found: dict[str, str] = {}
    for cell, below in pairwise([*lesson.cells, None]):
        if cell.cell_type != "markdown" or PREDICT not in cell.source:
            continue
        lines = cell.source.splitlines()
        question = next(line for line in lines if PREDICT in line).removeprefix("> ")
        if cell.source.count(PREDICT) > 1:
            raise ValueError(f"two questions in the cell of `{question}`; give each its own")
        letters = "".join(OPTION.findall(cell.source))
        if not letters:
            continue
        if not lines[-1].startswith(">"):
            raise ValueError(f"there is text below the options of `{question}`; move it up")
        buttons = GUESS.fullmatch(below.source) if below else None
        if not buttons:
            raise ValueError(f'no cell with `guess("name")` alone below `{question}`; add it')
        if buttons[1] in found:
            raise ValueError(f"two questions are named {buttons[1]!r}; rename one")
        found[buttons[1]] = letters
    return found


def to_json(lessons: Iterable[str]) -> str:
    """Return the text of that file: the questions by lesson, whose name is its title.

    Args:
        lessons: the texts of the notebooks; `ValueError`s of `questions_of` name the lesson.
    """
    found: dict[str, dict[str, str]] = {}
    for text in lessons:
        lesson = nbformat.reads(text, as_version=4)
        title = lesson.cells[0].source.splitlines()[0].removeprefix("# ")
        try:
            found[title] = questions_of(lesson)
        except ValueError as error:
            raise ValueError(f"{title}: {error}") from error
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
