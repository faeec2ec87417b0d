"""A guess, and the verdict on it."""

import pytest

from lstm_jax.course import guess, verdict
from lstm_jax.course.checks import quiz
from lstm_jax.course.checks.journal import _unwritten
from lstm_jax.course.checks.progress import known
from lstm_jax.course.checks.questions import LESSONS, options_of


@pytest.fixture(autouse=True)
def new_kernel():
    """No question asked, nothing kept."""
    yield
    quiz._asked.clear()
    _unwritten.clear()


def choose(name, option):
    """What a click on a button does."""
    quiz._asked[name]._buttons.value = option


def said(capsys):
    return capsys.readouterr().out.splitlines()


def test_a_question_shows_its_options_and_no_more(capsys):
    guess("slow_peaks")
    assert said(capsys) == ["Your prediction: (a) (b) (c)"]


@pytest.mark.parametrize(
    ("option", "measured", "headline"),
    [
        ("(c)", "(c)", "Verdict: (c) ✓ as you predicted"),
        ("(a)", "(c)", "Verdict: (c) ≠ you predicted (a)"),
        ("(a)", "none of these", "Verdict: none of these ≠ you predicted (a)"),
        (None, "(c)", "Verdict: (c) … no prediction made"),
        (None, "none of these", "Verdict: none of these … no prediction made"),
    ],
)
def test_a_verdict_compares(option, measured, headline, capsys):
    guess("slow_peaks")
    choose("slow_peaks", option)
    capsys.readouterr()
    verdict("slow_peaks", measured, "It runs 40 months behind.")
    assert said(capsys) == [headline, "It runs 40 months behind."]
    kept = {"slow_peaks": (option, measured)} if option else {}
    assert known().predictions == kept


def test_a_verdict_needs_no_question_before_it(capsys):
    verdict("slow_peaks", "(b)")
    assert said(capsys) == ["Verdict: (b) … no prediction made"]


def test_a_choice_after_the_verdict_changes_nothing(capsys):
    guess("slow_peaks")
    choose("slow_peaks", "(a)")
    verdict("slow_peaks", "(c)")
    choose("slow_peaks", "(c)")  # the click was on its way
    options = quiz._asked["slow_peaks"]
    assert options.chosen == options._buttons.value == "(a)"
    assert options._buttons.disabled
    assert "You predicted (a). To predict anew, run this cell again." in options._note.value
    capsys.readouterr()
    verdict("slow_peaks", "(c)")
    assert said(capsys) == ["Verdict: (c) ≠ you predicted (a)"]


def test_no_choice_stays_none(capsys):
    guess("slow_peaks")
    verdict("slow_peaks", "(c)")
    choose("slow_peaks", "(c)")
    assert quiz._asked["slow_peaks"].chosen is None
    assert quiz._asked["slow_peaks"]._buttons.value is None
    assert known().predictions == {}


def test_run_again_a_question_keeps_the_choice_before_the_verdict_and_asks_anew_after_it(capsys):
    guess("slow_peaks")
    choose("slow_peaks", "(a)")
    guess("slow_peaks")
    assert said(capsys)[-1] == "Your prediction: (a)"
    verdict("slow_peaks", "(c)")
    guess("slow_peaks")
    assert said(capsys)[-1] == "Your prediction: (a) (b) (c)"
    choose("slow_peaks", "(c)")
    capsys.readouterr()
    verdict("slow_peaks", "(c)")
    assert said(capsys) == [
        "Verdict: (c) ✓ as you predicted",
        "Your progress keeps your first one, (a).",
    ]


def test_without_a_prediction_the_first_one_is_remembered(capsys):
    guess("slow_peaks")
    choose("slow_peaks", "(a)")
    verdict("slow_peaks", "(c)")
    quiz._asked.clear()  # as in a restarted kernel
    capsys.readouterr()
    verdict("slow_peaks", "(c)")
    assert said(capsys) == ["Verdict: (c) … your first prediction was (a)"]


def test_questions_do_not_mix(capsys):
    guess("slow_peaks")
    choose("slow_peaks", "(a)")
    guess("tiny_nudge")
    choose("tiny_nudge", "(b)")
    verdict("slow_peaks", "(a)")
    assert not quiz._asked["tiny_nudge"].locked
    assert known().predictions == {"slow_peaks": ("(a)", "(a)")}


def test_names_and_options_that_do_not_exist_are_told():
    for call in (lambda: guess("slow_peak"), lambda: verdict("slow_peak", "(a)")):
        with pytest.raises(ValueError, match="no question 'slow_peak'; did you mean slow_peaks"):
            call()
    with pytest.raises(ValueError, match=r"one of '\(a\)', '\(b\)', 'none of these', got '\(c\)'"):
        verdict("tiny_nudge", "(c)")


def test_a_name_belongs_to_one_question():
    names = [name for lesson in LESSONS.values() for name in lesson]
    assert len(names) == len(set(names))
    assert options_of("first_input") == ("(a)", "(b)", "(c)", "(d)")
