// A sentence, read word by word: the words in the colours of the answer so far, the answer over the
// steps, padding included, and what each word adds to it. The kernel computes all three.

import { isAnswered } from "./answers.js";
import {
  bars, COLOURS, cursor, curve, dot, format, frame, largest, percent, roundLimit, signedColour, text,
} from "./draw.js";
import { timeRegion, timeTicks } from "./sequence.js";

const SENTENCE_HEIGHT = 588;
const WORD_LINE = { top: 8, pitch: 40, height: 32, pad: 8, gap: 6, lines: 5 };
const SENTENCE_PLOT = { left: 66, top: 252, height: 120, gap: 44 };

/** The answer as the picture needs it; `current` is false while the kernel computes a new one. */
function computeSentence(state) {
  const { words = [], known = [], probability = [], adds = [], cut = false } = state.answer;
  const t = Math.min(state.t, probability.length - 1);
  return { words, known, probability, adds, cut, t, current: isAnswered(state) };
}

function drawSentence(ctx, state, record, width) {
  const { words, probability, adds, t } = record;
  if (!words.length) {
    text(ctx, "Type a sentence above: there is no word to read yet.", SENTENCE_PLOT.left, 60, { bold: true });
    return [];
  }
  const regions = drawWords(ctx, record, width);
  const [T, n] = [probability.length, words.length];
  const box = { x: SENTENCE_PLOT.left, width: width - SENTENCE_PLOT.left - 16, height: SENTENCE_PLOT.height };
  const x = [-0.5, T - 0.5];

  const answerBox = { ...box, y: SENTENCE_PLOT.top };
  const title = [["probability of positive, so far", record.current ? COLOURS.blue : COLOURS.stale]];
  if (T > n) title.push([`(${T - n} steps of padding, mask ${state.mask})`, COLOURS.grey]);
  const answer = frame(ctx, answerBox, { x, y: [0, 1], yTicks: [0, 0.5, 1], title });
  if (T > n) {
    ctx.fillStyle = "#F0F0F0";
    ctx.fillRect(answer.x(n - 0.5), answerBox.y + 1, answer.x(T - 0.5) - answer.x(n - 0.5) - 1, SENTENCE_PLOT.height - 2);
  }
  curve(ctx, answer, probability, { colour: record.current ? COLOURS.blue : COLOURS.stale, width: 4 });
  cursor(ctx, answerBox, t, T);
  dot(ctx, answer.x(t), answer.y(probability[t]), { radius: 8 });

  const addsBox = { ...box, y: answerBox.y + SENTENCE_PLOT.height + SENTENCE_PLOT.gap };
  const limit = roundLimit(largest(adds));
  const plot = frame(ctx, addsBox, {
    x,
    y: [-limit, limit],
    xTicks: timeTicks(T, T > 30 ? 10 : T > 12 ? 5 : 1),
    yTicks: [-limit, 0, limit],
    title: [["what each word adds to the score of the whole text", COLOURS.black]],
    xLabel: "word, from 0",
  });
  bars(ctx, plot, adds, (value) => signedColour(value, limit));
  cursor(ctx, addsBox, t, T);
  return [...regions, timeRegion(answerBox, T), timeRegion(addsBox, T)];
}

/** The words in lines, each on the colour of the answer after it; dashed where it is unknown. */
function drawWords(ctx, { words, known, probability, t, current }, width) {
  const regions = [];
  let [x, line] = [SENTENCE_PLOT.left, 0];
  for (const [place, word] of words.entries()) {
    const shown = word.length > 24 ? `${word.slice(0, 23)}…` : word;
    ctx.font = '18px "Helvetica Neue", Helvetica, Arial, sans-serif';
    const wide = ctx.measureText(shown).width + 2 * WORD_LINE.pad;
    if (x + wide > width - 16 && x > SENTENCE_PLOT.left) [x, line] = [SENTENCE_PLOT.left, line + 1];
    if (line === WORD_LINE.lines) break;
    const y = WORD_LINE.top + line * WORD_LINE.pitch;
    const likely = 2 * probability[place] - 1;
    ctx.fillStyle = current ? signedColour(likely) : "#EEEEEE";
    ctx.fillRect(x, y, wide, WORD_LINE.height);
    ctx.save();
    ctx.setLineDash(known[place] ? [] : [6, 5]);
    const here = place === t;
    Object.assign(ctx, {
      strokeStyle: here ? COLOURS.vermillion : COLOURS.grey,
      lineWidth: here ? 4 : known[place] ? 1 : 3,
    });
    ctx.strokeRect(x, y, wide, WORD_LINE.height);
    ctx.restore();
    const ink = current && Math.abs(likely) > 0.75 ? "white" : "black";
    text(ctx, shown, x + WORD_LINE.pad, y + 22, { colour: ink });
    regions.push({ x, y, width: wide, height: WORD_LINE.height, at: () => ({ t: place, playing: false }) });
    x += wide + WORD_LINE.gap;
  }
  return regions;
}

function sentenceReadout(state, record) {
  const { words, known, probability, adds, cut, t, current } = record;
  if (!words.length) return "There is no word to read. Type a sentence, such as: not bad at all.";
  if (!current) return state.late ? "The sentence needs the kernel." : "The sentence waits for the kernel.";
  const strange = known.filter((each) => !each).length;
  const here =
    t < words.length
      ? `After word ${t}, “${words[t]}”${known[t] ? "" : " (unknown)"}: ${percent(probability[t])} positive. ` +
        `It adds ${format(adds[t])} to the score.`
      : `After step ${t}, padding: ${percent(probability[t])} positive.`;
  const end = `In the end: ${percent(probability.at(-1))}, ${words.length} words, ${strange} unknown.`;
  return `${here} ${end}${cut ? " Only the first words are read." : ""}`;
}

/** @type {import("./main.js").View} */
export const sentenceView = {
  height: SENTENCE_HEIGHT,
  last: ({ answer: { probability = [] } }) => probability.length - 1,
  compute: computeSentence,
  draw: drawSentence,
  readout: sentenceReadout,
};
