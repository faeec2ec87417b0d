"""The two LAPACK routines: right alone and under `vmap`, and never waiting for each other."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.matrices import largest_singular_value, orthogonal

# Draws networks of several seeds and looks at long products of Jacobians, several at once: work is
# under way in XLA's threads when more is asked for. Two cores are enough for that.
AT_ONCE = """
import os
import threading

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])

import jax
import jax.numpy as jnp

from lstm_jax import init_lstm
from lstm_jax.matrices import largest_singular_value


@jax.jit
def draw(keys):
    return jax.vmap(lambda key: init_lstm(key, 8, 32))(keys)


@jax.jit
def look(keys):
    matrices = jax.vmap(lambda key: jax.random.normal(key, (32, 32)))(keys)
    return jax.vmap(largest_singular_value)(matrices)


keys = jax.random.split(jax.random.key(0), 8)
for _ in range(100):
    for work in (draw, look):
        begun = threading.Thread(target=work, args=(keys,))
        begun.start()
        begun.join()
        waited_for = threading.Thread(target=lambda: jax.block_until_ready(work(keys)))
        waited_for.start()
        waited_for.join()
print("ended")
"""


@pytest.mark.slow
def test_several_at_once_do_not_wait_for_each_other() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_ONCE], capture_output=True, encoding="utf-8", timeout=180
    )
    assert done.stdout == "ended\n", done.stderr


@pytest.mark.parametrize("lead", [(), (3,), (2, 3)])
def test_orthogonal_keeps_lengths(lead: tuple[int, ...]) -> None:
    matrices = jax.random.normal(jax.random.key(1), (*lead, 12, 12))
    factor = orthogonal
    for _ in lead:
        factor = jax.vmap(factor)
    q = np.asarray(factor(matrices))
    np.testing.assert_allclose(
        q.swapaxes(-1, -2) @ q, np.broadcast_to(np.eye(12), q.shape), atol=1e-5
    )
    r = q.swapaxes(-1, -2) @ np.asarray(matrices)
    np.testing.assert_allclose(np.tril(r, -1), np.zeros_like(r), atol=1e-5)
    assert (np.diagonal(r, axis1=-2, axis2=-1) > 0).all()


@pytest.mark.parametrize("lead", [(), (3,), (2, 3)])
@pytest.mark.parametrize("shape", [(5, 5), (4, 7), (7, 4)])
def test_largest_singular_value_is_the_spectral_norm(
    lead: tuple[int, ...], shape: tuple[int, int]
) -> None:
    matrices = jax.random.normal(jax.random.key(2), (*lead, *shape))
    norm = largest_singular_value
    for _ in lead:
        norm = jax.vmap(norm)
    expected = np.linalg.norm(np.asarray(matrices), 2, axis=(-2, -1))
    np.testing.assert_allclose(norm(matrices), expected, rtol=1e-5)


def test_slope_of_the_largest_singular_value() -> None:
    matrix = jax.random.normal(jax.random.key(3), (4, 4))
    u, _, v = np.linalg.svd(np.asarray(matrix))
    slope = jax.grad(largest_singular_value)(matrix)
    np.testing.assert_allclose(slope, np.outer(u[:, 0], v[0]), atol=1e-5)
    slopes = jax.vmap(jax.grad(largest_singular_value))(jnp.stack([matrix, matrix]))
    np.testing.assert_allclose(slopes[1], slope, atol=1e-6)
