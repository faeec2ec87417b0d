# %% [markdown]
# # 07 The LSTM layer
#
# A layer is one cell, used again at every step of a sequence, always with the same weights. Here
# you build it, make it fast, give it many sequences at once, and find out how far gradient gets
# through it.
#
# **You will be able to**
# - write a layer with `scan`, and say which of five ways to run it is the slowest, and why,
# - name the one product that has to wait for the step before, and what that is good for,
# - feed it sequences of unequal length, and read each one where it ends,
# - stack layers, and read from both ends,
# - cut a long sequence into pieces without losing anything,
# - say what the gates do against vanishing gradients, and what they need for it.

# %%
import math
import time
from itertools import pairwise
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from IPython.display import display

from lstm_jax import (
    Bidirectional,
    LSTMParams,
    LSTMState,
    RNNParams,
    gradient_flow,
    influence,
    init_lstm,
    init_rnn,
    run,
    run_bidirectional,
    run_stack,
    trace,
    zero_state,
)
from lstm_jax.course import (
    GradientExplorer,
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
from lstm_jax.course.data.windows import fit_scale, split
from lstm_jax.training import adam, cross_entropy, fit

# %% [markdown]
# ## 1. A hundred cells in a chain
#
# Two layers, ready made: an RNN and an LSTM read the same 100 months of sunspots. Neither is
# trained. How much of a small change at step $t$ is left at step 100? The solid lines count all
# ways through the network. The dashed line counts one way only, along the cell state:
#
# $$\frac{\partial c_T}{\partial c_t} = \prod_{k=t+1}^{T} f_k
# \qquad \text{along } c \text{ alone, for the unit that keeps most}$$
#
# Often taught: an LSTM remembers by default.
#
# > **Predict.** Push the *forget bias* up from 0. From which value on does a tenth of a change at
# > step 0 come through to step 100 along the cell state?
# > - (a) 0: that is what the cell is made for
# > - (b) 1, where `init_lstm` starts
# > - (c) 3 or 4
# > - (d) 6 or more

# %%
guess("bias_for_a_tenth")

# %% [markdown]
# Then watch the solid blue line on the way up. Does it stay below 1?

# %%
explorer = GradientExplorer(forget_bias=0.0)
explorer

# %% [markdown]
# What does yours show now? And at each bias, what does the middle one of its eight seeds show?
# "Reach" is the number of steps back until less than $1/e \approx 0.37$ is left. For a gate that
# stands still at $\sigma(b)$ it is $-1/\ln \sigma(b)$ (lesson 03).

# %% tags=["measure"]
# Reads your explorer: its forget gates, and what is left of step 0.
shown, f = explorer.gradient_flow(), explorer.trace().lstm.f[: explorer.length]
print(f"Your explorer: mean forget gate {f.mean():.3f} over {len(f)} steps. Left of step 0:")
print(f"RNN {shown.rnn.total[0]:.1e}, LSTM {shown.lstm.total[0]:.1e}, ", end="")
print(f"along c alone {shown.lstm.direct[0]:.1e}")


# %% tags=["measure"]
# How far eight networks reach back for each forget bias from 0 to 5, and the verdict.
def eight_flows(init, **options):
    """What comes back in eight networks: total and direct, (8, T+1) each."""
    networks = [init(jax.random.key(seed), 1, 8, **options) for seed in range(8)]
    flows = [gradient_flow(params, explorer.xs) for params in networks]
    return [None if norms[0] is None else np.array(norms) for norms in zip(*flows, strict=True)]


def reach(left):
    """Steps back from the end until less than 1/e is left (networks, T+1): the median network."""
    below = left[:, ::-1] < 1 / math.e
    steps = np.where(below.any(axis=1), below.argmax(axis=1), np.inf)
    return np.median(steps)


def in_words(steps):
    return f"{steps:.0f}" if np.isfinite(steps) else "> 100"


total, _ = eight_flows(init_rnn)
print("              -1/ln  reach      reach        left of step 0 at step 100")
print("bias   σ(b)    σ(b)  along c    by all ways  along c    by all ways")
print(f"RNN{in_words(reach(total)):>30}{np.median(total[:, 0]):29.0e}")
along_c, all_ways = {}, {}
for bias in range(6):
    total, direct = eight_flows(init_lstm, forget_bias=bias)
    along_c[bias], all_ways[bias] = np.median(direct[:, 0]), np.median(total[:, 0])
    sigma = 1 / (1 + math.exp(-bias))
    print(
        f"{bias:4} {sigma:6.3f} {-1 / math.log(sigma):7.1f}  {in_words(reach(direct)):7} "
        f"   {in_words(reach(total)):11}  {along_c[bias]:.0e}      {all_ways[bias]:.0e}"
    )

enough = min((bias for bias, left in along_c.items() if left >= 0.1), default=6)
first = (
    f"Of biases 0 to 5, {enough} is the first that lets" if enough < 6 else "None of 0 to 5 lets"
)
verdict(
    "bias_for_a_tenth",
    {"a": enough == 0, "b": enough == 1, "c": enough in (3, 4), "d": enough >= 6},
    f"{first} a tenth come along c. An LSTM {'remembers' if enough <= 1 else 'does not remember'} "
    "by default.",
)
grown = [bias for bias, left in all_ways.items() if left > 1]
if grown:
    print(f"By all ways, a change grows from bias {min(grown)} on.")

# %% [markdown]
# **Notice**
# - The gate has to be *opened* before the chain holds. With a bias of 0 or 1 the dashed line falls
#   like any product of factors below 1.
# - There are other ways than $c$: the gates listen to $h$, and $h$ comes from $c$. They carry more
#   than $c$ does here, and with a large bias they make a change *larger*. The product of $f$ cannot
#   explode. The whole can, so clipping stays (lesson 02).
#
# That is before training. Section 6 trains both. First, build the chain.

# %% [markdown]
# ## 2. From one step to a layer
#
# One step, as in lesson 06. It works on a batch as it stands: `x` is `(B, D)`, the state is two
# arrays `(B, H)`, and a product with a matrix treats each row on its own.


# %%
def cell(params, state, x):
    """One step: x (B, D) and the state (h, c), (B, H) each, give the next state."""
    i, f, g, o = jnp.split(x @ params.w_x + state.h @ params.w_h + params.b, 4, axis=-1)
    c = jax.nn.sigmoid(f) * state.c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return LSTMState(jax.nn.sigmoid(o) * jnp.tanh(c), c)


# %% [markdown]
# A layer hands the state from step to step:
#
# $$s_t = \text{cell}(s_{t-1}, x_t), \quad s_t = (h_t, c_t), \quad s_0 = 0, \qquad t = 1 \dots T$$


# %%
def loop(cell):
    """The layer as a Python loop: xs (B, T, D) -> all h (B, T, H)."""

    def layer(params, xs):
        state, hs = zero_state(params, len(xs)), []
        for t in range(xs.shape[1]):
            state = cell(params, state, xs[:, t])
            hs.append(state.h)
        return jnp.stack(hs, axis=1)

    return layer


# %% tags=["measure"]
# Runs the layer on 16 stretches of 60 months, and compares it with lstm_jax.run.
B, T, D, H = 16, 60, 1, 32
past, _ = split(sunspots().number, 0.8)
past = jnp.asarray(fit_scale(past).apply(past))[:, None]  # (2500, 1)
xs = past[: B * T].reshape(B, T, D)  # 16 stretches of 60 months
params = init_lstm(jax.random.key(0), D, H)

hs = loop(cell)(params, xs)
difference = float(jnp.abs(hs - run(params, xs)[0]).max())
assert difference < 1e-5
print(f"xs {xs.shape} -> hs {hs.shape}; lstm_jax.run differs by at most {difference:.0e}")
weights = sum(array.size for array in params)
print(f"{weights:,} weights and biases, the same at each of the {T} steps")

# %% [markdown]
# Some say that a layer is made of several cells. In a drawing it is. In the computer there is one
# cell with one set of weights, and the drawing shows it once for each step.
#
# ### Your turn: `scan_layer`
#
# *This walk is the whole layer.* Write the same with `jax.lax.scan` in place of the loop. Use
# `cell`, and `zero_state(params, B)` to start with. `scan` walks along axis 0, and `xs` comes as
# `(B, T, D)`. About 6 lines; `hint("scan_layer")` helps.


# %%
def scan_layer(params, xs):
    """All outputs h (B, T, H) of an LSTM that starts at 0 and reads xs (B, T, D)."""

    ### BEGIN SOLUTION
    def advance(state, x):
        state = cell(params, state, x)
        return state, state.h

    _, hs = jax.lax.scan(advance, zero_state(params, len(xs)), jnp.swapaxes(xs, 0, 1))
    return jnp.swapaxes(hs, 0, 1)
    ### END SOLUTION


# %%
check("scan_layer", scan_layer)

# %% [markdown]
# Now the race. Five ways, all the same layer:
#
# 1. the Python loop, with a step as one first writes it, a product for each gate,
# 2. the loop, with that step in `jit`,
# 3. `scan` over that step,
# 4. `scan` over that step, all of it in `jit`,
# 5. the same with one product for all four gates: `cell`.
#
# > **Predict.** All five have been called once before. Which one is the slowest now?
# > - (a) 1, the Python loop
# > - (b) 2, the loop with a jitted step
# > - (c) 3, `scan` without `jit`

# %%
guess("slowest_way")


# %%
def four_products(params, state, x):
    """The same step as `cell`, with a product for each gate."""
    blocks = zip(*(jnp.split(array, 4, axis=-1) for array in params), strict=True)
    i, f, g, o = (x @ w_x + state.h @ w_h + b for w_x, w_h, b in blocks)
    c = jax.nn.sigmoid(f) * state.c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return LSTMState(jax.nn.sigmoid(o) * jnp.tanh(c), c)


# %% tags=["measure"]
# The five ways: the first call of each, compared with the first loop, and how they are timed.
def scanned(cell):
    """The layer by scan: xs (B, T, D) -> all h (B, T, H)."""

    def layer(params, xs):
        def advance(state, x):
            state = cell(params, state, x)
            return state, state.h

        start, time_first = zero_state(params, len(xs)), jnp.swapaxes(xs, 0, 1)
        return jnp.swapaxes(jax.lax.scan(advance, start, time_first)[1], 0, 1)

    return layer


ways = {
    "1 Python loop": loop(four_products),
    "2 loop, step in jit": loop(jax.jit(four_products)),
    "3 scan, no jit": scanned(four_products),
    "4 scan in jit": jax.jit(scanned(four_products)),
    "5 one product": jax.jit(mine(scan_layer, otherwise=scanned(cell))),
}


ROUNDS = 5


def race(ways, *arguments):
    """Milliseconds of one call of each way: the median of some rounds, in which all take turns."""

    def milliseconds(way):
        start = time.perf_counter()
        jax.block_until_ready(way(*arguments))
        return 1000 * (time.perf_counter() - start)

    rounds = [{name: milliseconds(way) for name, way in ways.items()} for _ in range(ROUNDS)]
    return {name: float(np.median([each[name] for each in rounds])) for name in ways}


for name, layer in ways.items():  # the first call of each, not timed
    difference = float(jnp.abs(layer(params, xs) - hs).max())
    assert difference < 1e-5
    print(f"{name:20} differs from the first loop by at most {difference:.0e}")

# %% tags=["measure"]
# Times the five ways, gives the verdict, and draws the milliseconds of a call.
ms = race(ways, params, xs)
slowest, fastest = max(ms, key=ms.get), min(ms, key=ms.get)
ratio = ms["1 Python loop"] / ms[fastest]
verdict(
    "slowest_way",
    {"a": slowest[0] == "1", "b": slowest[0] == "2", "c": slowest[0] == "3"},
    f"The slowest is {slowest[2:]}. The fastest, {fastest[2:]}, takes {ms[fastest]:.2g} ms; the "
    f"Python loop takes {ratio:,.0f} times as long, medians of {ROUNDS} calls.",
)

plots.bars(
    ms,
    title=f"The slowest way to run this layer: {slowest[2:]}",
    xlabel=f"one call, B = {B}, T = {T}, H = {H}, ms (log)",
    alt="Milliseconds for one call: " + ", ".join(f"{name} {t:.3g}" for name, t in ms.items()),
    log=True,
)

# %% [markdown]
# **Notice**
# - `scan` compiles its step. Without `jit` around it, `advance` is a new function in every call, so
#   it is compiled in every call. The cure is one word, outside.
# - A loop with a jitted step goes back to Python after each step. `scan` in `jit` does not.
# - The last rung counts little here. On another computer, or with other sizes, it may count more.
#
# ### Two more rungs
#
# In training it is the gradient that takes the time, and layers are larger. Two more ways are made
# for that:
#
# 6. *blocks* of 20 steps. Of all that a step does, only $h_{t-1} W_h$ has to wait for the step
#    before. So $x W_x$ is one product for the whole block. And one tanh serves all four gates:
#    $\sigma(a) = \tfrac12 \tanh(\tfrac12 a) + \tfrac12$, where the weights take the
#    $\tfrac12$ inside.
# 7. `lstm_jax.run`: such blocks, and a *backward pass written by hand*. Read it in
#    `lstm_jax/fast.py`; its first lines tell the plan.
#
# Often taught: nobody needs to write a backward pass by hand any more.
#
# > **Predict.** Which step up the ladder saves the largest part of the time for a gradient?
# > - (a) 4 to 5: one product for the four gates
# > - (b) 5 to 6: blocks
# > - (c) 6 to 7: the backward pass by hand
# > - (d) none saves as much as a fifth

# %%
guess("best_step_up")

# %% tags=["measure"]
# The layer in blocks of 20 steps, with one tanh for all four gates.
K = 20  # steps of a block


def in_blocks(params, xs):
    """The layer in blocks: xs (B, T, D), T a multiple of K -> all h (B, T, H)."""
    scale = jnp.repeat(jnp.array([0.5, 0.5, 1.0, 0.5]), params.w_h.shape[0])  # i, f, g, o
    w_x, w_h, b = (array * scale for array in params)

    def advance(state, x_sums):
        i, f, g, o = jnp.split(jnp.tanh(x_sums + state.h @ w_h), 4, axis=-1)
        c = (0.5 * f + 0.5) * state.c + (0.5 * i + 0.5) * g
        state = LSTMState((0.5 * o + 0.5) * jnp.tanh(c), c)
        return state, state.h

    def block(state, xs):  # (K, B, D)
        return jax.lax.scan(advance, state, xs @ w_x + b)

    rows, steps, features = xs.shape
    blocks = jnp.swapaxes(xs, 0, 1).reshape(steps // K, K, rows, features)
    _, hs = jax.lax.scan(block, zero_state(params, rows), blocks)
    return jnp.swapaxes(hs.reshape(steps, rows, -1), 0, 1)


# %% [markdown]
# First, are they equal, forward and backward? Each rung gives its outputs and the gradient of their
# mean square. Rung 5 is the judge.


# %% tags=["measure"]
# Compares the outputs and the gradients of rungs 4, 6 and 7 with those of rung 5.
def with_gradient(layer):
    """(params, xs) -> ((mean square, hs), its gradient), in `jit`."""

    def mean_square(params, xs):
        hs = layer(params, xs)
        return jnp.mean(hs**2), hs

    return jax.jit(jax.value_and_grad(mean_square, has_aux=True))


rungs = {
    "4 four products": with_gradient(scanned(four_products)),
    "5 one product": with_gradient(scanned(cell)),
    "6 blocks": with_gradient(in_blocks),
    "7 own backward pass": with_gradient(lambda params, xs: run(params, xs)[0]),
}
large = init_lstm(jax.random.key(0), 8, 128)
long_xs = jax.random.normal(jax.random.key(1), (16, 200, 8))
(_, plain_hs), plain = rungs["5 one product"](large, long_xs)
for name in ("4 four products", "6 blocks", "7 own backward pass"):  # first calls, not timed
    (_, its_hs), gradient = rungs[name](large, long_xs)
    forward = float(jnp.abs(its_hs - plain_hs).max())
    backward = max(
        float(jnp.abs(ours - theirs).max() / jnp.abs(theirs).max())
        for ours, theirs in zip(gradient, plain, strict=True)
    )
    assert forward < 1e-5
    assert backward < 1e-5
    print(f"{name:20} differs by {forward:.0e}, its gradient by {backward:.0e} of its largest")

# %% tags=["measure"]
# Times the four rungs, outputs and gradient, gives the verdict, and draws the milliseconds.
ms = race(rungs, large, long_xs)
gains = {f"{low[0]} to {high[0]}": ms[low] / ms[high] for low, high in pairwise(ms)}
print("times as fast: " + ", ".join(f"{step} {gain:.2f}" for step, gain in gains.items()))
best = max(gains, key=gains.get)
saves = gains[best] > 1.25  # a fifth of the time
*others, own = ms.values()
by_hand = min(others) / own
worth = "pays" if by_hand > 1.25 else "does not pay"
verdict(
    "best_step_up",
    {
        "a": saves and best == "4 to 5",
        "b": saves and best == "5 to 6",
        "c": saves and best == "6 to 7",
        "d": not saves,
    },
    f"The step from {best} saves most: {1 - 1 / gains[best]:.0%} of the time. A backward pass by "
    f"hand {worth} here.",
)

finding = f"Own backward pass: {by_hand:.2g} times as fast as the best without"
plots.bars(
    ms,
    title=finding,
    xlabel="outputs and gradient, B = 16, T = 200, H = 128, ms",
    alt=f"{finding}. Milliseconds for outputs and gradient: "
    + ", ".join(f"{name} {t:.0f}" for name, t in ms.items()),
)

# %% [markdown]
# **Notice**
# - Only $h_{t-1} W_h$ has to wait. What does not wait can leave the walk. On the way back even more
#   can, since every $h$ is known by then.
# - Left to itself, `grad` stores what each step computed, and adds up a small product a step for
#   the gradient of $W_h$. By hand, what each step computed is kept only where that costs less than
#   to compute it again, all steps of a block at once. And the gradient of each matrix is one
#   product a block.
# - The price is a file of code, and tests that it equals the plain scan. On another computer, or
#   with other sizes, the numbers differ. The verdict says what holds on yours.

# %% [markdown]
# ## 3. Many sequences, some of them short
#
# Sentences differ in length, and an array has one $T$. So the short ones are filled up with zeros,
# the **padding**. Each letter is one of $D = 27$ features.

# %% tags=["measure"]
# Two sentences as one array, read side by side and each alone: compares the outputs.
SENTENCES = ("the gate is open", "what is kept now can be read at any later step")
LETTERS = "abcdefghijklmnopqrstuvwxyz "

lengths = jnp.array([len(sentence) for sentence in SENTENCES])
letters = np.zeros((len(SENTENCES), int(lengths.max()), len(LETTERS)), np.float32)  # (B, T, D)
for row, sentence in enumerate(SENTENCES):
    for t, letter in enumerate(sentence):
        letters[row, t, LETTERS.index(letter)] = 1
print(f"letters {letters.shape}, lengths {lengths}")

reader = init_lstm(jax.random.key(1), len(LETTERS), H)
hs, _ = run(reader, letters)
alone = [run(reader, letters[row, :n])[0] for row, n in enumerate(lengths.tolist())]
difference = max(float(jnp.abs(hs[row, : len(h)] - h).max()) for row, h in enumerate(alone))
assert difference < 1e-5
print(f"each sentence in the batch and alone: largest difference {difference:.0e}")

# %% [markdown]
# Up to the end of each sentence a batch changes nothing, then. And after it? Often taught: the last
# output row is the summary of the sentence.
#
# > **Predict.** The layer has read "the gate is open", and then it reads zeros. How far is the last
# > row of `hs` from what it was after the "n"?
# > - (a) not at all: a zero adds nothing to any sum
# > - (b) a little, less than a tenth of its length
# > - (c) about as far as it was long, or further

# %%
guess("reading_zeros")

# %% tags=["measure"]
# Reads the padding with three layers, and draws how far the output moves.
keeper = init_lstm(jax.random.key(1), len(LETTERS), H, forget_bias=4.0)
records = {
    "forget bias 1": trace(reader, letters),
    "forget bias 4": trace(keeper, letters),
    "with lengths": trace(reader, letters, lengths=lengths),
}


moved = {}
for name, record in records.items():
    h = np.asarray(record.h[0, lengths[0] :])  # from the end of the short sentence on
    moved[name] = np.linalg.norm(h - h[0], axis=-1) / np.linalg.norm(h[0])
    print(f"{name:13} moves by {moved[name][-1]:4.0%} of its length")

end = moved["forget bias 1"][-1]
verdict(
    "reading_zeros",
    {"a": end < 1e-6, "b": 1e-6 <= end < 0.1, "c": end > 0.7},
    f"With forget bias 1 it moves by {end:.0%} of its length.",
)

plots.curves(
    np.arange(len(moved["with lengths"])),
    {name: 100 * values for name, values in moved.items()},
    title="Reading nothing moves the summary",
    xlabel="steps of padding after “the gate is open”",
    ylabel="distance from h at its end, %",
    alt="After the last step of padding the output has moved, in shares of its length: "
    + ", ".join(f"{name} {values[-1]:.0%}" for name, values in moved.items()),
)

# %% [markdown]
# **Notice**
# - $x = 0$ does not stop a cell. The forget gate still multiplies, and $h$ still speaks to all four
#   sums.
# - A memory that leaks fades. One that keeps is no safer: it goes on writing what it hears from
#   itself, and wanders off.
#
# The cure is a **mask**. A step beyond the end is computed, and then thrown away:
#
# $$s_t = \begin{cases} \text{cell}(s_{t-1}, x_t) & t \le \text{length} \\
# s_{t-1} & \text{else} \end{cases}$$


# %%
@jax.jit
def masked_layer(params, xs, lengths):
    """Outputs (B, T, H), 0 in the padding, and the state at the end of each row."""
    valid = jnp.arange(xs.shape[1])[:, None, None] < lengths[:, None]  # (T, B, 1)

    def advance(state, step):
        x, valid = step
        moved = cell(params, state, x)
        state = LSTMState(*(jnp.where(valid, *pair) for pair in zip(moved, state, strict=True)))
        return state, jnp.where(valid, state.h, 0.0)

    start = zero_state(params, len(xs))
    state, hs = jax.lax.scan(advance, start, (jnp.swapaxes(xs, 0, 1), valid))
    return jnp.swapaxes(hs, 0, 1), state


# %% tags=["measure"]
# Compares the masked layer with each sentence read alone, and with run(..., lengths=lengths).
hs, state = masked_layer(reader, letters, lengths)
ends = jnp.stack([h[-1] for h in alone])  # of each sentence, read alone
from_run = run(reader, letters, lengths=lengths)
padded, by_run = float(jnp.abs(state.h - ends).max()), float(jnp.abs(from_run[0] - hs).max())
assert max(padded, by_run) < 1e-5
print(f"final state, padded with a mask and alone: largest difference {padded:.0e}")
print(f"this layer and run(..., lengths=lengths):   largest difference {by_run:.0e}")
print("largest |h| in the last row of hs:", *(f"{h:.2f}" for h in jnp.abs(hs[:, -1]).max(axis=1)))

# %% [markdown]
# Read the last line again. With a mask the *final state* is the summary of each sentence. The last
# row of `hs` is 0 wherever there was padding.
#
# ### Your turn: `last_valid`
#
# *Often you are handed `hs` alone.* Take from each row the output at its own last valid step,
# and 0 for a row of length 0. About 3 lines; `hint("last_valid")` helps.


# %%
def last_valid(hs, lengths):
    """From hs (B, T, H) and lengths (B,), the output at the last valid step of each row (B, H)."""
    ### BEGIN SOLUTION
    last = hs[jnp.arange(len(hs)), lengths - 1]
    return jnp.where(lengths[:, None] > 0, last, 0.0)
    ### END SOLUTION


# %%
check("last_valid", last_valid)

# %% tags=["measure"]
# Takes the last outputs with your function, and compares them with the final state of the mask.
from lstm_jax.course.l07 import stand_ins

summaries = mine(last_valid, otherwise=stand_ins.last_valid)(hs, lengths)  # (B, H)
off = float(jnp.abs(summaries - state.h).max())
assert off < 1e-5
print(f"the last valid outputs and the final state: largest difference {off:.0e}")

# %% [markdown]
# ## 4. Up, and back
#
# **Stacked.** The outputs of one layer are a sequence, so another layer can read them: the upper
# one has `w_x` of shape `(H, 4H)`.
#
# **Backward.** `run(..., reverse=True)` starts at the last valid step of each row and walks to the
# first. What it says at step $t$ has read everything from $t$ on. Two layers, one in each
# direction, side by side, are called **bidirectional**: `(B, T, 2H)`.


# %% tags=["measure"]
# Stacks two layers and reads one backward, and compares both with the same written out.
def with_biases(key, input_size):
    """Random weights and biases: as they are after training, when the biases are 0 no more."""
    network = init_lstm(key, input_size, H)
    return network._replace(b=network.b + jax.random.normal(key, network.b.shape))


keys = jax.random.split(jax.random.key(2), 3)
lower, upper, back = map(with_biases, keys, (27, H, 27))
stacked, _ = run_stack([lower, upper], letters, lengths=lengths)
by_hand = run(upper, run(lower, letters, lengths=lengths)[0], lengths=lengths)[0]

short, n = letters[0], int(lengths[0])  # "the gate is open" and its padding
backward = run(back, letters, lengths=lengths, reverse=True)[0][0, :n]
turned = run(back, short[:n][::-1])[0][::-1]  # turn, read forward, turn back
padding_first = run(back, short[::-1])[0][::-1][:n]  # the whole row turned

two, one, wrong = (
    float(jnp.abs(a - b).max())
    for a, b in ((stacked, by_hand), (backward, turned), (backward, padding_first))
)
assert max(two, one) < 1e-5
print(f"a stack, and one run after the other:                        they differ by {two:.0e}")
print(f"reverse=True, and turn, read forward, turn back:             {one:.0e}")
print(f"reverse=True, and turn with the padding, read it first:      {wrong:.0e}")

# %% [markdown]
# > **Predict.** In the long sentence one letter is changed, in the middle. At which steps do the
# > outputs move?
# > - (a) forward: from there on; two layers: from there on; backward: up to there
# > - (b) forward: from there on; two layers: everywhere; backward: up to there
# > - (c) everywhere in all of them

# %%
guess("changed_letter")

# %% tags=["measure"]
# Changes one letter, and draws at which steps the outputs of each layer move.
middle = int(lengths[1]) // 2
changed = letters.copy()
changed[1, middle] = np.roll(letters[1, middle], 1)  # the next letter of the alphabet
both = Bidirectional(lower, back)
layers = {
    "forward": lambda xs: run(lower, xs, lengths=lengths)[0],
    "two layers, forward": lambda xs: run_stack([lower, upper], xs, lengths=lengths)[0],
    "backward": lambda xs: run(back, xs, lengths=lengths, reverse=True)[0],
    "both directions": lambda xs: run_bidirectional(both, xs, lengths=lengths)[0],
}
moved, span = {}, {}
for name, layer in layers.items():
    moved[name] = np.linalg.norm((layer(changed) - layer(letters))[1], axis=-1)  # (T,)
    steps = np.flatnonzero(moved[name])
    span[name] = steps.min(), steps.max()
    print(f"{name:20} moves at steps {steps.min():2} to {steps.max():2}")

forward, stack = (span[name][0] == middle for name in ("forward", "two layers, forward"))
backward = span["backward"][1] == middle
verdict(
    "changed_letter",
    {
        "a": forward and stack and backward,
        "b": forward and not stack and backward,
        "c": not (forward or stack or backward),
    },
    f"The letter of step {middle} was changed.",
)

plots.curves(
    np.arange(int(lengths[1])),
    {name: moved[name] for name in list(layers)[:3]},
    title="Forward hears the past, backward the future",
    xlabel="step",
    ylabel="change of the output, no unit",
    alt=f"A letter changed at step {middle} moves the outputs "
    + ", ".join(f"of {name} from step {a} to {b}" for name, (a, b) in span.items()),
    log=True,
)

# %% [markdown]
# **Notice**
# - A stack of forward layers is as deaf to the future as one of them. So it may forecast.
# - With both directions every output knows the whole sentence. That helps where the sentence is
#   there as a whole, and makes a forecast worthless: the answer is among the inputs.
#
# ### Your turn: `bidirectional`
#
# *What stands behind a word often says what it means.* Write it with two calls of `run`. About 3
# lines; `hint("bidirectional")` helps.


# %%
def bidirectional(forward, backward, xs, lengths):
    """The outputs of both directions side by side, first forward: (B, T, 2H).

    forward and backward are parameters of any cell, xs is (B, T, D) with padding, lengths (B,).
    """
    ### BEGIN SOLUTION
    from_left, _ = run(forward, xs, lengths=lengths)
    from_right, _ = run(backward, xs, lengths=lengths, reverse=True)
    return jnp.concatenate([from_left, from_right], axis=-1)
    ### END SOLUTION


# %%
check("bidirectional", bidirectional)


# %% tags=["measure"]
# Changes the same letter, and says at which steps the outputs of your function move.
def by_package(forward, backward, xs, lengths):
    return run_bidirectional(Bidirectional(forward, backward), xs, lengths=lengths)[0]


read_both = mine(bidirectional, otherwise=by_package)
once, after = (read_both(lower, back, xs, lengths)[1] for xs in (letters, changed))
halves = np.split(np.abs(np.asarray(after - once)), 2, axis=-1)  # forward, backward (T, H)
for direction, half in zip(("forward", "backward"), halves, strict=True):
    steps = np.flatnonzero(half.max(axis=-1))
    print(f"{direction:8} half moves at steps {steps.min():2} to {steps.max():2}")

# %% [markdown]
# ## 5. The state passed along
#
# 240 months, read at once or in four pieces of 60. `run` takes the state to start with and gives
# back the one it ended with.
#
# > **Predict.** You carry only one of the two from piece to piece. Which one must not get lost?
# > - (a) $h$: it is what the gates of the next step read
# > - (b) $c$
# > - (c) without the other, one is worth nothing

# %%
guess("what_to_carry")

# %% tags=["measure"]
# Reads 240 months in four pieces, carrying h, c, both or nothing, and draws the error.
PIECE, long = 60, past[:240]
carrier = init_lstm(jax.random.key(0), 1, H, forget_bias=3.0)
nothing = zero_state(carrier)
whole, _ = run(carrier, long)
wrong, mean_error = {}, {}
for name, carry in {
    "h and c": (1, 1),
    "c alone": (0, 1),
    "h alone": (1, 0),
    "nothing": (0, 0),
}.items():
    state, pieces = nothing, []
    for start in range(0, len(long), PIECE):
        given = LSTMState(carry[0] * state.h, carry[1] * state.c)
        hs, state = run(carrier, long[start : start + PIECE], given)
        pieces.append(hs)
    wrong[name] = np.linalg.norm(jnp.concatenate(pieces) - whole, axis=-1)  # (240,)
    mean_error[name] = float(wrong[name][PIECE:].mean())
    print(f"carried {name}: mean error {mean_error[name]:.2g}")
assert wrong["h and c"].max() < 1e-5

need_h, need_c = (mean_error[name] / mean_error["nothing"] for name in ("c alone", "h alone"))
only_h, only_c = need_c < 0.5 * need_h, need_h < 0.5 * need_c
verdict(
    "what_to_carry",
    {"a": only_h, "b": only_c, "c": not only_h and not only_c},
    f"Of the error of carrying nothing, {need_h:.0%} is left with c alone, {need_c:.0%} with h "
    "alone.",
)

plots.curves(
    np.arange(1, len(long) + 1),
    {f"carried: {name}": wrong[name] for name in ("nothing", "h alone", "c alone")},
    title=f"Error left: {need_h:.0%} with c alone, {need_c:.0%} with h alone",
    xlabel="month; a new piece starts at 61, 121 and 181",
    ylabel="error of h, no unit",
    alt="Mean error of the outputs after the first piece: "
    + ", ".join(f"{name} {error:.2g}" for name, error in mean_error.items()),
    log=True,
    ylim=(1e-3, 10),
)

# %% [markdown]
# **Notice**
# - With both carried, four pieces are one long run. So a program can read on for ever, in small
#   pieces.
# - Carry the state only from a piece to the one that follows it. Between two sentences that have
#   nothing to do with each other, start from 0. (In training, the gradient is cut at the seam:
#   lesson 09.)

# %% [markdown]
# ## 6. Do gates solve the decay?
#
# Now train. The task of lesson 02: four symbols pass in random order, one of them carries a mark;
# name that one 30 steps later. The rules, fixed before the run:
#
# - an RNN, and LSTMs that start with forget bias 0, 1 and 4; six networks each, 16 units,
# - network $n$ of every kind gets the same 400 batches of 32 sequences; all have the same optimiser
#   and the same learning rate 0.01,
# - *learned* means more than 95 % right on 1,000 new sequences,
# - one kind is better than another if at least four more of its networks learn it. By luck alone,
#   that happens in less than 5 % of such comparisons.
#
# > **Predict.** Which ones are better than the RNN?
# > - (a) all three LSTMs: it is the gates
# > - (b) those with bias 1 and 4
# > - (c) only those with bias 4: it is the open gate
# > - (d) none

# %%
guess("better_than_rnn")

# %%
LAG, LENGTH, NETWORKS, UNITS = 30, 34, 6, 16
MARK = LENGTH - 1 - LAG


class Recaller(NamedTuple):
    cell: RNNParams | LSTMParams
    w: jax.Array  # (UNITS, 4): from the last output to the four symbols


def recallers(init, **options):
    """Six networks of one kind, axis 0 counts them; the seeds are the same for each kind."""

    def new(key):
        w = jax.random.normal(key, (UNITS, 4)) / math.sqrt(UNITS)
        return Recaller(init(key, 5, UNITS, **options), w)

    return jax.vmap(new)(jax.random.split(jax.random.key(0), NETWORKS))


def answers(model, xs):  # (B, T, 5) -> (B, 4)
    hs, _ = run(model.cell, xs)
    return hs[:, -1] @ model.w  # no padding here: the last row is the end


def loss(model, batch):
    xs, ys = batch
    return cross_entropy(answers(model, xs), ys)


def draw(key):
    return lag_recall(key, LAG, batch=32, length=LENGTH)


# %% tags=["measure"]
# Trains six RNNs, and six LSTMs for each of the forget biases 0, 1 and 4.
fresh = {"RNN": recallers(init_rnn)} | {
    f"LSTM, bias {bias}": recallers(init_lstm, forget_bias=bias) for bias in (0, 1, 4)
}
keys = jax.random.split(jax.random.key(1), NETWORKS)  # a key a network: `fit` trains them together
optimizer, trained = adam(0.01), {}
for name, networks in fresh.items():
    print(name)
    trained[name] = fit(loss, networks, draw, key=keys, steps=400, optimizer=optimizer).params

# %% tags=["measure"]
# Counts the right answers of each network on 1,000 new sequences, and gives the verdict.
symbols, names = lag_recall(jax.random.key(2), LAG, batch=1000, length=LENGTH)
score = jax.jit(jax.vmap(lambda model: accuracy(answers(model, symbols), names)))
scores = {name: np.asarray(score(models)) for name, models in trained.items()}
learned = {name: int((values > 0.95).sum()) for name, values in scores.items()}
print(f"               right answers of each network (by chance {CHANCE:.0%})   learned")
for name, values in scores.items():
    each = " ".join(f"{value:5.0%}" for value in values)
    print(f"{name:13}  {each}     {learned[name]:6} of {NETWORKS}")

better = [name[-1] for name in list(fresh)[1:] if learned[name] >= learned["RNN"] + 4]
biases = "".join(better)
verdict(
    "better_than_rnn",
    {"a": biases == "014", "b": biases == "14", "c": biases == "4", "d": biases == ""},
    f"Better than the RNN: bias {', '.join(better) or 'none'}.",
)

# %% [markdown]
# And the gradient? Each network reads 4 sequences. How much of a small change at step $t$ is left
# at the end, before training and after?

# %% tags=["measure"]
# How much of a change at each step is left at the end, before training and after.
flows_of = jax.jit(jax.vmap(lambda model: gradient_flow(model.cell, symbols[:4])))
before, after = (
    {name: flows_of(models) for name, models in stage.items()} for stage in (fresh, trained)
)


def middle_network(norms):
    """(networks, B, T+1) -> (T+1,): the median over everything."""
    return np.median(norms, axis=(0, 1))


print("left of the step with the mark   by all ways: before   after    along c: before   after")
for name in fresh:
    row = [before[name].total, after[name].total]
    if before[name].direct is not None:
        row += [before[name].direct, after[name].direct]
    values = [f"{middle_network(norms)[MARK]:.0e}" for norms in row] + ["", ""]
    print(f"{name:33}{values[0]:>20}{values[1]:>8}{values[2]:>19}{values[3]:>8}")

longest = max(float(flow.direct.max()) for flow in list(after.values())[1:])
grown = sum(int((flow.total.max(axis=(1, 2)) > 1.01).sum()) for flow in list(after.values())[1:])
print(f"\nlargest value along c in any LSTM: {longest:.2f}")
print(f"Verdict: along c, gradient {'cannot grow' if longest <= 1 else 'grows'}; ", end="")
print(f"by all ways it grows in {grown} of {3 * NETWORKS} trained LSTMs.")

for when, flows in {"Untrained": before, "Trained": after}.items():
    curves = {name: middle_network(flow.total) for name, flow in flows.items()}
    curves["bias 4, along c"] = middle_network(flows["LSTM, bias 4"].direct)
    at_mark = {name: f"{values[MARK]:.0e}" for name, values in curves.items()}
    display(
        plots.curves(
            np.arange(LENGTH + 1),
            curves,
            title=f"{when}, left of the mark: RNN {at_mark['RNN']}, "
            f"bias 0 {at_mark['LSTM, bias 0']}, bias 4 {at_mark['LSTM, bias 4']}",
            xlabel=f"time step t; the mark stands at {MARK}",
            ylabel="‖∂s$_T$/∂s$_t$‖, no unit",
            alt=f"{when}, left of step {MARK} at the end: "
            + ", ".join(f"{name} {left}" for name, left in at_mark.items()),
            log=True,
            dashed=("bias 4, along c",),
            ylim=(1e-9, 1e3),
        )
    )

# %% [markdown]
# Last, the influence map of lesson 02, for the middle one of six RNNs and of six LSTMs: which
# inputs does each output feel? The title says how much the mark weighs in the last output, against
# a typical symbol after it.

# %% tags=["measure"]
# Draws which inputs each output feels, for the middle RNN and the middle LSTM.
for name in ("RNN", "LSTM, bias 4"):
    middle = int(scores[name].argsort()[NETWORKS // 2])
    its_cell = jax.tree.map(lambda array, middle=middle: array[middle], trained[name].cell)
    norms = np.asarray(influence(its_cell, symbols[0]))  # (T, T)
    felt = norms[-1, MARK] / np.median(norms[-1, MARK + 1 : -1])
    display(
        plots.influence_map(
            norms,
            title=f"{name}: the mark weighs {felt:.2g} times",
            alt=f"{name}, {scores[name][middle]:.0%} right answers: the last output feels the "
            f"mark, at step {MARK}, {felt:.2g} times as much as a typical later input.",
            floor=1e-4,
        )
    )

# %% [markdown]
# **Notice**
# - Gates that start half shut do not solve the decay. They add one more factor below 1. An LSTM
#   with open gates carries the gradient from the first batch on, and has something to learn from.
# - Training does not open them by itself. With bias 0 hardly any gradient comes from the mark, so
#   nothing speaks for keeping, and the memory gets shorter still.
# - The RNN gets more gradient from the mark than the LSTM with bias 0, and yet it rarely learns the
#   task. A gradient is needed, and it is not enough.
# - Six networks and one learning rate show a large difference, not a law. Lesson 08 gives each kind
#   its own learning rate.

# %% [markdown]
# ### Your turn: `long_memory`
#
# *What no gradient reaches in the first batch is not learned in the last one.* Write the beginning
# of an LSTM for long sequences. While it reads noise, its middle unit should need at least 200
# steps to forget half of its memory, and at most 2,000, so that training can still close the gate.
# About 3 lines; `hint("long_memory")` helps.


# %%
def long_memory(key, input_size, hidden_size):
    """Fresh LSTMParams with memories of 200 to 2,000 steps."""
    ### BEGIN SOLUTION
    f = 0.5 ** (1 / 200)
    bias = math.log(f / (1 - f))  # of a gate that stands still; these move, so a little more
    return init_lstm(key, input_size, hidden_size, forget_bias=bias + 0.8)
    ### END SOLUTION


# %%
check("long_memory", long_memory)

# %% tags=["measure"]
# Begins eight networks with your function: how much is left of a change 100 steps back.
begin = mine(long_memory, otherwise=stand_ins.long_memory)
fresh_flows = [gradient_flow(begin(jax.random.key(n), 1, 8), explorer.xs) for n in range(8)]
left = np.median([flow.direct[0] for flow in fresh_flows])
print(f"along c, the middle one of eight networks keeps {left:.0%} over {len(explorer.xs)} steps")

# %% [markdown]
# ## Summary
#
# - A layer is one cell over time, written with `scan`, inside `jit`. The batch is an axis.
# - Only $h_{t-1} W_h$ has to wait for the step before. `run` takes everything else out of the walk.
# - Padding moves the state. A mask holds it: read the final state, or each row at its own end.
# - Layers stack, and read from both ends. Backward starts at the last valid step.
# - The state is $h$ *and* $c$. Carried on, pieces equal one long run.
# - The gates can keep a gradient alive along $c$, if they start open. Along $c$ it cannot explode;
#   through $h$ it can.
#
# Next, in lesson 08: LSTM against RNN, many seeds, each as well tuned as the other.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# **When time is short**
# - Section 1: do not skip the explorer.
# - Section 2: give two hints; show the last figure only.
# - Section 3: show the figure, leave the exercise for home.
# - Section 4: show the figure only.
# - Section 5: show the verdict only.
# - Section 6: do not skip the training.
#
# Answers: 1 (c), 2 (c), then what the run says, mostly (c), 3 (c), 4 (a), 5 (b), 6 what the run
# says, mostly (c).
#
# **Wrong answers to expect**
# - *Section 1, "it remembers by default".* Let them read the first two rows of the table aloud.
#   Then ask what a program does whose forget bias starts at 0. There are such programs.
# - *"Along c it never falls, that is the point of the LSTM."* It falls like any product of factors
#   below 1. What is new is that a factor can be close to 1, and that the network sets it.
# - *Section 2, "a layer with more steps has more weights".* Ask which array in `params` knows $T$.
# - *Section 2, "scan is always fast".* Whoever calls it outside `jit` compiles in every call. So
#   does a `jit` written inside a function that is called often.
# - *Section 2, "blocks make the layer parallel".* They do so for $x W_x$. Ask which product of
#   step 7 could start before step 6 has ended.
# - *Section 3, "zeros add nothing".* To the weighted sum, yes. Ask what $f \odot c$ is then.
# - *Section 3, "with the mask, the last row is right".* The state is. The outputs in the padding
#   are 0, so that nobody mistakes them for a summary.
# - *Section 5, "h is the memory".* Lesson 05 erased both, with the same outcome.
# - *Section 6, "so LSTMs beat RNNs".* With bias 0 they do not. And an RNN finds the task too, now
#   and then: try other seeds, 1,000 steps, or the learning rate 0.003.
# - `scan_layer`: most forget one of the two swaps. `last_valid`: the length of 0, where Python
#   reads the index -1 as the last. `bidirectional`: a flip that also turns the padding round.
#   `check` names each of them. `long_memory`: the bias of the formula is for a gate that stands
#   still, and falls a little short.
#
# The times of section 2 come from the machine at hand. On a GPU the rungs may stand in another
# order; the verdicts say which.
