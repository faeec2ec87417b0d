"""How time grows with length, for the ways to walk of `walks`: measured here, or recorded before.

    python -m lstm_jax.course.l13.scaling --record

measures on the machine in use and adds what it finds to the records of this package, in place of an
earlier record of the same device. Let the machine be quiet; the record says how busy it was.
"""

import argparse
import datetime
import json
import os
import platform
import re
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import jax

from lstm_jax.course.explorers.measuring import WAYS, Power, Size, fitted, seconds_of
from lstm_jax.course.l13.walks import forward, training_step

FILE = Path(__file__).with_name("scaling.json")
COMMAND = "python -m lstm_jax.course.l13.scaling --record"
LENGTHS = (64, 256, 1024, 4096)  # of a record
BATCH, WIDTH = 8, 32
_FORMAT = "lstm_jax scaling 1"


class Curve(NamedTuple):
    """One way to walk: for each length T, seconds and bytes, (N,) each.

    forward, training: the median seconds of one call.
    compile_forward, compile_training: the seconds until a program is compiled.
    bytes: the memory of a training step, as XLA plans it.
    """

    lengths: list[int]
    forward: list[float]
    training: list[float]
    compile_forward: list[float]
    compile_training: list[float]
    bytes: list[int]

    def power(self, name: str) -> Power:
        """The power law nearest to one of the others, such as `power("training")`."""
        return fitted(self.lengths, getattr(self, name))


class Record(NamedTuple):
    """Curves, and where and when they were measured.

    machine: the processor, and how many of its cores are available.
    device: what JAX calls the device that computed.
    platform: "cpu", "gpu" or "tpu".
    load: how many processes wanted the cores at the beginning, a mean over a minute.
    date: such as "2026-03-01".
    versions: of python, jax and jaxlib.
    batch, width: B and H.
    rounds: the timings behind each median.
    curves: a `Curve` for each way.
    """

    machine: str
    device: str
    platform: str
    load: float
    date: str
    versions: dict[str, str]
    batch: int
    width: int
    rounds: int
    curves: dict[str, Curve]


# --- Measuring -----------------------------------------------------------------------------------


def measure(
    lengths: Sequence[int],
    *,
    batch: int = BATCH,
    width: int = WIDTH,
    ways: Sequence[str] = WAYS,
    rounds: int = 5,
    watch: Callable[[str], object] = lambda _: None,
) -> dict[str, Curve]:
    """A `Curve` for each way, on JAX's default device.

    All programs are compiled, then timed in turn, round after round, so that other work of the
    machine slows all of them alike.

    Args:
        lengths: the T to measure.
        batch: B.
        width: H, and D.
        ways: some of `WAYS`.
        rounds: how many timings each median is taken of.
        watch: told what is being compiled or timed.
    """
    sizes = [Size(length, batch, width) for length in lengths]
    programs = {}
    for make in (forward, training_step):
        for way in ways:
            for size in sizes:
                watch(f"compiling {way}, T = {size.length}")
                programs[make, way, size.length] = make(way, size)
    calls = {key: program.start() for key, program in programs.items()}
    watch(f"timing {rounds} rounds")
    seconds = medians(calls, rounds)

    def curve(way: str) -> Curve:
        walked, trained = ([(make, way, T) for T in lengths] for make in (forward, training_step))
        return Curve(
            lengths=list(lengths),
            forward=[seconds[key] for key in walked],
            training=[seconds[key] for key in trained],
            compile_forward=[programs[key].seconds for key in walked],
            compile_training=[programs[key].seconds for key in trained],
            bytes=[programs[key].bytes for key in trained],
        )

    return {way: curve(way) for way in ways}


def medians(calls: Mapping[Any, Callable[[], object]], rounds: int) -> dict[Any, float]:
    """The median seconds of each call: all in turn, once to warm up and then `rounds` times."""
    taken: dict[Any, list[float]] = {key: [] for key in calls}
    for _ in range(1 + rounds):
        for key, call in calls.items():
            taken[key].append(seconds_of(call))
    return {key: statistics.median(each[1:]) for key, each in taken.items()}


# --- Records -------------------------------------------------------------------------------------


def records(path: Path = FILE) -> list[Record]:
    """All records of this package, the oldest first; none where there is no file.

    Raises:
        ValueError: the file is none of this format.
    """
    if not path.exists():
        return []
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            raise ValueError(f"its format is {content['format']!r}")
        return [
            Record(**{**each, "curves": {way: Curve(**c) for way, c in each["curves"].items()}})
            for each in content["records"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"records: {path} is no file of records ({error}); take it away and run {COMMAND}"
        ) from None


def recorded_on(platform: str, path: Path = FILE) -> Record | None:
    """The newest record of a "cpu", "gpu" or "tpu"; None where none has been made."""
    return next((each for each in reversed(records(path)) if each.platform == platform), None)


def add(record: Record, path: Path = FILE) -> None:
    """Write a record, in place of an earlier one of the same machine and device."""
    others = [
        each
        for each in records(path)
        if (each.machine, each.device) != (record.machine, record.device)
    ]
    content = {
        "format": _FORMAT,
        "records": [
            {**each._asdict(), "curves": {way: c._asdict() for way, c in each.curves.items()}}
            for each in (*others, record)
        ],
    }
    text = json.dumps(content, indent=1)
    # A curve is easier to read, and to compare, on one line.
    text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: f"[{' '.join(m[1].split())}]", text)
    path.write_text(text + "\n", encoding="utf-8")


def record(curves: dict[str, Curve], *, batch: int, width: int, rounds: int, load: float) -> Record:
    """Curves just measured on this machine, with all that they depend on."""
    device = jax.devices()[0]
    rounded = {
        way: Curve(*([_four_digits(value) for value in values] for values in curve))
        for way, curve in curves.items()
    }
    return Record(
        machine=_machine(),
        device=device.device_kind,
        platform=device.platform,
        load=round(load, 2),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        versions={
            "python": platform.python_version(),
            **{name: version(name) for name in ("jax", "jaxlib")},
        },
        batch=batch,
        width=width,
        rounds=rounds,
        curves=rounded,
    )


def _four_digits(value: Any) -> Any:
    return value if isinstance(value, int) else float(f"{value:.4g}")


def _machine() -> str:
    cpus = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", cpus.read_text()) if cpus.exists() else []
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


def table(curves: Mapping[str, Curve]) -> Iterable[str]:
    """Lines to read: milliseconds at each length, and the fitted power."""
    for way, curve in curves.items():
        for name in ("forward", "training"):
            times = "  ".join(f"{1e3 * value:9.3f}" for value in getattr(curve, name))
            yield f"{way:18} {name:9} {times} ms   {curve.power(name)}"


def main() -> None:
    """Measure, print, and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help=f"add what is found to {FILE.name}")
    parser.add_argument("--rounds", type=int, default=15, help="timings a median, %(default)s")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    curves = measure(LENGTHS, rounds=arguments.rounds, watch=lambda words: print(words, flush=True))
    print(f"{_machine()}, load {load:.1f}; T = {', '.join(map(str, LENGTHS))}")
    print(*table(curves), sep="\n")
    if arguments.record:
        add(record(curves, batch=BATCH, width=WIDTH, rounds=arguments.rounds, load=load))
        print(f"added to {FILE.name}")


if __name__ == "__main__":
    main()
