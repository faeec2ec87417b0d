"""Explorers and notebooks saved as pages of their own, opened from the disk with no network."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import ipywidgets
import nbformat
import pytest
from explorer import A_FRAME, explorers
from given import made
from heard import offline_page
from nbformat import NotebookNode
from playwright.sync_api import BrowserContext, FloatRect, Locator, Position, expect

from lstm_jax.course import explorers as widgets
from lstm_jax.course.explorers.explorer import Explorer
from lstm_jax.course.pages.page import save_notebook, save_page

IS_CLIPPED = "() => document.documentElement.scrollWidth > innerWidth"


@pytest.mark.parametrize("name", widgets.__all__)
def test_explorer_reacts_offline(name: str, context: BrowserContext, tmp_path: Path) -> None:
    save_page(made(name), tmp_path / "page.html")
    with offline_page(context, tmp_path / "page.html") as page:
        (explorer,) = explorers(page)
        assert explorer.deaf_sliders() == []
        assert page.problems == []


@pytest.mark.parametrize("name", widgets.__all__)
def test_explorer_fits_a_narrow_window(name: str, context: BrowserContext, tmp_path: Path) -> None:
    save_page(made(name), tmp_path / "page.html")
    with offline_page(context, tmp_path / "page.html", {"width": 600, "height": 900}) as page:
        (explorer,) = explorers(page)
        explorer.root.evaluate(A_FRAME)
        assert page.page.evaluate(IS_CLIPPED) is False
        narrow = place_of(explorer.root.locator("canvas"))
        page.page.set_viewport_size({"width": 1300, "height": 900})
        explorer.root.evaluate(A_FRAME)
        wide = place_of(explorer.root.locator("canvas"))
        assert narrow["width"] / narrow["height"] == pytest.approx(900 / wide["height"], rel=0.01)
        assert wide["width"] > 1200


def test_a_narrow_picture_answers_the_pointer_where_it_is(
    context: BrowserContext, tmp_path: Path
) -> None:
    save_page(widgets.GateExplorer(), tmp_path / "page.html")
    steps = []
    with offline_page(context, tmp_path / "page.html", {"width": 1000, "height": 900}) as page:
        (gate,) = explorers(page)
        canvas = gate.root.locator("canvas")
        margin = 1000 - place_of(canvas)["width"]
        for width in (900, 450):
            page.page.set_viewport_size({"width": int(width + margin), "height": 900})
            gate.root.evaluate(A_FRAME)
            picture = place_of(canvas)
            assert picture["width"] == width
            place = Position(x=0.8 * picture["width"], y=0.6 * picture["height"])
            canvas.hover(position=place)
            steps.append(int(gate.root.locator("[data-control=t]").input_value()))
            gate.root.get_by_role("button", name="reset").click()
    assert steps[0] == steps[1] > widgets.GateExplorer().t


def place_of(element: Locator) -> FloatRect:
    """Where it stands, in px."""
    box = element.bounding_box()
    assert box is not None
    return box


def shows(explorer: Explorer) -> NotebookNode:
    """A cell that was run and saved, without the state of its widgets."""
    return cell_with(explorer._repr_mimebundle_()[0])


def cell_with(data: dict[str, Any]) -> NotebookNode:
    """A cell with one output."""
    output = nbformat.v4.new_output("display_data", data)
    return nbformat.v4.new_code_cell("shown", outputs=[output])


def test_notebook_reacts_offline(context: BrowserContext, tmp_path: Path) -> None:
    gate = widgets.GateExplorer(bias=2)
    cells = [
        nbformat.v4.new_markdown_cell(r"The gate is $f = \sigma(b)$."),
        shows(gate),
        shows(widgets.GradientExplorer()),
    ]
    gate.bias = 3
    cells += [shows(gate), cell_with(ipywidgets.IntSlider(7)._repr_mimebundle_())]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "run.ipynb")

    assert save_notebook(tmp_path / "run.ipynb", tmp_path / "run.html") == 2
    with offline_page(context, tmp_path / "run.html") as page:
        first, gradient, second = explorers(page)
        expect(first.root.locator("[data-control=bias]")).to_have_value("3")
        before = second.picture()
        first.press(first.sliders()[0])
        assert second.changes_from(before)
        assert page.until(lambda: first.picture() == second.picture(), 3)
        before = gradient.picture()
        gradient.press(gradient.sliders()[0])
        assert gradient.changes_from(before)
        assert [button.inner_text() for button in first.presets()] == list(gate.presets)
        expect(page.page.locator("p", has_text="The gate is").locator("math")).to_contain_text("σ")
        expect(page.page.get_by_text("IntSlider(value=7)")).to_be_visible()
        assert page.problems == []


def test_slides_show_figures_side_by_side(context: BrowserContext, tmp_path: Path) -> None:
    drawing = "<svg xmlns='http://www.w3.org/2000/svg' width='700' height='500'/>"
    figure = {"text/html": f'<img src="data:image/svg+xml,{quote(drawing)}">'}
    cell = nbformat.v4.new_code_cell("plot()\nplot()")
    cell.outputs = [nbformat.v4.new_output("display_data", figure) for _ in range(2)]
    cell.outputs.insert(0, nbformat.v4.new_output("stream", text="error 0.1\n"))
    cell.metadata["slideshow"] = {"slide_type": "slide"}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "run.ipynb")
    save_notebook(tmp_path / "run.ipynb", tmp_path / "run.html", slides=True)
    with offline_page(context, tmp_path / "run.html", {"width": 1920, "height": 1080}) as page:
        left, right = (place_of(image) for image in page.page.locator("img").all())
        printed = place_of(page.page.get_by_text("error 0.1"))
        assert left["y"] == right["y"] >= printed["y"] + printed["height"]
        assert left["x"] + left["width"] <= right["x"]


def test_notebook_keeps_explorers_as_they_were_left(tmp_path: Path) -> None:
    gate = widgets.GateExplorer(bias=2)
    notebook = nbformat.v4.new_notebook(cells=[shows(gate)])
    gate.bias = 5.25
    saved = gate.get_manager_state(widgets=[gate])  # as JupyterLab does where it is told to
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": saved}
    nbformat.write(notebook, tmp_path / "run.ipynb")
    save_notebook(tmp_path / "run.ipynb", tmp_path / "run.html")
    assert '"bias": 5.25' in (tmp_path / "run.html").read_text(encoding="utf-8")


def test_notebook_that_was_not_run_has_no_explorers(tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell("explorer")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "new.ipynb")
    assert save_notebook(tmp_path / "new.ipynb", tmp_path / "new.html") == 0
