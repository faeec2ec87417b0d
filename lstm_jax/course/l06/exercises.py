"""Lesson 06: the whole cell, and how much there is to learn in it."""

import math
from collections.abc import Callable

import numpy as np

from lstm_jax.cells import LSTMParams, LSTMState
from lstm_jax.course.checks.drawing import draw_lstm, sigmoid, without
from lstm_jax.course.checks.exercise import Args, Array, Exercise, Params, tenths


def lstm_step(params: Params, state: LSTMState, x: Array) -> LSTMState:
    """One step of the cell: state h and c (H,), x (D,) -> the next state."""
    H = len(state.c)
    h, c = [], []
    for unit in range(H):
        sums = []
        for block in range(4):  # i, f, g, o
            column = block * H + unit
            total = params.b[column]
            for d in range(len(x)):
                total = total + x[d] * params.w_x[d, column]
            for old in range(H):
                total = total + state.h[old] * params.w_h[old, column]
            sums.append(total)
        i, f, o = sigmoid(sums[0]), sigmoid(sums[1]), sigmoid(sums[3])
        c.append(f * state.c[unit] + i * math.tanh(sums[2]))
        h.append(o * math.tanh(c[unit]))
    return LSTMState._make((np.array(h), np.array(c)))


def lstm_parameters(input_size: int, hidden_size: int) -> int:
    """The numbers to learn in an LSTM: for each gate and unit its weights, and one bias."""
    count = 0
    for _gate in "ifgo":
        for _unit in range(hidden_size):
            count += input_size + hidden_size + 1
    return count


def _draw_cell(rng: np.random.Generator, d: int, h: int) -> Args:
    state = LSTMState._make((tenths(rng, h, largest=0.9), tenths(rng, h, largest=2.0)))
    return draw_lstm(rng, d, h), state, tenths(rng, d)


def _draw_sizes(rng: np.random.Generator, largest: int) -> Args:
    """Two different sizes of at least 2, so that no mistake hides behind a 1."""
    input_size, hidden_size = rng.choice(np.arange(2, largest), 2, replace=False)
    return int(input_size), int(hidden_size)


def _step(
    new_c: Callable[..., Array] = lambda i, f, g, h, c: f * c + i * g,
    new_h: Callable[..., Array] = lambda o, c, old: o * np.tanh(c),
    *,
    order: str = "ifgo",
    squash: Callable[[Array], Array] = np.tanh,
    gate: Callable[[Array], Array] = sigmoid,
    params: Callable[[Params], Params] = lambda params: params,
) -> Callable[..., LSTMState]:
    """The step with one part exchanged: new_c(i, f, g, h, c), new_h(o, new c, old c), and so on."""

    def step(given: Params, state: LSTMState, x: Array) -> LSTMState:
        w_x, w_h, b = params(given)
        sums = dict(zip(order, np.split(x @ w_x + state.h @ w_h + b, 4), strict=True))
        i, f, o = (gate(sums[name]) for name in "ifo")
        c = new_c(i, f, squash(sums["g"]), state.h, state.c)
        return LSTMState._make((new_h(o, c, state.c), c))

    return step


def _every_fourth(params: Params) -> Params:
    """The columns of one gate taken from 0, 4, 8, ... instead of side by side."""
    width = len(params.w_h)
    columns = np.arange(4 * width).reshape(width, 4).T.ravel()
    return LSTMParams._make(array[..., columns] for array in params)


def _hears_c(params: Params, state: LSTMState, x: Array) -> LSTMState:
    shown = lstm_step(params, LSTMState(state.c, state.c), x)
    return LSTMState._make((shown.h, shown.c))


EXERCISES = (
    Exercise(
        why="these few lines are the whole LSTM; the rest is where to put the numbers.",
        lines=6,
        spec=lstm_step,
        sizes=((1, 1), (2, 1), (1, 2), (3, 2)),
        draw=_draw_cell,
        slopes=("params", "state", "x"),
        wrong={
            "i and f are exchanged. The order is i, f, g, o, and f is what multiplies the old "
            "c.": _step(order="figo"),
            "g and o are exchanged: the candidate is the third block, the output gate the "
            "fourth.": _step(order="ifog"),
            "The candidate is squashed with a sigmoid. It has a sign: use tanh.": _step(
                squash=sigmoid
            ),
            "The candidate is not squashed. It goes through tanh.": _step(squash=lambda z: z),
            "The gates are squashed with tanh. A gate says how much, from 0 to 1: use a "
            "sigmoid.": _step(gate=np.tanh),
            "tanh is missing on the way out: this h is o times c.": _step(
                new_h=lambda o, c, old: o * c
            ),
            "c leaves through a sigmoid here. On the way out it goes through tanh.": _step(
                new_h=lambda o, c, old: o * sigmoid(c)
            ),
            "h is made of the old c. First make the new c, then show it.": _step(
                new_h=lambda o, c, old: o * np.tanh(old)
            ),
            "h and c are exchanged in what you return: LSTMState(h, c).": lambda *args: (
                LSTMState._make(reversed(lstm_step(*args)))
            ),
            "The new c is squashed. Only what leaves the cell goes through tanh; c itself has no "
            "bound.": _step(new_c=lambda i, f, g, h, c: np.tanh(f * c + i * g)),
            "The forget gate multiplies the old h here. What it keeps is the old c.": _step(
                new_c=lambda i, f, g, h, c: f * h + i * g
            ),
            "The input gate is missing: all of the candidate is written.": _step(
                new_c=lambda i, f, g, h, c: f * c + g
            ),
            "Nothing is forgotten: this is the cell of 1997. Multiply the old c with f.": _step(
                new_c=lambda i, f, g, h, c: c + i * g
            ),
            "This writes 1 - f of the candidate. An LSTM has an input gate of its own.": _step(
                new_c=lambda i, f, g, h, c: f * c + (1 - f) * g
            ),
            "Nothing is kept: the old c is missing.": _step(new_c=lambda i, f, g, h, c: i * g),
            "The four sums hear c. They hear x and the old output h.": _hears_c,
            "You took every fourth column. Each gate has H columns side by side.": _step(
                params=_every_fourth
            ),
            "The bias b is missing.": without("b", lstm_step),
            "The old output h is not used.": without("w_h", lstm_step),
            "The input x is not used.": without("w_x", lstm_step),
        },
        hints=(
            "One line for all four sums, (4H,), and one that cuts them into four parts. Then the "
            "two lines of the state, c first.",
            "jnp.split cuts. Three of the parts take jax.nn.sigmoid; the candidate, the third, "
            "takes jnp.tanh.",
            "The new c is what is kept of the old one plus what is written. The new h is the "
            "output gate times tanh of the new c. Return LSTMState(h, c).",
        ),
    ),
    Exercise(
        why="it says what a model costs before you build it.",
        lines=1,
        spec=lstm_parameters,
        sizes=((5,), (20,), (400,)),
        draw=_draw_sizes,
        tolerance=1e-9,
        wrong={
            "Three blocks. The candidate has weights too: there are four.": lambda d, h: (
                3 * (d * h + h * h + h)
            ),
            "This is one block, a plain recurrent cell. The LSTM has four.": lambda d, h: (
                d * h + h * h + h
            ),
            "The biases are missing.": lambda d, h: 4 * (d * h + h * h),
            "The recurrent weights w_h are missing.": lambda d, h: 4 * (d * h + h),
            "The input weights w_x are missing.": lambda d, h: 4 * (h * h + h),
            "One bias for a whole gate is too few: each of its H units has its own.": (
                lambda d, h: 4 * (d * h + h * h + 1)
            ),
            "The biases of one block only: all four have H.": lambda d, h: 4 * (d * h + h * h) + h,
            "Two biases for each sum. Some libraries have two; here b is (4H,), one each.": (
                lambda d, h: 4 * (d * h + h * h + 2 * h)
            ),
            "w_h reads the old output, and that has H numbers, not D.": lambda d, h: (
                4 * (d * h + d * h + h)
            ),
            "D and H are exchanged.": lambda d, h: 4 * (d * h + d * d + d),
            "w_h is (H, 4H): it reads H numbers and makes 4H, not 4H out of 4H.": lambda d, h: (
                4 * (d * h + 4 * h * h + h)
            ),
            "h and c are counted. They are made anew in every step, not learned.": lambda d, h: (
                4 * (d * h + h * h + h) + 2 * h
            ),
        },
        hints=(
            "How many numbers does one unit of one gate need for its weighted sum?",
            "One weight for each of the D inputs, one for each of the H old outputs, and a bias.",
            "That many for each unit, H times. And that for each of the four blocks.",
        ),
    ),
)
