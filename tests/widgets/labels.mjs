// Where the diagram puts words and nodes at some widths: [width, ...] in, [[width, labels, nodes], ...] out.

import { readFileSync } from "node:fs";

import { drawDiagram } from "../../lstm_jax/widgets/js/diagram.js";

const EM = 0.58; // of a bold letter of Arial, on average
const long = { cBefore: -60, kept: -60, c: -60, h: -0.88, hBefore: -0.88, squashed: -0.88, x: -0.88 };
const held = { i: true, f: true, g: true, o: true };
const values = { ...long, f: 0.88, i: 0.88, g: -0.88, o: 0.88, written: -0.88, held };

/** A context that notes words, circles and the bars of gates, and draws nothing. */
function notebook() {
  const [labels, nodes] = [[], []];
  const size = () => Number(ctx.font.match(/(\d+)px/)[1]);
  const ctx = {
    measureText: (words) => ({ width: EM * size() * words.length }),
    fillText(words, x, y) {
      if (["×", "+", "tanh"].includes(words)) return; // these name their node
      const { width } = ctx.measureText(words);
      const left = { left: x, center: x - width / 2, right: x - width }[ctx.textAlign];
      const [top, bottom] = [y - 0.72 * size(), y + 0.22 * size()];
      labels.push({ words, size: size(), left, right: left + width, top, bottom });
    },
    arc: (x, y, r) => ctx.ellipse(x, y, r, r),
    ellipse: (x, y, a, b) => nodes.push({ left: x - a, right: x + a, top: y - b, bottom: y + b }),
    strokeRect: (x, y, w, h) => nodes.push({ left: x, right: x + w, top: y, bottom: y + h }),
  };
  const nothing = ["beginPath", "moveTo", "lineTo", "stroke", "fill", "fillRect", "save", "restore"];
  for (const name of nothing) ctx[name] = () => {};
  return { ctx, labels, nodes };
}

const answers = JSON.parse(readFileSync(0, "utf8")).map((width) => {
  const { ctx, labels, nodes } = notebook();
  drawDiagram(ctx, values, width);
  return [width, labels, nodes];
});
process.stdout.write(JSON.stringify(answers));
