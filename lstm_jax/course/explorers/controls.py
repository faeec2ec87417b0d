"""Controls: traits that know their label and limits, and meet a wrong value with a sentence."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from traitlets import HasTraits, TraitType


class Control(TraitType[Any, Any]):
    """A value that the reader moves, synced with the page.

    description: what the page needs to show it: kind, label and limits.
    """

    def __init__(self, default: Any, **description: Any) -> None:  # noqa: D107
        super().__init__(default)
        self.tag(sync=True)
        self.description = description

    def check(self, value: Any) -> Any:
        """`value` as this control holds it, or a `ValueError` that says what it should be."""
        raise NotImplementedError

    def validate(self, obj: HasTraits, value: Any) -> Any:
        """`value`; or, where it makes no sense, the value before, and a sentence in `message`.

        An exception would be lost: it comes from a callback, and nothing in a notebook shows it.
        """
        try:
            value = self.check(value)
        except ValueError as problem:
            obj.set_trait("message", f"{problem}; it stays as it was")
            return self.get(obj, type(obj))
        if self.name != "t":  # the cursor moves all the time; let the sentence be read
            obj.set_trait("message", "")
        return value


class Slider(Control):
    """A number from `low` to `high`; a whole number where `step` is one."""

    def __init__(  # noqa: D107
        self, label: str, low: float, high: float, *, default: float, step: float = 0.1
    ) -> None:
        super().__init__(default, kind="slider", label=label, low=low, high=high, step=step)
        self.low, self.high = low, high
        self.number: type[int] | type[float] = int if isinstance(step, int) else float

    def check(self, value: Any) -> int | float:  # noqa: D102
        number = _number(value)
        if not self.low <= number <= self.high or self.number(number) != number:
            kind = "a whole number" if self.number is int else "a number"
            raise ValueError(
                f"{self.name} should be {kind} from {self.low} to {self.high}, got {value!r}"
            )
        return self.number(number)

    def until(self, high: float, *, default: float | None = None) -> "Slider":
        """The same slider with another upper end, for an explorer of another size."""
        label, low, step = (self.description[name] for name in ("label", "low", "step"))
        default = self.default_value if default is None else default
        return Slider(label, low, high, default=default, step=step)


class Choice(Control):
    """One of several words, the first unless `default` says otherwise."""

    def __init__(  # noqa: D107
        self, label: str, options: Sequence[str], *, default: str | None = None
    ) -> None:
        super().__init__(default or options[0], kind="choice", label=label, options=list(options))
        self.options = tuple(options)

    def check(self, value: Any) -> str:  # noqa: D102
        if value not in self.options:
            raise ValueError(
                f"{self.name} should be one of {', '.join(map(repr, self.options))}, got {value!r}"
            )
        return str(value)


class Text(Control):
    """What the reader types: a line, or some lines, of at most `longest` characters.

    shows: controls that the page sets with it, so that what is typed is what is shown.
    """

    def __init__(  # noqa: D107
        self,
        label: str,
        *,
        longest: int,
        default: str = "",
        lines: int = 1,
        shows: Mapping[str, Any] | None = None,
    ) -> None:
        words = {"longest": longest, "lines": lines, "shows": dict(shows or {})}
        super().__init__(default, kind="text", label=label, **words)
        self.longest = longest

    def check(self, value: Any) -> str:  # noqa: D102
        if not isinstance(value, str):
            raise ValueError(f"{self.name} should be a text, got {value!r}")
        if len(value) > self.longest:
            raise ValueError(
                f"{self.name} should have at most {self.longest:,} characters, got {len(value):,}"
            )
        return value


class Numbers(Control):
    """A list of `count` numbers from `low` to `high`, drawn on the picture; it has no slider."""

    def __init__(self, default: Sequence[float], *, low: float, high: float) -> None:  # noqa: D107
        super().__init__(list(default), kind="numbers", low=low, high=high)
        self.count, self.low, self.high = len(default), low, high

    def check(self, value: Any) -> list[float]:  # noqa: D102
        try:
            numbers = [_number(each) for each in value]
        except TypeError:
            numbers = []
        wanted = f"{self.name} should be {self.count} numbers from {self.low} to {self.high}"
        if len(numbers) != self.count:
            raise ValueError(f"{wanted}, got {len(numbers)}")
        for index, number in enumerate(numbers):
            if not self.low <= number <= self.high:
                raise ValueError(f"{wanted}, got {number} at step {index}")
        return numbers


class Order(Control):
    """What a button asks of the kernel: "stop 3", one of several words and the number of the order.

    The number makes each order a new value; "" is none. It has no control: a button sets it.
    """

    def __init__(self, words: Sequence[str]) -> None:  # noqa: D107
        super().__init__("", kind="order")
        self.words = tuple(words)

    def check(self, value: Any) -> str:  # noqa: D102
        word, _, number = str(value).partition(" ")
        if value != "" and not (word in self.words and number.isdecimal()):
            raise ValueError(
                f"{self.name} should be one of {', '.join(self.words)} and a number, such as "
                f'"{self.words[0]} 1", got {value!r}'
            )
        return str(value)


def check_between(where: str, name: str, value: Any, low: int, high: int) -> int:
    """`value` as a whole number from `low` to `high`, or a `ValueError` that says so."""
    number = _number(value)
    if not low <= number <= high or int(number) != number:
        raise ValueError(
            f"{where}: {name} should be a whole number from {low} to {high}, got {value!r}"
        )
    return int(number)


def check_parts(
    where: str, name: str, given: Any, keys: Iterable[Any], kind: type, source: str
) -> None:
    """Raise a `ValueError` unless the mapping `given` has a `kind` for each key.

    `source` is what gives such a mapping, for the error.
    """
    for key in keys:
        part = given.get(key) if isinstance(given, Mapping) else given
        if not isinstance(part, kind):
            raise ValueError(
                f"{where}: {name} should hold a {kind.__name__} for {key!r}, got "
                f"{type(part).__name__}; {source} gives what is needed"
            )


def _number(value: Any) -> float:
    """`value` as a float, NaN where it is none."""
    try:
        return math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return math.nan
