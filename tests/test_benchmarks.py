"""The benchmarks run and print their tables; their speed is not tested."""

import json
import math
import re
import runpy
import sys
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest

import lstm_jax

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SEEDS = BENCHMARKS / "seeds.py"


@pytest.mark.slow
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


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    import bench

    return bench


@pytest.mark.slow
def test_bench_prints_its_tables(
    bench: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("XLA_PYTHON_CLIENT_PREALLOCATE", "")  # put back after the test
    numbers, picture = tmp_path / "found.json", tmp_path / "ratios.png"
    options = "--shapes 3,2,4,5 --only ours plain --rounds 1 --growth 2,2,2,3 --factors 1 2"
    bench.main([*options.split(), "--json", str(numbers), "--figure", str(picture)])
    out = capsys.readouterr().out
    rows = re.findall(r"^\| 3, 2, 4, 5 \| (.*) \|$", out, flags=re.MULTILINE)
    assert len(rows) == 6  # times and ratios, twice; memory; compilation
    assert len(re.findall(r"^\| [TBH] = \d+, \d+ ", out, flags=re.MULTILINE)) == 3
    (race,) = json.loads(numbers.read_text())["races"]
    for way in ("forward", "gradient"):
        assert race["seconds"][way].keys() == {"ours", "plain"}
        assert all(0 < t < 60 for times in race["seconds"][way].values() for t in times)
    # The gradient cannot do with less than its results: three arrays of weights, and the inputs.
    assert race["memory"]["plain"]["planned"] >= 4 * (4 * 20 + 5 * 20 + 20 + 3 * 2 * 4)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_bench_times_nothing_that_computes_something_else(bench: ModuleType) -> None:
    right = np.linspace(-2, 2, 12)
    bench.check_equal({"ours": right, "plain": right + 1e-6}, "the forward")
    for wrong in (right + 1e-4, right * np.nan):
        with pytest.raises(ValueError, match="the forward by keras differs from that by ours"):
            bench.check_equal({"ours": right, "plain": right, "keras": wrong}, "the forward")


def test_bench_ratios(bench: ModuleType) -> None:
    # The second round is three times as slow for all, which the ratios do not see.
    rounds = {"ours": 1.0, "plain": 3.0, "linen": 8.0, "haiku": 2.0, "torch": 0.5}
    seconds = {name: [time, 3 * time, time] for name, time in rounds.items()}
    seconds["torch"][2] = 100.0
    found = bench.report.speedups([{"seconds": {"forward": seconds}}], "forward")
    assert found == {("ours", "peer"): [2.0], ("ours", "torch"): [0.5], ("ours", "plain"): [3.0]}


def test_bench_fits_the_power(bench: ModuleType) -> None:
    sizes = [8, 16, 32, 64]
    assert math.isclose(bench.report.power(sizes, [0.3 * size**1.7 for size in sizes]), 1.7)
    assert math.isnan(bench.report.power([8, 8], [1.0, 2.0]))


@pytest.mark.parametrize(
    ("time", "batch", "features", "hidden"), [(5, 3, 2, 4), (1, 16, 3, 16), (4, 20, 2, 17)]
)
def test_the_kernel_equals_the_plain_scan(
    bench: ModuleType, time: int, batch: int, features: int, hidden: int
) -> None:
    case = bench.contenders.draw(bench.Shape(time, batch, features, hidden))

    def gradient(run: Any) -> Any:
        def loss(*inputs: Any) -> jax.Array:
            hs, (h, c) = run(*inputs)
            return (hs**2).sum() + jnp.sin(h).sum() + (c**2).sum()

        return jax.jit(jax.value_and_grad(loss, (0, 1, 2)))(*case)

    kernel = partial(bench.contenders.kernel.run_kernel, interpret=True)
    for found, right in zip(
        jax.tree.leaves(gradient(kernel)),
        jax.tree.leaves(gradient(lstm_jax.run_plain)),
        strict=True,
    ):
        np.testing.assert_allclose(found, right, atol=1e-5 * float(jnp.abs(right).max()))


def test_the_kernel_can_be_lowered_for_a_gpu(bench: ModuleType) -> None:
    case = bench.contenders.draw(bench.Shape(100, 32, 64, 128))
    gradient = jax.grad(lambda *case: bench.contenders.kernel.run_kernel(*case)[0].sum())
    unstable = jax.export.DisabledSafetyCheck.custom_call("__gpu$xla.gpu.triton")
    export = jax.export.export(jax.jit(gradient), platforms=["cuda"], disabled_checks=[unstable])
    assert export(*case).mlir_module().count("@__gpu$xla.gpu.triton(") == 2  # there, and back
