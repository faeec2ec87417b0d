// What the forecast view makes of states: [state, ...] in, [{said, came, bands, errors, readout}, ...] out.
// Bytes come as base64.

import { readFileSync } from "node:fs";
import { forecastView } from "../../../lstm_jax/course/explorers/js/forecast.js";

const bytes = (text) => {
  const buffer = Buffer.from(text, "base64");
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
};
const { data, states } = JSON.parse(readFileSync(0, "utf8"));
for (const name of ["series", "quantiles"]) data[name] = bytes(data[name]);
for (const name of Object.keys(data.forecasts)) data.forecasts[name] = bytes(data.forecasts[name]);

let before = null;
const answers = states.map((each) => {
  const state = { ...each, data };
  const record = forecastView.compute(state, before);
  before = record;
  const bands = record.bands.map((pair) => pair.map((row) => [...row]));
  return {
    said: [...record.said], came: [...record.came], known: [...record.known], bands,
    error: Number.isNaN(record.error) ? null : record.error,
    readout: forecastView.readout(state, record),
  };
});
console.log(JSON.stringify(answers));
