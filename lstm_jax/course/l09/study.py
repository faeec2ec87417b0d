"""Lesson 09: an LSTM learns to write from the help texts of Python, 64 characters at a time.

    python -m lstm_jax.course.l09.study

trains the model that comes with the lesson, in about a minute, and prints what it costs on the test
part beside the n-grams.

**Truncated backpropagation through time.** A text of 400,000 characters is too long to go back
through. Each step of training reads one chunk of K characters in each row. The state at its end is
where the next chunk begins; the gradient stops at the chunk's edge.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax.tree_util import Partial

from lstm_jax import files
from lstm_jax.arrays import Array, Key
from lstm_jax.cells import zero_state
from lstm_jax.course.data.ngrams import bits, check_ids, count_ngrams
from lstm_jax.course.data.topics import ALPHABET, Streams, streams, topics
from lstm_jax.models.language import LanguageModel, init_language_model, loss, surprise
from lstm_jax.models.readout import Readout
from lstm_jax.training import Fit, fit
from lstm_jax.vocabulary import Ids

FILE = Path(__file__).with_name("language.safetensors")
SYMBOLS = len(ALPHABET.symbols)
ROWS, CHUNK, STEPS = 32, 64, 2000
# What the model in the file costs on the first characters of the test part, for a test to compare.
PART, SCORE_OF_PART = 4096, 1.9444
TEST_CHARACTERS = 37_292  # of the Python it was trained with, 3.11


class Place(NamedTuple):
    """Where training stands in the text: the next step to read, and the state (B, H) there."""

    step: Array
    state: Any


def as_it_is(state: Any) -> Any:
    """Each row goes on with its own state."""
    return state


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ChunkLoss:
    """The loss of one chunk of K characters in each row; it hands the state on, as `fit` takes it.

    After the last whole chunk it begins anew, with the first one and a state of 0.

    Attributes:
        length: K.
        hand_on: makes the state with which a chunk begins from the one at the end of the chunk
            before.
    """

    length: int = field(metadata={"static": True})
    hand_on: Callable[[Any], Any] = field(default=as_it_is, metadata={"static": True})

    def __call__(self, model: LanguageModel, text: Streams, at: Place) -> tuple[Array, Place]:
        """The bits a character of this chunk, and the place after it."""
        inputs, targets = (
            jax.lax.dynamic_slice_in_dim(part, at.step, self.length, 1) for part in text
        )
        value, state = loss(model, inputs, targets, at.state)
        step = at.step + self.length
        done = step + self.length > text.inputs.shape[1]
        state = jax.tree.map(lambda s: jnp.where(done, jnp.zeros_like(s), s), self.hand_on(state))
        return value, Place(jnp.where(done, 0, step), state)


def whole_text(text: Streams, key: Key) -> Streams:
    """What `fit` draws at each step: all of the text. The loss knows its place."""
    del key
    return text


def optimizer(steps: int) -> optax.GradientTransformation:
    """Adam, with a learning rate that falls along half a cosine to 0, and a little weight decay."""
    return optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.adamw(optax.cosine_decay_schedule(0.01, steps), weight_decay=0.05),
    )


def train_language_model(
    key: Key,
    steps: int = STEPS,
    *,
    rows: int = ROWS,
    units: int = 128,
    chunk: int = CHUNK,
    hand_on: Callable[[Any], Any] = as_it_is,
    watch: Callable[[Fit], object] | None = None,
    progress: bool = True,
) -> Fit:
    """Train a model on the train part of the topics; for `chunk` and `hand_on` see `ChunkLoss`."""
    text = streams(ALPHABET.ids(topics().train), rows)
    model = init_language_model(key, SYMBOLS, hidden_size=units)
    return fit(
        ChunkLoss(chunk, hand_on),
        model,
        Partial(whole_text, text),  # type: ignore[no-untyped-call]
        key=key,
        steps=steps,
        optimizer=optimizer(steps),
        carry=Place(jnp.int32(0), zero_state(model.cell, rows)),
        watch=watch,
        progress=progress,
    )


def held_out() -> Ids:
    """The test part of the topics as numbers, (T,)."""
    return ALPHABET.ids(topics().test)


def score(model: LanguageModel, ids: Ids) -> float:
    """Bits a character of a text (T,), read once from its start.

    Raises:
        ValueError: `ids` is empty, or holds something else than numbers of symbols.
    """
    check_ids("score", ids, len(model.embedding))
    return float(surprise(model, jnp.asarray(ids)).mean())


def save(model: LanguageModel) -> None:
    """Write the model that comes with the lesson."""
    files.save(FILE, {**model._asdict(), "readout": model.readout._asdict()})


def load() -> LanguageModel:
    """The model that comes with the lesson."""
    parts = files.load(FILE)
    assert isinstance(parts, dict)
    return LanguageModel(parts["embedding"], parts["cell"], Readout(**parts["readout"]))


def main() -> None:
    """Train, save, and print the score beside the n-grams."""
    seen, asked = ALPHABET.ids(topics().train), held_out()
    model = train_language_model(jax.random.key(0)).params
    save(model)
    print(f"LSTM, 128 units  {score(model, asked):.3f} bits a character, of {len(asked):,}")
    print(f"    of the first {PART:,}: {score(model, asked[:PART]):.4f}")
    for order in (1, 2, 3, 4, 5, 6):
        print(f"{order}-gram           {bits(count_ngrams(seen, order, SYMBOLS), asked):.3f}")


if __name__ == "__main__":
    main()
