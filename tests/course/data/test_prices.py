import gzip
import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from lstm_jax.course.data.prices import TICKERS, Prices, log_ranges, log_returns, parse, prices


@pytest.fixture(scope="module")
def tables() -> dict[str, Prices]:
    return {ticker: prices(ticker) for ticker in TICKERS}


def test_the_series_are_whole(tables):
    assert {name: len(table.date) for name, table in tables.items()} == {
        "AAPL": 3270,
        "GOOG": 2148,
        "IBM": 3270,
        "MSFT": 3270,
    }
    for table in tables.values():
        assert table.date[-1] == np.datetime64("2013-03-01")
        np.testing.assert_array_equal(table.date, tables["IBM"].date[-len(table.date) :])
        assert (np.diff(table.date) > np.timedelta64(0)).all()
    assert tables["GOOG"].date[0] == np.datetime64("2004-08-19")


def test_each_column_is_what_it_says(tables):
    for table in tables.values():
        assert (table.low > 0).all()
        for price in (table.open, table.close):
            assert (table.low <= price).all()
            assert (price <= table.high).all()
        assert (table.high > table.low).all()
        assert (table.volume > 0).all()


def test_splits_are_in_the_close_and_not_in_the_adjusted_price(tables):
    for ticker, day in [("AAPL", "2000-06-21"), ("AAPL", "2005-02-28"), ("MSFT", "2003-02-18")]:
        table = tables[ticker]
        step = int(np.flatnonzero(table.date == np.datetime64(day))[0]) - 1
        assert log_returns(table.close)[step] < -0.5
        assert abs(log_returns(table.adjusted)[step]) < 0.1


def test_adjusted_moves_with_the_close_on_all_but_a_few_days(tables):
    for table in tables.values():
        apart = np.abs(log_returns(table.adjusted) - log_returns(table.close))
        assert (apart < 1e-3).mean() > 0.98  # the rest: splits and dividends


def test_returns_and_ranges_equal_plain_loops():
    price, high, low = np.array([10.0, 11, 9]), np.array([12.0, 11, 10]), np.array([8.0, 10, 9.5])
    np.testing.assert_allclose(log_returns(price), [np.log(1.1), np.log(9 / 11)])
    expected = [np.log(np.log(top / end)) for top, end in zip(high, low, strict=True)]
    np.testing.assert_allclose(log_ranges(high, low), expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: prices("XYZ"), "prices: ticker should be one of AAPL, GOOG, IBM, MSFT, got 'XYZ'"),
        (
            lambda: log_returns(np.array([1.0, 0, 2])),
            r"log_returns: price should be above 0 .* got 0\.0 on day 1",
        ),
        (
            lambda: log_returns(np.array([1.0, np.nan])),
            "log_returns: .* got nan on day 1; fill gaps with .*fill_gaps",
        ),
        (
            lambda: log_ranges(np.array([2.0, 3]), np.array([1.0, 3])),
            r"log_ranges: high should be above low on every day, got 3\.0 and 3\.0 on day 1",
        ),
        (lambda: log_ranges(np.ones(2), -np.ones(2)), "log_ranges: low should be above 0"),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_parse_reads_a_table_and_passes_over_other_companies(tmp_path):
    rows = ["Ticker,Date,Open,High,Low,Close,Volume,Adj Close"]
    rows += [f"{name},2001-01-0{n},1,4,{n},2,100,0.5" for name in (*TICKERS, "FB") for n in (1, 2)]
    with gzip.open(tmp_path / "small.csv.gz", "wt") as file:
        file.write("\n".join(rows))
    tables = parse(tmp_path / "small.csv.gz")
    assert list(tables) == list(TICKERS)
    np.testing.assert_array_equal(tables["IBM"].low, [1, 2])
    np.testing.assert_array_equal(tables["IBM"].adjusted, [0.5, 0.5])
    np.testing.assert_array_equal(tables["IBM"].volume, [100, 100])


def test_shared_arrays_cannot_be_written_to(tables):
    with pytest.raises(ValueError, match="read-only"):
        tables["IBM"].close[0] = 0


def test_missing_package_names_the_remedy(monkeypatch):
    from lstm_jax.course.data.prices import stocks_file

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"prices: .*bokeh_sampledata.*pip install"):
        stocks_file()


def test_neither_the_package_nor_pandas_is_imported():
    code = (
        "import sys; from lstm_jax.course.data.prices import prices; prices('IBM'); "
        "print(sorted({'bokeh_sampledata', 'pandas', 'shapely'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
