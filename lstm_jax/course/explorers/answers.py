"""What the kernel adds to a picture: that which is too much for the page to compute."""

from collections.abc import Mapping, Sequence
from typing import Any

from traitlets import Dict

from lstm_jax.course.explorers.explorer import Explorer


class AnsweringExplorer(Explorer):
    """An explorer for which the kernel computes a part; the page does not wait for it.

    A subclass says in `asked` which controls its answer depends on, and in `compute` what it is.
    It is computed at once for all controls that moved together, and only if one of those moved.
    There is no queue: while the kernel computes, ipywidgets keeps what moves in the page in one
    message, so the next answer is for where the controls then stand.

    Attributes:
        answer: what `compute` gave, and under "of" the controls it depends on, with their values.
            It holds as long as these have the same values; js/answers.js goes by the same rule.
    """

    answer: Any = Dict().tag(sync=True)

    def __init__(self, **values: Any) -> None:
        """As `Explorer`."""
        super().__init__(**values)
        self._answer()
        names = (control["name"] for control in self.controls)
        self.observe(self._answer, names=[name for name in names if name != "t"])

    def asked(self) -> Sequence[str]:
        """The controls that the answer depends on as things stand; none if it makes no sense."""
        raise NotImplementedError

    def compute(self) -> Mapping[str, Any]:
        """The answer: numbers, words, lists and bytes, all to be sent to the page."""
        raise NotImplementedError

    def _answer(self, _: Any = None) -> None:
        of = {name: getattr(self, name) for name in self.asked()}
        if not of or of == self.answer.get("of"):
            return
        try:
            self.answer = {**self.compute(), "of": of}
        except Exception as error:  # would be lost: nothing shows what a callback raises
            self.message = f"the kernel could not compute its part of the picture: {error}"
