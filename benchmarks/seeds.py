"""How much time eight seeds trained together save over eight trained one after another.

`python benchmarks/seeds.py` prints seconds and their ratio, for an LSTM with H=32 on the temporal
order task, T=100, batches of 50. Compilation is left out on all sides. Let the machine be quiet.
"""

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

import lstm_jax
from lstm_jax.data.temporal_order import SYMBOLS, temporal_order
from lstm_jax.losses import cross_entropy
from lstm_jax.training import adam, fit, seeds_mesh


class Model(NamedTuple):
    """An LSTM and its readout."""

    cell: lstm_jax.LSTMParams
    w: jax.Array  # (H, K)
    b: jax.Array  # (K,)


def init(key: jax.Array) -> Model:
    """One network, H=32."""
    cell = lstm_jax.init_lstm(key, len(SYMBOLS), 32, forget_bias=3.0)
    return Model(cell, jnp.zeros((32, 4)), jnp.zeros(4))


def loss(model: Model, batch: tuple[jax.Array, jax.Array]) -> jax.Array:
    """How wrong the answers at the last step are."""
    xs, ys = batch
    hs, _ = lstm_jax.run(model.cell, xs)
    return cross_entropy(hs[:, -1] @ model.w + model.b[None], ys)


def seconds(train: Callable[[], object]) -> float:
    """The time of one call, after one that compiles."""
    train()
    start = time.perf_counter()
    train()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--steps", type=int, default=100)
    arguments = parser.parse_args()
    count, steps = arguments.seeds, arguments.steps
    cores = os.cpu_count() or 1
    jax.config.update("jax_num_cpu_devices", cores)  # type: ignore[no-untyped-call]

    keys = jax.random.split(jax.random.key(0), count)
    models = jax.vmap(init)(keys)
    draw = partial(temporal_order, batch=50, length=100)
    train = partial(fit, loss, draw=draw, steps=steps, optimizer=adam(0.01), progress=False)

    def one_after_another() -> None:
        for index, key in enumerate(keys):
            train(jax.tree.map(lambda leaf, index=index: leaf[index], models), key=key)

    mesh = seeds_mesh(count)
    ways = {
        "one after another": one_after_another,
        "together, one core": lambda: train(models, key=keys),
        f"together, {mesh.size} cores": lambda: train(models, key=keys, mesh=mesh),
    }
    print(f"{count} seeds, {steps} steps, {cores} cores, load {os.getloadavg()[0]:.1f}")
    times = {name: seconds(way) for name, way in ways.items()}
    slowest = times["one after another"]
    for name, each in times.items():
        print(f"{name:24} {each:7.2f} s   ratio {each / slowest:.2f}")


if __name__ == "__main__":
    main()
