// Explorers in a page without Jupyter and without a network: see page.py. The page holds their states
// and the places of their views in the form in which Jupyter embeds widgets.

import { initialize, render } from "./main.js";

const STATES = 'script[type="application/vnd.jupyter.widget-state+json"]';
const VIEWS_IN_PAGE = 'script[type="application/vnd.jupyter.widget-view+json"]';

/** What main.js needs of a Jupyter model: values, and who wants to know when they change. */
class PlainModel {
  #state;
  #listeners = {};

  /** `buffers` are the bytes in the state, in base64, each with the path to its place. */
  constructor({ state, buffers = [] }) {
    this.#state = state;
    for (const { data, path } of buffers) {
      const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
      const parent = path.slice(0, -1).reduce((part, key) => part[key], state);
      parent[path.at(-1)] = new DataView(bytes.buffer);
    }
  }

  get(name) {
    return this.#state[name];
  }

  set(name, value) {
    if (this.#state[name] === value) return;
    this.#state[name] = value;
    for (const listener of this.#listeners[`change:${name}`] ?? []) listener();
  }

  on(event, listener) {
    (this.#listeners[event] ??= []).push(listener);
  }

  off(event, listener) {
    this.#listeners[event] = (this.#listeners[event] ?? []).filter((each) => each !== listener);
  }

  save_changes() {} // there is nobody to tell
}

const models = {};
for (const [id, saved] of Object.entries(JSON.parse(document.querySelector(STATES).textContent).state)) {
  models[id] = new PlainModel(saved);
  initialize({ model: models[id] });
}
for (const view of document.querySelectorAll(VIEWS_IN_PAGE)) {
  render({ model: models[JSON.parse(view.textContent).model_id], el: view.parentElement });
}
