# %% [markdown]
# # 06 The LSTM cell
#
# Lessons 03 to 05 took the cell apart, one gate at a time. Here it is whole: six equations, one
# step. You walk through it, build it in four ways, count what there is to learn in it, and follow
# the gradient back through it.
#
# **You will be able to**
# - follow one step through the diagram, and say what each gate hears,
# - write the cell as plain loops, in NumPy and in JAX, and show that all of them agree,
# - count its parameters for any sizes,
# - tell the two paths on which gradient comes back, and compute both,
# - take one step of backpropagation through the cell by hand,
# - say which part of "the LSTM solves vanishing and exploding gradients" holds.

# %%
import math

import jax
import jax.numpy as jnp
import numpy as np
import optax

from lstm_jax import (
    Clamp,
    LSTMState,
    gradient_flow,
    init_gru,
    init_lstm,
    init_rnn,
    run,
    step,
    trace,
)
from lstm_jax.course import (
    CellExplorer,
    GradientExplorer,
    TrainedCellExplorer,
    check,
    guess,
    hint,
    mine,
    plots,
    progress,
    sunspots,
    verdict,
)
from lstm_jax.course.data.lag_recall import CHANCE, accuracy
from lstm_jax.course.data.windows import fit_scale, split
from lstm_jax.course.l06.recall import load_recall
from lstm_jax.losses import cross_entropy

# %% [markdown]
# ## 1. One step, wire by wire
#
# The whole cell, every line of which you have met. Each small letter is a vector of $H$ numbers,
# $\odot$ multiplies unit by unit:
#
# $$\begin{aligned}
# i_t &= \sigma(x_t W_{xi} + h_{t-1} W_{hi} + b_i) &
# f_t &= \sigma(x_t W_{xf} + h_{t-1} W_{hf} + b_f) \\
# g_t &= \tanh(x_t W_{xg} + h_{t-1} W_{hg} + b_g) &
# o_t &= \sigma(x_t W_{xo} + h_{t-1} W_{ho} + b_o) \\
# c_t &= f_t \odot c_{t-1} + i_t \odot g_t &
# h_t &= o_t \odot \tanh(c_t)
# \end{aligned}$$
#
# Below is one unit of it at one step, with its numbers on the wires: the thicker the wire, the
# larger the number. The forget gate is on the left, input gate and candidate are in the middle, the
# output gate is on the right. The cell is set up to hold a gate at 0 from step 12 on; you only
# choose which gate.
#
# > **Predict.** The diagram reads from left to right. The forget gate is held at 0 from step 12 on.
# > What else changes *in step 12*?
# > - (a) all that stands to its right: $i$, $g$, $o$, $c$ and $h$
# > - (b) $c$ and $h$
# > - (c) nothing: $f$ acts on the next step

# %%
guess("right_of_f")

# %% [markdown]
# 1. Under *hold a gate* choose `f`, then `none`, then `f` again. Which numbers jump?
# 2. Go one step on, to $t = 13$. Now which?
# 3. Do both with `o` in place of `f`.
# 4. Choose `none` and press *play*. Which moves faster, the candidate $g$ or the memory $c$?

# %%
START = {"sequence": "sine", "forget_bias": 2.0, "unit": 7, "t": 12}
explorer = CellExplorer(**START, clamp_value=0.0, clamp_from=12)
explorer


# %% tags=["measure"]
# Holds f, then o, at 0 from step 12 on, and compares steps 12 and 13 with the cell left alone.
def at(record, name, t):
    """What step t made: c and h have one row more, their first is the state before step 0."""
    return getattr(record, name)[t + (name in "ch")]


cell = CellExplorer(**START)
free = trace(cell.params, cell.xs)
moved = {}
for gate in "fo":
    held = trace(cell.params, cell.xs, clamps=[Clamp(gate, 0.0, steps=slice(12, None))])
    for t in (12, 13):
        others = [name for name in "ifgoch" if name != gate]
        different = [name for name in others if jnp.any(at(held, name, t) != at(free, name, t))]
        moved[gate, t] = "".join(different)
        print(f"{gate} held at 0: in step {t} other values of", ", ".join(different))

now = moved["f", 12]
verdict(
    "right_of_f",
    {"a": now == "igoch", "b": now == "ch", "c": now == ""},
    f"With f held at 0, step 12 gets other values of {', '.join(now) or 'nothing'}.",
)

# %% [markdown]
# **Notice**
# - Left to right is the order of the drawing. All four sums hear the same two things, $x_t$ and
#   $h_{t-1}$, so the four can be computed at once. Only then comes $c_t$, and last $h_t$.
# - Within a step a gate cannot answer what another gate does. One step later all of them can,
#   through $h$.
#
# Now check the diagram with a pocket calculator: the next cell computes the step that your explorer
# shows, number by number. Choose another step or another unit, and run it again.

# %% tags=["measure"]
# Computes the step that your explorer shows, number by number, beside its own numbers.
record, params = explorer.trace(), explorer.params
t, unit = explorer.t, explorer.unit
x, h_old, c_old = float(explorer.xs[t, 0]), np.asarray(record.h[t]), float(record.c[t, unit])
H = len(h_old)


def sigma(z):
    return 1 / (1 + np.exp(-z))


def weighted_sum(block):
    """Of this unit; the blocks 0 to 3 are i, f, g, o."""
    column = block * H + unit
    return float(x * params.w_x[0, column] + h_old @ params.w_h[:, column] + params.b[column])


hand = {
    "i": sigma(weighted_sum(0)),
    "f": sigma(weighted_sum(1)),
    "g": np.tanh(weighted_sum(2)),
    "o": sigma(weighted_sum(3)),
}
if explorer.clamp_gate in hand and explorer.clamp_from <= t < explorer.clamp_to:
    hand[explorer.clamp_gate] = explorer.clamp_value  # you hold this one
hand["c"] = hand["f"] * c_old + hand["i"] * hand["g"]
hand["h"] = hand["o"] * np.tanh(hand["c"])

print(f"unit {unit}, step {t}: x = {x:.3f}, old c = {c_old:.3f}")
print("    by hand   explorer   difference")
for name, value in hand.items():
    shown = float(at(record, name, t)[unit])
    assert abs(value - shown) < 1e-5
    print(f"{name}   {value:7.3f}    {shown:7.3f}   {abs(value - shown):10.0e}")

# %% [markdown]
# ## 2. Four ways to write it
#
# A cell of $H = 16$ units reads ten years of the sun, $T = 120$ months of $D = 2$ numbers: the
# sunspot number, and its change since the month before. The biases are random here. With biases of
# 0, a program that forgets them would pass every test below.

# %% tags=["measure"]
# Reads ten years of the sun, and draws a cell of 16 units with random biases.
T, D, H = 120, 2, 16
past, _ = split(sunspots().number, 0.8)
past = fit_scale(past).apply(past)  # mean 0, standard deviation 1
xs = np.stack([past[1 : T + 1], np.diff(past[: T + 1])], axis=1)  # (T, D)

params = init_lstm(jax.random.key(0), D, H)
params = params._replace(b=jax.random.normal(jax.random.key(1), (4 * H,)))
print(f"xs {xs.shape}, w_x {params.w_x.shape}, w_h {params.w_h.shape}, b {params.b.shape}")

# %% [markdown]
# **Plain Python.** Nothing is hidden: every multiplication of the six equations is one you can
# point at.


# %%
def step_in_loops(params, h_old, c_old, x):
    """Lists of numbers in, lists of numbers out."""
    w_x, w_h, b = params
    h_new, c_new = [], []
    for unit in range(H):
        sums = {}
        for block, gate in enumerate("ifgo"):
            column = block * H + unit
            total = b[column]
            for d in range(D):
                total += x[d] * w_x[d][column]
            for k in range(H):
                total += h_old[k] * w_h[k][column]
            sums[gate] = total
        i, f, o = (1 / (1 + math.exp(-sums[gate])) for gate in "ifo")
        g = math.tanh(sums["g"])
        c = f * c_old[unit] + i * g
        c_new.append(c)
        h_new.append(o * math.tanh(c))
    return h_new, c_new


lists = [array.tolist() for array in params]  # numbers of 64 bits, where JAX has 32
h, c, in_loops = [0.0] * H, [0.0] * H, []
for x in xs.tolist():
    h, c = step_in_loops(lists, h, c, x)
    in_loops.append(h)
in_loops = np.array(in_loops)  # (T, H)
print(f"{T} steps, {T * H * 4 * (D + H):,} multiplications in the sums")

# %% [markdown]
# **NumPy.** A product of a vector and a matrix takes the place of the inner loops. Here each gate
# has its own `W`, `U` and `b`, as the equations have.


# %%
def step_in_numpy(blocks, h, c, x):
    i, f, g, o = (x @ W + h @ U + b for W, U, b in blocks)  # four sums, (H,) each
    i, f, g, o = sigma(i), sigma(f), np.tanh(g), sigma(o)
    c = f * c + i * g
    return o * np.tanh(c), c


blocks = list(zip(*(np.split(array, 4, axis=-1) for array in params), strict=True))
h, c, in_numpy = np.zeros(H, np.float32), np.zeros(H, np.float32), []
for x in xs:
    h, c = step_in_numpy(blocks, h, c, x)
    in_numpy.append(h)

# %% [markdown]
# **JAX, yours.** Four blocks stand side by side in `w_x`, `w_h` and `b`, so one product gives all
# four sums at once, $(4H,)$. That is how the cell is written everywhere, for speed. It hides that
# the four gates share nothing.
#
# **Your turn.** *These few lines are the whole LSTM.* About 6 lines; `hint("lstm_step")` helps.


# %%
def lstm_step(params, state, x):
    """The next LSTMState(h, c), each (H,), from an LSTMParams, the state before, and x (D,).

    params.w_x is (D, 4H), params.w_h (H, 4H), params.b (4H,), with blocks in the order i, f, g, o.
    """
    ### BEGIN SOLUTION
    sums = x @ params.w_x + state.h @ params.w_h + params.b
    i, f, g, o = jnp.split(sums, 4)
    c = jax.nn.sigmoid(f) * state.c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return LSTMState(h, c)
    ### END SOLUTION


# %%
check("lstm_step", lstm_step)

# %% [markdown]
# **JAX, ready made.** `step` is one step. `run` is all of them in one compiled scan.
#
# > **Predict.** All four ways read the 120 months. JAX computes with about 7 digits, the loops with
# > 16. How far are the outputs apart, at most?
# > - (a) not at all, to the last bit
# > - (b) less than a millionth
# > - (c) about a hundredth: the rounding of each step is carried on, and it adds up

# %%
guess("four_ways")

# %% tags=["measure"]
# Reads the 120 months in four ways, and prints how far the outputs are apart.
one_step = mine(lstm_step, otherwise=lambda params, state, x: step(params, state, x)[0])
state, in_steps = LSTMState(jnp.zeros(H), jnp.zeros(H)), []
for x in xs:
    state = one_step(params, state, x)
    in_steps.append(state.h)
in_one_run, _ = run(params, xs)

ways = {"NumPy, four products": in_numpy, "JAX, one product": in_steps, "run, a scan": in_one_run}
apart = {name: float(np.abs(np.array(hs) - in_loops).max()) for name, hs in ways.items()}
for name, size in apart.items():
    print(f"{name:21} differs from the loops by at most {size:.1e}")
worst = max(apart.values())
verdict(
    "four_ways",
    {"a": worst == 0, "b": 0 < worst < 1e-6, "c": worst > 1e-3},
    f"At most {worst:.1e}. The four are the same cell.",
)

# %% [markdown]
# **Notice**
# - Four separate `W`, `U`, `b`, or one block beside the other: it is the same cell, so the gates
#   share nothing but what they hear.
# - Rounding is a small change of the state, made anew at every step. In this cell it has not grown.
#   Section 4 has a cell in which small changes do.

# %% [markdown]
# ## 3. How much there is to learn
#
# > **Predict.** A cell reads $D = 64$ numbers with $H = 64$ units. You double $H$. The numbers to
# > learn become
# > - (a) twice as many
# > - (b) three times as many
# > - (c) four times as many

# %%
guess("double_the_units")

# %% [markdown]
# **Your turn.** *It says what a model costs before you build it.* Count them for any $D$ and $H$.
# About 1 line; `hint("lstm_parameters")` helps.


# %%
def lstm_parameters(input_size, hidden_size):
    """How many numbers an LSTM has to learn, with D = input_size and H = hidden_size."""
    ### BEGIN SOLUTION
    return 4 * hidden_size * (input_size + hidden_size + 1)
    ### END SOLUTION


# %%
check("lstm_parameters", lstm_parameters)

# %% [markdown]
# The next cell counts the arrays themselves. Its last column is for a fair contest in lesson 08:
# how wide must a plain RNN be to have as many numbers to learn as the LSTM?


# %% tags=["measure"]
# Counts the numbers to learn of RNN, GRU and LSTM, for some sizes, beside your formula.
def count(init, inputs, hidden):
    arrays = jax.eval_shape(lambda key: init(key, inputs, hidden), jax.random.key(0))  # no drawing
    return sum(array.size for array in arrays)


formula = mine(lstm_parameters, otherwise=lambda D, H: count(init_lstm, D, H))
print("   D    H         RNN        GRU       LSTM   LSTM/RNN   an RNN of that size: H")
for inputs, hidden in ((1, 16), (64, 64), (64, 128), (512, 512)):
    rnn, gru, lstm = (count(init, inputs, hidden) for init in (init_rnn, init_gru, init_lstm))
    assert lstm == formula(inputs, hidden)
    width = (math.sqrt((inputs + 1) ** 2 + 4 * lstm) - inputs - 1) / 2  # D·H + H·H + H = lstm
    print(f"{inputs:4} {hidden:4} {rnn:11,} {gru:10,} {lstm:10,} {lstm / rnn:10.2f} {width:24.0f}")

grown = count(init_lstm, 64, 128) / count(init_lstm, 64, 64)
nearest = round(grown)
verdict(
    "double_the_units",
    {"a": nearest == 2, "b": nearest == 3, "c": nearest == 4},
    f"From H = 64 to 128 it is {grown:.2f} times as many.",
)

# %% [markdown]
# **Notice**
# - Only the part $H \times H$ grows fourfold. The more units, the more it decides.
# - $T$ occurs nowhere. The same numbers are used at every step, however many there are.
# - Some libraries keep two biases for each sum, so their counts are a little higher. The sum of the
#   two is all that acts.

# %% [markdown]
# ## 4. Two paths back
#
# How does the memory $c_{t-1}$ act on $c_t$? Directly, the forget gate keeps a share of it. And on
# a detour: it is shown, as $h_{t-1}$, and then every gate of step $t$ hears it.
#
# $$\frac{\partial c_t}{\partial c_{t-1}} = f_t \quad \text{(directly)} \qquad\qquad
# c_{t-1} \to h_{t-1} \to (i_t, f_t, g_t) \to c_t \quad \text{(the detour)}$$
#
# > **Predict.** Between two steps a small change can travel in $c$ or in $h$. Over how many paths
# > can $c_0$ reach $c_{10}$?
# > - (a) 2
# > - (b) 20
# > - (c) 512

# %%
guess("paths_of_ten")

# %% tags=["measure"]
# Counts the paths from c_0 to c_10: each step leads from h or c to h or c.
one_step = np.array([[1, 1], [1, 1]])  # from h or c to h or c: each reaches each
paths = int(np.linalg.matrix_power(one_step, 10)[1, 1])
verdict(
    "paths_of_ten",
    {"a": paths == 2, "b": paths == 20, "c": paths == 512},
    f"{paths} paths, and one of them stays in c all the time.",
)

# %% [markdown]
# What is one step of the detour worth? Take a single unit, so that all of it are plain numbers.
# $c_t = f_t\, c_{t-1} + i_t\, g_t$, and three of the letters on the right hear $h_{t-1}$.
#
# **Your turn.** *Every gradient that does not take the direct path comes through this number.*
# Write $\partial c_t / \partial h_{t-1}$ for one unit. About 3 lines; `hint("through_h")` helps.


# %%
def through_h(w_h, i, f, g, c_prev):
    """∂c_t/∂h_{t-1}, one number. w_h (4,): the weights from h to the sums of i, f, g, o.

    i, f, g are the values in step t, c_prev is c_{t-1}; all of them numbers.
    """
    ### BEGIN SOLUTION
    w_i, w_f, w_g, _ = w_h
    through_gates = w_i * i * (1 - i) * g + w_f * f * (1 - f) * c_prev
    return through_gates + w_g * (1 - g**2) * i
    ### END SOLUTION


# %%
check("through_h", through_h)

# %% [markdown]
# Now the four slopes of a step are complete. Two lead to $c_t$. The other two lead on to $h_t$, by
# the slope of the way out that lesson 05 found, $o_t\,(1 - \tanh^2 c_t)$; and the output gate hears
# $h_{t-1}$ as well:
#
# $$\frac{\partial h_t}{\partial c_{t-1}} = o_t\,(1 - \tanh^2 c_t)\; f_t \qquad
# \frac{\partial h_t}{\partial h_{t-1}} =
# o_t\,(1 - \tanh^2 c_t)\; \frac{\partial c_t}{\partial h_{t-1}} +
# w_{ho}\, o_t (1 - o_t) \tanh c_t$$

# %% tags=["measure"]
# Computes the four slopes of step 60 by hand, and compares them with jax.jacobian.
from lstm_jax.course.l06 import stand_ins

slope_through_h = mine(through_h, otherwise=stand_ins.through_h)
small = init_lstm(jax.random.key(1), D, 1, forget_bias=1.0, gain=2.0)  # one unit
record = trace(small, xs)


def four_slopes(t):
    """[[∂h/∂h, ∂h/∂c], [∂c/∂h, ∂c/∂c]] of step t, by hand."""
    i, f, g, o = (float(getattr(record, name)[t, 0]) for name in "ifgo")
    before, after = float(record.c[t, 0]), float(record.c[t + 1, 0])
    w_h = small.w_h[0]
    c_by_h = float(slope_through_h(w_h, i, f, g, before))
    shown = o * (1 - math.tanh(after) ** 2)
    h_by_gate = float(w_h[3]) * o * (1 - o) * math.tanh(after)
    return np.array([[shown * c_by_h + h_by_gate, shown * f], [c_by_h, f]])


def next_state(flat, x):
    h, c = jnp.split(flat, 2)
    return jnp.concatenate(step(small, LSTMState(h, c), x)[0])


now = 60
by_hand = four_slopes(now)
by_jax = jax.jacobian(next_state)(jnp.concatenate([record.h[now], record.c[now]]), xs[now])
difference = float(np.abs(by_hand - by_jax).max())
assert difference < 1e-5
print(f"step {now}     by the old h   by the old c")
for name, (by_h, by_c) in zip("hc", by_hand, strict=True):
    print(f"the new {name} {by_h:15.3f} {by_c:14.3f}")
print(f"by hand and by jax.jacobian: largest difference {difference:.0e}")

# %% [markdown]
# Two steps, from $c_{60}$ to $c_{62}$: directly, or by way of $h_{61}$. Each path is a product of
# two slopes, and the paths add up.


# %% tags=["measure"]
# Two steps, directly and by way of h, beside what jax.grad says.
def c_two_steps_later(c):
    return run(small, xs[now : now + 2], LSTMState(record.h[now], c))[1].c[0]


first, second = four_slopes(now), four_slopes(now + 1)
direct, detour = second[1, 1] * first[1, 1], second[1, 0] * first[0, 1]
whole = float(jax.grad(c_two_steps_later)(record.c[now])[0])
assert abs(direct + detour - whole) < 1e-5
print(f"directly     {second[1, 1]:6.3f} · {first[1, 1]:6.3f} = {direct:6.3f}")
print(f"by way of h  {second[1, 0]:6.3f} · {first[0, 1]:6.3f} = {detour:6.3f}")
print(f"together {direct + detour:.3f}, jax.grad {whole:.3f}: ", end="")
print(f"difference {abs(direct + detour - whole):.0e}")
print(f"The detour is {'larger' if abs(detour) > direct else 'smaller'} than the direct path.")

# %% [markdown]
# **Notice**
# - The direct path is a share: between 0 and 1, never negative. The detour has weights in it, so it
#   can have any size and either sign.
# - "The gradient of an LSTM is the product of its forget gates": that is the direct path alone.
#
# With $H$ units each of the four slopes is a matrix, $(H, H)$, and one step is a matrix of
# $2H \times 2H$. `gradient_flow` multiplies them, as in lesson 02. Of all small changes of the
# whole state, $h$ and $c$, `total` follows the one of which most arrives. `direct` is the product
# of the forget gates, for the unit that keeps most.
#
# > **Predict.** 16 units, forget bias 1, gain 1. Along $c$ alone, less than $10^{-12}$ of a change
# > is left after 120 steps. Over all paths together it is
# > - (a) about the same
# > - (b) less: the paths cancel
# > - (c) about a hundred times as much
# > - (d) more than a million times as much

# %%
guess("direct_and_total")

# %% tags=["measure"]
# Follows a small change through two networks, along c alone and over all paths, and draws it.
networks = {
    "bias 1, gain 1": init_lstm(jax.random.key(0), D, H, forget_bias=1.0, gain=1.0),
    "bias 4, gain 2": init_lstm(jax.random.key(0), D, H, forget_bias=4.0, gain=2.0),
}
flows = {name: gradient_flow(network, xs) for name, network in networks.items()}
for name, flow in flows.items():
    f = np.asarray(trace(networks[name], xs).f)  # (T, H)
    kept = np.cumprod(f[::-1], axis=0)[::-1].max(axis=1)  # from the last step back
    apart = float(np.abs(kept / flow.direct[:-1] - 1).max())
    assert apart < 1e-4
    print(f"{name}: left after {T} steps: direct {flow.direct[0]:.1e}, total {flow.total[0]:.1e}")
    print(f"    product of the forget gates and direct: relative difference {apart:.0e}")

ratio = flows["bias 1, gain 1"].total[0] / flows["bias 1, gain 1"].direct[0]
verdict(
    "direct_and_total",
    {"a": 0.5 <= ratio < 10, "b": ratio < 0.5, "c": 10 <= ratio <= 1e6, "d": ratio > 1e6},
    f"All paths together leave {ratio:.0e} times as much.",
)

remaining = {}
for name, flow in flows.items():
    remaining[f"total, {name}"] = np.asarray(flow.total)[::-1]
    remaining[f"direct, {name}"] = np.asarray(flow.direct)[::-1]
plots.curves(
    np.arange(T + 1),
    remaining,
    title="Along c it can only fade. Through h it may grow.",
    xlabel="months back from the last one",
    ylabel="left of a small change, no unit",
    alt=f"Left after {T} months: "
    + "; ".join(f"{name}: {values[-1]:.1e}" for name, values in remaining.items()),
    log=True,
    dashed=[name for name in remaining if name.startswith("direct")],
)

# %% [markdown]
# ### Your turn: `step_back`
#
# *Backpropagation through time is this step, taken again and again from the end.* It multiplies no
# matrices of $2H \times 2H$. It carries two vectors back, the gradient of a loss for $h_t$ and for
# $c_t$, `ahead`, and turns them into those for $h_{t-1}$ and $c_{t-1}$. Write it for $H$ units: the
# four slopes again, with $W_h$ where the single weights were. About 12 lines; `hint("step_back")`
# helps.


# %%
def step_back(params, state, x, ahead):
    """The gradient for h and c before a step, LSTMState (H,), given that for those after it, ahead.

    state is the LSTMState before the step, x (D,) its input.
    """
    ### BEGIN SOLUTION
    i, f, g, o = jnp.split(x @ params.w_x + state.h @ params.w_h + params.b, 4)
    i, f, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jax.nn.sigmoid(o)
    g = jnp.tanh(g)
    shown = jnp.tanh(f * state.c + i * g)
    dc = ahead.c + ahead.h * o * (1 - shown**2)
    d_i = dc * g * i * (1 - i)
    d_f = dc * state.c * f * (1 - f)
    d_g = dc * i * (1 - g**2)
    d_o = ahead.h * shown * o * (1 - o)
    d_sums = jnp.concatenate([d_i, d_f, d_g, d_o])  # (4H,)
    return LSTMState(d_sums @ params.w_h.T, dc * f)
    ### END SOLUTION


# %%
check("step_back", step_back)

# %% [markdown]
# From the last month back to the first, step by step: the gradient of the sum of $c_T$ for $c_0$,
# beside the one of `jax.grad`.

# %% tags=["measure"]
# Goes back from the last month to the first with your step, and compares with jax.grad.
one_step_back = mine(step_back, otherwise=stand_ins.step_back)
network = networks["bias 1, gain 1"]
record = trace(network, xs)
back = LSTMState(jnp.zeros(H), jnp.ones(H))
for t in reversed(range(T)):
    back = one_step_back(network, LSTMState(record.h[t], record.c[t]), xs[t], back)

start = LSTMState(jnp.zeros(H), jnp.zeros(H))
by_jax = jax.grad(lambda start: run(network, xs, start)[1].c.sum())(start).c
apart = float(jnp.abs(back.c - by_jax).max() / jnp.abs(by_jax).max())
assert apart < 1e-3
print(f"{T} steps back: step by step and by jax.grad differ by {apart:.0e} of the largest entry")

# %% [markdown]
# ## 5. Vanishing *and* exploding?
#
# Often taught: the LSTM solves the problem of vanishing and exploding gradients. First try it
# yourself, on networks of 8 units that nobody has trained. Blue is the LSTM.
#
# > **Predict.** You may move gain, forget bias and seed. Which of the two blue curves can you lift
# > above 1?
# > - (a) neither
# > - (b) only all paths together
# > - (c) both

# %%
guess("above_one")

# %% [markdown]
# Who finds the largest number at $t = 0$?

# %%
gradient_explorer = GradientExplorer(forget_bias=4.0)
gradient_explorer

# %% tags=["measure"]
# Reads your explorer, then tries its corner, gain 2 and forget bias 8, with eight seeds.
yours = gradient_explorer
flow = yours.gradient_flow().lstm
print(f"yours, gain {yours.gain:g}, forget bias {yours.forget_bias:g}, seed {yours.seed}: ", end="")
print(f"all paths leave {flow.total[0]:.2g}, the direct path {flow.direct[0]:.2g}")

highest = {"total": 0.0, "direct": 0.0}
for seed in range(8):
    corner = init_lstm(jax.random.key(seed), 1, 8, forget_bias=8.0, gain=2.0)
    flow = gradient_flow(corner, yours.xs)
    for path in highest:
        highest[path] = max(highest[path], float(getattr(flow, path)[0]))
total_above, direct_above = (highest[path] > 1 for path in ("total", "direct"))
verdict(
    "above_one",
    {
        "a": not total_above and not direct_above,
        "b": total_above and not direct_above,
        "c": total_above and direct_above,
    },
    f"Gain 2, forget bias 8, the highest of 8 seeds: all paths {highest['total']:.3g}, the direct "
    f"path {highest['direct']:.3g}.",
)

# %% [markdown]
# Now the claim, over many networks. The rules, fixed before the run: forget biases 0, 1, 2 and 4
# and gains 0.5, 1, 2 and 4, 20 networks of 16 units for each pair, 320 in all. A gradient has
# *vanished* if less than 1/1000 is left after 120 steps, and *exploded* if it is more than 1000.
#
# > **Predict.** Among the 320
# > - (a) neither happens: the claim holds
# > - (b) some vanish, none explodes
# > - (c) some vanish and some explode

# %%
guess("three_hundred")


# %% tags=["measure"]
# Measures both paths back in 320 networks, and prints how many vanish and how many explode.
BIASES, GAINS, SEEDS = (0.0, 1.0, 2.0, 4.0), (0.5, 1.0, 2.0, 4.0), 20
GRID = len(GAINS), len(BIASES), SEEDS
networks = [
    init_lstm(key, D, H, forget_bias=bias, gain=gain)
    for gain in GAINS
    for bias in BIASES
    for key in jax.random.split(jax.random.key(0), SEEDS)
]
many = jax.tree.map(lambda *arrays: np.stack(arrays), *networks)  # axis 0 counts the 320


@jax.jit
@jax.vmap
def left(network):
    """What is left of the first state in the last one: direct and total, a number each."""

    def last(flat):
        h, c = jnp.split(flat, 2)
        return jnp.concatenate(run(network, xs, LSTMState(h, c))[1])

    total = jnp.linalg.norm(jax.jacrev(last)(jnp.zeros(2 * H)), 2)
    return trace(network, xs).f.prod(axis=0).max(), total


direct, total = (np.reshape(values, GRID) for values in left(many))
vanished, exploded = total < 1e-3, total > 1e3
print("share of 20 networks that vanish | explode")
print("           " + "".join(f"   bias {bias:g}     " for bias in BIASES))
for row, gain in enumerate(GAINS):
    shares = zip(vanished[row].mean(axis=-1), exploded[row].mean(axis=-1), strict=True)
    print(f"gain {gain:<5g} " + "".join(f"  {v:5.0%} |{e:5.0%}" for v, e in shares))

# %% tags=["measure"]
# The verdict on the 320 networks, and both paths of each, in order of size.
print(f"direct: vanished in {np.mean(direct < 1e-3):.0%}, largest {direct.max():.3f}")
print(f"total:  vanished in {vanished.mean():.0%}, exploded in {exploded.mean():.0%}, ", end="")
print(f"largest {total.max():,.0f}")
fades, grows = np.any(direct < 1e-3), direct.max() > 1
verdict(
    "three_hundred",
    {
        "a": not vanished.any() and not exploded.any(),
        "b": vanished.any() and not exploded.any(),
        "c": vanished.any() and exploded.any(),
    },
    f"The direct path {'can' if fades else 'did not'} vanish and {'can' if grows else 'did not'} "
    f"explode; all paths together {'can' if exploded.any() else 'did not'} explode.",
)

plots.curves(
    np.arange(1, total.size + 1),
    {
        "total": np.sort(total.ravel()),
        "direct": np.sort(direct.ravel()),
        "exploded above": np.full(total.size, 1e3),
        "vanished below": np.full(total.size, 1e-3),
    },
    title=f"The direct path stays below 1, all paths reach {total.max():,.0f}",
    xlabel="rank of the network, of 320",
    ylabel=f"left after {T} steps, no unit",
    alt=f"{vanished.sum()} of {total.size} networks have vanished, {exploded.sum()} have exploded. "
    f"The direct path reaches from {direct.min():.0e} to {direct.max():.2f}.",
    log=True,
    dashed=("exploded above", "vanished below"),
    ylim=(1e-30, 1e7),
)

# %% [markdown]
# **Notice**
# - Half of the claim is in the formula: a product of numbers between 0 and 1 cannot grow. It can
#   vanish, and with a small forget bias it does.
# - The other half is not. The detour has weights in it like a plain RNN, and large weights make it
#   explode. Training may make weights large.
# - What the LSTM adds is a path on which the network sets the factor *itself*, at every step. That
#   makes a long memory possible. It does not come by itself.
#
# What does that do to a step of training? Let each of the 320 networks forecast the next month, as
# the mean of its outputs, and take the gradient of the squared error with respect to its weights.

# %% tags=["measure"]
# How long the gradient of each of the 320 networks is.
target = past[T + 1]


@jax.jit
@jax.vmap
def gradient_length(network):
    gradient = jax.grad(lambda network: (run(network, xs)[1].h.mean() - target) ** 2)
    return optax.tree.norm(gradient(network))


lengths = np.reshape(gradient_length(many), GRID)
print(f"length of the gradient: median {np.median(lengths):.2g}, longest {lengths.max():.3g}")
for name, chosen in {"exploded": exploded, "others": ~exploded}.items():
    print(f"longer than 10: {np.mean(lengths[chosen] > 10):4.0%} of the {name}")
times = lengths.max() / np.median(lengths)
suits = "One learning rate can" if times < 100 else "No learning rate can"
print(f"Verdict: the longest is {times:,.0f} times the typical one. {suits} suit both.")

# %% [markdown]
# So the gradient of an LSTM is clipped, like that of the RNN in lesson 02 (Pascanu, Mikolov and
# Bengio, "On the difficulty of training recurrent neural networks", 2013). A step that is too long
# does not always do harm. Clipping means not having to find out.

# %% [markdown]
# ## 6. The same cell, trained
#
# So far all weights were random. This network has learned the task of lesson 02: of 40 symbols one
# carries a mark, and 30 steps later, at the end, the network has to name it. There are four
# symbols, so a guess is right in 25 % of cases.
#
# > **Predict.** The mark comes in step 9. From then on the network has only to hold on to what it
# > wrote. You hold one gate from step 10 to the end, in all units. Which leaves the lowest loss?
# > - (a) the input gate at 0: nothing comes in that could disturb
# > - (b) the forget gate at 1: nothing gets lost
# > - (c) the output gate at 1: all of it is shown

# %%
guess("gate_to_hold")

# %% [markdown]
# Choose a gate under *hold gate*, its value under *held at*, and read the loss. Then pull *from
# step* down to 0. Last, hold none and shift one: how far, until answers get lost?

# %%
trained = TrainedCellExplorer(*load_recall(), clamp_from=10)
trained

# %% tags=["measure"]
# Reads your explorer, then holds each gate at 0, 1/2 and 1, and prints loss and right answers.
print(f"yours: loss {trained.loss:.3g}, {trained.accuracy:.0%} right")

# The network in the explorer; sequences (B, T, 5) that it was not trained on; what is right (B,).
lstm, readout, symbols, named, *_ = load_recall()


def score(clamps):
    """The loss of the task, in nats, and the share of right answers."""
    h = trace(lstm, symbols, clamps=clamps).h[:, -1]  # (B, H)
    logits = h @ readout.w + readout.b
    return float(cross_entropy(logits, named)), float(accuracy(logits, named))


def held(steps):
    """The score with one gate held, for each gate and value."""
    return {(gate, v): score([Clamp(gate, v, steps=steps)]) for gate in "ifo" for v in (0, 0.5, 1)}


print("free: loss {:.2g}, {:.0%} right".format(*score([])))
print(f"a guess: loss {math.log(4):.2f}, {CHANCE:.0%} right")
tables = {"after the mark": held(slice(10, None)), "in all steps": held(slice(None))}
for name, table in tables.items():
    print(f"\nheld {name:14}     at 0          at 1/2           at 1")
    for gate in "ifo":
        scores = (table[gate, value] for value in (0, 0.5, 1))
        print(f"    {gate}          ", "   ".join(f"{loss:6.3f} {p:5.0%}" for loss, p in scores))

after = tables["after the mark"]
losses = {"a": after["i", 0][0], "b": after["f", 1][0], "c": after["o", 1][0]}
lowest = min(losses, key=losses.get)
each = ", ".join(f"({letter}) {loss:.3f}" for letter, loss in losses.items())
verdict("gate_to_hold", {letter: letter == lowest for letter in losses}, f"The losses: {each}.")
both = score([Clamp("i", 0, steps=slice(10, None)), Clamp("f", 1, steps=slice(10, None))])
print("after the mark i at 0 and f at 1: loss {:.3f}, {:.0%} right".format(*both))

# %% [markdown]
# **Notice**
# - A forget gate held at 1 does no harm after the mark, and much from the start: what comes before
#   the mark has to be cleared away. Only a gate that moves can do both.
# - A loss far above that of a guess: the network is sure of itself, and wrong.
# - This is one network. Trained from other weights it solves the task too, and some numbers of the
#   table are others.
# - Here the other gates had learned to work beside one that moves. What a network learns if a gate
#   is held *while it trains* is another question. Lesson 08 asks it.
#
# And what has training done to the two paths back?

# %% tags=["measure"]
# How large the recurrent blocks became in training, and how much the direct path keeps.
blocks = dict(zip("ifgo", np.split(np.asarray(lstm.w_h), 4, axis=1), strict=True))
gains = {gate: float(np.linalg.norm(block, 2)) for gate, block in blocks.items()}
print("gain of each recurrent block, 1 before training: ", end="")
print(", ".join(f"{gate} {gain:.1f}" for gate, gain in gains.items()))

f = np.asarray(trace(lstm, symbols).f)  # (B, T, H)
kept = np.median(f[:, 10:].prod(axis=1).max(axis=-1))  # of the mark at the end, in the best unit
before = sigma(3.0) ** 30  # the forget bias was 3
print(f"left on the direct path after 30 steps: {kept:.2f}, before training {before:.2f}")
change = "opened" if kept > before else "narrowed"
larger = sum(gain > 1 for gain in gains.values())
print(f"Verdict: training has {change} the direct path, and made {larger} of 4 blocks larger.")

# %% [markdown]
# ### Your turn: `hold_forget`
#
# *To keep and to clear away are two jobs, and only a gate that moves can do both.* Take the gate
# from this network and move it yourself: 40 values from 0 to 1, one for each step, at which the
# forget gate of all units is held. 99 % of the answers should stay right. Steps count from 0, and
# the mark comes in step 9. About 2 lines; `hint("hold_forget")` helps.

# %%
hold_forget = ...  # 40 values, one for each step

### BEGIN SOLUTION
hold_forget = jnp.where(jnp.arange(40) < 9, 0.0, 1.0)
### END SOLUTION

# %%
check("hold_forget", hold_forget)

# %% [markdown]
# ## Summary
#
# - Six equations. The four sums hear $x_t$ and $h_{t-1}$ and nothing else; then comes $c_t$, then
#   $h_t$.
# - Loops, NumPy, one product or a scan: the same numbers, up to rounding.
# - $4\,(DH + H^2 + H)$ numbers to learn, four times as many as an RNN of the same width.
# - Gradient comes back directly, with the factor $f_t$, and over many detours through $h$.
# - The direct path can vanish and cannot explode. The detours can do both.
# - To hold a gate of a trained network shows what this network has come to rely on.
#
# Next, in [lesson 07](07_lstm_layer.ipynb): cells in a row become a layer.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# **When time is short**
# - Section 1: never skip the explorer; skip the calculation by hand.
# - Section 2: show the loops, do the exercise, skip NumPy.
# - Section 3: ask the question, show the table.
# - Section 4: show the figure; leave one exercise for home.
# - Section 5: use the explorer as a contest, then show the table.
# - Section 6: use the explorer alone.
#
# Answers: 1 (b), 2 (b), 3 (b), 4 (c) and (d), 5 (b) and (c), 6 (b).
#
# **Wrong answers to expect**
# - *Section 1, (a).* The drawing suggests it. Ask which arrow leads from $f$ to $o$. There is none
#   within a step.
# - *"The gates look at the memory."* They look at $h_{t-1}$, which is what the memory last showed.
# - *`lstm_step`*: most exchange g and o, since the candidate is "not a gate" and they put it last.
#   Some make $h$ of the old $c$. `check` names both.
# - *Section 2, (c).* They expect errors to pile up. That takes a cell that makes small changes
#   larger, and section 4 shows one.
# - *`lstm_parameters`*: the third block of four is forgotten ("three gates"), or the biases.
# - *Section 3, (c).* The square of $H$ counts four times, the rest only twice.
# - *`through_h`*: most stop after the candidate. Ask what else in the equation of $c_t$ has an
#   $h_{t-1}$ inside.
# - *`step_back`*: most forget that $h$ comes back through all four sums, or use $W_h$ the way it
#   leads forward. Whoever has written `through_h` has half of it.
# - *`hold_forget`*: most hold it open from the start. The table of section 6 shows what that does.
# - *Section 4, (a): "the rest goes through the same gates".* The gates scale $c$; the detour has
#   their slopes and the weights.
# - *Section 5, "(b), that is what the constant error carousel is for".* The direct path is. Ask who
#   holds the detour back.
# - *Section 5, "then the LSTM is no better".* Compare the grid at gain 1 with lesson 02, where an
#   RNN lost everything at the same gain, and only the gain could be chosen.
# - *Section 6, (a).* Nothing comes in, but the forget gate still takes a little off at every step,
#   and this network had learned to make up for it. With f at 1 as well it is nearly as before.
# - *Section 6, "so an LSTM needs no output gate", or any other.* It was not trained without it. Fix
#   the wheel of a car, and you learn little about cars.
#
# "Vanished" and "exploded" are cut at 1/1000 and 1000, after 120 steps. Other limits move the
# shares, not the pattern: vanishing where bias and gain are small, exploding where both are large.
