// The random weights of an explorer; drawn in Python (explorers/weights.py), for it has JAX's keys.

const BLOCKS = { rnn: 1, lstm: 4 };

/**
 * The network of a seed, its recurrent weights times the gain, in float32 as in Python; no biases yet.
 * @param {"rnn"|"lstm"} kind
 * @param {DataView} bytes w_x on top of w_h, (seeds, 1 + H, N)
 * @param {{seed: number, gain: number, data: {H: number}}} state
 * @returns {import("./cells.js").CellParams & {w_h: Float32Array, b: Float32Array}}
 */
export function drawnNetwork(kind, { buffer, byteOffset }, { seed, gain, data: { H } }) {
  const N = BLOCKS[kind] * H;
  const size = (1 + H) * N;
  const start = byteOffset + 4 * seed * size;
  const weights = new Float32Array(buffer.slice(start, start + 4 * size));
  const factor = Math.fround(gain);
  return {
    kind,
    D: 1,
    H,
    w_x: weights.subarray(0, N),
    w_h: weights.subarray(N).map((weight) => factor * weight),
    b: new Float32Array(N),
  };
}
