"""Lesson 06: the gradient of the cell: its detour through h, and one step back by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_jax.cells import LSTMState
from lstm_jax.course.checks.drawing import draw_lstm, logit, sigmoid
from lstm_jax.course.checks.exercise import Args, Array, Exercise, Params, tenths
from lstm_jax.course.l06.exercises import lstm_step

State = Any  # an LSTMState that holds NumPy arrays, where its type says JAX arrays


def through_h(w_h: Array, i: float, f: float, g: float, c_prev: float) -> Array:
    """∂c_t/∂h_{t-1} of one unit: nudge the old output, which moves three sums."""
    tiny = 1e-5

    def c(nudge: float) -> Array:
        kept = sigmoid(logit(f) + w_h[1] * nudge) * c_prev
        return kept + sigmoid(logit(i) + w_h[0] * nudge) * np.tanh(np.arctanh(g) + w_h[2] * nudge)

    return np.asarray((c(tiny) - c(-tiny)) / (2 * tiny))


def step_back(params: Params, state: State, x: Array, ahead: State) -> State:
    """The gradient for the old h and c (H,), given that for the new ones: nudge each old number."""

    def loss(h: Array, c: Array) -> float:
        new = lstm_step(params, LSTMState._make((h, c)), x)
        return float(sum(ahead.h * new.h + ahead.c * new.c))

    by_h, by_c, tiny = [], [], 1e-5
    for nudge in tiny * np.eye(len(state.h)):
        by_h.append((loss(state.h + nudge, state.c) - loss(state.h - nudge, state.c)) / (2 * tiny))
        by_c.append((loss(state.h, state.c + nudge) - loss(state.h, state.c - nudge)) / (2 * tiny))
    return LSTMState._make((np.array(by_h), np.array(by_c)))


def _draw_unit(rng: np.random.Generator, largest: int) -> Args:
    i, f = rng.integers(1, 10, 2) / 10
    (g,), (c_prev,) = tenths(rng, 1, largest=0.9), tenths(rng, 1, largest=largest)
    return tenths(rng, 4), float(i), float(f), float(g), float(c_prev)


def _draw_step(rng: np.random.Generator, d: int, h: int) -> Args:
    state = LSTMState._make((tenths(rng, h, largest=0.9), tenths(rng, h, largest=2.0)))
    return draw_lstm(rng, d, h), state, tenths(rng, d), LSTMState._make(tenths(rng, 2, h))


def _back(
    into_c: Callable[[State, Array, Array], Array] = lambda ahead, o, c: (
        ahead.c + ahead.h * o * (1 - np.tanh(c) ** 2)
    ),
    old_c: Callable[[Array, Array], Array] = lambda dc, f: dc * f,
    *,
    gate: Callable[[Array], Array] = lambda gate: gate * (1 - gate),
    candidate: Callable[[Array], Array] = lambda g: 1 - g**2,
    shown: Callable[[Array], Array] = np.tanh,
    heard: str = "ifgo",
    order: str = "ifgo",
    weights: Callable[[Array], Array] = np.transpose,
    by_new_c: bool = False,
) -> Callable[..., State]:
    """The step back with one part exchanged; `heard` are the sums that pass gradient to h."""

    def back(params: Params, state: State, x: Array, ahead: State) -> State:
        sums = x @ params.w_x + state.h @ params.w_h + params.b
        i, f, g, o = np.split(sums, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * state.c + i * g
        dc = into_c(ahead, o, c)
        d_sums = {
            "i": dc * g * gate(i),
            "f": dc * (c if by_new_c else state.c) * gate(f),
            "g": dc * i * candidate(g),
            "o": ahead.h * shown(c) * gate(o),
        }
        d_sum = np.concatenate([d_sums[name] * (name in heard) for name in order])
        return LSTMState._make((d_sum @ weights(params.w_h), old_c(dc, f)))

    return back


def _blocks_unturned(w_h: Array) -> Array:
    """Each block of w_h in its place, not turned round."""
    return np.concatenate(np.split(w_h, 4, axis=1))


def _around(
    *parts: str,
    slope: Callable[[float], float] = lambda gate: gate * (1 - gate),
    slope_g: Callable[[float], float] = lambda g: 1 - g**2,
    order: tuple[int, int, int] = (0, 1, 2),
    old: Callable[[float], float] = lambda c_prev: c_prev,
) -> Callable[..., Array]:
    """The sum of some of the three parts, named by the gate that moves; all where none is named."""

    def derivative(w_h: Array, i: float, f: float, g: float, c_prev: float) -> Array:
        w_i, w_f, w_g = (w_h[block] for block in order)
        each = {
            "i": w_i * slope(i) * g,
            "f": w_f * slope(f) * old(c_prev),
            "g": w_g * slope_g(g) * i,
        }
        return np.asarray(sum(each[name] for name in parts or each))

    return derivative


EXERCISES = (
    Exercise(
        why="every gradient that does not take the direct path comes through this number.",
        lines=3,
        spec=through_h,
        sizes=((1,), (3,)),
        draw=_draw_unit,
        wrong={
            "Only the candidate moves here. The gates i and f hear h as well.": _around("g"),
            "The forget gate stands still here. It hears h, and multiplies the old c.": _around(
                "i", "g"
            ),
            "The input gate stands still here. It hears h, and multiplies g.": _around("f", "g"),
            "The candidate stands still here. It hears h too.": _around("i", "f"),
            "The slopes of the squashing are missing: a gate moves by f (1 - f) for each unit of "
            "its sum.": _around(slope=lambda gate: 1.0, slope_g=lambda g: 1.0),
            "The slope of the sigmoid is missing: f (1 - f) for a gate f.": _around(
                slope=lambda gate: 1.0
            ),
            "The slope of tanh is missing: 1 - g² for the candidate.": _around(
                slope_g=lambda g: 1.0
            ),
            "g came out of tanh, and its slope is 1 - g². You took that of a sigmoid.": _around(
                slope_g=lambda g: g * (1 - g)
            ),
            "i and f came out of a sigmoid, with the slope f (1 - f). You took that of tanh.": (
                _around(slope=lambda gate: 1 - gate**2)
            ),
            "The weights of i and f are exchanged. w_h has the order i, f, g, o.": _around(
                order=(1, 0, 2)
            ),
            "The weight of o stands where that of g should be. w_h has the order i, f, g, o.": (
                _around(order=(0, 1, 3))
            ),
            "The forget gate multiplies the old c: its part needs the factor c_prev.": _around(
                old=lambda c_prev: 1.0
            ),
            "f is added: that is the direct path, from c. Asked for is the one from h.": (
                lambda w_h, i, f, g, c_prev: through_h(w_h, i, f, g, c_prev) + f
            ),
            "All parts are multiplied with f. Each part has the factors of its own product "
            "alone.": lambda w_h, i, f, g, c_prev: f * through_h(w_h, i, f, g, c_prev),
        },
        hints=(
            "c_t = f c_{t-1} + i g. Nudge h_{t-1}: f, i and g move, the old c does not. Three "
            "parts, added.",
            "Each part: the weight from h, times the slope of the squashing, times what that gate "
            "is multiplied with.",
            "The part of f is w_f f (1 - f) c_{t-1}. That of i has g in place of c_{t-1}. That of "
            "g has the slope of tanh, 1 - g², and i.",
        ),
    ),
    Exercise(
        why="backpropagation through time is this step, taken again and again from the end.",
        lines=12,
        spec=step_back,
        sizes=((1, 1), (2, 3)),
        draws=20,
        draw=_draw_step,
        tolerance=1e-3,
        wrong={
            "The gradient of the new h is lost: it enters c with o (1 - tanh² c).": _back(
                lambda ahead, o, c: ahead.c
            ),
            "The gradient of the new c is lost. It adds to what comes in from h.": _back(
                lambda ahead, o, c: ahead.h * o * (1 - np.tanh(c) ** 2)
            ),
            "o is missing on the way out: h = o tanh(c) passes o (1 - tanh² c) on to c.": _back(
                lambda ahead, o, c: ahead.c + ahead.h * (1 - np.tanh(c) ** 2)
            ),
            "The slope of tanh is missing on the way out: o (1 - tanh² c).": _back(
                lambda ahead, o, c: ahead.c + ahead.h * o
            ),
            "On the way out you took 1 - h². h holds o already: the slope is 1 - tanh(c)².": _back(
                lambda ahead, o, c: ahead.c + ahead.h * o * (1 - (o * np.tanh(c)) ** 2)
            ),
            "The forget gate is missing on the way to the old c: what keeps f of it passes f.": (
                _back(old_c=lambda dc, f: dc)
            ),
            "You return 0 for the old h. All four sums hear it.": _back(heard=""),
            "The output gate stands still here. It hears h, and multiplies tanh(c).": _back(
                heard="ifg"
            ),
            "The candidate stands still here. It hears h too.": _back(heard="ifo"),
            "The forget gate stands still here. It hears h, and multiplies the old c.": _back(
                heard="igo"
            ),
            "The input gate stands still here. It hears h, and multiplies g.": _back(heard="fgo"),
            "The slope of the sigmoid is missing: f (1 - f) for a gate f.": _back(
                gate=lambda gate: 1.0 + 0 * gate
            ),
            "The slope of tanh is missing: 1 - g² for the candidate.": _back(
                candidate=lambda g: 1.0 + 0 * g
            ),
            "The gates have the slope of a sigmoid, f (1 - f). You took that of tanh.": _back(
                gate=lambda gate: 1 - gate**2
            ),
            "g came out of tanh, and its slope is 1 - g². You took that of a sigmoid.": _back(
                candidate=lambda g: g * (1 - g)
            ),
            "The output gate multiplies tanh(c), not c.": _back(shown=lambda c: c),
            "The forget gate multiplies the old c. You took the new one.": _back(by_new_c=True),
            "w_h is used as on the way forward. Backward it leads from the sums to h: turn it "
            "round.": (_back(weights=_blocks_unturned)),
            "i and f have changed places in the sums. The order is i, f, g, o.": _back(
                order="figo"
            ),
            "g and o have changed places in the sums. The order is i, f, g, o.": _back(
                order="ifog"
            ),
            "h and c are exchanged in what you return: LSTMState(h, c).": lambda *args: (
                LSTMState._make(reversed(step_back(*args)))
            ),
        },
        hints=(
            "First walk forward and keep i, f, g, o and the new c. Then go back line by line: "
            "from h to c and o, from c to f, i, g and the old c, from the four sums to the old h.",
            "Two ways lead into the new c: its own gradient, ahead.c, and ahead.h through h = o "
            "tanh(c), with the slope that lesson 05 found. Add them.",
            "For each sum: the gradient of its gate times the slope of its squashing. Put the four "
            "side by side, (4H,), and multiply with params.w_h.T.",
        ),
    ),
)
