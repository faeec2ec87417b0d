// What the decay view makes of states: {data, states} in, [{h, weights, half, readout, labels, ...}, ...] out.
// The series comes as base64.

import { readFileSync } from "node:fs";

import { decayView } from "../../../lstm_jax/course/explorers/js/decay.js";
import { paper } from "./paper.mjs";

const { data, states } = JSON.parse(readFileSync(0, "utf8"));
const { buffer, byteOffset, byteLength } = Buffer.from(data.series, "base64");
data.series = new DataView(buffer, byteOffset, byteLength);

let before = null;
const answers = states.map((each) => {
  const state = { ...each, data };
  const record = decayView.compute(state, before);
  before = record;
  const { ctx, labels } = paper();
  decayView.draw(ctx, state, record, 900);
  return {
    h: [...record.h], weights: [...record.weights], half: record.half === Infinity ? null : record.half,
    readout: decayView.readout(state, record), labels, width: 900, height: decayView.height,
  };
});
process.stdout.write(JSON.stringify(answers));
