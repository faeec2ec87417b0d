// The LSTM cell: its diagram for one unit at one step; below it all units over time, and the unit.

import { trace } from "./cells.js";
import { DIAGRAM_HEIGHT, diagramValues, drawDiagram } from "./diagram.js";
import {
  COLOURS, cursor, curve, dot, format, frame, gateColour, heatMap, legend, roundLimit, signedColour, text,
} from "./draw.js";
import { cursorAt, drawInput, inputOf, timeRegion } from "./sequence.js";
import { drawnNetwork } from "./weights.js";

const CELL_HEIGHT = 738;
const MAPS = { top: DIAGRAM_HEIGHT + 44, height: 128, left: 60, gap: 24 };
const OVER_TIME = { top: MAPS.top + MAPS.height + 60, height: 108 };

/** The network of the seed, with the biases that the sliders say. */
function lstmOf(state) {
  const lstm = drawnNetwork("lstm", state.data.weights, state);
  const biases = [state.input_bias, state.forget_bias, 0, 0];
  return { ...lstm, b: lstm.b.map((_, k) => biases[Math.floor(k / lstm.H)]) };
}

const isHeld = ({ clamp_gate }) => clamp_gate !== "none";

function heldBy(state) {
  if (!isHeld(state)) return [];
  const { clamp_gate: gate, clamp_value, clamp_from: from, clamp_to: to, clamp_unit, unit } = state;
  return [{ gate, value: Math.fround(clamp_value), from, to, units: clamp_unit === "all" ? null : [unit] }];
}

/** Why this state cannot be drawn, or ""; in the words of Python (cell.py). */
function clampProblem(state) {
  const { clamp_gate: gate, clamp_value: value, clamp_from: from, clamp_to: to } = state;
  if (!isHeld(state)) return "";
  if (from >= to) {
    return (
      `there is no step from ${from} until ${to}, so nothing can be held; ` +
      "move clamp_from below clamp_to"
    );
  }
  if (gate !== "g" && value < 0) {
    return (
      `gate ${gate} lives in 0 to 1 and cannot be held at ${value}; ` +
      "move clamp_value up to 0 at least"
    );
  }
  return "";
}

function computeCell(state) {
  const xs = Float32Array.from(inputOf(state));
  const params = lstmOf(state);
  const record = trace(params, xs, { clamps: heldBy(state) });
  return { ...record, params, xs, values: diagramValues(record, xs, state.t, state.unit) };
}

function drawCell(ctx, state, record, width) {
  drawDiagram(ctx, record.values, width);
  drawHeading(ctx, state, width);
  return [...drawMaps(ctx, state, record, width), ...drawOverTime(ctx, state, record, width)];
}

/** Below the middle of the diagram, where no wire runs. */
function drawHeading(ctx, { unit, t }, width) {
  const words = [
    [`unit ${unit} at t = ${t}`, COLOURS.vermillion],
    ["wires:", "black"],
    ["below 0", signedColour(-1)],
    ["above 0", signedColour(1)],
  ];
  legend(ctx, words, 0.3 * width, DIAGRAM_HEIGHT - 10);
}

/** The gates and the cell state of all units; pointing at a place shows it in the diagram. */
function drawMaps(ctx, state, record, width) {
  const { T, H } = record;
  const limit = roundLimit(largest(record.c));
  const maps = [
    ["f", "forget f", gateColour],
    ["i", "input i", gateColour],
    ["g", "candidate g", signedColour],
    ["o", "output o", gateColour],
    ["c", `cell c, ±${limit}`, (value) => signedColour(value, limit)],
  ];
  const pitch = (width - MAPS.left - 16 + MAPS.gap) / maps.length;
  const rowHeight = MAPS.height / H;
  const middle = MAPS.top + MAPS.height / 2;
  text(ctx, "unit", MAPS.left - 8, middle, { align: "right", baseline: "middle" });
  for (const unit of [0, H - 1]) {
    const y = MAPS.top + (unit + 0.5) * rowHeight;
    text(ctx, String(unit), MAPS.left - 8, y, { align: "right", baseline: "middle" });
  }
  return maps.map(([name, title, colourOf], index) => {
    const box = { x: MAPS.left + index * pitch, y: MAPS.top, width: pitch - MAPS.gap, height: MAPS.height };
    heatMap(ctx, box, record[name], { T, H, colourOf, first: name === "c" ? 1 : 0 });
    text(ctx, title, box.x, box.y - 8, { bold: true });
    text(ctx, "0", box.x, box.y + box.height + 20);
    text(ctx, String(T - 1), box.x + box.width, box.y + box.height + 20, { align: "right" });
    if (name === state.clamp_gate) outlineClamp(ctx, box, state, T, H);
    Object.assign(ctx, { strokeStyle: COLOURS.vermillion, lineWidth: 2 });
    ctx.strokeRect(box.x, box.y + state.unit * rowHeight, box.width, rowHeight);
    cursor(ctx, box, state.t, T);
    return {
      ...box,
      at: ([x, y]) => ({ ...cursorAt(x, T), unit: Math.min(H - 1, Math.floor(y * H)) }),
    };
  });
}

function outlineClamp(ctx, box, { clamp_from, clamp_to, clamp_unit, unit }, T, H) {
  const [first, count] = clamp_unit === "all" ? [0, H] : [unit, 1];
  Object.assign(ctx, { strokeStyle: COLOURS.orange, lineWidth: 5 });
  ctx.strokeRect(
    box.x + (clamp_from * box.width) / T,
    box.y + (first * box.height) / H,
    ((clamp_to - clamp_from) * box.width) / T,
    (count * box.height) / H,
  );
}

/** The input on the left; cell state and output of the unit on the right. */
function drawOverTime(ctx, state, record, width) {
  const { T, H } = record;
  const { t, unit } = state;
  const room = (width - 2 * MAPS.left - 16) / 5;
  const row = { y: OVER_TIME.top, height: OVER_TIME.height };
  const inputBox = { ...row, x: MAPS.left, width: 2 * room };
  const ticks = { xTicks: [0, 20, 40, T - 1], xLabel: "time step t" };
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
  text(ctx, words, box.x + box.width, box.y - 8, { align: "right", bold: true, colour: "#8F6200" });
}

/** What one unit had after each step, from states (T+1, H). */
const ofUnit = (states, unit, H) => states.filter((_, index) => index >= H && index % H === unit);

const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

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
  problem: clampProblem,
  compute: computeCell,
  draw: drawCell,
  readout: cellInWords,
};
