"""Lesson 05: what leaves the cell, a gate that opens on request, and the slope on the way out."""

import math
from collections.abc import Callable

import numpy as np

from lstm_jax.course.checks.drawing import draw_lstm, logit, sigmoid, without
from lstm_jax.course.checks.exercise import Args, Array, Exercise, Params, tenths


def lstm_output(params: Params, h_prev: Array, c: Array, x: Array) -> Array:
    """h_t = σ(x_t W_xo + h_{t-1} W_ho + b_o) · tanh(c_t), all (H,); o is the fourth block."""
    H = len(c)
    h = []
    for unit in range(H):
        column = 3 * H + unit
        total = params.b[column]
        for d in range(len(x)):
            total = total + x[d] * params.w_x[d, column]
        for old in range(H):
            total = total + h_prev[old] * params.w_h[old, column]
        h.append(sigmoid(total) * math.tanh(c[unit]))
    return np.array(h)


def query_gate(shut: float, opened: float) -> tuple[float, float]:
    """The weight w and bias b with σ(b) = shut and σ(w + b) = opened."""
    b = logit(shut)
    return logit(opened) - b, b


def output_slope(c: Array, o: Array) -> Array:
    """∂h/∂c (H,) for h = o · tanh(c): nudge every c, each moves its own h alone."""
    tiny = 1e-5
    return o * (np.tanh(c + tiny) - np.tanh(c - tiny)) / (2 * tiny)


def _draw_cell(rng: np.random.Generator, d: int, h: int) -> Args:
    """Short weights, so that no gate is so far open or shut that a mistake hides."""
    params = draw_lstm(rng, d, h)
    return params, tenths(rng, h, largest=0.9), tenths(rng, h, largest=3.0), tenths(rng, d)


def _draw_gate(rng: np.random.Generator, parts: int) -> Args:
    """Two different values of a gate, k/parts each, the smaller one first."""
    shut, opened = sorted(rng.choice(np.arange(1, parts), 2, replace=False) / parts)
    return float(shut), float(opened)


def _draw_state(rng: np.random.Generator, h: int) -> Args:
    return tenths(rng, h, largest=2.0), rng.integers(1, 20, h) / 20


def _sum(params: Params, h: Array, x: Array, columns: slice) -> Array:
    """The weighted sum of some columns."""
    return x @ params.w_x[:, columns] + h @ params.w_h[:, columns] + params.b[columns]


def _output(
    out: Callable[[Array, Array], Array] = lambda total, c: sigmoid(total) * np.tanh(c),
    columns: Callable[[int], slice] = lambda h: slice(3 * h, None),
    params: Callable[[Params], Params] = lambda params: params,
) -> Callable[..., Array]:
    """The output with one part exchanged; out(sum, c), columns(H), params(params)."""

    def output(given: Params, h_prev: Array, c: Array, x: Array) -> Array:
        return out(_sum(params(given), h_prev, x, columns(len(c))), c)

    return output


def _block_transposed(params: Params) -> Params:
    h = len(params.w_h)
    turned = params.w_h.copy()
    turned[:, 3 * h :] = turned[:, 3 * h :].T
    return params._replace(w_h=turned)


def _gate_from(
    inverse: Callable[[float], float],
    w: Callable[[float, float], float] = lambda shut, opened: opened - shut,
) -> Callable[..., tuple[float, float]]:
    """A gate set with another inverse of σ, or another w from the two sums it needs."""

    def gate(shut: float, opened: float) -> tuple[float, float]:
        b = inverse(shut)
        return w(b, inverse(opened)), b

    return gate


EXERCISES = (
    Exercise(
        why="this line decides what the next layer, the loss and the next step get to see.",
        lines=3,
        spec=lstm_output,
        sizes=((1, 1), (2, 1), (1, 2), (3, 2)),
        draw=_draw_cell,
        slopes=("params", "h_prev", "c", "x"),
        wrong={
            "This is the third block, the candidate's. The order is i, f, g, o: the output gate "
            "is the last H columns.": _output(columns=lambda h: slice(2 * h, 3 * h)),
            "This is the first block, the input gate's. The order is i, f, g, o.": _output(
                columns=lambda h: slice(0, h)
            ),
            "This is the second block, the forget gate's. The order is i, f, g, o.": _output(
                columns=lambda h: slice(h, 2 * h)
            ),
            "You took every fourth column. Each gate has H columns side by side: the output "
            "gate's are 3H, 3H + 1, ...": _output(columns=lambda h: slice(3, None, 4)),
            "The gate is squashed with tanh. A gate says how much, from 0 to 1: use a sigmoid.": (
                _output(lambda total, c: np.tanh(total) * np.tanh(c))
            ),
            "The sigmoid is missing: this is the weighted sum itself times tanh(c).": _output(
                lambda total, c: total * np.tanh(c)
            ),
            "tanh is missing: this is o times c, which has no bound.": _output(
                lambda total, c: sigmoid(total) * c
            ),
            "c goes out through a sigmoid here. It should be tanh: h has a sign.": _output(
                lambda total, c: sigmoid(total) * sigmoid(c)
            ),
            "The gate stands inside tanh. Squash c first, then multiply with o.": _output(
                lambda total, c: np.tanh(sigmoid(total) * c)
            ),
            "This is the gate o alone. h is what it lets out: o times tanh(c).": _output(
                lambda total, c: sigmoid(total)
            ),
            "This is tanh(c): the gate is not used.": _output(lambda total, c: np.tanh(c)),
            "The gate looks at c. It sees x and the output of the step before, h_prev.": (
                lambda params, h_prev, c, x: lstm_output(params, c, c, x)
            ),
            "w_h is used the wrong way round: h_prev @ w_h, then the last H columns.": _output(
                params=_block_transposed
            ),
            "The bias is missing.": without("b", lstm_output),
            "h_prev is not used.": without("w_h", lstm_output),
            "The input x is not used.": without("w_x", lstm_output),
        },
        hints=(
            "Two parts: the gate o, from a weighted sum, and the memory c, squashed. Their "
            "product is h.",
            "The sum is that of a plain recurrent cell, but only the last H of the 4H columns "
            "belong to this gate.",
            "With sums of shape (4H,), sums[-H:] are the ones you need. jax.nn.sigmoid makes them "
            "a gate; c goes through jnp.tanh.",
        ),
    ),
    Exercise(
        why="who can set a gate by hand can read what a trained gate listens to.",
        lines=3,
        spec=query_gate,
        sizes=((10,), (20,), (100,)),
        draw=_draw_gate,
        wrong={
            "b is right. But at q = 1 the sum is w + b, so w is only the difference.": _gate_from(
                logit, lambda shut, opened: opened
            ),
            "b is right. w is the sum needed at q = 1 minus b, not plus b.": _gate_from(
                logit, lambda shut, opened: opened + shut
            ),
            "You set the sum to the gate's value. The sigmoid still comes: which sum does it "
            "turn into that value?": _gate_from(lambda p: p),
            "You applied the sigmoid. Asked for is the way back, from its value to the sum.": (
                _gate_from(lambda p: 1 / (1 + math.exp(-p)))
            ),
            "The wrong order: return w first, then b.": lambda shut, opened: query_gate(
                shut, opened
            )[::-1],
            "Both signs are wrong: a gate above one half needs a sum above 0.": _gate_from(
                lambda p: -logit(p)
            ),
            "The gate works the wrong way round: it is open at q = 0 and shut at q = 1.": (
                lambda shut, opened: query_gate(opened, shut)
            ),
            "You took ln p. The inverse of the sigmoid is the logarithm of p / (1 - p).": (
                _gate_from(math.log)
            ),
            "This undoes tanh. A gate is a sigmoid.": _gate_from(math.atanh),
            "This is the logarithm to base 10. The sigmoid is made with e: take the natural one.": (
                _gate_from(lambda p: logit(p) / math.log(10))
            ),
        },
        hints=(
            "At q = 0 the sum is b alone, at q = 1 it is w + b. First find the two sums.",
            "Solve p = 1 / (1 + exp(-s)) for s. Start by turning both sides upside down.",
            "s = ln(p / (1 - p)). Use it twice: for the shut gate it gives b, for the open one "
            "w + b.",
        ),
    ),
    Exercise(
        why="it is the first factor of every gradient that reaches the memory.",
        lines=1,
        spec=output_slope,
        sizes=((1,), (3,)),
        draw=_draw_state,
        tolerance=1e-3,
        wrong={
            "The gate is missing: this is the slope of tanh alone.": lambda c, o: (
                1 - np.tanh(c) ** 2
            ),
            "This is 1 - h². But h already holds o: the slope needs tanh(c) without the gate.": (
                lambda c, o: 1 - (o * np.tanh(c)) ** 2
            ),
            "The slope of tanh is taken at h = o tanh(c). It needs tanh(c) without the gate.": (
                lambda c, o: o * (1 - (o * np.tanh(c)) ** 2)
            ),
            "1 - c² is not the slope of tanh: square tanh(c), not c.": lambda c, o: o * (1 - c**2),
            "The slope of tanh is 1 - tanh(c)², with a square.": lambda c, o: o * (1 - np.tanh(c)),
            "This is h itself, not its slope.": lambda c, o: o * np.tanh(c),
            "This is the derivative with respect to o. Asked for is the one with respect to c.": (
                lambda c, o: np.tanh(c)
            ),
            "This is the derivative with respect to the weighted sum of the gate. Asked for is "
            "the one with respect to c.": lambda c, o: o * (1 - o) * np.tanh(c),
            "o (1 - o) is the slope of the gate. Here the gate stands still: it is only a "
            "factor.": lambda c, o: o * (1 - o) * (1 - np.tanh(c) ** 2),
            "The gate is counted twice: it is one factor of h, so one factor of the slope.": (
                lambda c, o: o**2 * (1 - np.tanh(c) ** 2)
            ),
            "Right, but as a matrix. Each c moves its own h alone: return the diagonal, (H,).": (
                lambda c, o: np.diag(o * (1 - np.tanh(c) ** 2))
            ),
        },
        hints=(
            "o stands still here. What is the derivative of a fixed number times tanh(c)?",
            "The derivative of tanh(c) is 1 - tanh(c)². It is 1 at c = 0 and nearly 0 at c = 5.",
            "Multiply the gate with that slope, entry by entry.",
        ),
    ),
)
