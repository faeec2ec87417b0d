// Questions as JSON on stdin, what the modules answer as JSON on stdout.

import { readFileSync } from "node:fs";

import { gradientFlow, halfLife, trace } from "../../../lstm_jax/course/explorers/js/cells.js";
import { largestSingularValue } from "../../../lstm_jax/course/explorers/js/matrices.js";

const { cases, matrices, gates } = JSON.parse(readFileSync(0, "utf8"));

const answers = {
  cases: cases.map(({ params, xs, T, state, clamps }) => {
    const record = trace(params, xs, { T, state, clamps });
    return {
      record,
      flow: gradientFlow(params, xs, record),
      freeFlow: gradientFlow(params, xs, trace(params, xs, { state })),
    };
  }),
  norms: matrices.map(({ n, entries }) => largestSingularValue(Float64Array.from(entries), n)),
  halfLives: gates.map(halfLife),
};

/** JSON has no typed arrays, no infinity and no NaN. */
function plain(key, value) {
  if (ArrayBuffer.isView(value)) return Array.from(value);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

process.stdout.write(JSON.stringify(answers, plain));
