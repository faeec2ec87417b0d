"""Weights from and to other libraries, as named arrays: none of the libraries is imported here.

All of them compute the same cells; they differ in the order of the gates, in whether a matrix is
transposed, and in the number of biases. Each pair of functions states one layout:

    library    cells            layout
    torch      RNN, LSTM, GRU   rows (4H, D); gates i f g o; two biases, which are added
    flax       RNN, LSTM, GRU   one small matrix for each gate and source; carries (c, h)
    equinox    LSTM, GRU        rows (4H, D); gates i f g o; one bias
    keras      RNN, LSTM, GRU   columns (D, 4H); gates i f g o, but z r n in a GRU
    haiku      LSTM             x and h in one matrix (D + H, 4H); gates i g f o; 1 is added to f

Left out are haiku's RNN, which uses relu; haiku's GRU, which resets before the product; and a GRU
with b_n for flax nnx, which has no such bias.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array
from lstm_jax.cells import (
    GRUParams,
    LSTMParams,
    Params,
    RNNParams,
    check_gated_by_state,
    check_params,
)

Weights = dict[str, Any]  # the arrays of a cell under the names of its library
Kind = TypeVar("Kind", bound=Params)

_GATES = {RNNParams: ("",), LSTMParams: ("i", "f", "g", "o"), GRUParams: ("r", "z", "n")}
_CELLS = {len(gates): kind for kind, gates in _GATES.items()}


# --- PyTorch: the entries of `torch.nn.LSTM(D, H).state_dict()`, of RNN and of GRU ---------------


def to_torch(params: Params) -> Weights:
    """The state dict of a one-layer `torch.nn.RNN`, `LSTM` or `GRU`; all biases in the first."""
    check_gated_by_state("to_torch", params)
    second = jnp.zeros_like(params.b)
    if isinstance(params, GRUParams):
        second = second.at[-len(params.b_n) :].set(params.b_n)
    return _numpy(
        weight_ih_l0=params.w_x.T,
        weight_hh_l0=params.w_h.T,
        bias_ih_l0=params.b,
        bias_hh_l0=second,
    )


def from_torch(weights: Mapping[str, Any]) -> Params:
    """Parameters from the state dict of a one-layer `torch.nn.RNN`, `LSTM` or `GRU`.

    Raises:
        ValueError: for missing entries, or shapes that belong to none of the three cells.
    """
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    w_x, w_h, b, second = _entries("from_torch", weights, names)
    w_x, w_h, hidden_size = w_x.T, w_h.T, w_h.shape[-1]
    if _kind("from_torch", w_h) is GRUParams:  # n's second bias is reset, so it stays apart
        b, b_n = b.at[:-hidden_size].add(second[:-hidden_size]), second[-hidden_size:]
        return _checked("from_torch", GRUParams(w_x, w_h, b, b_n))
    return _checked("from_torch", _kind("from_torch", w_h)(w_x, w_h, b + second))


# --- Equinox: the fields of `equinox.nn.LSTMCell` and `GRUCell` ----------------------------------


def to_equinox(params: LSTMParams | GRUParams) -> Weights:
    """The fields weight_ih, weight_hh, bias and, for a GRU, bias_n of an Equinox cell."""
    check_gated_by_state("to_equinox", params)
    fields = {"weight_ih": params.w_x.T, "weight_hh": params.w_h.T, "bias": params.b}
    if isinstance(params, GRUParams):
        fields["bias_n"] = params.b_n
    return _numpy(**fields)


def from_equinox(weights: Mapping[str, Any]) -> LSTMParams | GRUParams:
    """Parameters from the fields of an `equinox.nn.LSTMCell` or `GRUCell`, as `vars(cell)` gives.

    Raises:
        ValueError: for missing fields, or shapes that belong to neither.
    """
    w_x, w_h, b = _entries("from_equinox", weights, ("weight_ih", "weight_hh", "bias"))
    if _kind("from_equinox", w_h.T) is GRUParams:
        (b_n,) = _entries("from_equinox", weights, ("bias_n",))
        return _checked("from_equinox", GRUParams(w_x.T, w_h.T, b, b_n))
    return _checked("from_equinox", LSTMParams(w_x.T, w_h.T, b))


# --- Keras: the arrays of `layer.get_weights()` --------------------------------------------------


def to_keras(params: Params) -> list[np.ndarray[Any, Any]]:
    """The list for `set_weights` of a Keras `SimpleRNN`, `LSTM` or `GRU(reset_after=True)`."""
    check_gated_by_state("to_keras", params)
    if not isinstance(params, GRUParams):
        return [np.asarray(array) for array in params]
    second = jnp.zeros_like(params.b).at[-len(params.b_n) :].set(params.b_n)
    biases = jnp.stack([params.b, second])
    return [np.asarray(_reordered(a, "rzn", "zrn")) for a in (params.w_x, params.w_h, biases)]


def from_keras(weights: list[Any]) -> Params:
    """Parameters from `get_weights()` of a Keras `SimpleRNN`, `LSTM` or `GRU(reset_after=True)`.

    Raises:
        ValueError: for a list of another length, or shapes that belong to none of the three.
    """
    if len(weights) != 3:
        raise ValueError(
            f"from_keras: weights has {len(weights)} arrays; expected kernel, recurrent kernel and "
            "bias, as get_weights() gives for a layer with use_bias=True"
        )
    w_x, w_h, b = _entries("from_keras", dict(zip("xhb", weights, strict=True)), ("x", "h", "b"))
    kind = _kind("from_keras", w_h)
    if kind is not GRUParams:
        return _checked("from_keras", kind(w_x, w_h, b))
    if b.ndim != 2:
        raise ValueError(
            f"from_keras: the bias of a GRU has shape {b.shape}; expected (2, 3H): "
            "only GRU(reset_after=True) resets after the product"
        )
    w_x, w_h, biases = (_reordered(array, "zrn", "rzn") for array in (w_x, w_h, b))
    hidden_size = w_h.shape[0]
    b = biases[0].at[:-hidden_size].add(biases[1, :-hidden_size])
    return _checked("from_keras", GRUParams(w_x, w_h, b, biases[1, -hidden_size:]))


# --- Flax: the tree under "params" of linen's `SimpleCell`, `LSTMCell` and `GRUCell` -------------


def to_flax(params: Params) -> Weights:
    """The tree under "params" of a linen `SimpleCell`, `LSTMCell` or `GRUCell`.

    The carry of a linen LSTM is (c, h), the other way round than `LSTMState(h, c)`.
    """
    check_gated_by_state("to_flax", params)
    gates = _GATES[type(params)]
    tree: Weights = {}
    for index, gate in enumerate(gates):
        w_x, w_h, b = (jnp.split(a, len(gates), -1)[index] for a in params[:3])
        # An LSTM of flax keeps its biases with h, the others theirs with x.
        at_h = isinstance(params, LSTMParams)
        tree[f"i{gate}"] = _numpy(kernel=w_x) if at_h else _numpy(kernel=w_x, bias=b)
        tree[f"h{gate}"] = _numpy(kernel=w_h, bias=b) if at_h else _numpy(kernel=w_h)
    if isinstance(params, GRUParams):
        tree["hn"]["bias"] = np.asarray(params.b_n)
    return tree


def from_flax(weights: Mapping[str, Any]) -> Params:
    """Parameters from the tree under "params" of a linen recurrent cell.

    Raises:
        ValueError: for a tree that is none of the three cells.
    """
    entries = {kind: {s + g for s in "ih" for g in gates} for kind, gates in _GATES.items()}
    kind = next((kind for kind, names in entries.items() if names == set(weights)), None)
    if kind is None:
        raise ValueError(
            f"from_flax: weights has the entries {sorted(weights)}; expected those of a linen "
            'SimpleCell, LSTMCell or GRUCell, the tree under "params"'
        )
    gates, bias_source = _GATES[kind], "h" if kind is LSTMParams else "i"

    def beside(source: str, entry: str) -> Array:
        arrays = [
            _entries(f"from_flax: {source}{gate}", weights[source + gate], (entry,))[0]
            for gate in gates
        ]
        return jnp.concatenate(arrays, axis=-1)

    fields = [beside("i", "kernel"), beside("h", "kernel"), beside(bias_source, "bias")]
    if kind is GRUParams:
        fields += _entries("from_flax: hn", weights["hn"], ("bias",))
    return _checked("from_flax", kind(*fields))


# --- Haiku: w and b of the linear layer inside `haiku.LSTM` --------------------------------------


def to_haiku(params: LSTMParams) -> Weights:
    """The arrays w and b of `haiku.LSTM`, which adds 1 to the forget bias itself."""
    check_gated_by_state("to_haiku", params)
    w = _reordered(jnp.concatenate([params.w_x, params.w_h]), "ifgo", "igfo")
    return _numpy(w=w, b=_reordered(params.b, "ifgo", "igfo") - _haiku_forget_bias(params.b))


def from_haiku(weights: Mapping[str, Any]) -> LSTMParams:
    """Parameters from the arrays w and b of `haiku.LSTM`.

    Raises:
        ValueError: for missing arrays, or shapes of another cell.
    """
    w, b = _entries("from_haiku", weights, ("w", "b"))
    hidden_size = b.shape[0] // 4
    b = _reordered(b + _haiku_forget_bias(b), "igfo", "ifgo")
    w = _reordered(w, "igfo", "ifgo")
    params = LSTMParams(w[:-hidden_size], w[-hidden_size:], b)
    check_params("from_haiku", params, "the result")
    return params


def _haiku_forget_bias(b: Array) -> Array:
    """1 in the third of the four blocks i, g, f, o."""
    return (jnp.arange(b.shape[0]) // (b.shape[0] // 4) == 2).astype(b.dtype)


# --- Shared --------------------------------------------------------------------------------------


def _reordered(array: Array, order: str, wanted: str) -> Array:
    """The blocks of the last axis, from one order of gates to another."""
    blocks = dict(zip(order, jnp.split(array, len(order), axis=-1), strict=True))
    return jnp.concatenate([blocks[gate] for gate in wanted], axis=-1)


def _numpy(**arrays: Array) -> Weights:
    return {name: np.asarray(array) for name, array in arrays.items()}


def _entries(where: str, weights: Mapping[str, Any], names: tuple[str, ...]) -> list[Array]:
    missing = [name for name in names if weights.get(name) is None]
    if missing:
        raise ValueError(
            f"{where}: weights lacks {', '.join(missing)}; it has {', '.join(map(str, weights))}"
        )
    arrays = (weights[name] for name in names)
    # NumPy reads the tensors of every library. Those of JAX stay, so that gradient passes through.
    return [a if isinstance(a, jax.Array) else jnp.asarray(np.asarray(a)) for a in arrays]


def _kind(where: str, w_h: Array) -> Callable[..., Params]:
    """The cell whose recurrent matrix, one block a gate, has the shape of w_h (H, blocks·H)."""
    rows, columns = w_h.shape if w_h.ndim == 2 else (0, 1)
    blocks = columns // rows if rows and columns % rows == 0 else 0
    if blocks not in _CELLS:
        raise ValueError(
            f"{where}: the recurrent matrix has shape {w_h.shape}; "
            "one side should be 1 (RNN), 3 (GRU) or 4 (LSTM) times the other"
        )
    return _CELLS[blocks]


def _checked(where: str, params: Kind) -> Kind:
    check_params(where, params, "the result")
    return params
