"""Sequence to sequence: one LSTM reads a text, another writes its translation, symbol by symbol.

The encoder reads the source. What it remembers at the end is what the decoder starts with. The
decoder is given the symbol it wrote last and names the next one, until it names `END`. With
**attention** it also looks back at all outputs of the encoder, at each step at those that fit best.

Texts are ids side by side, as `Vocabulary.batch` makes them. Place 0 is the padding, place `END`
stands at the end of every target and before its first symbol. Letters: B texts, S symbols of the
source, T of the target, V symbols to choose from, K beams.

Source: Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks", 2014; for
the attention Luong, Pham and Manning, "Effective approaches to attention-based neural machine
translation", 2015 (global attention, dot product).
"""

import math
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array, ArrayLike, Axis, Key, check_key, check_shape, check_size
from lstm_jax.cells import LSTMParams, LSTMState, step
from lstm_jax.init import init_lstm
from lstm_jax.layers import run
from lstm_jax.losses import cross_entropy
from lstm_jax.models.readout import Readout

END = 1  # the place of the symbol that ends a text
_NEVER = -1e9  # a score of probability 0 that gives no NaN where all scores are masked


class Translator(NamedTuple):
    """An encoder, a decoder, and what turns the outputs of the decoder into scores of V symbols.

    Attributes:
        encoder: reads one-hot symbols of the source, (V, 4H) and so on.
        decoder: reads one-hot symbols of the target, with as many units.
        attention: mixes what the decoder says and what it looks at, (2H, H); None without.
        readout: scores of the next symbol, (H, V).
    """

    encoder: LSTMParams
    decoder: LSTMParams
    attention: Readout | None
    readout: Readout


class TextPairs(NamedTuple):
    """Sources and their translations side by side, ids with their lengths.

    Attributes:
        source: (B, S) int32.
        source_lengths: (B,) int32.
        target: (B, T) int32, each row with `END` after its last symbol, and 0 after that.
        target_lengths: (B,) int32, `END` included.
    """

    source: Array
    source_lengths: Array
    target: Array
    target_lengths: Array


class Memory(NamedTuple):
    """All that the decoder knows of the source: the encoder's outputs and its last state."""

    hs: Array  # (B, S, H), 0 in the padding
    lengths: Array  # (B,)
    state: LSTMState  # (B, H) each


class Translation(NamedTuple):
    """What a decoder wrote.

    Attributes:
        ids: (B, T), in the form of `TextPairs.target`; a row without `END` was cut off.
        weights: (B, T, S), where it looked at each step, summing to 1; all 0 without attention.
    """

    ids: Array
    weights: Array


def init_translator(
    key: Key,
    source_symbols: int,
    target_symbols: int,
    hidden_size: int,
    *,
    attention: bool = True,
) -> Translator:
    """A translator with random weights.

    Args:
        key: a JAX random key.
        source_symbols: symbols of the source language, V of the encoder.
        target_symbols: symbols of the target language, V of the decoder.
        hidden_size: units of each of the two LSTMs, H.
        attention: whether the decoder looks back at the source.

    Raises:
        ValueError: `key` is no key, or a size is below 1.
    """
    check_key("init_translator", key)
    for name, size in (("source", source_symbols), ("target", target_symbols)):
        check_size("init_translator", f"{name}_symbols", size)
    check_size("init_translator", "hidden_size", hidden_size)
    encoder, decoder, mix, out = jax.random.split(key, 4)

    def reader(key: Key, symbols: int) -> LSTMParams:
        # A one-hot input picks one row of w_x, so that row has to be as large as the sum over many
        # inputs is elsewhere. With smaller rows training would take long to tell symbols apart.
        cell = init_lstm(key, symbols, hidden_size)
        rows = jax.random.normal(jax.random.fold_in(key, 0), cell.w_x.shape, cell.w_x.dtype)
        return cell._replace(w_x=rows)

    def readout(key: Key, inputs: int, outputs: int) -> Readout:
        w = jax.random.normal(key, (inputs, outputs)) / math.sqrt(inputs)
        return Readout(w, jnp.zeros(outputs, w.dtype))

    return Translator(
        reader(encoder, source_symbols),
        reader(decoder, target_symbols),
        readout(mix, 2 * hidden_size, hidden_size) if attention else None,
        readout(out, hidden_size, target_symbols),
    )


# --- The two halves ------------------------------------------------------------------------------


def encode(params: Translator, source: ArrayLike, lengths: ArrayLike) -> Memory:
    """Read sources (B, S) of the given lengths (B,). A length of 0 is an empty memory.

    Raises:
        ValueError: `source` is not (B, S), or as `run` does for its lengths.
    """
    check_shape("encode", "source", jnp.shape(source), (Axis("batch"), Axis("symbols")))
    hs, state = run(params.encoder, _one_hot(params.encoder, source), lengths=lengths)
    return Memory(hs, jnp.asarray(lengths), state)


def attend(hs: Array, memory: Memory) -> tuple[Array, Array]:
    """Where each output of a decoder looks, and what it sees there.

    The weight of place s at step t is `softmax_s(h_t · m_s)` over the valid places of the source;
    what is seen is the mean of all m_s with these weights.

    Args:
        hs: outputs of the decoder (B, T, H).
        memory: the outputs m of the encoder (B, S, H), with their lengths.

    Returns:
        context (B, T, H) and weights (B, T, S).
    """
    scores = jnp.einsum("bth,bsh->bts", hs, memory.hs)
    places = jnp.arange(memory.hs.shape[1], dtype=memory.lengths.dtype)
    valid = places[None] < memory.lengths[:, None]  # (B, S)
    weights = jax.nn.softmax(jnp.where(valid[:, None], scores, _NEVER), axis=-1)
    return jnp.einsum("bts,bsh->bth", weights, memory.hs), weights


def name_next(params: Translator, hs: Array, memory: Memory) -> tuple[Array, Array]:
    """Scores of the next symbol (B, T, V) for outputs of the decoder (B, T, H), and the weights."""
    weights = jnp.zeros((*hs.shape[:2], memory.hs.shape[1]), hs.dtype)
    if params.attention is not None:
        context, weights = attend(hs, memory)
        both = jnp.concatenate([hs, context], axis=-1)  # (B, T, 2H)
        hs = jnp.tanh(_affine(params.attention, both))
    return _affine(params.readout, hs), weights


def teacher_forced(params: Translator, pairs: TextPairs) -> Array:
    """Scores (B, T, V) of each symbol of the targets, with the right symbols before it given."""
    memory = encode(params, pairs.source, pairs.source_lengths)
    before = jnp.pad(pairs.target[:, :-1], ((0, 0), (1, 0)), constant_values=END)
    hs, _ = run(params.decoder, _one_hot(params.decoder, before), memory.state)
    scores, _ = name_next(params, hs, memory)
    return scores


def translation_loss(params: Translator, pairs: TextPairs) -> Array:
    """Cross-entropy of a symbol of the target, `END` included, in nats; padding does not count."""
    steps = jnp.arange(pairs.target.shape[1], dtype=pairs.target_lengths.dtype)
    valid = steps[None] < pairs.target_lengths[:, None]
    return cross_entropy(teacher_forced(params, pairs), pairs.target, valid)


# --- Writing -------------------------------------------------------------------------------------


@partial(jax.jit, static_argnames="steps")
def greedy(params: Translator, source: Array, lengths: Array, *, steps: int) -> Translation:
    """Translate sources (B, S): at each step the symbol with the highest score.

    Args:
        params: the translator.
        source: ids (B, S).
        lengths: (B,).
        steps: the most symbols to write, T, `END` included.
    """
    memory = encode(params, source, lengths)
    rows = source.shape[0]

    def write(carry: tuple[LSTMState, Array, Array], _: None) -> tuple[Any, tuple[Array, Array]]:
        state, before, done = carry
        state, scores, weights = _advance(params, state, before, memory)
        wrote = jnp.argmax(scores.at[:, 0].set(_NEVER), axis=-1).astype(before.dtype)
        shown = jnp.where(done, 0, wrote)
        return (state, wrote, done | (wrote == END)), (shown, weights)

    first = jnp.full(rows, END, jnp.int32), jnp.zeros(rows, bool)
    _, (ids, weights) = jax.lax.scan(write, (memory.state, *first), length=steps)
    return Translation(jnp.swapaxes(ids, 0, 1), jnp.swapaxes(weights, 0, 1))


class Beams(NamedTuple):
    """The best translations found, the best one first.

    Attributes:
        ids: (B, K, T), each in the form of `Translation.ids`.
        scores: (B, K), the mean log-probability of a symbol, in nats.
    """

    ids: Array
    scores: Array


@partial(jax.jit, static_argnames=("steps", "width"))
def beam_search(
    params: Translator, source: Array, lengths: Array, *, steps: int, width: int
) -> Beams:
    """Translate sources (B, S), keeping at each step the `width` most probable beginnings.

    Beginnings that have ended keep their probability. At the end the one wins whose symbols are
    the most probable *on average*, because a product would favour short translations.

    Args:
        params: the translator.
        source: ids (B, S).
        lengths: (B,).
        steps: the most symbols to write, T, `END` included.
        width: beginnings to keep, K; 1 is `greedy`.

    Raises:
        ValueError: `width` is below 1.
    """
    check_size("beam_search", "width", width)
    memory = jax.tree.map(lambda leaf: jnp.repeat(leaf, width, 0), encode(params, source, lengths))
    rows, choices = source.shape[0], params.readout.w.shape[1]
    waiting = jnp.full(choices, _NEVER).at[0].set(0.0)  # after the end: padding, with probability 1

    def write(carry: tuple[Any, ...], t: Array) -> tuple[tuple[Any, ...], None]:
        state, ids, before, total = carry  # (BK, H), (B, K, T), (B, K), (B, K)
        state, scores, _ = _advance(params, state, before.reshape(-1), memory)
        log_p = jax.nn.log_softmax(scores.at[:, 0].set(_NEVER)).reshape(rows, width, choices)
        ended = (t > 0) & ((before == END) | (before == 0))
        log_p = jnp.where(ended[:, :, None], waiting[None, None], log_p)
        every = (total[:, :, None] + log_p).reshape(rows, width * choices)
        total, best = jax.lax.top_k(every, width)  # (B, K)
        parent, wrote = best // choices, (best % choices).astype(ids.dtype)
        ids = jnp.take_along_axis(ids, parent[:, :, None], 1).at[:, :, t].set(wrote)
        flat = (jnp.arange(rows, dtype=parent.dtype)[:, None] * width + parent).reshape(-1)
        state = jax.tree.map(lambda leaf: leaf[flat], state)
        return (state, ids, wrote, total), None

    total = jnp.full((rows, width), _NEVER).at[:, 0].set(0.0)  # at first all beams are the same
    first = jnp.zeros((rows, width, steps), jnp.int32), jnp.full((rows, width), END, jnp.int32)
    start = (memory.state, *first, total)
    (_, ids, _, total), _ = jax.lax.scan(write, start, jnp.arange(steps, dtype=jnp.int32))
    written = jnp.maximum((ids != 0).sum(axis=-1), 1)
    means = total / written.astype(total.dtype)
    order = jnp.argsort(-means, axis=-1)
    return Beams(
        jnp.take_along_axis(ids, order[:, :, None], 1), jnp.take_along_axis(means, order, 1)
    )


def _advance(
    params: Translator, state: LSTMState, before: Array, memory: Memory
) -> tuple[LSTMState, Array, Array]:
    """One step of the decoder, of the symbols written last (B,): state, (B, V), weights (B, S)."""
    state, _ = step(params.decoder, state, _one_hot(params.decoder, before))
    scores, weights = name_next(params, state.h[:, None], memory)
    return state, scores[:, 0], weights[:, 0]


def _one_hot(cell: LSTMParams, ids: ArrayLike) -> Array:
    return jax.nn.one_hot(ids, cell.w_x.shape[0], dtype=cell.w_x.dtype)


def _affine(readout: Readout, h: Array) -> Array:  # h (B, T, H)
    return h @ readout.w + readout.b[None, None]
