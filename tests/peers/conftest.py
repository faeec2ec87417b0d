"""Other libraries: Keras on JAX, and JAX as lenient as those libraries expect it."""

import os
from collections.abc import Iterator

import jax
import pytest

os.environ["KERAS_BACKEND"] = "jax"  # read when keras is imported


@pytest.fixture(autouse=True)
def lenient() -> Iterator[None]:
    with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
        yield
