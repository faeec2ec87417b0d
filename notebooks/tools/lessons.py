"""The title, the minutes and the sections of each lesson, as `build.py` has written them into it.

`lesson_map` knows them from a file in the package, because a student may have the package alone.
The README has them in its table of lessons, and INSTRUCTOR.md in its run sheets: the build writes
the minutes there, and people write the rest.
"""
# mypy: untyped-calls-exclude=nbformat

import json
import re
from typing import NamedTuple

import nbformat

TITLE = re.compile(r"# (.+)")
TIME = re.compile(r"^Time: (\d+) minutes(?:, and (\d+) at home)?$", re.MULTILINE)
HEADING = re.compile(r"## (?:(\d+)\. )?.* \((at home, )?(\d+) min\)")
README_ROW = re.compile(r"^(\| (\d\d) \| \[[^]]+\]\(.*) \| \S+ \| \S+ \|$", re.MULTILINE)
PLAN_ROW = re.compile(r"^\| (\d+) \| (\d\d(?:, \d\d)*) \|([^|]*)\|[^|]*\|$", re.MULTILINE)


class Lesson(NamedTuple):
    """A lesson and its minutes: of the core, at home, and of each numbered section of the core."""

    file: str
    title: str
    minutes: int
    home: int
    sections: dict[str, int]

    @property
    def number(self) -> str:
        """Its two digits."""
        return self.file[:2]

    def sections_in_words(self) -> str:
        """The minutes of each, in one line."""
        return ", ".join(f"{number} takes {time}" for number, time in self.sections.items())


def read(file: str, text: str) -> Lesson:
    """Read one off the text of its notebook."""
    cells = nbformat.reads(text, as_version=4).cells
    title, time = TITLE.match(cells[0].source), TIME.search(cells[0].source)
    if title is None or time is None:
        raise ValueError(f"{file}: its first cell has no title, or no line that says its minutes")
    headings = (HEADING.match(cell.source) for cell in cells if cell.cell_type == "markdown")
    core = {found[1]: int(found[3]) for found in headings if found and found[1] and not found[2]}
    return Lesson(file, title[1], int(time[1]), int(time[2] or 0), core)


def to_json(lessons: list[Lesson]) -> str:
    """The text of the file in the package."""
    keys = "file", "title", "minutes", "home"
    found = [{key: getattr(lesson, key) for key in keys} for lesson in lessons]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def readme(text: str, lessons: list[Lesson]) -> str:
    """The README with the minutes of today: the last two columns of its table of lessons."""
    by_number = {lesson.number: lesson for lesson in lessons}

    def row(found: re.Match[str]) -> str:
        lesson = by_number.get(found[2])
        return f"{found[1]} | {lesson.minutes} | {lesson.home or '-'} |" if lesson else found[0]

    return README_ROW.sub(row, text)


def run_sheets(text: str, lessons: list[Lesson]) -> str:
    """INSTRUCTOR.md with the minutes of today: the last column of its run sheets.

    What a sheet leaves out and is no section of the core any more is taken out of it.
    """
    by_number = {lesson.number: lesson for lesson in lessons}

    def row(found: re.Match[str]) -> str:
        shown = found[2].split(", ")
        if not by_number.keys() >= set(shown):
            return found[0]
        parts = {
            f"{number}.{section}": minutes
            for number in shown
            for section, minutes in by_number[number].sections.items()
        }
        without = [name for name in found[3].strip().split(", ") if name in parts]
        total = sum(by_number[number].minutes for number in shown)
        total -= sum(parts[name] for name in without)
        left_out = f" {', '.join(without)} " if without else " "
        return f"| {found[1]} | {found[2]} |{left_out}| {total} |"

    return PLAN_ROW.sub(row, text)
