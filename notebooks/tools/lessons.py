"""The title and the minutes of each lesson, read from its first cell.

`lesson_map` and the README show them. It knows them from the file that `build.py` writes into the
package, because a student may have the package alone.
"""
# mypy: untyped-calls-exclude=nbformat

import json
import re
from collections.abc import Mapping

import nbformat

TITLE = re.compile(r"# (.+)")
TIME = re.compile(r"^Time: (\d+) minutes", re.MULTILINE)


def to_json(lessons: Mapping[str, str]) -> str:
    """Return the text of that file: file, title and minutes of each lesson.

    Args:
        lessons: the texts of the notebooks, by the names of their files.

    Raises:
        ValueError: a lesson does not say how long it takes.
    """
    found = []
    for file, text in lessons.items():
        opening = nbformat.reads(text, as_version=4).cells[0].source
        title, time = TITLE.match(opening), TIME.search(opening)
        if not title or not time:
            raise ValueError(f"{file}: its first cell has no `Time: ... minutes`; add it")
        found.append({"file": file, "title": title[1], "minutes": int(time[1])})
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
