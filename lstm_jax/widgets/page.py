"""An explorer as a web page of its own: one file that needs neither Jupyter nor a network."""

import base64
import html
import json
from pathlib import Path
from typing import Any

from lstm_jax.widgets.explorer import SOURCES, Explorer, join_modules

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>{css}</style>
<script type="application/json" id="state">{state}</script>
<body><script type="module">
{module}
</script></body>
</html>
"""


def save_page(explorer: Explorer, path: str | Path) -> None:
    """Write what `explorer` shows as a page to `path`; its controls go on working there.

    Open it in any browser, hand it to a class, or put it on a web server.
    """
    of_jupyter = ("_", "layout", "tabbable", "tooltip")
    names = [name for name in explorer.keys if not name.startswith(of_jupyter)]
    state = json.dumps(explorer.get_state([*names, "_presets"]), default=_encode_bytes)
    page = _PAGE.format(
        title=html.escape(type(explorer).__name__),
        css=(SOURCES / "explorer.css").read_text(encoding="utf-8"),
        state=state.replace("<", "\\u003c"),  # nothing in it may end the script
        module=join_modules(SOURCES / "page.js"),
    )
    Path(path).write_text(page, encoding="utf-8")


def _encode_bytes(value: Any) -> dict[str, str]:
    return {"base64": base64.b64encode(value).decode("ascii")}
