// The hidden state of an RNN over time, and for how many steps it feels the last input.

import { trace } from "./cells.js";
import { COLOURS, cursor, curve, dot, format, frame, heatMap, keyNumber, segment, signedColour, text } from "./draw.js";
import { drawInput, inputOf, timeRegion, timeTicks } from "./sequence.js";
import { drawnNetwork } from "./weights.js";

const NAMES = ["black", "vermillion", "blue", "green", "purple", "orange", "sky", "grey"];
const unitColour = (unit) => COLOURS[NAMES[unit % NAMES.length]]; // more units share colours
const FELT = 0.01; // of the largest state: below that an input counts as forgotten

/**
 * How long the state feels the last input that is not 0.
 * @param {ArrayLike<number>} xs (T,)
 * @param {number[]} sizes (T,) the length of the state after each step
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
  height: 610,

  compute(state) {
    const xs = inputOf(state);
    const { h, H, T } = trace(drawnNetwork("rnn", state.data.rnn, state), xs);
    const after = h.subarray(H); // row t is what step t made
    const sizes = Array.from({ length: T }, (_, t) => Math.hypot(...after.subarray(t * H, (t + 1) * H)));
    return { xs, h: after, H, T, sizes, felt: feltSteps(xs, sizes) };
  },

  draw(ctx, state, { h, H, T, felt }, width) {
    const { t } = state;
    const box = { x: 70, width: width - 86 };
    const inputBox = { ...box, y: 30, height: 90 };
    const input = drawInput(ctx, inputBox, state);
    keyNumber(ctx, feltInWords(felt, T), box.x + box.width, 160, { align: "right", colour: COLOURS.hint });

    const lineBox = { ...box, y: 176, height: 190 };
    const lines = frame(ctx, lineBox, {
      x: [-0.5, T - 0.5],
      y: [-1.05, 1.05],
      yTicks: [-1, 0, 1],
      title: [["hidden state h", COLOURS.black], ["(a line a unit)", COLOURS.grey]],
    });
    for (let unit = 0; unit < H; unit++) {
      const values = Array.from({ length: T }, (_, step) => h[step * H + unit]);
      curve(ctx, lines, values, { colour: unitColour(unit), width: 3 });
    }
    if (felt) drawFelt(ctx, lines, felt);

    const mapBox = { ...box, y: 426, height: 128 };
    heatMap(ctx, mapBox, h, { T, H, colourOf: (value) => signedColour(value) });
    text(ctx, "the same, a row a unit", box.x, mapBox.y - 8, { bold: true });
    text(ctx, "blue −1, pale 0, red +1", box.x + box.width, mapBox.y - 8, { align: "right" });
    const radius = Math.min(7, (0.45 * mapBox.height) / H);
    for (let unit = 0; unit < H; unit++) {
      const y = mapBox.y + ((unit + 0.5) * mapBox.height) / H;
      dot(ctx, box.x - 14, y, { colour: unitColour(unit), radius });
    }
    for (const step of timeTicks(T, 10)) {
      text(ctx, String(step), lines.x(step), mapBox.y + mapBox.height + 20, { align: "center" });
    }
    text(ctx, "time step t", box.x + box.width / 2, mapBox.y + mapBox.height + 44, { align: "center" });
    for (const each of [inputBox, lineBox, mapBox]) cursor(ctx, each, t, T);
    return [input.region, timeRegion(lineBox, T), timeRegion(mapBox, T)];
  },

  readout({ t, gain }, { xs, sizes, felt, T }) {
    return (
      `Step ${t}: input x = ${format(xs[t])}, the state has length ${format(sizes[t], 3)}. ` +
      `Recurrent gain ${format(gain)}: ${feltInWords(felt, T)}. ` +
      "Felt means that the state is longer than 1 % of its peak."
    );
  },
};

/** A bar below the lines, from the last input to the last step that feels it. */
function drawFelt(ctx, plot, { from, to }) {
  const y = plot.box.y + plot.box.height + 12;
  Object.assign(ctx, { strokeStyle: COLOURS.orange, lineWidth: 6 });
  segment(ctx, plot.x(from), y, plot.x(to), y);
  for (const step of [from, to]) dot(ctx, plot.x(step), y, { colour: COLOURS.orange, radius: 7 });
}
