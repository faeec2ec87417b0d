# %% [markdown]
# # 12 Forecasting: the sun, and the stock market
#
# A forecast is easy to make and easy to believe. In lesson 01 an RNN looked one year ahead. Here an
# LSTM looks 24 months ahead, says how sure it is, and goes through a backtest. Then you turn the
# same tools on stock prices, and find out which pictures of success are worth nothing.
#
# **You will be able to**
# - judge a forecast at each horizon, against rivals that cost nothing;
# - train a forecaster that starts from such a rival, and test it as time went by;
# - give intervals, and check whether they keep their promise;
# - see through a price forecast that only looks right;
# - say what prices allow, and what they do not, with an interval.

# %%
import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import use_cores
from lstm_jax.course import (
    ForecastExplorer,
    LiveLoss,
    check,
    guess,
    hint,
    mine,
    plots,
    progress,
    sunspots,
    verdict,
)
from lstm_jax.course.data import baselines
from lstm_jax.course.data.prices import log_returns, prices
from lstm_jax.course.data.windows import fill_gaps, fit_scale, windows
from lstm_jax.course.l12 import price_forecasts, sunspot_forecasts
from lstm_jax.course.l12 import study as forecasting
from lstm_jax.course.statistics import share_interval, skill_interval

# %%
use_cores(most=4)  # a core for each network
print(jax.device_count(), "devices:", jax.devices()[0].platform)

# %% [markdown]
# ## 1. Rivals that cost nothing, at each horizon
#
# The sun, month by month. We stand at the end of 1978, know all that came before, and say what
# comes in each of the next 24 months. Then we move on by one month and say it again, up to the end
# of the series. So there is a **horizon**, how far ahead, and an **origin**, the month from which
# we look.
#
# Three forecasts cost nothing, or nearly so:
#
# - **persistence**: it stays as it is now;
# - **seasonal**: it will be as it was eleven years before, one solar cycle;
# - **linear**: a weighted sum of the last 132 months, other weights for each horizon. Least squares
#   finds them, with a small penalty on large weights, since 132 weights can fit every whim of a
#   short series.
#
# > **Predict.** Who is best one month ahead, and who two years ahead?
# > - (a) persistence at one month, seasonal at two years
# > - (b) the linear one at both
# > - (c) persistence at one month, the linear one at two years

# %%
guess("best_baseline")

# %% tags=["measure"]
# Makes the three free forecasts from 1979 on, prints their errors, and gives the verdict.
last = sunspot_forecasts.fold(1979)
truth = last.truth  # (N, 24), in sunspot numbers
free = sunspot_forecasts.free_forecasts(last)
months = np.array(sunspot_forecasts.HORIZONS)
print(
    f"{len(truth)} origins, {last.origin[0]:.1f} to {last.origin[-1]:.1f}; {len(months)} horizons"
)
print(f"learned from {last.known.rows:,} windows, all of whose targets lie before 1979")

errors = {
    name: [baselines.rmse(said[:, k], truth[:, k]) for k in range(len(months))]
    for name, said in free.items()
}
for name, each in errors.items():
    print(f"{name:12} RMSE {each[0]:5.1f} at 1 month, {each[11]:5.1f} at 12, {each[23]:5.1f} at 24")

best = [min(errors, key=lambda name, k=k: errors[name][k]) for k in (0, 23)]
verdict(
    "best_baseline",
    {
        "a": best == ["persistence", "seasonal"],
        "b": best == ["linear", "linear"],
        "c": best == ["persistence", "linear"],
    },
    f"Best at 1 month: {best[0]}; at 24: {best[1]}.",
)

# %% [markdown]
# An error of 20 spots, is that good? It depends on what would have come for free. So we take the
# **skill** of lesson 01, now at each horizon $k$ on its own:
#
# $$\text{skill}_k = 1 - \frac{\text{MSE}_k}{\text{MSE}_k \text{ of persistence}}$$
#
# ### Your turn: `skill_per_horizon`
#
# *One number over all horizons hides where a forecast is worth something.* About 3 lines;
# `hint("skill_per_horizon")` helps.


# %%
def skill_per_horizon(forecast, truth, free):
    """The skill over a free forecast at each of K horizons, (K,); all three are (N, K)."""
    ### BEGIN SOLUTION
    error = jnp.mean((forecast - truth) ** 2, axis=0)
    free_error = jnp.mean((free - truth) ** 2, axis=0)
    return 1 - error / free_error
    ### END SOLUTION


# %%
check("skill_per_horizon", skill_per_horizon)

# %% [markdown]
# ## 2. Gaps
#
# Real series have holes: a cloudy month, a broken sensor. They come as NaN, and one NaN in a batch
# makes the loss NaN. So `windows` refuses them.

# %% tags=["measure"]
# Takes 24 months out of the last twenty years, and asks for windows.
series = sunspots().number[-240:].copy()
holes = np.random.default_rng(0).choice(np.arange(1, 240), 24, replace=False)
series[holes] = np.nan
try:
    windows(series, 48, 12)
except ValueError as error:
    print(error)

# %% [markdown]
# To draw a line from the value before a gap to the one behind it is what everyone does first. It is
# a leak: a window that ends inside the gap then knows which way the series goes. What is allowed is
# to carry on the last value that was known.
#
# ### Your turn: `fill_from_past`
#
# *A gap that is filled from what comes after it tells the future, and no test will say so.* About 2
# lines, or a loop; `hint("fill_from_past")` helps.


# %%
def fill_from_past(series):
    """A series (N,) with each NaN replaced by the last known value; the first one is known."""
    ### BEGIN SOLUTION
    known_steps = jnp.where(jnp.isnan(series), 0, jnp.arange(len(series)))
    return series[jax.lax.cummax(known_steps)]
    ### END SOLUTION


# %%
check("fill_from_past", fill_from_past)

# %% tags=["measure"]
# Fills the gaps with your function, and counts the targets that do not count.
fill = mine(fill_from_past, otherwise=lambda series: fill_gaps(series).series)
filled = fill_gaps(series)
assert np.allclose(fill(jnp.asarray(series)), filled.series)
xs, ys = windows(filled.series, 48, 12)
_, was_known = windows(filled.known.astype(float), 48, 12)
print(f"{(~filled.known).sum()} gaps filled; {len(xs)} windows")
print(f"a filled value is no measurement: {int((was_known == 0).sum())} targets do not count")

# %% [markdown]
# ## 3. An LSTM that mends persistence
#
# The network does not have to find out that the sun of next month is like that of this month. We
# give it that for free, and let it say what is to be *added*:
#
# $$\hat y_k = x_T + (h_T W + b)_k \qquad W \;\text{(H, K)}, \quad k = 1 \dots K = 24$$
#
# $h_T$ `(H,)` is the last output of an LSTM with $H = 32$ units, and $W$ and $b$ begin at 0. So
# before training the network *is* persistence. It reads the same 132 months as the linear forecast,
# three of them at each step: 44 steps, `(B, 44, 3)`.
#
# It is trained four times, from other first weights and with other batches. Set the switch to
# `False` to take networks that came with this notebook, trained by the same lines.

# %%
LIVE = True

# %% tags=["measure"]
# Says how four networks for a cut are had: trained now, or taken from the file.
stored = sunspot_forecasts.load()


def networks_of(part, watch=None):
    """Four networks that know what came before the cut."""
    if not LIVE:
        return stored[part.cut]
    return sunspot_forecasts.train_fold(part, jax.random.key(part.cut), watch=watch, progress=False)


# %% [markdown]
# > **Predict.** Twelve months ahead, on the thirty years from 1979 on, whose RMSE is lower?
# > - (a) that of the linear forecast
# > - (b) that of all four LSTMs
# > - (c) some of the LSTMs win and some lose

# %%
guess("thirty_years")

# %% tags=["measure"]
# Trains four networks on what came before 1979, and lets them forecast.
watch = LiveLoss(sunspot_forecasts.STEPS, log=True) if LIVE else None
networks = networks_of(last, watch)
mean, quantiles = sunspot_forecasts.network_forecasts(networks, last)  # (S, N, 24), (S, N, 24, 5)

# %% tags=["measure"]
# Compares the errors 12 months ahead, gives the verdict, and draws the skill at each horizon.
YEAR = 11  # the column of 12 months
of_linear = errors["linear"][YEAR]
of_each = [baselines.rmse(said[:, YEAR], truth[:, YEAR]) for said in mean]
print(
    f"RMSE 12 months ahead: persistence {errors['persistence'][YEAR]:.1f}, linear {of_linear:.1f}"
)
print("each LSTM:", *(f"{error:.1f}" for error in of_each), end=";  ")
lstm = mean.mean(axis=0)  # (N, 24)
print(f"the mean of what the four say: {baselines.rmse(lstm[:, YEAR], truth[:, YEAR]):.1f}")
wins = sum(error < of_linear for error in of_each)
verdict(
    "thirty_years",
    {"a": wins == 0, "b": wins == len(of_each), "c": 0 < wins < len(of_each)},
    f"{wins} of {len(of_each)} LSTMs are better than the linear forecast.",
)

skill_of = mine(skill_per_horizon, otherwise=baselines.skill_by_horizon)
skills = {
    name: np.asarray(skill_of(said, truth, free["persistence"]))
    for name, said in {"LSTM": lstm, "linear": free["linear"], "seasonal": free["seasonal"]}.items()
}
plots.curves(
    months,
    skills,
    title="Skill at each horizon, 1979 to 2009",
    xlabel="horizon, months ahead",
    ylabel="skill over persistence (no unit)",
    alt="Skill over persistence at 1, 12 and 24 months: "
    + "; ".join(f"{n} {s[0]:.2f}, {s[YEAR]:.2f}, {s[23]:.2f}" for n, s in skills.items()),
    dashed=["seasonal"],
    ylim=(-1, 1),
)

# %% [markdown]
# **A caution.** The number of training steps was chosen with an eye on test years, here and for the
# prices. So the errors of the networks flatter them a little; those of the linear forecast, which
# has nothing to choose, do not.

# %% [markdown]
# **Notice**
# 1. Four networks differ by chance alone. To average what they say costs nothing, and the mean is
#    often better than most of them.
# 2. Thirty years of the sun hold less than three cycles. Is that enough to praise anyone? There are
#    two kinds of luck: that of the seed, and that of the years. The four networks tell about the
#    first. For the second there are two ways: more years, which is the backtest, and an interval.
#
# ## 4. A backtest walks forward in time
#
# A **backtest** asks: how would it have gone? We stand in 1889, know what came before, and forecast
# until 1918; then in 1919, 1949 and 1979. At each cut all is made anew, from the past of that cut:
# the scale, the weights of the linear forecast, the networks.
#
# To be sure, what lies behind the cut is NaN in the arrays that training gets. If a single future
# number went into a batch, training would stop at once.

# %% tags=["measure"]
# Shows that all behind the first cut is NaN.
first = sunspot_forecasts.fold(sunspot_forecasts.CUTS[0])
later = first.known.examples.ys[first.known.rows :]
assert np.isnan(later).all()
print(f"{first.known.rows:,} windows known in {first.cut}, {len(later):,} rows of NaN behind them")

# %% [markdown]
# > **Predict.** In how many of the four tests does the LSTM (the mean of four) beat the linear
# > forecast, 12 months ahead?
# > - (a) in all four
# > - (b) in two or three, the later ones: it needs many years to learn from
# > - (c) in one or none

# %%
guess("four_tests")

# %% tags=["measure"]
# Trains and tests at four cuts, prints the errors 12 months ahead, and gives the verdict.
folds = [sunspot_forecasts.fold(cut) for cut in sunspot_forecasts.CUTS]
said = {}
for part in folds:
    now = networks if part.cut == last.cut else networks_of(part)
    said[part.cut] = {
        **sunspot_forecasts.free_forecasts(part),
        "LSTM": sunspot_forecasts.mean_forecast(now, part),
    }

names = list(said[last.cut])
print("RMSE 12 months ahead  known years ", *(f"{name:>12}" for name in names))
won = []
for part in folds:
    each = [baselines.rmse(said[part.cut][n][:, YEAR], part.truth[:, YEAR]) for n in names]
    print(f"test from {part.cut} on{part.cut - 1749:14}     ", *(f"{e:12.1f}" for e in each))
    won.append(each[names.index("LSTM")] < each[names.index("linear")])
all_truth = np.concatenate([part.truth for part in folds])
joined = {n: np.concatenate([said[part.cut][n] for part in folds]) for n in names}
each = [baselines.rmse(joined[n][:, YEAR], all_truth[:, YEAR]) for n in names]
print("all four tests                     ", *(f"{e:12.1f}" for e in each))

each = ", ".join(f"{p.cut} {'won' if w else 'lost'}" for p, w in zip(folds, won, strict=True))
verdict(
    "four_tests",
    {
        "a": all(won),
        "b": 2 <= sum(won) < len(won) and won == sorted(won),
        "c": sum(won) <= 1,
    },
    f"It wins {sum(won)} of {len(won)}: {each}.",
)

# %% [markdown]
# And the interval? Put the months of all tests together anew: draw blocks of eleven years, whole
# cycles, at random and with repetition, until there are as many months as before. Score that. Do it
# 2,000 times: the middle 95 % of the scores is the interval. This is the **block bootstrap**.
# Single months would not do: they are like their neighbours, and would feign a certainty that is
# not there.

# %% tags=["measure"]
# The interval of the skill over the linear forecast, from 1979 on and over all four tests.
for part_name, prediction, target, reference in [
    ("from 1979", lstm, truth, free["linear"]),
    ("all tests", joined["LSTM"], all_truth, joined["linear"]),
]:
    interval = skill_interval(
        prediction[:, YEAR], target[:, YEAR], reference[:, YEAR], block=sunspot_forecasts.LENGTH
    )
    print(f"{part_name}: skill of the LSTM over the LINEAR forecast, 12 months ahead: {interval}")
if interval.low > 0:
    print("Verdict: supported. Over the four tests the LSTM is the better forecaster.")
elif interval.high < 0:
    print("Verdict: the opposite. Over the four tests the linear forecast is the better one.")
else:
    print("Verdict: not settled. 120 years are too few to tell the two apart.")

# %% [markdown]
# ## 5. How sure?
#
# "It will be 80" is half a forecast. "With 90 % it will be between 50 and 120" is a whole one, and
# it can be checked: count how often it holds.
#
# Such an interval has two ends, and each of them is a **quantile**: 5 % of what comes should lie
# below the lower end, 95 % below the upper one. A network learns a quantile $q$ of level $p$ with
# the right loss:
#
# $$\text{pinball}_p(q, y) = \begin{cases} p\,(y - q) & y > q \\ (1 - p)\,(q - y) & y \le q
# \end{cases}$$
#
# At $p = 0.95$ it costs 19 times as much to be too low as to be too high. The cheapest place is the
# one with 19 of 20 below it. Our networks have learned five levels beside the mean, with this loss
# added to the squared error.
#
# ### Your turn: `pinball_loss`
#
# *It is the one loss whose best answer is a quantile.* About 2 lines; `hint("pinball_loss")` helps.


# %%
def pinball_loss(q, y, p):
    """The mean pinball loss of quantiles q (N,) of level p, for what came, y (N,)."""
    ### BEGIN SOLUTION
    above = y - q
    return jnp.mean(jnp.maximum(p * above, (p - 1) * above))
    ### END SOLUTION


# %%
check("pinball_loss", pinball_loss)

# %% [markdown]
# > **Predict.** The LSTM gives an interval that should hold 90 % of what comes. How much does it
# > hold in the years from 1979 on, which it has never seen?
# > - (a) 90 %, give or take 2
# > - (b) less: it knows the past too well
# > - (c) more: it is careful

# %%
guess("nine_in_ten")

# %% tags=["measure"]
# Counts how often what came lay inside the intervals, and draws it for each horizon.
low, lower, _, upper, high = np.moveaxis(quantiles.mean(axis=0), -1, 0)  # (N, 24) each
inside = (low <= truth) & (truth <= high)
inside_half = (lower <= truth) & (truth <= upper)
held = share_interval(inside, block=sunspot_forecasts.LENGTH)
off = held.value - 0.9
verdict(
    "nine_in_ten",
    {"a": abs(off) <= 0.02, "b": off < -0.02, "c": off > 0.02},
    f"Held over all horizons: {held.value:.0%}, with 95 % confidence {held.low:.0%} to "
    f"{held.high:.0%}.",
)
for k in (0, 5, 11, 23):
    wide = (high - low)[:, k].mean()
    print(f"{months[k]:2} months ahead: holds {inside[:, k].mean():.0%}, {wide:.0f} spots wide")

plots.curves(
    months,
    {
        "the 90 % interval": 100 * inside.mean(axis=0),
        "the 50 % interval": 100 * inside_half.mean(axis=0),
        "90 %": np.full(len(months), 90.0),
        "50 %": np.full(len(months), 50.0),
    },
    title=f"The 90 % interval held {held.value:.0%} of what came",
    xlabel="horizon, months ahead",
    ylabel="what came lay inside, %",
    dashed=["90 %", "50 %"],
    alt=f"How often what came lay inside, from 1979 on. The 90 % interval: "
    f"{inside[:, 0].mean():.0%} at 1 month, {inside[:, 23].mean():.0%} at 24; the 50 % one: "
    f"{inside_half[:, 0].mean():.0%} and {inside_half[:, 23].mean():.0%}.",
    ylim=(0, 100),
)

# %% [markdown]
# And now by eye. Move the origin through thirty years with the slider, or press play. The dark band
# should hold half of what came, the light one nine tenths. Below is the error of each forecaster
# over all that has come *by then*: nothing else was known on that day.

# %%
explorer = ForecastExplorer(sunspot_forecasts.all_forecasts(networks), t=96)
explorer

# %% tags=["measure"]
# Reads your explorer: the error so far.
if np.isnan(explorer.error):
    print("Nothing has come yet at this origin: move it on.")
else:
    print(f"{explorer.model}, {explorer.horizon} months ahead: error so far {explorer.error:.1f}")

# %% [markdown]
# **Notice**
# 1. An interval that is wide enough holds everything, and says nothing. So look at both: how often
#    it holds, and how wide it is.
# 2. What a network knows of its own errors comes from the years it has learned from. Where new
#    years are wilder than those, its intervals are too narrow, and nothing in it will say so.
#    So count.
#
# ## 6. A price forecast that looks right
#
# Now the stock market: Microsoft, day by day. First the way it is done in a hundred tutorials:
# scale the price, cut windows, train an LSTM to say tomorrow's price, and draw it over the test
# years.

# %% tags=["measure"]
# Trains an LSTM on the price of Microsoft, the way it is done in tutorials.
msft = prices("MSFT")
price = msft.adjusted  # without the jump of a split, dividends taken out
past = msft.date < price_forecasts.CUT
price_scale = fit_scale(price[past])
price_xs, price_ys = windows(
    price_scale.apply(price).astype(np.float32), price_forecasts.LENGTH, [1]
)
count = int(past.sum()) - price_forecasts.LENGTH
tutorial = forecasting.Examples(price_xs, np.zeros_like(price_ys), price_ys)
trained = forecasting.train_forecasters(
    forecasting.known(tutorial, count),
    key=jax.random.key(0),
    runs=1,
    steps=600,
    units=32,
    rate=0.003,
)
answer_xs = forecasting.Examples(*(part[count:] for part in tutorial))
tomorrow = price_scale.undo(np.asarray(forecasting.predict(trained, answer_xs).mean[0, :, 0]))
came, today = price_scale.undo(price_ys[count:, 0]), price_scale.undo(price_xs[count:, -1, 0])
day = msft.date[price_forecasts.LENGTH + count :]

# %% tags=["measure"]
# Draws the price and the forecast of the day before.
year_of = 2000 + (day - np.datetime64("2000-01-01")) / np.timedelta64(1, "D") / 365.25
r_squared = 1 - ((tomorrow - came) ** 2).sum() / ((came - came.mean()) ** 2).sum()
plots.curves(
    year_of,
    {"price": came, "forecast of the day before": tomorrow},
    title=f"Microsoft: the forecast explains {r_squared:.0%} of the price",
    xlabel="year",
    ylabel="adjusted price, dollars",
    thin=["price", "forecast of the day before"],
    alt=f"The price of Microsoft in {len(came)} days from 2009 on, and over it, hardly to be told "
    f"apart, the forecast of an LSTM. R² is {r_squared:.3f}.",
)

# %% [markdown]
# Two lines that lie on top of each other, and an $R^2$ near 1. Would you buy?
#
# > **Predict.** What is the skill of this forecast over "tomorrow's price is today's"?
# > - (a) above 0.5: look at the picture
# > - (b) a little above 0: it is no miracle, but it helps
# > - (c) about 0, or below it

# %%
guess("tomorrow_skill")

# %% tags=["measure"]
# The skill over today's price, the verdict, and which move the forecast follows.
interval = skill_interval(tomorrow, came, today, block=price_forecasts.MONTH)
verdict(
    "tomorrow_skill",
    {
        "a": interval.value > 0.5,
        "b": interval.value <= 0.5 and interval.low > 0,
        "c": interval.value <= 0.5 and interval.low <= 0,
    },
    f"Skill over persistence: {interval}; R² {r_squared:.3f}.",
)

for name, forecast in {"LSTM": tomorrow, "persistence": today}.items():
    print(f"{name:12} RMSE {baselines.rmse(forecast, came):.3f} dollars")

# What does the forecast follow: the move to come, or the one that has just been?
coming, been = np.diff(came), np.diff(today)  # been[n] is the move of the day before coming[n]
moves = np.diff(tomorrow)
for name, move in {"the move to come": coming, "the move that has been": been}.items():
    print(f"correlation of its moves with {name}: {np.corrcoef(moves, move)[0, 1]:+.2f}")
lag = np.corrcoef(moves, been)[0, 1] > np.corrcoef(moves, coming)[0, 1]
print('Claim "a forecast that looks right is right":', end=" ")
print(
    "refuted here, it is a copy that comes a day late." if lag and interval.low <= 0 else "holds."
)

# %% [markdown]
# **Notice**
# 1. It is the picture of persistence, a day late. On a chart of a thousand days one day is less
#    than the width of the line.
# 2. $R^2$ compares with the *mean* of the test years, which nobody would forecast. Prices wander,
#    so any forecast that stays near the price gets an $R^2$ near 1.
# 3. Whoever shows you such a picture has not shown you the number that counts.

# %% tags=["measure"]
# Draws the last 40 days.
tail = slice(-40, None)
plots.curves(
    np.arange(-39, 1),
    {
        "price": came[tail],
        "forecast of the day before": tomorrow[tail],
        "today's price": today[tail],
    },
    title="The last 40 days: " + ("the forecast comes late" if lag else "the forecast in time"),
    xlabel="trading day, 0 is the last",
    ylabel="adjusted price, dollars",
    dashed=["today's price"],
    alt="The last forty days enlarged. The moves of the forecast go with the move that has been, "
    f"correlation {np.corrcoef(moves, been)[0, 1]:.2f}; with the move to come "
    f"{np.corrcoef(moves, coming)[0, 1]:.2f}.",
)

# %% [markdown]
# ## 7. What prices allow
#
# So forecast what persistence leaves over: the **return**, the step from one day to the next,
# $r_t = \ln (P_t / P_{t-1})$. About 0.01 is one percent up. A forecast of $r = 0$ is persistence of
# the price. Four shares, Apple, Google, IBM and Microsoft; years until 2008 to learn from, 2009 to
# 2013 to test; 40 days of returns and ranges in.
#
# > **Predict.** What is the skill over "tomorrow's price is today's", and how often is the
# > direction right?
# > - (a) skill above 0.1, direction above 60 %
# > - (b) the interval of the skill holds 0, and that of the direction 50 %
# > - (c) small, but above 0 for sure

# %%
guess("next_move")

# %% tags=["measure"]
# Trains on the returns of four shares, and prints skill and direction with their intervals.
returns = price_forecasts.returns_task()
learned = forecasting.train_forecasters(
    returns.known,
    key=jax.random.key(1),
    runs=price_forecasts.RUNS,
    steps=300,
    units=price_forecasts.UNITS,
    rate=price_forecasts.RATE,
)
by_day = price_forecasts.by_day
return_came = by_day(returns.test.ys)[..., 0]  # (days, 4 shares)
zero = np.zeros_like(return_came)
return_said = {
    "LSTM": by_day(np.asarray(forecasting.predict(learned, returns.test).mean).mean(axis=0))[
        ..., 0
    ],
    "linear": by_day(price_forecasts.linear(returns))[..., 0],
    "always up": zero + 1e-9,
}
print(f"{len(return_came):,} days, 4 shares      skill over persistence      direction right")
for name, forecast in return_said.items():
    skill = skill_interval(forecast, return_came, zero, block=price_forecasts.MONTH)
    hits = share_interval(np.sign(forecast) == np.sign(return_came), block=price_forecasts.MONTH)
    right = f"{hits.value:.1%} ({hits.low:.1%} to {hits.high:.1%})"
    shown = f"{skill.value:+.3f} ({skill.low:+.3f} to {skill.high:+.3f})"
    print(f"{name:12} {shown:>36}   {right}")
    if name == "LSTM":
        of_lstm = skill, hits

skill, hits = of_lstm
high = skill.value > 0.1 and hits.value > 0.6
if skill.low > 0:
    sentence = f"it removes {skill.value:.1%} of the squared error, more than chance would."
elif skill.high < 0:
    sentence = "its forecasts are worse than none: today's price is the better one."
else:
    sentence = (
        f"four years cannot tell it from today's price; if there is skill, it is below "
        f"{skill.high:.1%} of the squared error."
    )
verdict(
    "next_move",
    {
        "a": skill.low > 0 and high,
        "b": skill.low <= 0 <= skill.high and hits.low <= 0.5 <= hits.high,
        "c": skill.low > 0 and not high,
    },
    f"About the LSTM one may honestly say: {sentence}",
)

# %% [markdown]
# Shares rise more often than they fall, so "always up" sets the mark for the direction, not 50 %.
#
# Is nothing to be foretold, then? Not *where* a price goes. But *how far* it will move is another
# matter: wild days come in flocks. The measure is the **range** of a day, from its lowest to its
# highest price, $\ln(\text{high}/\text{low})$, and of that the logarithm once more. How wild are
# tomorrow, the day in a week, and the day in a month?
#
# The rival to beat has three numbers: today's range, its mean over a week, its mean over a month,
# added up with the best weights (Corsi, 2009).
#
# > **Predict.** Skill over "as wild as today", one day ahead?
# > - (a) about 0, as for the price
# > - (b) clearly above 0 for all, and the LSTM best
# > - (c) clearly above 0 for all, and the LSTM not better than the three numbers

# %%
guess("how_wild")

# %% tags=["measure"]
# Trains on the ranges of four shares, and draws the skill beside that of the price.
ranges = price_forecasts.ranges_task()
learned = forecasting.train_forecasters(
    ranges.known,
    key=jax.random.key(2),
    runs=price_forecasts.RUNS,
    steps=600,
    units=price_forecasts.UNITS,
    rate=price_forecasts.RATE,
)
range_came, as_today = by_day(ranges.test.ys), by_day(ranges.test.free)  # (days, 4, 3)
range_said = {
    "LSTM": by_day(np.asarray(forecasting.predict(learned, ranges.test).mean).mean(axis=0)),
    "linear, all 40 days": by_day(price_forecasts.linear(ranges)),
    "three numbers": by_day(price_forecasts.three_means(ranges)),
}
range_skill = {
    name: [
        skill_interval(f[..., k], range_came[..., k], as_today[..., k], block=price_forecasts.MONTH)
        for k in range(3)
    ]
    for name, f in range_said.items()
}
print("skill over 'as wild as today'  1 day ahead            5 days                 20 days")
for name, each in range_skill.items():
    print(f"{name:24}", *(f"{interval!s:22}" for interval in each))

over = skill_interval(
    range_said["LSTM"][..., 0],
    range_came[..., 0],
    range_said["three numbers"][..., 0],
    block=price_forecasts.MONTH,
)
foretold = all(each[0].low > 0 for each in range_skill.values())
verdict(
    "how_wild",
    {
        "a": not foretold,
        "b": foretold and over.low > 0,
        "c": foretold and over.low <= 0,
    },
    f"The LSTM over the three numbers, 1 day ahead: {over}.",
)

plots.bars(
    {"price (LSTM)": max(skill.value, 0.0)}
    | {f"range ({name})": each[0].value for name, each in range_skill.items()},
    title="Skill one day ahead: where the price goes, and how wild it is",
    xlabel="skill over persistence, 1 day ahead (no unit; below 0 is drawn as 0)",
    alt="Skill one day ahead: price "
    + f"{skill.value:+.3f}; range "
    + ", ".join(f"{name} {each[0].value:.2f}" for name, each in range_skill.items()),
)

# %% [markdown]
# **Notice**
# - Three well-chosen numbers are a strong rival. A network is worth its trouble where a pattern is
#   long, bent, and seen often enough.
# - "Prices cannot be forecast" is not what was shown. These shares, in these years, from their own
#   past, with these tools: no.
#
# ## 8. How to look better than you are
#
# Three leaks. Each is a line that looks harmless, and none of them raises an error.
#
# > **Predict.** Which leak lifts the skill most?
# > - (a) the scale is taken from the whole series, test years and all
# > - (b) the windows are shuffled before they are split
# > - (c) the series is smoothed first: each day becomes the mean of the five around it

# %%
guess("worst_leak")


# %% tags=["measure"]
# Measures each leak: the skill without it and with it, and the verdict.
def return_skill(series, *, shuffled=False):
    """Skill of a linear forecast of the next value over 0, and its share of right directions."""
    xs, ys = windows(series, 20, 1)
    cut = int(0.7 * len(xs))
    order = np.random.default_rng(0).permutation(len(xs)) if shuffled else np.arange(len(xs))
    train, test = order[: cut - 1], order[cut:]
    said = baselines.linear((xs[train], ys[train]), xs[test], ridge=1)
    return baselines.skill(said, ys[test], np.zeros(len(test))), (said * ys[test] > 0).mean()


def copying_skill(*, shuffled):
    """Skill a year ahead, on the sun, of who copies what followed the most similar window."""
    xs, ys = windows(sunspots().number, 48, 12)
    cut = int(0.75 * len(xs))
    order = np.random.default_rng(0).permutation(len(xs)) if shuffled else np.arange(len(xs))
    train, test = order[: cut - 12], order[cut:]
    known_xs, asked_xs = xs[train, :, 0], xs[test, :, 0]
    distance = (known_xs**2).sum(axis=1) - 2 * asked_xs @ known_xs.T  # but for a constant
    nearest = distance.argmin(axis=1)
    return baselines.skill(ys[train][nearest], ys[test], xs[test, -1, 0])


r = log_returns(prices("IBM").adjusted)
smooth_price = np.convolve(prices("IBM").adjusted, np.full(5, 0.2), mode="valid")
r_smooth = log_returns(smooth_price)

whole = fit_scale(sunspots().number)  # knows the high cycles to come
xs, ys = windows(
    whole.apply(sunspots().number), sunspot_forecasts.LENGTH, sunspot_forecasts.HORIZONS
)
asked = slice(-len(truth), None)
knowing = whole.undo(
    baselines.linear(
        (xs[: last.known.rows], ys[: last.known.rows]), xs[asked], ridge=sunspot_forecasts.RIDGE
    )
)
honest_scale = baselines.skill(
    free["linear"][:, YEAR], truth[:, YEAR], free["persistence"][:, YEAR]
)
leaked_scale = baselines.skill(knowing[:, YEAR], truth[:, YEAR], free["persistence"][:, YEAR])
honest_copy, leaked_copy = copying_skill(shuffled=False), copying_skill(shuffled=True)
(honest_price, honest_hits), (leaked_price, leaked_hits) = return_skill(r), return_skill(r_smooth)

table = {
    "(a) scale of everything, sun, linear": (honest_scale, leaked_scale),
    "(b) windows shuffled, sun, copying": (honest_copy, leaked_copy),
    "(c) smoothed, return of IBM, linear": (honest_price, leaked_price),
}
print(f"{'leak':38} honest   with the leak")
for name, (honest, leaked) in table.items():
    print(f"{name:38} {honest:+.3f}   {leaked:+.3f}")
print(f"direction of IBM: honest {honest_hits:.0%}, smoothed {leaked_hits:.0%}")
worst = max(table, key=lambda name: table[name][1] - table[name][0])
lift = table[worst][1] - table[worst][0]
verdict(
    "worst_leak",
    {letter: worst.startswith(f"({letter})") for letter in "abc"},
    f"It lifts the skill by {lift:.2f}.",
)

# %% [markdown]
# **Notice**
# - The mean of the five days around today holds two days that have not come. It is the commonest
#   leak in forecasts of prices, where it is called removing noise.
# - A result that is too good is not a reason to be glad but a reason to search.
#
# ## Summary
#
# - First the rivals that cost nothing, then the skill at each horizon, then the network.
# - A backtest walks forward: at each cut all is learned anew from the past of that cut.
# - Seeds tell about the luck of training; blocks of years, or days, about the luck of the test.
# - An interval is a promise. Count how often it is kept, and how wide it had to be.
# - A price forecast that looks right is a copy that comes a day late. How wild tomorrow will be can
#   be foretold; where it goes could not, here.
#
# Next, in lesson 13: where all this ends.

# %%
progress()

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# **In class**
# - Section 1: let the class bet on a rival for one month, and for two years.
# - Section 2: keep it short; those who are quick may do it without a loop.
# - Section 3: training takes seconds. Ask who would publish the first picture.
# - Section 4: start the cell first, collect the predictions while it runs.
# - Section 6: show the picture, ask who would invest, wait for the hands.
#
# **Wrong answers to expect**
# - *"R² is 0.98, so it explains 98 %."* Of the distance from the mean of four years, which nobody
#   would forecast.
# - *"Direction right in 52 %, so it makes money."* Compare with "always up", and with the interval.
#   Costs of trading come on top.
# - *"The LSTM lost a fold, so it is bad."* Four folds are four draws. Read the interval.
# - `skill_per_horizon`: the mean over the wrong axis. `fill_from_past`: the line between the ends
#   of a gap, as most tools draw it by default. `pinball_loss`: the weights exchanged.
#
# **When time is short**, leave out sections 2 and 8, and set `LIVE = False`.
