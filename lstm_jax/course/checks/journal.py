"""A file beside the notebook that remembers what was done in it, whatever is restarted.

It holds a line of JSON for each thing done, and lines are only ever added, each in one write:
notebooks that are open at once do not overwrite each other, and a line that is broken, or of a
newer version, is all that is lost. What cannot be written is remembered until the kernel ends.
With `LSTM_JAX_PROGRESS=off` in the environment nothing is written.
"""

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

FILE = ".lstm_jax_progress.jsonl"  # in the folder in which the kernel runs, that of the notebook
VERSION = 1
TRIES = 3
LOST = "What you do now is remembered until this kernel ends, and no longer."

Line = dict[str, Any]


class Journal(NamedTuple):
    """All lines in their order, and in a sentence what is wrong with the file, or ""."""

    lines: list[Line]
    problem: str = ""


_unwritten: list[Line] = []  # of this kernel


def read() -> Journal:
    """What is known, from the file and from this kernel."""
    try:
        lines, strange = _lines()
    except OSError as error:
        return Journal([*_unwritten], f"{FILE} cannot be read ({error.strerror}). {LOST}")
    problems = []
    if strange:
        some = "1 line" if strange == 1 else f"{strange} lines"
        problems.append(f"{some} of {FILE} cannot be read; all the others are.")
    if is_off():
        problems.append(f"LSTM_JAX_PROGRESS is off. {LOST}")
    elif _unwritten:
        problems.append(f"{FILE} cannot be written. {LOST}")
    return Journal([*lines, *_unwritten], " ".join(problems))


def add(line: Line) -> str:
    """Add a line. Where that is not possible, returns a sentence about it, once in a kernel."""
    known = bool(_unwritten)
    _unwritten.append({"version": VERSION, **line})
    if is_off():
        return ""
    try:
        _write()
    except OSError as error:
        return "" if known else f"{FILE} cannot be written ({error.strerror}). {LOST}"
    return ""


def is_off() -> bool:
    """Is the journal switched off?"""
    return os.environ.get("LSTM_JAX_PROGRESS") == "off"


def _write() -> None:
    """Append what is unwritten, then check it, because two writers may overwrite each other.

    Raises OSError if some of it is not there in the end.
    """
    for _ in range(TRIES):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in _unwritten)
        with Path(FILE).open("ab", buffering=0) as file:
            file.write(text.encode())
        there, _ = _lines()
        _unwritten[:] = [line for line in _unwritten if line not in there]
        if not _unwritten:
            return
    raise OSError(0, "what was written is not there")


def _lines() -> tuple[list[Line], int]:
    """The lines of the file that this version can read, and how many it cannot."""
    try:
        text = Path(FILE).read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return [], 0
    lines, strange = [], 0
    for each in text.split("\n"):
        try:
            line = json.loads(each)
        except (ValueError, RecursionError):
            line = None
        if isinstance(line, dict) and line.get("version") == VERSION:
            lines.append(line)
        elif each.strip():
            strange += 1
    return lines, strange
