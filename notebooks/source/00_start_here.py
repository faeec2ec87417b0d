# %% [markdown]
# # 00 Start here
#
# A network that reads a sequence needs a memory. Today you meet the simplest one: a single number
# that fades. You move it over forty years of sunspots, you write it in JAX, and you measure how
# far back it reaches. From there this series goes on to the LSTM, which controls what it keeps.
#
# **You will be able to**
# - say what a recurrence is, and write one with `lax.scan`;
# - measure with `grad` how far back a memory reaches;
# - say what `jit` costs at the first call and saves at every later one.
#
# The cell below shows all lessons. To run it, click into it and press Shift + Enter.

# %%
from lstm_jax.course import lesson_map

lesson_map()

# %%
import jax
import jax.numpy as jnp

from lstm_jax.course import DecayExplorer, check, guess, hint, mine, progress, sunspots, verdict
from lstm_jax.course.l00 import stand_ins

# %% [markdown]
# ## 1. How a lesson works
#
# The lessons build on each other. Take them in the order of the list above.
#
# 1. **Predict.** Choose an answer with the buttons before you run on. It is not graded.
# 2. **Run** the cells below it, one by one, with Shift + Enter. Some cells are folded: they measure
#    and draw. A click opens them.
# 3. **Verdict.** A cell computes which answer is right.
# 4. **Your turn.** You write a short function. `check` says what is wrong with it. Once it is
#    right, the rest of the lesson runs with it.
#
# If a notebook behaves oddly, choose *Kernel > Restart Kernel and Run All Cells*.

# %% tags=["measure"]
# Prints the versions, and the device that JAX computes on
devices = ", ".join(device.device_kind for device in jax.devices())

import platform

print(f"Python {platform.python_version()}, JAX {jax.__version__}, computes on: {devices}")

# %% [markdown]
# `cpu` is all you need. On a graphics card the same code runs; only the times of section 5 differ.

# %% [markdown]
# ## 2. A memory of one number
#
# > **Predict.** A memory starts at 0. At each step it keeps half of itself and takes half of what
# > comes in. It reads 8, 8, 8, 0, 0. What does it hold at the end?
# > - (a) 0, because the last input was 0
# > - (b) 1.75
# > - (c) 4.8, the mean of the five

# %%
guess("half_and_half")

# %%
h = 0.0
for x in [8.0, 8.0, 8.0, 0.0, 0.0]:
    h = 0.5 * h + 0.5 * x
    print("reads", x, "now holds", h)

# %% tags=["measure"]
# Compares the last number with the three answers
verdict(
    "half_and_half", {"a": h == 0, "b": h == 1.75, "c": h == 4.8}, f"At the end it holds {h:g}."
)

# %% [markdown]
# This loop is a **recurrence**: each state is made of the state before and one new input.
#
# $$h_t = \lambda\, h_{t-1} + (1 - \lambda)\, x_t \qquad h_0 = 0$$
#
# - $x_t$ is the **input** at step $t$. There are $T$ inputs.
# - $h_t$ is the **state** after step $t$. It is all that the memory still has of the past.
# - $\lambda$, in code `decay`, is the share of the old state that is kept. Above it is 0.5.

# %% [markdown]
# ## 3. How far back does it reach?
#
# The **sunspot number** of a month is 10 for each group of spots on the sun, and 1 for each spot.
# It rises and falls in a cycle of about eleven years. (Source: National Geophysical Data Center.)
# A memory reads it month by month.
#
# The **weight** of a month says how much the memory $h$ changes when that month's number is changed
# by 1.
#
# > **Predict.** A memory keeps 0.9 of itself each month. Compare the weight of the newest month
# > with the weight of the month ten years before. How many times smaller is the old one?
# > - (a) about 10 times
# > - (b) about 100 times
# > - (c) more than 10,000 times

# %%
guess("ten_years_ago")

# %% [markdown]
# The upper picture shows the sunspot number and the memory $h$, the lower one the weight of each
# month, on a logarithmic axis. Drag over a picture to choose the newest month. Two tasks:
#
# 1. Find the decay at which half of the weight lies in the last 12 months.
# 2. Look for a decay that reaches at least as far back **and** has its maxima when the sun has
#    them. Is there one?

# %%
explorer = DecayExplorer()
explorer

# %% tags=["measure"]
# Reads your explorer, answers the two tasks and computes the verdict
from lstm_jax.course.l00 import memories

number = sunspots().number
print(f"Your explorer: decay {explorer.decay:.2f}, half of the weight in {explorer.half} months.")
far = [share / 100 for share in range(100) if 1 - (share / 100) ** 11 < 0.5]
print(f"Task 1: half of the weight lies in the last 12 months at decay {far[0]}.")
print("Task 2: how late the memory is, as the shift at which it is most like the sun")
for decay in [0.5, 0.8, 0.9, *far]:
    late = memories.months_behind(number, memories.fading_memory(decay, number))
    print(f"  decay {decay:<4}: {late:2} months")

weights = jax.grad(lambda xs: memories.fading_memory(0.9, xs)[-1])(jnp.asarray(number[:121]))
times = float(weights[-1] / weights[0])
verdict(
    "ten_years_ago",
    {"a": 3 < times < 30, "b": 30 < times < 300, "c": times > 10_000},
    f"With decay 0.9 the month ten years before has a weight {times:,.0f} times smaller.",
)

# %% [markdown]
# **Why?** Each number comes in with the weight $1 - \lambda$. Every later step multiplies what is
# left of it by $\lambda$. So the memory is a weighted sum:
#
# $$h_T = \sum_{t=1}^{T} (1 - \lambda)\,\lambda^{\,T-t}\, x_t$$
#
# **Notice**
# 1. The weights are a straight line on the logarithmic axis, because each step back multiplies them
#    by the same factor.
# 2. With a decay near 1 the memory reaches far back. But its maxima come after those of the sun,
#    because only the share $1 - \lambda$ of each new number comes in. One fixed decay cannot reach
#    far back and follow at once. The gates of an LSTM set the decay again at every step.

# %% [markdown]
# ## 4. The same walk in JAX
#
# `lax.scan(advance, start, xs)` walks along a sequence. You give it one step: a function that takes
# the state and one input, and returns two things, the next state and what to write down.


# %%
@jax.jit
def memory(decay, xs):
    def advance(h, x):
        h = decay * h + (1 - decay) * x
        return h, h  # the next state; what to write down

    _, hs = jax.lax.scan(advance, jnp.float32(0), xs)  # the last state; all that was written down
    return hs  # (T,)


memory(0.5, jnp.array([8.0, 8.0, 8.0, 0.0, 0.0]))

# %% [markdown]
# Compare them with the five numbers of the loop in section 2. (`@jax.jit` compiles the function to
# machine code. Section 5 measures what that is worth.)
#
# ### Your turn: `leaky_sum`
#
# Every recurrent network is such a walk, with a richer step. The **leaky sum** adds the new input
# whole:
#
# $$h_t = \lambda\, h_{t-1} + x_t \qquad h_0 = 0$$
#
# Return all the states, with `lax.scan`. About 5 lines. For help, run `hint("leaky_sum")`.


# %%
def leaky_sum(decay, xs):
    """h_t = decay h_{t-1} + x_t from h_0 = 0. xs is (T,); returns all h, (T,)."""

    ### BEGIN SOLUTION
    def advance(h, x):
        h = decay * h + x
        return h, h

    _, hs = jax.lax.scan(advance, jnp.float32(0), xs)
    return hs
    ### END SOLUTION


# %%
check("leaky_sum", leaky_sum)

# %% [markdown]
# `mine` takes your function if it is right, and otherwise one of ours. `xs` holds the sunspot
# numbers of all months.

# %%
walk = mine(leaky_sum, otherwise=stand_ins.leaky_sum)
xs = jnp.asarray(sunspots().number)
print(xs.shape, walk(0.9, xs)[:5])

# %% [markdown]
# ## 5. What does `jit` cost, and what does it save?
#
# Here is the leaky sum as a plain loop. We time three ways: this loop; the loop after `jax.jit`;
# and your `walk` after `jax.jit`. The first call is timed apart, because `jit` compiles then.


# %%
def python_loop(decay, xs):
    h, hs = 0.0, []
    for x in xs:
        h = decay * h + x
        hs.append(h)
    return jnp.stack(hs)


ways = {"loop": python_loop, "jitted loop": jax.jit(python_loop), "jitted scan": jax.jit(walk)}

# %% tags=["measure"]
# Times the first call of each way, and takes the median of 15 later calls
from lstm_jax.course.l00.timing import first_and_later

first, later = first_and_later(ways, 0.9, xs[:48])
results = [way(0.9, xs[:48]) for way in ways.values()]
assert max(jnp.abs(result - results[0]).max() for result in results) < 1e-5 * results[0].max()

print(f"48 steps, ms {'first call':>12} {'later call':>12}")
for name in ways:
    print(f"{name:12} {first[name]:12,.0f} {later[name]:12.2f}")
compiling = first["jitted loop"] / first["jitted scan"]
saved = later["loop"] / later["jitted scan"]
print(f"A later call of the jitted scan is {saved:,.0f} times as fast as one of the loop.")
print(f"The first call of the jitted loop takes {compiling:,.0f} times as long as the scan's.")

# %% [markdown]
# **Why?**
# 1. Without `jit`, the loop gives JAX several small jobs at each step. Starting a job takes longer
#    than the job itself.
# 2. `jit` compiles at the first call, and again for every new shape. Of a loop it compiles every
#    step; of a `scan` it compiles one step, whatever the length.

# %% [markdown]
# ## 6. What does a derivative say about a memory?
#
# The weight of a month is a **derivative**: $\partial h_T / \partial x_t$ says how fast the last
# state changes when the input at step $t$ changes. `jax.grad(f)` gives a function that computes the
# derivative of `f` by its first argument. `f` must return one number. Here it is the last state.


# %%
def last_state(xs):
    return memory(0.9, xs)[-1]


decade = xs[-120:]
weights = jax.grad(last_state)(decade)
print("first three:", weights[:3])
print("last three: ", weights[-3:])

# %% tags=["measure"]
# Compares all derivatives with the formula of section 3
steps_after = jnp.arange(len(decade))[::-1]  # T - t: the first input is the oldest
formula = (1 - 0.9) * 0.9**steps_after
error = float(jnp.abs(weights / formula - 1).max())
assert error < 1e-3
print(f"All {len(decade)} derivatives agree with the formula, within {error:.0e} of their value.")

# %% [markdown]
# ### Your turn: `sensitivity`
#
# Which inputs still move the last state? Return the derivative of the **last** state of the leaky
# sum, `walk`, by each input. Use `jax.grad`. About 4 lines. For help, run `hint("sensitivity")`.


# %%
def sensitivity(decay, xs):
    """The derivative of the last h of the leaky sum by each of xs (T,): (T,)."""

    ### BEGIN SOLUTION
    def last(xs):
        return walk(decay, xs)[-1]

    return jax.grad(last)(xs)
    ### END SOLUTION


# %%
check("sensitivity", sensitivity)

# %% [markdown]
# The decay may also be 1 or larger. How much does the oldest of 120 months then count, beside the
# newest?

# %%
slopes = mine(sensitivity, otherwise=stand_ins.sensitivity)
for decay in [0.9, 1.0, 1.1]:
    print(decay, slopes(decay, decade)[0], slopes(decay, decade)[-1])

# %% tags=["measure"]
# Draws these derivatives for all 120 months
from lstm_jax.course import plots

curves = {f"decay {decay}": slopes(decay, decade) for decay in [0.9, 1.0, 1.1]}
ratios = {name: float(curve[0] / curve[-1]) for name, curve in curves.items()}
plots.curves(
    range(1, len(decade) + 1),
    curves,
    title=f"Decay 1.1: the oldest month counts {ratios['decay 1.1']:,.0f} times as much",
    xlabel="month t of the input; the last state is that of month 120",
    ylabel="∂h$_T$/∂x$_t$ (log)",
    alt="Derivatives of the state after 120 months by the input of each month, three straight "
    "lines on a logarithmic axis. The oldest is that of the newest times "
    + ", ".join(f"{each:.2g} at {name}" for name, each in ratios.items())
    + ".",
    log=True,
)

# %% [markdown]
# **Why?** The derivative of the leaky sum is $\lambda^{\,T-t}$: a product of $T-t$ equal factors.
# Below 1 such a product shrinks towards 0, above 1 it grows without limit.
#
# A network learns from such derivatives. Where the derivative is nearly 0, training cannot find out
# that the old input mattered. Lesson 02 shows this for an RNN.

# %% [markdown]
# ## 7. Four letters for four sizes
#
# All lessons and all error messages use the same letters. Networks read arrays of shape
# `(B, T, D)`; today the arrays are simpler, `(T,)` for one sequence. `jax.vmap` makes a function
# for one sequence work on a whole batch; section 8 shows how.
#
# | letter | counts | today |
# |---|---|---|
# | `B` | **batch**: sequences side by side | 1 |
# | `T` | **time**: steps in a sequence | months |
# | `D` | **input**: numbers that come in at one step | 1 |
# | `H` | **hidden**: numbers in the state | 1; many from lesson 01 on |

# %% [markdown] tags=["home"]
# ## 8. `vmap`: one rule, a whole batch
#
# You write the rule for one sequence, and `jax.vmap` makes it a rule for many. `in_axes` says which
# arguments come in many: 0 for "one in each row", `None` for "the same for all".
#
# > **Predict.** `decays` has the shape (3,) and `decade` has the shape (120,). Which shape does
# > `jax.vmap(memory, in_axes=(0, None))(decays, decade)` have?
# > - (a) (3,)
# > - (b) (3, 120)
# > - (c) (120, 3)

# %%
guess("vmap_shape")

# %%
decays = jnp.array([0.8, 0.9, 0.99])
many = jax.vmap(memory, in_axes=(0, None))(decays, decade)
print(many.shape)

# %% tags=["measure"]
# Compares with one call after the other and computes the verdict
one_by_one = jnp.stack([memory(each, decade) for each in decays])
assert jnp.abs(many - one_by_one).max() < 1e-5 * jnp.abs(decade).max()
shape = many.shape
verdict(
    "vmap_shape",
    {"a": shape == (3,), "b": shape == (3, 120), "c": shape == (120, 3)},
    f"The shape is {shape}: a row for each decay. One call after the other gives the same numbers.",
)

# %% [markdown]
# ### Your turn: `batched`
#
# Return the leaky sum of every row of `xss`, which is `(B, T)`. The decay is the same for all rows.
# About 1 line. For help, run `hint("batched")`.


# %%
def batched(decay, xss):
    """The leaky sum of each row of xss (B, T): (B, T)."""
    ### BEGIN SOLUTION
    return jax.vmap(walk, in_axes=(None, 0))(decay, xss)
    ### END SOLUTION


# %%
check("batched", batched)

# %% [markdown]
# Here it reads the sunspots in stretches of eleven years, all of them at once.

# %%
rows = mine(batched, otherwise=stand_ins.batched)
stretches = xs[: 23 * 132].reshape(23, 132)
print("B, T =", rows(0.9, stretches).shape)

# %% [markdown] tags=["home"]
# ## 9. Four traps of JAX
#
# **An array never changes.** You ask for a changed copy.

# %%
before = jnp.array([1.0, 2.0, 3.0])
after = before.at[0].set(10.0)  # before[0] = 10.0 raises a TypeError
print("before:", before, " after:", after)

# %% [markdown]
# **Random numbers come from a key.** The same key gives the same numbers. Split it for new ones.

# %%
key = jax.random.key(0)
first_key, second_key = jax.random.split(key)
print("same key: ", jax.random.normal(key), jax.random.normal(key))
print("split key:", jax.random.normal(first_key), jax.random.normal(second_key))

# %% [markdown]
# **Numbers are `float32`**, with about seven digits. They are too few to count far.

# %%
large = jnp.float32(16_777_216)
print(large + 1 == large)

# %% [markdown]
# **`jit` runs your Python only while it compiles.**
#
# > **Predict.** The next function has a `print` in it. It is called three times, with 12, 12 and 24
# > numbers. How often does `print` run?
# > - (a) once
# > - (b) twice
# > - (c) three times

# %%
guess("print_in_jit")

# %%
compiled = []


@jax.jit
def mean(xs):
    print("compiling for shape", xs.shape)
    compiled.append(xs.shape)
    return xs.mean()


for part in [xs[:12], xs[12:24], xs[:24]]:
    mean(part)

# %% tags=["measure"]
# Counts the prints and computes the verdict
count = len(compiled)
verdict(
    "print_in_jit",
    {"a": count == 1, "b": count == 2, "c": count == 3},
    f"It ran {count} times, for the shapes {', '.join(map(str, compiled))}.",
)

# %% [markdown]
# ## Summary
#
# A recurrence makes each state from the state before and one input. `lax.scan` walks it. `jit`
# makes it fast, after a slow first call. `grad` shows how far back a memory reaches: each step back
# multiplies the derivative by the decay. Today the decay was one number, the same at every step. An
# LSTM moves its memory by $c_t = f_t\, c_{t-1} + i_t\, g_t$ and sets $f_t$ and $i_t$ again at every
# step; with $f_t = \lambda$, $i_t = 1 - \lambda$ and $g_t = x_t$ this is today's memory.
#
# **Three questions to take home**
# 1. At which decay does half of the weight lie in the last 120 months?
# 2. With a decay of 0.99, how many months pass until a number has lost 99 % of its weight?
# 3. Open: a memory should follow the sun without delay while the number rises, and hold its maximum
#    for ten years. Which input would you let decide about the decay, and how?
#
# **What you can now read**
# - R. J. Hyndman and G. Athanasopoulos, *Forecasting: Principles and Practice*, 3rd edition, 2021,
#   the section "Simple exponential smoothing": today's memory as a forecast, with
#   $\alpha = 1 - \lambda$.
# - The JAX documentation, "Quickstart: How to think in JAX", on `jit`, `grad`, `vmap` and keys.
#
# `progress()` shows what you have passed and predicted. It is kept in a small file beside the
# notebooks. Next: [01 RNN recap](01_rnn_recap.ipynb).

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# **Answers.** `half_and_half` (b), 1.75. `ten_years_ago` (c), 309,671 times. `vmap_shape` (b).
# `print_in_jit` (b). None of them depends on chance, so there are no seeds. Task 1: 0.94. Task 2:
# there is none. The memory is 2 months late at 0.8, 7 at 0.9, 14 at 0.95 and 27 at 0.99; at 0.5 it
# is not late. Late means the shift at which the two curves are most alike, over all months.
#
# **Wrong answers to expect**
# - *"The memory holds the mean"* (`half_and_half`, c). A mean weighs all inputs alike. Have them
#   compute the weight of the first 8: 0.5 to the fifth.
# - *"0.9 is nearly 1, so little is lost"* (`ten_years_ago`, a or b). 0.9 is multiplied 120 times.
# - *"scan is fast because it runs in parallel."* It does not: step t needs step t-1. It is fast
#   because nothing goes back to Python between two steps.
# - In `leaky_sum`: returning the pair that `scan` gives. In `sensitivity`: one power too many, or
#   the derivative by `decay`. In `batched`: no `in_axes`, so that `vmap` looks for rows in `decay`.
#
# **Short of time?** Of section 5, show the table only, and give task 1 as homework. Keep the
# straight lines, because lesson 02 starts from that picture. To show section 5 twice, restart the
# kernel in between: a first call is first only once.
#
# **Homework.** Section 8, because lesson 01 uses `vmap`; section 9; the three questions.
# Answers: 0.9942 (the root of order 120 of one half); 459 months, because 0.99 to the power 459 is
# below 0.01; the third leads to lesson 03.
#
# **On a GPU** the small steps of this lesson may well be slower than on a CPU, because one step is
# too little work to keep it busy.
