// A canvas that draws nothing and notes where words, circles, rectangles and filled areas would stand.

const EM = 0.58; // of a bold letter of Arial, on average
const SILENT = ["beginPath", "moveTo", "lineTo", "stroke", "fill", "setLineDash"];

/**
 * @param {number} density pixels of the screen in one of the drawing
 * @returns {{ctx: object, labels: object[], shapes: object[], fills: object[]}} each with left, right,
 *   top, bottom; the fills in the order in which they cover each other, each with its colour
 */
export function paper(density = 1) {
  const [labels, shapes, fills] = [[], [], []];
  const shifts = [{ x: 0, y: 0 }]; // the last is where the drawing stands
  const size = () => Number(ctx.font.match(/(\d+)px/)[1]);
  const note = (list, { left, right, top, bottom, ...more }) => {
    const { x, y } = shifts.at(-1);
    list.push({ left: left + x, right: right + x, top: top + y, bottom: bottom + y, ...more });
  };
  const ctx = {
    measureText: (words) => ({ width: EM * size() * words.length }),
    fillText(words, x, y) {
      const { width } = ctx.measureText(words);
      const left = { left: x, center: x - width / 2, right: x - width }[ctx.textAlign];
      const middle = ctx.textBaseline === "middle" ? y + 0.25 * size() : y;
      const [top, bottom] = [middle - 0.72 * size(), middle + 0.22 * size()];
      note(labels, { words, size: size(), left, right: left + width, top, bottom });
    },
    arc: (x, y, r) => ctx.ellipse(x, y, r, r),
    ellipse: (x, y, a, b) => note(shapes, { left: x - a, right: x + a, top: y - b, bottom: y + b }),
    strokeRect: (x, y, w, h) => note(shapes, { left: x, right: x + w, top: y, bottom: y + h }),
    fillRect: (x, y, w, h) =>
      note(fills, { left: x, right: x + w, top: y, bottom: y + h, colour: ctx.fillStyle }),
    getTransform: () => ({ a: density }),
    save: () => shifts.push({ ...shifts.at(-1) }),
    restore: () => shifts.pop(),
    translate(dx, dy) {
      shifts.at(-1).x += dx;
      shifts.at(-1).y += dy;
    },
  };
  for (const name of SILENT) ctx[name] = () => {};
  return { ctx, labels, shapes, fills };
}
