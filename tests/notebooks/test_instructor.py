"""What INSTRUCTOR.md says of the lessons: minutes add up, sections are there, the quiz too."""

import re

import build
import lessons
import pytest

TEXT = (build.NOTEBOOKS / "solutions" / "INSTRUCTOR.md").read_text(encoding="utf-8")
PLANS = {"Four meetings": 4, "Eight meetings": 8, "Fourteen meetings": 14}
SOURCES = {path.name[:2]: path.read_text() for path in build.NOTEBOOKS.glob("source/[0-9]*.py")}


def known(lesson: str) -> lessons.Lesson:
    """A lesson as it was built."""
    (path,) = build.NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    return lessons.read(path.name, path.read_text(encoding="utf-8"))


def minutes(lesson: str) -> int:
    """How long the core of a lesson takes."""
    return known(lesson).minutes


def sections(lesson: str) -> dict[str, int]:
    """The minutes of each section of the core, by its name in INSTRUCTOR.md: "03.5"."""
    return {f"{lesson}.{number}": time for number, time in known(lesson).sections.items()}


def table(after: str) -> list[list[str]]:
    """The rows of the first table after some words."""
    rows = TEXT.partition(after)[2].partition("\n|")[2].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


@pytest.mark.parametrize("plan", PLANS)
def test_the_minutes_of_a_run_sheet_add_up(plan: str) -> None:
    rows = table(f"**{plan}**")
    assert [row[0] for row in rows] == [str(number + 1) for number in range(PLANS[plan])]
    for meeting, shown_in, left_out, stated in rows:
        shown = shown_in.split(", ")
        assert shown == sorted(shown)
        without = left_out.split(", ") if left_out else []
        times = {name: time for lesson in shown for name, time in sections(lesson).items()}
        total = sum(map(minutes, shown)) - sum(times[name] for name in without)
        assert int(stated) == total, f"meeting {meeting}"


def test_the_longest_plan_leaves_nothing_out() -> None:
    rows = table("**Fourteen meetings**")
    assert [row[1] for row in rows] == sorted(SOURCES)
    assert all(row[2] == "" for row in rows)


def test_there_is_a_wrong_answer_to_expect_in_every_lesson() -> None:
    rows = table("## Wrong answers to expect")
    assert {row[0] for row in rows} == SOURCES.keys()


def test_each_question_of_the_quiz_has_an_answer_and_a_place() -> None:
    quiz = TEXT.partition("## A quiz")[2].partition("\n## ")[0]
    questions = re.split(r"^\d+\. ", quiz, flags=re.MULTILINE)[1:]
    rows = table("## A quiz")
    assert [row[0] for row in rows] == [str(number + 1) for number in range(len(questions))]
    for question, (_, answer, _, places) in zip(questions, rows, strict=True):
        options = re.findall(r"^ +- (\([a-d]\)) ", question, flags=re.MULTILINE)
        assert options == ["(a)", "(b)", "(c)", "(d)"]
        assert answer in options
        for place in places.split(", "):
            lesson, _, number = place.partition(".")
            assert re.search(rf"^# ## {number}\. ", SOURCES[lesson], flags=re.MULTILINE), place
    letters = [row[1] for row in rows]
    assert max(map(letters.count, letters)) <= len(letters) / 2, "no letter is a good guess"
