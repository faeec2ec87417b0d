// A forecast from any month beside what came, and its error so far. See forecast.py.

import { numbersOf } from "./bytes.js";
import { COLOURS, cursor, curve, dot, format, frame, keyNumber, segment, text } from "./draw.js";
import { monthName } from "./months.js";
import { timeRegion } from "./sequence.js";

const FORECASTERS = {
  LSTM: COLOURS.blue,
  linear: COLOURS.vermillion,
  seasonal: COLOURS.green,
  persistence: COLOURS.orange,
};

/** The RMSE at a horizon over all that has come by each origin; NaN before the first has. */
function errorsSoFar(forecasts, series, { length, horizons }, horizon) {
  const origins = forecasts.length / horizons;
  const errors = new Float64Array(origins).fill(NaN);
  let sum = 0;
  for (let n = 0; n + horizon < origins; n++) {
    const difference = forecasts[n * horizons + horizon - 1] - series[length + n + horizon - 1];
    sum += difference * difference;
    errors[n + horizon] = Math.sqrt(sum / (n + 1));
  }
  return errors;
}

function computeForecast({ t, horizon, model, data }, before) {
  const { length, horizons } = data;
  const arrays = before?.arrays ?? {
    series: numbersOf(data.series),
    quantiles: numbersOf(data.quantiles),
    forecasts: Object.fromEntries(Object.keys(FORECASTERS).map((name) => [name, numbersOf(data.forecasts[name])])),
  };
  const { series, quantiles, forecasts } = arrays;
  const origins = forecasts.LSTM.length / horizons;
  const row = (numbers, first = 0) => numbers.subarray((first + t) * horizons, (first + t + 1) * horizons);
  const errors = before?.horizon === horizon
    ? before.errors
    : Object.fromEntries(
      Object.entries(forecasts).map(([name, said]) => [name, errorsSoFar(said, series, data, horizon)]),
    );
  return {
    arrays, origins, horizon, errors,
    known: series.subarray(t, t + length),
    came: series.subarray(t + length, t + length + horizons),
    said: row(forecasts[model]),
    // Of five levels: the outer two, the inner two.
    bands: model === "LSTM" ? [[0, 4], [1, 3]].map((pair) => pair.map((level) => row(quantiles, level * origins))) : [],
    error: errors[model][t],
    reference: errors.persistence[t],
    checked: Math.max(0, t - horizon + 1),
  };
}

function drawForecast(ctx, state, record, width) {
  const { data, t, model, horizon } = state;
  const { length, horizons } = data;
  const colour = FORECASTERS[model];
  const box = { x: 70, y: 34, width: width - 70 - 230, height: 300 };
  const first = data.month + t;
  const januaries = Array.from({ length: length + horizons }, (_, n) => n).filter((n) => (first + n) % 24 === 0);
  const plot = frame(ctx, box, {
    x: [0, length + horizons],
    y: [-10, 280],
    yTicks: [0, 100, 200],
    title: [["known", COLOURS.black], ["what came", COLOURS.purple], [`forecast: ${model}`, colour]],
  });
  for (const n of januaries) {
    text(ctx, String((first + n) / 12), plot.x(n + 0.5), box.y + box.height + 20, { align: "center" });
  }
  for (const [low, high] of record.bands) drawFan(ctx, plot, length, low, high);
  curve(ctx, plot, record.known, { colour: COLOURS.black, start: 0.5, width: 3 });
  curve(ctx, plot, record.came, { colour: COLOURS.purple, start: length + 0.5, width: 3 });
  curve(ctx, plot, record.said, { colour, start: length + 0.5, width: 4 });
  Object.assign(ctx, { strokeStyle: COLOURS.grey, lineWidth: 2 });
  segment(ctx, plot.x(length), box.y, plot.x(length), box.y + box.height);
  const at = plot.x(length + horizon - 0.5);
  dot(ctx, at, plot.y(record.came[horizon - 1]), { colour: COLOURS.purple });
  dot(ctx, at, plot.y(record.said[horizon - 1]), { colour });

  const left = box.x + box.width + 20;
  text(ctx, `${horizon} months ahead`, left, box.y + 20);
  keyNumber(ctx, format(record.said[horizon - 1], 0), left, box.y + 56, { colour });
  text(ctx, `says ${model}`, left, box.y + 80);
  keyNumber(ctx, format(record.came[horizon - 1], 0), left, box.y + 130, { colour: COLOURS.purple });
  text(ctx, "came", left, box.y + 154);
  if (record.bands.length) {
    text(ctx, "dark: 50 %, light: 90 %", left, box.y + 204, { colour: COLOURS.grey });
  }

  const below = { x: box.x, y: box.y + box.height + 72, width: box.width, height: 150 };
  const errors = frame(ctx, below, {
    x: [-0.5, record.origins - 0.5],
    y: [0, 80],
    yTicks: [0, 40, 80],
    title: [["error so far", COLOURS.black], ...Object.entries(FORECASTERS)],
    xLabel: "origin of the forecast, year",
  });
  for (let n = 0; n < record.origins; n++) {
    const month = data.month + length - 1 + n;
    if (month % 60 === 0) {
      text(ctx, String(month / 12), errors.x(n), below.y + below.height + 20, { align: "center" });
    }
  }
  for (const [name, each] of Object.entries(FORECASTERS)) {
    curve(ctx, errors, record.errors[name], { colour: each, width: name === model ? 5 : 2 });
  }
  cursor(ctx, below, t, record.origins);
  if (record.checked) {
    keyNumber(ctx, format(record.error, 1), left, below.y + 40, { colour });
    text(ctx, `RMSE of ${record.checked}`, left, below.y + 66);
  } else {
    text(ctx, "none has come yet", left, below.y + 40, { colour: COLOURS.grey });
  }
  return [timeRegion(below, record.origins)];
}

/** The area between two rows of quantiles. */
function drawFan(ctx, plot, start, low, high) {
  ctx.beginPath();
  low.forEach((value, n) => ctx.lineTo(plot.x(start + n + 0.5), plot.y(value)));
  for (let n = high.length - 1; n >= 0; n--) ctx.lineTo(plot.x(start + n + 0.5), plot.y(high[n]));
  ctx.closePath();
  ctx.fillStyle = "rgb(0 114 178 / 20%)";
  ctx.fill();
}

function readForecast({ t, horizon, model, data }, record) {
  const k = horizon - 1;
  const origin = data.length - 1 + t;
  const months = horizon === 1 ? "1 month" : `${horizon} months`;
  const [outer] = record.bands;
  const range = outer ? `, with 90 % between ${format(outer[0][k], 0)} and ${format(outer[1][k], 0)}` : "";
  const soFar = record.checked
    ? `Of ${record.checked} such forecasts that have come by now the error (RMSE) is ${format(record.error, 1)}; ` +
      `of persistence ${format(record.reference, 1)}.`
    : "No such forecast has come yet, so there is no error to tell.";
  return (
    `From ${monthName(data, origin)}, ${months} ahead, ${monthName(data, origin + horizon)}: ${model} says ` +
    `${format(record.said[k], 0)}${range}. It came ${format(record.came[k], 0)}. ${soFar}`
  );
}

/** @type {import("./main.js").View} */
export const forecastView = { height: 612, compute: computeForecast, draw: drawForecast, readout: readForecast };
