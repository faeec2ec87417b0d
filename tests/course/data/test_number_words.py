from lstm_jax.course.data.number_words import LARGEST, TEST, number_words, words


def test_pairs_mean_the_same_number():
    known = dict([*number_words().train, *number_words().test])
    assert known["zero"] == "zéro"
    assert known["ninety-seven"] == "quatre-vingt-dix-sept"
    assert known["one hundred"] == "cent"
    assert known["two thousand"] == "deux mille"


def test_all_numbers_are_there_and_none_in_both_parts():
    corpus = number_words()
    assert (len(corpus.train), len(corpus.test)) == (LARGEST + 1 - TEST, TEST)
    assert not {source for source, _ in corpus.train} & {source for source, _ in corpus.test}


def test_words_put_end_to_end_are_the_text():
    assert words("one hundred and ninety-seven") == [
        *("one", " ", "hundred", " ", "and", " ", "ninety", "-", "seven")
    ]
    for pair in number_words().test[::50]:
        assert ["".join(words(text)) for text in pair] == list(pair)
