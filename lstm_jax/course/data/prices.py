"""Daily prices of four American companies, 2000 to 2013: a real series that nobody can predict.

One does not forecast a price but its changes: the `log_returns`, whose size does not depend on
whether a share costs 20 or 500 dollars; and how far it moved within a day, `log_ranges`.
"""

import csv
import gzip
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lstm_jax.arrays import Floats
from lstm_jax.course.data.installed import installed_file

TICKERS = ("AAPL", "GOOG", "IBM", "MSFT")


class Prices(NamedTuple):
    """N trading days of one share, oldest first; prices in US dollars.

    Attributes:
        date: `(N,)` datetime64[D]. All companies trade on the same days; Google begins in August
            2004, the others in March 2000. The last day of all is 1 March 2013.
        open: `(N,)` float64, the first price of the day, as it was paid then.
        high: `(N,)` float64, the highest one.
        low: `(N,)` float64, the lowest one, above 0.
        close: `(N,)` float64, the last one. Where a share was split in two, it falls by half
            overnight, and nobody has lost anything: Apple in June 2000 and in February 2005,
            Microsoft in February 2003.
        adjusted: `(N,)` float64, the last price without those jumps: divided by all splits, and
            lowered by all dividends, that came later. Its steps are what an owner gained.
        volume: `(N,)` float64, shares traded.
    """

    date: npt.NDArray[np.datetime64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    adjusted: Floats
    volume: Floats


def prices(ticker: str) -> Prices:
    """The daily prices of "AAPL", "GOOG", "IBM" or "MSFT". The arrays are read-only.

    Raises:
        ValueError: there is no such ticker.
        ModuleNotFoundError: the package bokeh-sampledata, which holds the file, is not installed.
        FileNotFoundError: it is installed, but without the file.

    Source: Quandl WIKI, public domain, as kept in bokeh-sampledata.
    """
    if ticker not in TICKERS:
        raise ValueError(f"prices: ticker should be one of {', '.join(TICKERS)}, got {ticker!r}")
    return _all_prices()[ticker]


@cache
def _all_prices() -> dict[str, Prices]:
    return parse(stocks_file())


def stocks_file() -> Path:
    """The table; see `prices` for what it raises."""
    return installed_file("prices", "bokeh_sampledata", "_data/stocks.csv.gz")


def parse(path: Path) -> dict[str, Prices]:
    """Read the table: one row for each company and day, under a row of names."""
    rows: dict[str, list[list[str]]] = {ticker: [] for ticker in TICKERS}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        table = csv.reader(file)
        next(table)
        for ticker, *row in table:
            if ticker in rows:
                rows[ticker].append(row)
    return {ticker: _prices(days) for ticker, days in rows.items()}


def _prices(rows: list[list[str]]) -> Prices:
    date, *columns = zip(*rows, strict=True)
    opened, high, low, close, volume, adjusted = np.array(columns, np.float64)
    days = np.array(date, "datetime64[D]")
    table = Prices(days, opened, high, low, close, adjusted, volume)
    for array in table:
        array.flags.writeable = False
    return table


def log_returns(price: Floats) -> Floats:
    """What was gained from one day to the next, `(N - 1,)`: ln(price[n + 1] / price[n]).

    0.01 is about one percent up. Give it the adjusted price.

    Raises:
        ValueError: a price is not above 0, or is NaN.
    """
    price = np.asarray(price)
    _check_above_zero("log_returns", "price", price)
    return np.diff(np.log(price))


def log_ranges(high: Floats, low: Floats) -> Floats:
    """How wild each day was, `(N,)`: ln(ln(high / low)).

    ln(high / low) is about the way from the lowest to the highest price, as a share of the price;
    splits do not touch it. Its logarithm is taken once more since it is never below 0, and calm
    and wild days differ by factors.

    Raises:
        ValueError: a price is not above 0, or a high is not above its low.
    """
    high, low = np.asarray(high), np.asarray(low)
    _check_above_zero("log_ranges", "low", low)
    ratio = high / low
    if not (ratio > 1).all():
        day = int(np.argmin(ratio > 1))
        raise ValueError(
            f"log_ranges: high should be above low on every day, got {high[day]} and {low[day]} "
            f"on day {day}; leave out the days on which the price did not move"
        )
    return np.log(np.log(ratio))


def _check_above_zero(where: str, name: str, price: Floats) -> None:
    if not (price > 0).all():
        day = int(np.argmin(price > 0))
        raise ValueError(
            f"{where}: {name} should be above 0 on every day, got {price[day]} on day {day}; "
            "fill gaps with lstm_jax.course.data.windows.fill_gaps"
        )
