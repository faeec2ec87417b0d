"""A run on disk goes on to exactly the numbers it would have reached without a stop."""

import json
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import safetensors
from line import DRAW, KEY, KEYS, START, Line, equal, quiet, rows, squared, starts

import lstm_jax
from lstm_jax.course.data.minibatches import Minibatches
from lstm_jax.training import DivergenceError, adam


def measure(params, batch):
    return {"b": params.b}


def stop_at(steps):
    return lambda so_far: so_far.history.loss.shape[-1] >= steps


def train(runs, **changes):
    """One run, or three side by side."""
    options = {
        "loss": squared,
        "params": starts() if runs == 3 else START,
        "draw": DRAW,
        "key": KEYS if runs == 3 else KEY,
        "steps": 60,
        "optimizer": adam(0.05),
        "block": 7,
        "measure": measure,
        "every": 4,
    }
    return quiet(**(options | changes))


@pytest.mark.parametrize("runs", [1, 3])
@pytest.mark.parametrize("done", [7, 35, 60])
def test_stopped_and_resumed_equals_never_stopped(tmp_path, runs, done):
    file = tmp_path / "run.safetensors"
    part = train(runs, checkpoint=file, watch=stop_at(done))
    assert part.history.loss.shape[-1] == done
    called = []
    resumed = train(runs, checkpoint=file, watch=called.append)
    assert len(called) == 1 + -(-(60 - done) // 7)  # at the start, and for each block left
    assert equal(resumed, train(runs))


def test_a_finished_run_is_read_and_not_trained_again(tmp_path):
    file = tmp_path / "run.safetensors"
    first = train(1, checkpoint=file)
    called = []
    assert equal(train(1, checkpoint=file, watch=called.append), first)
    assert len(called) == 1  # at the start, and for no block


def test_a_run_that_diverged_says_so_again(tmp_path):
    file = tmp_path / "run.safetensors"
    for _ in range(2):
        with pytest.raises(DivergenceError, match="the loss is inf at step 1") as caught:
            train(1, optimizer=adam(1e30), checkpoint=file)
        assert len(caught.value.fit.history.loss) == 2


def test_what_an_error_stops_is_on_disk_up_to_the_last_writing(tmp_path, monkeypatch):
    monkeypatch.setattr("lstm_jax.training.fitting._SECONDS_BETWEEN_CHECKPOINTS", 0.0)

    def fail_at_35(so_far):
        if len(so_far.history.loss) == 35:
            raise RuntimeError("the power is gone")

    file = tmp_path / "run.safetensors"
    with pytest.raises(RuntimeError, match="the power is gone"):
        train(1, checkpoint=file, watch=fail_at_35)
    seen = []
    resumed = train(1, checkpoint=file, watch=lambda so_far: seen.append(len(so_far.history.loss)))
    assert seen == [35, 42, 49, 56, 60]
    assert equal(resumed, train(1))


def test_an_optimizer_with_a_random_key(tmp_path):
    file = tmp_path / "run.safetensors"
    noisy = optax.chain(optax.add_noise(0.1, 0.5, jax.random.key(1)), optax.sgd(0.05))
    train(1, optimizer=noisy, checkpoint=file, watch=stop_at(21))
    resumed, whole = train(1, optimizer=noisy, checkpoint=file), train(1, optimizer=noisy)
    assert equal(resumed.params, whole.params)
    assert equal(resumed.history, whole.history)


def test_bfloat16_parameters(tmp_path):
    file = tmp_path / "run.safetensors"
    params = Line(jnp.zeros(3, jnp.bfloat16), jnp.zeros((), jnp.bfloat16))
    data = Minibatches(jax.tree.map(lambda leaf: leaf.astype(jnp.bfloat16), rows()), 32)
    halves = partial(train, 1, params=params, draw=data, measure=None)
    halves(checkpoint=file, watch=stop_at(21))
    assert equal(halves(checkpoint=file), halves())


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("key", {"key": jax.random.key(6)}),
        ("params", {"params": Line(jnp.ones(3), jnp.zeros(()))}),
        ("optimizer", {"optimizer": adam(0.06)}),
        ("data", {"draw": Minibatches(rows(1), 32)}),
        ("steps", {"steps": 61}),
        ("block", {"block": 8}),
        ("data and steps", {"draw": Minibatches(rows(1), 32), "steps": 61}),
    ],
)
def test_other_arguments_are_turned_down(tmp_path, name, changes):
    file = tmp_path / "run.safetensors"
    train(1, checkpoint=file, watch=stop_at(7))
    before = file.read_bytes()
    with pytest.raises(ValueError, match=f"fit: checkpoint .* was made with other {name}; give"):
        train(1, checkpoint=file, **changes)
    assert file.read_bytes() == before


def test_other_files_are_turned_down(tmp_path):
    file = tmp_path / "params.safetensors"
    lstm_jax.save(file, {"w": jnp.zeros(3)})
    with pytest.raises(
        ValueError, match=r"fit: .* but no checkpoint of fit; give checkpoint a name"
    ):
        train(1, checkpoint=file)
    file.write_bytes(b"half a fi")
    with pytest.raises(ValueError, match=r"fit: .* is not a whole safetensors file"):
        train(1, checkpoint=file)


def test_the_file_holds_named_arrays_and_plain_text(tmp_path):
    file = tmp_path / "run.safetensors"
    train(1, checkpoint=file)
    with safetensors.safe_open(file, framework="numpy") as stored:
        assert json.loads(stored.metadata()["made_with"]).keys() >= {"key", "params", "optimizer"}
        names = list(stored.keys())
        loss = next(name for name in names if name.endswith("loss"))
        assert stored.get_tensor(loss).shape == (60,)
        assert stored.get_tensor(loss).dtype == np.float32
