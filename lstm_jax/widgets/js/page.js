// An explorer in a page by itself, without Jupyter and without a network: see page.py.

import { initialize, render } from "./main.js";

/** Bytes as a notebook would bring them; everything else as JSON has it. */
const reviveBytes = (_, value) =>
  typeof value?.base64 === "string"
    ? new DataView(Uint8Array.from(atob(value.base64), (sign) => sign.charCodeAt(0)).buffer)
    : value;

/** What main.js needs of a Jupyter model: values, and who wants to know when they change. */
class PlainModel {
  #state;
  #listeners = {};

  constructor(state) {
    this.#state = state;
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

const model = new PlainModel(JSON.parse(document.getElementById("state").textContent, reviveBytes));
initialize({ model });
render({ model, el: document.body });
