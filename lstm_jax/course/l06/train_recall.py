"""Train the network that lesson 06 explores: a few seconds, and the file is written anew.

    python -m lstm_jax.course.l06.train_recall

It learns with lags of any length, so it knows the answer at every step from the mark on. The
numbers differ a little from one kind of machine to another. What the presets of the explorer
say of the network is tested, so run the tests after it.
"""

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array, Key
from lstm_jax.course.data.lag_recall import SYMBOLS, accuracy, lag_recall
from lstm_jax.course.l06.recall import FEATURES, FILE, LENGTH, draw_recall, save_recall
from lstm_jax.init import init_lstm
from lstm_jax.losses import cross_entropy
from lstm_jax.models import Network, Readout, last_answers
from lstm_jax.training import Fit, adam, fit

HIDDEN, FORGET_BIAS = 8, 3.0
STEPS, BATCH, LEARNING_RATE = 1500, 128, 0.01


def start(key: Key) -> Network:
    """The network before training."""
    lstm = init_lstm(key, len(FEATURES), HIDDEN, forget_bias=FORGET_BIAS)
    glorot = jax.nn.initializers.glorot_uniform()
    w = glorot(jax.random.fold_in(key, 1), (HIDDEN, SYMBOLS), jnp.float32)
    return Network(lstm, Readout(w, jnp.zeros(SYMBOLS, jnp.float32)))


def loss(network: Network, batch: tuple[Array, Array]) -> Array:
    """Cross-entropy of the answers at the last step, in nats."""
    xs, ys = batch
    return cross_entropy(last_answers(network, xs), ys)


def draw(key: Key) -> tuple[Array, Array]:
    """A batch of sequences, the mark at the same step in all of them, any step."""
    for_lag, for_symbols = jax.random.split(key)
    lag = jax.random.randint(for_lag, (), 0, LENGTH)
    return lag_recall(for_symbols, lag, BATCH, LENGTH)


def train(key: Key, steps: int = STEPS, *, progress: bool = True) -> Fit:
    """Train a fresh network on a new batch at each step."""
    return fit(
        loss,
        start(key),
        draw,
        key=jax.random.fold_in(key, 2),
        steps=steps,
        optimizer=adam(LEARNING_RATE),
        progress=progress,
    )


def main() -> None:
    """Train, write the file, print the score on sequences that training has not seen."""
    network = train(jax.random.key(2)).params
    save_recall(network, *draw_recall(jax.random.key(3), 256))
    xs, ys = draw_recall(jax.random.key(1000), 1024)
    right = float(accuracy(last_answers(network, xs), ys))
    print(f"loss {float(loss(network, (xs, ys))):.2g}, right {right:.1%}: written to {FILE.name}")


if __name__ == "__main__":
    main()
