"""What `bench.py` has measured, as tables."""

import datetime
import importlib.util
import os
import platform
import re
import statistics
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import jax
import numpy as np

WAYS = ("forward", "gradient")
PEERS = ("linen", "nnx", "equinox", "haiku", "keras")
# Whose speed is told in multiples of whose; "peer" is the fastest other library on JAX.
PAIRS = (
    ("ours", "peer"),
    ("ours", "torch"),
    ("ours", "cudnn"),
    ("ours", "plain"),
    ("ours", "product"),
    ("cores", "peer"),
    ("cores", "torch"),
    ("kernel", "peer"),
    ("kernel", "cudnn"),
)
LABELS = {
    "peer": "fastest peer",
    "cores": "ours, all cores",
    "plain": "plain scan",
    "kernel": "Pallas kernel",
    "linen": "flax linen",
    "nnx": "flax nnx",
    "cudnn": "cuDNN by JAX",
    "product": "one product",
}
LIBRARIES = {"jax": "jax", "flax": "flax", "equinox": "equinox", "haiku": "dm-haiku"}
LIBRARIES |= {"keras": "keras", "torch": "torch"}

NOTES = """\
ours: `lstm_jax.run` on one device, as every other library; all cores: the same, with the batch
split over as many devices as there are cores, where it divides; plain scan: `lstm_jax.run_plain`;
one product: one matrix product that costs what all products of the layer cost together, and its
gradient. The gradient is that of the mean square of the outputs, for all weights and the inputs. A
number above 1 in a column "other / ours" says how many times as fast ours is: the median of the
rounds' ratios."""

Races = Sequence[Mapping[str, Any]]


def machine(arguments: Sequence[str]) -> str:
    """What it ran on, when, and the command."""
    cpus = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", cpus.read_text()) if cpus.exists() else []
    versions = [
        f"{module} {metadata.version(package)}"
        for module, package in LIBRARIES.items()
        if importlib.util.find_spec(module)
    ]
    return (
        f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f}; JAX on {jax.devices()[0].device_kind}; {platform.system()}, "
        f"Python {platform.python_version()}, {', '.join(versions)}; "
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC; "
        f"`{' '.join(['python benchmarks/bench.py', *arguments])}`"
    )


def markdown(found: Mapping[str, Any]) -> str:
    """All tables."""
    races, rounds = found["races"], found["rounds"]
    parts = ["# An LSTM in float32 beside other libraries", found["machine"], NOTES]
    for way in WAYS:
        parts += [f"## {way.capitalize()}: milliseconds, median of {rounds} rounds"]
        parts += [times(races, way)]
        parts += [f"## {way.capitalize()}: how many times as fast", ratios(races, way)]
    parts += ["## Peak memory of the gradient, MB: as XLA plans it / as the process grows"]
    parts += [memory(races)]
    parts += ["## Seconds to trace, lower and compile", compilation(races)]
    parts += ["## How the time of ours grows: milliseconds, and the fitted power"]
    parts += [growth(found["growth"])]
    return "\n\n".join(parts)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown: the first column left, the others right."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def label(name: str) -> str:
    """A contender as the tables name it."""
    return LABELS.get(name, name)


def milliseconds(seconds: Sequence[float]) -> float:
    """The median."""
    return 1e3 * statistics.median(seconds)


def times(races: Races, way: str) -> str:
    """Medians of all contenders."""
    names = list(races[0]["seconds"][way])
    rows = [
        [str(race["shape"]), *(f"{milliseconds(race['seconds'][way][name]):.3g}" for name in names)]
        for race in races
    ]
    return table(["T, B, D, H", *map(label, names)], rows)


# --- Ratios --------------------------------------------------------------------------------------


def fastest_peer(race: Mapping[str, Any], way: str) -> str | None:
    """The other library on JAX with the smallest median; None where there is none."""
    seconds = race["seconds"][way]
    return min(
        (name for name in PEERS if name in seconds),
        key=lambda name: milliseconds(seconds[name]),
        default=None,
    )


def speedups(races: Races, way: str) -> dict[tuple[str, str], list[float]]:
    """For each of PAIRS that ran, how many times as fast the first is as the second, race by race.

    The median over the rounds of the ratio in each round: what slows a whole round cancels out.
    """
    columns = {}
    for own, other in PAIRS:
        rivals = [fastest_peer(race, way) if other == "peer" else other for race in races]
        if {own, *rivals} <= set(races[0]["seconds"][way]):
            columns[own, other] = [
                statistics.median(np.divide(race["seconds"][way][rival], race["seconds"][way][own]))
                for race, rival in zip(races, rivals, strict=True)
            ]
    return columns


def ratios(races: Races, way: str) -> str:
    """A row a race, and the geometric means."""
    columns = speedups(races, way)
    rows = [
        [str(race["shape"]), label(fastest_peer(race, way) or "—"), *(f"{r:.2f}" for r in numbers)]
        for race, *numbers in zip(races, *columns.values(), strict=True)
    ]
    means = [f"{statistics.geometric_mean(column):.2f}" for column in columns.values()]
    rows.append(["geometric mean", "", *means])
    head = [f"{label(other)} / {label(own)}" for own, other in columns]
    return table(["T, B, D, H", "fastest peer", *head], rows)


# --- Memory, compilation, growth -----------------------------------------------------------------


def memory(races: Races) -> str:
    """Two numbers a contender."""

    def cell(found: Mapping[str, int]) -> str:
        sizes = (found.get(which) for which in ("planned", "measured"))
        return " / ".join("—" if size is None else f"{size / 1e6:.3g}" for size in sizes)

    names = list(races[0]["memory"])
    rows = [[str(race["shape"]), *(cell(race["memory"][name]) for name in names)] for race in races]
    return table(["T, B, D, H", *map(label, names)], rows)


def compilation(races: Races) -> str:
    """Medians, and the median of the ratios of ours to the plain scan's."""
    names = list(races[0]["compile"]["forward"])
    both = {"ours", "plain"} <= set(names)
    rows = []
    for race in races:
        row = [str(race["shape"])]
        for way in WAYS:
            seconds = race["compile"][way]
            row += [f"{statistics.median(seconds[name]):.2f}" for name in names]
            if both:
                row.append(f"{statistics.median(np.divide(seconds['ours'], seconds['plain'])):.2f}")
        rows.append(row)
    columns = [*map(label, names), *["ours / plain scan"] * both]
    return table(["T, B, D, H", *(f"{way}: {column}" for way in WAYS for column in columns)], rows)


def power(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The p of seconds ≈ constant · size^p, by least squares on the logarithms; NaN of one size."""
    if len(set(sizes)) < 2:
        return float("nan")
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def growth(found: Mapping[str, Any]) -> str:
    """A row for each size that grows."""
    rows = []
    for letter, line in found["lines"].items():
        sizes = [shape["TBDH".index(letter)] for shape in line["shapes"]]
        row = [f"{letter} = {', '.join(map(str, sizes))}"]
        for way in WAYS:
            medians = [milliseconds(seconds) for seconds in line[way]]
            row += [", ".join(f"{each:.3g}" for each in medians), f"{power(sizes, medians):.2f}"]
        rows.append(row)
    return table(
        [f"T, B, D, H = {found['start']}, but", "forward", "power", "gradient", "power"], rows
    )
