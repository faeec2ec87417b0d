// The input of an explorer: picked from a list or drawn. See sequences.py for the other side.

import { COLOURS, curve, frame } from "./draw.js";

const DRAWN = "drawn";

/** The input numbers of a state, one for each step. @returns {number[]} */
export function inputOf({ sequence, drawing, data }) {
  return sequence === DRAWN ? drawing : data.sequences[sequence];
}

/** The traits that put the cursor where the pointer is, over a box that holds T steps. */
export function cursorAt(share, T) {
  return { t: Math.min(T - 1, Math.floor(share * T)) };
}

/** Where an axis of T steps has its ticks: every `pitch` steps, and the last one. */
export function timeTicks(T, pitch) {
  const ticks = Array.from({ length: Math.ceil(T / pitch) }, (_, k) => k * pitch);
  return [...ticks.filter((tick) => tick < T - 1 - pitch / 4), T - 1];
}

/** A region that moves the cursor, over a box that holds T steps. */
export function timeRegion(box, T) {
  return { ...box, at: ([x]) => cursorAt(x, T) };
}

/**
 * The input over time, and the region in which it can be drawn by dragging.
 * @returns {{plot: import("./draw.js").Plot, region: import("./main.js").Region}}
 */
export function drawInput(ctx, box, state, options = {}) {
  const xs = inputOf(state);
  const T = xs.length;
  const plot = frame(ctx, box, {
    x: [-0.5, T - 0.5],
    y: [-1.15, 1.15],
    yTicks: [-1, 0, 1],
    title: [["input x", COLOURS.green], ["(drag to draw your own)", COLOURS.grey]],
    ...options,
  });
  curve(ctx, plot, xs, { colour: COLOURS.green });
  // From the state of this moment, not of the last frame: a fast hand makes several moves in one.
  const at = (place, last, now) => {
    const { t } = cursorAt(place[0], T);
    return last ? { t, sequence: DRAWN, drawing: drawLine(inputOf(now), last, place) } : { t };
  };
  return { plot, region: { ...box, at } };
}

/** xs with a straight line from one place to another, so that a quick move leaves no gap. */
function drawLine(xs, from, to) {
  const T = xs.length;
  const drawn = [...xs];
  const [a, b] = [from, to].map(([x]) => cursorAt(x, T).t);
  for (let t = Math.min(a, b); t <= Math.max(a, b); t++) {
    const share = a === b ? 1 : (t - a) / (b - a);
    const value = 1.15 * (1 - 2 * (from[1] + share * (to[1] - from[1])));
    drawn[t] = Math.round(100 * Math.min(1, Math.max(-1, value))) / 100;
  }
  return drawn;
}
