"""Explorers as web pages: one file that needs neither Jupyter nor a network.

    python -m lstm_jax.course.pages.page NOTEBOOK.ipynb [PAGE.html]
    python -m lstm_jax.course.pages.page NOTEBOOK.ipynb [PAGE.html] --slides

makes a page of a notebook that was run and saved, with all its outputs: its explorers go on
working. With `--slides` it is a slide show, in the order that the metadata of the cells gives,
which is Jupyter's own.
"""
# mypy: untyped-calls-exclude="nbconvert,nbformat,lstm_jax.course.pages.mathml"

import argparse
import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lstm_jax.course.explorers.explorer import WIDGET_STATE, Explorer, for_page
from lstm_jax.course.explorers.modules import STYLE, module

HERE = Path(__file__).parent
_VIEW = "application/vnd.jupyter.widget-view+json"
_PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{{title}}</title>
<style>{{css}}</style>
<script type="{WIDGET_STATE}">{{states}}</script>
<body><script type="{_VIEW}">{{view}}</script>
<script type="module">
{{module}}
</script></body>
</html>
"""


def save_page(explorer: Explorer, path: str | Path) -> None:
    """Write what `explorer` shows as a page to `path`; its controls go on working there.

    Open it in any browser, hand it to a class, or put it on a web server.
    """
    states = json.dumps(explorer.page_state())
    page = _PAGE.format(
        title=html.escape(type(explorer).__name__),
        css=STYLE.read_text(encoding="utf-8"),
        states=states.replace("<", "\\u003c"),  # nothing in it may end the script
        view=json.dumps(explorer.get_view_spec()),
        module=module("page.js"),
    )
    Path(path).write_text(page, encoding="utf-8")


def save_notebook(notebook: str | Path, path: str | Path, *, slides: bool = False) -> int:
    """Write a notebook with all its outputs as a page to `path`; its explorers go on working there.

    Each has its last state if the notebook holds the state of its widgets, otherwise its state when
    its cell was run. In place of other widgets stands what Jupyter shows without widgets.

    Args:
        notebook: a file that was run and saved.
        path: of the page.
        slides: make slides of it, by the `slideshow` metadata of its cells. The keys →, ←, Page
            Down and Page Up go through them, ↓ and ↑ from section to section; a slide that is too
            long for the screen is made smaller, and if that is not enough, it scrolls.

    Returns:
        How many explorers there are; 0 for a notebook that was not run.
    """
    try:  # the extra `lab` brings them; an explorer is saved without
        import nbformat

        from lstm_jax.course.pages.mathml import MathMLExporter
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"save_notebook: not installed: {error.name}; install what pages of notebooks need "
            'with: python -m pip install "lstm_jax[lab]"',
            name=error.name,
        ) from None

    content = nbformat.read(notebook, as_version=4)
    saved = content.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    states = {
        key: for_page(saved.get(key, model))
        for cell in content.cells
        for output in cell.get("outputs", [])
        for key, model in output.get("data", {}).get(WIDGET_STATE, {}).get("state", {}).items()
    }
    widgets = {"version_major": 2, "version_minor": 0, "state": states}
    content.metadata["widgets"] = {WIDGET_STATE: widgets}
    # nbconvert's template named reveal finds the slides; the page of ours shows them.
    name, page = ("reveal", "slides.html.j2") if slides else ("lab", "notebook.html.j2")
    template = (HERE / page).read_text(encoding="utf-8")
    exporter = MathMLExporter(
        template_name=name,
        raw_template=template,
        embed_images=True,
        filters={"is_folded": is_folded, "folded_title": folded_title},
    )
    # What is printed in pieces, such as a progress bar, stands as JupyterLab would show it.
    exporter.register_preprocessor("nbconvert.preprocessors.CoalesceStreamsPreprocessor", True)
    source = Path(notebook)
    resources: dict[str, Any] = {
        "metadata": {"name": source.stem, "path": str(source.parent)},
        "explorer_css": STYLE.read_text(encoding="utf-8"),
        "explorer_module": module("page.js"),
        "slides_css": (HERE / "slides.css").read_text(encoding="utf-8"),
        "slides_module": (HERE / "slides.js").read_text(encoding="utf-8"),
    }
    text, _ = exporter.from_notebook_node(content, resources)
    Path(path).write_text(text, encoding="utf-8")
    return len(states)


def is_folded(cell: Mapping[str, Any]) -> bool:
    """Is the code of a cell folded when its notebook opens?"""
    return bool(cell["metadata"].get("jupyter", {}).get("source_hidden"))


def folded_title(cell: Mapping[str, Any]) -> str:
    """The words of its first line, which is `# @title ...`: what a lesson's build makes of it."""
    first: str = cell["source"].split("\n", 1)[0]
    return first.removeprefix("#").strip().removeprefix("@title").strip() or "code"


def main() -> None:
    """Make a page of the notebook that the command line names."""
    parser = argparse.ArgumentParser(description="Make one web page of a notebook that was run.")
    parser.add_argument("notebook", type=Path)
    parser.add_argument("page", type=Path, nargs="?", help="default: beside the notebook, .html")
    parser.add_argument("--slides", action="store_true", help="as a slide show")
    options = parser.parse_args()
    page = options.page or options.notebook.with_suffix(".html")
    count = save_notebook(options.notebook, page, slides=options.slides)
    hint = "" if count else "; were the cells run, and the notebook saved?"
    print(f"{page}: {count} explorers{hint}")


if __name__ == "__main__":
    main()
