"""Strict JAX for every test: on the CPU, with no silent dtype promotion and no silent broadcast."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import jax
import pytest
import shapes

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")
# Tests compile a thousand things and run each once: quick to compile beats quick to run. Lessons,
# explorers and the comparison with other libraries run with all optimizations.
jax.config.update("jax_disable_most_optimizations", True)
# XLA reads this when it is first used. Without fusion emitters, and with one thread for each
# compilation, it compiles in half the time.
os.environ["XLA_FLAGS"] = (
    "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"
)
os.environ["LSTM_JAX_PROGRESS"] = "off"  # a test is nobody's progress, nor is a kernel of its own

shapes.keep_promises()  # before a test module takes a function by its name


@pytest.fixture
def x64() -> Iterator[None]:
    """Run the test with float64 switched on; everything else runs in float32."""
    with jax.enable_x64(True):
        yield


@pytest.fixture
def compilations() -> Iterator[Callable[[], int]]:
    """How many programs JAX has compiled since the test began."""
    events: list[str] = []

    def listen(event: str, *_: Any, **__: Any) -> None:
        if event.endswith("backend_compile_duration"):
            events.append(event)

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield lambda: len(events)
    jax.monitoring.clear_event_listeners()
