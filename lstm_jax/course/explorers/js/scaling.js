// Time and memory against length, measured in the kernel: points and fitted lines. See scaling.py.

import { isAnswered, orders } from "./answers.js";
import { COLOURS, cursor, curve, dot, frame, format, keyNumber, segment, text, twoDigits } from "./draw.js";
import { timeRegion } from "./sequence.js";

const LINES = [COLOURS.black, COLOURS.vermillion, COLOURS.orange, COLOURS.blue, COLOURS.purple, COLOURS.green];
const DASHES = [10, 8];
const MIB = 2 ** 20;
const TIMED = { "training step": "training", "forward pass": "forward" };
// The axes stay still while points appear.
const AXES = {
  seconds: { y: [1e-5, 10], log: true, yTicks: [1e-4, 1e-2, 1] },
  memory: { y: [1e-3, 2e3], log: true, yTicks: [1e-2, 1, 100] },
};

/** 1024 for 10. */
const power2 = (exponent) => 2 ** exponent;

/** The straight line through points on two logarithmic axes, by least squares; null for fewer than two. */
function fittedLine(lengths, values, from) {
  const kept = lengths.map((T, k) => [T, values[k]]).filter(([T]) => T >= from);
  if (kept.length < 2) return null;
  const logs = kept.map((pair) => pair.map(Math.log));
  const mean = [0, 1].map((side) => logs.reduce((sum, pair) => sum + pair[side], 0) / logs.length);
  const product = (side) => logs.reduce((sum, pair) => sum + (pair[0] - mean[0]) * (pair[side] - mean[side]), 0);
  const exponent = product(1) / product(0);
  const factor = Math.exp(mean[1] - exponent * mean[0]);
  return { exponent, factor, shortest: kept[0][0], longest: kept.at(-1)[0] };
}

const at = ({ exponent, factor }, T) => factor * T ** exponent;

/** The points of each way that there are, with the line through those of the time that is shown. */
function linesOf(sent, { data, timed }) {
  return data.ways.flatMap((way, index) => {
    const points = sent?.points?.[way];
    if (!points) return [];
    const seconds = points[TIMED[timed]];
    const fit = fittedLine(points.length, seconds, data.fit_from);
    const memory = points.bytes.map((bytes) => bytes / MIB);
    return [{ way, colour: LINES[index], lengths: points.length, seconds, memory, fit }];
  });
}

/** @type {import("./main.js").View} */
export const scalingView = {
  height: 596,

  compute(state) {
    const { answer, data, batch, width, way, t } = state;
    const used = answer.with;
    const now = linesOf(answer, state);
    const T = power2(data.shortest + t);
    const mine = used?.batch === batch && used?.width === width ? now.find((line) => line.way === way) : null;
    const place = mine ? mine.lengths.findLastIndex((length) => length <= T) : -1;
    const kept = answer.kept;
    return { now, kept: linesOf(kept, state), keptWith: kept?.with, used, mine: mine ?? null, T, place };
  },

  draw(ctx, state, record, width) {
    const { data, timed, t } = state;
    drawNumbers(ctx, state, record, width);
    const wide = (width - 176) / 2;
    const count = data.longest - data.shortest + 1;
    const panels = [
      ["seconds", `time of a ${timed} (s)`],
      ["memory", "memory of a training step (MiB)"],
    ];
    return panels.map(([name, title], side) => {
      const box = { x: 76 + side * (wide + 84), y: 206, width: wide, height: 320 };
      const ends = [data.shortest - 0.5, data.longest + 0.5];
      const plot = frame(ctx, box, { x: ends, title: [[title, COLOURS.black]], ...AXES[name] });
      drawLengths(ctx, plot, data);
      for (const line of record.kept) drawWay(ctx, plot, line, name, { dash: DASHES, width: 2, small: true });
      for (const line of record.now) drawWay(ctx, plot, line, name, { width: name === "seconds" ? 3.5 : 2 });
      cursor(ctx, box, t, count);
      return timeRegion(box, count);
    });
  },

  readout(state, record) {
    return inSentences(state, record).join(" ");
  },

  actions: orders(["measure", "stop", "keep"]),
};

/** What the controls ask for, in words. */
const sizes = ({ batch, width }) => `B = ${power2(batch)}, H = ${power2(width)}`;

/** What stands above the axes: the numbers at the cursor, and which colour is which way. */
function drawNumbers(ctx, state, record, width) {
  const { answer, way, length } = state;
  const { now, kept, keptWith, mine, place, used } = record;
  const left = 16;
  if (mine && place >= 0) {
    const { colour } = mine;
    /** @type {[number, string][]} */
    const said = [
      [left, seconds(mine.seconds[place])],
      [left + 240, `${twoDigits(mine.memory[place])} MiB`],
      [left + 480, mine.fit ? `grows as T^${format(mine.fit.exponent)}` : ""],
    ];
    for (const [x, words] of said) keyNumber(ctx, words, x, 36, { colour });
    text(ctx, `at T = ${mine.lengths[place]}`, width - 12, 36, { align: "right" });
  } else {
    keyNumber(ctx, answer.phase === "measuring" ? "measuring …" : "press measure", left, 36);
    const asked = `${way}, ${sizes(state)}, up to T = ${power2(length)}`;
    text(ctx, asked, width - 12, 36, { align: "right" });
  }
  const column = (width - 32) / 2;
  now.forEach(({ way: name, colour, fit }, index) => {
    const [x, y] = [left + column * (index % 2), 70 + 27 * Math.floor(index / 2)];
    Object.assign(ctx, { strokeStyle: colour, lineWidth: 3.5 });
    segment(ctx, x, y - 6, x + 30, y - 6);
    dot(ctx, x + 15, y - 6, { colour, radius: 7 });
    text(ctx, `${name}${fit ? `: T^${format(fit.exponent)}` : ""}`, x + 40, y);
  });
  if (now.length && used) text(ctx, `points: ${sizes(used)}, on this ${state.data.device}`, left, 158);
  if (kept.length) {
    curve(ctx, { x: (share) => left + column + 36 * share, y: () => 152 }, [0, 0], { colour: COLOURS.grey, dash: DASHES });
    text(ctx, `baseline: ${sizes(keptWith)}`, left + column + 46, 158);
  }
}

function drawLengths(ctx, plot, { shortest, longest }) {
  const { box } = plot;
  for (let exponent = shortest; exponent <= longest; exponent += 2) {
    text(ctx, String(power2(exponent)), plot.x(exponent), box.y + box.height + 20, { align: "center" });
  }
  text(ctx, "length T, steps", box.x + box.width / 2, box.y + box.height + 48, { align: "center" });
}

/** Points of one way, and the fitted line where it has been fitted; between points of memory, segments. */
function drawWay(ctx, plot, { colour, lengths, fit, ...line }, name, { dash = [], width, small = false }) {
  const x = (T) => plot.x(Math.log2(T));
  ctx.save();
  Object.assign(ctx, { strokeStyle: colour, lineWidth: width });
  ctx.setLineDash(dash);
  if (name === "seconds" && fit) {
    const [from, to] = [fit.shortest, fit.longest];
    segment(ctx, x(from), plot.y(at(fit, from)), x(to), plot.y(at(fit, to)));
  } else if (name === "memory") {
    for (let k = 1; k < lengths.length; k++) {
      segment(ctx, x(lengths[k - 1]), plot.y(line.memory[k - 1]), x(lengths[k]), plot.y(line.memory[k]));
    }
  }
  ctx.restore();
  lengths.forEach((T, k) => dot(ctx, x(T), plot.y(line[name][k]), { colour, radius: small ? 4 : 7 }));
}

/** 0.00034 as "0.34 ms". */
function seconds(value) {
  const [scale, unit] = value >= 1 ? [1, "s"] : value >= 1e-3 ? [1e3, "ms"] : [1e6, "µs"];
  return `${twoDigits(scale * value)} ${unit}`;
}

function inSentences(state, { mine, place, used, now }) {
  const { answer, data, way, timed, length } = state;
  const said = [];
  const late = state.late && !isAnswered(state);
  if (late) said.push("Measuring needs a running kernel: run this cell again.");
  if (mine && place >= 0) {
    const compiled = answer.points[way][`compile_${TIMED[timed]}`][place];
    said.push(
      `${way}, ${sizes(state)}: at T = ${mine.lengths[place]} a ${timed} takes ${seconds(mine.seconds[place])} ` +
        `on this ${data.device}, compiled in ${format(compiled, 1)} s; ` +
        `a training step needs ${twoDigits(mine.memory[place])} MiB.`,
    );
    if (mine.fit) {
      const { exponent, shortest, longest } = mine.fit;
      said.push(`Time grows as T^${format(exponent)}, fitted from T = ${shortest} to ${longest}.`);
    }
  } else if (answer.phase === "measuring") {
    said.push(`Measuring ${answer.with.way}, ${sizes(used)}: each length is compiled first.`);
  } else {
    const some = now.length ? `${now.length === 1 ? "One way is" : "Some ways are"} measured, but not this one` : "Nothing is measured yet";
    said.push(`${some}: press measure for ${way}, ${sizes(state)}, up to T = ${power2(length)}.`);
  }
  if (answer.says) said.push(answer.says);
  return said;
}
