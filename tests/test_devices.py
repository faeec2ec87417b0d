"""Several devices: on this machine they are pretended, in processes of their own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest
from line import DRAW, KEYS, START, quiet, squared, starts

from lstm_jax.devices import seeds_mesh
from lstm_jax.training import adam

HERE = Path(__file__).parent

# A process of its own, since JAX fixes the number of its devices when it is first used.
DISTRIBUTE = """
import sys
import jax
jax.config.update("jax_cpu_collectives_implementation", "gloo")
jax.distributed.initialize(sys.argv[1], num_processes=2, process_id=int(sys.argv[2]))
"""

TRAIN = """
import jax
import numpy as np
from line import DRAW, KEY, START, Line, quiet, squared, starts
from lstm_jax.devices import seeds_mesh
from lstm_jax.training import adam

shares = set()  # of a batch of 32 rows, for each device

def noting(params, batch):
    xs, _ = batch
    note = lambda sharding: shares.add(sharding.shard_shape(xs.shape)[0])
    jax.debug.inspect_array_sharding(xs, callback=note)
    return squared(params, batch)

def measure(params, batch):
    return {"w": params.w[0]}

def train(mesh, loss, params=START, key=KEY):
    return quiet(
        loss, params, DRAW, key=key, steps=40, optimizer=adam(0.05), measure=measure, mesh=mesh
    )

def agree(one, other):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), one, other)
"""

EIGHT_DEVICES = """
agree(train(jax.make_mesh((8,), ("batch",)), noting), train(None, noting))
assert shares == {4, 32}, shares

keys = jax.random.split(KEY, 4)
alone = train(None, squared, starts(4), keys)
for sizes, names in [((8,), ("batch",)), ((4,), ("seeds",)), ((2, 4), ("seeds", "batch"))]:
    many = train(jax.make_mesh(sizes, names), squared, starts(4), keys)
    agree(many, alone)
    assert many.params.w.devices() == {jax.devices()[0]}
assert [seeds_mesh(runs).size for runs in (1, 7, 8, 9, 12, 32)] == [1, 7, 8, 3, 6, 8]
agree(train(seeds_mesh(4), squared, starts(4), keys), alone)
print("agreed")
"""

TWO_PROCESSES = """
assert jax.device_count() == 2 and jax.local_device_count() == 1
agree(train(jax.make_mesh((2,), ("batch",)), noting), train(None, noting))
assert shares == {16, 32}, shares
print("agreed")
"""


def start(code, *arguments, flags=""):
    """A fresh interpreter at work on `code`, as quick to compile as the tests themselves."""
    flags = f"{os.environ['XLA_FLAGS']} {flags}"
    quick = {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1", "XLA_FLAGS": flags}
    environment = dict(os.environ, JAX_PLATFORMS="cpu", **quick)
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=HERE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(processes, seconds=120):
    """What they print; none of them outlives this call."""
    try:
        done = [process.communicate(timeout=seconds) for process in processes]
    finally:
        for process in processes:
            process.kill()
    for process, (_, errors) in zip(processes, done, strict=True):
        assert process.returncode == 0, errors
    return [printed for printed, _ in done]


@pytest.mark.slow
def test_eight_devices_reach_what_one_reaches():
    code = TRAIN + EIGHT_DEVICES
    process = start(code, flags="--xla_force_host_platform_device_count=8")
    assert "agreed" in finish([process])[0]


@pytest.mark.slow
def test_two_processes_reach_what_one_reaches():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    code = DISTRIBUTE + TRAIN + TWO_PROCESSES
    processes = [start(code, address, str(index)) for index in range(2)]
    assert all("agreed" in printed for printed in finish(processes))


def mesh_of(**axes):
    """A mesh that repeats the one device there is; enough to be refused."""
    devices = np.full(tuple(axes.values()), jax.devices()[0])
    return jax.sharding.Mesh(devices, tuple(axes))


@pytest.mark.parametrize(
    ("params", "options", "message"),
    [
        (
            START,
            {"mesh": mesh_of(batch=7)},
            "draw gives batches of 32, which the 7 devices of the "
            'axis "batch" cannot share evenly; make it 28 or 35',
        ),
        (
            starts(),
            {"key": KEYS, "mesh": mesh_of(seeds=2)},
            "key gives 3 runs, which the 2 devices "
            'of the axis "seeds" cannot share evenly; make it 2 or 4',
        ),
        (START, {"mesh": mesh_of(seeds=2)}, 'mesh has the axis "seeds" but key is one key'),
        (
            START,
            {"mesh": mesh_of(x=2)},
            "mesh should be a jax.* with the axes .*'x'",
        ),
        (START, {"mesh": 8}, "mesh should be a jax.* got 8"),
    ],
)
def test_wrong_meshes_are_named(params, options, message):
    with pytest.raises(ValueError, match=f"fit: {message}"):
        quiet(squared, params, DRAW, steps=1, optimizer=adam(0.1), **options)


def test_seeds_mesh_names_a_wrong_size():
    with pytest.raises(ValueError, match="seeds_mesh: runs should be a whole number from 1 on"):
        seeds_mesh(0)
