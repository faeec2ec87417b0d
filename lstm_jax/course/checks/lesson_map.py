"""`lesson_map`: all lessons as links, with their minutes and how far you have come.

Titles and minutes stand in the first cell of each lesson; `make notebooks` computes the minutes and
writes both into `lessons.json`.
"""

import json
from pathlib import Path
from typing import NamedTuple

from lstm_jax.course.checks import journal
from lstm_jax.course.checks.progress import standings
from lstm_jax.course.checks.report import COLOURS, Panel, Table

AGAIN = "Run this cell again to see how far you have come."


class Lesson(NamedTuple):
    """The file of a notebook, such as "00_start_here.ipynb", its title, and its minutes."""

    file: str
    title: str
    minutes: int
    home: int  # minutes of the sections for home


LESSONS = tuple(
    Lesson(**each)
    for each in json.loads(Path(__file__).with_name("lessons.json").read_text(encoding="utf-8"))
)


def lesson_map() -> None:
    """Show all lessons: a link to each, its minutes, and how far you have come in it.

    The links lead to the notebooks beside the one that shows the map.
    """
    done = standings()
    rows = tuple(
        (title, str(minutes), str(home or "-"), done[title].passed, done[title].predicted)
        for _, title, minutes, home in LESSONS
    )
    header = ("lesson", "minutes", "at home", "exercises passed", "predictions made")
    table = Table(header, rows, links=tuple(lesson.file for lesson in LESSONS))
    Panel(COLOURS[None], "The lessons", (table, journal.read().problem or AGAIN)).show()
