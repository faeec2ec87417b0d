"""Make a course for nbgrader of the solved notebooks, or try one out.

    python notebooks/tools/course.py ../course          all lessons
    python notebooks/tools/course.py ../course 03 04    two of them
    python notebooks/tools/course.py ../course 03 --try

Each lesson is an assignment of its own, named as its notebook, with the glossary beside it. Then,
in the folder of the course,

    nbgrader generate_assignment 03_forget_gate          writes what to hand out into release/
    nbgrader autograde 03_forget_gate                    grades submitted/STUDENT/03_forget_gate/
    nbgrader generate_feedback 03_forget_gate            writes a page for each student
    nbgrader export                                      writes all points into grades.csv

A lesson that is there already is replaced; what was submitted and graded stays.

`--try` does this for two students, one who hands in the solved notebook and one who hands in what
was handed out: it is right if the first has all points and the second none.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import glossary

NOTEBOOKS = Path(__file__).resolve().parents[1]
CONFIG = Path(__file__).with_name("nbgrader_config.py")
ROW = "{:28} {:8} {:>8} {:>8}  {}"


class Grade(NamedTuple):
    """The points of one student for one lesson."""

    lesson: str
    student: str
    points: float
    of: float


def make_course(folder: Path, lessons: list[Path]) -> None:
    """Write the configuration and these solved notebooks into the folder of a course.

    The glossary goes with each, and its links to the other lessons stay behind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(CONFIG, folder)
    page = glossary.alone((NOTEBOOKS / glossary.FILE).read_text(encoding="utf-8"))
    for lesson in lessons:
        assignment = folder / "source" / lesson.stem
        assignment.mkdir(parents=True, exist_ok=True)
        beside = lesson.read_text(encoding="utf-8").replace(
            f"(../{glossary.FILE}", f"({glossary.FILE}"
        )
        (assignment / lesson.name).write_text(beside, encoding="utf-8", newline="\n")
        (assignment / glossary.FILE).write_text(page, encoding="utf-8", newline="\n")


def nbgrader(folder: Path, *arguments: str) -> str:
    """Run nbgrader in the folder of a course; return what it says, RuntimeError if it fails."""
    # It calls another program of its environment by name.
    here = {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env=os.environ | here,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        raise RuntimeError(f"nbgrader {' '.join(arguments)} says:\n{done.stdout}")
    return done.stdout


def submit(folder: Path, student: str, notebook: Path) -> None:
    """Hand a notebook in, as a student's for the lesson of its name."""
    place = folder / "submitted" / student / notebook.stem
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy(notebook, place)


def grades(folder: Path) -> list[Grade]:
    """What nbgrader has given so far."""
    nbgrader(folder, "export")
    with (folder / "grades.csv").open(newline="") as file:
        return [
            Grade(
                row["assignment"], row["student_id"], float(row["score"]), float(row["max_score"])
            )
            for row in csv.DictReader(file)
            if row["student_id"]
        ]


def try_out(folder: Path, lesson: Path) -> list[Grade]:
    """Hand out one lesson of a course, hand it in solved and as it is, and grade both."""
    name = lesson.stem
    nbgrader(folder, "generate_assignment", name, "--force")
    submit(folder, "solved", lesson)
    submit(folder, "stub", folder / "release" / name / lesson.name)
    nbgrader(folder, "autograde", name, "--force")
    return [grade for grade in grades(folder) if grade.lesson == name]


def as_it_should_be(grade: Grade) -> bool:
    """Tell whether one of these two students has what is due."""
    return grade.of > 0 and grade.points == (grade.of if grade.student == "solved" else 0)


def main(arguments: list[str] | None = None) -> int:
    """Make the course that the command line names; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path, help="outside of this repository: it holds grades")
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lesson numbers; default all")
    parser.add_argument("--try", dest="trying", action="store_true", help="grade two students")
    options = parser.parse_args(arguments)
    solved = sorted((NOTEBOOKS / "solutions").glob("[0-9][0-9]_*.ipynb"))
    unknown = set(options.lessons) - {path.name[:2] for path in solved}
    if unknown:
        parser.error(f"there is no lesson {', '.join(sorted(unknown))}")
    chosen = [path for path in solved if not options.lessons or path.name[:2] in options.lessons]
    make_course(options.folder, chosen)
    print(f"{options.folder}: {len(chosen)} assignments", flush=True)
    wrong = False
    if options.trying:
        print(ROW.format("lesson", "student", "points", "of", "result"), flush=True)
        for lesson in chosen:
            for grade in try_out(options.folder, lesson):
                good = as_it_should_be(grade)
                print(ROW.format(*grade, "ok" if good else "wrong"), flush=True)
                wrong |= not good
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
