"""Parameters to disk and back; errors for invalid files."""

import json
import pickle
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest
import safetensors.numpy

from lstm_jax import Bidirectional, load, save

KINDS = list(oracles.KINDS)


def same(one, other):
    assert jax.tree.structure(one) == jax.tree.structure(other)
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_comes_back(kind, tmp_path):
    params = oracles.draw(kind).params
    save(tmp_path / "cell.safetensors", params)
    loaded = load(str(tmp_path / "cell.safetensors"))
    assert type(loaded) is type(params)
    same(loaded, params)


def test_a_whole_model_comes_back(tmp_path):
    rnn, lstm, gru = (oracles.draw(kind).params for kind in KINDS)
    model = {
        "layers": [Bidirectional(rnn, gru), lstm],
        "readout": (jnp.ones((3, 1)), jnp.float32(2), {}),
    }
    save(tmp_path / "model", model)
    same(load(tmp_path / "model"), model)


def test_float64_comes_back_as_float64_or_not_at_all(tmp_path):
    with jax.enable_x64(True):
        params = oracles.draw("rnn", dtype="float64").params
        save(tmp_path / "cell", params)
        same(load(tmp_path / "cell"), params)
    with pytest.raises(ValueError, match="float64 but JAX would make it float32"):
        load(tmp_path / "cell")


@pytest.fixture
def saved(tmp_path) -> Path:
    path = tmp_path / "cell"
    save(path, oracles.draw("lstm").params)
    return path


@pytest.mark.parametrize("kept", [0, 1, 7, 8, 100, -1])
def test_a_file_cut_short_is_refused_and_left_alone(saved, kept):
    whole = saved.read_bytes()
    saved.write_bytes(whole[:kept])
    with pytest.raises(ValueError, match=r"load: .*cell is not a whole safetensors file"):
        load(saved)
    assert saved.read_bytes() == whole[:kept]


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none")


def test_a_pickle_is_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    (tmp_path / "cell").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(ValueError, match="not a whole safetensors file"):
        load(tmp_path / "cell")
    assert not (tmp_path / "sprung").exists()


def test_a_file_of_another_program_is_refused(tmp_path):
    safetensors.numpy.save_file({"w": np.ones(3)}, tmp_path / "other")
    with pytest.raises(ValueError, match=r"not one that lstm_jax\.save wrote"):
        load(tmp_path / "other")


def forge(path, arrays, layout):
    note = {
        "format": "lstm_jax 1",
        "layout": layout if isinstance(layout, str) else json.dumps(layout),
    }
    safetensors.numpy.save_file(arrays, path, metadata=note)


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("not json", "cannot be put together"),
        (["LSTMParams", {"w_x": "w"}], "cannot be put together"),
        (["os.system", {"command": "w"}], "cannot be put together"),
        (["dict", {"a": "missing"}], "cannot be put together"),
        (7, "cannot be put together"),
        (["list", []], "holds arrays outside its layout: w"),
        ("[" * 100_000, "cannot be put together"),
    ],
)
def test_a_layout_that_does_not_fit_is_refused(tmp_path, layout, message):
    forge(tmp_path / "cell", {"w": np.ones(3, np.float32)}, layout)
    with pytest.raises(ValueError, match=message):
        load(tmp_path / "cell")


def test_arrays_of_other_shapes_are_refused(tmp_path):
    arrays = {"x": np.ones((3, 5)), "h": np.ones((4, 4)), "b": np.ones(4)}
    arrays = {name: array.astype(np.float32) for name, array in arrays.items()}
    forge(tmp_path / "cell", arrays, ["RNNParams", {"w_x": "x", "w_h": "h", "b": "b"}])
    with pytest.raises(ValueError, match=r"params.w_x has 5 columns .* got \(3, 5\)"):
        load(tmp_path / "cell")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("text", "save: params should be the parameters of a cell"),
        ({"a": 1.0}, "save: params.a should be the parameters of a cell"),
        ({3: jnp.ones(2)}, "keys of params should be strings"),
        ({"a.b": jnp.ones(2), "a": {"b": jnp.ones(2)}}, "two arrays would be called params.a.b"),
        (oracles.draw("rnn").params._replace(b=jnp.ones(7)), "save: params.b has 7 columns"),
    ],
)
def test_what_cannot_be_saved_leaves_the_old_file(saved, value, message):
    before = saved.read_bytes()
    with pytest.raises(ValueError, match=message):
        save(saved, value)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_a_write_that_fails_leaves_the_old_file(saved, monkeypatch):
    before = saved.read_bytes()

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        save(saved, oracles.draw("rnn").params)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_saving_under_jit_says_why_not(tmp_path):
    def inside(x):
        save(tmp_path / "cell", {"x": x})
        return x

    with pytest.raises(ValueError, match="has no numbers yet under jit"):
        jax.jit(inside)(jnp.ones(3))
    assert not list(tmp_path.iterdir())
