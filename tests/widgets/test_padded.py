"""Networks and sequences in arrays of one size do what they do in arrays of their own."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.tree_util import Partial

from lstm_jax import init_gru, init_lstm, init_rnn, run
from lstm_jax.data.tasks import TEMPORAL_ORDER_2 as TASK
from lstm_jax.layers import output
from lstm_jax.training import adam, fit
from lstm_jax.widgets import padded
from lstm_jax.widgets.padded import UNITS, Network, cut, draw_networks

KEYS = jax.random.split(jax.random.key(5), 2)
CELLS = list(padded.BLOCKS)


def one(networks: Network, index: int = 0) -> Network:
    """One of many."""
    return jax.tree.map(lambda leaf: leaf[index], networks)


@pytest.mark.parametrize(
    ("cell", "init"),
    [("RNN", init_rnn), ("LSTM", partial(init_lstm, forget_bias=2.5)), ("GRU", init_gru)],
)
def test_full_width_is_what_init_draws(cell: str, init: Any) -> None:
    networks = draw_networks(cell, KEYS, jnp.int32(UNITS), jnp.float32(2.5))
    for index, key in enumerate(KEYS):
        expected = init(jax.random.split(key)[0], TASK.inputs, UNITS)
        found = one(networks, index).cell
        assert type(found) is type(expected)
        jax.tree.map(partial(np.testing.assert_allclose, atol=1e-5), found, expected)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("width", [2, 9])
def test_smaller_width_has_the_statistics_of_init(cell: str, width: int) -> None:
    network = one(draw_networks(cell, KEYS, jnp.int32(width), jnp.float32(1.0)))
    small = cut(network, width)
    blocks = padded.BLOCKS[cell]
    assert small.cell.w_x.shape == (TASK.inputs, blocks * width)
    for block in np.split(np.asarray(small.cell.w_h), blocks, axis=1):
        np.testing.assert_allclose(block.T @ block, np.eye(width), atol=1e-5)
    bound = np.sqrt(6 / (TASK.inputs + width))
    assert 0.8 * bound < np.abs(small.cell.w_x).max() <= bound
    bound = np.sqrt(6 / (TASK.outputs + width))
    assert 0.5 * bound < np.abs(small.readout.w).max() <= bound
    # All that was cut away is 0.
    for whole, part in zip(jax.tree.leaves(network), jax.tree.leaves(small), strict=True):
        assert jnp.count_nonzero(whole) == jnp.count_nonzero(part)


@pytest.mark.parametrize("cell", CELLS)
def test_training_is_that_of_a_network_of_its_real_size(cell: str) -> None:
    width, length = 6, 17
    networks = draw_networks(cell, KEYS, jnp.int32(width), jnp.float32(1.0))
    draw = Partial(padded.draw, jnp.int32(length))
    train = partial(fit, draw=draw, key=KEYS, steps=25, optimizer=adam(0.02, 0.5), progress=False)

    def loss(network: Network, batch: padded.Batch) -> jax.Array:
        _, state = run(network.cell, batch.xs[:, :length])
        scores = output(state) @ network.readout.w + network.readout.b[None]
        return TASK.loss(scores, batch.ys)

    small = jax.tree.map(
        lambda *leaves: jnp.stack(leaves), *(cut(one(networks, n), width) for n in range(2))
    )
    whole, alone = train(padded.loss, networks), train(loss, small)
    np.testing.assert_allclose(whole.history.loss, alone.history.loss, rtol=1e-3)
    assert np.ptp(whole.history.loss) > 0.05  # so something was trained
    for n in range(2):
        trained = one(whole.params, n)
        close = partial(np.testing.assert_allclose, atol=2e-3)
        jax.tree.map(close, cut(trained, width), one(alone.params, n))
        for leaf, part in zip(
            jax.tree.leaves(trained), jax.tree.leaves(cut(trained, width)), strict=True
        ):
            assert jnp.count_nonzero(leaf) == jnp.count_nonzero(part)
