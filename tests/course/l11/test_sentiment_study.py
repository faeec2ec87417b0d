"""What lesson 11 trains: the file and its scores, and early stopping."""

import math
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.course.data.minibatches import Minibatches
from lstm_jax.course.l11 import film_texts, study
from lstm_jax.course.l11.film_texts import Collection, Texts
from lstm_jax.course.l11.study import MODELS, SCORES, Best, Plan
from lstm_jax.models import init_sentiment
from lstm_jax.vocabulary import Vocabulary

KEY = jax.random.key(0)


def drawn(texts=20, steps=6, words=9):
    """Texts of drawn words; a text is positive if its first word is an even number."""
    rng = np.random.default_rng(0)
    ids = rng.integers(1, words, (texts, steps)).astype(np.int32)
    lengths = rng.integers(1, steps + 1, texts).astype(np.int32)
    return Texts(ids, lengths, 1 - ids[:, 0] % 2)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "pooling"), MODELS)
def test_the_file_scores_what_it_says(name, pooling):
    model, test = study.load()[name, pooling], film_texts.collection(name).test
    some = jax.tree.map(lambda array: array[:1000], test)
    right = film_texts.right(study.score(model, some, pooling), some.labels)
    # 1,000 of the test part: three standard deviations from the score on all of it.
    assert right.mean() == pytest.approx(SCORES[name, pooling], abs=3 * 0.42 / math.sqrt(1000))


@pytest.mark.parametrize("name", study.PLANS)
def test_the_file_knows_the_words_of_the_part_to_train_on(name):
    assert study.vocabularies()[name] == film_texts.collection(name).known
    assert len(study.vocabularies()[name].symbols) == film_texts.WORDS[name]
    assert len(study.load()[name, "mean"].embedding) == film_texts.WORDS[name]


def test_the_file_is_small():
    assert study.FILE.stat().st_size <= 1e6


@pytest.mark.parametrize("name", study.PLANS)
def test_beside_counting(name):
    """What lesson 11 says: the reviews are read better than counted, the sentences as well."""
    bag, _, texts = film_texts.baseline(name)
    counted = film_texts.right(bag.scores(texts.ids, texts.lengths), texts.labels)
    assert counted.mean() == pytest.approx({"sentences": 0.780, "reviews": 0.837}[name], abs=0.001)
    difference = SCORES[name, "mean"] - counted.mean()
    assert difference > 0.02 if name == "reviews" else abs(difference) < 0.02


def test_grown_makes_room_for_words_that_begin_as_the_unknown_one():
    model = init_sentiment(KEY, 9, 3, 4)
    more = study.grown(model, 12)
    assert more.embedding.shape == (12, 3)
    np.testing.assert_array_equal(more.embedding[:9], model.embedding)
    np.testing.assert_array_equal(more.embedding[9:], np.tile(model.embedding[0], (3, 1)))
    assert more.cell is model.cell


def test_score_is_that_of_the_model_for_any_number_of_texts(monkeypatch):
    model, texts = init_sentiment(KEY, 9, 3, 4), drawn()
    whole = study.score(model, texts, "mean")
    assert whole.shape == (20,)
    monkeypatch.setattr(study, "ROWS", 7)
    np.testing.assert_allclose(study.score(model, texts, "mean"), whole, rtol=1e-5)


def test_mean_loss_is_that_of_the_training():
    model, texts = init_sentiment(KEY, 9, 3, 4), drawn()
    expected = study.LOSSES["last"](model, jax.tree.map(jnp.asarray, texts))
    assert study.mean_loss(model, texts, "last") == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0, 0), (0.3, 0.2, 0.4), (1.0, 1, 1)])
def test_blanked_makes_a_share_of_the_words_unknown(share, low, high):
    texts = jax.tree.map(jnp.asarray, drawn())
    blank = study.blanked(Minibatches(texts, 50), jnp.float32(share), KEY)
    gone = np.asarray(blank.ids == 0)
    assert low <= gone.mean() <= high
    rows = {tuple(row) for row in texts.ids.tolist()}
    if share == 0:
        assert {tuple(row) for row in blank.ids.tolist()} <= rows


def test_best_keeps_the_lowest_loss_on_the_validation_part(monkeypatch):
    losses = iter([0.7, 0.5, 0.6])
    monkeypatch.setattr(study, "mean_loss", lambda *_: next(losses))
    best = Best(drawn(), "mean", every=2)
    for step in range(7):
        history = SimpleNamespace(loss=np.arange(step, dtype=np.float32))
        best(SimpleNamespace(params=f"after {step}", history=history))
    trained = best.outcome()
    assert trained.model == "after 4"
    np.testing.assert_array_equal(trained.steps, [2, 4, 6])
    np.testing.assert_allclose(trained.training, [0.5, 2.5, 4.5])
    np.testing.assert_allclose(trained.validation, [0.7, 0.5, 0.6])


def test_training_learns_a_rule_and_shows_how_it_goes(monkeypatch):
    texts, seen = drawn(200), []
    known = Vocabulary(tuple("0123456789"))
    pile = Collection(known, texts, texts, texts)
    monkeypatch.setattr(study, "collection", lambda name: pile)
    trained = study.train_classifier(
        "sentences",
        "last",
        KEY,
        plan=Plan(4, 8, 150, 50, 0.02, 0.0),
        watch=seen.append,
        progress=False,
    )
    np.testing.assert_array_equal(trained.steps, [50, 100, 150])
    assert len(seen) == 7
    assert trained.validation[-1] < 0.3
    assert film_texts.right(study.score(trained.model, texts, "last"), texts.labels).mean() > 0.9
