# %% [markdown]
# # 00 Start here
#
# The cell below shows all lessons. To run it, click into it and press Shift + Enter.

# %%
from lstm_jax.course import lesson_map

lesson_map()

# %% [markdown]
# A network that reads a sequence has to remember. This series takes you from the simplest memory
# there is, one number that fades, to the LSTM, whose gates decide what to keep. Today you meet the
# fading number, on three centuries of sunspots, and the few pieces of JAX that all lessons use.
#
# **You will be able to**
# - say what a recurrence is, and write one with `lax.scan`;
# - tell what `jit` costs the first time and saves every time after;
# - ask for a derivative with `grad`, and check the answer;
# - read from a derivative how far back a memory reaches;
# - run one rule on a whole batch with `vmap`.

# %%
import platform
import time

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.course import check, guess, hint, plots, progress, sunspots, verdict

# %% [markdown]
# ## 1. The series, and how to use a lesson
#
# The lessons build on each other, so take them in the order of the list above. From 00 to 07 you
# build the LSTM; from 08 to 12 you train it and use it; 13 shows where it fails.
#
# Every part of a lesson has the same four beats.
#
# 1. **Predict.** A question. Choose an answer with the buttons below it before you go on (Tab and
#    Space do, too). A wrong guess that you made teaches more than a right answer that you read.
# 2. **Run** the cells below it, one by one, with Shift + Enter.
# 3. **Verdict.** Where there was a claim to test, a cell computes who was right.
# 4. **Your turn.** You fill in a short function. `check` tells you whether it is right, and where
#    not. `hint` gives a nudge, and a bigger one each time you ask.
#
# When a notebook behaves oddly, choose *Kernel > Restart Kernel and Run All Cells*. That always
# works, whether you have answered the exercises or not.
#
# Try it now: what does your computer run this with?

# %%
print(f"Python {platform.python_version()}, JAX {jax.__version__}, NumPy {np.__version__}")
print("JAX computes on:", ", ".join(device.device_kind for device in jax.devices()))

# %% [markdown]
# `cpu` is all you need. If it names a graphics card, the same code runs there, and the times below
# will differ.

# %% [markdown]
# ## 2. A state that walks along a sequence
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
    print(f"reads {x:g}, now holds {h:g}")
answer = {0.0: "(a)", 1.75: "(b)", 4.8: "(c)"}.get(h, "none of these")
verdict(
    "half_and_half",
    answer,
    f"It holds {h:g}. It has not forgotten the eights, and it no longer holds them in full.",
)

# %% [markdown]
# That is a **recurrence**: each state is made of the state before and one new input.
#
# $$h_t = \lambda\, h_{t-1} + (1 - \lambda)\, x_t \qquad h_0 = 0$$
#
# - $x_t$ is the input at step $t$, for now one number; all $T$ of them are `xs`, of shape `(T,)`.
# - $h_t$ is the **state** after step $t$, one number too: all that is known of the past.
# - $\lambda$, in code `decay`, is how much of the old state is kept, from 0 to 1. It was 0.5 above.
#
# JAX walks along a sequence with `lax.scan(step, start, xs)`. You give it one step: a function that
# takes the state and one input, and returns two things, the next state and what to write down.
# Numbers go in as JAX's own: `jnp.float32(0.5)` is one, `jnp.array([...])` holds many.


# %%
@jax.jit
def memory(decay, xs):
    """h_t = decay h_{t-1} + (1 - decay) x_t: all the states, (T,)."""

    def advance(h, x):
        h = decay * h + (1 - decay) * x
        return h, h  # the next state; what to write down

    _, hs = jax.lax.scan(advance, jnp.float32(0), xs)  # the last state; all that was written down
    return hs


five = memory(jnp.float32(0.5), jnp.array([8.0, 8.0, 8.0, 0.0, 0.0]))
assert five[-1] == h
print("scan:", five)

# %% [markdown]
# The same five numbers as the loop. (`@jax.jit` has the whole walk compiled to machine code.
# Section 3 shows what that is worth.)
#
# Now something real: how many spots the sun showed, month by month, since 1749. The number rises
# and falls in a cycle of about eleven years. (Source: National Geophysical Data Center, public
# domain.)

# %%
year, number = sunspots()
xs = jnp.asarray(number)
print(f"{len(xs):,} months, from {year[0]:.0f} to {year[-1]:.0f}; xs is {xs.dtype} {xs.shape}")

# %% [markdown]
# > **Predict.** A memory that keeps 0.9 of itself averages over roughly the last
# > 1/(1 - 0.9) = 10 months, one that keeps 0.99 over roughly the last 100. Where are the peaks of
# > the slow one, with 0.99?
# > - (a) before the peaks of the sun
# > - (b) at the same time
# > - (c) after them

# %%
guess("slow_peaks")

# %%
quick, slow = memory(jnp.float32(0.9), xs), memory(jnp.float32(0.99), xs)

first = slice(0, 60 * 12)  # the first sixty years, in months
plots.curves(
    year[first],
    {"each month": number[first], "decay 0.9": quick[first], "decay 0.99": slow[first]},
    title="The longer the memory, the smoother it is, and the later",
    xlabel="year",
    ylabel="sunspot number",
    thin=["each month"],
    alt=f"Sunspot numbers from 1749 to 1809, ragged, with peaks up to {number[first].max():.0f}. "
    f"The memory with decay 0.9 is smooth and peaks at {quick[first].max():.0f}. The one with "
    f"decay 0.99 climbs slowly from 0, peaks at {slow[first].max():.0f} and runs behind.",
)


# %%
def lag(hs, longest=60, skip=600):
    """By how many months hs runs behind the sun: the shift at which the two look most alike."""
    end = len(number) - longest
    likeness = {
        shift: np.corrcoef(number[skip:end], hs[skip + shift : end + shift])[0, 1]
        for shift in range(-longest, longest + 1)
    }
    return max(likeness, key=likeness.get)


quick_lag, slow_lag = lag(np.asarray(quick)), lag(np.asarray(slow))
answer = "(c)" if slow_lag > 0 else "(b)" if slow_lag == 0 else "(a)"
verdict(
    "slow_peaks",
    answer,
    f"Decay 0.9 runs {quick_lag} months behind the sun, decay 0.99 {slow_lag} months.",
)

# %% [markdown]
# **Notice**
# 1. Both memories start at 0 and know nothing yet. The slow one needs years to catch up.
# 2. Remembering has a price: what holds the past for long is slow to take in the present. One
#    fixed `decay` cannot do both. Keep this in mind until you meet the gates.
# 3. There is one rule, used again at every step. Textbooks draw it as a chain of boxes, one for
#    each step, but they are one box, seen at different times.
#
# ### Your turn: `leaky_sum`
#
# *Every recurrent network is this walk with a richer step.* Write it once yourself. The leaky sum
# adds the new input whole:
#
# $$h_t = \lambda\, h_{t-1} + x_t \qquad h_0 = 0$$
#
# Return all the states, with `lax.scan`. About 5 lines. When you are stuck, run
# `hint("leaky_sum")`.


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
# ## 3. Why not a plain loop?
#
# Here is the same recurrence three times: a Python loop; that loop handed to `jit`; and `scan`
# inside `jit`, which is `memory` from above.


# %%
def python_loop(decay, xs):
    h, hs = jnp.float32(0), []
    for x in xs:
        h = decay * h + (1 - decay) * x
        hs.append(h)
    return jnp.stack(hs)


ways = {"Python loop": python_loop, "jitted loop": jax.jit(python_loop), "scan": memory}

# %% [markdown]
# > **Predict.** Four years of sunspots, 48 steps.
# >
# > How much faster than the Python loop is `scan`?
# > - (a) less than 3 times
# > - (b) 3 to 30 times
# > - (c) more than 30 times
# >
# > And whose very first call is the slowest?

# %%
guess("scan_speed")

# %% [markdown]
# To time JAX fairly, keep the first call apart: that is when `jit` compiles. Wait for the result:
# JAX hands it out before it is computed, and `block_until_ready` waits. Then take turns, so that
# whatever else the computer does hits all alike, and take the median.


# %%
def milliseconds(f, *arguments):
    start = time.perf_counter()
    jax.block_until_ready(f(*arguments))
    return 1000 * (time.perf_counter() - start)


decay = jnp.float32(0.9)
lengths = [12, 24, 48]
first_call = {
    name: [milliseconds(way, decay, xs[:length]) for length in lengths]
    for name, way in ways.items()
}

# %%
months = xs[: lengths[-1]]
rounds = [{name: milliseconds(way, decay, months) for name, way in ways.items()} for _ in range(15)]
later_call = {name: float(np.median([each[name] for each in rounds])) for name in ways}

print(f"{len(months)} steps, in ms   first call   later calls (median of {len(rounds)})")
for name in ways:
    print(f"{name:18} {first_call[name][-1]:12,.0f} {later_call[name]:13.3g}")

# %% [markdown]
# A comparison of speed means nothing unless all three compute the same thing. They do:

# %%
results = {name: way(decay, months) for name, way in ways.items()}
gap = max(float(jnp.abs(hs - results["scan"]).max()) for hs in results.values())
assert gap < 1e-5 * jnp.abs(months).max()
print(f"largest difference between the three: {gap:.1e}, in numbers up to {months.max():.0f}")

# %%
times = later_call["Python loop"] / later_call["scan"]
answer = "(a)" if times < 3 else "(b)" if times <= 30 else "(c)"
slowest = max(ways, key=lambda name: first_call[name][-1])
verdict(
    "scan_speed",
    answer,
    f"The Python loop takes {times:,.3g} times as long as scan. The slowest first call: {slowest}.",
)

plots.bars(
    later_call,
    title=f"Once compiled, the Python loop takes {times:,.3g} times as long as scan",
    xlabel=f"a later call, {len(months)} steps, ms (log)",
    alt=f"Time for {len(months)} steps once compiled, in ms: "
    + ", ".join(f"{name} {ms:.2g}" for name, ms in later_call.items()),
    log=True,
)

# %% [markdown]
# So why not always put `jit` on the loop? Look at what the first call costs.

# %%
cost = {name: costs[-1] for name, costs in first_call.items()}
ratio = cost["jitted loop"] / cost["scan"]
plots.bars(
    cost,
    title=f"First call: the jitted loop takes {ratio:.3g} times as long as scan",
    xlabel=f"the first call, {len(months)} steps, ms",
    alt=f"Time of the first call with {len(months)} steps, in ms: "
    + ", ".join(f"{name} {ms:,.0f}" for name, ms in cost.items()),
)

# %% [markdown]
# And how does that cost grow with the length of the sequence?

# %%
print("first call, ms   ", "".join(f"{length:6} steps" for length in lengths))
for name, costs in first_call.items():
    print(f"{name:17}", "".join(f"{ms:12,.0f}" for ms in costs))

costs = first_call["jitted loop"]
per_step = (costs[-1] - costs[0]) / (lengths[-1] - lengths[0])
print(f"The jitted loop: {per_step:.0f} ms more for each step. At that rate all {len(xs):,} months")
print(f"take {per_step * len(xs) / 1000:,.0f} s to compile.")

# %% [markdown]
# **Notice**
# 1. The Python loop is not slow because Python adds slowly: with ordinary numbers it would be
#    quick. It is slow because it hands JAX several tiny jobs at each step, and each hand-over
#    costs more than the job.
# 2. `jit` follows the loop and compiles each step anew. What comes out is a long list of small
#    pieces; whether it runs well differs between computers. `scan` compiles one step, whatever the
#    length.
# 3. A first call is slow, and so is the first one with a new shape. From now on, when a cell takes
#    a moment, it is compiling. Even the Python loop pays: each of its tiny jobs is compiled at its
#    first use.

# %% [markdown]
# ## 4. `grad`: what does the last state feel?
#
# A derivative says how much a result moves when you nudge what went in. You can measure it: nudge
# by a small $\varepsilon$ both ways and divide. Or you can let `jax.grad` work it out by the chain
# rule, exactly.
#
# $$\frac{\partial h_T}{\partial \lambda} \;\approx\;
# \frac{h_T(\lambda + \varepsilon) - h_T(\lambda - \varepsilon)}{2\varepsilon}$$
#
# `grad` needs a function that returns one number. Ours: the last state after the last ten years.
#
# > **Predict.** You shrink $\varepsilon$ from 0.1 to 0.000001. What happens to the error of the
# > quotient?
# > - (a) it shrinks all the way
# > - (b) it shrinks, then grows again

# %%
guess("tiny_nudge")


# %%
@jax.jit
def last_state(decay, xs):
    return memory(decay, xs)[-1]


decade = xs[-120:]
slope = jax.grad(last_state)(decay, decade)  # with respect to the first argument, decay
print(f"grad says {slope:.4f}")

errors = {}
for nudge in [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6]:
    up, down = last_state(decay + nudge, decade), last_state(decay - nudge, decade)
    quotient = (up - down) / (2 * nudge)
    errors[nudge] = abs(float(quotient - slope))
    print(f"nudge {nudge:7.0e}: quotient {quotient:9.4f}, off by {errors[nudge]:.2g}")

best = min(errors, key=errors.get)
assert errors[best] < 1e-3 * abs(slope)
answer = "(a)" if best == min(errors) else "(b)"
verdict("tiny_nudge", answer, f"The best nudge is {best:.0e}.")

# %% [markdown]
# `grad` and the quotient agree, so `grad` can be trusted. And it is the better of the two: a big
# nudge sees the curve, not the slope, and a tiny one drowns in rounding, since JAX keeps about
# seven digits.
#
# Now the question of this series. The last state depends on *every* input before it. On which ones
# does it depend strongly?
#
# > **Predict.** With `decay` 0.9: a sunspot number of ten years ago (119 months before the last
# > one) is changed by 1, or the last one is. How much less does the old one move the last state?
# > - (a) about 10 times less
# > - (b) about 100 times less
# > - (c) more than 10,000 times less

# %%
guess("ten_years_ago")

# %%
sensitivity_to_inputs = jax.jit(jax.grad(last_state, argnums=1))  # argnums=1: the second argument

months_ago = np.arange(len(decade))[::-1]  # T-1-t: the first input is the oldest
felt = {}
for kept in [0.8, 0.9, 0.99]:
    felt[kept] = sensitivity_to_inputs(jnp.float32(kept), decade)
    formula = (1 - kept) * kept**months_ago
    error = np.abs(felt[kept] / formula - 1).max()
    assert error < 1e-3
    print(f"decay {kept:<4}: grad and (1 - decay) decay^(T-1-t) differ by {error:.0e} of the value")

fade = float(felt[0.9][-1] / felt[0.9][0])
answer = (
    "(a)" if fade < 30 else "(b)" if fade < 3000 else "(c)" if fade > 10_000 else "none of these"
)
verdict("ten_years_ago", answer, f"It moves the last state {fade:,.0f} times less.")

# %%
plots.curves(
    months_ago,
    {f"decay {kept}": slopes for kept, slopes in felt.items()},
    title="Each step back costs the same factor",
    xlabel="how long ago the input came, months",
    ylabel="∂h$_T$/∂x$_t$, no unit (log)",
    alt="How much the last state feels each input, on a logarithmic axis: three straight lines "
    "falling with age. Over 119 months "
    + "; ".join(f"decay {kept} falls by {s[-1] / s[0]:.2g} times" for kept, s in felt.items())
    + ".",
    log=True,
)

# %% [markdown]
# This is a **fading gradient**, and it is what the series is about. An input comes in with the
# weight $1 - \lambda$. Each step after that multiplies what is left of it by $\lambda$. Hence, for
# the input at step $t$,
#
# $$\frac{\partial h_T}{\partial x_t} = (1 - \lambda)\,\lambda^{\,T-t}$$
#
# with steps counted from 1 to $T$. (Python counts from 0, so there the exponent is $T - 1 - t$.)
#
# **Notice**
# 1. A straight line on a logarithmic axis is a product of equal factors.
# 2. Of the three, the slow memory feels the newest input least and the oldest one most. It spreads
#    its attention over more months.
# 3. A network learns from such derivatives. Where the derivative is nearly 0, the network gets no
#    news of its mistake, and cannot learn that the old input mattered.
#
# ### Your turn: `sensitivity`
#
# *How much an early input still moves a late state is the question of this series.* Return the
# derivative of the **last** state of the leaky sum with respect to each input. Use `jax.grad`.
# About 4 lines; `hint("sensitivity")` helps. Without a `leaky_sum` of your own, `memory(decay, xs)
# / (1 - decay)` gives the same numbers.


# %%
def sensitivity(decay, xs):
    """The derivative of the last h of leaky_sum(decay, xs) by each of xs (T,): (T,)."""

    ### BEGIN SOLUTION
    def last(xs):
        return leaky_sum(decay, xs)[-1]

    return jax.grad(last)(xs)
    ### END SOLUTION


# %%
check("sensitivity", sensitivity)

# %% [markdown]
# Once it is right, try `sensitivity(1.0, decade)` and `sensitivity(1.1, decade)` in a cell of your
# own. One never fades. The other does something worse.

# %% [markdown]
# ## 5. `vmap`: one rule, a whole batch
#
# Networks read many sequences side by side, a **batch**. You write the rule for one, and `vmap`
# makes it a rule for many. `in_axes` says which arguments come in many: 0 for "one in each row",
# `None` for "the same for all".
#
# > **Predict.** `decays` has shape (3,) and `decade` has shape (120,). Which shape does
# > `jax.vmap(memory, in_axes=(0, None))(decays, decade)` have?
# > - (a) (3,)
# > - (b) (3, 120)
# > - (c) (120, 3)

# %%
guess("vmap_shape")

# %%
decays = jnp.array([0.8, 0.9, 0.99])
many = jax.vmap(memory, in_axes=(0, None))(decays, decade)
one_by_one = jnp.stack([memory(each, decade) for each in decays])
gap = float(jnp.abs(many - one_by_one).max())
assert gap < 1e-5 * jnp.abs(decade).max()
answer = {(3,): "(a)", (3, 120): "(b)", (120, 3): "(c)"}.get(many.shape, "none of these")
verdict(
    "vmap_shape",
    answer,
    f"It is {many.shape}, and equal to one call after the other (difference {gap:.1e}).",
)

# %% [markdown]
# From here on, four letters stand for four sizes, in the text, the code and every error message.
#
# | letter | counts | in the next cell |
# |---|---|---|
# | `B` | **batch**: sequences side by side | stretches of eleven years |
# | `T` | **time**: steps in a sequence | months in such a stretch |
# | `D` | **input**: numbers that come in at one step | 1, the sunspot number |
# | `H` | **hidden**: numbers in the state | 1 today; many from lesson 01 on |
#
# Inputs always have the shape `(B, T, D)`.

# %%
T, D = 11 * 12, 1
B = len(xs) // T
batch = xs[: B * T].reshape(B, T, D)
print(f"B = {B} stretches of T = {T} months with D = {D} number each: {batch.shape}")

# %% [markdown]
# ### Your turn: `batched`
#
# *You write the rule for one sequence and get the one for a batch.* Return the leaky sum of every
# row of `xss`, which is `(B, T)`. The decay is the same for all rows. About 1 line;
# `hint("batched")` helps.


# %%
def batched(decay, xss):
    """The leaky sum of each row of xss (B, T): (B, T)."""
    ### BEGIN SOLUTION
    return jax.vmap(leaky_sum, in_axes=(None, 0))(decay, xss)
    ### END SOLUTION


# %%
check("batched", batched)

# %% [markdown]
# ## 6. Four traps
#
# > **Predict.** The last cell of this section has a `print` in a jitted function and calls it three
# > times, with 12, 12 and 24 numbers. How often does the `print` speak?
# > - (a) once
# > - (b) twice
# > - (c) three times

# %%
guess("print_in_jit")

# %% [markdown]
# **Arrays never change.** You ask for a changed copy.

# %%
before = jnp.array([1.0, 2.0, 3.0])
try:
    before[0] = 10.0
except TypeError as error:
    print(f"TypeError: {str(error).split('.')[0]}.")
after = before.at[0].set(10.0)
print("before:", before, " after:", after)

# %% [markdown]
# **Randomness comes from a key you hold.** The same key gives the same numbers. Split it for new
# ones.

# %%
key = jax.random.key(0)
print(f"same key:  {jax.random.normal(key):.3f} {jax.random.normal(key):.3f}")
first_key, second_key = jax.random.split(key)
print(f"split key: {jax.random.normal(first_key):.3f} {jax.random.normal(second_key):.3f}")

# %% [markdown]
# **Numbers are `float32`**, with about seven digits. That is plenty for learning, and too few for
# counting far.

# %%
large = jnp.float32(16_777_216)
print(f"{large:,.0f} + 1 = {large + 1:,.0f}")


# %% [markdown]
# **`jit` runs your Python only while it compiles**, once for each shape.


# %%
compiled = []


@jax.jit
def mean(xs):
    print("compiling for shape", xs.shape)
    compiled.append(xs.shape)
    return xs.mean()


print(f"{mean(xs[:12]):.1f}")
print(f"{mean(xs[12:24]):.1f}")
print(f"{mean(xs[:24]):.1f}")

answer = {1: "(a)", 2: "(b)", 3: "(c)"}[len(compiled)]
verdict("print_in_jit", answer, f"The print spoke {len(compiled)} times, once for each shape.")

# %% [markdown]
# ## Summary
#
# - A recurrence makes each state from the state before and one input. `scan` walks it; `jit` makes
#   it fast, after a slow first call.
# - `grad` gives derivatives. Here they shrink by the factor `decay` at each step back.
# - `vmap` turns a rule for one sequence into one for a batch `(B, T, D)`.
# - Today you chose `decay`, one number for all time. An RNN *learns* how its state is carried on.
#   An LSTM goes further: it chooses anew, at every step, how much to keep and how much to take in.
#   Its memory moves by $c_t = f_t\, c_{t-1} + i_t\, g_t$. Put $f_t = \lambda$, $i_t = 1 - \lambda$
#   and $g_t = x_t$, and it is today's equation.
#
# What you pass and predict is kept in a small file beside the notebooks, so that no restart loses
# it. `progress()` shows it, here and at the end of every lesson.
#
# Next: [01 RNN recap](01_rnn_recap.ipynb).

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# **Minute marks.** 0:00 map and versions. 0:03 recurrence, with `leaky_sum` from 0:07. 0:11 three
# loops. 0:17 `grad`, with `sensitivity` from 0:20. 0:23 `vmap`. 0:27 traps. 0:30 end. To show
# section 3 twice, restart the kernel in between: a first call is first only once.
#
# **Wrong answers to expect**
# - *"The memory holds the mean"* (section 2, c). A mean weighs all inputs alike. Have them compute
#   the weight of the first 8: 0.5 to the fifth.
# - *"The slow memory peaks at the same time."* It averages the past only, and the middle of the
#   past is not now.
# - *"scan is fast because it runs in parallel."* It does not: step t needs step t-1. It is fast
#   because nothing goes back to Python between steps.
# - *"With ordinary floats the Python loop is fast too."* Right, for one number a step. Lesson 01
#   has a matrix product a step, and wants derivatives.
# - *"A smaller nudge is always better."* Two nearly equal numbers are subtracted: the leading
#   digits cancel, the rounding stays.
# - *"The quotient shows that `grad` is off."* Which of the two changes with the nudge?
# - In `leaky_sum`: returning the pair that `scan` gives. In `sensitivity`: one power too many, or
#   `grad` by `decay`. In `batched`: no `in_axes`, so that `vmap` looks for rows in `decay`.
#   `check` names the first two.
#
# **Short of time?** Skip the quotient table in section 4 (2 min), and set section 6 as reading.
# Keep the straight lines: lesson 02 starts from that picture.
#
# **On a GPU** the small steps of this lesson may well be slower than on a CPU. Say why: one step
# is too little work to keep it busy.
