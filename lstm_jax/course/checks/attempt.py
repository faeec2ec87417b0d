"""Call a student's function: with copies, within a time limit, and catching what it raises."""

from __future__ import annotations

import _thread
import contextlib
import io
import signal
import sysconfig
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.course.checks.exercise import Args

PACKAGE = Path(__file__).parents[2]
LIBRARIES = (str(PACKAGE), *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")))


class OutOfTime(BaseException):
    """Not an Exception, so that a student's `except Exception` does not swallow it."""


class Attempt(NamedTuple):
    """What came back: a result per input, up to the first that raised or ran out of time."""

    results: list[Any]
    error: BaseException | None


def attempt(
    answer: Callable[..., Any], inputs: Sequence[Args], seconds: float, *, as_written: int = 1
) -> Attempt:
    """Call `answer` on all inputs, `seconds` for all together; stop where it raises.

    The first call runs as written. The others run with `jit` off, where `scan` is a Python loop:
    a fresh compilation for every call of `scan` would take most of a check's time.
    """
    results: list[Any] = []
    try:
        with time_limit(seconds), jax.default_matmul_precision("highest"):
            for args in inputs[:as_written]:
                result = answer(*for_student(args))
                results.append(result)
            # What a student prints to look inside is worth seeing once, not sixty times.
            with jax.disable_jit(), contextlib.redirect_stdout(io.StringIO()):
                for args in inputs[as_written:]:
                    result = answer(*for_student(args))
                    results.append(result)
    except (Exception, OutOfTime) as error:
        return Attempt(results, error)
    return Attempt(results, None)


def for_student(args: Args) -> Args:
    """A copy with JAX arrays, float32 or int32, in place of NumPy ones; numbers stay numbers."""

    def convert(leaf: Any) -> Any:
        if not isinstance(leaf, np.ndarray):
            return leaf
        return jnp.asarray(leaf, jnp.int32 if leaf.dtype.kind == "i" else jnp.float32)

    copy: Args = jax.tree.map(convert, args)
    return copy


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the block after `seconds`, again and again until it ends.

    A signal can only interrupt the main thread, where notebooks run their cells; in another
    thread there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    finished, expired = threading.Event(), threading.Event()

    def watch() -> None:
        while not finished.wait(seconds):
            expired.set()
            _thread.interrupt_main()

    def interrupt(_signum: int, _frame: FrameType | None) -> None:
        raise OutOfTime if expired.is_set() else KeyboardInterrupt

    previous = signal.signal(signal.SIGINT, interrupt)
    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        finished.set()
        signal.signal(signal.SIGINT, previous)


def student_line(error: BaseException) -> tuple[int, str] | None:
    """Number and text of the innermost line of the student's own that `error` went through."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.startswith((*LIBRARIES, "<frozen")) and frame.lineno and frame.line:
            return frame.lineno, frame.line
    return None
