"""A trained network and its task: the measures, the checks, the network that comes along."""

from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax import Clamp, init_gru, init_lstm, run, trace
from lstm_jax.course.explorers.network import (
    Dataset,
    Judgement,
    check_dataset,
    check_network,
    judge,
    predictions,
)
from lstm_jax.course.l06 import recall, train_recall
from lstm_jax.models import Network, Readout, last_answers, read_out
from lstm_jax.traces import held_gates

B, T, D, H, K = 5, 7, 3, 4, 2


def drawn(key: int = 0) -> tuple[Network, jax.Array]:
    """A network with biases everywhere, and sequences."""
    keys = jax.random.split(jax.random.key(key), 5)
    lstm = init_lstm(keys[0], D, H)._replace(b=jax.random.normal(keys[1], (4 * H,)))
    readout = Readout(jax.random.normal(keys[2], (H, K)), jax.random.normal(keys[3], (K,)))
    return Network(lstm, readout), jax.random.normal(keys[4], (B, T, D))


def judged(network: Network, data: Dataset, clamps: list[Clamp], example: int = 2) -> Judgement:
    """`judge` with clamps."""
    return judge(network, data, jnp.int32(example), held_gates("test", network.cell, clamps, T))


CLAMPS: list[list[Clamp]] = [
    [],
    [Clamp("f", 0.3, steps=slice(2, 5))],
    [Clamp("o", 0.0, units=[1, 2])],
]


@pytest.mark.parametrize("clamps", CLAMPS, ids=str)
def test_classes_are_judged_by_cross_entropy_and_accuracy(clamps: list[Clamp]) -> None:
    network, xs = drawn()
    ys = np.array([0, 1, 1, 0, 1])
    h = np.asarray(trace(network.cell, xs, clamps=clamps).h, np.float64)[:, -1]
    scores = h @ np.asarray(network.readout.w, np.float64) + np.asarray(network.readout.b)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    result = judged(network, Dataset(xs, jnp.asarray(ys)), clamps)
    np.testing.assert_allclose(result.loss, -np.log(p[np.arange(B), ys]).mean(), rtol=1e-5)
    assert float(result.accuracy) == pytest.approx((p.argmax(axis=1) == ys).mean())
    np.testing.assert_allclose(
        predictions(network, Dataset(xs, jnp.asarray(ys)), jnp.asarray(h, jnp.float32)),
        p,
        rtol=1e-4,
    )


def test_numbers_are_judged_by_the_mean_squared_error() -> None:
    network, xs = drawn()
    ys = jax.random.normal(jax.random.key(9), (B, K))
    hs, _ = run(network.cell, xs)
    answers = np.asarray(hs)[:, -1] @ np.asarray(network.readout.w) + np.asarray(network.readout.b)
    result = judged(network, Dataset(xs, ys), [])
    np.testing.assert_allclose(result.loss, ((answers - np.asarray(ys)) ** 2).mean(), rtol=1e-5)
    assert np.isnan(result.accuracy)
    np.testing.assert_allclose(predictions(network, Dataset(xs, ys), hs[:, -1]), answers, rtol=1e-5)


@pytest.mark.parametrize("clamps", CLAMPS, ids=str)
def test_influence_is_that_of_the_example_under_the_clamps(clamps: list[Clamp]) -> None:
    network, xs = drawn()
    data = Dataset(xs, jnp.zeros(B, jnp.int32))
    for example in (0, 3):
        jacobian = jax.jacfwd(lambda x: trace(network.cell, x, clamps=clamps).h[1:])(xs[example])
        expected = np.sqrt((np.asarray(jacobian) ** 2).sum(axis=(1, 3)))
        result = judged(network, data, clamps, example)
        np.testing.assert_allclose(result.influence, expected, rtol=1e-4, atol=1e-6)


def without(**changes: Any) -> dict[str, Any]:
    """A network and task that fit, but for these parts."""
    network, xs = drawn()
    parts = {"lstm": network.cell, "readout": network.readout, "xs": xs, "ys": np.zeros(B, int)}
    return parts | changes


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"lstm": init_gru(jax.random.key(0), D, H)}, "lstm should be LSTMParams, got GRUParams"),
        ({"readout": jnp.zeros((H, K))}, r"readout should be a pair of arrays, w \(H, K\) and b"),
        ({"readout": (jnp.zeros((9, K)), jnp.zeros(K))}, "has 9 units but lstm has 4"),
        ({"readout": (jnp.zeros((H, K)), jnp.zeros(3))}, r"readout\[1\] has 3 answers but readout"),
        ({"xs": jnp.zeros((B, T, 9))}, "xs has 9 features but params expects 3"),
        ({"xs": jnp.zeros((T, D))}, "xs has 2 axes"),
        ({"xs": jnp.full((B, T, D), jnp.nan)}, "xs should hold finite numbers"),
        ({"ys": np.array([0, 1, 2, 0, 1])}, "classes from 0 to 1, since .* got 0 to 2"),
        ({"ys": np.zeros(3, int)}, "ys has 3 sequences but xs has 5"),
        ({"ys": np.zeros(B, np.float32)}, "ys has 1 axis"),
        ({"ys": np.full((B, K), np.inf, np.float32)}, "ys should hold finite numbers"),
        ({"ys": "words"}, "ys should be an array of floats, got str"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_said(change: dict[str, Any], sentence: str) -> None:
    parts = without(**change)
    with pytest.raises(ValueError, match=f"^test: .*{sentence}"):
        check_dataset(
            "test", check_network("test", parts["lstm"], parts["readout"]), parts["xs"], parts["ys"]
        )


def test_one_number_needs_no_second_axis() -> None:
    parts = without(readout=(jnp.ones((H, 1)), jnp.ones(1)))
    network = check_network("test", parts["lstm"], parts["readout"])
    data = check_dataset("test", network, parts["xs"], np.arange(B, dtype=np.float32))
    assert data.ys.shape == (B, 1)
    assert not data.has_classes


# --- the network that comes along


def test_it_recalls_sequences_that_it_has_never_seen() -> None:
    xs, ys = recall.draw_recall(jax.random.key(12345), 512)
    network = Network(*recall.load_recall()[:2])
    assert xs.shape == (512, recall.LENGTH, len(recall.FEATURES))
    assert float(train_recall.loss(network, (xs, ys))) < 0.01
    assert float(train_recall.accuracy(last_answers(network, xs), ys)) > 0.995
    # It was asked at the end only; before the mark it cannot know.
    hs, _ = run(network.cell, xs)
    mark = recall.LENGTH - 1 - recall.LAG
    before = read_out(network, hs[:, mark - 1])
    assert float(train_recall.accuracy(before, ys)) < 0.35


@pytest.mark.slow
def test_the_command_trains_it() -> None:
    key = jax.random.key(2)
    batch = recall.draw_recall(jax.random.key(1), 256)
    before = float(train_recall.loss(train_recall.start(key), batch))
    after = float(train_recall.loss(train_recall.train(key, 300, progress=False).params, batch))
    assert before > 1.2
    assert after < before - 0.2


def test_the_command_writes_the_file(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = recall.load_recall()
    monkeypatch.setattr(recall, "FILE", tmp_path / "recall.safetensors")
    trained = SimpleNamespace(params=Network(*shipped[:2]))
    monkeypatch.setattr(train_recall, "train", lambda key: trained)
    train_recall.main()
    assert "right 100.0%: written to recall.safetensors" in capsys.readouterr().out
    jax.tree.map(np.testing.assert_array_equal, recall.load_recall()[:4], shipped[:4])


def test_its_sequences_are_those_of_the_task() -> None:
    _, _, xs, ys, *_ = recall.load_recall()
    for ours, drawn in zip((xs, ys), recall.draw_recall(jax.random.key(3), 256), strict=True):
        assert ours.dtype == drawn.dtype
        np.testing.assert_array_equal(ours, drawn)
