// The slides of a page: one at a time, each as large as the screen lets it be. See page.py.

const DESIGN = { width: 1920, height: 1080 }; // what the sizes in slides.css are made for
const LARGEST = 1.2; // a short slide grows
const SMALLEST = 0.6; // a long one shrinks, and below this it scrolls
const STEP = 0.05;

const slides = [...document.querySelectorAll("main > section > section")];
const opening = slides.filter((slide) => slide === slide.parentElement.firstElementChild);
const [back, forth] = document.querySelectorAll("nav button");
const counter = document.querySelector("nav output");
let current = 0;

/** Is all of it in view, and of what scrolls by itself too? */
function fits(slide) {
  const parts = [slide, ...slide.querySelectorAll("pre, .jp-InputArea-editor, .jp-OutputArea-output")];
  return parts.every((part) => part.scrollHeight <= part.clientHeight + 1 && part.scrollWidth <= part.clientWidth + 1);
}

/** Zoom a slide until it fits. */
function fit(slide) {
  const screen = Math.min(innerWidth / DESIGN.width, innerHeight / DESIGN.height);
  slide.classList.remove("scrolls");
  let scale = LARGEST;
  for (; scale >= SMALLEST - STEP / 2; scale -= STEP) {
    const zoom = screen * scale;
    Object.assign(slide.style, { zoom, width: `${innerWidth / zoom}px`, height: `${innerHeight / zoom}px` });
    if (fits(slide)) break;
  }
  slide.dataset.scale = scale.toFixed(2);
  slide.classList.toggle("scrolls", scale < SMALLEST - STEP / 2);
}

function show(index) {
  slides[current].classList.remove("shown");
  current = Math.max(0, Math.min(index, slides.length - 1));
  fit(slides[current]);
  slides[current].classList.add("shown");
  counter.textContent = `${current + 1} / ${slides.length}`;
  history.replaceState(null, "", `#${current + 1}`);
}

/** The slide that opens the section after this one, or, `step` being -1, this one or the one before. */
function section(step) {
  const starts = opening.map((slide) => slides.indexOf(slide));
  return step > 0 ? starts.find((start) => start > current) : starts.findLast((start) => start < current);
}

const MOVES = {
  ArrowRight: () => current + 1,
  PageDown: () => current + 1,
  " ": () => current + 1,
  ArrowLeft: () => current - 1,
  PageUp: () => current - 1,
  ArrowDown: () => section(1) ?? current,
  ArrowUp: () => section(-1) ?? current,
  Home: () => 0,
  End: () => slides.length - 1,
};

addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.activeElement?.blur();
  if (event.target.closest("input, textarea, select, button, summary") || !(event.key in MOVES)) return;
  event.preventDefault();
  show(MOVES[event.key]());
});
back.addEventListener("click", () => (show(current - 1), back.blur()));
forth.addEventListener("click", () => (show(current + 1), forth.blur()));
addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1));
addEventListener("resize", () => show(current));
for (const code of document.querySelectorAll("main details")) {
  code.addEventListener("toggle", () => fit(code.closest("main > section > section")));
}
for (const slide of slides) fit(slide); // an explorer draws itself in the size that it will have
show((Number(location.hash.slice(1)) || 1) - 1);
