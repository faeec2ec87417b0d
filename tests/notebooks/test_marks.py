"""What cells say of themselves to nbgrader and in a slide show, in lessons to try and in all."""

from collections.abc import Callable
from pathlib import Path

import build
import nbformat
import pytest
from nbformat import NotebookNode

WriteSource = Callable[..., Path]

SECTION = """\
# %% [markdown]
# A long text.
#
# That fills
#
# a slide.
#
# ## 1. Sums
#
# Add.

# %%
print(1 + 2)

# %% [markdown]
# > **Predict.** 2 + 2?

# %%
guess("sum")

# %%
print(2 + 2)

# %% [markdown]
# One more.
# ### Your turn: `add`
#
# Write it.
#
# It takes
# one line.


# %%
def add(a, b):
    ### BEGIN SOLUTION
    return a + b
    ### END SOLUTION


# %%
check("add", add)

# %% [markdown] tags=["home"]
# ## 2. Products
#
# Multiply.

# %%
print(3 * 4)

# %% [markdown]
# ### Your turn
#
# Divide.

# %% [markdown]
# ## Summary
# A sum.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
# Minute 3.
#
# ### More
"""


def cells(text: str) -> list[NotebookNode]:
    return nbformat.reads(text, as_version=4).cells


def types(text: str) -> list[tuple[str, str]]:
    """Each cell's place in a slide show, and how it begins."""
    return [(cell.metadata.slideshow.slide_type, cell.source[:9]) for cell in cells(text)]


def graded(text: str) -> dict[str, NotebookNode]:
    found = [cell for cell in cells(text) if "nbgrader" in cell.metadata]
    by_id = {cell.metadata.nbgrader.grade_id: cell for cell in found}
    assert len(by_id) == len(found)
    return by_id


def test_headings_open_slides_and_exercises_stand_with_their_question(
    write_source: WriteSource,
) -> None:
    lesson = build.build(write_source(SECTION))
    student = [
        ("slide", "# 01 Addi"),
        ("skip", "# @title "),
        ("subslide", "A long te"),
        ("slide", "## 1. Sum"),
        ("-", "print(1 +"),
        ("subslide", "> **Predi"),
        ("-", 'guess("su'),
        ("subslide", "print(2 +"),
        ("subslide", "One more."),
        ("subslide", "### Your "),
        ("-", "def add(a"),
        ("skip", 'check("ad'),
        ("skip", "## 2. Pro"),
        ("skip", "print(3 *"),
        ("skip", "### Your "),
        ("slide", "## Summar"),
        ("skip", "progress("),
    ]
    assert types(lesson.student) == student
    assert types(lesson.solved) == [*student, ("skip", "## For th"), ("skip", "### More")]


def test_the_map_of_lessons_comes_before_the_imports_and_is_no_slide(
    write_source: WriteSource,
) -> None:
    opening = """\
# %% [markdown]
# # {number} Adding
# Two numbers make one.
# %%
from lstm_jax.course import lesson_map

lesson_map()

# %%
import math

"""
    lesson = build.build(write_source(SECTION, opening=opening))
    assert [kind for kind, _ in types(lesson.student)[:4]] == ["slide", "skip", "skip", "subslide"]


def test_an_exercise_is_written_in_one_cell_and_graded_in_another(
    write_source: WriteSource,
) -> None:
    lesson = build.build(write_source(SECTION))
    for text in (lesson.student, lesson.solved):
        found = graded(text)
        assert list(found) == ["add", "check-add"]
        written, check = (cell.metadata.nbgrader for cell in found.values())
        assert (written.solution, written.grade, written.locked) == (True, False, False)
        assert (check.solution, check.grade, check.locked) == (False, True, True)
        assert check.points == 1
        assert written.schema_version == check.schema_version == 3


MEASURED = """\
# %% tags=["measure"]
# Adds them, and says the sum
print(1 + 2)
"""


def test_what_measures_and_the_imports_are_folded_in_every_front_end(
    write_source: WriteSource,
) -> None:
    lesson = build.build(write_source(SECTION + MEASURED))
    for text in (lesson.student, lesson.solved):
        folded = [cell for cell in cells(text) if "jupyter" in cell.metadata]
        assert [cell.source.splitlines()[0] for cell in folded] == [
            "# @title Run me first",
            "# @title Adds them, and says the sum",
        ]
        assert all(cell.metadata.jupyter.source_hidden for cell in folded)
        form = [cell for cell in cells(text) if cell.metadata.get("cellView") == "form"]
        assert form == folded, "JupyterLab and Colab fold the same"


def test_a_measuring_cell_keeps_its_id_where_only_its_tag_is_new(write_source: WriteSource) -> None:
    plain = MEASURED.replace(' tags=["measure"]', "")
    ids = [
        [cell.id for cell in cells(build.build(write_source(text)).student)]
        for text in (plain, MEASURED)
    ]
    assert ids[0] == ids[1]


def test_every_solution_has_a_name_of_its_own(write_source: WriteSource) -> None:
    two = SECTION.replace(
        "# %%\ncheck", "# %%\n### BEGIN SOLUTION\nc = 3\n### END SOLUTION\n\n# %%\ncheck"
    )
    unchecked = "# %%\n### BEGIN SOLUTION\nd = 4\n### END SOLUTION\n"
    found = graded(build.build(write_source(two + unchecked)).solved)
    *named, last = found
    assert named == ["add-1", "add", "check-add"]
    assert last == f"solution-{found[last].id}"


def test_a_source_may_say_otherwise(write_source: WriteSource) -> None:
    said = 'slideshow={"slide_type": "notes"} nbgrader={"grade_id": "mine"}'
    lesson = build.build(write_source(f"# %% {said}\n1 + 1\n"))
    assert cells(lesson.student)[-1].metadata.slideshow.slide_type == "notes"
    assert list(graded(lesson.student)) == ["mine"]


@pytest.mark.parametrize(
    "path", sorted(build.NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem
)
def test_each_exercise_of_a_lesson_is_worth_a_point(path: Path) -> None:
    for text in (path.read_text(), (path.parent / "solutions" / path.name).read_text()):
        found = graded(text)
        checks = [cell for cell in cells(text) if cell.source.startswith("check(")]
        assert checks
        assert checks == [cell for cell in found.values() if cell.metadata.nbgrader.grade]
        for name in (name for name in found if not name.startswith("check-")):
            assert f"def {name}(" in found[name].source or f"{name} = ..." in found[name].source
            assert f'check("{name}", ' in found[f"check-{name}"].source
