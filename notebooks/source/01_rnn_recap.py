# %% [markdown]
# # 01 RNN recap
#
# In lesson 00 you fixed the rule of a memory. Now a network learns its rule from data: it forecasts
# the sunspot number one year ahead.
#
# **You will be able to**
# - cut a series into windows without a leak from the test years;
# - write a recurrent network and run it over time;
# - find its gradient by hand: backpropagation through time;
# - judge a network against simple forecasts.

# %%
import jax
import jax.numpy as jnp
import numpy as np

import lstm_jax
from lstm_jax.course import RNNExplorer, check, guess, hint, mine, plots, progress, verdict

# %% [markdown]
# ## 1. A state that you can play with
#
# A **recurrent network** carries a **state** along a sequence: one number for each of its
# **units**. So it can relate inputs that stand at different steps. At each step the old state and
# the new input are weighted and added. The new state is the **tanh** of this sum: each of its
# numbers lies between −1 and 1. The **gain** says how strongly the old state counts. The **norm**
# of a state is the root of the sum of its squares. The weights here are random.
#
# > **Predict.** Eight units read a pulse at step 5, and then only zeros. How large is the norm at
# > step 59, compared with step 5?
# > - (a) gain 0.5: less than 1 %; gain 1.5: 2 times as large, or more
# > - (b) gain 0.5: less than 1 %; gain 1.5: from half as large to 2 times as large
# > - (c) gain 0.5: 1 % or more

# %%
guess("gain_and_pulse")

# %% [markdown]
# Try both gains. Then find the smallest gain at which the pulse is "felt to the end": the norm
# stays above 1 % of its peak, the dashed line. Leave the slider there.

# %%
explorer = RNNExplorer(gain=0.5)
explorer


# %% tags=["measure"]
# Measures the same pulse at several gains, reads your explorer, and gives the verdict.
pulse = jnp.zeros((60, 1)).at[5].set(1.0)
norm, lasts = {}, {}
for gain in (0.5, 0.8, 0.85, 0.9, 0.95, 1.5):
    hs, _ = lstm_jax.run(lstm_jax.init_rnn(jax.random.key(0), 1, 8, gain=gain), pulse)
    norm[gain] = np.linalg.norm(hs, axis=1)  # one number a step
    lasts[gain] = np.flatnonzero(norm[gain] > 0.01 * norm[gain].max())[-1] - 5
left = {gain: float(each[-1] / each[5]) for gain, each in norm.items()}
verdict(
    "gain_and_pulse",
    {
        "a": left[0.5] < 0.01 and left[1.5] >= 2,
        "b": left[0.5] < 0.01 and 0.5 <= left[1.5] < 2,
        "c": left[0.5] >= 0.01,
    },
    f"At step 5 the norm is {norm[1.5][5]:.1f}. At step 59: with gain 0.5 a share of "
    f"{left[0.5]:.1g} of it is left; with gain 1.5 it is {left[1.5]:.2g} times as large.",
)
for gain in (0.8, 0.85, 0.9, 0.95):
    print(f"gain {gain:<4}  felt for {lasts[gain]} steps", "(the end)" if lasts[gain] == 54 else "")
seen = np.linalg.norm(explorer.trace().h[1:], axis=1)
share = float(seen[-1] / seen.max()) if seen.any() else 0.0
print(f"Your explorer: gain {explorer.gain:g}, at the end {share:.2g} of the largest norm is left.")

# %% [markdown]
# **Notice**
# 1. From step 6 on, every input is 0. So what is left of the pulse came through the state.
# 2. tanh keeps each unit between −1 and 1. So the norm of eight units stays below
#    $\sqrt 8 \approx 2.8$ with any gain.

# %% [markdown]
# ## 2. Windows, and a leak
#
# The network reads the sunspot numbers of 48 months, a **window**. It forecasts its **target**: the
# number 12 months after the last of them. These 12 months are the **horizon**. A forecast is judged
# on years that it has not seen. So we do three things, in this order:
# 1. *Cut in time*: three quarters of the years are for training, the rest for the test.
# 2. *Scale*: subtract a mean and divide by a standard deviation, because a network learns best from
#    numbers around 0. Both come from the training part alone.
# 3. *Cut windows* in each part.

# %%
from lstm_jax.course import sunspots
from lstm_jax.course.data.windows import fit_scale, split, windows

year, number = sunspots()
train, test = split(number, 0.75)
scale = fit_scale(train)

train_xs, train_ys = windows(scale.apply(train), length=48, horizon=12)
test_xs, test_ys = windows(scale.apply(test), length=48, horizon=12)
print("train: xs (B, T, D) is", train_xs.shape, "and ys (B,) is", train_ys.shape)

# %% [markdown]
# A **leak** is information from the test years that nobody has when the forecast is made. To see
# one, take a model that only copies: for each test window it finds the most similar training
# window, and copies the target of that one. We score it against **persistence**, the forecast "in a
# year it will be as it is now". The **skill** is the share of the mean squared error (MSE) of
# persistence that is gone:
#
# $$\text{skill} = 1 - \frac{\text{MSE}}{\text{MSE of persistence}}$$
#
# Some people shuffle all windows, and then keep a quarter of them for the test. We let each quarter
# be the test once. Then we score the same windows as after the cut in time.
#
# > **Predict.** What does this do to the skill of the copying model?
# > - (a) it stays between 0.9 and 1.1 times as large, because no test window is a training window
# > - (b) it becomes 1.1 to 2 times as large
# > - (c) it becomes 2 times as large, or more
# > - (d) it becomes less than 0.9 times as large

# %%
guess("shuffled_windows")

# %% tags=["measure"]
# Scores the copying model on the same test windows, cut in time and shuffled; gives the verdict.
from lstm_jax.course.data import baselines


def copy_most_similar(known_xs, known_ys, xs, allowed=True):
    """For each window of xs, the target of the known window with the smallest distance."""
    known, asked = known_xs[:, :, 0], xs[:, :, 0]
    distance = (known**2).sum(axis=1) - 2 * asked @ known.T  # plus a constant in each row
    return known_ys[np.where(allowed, distance, np.inf).argmin(axis=1)]


all_xs, all_ys = windows(scale.apply(number), length=48, horizon=12)
start = np.arange(len(all_xs))
apart = np.abs(start[:, None] - start) >= 48 + 12  # no month in common, the target included
heap = np.random.default_rng(0).permutation(len(all_xs)) % 4  # each heap is the test once
copied = {"shuffled": np.empty_like(all_ys), "purged": np.empty_like(all_ys)}
for n in range(4):
    of, known = heap == n, heap != n
    for name, allowed in {"shuffled": True, "purged": apart[of][:, known]}.items():
        copied[name][of] = copy_most_similar(all_xs[known], all_ys[known], all_xs[of], allowed)
copied = {name: every[-len(test_ys) :] for name, every in copied.items()}
copied["cut in time"] = copy_most_similar(train_xs, train_ys, test_xs)

now = baselines.persistence(test_xs)
leaked = {name: baselines.skill(each, test_ys, now) for name, each in copied.items()}
gained = leaked["shuffled"] / leaked["cut in time"]
verdict(
    "shuffled_windows",
    {"a": 0.9 <= gained <= 1.1, "b": 1.1 < gained < 2, "c": gained >= 2, "d": gained < 0.9},
    f"Skill of copying: cut in time {leaked['cut in time']:+.2f}, shuffled "
    f"{leaked['shuffled']:+.2f}. Shuffled and purged of all windows that share a month with the "
    f"one in the test: {leaked['purged']:+.2f}.",
)

# %% [markdown]
# **Notice**
# 1. Windows that start one month apart share 47 of their 48 months. So "not among the training
#    windows" does not mean "not seen". The purged score leaves such pairs out.
# 2. Purging is not enough, because a shuffled training part also holds windows from *after* the
#    test window. Only training on earlier months gives the score of a real forecast.
# 3. A leak raises no error. The only sign is a score that is too good.

# %% [markdown]
# ## 3. The cell, and the forward pass
#
# A recurrent **cell** takes the tanh of a sum: the weighted input, the weighted old state, and a
# **bias**. With $D$ inputs and $H$ units this is the recurrent neural network, the **RNN**:
#
# $$h_t = \tanh(x_t W_x + h_{t-1} W_h + b) \qquad h_0 = 0$$
#
# The input $x_t$ is `(D,)`, and the **hidden state** $h_t$ is `(H,)`: all that the cell keeps of
# the past. The weights are `params.w_x` `(D, H)` and `params.w_h` `(H, H)`. Row i of `w_h` belongs
# to unit i of the old state, and column j to unit j of the new one. The rows of `w_x` belong to the
# inputs. The bias is `params.b` `(H,)`.
#
# ### Your turn: `rnn_step`
#
# Write this equation, in 1 line. `v @ w` is a vector times a matrix: the vector stands first, as in
# the equation. `hint("rnn_step")` helps.


# %%
def rnn_step(params, h, x):
    """The state after one step, (H,), from the state before it, h (H,), and the input x (D,)."""
    ### BEGIN SOLUTION
    return jnp.tanh(x @ params.w_x + h @ params.w_h + params.b)
    ### END SOLUTION


# %%
check("rnn_step", rnn_step)

# %% [markdown]
# The **forward pass** repeats this step with `scan`:

# %%
from lstm_jax.course.l01 import stand_ins

step = mine(rnn_step, otherwise=stand_ins.rnn_step)


@jax.jit
def rnn(params, xs):
    """All states (T, H), from the inputs xs (T, D)."""

    def advance(h, x):
        h = step(params, h, x)
        return h, h  # what goes to the next step, and what is kept

    return jax.lax.scan(advance, jnp.zeros(len(params.b)), xs)[1]


# %% [markdown]
# A **readout** makes an output of a state: $\hat y_t = h_t \cdot w + b_y$. So there can be an
# output at every step. Here are four months (scaled) and two units with random weights. The readout
# is $w = (1, -1)$ and $b_y = 0$.

# %% tags=["measure"]
# Draws this RNN, unrolled over four steps, and runs the network of your explorer with it.
two_units = lstm_jax.init_rnn(jax.random.key(3), input_size=1, hidden_size=2)
four_xs = test_xs[0, :4]
four_hs = jnp.concatenate([jnp.zeros((1, 2)), rnn(two_units, four_xs)])
difference = float(jnp.abs(rnn(explorer.params, explorer.xs) - explorer.trace().h[1:]).max())
assert difference < 1e-4
print(f"On your explorer's network, this rnn and the explorer differ by {difference:.1g}.")
count = sum(array.size for array in lstm_jax.init_rnn(jax.random.key(0), 1, 32))
print(f"An RNN with 32 units has {count:,} weights and biases, for 48 months and for 480.")
plots.unrolled(
    four_xs,
    four_hs,
    outputs=four_hs[1:] @ jnp.array([1.0, -1.0]),
    title="One cell, drawn four times: the weights are shared",
    alt="Five columns side by side, the states h0 to h4 of two units, each made of the state to "
    "its left through W_h and the input below it through W_x. Above each, an output. Last state: "
    + ", ".join(f"{unit:.2f}" for unit in four_hs[-1].tolist())
    + ".",
)

# %% [markdown]
# **Notice**
# 1. The four columns are one cell at four times, with the same weights. They are not four layers.
# 2. No arrow leads from $x_1$ to $h_4$. What $h_4$ holds of $x_1$ came through the states between.
# 3. $\hat y_t$ depends on $h_{t-1}$ and $x_t$, because $h_t$ is made of both.

# %% [markdown]
# ## 4. Backpropagation through time
#
# Training needs the **gradient**: the slope of the loss $L$ for each weight. But $W_h$ is used at
# every step, so a change of it changes every state from $h_2$ on. **Backpropagation through time**
# (BPTT) is the chain rule, from the last state to the first. Take one unit, so that $W_x$ and $W_h$
# are numbers, $w_x$ and $w_h$. Let its last state be the forecast of $y$:
#
# $$a_t = w_x x_t + w_h h_{t-1} + b \qquad h_t = \tanh a_t \qquad L = \tfrac12 (h_4 - y)^2$$
#
# The walk back starts with $\partial L/\partial h_4 = h_4 - y$. Each step takes three equations:
#
# 1. $\partial L/\partial a_t = \partial L/\partial h_t \cdot (1 - h_t^2)$, with the slope of tanh.
# 2. Add $\partial L/\partial a_t \cdot h_{t-1}$ to $\partial L/\partial w_h$, because $a_t$
#    contains $w_h h_{t-1}$. (For $w_x$ the factor is $x_t$, for $b$ it is 1.)
# 3. $\partial L/\partial h_{t-1} = \partial L/\partial a_t \cdot w_h$, for the same reason.

# %%
w_x, w_h, b, y = 0.5, 0.8, 0.1, 0.5
xs, hs = [1.0, 0.0, 0.0, -1.0], [0.0]
for x in xs:
    hs.append(float(np.tanh(w_x * x + w_h * hs[-1] + b)))

slope, grad_w_h = {4: hs[4] - y}, 0.0  # slope[t] is ∂L/∂h_t
for t in (4, 3, 2, 1):
    d_a = slope[t] * (1 - hs[t] ** 2)  # 1: ∂L/∂a_t
    grad_w_h += d_a * hs[t - 1]  # 2
    slope[t - 1] = d_a * w_h  # 3


# %% tags=["measure"]
# Compares the slope for w_h with jax.grad, and draws the walk back, a box over each state.
def loss_at(weight):
    h = 0.0
    for x in xs:
        h = jnp.tanh(w_x * x + weight * h + b)
    return (h - y) ** 2 / 2


automatic = float(jax.grad(loss_at)(w_h))
assert abs(grad_w_h - automatic) < 1e-4
print(f"The slope for w_h: {grad_w_h:.3f} by this walk, {automatic:.3f} by jax.grad.")
kept = abs(slope[1] / slope[4])
plots.unrolled(
    np.array(xs)[:, None],
    np.array(hs)[:, None],
    slopes=np.array([[slope[t]] for t in (1, 2, 3, 4)]),
    title=f"Three steps back, {kept:.1%} of the slope is left",
    alt="The states of one unit over four steps and, above each, the slope of the loss at it. "
    "Arrows lead back from the last one, each with its factor: "
    + ", ".join(f"{slope[t]:.2g} at h{t}" for t in (4, 3, 2, 1))
    + ".",
)

# %% [markdown]
# The arrow from $h_t$ to $h_{t-1}$ multiplies by $(1 - h_t^2)\,w_h$, from equations 1 and 3. (A
# loss at every step would add its own slope to each box.)
#
# The factor has two parts, so it can be small in two ways: $w_h$ is small, or $h_t$ is near 1 or
# −1, where tanh is flat. Each step back multiplies by one more such factor. Lesson 02 is about
# their product.

# %% [markdown]
# ## 5. Train it, and judge it
#
# The forecast $\hat y$ is the output of the last step. `vmap` runs the RNN on each window.

# %%
from typing import NamedTuple


class Forecaster(NamedTuple):  # a tuple whose parts have names
    cell: lstm_jax.RNNParams
    w: jax.Array  # (H,)
    b: jax.Array  # one number


def forecast(model, xs):  # (B, T, 1) -> (B,)
    hs = jax.vmap(rnn, in_axes=(None, 0))(model.cell, xs)  # (B, T, H)
    return hs[:, -1] @ model.w + model.b


def loss(model, batch):
    xs, ys = batch
    return ((forecast(model, xs) - ys) ** 2).mean() / 2


# %% [markdown]
# `jax.grad` walks back from the loss through all 48 steps. **Gradient descent** moves each weight
# against its slope, and **Adam** is gradient descent that chooses a step size for each weight. Its
# **learning rate**, 0.001, was chosen inside the training years, because it would be a leak to
# choose it on the test years. Five networks are trained, because the score of one may be luck.

# %%
from lstm_jax.course.data.minibatches import Minibatches
from lstm_jax.course.l01.study import new_forecasters
from lstm_jax.training import adam, fit

draw = Minibatches((jnp.asarray(train_xs), jnp.asarray(train_ys)), size=64)
models = Forecaster(*new_forecasters(jax.random.key(0), hidden_size=32, runs=5))
keys = jax.random.split(jax.random.key(3), 5)  # one for each network
trained = fit(loss, models, draw, key=keys, steps=1000, optimizer=adam(0.001))

# %% [markdown]
# The rivals are two **baselines**, simple forecasts that a network should beat. One is persistence.
# The other is a **linear model**: a weighted sum of the same 48 months, with the weights that fit
# the training years best. Errors are given as RMSE: the root of the MSE, in sunspots.
#
# *The rule.* We judge the median of the five runs against the better rival: the one with the
# smaller test error. The test years hold few sunspot cycles. So we build 2,000 new tests from
# blocks of eleven years in a row, about one cycle each. The blocks are drawn at random from the
# test years, with repetition. In each new test we divide the mean squared error of the RNN by that
# of the rival. If 1 lies within the middle 95 % of the ratios, there is no clear difference.
#
# > **Predict.** Who forecasts the test years best?
# > - (a) persistence
# > - (b) the linear model
# > - (c) the RNN
# > - (d) there is no clear difference between the RNN and the better rival

# %%
guess("best_forecast")

# %% tags=["measure"]
# Scores the three forecasts in the training and in the test years, and gives the verdict.
from lstm_jax.course.statistics import ratio_interval

answers = {"persistence": [baselines.persistence(xs) for xs in (train_xs, test_xs)]}
answers["linear model"] = [baselines.linear((train_xs, train_ys), xs) for xs in (train_xs, test_xs)]
of_runs = [
    jax.jit(jax.vmap(forecast, in_axes=(0, None)))(trained.params, xs) for xs in (train_xs, test_xs)
]
of_runs = [np.asarray(each) for each in of_runs]  # (5, B)
rmses = [baselines.rmse(each, test_ys) for each in of_runs[1]]
middle = int(np.argsort(rmses)[2])  # the median run
answers["RNN, median run"] = [each[middle] for each in of_runs]

truth = [scale.undo(np.asarray(ys)) for ys in (train_ys, test_ys)]
answers = {
    name: [scale.undo(np.asarray(part)) for part in parts] for name, parts in answers.items()
}
error = {
    name: [baselines.rmse(*pair) for pair in zip(parts, truth, strict=True)]
    for name, parts in answers.items()
}
skill = {
    name: [
        baselines.skill(*three) for three in zip(parts, truth, answers["persistence"], strict=True)
    ]
    for name, parts in answers.items()
}
print("                   RMSE: training   test    skill: training   test")
for name in answers:
    of_part = *error[name], *skill[name]
    print("{:18} {:14.1f} {:6.1f} {:18.2f} {:6.2f}".format(name, *of_part))
ahead = np.subtract(*(np.round(skill[name], 2) for name in ("RNN, median run", "linear model")))
print(f"Skill, RNN minus linear model: training {ahead[0]:+.2f}, test {ahead[1]:+.2f}.")
spread = sorted(scale.deviation * each for each in rmses)
print("RMSE of the five runs, test:", ", ".join(f"{each:.1f}" for each in spread))

rival = min(("persistence", "linear model"), key=lambda name: error[name][1])
squared = {name: (said - truth[1]) ** 2 for name, (_, said) in answers.items()}
ratio = ratio_interval(squared["RNN, median run"], squared[rival], block=11 * 12)
level = ratio.low <= 1 <= ratio.high
verdict(
    "best_forecast",
    {
        "a": not level and ratio.value > 1 and rival == "persistence",
        "b": not level and ratio.value > 1 and rival == "linear model",
        "c": not level and ratio.value < 1,
        "d": level,
    },
    f"The squared error of the RNN is {ratio.value:.2f} times that of the {rival}; "
    f"95 % of the ratios lie between {ratio.low:.2f} and {ratio.high:.2f}.",
)

# %% tags=["measure"]
# Draws the last cycles of the test years with the three forecasts.
when = year[-len(test_ys) :]
shown = when > 1985
forecasts = {name: said[shown] for name, (_, said) in answers.items()}
plots.curves(
    when[shown],
    {"observed": truth[1][shown]} | forecasts,
    title=f"RMSE, all test years: persistence {error['persistence'][1]:.1f}, linear "
    f"{error['linear model'][1]:.1f}, RNN {error['RNN, median run'][1]:.1f}",
    xlabel="year",
    ylabel="sunspot number",
    thin=["observed", "persistence"],
    dashed=["persistence"],
    alt="The last cycles of the test years. Persistence repeats the truth a year late. Errors "
    "(RMSE) over all test years: "
    + ", ".join(f"{name} {each[1]:.1f}" for name, each in error.items())
    + ".",
)

# %% [markdown]
# **Notice**
# 1. Persistence has the perfect shape, because it is the truth moved by a year. A forecast that
#    looks right may be no better than the last value, so judge by the number.
# 2. Persistence learns nothing. So the change of its error, from the training to the test years,
#    shows how much harder or easier the test years are. Skills allow for this, so compare skills.
#    If the RNN leads by more in the training years than in the test years, then a part of its lead
#    was learned by heart.
# 3. The linear model shows how much of the skill a weighted sum reaches. Only what
#    the RNN adds to that is a reason to use it.

# %% [markdown] tags=["home"]
# ## 6. Cut the windows yourself
#
# A target that is off by one step makes a forecast look better, or worse, than it is. Here are
# seven values in windows of three, with a horizon of two steps from the last value to the
# target:

# %%
small_xs, small_ys = windows(np.arange(10.0, 17.0), length=3, horizon=2)
for window, target in zip(small_xs, small_ys, strict=True):
    print(window[:, 0], "->", target)

# %% [markdown]
# ### Your turn: `make_windows`
#
# Write the function that cuts the windows. About 5 lines; `hint("make_windows")` helps.


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
# Your function cuts windows for any horizon. So here is the linear model of section 5, one month,
# twelve months and 66 months ahead (66 is half a cycle of the sun):

# %%
cut = mine(make_windows, otherwise=stand_ins.make_windows)
horizons = (1, 12, 66)
known = [cut(jnp.asarray(scale.apply(train)), 48, horizon) for horizon in horizons]
asked = [cut(jnp.asarray(scale.apply(test)), 48, horizon) for horizon in horizons]

# %% tags=["measure"]
# Scores persistence and the linear model at each horizon, in the test years.
known, asked = ([tuple(map(np.asarray, each)) for each in part] for part in (known, asked))
assert np.allclose(known[1][0], train_xs[:, :, 0])
assert np.allclose(known[1][1], train_ys)
print("months ahead   RMSE: persistence   linear model   skill of the linear model")
for horizon, of_train, (xs, ys) in zip(horizons, known, asked, strict=True):
    answer, last = baselines.linear(of_train, xs), xs[:, -1]
    rmse = [scale.deviation * baselines.rmse(each, ys) for each in (last, answer)]
    gone = baselines.skill(answer, ys, last)
    print(f"{horizon:12} {rmse[0]:19.1f} {rmse[1]:14.1f} {gone:27.2f}")

# %% [markdown]
# **Notice.** Skill compares with persistence at the same horizon. So a forecast may have a larger
# error and more skill, where persistence is worse still.

# %% [markdown] tags=["home"]
# ## 7. Walk back with many units
#
# ### Your turn: `bptt`
#
# Section 4 walks back through one unit. The function below does so for $H$ units, and it has two
# gaps. Equation 2 needs a matrix made of two vectors. In equation 3, entry i sums row i of `w_h`
# times `d_a`. (`m.T` is a transposed matrix; `hint("bptt")` helps.) After the check, networks train
# with what you write.


# %% tags=["substantial"]
def bptt(params, xs, d_h):
    """The slopes of a loss for w_x, w_h and b, from its slope d_h (H,) at the last state."""
    hs = lstm_jax.trace(params, xs).h  # (T+1, H): h_0 to h_T
    grad_w_x, grad_w_h, grad_b = (jnp.zeros_like(weights) for weights in params)
    for t in range(len(xs), 0, -1):
        d_a = d_h * (1 - hs[t] ** 2)  # 1
        grad_w_x = grad_w_x + jnp.outer(xs[t - 1], d_a)  # 2 (xs[t - 1] is x_t)
        grad_b = grad_b + d_a  # 2
        ### BEGIN SOLUTION
        grad_w_h = grad_w_h + jnp.outer(hs[t - 1], d_a)  # 2
        ### END SOLUTION
        ### BEGIN SOLUTION
        d_h = params.w_h @ d_a  # 3
        ### END SOLUTION
    return lstm_jax.RNNParams(grad_w_x, grad_w_h, grad_b)


# %%
check("bptt", bptt)

# %% [markdown]
# Here the five networks of section 5 begin again, untrained. They take 50 steps of gradient descent
# with your gradient.

# %% tags=["measure"]
# Compares your gradient with jax.grad, and takes 50 steps of gradient descent with it.
walk_back = mine(bptt, otherwise=stand_ins.bptt)


@jax.jit
def gradient(model, batch):
    xs, ys = batch
    h = jax.vmap(rnn, in_axes=(None, 0))(model.cell, xs)[:, -1]  # (B, H)
    error = h @ model.w + model.b - ys  # (B,)
    parts = jax.vmap(walk_back, in_axes=(None, 0, 0))(model.cell, xs, error[:, None] * model.w)
    parts = Forecaster(parts, error[:, None] * h, error)  # one row a window
    return jax.tree.map(lambda rows: rows.mean(axis=0), parts)  # the mean, in each array


stepped = models
by_hand = jax.jit(jax.vmap(gradient, in_axes=(0, None)))
by_jax = jax.jit(jax.vmap(jax.value_and_grad(loss), in_axes=(0, None)))

batch = draw(jax.random.key(1))
before, expected = by_jax(stepped, batch)
pairs = zip(jax.tree.leaves(by_hand(stepped, batch)), jax.tree.leaves(expected), strict=True)
gap = max(float(jnp.abs(hand - auto).max()) for hand, auto in pairs)
assert gap < 1e-5
print(f"This gradient and jax.grad differ by {gap:.0e} at most.")

for key in jax.random.split(jax.random.key(2), 50):
    slopes = by_hand(stepped, draw(key))
    stepped = jax.tree.map(lambda weights, slope: weights - 0.1 * slope, stepped, slopes)
after, _ = by_jax(stepped, batch)
print(f"Median loss of the five: {np.median(before):.2f} before, {np.median(after):.2f} after.")

# %% [markdown]
# At the last state, the slope of the loss is the error $\hat y - y$ times the readout's weights.
# From there on, equation 2 adds a matrix to the gradient of $W_h$ for each month. Take the norm of
# each such matrix, and its mean over every fourth test window. Then add the norms up by year. (The
# first month adds nothing, because $h_0 = 0$.)
# The five networks are untrained, with 32 units and gain 1. We judge the median of their shares.
#
# > **Predict.** Which share of the whole sum comes from the last of the four years?
# > - (a) less than a half
# > - (b) from a half to nine tenths
# > - (c) more than nine tenths

# %%
guess("months_of_gradient")

# %% tags=["measure"]
# Splits the gradient into the parts of the 48 months, in every fourth test window; draws the norms.
from lstm_jax.course.l01.study import gradient_by_step


@jax.jit
def norms_by_month(model, xs, ys):
    hs = jax.vmap(rnn, in_axes=(None, 0))(model.cell, xs)  # (B, T, H)
    d_h = (hs[:, -1] @ model.w - ys)[:, None] * model.w
    return jax.vmap(gradient_by_step, in_axes=(None, 0, 0))(model.cell, xs, d_h).mean(axis=0)


norms, years = {}, {}
for gain in (1.0, 0.9, 1.2, 2.0):
    with_gain = models._replace(cell=models.cell._replace(w_h=gain * models.cell.w_h))
    each = jax.vmap(norms_by_month, in_axes=(0, None, None))(with_gain, test_xs[::4], test_ys[::4])
    norms[gain] = np.asarray(each)[:, ::-1]  # (5, T), the last month first
    by_year = norms[gain].reshape(5, 4, 12).sum(axis=2)
    years[gain] = by_year / by_year.sum(axis=1, keepdims=True)  # (5, 4)
share = {gain: np.median(each, axis=0) for gain, each in years.items()}
last, parts = share[1.0][0], np.median(norms[1.0], axis=0)
verdict(
    "months_of_gradient",
    {"a": last < 0.5, "b": 0.5 <= last <= 0.9, "c": last > 0.9},
    "The last year, in the five networks: "
    + ", ".join(f"{each:.0%}" for each in sorted(years[1.0][:, 0]))
    + ".",
)
for gain in (0.9, 1.2, 2.0):
    print(f"With gain {gain}: last year {share[gain][0]:.1%}, first year {share[gain][3]:.1%}.")
plots.curves(
    np.arange(len(parts)),
    {"median of five networks": parts},
    title=f"{last:.0%} of the sum of norms comes from the last year",
    xlabel="how long ago the month was, months",
    ylabel="norm of its part of ∂L/∂W$_h$ (log)",
    alt="What each of 48 steps adds to the gradient of W_h, on a logarithmic axis, from "
    f"{parts[0]:.2g} at the last step to {parts[-2]:.1g} near the first. The last year gives "
    f"{last:.0%} of their sum.",
    log=True,
)

# %% [markdown]
# The picture has gain 1, and the lines above it have other gains. A larger gain makes $W_h$ larger,
# and it may make the slope of tanh smaller. Lesson 02 shows which of the two wins.

# %% [markdown] tags=["home"]
# ## 8. What the state holds
#
# Take all test windows that end near 80, that is between 70 and 90. Some are *rising*: the mean of
# the last six months is larger than that of the same six months a year earlier. The others are
# *falling*.
# Persistence forecasts about the same for both. Below, the five runs have to agree on one option.
# If they do not, it is too close to call.
#
# > **Predict.** What does the RNN forecast, on average?
# > - (a) about the same for both: the means differ by less than 5
# > - (b) at least 5 more where the number rises
# > - (c) at least 5 less where the number rises

# %%
guess("rising_or_falling")

# %% tags=["measure"]
# Compares the forecasts of all five runs for rising and falling windows that end near 80.
spots = scale.undo(test_xs[:, :, 0])  # (B, T)
rise = spots[:, -6:].mean(axis=1) - spots[:, -18:-12].mean(axis=1)  # half a year, a year apart
near_80 = np.abs(spots[:, -1] - 80) < 10
groups = {"rising": near_80 & (rise > 0), "falling": near_80 & (rise < 0)}
print("mean of   windows   last input   linear model   RNN, median run   observed")
means = {}
for name, group in groups.items():
    columns = *(answers[model][1] for model in answers), truth[1]  # persistence is the last input
    means[name] = [float(column[group].mean()) for column in columns]
    numbers = name, group.sum(), *means[name]
    print("{:8} {:8} {:12.0f} {:14.0f} {:17.0f} {:11.0f}".format(*numbers))
said = [scale.undo(run) for run in of_runs[1]]
gaps = np.array([each[groups["rising"]].mean() - each[groups["falling"]].mean() for each in said])
options = {"a": np.abs(gaps) < 5, "b": gaps >= 5, "c": gaps <= -5}
verdict(
    "rising_or_falling",
    {letter: holds.all() for letter, holds in options.items()},
    "Rising minus falling, in the five runs: " + ", ".join(f"{gap:+.0f}" for gap in gaps) + ".",
    tie=not any(holds.all() for holds in options.values()),
)

# %% tags=["measure"]
# Draws the mean rising and the mean falling window, with the forecasts of the median run.
steepest = [
    np.where(groups["rising"], rise, -np.inf).argmax(),
    np.where(groups["falling"], rise, np.inf).argmin(),
]
pair = jnp.asarray(test_xs[steepest]).at[:, -1].set(scale.apply(80.0))
judged = jax.tree.map(lambda array: array[middle], trained.params)
states = jax.vmap(rnn, in_axes=(None, 0))(judged.cell, pair)[:, -1]  # (2, H)
opposite = int((jnp.sign(states[0]) != jnp.sign(states[1])).sum())
up, down = scale.undo(np.asarray(forecast(judged, pair)))
print("The steepest rise and the steepest fall, with the last input of both set to exactly 80:")
print(
    f"forecasts {up:.0f} and {down:.0f}; {opposite} of 32 units differ in sign in the last state."
)
months = np.arange(-47, 13)
lines = {}
for name, group in groups.items():
    window = spots[group].mean(axis=0)
    ahead = np.linspace(window[-1], means[name][2], 13)
    lines[name] = np.concatenate([window, np.full(12, np.nan)])
    lines[f"{name}: forecast"] = np.concatenate([np.full(47, np.nan), ahead])
plots.curves(
    months,
    lines,
    title=f"Both end near 80; the RNN forecasts {means['rising'][2]:.0f} and "
    f"{means['falling'][2]:.0f}",
    xlabel="month, 0 is the last input",
    ylabel="sunspot number",
    dashed=[name for name in lines if name.endswith("forecast")],
    alt="The mean of the rising windows and that of the falling ones, over 48 months. They end at "
    f"{means['rising'][0]:.0f} and {means['falling'][0]:.0f}. A dashed line leads from each to the "
    f"mean forecast of the RNN, 12 months later: {means['rising'][2]:.0f} and "
    f"{means['falling'][2]:.0f}.",
)

# %% [markdown]
# **Notice**
# 1. The last input is about the same in both groups. So if the forecasts differ, the state holds
#    more than the last input.
# 2. The linear model has all 48 months before it at once. The RNN has only its last state.

# %% [markdown]
# ## Summary
#
# Cut a series in time before you cut windows, and take the scale from the training part. Otherwise
# information from the test years can reach the training. An RNN is one step, used at every time
# with the same weights. BPTT walks back from the loss, and each step back multiplies by one more
# factor. Judge a network against baselines, which are simple forecasts such as persistence. Next,
# [lesson 02](02_vanishing_gradients.ipynb) shows what the product of factors does to a long memory.

# %% [markdown] tags=["home"]
# ## To take home
#
# 1. The target lies 12 months after the window. How many windows does a series of 100 months give,
#    with a length of 48?
# 2. The loss uses the outputs of *all* steps. Which line of `bptt` changes, and how?
# 3. Open: the sun has about 11 years a cycle, and our windows have 4. What would you try, and on
#    which years would you compare?
#
# **What you can now read**
# - J. Elman, "Finding structure in time", Cognitive Science, 1990: what small RNNs learn.
# - P. Werbos, "Backpropagation through time: what it does and how to do it", Proceedings of the
#   IEEE, 1990.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# **Answers, with the numbers behind them**
# - *Pulse: (b).* With gain 0.5 about 5e-17 is left. With 1.5 the norm is 1.4 times as large. Seven
#   of the eight seeds of the explorer give (b), with 1.3 to 1.98; seed 4 gives (a), with 2.07. The
#   task: 0.95, with all eight.
# - *Leak: (c).* Cut in time +0.18, shuffled +0.47, purged +0.29. Ten other deals of the windows
#   gave 0.47 to 0.50 and 0.28 to 0.36, so always (c). Overlap explains a part of the gain. Most of
#   the rest comes with training windows that lie after the test: where these are left out too, four
#   deals gave 0.18 to 0.25.
# - *Who wins: (d).* Five times five runs, each with other seeds, always gave (d): the ratio was
#   0.92 to 1.01, and its interval always held 1, such as 0.80 to 1.07. So sixty test years cannot
#   tell. The learning rate was chosen by training on the years to 1895 and comparing on those to
#   1944, three times five runs each. The median errors there were 20.5 to 21.9 with 0.0005, 0.001
#   and 0.002, which are level, 21.0 to 22.3 with 0.004, and 22.7 to 25.1 with 0.008. The linear
#   model had 20.7. With the penalty on its weights that is best there (20.1), its test error is
#   31.2 in place of 30.7.
# - *Months, at home: (b).* The median of the five networks is 79 %. Ten times five other first
#   weights always gave (b), with medians from 77 to 84 % (single networks 71 to 89 %). This is a
#   share of summed norms; of the gradient itself (projected on its direction) the last year gives
#   about 95 %. With gain 2 the first year gives 74 %, with gain 1.2 no year gives more than half.
# - *Rising or falling, at home: (b)*, in all five runs of the lesson, and in five times five runs
#   with other seeds, with gaps of 26 to 41; that of the linear model is 40.
#
# **Wrong answers to expect**
# - *Pulse: (a).* It would grow without end if there were no tanh. How large can eight numbers
#   between −1 and 1 be together?
# - *Leak: (a).* Draw two windows that start one month apart, and count the months they share.
# - *Who wins: (c).* In the training years the RNN is clearly ahead. Point at the column beside it.
# - *The picture of section 3: "four layers".* Point at the labels of the arrows: they are the same.
# - *Months: (c), from the picture of section 4.* There one unit keeps 31 % in three steps. With 32
#   units and gain 1, the norms shrink by 0.86 a step: ask for 0.86 to the power of 12.
# - *Section 4, $w_h = 3$: "the slope grows".* Only 0.1 % is left, because $h_2$ to $h_4$ are near
#   1, and so $1 - h_t^2$ is small.
# - `rnn_step`: `params.w_x @ x` raises an error about shapes. In the equation the vector stands
#   first.
# - `bptt`: most often $W_h$ is used the wrong way round in equation 3, or $h_t$ stands for
#   $h_{t-1}$. The check names both. The shapes do not: in equation 3 both ways give `(H,)`.
#
# **When time is short** show the table of section 5 without its question, and leave out the
# explorer's task. Keep the leak and the table: they are what is most often got wrong later.
#
# **Homework**: sections 6, 7 and 8. No cell of the core needs them. In section 6 the student's
# windows score the linear model at three horizons; in section 7 five networks take 50 steps with
# the student's gradient. Expect 15 minutes for `make_windows` and 20 for `bptt`. Question 1 to take
# home: 41. Question 2: `d_h` gets the slope of the loss of step t−1 added, after equation 3.
# Question 3: compare on the last of the training years, because a choice on the test years leaks.
