// Heat maps side by side: what all units of a cell do over time.

import { outlineClamp } from "./clamps.js";
import {
  COLOURS, cursor, gateColour, heatMap, largest, roundLimit, signedColour, text,
} from "./draw.js";
import { cursorAt } from "./sequence.js";

/**
 * One heat map: its name in the record, its title, its colours.
 * @typedef {[string, string, (value: number) => string]} UnitMap
 */

/**
 * The gates and the cell state of an LSTM, as `drawUnitMaps` takes them.
 * @param {import("./cells.js").CellRecord} record
 * @returns {UnitMap[]}
 */
export function lstmMaps({ c }) {
  const limit = roundLimit(largest(c));
  return [
    ["f", "forget f", gateColour],
    ["i", "input i", gateColour],
    ["g", "candidate g", signedColour],
    ["o", "output o", gateColour],
    ["c", `cell c, ±${limit}`, (value) => signedColour(value, limit)],
  ];
}

/**
 * Draw heat maps; pointing at a place picks the step and the unit.
 * @param {CanvasRenderingContext2D} ctx
 * @param {{left: number, top: number, width: number, height: number, gap: number}} room left of it
 *   stand 60 px for the units, above it 26 px for the titles, below it 24 px for the steps
 * @param {UnitMap[]} maps
 * @param {import("./main.js").Values} state
 * @param {import("./cells.js").CellRecord} record
 * @returns {import("./main.js").Region[]}
 */
export function drawUnitMaps(ctx, { left, top, width, height, gap }, maps, state, record) {
  const { T, H } = record;
  const pitch = (width + gap) / maps.length;
  const rowHeight = height / H;
  text(ctx, "unit", left - 8, top + height / 2, { align: "right", baseline: "middle" });
  for (const unit of [0, H - 1]) {
    const y = top + (unit + 0.5) * rowHeight;
    text(ctx, String(unit), left - 8, y, { align: "right", baseline: "middle" });
  }
  return maps.map(([name, title, colourOf], index) => {
    const box = { x: left + index * pitch, y: top, width: pitch - gap, height };
    const first = record[name].length / H - T; // 1 for a state: its row 0 was there before
    heatMap(ctx, box, record[name], { T, H, colourOf, first });
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
