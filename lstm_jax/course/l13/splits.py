"""What several devices buy: a batch split over them, and a sequence split over them.

    python -m lstm_jax.course.l13.splits

JAX fixes the number of devices of a process when it is first used, so this starts processes of its
own: one with 8 virtual devices that share a batch, then a sequence, and two that find each other.
It takes half a minute. Virtual devices share the cores of this machine: with more
of them than cores there is nothing to be gained, and the table shows that, too.

On a cluster JAX starts the same on as many machines as you ask for, here with SLURM:

    srun --nodes 2 --ntasks-per-node 1 python -m lstm_jax.course.l13.splits process
"""

import argparse
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from lstm_jax.arrays import Array, Key
from lstm_jax.course.data.tasks import LAG_RECALL
from lstm_jax.course.explorers.measuring import seconds_of
from lstm_jax.devices import join_processes, use_cores
from lstm_jax.init import init_lstm
from lstm_jax.layers import run
from lstm_jax.models import Network, init_network, last_answers
from lstm_jax.training import adam, fit

MODULE = "lstm_jax.course.l13.splits"
DEVICES = (1, 2, 8)
BATCH, LENGTH, UNITS, STEPS = 128, 32, 64, 10  # of the training that shares its batch
TIME, ROWS = 1024, 32  # of the sequences that are split
PROCESSES = 2
_SECONDS = 300  # for a process to answer


class Found(NamedTuple):
    """What the processes report.

    Attributes:
        cores: cores of this machine that they shared.
        batch: for each number of devices the seconds of a training step.
        sequence: for "LSTM" and "linear", for each number of devices the seconds of a walk over a
            sequence that is split between them.
        losses: of the same steps of training on "1 device", "8 devices" and "2 processes".
    """

    cores: int
    batch: dict[int, float]
    sequence: dict[str, dict[int, float]]
    losses: dict[str, list[float]]

    @property
    def apart(self) -> float:
        """By how much the losses differ at most, from those of one device."""
        alone = np.array(self.losses["1 device"])
        return max(float(np.abs(np.array(each) - alone).max()) for each in self.losses.values())


# --- The batch


_ADAM = adam(0.01)


def _draw(key: Key) -> tuple[Array, Array]:
    return LAG_RECALL.draw(key, BATCH, LENGTH)


def _loss(network: Network, batch: tuple[Array, Array]) -> Array:
    xs, ys = batch
    return LAG_RECALL.loss(last_answers(network, xs), ys)


def losses(mesh: Mesh | None) -> list[float]:
    """The losses of a few steps of training an LSTM, its batches split over `mesh`."""
    for_cell, for_readout, for_batches = jax.random.split(jax.random.key(0), 3)
    cell = init_lstm(for_cell, LAG_RECALL.inputs, UNITS)
    return fit(
        _loss,
        init_network(for_readout, cell, LAG_RECALL.outputs),
        _draw,
        key=for_batches,
        steps=STEPS,
        block=STEPS,
        optimizer=_ADAM,
        mesh=mesh,
        progress=False,
    ).history.loss.tolist()


def mesh_of(count: int, axis: str) -> Mesh:
    """The first `count` devices in a row."""
    return jax.make_mesh((count,), (axis,), (AxisType.Auto,), devices=jax.devices()[:count])


def _share_batch() -> dict[str, Any]:
    by_count: dict[str, list[float]] = {}
    seconds: dict[int, float] = {}
    for count in DEVICES:
        mesh = mesh_of(count, "batch") if count > 1 else None
        by_count[f"{count} devices" if mesh else "1 device"] = losses(mesh)
        seconds[count] = min(seconds_of(partial(losses, mesh)) for _ in range(2)) / STEPS
    return {"batch": seconds, "losses": by_count}


def _share_processes(address: str | None, processes: int | None, index: int | None) -> Any:
    join_processes(address, processes, index)
    together = losses(mesh_of(jax.device_count(), "batch"))
    return {"losses": {f"{jax.process_count()} processes": together}}


# --- The sequence


def linear_in_parts(a: Array, b: Array, mesh: Mesh) -> Array:
    """All h of h_t = a_t h_{t-1} + b_t, h_0 = 0, for a and b (T, B, H) with T split over `mesh`.

    Each device walks its own part from 0, all at the same time, and keeps the product of its a.
    Then one pair a device, the last h and the product, gives the state that each part begins with.
    """

    def part(a: Array, b: Array) -> Array:
        def walk(before: tuple[Array, Array], step: tuple[Array, Array]) -> Any:
            kept, h = step[0] * before[0], step[0] * before[1] + step[1]
            return (kept, h), (kept, h)

        start = jnp.ones_like(a[0]), jnp.zeros_like(a[0])
        end, (kept, hs) = jax.lax.scan(walk, start, (a, b))
        ends = jax.lax.all_gather(end, "time")  # (devices, B, H) each
        _, (_, after) = jax.lax.scan(walk, start, ends)
        index = jax.lax.axis_index("time")
        begin = jnp.where(index == 0, jnp.zeros_like(a[0]), after[index - 1])
        return hs + kept * begin[None]

    of_time = P("time")  # type: ignore[no-untyped-call]
    return jax.shard_map(part, mesh=mesh, in_specs=of_time, out_specs=of_time)(a, b)


_linear = jax.jit(linear_in_parts, static_argnames="mesh")
_lstm = jax.jit(lambda params, xs: run(params, xs)[0])


def _share_sequence() -> dict[str, Any]:
    """Both walks on 1 to 8 devices; each gives what one device gives."""
    keys = jax.random.split(jax.random.key(1), 3)
    params = init_lstm(keys[0], UNITS, UNITS)
    xs = jax.random.normal(keys[1], (ROWS, TIME, UNITS))
    b = jnp.swapaxes(xs, 0, 1)
    a = jax.nn.sigmoid(jax.random.normal(keys[2], b.shape))
    seconds: dict[str, dict[int, float]] = {"LSTM": {}, "linear": {}}
    alone: dict[str, Any] = {}
    for count in DEVICES:
        mesh = mesh_of(count, "time")
        everywhere, second, first = (
            NamedSharding(mesh, P(*axes))  # type: ignore[no-untyped-call]
            for axes in ((), (None, "time"), ("time",))
        )
        calls = {
            "LSTM": partial(_lstm, *jax.device_put((params, xs), (everywhere, second))),
            "linear": partial(_linear, *jax.device_put((a, b), first), mesh),
        }
        for name, call in calls.items():
            hs = np.asarray(call())
            np.testing.assert_allclose(hs, alone.setdefault(name, hs), rtol=1e-4, atol=1e-4)
            seconds[name][count] = min(seconds_of(call) for _ in range(4))  # it is compiled by now
    return {"sequence": seconds}


# --- The processes


def measure(say: Callable[[str], object] = print) -> Found:
    """Start the processes, one after the other, and put together what they report.

    say: called with a sentence before each of them starts.

    Raises:
        RuntimeError: one took too long, or failed; then the error ends with its last line.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    say(f"{DEVICES[-1]} virtual devices share a batch, then sequences of {TIME} steps ...")
    [shared] = _answers([["virtual"]])
    say(f"{PROCESSES} processes find each other and train together ...")
    where = f"127.0.0.1:{_free_port()}"
    joined, *_ = _answers(
        [["process", where, str(PROCESSES), str(index)] for index in range(PROCESSES)]
    )
    return Found(
        cores=cores or 1,
        batch=_by_number(shared["batch"]),
        sequence={name: _by_number(each) for name, each in shared["sequence"].items()},
        losses=shared["losses"] | joined["losses"],
    )


def _by_number(found: dict[str, float]) -> dict[int, float]:
    return {int(count): seconds for count, seconds in found.items()}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(commands: Sequence[Sequence[str]], seconds: float = _SECONDS) -> list[Any]:
    """Run this module once for each list of arguments, all at once: what each reports."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", MODULE, *arguments],
                    env=os.environ | {"JAX_PLATFORMS": "cpu"},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            for arguments in commands
        ]
        try:
            ended = [each.communicate(timeout=seconds) for each in started]
        except subprocess.TimeoutExpired:
            raise RuntimeError(
                f"measure: a process did not answer within {seconds:g} s; close what else keeps "
                f"this machine busy, or see how far it comes: run python -m {MODULE} in a terminal"
            ) from None
        finally:
            for each in started:
                each.kill()
    for arguments, each, (_, said) in zip(commands, started, ended, strict=True):
        if each.returncode:
            last = (said.strip().splitlines() or ["nothing"])[-1]
            raise RuntimeError(f"measure: {MODULE} {' '.join(arguments)} failed; it said: {last}")
    return [json.loads(printed.splitlines()[-1]) for printed, _ in ended]


def table(found: Found) -> str:
    """Rows of text: devices, the time that each split takes, and how that compares with one."""
    rows = [f"{'devices':>8}{'batch split':>22}{'LSTM, time split':>22}{'linear, time split':>22}"]
    columns = (found.batch, found.sequence["LSTM"], found.sequence["linear"])
    for count in DEVICES:
        cells = (f"{1000 * c[count]:.1f} ms, {c[1] / c[count]:.2f} x" for c in columns)
        rows.append(f"{count:8}" + "".join(f"{cell:>22}" for cell in cells))
    return "\n".join(rows)


def main() -> None:
    """Do one part and print it as JSON, or all of them and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="?", choices=("virtual", "process"))
    parser.add_argument("address", nargs="?", help="of process 0; leave it out under SLURM")
    parser.add_argument("processes", nargs="?", type=int)
    parser.add_argument("index", nargs="?", type=int)
    given = parser.parse_args()
    if given.part is None:
        found = measure()
        print(table(found))
        print(f"{found.cores} cores; losses differ by {found.apart:.0e} at most")
        return
    if given.part == "process":
        report = _share_processes(given.address, given.processes, given.index)
    else:
        use_cores(DEVICES[-1])
        report = _share_batch() | _share_sequence()
    print(json.dumps(report))


if __name__ == "__main__":
    main()
