"""How much time eight seeds trained together save over eight trained one after another.

`python benchmarks/seeds.py` prints a table, for an LSTM with H=32 on the temporal order task,
T=100: seconds, and their ratio to those of one after another, for several sizes of batch. A step on
one sequence is mostly overhead, which seeds trained together have only once; a step on fifty is
mostly arithmetic, of which they have just as much. Compilation is not timed. Run nothing else at
the same time.
"""

import argparse
import os
import time
from collections.abc import Callable, Sequence
from functools import partial

import jax

import lstm_jax
from lstm_jax.course.data.temporal_order import SYMBOLS, temporal_order
from lstm_jax.devices import seeds_mesh, use_cores
from lstm_jax.losses import cross_entropy
from lstm_jax.models import Network, init_network, last_answers
from lstm_jax.training import adam, fit


def init(key: jax.Array) -> Network:
    """One network, H=32."""
    for_cell, for_readout = jax.random.split(key)
    cell = lstm_jax.init_lstm(for_cell, len(SYMBOLS), 32, forget_bias=3.0)
    return init_network(for_readout, cell, 4)


def loss(network: Network, batch: tuple[jax.Array, jax.Array]) -> jax.Array:
    """How wrong the answers at the last step are."""
    xs, ys = batch
    return cross_entropy(last_answers(network, xs), ys)


def seconds(train: Callable[[], object]) -> float:
    """The time of one call, after one that compiles."""
    train()
    start = time.perf_counter()
    train()
    return time.perf_counter() - start


def times(seeds: int, steps: int, batch: int) -> list[float]:
    """Seconds of the three ways: one after another, together on one core, and on all."""
    keys = jax.random.split(jax.random.key(0), seeds)
    networks = jax.vmap(init)(keys)
    draw = partial(temporal_order, batch=batch, length=100)
    train = partial(fit, loss, draw=draw, steps=steps, optimizer=adam(0.01), progress=False)

    def one_after_another() -> None:
        for index, key in enumerate(keys):
            train(jax.tree.map(lambda leaf, index=index: leaf[index], networks), key=key)

    ways: Sequence[Callable[[], object]] = (
        one_after_another,
        lambda: train(networks, key=keys),
        lambda: train(networks, key=keys, mesh=seeds_mesh(seeds)),
    )
    return [seconds(way) for way in ways]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--batches", default="1,10,50", help="sequences in a step, by commas")
    arguments = parser.parse_args()
    cores = use_cores().size

    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"{arguments.seeds} seeds, {arguments.steps} steps, {cores} cores, {load}")
    together = f"together, {seeds_mesh(arguments.seeds).size} cores"
    print(f"batch  one after another  {'together, one core':>20}  {together:>20}")
    for batch in map(int, arguments.batches.split(",")):
        apart, *others = times(arguments.seeds, arguments.steps, batch)
        cells = [f"{each:8.2f} s, ratio {each / apart:4.2f}" for each in others]
        print(f"{batch:5}  {apart:15.2f} s  {'  '.join(cells)}", flush=True)


if __name__ == "__main__":
    main()
