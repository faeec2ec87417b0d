// What the view of training makes of states: {data, states, widths} in, [{record, readout, pictures, orders}, ...] out.

import { readFileSync } from "node:fs";

import { trainingView } from "../../../lstm_jax/course/explorers/js/training.js";
import { paper } from "./paper.mjs";

/** A list of bytes comes as {bytes: [...]}; as in the page, it is not at the start of a buffer. */
const revive = (_, value) => (value?.bytes ? new DataView(Uint8Array.from([0, ...value.bytes]).buffer, 1) : value);

const { data, states, widths } = JSON.parse(readFileSync(0, "utf8"), revive);
const answers = states.map((given) => {
  const state = { data, ...given };
  const record = trainingView.compute(state);
  const pictures = widths.map((width) => {
    const { ctx, labels } = paper();
    trainingView.draw(ctx, state, record, width);
    return { width, height: trainingView.height, labels };
  });
  const orders = Object.values(trainingView.actions).map((action) => action(state, record).order);
  return { record, readout: trainingView.readout(state, record), idle: trainingView.idle(state), pictures, orders };
});
process.stdout.write(JSON.stringify(answers));
