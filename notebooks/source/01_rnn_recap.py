# %% [markdown]
# # 01 RNN recap
#
# In lesson 00 a memory walked along the sunspots, with one rule that you had fixed. Now a network
# learns its rule from the data. You build it, derive its gradient by hand, train it to forecast
# the sun a year ahead, and find out whether it was worth it.
#
# **You will be able to**
# - cut a series into windows and batches without letting the future leak in;
# - write a recurrent network and run it over time;
# - derive its gradient by hand: backpropagation through time;
# - train it on a real series and judge it against forecasts that cost nothing.

# %%
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import lstm_jax
from lstm_jax.course import RNNExplorer, check, guess, hint, plots, progress, sunspots, verdict
from lstm_jax.course.data import baselines
from lstm_jax.course.data.minibatches import Minibatches
from lstm_jax.course.data.windows import fit_scale, split, windows
from lstm_jax.training import adam, fit, mean_squared_error

# %% [markdown]
# ## 1. A memory to play with
#
# A **sequence** is data in which order matters. A recurrent network reads it one step at a time,
# and carries a few numbers along: its **state**, one number for each of its **units**. At each step
# the old state and the new input make the new state. The **gain** is how strongly the old state
# goes into it. The weights are random here; nothing is trained.
#
# > **Predict.** Eight units get one pulse, $x = 1$ at step 5, and then only zeros up
# > to step 59. What becomes of the state, with a gain of 0.5 and of 1.5?
# > - (a) 0.5: less than 1 % is left. 1.5: it grows without end
# > - (b) 0.5: less than 1 % is left. 1.5: it never dies, but stays below a limit
# > - (c) 0.5: about half is left. 1.5: it never dies, but stays below a limit

# %%
guess("gain_and_pulse")

# %% [markdown]
# Then move the gain. Where does the pulse first last to the end? Drag over the input to draw your
# own.

# %%
explorer = RNNExplorer(gain=0.5)
explorer

# %% [markdown]
# The same two settings, made in Python. `trace()` gives what the explorer shows. The **length** of
# a state is the root of the sum of its squares.

# %%
share = {}
for gain in (0.5, 1.5):
    states = RNNExplorer(gain=gain).trace().h[1:]  # eight numbers a step: (60, 8)
    length = np.linalg.norm(states, axis=1)  # (60,)
    share[gain] = float(length[-1] / length[5])
    print(f"gain {gain}: length {length[5]:.2g} at step 5, {length[-1]:.2g} at step 59")

answer = ("(b)" if share[0.5] < 0.01 else "(c)") if 1 <= share[1.5] < 10 else "none of these"
verdict(
    "gain_and_pulse",
    answer,
    f"Of the length after the pulse, {share[0.5]:.1g} is left with gain 0.5, and with 1.5 it is "
    f"{share[1.5]:.2g} times as long.",
)

# What your explorer shows now:
last = explorer.trace().h[-1]
print(f"Your explorer: gain {explorer.gain:g}, length {np.linalg.norm(last):.2g} at step 59")

# %% [markdown]
# **Notice**
# 1. From step 6 on the input is 0. All that is left of the pulse came through the state before.
# 2. A small change of the gain decides between a memory of a few steps and one without an end.
# 3. Something holds the state down at a gain of 1.5. Section 4 takes the network apart and finds
#    it. First the network gets a task.

# %% [markdown]
# ## 2. The task: the sun, a year ahead
#
# The number of sunspots, month by month, is a sequence. Shuffle the months, and nothing is left to
# forecast.
#
# A forecast is judged on years that it has not seen. So we cut the series in time: the first three
# quarters to learn from, the rest to test on.

# %%
year, number = sunspots()
train, test = split(number, 0.75)
cut = len(train)
for name, part, years in [
    ("to learn from", train, year[:cut]),
    ("to test on", test, year[cut:]),
]:
    span = f"{years[0]:.0f} to {years[-1]:.0f}"
    print(f"{name:14} {len(part):,} months, {span}, mean {part.mean():.3g}")

plots.curves(
    year,
    {
        "to learn from": np.where(year < year[cut], number, np.nan),
        "to test on": np.where(year < year[cut], np.nan, number),
    },
    title="The test years are higher than most of the past",
    xlabel="year",
    ylabel="sunspot number",
    thin=["to learn from", "to test on"],
    alt=f"Monthly sunspot numbers from 1749 to 2009, a cycle of about eleven years. The mean is "
    f"{train.mean():.0f} in the years to learn from and {test.mean():.0f} in the years to test on.",
)

# %% [markdown]
# **Notice**
# 1. There is a rhythm, but no two cycles are equal: neither their height nor their length.
# 2. The test years are more active than the years to learn from. That is common: what comes next
#    is seldom quite like what was.

# %% [markdown]
# ## 3. Windows and batches, and no leak
#
# A network learns from examples: here is what you know, there is what comes. We cut the series
# into **windows**. Each window is an input, and the value `horizon` steps after its end is the
# **target**. With a series of seven, windows of three, and a horizon of two:

# %%
small_xs, small_ys = windows(np.array([10.0, 11, 12, 13, 14, 15, 16]), length=3, horizon=2)
for window, target in zip(small_xs, small_ys, strict=True):
    print(f"{window[:, 0]} -> {target:g}")

# %% [markdown]
# For the sun: 48 months in, and the month that comes 12 months after the last of them out. Two
# things are done first, in this order.
#
# 1. *Cut, then make windows.* So no window reaches over the cut, neither with an input nor with
#    its target.
# 2. *Scale.* A network learns best from numbers around 0, about 1 in size. So we subtract a mean
#    and divide by a standard deviation, both taken from the training part alone.

# %%
LENGTH, HORIZON = 48, 12  # months

scale = fit_scale(train)
train_xs, train_ys = windows(scale.apply(train), LENGTH, HORIZON)  # (B, T, D) and (B,)
test_xs, test_ys = windows(scale.apply(test), LENGTH, HORIZON)
print(f"train: xs {train_xs.shape}, ys {train_ys.shape}    test: xs {test_xs.shape}")

whole = fit_scale(number)
print(f"scale of the training part:   mean {scale.mean:.3g}, deviation {scale.deviation:.3g}")
print(f"scale of the whole series:    mean {whole.mean:.3g}, deviation {whole.deviation:.3g}")

# %% [markdown]
# The second scale is larger: it knows of the high cycles to come. It is a small **leak**: news
# from the test years that nobody had when the forecast was due. Here is a bigger one.
#
# > **Predict.** A "model" that understands nothing: it searches its training windows for the one
# > most similar to yours, and copies what came after that one. A common habit is to shuffle all
# > windows first, and then to keep a quarter of them for the test. What does shuffling do to the
# > score of this copying machine?
# > - (a) nothing: the test windows are not among the training windows either way
# > - (b) it looks a little better
# > - (c) it looks at least twice as good

# %%
guess("shuffled_windows")

# %% [markdown]
# The score is the **skill**: how much of the error of a simple forecast is gone. The simple
# forecast is **persistence**, "in a year it will be as it is now".
#
# $$\text{skill} = 1 - \frac{\text{MSE}}{\text{MSE of persistence}}$$
#
# MSE is the mean squared error. A skill of 1 is perfect. At 0 you could have saved the effort.


# %%
def copy_most_similar(known_xs, known_ys, xs):
    """The target of the known window with the smallest squared distance, for each of xs."""
    known, asked = known_xs[:, :, 0], xs[:, :, 0]
    distance = (known**2).sum(axis=1) - 2 * asked @ known.T  # but for a constant in each row
    return known_ys[distance.argmin(axis=1)]


honest = copy_most_similar(train_xs, train_ys, test_xs)

# The shuffled way: deal all windows into four heaps; ask each heap, knowing the other three.
all_xs, all_ys = windows(scale.apply(number), LENGTH, HORIZON)
heap = np.random.default_rng(0).permutation(len(all_xs)) % 4
leaked = np.empty_like(all_ys)
for n in range(4):
    asked = heap == n
    leaked[asked] = copy_most_similar(all_xs[~asked], all_ys[~asked], all_xs[asked])
leaked = leaked[-len(test_ys) :]  # of these, the same windows as above

now = baselines.persistence(test_xs)
cut_in_time, shuffled = (baselines.skill(copied, test_ys, now) for copied in (honest, leaked))
answer = "(c)" if shuffled >= 2 * cut_in_time else "(b)" if shuffled > cut_in_time else "(a)"
verdict(
    "shuffled_windows",
    answer,
    f"Skill of copying: cut in time {cut_in_time:+.2f}, shuffled {shuffled:+.2f}. Both were asked "
    f"the same {len(test_ys)} windows.",
)

# %% [markdown]
# **Notice**
# 1. The shuffled score is a lie. The machine copies from a few months before or after, which in
#    real life have not come yet. For real forecasts you would get the score of the cut in time.
# 2. Two windows that start one month apart share 47 of their 48 months. "Not among the training
#    windows" does not mean "not seen".
# 3. A leak raises no error. It only makes you happy.
#
# Training does not read all windows at each step, but a few drawn at random: a **batch**. (Within
# the training part, shuffling is fine.)

# %%
draw = Minibatches((train_xs, train_ys), size=128)
batch_xs, batch_ys = draw(jax.random.key(0))
print(f"a batch: xs {batch_xs.shape} is (B, T, D), ys {batch_ys.shape} is (B,)")

# %% [markdown]
# ### Your turn: `make_windows`
#
# *A target that is off by one step makes a forecast look better, or worse, than it is.* Cut the
# windows yourself. About 5 lines; `hint("make_windows")` helps.


# %%
def make_windows(series, length, horizon):
    """Every window that has a target: xs (N, length) and ys (N,), from series (T,).

    ys[n] lies `horizon` steps after the last value of xs[n]; horizon 1 is the very next value.
    """
    ### BEGIN SOLUTION
    count = len(series) - length - horizon + 1
    starts = jnp.arange(count)
    xs = series[starts[:, None] + jnp.arange(length)]
    ys = series[starts + length - 1 + horizon]
    return xs, ys
    ### END SOLUTION


# %%
check("make_windows", make_windows)

# %% [markdown]
# ## 4. The cell, and the pass over time
#
# The memory of lesson 00 kept a fixed share of itself. A **recurrent cell** learns three numbers
# instead, and squashes their sum into (-1, 1) with tanh. With $w_x = 0.5$, $w_h = 0.8$, $b = 0.1$:

# %%
w_x, w_h, b = 0.5, 0.8, 0.1
h = 0.0
for x in [1.0, 0.0, 0.0, -2.0]:
    total = w_x * x + w_h * h + b
    print(
        f"{w_x} * {x:2g} + {w_h} * {h:6.3f} + {b} = {total:6.3f}    tanh: {math.tanh(total):6.3f}"
    )
    h = math.tanh(total)

# %% [markdown]
# One number holds little. A cell has many units, and each of them hears all others. The
# weights become matrices. This is the recurrent neural network, the **RNN**:
#
# $$h_t = \tanh(x_t W_x + h_{t-1} W_h + b) \qquad h_0 = 0$$
#
# | symbol | what it is | shape |
# |---|---|---|
# | $x_t$ | the input at step $t$ | `(D,)` |
# | $h_t$ | the **hidden state** after step $t$: all the cell knows of the past | `(H,)` |
# | $W_x$, in code `params.w_x` | from inputs to units | `(D, H)` |
# | $W_h$, in code `params.w_h` | from old units (rows) to new units (columns) | `(H, H)` |
# | $b$, in code `params.b` | one bias for each unit | `(H,)` |
#
# ### Your turn: `rnn_step`
#
# *This line is the whole cell. The LSTM only changes what happens around it.* About 1 line;
# `hint("rnn_step")` helps. `v @ w` is a vector times a matrix.


# %%
def rnn_step(params, h, x):
    """The state after one step, (H,), from the state before it, h (H,), and the input x (D,)."""
    ### BEGIN SOLUTION
    return jnp.tanh(x @ params.w_x + h @ params.w_h + params.b)
    ### END SOLUTION


# %%
check("rnn_step", rnn_step)

# %% [markdown]
# Over a sequence, the cell takes this step again and again. That is the **forward pass**, and with
# `scan` it is five lines. `lstm_jax.step` is the package's `rnn_step`. (It knows other cells too,
# and also returns their gates. An RNN has none, hence the `_`.)


# %%
@jax.jit
def rnn(params, xs):
    def advance(h, x):
        h, _ = lstm_jax.step(params, h, x)
        return h, h  # carried to the next step; written down

    return jax.lax.scan(advance, lstm_jax.zero_state(params), xs)[1]  # hs (T, H), from xs (T, D)


params = lstm_jax.init_rnn(jax.random.key(0), input_size=1, hidden_size=32)
xs = jnp.asarray(train_xs[0])
hs, _ = lstm_jax.run(params, xs)
difference = float(jnp.abs(rnn(params, xs) - hs).max())
assert difference < 1e-6
print(f"hs {hs.shape}; the five lines and lstm_jax.run differ by {difference:.1g}")

# %% [markdown]
# > **Predict.** This RNN has 1 input and 32 units. How many numbers does it have to learn for
# > windows of 48 months, and how many for windows of 480?
# > - (a) 1,088 and 1,088
# > - (b) 1,088 and 10,880
# > - (c) 52,224 and 522,240

# %%
guess("numbers_to_learn")

# %%
count = sum(leaf.size for leaf in params)
print(", ".join(f"{name} {leaf.shape}" for name, leaf in params._asdict().items()))
longer, _ = lstm_jax.run(params, scale.apply(train)[:480, None])
answer = "(a)" if count == 1088 else "none of these"
verdict(
    "numbers_to_learn", answer, f"The same {count:,} numbers have just read {len(longer)} steps."
)

# %% [markdown]
# Here are the first four months with a small RNN of two units: its states, live, one box a number.

# %%
two_units = lstm_jax.init_rnn(jax.random.key(3), input_size=1, hidden_size=2)
four_xs = train_xs[0, :4]
four_hs = lstm_jax.trace(two_units, four_xs).h  # (T+1, H), row 0 is h_0
plots.unrolled(
    four_xs,
    four_hs,
    title="One cell, drawn four times: the weights are shared",
    alt="Five columns side by side, the states h0 to h4 of two units, each made of the state to "
    "its left through W_h and the input below it through W_x. Last state: "
    + ", ".join(f"{unit:.2f}" for unit in four_hs[-1].tolist())
    + ".",
)

# %% [markdown]
# It is often taught that the output of a step depends on the hidden state of the step before.
# True, but how far does that go?
#
# > **Predict.** You change $x_1$, the first input, and nothing else. Which states change?
# > - (a) $h_1$ alone
# > - (b) $h_1$ and $h_2$
# > - (c) $h_1$ and all states after it, each by the same amount
# > - (d) $h_1$ and all states after it, by different amounts

# %%
guess("first_input")

# %%
nudged = four_xs + np.array([[0.1], [0], [0], [0]], np.float32)
moved = jnp.abs(lstm_jax.trace(two_units, nudged).h - four_hs).max(axis=1)
print("moved by 0.1 in x_1:", ",  ".join(f"h_{t} {m:.2g}" for t, m in enumerate(moved.tolist())))

after = moved[1:]
if float(after[2:].max()) == 0:
    answer = "(a)" if float(after[1]) == 0 else "(b)"
else:
    answer = "(c)" if float(after.max() - after.min()) < 1e-4 else "(d)"
verdict("first_input", answer, f"Nothing before an input changes (h_0 moved by {moved[0]:g}).")

# %% [markdown]
# **Notice**
# 1. $h_4$ has never met $x_1$. What it knows of it came through $h_1$, $h_2$ and $h_3$.
# 2. So a state depends on *every* input up to now, and on none to come.
# 3. The columns in the picture are not layers with weights of their own. It is one cell at four
#    times.
#
# An input reaches all later states. How long it lasts there is up to $W_h$, and now you know what
# the slider of section 1 moved: it makes $W_h$ a random rotation times the **gain**. Before the
# tanh, each step makes the old state so many times as long. The tanh keeps every unit in
# $(-1, 1)$, so eight of them stay below $\sqrt 8 = 2.8$, whatever the gain. Here are your sliders
# as weights, and your explorer once more, with the five lines of this section:

# %%
weights = explorer.params
stretch = np.linalg.svd(weights.w_h, compute_uv=False)  # how much W_h stretches, at most and least
print(f"w_h {weights.w_h.shape} stretches {stretch[-1]:.3g} to {stretch[0]:.3g} times")

states = explorer.trace().h[1:]
difference = float(jnp.abs(rnn(weights, explorer.xs) - states).max())
assert difference < 1e-4
print(f"the five lines and your explorer differ by {difference:.1g}")

# %% [markdown]
# ## 5. Backpropagation through time, by hand
#
# To learn, the RNN must know how its loss moves with each weight. The difficulty: $w_h$ is used at
# every step. Change it, and every state changes, and so does all that follows from it.
#
# Take a cell with one unit on one window. The loss is the squared error of the last state,
# halved so that its derivative is simple. Call the sum before the tanh $a_t$.
#
# $$a_t = w_x x_t + w_h h_{t-1} + b \qquad h_t = \tanh a_t \qquad L = \tfrac12 (h_T - y)^2$$
#
# First go forward and keep every state.

# %%
xs = train_xs[600]
window, target = xs[:, 0].tolist(), float(train_ys[600])
states = [0.0]  # h_0
for x in window:
    states.append(math.tanh(w_x * x + w_h * states[-1] + b))
print(f"{len(window)} months from {year[600]:.0f} on")
print(f"h_T = {states[-1]:.3f}, target {target:.3f}, loss {(states[-1] - target) ** 2 / 2:.3f}")

# %% [markdown]
# Then walk back. Six equations, all of them the chain rule. In the
# code, each line carries the number of its equation.
#
# 1. Start at the end, with the error:
#    $\;\partial L / \partial h_T = h_T - y$
# 2. Back through tanh, whose slope is $1 - h_t^2$:
#    $\;\partial L / \partial a_t = \partial L / \partial h_t \cdot (1 - h_t^2)$
# 3. $w_x$ met $x_t$, at every step. Add up:
#    $\;\partial L / \partial w_x = \sum_t \partial L / \partial a_t \cdot x_t$
# 4. $w_h$ met the state *before* the step:
#    $\;\partial L / \partial w_h = \sum_t \partial L / \partial a_t \cdot h_{t-1}$
# 5. $b$ is added as it is:
#    $\;\partial L / \partial b = \sum_t \partial L / \partial a_t$
# 6. Back through $w_h$, to the step before:
#    $\;\partial L / \partial h_{t-1} = \partial L / \partial a_t \cdot w_h$
#
# > **Predict.** The gradient of $w_h$ is a sum over 48 months. Which months give most of it?
# > - (a) all about the same
# > - (b) the first year: it had the longest time to act
# > - (c) the last year

# %%
guess("months_of_gradient")

# %%
grad_w_x = grad_w_h = grad_b = 0.0
parts = []  # what each step adds to the gradient of w_h, from the last step to the first
d_h = states[-1] - target  # 1
for t in range(len(window), 0, -1):
    d_a = d_h * (1 - states[t] ** 2)  # 2
    grad_w_x += d_a * window[t - 1]  # 3 (Python counts from 0: window[t - 1] is x_t)
    grad_w_h += d_a * states[t - 1]  # 4
    grad_b += d_a  # 5
    d_h = d_a * w_h  # 6
    parts.append(d_a * states[t - 1])

# %% [markdown]
# This is **backpropagation through time**, BPTT. `jax.grad` should say the same.


# %%
@jax.jit
def half_squared_error(params, xs, target):
    _, h = lstm_jax.run(params, xs)  # the last state, (H,)
    return ((h - target) ** 2).sum() / 2


one_unit = lstm_jax.RNNParams(jnp.array([[w_x]]), jnp.array([[w_h]]), jnp.array([b]))
by_jax = jax.grad(half_squared_error)(one_unit, xs, jnp.array([target]))
by_hand = lstm_jax.RNNParams(grad_w_x, grad_w_h, grad_b)
for name, hand, auto in zip(by_hand._fields, by_hand, by_jax, strict=True):
    auto = auto.item()
    difference = abs(hand - auto) / abs(auto)
    assert difference < 1e-4
    print(f"{name:4} by hand {hand:9.6f}   jax.grad {auto:9.6f}   differ by {difference:.0e}")

# %%
size = np.abs(parts)  # index 0 is the last month
last_year, first_year = size[:12].sum() / size.sum(), size[-12:].sum() / size.sum()
answer = "(c)" if last_year > 0.5 else "(b)" if first_year > 0.5 else "(a)"
verdict(
    "months_of_gradient",
    answer,
    f"The last year gives {last_year:.1%} of it, the first year a share of {first_year:.1g}.",
)

plots.curves(
    np.arange(len(size)),
    {"one step": size},
    title=f"The last year gives {last_year:.0%} of the gradient",
    xlabel="how long ago the step was, months",
    ylabel="part of ∂L/∂w$_h$, size (log)",
    alt=f"What each of 48 steps adds to the gradient of w_h, on a logarithmic axis. It falls from "
    f"{size[:12].max():.2g} in the last year to {size[-2]:.1g} near the first month: the last "
    f"year gives {last_year:.0%} of all.",
    log=True,
)

# %% [markdown]
# **Notice**
# 1. By hand and by `jax.grad`, the gradients agree. From here on JAX may do it.
# 2. Equations 2 and 6 together multiply by $(1 - h_t^2)\,w_h$ at each step back. That product
#    shrinks, and with it the say of the early months.
# 3. So this cell learns next to nothing from what happened three years ago, even if it mattered.
#    Lesson 02 is about that product.
#
# ### Your turn: `bptt`
#
# *Each turn of this loop multiplies by one more factor, and that is why gradients vanish.* Now with
# many units: the gradient of $W_h$ alone, an `(H, H)` matrix. Equations 1, 2, 4 and 6, with vectors
# and matrices in place of numbers. Two things to think about: how do two vectors make a matrix, and
# which way does $W_h$ lead when you walk back? About 10 lines; `hint("bptt")` helps.
#
# For the way forward you may use `rnn(params, xs)` from above: it gives $h_1 \dots h_T$.


# %%
def bptt(params, xs, target):
    """The gradient of L = ½ Σ (h_T - target)² by w_h, (H, H), from h_0 = 0.

    xs is (T, D), target (H,).
    """
    ### BEGIN SOLUTION
    hs = [jnp.zeros(len(params.b))]
    for x in xs:
        hs.append(rnn_step(params, hs[-1], x))
    grad, delta = jnp.zeros_like(params.w_h), hs[-1] - target  # delta = ∂L/∂h_t
    for t in range(len(xs), 0, -1):
        before_tanh = delta * (1 - hs[t] ** 2)  # ∂L/∂a_t
        grad = grad + jnp.outer(hs[t - 1], before_tanh)
        delta = params.w_h @ before_tanh  # ∂L/∂h_{t-1}
    return grad
    ### END SOLUTION


# %%
check("bptt", bptt)

# %% tags=["instructor"]
# To show after the exercise: the same on all 32 units and a real window of 48 months.
wish = jnp.full(32, target)
matrix_by_hand = bptt(params, xs, wish)
matrix_by_jax = jax.grad(half_squared_error)(params, xs, wish).w_h
difference = float(jnp.linalg.norm(matrix_by_hand - matrix_by_jax) / jnp.linalg.norm(matrix_by_jax))
assert difference < 1e-5
print(f"w_h {matrix_by_hand.shape}: bptt and jax.grad differ by {difference:.0e} of its length")

# %% [markdown]
# ## 6. Train it on the sun
#
# The RNN leaves its last state. A **readout** turns the 32 numbers in it into a forecast: one
# weight a unit, and a bias.
#
# $$\hat y = h_T \cdot w + b_y$$


# %%
class Forecaster(NamedTuple):
    cell: lstm_jax.RNNParams
    w: jax.Array  # (H,)
    b: jax.Array  # one number


def new_forecaster(key, hidden_size=32):
    key_cell, key_w = jax.random.split(key)
    return Forecaster(
        cell=lstm_jax.init_rnn(key_cell, input_size=1, hidden_size=hidden_size),
        w=jax.random.normal(key_w, (hidden_size,)) / math.sqrt(hidden_size),
        b=jnp.zeros(()),
    )


@jax.jit
def forecast(model, xs):  # (B, T, 1) -> (B,)
    _, h = lstm_jax.run(model.cell, xs)  # (B, H)
    return h @ model.w + model.b


def loss(model, batch):
    xs, ys = batch
    return mean_squared_error(forecast(model, xs), ys)


# %% [markdown]
# Two rivals cost nothing. **Persistence** you know. The **linear model** is a weighted sum of the
# same 48 months, with the best weights for the training part, found in one go: no units, no
# training loop.
#
# > **Predict.** Who forecasts the test years best?
# > - (a) persistence
# > - (b) the linear model
# > - (c) the RNN, by a little (its error is less than 20 % below the second best)
# > - (d) the RNN, by far

# %%
guess("best_forecast")

# %% [markdown]
# Training takes 1,000 steps. At each one it draws a batch, finds the gradient (BPTT, for all
# windows of the batch, averaged), and moves all weights a little the other way. How little, Adam
# decides, a common recipe. (`adam` also shortens very long gradients; lesson 02 says why.) You can
# stop it at any time; it keeps what it has learned.

# %%
optimizer = adam(0.002)
trained = fit(
    loss,
    new_forecaster(jax.random.key(0)),
    draw,
    key=jax.random.key(100),
    steps=1000,
    optimizer=optimizer,
)

# %%
each_batch = trained.history.loss  # (1000,)
steps = np.arange(1, len(each_batch) + 1)
smooth = each_batch.reshape(-1, 25).mean(axis=1)  # of 25 steps
linear_fit = baselines.linear((train_xs, train_ys), train_xs)
rivals = {
    "persistence": np.mean((baselines.persistence(train_xs) - train_ys) ** 2),
    "linear model": np.mean((linear_fit - train_ys) ** 2),
}
passed = np.flatnonzero(smooth < rivals["linear model"])
message = f"passes the linear model near step {25 * passed[0] + 13}"
if not len(passed):
    message = "does not reach the linear model"
plots.curves(
    steps,
    {
        "RNN, each batch": each_batch,
        "RNN, mean of 25": np.interp(steps, steps.reshape(-1, 25).mean(axis=1), smooth),
    }
    | {name: np.full(len(steps), level) for name, level in rivals.items()},
    title=f"Training years: the RNN {message}",
    xlabel="training step",
    ylabel="MSE, deviations²",
    thin=["RNN, each batch"],
    dashed=list(rivals),
    ylim=(0, 0.8),
    alt=f"Training loss of the RNN, from {each_batch[0]:.2f} down to {smooth[-1]:.2f}. Dashed: "
    f"persistence {rivals['persistence']:.2f}, linear model {rivals['linear model']:.2f}. "
    f"The RNN {message}.",
)

# %% [markdown]
# That was practice. Now the years it has not seen. One run may be luck, so the RNN is trained four
# more times, from other first weights and with other batches.

# %%
runs = [trained.params]
for seed in range(1, 5):
    start, key = new_forecaster(jax.random.key(seed)), jax.random.key(100 + seed)
    again = fit(loss, start, draw, key=key, steps=1000, optimizer=optimizer, progress=False)
    runs.append(again.params)

truth = scale.undo(test_ys)
persistence = scale.undo(baselines.persistence(test_xs))
forecasts = {
    "persistence": persistence,
    "linear model": scale.undo(baselines.linear((train_xs, train_ys), test_xs)),
} | {f"RNN, run {n}": scale.undo(np.asarray(forecast(m, test_xs))) for n, m in enumerate(runs)}

error = {name: baselines.rmse(each, truth) for name, each in forecasts.items()}
skill = {name: baselines.skill(each, truth, persistence) for name, each in forecasts.items()}
print("on the test years    error (RMSE, spots)   skill over persistence")
for name in forecasts:
    print(f"{name:20} {error[name]:12.1f} {skill[name]:21.2f}")

# %%
rnn_errors = np.array([error[f"RNN, run {n}"] for n in range(len(runs))])
best_rival = min(("persistence", "linear model"), key=error.get)
ratio = np.median(rnn_errors) / error[best_rival]
if ratio < 1:
    answer = "(d)" if ratio < 0.8 else "(c)"
else:
    answer = "(b)" if best_rival == "linear model" else "(a)"
wins = int((rnn_errors < error["linear model"]).sum())
verdict(
    "best_forecast",
    answer,
    f"The RNN beats the linear model in {wins} of {len(runs)} runs; its middle error is "
    f"{ratio:.2f} times that of the {best_rival}.",
)
practice = math.sqrt(smooth[-1] / rivals["linear model"])
print(f"In the training years, its error had come down to {practice:.2f} times the linear one.")
print(f"Remember the copying machine: with its leak it had a skill of {shuffled:.2f}.")

# %%
target_year = year[cut + LENGTH - 1 + HORIZON :]
shown = target_year > 1985
plots.curves(
    target_year[shown],
    {
        "what came": truth[shown],
        "RNN": forecasts["RNN, run 0"][shown],
        "persistence": persistence[shown],
    },
    title="Forecast a year ahead: persistence is a year late",
    xlabel="year",
    ylabel="sunspot number",
    thin=["what came", "persistence"],
    dashed=["persistence"],
    alt=f"The last cycles of the test years. Persistence repeats the truth a year late, with an "
    f"error of {error['persistence']:.0f} over all test years. The RNN is smoother; its error is "
    f"{error['RNN, run 0']:.0f}.",
)

# %% [markdown]
# **Notice**
# 1. Persistence has the perfect shape. It is the truth, moved a year to the right. A forecast that
#    looks right may know nothing, so judge by the number.
# 2. What free baselines leave over is the honest measure of a network. Without the linear model in
#    the table, you would have praised the RNN for what a weighted sum can do. Compare
#    also its lead in the training years with its lead in the test.
# 3. The runs differ, though only chance does. Never judge by one run.
# 4. The learning rate and the batch size were chosen by training on the years up to 1895 and
#    comparing on 1895 to 1944: to choose by the test years would have been a leak as well. On those
#    fifty years the RNN and the linear model were level, so do not bet much on the lead above.
#    (A window of 48 months is what class time allows. There, 132 months did a little better.)

# %% [markdown]
# ## 7. What the state holds
#
# Take all test windows that end near 80 spots. Some are on the way up, some on the way down.
# Persistence cannot tell one from the other.
#
# > **Predict.** What does the RNN forecast for them?
# > - (a) about the same for both: the last input is the same
# > - (b) more on the way up than on the way down
# > - (c) less on the way up: what rises must fall

# %%
guess("rising_or_falling")

# %%
spots = scale.undo(test_xs[:, :, 0])
rise = spots[:, -6:].mean(axis=1) - spots[:, -18:-12].mean(axis=1)  # half a year, and a year before
near_80 = np.abs(spots[:, -1] - 80) < 10
groups = {"up": near_80 & (rise > 0), "down": near_80 & (rise < 0)}

said = {}
print("mean of            windows  persistence   RNN   what came")
for name, chosen in groups.items():
    said[name] = forecasts["RNN, run 0"][chosen].mean()
    print(
        f"on the way {name:6} {chosen.sum():8} {persistence[chosen].mean():12.0f} "
        f"{said[name]:5.0f} {truth[chosen].mean():11.0f}"
    )
gap = said["up"] - said["down"]
answer = "(a)" if abs(gap) < 5 else "(b)" if gap > 0 else "(c)"
way = "more" if gap > 0 else "less"
verdict("rising_or_falling", answer, f"On the way up it says {abs(gap):.0f} spots {way}.")

# %% [markdown]
# To tell them apart, the state must hold more than the last input. Look inside, at the window with
# the steepest rise among them.
#
# > **Predict.** In the picture, find the step where many units change colour. What did the sun do
# > there?

# %%
steepest = np.where(groups["up"], rise, -np.inf).argmax()
inside, _ = lstm_jax.run(runs[0].cell, test_xs[steepest])  # (T, H)
half = LENGTH // 2
changed = int((jnp.sign(inside[half]) != jnp.sign(inside[-1])).sum())
plots.signed_map(
    inside[:, jnp.argsort(inside[-1])],
    title=f"{changed} of {inside.shape[1]} units change sign in the second half",
    label="hidden state h, no unit",
    alt="The hidden state of the trained RNN over one window of 48 months, a row a unit, sorted by "
    f"its last value, from {inside[-1].min():.2f} to {inside[-1].max():.2f}. Between step {half} "
    f"and the end, {changed} of the units change sign.",
)

# %%
plots.curves(
    np.arange(LENGTH),
    {"input": spots[steepest]},
    title="What the units had read",
    xlabel="time step",
    ylabel="sunspot number",
    alt=f"The 48 months of that window: {spots[steepest, :half].mean():.0f} spots on average in "
    f"the first half, {spots[steepest, -6:].mean():.0f} in the last half year.",
)

# %% [markdown]
# **Notice**
# 1. The state is not a copy of the last input. It also holds where the series came from.
# 2. The first steps are pale: the state starts at 0 and has to fill.
# 3. Nobody told a unit what to hold. Training found a use for each.
#
# ## Summary
#
# - Cut in time first, then scale with the training part, then make windows. Anything else leaks.
# - An RNN is one step, used at every time with the same weights:
#   $h_t = \tanh(x_t W_x + h_{t-1} W_h + b)$.
# - BPTT walks back from the loss and multiplies by one more factor at each step.
# - A network is worth what it adds to forecasts that cost nothing.
#
# Next, [lesson 02](02_vanishing_gradients.ipynb): what that product of factors does to a long
# memory.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# | minute | where you should be |
# |---|---|
# | 0 | section 1, the explorer |
# | 4 | section 2 |
# | 9 | section 3; the leak at 14, `make_windows` at 17 |
# | 21 | section 4; `rnn_step` at 25, the picture at 28 |
# | 32 | section 5; the table of equations at 34, `bptt` at 39 |
# | 45 | section 6; start the training, talk while it runs |
# | 56 | section 7 |
# | 59 | summary |
#
# **Wrong answers to expect**
# - *Pulse: (a), "it grows without end".* It would, but for the tanh. Leave it open until section 4.
# - *Leak: (a), "they are not among the training windows".* Draw two windows that start one month
#   apart. Ask how many months they share.
# - *Count: (c), one set of weights a step.* It is the picture's fault: four columns look like four
#   layers. Point at the labels of the arrows, which are the same.
# - *Nudge: (b).* "The state of the step before", taken literally. Ask what that state was made of.
# - *Nudge: (c).* Right about the reach, but each step squashes and mixes anew.
# - *Gradient: (b), "it had the longest time to act".* Each step back multiplies. Ask for 0.5 to the
#   power of 36.
# - *Who wins: (d).* A weighted sum of 48 months is a strong model. Sunspots need little more.
# - `bptt`: most often $W_h$ the wrong way round on the way back, or $h_t$ for $h_{t-1}$. The check
#   names both. The shapes do not: every matrix is `(H, H)`.
#
# **When time is short** leave `make_windows` for home (4 minutes), and section 7 (3 minutes). When
# it is very short, do `bptt` together on the board with two units. Keep the leak and the table of
# skills: they are what is most often got wrong later.
