"""All that the lessons stand on: pictures, data, statistics, explorers, exercises, and their rooms.

A lesson says `from lstm_jax.course import GateExplorer, check, guess, plots, verdict`. A name is
loaded when it is first used, so that a first cell costs little more than `import jax`; which names
there are, and where each comes from, stands in `__init__.pyi` beside this file.

    plots        matplotlib figures and diagrams
    data         real data sets and synthetic tasks, one file each
    comparison   networks side by side on equal terms
    explorers    pictures of a cell that answer while you move a slider
    checks       the engine of exercises and questions
    pages        a lesson as a web page, and as slides
    l00 to l13   what one lesson alone needs: its exercises, its studies, their weights
"""

from importlib.util import find_spec

# One of them may be here for another reason, so each is looked for.
_NEEDED = ("anywidget", "ipywidgets", "lazy_loader", "matplotlib")
if _missing := [name for name in _NEEDED if find_spec(name) is None]:
    raise ModuleNotFoundError(
        f"lstm_jax.course: not installed: {', '.join(_missing)}; install all that the course needs "
        'with: python -m pip install "lstm_jax[course]"',
        name=_missing[0],
    )

import lazy_loader  # noqa: E402, now that it is there

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
