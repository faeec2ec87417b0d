"""nbgrader itself hands out and grades: the student notebook, and a point for each check."""

import re
import shutil
from pathlib import Path

import build
import course
import nbformat
import pytest
from nbformat import NotebookNode

LESSON = "03_forget_gate"
LESSONS = list(build.NOTEBOOKS.glob("*.ipynb"))
WRONG = "    f = math.exp(-1 / steps)  # the 1/e time\n    return math.log(f / (1 - f))"


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def exercises_only(notebook: NotebookNode) -> NotebookNode:
    """Without what takes a lesson's time: imports, exercises, and what is for the instructor."""
    imports = next(cell for cell in notebook.cells if cell.cell_type == "code")
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell is imports or "nbgrader" in cell.metadata or build.for_instructor(cell)
    ]
    return notebook


def written(notebook: NotebookNode, name: str, answer: str) -> NotebookNode:
    """The notebook with an answer in place of the stub of one exercise."""
    (cell,) = (c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)
    assert cell.source.count(f"    {build.STUB}") == 1
    cell.source = cell.source.replace(f"    {build.STUB}", answer)
    return notebook


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    """A course of one lesson, and the points of students who hand in this and that."""
    root = tmp_path_factory.mktemp("course")
    folder, desk = root / "course", root / f"{LESSON}.ipynb"
    solutions, student = build.NOTEBOOKS / "solutions", build.NOTEBOOKS / desk.name

    nbformat.write(exercises_only(read(solutions / desk.name)), desk)
    course.make_course(folder, [desk])
    course.submit(folder, "solved", desk)
    course.nbgrader(folder, "generate_assignment", LESSON)
    course.submit(folder, "handed-out", folder / "release" / LESSON / desk.name)

    # A student may as well work in the notebook that stands in notebooks/.
    own = exercises_only(read(student))
    own = written(
        own,
        "forget_gate",
        "    _, f, _, _ = jnp.split(x @ params.w_x + "
        "h_prev @ params.w_h + params.b, 4)\n    return jax.nn.sigmoid(f)",
    )
    own = written(own, "bias_for_half_life", WRONG)
    for cell in own.cells:  # and meddle with what is locked
        if cell.source.startswith("check("):
            cell.source = "print('passed')"
    nbformat.write(own, desk)
    course.submit(folder, "one-of-three", desk)

    course.nbgrader(folder, "autograde", LESSON)
    grades = course.grades(folder)
    assert {grade.of for grade in grades} == {3}
    return folder, {grade.student: grade.points for grade in grades}


@pytest.mark.slow
def test_checks_give_the_points(graded: tuple[Path, dict[str, float]]) -> None:
    _, points = graded
    assert points == {"solved": 3, "handed-out": 0, "one-of-three": 1}


@pytest.mark.slow
def test_what_is_handed_out_is_the_student_notebook(
    graded: tuple[Path, dict[str, float]],
) -> None:
    folder, _ = graded
    release = read(folder / "release" / LESSON / f"{LESSON}.ipynb")
    student = exercises_only(read(build.NOTEBOOKS / f"{LESSON}.ipynb"))
    assert [cell.source for cell in release.cells] == [cell.source for cell in student.cells]
    assert (folder / "release" / LESSON / "glossary.md").exists(), "their links lead there"


def test_the_graded_notebook_says_why_without_a_stack_trace(
    graded: tuple[Path, dict[str, float]],
) -> None:
    folder, _ = graded
    cells = read(folder / "autograded" / "one-of-three" / LESSON / f"{LESSON}.ipynb").cells
    outputs = {
        cell.metadata.nbgrader.grade_id: cell.outputs
        for cell in cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert [output.output_type for output in outputs["check-forget_gate"]] == ["display_data"]
    report, error = outputs["check-bias_for_half_life"]
    assert "1/e" in report.data["text/plain"]
    assert error.traceback == [error.evalue]
    assert error.evalue == "✗ bias_for_half_life: not right yet"


@pytest.mark.slow
def test_every_lesson_hands_out_its_student_notebook(tmp_path: Path) -> None:
    course.make_course(tmp_path, [build.NOTEBOOKS / "solutions" / path.name for path in LESSONS])
    together = tmp_path / "source" / "all"
    together.mkdir()
    for path in LESSONS:
        shutil.copy(tmp_path / "source" / path.stem / path.name, together)
    course.nbgrader(tmp_path, "generate_assignment", "all")
    released = sorted((tmp_path / "release" / "all").glob("*.ipynb"))
    assert [path.name for path in released] == [path.name for path in sorted(LESSONS)]
    for path in released:
        student = read(build.NOTEBOOKS / path.name)
        # In a gap of a skeleton nbgrader leaves `...`, where we leave `name = ...`.
        given = [
            re.sub(r"(?m)^( +)\w+ = \.\.\. ", r"\1... ", cell.source) for cell in student.cells
        ]
        assert [cell.source for cell in read(path).cells] == given
