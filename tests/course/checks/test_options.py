"""Buttons of which one is chosen, until they are locked."""

from lstm_jax.course.checks.options import Options

LETTERS = ("(a)", "(b)", "(c)")


def click(options, option):
    """What the page sends."""
    options._buttons.set_state({"index": LETTERS.index(option)})


def test_a_choice_can_be_changed_until_it_is_locked():
    options = Options(LETTERS)
    assert options.chosen is None
    assert "Choose one" in options._note.value
    click(options, "(b)")
    click(options, "(c)")
    assert options.chosen == "(c)"
    assert "You predict (c)." in options._note.value
    assert options.lock() == "(c)"
    assert options._buttons.disabled
    assert "You predicted (c). To predict anew" in options._note.value


def test_a_click_that_comes_too_late_is_undone():
    chosen, unchosen = Options(LETTERS), Options(LETTERS)
    click(chosen, "(a)")
    for options, stands in ((chosen, "(a)"), (unchosen, None)):
        options.lock()
        click(options, "(b)")
        assert options.chosen == options._buttons.value == stands
        assert options.lock() == stands
    assert "You made no prediction." in unchosen._note.value


def test_where_no_widget_can_be_shown_words_stand_in(monkeypatch):
    shown = []
    monkeypatch.setattr(
        "lstm_jax.course.explorers.still.display", lambda data, **_: shown.append(data)
    )
    Options(LETTERS)._ipython_display_()
    widget, still = shown
    assert widget["text/plain"] == "Your prediction: (a) (b) (c)"
    assert "application/vnd.jupyter.widget-view+json" in widget
    assert 'hidden="hidden"><p>Your prediction: (a) (b) (c). Run this' in still["text/html"]
