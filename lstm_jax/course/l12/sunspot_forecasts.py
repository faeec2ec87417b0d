"""The sun, one to 24 months ahead: a backtest that walks forward in time, for lesson 12.

    python -m lstm_jax.course.l12.sunspot_forecasts

trains four networks for each of four cuts, writes them to the file beside this, and prints their
errors a year ahead and those of the free forecasts. It takes a minute.

A forecaster reads 132 months, eleven years, a quarter of a year at each step: 44 steps of three
numbers. It says what comes in each of the next 24 months.
"""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from lstm_jax.arrays import Floats, Key
from lstm_jax.cells import LSTMParams
from lstm_jax.course.data import baselines
from lstm_jax.course.data.sunspots import sunspots
from lstm_jax.course.data.windows import Scale, fit_scale, windows
from lstm_jax.course.explorers.forecasts import Forecasts
from lstm_jax.course.l12 import study as forecasting
from lstm_jax.course.l12.study import Examples, Known, known, predict, stack, unstack
from lstm_jax.files import load as load_file
from lstm_jax.files import save
from lstm_jax.models import Network, Readout

FILE = Path(__file__).with_name("sunspot_forecasts.safetensors")
LENGTH = 132  # months in a window: eleven years, so that it shows what was one cycle before
PATCH = 3  # months read at each step
HORIZONS = tuple(range(1, 25))  # months ahead
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)  # of the quantiles
CUTS = (1889, 1919, 1949, 1979)  # January of these years: tests of thirty years each
UNITS, RATE, STEPS, RUNS = 32, 0.003, 400, 4
RIDGE = 100.0  # of the linear forecast
_PRESETS: dict[str, dict[str, Any]] = {  # t in months after December 1978
    "before a rise": {"t": 96},
    "at the top": {"t": 132},
    "on the way down": {"t": 168},
    "persistence, at the top": {"model": "persistence", "t": 132},
    "seasonal": {"model": "seasonal", "t": 168},
    "two years ahead": {"horizon": 24, "t": 250},
}


class Fold(NamedTuple):
    """One cut of the backtest: what is known before it, and what is asked of the years after it.

    Attributes:
        cut: the year; its January is the first month that is asked for.
        scale: of all months before the cut.
        known: the examples whose last target lies before the cut.
        test: the examples whose first target lies at the cut or behind it, and whose last one lies
            before the next cut. Their windows may reach back over the cut: what they show is known
            when the forecast is due.
        fitting: what is known as windows of single months, `(N, 132, 1)` and `(N, 24)`, for the
            linear forecast to be fitted to.
        testing: the windows of the test in that form.
        origin: the year of the last month in each test window, `(N,)`.
        truth: the sunspot numbers that came, `(N, 24)`.
    """

    cut: int
    scale: Scale
    known: Known
    test: Examples
    fitting: tuple[Floats, Floats]
    testing: Floats
    origin: Floats
    truth: Floats


@cache
def fold(cut: int) -> Fold:
    """The fold of a cut, one of `CUTS`: its test goes on to the next one, or to the end.

    Raises:
        ValueError: `cut` is none of them.
    """
    if cut not in CUTS:
        raise ValueError(f"fold: cut should be one of {', '.join(map(str, CUTS))}, got {cut!r}")
    year, number = sunspots()
    first = int(np.searchsorted(year, cut))
    end = int(np.searchsorted(year, [*CUTS, np.inf][CUTS.index(cut) + 1]))
    scale = fit_scale(number[:first])
    xs, ys = windows(scale.apply(number).astype(np.float32), LENGTH, HORIZONS)
    examples = Examples(patched(xs), baselines.persistence(xs, HORIZONS), ys)
    # The targets of row n are the months from n + 132 to n + 155.
    count = first - LENGTH - HORIZONS[-1] + 1
    asked = slice(first - LENGTH, end - LENGTH - HORIZONS[-1] + 1)
    return Fold(
        cut=cut,
        scale=scale,
        known=known(examples, count),
        test=Examples(*(part[asked] for part in examples)),
        fitting=(xs[:count], ys[:count]),
        testing=xs[asked],
        origin=year[first - 1 : first - 1 + len(xs[asked])],
        truth=scale.undo(ys[asked]),
    )


def patched(xs: Floats) -> Floats:
    """Windows `(N, 132, 1)` as `(N, 44, 3)`: three months in a step, none left out."""
    return xs.reshape(len(xs), -1, PATCH)


def free_forecasts(fold: Fold) -> dict[str, Floats]:
    """The free forecasts, in sunspot numbers, `(N, 24)` each; fitted to the past of the cut."""
    said = {
        "persistence": baselines.persistence(fold.testing, HORIZONS),
        "seasonal": baselines.seasonal(fold.testing, HORIZONS, LENGTH),
        "linear": baselines.linear(fold.fitting, fold.testing, ridge=RIDGE),
    }
    return {name: fold.scale.undo(each) for name, each in said.items()}


def train_fold(fold: Fold, key: Key, steps: int = STEPS, **options: object) -> Network:
    """Four networks on the years before the cut; for `options` see `train_forecasters`."""
    settings = {"runs": RUNS, "units": UNITS, "rate": RATE, "levels": LEVELS, **options}
    return forecasting.train_forecasters(fold.known, key=key, steps=steps, **settings)  # type: ignore[arg-type]


def network_forecasts(networks: Network, fold: Fold) -> tuple[Floats, Floats]:
    """In sunspot numbers: the means `(S, N, 24)`, the quantiles `(S, N, 24, 5)`."""
    said = predict(networks, fold.test)
    mean, quantiles = (fold.scale.undo(np.asarray(part, np.float64)) for part in said)
    return mean, quantiles


def mean_forecast(networks: Network, fold: Fold) -> Floats:
    """In sunspot numbers, `(N, 24)`: the mean of what the networks expect."""
    return network_forecasts(networks, fold)[0].mean(axis=0)


def all_forecasts(networks: Network) -> Forecasts:
    """What `ForecastExplorer` shows: all forecasts of the years from 1979 on.

    Args:
        networks: those of `train` for the cut of 1979. The LSTM is the mean of what they say.
    """
    part = fold(CUTS[-1])
    mean, quantiles = network_forecasts(networks, part)
    cell = unstack(networks)[0].cell
    assert isinstance(cell, LSTMParams)  # as `train` makes it
    year, number = sunspots()
    first = int(np.searchsorted(year, part.cut)) - LENGTH  # the first month in a window
    return Forecasts(
        cell=cell,
        xs=part.test.xs,
        means={**free_forecasts(part), "LSTM": mean.mean(axis=0)},
        quantiles=quantiles.mean(axis=0),
        levels=LEVELS,
        series=number[first:],
        month=round(12 * float(year[first]) - 0.5),
        presets=_PRESETS,
    )


def load() -> dict[int, Network]:
    """For each cut the networks that the command above has trained, an axis S in front."""
    parts = load_file(FILE)
    assert isinstance(parts, dict)
    return {
        cut: stack([Network(each["cell"], Readout(*each["readout"])) for each in parts[str(cut)]])
        for cut in CUTS
    }


def main() -> None:
    """Train, write the file, print the errors a year ahead."""
    parts = {}
    year = HORIZONS.index(12)
    for cut in CUTS:
        part = fold(cut)
        networks = train_fold(part, jax.random.key(cut))
        parts[str(cut)] = [
            {"cell": each.cell, "readout": tuple(each.readout)} for each in unstack(networks)
        ]
        said = {**free_forecasts(part), "LSTM, mean of four": mean_forecast(networks, part)}
        errors = (
            f"{name} {baselines.rmse(each[:, year], part.truth[:, year]):.1f}"
            for name, each in said.items()
        )
        print(f"from {cut}: RMSE a year ahead:", ", ".join(errors))
    save(FILE, parts)
    print(f"written to {FILE.name}")


if __name__ == "__main__":
    main()
