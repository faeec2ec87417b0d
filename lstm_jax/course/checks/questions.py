"""The questions to predict, by lesson and in their order: a name, and the letters of its options.

The questions themselves stand in the lessons, with their mathematics; `make notebooks` reads the
names and letters off them into `questions.json`.
"""

import json
from difflib import get_close_matches
from pathlib import Path

LESSONS: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
)


def options_of(name: str) -> tuple[str, ...]:
    """The options of a question, such as "(a)"; ValueError with close names where there is none."""
    questions = {name: letters for lesson in LESSONS.values() for name, letters in lesson.items()}
    if name in questions:
        return tuple(f"({letter})" for letter in questions[name])
    close = get_close_matches(name, questions) or list(questions)
    raise ValueError(f"there is no question {name!r}; did you mean {', '.join(close)}?")
