"""What needs LAPACK: the orthogonal factor of a matrix, and its largest singular value.

Both work on one matrix at a time, and `vmap` makes a loop of them. jaxlib's calls of LAPACK split a
batch over XLA's threads, and the thread that splits it waits for the others. Two such calls at
once, on a computer with two cores, wait for each other for ever (seen with jaxlib 0.10.1).
"""

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array


@jax.custom_batching.sequential_vmap  # type: ignore[untyped-decorator]
def orthogonal(matrix: Array) -> Array:
    """The orthogonal factor of a matrix (N, N): the Q of QR for which R has a positive diagonal.

    Of a matrix of independent normal numbers it is a fair draw among all orthogonal ones (Mezzadri,
    2007). It has no derivative here.
    """
    q, r = jnp.linalg.qr(matrix)
    return q * jnp.sign(jnp.diag(r))[None]


@jax.custom_jvp
def largest_singular_value(matrix: Array) -> Array:
    """The most by which a matrix (M, N) makes a vector longer, a scalar ()."""
    return _singular_values(matrix)[0]


@largest_singular_value.defjvp
def _largest_singular_value_jvp(
    primals: tuple[Array], tangents: tuple[Array]
) -> tuple[Array, Array]:
    (matrix,), (change,) = primals, tangents
    u, s, vt = _svd(matrix)
    return s[0], u[:, 0] @ change @ vt[0]


@jax.custom_batching.sequential_vmap  # type: ignore[untyped-decorator]
def _singular_values(matrix: Array) -> Array:
    return jnp.linalg.svd(matrix, compute_uv=False)


@jax.custom_batching.sequential_vmap  # type: ignore[untyped-decorator]
def _svd(matrix: Array) -> tuple[Array, Array, Array]:
    u, s, vt = jnp.linalg.svd(matrix, full_matrices=False)
    return u, s, vt
