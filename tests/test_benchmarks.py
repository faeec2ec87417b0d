"""The benchmarks run and print their tables; how fast anything is, is no test."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_seeds_prints_a_ratio_for_each_way() -> None:
    command = [sys.executable, "benchmarks/seeds.py", "--seeds", "2", "--steps", "1"]
    quick = {"JAX_PLATFORMS": "cpu", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}  # as in conftest.py
    environment = {**os.environ, **quick, "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    ).stdout
    head, first, *others = printed.splitlines()
    assert re.match(r"2 seeds, 1 steps, \d+ cores, load \d", head)
    assert re.fullmatch(r"one after another +\d+\.\d\d s +ratio 1\.00", first)
    assert len(others) == 2
    assert all(re.fullmatch(r"together, .* s +ratio \d+\.\d\d", line) for line in others)
