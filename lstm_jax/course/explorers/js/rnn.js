// The hidden state of an RNN over time, and for how many steps it feels the last input.

import { trace } from "./cells.js";
import { COLOURS, cursor, curve, dot, format, frame, heatMap, keyNumber, segment, signedColour, text } from "./draw.js";
import { drawInput, inputOf, timeRegion, timeTicks } from "./sequence.js";
import { drawnNetwork } from "./weights.js";

const LOW = 1e-4, HIGH = 10; // of the axis of the norm: the same for all gains, so that they compare
const FELT = 0.01; // of the largest state: below that an input counts as forgotten

/**
 * How long the state feels the last input that is not 0.
 * @param {ArrayLike<number>} xs (T,)
 * @param {number[]} sizes (T,) the norm of the state after each step
 * @returns {?{from: number, to: number}} the step of that input and the last one at which it is felt;
 *   null if there is no input
 */
function feltSteps(xs, sizes) {
  const from = Array.from(xs).findLastIndex((x) => x !== 0);
  const limit = FELT * Math.max(...sizes);
  return from < 0 ? null : { from, to: Math.max(from, sizes.findLastIndex((size) => size > limit)) };
}

/** "6 steps", or that no end is in sight. */
function feltInWords(felt, T) {
  if (!felt) return "no input";
  if (felt.from >= T - 1) return "the input does not stop";
  const steps = felt.to - felt.from;
  if (felt.to === T - 1) return `felt to the end, ${steps} steps on`;
  return `felt for ${steps} ${steps === 1 ? "step" : "steps"}`;
}

/** @type {import("./main.js").View} */
export const rnnView = {
  height: 440,

  compute(state) {
    const xs = inputOf(state);
    const { h, H, T } = trace(drawnNetwork("rnn", state.data.rnn, state), xs);
    const after = h.subarray(H); // row t is what step t made
    const sizes = Array.from({ length: T }, (_, t) => Math.hypot(...after.subarray(t * H, (t + 1) * H)));
    return { xs, h: after, H, T, sizes, felt: feltSteps(xs, sizes) };
  },

  draw(ctx, state, { h, H, T, sizes, felt }, width) {
    const { t } = state;
    const box = { x: 70, width: width - 86 };
    const inputBox = { ...box, y: 28, height: 56 };
    const input = drawInput(ctx, inputBox, state);

    const normBox = { ...box, y: 130, height: 120 };
    const norms = frame(ctx, normBox, {
      x: [-0.5, T - 0.5],
      y: [LOW, HIGH],
      log: true,
      yTicks: [1e-4, 1e-2, 1],
      title: [["norm of h", COLOURS.black], ["(log)", COLOURS.grey]],
    });
    keyNumber(ctx, feltInWords(felt, T), box.x + box.width, normBox.y - 10, { align: "right", colour: COLOURS.hint });
    curve(ctx, norms, sizes, { colour: COLOURS.black, width: 4 });
    if (felt) drawFelt(ctx, norms, felt, FELT * Math.max(...sizes));

    const mapBox = { ...box, y: 292, height: 92 };
    heatMap(ctx, mapBox, h, { T, H, colourOf: (value) => signedColour(value) });
    text(ctx, "hidden state h, a row a unit", box.x, mapBox.y - 8, { bold: true });
    text(ctx, "blue −1, pale 0, red +1", box.x + box.width, mapBox.y - 8, { align: "right" });
    for (const step of timeTicks(T, 10)) {
      text(ctx, String(step), norms.x(step), mapBox.y + mapBox.height + 20, { align: "center" });
    }
    text(ctx, "time step t", box.x + box.width / 2, mapBox.y + mapBox.height + 44, { align: "center" });
    for (const each of [inputBox, normBox, mapBox]) cursor(ctx, each, t, T);
    return [input.region, timeRegion(normBox, T), timeRegion(mapBox, T)];
  },

  readout({ t, gain }, { xs, sizes, felt, T }) {
    return (
      `Step ${t}: input x = ${format(xs[t])}, the state has the norm ${format(sizes[t], 3)}. ` +
      `Recurrent gain ${format(gain)}: ${feltInWords(felt, T)}. ` +
      "Felt means that the norm is above 1 % of its peak, the dashed line."
    );
  },
};

/** The level below which an input counts as forgotten, and a dot where the state last lies above it. */
function drawFelt(ctx, plot, { from, to }, level) {
  const { x, width } = plot.box;
  Object.assign(ctx, { strokeStyle: COLOURS.orange, lineWidth: 3 });
  ctx.setLineDash([8, 6]);
  segment(ctx, x, plot.y(level), x + width, plot.y(level));
  ctx.setLineDash([]);
  ctx.lineWidth = 6;
  segment(ctx, plot.x(from), plot.y(level), plot.x(to), plot.y(level));
  for (const step of [from, to]) dot(ctx, plot.x(step), plot.y(level), { colour: COLOURS.orange, radius: 7 });
}
