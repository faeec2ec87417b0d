"""Several processes, on one machine or on many, that train as one.

JAX finds the others and adds up what each has computed. Every process runs the same program; then
`jax.devices()` holds the devices of all, and a mesh over them is a mesh like any other.
"""

import os
import sys
import threading

import jax


def join(
    address: str | None = None,
    processes: int | None = None,
    index: int | None = None,
    *,
    seconds: int = 60,
) -> None:
    """Join the other processes; before JAX is first used, in each of them.

    It is `jax.distributed.initialize`, with a sentence where somebody is missing: left to itself,
    JAX aborts a process that waited in vain, and no exception can be caught. This ends it with a
    sentence on stderr and exit status 1. Under SLURM, Open MPI and on a TPU, leave everything out:
    JAX asks them.

    Args:
        address: where process 0 can be reached, and a free port, such as "10.0.0.1:1234".
        processes: how many there are.
        index: which of them this one is, from 0 on.
        seconds: how long to wait for the others.

    Raises:
        RuntimeError: JAX has been used already.
        ValueError: an argument is missing and nobody knows it.
    """
    # Processors talk to each other through gloo; accelerators have their own way.
    jax.config.update("jax_cpu_collectives_implementation", "gloo")  # type: ignore[no-untyped-call]

    def give_up() -> None:
        who = "a process" if index is None else f"process {index} of {processes}"
        print(
            f"join: {who} waited {seconds} s at {address} and the others did not come; start all "
            "of them with the same address and number of processes, each with an index of its own, "
            "and see that the port is open",
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
            f"join: {error} Outside SLURM, Open MPI and TPUs nobody knows it: give address, "
            'processes and index, such as join("10.0.0.1:1234", 2, 0)'
        ) from None
    finally:
        watch.cancel()
