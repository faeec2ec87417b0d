"""What the read-out of each explorer should say: its numbers, in their order, as JAX computes them.

The digits that the page shows are the tolerance.
"""

import math
import re
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from given import made

from lstm_jax.course.data.tasks import TEMPORAL_ORDER_2 as TASK
from lstm_jax.course.data.topics import ALPHABET
from lstm_jax.course.explorers.reading import LEAD, LIKELIEST
from lstm_jax.course.explorers.training import RUNS
from lstm_jax.models.language import predict

_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
_NUMBER = re.compile(r"−?\d+(?:\.\d+)?(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")


def numbers(readout: str) -> list[float]:
    """All numbers of a read-out: 0.50, −2, 3.4·10⁻⁵."""
    found = _NUMBER.findall(readout)
    return [float(each.replace("·10", "e").translate(_SUPERSCRIPTS)) for each in found]


def rounded(value: Any, digits: int = 2) -> Any:
    """A number shown with so many decimals."""
    return pytest.approx(float(value), abs=0.501 * 10**-digits)


def two_digits(value: Any) -> Any:
    """A number of any size, shown with two digits."""
    return pytest.approx(float(value), rel=0.0501)


def gate(explorer: Any) -> list[Any]:
    t, trace = explorer.t, explorer.trace()
    f = float(trace.f[t, 0])
    # The nearer to 1 the gate is, the more of its last digits, 1e-6, the half-life shows.
    free = 0 < f < 1
    half_life = (
        [pytest.approx(math.log(0.5) / math.log(f), abs=0.0501, rel=1e-6 / (1 - f))] if free else []
    )
    state = [rounded(trace.c[t + 1, 0]), rounded(trace.h[t + 1, 0])]
    return [t, rounded(explorer.xs[t, 0]), rounded(f), rounded(100 * f, 0), *half_life, *state]


def rnn(explorer: Any) -> list[Any]:
    t, xs = explorer.t, np.asarray(explorer.xs)[:, 0]
    sizes = np.linalg.norm(explorer.trace().h[1:], axis=1)
    last = np.flatnonzero(xs)[-1]
    felt = np.flatnonzero(sizes > 0.01 * sizes.max())[-1]
    steps = [] if last == len(xs) - 1 else [max(felt - last, 0)]
    return [t, rounded(xs[t]), rounded(sizes[t], 3), rounded(explorer.gain), *steps, 1]


def gradient(explorer: Any) -> list[Any]:
    t, length, flow = explorer.t, explorer.length, explorer.gradient_flow()
    if t > length:
        return [t, length]
    paths = [flow.rnn.total, *([flow.lstm.total, flow.lstm.direct] if explorer.lstm else [])]
    left = [two_digits(norms[t]) for norms in paths]
    bias = [rounded(explorer.forget_bias, 1)] if explorer.lstm else []
    return [t, length, *left, rounded(explorer.gain), *bias]


def cell(explorer: Any) -> list[Any]:
    t, unit, trace = explorer.t, explorer.unit, explorer.trace()
    i, f, g, o = (float(gate[t, unit]) for gate in (trace.i, trace.f, trace.g, trace.o))
    before, c, h = (float(state) for state in (*trace.c[t : t + 2, unit], trace.h[t + 1, unit]))
    parts = [explorer.xs[t, 0], f, f * before, before, i, i * g, g, c, o, h, math.tanh(c)]
    return [t, unit, *map(rounded, parts)]


def decay(explorer: Any) -> list[Any]:
    t, trace, half = explorer.t, explorer.trace(), explorer.half
    said = [1749 + t // 12, rounded(explorer.xs[t], 1), rounded(trace.h[t], 1)]
    if half == math.inf:
        return said
    if half > 1:
        said += [half] + ([t + 1] if half > t + 1 else [])
    return said + ([two_digits(max(trace.weights[t - 120], 1e-8))] if t >= 120 else [])


def sentence(explorer: Any) -> list[Any]:
    answer, words = explorer.compute(), explorer.words
    likely = answer["probability"]
    t = min(explorer.t, len(likely) - 1)
    adds = [rounded(answer["adds"][t])] if t < len(words) else []
    said = [rounded(100 * share, 0) for share in (likely[t], likely[-1])]
    return [t, said[0], *adds, said[1], len(words), answer["known"].count(False)]


def text(explorer: Any) -> list[Any]:
    shown, whole, unit = explorer.shown, explorer.whole, explorer.unit
    first = min(explorer.start, len(whole) - len(shown))
    t = min(explorer.t, len(shown) - 1)
    ids = ALPHABET.ids(whole[max(0, first - LEAD) : first + t + 1])
    p = np.asarray(jax.nn.softmax(predict(explorer.model, jnp.asarray(ids))[0][-1]))
    likely = [(ALPHABET.symbols[each], p[each]) for each in np.argsort(-p)[:LIKELIEST]]
    came = whole[first + t + 1 : first + t + 2]
    likely += [(each, p[ALPHABET.ids(each)[0]]) for each in came]
    said = [part for char, share in likely for part in (*numbers(char), rounded(100 * share, 0))]
    value = pytest.approx(float(explorer.values[t]), abs=0.0052)  # it was sent in 16 bits
    place = list(explorer.found.units).index(unit)
    where = [first + t, len(whole), *numbers(shown[t]), unit, value]
    r = rounded(explorer.found.measured[place])
    return [*where, *said, unit, place + 1, len(explorer.found.units), r]


def trained(explorer: Any) -> list[Any]:
    t, unit, trace = explorer.t, explorer.unit, explorer.trace()
    answers = np.asarray(explorer.prediction)[[t, -1]]
    said = [part for row in answers for part in (row.argmax(), rounded(100 * row.max(), 0))]
    both = (explorer, made("TrainedCellExplorer"))  # as it is, and untouched
    scores = [
        part for one in both for part in (two_digits(one.loss), rounded(100 * one.accuracy, 0))
    ]
    values = [gate[t, unit] for gate in (trace.f, trace.i, trace.g, trace.o)]
    values += [state[t + 1, unit] for state in (trace.c, trace.h)]
    example = [explorer.example, t, *said, int(explorer.target)]
    return [*example, *scores, unit, t, *map(rounded, values)]


def training(explorer: Any) -> list[Any]:
    """Of an explorer that has not been trained."""
    task = TASK.without_memory(explorer.length)
    clip = [] if explorer.clip == "off" else [float(explorer.clip)]
    bias = [rounded(explorer.forget_bias, 1)] if explorer.cell == "LSTM" else []
    used = [two_digits(explorer.learning_rate), *clip, *bias, explorer.width, explorer.length]
    return [RUNS, *used, rounded(task.loss), 100 * task.accuracy]


def scaling(explorer: Any) -> list[Any]:
    """Of an explorer that has measured nothing."""
    return [explorer.size.batch, explorer.size.width, explorer.size.length]


def forecast(explorer: Any) -> list[Any]:
    k, t = explorer.horizon - 1, explorer.t
    years = [1978 + (11 + t) // 12, 1978 + (11 + t + explorer.horizon) // 12]
    said = [rounded(explorer.forecast[k], 0)]
    if explorer.model == "LSTM":
        said += [90, *(rounded(end[k], 0) for end in explorer.interval)]
    said += [rounded(explorer.truth[k], 0)]
    checked = max(0, t - k)
    if checked:
        same = made("ForecastExplorer", model="persistence", t=t, horizon=explorer.horizon)
        said += [checked, rounded(explorer.error, 1), rounded(same.error, 1)]
    return [years[0], explorer.horizon, years[1], *said]


READOUTS: dict[str, Callable[[Any], list[Any]]] = {
    "CellExplorer": cell,
    "DecayExplorer": decay,
    "ForecastExplorer": forecast,
    "GateExplorer": gate,
    "GradientExplorer": gradient,
    "RNNExplorer": rnn,
    "ScalingExplorer": scaling,
    "SentenceExplorer": sentence,
    "TextExplorer": text,
    "TrainedCellExplorer": trained,
    "TrainingExplorer": training,
}
