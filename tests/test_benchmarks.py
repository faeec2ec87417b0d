"""The benchmarks run and print their tables; how fast anything is, is no test."""

import re
import runpy
import sys
from pathlib import Path

import jax
import pytest

SEEDS = Path(__file__).parents[1] / "benchmarks" / "seeds.py"


def test_seeds_prints_a_row_for_each_batch(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["seeds.py", "--seeds", "2", "--steps", "2", "--batches", "3"])
    asked = {}
    # Among other tests JAX has started already, and its devices stay as they are.
    monkeypatch.setattr(jax.config, "update", asked.__setitem__)
    runpy.run_path(str(SEEDS), run_name="__main__")
    assert asked["jax_num_cpu_devices"] >= 1
    head, names, row = capsys.readouterr().out.splitlines()
    assert re.match(r"2 seeds, 2 steps, \d+ cores, load \d", head)
    assert re.fullmatch(r"batch +one after another +together, one core +together, 1 cores", names)
    ratio = r"\d+\.\d\d s, ratio +\d+\.\d\d"
    assert re.fullmatch(rf" +3 +\d+\.\d\d s +{ratio} +{ratio}", row)
