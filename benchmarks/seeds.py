"""How much time eight seeds trained together save over eight trained one after another.

`python benchmarks/seeds.py` prints seconds and their ratio, for an LSTM with H=32 on the temporal
order task, T=100, batches of 50. Compilation is left out on both sides. Let the machine be quiet.
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
from lstm_jax.data.tasks import TEMPORAL_ORDER_2 as TASK
from lstm_jax.training import adam, fit


class Model(NamedTuple):
    """An LSTM and its readout."""

    cell: lstm_jax.LSTMParams
    w: jax.Array  # (H, K)
    b: jax.Array  # (K,)


def init(key: jax.Array) -> Model:
    """One network, H=32."""
    cell = lstm_jax.init_lstm(key, TASK.inputs, 32, forget_bias=3.0)
    return Model(cell, jnp.zeros((32, TASK.outputs)), jnp.zeros(TASK.outputs))


def loss(model: Model, batch: tuple[jax.Array, jax.Array]) -> jax.Array:
    """How wrong the answers at the last step are."""
    xs, ys = batch
    hs, _ = lstm_jax.run(model.cell, xs)
    return TASK.loss(TASK.due(hs) @ model.w + model.b, ys)


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
    devices = max(n for n in range(1, cores + 1) if count % n == 0)
    # As many devices as share the seeds evenly, each on a core of its own.
    jax.config.update("jax_num_cpu_devices", devices)

    keys = jax.random.split(jax.random.key(0), count)
    models = jax.vmap(init)(keys)
    draw = partial(TASK.draw, batch=50, length=100)
    train = partial(fit, loss, draw=draw, steps=steps, optimizer=adam(0.01), progress=False)

    def one_after_another() -> None:
        for index, key in enumerate(keys):
            train(jax.tree.map(lambda leaf, index=index: leaf[index], models), key=key)

    mesh = jax.make_mesh((devices,), ("seeds",))
    ways = {
        "one after another": one_after_another,
        "together, one device": lambda: train(models, key=keys),
        f"together, {devices} devices": lambda: train(models, key=keys, mesh=mesh),
    }
    print(f"{count} seeds, {steps} steps, {cores} cores, load {os.getloadavg()[0]:.1f}")
    times = {name: seconds(way) for name, way in ways.items()}
    slowest = times["one after another"]
    for name, each in times.items():
        print(f"{name:24} {each:7.2f} s   ratio {each / slowest:.2f}")


if __name__ == "__main__":
    main()
