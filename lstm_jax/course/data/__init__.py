"""Data for the lessons: real data and synthetic tasks, one file each.

Everything is offline: real data comes with an installed package, a task draws data from a key.

    sunspots        the monthly sunspot numbers, 1749 to 2009
    reviews         sentences and reviews of films, each positive or negative
    bag_of_words    naive Bayes: a score from the words of a text, whatever their order
    prices          daily prices of four companies, 2000 to 2013
    windows         a series cut into inputs and targets; the split and the scale that do not leak
    baselines       forecasts a trained network has to beat, and the score that says whether it did
    digits          handwritten digits as sequences of rows or of pixels
    minibatches     batches of rows drawn at random from arrays
    corpus          pairs of texts, each the translation of the other, and their split
    dates           dates written out in English and in another language
    number_words    numbers in words, English and French
    interface       the interface of JupyterLab, as people translated it to French
    dictionary      translations that need no network: word for word, and from the nearest pair
    installed       where a file of an installed package lies
    topics          the help texts of Python as one long text, in two parts and in rows
    ngrams          predict the next symbol from counts: the baseline of a language model
    adding          add two marked numbers of a long sequence
    temporal_order  name the order of two or three symbols that stand far apart
    lag_recall      name the symbol that was marked `lag` steps ago
    copy_memory     write down ten symbols again after a long delay
    counting        n times a, then n times b: name each next symbol
    tasks           these five in one form, to train on any of them and to print side by side

Every task is a module with three things: a function of the same name, which draws a batch on the
device from a key; the score of the best answer without memory; and `accuracy`, the fraction of
answers that are right by the rule of its paper.
"""
