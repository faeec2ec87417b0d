"""Long lags: the file, that it goes on where it was, and reach as a plain Jacobian."""

import sys
from datetime import date
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax import run_plain
from lstm_jax.course.comparison.contenders import Curves, init, train_contenders
from lstm_jax.course.data.tasks import LAG_RECALL
from lstm_jax.course.l13 import long_lags
from lstm_jax.course.l13.long_lags import FIELD, LENGTHS, RATES, RUNS, Result


def learned(level, *, right=(1.0, 0.99, 0.5), steps=30):
    loss = np.full((3, 2), level, np.float32)
    return Curves(loss, loss, np.float32(right), np.full(3, -1, np.int32), steps)


@pytest.mark.parametrize("name", FIELD)
def test_reach_is_the_jacobian_of_the_last_output(name):
    key = jax.random.key(0)
    norms = long_lags.reach(name, 5, key)
    params = init(long_lags.contenders(name)[0], long_lags.problem(5), key).cell
    xs, _ = LAG_RECALL.draw(jax.random.fold_in(key, 1), 4, 5)
    jacobian = jax.jacfwd(lambda row: run_plain(params, row)[0][-1])
    expected = jnp.mean(
        jnp.array([jnp.linalg.norm(jacobian(row), axis=(0, 2)) for row in xs]), axis=0
    )
    np.testing.assert_allclose(norms, expected, rtol=1e-4, atol=1e-7)


def test_the_lag_is_the_whole_sequence():
    (xs, ys), length = long_lags.problem(7).draw(jax.random.key(0)), 7
    assert xs.shape == (long_lags.BATCH, length, LAG_RECALL.inputs)
    np.testing.assert_array_equal(xs[:, 0, :4].argmax(axis=1), ys)
    assert (xs[:, 0, 4] == 1).all()
    held_out, new = long_lags.problem(7).judges()
    assert len(held_out[1]) == 100
    assert len(new[1]) == 500


def test_the_better_rate_counts_and_one_that_failed_never():
    assert long_lags.better([learned(2.0), learned(1.0)]).rate == RATES[1]
    assert long_lags.better([learned(1.0), learned(1.0)]).rate == RATES[0]
    failed = learned(0.1)._replace(diverged=np.int32([-1, 3, -1]))
    result = long_lags.better([failed, learned(1.0)])
    assert result.rate == RATES[1]
    assert result.solved == 2  # 99 % is enough


@pytest.fixture
def command(tmp_path, monkeypatch):
    """`command(*options, train=...)`: the command with a short plan and a file of its own."""
    monkeypatch.setattr(long_lags, "FILE", tmp_path / "long_lags.safetensors")
    monkeypatch.setattr(jax.config, "update", lambda *_: None)
    monkeypatch.setattr(long_lags, "plan", lambda: iter([("RNN", 5), ("LSTM, chrono", 5)]))
    monkeypatch.setattr(long_lags, "STEPS", 30)
    monkeypatch.setattr(long_lags, "RUNS", 3)

    def run(*options, train):
        monkeypatch.setattr(sys, "argv", ["long_lags.py", *options])
        monkeypatch.setattr(long_lags, "train_contenders", train)
        long_lags.main()

    return run


def test_results_come_back_and_are_not_run_again(command, capsys):
    asked = []

    def invented(contenders, *_, **__):
        asked.append(contenders[0].kind)
        return [learned(2.0, right=(1, 1, 1)), learned(1.0)]

    command(train=invented)
    found = long_lags.load()
    assert list(found) == [("RNN", 5), ("LSTM, chrono", 5)]
    result = found["RNN", 5]
    assert (result.rate, result.steps, result.solved) == (0.01, 30, 2)
    assert result.right.dtype == np.float32
    assert "rate 0.01: 2 of 3 solve it" in capsys.readouterr().out
    command(train=invented)
    assert asked == ["RNN", "LSTM"]
    command("--again", train=invented)
    assert asked == ["RNN", "LSTM"] * 2


@pytest.mark.slow
def test_stopped_it_goes_on_where_it_was(command, capsys):
    quiet = partial(train_contenders, progress=False)
    command(train=partial(quiet, watch=lambda fit: fit.history.loss.shape[-1] == 25))
    assert "It goes on from there" in capsys.readouterr().out
    assert not long_lags.FILE.exists()
    made = []
    command(train=partial(quiet, watch=lambda fit: made.append(fit.history.loss.shape[-1])))
    assert made[:2] == [25, 30]
    resumed = long_lags.load()
    command("--again", train=quiet)
    for where, result in long_lags.load().items():
        np.testing.assert_array_equal(result.right, resumed[where].right)
    assert not long_lags.FILE.with_suffix(".checkpoint").exists()


def test_the_committed_file_holds_the_plan_from_its_beginning():
    """It may have been stopped: then it goes on from there."""
    results = long_lags.load()
    assert list(results) == list(long_lags.plan())[: len(results)]
    lengths = long_lags.finished(results)
    assert lengths == LENGTHS[: len(lengths)]
    assert len(lengths) >= 2
    for result in results.values():
        assert isinstance(result, Result)
        assert result.right.shape == (RUNS,)
        assert result.rate in RATES
        assert result.steps == long_lags.STEPS
    made = long_lags.made_by()
    assert made["command"] == "python -m lstm_jax.course.l13.long_lags"
    assert date.fromisoformat(made["date"]) <= date.today()
    assert made.keys() >= {"python", "lstm_jax", "jax", "jaxlib", "optax", "numpy", "machine"}
    assert made["training"].startswith(f"{long_lags.STEPS} steps of {long_lags.BATCH} sequences")
