"""Many runs side by side: each as it would go alone, whatever happens to the others."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax.tree_util import Partial
from line import DRAW, KEYS, START, equal, one_of, quiet, rows, squared, starts

import lstm_jax
from lstm_jax.course.data.adding import adding
from lstm_jax.course.data.minibatches import Minibatches
from lstm_jax.training import DivergenceError, adam, fit, mean_squared_error

together = partial(fit, key=KEYS, progress=False)
close = partial(jax.tree.map, partial(np.testing.assert_allclose, rtol=1e-4, atol=1e-5))


@pytest.mark.parametrize(
    ("optimizer", "alone"),
    [
        (adam(0.05), [adam(0.05)] * 3),
        (optax.sgd(0.05), [optax.sgd(0.05)] * 3),
        (adam(np.array([0.001, 0.1, 0.0])), [adam(0.001), adam(0.1), adam(0.0)]),
    ],
    ids=["one learning rate", "another optimizer", "its own learning rate"],
)
def test_each_run_is_what_it_would_be_alone(optimizer, alone):
    many = together(squared, starts(), DRAW, steps=40, optimizer=optimizer)
    assert many.history.loss.shape == many.history.gradient_norm.shape == (3, 40)
    assert many.diverged.tolist() == [-1, -1, -1]
    for index, optimizer in enumerate(alone):
        start, key = one_of(starts(), index), KEYS[index]
        one = quiet(squared, start, DRAW, steps=40, optimizer=optimizer, key=key)
        close(one_of(many, index), one)


@pytest.mark.slow
def test_recurrent_networks_too():
    class Model(NamedTuple):
        cell: lstm_jax.LSTMParams
        w: jax.Array

    def init(key):
        return Model(lstm_jax.init_lstm(key, 2, 8), jnp.ones(8))

    def loss(params, batch):
        xs, ys = batch
        hs, _ = lstm_jax.run(params.cell, xs)
        return mean_squared_error(hs[:, -1] @ params.w, ys)

    draw = partial(adding, batch=16, length=6)
    train = partial(fit, loss, draw=draw, steps=30, optimizer=adam(0.01), progress=False)
    many = train(jax.vmap(init)(KEYS), key=KEYS)
    for index, key in enumerate(KEYS):
        close(one_of(many, index), train(init(key), key=key))


def test_one_run_of_many_is_like_one_alone():
    many = together(squared, starts(1), DRAW, steps=30, optimizer=adam(0.05), key=KEYS[:1])
    assert many.history.loss.shape == (1, 30)
    one = quiet(squared, one_of(starts(1), 0), DRAW, steps=30, optimizer=adam(0.05), key=KEYS[0])
    close(one_of(many, 0), one)


def test_zero_steps_return_the_parameters():
    many = together(squared, starts(), DRAW, steps=0, optimizer=adam(0.05))
    assert equal(many.params, starts())
    assert many.history.loss.shape == (3, 0)


def test_the_bar_shows_the_median(capsys):
    rates = adam(np.array([0.0, 0.0, 1e30]))
    many = fit(squared, starts(), DRAW, key=KEYS, steps=50, optimizer=rates)
    assert f"50/50 steps, median loss {np.median(many.history.loss[:2, -1]):.4g}" in (
        capsys.readouterr().out
    )


# A run that diverges


def test_a_run_that_diverges_leaves_the_others_alone(capsys):
    rates = np.array([0.05, 1e30, 0.05])
    many = together(squared, starts(), DRAW, steps=40, optimizer=adam(rates))
    assert many.diverged.tolist() == [-1, 1, -1]
    loss = many.history.loss
    assert np.isfinite(loss[[0, 2]]).all()
    assert np.isfinite(loss[1, 0])
    assert loss[1, 1] == np.inf
    assert np.isnan(loss[1, 2:]).all()
    assert np.isfinite(many.params.w).all()
    calm = together(squared, starts(), DRAW, steps=40, optimizer=adam(0.05))
    for index in (0, 2):
        close(one_of(many.params, index), one_of(calm.params, index))
    first = quiet(squared, one_of(starts(), 1), DRAW, steps=1, optimizer=adam(1e30), key=KEYS[1])
    close(one_of(many.params, 1), first.params)
    seed = tuple(np.asarray(jax.random.key_data(KEYS[1])).tolist())
    assert capsys.readouterr().out.strip() == (
        f"fit: run 1 of 3 stopped: the loss is inf at step 1 (key {seed}). Likely cause: "
        "the learning rate is too large; try a tenth of it. The others went on."
    )


def test_a_run_that_met_a_nan_stays_where_it_was():
    xs, ys = rows()
    ys[::20] = np.nan  # whether a run meets one of these in a batch of one row is chance
    keys = jax.random.split(KEYS[0], 6)
    train = partial(fit, squared, draw=Minibatches((xs, ys), 1), progress=False)
    many = train(starts(6), key=keys, steps=30, optimizer=adam(0.05))
    assert set(many.diverged >= 0) == {True, False}
    for index, step in enumerate(many.diverged.tolist()):
        alive = np.isfinite(many.history.loss[index])
        assert alive.sum() == (step if step >= 0 else 30)
        before = train(
            one_of(starts(6), index), key=keys[index], steps=alive.sum(), optimizer=adam(0.05)
        )
        close(one_of(many.params, index), before.params)


def test_all_runs_diverged():
    with pytest.raises(
        DivergenceError, match=r"fit: all 3 runs diverged\. Run 0: the loss"
    ) as caught:
        together(squared, starts(), DRAW, steps=400, optimizer=adam(np.array([1e30, 1e30, 1e25])))
    kept = caught.value.fit
    assert (kept.diverged >= 1).all()
    assert kept.history.loss.shape == (3, kept.diverged.max() + 1)
    assert np.isfinite(kept.params.w).all()


# Measures


def offset(params, batch):
    return {"offset": params.b, "rows": batch[1].size}


def test_measures_are_kept_by_name_at_every_so_many_steps():
    train = partial(quiet, squared, START, DRAW, optimizer=optax.sgd(0.1), measure=offset, block=7)
    every_step = train(steps=30, every=1).history.measures["offset"]
    assert every_step[0] == 0
    assert len(np.unique(every_step)) == 30
    for every in (4, 25, 100):
        measures = train(steps=30, every=every).history.measures
        np.testing.assert_allclose(measures["offset"], every_step[::every], rtol=1e-6)
        assert (measures["rows"] == 32).all()


def test_measures_of_many_runs():
    steps = {"steps": 20, "every": 5, "optimizer": adam(0.05), "measure": offset}
    many = together(squared, starts(), DRAW, **steps).history.measures["offset"]
    assert many.shape == (3, 4)
    for index in range(3):
        one = quiet(squared, one_of(starts(), index), DRAW, key=KEYS[index], **steps)
        np.testing.assert_allclose(many[index], one.history.measures["offset"], rtol=1e-5)


def test_a_measure_may_use_the_gates():
    def gates(xs, params, batch):
        record = lstm_jax.trace(params, xs)
        return {"f": record.f.mean(), "i": record.i.mean(), "o": record.o.mean()}

    def loss(params, batch):
        return jnp.mean(lstm_jax.run(params, batch[0])[0] ** 2)

    params = lstm_jax.init_lstm(KEYS[0], 2, 4, forget_bias=3.0)
    xs = jnp.zeros((2, 5, 2))
    draw = partial(adding, batch=4, length=6)
    history = quiet(
        loss, params, draw, steps=1, optimizer=adam(0.0), measure=Partial(gates, xs)
    ).history
    assert history.measures["f"][0] == pytest.approx(1 / (1 + np.exp(-3)), rel=1e-5)
    assert history.measures["i"][0] == history.measures["o"][0] == 0.5


# Watching


def test_watch_sees_every_block_and_can_stop():
    seen = []

    def watch(so_far):
        seen.append((so_far.history.loss.shape[1], np.asarray(so_far.params.b)))
        return len(seen) == 4

    many = together(squared, starts(), DRAW, steps=100, optimizer=adam(0.05), block=10, watch=watch)
    assert [count for count, _ in seen] == [0, 10, 20, 30]
    assert many.history.loss.shape == (3, 30)
    assert np.array_equal(seen[-1][1], many.params.b)
    assert not np.array_equal(seen[0][1], seen[1][1])


def test_interrupting_keeps_every_run_and_its_checkpoint(tmp_path, capsys):
    def stop_button(so_far):
        if so_far.history.loss.shape[1] == 30:
            raise KeyboardInterrupt

    options = {"steps": 100, "optimizer": adam(0.05), "block": 10}
    file = tmp_path / "run.safetensors"
    part = together(squared, starts(), DRAW, checkpoint=file, watch=stop_button, **options)
    assert part.history.loss.shape == (3, 30)
    assert "fit: stopped at step 30 of 100" in capsys.readouterr().out
    whole = together(squared, starts(), DRAW, **options)
    assert np.array_equal(part.history.loss, whole.history.loss[:, :30])
    assert equal(together(squared, starts(), DRAW, checkpoint=file, **options), whole)


def test_compiles_once_however_the_values_move():
    traces = []

    def loss(params, batch):
        traces.append(None)
        return squared(params, batch)

    together(loss, starts(), DRAW, steps=40, optimizer=adam(0.05))
    first = len(traces)
    for rates in (0.1, np.array([0.1, 0.2, 0.3])):
        keys = jax.random.split(jax.random.key(9), 3)
        together(loss, starts(), DRAW, steps=13, optimizer=adam(rates), key=keys)
    assert len(traces) == first


# Wrong calls


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: together(squared, START, DRAW, steps=1, optimizer=adam(0.1)),
            r"fit: params\.b is \(\) but key holds 3 keys; every array of params should have an ax",
        ),
        (
            lambda: together(squared, starts(2), DRAW, steps=1, optimizer=adam(0.1)),
            r"fit: params\.w is \(2, 3\) but key holds 3 keys",
        ),
        (
            lambda: together(squared, starts(), DRAW, steps=1, optimizer=adam(np.ones(2))),
            "adam: learning_rate has 2 numbers for 3 runs",
        ),
        (
            lambda: quiet(squared, START, DRAW, steps=1, optimizer=adam(np.ones(2))),
            "fit: optimizer has a learning rate for each of several runs but key is one key",
        ),
        (
            lambda: together(squared, starts(), DRAW, steps=1, optimizer=adam(0.1), key=KEYS[:0]),
            "fit: key should be one random key",
        ),
        (lambda: adam(np.array([0.1, -1])), "adam: learning_rate should be .* from 0 on, got -1"),
        (lambda: adam(np.ones((2, 2))), r"adam: learning_rate should be .* got shape \(2, 2\)"),
        (
            lambda: quiet(squared, START, DRAW, steps=1, optimizer=adam(0.1), every=0),
            "fit: every should be a whole number from 1 on, got 0",
        ),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("numbers", "shapes"),
    [
        (lambda params: {"w": params.w}, r"\{'w': \(3,\)\}"),
        (lambda params: params.b, r"\(\)"),
        (lambda params: {"b": {"b": params.b}}, r"\{'b': \{'b': \(\)\}\}"),
    ],
)
def test_measures_that_are_no_single_numbers_are_named(numbers, shapes):
    with pytest.raises(ValueError, match=f"fit: measure should .* got the shapes {shapes}"):
        quiet(
            squared,
            START,
            DRAW,
            steps=1,
            optimizer=adam(0.1),
            measure=lambda params, batch: numbers(params),
        )
