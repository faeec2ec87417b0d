"""The shapes that public functions promise, checked at every call that a test makes.

The letters are those of `lstm_jax.arrays`. `*B` is the batch, which one example does not have. A
letter stands for one size in all arrays of a call: those that went in and those that came out.
"""

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float, jaxtyped

import lstm_jax
from lstm_jax import (
    DiagonalGates,
    DiagonalParams,
    GradientFlow,
    GRUGates,
    GRUParams,
    GRUTrace,
    LSTMGates,
    LSTMParams,
    LSTMState,
    LSTMTrace,
    MinGRUGates,
    MinGRUParams,
    MinLSTMGates,
    MinLSTMParams,
    RNNGates,
    RNNParams,
    RNNTrace,
)
from lstm_jax.cells import check_params


class Shapes(NamedTuple):
    """The results of a cell, with shapes where their arrays stand."""

    state: Any
    gates: Any
    trace: Any = None
    flow: Any = None


NOW, STEPS, STATES, FLOW = "*B H", "*B T H", "*B T+1 H", "*B T+1"
CELLS: dict[type, Shapes] = {
    RNNParams: Shapes(NOW, RNNGates(), RNNTrace(STATES), GradientFlow(FLOW, None)),
    LSTMParams: Shapes(
        LSTMState(NOW, NOW),
        LSTMGates(NOW, NOW, NOW, NOW),
        LSTMTrace(STEPS, STEPS, STEPS, STEPS, STATES, STATES),
        GradientFlow(FLOW, FLOW),
    ),
    GRUParams: Shapes(
        NOW,
        GRUGates(NOW, NOW, NOW),
        GRUTrace(STEPS, STEPS, STEPS, STATES),
        GradientFlow(FLOW, None),
    ),
    MinLSTMParams: Shapes(NOW, MinLSTMGates(NOW, NOW, NOW)),
    MinGRUParams: Shapes(NOW, MinGRUGates(NOW, NOW)),
    DiagonalParams: Shapes(NOW, DiagonalGates()),
}
PROMISES: dict[str, Callable[[Shapes], Any]] = {
    "step": lambda cell: (cell.state, cell.gates),
    "run": lambda cell: (STEPS, cell.state),
    "run_plain": lambda cell: (STEPS, cell.state),
    "run_parallel": lambda cell: (STEPS, cell.state),
    "trace": lambda cell: cell.trace,
    "gradient_flow": lambda cell: cell.flow,
    "influence": lambda cell: "*B T T",
}


def keep_promises() -> None:
    """Put a checked function in the place of each of `PROMISES`, wherever one has been imported."""
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] == "lstm_jax"]
    for name in PROMISES:
        function = getattr(lstm_jax, name)
        replacement = checked(function)
        for module in modules:
            if vars(module).get(name) is function:
                setattr(module, name, replacement)


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, with an `AssertionError` for a result that is not as promised."""
    name, signature = function.__name__, inspect.signature(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)  # first, so that a wrong call has its own error
        given = signature.bind(*args, **kwargs).arguments
        params = given["params"]
        with jaxtyped("context"):  # in which a letter has one size
            check(f"{name}: params", shaped(check_params(name, params)), "D H")
            if "x" in given:
                check(f"{name}: x", shaped(np.shape(given["x"])), "*B D")
            else:
                check(f"{name}: xs", shaped(np.shape(given["xs"])), "*B T D")
            check(f"{name}: the result", result, PROMISES[name](CELLS[type(params)]))
        return result

    return call


def shaped(shape: tuple[int, ...]) -> jax.ShapeDtypeStruct:
    """What stands for an input, which may be a list."""
    return jax.ShapeDtypeStruct(shape, np.float32)


def check(name: str, tree: Any, shapes: Any) -> None:
    """Compare each array of `tree` with the shape in the same place."""
    leaves, form = jax.tree.flatten(tree)
    wanted, wanted_form = jax.tree.flatten(shapes)
    assert form == wanted_form, f"{name} is {form}, not {wanted_form}"
    for leaf, shape in zip(leaves, wanted, strict=True):
        assert isinstance(leaf, Float[Any, shape]), f"{name} has {leaf.shape}, not ({shape})"
