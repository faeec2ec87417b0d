"""Every exercise: its solution passes, every known mistake is recognised, its inputs are fair."""

import logging

import jax
import numpy as np
import pytest
import solutions

from lstm_jax.course.checks.attempt import for_student
from lstm_jax.course.checks.catalogue import exercises
from lstm_jax.course.checks.challenge import Mistake
from lstm_jax.course.checks.check import grade
from lstm_jax.course.checks.compare import difference
from lstm_jax.course.checks.exercise import Exercise

# Those with a goal instead of a specification have a file of tests of their own beside this one.
SPECIFIED = {name: each for name, each in exercises().items() if isinstance(each, Exercise)}
MISTAKES = [(name, said) for name, exercise in exercises().items() for said in exercise.wrong]


def as_answer(mistake):
    """The mistake as a student hands it in: JAX arrays come into a function, a value is a copy."""
    if isinstance(mistake, Mistake):
        value = mistake.answer
        return (lambda *args: value(*args)) if callable(value) else jax.tree.map(np.copy, value)

    def answer(*args):
        def to_numpy(leaf):
            if not isinstance(leaf, jax.Array):
                return leaf
            return np.asarray(leaf, None if leaf.dtype == np.int32 else float)

        return mistake(*jax.tree.map(to_numpy, args))

    return answer


def compiled(solution, args):
    """The solution under jit, for speed: whole numbers static, and only where arrays come in."""
    if not any(isinstance(leaf, np.ndarray) for leaf in jax.tree.leaves(args)):
        return solution
    whole = [place for place, arg in enumerate(args) if isinstance(arg, int)]
    return jax.jit(solution, static_argnums=whole)


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECIFIED)
def test_solution_passes_a_thousand_drawn_inputs(name):
    exercise = exercises()[name]
    inputs = list(exercise.inputs(-(-1000 // len(exercise.sizes))))
    assert len(inputs) >= 1000
    solution = compiled(getattr(solutions, name), inputs[0])
    for args in inputs:
        got = solution(*for_student(args))
        assert difference(got, exercise.spec(*args), exercise.tolerance) is None, args


@pytest.mark.parametrize(("name", "said"), MISTAKES)
def test_mistake_fails_with_its_own_diagnosis_alone(name, said):
    report = grade(name, as_answer(exercises()[name].wrong[said]), seconds=300)
    assert report.outcome == "failed"
    assert [part for part in report.body if part in exercises()[name].wrong] == [said]


@pytest.mark.slow
@pytest.mark.parametrize("name", exercises())
def test_check_of_a_solution_compiles_little(name, caplog):
    """A check has two seconds; a compilation of one small operation takes about 20 ms of them."""
    jax.clear_caches()
    with jax.log_compiles(), caplog.at_level(logging.WARNING):
        report = grade(name, getattr(solutions, name), seconds=300)
    assert report.outcome == "passed"
    compiled = [text for text in caplog.messages if "Finished XLA compilation" in text]
    # The gradient, where it is compared too, takes as many again.
    assert len(compiled) <= (120 if getattr(exercises()[name], "slopes", ()) else 60)
    # A scan, and the one its gradient takes, are compiled for the first input alone.
    assert sum("jit(scan)" in text for text in compiled) <= 2


@pytest.mark.parametrize("name", SPECIFIED)
def test_inputs_are_the_same_for_everyone_and_start_small(name):
    exercise = exercises()[name]
    first, again = list(exercise.inputs()), list(exercise.inputs())
    jax.tree.map(np.testing.assert_array_equal, first, again)
    sizes = [sum(np.size(leaf) for leaf in jax.tree.leaves(args)) for args in first]
    assert sizes[0] == min(sizes)
    assert sizes[-1] == max(sizes)
    assert 30 <= len(first) <= 60


@pytest.mark.parametrize("name", exercises())
def test_hints_and_sentences_are_short_and_give_no_solution_away(name):
    exercise = exercises()[name]
    assert len(exercise.hints) == 3
    assert exercise.why.endswith(".")
    for sentence in (*exercise.hints, *exercise.wrong):
        assert len(sentence) <= 240
    code = "\n".join(solution.source for solution in solutions.SOLUTIONS.values())
    for line in (line.strip() for line in code.splitlines()):
        assert len(line) < 15 or not any(line in hint for hint in exercise.hints), line
