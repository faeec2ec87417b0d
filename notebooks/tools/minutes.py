"""How long a lesson takes, and what of it is core: computed from its cells, never typed.

A section is all from one heading `## ` to the next. It is *at home* if the cell of its heading is
tagged `home`, otherwise it is core: what a class does together. What stands before the first
section, and the summary, are core. The minutes of a section are

- its words, headings and equations too, at 130 a minute;
- its lines of code that is shown, at 12 a minute: not the blank ones, and not what is folded;
- 1 for each figure: a call such as `plots.curves(...)`, wherever it stands;
- 3 for each task before an explorer: the numbered list that stands last above it; an explorer
  without a list is one task;
- 4 for each question with its options and its verdict;
- 8 for each exercise, and 20 for one whose cell is tagged `substantial`;
- the seconds that its cells run, if one takes 2 s or more: run.py measures them into seconds.json;

rounded to whole minutes, at least 1. A lesson takes the sum, and its core fits into one meeting of
45 minutes, except in the lessons that `LONGER` lists.

The build writes the minutes into the headings of a lesson and into its first cell, and into the
instructor's cell the table of when each section begins; the rest is in lessons.py.
"""

import ast
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from marks import HOME, calls, checked, imports_of, is_map, is_measured
from nbformat import NotebookNode

SECONDS = Path(__file__).with_name("seconds.json")
AT_LEAST = 2  # seconds that a class notices
WORDS, LINES = 130, 12  # a minute
FIGURE, TASK, QUESTION, EXERCISE, SUBSTANTIAL = 1, 3, 4, 8, 20  # minutes
MEETING = 45

# Written before minutes were computed, and not yet cut to one meeting.
LONGER = {
    "05",
    "06",
    "07",
    "08",
    "09",
    "10",
    "11",
    "12",
    "13",
}

INSTRUCTOR = "instructor"
SECTION = "## "
STAMP = re.compile(r" \((?:at home, )?\d+ min\)$")  # what the build writes behind a heading
BEGIN = "### BEGIN SOLUTION"


class Counts(NamedTuple):
    """What takes time in a part of a lesson; `folded`, lines of code, takes none."""

    words: int = 0
    lines: int = 0
    folded: int = 0
    figures: int = 0
    tasks: int = 0
    questions: int = 0
    exercises: int = 0
    substantial: int = 0
    seconds: float = 0

    @property
    def minutes(self) -> int:
        """Whole minutes, at least 1."""
        time = self.words / WORDS + self.lines / LINES + self.seconds / 60
        time += self.figures * FIGURE + self.tasks * TASK + self.questions * QUESTION
        time += self.exercises * EXERCISE + self.substantial * SUBSTANTIAL
        return max(1, math.floor(time + 0.5))


class Section(NamedTuple):
    """A part of a lesson; its title is that of its heading, "4. Many units", or empty."""

    title: str
    home: bool
    counts: Counts
    holds: tuple[str, ...]  # what a class does in it, in a few words

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return self.counts.minutes

    @property
    def number(self) -> str:
        """Its number in the lesson, or nothing."""
        found = re.match(r"(\d+)\. ", self.title)
        return found[1] if found else ""


def tagged(cell: NotebookNode, tag: str) -> bool:
    """Has a cell this tag?"""
    return tag in cell.metadata.get("tags", [])


def title_of(cell: NotebookNode) -> str | None:
    """The title that a cell opens a section with; the minutes that the build wrote do not count."""
    if cell.cell_type != "markdown" or not cell.source.startswith(SECTION):
        return None
    return STAMP.sub("", cell.source.splitlines()[0].removeprefix(SECTION))


def split(cells: list[NotebookNode]) -> list[list[NotebookNode]]:
    """The cells of each section, those before the first one too; none for the instructor."""
    parts: list[list[NotebookNode]] = [[]]
    for cell in cells:
        if tagged(cell, INSTRUCTOR):
            continue
        if title_of(cell) is not None:
            parts.append([])
        parts[-1].append(cell)
    return parts


def sections(cells: list[NotebookNode], seconds: Mapping[str, float]) -> list[Section]:
    """The sections of a lesson, from what its author wrote and the seconds of each by its title."""
    first = imports_of(cells)
    imports = None if first is None else cells[first].id
    found = []
    for part in split(cells):
        title = title_of(part[0]) or ""
        counts = count(part, imports)._replace(seconds=seconds.get(title, 0))
        found.append(Section(title, tagged(part[0], HOME), counts, tuple(contents(part))))
    return found


def count(cells: list[NotebookNode], imports: str | None) -> Counts:
    """Count what stands in the cells of a section; `imports` is the id of that cell."""
    found: Counter[str] = Counter()
    tasks = 1
    for index, cell in enumerate(cells):
        if cell.cell_type == "markdown":
            found["words"] += words(cell.source)
            tasks = tasks_at_the_end(cell.source)
            continue
        found["figures"] += figures(cell.source)
        if has_explorer(cell.source):
            found["tasks"] += max(1, tasks)
        if calls(cell, "guess"):
            found["questions"] += 1
        elif BEGIN in cell.source:
            if not belongs_to_the_next(cells, index):
                found["substantial" if tagged(cell, "substantial") else "exercises"] += 1
        elif not (is_map(cell.source) or calls(cell, "check", "progress")):
            folded = cell.id == imports or is_measured(cell)
            lines = sum(1 for line in cell.source.splitlines() if line.strip())
            found["folded" if folded else "lines"] += lines
    return Counts(**found)


def words(text: str) -> int:
    """How many words a text has: whatever stands between blanks and has a letter or a digit."""
    return sum(1 for word in text.split() if re.search(r"\w", word))


def tasks_at_the_end(text: str) -> int:
    """How many items the list has that a text ends with, or that stands before its last words."""
    blocks = re.split(r"\n\s*\n", text.strip())
    for index in (-1, -2):
        if len(blocks) < -index:
            break
        above = blocks[index - 1] if len(blocks) > -index else ""
        items = re.findall(r"^\d+[.)] ", blocks[index], flags=re.MULTILINE)
        if items:
            return 0 if "**Notice**" in above + blocks[index] else len(items)
    return 0


def calls_in(source: str) -> Iterator[ast.expr]:
    """What is called in code, wherever it stands."""
    return (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def figures(source: str) -> int:
    """How many figures code draws."""
    return sum(
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and called.value.id == "plots"
        for called in calls_in(source)
    )


def has_explorer(source: str) -> bool:
    """Does code make an explorer, other than to ask it at once, as in `GateExplorer().trace()`?"""
    nodes = list(ast.walk(ast.parse(source)))
    asked = [node.value for node in nodes if isinstance(node, ast.Attribute)]
    return any(
        isinstance(node, ast.Call) and name_of(node.func).endswith("Explorer") and node not in asked
        for node in nodes
    )


def name_of(called: ast.expr) -> str:
    """The last name of what is called."""
    match called:
        case ast.Name(name) | ast.Attribute(_, name):
            return name
    return ""


def belongs_to_the_next(cells: list[NotebookNode], index: int) -> bool:
    """Is the exercise of a cell not yet whole, because more of it stands before its check?"""
    for cell in cells[index + 1 :]:
        if checked(cell):
            return False
        if cell.cell_type == "code" and BEGIN in cell.source:
            return True
    return False


def contents(cells: list[NotebookNode]) -> Iterator[str]:
    """What a class does in a section: questions, explorers, exercises by their names."""
    questions = sum(calls(cell, "guess") for cell in cells)
    if any(cell.cell_type == "code" and has_explorer(cell.source) for cell in cells):
        yield "explorer"
    if questions:
        yield "question" if questions == 1 else f"{questions} questions"
    yield from (f"`{name}`" for name in map(checked, cells) if name)


def core(found: Iterable[Section]) -> int:
    """The minutes of what a class does together."""
    return sum(section.minutes for section in found if not section.home)


def at_home(found: Iterable[Section]) -> int:
    """The minutes of the rest."""
    return sum(section.minutes for section in found if section.home)


def write(cells: list[NotebookNode], found: list[Section]) -> None:
    """Write the minutes into the cells of a lesson."""
    home = f", and {at_home(found)} at home" if at_home(found) else ""
    cells[0].source += f"\n\nTime: {core(found)} minutes{home}"
    by_title = {section.title: section for section in found if section.title}
    for cell in cells:
        title = None if tagged(cell, INSTRUCTOR) else title_of(cell)
        section = by_title.get(title or "")
        if section and (section.number or section.home):
            place = "at home, " if section.home else ""
            heading, *rest = cell.source.splitlines()
            cell.source = "\n".join([f"{heading} ({place}{section.minutes} min)", *rest])
    notes = next((cell for cell in cells if tagged(cell, INSTRUCTOR) and title_of(cell)), None)
    if notes is not None and not typed_table(notes.source):
        heading, *rest = notes.source.splitlines()
        notes.source = "\n".join([heading, "", *table(found), *rest])


def table(found: list[Section]) -> Iterator[str]:
    """When each section of the core begins, and what is at home, as lines of Markdown."""
    together = [section for section in found if not section.home]
    starts = accumulate((section.minutes for section in together), initial=0)
    yield from ("| minute | section | |", "|---|---|---|")
    for start, section in zip(starts, together, strict=False):
        title = section.title.replace(". ", " ", 1) if section.number else section.title
        does = f" {', '.join(section.holds)} " if section.holds else " "
        yield f"| {start} | {title or 'opening'} |{does}|"
    yield f"| {core(found)} | end | |"
    rest = [section for section in found if section.home]
    if rest:
        titles = (
            f"{section.title.replace('. ', ' ', 1)} ({section.minutes} min)" for section in rest
        )
        yield from ("", f"At home: {'; '.join(titles)}.")


def report(lesson: str, found: list[Section]) -> Iterator[str]:
    """What was counted in each section of a lesson, as the lines of a table."""
    names = [name for name in Counts._fields if name != "words"]
    row = "{:44} {:>6}" + " {:>10}" * len(names) + " {:>8}"
    yield row.format(lesson, "words", *names, "minutes")
    for section in found:
        title = f"{section.title or 'opening'}{' (at home)' if section.home else ''}"
        yield row.format(title[:44], *section.counts, section.minutes)
    totals = map(sum, zip(*(section.counts for section in found), strict=True))
    yield row.format("in all", *totals, f"{core(found)}+{at_home(found)}")


def typed_table(text: str) -> bool:
    """Does a text hold a table of minutes already?"""
    return "| minute |" in text


def measured(lesson: str, file: Path = SECONDS) -> dict[str, float]:
    """The seconds of each section of a lesson, by its title, as they were measured."""
    found: dict[str, dict[str, float]] = json.loads(file.read_text(encoding="utf-8"))
    return found.get(lesson, {})


def forgotten(lesson: str, cells: list[NotebookNode]) -> list[str]:
    """A sentence if seconds were measured of a section that is no longer there."""
    titles = {title_of(cell) for cell in cells} | {""}
    gone = sorted(measured(lesson).keys() - titles)
    command = f"python notebooks/tools/run.py {lesson[:2]} --seconds"
    return [f"{lesson}: seconds.json has {gone}, which is gone. Run `{command}`."] if gone else []


def keep_seconds(
    lesson: str, cells: list[NotebookNode], seconds: Iterable[float], file: Path = SECONDS
) -> None:
    """Write how long the cells of a lesson ran, by section, into the file that `measured` reads."""
    of_cell = {cell.id: time for cell, time in zip(cells, seconds, strict=True)}
    found: dict[str, dict[str, float]] = json.loads(file.read_text(encoding="utf-8"))
    found[lesson] = {}
    for part in split(cells):
        long = [of_cell[cell.id] for cell in part if of_cell[cell.id] >= AT_LEAST]
        if long:
            found[lesson][title_of(part[0]) or ""] = round(sum(long))
    text = json.dumps(dict(sorted(found.items())), indent=2, ensure_ascii=False)
    file.write_text(f"{text}\n", encoding="utf-8")
