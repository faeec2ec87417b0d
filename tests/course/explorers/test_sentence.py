"""The sentence explorer: what it sends is what the network says, whatever is typed."""

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from labels import assert_readable

from lstm_jax.course import SentenceExplorer
from lstm_jax.course.explorers.sentence import MOST, PADDING
from lstm_jax.course.l11.study import load, vocabularies
from lstm_jax.models import sentiment

Ask = Callable[[str, Any], Any]


@cache
def _made() -> SentenceExplorer:
    return SentenceExplorer(load(), vocabularies())


@pytest.fixture
def explorer() -> SentenceExplorer:
    """As it starts; made once, since that compiles."""
    made = _made()
    made.reset()
    made.t, made.message = 0, ""
    return made


def state_of(explorer: SentenceExplorer, **changes: Any) -> dict[str, Any]:
    """What the page has of it."""
    state = {control["name"]: getattr(explorer, control["name"]) for control in explorer.controls}
    return {**state, "answer": explorer.answer, "data": {}, "late": False, **changes}


def score(explorer: SentenceExplorer, words: tuple[str, ...], padding: int = 0) -> float:
    """What the network says of words, with steps of padding that are read."""
    ids = explorer._known[explorer.network].ids([*words, *padding * [""]])[None]
    lengths = jnp.array([ids.shape[1]], jnp.int32)
    return float(sentiment.scores(explorer.model, jnp.asarray(ids), lengths, explorer.pooling)[0])


def probability(score: float) -> float:
    return float(1 / (1 + np.exp(-score)))


@pytest.mark.parametrize("pooling", sentiment.POOLINGS)
@pytest.mark.parametrize("network", ["sentences", "reviews"])
def test_probability_is_that_of_every_beginning(
    explorer: SentenceExplorer, network: str, pooling: str
) -> None:
    explorer.network, explorer.pooling, explorer.text = network, pooling, "not a Bad film!"
    assert explorer.words == ("not", "a", "bad", "film", "!")
    expected = [probability(score(explorer, explorer.words[: n + 1])) for n in range(5)]
    np.testing.assert_allclose(explorer.answer["probability"], expected, rtol=1e-4)


def test_what_a_word_adds_is_lost_when_it_is_unknown(explorer: SentenceExplorer) -> None:
    explorer.text = "a wonderful qwertz film"
    read = explorer.words
    for place, adds in enumerate(explorer.answer["adds"]):
        without = (*read[:place], "", *read[place + 1 :])
        assert adds == pytest.approx(score(explorer, read) - score(explorer, without), abs=1e-4)
    assert explorer.answer["known"] == [True, True, False, True]
    assert explorer.answer["adds"][2] == 0


@pytest.mark.parametrize("pooling", sentiment.POOLINGS)
def test_padding_is_read_without_the_mask_alone(explorer: SentenceExplorer, pooling: str) -> None:
    explorer.pooling, explorer.text, explorer.padding = pooling, "a good film", 9
    likely = explorer.answer["probability"]
    assert len(likely) == 12
    assert set(likely[3:]) == {likely[2]}
    explorer.mask = "off"
    drifted = explorer.answer["probability"]
    np.testing.assert_allclose(drifted[:3], likely[:3], rtol=1e-5)
    assert drifted[-1] == pytest.approx(probability(score(explorer, explorer.words, 9)), rel=1e-4)
    assert drifted[-1] != pytest.approx(likely[-1], rel=1e-3)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("   \t ()", 0),
        ("\N{GRINNING FACE}", 0),
        ("good " * 60, MOST),
        ("qwertz uiop", 2),
        ("x" * 400, 1),
    ],
)
def test_any_text_has_an_answer(
    explorer: SentenceExplorer, ask_node: Ask, text: str, count: int
) -> None:
    explorer.text, explorer.padding = text, PADDING
    assert len(explorer.answer["words"]) == len(explorer.answer["adds"]) == count
    assert len(explorer.answer["probability"]) == count + PADDING
    assert np.isfinite(explorer.answer["probability"]).all()
    for t in (0, 59):
        (page,) = ask_node("sentence.mjs", [state_of(explorer, t=t)])
        if not count:
            assert page["readout"].startswith("There is no word to read.")
        assert ("Only the first words" in page["readout"]) == (count == MOST)
    assert explorer.still().alt
    assert explorer.message == ""


def test_text_that_is_too_long_leaves_a_sentence(explorer: SentenceExplorer) -> None:
    before = explorer.text
    explorer.text = "good " * 2000
    assert explorer.text == before
    assert explorer.message == (
        "text should have at most 400 characters, got 10,000; it stays as it was"
    )
    explorer.text = None
    assert explorer.message.startswith("text should be a text, got None")
    with pytest.raises(ValueError, match="text should be a text, got 3"):
        SentenceExplorer(load(), vocabularies(), text=3)


def test_what_is_missing_or_does_not_fit_is_said() -> None:
    networks, known = load(), vocabularies()
    fewer = {names: each for names, each in networks.items() if names != ("reviews", "mean")}
    sentence = r"SentenceExplorer: networks should hold a Sentiment for \('reviews', 'mean'\), got "
    with pytest.raises(ValueError, match=sentence + "NoneType; lstm_jax.course.l11.study gives"):
        SentenceExplorer(fewer, known)
    with pytest.raises(ValueError, match="vocabularies should hold a Vocabulary for 'sentences'"):
        SentenceExplorer(networks, {"reviews": known["reviews"]})
    other = {"reviews": known["sentences"], "sentences": known["reviews"]}
    with pytest.raises(ValueError, match=r"networks\['reviews', 'last'\] should have a vector for"):
        SentenceExplorer(networks, other)


def test_labels_stand_inside_the_picture(explorer: SentenceExplorer, ask_node: Ask) -> None:
    states = []
    for preset in explorer.presets:
        explorer.preset = preset
        states += [state_of(explorer)]
    explorer.text = "unforgettable " * 28
    states += [state_of(explorer, t=39)]
    for page in ask_node("sentence.mjs", states):
        for picture in page["pictures"]:
            assert_readable(picture)


def test_page_knows_an_old_answer(explorer: SentenceExplorer, ask_node: Ask) -> None:
    state = state_of(explorer)
    pages = ask_node(
        "sentence.mjs",
        [state, {**state, "text": "new"}, {**state, "text": "new", "late": True}],
    )
    assert [page["current"] for page in pages] == [True, False, False]
    assert pages[1]["readout"] == "The sentence waits for the kernel."
    assert pages[2]["readout"] == "The sentence needs the kernel."


def test_typing_compiles_nothing(
    explorer: SentenceExplorer, compilations: Callable[[], int]
) -> None:
    before = compilations()
    for name in explorer.presets:
        explorer.preset = name
    explorer.text, explorer.network, explorer.padding = "other words", "reviews", 3
    explorer.mask, explorer.pooling = "off", "last"
    assert compilations() == before
    jax.jit(lambda x: x + 1)(np.zeros(3))
    assert compilations() == before + 1
