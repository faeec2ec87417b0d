// What the gradient's view makes of states: {data, states} in, [{rnn, lstm, paths, kept, ...}, ...] out.

import { readFileSync } from "node:fs";

import { gradientView } from "../../../lstm_jax/course/explorers/js/gradient.js";

const { data, states } = JSON.parse(readFileSync(0, "utf8"));
for (const kind of ["rnn", "lstm"].filter((each) => each in data)) {
  const bytes = Uint8Array.from([0, ...data[kind]]); // as in the page: not at the start of a buffer
  data[kind] = new DataView(bytes.buffer, 1);
}
/** The networks as JSON can say them. */
const plainNetworks = (networks) =>
  networks && {
    rnn: networks.rnn.params,
    lstm: networks.lstm?.params,
    f: networks.lstm?.f,
    paths: { rnn: networks.rnn.total, lstm: networks.lstm?.total, direct: networks.lstm?.direct },
  };

let before = null;
const answers = states.map((each) => {
  const state = { ...each, data };
  const record = gradientView.compute(state, null);
  const followed = gradientView.compute(state, before); // as in the page, where one follows another
  const reused = ["now", "kept"].map((part) =>
    ["rnn", "lstm"].filter((kind) => before?.[part] && followed[part]?.[kind] === before[part][kind]),
  );
  before = followed;
  return {
    ...plainNetworks(record.now),
    kept: plainNetworks(record.kept),
    followed: { ...plainNetworks(followed.now), kept: plainNetworks(followed.kept) },
    reused: { now: reused[0], kept: reused[1] },
    readout: gradientView.readout(state, record),
    keep: gradientView.actions.keep(state, record),
  };
});

/** JSON has no typed arrays. */
const plain = (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value);

process.stdout.write(JSON.stringify(answers, plain));
