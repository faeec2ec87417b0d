"""The jaxlib that is installed computes what it is told to: two programs that 0.10.2 gets wrong.

Each has a process of its own, without what `conftest` sets: one of them ended the process, and a
student's code runs as JAX compiles it by itself.
"""

import os
import subprocess
import sys

import pytest

# jax-ml/jax#39103: the last rows of a batched sum of squares come out too small.
SUM_OF_SQUARES = """
import jax, jax.numpy as jnp
i = jnp.arange(32769, dtype=jnp.float32)
x = jnp.stack((i, 0 * i, 0 * i), axis=1)
m = jnp.eye(3)
print(float(jax.jit(jax.vmap(lambda row: jnp.sum((m @ row) ** 2)))(x)[-1]))
"""
# The same fault: this one ends the process.
SUM_OVER_ONE_AXIS = """
import jax, jax.numpy as jnp
ones = jnp.ones((3, 1, 2, 2, 8, 8, 8), jnp.float32)
print(float(jax.jit(lambda a, b: jnp.sum(a * b, axis=3))(ones, ones).sum()))
"""


@pytest.mark.parametrize(
    ("program", "right"),
    [(SUM_OF_SQUARES, 32768.0**2), (SUM_OVER_ONE_AXIS, 3.0 * 2**11)],
    ids=["sum of squares", "sum over one axis"],
)
def test_jaxlib_sums_rightly(program: str, right: float) -> None:
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": ""}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, f"the process ended: {done.stderr[-500:]}"
    assert float(done.stdout) == right
