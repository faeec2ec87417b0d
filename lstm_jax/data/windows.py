"""A series cut into windows, without letting the future leak into training.

Three steps, in this order: cut the series in time (`split`), take the scale from the earlier part
(`fit_scale`), cut each part into windows on its own (`windows`). A window then never reaches over
the cut, neither with an input nor with its target.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lstm_jax.arrays import check_size

Floats = npt.NDArray[np.floating[Any]]


def split(series: Floats, fraction: float) -> tuple[Floats, Floats]:
    """Cut a series `(N,)` in time: the first `fraction` of it to train on, the rest to test on.

    Never at random: a month between two training months is no test, its neighbours give it away.

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
    """Where the numbers of a series lie, to bring them to mean 0 and standard deviation 1."""

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


def windows(series: Floats, length: int, horizon: int) -> tuple[Floats, Floats]:
    """Every window of a series `(N,)`, and the value to forecast from it.

    Args:
        series: `(N,)` floats.
        length: steps in a window, T.
        horizon: steps from the last input to the target; 1 is the next value.

    Returns:
        xs: `(B, T, 1)`, where `xs[i, t, 0]` is `series[i + t]`.
        ys: `(B,)`, where `ys[i]` is `series[i + T - 1 + horizon]`. B is `N - T - horizon + 1`.

    Raises:
        ValueError: the series is not `(N,)` floats, a size is below 1, or no window fits.
    """
    series = _check_series("windows", series)
    length = check_size("windows", "length", length)
    horizon = check_size("windows", "horizon", horizon)
    count = len(series) - length - horizon + 1
    if count < 1:
        raise ValueError(
            f"windows: series has {len(series)} values but length {length} and horizon {horizon} "
            f"need at least {length + horizon}; shorten one of them"
        )
    inputs = np.lib.stride_tricks.sliding_window_view(series, length)[:count]
    # A copy: the view shares its memory between windows, and writing into one would change others.
    return inputs[:, :, None].copy(), series[length - 1 + horizon :].copy()


def _check_series(where: str, series: Floats) -> Floats:
    array = np.asarray(series)
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.floating):
        raise ValueError(
            f"{where}: the series should be floats of shape (N,), got {array.dtype} {array.shape}"
        )
    if array.size == 0:
        raise ValueError(f"{where}: the series is empty; it should hold at least one value")
    return array
