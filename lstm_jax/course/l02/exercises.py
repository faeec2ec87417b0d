"""Lesson 02: the factor of one step, how far a product of them reaches, and clipping."""

import math
from collections.abc import Callable

import numpy as np

from lstm_jax.cells import RNNParams
from lstm_jax.course.checks.drawing import draw_rnn
from lstm_jax.course.checks.exercise import Args, Array, Exercise, Params, tenths
from lstm_jax.course.l01.exercises import rnn_step


def step_jacobian(params: Params, h_prev: Array, x: Array) -> Array:
    """[i, j] = ∂h_t[i] / ∂h_{t-1}[j] (H, H): nudge one old unit at a time."""
    tiny = 1e-5
    columns = [
        (rnn_step(params, h_prev + nudge, x) - rnn_step(params, h_prev - nudge, x)) / (2 * tiny)
        for nudge in tiny * np.eye(len(h_prev))
    ]
    return np.stack(columns, axis=1)


def reach(factor: float, threshold: float) -> int:
    """The first n at which factor**n is at most threshold."""
    n, product = 0, 1.0
    while product > threshold:
        n, product = n + 1, product * factor
    return n


def clip_by_global_norm(grads: Params, limit: float) -> Params:
    """grads, made as long as `limit` if longer, with the direction kept."""
    norm = _norm(*grads)
    return _scaled(grads, limit / norm if norm > limit else 1.0)


def _norm(*arrays: Array) -> float:
    return math.sqrt(sum(float(value) ** 2 for array in arrays for value in array.flat))


def _scaled(grads: Params, scale: float) -> Params:
    return RNNParams._make(scale * grad for grad in grads)


def _draw_step(rng: np.random.Generator, d: int, h: int) -> Args:
    return draw_rnn(rng, d, h), tenths(rng, h, largest=0.9), tenths(rng, d)


def _draw_factor(rng: np.random.Generator, parts: int) -> Args:
    """A factor k/parts and a threshold; never with factor**n at the threshold, up to rounding."""
    while True:
        factor = int(rng.integers(1, parts)) / parts
        threshold = float(rng.choice([0.5, 0.2, 0.1, 0.01, 0.001]))
        n = math.log(threshold) / math.log(factor)
        if abs(n - round(n)) > 1e-3:
            return factor, threshold


def _draw_grads(rng: np.random.Generator, d: int, h: int) -> Args:
    """Gradients shorter than the limit, longer, and now and then all zero."""
    grads = draw_rnn(rng, d, h)
    limit = max(0.1, round(_norm(*grads) * float(rng.choice([0.5, 2.0])), 1))
    return (_scaled(grads, 0.0) if rng.random() < 0.2 else grads), limit


def _jacobian(
    slope: Callable[[Array, Array], Array], w_h: Callable[[Array], Array] = np.transpose
) -> Callable[..., Array]:
    """The formula with one part exchanged; slope(h_prev, h) must broadcast to (H, H)."""

    def jacobian(params: Params, h_prev: Array, x: Array) -> Array:
        return slope(h_prev, rnn_step(params, h_prev, x)) * w_h(np.asarray(params.w_h))

    return jacobian


def _input_jacobian(params: Params, h_prev: Array, x: Array) -> Array:
    return (1 - rnn_step(params, h_prev, x) ** 2)[:, None] * params.w_x.T


def _rescaled(scale: Callable[[Params, float], float]) -> Callable[..., Params]:
    """Clipping with another factor, NaN where it divides 0 by 0 as in JAX."""

    def clip(grads: Params, limit: float) -> Params:
        with np.errstate(divide="ignore", invalid="ignore"):
            return _scaled(grads, scale(grads, limit))

    return clip


def _by_length(length: Callable[[Params], float]) -> Callable[..., Params]:
    """Clipping with another measure of length."""
    return _rescaled(lambda grads, limit: min(1.0, limit / np.float64(length(grads))))


def _one_by_one(grads: Params, limit: float) -> Params:
    return RNNParams(*(g * min(1.0, limit / max(_norm(g), 1e-30)) for g in grads))


def _each_to_the_limit(grads: Params, limit: float) -> Params:
    with np.errstate(divide="ignore", invalid="ignore"):
        return RNNParams(*(g * (limit / np.float64(_norm(g))) for g in grads))


EXERCISES = (
    Exercise(
        why="the gradient is a sum of products of these matrices.",
        lines=2,
        spec=step_jacobian,
        sizes=((1, 1), (2, 1), (1, 2)),
        draw=_draw_step,
        tolerance=1e-3,
        wrong={
            "The matrix is transposed. Row i: which new unit moves. Column j: which old one "
            "you nudge.": lambda params, h_prev, x: step_jacobian(params, h_prev, x).T,
            "The derivative of tanh, 1 - h_t², is missing: this is w_h alone.": _jacobian(
                lambda h_prev, h: np.ones_like(h)
            ),
            "The derivative of tanh stands on the wrong axis: 1 - h_t[i]² belongs to the new "
            "unit i, so it scales row i. Try [:, None].": _jacobian(lambda h_prev, h: 1 - h**2),
            "w_h is the wrong way round. w_h[j, i] leads from the old unit j to the new unit i; "
            "asked for is [i, j].": _jacobian(
                lambda h_prev, h: (1 - h**2)[:, None], w_h=np.asarray
            ),
            "The derivative of tanh is taken at the old state h_prev. It needs the new one.": (
                _jacobian(lambda h_prev, h: (1 - h_prev**2)[:, None])
            ),
            "The derivative of tanh is 1 - h_t², not 1 - h_t.": _jacobian(
                lambda h_prev, h: (1 - h)[:, None]
            ),
            "This is the derivative with respect to the input x. Asked for is the one with "
            "respect to the old state.": _input_jacobian,
        },
        hints=(
            "For one unit: h_new = tanh(a), and a = ... + h_old w. The chain rule gives two "
            "factors. Which?",
            "tanh'(a) is 1 - tanh(a)², that is 1 - h_new². You need the new state first.",
            "diag(v) @ matrix multiplies row i by v[i]. In NumPy and JAX, v[:, None] * matrix does "
            "the same.",
        ),
    ),
    Exercise(
        why="it turns a factor a step into a number of steps after which nothing is left.",
        lines=1,
        spec=reach,
        sizes=((10,), (20,), (100,)),
        draw=_draw_factor,
        wrong={
            "One step too few: after a whole number of steps the product must be at most the "
            "threshold, so round up.": lambda factor, threshold: reach(factor, threshold) - 1,
            "One step too many.": lambda factor, threshold: reach(factor, threshold) + 1,
            "A number of steps is whole: round up.": (
                lambda factor, threshold: math.log(threshold) / math.log(factor)
            ),
            "The fraction is upside down.": (
                lambda factor, threshold: math.ceil(math.log(factor) / math.log(threshold))
            ),
            "Both logarithms are negative, so their quotient is positive as it is: drop the "
            "minus sign.": lambda factor, threshold: math.ceil(
                -math.log(threshold) / math.log(factor)
            ),
            "Two different logarithms: take the same base above and below.": (
                lambda factor, threshold: math.ceil(math.log10(threshold) / math.log(factor))
            ),
            "This counts as if each step took away the same amount. Each takes away the same "
            "share of what is left.": lambda factor, threshold: math.ceil(
                (1 - threshold) / (1 - factor)
            ),
            "The threshold is not used: this is the time to fall to 1/e.": (
                lambda factor, threshold: math.ceil(-1 / math.log(factor))
            ),
        },
        hints=(
            "Try it with numbers: 0.5, 0.25, 0.125. When is 0.5**n at most 0.2 for the first time?",
            "Take the logarithm of factor**n <= threshold. Then bring n alone to one side.",
            "Dividing by a negative logarithm turns <= into >=: n is at least a quotient of two "
            "logarithms. Which is the first whole number that is?",
        ),
    ),
    Exercise(
        why="one exploding step can undo an hour of training; clipping bounds every step.",
        lines=3,
        spec=clip_by_global_norm,
        sizes=((1, 1), (3, 2)),
        draw=_draw_grads,
        wrong={
            "You used one norm for each array, which changes the direction. Take one norm over all "
            "arrays together.": _one_by_one,
            "You used one norm for each array, and stretched short arrays to the limit. Take one "
            "norm over all arrays together; the factor is at most 1.": _each_to_the_limit,
            "Each number is clipped on its own, which changes the direction. Scale all of them "
            "by one factor.": lambda grads, limit: RNNParams(
                *(np.clip(g, -limit, limit) for g in grads)
            ),
            "Gradients shorter than the limit are stretched to it. Leave those as they are; "
            "the factor is at most 1.": _rescaled(
                lambda grads, limit: limit / np.float64(_norm(*grads))
            ),
            "Long gradients stay long and short ones are stretched: you took the larger of 1 and "
            "limit / norm. Take the smaller.": _rescaled(
                lambda grads, limit: max(1.0, limit / np.float64(_norm(*grads)))
            ),
            "Right but for a gradient of zero, where 0 / 0 gives NaN. A gradient shorter than the "
            "limit needs no division.": _rescaled(
                lambda grads, limit: (
                    min(np.float64(_norm(*grads)), limit) / np.float64(_norm(*grads))
                )
            ),
            "You measured the length by the largest number. The norm is the root of the sum of "
            "all squares.": _by_length(lambda grads: max(float(np.abs(g).max()) for g in grads)),
            "You added up the norms of the arrays. Add up all squares, then take one root.": (
                _by_length(lambda grads: sum(_norm(g) for g in grads))
            ),
            "The root is missing: this divides by the sum of squares.": _by_length(
                lambda grads: _norm(*grads) ** 2
            ),
            "You divided by the norm, so the limit is only the point where clipping starts. Long "
            "gradients should come out as long as the limit.": lambda grads, limit: _scaled(
                grads, 1 / _norm(*grads) if _norm(*grads) > limit else 1.0
            ),
        },
        hints=(
            "Think of all numbers of all arrays as one long vector. Clipping shortens it and keeps "
            "its direction.",
            "The norm is the root of the sum of all squares, over all three arrays. The factor "
            "is limit / norm, but never above 1.",
            "jax.tree.map(f, grads) calls f on each array and puts the results back into the same "
            "kind of container.",
        ),
    ),
)
