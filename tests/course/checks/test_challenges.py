"""Exercises with a goal: what reaches it, what does not, and what is no answer at all.

A solution with a specification passes a thousand drawn inputs. What stands for that here: the goal
is reached by a thousand networks, or on a thousand new sequences, of other keys than the check has.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import solutions

from lstm_jax import LSTMParams, init_gru, init_lstm, trace
from lstm_jax.cells import LSTMGates
from lstm_jax.course.checks.catalogue import exercises
from lstm_jax.course.checks.challenge import Challenge
from lstm_jax.course.checks.check import grade
from lstm_jax.course.data import temporal_order
from lstm_jax.course.data.lag_recall import accuracy
from lstm_jax.course.l06 import challenges as hold_forget
from lstm_jax.course.l06.recall import draw_recall, load_recall
from lstm_jax.course.l07 import challenges as long_memory
from lstm_jax.course.l08 import challenges as fewest_weights
from lstm_jax.models import Network, Readout, init_network, last_answers
from lstm_jax.traces import Held

CHALLENGES = {name: each for name, each in exercises().items() if isinstance(each, Challenge)}


def failed(name, answer):
    report = grade(name, answer)
    assert report.outcome == "failed"
    return report.text()


@pytest.mark.parametrize("name", CHALLENGES)
def test_a_report_says_the_figure_and_the_goal(name):
    report = grade(name, getattr(solutions, name))
    assert report.outcome == "passed"
    assert "he goal" in report.text()
    assert CHALLENGES[name].why in report.text()


@pytest.mark.parametrize("name", CHALLENGES)
def test_what_is_not_written_yet_is_unanswered(name):
    for blank in (None, ...):
        assert grade(name, blank).outcome == "unanswered"


@pytest.mark.slow
def test_a_thousand_networks_remember():
    keys = jax.random.split(jax.random.key(7), 1000)
    [exercise] = long_memory.EXERCISES
    sizes = long_memory.D, long_memory.H
    results = [solutions.long_memory(key, *sizes) for key in keys]
    reached, _, evidence = exercise.measure(results)
    assert reached
    assert len(evidence.half_life) == 1000


def test_a_thousand_new_sequences_are_answered_under_the_schedule():
    lstm, readout, *_ = load_recall()
    xs, ys = draw_recall(jax.random.key(7), 1000)
    held = jnp.broadcast_to(solutions.hold_forget[:, None], (40, len(lstm.w_h)))
    where = LSTMGates(*(jnp.full(held.shape, gate == "f") for gate in LSTMGates._fields))
    h = trace(lstm, xs, clamps=Held(where, LSTMGates(*[held] * 4))).h[:, -1]
    right = accuracy(h @ readout.w + readout.b[None], ys)
    assert right >= hold_forget.GOAL


def test_a_thousand_new_sequences_are_put_in_order():
    xs, ys = temporal_order.temporal_order(jax.random.key(7), 1000, fewest_weights.LENGTH)
    scores = last_answers(solutions.fewest_weights, xs)
    assert temporal_order.accuracy(scores, ys) == 1


def test_half_life_is_that_of_a_gate_that_stands_still():
    still = solutions.long_memory(jax.random.key(0), long_memory.D, long_memory.H)
    still = still._replace(w_x=0 * still.w_x, w_h=0 * still.w_h)
    [exercise] = long_memory.EXERCISES
    bias = np.float64(still.b[long_memory.H])
    f = 1 / (1 + np.exp(-bias))
    half_life = exercise.measure([still, still]).evidence.half_life
    np.testing.assert_allclose(half_life, np.log(0.5) / np.log(f), rtol=1e-3)


def padded(network, units):
    """The same network with silent units beside its one."""
    (w_x, _, b), (w, bias) = network
    idle = units - 1
    w_x = jnp.pad(w_x[:, :, None], ((0, 0), (0, 0), (0, idle))).reshape(len(w_x), -1)
    b = jnp.pad(b[:, None], ((0, 0), (0, idle))).reshape(-1)
    cell = LSTMParams(w_x, jnp.zeros((units, 4 * units)), b)
    return Network(cell, Readout(jnp.pad(w, ((0, idle), (0, 0))), bias))


def test_the_next_goal_is_the_next_smaller_network():
    one = solutions.fewest_weights
    assert "That was the last goal we know" in grade("fewest_weights", one).text()
    for units, following in ((2, 48), (4, 48), (5, 228), (8, 228), (16, 580), (32, 1668)):
        shown = grade("fewest_weights", padded(one, units)).text()
        assert f"Next goal: {following} numbers" in shown


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (3.0, "should have shape (40,); it has shape ()"),
        ([1.0] * 40, "should be an array of shape (40,); it is a list of 40"),
        (lambda: np.ones(40), "should be an array of shape (40,); it is a function"),
        (np.ones(39), "should have shape (40,); it has shape (39,)"),
        (np.ones((40, 8)), "should have shape (40,); it has shape (40, 8)"),
        (np.full(40, np.nan), "holds NaN or infinity"),
        (np.ones(40, bool), "should hold real numbers; it holds bool"),
    ],
)
def test_what_is_no_schedule_gets_its_own_sentence(answer, said):
    assert said in failed("hold_forget", answer)


def network(cell, answers=4):
    return init_network(jax.random.key(0), cell, answers)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (init_lstm(jax.random.key(0), 8, 4), "a Network, one cell and its readout; it is an LSTM"),
        (network(init_lstm(jax.random.key(0), 2, 4)), "w_x should have shape (8, 16); it has"),
        (network(init_gru(jax.random.key(0), 8, 4), 8), "should have shape (4, 4); it has shape"),
        (Network(jnp.ones(3), network(init_gru(jax.random.key(0), 8, 4)).readout), "The cell"),
        (
            jax.tree.map(lambda leaf: jnp.stack([leaf, leaf]), solutions.fewest_weights),
            "several networks, trained side by side",
        ),
        (jax.tree.map(lambda leaf: jnp.nan * leaf, solutions.fewest_weights), "holds NaN"),
        (network(init_lstm(jax.random.key(0), 8, 300)), "It is larger than the goal allows"),
    ],
)
def test_what_is_no_network_gets_its_own_sentence(answer, said):
    assert said in failed("fewest_weights", answer)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda key, d, h: tuple(init_lstm(key, d, h)), "should return an LSTMParams of 3; it ret"),
        (lambda key, d, h: init_lstm(key, h, d), "should have shape"),
        (lambda key: init_lstm(key, 2, 16), "takes 1 positional argument but 3 were given"),
        (init_lstm(jax.random.key(0), 2, 16), "wants your function itself"),
        (
            lambda key, d, h: LSTMParams(*(jnp.inf * leaf for leaf in init_lstm(key, d, h))),
            "holds NaN or infinity",
        ),
    ],
)
def test_what_is_no_beginning_gets_its_own_sentence(answer, said):
    assert said in failed("long_memory", answer)


def test_a_challenge_that_never_ends_is_stopped():
    def forever(key, input_size, hidden_size):
        while True:
            input_size += 1

    report = grade("long_memory", forever, seconds=0.2)
    assert "Stopped after 0.2 s" in report.text()
