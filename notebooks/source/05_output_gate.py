# %% [markdown]
# # 05 The output gate
#
# A cell now has a memory, a gate that keeps and a gate that writes. The last gate decides what the
# memory says aloud. Here you see what leaves the cell, what stays inside, and what the cell itself
# loses sight of when this gate is shut.
#
# **You will be able to**
# - compute the output of a cell from its memory and its output gate,
# - say which of the two, $c$ or $h$, is the memory, and prove it by erasing one of them,
# - set an output gate by hand so that it opens on request,
# - say what a cell with a shut output gate does not see,
# - find the one unit of a cell that counts,
# - compute how much gradient gets from the output back to the memory.

# %%
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from lstm_jax import Clamp, LSTMParams, LSTMState, init_lstm, run, step, trace, zero_state
from lstm_jax.cells import lstm_gates
from lstm_jax.course import (
    GateExplorer,
    check,
    guess,
    hint,
    mine,
    plots,
    progress,
    sunspots,
    verdict,
)
from lstm_jax.course.data.lag_recall import CHANCE, accuracy, lag_recall
from lstm_jax.course.data.windows import fit_scale, split, windows
from lstm_jax.training import adam, cross_entropy, fit, mean_squared_error

# %% [markdown]
# ## 1. What leaves the cell
#
# Numbers first. A cell holds $c = 2$. Its output gate is open, half open, nearly shut, shut:

# %%
c = 2.0
for o in (1.0, 0.5, 0.1, 0.0):
    print(f"o = {o:<4g} h = o · tanh(c) = {o * np.tanh(c):.3f}    c is still {c:g}")

# %% [markdown]
# $$o_t = \sigma(x_t W_{xo} + h_{t-1} W_{ho} + b_o), \qquad h_t = o_t \cdot \tanh(c_t),
# \qquad \text{all of shape } (H,)$$
#
# Read the two lines slowly.
#
# - The gate is *computed from* $x_t$ and $h_{t-1}$, like the other gates. What it *lets through*
#   is the memory $c_t$, the new one, which forget gate and input gate have just made.
# - $o_t$ is not in the equation of $c_t$. At its own step, this gate only decides what is shown.
# - $o_t$ has one number for each unit. One unit may speak while its neighbour is silent.

# %% [markdown]
# Now turn it yourself. One unit reads a pulse at every sixth step and adds it to its memory. The
# sliders move the output gate, $o_t = \sigma(w\,x_t + u\,h_{t-1} + b)$.
#
# > **Predict.** Pull the bias from 0 down to −8. What becomes of the memory $c$?
# > - (a) it shrinks, as $h$ does
# > - (b) it stays as it is
# > - (c) it grows faster: nothing leaves the cell any more

# %%
guess("output_shut")

# %% [markdown]
# Then try: make $h$ appear only at the pulses (a large weight $w$, a low bias). And the preset
# *reads when asked*: which input asks?

# %%
explorer = GateExplorer(gate="o", sequence="count")
explorer

# %% tags=["measure"]
# Reads your explorer, then runs the cell with its output gate shut, half open and open.
record = explorer.trace()  # what your explorer shows now
o, c, h = (np.asarray(values)[:, 0] for values in (record.o, record.c, record.h))
print(f"yours:    o from {o.min():.3f} to {o.max():.3f}, c ends at {c[-1]:.2f}, h at {h[-1]:.3f}")

ends = []
for bias in (-8, 0, 8):
    record = GateExplorer(gate="o", sequence="count", bias=bias).trace()
    ends.append(float(record.c[-1, 0]))
    print(f"bias {bias:2}:  o = {record.o[-1, 0]:.3f}, c ends at {ends[-1]:.2f}, ", end="")
    print(f"h at {record.h[-1, 0]:.3f}")
grown = ends[0] - ends[1]  # shut, beside half open
verdict(
    "output_shut",
    {"a": grown <= -1e-6, "b": abs(grown) < 1e-6, "c": grown >= 1e-6},
    f"The output gate {'leaves c alone' if np.ptp(ends) < 1e-6 else 'moves c'} here.",
)

# %% [markdown]
# **Notice**
# - Shut or open, $c$ takes the same way. Only $h$ changes.
# - "Here" stands in the verdict for a reason: the other gates of this cell do not listen to $h$. In
#   section 5 they will.
#
# **Your turn.** Write the two lines of the equation. In `params` four blocks of $H$ columns stand
# side by side, in the order i, f, g, o. About 3 lines; `hint("lstm_output")` helps.


# %%
def lstm_output(params, h_prev, c, x):
    """h_t (H,) from the output before, h_prev (H,), the new memory c (H,), and the input x (D,)."""
    ### BEGIN SOLUTION
    sums = x @ params.w_x + h_prev @ params.w_h + params.b
    return jax.nn.sigmoid(sums[-len(c) :]) * jnp.tanh(c)
    ### END SOLUTION


# %%
check("lstm_output", lstm_output)

# %% [markdown]
# Does $h$ follow from $c$ and $o$ alone? An untrained LSTM reads ten years of sunspots. For every
# step, compare its $h_t$ with the equation:

# %% tags=["measure"]
# Ten years of sunspots: compares each h with your function, and with o · tanh(c).
from lstm_jax.course.l05 import stand_ins

number = sunspots().number
past, _ = split(number, 0.75)
scale = fit_scale(past)
xs = jnp.asarray(scale.apply(past)[:120, None])  # (T, D) = (120, 1)

params = init_lstm(jax.random.key(0), 1, 16)
record = trace(params, xs)  # o (T, H); c and h (T+1, H)
difference = float(jnp.abs(record.h[1:] - record.o * jnp.tanh(record.c[1:])).max())
assert difference < 1e-6
output = mine(lstm_output, otherwise=stand_ins.lstm_output)
computed = [output(params, record.h[t], record.c[t + 1], xs[t]) for t in range(len(xs))]
apart = float(jnp.abs(record.h[1:] - jnp.stack(computed)).max())
assert apart < 1e-5
print(f"h against the function: largest difference {apart:.1e}")
print(f"h against o · tanh(c) over {len(xs)} months: largest difference {difference:.1e}")

# %% [markdown]
# ## 2. Counting past 1
#
# Let a cell count: how many months had more than 100 sunspots? One unit is enough, and nothing has
# to be trained. Each gate gets a weight on $x$, a weight on $h$ and a bias:
#
# | gate | weight on $x$ | weight on $h$ | bias | so it is |
# |---|---|---|---|---|
# | $i$ | 200 | 0 | −20010 | 1 if $x$ is above 100.05, else 0 |
# | $f$ | 0 | 0 | 20 | 1: keep everything |
# | $g$ | 0 | 0 | 20 | 1: the amount to add |
# | $o$ | 0 | 0 | 20 | 1: show everything |
#
# > **Predict.** The cell reads 40 years, from 1749 on. Dozens of months are above 100. What is its
# > output $h$ in the end?
# > - (a) the number of those months
# > - (b) 1, near enough
# > - (c) their share of all months
# > - (d) near 0

# %%
guess("months_above")


# %%
def one_unit(i, f, g, o):
    """An LSTM of one unit. For each gate: the weights on the inputs, the one on h, the bias."""
    blocks = np.array([i, f, g, o], np.float32).T  # (D + 2, 4)
    return LSTMParams(*map(jnp.asarray, (blocks[:-2], blocks[-2:-1], blocks[-1])))


ALWAYS = (0, 0, 20)
counter = one_unit(i=(200, 0, -20010), f=ALWAYS, g=ALWAYS, o=ALWAYS)

months = number[:480, None]  # (T, D) = (480, 1): 1749 to 1788, as they are
record = trace(counter, months)
c, h = np.asarray(record.c[1:, 0]), np.asarray(record.h[1:, 0])

# %% tags=["measure"]
# Counts by hand, gives the verdict, and draws the memory and the output.
counted = np.cumsum(months[:, 0] > 100)
assert np.allclose(c, counted, atol=0.01)
print(f"largest difference between c and the count: {np.abs(c - counted).max():.1e}")
options = {"a": counted[-1], "b": 1, "c": counted[-1] / len(months), "d": 0}
nearest = min(options, key=lambda letter: abs(h[-1] - options[letter]))
verdict(
    "months_above",
    {letter: letter == nearest for letter in options},
    f"In the end: counted by hand {counted[-1]}, c = {c[-1]:.2f}, h = {h[-1]:.4f}.",
)

plots.curves(
    1749 + np.arange(480) / 12,
    {"memory c": c, "output h": h},
    title=f"The memory counts to {c[-1]:.0f}, the output stops at {h[-1]:.0f}",
    xlabel="year",
    ylabel="months above 100",
    alt=f"The cell state climbs in steps to {c[-1]:.0f}; the output rises to 1 and stays there.",
)

# %% [markdown]
# How far can someone count who only sees $h$? Turn the equation round, $c = \tanh^{-1}(h / o)$, and
# see where two counts can still be told apart. A `float32` keeps about seven digits.

# %% tags=["measure"]
# Prints h for some counts, the step to the next count, and the count read back from h.
shown = jnp.tanh(jnp.arange(40.0))  # h for each count, with o = 1
steps_up, read_back = jnp.diff(shown), jnp.arctanh(shown)
print("count           h   the next h minus this one   read back from h")
for n in (1, 2, 3, 5, 7, 8, 10, 30):
    print(f"{n:5}   {shown[n]:9.7f}   {steps_up[n]:25.1e}   {read_back[n]:16.4g}")
last = int(jnp.argmax(steps_up == 0))
print(f"From {last} on every count gives the same h, to the last bit.")

# %% [markdown]
# **Notice**
# - $c$ has no bound. It grew by 1 at each event, and would go on.
# - $h$ has one: $|h| < o \le 1$ on paper, and tanh is at its end after a few events. It says
#   "many". Often taught: tanh *scales* $c$ to the range from −1 to 1. It squashes: 20 and 80 become
#   the same.
# - So a cell that should be read counts in small steps. In section 5 it will add 0.02 an event.

# %% [markdown]
# ## 3. Why tanh on the way out?
#
# It threw the count away. So leave it out, $h_t = o_t \cdot c_t$? Remember where $h$ goes: into all
# four gates of the next step. As long as $|h| < 1$, it can add only so much to a gate's sum.
#
# > **Predict.** Five LSTMs forecast the sun a year ahead, with tanh on the way out and without.
# > They start once with forget bias 1, a memory that leaks, and once with 5, a memory that keeps.
# > What does leaving tanh out do to the forecasts?
# > - (a) nothing worth mentioning, in both cases
# > - (b) they get better: $h$ says more
# > - (c) they get worse only where the memory keeps
# > - (d) they get worse in both cases

# %%
guess("without_tanh")

# %% tags=["measure"]
# Trains five networks for each forget bias, with tanh and without, and compares their errors.
NETWORKS = 5
_, future = split(number, 0.75)
train_xs, train_ys = map(jnp.asarray, windows(scale.apply(past), 96, 12))  # (B, 96, 1), (B,)
test_xs, test_ys = map(jnp.asarray, windows(scale.apply(future), 96, 12))


class Network(NamedTuple):
    """An LSTM and a readout of its last output; axis 0 of every array counts five networks."""

    cell: LSTMParams
    w: jax.Array  # (5, H, outputs)
    b: jax.Array  # (5, outputs)


def draw_networks(key, inputs, hidden, outputs, forget_bias):
    keys = jax.random.split(key, NETWORKS)
    cells = jax.vmap(lambda k: init_lstm(k, inputs, hidden, forget_bias=forget_bias))(keys)
    return Network(cells, jnp.zeros((NETWORKS, hidden, outputs)), jnp.zeros((NETWORKS, outputs)))


def draw_windows(with_tanh, key):
    chosen = jax.random.randint(key, (32,), 0, len(train_ys))
    return train_xs[chosen], train_ys[chosen], with_tanh


def squared_error(network, batch):
    """The mean squared error of one network: h = o · tanh(c), or h = o · c."""
    xs, ys, with_tanh = batch

    def advance(state, x):
        gates = lstm_gates(network.cell, state, x)
        c = gates.f * state.c + gates.i * gates.g
        return LSTMState(gates.o * jnp.where(with_tanh, jnp.tanh(c), c), c), None

    start = zero_state(network.cell, len(xs))
    last, _ = jax.lax.scan(advance, start, jnp.swapaxes(xs, 0, 1))
    forecast = (last.h @ network.w + network.b[None])[:, 0]
    return mean_squared_error(forecast, ys)


error_of_each = jax.jit(jax.vmap(squared_error, in_axes=(0, None)))
keys = jax.random.split(jax.random.key(1), NETWORKS)  # with five keys, `fit` trains five networks
optimizer, medians = adam(0.01), {}
persistence = jnp.mean((test_xs[:, -1, 0] - test_ys) ** 2)
print(f"persistence, 'as it is now': test error {persistence:.2f}")
print("of five networks       longest gradient   test error")
print("forget bias   way out            median       lowest, median, highest")
for bias in (1.0, 5.0):
    start = draw_networks(jax.random.key(0), 1, 8, 1, bias)
    for way_out in ("tanh(c)", "c"):
        with_tanh = jnp.bool(way_out == "tanh(c)")
        draw = Partial(draw_windows, with_tanh)
        done = fit(
            squared_error, start, draw, key=keys, steps=200, optimizer=optimizer, progress=False
        )
        errors = np.sort(error_of_each(done.params, (test_xs, test_ys, with_tanh)))
        medians[bias, way_out] = errors[2]
        longest = np.median(done.history.gradient_norm.max(axis=1))
        print(
            f"{bias:11g}   {way_out:7}   {longest:15,.0f}   "
            f"{errors[0]:10.2f}, {errors[2]:6.2f}, {errors[4]:7.2f}"
        )

leaks, keeps = (medians[bias, "c"] / medians[bias, "tanh(c)"] for bias in (1.0, 5.0))
became = tuple(
    "worse" if ratio > 1.2 else "better" if ratio < 1 / 1.2 else "same" for ratio in (leaks, keeps)
)
verdict(
    "without_tanh",
    {
        "a": became == ("same", "same"),
        "b": became == ("better", "better"),
        "c": became == ("same", "worse"),
        "d": became == ("worse", "worse"),
    },
    f"Without tanh the error is {leaks:.2f} times as large where the memory leaks, {keeps:.2f} "
    "times where it keeps.",
)

# %% [markdown]
# **Notice**
# - A memory that leaks stays small by itself. Without tanh a gradient explodes now and then, `adam`
#   clips it, and the forecasts hardly suffer. A memory that keeps may grow with the sequence.
#   Without tanh that goes straight into all gates, and clipping is not enough.
# - A large comparison of variants found the same: of all parts, the forget gate and the tanh on
#   the way out matter most, and tanh is needed wherever nothing else bounds the cell state (Greff
#   and others, "LSTM: A Search Space Odyssey", 2017).

# %% [markdown]
# ## 4. Which one is the memory?
#
# Often taught: the hidden state $h$ is the memory of the network. Test it on trained networks. Five
# LSTMs of 16 units see one of four symbols at each step. One symbol carries a mark, and the others
# look just like it. 20 steps later the network has to name the marked one.

# %% tags=["measure"]
# Trains five LSTMs to name the symbol that was marked 20 steps before.
LAG, STEPS = 20, 26
MARK = STEPS - 1 - LAG  # the step with the mark


def recall_loss(network, batch):
    symbols, answers = batch
    _, last = run(network.cell, symbols)
    return cross_entropy(last.h @ network.w + network.b[None], answers)


def draw_symbols(key, batch=32):
    return lag_recall(key, jnp.int32(LAG), batch, STEPS)  # (B, T, 5), (B,)


trained = fit(
    recall_loss,
    draw_networks(jax.random.key(0), 5, 16, 4, 1.0),
    draw_symbols,
    key=keys,
    steps=350,
    optimizer=optimizer,
).params

# %% [markdown]
# Now erase. In the middle of a run set $h$ to 0, once, and let the network go on. Or set $c$ to 0.
# Then count the right answers.
#
# > **Predict.** Ten steps after the mark. Chance is 25 %. What is left of 100 % right answers?
# > - (a) both erasures bring it down to chance
# > - (b) without $h$ about chance, without $c$ nearly all
# > - (c) without $h$ nearly all, without $c$ far fewer
# > - (d) nearly all in both cases

# %%
guess("erased")


# %% tags=["measure"]
# Erases h, c or both before each step in turn, and draws how many answers stay right.
symbols, answers = draw_symbols(jax.random.key(2), 512)


@jax.jit
@partial(jax.vmap, in_axes=(0, None, None))
@partial(jax.vmap, in_axes=(None, 0, 0))
def right(network, keep_h, keep_c):
    """Share of right answers if h and c are multiplied with keep_h[t], keep_c[t] before step t."""

    def advance(state, now):
        x, by_h, by_c = now
        state, _ = step(network.cell, LSTMState(by_h * state.h, by_c * state.c), x)
        return state, None

    start = zero_state(network.cell, len(symbols))
    last, _ = jax.lax.scan(advance, start, (jnp.swapaxes(symbols, 0, 1), keep_h, keep_c))
    return accuracy(last.h @ network.w + network.b[None], answers)


keep = jnp.ones((STEPS, STEPS))
erase = 1 - jnp.eye(STEPS)  # row t: erase before step t, once
after = {  # (5, STEPS) each
    "h erased": np.asarray(right(trained, erase, keep)),
    "c erased": np.asarray(right(trained, keep, erase)),
    "both erased": np.asarray(right(trained, erase, erase)),
}
untouched = np.asarray(right(trained, keep[:1], keep[:1]))
print(f"untouched: {untouched.min():.0%} to {untouched.max():.0%} right")
mean_left = {}
for name, scores in after.items():
    ten = scores[:, MARK + 11]
    mean_left[name] = ten.mean()
    print(f"{name:11} 10 steps after the mark: {ten.min():.0%} to {ten.max():.0%} right")

between = slice(MARK + 1, STEPS)  # the erasures that come after the mark
plots.curves(
    np.arange(LAG),
    {name: 100 * scores[:, between].mean(0) for name, scores in after.items()}
    | {"chance": np.full(LAG, 100 * CHANCE)},
    title=f"Erase h: {mean_left['h erased']:.0%} stay right. Erase c: {mean_left['c erased']:.0%}.",
    xlabel="steps between the mark and the erasure",
    ylabel="right answers, %",
    alt="Right answers after an erasure 10 steps after the mark, mean of five networks: "
    + ", ".join(f"{name} {share:.0%}" for name, share in mean_left.items()),
    dashed=("chance",),
    ylim=(0, 105),
)

# %% tags=["measure"]
# What an erasure costs over all steps, the verdict, and how large c and h become.
cost = {name: float((untouched - scores[:, between]).mean()) for name, scores in after.items()}
for name in ("h erased", "c erased"):
    print(f"{name}: costs {cost[name]:.1%} of all answers, on average over the {LAG} steps")

without_h, without_c = mean_left["h erased"], mean_left["c erased"]
memory = "c" if cost["c erased"] > 2 * cost["h erased"] else "not c alone"
verdict(
    "erased",
    {
        "a": max(without_h, without_c) < CHANCE + 0.1,
        "b": without_h < CHANCE + 0.1 and without_c > 0.9,
        "c": without_h > 0.9 and without_c <= 0.9 and without_c < without_h - 0.2,
        "d": min(without_h, without_c) > 0.9,
    },
    f"Ten steps after the mark, {without_h:.0%} stay right without h and {without_c:.0%} without "
    f"c. The memory is {memory}.",
)

record = jax.vmap(trace, (0, None))(trained.cell, symbols)
print(f"largest |c| {jnp.abs(record.c).max():.1f}, largest |h| {jnp.abs(record.h).max():.3f}")

# %% [markdown]
# **Notice**
# - Erase $h$, and one step later the cell has said it again: $c$ was not touched. Only right after
#   the mark is $h$ missed a little: there the gates still need to hear what has happened.
# - Erase $c$, and something survives. At that moment $h$ holds a copy of what was shown, and the
#   candidate can write a part of it back. Erase both and nothing is left.
# - The values say the same as section 2: $c$ goes past 1, $h$ never.

# %% [markdown]
# ## 5. Speak only when asked
#
# Back to the counter. It should be silent, and say its count only when a second input, the *query*
# $q$, is 1. The output gate listens to $q$ alone: $o = \sigma(w\,q + b)$.
#
# **Your turn.** The gate should be at `shut` for $q = 0$ and at `opened` for $q = 1$. Which weight
# and which bias? About 3 lines; `hint("query_gate")` helps.


# %%
def query_gate(shut, opened):
    """The pair (w, b) with σ(b) = shut and σ(w + b) = opened; both are between 0 and 1."""
    ### BEGIN SOLUTION
    b = np.log(shut / (1 - shut))
    w = np.log(opened / (1 - opened)) - b
    return w, b
    ### END SOLUTION


# %%
check("query_gate", query_gate)

# %% [markdown]
# The gate is to be at 0.001 or at 0.999: that is about $w = 14$ and $b = -7$. So that $h$ can be
# read, the candidate is small now: each event adds 0.02. A query comes at the end of every fifth
# year.

# %% tags=["measure"]
# Builds the counter with your gate, asks it every fifth year, and draws memory and output.
from lstm_jax.course.l05.exercises import query_gate as own_gate

w, b = mine(query_gate, otherwise=own_gate)(0.001, 0.999)
query = np.zeros((480, 1), np.float32)
query[59::60] = 1
on_request = one_unit(
    i=(200, 0, 0, -20010), f=(0, 0, 0, 20), g=(0, 0, 0, np.arctanh(0.02)), o=(0, w, 0, b)
)
record = trace(on_request, np.concatenate([months, query], axis=1))
c, h, o = (np.asarray(v[-480:, 0]) for v in (record.c, record.h, record.o))

asked = query[:, 0] == 1
said = np.arctanh(h[asked] / o[asked]) / 0.02
assert np.allclose(said, counted[asked], atol=0.1)
print("asked in   ", *(f"{1749 + m // 12:5}" for m in np.flatnonzero(asked)))
print("it says    ", *(f"{value:5.1f}" for value in said))
print("counted    ", *(f"{value:5}" for value in counted[asked]))
print(f"in all other months |h| stays below {np.abs(h[~asked]).max():.4f}")

plots.curves(
    1749 + np.arange(480) / 12,
    {"memory c": c, "output h": h},
    title="The memory grows in silence, the output answers",
    xlabel="year",
    ylabel="value, no unit",
    alt=f"The cell state climbs to {c[-1]:.2f}; the output is 0 but for {asked.sum()} spikes, "
    f"the last of {h[-1]:.2f}.",
)

# %% [markdown]
# **Notice**
# - Nothing is lost while the gate is shut. Nothing leaks either.
# - Others are left in peace: a unit that says nothing disturbs no gate of its neighbours. In 1997
#   the output gate was invented for this (Hochreiter and Schmidhuber).
#
# It has a price. Every gate sees $x_t$ and $h_{t-1}$. No gate sees $c$. So a cell with a shut
# output gate does not see its own memory.
#
# > **Predict.** A new cell shall count to three and then stop. Its input gate listens to $h$: it
# > shuts as soon as $h > 0.98$, and $\tanh(3) = 0.995$. Now we hold the output gate shut. It counts
# > - (a) to three, as before
# > - (b) not at all
# > - (c) on and on

# %%
guess("count_to_three")

# %% tags=["measure"]
# Counts with the output gate open, shut, and shut with one more weight from c to the input gate.
events = (months[324:384] > 100).astype(np.float32)  # 1776 to 1780, one bit a month
to_three = one_unit(i=(1000, -1000, -20), f=ALWAYS, g=ALWAYS, o=ALWAYS)

counts = {
    "output gate open": trace(to_three, events).c[1:, 0],
    "output gate shut": trace(to_three, events, clamps=[Clamp("o", 0.0)]).c[1:, 0],
}

# One more weight, from c to the input gate. The output gate is shut here as well.
c, peeped = 0.0, []
for x in events[:, 0].tolist():
    i = 1 / (1 + np.exp(-(100 * x - 20 * c - 50)))
    c = c + i  # with f = 1 and g = 1
    peeped.append(c)
counts["shut, with a peephole"] = np.array(peeped)

for name, values in counts.items():
    print(f"{name:22} counts to {values[-1]:.2f} of {events.sum():.0f} events")
opened, shut = counts["output gate open"][-1], counts["output gate shut"][-1]
blind = shut > opened + 0.5
verdict(
    "count_to_three",
    {
        "a": abs(shut - opened) <= 0.5 and shut >= 0.5,
        "b": shut < 0.5 and not blind,
        "c": blind,
    },
    f"With its output gate shut the cell {'is' if blind else 'is not'} blind to c.",
)
plots.curves(
    1776 + np.arange(60) / 12,
    counts,
    title="With the output gate shut, the cell cannot see that it is full",
    xlabel="year",
    ylabel="memory c, events",
    alt="The cell counts to: "
    + ", ".join(f"{name} {values[-1]:.0f}" for name, values in counts.items()),
    dashed=("shut, with a peephole",),
)

# %% [markdown]
# A weight from $c$ to a gate is called a *peephole* (Gers and Schmidhuber, "Recurrent nets that
# time and count", 2000). It was invented for this. Most LSTMs in use have none, nor has ours; Greff
# and others (2017) could leave it out without much harm.
#
# Do trained networks need to see what they store? Take the five of section 4, and shut their output
# gates from the mark to the last step. Then open them, and ask.

# %% tags=["measure"]
# Hides h at every step after the mark, and counts the right answers.
cut = (jnp.arange(STEPS) <= MARK).astype(jnp.float32)[None]  # h is 0 from the mark on
seen = np.asarray(right(trained, cut, keep[:1]))
print(f"h hidden at every step after the mark:  {seen.min():.0%} to {seen.max():.0%} right")
print(f"h hidden at one step, any one:          {cost['h erased']:.1%} lost")
guarded = "need" if seen.mean() < untouched.mean() - 0.2 else "do not need"
print(f"Verdict: these networks {guarded} to see what they hold in order to hold it.")

# %% [markdown]
# A cell could do without: let the mark alone open the input gate. These networks have found another
# way, and it leads through $h$: it tells their gates "I hold one, keep it". So $c$ is the memory,
# and for them $h$ is how the cell knows what is in it.

# %% [markdown]
# ### Your turn: `counting_unit`
#
# *A network does not say what its units are for. You find out by what they move with.* Somewhere in
# a cell one unit counts: up or down, in small steps, and it says so only now and then. Given all
# that happened, find it. `record` is what `trace` gives, `record.c` with the state before the first
# step in row 0. About 4 lines; `hint("counting_unit")` helps.


# %%
def counting_unit(record, counted):
    """The number of the unit whose memory moves most closely with counted (T,), up or down.

    record holds the gates i, f, g, o (T, H) and the states c and h (T+1, H).
    """
    ### BEGIN SOLUTION
    c = record.c[1:]
    c = c - c.mean(axis=0)[None]  # with one mean taken off, that of `counted` adds nothing
    together = counted @ c / jnp.linalg.norm(c, axis=0)
    return jnp.argmax(jnp.abs(together))
    ### END SOLUTION


# %%
check("counting_unit", counting_unit)

# %% [markdown]
# The counter of this section, hidden among 15 units that nobody has trained. They read the same
# months and the same queries, and many of their memories grow as time goes by. Is it found?

# %% tags=["measure"]
# Hides the counter among 15 other units, and lets your function find it.
from lstm_jax.course.l05.counting_unit import counting_unit as own_search

place = int(jax.random.randint(jax.random.key(4), (), 0, 16))
crowd = init_lstm(jax.random.key(5), 2, 16)
columns = place + 16 * np.arange(4)  # its four sums, which do not listen to the others
crowd = LSTMParams(
    crowd.w_x.at[:, columns].set(on_request.w_x),
    crowd.w_h.at[:, columns].set(0.0),
    crowd.b.at[columns].set(on_request.b),
)
record = trace(crowd, np.concatenate([months, query], axis=1))
for name, values in {"memory c": record.c[1:], "output h": record.h[1:]}.items():
    together = np.abs(np.corrcoef(values.T, counted)[-1, :-1])
    others = np.delete(together, place).max()
    print(f"{name}: the counter moves with the count by {together[place]:.4f}, ", end="")
    print(f"the closest other unit by {others:.4f}")
found = mine(counting_unit, otherwise=own_search)(record, counted)
print(f"hidden at {place}; found at {int(found)}")

# %% [markdown]
# ## 6. What gradient gets in
#
# A loss looks at $h$. To change what is in $c$, its gradient must come in by the way out:
#
# $$\frac{\partial h_t}{\partial c_t} = \;?$$
#
# **Your turn.** Take $o$ as fixed. About 1 line; `hint("output_slope")` helps.


# %%
def output_slope(c, o):
    """∂h/∂c for h = o · tanh(c), entry by entry; all of shape (H,)."""
    ### BEGIN SOLUTION
    return o * (1 - jnp.tanh(c) ** 2)
    ### END SOLUTION


# %%
check("output_slope", output_slope)

# %% [markdown]
# > **Predict.** The counter of section 2 stands at 5, gate wide open. A loss wants it to be 4. How
# > much of its gradient arrives at $c$?
# > - (a) all of it
# > - (b) about a fifth
# > - (c) less than a thousandth

# %%
guess("gradient_of_five")

# %% tags=["measure"]
# Draws the slope of the way out against the memory, and gives the verdict.
levels = jnp.linspace(0.0, 10.0, 101)
slope = mine(output_slope, otherwise=stand_ins.output_slope)
slopes = {f"o = {o:g}": slope(levels, jnp.full(101, o)) for o in (1.0, 0.5, 0.01)}
by_jax = jax.vmap(jax.grad(jnp.tanh))(levels)
assert np.allclose(slopes["o = 1"], by_jax, atol=1e-4)
print("count           ", *(f"{n:8}" for n in (0, 1, 2, 3, 5, 8, 10)))
for name, values in slopes.items():
    print(f"{name:9} lets out", *(f"{values[10 * n]:8.1e}" for n in (0, 1, 2, 3, 5, 8, 10)))

arrived = float(slopes["o = 1"][50])
verdict(
    "gradient_of_five",
    {"a": arrived > 0.9, "b": 0.1 < arrived < 0.3, "c": arrived < 0.001},
    f"At a count of 5 the share that arrives is {arrived:.1e}.",
)
plots.curves(
    levels,
    slopes,
    title="A full memory hardly feels a loss",
    xlabel="memory c",
    ylabel="∂h/∂c, no unit",
    alt=", ".join(
        f"{name}: {v[0]:.2g} at c = 0, {v[50]:.1e} at c = 5" for name, v in slopes.items()
    ),
    log=True,
    ylim=(1e-9, 2.0),
)

# %% [markdown]
# **Notice**
# - From a few events on, each further one divides the slope by $e^2 \approx 7.4$. Where `float32`
#   sees no difference between two counts, the slope is exactly 0.
# - A gate that is nearly shut takes its share off on top.
#
# Two ways to let no gradient in, then: a shut gate, and a full memory. So does an output gate that
# is shut for a long time cut the past off from a later loss? Let an LSTM read 60 months, and ask
# how much a small change of its *first* memory $c_0$ moves the last output $h_T$.

# %% tags=["measure"]
# How much the first memory moves the last output, with the output gate shut at some steps.
T = 60
reader = init_lstm(jax.random.key(0), 1, 16, forget_bias=3.0)
ways = {
    "as it is": [],
    "shut at all steps but the last": [Clamp("o", 0.0, steps=slice(0, T - 1))],
    "shut at the last step": [Clamp("o", 0.0, steps=T - 1)],
}
arrives = {}
for name, clamps in ways.items():

    def last_output(c, clamps=clamps):
        start = LSTMState(jnp.zeros(16), c)
        record = trace(reader, xs[:T], start, clamps=clamps)
        return record.h[-1], record

    jacobian, record = jax.jacrev(last_output, has_aux=True)(jnp.zeros(16))  # (H, H)
    arrives[name] = float(np.linalg.norm(jacobian, 2))
    print(f"output gate {name:31} ‖∂h_T/∂c_0‖ = {arrives[name]:.3g}")
    if name == "shut at all steps but the last":
        by_hand = record.o[-1] * (1 - jnp.tanh(record.c[-1]) ** 2) * record.f.prod(axis=0)
        difference = float(jnp.abs(jacobian - jnp.diag(by_hand)).max())
        assert difference < 1e-6

now, later = arrives["shut at the last step"], arrives["shut at all steps but the last"]
print(f"Verdict: a shut gate {'hides c from' if now == 0 else 'shows c to'} that step's loss;")
print(f"         a later loss {'still reaches' if later > 0 else 'does not reach'} the past.")
print(f"o_T · (1 - tanh²(c_T)) · product of all f: difference from JAX {difference:.1e}")

# %% [markdown]
# **Notice**
# - The path from $c_{t-1}$ to $c_t$ does not pass the output gate. Shut gates cost it nothing.
# - With $h$ silent, this path is all there is: one output slope at the end, and the forget gates
#   multiplied. With $h$ speaking there is a second path, through the gates. Lesson 06 measures
#   both.

# %% [markdown]
# ## Summary
#
# - $h_t = o_t \cdot \tanh(c_t)$: the gate decides what is shown. It does not touch $c_t$.
# - $c$ is the memory. It has no bound. $h$ is what the memory says, between −1 and 1.
# - tanh on the way out hides large counts, and keeps the loop through the gates within bounds.
# - Shut, the gate leaves the memory as it is and the neighbours in peace. But the cell is blind to
#   its own memory, and no gradient comes in at that step.
# - The way out lets $o\,(1 - \tanh^2 c)$ of the gradient in: little where the gate is shut or the
#   memory is full.
#
# Next, in [lesson 06](06_lstm_cell.ipynb): the three gates in one cell, drawn, stepped through and
# taken apart.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# **When time is short**
# - Section 1: do not skip the explorer.
# - Section 2: show the table and the figure; skip reading back.
# - Section 3: print the table, skip the code.
# - Section 4: show the figure and the verdict; skip the code.
# - Section 5: do `query_gate` and `counting_unit`; leave the rest for home.
# - Section 6: show the figure, give the exercise as homework.
#
# Answers: 1 (b), 2 (b), 3 (c), 4 (c), 5 (c), 6 (c).
#
# **Wrong answers to expect**
# - *Section 1, "a shut gate erases".* Mixed up with the forget gate. Go back to the first table:
#   $c$ is still 2.
# - *`lstm_output`*: most take the third block, since "the output gate is the third gate". In the
#   weights the candidate stands third.
# - *Section 2, "h counts too, only slower".* Let them read the column of differences aloud.
# - *Section 4, "so h is useless".* No: it is all that others see, and section 5 shows that the cell
#   itself needs it. One erasure is repaired because $c$ says it again.
# - *Section 5, "the cell sees c, it is its own".* Ask which equation of a gate has a $c$ in it.
# - *`query_gate`*: most return the sum at $q = 1$ as $w$. Ask what the sum is at $q = 1$.
# - *`counting_unit`*: most take $h$, or the loudest unit. Ask how the counter of this section looks
#   from outside. A count may also go down.
# - *`output_slope`*: $1 - h^2$, as in a plain RNN. There $h$ is the tanh; here $h$ has $o$ in it.
# - *Section 6, "so the count cannot be learned".* Not from large counts. In practice cells count in
#   small steps, and there are many of them.
