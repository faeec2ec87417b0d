// What the view of a sentence makes of states: [state, ...] in, [{readout, current, labels, ...}, ...] out.

import { readFileSync } from "node:fs";

import { sentenceView } from "../../../lstm_jax/course/explorers/js/sentence.js";
import { paper } from "./paper.mjs";

const answers = JSON.parse(readFileSync(0, "utf8")).map((state) => {
  const record = sentenceView.compute(state);
  const pictures = [900, 1240].map((width) => {
    const { ctx, labels } = paper();
    const regions = sentenceView.draw(ctx, state, record, width);
    return { width, height: sentenceView.height, labels, regions };
  });
  return { readout: sentenceView.readout(state, record), current: record.current, t: record.t, pictures };
});
process.stdout.write(JSON.stringify(answers));
