# %% [markdown]
# # 13 Limitations: where the LSTM stops
#
# Three things are said against the LSTM: it learns small data by heart, it still does not look very
# far back, and it cannot be spread over many processors, since each step waits for the one before.
# Each of them is true up to a point. Here you find the point, and what came after.
#
# **You will be able to**
# - measure how far a network overfits, and what dropout and stopping in time are worth,
# - say how far back a cell can learn to look, and what decides it,
# - join steps that are linear in the state, so that a thousand of them take ten rounds,
# - say what several devices buy, and what they cannot,
# - place attention and state-space models beside the LSTM by what they cost.

# %%
import time
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import (
    LSTMState,
    init_lstm,
    init_min_lstm,
    run,
    run_parallel,
    run_plain,
    step,
    use_cores,
)
from lstm_jax.course import ScalingExplorer, check, guess, hint, mine, plots, progress, verdict
from lstm_jax.course.comparison.contenders import train_contenders
from lstm_jax.course.l13 import costs, long_lags, overfitting, scaling, splits, walks
from lstm_jax.course.l13.overfitting import Setting
from lstm_jax.course.statistics import mean_interval, share
from lstm_jax.training import adam, fit

# %%
use_cores(most=8)  # a core for each network
CORES = jax.device_count()
ON = jax.devices()[0].platform
print(CORES, "devices:", ON)

# %% [markdown]
# ## 1. Little data
#
# Handwritten digits, 8 × 8 pixels, a row at each step. The network has two LSTM layers of 32 units
# and a readout of the last output. It may learn from 50 pictures, or 150, or from all 1,029.
# The **validation part**, 258 more, and the **test part**, 510, were written by other people than
# those it learns from.
#
# The **gap** is the loss on the validation part less the loss on the pictures that it learns from.
# It says how much of what was learned is about these pictures and no others.
#
# > **Predict.** From 50 pictures to all of them, how does the gap go?
# > - (a) it grows: the more there is to learn, the more there is to learn by heart
# > - (b) it shrinks, and with all of them there is none left
# > - (c) it shrinks, and with all of them there still is one

# %%
guess("more_pictures")

# %% tags=["measure"]
# Trains eight networks each on 50, 150 and all 1,029 pictures.
SEEDS = 8
COUNTS = (50, 150, 1029)
LAYERS, STEPS = 2, 200
by_count = overfitting.train_settings(
    [Setting(count) for count in COUNTS], key=jax.random.key(0), layers=LAYERS, steps=STEPS
)

# %% tags=["measure"]
# Prints the gap for each number of pictures, gives the verdict, and draws both losses for 50.
print(f"{'pictures':>8} {'learned':>9} {'validation':>11} {'gap, nats (95 % over seeds)':>30}")
gaps = []
for count, each in zip(COUNTS, by_count, strict=True):
    gap = each.validation[:, -1] - each.training[:, -1]
    gaps.append(mean_interval(gap))
    learned, valid = np.median(each.training[:, -1]), np.median(each.validation[:, -1])
    print(f"{count:8} {learned:9.3f} {valid:11.3f} {gaps[-1]!s:>30}")

shrinks = all(one.value > other.value for one, other in pairwise(gaps))
grows = all(one.value < other.value for one, other in pairwise(gaps))
left = gaps[-1].low > 0
verdict(
    "more_pictures",
    {"a": grows, "b": shrinks and not left, "c": shrinks and left},
    f"From {gaps[0].value:.2f} to {gaps[-1].value:.2f} nats.",
)

few = by_count[0]
plots.bands(
    few.steps,
    {"50 it learns from": few.training, "validation": few.validation},
    title=f"Fifty pictures: {SEEDS} networks that know them by heart",
    xlabel="training step",
    ylabel="loss, nats",
    log=True,
    alt=f"With 50 pictures the loss on them falls to {np.median(few.training[:, -1]):.4f}; on the "
    f"validation part it is {np.median(few.validation.min(axis=1)):.2f} at its lowest and "
    f"{np.median(few.validation[:, -1]):.2f} at the end.",
)

# %% [markdown]
# Often taught: a network with more weights overfits more. So take fewer units?
#
# > **Predict.** 150 pictures; 8 or 32 units a layer, 1.2 or 13.9 thousand weights. Which networks
# > get most of the test part right in the end?
# > - (a) the narrow ones
# > - (b) the wide ones
# > - (c) we cannot tell them apart

# %%
guess("narrow_or_wide")

# %% tags=["measure"]
# Trains eight narrow networks on 150 pictures.
FEW = 150
by_width = {32: by_count[COUNTS.index(FEW)]}
[by_width[8]] = overfitting.train_settings(
    [Setting(FEW)], key=jax.random.key(0), units=8, layers=LAYERS, steps=STEPS
)

# %% tags=["measure"]
# Compares gap and right answers of the narrow and the wide networks, and gives the verdict.
for units in sorted(by_width):
    each = by_width[units]
    gap = mean_interval(each.validation[:, -1] - each.training[:, -1])
    right = mean_interval(100 * each.at_the_end)
    print(f"{units:4} units: gap {gap} nats, right {right.value:.1f} %", end="")
    print(f" ({right.low:.1f} to {right.high:.1f})")
wider = mean_interval(100 * (by_width[32].at_the_end - by_width[8].at_the_end))
verdict(
    "narrow_or_wide",
    {"a": wider.high < 0, "b": wider.low > 0, "c": wider.low <= 0 <= wider.high},
    f"32 units less 8, points in a hundred: {wider}.",
)

# %% [markdown]
# **Notice**
# - The gap is a loss, the share that is right is what you want. A network that is wrong and sure of
#   it pays in loss without being wrong more often.
#
# **Dropout** (Srivastava and others, 2014) is the usual remedy: at each training step a share of
# the features falls silent, at random, so none of them is to be relied on. In a recurrent network
# there is a catch. Silence a feature anew at each *step of the sequence*, and over the steps the
# cell sees all of them now and then: what is meant to be hidden leaks in, and what the cell wants
# to carry gets noise at every step. Hence the advice to draw **one mask for a sequence** and keep
# it at all steps (Gal and Ghahramani, 2016), on what goes into a layer and on what comes out of it.
#
# ### Your turn: `sequence_dropout`
#
# *What falls silent has to stay silent, or the next step gives it away.* About 2
# lines; `hint("sequence_dropout")` helps. (The package has it as `lstm_jax.dropout.dropout`, which
# draws `u` from a key and, given no key, leaves everything as it is.)


# %%
def sequence_dropout(xs, u, share):
    """xs (B, T, D) with each feature whose u (B, D) is below share silent at all steps.

    What is left is divided by 1 - share, so that the mean stays.
    """
    ### BEGIN SOLUTION
    stays = (u >= share)[:, None, :]
    return jnp.where(stays, xs / (1 - share), 0.0)
    ### END SOLUTION


# %%
check("sequence_dropout", sequence_dropout)

# %% [markdown]
# The other remedy is **stopping in time**: keep the network as it was when the validation part
# liked it best. It costs nothing but the pictures of that part.
#
# The same network again, 150 pictures, and six times as many training steps. Dropout of 0.3 stands
# before the first layer, between the two, and before the readout.
#
# > **Predict.** What raises the share of the test part that is right, beyond luck of the seed?
# > - (a) dropout with one mask for a sequence, and not the other two remedies
# > - (b) both kinds of dropout
# > - (c) stopping in time
# > - (d) none of them, as far as eight seeds can tell

# %%
guess("which_remedy")

# %% tags=["measure"]
# Trains eight networks each without a remedy and with both kinds of dropout.
REMEDIES = {
    "none": Setting(FEW),
    "a mask for each step": Setting(FEW, 0.3, each_step=True),
    "one mask for a sequence": Setting(FEW, 0.3),
}
remedied = dict(
    zip(
        REMEDIES,
        overfitting.train_settings(
            list(REMEDIES.values()), key=jax.random.key(0), layers=LAYERS, steps=1200, progress=True
        ),
        strict=True,
    )
)

# %% tags=["measure"]
# What each remedy gains with its interval, the verdict, and the loss on the validation part.
plain = remedied["none"].at_the_end
buys = {"stopping in time": remedied["none"].stopped}
buys |= {name: remedied[name].at_the_end for name in list(REMEDIES)[1:]}
buys["one mask, and stopping"] = remedied["one mask for a sequence"].stopped
print(f"without a remedy {100 * plain.mean():.1f} % right; with one, points in a hundred more:")
gained = {name: mean_interval(100 * (each - plain)) for name, each in buys.items()}
for name, each in gained.items():
    print(f"    {name:24} {each}")

helps = {name for name, each in gained.items() if each.low > 0}
masks = {name for name in list(REMEDIES)[1:] if name in helps}
stopping = "stopping in time" in helps
verdict(
    "which_remedy",
    {
        "a": not stopping and masks == {"one mask for a sequence"},
        "b": not stopping and len(masks) == 2,
        "c": stopping and not masks,
        "d": not stopping and not masks,
    },
    f"Beyond luck: {', '.join(sorted(helps)) or 'none of them'}.",
)

plots.bands(
    remedied["none"].steps,
    {name: each.validation for name, each in remedied.items()},
    title="The loss on the validation part, 150 pictures",
    xlabel="training step",
    ylabel="loss, nats",
    log=True,
    alt="Median loss on the validation part, lowest and at the end: "
    + "; ".join(
        f"{name} {np.median(each.validation.min(axis=1)):.2f} and "
        f"{np.median(each.validation[:, -1]):.2f}"
        for name, each in remedied.items()
    ),
)

# %% [markdown]
# **Notice**
# - Dropout takes time: whatever falls silent has to be learned around. Stop these networks after
#   300 steps (`steps=300`), and one mask for a sequence costs points.
# - A picture is eight steps. Whether one mask beats a mask for each step shows on longer sequences,
#   if anywhere.
# - Stopping went by the loss, and you asked for the share that is right. The loss rises as soon as
#   a few wrong answers are very sure; the share may rise on.
# - What would more pictures buy? Add `"twice the pictures": Setting(2 * FEW)` to the remedies.
# - Eight seeds leave an interval of some points. A paper that reports half a point from one seed
#   reports its seed.

# %% [markdown]
# ## 2. Very far back
#
# A symbol carries a mark at the first step. All that comes after looks like it, without the mark.
# At the last step the network has to name that symbol. So the lag is the whole length $T$, less
# one.
#
# Lesson 03 made a memory of any length by hand, with a bias. Here it has to be *learned*, and from
# a limited number of sequences. `python -m lstm_jax.course.l13.long_lags` has trained eight
# networks of each kind at each length, each with the better of two learning rates. One of them, the
# **minLSTM**, comes up again in section 3.

# %% tags=["measure"]
# Says how and when the networks of this section were trained.
lags = long_lags.load()
made = long_lags.made_by()
print(f"{made['command']}, {made['date']}, jax {made['jax']}, {made['machine']}")
print(made["training"])

# %% [markdown]
# > **Predict.** An LSTM with forget bias 1, the usual start. What is the first of the lengths in
# > the table, from 10 steps on, at which fewer than half of the eight learn it?
# > - (a) 30
# > - (b) 100
# > - (c) 300
# > - (d) none of them: it is what an LSTM is for

# %%
guess("where_it_falls")

# %% tags=["measure"]
# Counts how many of each kind learn each length, gives the verdict, and draws the curves.
LENGTHS, KINDS = long_lags.finished(lags), list(long_lags.FIELD)
print(f"{'solved, of 8':22}" + "".join(f"{f'T = {length}':>10}" for length in LENGTHS))
for name in KINDS:
    print(f"{name:22}" + "".join(f"{lags[name, length].solved:10}" for length in LENGTHS))


def falls(name):
    """The first length that fewer than half of the networks learn; infinite if there is none."""
    short = [length for length in LENGTHS if lags[name, length].solved < long_lags.RUNS / 2]
    return min(short, default=np.inf)


missing = [length for length in long_lags.LENGTHS if length not in LENGTHS]
if missing:
    print(f"Not trained at {', '.join(map(str, missing))} steps yet: {made['command']} goes on.")
first = falls("LSTM, forget bias 1")
fallen = "; ".join(f"{name}: {falls(name):g}" for name in KINDS if falls(name) < np.inf)
verdict(
    "where_it_falls",
    {"a": first == 30, "b": first == 100, "c": first == 300, "d": first > 300 and not missing},
    f"Fewer than half learn it, first at: {fallen}.",
)

plots.curves(
    [str(length) for length in LENGTHS],
    {name: [100 * lags[name, n].solved / long_lags.RUNS for n in LENGTHS] for name in KINDS},
    title="The curve falls, and how it begins says where",
    xlabel="length of the sequences, steps",
    ylabel="networks that learn it, %",
    dashed=["minLSTM, chrono"],
    alt="Share of eight networks that learn the task at "
    + ", ".join(map(str, LENGTHS))
    + " steps, %: "
    + "; ".join(
        f"{name} " + ", ".join(f"{100 * lags[name, n].solved / 8:.0f}" for n in LENGTHS)
        for name in KINDS
    ),
)

# %% [markdown]
# Why there? Training can only strengthen what is there to begin with. So look at fresh networks:
# how strongly does the last output hear each input, $\lVert\partial h_T/\partial x_t\rVert$, at
# the longest of these lengths?

# %% tags=["measure"]
# Draws how strongly the last output of fresh networks depends on each input.
AT = LENGTHS[-1]
reach = {name: np.asarray(long_lags.reach(name, AT, jax.random.key(0))) for name in KINDS}
for name in KINDS:
    print(
        f"{name:22} first input {reach[name][0]:8.0e}   last input {reach[name][-1]:8.0e}", end=""
    )
    print(f"   learned by {lags[name, AT].solved} of 8 at {AT} steps")

plots.curves(
    np.arange(AT)[::-1],
    {name: np.maximum(reach[name], 1e-30) for name in KINDS},
    title="Before training: who hears what is far back",
    xlabel="steps back from the last one",
    ylabel="‖∂h$_T$/∂x$_t$‖, no unit",
    log=True,
    ylim=(1e-12, 10),
    alt=f"How strongly the last output hears the input {AT - 1} steps back, before training: "
    + "; ".join(f"{name} {reach[name][0]:.0e}" for name in KINDS),
)

# %% [markdown]
# > **Predict.** Live: eight LSTMs with forget bias 0 and eight with chrono, other seeds, 30 steps
# > of a sequence. Will the table hold?
# > - (a) yes: whoever does not hear the first input learns it less often
# > - (b) no

# %%
guess("table_holds")

# %% tags=["measure"]
# Trains eight LSTMs each with forget bias 0 and with chrono, and compares with the table.
ONCE_MORE = 30
NAMES = "LSTM, forget bias 0", "LSTM, chrono"
best = [
    long_lags.contenders(name)[long_lags.RATES.index(lags[name, ONCE_MORE].rate)] for name in NAMES
]
learned = train_contenders(
    best,
    long_lags.problem(ONCE_MORE),
    key=jax.random.key(5),
    runs=SEEDS,
    steps=long_lags.STEPS,
)
again = dict(zip(NAMES, learned, strict=True))
for name, curves in again.items():
    solved = int((curves.right >= 0.99).sum())
    print(f"{name}: solved by {share(solved, SEEDS)}, recorded {lags[name, ONCE_MORE].solved} of 8")
at_0, at_chrono = (int((curves.right >= 0.99).sum()) for curves in again.values())
recorded = [lags[name, ONCE_MORE].solved for name in again]
same_way = np.sign(at_chrono - at_0) == np.sign(recorded[1] - recorded[0])
holds = same_way and at_chrono > at_0
verdict(
    "table_holds",
    {"a": holds, "b": not holds},
    f"Now {at_0} with bias 0 and {at_chrono} with chrono, before {recorded[0]} and {recorded[1]}.",
)

# %% [markdown]
# **Notice**
# - "An LSTM remembers" is a sentence about how it begins. Chrono was told the length; in real data
#   nobody tells it.
# - Where the curve falls depends on the budget too: with ten times as many sequences some would get
#   there. That makes it no less of a limit, since real data ends.

# %% [markdown]
# ## 3. One step after another
#
# Often taught: *recurrence cannot be parallelised*. An LSTM's step $t$ puts $h_{t-1}$ through its
# gates. Until $h_{t-1}$ is there, nothing can begin. A sequence of 1,000 steps takes 1,000 rounds,
# on any hardware.
#
# But look at a step that is **linear in the state**, with $a_t$ and $b_t$ that come from the input
# alone:
#
# $$h_t = a_t \cdot h_{t-1} + b_t$$
#
# Two such steps, one after the other, are again one such step. Steps 1 and 2, 3 and 4, and so on
# can be joined at the same time; then the pairs, then the fours. After ten rounds 1,024 steps are
# one: that is an **associative scan**, and the way back down gives all $h_t$ in between.
#
# ### Your turn: `combine`
#
# *If two steps make one, a thousand steps make a tree of ten levels.* About one line;
# `hint("combine")` helps.


# %%
def combine(a_first, b_first, a_second, b_second):
    """Two steps h -> a h + b, first and second, as one: its (a, b), all (H,)."""
    ### BEGIN SOLUTION
    return a_second * a_first, a_second * b_first + b_second
    ### END SOLUTION


# %%
check("combine", combine)

# %% [markdown]
# What is left of an LSTM, if its gates may not look at $h$? Feng and others (2024) call it
# **minLSTM**. The output gate goes, both tanh go, and two gates remain, which share 1 between them:
#
# $$f_t = \frac{\sigma(a^f_t)}{\sigma(a^f_t) + \sigma(a^i_t)} \qquad
# i_t = \frac{\sigma(a^i_t)}{\sigma(a^f_t) + \sigma(a^i_t)} \qquad
# h_t = f_t \cdot h_{t-1} + i_t \cdot g_t$$
#
# $a^f_t$, $a^i_t$ and $g_t$ are weighted sums of the input $x_t$ alone, `(H,)` each. As $f$ and $i$
# add up to 1, $h$ stays as large as $g$, however long the sequence.
#
# ### Your turn: `normalised_gates`
#
# *Gates that never ask what h is can be computed for all steps at once.* About 3 lines;
# `hint("normalised_gates")` helps.


# %%
def normalised_gates(f_sum, i_sum):
    """The forget and the input gate of a minLSTM, f and i, from their sums (T, H)."""
    ### BEGIN SOLUTION
    forget, write = jax.nn.sigmoid(f_sum), jax.nn.sigmoid(i_sum)
    return forget / (forget + write), write / (forget + write)
    ### END SOLUTION


# %%
check("normalised_gates", normalised_gates)

# %% [markdown]
# > **Predict.** A minLSTM over 256 steps, once step by step (`run_plain`), once with the steps
# > joined (`run_parallel`). Are the outputs the same?
# > - (a) no: without the order of the steps it is another network
# > - (b) only roughly, as rounding errors add up over 256 steps
# > - (c) yes, to the precision of float32, and the gradient as well

# %%
guess("same_outputs")

# %% tags=["measure"]
# Runs a minLSTM step by step and joined, and once more from your two functions; the verdict.
from lstm_jax.course.l13 import stand_ins

T, H = 256, 32
small = init_min_lstm(jax.random.key(0), H, H, forget_bias=3.0)
xs = jax.random.normal(jax.random.key(1), (4, T, H))


def mean_square(params, walk):
    hs, _ = walk(params, xs)
    return jnp.mean(hs**2), hs


with_gradient = jax.jit(jax.value_and_grad(mean_square, has_aux=True), static_argnums=1)
(_, by_steps), plain_gradient = with_gradient(small, run_plain)
(_, joined), joined_gradient = with_gradient(small, run_parallel)
forward = float(jnp.abs(by_steps - joined).max() / jnp.abs(by_steps).max())
backward = max(
    float(jnp.abs(one - other).max() / jnp.abs(one).max())
    for one, other in zip(plain_gradient, joined_gradient, strict=True)
)
print(f"outputs differ by {forward:.0e} of the largest, gradients by {backward:.0e}")
largest = max(forward, backward)
verdict(
    "same_outputs",
    {"a": largest >= 0.01, "b": 1e-5 <= largest < 0.01, "c": largest < 1e-5},
    f"{T} steps in {2 * int(np.log2(T))} rounds instead of {T}.",
)

gates = mine(normalised_gates, otherwise=stand_ins.normalised_gates)
pair_up = mine(combine, otherwise=stand_ins.combine)
i_sum, f_sum, g = jnp.split(xs[0] @ small.w_x + small.b, 3, axis=-1)  # (T, H) each
f, i = gates(f_sum, i_sum)
_, hs = jax.lax.associative_scan(lambda first, second: pair_up(*first, *second), (f, i * g))
by_hand = float(jnp.abs(hs - by_steps[0]).max() / jnp.abs(by_steps).max())
assert by_hand < 1e-4
print(f"the same from these two functions: differs by {by_hand:.0e}")
try:
    run_parallel(init_lstm(jax.random.key(0), H, H), xs)
except ValueError as error:
    print(error)

# %% [markdown]
# Rounds are not seconds. On a processor with two cores, a round that holds much work takes long.
#
# > **Predict.** Training steps with 1,024 steps of a sequence, on the machine that you see here.
# > Which is the fastest?
# > - (a) the LSTM, with `run`
# > - (b) the minLSTM, one step after another
# > - (c) the minLSTM, its steps joined

# %%
guess("fastest_way")

# %% tags=["measure"]
# Times forward and training steps of three ways at three lengths.
LENGTHS_TIMED = (64, 256, 1024)
WAYS = ("run", "scan, minLSTM", "parallel, minLSTM")
before = time.perf_counter()
timed = scaling.measure(LENGTHS_TIMED, ways=WAYS, rounds=3)
print(f"on {ON}, B = {scaling.BATCH}, H = {scaling.WIDTH}, {time.perf_counter() - before:.0f} s")

# %% tags=["measure"]
# Prints the times and how they grow, gives the verdict, and draws the training steps.
print(f"{'ms at T =':30}" + "".join(f"{length:>8}" for length in LENGTHS_TIMED), end="")
print(f"{'grows as':>12}{'to compile, s':>16}")
for way, curve in timed.items():
    for name in ("forward", "training"):
        seconds, compiling = getattr(curve, name), getattr(curve, f"compile_{name}")
        power = curve.power(name)
        cells = "".join(f"{1000 * each:8.2f}" for each in seconds)
        print(f"{way:20}{name:10}{cells}{f'T^{power.exponent:.2f}':>12}{compiling[-1]:16.2f}")

ends = {way: curve.training[-1] for way, curve in timed.items()}
fastest = min(ends, key=ends.get)
verdict(
    "fastest_way",
    {
        "a": fastest == "run",
        "b": fastest == "scan, minLSTM",
        "c": fastest == "parallel, minLSTM",
    },
    f"At T = {LENGTHS_TIMED[-1]} a training step is fastest with: {fastest}.",
)
plots.curves(
    LENGTHS_TIMED,
    {way: [1000 * each for each in curve.training] for way, curve in timed.items()},
    title=f"A training step, timed just now on this {ON.upper()}",
    xlabel="length T, steps",
    ylabel="milliseconds",
    log=True,
    log_x=True,
    alt=f"Milliseconds of a training step at T = {LENGTHS_TIMED[-1]}: "
    + ", ".join(f"{way} {1000 * each:.1f}" for way, each in ends.items()),
)

# %% tags=["measure"]
# Prints what a GPU did, if one was recorded.
gpu = scaling.recorded_on("gpu")
if gpu is None:
    print("No GPU has been recorded yet, so what one would do is not shown here.")
    print(f"On a machine that has one: {scaling.COMMAND}")
else:
    print(f"Recorded {gpu.date} on {gpu.device}, B = {gpu.batch}, H = {gpu.width}:")
    print(*scaling.table(gpu.curves), sep="\n")

# %% [markdown]
# **Notice**
# - The exponent says how time grows with length, here over lengths from 64 to 1,024. One means:
#   twice as long takes twice as long.
# - Joined steps do more arithmetic in fewer rounds. That pays where the hardware has much to do at
#   once, and costs where it has not.
# - A new length has to be compiled, and that takes longer than many steps of training.
#
# Now choose sizes of your own, and press *measure*.

# %%
explorer = ScalingExplorer(walks.WALKS)
explorer

# %% [markdown]
# ## 4. The way back is linear
#
# Now the other half of training. Let $s_t$ be the whole state of an LSTM, $h_t$ and $c_t$ side by
# side, `(2H,)`, and $d_t$ the gradient of the loss with respect to it. The chain rule of lesson 02:
#
# $$d_t = J_{t+1}^\top \, d_{t+1} + g_t \qquad J_{t+1} = \frac{\partial s_{t+1}}{\partial s_t}$$
#
# where $g_t$ is what the loss says at step $t$ itself. On the way back all states are known, so all
# $J$ are. Then this is a step of the form $a \cdot d + b$, with a matrix for $a$.
#
# > **Predict.** Could the backward pass of an *LSTM* be computed by an associative scan?
# > - (a) no: an LSTM is not linear
# > - (b) yes, and it gives the ordinary gradient

# %%
guess("way_back")

# %% tags=["measure"]
# Computes the gradient of an LSTM by an associative scan, and compares it with jax.grad.
H, T = 8, 100
lstm = init_lstm(jax.random.key(0), 3, H)
row = jax.random.normal(jax.random.key(1), (T, 3))
wanted = jax.random.normal(jax.random.key(2), (T, H))


def loss(params):
    hs, _ = run(params, row)
    return jnp.sum(wanted * hs)


def one_step(params, s, x):
    """The whole state after a step, (2H,)."""
    after, _ = step(params, LSTMState(s[:H], s[H:]), x)
    return jnp.concatenate(after)


def join(first, second):
    """Two steps d -> A d + g of the way back as one; the first is the later in time."""
    (A, g), (A_next, g_next) = first, second
    return A_next @ A, jnp.einsum("tij,tj->ti", A_next, g) + g_next


@jax.jit
def gradient_by_scan(params):
    def walk(s, x):
        return one_step(params, s, x), s

    _, before = jax.lax.scan(walk, jnp.zeros(2 * H), row)  # s_0 ... s_{T-1}, (T, 2H)
    J = jax.vmap(jax.jacrev(one_step, argnums=1), (None, 0, 0))(params, before, row)
    A = jnp.concatenate([J[1:], jnp.zeros((1, 2 * H, 2 * H))])  # after the last step: nothing
    g = jnp.concatenate([wanted, jnp.zeros((T, H))], axis=1)  # the loss does not look at c
    _, d = jax.lax.associative_scan(join, (jnp.swapaxes(A, 1, 2), g), reverse=True)

    def share_of_step(s, x, d):
        _, back = jax.vjp(lambda params: one_step(params, s, x), params)
        return back(d)[0]

    shares = jax.vmap(share_of_step)(before, row, d)
    return jax.tree.map(lambda each: each.sum(axis=0), shares)


apart = max(
    float(jnp.abs(one - other).max() / jnp.abs(one).max())
    for one, other in zip(jax.grad(loss)(lstm), gradient_by_scan(lstm), strict=True)
)
verdict(
    "way_back",
    {"a": apart >= 1e-4, "b": apart < 1e-4},
    f"The gradients differ by {apart:.0e} of the largest entry.",
)
ordinary, by_scan = T * 4 * H * H, 2 * T * (2 * H) ** 3
print(f"multiplications on the way back: {ordinary:,} step by step, {by_scan:,} joined")

# %% [markdown]
# **Notice**
# - So *recurrence cannot be parallelised* is true of the way forward through this cell, false of
#   cells that are linear in their state, and false of the way back through any cell.
# - It is no free gift: joined steps are products of matrices, $(2H)^3$ instead of $4H^2$. With 8
#   units that is 32 times the work, with 128 units 512 times.

# %% [markdown]
# ## 5. Several devices
#
# Two ways to split the work of training over devices: each takes some of the *sequences*, or each
# takes some of the *steps*.
#
# The first one works for any network. Each device computes the gradient of its rows, they add their
# gradients up, and all make the same step. Adding up takes time, and so does whatever every device
# has to do for itself. How much such a part costs is **Amdahl's law** (1967): if a share $s$ of the
# time cannot be split, $n$ devices are
#
# $$\frac{1}{s + (1 - s)/n}$$
#
# times as fast.
#
# ### Your turn: `speed_up`
#
# *Ten percent that cannot be split set a limit of ten, however much you buy.* About one line;
# `hint("speed_up")` helps.


# %%
def speed_up(serial, devices):
    """How many times as fast with so many devices, if a share `serial` cannot be split."""
    ### BEGIN SOLUTION
    return 1 / (serial + (1 - serial) / devices)
    ### END SOLUTION


# %%
check("speed_up", speed_up)

# %% [markdown]
# JAX fixes the number of devices of a process when it is first used. So the next cell starts
# processes of its own, with one command: `python -m lstm_jax.course.l13.splits`. One of them
# pretends to have eight devices. They are **virtual**: all eight share the cores of this machine.
#
# > **Predict.** A batch of 128 sequences split over eight virtual devices, on your machine. How
# > fast is a training step?
# > - (a) eight times as fast
# > - (b) about as many times as there are cores
# > - (c) hardly faster, or slower

# %%
guess("eight_devices")

# %% tags=["measure"]
# Measures training steps on one, two, four and eight virtual devices.
found = splits.measure()
print(splits.table(found))
print(f"{found.cores} cores. 'x' compares with one device.")

# %% tags=["measure"]
# How many times as fast eight devices are, the verdict, and what Amdahl's law says.
from lstm_jax.course.l13 import exercises as own

gain = {count: found.batch[1] / seconds for count, seconds in found.batch.items()}
close = 0.6 * found.cores < gain[8] < 1.4 * found.cores and gain[8] > 1.25
verdict(
    "eight_devices",
    {"a": gain[8] > 6, "b": close and gain[8] <= 6, "c": gain[8] < 1.25},
    f"Eight devices on {found.cores} cores: {gain[8]:.2f} times as fast.",
)
amdahl = mine(speed_up, otherwise=own.speed_up)
print(f"With a tenth that cannot be split, eight would be {amdahl(0.1, 8):.2f} times as fast.")

# %% [markdown]
# Is it still the same training? The losses of the same ten steps, on one device, on eight, and in
# two *processes* that find each other through `jax.distributed`, as they would on two machines:

# %% tags=["measure"]
# Compares the losses of the same ten steps on one device, on eight, and in two processes.
for name in ("1 device", "8 devices", "2 processes"):
    print(f"{name:12}", *(f"{loss:.6f}" for loss in found.losses[name][:6]), "...")
assert found.apart < 1e-5
print(f"they differ by {found.apart:.0e} at most")

# %% [markdown]
# > **Predict.** Now split each *sequence* of 1,024 steps: the first device gets the first 128 of
# > them, and so on. What does it buy on eight devices?
# > - (a) something for the LSTM and for the recurrence that is linear in its state
# > - (b) something for the linear one alone
# > - (c) nothing for either

# %%
guess("split_steps")

# %% tags=["measure"]
# How many times as fast it is at best to split the steps, and the verdict.
best = {
    name: max(each[1] / seconds for count, seconds in each.items() if count > 1)
    for name, each in found.sequence.items()
}
pays = {name: times > 1.15 for name, times in best.items()}
times = ", ".join(f"{name} {each:.2f} times as fast" for name, each in best.items())
verdict(
    "split_steps",
    {
        "a": pays["LSTM"] and pays["linear"],
        "b": pays["linear"] and not pays["LSTM"],
        "c": not pays["LSTM"] and not pays["linear"],
    },
    f"At best: {times}.",
)

# %% [markdown]
# **Notice**
# - The LSTM on the second device has to wait for the last state of the first one. While one works,
#   seven wait, whatever you pay for them.
# - The linear one walks its own part from 0 and keeps the product of its $a$. When all are done,
#   one pair per device, the last $h$ and the product, says what each part should have begun with:
#   `linear_in_parts` in `lstm_jax/course/l13/splits.py`.
# - Virtual devices show that the numbers are right. What real ones buy, only real ones can show.
#
# A mesh that does not fit says what to change:

# %% tags=["measure"]
# Asks for three devices and a batch of 32, and prints what the error says.
too_many = jax.sharding.Mesh(np.full(3, jax.devices()[0]), ("batch",))
try:
    fit(
        lambda w, x: jnp.mean((x - w) ** 2),
        jnp.zeros(()),
        lambda key: jax.random.normal(key, (32,)),
        key=jax.random.key(0),
        steps=1,
        optimizer=adam(0.1),
        mesh=too_many,
    )
except ValueError as error:
    print(error)

# %% [markdown]
# **On a real cluster** nothing here changes but the start: one process for each machine, and
# `jax.distributed.initialize()` in each of them before anything else. Under SLURM it finds out by
# itself who the others are:
#
#     srun --nodes 2 --ntasks-per-node 1 python -m lstm_jax.course.l13.splits process
#
# Then `jax.devices()` holds the devices of all machines, and `fit(..., mesh=mesh)` is as before.
# `lstm_jax.devices.join_processes` is that call with a sentence where a process does not come.
#
# ## 6. What came after
#
# - **Attention**, the heart of the transformer (Vaswani and others, 2017): keep all steps, and let
#   each step compare itself with all before it.
# - **State-space models**: a state whose steps are linear in it. S4 (Gu and others, 2022) takes the
#   same step everywhere; in Mamba (Gu and Dao, 2023) the step depends on the input.
# - **minLSTM** (Feng and others, 2024) does the same with what is left of the LSTM's gates.
# - **xLSTM** (Beck and others, 2024): gates without an upper limit and a memory that is a matrix.
#   Of its two cells one looks at $h$ and waits; the other does not, and runs in parallel.
#
# > **Predict.** Width 128. From 256 steps to 4,096, sixteen times as many: how does the arithmetic
# > of causal attention grow?
# > - (a) sixteen times
# > - (b) nearer 16² = 256 times
# > - (c) somewhere between

# %%
guess("sixteen_times")

# %% tags=["measure"]
# Counts operations, numbers kept and rounds at 256 and at 4,096 steps, and the verdict.
WIDTH, SHORT, LONG = 128, 256, 4096
tables = {length: costs.costs(length, WIDTH) for length in (SHORT, LONG)}
print(f"width {WIDTH}; a step that has to wait for the one before counts as a round")
for length, each in tables.items():
    print(f"{length:,} steps:   million operations   numbers kept to go on      rounds")
    for name, cost in each.items():
        print(f"    {name:12} {cost.flops / 1e6:18,.0f} {cost.kept:22,} {cost.rounds:11,}")
growth = {name: tables[LONG][name].flops / tables[SHORT][name].flops for name in tables[LONG]}
ratio = LONG / SHORT
grown = growth["attention"]
verdict(
    "sixteen_times",
    {
        "a": grown < 1.3 * ratio,
        "b": grown > ratio**2 / 1.5,
        "c": 1.3 * ratio <= grown <= ratio**2 / 1.5,
    },
    ", ".join(f"{name} {growth[name]:.0f} times" for name in ("attention", "LSTM", "minLSTM"))
    + ".",
)

# %% [markdown]
# **Notice**
# - Attention takes one round, so it trains on whole texts at once, on hardware that likes large
#   products. It pays with arithmetic that grows with $T^2$, and with a memory that grows with $T$.
# - An LSTM needs the same memory after a million steps as after one. On a small device that reads a
#   stream, that is still worth something.
# - What is linear in the state is paid for as well: a step that does not look at $h$ cannot decide
#   by what it holds. Merrill, Petty and Sabharwal (2024) show that such models cannot follow some
#   simple state machines, which an RNN can, unless a conjecture that most believe is false.
# - Which one is *better* on your problem none of these numbers says. You know by now how to find
#   out: equal terms, several seeds, an interval, and a verdict that may go either way.
#
# ## Summary
#
# - Little data: measure the gap, use dropout and train long enough for it to pay, and stop by the
#   number that you want.
# - Very far back: success falls with the lag. Where it falls is decided by what the cell hears
#   before it has learned anything.
# - A step that looks at $h$ waits for $h$. A step that is linear in $h$ can be joined with others,
#   and the way back through *any* cell is linear.
# - Devices share sequences, not steps. Virtual ones prove that it is right, not that it is fast.
#
# This was the last lesson. What you keep is the habit: predict, run, and let the verdict be
# computed.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# **In class**
# - Section 1: start the training of the remedies before you talk about dropout.
# - Section 2: let the class draw the curve before it is shown.
# - Section 3: join two steps on the board, then four, then the tree.
# - Section 4: keep it short: show the equation and the assert.
# - Section 5: start `splits.measure()` before the prediction: it takes half a minute.
#
# **Wrong answers to expect**
# - *"Fewer units overfit less, so take fewer."* The gap and the share that is right are two things.
# - *"Dropout makes it forget."* The masks stand before, between and behind the layers: nothing
#   touches the state on its way through time.
# - *"Eight devices, eight times as fast."* Ask how many cores there are.
# - `sequence_dropout`: the scale forgotten, or the mask the wrong way round. `combine`: the order.
#   `normalised_gates`: a softmax of the sums. `speed_up`: the limit in place of the number.
#
# **When time is short**, leave out section 4 and the live part of section 2.
