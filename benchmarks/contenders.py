"""The layers that `bench.py` compares, each prepared and measured in a process that holds no other.

`start` comes first in such a process, then `prepare` once for each shape, then the rest in any
order. A pass is "forward", the outputs hs (B, T, H), or "gradient", that of the mean of hs² with
respect to all weights and the inputs. The initial state is drawn, given, and not differentiated.
"""

import importlib.util
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
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

    The product costs what those of all steps cost together, and its gradient what theirs costs.
    """
    weights = jnp.concatenate([case.weights.w_x, case.weights.w_h])
    rows = jnp.ones((case.xs.shape[0] * case.xs.shape[1], len(weights)), jnp.float32)
    return case._replace(weights=weights, xs=rows)


class Contender(NamedTuple):
    """The module it needs, its inputs from ours, and its layer: weights, xs, state to hs, state."""

    module: str
    inputs: Callable[[Case], Case]
    layer: Callable[[Any, Array, LSTMState], tuple[Array, Any]]


def other(
    module: str, weights: Callable[[LSTMParams], Any], run: Callable[..., tuple[Array, Any]]
) -> Contender:
    """A layer of `peers`."""
    return Contender(
        module,
        lambda case: case._replace(weights=weights(case.weights)),
        lambda *inputs: run("lstm", *inputs),
    )


CONTENDERS = {
    "ours": Contender("jax", lambda case: case, lstm_jax.run),
    "cores": Contender("jax", lambda case: case, lstm_jax.run),
    "plain": Contender("jax", lambda case: case, lstm_jax.run_plain),
    "linen": other("flax", convert.to_flax, peers.run_flax),
    "nnx": other("flax", peers.to_nnx, peers.run_nnx),
    "equinox": other("equinox", convert.to_equinox, peers.run_equinox),
    "haiku": other("haiku", convert.to_haiku, peers.run_haiku),
    "keras": other("keras", convert.to_keras, peers.run_keras),
    "cudnn": other("jax", peers.to_cudnn, peers.run_cudnn),
    "torch": other("torch", convert.to_torch, peers.run_torch),
    "product": Contender("jax", one_product, lambda w, xs, state: (xs @ w, state)),
}


def available() -> list[str]:
    """The contenders that can run here."""
    elsewhere = "cudnn" if jax.default_backend() == "cpu" else "cores"
    return [
        name
        for name, contender in CONTENDERS.items()
        if name != elsewhere and importlib.util.find_spec(contender.module)
    ]


# --- Prepared ------------------------------------------------------------------------------------


class OnJax:
    """A layer on JAX and its inputs."""

    def __init__(self, name: str, shape: Shape) -> None:
        """Draw the inputs and compile; nothing runs yet."""
        contender = CONTENDERS[name]

        def forward(*case: Any) -> Array:
            return contender.layer(*case)[0]

        def loss(*case: Any) -> Array:
            return jnp.mean(forward(*case) ** 2)

        self._inputs = jax.tree.map(jnp.asarray, contender.inputs(draw(shape)))
        self._functions = {"forward": forward, "gradient": jax.grad(loss, (0, 1))}
        self._compiled = {way: self.compile(way) for way in self._functions}

    def compile(self, way: str) -> Any:
        """The function compiled, with nothing at hand from an earlier time."""
        jax.clear_caches()
        return jax.jit(lambda *case: self._functions[way](*case)).lower(*self._inputs).compile()

    def call(self, way: str) -> Any:
        """The outputs, or the gradient of the inputs, when they are there."""
        results = jax.block_until_ready(self._compiled[way](*self._inputs))
        return results if way == "forward" else results[1]

    def memory(self) -> dict[str, int]:
        """Bytes that the gradient takes: as XLA plans it, and as the process grows."""
        plan = self._compiled["gradient"].memory_analysis()
        planned = plan.temp_size_in_bytes + plan.output_size_in_bytes
        return {"planned": planned, **rise(lambda: self.call("gradient"))}


class OnTorch:
    """The layer of torch and its inputs, on a GPU if there is one, which then is cuDNN."""

    def __init__(self, _: str, shape: Shape) -> None:
        """Draw the inputs and build the layer."""
        import torch

        torch.backends.fp32_precision = "ieee"  # no TF32 on a GPU
        self._torch = torch
        case = CONTENDERS["torch"].inputs(draw(shape))
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._layer = peers.torch_layer("lstm", case.weights, device)
        self._xs, *state = (
            torch.tensor(np.asarray(array), device=device) for array in (case.xs, *case.state)
        )
        self._xs.requires_grad = True
        self._state = LSTMState(*state)
        self._wait = torch.cuda.synchronize if device == "cuda" else lambda: None

    def call(self, way: str) -> Any:
        """The outputs, or the gradient of the inputs, when they are there."""
        if way == "forward":
            with self._torch.no_grad():
                result, _ = peers.run_torch(self._layer, self._xs, self._state)
        else:
            self._layer.zero_grad()
            self._xs.grad = None
            hs, _ = peers.run_torch(self._layer, self._xs, self._state)
            hs.square().mean().backward()
            result = self._xs.grad
        self._wait()
        return result

    def memory(self) -> dict[str, int]:
        """Bytes that the gradient takes, as the process grows."""
        return rise(lambda: self.call("gradient"))


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

_prepared: dict[Shape, OnJax | OnTorch] = {}


def start(name: str) -> None:
    """Before JAX is first used: its devices, and float32 that is float32."""
    if name == "cores":
        jax.set_mesh(lstm_jax.use_cores())
    elif jax.default_backend() == "gpu":
        jax.config.update("jax_default_matmul_precision", "float32")  # no TF32


def prepare(name: str, shape: Shape) -> None:
    """Build what is to be measured."""
    _prepared[shape] = (OnTorch if name == "torch" else OnJax)(name, shape)


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
    """What `memory` of the contender says; only the first call of a process is to be trusted."""
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
