# %% [markdown]
# # 00 Start here
#
# A network that reads a sequence needs a memory. Today you meet the simplest one: one number, in
# which older inputs fade. You watch it read forty years of sunspots, you write it in JAX, and you
# measure how far back it reaches. From there this series goes on to the LSTM, which computes at
# each step how much it keeps.
#
# **You will be able to**
# - say what a recurrence is, and write one with `lax.scan`;
# - measure with `grad` how far back a memory reaches;
# - at home: measure what `jit` costs and saves, and use `vmap` for a whole batch.
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
# `cpu` is all you need. On a graphics card the same code runs; only the times of section 7 differ.

# %% [markdown]
# ## 2. A memory of one number
#
# > **Predict.** A memory starts at 0. At each step it keeps half of itself and adds half of the
# > input. It reads 8, 8, 8, 0, 0. What does it hold at the end?
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
# This loop is a **recurrence**: each state is made of the previous state and one new
# input.
#
# $$h_t = \lambda\, h_{t-1} + (1 - \lambda)\, x_t \qquad h_0 = 0$$
#
# - $x_t$ is the **input** at step $t$. There are $T$ inputs.
# - $h_t$ is the **state** after step $t$. It is all that the memory still has of the past.
# - $\lambda$, in code `decay`, is the share of the old state that is kept. Above it is 0.5.

# %% [markdown]
# ## 3. How far back does it reach?
#
# The **sunspot number** of a day is 10 for each group of spots on the sun, and 1 for each spot.
# That of a month is the mean of its days. It rises and falls in a cycle of about eleven years.
# (Source: National Geophysical Data Center.) A memory reads it month by month.
#
# Change the number of one month by 1. The **weight** of this month says how much the memory $h$ of
# the newest month then changes.
#
# > **Predict.** A memory keeps 0.9 of itself each month. How many times smaller is the weight of
# > the month ten years before than that of the newest month?
# > - (a) about 12 times
# > - (b) about 1,000 times
# > - (c) about 300,000 times

# %%
guess("ten_years_ago")

# %% [markdown]
# The upper picture shows the sunspot number and the memory $h$. The lower one shows the weight of
# each month in the $h$ of one month, on a logarithmic axis: at first May 1778. Drag over a picture
# to choose another. A memory is *late* by the number of months that its curve must move to the left
# to be most like that of the sun (highest correlation). The first ten years are left out, because
# the memory is still filling. Judge it by eye; the cell below computes it.
#
# 1. Find the smallest decay with which it takes at least 12 months, the newest included, to hold
#    half of the sum of all weights.
# 2. Look for a decay that reaches at least as far back **and** is not late. Is there one?

# %%
explorer = DecayExplorer()
explorer

# %% tags=["measure"]
# Reads your explorer, answers the two tasks and computes the verdict
from lstm_jax.course.l00 import memories

far = [n / 100 for n in range(100) if 1 - (n / 100) ** 11 < 0.5]  # 11 months hold less than half
late = {decay: memories.months_late(decay, explorer.xs) for decay in [0.5, 0.9, *far]}
print(f"Task 1: the smallest decay with which it takes 12 months is {far[0]}.")
print("Task 2: the memory is")
for decay in [0.5, 0.9, far[0], far[-1]]:
    print(f"  {late[decay]:2} months late at decay {decay}")
least = min(late[decay] for decay in far)
print(f"  and at least {least} months late at all decays from {far[0]} to {far[-1]}.")
print("  So", "not every" if least == 0 else "every", "decay that reaches as far back is late.")
print(f"Your explorer: decay {explorer.decay:.2f}. ", end="")
if explorer.decay == 1:
    print("The memory takes nothing in and stays at 0.")
else:
    months = memories.months_late(explorer.decay, explorer.xs)
    print(f"Half of the weight: last {explorer.half} months. It is {months} months late.")

weight = jax.grad(lambda xs: memories.fading_memory(0.9, xs)[-1])(explorer.xs[:121])
times = float(weight[-1] / weight[0])
verdict(
    "ten_years_ago",
    {"a": 4 < times < 36, "b": 330 < times < 3000, "c": 100_000 < times < 900_000},
    f"With decay 0.9 the weight of the month ten years before is {round(times, -4):,.0f} times "
    "smaller.",
)

# %% [markdown]
# **Why?** Each number comes in with the weight $1 - \lambda$. Every later step multiplies this
# weight by $\lambda$, which gives a straight line on a logarithmic axis. So the memory is a
# weighted sum:
#
# $$h_T = \sum_{t=1}^{T} (1 - \lambda)\,\lambda^{\,T-t}\, x_t$$
#
# **Notice.** With a decay near 1 the memory is late, because most of $h$ comes from older months.
# So
# one fixed decay cannot reach far back and follow at once. An LSTM computes its decay anew at
# every step, in a part that is called a gate.

# %% [markdown]
# ## 4. The same walk in JAX
#
# `lax.scan(advance, start, xs)` walks along a sequence. You give it one step: a function that takes
# the state and one input, and returns two things. They are the next state, which JAX calls the
# *carry*, and a value to record.


# %%
@jax.jit
def memory(decay, xs):
    def advance(h, x):
        h = decay * h + (1 - decay) * x
        return h, h  # the next state; the value to record

    start = jnp.float32(0)  # h_0 = 0, as a JAX number
    _, hs = jax.lax.scan(advance, start, xs)  # the last state; all recorded values
    return hs  # (T,)


memory(0.5, jnp.array([8.0, 8.0, 8.0, 0.0, 0.0]))

# %% [markdown]
# Compare these states with the five numbers of the loop in section 2. Step $t$ needs the state of
# step $t - 1$, so `scan` computes one step after the other. (`@jax.jit` compiles the function to
# machine code. Section 7 measures what that is worth.)
#
# ### Your turn: `leaky_sum`
#
# Every recurrent network is such a walk, with a richer step. At $\lambda = 1$ the memory above
# takes nothing in, because the share $1 - \lambda$ is 0. The **leaky sum** adds the input whole:
#
# $$h_t = \lambda\, h_{t-1} + x_t \qquad h_0 = 0$$
#
# Return all the states, with `lax.scan`. About 5 lines, with no `@jax.jit` above them, because
# section 7 compares it without and with `jit`. For help, run `hint("leaky_sum")`.


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
# ## 5. What does a derivative say about a memory?
#
# The weight of a month is a **derivative**: $\partial h_T / \partial x_t$ says how fast the last
# state changes when the input at step $t$ changes. `jax.grad(f)` gives a function that computes the
# derivative of `f` with respect to its first argument. `f` must return one number. Here it is the
# last state.


# %%
def last_state(xs):
    return memory(0.9, xs)[-1]


decade = xs[-121:]  # the last month, and the ten years before it
weights = jax.grad(last_state)(decade)
print("first three:", weights[:3])
print("last three: ", weights[-3:])

# %% tags=["measure"]
# Compares all derivatives with the formula of section 3
steps_after = jnp.arange(len(decade))[::-1]  # T - t: the first input is the oldest
formula = (1 - 0.9) * 0.9**steps_after
error = float(jnp.abs(weights / formula - 1).max())
assert error < 1e-3
times = float(weights[-1] / weights[0])
print(f"All {len(decade)} derivatives agree with the formula, within {error:.0e} of their value.")
print(f"The first one is {round(times, -4):,.0f} times smaller than the last one.")

# %% [markdown]
# ### Your turn: `sensitivity`
#
# Which inputs still move the last state? Return the derivative of the **last** state of the leaky
# sum, `walk`, with respect to each input. Use `jax.grad`. About 4 lines. For help, run
# `hint("sensitivity")`.


# %%
def sensitivity(decay, xs):
    """The derivative of the last h of the leaky sum with respect to each of xs (T,): (T,)."""

    ### BEGIN SOLUTION
    def last(xs):
        return walk(decay, xs)[-1]

    return jax.grad(last)(xs)
    ### END SOLUTION


# %%
check("sensitivity", sensitivity)

# %% [markdown]
# The decay may also be 1 or larger. How much does the month ten years before then count, compared
# with the newest?

# %%
slopes = mine(sensitivity, otherwise=stand_ins.sensitivity)
curves = {f"decay {decay}": slopes(decay, decade) for decay in [0.9, 1.0, 1.1]}

# %% tags=["measure"]
# Draws these derivatives for all months of the ten years
from lstm_jax.course import plots

ratios = {name: float(curve[0] / curve[-1]) for name, curve in curves.items()}
grown = f"{round(ratios['decay 1.1'], -3):,.0f} times as much as the newest"
plots.curves(
    range(-120, 1),
    curves,
    title=f"Decay 1.1: the oldest counts {grown}",
    xlabel="month t of the input, counted from the newest",
    ylabel="∂h$_T$/∂x$_t$ (log)",
    alt="Derivatives of the last state with respect to the input of each month, three straight "
    "lines on a logarithmic axis. That of the oldest month is that of the newest times "
    + ", ".join(f"{each:.2g} at {name}" for name, each in ratios.items())
    + ".",
    log=True,
)

# %% [markdown]
# **Why?** The derivative of the leaky sum is $\lambda^{\,T-t}$: a product of equal factors, one for
# each step from $t$ to $T$. With factors below 1 such a product shrinks towards 0, at 1 it stays 1,
# and above 1 it grows without limit.
#
# Training changes the weights of a network by the derivatives of its loss. These contain such
# products. Where a product is nearly 0, training gets almost no information about how to use the
# old input. Lesson 02 shows this for an RNN.

# %% [markdown]
# ## 6. Four letters for four sizes
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
# ## 7. What does `jit` cost, and what does it save?
#
# We compare your `walk` with a plain Python loop over 48 inputs. Each runs as it is, and after
# `jax.jit`. We time the first call, and take the median of 15 later calls.
#
# > **Predict.** How long does a later call of `walk` take without `jit`, compared with a later call
# > of the plain loop?
# > - (a) at most half as long
# > - (b) at least twice as long
# > - (c) something in between

# %%
guess("scan_without_jit")


# %%
def python_loop(decay, xs):
    h, hs = 0.0, []
    for x in xs:
        h = decay * h + x
        hs.append(h)
    return jnp.stack(hs)


ways = {"loop": python_loop, "jitted loop": jax.jit(python_loop)}
ways |= {"scan": walk, "jitted scan": jax.jit(walk)}

# %% tags=["measure"]
# Times the first call of each way, takes the median of 15 later calls, and gives the verdict
from lstm_jax.course.l00.timing import first_and_later

first, later = first_and_later(ways, 0.9, xs[:48])
results = [way(0.9, xs[:48]) for way in ways.values()]
assert max(jnp.abs(result - results[0]).max() for result in results) < 1e-5 * results[0].max()

print(f"48 steps, ms {'first call':>12} {'later call':>12}")
for name in ways:
    print(f"{name:12} {first[name]:12,.0f} {later[name]:12.2f}")
saved = {name: later[name] / later["jitted scan"] for name in ("loop", "scan")}
print(f"A later call of the jitted scan is {saved['scan']:,.0f} times as fast as one of the scan,")
print(f"and {saved['loop']:,.0f} times as fast as one of the loop.")
slower = later["scan"] / later["loop"]
verdict(
    "scan_without_jit",
    {"a": slower <= 0.5, "b": slower >= 2, "c": 0.5 < slower < 2},
    f"Without jit, a later call of walk takes {slower:.2g} times as long as one of the loop.",
)

# %% [markdown]
# **Why?**
# 1. The plain loop gives JAX several small jobs at each step. Python starts each of them, and that
#    takes longer than the job itself. JAX compiles each kind of job, and each new length, at its
#    first use, so the first call takes long even without `jit`.
# 2. `scan` compiles its step. Each call of `walk` defines a new step function, so without `jit` it
#    is compiled again at every call.
# 3. `jit` compiles at the first call, and keeps the result. A new value, such as another decay,
#    does not make it compile again. Of a Python loop it compiles every step; of a `scan` it
#    compiles one step, whatever the length.

# %% [markdown] tags=["home"]
# ## 8. `vmap`: one rule, a whole batch
#
# You write the rule for one sequence, and `jax.vmap` makes it a rule for many. `in_axes` says which
# arguments hold a batch: 0 for "a different one for each, along the first axis", `None` for "the
# same for all". Without `in_axes`, every argument must hold a batch.
#
# > **Predict.** `decays` has the shape (3,) and `decade` has the shape (121,). Which shape does
# > `jax.vmap(memory, in_axes=(0, None))(decays, decade)` have?
# > - (a) (3,)
# > - (b) (3, 121)
# > - (c) (121, 3)

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
    {"a": shape == (3,), "b": shape == (3, 121), "c": shape == (121, 3)},
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
# Here it reads the sunspots in stretches of eleven years, all of them at once. Which stretch ends
# with the highest state?

# %%
rows = mine(batched, otherwise=stand_ins.batched)
stretches = xs[: 23 * 132].reshape(23, 132)
hs = rows(0.9, stretches)
highest = int(hs[:, -1].argmax())
print("B, T =", hs.shape, " highest at the end: the stretch from", 1749 + 11 * highest)

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
# **Numbers are `float32`**, with about seven digits. The next sum needs eight.

# %%
large = jnp.float32(16_777_216)
print(large + 1 == large)

# %% [markdown]
# **What does `jit` do with a `print`?**
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
# **Why?** `jit` runs your Python only while it compiles, and it compiles once for each shape.

# %% [markdown]
# ## Summary
#
# A recurrence makes each state from the previous state and one input. `lax.scan` computes it step
# by step. `grad` shows how far back a memory reaches: each step back multiplies the derivative by
# the decay. Today the decay was one number, the same at every step. An LSTM moves its memory $c_t$
# by $c_t = f_t\, c_{t-1} + i_t\, g_t$: the forget gate $f_t$ is the share that it keeps, the
# candidate $g_t$ is what may come in, and the input gate $i_t$ is the share of it that it takes. It
# computes all three anew at every step; with $f_t = \lambda$, $i_t = 1 - \lambda$ and $g_t = x_t$
# this is today's memory.

# %% [markdown] tags=["home"]
# ## To take home
#
# 1. At which decay does half of the sum of all weights lie in the last 120 months? (The slider is
#    too coarse: use the sum of section 3.)
# 2. With a decay of 0.99, how many months pass until a number has lost 99 % of its weight?
# 3. Open: a memory should follow the sun without delay while the number rises, and hold its maximum
#    for ten years. Which numbers would you use to set the decay at each step, and how?
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
# **Answers.** `half_and_half` (b), 1.75. `ten_years_ago` (c), 310,000 times. Task 1: 0.94. Task 2:
# there is none. Over the 480 months of the explorer the memory is 0 months late at 0.5, 6 at 0.9,
# 11 at 0.94 and 25 at 0.99. At home: `scan_without_jit` (b), 14 to 49 times as long in seven runs;
# `vmap_shape` (b); `print_in_jit` (b). There are no seeds. Only the times of section 7 differ from
# run to run. Whoever writes `@jax.jit` above `leaky_sum` gets (a) there, because their `walk` is
# compiled once.
#
# **Wrong answers to expect**
# - *"The memory holds the mean"* (`half_and_half`, c). A mean weighs all inputs alike. Have them
#   compute the weight of the first 8: half of it comes in, and four more steps halve it.
# - *"It loses a tenth each month, so 12 times in 120 months"* (`ten_years_ago`, a). It loses a
#   tenth of what is left, so 0.9 is multiplied 120 times.
# - *"The memory is late because it takes only a small share of each number."* A constant factor
#   sets the height of a curve, not its delay: the leaky sum takes each number whole, and is exactly
#   as late.
# - *"scan is fast because it runs in parallel."* It does not: step t needs step t-1. It is fast
#   because nothing goes back to Python between two steps.
# - In `leaky_sum`: a Python loop, or the pair that `scan` gives. In `sensitivity`: one power too
#   many, or the derivative with respect to `decay`. In `batched`: no `in_axes`, so that `vmap`
#   looks for a batch in `decay`.
#
# **Short of time?** Give both tasks of section 3 as homework, show only their printed answers, and
# the table of section 6 to read. Keep the straight lines of section 5, because the same product
# explains lesson 02. To show section 7 twice, restart the kernel in between, because JAX keeps
# compiled code until the kernel ends.
#
# **Homework.** Section 8, because lesson 01 uses `vmap`; sections 7 and 9; the three questions.
# Answers: 0.9942 (the root of order 120 of one half); 459 months, because 0.99 to the power 459 is
# below 0.01; and for the third, $\lambda_t = 0$ while $x_t > h_{t-1}$ and nearly 1 otherwise. It
# needs the new input and the previous state. The gates of an LSTM read the new input and the
# previous output, which is made from the state: lesson 03.
#
# **On a GPU** the small steps of this lesson may well be slower than on a CPU, because one step is
# too little work to keep it busy.
