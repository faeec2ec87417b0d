"""Layouts of other libraries, as far as it goes without them; the rest is in tests/peers."""

import numpy as np
import oracles
import pytest

from lstm_jax import convert

PAIRS = [
    *[("torch", kind) for kind in oracles.KINDS],
    *[("flax", kind) for kind in oracles.KINDS],
    *[("keras", kind) for kind in oracles.KINDS],
    ("equinox", "lstm"),
    ("equinox", "gru"),
    ("haiku", "lstm"),
]


@pytest.mark.parametrize(("library", "kind"), PAIRS)
def test_weights_come_back_as_they_were(library, kind):
    params = oracles.draw(kind).params
    back = getattr(convert, f"from_{library}")(getattr(convert, f"to_{library}")(params))
    assert type(back) is type(params)
    oracles.assert_close(back, params, 1e-6)


def test_both_torch_biases_are_added_but_for_the_one_that_is_reset():
    weights = convert.to_torch(oracles.draw("gru").params)
    weights["bias_hh_l0"] = np.arange(12, dtype=np.float32)
    params = convert.from_torch(weights)
    np.testing.assert_allclose(params.b[:8], weights["bias_ih_l0"][:8] + np.arange(8))
    np.testing.assert_allclose(params.b[8:], weights["bias_ih_l0"][8:])
    np.testing.assert_allclose(params.b_n, [8, 9, 10, 11])


def test_haiku_adds_one_to_the_forget_bias_itself():
    params = oracles.draw("lstm").params
    np.testing.assert_allclose(convert.to_haiku(params)["b"][8:12], params.b[4:8] - 1, rtol=1e-6)


W = np.ones((4, 4), np.float32)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: convert.from_torch({"weight_ih_l0": W}), "weights lacks weight_hh_l0, bias_ih_l0"),
        (
            lambda: convert.from_torch(
                dict.fromkeys(
                    ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"], np.ones((5, 2))
                )
            ),
            r"from_torch: the recurrent matrix has shape \(2, 5\); one side should be 1 \(RNN\)",
        ),
        (
            lambda: convert.from_equinox(
                {"weight_ih": W, "weight_hh": np.ones((12, 4)), "bias": 1}
            ),
            "from_equinox: weights lacks bias_n",
        ),
        (lambda: convert.from_keras([W, W]), "from_keras: weights has 2 arrays"),
        (
            lambda: convert.from_keras([np.ones((3, 12)), np.ones((4, 12)), np.ones(12)]),
            r"bias of a GRU has shape \(12,\); expected \(2, 3H\)",
        ),
        (lambda: convert.from_flax({"x": W}), r"from_flax: weights has the entries \['x'\]"),
        (
            lambda: convert.from_flax({"i": {"kernel": W}, "h": {"kernel": W}}),
            "from_flax: i: weights lacks bias; it has kernel",
        ),
        (lambda: convert.from_haiku({"w": W}), "from_haiku: weights lacks b; it has w"),
        (
            lambda: convert.from_haiku({"w": np.ones((7, 16)), "b": np.ones(12)}),
            "from_haiku: the result",
        ),
    ],
)
def test_weights_of_another_cell_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
