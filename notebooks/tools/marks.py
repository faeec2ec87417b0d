"""The metadata of cells for other tools: nbgrader, those that make slides, and those that fold.

It is derived from the cells, so that no source has to hold it:

- A cell with a solution is what a student writes. The next cell that is `check("name", ...)` and
  nothing else is worth a point. nbgrader knows the two as `name` and `check-name` for as long as
  the exercise has that name. The student notebooks carry this too, so nbgrader can grade them
  whether it has handed them out or not.
- A section opens a slide; each cell in it is a slide below. What a student writes stands with its
  question, the options stand with theirs, and a cell with the few lines of text before it. Left out
  are imports, the map of lessons, cells for the instructor, the sections for home, and checks and
  the progress, which concern one student alone.
- The imports, and cells tagged `measure`, are folded when a lesson opens. `source_hidden` folds
  them in JupyterLab and Notebook 7, which show their first line, and on slides and pages: see
  `lstm_jax/course/pages`. `cellView` folds them in Colab, which shows a title if the first line is
  `# @title ...`. VS Code folds nothing: it keeps what is folded in its own workspace and reads none
  of it from a file, so there a student sees this code, or calls "Notebook: Collapse All Cell
  Inputs".

Slides, and JupyterLab where it folds a section, need a heading to open its cell: `at_headings`.
"""

import ast
import copy
import re
from typing import Any

from nbformat import NotebookNode

SHORT = 4  # lines of text that leave room on a slide
HEADING = re.compile(r"^(?=#{2,3} )", re.MULTILINE)
POINTS = 1
MEASURE, HOME = "measure", "home"
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}
TITLE = "# @title "  # the line that Colab shows of a folded cell
IMPORTS = f"{TITLE}Run me first"
SCHEMA = 3  # of nbgrader's metadata, since its version 0.6


def at_headings(cell: NotebookNode) -> list[NotebookNode]:
    """Cut a markdown cell before each heading of a section or an exercise."""
    if cell.cell_type != "markdown":
        return [cell]
    parts = []
    for source in filter(None, (part.strip("\n") for part in HEADING.split(cell.source))):
        part = copy.deepcopy(cell)
        part.source = source
        parts.append(part)
    return parts


def marks(
    cells: list[NotebookNode], *, solved: list[bool], instructor: list[bool]
) -> list[dict[str, Any]]:
    """Return the metadata of each cell: `nbgrader`, `slideshow`, and what folds it.

    Args:
        cells: all cells of a lesson.
        solved: for each whether there is a solution in it.
        instructor: for each whether it stands in the solved notebook alone.
    """
    found: list[dict[str, Any]] = [
        {"slideshow": {"slide_type": slide_type}}
        for slide_type in slide_types(cells, solved, instructor)
    ]
    first = imports_of(cells)
    for index, cell in enumerate(cells):
        if index == first or is_measured(cell):
            found[index] |= copy.deepcopy(FOLDED)
    for index, graded in grading(cells, solved).items():
        found[index]["nbgrader"] = graded
    return found


def is_measured(cell: NotebookNode) -> bool:
    """Is it code that measures, draws or decides, rather than the idea?"""
    return cell.cell_type == "code" and MEASURE in cell.metadata.get("tags", [])


def imports_of(cells: list[NotebookNode]) -> int | None:
    """Where the cell of imports stands: the first code but for the map of lessons."""
    code = (index for index, cell in enumerate(cells) if cell.cell_type == "code")
    return next((index for index in code if not is_map(cells[index].source)), None)


def entitle(cells: list[NotebookNode]) -> None:
    """Write into the first line of each folded cell what it shows, as Colab reads it."""
    first = imports_of(cells)
    for index, cell in enumerate(cells):
        if is_measured(cell):
            cell.source = TITLE + cell.source.removeprefix("# ")
        elif index == first:
            cell.source = f"{IMPORTS}\n{cell.source}"


def grading(cells: list[NotebookNode], solved: list[bool]) -> dict[int, dict[str, Any]]:
    """What nbgrader is to know, by the index of the cell."""
    found: dict[int, dict[str, Any]] = {}
    waiting: list[int] = []  # solutions since the last check
    for index, cell in enumerate(cells):
        if solved[index]:
            waiting.append(index)
        elif waiting and (name := checked(cell)):
            *earlier, last = waiting
            found[last] = entry(name, solution=True)
            for number, written in enumerate(earlier, start=1):
                found[written] = entry(f"{name}-{number}", solution=True)
            found[index] = entry(f"check-{name}", grade=True, locked=True, points=POINTS)
            waiting = []
    for written in waiting:  # nothing checks them
        found[written] = entry(f"solution-{cells[written].id}", solution=True)
    return found


def entry(grade_id: str, **differs: Any) -> dict[str, Any]:
    """Return nbgrader's metadata of one cell."""
    plain = {"grade": False, "locked": False, "solution": False, "task": False}
    return {"grade_id": grade_id, "schema_version": SCHEMA, **plain, **differs}


def only_call(cell: NotebookNode) -> tuple[str, list[ast.expr]] | None:
    """Return the name and the arguments in a cell that is `name(...)` and nothing else."""
    if cell.cell_type != "code":
        return None
    match ast.parse(cell.source).body:
        case [ast.Expr(ast.Call(ast.Name(name), arguments))]:
            return name, arguments
    return None


def checked(cell: NotebookNode) -> str | None:
    """Return the name in a cell that is `check("name", ...)` and nothing else."""
    match only_call(cell):
        case ("check", [ast.Constant(str(name)), *_]):
            return name
    return None


def calls(cell: NotebookNode, *names: str) -> bool:
    """Is it a call of one of these functions, and nothing else?"""
    call = only_call(cell)
    return call is not None and call[0] in names


def is_map(source: str) -> bool:
    """Is it the code that shows all lessons, and nothing else?"""
    match ast.parse(source).body:
        case [ast.ImportFrom(), ast.Expr(ast.Call(ast.Name("lesson_map")))]:
            return True
    return False


def slide_types(cells: list[NotebookNode], solved: list[bool], instructor: list[bool]) -> list[str]:
    """Where each cell stands in a slide show, in Jupyter's words."""
    first = imports_of(cells)
    maps = {i for i, cell in enumerate(cells) if cell.cell_type == "code" and is_map(cell.source)}
    types: list[str] = []
    room = False  # on the slide of the text before
    home = False
    for index, cell in enumerate(cells):
        text = cell.source if cell.cell_type == "markdown" else ""
        if text.startswith("## "):
            home = HOME in cell.metadata.get("tags", [])
        if home or instructor[index] or index in {first, *maps} or calls(cell, "check", "progress"):
            types.append("skip")
        elif calls(cell, "guess"):
            types.append("-")
        elif text.startswith(("# ", "## ")):
            types.append("slide")
        elif not text and (room or (solved[index] and cells[index - 1].cell_type == "markdown")):
            types.append("-")
        else:
            types.append("subslide")
        # An answer never stands beside the question that asks to predict it.
        room = 0 < len(text.splitlines()) <= SHORT and "**Predict.**" not in text
    return types
