"""Comparisons of networks on equal terms: what is trained, how it is judged, and the long run.

`problems` holds what is learned, `contenders` trains many runs of a network, `verdicts` turns their
learning curves into numbers, and `long_run` is the comparison of lesson 08 with 32 seeds.

Each application has its training and its scores here, and a file of trained networks that a command
makes anew: `language`, `lag_copy` and `tracking` for lesson 09, `translation` and `translators` for
10, `sentiment` on `film_texts` for 11, `forecasting`, `sunspot_forecasts` and `price_forecasts` for
12. For 13 there are `overfitting`, `long_lags`, `scaling` of the `walks` along a sequence,
`devices` and `costs`.
`paired` and `intervals` say how sure a difference is.
"""
