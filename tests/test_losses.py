import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.losses import cross_entropy, mean_squared_error, pinball

LOGITS = jax.random.normal(jax.random.key(0), (3, 4, 5))
TARGET = jax.random.randint(jax.random.key(1), (3, 4), 0, 5)
WHERE = jnp.array([[1, 0, 1, 1], [0, 0, 0, 1], [1, 1, 1, 0]], bool)


def in_plain_loops(logits, target, where) -> float:
    costs = []
    for scores, right, counts in zip(logits, target, where, strict=True):
        if counts:
            total = sum(math.exp(score) for score in scores)
            costs.append(-math.log(math.exp(scores[right]) / total))
    return sum(costs) / len(costs)


def test_mean_squared_error_equals_a_plain_loop():
    one, other = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(np.float32)
    expected = sum((a - b) ** 2 for a, b in zip(one.ravel(), other.ravel(), strict=True)) / 12
    assert mean_squared_error(jnp.array(one), jnp.array(other)) == pytest.approx(expected)


def test_cross_entropy_equals_a_plain_loop():
    flat, target = LOGITS.reshape(-1, 5), TARGET.reshape(-1)
    expected = in_plain_loops(flat.tolist(), target.tolist(), [True] * 12)
    assert cross_entropy(flat, target) == pytest.approx(expected, rel=1e-5)
    assert cross_entropy(LOGITS, TARGET) == pytest.approx(expected, rel=1e-5)
    assert cross_entropy(LOGITS, TARGET).dtype == jnp.float32

    expected = in_plain_loops(flat.tolist(), target.tolist(), WHERE.reshape(-1).tolist())
    assert cross_entropy(LOGITS, TARGET, WHERE) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("anything", [-1, 5, -(2**31)])
def test_an_answer_left_out_reaches_neither_the_loss_nor_its_gradient(anything):
    found = jax.value_and_grad(cross_entropy)(LOGITS, jnp.where(WHERE, TARGET, anything), WHERE)
    expected = jax.value_and_grad(cross_entropy)(LOGITS, TARGET, WHERE)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])
    assert not found[1][~WHERE].any()
    assert found[1][WHERE].all()


def test_guessing_costs_ln_k_and_being_sure_and_right_nothing():
    assert cross_entropy(jnp.zeros((2, 5)), jnp.array([0, 4])) == pytest.approx(math.log(5))
    sure = 100 * jax.nn.one_hot(TARGET, 5)
    assert cross_entropy(sure, TARGET) == 0
    assert cross_entropy(-sure, TARGET) == pytest.approx(100 + math.log(4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: mean_squared_error(jnp.zeros((7, 1)), jnp.zeros(7)),
            r"mean_squared_error: prediction has 2 axes; prediction should be \(7,\), got \(7, 1\)",
        ),
        (
            lambda: mean_squared_error(jnp.zeros((1, 3)), jnp.zeros((7, 3))),
            "mean_squared_error: prediction has 1 on axis 0 but target has 7",
        ),
        (
            lambda: cross_entropy(LOGITS, TARGET[:, :1]),
            r"cross_entropy: logits has 4 time steps but target has 1; .* \(3, 1, classes\)",
        ),
        (
            lambda: cross_entropy(LOGITS[:, 0], TARGET),
            r"cross_entropy: logits has 2 axes; .* \(3, 4, classes\), got \(3, 5\)",
        ),
        (
            lambda: cross_entropy(LOGITS, jnp.zeros((3, 4))),
            r"cross_entropy: target should be integers.* got float32 \(3, 4\)",
        ),
        (
            lambda: cross_entropy(LOGITS[0, 0], TARGET[0, 0]),
            r"cross_entropy: target has 0 axes; target should be \(batch,\) or \(batch, time\)",
        ),
        (
            lambda: cross_entropy(LOGITS, TARGET, WHERE[:, :1]),
            "cross_entropy: where has 1 on axis 1 but target has 4",
        ),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_pinball_equals_a_plain_loop():
    draw = np.random.default_rng(5)
    q, y, levels = draw.normal(size=(4, 3, 2)), draw.normal(size=(4, 3)), [0.1, 0.7]
    total = 0.0
    for n in range(4):
        for k in range(3):
            for j, p in enumerate(levels):
                above = y[n, k] - q[n, k, j]
                total += p * above if above > 0 else (p - 1) * above
    got = pinball(*(jnp.asarray(part, jnp.float32) for part in (q, y, levels)))
    np.testing.assert_allclose(got, total / 24, rtol=1e-5)


def test_pinball_is_smallest_at_the_quantile():
    y = jnp.asarray(np.random.default_rng(6).normal(size=(1001, 1)), jnp.float32)
    q = jnp.linspace(-3, 3, 601)
    for p in (0.05, 0.5, 0.9):
        loss = [pinball(jnp.full((1001, 1, 1), each), y, jnp.array([p])) for each in q[::10]]
        best = float(q[::10][int(np.argmin(loss))])
        assert abs(best - np.quantile(np.asarray(y), p)) < 0.1


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((4, 3, 2), (4, 3), (3,)), "prediction has 2 quantiles but there are 3 levels"),
        (((4, 1, 2), (4, 3), (2,)), "prediction has 1 on axis 1 but target has 3"),
        (((4, 3, 2), (4, 3), (2, 1)), "levels has 2 axes"),
    ],
)
def test_pinball_refuses_what_does_not_fit(shapes, message):
    with pytest.raises(ValueError, match=message):
        pinball(*(jnp.ones(shape) for shape in shapes))
