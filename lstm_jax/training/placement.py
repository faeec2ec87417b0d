"""Which device holds what: batches, or whole runs, spread over the devices of a mesh.

The code of a step stays what it is. Saying where its arrays lie is enough: the compiler splits the
work accordingly, and adds up the gradients of the devices where they share a batch.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.sharding import AxisType, Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from lstm_jax.arrays import Array, Key, check_size


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


def seeds_mesh(runs: int) -> Mesh:
    """A mesh for `fit` that spreads the runs over the devices of this process.

    It takes as many devices as can share the runs evenly. A CPU counts as one device, which trains
    on one core, unless `jax.config.update("jax_num_cpu_devices", 2)` stands before JAX is first
    used: then two cores train at once.

    Raises:
        ValueError: `runs` is no size.
    """
    runs = check_size("seeds_mesh", "runs", runs)
    devices = jax.local_devices()
    count = max(n for n in range(1, len(devices) + 1) if runs % n == 0)
    return jax.make_mesh((count,), ("seeds",), devices=devices[:count])


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
