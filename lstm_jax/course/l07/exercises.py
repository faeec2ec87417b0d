"""Lesson 07: a cell walked along a batch, the last step that counts, and both directions."""

from collections.abc import Callable

import numpy as np

from lstm_jax.course.checks.drawing import draw_lstm, draw_rnn, sigmoid
from lstm_jax.course.checks.exercise import Args, Array, Exercise, Params, tenths


def scan_layer(params: Params, xs: Array) -> Array:
    """All outputs h (B, T, H) of an LSTM that starts at 0 and reads xs (B, T, D)."""
    return _layer(params, xs)


def last_valid(hs: Array, lengths: Array) -> Array:
    """The output of each row at its last valid step (B, H); 0 for a row of length 0."""
    rows = []
    for row, length in zip(hs, lengths, strict=True):
        rows.append(row[length - 1] if length > 0 else np.zeros(hs.shape[-1]))
    return np.stack(rows)


def bidirectional(forward: Params, backward: Params, xs: Array, lengths: Array) -> Array:
    """Outputs (B, T, 2H) of two RNNs, one reading each row from its start, one from its end."""
    time, rows = xs.shape[1], []
    for row, length in zip(xs, lengths, strict=True):
        valid = row[:length]
        ahead = _rnn(forward, valid)
        back = _rnn(backward, valid[::-1])[::-1]
        both = np.concatenate([ahead, back], axis=-1)
        rows.append(np.concatenate([both, np.zeros((time - length, both.shape[-1]))]))
    return np.stack(rows)


def _step(params: Params, h: Array, c: Array, x: Array) -> tuple[Array, Array]:
    """One step of an LSTM, all rows at once: h and c (B, H), x (B, D)."""
    i, f, g, o = np.split(x @ params.w_x + h @ params.w_h + params.b, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def _layer(
    params: Params,
    xs: Array,
    *,
    carry: Callable[[Array, Array], tuple[Array, Array]] = lambda h, c: (h, c),
    record: Callable[[tuple[Array, Array], tuple[Array, Array]], Array] = lambda old, new: new[0],
) -> Array:
    """The layer in a loop; carry(h, c) is what the next step gets, record(old, new) what is kept.

    Time is axis 1 of xs and of the result.
    """
    state = (np.zeros((len(xs), len(params.w_h))),) * 2
    rows = []
    for x in np.swapaxes(xs, 0, 1):
        moved = _step(params, *state, x)
        rows.append(record(state, moved))
        state = carry(*moved)
    return np.stack(rows, axis=1)


def _rnn(params: Params, xs: Array) -> Array:
    """An RNN over one sequence (T, D), which may be empty: (T, H)."""
    h, hs = np.zeros(len(params.b)), np.zeros((len(xs), len(params.b)))
    for t, x in enumerate(xs):
        h = np.tanh(x @ params.w_x + h @ params.w_h + params.b)
        hs[t] = h
    return hs


def _draw_layer(rng: np.random.Generator, b: int, t: int, d: int, h: int) -> Args:
    return draw_lstm(rng, d, h), tenths(rng, b, t, d)


def _draw_lengths(rng: np.random.Generator, b: int, t: int) -> Array:
    """In no order; one row is shorter than T, one may be empty."""
    lengths = rng.integers(0, t + 1, b)
    lengths[rng.integers(b)] = rng.integers(1, t)
    return lengths


def _draw_outputs(rng: np.random.Generator, b: int, t: int, h: int) -> Args:
    # The padding holds numbers like the rest, so that nothing but the lengths tells where it is.
    return tenths(rng, b, t, h, largest=0.9), _draw_lengths(rng, b, t)


def _draw_both(rng: np.random.Generator, b: int, t: int, d: int, h: int) -> Args:
    forward, backward = (draw_rnn(rng, d, h) for _ in range(2))
    xs, lengths = tenths(rng, b, t, d), _draw_lengths(rng, b, t)
    xs[np.arange(t)[None] >= lengths[:, None]] = 0
    return forward, backward, xs, lengths


def _at(step: Callable[[Array, int], Array]) -> Callable[..., Array]:
    """Each row at the step that step(lengths, T) names for it."""

    def pick(hs: Array, lengths: Array) -> Array:
        return np.stack([row[t] for row, t in zip(hs, step(lengths, hs.shape[1]), strict=True)])

    return pick


def _pooled(pool: Callable[[Array], Array]) -> Callable[..., Array]:
    """The valid steps of each row pooled into one; 0 where there are none."""

    def pooled(hs: Array, lengths: Array) -> Array:
        return np.stack(
            [
                pool(row[:length]) if length else np.zeros(hs.shape[-1])
                for row, length in zip(hs, lengths, strict=True)
            ]
        )

    return pooled


def _halves(both: Array) -> list[Array]:
    return np.split(both, 2, axis=-1)


def _joined(join: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    """The right outputs of both directions, put together in another way."""
    return lambda *args: join(*_halves(bidirectional(*args)))


def _unflipped(forward: Params, backward: Params, xs: Array, lengths: Array) -> Array:
    """As bidirectional, except that the outputs of the backward RNN stay in its reading order."""
    ahead, back = _halves(bidirectional(forward, backward, xs, lengths))
    return np.concatenate([ahead, _flipped(back, lengths)], axis=-1)


def _flipped(hs: Array, lengths: Array) -> Array:
    """Each row with its valid steps in reverse order."""
    return np.stack(
        [
            np.concatenate([row[:length][::-1], row[length:]])
            for row, length in zip(hs, lengths, strict=True)
        ]
    )


def _full(xs: Array) -> Array:
    return np.full(len(xs), xs.shape[1])


def _with_back(back: Callable[..., Array]) -> Callable[..., Array]:
    """The right forward half beside back(backward, xs, lengths)."""

    def both(forward: Params, backward: Params, xs: Array, lengths: Array) -> Array:
        ahead, _ = _halves(bidirectional(forward, backward, xs, lengths))
        return np.concatenate([ahead, back(backward, xs, lengths)], axis=-1)

    return both


def _read(params: Params, xs: Array, lengths: Array, *, reverse: bool) -> Array:
    """One direction alone."""
    return _halves(bidirectional(params, params, xs, lengths))[int(reverse)]


EXERCISES = (
    Exercise(
        why="this walk is the whole layer; all else in this lesson is built on it.",
        lines=6,
        spec=scan_layer,
        sizes=((1, 2, 1, 1), (2, 3, 1, 2)),
        draw=_draw_layer,
        slopes=("params", "xs"),
        wrong={
            "The result is (time, batch, H): scan stacks what it records along axis 0. Swap the "
            "two axes back.": lambda params, xs: np.swapaxes(_layer(params, xs), 0, 1),
            "You walked along axis 0, which is the batch: the state of one sequence flows into "
            "the next one. Put time first, then scan.": lambda params, xs: np.swapaxes(
                _layer(params, np.swapaxes(xs, 0, 1)), 0, 1
            ),
            "The state is not carried on: each step starts from zeros again.": (
                lambda params, xs: _layer(params, xs, carry=lambda h, c: (0 * h, 0 * c))
            ),
            "h is carried on, c is not: it is 0 at the start of each step.": (
                lambda params, xs: _layer(params, xs, carry=lambda h, c: (h, 0 * c))
            ),
            "c is carried on, h is not: it is 0 at the start of each step.": (
                lambda params, xs: _layer(params, xs, carry=lambda h, c: (0 * h, c))
            ),
            "The two parts of the state have changed places: LSTMState is (h, c).": (
                lambda params, xs: _layer(params, xs, carry=lambda h, c: (c, h))
            ),
            "You recorded the state from before the step. Record the one the step has made.": (
                lambda params, xs: _layer(params, xs, record=lambda old, new: old[0])
            ),
            "You recorded c. What a cell shows is h.": (
                lambda params, xs: _layer(params, xs, record=lambda old, new: new[1])
            ),
            "Only the last output came back. scan returns a pair: the final state, and what was "
            "recorded at every step.": lambda params, xs: _layer(params, xs)[:, -1],
            "You returned scan's whole pair, or the final state with the outputs. The outputs "
            "alone are asked for.": lambda params, xs: (
                _layer(params, xs)[:, -1],
                _layer(params, xs),
            ),
            "Time runs backwards: the walk starts at the last step. Leave out reverse=True.": (
                lambda params, xs: _layer(params, xs[:, ::-1])[:, ::-1]
            ),
        },
        hints=(
            "scan(advance, state, xs) hands advance one entry of axis 0 of xs at a time. Which "
            "axis of xs, (B, T, D), should that be?",
            "advance(state, x) returns two things: the next state, which `cell` makes, and what "
            "to record of it. zero_state(params, B) gives the state to start with.",
            "jnp.swapaxes(a, 0, 1) puts time first before the scan, and the batch first after it.",
        ),
    ),
    Exercise(
        why="who reads a padded row at its end reads what the padding has made of it.",
        lines=3,
        spec=last_valid,
        sizes=((2, 3, 1), (3, 4, 2)),
        draw=_draw_outputs,
        slopes=("hs",),
        wrong={
            "This is the last row, padding included. Each sequence has its own last step, "
            "lengths - 1.": _at(lambda lengths, t: np.full(len(lengths), t - 1)),
            "One step too far: of n valid steps the last one has the index n - 1.": _at(
                lambda lengths, t: np.minimum(lengths, t - 1)
            ),
            "One step too early: of n valid steps the last one has the index n - 1.": _at(
                lambda lengths, t: np.maximum(lengths - 2, 0)
            ),
            "Right, but for a row of length 0. Index -1 is the last step, which is padding; the "
            "answer there is 0.": _at(lambda lengths, t: lengths - 1),
            "Right, but for a row of length 0. Its first step is padding too; the answer there "
            "is 0.": _at(lambda lengths, t: np.maximum(lengths - 1, 0)),
            "All rows are read at one step, the last one of the longest. Each has its own.": _at(
                lambda lengths, t: np.full(len(lengths), lengths.max() - 1)
            ),
            "hs[:, lengths - 1] takes all those steps of every row, (B, B, H). Pair each row with "
            "its own step: hs[jnp.arange(B), ...].": lambda hs, lengths: hs[:, lengths - 1],
            "This is the mean over the valid steps, a summary too. Asked for is the last one.": (
                _pooled(lambda valid: valid.mean(axis=0))
            ),
            "This is the sum over the valid steps. Asked for is the last one.": _pooled(
                lambda valid: valid.sum(axis=0)
            ),
            "This is the first step of each row.": _pooled(lambda valid: valid[0]),
        },
        hints=(
            "Which index has the last of n valid steps? It differs from row to row.",
            "hs[rows, steps], with two arrays of B numbers each, takes one step of each row. The "
            "rows are jnp.arange(B).",
            "A length of 0 gives the index -1, which Python reads as the last. Use jnp.where with "
            "lengths > 0 to put zeros there; its condition needs a second axis, [:, None].",
        ),
    ),
    Exercise(
        why="what stands behind a word often says what it means.",
        lines=3,
        spec=bidirectional,
        sizes=((2, 3, 1, 1),),
        draws=40,
        draw=_draw_both,
        wrong={
            "The second half stands in the order in which it was read. Turn it round again: both "
            "outputs of a step belong together.": _unflipped,
            "You flipped the whole row: its padding comes first, lengths cuts off the wrong end. "
            "The backward layer starts at the last valid step.": _with_back(
                lambda backward, xs, lengths: _read(backward, xs[:, ::-1], lengths, reverse=False)[
                    :, ::-1
                ]
            ),
            "The backward layer reads the padding first: give lengths to both.": _with_back(
                lambda backward, xs, lengths: _read(backward, xs, _full(xs), reverse=True)
            ),
            "lengths is not used: the padding is read as if it were input.": (
                lambda forward, backward, xs, lengths: bidirectional(
                    forward, backward, xs, _full(xs)
                )
            ),
            "You flipped the batch: [::-1] turns axis 0 round. Time is axis 1.": _with_back(
                lambda backward, xs, lengths: _read(backward, xs[::-1], lengths, reverse=False)[
                    ::-1
                ]
            ),
            "Both layers read from the left. The second one should read each row from its end.": (
                _with_back(
                    lambda backward, xs, lengths: _read(backward, xs, lengths, reverse=False)
                )
            ),
            "Both directions use the weights of `forward`. They are two layers.": (
                lambda forward, backward, xs, lengths: bidirectional(forward, forward, xs, lengths)
            ),
            "The two layers have changed places: `forward` reads from the left.": (
                lambda forward, backward, xs, lengths: bidirectional(backward, forward, xs, lengths)
            ),
            "The halves stand in the wrong order: first forward, then backward.": _joined(
                lambda ahead, back: np.concatenate([back, ahead], axis=-1)
            ),
            "You joined the two along time. Side by side they give 2H numbers a step: join the "
            "last axis.": _joined(lambda ahead, back: np.concatenate([ahead, back], axis=1)),
            "You added the two up. Asked for are both, side by side, (B, T, 2H).": _joined(
                lambda ahead, back: ahead + back
            ),
        },
        hints=(
            "Two calls of run, each with its own parameters, and one jnp.concatenate. Both calls "
            "get lengths.",
            "The second call reads from the end: what does reverse=True do?",
            "run returns outputs and final state. Take the outputs, (B, T, H) each, and join them "
            "along the last axis.",
        ),
    ),
)
