# %% [markdown]
# # 03 The forget gate
#
# In lesson 02 every step multiplied the past by a factor that nobody chose. Here the network gets a
# memory of its own, the cell state, and chooses the factor itself: for every unit, at every step.
# The part that chooses is the forget gate.
#
# **You will be able to**
# - compute a forget gate by hand, and say the shape of everything in it,
# - turn a bias into a memory time, and a memory time into a bias,
# - say what goes wrong in a memory that never forgets, and how a gate empties it,
# - say why the first value of one bias can decide whether a network learns.

# %%
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import Clamp, LSTMParams, LSTMState, init_lstm, run, step, trace
from lstm_jax.course import GateExplorer, check, guess, hint, plots, progress, sunspots, verdict
from lstm_jax.course.data.lag_recall import CHANCE, accuracy, lag_recall
from lstm_jax.course.data.windows import fit_scale, split
from lstm_jax.training import adam, cross_entropy, fit

# %% [markdown]
# ## 1. A memory with a valve
#
# The **cell state** $c$ holds one number for each unit. Before anything new is written, the forget
# gate $f$ decides how much of each number is kept.
#
# > **Predict.** The memory holds (4, 2, -6) and the gate reads (1, 0, 0.5). What is kept?
# > - (a) (4, 0, -3)
# > - (b) 1, since 4 · 1 + 2 · 0 - 6 · 0.5 = 1
# > - (c) (4, 2, -6): the gate is open

# %%
guess("one_gate")

# %%
memory, gate = np.array([4.0, 2.0, -6.0]), np.array([1.0, 0.0, 0.5])
kept = gate * memory
print("memory", memory, "  gate", gate)
options = {"(a)": (4, 0, -3), "(b)": 1, "(c)": (4, 2, -6)}
answer = next(
    (name for name, each in options.items() if np.array_equal(kept, each)), "none of these"
)
verdict("one_gate", answer, f"{kept} is kept: one product for each unit.")

# %% [markdown]
# The gate has the shape of the cell state, and the product is taken unit by unit: 1 keeps, 0
# forgets, 0.5 keeps half. Then something new is added.
#
# $$c_t = \underbrace{f_t \odot c_{t-1}}_{\text{kept}} + \underbrace{i_t \odot g_t}_{\text{new}}
# \qquad c_t,\ f_t,\ i_t,\ g_t: (H,), \quad \odot \text{ is the product by unit}$$
#
# The new part is for lesson 04. Today is about $f_t$. It is a weighted sum, squashed:
#
# $$f_t = \sigma\bigl(x_t W_{xf} + h_{t-1} W_{hf} + b_f\bigr), \qquad
# \sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# | symbol | what | shape |
# |---|---|---|
# | $x_t$ | the new input | `(D,)` |
# | $h_{t-1}$ | the output of the step before | `(H,)` |
# | $W_{xf},\ W_{hf}$ | weights of this gate | `(D, H)`, `(H, H)` |
# | $b_f$ | its bias | `(H,)` |
# | $f_t$ | the gate | `(H,)`, the shape of $c_{t-1}$ |
#
# The sigmoid $\sigma$ turns any number into a share between 0 and 1. With one input and one unit,
# all of it is three numbers added up:


# %%
def sigma(z):
    return 1 / (1 + np.exp(-z))


print("z       ", *(f"{z:7.1f}" for z in (-6, -4, -2, 0, 2, 4, 6)))
print("sigma(z)", *(f"{sigma(z):7.3f}" for z in (-6, -4, -2, 0, 2, 4, 6)))

w, u, b = 1.5, 0.8, 1.0  # the weights of x and of h, and the bias
x, h = 0.6, -0.3
z = w * x + u * h + b
print(f"\nw x = {w * x:.2f}, u h = {u * h:.2f}, b = {b:.2f}, together {z:.2f}")
print(f"f = {sigma(z):.3f}: a memory of 4 becomes {4 * sigma(z):.2f}")

# %% [markdown]
# Note that $\sigma$ never quite reaches 0 or 1. A gate is never fully shut or fully open, only
# close to it.
#
# Now move it yourself. This is a whole cell with one unit; you hold its forget gate. The other
# gates stand still: inputs above one half are written into the memory.
#
# 1. The input is a pulse. Move the bias from 0 to 5. How long does $c$ hold the pulse?
# 2. Choose the input *write and erase*: a 1, later a -1, then a 1 again. Find a bias and a weight
#    on the input with which the gate keeps everything, and shuts at the -1 alone.
# 3. Choose the input *count*, a pulse every six steps. Hold the gate at 1, then at 0.

# %%
explorer = GateExplorer(gate="f")
explorer

# %% [markdown]
# ### Your turn: `forget_gate`
#
# *The other two gates are this line with other weights.* `LSTMParams` keeps the weights of all four
# blocks side by side, in the order i, f, g, o: `w_x` is `(D, 4H)`, `w_h` is `(H, 4H)`, `b` is
# `(4H,)`. `jnp.split(v, 4)` cuts a vector into four equal parts. Return the forget gate. About 3
# lines; `hint("forget_gate")` helps.


# %%
def forget_gate(params, h_prev, x):
    """f_t (H,) from LSTMParams, the output before, h_prev (H,), and the input x (D,)."""
    ### BEGIN SOLUTION
    sums = x @ params.w_x + h_prev @ params.w_h + params.b  # (4H,)
    _, f, _, _ = jnp.split(sums, 4)
    return jax.nn.sigmoid(f)
    ### END SOLUTION


# %%
check("forget_gate", forget_gate)

# %% [markdown]
# ## 2. Not a number, not a parameter
#
# Here is an LSTM with $H = 16$ units, untrained. It reads ten years of sunspots, $T = 120$ months,
# scaled to mean 0 and standard deviation 1.
#
# > **Predict.** How many different values does its forget gate take on the way?
# > - (a) 1: "the forget gate is 0.73"
# > - (b) 16: one for each unit
# > - (c) 120: one for each month
# > - (d) about 1,900: one for each unit in each month

# %%
guess("gate_values")

# %%
T, H = 120, 16
past, _ = split(sunspots().number, 0.8)
past = jnp.asarray(fit_scale(past).apply(past))[:, None]  # (2500, 1)
params = init_lstm(jax.random.key(0), 1, H, forget_bias=1.0)
record = trace(params, past[:T])
f = np.asarray(record.f)  # (T, H)

over_time, over_units = np.ptp(f, axis=0).min(), np.ptp(f, axis=1).min()
plots.gate_map(
    f,
    title="A forget gate: every unit and every month its own",
    alt=f"The forget gate of {H} units over {T} months, from {f.min():.2f} to {f.max():.2f}. Each "
    f"unit moves over time by at least {over_time:.2f}, and in each month the units differ by at "
    f"least {over_units:.2f}.",
)

# %% [markdown]
# Where do these values come from? Take one step by hand, and change one thing at a time.

# %%
month = 60
state = LSTMState(record.h[month], record.c[month])
same = step(params, state, past[month])[1].f
changed = {
    "nothing": same,
    "the input x": step(params, state, past[month] + 0.5)[1].f,
    "the old output h": step(params, state._replace(h=-state.h), past[month])[1].f,
    "the old memory c": step(params, state._replace(c=-state.c), past[month])[1].f,
}
moved = {name: float(jnp.abs(gate - same).max()) for name, gate in changed.items()}
for name, size in moved.items():
    print(f"change {name:17} the gate moves by up to {size:.3f}")

values = len(np.unique(f.round(6)))
of_f = slice(H, 2 * H)  # the second block of i, f, g, o
weights = params.w_x[:, of_f].size + params.w_h[:, of_f].size + params.b[of_f].size
print(f"all values are made of the same {weights} weights and biases")
options = {"(a)": 1, "(b)": H, "(c)": T, "(d)": T * H}
nearest = min(options, key=lambda name: abs(math.log(values / options[name])))
moving = moved["the input x"] > 0 and moved["the old output h"] > 0
verdict(
    "gate_values",
    nearest,
    f"{values:,} different values. A gate is {'computed at each step' if moving else 'fixed'}.",
)

# %% [markdown]
# **Notice**
# - A gate is a vector of $H$ values, new at every step. It is a *function* of $x_t$ and $h_{t-1}$.
#   The parameters are $W_{xf}$, $W_{hf}$ and $b_f$; training moves those.
# - The gate does not see the memory it acts on: another $c$ leaves $f$ where it is. It only sees
#   what got out at the step before, in $h$. (Gates that also see $c$ exist. They are called
#   peepholes; Gers and Schmidhuber, 2000.)

# %% [markdown]
# ## 3. How long is a memory?
#
# Put 1 into the memory and let nothing come in. Then each step leaves the share $f$ of what was
# there, and with $f = \sigma(b)$ at all steps
#
# $$c_t = \sigma(b)^t$$
#
# Often taught as: an LSTM remembers by default, and *learns* to forget. Test it. Some programs
# start with all biases at 0.
#
# > **Predict.** All weights and biases are 0. How much of the 1 is left after 10 steps?
# > - (a) all of it
# > - (b) about one half
# > - (c) about one tenth
# > - (d) less than 1 %

# %%
guess("ten_steps_on")

# %%
STEPS = 400
silence = jnp.zeros((STEPS, 1))
holds_one = LSTMState(h=jnp.zeros(1), c=jnp.ones(1))


def quiet(bias):
    """A cell with one input and one unit, all weights 0 and only the forget bias set."""
    return LSTMParams(jnp.zeros((1, 4)), jnp.zeros((1, 4)), jnp.array([0.0, bias, 0.0, 0.0]))


biases = (0, 1, 2, 3, 4, 5)
left = {bias: np.asarray(trace(quiet(bias), silence, holds_one).c[:, 0]) for bias in biases}

ten = left[0][10]
answer = "(a)" if ten > 0.9 else "(b)" if ten > 0.3 else "(c)" if ten > 0.03 else "(d)"
remembers = "remembers" if ten > 0.5 else "forgets"
verdict(
    "ten_steps_on",
    answer,
    f"After 1 step {left[0][1]:.2f} is left, after 3 {left[0][3]:.3f}, after 10 {ten:.1g}. With "
    f"bias 0, an LSTM {remembers} by default.",
)

# %%
shown = 120
plots.curves(
    np.arange(shown + 1),
    {f"bias {bias}": left[bias][: shown + 1] for bias in (0, 1, 3, 5)}
    | {"one half": np.full(shown + 1, 0.5), "1/e": np.full(shown + 1, 1 / math.e)},
    title="The bias of the forget gate sets how long it keeps",
    xlabel="step",
    ylabel="share left of the memory",
    alt="What is left after 20 steps: "
    + ", ".join(f"bias {bias} {left[bias][20]:.2g}" for bias in (0, 1, 3, 5))
    + f". After {shown} steps only bias 5 holds more than a tenth: {left[5][shown]:.2f}.",
    dashed=("one half", "1/e"),
)

# %% [markdown]
# Two clocks are in use, so say which one you mean.
#
# - The **half-life**: after so many steps one half is left. It is $\ln\frac12 / \ln f$.
# - The **1/e time**: after so many steps $1/e \approx 0.37$ is left. It is $-1 / \ln f$, longer by
#   the factor $1/\ln 2 \approx 1.44$.
#
# The next cell *measures* both: it runs the cell and looks when the memory falls to 1/2 and to 1/e
# (between two steps, on a straight line in the logarithm). Beside them stand the formulas. In the
# last columns a real gate: the 16 units of a random network that reads the sunspots.


# %%
def steps_until(share, left):
    """After how many steps `left` (T+1,), which starts at 1 and falls, is down to `share`."""
    n = int(np.argmax(left <= share))
    assert n > 0, "it does not fall that far: measure longer"
    before, after = np.log(left[n - 1 : n + 1])
    return n - 1 + (math.log(share) - before) / (after - before)


print("            half-life, steps    1/e time, steps     half-life of 16 units that")
print("bias  σ(b)  measured formula    measured formula    read: shortest median longest")
half_life, worst = {}, 0.0
for bias in biases:
    log_f = math.log(sigma(bias))
    half_life[bias], e_time = steps_until(0.5, left[bias]), steps_until(1 / math.e, left[bias])
    worst = max(worst, abs(half_life[bias] * log_f / math.log(0.5) - 1), abs(-e_time * log_f - 1))
    gates = np.asarray(trace(init_lstm(jax.random.key(0), 1, H, forget_bias=bias), past[:STEPS]).f)
    products = np.concatenate([np.ones((1, H)), np.cumprod(gates, axis=0)])  # (STEPS+1, H)
    units = [steps_until(0.5, products[:, unit]) for unit in range(H)]
    print(
        f"{bias:4} {sigma(bias):6.3f} {half_life[bias]:8.1f} {math.log(0.5) / log_f:7.1f} "
        f"{e_time:11.1f} {-1 / log_f:7.1f} "
        f"{min(units):15.1f} {np.median(units):6.1f} {max(units):7.1f}"
    )
assert worst < 1e-3
print(f"\nmeasured and formula differ by {worst:.0e} of the value")
print(f"from bias 4 to bias 5 the half-life grows {half_life[5] / half_life[4]:.2f} times")

# %% [markdown]
# **Notice**
# - The larger the bias, the closer one more comes to making the memory $e \approx 2.72$ times as
#   long. Small steps in the bias, large ones in the time.
# - The formula is for a gate that stands still. In the network that reads, the middle unit is close
#   to it, and the shortest and the longest are far from it, the more so the larger the bias. The
#   bias sets the scale; $x_t$ and $h_{t-1}$ move the gate around it.
# - Forgetting is not a step function. With half-life 10, a quarter is left after 20 steps.
#
# This is also about learning. What is left of the memory is the slope that BPTT finds along it:
#
# $$\frac{\partial c_T}{\partial c_0} = \prod_{t=1}^{T} f_t \qquad
# \text{(along the cell state; lesson 06 adds the ways through } h)$$

# %%
slope = jax.grad(lambda c: run(quiet(3), silence[:40], LSTMState(jnp.zeros(1), c))[1].c.sum())
by_grad = slope(jnp.ones(1))[0]
difference = abs(by_grad / left[3][40] - 1)
assert difference < 1e-4
print(f"bias 3, 40 steps: {left[3][40]:.4f} of the memory is left, and jax.grad says {by_grad:.4f}")
print(f"relative difference {difference:.0e}")

# %% [markdown]
# What did your own gate do? The next cell reads whatever your explorer shows now. Move a slider in
# section 1 and run it again.

# %%
yours = np.asarray(explorer.trace().f)[:, 0]
print(f"your gate, over {len(yours)} steps: from {yours.min():.3f} to {yours.max():.3f}")
share = float(np.prod(yours, dtype=np.float64))
print(f"of a memory before step 1, this share is left at the end: {share:.2g}")
if 0 < share < 1:
    print(f"as if its half-life were {len(yours) * math.log(0.5) / math.log(share):.1f} steps")

# %% [markdown]
# ### Your turn: `bias_for_half_life`
#
# *If you know how far apart two events are, you know which bias to start with.* You want a memory
# with a half-life of `steps` steps. Which bias gives it? About 2 lines, with `math.log`;
# `hint("bias_for_half_life")` helps.


# %%
def bias_for_half_life(steps):
    """The bias b, a number, at which σ(b) leaves one half after `steps` steps (1 or more)."""
    ### BEGIN SOLUTION
    f = 0.5 ** (1 / steps)
    return math.log(f / (1 - f))
    ### END SOLUTION


# %%
check("bias_for_half_life", bias_for_half_life)

# %% [markdown]
# ## 4. Held at 0, held at 1
#
# `Clamp` holds a gate at a value, whatever its weights say. The stream: all sunspot numbers since
# 1749 as a share of the largest, so never negative. The cell: one unit that adds what it sees.

# %%
year, number = sunspots()
stream = jnp.asarray(number / number.max())[:, None]  # (3126, 1), from 0 to 1
adder = LSTMParams(  # in the order i, f, g, o
    w_x=jnp.array([[0.0, 0.0, 0.05, 0.0]]),  # the candidate is tanh(0.05 x)
    w_h=jnp.zeros((1, 4)),
    b=jnp.array([4.0, 4.0, 0.0, 4.0]),  # all three gates almost open
)

# %% [markdown]
# > **Predict.** The forget gate is held at 1: it never forgets. After 260 years, the memory
# > - (a) has settled at a level
# > - (b) goes up and down with the sun
# > - (c) has grown all the time, and grows on

# %%
guess("never_forgets")

# %%
held = {
    "held at 0": trace(adder, stream, clamps=[Clamp("f", 0.0)]),
    "free, bias 4": trace(adder, stream),
    "held at 1": trace(adder, stream, clamps=[Clamp("f", 1.0)]),
}
cs = {name: np.asarray(record.c[1:, 0]) for name, record in held.items()}
middle = len(stream) // 2
for name, c in cs.items():
    print(f"{name:13} largest c: first half {c[:middle].max():6.3f}, whole {c.max():6.3f}")

grows = {name: c.max() / c[:middle].max() for name, c in cs.items()}
plots.curves(
    year,
    cs,
    title="A gate of 1 counts for ever",
    xlabel="year",
    ylabel="cell state c, no unit",
    alt=f"Held at 1 the cell state rises all the time, to {cs['held at 1'][-1]:.1f} in "
    f"{year[-1]:.0f}. The free gate stays below {cs['free, bias 4'].max():.2f}, the gate held at 0 "
    f"below {cs['held at 0'].max():.3f}.",
)

# %%
rising = np.all(np.diff(cs["held at 1"]) >= 0)
answer = "(c)" if rising and grows["held at 1"] > 1.5 else "(b)" if not rising else "(a)"
times = grows["held at 1"]
verdict("never_forgets", answer, f"Twice the time makes it {times:.2f} times as large.")

# tanh(c) with a slope below 0.01 says the same whatever comes in.
deaf = {name: np.mean(1 - np.tanh(c.astype(np.float64)) ** 2 < 0.01) for name, c in cs.items()}
for name, portion in deaf.items():
    print(f"{name:13} the output does not move any more in {portion:4.0%} of the months")

# %% [markdown]
# **Notice**
# - Held at 0 there is no memory: $c_t$ is what came in this month, and nothing else.
# - A gate $f < 1$ that stands still has a ceiling. If each step adds at most $a$, then
#   $|c_t| \le a\,(1 + f + f^2 + \dots) = a / (1 - f)$. With $f = 1$ there is none.
# - An endless sum is of no use. The cell shows $h_t = o_t \tanh(c_t)$, and once $c$ is above 3,
#   tanh is flat: what comes in hardly changes the output, and hardly any gradient comes back.
#
# > **Predict.** The LSTM was published in 1997. Since when has it had a forget gate?
# > - (a) since then: a gate that can forget is what makes it an LSTM
# > - (b) since 2000, in another paper

# %%
guess("since_when")

# %% [markdown]
# Here is the update of that cell as it was published, with tanh for its two squashing functions
# (Hochreiter and Schmidhuber, "Long Short-Term Memory", *Neural Computation* 9(8), 1997). Is there
# a forget gate in it? We move all that belongs to one, and see.


# %%
@jax.jit
def cell_of_1997(params, xs):
    """c_t = c_{t-1} + i_t g_t: all c, (T, H). The block f of params is not used."""

    def advance(state, x):
        h, c = state
        i, _, g, o = jnp.split(x @ params.w_x + h @ params.w_h + params.b, 4)
        c = c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), c

    zeros = jnp.zeros(params.w_h.shape[0])
    return jax.lax.scan(advance, (zeros, zeros), xs)[1]


difference = np.abs(np.asarray(cell_of_1997(adder, stream))[:, 0] - cs["held at 1"]).max()
assert difference < 1e-3
print(f"1997 and a forget gate held at 1: c differs by at most {difference:.0e}")

units = adder.w_h.shape[0]
moved = adder._replace(b=adder.b.at[units : 2 * units].add(1.0))  # the block of f
unmoved = np.array_equal(cell_of_1997(adder, stream), cell_of_1997(moved, stream))
fate = "grows without bound" if grows["held at 1"] > 1.5 else "stays bounded"
verdict(
    "since_when",
    "(b)" if unmoved else "(a)",
    f"The cell of 1997 is today's with f {'fixed at 1' if unmoved else 'free'}; in this run its "
    f"memory {fate}.",
)

# %% [markdown]
# The cell of 1997 has an input gate and an output gate, and its memory feeds itself with the fixed
# weight 1. The forget gate came with Gers, Schmidhuber and Cummins, "Learning to Forget: Continual
# Prediction with LSTM", *Neural Computation* 12(10), 2000. Their reason is your figure: on a stream
# that nobody cuts into pieces, the memory grows until the cell is stuck. So the network must be
# able to empty it, at a moment that it learns.
#
# ### Your turn: `sum_since_reset`
#
# *A memory that is never emptied ends up measuring how long it has been running.* Write a memory
# that adds up all inputs since the last reset. `resets` holds a 1 at each step that starts anew,
# and 0 elsewhere. Keep the order of the cell: first forget, then add. So the input of the reset
# step counts. About 6 lines with `lax.scan`; `hint("sum_since_reset")` helps.


# %%
def sum_since_reset(xs, resets):
    """The sum of all xs since the last reset, at each step. xs and resets (T,) -> (T,)."""

    ### BEGIN SOLUTION
    def advance(c, pair):
        x, reset = pair
        c = (1 - reset) * c + x
        return c, c

    return jax.lax.scan(advance, jnp.float32(0), (xs, resets))[1]
    ### END SOLUTION


# %%
check("sum_since_reset", sum_since_reset)

# %% [markdown]
# The LSTM does the same. Hold its gate at 1, and at 0 in one month of every eleven years (132
# months): a later clamp overrides an earlier one.

# %%
emptied = trace(adder, stream, clamps=[Clamp("f", 1.0), Clamp("f", 0.0, steps=slice(0, None, 132))])
c = np.asarray(emptied.c[1:, 0])
dead = np.mean(1 - np.tanh(c.astype(np.float64)) ** 2 < 0.01)
print(f"largest c: {c.max():.2f}; the output does not move any more in {dead:.0%} of the months")

plots.curves(
    year,
    {"c, emptied": c, "h": np.asarray(emptied.h[1:, 0])},
    title=f"Emptied every eleven years, c stays below {math.ceil(10 * c.max()) / 10:.1f}",
    xlabel="year",
    ylabel="c and h, no unit",
    alt=f"The cell state rises from 0 for eleven years and falls back to 0, up to {c.max():.2f}. "
    f"The output h follows it, up to {emptied.h.max():.2f}.",
)

# %% [markdown]
# Each tooth of this saw is worth reading: its height says how active the sun was in those eleven
# years. And the output moves all the time.

# %% [markdown]
# ## 5. Does the first bias matter?
#
# Training can move a bias. So why care where it starts? A task where memory is everything: four
# symbols pass in random order, one of them carries a mark. Name that one, 30 steps later.
#
# > **Predict.** Forget biases of 0, 1, 3 and 4 to start with; four networks each, all else equal.
# > Which ones learn the task in 400 steps of training?
# > - (a) all: training finds the bias
# > - (b) mostly the small biases, 0 and 1: who forgets quickly is not confused by other symbols
# > - (c) mostly the large ones, 3 and 4: a short memory gets no gradient over 30 steps

# %%
guess("which_biases")

# %% [markdown]
# A network has learned it if more than 95 % of its answers are right, on sequences it has not seen.

# %%
LAG, LENGTH, SEEDS, START = 30, 34, 4, (0, 1, 3, 4)


class Recaller(NamedTuple):
    cell: LSTMParams
    w: jax.Array  # (H, 4), from the last output to the four symbols


def new_recaller(key, forget_bias):
    key_cell, key_w = jax.random.split(key)
    cell = init_lstm(key_cell, input_size=5, hidden_size=H, forget_bias=forget_bias)
    return Recaller(cell, jax.random.normal(key_w, (H, 4)) / math.sqrt(H))


def answers(model, xs):  # (B, T, 5) -> (B, 4)
    _, state = run(model.cell, xs)
    return state.h @ model.w


def loss(model, batch):
    xs, ys = batch
    return cross_entropy(answers(model, xs), ys)


def draw(key):
    return lag_recall(key, LAG, batch=32, length=LENGTH)


seeds = jax.random.split(jax.random.key(0), SEEDS)
fresh = [new_recaller(key, bias) for bias in START for key in seeds]
trained = fit(
    loss,
    jax.tree.map(lambda *arrays: jnp.stack(arrays), *fresh),  # axis 0 counts the networks
    draw,
    key=jnp.tile(jax.random.split(jax.random.key(1), SEEDS), len(START)),  # a key for each of them
    steps=400,
    optimizer=adam(0.01),
)

# %%
xs, ys = lag_recall(jax.random.key(2), LAG, batch=1000, length=LENGTH)  # new to all of them
score = jax.jit(jax.vmap(lambda model: accuracy(answers(model, xs), ys)))
scores = np.asarray(score(trained.params)).reshape(len(START), SEEDS)
learned = {bias: int((row > 0.95).sum()) for bias, row in zip(START, scores, strict=True)}
print(f"bias   left after {LAG} steps    right answers of each network    learned it")
print(f"       before training       (by chance {CHANCE:.0%})")
for bias, row in zip(START, scores, strict=True):
    each = " ".join(f"{score:5.0%}" for score in row)
    print(f"{bias:4}   {sigma(bias) ** LAG:15.0e}       {each}   {learned[bias]:10} of {SEEDS}")

small, large = learned[0] + learned[1], learned[3] + learned[4]
if small == large:
    answer = "(a)" if small == 2 * SEEDS else "none of these"
else:
    answer = "(c)" if large > small else "(b)"
verdict(
    "which_biases",
    answer,
    f"Learned by {small} of {2 * SEEDS} networks with a small bias, and by {large} of {2 * SEEDS} "
    "with a large one.",
)

counts = ", ".join(f"{n} of {SEEDS} with bias {bias}" for bias, n in learned.items())
plots.bars(
    {f"forget bias {bias}": n for bias, n in learned.items()},
    title=f"Learned: {small} of {2 * SEEDS} small biases, {large} of {2 * SEEDS} large ones",
    xlabel=f"networks that learned it, of {SEEDS}",
    alt=f"Networks that learned to recall over {LAG} steps: {counts}.",
)

# %% [markdown]
# Look into the best of the four that started with bias 3, while it reads one sequence. Its units
# are sorted by how much they keep. What did training do with the gate?

# %%
row = START.index(3)
best = row * SEEDS + int(scores[row].argmax())
cell = jax.tree.map(lambda array: array[best], trained.params).cell
mark = LENGTH - 1 - LAG
f = np.asarray(trace(cell, xs[0]).f)  # (T, H)
after = f[mark + 1 :].mean(axis=0)  # (H,)
keepers = int((after > 0.97).sum())
now = np.asarray(cell.b[of_f])
print(f"right answers: {scores[row].max():.0%}")
print(f"forget biases: all 3 at the start, now from {now.min():.1f} to {now.max():.1f}")
print(f"after the mark, {keepers} of {H} units keep more than 97 % at each step, on average")

plots.gate_map(
    f[:, np.argsort(after)],
    title=f"After the mark at step {mark}, {keepers} of {H} units hardly forget",
    alt=f"The forget gate of the trained network over {LENGTH} steps, units sorted. After the mark "
    f"at step {mark} the gates of {keepers} of {H} units are above 0.97 on average, the others go "
    f"down to {after.min():.2f}.",
)

# %% [markdown]
# **Notice**
# - The bias is only the start. Training may move it, and every gate moves around it at every step.
#   But training needs a gradient, and at the start the gradient over 30 steps is about the share in
#   the second column. Ask your `bias_for_half_life` for 30 steps, and compare.
# - That is lesson 02 again, with one difference: here one number at the start sets the factor close
#   to 1. Gers and others already started with a positive bias; Jozefowicz, Zaremba and Sutskever
#   (2015) recommended it again. `init_lstm` starts with 1, so for a lag like this one, say more.
# - Units that stay open can hold the symbol; others go on forgetting. Compare the column of the
#   mark with its neighbours: a unit whose gate dips there empties itself just before it writes.
# - Four networks show what can happen, not how often it happens. Lesson 08 takes many more. And the
#   learning rate has its say too: try `adam(0.02)`.

# %% [markdown]
# ## Summary
#
# - $f_t = \sigma(x_t W_{xf} + h_{t-1} W_{hf} + b_f)$ has the shape of the cell state and multiplies
#   it unit by unit: 0 forgets, 1 keeps.
# - It is a vector, new at every step, computed from the input and the last output.
# - The bias sets the scale of the memory: half-life $\ln\frac12 / \ln\sigma(b)$, about $e$ times
#   as long for each unit of bias. With bias 0, half is gone after one step.
# - A gate of 1 for ever, the cell of 1997, counts without bound on an endless stream. A gate that
#   can close empties it.
#
# Next, in [lesson 04](04_input_gate.ipynb): what is written into the memory, and who decides that.
# It is called the input gate.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# | minute | section | if time is short |
# |---|---|---|
# | 0 | 1 the valve; explorer at 3, `forget_gate` at 6 | never skip the explorer |
# | 9 | 2 a vector, new each step | show the map, ask the question, go on |
# | 15 | 3 memory time; `bias_for_half_life` at 21 | leave the exercise for home |
# | 25 | 4 held at 0 and 1; `sum_since_reset` at 30 | show the saw, skip the exercise |
# | 33 | 5 training; start it, then ask | do not skip: it is why anybody cares |
# | 39 | summary | |
#
# Answers: 1 (a), 2 (d), 3 (d), 4 (c) and (b), 5 (c).
#
# Explorer, task 2: a weight near 6 and a bias near 4, as in the preset *erase on command*. Ask why
# the first 1 does not shut the gate: both add up to 10 there, and to -2 at the -1.
#
# **Wrong answers to expect**
# - *Section 1, (b).* They know $W x$ and expect a product of that kind. Ask how many numbers the
#   memory has before and after.
# - *"The forget gate says how much is forgotten."* By its name, yes; by its formula it says how
#   much is kept. At 1 it forgets nothing.
# - *Section 2, "16, one for each unit".* They mix up the bias, which has 16 entries and stands
#   still, with the gate. Move one slider of the explorer, then let time run.
# - *Section 3, "all of it".* "Long memory" is in the name. Let them multiply 0.5 by itself.
# - *Half-life against 1/e time.* Some papers and programs give one, some the other, mostly without
#   saying so. 1.4 and 149 steps for bias 0 and 5 are 1/e times, 1.0 and 103 half-lives.
# - *Section 4, "it settles, tanh keeps it in".* tanh bounds $g$ and what is shown of $c$, never
#   $c$ itself.
# - *Section 4, "it goes up and down".* It would if the stream were centred: a sum of numbers around
#   0 wanders. Ask what the smallest sunspot number is.
# - *"Then take a very large bias always."* Then nothing is ever forgotten: section 4. And where the
#   sigmoid is flat, the gate hardly learns.
# - `forget_gate`: the first block instead of the second. `bias_for_half_life`: the gate in place of
#   the bias, or the 1/e time. `sum_since_reset`: the input of the reset step is lost. `check` names
#   each of them.
#
# The training of section 5 is the slowest cell. Start it before you ask the question.
