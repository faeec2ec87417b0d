"""An explorer saved as a page of its own, opened from the disk with no network."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from lstm_jax import widgets
from lstm_jax.widgets.page import save_page


@pytest.mark.parametrize("name", widgets.__all__)
def test_saved_page_reacts_offline(name: str, context: BrowserContext, tmp_path: Path) -> None:
    save_page(getattr(widgets, name)(), tmp_path / "page.html")
    assert context.browser is not None
    offline = context.browser.new_context(offline=True)
    page = offline.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    page.goto((tmp_path / "page.html").as_uri())
    page.locator(".lstm-readout").filter(has_text=".").wait_for()
    candidate = page.locator("[data-control=clamp_gate][value=g]")
    if candidate.count():
        candidate.check(force=True)  # else the sliders for the holding have nothing to move
    picture = "() => document.querySelector('canvas').toDataURL()"
    for slider in page.locator("input[type=range]").all():
        before = page.evaluate(picture)
        at_end = slider.evaluate("each => each.value === each.max")
        slider.press("ArrowLeft" if at_end else "ArrowRight")
        page.wait_for_function(f"before => ({picture})() !== before", arg=before)
    offline.close()
    assert not problems
