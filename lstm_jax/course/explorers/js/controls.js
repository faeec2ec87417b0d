// The controls around a picture: sliders, choices, buttons, the player, the read-out. Plain DOM,
// native inputs, so that keyboards and screen readers work as everywhere else.

/** @typedef {import("./main.js").Values} Values */

/**
 * What one control is; declared in Python (explorers/controls.py).
 * @typedef {object} ControlSpec
 * @property {string} name of the trait
 * @property {"slider"|"choice"|"text"|"numbers"} kind numbers have no control: they are drawn
 * @property {string} [label]
 * @property {number} [low] slider
 * @property {number} [high] slider
 * @property {number} [step] slider
 * @property {string[]} [options] choice
 * @property {number} [longest] text: how many characters it may have
 * @property {number} [lines] text: how many are in sight
 * @property {object} [shows] text: traits that are set when it is typed
 * @property {*} start value when the explorer was made
 */

/**
 * Make an element: properties are set, attributes with a hyphen too, children appended.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Values} [properties]
 * @param {(Node|string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/** JupyterLab would take the arrow keys and the space for itself, unless the element says no. */
export const KEEP_KEYS = { "data-lm-suppress-shortcuts": "true" };

/**
 * @param {ControlSpec} spec
 * @param {(values: Values) => void} change
 * @returns {{element: HTMLElement, inputs: HTMLInputElement[], show: (value: *) => void}}
 */
function slider({ name, label, low, high, step }, change) {
  const input = make("input", { type: "range", min: low, max: high, step, ...KEEP_KEYS });
  input.dataset.control = name;
  const number = make("output");
  const decimals = Number.isInteger(step) ? 0 : String(step).split(".")[1].length;
  input.addEventListener("input", () => change({ [name]: input.valueAsNumber }));
  return {
    element: make("label", { className: "lstm-slider" }, make("span", {}, label), input, number),
    inputs: [input],
    show(value) {
      input.value = value;
      number.value = value.toFixed(decimals).replace("-", "−");
    },
  };
}

/** As `slider`: all options in sight, side by side. */
function choice({ name, label, options }, change) {
  // Radio buttons belong together by a name, over the whole page: it must differ between views.
  const group = `lstm-${name}-${Math.random()}`;
  const inputs = options.map((option) => {
    const input = make("input", { type: "radio", name: group, value: option, ...KEEP_KEYS });
    input.dataset.control = name;
    input.addEventListener("change", () => change({ [name]: option }));
    return input;
  });
  const labels = inputs.map((input) => make("label", {}, input, make("span", {}, input.value)));
  return {
    element: make(
      "div",
      { className: "lstm-choice", role: "radiogroup", "aria-label": label },
      make("span", {}, label),
      ...labels,
    ),
    inputs,
    show(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}

/** As `slider`: a line, or some lines, read while they are typed. */
function textField({ name, label, longest, lines, shows }, change) {
  const input = make(lines > 1 ? "textarea" : "input", {
    ...(lines > 1 ? { rows: lines } : { type: "text" }),
    maxLength: longest, spellcheck: false, autocomplete: "off", ...KEEP_KEYS,
  });
  input.dataset.control = name;
  const typed = () => change({ [name]: input.value, ...shows });
  input.addEventListener("input", typed);
  input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.isComposing || lines === 1) return;
    event.preventDefault(); // JupyterLab would swallow it: a line break is typed here
    input.setRangeText("\n", input.selectionStart, input.selectionEnd, "end");
    typed();
  });
  return {
    element: make("label", { className: "lstm-text" }, make("span", {}, label), input),
    inputs: [input],
    show(value) {
      if (input.value !== value) input.value = value; // else the caret would jump to the end
    },
  };
}

const KINDS = { slider, choice, text: textField };

function button(label, onclick, properties = {}) {
  return make("button", { type: "button", textContent: label, onclick, ...KEEP_KEYS, ...properties });
}

/**
 * All that stands above the picture.
 * @param {object} parts
 * @param {ControlSpec[]} parts.specs
 * @param {string[]} parts.presets names
 * @param {Object<string, string>} parts.buttons names and labels
 * @param {(values: Values) => void} parts.change sets traits
 * @param {(name: string) => void} parts.press further buttons
 * @param {() => void} parts.reset
 * @param {() => Values} parts.read the state
 * @returns {{element: HTMLElement, show: (state: Values, nothingToMove?: string[]) => void}} `show`
 *   greys out the controls named second
 */
export function controlPanel({ specs, presets, buttons, change, press, reset, read }) {
  const controls = specs
    .filter((spec) => spec.kind in KINDS)
    .map((spec) => ({ ...spec, ...KINDS[spec.kind](spec, change) }));
  const time = controls.find(({ name }) => name === "t");
  const elements = (wanted) =>
    controls.filter(({ kind, name }) => kind === wanted && name !== "t").map(({ element }) => element);
  const move = (by) => {
    const { t, last } = read();
    change({ t: Math.min(last, Math.max(0, t + by)), playing: false });
  };
  const play = button("▶ play", () => change({ playing: !read().playing }), { className: "lstm-play" });
  const presetButtons = presets.map((name) => button(name, () => change({ preset: name })));

  const element = make(
    "div",
    { className: "lstm-panel" },
    make("div", { className: "lstm-controls" }, ...elements("text")),
    make("div", { className: "lstm-controls" }, ...elements("slider")),
    make("div", { className: "lstm-controls" }, ...elements("choice")),
    make(
      "div",
      { className: "lstm-row" },
      button("◀", () => move(-1), { "aria-label": "one step back" }),
      play,
      button("▶", () => move(+1), { "aria-label": "one step on" }),
      time.element,
      button("reset", reset),
      ...Object.entries(buttons).map(([name, label]) => button(label, () => press(name))),
    ),
    make(
      "div",
      { className: "lstm-row", role: "group", "aria-label": "presets" },
      make("span", {}, "show"),
      ...presetButtons,
    ),
  );
  let idle = [];
  // Not the one that has the focus: the page would send its keys to the notebook.
  const greyOut = () => {
    for (const { name, inputs } of controls) {
      const isIdle = idle.includes(name);
      for (const input of inputs) input.disabled = isIdle && input !== document.activeElement;
    }
  };
  element.addEventListener("focusout", greyOut);
  return {
    element,
    show(state, nothingToMove = []) {
      time.inputs[0].max = state.last;
      for (const { name, show } of controls) show(state[name]);
      idle = nothingToMove;
      greyOut();
      play.textContent = state.playing ? "❚❚ pause" : "▶ play";
      for (const each of presetButtons) {
        each.setAttribute("aria-pressed", String(each.textContent === state.preset));
      }
    },
  };
}
