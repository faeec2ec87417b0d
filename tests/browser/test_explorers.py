"""Each explorer by itself: linked with Python, unharmed by bad values."""

import ast
from pathlib import Path
from typing import Any

import pytest
from explorer import Explorer, has_focus, label
from gallery import NAMES, explorer
from given import made
from lesson import Lesson
from playwright.sync_api import Locator, expect
from readouts import READOUTS, numbers

MOVES_JS = Path(__file__).with_name("moves.js").read_text(encoding="utf-8")
MOVES, PER_FRAME = 10_000, 50
STATE = "(NAME.readout, {each['name']: getattr(NAME, each['name']) for each in NAME.controls})"
MEGABYTES = "__import__('psutil').Process().memory_info().rss / 2**20"


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """Each explorer: its class, and the variable in the notebook."""
    return request.param


@pytest.fixture
def shown(page: Lesson, name: str) -> Explorer:
    """The explorer in the page, as it starts."""
    shown = explorer(page, name)
    shown.restart()
    return shown


def control(slider: Locator) -> str:
    """The trait that a slider moves."""
    return slider.get_attribute("data-control") or ""


def reaches_python(page: Lesson, trait: str, slider: Locator) -> bool:
    """Wait until the kernel has what the slider shows; tell whether it ever has."""
    wanted = slider.evaluate("each => each.valueAsNumber")
    return page.until(lambda: float(page.ask(trait)) == wanted, 20)


def in_kernel(page: Lesson, name: str) -> tuple[str, dict[str, Any]]:
    """The read-out and the controls of an explorer, as the kernel has them."""
    state: tuple[str, dict[str, Any]] = ast.literal_eval(page.ask(STATE.replace("NAME", name)))
    return state


def settle(page: Lesson, name: str, shown: Explorer) -> dict[str, Any]:
    """Wait until page and kernel have what the other adds; returns the controls in the kernel."""
    controls: dict[str, Any] = {}

    def agree() -> bool:
        readout, now = in_kernel(page, name)
        controls.update(now)
        return readout == shown.readout()

    assert page.until(agree, 20)
    return controls


def test_python_and_the_sliders_agree(page: Lesson, name: str, shown: Explorer) -> None:
    for slider in shown.sliders():
        trait = f"{name}.{control(slider)}"
        shown.press(slider)  # away from its low end
        assert reaches_python(page, trait, slider), trait
        before, low = shown.picture(), slider.get_attribute("min")
        page.ask("None", f"{trait} = {low}")
        expect(slider).to_have_value(str(low))
        assert shown.changes_from(before), trait


def test_values_on_screen_are_those_of_jax(page: Lesson, name: str, shown: Explorer) -> None:
    time, canvas = shown.root.locator("[data-control=t]"), shown.root.locator("canvas")
    for preset in shown.presets():
        preset.click()
        for slider in shown.sliders():
            shown.press(slider)
        for key in ("ArrowLeft", "End"):
            time.press(key)
            expect(canvas).to_have_attribute("aria-valuenow", time.input_value())
            same = made(name, **settle(page, name, shown))
            assert numbers(shown.readout()) == READOUTS[name](same), shown.readout()


def test_bad_value_shows_a_sentence(page: Lesson, name: str, shown: Explorer) -> None:
    slider = shown.sliders()[0]
    settle(page, name, shown)
    trait, before = f"{name}.{control(slider)}", shown.picture()
    page.ask("None", f"{trait} = float('nan')")
    expect(shown.root.get_by_role("alert")).to_contain_text(control(slider))
    assert shown.picture() == before
    shown.press(slider)
    assert shown.changes_from(before)
    expect(shown.root.get_by_role("alert")).to_be_hidden()


def test_controls_with_nothing_to_move_are_greyed_out(page: Lesson) -> None:
    shown = explorer(page, "CellExplorer")
    shown.restart()
    first, end = (shown.root.locator(f"[data-control=clamp_{name}]") for name in ("from", "to"))
    expect(first).to_be_enabled()
    first.focus()
    page.ask("None", "CellExplorer.clamp_gate = 'none'")
    expect(end).to_be_disabled()
    assert has_focus(first), "its keys go to the notebook"
    end.page.keyboard.press("Shift+Tab")
    expect(first).to_be_disabled()


def test_enter_breaks_the_line_of_a_text(page: Lesson) -> None:
    shown = explorer(page, "TextExplorer")
    shown.restart()
    field = shown.root.locator("textarea")
    field.fill("ab")
    for key in ("End", "Enter", "c"):
        field.press(key)
    expect(field).to_have_value("ab\nc")
    assert page.until(lambda: page.ask("TextExplorer.text") == repr("ab\nc"), 20)
    expect(shown.root.locator("[data-control=source][value='your text']")).to_be_checked()


def test_time_plays_and_pauses(shown: Explorer) -> None:
    shown.root.get_by_role("button", name="play").click()
    for _ in range(3):
        assert shown.changes_from(shown.picture())
    shown.root.get_by_role("button", name="pause").click()
    shown.page.page.wait_for_timeout(200)
    assert not shown.changes_from(shown.picture(), seconds=0.5)


# With the keyboard they are moved in the lessons: test_lessons.py.
def test_sliders_follow_the_mouse(shown: Explorer) -> None:
    for slider in shown.sliders():
        shown.restart()
        before = shown.picture()
        shown.drag(slider)
        assert shown.changes_from(before), label(slider)
        assert not shown.is_blank()


def test_each_preset_has_its_picture(name: str, shown: Explorer, screenshots: Path) -> None:
    presets = shown.presets()
    pictures = set()
    for number, preset in enumerate(presets):
        preset.click()
        expect(preset).to_have_attribute("aria-pressed", "true")
        shown.page.page.wait_for_timeout(100)
        pictures.add(shown.picture())
        shown.page.screenshot(screenshots / f"{name}-{number}.png", shown.root)
    assert len(pictures) == len(presets)


def test_many_moves_leave_nothing_behind(page: Lesson) -> None:
    # Those of these two start work in the kernel; test_training.py and test_scaling.py press them.
    working = ("ScalingExplorer", "TrainingExplorer")
    roots = [explorer(page, name).root.element_handle() for name in NAMES if name not in working]
    page.page.evaluate(MOVES_JS)
    move = "([roots, ...how]) => moves.many(roots, ...how, moves.seeded(0))"
    page.page.evaluate(move, [roots, 1_000, PER_FRAME])
    before = float(page.ask(MEGABYTES))
    page.page.evaluate(move, [roots, MOVES, PER_FRAME])
    assert float(page.ask(MEGABYTES)) - before < 10
    assert not any(explorer(page, name).is_blank() for name in NAMES)


def test_dark_theme(page: Lesson, screenshots: Path) -> None:
    page.command("apputils:change-theme", theme="JupyterLab Dark")
    page.page.wait_for_timeout(1000)
    for name in NAMES:
        shown = explorer(page, name)
        shown.page.screenshot(screenshots / f"{name}-dark.png", shown.root)
        assert not shown.is_blank()
    page.command("apputils:change-theme", theme="JupyterLab Light")


def test_two_views_show_the_same(page: Lesson) -> None:
    page.type(page.page.locator(".jp-CodeCell").last, f"display({', '.join(NAMES)})")
    views = page.page.locator(".lstm-explorer")
    expect(views).to_have_count(2 * len(NAMES))
    for number, name in enumerate(NAMES):
        first, second = explorer(page, name), Explorer(page, views.nth(len(NAMES) + number))
        first.restart()  # where the moves have left it, the first slider may have nothing to move
        slider = first.sliders()[0]
        before = second.picture()
        first.press(slider)
        assert second.changes_from(before)
        assert page.until(lambda one=first, two=second: one.picture() == two.picture(), 3)


def test_cursor_ends_where_the_sentence_does(page: Lesson) -> None:
    shown = explorer(page, "SentenceExplorer")
    shown.restart()
    page.ask("None", "SentenceExplorer.text, SentenceExplorer.t = 'the film is good', 50")
    cursor, canvas = shown.root.locator("[data-control=t]"), shown.root.locator("canvas")
    expect(cursor).to_have_attribute("max", "3")
    expect(canvas).to_have_attribute("aria-valuenow", "3")
    canvas.press("ArrowLeft")
    expect(shown.root.locator(".lstm-readout")).to_contain_text("After word 2, “is”")
    canvas.press("End")
    expect(shown.root.locator(".lstm-readout")).to_contain_text("After word 3, “good”")
    shown.restart()
    expect(cursor).to_have_attribute("max", "14")
