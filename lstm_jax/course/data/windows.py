"""A series cut into windows, without letting the future leak into training.

Three steps, in this order: cut the series in time (`split`), take the scale from the earlier part
(`fit_scale`), cut each part into windows on its own (`windows`). A window then never reaches over
the cut, neither with an input nor with its target. Gaps are filled before all that, from what lies
before them (`fill_gaps`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lstm_jax.arrays import Floats, check_size


def split(series: Floats, fraction: float) -> tuple[Floats, Floats]:
    """Cut a series `(N,)` in time: the first `fraction` of it to train on, the rest to test on.

    The cut is not random, because a month between two training months follows from its neighbours.

    Raises:
        ValueError: the series is not `(N,)` floats, or a part would be empty.
    """
    series = _check_series("split", series)
    cut = round(fraction * len(series)) if 0 < fraction < 1 else 0
    if not 0 < cut < len(series):
        raise ValueError(
            f"split: fraction is {fraction} and the series has {len(series)} values; "
            "fraction should be between 0 and 1, and leave a value on either side"
        )
    return series[:cut], series[cut:]


class Scale(NamedTuple):
    """The mean and deviation of a series, to bring it to mean 0 and standard deviation 1."""

    mean: float
    deviation: float

    def apply(self, values: Floats) -> Floats:
        """From the units of the series to standard units."""
        return (values - self.mean) / self.deviation

    def undo(self, values: Floats) -> Floats:
        """From standard units back to the units of the series."""
        return values * self.deviation + self.mean


def fit_scale(train: Floats) -> Scale:
    """The scale of the training part, to be used on every part: the test part is not looked at.

    Raises:
        ValueError: the series is not `(N,)` floats, holds a NaN or an infinity, or never changes.
    """
    train = _check_series("fit_scale", train)
    scale = Scale(float(train.mean(dtype=np.float64)), float(train.std(dtype=np.float64)))
    if not (np.isfinite(scale.deviation) and scale.deviation > 0):
        raise ValueError(
            f"fit_scale: train has the standard deviation {scale.deviation}; "
            "it should change over time and hold no NaN"
        )
    return scale


def windows(
    series: Floats,
    length: int,
    horizon: int | Sequence[int],
    *,
    target: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Every window of a series, and what is to be forecast from it.

    Args:
        series: `(N,)` floats, or `(N, D)` for several series side by side, D numbers a step.
        length: steps in a window, T.
        horizon: steps from the last input to the target; 1 is the next value. Or K of them, such
            as `range(1, 25)`.
        target: `(N,)`, the series to forecast; None is the series itself, if D is 1.

    Returns:
        xs: `(B, T, D)`, where `xs[i, t]` is `series[i + t]`.
        ys: `(B,)`, where `ys[i]` is `target[i + T - 1 + horizon]`; for K horizons `(B, K)`. B is
            `N - T - horizon + 1`, with the largest horizon.

    Raises:
        ValueError: the series or the target is of another shape, no floats, or has gaps; a size is
            below 1; or no window fits.
    """
    series = _check_series("windows", series, columns=True)
    if target is None and series.ndim == 2:
        raise ValueError(
            f"windows: series is {series.shape}, so target should say which numbers to forecast, "
            "for example target=series[:, 0]"
        )
    target = series if target is None else _check_series("windows", target, name="target")
    if len(target) != len(series):
        raise ValueError(
            f"windows: target has {len(target)} values but series has {len(series)} steps; "
            "they should lie side by side in time"
        )
    for name, values in {"series": series, "target": target}.items():
        _check_no_gaps("windows", name, values)
    length = check_size("windows", "length", length)
    several = np.ndim(horizon) == 1
    each = np.atleast_1d(np.asarray(horizon, object)).tolist()
    horizons = [check_size("windows", "horizon", one) for one in each]
    if not horizons:
        raise ValueError("windows: horizon is empty; give at least one, for example 1")
    count = len(series) - length - max(horizons) + 1
    if count < 1:
        raise ValueError(
            f"windows: series has {len(series)} values but length {length} and horizon "
            f"{max(horizons)} need at least {length + max(horizons)}; shorten one of them"
        )
    columns = series if series.ndim == 2 else series[:, None]
    inputs = np.lib.stride_tricks.sliding_window_view(columns, length, axis=0)[:count]  # (B, D, T)
    first = length - 1
    ys = np.stack([target[first + each : first + each + count] for each in horizons], axis=1)
    # Copies: the view shares its memory between windows, and writing into one would change others.
    return inputs.swapaxes(1, 2).copy(), ys if several else ys[:, 0].copy()


class Filled(NamedTuple):
    """A series without its gaps.

    Attributes:
        series: `(N,)`, each gap filled with the last value that was known before it.
        known: `(N,)` booleans, False where a value was filled in: no target to be judged by.
    """

    series: Floats
    known: npt.NDArray[np.bool_]


def fill_gaps(series: Floats) -> Filled:
    """Fill the NaN of a series `(N,)` from its past alone: the last known value is carried on.

    Interpolation would be smoother, but it would leak: a window that ends within the gap would
    depend on the value after it.

    Raises:
        ValueError: the series is not `(N,)` floats, or begins with a gap, before which there is
            nothing.
    """
    series = _check_series("fill_gaps", series)
    known = np.isfinite(series)
    if not known[0]:
        fix = f"start it at step {known.argmax()}" if known.any() else "it has no known value"
        raise ValueError(
            f"fill_gaps: the series begins with a gap, which no later value may fill; {fix}"
        )
    last = np.maximum.accumulate(np.where(known, np.arange(len(series)), 0))
    return Filled(series[last], known)


def _check_series(
    where: str, series: Floats, *, name: str = "series", columns: bool = False
) -> Floats:
    array = np.asarray(series)
    ranks, shapes = ((1, 2), "(N,) or (N, D)") if columns else ((1,), "(N,)")
    if array.ndim not in ranks or not np.issubdtype(array.dtype, np.floating):
        raise ValueError(
            f"{where}: the {name} should be floats of shape {shapes}, "
            f"got {array.dtype} {array.shape}"
        )
    if array.size == 0:
        raise ValueError(f"{where}: the {name} is empty; it should hold at least one value")
    return array


def _check_no_gaps(where: str, name: str, values: Floats) -> None:
    gaps = ~np.isfinite(values).reshape(len(values), -1).all(axis=1)
    if gaps.any():
        raise ValueError(
            f"{where}: {name} has gaps (NaN or infinity), {gaps.sum()} of {len(values)} steps, the "
            f"first at step {gaps.argmax()}; fill them from the past with fill_gaps"
        )
