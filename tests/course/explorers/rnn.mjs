// What the RNN's view makes of states: {data, states} in, [{h, felt, readout}, ...] out.

import { readFileSync } from "node:fs";

import { rnnView } from "../../../lstm_jax/course/explorers/js/rnn.js";

const { data, states } = JSON.parse(readFileSync(0, "utf8"));
const bytes = Uint8Array.from([0, ...data.rnn]); // as in the page: not at the start of a buffer
data.rnn = new DataView(bytes.buffer, 1);

const answers = states.map((each) => {
  const state = { ...each, data };
  const record = rnnView.compute(state);
  return { h: Array.from(record.h), felt: record.felt, readout: rnnView.readout(state, record) };
});
process.stdout.write(JSON.stringify(answers));
