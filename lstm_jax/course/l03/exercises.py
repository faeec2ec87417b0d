"""Lesson 03: the forget gate, the bias that sets how long it keeps, and forgetting in time."""

import math
from collections.abc import Callable

import numpy as np

from lstm_jax.course.checks.drawing import draw_lstm, sigmoid, without
from lstm_jax.course.checks.exercise import Args, Array, Exercise, Params, tenths


def forget_gate(params: Params, h_prev: Array, x: Array) -> Array:
    """f_t = σ(x_t W_xf + h_{t-1} W_hf + b_f): h_prev (H,), x (D,) -> (H,)."""
    hidden_size, gate = len(h_prev), []
    for unit in range(hidden_size):
        column = hidden_size + unit  # f is the second block of i, f, g, o
        total = params.b[column]
        for d in range(len(x)):
            total = total + x[d] * params.w_x[d, column]
        for old in range(hidden_size):
            total = total + h_prev[old] * params.w_h[old, column]
        gate.append(1 / (1 + math.exp(-total)))
    return np.array(gate)


def bias_for_half_life(steps: float) -> float:
    """The b at which σ(b), applied `steps` times, leaves one half: halve the interval for b."""
    low, high = -50.0, 50.0
    for _ in range(80):
        middle = (low + high) / 2
        left = (1 / (1 + math.exp(-middle))) ** steps
        low, high = (middle, high) if left < 0.5 else (low, middle)
    return (low + high) / 2


def sum_since_reset(xs: Array, resets: Array) -> Array:
    """The sum of all xs since the last reset (T,); the input of the reset step counts."""
    total, sums = 0.0, []
    for x, reset in zip(xs, resets, strict=True):
        total = x if reset else total + x
        sums.append(total)
    return np.array(sums)


def _draw_cell(rng: np.random.Generator, d: int, h: int) -> Args:
    return draw_lstm(rng, d, h), tenths(rng, h, largest=0.9), tenths(rng, d)


def _draw_half_life(rng: np.random.Generator, longest: int) -> Args:
    # From 2 on: at 1 the bias is 0, which has no wrong sign.
    return (int(rng.integers(2, longest + 1)),)


def _draw_stream(rng: np.random.Generator, t: int) -> Args:
    # One reset that comes after the first step and before the last, and others by chance.
    resets = (rng.random(t) < 0.25).astype(float)
    resets[rng.integers(1, t - 1)] = 1.0
    return rng.integers(1, 10, t).astype(float), resets


def _sums(params: Params, h_prev: Array, x: Array) -> Array:
    """The weighted sums of all four blocks (4H,)."""
    return np.asarray(x @ params.w_x + h_prev @ params.w_h + params.b)


def _block(index: int) -> Callable[..., Array]:
    """σ of another block than the second."""
    return lambda params, h_prev, x: sigmoid(np.split(_sums(params, h_prev, x), 4)[index])


def _squashed(squash: Callable[[Array], Array]) -> Callable[..., Array]:
    """The right sum with something else in place of σ."""
    return lambda params, h_prev, x: squash(np.split(_sums(params, h_prev, x), 4)[1])


def _turned(params: Params, h_prev: Array, x: Array) -> Array:
    blocks = np.split(np.asarray(params.w_h), 4, axis=1)
    return forget_gate(params._replace(w_h=np.hstack([block.T for block in blocks])), h_prev, x)


def _gated(
    gate: Callable[[Array], Array], write: Callable[[Array], Array] = np.ones_like
) -> Callable[..., Array]:
    """c_t = gate(r)_t · c_{t-1} + write(r)_t · x_t from c_0 = 0, for resets r."""

    def sums(xs: Array, resets: Array) -> Array:
        c, cs = 0.0, []
        for x, f, i in zip(xs, gate(resets), write(resets), strict=True):
            c = f * c + i * x
            cs.append(c)
        return np.array(cs)

    return sums


def _one_step_late(resets: Array) -> Array:
    return np.concatenate([[1.0], 1 - resets[:-1]])


EXERCISES = (
    Exercise(
        why="the other two gates use the same formula with other weights.",
        lines=3,
        spec=forget_gate,
        sizes=((1, 1), (2, 1), (1, 2), (3, 2)),
        draw=_draw_cell,
        slopes=("params", "h_prev", "x"),
        wrong={
            "This is the first block, the input gate i. The order is i, f, g, o.": _block(0),
            "This is the third block, the candidate g. The order is i, f, g, o.": _block(2),
            "This is the last block, the output gate o. The order is i, f, g, o.": _block(3),
            "These are all four blocks, 4H numbers. The forget gate is the second quarter.": (
                lambda params, h_prev, x: sigmoid(_sums(params, h_prev, x))
            ),
            "The sigmoid is missing: this is the weighted sum before it is squashed.": _squashed(
                lambda total: total
            ),
            "This is tanh, which goes down to -1. A gate is a share from 0 to 1: use a "
            "sigmoid.": _squashed(np.tanh),
            "This is 1 - f, the share that is forgotten. f is the share that is kept.": _squashed(
                lambda total: 1 - sigmoid(total)
            ),
            "The bias b is missing.": without("b", forget_gate),
            "The old output h_prev is not used.": without("w_h", forget_gate),
            "The input x is not used.": without("w_x", forget_gate),
            "w_h is used the wrong way round. Rows are where a value comes from, columns where it "
            "goes to: h_prev @ w_h.": _turned,
            "x and h_prev are squashed one by one. Add everything first, then take one sigmoid.": (
                lambda params, h_prev, x: np.split(
                    sigmoid(x @ params.w_x) + sigmoid(h_prev @ params.w_h + params.b), 4
                )[1]
            ),
        },
        hints=(
            "As in an RNN, three things are added up: one from x, one from h_prev, and b. Here "
            "the matrices are four times as wide.",
            "jnp.split(v, 4) cuts a vector into four equal parts, in the order i, f, g, o.",
            "Take the second part of the whole sum and squash it with jax.nn.sigmoid.",
        ),
    ),
    Exercise(
        why="you choose how long a cell remembers; this gives the bias for it.",
        lines=2,
        spec=bias_for_half_life,
        sizes=((5,), (50,), (200,)),
        draw=_draw_half_life,
        tolerance=1e-3,
        wrong={
            "This is the value of the gate, f. Asked for is the bias b with σ(b) = f.": (
                lambda steps: 0.5 ** (1 / steps)
            ),
            "This is the bias for the 1/e time: it leaves 37 %, not 50 %. Start from "
            "f**steps = 0.5.": lambda steps: -math.log(math.expm1(1 / steps)),
            "The sign is wrong. A gate above one half has a positive bias.": (
                lambda steps: -bias_for_half_life(steps)
            ),
            "This takes away the same amount at each step, 0.5 / steps. Each step takes away the "
            "same share of what is left.": lambda steps: math.log(2 * steps - 1),
            "This solves f**steps = 0.5 for f with the exponent upside down: take the root, "
            "0.5 ** (1 / steps).": lambda steps: math.log(0.5**steps / (1 - 0.5**steps)),
            "The odds f / (1 - f) are right; the bias is their logarithm.": (
                lambda steps: math.exp(bias_for_half_life(steps))
            ),
            "This is log f. Asked for is the bias b with σ(b) = f.": lambda steps: (
                math.log(0.5) / steps
            ),
            "The logarithm is to the base 10. The sigmoid needs the natural one, math.log.": (
                lambda steps: bias_for_half_life(steps) / math.log(10)
            ),
        },
        hints=(
            "Two questions, one after the other. Which f leaves one half after that many steps? "
            "Which b gives that f?",
            "f multiplied by itself `steps` times is 0.5, so f is a root of 0.5.",
            "Solve f = 1 / (1 + exp(-b)) for b: exp(b) = f / (1 - f).",
        ),
    ),
    Exercise(
        why="a memory that only adds positive inputs grows at every step.",
        lines=6,
        spec=sum_since_reset,
        sizes=((3,), (6,), (12,)),
        draw=_draw_stream,
        wrong={
            "The resets are not used: this sum grows for ever.": _gated(np.ones_like),
            "Each reset comes one step late: the gate of step t must see the reset of step t.": (
                _gated(_one_step_late)
            ),
            "The input of the reset step is lost. The gate empties the old memory; what comes in "
            "at that step is written after that.": _gated(lambda r: 1 - r, write=lambda r: 1 - r),
            "The gate is the wrong way round: it keeps at a reset and forgets at all other "
            "steps.": _gated(lambda r: r),
            "At a reset the memory keeps its old value and skips the input. It should lose the "
            "old value and take the input.": _gated(np.ones_like, write=lambda r: 1 - r),
            "Only the last sum came back. Return the sums of all steps.": (
                lambda xs, resets: sum_since_reset(xs, resets)[-1]
            ),
            "Nothing is added up: this is the input itself.": lambda xs, resets: xs,
        },
        hints=(
            "It is c_t = f_t c_{t-1} + x_t. What must f_t be at a reset, and what elsewhere?",
            "With resets of 0 and 1, the gate is 1 - reset. It multiplies the old memory only.",
            "lax.scan can walk over a pair: scan(advance, start, (xs, resets)) hands advance one "
            "x and one reset at a time.",
        ),
    ),
)
