"""What a student sees after a call: as text, and as HTML in a notebook."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from html import escape
from itertools import zip_longest
from typing import Any, Literal, NamedTuple

Outcome = Literal["passed", "failed", "unanswered"]

# Okabe-Ito colours, all legible as a bar on a light and on a dark ground. The symbol and the
# words say the same, for those who do not see the colour.
COLOURS = {"passed": "#009E73", "failed": "#D55E00", "unanswered": "#999999", None: "#56B4E9"}
CELL = "padding:4px 16px 4px 0;text-align:left;vertical-align:top;font-size:16px"


class Table(NamedTuple):
    """Rows of texts; a text may have several lines. The first column names the row.

    `links` has an address for each row, to which its name leads, or is empty.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    links: tuple[str, ...] = ()

    def text(self) -> str:
        """The columns side by side, padded."""
        lines: list[tuple[str, ...]] = []
        for row in (self.header, *self.rows):
            lines += zip_longest(*(cell.split("\n") for cell in row), fillvalue="")
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join("  " + "   ".join(map(str.ljust, line, widths)).rstrip() for line in lines)

    def html(self) -> str:
        """A table whose values stand in the font of code."""
        head = "".join(
            f'<th scope="col" style="{CELL}">{escape(name)}</th>' for name in self.header
        )
        body = ""
        for (label, *cells), link in zip_longest(self.rows, self.links):
            code = f"{CELL};white-space:pre;font-family:monospace"
            name = f'<a href="{escape(link)}">{escape(label)}</a>' if link else escape(label)
            body += f'<tr><th scope="row" style="{CELL}">{name}</th>'
            body += "".join(f'<td style="{code}">{escape(cell)}</td>' for cell in cells) + "</tr>"
        return f'<table style="margin:4px 0"><tr>{head}</tr>{body}</table>'


class Panel(NamedTuple):
    """A headline, sentences and tables beside a bar of one colour; `size` of the text, in px."""

    colour: str
    headline: str
    body: tuple[str | Table, ...] = ()
    size: int = 16

    def text(self) -> str:
        """For a terminal."""
        parts = [part.text() if isinstance(part, Table) else part for part in self.body]
        return "\n".join([self.headline, *parts])

    def html(self) -> str:
        """For a notebook, light or dark: the text keeps the theme's colour."""
        parts = [
            part.html()
            if isinstance(part, Table)
            else f'<p style="margin:4px 0">{escape(part)}</p>'
            for part in self.body
        ]
        style = f"border-left:6px solid {self.colour};padding:4px 12px;font-size:{self.size}px"
        large = f"margin:4px 0;font-size:{self.size + 2}px"
        headline = f'<p style="{large}"><b>{escape(self.headline)}</b></p>'
        return f'<div class="lstm-report" style="{style}">{headline}{"".join(parts)}</div>'

    def show(self, metadata: Mapping[str, Any] | None = None) -> None:
        """Display it in the running notebook, or print it where there is none."""
        ipython = sys.modules.get("IPython")
        if ipython is None or ipython.get_ipython() is None:
            print(self.text())
            return
        both = {"text/plain": self.text(), "text/html": self.html()}
        ipython.display.display(both, raw=True, metadata=dict(metadata or {}))


class Report(NamedTuple):
    """A headline, sentences and tables about one exercise. `outcome` is None for a hint."""

    exercise: str
    outcome: Outcome | None
    headline: str
    body: tuple[str | Table, ...] = ()

    def panel(self) -> Panel:
        """The report as it is shown."""
        return Panel(COLOURS[self.outcome], self.headline, self.body)

    def text(self) -> str:
        """For a terminal."""
        return self.panel().text()

    def show(self) -> None:
        """Display or print it.

        The outcome also goes into the output's metadata, for whoever collects results.
        """
        about = {"lstm_jax": {"exercise": self.exercise, "outcome": self.outcome}}
        self.panel().show(about if self.outcome else None)
