// What the gradient's view makes of states: {data, states} in, [{rnn, lstm, paths, kept, ...}, ...] out.

import { readFileSync } from "node:fs";

import { gradientView } from "../../lstm_jax/widgets/js/gradient.js";

const { data, states } = JSON.parse(readFileSync(0, "utf8"));
for (const kind of ["rnn", "lstm"]) {
  const bytes = Uint8Array.from([0, ...data[kind]]); // as in the page: not at the start of a buffer
  data[kind] = new DataView(bytes.buffer, 1);
}
const answers = states.map((each) => {
  const state = { ...each, data };
  const record = gradientView.compute(state);
  const keep = gradientView.actions.keep(state, record);
  return { ...record, readout: gradientView.readout(state, record), keep };
});

/** JSON has no typed arrays. */
const plain = (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value);

process.stdout.write(JSON.stringify(answers, plain));
