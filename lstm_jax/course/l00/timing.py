"""How long the first call of a function takes, and how long a later one."""
# mypy: untyped-calls-exclude=jax

import time
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np


def milliseconds(f: Callable[..., Any], *arguments: Any) -> float:
    """The time of one call. JAX returns before the result is computed, so it waits for that."""
    start = time.perf_counter()
    jax.block_until_ready(f(*arguments))
    return 1000 * (time.perf_counter() - start)


def first_and_later(
    ways: Mapping[str, Callable[..., Any]], *arguments: Any, rounds: int = 15
) -> tuple[dict[str, float], dict[str, float]]:
    """The milliseconds of the first call of each way, and the median of the later ones.

    The later calls take turns, so that whatever else the computer does slows down all alike.
    """
    first = {name: milliseconds(way, *arguments) for name, way in ways.items()}
    later = [
        {name: milliseconds(way, *arguments) for name, way in ways.items()} for _ in range(rounds)
    ]
    return first, {name: float(np.median([each[name] for each in later])) for name in ways}
