"""Other libraries: Keras on JAX, and JAX as lenient as those libraries expect it."""

import os
from collections.abc import Iterator

import jax
import pytest

os.environ["KERAS_BACKEND"] = "jax"  # read when keras is imported
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
