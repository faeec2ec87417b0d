"""The questions to predict, by lesson and in their order, each with its options in full.

The questions stand in the lessons, with their mathematics; `make notebooks` reads them off into
`questions.json`, where mathematics is MathML, so that a page needs nothing to show it.
"""

import json
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple


class Option(NamedTuple):
    """What stands behind a letter: as HTML, and as plain text for a terminal."""

    html: str
    text: str


class Question(NamedTuple):
    """Its words as plain text, and its options by what they are called, such as "(a)"."""

    text: str
    options: dict[str, Option]


def _read() -> dict[str, dict[str, Question]]:
    lessons = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return {
        title: {
            name: Question(
                asked["text"],
                {f"({letter})": Option(**option) for letter, option in asked["options"].items()},
            )
            for name, asked in questions.items()
        }
        for title, questions in lessons.items()
    }


LESSONS = _read()


def question(name: str) -> Question:
    """The question of that name; ValueError with close names where there is none."""
    questions = {name: asked for lesson in LESSONS.values() for name, asked in lesson.items()}
    if name in questions:
        return questions[name]
    close = get_close_matches(name, questions) or list(questions)
    raise ValueError(f"there is no question {name!r}; did you mean {', '.join(close)}?")
