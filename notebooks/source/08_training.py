# %% [markdown]
# # 08 Training: RNN against LSTM, on equal terms
#
# Often taught: the learning curve of an LSTM is smoother than that of an RNN, it takes longer to
# come to a good loss, and the accuracy of an RNN jumps up and down. The proof is a picture with two
# curves, one network each. Here you give each claim rules, many networks, and a verdict that may go
# either way.
#
# **You will be able to**
# - say why one learning curve proves nothing,
# - turn "smooth", "slow" and "jumping" into numbers, before you look,
# - compare two kinds of network on equal terms,
# - say how an LSTM must begin to learn something over 100 steps and more,
# - read "7 of 8" with the interval that belongs to it.

# %%
import math

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import LSTMParams, init_gru, init_lstm, init_rnn, use_cores
from lstm_jax.course import (
    LiveLoss,
    TrainingExplorer,
    check,
    guess,
    hint,
    mine,
    plots,
    progress,
    statistics,
    verdict,
)
from lstm_jax.course.comparison.contenders import Contender, init, train_contenders
from lstm_jax.course.comparison.problems import of_sunspots, of_task
from lstm_jax.course.data import tasks
from lstm_jax.course.data.temporal_order import SYMBOLS
from lstm_jax.course.l08 import long_run
from lstm_jax.models import Network, Readout, last_answers
from lstm_jax.training import adam, fit

# %% [markdown]
# A processor has several cores. JAX uses one of them for a network as small as ours, unless you ask
# for more before it computes anything. Then each core trains its share of the networks.

# %%
use_cores(most=8)
print(jax.device_count(), "devices:", jax.devices()[0].platform)

# %% [markdown]
# ## 1. Eight at once
#
# *Temporal order*: among random symbols there is an X or a Y early on, and an X or a Y half way. At
# the end the network says which came in which order, XX, XY, YX or YY. Guessing is right in 25 %.
# "Right" has a rule here, that of the paper which introduced the LSTM: each of the four
# probabilities is off by less than 0.3.
#
# Press *train*. Eight LSTMs begin, and differ in their **seed** alone: the random key that makes
# their first weights and their sequences. The line is the **median** network, the band holds the
# middle half of the eight.
#
# > **Predict.** Press *keep as baseline*, make the learning rate ten times as large, train again.
# > What happens to the eight?
# > - (a) they learn ten times as fast
# > - (b) some learn faster, and the band gets wide
# > - (c) none of them learns

# %%
guess("tenfold_rate")

# %%
explorer = TrainingExplorer()
explorer

# %% [markdown]
# Then move the forget bias to 0, or take an RNN. Whatever you find, it is one setting of one task.
# The rest of this lesson is about how to find out more than that.

# %% tags=["measure"]
# Reads your explorer: how many answers its newest networks have right, and the verdict.
if explorer.result is None:
    print("Nothing trained in the explorer yet: press its button, then run this cell again.")
else:
    right = np.nan_to_num(explorer.result.history.measures["accuracy"])  # (8, looks), 0 if diverged
    newest, early = right[:, -1], right[:, right.shape[1] // 10]  # after a tenth of the steps
    each = ", ".join(f"{share:.0%}" for share in newest)
    print(f"Right at the newest look, each of your eight: {each}")
    if round(explorer.answer["with"]["rate"], 1) == -1:  # ten times the rate it starts with
        none, wide = newest.max() < 0.5, np.ptp(newest) > 0.2
        verdict(
            "tenfold_rate",
            {
                "a": not none and not wide and early.min() > 0.9,
                "b": not none and wide,
                "c": none,
            },
            f"At ten times the rate the eight have {each} right.",
        )
    else:
        print("The verdict waits for a learning rate of 10^-1: train with it, run this cell again.")

# %% [markdown]
# ## 2. What is a smooth curve?
#
# First a task. *Adding*: at each of 20 steps comes a number between -1 and 1. Two of them, $a$ and
# $b$, carry a mark. At the end the network has to say $0.5 + (a + b)/4$, a number from 0 to 1. It
# is right if it is off by less than 0.04.
#
# The network is a cell, and a **readout** that turns the last output $h_T$ `(H,)` into $K$ numbers,
# here one:
#
# $$\text{answer} = h_T W + b \qquad W \;\text{(H, K)}, \quad b \;\text{(K,)}$$
#
# Every step of training draws 50 new sequences. So the loss of a batch moves for two reasons: the
# network has changed, or this batch was harder than the last one. Only the first one is about the
# network. So every 25 steps all networks answer the same 500 sequences, **held out** from training.
# Those answers are the learning curve.

# %% tags=["measure"]
# The task: its held-out sequences, and what an answer without memory costs.
adding = {length: of_task(tasks.ADDING, length) for length in (20, 50, 100, 200, 500)}
task = adding[20]
print(f"{task.name}: held out {task.held_out[0].shape} (sequences, steps, inputs)")
print(f"the loss, a squared error, is {task.reference:.4f} for whoever always says 0.5")
print(f"we call half of that a good loss: {task.good:.4f}")

# %% [markdown]
# Now "smooth". Everyone means something else by it, so write it down before the race. Ours: a
# learning curve should go down. What counts against it is the way *up*, measured in doublings of
# the loss:
#
# $$\text{roughness} = \frac{1}{L-1} \sum_{k=1}^{L-1}
# \max\!\left(0,\; \log_2 \frac{\text{loss}_{k+1}}{\text{loss}_k}\right)$$
#
# for $L$ looks. A curve that never rises has 0, however steep it is. A curve that doubles and
# halves in turn has 0.5.
#
# ### Your turn: `roughness`
#
# *"Smooth" means nothing until a number says it, and the number comes before the race.* About 2
# lines; `hint("roughness")` helps. (The package has one too, for many runs at once. The table of
# section 5 uses that.)


# %%
def roughness(loss):
    """How much a learning curve (L,) climbs: doublings from one look to the next, on average."""
    ### BEGIN SOLUTION
    doublings = jnp.log2(loss[1:] / loss[:-1])
    return jnp.mean(jnp.maximum(doublings, 0.0))
    ### END SOLUTION


# %%
check("roughness", roughness)

# %% [markdown]
# ## 3. One curve proves nothing
#
# Eight RNNs and eight LSTMs, 32 units each. `train` hands all eight of a kind to `fit` at once, as
# you did in lesson 07.
#
# > **Predict.** You pick one RNN and one LSTM of these sixteen, and draw both curves. What could
# > your picture show?
# > - (a) that the LSTM is smoother, whichever two you pick
# > - (b) that the RNN is smoother, whichever two you pick
# > - (c) either of the two: you pick the seeds, you pick the winner

# %%
guess("one_pair")

# %% tags=["measure"]
# Trains eight RNNs and eight LSTMs on the adding task.
SEEDS = 8
found = long_run.load()  # what a long run has found before: more in section 4


def race(problem, kinds, steps):
    """Eight networks of each kind, with the learning rate that was found for it: their curves."""
    curves = {}
    for kind in kinds:
        contender = long_run.chosen(found, problem, kind, 32)
        print(f"{SEEDS} x {kind}, learning rate {contender.rate}, start {contender.start}")
        [curves[kind]] = train_contenders(
            [contender],
            problem,
            key=jax.random.key(2),
            runs=SEEDS,
            steps=steps,
            watch=LiveLoss(steps, log=True),
            progress=False,
        )
    return curves


pairs = race(task, ["RNN", "LSTM"], steps=400)

# %% tags=["measure"]
# Compares the roughness in all 64 pairs, and draws the pair that favours the LSTM most.
from lstm_jax.course.l08 import stand_ins

climbs = mine(roughness, otherwise=stand_ins.roughness)
rough = {
    kind: np.array([climbs(loss[np.isfinite(loss)]) for loss in curves.loss])
    for kind, curves in pairs.items()
}
difference = rough["RNN"][:, None] - rough["LSTM"][None]  # (RNN, LSTM): above 0, the RNN is rougher
rougher = int((difference > 0).sum())
for_lstm = np.unravel_index(difference.argmax(), difference.shape)
for_rnn = np.unravel_index(difference.argmin(), difference.shape)

verdict(
    "one_pair",
    {
        "a": rougher == difference.size,
        "b": rougher == 0,
        "c": 0 < rougher < difference.size,
    },
    f"In {rougher} of {difference.size} pairs the RNN is the rougher one.",
)


def two_curves(pair, title):
    rnn, lstm = (pairs[kind].loss[seed] for kind, seed in zip(("RNN", "LSTM"), pair, strict=True))
    values = [rough[kind][seed] for kind, seed in zip(("RNN", "LSTM"), pair, strict=True)]
    return plots.curves(
        pairs["RNN"].sequences / 1000,
        {f"RNN, seed {pair[0]}": rnn, f"LSTM, seed {pair[1]}": lstm},
        title=title,
        xlabel="sequences seen, thousands",
        ylabel="squared error held out",
        alt=f"{title}: roughness {values[0]:.2f} for the RNN of seed {pair[0]}, {values[1]:.2f} "
        f"for the LSTM of seed {pair[1]}.",
        log=True,
    )


two_curves(for_lstm, "Two curves, picked to make the LSTM look smooth")

# %% tags=["measure"]
# Draws the pair that favours the RNN most.
two_curves(for_rnn, "Two curves from the same sixteen, picked for the RNN")

# %% [markdown]
# Both pictures are honest drawings of networks that were trained a moment ago. That is the trouble
# with them. Here are all sixteen.

# %% tags=["measure"]
# Draws all sixteen curves: the median of each kind and its middle half.
plots.bands(
    pairs["RNN"].sequences / 1000,
    {kind: curves.loss for kind, curves in pairs.items()},
    title="All sixteen, trained just now",
    xlabel="sequences seen, thousands",
    ylabel="squared error held out",
    alt="Loss of the median network after the last look: "
    + ", ".join(f"{kind} {np.median(c.loss[:, -1]):.1e}" for kind, c in pairs.items()),
    log=True,
)

# %% [markdown]
# ## 4. Equal terms
#
# What is a fair race between an RNN and an LSTM? With 32 units each, the LSTM has four times as
# many weights. With as many weights each, the RNN has twice as many units.

# %% tags=["measure"]
# Counts the weights of the kinds at the same width, and of those with as many weights.
print("units   weights, with 2 inputs")
for kind, units in long_run.field(inputs=2):
    print(f"{kind:4} {units}   {long_run.weights(kind, 2, units):,}")
cells = {"RNN": init_rnn, "GRU": init_gru, "LSTM": init_lstm}
for kind, units in long_run.field(inputs=2):
    arrays = cells[kind](jax.random.key(0), 2, units)
    assert sum(array.size for array in arrays) == long_run.weights(kind, 2, units)

# %% [markdown]
# There is no right answer, so we run both races. The **GRU** comes along: a younger cell with two
# gates and no $c$.
#
# Then the learning rate. The best one for an RNN need not be the best one for an LSTM, and a race
# at one rate for all is won by the kind it happens to suit. So everyone gets the same ten tries,
# on seeds that do not count later: five rates times two ways to begin. (To begin: the forget bias
# of an LSTM, the bias of the GRU's gate $z$, the gain of an RNN. "chrono" is for section 7.)
#
# That takes longer than a lesson. It was run before, with one command, and its results came with
# this notebook:

# %% tags=["measure"]
# Says how and when the long run was made, and names its problems.
made = long_run.made_by()
print("long run:", made["command"])
print(f"ended {made['date']}, Python {made['python']}, jax {made['jax']}, on {made['machine']}")
networks = sum(len(each.curves.loss) for those in found.values() for each in those)
print(f"{len(found)} experiments, {networks:,} networks")

short = of_task(tasks.LAG_RECALL, 10)  # name the first of ten symbols
order = {length: of_task(tasks.TEMPORAL_ORDER_2, length) for length in (20, 50, 100, 200)}
sunspots = of_sunspots()

# %% [markdown]
# > **Predict.** Adding, 20 steps. Does one learning rate of the five suit RNN, GRU and LSTM alike?
# > - (a) yes, they choose the same
# > - (b) no

# %%
guess("one_rate")


# %% tags=["measure"]
# The ten tries of each kind on adding at 20 steps, the choices, and the verdict.
def tries(problem):
    """The mean over looks of log10 of the loss, for each kind and start (rows), each rate."""
    print(f"{problem.name}: mean of log10 loss; * is the best of a kind")
    print("start".ljust(20), *(f"rate {rate:<7}" for rate in long_run.RATES))
    best = {}
    for kind, units in long_run.field(problem.inputs):
        those = found[long_run.search_name(problem, kind, units)]
        best[kind, units] = long_run.chosen(found, problem, kind, units)
        for start in long_run.STARTS[kind]:
            row = [r for r in those if r.contender.start == start]
            stars = ["*" if r.contender == best[kind, units] else " " for r in row]
            marked = [
                f"{r.curves.mean_log_loss:6.2f}{star}" for r, star in zip(row, stars, strict=True)
            ]
            print(f"{kind} {units}, {start}".ljust(20), *(text.ljust(12) for text in marked))
    return best


best = tries(adding[20])
rates = {kind: best[kind, 32].rate for kind in cells}
same = len(set(rates.values())) == 1
choice = ", ".join(f"{kind} {rate}" for kind, rate in rates.items())
verdict("one_rate", {"a": same, "b": not same}, f"The choice: {choice}.")

# %% [markdown]
# **Notice**
# - Go along a row. One rate too far to the right, and a network that learns becomes one that does
#   not.
# - A row in which nothing differs is a network that learned at no rate. Its "best" is luck.
#
# ## 5. Three claims
#
# The rules, fixed before the run:
#
# - *Smoother?* The RNN has the larger roughness.
# - *Slower?* The LSTM needs more sequences until its loss is **good**: half of what an answer
#   without memory costs; for the sunspots, what a linear forecast costs.
# - *Jumping?* The RNN loses more accuracy from one look to the next, on average. (Of the sunspots:
#   more of its skill, lesson 01.)
# - An RNN and an LSTM of the same seed are a pair: they saw the same batches. A claim is
#   *supported* if it holds in so many pairs that chance alone is out: the interval that holds the
#   true share with 95 % confidence lies above one half.
# - A claim is judged where both kinds learn: at least half the networks of each come to a good
#   loss.
#
# Live, eight seeds of each: the real series of lesson 01, 48 months in, the month a year later out.

# %% tags=["measure"]
# Trains eight RNNs and eight LSTMs on the sunspots.
series = race(sunspots, ["RNN", "LSTM"], steps=250)

# %% tags=["measure"]
# Draws the error of both kinds on the years held out.
plots.bands(
    series["RNN"].sequences / 1000,
    {kind: curves.loss for kind, curves in series.items()},
    title="Sunspots, eight seeds each, trained just now",
    xlabel="windows seen, thousands",
    ylabel="squared error held out",
    alt="Lowest loss of the median network on the years held out: "
    + ", ".join(f"{k} {np.median(c.loss.min(axis=1)):.3f}" for k, c in series.items())
    + f"; a linear forecast {sunspots.good:.3f}.",
    log=True,
)

# %% [markdown]
# ### Your turn: `solved_after`
#
# *How fast is a network? In steps, epochs, seconds? We count the sequences it has seen until it
# can do the task: at the first look where 99 % are right.* About 3 lines; `hint("solved_after")`
# helps.


# %%
def solved_after(score, sequences):
    """For scores (S, L) at looks after so many sequences (L,): the first with 0.99 or more, (S,).

    Infinite for a run that never gets there.
    """
    ### BEGIN SOLUTION
    solved = score >= 0.99
    first = sequences[jnp.argmax(solved, axis=1)]
    return jnp.where(solved.any(axis=1), first, jnp.inf)
    ### END SOLUTION


# %%
check("solved_after", solved_after)

# %% [markdown]
# > **Predict.** Thirty-two seeds, six problems, the same width. Which of the three claims will be
# > supported on every problem where both learn?
# > - (a) all three
# > - (b) slower, but not the other two
# > - (c) smoother and jumping, but not slower
# > - (d) none of them

# %%
guess("three_claims")


# %% tags=["measure"]
# Judges the three claims, just now with 8 seeds and in the long run with 32, and the verdict.
CLAIMS = ("LSTM smoother", "LSTM slower", "RNN jumping")
IN_A_WORD = {
    "supported": "yes",
    "not supported: the opposite holds": "opposite",
    "not supported: not settled": "open",
}


def learned(curves, problem):
    """Whether at least half the networks come to a good loss."""
    return np.isfinite(curves.good_after(problem.good)).mean() >= 0.5


def judge(problem, rnn, lstm, text):
    """For each claim the pairs in which it holds; none where not both kinds learn. One row."""
    row = f"{problem.name.removesuffix(', a year ahead'):36}{text:14}"
    if not (learned(rnn, problem) and learned(lstm, problem)):
        print(row + "not both of them learn it")
        return {}
    rough = [statistics.roughness(curves.loss) for curves in (rnn, lstm)]
    good = [curves.good_after(problem.good) for curves in (lstm, rnn)]
    lost = [statistics.fluctuation(curves.score) for curves in (rnn, lstm)]
    judged = [statistics.larger(*numbers) for numbers in (rough, good, lost)]
    words = [f"{IN_A_WORD[statistics.claim(p)]} {p.hits}/{p.total}" for p in judged]
    print(row + "".join(f"{word:17}" for word in words))
    return dict(zip(CLAIMS, judged, strict=True))


def long(problem, kind, units=32):
    """The curves of the long run."""
    [result] = found[long_run.main_name(problem, kind, units)]
    return result.curves


head = "".join(f"{claim + '?':17}" for claim in CLAIMS)
print(f"{'Just now, 8 seeds each':50}{head}")
judge(task, pairs["RNN"], pairs["LSTM"], "same width")
judge(sunspots, series["RNN"], series["LSTM"], "same width")

print(f"\n{'Long run of ' + made['date'] + ', 32 seeds each':50}{head}")
by_width = []
for problem in (short, adding[20], order[20], sunspots, adding[50], order[50]):
    lstm, more_units = long(problem, "LSTM"), long_run.field(problem.inputs)[3][1]
    by_width.append(judge(problem, long(problem, "RNN"), lstm, "same width"))
    judge(problem, long(problem, "RNN", more_units), lstm, "same weights")

judged = [row for row in by_width if row]
supported = {
    name: all(statistics.claim(row[name]) == "supported" for row in judged) for name in CLAIMS
}
smoother, slower, jumping = supported.values()
everywhere = ", ".join(name for name, held in supported.items() if held) or "none of the three"
verdict(
    "three_claims",
    {
        "a": smoother and slower and jumping,
        "b": slower and not smoother and not jumping,
        "c": smoother and jumping and not slower,
        "d": not (smoother or slower or jumping),
    },
    f"Supported everywhere: {everywhere}.",
)

# %% [markdown]
# A row counts the pairs in which a claim holds: "opposite 7/32" says that it held in 7 of 32, so
# few that its opposite is supported; "open" that chance could have done it. Pairs that tie are left
# out.
#
# **Notice**
# - Go down a column. The same claim holds on one problem and fails on the next, or holds at the
#   same width and not at the same weights. A picture of any one row could be printed as the truth.
# - No line says *why*. A rough curve can mean a learning rate at the upper end of what works, and
#   that is what a search for speed picks.
#
# ## 6. A hundred steps and more
#
# Both tasks, adding and temporal order, come from the paper that introduced the LSTM (Hochreiter
# and Schmidhuber, 1997). Their networks solved temporal order at 100 to 110 steps after 31,390
# sequences, and adding at 100 steps after 74,000.
#
# We take networks of 32 units, Adam (2015) and batches. They took one sequence at a time, much
# smaller networks and plain gradient steps. So it is no race. It tells you the size of the task.
#
# > **Predict.** Eight LSTMs each, now, live. How many learn temporal order at 100 steps, and adding
# > at 50?
# > - (a) none: that many steps are too many
# > - (b) about half of them
# > - (c) all, or all but one, of both

# %%
guess("live_eight")

# %% tags=["measure"]
# Trains eight LSTMs on temporal order at 100 steps.
by_order = race(order[100], ["LSTM"], steps=250)["LSTM"]

# %% tags=["measure"]
# Trains eight LSTMs on adding at 50 steps.
by_adding = race(adding[50], ["LSTM"], steps=250)["LSTM"]


# %% tags=["measure"]
# Counts with your function how many solve the task and after how many sequences, and draws it.
sequences_needed = mine(solved_after, otherwise=stand_ins.solved_after)


def solved(curves):
    return int(np.isfinite(sequences_needed(curves.score, curves.sequences)).sum())


for problem, curves in ((order[100], by_order), (adding[50], by_adding)):
    after = np.sort(sequences_needed(curves.score, curves.sequences))
    print(f"{problem.name}: solved by {statistics.share(solved(curves), SEEDS)}")
    print("    after sequences:", " ".join(f"{n:,.0f}" for n in after))
    print("    right, of 2,560 new ones:", " ".join(f"{x:.1%}" for x in np.sort(curves.right)))

fewest = min(solved(by_order), solved(by_adding))
most = max(solved(by_order), solved(by_adding))
verdict(
    "live_eight",
    {
        "a": most == 0,
        "b": most > 0 and fewest < SEEDS - 1,
        "c": fewest >= SEEDS - 1,
    },
    f"At least {fewest} of {SEEDS} solve each, live.",
)

plots.bands(
    by_order.sequences / 1000,
    {
        "order, T = 100": 100 * by_order.score,
        "adding, T = 50": 100 * by_adding.score,
    },
    title=f"Solved just now by {solved(by_order)} and {solved(by_adding)} of {SEEDS} LSTMs",
    xlabel="sequences seen, thousands",
    ylabel="right, of 500 held out, %",
    alt=f"Of eight LSTMs each, {solved(by_order)} solve {order[100].name} and "
    f"{solved(by_adding)} solve {adding[50].name}.",
)

# %% [markdown]
# And the others, and longer sequences? That takes the long run. An entry such as "7 of 8 (53-98 %)"
# counts the networks that solved the task, and gives the interval which holds the true share with
# 95 % confidence. Eight networks say little: that interval is wide.
#
# > **Predict.** Temporal order, 50 steps, 32 RNNs, each with the best learning rate of ten tries.
# > How many solve it?
# > - (a) nearly all, with the right learning rate
# > - (b) about half
# > - (c) hardly any

# %%
guess("rnn_at_fifty")

# %% tags=["measure"]
# How many networks of each kind solve longer and longer sequences, in the long run.
FIELD = long_run.field(order[20].inputs)
print(f"solved, long run of {made['date']}; then the sequences the median network needed")
for problem in (*order.values(), *adding.values()):
    print(problem.name)
    cells = []
    for kind, units in long_run.entered(problem):
        curves = long(problem, kind, units)
        after = np.median(curves.solved_after)
        needed = f"{after:,.0f}" if np.isfinite(after) else "never"
        counted = statistics.share(solved(curves), len(curves.right))
        cells.append(f"{kind:4} {units}  {counted!s:20}{needed:>7}")
    for row in (cells[:3], cells[3:]):  # the same width, then the same number of weights
        if row:
            print("    " + "    ".join(row))

count = solved(long(order[50], "RNN"))
verdict(
    "rnn_at_fifty",
    {"a": count > 24, "b": 8 <= count <= 24, "c": count < 8},
    f"{statistics.share(count, 32)} RNNs of 32 units.",
)


# %% tags=["measure"]
# Draws how many solve temporal order as the sequences grow.
def solved_of(problem, kind, units):
    """The networks that solve it, in percent; NaN where none were trained."""
    if (kind, units) not in long_run.entered(problem):
        return math.nan
    curves = long(problem, kind, units)
    return 100 * solved(curves) / len(curves.right)


by_length = {
    f"{kind}, {units} units": [solved_of(problem, kind, units) for problem in order.values()]
    for kind, units in FIELD
}
plots.curves(
    list(order),
    by_length,
    title="Temporal order, as the sequences grow (long run)",
    xlabel="length of the sequences, steps",
    ylabel="networks that solve it, %",
    alt="Share of the networks that solve temporal order at "
    + ", ".join(map(str, order))
    + " steps, in percent: "
    + "; ".join(f"{name} {', '.join(f'{y:.0f}' for y in ys)}" for name, ys in by_length.items()),
    dashed=[name for name, ys in by_length.items() if math.isnan(ys[-1])],
)

# %% [markdown]
# **Notice**
# - A network counts as one that failed if it failed within this budget. With ten times as many
#   sequences some of them would learn.
# - Width buys an RNN some steps, not many. What it lacks is gradient from far back (lesson 02).
# - Beyond 100 steps the learning rates are those found at 100. A search at the full length might do
#   better, for anyone.
#
# ## 7. How to begin
#
# All these LSTMs began in the same way, called **chrono** (Tallec and Ollivier, 2018). You know
# from lesson 03 that a forget gate which stands at $\sigma(b)$ keeps its memory for
# $-1/\ln\sigma(b)$ steps, about $e^b$. So if you want a memory of $n$ steps, set
#
# $$b_f = \ln n, \qquad b_i = -\ln n .$$
#
# Chrono draws another $n$ for each unit, evenly from 1 to the length of the sequences. Some units
# forget at once, and some reach all the way back. What keeps long is written seldom, hence $b_i$.
#
# ### Your turn: `chrono_biases`
#
# *A memory that is there from the first batch on is one that training can use.* About 3 lines;
# `hint("chrono_biases")` helps.


# %%
def chrono_biases(steps):
    """Biases (4H,), in the order i, f, g, o, of units that should keep so many steps (H,)."""
    ### BEGIN SOLUTION
    b = jnp.log(steps)
    zero = jnp.zeros_like(b)
    return jnp.concatenate([-b, b, zero, zero])
    ### END SOLUTION


# %%
check("chrono_biases", chrono_biases)

# %% tags=["measure"]
# Takes biases for memories of 2 to 99 steps from your function, and says what such gates keep.
wanted = jnp.array([2.0, 10.0, 50.0, 99.0])
biases = np.asarray(mine(chrono_biases, otherwise=stand_ins.chrono_biases)(wanted))
i, f = 1 / (1 + np.exp(-biases.reshape(4, 4)[:2]))
for steps, write, keep in zip(wanted, i, f, strict=True):
    print(f"memory of {steps:2.0f} steps: f = {keep:.3f}, ", end="")
    print(f"1/e is left after {-1 / np.log(keep):4.1f}; i = {write:.3f}")

# %% [markdown]
# > **Predict.** Temporal order at 100 steps: LSTMs that begin with forget bias 0, 1, 3, and with
# > chrono. Each with the better of two learning rates, eight networks, 40,000 sequences. Which ones
# > solve it?
# > - (a) all of them: training finds the bias by itself
# > - (b) the larger the bias the more, and chrono most
# > - (c) chrono alone
# > - (d) it follows no such order

# %%
guess("forget_bias")


# %% tags=["measure"]
# How many LSTMs solve both tasks at 100 steps with each way to begin, in the long run.
def by_start(problem):
    """For each forget bias the runs with the better of the two learning rates."""
    runs = found[f"forget bias: {problem.name}"]
    return {
        start: min(
            (each for each in runs if each.contender.start == start),
            key=lambda each: each.curves.mean_log_loss,
        )
        for start in long_run.BIASES
    }


for problem in (order[100], adding[100]):
    print(f"{problem.name}, long run of {made['date']}")
    for start, result in by_start(problem).items():
        after = np.median(result.curves.solved_after)
        needed = f"median after {after:,.0f} sequences" if np.isfinite(after) else ""
        print(
            f"    forget bias {start!s:6} rate {result.contender.rate}: "
            f"{statistics.share(solved(result.curves), 8)!s:22} {needed}"
        )

counts = [solved(result.curves) for result in by_start(order[100]).values()]
everyone = min(counts) >= 7
alone = max(counts[:3]) < 4 <= counts[3]
ordered = counts == sorted(counts)
each = ", ".join(map(str, counts))
verdict(
    "forget_bias",
    {
        "a": everyone,
        "b": ordered and not everyone and not alone,
        "c": alone,
        "d": not (everyone or alone or ordered),
    },
    f"Solved with forget bias 0, 1, 3 and chrono: {each} of 8.",
)

starts = by_start(order[100])
plots.bands(
    starts["chrono"].curves.sequences / 1000,
    {f"forget bias {start}": 100 * result.curves.score for start, result in starts.items()},
    title="Temporal order at 100 steps: how an LSTM begins (long run)",
    xlabel="sequences seen, thousands",
    ylabel="right, of 500 held out, %",
    alt="Solved, of eight each: "
    + ", ".join(f"forget bias {start} {solved(r.curves)}" for start, r in starts.items()),
)

# %% [markdown]
# ## 8. Clipping, and every gate held
#
# **Clipping** shortens a gradient that is longer than 1 (lesson 02). Here are networks with and
# without it, at the learning rate that was found for them, at three times and at ten times that
# rate.
#
# > **Predict.** Where does clipping help?
# > - (a) everywhere, so it belongs to every training
# > - (b) at rates that are too high
# > - (c) we cannot tell it from luck

# %%
guess("clipping")


# %% tags=["measure"]
# Compares networks with and without clipping, at the rate found, at three and at ten times it.
def lower(a, b):
    """In how many pairs the loss of `a` is the lower one at the end, if it did not break off."""
    return statistics.larger(*(np.nan_to_num(c.loss[:, -1], nan=np.inf) for c in (b, a)))


helps = {"as searched": [], "higher": []}
heads = f"{'':33} {'kind':5} {'rate':>5} {'clipped':>8} {'free':>5} {'broke off':>10}"
print(f"{'solved of 8':>60}\n{heads}   lower loss when clipped")
for problem in (order[20], order[50]):
    for kind in ("RNN", "LSTM"):
        runs = (found[f"clip {clip}: {kind}: {problem.name}"] for clip in ("1", "inf"))
        for nth, (clipped, free) in enumerate(zip(*runs, strict=True)):
            pairs = lower(clipped.curves, free.curves)
            helps["higher" if nth else "as searched"].append(statistics.claim(pairs) == "supported")
            print(
                f"{problem.name:33} {kind:5} {clipped.contender.rate:5.3g} "
                f"{solved(clipped.curves):8} {solved(free.curves):5} "
                f"{(free.curves.diverged >= 0).sum():10}   {pairs}"
            )

everywhere, higher = all(all(held) for held in helps.values()), any(helps["higher"])
each = ", ".join(f"{sum(held)} of {len(held)} times at a rate {r}" for r, held in helps.items())
verdict(
    "clipping",
    {"a": everywhere, "b": higher and not everywhere, "c": not higher and not everywhere},
    f"Clipping helps {each}.",
)

# %% [markdown]
# **Every gate held.** In lesson 05 you held a gate of a *trained* cell. Here each gate is held at 1
# from the first batch on, so the network may learn to do without. Held at 1, $f$ makes the cell of
# 1997, which had no forget gate; $i$ writes every candidate in full; $o$ shows all of the cell; and
# $g$ leaves the input gate alone to say what is written.
#
# > **Predict.** Two tasks at 100 steps. Without which one does an LSTM get worst?
# > - (a) $f$: a cell must be able to forget
# > - (b) $i$: a cell must be able not to listen
# > - (c) $o$: a cell must be able to keep quiet
# > - (d) $g$: a cell must be able to write a minus

# %%
guess("missed_most")

# %% tags=["measure"]
# How many LSTMs solve both tasks with one gate held at 1, in the long run.
missing = {}
for problem in (order[100], adding[100]):
    print(f"{problem.name}, solved, long run")
    all_gates = long(problem, "LSTM")
    print(f"    all gates learned   {statistics.share(solved(all_gates), len(all_gates.right))}")
    for gate in "figo":
        [result] = found[f"{gate} held at 1: {problem.name}"]
        runs = len(result.curves.right)
        missing[gate] = missing.get(gate, 0) + solved(result.curves)
        print(f"    {gate} held at 1         {statistics.share(solved(result.curves), runs)}")

worst = [gate for gate, count in missing.items() if count == min(missing.values())]
each = ", ".join(f"without {gate} {count}" for gate, count in missing.items())
verdict(
    "missed_most",
    {letter: worst == [gate] for letter, gate in zip("abcd", "fiog", strict=True)},
    f"Solved, of 16 each: {each}.",
    tie=len(worst) > 1,
)

# %% [markdown]
# **Notice**
# - These are two tasks, and both want a memory that never lets go. A task that needs forgetting
#   would judge $f$ otherwise. (Gers, Schmidhuber and Cummins added $f$ in 2000 for streams without
#   an end.)
# - In a large study on speech, handwriting and music (Greff and others, 2017) the forget gate and
#   the tanh on the output counted most.

# %% [markdown] tags=["home"]
# ## 9. An open end
#
# The LSTMs of the races had 5,380 numbers each. *How much a task needs is known only when someone
# has done it with less.* Hand in one network that solves temporal order at 100 steps with as few
# numbers as you can: `check` counts them, asks 1,000 new sequences, and says which goal you have
# reached and which one is next. There is no last answer. `hint("fewest_weights")` helps.
#
# `train_one` trains one network, in a few seconds. Or write one by hand: a
# `Network(LSTMParams(...), Readout(w, b))`. The symbols come in the order `SYMBOLS`, the classes in
# the order XX, XY, YX, YY.


# %%
def of_order(network, batch):
    xs, ys = batch
    return order[100].loss(last_answers(network, xs), ys)


def train_one(kind="LSTM", units=32, start="chrono", rate=0.01, seed=0, steps=300):
    """One network for temporal order at 100 steps; steps of 50 sequences each."""
    key = jax.random.key(seed)
    fresh = init(Contender(kind, units, start, rate), order[100], key)
    return fit(of_order, fresh, order[100].draw, key=key, steps=steps, optimizer=adam(rate)).params


# %%
fewest_weights = ...  # a Network

### BEGIN SOLUTION
fewest_weights = train_one(units=16, rate=0.03, steps=300)
### END SOLUTION

# %%
check("fewest_weights", fewest_weights)

# %% [markdown]
# ## Summary
#
# - One curve is an anecdote. Take seeds, a median and a band, a count and its interval.
# - Write the rule down before the race. Then the verdict may be "not supported".
# - Equal terms are a choice: width or weights, and the same effort in the search for everyone.
# - An LSTM learns over hundreds of steps if it *begins* with a memory of that length.
#
# Next, in lesson 09, an LSTM learns to write.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# **In class**
# - Section 1: let the class vote on a setting, train it, keep it, vote on the next.
# - Section 2: start the race of section 3 before you talk.
# - Section 3: let each student pick a pair of seeds first, and count the winners.
# - Section 4: ask for other fair terms: same seconds, same memory.
# - Section 5: start its live race before you read out the rules.
# - Section 6: start the two live races, collect the predictions meanwhile.
#
# **Wrong answers to expect**
# - *"The average of eight curves is smooth, so the network is."* The median of eight rough curves
#   looks smooth. That is why roughness is taken of each run, then compared.
# - *"7 of 8 against 5 of 8: the first is better."* Let them read the intervals.
# - *"The RNN needs more units."* The table of section 6 has it with twice as many.
# - `roughness`: the way down counted too. `solved_after`: `argmax` of a row that is False
#   everywhere gives 0. `chrono_biases`: the input gate comes first.
#
# **When time is short**, leave out section 8 and the search table. The live parts take about two
# minutes of computing together; nothing after them needs them but their own verdicts.
