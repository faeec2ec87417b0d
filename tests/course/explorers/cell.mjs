// What the cell's view makes of states: {data, states} in, [{values, problem, readout, ...}, ...] out.

import { readFileSync } from "node:fs";

import { cellView } from "../../../lstm_jax/course/explorers/js/cell.js";
import { diagramValues } from "../../../lstm_jax/course/explorers/js/diagram.js";

const { data, states } = JSON.parse(readFileSync(0, "utf8"));
// As in the page: a view of a larger buffer, not at its start.
const bytes = Uint8Array.from([0, ...data.weights]);
data.weights = new DataView(bytes.buffer, 1);

const answers = states.map((state) => {
  state.data = data;
  const record = cellView.compute(state);
  const everywhere = [];
  for (let t = 0; t < record.T; t++) {
    for (let unit = 0; unit < record.H; unit++) everywhere.push(diagramValues(record, record.xs, t, unit));
  }
  return {
    everywhere,
    values: record.values,
    problem: cellView.problem(state),
    idle: cellView.idle(state),
    readout: cellView.readout(state, record),
    params: { w_x: [...record.params.w_x], w_h: [...record.params.w_h], b: [...record.params.b] },
  };
});
process.stdout.write(JSON.stringify(answers));
