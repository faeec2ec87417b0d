"""The options of a question as buttons: one is chosen, until the verdict locks them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
from traitlets import List, Unicode, observe

from lstm_jax.course.checks.questions import Question
from lstm_jax.course.explorers.still import display_with_still

NONE, TIE = "none of these", "too close to call"
_HERE = Path(__file__).parent


class Options(anywidget.AnyWidget):
    """A button with its full text for each option of a question; at most one is chosen.

    Tab and the arrow keys go from one to the next, Space, Enter or a click chooses, and so does the
    letter of an option. All other keys are left to JupyterLab: Shift + Enter runs on from there.
    options.js is the other side.

    Attributes:
        chosen: the option chosen, such as "(a)", or "".
        measured: the verdict, which locks the buttons, or "". The page empties both where the
            student asks to answer again.
        note: a sentence that says what to do, or what became of the prediction.
    """

    _esm = (_HERE / "options.js").read_text(encoding="utf-8")
    _css = (_HERE / "options.css").read_text(encoding="utf-8")

    question = Unicode().tag(sync=True)
    options: Any = List().tag(sync=True)  # a letter and its HTML each, for the page
    chosen = Unicode().tag(sync=True)
    measured = Unicode().tag(sync=True)
    note = Unicode().tag(sync=True)

    def __init__(self, question: Question) -> None:  # noqa: D107
        self._question = question
        self._locked_at = ""
        options = [[letter, option.html] for letter, option in question.options.items()]
        super().__init__(question=question.text, options=options)
        self._say()

    @property
    def locked(self) -> bool:
        """Whether there is a verdict: then the choice stands."""
        return bool(self.measured)

    def lock(self, measured: str) -> str:
        """Show this verdict, lock the choice and return it; "" if there is none."""
        if not self.locked:
            self._locked_at = self.chosen
        self.measured = measured
        return self._locked_at

    @observe("chosen", "measured")
    def _on_change(self, _: Any) -> None:
        # The page may send a choice before it has received the verdict.
        if self.locked and self.chosen != self._locked_at:
            self.chosen = self._locked_at
        self._say()

    def _say(self) -> None:
        if self.locked:
            said = f"You predicted {self.chosen}" if self.chosen else "You made no prediction"
            shows = "is too close to call" if self.measured == TIE else f"shows {self.measured}"
            link = ", and" if self.chosen == self.measured else ";"
            self.note = f"{said}{link} the run {shows}."
        elif self.chosen:
            self.note = f"You predict {self.chosen}. Now run on."
        else:
            self.note = "Choose one, then run on."

    def __repr__(self) -> str:
        """The prediction, or what there is to choose from."""
        if self.chosen:
            return f"Your prediction: {self.chosen}"
        options = (f"{letter} {option.text}" for letter, option in self._question.options.items())
        return "\n".join(["Choose one:", *options])

    def html(self) -> str:
        """The options as a list, for where no widget can be shown."""
        rows = (
            f'<li style="margin:4px 0"><b>{letter}</b> {option.html}</li>'
            for letter, option in self._question.options.items()
        )
        style = "font-size:18px;list-style:none;margin:4px 0;padding-left:12px"
        return f'<ul class="lstm-options-list" style="{style}">{"".join(rows)}</ul>'

    def _repr_mimebundle_(self, **options: Any) -> Any:
        data, metadata = super()._repr_mimebundle_(**options) or ({}, {})
        return {**data, "text/plain": repr(self), "text/html": self.html()}, metadata

    def _ipython_display_(self) -> None:
        """Display the buttons, with the list for where JupyterLab cannot show them."""
        data, metadata = self._repr_mimebundle_()
        display_with_still(data, metadata, f"{self.html()}<p>To choose, run this cell.</p>")
