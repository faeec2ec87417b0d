"""A function of the checker is no answer, in whatever it is wrapped."""

import functools
import types

import jax
import numpy as np
import pytest
import solutions

from lstm_jax.course.checks.catalogue import exercises
from lstm_jax.course.checks.check import grade
from lstm_jax.course.l00 import exercises as lesson_00

SPEC = lesson_00.leaky_sum


def exported():
    """As a module would that gives it out under a name of its own."""
    copy = types.FunctionType(SPEC.__code__, SPEC.__globals__, "leaky_sum")
    copy.__module__ = "somewhere.else"
    return copy


@functools.wraps(SPEC)
def wrapped(*args):
    return SPEC(*args)


@pytest.mark.parametrize(
    "answer",
    [
        SPEC,
        functools.partial(SPEC),
        functools.partial(functools.partial(SPEC, 0.5)),
        jax.tree_util.Partial(SPEC),
        jax.jit(SPEC),
        jax.vmap(SPEC),
        wrapped,
        types.MethodType(SPEC, 0.5),
        np.vectorize(SPEC),
        exported(),
        next(iter(exercises()["leaky_sum"].wrong.values())),
        grade,
    ],
    ids=range(12),
)
def test_a_function_of_the_checker_is_no_answer(answer):
    report = grade("leaky_sum", answer)
    assert report.outcome == "failed"
    assert "the checker's own function" in report.text()


@pytest.mark.parametrize(
    "wrap",
    [
        functools.partial,
        jax.jit,
        lambda mine: types.MethodType(lambda self, *args: mine(*args), object()),
    ],
    ids=["partial", "jit", "method"],
)
def test_a_function_of_the_student_may_be_wrapped(wrap):
    assert grade("leaky_sum", wrap(solutions.leaky_sum)).outcome == "passed"
