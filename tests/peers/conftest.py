"""Other libraries: what runs them, and JAX as lenient as they expect it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import jax
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))  # for `peers`
# What users run is compared.
jax.config.update("jax_disable_most_optimizations", False)
del os.environ["XLA_FLAGS"]


@pytest.fixture(autouse=True)
def whole_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras cuts float64 to float32 on JAX; the cells it is asked for are the same in both."""
    from keras.src.backend.common import dtypes

    monkeypatch.setitem(dtypes.BIT64_TO_BIT32_DTYPE, "float64", "float64")


@pytest.fixture(autouse=True)
def lenient() -> Iterator[None]:
    with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
        yield
