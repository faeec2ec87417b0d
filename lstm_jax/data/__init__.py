"""Data for the lessons: one real series and synthetic tasks, one file each.

Everything is offline: real data comes out of an installed package, a task draws its own from a key.

    sunspots     the monthly sunspot numbers, 1749 to 2009
    windows      a series cut into inputs and targets; the split and the scale that do not leak
    baselines    forecasts a trained network has to beat, and the score that says whether it did
    minibatches  rows picked at random from data that is all there
    adding       add two marked numbers of a long sequence
    lag_recall   name the symbol that was marked `lag` steps ago

A task is a module with the same three names in it: a function called like the module, that draws a
batch on the device from a key; what the best blind guess scores; and `accuracy`, the fraction of
answers that are right by the rule of its paper.
"""
