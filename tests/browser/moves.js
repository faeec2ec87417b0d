// For test_explorers.py: many random moves of all that can be moved in some explorers.

window.moves = {
  /** Each frame moves `perFrame` controls of each root; `random` gives numbers from 0 to 1. */
  async many(roots, count, perFrame, random) {
    const pick = (list) => list[Math.floor(random() * list.length)];
    const one = (root) => {
      const control = pick([...root.querySelectorAll("input:enabled, button")]);
      if (control.type === "range") {
        control.value = Number(control.min) + random() * (control.max - control.min);
        control.dispatchEvent(new Event("input", { bubbles: true }));
      } else {
        control.click();
      }
    };
    for (let done = 0; done < count; done += perFrame) {
      for (const root of roots) for (let n = 0; n < perFrame; n += 1) one(root);
      await new Promise(requestAnimationFrame);
    }
  },

  /** A small generator that starts anew from its seed (mulberry32). */
  seeded(seed) {
    return () => {
      seed = (seed + 0x6d2b79f5) | 0;
      let z = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      z ^= z + Math.imul(z ^ (z >>> 7), 61 | z);
      return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
    };
  },
};
