// What the view of a trained cell makes of states: {data, states, answers} in, [{trace, answers, ...}, ...] out.

import { readFileSync } from "node:fs";

import { isAnswered } from "../../../lstm_jax/course/explorers/js/answers.js";
import { trainedView } from "../../../lstm_jax/course/explorers/js/trained.js";
import { paper } from "./paper.mjs";

/** As in the page: a view of a larger buffer, not at its start. */
const bytes = (list) => new DataView(Uint8Array.from([0, ...list]).buffer, 1);

/** A list of bytes comes as {bytes: [...]}. */
const revive = (_, value) => (value?.bytes ? bytes(value.bytes) : value);

const { data, states, widths } = JSON.parse(readFileSync(0, "utf8"), revive);
const answers = states.map((given) => {
  const state = { data, ...given };
  const record = trainedView.compute(state);
  const lists = ["i", "f", "g", "o", "c", "h", "answers", "influence"].map((name) => [name, [...record[name]]]);
  const pictures = widths.map((width) => {
    const { ctx, labels } = paper();
    trainedView.draw(ctx, state, record, width);
    return { width, height: trainedView.height, labels };
  });
  return {
    ...Object.fromEntries(lists),
    params: { w_x: [...record.params.w_x], w_h: [...record.params.w_h], b: [...record.params.b] },
    answered: isAnswered(state),
    idle: trainedView.idle(state),
    problem: trainedView.problem(state),
    readout: trainedView.readout(state, record),
    pictures,
  };
});
process.stdout.write(JSON.stringify(answers));
