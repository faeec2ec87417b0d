// Pictures on a canvas: frames with axes, lines, bars, heat maps, text. Nothing here knows a cell.
//
// Sizes are CSS pixels.

/** @typedef {CanvasRenderingContext2D} Context */

/**
 * A part of the canvas, from its upper left corner.
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 */

/**
 * How words are set: `align` and `baseline` as in canvas, `size` in px, never below 18.
 * @typedef {object} TextStyle
 * @property {CanvasTextAlign} [align]
 * @property {CanvasTextBaseline} [baseline]
 * @property {boolean} [bold]
 * @property {string} [colour]
 * @property {number} [size]
 */

/**
 * How a curve is drawn: its first point lies at x = `start`, the next one `pitch` further on.
 * @typedef {object} CurveStyle
 * @property {string} colour
 * @property {number} [width]
 * @property {number[]} [dash]
 * @property {number} [start]
 * @property {number} [pitch]
 */

/** Okabe and Ito, "Color universal design", 2008. */
export const COLOURS = {
  black: "#000000",
  vermillion: "#D55E00",
  blue: "#0072B2",
  green: "#009E73",
  purple: "#CC79A7",
  orange: "#E69F00",
  sky: "#56B4E9",
  grey: "#595959",
  pale: "#DDDDDD",
  hint: "#8F6200",
  stale: "#8C8C8C", // what was true for controls that have moved since
};
const FONT = '"Helvetica Neue", Helvetica, Arial, sans-serif';

// Nine points each of the maps that matplotlib calls Blues and coolwarm.
const GATE_MAP = "f7fbff deebf7 c6dbef 9dcae1 6aaed6 4191c6 2070b4 08509b 08306b";
const SIGNED_MAP = "3b4cc0 6282ea 8db0fe b9d0f9 dddcdc f5c4ac f4987a dd5f4b b40426";
const gateRamp = ramp(GATE_MAP);
const signedRamp = ramp(SIGNED_MAP);

/** 256 colours between the given ones. @param {string} map */
function ramp(map) {
  const points = map.split(" ").map((hex) => [0, 2, 4].map((k) => parseInt(hex.slice(k, k + 2), 16)));
  return Array.from({ length: 256 }, (_, index) => {
    const place = (index / 255) * (points.length - 1);
    const below = Math.min(Math.floor(place), points.length - 2);
    const mixed = points[below].map((from, k) => from + (place - below) * (points[below + 1][k] - from));
    return `rgb(${mixed.map(Math.round)})`;
  });
}

/** @param {number} value */
const clip = (value) => Math.min(1, Math.max(0, value));

/** The colour of a gate: white when shut (0), full ink when open (1). @param {number} value */
export const gateColour = (value) => gateRamp[Math.round(255 * clip(value))];

/**
 * The colour of a signed value: blue below 0, red above, strongest at ±limit.
 * @param {number} value
 */
export const signedColour = (value, limit = 1) =>
  signedRamp[Math.round(255 * clip(0.5 + value / (2 * limit)))];

/** The size of the largest of all values. @param {Iterable<number>} values */
export function largest(values) {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

/**
 * The end of an axis: it grows in large steps, so that it does not breathe while a slider moves.
 * @param {number} size
 */
export const roundLimit = (size) => [1.2, 2, 3, 5, 8, 12, 20, 30, 50, 80].find((limit) => limit >= size) ?? size;

/** Black or white, whichever can be read on a gate's colour. @param {number} value */
export const inkOn = (value) => (value > 0.55 ? "white" : "black");

/**
 * Make the canvas sharp on any screen and white; returns its context, to be used in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @param {number} scale of what is drawn: 0.5 shows it half as large
 * @returns {Context}
 */
export function clearCanvas(canvas, width, height, scale) {
  const density = (window.devicePixelRatio || 1) * scale;
  const [w, h] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const ctx = /** @type {Context} */ (canvas.getContext("2d"));
  ctx.setTransform(density, 0, 0, density, 0, 0);
  ctx.fillStyle = "white";
  ctx.fillRect(0, 0, width, height);
  return ctx;
}

/**
 * Text at a point.
 * @param {Context} ctx
 * @param {string} words
 * @param {number} x
 * @param {number} y
 * @param {TextStyle} [options]
 * @returns {number} its width
 */
export function text(ctx, words, x, y, options = {}) {
  const { align = "left", baseline = "alphabetic", bold = false, colour = "black", size = 18 } = options;
  ctx.font = `${bold ? "bold " : ""}${size}px ${FONT}`;
  ctx.textAlign = align;
  ctx.textBaseline = baseline;
  ctx.fillStyle = colour;
  ctx.fillText(words, x, y);
  return ctx.measureText(words).width;
}

/**
 * Words in a row, as a title that is its own legend.
 * @param {Context} ctx
 * @param {string[][]} entries words and their colours
 * @param {number} x
 * @param {number} y
 */
export function legend(ctx, entries, x, y) {
  for (const [words, colour] of entries) {
    x += text(ctx, words, x, y, { bold: true, colour }) + 18;
  }
}

/** A number for people: a real minus sign, no "-0". @param {number} value */
export function format(value, digits = 2) {
  return (Number(value.toFixed(digits)) || 0).toFixed(digits).replace("-", "−");
}

/** A share of 1 in whole percent. @param {number} share */
export const percent = (share) => `${format(100 * share, 0)} %`;

/** The same for numbers of any size: 0.00034 as "3.4·10⁻⁴". @param {number} value */
function scientific(value) {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const [digits, exponent] = value.toExponential(1).replace(/^-/, "−").split("e");
  return `${digits}·${powerOfTen(Number(exponent))}`;
}

/** Two digits: 280, 0.056, 3.4·10⁻⁹. @param {number} value */
export const twoDigits = (value) =>
  value >= 0.01 && value < 1000 ? String(Number(value.toPrecision(2))) : scientific(value);

/** 10³ for 3. @param {number} exponent */
export function powerOfTen(exponent) {
  const raised = (/** @type {string} */ sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)]);
  return `10${[...String(exponent)].map(raised).join("")}`;
}

/**
 * A frame with ticks: where the values of a plot lie.
 * @typedef {object} Plot
 * @property {Box} box
 * @property {(value: number) => number} x from a value to a position
 * @property {(value: number) => number} y
 */

/**
 * Draw a frame with its ticks and titles.
 * @param {Context} ctx
 * @param {Box} box inside the axes; leave 26 px above for the title, 28 px below for ticks (54 with a
 *   label), 60 px to the left
 * @param {object} options
 * @param {number[]} options.x the two ends of the horizontal axis
 * @param {number[]} options.y the two ends of the vertical axis
 * @param {boolean} [options.log] vertical axis logarithmic
 * @param {number[]} [options.xTicks]
 * @param {number[]} [options.yTicks]
 * @param {string[][]} [options.title] words and their colours
 * @param {string} [options.xLabel]
 * @returns {Plot}
 */
export function frame(ctx, box, { x, y, log = false, xTicks = [], yTicks = [], title = [], xLabel }) {
  const scale = (/** @type {number} */ value) => (log ? Math.log10(value) : value);
  const [low, high] = y.map(scale);
  /** @type {Plot} */
  const plot = {
    box,
    x: (value) => box.x + ((value - x[0]) / (x[1] - x[0])) * box.width,
    y: (value) => box.y + clip((high - scale(value)) / (high - low)) * box.height,
  };
  ctx.lineWidth = 1;
  for (const tick of yTicks) {
    ctx.strokeStyle = COLOURS.pale;
    segment(ctx, box.x, plot.y(tick), box.x + box.width, plot.y(tick));
    const words = log ? powerOfTen(Math.round(Math.log10(tick))) : format(tick, Number.isInteger(tick) ? 0 : 1);
    text(ctx, words, box.x - 8, plot.y(tick), { align: "right", baseline: "middle" });
  }
  for (const tick of xTicks) {
    text(ctx, format(tick, 0), plot.x(tick), box.y + box.height + 20, { align: "center" });
  }
  ctx.strokeStyle = COLOURS.grey;
  ctx.strokeRect(box.x, box.y, box.width, box.height);
  legend(ctx, title, box.x, box.y - 8);
  if (xLabel) {
    text(ctx, xLabel, box.x + box.width / 2, box.y + box.height + 44, { align: "center" });
  }
  return plot;
}

/**
 * A straight line in the current stroke.
 * @type {(ctx: Context, x0: number, y0: number, x1: number, y1: number) => void}
 */
export function segment(ctx, x0, y0, x1, y1) {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}

/**
 * A curve through ys; a NaN breaks it.
 * @param {Context} ctx
 * @param {Pick<Plot, "x"|"y">} plot
 * @param {ArrayLike<number>} ys
 * @param {CurveStyle} style
 */
export function curve(ctx, plot, ys, { colour, width = 3.5, dash = [], start = 0, pitch = 1 }) {
  ctx.save();
  Object.assign(ctx, { strokeStyle: colour, lineWidth: width, lineJoin: "round" });
  ctx.setLineDash(dash);
  ctx.beginPath();
  let broken = true;
  for (let k = 0; k < ys.length; k++) {
    const missing = Number.isNaN(ys[k]);
    if (!missing) {
      ctx[broken ? "moveTo" : "lineTo"](plot.x(start + k * pitch), plot.y(ys[k]));
    }
    broken = missing;
  }
  ctx.stroke();
  ctx.restore();
}

/**
 * Rounds a place to whole pixels of the screen, so that no white seam shows between neighbours.
 * @param {Context} ctx
 * @returns {(place: number) => number}
 */
export function wholePixels(ctx) {
  const { a: density } = ctx.getTransform();
  return (place) => Math.round(place * density) / density;
}

/**
 * One upright bar per step from `base`, each in its colour.
 * @param {Context} ctx
 * @param {Plot} plot
 * @param {ArrayLike<number>} values
 * @param {(value: number) => string} colourOf
 */
export function bars(ctx, plot, values, colourOf, base = 0) {
  const whole = wholePixels(ctx);
  for (let t = 0; t < values.length; t++) {
    const [from, to] = [plot.y(base), plot.y(values[t])];
    const [left, right] = [t - 0.5, t + 0.5].map((edge) => whole(plot.x(edge)));
    ctx.fillStyle = colourOf(values[t]);
    ctx.fillRect(left, Math.min(from, to), right - left, Math.abs(to - from));
  }
}

/**
 * A heat map of values (rows time, columns units): time runs to the right, unit 0 on top.
 * @param {Context} ctx
 * @param {Box} box
 * @param {ArrayLike<number>} values (T, H) row-major
 * @param {object} options
 * @param {number} options.T
 * @param {number} options.H
 * @param {(value: number) => string} options.colourOf
 * @param {number} [options.first] how many rows are skipped, 1 for a state
 */
export function heatMap(ctx, box, values, { T, H, colourOf, first = 0 }) {
  const whole = wholePixels(ctx);
  const left = (/** @type {number} */ t) => whole(box.x + (t * box.width) / T);
  const top = (/** @type {number} */ unit) => whole(box.y + (unit * box.height) / H);
  for (let t = 0; t < T; t++) {
    const colours = Array.from({ length: H }, (_, unit) => colourOf(values[(t + first) * H + unit]));
    // Neighbours of one colour are one rectangle: half of an influence map is.
    for (let unit = 0, end = 0; unit < H; unit = end) {
      while (end < H && colours[end] === colours[unit]) end++;
      ctx.fillStyle = colours[unit];
      ctx.fillRect(left(t), top(unit), left(t + 1) - left(t), top(end) - top(unit));
    }
  }
  Object.assign(ctx, { strokeStyle: COLOURS.grey, lineWidth: 1 });
  ctx.strokeRect(box.x, box.y, box.width, box.height);
}

/**
 * A dot with a white rim.
 * @param {Context} ctx
 * @param {number} x
 * @param {number} y
 */
export function dot(ctx, x, y, { colour = COLOURS.vermillion, radius = 9 } = {}) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  Object.assign(ctx, { fillStyle: colour, strokeStyle: "white", lineWidth: 2 });
  ctx.fill();
  ctx.stroke();
}

/**
 * The upright line that marks step t, over a box that holds T steps.
 * @type {(ctx: Context, box: Box, t: number, T: number) => void}
 */
export function cursor(ctx, box, t, T) {
  const x = box.x + ((t + 0.5) / T) * box.width;
  Object.assign(ctx, { strokeStyle: COLOURS.vermillion, lineWidth: 2 });
  segment(ctx, x, box.y, x, box.y + box.height);
}

/**
 * The number that stands out, 30 px.
 * @type {(ctx: Context, words: string, x: number, y: number, options?: TextStyle) => number}
 */
export function keyNumber(ctx, words, x, y, options = {}) {
  return text(ctx, words, x, y, { size: 30, bold: true, ...options });
}
