// The three cells over time, and how gradient moves back through them: lstm_jax.cells, traces and
// gradients once more, so that a slider is answered where it is drawn. JAX is the reference.
//
// D input size, H hidden size, T time. Arrays are flat and row-major: w[k, n] of a matrix (K, N) is
// at w[k * N + n]. Row 0 of the states (T+1, H) is what was there before the first step.

import { identityMatrix, largestSingularValue, matrixProduct } from "./matrices.js";

/** @typedef {"rnn"|"lstm"|"gru"} CellKind */
/** @typedef {"i"|"f"|"g"|"o"} LSTMGate */

/**
 * Weights of a cell, laid out as in lstm_jax.cells; N is H for an RNN, 4H (i f g o) for an LSTM and
 * 3H (r z n) for a GRU.
 * @typedef {object} CellParams
 * @property {CellKind} kind
 * @property {number} D
 * @property {number} H
 * @property {ArrayLike<number>} w_x (D, N)
 * @property {ArrayLike<number>} w_h (H, N)
 * @property {ArrayLike<number>} b (N,)
 * @property {ArrayLike<number>} [b_n] (H,), GRU only
 */

/**
 * Hold one gate of an LSTM at a value, in the steps from..to-1, for the units named or for all.
 * @typedef {object} CellClamp
 * @property {LSTMGate} gate
 * @property {number} value
 * @property {number} from
 * @property {number} to
 * @property {?number[]} [units]
 */

/**
 * All that happened: states (T+1, H), gates and candidate (T, H). `f` in row t is the gate that led
 * from `c` in row t to `c` in row t + 1.
 * @typedef {object} CellRecord
 * @property {CellKind} kind
 * @property {number} T
 * @property {number} H
 * @property {Float64Array} h
 * @property {Float64Array} [c] LSTM, as are i, f, g, o
 * @property {Float64Array} [i]
 * @property {Float64Array} [f]
 * @property {Float64Array} [g]
 * @property {Float64Array} [o]
 * @property {Record<LSTMGate, Float64Array>} [held] by gate (T, H): what it is held at, NaN if free
 * @property {Float64Array} [r] GRU, as are z, n
 * @property {Float64Array} [z]
 * @property {Float64Array} [n]
 */

/**
 * Weights and record as the functions of one kind of cell take them: all that they read is there.
 * @typedef {Required<CellParams>} OwnParams
 * @typedef {Required<CellRecord>} OwnRecord
 */

/**
 * A kind of cell: `step` fills row t of the record, `jacobian` is ∂s_t/∂s_{t-1} of that step. Both
 * are written as methods, because TypeScript lets a method ask for more than it is promised here.
 * @typedef {{
 *   gates: (LSTMGate|"r"|"z"|"n")[],
 *   step(params: CellParams, x: ArrayLike<number>, record: CellRecord, t: number): void,
 *   jacobian(params: CellParams, record: CellRecord, t: number): Float64Array,
 * }} Cell
 */

/** @type {Record<CellKind, Cell>} */
const CELLS = {
  rnn: { gates: [], step: rnnStep, jacobian: rnnJacobian },
  lstm: { gates: ["i", "f", "g", "o"], step: lstmStep, jacobian: lstmJacobian },
  gru: { gates: ["r", "z", "n"], step: gruStep, jacobian: gruJacobian },
};

/**
 * Walk a cell along a sequence and keep all that happens inside.
 * @param {CellParams} params
 * @param {Float64Array|Float32Array|number[]} xs (at least T, D)
 * @param {object} [options]
 * @param {number} [options.T] how many steps to take, all of xs by default
 * @param {?{h: ArrayLike<number>, c?: ArrayLike<number>}} [options.state] (H,) each, else zeros
 * @param {CellClamp[]} [options.clamps] LSTM only; a later one overrides an earlier one
 * @returns {CellRecord}
 */
export function trace(params, xs, { T = xs.length / params.D, state = null, clamps = [] } = {}) {
  const { kind, D, H } = params;
  /** @type {CellRecord} */
  const record = { kind, T, H, h: new Float64Array((T + 1) * H) };
  for (const gate of CELLS[kind].gates) record[gate] = new Float64Array(T * H);
  if (kind === "lstm") {
    record.c = new Float64Array((T + 1) * H);
    record.held = heldGates(clamps, T, H);
  }
  if (state) {
    record.h.set(state.h);
    if (record.c && state.c) record.c.set(state.c);
  }
  for (let t = 0; t < T; t++) CELLS[kind].step(params, xs.slice(t * D, (t + 1) * D), record, t);
  return record;
}

/**
 * h_t = tanh(x_t W_x + h_{t-1} W_h + b)
 * @type {(params: CellParams, x: ArrayLike<number>, record: CellRecord, t: number) => void}
 */
function rnnStep(params, x, { h }, t) {
  const { H, w_x, w_h, b } = params;
  const before = t * H;
  const after = before + H;
  const sums = Float64Array.from(b);
  addProduct(sums, x, w_x);
  addProduct(sums, h.subarray(before, after), w_h);
  for (let j = 0; j < H; j++) h[after + j] = Math.tanh(sums[j]);
}

/**
 * i_t = σ(x_t W_xi + h_{t-1} W_hi + b_i)       what to write
 * f_t = σ(x_t W_xf + h_{t-1} W_hf + b_f)       what to keep
 * g_t = tanh(x_t W_xg + h_{t-1} W_hg + b_g)    what could be written
 * o_t = σ(x_t W_xo + h_{t-1} W_ho + b_o)       what to show
 * c_t = f_t · c_{t-1} + i_t · g_t
 * h_t = o_t · tanh(c_t)
 * @type {(params: CellParams, x: ArrayLike<number>, record: OwnRecord, t: number) => void}
 */
function lstmStep(params, x, { i, f, g, o, c, h, held }, t) {
  const { H, w_x, w_h, b } = params;
  const before = t * H;
  const after = before + H;
  const sums = Float64Array.from(b);
  addProduct(sums, x, w_x);
  addProduct(sums, h.subarray(before, after), w_h);
  for (let j = 0, here = before, next = after; j < H; j++, here++, next++) {
    i[here] = heldOr(held.i[here], sigmoid(sums[j]));
    f[here] = heldOr(held.f[here], sigmoid(sums[H + j]));
    g[here] = heldOr(held.g[here], Math.tanh(sums[2 * H + j]));
    o[here] = heldOr(held.o[here], sigmoid(sums[3 * H + j]));
    c[next] = f[here] * c[here] + i[here] * g[here];
    h[next] = o[here] * Math.tanh(c[next]);
  }
}

/**
 * r_t = σ(x_t W_xr + h_{t-1} W_hr + b_r)
 * z_t = σ(x_t W_xz + h_{t-1} W_hz + b_z)
 * n_t = tanh(x_t W_xn + b_xn + r_t · (h_{t-1} W_hn + b_n))
 * h_t = (1 - z_t) · n_t + z_t · h_{t-1}
 * @type {(params: OwnParams, x: ArrayLike<number>, record: OwnRecord, t: number) => void}
 */
function gruStep(params, x, { r, z, n, h }, t) {
  const { H, w_x, b } = params;
  const before = t * H;
  const after = before + H;
  const fromX = Float64Array.from(b);
  addProduct(fromX, x, w_x);
  const fromH = gruRecurrentSums(params, h.subarray(before, after));
  for (let j = 0, here = before, next = after; j < H; j++, here++, next++) {
    r[here] = sigmoid(fromX[j] + fromH[j]);
    z[here] = sigmoid(fromX[H + j] + fromH[H + j]);
    n[here] = Math.tanh(fromX[2 * H + j] + r[here] * fromH[2 * H + j]);
    h[next] = (1 - z[here]) * n[here] + z[here] * h[here];
  }
}

/**
 * h_{t-1} W_h, with b_n added to the part of n: what the reset gate acts on.
 * @type {(params: OwnParams, h: Float64Array) => Float64Array}
 */
function gruRecurrentSums({ H, w_h, b_n }, h) {
  const sums = new Float64Array(3 * H);
  sums.set(b_n, 2 * H);
  addProduct(sums, h, w_h);
  return sums;
}

/**
 * The gradient that reaches each step from the last one, as lstm_jax.gradient_flow. With s the
 * whole state (h, or h and c side by side for an LSTM) and J_t = ∂s_t/∂s_{t-1},
 *
 *     ∂s_T/∂s_t = J_T · J_{T-1} ⋯ J_{t+1}
 *
 * Every matrix here maps from its rows to its columns: J[k, j] = ∂s_j/∂s'_k, with a prime for the
 * step before, so the factor of an earlier step goes to the left. The product soon leaves the range
 * of a number, so it is carried as a matrix whose largest entry is 1, and the logarithm of what was
 * taken out.
 * @param {CellParams} params
 * @param {Float64Array|Float32Array|number[]} xs as in `trace`
 * @param {CellRecord} [record] what `trace` made of them; a gate that it clamps passes no gradient
 * @returns {{total: Float64Array, direct: ?Float64Array}} (T+1,) each. total: the largest singular
 *   value of ∂s_T/∂s_t. direct: LSTM only, the product of the forget gates of the steps t+1 to T,
 *   for the unit that keeps most.
 */
export function gradientFlow(params, xs, record = trace(params, xs)) {
  const { T, H, kind } = record;
  const size = kind === "lstm" ? 2 * H : H;
  const total = new Float64Array(T + 1).fill(1);
  let product = identityMatrix(size);
  let logScale = 0;
  for (let t = T - 1; t >= 0; t--) {
    product = matrixProduct(CELLS[kind].jacobian(params, record, t), product, size);
    let largest = 0;
    for (let at = 0; at < product.length; at++) largest = Math.max(largest, Math.abs(product[at]));
    if (largest > 0) {
      for (let at = 0; at < product.length; at++) product[at] /= largest;
      logScale += Math.log(largest);
    }
    total[t] = largestSingularValue(product, size) * Math.exp(logScale);
  }
  return { total, direct: record.f ? directFlow(record.f, T, H) : null };
}

/**
 * max over units of f_{t+1} · f_{t+2} ⋯ f_T
 * @type {(f: Float64Array, T: number, H: number) => Float64Array}
 */
function directFlow(f, T, H) {
  const direct = new Float64Array(T + 1).fill(1);
  const kept = new Float64Array(H).fill(1);
  for (let t = T - 1; t >= 0; t--) {
    for (let j = 0; j < H; j++) kept[j] *= f[t * H + j];
    direct[t] = Math.max(...kept);
  }
  return direct;
}

/**
 * ∂h_j/∂h'_k = (1 - h_j²) W_h[k, j]
 * @type {(params: CellParams, record: CellRecord, t: number) => Float64Array}
 */
function rnnJacobian({ H, w_h }, { h }, t) {
  const jacobian = new Float64Array(H * H);
  for (let j = 0; j < H; j++) {
    const slope = 1 - h[(t + 1) * H + j] ** 2;
    for (let at = j; at < H * H; at += H) jacobian[at] = slope * w_h[at];
  }
  return jacobian;
}

/**
 * ∂c_j/∂c'_j = f_j
 * ∂c_j/∂h'_k = g_j i_j(1 - i_j) W_hi[k, j] + c'_j f_j(1 - f_j) W_hf[k, j]
 *            + i_j (1 - g_j²) W_hg[k, j]
 * ∂h_j/∂c'_j = o_j (1 - tanh² c_j) ∂c_j/∂c'_j
 * ∂h_j/∂h'_k = o_j (1 - tanh² c_j) ∂c_j/∂h'_k + tanh(c_j) o_j(1 - o_j) W_ho[k, j]
 * @type {(params: CellParams, record: OwnRecord, t: number) => Float64Array}
 */
function lstmJacobian({ H, w_h }, { i, f, g, o, c, held }, t) {
  const size = 2 * H;
  const jacobian = new Float64Array(size * size);
  for (let j = 0, here = t * H; j < H; j++, here++) {
    const squashed = Math.tanh(c[here + H]);
    const shown = o[here] * (1 - squashed ** 2);
    const byI = g[here] * slopeUnless(held.i[here], i[here] * (1 - i[here]));
    const byF = c[here] * slopeUnless(held.f[here], f[here] * (1 - f[here]));
    const byG = i[here] * slopeUnless(held.g[here], 1 - g[here] ** 2);
    const byO = squashed * slopeUnless(held.o[here], o[here] * (1 - o[here]));
    for (let k = 0; k < H; k++) {
      const w = k * 4 * H + j;
      const written = byI * w_h[w] + byF * w_h[w + H] + byG * w_h[w + 2 * H];
      jacobian[k * size + j] = shown * written + byO * w_h[w + 3 * H];
      jacobian[k * size + H + j] = written;
    }
    jacobian[(H + j) * size + j] = shown * f[here];
    jacobian[(H + j) * size + H + j] = f[here];
  }
  return jacobian;
}

/**
 * With q = h' W_hn + b_n:
 * ∂h_j/∂h'_k = z_j [j = k] + (h'_j - n_j) z_j(1 - z_j) W_hz[k, j]
 *            + (1 - z_j)(1 - n_j²) (r_j W_hn[k, j] + q_j r_j(1 - r_j) W_hr[k, j])
 * @type {(params: OwnParams, record: OwnRecord, t: number) => Float64Array}
 */
function gruJacobian(params, { r, z, n, h }, t) {
  const { H, w_h } = params;
  const jacobian = new Float64Array(H * H);
  const q = gruRecurrentSums(params, h.subarray(t * H, (t + 1) * H)).subarray(2 * H);
  for (let j = 0, here = t * H; j < H; j++, here++) {
    const byN = (1 - z[here]) * (1 - n[here] ** 2);
    const byZ = (h[here] - n[here]) * z[here] * (1 - z[here]);
    const byR = byN * q[j] * r[here] * (1 - r[here]);
    for (let k = 0; k < H; k++) {
      const w = k * 3 * H + j;
      jacobian[k * H + j] = byR * w_h[w] + byZ * w_h[w + H] + byN * r[here] * w_h[w + 2 * H];
    }
    jacobian[j * H + j] += z[here];
  }
  return jacobian;
}

/** σ(x), from 0 to 1. @param {number} x */
export function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}

/**
 * Steps until a forget gate that stays at f has halved what the cell remembers: f^steps = 1/2.
 * 0 for a gate that is shut, Infinity for one that loses nothing.
 * @param {number} f
 * @returns {number}
 */
export function halfLife(f) {
  return f < 1 ? Math.LN2 / -Math.log(Math.max(f, 0)) : Infinity;
}

/**
 * sums (N,) += v (K,) times w (K, N).
 * @type {(sums: Float64Array, v: ArrayLike<number>, w: ArrayLike<number>) => void}
 */
function addProduct(sums, v, w) {
  const N = sums.length;
  for (let k = 0, at = 0; k < v.length; k++) {
    for (let n = 0; n < N; n++, at++) sums[n] += v[k] * w[at];
  }
}

/**
 * The clamps as arrays: for each gate (T, H) what it is held at, NaN where it is free.
 * @type {(clamps: CellClamp[], T: number, H: number) => Record<LSTMGate, Float64Array>}
 */
function heldGates(clamps, T, H) {
  const free = () => new Float64Array(T * H).fill(NaN);
  const held = { i: free(), f: free(), g: free(), o: free() };
  for (const { gate, value, from, to, units } of clamps) {
    for (let t = from; t < Math.min(to, T); t++) {
      for (const j of units ?? Array(H).keys()) held[gate][t * H + j] = value;
    }
  }
  return held;
}

/** @type {(held: number, free: number) => number} */
function heldOr(held, free) {
  return Number.isNaN(held) ? free : held;
}

/**
 * The slope of a gate in its weighted sum, 0 while it is held.
 * @type {(held: number, slope: number) => number}
 */
function slopeUnless(held, slope) {
  return Number.isNaN(held) ? slope : 0;
}
