// An explorer in the page: the model's traits in, a picture out. See explorer.py for the other side.

import { watchAnswers } from "./answers.js";
import { cellView } from "./cell.js";
import { controlPanel, KEEP_KEYS, make } from "./controls.js";
import { decayView } from "./decay.js";
import { clearCanvas } from "./draw.js";
import { forecastView } from "./forecast.js";
import { gateView } from "./gate.js";
import { gradientView, rnnGradientView } from "./gradient.js";
import { rnnView } from "./rnn.js";
import { scalingView } from "./scaling.js";
import { sentenceView } from "./sentence.js";
import { textView } from "./text.js";
import { trainedView } from "./trained.js";
import { trainingView } from "./training.js";

/**
 * Values by name. Each explorer has its own names, so TypeScript is not told which ones there are.
 * @typedef {any} Values
 */

/**
 * A part of the picture that answers the pointer. Places are shares of its width and height, from 0
 * at the upper left to 1; `last` is the place before while a button is held, else null; `now` is the state.
 * @typedef {object} Region
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {(place: [number, number], last: ?[number, number], now: Values) => ?Values} at
 *   the traits to set
 */

/**
 * How one explorer computes and draws. `state` holds the value of every control, `t` and its `last`
 * place, `preset`, `playing` and `data`, and where the kernel computes a part its `answer`, and
 * whether that is `late`; nothing else may be read, so that the picture is a function of the state.
 * @typedef {object} View
 * @property {number} height of the picture in px
 * @property {(state: Values) => string[]} [idle] the controls that have nothing to move now
 * @property {(state: Values) => number} [last] where the cursor ends, if before the end of its slider
 * @property {(state: Values) => string} [problem] why this state cannot be drawn, or ""
 * @property {(state: Values, before: ?Values) => Values} compute the record: all that the picture shows;
 *   `before`, the last record or null, is there to take from it what would come out the same
 * @property {(ctx: CanvasRenderingContext2D, state: Values, record: Values, width: number) => Region[]} draw
 * @property {(state: Values, record: Values) => string} readout the picture in words
 * @property {Object<string, (state: Values, record: Values) => Values>} [actions] by button: traits to set
 */

/** @type {Object<string, View>} */
const VIEWS = {
  cell: cellView, decay: decayView, forecast: forecastView, gate: gateView, gradient: gradientView, "gradient of the RNN": rnnGradientView,
  rnn: rnnView, scaling: scalingView, sentence: sentenceView, text: textView, trained: trainedView,
  training: trainingView,
};

const STEP_MS = 150; // one step of the player
const NARROWEST = 900; // px that a view needs; where there are less, its picture is drawn smaller

/** How large the picture is shown, as a share of the size in which it is drawn. */
const shownAs = (canvas) => Math.min(1, canvas.clientWidth / NARROWEST);

/** Set traits in the model, and those that follow from them. Saving is left to `render`. */
function setTraits(model, values) {
  const presets = Object.fromEntries(model.get("_presets"));
  const all = { ...(values.preset ? presets[values.preset] : {}), ...values };
  for (const [name, value] of Object.entries(all)) model.set(name, value);
  const cursorOnly = Object.keys(all).every((name) => name === "t" || name === "playing");
  if (cursorOnly) return;
  model.set("message", "");
  const wanted = Object.entries(presets[model.get("preset")] ?? {});
  const same = ([name, value]) => name === "t" || String(model.get(name)) === String(value);
  if (!wanted.every(same)) model.set("preset", "");
}

/** Send what changed. ipywidgets keeps one message in flight and merges what waits behind it. */
function save(model) {
  try {
    model.save_changes();
  } catch {
    // No kernel, as in an exported page: the picture needs none.
  }
}

/** The traits that a picture depends on, but for those that only the kernel sets. */
const watchedIn = (model) => [...model.get("controls").map(({ name }) => name), "preset", "playing", "message"];

/** The state of a model, its cursor at a place that the picture has. @returns {Values} */
function stateOf(model) {
  const { high } = model.get("controls").find(({ name }) => name === "t");
  const { last } = VIEWS[model.get("view")];
  const state = {};
  for (const name of [...watchedIn(model), "data", "answer"]) state[name] = model.get(name);
  state.last = last ? Math.max(0, Math.min(high, last(state))) : high;
  state.t = Math.min(state.t, state.last);
  return state;
}

/** Once for each model, however many views it has: the player. */
export function initialize({ model }) {
  let timer = null;
  const tick = () => {
    const { t, last } = stateOf(model);
    setTraits(model, t + 1 < last ? { t: t + 1 } : { t: last, playing: false });
    save(model);
  };
  const follow = () => {
    clearInterval(timer);
    timer = model.get("playing") ? setInterval(tick, STEP_MS) : null;
    const { t, last } = stateOf(model);
    if (timer && t >= last) setTraits(model, { t: 0 });
  };
  model.on("change:playing", follow);
  follow();
  return () => clearInterval(timer);
}

export function render({ model, el }) {
  const view = VIEWS[model.get("view")];
  const specs = model.get("controls");
  const watched = watchedIn(model);
  const read = () => stateOf(model);
  let record = null;
  let regions = [];
  let frame = 0;

  const change = (values) => setTraits(model, values); // the model then asks for a frame
  const canvas = make("canvas", { tabIndex: 0, role: "slider", "aria-label": "time step", ...KEEP_KEYS });
  // As high as what will be drawn, before it is: the page keeps its place, and slides find their size.
  Object.assign(canvas.style, { aspectRatio: `${NARROWEST} / ${view.height}`, maxHeight: `${view.height}px` });
  const readout = make("p", { className: "lstm-readout", "aria-live": "polite" });
  const message = make("p", { className: "lstm-message", role: "alert" });
  const panel = controlPanel({
    specs,
    presets: model.get("_presets").map(([name]) => name),
    buttons: model.get("buttons"),
    change,
    press: (name) => change(view.actions[name](read(), record)),
    reset: () => {
      const start = Object.fromEntries(specs.map((spec) => [spec.name, spec.start]));
      change({ ...start, preset: "", playing: false });
    },
    read,
  });
  const root = make("div", { className: "lstm-explorer" }, panel.element, message, canvas, readout);
  el.append(root);

  function draw() {
    frame = 0;
    // Before anything is written, or the page is laid out twice.
    const [width, scale] = [Math.max(canvas.clientWidth, NARROWEST), shownAs(canvas)];
    const state = read();
    const { waits, late } = answers.wait(state);
    state.late = late;
    readout.setAttribute("aria-busy", String(waits && !late)); // to be read aloud when it is whole
    panel.show(state, view.idle?.(state));
    const problem = view.problem?.(state);
    message.textContent = state.message || (problem ? `${problem}; the picture stays as it was` : "");
    if (problem && record) {
      save(model);
      return;
    }
    try {
      record = view.compute(state, record);
      // Scrolled away, the canvas may be out of the page and 0 wide: keep its picture for the return.
      if (scale) regions = view.draw(clearCanvas(canvas, width, view.height, scale), state, record, width);
    } catch (error) {
      message.textContent = `This cannot be drawn: ${error.message}`;
      throw error;
    }
    describe(view.readout(state, record), state);
    save(model);
  }
  function describe(words, { t, last, playing }) {
    readout.textContent = words;
    readout.setAttribute("aria-live", playing ? "off" : "polite");
    const aria = { valuemin: 0, valuemax: last, valuenow: t, valuetext: words };
    for (const [name, value] of Object.entries(aria)) canvas.setAttribute(`aria-${name}`, value);
    model.set("readout", words);
  }
  const schedule = () => {
    frame ||= requestAnimationFrame(draw);
  };
  for (const name of watched) model.on(`change:${name}`, schedule);
  const answers = watchAnswers(model, schedule);
  const resized = new ResizeObserver(schedule);
  resized.observe(canvas);

  listen(canvas, { regionAt: (x, y) => regions.find((region) => inside(region, x, y)), change, read });

  return () => {
    for (const name of watched) model.off(`change:${name}`, schedule);
    answers.stop();
    resized.disconnect();
    cancelAnimationFrame(frame);
  };
}

const inside = ({ x, y, width, height }, px, py) =>
  px >= x && px <= x + width && py >= y && py <= y + height;

/** Pointer and keys on the picture. */
function listen(canvas, { regionAt, change, read }) {
  let held = null; // the region in which a button went down, and the last place there
  const point = (event) => {
    const [x, y] = [event.offsetX, event.offsetY].map((place) => place / shownAs(canvas));
    const region = held?.region ?? regionAt(x, y);
    if (!region || (read().playing && !held)) return;
    const share = (value, from, size) => Math.min(1, Math.max(0, (value - from) / size));
    const place = [share(x, region.x, region.width), share(y, region.y, region.height)];
    if (event.type === "pointerdown") held = { region, place };
    const values = region.at(place, held?.place ?? null, read());
    if (held) held.place = place;
    if (values) change(values);
  };
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    point(event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      held = null;
    });
  }
  const keys = {
    ArrowLeft: ({ t }) => ({ t: Math.max(0, t - 1), playing: false }),
    ArrowRight: ({ t, last }) => ({ t: Math.min(last, t + 1), playing: false }),
    Home: () => ({ t: 0, playing: false }),
    End: ({ last }) => ({ t: last, playing: false }),
    " ": ({ playing }) => ({ playing: !playing }),
  };
  canvas.addEventListener("keydown", (event) => {
    const values = keys[event.key]?.(read());
    if (!values) return;
    event.preventDefault();
    change(values);
  });
}
