"""Lesson 00: a recurrence with `scan`, its gradient with `grad`, a batch with `vmap`."""

import contextlib
import io
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.course.checks.exercise import Args, Array, Exercise, Function, tenths


def leaky_sum(decay: float, xs: Array) -> Array:
    """h_t = decay h_{t-1} + x_t, from h_0 = 0: all h (T,)."""
    h, hs = 0.0, []
    for x in xs:
        h = decay * h + x
        hs.append(h)
    return np.array(hs)


def sensitivity(decay: float, xs: Array) -> Array:
    """The derivative of the last h with respect to each x (T,): nudge one x at a time."""
    return _slopes(lambda moved: leaky_sum(decay, moved)[-1], xs)


def batched(decay: float, xss: Array) -> Array:
    """The leaky sum of each row of xss (B, T)."""
    return np.stack([leaky_sum(decay, xs) for xs in xss])


def _slopes(f: Callable[[Array], float], xs: Array) -> Array:
    """Central differences; exact here, where f is linear in xs."""
    return np.array([(f(xs + nudge) - f(xs - nudge)) / 2 for nudge in np.eye(len(xs))])


def _has_scan(answer: Function) -> str | None:
    """What an answer lacks in which JAX finds no `scan`; None too where it cannot look."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            traced = jax.make_jaxpr(lambda xs: answer(0.5, xs))(jnp.ones(2))
    except Exception:  # not JAX from end to end: the look at its gradient says so
        return None
    if "scan[" in str(traced):
        return None
    return (
        "The values are right, but there is no scan in it. Use jax.lax.scan: the rest of the "
        "lesson runs this function over 3,126 months, and section 7 compares scan with a loop."
    )


def _draw(rng: np.random.Generator, *shape: int) -> Args:
    return int(rng.integers(1, 10)) / 10, tenths(rng, *shape)


def _state_before(decay: float, xs: Array) -> Array:
    return np.concatenate([np.zeros(1), leaky_sum(decay, xs)[:-1]])


def _in_one_go(decay: float, xss: Array) -> Array:
    return leaky_sum(decay, xss.reshape(-1)).reshape(xss.shape)


EXERCISES = (
    Exercise(
        why="every recurrent network is this loop with a richer update, and scan is how JAX loops.",
        lines=5,
        spec=leaky_sum,
        sizes=((1,), (2,), (4,)),
        draw=_draw,
        slopes=("xs",),
        way=_has_scan,
        wrong={
            "You returned the last state. scan gives a pair: the last state, and all recorded "
            "values. The second is asked for.": (lambda decay, xs: leaky_sum(decay, xs)[-1]),
            "You returned the whole pair that scan gives, the last state and all recorded values. "
            "Only the second is asked for.": lambda decay, xs: (
                leaky_sum(decay, xs)[-1],
                leaky_sum(decay, xs),
            ),
            "Each h comes one step late: your step records the h that it was given. Record the "
            "h that it has just computed.": _state_before,
            "The decay also shrinks the new input. It belongs to the old h alone: "
            "decay * h + x, not decay * (h + x).": lambda decay, xs: leaky_sum(decay, decay * xs),
            "The decay is missing: this is a plain running sum.": lambda decay, xs: np.cumsum(xs),
            "The decay shrinks the input instead of the old h.": (
                lambda decay, xs: np.cumsum(decay * xs)
            ),
            "You weighted the input with 1 - decay, which makes a moving average. Here x is "
            "added whole.": lambda decay, xs: leaky_sum(decay, (1 - decay) * xs),
            "Time runs backwards: the loop starts at the last x. Leave out reverse=True.": (
                lambda decay, xs: leaky_sum(decay, xs[::-1])[::-1]
            ),
        },
        hints=(
            "scan wants a function of two arguments, the state h (JAX calls it the carry) and one "
            "x. It returns two things: the next state, and the value to record.",
            "Here both things are the same number: the new h. The state starts at 0.0.",
            "scan(advance, 0.0, xs) returns two things: the last state, and all recorded values. "
            "Which of the two has one entry for each step?",
        ),
    ),
    Exercise(
        why="how much an early input still moves a late state is the question of this series.",
        lines=4,
        spec=sensitivity,
        sizes=((1,), (3,)),
        draw=_draw,
        wrong={
            "This is the gradient of the sum of all h. Only the last h is asked for: take "
            "[-1] before you differentiate.": (
                lambda decay, xs: _slopes(lambda moved: leaky_sum(decay, moved).sum(), xs)
            ),
            "This is the gradient of the first h, which depends on the first x alone. The last "
            "one is [-1].": lambda decay, xs: np.eye(len(xs))[0],
            "The order is reversed: the last x is the newest and moves the last h most.": (
                lambda decay, xs: sensitivity(decay, xs)[::-1]
            ),
            "One decay too many: the last x has not decayed yet when the last h is read.": (
                lambda decay, xs: decay * sensitivity(decay, xs)
            ),
            "You fixed the decay at 0.9. Use the argument `decay`.": (
                lambda decay, xs: sensitivity(0.9, xs)
            ),
            "This is the derivative of `memory`. Use `walk`, which adds each input whole.": (
                lambda decay, xs: (1 - decay) * sensitivity(decay, xs)
            ),
            "The decay is missing: older inputs must count less.": (
                lambda decay, xs: np.ones(len(xs))
            ),
            "This is the derivative with respect to decay. grad differentiates with respect to "
            "the first argument: make a function of xs alone, or pass argnums.": (
                lambda decay, xs: leaky_sum(decay, _state_before(decay, xs))[-1]
            ),
            "This is the last h itself, not its gradient.": (
                lambda decay, xs: leaky_sum(decay, xs)[-1]
            ),
        },
        hints=(
            "grad needs a function that returns one number. Which number of the leaky sum is "
            "asked about?",
            "Write a small inner function of xs alone that returns the last entry of "
            "walk(decay, xs).",
            "grad(inner) is again a function. Call it with xs: it returns one slope for each x.",
        ),
    ),
    Exercise(
        why="you write the rule for one sequence, and vmap makes it one for a whole batch.",
        lines=1,
        spec=batched,
        sizes=((1, 1), (1, 3), (2, 3)),
        draw=_draw,
        wrong={
            "One row's h flows into the next row. Every row starts from 0.": _in_one_go,
            "The rows are added up down the batch: the loop runs over the first axis, which is "
            "the batch. Time is the second one.": lambda decay, xss: batched(decay, xss.T).T,
            "The result has the shape (time, batch). It should be (batch, time), as it came in.": (
                lambda decay, xss: batched(decay, xss).T
            ),
            "Only the last h of each row came back. All of them are asked for.": (
                lambda decay, xss: batched(decay, xss)[:, -1]
            ),
            "Only the first row came back.": lambda decay, xss: leaky_sum(decay, xss[0]),
        },
        hints=(
            "vmap(f) gives a function that computes f at once for every row of the arguments that "
            "hold a batch.",
            "There is one decay for all rows: it must not be mapped over. in_axes says which "
            "axis of each argument to map over, None meaning none.",
            "decay gets None, xss gets 0, in the order of the arguments.",
        ),
    ),
)
