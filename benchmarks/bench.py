"""How fast `lstm_jax.run` is beside the LSTM of other libraries, forward and gradient.

`python benchmarks/bench.py` prints Markdown: times; how many times as fast as the fastest other
library on JAX, as torch, and as one big matrix product of the same cost; the peak memory; the time
that compiling takes; and how time grows with T, B and H. Every contender has a process of its own,
and every round asks each of them in turn, one at a time, so that other work of the machine slows
all alike. Nothing is timed before all give the same results. Run nothing else at the same time.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import contenders
import numpy as np
import report
from contenders import Shape
from report import WAYS
from tqdm import tqdm

SHAPES = "60,1,8,8 100,32,64,128 256,64,128,256 1000,16,32,128 64,128,256,512"
GROWTH = "128,32,64,128"
FACTORS = [0.5, 1, 2, 4]
COMPILATIONS = 3  # of each function: the median is shown

Key = TypeVar("Key")
Ask = Callable[..., Any]


@contextmanager
def processes(names: Sequence[str], shapes: Sequence[Shape]) -> Iterator[Ask]:
    """One process a contender; `ask(name, function, ...)` calls one of `contenders` there."""
    with ExitStack() as stack:
        pools = {
            name: stack.enter_context(
                ProcessPoolExecutor(1, get_context("spawn"), contenders.start, (name,))
            )
            for name in names
        }
        pairs = product(pools.items(), shapes)
        ready = [pool.submit(contenders.prepare, name, shape) for (name, pool), shape in pairs]
        for future in ready:
            future.result()
        yield lambda name, function, *inputs: pools[name].submit(function, *inputs).result()


def in_turn(
    keys: Sequence[Key], rounds: int, seconds: Callable[[Key, str], float], bar: Any = None
) -> dict[str, dict[Key, list[float]]]:
    """The seconds of each key, forward and gradient; every round asks for each of them once."""
    asked: dict[str, dict[Key, list[float]]] = {way: {key: [] for key in keys} for way in WAYS}
    for _ in range(rounds):
        for way, key in product(WAYS, keys):
            asked[way][key].append(seconds(key, way))
        if bar is not None:
            bar.update()
    return asked


def race(names: Sequence[str], shape: Shape, rounds: int, bar: Any) -> dict[str, Any]:
    """Memory, compilation and times of these contenders at this shape."""
    layers = [name for name in names if name != "product"]
    own = [name for name in names if name in ("ours", "cores", "plain", "kernel")]
    bar.set_description(f"{shape}")
    with processes(names, [shape]) as ask:
        memory = {name: ask(name, contenders.memory, shape) for name in layers}
        for way in WAYS:
            results = {name: ask(name, contenders.result, shape, way) for name in layers}
            check_equal(results, f"the {way} at T, B, D, H = {shape}")
        compilations = in_turn(
            own,
            min(COMPILATIONS, rounds),
            lambda name, way: ask(name, contenders.compile_seconds, shape, way),
        )
        seconds = in_turn(
            names, rounds, lambda name, way: ask(name, contenders.turn, shape, way), bar
        )
    return {"shape": shape, "memory": memory, "compile": compilations, "seconds": seconds}


def check_equal(results: Mapping[str, Any], what: str, tolerance: float = 1e-5) -> None:
    """Check that all arrays equal the first one, within `tolerance` times its largest number.

    Raises:
        ValueError: one does not; the message has its name.
    """
    first, *others = results
    largest = np.abs(results[first]).max()
    for name in others:
        error = np.abs(results[name] - results[first]).max() / largest
        if not error <= tolerance:  # which fails for NaN, too
            raise ValueError(
                f"bench: {what} by {name} differs from that by {first} by {error:.1e} of the "
                f"largest number, expected at most {tolerance:.0e}; mend {name} or leave it out"
            )


def growth(start: Shape, factors: Sequence[float], rounds: int, bar: Any) -> dict[str, Any]:
    """Times of `run` where T, B or H alone grows by the factors."""
    axes = {"T": "time", "B": "batch", "H": "hidden"}
    lines = {
        letter: [start._replace(**{axis: int(factor * getattr(start, axis))}) for factor in factors]
        for letter, axis in axes.items()
    }
    shapes = sorted({shape for line in lines.values() for shape in line})
    bar.set_description(f"growth from {start}")
    with processes(["ours"], shapes) as ask:
        seconds = in_turn(
            shapes, rounds, lambda shape, way: ask("ours", contenders.turn, shape, way), bar
        )
    grown = {
        letter: {"shapes": line, **{way: [seconds[way][shape] for shape in line] for way in WAYS}}
        for letter, line in lines.items()
    }
    return {"start": start, "lines": grown}


def shape_of(text: str) -> Shape:
    """A shape as it is typed: T,B,D,H."""
    sizes = [int(size) for size in text.split(",")]
    if len(sizes) != 4 or min(sizes) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not four sizes T,B,D,H of at least 1")
    return Shape(*sizes)


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # a GPU's memory is for all processes
    here = contenders.available()
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    shapes = [shape_of(text) for text in SHAPES.split()]
    parser.add_argument(
        "--shapes", nargs="+", type=shape_of, default=shapes, metavar="T,B,D,H", help=SHAPES
    )
    parser.add_argument(
        "--only", nargs="+", choices=here, default=here, metavar="NAME", help=", ".join(here)
    )
    parser.add_argument("--rounds", type=int, default=9, help="%(default)s")
    parser.add_argument(
        "--growth",
        type=shape_of,
        default=GROWTH,
        metavar="T,B,D,H",
        help="where T, B and H grow from, one at a time: %(default)s",
    )
    parser.add_argument(
        "--factors", nargs="+", type=float, default=FACTORS, help="by these: %(default)s"
    )
    parser.add_argument("--json", type=Path, help="where to write every number")
    parser.add_argument("--figure", type=Path, help="where to draw the ratios")
    chosen = parser.parse_args(arguments)

    found: dict[str, Any] = {"machine": report.machine(arguments), "rounds": chosen.rounds}
    total = chosen.rounds * (len(chosen.shapes) + 1)
    with tqdm(total=total, unit="round") as bar:
        found["races"] = [race(chosen.only, shape, chosen.rounds, bar) for shape in chosen.shapes]
        found["growth"] = growth(chosen.growth, chosen.factors, chosen.rounds, bar)
    print(report.markdown(found))
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1))
    if chosen.figure:
        from picture import figure  # only now: every process imports what stands at the top

        figure(found).savefig(chosen.figure)


if __name__ == "__main__":
    main(sys.argv[1:])
