"""Editing `js/` while a notebook is open: what is saved shows at once, in the same kernel.

`make dev` opens JupyterLab with `LSTM_JAX_DEV=1` in its environment, which its kernels inherit.
An explorer that is made there follows the files: when one of them is saved, it is given the scripts
and styles anew, anywidget draws it again, and its controls stay as they were. A file that cannot be
joined puts the reason into `message`, and the explorer goes on with what it had.
"""

import os
import threading
import time
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING
from weakref import WeakSet

from lstm_jax.course.explorers.modules import SOURCES, STYLE, join_modules

if TYPE_CHECKING:
    from lstm_jax.course.explorers.explorer import Explorer

_SECONDS = 0.5  # between two looks; a look joins all files, which takes about 10 ms
_following: "WeakSet[Explorer]" = WeakSet()
_lock = threading.Lock()  # explorers are made in one thread and renewed in another


def follow_if_asked(explorer: "Explorer") -> None:
    """Let `explorer` follow the files from now on, if `LSTM_JAX_DEV` is set."""
    if os.environ.get("LSTM_JAX_DEV"):
        renew([explorer])  # a file may have been saved since the scripts were first joined
        with _lock:
            _following.add(explorer)
        _start()


def renew(explorers: Collection["Explorer"]) -> None:
    """Give explorers the scripts and styles as they are in the files now."""
    try:
        scripts = join_modules(SOURCES / "widget.js")
        styles = STYLE.read_text(encoding="utf-8")
    except OSError:
        return  # in the middle of a save: the next look finds the file
    except ValueError as error:
        for explorer in explorers:
            explorer.message = str(error)
        return
    for explorer in explorers:
        explorer.set_trait("_css", styles)
        explorer.set_trait("_esm", scripts)  # traitlets sends what has changed, and nothing else
        if explorer.message.startswith("join_modules:"):
            explorer.message = ""


@cache
def _start() -> None:
    threading.Thread(target=_watch, name="follow js/", daemon=True).start()


def _watch() -> None:
    while True:
        time.sleep(_SECONDS)
        with _lock:
            explorers = list(_following)
        renew(explorers)
