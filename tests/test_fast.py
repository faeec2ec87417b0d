"""The fast recurrence beside the plain scan: the same numbers, forward and backward, everywhere."""

import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

from lstm_jax import fast, run, run_plain
from lstm_jax.fast_cells import FEW, fast_cell


def results_and_gradient(function, case, **options):
    def loss(case):
        results = function(*case, **options)
        return oracles.score(*results), results

    gradient, results = jax.jit(jax.grad(loss, has_aux=True))(case)
    return results, gradient


def draw(kind, **sizes):
    """A case whose states stay tame over hundreds of steps."""
    case = oracles.draw(kind, **sizes)
    return case._replace(params=jax.tree.map(lambda leaf: 0.5 * leaf, case.params))


@pytest.fixture
def short_blocks(monkeypatch):
    """Blocks of four steps, as of long sequences."""
    jax.clear_caches()
    monkeypatch.setattr(fast, "CACHE", 0)
    yield
    jax.clear_caches()


@pytest.fixture(params=[False, True], ids=["recomputed", "kept"])
def keep(request, monkeypatch, short_blocks):
    """Both ways to the activations in the backward pass: computed again, and kept."""
    monkeypatch.setattr(fast, "keeps_activations", lambda *_: request.param)


@pytest.mark.usefixtures("keep")
@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("time", "lengths", "reverse"),
    [
        (1, None, False),
        (5, [5, 0, 3], True),
        pytest.param(32, None, True, marks=pytest.mark.slow),  # eight blocks
        # A prime number of steps: the last block is filled up with idle ones.
        pytest.param(67, None, False, marks=pytest.mark.slow),
        (67, [67, 0, 64], False),
        (67, [67, 0, 2], True),
    ],
)
@pytest.mark.parametrize("kind", oracles.LSTM_FIRST)
def test_fast_is_plain_forward_and_backward(kind, time, lengths, reverse, dtype):
    with jax.enable_x64(dtype == "float64"):
        case = draw(kind, batch=3, time=time, dtype=dtype)
        options = {"lengths": None if lengths is None else jnp.array(lengths), "reverse": reverse}
        ours = results_and_gradient(run, case, **options)
        plain = results_and_gradient(run_plain, case, **options)
        oracles.assert_close(ours, plain, oracles.TOLERANCE[dtype])


@pytest.mark.usefixtures("short_blocks")
@pytest.mark.parametrize("kind", oracles.LSTM_FIRST)
def test_many_features_have_a_product_of_their_own(kind):
    few, many = (draw(kind, batch=3, time=9, features=count) for count in (FEW - 1, FEW))
    waits = [fast_cell(case.params).input_sums(case.xs) is case.xs for case in (few, many)]
    assert waits == [kind != "gru", False]
    for case in (few, many):
        ours, plain = (
            results_and_gradient(f, case, lengths=jnp.array([9, 0, 6])) for f in (run, run_plain)
        )
        oracles.assert_close(ours, plain, 1e-5)


@pytest.mark.parametrize("kind", oracles.LSTM_FIRST)
def test_seeds_side_by_side(kind):
    cases = [draw(kind, time=7, seed=seed) for seed in range(3)]
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *cases)
    ours, plain = (
        jax.vmap(lambda case, f=f: results_and_gradient(f, case))(stacked) for f in (run, run_plain)
    )
    oracles.assert_close(ours, plain, 1e-5)


@pytest.mark.parametrize("kind", oracles.LSTM_FIRST)
@pytest.mark.parametrize("wrap", ["jit", "checkpoint", "scan"])
def test_inside_other_transformations(kind, wrap):
    case = draw(kind)

    def twice(function):
        """Two runs, the second from where the first ended."""

        def once(params, state, xs):
            hs, state = function(params, xs, state)
            return state, hs

        def loop(params, xs, state):
            both = jnp.stack([xs, xs])
            state, hs = jax.lax.scan(lambda s, x: once(params, s, x), state, both)
            return hs, state

        wraps = {"jit": jax.jit(function), "checkpoint": jax.checkpoint(function), "scan": loop}
        return wraps[wrap]

    ours, plain = (results_and_gradient(twice(f), case) for f in (run, run_plain))
    oracles.assert_close(ours, plain, 1e-5)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("kind", oracles.LSTM_FIRST)
def test_second_derivatives(kind):
    case = draw(kind, time=4, hidden=2, features=1, dtype="float64")

    def curvature(function):
        def slope(w_h):
            params = case.params._replace(w_h=w_h)
            return jax.grad(
                lambda params: oracles.score(*function(params, case.xs, case.state)) ** 2
            )(params).w_h

        return jax.jit(jax.jacrev(slope))(case.params.w_h)

    oracles.assert_close(curvature(run), curvature(run_plain), 1e-9)


def test_forward_mode_has_a_way():
    params, xs, state = draw("lstm")
    tangents = (jax.tree.map(jnp.ones_like, params), jnp.ones_like(xs))
    with pytest.raises(TypeError, match=r"run: .* forward mode .* run_plain takes the same"):
        jax.jvp(lambda params, xs: run(params, xs, state), (params, xs), tangents)
    results, slopes = jax.jvp(
        lambda params, xs: run_plain(params, xs, state), (params, xs), tangents
    )
    oracles.assert_close(results, run(params, xs, state), 1e-5)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(slopes))


@pytest.mark.parametrize("step", [128, 25_600, 65_536, 2**20, 2**30])  # bytes
@pytest.mark.parametrize("time", [1, 7, 60, 100, 997, 1000])
def test_blocks_fit_the_sequence_and_the_cache_where_they_can(time, step):
    size = fast.block_size(time, step)
    assert 1 <= size <= time
    assert size <= 4 or size * step <= fast.CACHE
    if time in (60, 100, 1000):
        assert time % size == 0


PROGRAM = """
import jax, oracles
from lstm_jax import run, run_plain, use_cores

mesh = use_cores(2)
case = oracles.draw("lstm", batch=4, time=40)
lengths = jax.numpy.array([40, 0, 3, 17])

def results_and_gradient(function):
    def loss(case):
        results = function(*case, lengths=lengths)
        return oracles.score(*results), results
    return jax.jit(jax.grad(loss, has_aux=True))(case)

expected = results_and_gradient(run_plain)
with jax.set_mesh(mesh):
    slopes, (hs, state) = results_and_gradient(run)
    one_row = run(case.params, case.xs[:1])[0]  # does not divide: not split, and right
oracles.assert_close((slopes, (hs, state)), expected, 1e-5)
oracles.assert_close(one_row, run_plain(case.params, case.xs[:1])[0], 1e-5)
print(*(array.addressable_shards[0].data.shape[0] for array in (hs, one_row)))
assert use_cores(2).size == 2
try:
    use_cores(3)
except RuntimeError as error:
    print(error)
"""


def test_cores_share_the_batch():
    tests = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": str(tests)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows, complaint = done.stdout.splitlines()
    assert rows == "2 1"  # of 4, and of the 1 that cannot be shared
    assert complaint.startswith("use_cores: JAX is in use already, with 2 devices; restart")
