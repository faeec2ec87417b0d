"""A text in, a score out: each word a vector, a cell that reads them, one summary, one number.

A score above 0 says that the text is positive; σ(score) is the probability of that. There are two
ways to sum up what the cell put out, called `pooling` here: "last" takes the output after the last
word, "mean" takes the mean of the outputs after each word.
"""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

from lstm_jax.arrays import Array, Axis, Key, check_key, check_shape, check_size
from lstm_jax.cells import LSTMParams, LSTMState
from lstm_jax.init import init_lstm
from lstm_jax.layers import run
from lstm_jax.models.readout import Readout

POOLINGS = ("last", "mean")


class Sentiment(NamedTuple):
    """The parameters: a vector for each of V words, a cell, and a readout to one number.

    Attributes:
        embedding: (V, D), the vector of each word; row 0 is that of all unknown words.
        cell: reads the vectors one after the other.
        readout: w (H, 1), b (1,).
    """

    embedding: Array
    cell: LSTMParams
    readout: Readout


def init_sentiment(key: Key, words: int, size: int, hidden: int) -> Sentiment:
    """Random parameters with an LSTM, for V = `words`, D = `size` and H = `hidden`.

    Raises:
        ValueError: `key` is no key, or a size is below 1.
    """
    check_key("init_sentiment", key)
    words = check_size("init_sentiment", "words", words)
    for_embedding, for_cell, for_readout = jax.random.split(key, 3)
    cell = init_lstm(for_cell, size, hidden)
    embedding = 0.1 * jax.random.normal(for_embedding, (words, size))
    w = jax.random.normal(for_readout, (hidden, 1)) / math.sqrt(hidden)
    return Sentiment(embedding, cell, Readout(w, jnp.zeros(1)))


def scores(model: Sentiment, ids: Array, lengths: Array, pooling: str) -> Array:
    """The score of each text (B,).

    Args:
        model: the parameters.
        ids: (B, T) integers, the words of each text as rows of the embedding.
        lengths: (B,) integers, how many of them count. A text of length 0 leaves the state at 0.
        pooling: "last" or "mean".

    Raises:
        ValueError: `pooling` is neither, `ids` is not (B, T) integers, or as `run` does.
    """
    hs, state = run(model.cell, _vectors("scores", model, ids), lengths=lengths)
    return _read(model, sum_up(hs, state, lengths, _check("scores", pooling)))


def sum_up(hs: Array, state: LSTMState, lengths: Array, pooling: str) -> Array:
    """One summary (B, H) of the outputs hs (B, T, H) that `run` gave for texts of those lengths."""
    if pooling == "last":
        return state.h
    words = jnp.maximum(lengths, 1)[:, None].astype(hs.dtype)
    return jnp.sum(hs, axis=1) / words  # the outputs after the end are 0


def readings(model: Sentiment, ids: Array, pooling: str) -> Array:
    """The score after each word of a text, (T,): what it would be if the text ended there.

    Args:
        model: the parameters.
        ids: (T,) integers.
        pooling: "last" or "mean".

    Raises:
        ValueError: as `scores`.
    """
    hs = run(model.cell, _vectors("readings", model, ids[None]))[0][0]  # (T, H)
    if _check("readings", pooling) == "mean":
        hs = jnp.cumsum(hs, axis=0) / jnp.arange(1, len(hs) + 1, dtype=hs.dtype)[:, None]
    return _read(model, hs)


def loss(model: Sentiment, ids: Array, lengths: Array, labels: Array, pooling: str) -> Array:
    """The mean cross-entropy, in nats; a guess at random costs ln 2 = 0.69."""
    likely = scores(model, ids, lengths, pooling)
    return jnp.mean(optax.sigmoid_binary_cross_entropy(likely, labels.astype(likely.dtype)))


def _read(model: Sentiment, summary: Array) -> Array:
    """(N, H) to (N,)."""
    return (summary @ model.readout.w + model.readout.b[None])[:, 0]


def _vectors(where: str, model: Sentiment, ids: Array) -> Array:
    """(B, T) to (B, T, D)."""
    check_shape(where, "ids", jnp.shape(ids), [Axis("batch"), Axis("time")])
    ids = jnp.asarray(ids)
    if not jnp.issubdtype(ids.dtype, jnp.integer):
        raise ValueError(f"{where}: ids should be integers, the numbers of words, got {ids.dtype}")
    return model.embedding[ids]


def _check(where: str, pooling: str) -> str:
    if pooling not in POOLINGS:
        raise ValueError(f'{where}: pooling should be "last" or "mean", got {pooling!r}')
    return pooling
