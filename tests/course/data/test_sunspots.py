import importlib.util
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from lstm_jax.course.data.sunspots import parse, sunspots


def test_the_series_is_whole():
    series = sunspots()
    assert len(series.year) == len(series.number) == 3126
    assert (series.year.dtype, series.number.dtype) == (np.float64, np.float32)
    np.testing.assert_allclose(series.number[:3], [58.0, 62.6, 70.0])
    np.testing.assert_allclose(series.number[-3:], [1.2, 2.9, 2.6], rtol=1e-6)
    np.testing.assert_allclose(series.year[[0, -1]], [1749 + 0.5 / 12, 2009 + 5.5 / 12])


def test_months_follow_each_other():
    np.testing.assert_allclose(np.diff(sunspots().year), 1 / 12, atol=1e-9)


def test_agrees_with_the_yearly_series_of_the_same_package():
    # Another file, made by the source from the same observations: a shifted or dropped column
    # would show. Both round, and the yearly means before 1749 use other observations.
    spec = importlib.util.find_spec("statsmodels")
    folder = Path(spec.submodule_search_locations[0]) / "datasets/sunspots/src"
    yearly = dict(np.loadtxt(folder / "sunspots_yearly.dat"))
    series = sunspots()
    years = np.floor(series.year)
    for year in range(1749, 2008):
        assert abs(series.number[years == year].mean() - yearly[year]) < 1.0, year


def test_parse_reads_rows_and_passes_over_the_rest():
    series = parse("TITLE\n====\nYear Jan Feb\n\n1900 1.5 2\n1901 3\nNote: until 1901.\n")
    np.testing.assert_allclose(series.number, [1.5, 2, 3])
    np.testing.assert_allclose(series.year, np.array([0.5, 1.5, 12.5]) / 12 + 1900)


def test_shared_arrays_cannot_be_written_to():
    assert sunspots() is sunspots()
    with pytest.raises(ValueError, match="read-only"):
        sunspots().number[0] = 0


def test_missing_package_names_the_remedy(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"sunspots: .*statsmodels.*pip install"):
        sunspots.__wrapped__()


def test_missing_file_names_the_remedy(monkeypatch, tmp_path):
    spec = ModuleSpec("statsmodels", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(FileNotFoundError, match=r"sunspots: .*sunspots_monthly\.dat.*pip install"):
        sunspots.__wrapped__()


def test_neither_statsmodels_nor_pandas_is_imported():
    code = (
        "import sys; from lstm_jax.course.data.sunspots import sunspots; sunspots(); "
        "print(sorted({'statsmodels', 'pandas', 'optax', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
