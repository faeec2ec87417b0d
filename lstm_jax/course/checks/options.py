"""The options of a question as buttons: one is chosen, until the verdict locks them."""

from collections.abc import Sequence
from typing import Any

from ipywidgets import HTML, HBox, ToggleButtons

from lstm_jax.course.explorers.still import display_with_still

# Jupyter's own measures for widgets, made readable from the last row.
_LABEL = """<style>
.lstm-options {
  --jp-widgets-font-size: 18px; --jp-widgets-inline-height: 40px;
  align-items: center;
}
.lstm-options button { border-radius: 4px; }
.lstm-options button.mod-active {
  box-shadow: inset 0 0 0 3px var(--jp-brand-color1); font-weight: bold;
}
.lstm-options button:focus-visible { outline: 3px solid var(--jp-ui-font-color1); }
</style>Your prediction:"""


class Options(HBox):  # type: ignore[misc]  # ipywidgets carries no types
    """A button for each of `options`, of which at most one is chosen.

    They are Jupyter's own toggle buttons, which leave all other keys to JupyterLab: Tab goes from
    one to the next, Space or Enter chooses, and Shift + Enter still runs on from there.
    """

    def __init__(self, options: Sequence[str]) -> None:  # noqa: D107
        self._buttons = ToggleButtons(options=options, value=None)
        self._buttons.style.button_width = "72px"
        self._buttons.observe(self._on_choice, names="value")
        self._note = HTML()
        self._locked_at: str | None = None
        self.locked = False
        super().__init__([HTML(_LABEL), self._buttons, self._note])
        self.add_class("lstm-options")
        self._say()

    @property
    def chosen(self) -> str | None:
        """The option chosen, if there is one; it never changes once they are locked."""
        value: str | None = self._locked_at if self.locked else self._buttons.value
        return value

    def lock(self) -> str | None:
        """Lock the choice and return it."""
        if not self.locked:
            self._locked_at, self.locked = self._buttons.value, True
            self._buttons.disabled = True
            self._say()
        return self.chosen

    def _on_choice(self, _: Any) -> None:
        # The page may send a choice before it has received the lock.
        if self._buttons.value != self.chosen:
            self._buttons.value = self.chosen
        self._say()

    def _say(self) -> None:
        if self.locked:
            said = f"You predicted {self.chosen}." if self.chosen else "You made no prediction."
            said += " To predict anew, run this cell again."
        else:
            said = f"You predict {self.chosen}." if self.chosen else "Choose one, then run on."
        self._note.value = f'<span role="status">{said}</span>'

    def __repr__(self) -> str:
        """The prediction, or what there is to choose from."""
        return f"Your prediction: {self.chosen or ' '.join(self._buttons.options)}"

    def _ipython_display_(self) -> None:
        """Display the buttons, with words for where JupyterLab cannot show them."""
        words = f"<p>{self!r}. Run this cell to choose.</p>"
        display_with_still(self._repr_mimebundle_(), {}, words)
