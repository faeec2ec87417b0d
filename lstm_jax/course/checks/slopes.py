"""The gradient of an answer, because right values with a wrong gradient train nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.course.checks.compare import leaves
from lstm_jax.course.checks.exercise import Args, Array, Exercise, Function, tenths

RAISES = (
    "The values are right, but JAX cannot take their gradient. Compute with jnp from end to end, "
    "without np, float(...) or .item()."
)
CUT = (
    "The values are right, but no gradient comes back to {}: it is 0 everywhere. Is there a "
    "stop_gradient, a rounding, or a way through NumPy?"
)
NAN = (
    "The values are right, but the gradient for {} holds NaN. jnp.where hides a 0 / 0, its slope "
    "it does not hide: make the divisor safe before you divide."
)
WRONG = (
    "The values are right, but the gradient for {} is not (wrong entries are marked ✗): a way on "
    "which it comes back is cut, or walked twice."
)

Slopes = Mapping[str, Any]  # for each argument a gradient in its form

_TINY = 1e-5


def slopes_of(exercise: Exercise, answer: Function) -> Function:
    """A function of what `answer` takes: the gradient of a weighted sum of all it returns."""

    def slopes(*args: Any) -> Slopes:
        given = dict(zip(exercise.arguments, args, strict=True))

        def number(moved: dict[str, Any]) -> Any:
            result = jax.tree.leaves(answer(*(given | moved).values()))
            weighted = zip(_weights(exercise, result), result, strict=True)
            return sum(jnp.sum(jnp.asarray(w, jnp.float32) * leaf) for w, leaf in weighted)

        return jax.grad(number)({name: given[name] for name in exercise.slopes})

    return slopes


def expected_slopes(exercise: Exercise, args: Args) -> Slopes:
    """The same for the specification: nudge one entry at a time."""

    def number(moved: Any, place: int) -> float:
        result = jax.tree.leaves(exercise.spec(*args[:place], moved, *args[place + 1 :]))
        weighted = zip(_weights(exercise, result), result, strict=True)
        return float(sum(np.sum(w * leaf) for w, leaf in weighted))

    def slope(place: int) -> Any:
        arrays, form = jax.tree.flatten(args[place])
        found = [np.zeros_like(array) for array in arrays]
        for nth, array in enumerate(arrays):
            for entry in np.ndindex(array.shape):
                ends = []
                for sign in (1, -1):
                    moved = array.copy()
                    moved[entry] += sign * _TINY
                    others = [*arrays[:nth], moved, *arrays[nth + 1 :]]
                    ends.append(number(jax.tree.unflatten(form, others), place))
                found[nth][entry] = (ends[0] - ends[1]) / (2 * _TINY)
        return jax.tree.unflatten(form, found)

    return {name: slope(exercise.arguments.index(name)) for name in exercise.slopes}


def slope_problem(got: Slopes, expected: Slopes, tolerance: float) -> str | None:
    """What is wrong with a gradient, as a sentence to the student, or None where nothing is."""
    for name, right in expected.items():
        pairs = [
            (mine.ravel(), slope.ravel())
            for (_, mine), (_, slope) in zip(leaves(got[name]), leaves(right), strict=True)
        ]
        mine, slope = (np.concatenate(side) for side in zip(*pairs, strict=True))
        if not np.isfinite(mine).all():
            return NAN.format(name)
        if not np.allclose(mine, slope, tolerance, tolerance):
            return (WRONG if mine.any() else CUT).format(name)
    return None


def _weights(exercise: Exercise, result: list[Any]) -> list[Array]:
    """A weight for every number of a result, the same in every call."""
    rng = np.random.default_rng(list(exercise.name.encode()))
    return [tenths(rng, *np.shape(leaf)) for leaf in result]
