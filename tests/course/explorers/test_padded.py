"""Networks and sequences in arrays of one size do what they do in arrays of their own."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax import init_gru, init_lstm, init_rnn, run
from lstm_jax.course.data.tasks import TEMPORAL_ORDER_2 as TASK
from lstm_jax.course.explorers import padded
from lstm_jax.course.explorers.padded import UNITS, Network, cut, draw_networks

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
def test_gradient_is_that_of_a_network_of_its_real_size(cell: str) -> None:
    width, length = 6, 17
    network = one(draw_networks(cell, KEYS, jnp.int32(width), jnp.float32(1.0)))

    def loss(network: Network, batch: padded.Batch) -> jax.Array:
        hs, _ = run(network.cell, batch.xs[:, :length])
        return TASK.loss(hs[:, -1] @ network.readout.w + network.readout.b[None], batch.ys)

    whole, alone = (jax.jit(jax.value_and_grad(each)) for each in (padded.loss, loss))
    for seed in range(3):  # after the first step of training no bias is 0
        batch = padded.draw(jnp.int32(length), jax.random.key(seed))
        value, gradient = whole(network, batch)
        expected, small = alone(cut(network, width), batch)
        np.testing.assert_allclose(value, expected, rtol=1e-5)
        close = partial(np.testing.assert_allclose, atol=1e-5)
        jax.tree.map(close, cut(gradient, width), small)
        for leaf, part in zip(jax.tree.leaves(gradient), jax.tree.leaves(small), strict=True):
            assert jnp.count_nonzero(leaf) == jnp.count_nonzero(part)  # 0 for all other units
        network = jax.tree.map(lambda leaf, slope: leaf - slope, network, gradient)
