"""The monthly sunspot numbers, 1749 to 2009: a real series with a rhythm of about eleven years."""

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lstm_jax.course.data.installed import installed_file


class Sunspots(NamedTuple):
    """N months in a row, from January 1749 to June 2009; N is 3,126.

    Attributes:
        year: `(N,)` float64, the middle of each month in years: 1749.04 is January 1749.
        number: `(N,)` float32, the mean sunspot number of that month (the older series, in use
            until 2015): 10 for each group of spots and 1 for each spot, so it has no unit.
    """

    year: npt.NDArray[np.float64]
    number: npt.NDArray[np.float32]


@cache
def sunspots() -> Sunspots:
    """The monthly sunspot numbers. The arrays are read-only: everyone shares them.

    February 1824 was never observed; the file holds a value interpolated from its neighbours.

    Raises:
        ModuleNotFoundError: the package statsmodels, which holds the file, is not installed.
        FileNotFoundError: it is installed, but without the file.

    Source: National Geophysical Data Center, public domain, as kept in statsmodels.
    """
    path = installed_file("sunspots", "statsmodels", "datasets/sunspots/src/sunspots_monthly.dat")
    return parse(path.read_text(encoding="ascii"))


def parse(text: str) -> Sunspots:
    """Read the table: a line holds a year and its months; anything else is passed over."""
    year, number = [], []
    for line in text.splitlines():
        first, *months = line.split() or [""]
        if not first.isdigit():
            continue
        for month, value in enumerate(months):
            year.append(int(first) + (month + 0.5) / 12)
            number.append(float(value))
    series = Sunspots(np.array(year), np.array(number, np.float32))
    for array in series:
        array.flags.writeable = False
    return series
