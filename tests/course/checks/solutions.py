"""A right answer to every exercise, as a student would write it."""

import math

import jax
import jax.numpy as jnp

from lstm_jax import LSTMParams, LSTMState, init_lstm, run, step, zero_state
from lstm_jax.models import Network, Readout


def leaky_sum(decay, xs):
    def advance(h, x):
        h = decay * h + x
        return h, h

    _, hs = jax.lax.scan(advance, 0.0, xs)
    return hs


def sensitivity(decay, xs):
    def last(xs):
        return leaky_sum(decay, xs)[-1]

    return jax.grad(last)(xs)


def batched(decay, xss):
    return jax.vmap(leaky_sum, in_axes=(None, 0))(decay, xss)


def rnn_step(params, h, x):
    return jnp.tanh(x @ params.w_x + h @ params.w_h + params.b)


def make_windows(series, length, horizon):
    count = len(series) - length - horizon + 1
    starts = jnp.arange(count)
    xs = series[starts[:, None] + jnp.arange(length)[None]]
    ys = series[starts + length - 1 + horizon]
    return xs, ys


def bptt(params, xs, target):
    hs = [jnp.zeros(len(params.b))]
    for x in xs:
        hs.append(rnn_step(params, hs[-1], x))
    grad = jnp.zeros_like(params.w_h)
    delta = hs[-1] - target
    for t in range(len(xs), 0, -1):
        before_tanh = delta * (1 - hs[t] ** 2)
        grad = grad + jnp.outer(hs[t - 1], before_tanh)
        delta = params.w_h @ before_tanh
    return grad


def step_jacobian(params, h_prev, x):
    h = rnn_step(params, h_prev, x)
    return (1 - h**2)[:, None] * params.w_h.T


def reach(factor, threshold):
    return math.ceil(math.log(threshold) / math.log(factor))


def clip_by_global_norm(grads, limit):
    norm = jnp.sqrt(sum(jnp.sum(grad**2) for grad in grads))
    scale = jnp.minimum(1.0, limit / norm)
    return jax.tree.map(lambda grad: scale * grad, grads)


def forget_gate(params, h_prev, x):
    sums = x @ params.w_x + h_prev @ params.w_h + params.b
    _, f, _, _ = jnp.split(sums, 4)
    return jax.nn.sigmoid(f)


def bias_for_half_life(steps):
    f = 0.5 ** (1 / steps)
    return math.log(f / (1 - f))


def sum_since_reset(xs, resets):
    def advance(c, step):
        x, reset = step
        c = (1 - reset) * c + x
        return c, c

    _, cs = jax.lax.scan(advance, 0.0, (xs, resets))
    return cs


def write(params, h_prev, x):
    sums = x @ params.w_x + h_prev @ params.w_h + params.b
    i, _, g, _ = jnp.split(sums, 4)
    return jax.nn.sigmoid(i) * jnp.tanh(g)


def contributions(i, f, g):
    kept = jnp.cumprod(f[::-1])[::-1]
    later = jnp.append(kept[1:], 1.0)
    return i * g * later


def tie(params):
    def with_g_twice(array):
        _, f, g, o = jnp.split(array, 4, axis=-1)
        return jnp.concatenate([g, f, g, o], axis=-1)

    return LSTMParams(*map(with_g_twice, params))


def lstm_output(params, h_prev, c, x):
    sums = x @ params.w_x + h_prev @ params.w_h + params.b
    o = jax.nn.sigmoid(sums[-len(c) :])
    return o * jnp.tanh(c)


def query_gate(shut, opened):
    b = math.log(shut / (1 - shut))
    w = math.log(opened / (1 - opened)) - b
    return w, b


def output_slope(c, o):
    return o * (1 - jnp.tanh(c) ** 2)


def counting_unit(record, counted):
    c = record.c[1:]
    c = c - c.mean(axis=0)[None]  # with one mean taken off, that of `counted` adds nothing
    together = counted @ c / jnp.linalg.norm(c, axis=0)
    return jnp.argmax(jnp.abs(together))


def lstm_step(params, state, x):
    sums = x @ params.w_x + state.h @ params.w_h + params.b
    i, f, g, o = jnp.split(sums, 4)
    kept = jax.nn.sigmoid(f) * state.c
    c = kept + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return LSTMState(h, c)


def lstm_parameters(input_size, hidden_size):
    return 4 * hidden_size * (input_size + hidden_size + 1)


def through_h(w_h, i, f, g, c_prev):
    w_i, w_f, w_g, _ = w_h
    through_gates = w_i * i * (1 - i) * g + w_f * f * (1 - f) * c_prev
    return through_gates + w_g * (1 - g**2) * i


def step_back(params, state, x, ahead):
    i, f, g, o = jnp.split(x @ params.w_x + state.h @ params.w_h + params.b, 4)
    i, f, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jax.nn.sigmoid(o)
    g = jnp.tanh(g)
    shown = jnp.tanh(f * state.c + i * g)
    dc = ahead.c + ahead.h * o * (1 - shown**2)
    d_i = dc * g * i * (1 - i)
    d_f = dc * state.c * f * (1 - f)
    d_g = dc * i * (1 - g**2)
    d_o = ahead.h * shown * o * (1 - o)
    d_sums = jnp.concatenate([d_i, d_f, d_g, d_o])
    return LSTMState(d_sums @ params.w_h.T, dc * f)


hold_forget = jnp.where(jnp.arange(40) < 9, 0.0, 1.0)


def scan_layer(params, xs):
    def advance(state, x):
        state, _ = step(params, state, x)
        return state, state.h

    start = zero_state(params, len(xs))
    _, hs = jax.lax.scan(advance, start, jnp.swapaxes(xs, 0, 1))
    return jnp.swapaxes(hs, 0, 1)


def last_valid(hs, lengths):
    picked = hs[jnp.arange(len(hs)), lengths - 1]
    return jnp.where((lengths > 0)[:, None], picked, 0.0)


def bidirectional(forward, backward, xs, lengths):
    ahead, _ = run(forward, xs, lengths=lengths)
    back, _ = run(backward, xs, lengths=lengths, reverse=True)
    return jnp.concatenate([ahead, back], axis=-1)


def long_memory(key, input_size, hidden_size):
    return init_lstm(key, input_size, hidden_size, forget_bias=6.5)


def roughness(loss):
    doublings = jnp.diff(jnp.log2(loss))
    return jnp.maximum(doublings, 0.0).mean()


def solved_after(score, sequences):
    solved = score >= 0.99
    first = jnp.argmax(solved, axis=1)
    return jnp.where(solved.any(axis=1), sequences[first], jnp.inf)


def chrono_biases(steps):
    keep = jnp.log(steps)
    rest = jnp.zeros_like(steps)
    return jnp.concatenate([-keep, keep, rest, rest])


# One unit, set by hand. At an X it adds 0.9 and at a Y it takes 0.9 off; half of the first is left
# when the second comes. So XX, XY, YX and YY end at four levels, and the nearest one is the answer.
_levels = jnp.tanh(0.9 * jnp.array([1.5, -0.5, 0.5, -1.5]))
_w_x = jnp.zeros((8, 4)).at[6:, :2].set(jnp.array([40.0, -20.0]))
_cell = LSTMParams(
    w_x=_w_x.at[6:, 2].set(jnp.array([1.5, -1.5])),
    w_h=jnp.zeros((1, 4)),
    b=jnp.array([-20.0, 20.0, 0.0, 20.0]),
)
fewest_weights = Network(_cell, Readout(100 * _levels[None], -50 * _levels**2))


def bits_per_character(logits, targets):
    log_p = jax.nn.log_softmax(logits)
    named = jnp.take_along_axis(log_p, targets[:, None], axis=1)
    return -named.mean() / math.log(2)


def mix(counts, p):
    total, kinds = counts.sum(), jnp.where(counts > 0, 1.0, 0.0).sum()
    mixed = (counts + kinds * p) / jnp.maximum(total + kinds, 1)
    return jnp.where(total > 0, mixed, p)


def chunk(ids, rows, length, n):
    whole = len(ids) // rows * rows
    start = n * length
    return ids[:whole].reshape(rows, -1)[:, start : start + length]


def with_temperature(logits, temperature):
    return jax.nn.softmax(logits / temperature)


def masked_loss(log_p, target, lengths):
    right = jnp.take_along_axis(log_p, target[:, :, None], axis=2)[:, :, 0]
    steps = jnp.arange(target.shape[1])
    return -jnp.mean(right, where=steps[None] < lengths[:, None])


def attention_weights(h, memory, length):
    scores = memory @ h
    valid = jnp.arange(len(memory)) < length
    return jax.nn.softmax(jnp.where(valid, scores, -1e9))


def extend_beams(totals, log_p):
    every = (totals[:, None] + log_p).reshape(-1)
    _, best = jax.lax.top_k(every, len(totals))
    return best // log_p.shape[1], best % log_p.shape[1]


def word_weights(positive, negative):
    p, n = positive + 1, negative + 1
    return jnp.log(p / p.sum()) - jnp.log(n / n.sum())


def mean_pool(hs, lengths):
    counts = jnp.arange(hs.shape[1])[None] < lengths[:, None]
    summed = jnp.where(counts[:, :, None], hs, 0.0).sum(axis=1)
    return summed / jnp.maximum(lengths, 1)[:, None].astype(hs.dtype)


def sign_test(first, second):
    tosses, fewer = first + second, min(first, second)
    tail = sum(math.comb(tosses, k) for k in range(fewer + 1))
    return min(1.0, 2 * tail / 2**tosses)


def fill_from_past(series):
    steps = jnp.where(jnp.isnan(series), 0, jnp.arange(len(series)))
    return series[jax.lax.cummax(steps)]


def skill_per_horizon(forecast, truth, free):
    error = jnp.mean((forecast - truth) ** 2, axis=0)
    return 1 - error / jnp.mean((free - truth) ** 2, axis=0)


def pinball_loss(q, y, p):
    above = y - q
    return jnp.mean(jnp.maximum(p * above, (p - 1) * above))


def sequence_dropout(xs, u, share):
    stays = (u >= share)[:, None]
    return jnp.where(stays, xs / (1 - share), 0.0)


def combine(a_first, b_first, a_second, b_second):
    return a_first * a_second, a_second * b_first + b_second


def normalised_gates(f_sum, i_sum):
    f, i = jax.nn.sigmoid(f_sum), jax.nn.sigmoid(i_sum)
    return f / (f + i), i / (f + i)


def speed_up(serial, devices):
    return 1 / (serial + (1 - serial) / devices)
