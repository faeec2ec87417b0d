"""Buttons of which one is chosen, until they are locked."""

import pytest

from lstm_jax.course.checks.options import NONE, TIE, Options
from lstm_jax.course.checks.questions import Option, Question

ASKED = Question(
    "What changes?",
    {"(a)": Option("<math>h</math> alone", "h alone"), "(b)": Option("all", "all")},
)


def click(options, letter):
    """What the page sends."""
    options.set_state({"chosen": letter})


def test_a_choice_can_be_changed_until_it_is_locked():
    options = Options(ASKED)
    assert (options.chosen, options.note) == ("", "Choose one, then run on.")
    click(options, "(b)")
    click(options, "(a)")
    assert options.note == "You predict (a). Now run on."
    assert options.lock("(a)") == "(a)"
    assert options.locked
    assert options.note == "You predicted (a), and the run shows (a)."


@pytest.mark.parametrize(
    ("chosen", "measured", "note"),
    [
        ("(a)", "(b)", "You predicted (a); the run shows (b)."),
        ("(a)", NONE, "You predicted (a); the run shows none of these."),
        ("(a)", TIE, "You predicted (a); the run is too close to call."),
        ("", "(b)", "You made no prediction; the run shows (b)."),
    ],
)
def test_the_verdict_stands_above_the_buttons(chosen, measured, note):
    options = Options(ASKED)
    click(options, chosen)
    options.lock(measured)
    assert options.note == note


@pytest.mark.parametrize("chosen", ["(a)", ""])
def test_a_click_that_comes_too_late_is_undone(chosen):
    options = Options(ASKED)
    click(options, chosen)
    options.lock("(a)")
    click(options, "(b)")
    assert options.chosen == chosen
    assert options.lock("(a)") == chosen


def test_the_page_learns_that_it_came_too_late(monkeypatch):
    options = Options(ASKED)
    options.lock("(a)")
    sent = []
    monkeypatch.setattr(options, "send_state", lambda key=None: sent.append(key))
    click(options, "(b)")
    assert any("chosen" in ({key} if isinstance(key, str) else set(key or ())) for key in sent)


def test_answered_again_it_is_open_and_empty():
    options = Options(ASKED)
    click(options, "(a)")
    options.lock("(b)")
    options.set_state({"measured": "", "chosen": ""})
    assert not options.locked
    click(options, "(b)")
    assert options.lock("(b)") == "(b)"


def test_the_page_gets_the_options_in_full_with_their_mathematics():
    options = Options(ASKED)
    assert options.get_state()["options"] == [["(a)", "<math>h</math> alone"], ["(b)", "all"]]
    assert options.question == "What changes?"


def test_where_no_widget_can_be_shown_a_list_stands_in(monkeypatch):
    shown = []
    monkeypatch.setattr(
        "lstm_jax.course.explorers.still.display", lambda data, **_: shown.append(data)
    )
    Options(ASKED)._ipython_display_()
    widget, still = shown
    assert widget["text/plain"] == "Choose one:\n(a) h alone\n(b) all"
    assert "application/vnd.jupyter.widget-view+json" in widget
    row = "<b>(a)</b> <math>h</math> alone</li>"
    assert row in widget["text/html"]
    assert row in still["text/html"]
    assert "To choose, run this cell." in still["text/html"]
