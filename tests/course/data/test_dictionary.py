from lstm_jax.course.data.dictionary import learn_dictionary, nearest_pair, word_for_word

PAIRS = [
    ("the red cat", "chat rouge"),
    ("the red dog", "chien rouge"),
    ("the black cat", "chat noir"),
    ("the black dog", "chien noir"),
]


def test_words_that_go_together_are_linked_and_one_is_left_over():
    linked = {"red": "rouge", "black": "noir", "cat": "chat", "dog": "chien"}
    assert learn_dictionary(PAIRS) == linked


def test_word_for_word_keeps_the_order_of_the_source():
    assert word_for_word(learn_dictionary(PAIRS), "the red bird dog") == "rouge chien"
    assert word_for_word({}, "anything") == ""


def test_the_nearest_pair_shares_most_letters():
    assert nearest_pair(PAIRS, ["the red cats", "a black dog", "Ωψ", ""]) == [
        *(PAIRS[0], PAIRS[3], PAIRS[0], PAIRS[0])
    ]
