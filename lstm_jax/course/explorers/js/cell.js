// The LSTM cell: its diagram for one unit at one step; below it all units over time, and the unit.

import { trace } from "./cells.js";
import { clampProblem, heldBy, idleClamps, isHeld } from "./clamps.js";
import { DIAGRAM_HEIGHT, diagramValues, drawDiagram, drawDiagramLegend } from "./diagram.js";
import { COLOURS, cursor, curve, dot, format, frame, largest, roundLimit, text } from "./draw.js";
import { drawInput, inputOf, timeRegion, timeTicks } from "./sequence.js";
import { drawUnitMaps, lstmMaps } from "./unitmaps.js";
import { drawnNetwork } from "./weights.js";

const CELL_HEIGHT = 640;
const MAPS = { top: DIAGRAM_HEIGHT + 34, height: 104, left: 60, gap: 24 };
const OVER_TIME = { top: MAPS.top + MAPS.height + 54, height: 96 };

/** The network of the seed, with the biases that the sliders say. */
function lstmOf(state) {
  const lstm = drawnNetwork("lstm", state.data.weights, state);
  const biases = [state.input_bias, state.forget_bias, 0, 0];
  return { ...lstm, b: lstm.b.map((_, k) => biases[Math.floor(k / lstm.H)]) };
}

function computeCell(state) {
  const xs = Float32Array.from(inputOf(state));
  const params = lstmOf(state);
  const record = trace(params, xs, { clamps: heldBy(state) });
  return { ...record, params, xs, values: diagramValues(record, xs, state.t, state.unit) };
}

function drawCell(ctx, state, record, width) {
  drawDiagram(ctx, record.values, width);
  drawDiagramLegend(ctx, state, width);
  const room = { ...MAPS, width: width - MAPS.left - 16 };
  return [
    ...drawUnitMaps(ctx, room, lstmMaps(record), state, record),
    ...drawOverTime(ctx, state, record, width),
  ];
}

/** The input on the left; cell state and output of the unit on the right. */
function drawOverTime(ctx, state, record, width) {
  const { T, H } = record;
  const { t, unit } = state;
  const room = (width - 2 * MAPS.left - 16) / 5;
  const row = { y: OVER_TIME.top, height: OVER_TIME.height };
  const inputBox = { ...row, x: MAPS.left, width: 2 * room };
  const ticks = { xTicks: timeTicks(T, 20), xLabel: "time step t" };
  const input = drawInput(ctx, inputBox, state, ticks);

  const box = { ...row, x: inputBox.x + inputBox.width + MAPS.left, width: 3 * room };
  const [c, h] = [record.c, record.h].map((values) => ofUnit(values, unit, H));
  const limit = roundLimit(largest(c));
  if (isHeld(state)) shadeClamp(ctx, box, state, T);
  const plot = frame(ctx, box, {
    x: [-0.5, T - 0.5],
    y: [-limit, limit],
    yTicks: [-limit, 0, limit],
    title: [[`unit ${unit}:`, "black"], ["cell state c", COLOURS.black], ["output h", COLOURS.vermillion]],
    ...ticks,
  });
  curve(ctx, plot, c, { colour: COLOURS.black, width: 4 });
  curve(ctx, plot, h, { colour: COLOURS.vermillion });
  for (const each of [inputBox, box]) cursor(ctx, each, t, T);
  dot(ctx, plot.x(t), plot.y(c[t]), { colour: COLOURS.black, radius: 7 });
  dot(ctx, plot.x(t), plot.y(h[t]), { radius: 7 });
  return [input.region, timeRegion(box, T)];
}

function shadeClamp(ctx, box, { clamp_gate, clamp_value, clamp_from, clamp_to }, T) {
  const x = box.x + (clamp_from * box.width) / T;
  ctx.fillStyle = "#FBEED2";
  ctx.fillRect(x, box.y, ((clamp_to - clamp_from) * box.width) / T, box.height);
  const words = `${clamp_gate} held at ${format(clamp_value)}`;
  text(ctx, words, box.x + box.width, box.y - 8, { align: "right", bold: true, colour: COLOURS.hint });
}

/** What one unit had after each step, from states (T+1, H). */
const ofUnit = (states, unit, H) => states.filter((_, index) => index >= H && index % H === unit);

function cellInWords({ t, unit }, { values }) {
  const { x, cBefore, f, kept, i, g, written, c, o, squashed, h, held } = values;
  const names = Object.keys(held).filter((gate) => held[gate]);
  const word = (name, value) => `${name} = ${format(value)}`;
  return (
    `Step ${t}, unit ${unit}, input ${word("x", x)}. ` +
    `Forget gate ${word("f", f)} keeps ${format(kept)} of the cell state ${format(cBefore)}. ` +
    `Input gate ${word("i", i)} adds ${format(written)} of the candidate ${word("g", g)}: ${word("c", c)}. ` +
    `Output gate ${word("o", o)} shows ${word("h", h)} of tanh c = ${format(squashed)}.` +
    names.map((gate) => ` Gate ${gate} is held here.`).join("")
  );
}

/** @type {import("./main.js").View} */
export const cellView = {
  height: CELL_HEIGHT,
  idle: idleClamps,
  problem: clampProblem,
  compute: computeCell,
  draw: drawCell,
  readout: cellInWords,
};
