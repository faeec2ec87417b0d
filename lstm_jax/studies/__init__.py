"""Comparisons of networks on equal terms: what is trained, how it is judged, and the long run.

`problems` holds what is learned, `contenders` trains many runs of a network, `verdicts` turns their
learning curves into numbers, and `long_run` is the comparison of lesson 08 with 32 seeds.
`sentiment` is what lesson 11 trains, on `film_texts`; `paired` compares two on the same texts.
"""
