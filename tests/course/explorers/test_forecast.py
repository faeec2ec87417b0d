"""The forecast explorer: Python and the page show the same forecasts and the same error so far."""

import base64
import re
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest

from lstm_jax.course import ForecastExplorer
from lstm_jax.course.data.sunspots import sunspots
from lstm_jax.course.explorers.forecasts import MODELS
from lstm_jax.course.l12.sunspot_forecasts import CUTS, all_forecasts, fold, load

ORIGINS = 343  # December 1978 is the first; 24 months are left after the last
Ask = Callable[[str, Any], Any]


@pytest.fixture(scope="module")
def explorer() -> ForecastExplorer:
    return ForecastExplorer(all_forecasts(load()[CUTS[-1]]))


def as_json(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: as_json(part) for name, part in data.items()}
    return base64.b64encode(data).decode() if isinstance(data, bytes) else data


def set_to(explorer: ForecastExplorer, state: dict[str, Any]) -> ForecastExplorer:
    for name, value in state.items():
        setattr(explorer, name, value)
    return explorer


def test_page_shows_what_python_says(explorer: ForecastExplorer, ask_node: Ask) -> None:
    draw = np.random.default_rng(0)
    states = [
        {
            "t": int(draw.integers(ORIGINS)),
            "horizon": int(draw.integers(1, 25)),
            "model": str(draw.choice(MODELS)),
        }
        for _ in range(40)
    ]
    states += [
        {"t": 11, "horizon": 12, "model": "LSTM"},  # nothing has come yet
        {"t": 12, "horizon": 12, "model": "LSTM"},  # the first one has
        {"t": ORIGINS - 1, "horizon": 24, "model": "linear"},
    ]
    answers = ask_node("forecast.mjs", {"data": as_json(explorer.data), "states": states})
    months, number = sunspots()
    first = int(np.searchsorted(months, CUTS[-1]))
    for state, answer in zip(states, answers, strict=True):
        set_to(explorer, state)
        now = first + explorer.t
        np.testing.assert_allclose(answer["known"], number[now - 132 : now])
        np.testing.assert_allclose(answer["came"], number[now : now + 24])
        np.testing.assert_allclose(answer["came"], explorer.truth, atol=1e-3)
        np.testing.assert_allclose(answer["said"], explorer.forecast, atol=1e-3)
        if explorer.model == "LSTM":
            np.testing.assert_allclose(answer["bands"][0], explorer.interval, atol=1e-3)
        else:
            assert answer["bands"] == []
        if np.isnan(explorer.error):
            assert answer["error"] is None
            assert "No such forecast has come yet" in answer["readout"]
        else:
            assert answer["error"] == pytest.approx(explorer.error, abs=1e-3)
            assert f"is {explorer.error:.1f}; of persistence" in answer["readout"]


def test_readout_names_the_months(explorer: ForecastExplorer, ask_node: Ask) -> None:
    states = [{"t": 1, "horizon": 1, "model": "seasonal"}]
    [answer] = ask_node("forecast.mjs", {"data": as_json(explorer.data), "states": states})
    assert answer["readout"].startswith("From January 1979, 1 month ahead, February 1979: seasonal")


def test_error_counts_what_has_come_alone(explorer: ForecastExplorer) -> None:
    set_to(explorer, {"t": 14, "horizon": 12, "model": "persistence"})
    part = fold(CUTS[-1])
    _, number = sunspots()
    first = int(np.searchsorted(sunspots().year, CUTS[-1]))
    # From the origins 0, 1 and 2: their twelfth months are the last three that are known.
    errors = [number[first + n + 11] - number[first + n - 1] for n in range(3)]
    assert explorer.error == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=1e-4)
    assert len(part.truth) == ORIGINS


def test_it_takes_the_networks_it_is_given() -> None:
    networks = load()[CUTS[-1]]
    persistent = networks._replace(readout=jax.tree.map(lambda leaf: 0 * leaf, networks.readout))
    explorer = ForecastExplorer(all_forecasts(persistent), t=50)
    said = explorer.forecast
    explorer.model = "persistence"
    np.testing.assert_allclose(said, explorer.forecast, rtol=1e-5)


def test_parts_that_do_not_fit_are_said(explorer: ForecastExplorer) -> None:
    right = explorer._given
    few = np.zeros((5, 24), np.float32)
    linear = {**right.means, "linear": few}
    wrong: dict[str, Any] = {
        "forecasts should be Forecasts, such as lstm_jax.course.l12.sunspot_forecasts.all_": 3,
        "forecasts.means should be those of LSTM, linear": right._replace(means={"LSTM": few}),
        "forecasts.means['linear'] has 5 origins but forecasts.means['LSTM'] has 343": (
            right._replace(means=linear)
        ),
        "forecasts.levels has 1 levels but the bands take 5": right._replace(levels=(0.5,)),
        "forecasts.quantiles has 2 axes": right._replace(quantiles=few),
        "forecasts.xs has 2 features but its cell takes 3": right._replace(xs=right.xs[..., :2]),
        "forecasts.series should reach from before the first of 343 origins": right._replace(
            series=right.series[:366]
        ),
    }
    for sentence, given in wrong.items():
        with pytest.raises(ValueError, match=f"^ForecastExplorer: {re.escape(sentence)}"):
            ForecastExplorer(given)
    shortest = ForecastExplorer(right._replace(series=right.series[:367]))
    assert shortest.data["length"] == 1
