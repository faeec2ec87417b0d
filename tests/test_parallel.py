# ruff: noqa: E501 - a wrong call and what it says stand on one line
"""Recurrences linear in their state: against plain loops, and in parallel against `run_plain`."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lstm_jax
from lstm_jax import (
    DiagonalParams,
    MinGRUParams,
    MinLSTMParams,
    RNNParams,
    convert,
    parallel,
    run,
    run_parallel,
    run_plain,
)
from lstm_jax.linear import affine
from lstm_jax.models import init_network, last_answers
from lstm_jax.training import adam, fit

KINDS = {
    "min_lstm": (MinLSTMParams, 3),
    "min_gru": (MinGRUParams, 2),
    "diagonal": (DiagonalParams, 1),
}
WAYS = {"run": run, "run_plain": run_plain, "run_parallel": run_parallel}
INITS = {kind: getattr(lstm_jax, f"init_{kind}") for kind in KINDS}
KEY = jax.random.key(0)


def draw(kind, *, batch=2, time=5, features=3, hidden=4, dtype="float32", seed=0):
    """As `oracles.draw`."""
    rng = np.random.default_rng(seed)
    cls, blocks = KINDS[kind]

    def normal(*shape):
        return jnp.asarray(rng.normal(size=shape), dtype)

    weights = [normal(features, blocks * hidden), normal(blocks * hidden)]
    if cls is DiagonalParams:
        weights.append(normal(hidden))
    return oracles.Case(cls(*weights), normal(batch, time, features), normal(batch, hidden))


def at_bias(kind, bias, **sizes):
    """A case whose first gate has this bias, and the second its opposite."""
    case = draw(kind, **sizes)
    hidden = case.state.shape[-1]
    if kind == "diagonal":
        return case._replace(params=case.params._replace(decay=jnp.full(hidden, bias)))
    b = case.params.b.at[:hidden].add(-bias)
    if kind == "min_lstm":
        b = b.at[hidden : 2 * hidden].add(bias)
    return case._replace(params=case.params._replace(b=b))


# --- Plain loops ---------------------------------------------------------------------------------


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def loops(case):
    """hs and final state by NumPy, a step and a row at a time; complex if any of it is."""
    params, xs, state = jax.tree.map(np.asarray, case)
    hidden = state.shape[-1]
    hs = np.zeros((*xs.shape[:2], hidden), np.result_type(xs, state, *params))
    for row in range(len(xs)):
        h = state[row]
        for t, x in enumerate(xs[row]):
            sums = blocks(x @ params.w_x + params.b, hidden)
            if isinstance(params, MinLSTMParams):
                i, f = sigmoid(sums[0]), sigmoid(sums[1])
                h = f / (f + i) * h + i / (f + i) * sums[2]
            elif isinstance(params, MinGRUParams):
                z = sigmoid(sums[0])
                h = (1 - z) * h + z * sums[1]
            else:
                a = sigmoid(params.decay)
                h = a * h + np.sqrt(1 - a**2) * sums[0]
            hs[row, t] = h
    return hs, hs[:, -1]


def blocks(array, hidden):
    return [array[..., k : k + hidden] for k in range(0, array.shape[-1], hidden)]


def loops_gradient(case):
    """As `oracles.loops_gradient`."""
    leaves, tree = jax.tree.flatten(jax.tree.map(lambda leaf: np.asarray(leaf, complex), case))
    gradients = [np.zeros(leaf.shape) for leaf in leaves]
    for leaf, slopes in zip(leaves, gradients, strict=True):
        for index in np.ndindex(leaf.shape):
            leaf[index] += 1e-20j
            slopes[index] = oracles.score(*loops(jax.tree.unflatten(tree, leaves))).imag / 1e-20
            leaf[index] -= 1e-20j
    return jax.tree.unflatten(tree, gradients)


@partial(jax.jit, static_argnames=("way", "reverse"))
def _results_and_gradient(case, lengths, *, way, reverse):
    def loss(case):
        results = WAYS[way](*case, lengths=lengths, reverse=reverse)
        return oracles.score(*results), results

    gradient, results = jax.grad(loss, has_aux=True)(case)
    return results, gradient


def results_and_gradient(way, case, lengths=None, *, reverse=False):
    lengths = None if lengths is None else jnp.array(lengths)
    return _results_and_gradient(case, lengths, way=way, reverse=reverse)


def assert_same(got, expected, tolerance):
    """Every array within `tolerance` of the largest entry of the expected one, or of 1."""
    pairs = zip(jax.tree.leaves(got), jax.tree.leaves(expected), strict=True)
    for ours, theirs in pairs:
        assert np.isfinite(theirs).all()
        assert np.abs(ours - theirs).max() <= tolerance * max(1, np.abs(theirs).max())


@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.slow)])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_all_ways_are_plain_loops_forward_and_gradient(kind, way, dtype):
    with jax.enable_x64(dtype == "float64"):
        case = draw(kind, time=7, dtype=dtype)
        results, gradient = results_and_gradient(way, case)
        oracles.assert_close(results, loops(case), oracles.TOLERANCE[dtype])
        oracles.assert_close(gradient, loops_gradient(case), oracles.TOLERANCE[dtype])


@pytest.mark.parametrize("kind", KINDS)
def test_step_is_a_step_of_the_loop_and_shows_its_gates(kind):
    case = draw(kind)
    state = case.state
    for t in range(5):
        state, gates = lstm_jax.step(case.params, state, case.xs[:, t])
        np.testing.assert_allclose(state, loops(case)[0][:, t], atol=1e-5)
    one, own = lstm_jax.step(case.params, case.state[1], case.xs[1, 0])
    both, gates = lstm_jax.step(case.params, case.state, case.xs[:, 0])
    oracles.assert_close((one, own), jax.tree.map(lambda leaf: leaf[1], (both, gates)), 1e-6)
    if kind == "min_lstm":
        np.testing.assert_allclose(gates.i + gates.f, 1, rtol=1e-6)
        np.testing.assert_allclose(both, gates.f * case.state + gates.i * gates.g, rtol=1e-5)
    elif kind == "min_gru":
        np.testing.assert_allclose(both, (1 - gates.z) * case.state + gates.z * gates.n, rtol=1e-5)
    assert lstm_jax.zero_state(case.params, 2).shape == (2, 4)


# --- In parallel as in a row ---------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("time", "lengths", "reverse"),
    [
        (1, None, False),
        (1, None, True),
        (6, None, True),
        (128, None, False),
        (67, [67, 0, 64], False),
        (67, [67, 0, 2], True),
    ],
)
@pytest.mark.parametrize("way", ["run", "run_parallel"])
@pytest.mark.parametrize("kind", KINDS)
def test_both_walks_are_the_plain_scan(kind, way, time, lengths, reverse):
    case = draw(kind, batch=3, time=time)
    ours = results_and_gradient(way, case, lengths, reverse=reverse)
    plain = results_and_gradient("run_plain", case, lengths, reverse=reverse)
    assert_same(ours, plain, 1e-5)


def test_run_goes_step_by_step_on_a_cpu_and_in_parallel_elsewhere():
    case = draw("min_lstm", time=64)

    def loops(way, platform):
        traced = jax.jit(way).trace(*case)
        return "while" in traced.lower(lowering_platforms=(platform,)).as_text()

    assert loops(run, "cpu")
    assert not loops(run, "cuda")
    assert not loops(run_parallel, "cpu")
    assert loops(run_plain, "cuda")


LONG = 4096


@pytest.mark.slow
@pytest.mark.parametrize("bias", [0.0, 4.0, 20.0, 100.0, 1000.0, -4.0, -20.0, -100.0, -1000.0])
@pytest.mark.parametrize("kind", KINDS)
def test_parallel_is_sequential_over_4096_steps_with_gates_at_their_ends(kind, bias):
    case = at_bias(kind, bias, batch=1, time=LONG, hidden=3)
    ours = results_and_gradient("run_parallel", case)
    plain = results_and_gradient("run_plain", case)
    assert_same(ours, plain, 1e-5)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(list(KINDS)),
    time=st.integers(1, 40),
    bias=st.floats(-1e4, 1e4, width=32),
    seed=st.integers(0, 99),
    reverse=st.booleans(),
)
def test_parallel_is_sequential_whatever_the_gates(kind, time, bias, seed, reverse):
    case = at_bias(kind, bias, time=40, seed=seed)
    lengths = [time, (7 * time) % 41]
    ours, plain = (
        results_and_gradient(way, case, lengths, reverse=reverse)
        for way in ("run_parallel", "run_plain")
    )
    assert_same(ours, plain, 1e-5)


def cumulative(a, b, h):
    """h_t = A_t · (h_0 + Σ b_s / A_s), the closed form."""
    kept = jnp.cumprod(a, axis=0)
    return kept * (h[None] + jnp.cumsum(b / kept, axis=0))


def cumulative_in_logarithms(a, b, h):
    """The same as Feng and others (2024) write it, for an h and b above 0."""
    kept = jnp.concatenate([jnp.zeros_like(h[None]), jnp.cumsum(jnp.log(a), axis=0)])
    written = jnp.log(jnp.concatenate([h[None], b]))
    return jnp.exp(kept + jax.lax.cumlogsumexp(written - kept, axis=0))[1:]


@pytest.mark.slow
def test_closed_forms_fail_where_the_associative_scan_does_not():
    rng = np.random.default_rng(0)
    a = jnp.asarray(rng.uniform(0.01, 0.99, (LONG, 1, 3)), jnp.float32)
    b, h = 1 - a, jnp.ones((1, 3))
    exact = np.empty(a.shape)
    now = np.float64(h)
    for t in range(LONG):
        now = exact[t] = np.float64(a[t]) * now + np.float64(b[t])

    def error(way):
        return np.abs(way(a, b, h) - exact).max()

    assert not np.isfinite(error(cumulative))
    assert error(cumulative_in_logarithms) > 1e-4
    assert error(lambda *args: parallel.in_parallel(*args, reverse=False)) < 1e-5
    short = (a[:8], b[:8], h)
    for way in (cumulative, cumulative_in_logarithms):  # both are right where nothing grows
        np.testing.assert_allclose(way(*short), exact[:8], rtol=1e-4)


@pytest.mark.parametrize("bias", [-200.0, -50.0, 0.0, 50.0, 200.0])
def test_normalised_gates_survive_where_their_quotient_does_not(bias):
    params = MinLSTMParams(jnp.ones((1, 3)), jnp.array([bias, bias, 1.0]))
    x = jnp.full((1, 1), 0.5)

    def kept(params):
        return affine(params, x)[0].sum()

    value, slopes = jax.value_and_grad(kept)(params)
    np.testing.assert_allclose(value, 0.5)
    leaves = jax.tree.leaves(slopes)
    assert all(np.isfinite(leaf).all() for leaf in leaves)
    i = f = jax.nn.sigmoid(params.b[0] + x[0, 0])
    assert np.isnan(f / (f + i)) == (bias == -200.0)


# --- Everything else that takes a cell -----------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("filling", [np.nan, np.inf, 1e30])
def test_padding_reaches_neither_output_nor_gradient(kind, filling):
    case = draw(kind)
    filled = case._replace(xs=case.xs.at[1, 2:].set(filling))
    for way in WAYS:
        clean, dirty = (results_and_gradient(way, c, [5, 2]) for c in (case, filled))
        oracles.assert_close(dirty, clean, 0)
        np.testing.assert_array_equal(dirty[0][0][1, 2:], 0)
    hs, final = run_parallel(*case, lengths=jnp.array([0, 0]))
    oracles.assert_close(final, case.state, 0)
    assert not hs.any()


@pytest.mark.parametrize("kind", KINDS)
def test_transformations_and_one_compilation(kind, compilations):
    params, xs, state = draw(kind)
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), params, draw(kind, seed=1).params)
    for way in WAYS.values():
        together = jax.vmap(jax.jit(lambda p, way=way: way(p, xs, state)))(stacked)
        one = jax.tree.map(lambda leaf: leaf[0], together)
        oracles.assert_close(one, way(params, xs, state), 1e-5)
        lengths = jnp.array([3, 5])
        way(params, xs, state, lengths=lengths)
        way(params, xs, state, lengths=np.array([3, 5]))
        before = compilations()
        for seed in range(3):
            case = draw(kind, seed=seed)
            way(*case)
            way(*case, lengths=np.array([seed, 5]))
        assert compilations() == before
    single = run(params, xs[1], state[1], lengths=3)
    both = run(params, xs, state, lengths=jnp.array([5, 3]))
    oracles.assert_close(single, jax.tree.map(lambda leaf: leaf[1], both), 1e-6)


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("kind", KINDS)
def test_second_derivatives_and_forward_mode(kind):
    case = draw(kind, time=4, hidden=2, features=1, dtype="float64")

    def curvature(function):
        def loss(params):
            return oracles.score(*function(params, case.xs, case.state)) ** 2

        return jax.jit(jax.jacrev(jax.grad(loss)))(case.params)

    for way in (run, run_parallel):
        oracles.assert_close(curvature(way), curvature(run_plain), 1e-9)
    with pytest.raises(TypeError, match=r"run: .* forward mode .* run_plain takes the same"):
        jax.jvp(lambda xs: run(case.params, xs), (case.xs,), (case.xs,))
    jax.jvp(lambda xs: run_plain(case.params, xs), (case.xs,), (case.xs,))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_stacks_files_and_training_take_it(kind, tmp_path):
    cell = INITS[kind](KEY, 3, 4)
    other = INITS[kind](KEY, 8, 4)
    pair = lstm_jax.Bidirectional(cell, oracles.draw("lstm").params)
    hs, _ = lstm_jax.run_stack([pair, other], draw(kind).xs)
    assert hs.shape == (2, 5, 4)
    lstm_jax.save(tmp_path / "cell", {"cell": cell})
    loaded = lstm_jax.load(tmp_path / "cell")["cell"]
    assert type(loaded) is type(cell)
    oracles.assert_close(loaded, cell, 0)

    def sum_of_inputs(key):
        xs = jax.random.normal(key, (16, 5, 3))
        return xs, xs.sum(axis=(1, 2))[:, None]

    def loss(network, batch):
        return jnp.mean((last_answers(network, batch[0]) - batch[1]) ** 2)

    network = init_network(KEY, cell, 1)
    result = fit(
        loss, network, sum_of_inputs, key=KEY, steps=150, optimizer=adam(0.03), progress=False
    )
    first, last = result.history.loss[:10].mean(), result.history.loss[-10:].mean()
    assert last < 0.2 * first


@pytest.mark.parametrize("forget_bias", [-1.0, 0.0, 1.0, 5.0])
@pytest.mark.parametrize("kind", ["min_lstm", "min_gru"])
def test_forget_bias_is_what_a_fresh_cell_keeps(kind, forget_bias):
    params = INITS[kind](KEY, 3, 4, forget_bias=forget_bias)
    kept, written, _ = affine(params, jnp.zeros((2, 3)))
    np.testing.assert_allclose(kept, sigmoid(forget_bias), rtol=1e-6)
    assert not written.any()
    assert {leaf.dtype for leaf in params} == {jnp.float32.dtype}


def test_a_fresh_diagonal_keeps_between_fastest_and_slowest():
    params = INITS["diagonal"](KEY, 3, 400, fastest=0.5, slowest=0.9999)
    kept = np.float64(jax.nn.sigmoid(params.decay))
    even = np.linspace(0.5**2, 0.9999**2, 400)
    np.testing.assert_allclose(np.sort(kept**2), even, atol=0.06)
    noise = jax.random.normal(KEY, (1, 5000, 3))
    hs, _ = run(INITS["diagonal"](KEY, 3, 50, fastest=0.9, slowest=0.99), noise)
    glorot = 2 / (3 + 50) * 3  # the variance of x W for an x of variance 1
    np.testing.assert_allclose(hs.var(axis=1).mean(), glorot, rtol=0.2)


@pytest.mark.parametrize("kind", ["min_lstm", "min_gru"])
def test_chrono_gives_it_memories_of_all_lengths(kind):
    begun = lstm_jax.init.chrono(KEY, INITS[kind](KEY, 3, 500), 100)
    kept, _, _ = affine(begun, jnp.zeros((1, 3)))
    memory = np.sort(-1 / np.log(np.float64(kept[0]))) if kind == "min_gru" else None
    if memory is not None:
        np.testing.assert_allclose(memory, np.linspace(1.5, 99.5, 500), atol=6)
    else:
        i, f, g = begun.b.reshape(3, -1)
        np.testing.assert_array_equal(i, -f)
        assert not g.any()


PARAMS, XS, H = draw("min_lstm").params, draw("min_lstm").xs, draw("min_lstm").state
LSTM = oracles.draw("lstm").params
WRONG_CALLS = [
    (lambda: run(PARAMS, XS[..., :2]), r"run: xs has 2 features but params expects 3 \(params.w_x is \(3, 12\)\)"),
    (lambda: run(PARAMS, XS, H[:1]), "run: state has 1 sequences but the input has 2"),
    (lambda: run(PARAMS, XS, H[:, :1]), r"run: state has 1 units but params has 4 \(params.b is \(12,\)\)"),
    (lambda: run(PARAMS, XS, lstm_jax.LSTMState(H, H)), "run: state should be the array h alone for MinLSTMParams, got LSTMState"),
    (lambda: run(PARAMS._replace(b=jnp.ones(9)), XS), r"run: params.w_x has 12 columns but 3 \* 3 are needed \(b is \(9,\)\)"),
    (lambda: run(PARAMS._replace(b=jnp.float32(1)), XS), "run: params.b has 0 axes"),
    (lambda: run(draw("diagonal").params._replace(decay=jnp.ones(3)), XS), r"run: params.decay has 3 units but params has 4 \(params.b is \(4,\)\)"),
    (lambda: run_parallel(LSTM, XS), "run_parallel: params is LSTMParams, whose step t needs the h of step t - 1"),
    (lambda: run_parallel(RNNParams(*oracles.draw("rnn").params), XS), "run_parallel: params is RNNParams"),
    (lambda: run_parallel("lstm", XS), "run_parallel: params should be RNNParams, .* or DiagonalParams, got str"),
    (lambda: lstm_jax.trace(PARAMS, XS), "trace: params is MinLSTMParams, a recurrence that is linear in its state, but trace is for RNNParams, LSTMParams and GRUParams; step, run"),
    (lambda: lstm_jax.gradient_flow(PARAMS, XS), "gradient_flow: params is MinLSTMParams, a recurrence that is linear"),
    (lambda: lstm_jax.influence(PARAMS, XS), "influence: params is MinLSTMParams, a recurrence that is linear"),
    (lambda: convert.to_torch(PARAMS), "to_torch: params is MinLSTMParams"),
    (lambda: lstm_jax.init_min_lstm(0, 3, 4), "init_min_lstm: key should be one random key"),
    (lambda: lstm_jax.init_min_gru(KEY, 3, 0), "init_min_gru: hidden_size should be a whole number from 1 on, got 0"),
    (lambda: lstm_jax.init_diagonal(KEY, 3, 4, slowest=1.0), "init_diagonal: fastest and slowest should be numbers with 0 < fastest <= slowest < 1, got 0.9 and 1.0"),
    (lambda: lstm_jax.init_diagonal(KEY, 3, 4, fastest="slow"), "init_diagonal: fastest should be a number, got 'slow'"),
]  # fmt: skip


@pytest.mark.parametrize("row", range(len(WRONG_CALLS)))
def test_a_wrong_call_says_what_is_wrong(row):
    call, message = WRONG_CALLS[row]
    with pytest.raises(ValueError, match=message):
        call()
