import json

from lstm_jax.course.data.interface import LONGEST, TEST, distinct, interface, parse


def test_parse_takes_the_first_form_and_leaves_out_what_has_none():
    catalogue = {
        "": {"domain": "x", "language": "fr-FR"},
        "Open": ["Ouvrir"],
        "menu\x04Close ": [" Fermer"],
        "%1 cell": ["%1 cellule", "%1 cellules"],
        "Not yet": [""],
        "Never": [],
    }
    pairs = [("Open", "Ouvrir"), ("Close", "Fermer"), ("%1 cell", "%1 cellule")]
    assert list(parse(json.dumps(catalogue))) == pairs


def test_texts_that_differ_in_capitals_and_points_alone_count_as_one():
    pairs = [("Open…", "Ouvrir…"), ("open", "ouvrir"), ("…", "..."), ("---", "-"), ("Öffne", "x")]
    assert distinct(pairs) == [pairs[0], *pairs[2:]]


def test_the_corpus_is_short_and_its_parts_are_apart():
    corpus = interface()
    assert len(corpus.test) == TEST
    assert len(corpus.train) > 1000
    assert max(len(text) for pair in (*corpus.train, *corpus.test) for text in pair) <= LONGEST
    assert len(distinct([*corpus.train, *corpus.test])) == len(corpus.train) + TEST


def test_a_well_known_text_is_there():
    corpus = interface()
    assert ("Download", "Télécharger") in {*corpus.train, *corpus.test}
