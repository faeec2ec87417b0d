"""What all explorers share: controls as traits, presets, the module for the page, a still picture.

An explorer is one model with two sides. Python holds the values and checks them; the page draws
them and recomputes the cell by itself, so a slider answers at once, with a kernel or without.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from typing import Any

import anywidget
from traitlets import Bool, Dict, HasTraits, List, Unicode, default, observe, validate

from lstm_jax.arrays import Array
from lstm_jax.course import plots
from lstm_jax.course.explorers.controls import Control, Slider
from lstm_jax.course.explorers.modules import STYLE, module
from lstm_jax.course.explorers.reload import follow_if_asked
from lstm_jax.course.explorers.still import display_with_still
from lstm_jax.traces import Clamp, trace

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
LAST = -1  # the `t` of a preset that shows the last step, however many there are


class Explorer(anywidget.AnyWidget):
    """The base of all explorers; a subclass says what is special to it.

    Its controls are traits made by `Slider`, `Choice`, `Numbers` and `Order`, declared in the order
    in which they are shown. Each can be set, observed and linked: `explorer.bias = 3`. A value that
    makes no sense leaves the old one in place and puts a sentence into `message`, which the page
    shows.

    Attributes:
        t: the time step that the cursor stands on, from 0.
        playing: whether the cursor walks by itself.
        preset: the name of the preset shown, "" after a control was moved away from it.
        presets: the names there are; setting `preset` to one shows it.
        readout: what the picture shows, in words; written by the page.
        message: what was wrong with the last value, or "".
    """

    _esm = Unicode().tag(sync=True)
    _css = STYLE.read_text(encoding="utf-8")

    view = Unicode().tag(sync=True)
    controls: Any = List().tag(sync=True)  # what each control is, for the page
    buttons = Dict().tag(sync=True)
    data = Dict().tag(sync=True)
    _presets: Any = List().tag(sync=True)  # pairs: a saved notebook sorts what is a dict

    t = Slider("time step t", 0, 59, step=1, default=0)
    playing = Bool(False).tag(sync=True)
    preset = Unicode().tag(sync=True)
    readout = Unicode().tag(sync=True)
    message = Unicode().tag(sync=True)

    def __init__(
        self,
        *,
        view: str,
        presets: Mapping[str, Mapping[str, Any]],
        data: Mapping[str, Any],
        buttons: Mapping[str, str] | None = None,
        **values: Any,
    ) -> None:
        """Start at the defaults, but for the controls named in `values`.

        Args:
            view: which drawing: a key of VIEWS in main.js.
            presets: for each preset the controls that differ from their defaults; what was drawn
                stays.
            data: all else that the drawing needs: numbers, lists, bytes; it never changes.
            buttons: name and label of further buttons; the view's `actions` say what each does.
            values: controls that start elsewhere.

        Raises:
            ValueError: `values` or a preset names no control, or one that cannot take that value.
        """
        where = type(self).__name__
        own = controls_of(type(self))
        steps = own["t"].description["high"] + 1

        def checked(settings: Mapping[str, Any]) -> dict[str, Any]:
            for name in settings.keys() - own.keys():
                raise ValueError(
                    f"{where}: there is no control {name!r}; there are {', '.join(own)}"
                )
            return {name: own[name].check(value) for name, value in settings.items()}

        values = checked(values)
        defaults = {name: control.default_value for name, control in own.items()}
        # What was drawn, typed or kept by hand is not a preset's to take away.
        moved = {
            name: value
            for name, value in defaults.items()
            if own[name].description["kind"] in ("slider", "choice")
        }
        super().__init__(
            controls=[
                {"name": name, "start": values.get(name, defaults[name]), **control.description}
                for name, control in own.items()
            ],
            view=view,
            buttons=dict(buttons or {}),
            data=dict(data),
            _presets=[
                [name, checked({**moved, **preset, "t": preset.get("t", 0) % steps})]
                for name, preset in presets.items()
            ],
            **values,
        )
        self.observe(self._leave_preset, names=[name for name in own if name != "t"])
        follow_if_asked(self)

    @default("_esm")
    def _scripts(self) -> str:
        return module("widget.js")

    @property
    def params(self) -> Any:
        """The cell that the controls describe."""
        raise NotImplementedError

    @property
    def xs(self) -> Array:
        """The input sequence (T, D)."""
        raise NotImplementedError

    @property
    def clamps(self) -> list[Clamp]:
        """The gates that the controls hold."""
        return []

    def trace(self) -> Any:
        """What the cell on screen does, computed by JAX: `lstm_jax.trace` of `params` and `xs`."""
        return trace(self.params, self.xs, clamps=self.clamps)

    def still(self) -> plots.Picture:
        """The picture without its controls, for fronts that show no widgets."""
        raise NotImplementedError

    def page_state(self) -> dict[str, Any]:
        """What a page needs to show this explorer, as Jupyter embeds widgets; see page.py."""
        widgets: dict[str, Any] = self.get_manager_state(widgets=[self])
        widgets["state"] = {key: for_page(model) for key, model in widgets["state"].items()}
        return widgets

    @property
    def presets(self) -> tuple[str, ...]:
        """The names of the presets."""
        return tuple(name for name, _ in self._presets)

    def reset(self) -> None:
        """Go back to how the explorer was made."""
        self._show({control["name"]: control["start"] for control in self.controls})
        self.preset, self.playing = "", False

    @validate("preset")
    def _check_preset(self, proposal: Any) -> str:
        name: str = proposal["value"]
        if name and name not in self.presets:
            self.message = (
                f"preset should be one of {', '.join(map(repr, self.presets))}, got {name!r}"
            )
            return self.preset
        return name

    @observe("preset")
    def _show_preset(self, change: Any) -> None:
        if change["new"]:
            self._show(dict(self._presets)[change["new"]])

    def _leave_preset(self, _: Any) -> None:
        wanted = dict(self._presets).get(self.preset, {})
        if any(getattr(self, name) != value for name, value in wanted.items() if name != "t"):
            self.preset = ""

    def _show(self, values: Mapping[str, Any]) -> None:
        # All at once: half a preset is never drawn.
        with self.hold_sync(), self.hold_trait_notifications():
            for name, value in values.items():
                setattr(self, name, value)

    def __repr__(self) -> str:
        """The controls and their values, but for what has no control on the screen."""
        controls = (control["name"] for control in self.controls if "label" in control)
        shown = (f"{name}={getattr(self, name)!r}" for name in controls)
        return f"{type(self).__name__}({', '.join(shown)})"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        data, metadata = super()._repr_mimebundle_(**options) or ({}, {})
        picture = self.still()
        data["image/png"] = base64.b64encode(picture.png()).decode("ascii")
        data["text/plain"] = f"{type(self).__name__}: {picture.alt}"
        data[WIDGET_STATE] = self.page_state()
        return data, metadata

    def _ipython_display_(self) -> None:
        """Display the explorer, with its still picture for where JupyterLab cannot show it."""
        data, metadata = self._repr_mimebundle_()
        alt, png = html.escape(data["text/plain"]), data["image/png"]
        picture = f'<img alt="{alt}" src="data:image/png;base64,{png}">'
        display_with_still(data, metadata, picture)


def for_page(model: Mapping[str, Any]) -> dict[str, Any]:
    """A model in Jupyter's form for pages, less its module and what only Jupyter reads."""
    of_jupyter = ("_", "layout", "tabbable", "tooltip")
    state = {
        name: value
        for name, value in model["state"].items()
        if name == "_presets" or not name.startswith(of_jupyter)
    }
    return {**model, "state": state}


def controls_of(explorer: type[HasTraits]) -> dict[str, Control]:
    """The controls of a class, `t` first, then in the order of their declaration."""
    return {
        name: trait
        for base in reversed(explorer.__mro__)
        for name, trait in vars(base).items()
        if isinstance(trait, Control)
    }
