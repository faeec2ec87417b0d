"""A notebook as a page: what it makes of outputs. How it reacts is tested in a browser."""

from pathlib import Path

import nbformat
import pytest

from lstm_jax.widgets.page import save_notebook


@pytest.mark.parametrize("slides", [False, True])
def test_a_progress_bar_is_the_line_that_it_ended_as(slides: bool, tmp_path: Path) -> None:
    steps = ["\r  0% of it", "\r 50% of it", "\r100% of it", "\nand then more\n"]
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in steps]
    cell = nbformat.v4.new_code_cell("train()", outputs=outputs)
    cell.metadata["slideshow"] = {"slide_type": "slide"}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "run.ipynb")
    save_notebook(tmp_path / "run.ipynb", tmp_path / "run.html", slides=slides)
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "100% of it\nand then more" in page
    assert " 50% of it" not in page
