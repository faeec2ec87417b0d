"""A text in the colours of one unit: what a language model keeps there, character by character."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, Floats
from lstm_jax.cells import LSTMParams
from lstm_jax.course import plots
from lstm_jax.course.data.topics import ALPHABET, topics
from lstm_jax.course.explorers import tracking
from lstm_jax.course.explorers.answers import AnsweringExplorer
from lstm_jax.course.explorers.controls import Choice, Numbers, Slider, Text
from lstm_jax.course.explorers.reading import (
    LEAD,
    LIKELIEST,
    QUANTITIES,
    SHOWN,
    Reading,
    in_16_bits,
    read,
    stretch_of,
)
from lstm_jax.models.language import LanguageModel
from lstm_jax.traces import LSTMTrace
from lstm_jax.vocabulary import UNKNOWN

_NAME = "TextExplorer"
TEST, OWN = "test part", "your text"
LONGEST = 20_000  # characters of a text of your own
GATES = "ifo"  # what lives in 0 to 1
_EXAMPLE = '''def paint(text, unit=12):
    """Colour a text by one unit."""
    values = [unit(c) for c in text if (c not in " \\n")]
    return (text, (values, ("red", "blue")))

"Who wrote this?", she asked (the class fell silent). "Not I", it said.
'''
_followed = lru_cache(maxsize=2)(tracking.followed)


class TextExplorer(AnsweringExplorer):
    """A text, each character on the colour of what one unit of a language model does there.

    It is the test part of `course.data.topics`, or a text of your own. Of it 400 characters are
    on screen, and the model has read the 256 before them. For each stretch the page gets all gates
    and states of all units, in 16 bits each: 6 times 400 times 128 numbers, 0.6 MB. So the kernel
    computes when the text moves; another unit or gate is drawn without it.

    Units are searched that follow something in the text. They are ranked by their correlation with
    it in the training text; the correlation that is shown was measured in the test part.

    Args:
        model: a `LanguageModel` with an LSTM that knows the symbols of `topics.ALPHABET`, such as
            `lstm_jax.course.l09.study.load()` gives.
        values: controls that start elsewhere, such as `unit=12`.

    Attributes:
        source: what is read, the "test part" or "your text".
        text: your text, at most 20,000 characters.
        start: the first character on screen; the last 400 at most.
        t: the character under the cursor, counted from `start`.
        unit: the unit that is shown, from 0.
        show: what of it: the cell state "c", the output "h", the gate "i", "f" or "o", or the
            candidate "g".
        follow: what a unit should follow: "quote", "bracket", "indent" or "column".
        baseline: a curve that is kept: its unit, -1 for none, and its place in "c h i f g o".

    Raises:
        ValueError: a model of another kind, an unknown control, or a value that a control cannot
            take.
    """

    t = Slider("character", 0, SHOWN - 1, step=1, default=0)
    text = Text("your text", longest=LONGEST, default=_EXAMPLE, lines=2, shows={"source": OWN})
    unit = Slider("unit", 0, 127, step=1, default=0)
    start = Slider("text from character", 0, LONGEST - SHOWN, step=1, default=0)
    source = Choice("read", (TEST, OWN))
    show = Choice("colour by", QUANTITIES)
    follow = Choice("follow", tuple(tracking.FOLLOWED))
    baseline = Numbers([-1.0, 0.0], low=-1, high=127)

    def __init__(self, model: LanguageModel, **values: Any) -> None:
        """As above."""
        self.model = _check_model(model)
        here, there = tracking.stretches(self.model)
        self._found = {name: tracking.search(name, here, there) for name in tracking.FOLLOWED}
        shows: dict[str, dict[str, Any]] = {
            name: {
                "follow": name,
                "unit": int(found.units[0]),
                "start": tracking.liveliest(there.followed[name], SHOWN),
            }
            for name, found in self._found.items()
        }
        units = len(self.params.w_h)
        kind, first = TextExplorer, next(iter(shows.values()))
        self.add_traits(
            unit=kind.unit.until(units - 1, default=first["unit"]),
            start=kind.start.until(
                max(LONGEST, len(topics().test)) - SHOWN, default=first["start"]
            ),
            baseline=Numbers([-1.0, 0.0], low=-1, high=max(units, len(QUANTITIES)) - 1),
        )
        super().__init__(
            view="text",
            presets={
                **shows,
                "its forget gate": {**shows["column"], "show": "f"},
                "its input gate": {**shows["column"], "show": "i"},
                OWN: {**shows["bracket"], "start": 0, "source": OWN},
            },
            data={
                "test": topics().test,
                "alphabet": "".join(ALPHABET.symbols),
                "quantities": list(QUANTITIES),
                "shown": SHOWN,
                "units": units,
                "likeliest": LIKELIEST,
                "found": {
                    name: {part: values.tolist() for part, values in found._asdict().items()}
                    for name, found in self._found.items()
                },
            },
            buttons={"best": "best unit", "next": "next best", "keep": "keep as baseline"},
            **values,
        )

    # --- what is on screen, for the next cell

    @property
    def params(self) -> LSTMParams:
        """The cell of the model."""
        assert isinstance(self.model.cell, LSTMParams)  # `_check_model` has seen to it
        return self.model.cell

    @property
    def whole(self) -> str:
        """All of the text that is read."""
        return self.text if self.source == OWN else topics().test

    @property
    def shown(self) -> str:
        """The characters on screen."""
        return stretch_of(self.whole, self.start)[1]

    @property
    def xs(self) -> Array:
        """What the model reads for the characters on screen, and before for those ahead: (T, D)."""
        first, shown = stretch_of(self.whole, self.start)
        ids = ALPHABET.ids(self.whole[max(0, first - LEAD) : first] + shown)
        return jnp.asarray(np.asarray(self.model.embedding)[ids])

    def trace(self) -> LSTMTrace:
        """The trace of the characters on screen; row 0 of the states is what was known before."""
        return self._reading().record

    @property
    def values(self) -> Floats:
        """What the colours show, for each character on screen."""
        return self._values(self._reading())

    @property
    def found(self) -> tracking.Found:
        """All units, the one that follows best first, and their correlations."""
        return self._found[self.follow]

    # --- what the kernel adds to the page

    def asked(self) -> Sequence[str]:
        """The text, and where it starts if there is more of it than the screen shows."""
        own = ["text"] if self.source == OWN else []
        return ["source", *own, *(["start"] if len(self.whole) > SHOWN else [])]

    def compute(self) -> Mapping[str, Any]:
        """All gates and states, what comes next, and what a unit may follow."""
        reading = self._reading()
        first, shown = stretch_of(self.whole, self.start)
        values, ends = in_16_bits(reading.record)
        follow = [each[first : first + len(shown)] for each in _followed(self.whole).values()]
        return {
            "count": len(shown),
            "values": values,
            "ends": ends,
            "likeliest": reading.likeliest.astype("<u1").tobytes(),
            "chances": reading.chances.astype("<f4").tobytes(),
            "came": reading.came.astype("<f4").tobytes(),
            "followed": np.stack(follow).astype("<f4").tobytes(),
        }

    def _reading(self) -> Reading:
        return read(self.model, self.whole, self.start)

    def _values(self, reading: Reading) -> Floats:
        values = np.asarray(getattr(reading.record, self.show))
        return values[len(values) - len(reading.came) :, self.unit]

    # --- for fronts without widgets

    def still(self) -> plots.Picture:
        """The text on screen in its colours, at most 24 lines of it."""
        name = f"{self.show} of unit {self.unit}"
        place = list(self.found.units).index(self.unit)
        r = f"{self.found.measured[place]:+.2f}"
        drawn = "\n".join(self.shown.split("\n")[:24])
        values = self.values[: len(drawn)] if drawn else np.zeros(1)
        return plots.coloured_text(
            # A font does not have all that can be typed.
            "".join(c if c in ALPHABET.symbols else UNKNOWN for c in drawn) or " ",
            values,
            title=f"{name}; it follows {self.follow} with r = {r}",
            label=f"{name}, no unit",
            gate=self.show in GATES,
            alt=f"{len(drawn)} characters coloured by {name}, which in the test part correlates "
            f"with {self.follow} at {r}.",
        )


def _check_model(model: Any) -> LanguageModel:
    """`model` as one that this explorer can show, or a `ValueError`."""
    wanted = f"{_NAME}: model should be a LanguageModel"
    if not isinstance(model, LanguageModel):
        raise ValueError(
            f"{wanted}, such as lstm_jax.course.l09.study.load() gives; got {type(model).__name__}"
        )
    if not isinstance(model.cell, LSTMParams):
        raise ValueError(f"{wanted} with an LSTM in it, got {type(model.cell).__name__}")
    symbols, known = len(ALPHABET.symbols), len(model.embedding)
    if known != symbols:
        raise ValueError(f"{wanted} of the {symbols} symbols of topics.ALPHABET, got {known}")
    return model
