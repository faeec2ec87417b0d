"""How long the first cell of a lesson takes beyond `import jax`.

    python benchmarks/first_cell.py 03 --rounds 5

runs the first code cell of each lesson named, or of all, in fresh processes. It prints a table:
the median of the seconds, and the modules that were loaded. Its first row is `import jax` itself,
by which another machine is compared. Let the machine be quiet.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import jupytext  # type: ignore[import-untyped]

SOURCES = Path(__file__).parents[1] / "notebooks" / "source"
PROBE = """
import json, sys, time
begun = time.perf_counter()
import jax
there, known = time.perf_counter(), set(sys.modules)
exec(sys.stdin.read(), {})
seconds = there - begun, time.perf_counter() - there
print(json.dumps([*seconds, sorted(sys.modules.keys() - known)]))
"""


class Imported(NamedTuple):
    """What a fresh process needed.

    jax: seconds of `import jax`.
    seconds: those of the code after it.
    modules: what the code loaded beyond `import jax`.
    """

    jax: float
    seconds: float
    modules: list[str]


def sources() -> dict[str, Path]:
    """The sources of the lessons by number, such as "03"."""
    return {path.name[:2]: path for path in sorted(SOURCES.glob("[0-9][0-9]_*.py"))}


def first_cell(source: Path) -> str:
    """The code of the first code cell of a lesson that imports JAX: above it may be the map."""
    cells = jupytext.read(source).cells
    codes = (str(cell.source) for cell in cells if cell.cell_type == "code")
    return next(code for code in codes if "import jax" in code)


def imported(code: str) -> Imported:
    """Run code in a fresh process, after `import jax`."""
    command = [sys.executable, "-c", PROBE]
    out = subprocess.run(command, input=code, check=True, capture_output=True, text=True).stdout
    return Imported(*json.loads(out.splitlines()[-1]))  # above it, what the code prints


def main() -> None:
    """Measure, and print the table."""
    known = sources()
    parser = argparse.ArgumentParser(description="The seconds of first cells beyond `import jax`.")
    parser.add_argument("lessons", nargs="*", default=list(known), help="such as 03; else all")
    parser.add_argument("--rounds", type=int, default=5, help="processes for each, %(default)s")
    arguments = parser.parse_args()
    runs: dict[str, list[Imported]] = {lesson: [] for lesson in arguments.lessons}
    for _ in range(arguments.rounds):  # in turn, so that what else goes on falls on all of them
        for lesson, past in runs.items():
            past.append(imported(first_cell(known[lesson])))
    alone = statistics.median(each.jax for past in runs.values() for each in past)
    print(f"{'':26}seconds  modules\n{'import jax':26}{alone:7.2f}")
    for lesson, past in runs.items():
        seconds = statistics.median(each.seconds for each in past)
        print(f"{known[lesson].stem:26}{seconds:7.2f}  {len(past[0].modules):7}")


if __name__ == "__main__":
    main()
