// The options of a question as buttons. See options.py for the other side.

const MOVES = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

function make(tag, className, properties = {}) {
  return Object.assign(document.createElement(tag), { className, ...properties });
}

/** What is said beside an option, once there is a verdict. */
function mark(isMeasured, isChosen) {
  if (isMeasured) return isChosen ? "✓ measured, as you predicted" : "✓ measured";
  return isChosen ? "your prediction" : "";
}

function render({ model, el }) {
  const note = make("p", "lstm-options-note", { role: "status" });
  const again = make("button", "lstm-options-again", { type: "button", textContent: "answer again" });
  const group = make("div", "lstm-options-group", { role: "radiogroup", ariaLabel: model.get("question") });
  const head = make("div", "lstm-options-head");
  head.append(note, again);

  const change = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const rows = model.get("options").map(([letter, html]) => {
    const button = make("button", "lstm-option", { type: "button", role: "radio" });
    const said = make("span", "lstm-option-mark");
    button.append(make("b", "", { textContent: letter }), make("span", "lstm-option-text", { innerHTML: html }), said);
    button.addEventListener("click", () => change({ chosen: letter }));
    group.append(button);
    return { letter, button, said };
  });
  again.addEventListener("click", () => {
    change({ measured: "", chosen: "" });
    rows[0].button.focus();
  });
  // JupyterLab has a use for each of these keys: to leave the cell, to edit it, to add one.
  group.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    const at = rows.findIndex(({ button }) => button === document.activeElement);
    const named = rows.find(({ letter }) => letter === `(${event.key})`);
    if (event.key in MOVES) rows[(at + MOVES[event.key] + rows.length) % rows.length].button.focus();
    else if (named) named.button.click();
    else if (event.key !== "Enter" && event.key !== " ") return;
    event.stopPropagation();
    if (event.key !== "Enter" && event.key !== " ") event.preventDefault(); // those two press the button
  });

  const draw = () => {
    const chosen = model.get("chosen");
    const measured = model.get("measured");
    note.textContent = model.get("note");
    again.hidden = !measured;
    for (const { letter, button, said } of rows) {
      const isChosen = letter === chosen;
      const isMeasured = letter === measured;
      button.disabled = Boolean(measured);
      button.ariaChecked = String(isChosen);
      button.classList.toggle("measured", isMeasured);
      button.classList.toggle("other", Boolean(measured) && isChosen && !isMeasured);
      said.textContent = measured ? mark(isMeasured, isChosen) : "";
    }
  };
  const names = ["chosen", "measured", "note"].map((name) => `change:${name}`);
  for (const name of names) model.on(name, draw);
  draw();
  el.classList.add("lstm-options");
  el.append(head, group);
  return () => {
    for (const name of names) model.off(name, draw);
  };
}

export default { render };
