// A gate held by the controls that start with clamp_, in one unit or in all. See clamps.py for the
// other side.

import { COLOURS } from "./draw.js";

export const isHeld = ({ clamp_gate }) => clamp_gate !== "none";

/** The units that the controls touch: null for all. @returns {?number[]} */
export const touchedUnits = ({ clamp_unit, unit }) => (clamp_unit === "all" ? null : [unit]);

/** The controls that move nothing while no gate is held. @returns {string[]} */
export const idleClamps = (state) =>
  isHeld(state) ? [] : ["clamp_value", "clamp_from", "clamp_to", "clamp_unit"];

/** @returns {import("./cells.js").CellClamp[]} */
export function heldBy(state) {
  if (!isHeld(state)) return [];
  const { clamp_gate: gate, clamp_value, clamp_from: from, clamp_to: to } = state;
  return [{ gate, value: Math.fround(clamp_value), from, to, units: touchedUnits(state) }];
}

/** Why this state cannot be drawn, or ""; in the words of Python. */
export function clampProblem(state) {
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

/** A frame around what is held, on the heat map (T, H) of its gate. */
export function outlineClamp(ctx, box, { clamp_from, clamp_to, clamp_unit, unit }, T, H) {
  const [first, count] = clamp_unit === "all" ? [0, H] : [unit, 1];
  Object.assign(ctx, { strokeStyle: COLOURS.orange, lineWidth: 5 });
  ctx.strokeRect(
    box.x + (clamp_from * box.width) / T,
    box.y + (first * box.height) / H,
    ((clamp_to - clamp_from) * box.width) / T,
    (count * box.height) / H,
  );
}
