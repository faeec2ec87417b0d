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


def bptt(params: Params, xs: Array, target: Array) -> Array:
    """The gradient of ½ Σ (h_T - target)² for w_h (H, H): nudge one weight at a time."""

    def loss(w_h: Array) -> float:
        return float(((_states(params._replace(w_h=w_h), xs)[-1] - target) ** 2).sum() / 2)

    grad, tiny = np.zeros_like(params.w_h), 1e-5
    for entry in np.ndindex(grad.shape):
        nudge = np.zeros_like(grad)
        nudge[entry] = tiny
        grad[entry] = (loss(params.w_h + nudge) - loss(params.w_h - nudge)) / (2 * tiny)
    return grad


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
    slope: Callable[[Array], Array] = lambda h: 1 - h**2,
    back: Callable[[Array], Array] = lambda w_h: w_h.T,
    state: int = -1,
    steps: slice = slice(None),
) -> Callable[..., Array]:
    """Backpropagation through time with one part exchanged."""

    def gradient(params: Params, xs: Array, target: Array) -> Array:
        hs = _states(params, xs)
        delta, grads = hs[-1] - target, []
        for t in range(len(xs), 0, -1):
            before_tanh = delta * slope(hs[t])
            grads.append(np.outer(hs[t + state], before_tanh))
            delta = before_tanh @ back(params.w_h)
        return np.sum(grads[steps], axis=0)

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
        lines=10,
        spec=bptt,
        sizes=((1, 1, 1), (2, 1, 1), (3, 2, 3)),
        draw=_draw_sequence,
        tolerance=1e-3,
        wrong={
            "Only the last step counts. w_h was used at every step: walk back to the first one "
            "and add up.": _by_hand(steps=slice(1)),
            "Only the earliest step counts. Add up over all steps.": _by_hand(
                steps=slice(-1, None)
            ),
            "The derivative of tanh, 1 - h_t², is missing.": _by_hand(slope=np.ones_like),
            "The derivative of tanh is 1 - h_t², not 1 - h_t.": _by_hand(slope=lambda h: 1 - h),
            "On the way back the error must go through w_h the other way round: from columns "
            "to rows.": _by_hand(back=lambda w_h: w_h),
            "On the way back the error must also pass through w_h.": _by_hand(
                back=lambda w_h: np.eye(len(w_h))
            ),
            "You multiplied with h_t, the state after the step. w_h was multiplied with the one "
            "before it, h_{t-1}.": _by_hand(state=0),
            "The result is transposed. Row: the unit a value comes from. Column: the unit it "
            "goes to.": lambda params, xs, target: bptt(params, xs, target).T,
            "Twice too large: the ½ in the loss cancels the 2 of the square.": (
                lambda params, xs, target: 2 * bptt(params, xs, target)
            ),
            "The sign is wrong. The error is h_T - target.": (
                lambda params, xs, target: -bptt(params, xs, target)
            ),
            "You started from h_T, not from the error h_T - target.": (
                lambda params, xs, target: bptt(params, xs, 0 * target)
            ),
        },
        hints=(
            "First go forward and keep every state, h_0 = 0 included. Then start at the end with "
            "dL/dh_T = h_T - target.",
            "One step back has three parts: through tanh (times 1 - h_t²); into the gradient (an "
            "outer product of h_{t-1} and what you have now); through w_h to h_{t-1}.",
            "h_{t-1} reached step t as h @ w_h, so what comes back is multiplied with w_h "
            "transposed.",
        ),
    ),
)
