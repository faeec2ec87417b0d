"""The networks that translate: any text goes in, the file keeps its word, training starts well."""

from datetime import date

import jax
import numpy as np
import pytest

from lstm_jax.course.data.corpus import split_pairs
from lstm_jax.course.l10 import study, translators
from lstm_jax.models.translation import END, init_translator


@pytest.fixture(scope="module")
def french():
    return study.course(translators.COURSES["French dates"]())


@pytest.fixture(scope="module")
def translator():
    return translators.read().translators["French dates"]


def test_a_course_holds_its_texts_as_numbers(french):
    source, lengths, target, target_lengths = french.train
    assert source.shape == target.shape == (8000, study.ROOM)
    for row in (0, 4321, 7999):
        english, other = french.corpus.train[row]
        assert "".join(french.source.symbols_of(source[row, : lengths[row]])) == english
        written = "".join(french.target.symbols_of(target[row, : target_lengths[row]]))
        assert written == other + study.STOP
        assert int(target[row, target_lengths[row] - 1]) == END
        assert not target[row, target_lengths[row] :].any()


def test_a_text_without_room_is_refused():
    pairs = [("a" * n, "b") for n in range(30, 40)]
    with pytest.raises(ValueError, match=r"course: a text has .* but there is room for 32"):
        study.course(split_pairs("long", pairs, 1))


@pytest.mark.parametrize(
    ("name", "least"),
    [("French dates", 0.98), ("Hungarian dates", 0.95), ("French numbers", 0.98)],
)
def test_the_trained_ones_are_right_about_texts_they_never_saw(name, least):
    lessons = study.course(translators.COURSES[name]())
    right = study.exact(
        translators.read().translators[name], lessons, lessons.corpus.test[: study.CHUNK]
    )
    assert right.mean() >= least


def test_the_interface_is_known_by_heart_and_not_understood():
    lessons = study.course(translators.COURSES["interface"]())
    translator = translators.read().translators["interface"]
    seen, unseen = (
        study.exact(translator, lessons, part[: study.CHUNK]).mean()
        for part in (lessons.corpus.train, lessons.corpus.test)
    )
    assert seen > 0.9
    assert unseen < 0.1


def test_a_beam_finds_the_same_where_the_network_is_sure(french, translator):
    texts = [source for source, _ in french.corpus.test[:20]]
    ours = study.translate(translator, french, texts, width=2)
    assert ours == study.translate(translator, french, texts)


def test_the_contest_has_a_loss_for_each_seed():
    contest = translators.read().contest
    assert set(contest) == set(translators.CONTEST)
    assert {losses.shape for losses in contest.values()} == {(translators.SEEDS,)}
    assert (contest["attention"] < contest["no attention"]).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Friday, March 5, 1950", None),
        ("", "The text is empty"),
        ("§°é Ωm", "Never seen in training: '§', '°', 'é', 'Ω'"),
        ("123456789ü" * 1000, "Only the first 32 of 10,000 symbols are read"),
        ("\n\t\x00🙂", "Never seen in training"),
    ],
)
def test_any_text_is_answered(text, said, french, translator):
    [answer] = study.translate(translator, french, [text])
    assert isinstance(answer, str)
    found = " ".join(study.remarks(french, text))
    assert (said in found) if said else not found
    looked = study.look(translator, french, text)
    assert looked.weights.shape == (len(looked.target), len(looked.source))
    assert np.isfinite(looked.weights).all()


def test_looking_writes_what_translating_writes(french, translator):
    text = french.corpus.test[0][0]
    looked = study.look(translator, french, text)
    assert "".join(looked.target) == study.translate(translator, french, [text])[0] + study.STOP
    np.testing.assert_allclose(looked.weights.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ("Friday, March 5, 1950", r"translate: texts should be a list of texts, got 'Friday.*take"),
        (["Friday", None], r"translate: texts\[1\] should be a text, got None"),
        ([date(1950, 3, 5)], r"translate: texts\[0\] should be a text, got datetime.date\(1950"),
    ],
)
def test_what_is_no_text_is_named(texts, said, french, translator):
    with pytest.raises(ValueError, match=said):
        study.translate(translator, french, texts)


def test_looking_and_remarking_want_a_text(french, translator):
    with pytest.raises(ValueError, match="look: text should be a text, got 1950"):
        study.look(translator, french, 1950)
    with pytest.raises(ValueError, match="remarks: text should be a text, got None"):
        study.remarks(french, None)


def test_no_texts_give_no_translations(french, translator):
    assert study.translate(translator, french, []) == []


def test_many_texts_are_translated_in_order(french, translator):
    texts = [source for source, _ in french.corpus.test[: study.CHUNK + 3]]
    last = study.translate(translator, french, texts)[-1]
    assert [last] == study.translate(translator, french, texts[-1:])


def test_the_source_is_turned_round_symbol_by_symbol():
    numbers = translators.COURSES["French numbers"]()
    turned = study.source_reversed(numbers)
    for (source, target), (back, same) in zip(numbers.test[:50], turned.test, strict=False):
        assert back == "".join(numbers.tokens(source)[::-1])
        assert same == target


def test_the_loss_held_out_is_that_of_the_pairs_to_test_on(french, translator):
    assert study.held_out_loss(translator, french) < 0.02
    fresh = init_translator(jax.random.key(0), study.SYMBOLS, study.SYMBOLS, study.HIDDEN)
    assert study.held_out_loss(fresh, french) == pytest.approx(np.log(study.SYMBOLS), rel=0.1)


def test_training_makes_the_loss_smaller(french):
    few = french._replace(train=jax.tree.map(lambda array: array[:200], french.train))
    seen = []

    def watch(so_far):
        seen.extend(so_far.history.loss[len(seen) :])

    study.train_translator(
        jax.random.key(0), few, steps=25, attention=False, watch=watch, progress=False
    )
    assert np.mean(seen[-5:]) < 0.8 * np.mean(seen[:5])


def test_what_is_written_is_read_again(tmp_path, monkeypatch, translator):
    monkeypatch.setattr(translators, "FILE", tmp_path / "x.safetensors")
    contest = {kind: np.arange(3, dtype=np.float32) for kind in translators.CONTEST}
    translators.write(translators.Trained({"French dates": translator}, contest))
    again = translators.read.__wrapped__()
    jax.tree.map(np.testing.assert_array_equal, again.translators["French dates"], translator)
    jax.tree.map(np.testing.assert_array_equal, again.contest, contest)
    assert translators.FILE.stat().st_size < 1e6
