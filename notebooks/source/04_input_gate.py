# %% [markdown]
# # 04 The input gate
#
# The forget gate decides what stays in the memory. This lesson is about what gets in. Two parts of
# the cell share that work: one says what could be written, the other how much of it is.
#
# **You will be able to**
# - tell the input gate from the candidate: how much, and what,
# - compute what one step writes into the cell state, and what is left of it at the end,
# - find the four blocks of weights in the arrays of an LSTM, and count them,
# - say what a cell with a shut input gate still hears,
# - say what is lost when gate and candidate share one weighted sum.

# %%
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import Clamp, LSTMParams, LSTMState, init_lstm, run, step, trace
from lstm_jax.course import GateExplorer, check, guess, hint, plots, progress, sunspots, verdict
from lstm_jax.course.data.adding import CONSTANT_MSE, adding
from lstm_jax.course.data.windows import fit_scale, split
from lstm_jax.training import adam, fit, mean_squared_error

# %% [markdown]
# ## 1. How much, and what
#
# > **Predict.** At one step the input gate of a unit is $i = 0.1$ and its candidate is $g = -0.9$.
# > The forget gate is 1. What happens to the cell state $c$?
# > - (a) it rises by 0.1
# > - (b) it falls by 0.9
# > - (c) it falls by 0.09
# > - (d) it becomes $-0.09$, whatever it was

# %%
guess("one_write")

# %%
c, i, f, g = 2.0, 0.1, 1.0, -0.9
change = f * c + i * g - c
answer = {0.1: "(a)", -0.9: "(b)", -0.09: "(c)"}.get(round(change, 6), "(d)")
verdict("one_write", answer, f"From {c:g} to {f * c + i * g:g}: it changes by {change:.2g}.")

# %% [markdown]
# The **candidate** $g$ is what could be written: a number between $-1$ and $1$, with a sign. The
# **input gate** $i$ is how much of it is let through: a share between 0 and 1, without a sign.
# Their product is what is written, and nothing else ever enters the cell state.
#
# $$i_t = \sigma(x_t W_{xi} + h_{t-1} W_{hi} + b_i) \qquad
# g_t = \tanh(x_t W_{xg} + h_{t-1} W_{hg} + b_g)$$
#
# $$c_t = f_t \odot c_{t-1} + \underbrace{i_t \odot g_t}_{\text{written}}$$
#
# $i_t$, $g_t$ and $c_t$ have the shape `(H,)`, and $\odot$ multiplies unit by unit. A gate is not a
# parameter. The weights are; the gate is computed anew at every step.

# %% [markdown]
# ## 2. Move the gate yourself
#
# One unit reads noise: 60 numbers, as often above 0 as below. Its candidate follows them, and its
# memory keeps 99 % at each step. Three sliders make the input gate: the weight on the input `w`,
# the weight on the previous output `u`, and the bias `b`. They start at 0, so the gate is half open
# at every step.
#
# > **Predict.** You push one of the sliders up to 8. With which one does the memory climb highest?
# > - (a) the bias: the more comes in, the higher it climbs
# > - (b) `w`
# > - (c) `u`

# %%
guess("highest_climb")

# %% [markdown]
# Try all three. `reset` brings you back.

# %%
explorer = GateExplorer(gate="i", sequence="noise")
explorer

# %% [markdown]
# Then compare with the same three settings, made in Python. `trace()` gives what the explorer
# shows, computed by JAX.

# %%
ends = {
    slider: float(GateExplorer(gate="i", sequence="noise", **{slider: 8}).trace().c[-1, 0])
    for slider in ("bias", "w", "u")
}
highest = max(ends, key=ends.get)
answer = {"bias": "(a)", "w": "(b)", "u": "(c)"}[highest]
each = ", ".join(f"{end:.2f} with {slider} = 8" for slider, end in ends.items())
verdict("highest_climb", answer, f"The cell state ends at {each}.")

# What your explorer shows now:
record = explorer.trace()
i, c = record.i[:, 0], record.c[1:, 0]
print(f"Your explorer: gate from {i.min():.2f} to {i.max():.2f}, cell state {c[-1]:.2f} at the end")

# %% [markdown]
# **Notice**
# - Open all the time, the gate lets everything in, and the positive and negative numbers nearly
#   cancel.
# - With `w` up, it opens for positive numbers and shuts for negative ones. No number has been
#   changed, only chosen, and the memory climbs.
# - Try the preset *closes when full*. With `u` below 0, what the cell shows shuts its own gate.

# %% [markdown]
# ## 3. A cell that adds
#
# Now give the two a job. Here is a cell with one unit and weights set by hand. It reads a number
# and a mark, and should add up the numbers that are marked. So $g$ looks at the number alone, and
# $i$ at the mark alone.

# %%
adder = LSTMParams(  # columns: i, f, g, o
    w_x=jnp.array([[0.0, 0, 1, 0], [12, 0, 0, 0]]),  # from the number; from the mark
    w_h=jnp.zeros((1, 4)),
    b=jnp.array([-6.0, 9, 0, 9]),  # i shut without a mark; f and o open
)
xs = adding(jax.random.key(54), batch=1, length=16)[0][0]  # (T, 2)
record = trace(adder, xs)
i, g, c = record.i[:, 0], record.g[:, 0], record.c[1:, 0]
marked = xs[:, 1] == 1
steps = np.arange(1, 17)

print("step  number  mark      i      g    i·g      c")
for t in np.flatnonzero(marked | np.roll(marked, 1)):
    row = f"{steps[t]:4}  {xs[t, 0]:6.2f}  {xs[t, 1]:4.0f}  {i[t]:5.3f}  {g[t]:5.2f}  "
    print(row + f"{i[t] * g[t]:5.2f}  {c[t]:5.2f}")
wanted = float(g[marked].sum())
assert abs(c[-1] - wanted) < 0.05
print(f"marked candidates add up to {wanted:.3f}; the cell holds {c[-1]:.3f} at the end")

plots.curves(
    steps,
    {"cell state c": c, "input gate i": i, "candidate g": g},
    title="g moves all the time; c moves when i opens",
    xlabel="time step",
    ylabel="value, no unit",
    thin=["candidate g"],
    alt=f"The candidate jumps between {g.min():.2f} and {g.max():.2f}. The input gate is open at "
    f"steps {' and '.join(map(str, steps[marked]))} only. The cell state moves there, and ends at "
    f"{c[-1]:.2f}.",
)

# %% [markdown]
# **Notice**
# - The candidate has an opinion at every step. Almost all of them are refused.
# - The gate never adds anything of its own. Open, it passes what $g$ says, in the direction that
#   $g$ says.
# - The sum is a little off: a gate of weights is never quite 0 or quite 1.
#
# So $g$ gives the direction of what is written. Does it also give the direction in which the cell
# state moves? Twenty LSTMs with random weights read forty years of sunspots.
#
# > **Predict.** In what share of all steps does $c$ move the way $g$ points?
# > - (a) all of them
# > - (b) more than half, but not all
# > - (c) about half

# %%
guess("way_of_g")

# %%
past, _ = split(sunspots().number, 0.8)
past = jnp.asarray(fit_scale(past).apply(past))  # mean 0, standard deviation 1
months = past[:480, None]  # (T, 1)

written_way, moved_way = [], []
for key in jax.random.split(jax.random.key(0), 20):
    record = jax.tree.map(np.asarray, trace(init_lstm(key, 1, 8), months))
    written_way.append(np.sign(record.i * record.g) == np.sign(record.g))
    moved_way.append(np.sign(np.diff(record.c, axis=0)) == np.sign(record.g))
written_share, moved_share = np.mean(written_way), np.mean(moved_way)
answer = "(a)" if moved_share == 1 else "(b)" if moved_share > 0.55 else "(c)"
print(f"what is written has the sign of g in {written_share:.0%} of steps")
verdict("way_of_g", answer, f"The cell state moves that way in {moved_share:.0%} of the steps.")

# %% [markdown]
# The rest is the forget gate. It pulls $c$ towards 0 at the same step, and where $c$ is large, that
# pull can be stronger than what is written.
#
# **Your turn.** *Nothing else ever enters the memory of an LSTM.* Compute what one step writes,
# from the weights. About 3 lines; `hint("write")` helps.


# %%
def write(params, h_prev, x):
    """i_t · g_t, what is added to the cell state (H,), from h_prev (H,) and x (D,).

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
# ## 4. One product, four weighted sums
#
# In the code there is one matrix `w_x`, one `w_h` and one `b`, and one line computes all sums.
# That is for speed. Inside stand four blocks side by side, and no number belongs to two of them.

# %%
D, H = 2, 4
params = init_lstm(jax.random.key(0), D, H)
blocks = {
    gate: LSTMParams(*arrays)  # the part of one gate
    for gate, *arrays in zip(
        "ifgo", *(jnp.split(array, 4, axis=-1) for array in params), strict=True
    )
}
for gate, (w_x, w_h, b) in {"all": params, **blocks}.items():
    print(f"{gate:3}  w_x {w_x.shape!s:8} w_h {w_h.shape!s:8} b {b.shape}")

count = sum(array.size for array in params)
assert count == 4 * (D * H + H * H + H)
print(f"{count} numbers to learn = 4 · (D·H + H·H + H) = 4 · {count // 4}")

x, h = jnp.array([0.5, -1.0]), jnp.array([0.1, -0.2, 0.3, -0.4])
sums = {gate: x @ w_x + h @ w_h + b for gate, (w_x, w_h, b) in blocks.items()}
_, gates = step(params, LSTMState(h, jnp.zeros(H)), x)
difference = max(
    float(jnp.abs(gates.g - jnp.tanh(sums["g"])).max()),
    *(float(jnp.abs(getattr(gates, k) - jax.nn.sigmoid(sums[k])).max()) for k in "ifo"),
)
assert difference < 1e-6
print(f"four small products and the large one: largest difference {difference:.0e}")

# %% [markdown]
# > **Predict.** You draw new weights for the block of $i$, and leave the rest. Which of $f$, $g$
# > and $o$ change?
# > - (a) none of them, at any step
# > - (b) none at the first step, all of them after it
# > - (c) all of them, from the first step on

# %%
guess("other_blocks")

# %%
other = init_lstm(jax.random.key(1), D, H)
new_i = jax.tree.map(
    lambda old, new: jnp.concatenate([new[..., :H], old[..., H:]], -1), params, other
)

_, new_gates = step(new_i, LSTMState(h, jnp.zeros(H)), x)
assert jnp.all(new_gates.g == gates.g)
assert jnp.any(new_gates.i != gates.i)

inputs = jax.random.normal(jax.random.key(2), (4, D))
before, after = trace(params, inputs), trace(new_i, inputs)
moved = {k: jnp.abs(getattr(after, k) - getattr(before, k)).max(axis=1) for k in "ifgo"}
for gate, size in moved.items():
    print(f"{gate} moved at steps 1 to 4 by", "  ".join(f"{s:.2g}" for s in size.tolist()))

rest = np.array([moved[k] for k in "fgo"])  # (3 gates, 4 steps)
if np.all(rest == 0):
    answer = "(a)"
elif np.all(rest[:, 0] == 0) and np.all(rest[:, 1:] > 0):
    answer = "(b)"
else:
    answer = "(c)" if np.all(rest[:, 0] > 0) else "none of these"
verdict(
    "other_blocks",
    answer,
    f"At the first step f, g and o move by {rest[:, 0].max():.2g} at most, later by "
    f"{rest[:, 1:].max():.2g}.",
)

# %% [markdown]
# **Notice**
# - Within a step the four sums know nothing of each other.
# - From the next step on they do: $i$ has changed $c$, $c$ has changed $h$, and $h$ enters all four
#   sums.

# %% [markdown]
# ## 5. Held shut, held open
#
# A clamp holds a gate at a value. Back to the sunspots, the last ten years of the forty: an LSTM
# reads them three times: left free, with its input gate held shut from month 40 on, and with the
# gate held open from the start.
#
# > **Predict.** The input gate is shut from month 40 on. What does the cell state do?
# > - (a) it stays what it was at month 40
# > - (b) it fades to 0, the same way whatever the sun does
# > - (c) it fades to 0, and how fast still depends on the sun

# %%
guess("gate_shut")

# %%
T, SHUT = 120, 40
decade = months[-T:]
params = init_lstm(jax.random.key(5), 1, 8, forget_bias=3.0)
shut = Clamp("i", 0.0, steps=slice(SHUT, None))
records = {
    "free": trace(params, decade),
    f"shut from month {SHUT}": trace(params, decade, clamps=[shut]),
    "open": trace(params, decade, clamps=[Clamp("i", 1.0)]),
}
unit = int(jnp.argmax(jnp.abs(records["free"].c[SHUT])))  # the one that holds most
held = {name: np.asarray(record.c[:, unit]) for name, record in records.items()}
plots.curves(
    np.arange(T + 1),
    held,
    title="Shut: what is there fades, and nothing comes",
    xlabel="month",
    ylabel=f"cell state c of unit {unit + 1}, no unit",
    alt=f"At month {T} the cell state is "
    + ", ".join(f"{c[-1]:.2f} {name}" for name, c in held.items())
    + f". At month {SHUT} it was {held['free'][SHUT]:.2f}.",
)

# %%
closed = records[f"shut from month {SHUT}"]
faded = closed.c[SHUT] * jnp.cumprod(closed.f[SHUT:], axis=0)  # c_40 times the gates since then
difference = float(jnp.abs(closed.c[SHUT + 1 :] - faded).max())
assert difference < 1e-5
print(f"c_{SHUT} times the forget gates since then: largest difference {difference:.0e}")

dark = decade.at[SHUT:].set(decade.min())  # the same sun, but at its lowest from month 40 on
in_the_dark = trace(params, dark, clamps=[shut])
spread = np.ptp([closed.c[SHUT + 24, unit], in_the_dark.c[SHUT + 24, unit]])
kept = float(closed.c[-1, unit] / closed.c[SHUT, unit])
for name, record in records.items():
    print(
        f"written a month, {name}: {np.abs(record.i * record.g)[SHUT:, unit].mean():.2f} on average"
    )
answer = "(a)" if kept > 0.99 else "(b)" if spread < 1e-6 else "(c)"
verdict(
    "gate_shut",
    answer,
    f"At the end {kept:.1g} of it is left. Two years after month {SHUT}, a quiet sun makes a "
    f"difference of {spread:.2g}.",
)

# %% [markdown]
# **Notice**
# - With $i = 0$ the formula has one term left, $c_t = f_t \odot c_{t-1}$. The cell state can only
#   shrink.
# - "Shut" is not "deaf". Nothing new is written, but the input still enters the sum of $f$, and so
#   it has a say in how fast the old fades.
# - Held open, every candidate is written in full, wanted or not. The curve runs away from the free
#   one, though the weights are the same.
#
# So at the end the cell state is a sum: all that was ever written, each part faded by the forget
# gates after it.
#
# **Your turn.** *This sum says what a memory is made of.* Take the last cell state of one unit
# apart, one number for each step. About 3 lines; `hint("contributions")` helps.


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
# Here it is for the sunspots, by another way: the last cell state is a weighted sum of the writes,
# so its gradient holds the weights.


# %%
@jax.jit
@jax.grad
def weight_of(writes, f):
    """The derivative of the last cell state by what each step wrote, (T,)."""
    return jax.lax.scan(lambda c, step: (step[0] * c + step[1], None), 0.0, (f, writes))[0]


parts = {}
for name in ("free", "open"):
    record = records[name]
    writes = record.i[:, unit] * record.g[:, unit]
    parts[name] = np.asarray(writes * weight_of(writes, record.f[:, unit]))
    difference = abs(parts[name].sum() - record.c[-1, unit])
    assert difference < 1e-4
    size = np.abs(parts[name][::-1]).cumsum()
    half = int(np.argmax(size >= size[-1] / 2)) + 1
    print(f"{name}: sum and c differ by {difference:.0e}; half comes from the last {half} months")

plots.curves(
    np.arange(1, T + 1),
    parts,
    title="What the memory of the last month is made of",
    xlabel="month in which it was written",
    ylabel="part of the last c, no unit",
    alt="The largest part: "
    + ", ".join(
        f"{name} {p[np.abs(p).argmax()]:.3f} from month {np.abs(p).argmax() + 1}"
        for name, p in parts.items()
    )
    + f". What was written in the first {SHUT} months has faded to "
    + ", ".join(f"{np.abs(p[:SHUT]).max():.1g} ({name})" for name, p in parts.items())
    + " or less.",
)

# %% [markdown]
# ## 6. One sum for both?
#
# Often taught: a weighted sum of input and previous output goes through a sigmoid to make the gate,
# and *the same* sum goes through tanh to make the candidate. In an LSTM there are two sums. Would
# one be enough? With one sum $a$, a step would write $\sigma(a)\tanh(a)$.
#
# > **Predict.** A cell with one sum wants to push its cell state down by 0.5 in one step. It may
# > choose any $a$, and $f = 1$. Can it?
# > - (a) yes, with a very negative $a$
# > - (b) no, there is no such $a$

# %%
guess("push_down")

# %%
a = np.linspace(-8, 8, 3201)
tied_write = np.tanh(a) / (1 + np.exp(-a))
lowest = tied_write.min()
answer = "(a)" if lowest <= -0.5 else "(b)"
verdict(
    "push_down",
    answer,
    f"One sum writes from {lowest:.3f}, at a = {a[tied_write.argmin()]:.2f}, up to 1. Two sums "
    "write any number between -1 and 1.",
)

plots.curves(
    a,
    {"one sum": tied_write, "two sums, i = 1": np.tanh(a), "two sums, i = 0.1": 0.1 * np.tanh(a)},
    title="With one sum, a strong no shuts its own gate",
    xlabel="weighted sum of the candidate, no unit",
    ylabel="written, no unit",
    dashed=("two sums, i = 1", "two sums, i = 0.1"),
    alt=f"What one shared sum can write rises from 0 to 1 on the right, and dips to {lowest:.2f} "
    "and back to 0 on the left. Two sums reach every value between -1 and 1.",
)

# %% [markdown]
# **Your turn.** *A block is all that makes one gate differ from another.* Make the tied cell: give
# the input gate the weights of the candidate. About 4 lines; `hint("tie")` helps.


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

# %% [markdown]
# A network might find a way round. So let both learn the task of section 3: add the two marked
# numbers of sixteen. It has all that matters here: most numbers must be refused, and what is
# written has a sign.
#
# There are twenty pairs. Both networks of a pair begin with the same weights for $f$, $g$ and $o$
# and see the same data. The tied one has a block less to learn. So a third kind gets one more unit,
# and then it has a few numbers more to learn than the first.
#
# The rule, fixed before the run: a difference counts if one kind is better in at least 15 of 20
# pairs. By luck alone that happens in 4 % of cases.
#
# > **Predict.** Twenty pairs with 4 units each. The tied cells
# > - (a) do not learn the task
# > - (b) learn it, and make larger errors
# > - (c) do as well or better

# %%
guess("tied_cells")


# %%
class Adder(NamedTuple):
    cell: tuple  # w_x, w_h, b: four blocks, or three, f, g, o
    w: jax.Array  # (H,), the readout
    b: jax.Array  # one number


def new_adders(keys, hidden_size):
    """One network a key, stacked: axis 0 of every array counts them."""
    cells = [init_lstm(key, 2, hidden_size) for key in keys]
    cell = jax.tree.map(lambda *arrays: np.stack(arrays), *cells)
    w = jax.random.normal(keys[0], (len(keys), hidden_size)) / np.sqrt(hidden_size)
    return Adder(cell, w, jnp.zeros(len(keys)))


def without_i(adders):
    """The same networks without the block of i."""
    width = adders.w.shape[-1]
    return adders._replace(cell=tuple(array[..., width:] for array in adders.cell))


def lstm_of(cell):
    """The LSTMParams of a cell; of three blocks, that of g stands for i as well."""
    if isinstance(cell, LSTMParams):
        return cell
    width = cell[1].shape[0]
    return LSTMParams(*(array[..., np.r_[width : 2 * width, : 3 * width]] for array in cell))


def error(adder, batch):
    xs, ys = batch
    _, state = run(lstm_of(adder.cell), xs)
    return mean_squared_error(state.h @ adder.w + adder.b, ys)


def draw(key):
    return adding(key, 64, 16)


PAIRS = 20
keys = jax.random.split(jax.random.key(1), PAIRS)
four, five = new_adders(keys, 4), new_adders(keys, 5)
kinds = {
    "two sums, 4 units": four,
    "one sum, 4 units": without_i(four),
    "one sum, 5 units": without_i(five),
}
batch_keys = jax.random.split(jax.random.key(0), PAIRS)  # a key a pair
optimizer, trained = adam(0.02), {}
for name, adders in kinds.items():
    print(name)
    trained[name] = fit(error, adders, draw, key=batch_keys, steps=500, optimizer=optimizer).params

# %%
test = adding(jax.random.key(2), batch=512, length=16)  # new sequences, the same for all
measure = jax.jit(jax.vmap(error, in_axes=(0, None)))
errors = {name: np.asarray(measure(adders, test)) for name, adders in trained.items()}  # (20,)
print(f"always answering 0.5: mean squared error {CONSTANT_MSE:.3f}")
for name in kinds:
    size = sum(leaf[0].size for leaf in jax.tree.leaves(kinds[name]))
    best, median, worst = np.quantile(errors[name], [0, 0.5, 1])
    print(f"{name}, {size:3} parameters: best {best:.2g}, median {median:.2g}, worst {worst:.2g}")

plots.curves(
    np.arange(1, PAIRS + 1),
    {
        **{name: np.sort(values) for name, values in errors.items()},
        "answering 0.5": np.full(PAIRS, CONSTANT_MSE),
    },
    title="Twenty networks of each kind, from best to worst",
    xlabel="rank of the network",
    ylabel="mean squared error",
    dashed=("answering 0.5",),
    alt="Median squared error: "
    + ", ".join(f"{name} {np.median(values):.2g}" for name, values in errors.items())
    + f"; always answering 0.5 gives {CONSTANT_MSE:.2g}.",
    log=True,
)

# %%
two_sums = errors["two sums, 4 units"]
for name in ("one sum, 4 units", "one sum, 5 units"):
    wins = int(np.sum(two_sums < errors[name]))
    learned = int(np.sum(errors[name] < CONSTANT_MSE / 10))
    finding = (
        "two sums are better"
        if wins >= 15
        else "one sum is better"
        if wins <= 5
        else "no clear difference"
    )
    print(
        f"{name}: learned by {learned} of {PAIRS}; two sums win {wins} of {PAIRS} pairs: {finding}."
    )

tied = errors["one sum, 4 units"]
wins, learned = int(np.sum(two_sums < tied)), int(np.sum(tied < CONSTANT_MSE / 10))
verdict(
    "tied_cells",
    "(a)" if learned < PAIRS / 2 else "(b)" if wins >= 15 else "(c)",
    f"Of the tied ones with 4 units, {learned} of {PAIRS} learn it. Two sums win {wins} pairs.",
)

# %% [markdown]
# Did the cells with one sum find a way to write "down"?

# %%
for name in ("two sums, 4 units", "one sum, 4 units"):
    record = jax.vmap(lambda adder: trace(lstm_of(adder.cell), test[0]))(trained[name])
    writes = np.asarray(record.i * record.g)  # (20, 512, 16, 4)
    print(f"{name}: {np.mean(writes < lowest):4.0%} of writes below {lowest:.2f}, ", end="")
    print(f"the lowest {writes.min():.2f}")

# %% [markdown]
# **Notice**
# - The tied cell is not useless. It can refuse, with a very negative sum. It cannot write a clear
#   "down", but it can write "up" a little less, and leave the rest to the readout, which may
#   subtract.
# - So a program with the two sums mixed up runs, and learns something. No error tells you. That is
#   why the check above compares numbers, and not whether it runs.
# - One task and one size are not a law. Change `4` and `5` to `6` and `7`, and look again.

# %% [markdown]
# ## Summary
#
# - The candidate $g$ says what could be written, with a sign. The input gate $i$ says how much of
#   it. Their product is all that enters the cell state.
# - `w_x`, `w_h` and `b` hold four blocks that share nothing: $4(DH + H^2 + H)$ numbers.
# - With the input gate shut the cell state only fades. The last cell state is the sum of all
#   writes, each faded by the forget gates after it.
# - Gate and candidate have a sum each. With one for both, a step can hardly write below 0.
#
# Next, in [lesson 05](05_output_gate.ipynb): the memory is full. Who decides what of it is shown?

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# | minute | section | if time is short |
# |---|---|---|
# | 0 | 1 how much, and what | read the equations aloud, once |
# | 3 | 2 the explorer | do not skip: let the class call the slider |
# | 8 | 3 a cell that adds; `write` | skip the twenty random LSTMs |
# | 14 | 4 four blocks | show the table of shapes and the verdict |
# | 19 | 5 held shut, held open; `contributions` | the exercise for home |
# | 26 | 6 one sum for both; `tie` | start the training before you talk about the curve |
#
# Answers: 1 (c), 2 (b), 3 (b), 4 (b), 5 (c), 6 (b), then what the run says.
#
# **Wrong answers to expect**
# - *"The input gate is what is added."* Ask for a gate of 1 and a candidate of 0. Nothing is added.
# - *"A negative candidate closes the gate."* With one sum it would, and section 6 shows what that
#   costs.
# - *Section 2, "the bias".* More comes in, but of both signs. Let them watch the cell state while
#   they move first the bias and then `w`.
# - *Section 4, "(a), the blocks share nothing".* Right for one step. Ask where $h_1$ comes from.
# - *Section 5, "(b), the same way whatever comes in".* They think of $f$ as a constant. It is a sum
#   of the input, like the others.
# - `write`: most take the second block for $g$. The order is i, f, g, o.
# - `contributions`: most fade a write by the forget gate of its own step. On paper with two steps:
#   $c_2 = f_2 w_1 + w_2$, and $f_1$ does not occur.
#
# The verdict of section 6 is decided by luck in part. At equal size two sums win nearly all pairs.
# With the fifth unit it is close to the limit of 15, and can fall on either side with other
# seeds or another machine. If it says "no clear difference", say that too: the missing "down" is a
# fact about the formula, and what it costs is a matter of the task.
