"""Forecasters in training: windows that stand beside a free forecast, and several networks at once.

`sunspot_forecasts` and `price_forecasts` make the windows; here is what both share.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from lstm_jax.arrays import Array, Floats, Key, check_size
from lstm_jax.devices import seeds_mesh
from lstm_jax.init import init_lstm
from lstm_jax.models import Forecast, Network, forecast, forecast_loss, init_forecaster
from lstm_jax.training import Fit, adam, fit

BATCH = 64  # windows in a step of training


class Examples(NamedTuple):
    """N windows in order of time, in standard units.

    Attributes:
        xs: what is known, `(N, T, D)` float32.
        free: a forecast that costs nothing, `(N, K)` float32.
        ys: what came, `(N, K)` float32.
    """

    xs: Floats
    free: Floats
    ys: Floats


class Known(NamedTuple):
    """Examples to train on: the first `rows` of `examples`. All behind them is NaN.

    So a training that looked behind the cut would stop at once, and say why. As the arrays have the
    same shape wherever the cut lies, `fit` compiles once for all cuts.
    """

    examples: Examples
    rows: int


def known(examples: Examples, count: int) -> Known:
    """The first `count` examples.

    Raises:
        ValueError: `count` is not from 1 to the number of examples.
    """
    count = check_size("known", "count", count)
    if count > len(examples.xs):
        raise ValueError(
            f"known: count is {count} but there are {len(examples.xs)} examples; take fewer"
        )
    parts = [np.array(part, np.float32) for part in examples]
    for part in parts:
        part[count:] = np.nan
    return Known(Examples(*parts), count)


def train_forecasters(
    known: Known,
    *,
    key: Key,
    runs: int,
    steps: int,
    units: int,
    rate: float,
    levels: tuple[float, ...] = (),
    watch: Callable[[Fit], object] | None = None,
    progress: bool = True,
) -> Network:
    """Train `runs` LSTM forecasters side by side, which differ in their key alone.

    Args:
        known: the examples.
        key: the JAX random key from which the keys of the runs are split.
        runs: S.
        steps: updates, each on a batch of 64 windows.
        units: H.
        rate: the learning rate of Adam.
        levels: of the quantiles; none for a forecast without them.
        watch: as for `fit`.
        progress: as for `fit`.

    Returns:
        the networks as one, every array with an axis S in front.
    """
    keys = jax.random.split(key, runs)
    inputs, horizons = known.examples.xs.shape[2], known.examples.ys.shape[1]
    networks = jax.vmap(partial(_init, inputs, units, horizons, len(levels)))(keys)
    trained = fit(
        Partial(_loss, jnp.asarray(levels, jnp.float32)),  # type: ignore[no-untyped-call]
        networks,
        Partial(_draw, known.examples, jnp.int32(known.rows)),  # type: ignore[no-untyped-call]
        key=keys,
        steps=steps,
        optimizer=adam(rate),
        watch=watch,
        mesh=seeds_mesh(runs),
        progress=progress,
    )
    result: Network = trained.params
    return result


@jax.jit
def predict(networks: Network, examples: Examples) -> Forecast:
    """What each of S networks says of N windows: mean (S, N, K), quantiles (S, N, K, Q)."""
    # One after another: together they need much memory.
    return jax.lax.map(lambda each: forecast(each, examples.xs, examples.free), networks)


def unstack(networks: Network) -> list[Network]:
    """S networks one by one, from one with an axis S in front."""
    count = len(networks.readout.b)
    return [jax.tree.map(lambda leaf, n=n: leaf[n], networks) for n in range(count)]


def stack(networks: list[Network]) -> Network:
    """The reverse of `unstack`."""
    stacked: Network = jax.tree.map(lambda *leaves: jnp.stack(leaves), *networks)
    return stacked


def _init(inputs: int, units: int, horizons: int, levels: int, key: Key) -> Network:
    return init_forecaster(init_lstm(key, inputs, units), horizons, levels)


def _loss(levels: Array, network: Network, batch: Any) -> Array:
    xs, free, ys = batch
    return forecast_loss(forecast(network, xs, free), ys, levels)


def _draw(examples: Examples, count: Array, key: Key) -> Examples:
    rows = jax.random.randint(key, (BATCH,), 0, count)
    return Examples(*(part[rows] for part in examples))
