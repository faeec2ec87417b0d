"""Every core as a device of its own: the steps of a recurrence are too small to be shared.

JAX runs a program on a CPU with all cores, but splits only large products over them. Within a
recurrence the products are small, so one core works while the others wait. Half of the batch on
each of two devices keeps both busy. It changes how many devices there are, for everything that runs
in the process, so it is for you to ask for.
"""

import os

import jax
from jax.sharding import AxisType, Mesh

from lstm_jax.arrays import check_size


def use_cores(count: int | None = None) -> Mesh:
    """Make each core a device, before JAX is first used, and return a mesh of them.

    Inside `with jax.set_mesh(mesh):`, `run` splits its batch over the devices where it divides
    evenly. Where it does not, every device does the whole of it, which takes a little longer than
    on one: leave the mesh out there. On a machine with accelerators their number stays, and the
    mesh holds them.

    Args:
        count: how many devices; as many as this process may use cores if None.

    Raises:
        ValueError: `count` is no size.
        RuntimeError: JAX has been used already, with another number of devices.
    """
    if count is None:
        count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    count = check_size("use_cores", "count", count)
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
