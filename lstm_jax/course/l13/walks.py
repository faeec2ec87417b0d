"""Ways to walk a cell along its sequences, as programs to be timed: forward, and a training step.

    Python loop         LSTM      the compiled step, called once for each step
    scan                LSTM      `run_plain`: one program, whatever the number of steps
    unrolled scan       LSTM      the same, sixteen steps of the program at a time
    run                 LSTM      `run`: the same recurrence, arranged for speed
    scan, minLSTM       minLSTM   `run_plain` of a cell that is linear in its state
    parallel, minLSTM   minLSTM   `run_parallel`: an associative scan

Every cell has as many inputs as units, as in a stack. A training step is the gradient of the mean
square of the outputs for all weights. It is compiled before any array of its size is made, so the
memory that it will take is known beforehand. `ScalingExplorer(WALKS)` measures them all.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array
from lstm_jax.cells import AnyParams, LSTMState, cell_step, zero_state
from lstm_jax.course.explorers.measuring import LOOP, WAYS, Program, Size, Walk
from lstm_jax.init import init_lstm, init_min_lstm
from lstm_jax.layers import run, run_parallel, run_plain
from lstm_jax.scan import output

UNROLL = 16


def forward(way: str, size: Size) -> Program:
    """The outputs of all steps; `way` is one of WAYS."""
    if way == LOOP:
        return _loop(size, training=False)
    return _compiled(partial(_outputs, way), way, size)


def training_step(way: str, size: Size) -> Program:
    """The gradient of the mean square of the outputs; `way` is one of WAYS."""
    if way == LOOP:
        return _loop(size, training=True)
    return _compiled(jax.grad(partial(_loss, way)), way, size)


def _outputs(way: str, params: Any, xs: Array) -> Array:
    if way == "unrolled scan":
        return _unrolled(params, xs)
    walks: dict[str, Callable[..., tuple[Array, Any]]] = {
        "scan": run_plain,
        "run": run,
        "scan, minLSTM": run_plain,
        "parallel, minLSTM": run_parallel,
    }
    return walks[way](params, xs)[0]


def _unrolled(params: AnyParams, xs: Array) -> Array:
    def body(state: Any, x: Array) -> tuple[Any, Array]:
        state, _ = cell_step(params, state, x)
        return state, output(state)

    start = zero_state(params, len(xs))
    _, hs = jax.lax.scan(body, start, jnp.swapaxes(xs, 0, 1), unroll=UNROLL)
    return jnp.swapaxes(hs, 0, 1)


def _loss(way: str, params: Any, xs: Array) -> Array:
    return jnp.mean(_outputs(way, params, xs) ** 2)


def _compiled(function: Callable[[Any, Array], Any], way: str, size: Size) -> Program:
    begun = time.perf_counter()
    program = jax.jit(function).lower(*_shapes(way, size)).compile()
    seconds = time.perf_counter() - begun

    def start() -> Callable[[], object]:
        params, xs = inputs(way, size)
        return lambda: program(params, xs)

    return Program(start, seconds, _bytes(program))


# --- A step at a time, from Python ---------------------------------------------------------------


def _step(params: Any, state: Any, x: Array) -> Any:
    return cell_step(params, state, x)[0]


def _step_back(
    params: Any, state: Any, x: Array, weight: Array, d_after: Any, d_params: Any
) -> tuple[Any, Any]:
    """The gradient at the state before and, added up, at the weights.

    `d_after` is the gradient at the state after; the step's own share in the mean square is
    `weight` times the square of its outputs.
    """
    after, pull = jax.vjp(lambda params, state: _step(params, state, x), params, state)
    own = jax.grad(lambda state: weight * jnp.sum(output(state) ** 2))(after)
    d_now, d_before = pull(jax.tree.map(jnp.add, d_after, own))
    return d_before, jax.tree.map(jnp.add, d_params, d_now)


def _loop(size: Size, *, training: bool) -> Program:
    params, xs = _shapes(LOOP, size._replace(length=1))
    x = jax.eval_shape(lambda xs: xs[:, 0], xs)  # (B, D)
    state = jax.eval_shape(partial(_first_state, size))
    begun = time.perf_counter()
    step, step_back = jax.jit(_step), jax.jit(_step_back)
    compiled = step.lower(params, state, x).compile()
    if training:
        scalar = jax.eval_shape(lambda xs: xs[0, 0, 0], xs)
        compiled = step_back.lower(params, state, x, scalar, state, params).compile()
    seconds = time.perf_counter() - begun
    kept = sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves((state, x)))

    def start() -> Callable[[], object]:
        params, xs = inputs(LOOP, size)
        steps = [xs[:, t] for t in range(size.length)]
        first = _first_state(size)
        weight = jnp.float32(1 / (size.length * size.batch * size.width))

        def walk() -> list[Any]:
            states = [first]
            for x in steps:
                states.append(step(params, states[-1], x))
            return states

        def walk_and_return() -> Any:
            states = walk()
            d_state = jax.tree.map(jnp.zeros_like, first)
            d_params = jax.tree.map(jnp.zeros_like, params)
            for x, state in zip(reversed(steps), reversed(states[:-1]), strict=True):
                d_state, d_params = step_back(params, state, x, weight, d_state, d_params)
            return d_params

        return walk_and_return if training else walk

    return Program(start, seconds, _bytes(compiled) + size.length * kept)


# --- Inputs --------------------------------------------------------------------------------------


def inputs(way: str, size: Size) -> tuple[AnyParams, Array]:
    """Random weights of the cell that is walked, and sequences xs (B, T, D)."""
    for_params, for_xs = jax.random.split(jax.random.key(0))
    init = init_min_lstm if "minLSTM" in way else init_lstm
    xs = jax.random.normal(for_xs, (size.batch, size.length, size.width))
    return init(for_params, size.width, size.width), xs


def _first_state(size: Size) -> LSTMState:
    zeros = jnp.zeros((size.batch, size.width))
    return LSTMState(zeros, zeros)


def _shapes(way: str, size: Size) -> Any:
    return jax.eval_shape(partial(inputs, way, size))


def _bytes(program: Any) -> int:
    plan = program.memory_analysis()
    parts = (plan.temp_size_in_bytes, plan.argument_size_in_bytes, plan.output_size_in_bytes)
    return int(sum(parts))


WALKS = {
    way: Walk(partial(inputs, way), partial(forward, way), partial(training_step, way))
    for way in WAYS
}
