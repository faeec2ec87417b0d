"""A notebook as a page: what it makes of outputs. How it reacts is tested in a browser."""

import re
from pathlib import Path

import nbformat
import pytest

from lstm_jax.course import GateExplorer
from lstm_jax.course.checks.options import Options
from lstm_jax.course.checks.questions import Option, Question
from lstm_jax.course.checks.report import Panel
from lstm_jax.course.explorers.modules import SOURCES, STYLE
from lstm_jax.course.pages.page import HERE, save_notebook


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


def test_code_above_an_explorer_is_folded_on_slides(tmp_path: Path) -> None:
    shown, _ = GateExplorer()._repr_mimebundle_()  # type: ignore[no-untyped-call]
    outcomes = {"GateExplorer()": shown, "x = 2\nx + 2": {"text/plain": "4"}}
    cells = [
        nbformat.v4.new_code_cell(
            code, outputs=[nbformat.v4.new_output("execute_result", data, execution_count=1)]
        )
        for code, data in outcomes.items()
    ]
    for cell in cells:
        cell.metadata["slideshow"] = {"slide_type": "slide"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "run.ipynb")
    save_notebook(tmp_path / "run.ipynb", tmp_path / "run.html", slides=True)
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert re.findall("<summary>(.*)</summary>", page) == ["1 line of code"]


@pytest.mark.parametrize("slides", [False, True])
def test_what_a_lesson_folds_is_folded_below_its_words(slides: bool, tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell(f"# @title Adds 1 & {n}\n1 + {n}") for n in (1, 2)]
    cells[0].metadata["jupyter"] = {"source_hidden": True}
    for cell in cells:
        cell.metadata["slideshow"] = {"slide_type": "slide"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "run.ipynb")
    save_notebook(tmp_path / "run.ipynb", tmp_path / "run.html", slides=slides)
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert re.findall("<details><summary>(.*)</summary>", page) == ["Adds 1 &amp; 1"]
    assert page.index("<details>") < page.index("Adds 1 &amp; 1") < page.index("</details>")


@pytest.mark.parametrize("slides", [False, True])
def test_the_options_of_a_question_stand_without_code(slides: bool, tmp_path: Path) -> None:
    data = {"text/html": "<ol><li>(a) a half</li></ol>"}
    cell = nbformat.v4.new_code_cell(
        'guess("left")', outputs=[nbformat.v4.new_output("display_data", data)]
    )
    cell.metadata["slideshow"] = {"slide_type": "slide"}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "run.ipynb")
    save_notebook(tmp_path / "run.ipynb", tmp_path / "run.html", slides=slides)
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "(a) a half" in page
    assert "guess" not in page.partition("<main>")[2].partition("</main>")[0]


def test_options_are_as_large_on_slides_as_their_question() -> None:
    asked = Question("How much is left?", {"(a)": Option("a half", "a half")})
    (its_class,) = re.findall('<ul class="([^"]*)"', Options(asked).html())
    assert f".{its_class} {{ zoom" in (HERE / "slides.css").read_text(encoding="utf-8")


def test_a_verdict_is_large_on_slides_and_no_part_of_an_explorer() -> None:
    (its_class,) = re.findall('class="([^"]*)"', Panel("red", "Not yet").html())
    assert f".{its_class} {{ zoom" in (HERE / "slides.css").read_text(encoding="utf-8")
    for source in SOURCES.glob("*.js"):
        assert its_class not in source.read_text(encoding="utf-8")
    assert its_class not in STYLE.read_text(encoding="utf-8")


@pytest.mark.parametrize("slides", [False, True])
def test_a_term_keeps_its_words_and_its_sentence_where_no_glossary_is(
    slides: bool, tmp_path: Path
) -> None:
    text = 'The [**cell\nstate**](../glossary.md#cell-state "Its memory & more.") of [us](us.html).'
    cell = nbformat.v4.new_markdown_cell(text, metadata={"slideshow": {"slide_type": "slide"}})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "run.ipynb")
    save_notebook(tmp_path / "run.ipynb", tmp_path / "run.html", slides=slides)
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert '<span title="Its memory &amp; more."><strong>cell\nstate</strong></span>' in page
    assert "glossary.md" not in page
    assert '<a href="us.html">us</a>' in page
