// What heatMap fills: [{box, values, T, H, first, density}, ...] in, [[{left, ..., colour}, ...], ...]
// out, in pixels of the screen. The colour of a value is the value.

import { readFileSync } from "node:fs";

import { heatMap } from "../../../lstm_jax/course/explorers/js/draw.js";
import { paper } from "./paper.mjs";

const answers = JSON.parse(readFileSync(0, "utf8")).map(({ box, values, density, ...sizes }) => {
  const { ctx, fills } = paper(density);
  heatMap(ctx, box, values, { ...sizes, colourOf: (value) => value });
  const onScreen = (place) => Number((place * density).toFixed(9)); // no whole pixel stays no whole pixel
  return fills.map(({ colour, ...edges }) => ({
    colour,
    ...Object.fromEntries(Object.entries(edges).map(([edge, place]) => [edge, onScreen(place)])),
  }));
});
process.stdout.write(JSON.stringify(answers));
