"""What `TrainedCellExplorer` computes: how well a network does while one of its gates is held."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, Axis, check_array, check_shape
from lstm_jax.cells import LSTMParams, check_params, features_axis
from lstm_jax.gradients import influence
from lstm_jax.losses import cross_entropy, mean_squared_error
from lstm_jax.models import Network, Readout, last_answers, read_out
from lstm_jax.traces import Held


class Dataset(NamedTuple):
    """Sequences, and what has to be answered after their last step.

    xs: (B, T, D).
    ys: the right one of K classes, (B,) integers; or K numbers to come near to, (B, K) floats.
    """

    xs: Array
    ys: Array

    @property
    def has_classes(self) -> bool:
        """Whether the answer is a class, not numbers."""
        return bool(jnp.issubdtype(self.ys.dtype, jnp.integer))


class Judgement(NamedTuple):
    """What holding a gate does.

    loss: over all sequences: cross-entropy in nats, or the mean squared error.
    accuracy: the fraction of classes that are right; NaN where the answer is numbers.
    influence: (T, T), as `lstm_jax.influence`, for one of the sequences.
    """

    loss: Array
    accuracy: Array
    influence: Array


def predictions(network: Network, data: Dataset, h: Array) -> Array:
    """What the network answers, (N, K) for outputs h (N, H): probabilities, or numbers."""
    answers = read_out(network, h)
    return jax.nn.softmax(answers) if data.has_classes else answers


@jax.jit
def judge(network: Network, data: Dataset, example: Array, held: Held) -> Judgement:
    """Measure a network whose gates are held; `example` picks the sequence of the influence."""
    answers = last_answers(network, data.xs, clamps=held)
    by_input = influence(network.cell, data.xs[example], clamps=held)
    if not data.has_classes:
        return Judgement(mean_squared_error(answers, data.ys), jnp.float32(jnp.nan), by_input)
    right = jnp.mean(jnp.argmax(answers, axis=-1) == data.ys)
    return Judgement(cross_entropy(answers, data.ys), right, by_input)


def check_network(where: str, lstm: Any, readout: Any) -> Network:
    """A `Network` of an LSTM and a readout, or a `ValueError` that says what does not fit."""
    if not isinstance(lstm, LSTMParams):
        raise ValueError(
            f"{where}: lstm should be LSTMParams, got {type(lstm).__name__}; "
            "only an LSTM has these gates to hold"
        )
    _, hidden_size = check_params(where, lstm, "lstm")
    if not isinstance(readout, tuple | list) or len(readout) != 2:
        raise ValueError(
            f"{where}: readout should be a pair of arrays, w (H, K) and b (K,), so that an answer "
            f"is h @ w + b; got {type(readout).__name__}"
        )
    w, b = (
        check_array(where, f"readout[{n}]", part, dtype=lstm.w_x.dtype, owner="lstm.w_x")
        for n, part in enumerate(readout)
    )
    hidden = Axis("hidden", hidden_size, f"lstm has {hidden_size} (lstm.w_h is {lstm.w_h.shape})")
    check_shape(where, "readout[0]", w.shape, (hidden, Axis("answers")))
    answers = Axis("answers", w.shape[1], f"readout[0] is {w.shape}")
    check_shape(where, "readout[1]", b.shape, (answers,))
    return Network(lstm, Readout(w, b))


def check_dataset(where: str, network: Network, xs: Any, ys: Any) -> Dataset:
    """A `Dataset` for `network`, or a `ValueError` that says what does not fit.

    Numbers (B,) become (B, 1).
    """
    cell, classes = network.cell, len(network.readout.b)
    xs = check_array(where, "xs", xs, dtype=cell.w_x.dtype, owner="lstm.w_x")
    check_shape(where, "xs", xs.shape, (Axis("batch"), Axis("time"), features_axis(cell)))
    if not np.isfinite(np.asarray(xs)).all():
        raise ValueError(f"{where}: xs should hold finite numbers, got NaN or an infinite one")
    batch = Axis("batch", len(xs), f"xs has {len(xs)}")
    named = np.asarray(ys)
    if np.issubdtype(named.dtype, np.integer):
        check_shape(where, "ys", named.shape, (batch,))
        if not 0 <= named.min() <= named.max() < classes:
            raise ValueError(
                f"{where}: ys should be classes from 0 to {classes - 1}, since readout[1] has "
                f"{classes} entries, got {named.min()} to {named.max()}"
            )
        return Dataset(xs, jnp.asarray(named))
    ys = check_array(where, "ys", ys, dtype=cell.w_x.dtype, owner="lstm.w_x")
    numbers = Axis("answers", classes, f"readout[1] has {classes} entries")
    options = [(batch, numbers), (batch,)] if classes == 1 else [(batch, numbers)]
    check_shape(where, "ys", ys.shape, *options)
    if not np.isfinite(np.asarray(ys)).all():
        raise ValueError(f"{where}: ys should hold finite numbers, got NaN or an infinite one")
    return Dataset(xs, ys.reshape(len(xs), classes))
