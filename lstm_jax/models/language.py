"""A language model: it reads a text symbol by symbol and at each one predicts the next.

Symbols are whole numbers, their places in a `Vocabulary`. Number 0, the unknown symbol, also stands
before the first symbol of a text, so that the first one is predicted like any other.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import (
    Array,
    ArrayLike,
    Axis,
    Key,
    check_key,
    check_scalar,
    check_shape,
    check_size,
)
from lstm_jax.cells import AnyParams, LSTMState, step
from lstm_jax.init import init_lstm
from lstm_jax.layers import run
from lstm_jax.losses import cross_entropy
from lstm_jax.models.readout import Network, Readout, init_network, read_out
from lstm_jax.vocabulary import Vocabulary, check_text

LONGEST_PROMPT = 256  # characters


class LanguageModel(NamedTuple):
    """An embedding, a cell, and a readout with a score for each of V symbols.

    Attributes:
        embedding: `(V, D)`, row v is what the cell reads for symbol v.
        cell: the cell, D inputs and H units.
        readout: w `(H, V)` and b `(V,)`.
    """

    embedding: Array
    cell: AnyParams
    readout: Readout


def init_language_model(
    key: Key, symbols: int, *, features: int = 32, hidden_size: int = 128
) -> LanguageModel:
    """An LSTM that knows V symbols and reads each as D random features of variance 1.

    Args:
        key: a JAX random key.
        symbols: V.
        features: D.
        hidden_size: H.

    Raises:
        ValueError: `key` is no key, or a size is below 1.
    """
    check_key("init_language_model", key)
    symbols = check_size("init_language_model", "symbols", symbols)
    features = check_size("init_language_model", "features", features)
    for_embedding, for_cell, for_readout = jax.random.split(key, 3)
    embedding = jax.random.normal(for_embedding, (symbols, features))
    network = init_network(for_readout, init_lstm(for_cell, features, hidden_size), symbols)
    return LanguageModel(embedding, *network)


def predict(model: LanguageModel, ids: Array, state: Any = None) -> tuple[Array, Any]:
    """The scores of each next symbol, `(B, T, V)` for ids `(B, T)`, and the final state.

    One text (T,) gives (T, V). `state` is what the cell knows of the text before; None is nothing.

    Raises:
        ValueError: `ids` is no integers of these shapes, or as `run` does.
    """
    check_shape("predict", "ids", ids.shape, (Axis("batch"), Axis("time")), (Axis("time"),))
    if not jnp.issubdtype(ids.dtype, jnp.integer):
        raise ValueError(f"predict: ids should be integers, got {ids.dtype} {ids.shape}")
    hs, state = run(model.cell, model.embedding[ids], state)
    flat = read_out(Network(model.cell, model.readout), hs.reshape(-1, hs.shape[-1]))
    return flat.reshape(*ids.shape, -1), state


def loss(
    model: LanguageModel, inputs: Array, targets: Array, state: Any = None
) -> tuple[Array, Any]:
    """The mean of -log2 p(target), in bits a symbol, and the final state.

    Args:
        model: the model.
        inputs: `(B, T)` integers, what it reads.
        targets: `(B, T)` integers, what it should name at each step.
        state: what the cell knows from before; None is nothing.
    """
    logits, state = predict(model, inputs, state)
    return cross_entropy(logits, targets) / math.log(2), state


@jax.jit
def surprise(model: LanguageModel, ids: Array) -> Array:
    """What each symbol of a text (T,) costs, `(T,)` bits: -log2 of the probability it was given.

    The text is read once, from its first symbol to its last, and the state begins at 0.
    """
    before = jnp.concatenate([jnp.zeros_like(ids[:1]), ids[:-1]])
    logits, _ = predict(model, before)
    each = jax.nn.log_softmax(logits)[jnp.arange(len(ids)), ids]
    return -each / math.log(2)


def sample(
    model: LanguageModel,
    key: Key,
    vocabulary: Vocabulary,
    prompt: str = "",
    *,
    count: int = 200,
    temperature: ArrayLike = 1.0,
    say: Callable[[str], object] = print,
) -> str:
    """Continue a text: draw a symbol from the model, let it read that one, draw the next.

    It compiles once for a `count`; prompt and temperature are free. The unknown symbol is never
    drawn.

    Args:
        model: the model.
        key: a JAX random key; the same key draws the same text.
        vocabulary: the symbols it was trained with.
        prompt: how the text begins; may be empty. Of a longer one the last 256 characters are read,
            and a character that is not in the vocabulary is read as unknown; `say` tells of both.
        count: symbols to draw.
        temperature: divides the scores. 1 draws with the model's probabilities, a smaller number
            favours likely symbols, and 0 always takes the most likely one.
        say: called with a sentence about a prompt that is not read as it stands.

    Returns:
        What was drawn, without the prompt.

    Raises:
        ValueError: `key` is no key, `count` no size, `prompt` no text, `temperature` no number from
            0 on, or `vocabulary` has another number of symbols than the model.
    """
    check_key("sample", key)
    count = check_size("sample", "count", count)
    heat = check_scalar("sample", "temperature", temperature, jnp.float32)
    if heat < 0:
        raise ValueError(f"sample: temperature should be 0 or above, got {temperature}")
    if len(vocabulary.symbols) != len(model.embedding):
        raise ValueError(
            f"sample: vocabulary has {len(vocabulary.symbols)} symbols but the model knows "
            f"{len(model.embedding)}; give the one it was trained with"
        )
    prompt = check_text("sample", "prompt", prompt)
    if len(prompt) > LONGEST_PROMPT:
        say(f"sample: of {len(prompt):,} characters the last {LONGEST_PROMPT} are read")
        prompt = prompt[-LONGEST_PROMPT:]
    ids = vocabulary.ids(prompt)
    if not ids.all():
        unknown = "".join(dict.fromkeys(c for c, n in zip(prompt, ids, strict=True) if not n))
        say(f"sample: not in the vocabulary, read as unknown: {unknown[:20]!r}")
    padded = np.zeros(LONGEST_PROMPT + 1, np.int32)  # one more: what stands before the text
    padded[1 : len(ids) + 1] = ids
    drawn = _sample(model, key, padded, np.int32(len(ids) + 1), heat, count)
    return "".join(vocabulary.symbols_of(drawn))


@partial(jax.jit, static_argnames="count")
def _sample(
    model: LanguageModel, key: Key, prompt: Array, length: Array, heat: Array, count: int
) -> Array:
    _, state = run(model.cell, model.embedding[prompt], lengths=length)
    network = Network(model.cell, model.readout)

    def advance(state: Any, key: Key) -> tuple[Any, Array]:
        h = state.h if isinstance(state, LSTMState) else state
        logits = read_out(network, h[None])[0].at[0].set(-jnp.inf)
        drawn = jax.random.categorical(key, logits / jnp.maximum(heat, 1e-6))
        symbol = jnp.where(heat > 0, drawn, jnp.argmax(logits)).astype(jnp.int32)
        state, _ = step(model.cell, state, model.embedding[symbol])
        return state, symbol

    _, symbols = jax.lax.scan(advance, state, jax.random.split(key, count))
    return symbols
