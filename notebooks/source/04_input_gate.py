# %% [markdown]
# # 04 The input gate
#
# The forget gate sets what stays in the memory. This lesson is about what is written into it. Two
# parts of the cell share this work: the candidate and the input gate.
#
# **You will be able to**
# - tell the input gate from the candidate,
# - compute what one step writes into the cell state,
# - explain why a cell needs an input gate,
# - say what a cell with a shut input gate still computes from its input,
# - say what is lost if gate and candidate share one weighted sum.

# %%
import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import Clamp, LSTMParams, LSTMState, init_lstm, run, step, trace
from lstm_jax.course import GateExplorer, check, guess, hint, mine, plots, progress, verdict

# %% [markdown]
# ## 1. How much, and what
#
# This is the cell of lesson 03. Now the middle is in colour: what is written into the memory.

# %% tags=["measure"]
# Draws the LSTM cell with the paths of input gate and candidate in colour
plots.cell_diagram(
    "ig",
    title="Input gate times candidate is added to the state",
    alt="The LSTM cell. In colour: input and old output enter the input gate and the candidate. "
    "Their product is added to the cell state. In grey: forget gate and output gate.",
)

# %% [markdown]
# The **candidate** $g$ is what could be written. It is a number between $-1$ and $1$ for each unit,
# so it has a sign. The **input gate** $i$ is a number between 0 and 1 for each unit. It sets which
# share of the candidate is written.
#
# $$i_t = \sigma(x_t W_{xi} + h_{t-1} W_{hi} + b_i) \qquad
# g_t = \tanh(x_t W_{xg} + h_{t-1} W_{hg} + b_g)$$
#
# $$c_t = f_t \odot c_{t-1} + \underbrace{i_t \odot g_t}_{\text{written}}$$
#
# All four vectors have the shape `(H,)`. If one unit has $c_{t-1} = 2$, $f_t = 1$, $i_t = 0.1$ and
# $g_t = -0.9$, then $c_t = 2 - 0.09 = 1.91$. Nothing else is ever added to the cell state.

# %% [markdown]
# ## 2. Move the gate
#
# One unit reads noise: 60 numbers, as often above 0 as below. Its candidate follows them, and its
# forget gate keeps 99 % at each step. You set the input gate: its weight $w$ on the input, its
# weight $u$ on the old output, and its bias. They start at 0, so the gate is half open at every
# step.
#
# > **Predict.** You push one of the three up to 8. With which one is the memory highest at the end?
# > - (a) the bias, because more is written
# > - (b) the weight $w$ on the input
# > - (c) the weight $u$ on the old output

# %%
guess("highest_climb")

# %% [markdown]
# 1. Push $w$, $u$ and the bias up to 8, one at a time, and find the one that answers the question.
#    *Reset* brings you back.
# 2. Find a setting with which the memory ends below −5.

# %%
explorer = GateExplorer(gate="i", sequence="noise", t=59)
explorer

# %%
from lstm_jax.course.l04 import stand_ins, tasks

print(tasks.answer(explorer))  # run this cell after each task

# %% tags=["measure"]
# Makes the three settings in Python, and compares where the memory ends
ends = {slider: tasks.end_of_the_memory(**{slider: 8}) for slider in ("bias", "w", "u")}
highest = max(ends, key=ends.get)
verdict(
    "highest_climb",
    {"a": highest == "bias", "b": highest == "w", "c": highest == "u"},
    "The memory ends at "
    + ", ".join(f"{end:.2f} with {slider} = 8" for slider, end in ends.items())
    + ".",
)

# %% [markdown]
# **Notice**
# - An open gate writes positive and negative numbers alike, and they nearly cancel.
# - A positive $w$ opens the gate for positive inputs and shuts it for negative ones. So the gate
#   selects which numbers are written, and changes none of them.
# - The preset *closes when full* has a negative $u$: a large output shuts the gate.

# %% [markdown]
# ## 3. A cell that adds
#
# A unit reads a number and a mark at each step. It should add up the marked numbers. We set its
# weights by hand: the candidate depends on the number alone, and the gate on the mark alone. The
# tanh of the candidate would turn 0.9 into 0.72. A small weight avoids this, because
# $\tanh(0.1\,x) \approx 0.1\,x$. The memory then holds one tenth of the sum.

# %%
SMALL = 0.1
adder = LSTMParams(  # columns: i, f, g, o
    w_x=jnp.array([[0.0, 0, SMALL, 0], [12, 0, 0, 0]]),  # from the number; from the mark
    w_h=jnp.zeros((1, 4)),
    b=jnp.array([-6.0, 9, 0, 9]),  # i is shut without a mark; f and o are open
)

# %% [markdown]
# ### Your turn: `write`
#
# *Nothing else ever enters the memory of an LSTM.* Compute what one step writes, from the weights.
# About 3 lines; `hint("write")` helps.


# %%
def write(params, h_prev, x):
    """i_t ⊙ g_t, what is added to the cell state (H,), from h_prev (H,) and x (D,).

    params is an LSTMParams: w_x (D, 4H), w_h (H, 4H), b (4H,), blocks in the order i, f, g, o.
    """
    ### BEGIN SOLUTION
    sums = x @ params.w_x + h_prev @ params.w_h + params.b
    i, _, g, _ = jnp.split(sums, 4)
    return jax.nn.sigmoid(i) * jnp.tanh(g)
    ### END SOLUTION


# %%
check("write", write)

# %% [markdown]
# Your function writes, step by step. The forget gate of this cell is so close to 1 that we leave it
# out.

# %%
from lstm_jax.course.data.adding import adding

writes = mine(write, otherwise=stand_ins.write)
xs = adding(jax.random.key(169), batch=1, length=16)[0][0]  # (T, 2): number and mark
c, cs = jnp.zeros(1), []
for x in xs:
    c = c + writes(adder, jnp.zeros(1), x)  # w_h is 0, so h does not matter
    cs.append(c[0] / SMALL)  # scaled back

# %% tags=["measure"]
# Draws the numbers and the memory, and compares its end with the sum of the marked numbers
number, mark = np.asarray(xs).T
total = float(number[mark == 1].sum())
assert abs(cs[-1] - total) < 0.05
both = " and ".join(f"{each:.2f}" for each in number[mark == 1])
plots.curves(
    np.arange(1, 17),
    {"memory, scaled back": np.array(cs), "number": number, "mark": mark},
    title=f"Marked: {both}. Their sum is {total:.2f}; the memory ends at {cs[-1]:.2f}",
    xlabel="time step",
    ylabel="value, no unit",
    thin=["number"],
    alt=f"The numbers jump between {number.min():.2f} and {number.max():.2f}. The memory moves at "
    f"the two marked steps, and ends at {cs[-1]:.2f}.",
)

# %% [markdown]
# Could the unit do without the gate? We hold $i$ at 1. The candidate still depends on the number
# alone, and we try weights $w_{xg}$ from 0.01 to 3, each with the best scale for reading out the
# memory. The error is the root of the mean squared error in 500 sequences.
#
# > **Predict.** How close does the best weight come to the sum of the marked numbers?
# > - (a) as close as the cell with the gate: at most twice its error
# > - (b) in between: less than half the error of always answering 0
# > - (c) not close: more than half the error of always answering 0

# %%
guess("no_gate")

# %% tags=["measure"]
# Tries the weights with the gate held open, and compares errors
many, _ = adding(jax.random.key(3), batch=500, length=16)
sums = np.asarray((many[..., 0] * many[..., 1]).sum(axis=1))  # (500,)


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


def memory(weight, bias):
    """The memory at the end (500,); with an input bias of 30 the gate is open at every step."""
    cell = adder._replace(w_x=adder.w_x.at[0, 2].set(weight), b=adder.b.at[0].set(bias))
    return np.asarray(run(cell, many)[1].c[:, 0])


gated = rms(memory(SMALL, -6.0) / SMALL - sums)
zero = rms(sums)
best = np.inf
for weight in np.geomspace(0.01, 3, 12):
    c = memory(float(weight), 30.0)
    best = min(best, rms((c @ sums) / (c @ c) * c - sums))
verdict(
    "no_gate",
    {
        "a": best <= 2 * gated,
        "b": 2 * gated < best < zero / 2,
        "c": best > max(zero / 2, 2 * gated),
    },
    f"The error is {gated:.3f} with the gate, {best:.3f} without it, and {zero:.3f} for always "
    "answering 0.",
)

# %% [markdown]
# **Notice.** Without the gate one weight has two jobs: it must store the marked numbers, and it
# must protect the memory from all other numbers. It is the same at every step, so it cannot do
# both. Hochreiter and Schmidhuber (1997) call this the *input weight conflict*. It is their reason
# for the input gate.

# %% [markdown]
# ## 4. Held shut
#
# An untrained LSTM with 8 units reads ten years of sunspots, scaled to mean 0 and standard
# deviation 1. In a second run a clamp holds its input gate shut from month 40 on.

# %%
from lstm_jax.course import sunspots
from lstm_jax.course.data.windows import fit_scale

months = sunspots().number[360:480]
decade = jnp.asarray(fit_scale(months).apply(months))[:, None]  # (T, 1), T = 120 months
params = init_lstm(jax.random.key(5), input_size=1, hidden_size=8, forget_bias=3.0)
shut = [Clamp("i", 0.0, steps=slice(40, None))]
records = {"free": trace(params, decade), "shut": trace(params, decade, clamps=shut)}

# %% [markdown]
# > **Predict.** What does the cell state do after month 40, in the second run?
# > - (a) it stays what it was
# > - (b) it fades, in the same way whatever the sun does
# > - (c) it fades, and how fast depends on the sun

# %%
guess("gate_shut")

# %% tags=["measure"]
# Draws one unit in both runs, and runs the shut cell once more under a quiet sun
unit = int(jnp.argmax(jnp.abs(records["free"].c[40])))  # the one that holds most
closed = records["shut"].c[:, unit]
quiet = decade.at[40:].set(decade.min())  # from month 40 on at its lowest
spread = abs(float(closed[64] - trace(params, quiet, clamps=shut).c[64, unit]))
kept = float(closed[-1] / closed[40])
fades = abs(kept) < 0.99
verdict(
    "gate_shut",
    {"a": not fades, "b": fades and spread < 1e-6, "c": fades and spread >= 1e-6},
    f"At the end {kept:.1g} of it is left. After two years, a quiet sun would make a difference of "
    f"{spread:.2g}.",
)
factor = jnp.cumprod(records["shut"].f[40:, unit])
assert np.allclose(closed[41:], closed[40] * factor, atol=1e-5)
plots.curves(
    np.arange(121),
    {name: np.asarray(record.c[:, unit]) for name, record in records.items()},
    title=f"Shut from month 40: the cell state goes from {closed[40]:.2f} to {closed[-1]:.2f}",
    xlabel="month",
    ylabel=f"cell state c of unit {unit + 1}, no unit",
    alt=f"At month 40 the cell state is {closed[40]:.2f}. At month 120 it is {closed[-1]:.2f} with "
    f"the gate shut, and {records['free'].c[-1, unit]:.2f} with the gate free.",
)

# %% [markdown]
# **Notice**
# - With $i_t = 0$ one term is left: $c_t = f_t \odot c_{t-1}$. The cell state can only shrink.
# - The input still enters the sum of the forget gate, so it changes how much is kept.

# %% [markdown]
# ## 5. One sum for both?
#
# Some texts compute gate and candidate from *the same* weighted sum $a$: one goes through $\sigma$,
# the other through $\tanh$. An LSTM has two sums. With one, a step would write
# $\sigma(a)\tanh(a)$.
#
# > **Predict.** A cell with one sum should lower its cell state by 0.5 in one step, with $f = 1$.
# > It may choose any $a$. Can it?
# > - (a) yes, with a very negative $a$
# > - (b) no, there is no such $a$

# %%
guess("push_down")

# %% tags=["measure"]
# Draws what one sum and two sums can write, and looks for the lowest value
a = np.linspace(-8, 8, 3201)
one_sum = np.tanh(a) / (1 + np.exp(-a))
lowest = float(one_sum.min())
verdict(
    "push_down",
    {"a": lowest <= -0.5, "b": lowest > -0.5},
    f"The lowest value that one sum can write is {lowest:.3f}, at a = {a[one_sum.argmin()]:.2f}.",
)
plots.curves(
    a,
    {"one sum": one_sum, "two sums, i = 1": np.tanh(a), "two sums, i = 0.1": 0.1 * np.tanh(a)},
    title=f"One sum writes between {lowest:.2f} and {one_sum.max():.2f}, two sums between −1 and 1",
    xlabel="weighted sum of the candidate, no unit",
    ylabel="written, no unit",
    dashed=("two sums, i = 1", "two sums, i = 0.1"),
    alt=f"What one sum can write rises from 0 to {one_sum.max():.2f} on the right, and falls to "
    f"{lowest:.2f} and back to 0 on the left. Two sums reach every value between −1 and 1.",
)

# %% [markdown]
# **Notice.** A negative sum makes the candidate negative, but it also shuts the gate. So with one
# sum the cell can write up, and it can write nothing, but it can hardly write down.

# %% [markdown] tags=["home"]
# ## 6. What does one sum cost?
#
# A network with one sum may find a way round. So we train both kinds on the task of section 3.
#
# ### Your turn: `tie`
#
# *A block is all that makes one gate differ from another.* Make the tied cell: give the input gate
# the weights of the candidate. About 4 lines; `hint("tie")` helps.


# %%
def tie(params):
    """The LSTMParams params, with the block of i replaced by that of g in all three arrays."""

    ### BEGIN SOLUTION
    def with_g_twice(array):
        _, f, g, o = jnp.split(array, 4, axis=-1)
        return jnp.concatenate([g, f, g, o], axis=-1)

    return LSTMParams(*map(with_g_twice, params))
    ### END SOLUTION


# %%
check("tie", tie)

# %%
from lstm_jax.training import adam, fit, mean_squared_error

tied = mine(tie, otherwise=stand_ins.tie)


def two_sums(network, batch):  # the loss
    (cell, w, b), (xs, ys) = network, batch
    _, state = run(cell, xs)
    return mean_squared_error(state.h @ w + b, ys)


def tied_loss(network, batch):
    cell, w, b = network
    return two_sums((tied(cell), w, b), batch)  # your function, at every training step


# %% [markdown]
# There are 20 pairs of networks with 4 units. The two networks of a pair start with the same
# weights and see the same data. The tied one uses one block less. So there is a third kind, tied,
# with 5 units. It sees the same data too, but it starts with other weights.
#
# The rule, fixed before the run: a difference counts if one kind has the smaller error in at least
# 15 of 20 pairs. By luck alone this happens in 4 % of cases. A network has learned the task if its
# error is below one tenth of that of always answering 0.5, the mean.
#
# > **Predict.** Twenty pairs with 4 units each. The tied networks
# > - (a) do not learn the task: fewer than 10 do
# > - (b) learn it, with larger errors than the others
# > - (c) learn it, with smaller errors than the others

# %%
guess("tied_cells")

# %% tags=["measure"]
# Trains the three kinds, 20 networks each, and compares their errors pair by pair
from lstm_jax.course.data.adding import CONSTANT_MSE

PAIRS = 20
keys = jax.random.split(jax.random.key(1), PAIRS)
batch_keys = jax.random.split(jax.random.key(0), PAIRS)


def new_networks(hidden_size):
    """One network a key: axis 0 of every array counts them."""
    cells = [init_lstm(key, 2, hidden_size) for key in keys]
    w = jax.random.normal(keys[0], (PAIRS, hidden_size)) / np.sqrt(hidden_size)
    return jax.tree.map(lambda *arrays: jnp.stack(arrays), *cells), w, jnp.zeros(PAIRS)


def draw(key):
    return adding(key, 64, 16)


test = adding(jax.random.key(2), batch=512, length=16)  # new sequences, the same for all
optimizer, errors = adam(0.02), {}
for name, loss, hidden_size in (
    ("4 units, two sums", two_sums, 4),
    ("4 units, tied", tied_loss, 4),
    ("5 units, tied", tied_loss, 5),
):
    print(name)
    trained = fit(
        loss, new_networks(hidden_size), draw, key=batch_keys, steps=500, optimizer=optimizer
    )
    score = jax.jit(jax.vmap(loss, in_axes=(0, None)))
    errors[name] = np.asarray(score(trained.params, test))  # (20,)

with_two = errors["4 units, two sums"]
for name, values in errors.items():
    learned, wins = int(np.sum(values < CONSTANT_MSE / 10)), int(np.sum(with_two < values))
    finding = "two sums" if wins >= 15 else "tied" if wins <= 5 else "no clear difference"
    paired = "" if values is with_two else f"; two sums win {wins} of {PAIRS}: {finding}"
    print(f"{name}: median error {np.median(values):.2g}, learned by {learned} of {PAIRS}{paired}")

values = errors["4 units, tied"]
learned, wins = int(np.sum(values < CONSTANT_MSE / 10)), int(np.sum(with_two < values))
verdict(
    "tied_cells",
    {
        "a": learned < 10,
        "b": learned >= 10 and wins >= 15,
        "c": learned >= 10 and wins <= 5,
    },
    f"Of the tied networks with 4 units, {learned} of {PAIRS} learn it. Two sums have the smaller "
    f"error in {wins} pairs.",
    tie=learned >= 10 and 5 < wins < 15,
)
plots.curves(
    np.arange(1, PAIRS + 1),
    {name: np.sort(values) for name, values in errors.items()}
    | {"answering 0.5": np.full(PAIRS, CONSTANT_MSE)},
    title="Median error: "
    + ", ".join(f"{np.median(values):.1g} ({name})" for name, values in errors.items()),
    xlabel="rank of the network, from best to worst",
    ylabel="mean squared error",
    dashed=("answering 0.5",),
    alt="Median squared error: "
    + ", ".join(f"{name} {np.median(values):.2g}" for name, values in errors.items())
    + f"; always answering 0.5 gives {CONSTANT_MSE:.2g}.",
    log=True,
)

# %% [markdown]
# **Notice**
# - A tied cell can write up a little less instead of writing down, and the readout may subtract.
# - A program in which the two sums are mixed up by mistake still runs, and no error is raised. That
#   is why a check compares numbers.
# - "No clear difference" does not mean "equal": 20 pairs may be too few to see a small difference.
#   This is one task and two sizes.

# %% [markdown] tags=["home"]
# ## 7. What a memory is made of
#
# At the end the cell state is a sum: all that was ever written, and each part is multiplied by the
# forget gates of the steps after it.
#
# ### Your turn: `contributions`
#
# *This sum says what a memory is made of.* Take the last cell state of one unit apart, one number
# for each step. About 3 lines; `hint("contributions")` helps.


# %%
def contributions(i, f, g):
    """What is left at the end of the write of each step (T,). i, f, g (T,) are those of one unit.

    The last cell state is their sum, where the first one was 0.
    """
    ### BEGIN SOLUTION
    kept = jnp.cumprod(f[::-1])[::-1]  # the product of f from each step to the end
    later = jnp.append(kept[1:], 1.0)  # without the step itself
    return i * g * later
    ### END SOLUTION


# %%
check("contributions", contributions)

# %% [markdown]
# Here is the LSTM of section 4 once more, left free, and with its input gate held at 1.

# %%
records["open"] = trace(params, decade, clamps=[Clamp("i", 1.0)])
parts_of = mine(contributions, otherwise=stand_ins.contributions)
parts = {
    name: parts_of(records[name].i[:, unit], records[name].f[:, unit], records[name].g[:, unit])
    for name in ("free", "open")
}

# %% tags=["measure"]
# Checks that the parts add up to the cell state, and draws them
half = {}
for name, part in parts.items():
    assert abs(float(part.sum() - records[name].c[-1, unit])) < 1e-4
    size = np.abs(np.asarray(part)[::-1]).cumsum()
    half[name] = int(np.argmax(size >= size[-1] / 2)) + 1
plots.curves(
    np.arange(1, 121),
    {name: np.asarray(part) for name, part in parts.items()},
    title="Half of the memory comes from the last "
    + " and ".join(f"{months} months ({name})" for name, months in half.items()),
    xlabel="month in which it was written",
    ylabel="part of the last c, no unit",
    alt="The largest part: "
    + ", ".join(
        f"{name} {float(part[jnp.abs(part).argmax()]):.3f} from month "
        f"{int(jnp.abs(part).argmax()) + 1}"
        for name, part in parts.items()
    )
    + ".",
)

# %% [markdown] tags=["home"]
# ## 8. One product, four weighted sums
#
# In the code there is one matrix `w_x`, one `w_h` and one `b`, and one line computes all four sums,
# because one large product is faster than four small ones. Each array holds four blocks side by
# side, and no number belongs to two of them. So an LSTM has $4(DH + H^2 + H)$ numbers to learn.

# %%
D, H = 2, 4
lstm = init_lstm(jax.random.key(0), D, H)
for name, array in lstm._asdict().items():
    print(name, array.shape, "=", " + ".join(str(part.shape) for part in jnp.split(array, 4, -1)))
print(sum(array.size for array in lstm), "numbers to learn =", 4 * (D * H + H * H + H))

# %% [markdown]
# > **Predict.** You draw new weights for the block of $i$, and leave the rest. Which of $f$, $g$
# > and $o$ change?
# > - (a) none of them, at any step
# > - (b) none at the first step, all of them after it
# > - (c) all of them, from the first step on

# %%
guess("other_blocks")

# %% tags=["measure"]
# Replaces the block of i and measures how far each gate moves at the first four steps
other = init_lstm(jax.random.key(1), D, H)
new_i = jax.tree.map(
    lambda old, new: jnp.concatenate([new[..., :H], old[..., H:]], -1), lstm, other
)
inputs = jax.random.normal(jax.random.key(2), (4, D))
before, after = trace(lstm, inputs), trace(new_i, inputs)
moved = {k: jnp.abs(getattr(after, k) - getattr(before, k)).max(axis=1) for k in "ifgo"}
for name, size in moved.items():
    print(f"{name} moved at steps 1 to 4 by", "  ".join(f"{s:.2g}" for s in size.tolist()))
rest = np.array([moved[k] for k in "fgo"])  # (3 gates, 4 steps)
verdict(
    "other_blocks",
    {
        "a": np.all(rest == 0),
        "b": np.all(rest[:, 0] == 0) and np.all(rest[:, 1:] > 0),
        "c": np.all(rest > 0),
    },
    f"At the first step f, g and o move by {rest[:, 0].max():.2g} at most, later by "
    f"{rest[:, 1:].max():.2g} at most.",
)

# %% [markdown]
# **Notice.** Within a step no sum depends on another. From one step to the next they do: $i_t$
# changes $c_t$, $c_t$ changes $h_t$, and $h_t$ enters all four sums of the next step.

# %% [markdown]
# ## Summary
#
# - The candidate is what could be written, with a sign. The input gate sets how much of it is
#   written. Their product is all that is ever added to the cell state.
# - The gate is needed because one weight cannot both store and protect.
# - If the input gate is shut, the cell state only shrinks. The input still changes how fast.
# - Gate and candidate have a sum each. With one sum, a step can hardly write below 0.
#
# **Questions to take home**
# 1. Why has the candidate a tanh and not a sigmoid?
# 2. With $f = 1$ and $i = 1$ at every step, which network of lesson 01 does the cell resemble, and
#    what is different?
# 3. (open) Some cells use one gate for both: $i_t = 1 - f_t$. When would this hurt?
#
# **What you can now read**
# - Hochreiter and Schmidhuber, "Long Short-Term Memory", *Neural Computation* 9(8), 1997: why there
#   is an input gate.
# - Greff and others, "LSTM: A Search Space Odyssey", *IEEE Transactions on Neural Networks and
#   Learning Systems* 28(10), 2017: the cell with one part taken out, or with $i_t = 1 - f_t$.
#
# Next, in [lesson 05](05_output_gate.ipynb): what of the memory leaves the cell.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# Answers: 2 (b), 3 (c), 4 (c), 5 (b), 6 (b), 8 (b).
#
# - `highest_climb`: the memory ends at 0.87 with the bias, 16.19 with `w`, −0.49 with `u` at 8. It
#   comes out every time, because the noise of the explorer is fixed.
# - `no_gate`: the error is 0.007 with the gate, 0.773 without it, 0.819 for always answering 0. The
#   two last numbers follow from the task: two of sixteen numbers are marked, so the best scale
#   explains 1/8 of the variance.
# - `gate_shut`: 0.01 is left at the end; the quiet sun makes a difference of 0.35.
# - `push_down`: −0.207 is the floor of $\sigma(a)\tanh(a)$.
# - `tied_cells`: two sums win 19 of 20 pairs at 4 units. With five sets of random keys (this one
#   included): 15 to 19, so (b) came out 5 times of 5. Against tied networks with 5 units: 17, 14,
#   16, 15 and 16, so once in five there was "no clear difference". If it says so, say that the
#   missing "down" is a fact about the formula, and that its cost depends on the task.
# - `other_blocks`: 0 at the first step, up to 0.34 later.
#
# **Explorer.** Task 2: a weight `w` of −8 ends at −15.3. Ask why a large bias does not do it.
#
# **If time is short**
# - Never skip the explorer. Let the class call the slider.
# - Section 3: write the equation of `write` on the board, and leave the exercise for home. What
#   follows runs with the package's function.
#
# **Homework:** sections 6 to 8, and the questions to take home.
# 1. With a sigmoid, every write would be positive, so with $f = 1$ the memory could only grow.
# 2. An RNN, but the old state is added outside the tanh, with weight 1.
# 3. Where a unit should keep all and still add something, as a counter does: $f = 1$ means $i = 0$.
#
# **Wrong answers to expect**
# - *"The input gate is what is added."* Ask for a gate of 1 and a candidate of 0. Nothing is added.
# - *"A negative candidate closes the gate."* With one sum it would, and sections 5 and 6 show what
#   that costs.
# - *Section 2, "the bias".* More is written, but of both signs. Let them watch the cell state while
#   they move first the bias and then `w`.
# - *Section 3, "a small weight lets little of the other numbers in".* It lets in just as little of
#   the marked ones.
# - *Section 4, "(b), the same way whatever the sun does".* They think of $f$ as a constant. It
#   depends on the input, like the other gates.
# - *Section 8, "(a), the blocks share nothing".* Right for one step. Ask where $h_1$ comes from.
# - `write`: most take the second block for $g$. The order is i, f, g, o.
# - `contributions`: most multiply a write by the forget gate of its own step. On paper with two
#   steps: $c_2 = f_2 w_1 + w_2$, and $f_1$ does not occur.
