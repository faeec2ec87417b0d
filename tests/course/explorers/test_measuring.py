"""The law behind measured points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_jax.course.explorers.measuring import Power, fitted

LENGTHS = [16, 64, 256, 1024]


@given(exponent=st.floats(-2, 3), factor=st.floats(1e-8, 1e3))
def test_the_law_of_points_on_a_line_is_that_line(exponent, factor):
    power = fitted(LENGTHS, [factor * T**exponent for T in LENGTHS])
    np.testing.assert_allclose([power.exponent, power.factor], [exponent, factor], atol=1e-9)
    np.testing.assert_allclose(power.at([100, 200]), factor * np.float64([100, 200]) ** exponent)
    assert (power.shortest, power.longest) == (16, 1024)


def test_short_lengths_can_be_left_out():
    flat_then_linear = [256, 256, 256, 1024]
    assert fitted(LENGTHS, flat_then_linear, shortest=256) == pytest.approx(
        Power(1.0, 1.0, 256, 1024)
    )
    assert fitted(LENGTHS, flat_then_linear).exponent < 0.5
    assert str(Power(0.97, 1e-5, 256, 4096)) == "T^0.97 (fitted from T = 256 to 4096)"


@pytest.mark.parametrize(
    ("lengths", "values", "message"),
    [
        ([64], [1.0], "fitted: lengths has 1 from 1 on, a slope needs 2 or more; got"),
        ([64, 64], [1.0, 2.0], "fitted: lengths has 1 from 1 on"),
        ([64, 128], [1.0, 0.0], r"fitted: values should be above 0, got \[1.0, 0.0\]"),
        ([64, 128], [1.0, float("nan")], "fitted: values should be above 0"),
    ],
)
def test_points_without_a_line_are_refused(lengths, values, message):
    with pytest.raises(ValueError, match=message):
        fitted(lengths, values)
