// What the view of a text makes of states: {data, states, widths} in, [{values, expected, readout, pictures, ...}, ...] out.

import { readFileSync } from "node:fs";

import { textView } from "../../../lstm_jax/course/explorers/js/text.js";
import { paper } from "./paper.mjs";

/** Bytes come in base64; as in the page, they do not begin at the start of a buffer. */
const revive = (_, value) => {
  if (value?.bytes === undefined) return value;
  const bytes = Uint8Array.from([0, ...Buffer.from(value.bytes, "base64")]);
  return new DataView(bytes.buffer, 1);
};

const { data, states, widths } = JSON.parse(readFileSync(0, "utf8"), revive);
let before = null;
const answers = states.map((given) => {
  const state = { data, ...given };
  const record = textView.compute(state, before);
  before = record;
  const pictures = widths.map((width) => {
    const { ctx, labels, fills } = paper();
    const regions = textView.draw(ctx, state, record, width);
    const points = (given.points ?? []).map(([x, y, pressed]) => {
      const region = regions.find((box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height);
      const place = region && [(x - region.x) / region.width, (y - region.y) / region.height];
      return (region && region.at(place, pressed ? place : null, state)) ?? null;
    });
    return { width, height: textView.height, labels, fills, points, regions };
  });
  const acts = Object.entries(textView.actions).map(([name, act]) => [name, act(state, record)]);
  const { shown, first, t, count, expected, next, came, known, values, kept, followed } = record;
  return {
    shown, first, t, count, expected, next, known, pictures,
    came: Number.isNaN(came) ? null : came,
    values: [...values],
    kept: kept && [...kept.values],
    followed: [...followed],
    idle: textView.idle(state),
    readout: textView.readout(state, record),
    actions: Object.fromEntries(acts),
  };
});
process.stdout.write(JSON.stringify(answers));
