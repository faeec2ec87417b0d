"""Is this answer the checker's own function? One that is imported by accident must not pass."""

import functools
import re
from typing import Any

import numpy as np

# The engine, and the rooms that hold exercises: as names of modules, and as files.
MODULE = re.compile(r"lstm_jax[./\\]course[./\\](checks|l\d\d)[./\\]")


def is_own(answer: Any) -> bool:
    """Whether it is a function of the checks or of a room, also in jit, vmap, partial, vectorize.

    The arrays and networks there need no such look: each is a mistake that its check recognises.
    """
    while isinstance(answer, functools.partial | np.vectorize):
        answer = answer.func if isinstance(answer, functools.partial) else answer.pyfunc
    # What wraps a function, jit and vmap too, takes over the name of its module. A module that
    # exports a function as its own may change that name, but not the file of its code.
    module = getattr(answer, "__module__", None) or ""
    file = getattr(getattr(answer, "__code__", None), "co_filename", "")
    return any(MODULE.search(place) for place in (module, file))
