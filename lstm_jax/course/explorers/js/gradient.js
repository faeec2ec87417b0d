// An RNN and an LSTM on one input: how much of a small change at step t is left at the last step.

import { gradientFlow, trace } from "./cells.js";
import {
  COLOURS, cursor, curve, dot, format, frame, gateColour, heatMap, keyNumber, legend, text, twoDigits,
} from "./draw.js";
import { timeRegion } from "./sequence.js";
import { drawnNetwork } from "./weights.js";

const NORMS = [1e-15, 1e6]; // the ends of the axis; it stays still while a slider moves
const PATHS = {
  rnn: { words: "RNN", colour: COLOURS.vermillion },
  lstm: { words: "LSTM", colour: COLOURS.blue },
  direct: { words: "along c alone", colour: COLOURS.blue, dash: [10, 8], width: 3 },
};
// The baseline in the same colours, paler.
const KEPT = {
  rnn: { words: "RNN kept", colour: "#F2A66E", dash: [3, 5], width: 3 },
  lstm: { words: "LSTM kept", colour: "#7FBDE3", dash: [3, 5], width: 3 },
  direct: { colour: "#7FBDE3", dash: [10, 8], width: 2 },
};

/**
 * A network, its gates and its gradient; `before` once more, if it was made of the same.
 * @param {"rnn"|"lstm"} kind
 */
function networkOf(kind, { gain, seed, length, forget_bias, data }, before) {
  const madeOf = [data, gain, seed, length, ...(kind === "lstm" ? [forget_bias] : [])];
  if (before && madeOf.every((each, place) => each === before.madeOf[place])) return before;
  const params = drawnNetwork(kind, data[kind], { gain, seed, data });
  if (kind === "lstm") params.b.fill(forget_bias, data.H, 2 * data.H); // the second block of i, f, g, o
  const record = trace(params, data.xs, { T: length });
  return { madeOf, params, f: record.f, ...gradientFlow(params, data.xs, record) };
}

/** The networks of some controls, the LSTM only where there is one; null where there are no controls. */
const networksOf = (controls, before) =>
  controls && {
    rnn: networkOf("rnn", controls, before?.rnn),
    lstm: controls.data.lstm ? networkOf("lstm", controls, before?.lstm) : null,
  };

/** A curve for each of PATHS that there is, (T+1,). */
const pathsOf = ({ rnn, lstm }) => ({
  rnn: rnn.total,
  ...(lstm && { lstm: lstm.total, direct: lstm.direct }),
});

/** The controls of the baseline, or null: only they are kept, the curves follow from them. */
function keptState({ baseline: [gain, forget_bias, length, seed], data }) {
  const places = [length, seed].map(Math.floor);
  if (places[0] < 1 || !(places[1] >= 0 && places[1] < data.seeds)) return null;
  return { gain, forget_bias, length: places[0], seed: places[1], data };
}

/** The curve inside the axis; it touches the edge where it leaves. */
function insideAxis(norms) {
  const isOut = (value) => value !== undefined && !(value >= NORMS[0] && value <= NORMS[1]);
  return Array.from(norms, (value, t) =>
    isOut(value) && isOut(norms[t - 1] ?? value) && isOut(norms[t + 1] ?? value) ? NaN : value,
  );
}

/** @type {import("./main.js").View} */
export const gradientView = {
  height: 616,

  compute: (state, before) => ({
    now: networksOf(state, before?.now),
    kept: networksOf(keptState(state), before?.kept),
  }),

  draw(ctx, state, { now, kept }, width) {
    const { t, length, data } = state;
    const T = data.xs.length;
    const paths = pathsOf(now);
    drawReached(ctx, paths, width);

    const box = { x: 80, y: 112, width: width - 96, height: now.lstm ? 300 : 216 };
    const plot = frame(ctx, box, {
      x: [-0.5, T + 0.5],
      y: NORMS,
      log: true,
      yTicks: [-15, -12, -9, -6, -3, 0, 3, 6].map((power) => 10 ** power),
      xTicks: [0, 20, 40, 60, 80, 100],
    });
    const norm = now.lstm ? "‖∂s(T) / ∂s(t)‖" : "‖∂h(T) / ∂h(t)‖";
    text(ctx, `left at step T of a small change at step t:  ${norm}`, box.x, box.y - 36);
    drawNames(ctx, paths, kept, box);
    for (const [name, norms] of Object.entries(kept ? pathsOf(kept) : {})) curve(ctx, plot, insideAxis(norms), KEPT[name]);
    for (const [name, norms] of Object.entries(paths)) curve(ctx, plot, insideAxis(norms), PATHS[name]);
    cursor(ctx, box, t, T + 1);
    if (t <= length) {
      for (const name of ["rnn", "lstm"].filter((each) => each in paths)) {
        dot(ctx, plot.x(t), plot.y(paths[name][t]), { colour: PATHS[name].colour, radius: 7 });
      }
    }

    const words = `time step t, from 0 to T = ${length}`;
    const [middle, align] = [box.x + box.width / 2, /** @type {const} */ ("center")];
    if (!now.lstm) {
      text(ctx, `←  the gradient goes back        ${words}`, middle, box.y + box.height + 48, { align });
      return [timeRegion(box, T + 1)];
    }

    // Column t holds the gate that led to the state after step t.
    const { f } = now.lstm;
    const left = plot.x(0.5);
    const gateBox = { x: left, y: box.y + box.height + 72, width: plot.x(length + 0.5) - left, height: 96 };
    heatMap(ctx, gateBox, f, { T: length, H: data.H, colourOf: gateColour });
    const mean = format(f.reduce((sum, gate) => sum + gate, 0) / f.length);
    const title = `forget gate f of the LSTM, a row a unit, mean ${mean}`;
    legend(ctx, [[title, COLOURS.blue], ["(white shut, ink open)", COLOURS.grey]], box.x, gateBox.y - 10);
    const strip = { ...gateBox, x: box.x, width: box.width };
    cursor(ctx, strip, t, T + 1);
    text(ctx, words, middle, gateBox.y + gateBox.height + 28, { align });
    return [timeRegion(box, T + 1), timeRegion(strip, T + 1)];
  },

  readout({ t, gain, forget_bias, length }, { now }) {
    if (t > length) return `Step ${t} lies beyond the last step, T = ${length}.`;
    const [rnn, lstm, direct] = Object.values(pathsOf(now)).map((norms) => twoDigits(norms[t]));
    const said = `Of a small change at step ${t}, this much is left at step ${length}: `;
    if (!now.lstm) return `${said}${rnn} (gain ${format(gain)}).`;
    return (
      `${said}${rnn} in the RNN, ${lstm} in the LSTM, ${direct} along its cell state alone ` +
      `(gain ${format(gain)}, forget bias ${format(forget_bias, 1)}).`
    );
  },

  actions: {
    keep: ({ gain, forget_bias = 0, length, seed }) => ({ baseline: [gain, forget_bias, length, seed] }),
  },
};

/**
 * The same without the LSTM and its gates.
 * @type {import("./main.js").View}
 */
export const rnnGradientView = { ...gradientView, height: 388 };

/** The key numbers. */
function drawReached(ctx, paths, width) {
  text(ctx, "reaches t = 0:", 16, 36, { bold: true });
  ["rnn", "lstm"].forEach((name, column) => {
    if (!(name in paths)) return;
    const { words, colour } = PATHS[name];
    keyNumber(ctx, `${words} ${twoDigits(paths[name][0])}`, 170 + column * (width - 170) * 0.45, 38, { colour });
  });
}

/** The names of the curves, each behind a piece of its line. */
function drawNames(ctx, paths, kept, box) {
  const now = Object.keys(paths).map((name) => ({ ...PATHS[name], ink: PATHS[name].colour }));
  const before = [KEPT.rnn, ...(paths.lstm ? [KEPT.lstm] : [])].map((path) => ({ ...path, ink: COLOURS.grey }));
  let x = box.x;
  for (const { words, ink, ...style } of [...now, ...(kept ? before : [])]) {
    const y = box.y - 16;
    const line = { x: (share) => x + 36 * share, y: () => y };
    curve(ctx, line, [0, 0], style);
    x += 44 + text(ctx, words, x + 44, y + 6, { bold: true, colour: ink }) + 24;
  }
}
