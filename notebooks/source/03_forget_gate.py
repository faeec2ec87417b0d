# %% [markdown]
# # 03 The forget gate
#
# In an RNN, a change of the state is multiplied by a Jacobian at each step (lesson 02). An **LSTM**
# has a second state, its memory, and computes how much of the memory is kept. The part that
# computes this is the forget gate. It is one answer to the open question of lesson 02.
#
# **You will be able to**
# - name the parts of an LSTM, and say what goes in and what comes out,
# - compute a forget gate, and give the shape of everything in it,
# - turn a bias into a memory time, and a memory time into a bias,
# - say what the first value of this bias changes in training.

# %%
import math

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import Clamp, LSTMParams, LSTMState, init_lstm, init_rnn, step, trace
from lstm_jax.course import GateExplorer, check, guess, hint, mine, plots, progress, verdict

# %% [markdown]
# ## 1. The whole cell
#
# LSTM stands for *long short-term memory*. It is a recurrent cell with two states. The **cell
# state** $c$ is its memory. The **output** $h$ is what the next layer and the next step read; it is
# the hidden state of lesson 01. In this lesson, *state* alone means $c$.
#
# | goes in | comes out |
# |---|---|
# | old state $c_{t-1}$, old output $h_{t-1}$, new input $x_t$ | new state $c_t$, new output $h_t$ |

# %% tags=["measure"]
# Draws the LSTM cell with all its paths in colour
plots.cell_diagram(
    "figoch",
    title="Old state, old output and input make new state and output",
    alt="The LSTM cell. Old state, old output and new input go in on the left, new state and new "
    "output come out on the right. From left to right: the forget gate multiplies the old state; "
    "input gate times candidate is added; the output gate multiplies the tanh of the new state.",
)

# %% [markdown]
# A **gate** is a vector of numbers between 0 and 1, one for each unit. A gate near 1 is called
# *open*, a gate near 0 *shut*. There are three gates.
#
# - The **forget gate** $f_t$ multiplies the old state. It sets how much of each number is kept.
# - The **input gate** $i_t$ multiplies the candidate $g_t$, a vector of possible new values. The
#   product is added to the state.
# - The **output gate** $o_t$ multiplies $\tanh(c_t)$. The product is the new output.
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot g_t \qquad h_t = o_t \odot \tanh(c_t)$$
#
# The sign $\odot$ is the element-wise product: unit by unit. If $c_{t-1} = (4, 2, -6)$ and $f_t$,
# rounded, is $(1, 0, 0.5)$, then $f_t \odot c_{t-1} = (4, 0, -3)$ is kept: all of the first number,
# nothing of the second, half of the third. (Some texts call this product the updated cell state. It
# is only the part that is kept.)
#
# This lesson is about the left of the picture, lesson 04 about the middle, lesson 05 about the
# right.

# %% [markdown]
# ## 2. The forget gate
#
# Where $f_t$ is near 0, the memory is forgotten; hence the name. But $f_t$ itself is the share that
# is *kept*, like $\lambda$ in lesson 00. This picture shows what the gate reads:

# %% tags=["measure"]
# Draws the LSTM cell with the path of the forget gate in colour
plots.cell_diagram(
    "f",
    title="The forget gate multiplies the old state",
    alt="The LSTM cell. In colour: input and old output enter the forget gate, which multiplies "
    "the old state. In grey: input gate, candidate and output gate.",
)

# %% [markdown]
# The gate is computed from a weighted sum of the new input and the old output, plus a bias. The
# **sigmoid** $\sigma$ squashes the sum into the range from 0 to 1. It never quite reaches 0 or 1.
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
    return 1 / (1 + jnp.exp(-z))


w, u, b = 1.5, 0.8, 1.0  # the weights of x and of h, and the bias
x_new, h_old = 0.6, -0.3
kept = sigma(w * x_new + u * h_old + b)
print(f"f = {kept:.2f}: of a memory of 4, {kept * 4:.2f} is kept")

# %% [markdown]
# ### Your turn: `forget_gate`
#
# *The other two gates use the same formula with other weights.* `LSTMParams` keeps the weights of
# four blocks side by side, in the order i, f, g, o: `w_x` is `(D, 4H)`, `w_h` is `(H, 4H)`, `b` is
# `(4H,)`. `jnp.split(v, 4)` cuts a vector into four equal parts; a matrix is cut into columns with
# `jnp.split(m, 4, axis=1)`. Return the forget gate. About 3 lines; `hint("forget_gate")` helps.


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
#    $w$ with which the gate falls below 0.2 at the −1 and stays above 0.99 at all other steps.

# %%
explorer = GateExplorer(gate="f", t=15)
explorer

# %% [markdown]
# This cell reads your explorer and computes its gate with your function. Run it after each task.

# %%
from lstm_jax.course.l03 import stand_ins, tasks

gate = mine(forget_gate, otherwise=stand_ins.forget_gate)
old = explorer.trace().h[:-1]  # the old output of each step, (T, 1)
seen = jax.vmap(gate, (None, 0, 0))(explorer.params, old, explorer.xs)  # its gate, (T, 1)
print(tasks.answer(explorer, seen[:, 0]))

# %% tags=["measure"]
# Measures what is left of the pulse where weights and bias are 0, and answers the two tasks
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
print(tasks.solved())

# %% [markdown]
# **Notice**
# - With all weights and the bias at 0, the gate is $\sigma(0) = 0.5$, so half is lost at each step.
#   Libraries differ in the first bias: Keras and `init_lstm` start with 1, PyTorch near 0.
# - In task 2 the gate depends on the input. With $w = 7$, $u = 0$ and bias 5 the sum is 5 at input
#   0, 12 at 1 and −2 at −1. So the gate is open at nearly all steps, and shut at one.
# - In the explorer's picture of $\sigma$, the short line is the tangent. Where its slope is small,
#   the gate learns slowly, because the gradient with respect to $w$, $u$ and the bias has this
#   slope as a factor.

# %% [markdown]
# ## 4. How long does a memory last?
#
# If the gate stays at $f$, then $f^n$ of the memory is left after $n$ steps. The **half-life** is
# the number of steps after which one half is left: $f^n = \frac12$, so $n = \ln\frac12 / \ln f$.
# With all weights 0, the gate stays at $f = \sigma(b)$:

# %%
for bias in range(6):
    f = sigma(bias)
    print(f"bias {bias}: f = {f:.3f}, half-life {math.log(0.5) / math.log(f):.1f} steps")

# %% [markdown]
# Now run such a cell with bias 3 for 40 steps, and compute with `jax.grad` how much the memory at
# the end depends on the memory at the start:

# %%
quiet = LSTMParams(jnp.zeros((1, 4)), jnp.zeros((1, 4)), jnp.array([0.0, 3.0, 0.0, 0.0]))


def left(c):
    """What is left of the memory c (1,) after 40 steps without input."""
    return trace(quiet, jnp.zeros((40, 1)), LSTMState(jnp.zeros(1), c)).c[-1, 0]


print(f"left of 1: {left(jnp.ones(1)):.3f}, gradient: {jax.grad(left)(jnp.ones(1))[0]:.3f}")

# %% [markdown]
# Both numbers are $f^{40}$. In general, a change of $c_{t-1}$ is multiplied by $f_t$, because
# $c_t = f_t \odot c_{t-1} + i_t \odot g_t$. With gates and candidate held fixed, this gives
#
# $$\frac{\partial c_T}{\partial c_0} = \mathrm{diag}\Bigl(\prod_{t=1}^{T} f_t\Bigr)$$
#
# In an RNN, the factor of a step is $\mathrm{diag}(1 - h_t^2)\,W_h^\top$ (lesson 02). Here it is
# $\mathrm{diag}(f_t)$, and the cell computes it. Each $f_t$ is below 1, so this product may vanish,
# but it cannot explode. The gates and the candidate read $h_{t-1}$, so there are more paths,
# through $h$ (lesson 06).

# %% [markdown]
# ## 5. Does the first bias matter?
#
# Training moves a bias. Does it matter where the bias starts? The task is the lag task of lesson
# 02, with lag 30: one letter is marked, and the network must name it 30 steps later. The code is
# that of lesson 02, except that now any cell fits in:

# %%
from lstm_jax.losses import cross_entropy
from lstm_jax.models import init_network, last_answers


def new_network(key, init, **options):  # init_rnn or init_lstm
    for_cell, for_readout = jax.random.split(key)
    return init_network(for_readout, init(for_cell, 5, 16, **options), answers=4)


def loss(network, batch):
    xs, ys = batch
    return cross_entropy(last_answers(network, xs), ys)


# %% [markdown]
# There are four kinds of networks, eight of each: the RNN of lesson 02, and LSTMs whose first
# forget bias is 0, 1 or 4. All train on the same batches: 600 updates with 16 new sequences each,
# at learning rate 0.01. The sequences have 34 letters, fewer than in lesson 02, so the counts of
# the two lessons cannot be compared. That is why RNNs are trained here too.
#
# Before training, we measure what share of the gradient comes back over the 30 steps. *Along c* is
# the product of the forget gates (of the middle unit, in the middle network). *By all paths* is
# $\lVert \partial h_T / \partial x_s \rVert$ divided by $\lVert \partial h_s / \partial x_s
# \rVert$, where $s$ is the marked step. *Middle one right* is the share of new sequences that the
# median network has right.
#
# **The rule.** As in lesson 02, a network has learned the task if it is right on 99 % of 1,000 new
# sequences. A difference of at least 5 networks counts, because by luck alone it comes in fewer
# than 5 % of cases. A difference of 3 or 4 is too close to call.
#
# > **Predict.** How many of the LSTMs learn the task?
# > - (a) at least 7 of 8 with each of the three biases
# > - (b) at least 5 more with bias 0 than with bias 4
# > - (c) at least 5 more with bias 4 than with bias 0
# > - (d) with bias 0 and bias 4 about as many (at most 2 more), but not (a)

# %%
guess("which_biases")

# %% tags=["measure"]
# Trains the 32 networks, counts those that learn, and measures what comes back before training
from lstm_jax.course.l03 import first_bias

kinds = {"RNN": (init_rnn, {})}
kinds |= {f"LSTM, bias {bias}": (init_lstm, {"forget_bias": float(bias)}) for bias in (0, 1, 4)}
keys = jax.random.split(jax.random.key(0), first_bias.SEEDS)
fresh = {
    name: [new_network(key, init, **options) for key in keys]
    for name, (init, options) in kinds.items()
}
scores = first_bias.learn(fresh, loss)
learned = {name: int((row >= 0.99).sum()) for name, row in scores.items()}
print("                                            comes back before training")
print("kind          learned   middle one right   along c   by all paths")
for name, row in scores.items():
    along, by_all = first_bias.comes_back(fresh[name])
    alone = "no gate" if along is None else f"{along:.2g}"
    count = f"{learned[name]} of {len(row)}"
    print(f"{name:14}{count:8}{np.median(row):17.0%}{alone:>12}{by_all:15.2g}")

rnn, none, one, four = learned.values()
all_learn = min(none, one, four) >= 7
verdict(
    "which_biases",
    {
        "a": all_learn,
        "b": none - four >= 5,
        "c": four - none >= 5,
        "d": abs(four - none) <= 2 and not all_learn,
    },
    f"Of 8 networks learned it: {rnn} RNNs, and {none}, {one} and {four} LSTMs with bias 0, 1 "
    "and 4.",
    tie=abs(four - none) in (3, 4),
)

# %% [markdown]
# **Notice**
# - The last two columns measure different things. *Along c* is about the memory of one unit. *By
#   all paths* is about the output, and counts the paths through $h$ too. So it may be larger or
#   smaller.
# - A small forget gate loses the memory together with the gradient along $c$. So this run cannot
#   say which of the two keeps a network from learning.
# - Jozefowicz, Zaremba and Sutskever (2015) recommended a first bias of 1. $\sigma(1)^3$ is 39 %,
#   $\sigma(1)^{30}$ is 0.008 %. So over a longer lag less is left, unless the bias is larger.
# - In a longer sequence more letters stand before the marked one, and a unit that keeps everything
#   keeps them, too. With the 48 letters of lesson 02, in seven runs with other random keys, 1 to 6
#   of 8 LSTMs learned the task with bias 4, and none with bias 0. Lesson 04 is about what enters
#   the memory. Lesson 08 looks at more tasks, on equal terms.

# %% [markdown] tags=["home"]
# ## 6. A bias for a memory time
#
# In section 4 the bias was given. Now the memory time is given.
#
# ### Your turn: `bias_for_half_life`
#
# *You choose how long a cell remembers; this gives the bias for it.* You want a memory with a
# half-life of `steps` steps, and all weights are 0. Which bias gives it? About 2 lines, with
# `math.log`; `hint("bias_for_half_life")` helps.
#
# (Some papers give the 1/e time, $-1/\ln f$, in place of the half-life. It is 1.44 times as long.)


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
biases = {n: bias_of(n) for n in (3, 10, 30)}
memories = {f"half-life {n}": sigma(b) ** np.arange(61) for n, b in biases.items()}

# %% tags=["measure"]
# Draws what three cells keep whose biases come from this function
half = [int(np.argmax(np.asarray(each) <= 0.5 + 1e-3)) for each in memories.values()]
plots.curves(
    np.arange(61),
    memories | {"one half": np.full(61, 0.5)},
    title="Biases "
    + ", ".join(f"{b:.1f}" for b in biases.values())
    + f": one half after {', '.join(map(str, half))} steps",
    xlabel="time step",
    ylabel="share left of the memory",
    alt=f"Three falling curves. They reach one half after {', '.join(map(str, half))} steps.",
    dashed=["one half"],
)

# %% [markdown] tags=["home"]
# ## 7. Count the values of a gate
#
# An untrained LSTM with $H = 16$ units reads ten years of sunspots, $T = 120$ months, scaled to
# mean 0 and standard deviation 1.
#
# > **Predict.** How many different values does its forget gate take?
# > - (a) 1: "the forget gate is 0.73"
# > - (b) 16: one for each unit
# > - (c) 120: one for each month
# > - (d) about 1,920: one for each unit in each month

# %%
guess("gate_values")

# %%
from lstm_jax.course import sunspots
from lstm_jax.course.data.windows import fit_scale

decade = sunspots().number[:120]
months = jnp.asarray(fit_scale(decade).apply(decade))[:, None]  # (T, 1)
params = init_lstm(jax.random.key(0), input_size=1, hidden_size=16, forget_bias=1.0)
record = trace(params, months)
gates = jax.vmap(gate, (None, 0, 0))(params, record.h[:-1], months)  # by your function, (T, H)

# %% tags=["measure"]
# Counts the values of the gate, draws them, and changes one thing at a time
many = np.asarray(gates)
assert np.abs(many - record.f).max() < 1e-5
values = len(np.unique(many.round(6)))
weights = sum(array.size for array in params) // 4
verdict(
    "gate_values",
    {"a": values < 4, "b": 4 <= values < 40, "c": 40 <= values < 480, "d": values >= 480},
    f"{values:,} different values when rounded to six digits, all made of the same {weights} "
    "weights and biases.",
)
month = 60
state = LSTMState(record.h[month], record.c[month])
same = step(params, state, months[month])[1].f
for name, changed in {
    "Add 0.5 to the input x": step(params, state, months[month] + 0.5),
    "Reverse the sign of the old output h": step(params, state._replace(h=-state.h), months[month]),
    "Reverse the sign of the old state c": step(params, state._replace(c=-state.c), months[month]),
}.items():
    size = float(jnp.abs(changed[1].f - same).max())
    print(f"{name:37} the gate moves by at most {size:.3f}")
between = (np.ptp(many, axis=0).min(), np.ptp(many, axis=1).min())
plots.gate_map(
    many,
    title=f"16 units, 120 months: {values:,} values",
    alt=f"The forget gate of 16 units over 120 months, from {many.min():.2f} to {many.max():.2f}. "
    f"Each unit moves by at least {between[0]:.2f} over time, and in each month the units differ "
    f"by at least {between[1]:.2f}.",
)

# %% [markdown]
# **Notice**
# - The gate is not a parameter. It is a *function* of $x_t$ and $h_{t-1}$, computed at each step.
#   The parameters are $W_{xf}$, $W_{hf}$ and $b_f$, and training moves those.
# - The formula of the gate does not contain the memory $c_{t-1}$ that it multiplies. It contains
#   only the output $h_{t-1}$. In some LSTMs a gate reads $c_{t-1}$ as well; that connection is
#   called a peephole (Gers and Schmidhuber, 2000).

# %% [markdown] tags=["home"]
# ## 8. A memory that never forgets
#
# The LSTM of 1997 had no forget gate: Hochreiter and Schmidhuber, "Long Short-Term Memory", *Neural
# Computation* 9(8). Its update is $c_t = c_{t-1} + i_t \odot g_t$, which is today's update with
# $f_t = 1$ at every step. So the factor of the gradient along the cell state is exactly 1. Their
# training also cut the gradient on its way back through the gates and the candidate, so no other
# path through time was left.
#
# What does such a memory do on a long stream? One unit adds up its inputs. It reads all sunspot
# numbers since 1749, divided by the largest, so no input is negative.

# %%
from lstm_jax.course import sunspots

year, numbers = sunspots()
stream = jnp.asarray(numbers / numbers.max())[:, None]  # (3126, 1), from 0 to 1
adder = LSTMParams(  # in the order i, f, g, o
    w_x=jnp.array([[0.0, 0.0, 0.05, 0.0]]),  # the candidate is tanh(0.05 x)
    w_h=jnp.zeros((1, 4)),
    b=jnp.array([4.0, 4.0, 0.0, 4.0]),  # all three gates are almost open
)

# %% [markdown]
# > **Predict.** The forget gate is held at 1. In how many of the 3,126 months is $\tanh(c)$ flat,
# > with a slope below 0.01?
# > - (a) in fewer than 10 %
# > - (b) in 10 to 50 %
# > - (c) in more than 50 %

# %%
guess("never_forgets")

# %% tags=["measure"]
# Runs the cell with a gate of 0, almost 1 and 1, and compares it with the cell of 1997
from lstm_jax.course.l03.cell_of_1997 import cell_of_1997

records = {
    "held at 0": trace(adder, stream, clamps=[Clamp("f", 0.0)]),
    "bias 4": trace(adder, stream),
    "held at 1": trace(adder, stream, clamps=[Clamp("f", 1.0)]),
}
cs = {name: np.asarray(record.c[1:, 0]) for name, record in records.items()}
flat = {name: np.mean(1 - np.tanh(np.float64(c)) ** 2 < 0.01) for name, c in cs.items()}
always = flat["held at 1"]
last, half_time = cs["held at 1"][-1], cs["held at 1"][len(stream) // 2]
verdict(
    "never_forgets",
    {"a": always < 0.1, "b": 0.1 <= always <= 0.5, "c": always > 0.5},
    f"It is flat in {always:.0%} of the months. At the end the memory is {last:.1f}, which is "
    f"{last / half_time:.2f} times as large as at half time.",
)
difference = np.abs(np.asarray(cell_of_1997(adder, stream))[:, 0] - cs["held at 1"]).max()
assert difference < 1e-3
print(f"The cell of 1997 and a forget gate held at 1 differ by at most {difference:.0e}.")
for name, share in flat.items():
    print(f"{name:9}  tanh(c) is flat in {share:4.0%} of the months")
plots.curves(
    year,
    cs,
    title=f"With f = 1 the memory ends at {last:.1f}, with bias 4 at {cs['bias 4'][-1]:.1f}",
    xlabel="year",
    ylabel="cell state c, no unit",
    alt=f"Held at 1 the cell state ends at {last:.1f} in {year[-1]:.0f}. With bias 4 it stays "
    f"below {cs['bias 4'].max():.2f}, with the gate held at 0 below {cs['held at 0'].max():.3f}.",
)

# %% [markdown]
# **Notice**
# - With a gate that stays at $f < 1$, the memory has a ceiling. If each step adds at most $a$, then
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
# *A memory that only adds positive inputs grows at every step.* Write a memory that adds up all
# inputs since the last reset. `resets` holds a 1 at each step that starts anew, and 0 elsewhere.
# Keep the order of the cell: first forget, then add. So the input of the reset step counts.
#
# `jax.lax.scan(advance, start, (xs, resets))` calls `advance(c, (x, reset))` at each step. Inside
# it, `if` cannot look at `reset`, so compute with it. About 6 lines; `hint("sum_since_reset")`
# helps.


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
# months). A **clamp** holds a gate at a value; a later one overrides an earlier one. Your function
# gets what the LSTM writes.

# %%
emptied = trace(adder, stream, clamps=[Clamp("f", 1.0), Clamp("f", 0.0, steps=slice(0, None, 132))])
written = (emptied.i * emptied.g)[:, 0]  # (T,)
resets = (jnp.arange(len(written)) % 132 == 0).astype(jnp.float32)
sums = mine(sum_since_reset, otherwise=stand_ins.sum_since_reset)(written, resets)

# %% tags=["measure"]
# Compares the sums with the memory of the LSTM, and draws them
c, sums = np.asarray(emptied.c[1:, 0]), np.asarray(sums)
assert np.abs(sums - c).max() < 1e-3
print(f"The sums and the cell state differ by at most {np.abs(sums - c).max():.0e}.")
plots.curves(
    year,
    {"the sums": sums, "output h": np.asarray(emptied.h[1:, 0])},
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
# - If its weights add nothing, its bias $b$ sets the half-life $\ln\frac12 / \ln\sigma(b)$.
# - With gates and candidate held fixed, the product of the forget gates is the factor of the
#   gradient along the cell state. Gradient also comes back through $h$.
#
# **Questions to take home**
# 1. A step is one month. Which bias gives a half-life of one year?
# 2. Why can a gate, on paper, never be exactly 1?
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
# Answers: 3 (d), 5 (c), 7 (d), 8 (c).
#
# - `ten_steps_on`: after one step 0.50 is left, after ten 0.001. This follows from the formula, so
#   it comes out every time.
# - `which_biases`: 0 of 8 RNNs; 0, 2 and 8 of 8 LSTMs with bias 0, 1 and 4. With 13 other sets of
#   random keys: 0 to 2 RNNs; always 0 with bias 0, 0 to 2 with bias 1, 6 to 8 with bias 4. So (c)
#   came out 14 times of 14. RNNs with learning rate 0.003 did no better: 0 of 8, 7 times of 7. By
#   Fisher's exact test for two counts of 8, a difference of 5 has p < 0.05. Do not lengthen the
#   sequences: with 34 letters the marked one is the fourth. With 48, in seven runs, 4, 1, 3, 6, 5,
#   4 and 2 of 8 learned it with bias 4, 1 to 3 with bias 1, none with bias 0, and no RNN. That is
#   (c) twice, (d) twice, and three times too close to call. Bias 3 did no worse: 5, 3 and 7 of 8 in
#   three of these runs.
# - `gate_values`: 1,904 values, because a few of the 1,920 coincide when rounded. `never_forgets`:
#   tanh(c) is flat in 90 % of the months. Both come out every time.
#
# **Explorer.** Task 1: a bias of 2.6. Task 2: a weight of 7 and a bias of 5, for example. Ask why
# the first 1 does not shut the gate: both add up to 12 there, and to −2 at the −1.
#
# **The payoff, section 5.** Read the table row by row. The LSTM with bias 0 is no better than the
# RNN: both are at 0 of 8, so this task does not separate them. Along $c$ almost nothing comes back
# with bias 0 or 1. With bias 1 some 6 % come back by all paths, ten times as much as in the RNN,
# and still most networks fail. So "too little gradient" alone does not explain bias 1: the memory
# is short, too.
#
# **If time is short**
# - Never skip the explorer or section 5. Run its training (about 20 s) after all have predicted.
# - Section 2: show the two pictures, and give the first two hints of `forget_gate` to everyone.
#
# **Homework:** sections 6 to 8, and the questions to take home. 1: 2.82, from
# `bias_for_half_life(12)`. 2: $\sigma(z) = 1$ would need an infinite sum (`sigma` rounds to 1 where
# the sum is above about 17). 3: spread the half-lives, for example from 2 to 200 steps so that each
# is the same factor longer than the one before.
#
# **Wrong answers to expect**
# - *"The forget gate says how much is forgotten."* Its name suggests this. Its formula sets how
#   much is kept: at 1 nothing is forgotten.
# - *"$f \odot c$ is one number."* They know $W x$ and expect a sum. Ask how many numbers the memory
#   has before and after.
# - *Section 3, "all of it".* "Long memory" is in the name. Let them multiply 0.5 by itself.
# - *Half-life against 1/e time.* Some papers and programs give one, some the other. 1.4 and 149
#   steps for bias 0 and 5 are 1/e times; 1.0 and 103 are half-lives.
# - *Section 5, "all learn it, because training finds the bias".* Training follows the gradient. Ask
#   how much of it comes back at the start.
# - *Section 7, "16, one for each unit".* They mix up the bias, which has 16 entries and stays the
#   same during a sequence, with the gate.
# - *Section 8, "in few months, because tanh limits it".* tanh limits $g$ and the output, but not
#   $c$. No input is negative here, so $c$ only grows.
# - *"Then always take a very large bias."* Then nothing is ever forgotten (section 8). And where
#   the sigmoid is flat, the gate learns slowly.
# - `forget_gate`: the first block in place of the second. `bias_for_half_life`: the gate in place
#   of the bias, or the 1/e time. `sum_since_reset`: the input of the reset step is lost. `check`
#   names each of them.
