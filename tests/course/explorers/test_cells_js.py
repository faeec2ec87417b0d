"""The cells of the explorers, run in node, against lstm_jax on the same weights."""

import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

import lstm_jax
from lstm_jax import Clamp, LSTMState, gradient_flow, trace

SCRIPTS = sorted((Path(lstm_jax.__file__).parent / "course").rglob("*.js"))

# D, H, T of every cell, with three sets of places for the clamps and 14 parameter sets to each:
# 3 cells * 4 sizes * 3 * 14 = 504 parameter sets.
SIZES = [(1, 1, 1), (3, 4, 12), (2, 8, 60), (1, 16, 100)]
PLACES = 3
DRAWS = 14
GROUPS = [(kind, *sizes) for kind in oracles.KINDS for sizes in SIZES]

# For states and gates, and for norms of gradients. In float32 it is JAX that is not exact: an RNN
# of gain 3 makes its rounding grow a thousand times, and 1 - tanh² of a saturated unit keeps few
# of its digits.
TOLERANCES = {"float64": (1e-9, 1e-6), "float32": (1e-3, 1e-2)}


class Batch(NamedTuple):
    """Parameter sets that JAX takes at once: every array has an axis of DRAWS in front."""

    kind: str
    params: Any
    xs: np.ndarray
    state: Any
    clamps: list[Clamp]
    lengths: np.ndarray


def draw(kind: str, features: int, hidden: int, time: int, place: int) -> Batch:
    """Gains up to 3, some units driven into saturation, any length, clamps that overlap."""
    rng = np.random.default_rng([ord(kind[0]), hidden, place])
    cls, blocks = oracles.KINDS[kind]
    width = blocks * hidden

    def normal(*shape: int) -> np.ndarray:
        return rng.normal(size=(DRAWS, *shape)).astype("float32")

    gain = rng.uniform(0, 3, (DRAWS, 1, 1)).astype("float32")
    b = normal(width)
    is_saturated = rng.random(b.shape) < rng.choice([0, 0.3], (DRAWS, 1))
    weights = [
        normal(features, width),
        gain * normal(hidden, width) / np.float32(hidden**0.5),
        np.where(is_saturated, 40 * np.sign(b), b),
    ]
    if kind == "gru":
        weights.append(normal(hidden))
    h = normal(hidden)
    clamps = []
    for gate in (*"ifgo", rng.choice(list("ifgo"))) if kind == "lstm" else ():
        steps = slice(*sorted(rng.choice(time + 1, 2, replace=False).tolist()))
        units = rng.permutation(hidden)[: rng.integers(1, hidden + 1)].tolist()
        value = np.choose(rng.integers(0, 3, DRAWS), [np.float32(0), np.float32(1), normal()])
        clamps.append(Clamp(str(gate), value, steps=steps, units=units))
    return Batch(
        kind,
        cls(*weights),
        normal(time, features),
        LSTMState(h, normal(hidden)) if kind == "lstm" else h,
        clamps,
        rng.integers(0, time + 1, DRAWS),
    )


BATCHES = {group: [draw(*group, place) for place in range(PLACES)] for group in GROUPS}


def questions(batch: Batch) -> list[dict[str, Any]]:
    """The parameter sets of a batch, one by one, in the form that `trace` of cells.js takes."""
    features = batch.xs.shape[-1]
    hidden = batch.params.w_h.shape[1]

    def clamp_of(clamp: Clamp, row: int) -> dict[str, Any]:
        steps = {"from": clamp.steps.start, "to": clamp.steps.stop}
        units = None if len(clamp.units) == hidden else clamp.units
        return {"gate": clamp.gate, "value": float(clamp.value[row]), "units": units, **steps}

    def flat(arrays: Any, row: int) -> dict[str, list[float]]:
        return {name: array[row].ravel().tolist() for name, array in arrays.items()}

    memories = batch.state._asdict() if batch.kind == "lstm" else {"h": batch.state}
    return [
        {
            "params": {
                "kind": batch.kind,
                "D": features,
                "H": hidden,
                **flat(batch.params._asdict(), row),
            },
            "xs": batch.xs[row].ravel().tolist(),
            "T": int(batch.lengths[row]),
            "state": flat(memories, row),
            "clamps": [clamp_of(clamp, row) for clamp in batch.clamps],
        }
        for row in range(DRAWS)
    ]


def awkward_matrices() -> list[np.ndarray]:
    """Ties and near ties, zeros, rank one, what underflows when squared: all of largest entry 1."""
    rng = np.random.default_rng(0)
    rotations = [np.linalg.qr(rng.normal(size=(9, 9)))[0] for _ in range(3)]
    scales = [np.ones(9), 1 - 1e-9 * np.arange(9), 0.1 ** (40.0 * np.arange(9))]
    matrices = [left * scale @ rotations[0] for left, scale in zip(rotations, scales, strict=True)]
    column = np.eye(5)[:, :1]
    matrices += [np.zeros((4, 4)), np.eye(1), np.eye(6)[::-1], np.ones((5, 5)), column @ column.T]
    matrices += [np.diag([1e-160, 1, 0.5, 1e-300]) + 1e-165, np.triu(np.ones((7, 7)))]
    return [matrix / (np.abs(matrix).max() or 1) for matrix in matrices]


GATES = [0.0, 1e-3, 0.25, 0.5, 0.9, 0.999, 1.0, 1.1]


@pytest.fixture(scope="module")
def answers(ask_node):
    """All that these tests ask of node, in one run."""
    matrices = [{"n": len(m), "entries": m.ravel().tolist()} for m in awkward_matrices()]
    cases = [case for group in GROUPS for batch in BATCHES[group] for case in questions(batch)]
    answers = ask_node("cells.mjs", {"cases": cases, "matrices": matrices, "gates": GATES})
    rows = iter(answers["cases"])
    answers["cases"] = {
        group: [[next(rows) for _ in range(DRAWS)] for _ in range(PLACES)] for group in GROUPS
    }
    return answers


def for_jax(batch: Batch, dtype: str) -> tuple[Any, Any, Any, Any]:
    """Parameters, inputs, states and clamps in the precision that JAX is to compute with."""
    numbers = (batch.params, batch.xs, batch.state, batch.clamps)
    return jax.tree.map(lambda leaf: jnp.asarray(leaf, dtype), numbers)


def assert_gates_and_states_agree(batch: Batch, answers: list, dtype: str) -> None:
    def one(params, xs, state, clamps, length):
        return trace(params, xs, state, lengths=length, clamps=clamps)

    expected = jax.vmap(one)(*for_jax(batch, dtype), batch.lengths)
    expected = jax.tree.map(np.asarray, expected)
    tolerance = TOLERANCES[dtype][0]
    for row, (length, answer) in enumerate(zip(batch.lengths, answers, strict=True)):
        for name, values in expected._asdict().items():
            rows = length + 1 if name in "hc" else length
            np.testing.assert_allclose(
                answer["record"][name],
                values[row, :rows].ravel(),
                rtol=tolerance,
                atol=tolerance,
                err_msg=f"{name} of draw {row}",
            )


def assert_gradients_agree(batch: Batch, answers: list, dtype: str) -> None:
    expected = jax.vmap(gradient_flow)(*for_jax(batch, dtype)[:3])
    for row, answer in enumerate(answers):
        got = answer["freeFlow"]
        assert (got["direct"] is None) == (expected.direct is None)
        for name, values in expected._asdict().items():
            if values is not None:
                np.testing.assert_allclose(
                    got[name],
                    values[row],
                    rtol=TOLERANCES[dtype][1],
                    atol=1e-30,
                    err_msg=f"{name} of draw {row}",
                )


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_gates_and_states_are_those_of_trace(x64, answers, group):
    for batch, answer in zip(BATCHES[group], answers["cases"][group], strict=True):
        assert_gates_and_states_agree(batch, answer, "float64")


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_norms_are_those_of_gradient_flow(x64, answers, group):
    for batch, answer in zip(BATCHES[group], answers["cases"][group], strict=True):
        assert_gradients_agree(batch, answer, "float64")


@pytest.mark.parametrize("kind", oracles.KINDS)
def test_both_agree_with_jax_in_float32(answers, kind):
    group = (kind, *SIZES[2])
    for batch, answer in zip(BATCHES[group], answers["cases"][group], strict=True):
        assert_gates_and_states_agree(batch, answer, "float32")
        assert_gradients_agree(batch, answer, "float32")


def test_a_clamped_gate_passes_no_gradient(x64, answers):
    group = ("lstm", *SIZES[1])
    for batch, answer in zip(BATCHES[group], answers["cases"][group], strict=True):

        def last(first, params, xs, clamps, length):
            state = LSTMState(*jnp.split(first, 2))
            record = trace(params, xs, state, lengths=length, clamps=clamps)
            return jnp.concatenate([record.h[-1], record.c[-1]])

        params, xs, state, clamps = for_jax(batch, "float64")
        first = jnp.concatenate(state, axis=-1)
        jacobians = jax.vmap(jax.jacrev(last))(first, params, xs, clamps, batch.lengths)
        expected = np.linalg.norm(jacobians, 2, axis=(1, 2))
        got = [each["flow"]["total"][0] for each in answer]
        np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_the_largest_singular_value_of_awkward_matrices(answers):
    expected = [np.linalg.norm(matrix, 2) for matrix in awkward_matrices()]
    np.testing.assert_allclose(answers["norms"], expected, rtol=1e-12)


def test_after_its_half_life_a_memory_is_halved(answers):
    got = np.asarray(answers["halfLives"], float)
    assert got[0] == 0
    np.testing.assert_allclose(np.power(GATES[1:6], got[1:6]), 0.5)
    np.testing.assert_array_equal(got[6:], np.inf)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_node_can_read_the_script(node, script):
    run = subprocess.run([node, "--check", script], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
