"""The questions to predict of a lesson, read from its cells, where they stand with their options.

A question is a markdown cell with `> **Predict.**`, its options, `> - (a) ...`, and nothing below
them but what belongs to the question, `> ...`. The next cell holds its buttons, `guess("name")`
alone; a question without options has none. The buttons show the options in full, so the built
notebooks hold them only there: `take` reads them off and leaves the question. `guess` and
`progress` know the questions of all lessons from the file that `build.py` writes into the package,
because a student may have the package alone. Mathematics stands in it as MathML.
"""
# mypy: untyped-calls-exclude=nbformat

import json
import re
from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode

from lstm_jax.course.pages.mathml import inline_html

PREDICT = "> **Predict.**"
OPTION = re.compile(r"^> - \((\w)\) (.*(?:\n>  +\S.*)*)\n?", re.MULTILINE)
GUESS = re.compile(r'guess\("(\w+)"\)')
MATH = re.compile(r"\$(.+?)\$")
MARKS = re.compile(r"`|\*\*|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")  # what Markdown adds to words
# LaTeX's words for signs; one that has no sign here stays a word.
COMMANDS = {"cdot": "·", "dots": "…", "ge": "≥", "le": "≤", "ne": "≠", "times": "×"}
COMMANDS |= {"epsilon": "ε", "lambda": "λ", "rho": "ρ", "sigma": "σ", "varepsilon": "ε"}

Asked = dict[str, Any]  # of one question: its text, and html and text of each option


class QuestionError(ValueError):
    """A question is not written as above: which one, and what to do."""

    def __init__(self, question: str, message: str) -> None:
        super().__init__(message.format(f"`{question}`"))
        self.question = question


def take(cells: list[NotebookNode]) -> dict[str, Asked]:
    """Take the options out of the cells; returns the questions by their names, in their order.

    Raises:
        QuestionError: a question is not written as above; it says which one, and what to do.
    """
    found: dict[str, Asked] = {}
    for cell, below in zip(cells, [*cells[1:], None], strict=True):
        if cell.cell_type != "markdown" or PREDICT not in cell.source:
            continue
        lines = cell.source.splitlines()
        question = next(line for line in lines if PREDICT in line).removeprefix("> ")
        if cell.source.count(PREDICT) > 1:
            raise QuestionError(question, "two questions in the cell of {}; give each its own")
        options = OPTION.findall(cell.source)
        if not options:
            continue
        if not lines[-1].startswith(">"):
            raise QuestionError(question, "there is text below the options of {}; move it up")
        buttons = GUESS.fullmatch(below.source) if below else None
        if not buttons:
            raise QuestionError(question, 'no cell with `guess("name")` alone below {}; add it')
        if buttons[1] in found:
            raise QuestionError(question, f"two questions are named {buttons[1]!r}; rename one")
        cell.source = without_options(cell.source)
        found[buttons[1]] = {
            "text": plain(quoted(cell.source.partition(PREDICT)[2])),
            "options": {letter: both(quoted(words)) for letter, words in options},
        }
    return found


def without_options(source: str) -> str:
    """Return the cell without its options, and without the empty lines around them."""
    left = OPTION.sub("", source)
    return re.sub(r"(^>[ \t]*\n)(?:>[ \t]*\n)+", r"\1", left, flags=re.MULTILINE).rstrip("\n> ")


def quoted(source: str) -> str:
    """Return the words of a quotation in one line."""
    return " ".join(re.sub(r"^>", "", source, flags=re.MULTILINE).split())


def both(markdown: str) -> dict[str, str]:
    """Return the words as HTML and as plain text."""
    return {"html": inline_html(markdown), "text": plain(markdown)}


def plain(markdown: str) -> str:
    """Return the words without the marks of Markdown and LaTeX."""
    words = MATH.split(markdown)  # words and equations in turn
    words[::2] = (MARKS.sub("", each) for each in words[::2])
    text = re.sub(r"\\([a-z]+)", lambda found: COMMANDS.get(found[1], found[1]), "".join(words))
    return re.sub(r"([_^])\{(.*?)\}", r"\1(\2)", text)


def to_json(lessons: Mapping[str, dict[str, Asked]]) -> str:
    """Return the text of that file from the questions of each lesson, whose name is its title."""
    return json.dumps(lessons, indent=2, ensure_ascii=False) + "\n"
