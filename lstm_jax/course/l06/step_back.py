"""Lesson 06: one step of backpropagation through the cell, by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_jax.cells import LSTMState
from lstm_jax.course.checks.drawing import draw_lstm, sigmoid
from lstm_jax.course.checks.exercise import Args, Array, Exercise, Params, tenths
from lstm_jax.course.l06.exercises import lstm_step

State = Any  # an LSTMState that holds NumPy arrays, where its type says JAX arrays


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
    """The step back with one part exchanged; `heard` are the sums through which h comes back."""

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


EXERCISES = (
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
