"""A forecaster mends a free forecast."""

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

from lstm_jax import run
from lstm_jax.losses import pinball
from lstm_jax.models import Network, Readout, forecast, forecast_loss, init_forecaster

KEY = jax.random.key(0)
K, Q = 3, 2


def drawn(kind="lstm", answers=K * (1 + Q)):
    """A network (D=3, H=4) with biases everywhere, windows (2, 5, 3), a free forecast (2, K)."""
    params, xs, _ = oracles.draw(kind)
    for_w, for_b, for_free = jax.random.split(KEY, 3)
    readout = Readout(jax.random.normal(for_w, (4, answers)), jax.random.normal(for_b, (answers,)))
    return Network(params, readout), xs, jax.random.normal(for_free, (len(xs), K))


@pytest.mark.parametrize("kind", oracles.KINDS)
def test_forecast_equals_a_plain_loop(kind):
    network, xs, free = drawn(kind)
    said = forecast(network, xs, free)
    hs, _ = run(network.cell, xs)
    w, b = (np.asarray(part, np.float64) for part in network.readout)
    for n in range(len(xs)):
        h = np.asarray(hs[n, -1], np.float64)
        for k in range(K):
            answers = [
                sum(h[j] * w[j, c] for j in range(len(h))) + b[c] + free[n, k]
                for c in range(k * (1 + Q), (k + 1) * (1 + Q))
            ]
            np.testing.assert_allclose(said.mean[n, k], answers[0], rtol=1e-5, atol=1e-5)
            np.testing.assert_allclose(
                said.quantiles[n, k], sorted(answers[1:]), rtol=1e-5, atol=1e-5
            )


def test_before_training_it_is_the_free_forecast():
    cell, (_, xs, free) = drawn()[0].cell, drawn()
    said = forecast(init_forecaster(cell, K, Q), xs, free)
    np.testing.assert_array_equal(said.mean, free)
    np.testing.assert_array_equal(said.quantiles, np.repeat(free[:, :, None], Q, axis=2))
    assert forecast(init_forecaster(cell, K), xs, free).quantiles.shape == (len(xs), K, 0)


def test_loss_is_squared_error_and_pinball():
    network, xs, free = drawn()
    said, ys, levels = forecast(network, xs, free), free + 0.3, jnp.array([0.1, 0.9])
    error = np.mean((np.asarray(said.mean) - np.asarray(ys)) ** 2)
    expected = error + float(pinball(said.quantiles, ys, levels))
    np.testing.assert_allclose(forecast_loss(said, ys, levels), expected, rtol=1e-5)
    without = said._replace(quantiles=said.quantiles[..., :0])
    np.testing.assert_allclose(forecast_loss(without, ys, levels[:0]), error, rtol=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda n, xs, free: forecast(n, xs, free[:1]), "free has 1 sequences but xs has 2"),
        (lambda n, xs, free: forecast(n, xs, free[:, 0]), r"free should be \(2, horizons\)"),
        (
            lambda n, xs, free: forecast(n, xs, free[:, :2]),
            "free has 2 horizons but the network answers with 9 numbers",
        ),
        (lambda n, xs, free: init_forecaster(n.cell, 0), "horizons should be a whole number"),
        (lambda n, xs, free: init_forecaster(n.cell, 1, -1), "1 \\+ levels should be .* got 0"),
        (lambda n, xs, free: init_forecaster(n, 1), "init_forecaster: cell should be"),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(*drawn())
