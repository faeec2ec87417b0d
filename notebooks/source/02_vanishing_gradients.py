# %% [markdown]
# # 02 Vanishing gradients
#
# A recurrent network can read a sequence of any length. Whether it can *learn* from what it read
# long ago is another question. In this lesson you test it, and look at its gradient.
#
# **You will be able to**
# - write the gradient of $W_h$ as a sum of products, with one Jacobian for each step;
# - say why such a product vanishes or explodes;
# - say what the norm of $W_h$ promises, and what it does not;
# - at home: clip a gradient, say what clipping cannot do, and say when eigenvalues help.

# %%
import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import RNNParams, gradient_flow, init_rnn, step, trace
from lstm_jax.course import GradientExplorer, check, guess, hint, mine, plots, progress, verdict

# %% [markdown]
# ## 1. Which lag does an RNN learn?
#
# The **lag task**: a network reads letters from A to D. One of them is marked, here by brackets.
# After the last letter the network must name the marked one. The **lag** is the number of steps
# from the marked letter to the last one.
# %%
from lstm_jax.course.data.lag_recall import lag_recall

xs, ys = lag_recall(jax.random.key(1), lag=30, batch=1, length=48)  # (B, T, 5), (B,)

# %% tags=["measure"]
# Print the sequence as letters
for x in np.asarray(xs[0]):  # four numbers for the letter, one for the mark
    letter = "ABCD"[x[:4].argmax()]
    print(f"[{letter}]" if x[4] else letter, end=" ")

# %% [markdown]
# The RNN of lesson 01 has 16 units here, and its readout gives four numbers, one for each letter.
# The loss is the **cross-entropy**: a softmax makes probabilities of the four numbers, and the loss
# is minus the logarithm of the probability of the right letter.

# %%
from lstm_jax.losses import cross_entropy
from lstm_jax.models import init_network, last_answers, read_out


def new_network(key):
    for_cell, for_readout = jax.random.split(key)
    return init_network(for_readout, init_rnn(for_cell, 5, 16), answers=4)


def loss(network, batch):
    xs, ys = batch
    return cross_entropy(last_answers(network, xs), ys)


# %% [markdown]
# Eight networks train on each of the lags 4, 15 and 30, for 600 updates with 16 new sequences each.
# Two **learning rates** (the size of the steps) are tried for each lag. The one that is better on
# sequences not used in training counts.
#
# **The rule.** A network has learned its lag if it is right on at least 99 % of 500 new sequences.
# A lag is learned if at least 7 of its 8 networks have learned it, and not learned if at most 4
# have. With 5 or 6 it is too close to call.
#
# > **Predict.** Which is the longest lag that is learned?
# > - (a) 30 steps
# > - (b) 15 steps
# > - (c) 4 steps
# > - (d) none of the three

# %%
guess("longest_lag")

# %% tags=["measure"]
# Train eight networks on each lag, count those that have learned it, and draw the medians
from lstm_jax.course.l02 import lags

share = lags.learn(new_network, loss)  # (3 lags, 8 networks)
counts = (share >= 0.99).sum(axis=1)
longest = max((lag for lag, n in zip(lags.LAGS, counts, strict=True) if n >= 7), default=0)
verdict(
    "longest_lag",
    {"a": longest == 30, "b": longest == 15, "c": longest == 4, "d": longest == 0},
    "Networks of 8 that have learned it: "
    + ", ".join(f"lag {lag}: {n}" for lag, n in zip(lags.LAGS, counts, strict=True))
    + ".",
    tie=np.isin(counts, (5, 6)).any(),
)

by_hand = lags.share_right(lags.by_hand(), 30, jax.random.key(3))
assert by_hand >= 0.99
print(f"An RNN with 4 units and weights set by hand: right on {by_hand:.0%} at lag 30.")

medians = {f"lag {lag}": round(100 * np.median(n)) for lag, n in zip(lags.LAGS, share, strict=True)}
plots.bars(
    medians,
    title="Median of 8 networks: right on " + ", ".join(f"{n} %" for n in medians.values()),
    xlabel="new sequences with the right answer, % (chance: 25 %)",
    alt="The median of eight networks is right on "
    + ", ".join(f"{n} % at {name}" for name, n in medians.items())
    + "; chance is 25 %.",
)

# %% [markdown]
# **Notice.** An RNN can *store* the letter for 30 steps: the one with weights set by hand does. But
# training must *find* such weights, and it follows the gradient. So we look at the gradient.

# %% [markdown]
# ## 2. The gradient is a sum of products
#
# The same $W_h$ is used at all $T$ steps, so its gradient has one term for each step $s$. Our loss
# looks at the last state alone. With vectors as rows, so that $h_{s-1}^\top$ is a column:
#
# $$\frac{\partial L}{\partial W_h} = \sum_{s=1}^{T} h_{s-1}^\top
# \underbrace{\frac{\partial L}{\partial h_T}}_{\text{slope of the loss}} \;
# \underbrace{J_T \, J_{T-1} \cdots J_{s+1}}_{T-s \text{ Jacobians}} \;
# \underbrace{\mathrm{diag}(1 - h_s^2)}_{\text{slope of tanh at } s}$$
#
# The square is taken number by number, and $\mathrm{diag}(v)$ is the matrix with $v$ on its
# diagonal. For $s = T$ there is no Jacobian.
#
# $J_t$ is the **Jacobian** of one step. Entry $[i, j]$ is the slope of the new unit $i$ with
# respect to the old unit $j$. The new unit $i$ gets $\sum_j h_{t-1}[j]\, W_h[j, i]$, so this entry
# is $(1 - h_t[i]^2)\, W_h[j, i]$. The indices of $W_h$ are exchanged, so $W_h$ is transposed:
#
# $$J_t = \frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2) \, W_h^\top
# \qquad \text{shape } (H, H)$$
#
# ### Your turn: `step_jacobian`
#
# *The gradient goes back through one such matrix at each step.* Write it. About 2 lines;
# `hint("step_jacobian")` helps.


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
# Now walk back with it. Row $t$ of the result is $\partial L / \partial h_t$.

# %%
from lstm_jax.course.l02 import stand_ins

jacobian = mine(step_jacobian, otherwise=stand_ins.step_jacobian)


def slopes_back(params, xs, slope):
    """∂L/∂h_t for t = 0 ... T, shape (T+1, H), from slope = ∂L/∂h_T."""
    hs, slopes = np.asarray(trace(params, xs).h), [slope]  # (T+1, H)
    for t in range(len(xs), 0, -1):
        slope = slope @ jacobian(params, hs[t - 1], xs[t - 1])
        slopes.append(slope)
    return jnp.stack(slopes[::-1])


# %% tags=["measure"]
# Make one network, let it read the sequence above, and take the slope of the loss at its last state
network, letters = new_network(jax.random.key(0)), np.asarray(xs[0])
params, hs = network.cell, trace(network.cell, letters).h
at_the_end = jax.grad(lambda h: cross_entropy(read_out(network, h[None]), ys))(hs[-1])

# %% [markdown]
# A fresh network has read the sequence above. Below, the matrix product does the sum over $s$, so
# the gradient is one line. It must equal `jax.grad`.

# %%
slopes = slopes_back(params, letters, at_the_end)  # (T+1, H)
gradient = hs[:-1].T @ (slopes[1:] * (1 - hs[1:] ** 2))  # the sum over s, (H, H)

# %% tags=["measure"]
# Compare the sum with jax.grad, and draw the share of each of its terms
whole = jax.grad(loss)(network, (xs, ys)).cell.w_h
assert np.allclose(gradient, whole, atol=1e-5 * float(jnp.abs(whole).max()))
back = np.linalg.norm(slopes[1:] * (1 - hs[1:] ** 2), axis=1)  # what both sums have in common
sizes = np.linalg.norm(hs[:-1], axis=1) * back
terms = 100 * (sizes / sizes.sum())[::-1]  # the last step first, %
told = ", ".join(f"{terms[n]:.2g} % at {n} steps back" for n in lags.LAGS)
print(f"The sum equals jax.grad. Share of a term: {told}.")
of_x = np.linalg.norm(letters, axis=1) * back
marked = 100 * of_x[letters[:, 4].argmax()] / of_x.sum()
print(f"In the gradient of W_x, the term of the marked letter has {marked:.2g} %.")
plots.curves(
    np.arange(len(terms)),
    {"share": terms},
    title=f"The term 30 steps back has {terms[30]:.2g} % of the sum of norms",
    xlabel="steps back from the end",
    ylabel="share of a term, %",
    alt=f"On a logarithmic axis the share of a term falls from {terms[0]:.2g} % at the last step "
    f"to {terms[30]:.2g} % at 30 steps back.",
    log=True,
)

# %% [markdown]
# **Why.** A share is the norm of a term (the root of the sum of its squares), divided by the sum of
# these norms. The gradient of $W_x$ is the same sum with $x_s$ in place of $h_{s-1}$, so one of its
# terms holds the marked letter itself. The smaller the share of that term is, the more an update
# follows the *other* letters, on which the answer does not depend. Where the share is nearly 0, the
# gradient of that step has **vanished**. The whole sum has not, because its near terms stay. So
# learning becomes slow and unsure; it does not become impossible.

# %% [markdown]
# ## 3. How fast a product shrinks
#
# The **norm** of a matrix, $\lVert\cdot\rVert$, is the largest factor by which it stretches a
# vector. We call the norm of
#
# $$\frac{\partial h_T}{\partial h_t} = J_T \, J_{T-1} \cdots J_{t+1}$$
#
# what is *left* at step $t$; at $T$ it is 1. The slope $\partial L / \partial h_T$ is multiplied by
# this matrix on its way back to $h_t$, so its norm grows at most by that factor. For numbers the
# rule is simple: $0.9^{10} = 0.35$ and $0.9^{100} = 0.00003$, but $1.1^{100} = 13\,781$. Here the
# factors are matrices.
#
# `init_rnn` makes $W_h$ a random **rotation** (or its mirror image) times the **gain**. With gain 1
# it changes the norm of no vector. The explorer draws what is left at each step of an untrained RNN
# that reads 100 months of sunspots (standard deviation ½).
#
# > **Predict.** The gain is 1. How much is left at step 0, in the median of eight such networks?
# > (From 0.5 to 2 % it is too close to call.)
# > - (a) all of it, because $W_h$ changes the norm of no vector
# > - (b) less, but more than 1 %
# > - (c) less than 1 %

# %%
guess("gain_of_one")

# %% [markdown]
# 1. Find the smallest gain at which at least 1 % is left at step 0.
# 2. Set the gain to 1.5 and move the seed. For how many of the 8 seeds is more than 1 left?

# %%
explorer = GradientExplorer(lstm=False)
explorer


# %% tags=["measure"]
# Measure eight networks at gain 1, and answer the two tasks
drawn = [init_rnn(jax.random.key(seed), 1, 8) for seed in range(8)]


def left(gain, seed):
    """What is left at step 0 of 100 steps."""
    cell = drawn[seed]._replace(w_h=np.float32(gain) * drawn[seed].w_h)
    return float(gradient_flow(cell, explorer.xs).total[0])


at_one, above = ([left(gain, seed) for seed in range(8)] for gain in (1.0, 1.5))
middle = np.median(at_one)
verdict(
    "gain_of_one",
    {"a": middle > 0.99, "b": 0.01 < middle <= 0.99, "c": middle <= 0.01},
    f"The median of the eight is {middle:.0e}, and they reach from {min(at_one):.0e} to "
    f"{max(at_one):.0e}.",
    tie=0.005 < middle < 0.02,
)
yours, seed = explorer.gradient_flow().rnn.total[0], explorer.seed
print(
    f"Your explorer: gain {explorer.gain:g}, seed {seed}, length T {explorer.length}; {yours:.1e} "
    "is left at step 0."
)
gains = np.arange(16, 41) / 20  # the places of the slider from 0.8 to 2
enough = [f"{gain:g}" for gain in gains if left(gain, seed) >= 0.01]
print(f"1. The smallest gain with at least 1 %: {[*enough, 'none up to 2'][0]} (seed {seed}).")
print(
    f"2. At gain 1.5 more than 1 is left for {sum(n > 1 for n in above)} of the 8 seeds: from "
    f"{min(above):.0e} to {max(above):.0e}."
)

# %% [markdown]
# **Why.** $J_t$ has two parts. With gain 1, $W_h$ changes the norm of no vector, but the slope of
# tanh, $1 - h_t^2$, is below 1 wherever a unit is not at 0. So a step can never make the product
# larger. Above gain 1 the product may grow. If it does, the gradient **explodes**.
#
# A deep net has one factor for each layer, an RNN one for each time step (some texts call a time
# step a *cell* of the layer). An RNN often has more: a text of 1,000 characters gives 1,000
# factors.

# %% [markdown]
# ## 4. Three networks with one norm
#
# A common claim: gradients vanish if the norm of $W_h$ is below 1, and explode if it is above 1.
# The first half is a theorem, because the norm of a product is at most the product of the norms,
# and the slope of tanh is at most 1:
#
# $$\left\lVert \frac{\partial h_T}{\partial h_t} \right\rVert
# \le \prod_{k=t+1}^{T} \lVert J_k \rVert \le \lVert W_h \rVert^{T-t}$$
#
# Below 1 the right side goes to 0 as $T - t$ grows. Above 1 it grows, and a bound that grows allows
# both (Hochreiter, 1991; Bengio, Simard and Frasconi, 1994; Pascanu, Mikolov and Bengio, 2013).
#
# Three networks with 16 units and norm 2 read the letters of section 1. In the first, $W_h$ is
# *random*: 2 times a rotation or its mirror image. In a **latch**, $W_h = 2I$, each unit feeds only
# itself. In a **shift**, unit 1 passes its doubled value to unit 2, unit 2 to unit 3, and so on;
# the last unit passes it to no one.
#
# > **Predict.** In how many of the three is more than 1 left, 20 steps back? (From 0.5 to 2 it is
# > too close to call.)
# > - (a) all three
# > - (b) two
# > - (c) one
# > - (d) none

# %%
guess("norm_two")

# %% tags=["measure"]
# Follow the three gradients back through the letters, and compare them with the product of norms
H, n = 16, 20
kinds = {
    "random": 2 * params.w_h,
    "latch": 2 * jnp.eye(H),
    "shift": 2 * jnp.eye(H, k=1),
}
real = {}
print("20 steps:  median slope of tanh   product of the norms ‖J‖   left")
for name, w_h in kinds.items():
    cell = params._replace(w_h=w_h)
    states = np.asarray(trace(cell, letters).h)
    last = zip(states[-n - 1 : -1], letters[-n:], strict=True)
    norms = [np.linalg.norm(jacobian(cell, h, x), 2) for h, x in last]
    real[name] = np.asarray(gradient_flow(cell, letters).total)[::-1]
    slope = np.median(1 - states[-n:] ** 2)
    print(f"{name:10} {slope:20.2f} {np.prod(norms):26.0e} {real[name][n]:6.0e}")

grow = [name for name, values in real.items() if values[n] > 1]
told = ", ".join(grow) or "none of the three"
verdict(
    "norm_two",
    {"a": len(grow) == 3, "b": len(grow) == 2, "c": len(grow) == 1, "d": not grow},
    f"More than 1 is left 20 steps back: {told}.",
    tie=any(0.5 < values[n] < 2 for values in real.values()),
)
plots.curves(
    np.arange(n + 1),
    {"bound 2$^n$": 2.0 ** np.arange(n + 1), **{name: v[: n + 1] for name, v in real.items()}},
    title=f"Norm 2; more than 1 is left 20 steps back: {told}",
    xlabel="steps back from the end",
    ylabel="‖∂h$_T$/∂h$_t$‖, no unit",
    alt="After 20 steps: " + ", ".join(f"{name} leaves {v[n]:.0e}" for name, v in real.items()),
    log=True,
    dashed=["bound 2$^n$"],
    ylim=(1e-14, 1e8),
)

# %% [markdown]
# **Why.** The norm of $W_h$ is only one part of a factor, and the slope of tanh is the other. A
# latch drives its units to values near $-1$ or $1$, where this slope is small. In the shift exactly
# 0 is left after 16 steps, however large the product of the norms is, because the last unit passes
# nothing on. (Its curve ends at 15: 0 has no place on this axis.) When do the eigenvalues of $W_h$
# tell more than its norm? See section 7, at home.

# %% [markdown] tags=["home"]
# ## 5. Exploding gradients, and clipping
#
# When a gradient explodes, the next update moves the weights far away. The smallest example, after
# Pascanu and others (2013), has one unit, no input, 50 steps and one weight:
#
# $$h_t = \tanh(w\,h_{t-1} - 0.2), \quad h_0 = 0.5, \qquad L(w) = (h_{50} + 0.95)^2$$


# %% tags=["measure"]
# Write this loss as valley(w), which returns it together with its slope
def last_state(w, tanh):
    """h_50, and the product of the 50 factors w (1 - h²)."""
    h, product = 0.5, 1.0
    for _ in range(50):
        h = tanh(w * h - 0.2)
        product *= w * (1 - h**2)
    return h, product


valley = jax.jit(jax.value_and_grad(lambda w: (last_state(w, jnp.tanh)[0] + 0.95) ** 2))


# %% [markdown]
# `valley(w)` gives this loss and its slope. **Clipping** shortens a gradient that is longer than a
# limit to this limit:


# %%
def descend(limit, w=1.0, rate=0.2):
    path = []
    for _ in range(120):
        loss, slope = map(float, valley(w))
        path.append((w, loss, slope))
        w = w - rate * np.clip(slope, -limit, limit)
    return np.array(path)


# %% tags=["measure"]
# Walk down this loss with and without clipping, and draw it along the way
walks = {"no clipping": descend(np.inf), "clipped to 1": descend(1.0)}
free, clipped = walks.values()
k = int(np.abs(np.diff(free[:, 0])).argmax())
print(
    f"Without clipping: at update {k} the slope is {free[k, 2]:.0f}, and w goes from "
    f"{free[k, 0]:.2f} to {free[k + 1, 0]:.2f}, where the slope is {free[k + 1, 2]:.0e}."
)
far = np.flatnonzero(np.abs(clipped[:, 2]) > 1)
print(f"With clipping: the slope is above 1 at the updates {', '.join(map(str, far))}.")
for w in (1.49, 1.4985, 1.51):
    h, product = last_state(w, np.tanh)
    print(f"w = {w}: the last state is {h:.2f}, the product of its 50 factors {product:.0e}.")
ends = [walk[-1, 1] for walk in walks.values()]
plots.curves(
    np.arange(120),
    {name: walk[:, 1] for name, walk in walks.items()},
    title=f"Loss after 120 updates: {ends[0]:.2g} without clipping, {ends[1]:.2g} with it",
    xlabel="update",
    ylabel="loss, no unit",
    alt=f"Both losses fall together until update {k}. At the end the loss is {ends[0]:.2g} without "
    f"clipping and {ends[1]:.2g} with clipping.",
    log=True,
)

# %% [markdown]
# **Why.** Just below $w = 1.5$ the unit falls to about $-0.9$; just above, it stays positive. At
# the border it stays near 0.5 for many steps, and there each factor is above 1. So the loss has a
# wall. A step of its slope takes $w$ to where the unit is saturated and the slope is almost 0.
# Clipping keeps the direction of the step and limits its length. The wall stays, and a clipped walk
# can meet it again.
#
# Clipping does not help against vanishing: it multiplies the whole sum of section 2 by one number,
# and the *shares* of its terms stay as they are.

# %% [markdown] tags=["home"]
# ## 6. Clipping in a real training
#
# With many weights, all arrays together count as one long vector. One factor for all of them keeps
# its direction.
#
# ### Your turn: `clip_by_global_norm`
#
# *One exploding step can undo an hour of training.* About 3 lines; `hint("clip_by_global_norm")`
# helps. `jax.tree.map(f, grads)` calls `f` on each array: here three, and in the training below
# those of the readout too.


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
# Ten RNNs with gain 2 learn to forecast the next month from 40 months, by plain gradient descent.
# Only the first weights differ. All weights of a network, those of its readout too, are one vector.
# A network is *lost* if the median of its last 21 losses is above 1, the loss of always forecasting
# the mean.
#
# > **Predict.** How many networks are lost without clipping, and how many with the limit 3? (Fewer
# > means at least 3 fewer; with 2 fewer it is too close to call.)
# > - (a) with clipping as many as without, or at most one fewer
# > - (b) with clipping fewer, but at least one
# > - (c) with clipping none, and at least 3 without

# %%
guess("saved_by_clipping")

# %% tags=["measure"]
# Train ten networks with and without clipping, and draw the loss of the sixth and of the worst
from lstm_jax.course.data.windows import windows
from lstm_jax.course.l02.descent import descend_all, past_months

clip = mine(clip_by_global_norm, otherwise=stand_ins.clip_by_global_norm)
inputs, outputs = windows(past_months(), 40, 1)
no_change = np.mean((inputs[:, -1, 0] - outputs) ** 2)
losses, lost = {}, {}
for name, change in {"no clipping": None, "clipped to 3": lambda grads: clip(grads, 3.0)}.items():
    seen = descend_all(inputs, outputs, change)  # arrays (10, 80)
    last = np.median(seen.losses[:, -21:], axis=1)
    lost[name] = int((last > 1).sum())
    order = np.argsort(last)
    for label, row in {"sixth of ten": order[5], "worst": order[-1]}.items():
        losses[f"{name}: {label}"] = np.sort(seen.losses[row].reshape(8, 10))[:, 5]
    print(
        f"{name}: the gradient is longer than 3 in {np.mean(seen.norms > 3):.0%} of the updates.\n"
        f"  Units within 0.01 of -1 or 1: {seen.saturated[:, 0].mean():.0%} at the start, "
        f"{seen.saturated[:, 10].mean():.0%} after 10 updates, "
        f"{seen.saturated[:, -1].mean():.0%} at the end.\n"
        f"  Networks that are better than repeating the last month: {np.sum(last < no_change)}."
    )
free, clipped = lost.values()
fewer = free - clipped
verdict(
    "saved_by_clipping",
    {"a": fewer <= 1, "b": fewer >= 3 and clipped > 0, "c": fewer >= 3 and clipped == 0},
    f"Lost without clipping: {free} of 10; with clipping: {clipped} of 10.",
    tie=fewer == 2,
)
plots.curves(
    np.arange(10, 81, 10),
    losses,
    title=f"Without clipping {free} of 10 networks are lost, with clipping {clipped}",
    xlabel="update",
    ylabel="loss, median of 10 updates",
    alt="Loss of the last 10 updates: "
    + ", ".join(f"{name} {values[-1]:.2g}" for name, values in losses.items()),
    log=True,
    ylim=(0.05, 1e4),
)

# %% [markdown]
# **Why.** Clipping does not make the gradients short: compare the two printed shares. It limits the
# step that follows. A long step can drive the units to $-1$ or $1$. There the gradient of $W_h$
# vanishes, and the readout can diverge. A network that is not lost can still be worse than
# repeating the last month: see the printed lines.

# %% [markdown] tags=["home"]
# ## 7. What eigenvalues add
#
# The norm bounds what *one* step does. What happens if the same matrix acts many times? Let a
# matrix $J$ of two rows act on a vector (an arrow) again and again:

# %%
turn = 1.2 * np.array([[np.cos(0.5), np.sin(0.5)], [-np.sin(0.5), np.cos(0.5)]])
shift = 1.2 * np.array([[0.0, 1.0], [0.0, 0.0]])


def push(arrow, matrices):
    path = [np.array(arrow)]
    for J in matrices:
        path.append(path[-1] @ J)
    return np.array(path)


# %% tags=["measure"]
# Draw the arrow after each of eight steps, for three ways to choose the eight matrices
start = (1.0, 0.3)
arrows = {
    "turn, 8 times": push(start, 8 * [turn]),
    "shift, 8 times": push(start, 8 * [shift]),
    "shift and its mirror, in turns": push(start, 4 * [shift, shift.T]),
}
largest = {
    name: (np.linalg.norm(J, 2), np.abs(np.linalg.eigvals(J)).max())
    for name, J in {"turn": turn, "shift": shift, "mirror of shift": shift.T}.items()
}
for name, (norm, eigenvalue) in largest.items():
    print(f"{name:16} norm {norm:.1f}, largest |λ| {eigenvalue:.1f}")
ends = [np.linalg.norm(path[-1]) for path in arrows.values()]
plots.arrows(
    arrows,
    title=f"Eight steps, norm 1.2: length 1 becomes {ends[0]:.1f}, {ends[1]:.0f} and {ends[2]:.1f}",
    alt="An arrow of length 1.0 after eight steps. "
    + ", ".join(f"{name}: length {end:.2g}" for name, end in zip(arrows, ends, strict=True)),
)

# %% [markdown]
# The black arrow is the start; the lighter an arrow, the later its step.
#
# **Why.** An **eigenvector** of $J$ keeps its direction or is reversed. Its length is multiplied by
# $|\lambda|$, where $\lambda$ is its **eigenvalue**. If the *same* $J$ acts $n$ times, the length
# follows $|\lambda|^n$ in the long run, with the largest $|\lambda|$, for almost every start. The
# shift has norm 1.2, but its only eigenvalue is 0: after two steps nothing is left. The turn has no
# real eigenvector, because its $\lambda$ are complex numbers. Still $|\lambda| = 1.2$ is the factor
# of each step.
#
# This needs one fixed matrix. In the third picture two matrices take turns: both have only the
# eigenvalue 0, and still the arrow grows. In an RNN $W_h$ is the same at each step, but the slopes
# $1 - h_t^2$ are not. So the eigenvalues of $W_h$ describe the gradient only while the units stay
# near 0, where $J_t \approx W_h^\top$.

# %% tags=["measure"]
# Print the largest eigenvalue of the three networks of section 4 beside what is left
for name, w_h in kinds.items():
    eigenvalue = np.abs(np.linalg.eigvals(w_h)).max()
    print(f"{name:10} largest |λ| of W {eigenvalue:.1f}, left 20 steps back {real[name][n]:.0e}")

# %% [markdown]
# The random matrix and the latch have the same norm and the same largest $|\lambda|$. What is left
# depends on how far their units are from 0.

# %% [markdown] tags=["home"]
# ## 8. One unit, and the reach of a factor
#
# A factor of 0.9 looks close to 1. After how many steps is at most 1 % left?
#
# ### Your turn: `reach`
#
# *It turns the factor of a step into a number of steps.* About 1 line; `hint("reach")` helps.


# %%
import math


def reach(factor, threshold):
    """The first whole number n of steps at which factor**n is at most threshold, both in (0, 1)."""
    ### BEGIN SOLUTION
    return math.ceil(math.log(threshold) / math.log(factor))
    ### END SOLUTION


# %%
check("reach", reach)

# %% [markdown]
# An RNN with one unit has two weights, $w_x$ and $w$. Its Jacobian is one number:
#
# $$h_t = \tanh(w_x x_t + w\,h_{t-1}) \qquad\Rightarrow\qquad J_t = w\,(1 - h_t^2)$$
#
# > **Predict.** Four units with $w_x = 0.5$ and $w = 0.5,\ 0.9,\ 1.2,\ 3$ read ten years of
# > sunspots. In which one is least left after 24 months? (If the next one has less than twice as
# > much, it is too close to call.)
# > - (a) 0.5
# > - (b) 0.9
# > - (c) 1.2
# > - (d) 3

# %%
guess("first_to_vanish")

# %%
from lstm_jax.course.l02.descent import past_months

steps_left = mine(reach, otherwise=stand_ins.reach)
months = jnp.asarray(past_months()[:120, None])  # (T, 1), ten years, scaled as in lesson 01


def factors_back(w):
    cell = RNNParams(jnp.full((1, 1), 0.5), jnp.full((1, 1), w), jnp.zeros(1))
    h = trace(cell, months).h[1:, 0]
    return np.asarray(w * (1 - h**2))[::-1]  # the last step first


# %% tags=["measure"]
# Multiply the factors of the four units, and compare their reach with that of an equal factor
products = {w: np.cumprod(np.concatenate([[1.0], factors_back(w)])) for w in (0.5, 0.9, 1.2, 3.0)}
print("An equal factor, at each of the 120 steps, would give the same product.")
for w, product in products.items():
    equal = product[120] ** (1 / 120)
    print(
        f"w = {w}: equal factor {equal:.2f}, with it at most 1 % is left after "
        f"{steps_left(equal, 0.01)} steps; in fact after {int(np.argmax(product <= 0.01))}"
    )
at_24 = {w: product[24] for w, product in products.items()}
fastest, second = sorted(at_24, key=at_24.get)[:2]
verdict(
    "first_to_vanish",
    {"a": fastest == 0.5, "b": fastest == 0.9, "c": fastest == 1.2, "d": fastest == 3.0},
    f"After 24 months w = {fastest} has {at_24[fastest]:.0e} left, and the next one, w = {second}, "
    f"{at_24[second]:.0e}.",
    tie=at_24[second] < 2 * at_24[fastest],
)
plots.curves(
    np.arange(61),
    {f"w = {w}": product[:61] for w, product in products.items()},
    title=f"Least left after 24 months: w = {fastest}",
    xlabel="months back from the last one",
    ylabel="|∂h$_T$/∂h$_t$|, no unit",
    alt="Left after 24 months: " + ", ".join(f"w = {w} {v:.0e}" for w, v in at_24.items()),
    log=True,
    ylim=(1e-20, 1e3),
)

# %% [markdown]
# **Why.** A large weight drives the unit to near $-1$ or $1$, where tanh is flat. There the unit
# keeps its value well, and the slope $1 - h_t^2$ is nearly 0. The same happens in the latch of
# section 4, and in the network with weights set by hand of section 1. The factors of a unit are not
# equal, because the input changes; so the two numbers of steps can differ.

# %% [markdown] tags=["home"]
# ## 9. A deep net beside a long RNN
#
# Unroll an RNN, and you see a deep net. Two things differ: in the RNN every layer has the *same*
# matrix and reads one more input. We compare 20 layers, each with its own random matrix, with an
# RNN of 120 steps. The gain is 0.9 in both.
#
# > **Predict.** After 20 factors, which one has lost more of its gradient? "By far" means 10 times;
# > from 7 to 15 times it is too close to call.
# > - (a) the deep net, by far
# > - (b) the RNN, by far
# > - (c) neither by far

# %%
guess("deep_or_long")


# %%
from lstm_jax.course.l02.descent import past_months


def factors(cells, h, inputs):
    """The Jacobian of every layer, or of every step."""
    found = []
    for cell, x in zip(cells, inputs, strict=True):
        found.append(jacobian(cell, h, x))
        h, _ = step(cell, h, x)  # the package's step returns two: state and output
    return found


months = past_months()[:120, None]
many = [init_rnn(jax.random.key(n), 1, 8, gain=0.9) for n in range(20)]
layers = factors(many, months[:8, 0], np.zeros((20, 1)))  # any eight numbers go into layer 1
steps = factors(120 * many[:1], np.zeros(8), months)


# %% tags=["measure"]
# Multiply the factors of both from the output back, and draw what is left
def left_back(factors):
    """The norm of the product of the last n factors, for n = 0, 1, ..."""
    product, norms = np.eye(8), [1.0]
    for factor in reversed(factors):
        product = product @ np.asarray(factor)
        norms.append(np.linalg.norm(product, 2))
    return np.array(norms)


deep, long = left_back(layers), left_back(steps)
ratio = deep[20] / long[20]
verdict(
    "deep_or_long",
    {"a": ratio < 0.1, "b": ratio > 10, "c": 0.1 <= ratio <= 10},
    f"20 layers leave {deep[20]:.1e}, 20 steps leave {long[20]:.1e}, 120 steps {long[120]:.1e}.",
    tie=1 / 15 < ratio < 1 / 7 or 7 < ratio < 15,
)
plots.curves(
    np.arange(121),
    {"RNN, 120 steps": long, "deep net, 20 layers": np.append(deep, np.full(100, np.nan))},
    title=f"20 layers leave {deep[20]:.0e}, and 120 steps {long[120]:.0e}",
    xlabel="layers or steps back from the output",
    ylabel="‖product of the factors‖, no unit",
    alt=f"Left on a log axis: {deep[20]:.1e} after 20 layers, {long[20]:.1e} after 20 steps.",
    log=True,
)

# %% [markdown]
# **Why.** The number of factors is linear in layers and in steps. With gain 0.9 the norm of each
# factor is at most 0.9, so what is left falls at least exponentially in both.
#
# So far we looked at the last state only. The **influence map** shows
# $\lVert \partial h_t / \partial x_s \rVert$ for every output $t$ and every input $s$.

# %% tags=["measure"]
# Draw how strongly each output of the RNN depends on each month before it
from lstm_jax import influence

sizes_of = np.asarray(influence(many[0], jnp.asarray(months)))  # (T, T), row t, column s
back = [np.median(np.diagonal(sizes_of, -n) / np.diagonal(sizes_of)[n:]) for n in range(119)]
reached = int(np.argmax(np.array(back) <= 0.01)) or 119
plots.influence_map(
    sizes_of,
    title=f"Gain 0.9: in the median 1 % is left after {reached} months",
    alt="A band along the diagonal: outputs depend on the months just before them. In the median "
    f"over the outputs, 1 % of the dependence on the own month is left after {reached} months.",
)

# %% [markdown]
# **Notice.** A small slope means that a *small change* of an early input changes little. It does
# not mean that nothing was stored: see the network with weights set by hand in section 1.

# %% [markdown]
# ## Summary
#
# - An RNN may be able to store something and still not learn to.
# - Its gradient is a sum, and the term of step $s$ holds $T - s$ Jacobians.
# - The norm of such a product can shrink or grow exponentially with the number of its factors.
# - If the norm of $W_h$ is below 1, the terms of far steps must vanish. Above 1 they may vanish or
#   explode.
# - At home: if one matrix acts again and again, its largest $|\lambda|$ tells the long run.
#   Clipping limits the length of an update. It does nothing against vanishing.
#
# **To take home**
# 1. A network has a loss at every step. Which terms of its gradient vanish, and which do not?
# 2. Double $W_h$ of the latch. Does its gradient vanish faster or more slowly?
# 3. *Open:* how would you build a cell that keeps its factor near 1 and can forget?
#
# **What you can now read**
# - Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013:
#   sections 1 to 3.
# - Bengio, Simard and Frasconi, "Learning long-term dependencies with gradient descent is
#   difficult", 1994: why a latch learns badly.
#
# Next: [lesson 03](03_forget_gate.ipynb) builds a cell for question 3.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# **Answers**, and how often each came out:
# - `longest_lag` (c): 8, 0 and 0 of 8 networks learn lags 4, 15 and 30. The medians are right on
#   100, 41 and 26 %. With eight random keys the counts were 8, 0, 0 each time, and the median of
#   lag 15 was 40 to 51 %; with sequences of 64 letters, twice the same. With 1,500 updates they
#   were 8, 5, 0, twice: lag 15 is slow, not impossible. Do not shorten the sequences: with 34
#   letters the mark of lag 30 is the fourth letter, when the state has read little else, and in one
#   of three runs 2 of 8 networks learned it.
# - Section 2: at 4, 15 and 30 steps back a term has 9.6, 1.1 and 0.08 % of the sum. With eight
#   fresh networks and 100 sequences each, the mean shares of the term at the lag were 7 to 8 % at
#   lag 4, 0.4 to 1.2 % at lag 15 and 0.01 to 0.12 % at lag 30.
# - `gain_of_one` (c): 0.00004. In ten sets of eight seeds the medians were 0.00004 to 0.002.
#   Task 1 depends on the seed: 1.1, 1.1, 1.25, 1.25, 1.5, 1.3, 1.05 and 1.55 for the seeds 0 to
#   7. Task 2: 5 of 8, from 0.008 to 280. In the ten sets: 1 to 6.
# - `norm_two` (c): the random matrix. In 24 sets of weights and letters it left 1 to 245, twice too
#   close to call, the latch less than 1e-9 and the shift exactly 0.
# - At home: `saved_by_clipping` (c). With five random seeds 5, 5, 3, 4 and 4 of 10 networks were
#   lost without clipping, and 0 with it. With limit 10 one of 10 is lost in four of the five. It is
#   not the only remedy: in one run with rate 0.03 for the readout none was lost without clipping
#   either, and in one with gain 1.5 none was lost. `first_to_vanish` (d): the same in each of 15
#   decades. `deep_or_long` (c): 10 of 10 sets of weights.
#
# **If time is short:** give the first two hints of `step_jacobian` to everyone. In section 3 set
# gain 1.5 yourself and let the class name seeds. If time is left, show the figure of section 5.
#
# **Homework:** sections 5 to 9 and the questions. 1: each step's loss adds a sum like that of
# section 2; its terms a few steps back do not vanish, those far back do. 2: faster, because the
# units sit nearer to $-1$ and $1$: after 5 steps 3e-11 is left in place of 1e-3. 3 leads to
# lesson 03.
#
# **Wrong answers to expect**
# - *"The network forgets, so it cannot learn."* The network with weights set by hand does not
#   forget. It holds its value, and its slope vanishes because of that (Bengio and others, 1994).
# - *"Vanishing means that the gradient of the weights is 0."* The near terms are large. What is
#   lost is the part that would connect far steps.
# - *Section 3, "all of it".* It would be so without tanh. Ask for 0.9 to the power of 100.
# - *"A gradient vanishes because it is multiplied by numbers smaller than 1."* That is a short
#   form. The factors are matrices, and a norm above 1 can go with either outcome.
# - *Section 4, "above 1 it explodes".* Point at the shift: nothing is left after 16 steps. The norm
#   bounds one step, and the product depends on whether the steps line up.
# - *Section 8, "0.5 vanishes fastest".* They read the weight and leave out tanh. For $w = 3$ and
#   $h = 0.99$ the factor is $3 \cdot 0.02 = 0.06$.
# - `step_jacobian`: transposed, or the slope on the wrong axis. `clip_by_global_norm`: each array
#   on its own, which changes the direction. `check` names each of them.
