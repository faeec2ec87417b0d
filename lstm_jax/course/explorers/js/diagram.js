// The diagram of an LSTM cell: one unit at one step, with the value of every wire. The forget gate
// stands on the left, input gate and candidate in the middle, the output gate on the right.

import { COLOURS, dot, format, gateColour, legend, segment, signedColour, text } from "./draw.js";

/** The room that `drawDiagram` takes, in px. */
export const DIAGRAM_HEIGHT = 304;

/**
 * What is on the wires when `unit` takes step t.
 * @typedef {object} DiagramValues
 * @property {number} cBefore c_{t-1}
 * @property {number} hBefore h_{t-1}
 * @property {?number} x x_t, null where the input is not one number
 * @property {number} f forget gate
 * @property {number} kept f · c_{t-1}
 * @property {number} i input gate
 * @property {number} g candidate
 * @property {number} written i · g
 * @property {number} c c_t
 * @property {number} squashed tanh c_t
 * @property {number} o output gate
 * @property {number} h h_t
 * @property {{i: boolean, f: boolean, g: boolean, o: boolean}} held which gates are clamped
 */

/**
 * @param {import("./cells.js").CellRecord} record
 * @param {ArrayLike<number>} xs (T, D)
 * @returns {DiagramValues}
 */
export function diagramValues(record, xs, t, unit) {
  const { H } = record;
  const [here, next] = [t * H + unit, (t + 1) * H + unit];
  const [i, f, g, o] = ["i", "f", "g", "o"].map((gate) => record[gate][here]);
  const [cBefore, c] = [record.c[here], record.c[next]];
  const isHeldAt = (gate) => !Number.isNaN(record.held[gate][here]);
  return {
    x: xs.length === record.T ? xs[t] : null,
    hBefore: record.h[here],
    cBefore,
    i, f, g, o,
    kept: f * cBefore,
    written: i * g,
    c,
    squashed: Math.tanh(c),
    h: record.h[next],
    held: { i: isHeldAt("i"), f: isHeldAt("f"), g: isHeldAt("g"), o: isHeldAt("o") },
  };
}

// Heights of the parts, from the upper edge of the diagram.
const ROW = { cell: 42, tanh: 88, written: 128, shown: 152, bars: 172, hidden: 258, x: 300 };
const RADIUS = 20; // of a node
const BAR = { width: 36, height: 62 };
const BUS_WIDTH = 4;

/**
 * Draw it from y = 0 on, over the whole width.
 * @param {CanvasRenderingContext2D} ctx
 * @param {DiagramValues} values
 */
export function drawDiagram(ctx, values, width) {
  const [left, right] = [16, width - 16];
  const at = { x: 0.15, f: 0.2, i: 0.345, add: 0.445, g: 0.545, o: 0.725, out: 0.85 };
  for (const name of Object.keys(at)) at[name] = Math.round(at[name] * width);
  const barsEnd = ROW.bars + BAR.height;

  // What all gates listen to: the input and the outputs of all units.
  Object.assign(ctx, { strokeStyle: COLOURS.grey, lineWidth: BUS_WIDTH });
  segment(ctx, at.x, ROW.hidden, at.o, ROW.hidden);
  for (const gate of ["f", "i", "g", "o"]) {
    // A held gate does not listen.
    if (!values.held[gate]) segment(ctx, at[gate], ROW.hidden, at[gate], barsEnd);
  }
  drawWire(ctx, values.hBefore, [left, ROW.hidden], [at.x, ROW.hidden]);
  drawWire(ctx, values.x ?? 0, [at.x, ROW.x], [at.x, ROW.hidden]);
  dot(ctx, at.x, ROW.hidden, { colour: COLOURS.grey, radius: 7 });

  drawWire(ctx, values.cBefore, [left, ROW.cell], [at.f, ROW.cell]);
  drawWire(ctx, values.f, [at.f, ROW.bars], [at.f, ROW.cell]);
  drawWire(ctx, values.kept, [at.f, ROW.cell], [at.add, ROW.cell]);
  drawWire(ctx, values.i, [at.i, ROW.bars], [at.i, ROW.written], [at.add, ROW.written]);
  drawWire(ctx, values.g, [at.g, ROW.bars], [at.g, ROW.written], [at.add, ROW.written]);
  drawWire(ctx, values.written, [at.add, ROW.written], [at.add, ROW.cell]);
  drawWire(ctx, values.c, [at.out, ROW.cell], [at.out, ROW.tanh]);
  drawWire(ctx, values.c, [at.add, ROW.cell], [right, ROW.cell]);
  drawWire(ctx, values.squashed, [at.out, ROW.tanh], [at.out, ROW.shown]);
  drawWire(ctx, values.o, [at.o, ROW.bars], [at.o, ROW.shown], [at.out, ROW.shown]);
  drawWire(ctx, values.h, [at.out, ROW.shown], [at.out, ROW.hidden], [right, ROW.hidden]);

  for (const y of [ROW.cell, ROW.hidden]) drawArrow(ctx, right, y);

  drawNode(ctx, "×", at.f, ROW.cell);
  drawNode(ctx, "+", at.add, ROW.cell);
  drawNode(ctx, "×", at.add, ROW.written);
  drawNode(ctx, "tanh", at.out, ROW.tanh);
  drawNode(ctx, "×", at.out, ROW.shown);
  for (const gate of ["f", "i", "g", "o"]) drawGate(ctx, gate, values, at[gate]);

  const label = (name, value, x, y, options) =>
    text(ctx, value === null ? name : `${name} = ${format(value)}`, x, y, { bold: true, ...options });
  const above = ROW.cell - 24;
  label("c(t−1)", values.cBefore, left, above);
  label("f·c(t−1)", values.kept, (at.f + at.add) / 2, above, { align: "center" });
  label("c(t)", values.c, right, above, { align: "right" });
  label("i·g", values.written, at.add + 14, ROW.written - 44);
  label("tanh c(t)", values.squashed, at.out - 14, ROW.shown - 30, { align: "right" });
  label("h(t−1)", values.hBefore, left, ROW.hidden - 11);
  label("x(t)", values.x, at.x + 14, ROW.x - 8);
  label("h(t)", values.h, right, ROW.hidden + 30, { align: "right", colour: COLOURS.vermillion });
}

/** What it shows: below its middle, where no wire runs. */
export function drawDiagramLegend(ctx, { unit, t }, width) {
  const words = [
    [`unit ${unit} at t = ${t}`, COLOURS.vermillion],
    ["wires:", "black"],
    ["below 0", signedColour(-1)],
    ["above 0", signedColour(1)],
  ];
  legend(ctx, words, 0.3 * width, DIAGRAM_HEIGHT - 10);
}

/** A line through points: its width shows the size of the value, its colour the sign. */
function drawWire(ctx, value, ...points) {
  const width = 3 + 9 * Math.tanh(Math.abs(value)); // bounded, as a cell state is not
  ctx.save();
  ctx.beginPath();
  for (const [x, y] of points) ctx.lineTo(x, y);
  Object.assign(ctx, { lineJoin: "round", strokeStyle: COLOURS.grey, lineWidth: width + 2 });
  ctx.stroke();
  Object.assign(ctx, { strokeStyle: signedColour(value), lineWidth: width });
  ctx.stroke();
  ctx.restore();
}

/** Where a wire leaves for the next step. */
function drawArrow(ctx, x, y) {
  ctx.beginPath();
  for (const [dx, dy] of [[12, 0], [-10, -13], [-10, 13]]) ctx.lineTo(x + dx, y + dy);
  ctx.fillStyle = "black";
  ctx.fill();
}

/** A circle, or a longer shape around a longer word. */
function drawNode(ctx, words, x, y) {
  const long = words.length > 1;
  ctx.beginPath();
  ctx.ellipse(x, y, long ? 36 : RADIUS, RADIUS, 0, 0, 2 * Math.PI);
  Object.assign(ctx, { fillStyle: "white", strokeStyle: "black", lineWidth: 3 });
  ctx.fill();
  ctx.stroke();
  text(ctx, words, x, y + 1, { size: long ? 18 : 26, bold: true, align: "center", baseline: "middle" });
}

/** The bar of a gate, filled from 0 up; that of the candidate from the middle, up or down. */
function drawGate(ctx, gate, values, x) {
  const value = values[gate];
  const signed = gate === "g";
  const [left, bottom] = [x - BAR.width / 2, ROW.bars + BAR.height];
  const zero = signed ? bottom - BAR.height / 2 : bottom;
  const level = (signed ? BAR.height / 2 : BAR.height) * value;
  ctx.fillStyle = "white";
  ctx.fillRect(left, ROW.bars, BAR.width, BAR.height);
  ctx.fillStyle = signed ? signedColour(value) : gateColour(value);
  ctx.fillRect(left, zero - level, BAR.width, level);
  Object.assign(ctx, { strokeStyle: "black", lineWidth: 2 });
  if (signed) segment(ctx, left, zero, left + BAR.width, zero);
  const held = values.held[gate];
  if (held) Object.assign(ctx, { strokeStyle: COLOURS.orange, lineWidth: 4 });
  ctx.strokeRect(left, ROW.bars, BAR.width, BAR.height);

  // Beside the bar, on the side where no other bar is near.
  const outward = gate === "f" || gate === "i" ? -1 : 1;
  const place = x + outward * (BAR.width / 2 + 8);
  /** @type {import("./draw.js").TextStyle} */
  const options = { align: outward < 0 ? "right" : "left", bold: true };
  text(ctx, `${gate} = ${format(value)}`, place, ROW.bars + 30, options);
  if (held) text(ctx, "held", place, ROW.bars + 54, { ...options, colour: COLOURS.hint });
}
