# %% [markdown]
# # 11 Sentiment: did they like the film?
#
# A sentence goes in, a word at a time. One number comes out: positive or negative. It is the
# simplest job there is for a network that reads, and a good place to be suspicious. Counting words
# is a rival that is hard to beat, and a network can be right without having understood a thing.
#
# **You will be able to**
# - build the baseline that comes first, in three lines,
# - turn what an LSTM puts out at each word into one answer, in two ways,
# - read texts of different lengths side by side without the padding getting in,
# - say whether one classifier is better than another, or lucky,
# - find out what a network has learned of *not*, and of the order of words.

# %%
import math

import jax
import jax.numpy as jnp
import numpy as np
from IPython.display import display

from lstm_jax import run
from lstm_jax.course import (
    LiveLoss,
    SentenceExplorer,
    check,
    guess,
    hint,
    mine,
    plots,
    progress,
    verdict,
)
from lstm_jax.course.data import reviews
from lstm_jax.course.l11 import film_texts, study
from lstm_jax.course.statistics import compare
from lstm_jax.models import sentiment

# %% [markdown]
# ## 1. Two piles of text
#
# Somebody has sorted both piles into positive and negative. The first one holds sentences out of
# reviews of films (Pang and Lee, 2005), the second whole reviews (Maas and others, 2011), of which
# we keep the first 250 words. A text that is there twice counts once. The **test** part is never
# looked at before the end. The **validation** part tells when to stop training.
#
# A network sees numbers. So each word gets one: its place in the **vocabulary**, the most frequent
# words of the parts to train on, 4,000 for the reviews and 2,000 more for the sentences. All other
# words are number 0, *unknown*. The other parts have no say in it; that would be a leak.

# %% tags=["measure"]
# Takes both piles of texts apart, and prints their sizes and lengths.
piles = {name: film_texts.collection(name) for name in ("sentences", "reviews")}
models = dict(study.load())  # trained networks that came with the lesson
for name, pile in piles.items():
    sizes = ", ".join(f"{part} {len(getattr(pile, part).labels):,}" for part in pile._fields[1:])
    ids, lengths, labels = pile.test
    unknown = ((ids == 0).sum() - (ids.shape[1] - lengths).sum()) / lengths.sum()
    print(f"{name}: {sizes}")
    print(f"    words in the middle one: {np.median(lengths):.0f}, in the longest: {lengths.max()}")
    print(f"    positive {labels.mean():.1%}, unknown words {unknown:.1%} of the test part")

# %%
text = "It isn't a good film, but I couldn't stop watching."
cut = reviews.words(text)
known = piles["sentences"].known
print(*cut, sep=" | ")
print(*known.ids(cut), sep=" | ")

# %% [markdown]
# Note how *isn't* is cut: the *not* is a word of its own. Section 6 is about it.
#
# ## 2. First, count words
#
# Forget the order of the words. Count for each word how often it stands in positive texts, $p$, and
# in negative ones, $n$. Its **weight** is the logarithm of how much larger its share is in the
# positive ones:
#
# $$\text{weight} = \ln \frac{p + 1}{P + V} - \ln \frac{n + 1}{N + V}$$
#
# $P$ and $N$ are the sums of all $p$ and all $n$, and $V$ is the number of different words. The 1
# is there for words that one kind of text never has. The score of a text is the sum of the weights
# of its words; above 0 it is called positive. This is **naive Bayes**: Bayes' rule for words that
# come independently of each other. It is naive because they do not.
#
# ### Your turn: `word_weights`
#
# *A baseline of three lines is what every network has to beat first.* About 3 lines;
# `hint("word_weights")` helps.


# %%
def word_weights(positive, negative):
    """The weight (V,) of each word, from its counts (V,) in texts of each kind."""
    ### BEGIN SOLUTION
    p, n = positive + 1, negative + 1
    return jnp.log(p / p.sum()) - jnp.log(n / n.sum())
    ### END SOLUTION


# %%
check("word_weights", word_weights)

# %% [markdown]
# > **Predict.** Half of the texts are positive. How many sentences of the test part does counting
# > get right, and how many of the longer reviews?
# > - (a) about 60 % of both: without the order, words say little
# > - (b) about three quarters of the sentences, and more of the reviews
# > - (c) more of the sentences, since they are short and clear

# %%
guess("counting_words")

# %% tags=["measure"]
# Counts words in both piles, weighs them with your function, and prints how many are right.
from lstm_jax.course.data import bag_of_words

weigh = mine(word_weights, otherwise=bag_of_words.word_weights)
counted = {}  # who is right on which text of the test part
for name in piles:
    bag, its_words, texts = film_texts.baseline(name, weigh=weigh)
    counted[name] = film_texts.right(bag.scores(texts.ids, texts.lengths), texts.labels)
    print(f"naive Bayes, {name}: {counted[name].mean():.1%} right")
    order = bag.weights.argsort()
    for word, places in (("most positive", order[::-1]), ("most negative", order)):
        frequent = places[places < 1500][:6]  # the vocabulary begins with the most frequent ones
        print(f"    {word}: {', '.join(its_words.symbols_of(frequent))}")

short, long = (counted[name].mean() for name in piles)
poor = max(short, long) < 0.68
verdict(
    "counting_words",
    {"a": poor, "b": long >= short and not poor, "c": short > long and not poor},
    f"{short:.1%} of the sentences, {long:.1%} of the reviews.",
)

# %% [markdown]
# **Notice**
# - These two numbers are what an LSTM has to beat. Without them, 75 % would look like a success.
# - Single words do carry most of what there is. A longer text has more of them, so the luck of
#   single words evens out.
#
# ## 3. A network that reads
#
# Three parts.
#
# 1. The **embedding** $E$ `(V, D)` holds a vector for each word. Word number $k$ goes in as its row
#    $x_t = E_k$. The rows are learned like all else.
# 2. An LSTM reads the rows and puts out $h_t$ `(H,)` after each word.
# 3. One **summary** $s$ `(H,)` of all the $h_t$ becomes a score, and $\sigma$ of the score is the
#    probability of "positive":
#
# $$\text{score} = s \cdot w + b \qquad
# s_{\text{last}} = h_T \quad\text{or}\quad s_{\text{mean}} = \frac1T \sum_{t=1}^{T} h_t$$
#
# With "last", the LSTM has to carry everything to the end. With "mean", each word may say its part
# when it is read, and the gradient has a short way to each step (lesson 02).
#
# Texts of different lengths stand side by side in one array, with padding after their end. `run`
# takes `lengths` and stops each row at its own last word.
#
# ### Your turn: `mean_pool`
#
# *Texts end at different steps, and what stands in the padding must not count.* About 4 lines;
# `hint("mean_pool")` helps.


# %%
def mean_pool(hs, lengths):
    """The mean (B, H) of hs (B, T, H) over the first `lengths` (B,) steps; 0 where there are none.

    What stands in hs after the end of a text may be anything.
    """
    ### BEGIN SOLUTION
    counts = jnp.arange(hs.shape[1])[None] < lengths[:, None]
    total = jnp.where(counts[:, :, None], hs, 0.0).sum(axis=1)
    return total / jnp.maximum(lengths, 1)[:, None]
    ### END SOLUTION


# %%
check("mean_pool", mean_pool)

# %% [markdown]
# The whole network, before training. Side by side with padding, or alone: the same scores.

# %% tags=["measure"]
# The network before training: eight texts side by side, and each alone.
from lstm_jax.course.l11 import exercises as own

plan = study.PLANS["sentences"]
fresh = sentiment.init_sentiment(
    jax.random.key(0), film_texts.WORDS["sentences"], plan.size, plan.hidden
)
print(f"D = {plan.size}, H = {plan.hidden}:", end=" ")
print(f"{sum(leaf.size for leaf in jax.tree.leaves(fresh)):,} numbers to learn,", end=" ")
print(f"of which {fresh.embedding.size:,} are the embedding")

first = jax.tree.map(lambda array: array[:8], piles["sentences"].test)
for pooling in sentiment.POOLINGS:
    together = sentiment.scores(fresh, first.ids, first.lengths, pooling)
    alone = [
        sentiment.readings(fresh, jnp.asarray(row[:length]), pooling)[-1]
        for row, length in zip(first.ids, first.lengths, strict=True)
    ]
    apart = np.abs(np.array(alone) - together).max()
    assert apart < 1e-5
    print(f"{pooling}: eight texts side by side and one by one differ by {apart:.1g} at most")

pooled = mine(mean_pool, otherwise=own.mean_pool)
hs, _ = run(fresh.cell, fresh.embedding[first.ids], lengths=first.lengths)
summary = jnp.asarray(pooled(hs, first.lengths))  # (B, H)
by_package = sentiment.sum_up(hs, None, jnp.asarray(first.lengths), "mean")
apart = float(jnp.abs(summary - by_package).max())
assert apart < 1e-5
print(f"the mean by this function and by the package differ by {apart:.1g} at most")

# %% [markdown]
# ## 4. Train, and stop in time
#
# There are 6,000 sentences to learn from, and more than twenty times as many numbers to set. The
# network can learn the sentences by heart. Two remedies:
#
# - **Blank out words.** At each step of training three in ten words are made unknown, others each
#   time. So no single word is to be relied on. (It is dropout, on words.)
# - **Stop in time.** Look at the validation part now and then, and keep the network with the lowest
#   loss there.
#
# > **Predict.** The loss of the training batches will go down and down. And the loss of the
# > validation part?
# > - (a) it follows, a little higher
# > - (b) it goes down, then up again
# > - (c) it never goes down: there is too little to learn from

# %%
guess("validation_loss")

# %% tags=["measure"]
# Trains the network with both remedies, and keeps the one with the lowest validation loss.
plan = study.FROM_NOTHING
trained = study.train_classifier(
    "sentences", "mean", jax.random.key(0), plan=plan, watch=LiveLoss(plan.steps)
)
models["from nothing", "mean"] = trained.model
print(f"kept: step {trained.steps[trained.validation.argmin()]}")

# %% tags=["measure"]
# Trains it once more without blanks and too fast, and draws both losses.
careless = study.train_classifier(
    "sentences", "mean", jax.random.key(0), plan=plan._replace(blank=0.0, rate=0.01)
)
best = careless.steps[careless.validation.argmin()]
rises = careless.validation[-1] > 1.1 * careless.validation.min()
falls = careless.validation.min() <= 0.66
verdict(
    "validation_loss",
    {"a": falls and not rises, "b": falls and rises, "c": not falls},
    f"Without blanks, at five times the rate: lowest after {best} steps, "
    f"{careless.validation.min():.2f} nats; at the end {careless.validation[-1]:.2f}.",
)

plots.curves(
    careless.steps,
    {"training": careless.training, "validation": careless.validation},
    title="What it learns by heart helps nobody else",
    xlabel="training step",
    ylabel="loss, nats",
    alt=f"The loss of the training batches falls from {careless.training[0]:.2f} to "
    f"{careless.training[-1]:.2f}. That of the validation part is lowest after {best} steps, "
    f"{careless.validation.min():.2f}, and {careless.validation[-1]:.2f} at the end.",
)

# %% [markdown]
# Now the test part, once. Two classifiers that are asked the *same* texts are compared where they
# part: one is right, the other wrong. If they were equally good, a coin would decide each of these
# texts. How often would a fair coin part them as unevenly as this, or more? That is the $p$ of the
# **sign test** (McNemar, 1947).
#
# ### Your turn: `sign_test`
#
# *A network that is right on ten texts more than another may have been lucky.* About 3 lines, with
# `math.comb`; `hint("sign_test")` helps.


# %%
def sign_test(first, second):
    """The probability that fair tosses, first + second of them, part so unevenly or more.

    first: texts that only the first one has right; second: those that only the second one has.
    """
    ### BEGIN SOLUTION
    tosses, fewer = first + second, min(first, second)
    tail = sum(math.comb(tosses, k) for k in range(fewer + 1))
    return min(1.0, 2 * tail / 2**tosses)
    ### END SOLUTION


# %%
check("sign_test", sign_test)

# %% [markdown]
# > **Predict.** On the sentences, does the LSTM beat counting?
# > - (a) yes, clearly: it knows the order of the words
# > - (b) we cannot tell it from luck
# > - (c) no, counting is better

# %%
guess("beats_counting")


# %% tags=["measure"]
# Compares the LSTM with naive Bayes on the same test sentences, with your sign test.
def judge(name, *asked):
    """Who is right on which text of the test part; prints each beside naive Bayes.

    asked: of each LSTM, what it has learned from, and its pooling.
    """
    test = piles[name].test
    found = {"naive Bayes": counted[name]}
    print(f"{name}, {len(test.labels):,} texts: naive Bayes has {counted[name].mean():.1%} right")
    for taught, pooling in asked:
        scores = study.score(models[taught, pooling], test, pooling)
        found[pooling] = film_texts.right(scores, test.labels)
        print(f"    LSTM, {pooling}: {found[pooling].mean():.1%}, beside naive Bayes ", end="")
        print(compare(found[pooling], counted[name]))
    return found


at_first = judge("sentences", ("from nothing", "mean"))
pair = compare(at_first["mean"], at_first["naive Bayes"])
p = mine(sign_test, otherwise=own.sign_test)(pair.first, pair.second)
verdict(
    "beats_counting",
    {
        "a": p <= 0.05 and pair.difference > 0,
        "b": p > 0.05,
        "c": p <= 0.05 and pair.difference < 0,
    },
    f"{pair.first} texts only the LSTM has right, {pair.second} only counting: p = {p:.2g}.",
)

# %% [markdown]
# Behind the LSTM stands by how many points in a hundred it is better than naive Bayes, the
# interval that holds the true difference with 95 % confidence, and $p$. An interval around 0 says:
# a tie, as far as this test part can tell.
#
# ## 5. More to read
#
# The reviews: three times as many texts, each ten times as long. To train on them takes minutes, so
# these two networks came with the lesson. `python -m lstm_jax.course.l11.study` trains them anew.
#
# > **Predict.** The last word of a review is up to 250 steps from the first. Which summary is
# > better?
# > - (a) last: the verdict comes at the end of a review
# > - (b) mean: no word has far to go
# > - (c) we cannot tell

# %%
guess("last_or_mean")

# %% tags=["measure"]
# Compares both summaries on the reviews, each beside naive Bayes and beside the other.
on_reviews = judge("reviews", ("reviews", "last"), ("reviews", "mean"))
pair = compare(on_reviews["last"], on_reviews["mean"])
verdict(
    "last_or_mean",
    {
        "a": pair.p <= 0.05 and pair.difference > 0,
        "b": pair.p <= 0.05 and pair.difference < 0,
        "c": pair.p > 0.05,
    },
    f"Last beside mean: {pair}.",
)

# %% [markdown]
# Here an LSTM does beat counting. So was it the sentences that were too few? Then let a network
# that has read the reviews learn from them: it starts with what it knows, and with 2,000 words more
# (each begins as the unknown word). Counting may read the reviews as well.
#
# > **Predict.** What does it help, on the sentences, to have read the reviews?
# > - (a) both, the LSTM and counting
# > - (b) the LSTM, but not counting
# > - (c) neither: long reviews and short sentences have little in common

# %%
guess("after_reviews")

# %%
LIVE = True  # False: go on with the networks that came with the lesson, without training

# %% tags=["measure"]
# Lets the two networks that have read the reviews learn from the sentences.
for pooling in sentiment.POOLINGS if LIVE else ():
    start = study.grown(study.load()["reviews", pooling], film_texts.WORDS["sentences"])
    models["sentences", pooling] = study.train_classifier(
        "sentences",
        pooling,
        jax.random.key(0),
        start=start,
        watch=LiveLoss(study.PLANS["sentences"].steps),
    ).model

# %% tags=["measure"]
# Compares the LSTM and counting before and after they have read the reviews.
on_sentences = judge("sentences", ("sentences", "last"), ("sentences", "mean"))
bag, _, texts = film_texts.baseline("sentences", "reviews")
more = film_texts.right(bag.scores(texts.ids, texts.lengths), texts.labels)
by_reading = compare(more, counted["sentences"])
print(f"    naive Bayes of both: {more.mean():.1%}, beside that of the sentences {by_reading}")
for_lstm = compare(on_sentences["mean"], at_first["mean"])
print(f"    LSTM, mean, beside the one from nothing: {for_lstm}")
lstm_gains, counting_gains = (
    pair.p < 0.05 and pair.difference > 0 for pair in (for_lstm, by_reading)
)
tie = compare(on_sentences["mean"], counted["sentences"]).p > 0.05
verdict(
    "after_reviews",
    {
        "a": lstm_gains and counting_gains,
        "b": lstm_gains and not counting_gains,
        "c": not lstm_gains and not counting_gains,
    },
    f"The LSTM and counting {'now tie' if tie else 'do not tie'}.",
)

# %% [markdown]
# **Notice**
# - Nothing here is "the LSTM against counting". It is this network, on so many texts. With a few
#   thousand sentences, a count of words is as good as we could do.
# - What carries over is what the words mean and how they act on each other. Plain counts of another
#   kind of text carry its habits over as well.
#
# ## 6. What padding does
#
# Often taught: *the last row of the outputs is the summary of the sentence*. Then somebody pads the
# sentences to the same length, and the last row is no more the row of the last word.
#
# > **Predict.** Take the network that reads out the last state. Put 0, 5, 20, 100 steps of padding
# > behind each sentence and leave out `lengths`. What happens to its answers?
# > - (a) nothing: padding holds no word, so the state stays
# > - (b) they get worse, the longer the padding
# > - (c) they jump to chance at the first step of padding

# %%
guess("padding")

# %% tags=["measure"]
# Lets the cell read 0 to 100 steps of padding, and counts its right answers.
model, test = models["sentences", "last"], piles["sentences"].test
some = jax.tree.map(lambda array: array[:500], test)
PADS = (0, 1, 2, 5, 10, 20, 50, 100)


@jax.jit
def after_padding(model, ids, lengths, steps):
    """The score if the cell reads `steps` steps of padding as well, up to those that there are."""
    return sentiment.scores(model, ids, lengths + steps, "last")


room = np.pad(some.ids, ((0, 0), (0, max(PADS))))
drifted = {}
for steps in PADS:
    scores = after_padding(model, room, some.lengths, jnp.int32(steps))
    drifted[steps] = film_texts.right(np.asarray(scores), some.labels).mean()
    print(f"{steps:3} steps of padding read: {drifted[steps]:.1%} right")

hs, _ = run(model.cell, model.embedding[some.ids], lengths=some.lengths)
print(f"with lengths, the last row of the outputs is {np.abs(hs[:, -1]).max():g} for every text")
print("    that ends before it, and the final state is that of its last word")

worst, start = min(drifted.values()), drifted[0]
stays, jumps = start - worst < 0.02, drifted[1] < 0.55
verdict(
    "padding",
    {"a": stays, "b": not stays and not jumps, "c": jumps and not stays},
    f"From {start:.1%} down to {worst:.1%}; guessing has 50 %.",
)

# %% tags=["measure"]
# Draws what the network says of one sentence while it reads on, with lengths and without.
one = int(np.argmax(some.lengths == 12))
length = int(some.lengths[one])
padded = jnp.asarray(room[one, : length + 60])
without = np.asarray(jax.nn.sigmoid(sentiment.readings(model, padded, "last")))
masked = np.where(np.arange(len(without)) < length, without, without[length - 1])
plots.curves(
    np.arange(1, len(without) + 1),
    {"with lengths": masked, "without": without},
    title=f"After {length} words the sentence is over, the cell goes on",
    xlabel="step",
    ylabel="probability of positive",
    dashed=["without"],
    ylim=(0, 1),
    alt=f"A sentence of {length} words: after its last word the probability of positive is "
    f"{masked[-1]:.2f}. With lengths it stays there. Without, 60 steps of padding later it is "
    f"{without[-1]:.2f}.",
)

# %% [markdown]
# **Notice**
# - Padding is not nothing. It is one more input, at every step, and the cell answers to it.
# - With `lengths` the last *row* holds zeros, and the final *state* is the summary. So the sentence
#   above holds for texts of one length alone. Take the state, or the row at `lengths - 1`.
#
# ## 7. Does it read, or does it count?
#
# Naive Bayes cannot know the order of words. An LSTM can. Does it use it? Shuffle the words of each
# text, and ask again.
#
# > **Predict.** How much does shuffling cost the LSTM?
# > - (a) nothing that we could measure: it counts words, too
# > - (b) a few points in a hundred
# > - (c) nearly everything, down to chance

# %%
guess("shuffled_words")

# %% tags=["measure"]
# Shuffles the words of every text, and compares the answers of all four networks.
rng = np.random.default_rng(0)
drops = {}
for name, pooling in study.MODELS:
    model, test = models[name, pooling], piles[name].test
    mixed = test.ids.copy()
    for row, length in zip(mixed, test.lengths, strict=True):
        row[:length] = rng.permutation(row[:length])
    whole, shuffled = (
        film_texts.right(study.score(model, test._replace(ids=ids), pooling), test.labels)
        for ids in (test.ids, mixed)
    )
    pair = drops[name, pooling] = compare(whole, shuffled)
    print(
        f"{name}, {pooling}: {whole.mean():.1%} as written, {shuffled.mean():.1%} shuffled.", end=""
    )
    print(f" The order is worth {pair}")

largest = max(pair.difference for pair in drops.values())
measured = any(pair.p < 0.05 / len(drops) for pair in drops.values())
verdict(
    "shuffled_words",
    {
        "a": not measured and largest <= 0.2,
        "b": measured and largest <= 0.2,
        "c": largest > 0.2,
    },
    f"It is worth {100 * largest:.1f} points at most.",
)

# %% [markdown]
# Where the order should matter most: *good* and *not good*. For counting, *not* has one weight, the
# same in every text. If it is below 0, then *not* makes everything worse, *bad* as well.
#
# > **Predict.** We put *not* in front of twelve good and twelve bad words, in four sentences each.
# > In how many does the LSTM move the right way: down for *not good*, up for *not bad*?
# > - (a) half of them, like counting: *not* is a negative word and no more
# > - (b) most of them, *not good* and *not bad* alike
# > - (c) *not good* is understood and *not bad* is not, or the other way round

# %%
guess("not_good")

# %% tags=["measure"]
# Puts not in front of good and bad words, and counts which scores move the right way.
GOOD = (
    "good great funny enjoyable interesting clever fresh beautiful charming moving smart engaging"
)
BAD = "bad boring dull stupid awful silly tedious predictable weak lame terrible flat"
baselines = {name: film_texts.baseline(name) for name in piles}
FRAMES = ("it is {}", "the film is {} .", "this is {} , i think .", "a story that is {} to watch .")


def score_of(name, pooling, texts):
    """The score of each text; of naive Bayes where `pooling` is None."""
    if pooling is None:
        bag, its_words, _ = baselines[name]
        return bag.scores(*its_words.batch([reviews.words(each) for each in texts]))
    ids, lengths = piles[name].known.batch([reviews.words(each) for each in texts])
    return np.asarray(sentiment.scores(models[name, pooling], ids, lengths, pooling))


moved = {}
for name in piles:
    for pooling in (None, *sentiment.POOLINGS):
        for kind, listed, sign in (("good", GOOD, -1), ("bad", BAD, 1)):
            plain, denied = (
                score_of(
                    name,
                    pooling,
                    [frame.format(word + each) for frame in FRAMES for each in listed.split()],
                )
                for word in ("", "not ")
            )
            moved[name, pooling, kind] = sign * (denied - plain)
        who = "naive Bayes" if pooling is None else f"LSTM, {pooling}"
        shares = [(moved[name, pooling, kind] > 0).mean() for kind in ("good", "bad")]
        print(f"{name}, {who:12} not good goes down in {shares[0]:4.0%}, ", end="")
        print(f"not bad goes up in {shares[1]:4.0%}")

downs, ups = ((moved["reviews", "mean", kind] > 0).mean() for kind in ("good", "bad"))
verdict(
    "not_good",
    {
        "a": max(downs, ups) <= 0.75,
        "b": min(downs, ups) > 0.75,
        "c": min(downs, ups) <= 0.75 < max(downs, ups),
    },
    f"Reviews, mean: {downs:.0%} of not good, {ups:.0%} of not bad.",
)

# %% [markdown]
# These sentences are made up. In real ones: of the test sentences with *not*, *n't*, *no* or
# *never*, how many does each get right, beside those without?

# %% tags=["measure"]
# Compares the answers to real sentences that deny with those to all others.
denying = {piles["sentences"].known.symbols.index(word) for word in ("not", "n't", "no", "never")}
test = piles["sentences"].test
denies = np.isin(test.ids, list(denying)).any(axis=1)
for who, each in on_sentences.items():
    print(f"{who:12} {each[denies].mean():.1%} of {denies.sum()} that deny, ", end="")
    print(f"{each[~denies].mean():.1%} of the {(~denies).sum():,} others")
pair = compare(on_sentences["mean"][denies], on_sentences["naive Bayes"][denies])
print(f"LSTM (mean) beside counting, on those that deny: {pair}")

# %% [markdown]
# ## 8. A sentence, word by word
#
# What would the network say if the text ended here? And here? Type a sentence of your own. The
# colour of a word is the answer after it, red for positive and blue for negative; a dashed frame
# marks a word that the network does not know. Below stands what each word adds: the score less that
# of the same text with this word made unknown.
#
# > **Predict.** Type *not bad*, then *not bad at all*. Then your best praise without a single
# > positive word.

# %%
explorer = SentenceExplorer(models, study.vocabularies())
explorer

# %% [markdown]
# The same from a cell: all four networks on the sentence that stands in the explorer.

# %% tags=["measure"]
# Reads the sentence in your explorer, and draws what each network says after each word.
cut = explorer.words
beginnings = [" ".join(cut[: n + 1]) for n in range(len(cut))]
by_word = {
    f"{name}, {pooling}": 1 / (1 + np.exp(-score_of(name, pooling, beginnings)))
    for name, pooling in study.MODELS
    if cut
}
if by_word:
    display(
        plots.curves(
            np.arange(1, len(cut) + 1),
            by_word,
            title="Each network makes up its mind as it reads",
            xlabel="words read",
            ylabel="probability of positive",
            ylim=(0, 1),
            alt="The probability of positive after each word of the sentence. After the last one: "
            + ", ".join(f"{who} {each[-1]:.2f}" for who, each in by_word.items()),
        )
    )
else:
    print("There is no word in the explorer: write a few.")

# %% [markdown]
# ## 9. Wrong, and sure of it
#
# A score far from 0 is a network that is sure. Of the sentences with a *not*, read those on which
# it is most sure and wrong.

# %% tags=["measure"]
# Prints the sentences with a not on which the network is most sure, and wrong.
scores = study.score(models["sentences", "mean"], test, "mean")
sure, right = np.abs(scores), on_sentences["mean"]
for row in sorted(np.flatnonzero(denies & ~right), key=lambda row: -sure[row])[:5]:
    likely = 1 / (1 + np.exp(-scores[row]))
    said = " ".join(reviews.sentences().test.texts[row])
    print(f"{likely:.2f} for positive, but it is {('negative', 'positive')[test.labels[row]]}:")
    print(f"    {said[:150]}")

tenth = np.argsort(-sure)[: len(sure) // 10]
print(
    f"\nOf the tenth of all that it is most sure of, {right[tenth].mean():.1%} are right; ", end=""
)
print(f"it gives them {np.mean(1 / (1 + np.exp(-sure[tenth]))):.1%} on average.")

# %% [markdown]
# Irony, a plot that is sad in a film that is good, praise for what could have been: to be right
# here takes more than these sentences can teach.
#
# ## Summary
#
# - Count words first. Then you know what a network's score is worth.
# - One summary of all outputs: the last state, or the mean over the steps that count.
# - Few texts: blank out words, stop when the validation part says so, and start from a network that
#   has read more.
# - Pass `lengths`. Padding is an input like any other.
# - Compare on the same texts, with an interval. And ask what the network uses, not only how often
#   it is right.
#
# Next, in lesson 12, an LSTM looks ahead: the sun, and the stock market.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# **In class**
# - Sections 1 and 2: let the class name the most positive word before the list.
# - Section 4: start the training first, then talk about the two remedies.
# - Section 5: the second half trains again, half a minute: start it before the prediction.
# - Section 6: the wrong code is everywhere, so ask who has written `hs[:, -1]`.
# - Section 7: do not skip it.
# - Sections 8 and 9: take sentences of the class.
#
# **Wrong answers to expect**
# - *"76 % is good."* Beside what?
# - *"An LSTM knows the order, so it uses it."* Section 7 measures it.
# - `word_weights`: the sum of the counts without the ones that were added. `mean_pool`: the mean
#   over all steps, and 0 / 0 for an empty text. `sign_test`: one side only.
#
# **When time is short**, set `LIVE = False` in section 5, and leave out section 9.
