"""A guess, and the verdict on it."""

import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.course import guess, verdict
from lstm_jax.course.checks import quiz
from lstm_jax.course.checks.journal import _unwritten
from lstm_jax.course.checks.options import NONE, TIE
from lstm_jax.course.checks.progress import known
from lstm_jax.course.checks.questions import LESSONS, Option, Question, question

NAME, OTHER = "a_test_of_the_quiz", "another_question"
ASKED = Question(
    "What is left?",
    {
        "(a)": Option("<b>x</b>", "x"),
        "(b)": Option("<b>y</b>", "y"),
        "(c)": Option("<b>z</b>", "z"),
    },
)
AS_MEASURED = {"a": False, "b": False, "c": True}


@pytest.fixture(autouse=True)
def new_kernel(monkeypatch):
    """Two questions that no lesson can change; none asked, nothing kept."""
    for name in (NAME, OTHER):
        monkeypatch.setitem(LESSONS["00 Start here"], name, ASKED)
    yield
    quiz._asked.clear()
    _unwritten.clear()


def choose(option):
    """What a click on a button sends; it may come too late."""
    quiz._asked[NAME].set_state({"chosen": option})


def answer_again():
    """What a click on that button sends."""
    quiz._asked[NAME].set_state({"measured": "", "chosen": ""})


def said(capsys):
    return capsys.readouterr().out.splitlines()


def test_a_question_shows_its_options_and_no_more(capsys):
    guess(NAME)
    assert said(capsys) == ["Choose one:", "(a) x", "(b) y", "(c) z"]


@pytest.mark.parametrize(
    ("option", "conditions", "shown"),
    [
        ("(c)", AS_MEASURED, ["Verdict: (c) ✓ as you predicted", "(c) z"]),
        ("(a)", AS_MEASURED, ["Verdict: (c) ≠ you predicted (a)", "(c) z"]),
        ("(a)", dict.fromkeys("abc", False), ["Verdict: none of these ≠ you predicted (a)"]),
        ("", AS_MEASURED, ["Verdict: (c) … no prediction made", "(c) z"]),
        ("", dict.fromkeys("abc", False), ["Verdict: none of these … no prediction made"]),
    ],
)
def test_a_verdict_compares(option, conditions, shown, capsys):
    guess(NAME)
    choose(option)
    capsys.readouterr()
    verdict(NAME, conditions, "It runs 40 months behind.")
    assert said(capsys) == [*shown, "It runs 40 months behind."]
    measured = "(c)" if conditions["c"] else NONE
    assert known().predictions == ({NAME: (option, measured)} if option else {})
    assert quiz._asked[NAME].measured == measured


def test_a_verdict_needs_no_question_before_it(capsys):
    verdict(NAME, {"a": False, "b": True, "c": False})
    assert said(capsys) == ["Verdict: (b) … no prediction made", "(b) y"]


@pytest.mark.parametrize("true", [True, np.bool_(True), np.array(1.0) < 2, jnp.array(1.0) < 2])
def test_a_condition_may_be_an_array_of_one_truth_value(true, capsys):
    verdict(NAME, {"a": ~np.asarray(true), "b": true, "c": False}, tie=~np.asarray(true))
    assert said(capsys)[0].startswith("Verdict: (b)")


def test_a_tie_makes_no_option_right(capsys):
    guess(NAME)
    choose("(c)")
    capsys.readouterr()
    verdict(NAME, AS_MEASURED, tie=np.bool_(True))
    assert said(capsys) == [f"Verdict: {TIE} ≠ you predicted (c)"]
    assert "the run is too close to call" in quiz._asked[NAME].note


def test_a_comparison_with_nan_is_true_of_no_option(capsys):
    nan = jnp.nan
    verdict(NAME, {"a": nan < 1, "b": nan >= 1, "c": jnp.array(nan) == 1})
    assert said(capsys) == ["Verdict: none of these … no prediction made"]


@pytest.mark.parametrize(
    ("conditions", "tie", "why"),
    [
        ({"a": True, "b": False}, False, "should be for a, b, c, got a, b"),
        ({**AS_MEASURED, "d": False}, False, "should be for a, b, c, got a, b, c, d"),
        ({"(a)": True, "(b)": False, "(c)": False}, False, r"for a, b, c, got \(a\), \(b\), \(c\)"),
        ({}, False, "got none"),
        ("(c)", False, "should be for a, b, c"),
        ({**AS_MEASURED, "b": True}, False, "one condition of .* at most can be true, got b, c"),
        ({**AS_MEASURED, "b": np.array([True, False])}, False, "b of .* one truth value"),
        ({**AS_MEASURED, "b": np.array([True])}, False, "b of .* one truth value"),
        ({**AS_MEASURED, "b": None}, False, "b of .* one truth value, .* got None"),
        ({**AS_MEASURED, "b": float("nan")}, False, "b of .* one truth value, .* got nan"),
        ({**AS_MEASURED, "b": 1}, False, "b of .* one truth value, .* got 1"),
        (AS_MEASURED, jnp.nan, "tie of .* one truth value, .* got nan"),
    ],
)
def test_conditions_that_decide_nothing_are_refused(conditions, tie, why):
    guess(NAME)
    with pytest.raises(ValueError, match=why):
        verdict(NAME, conditions, tie=tie)
    assert not quiz._asked[NAME].locked


def test_a_choice_after_the_verdict_changes_nothing(capsys):
    guess(NAME)
    choose("(a)")
    verdict(NAME, AS_MEASURED)
    choose("(c)")  # the click was on its way
    options = quiz._asked[NAME]
    assert options.chosen == "(a)"
    assert options.note == "You predicted (a); the run shows (c)."
    capsys.readouterr()
    verdict(NAME, AS_MEASURED)
    assert said(capsys)[0] == "Verdict: (c) ≠ you predicted (a)"


def test_no_choice_stays_none(capsys):
    guess(NAME)
    verdict(NAME, AS_MEASURED)
    choose("(c)")
    assert quiz._asked[NAME].chosen == ""
    assert known().predictions == {}


def test_run_again_a_question_keeps_the_choice_before_the_verdict_and_asks_anew_after_it(capsys):
    guess(NAME)
    choose("(a)")
    guess(NAME)
    assert said(capsys)[-1] == "Your prediction: (a)"
    verdict(NAME, AS_MEASURED)
    guess(NAME)
    assert said(capsys)[-1] == "(c) z"
    choose("(c)")
    capsys.readouterr()
    verdict(NAME, AS_MEASURED)
    assert said(capsys) == [
        "Verdict: (c) ✓ as you predicted",
        "(c) z",
        "Your progress keeps your first one, (a).",
    ]


def test_answered_again_the_first_prediction_stays(capsys):
    guess(NAME)
    choose("(a)")
    verdict(NAME, AS_MEASURED)
    answer_again()
    assert not quiz._asked[NAME].locked
    assert quiz._asked[NAME].note == "Choose one, then run on."
    choose("(c)")
    capsys.readouterr()
    verdict(NAME, AS_MEASURED)
    assert said(capsys)[0] == "Verdict: (c) ✓ as you predicted"
    assert known().predictions == {NAME: ("(a)", "(c)")}
    choose("(b)")
    assert quiz._asked[NAME].chosen == "(c)"


def test_a_verdict_that_changes_with_the_run_shows_the_last_one(capsys):
    guess(NAME)
    choose("(a)")
    verdict(NAME, AS_MEASURED)
    verdict(NAME, {"a": True, "b": False, "c": False})
    assert quiz._asked[NAME].note == "You predicted (a), and the run shows (a)."
    assert known().predictions == {NAME: ("(a)", "(c)")}


def test_without_a_prediction_the_first_one_is_remembered(capsys):
    guess(NAME)
    choose("(a)")
    verdict(NAME, AS_MEASURED)
    quiz._asked.clear()  # as in a restarted kernel
    capsys.readouterr()
    verdict(NAME, AS_MEASURED)
    assert said(capsys)[0] == "Verdict: (c) … your first prediction was (a)"


def test_questions_do_not_mix(capsys):
    guess(NAME)
    choose("(a)")
    guess(OTHER)
    verdict(NAME, {"a": True, "b": False, "c": False})
    assert not quiz._asked[OTHER].locked
    assert known().predictions == {NAME: ("(a)", "(a)")}


def test_names_and_options_that_do_not_exist_are_told():
    typo = "another_qestion"
    for call in (lambda: guess(typo), lambda: verdict(typo, {"a": True})):
        with pytest.raises(ValueError, match=f"no question '{typo}'; did you mean {OTHER}"):
            call()


def test_a_name_belongs_to_one_question():
    names = [name for lesson in LESSONS.values() for name in lesson]
    assert len(names) == len(set(names))


def test_every_question_stands_here_in_full():
    for name in (name for lesson in LESSONS.values() for name in lesson):
        asked = question(name)
        assert len(asked.text) > 3
        assert list(asked.options) == [f"({letter})" for letter in "abcdef"[: len(asked.options)]]
        assert len(asked.options) >= 2
        for html, text in asked.options.values():
            assert text
            assert not set("$`*\\{}") & set(text), text
            assert "$" not in html
            assert "<p>" not in html
