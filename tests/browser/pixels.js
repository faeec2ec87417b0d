// For latency.py: how long until the pixels of an explorer answer its sliders, and the kernel too.

/* global pixels */
window.pixels = {
  /** A number that is the same for the same picture; null for a blank one. */
  hash(canvas) {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const words = new Uint32Array(data.buffer);
    let hash = 0;
    let blank = true;
    for (const word of words) {
      hash = (Math.imul(hash, 31) + word) | 0;
      if (word !== words[0]) blank = false;
    }
    return blank ? null : hash;
  },

  /** Move a slider as the mouse does, to a share of its way; false where its value stays. */
  move(slider, share) {
    const { value, min, max } = slider;
    slider.value = Number(min) + share * (max - min);
    if (slider.value === value) return false;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  },

  /** Once the next frame has been handed to the screen: a task queued in it runs after it. */
  painted() {
    return new Promise((resolve) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(null);
      });
    });
  },

  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),

  /** Milliseconds from a move to the frame with another picture; null for no move, 1000 for none. */
  async latency(slider, canvas, share) {
    const before = pixels.hash(canvas);
    await pixels.wait(20 + 17 * Math.random()); // a hand knows nothing of frames
    const start = performance.now();
    if (!pixels.move(slider, share)) return null;
    for (;;) {
      const passed = (await pixels.painted()) - start;
      if (pixels.hash(canvas) !== before || passed > 1000) return Math.min(passed, 1000);
    }
  },

  /** Milliseconds from a move to the frame with the kernel's answer; null if it is not asked. */
  async answer(slider, readout, share) {
    await pixels.wait(20 + 17 * Math.random());
    const start = performance.now();
    if (!pixels.move(slider, share)) return null;
    for (let asked = false; ; ) {
      const passed = (await pixels.painted()) - start;
      const waits = readout.getAttribute("aria-busy") === "true";
      asked ||= waits;
      if ((asked && !waits) || passed > 1000) return asked ? passed : null;
    }
  },

  /** Drag for one second: values it took, pictures shown, blank ones, and whether the last stays. */
  async drag(slider, canvas, moves) {
    pixels.move(slider, 0);
    await pixels.wait(200);
    const shown = new Set();
    let blank = 0;
    let watching = true;
    const watch = (async () => {
      let last = pixels.hash(canvas);
      while (watching) {
        await pixels.painted();
        const hash = pixels.hash(canvas);
        if (hash === null) blank += 1;
        else if (hash !== last) shown.add(hash);
        last = hash;
      }
      return last;
    })();
    let moved = 0;
    for (let n = 1; n <= moves; n += 1) {
      const next = performance.now() + 1000 / moves;
      moved += pixels.move(slider, n / (moves + 1));
      await pixels.wait(next - performance.now());
    }
    await pixels.wait(300);
    watching = false;
    const end = await watch;
    // The same value reached anew gives the same picture, if the drag ended on its last value.
    pixels.move(slider, 0);
    await pixels.painted();
    pixels.move(slider, moves / (moves + 1));
    await pixels.wait(200);
    return { moved, shown: shown.size, blank, settled: pixels.hash(canvas) === end };
  },
};
