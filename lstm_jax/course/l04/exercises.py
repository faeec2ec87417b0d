"""Lesson 04: what is written into the cell, which writes are left, and one sum for i and g."""

import math
from collections.abc import Callable

import numpy as np

from lstm_jax.cells import LSTMParams
from lstm_jax.course.checks.drawing import draw_lstm, sigmoid, without
from lstm_jax.course.checks.exercise import Args, Array, Exercise, Params, tenths

GATES = "ifgo"  # the order of the blocks


def write(params: Params, h_prev: Array, x: Array) -> Array:
    """i_t · g_t, what is added to the cell state: h_prev (H,), x (D,) -> (H,)."""
    hidden_size, written = len(h_prev), []
    for unit in range(hidden_size):
        totals = []
        for block in (0, 2):  # i and g are the first and the third block of i, f, g, o
            column = block * hidden_size + unit
            total = params.b[column]
            for d in range(len(x)):
                total = total + x[d] * params.w_x[d, column]
            for old in range(hidden_size):
                total = total + h_prev[old] * params.w_h[old, column]
            totals.append(total)
        for_i, for_g = totals
        written.append(1 / (1 + math.exp(-for_i)) * math.tanh(for_g))
    return np.array(written)


def contributions(i: Array, f: Array, g: Array) -> Array:
    """What is left at the end of the write of each step (T,): write it, then fade it."""
    left = []
    for s in range(len(i)):
        share = i[s] * g[s]
        for later in range(s + 1, len(i)):
            share = share * f[later]
        left.append(share)
    return np.array(left)


def tie(params: Params) -> Params:
    """The same cell with the weighted sum of the candidate g used for the input gate i too."""
    hidden_size = len(params.w_h)
    tied = [np.array(values) for values in params]
    for values in tied:
        for unit in range(hidden_size):
            values[..., unit] = values[..., 2 * hidden_size + unit]
    return LSTMParams._make(tied)


def _draw_step(rng: np.random.Generator, d: int, h: int) -> Args:
    return draw_lstm(rng, d, h), tenths(rng, h, largest=0.9), tenths(rng, d)


def _draw_gates(rng: np.random.Generator, t: int) -> Args:
    """i, f and g of one unit: gates from 0.1 to 0.9, a candidate of either sign."""
    i, f = rng.integers(1, 10, (2, t)) / 10
    return i, f, tenths(rng, t, largest=0.9)


def _draw_cell(rng: np.random.Generator, d: int, h: int) -> Args:
    return (draw_lstm(rng, d, h),)


def _written(f: Callable[..., Array]) -> Callable[..., Array]:
    """Another use of the four weighted sums: f(i, f, g, o), each (H,), before any squashing."""

    def written(params: Params, h_prev: Array, x: Array) -> Array:
        return f(*np.split(x @ params.w_x + h_prev @ params.w_h + params.b, 4))

    return written


def _faded(fade: Callable[[Array], Array]) -> Callable[..., Array]:
    """Each write times fade(f) (T,)."""
    return lambda i, f, g: i * g * fade(f)


def _to_the_end(f: Array) -> Array:
    """The product of the gates from each step on, its own included."""
    return np.cumprod(f[::-1])[::-1]


def _blocks(order: str, *, of: tuple[str, ...] = LSTMParams._fields) -> Callable[[Params], Params]:
    """The cell with its blocks exchanged, "gfgo" being right, in the parameters `of` alone."""

    def exchange(params: Params) -> Params:
        changed = {}
        for name in of:
            block = dict(zip(GATES, np.split(getattr(params, name), 4, axis=-1), strict=True))
            changed[name] = np.concatenate([block[gate] for gate in order], axis=-1)
        return params._replace(**changed)

    return exchange


def _mean_of_both(params: Params) -> Params:
    here, there = _blocks("gfgo")(params), _blocks("ifio")(params)
    return LSTMParams._make((a + b) / 2 for a, b in zip(here, there, strict=True))


EXERCISES = (
    Exercise(
        why="nothing else ever enters the memory of an LSTM.",
        lines=3,
        spec=write,
        sizes=((1, 1), (2, 1), (1, 2), (3, 2)),
        draw=_draw_step,
        slopes=("params", "h_prev", "x"),
        wrong={
            "This is the input gate alone, how much. What is written is i times g.": _written(
                lambda i, f, g, o: sigmoid(i)
            ),
            "This is the candidate alone, what could be written. The input gate has not passed "
            "it.": _written(lambda i, f, g, o: np.tanh(g)),
            "Gate and candidate share one sum here, that of g. Each has its own: i is the first "
            "block, g the third.": _written(lambda i, f, g, o: sigmoid(g) * np.tanh(g)),
            "Gate and candidate share one sum here, that of i. Each has its own: i is the first "
            "block, g the third.": _written(lambda i, f, g, o: sigmoid(i) * np.tanh(i)),
            "i and g are exchanged: the gate takes the sigmoid and stands first, the candidate "
            "takes tanh and stands third.": _written(lambda i, f, g, o: sigmoid(g) * np.tanh(i)),
            "This takes the second block as the candidate. The order is i, f, g, o.": _written(
                lambda i, f, g, o: sigmoid(i) * np.tanh(f)
            ),
            "This takes the last block as the candidate. The order is i, f, g, o.": _written(
                lambda i, f, g, o: sigmoid(i) * np.tanh(o)
            ),
            "This takes the forget gate, the second block. What is written passes the input gate, "
            "the first.": _written(lambda i, f, g, o: sigmoid(f) * np.tanh(g)),
            "The candidate is squashed by a sigmoid, so it can never be negative. It needs "
            "tanh.": _written(lambda i, f, g, o: sigmoid(i) * sigmoid(g)),
            "The candidate is not squashed. It is tanh of its sum.": _written(
                lambda i, f, g, o: sigmoid(i) * g
            ),
            "The gate is tanh here. It is a share from 0 to 1: use a sigmoid.": _written(
                lambda i, f, g, o: np.tanh(i) * np.tanh(g)
            ),
            "Gate and candidate are added. The gate lets a share of the candidate through: "
            "multiply.": _written(lambda i, f, g, o: sigmoid(i) + np.tanh(g)),
            "The share is 1 - i. An open gate lets everything through.": _written(
                lambda i, f, g, o: (1 - sigmoid(i)) * np.tanh(g)
            ),
            "The bias b is missing.": without("b", write),
            "The old output h_prev is not used.": without("w_h", write),
            "The input x is not used.": without("w_x", write),
        },
        hints=(
            "First all four weighted sums at once, 4H numbers, as for the forget gate. Which two "
            "of the four parts do you need?",
            "jnp.split(v, 4) cuts a vector into four equal parts, in the order i, f, g, o.",
            "A share from 0 to 1 takes a sigmoid, something that can be negative takes tanh. Then "
            "multiply the two, number by number.",
        ),
    ),
    Exercise(
        why="it says what a memory is made of, and which steps have been lost.",
        lines=3,
        spec=contributions,
        sizes=((2,), (5,)),
        draw=_draw_gates,
        slopes=("i", "f", "g"),
        wrong={
            "Nothing fades here: this is what was written. Each later step keeps only a share "
            "f of it.": _faded(np.ones_like),
            "One factor too many: f of step s itself fades what was there before, and not what "
            "step s writes.": _faded(_to_the_end),
            "These are the gates up to step s. A write is faded by the gates after it.": _faded(
                np.cumprod
            ),
            "Only the next step fades it. So does every one after that: take the product.": _faded(
                lambda f: np.append(f[1:], 1.0)
            ),
            "Every write is faded by all gates. Those before it and its own do not touch it.": (
                _faded(lambda f: np.full_like(f, np.prod(f)))
            ),
            "The order is turned round: the first entry belongs to the first step.": (
                lambda i, f, g: contributions(i, f, g)[::-1]
            ),
            "These are the cell states, one after each step. Asked for is the last one, taken "
            "apart.": lambda i, f, g: np.array(
                [contributions(i[:n], f[:n], g[:n]).sum() for n in range(1, len(i) + 1)]
            ),
            "The input gate is missing: what was written is i times g.": lambda i, f, g: (
                contributions(np.ones_like(i), f, g)
            ),
            "The candidate is missing: what was written is i times g.": lambda i, f, g: (
                contributions(i, f, np.ones_like(g))
            ),
            "The sign is lost. A step can push the cell state down.": lambda i, f, g: np.abs(
                contributions(i, f, g)
            ),
        },
        hints=(
            "Three steps on paper: c_3 = f_3 (f_2 w_1 + w_2) + w_3, where w is what a step wrote. "
            "Multiply it out.",
            "The write of step s is multiplied by f of every step after s. The last one is not "
            "multiplied at all.",
            "jnp.cumprod gives the products from the front; turn f round before and the result "
            "after. Then move everything by one place, with a 1 at the end.",
        ),
    ),
    Exercise(
        why="each gate has a block of weights of its own.",
        lines=4,
        spec=tie,
        sizes=((1, 1), (2, 1), (1, 2)),
        draw=_draw_cell,
        slopes=("params",),
        wrong={
            "The wrong way round: this gives the weights of i to g. Give those of g to i.": (
                _blocks("ifio")
            ),
            "i and g are exchanged, and still two different sums. Both should use that of g.": (
                _blocks("gfio")
            ),
            "The input gate now has the weights of the forget gate. The order is i, f, g, o.": (
                _blocks("ffgo")
            ),
            "The input gate now has the weights of the output gate. The order is i, f, g, o.": (
                _blocks("ofgo")
            ),
            "Nothing has changed. JAX arrays stay as they are: build new ones.": _blocks("ifgo"),
            "The bias of i is still its own.": _blocks("gfgo", of=("w_x", "w_h")),
            "The recurrent weights w_h of i are still its own.": _blocks("gfgo", of=("w_x", "b")),
            "The input weights w_x of i are still its own.": _blocks("gfgo", of=("w_h", "b")),
            "Both use the mean of the two blocks. Leave g as it is, and give its block to i.": (
                _mean_of_both
            ),
            "The block of i is gone. An LSTMParams has four blocks: put that of g in its place.": (
                _blocks("fgo")
            ),
        },
        hints=(
            "Each of the three arrays has four blocks of columns, i, f, g, o. Which block has to "
            "stand in which place?",
            "jnp.split(array, 4, axis=-1) gives the blocks of any of the three arrays.",
            "jnp.concatenate([...], axis=-1) puts four blocks side by side again. "
            "LSTMParams(*map(function, params)) does that to all three arrays.",
        ),
    ),
)
