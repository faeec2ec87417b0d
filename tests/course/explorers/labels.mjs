// Where the diagram puts words and nodes at some widths: [width, ...] in, [[width, labels, nodes], ...] out.

import { readFileSync } from "node:fs";

import { drawDiagram } from "../../../lstm_jax/course/explorers/js/diagram.js";
import { paper } from "./paper.mjs";

const long = { cBefore: -60, kept: -60, c: -60, h: -0.88, hBefore: -0.88, squashed: -0.88, x: -0.88 };
const held = { i: true, f: true, g: true, o: true };
const values = { ...long, f: 0.88, i: 0.88, g: -0.88, o: 0.88, written: -0.88, held };

const answers = JSON.parse(readFileSync(0, "utf8")).map((width) => {
  const { ctx, labels, shapes } = paper();
  drawDiagram(ctx, values, width);
  const namesOfNodes = ["×", "+", "tanh"];
  return [width, labels.filter(({ words }) => !namesOfNodes.includes(words)), shapes];
});
process.stdout.write(JSON.stringify(answers));
