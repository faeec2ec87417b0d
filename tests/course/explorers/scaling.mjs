// What the view of scaling makes of states: {data, states, widths} in, [{record, readout, pictures, orders}, ...] out.

import { readFileSync } from "node:fs";

import { scalingView } from "../../../lstm_jax/course/explorers/js/scaling.js";
import { paper } from "./paper.mjs";

const { data, states, widths } = JSON.parse(readFileSync(0, "utf8"));
const answers = states.map((given) => {
  const state = { data, ...given };
  const record = scalingView.compute(state);
  const pictures = widths.map((width) => {
    const { ctx, labels, shapes } = paper();
    scalingView.draw(ctx, state, record, width);
    return { width, height: scalingView.height, labels, shapes };
  });
  const orders = Object.values(scalingView.actions).map((action) => action(state, record).order);
  return { record, readout: scalingView.readout(state, record), pictures, orders };
});
process.stdout.write(JSON.stringify(answers));
