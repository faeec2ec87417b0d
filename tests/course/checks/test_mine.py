"""What a student wrote runs on, if it is right; the package's own stands in for it."""

import jax
import pytest
import solutions

from lstm_jax.course import check, mine
from lstm_jax.course.checks import check as engine
from lstm_jax.course.checks.exercise import Exercise

NAME = "leaky_sum"
RUNS = "From here on your leaky_sum runs."
WRITTEN, RIGHT = (
    f"Your leaky_sum is {state}, so the package's own runs from here on."
    for state in ("not written yet", "not right yet")
)


@pytest.fixture(autouse=True)
def new_kernel(monkeypatch):
    """Nothing has passed yet."""
    monkeypatch.setattr(engine, "_passed", {})


@pytest.fixture
def graded(monkeypatch):
    """The names of the exercises that were graded, one for each time."""
    names, grade = [], engine._grade

    def count(name, answer, seconds):
        names.append(name)
        return grade(name, answer, seconds)

    monkeypatch.setattr(engine, "_grade", count)
    return names


def own(decay, xs):
    raise NotImplementedError


def right():
    """A new function each time, as when a student runs the cell again."""

    def leaky_sum(decay, xs):
        return solutions.leaky_sum(decay, xs)

    return leaky_sum


def said(capsys):
    return capsys.readouterr().out.splitlines()


def test_what_is_right_runs(capsys):
    answer = right()
    assert mine(answer, own) is answer
    assert said(capsys) == [RUNS]


def test_what_is_not_written_is_stood_in_for(capsys):
    def leaky_sum(decay, xs): ...

    assert mine(leaky_sum, own) is own
    assert said(capsys) == [WRITTEN]
    for blank in (None, ...):
        assert mine(blank, own, name=NAME) is own
        assert said(capsys) == [WRITTEN]


def test_what_is_wrong_is_stood_in_for(capsys):
    def leaky_sum(decay, xs):
        return xs

    assert mine(leaky_sum, own) is own
    assert said(capsys) == [RIGHT]


def test_what_raises_is_stood_in_for(capsys):
    def leaky_sum(decay, xs):
        return xs.nothing

    assert mine(leaky_sum, own) is own
    assert said(capsys) == [RIGHT]


def test_a_jitted_answer_runs_as_it_is(capsys):
    answer = jax.jit(right())
    assert mine(answer, own) is answer
    assert said(capsys) == [RUNS]


def test_an_answer_of_another_name_is_named(capsys):
    answer = right()
    answer.__name__ = "my_sum"
    assert mine(answer, own, name=NAME) is answer
    with pytest.raises(ValueError, match="no exercise 'my_sum'"):
        mine(answer, own)


def test_what_its_check_has_passed_is_not_graded_again(graded, capsys):
    answer = right()
    check(NAME, answer)
    assert mine(answer, own) is answer
    assert mine(answer, own) is answer
    assert graded == [NAME]


def test_what_is_written_anew_is_graded_again(graded, capsys):
    check(NAME, right())
    answer = right()
    assert mine(answer, own) is answer

    def leaky_sum(decay, xs):
        return xs

    assert mine(leaky_sum, own) is own
    assert graded == 3 * [NAME]


def test_it_passes_nothing_that_its_check_would_not(graded, capsys):
    def leaky_sum(decay, xs):
        return xs

    check(NAME, leaky_sum)
    assert mine(leaky_sum, own) is own
    spec = engine.find(NAME)
    assert isinstance(spec, Exercise)
    assert mine(spec.spec, own) is own, "the checker's own function is no answer"


def test_an_answer_that_is_no_function_needs_its_name(capsys):
    with pytest.raises(ValueError, match="no exercise ''"):
        mine(jax.numpy.ones(40), own)
