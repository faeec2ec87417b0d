"""The minutes of a lesson: what counts, what is written where, and how long a core may be."""

import json
from collections.abc import Callable
from pathlib import Path

import build
import lessons
import minutes
import nbformat
import pytest
from nbformat import NotebookNode

WriteSource = Callable[..., Path]

EXERCISE = """\
# %%{tags}
def {name}(a):
    ### BEGIN SOLUTION
    return a
    ### END SOLUTION

# %%
check("{name}", {name})
"""
QUESTION = """\
# %% [markdown]
# > **Predict.** More?
# >
# > - (a) yes
# > - (b) no

# %%
guess("{name}")
"""
TASKS = """\
# %% [markdown]
# Move it, and find
#
# 1. where it stops,
# 2. where it turns
#    round.

# %%
GateExplorer()
"""
NOTES = """\
# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# **Wrong answers to expect**
"""


def heading(title: str, home: bool = False) -> str:
    tags = ' tags=["home"]' if home else ""
    return f"# %% [markdown]{tags}\n# ## {title}\n\n"


def of(cells: str) -> list[minutes.Section]:
    """The sections of some cells, as the build sees them."""
    read = build.read_cells(cells)
    for number, cell in enumerate(read):
        cell.id = str(number)
    return minutes.sections(read, {})


def cells_of(text: str) -> list[NotebookNode]:
    return nbformat.reads(text, as_version=4).cells


IMPORTS = "# %%\nimport math\n\n"
OPENING = "# %% [markdown]\n# # {number} Adding\n\n" + IMPORTS


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("# %% [markdown]\n# " + 260 * "word " + "\n", 2),
        ("# %% [markdown]\n# " + 600 * "- " + "\n", 1),  # nothing is said
        ("# %%\n" + 36 * "x = 1\n\n", 3),
        ('# %% tags=["measure"]\n# Adds it up\n' + 36 * "x = 1\n", 1),  # folded
        ("# %%\n" + 3 * "plots.curves(x)\n", 3),
        ("# %%\nshown = [plots.bars(x), plots.LiveLoss()]\n", 2),
        ('# %% tags=["measure"]\n# Draws\n' + 3 * "plots.curves(x)\n", 3),  # a figure is seen
        ("# %%\nplots.COLOURS.get(x)\n", 1),  # none
        (TASKS, 6),
        (TASKS.replace("1.", "-").replace("2.", "-"), 3),
        (TASKS.replace("Move it, and find", "**Notice**"), 3),  # says what was seen, asks nothing
        (TASKS.replace("GateExplorer()", "GateExplorer"), 1),  # shows none
        (TASKS.replace("GateExplorer()", "GateExplorer().trace()"), 1),  # nor does this
        (TASKS.replace("GateExplorer()", "course.GateExplorer()"), 6),
        (QUESTION.format(name="a"), 4),
        (EXERCISE.format(name="f", tags=""), 8),
        (EXERCISE.format(name="f", tags=' tags=["substantial"]'), 20),
        (
            "# %%\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n"
            + EXERCISE.format(name="f", tags=""),
            8,
        ),
        (EXERCISE.format(name="f", tags="") + EXERCISE.format(name="g", tags=""), 16),
        ('# %% [markdown] tags=["instructor"]\n# ' + 600 * "word " + "\n", 1),
        ("# %%\nprogress()\n", 1),
    ],
)
def test_what_counts(cells: str, expected: int) -> None:
    assert [section.minutes for section in of(IMPORTS + heading("1. It") + cells)] == [1, expected]


def test_imports_and_the_map_take_no_time() -> None:
    many = "# %%\n" + 60 * "import math\n"
    shows_map = "# %%\nfrom lstm_jax.course import lesson_map\n\nlesson_map()\n\n"
    assert [section.minutes for section in of(shows_map + many)] == [1]


def test_what_was_counted_is_shown(
    write_source: WriteSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folded = '# %% tags=["measure"]\n# Adds it up\nx = 1\nplots.bars(x)\n'
    write_source(heading("1. It") + "# %%\nx = 1\n\n" + folded + TASKS, opening=OPENING)
    assert build.main(["--count"], tmp_path) == 0
    rows = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    start = rows.index(
        "01_adding words lines folded figures tasks questions exercises substantial seconds minutes"
    )
    assert rows[start + 1 : start + 4] == [
        "opening 2 0 1 0 0 0 0 0 0 1",
        "1. It 15 2 3 1 2 0 0 0 0 7",
        "in all 17 2 4 1 2 0 0 0 0 8+0",
    ]


def test_minutes_of_computing_are_those_that_were_measured(tmp_path: Path) -> None:
    cells = build.read_cells(IMPORTS + heading("1. It") + "# %%\ntrain()\n\n# %%\nshow()\n")
    for number, cell in enumerate(cells):
        cell.id = str(number)
    file = tmp_path / "seconds.json"
    file.write_text('{"02_more": {"1. It": 7}}')
    minutes.keep_seconds("01_adding", cells, [1.9, 0, 100.2, 1], file)
    assert json.loads(file.read_text()) == {"01_adding": {"1. It": 100}, "02_more": {"1. It": 7}}
    seconds = minutes.measured("01_adding", file)
    assert [section.minutes for section in minutes.sections(cells, seconds)] == [1, 2]
    assert minutes.measured("03_other", file) == {}


def test_seconds_of_a_section_that_is_gone_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minutes, "measured", lambda lesson: {"1. It": 9, "2. Gone": 9, "": 3})
    cells = build.read_cells(heading("1. It (at home, 8 min)"))
    (sentence,) = minutes.forgotten("01_adding", cells)
    assert "2. Gone" in sentence
    assert "1. It" not in sentence
    assert "run.py 01 --seconds" in sentence


LESSON = "".join(
    [
        heading("1. Sums"),
        QUESTION.format(name="sum"),
        EXERCISE.format(name="add", tags=""),
        heading("2. Products", home=True),
        TASKS,
        "# %% [markdown]\n# ### Your turn\n",
        EXERCISE.format(name="multiply", tags=""),
        heading("3. More"),
        TASKS,
        heading("Summary"),
        NOTES,
    ]
)


def test_minutes_stand_in_headings_and_in_the_first_cell(write_source: WriteSource) -> None:
    for text in build.build(write_source(LESSON))[:2]:
        cells = cells_of(text)
        assert (
            cells[0].source
            == "# 01 Adding\nTwo numbers make one.\n\nTime: 20 minutes, and 14 at home"
        )
        headings = [cell.source for cell in cells if cell.source.startswith("## ")]
        assert headings[:4] == [
            "## 1. Sums (12 min)",
            "## 2. Products (at home, 14 min)",
            "## 3. More (6 min)",
            "## Summary",
        ]


def test_the_instructor_gets_a_table_of_the_core(write_source: WriteSource) -> None:
    lesson = build.build(write_source(LESSON))
    assert cells_of(lesson.solved)[-1].source.splitlines() == [
        "## For the instructor",
        "",
        "| minute | section | |",
        "|---|---|---|",
        "| 0 | opening | |",
        "| 1 | 1 Sums | question, `add` |",
        "| 13 | 3 More | explorer |",
        "| 19 | Summary | |",
        "| 20 | end | |",
        "",
        "At home: 2 Products (14 min).",
        "",
        "**Wrong answers to expect**",
    ]
    assert "| 13 |" not in lesson.student


def test_a_cell_keeps_its_id_when_its_minutes_change(write_source: WriteSource) -> None:
    longer = LESSON.replace("# ### Your turn", "# ### Your turn\n# " + 600 * "word ")
    ids = [
        {cell.id for cell in cells_of(build.build(write_source(text)).solved)}
        for text in (LESSON, longer)
    ]
    assert len(ids[0] - ids[1]) == 1


@pytest.mark.parametrize(
    ("cells", "line", "message"),
    [
        ("# %% [markdown]\n# ## 1. Sums (3 min)\n", 8, "minutes are computed"),
        ("# %% [markdown]\n# ## 1. Sums (for home)\n", 8, "`home` is a tag"),
        ("# %% [markdown]\n# Time: 5 minutes\n", 8, "minutes are computed"),
        ('# %% [markdown] tags=["home"]\n# Alone.\n# ## 1. Sums\n', 7, "belongs to the cell of"),
        ('# %% tags=["home"]\nx = 1\n', 7, "belongs to the cell of"),
        ('# %% tags=["home"]', 7, "belongs to the cell of"),
        ("# %% [markdown]\n# | minute | section |\n", 8, "the build writes this table"),
    ],
)
def test_typed_minutes_and_a_tag_out_of_place_are_refused(
    write_source: WriteSource,
    monkeypatch: pytest.MonkeyPatch,
    cells: str,
    line: int,
    message: str,
) -> None:
    monkeypatch.setattr(minutes, "LONGER", set())
    with pytest.raises(build.SourceError, match=rf"^01_adding\.py:{line}: .*{message}"):
        build.build(write_source(cells))


LONG = heading("1. Long") + 46 * "# %%\nplots.curves(x)\n\n"


def test_a_core_longer_than_a_meeting_is_refused(
    write_source: WriteSource,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_source(LONG)
    monkeypatch.setattr(minutes, "LONGER", {"01"})
    assert build.main([], tmp_path) == 0
    assert "Not yet cut to 45 minutes: 01 51." in capsys.readouterr().out
    monkeypatch.setattr(minutes, "LONGER", set())
    assert build.main([], tmp_path) == 1
    said = capsys.readouterr().out
    assert "01_adding.ipynb: its core takes 51 minutes, and a meeting has 45" in said
    assert "1 takes 50" in said
    write_source(LONG.replace("[markdown]", '[markdown] tags=["home"]'))
    assert build.main([], tmp_path) == 0, "at home there is time"
    monkeypatch.setattr(minutes, "LONGER", {"01"})
    build.main([], tmp_path)
    assert "01 fits into a meeting: take it off LONGER" in capsys.readouterr().out


README = """\
| | lesson | minutes in class | minutes at home |
|---|---|---|---|
| 01 | [Adding](notebooks/01_adding.ipynb): two | numbers | 0 | 0 |
| 02 | [More](notebooks/02_more.ipynb) | 0 | - |
"""
PLANS = """\
| meeting | lessons | left out | minutes |
|---|---|---|---|
| 1 | 01, 02 | 01.3, 01.2, 02.7 | 0 |
| 2 | 02 | | 0 |

| 03 | "You will hear." | ask |
"""


def test_readme_and_run_sheets_get_the_minutes(
    write_source: WriteSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebooks = tmp_path / "notebooks"
    (notebooks / "solutions").mkdir(parents=True)
    (notebooks / "source").mkdir()
    for name, cells in (("01_adding", LESSON), ("02_more", heading("1. It"))):
        source = write_source(cells.replace('"sum"', f'"{name}"'), name)
        source.rename(notebooks / "source" / source.name)
    readme, sheets = tmp_path / "README.md", notebooks / "solutions" / "INSTRUCTOR.md"
    readme.write_text(README)
    sheets.write_text(PLANS)
    assert build.main(["--check"], notebooks) == 1
    assert "INSTRUCTOR.md is not what the sources build" in capsys.readouterr().out
    assert readme.read_text() == README, "a check writes nothing"
    assert build.main([], notebooks) == 0
    assert readme.read_text().splitlines()[2:] == [
        "| 01 | [Adding](notebooks/01_adding.ipynb): two | numbers | 20 | 14 |",
        "| 02 | [More](notebooks/02_more.ipynb) | 2 | - |",
    ]
    assert sheets.read_text().splitlines()[2:] == [
        "| 1 | 01, 02 | 01.3 | 16 |",  # at home is 01.2, and there is no 02.7
        "| 2 | 02 | | 2 |",
        "",
        '| 03 | "You will hear." | ask |',
    ]
    assert build.main(["--check"], notebooks) == 0


@pytest.mark.parametrize(
    "path", sorted(build.NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem
)
def test_a_lesson_takes_what_its_sections_take(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lesson = lessons.read(path.name, text)
    rest = lesson.minutes - sum(lesson.sections.values())
    assert 2 <= rest <= 8, "minutes for the opening and the summary"
    assert lesson.minutes <= minutes.MEETING or lesson.number in minutes.LONGER
    for cell in cells_of(text):
        title = minutes.title_of(cell)
        if title and title[0].isdigit() and "(at home" not in cell.source.splitlines()[0]:
            assert title.partition(".")[0] in lesson.sections
