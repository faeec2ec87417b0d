"""Networks side by side: each run as it would go alone, and all on equal terms."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from small import LENGTH, SMALL

from lstm_jax import Clamp, trace
from lstm_jax.course.comparison.contenders import Contender, init, train_contenders
from lstm_jax.init import chrono
from lstm_jax.models import last_answers, read_out

KEY = jax.random.key(0)
RUNS, STEPS = 2, 30
LSTM = Contender("LSTM", units=4, start=1.0)
FAST = LSTM._replace(start="chrono", rate=0.05)
STILL = LSTM._replace(rate=0.0)
HELD = LSTM._replace(held=(("f", 1.0),))
compete = partial(train_contenders, problem=SMALL, key=KEY, runs=RUNS, steps=STEPS, progress=False)
close = partial(np.testing.assert_allclose, rtol=1e-4, atol=1e-6)


def network_of(fit, index):
    """One of the networks that `fit` trains."""
    return jax.tree.map(lambda leaf: leaf[index], fit.params)


@pytest.mark.slow
def test_contenders_together_are_each_alone():
    fits = []
    together = compete([LSTM, FAST], watch=fits.append)
    for first, contender, curves in zip((0, RUNS), (LSTM, FAST), together, strict=True):
        (alone,) = compete([contender])
        for name in ("loss", "score", "right", "diverged"):
            close(getattr(curves, name), getattr(alone, name), err_msg=name)
        assert curves.loss.shape == curves.score.shape == (RUNS, 2)
        assert curves.right.shape == curves.diverged.shape == (RUNS,)
        assert curves.steps == STEPS
        assert curves.diverged.tolist() == [-1, -1]
        assert curves.sequences.tolist() == [0, 25 * 50]
        for n, key in enumerate(jax.random.split(KEY, RUNS)):
            fresh, trained = init(contender, SMALL, key), network_of(fits[-1], first + n)
            before = last_answers(fresh, SMALL.held_out[0])
            close(curves.loss[n, 0], SMALL.loss(before, SMALL.held_out[1]))
            after = last_answers(trained, SMALL.new[0])
            close(curves.right[n], SMALL.score(after, SMALL.new[1]))
    assert not np.allclose(together[0].loss[:, 0], together[1].loss[:, 0])  # other biases
    assert (together[1].loss[:, 1] < together[1].loss[:, 0]).all()


def test_run_n_sees_the_same_batches_whoever_it_is():
    fits = []
    compete([STILL, STILL], watch=fits.append)
    one, other = fits[-1].history.loss.reshape(2, RUNS, STEPS)  # of each batch, with equal weights
    np.testing.assert_array_equal(one, other)
    assert len(set(one.ravel().tolist())) == RUNS * STEPS


def test_rate_and_start_of_each_contender_take_effect_and_compile_nothing(compilations):
    compete([LSTM, FAST])
    before = compilations()
    still, fast = compete([STILL, FAST._replace(rate=0.02)], key=jax.random.key(3))
    slow, biased = compete([LSTM._replace(rate=0.01), LSTM._replace(start=3.0)])
    assert compilations() == before
    np.testing.assert_array_equal(still.loss[:, 0], still.loss[:, 1])
    assert (fast.loss[:, 0] != fast.loss[:, 1]).all()
    assert (slow.loss[:, 0] != biased.loss[:, 0]).all()


def test_a_failed_run_says_when_and_leaves_the_others_alone(capsys):
    fine, failed = compete([LSTM, LSTM._replace(rate=1e30)])
    assert failed.diverged.tolist() == [1, 1]
    assert np.isnan(failed.loss[:, 1]).all()
    assert np.isnan(failed.score[:, 1]).all()
    assert np.isfinite(failed.loss[:, 0]).all()
    (alone,) = compete([LSTM])
    close(fine.loss, alone.loss)
    assert "fit: run 2 of 4 stopped" in capsys.readouterr().out


def test_where_all_runs_fail_the_curves_end():
    (failed,) = compete([LSTM._replace(rate=1e30)])
    assert failed.diverged.tolist() == [1, 1]
    assert failed.loss.shape == (RUNS, 1)
    assert failed.steps == 2


def test_a_held_gate_stays_where_it_is():
    fits = []
    (curves,) = compete([HELD], watch=fits.append)
    hold = [Clamp("f", 1.0)]
    for n, key in enumerate(jax.random.split(KEY, RUNS)):
        fresh, trained = init(HELD, SMALL, key), network_of(fits[-1], n)
        xs, ys = SMALL.held_out
        held = read_out(fresh, trace(fresh.cell, xs, clamps=hold).h[:, -1])
        close(curves.loss[n, 0], SMALL.loss(held, ys))
        assert abs(curves.loss[n, 0] - SMALL.loss(last_answers(fresh, xs), ys)) > 1e-4
        xs, ys = SMALL.new
        held = read_out(trained, trace(trained.cell, xs, clamps=hold).h[:, -1])
        close(curves.right[n], SMALL.score(held, ys))
        moved = (trained.cell.b != fresh.cell.b).reshape(4, -1).any(axis=1)
        assert moved.tolist() == [True, False, True, True]  # what is held learns nothing


# How a contender begins


def test_start_is_a_gain_or_a_bias():
    rnn = init(Contender("RNN", 4, 1.2), SMALL, KEY).cell
    close(jnp.linalg.svd(rnn.w_h, compute_uv=False), 1.2)
    gru = init(Contender("GRU", 4, 2.0), SMALL, KEY).cell
    np.testing.assert_array_equal(gru.b, np.repeat([0, 2, 0], 4))
    lstm = init(Contender("LSTM", 4, 3.0), SMALL, KEY).cell
    np.testing.assert_array_equal(lstm.b, np.repeat([0, 3, 0, 0], 4))


@pytest.mark.parametrize("kind", ["GRU", "LSTM", "minLSTM"])
def test_chrono_is_for_the_length_of_the_problem(kind):
    plain = init(Contender(kind, 4, 0.0), SMALL, KEY)
    begun = init(Contender(kind, 4, "chrono"), SMALL, KEY)
    _, for_start, _ = jax.random.split(KEY, 3)
    expected = plain._replace(cell=chrono(for_start, plain.cell, LENGTH))
    jax.tree.map(np.testing.assert_array_equal, begun, expected)
    assert (begun.cell.b[4:8] > 0).all()


@pytest.mark.parametrize(
    ("contenders", "message"),
    [
        ([], r"train_contenders: contenders should be a list of at least one Contender, got \[\]"),
        (
            LSTM,
            "train_contenders: contenders should be a list of at least one Contender, got C",
        ),
        (
            [LSTM._replace(kind="lstm")],
            "kind of a contender should be RNN or GRU or LSTM or minLSTM, got 'ls",
        ),
        ([LSTM._replace(start="Chrono")], 'start of a LSTM should be a number or "chrono", got'),
        ([Contender("RNN")], "train_contenders: start of a RNN should be a number, got 'chrono'"),
        (
            [HELD._replace(kind="GRU")],
            r"train_contenders: held is \(\('f', 1.0\),\) but a GRU has no such gate",
        ),
        ([HELD._replace(held=(("x", 1.0),))], "names the gate 'x'"),
        (
            [LSTM, HELD],
            "train_contenders: contenders should share kind, units, clip and held, got .* two call",
        ),
        ([LSTM._replace(rate=-1.0)], "learning_rate should be a number from 0 on, got -1"),
    ],
    ids=str,
)
def test_wrong_contenders_are_named(contenders, message):
    with pytest.raises(ValueError, match=message):
        compete(contenders)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            partial(compete, [LSTM], runs=0),
            "train_contenders: runs should be a whole number",
        ),
        (partial(compete, [LSTM], key=3), "train_contenders: key should be one random key"),
        (partial(init, LSTM, SMALL, 3), "init: key should be one random key"),
        (partial(init, Contender("MLP"), SMALL, KEY), "init: kind of a contender should be"),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
