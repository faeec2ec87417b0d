"""A right answer through which no gradient, or another one, comes back is not right yet."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import solutions

from lstm_jax import step, zero_state
from lstm_jax.course.checks.catalogue import exercises
from lstm_jax.course.checks.check import grade
from lstm_jax.course.checks.exercise import Exercise
from lstm_jax.course.checks.slopes import CUT, NAN, RAISES, WRONG

COMPARED = {
    name: each for name, each in exercises().items() if isinstance(each, Exercise) and each.slopes
}
ALL = (CUT, NAN, RAISES, WRONG)


def said(name, answer):
    """The one sentence about the gradient in the report, a template of slopes.py."""
    report = grade(name, answer)
    assert report.outcome == "failed"
    [found] = [
        template
        for template in ALL
        if any(template.format(each) in report.body for each in COMPARED[name].slopes)
    ]
    return found


@pytest.mark.parametrize("name", COMPARED)
def test_a_gradient_that_is_cut_off_is_noticed(name):
    solution = getattr(solutions, name)

    def cut(*args):
        return jax.lax.stop_gradient(solution(*args))

    assert said(name, cut) == CUT


@pytest.mark.parametrize("name", ["rnn_step", "masked_loss", "pinball_loss"])
def test_a_way_through_numpy_is_noticed(name):
    solution = getattr(solutions, name)

    def through_numpy(*args):
        return jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf)), solution(*args))

    assert said(name, through_numpy) == RAISES


def test_one_cut_way_of_several_is_noticed():
    def without_the_gates_through_h(params, state, x):
        heard = jax.lax.stop_gradient(state.h)
        return solutions.lstm_step(params, state._replace(h=heard), x)

    shown = grade("lstm_step", without_the_gates_through_h).text()
    assert said("lstm_step", without_the_gates_through_h) == WRONG
    assert "gradient['state'].h" in shown
    assert "✗" in shown


def test_a_carry_that_is_cut_in_scan_is_noticed():
    def truncated(params, xs):
        def advance(state, x):
            state, _ = step(params, jax.lax.stop_gradient(state), x)
            return state, state.h

        start = zero_state(params, len(xs))
        return jnp.swapaxes(jax.lax.scan(advance, start, jnp.swapaxes(xs, 0, 1))[1], 0, 1)

    assert said("scan_layer", truncated) == WRONG


def test_nan_behind_a_mask_is_noticed():
    def divides_by_0(hs, lengths):
        counts = jnp.arange(hs.shape[1])[None] < lengths[:, None]
        summed = (hs * counts[:, :, None].astype(hs.dtype)).sum(axis=1)
        return jnp.where(lengths[:, None] > 0, summed / lengths[:, None].astype(hs.dtype), 0.0)

    assert said("mean_pool", divides_by_0) == NAN


def test_nan_of_a_softmax_by_hand_is_noticed():
    def overflows(h, memory, length):
        # Far below every score, so that it is 0 in the padding; its logarithm there is -inf.
        scores = jnp.where(jnp.arange(len(memory)) < length, memory @ h, -jnp.inf)
        grown = jnp.exp(scores - scores.max())
        return jnp.where(grown > 0, jnp.exp(jnp.log(grown)), 0.0) / grown.sum()

    assert said("attention_weights", overflows) == NAN


def test_an_answer_is_called_quietly_for_its_gradient(capsys):
    def talks(q, y, p):
        print("inside")
        return solutions.pinball_loss(q, y, p)

    assert grade("pinball_loss", talks).outcome == "passed"
    assert capsys.readouterr().out.count("inside") == 1


def test_a_gradient_that_never_ends_is_stopped():
    def endless_backward(q, y, p):
        @jax.custom_vjp
        def loss(q):
            return solutions.pinball_loss(q, y, p)

        def forward(q):
            return loss(q), None

        def backward(_, slope):
            while True:
                slope = slope + 1

        loss.defvjp(forward, backward)
        return loss(q)

    report = grade("pinball_loss", endless_backward, seconds=0.5)
    assert "Stopped after 0.5 s" in report.text()
