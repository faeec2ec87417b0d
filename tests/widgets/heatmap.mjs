// What heatMap fills: [{box, values, T, H, first}, ...] in, [[{left, ..., colour}, ...], ...] out.
// The colour of a value is the value.

import { readFileSync } from "node:fs";

import { heatMap } from "../../lstm_jax/widgets/js/draw.js";
import { paper } from "./paper.mjs";

const answers = JSON.parse(readFileSync(0, "utf8")).map(({ box, values, ...sizes }) => {
  const { ctx, fills } = paper();
  heatMap(ctx, box, values, { ...sizes, colourOf: (value) => value });
  return fills;
});
process.stdout.write(JSON.stringify(answers));
