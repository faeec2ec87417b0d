"""Run lessons without a browser, as a class would, and print what each one took.

    python notebooks/tools/run.py                   every lesson, student and solved
    python notebooks/tools/run.py 01 02 --solved    the solved notebooks of two lessons
    python notebooks/tools/run.py 01 --seconds      a student notebook; its seconds are kept

A notebook runs in `notebooks/`, in a fresh kernel of this Python that refuses the network. It is
`ok` if no cell and no widget callback raises, nothing is written to stderr (a warning on a
projector is a fault), and every exercise check ends as it should: "passed" in a solved notebook,
"unanswered" in a student one. It is `slow`, a failure as well, if all that and the kernel's start
took longer than the limit. A cell that raises on purpose is tagged `raises-exception`.

With `--seconds`, those of each section go into `seconds.json` beside this file, from which the
build computes how long a section takes: see minutes.py. Let the machine be quiet, and run
`make notebooks` after it.

`lstm_jax.course.checks.check` says how it ended in the metadata of the output it displays:
`{"lstm_jax": {"exercise": name, "outcome": "passed" | "failed" | "unanswered"}}`.
"""
# mypy: untyped-calls-exclude=nbformat

import argparse
import math
import os
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import minutes
import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop, run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

NOTEBOOKS = Path(__file__).resolve().parents[1]
ROW = "{:28} {:8} {:>8} {:>8}  {}"
LIMIT = 60  # seconds
LONGER = dict.fromkeys(("07", "08", "09", "10", "11", "12", "13"), 120)  # lessons that train
EXPECTED_OUTCOME = {"student": "unanswered", "solved": "passed"}
WIDGETS = "application/vnd.jupyter.widget-state+json"

# An audit hook sees every connection made from Python, whichever library makes it.
REFUSE_NETWORK = """
import math
import sys
def refuse(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if host not in (None, "localhost", "127.0.0.1", "::1"):
        raise ConnectionRefusedError(f"a lesson runs offline, and this one asked for {host}")
sys.addaudithook(refuse)
"""
PEAK_MEMORY = "__import__('resource').getrusage(0).ru_maxrss"
if sys.platform == "linux":  # there ru_maxrss begins with what the parent process has had
    STATUS = "__import__('pathlib').Path('/proc/self/status').read_text()"
    PEAK_MEMORY = f"int({STATUS}.split('VmHWM:')[1].split()[0])"
PEAK_UNITS_PER_MB = 2**20 if sys.platform == "darwin" else 2**10


class Run(NamedTuple):
    """What became of one notebook; `peak_mb` is None where the system does not tell (Windows)."""

    lesson: str
    version: str
    seconds: float
    peak_mb: float | None
    result: str
    problems: list[str]


def run(
    version: str,
    path: Path,
    *,
    notebooks: Path,
    limit: float,
    keep: Path | None,
    seconds_file: Path | None = None,
) -> Run:
    """Run one notebook, `version` being "student" or "solved", and judge it.

    `keep` is a folder for the notebook that was run; its seconds go into `seconds_file`, if it has
    run to its end.
    """
    notebook = nbformat.read(path, as_version=4)
    # With no folder to look for kernels in, "python3" is the Python that runs this.
    this_python = KernelSpecManager(kernel_dirs=[])
    kernel = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=this_python,
        transport_encryption="auto",  # else the kernel warns, on the terminal, that it has none
    )
    client = NotebookClient(
        notebook,
        km=kernel,
        timeout=math.ceil(5 * limit),  # of one cell
        resources={"metadata": {"path": str(notebooks)}},
        shutdown_kernel="immediate",  # a graceful one interrupts first, and the kernel reports it
    )
    problems: list[str] = []
    of_cells: list[float] = []
    peak_mb = None
    start = time.perf_counter()
    loop = ensure_event_loop(prefer_selector_loop=True)  # the client uses it and leaves it open
    quiet = {**os.environ, "LSTM_JAX_PROGRESS": "off"}  # what runs here is nobody's progress
    with closing(loop), client.setup_kernel(cleanup_kc=True, env=quiet):
        ask(client, f"exec({REFUSE_NETWORK!r}, {{}})")
        bar = tqdm(
            notebook.cells,
            desc=f"{path.stem} {version}",
            unit="cell",
            file=sys.stdout,
            leave=False,
            disable=None,  # only where the output is a terminal
        )
        try:
            for index, cell in enumerate(bar):
                before = time.perf_counter()
                client.execute_cell(cell, index)
                of_cells.append(time.perf_counter() - before)
        except CellExecutionError:
            pass  # The notebook holds it: see `find_problems`.
        except (CellTimeoutError, DeadKernelError) as error:
            problems.append(f"cell {index + 1}: {str(error).splitlines()[0]}\n{quote(cell)}")
        seconds = time.perf_counter() - start
        if not problems:
            answer = ask(client, "", user_expressions={"peak": PEAK_MEMORY})
            peak = answer["content"]["user_expressions"]["peak"]
            if peak["status"] == "ok":
                peak_mb = int(peak["data"]["text/plain"]) / PEAK_UNITS_PER_MB
    client.set_widgets_metadata()
    problems += find_problems(notebook, EXPECTED_OUTCOME[version])
    if keep is not None:
        kept = keep / path.relative_to(notebooks)
        kept.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, kept)
    if seconds_file is not None and len(of_cells) == len(notebook.cells):
        minutes.keep_seconds(path.stem, notebook.cells, of_cells, seconds_file)
    result = "failed" if problems else "slow" if seconds > limit else "ok"
    return Run(path.stem, version, seconds, peak_mb, result, problems)


@run_sync
async def ask(client: NotebookClient, code: str, **options: Any) -> Any:
    """Execute code in the kernel, leaving no trace in the notebook; returns the kernel's reply."""
    kernel: Any = client.kc
    return await kernel.execute(code, silent=True, reply=True, timeout=60, **options)


def find_problems(notebook: NotebookNode, expected_outcome: str) -> Iterator[str]:
    """Yield a paragraph for each thing that a class should not see in an executed notebook."""
    for number, cell in enumerate(notebook.cells, start=1):
        on_purpose = "raises-exception" in cell.metadata.get("tags", [])
        for output in cell.get("outputs", []):
            if output.output_type == "error" and not on_purpose:
                yield f"cell {number}: {output.ename}: {output.evalue}\n{quote(cell)}"
            elif output.output_type == "stream" and output.name == "stderr":
                yield f"cell {number} writes to stderr: {first_line(output.text)}\n{quote(cell)}"
            check = output.get("metadata", {}).get("lstm_jax")
            if check and check["outcome"] != expected_outcome:
                yield (
                    f"cell {number}: the check of {check['exercise']!r} says {check['outcome']}, "
                    f"expected {expected_outcome}\n{quote(cell)}"
                )
    # What a widget callback prints or raises is caught in the widget, not in the cell.
    models = notebook.metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {}).values()
    for output in (output for model in models for output in model["state"].get("outputs", [])):
        if output["output_type"] == "error":
            yield f"a widget callback raises {output['ename']}: {output['evalue']}"
        elif output["output_type"] == "stream" and output["name"] == "stderr":
            yield f"a widget callback writes to stderr: {first_line(output['text'])}"


def first_line(text: str) -> str:
    """Return the first line that is not blank."""
    return next((line for line in text.splitlines() if line.strip()), "")


def quote(cell: NotebookNode) -> str:
    """Return the first lines of a cell, marked as a quotation."""
    return textwrap.indent("\n".join(cell.source.splitlines()[:4]), "    | ", lambda _: True)


def main(arguments: list[str] | None = None, notebooks: Path = NOTEBOOKS) -> int:
    """Run the lessons of a folder and print the table; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lesson numbers; default all")
    versions = parser.add_mutually_exclusive_group()
    versions.add_argument("--student", action="store_true", help="only the student notebooks")
    versions.add_argument("--solved", action="store_true", help="only the solved notebooks")
    versions.add_argument(
        "--seconds", action="store_true", help="as --student; keep the seconds of the sections"
    )
    parser.add_argument(
        "--limit",
        type=float,
        help="seconds a notebook may take; default 60, or 120 where a lesson trains, times --jobs",
    )
    parser.add_argument("--jobs", type=int, default=1, help="notebooks to run at the same time")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write executed notebooks here")
    options = parser.parse_args(arguments)
    if options.seconds and options.jobs > 1:
        parser.error("--seconds is for notebooks that run one after the other")
    only_student = options.student or options.seconds

    names = sorted(path.name for path in notebooks.glob("[0-9][0-9]_*.ipynb"))
    unknown = set(options.lessons) - {name[:2] for name in names}
    if unknown or not names:
        parser.error(f"no lesson {', '.join(sorted(unknown))} in {notebooks}; there are {names}")
    todo: list[tuple[str, Path]] = []
    for name in names:
        if not options.lessons or name[:2] in options.lessons:
            todo += [("student", notebooks / name)] if not options.solved else []
            todo += [("solved", notebooks / "solutions" / name)] if not only_student else []

    def one(version: str, path: Path) -> Run:
        alone = LONGER.get(path.name[:2], LIMIT)
        limit = options.limit or options.jobs * alone  # they share the cores
        return run(
            version,
            path,
            notebooks=notebooks,
            limit=limit,
            keep=options.keep,
            seconds_file=minutes.SECONDS if options.seconds else None,
        )

    print(ROW.format("lesson", "version", "seconds", "peak MB", "result"), flush=True)
    runs: list[Run] = []
    with ThreadPoolExecutor(options.jobs) as pool:
        apply = pool.map if options.jobs > 1 else map
        for done in apply(one, *zip(*todo, strict=True)):
            runs.append(done)
            peak = "-" if done.peak_mb is None else f"{done.peak_mb:.0f}"
            cells = done.lesson, done.version, f"{done.seconds:.1f}", peak, done.result
            tqdm.write(ROW.format(*cells), file=sys.stdout)
            sys.stdout.flush()
    for failed in runs:
        for problem in failed.problems:
            print(f"\n{failed.lesson} ({failed.version}), {problem}")
    return 0 if all(done.result == "ok" for done in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
