# %% [markdown]
# # 10 Translation: one LSTM reads, another writes
#
# In lesson 09 an LSTM named the next letter of a text. Now it has to say what another text says,
# in another language, in another order. For that it takes two LSTMs, and a way to look back.
#
# **You will be able to**
# - build an encoder and a decoder, and train them with the right symbols given;
# - say what attention adds, and compute where it looks;
# - write a translation greedily, and with a beam;
# - judge a translation by texts that nobody has seen, beside ways that need no network.

# %%
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.course import LiveLoss, check, guess, hint, mine, plots, progress, verdict
from lstm_jax.course.data.dates import dates
from lstm_jax.course.data.interface import interface
from lstm_jax.course.data.number_words import number_words
from lstm_jax.course.l10 import study, translators
from lstm_jax.models.translation import init_translator, teacher_forced, translation_loss

# %% [markdown]
# ## 1. Texts in two languages
#
# Dates, written out, are small sentences with a grammar of their own. A program writes them here,
# in as many languages as you like, so there is no end of pairs. Of ten thousand days we keep 2,000
# to test on. No network sees them before.

# %% tags=["measure"]
# Writes the pairs in three languages, and prints the first ones of each.
french, hungarian, numbers = (
    study.course(corpus) for corpus in (dates("fr"), dates("hu"), number_words())
)
for lessons in (french, hungarian, numbers):
    corpus = lessons.corpus
    print(f"{corpus.name}: {len(corpus.train):,} pairs to learn from, {len(corpus.test):,} to test")
    for source, target in corpus.train[:3]:
        print(f"    {source}  ->  {target}")

# %% [markdown]
# French puts the day before the month. Hungarian turns the whole date round: year, month, day, and
# the day of the week at the end. And numbers do not go word for word: 97 is *ninety-seven* here,
# and there *quatre-vingt-dix-sept*, four twenties and seventeen.
#
# What can you do without a network? Two ways:
#
# - **word for word**: find the words that go together in the pairs to learn from, make a
#   dictionary, look each word up;
# - **the most similar pair**: copy the translation of the most similar text to learn from.
#
# We count a translation as right if **every symbol** of it is right: an **exact match**.
#
# > **Predict.** How many of the dates, and of the numbers, are right word for word?
# > - (a) most of both
# > - (b) no dates, more than half of the numbers
# > - (c) none of both

# %%
guess("word_for_word")

# %% tags=["measure"]
# Translates the texts to test on without a network, in two ways, and gives the verdict.
without = {
    name: study.without_network(lessons.corpus)
    for name, lessons in {
        "French dates": french,
        "Hungarian dates": hungarian,
        "French numbers": numbers,
    }.items()
}
for name, shares in without.items():
    print(f"{name}: " + ", ".join(f"{way} {share:.1%}" for way, share in shares.items()))

by_word = {name: shares["word for word"] for name, shares in without.items()}
date_share, number_share = by_word["French dates"], by_word["French numbers"]
verdict(
    "word_for_word",
    {
        "a": date_share > 0.5 and number_share > 0.5,
        "b": date_share < 0.01 and number_share > 0.5,
        "c": max(date_share, number_share) < 0.01,
    },
    f"Dates {date_share:.1%}, numbers {number_share:.1%}.",
)

# %% [markdown]
# **Notice**
# 1. Right words in the wrong order are wrong. Translation is not looking up.
# 2. A copy of another date is never right: the test asks for days that were not there to copy.
# 3. These texts were made by rules, and a person who has seen ten of them can write the rules down.
#    That is a good place to learn how a network works. It is not real translation: that comes in
#    section 8.
#
# ## 2. Encoder and decoder
#
# Letters become numbers first, a place each in a **vocabulary**. One symbol is added, `↵`: it says
# that a text has ended. (For the numbers a symbol is a whole word, a space or a hyphen.)

# %% tags=["measure"]
# Prints the symbols of both languages, and a text as numbers.
print("English:", "".join(french.source.symbols[1:]))
print("French: ", "".join(french.target.symbols[1:]))
source, target = french.corpus.train[0]
print(source, "->", french.source.ids(source))

# %% [markdown]
# Two LSTMs, with 64 units each.
#
# - The **encoder** reads the source $x_1 \dots x_S$. Its outputs are $m_1 \dots m_S$, each `(H,)`,
#   and it ends in a state $(h, c)$.
# - The **decoder** starts in that state. It is given the symbol before, and names the next one:
#
# $$h_t, c_t = \text{LSTM}(y_{t-1};\, h_{t-1}, c_{t-1}) \qquad
# p_t = \text{softmax}(h_t W + b) \quad \text{(V,)}$$
#
# with $y_0$ the symbol `↵`, and $V$ symbols to choose from. When it names `↵` it has finished.
#
# Which symbol is "the symbol before" in training? The right one, whatever the network would have
# written. That is **teacher forcing**: no mistake leads it astray, and all steps of a text can be
# computed in one `run`.
#
# The loss is that of lesson 09, cross-entropy. One thing is new: texts have different lengths, so
# they lie side by side with padding after their ends. Padding must not count.
#
# ### Your turn: `masked_loss`
#
# *Padding is easy to guess right. A network that is praised for it learns little.* About 4 lines;
# `hint("masked_loss")` helps.


# %%
def masked_loss(log_p, target, lengths):
    """The mean of -log p(target) over valid symbols: log_p (B, T, V), target (B, T), lengths (B,).

    Of row b the places t < lengths[b] are valid.
    """
    ### BEGIN SOLUTION
    right = jnp.take_along_axis(log_p, target[:, :, None], axis=2)[:, :, 0]
    steps = jnp.arange(target.shape[1])
    return -jnp.mean(right, where=steps[None] < lengths[:, None])
    ### END SOLUTION


# %%
check("masked_loss", masked_loss)

# %% [markdown]
# A network that knows nothing yet gives each of its symbols about the same probability. What must
# its loss be, about?

# %% tags=["measure"]
# The loss of a network that knows nothing yet, computed with your function.
from lstm_jax.course.l10 import stand_ins

places = 64  # places in the vocabularies, some of them empty
fresh = init_translator(jax.random.key(0), places, places, 64, attention=False)
few = jax.tree.map(lambda array: jnp.asarray(array[:500]), french.train)
scores = teacher_forced(fresh, few)
print("scores of each symbol:", scores.shape, "(B, T, V)")
loss_of = mine(masked_loss, otherwise=stand_ins.masked_loss)
loss = float(loss_of(jax.nn.log_softmax(scores), few.target, few.target_lengths))
assert abs(loss - translation_loss(fresh, few)) < 1e-4
print(f"loss {loss:.2f}, ln {places} = {np.log(places):.2f}")

# %% [markdown]
# ## 3. All in one state
#
# Now train. Everything the decoder knows of the date comes through one state, 64 numbers $h$ and 64
# numbers $c$.
#
# > **Predict.** 500 steps with 64 pairs each. How many of the unseen dates are right?
# > - (a) nearly all, above 90 %
# > - (b) some
# > - (c) hardly any, below 10 %

# %%
guess("dates_read_once")

# %% [markdown]
# To save the time, set `LIVE = False`: then what can come from a file does.

# %%
LIVE = True

# %% tags=["measure"]
# Trains the network with one state between encoder and decoder.
KEY = jax.random.key(0)


def learn(name, lessons, **how):
    """A translator trained here and now, or the one that came with the lesson."""
    if not LIVE and not how:
        return translators.read().translators[name]
    return study.train_translator(
        KEY, lessons, watch=LiveLoss(study.STEPS, log=True), progress=False, **how
    )


plain = learn("French dates", french, attention=False)

# %% tags=["measure"]
# How many of the unseen dates are right; six of them with what was written; the verdict.
scores = {"one state": study.exact(plain, french).mean()}
asked = [source for source, _ in french.corpus.test[:6]]
for (source, right), wrote in zip(
    french.corpus.test[:6], study.translate(plain, french, asked), strict=True
):
    print(f"{source:30} {wrote:30} {'right' if wrote == right else 'not ' + right}")
share, unseen = scores["one state"], len(french.corpus.test)
verdict(
    "dates_read_once",
    {"a": share > 0.9, "b": 0.1 <= share <= 0.9, "c": share < 0.1},
    f"Right: {share:.1%} of {unseen:,} unseen.",
)

# %% [markdown]
# **Notice**
# 1. It writes French. Days and months are spelt without a fault, and a date has the form of one.
# 2. It remembers the date only roughly: find what it gets wrong. The last thing it read, or the
#    first?
# 3. Squeezing everything through one state is possible. With ten times the training it would come a
#    good deal further. But why should it?
#
# ## 4. Attention: look it up
#
# You would not learn the date by heart. You would look at it while you write. The encoder's outputs
# $m_1 \dots m_S$ are still there: a memory with a place for each symbol. At every step the decoder
# compares its output $h_t$ with all of them, and looks where they fit:
#
# $$a_{ts} = \text{softmax}_s(h_t \cdot m_s) \qquad
# v_t = \sum_s a_{ts}\, m_s \qquad
# \tilde h_t = \tanh([h_t, v_t]\, W_a + b_a)$$
#
# The **weights** $a_t$ `(S,)` are positive and sum to 1. $v_t$ `(H,)` is what it sees: mostly the
# $m_s$ with a large weight. The next symbol is named from $\tilde h_t$ `(H,)`.
#
# ### Your turn: `attention_weights`
#
# *These few numbers are all a network needs to look, and they show you where it does.* About 3
# lines; `hint("attention_weights")` helps.


# %%
def attention_weights(h, memory, length):
    """Weights (S,) of an output h (H,) on a memory (S, H): the first `length` places are valid."""
    ### BEGIN SOLUTION
    scores = memory @ h
    valid = jnp.arange(len(memory)) < length
    return jax.nn.softmax(jnp.where(valid, scores, -1e9))
    ### END SOLUTION


# %%
check("attention_weights", attention_weights)

# %% [markdown]
# > **Predict.** The same network with attention, the same 500 steps. How many are right now?
# > - (a) nearly all, above 98 %
# > - (b) about twice as many as before
# > - (c) about as many as before

# %%
guess("with_attention")

# %% tags=["measure"]
# Trains the same network with attention.
attentive = learn("French dates", french)

# %% tags=["measure"]
# How many of the unseen dates are right now, and the verdict.
scores["attention"] = study.exact(attentive, french).mean()
nearly_all = scores["attention"] > 0.98
grown = scores["attention"] > 1.5 * scores["one state"]
verdict(
    "with_attention",
    {"a": nearly_all, "b": grown and not nearly_all, "c": not grown and not nearly_all},
    f"Right: {scores['attention']:.1%}; without attention it was {scores['one state']:.1%}.",
)

# %% [markdown]
# Where did it look? Take one date. Each row is a symbol that it wrote; ink marks the symbols it
# looked at for that.

# %% tags=["measure"]
# Draws where the network looks while it writes one date.
looked = study.look(attentive, french, french.corpus.test[0][0])
plots.attention_map(
    looked.weights,
    looked.target,
    looked.source,
    title="Where it looks while it writes",
    alt=f"It reads {''.join(looked.source)} and writes {''.join(looked.target)}. For the last four "
    "symbols before the end it looks most at "
    + ", ".join(repr(looked.source[s]) for s in looked.weights.argmax(axis=1)[-5:-1])
    + ".",
)

# %% tags=["measure"]
# How much of the weight lies on the place it looks at most, for digits and for letters.
sharp = {"digits": [], "letters": []}
for source, _ in french.corpus.test[:20]:
    looked = study.look(attentive, french, source)
    for symbol, weights in zip(looked.target, looked.weights, strict=True):
        if symbol.isalnum():
            sharp["digits" if symbol.isdigit() else "letters"].append(weights.max())
for kind, largest in sharp.items():
    print(
        f"{kind}: the place it looks at most has {np.mean(largest):.0%} of the weight, on average"
    )

# %% [markdown]
# **Notice**
# 1. Nobody told it where to look. It found the places by itself, since looking there makes the
#    loss small.
# 2. A row with one dark place copies: look at the digits of the day and the last of the year. A
#    pale row looks at nothing in particular. The day of the week and the month can be kept in the
#    state, as there are few of them, and inside a word the letters follow by themselves.
# 3. So a map of attention is not a dictionary. It shows where something was looked up, not all that
#    was used; and $m_s$ holds all that was read up to $s$, not only symbol $s$.
#
# ## 5. Does it help to read backwards?
#
# In 2014 Sutskever, Vinyals and Le translated with two LSTMs and one state between them. They gave
# the source **back to front**, and reported that it helped much: the first words to be written are
# then the last ones that were read.
#
# > **Predict.** Dates, without attention. What does reversing the source do to the loss on unseen
# > dates?
# > - (a) it gets smaller
# > - (b) it gets larger
# > - (c) it depends on the seed

# %%
guess("reversed_source")

# %% tags=["measure"]
# Trains the network without attention on sources that are turned round.
turned = study.course(study.source_reversed(french.corpus))
backwards = learn("French dates", turned, attention=False)

# %% tags=["measure"]
# Compares the loss on unseen dates, forwards and backwards, seed by seed, and gives the verdict.
live = {
    "forwards": study.held_out_loss(plain, french),
    "backwards": study.held_out_loss(backwards, turned),
}
print("just now: " + ", ".join(f"{way} {loss:.3f} nats a symbol" for way, loss in live.items()))
contest = translators.read().contest
for kind, losses in contest.items():
    print(f"    {kind:30}", *(f"{loss:.3f}" for loss in losses))
forwards = np.append(contest["no attention"], live["forwards"])
reverse = np.append(contest["no attention, source reversed"], live["backwards"])
smaller = int((reverse < forwards).sum())
verdict(
    "reversed_source",
    {"a": smaller == len(forwards), "b": smaller == 0, "c": 0 < smaller < len(forwards)},
    f"Smaller in {smaller} of {len(forwards)} pairs of the same seed.",
)

# %% [markdown]
# The rows below "just now" are from a file that came with the lesson: more seeds, trained with
# `python -m lstm_jax.course.l10.translators`.
#
# **Notice**
# - Read backwards, the day of the week is read last and written first: a short way. The year has
#   the long way now.
# - With attention, in the first row, nothing has to be near to anything.
#
# ## 6. Other orders
#
# The same program, other pairs. Nothing is changed but the texts.
#
# > **Predict.** Hungarian, the other way round, and numbers, not word for word. With attention, 500
# > steps:
# > - (a) both above 95 %
# > - (b) Hungarian fails: the order is too different
# > - (c) the numbers fail: they are not word for word

# %%
guess("other_pairs")

# %% tags=["measure"]
# Trains on the Hungarian dates.
reversing = learn("Hungarian dates", hungarian)

# %% tags=["measure"]
# Trains on the numbers.
counting = learn("French numbers", numbers)

# %% tags=["measure"]
# How many are right of each kind, the verdict, and all shares in one figure.
scores["Hungarian"] = study.exact(reversing, hungarian).mean()
number_right = study.exact(counting, numbers)
scores["numbers"] = number_right.mean()
fine, counts = scores["Hungarian"] > 0.95, scores["numbers"] > 0.95
verdict(
    "other_pairs",
    {"a": fine and counts, "b": counts and not fine, "c": fine and not counts},
    f"Right: Hungarian {scores['Hungarian']:.1%}, numbers {scores['numbers']:.1%}.",
)

plots.bars(
    {
        "word for word, dates": 100 * by_word["French dates"],
        "word for word, numbers": 100 * by_word["French numbers"],
        "French dates, one state": 100 * scores["one state"],
        "French dates, attention": 100 * scores["attention"],
        "Hungarian dates, attention": 100 * scores["Hungarian"],
        "French numbers, attention": 100 * scores["numbers"],
    },
    title="With attention it is right about texts it never saw",
    xlabel="unseen texts without a mistake, %",
    alt="Exact match in percent: "
    + ", ".join(f"{name} {100 * share:.1f}" for name, share in scores.items()),
)

# %% tags=["measure"]
# Draws where the network looks while it writes a Hungarian date.
looked = study.look(reversing, hungarian, hungarian.corpus.test[0][0])
plots.attention_map(
    looked.weights,
    looked.target,
    looked.source,
    title="Hungarian: it begins to look at the end",
    alt=f"It reads {''.join(looked.source)} and writes {''.join(looked.target)}. For the first "
    f"symbol it looks most at place {looked.weights[0].argmax()} of {len(looked.source)}, for the "
    f"last word it goes back to the front.",
)

# %% [markdown]
# ## 7. Now you
#
# Type a date, in the form of those above, and run the cell. Then try to break it: another year, a
# month that does not exist, your name, nothing at all.

# %%
my_text = "Tuesday, November 24, 2026"

for lessons, network in ((french, attentive), (hungarian, reversing)):
    print(f"{lessons.corpus.name}: {study.translate(network, lessons, [my_text])[0]}")
for remark in study.remarks(french, my_text):
    print(remark)

# %%
my_number = "four thousand, three hundred and twenty-one"

print(study.translate(counting, numbers, [my_number])[0])
for remark in study.remarks(numbers, my_number):
    print(remark)

# %% [markdown]
# **Notice**
# - It always answers. A network that translates dates makes a date of your name.
# - A year before 1900 or after 2099 is of a kind it has never seen.
#
# > **Predict.** What has it learned about years?
# > - (a) to copy four digits, whatever they are
# > - (b) to write a year of the two centuries it knows

# %%
guess("strange_years")

# %% tags=["measure"]
# Translates dates of six years, two of them usual, and counts the years that were copied.
years = [f"Friday, March 5, {year}" for year in (1950, 2050, 1850, 2150, 3725, 5678)]
copied = []
for source, wrote in zip(years, study.translate(attentive, french, years), strict=True):
    copied.append(source[-4:] == wrote[-4:])
    print(f"{source:24} {wrote:28} {'copied' if copied[-1] else 'not copied'}")
strange = sum(copied[2:])
usual = sum(copied[:2])
verdict(
    "strange_years",
    {"a": strange == 4, "b": strange == 0},
    f"Copied {usual} of 2 usual years, {strange} of 4 strange ones.",
)

# %% [markdown]
# ## 8. Texts that people translated
#
# All these pairs came from rules. Here are others: the menus, buttons and messages of JupyterLab,
# as people translated them into French. Short texts, but every one means something else.

# %% tags=["measure"]
# Takes the menus of JupyterLab, and prints the first pairs.
menus = study.course(interface())
print(f"{len(menus.corpus.train):,} pairs to learn from, {len(menus.corpus.test)} to test")
for source, target in menus.corpus.train[:5]:
    print(f"    {source}  ->  {target}")

# %% [markdown]
# The network with attention was trained on them before, for three times as many steps, and comes
# from the file.
#
# > **Predict.** How many of the texts to test on are right?
# > - (a) nearly all, as above
# > - (b) about half
# > - (c) fewer than 20 %

# %%
guess("menus")

# %% tags=["measure"]
# Translates menus, unseen and seen, gives the verdict, and prints six of them.
translator = translators.read().translators["interface"]
right = study.exact(translator, menus)
seen = study.exact(translator, menus, menus.corpus.train[:300])
share = right.mean()
verdict(
    "menus",
    {"a": share > 0.9, "b": 0.2 <= share <= 0.9, "c": share < 0.2},
    f"Right: {share:.1%} of the unseen, {seen.mean():.1%} of the seen.",
)
for way, share in study.without_network(menus.corpus).items():
    print(f"    {way}: {share:.1%}")
asked = menus.corpus.test[:6]
wrote = study.translate(translator, menus, [source for source, _ in asked])
for (source, target), ours in zip(asked, wrote, strict=True):
    print(f"    {source:30} {ours:32} {'right' if ours == target else 'not ' + target}")

# %% [markdown]
# Are long texts harder?


# %% tags=["measure"]
# Draws the share that is right by the length of the text.
def by_length(lessons, right, edges):
    """The share that is right, in percent, of texts of a length from one edge to the next."""
    sizes = np.array([len(source) for source, _ in lessons.corpus.test])
    inside = [(sizes >= low) & (sizes < high) for low, high in pairwise(edges)]
    return [100 * right[each].mean() if each.sum() >= 5 else np.nan for each in inside]


edges = list(range(0, 56, 6))
lengths = {
    "numbers": by_length(numbers, number_right, edges),
    "interface": by_length(menus, right, edges),
}
plots.curves(
    [low + 3 for low in edges[:-1]],
    lengths,
    title="Right, by the length of the text",
    xlabel="letters of the source",
    ylabel="right, of those unseen, %",
    ylim=(0, 105),
    alt="Share of unseen texts without a mistake by length, in percent: "
    + "; ".join(
        f"{name} " + ", ".join(f"{y:.0f}" for y in ys if np.isfinite(y))
        for name, ys in lengths.items()
    ),
)

# %% [markdown]
# **Notice**
# - Long numbers are no harder than short ones. The short ones are the rare ones: a hundred numbers
#   are below a hundred, nine thousand have four digits.
# - It knows the texts it has learned from, and little else. That is **overfitting**, and no
#   decoder mends it: most words of a new text were never there to be learned.
# - Real translation needs millions of pairs. The method is what you have here: an encoder, a
#   decoder, attention. Drop the two LSTMs, and keep the attention, and you have what is used today.

# %% [markdown]
# ## 9. Greedy, or with a beam
#
# So far the decoder took the best symbol at each step. That is **greedy**. A text whose first
# symbol is only second best may be the more probable one as a whole. A **beam search** keeps the
# $K$ most probable beginnings. At each step it makes all of them longer by every symbol, $K \cdot
# V$ in all, and keeps the $K$ best again. The probability of a beginning is a product, so its
# logarithm is a sum:
#
# $$\text{total}_{k} = \sum_t \ln p_t \qquad
# \text{new total}_{kv} = \text{total}_k + \ln p_{kv}$$
#
# ### Your turn: `extend_beams`
#
# *The best text may begin with a symbol that is not the best first symbol.* About 3 lines;
# `hint("extend_beams")` helps.


# %%
def extend_beams(totals, log_p):
    """The K best of all beginnings made longer: of which beam (K,), by which symbol (K,).

    totals (K,) are those of the beams, log_p (K, V) of their next symbols. The best one is first.
    """
    ### BEGIN SOLUTION
    every = (totals[:, None] + log_p).reshape(-1)
    _, best = jax.lax.top_k(every, len(totals))
    return best // log_p.shape[1], best % log_p.shape[1]
    ### END SOLUTION


# %%
check("extend_beams", extend_beams)

# %% [markdown]
# In the end the longest beginnings have the smallest product, so the winner is the one with the
# best **mean** of $\ln p$ over its symbols.
#
# > **Predict.** The network of section 8, which is so often wrong: does a beam of 8 get more texts
# > right than greedy?
# > - (a) yes, more of those that it has seen, and more of the unseen
# > - (b) of the seen alone, or of the unseen alone
# > - (c) no

# %%
guess("beam")

# %% tags=["measure"]
# Translates 300 seen and 300 unseen texts greedily and with a beam of 8, and compares.
found = {}
for name, pairs in (("seen", menus.corpus.train[:300]), ("unseen", menus.corpus.test)):
    found[name] = [study.exact(translator, menus, pairs, width=width).sum() for width in (1, 8)]
    print(f"right of 300 {name}: greedy {found[name][0]}, a beam of 8 {found[name][1]}")
better = sum(wide > narrow for narrow, wide in found.values())
verdict(
    "beam",
    {"a": better == 2, "b": better == 1, "c": better == 0},
    f"The beam gets more right of {better} of the two.",
)

# %% [markdown]
# A beam finds what the network holds to be probable. It cannot find what the network does not know.
#
# ## Summary
#
# - An encoder reads, a decoder writes, and training gives it the right symbols.
# - One state between the two is a bottleneck. Attention goes round it: look it up.
# - Exact match on unseen texts, beside ways without a network, says what was learned.
# - Rules are learned from a few thousand pairs. A language is not.
#
# Next, in lesson 11, one answer for a whole text: does its writer like the film?

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# **In class**
# - Section 1: let the class find the rules of the three corpora themselves.
# - Section 3: start its training before you read the text.
# - Section 4: start its training before the second exercise.
# - Section 6: it trains twice; collect the predictions meanwhile.
# - Sections 7 and 8: let them type before they read on.
# - Section 9: its exercise may be homework.
#
# **Wrong answers to expect**
# - *"98 % of the symbols are right, so nearly all dates are."* A date has 25 symbols, and one wrong
#   digit is a wrong date.
# - *"The map shows what the network thinks."* It shows where it looked. What it saw there, an
#   output of the encoder, holds more than that one symbol.
# - *"A wider beam is better."* It finds more probable texts; whether these are right is another
#   question.
# - `masked_loss`: the mean of the means of the rows. `attention_weights`: the mask after the
#   softmax. `extend_beams`: each beam made longer by its own best symbol.
#
# **When time is short**, leave out sections 5 and 9, or set `LIVE = False` in section 3.
