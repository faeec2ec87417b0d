import pytest

from lstm_jax.course.data.corpus import shuffled, split_pairs

PAIRS = [(str(n), str(n * n)) for n in range(100)]


def test_the_parts_share_no_source_and_lose_none():
    corpus = split_pairs("squares", PAIRS, 30)
    assert (len(corpus.train), len(corpus.test)) == (70, 30)
    assert sorted((*corpus.train, *corpus.test)) == sorted(PAIRS)


def test_the_split_is_the_same_in_whatever_order_the_pairs_come():
    assert split_pairs("squares", PAIRS[::-1], 30) == split_pairs("squares", PAIRS, 30)


def test_the_part_to_test_on_is_spread_over_all():
    test = [int(source) for source, _ in split_pairs("squares", PAIRS, 30).test]
    assert min(test) < 20
    assert max(test) > 80


def test_of_two_pairs_with_one_source_the_first_counts():
    corpus = split_pairs("twice", [("a", "1"), ("b", "2"), ("a", "3")], 1)
    assert sorted((*corpus.train, *corpus.test)) == [("a", "1"), ("b", "2")]


def test_shuffled_is_fixed_for_all_time():
    assert shuffled(["a", "b", "c", "d"]) == ["d", "c", "b", "a"]


@pytest.mark.parametrize("test", [0, 100, 101])
def test_an_empty_part_is_refused(test):
    with pytest.raises(ValueError, match=rf"split_pairs: test is {test} but there are 100"):
        split_pairs("squares", PAIRS, test)
