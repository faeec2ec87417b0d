# %% [markdown]
# # 03 The forget gate
#
# An RNN multiplies the past by a factor at every step, and it cannot choose this factor freely
# (lesson 02). An LSTM has a second state, its memory, and it computes for each unit and each step
# how much of the memory is kept. The part that computes this is the forget gate.
#
# **You will be able to**
# - name the parts of an LSTM, and say what goes in and what comes out,
# - compute a forget gate, and give the shape of everything in it,
# - turn a bias into a memory time, and a memory time into a bias,
# - explain why the first value of this bias can decide whether a network learns.

# %%
import math

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import Clamp, LSTMParams, LSTMState, init_lstm, run, step, trace
from lstm_jax.course import GateExplorer, check, guess, hint, mine, plots, progress, verdict

# %% [markdown]
# ## 1. The whole cell
#
# LSTM stands for *long short-term memory*. It is a recurrent cell with two states. The **cell
# state** $c$ is its memory. The **output** $h$ is what the next layer and the next step read.
#
# | goes in | comes out |
# |---|---|
# | old state $c_{t-1}$, old output $h_{t-1}$, new input $x_t$ | new state $c_t$, new output $h_t$ |

# %% tags=["measure"]
# Draws the LSTM cell with the path of the forget gate in colour
plots.cell_diagram(
    "f",
    title="The forget gate multiplies the old state",
    alt="The LSTM cell. Old state, old output and new input go in on the left, new state and new "
    "output come out on the right. In colour: input and old output enter the forget gate, which "
    "multiplies the old state. In grey: input gate, candidate and output gate.",
)

# %% [markdown]
# A **gate** is a vector of numbers between 0 and 1, one for each unit. There are three gates.
#
# - The **forget gate** $f_t$ multiplies the old state. It sets how much of each number is kept.
# - The **input gate** $i_t$ multiplies the candidate $g_t$, a vector of possible new values. The
#   product is added to the state.
# - The **output gate** $o_t$ multiplies $\tanh(c_t)$. The product is the new output.
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot g_t \qquad h_t = o_t \odot \tanh(c_t)$$
#
# The sign $\odot$ is the product unit by unit. If $c_{t-1} = (4, 2, -6)$ and $f_t = (1, 0, 0.5)$,
# then $(4, 0, -3)$ is kept: all of the first number, nothing of the second, half of the third.
#
# Lesson 04 is about the middle of the picture, lesson 05 about its right side.

# %% [markdown]
# ## 2. The forget gate
#
# The gate is computed from a weighted sum of the new input and the old output, plus a bias. The
# sigmoid $\sigma$ squashes the sum into the range from 0 to 1. It never reaches 0 or 1.
#
# $$f_t = \sigma\bigl(x_t W_{xf} + h_{t-1} W_{hf} + b_f\bigr), \qquad
# \sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# | symbol | what it is | shape |
# |---|---|---|
# | $x_t$ | the new input | `(D,)` |
# | $h_{t-1}$ | the old output | `(H,)` |
# | $W_{xf},\ W_{hf}$ | the weights of this gate | `(D, H)`, `(H, H)` |
# | $b_f$ | its bias | `(H,)` |
# | $f_t$ | the gate | `(H,)`, the shape of $c_{t-1}$ |
#
# For a batch, $x_t$, $h_{t-1}$ and $f_t$ are matrices with one row for each sequence, so $f_t$ is
# `(B, H)`. Here is one unit with one input:


# %%
def sigma(z):
    return 1 / (1 + np.exp(-z))


w, u, b = 1.5, 0.8, 1.0  # the weights of x and of h, and the bias
x, h = 0.6, -0.3
f = sigma(w * x + u * h + b)
print(f"f = {f:.2f}: of a memory of 4, {f * 4:.2f} is kept")

# %% [markdown]
# ### Your turn: `forget_gate`
#
# *The other two gates are this line with other weights.* `LSTMParams` keeps the weights of four
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
# ## 3. Move the gate
#
# The explorer is an LSTM with one unit. You set the weights $w$ and $u$ and the bias of its forget
# gate. The other gates are fixed: inputs above one half are written into the memory.
#
# > **Predict.** One pulse is written. The forget gate has $w = u = b = 0$. How much of the pulse is
# > left in $c$ ten steps later?
# > - (a) all of it, because an LSTM remembers until it learns to forget
# > - (b) about one half
# > - (c) about one tenth
# > - (d) less than 1 %

# %%
guess("ten_steps_on")

# %% [markdown]
# 1. Choose the input *pulse*. Find the bias with which one half of the pulse is left ten steps
#    later.
# 2. Choose the input *write and erase*: a 1, later a −1, then a 1 again. Find a bias and a weight
#    $w$ with which the gate falls below 0.2 at the −1 and stays above 0.9 at all other steps.

# %%
explorer = GateExplorer(gate="f", t=15)
explorer

# %% [markdown]
# This cell reads your explorer and computes its gate with your function. Run it after each task.

# %%
from lstm_jax.course.l03 import stand_ins, tasks

gate = mine(forget_gate, otherwise=stand_ins.forget_gate)
h = explorer.trace().h[:-1]  # the old output of each step, (T, 1)
f = jax.vmap(gate, (None, 0, 0))(explorer.params, h, explorer.xs)  # (T, 1)
print(tasks.answer(explorer, f[:, 0]))

# %% tags=["measure"]
# Measures what is left of the pulse where all weights and the bias are 0
left_of_it = tasks.left_of_the_pulse(w=0, u=0, bias=0)
left = left_of_it[10]
verdict(
    "ten_steps_on",
    {
        "a": left > 0.9,
        "b": 0.3 < left <= 0.9,
        "c": 0.01 <= left <= 0.3,
        "d": left < 0.01,
    },
    f"After one step {left_of_it[1]:.2f} is left, after ten steps {left:.1g}.",
)

# %% [markdown]
# **Notice**
# - A gate that stays at $f$ leaves $f^n$ after $n$ steps. With bias 0 it stays at 0.5, so half is
#   lost at each step. Libraries differ in the first bias: Keras and `init_lstm` start with 1,
#   PyTorch near 0.
# - In task 2 the gate depends on the input. So it can be open at most steps and shut at one.
# - The orange line is the slope of $\sigma$. Where it is flat, the gate learns slowly, because its
#   gradient has this slope as a factor.

# %% [markdown]
# ## 4. How long does a memory last?
#
# The **half-life** is the number of steps $n$ after which one half is left: $f^n = \frac12$, so
# $n = \ln\frac12 / \ln f$. (Some papers give the 1/e time, $-1/\ln f$. It is 1.44 times as long.)

# %% tags=["measure"]
# Runs a cell for each bias and prints the half-life that it measures, beside the formula
quiet = LSTMParams(jnp.zeros((1, 4)), jnp.zeros((1, 4)), jnp.zeros(4))  # one unit, all weights 0
silence = jnp.zeros((400, 1))


@jax.jit
def left_after(bias, c):
    """What is left of c (1,) after each step of silence (T+1,)."""
    cell = quiet._replace(b=quiet.b.at[1].set(bias))
    return trace(cell, silence, LSTMState(jnp.zeros(1), c)).c[:, 0]


def half_life(left):
    """After how many steps `left`, which starts at 1, is one half: a straight line in the log."""
    n = int(np.argmax(left <= 0.5))
    before, after = np.log(left[n - 1 : n + 1])
    return n - 1 + (np.log(0.5) - before) / (after - before)


print("bias   f = σ(bias)   half-life measured   formula   1/e time")
half_lives = []
for bias in range(6):
    f = sigma(bias)
    half_lives.append(half_life(np.asarray(left_after(float(bias), jnp.ones(1)))))
    assert np.isclose(half_lives[-1], np.log(0.5) / np.log(f), rtol=1e-3)
    print(
        f"{bias:4} {f:13.3f} {half_lives[-1]:14.1f} steps {np.log(0.5) / np.log(f):9.1f} "
        f"{-1 / np.log(f):10.1f}"
    )
print(f"From bias 4 to bias 5 the half-life grows {half_lives[5] / half_lives[4]:.2f} times.")
back = jax.grad(lambda c: left_after(3.0, c)[40])(jnp.ones(1))[0]
kept = left_after(3.0, jnp.ones(1))[40]
assert abs(back / kept - 1) < 1e-4
print(
    f"Bias 3, 40 steps: {kept:.3f} of the memory is left. The gradient that comes back: {back:.3f}"
)

# %% [markdown]
# The last line is the link to lesson 02. The share of the memory that is left is also the factor of
# the gradient on its way back along the cell state. (Lesson 06 adds the paths through $h$.)
#
# $$\frac{\partial c_T}{\partial c_0} = \prod_{t=1}^{T} f_t$$
#
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

# %%
bias_of = mine(bias_for_half_life, otherwise=stand_ins.bias_for_half_life)
# left_after, defined above, runs the cell with this bias, no input, and 1 in its memory.
memories = {f"half-life {n}": left_after(bias_of(n), jnp.ones(1))[:61] for n in (3, 10, 30)}

# %% tags=["measure"]
# Draws what three cells keep whose biases come from your function
crossed = [half_life(np.asarray(each)) for each in memories.values()]
plots.curves(
    np.arange(61),
    memories | {"one half": np.full(61, 0.5)},
    title=f"One half is left after {', '.join(f'{n:.0f}' for n in crossed)} steps",
    xlabel="time step",
    ylabel="share left of the memory",
    alt="Three falling curves. They cross one half after "
    + ", ".join(f"{n:.1f}" for n in crossed)
    + " steps.",
    dashed=["one half"],
)

# %% [markdown]
# ## 5. Does the first bias matter?
#
# Training moves a bias. Does it matter where the bias starts? The task: at each step the network
# reads one of four symbols, drawn at random. One step carries a mark. The network must name the
# symbol of this step 30 steps later.
#
# There are three kinds of networks, eight of each. They differ only in the first forget bias: 0, 1,
# and the bias that your function gives for a half-life of 30 steps.


# %%
def new_network(key, forget_bias):
    key_cell, key_w = jax.random.split(key)
    cell = init_lstm(key_cell, input_size=5, hidden_size=16, forget_bias=forget_bias)
    return cell, jax.random.normal(key_w, (16, 4)) / 4


def answers(network, xs):  # (B, T, 5) -> (B, 4), a score for each symbol
    cell, w = network
    _, state = run(cell, xs)
    return state.h @ w  # from the last output


# %% [markdown]
# A network has learned the task if more than 95 % of its answers to 1,000 new sequences are right.
# The rule for the verdict: a difference counts if at least 5 more networks of the 8 learn. By luck
# alone this happens in fewer than 5 % of cases (Fisher's exact test).
#
# > **Predict.** Which networks learn it in 400 steps of training?
# > - (a) nearly all, at least 7 of each kind, because training finds the bias
# > - (b) more of those with bias 0, because other symbols are forgotten quickly
# > - (c) more of those with half-life 30, because a short memory gets almost no gradient over 30
# >   steps

# %%
guess("which_biases")

# %% tags=["measure"]
# Trains the 24 networks on the same batches and counts those that learn
from lstm_jax.course.data.lag_recall import CHANCE, accuracy, lag_recall
from lstm_jax.training import adam, cross_entropy, fit

LAG, LENGTH, SEEDS = 30, 34, 8
starts = {"bias 0": 0.0, "bias 1": 1.0, f"half-life {LAG}": float(bias_of(LAG))}


def loss(network, batch):
    xs, ys = batch
    return cross_entropy(answers(network, xs), ys)


def draw(key):
    return lag_recall(key, LAG, batch=32, length=LENGTH)


seeds = jax.random.split(jax.random.key(0), SEEDS)
fresh = [new_network(key, bias) for bias in starts.values() for key in seeds]
trained = fit(
    loss,
    jax.tree.map(lambda *arrays: jnp.stack(arrays), *fresh),  # axis 0 counts the networks
    draw,
    key=jnp.tile(jax.random.split(jax.random.key(1), SEEDS), len(starts)),
    steps=400,
    optimizer=adam(0.01),
)
xs, ys = lag_recall(jax.random.key(2), LAG, batch=1000, length=LENGTH)
score = jax.jit(jax.vmap(lambda network: accuracy(answers(network, xs), ys)))
scores = np.asarray(score(trained.params)).reshape(len(starts), SEEDS)
learned = {name: int((row > 0.95).sum()) for name, row in zip(starts, scores, strict=True)}
print(f"right answers of each network (by chance {CHANCE:.0%})")
for (name, bias), row in zip(starts.items(), scores, strict=True):
    before = f"{sigma(bias) ** LAG:.0e} of the memory is left after {LAG} steps before training"
    print(f"{name:12} {' '.join(f'{each:5.0%}' for each in row)}   {before}")

none, one, long = learned.values()
counts = ", ".join(f"{n} of {SEEDS} with {name}" for name, n in learned.items())
all_learn = min(learned.values()) >= 7
verdict(
    "which_biases",
    {"a": all_learn, "b": none - long >= 5, "c": long - none >= 5},
    f"The task was learned by {counts}.",
    tie=not all_learn and abs(long - none) < 5,
)

# %% [markdown]
# **Notice**
# - Training needs a gradient. The share printed beside each kind is also the factor of the gradient
#   that comes back along the cell state over 30 steps before training.
# - Jozefowicz, Zaremba and Sutskever (2015) recommended a first bias of 1. Which bias is large
#   enough depends on the lag.
# - This is one task and one learning rate. Lesson 08 looks at more.

# %% [markdown] tags=["home"]
# ## 6. A new gate at every step
#
# An untrained LSTM with $H = 16$ units reads ten years of sunspots, $T = 120$ months, scaled to
# mean 0 and standard deviation 1.
#
# > **Predict.** How many different values does its forget gate take?
# > - (a) 1: "the forget gate is 0.73"
# > - (b) 16: one for each unit
# > - (c) 120: one for each month
# > - (d) about 1,900: one for each unit in each month

# %%
guess("gate_values")

# %%
from lstm_jax.course import sunspots
from lstm_jax.course.data.windows import fit_scale

number = sunspots().number[:120]
xs = jnp.asarray(fit_scale(number).apply(number))[:, None]  # (T, 1)
params = init_lstm(jax.random.key(0), input_size=1, hidden_size=16, forget_bias=1.0)
record = trace(params, xs)
f = jax.vmap(gate, (None, 0, 0))(params, record.h[:-1], xs)  # by your function, (T, H)

# %% tags=["measure"]
# Counts the values of the gate, draws them, and changes one thing at a time
f = np.asarray(f)
assert np.abs(f - record.f).max() < 1e-5
values = len(np.unique(f.round(6)))
weights = sum(array.size for array in params) // 4
verdict(
    "gate_values",
    {"a": values < 4, "b": 4 <= values < 40, "c": 40 <= values < 480, "d": values >= 480},
    f"{values:,} different values, all made of the same {weights} weights and biases.",
)
month = 60
state = LSTMState(record.h[month], record.c[month])
same = step(params, state, xs[month])[1].f
for name, changed in {
    "the input x": step(params, state, xs[month] + 0.5),
    "the old output h": step(params, state._replace(h=-state.h), xs[month]),
    "the old state c": step(params, state._replace(c=-state.c), xs[month]),
}.items():
    size = float(jnp.abs(changed[1].f - same).max())
    print(f"Change {name:17} and the gate moves by at most {size:.3f}.")
between = (np.ptp(f, axis=0).min(), np.ptp(f, axis=1).min())
plots.gate_map(
    f,
    title=f"16 units, 120 months: {values:,} values",
    alt=f"The forget gate of 16 units over 120 months, from {f.min():.2f} to {f.max():.2f}. Each "
    f"unit moves by at least {between[0]:.2f} over time, and in each month the units differ by at "
    f"least {between[1]:.2f}.",
)

# %% [markdown]
# **Notice**
# - The gate is not a parameter. It is a *function* of $x_t$ and $h_{t-1}$, computed at each step.
#   The parameters are $W_{xf}$, $W_{hf}$ and $b_f$, and training moves those.
# - The formula of the gate does not contain the memory $c_{t-1}$ that it multiplies. It contains
#   only the output $h_{t-1}$. In some LSTMs a gate reads $c_{t-1}$ as well; that connection is
#   called a peephole (Gers and Schmidhuber, 2000).

# %% [markdown] tags=["home"]
# ## 7. A memory that never forgets
#
# The LSTM of 1997 had no forget gate: Hochreiter and Schmidhuber, "Long Short-Term Memory", *Neural
# Computation* 9(8). Its update is $c_t = c_{t-1} + i_t \odot g_t$, which is today's update with
# $f_t = 1$ at every step. Their training cut the gradient where it enters a gate or the candidate,
# so the factor along the cell state was exactly 1.
#
# What does such a memory do on a long stream? One unit adds what it sees. It reads all sunspot
# numbers since 1749, divided by the largest, so no input is negative.

# %%
year, number = sunspots()
stream = jnp.asarray(number / number.max())[:, None]  # (3126, 1), from 0 to 1
adder = LSTMParams(  # in the order i, f, g, o
    w_x=jnp.array([[0.0, 0.0, 0.05, 0.0]]),  # the candidate is tanh(0.05 x)
    w_h=jnp.zeros((1, 4)),
    b=jnp.array([4.0, 4.0, 0.0, 4.0]),  # all three gates are almost open
)

# %% [markdown]
# > **Predict.** The forget gate is held at 1. What has the memory done after 260 years?
# > - (a) it has settled at a level, because tanh limits it
# > - (b) it has gone up and down with the sun
# > - (c) it has grown all the time, and it still grows

# %%
guess("never_forgets")

# %% tags=["measure"]
# Runs the cell with its gate held at 0, free and held at 1, compares it with the cell of 1997
from lstm_jax.course.l03.cell_of_1997 import cell_of_1997

records = {
    "held at 0": trace(adder, stream, clamps=[Clamp("f", 0.0)]),
    "free, bias 4": trace(adder, stream),
    "held at 1": trace(adder, stream, clamps=[Clamp("f", 1.0)]),
}
cs = {name: np.asarray(record.c[1:, 0]) for name, record in records.items()}
kept = cs["held at 1"]
growth, rising = kept[-1] / kept[len(kept) // 2], bool(np.all(np.diff(kept) >= 0))
verdict(
    "never_forgets",
    {"a": rising and growth < 1.1, "b": not rising, "c": rising and growth > 1.5},
    f"At the end the memory is {growth:.2f} times as large as at half time.",
)
difference = np.abs(np.asarray(cell_of_1997(adder, stream))[:, 0] - kept).max()
assert difference < 1e-3
print(f"The cell of 1997 and a forget gate held at 1 differ by at most {difference:.0e}.")
for name, c in cs.items():
    flat = np.mean(1 - np.tanh(c.astype(np.float64)) ** 2 < 0.01)
    print(f"{name:13} tanh(c) is flat (slope below 0.01) in {flat:4.0%} of the months")
plots.curves(
    year,
    cs,
    title=f"With f = 1 the memory ends at {kept[-1]:.1f}, with a free gate at "
    f"{cs['free, bias 4'][-1]:.1f}",
    xlabel="year",
    ylabel="cell state c, no unit",
    alt=f"Held at 1 the cell state ends at {kept[-1]:.1f} in {year[-1]:.0f}. The free gate stays "
    f"below {cs['free, bias 4'].max():.2f}, the gate held at 0 below {cs['held at 0'].max():.3f}.",
)

# %% [markdown]
# **Notice**
# - A gate $f < 1$ that stands still has a ceiling. If each step adds at most $a$, then
#   $|c_t| \le a\,(1 + f + f^2 + \dots) = a / (1 - f)$. For $f = 1$ there is no ceiling.
# - The output is $h_t = o_t \odot \tanh(c_t)$. Above $c = 3$, tanh is flat. So a new input hardly
#   changes the output, and hardly any gradient comes back.
#
# Gers, Schmidhuber and Cummins ("Learning to Forget: Continual Prediction with LSTM", *Neural
# Computation* 12(10), 2000) added the forget gate for this reason: on a stream without an end, the
# network must be able to empty its memory.
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
# An LSTM does the same if its gate is held at 1, and at 0 in one month of every eleven years (132
# months). A later clamp overrides an earlier one. Your function gets what the LSTM writes.

# %%
emptied = trace(adder, stream, clamps=[Clamp("f", 1.0), Clamp("f", 0.0, steps=slice(0, None, 132))])
written = (emptied.i * emptied.g)[:, 0]  # (T,)
resets = (jnp.arange(len(written)) % 132 == 0).astype(jnp.float32)
sums = mine(sum_since_reset, otherwise=stand_ins.sum_since_reset)(written, resets)

# %% tags=["measure"]
# Compares your sums with the memory of the LSTM, and draws them
c, sums = np.asarray(emptied.c[1:, 0]), np.asarray(sums)
assert np.abs(sums - c).max() < 1e-3
print(f"Your sums and the cell state differ by at most {np.abs(sums - c).max():.0e}.")
plots.curves(
    year,
    {"your sums": sums, "output h": np.asarray(emptied.h[1:, 0])},
    title=f"Emptied every eleven years, the memory stays below {np.ceil(10 * c.max()) / 10:.1f}",
    xlabel="year",
    ylabel="c and h, no unit",
    alt=f"The cell state rises from 0 for eleven years and falls back to 0, up to {c.max():.2f}. "
    f"The output follows it, up to {emptied.h.max():.2f}.",
)

# %% [markdown]
# ## Summary
#
# - An LSTM turns old state, old output and new input into a new state and a new output.
# - The forget gate has the shape of the cell state and multiplies it unit by unit: 0 forgets, 1
#   keeps.
# - It is computed anew at each step from the input and the old output.
# - Its bias sets the half-life $\ln\frac12 / \ln\sigma(b)$.
# - The product of the forget gates is the factor of the gradient along the cell state.
#
# **Questions to take home**
# 1. A step is one month. Which bias gives a half-life of one year?
# 2. Why can a gate never be exactly 1?
# 3. (open) Some words matter for two steps and some for two hundred. How would you choose the first
#    biases of 16 units?
#
# **What you can now read**
# - Gers, Schmidhuber and Cummins, "Learning to Forget: Continual Prediction with LSTM", *Neural
#   Computation* 12(10), 2000: the forget gate is added.
# - Jozefowicz, Zaremba and Sutskever, "An Empirical Exploration of Recurrent Network
#   Architectures", ICML 2015: the forget bias in larger tasks.
#
# Next, in [lesson 04](04_input_gate.ipynb): what is written into the memory, and how much of it.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# Answers: 3 (d), 5 (c), 6 (d), 7 (c).
#
# - `ten_steps_on`: after one step 0.50 is left, after ten 0.001. This follows from the formula, so
#   it comes out every time.
# - `which_biases`: 0 of 8 networks with bias 0, 2 of 8 with bias 1, 8 of 8 with half-life 30. With
#   six other sets of random keys: always 0 with bias 0, 1 to 3 with bias 1, 7 or 8 with half-life
#   30. So (c) came out 7 times of 7.
# - `gate_values`: 1,904 values. `never_forgets`: 2.19 times as large as at half time; tanh is flat
#   in 90 % of the months. Both come out every time.
#
# **Explorer.** Task 1: a bias of 2.6. Task 2: a weight of 6 and a bias of 4, for example. Ask why
# the first 1 does not shut the gate: both add up to 10 there, and to −2 at the −1.
#
# **If time is short**
# - Never skip the explorer or section 5. Start the training of section 5 before you talk about it.
# - Section 4: show the table, and leave `bias_for_half_life` for home. Section 5 runs with the
#   package's function.
#
# **Homework:** sections 6 and 7, and the questions to take home. 1: 2.82, from
# `bias_for_half_life(12)`. 2: $\sigma(z) = 1$ would need an infinite sum (a computer rounds to 1
# where the sum is above about 17). 3: spread the half-lives, for example from 2 to 200 steps so
# that each is the same factor longer than the one before.
#
# **Wrong answers to expect**
# - *"The forget gate says how much is forgotten."* Its name suggests this. Its formula sets how
#   much is kept: at 1 nothing is forgotten.
# - *"$f \odot c$ is one number."* They know $W x$ and expect a sum. Ask how many numbers the memory
#   has before and after.
# - *Section 3, "all of it".* "Long memory" is in the name. Let them multiply 0.5 by itself.
# - *Half-life against 1/e time.* Some papers and programs give one, some the other. 1.4 and 149
#   steps for bias 0 and 5 are 1/e times; 1.0 and 103 are half-lives.
# - *Section 6, "16, one for each unit".* They mix up the bias, which has 16 entries and stays the
#   same during a sequence, with the gate.
# - *Section 7, "it settles, because tanh limits it".* tanh limits $g$ and the output, but not $c$.
# - *Section 7, "it goes up and down".* It would if the stream were centred. Ask what the smallest
#   sunspot number is.
# - *"Then always take a very large bias."* Then nothing is ever forgotten (section 7). And where
#   the sigmoid is flat, the gate learns slowly.
# - `forget_gate`: the first block in place of the second. `bias_for_half_life`: the gate in place
#   of the bias, or the 1/e time. `sum_since_reset`: the input of the reset step is lost. `check`
#   names each of them.
