"""For explorers that work in a thread: speak as the page does, wait, and see who is at work."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from lstm_jax.course.explorers.explorer import Explorer
from lstm_jax.course.explorers.jobs import Job


def from_page(explorer: Explorer, **state: Any) -> None:
    """Take a message as the page sends it."""
    explorer.set_state(json.loads(json.dumps(state)))


def until(true: Callable[[], bool]) -> None:
    """Wait until it is true."""
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def at_work() -> list[Job]:
    """The jobs whose threads run."""
    return [thread for thread in threading.enumerate() if isinstance(thread, Job)]
