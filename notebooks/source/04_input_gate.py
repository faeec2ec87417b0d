# %% [markdown]
# # 04 The input gate
#
# The forget gate sets what stays in the memory. This lesson is about what is written into it. Two
# parts of the cell share this work: the candidate and the input gate.
#
# **You will be able to**
# - tell the input gate from the candidate,
# - compute what one step writes into the cell state,
# - explain what an input gate makes easier,
# - compare one weighted sum for gate and candidate with two,
# - at home: say what a shut input gate does to the memory.

# %%
import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import Clamp, LSTMParams, init_lstm, trace
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
# share of the candidate is written: 0 writes nothing, 1 writes all of it.
#
# $$i_t = \sigma(x_t W_{xi} + h_{t-1} W_{hi} + b_i) \qquad
# g_t = \tanh(x_t W_{xg} + h_{t-1} W_{hg} + b_g)$$
#
# The input gate is computed like the forget gate, from the same input and old output, but with
# weights and a bias of its own. The candidate has its own weights, too. Neither needs the other, so
# both can be computed at the same time.
#
# $$c_t = f_t \odot c_{t-1} + \underbrace{i_t \odot g_t}_{\text{written}}$$
#
# Each of $i_t$, $g_t$, $f_t$ and $c_t$ has the shape `(H,)`, or `(B, H)` for a batch. If one unit
# has $c_{t-1} = 2$, $f_t = 1$, $i_t = 0.1$ and $g_t = -0.9$, then $c_t = 2 - 0.09 = 1.91$. Nothing
# else is ever added to the cell state.

# %% [markdown]
# ## 2. Move the gate
#
# One unit reads noise: 60 random numbers between −1 and 1. Its candidate is $\tanh(2x_t)$, and its
# forget gate keeps 99 % at each step. You set the input gate: its weight $w$ on the input, its
# weight $u$ on the old output, and its bias. They start at 0, so the gate is half open at every
# step.
#
# > **Predict.** You push one of the three up to 8. With which one is the memory highest at the end?
# > - (a) the bias
# > - (b) the weight $w$ on the input
# > - (c) the weight $u$ on the old output

# %%
guess("highest_climb")

# %% [markdown]
# 1. Push $w$, $u$ and the bias up to 8, one at a time, and find the one that answers the question.
#    *Reset* brings you back.
# 2. Find a setting with which the gate is above one half at no more than 15 of the 60 steps, and
#    the memory still ends above 5.

# %%
explorer = GateExplorer(gate="i", sequence="noise", t=59)
explorer

# %%
from lstm_jax.course.l04 import stand_ins, tasks

print(tasks.answer(explorer))  # run this cell after each task

# %% tags=["measure"]
# Makes the three settings in Python, and compares where the memory ends
after = {slider: tasks.after_the_noise(**{slider: 8}) for slider in ("bias", "w", "u")}
highest = max(after, key=lambda slider: after[slider][0])
verdict(
    "highest_climb",
    {"a": highest == "bias", "b": highest == "w", "c": highest == "u"},
    "The memory ends at "
    + ", ".join(f"{end:.2f} with {slider} = 8" for slider, (end, _) in after.items())
    + ". The gate is above one half at "
    + ", ".join(f"{wide} ({slider})" for slider, (_, wide) in after.items())
    + " of 60 steps.",
)

# %% [markdown]
# **Notice**
# - An open gate writes numbers of both signs, so the memory moves up and down.
# - A positive $w$ opens the gate for positive inputs and shuts it for negative ones. So nearly all
#   of a large positive candidate is written, nearly nothing of a large negative one, and a part of
#   those near 0.
# - With a positive $u$ the gate is shut while the old output is negative. Then later numbers are
#   hardly written, so the output may stay negative for long.
# - The gate is above one half where its weighted sum is above 0. So a negative bias is a threshold:
#   with $w = 8$, $u = 0$ and $b = -4$ this is where the input is above 0.5.

# %% [markdown]
# ## 3. A cell that adds
#
# A unit reads a number and a mark at each step. The mark is 1 at two steps and 0 at all others. The
# unit should add up the two marked numbers. We set its weights by hand: the candidate depends on
# the number alone, and the gate on the mark alone. The tanh of the candidate would turn 0.9 into
# 0.72. A small weight avoids this, because $\tanh(0.1\,x) \approx 0.1\,x$. The memory then holds
# one tenth of the sum.

# %%
SMALL = 0.1
adder = LSTMParams(  # columns: i, f, g, o
    w_x=jnp.array([[0.0, 0, SMALL, 0], [18, 0, 0, 0]]),  # from the number; from the mark
    w_h=jnp.zeros((1, 4)),
    b=jnp.array([-9.0, 9, 0, 9]),  # i is shut without a mark; f and o are open
)

# %% [markdown]
# ### Your turn: `write`
#
# *What a step writes is all that ever enters the memory of an LSTM.* Compute what one step writes,
# from the weights, with `jax.nn.sigmoid` and `jnp.tanh`. About 3 lines; `hint("write")` helps.


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
steps = np.arange(1, 17)
fine = np.arange(100, 1601) / 100  # so fine that a mark is a line at its own step alone
lines = {"memory, scaled back": np.array(cs), "number": number}
plots.curves(
    fine,
    {name: np.interp(fine, steps, values) for name, values in lines.items()}
    | {"mark": np.where(np.isin(fine, steps[mark == 1]), 1.0, 0.0)},
    title=f"Marked: {both}. Their sum is {total:.2f}; the memory ends at {cs[-1]:.2f}",
    xlabel="time step",
    ylabel="value, no unit",
    thin=["number", "mark"],
    alt=f"The numbers jump between {number.min():.2f} and {number.max():.2f}. The memory moves at "
    f"the two marked steps, and ends at {cs[-1]:.2f}.",
)

# %% [markdown]
# Could the unit do without the gate? We hold $i$ at 1. To make up for it, the candidate may read
# the mark $m_t$ as well: $g_t = \tanh(w x_t + v m_t + b)$. We try 125 settings of $w$, $v$ and $b$.
# The answer is read out as $a\,c + d$.
#
# There are two tests. In the first, every sequence has 16 steps. In the second, the lengths are
# mixed, from 12 to 20 steps. The marks are always in the first ten steps. For each test the best
# setting, $a$ and $d$ are found on 500 sequences. The error, the root of the mean squared error, is
# measured on 500 others. The cell with the gate keeps its weights; only $a$ and $d$ are found.
#
# The rule: the unit is as good as the cell with the gate if its error is at most twice as large.
#
# > **Predict.** Without the gate, the unit is as good as with it
# > - (a) in both tests
# > - (b) in the first test alone
# > - (c) in neither test

# %%
guess("no_gate")

# %% tags=["measure"]
# Tries the 125 units without a gate in both tests, and draws what the best one writes
from lstm_jax.course.l04.adder import all_without_gate, error, memories, without_gate

many, _ = adding(jax.random.key(3), batch=1000, length=20)  # the marks are in steps 1 to 10
sums = np.asarray((many[..., 0] * many[..., 1]).sum(axis=1))  # (1000,)
tests = {"16 steps": np.full(1000, 16), "12 to 20 steps": 12 + np.arange(1000) % 9}
zero = float(np.sqrt(np.mean(sums[500:] ** 2)))
cells = all_without_gate()
with_gate = np.asarray(memories(writes, adder, many))  # (1000, 20)
without = np.asarray(jax.jit(jax.vmap(lambda cell: memories(writes, cell, many)))(cells))
good, best = {}, {}
for name, lengths in tests.items():
    at_end = np.arange(1000), lengths - 1
    gated = error(with_gate[at_end], sums)[1]
    errors = [error(c[at_end], sums) for c in without]  # of each unit: to choose it, to judge it
    best[name] = min(range(len(errors)), key=lambda unit: errors[unit][0])
    alone = errors[best[name]][1]
    good[name] = alone <= 2 * gated
    print(f"{name:14}  error {gated:.4f} with the gate, {alone:.4f} without, {zero:.4f} with 0")
two = [memories(writes, without_gate(w, 8, -8), many)[at_end] for w in (SMALL, -SMALL)]
print(f"{name:14}  error {error(np.stack(two, axis=1), sums)[1]:.4f} with two units without a gate")
same, mixed = good.values()
verdict(
    "no_gate",
    {"a": same and mixed, "b": same and not mixed, "c": not same and not mixed},
    "Without the gate the unit is "
    + " and ".join(f"{'as good' if ok else 'not as good'} with {name}" for name, ok in good.items())
    + ".",
)
c = np.pad(without[best["16 steps"], :2], ((0, 0), (1, 0)))  # on two sequences, from c = 0
steps, gated = np.arange(21), np.pad(with_gate[1], (1, 0))
plots.curves(
    steps,
    {
        "no gate, sequence 1": np.where(steps <= 12, c[0], np.nan),
        "no gate, sequence 2": c[1],
        "with the gate, sequence 2": gated,
    },
    title=f"No gate: c ends at {c[0, 12]:.1f} after 12 steps, at {c[1, 20]:.1f} after 20",
    xlabel="time step",
    ylabel="cell state c, no unit",
    dashed=["no gate, sequence 1"],
    alt=f"Without the gate the cell state goes to {c[0, 12]:.1f} in 12 steps and to {c[1, 20]:.1f} "
    f"in 20. With the gate it stays between {gated.min():.2f} and {gated.max():.2f}.",
)

# %% [markdown]
# **Notice**
# - The tanh is flat only near −1 and 1. So a candidate that reads the number can ignore it at a
#   step only if it writes almost −1 or almost 1 there. The readout can subtract these writes if it
#   knows how many there are. Or it subtracts a second unit that writes the same at these steps.
# - A shut gate writes almost nothing, whatever the number is and however many steps there are.
# - Hochreiter and Schmidhuber (1997) gave a reason from training. The same weight must store some
#   inputs and protect the memory from others, so its updates contradict each other. They call this
#   the *input weight conflict*. It makes learning difficult, and it is their reason for the input
#   gate. Section 5 trains cells without the gate. That cannot prove the reason, but it shows what
#   the gate is worth there.

# %% [markdown]
# ## 4. One sum for both?
#
# The equations of $i_t$ and $g_t$ look alike. It is tempting to read them as *the same* weighted
# sum $a$, which goes through $\sigma$ once and through $\tanh$ once. In an LSTM they are two sums
# with different weights. With one sum, a step would write $\sigma(a)\tanh(a)$.
#
# > **Predict.** A cell with one sum should lower its cell state by 0.5 in one step, with $f = 1$.
# > It may choose any $a$. Can it?
# > - (a) yes, for some $a$
# > - (b) no, there is no such $a$

# %%
guess("push_down")

# %% tags=["measure"]
# Draws what one sum and two sums can write, and looks for the lowest value
a = np.linspace(-8, 8, 3201)
one_sum = np.tanh(a) / (1 + np.exp(-a))
two_sums = {"two sums, i = 1": np.tanh(a), "two sums, i = 0.1": 0.1 * np.tanh(a)}
wide = two_sums["two sums, i = 1"]
lowest = float(one_sum.min())
verdict(
    "push_down",
    {"a": lowest <= -0.5, "b": lowest > -0.5},
    f"The lowest value that one sum can write is {lowest:.3f}, at a = {a[one_sum.argmin()]:.2f}.",
)
plots.curves(
    a,
    {"one sum": one_sum} | two_sums,
    title=f"One sum writes from {lowest:.2f} to {one_sum.max():.2f}, two sums from "
    f"{wide.min():.2f} to {wide.max():.2f}",
    xlabel="weighted sum of the candidate, no unit",
    ylabel="written, no unit",
    dashed=tuple(two_sums),
    alt=f"What one sum can write rises from 0 to {one_sum.max():.2f} on the right, and falls to "
    f"{lowest:.2f} and back to 0 on the left. Two sums reach every value from {wide.min():.2f} to "
    f"{wide.max():.2f}.",
)

# %% [markdown]
# **Notice**
# - A negative sum makes the candidate negative, but it also brings the gate below one half, down to
#   0. So with one sum a step can raise the cell state much further than it can lower it.
# - Two sums can also depend on different things. In section 3 the gate reads only the mark, and the
#   candidate reads only the number.

# %% [markdown] tags=["home"]
# ## 5. Three kinds of cells, trained
#
# So far we set all weights by hand. What does training find? We train three kinds of cells on the
# task of section 3: an LSTM, a cell with one sum for gate and candidate ("tied"), and a cell
# without an input gate. All sequences have 16 steps. The answer is now scaled to lie between 0 and
# 1: it is $0.5 + \text{sum}/4$.
#
# ### Your turn: `tie`
#
# *Each gate has a block of weights of its own.* Make the tied cell: give the input gate the weights
# of the candidate. The blocks stand side by side along the last axis, so cut and join with
# `axis=-1`. About 4 lines; `hint("tie")` helps.


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
tied = mine(tie, otherwise=stand_ins.tie)


def no_gate(params):  # i = 1 at every step, because σ(30) = 1
    H = len(params.w_h)
    w_x, w_h, b = params
    return LSTMParams(w_x.at[:, :H].set(0), w_h.at[:, :H].set(0), b.at[:H].set(30))


kinds = {  # units, and what is made of the weights at every step of the training
    "LSTM, 4 units": (4, lambda params: params),
    "tied, 4 units": (4, tied),
    "tied, 5 units": (5, tied),
    "no gate, 5 units": (5, no_gate),
}

# %% [markdown]
# There are 20 networks of each kind. Network 1 of one kind and network 1 of another are a pair, and
# so on: they see the same data, and with 4 units each they also start with the same weights. A cell
# that is tied or has no gate uses one block less. With 4 units it has 84 numbers to learn, where an
# LSTM has 112; with 5 units it has 120.
#
# The rule, fixed before the run: a difference counts if one kind has the smaller error in at least
# 15 of 20 pairs. By luck alone this happens in 4 % of cases, and in up to 12 % for at least one of
# the three comparisons with the LSTM. A network has learned the task if its error is below one
# tenth of that of always answering 0.5, the mean.
#
# > **Predict.** Twenty pairs with 4 units each. The tied networks
# > - (a) do not learn the task: fewer than 10 do
# > - (b) learn it, with larger errors than the LSTMs
# > - (c) learn it, with smaller errors than the LSTMs

# %%
guess("tied_cells")

# %% tags=["measure"]
# Trains 20 networks of each kind, and compares their errors pair by pair
from lstm_jax.course.l04 import pairs

errors = pairs.train(kinds)  # for each kind (20,)
lstm_errors, *_ = errors.values()
learned = {name: pairs.learned(values) for name, values in errors.items()}
wins = {name: int(np.sum(lstm_errors < values)) for name, values in errors.items()}
for name, values in errors.items():
    line = f"{name:16} median error {np.median(values):.2g}, learned by {learned[name]} of 20"
    if values is not lstm_errors:
        counts = "counts" if wins[name] >= 15 or wins[name] <= 5 else "does not count"
        line += f"; the LSTMs are better in {wins[name]} of 20 pairs, which {counts}"
    print(line)

name = "tied, 4 units"
learn, won = learned[name] >= 10, wins[name]
verdict(
    "tied_cells",
    {"a": not learn, "b": learn and won >= 15, "c": learn and won <= 5},
    f"Of the tied networks with 4 units, {learned[name]} of 20 learn it. The LSTMs have the "
    f"smaller error in {won} pairs.",
    tie=learn and 5 < won < 15,
)
medians = {name: float(np.median(values)) for name, values in errors.items()}
smallest = min(medians, key=medians.get)
plots.curves(
    np.arange(1, 21),
    {name: np.sort(values) for name, values in errors.items()}
    | {"answering 0.5": np.full(20, pairs.CONSTANT_MSE)},
    title=f"Smallest median error: {medians[smallest]:.2g} ({smallest})",
    xlabel="rank of the network, from best to worst",
    ylabel="mean squared error",
    dashed=("answering 0.5",),
    alt="Median squared error: "
    + ", ".join(f"{name} {median:.2g}" for name, median in medians.items())
    + f"; always answering 0.5 gives {pairs.CONSTANT_MSE:.2g}.",
    log=True,
)

# %% [markdown]
# **Notice**
# - A tied cell can write a fixed positive amount at each mark, plus a bit for a positive number and
#   minus a bit for a negative one. There are always two marks, so the readout can subtract the
#   fixed amount.
# - A program in which the two sums are mixed up by mistake still runs, and no error is raised. That
#   is why a check compares numbers.
# - We trained eight times with other random numbers. By the rule the LSTMs had the smaller errors 8
#   times of 8 against tied cells with 4 units and against cells without a gate. Against tied cells
#   with 5 units it was 3 times of 8, and no difference counted in the other 5. Over all eight, the
#   LSTMs had the smaller error in 109 of 160 pairs. By luck alone so many would be very rare. So
#   more units make up for a part of the difference, not for all of it.
# - This is one task and 500 steps of training.

# %% [markdown] tags=["home"]
# ## 6. Held shut
#
# An untrained LSTM with 8 units reads ten years of sunspots, scaled to mean 0 and standard
# deviation 1. `trace` returns all its gates and states. In a second run a `Clamp` holds its input
# gate at 0 from month 40 on. In a third run the gate is shut, too, and from month 40 on the sun is
# quiet: its number stays at its lowest value.

# %%
from lstm_jax.course import sunspots
from lstm_jax.course.data.windows import fit_scale

months = sunspots().number[360:480]
decade = jnp.asarray(fit_scale(months).apply(months))[:, None]  # (T, 1), T = 120 months
quiet = decade.at[40:].set(decade.min())
params = init_lstm(jax.random.key(5), input_size=1, hidden_size=8, forget_bias=3.0)
shut = [Clamp("i", 0.0, steps=slice(40, None))]
records = {
    "free": trace(params, decade),
    "shut": trace(params, decade, clamps=shut),
    "shut, quiet sun": trace(params, quiet, clamps=shut),
}
unit = int(jnp.argmax(jnp.abs(records["free"].c[40])))  # the one that holds most in month 40

# %% [markdown]
# The rule: the cell state fades if less than 99 % of it is left at the end. The sun matters if the
# second and the third run differ, after two years, by more than 1 % of the cell state in month 40.
#
# > **Predict.** What does the cell state do after month 40, if the gate is shut?
# > - (a) it stays what it was
# > - (b) it fades, in the same way whatever the sun does
# > - (c) it fades, and how fast depends on the sun

# %%
guess("gate_shut")

# %% tags=["measure"]
# Draws one unit in the three runs, and compares them
cs = {name: np.asarray(record.c[:, unit]) for name, record in records.items()}
closed, calm = cs["shut"], cs["shut, quiet sun"]
kept = float(closed[-1] / closed[40])
fades, matters = kept < 0.99, abs(closed[64] - calm[64]) > 0.01 * abs(closed[40])
verdict(
    "gate_shut",
    {"a": not fades, "b": fades and not matters, "c": fades and matters},
    f"In month 40 the cell state is {closed[40]:.2f}. Two years later it is {closed[64]:.2f}, and "
    f"{calm[64]:.2f} under a quiet sun. At the end it is {closed[-1]:.2f}, and {calm[-1]:.2f} "
    "under a quiet sun.",
)
factor = jnp.cumprod(records["shut"].f[40:, unit])
assert np.allclose(closed[41:], closed[40] * factor, atol=1e-5)
plots.curves(
    np.arange(121),
    cs,
    title=f"Shut from month 40: the cell state goes from {closed[40]:.2f} to {closed[-1]:.2f}",
    xlabel="month",
    ylabel=f"cell state c of unit {unit + 1}, no unit",
    alt=f"In month 40 the cell state is {closed[40]:.2f}. In month 120 it is {closed[-1]:.2f} with "
    f"the gate shut, {calm[-1]:.2f} if the sun is quiet, and {cs['free'][-1]:.2f} with the gate "
    "free.",
)

# %% [markdown]
# **Notice**
# - With $i_t = 0$ one term is left: $c_t = f_t \odot c_{t-1}$. The cell state can only move towards
#   0.
# - The input still enters the weighted sum of the forget gate, so it changes how much is kept. It
#   also enters the sum of the output gate, so $h_t$ depends on it, too.

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
# Here is the LSTM of section 6 once more, left free, and the unit that was drawn there.

# %%
parts_of = mine(contributions, otherwise=stand_ins.contributions)
free = records["free"]
part = parts_of(free.i[:, unit], free.f[:, unit], free.g[:, unit])  # (T,)

# %% tags=["measure"]
# Checks that the parts add up to the cell state, and draws them
part, last = np.asarray(part), float(free.c[-1, unit])
assert abs(part.sum() - last) < 1e-4
year = part[-12:].sum()
print(f"The last cell state is {last:.2f}. The parts of the last 12 months add up to {year:.2f},")
old = part[:-12]
up, down = old[old > 0].sum(), old[old < 0].sum()
print(
    f"and those of the 108 months before to {up + down:.2f}: positive ones {up:.2f}, negative ones"
)
print(f"{down:.2f}.")
largest = int(np.abs(part).argmax())
plots.curves(
    np.arange(1, 121),
    {"part of the last c": part},
    title=f"The last 12 months add up to {year:.2f}, all months to {last:.2f}",
    xlabel="month in which it was written",
    ylabel="part of the last c, no unit",
    alt=f"The largest part is {part[largest]:.3f}, from month {largest + 1}. The parts of the last "
    f"12 months add up to {year:.2f}, those of all months to {last:.2f}.",
)

# %% [markdown]
# **Notice.** An old part has been multiplied by many forget gates. If they are below 1, it is small
# even if much was written. So what a memory is made of depends on the input gate, which sets the
# size of each write, and on the forget gate, which sets how long it lasts.

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
# - A shut input gate writes nothing, whatever the input is. Without a gate, a candidate that reads
#   a number can ignore it at some steps only by writing almost −1 or 1 there.
# - Gate and candidate have a weighted sum each. With one sum, a step could raise the cell state by
#   up to 1, but lower it by at most 0.21.
#
# **Questions to take home**
# 1. Why does the candidate use a tanh and not a sigmoid?
# 2. With $f = 1$ and $i = 1$ at every step, how does the cell differ from the RNN of lesson 01?
# 3. (open) Some cells use one gate for both: $i_t = 1 - f_t$, as in lesson 00 with $f = \lambda$.
#    When would this hurt?
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
# Answers: 2 (b), 3 (b), 4 (b), 5 (b), 6 (c), 8 (b).
#
# - `highest_climb`: the memory ends at 0.87 with the bias, 16.19 with `w`, −0.49 with `u` at 8. It
#   comes out every time, because the noise of the explorer is fixed. In other noise the bias can
#   end higher or lower: over 1,000 draws its end has a standard deviation of 4.65.
# - `no_gate`: with 16 steps the error is 0.0008 with the gate and 0.0001 without it; with 12 to 20
#   steps it is 0.0008 and 0.788, and 0.856 for always answering 0. Two units without a gate get
#   0.0007. With seven other sets of sequences: (b) each time. A candidate that reads the number
#   alone ($v = 0$) gets about 0.78 in both tests.
# - `push_down`: −0.207 is the floor of $\sigma(a)\tanh(a)$.
# - `tied_cells`: the LSTMs win 17 of 20 pairs. Over eight sets of random keys (this one included):
#   15 to 19, so (b) came out 8 times of 8. Against tied cells with 5 units: 10 to 16, which counts
#   in 3 of 8; together 109 of 160, p below 0.0001 (sign test). Against cells without a gate, 5
#   units: 17 to 20, which counts in 8 of 8; of these cells 12 to 19 learn the task, of the LSTMs 18
#   to 20. If the verdict is a tie, say that the missing "down" is a fact about the formula, and
#   that its cost depends on the task.
# - `gate_shut`: from −4.77 to −3.03 in two years, to −3.38 under a quiet sun; at the end −0.06 and
#   −1.13. With seven other first weights: (c) six times, (b) once.
# - `other_blocks`: 0 at the first step, up to 0.34 later.
#
# **Explorer.** Task 2: `w` = 8 and a bias of −4, for example, open the gate at 15 steps and end at
# 10.85. Ask why a low bias alone does not do it. Then ask for a memory below −5: `w` = −8.
#
# **If time is short**
# - Never skip the explorer. Let the class call the slider.
# - Section 3: write the equation of `write` on the board, and leave the exercise for home. What
#   follows runs with the package's function.
#
# **Homework:** sections 5 to 8, and the questions to take home.
# 1. With a sigmoid, every write would be positive, so with $f = 1$ the memory could only grow.
# 2. The old state is added outside the tanh, with weight 1.
# 3. Where a unit should keep all and still add something, as a counter does: $f = 1$ means $i = 0$.
#
# **Wrong answers to expect**
# - *"The input gate is what is added."* Ask for a gate of 1 and a candidate of 0. Nothing is added.
# - *"A negative candidate closes the gate."* With one sum it would, and sections 4 and 5 show what
#   that costs.
# - *Section 2, "the bias".* More is written, but of both signs. Let them watch the cell state while
#   they move first the bias and then `w`.
# - *Section 3, "(c), without a gate everything is written".* Where the tanh is flat, the same is
#   written whatever the number is. Let them draw it.
# - *Section 3, "(a), the candidate reads the mark, so it writes 0 without one".* Near 0 the tanh is
#   steepest, so there the number is written, too.
# - *Section 6, "(b), the same way whatever the sun does".* They think of $f$ as a constant. It
#   depends on the input, like the other gates.
# - *Section 8, "(a), the blocks share nothing".* Right for one step. Ask where $h_1$ comes from.
# - `write`: most take the second block for $g$. The order is i, f, g, o.
# - `contributions`: most multiply a write by the forget gate of its own step. On paper with two
#   steps: $c_2 = f_2 w_1 + w_2$, and $f_1$ does not occur.
