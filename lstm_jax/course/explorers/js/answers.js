// What the kernel adds to a picture. See answers.py for the other side.

const LATE_MS = 1000; // after so long it is not slow, but gone

/**
 * Is what the kernel computed about the controls as they stand? It is as long as those it depends on
 * have not moved.
 */
export function isAnswered({ answer, ...state }) {
  return Object.entries(answer.of ?? { of: null }).every(([name, value]) => state[name] === value);
}

/** What buttons that give the kernel an order do, by their words; see `Order` in controls.py. */
export const orders = (words) =>
  Object.fromEntries(
    words.map((word) => [word, ({ order }) => ({ order: `${word} ${Number(order.split(" ")[1] ?? 0) + 1}` })]),
  );

/**
 * Watches over the answers of a model, if it has any.
 * @param {() => void} redraw
 * @returns {{wait: (state: any) => {waits: boolean, late: boolean}, stop: () => void}} wait: is
 *   there an answer to wait for, and has the kernel said nothing for so long that none will come
 */
export function watchAnswers(model, redraw) {
  let timer = 0;
  let late = false;
  const clear = () => {
    clearTimeout(timer);
    timer = 0;
    late = false;
  };
  const answered = () => {
    clear();
    redraw();
  };
  model.on("change:answer", answered);
  return {
    wait(state) {
      const waits = Boolean(state.answer) && !isAnswered(state);
      if (!waits) clear();
      else {
        timer ||= setTimeout(() => {
          late = true;
          redraw();
        }, LATE_MS);
      }
      return { waits, late };
    },
    stop() {
      clear();
      model.off("change:answer", answered);
    },
  };
}
