"""An explorer in the page: its sliders, and the picture that it shows."""

from heard import HeardPage
from playwright.sync_api import Locator, expect

# Equal pictures give equal sums of all their pixels; to encode them would take ten times as long.
PICTURE = """root => [...root.querySelectorAll('canvas')].map(canvas => {
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (const pixel of new Uint32Array(data.buffer)) sum = (Math.imul(sum, 31) + pixel) | 0;
    return sum;
}).join()"""
# In the next frame an explorer has followed what was done to it.
A_FRAME = "() => new Promise(requestAnimationFrame)"
IS_BLANK = """canvas => {
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const pixels = new Uint32Array(data.buffer);
    return pixels.every(pixel => pixel === pixels[0]);
}"""
HAS_FOCUS = "slider => slider === document.activeElement"


class Explorer:
    """One explorer of a page, scrolled to."""

    def __init__(self, page: HeardPage, root: Locator) -> None:
        self.page = page
        self.root = root
        root.scroll_into_view_if_needed()
        root.locator("canvas").first.wait_for()

    def sliders(self) -> list[Locator]:
        """The sliders that can be moved."""
        self.root.evaluate(A_FRAME)
        return self.root.locator("input[type=range]:visible:enabled").all()

    def presets(self) -> list[Locator]:
        """The buttons that show a preset each."""
        return self.root.get_by_role("group", name="presets").get_by_role("button").all()

    def restart(self) -> None:
        """Reset, and hold g where that can be chosen: then each slider has something to move."""
        self.root.get_by_role("button", name="reset").click()
        candidate = self.root.locator("[data-control=clamp_gate][value=g]")
        if candidate.count():
            candidate.check(force=True)  # its label covers it

    def picture(self) -> str:
        """A sum of all pixels, to compare with that of another moment."""
        total: str = self.root.evaluate(PICTURE)
        return total

    def readout(self) -> str:
        """What the picture shows, in words, once the kernel has added its part, if it has one."""
        words = self.root.locator(".lstm-readout")
        expect(words).not_to_contain_text("waits for the kernel")
        return words.inner_text()

    def is_blank(self) -> bool:
        """Is there nothing on one of the canvases?"""
        return any(canvas.evaluate(IS_BLANK) for canvas in self.root.locator("canvas").all())

    def changes_from(self, picture: str, seconds: float = 10) -> bool:
        """Wait until the picture differs from this one, at most so long; tell whether it does."""
        return self.page.until(lambda: self.picture() != picture, seconds)

    def press(self, slider: Locator) -> None:
        """Focus a slider and press the arrow key that has room: right, or left at its end."""
        value, end = (float(slider.evaluate(f"each => each.{name}")) for name in ("value", "max"))
        slider.press("ArrowLeft" if value >= end else "ArrowRight")

    def deaf_sliders(self) -> list[str]:
        """Press a key on each slider; returns the controls that leave the picture as it was."""
        self.restart()
        deaf = []
        for slider in self.sliders():
            before = self.picture()
            self.press(slider)
            if not self.changes_from(before):
                deaf.append(slider.get_attribute("data-control") or "")
        return deaf

    def drag(self, slider: Locator) -> None:
        """Drag the thumb with the mouse to the quarter of the slider that is farther away."""
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        assert box is not None, "a slider that is not on the screen cannot be dragged"
        share = slider.evaluate("each => (each.value - each.min) / (each.max - each.min)")
        target = 0.25 if share > 0.5 else 0.75
        mouse, y = slider.page.mouse, box["y"] + box["height"] / 2
        mouse.move(box["x"] + box["width"] * (0.02 + 0.96 * share), y)
        mouse.down()
        mouse.move(box["x"] + box["width"] * target, y, steps=8)
        mouse.up()


def has_focus(slider: Locator) -> bool:
    """Do keys go to this slider?"""
    focused: bool = slider.evaluate(HAS_FOCUS)
    return focused


def label(slider: Locator) -> str:
    """What stands beside the slider."""
    text: str = slider.evaluate("each => each.labels[0].textContent")
    return text


def explorers(page: HeardPage) -> list[Explorer]:
    """All explorers of a page, from top to bottom."""
    return [Explorer(page, root) for root in page.page.locator(".lstm-explorer").all()]


def press(shown: Explorer, label: str) -> None:
    """Press a button."""
    shown.root.get_by_role("button", name=label, exact=True).click()


def wait_for(shown: Explorer, words: str, seconds: float = 120) -> None:
    """Wait until the read-out says so."""
    expect(shown.root.locator(".lstm-readout")).to_contain_text(words, timeout=1000 * seconds)
