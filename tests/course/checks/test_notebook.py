"""In a notebook: the report is displayed wherever `check` stands, with its outcome beside it."""

from html.parser import HTMLParser

import nbformat
import pytest
from nbclient import NotebookClient

from lstm_jax.course.checks.lesson_map import LESSONS
from lstm_jax.course.checks.questions import question

CELLS = [
    "from lstm_jax.course import check, hint",
    "def leaky_sum(decay, xs):\n    return '<b>bold</b>'",
    "check('leaky_sum', leaky_sum)\nafter = 1",
    "check('leaky_sum', None)",
    "def leaky_sum(decay, xs):\n    h = 0\n    return h.sum(xs)",
    "check('leaky_sum', leaky_sum)",
    "hint('leaky_sum')",
    "def reach(factor, threshold):\n    while True:\n        pass",
    "from lstm_jax.course.checks.check import grade\ngrade('reach', reach, seconds=0.2).show()",
    "def reach(factor, threshold):\n"
    "    n = 0\n"
    "    while factor**n >= threshold:\n"
    "        n += 1\n"
    "    return n",
    "check('reach', reach)",
    "from lstm_jax.course import guess, progress, verdict\nguess('ten_years_ago')",
    "verdict('ten_years_ago', '(c)', 'By <b> months.')\nprogress()",
    "from lstm_jax.course import lesson_map\nlesson_map()",
]


@pytest.fixture(scope="module")
def outputs():
    """The outputs of each cell; an error in one raises here."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return [cell.outputs for cell in notebook.cells]


def test_a_call_that_is_not_last_in_its_cell_shows_its_report(outputs):
    (shown,) = outputs[2]
    assert shown.output_type == "display_data"
    assert shown.metadata["lstm_jax"] == {"exercise": "leaky_sum", "outcome": "failed"}
    assert "✗ leaky_sum" in shown.data["text/plain"]


def test_what_the_student_wrote_is_escaped(outputs):
    html = outputs[2][0].data["text/html"]
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
    assert "<b>bold" not in html


@pytest.mark.parametrize(
    ("cell", "exercise", "outcome"),
    [
        (3, "leaky_sum", "unanswered"),
        (5, "leaky_sum", "failed"),
        (8, "reach", "failed"),
        (10, "reach", "passed"),
    ],
)
def test_the_outcome_stands_in_the_metadata(outputs, cell, exercise, outcome):
    (shown,) = outputs[cell]
    assert shown.metadata["lstm_jax"] == {"exercise": exercise, "outcome": outcome}


def test_the_line_of_another_cell_is_found(outputs):
    text = outputs[5][0].data["text/plain"]
    assert "AttributeError: 'int' object has no attribute 'sum'" in text
    assert "3           return h.sum(xs)" in text


def test_a_loop_without_end_is_stopped_in_the_kernel(outputs):
    assert "Stopped after 0.2 s" in outputs[8][0].data["text/plain"]


def test_a_hint_carries_no_outcome(outputs):
    (shown,) = outputs[6]
    assert "Hint 1 of 3" in shown.data["text/plain"]
    assert "lstm_jax" not in shown.metadata


def test_a_question_that_nobody_answers_is_no_error(outputs):
    asked, still = outputs[11]
    options = question("ten_years_ago").options
    assert asked.data["text/plain"].splitlines() == [
        "Choose one:",
        *(f"{letter} {option.text}" for letter, option in options.items()),
    ]
    assert "application/vnd.jupyter.widget-view+json" in asked.data
    for letter, option in options.items():
        assert f"<b>{letter}</b> {option.html}</li>" in asked.data["text/html"]
    assert 'hidden="hidden"' in still.data["text/html"]
    verdict, progress = outputs[12]
    assert verdict.data["text/plain"].splitlines() == [
        "Verdict: (c) … no prediction made",
        f"(c) {options['(c)'].text}",
        "By <b> months.",
    ]
    assert "By &lt;b&gt; months." in verdict.data["text/html"]
    assert "1 of 3" in progress.data["text/plain"]  # `reach`


class Tags(HTMLParser):
    """The tags of a page with their scopes, and where its links lead."""

    def __init__(self, page):
        super().__init__()
        self.seen, self.links = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs).get("scope")))
        if tag == "a":
            self.links.append(dict(attrs)["href"])


def test_the_map_is_a_table_with_headers_whose_links_lead_to_the_lessons(outputs):
    (shown,) = outputs[13]
    page = Tags(shown.data["text/html"])
    assert page.links == [lesson.file for lesson in LESSONS]
    assert page.seen.count(("th", "col")) == 4
    assert page.seen.count(("th", "row")) == len(LESSONS)
    assert "00 Start here" in shown.data["text/plain"]
