"""Build the lesson notebooks from their sources, or check that they are built.

    python notebooks/tools/build.py            write the notebooks
    python notebooks/tools/build.py --check    write nothing; say what differs, exit with 1 if any
    python notebooks/tools/build.py --count    write them, and say what takes how long in each

A source `notebooks/source/NN_name.py` is a Python file in jupytext's percent format. It becomes
`notebooks/NN_name.ipynb`, the student notebook, and `notebooks/solutions/NN_name.ipynb`, the solved
one: both without outputs, with the same cell ids, the same bytes wherever they are built. The
questions to predict of all lessons become `lstm_jax/course/checks/questions.json`: questions.py.
Their terms link to the glossary, which learns where each first stands: glossary.py.
Their titles and minutes become `lessons.json` beside it, and columns of the README and of
`solutions/INSTRUCTOR.md`: lessons.py.

How to write one:

- It opens with a markdown cell whose first line is `# NN Title`. Its first code cell holds imports
  and nothing else; only a cell that shows the `lesson_map` may come before it.
- A heading, `## ` or `### `, opens a cell of its own, in the source or not.
- A solution stands in a code cell between two lines of their own, `### BEGIN SOLUTION` and
  `### END SOLUTION`, which the solved notebook keeps: nbgrader reads them. It is whole statements.
- The student sees one line in its place, `...  # your code here`, so a function whose body is the
  solution returns None. Where a solution ends by assigning to names, the names stay: `a, b = f(x)`
  leaves `a = b = ...  # your code here`. A name that the cell has set above its solution, as in
  `a = ...`, is not set again, so that nbgrader hands out the same. So a student notebook runs to
  its end unanswered, and a check that meets None or `...` says "not answered yet".
- Code that is the idea stands in a cell without a tag. What runs an experiment, draws a figure or
  computes a verdict stands in a cell tagged measure, `# %% tags=["measure"]`: it is folded when a
  lesson opens, as the imports are. Its first line is a comment that says in plain words what the
  cell does, `# Trains both networks and draws their losses`, because that line is all that a
  student sees of it. It holds no solution.
- Nobody types minutes, neither in headings nor in the first cell nor for the instructor: they are
  computed and written there. A section whose heading stands in a cell tagged home,
  `# %% [markdown] tags=["home"]`, is for home; all others are the core of the lesson, which fits
  into one meeting. An exercise that takes 20 minutes is tagged substantial. See minutes.py.
- A term is **bold** where a lesson introduces it, and has an entry in `notebooks/glossary.md`: the
  build makes the first bold use a link to it, so no source holds that link. Other bold text is a
  label: it ends with `.`, `?`, `!` or `:`, or it opens a paragraph, a list item or a cell of a
  table, with a capital letter or before a colon. A word of stress has a single star.
- A cell tagged instructor, `# %% [markdown] tags=["instructor"]`, stands in the solved notebook
  alone.
- What a cell is to nbgrader, in a slide show and where cells are folded comes from what stands in
  it: see marks.py. Other metadata in a cell's header goes into the notebooks as it stands,
  `slideshow={...}` too.
"""
# mypy: untyped-calls-exclude=nbformat

import argparse
import ast
import hashlib
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import glossary
import jupytext  # type: ignore[import-untyped]
import lessons as titles
import minutes
import nbformat
import questions
from marks import HOME, MEASURE, at_headings, entitle, is_map, marks
from nbformat import NotebookNode

NOTEBOOKS = Path(__file__).resolve().parents[1]
QUESTIONS = NOTEBOOKS.parent / "lstm_jax" / "course" / "checks" / "questions.json"
TITLES = QUESTIONS.with_name("lessons.json")

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = "...  # your code here"
CELL_HEADER = re.compile(r"#\s*%%+(\s|$)")
TYPED_MINUTES = re.compile(r"# ## .*\((\d+ min|for home)\)$|# Time: \d")
PLAIN_WORDS = re.compile(r"# (?!@)\w+ .*\w")
TELLING = 12  # Shorter lines, `return h` or `h = h0`, stand in many cells and reveal nothing.

# What jupytext notes about the layout of a source does not belong in the notebook.
LAYOUT_METADATA = {"cell_marker", "lines_to_next_cell", "lines_to_end_of_cell_marker"}
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class SourceError(ValueError):
    """A source breaks a rule; worded `file:line: what is wrong; what to do`."""

    def __init__(self, source: Path, index: int, message: str) -> None:
        super().__init__(f"{source.name}:{index + 1}: {message}")


class Lesson(NamedTuple):
    """The text of the two notebooks of one source, and what was read off it."""

    student: str
    solved: str
    title: str
    questions: dict[str, questions.Asked]
    sections: list[minutes.Section]


class Solution(NamedTuple):
    """Where a solution stands in its source: the indices of its two marker lines."""

    begin: int
    end: int


def build(source: Path, terms: Sequence[glossary.Entry] = ()) -> Lesson:
    """Build the notebooks of one source, its terms linked; raises `SourceError`."""
    text = source.read_text(encoding="utf-8")
    lines = text.splitlines()
    solutions = find_solutions(source, lines)
    check_opening(source, lines, parse(source, text))
    check_measured(source, lines)
    check_minutes(source, lines)

    student_lines: list[str | None] = [*lines]
    for solution in solutions:
        student_lines[solution.begin] = stub(source, lines, solution)
        for index in range(solution.begin + 1, solution.end + 1):
            student_lines[index] = None
    parse(source, "\n".join(line or "" for line in student_lines))
    student_text = "\n".join(line for line in student_lines if line is not None)

    solved: list[NotebookNode] = []
    stubbed: list[NotebookNode] = []
    seen: Counter[str] = Counter()
    whole, given = read_cells(text), read_cells(student_text)
    try:
        asked = questions.take(whole)
        questions.take(given)
    except questions.QuestionError as error:
        index = next(index for index, line in enumerate(lines) if error.question in line)
        raise SourceError(source, index, str(error)) from error
    for full, blank in zip(whole, given, strict=True):
        # The id is a hash of what the student sees, so edits elsewhere or in a solution keep it.
        key = f"{blank.cell_type}\n{blank.source}"
        seen[key] += 1
        cell_id = hashlib.sha256(f"{key}\n{seen[key]}".encode()).hexdigest()[:12]
        solved.append(identified(full, cell_id))
        stubbed.append(identified(blank, cell_id))
    hidden = [for_instructor(cell) for cell in solved]
    written = [BEGIN in cell.source for cell in solved]
    found = marks(solved, solved=written, instructor=hidden)
    sections = minutes.sections(solved, minutes.measured(source.stem))
    for cells in (solved, stubbed):
        for cell, of_cell in zip(cells, found, strict=True):
            cell.metadata = {**of_cell, **cell.metadata}
        entitle(cells)
        minutes.write(cells, sections)
    glossary.link(solved, terms, folder="../")
    glossary.link(stubbed, terms)
    student = [cell for cell, hide in zip(stubbed, hidden, strict=True) if not hide]

    shown = set(stripped_lines(student))
    for begin, end in solutions:
        telling = {line.strip() for line in lines[begin + 1 : end] if len(line.strip()) >= TELLING}
        if telling and telling <= shown:
            message = "all of this solution also stands where the student sees it; hide it there"
            raise SourceError(source, begin, message)
    title = solved[0].source.splitlines()[0].removeprefix("# ")
    return Lesson(to_json(student), to_json(solved), title, asked, sections)


def find_solutions(source: Path, lines: list[str]) -> list[Solution]:
    """Find the solutions of a source, in order; raises `SourceError` for a marker out of place."""
    solutions: list[Solution] = []
    begin: int | None = None
    in_code = True
    for index, line in enumerate([*lines, "# %%"]):
        marker = line.strip()
        if CELL_HEADER.match(line):
            if begin is not None:
                raise SourceError(source, begin, f"no `{END}` in this cell; add it")
            in_code = is_code(line)
        elif "BEGIN SOLUTION" not in line and "END SOLUTION" not in line:
            continue
        elif not in_code:
            raise SourceError(source, index, "a solution marker outside a code cell; move it")
        elif marker == BEGIN and begin is None:
            begin = index
        elif marker == END and begin is not None:
            solutions.append(Solution(begin, index))
            begin = None
        elif marker == BEGIN:
            raise SourceError(source, index, f"`{BEGIN}` inside a solution; end that one first")
        elif marker == END:
            raise SourceError(source, index, f"no `{BEGIN}` before this; add it")
        else:
            message = f"a marker is alone on its line and reads `{BEGIN}` or `{END}`; mend it"
            raise SourceError(source, index, message)
    return solutions


def check_opening(source: Path, lines: list[str], module: ast.Module) -> None:
    """Raise `SourceError` unless a lesson opens with its title, and its code with its imports."""
    headers = [index for index, line in enumerate(lines) if CELL_HEADER.match(line)]
    title = f"# # {source.stem[:2]} "
    if not headers or is_code(lines[headers[0]]) or not lines[headers[0] + 1].startswith(title):
        message = (
            f"a lesson opens with a markdown cell, and that with its title; write `{title}...`"
        )
        raise SourceError(source, headers[0] if headers else 0, message)
    cells = pairwise([*headers, len(lines)])
    code = (range(*cell) for cell in cells if is_code(lines[cell[0]]))
    first = next((cell for cell in code if not is_map("\n".join(lines[i] for i in cell))), range(0))
    for statement in module.body:
        index = statement.lineno - 1
        if index in first and not isinstance(statement, ast.Import | ast.ImportFrom):
            message = "the first code cell holds imports and nothing else; move this to the next"
            raise SourceError(source, index, message)


def check_measured(source: Path, lines: list[str]) -> None:
    """Raise `SourceError` unless each cell tagged measure opens with what it does."""
    headers = [index for index, line in enumerate(lines) if CELL_HEADER.match(line)]
    for begin, end in pairwise([*headers, len(lines)]):
        if f'"{MEASURE}"' not in lines[begin]:
            continue
        if not is_code(lines[begin]):
            raise SourceError(source, begin, "only code is tagged measure; take the tag off")
        if begin + 1 == end or not PLAIN_WORDS.match(lines[begin + 1]):
            message = "this cell is folded, and its first line does not say what it does"
            advice = "write `# Trains both networks and draws their losses`, or what it does"
            raise SourceError(source, begin, f"{message}; {advice}")
        if any(line.strip() == BEGIN for line in lines[begin:end]):
            raise SourceError(source, begin, "an exercise is never folded; take the tag off")


def check_minutes(source: Path, lines: list[str]) -> None:
    """Raise `SourceError` for minutes that somebody typed, and for a tag that opens no section."""
    for index, line in enumerate(lines):
        if TYPED_MINUTES.match(line):
            message = "minutes are computed, and `home` is a tag; take what is typed here off"
            raise SourceError(source, index, message)
        if line.startswith("# | minute |") and source.stem[:2] not in minutes.LONGER:
            message = "the build writes this table; leave out its rows, keep the remarks as a list"
            raise SourceError(source, index, message)
        tagged = CELL_HEADER.match(line) and f'"{HOME}"' in line
        if tagged and not "".join(lines[index + 1 : index + 2]).startswith("# ## "):
            message = "the tag home belongs to the cell of a heading `## `, and opens it; move it"
            raise SourceError(source, index, message)


def is_code(header: str) -> bool:
    """Tell from its header whether a cell is code."""
    return "[markdown]" not in header and "[raw]" not in header


def parse(source: Path, text: str) -> ast.Module:
    """Parse a text that has the line numbers of its source; raises `SourceError`."""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        message = f"not valid Python, or not without the solutions: {error.msg}; mend it"
        raise SourceError(source, (error.lineno or 1) - 1, message) from error


def stub(source: Path, lines: list[str], solution: Solution) -> str:
    """Return the line that the student finds in place of a solution."""
    try:
        code = textwrap.dedent("\n".join(lines[solution.begin + 1 : solution.end]))
        last = ast.parse(code).body[-1]
    except (SyntaxError, IndexError) as error:
        message = "a solution is whole statements, at least one; move its markers"
        raise SourceError(source, solution.begin, message) from error
    targets: list[ast.expr] = []
    if isinstance(last, ast.Assign):
        targets = last.targets
    elif isinstance(last, ast.AnnAssign):
        targets = [last.target]
    nodes = (node for target in targets for node in ast.walk(target))
    names = [
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    cell = max(index for index in range(solution.begin) if CELL_HEADER.match(lines[index]))
    above = lines[cell : solution.begin]
    names = [name for name in names if not any(line.startswith(f"{name} =") for line in above)]
    indentation = lines[solution.begin].removesuffix(BEGIN)
    return indentation + " = ".join([*names, STUB])


def read_cells(text: str) -> list[NotebookNode]:
    """Return the cells of a percent-format text; a heading opens one of its own."""
    cells: list[NotebookNode] = jupytext.reads(text, fmt="py:percent").cells
    return [part for cell in cells for part in at_headings(cell)]


def identified(cell: NotebookNode, cell_id: str) -> NotebookNode:
    """Give a cell its id and leave it only the metadata its author wrote."""
    cell.id = cell_id
    for key in LAYOUT_METADATA:
        cell.metadata.pop(key, None)
    return cell


def for_instructor(cell: NotebookNode) -> bool:
    """Tell whether a cell stands only in the solved notebook."""
    return "instructor" in cell.metadata.get("tags", [])


def stripped_lines(cells: list[NotebookNode]) -> Iterator[str]:
    """Yield the lines of all cells without their indentation."""
    return (line.strip() for cell in cells for line in cell.source.splitlines())


def to_json(cells: list[NotebookNode]) -> str:
    """Return the text of a notebook file, checked against the notebook format."""
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=NOTEBOOK_METADATA)
    nbformat.validate(notebook)
    return f"{nbformat.writes(notebook)}\n"


def leaks(solved: str, student: str) -> set[str]:
    """Return the lines of a student notebook that only the solved one may show.

    It reads the two notebooks and knows nothing of how they were built. A line that also stands
    outside the solutions may show as often as it stands there.
    """
    hidden: set[str] = set()
    allowed: Counter[str] = Counter()
    for cell in nbformat.reads(solved, as_version=4).cells:
        in_solution = False
        for line in stripped_lines([cell]):
            in_solution = line == BEGIN or (in_solution and line != END)
            if in_solution or for_instructor(cell):
                hidden.add(line)
            else:
                allowed[line] += 1
    shown = Counter(stripped_lines(nbformat.reads(student, as_version=4).cells))
    return {line for line in shown - allowed if line in hidden - {""}}


def main(arguments: list[str] | None = None, notebooks: Path = NOTEBOOKS) -> int:
    """Build or check all lessons of a folder; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; say what differs")
    parser.add_argument("--count", action="store_true", help="say what takes how long")
    options = parser.parse_args(arguments)
    check = options.check

    sources = sorted((notebooks / "source").glob("[0-9][0-9]_*.py"))
    found = {*notebooks.glob("*.ipynb"), *notebooks.glob("solutions/*.ipynb")}
    problems: list[str] = []
    lessons: dict[Path, Lesson] = {}
    files: dict[Path, str] = {}
    page = notebooks / glossary.FILE
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    terms = glossary.read(text)
    for source in sources:
        student = notebooks / f"{source.stem}.ipynb"
        solved = notebooks / "solutions" / student.name
        found -= {student, solved}
        try:
            lessons[student] = build(source, terms)
        except SourceError as error:
            problems.append(str(error))
            continue
        files |= {student: lessons[student].student, solved: lessons[student].solved}
    cells = {
        path.name: nbformat.reads(each.student, as_version=4).cells
        for path, each in lessons.items()
    }
    known = [titles.read(path.name, each.solved) for path, each in lessons.items()]
    if len(lessons) == len(sources):
        files[TITLES] = titles.to_json(known)
        files |= with_minutes(notebooks, known)
        files[QUESTIONS] = questions.to_json(
            {lesson.title: lesson.questions for lesson in lessons.values()}
        )
        if terms:
            files[page] = glossary.write(text, glossary.first_lessons(cells, terms))
    too_long, notes = longer_than_a_meeting(known)
    problems += too_long
    for student, lesson in lessons.items():
        notes += minutes.forgotten(student.stem, cells[student.name])
        if terms and (words := glossary.without_entry(cells[student.name], terms)):
            notes.append(f"{student.stem}: bold, and not in {page.name}: {', '.join(words)}.")
        if options.count:
            notes += [*minutes.report(student.stem, lesson.sections), ""]
    if check:
        problems += compare(files)
    else:
        for path, text in files.items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    for student, lesson in lessons.items():
        text = student.read_text(encoding="utf-8") if student.exists() else lesson.student
        for line in sorted(leaks(lesson.solved, text)):
            problems.append(f"{student.name} gives away `{line}`. Run `make notebooks`.")
    for stray in sorted(found):
        name = stray.relative_to(notebooks)
        problems.append(f"{name} has no source. Move it away, or write source/{stray.stem}.py.")
    print(*notes, *problems, f"{len(sources)} lessons, {len(problems)} problems.", sep="\n")
    return 1 if problems or not sources else 0


def with_minutes(notebooks: Path, known: list[titles.Lesson]) -> dict[Path, str]:
    """The texts around the lessons that state their minutes, as they should be."""
    updates = {
        notebooks.parent / "README.md": titles.readme,
        notebooks / "solutions" / "INSTRUCTOR.md": titles.run_sheets,
    }
    return {
        path: update(path.read_text(encoding="utf-8"), known)
        for path, update in updates.items()
        if path.exists()
    }


def longer_than_a_meeting(known: list[titles.Lesson]) -> tuple[list[str], list[str]]:
    """The lessons whose core is too long, as problems; and those for which that is known."""
    long = {each.number: each for each in known if each.minutes > minutes.MEETING}
    problems = [
        f"{each.file}: its core takes {each.minutes} minutes, and a meeting has "
        f"{minutes.MEETING}; cut, or tag a section home: " + each.sections_in_words()
        for number, each in long.items()
        if number not in minutes.LONGER
    ]
    excused = [f"{n} {each.minutes}" for n, each in long.items() if n in minutes.LONGER]
    fit = sorted({each.number for each in known} & minutes.LONGER - long.keys())
    notes = [f"Not yet cut to {minutes.MEETING} minutes: {', '.join(excused)}."] if excused else []
    notes += [f"{number} fits into a meeting: take it off LONGER in minutes.py." for number in fit]
    return problems, notes


def compare(files: dict[Path, str]) -> Iterator[str]:
    """Yield a sentence for each file that is not there or holds another text."""
    for path, text in files.items():
        name = f"{path.parent.name}/{path.name}"
        if not path.exists():
            yield f"{name} is missing. Run `make notebooks`."
        # A checkout on Windows may have its own line ends.
        elif path.read_bytes().replace(b"\r\n", b"\n") != text.encode():
            yield f"{name} is not what the sources build. Edit the source, run `make notebooks`."


if __name__ == "__main__":
    sys.exit(main())
