# %% [markdown]
# # 02 Vanishing gradients
#
# A recurrent network can read a sequence of any length. Whether it can *learn* from what it read
# long ago is another question. Here you measure how far the gradient gets, and why.
#
# **You will be able to**
# - say why a long chain of factors goes to 0 or to infinity, and after how many steps,
# - compute how much of a small change at step $t$ is left at the last step $T$,
# - read a map that shows which inputs an output still feels,
# - say what the norm of the recurrent matrix promises, and what it does not,
# - clip a gradient, and say what clipping cannot mend.

# %%
import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
from IPython.display import display

from lstm_jax import gradient_flow, influence, init_rnn, run, step, trace
from lstm_jax.course import GradientExplorer, check, guess, hint, plots, progress, sunspots, verdict
from lstm_jax.course.data.windows import fit_scale, split, windows

# %% [markdown]
# ## 1. How much gets through
#
# Change the state $h_t$ of a network a little. All later states change with it, some more, some
# less. How much of the change is left in the last one, $h_T$, at most? A gradient goes the same way
# back: what the loss wants of $h_T$ reaches $h_t$ times the same factor. Where that is nearly 0,
# nothing is learned from step $t$.
#
# The explorer draws that factor for every $t$, on a logarithmic axis: each line across is 1,000
# times the one below. The orange curve is an untrained RNN with 8 units that reads 100 months of
# sunspots. The blue ones are an LSTM, the network that lessons 03 to 07 build; leave it alone for
# now. Move the **gain**: as in lesson 01, it is how strongly the old state goes into the new one.
#
# > **Predict.** The gain goes from 0.8 to 1.5, not even twice as much. What happens to the part of
# > the RNN's gradient that reaches $t = 0$?
# > - (a) it doubles, or nearly
# > - (b) it grows 100 times: one step counts little, but there are 100 of them
# > - (c) it grows more than a billion times

# %%
guess("gain_and_gradient")

# %% [markdown]
# Press *keep as baseline*, and the curves stay, paler, while you try another gain, another seed, or
# half the length.

# %%
explorer = GradientExplorer(gain=0.8)
explorer

# %% [markdown]
# The same two settings, made in Python. `gradient_flow()` gives the curves of the explorer.

# %%
left = {}
for gain in (0.8, 1.5):
    left[gain] = float(GradientExplorer(gain=gain).gradient_flow().rnn.total[0])
    print(f"gain {gain}: {left[gain]:.1e} is left after 100 steps")

grown = left[1.5] / left[0.8]
answer = "(c)" if grown > 1e9 else "(b)" if grown > 10 else "(a)"
verdict("gain_and_gradient", answer, f"It is {grown:.0e} times as much.")

yours, steps = explorer.gradient_flow().rnn.total, explorer.length  # (T+1,) and T
print(
    f"Your explorer: gain {explorer.gain:g}, {yours[0]:.1e} after {steps} steps, "
    f"a typical factor of {yours[0] ** (1 / steps):.2f} a step"
)

# %% [markdown]
# **Notice**
# - With gain 0.8 the curve is nearly a straight line. On this axis that is what many equal factors
#   look like.
# - Half the length, and the *exponent* is about halved.
# - With another seed the same gain may do something else. Sections 3 and 4 say what the factors
#   are made of.

# %% [markdown]
# ## 2. What every month gets to say
#
# From here on the networks are larger. The input is again the monthly sunspot number, brought to
# mean 0 and standard deviation 1 on the first 80 % of the series. Most of this lesson looks at the
# first ten years: $T = 120$ steps of $D = 1$ number, read by $H = 16$ units.

# %%
T, H = 120, 16
past, _ = split(sunspots().number, 0.8)
past = fit_scale(past).apply(past)
xs, target = jnp.asarray(past[:T, None]), jnp.asarray(past[T])  # (T, 1), (); target: the next month
back = np.arange(T + 1)  # months back from the last one: 0, 1, ..., T

print(f"xs {xs.shape}: 1749 to 1758, from {xs.min():.2f} to {xs.max():.2f}")

# %% [markdown]
# One matrix $W_h$ is used at all $T$ steps. So its gradient is a sum of $T$ terms, one for each
# use:
#
# $$\frac{\partial L}{\partial W_h} = \sum_{s=1}^{T} \Delta_s ,
# \qquad \Delta_s = \text{the term of step } s, \text{ shape } (H, H)$$
#
# The update of $W_h$ follows this sum. A month whose term is tiny has no say in what is learned.
#
# > **Predict.** An untrained RNN reads 120 months and forecasts the next one. How many of the 120
# > terms make up 99 % of their total size?
# > - (a) about 110
# > - (b) about 60
# > - (c) about 20
# > - (d) fewer than 5

# %%
guess("terms_that_count")

# %% [markdown]
# To see single terms, give each step its own copy of $W_h$ and ask for the gradient of each copy.


# %%
@jax.jit
def terms(params, xs, target):
    """The T terms of the gradient of the loss with respect to w_h: (T, H, H)."""

    def loss(copies):
        def advance(h, step):
            x, w_h = step
            return jnp.tanh(x @ params.w_x + h @ w_h + params.b), None

        h, _ = jax.lax.scan(advance, jnp.zeros(H), (xs, copies))
        return (h.mean() - target) ** 2  # the forecast is the mean of the units

    return jax.grad(loss)(jnp.broadcast_to(params.w_h, (T, H, H)))


@jax.jit
def whole_gradient(params, xs, target):
    """The same gradient at once, with one w_h for all steps."""

    def loss(w_h):
        _, h = run(params._replace(w_h=w_h), xs)
        return (h.mean() - target) ** 2

    return jax.grad(loss)(params.w_h)


params = init_rnn(jax.random.key(0), 1, H, gain=0.8)
by_step = np.asarray(terms(params, xs, target))
whole = np.asarray(whole_gradient(params, xs, target))
difference = np.abs(by_step.sum(0) - whole).max() / np.abs(whole).max()
assert difference < 1e-4
print(f"sum of the {T} terms against the whole gradient: relative difference {difference:.1e}")

# %%
sizes = np.linalg.norm(by_step, axis=(1, 2))[::-1]  # the last month first
enough = int(np.argmax(np.cumsum(sizes) >= 0.99 * sizes.sum())) + 1
options = {"(a)": 110, "(b)": 60, "(c)": 20}
nearest = min(options, key=lambda option: abs(enough - options[option]))
verdict(
    "terms_that_count",
    "(d)" if enough < 5 else nearest,
    f"99 % of the total size comes from the last {enough} of {T} months.",
)
print(f"the term of 100 months back is {sizes[100] / sizes[0]:.1e} of that of the last month")

plots.curves(
    back[:T],
    {"term": sizes},
    title=f"The last {enough} months write the update",
    xlabel="months back from the last one",
    ylabel="size of the term Δ$_s$, no unit",
    alt=f"The terms of the last {enough} of {T} months hold 99 % of the total; the rest lie on 0.",
)

# %% [markdown]
# **Notice**
# - The sum is right: no term is left out. The far terms are there, and they are almost nothing.
# - The rhythm of the sunspots takes about 132 months. The update follows the most recent ones.
# - On this axis everything far back reads 0. It is not 0. From here on the axis is logarithmic.

# %% [markdown]
# ## 3. One unit: a product of numbers
#
# Start with numbers. Multiply by the same factor again and again:

# %%
print("factor     after 10   after 100  after 1000")
for factor in (0.5, 0.9, 0.99, 1.0, 1.01, 1.1):
    print(f"{factor:<8}", *(f"{factor**n:10.2g}" for n in (10, 100, 1000)))

# %% [markdown]
# The *number* of factors grows in proportion to the number of steps. Their *product* is
# exponential in it.
#
# **Your turn.** A factor of 0.9 sounds harmless. After how many steps is less than 1 % left?
# `reach` turns a factor into that number of steps. About 1 line; `hint("reach")` helps.


# %%
def reach(factor, threshold):
    """The first whole number n of steps at which factor**n is below threshold (both in (0, 1))."""
    ### BEGIN SOLUTION
    return math.ceil(math.log(threshold) / math.log(factor))
    ### END SOLUTION


# %%
check("reach", reach)

# %% [markdown]
# Now the factor of a real step. An RNN with one unit has two numbers for weights,
# $w_x$ and $w$:
#
# $$h_t = \tanh(a_t), \quad a_t = w_x x_t + w\,h_{t-1}
# \qquad\Rightarrow\qquad \frac{\partial h_t}{\partial h_{t-1}} = w \cdot \tanh'(a_t)
# = w\,(1 - h_t^2)$$
#
# $$\frac{\partial h_T}{\partial h_t} = \prod_{k=t+1}^{T} w\,(1 - h_k^2)
# \qquad T - t \text{ factors}$$
#
# A factor has two parts: the weight $w$, which is fixed, and the slope of tanh, which is at most 1
# and small where $h$ is near $-1$ or $1$.
#
# > **Predict.** Four units with $w = 0.5,\ 0.9,\ 1.2,\ 3$ read the sunspots. Which one loses its
# > gradient fastest?
# > - (a) 0.5
# > - (b) 0.9
# > - (c) 1.2
# > - (d) 3

# %%
guess("first_to_vanish")


# %%
@jax.jit
def one_unit(w, h_0, xs):
    """The states after each step, shape (T,), with w_x = 0.5."""

    def advance(h, x):
        h = jnp.tanh(0.5 * x + w * h)
        return h, h

    return jax.lax.scan(advance, h_0, xs[:, 0])[1]


last_slope = jax.grad(lambda h_0, w, xs: one_unit(w, h_0, xs)[-1])

products = {}
for w in (0.5, 0.9, 1.2, 3.0):
    h = np.asarray(one_unit(w, 0.0, xs))
    factors = w * (1 - h[::-1] ** 2)  # from the last step backwards
    product = np.concatenate([[1.0], np.cumprod(factors)])
    products[f"w = {w:g}"] = product

    typical = np.exp(np.log(factors).mean())
    by_jax = last_slope(h[-13], w, xs[-12:])  # through the last 12 months
    difference = abs(product[12] / by_jax - 1)
    assert difference < 1e-3
    print(
        f"w = {w:<4g} mean slope of tanh {np.mean(1 - h**2):.3f}, typical factor {typical:.3f}; "
        f"relative difference from jax.grad {difference:.0e}"
    )

left = {name: product[24] for name, product in products.items()}
fastest = min(left, key=left.get)
answer = dict(zip(left, ("(a)", "(b)", "(c)", "(d)"), strict=True))[fastest]
verdict(
    "first_to_vanish", answer, f"The unit with {fastest} keeps {left[fastest]:.1e} after 24 months."
)

plots.curves(
    back[:61],
    {name: product[:61] for name, product in products.items()},
    title=f"Fastest to vanish: {fastest}",
    xlabel="months back from the last one",
    ylabel="|∂h$_T$/∂h$_t$|, no unit",
    alt="Left after 24 months: " + ", ".join(f"{name} {v:.1e}" for name, v in left.items()) + ".",
    log=True,
    ylim=(1e-20, 1e3),
)

# %% [markdown]
# **Notice**
# - Equal factors would make a straight line on this axis. The lines bend because the sunspots move
#   the slope of tanh: the data sets the factors too, not only the weight.
# - "Numbers smaller than 1" is half of the story. The weight may be above 1, and the slope of tanh
#   pulls the factor below 1 again.
# - The largest weight loses its gradient fastest. With $w = 3$ the unit sits near $-1$ or $1$,
#   where tanh is flat. It holds its value very well, and learns nothing from what came before.
# - The cell checks itself: over 12 months each product equals what `jax.grad` finds.

# %% [markdown]
# ## 4. Many units: a product of matrices
#
# With $H$ units a small change of the old state moves every new unit. That is a table of $H \times
# H$ slopes, the Jacobian $J_t$:
#
# $$J_t = \frac{\partial h_t}{\partial h_{t-1}}, \qquad
# J_t[i, j] = \frac{\partial h_t[i]}{\partial h_{t-1}[j]}, \qquad
# \frac{\partial h_T}{\partial h_t} = J_T\, J_{T-1} \cdots J_{t+1}$$
#
# **Your turn.** Write one such factor. Every entry is the slope of the new unit's tanh times one
# weight, as in section 3. About 2 lines; `hint("step_jacobian")` helps.


# %%
def step_jacobian(params, h_prev, x):
    """J[i, j] = ∂h_t[i] / ∂h_{t-1}[j], shape (H, H), for h_t = tanh(x w_x + h_prev w_h + b)."""
    ### BEGIN SOLUTION
    h = jnp.tanh(x @ params.w_x + h_prev @ params.w_h + params.b)
    return (1 - h**2)[:, None] * params.w_h.T
    ### END SOLUTION


# %%
check("step_jacobian", step_jacobian)

# %% [markdown]
# A matrix has no single size. Ask the hardest question: of all small changes of $h_t$ with length
# 1, how long is the longest that arrives at $h_T$? This is the largest singular value
# $\sigma_{\max}$ of the product, written $\lVert \partial h_T / \partial h_t \rVert$.
# `gradient_flow` computes it for every $t$; it is what the explorer of section 1 draws. Here it
# meets the Jacobian of the whole run, which JAX finds without our formula:

# %%
flow = gradient_flow(params, xs).total  # (T+1,)
whole = jax.jacrev(lambda h: run(params, xs, h)[1])(jnp.zeros(H))  # (H, H)
difference = abs(flow[0] - np.linalg.norm(whole, 2)) / flow[0]
assert difference < 1e-3
print(f"{flow[0]:.2e} is left after {T} months; relative difference {difference:.1e}")

# %% [markdown]
# `init_rnn(key, D, H, gain=...)` makes $W_h$ a random rotation (or its mirror image) times the
# gain. So *all* singular values of $W_h$ equal the gain: no direction is shrunk or stretched more
# than another.
#
# > **Predict.** Gains 0.8, 1, 1.25 and 2, ten random networks each, 120 months. For which gains
# > is the typical network left with at least 1 % of its gradient?
# > - (a) 1, 1.25 and 2
# > - (b) 1.25 and 2
# > - (c) only 2
# > - (d) only 1

# %%
guess("enough_gain")

# %%
keys = jax.random.split(jax.random.key(2), 10)
flows = jax.jit(jax.vmap(lambda params, xs: gradient_flow(params, xs).total, in_axes=(0, None)))


def draw(keys, gain):
    """One network a key, stacked: axis 0 of every array counts the networks."""
    networks = [init_rnn(key, 1, H, gain=gain) for key in keys]
    return jax.tree.map(lambda *arrays: np.stack(arrays), *networks)


def first(networks):
    """The first of stacked networks."""
    return jax.tree.map(lambda array: array[0], networks)


medians = {}
print("gain   left after 120 months: lowest, median and highest of 10 networks")
for gain in (0.8, 1.0, 1.25, 2.0):
    totals = np.asarray(flows(draw(keys, gain), xs))  # (10, T+1)
    medians[f"gain {gain:g}"] = np.median(totals, axis=0)[::-1]
    start = totals[:, 0]
    print(f"{gain:<6g} {start.min():10.1e} {np.median(start):10.1e} {start.max():10.1e}")

keeps = [name for name, median in medians.items() if median[-1] >= 0.01]
answer = {
    "gain 1, gain 1.25, gain 2": "(a)",
    "gain 1.25, gain 2": "(b)",
    "gain 2": "(c)",
    "gain 1": "(d)",
}.get(", ".join(keeps), "none of these")
verdict("enough_gain", answer, f"At least 1 % is left with {', '.join(keeps) or 'none of them'}.")

plots.curves(
    back,
    medians,
    title="A gain of 1 is not enough to keep the gradient",
    xlabel="months back from the last one",
    ylabel="‖∂h$_T$/∂h$_t$‖, no unit",
    alt="Median of ten networks, left after 120 months: "
    + ", ".join(f"{name} {m[-1]:.1e}" for name, m in medians.items()),
    log=True,
)

# %% [markdown]
# **Notice**
# - Below 1 every network loses its gradient. At exactly 1 too: $W_h$ keeps all lengths, but tanh
#   takes a little at each step.
# - Above 1 it may grow without end. This is an *exploding* gradient.
# - Look at the lowest and the highest network at 1.25. The same gain, another random rotation, and
#   the gradient vanishes or grows. Keep that in mind for section 7.

# %% [markdown]
# ## 5. Who still feels whom: the influence map
#
# So far only the last step asked. Let every output $h_t$ ask every input $x_s$:
#
# $$M[t, s] = \left\lVert \frac{\partial h_t}{\partial x_s} \right\rVert_F ,
# \quad \text{shape } (T, T), \qquad M[t, s] = 0 \text{ for } s > t$$
#
# $\lVert\cdot\rVert_F$ is the root of the sum of squares. Row $t$: what this output feels. The
# diagonal: each month feels itself.
#
# > **Predict.** How many months back does an untrained RNN with gain 0.8 feel the sunspots, down
# > to 1 %?
# > - (a) about 15
# > - (b) about 40
# > - (c) about 80
# > - (d) all 120

# %%
guess("months_felt")

# %%
maps = {gain: np.asarray(influence(first(draw(keys, gain)), xs)) for gain in (0.8, 1.0, 1.5)}
remaining = {  # what is left of the influence n months back, the median over all outputs
    gain: np.array([np.median(np.diagonal(m, -n) / np.diagonal(m)[n:]) for n in range(T)])
    for gain, m in maps.items()
}
felt = {gain: int(np.argmax(left < 0.01)) or T for gain, left in remaining.items()}
for gain, months in felt.items():
    print(f"gain {gain:<4g} felt above 1 %: " + (f"{months} months" if months < T else "all"))

options = {"(a)": 15, "(b)": 40, "(c)": 80, "(d)": T}
answer = min(options, key=lambda option: abs(felt[0.8] - options[option]))
verdict("months_felt", answer, f"With gain 0.8 it feels {felt[0.8]} months, down to 1 %.")

for gain in (0.8, 1.5):
    reached = f"{felt[gain]} months" if felt[gain] < T else "all the past"
    display(
        plots.influence_map(
            maps[gain],
            title=f"Gain {gain}: outputs feel {reached}",
            alt=f"With gain {gain} each of the {T} outputs feels {reached}, down to 1 %.",
        )
    )

# %% [markdown]
# **Notice**
# - Gain 0.8: a band along the diagonal. The band does not get wider later. A longer sequence does
#   not help.
# - Two distant months do not influence each other in this network, so nothing that happens in
#   training can easily connect them. One sunspot cycle is about 132 months.
# - Gain 1.5: the triangle is full. But a month long ago weighs as much as last month, or more.

# %% [markdown]
# ## 6. A deep net beside a long RNN
#
# Unroll an RNN and you see a deep net, with two peculiarities: every layer has the *same* matrix,
# and every layer reads one more input.
#
# $$\text{deep net: } h_n = \tanh(h_{n-1} W_n + u_n) \qquad
# \text{RNN: } h_n = \tanh(h_{n-1} W_h + u_n), \quad u_n = x_n W_x$$
#
# One function serves both. The net has 20 layers, each with its own rotation. The RNN has 120
# steps. The gain is 0.9 in both.
#
# > **Predict.** After 20 multiplications, which one has lost more?
# > - (a) the deep net, by far
# > - (b) the RNN, by far
# > - (c) both about the same

# %%
guess("deep_or_long")


# %%
def layer(h, w, u):
    """One layer of the net, or one step of the RNN."""
    return jnp.tanh(h @ w + u)


layer_jacobian = jax.jit(jax.jacrev(layer))


def norms_back(ws, us, h):
    """‖∂h_N/∂h_n‖ for n = N, N-1, ..., 0, from matrices ws (N, H, H) and inputs us (N, H)."""
    jacobians = []
    for w, u in zip(ws, us, strict=True):
        jacobians.append(layer_jacobian(h, w, u))
        h = layer(h, w, u)
    product, norms = np.eye(H), [1.0]
    for jacobian in reversed(jacobians):
        product = product @ np.asarray(jacobian)
        norms.append(np.linalg.norm(product, 2))
    return np.array(norms)


L, gain = 20, 0.9
rnn = first(draw(keys, gain))
layers = draw(jax.random.split(jax.random.key(3), L), gain).w_h  # (L, H, H)

deep = norms_back(layers, np.zeros((L, H), np.float32), past[:H])  # its input: 16 months at once
long = norms_back([rnn.w_h] * T, past[:T, None] @ rnn.w_x, np.zeros(H, np.float32))
assert np.allclose(long[::-1], gradient_flow(rnn, xs).total, rtol=1e-2)

for name, norms in {"deep net": deep, "RNN": long}.items():
    n = np.arange(len(norms))
    line = np.polyfit(n, np.log10(norms), 1)
    straight = np.corrcoef(n, np.log10(norms))[0, 1] ** 2
    print(
        f"{name:9} {len(n) - 1:3} factors, {10 ** line[0]:.3f} each; "
        f"R² of a straight line {straight:.4f}; left {norms[-1]:.1e}"
    )

ratio = deep[L] / long[L]
answer = "(a)" if ratio < 0.1 else "(b)" if ratio > 10 else "(c)"
verdict("deep_or_long", answer, f"{L} layers leave {deep[L]:.1e}, {L} steps leave {long[L]:.1e}.")

plots.curves(
    back,
    {
        f"RNN, {T} steps": long,
        f"deep net, {L} layers": np.concatenate([deep, np.full(T - L, np.nan)]),
    },
    title="Same law; the RNN has more factors",
    xlabel="layers or steps back from the output",
    ylabel="gradient that arrives, no unit",
    alt=f"{L} layers leave {deep[-1]:.1e}, {L} steps {long[L]:.1e}, {T} steps {long[-1]:.1e}.",
    log=True,
)

# %% [markdown]
# **Notice**
# - Two almost straight lines on a log axis. The number of factors is linear in layers and in steps,
#   so the gradient is exponential in both.
# - An RNN is not worse *per factor* than a deep net. It has more factors: a sentence has 20 to 30
#   words, a page has thousands of characters.
# - In a deep net you can treat each layer on its own. In an RNN one matrix does all the steps.

# %% [markdown]
# ## 7. What the norm of $W_h$ promises
#
# Often taught: gradients vanish if the norm of $W_h$ is below 1, and explode if it is above 1. One
# half is a theorem. The norm of a product is at most the product of the norms, and tanh has slope
# at most 1:
#
# $$\left\lVert \frac{\partial h_T}{\partial h_t} \right\rVert
# \le \prod_{k=t+1}^{T} \lVert J_k \rVert
# \le \bigl(\sigma_{\max}(W_h) \cdot \max \tanh'\bigr)^{T-t} \le \sigma_{\max}(W_h)^{T-t}$$
#
# Below 1 the right side goes to 0, and the gradient must follow. Above 1 the right side grows, and
# a ceiling that rises says nothing about what is under it (Hochreiter, 1991; Bengio, Simard and
# Frasconi, 1994; Pascanu, Mikolov and Bengio, 2013).
#
# Three networks, all with norm 2. A **rotation**, as before. A **latch**, $W_h = 2I$: every unit
# feeds only itself, as in section 3. A **shift**: unit 1 passes its value, doubled, to unit 2, unit
# 2 to unit 3, and so on; the last unit passes it to nobody.
#
# > **Predict.** How many of the three gradients grow?
# > - (a) all three
# > - (b) two
# > - (c) one
# > - (d) none

# %%
guess("norm_two")

# %%
rotation = draw(keys, 2.0)
identity, one_on = np.eye(H, dtype=np.float32), np.eye(H, k=1, dtype=np.float32)
latch = rotation._replace(w_h=np.stack(10 * [2 * identity]))
shift = rotation._replace(w_h=np.stack(10 * [2 * one_on]))


@jax.jit
def factors_of(params, xs):
    """The single factors J_1 ... J_T, shape (T, H, H)."""
    factor = jax.jacrev(lambda h, x: step(params, h, x)[0])
    return jax.vmap(factor)(trace(params, xs).h[:-1], xs)


real, n = {}, 20
print(f"what is left after {n} months")
print("           norm   real      product of ‖J‖   norm^n")
for name, stack in {
    "rotation, norm 0.8": draw(keys, 0.8),
    "rotation, norm 2": rotation,
    "latch, norm 2": latch,
    "shift, norm 2": shift,
}.items():
    norm = np.linalg.norm(first(stack).w_h, 2)
    real[name] = np.asarray(flows(stack, xs))[0, ::-1]
    ceiling = np.prod(np.linalg.norm(factors_of(first(stack), xs)[-n:], 2, axis=(1, 2)))
    print(
        f"{name.split(',')[0]:10} {norm:4.1f}   {real[name][n]:8.1e}  {ceiling:8.1e}         "
        f"{norm**n:8.1e}"
    )

growing = [name for name, values in real.items() if "norm 2" in name and values[n] > 1]
answer = ("(d)", "(c)", "(b)", "(a)")[len(growing)]
verdict("norm_two", answer, f"Of the three with norm 2, {len(growing)} grow over {n} months.")

plots.curves(
    back[:41],
    {"bound 2$^n$": 2.0 ** back[:41], **{k: v[:41] for k, v in real.items() if "norm 2" in k}},
    title="One norm, three fates",
    xlabel="months back from the last one",
    ylabel="‖∂h$_T$/∂h$_t$‖, no unit",
    alt=f"After {n} months: "
    + ", ".join(f"{name} leaves {values[n]:.1e}" for name, values in real.items()),
    log=True,
    dashed=("bound 2$^n$",),
    ylim=(1e-14, 1e14),
)

# %% [markdown]
# **Notice**
# - Norm 0.8: the bound holds and is close to the real value.
# - Latch: the weights would double every change, but tanh is flat where the units sit. The middle
#   bound, made of the real factors, sees that. The bound from $W_h$ alone does not.
# - Shift: every factor is large, and the product is *exactly* 0 after $H$ steps. What one factor
#   stretches, the next ones push off the end. No bound made of norms sees that.
#
# Now put the claim to the test: ten norms, three ways to build and feed the network, ten random
# networks each. A gradient has *vanished* if less than 1/100 is left after 120 months, and
# *exploded* if it has grown more than 100 times.

# %%
gains = (0.5, 0.7, 0.9, 1.1, 1.3, 1.5, 2.0, 2.5, 3.0, 4.0)
families = {"rotation": [], "rotation, inputs × 10": [], "latch": []}
for gain in gains:
    networks = draw(keys, gain)
    families["rotation"].append(flows(networks, xs))
    families["rotation, inputs × 10"].append(flows(networks, 10 * xs))
    families["latch"].append(flows(networks._replace(w_h=np.stack(10 * [gain * identity])), xs))

grid = np.array(list(families.values()), np.float64)  # (3 families, 10 gains, 10 networks, T+1)
# A float32 holds nothing below about 1e-38: measure the factor over the months before that.
months = np.maximum(1, (grid > 1e-30).sum(-1) - 1)
reached = np.take_along_axis(grid, T - months[..., None], axis=-1)[..., 0]
factors = dict(zip(families, np.median(reached ** (1 / months), axis=-1), strict=True))
plots.curves(
    gains,
    {"bound: the norm": gains, **factors, "no change": np.ones(len(gains))},
    title="Above 1 the norm alone does not decide",
    xlabel="norm of W$_h$",
    ylabel="typical factor per step",
    alt="Typical factor per step at norm 2: "
    + ", ".join(f"{name} {values[gains.index(2.0)]:.2f}" for name, values in factors.items()),
    dashed=("bound: the norm", "no change"),
    ylim=(0.0, 2.0),
)

# %%
below, above = grid[:, np.array(gains) < 1, :, 0], grid[:, np.array(gains) > 1, :, 0]
for name, left in {"below": below, "above": above}.items():
    vanished, exploded = np.mean(left < 0.01), np.mean(left > 100)
    print(f"norm {name} 1, {left.size:3} runs: {vanished:4.0%} vanish, {exploded:4.0%} explode")
print(
    "Verdict: below 1 is",
    "enough to vanish;" if np.all(below < 0.01) else "not enough to vanish;",
    "above 1 is",
    "enough to explode," if np.all(above > 100) else "not enough to explode,",
    "and not needed for it." if np.any(below > 100) else "but needed for it.",
)

# %% [markdown]
# ## 8. Exploding gradients, and clipping
#
# A gradient that grows 1.1 times a step is more than 10,000 times as long after 100 steps. The
# update follows it, and lands anywhere. First the smallest example, after Pascanu and others
# (2013): one unit, no input, 50 steps, one weight to learn.
#
# $$h_t = \tanh(w\,h_{t-1} - 0.2), \quad h_0 = 0.5, \qquad L(w) = (h_{50} + 0.95)^2$$


# %%
@jax.jit
@jax.value_and_grad
def valley(w):
    """L(w), and with it its slope."""
    h, _ = jax.lax.scan(lambda h, _: (jnp.tanh(w * h - 0.2), None), 0.5, length=50)
    return (h + 0.95) ** 2


ws = np.linspace(0.8, 2.0, 2401, dtype=np.float32)
losses, slopes = map(np.asarray, jax.vmap(valley)(ws))
wall, steepest = ws[np.argmax(np.abs(slopes))], np.abs(slopes).max()
print(f"steepest slope {steepest:,.0f} at w = {wall:.3f}; at w = 1 it is {slopes[400]:.2f}")

plots.curves(
    ws,
    {"loss": losses},
    title="A gentle valley that ends at a wall",
    xlabel="weight w",
    ylabel="loss L(w), no unit",
    alt=f"The loss falls slowly to {losses.min():.4f} and at w = {wall:.3f} jumps to "
    f"{losses[ws > wall].max():.2f}.",
)

# %% [markdown]
# To the left of the wall $h$ is pulled down to $-1$, to the right up to $+1$. On the wall it stays
# long between the two, where each factor is above 1.
#
# **Your turn.** Clipping shortens a gradient that is too long and keeps its direction. All arrays
# together count as one long arrow. About 3 lines; `hint("clip_by_global_norm")` helps.


# %%
def clip_by_global_norm(grads, limit):
    """grads (an RNNParams of arrays), scaled by one factor so that its norm is at most limit."""
    ### BEGIN SOLUTION
    norm = jnp.sqrt(sum(jnp.sum(g**2) for g in grads))
    scale = limit / jnp.maximum(norm, limit)
    return jax.tree.map(lambda g: scale * g, grads)
    ### END SOLUTION


# %%
check("clip_by_global_norm", clip_by_global_norm)

# %% [markdown]
# > **Predict.** Gradient descent starts at $w = 1$ and walks down the valley, with learning rate
# > 0.2. What does the first step on the wall do, without clipping?
# > - (a) $w$ stops there
# > - (b) $w$ goes back a little
# > - (c) $w$ leaves the picture

# %%
guess("step_on_the_wall")


# %%
def descend(limit, w=1.0, updates=120, learning_rate=0.2):
    """Rows (updates, 4) of w, loss, gradient, and gradient after clipping."""
    rows = []
    for _ in range(updates):
        loss, gradient = map(float, valley(w))
        clipped = float(np.clip(gradient, -limit, limit))  # with one number, clipping is this
        rows.append((w, loss, gradient, clipped))
        w = w - learning_rate * clipped
    return np.array(rows)


paths = {"no clipping": descend(np.inf), "clipped to 1": descend(1.0)}
for name, rows in paths.items():
    k = int(np.argmax(np.abs(rows[:, 2]) > 1))  # the first step on the wall
    print(
        f"{name:13} update {k}: w = {rows[k, 0]:.2f}, gradient {rows[k, 2]:.3g}, used "
        f"{rows[k, 3]:.3g}, next w = {rows[k + 1, 0]:.2f}; in the end loss {rows[-1, 1]:.2g}, "
        f"slope {abs(rows[-1, 2]):.2g}"
    )

rows = paths["no clipping"]
k = int(np.argmax(np.abs(rows[:, 2]) > 1))
on_the_wall, landed = rows[k, 0], rows[k + 1, 0]
if not ws[0] <= landed <= ws[-1]:
    answer = "(c)"
elif abs(landed - on_the_wall) < 0.01:
    answer = "(a)"
else:
    answer = "(b)" if landed < on_the_wall else "none of these"
verdict("step_on_the_wall", answer, f"It goes from w = {on_the_wall:.2f} to w = {landed:.2f}.")

plots.curves(
    np.arange(120),
    {name: rows[:, 1] for name, rows in paths.items()},
    title="One step on the wall, with and without clipping",
    xlabel="update",
    ylabel="loss, no unit",
    alt=", ".join(f"{name}: the last loss is {rows[-1, 1]:.2g}" for name, rows in paths.items()),
    log=True,
)

# %% [markdown]
# **Notice**
# - Same valley, same start, same steps, until the wall. One long gradient throws $w$ to where the
#   unit is saturated and the slope is almost 0. There is no way back.
# - Clipping keeps the direction, away from the wall, and takes a small step. The path meets the
#   wall again later, and comes back again.
#
# Now a real one. Ten RNNs with gain 1.5 learn to forecast the next month from 60 months, by plain
# gradient descent. The only difference is the limit.

# %%
windows_in, windows_out = map(jnp.asarray, windows(past, 60, 1))  # (B, 60, 1), (B,)


def forecast_loss(weights, inputs, outputs):
    """The mean squared error of a forecast that reads out the last state."""
    params, readout = weights
    _, h = run(params, inputs)
    return jnp.mean((h @ readout - outputs) ** 2)


@jax.jit
@partial(jax.vmap, in_axes=(0, None, None))
def train(params, rows, limit):
    """Plain gradient descent on batches of `rows`: loss and norm before clipping, each update."""
    clip = optax.clip_by_global_norm(limit)

    def update(weights, chosen):
        batch = windows_in[chosen], windows_out[chosen]
        loss, gradient = jax.value_and_grad(forecast_loss)(weights, *batch)
        clipped, _ = clip.update(gradient, clip.init(weights))
        weights = jax.tree.map(lambda w, g: w - 0.1 * g, weights, clipped)
        return weights, (loss, optax.tree.norm(gradient))

    return jax.lax.scan(update, (params, jnp.zeros(H)), rows)[1]


rows = jax.random.randint(jax.random.key(0), (200, 32), 0, len(windows_out))  # 200 batches
curves = {}
for name, limit in {"no clipping": jnp.inf, "clipped to 1": 1.0}.items():
    losses, norms = train(draw(keys, 1.5), rows, limit)  # (10, 200) each
    losses, norms = (np.nan_to_num(a, nan=np.inf) for a in (losses, norms))  # NaN: off the scale
    last = np.median(losses[:, -20:], axis=1)
    order = np.argsort(last)
    for label, row in {"typical": order[5], "worst": order[-1]}.items():
        curves[f"{name}: {label}"] = losses[row].reshape(20, 10).mean(axis=1)
    print(
        f"{name:13} longest gradient {norms.max():.2g}; final loss: typical {np.median(last):.2f}, "
        f"worst {last.max():.2g}; {np.sum(last > 1)} of 10 worse than forecasting the mean"
    )

plots.curves(
    np.arange(10, 201, 10),
    curves,
    title="Clipping saves the unlucky networks",
    xlabel="update",
    ylabel="loss, mean of 10 updates",
    alt="Loss of the last 10 updates, "
    + ", ".join(f"{name} {values[-1]:.2g}" for name, values in curves.items()),
    log=True,
    ylim=(0.05, 1e4),
)

# %% [markdown]
# **Notice**
# - Without clipping, some networks do well and some are lost. Which ones is luck.
# - With clipping the gradient still explodes: the norms printed are those before clipping. What is
#   limited is the length of a step.
#
# Does clipping also help against vanishing? Take the terms of section 2, and clip them together so
# hard that only half of their length is left.

# %%
clip = optax.clip_by_global_norm(0.5 * optax.tree.norm(by_step))
clipped, _ = clip.update(by_step, clip.init(by_step))
before, after = (
    np.linalg.norm(term, axis=(1, 2))[::-1] / np.linalg.norm(term, axis=(1, 2)).sum()
    for term in (by_step, clipped)
)
print("months back   share of the total size: before   after clipping")
for n in (0, 12, 60, 100):
    print(f"{n:11}   {before[n]:31.1e}   {after[n]:14.1e}")
same = np.allclose(before, after, rtol=1e-3)
print(f"Verdict: clipping {'does nothing for' if same else 'changes the share of'} the far months.")

# %% [markdown]
# Clipping multiplies all terms by one number. It bounds what is too long. It cannot bring back what
# has vanished: for that the *factors* have to change.

# %% [markdown]
# ## Summary
#
# - The gradient of step $t$ passes through $T - t$ factors. Their number is linear in steps or
#   layers, their product exponential.
# - A factor is $W_h$ times the slope of tanh. The norm of $W_h$ is a ceiling: below 1 the gradient
#   must vanish, above 1 it may explode or vanish.
# - Vanishing: the far past has no say in the update. The network may be able to store it, and does
#   not learn to.
# - Exploding: one update can throw away what was learned. Clipping bounds the update, and does
#   nothing against vanishing.
#
# Next, in [lesson 03](03_forget_gate.ipynb): a cell with a memory whose factor is a number in $(0,
# 1)$, and the network sets it by itself at every step. It is called the forget gate.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# | minute | section | if time is short |
# |---|---|---|
# | 0 | 1 the explorer | one preset after the other, you at the slider |
# | 5 | 2 what every month gets to say | show the figure, skip the code |
# | 12 | 3 one unit; `reach` | do not skip: the whole lesson stands on it |
# | 20 | 4 matrices; `step_jacobian` | give the first two hints to everyone |
# | 28 | 5 influence map | one map is enough |
# | 34 | 6 deep net and RNN | show the figure, skip the code |
# | 40 | 7 the norm | table and verdict; skip the proof of the bound |
# | 48 | 8 clipping; `clip_by_global_norm` | the wall; leave the ten RNNs for home |
#
# Answers: 1 (c), 2 (c), 3 (d), 4 (b), 5 (a), 6 (c), 7 (c), 8 (c).
#
# **Wrong answers to expect**
# - *Section 3, "0.5 vanishes fastest".* They read the weight and forget tanh. Let them compute the
#   factor for $w = 3$, $h = 0.99$: it is $3 \cdot 0.02 = 0.06$.
# - *Section 4, "a gain of 1 keeps the gradient".* It would without tanh. Ask what slope 0.9 does in
#   120 steps.
# - *"Vanishing means that the gradient of the weights is 0."* It is not: the near terms are large.
#   What is lost is the part that would connect far months. Go back to the first figure.
# - *"The network forgets, so the gradient vanishes."* The latch is the opposite: it forgets
#   nothing, and its gradient vanishes because of that (Bengio and others, 1994).
# - *Section 7, "above 1 it explodes".* Point at the shift: a signal leaves after $H$ steps. The
#   largest singular value asks what one step can do at most, the product asks whether the steps
#   line up.
# - `clip_by_global_norm`: most clip each array, or each number. Both turn the direction.
# - *"Clipping is always safe."* It limits the length of every update. With gain 2 and learning rate
#   0.03 in the last experiment, clipped training is the slower one: let a quick group try it.
