"""Several devices: the same losses whoever shares the work, and a sentence where one is missing."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.course.l13 import splits
from lstm_jax.course.l13.splits import Found
from lstm_jax.parallel import one_by_one

FOUND = Found(
    cores=2,
    batch={1: 0.08, 2: 0.04, 8: 0.05},
    sequence={
        "LSTM": dict.fromkeys((1, 2, 8), 0.02),
        "linear": dict.fromkeys((1, 2, 8), 0.01),
    },
    losses={"1 device": [1.0, 0.5], "8 devices": [1.0, 0.5000001], "2 processes": [1.0, 0.50002]},
)


@pytest.mark.slow
def test_eight_devices_and_two_processes_give_the_losses_of_one():
    """The command itself, as the lesson runs it."""
    said = []
    found = splits.measure(said.append)
    assert len(said) == 2
    assert {"1 device", "2 devices", "8 devices", "2 processes"} <= found.losses.keys()
    for losses in found.losses.values():
        assert len(losses) == splits.STEPS
        np.testing.assert_allclose(losses, found.losses["1 device"], rtol=0, atol=1e-5)
    assert np.ptp(found.losses["1 device"]) > 0.01  # something was learned
    assert list(found.batch) == [1, 2, 8]
    assert {name: list(each) for name, each in found.sequence.items()} == {
        "LSTM": [1, 2, 8],
        "linear": [1, 2, 8],
    }


def test_a_walk_in_parts_is_the_walk():
    """On the one device there is here; the command above checks it on eight."""
    keys = jax.random.split(jax.random.key(0))
    a, b = (jax.random.normal(key, (12, 2, 3)) for key in keys)
    hs = splits.linear_in_parts(jax.nn.sigmoid(a), b, splits.mesh_of(1, "time"))
    expected = one_by_one(jax.nn.sigmoid(a), b, jnp.zeros((2, 3)), reverse=False)
    np.testing.assert_allclose(hs, expected, rtol=1e-5, atol=1e-6)


def test_the_table_and_the_largest_difference():
    assert FOUND.apart == pytest.approx(2e-5)
    head, *rows = splits.table(FOUND).splitlines()
    assert " ".join(head.split()) == "devices batch split LSTM, time split linear, time split"
    assert " ".join(rows[1].split()) == "2 40.0 ms, 2.00 x 20.0 ms, 1.00 x 10.0 ms, 1.00 x"
    assert len(rows) == 3


def test_a_process_that_fails_says_why():
    with pytest.raises(RuntimeError, match=r"measure: .* process nowhere failed; it said: "):
        splits._answers([["process", "nowhere"]])


def test_a_process_that_does_not_answer_is_ended(monkeypatch):
    started = []

    class Asleep(subprocess.Popen):
        def __init__(self, _, **options):
            super().__init__([sys.executable, "-c", "import time; time.sleep(60)"], **options)
            started.append(self)

    monkeypatch.setattr(splits.subprocess, "Popen", Asleep)
    with pytest.raises(RuntimeError, match=r"did not answer within 0.5 s; close what else"):
        splits._answers([["virtual"]], seconds=0.5)
    assert started[0].wait(5) != 0
