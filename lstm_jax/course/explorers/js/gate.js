// One gate: its curve, how far it is open, what opens it; and over time what that does to the memory.

import { halfLife, sigmoid, trace } from "./cells.js";
import {
  bars, COLOURS, cursor, curve, dot, format, frame, gateColour, inkOn, keyNumber, roundLimit, segment, signedColour,
  text,
} from "./draw.js";
import { drawInput, inputOf, timeRegion, timeTicks } from "./sequence.js";

const GATE_HEIGHT = 534;
const TIME = { x: 520, top: 30, gap: 42 }; // the plots over time: left and upper edge, room between

/**
 * The LSTM of the sliders, H = 1: `data.weights` with those of the chosen gate put in.
 * @returns {import("./cells.js").CellParams}
 */
function paramsOf({ w, u, bias, data }) {
  const rows = { ...data.weights, [data.gate]: [w, u, bias] };
  const column = (k) => ["i", "f", "g", "o"].map((gate) => rows[gate][k]);
  return { kind: "lstm", D: 1, H: 1, w_x: column(0), w_h: column(1), b: column(2) };
}

function compute(state) {
  const xs = inputOf(state);
  const { gate } = state.data;
  const clamps =
    state.clamp === "free" ? [] : [{ gate, value: Number(state.clamp), from: 0, to: xs.length, units: null }];
  const record = trace(paramsOf(state), xs, { T: xs.length, clamps });
  const [x, hBefore] = [xs[state.t], record.h[state.t]]; // row t of h is what the step before put out
  const parts = { wx: state.w * x, uh: state.u * hBefore, b: state.bias };
  return { ...record, gate: record[gate], x, hBefore, parts, z: parts.wx + parts.uh + parts.b };
}

function draw(ctx, state, record, width) {
  const { t, data } = state;
  const held = state.clamp !== "free";
  drawSigmoid(ctx, state, record, held);
  drawValve(ctx, record.gate[t]);
  drawParts(ctx, state, record, held);

  const T = record.T;
  const box = { x: TIME.x, width: width - TIME.x - 16 };
  const x = [-0.5, T - 0.5];
  const inputBox = { ...box, y: TIME.top, height: 100 };
  const input = drawInput(ctx, inputBox, state);

  const gateBox = { ...box, y: inputBox.y + inputBox.height + TIME.gap, height: 100 };
  const name = `${data.name} gate ${data.gate}${held ? ` held at ${state.clamp}` : ""}`;
  const gate = frame(ctx, gateBox, { x, y: [0, 1.05], yTicks: [0, 1], title: [[name, COLOURS.blue]] });
  bars(ctx, gate, record.gate, gateColour);
  curve(ctx, gate, record.gate, { colour: COLOURS.blue });

  const memoryBox = { ...box, y: gateBox.y + gateBox.height + TIME.gap, height: 170 };
  const [c, h] = [record.c.subarray(1), record.h.subarray(1)];
  const limit = roundLimit(Math.max(...c.map(Math.abs)));
  const memory = frame(ctx, memoryBox, {
    x,
    y: [-limit, limit],
    xTicks: timeTicks(T, 10),
    yTicks: [-limit, 0, limit],
    title: [["cell state c", COLOURS.black], ["output h", COLOURS.vermillion]],
    xLabel: "time step t",
  });
  curve(ctx, memory, c, { colour: COLOURS.black, width: 4 });
  curve(ctx, memory, h, { colour: COLOURS.vermillion });
  for (const each of [inputBox, gateBox, memoryBox]) cursor(ctx, each, t, T);
  dot(ctx, memory.x(t), memory.y(c[t]), { colour: COLOURS.black, radius: 7 });
  dot(ctx, memory.x(t), memory.y(h[t]), { radius: 7 });
  return [input.region, timeRegion(gateBox, T), timeRegion(memoryBox, T)];
}

function drawSigmoid(ctx, state, { z, gate }, held) {
  const box = { x: 50, y: 30, width: 270, height: 240 };
  const plot = frame(ctx, box, {
    x: [-8, 8],
    y: [-0.02, 1.02],
    xTicks: [-8, -4, 0, 4, 8],
    yTicks: [0, 0.5, 1],
    title: [[`${state.data.gate} = σ(z)`, COLOURS.blue], [`at t = ${state.t}`, "black"]],
    xLabel: "z = w·x + u·h + b",
  });
  const ys = Array.from({ length: 161 }, (_, k) => sigmoid(k / 10 - 8));
  curve(ctx, plot, ys, { colour: held ? "#BBBBBB" : COLOURS.blue, start: -8, pitch: 0.1, width: 4 });
  const shown = Math.min(8, Math.max(-8, z));
  const slope = sigmoid(z) * (1 - sigmoid(z));
  if (!held) {
    // The tangent: its steepness is how much gradient gets through the gate.
    Object.assign(ctx, { strokeStyle: COLOURS.orange, lineWidth: 4 });
    const reach = 1.6;
    segment(ctx, plot.x(shown - reach), plot.y(sigmoid(z) - reach * slope),
      plot.x(shown + reach), plot.y(sigmoid(z) + reach * slope));
  }
  dot(ctx, plot.x(shown), plot.y(gate[state.t]));
  const words = held ? "held: slope 0" : `slope ${format(slope)}`;
  const left = shown > 0;
  text(ctx, words, box.x + (left ? 10 : box.width - 10), box.y + (left ? 24 : box.height - 12), {
    align: left ? "left" : "right", bold: true, colour: COLOURS.hint,
  });
}

function drawValve(ctx, open) {
  const box = { x: 350, y: 30, width: 100, height: 240 };
  text(ctx, "open", box.x + box.width / 2, box.y - 8, { align: "center", bold: true });
  const level = box.height * open;
  ctx.fillStyle = gateColour(open);
  ctx.fillRect(box.x, box.y + box.height - level, box.width, level);
  Object.assign(ctx, { strokeStyle: COLOURS.grey, lineWidth: 1 });
  ctx.strokeRect(box.x, box.y, box.width, box.height);
  const inside = open > 0.3; // the number stands in the ink where there is room, else above it
  const y = box.y + box.height - level + (inside ? 36 : -14);
  const colour = inside ? inkOn(open) : "black";
  keyNumber(ctx, `${Math.round(100 * open)} %`, box.x + box.width / 2, y, { align: "center", colour });
}

function drawParts(ctx, { w, u }, { x, hBefore, parts, z }, held) {
  const rows = [
    [`w·x = ${format(w, 1)} · ${format(x)}`, parts.wx],
    [`u·h = ${format(u, 1)} · ${format(hBefore)}`, parts.uh],
    ["b", parts.b],
    ["z, the sum", z],
  ];
  const [middle, reach, top] = [302, 72, 356];
  ctx.globalAlpha = held ? 0.3 : 1; // a held gate does not listen
  rows.forEach(([name, value], row) => {
    const y = top + 44 * row;
    const length = (reach * Math.min(8, Math.max(-8, value))) / 8;
    const bold = row === rows.length - 1;
    ctx.fillStyle = signedColour(value, 8);
    ctx.fillRect(middle, y, length, 30);
    Object.assign(ctx, { strokeStyle: "black", lineWidth: 1 });
    ctx.strokeRect(middle, y, length, 30);
    segment(ctx, middle, y - 5, middle, y + 35);
    text(ctx, name, 50, y + 22, { bold });
    text(ctx, format(value), 450, y + 22, { align: "right", bold });
  });
  ctx.globalAlpha = 1;
}

function readout(state, record) {
  const { t, data } = state;
  const value = record.gate[t];
  const [c, h, g] = [record.c[t + 1], record.h[t + 1], record.g[t]];
  const percent = `${Math.round(100 * value)} %`;
  const effect = {
    f: () => `keeps ${percent} of the cell state; ${halfLifeInWords(value)}`,
    i: () => `lets in ${percent} of the candidate g = ${format(g)}, so ${format(value * g)} is added`,
    o: () => `shows ${percent} of tanh(c) = ${format(Math.tanh(c))}`,
  }[data.gate]();
  return (
    `Step ${t}: input x = ${format(record.x)}, ${data.name} gate ${data.gate} = ${format(value)}. ` +
    `It ${effect}. Cell state c = ${format(c)}, output h = ${format(h)}.`
  );
}

function halfLifeInWords(f) {
  if (f >= 1) return "at this value nothing is ever forgotten";
  if (f <= 0) return "at this value all is forgotten at once";
  return `at this value half of it is gone after ${format(halfLife(f), 1)} steps`;
}

/** @type {import("./main.js").View} */
export const gateView = { height: GATE_HEIGHT, compute, draw, readout };
