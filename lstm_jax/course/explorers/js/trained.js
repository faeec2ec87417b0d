// A trained LSTM at its task: the diagram, all units over time, its answers; and from the kernel
// its loss over all sequences, and how far each input reaches.

import { isAnswered } from "./answers.js";
import { numbersOf } from "./bytes.js";
import { trace } from "./cells.js";
import { clampProblem, heldBy, idleClamps, isHeld, touchedUnits } from "./clamps.js";
import { DIAGRAM_HEIGHT, diagramValues, drawDiagram, drawDiagramLegend } from "./diagram.js";
import {
  COLOURS, cursor, format, frame, gateColour, heatMap, keyNumber, percent, powerOfTen, roundLimit, segment,
  signedColour, text, twoDigits,
} from "./draw.js";
import { cursorAt, timeRegion } from "./sequence.js";
import { drawUnitMaps, lstmMaps } from "./unitmaps.js";

const GATES = "ifgo";
const SCORE_Y = 30;
const DIAGRAM_TOP = 42;
const UNIT_MAPS = { left: 60, top: DIAGRAM_TOP + DIAGRAM_HEIGHT + 26, height: 80, gap: 20 };
const BELOW = { top: UNIT_MAPS.top + UNIT_MAPS.height + 52, height: 110 };
const GAPS = [56, 56, 56]; // between the parts below, for the labels of their axes
const DECADES = 5; // of influence that can be told apart

/**
 * The network, with the bias of one gate shifted, in float32 as in Python.
 * @returns {import("./cells.js").CellParams}
 */
function shiftedNetwork(state) {
  const { data, shift, shift_gate } = state;
  const { D, H } = data.sizes;
  const b = numbersOf(data.b);
  const first = GATES.indexOf(shift_gate) * H;
  for (const unit of touchedUnits(state) ?? Array(H).keys()) b[first + unit] += Math.fround(shift);
  return { kind: "lstm", D, H, w_x: numbersOf(data.w_x), w_h: numbersOf(data.w_h), b };
}

/** What the network answers after each step, (T, K): probabilities of classes, or numbers. */
function answersOf({ readout_w, readout_b, sizes: { T, H, K }, classes }, h) {
  const [w, b] = [readout_w, readout_b].map((view) => numbersOf(view));
  const answers = new Float64Array(T * K);
  for (let t = 0; t < T; t++) {
    const row = answers.subarray(t * K, (t + 1) * K);
    row.set(b);
    for (let j = 0; j < H; j++) {
      for (let k = 0; k < K; k++) row[k] += h[(t + 1) * H + j] * w[j * K + k];
    }
    if (classes) softmax(row);
  }
  return answers;
}

/** exp(s) over the sum of all exp(s), in place. */
function softmax(scores) {
  const most = Math.max(...scores);
  let sum = 0;
  for (let k = 0; k < scores.length; k++) sum += scores[k] = Math.exp(scores[k] - most);
  for (let k = 0; k < scores.length; k++) scores[k] /= sum;
}

function computeTrained(state) {
  const { data, example, t, unit, answer } = state;
  const { T, D } = data.sizes;
  const xs = numbersOf(data.xs).subarray(example * T * D, (example + 1) * T * D);
  const params = shiftedNetwork(state);
  const record = trace(params, xs, { clamps: heldBy(state) });
  return {
    ...record,
    params,
    xs,
    values: diagramValues(record, xs, t, unit),
    answers: answersOf(data, record.h),
    target: data.targets[example],
    influence: answer.influence ? numbersOf(answer.influence) : new Float32Array(T * T),
  };
}

function drawTrained(ctx, state, record, width) {
  drawScore(ctx, state, width);
  ctx.save();
  ctx.translate(0, DIAGRAM_TOP);
  drawDiagram(ctx, record.values, width);
  drawDiagramLegend(ctx, state, width);
  ctx.restore();
  const [sequence, now, end, reach] = partsBelow(width);
  const { t, data } = state;
  drawAnswer(ctx, now, `asked at ${t}`, data, record, t);
  drawAnswer(ctx, end, "at the end", data, record, data.sizes.T - 1);
  return [
    ...drawUnits(ctx, state, record, width),
    ...drawSequence(ctx, sequence, state, record),
    ...drawInfluence(ctx, reach, state, record),
  ];
}

/** The boxes of the lowest row. */
function partsBelow(width) {
  const room = width - UNIT_MAPS.left - 16 - GAPS.reduce((sum, gap) => sum + gap);
  let x = UNIT_MAPS.left;
  return [0.4, 0.14, 0.14, 0.32].map((share, part) => {
    const box = { x, y: BELOW.top, width: share * room, height: BELOW.height };
    x += box.width + GAPS[part];
    return box;
  });
}

/** The key numbers, of all sequences of the task. */
function drawScore(ctx, state, width) {
  const { answer, late, data } = state;
  const current = isAnswered(state);
  const words = `task ${scoreInWords(answer)}${current ? "" : " …"}`;
  keyNumber(ctx, words, 16, SCORE_Y, { colour: current ? "black" : COLOURS.stale });
  /** @type {import("./draw.js").TextStyle} */
  const right = { align: "right", bold: late, colour: late ? COLOURS.hint : COLOURS.grey };
  const { loss, accuracy } = data.untouched;
  const untouched = `untouched: ${twoDigits(loss)}${accuracy === null ? "" : `, ${percent(accuracy)}`}`;
  text(ctx, late ? "needs the kernel" : untouched, width - 16, SCORE_Y, right);
}

function scoreInWords({ loss, accuracy }) {
  if (loss === undefined) return "loss";
  return `loss ${twoDigits(loss)}${accuracy === null ? "" : `, right ${percent(accuracy)}`}`;
}

/** The gates and both states of all units. */
function drawUnits(ctx, state, record, width) {
  /** @type {import("./unitmaps.js").UnitMap[]} */
  const maps = [...lstmMaps(record), ["h", "h, ±1", signedColour]];
  if (state.shift !== 0) {
    const shifted = maps.find(([gate]) => gate === state.shift_gate);
    shifted[1] = `${state.shift_gate}, sum ${state.shift < 0 ? "" : "+"}${format(state.shift, 1)}`;
  }
  return drawUnitMaps(ctx, { ...UNIT_MAPS, width: width - UNIT_MAPS.left - 16 }, maps, state, record);
}

/** The inputs over time, and below them what the network would answer if it were asked then. */
function drawSequence(ctx, box, { t, data }, { xs, answers, target }) {
  const { T, D, K } = data.sizes;
  const gap = 34;
  const height = (box.height - gap) / 2;
  const [above, below] = [box.y, box.y + height + gap].map((y) => ({ ...box, y, height }));
  const inputLimit = roundLimit(data.largest.input);
  const classes = Array.from({ length: K }, (_, k) => String(k));
  drawRows(ctx, above, "input x", data.features, xs, { T, H: D, colourOf: (x) => signedColour(x, inputLimit) });
  drawRows(ctx, below, "answer, if asked now", classes, answers, { T, H: K, colourOf: answerColour(data) });
  if (data.classes) {
    Object.assign(ctx, { strokeStyle: COLOURS.green, lineWidth: 3 });
    ctx.strokeRect(below.x, below.y + (target[0] * height) / K, below.width, height / K);
  }
  drawSteps(ctx, box, T, "time step t");
  for (const each of [above, below]) cursor(ctx, each, t, T);
  return [above, below].map((each) => timeRegion(each, T));
}

/** A heat map with its title, and the names of its first and last row. */
function drawRows(ctx, box, title, names, values, options) {
  heatMap(ctx, box, values, options);
  text(ctx, title, box.x, box.y - 8, { bold: true });
  const { H } = options;
  for (const row of new Set([0, H - 1])) {
    const y = box.y + ((row + 0.5) * box.height) / H;
    text(ctx, names[row], box.x - 8, y, { align: "right", baseline: "middle" });
  }
}

/** The first and the last step below a box, and words between them. */
function drawSteps(ctx, { x, y, width, height }, T, words) {
  const below = y + height + 20;
  text(ctx, "0", x, below);
  text(ctx, words, x + width / 2, below, { align: "center" });
  text(ctx, String(T - 1), x + width, below, { align: "right" });
}

const answerLimit = ({ classes, largest }) => (classes ? 1 : roundLimit(largest.target));

function answerColour(data) {
  const limit = answerLimit(data);
  return data.classes ? gateColour : (value) => signedColour(value, limit);
}

/** The answer after step t as bars, what is right in green. */
function drawAnswer(ctx, box, title, data, { answers, target }, t) {
  const { K } = data.sizes;
  const limit = answerLimit(data);
  const low = data.classes ? 0 : -limit;
  const plot = frame(ctx, box, {
    x: [-0.5, K - 0.5],
    y: [low, limit],
    yTicks: [...new Set([low, 0, limit])],
    title: [[title, COLOURS.black]],
  });
  const half = 0.38 * (plot.x(1) - plot.x(0));
  for (let k = 0; k < K; k++) {
    const [zero, level] = [plot.y(0), plot.y(answers[t * K + k])];
    const right = data.classes && k === target[0];
    ctx.fillStyle = right ? COLOURS.green : COLOURS.sky;
    ctx.fillRect(plot.x(k) - half, Math.min(zero, level), 2 * half, Math.abs(level - zero));
    if (!data.classes) {
      Object.assign(ctx, { strokeStyle: COLOURS.green, lineWidth: 4 });
      segment(ctx, plot.x(k) - half, plot.y(target[k]), plot.x(k) + half, plot.y(target[k]));
    }
    if (K > 6 && !right) continue; // no room for all names
    /** @type {import("./draw.js").TextStyle} */
    const options = { align: "center", bold: right, colour: right ? COLOURS.green : "black" };
    text(ctx, String(k), plot.x(k), box.y + box.height + 20, options);
  }
}

/** How far each input reaches: a row for each output h(t), dark where the input x(s) moves it. */
function drawInfluence(ctx, box, state, { influence }) {
  const { t, data, late } = state;
  const { T } = data.sizes;
  const map = { ...box, width: box.width - 70 };
  const scale = { ...box, x: map.x + map.width + 10, width: 14 };
  const current = isAnswered(state);
  text(ctx, "‖∂h(t)/∂x(s)‖", box.x, box.y - 8, { bold: true, colour: current ? "black" : COLOURS.stale });

  const top = Math.ceil(Math.log10(data.largest.influence));
  const colourOf = (norm) => gateColour(1 + (Math.log10(norm) - top) / DECADES);
  // heatMap takes a column after the other; in a column stand the outputs.
  const columns = influence.map((_, place) => influence[(place % T) * T + Math.floor(place / T)]);
  ctx.globalAlpha = current || !late ? 1 : 0.3;
  heatMap(ctx, map, columns, { T, H: T, colourOf });
  ctx.globalAlpha = 1;
  const shades = Float64Array.from({ length: 64 }, (_, k) => 1 - k / 63);
  heatMap(ctx, scale, shades, { T: 1, H: 64, colourOf: gateColour });
  for (const [power, y] of [[top, box.y], [top - DECADES, box.y + box.height]]) {
    text(ctx, powerOfTen(power), scale.x + 20, y, { baseline: "middle" });
  }

  const rowName = (words, share) =>
    text(ctx, words, box.x - 8, box.y + share * box.height, { align: "right", baseline: "middle" });
  rowName("0", 0.06);
  rowName("t", 0.5);
  rowName(String(T - 1), 0.94);
  drawSteps(ctx, map, T, "input s");
  const y = map.y + ((t + 0.5) / T) * map.height;
  Object.assign(ctx, { strokeStyle: COLOURS.vermillion, lineWidth: 2 });
  segment(ctx, map.x, y, map.x + map.width, y);
  return [{ ...map, at: ([, down]) => cursorAt(down, T) }];
}

/** @type {import("./main.js").View["idle"]} */
function idleInTrained(state) {
  const touched = isHeld(state) || state.shift !== 0;
  return idleClamps(state).filter((name) => name !== "clamp_unit" || !touched);
}

function trainedInWords(state, { values, answers, target }) {
  const { t, unit, example, data } = state;
  const { T, K } = data.sizes;
  const answerAt = (step) => {
    const row = [...answers.subarray(step * K, (step + 1) * K)];
    if (!data.classes) return row.map((value) => format(value)).join(", ");
    const best = row.indexOf(Math.max(...row));
    return `${best} (${percent(row[best])} sure)`;
  };
  const right = target.map((value) => (data.classes ? String(value) : format(value))).join(", ");
  const gates = ["f", "i", "g", "o", "c", "h"].map((name) => `${name} = ${format(values[name])}`);
  const score = isAnswered(state) ? scoreInWords(state.answer) : "the loss waits for the kernel";
  return (
    `Example ${example}: asked after step ${t}, the network answers ${answerAt(t)}; ` +
    `at the end ${answerAt(T - 1)}, where ${right} is right. ` +
    `Over all sequences: ${score} (untouched: ${scoreInWords(data.untouched)}). ` +
    `Unit ${unit} at step ${t}: ${gates.join(", ")}.`
  );
}

/** @type {import("./main.js").View} */
export const trainedView = {
  height: BELOW.top + BELOW.height + 28,
  idle: idleInTrained,
  problem: clampProblem,
  compute: computeTrained,
  draw: drawTrained,
  readout: trainedInWords,
};
