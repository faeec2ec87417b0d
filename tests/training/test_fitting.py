import _thread
import signal
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax.tree_util import Partial
from line import DRAW, KEY, START, Line, equal, quiet, rows, squared

import lstm_jax
from lstm_jax.course.data.adding import adding
from lstm_jax.course.data.minibatches import Minibatches
from lstm_jax.training import DivergenceError, adam, fit, mean_squared_error

# What it computes


def test_reaches_the_known_minimum():
    result = quiet(squared, START, DRAW, steps=1000, optimizer=adam(0.05))
    np.testing.assert_allclose(result.params.w, [1, -2, 3], atol=1e-3)
    np.testing.assert_allclose(result.params.b, 4, atol=1e-3)


@pytest.mark.parametrize("clip", [0.5, float("inf")])
def test_equals_a_plain_loop_of_optax_steps(clip):
    steps = 60
    optimizer = optax.chain(optax.clip_by_global_norm(clip), optax.adam(0.02))
    params, state, losses, norms = START, optimizer.init(START), [], []
    for step in range(steps):
        batch = DRAW(jax.random.fold_in(KEY, step))
        value, gradient = jax.value_and_grad(squared)(params, batch)
        losses.append(value)
        norms.append(np.sqrt(sum(float((leaf**2).sum()) for leaf in gradient)))
        with jax.numpy_dtype_promotion("standard"):  # as optax needs it
            change, state = optimizer.update(gradient, state, params)
        params = optax.apply_updates(params, change)

    result = quiet(squared, START, DRAW, steps=steps, optimizer=adam(0.02, clip), block=25)
    jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-6, atol=1e-6), result.params, params)
    np.testing.assert_allclose(result.history.loss, losses, rtol=1e-5)
    np.testing.assert_allclose(result.history.gradient_norm, norms, rtol=1e-5)
    assert max(norms) > 0.5  # so that the smaller clip has something to do


def test_trains_a_recurrent_network_on_a_synthetic_task():
    def loss(params, batch):
        xs, ys = batch
        hs, _ = lstm_jax.run(params.cell, xs)
        return mean_squared_error(hs[:, -1] @ params.w, ys)

    class Model(NamedTuple):
        cell: lstm_jax.RNNParams
        w: jax.Array

    params = Model(lstm_jax.init_rnn(KEY, 2, 8), jnp.zeros(8))
    draw = partial(adding, batch=16, length=6)
    history = quiet(loss, params, draw, steps=150, optimizer=adam(0.01)).history
    assert history.loss[-20:].mean() < 0.5 * history.loss[:20].mean()


@pytest.mark.parametrize("steps", [1, 24, 25, 26, 60])
def test_the_size_of_a_block_changes_nothing(steps):
    one = quiet(squared, START, DRAW, steps=steps, optimizer=adam(0.05), block=25)
    other = quiet(squared, START, DRAW, steps=steps, optimizer=adam(0.05), block=7)
    assert len(one.history.loss) == len(one.history.gradient_norm) == steps
    assert np.isfinite(one.history.loss).all()
    jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-6), one, other)


def test_same_key_same_numbers_other_key_other_numbers():
    train = partial(fit, squared, START, DRAW, steps=30, optimizer=adam(0.05), progress=False)
    assert equal(train(key=KEY), train(key=KEY))
    assert not equal(train(key=KEY).history, train(key=jax.random.key(6)).history)


def test_any_optimizer_of_optax_will_do():
    result = quiet(squared, START, DRAW, steps=400, optimizer=optax.sgd(0.1))
    np.testing.assert_allclose(result.params.w, [1, -2, 3], atol=1e-3)


def test_works_in_float64(x64):
    params = Line(jnp.zeros(3, jnp.float64), jnp.zeros((), jnp.float64))
    data = tuple(array.astype(np.float64) for array in rows())
    result = quiet(squared, params, Minibatches(data, 32), steps=30, optimizer=adam(0.05))
    assert result.params.w.dtype == np.float64


# Learning rates and step counts at the edge


def test_zero_steps_return_the_parameters():
    result = quiet(squared, START, DRAW, steps=0, optimizer=adam(0.05))
    assert equal(result.params, START)
    assert result.history.loss.shape == result.history.gradient_norm.shape == (0,)


def test_learning_rate_zero_changes_nothing_but_measures():
    result = quiet(squared, START, DRAW, steps=10, optimizer=adam(0.0))
    assert equal(result.params, START)
    assert (result.history.loss > 0).all()


def test_numpy_parameters_are_left_as_they_are():
    params = Line(np.zeros(3, np.float32), np.zeros((), np.float32))
    quiet(squared, params, DRAW, steps=10, optimizer=adam(0.05))
    assert equal(params, START)


def test_an_enormous_learning_rate_says_so_and_keeps_the_work():
    with pytest.raises(DivergenceError) as caught:
        quiet(squared, START, DRAW, steps=100, optimizer=adam(1e30))
    assert "fit: the loss is inf at step 1 (key (0, 5)). Likely cause: the learning rate" in str(
        caught.value
    )
    kept = caught.value.fit
    assert np.isfinite(kept.params.w).all()
    assert len(kept.history.loss) == 2
    assert np.isfinite(kept.history.loss[0])
    first = quiet(squared, START, DRAW, steps=1, optimizer=adam(1e30))
    assert equal(kept.params, first.params)


def test_nan_in_the_data_is_found_at_the_first_step():
    xs, ys = rows()
    with pytest.raises(DivergenceError, match=r"the loss is nan at step 0 .*look for NaN in the d"):
        quiet(squared, START, Minibatches((xs * np.nan, ys), 8), steps=9, optimizer=adam(0.1))


def test_a_gradient_that_explodes_is_named():
    with pytest.raises(DivergenceError, match=r"the gradient grew to the length .* clip it"):
        quiet(squared, START, DRAW, steps=200, optimizer=optax.sgd(3.0))


def test_a_gradient_that_is_nan_where_the_loss_is_not():
    def loss(params, batch):
        return jnp.sqrt(params.b) + squared(params, batch)  # the slope of a root at 0 is infinite

    with pytest.raises(DivergenceError, match="but its gradient has the length inf") as caught:
        quiet(loss, START, DRAW, steps=5, optimizer=adam(0.1))
    assert equal(caught.value.fit.params, START)


def test_a_change_that_no_float_holds():
    with pytest.raises(
        DivergenceError, match="the change of the parameters is too large"
    ) as caught:
        quiet(squared, START, DRAW, steps=5, optimizer=optax.sgd(3e38))
    assert equal(caught.value.fit.params, START)


# Interrupting and showing progress


@pytest.fixture
def interruptible():
    # A shell starts what it runs in the background with this signal switched off.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_interrupting_keeps_what_has_been_trained(capsys):
    def interrupt(step):
        if step == 60:
            _thread.interrupt_main()  # what the stop button does

    def loss(params, batch):
        jax.debug.callback(interrupt, params.b.astype(jnp.int32))
        return -params.b + 0 * squared(params, batch)  # with sgd(1), b counts the steps

    steps = 100_000
    result = fit(loss, START, DRAW, key=KEY, steps=steps, optimizer=optax.sgd(1.0))
    done = len(result.history.loss)
    assert 50 <= done < steps
    assert result.params.b == done == len(result.history.gradient_norm)
    np.testing.assert_allclose(result.history.loss, -np.arange(done))
    assert f"fit: stopped at step {done} of {steps}" in capsys.readouterr().out


def test_the_bar_is_short_plain_text_on_standard_output(capsys):
    fit(squared, START, DRAW, key=KEY, steps=1000, optimizer=adam(0.05))
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "1000/1000 steps, loss " in printed.out
    assert "left" in printed.out
    assert len(printed.out) < 4000


def test_no_bar_where_none_is_wanted(capsys):
    quiet(squared, START, DRAW, steps=30, optimizer=adam(0.05))
    assert capsys.readouterr() == ("", "")


# Compilation


def test_compiles_once_however_the_values_move():
    traces = []

    def loss(params, batch):
        traces.append(None)
        return squared(params, batch)

    quiet(loss, START, DRAW, steps=40, optimizer=adam(0.05))
    first = len(traces)
    for seed, rate, clip, steps in [(1, 0.01, 1.0, 40), (2, 0.1, 2.0, 13), (3, 0.0, 0.1, 90)]:
        start = Line(jnp.full(3, rate), jnp.full((), clip))
        draw = Minibatches(rows(seed), 32)
        fit(
            loss,
            start,
            draw,
            key=jax.random.key(seed),
            steps=steps,
            optimizer=adam(rate, clip),
            progress=False,
        )
    assert len(traces) == first


def test_the_arrays_of_a_partial_are_arguments():
    traces = []

    def draw(lift, key):
        traces.append(None)
        return jax.random.normal(key, (8, 3)), jnp.full(8, 1.0) * lift

    def level(lift):
        return quiet(squared, START, Partial(draw, lift), steps=600, optimizer=adam(0.05)).params.b

    np.testing.assert_allclose([level(1.0), level(2.0)], [1, 2], atol=1e-2)
    assert len(traces) == 1


# Mistakes


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: adam(-0.1), "adam: learning_rate should be a number from 0 on, got -0.1"),
        (lambda: adam(float("nan")), "adam: learning_rate should be .* got nan"),
        (lambda: adam(0.1, clip=0), "adam: clip should be above 0, got 0"),
        (
            lambda: quiet(squared, START, DRAW, steps=-1, optimizer=adam(0.1)),
            "fit: steps should be a whole number from 0 on, got -1",
        ),
        (
            lambda: quiet(squared, START, DRAW, steps=2.0, optimizer=adam(0.1)),
            r"fit: steps should be a whole number from 0 on, got 2\.0",
        ),
        (
            lambda: quiet(squared, START, DRAW, steps=2, optimizer=adam(0.1), block=0),
            "fit: block should be a whole number from 1 on, got 0",
        ),
        (
            lambda: fit(squared, START, DRAW, key=3, steps=2, optimizer=adam(0.1)),
            "fit: key should be one random key",
        ),
        (
            lambda: quiet(lambda p, batch: p.w, START, DRAW, steps=2, optimizer=adam(0.1)),
            r"fit: loss should give one number, got an array of shape \(3,\); average it",
        ),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
