"""Lesson 01: one step of an RNN, windows of a series, backpropagation through time."""

import math
from collections.abc import Callable

import numpy as np

from lstm_jax.course.checks.drawing import draw_rnn, without
from lstm_jax.course.checks.exercise import Args, Array, Exercise, Params, tenths


def rnn_step(params: Params, h: Array, x: Array) -> Array:
    """h_t = tanh(x_t W_x + h_{t-1} W_h + b): h (H,), x (D,) -> (H,)."""
    new = []
    for unit in range(len(h)):
        total = params.b[unit]
        for d in range(len(x)):
            total = total + x[d] * params.w_x[d, unit]
        for old in range(len(h)):
            total = total + h[old] * params.w_h[old, unit]
        new.append(math.tanh(total))
    return np.array(new)


def make_windows(series: Array, length: int, horizon: int) -> tuple[Array, Array]:
    """Every window of `length` values that has a target, `horizon` steps after its last value."""
    xs, ys = [], []
    for start in range(len(series)):
        target = start + length - 1 + horizon
        if target < len(series):
            xs.append(series[start : start + length])
            ys.append(series[target])
    return np.array(xs), np.array(ys)


def bptt(params: Params, xs: Array, d_h: Array) -> Params:
    """The slopes of d_h · h_T for w_x, w_h and b: nudge one weight at a time."""
    tiny = 1e-5

    def number(moved: Params) -> float:
        return float(d_h @ _states(moved, xs)[-1])

    grads = []
    for name, weights in params._asdict().items():
        grad = np.zeros_like(weights)
        for entry in np.ndindex(grad.shape):
            nudge = np.zeros_like(grad)
            nudge[entry] = tiny
            up, down = (params._replace(**{name: weights + n}) for n in (nudge, -nudge))
            grad[entry] = (number(up) - number(down)) / (2 * tiny)
        grads.append(grad)
    return params._make(grads)


def _states(params: Params, xs: Array) -> list[Array]:
    """h_0 = 0 and the state after each step."""
    hs = [np.zeros(len(params.b))]
    for x in xs:
        hs.append(rnn_step(params, hs[-1], x))
    return hs


def _draw_step(rng: np.random.Generator, d: int, h: int) -> Args:
    return draw_rnn(rng, d, h), tenths(rng, h, largest=0.9), tenths(rng, d)


def _draw_series(rng: np.random.Generator, size: int, length: int, horizon: int) -> Args:
    # All values differ, so that each tells where it came from.
    return rng.permutation(size) + 1.0, length, horizon


def _draw_sequence(rng: np.random.Generator, t: int, d: int, h: int) -> Args:
    return draw_rnn(rng, d, h), tenths(rng, t, d), tenths(rng, h, largest=0.9)


def _squashed(squash: Callable[[Array], Array]) -> Callable[..., Array]:
    """A step with something else in place of tanh."""
    return lambda params, h, x: squash(x @ params.w_x + h @ params.w_h + params.b)


def _with(**changed: Callable[[Params], Array]) -> Callable[..., Array]:
    """A step with some of the parameters replaced."""

    def step(params: Params, h: Array, x: Array) -> Array:
        return rnn_step(params._replace(**{k: f(params) for k, f in changed.items()}), h, x)

    return step


def _windows(first: int, *, count: int, stride: int = 1) -> Callable[..., tuple[Array, Array]]:
    """Windows with mistakes, their indices clamped to the series as JAX clamps them.

    first: steps by which the target is off; count: how many windows too many (or too few).
    """

    def windows(series: Array, length: int, horizon: int) -> tuple[Array, Array]:
        starts = np.arange(0, len(series) - length - horizon + 1 + count, stride)
        xs = starts[:, None] + np.arange(length)
        ys = starts + length - 1 + horizon + first
        return series[xs.clip(0, len(series) - 1)], series[ys.clip(0, len(series) - 1)]

    return windows


def _from_start(series: Array, length: int, horizon: int) -> tuple[Array, Array]:
    xs, _ = make_windows(series, length, horizon)
    return xs, series[horizon : horizon + len(xs)]


def _next_value(series: Array, length: int, horizon: int) -> tuple[Array, Array]:
    xs, _ = make_windows(series, length, horizon)
    return xs, series[length : length + len(xs)]


def _by_hand(
    back: Callable[[Array, Params, Array], Array] = lambda d_a, params, h: params.w_h @ d_a,
    part: Callable[[Array, Array], Array] = np.outer,
    state: int = -1,
    replaces: bool = False,
) -> Callable[..., Params]:
    """Backpropagation through time with one part exchanged.

    back: what d_h becomes, from d_a, the parameters and d_h; part: what a step adds for w_h;
    state: which state that is made of; replaces: whether each step takes the place of the others.
    """

    def gradient(params: Params, xs: Array, d_h: Array) -> Params:
        hs = _states(params, xs)
        w_x, w_h, b = (np.zeros_like(weights) for weights in params)
        for t in range(len(xs), 0, -1):
            d_a = d_h * (1 - hs[t] ** 2)
            w_x = w_x + np.outer(xs[t - 1], d_a)
            w_h = (0 if replaces else w_h) + part(hs[t + state], d_a)
            b = b + d_a
            d_h = back(d_a, params, d_h)
        return params._make((w_x, w_h, b))

    return gradient


EXERCISES = (
    Exercise(
        why="this line is the whole cell; the LSTM only changes what happens around it.",
        lines=1,
        spec=rnn_step,
        sizes=((1, 1), (2, 1), (1, 2), (3, 2)),
        draw=_draw_step,
        slopes=("params", "h", "x"),
        wrong={
            "tanh is missing: this is the weighted sum before it is squashed.": _squashed(
                lambda total: total
            ),
            "This is a sigmoid: it squashes to (0, 1). tanh squashes to (-1, 1).": _squashed(
                lambda total: 1 / (1 + np.exp(-total))
            ),
            "This is a ReLU, which cuts negative values off. Use tanh.": _squashed(
                lambda total: np.maximum(total, 0)
            ),
            "w_h is used the wrong way round. Rows are where a value comes from, columns where "
            "it goes to: h @ w_h.": _with(w_h=lambda params: params.w_h.T),
            "The bias b is missing.": without("b", rnn_step),
            "The bias is subtracted.": _with(b=lambda params: -params.b),
            "The old state h is not used: without it the cell has no memory.": without(
                "w_h", rnn_step
            ),
            "The input x is not used.": without("w_x", rnn_step),
            "The bias is added after tanh. It belongs inside, to the weighted sum.": (
                lambda params, h, x: np.tanh(x @ params.w_x + h @ params.w_h) + params.b
            ),
            "x and h are squashed one by one. Add first, then take one tanh of the sum.": (
                lambda params, h, x: np.tanh(x @ params.w_x) + np.tanh(h @ params.w_h + params.b)
            ),
        },
        hints=(
            "Three things are added up, each with H entries: one from x, one from h, and b.",
            "v @ w takes a vector v of as many entries as w has rows, and gives one of as many "
            "as it has columns. Which matrix goes with x, which with h?",
            "Take jnp.tanh of the whole sum, once.",
        ),
    ),
    Exercise(
        why="a target that is off by one step makes a forecast look better, or worse, than it is.",
        lines=5,
        spec=make_windows,
        sizes=((3, 1, 1), (7, 3, 2)),
        draw=_draw_series,
        wrong={
            "Each target comes one step too late: horizon 1 is the value right after the "
            "window.": _windows(1, count=-1),
            "Each target comes one step too late, and the last one only seems to be there: "
            "JAX clamps an index beyond the end instead of raising an error.": _windows(1, count=0),
            "Each target comes one step too early: with horizon 1 it is the last value of "
            "the window itself, so the answer is given away.": _windows(-1, count=0),
            "Each target comes one step too early, so with horizon 1 it is given away, and "
            "there is one window more than has a target.": _windows(-1, count=1),
            "You counted the horizon from the first value of the window, so targets lie inside "
            "the window. Count from its last value.": _from_start,
            "The horizon is not used: each target is the value right after its window.": (
                lambda series, length, horizon: make_windows(series, length, 1)
            ),
            "The number of windows is right, but each target is the value right after its window: "
            "add the horizon.": _next_value,
            "One window is missing at the end. There are T - length - horizon + 1 starts.": (
                _windows(0, count=-1)
            ),
            "One window too many: the last one has no target, and JAX clamps an index beyond "
            "the end instead of raising an error.": _windows(0, count=1),
            "The first window is missing.": lambda series, length, horizon: make_windows(
                series[1:], length, horizon
            ),
            "xs is (length, windows). Asked for is one window a row.": (
                lambda series, length, horizon: (
                    make_windows(series, length, horizon)[0].T,
                    make_windows(series, length, horizon)[1],
                )
            ),
            "The two are in the wrong order: the windows come first, then the targets.": (
                lambda series, length, horizon: make_windows(series, length, horizon)[::-1]
            ),
        },
        hints=(
            "Take series = 1 2 3 4 5, length 2, horizon 1. Write the windows and their targets on "
            "paper. How many are there?",
            "The window that starts at n ends at n + length - 1. Its target lies horizon further.",
            "Indexing with a matrix of indices takes all windows at once: a column of starts plus "
            "a row jnp.arange(length) is that matrix.",
        ),
    ),
    Exercise(
        why="each turn of this loop multiplies by one more factor, which is why gradients vanish.",
        lines=2,
        spec=bptt,
        sizes=((1, 1, 1), (3, 2, 2)),
        draw=_draw_sequence,
        tolerance=1e-3,
        slopes=("d_h",),
        wrong={
            "In equation 3 the slope must go through w_h the other way round: from columns to "
            "rows.": _by_hand(back=lambda d_a, params, _: d_a @ params.w_h),
            "In equation 3 the slope is not multiplied by w_h.": _by_hand(back=lambda d_a, *_: d_a),
            "Equation 3 starts from the slope at a_t, d_a, and not from the one at h_t.": _by_hand(
                back=lambda _, params, d_h: params.w_h @ d_h
            ),
            "The slope at the last state is used at every step: equation 3 should change d_h.": (
                _by_hand(back=lambda d_a, params, d_h: d_h)
            ),
            "In equation 2 you multiplied with h_t, the state after the step. w_h was multiplied "
            "with the one before it, h_{t-1}.": _by_hand(state=0),
            "The part for w_h is transposed. Row: the unit a value comes from. Column: the unit "
            "it goes to.": _by_hand(part=lambda h, d_a: np.outer(d_a, h)),
            "The part for w_h has no matrix in it: h times d_a, unit by unit, is a vector, and "
            "NumPy adds it to every row.": _by_hand(part=lambda h, d_a: h * d_a),
            "For w_h only the earliest step counts. w_h was used at every step: add the parts "
            "up.": _by_hand(replaces=True),
            "The sign of the part for w_h is wrong: add it.": _by_hand(
                part=lambda h, d_a: -np.outer(h, d_a)
            ),
        },
        hints=(
            "Equation 2 for w_x is written out in the line above: which vector stands in place of "
            "x_t when the weight is w_h?",
            "The outer product of two vectors is a matrix: its rows belong to the first of them. "
            "Rows of w_h are the units a value comes from, columns those it goes to.",
            "h_{t-1} reached step t as h @ w_h. Entry i of it met row i of w_h, so its slope adds "
            "up row i of w_h times d_a.",
        ),
    ),
)
