"""What studies of an hour or more have in common: stopped and started again, they continue."""

import argparse
import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
import numpy as np

from lstm_jax.course.comparison.contenders import Curves
from lstm_jax.devices import use_cores
from lstm_jax.files import read_arrays, write_arrays


def begin(description: str, file: Path) -> Path:
    """Read the command line, before JAX is first used; returns the path for checkpoints.

    With `--again`, `file` and the checkpoint are deleted.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--again", action="store_true", help="begin from nothing")
    parser.add_argument("--devices", type=int, default=os.cpu_count(), help="cores to train on")
    arguments = parser.parse_args()
    use_cores(arguments.devices)
    checkpoint = file.with_suffix(".checkpoint")
    if arguments.again:
        file.unlink(missing_ok=True)
        checkpoint.unlink(missing_ok=True)
    return checkpoint


def was_stopped(curves: Sequence[Curves], steps: int) -> bool:
    """Whether Ctrl-C, which raises nothing, ended training while a run could have gone on."""
    return any(each.steps < steps and (each.diverged < 0).any() for each in curves)


def write(
    file: Path,
    arrays: dict[str, np.ndarray[Any, Any]],
    note: Mapping[str, str],
    command: str,
    **more: str,
) -> None:
    """Write arrays, a note of what they are, and what they were made by, with `more` about that."""
    made = {
        "command": command,
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("lstm_jax", "jax", "jaxlib", "optax", "numpy")},
        "machine": f"{platform.machine()}, {jax.default_backend()}, {jax.device_count()} devices",
        **more,
    }
    write_arrays(file, arrays, {"made_by": json.dumps(made), **note})


def made_by(file: Path) -> dict[str, str]:
    """The command, the date, the versions and the machine behind a file.

    Raises:
        FileNotFoundError: nothing has been found yet.
        ValueError: the file is not whole.
    """
    _, note = read_arrays(file.stem, file)
    made: dict[str, str] = json.loads(note["made_by"])
    return made
