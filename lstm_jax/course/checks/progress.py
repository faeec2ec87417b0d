"""`progress`: what you have passed and predicted, lesson by lesson."""

from typing import Literal, NamedTuple

from lstm_jax.course.checks import journal
from lstm_jax.course.checks.catalogue import exercises_of
from lstm_jax.course.checks.questions import LESSONS
from lstm_jax.course.checks.report import COLOURS, Panel, Table


class Prediction(NamedTuple):
    """What was said, and what the verdict was: an option such as "(a)" each."""

    said: str
    measured: str


class Known(NamedTuple):
    """How checks ended, by the name of the exercise, and first predictions, by the question's."""

    outcomes: dict[str, str]
    predictions: dict[str, Prediction]


class Standing(NamedTuple):
    """How far a lesson is done: "2 of 3" each, or "-" where there is nothing to count."""

    passed: str
    predicted: str
    right: str


def progress() -> None:
    """Show what you have passed and predicted so far, lesson by lesson.

    It is kept in the file `.lstm_jax_progress.jsonl` beside the notebook. Delete that file to begin
    anew.
    """
    rows = tuple((title, *counts) for title, counts in standings().items())
    table = Table(("lesson", "exercises passed", "predictions made", "of these right"), rows)
    where = f"Kept in the hidden file {journal.FILE} beside this notebook; delete it to begin anew."
    Panel(COLOURS[None], "Your progress", (table, journal.read().problem or where)).show()


def standings() -> dict[str, Standing]:
    """How far you have come in each lesson, by its title."""
    done, found = known(), {}
    for title, questions in LESSONS.items():
        exercises = exercises_of(title[:2])
        passed = sum(done.outcomes.get(name) == "passed" for name in exercises)
        made = [done.predictions[name] for name in questions if name in done.predictions]
        right = sum(each.said == each.measured for each in made)
        counts = (passed, len(exercises)), (len(made), len(questions)), (right, len(made))
        found[title] = Standing(*(f"{part} of {whole}" if whole else "-" for part, whole in counts))
    return found


def known() -> Known:
    """All that is kept. What was passed once stays passed; the first prediction counts."""
    done = Known({}, {})
    for line in journal.read().lines:
        match line:
            case {"exercise": str(name), "outcome": "passed" | "failed" as outcome}:
                if done.outcomes.get(name) != "passed":
                    done.outcomes[name] = outcome
            case {"question": str(name), "said": str(said), "measured": str(measured)}:
                done.predictions.setdefault(name, Prediction(said, measured))
    return done


def keep_outcome(exercise: str, outcome: Literal["passed", "failed"]) -> tuple[str, ...]:
    """Keep how a check ended; returns what there is to say about that."""
    before = known().outcomes.get(exercise)
    if before == outcome:
        return ()
    if before == "passed":
        return ("You have passed it before, and your progress keeps that.",)
    problem = journal.add({"exercise": exercise, "outcome": outcome})
    return (problem,) if problem else ()


def keep_prediction(question: str, said: str, measured: str) -> tuple[str, ...]:
    """Keep a prediction that met its verdict; returns what there is to say about that."""
    first = known().predictions.get(question)
    if first:
        return () if first.said == said else (f"Your progress keeps your first one, {first.said}.",)
    problem = journal.add({"question": question, "said": said, "measured": measured})
    return (problem,) if problem else ()
