// A memory of one number that reads the sunspots, and what each month weighs in it. See decay.py.

import { numbersOf } from "./bytes.js";
import { COLOURS, cursor, curve, dot, format, frame, keyNumber, segment, text, twoDigits } from "./draw.js";
import { monthName } from "./months.js";
import { timeRegion } from "./sequence.js";

const TEN_YEARS = 120; // months
const FLOOR = 1e-8; // where the axis of weights ends

/** In how many months, the newest among them, half of all weight lies; see DecayExplorer.half. */
function monthsOfHalf(decay) {
  if (decay === 0) return 1;
  return decay === 1 ? Infinity : Math.ceil(Math.log(0.5) / Math.log(decay));
}

/** The key number: where half of the weight lies. */
function halfInWords(half) {
  if (half === Infinity) return "no month has any weight";
  return half === 1 ? "half the weight: this month" : `half the weight: last ${half} months`;
}

/** @type {import("./main.js").View} */
export const decayView = {
  height: 370,

  compute({ t, decay, data }, before) {
    const xs = before?.xs ?? numbersOf(data.series);
    const h = new Float64Array(xs.length);
    for (let n = 0, last = 0; n < xs.length; n++) h[n] = last = decay * last + (1 - decay) * xs[n];
    // Of the months up to the cursor; a later one has none.
    const weights = Float64Array.from({ length: t + 1 }, (_, n) => (1 - decay) * decay ** (t - n));
    return { xs, h, weights, half: monthsOfHalf(decay) };
  },

  draw(ctx, { t, data }, { xs, h, weights, half }, width) {
    const T = xs.length;
    const box = { x: 70, width: width - 86 };
    const [above, below] = [{ ...box, y: 36, height: 140 }, { ...box, y: 208, height: 110 }];
    const pitch = box.width / T;
    // The months that hold half of the weight, behind all else.
    ctx.fillStyle = "rgb(230 159 0 / 28%)";
    const months = Math.min(half, t + 1);
    if (half < Infinity) {
      for (const { y, height } of [above, below]) {
        ctx.fillRect(box.x + (t + 1 - months) * pitch, y, months * pitch, height);
      }
    }

    const x = [-0.5, T - 0.5];
    const memory = frame(ctx, above, {
      x, y: [0, 250], yTicks: [0, 100, 200], title: [["sunspot number x", COLOURS.green], ["memory h", COLOURS.vermillion]],
    });
    curve(ctx, memory, xs, { colour: COLOURS.green, width: 1.5 });
    curve(ctx, memory, h, { colour: COLOURS.vermillion, width: 4 });
    keyNumber(ctx, halfInWords(half), box.x + box.width, above.y - 8, { align: "right", colour: COLOURS.hint, size: 26 });

    const years = Array.from({ length: T }, (_, n) => n).filter((n) => (data.month + n) % 60 === 0);
    const weight = frame(ctx, below, {
      x, y: [FLOOR, 1], yTicks: [FLOOR, 1e-4, 1], log: true,
      title: [["weight of each month in h", COLOURS.blue], ["(log)", COLOURS.grey]],
    });
    for (const n of years) {
      text(ctx, String((data.month + n) / 12), weight.x(n), below.y + below.height + 20, { align: "center" });
    }
    text(ctx, "year", box.x + box.width / 2, below.y + below.height + 44, { align: "center" });
    drawTenYears(ctx, weight, t);
    curve(ctx, weight, weights.map((each) => (each >= FLOOR ? each : NaN)), { colour: COLOURS.blue, width: 4 });
    for (const each of [above, below]) cursor(ctx, each, t, T);
    dot(ctx, memory.x(t), memory.y(h[t]), { radius: 7 });
    if (weights[t] >= FLOOR) dot(ctx, weight.x(t), weight.y(weights[t]), { colour: COLOURS.blue, radius: 7 });
    return [timeRegion(above, T), timeRegion(below, T)];
  },

  readout({ t, data }, { xs, h, weights, half }) {
    const one = (value) => format(value, 1);
    const read = t + 1;
    let share = `Half of the weight lies in the last ${half} months`;
    if (half === 1) share = "At least half of the weight lies in this month alone";
    if (half === Infinity) share = "It takes nothing in, so no month has any weight";
    else if (half > read) share += `, but it has read only ${read}`;
    let old = "";
    if (t >= TEN_YEARS && half < Infinity) {
      const weight = weights[t - TEN_YEARS];
      old = ` The month ten years before has a weight ${weight < FLOOR ? "below" : "of"} ${twoDigits(Math.max(weight, FLOOR))}.`;
    }
    return `${monthName(data, t)}: sunspot number ${one(xs[t])}, memory ${one(h[t])}. ${share}.${old}`;
  },
};

/** The month ten years before the cursor, where the series has it. */
function drawTenYears(ctx, plot, t) {
  if (t < TEN_YEARS) return;
  const { box } = plot;
  const [place, label] = [plot.x(t - TEN_YEARS), "ten years before"];
  Object.assign(ctx, { strokeStyle: COLOURS.grey, lineWidth: 2 });
  ctx.setLineDash([6, 5]);
  segment(ctx, place, box.y, place, box.y + box.height);
  ctx.setLineDash([]);
  if (place - box.x > 160) text(ctx, label, place - 8, box.y + 20, { align: "right", colour: COLOURS.grey });
}
