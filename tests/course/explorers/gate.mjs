// What the gate's view makes of states: [state, ...] in, [{gate, c, h, readout}, ...] out.

import { readFileSync } from "node:fs";
import { gateView } from "../../../lstm_jax/course/explorers/js/gate.js";

const answers = JSON.parse(readFileSync(0, "utf8")).map((state) => {
  const record = gateView.compute(state);
  const [gate, c, h] = [record.gate, record.c, record.h].map((values) => [...values]);
  return { gate, c, h, z: record.z, readout: gateView.readout(state, record) };
});
console.log(JSON.stringify(answers));
