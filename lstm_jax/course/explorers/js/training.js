// Training, live: the loss and the accuracy of runs side by side while they grow. See training.py.

import { isAnswered, orders } from "./answers.js";
import { COLOURS, cursor, curve, frame, format, keyNumber, text, twoDigits } from "./draw.js";
import { timeRegion } from "./sequence.js";

const GROWING = { colour: COLOURS.blue, shade: "rgb(0 114 178 / 25%)", width: 3.5 };
const BASELINE = { colour: "#F2A66E", shade: "rgb(213 94 0 / 12%)", dash: [10, 8], width: 3 };
// The axes stay still while the curves grow.
const PANELS = [
  {
    name: "loss",
    title: [["loss (nats)", COLOURS.black]],
    axis: { y: [1e-4, 10], log: true, yTicks: [1e-4, 1e-3, 1e-2, 1e-1, 1, 10] },
  },
  {
    name: "accuracy",
    title: [["right answers (%)", COLOURS.black]],
    axis: { y: [0, 100], yTicks: [0, 25, 50, 75, 100] },
  },
];

/** The settings of some curves, or the controls as they stand, in words, one a control. */
function inWords({ cell, rate, clip, forget_bias, width, length }) {
  return {
    cell,
    rate: `rate ${twoDigits(10 ** rate)}`,
    clip: clip === "off" ? "no clipping" : `clip ${clip}`,
    ...(cell === "LSTM" ? { forget_bias: `forget bias ${format(forget_bias, 1)}` } : {}),
    width: `${width} units`,
    length: `${length} steps`,
  };
}
const asOne = (words) => Object.values(words).join(", ");

/** A list of numbers for each run. @returns {number[][]} */
function byRun(view, runs) {
  const numbers = new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  const points = numbers.length / runs;
  return Array.from({ length: runs }, (_, run) => [...numbers.subarray(run * points, (run + 1) * points)]);
}

/** The value below which this share of some numbers lies; between two of them on a straight line. */
function quantile(numbers, share) {
  const sorted = numbers.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (!sorted.length) return NaN;
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  return below + (place % 1) * (sorted[Math.ceil(place)] - below);
}

/** Runs, with their middle half and median at each point. */
function spread(runs) {
  const at = (share) => runs[0].map((_, point) => quantile(runs.map((run) => run[point]), share));
  return { runs, low: at(0.25), median: at(0.5), high: at(0.75) };
}

/** Curves as the kernel sends them, with the point at which each run has solved the task, or -1. */
function curvesOf(sent, { runs, solved }) {
  if (!sent?.loss?.byteLength) return null;
  const accuracy = byRun(sent.accuracy, runs);
  return {
    used: sent.with,
    loss: spread(byRun(sent.loss, runs)),
    accuracy: spread(accuracy.map((run) => run.map((share) => 100 * share))),
    solvedAt: accuracy.map((run) => run.findIndex((share) => share >= solved)),
  };
}

/** @type {import("./main.js").View} */
export const trainingView = {
  height: 548,

  idle: ({ cell }) => (cell === "LSTM" ? [] : ["forget_bias"]),

  compute(state) {
    const { answer, data, t } = state;
    const [now, kept] = [answer, answer.kept].map((sent) => curvesOf(sent, data));
    const controls = inWords(state);
    const used = answer.with && inWords(answer.with);
    const moved = Object.keys(controls).filter((name) => used && controls[name] !== used[name]);
    const record = { now, kept, controls, used, moved: moved.map((name) => controls[name]) };
    if (!now) return { ...record, point: t };
    const point = Math.min(t, now.loss.median.length - 1);
    const solvedBy = now.solvedAt.filter((at) => at >= 0 && at <= point);
    const failed = now.loss.runs.filter((run) => Number.isNaN(run[point])).length;
    return { ...record, point, solvedBy, failed };
  },

  draw(ctx, state, record, width) {
    const { data } = state;
    drawHead(ctx, state, record, width);
    const wide = (width - 176) / 2;
    const boxes = PANELS.map((panel, side) => {
      const box = { x: 76 + side * (wide + 84), y: 158, width: wide, height: 320 };
      drawPanel(ctx, box, panel, data, record);
      return box;
    });
    return boxes.map((box) => timeRegion(box, data.steps / data.point));
  },

  readout(state, record) {
    return sentences(state, record).join(" ");
  },

  actions: orders(["train", "stop", "keep"]),
};

/** What stands above the axes: how far it is, and what the curves were made with. */
function drawHead(ctx, state, { now, kept, used, controls, moved, point, solvedBy, failed }, width) {
  const { data, answer } = state;
  const left = 16;
  if (now && failed === data.runs) {
    keyNumber(ctx, `all ${data.runs} runs diverged`, left, 36, { colour: COLOURS.vermillion });
  } else if (now) {
    /** @type {[number, string][]} */
    const said = [
      [left, `${solvedBy.length} of ${data.runs} solved`],
      [left + 260, `loss ${twoDigits(now.loss.median[point])}`],
      [left + 500, `${format(now.accuracy.median[point], 0)} % right`],
    ];
    for (const [x, words] of said) keyNumber(ctx, words, x, 36, { colour: GROWING.colour });
    text(ctx, `step ${stepOf(point, data)} of ${data.steps}`, width - 12, 36, { align: "right" });
  } else {
    const words = answer.phase === "starting" ? "starting …" : "press train";
    keyNumber(ctx, words, left, 36, { colour: GROWING.colour });
  }
  /** @type {[?(import("./draw.js").CurveStyle), string][]} */
  const lines = [[GROWING, asOne(used ?? controls)]];
  if (kept) lines.push([BASELINE, `baseline: ${asOne(inWords(kept.used))}`]);
  if (moved.length) lines.push([null, `press train for ${moved.join(", ")}`]);
  lines.forEach(([style, words], row) => {
    const y = 68 + 26 * row;
    if (style) curve(ctx, { x: (share) => left + 36 * share, y: () => y - 6 }, [0, 0], style);
    text(ctx, words, left + 46, y, { bold: !style, colour: style ? COLOURS.black : COLOURS.vermillion });
  });
}

/** One of PANELS: what there is to reach without memory, the baseline, and the curves as they grow. */
function drawPanel(ctx, box, { name, title, axis }, { steps, point: pitch, batch, chance }, { now, kept, point }) {
  const xTicks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => share * steps);
  const xLabel = `training step, ${batch} sequences each`;
  const plot = frame(ctx, box, { x: [0, steps], xTicks, xLabel, title, ...axis });
  curve(ctx, plot, [chance[name], chance[name]], { colour: COLOURS.grey, dash: [4, 6], width: 2, pitch: steps });
  if (kept) drawSpread(ctx, plot, kept[name], pitch, BASELINE);
  if (now) drawSpread(ctx, plot, now[name], pitch, GROWING);
  const level = plot.y(chance[name]) - 7;
  text(ctx, "without memory", box.x + box.width - 8, level, { align: "right", colour: COLOURS.grey });
  cursor(ctx, box, point, steps / pitch);
}

/** Every run, thin, the middle half of them as a band, and their median; each point in its middle. */
function drawSpread(ctx, plot, { runs, low, median, high }, pitch, style) {
  const along = { start: pitch / 2, pitch };
  ctx.fillStyle = style.shade;
  for (let point = 0; point + 1 < median.length; point++) {
    if (Number.isNaN(median[point + 1])) break;
    const [x, next] = [point, point + 1].map((at) => plot.x(along.start + at * pitch));
    ctx.beginPath();
    ctx.moveTo(x, plot.y(low[point]));
    ctx.lineTo(next, plot.y(low[point + 1]));
    ctx.lineTo(next, plot.y(high[point + 1]));
    ctx.lineTo(x, plot.y(high[point]));
    ctx.fill();
  }
  if (!style.dash) for (const run of runs) curve(ctx, plot, run, { ...along, colour: style.shade, width: 1.5 });
  curve(ctx, plot, median, { ...along, ...style });
}

const stepOf = (point, { point: pitch }) => (point + 1) * pitch;

function sentences(state, { now, used, controls, moved, point, solvedBy, failed }) {
  const { answer, data } = state;
  const said = [];
  const scores = () =>
    `After step ${stepOf(point, data)} of ${data.steps} the median loss of ${data.runs} runs is ` +
    `${twoDigits(now.loss.median[point])}, ${format(now.accuracy.median[point], 0)} % of the answers are right, ` +
    `and ${solvedBy.length} of ${data.runs} runs have solved the task (${100 * data.solved} % right)` +
    `${solvedBy.length ? `, the first by step ${stepOf(Math.min(...solvedBy), data)}` : ""}; ` +
    `trained for ${format(answer.seconds, 1)} s.`;
  if (state.late && !isAnswered(state)) said.push("Training needs a running kernel: run this cell again.");
  if (now) {
    said.push(failed === data.runs ? `By step ${stepOf(point, data)} no run is left.` : scores());
    if (failed && failed < data.runs) said.push(`${failed} of ${data.runs} runs diverged.`);
    if (moved.length) said.push(`The controls have moved since: press train for ${moved.join(", ")}.`);
  } else if (answer.phase === "starting") {
    said.push(`Training ${data.runs} runs: ${asOne(used)}. For a new kind of cell it takes some seconds to start.`);
  } else {
    said.push(
      `Nothing is trained yet: press train for ${data.runs} runs of ${asOne(controls)}. ` +
        `Without memory the loss is ${format(data.chance.loss)} at best, and ` +
        `${format(data.chance.accuracy, 0)} % of the answers are right.`,
    );
  }
  if (answer.says) said.push(answer.says);
  return said;
}
