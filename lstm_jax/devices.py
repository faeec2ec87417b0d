"""Several devices: every core as a device, what lies on which device, several processes as one.

`use_cores` makes the cores of a CPU devices, `seeds_mesh` spreads many trainings over the devices,
and `join_processes` brings the devices of other processes in. `fit` asks `place` what lies where:
the code of a training step stays what it is, because saying where its arrays lie is enough. The
compiler splits the work accordingly, and adds up the gradients of devices that share a batch.
"""

import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.sharding import AxisType, Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from lstm_jax.arrays import Array, Key, check_size


def use_cores(count: int | None = None, *, most: int | None = None) -> Mesh:
    """Make each core a device, before JAX is first used, and return a mesh of them.

    JAX runs a program on a CPU with all cores, but it splits only large products over them. The
    products of a recurrence are small, so one core works while the others wait. Half of the batch,
    or half of the networks, on each of two devices keeps both cores busy. The number of devices
    then holds for everything in the process; that is why this is a call of its own.

    `fit` spreads many runs over the devices (`seeds_mesh`). Inside `with jax.set_mesh(mesh):`,
    `run` splits its batch over them where it divides evenly; where it does not, every device
    computes all of it, which takes a little longer than one device does, so leave the mesh out
    there. On a machine with accelerators their number stays, and the mesh holds them.

    Args:
        count: how many devices; as many as this process may use cores if None.
        most: no more than so many, however many cores there are.

    Raises:
        ValueError: `count` or `most` is no size.
        RuntimeError: JAX has been used already, with another number of devices.
    """
    if count is None:
        count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    count = check_size("use_cores", "count", count)
    if most is not None:
        count = min(count, check_size("use_cores", "most", most))
    try:
        jax.config.update("jax_num_cpu_devices", count)  # type: ignore[no-untyped-call]
    except RuntimeError:
        if jax.default_backend() == "cpu" and jax.local_device_count() != count:
            raise RuntimeError(
                f"use_cores: JAX is in use already, with {jax.local_device_count()} devices; "
                "restart the kernel and call use_cores before anything else that computes"
            ) from None
    devices = jax.local_devices()
    return jax.make_mesh((len(devices),), ("batch",), (AxisType.Auto,), devices=devices)


def seeds_mesh(runs: int) -> Mesh:
    """A mesh for `fit` that spreads the runs over the devices of this process.

    It takes as many devices as can share the runs evenly. A CPU counts as one device, which trains
    on one core, unless `use_cores()` stands before JAX is first used: then all cores train.

    Raises:
        ValueError: `runs` is no size.
    """
    runs = check_size("seeds_mesh", "runs", runs)
    devices = jax.local_devices()
    count = max(n for n in range(1, len(devices) + 1) if runs % n == 0)
    return jax.make_mesh((count,), ("seeds",), devices=devices[:count])


def join_processes(
    address: str | None = None,
    processes: int | None = None,
    index: int | None = None,
    *,
    seconds: int = 60,
) -> None:
    """Join the other processes; call it in each of them, before JAX is first used.

    Every process runs the same program. Afterwards `jax.devices()` holds the devices of all
    processes, and a mesh over them is a mesh like any other. It is `jax.distributed.initialize`,
    with a sentence where a process is missing: JAX by itself aborts a process that has waited in
    vain, and no exception can be caught. This ends it with a sentence on stderr and exit status 1.
    Under SLURM, Open MPI and on a TPU, leave all arguments out, because JAX asks the system.

    Args:
        address: where process 0 can be reached, and a free port, such as "10.0.0.1:1234".
        processes: how many there are.
        index: which of them this one is, from 0 on.
        seconds: how long to wait for the others.

    Raises:
        RuntimeError: JAX has been used already.
        ValueError: an argument is missing and no system knows it.
    """
    # Processors talk to each other through gloo; accelerators have their own way.
    jax.config.update("jax_cpu_collectives_implementation", "gloo")  # type: ignore[no-untyped-call]

    def give_up() -> None:
        who = "a process" if index is None else f"process {index} of {processes}"
        print(
            f"join_processes: {who} waited {seconds} s at {address} and the others did not come; "
            "start all of them with the same address and number of processes, each with an index "
            "of its own, and see that the port is open",
            file=sys.stderr,
            flush=True,
        )
        os._exit(1)

    watch = threading.Timer(seconds, give_up)
    watch.daemon = True
    watch.start()
    try:
        jax.distributed.initialize(address, processes, index, initialization_timeout=seconds + 60)
    except ValueError as error:
        raise ValueError(
            f"join_processes: {error} Outside SLURM, Open MPI and TPUs nobody knows it: give "
            'address, processes and index, such as join_processes("10.0.0.1:1234", 2, 0)'
        ) from None
    finally:
        watch.cancel()


# --- What lies where -----------------------------------------------------------------------------


class Placement(NamedTuple):
    """On the devices of `mesh`, or as JAX does by itself where it is None.

    The axis "batch" of the mesh splits the first axis of every array of a batch; the axis "seeds"
    splits the runs. Everything else is on every device.
    """

    mesh: Mesh | None = None

    def share(self, batch: Any) -> Any:
        """A batch under `jit`, split over the devices of the axis "batch"."""
        return self._constrain(batch, self._axis("batch"))

    def everywhere(self, tree: Any) -> Any:
        """Arrays under `jit`, whole on every device."""
        return self._constrain(tree, None)

    def each_run(self, one: Callable[..., Any]) -> Callable[..., Any]:
        """`one(key, run)` for many runs at once."""
        return jax.vmap(one, spmd_axis_name=self._axis("seeds"))

    def put(self, tree: Any) -> Any:
        """Arrays outside `jit`, whole on every device."""
        return self._put(tree, None)

    def put_runs(self, tree: Any) -> Any:
        """Arrays of one run; or of many, split by their first axis over the axis "seeds"."""
        return self._put(tree, self._axis("seeds"))

    def collect(self, tree: Any) -> Any:
        """Arrays outside `jit`, whole, on one device of this process."""
        if self.mesh is None:
            return tree
        whole = _gather(tree, self)
        return jax.tree.map(lambda leaf: leaf.addressable_data(0), whole)

    def _axis(self, name: str) -> str | None:
        return name if self.mesh is not None and name in self.mesh.axis_names else None

    def _put(self, tree: Any, axis: str | None) -> Any:
        if self.mesh is None:
            return tree
        split = _split(self.mesh, axis)

        def put(leaf: Array) -> Array:
            if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
                # Between processes only numbers can be sent.
                numbers = jax.device_put(jax.random.key_data(leaf), split)
                return jax.random.wrap_key_data(numbers, impl=jax.random.key_impl(leaf))
            return jax.device_put(leaf, split)

        return jax.tree.map(put, tree)

    def _constrain(self, tree: Any, axis: str | None) -> Any:
        if self.mesh is None:
            return tree
        split = jax.lax.with_sharding_constraint
        return split(tree, _split(self.mesh, axis))  # type: ignore[no-untyped-call]


@partial(jax.jit, static_argnames="placement")
def _gather(tree: Any, placement: Placement) -> Any:
    return placement.everywhere(tree)


def _split(mesh: Mesh, axis: str | None) -> NamedSharding:
    """The first axis of an array over the devices of `axis`, or the array whole on all of them."""
    return NamedSharding(mesh, P(axis) if axis else P())  # type: ignore[no-untyped-call]


def place(mesh: Any, draw: Callable[[Key], Any], key: Key) -> Placement:
    """The placement on `mesh`, or a `ValueError` where batch or runs do not divide evenly.

    `key` is one key, or the keys (S,) of S runs.
    """
    if mesh is None:
        return Placement()
    if not isinstance(mesh, Mesh) or not set(mesh.axis_names) <= {"batch", "seeds"}:
        got = mesh.axis_names if isinstance(mesh, Mesh) else repr(mesh)
        raise ValueError(
            'fit: mesh should be a jax.sharding.Mesh with the axes "batch", "seeds" or both, such '
            f'as jax.make_mesh((jax.device_count(),), ("batch",)), got {got}'
        )
    if "seeds" in mesh.axis_names:
        if key.ndim == 0:
            raise ValueError(
                'fit: mesh has the axis "seeds" but key is one key; give an array of keys, '
                "such as jax.random.split(key, 8)"
            )
        _divide("key", f"{len(key)} runs", len(key), "seeds", mesh)
    if "batch" in mesh.axis_names:
        for leaf in jax.tree.leaves(jax.eval_shape(draw, key[0] if key.ndim else key)):
            rows = leaf.shape[0] if leaf.shape else 1
            _divide("draw", f"batches of {rows}", rows, "batch", mesh)
    # Axes that the compiler manages, whatever kind they are in the mesh that came.
    kinds = (AxisType.Auto,) * len(mesh.axis_names)
    return Placement(Mesh(mesh.devices, mesh.axis_names, axis_types=kinds))


def _divide(name: str, counted: str, size: int, axis: str, mesh: Mesh) -> None:
    devices = mesh.shape[axis]
    if size % devices:
        below = size - size % devices
        nearest = f"{below} or {below + devices}" if below else f"{devices}"
        raise ValueError(
            f'fit: {name} gives {counted}, which the {devices} devices of the axis "{axis}" '
            f"cannot share evenly; make it {nearest}"
        )
