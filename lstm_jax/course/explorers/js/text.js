// A text, each character on the colour of one unit of a language model; below, the same as a curve,
// the characters that may come next, and the units that follow something. See text.py.

import { isAnswered } from "./answers.js";
import { numbersOf } from "./bytes.js";
import {
  COLOURS, cursor, curve, format, frame, gateColour, heatMap, inkOn, keyNumber, largest, percent, roundLimit,
  signedColour, text, wholePixels,
} from "./draw.js";
import { timeRegion, timeTicks } from "./sequence.js";

const OWN_TEXT = "your text";
const FULL_SCALE = 32767; // in 16 bits
const CODE_FONT = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace';
const PAPER = { left: 16, top: 54, lines: 10, line: 30, least: 13.4, most: 15.5, columns: 80 }; // px, but for numbers
const UNDER = { top: 412, value: 66, followed: 40, gap: 36, row: 26, rows: 6 };
const INTRODUCED = 5; // units that are listed besides the one that is shown

/** What a character looks like, and what it is called. */
const glyph = (char) => (char === "\n" ? "⏎" : char < " " ? "�" : char);
const nameOf = (char) => ({ "\n": "line break", " ": "space" })[char] ?? `“${glyph(char)}”`;

const isGate = (show) => "ifo".includes(show);

/** The numbers of an answer, unpacked once. */
function unpack(answer, before) {
  if (before?.answer === answer) return before.parts;
  const { count, ends } = answer;
  return {
    count, ends,
    values: numbersOf(answer.values, Int16Array),
    likeliest: numbersOf(answer.likeliest, Uint8Array),
    chances: numbersOf(answer.chances),
    came: numbersOf(answer.came),
    followed: numbersOf(answer.followed),
  };
}

/** How many characters from `first` on the answer still holds for: a cell knows nothing of what comes later. */
function stillTrue(state, chars, first, shown) {
  const { of } = state.answer;
  if (isAnswered(state)) return shown.length;
  if (!of || of.source !== state.source || state.source !== OWN_TEXT) return 0;
  const old = [...of.text];
  const oldFirst = Math.min(of.start ?? 0, Math.max(0, old.length - state.data.shown));
  if (oldFirst !== first) return 0;
  const changed = old.findIndex((char, place) => char !== chars[place]);
  return Math.min(shown.length, Math.max(0, (changed < 0 ? old.length : changed) - first));
}

function computeText(state, before) {
  const { source, data, unit, show, follow, answer, baseline } = state;
  const whole = source === OWN_TEXT ? state.text : data.test;
  const chars = before?.whole === whole ? before.chars : [...whole];
  const first = Math.min(state.start, Math.max(0, chars.length - data.shown));
  const shown = chars.slice(first, first + data.shown);
  const parts = unpack(answer, before);
  const count = Math.min(parts.count, stillTrue(state, chars, first, shown));
  const H = data.units;

  /** What a unit does after each character. */
  function valuesOf(quantity, unit) {
    const end = parts.ends[quantity] / FULL_SCALE;
    return Float64Array.from({ length: count }, (_, k) => parts.values[(quantity * parts.count + k) * H + unit] * end);
  }
  const [keptUnit, keptQuantity] = baseline.map(Math.floor);
  const isKept = keptUnit >= 0 && keptUnit < H && keptQuantity >= 0 && keptQuantity < data.quantities.length;
  const place = Object.keys(data.found).indexOf(follow);
  const { units, measured } = data.found[follow];
  const t = Math.min(state.t, shown.length - 1); // -1 where there is no character
  const alphabet = [...data.alphabet];
  const isRead = t >= 0 && t < count;
  const isFollowed = isRead && (t + 1 < count || isAnswered(state)); // else the next one is typed just now
  const expected = Array.from({ length: isRead ? data.likeliest : 0 }, (_, k) => {
    const index = t * data.likeliest + k;
    return { char: alphabet[parts.likeliest[index]], chance: parts.chances[index] };
  });
  return {
    whole, chars, first, shown, answer, parts, count, t, expected,
    values: valuesOf(data.quantities.indexOf(show), unit),
    kept: isKept
      ? { unit: keptUnit, show: data.quantities[keptQuantity], values: valuesOf(keptQuantity, keptUnit) }
      : null,
    followed: parts.followed.subarray(place * parts.count, place * parts.count + count),
    known: shown.map((char) => data.alphabet.indexOf(char) > 0), // at 0 stands what is unknown
    next: isFollowed ? chars[first + t + 1] : undefined,
    came: isFollowed ? parts.came[t] : NaN,
    rank: units.indexOf(unit),
    measured: measured[units.indexOf(unit)],
  };
}

/** The colour and the ink of a value, and the ends of the scale. */
function scaleOf(show, values) {
  if (isGate(show)) return { low: 0, high: 1, colourOf: gateColour, inkOf: inkOn };
  const limit = show === "c" ? roundLimit(largest(values)) : 1;
  return {
    low: -limit,
    high: limit,
    colourOf: (value) => signedColour(value, limit),
    inkOf: (value) => (Math.abs(value) > 0.75 * limit ? "white" : "black"),
  };
}

function drawText(ctx, state, record, width) {
  if (!record.shown.length) {
    text(ctx, "There is nothing to read yet: type a text above.", PAPER.left, 90, { bold: true });
    return [];
  }
  const scale = scaleOf(state.show, record.values);
  drawScale(ctx, state, record, scale, width);
  const paper = drawPaper(ctx, state, record, scale, width);
  const left = { x: 66, width: 0.47 * width - 66 };
  const middle = { x: 0.5 * width, width: 0.17 * width };
  const right = { x: 0.72 * width, width: 0.28 * width - 16 };
  drawExpected(ctx, middle, record);
  return [paper, ...drawCurves(ctx, left, state, record, scale), ...drawFound(ctx, right, state, record)];
}

/** The number under the cursor, and the colours with their ends. */
function drawScale(ctx, { show, unit, late }, { t, count, values, shown }, { low, high, colourOf }, width) {
  const value = t < count ? format(values[t]) : "…";
  const colour = t < count ? "black" : COLOURS.stale;
  keyNumber(ctx, `${show} of unit ${unit} after ${nameOf(shown[t])}: ${value}`, PAPER.left, 36, { colour });
  if (count < shown.length && late) {
    text(ctx, "needs the kernel", width - PAPER.left, 36, { align: "right", bold: true, colour: COLOURS.hint });
    return;
  }
  const words = isGate(show) ? ["0 shut", "1 open"] : [low, high].map((end) => format(end, end % 1 ? 1 : 0));
  const box = { x: width - 240, y: 16, width: 150, height: 24 };
  const shades = Float64Array.from({ length: 50 }, (_, k) => low + ((high - low) * k) / 49);
  heatMap(ctx, box, shades, { T: 50, H: 1, colourOf });
  text(ctx, words[0], box.x - 8, 35, { align: "right" });
  text(ctx, words[1], box.x + box.width + 8, 35);
}

/** Where each character stands: lines break where the text says so, and where they are full. */
function placesOf(chars, columns) {
  let [line, column] = [0, 0];
  return chars.map((char) => {
    if (column === columns) [line, column] = [line + 1, 0];
    const place = { line, column };
    [line, column] = char === "\n" ? [line + 1, 0] : [line, column + 1];
    return place;
  });
}

/** The text itself, as many lines as there is room for: those around the cursor. @returns the region */
function drawPaper(ctx, { data }, { shown, values, count, known, t, first, chars }, { colourOf, inkOf }, width) {
  const room = width - 2 * PAPER.left;
  const columns = Math.min(PAPER.columns, Math.floor(room / PAPER.least));
  const pitch = Math.min(PAPER.most, room / columns);
  const places = placesOf(shown, columns);
  const lines = places.at(-1).line + 1;
  const top = Math.floor(places[t].line / PAPER.lines) * PAPER.lines;
  const box = { x: PAPER.left, y: PAPER.top, width: columns * pitch, height: PAPER.lines * PAPER.line };
  const whole = wholePixels(ctx);
  const left = (column) => whole(box.x + column * pitch);
  ctx.font = `${Math.floor(pitch / 0.61)}px ${CODE_FONT}`;
  Object.assign(ctx, { textAlign: "center", textBaseline: "middle", lineWidth: 2 });
  for (const [k, { line, column }] of places.entries()) {
    if (line < top || line >= top + PAPER.lines) continue;
    const [x, y] = [left(column), box.y + (line - top) * PAPER.line];
    const wide = left(column + 1) - x;
    if (k < count) {
      ctx.fillStyle = colourOf(values[k]);
      ctx.fillRect(x, y + 1, wide, PAPER.line - 2);
    }
    ctx.fillStyle = k < count ? inkOf(values[k]) : COLOURS.stale;
    if (shown[k] !== " ") ctx.fillText(glyph(shown[k]), x + wide / 2, y + PAPER.line / 2 + 1);
    if (!known[k]) outline(ctx, x, y, wide, { strokeStyle: COLOURS.black, dash: [3, 3] });
    if (k === t) outline(ctx, x, y, wide, { strokeStyle: COLOURS.vermillion, lineWidth: 4 });
  }
  const last = Math.min(lines, top + PAPER.lines);
  const end = first + shown.length - 1;
  const where = chars.length > data.shown ? `characters ${first} to ${end} of ${chars.length}` : "";
  const page = lines > PAPER.lines ? `lines ${top + 1} to ${last} of ${lines}: the cursor turns the page` : "";
  const note = [where, page].filter(Boolean).join("; ");
  if (note) text(ctx, note, box.x, box.y + box.height + 20, { colour: COLOURS.grey });
  const at = ([x, y]) => {
    const [line, column] = [top + Math.floor(y * PAPER.lines), Math.floor(x * columns)];
    const k = places.findLastIndex((place) => place.line === line && place.column <= column);
    return k < 0 ? null : { t: k };
  };
  return { ...box, at };
}

function outline(ctx, x, y, wide, { dash = [], ...style }) {
  ctx.save();
  Object.assign(ctx, style);
  ctx.setLineDash(dash);
  ctx.strokeRect(x, y + 1, wide, PAPER.line - 2);
  ctx.restore();
}

/** The values over the characters, the curve that was kept, and what is to be followed. */
function drawCurves(ctx, { x, width }, { show, unit, follow }, record, { low, high }) {
  const { shown, values, kept, followed, t } = record;
  const T = shown.length;
  const span = [-0.5, Math.max(T, 2) - 0.5];
  const most = kept && !isGate(kept.show) ? roundLimit(largest(kept.values)) : 0;
  const ends = most ? [-Math.max(high, most), Math.max(high, most)] : [low, high];
  const above = { x, y: UNDER.top, width, height: UNDER.value };
  const title = [[`${show} of unit ${unit}`, COLOURS.blue]];
  if (kept) title.push([`kept: ${kept.show} of ${kept.unit}`, COLOURS.vermillion]);
  const plot = frame(ctx, above, { x: span, y: ends, yTicks: [...new Set([ends[0], 0, ends[1]])], title });
  if (kept) curve(ctx, plot, kept.values, { colour: COLOURS.vermillion, width: 2, dash: [3, 4] });
  curve(ctx, plot, values, { colour: COLOURS.blue, width: 2.5 });
  const below = { ...above, y: above.y + above.height + UNDER.gap, height: UNDER.followed };
  const top = Math.max(1, largest(followed));
  const steps = frame(ctx, below, {
    x: span, y: [0, 1.1 * top], yTicks: [0, top], xTicks: timeTicks(T, 100), title: [[follow, COLOURS.green]],
  });
  curve(ctx, steps, followed, { colour: COLOURS.green, width: 2.5 });
  text(ctx, "character", x + width / 2, below.y + below.height + 42, { align: "center" });
  const boxes = [above, below];
  for (const box of boxes) cursor(ctx, box, t, T);
  return boxes.map((box) => timeRegion(box, T));
}

/** The likeliest next characters, the one that came in green. */
function drawExpected(ctx, { x, width }, { expected, next, came }) {
  text(ctx, "next character", x, UNDER.top - 8, { bold: true });
  const rows = [...expected];
  const isNamed = expected.some(({ char }) => char === next);
  if (expected.length && next !== undefined && !isNamed) rows.push({ char: next, chance: came });
  const room = width - 96;
  for (const [row, { char, chance }] of rows.entries()) {
    const y = UNDER.top + row * UNDER.row;
    const colour = char === next ? COLOURS.green : COLOURS.sky;
    ctx.fillStyle = colour;
    ctx.fillRect(x + 32, y + 2, Math.max(1, chance * room), UNDER.row - 4);
    ctx.font = `bold 20px ${CODE_FONT}`;
    Object.assign(ctx, { textAlign: "center", textBaseline: "middle", fillStyle: "black" });
    ctx.fillText(char === " " ? "␣" : glyph(char), x + 14, y + UNDER.row / 2);
    const bold = char === next;
    text(ctx, percent(chance), x + width, y + UNDER.row / 2, { align: "right", baseline: "middle", bold });
  }
  if (next !== undefined && expected.length) {
    text(ctx, "green: it came", x, UNDER.top + UNDER.rows * UNDER.row + 20, { colour: COLOURS.green });
  }
}

/** The units that follow best; pressing one shows it. */
function drawFound(ctx, { x, width }, { unit, follow, data }, { rank }) {
  const { units, measured } = data.found[follow];
  text(ctx, `follow: ${follow}`, x, UNDER.top - 8, { bold: true });
  const ranks = Array.from({ length: INTRODUCED }, (_, place) => place);
  if (rank >= INTRODUCED) ranks.push(rank);
  const zero = x + 0.56 * width;
  const half = 0.19 * width;
  const regions = ranks.map((place, row) => {
    const box = { x, y: UNDER.top + row * UNDER.row, width, height: UNDER.row };
    const [each, r] = [units[place], measured[place]];
    /** @type {import("./draw.js").TextStyle} */
    const middle = { baseline: "middle", bold: each === unit };
    text(ctx, `${place + 1}. unit ${each}`, x + 4, box.y + UNDER.row / 2, middle);
    ctx.fillStyle = signedColour(r);
    ctx.fillRect(Math.min(zero, zero + r * half), box.y + 3, Math.abs(r) * half, UNDER.row - 6);
    text(ctx, format(r), x + width - 4, box.y + UNDER.row / 2, { ...middle, align: "right" });
    if (each === unit) {
      Object.assign(ctx, { strokeStyle: COLOURS.vermillion, lineWidth: 3 });
      ctx.strokeRect(box.x, box.y, box.width, box.height);
    }
    return { ...box, at: (_, pressed) => pressed && { unit: each } };
  });
  const note = "r, in the test part";
  text(ctx, note, x, UNDER.top + UNDER.rows * UNDER.row + 20, { colour: COLOURS.grey });
  return regions;
}

function textInWords({ show, unit, follow, late, data }, record) {
  const { shown, t, first, count, values, known, expected, next, came, rank, measured, chars } = record;
  if (!shown.length) return "There is nothing to read: type a text, or choose the test part.";
  if (t >= count) return late ? "A new text needs the kernel." : "The text waits for the kernel.";
  const strange = known[t] ? "" : " (unknown)";
  const likely = expected.map(({ char, chance }) => `${nameOf(char)} ${percent(chance)}`).join(", ");
  const then = next === undefined ? "The text ends here." : `${nameOf(next)} came: ${percent(came)}.`;
  return (
    `Character ${first + t} of ${chars.length}, ${nameOf(shown[t])}${strange}: ${show} of unit ${unit} is ` +
    `${format(values[t])}. Next: ${likely}. ${then} Unit ${unit} is number ${rank + 1} of ${data.units} ` +
    `in following: ${follow}; correlation ${format(measured)} in the test part.`
  );
}

/** @type {import("./main.js").View} */
export const textView = {
  height: 600,
  last: ({ source, text: own, data }) =>
    (source === OWN_TEXT ? Math.min(data.shown, [...own].length) : data.shown) - 1,
  idle: ({ source, text: own, data }) => (source === OWN_TEXT && [...own].length <= data.shown ? ["start"] : []),
  compute: computeText,
  draw: drawText,
  readout: textInWords,
  actions: {
    best: ({ follow, data }) => ({ unit: data.found[follow].units[0] }),
    next: ({ follow, data }, { rank }) => ({ unit: data.found[follow].units[(rank + 1) % data.units] }),
    keep: ({ unit, show, data }) => ({ baseline: [unit, data.quantities.indexOf(show)] }),
  },
};
