"""The text explorer: its colours are what JAX computes, whatever text, unit and gate are chosen."""

import base64
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from labels import assert_readable

from lstm_jax import init_rnn, trace
from lstm_jax.course import TextExplorer
from lstm_jax.course.data.topics import ALPHABET, topics
from lstm_jax.course.explorers.reading import LEAD, QUANTITIES, SHOWN
from lstm_jax.course.l09 import study as language
from lstm_jax.models.language import init_language_model, predict

Ask = Callable[[str, Any], Any]
OWN = {"source": "your text", "start": 0}
LONG = "for (x in y): # a text of one's own\n" * 278  # 10,008 characters


@cache
def _made() -> TextExplorer:
    return TextExplorer(language.load())


@pytest.fixture
def explorer() -> TextExplorer:
    """As it starts; made once, since it searches all units."""
    made = _made()
    made.reset()
    made.t, made.message = 0, ""
    return made


def move(explorer: TextExplorer, **values: Any) -> dict[str, Any]:
    """Move controls, as the page does; returns what the page then has."""
    explorer.set_state(json.loads(json.dumps(values)))
    state = {control["name"]: getattr(explorer, control["name"]) for control in explorer.controls}
    return {**state, "answer": explorer.answer, "late": False}


def ask(ask_node: Ask, explorer: TextExplorer, states: list[Any]) -> Any:
    """What the page makes of states."""
    question = {"data": explorer.data, "states": states, "widths": [900, 1240]}
    packed = json.dumps(
        question, default=lambda value: {"bytes": base64.b64encode(value).decode("ascii")}
    )
    return ask_node("text.mjs", json.loads(packed))


def at_length(explorer: TextExplorer) -> tuple[Any, Any, Any]:
    """All six quantities (6, T, H), and the probabilities (T, V), by what lessons use; the ids."""
    whole = explorer.text if explorer.source == "your text" else topics().test
    first = min(explorer.start, max(0, len(whole) - SHOWN))
    before = min(first, LEAD)
    ids = jnp.asarray(ALPHABET.ids(whole[first - before : first + SHOWN]))
    record = trace(explorer.model.cell, explorer.model.embedding[ids])
    parts = [getattr(record, name)[-len(ids) :][before:] for name in QUANTITIES]
    logits, _ = predict(explorer.model, ids)
    follows = ALPHABET.ids(whole[first + 1 : first + SHOWN + 1])
    return np.stack(parts), np.asarray(jax.nn.softmax(logits))[before:], follows


# --- page, kernel and JAX


def test_page_shows_what_jax_computes(explorer: TextExplorer, ask_node: Ask) -> None:
    rng = np.random.default_rng(0)
    places = [{"start": 0}, {"start": 100}, {"start": 5000}, {"start": len(topics().test) - SHOWN}]
    texts = ["a", "no (end", "1\n" * 90, LONG]
    places += [{**OWN, "text": text} for text in texts] + [{**OWN, "text": LONG, "start": 9000}]
    expected, states = [], []
    for number, place in enumerate(places):
        show = QUANTITIES[number % 6]
        unit, t, kept = (int(rng.integers(top)) for top in (128, SHOWN, 128))
        moved = {**place, "show": show, "unit": unit, "t": t, "baseline": [kept, 1.0]}
        states.append(move(explorer, **moved))
        expected.append((*at_length(explorer), explorer.values, explorer.shown, show, unit, kept))
    pages = ask(ask_node, explorer, states)
    for (parts, p, follows, values, shown, show, unit, kept), state, page in zip(
        expected, states, pages, strict=True
    ):
        assert "".join(page["shown"]) == shown
        here = parts[QUANTITIES.index(show), :, unit]
        np.testing.assert_allclose(values, here, atol=2e-5)
        close = max(1, np.abs(parts[0]).max()) / 65_534 + 2e-5
        np.testing.assert_allclose(page["values"], here, atol=close)
        np.testing.assert_allclose(page["kept"], parts[1, :, kept], atol=close)
        t = min(state["t"], len(shown) - 1)
        assert page["t"] == t
        best = np.sort(p[t])[::-1][:5]
        np.testing.assert_allclose([each["chance"] for each in page["expected"]], best, atol=1e-4)
        named = ALPHABET.ids(each["char"] for each in page["expected"])
        np.testing.assert_allclose(p[t, named], best, atol=1e-4)
        if t < len(follows):
            assert page["came"] == pytest.approx(float(p[t, follows[t]]), abs=1e-4)
        else:
            assert page["came"] is None
            assert "The text ends here." in page["readout"]


def test_trace_is_that_of_the_characters_on_screen(explorer: TextExplorer) -> None:
    explorer.start = 3000
    record = explorer.trace()
    whole = trace(explorer.params, explorer.xs)
    assert len(explorer.xs) == LEAD + SHOWN
    np.testing.assert_allclose(record.f, whole.f[LEAD:], atol=2e-5)
    np.testing.assert_allclose(record.c, whole.c[LEAD:], atol=1e-4)
    explorer.show = "h"
    np.testing.assert_allclose(explorer.values, record.h[1:, explorer.unit], atol=1e-6)


def test_what_is_followed_is_counted_from_the_beginning(
    explorer: TextExplorer, ask_node: Ask
) -> None:
    state = move(explorer, **OWN, text="(" * 500 + "x" * 300, follow="bracket")
    (page,) = ask(ask_node, explorer, [{**move(explorer, start=250), "data": explorer.data}])
    assert page["followed"] == [*range(251, 501), *[500] * 150]
    assert state["answer"]["count"] == SHOWN


def test_presets_show_units_that_follow(explorer: TextExplorer) -> None:
    for name in ("quote", "bracket", "indent", "column"):
        explorer.preset = name
        assert explorer.follow == name
        assert explorer.unit == explorer.found.units[0]
        assert len(set(explorer.found.units)) == 128
        assert abs(explorer.found.searched[0]) > 0.3
        sizes = np.abs(explorer.found.searched)
        assert (np.diff(sizes) <= 0).all()


def test_kernel_computes_only_when_the_text_moves(explorer: TextExplorer, ask_node: Ask) -> None:
    before = explorer.answer
    explorer.unit, explorer.show, explorer.follow, explorer.t = 3, "f", "indent", 17
    explorer.baseline, explorer.text = [3, 2], "typed, but not shown"
    assert explorer.answer is before
    explorer.start += 1
    assert explorer.answer is not before
    explorer.source = "your text"
    short = explorer.answer
    explorer.start = 0  # all of it is on screen
    assert explorer.answer is short
    (page,) = ask(ask_node, explorer, [move(explorer)])
    assert page["idle"] == ["start"]
    assert page["count"] == len("typed, but not shown")  # by the rule of the page, too


def test_moves_compile_nothing(explorer: TextExplorer, compilations: Callable[[], int]) -> None:
    before = compilations()
    for name in explorer.presets:
        explorer.preset = name
    for unit, show, text in ((0, "f", ""), (127, "h", "x"), (5, "g", LONG)):
        move(explorer, unit=unit, show=show, text=text, **OWN)
        assert len(explorer.values) == len(explorer.shown)
        assert len(explorer.trace().c) == len(explorer.shown) + 1
    explorer.start = 1234
    assert compilations() == before
    jax.jit(lambda x: x + 1)(np.zeros(3))
    assert compilations() == before + 1


# --- whatever is typed


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "\t\x00",
        "\N{GRINNING FACE}\N{GREEK SMALL LETTER PI}",
        "\n" * 300,
        "$" * 500,
        LONG,
    ],
    ids=lambda text: f"{text[:6]!r} {len(text)}",
)
def test_any_text_has_an_answer(explorer: TextExplorer, ask_node: Ask, text: str) -> None:
    states = [move(explorer, **OWN, text=text, t=t) for t in (0, SHOWN - 1)]
    assert explorer.message == ""
    assert explorer.shown == text[:SHOWN]
    assert np.isfinite(explorer.values).all()
    assert explorer.still().png()
    for page in ask(ask_node, explorer, states):
        assert page["count"] == min(len(text), SHOWN)
        assert page["known"] == [bool(each) for each in ALPHABET.ids(text[:SHOWN])]
        if not text:
            assert page["readout"].startswith("There is nothing to read")
        elif not page["known"][page["t"]]:
            assert "(unknown)" in page["readout"]


def test_text_that_is_too_long_leaves_a_sentence(explorer: TextExplorer) -> None:
    explorer.text = "kept"
    explorer.text = "x" * 20_001
    assert explorer.text == "kept"
    assert explorer.message == (
        "text should have at most 20,000 characters, got 20,001; it stays as it was"
    )


def test_presets_leave_what_was_typed(explorer: TextExplorer) -> None:
    explorer.text = "an hour of work"
    for name in explorer.presets:
        explorer.preset = name
        assert explorer.text == "an hour of work"
    assert explorer.source == "your text"  # the last one shows it


# --- the picture


def test_characters_keep_their_colours_while_others_are_typed(
    explorer: TextExplorer, ask_node: Ask
) -> None:
    state = move(explorer, **OWN, text="one two (three", t=3)
    pages = ask(
        ask_node,
        explorer,
        [
            state,
            {**state, "text": "one two (three)"},
            {**state, "text": "one 2 (three"},
            {**state, "text": "2 (three"},
            {**state, "text": "2 (three", "late": True},
            {**state, "source": "test part"},
        ],
    )
    assert [page["count"] for page in pages] == [14, 14, 4, 0, 0, 0]
    assert pages[2]["values"] == pages[0]["values"][:4]
    assert pages[1]["readout"].startswith("Character 3 of 15, space: c of unit")
    assert pages[3]["readout"] == "The text waits for the kernel."
    assert pages[4]["readout"] == "A new text needs the kernel."
    words = [label["words"] for label in pages[4]["pictures"][0]["labels"]]
    assert "needs the kernel" in words


def test_pointing_at_a_character_picks_it(explorer: TextExplorer, ask_node: Ask) -> None:
    state = move(explorer, **OWN, text="ab\n\n" + "x" * 100 + "\ny", t=0)
    (page,) = ask(ask_node, explorer, [state])
    for size, picture in enumerate(page["pictures"]):
        cells = [fill for fill in picture["fills"] if fill["bottom"] - fill["top"] == 28]
        assert len(cells) == len(explorer.shown)
        middles = [[(c["left"] + c["right"]) / 2, (c["top"] + c["bottom"]) / 2] for c in cells]
        far = [picture["regions"][0]["width"], middles[0][1]]  # right of the first line
        (there,) = ask(ask_node, explorer, [{**state, "points": [*middles, far]}])
        hit = there["pictures"][size]["points"]
        assert hit == [{"t": k} for k in range(len(cells))] + [{"t": 2}]
    lines = {
        cell["top"] for cell in page["pictures"][1]["fills"] if cell["bottom"] - cell["top"] == 28
    }
    assert len(lines) == 5  # the long line is broken once


def test_pressing_a_unit_of_the_list_shows_it(explorer: TextExplorer, ask_node: Ask) -> None:
    state = move(explorer, follow="bracket", unit=int(explorer.found.units[100]))
    units = explorer.found.units
    (page,) = ask(ask_node, explorer, [state])
    boxes = page["pictures"][1]["regions"][-6:]
    middles = [[b["x"] + b["width"] / 2, b["y"] + b["height"] / 2] for b in boxes]
    points = [[*at, pressed] for pressed in (True, False) for at in middles]
    (there,) = ask(ask_node, explorer, [{**state, "points": points}])
    hit = there["pictures"][1]["points"]
    assert hit[:5] == [{"unit": int(unit)} for unit in units[:5]]
    assert hit[6:] == [None] * 6  # the pointer only passes over


def test_buttons(explorer: TextExplorer, ask_node: Ask) -> None:
    state = move(explorer, follow="indent", unit=7, show="o")
    (page,) = ask(ask_node, explorer, [state])
    units = explorer.found.units.tolist()
    assert page["actions"]["best"] == {"unit": units[0]}
    assert page["actions"]["next"] == {"unit": units[(units.index(7) + 1) % 128]}
    assert page["actions"]["keep"] == {"baseline": [7, QUANTITIES.index("o")]}
    (after,) = ask(ask_node, explorer, [move(explorer, **page["actions"]["keep"], unit=9)])
    assert after["kept"] == page["values"]


@pytest.mark.parametrize("baseline", [[-1, 0], [3.5, 90], [127, 6]])
def test_baseline_that_is_none_is_not_drawn(
    explorer: TextExplorer, ask_node: Ask, baseline: list[float]
) -> None:
    (page,) = ask(ask_node, explorer, [move(explorer, baseline=baseline)])
    assert page["kept"] is None


def test_labels_are_large_and_inside(explorer: TextExplorer, ask_node: Ask) -> None:
    states = []
    for name in explorer.presets:
        explorer.preset = name
        states += [move(explorer, t=SHOWN - 1, baseline=[127, 0])]
    states += [move(explorer, **OWN, text="W" * SHOWN, unit=127, show="f")]
    states += [{**move(explorer, text="(" * 400), "text": "", "late": True}]
    for page in ask(ask_node, explorer, states):
        for picture in page["pictures"]:
            assert picture["labels"]
            assert_readable(picture)


def test_still_has_the_map_of_what_it_shows(explorer: TextExplorer) -> None:
    for show, cmap in (("c", "coolwarm"), ("f", "Blues"), ("g", "coolwarm")):
        explorer.show = show
        (image,) = explorer.still().figure.axes[0].images
        assert image.get_cmap().name == cmap
    assert explorer.still().alt.startswith(f"400 characters coloured by g of unit {explorer.unit},")


# --- a model of your own


def test_it_takes_the_model_it_is_given() -> None:
    own = init_language_model(jax.random.key(3), language.SYMBOLS, hidden_size=16)
    explorer = TextExplorer(own, unit=15, show="f", source="your text", text="mine")
    assert explorer.trace().f.shape == (4, 16)
    record = trace(own.cell, own.embedding[jnp.asarray(ALPHABET.ids("mine"))])
    np.testing.assert_allclose(explorer.values, record.f[:, 15], atol=1e-5)
    explorer.unit = 16
    assert explorer.message.startswith("unit should be a whole number from 0 to 15, got 16")


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (init_rnn(jax.random.key(0), 32, 8), "model should be a LanguageModel, such as"),
        (init_language_model(jax.random.key(0), 7), "of the 97 symbols of topics.ALPHABET, got 7"),
        (
            init_language_model(jax.random.key(0), 97)._replace(
                cell=init_rnn(jax.random.key(0), 32, 8)
            ),
            "model should be a LanguageModel with an LSTM in it, got RNNParams",
        ),
    ],
    ids=["no model", "symbols", "cell"],
)
def test_other_models_are_refused(model: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        TextExplorer(model)
