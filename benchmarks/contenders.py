"""The layers that `bench.py` compares, each prepared and measured in a process that holds no other.

`start` comes first in such a process, then `prepare` once for each shape, then the rest in any
order. A `way` is "forward", the outputs hs (B, T, H), or "gradient", that of the mean of hs² with
respect to all weights and the inputs. The initial state is drawn, given, and not differentiated.
"""

import importlib.util
import re
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import kernel
import numpy as np
import peers

import lstm_jax
from lstm_jax import LSTMParams, LSTMState, convert
from lstm_jax.arrays import Array

TURN = 0.03  # seconds that one turn lasts at least: a short call is repeated
REST = 0.05  # seconds; torch's threads spin for about 0.01 after a call, on the cores of the next


class Shape(NamedTuple):
    """Steps T, batch B, inputs D, hidden units H."""

    time: int
    batch: int
    features: int
    hidden: int

    def __str__(self) -> str:
        """As the tables name it."""
        return ", ".join(map(str, self))


class Case(NamedTuple):
    """Weights of any library, inputs (B, T, D) and initial state."""

    weights: Any
    xs: Array
    state: LSTMState


def draw(shape: Shape) -> Case:
    """Our weights, inputs and initial state, none zero; in NumPy, with nothing to compile."""
    rng = np.random.default_rng(0)
    steps, batch, features, hidden = shape

    def normal(*sizes: int) -> Array:
        return jnp.asarray(rng.standard_normal(sizes, np.float32))

    w_x, w_h = normal(features, 4 * hidden), normal(hidden, 4 * hidden)
    params = LSTMParams(w_x / features**0.5, w_h / hidden**0.5, normal(4 * hidden))
    state = LSTMState(normal(batch, hidden), normal(batch, hidden))
    return Case(params, normal(batch, steps, features), state)


def one_product(case: Case) -> Case:
    """Both matrices as one, (D + H, 4H), and a row for it to multiply for each step: (B·T, D + H).

    The product costs as much as those of all steps together, and so does its gradient.
    """
    weights = jnp.concatenate([case.weights.w_x, case.weights.w_h])
    rows = jnp.ones((case.xs.shape[0] * case.xs.shape[1], len(weights)), jnp.float32)
    return case._replace(weights=weights, xs=rows)


class Contender(NamedTuple):
    """The module it needs, its inputs from ours, and its layer: weights, xs, state to hs, state."""

    module: str
    inputs: Callable[[Case], Case]
    layer: Callable[[Any, Any, Any], tuple[Any, Any]]


def same(case: Case) -> Case:
    """Our own inputs."""
    return case


def weights(arrange: Callable[[LSTMParams], Any]) -> Callable[[Case], Case]:
    """Our inputs with the weights as another library wants them."""
    return lambda case: case._replace(weights=arrange(case.weights))


CONTENDERS = {
    "ours": Contender("jax", same, lstm_jax.run),
    "cores": Contender("jax", same, lstm_jax.run),
    "plain": Contender("jax", same, lstm_jax.run_plain),
    "kernel": Contender("jax", same, kernel.run_kernel),
    "linen": Contender("flax", weights(convert.to_flax), partial(peers.run_flax, "lstm")),
    "nnx": Contender("flax", weights(peers.to_nnx), partial(peers.run_nnx, "lstm")),
    "equinox": Contender(
        "equinox", weights(convert.to_equinox), partial(peers.run_equinox, "lstm")
    ),
    "haiku": Contender("haiku", weights(convert.to_haiku), partial(peers.run_haiku, "lstm")),
    "keras": Contender("keras", weights(convert.to_keras), partial(peers.run_keras, "lstm")),
    "cudnn": Contender("jax", weights(peers.to_cudnn), partial(peers.run_cudnn, "lstm")),
    "torch": Contender("torch", weights(convert.to_torch), peers.run_torch),
    "product": Contender("jax", one_product, lambda w, xs, state: (xs @ w, state)),
}


def available() -> list[str]:
    """The contenders that can run here."""
    elsewhere = {"cudnn", "kernel"} if jax.default_backend() == "cpu" else {"cores"}
    return [
        name
        for name, contender in CONTENDERS.items()
        if name not in elsewhere and importlib.util.find_spec(contender.module)
    ]


# --- Prepared ------------------------------------------------------------------------------------


class OnJax:
    """A layer on JAX and its inputs."""

    def __init__(self, contender: Contender, case: Case) -> None:
        """Compile; nothing runs yet."""

        def forward(*case: Any) -> Array:
            return contender.layer(*case)[0]

        def loss(*case: Any) -> Array:
            return jnp.mean(forward(*case) ** 2)

        self._inputs = jax.tree.map(jnp.asarray, contender.inputs(case))
        self._functions = {"forward": forward, "gradient": jax.grad(loss, (0, 1))}
        self._compiled = {way: self.compile(way) for way in self._functions}

    def compile(self, way: str) -> Any:
        """The function compiled anew, with empty caches."""
        jax.clear_caches()  # type: ignore[no-untyped-call]
        return jax.jit(lambda *case: self._functions[way](*case)).lower(*self._inputs).compile()

    def call(self, way: str) -> Any:
        """The outputs, or the gradient of the inputs, when they are there."""
        results = self._compiled[way](*self._inputs)
        jax.block_until_ready(results)  # type: ignore[no-untyped-call]
        return results if way == "forward" else results[1]

    def memory(self) -> dict[str, int]:
        """Bytes that the gradient takes: as XLA plans it, and on a CPU as the process grows."""
        grown = rise(lambda: self.call("gradient")) if jax.default_backend() == "cpu" else {}
        plan = self._compiled["gradient"].memory_analysis()  # of one device
        devices = len(self.call("gradient").sharding.device_set)
        planned = devices * (plan.temp_size_in_bytes + plan.output_size_in_bytes)
        return {"planned": planned, **grown}


class OnTorch:
    """The layer of torch and its inputs, on a GPU if there is one, which then is cuDNN."""

    def __init__(self, contender: Contender, case: Case) -> None:
        """Build the layer; nothing runs yet."""
        import torch

        torch.backends.fp32_precision = "ieee"  # no TF32 on a GPU
        self._cuda = torch.cuda if torch.cuda.is_available() else None
        device = "cuda" if self._cuda else "cpu"
        weights, *arrays = contender.inputs(case)
        tensors = jax.tree.map(lambda array: torch.tensor(np.asarray(array), device=device), arrays)
        self._inputs = (peers.torch_layer("lstm", weights, device), *tensors)
        self._inputs[1].requires_grad = True
        self._forward = contender.layer
        self._no_grad = torch.no_grad

    def call(self, way: str) -> Any:
        """The outputs, or the gradient of the inputs, when they are there."""
        layer, xs, state = self._inputs
        if way == "forward":
            with self._no_grad():
                result, _ = self._forward(layer, xs, state)
        else:
            layer.zero_grad()
            xs.grad = None
            hs, _ = self._forward(layer, xs, state)
            hs.square().mean().backward()
            result = xs.grad
        if self._cuda:
            self._cuda.synchronize()
        return result

    def memory(self) -> dict[str, int]:
        """Bytes that the gradient takes: as the process grows, or what torch takes on a GPU."""
        if not self._cuda:
            return rise(lambda: self.call("gradient"))
        before = self._cuda.memory_allocated()
        self.call("gradient")
        return {"measured": self._cuda.max_memory_allocated() - before}


def rise(call: Callable[[], Any]) -> dict[str, int]:
    """Bytes by which the memory of this process rises in a call, at its peak; Linux only."""
    status, clear = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not clear.exists():
        return {}
    clear.write_text("5")  # the high-water mark starts anew
    (before,) = re.findall(r"VmRSS:\s+(\d+) kB", status.read_text())
    call()
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
    return {"measured": 1024 * (int(peak) - int(before))}


# --- What the process is asked for ---------------------------------------------------------------

_prepared: dict[Shape, Any] = {}  # OnJax or OnTorch


def start(name: str) -> None:
    """Set the devices and full float32 precision; comes before JAX is first used."""
    if name == "cores":
        lstm_jax.use_cores()
    elif jax.default_backend() == "gpu":
        precision = "float32"  # no TF32
        jax.config.update("jax_default_matmul_precision", precision)  # type: ignore[no-untyped-call]


def prepare(name: str, shape: Shape) -> None:
    """Build what is to be measured."""
    contender = CONTENDERS[name]
    if name == "cores" and shape.batch % jax.device_count() == 0:  # else there is nothing to split
        jax.set_mesh(lstm_jax.use_cores())
    _prepared[shape] = (OnTorch if name == "torch" else OnJax)(contender, draw(shape))


def result(shape: Shape, way: str) -> Any:
    """What one call gives, as a NumPy array."""
    contender = _prepared[shape]
    array = contender.call(way)
    return np.asarray(array.cpu() if isinstance(contender, OnTorch) else array)


def compile_seconds(shape: Shape, way: str) -> float:
    """How long it takes to trace, lower and compile."""
    begin = time.perf_counter()
    _prepared[shape].compile(way)
    return time.perf_counter() - begin


def memory(shape: Shape) -> dict[str, int]:
    """What `memory` of the contender says. Ask first, because freed memory is reused."""
    return _prepared[shape].memory()


def turn(shape: Shape, way: str) -> float:
    """Seconds of one call, after one to warm up: the median of as many as fill a turn."""
    contender = _prepared[shape]
    contender.call(way)
    times: list[float] = []
    while sum(times) < TURN:
        begin = time.perf_counter()
        contender.call(way)
        times.append(time.perf_counter() - begin)
    if isinstance(contender, OnTorch):
        time.sleep(REST)
    return statistics.median(times)
