"""The scaling explorer: what the kernel measures, when it stops, and what the page makes of it."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from labels import assert_apart, assert_readable
from threads import at_work, from_page, until

from lstm_jax.course import ScalingExplorer
from lstm_jax.course.explorers import scaling
from lstm_jax.course.explorers.measuring import WAYS, Program, Size, Walk, fitted
from lstm_jax.course.l13.walks import WALKS

Ask = Callable[[str, Any], Any]
SMALL = {"batch": 0, "width": 2}


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch, no_job_is_left: None) -> None:
    """One timing of a point, and no thread that outlives its test."""
    monkeypatch.setattr(scaling, "ENOUGH", 0.0)


def measured(walks: Mapping[str, Walk] = WALKS, **values: Any) -> ScalingExplorer:
    """An explorer that has measured."""
    explorer = ScalingExplorer(walks, **{"length": 6, **SMALL, **values})
    explorer.measure(wait=True)
    return explorer


def made_up(explorer: ScalingExplorer, ways: Any = WAYS) -> ScalingExplorer:
    """Give the explorer points without measuring: T^0.9 and T^1.1, but for a constant cost."""
    lengths = [16, 64, 256, 1024]
    points = {
        way: {
            "length": lengths,
            "forward": [2e-5 * (index + 1) + 1e-6 * T**0.9 for T in lengths],
            "training": [5e-5 * (index + 1) + 3e-6 * T**1.1 for T in lengths],
            "compile_forward": [0.1] * 4,
            "compile_training": [0.25] * 4,
            "bytes": [4000 * (index + 1) * T for T in lengths],
        }
        for index, way in enumerate(ways)
    }
    settings = explorer._settings()
    explorer.answer = {
        **explorer.answer, "phase": "ended", "says": "", "with": settings, "points": points
    }  # fmt: skip
    return explorer


def state_of(explorer: ScalingExplorer, **changes: Any) -> dict[str, Any]:
    """What the page has of it."""
    names = [control["name"] for control in explorer.controls]
    state = {name: getattr(explorer, name) for name in names}
    return {**state, "answer": explorer.answer, "late": False, **changes}


def ask(ask_node: Ask, explorer: ScalingExplorer, *states: Any) -> Any:
    """What the page makes of states."""
    question = {"data": explorer.data, "states": states, "widths": [900, 1240]}
    return ask_node("scaling.mjs", json.loads(json.dumps(question)))


# --- measuring


def test_points_come_by_themselves_up_to_the_longest() -> None:
    explorer = ScalingExplorer(WALKS, length=8, **SMALL)
    seen: list[Any] = []
    explorer.observe(lambda change: seen.append(change["new"].get("points")), names="answer")
    explorer.measure(wait=True)
    points = explorer.points["run"]
    assert points["length"] == [16, 64, 256]
    assert [len(each["run"]["length"]) for each in seen if each] == [1, 2, 3, 3]
    for values in points.values():
        assert len(values) == 3
        assert min(values) > 0
    assert points["bytes"] == sorted(points["bytes"])
    assert explorer.answer["phase"] == "ended"
    assert explorer.answer["says"] == ""
    power = explorer.power()
    assert power == fitted([64, 256], points["training"][1:])
    explorer.timed = "forward pass"
    assert explorer.power() == fitted([64, 256], points["forward"][1:])
    assert f"run takes a time that grows as {explorer.power()}" in explorer.still().alt


@pytest.mark.parametrize(("length", "expected"), [(4, [16]), (5, [32]), (9, [32, 128, 512])])
def test_lengths_end_at_the_slider(length: int, expected: list[int]) -> None:
    assert list(scaling._lengths(2**length)) == expected


def test_other_ways_stay_at_the_same_batch_and_width_only() -> None:
    explorer = measured(length=4)
    explorer.way = "scan"
    explorer.measure(wait=True)
    assert list(explorer.points) == ["run", "scan"]
    explorer.keep()
    explorer.width = 3
    explorer.measure(wait=True)
    assert list(explorer.points) == ["scan"]
    kept = explorer.answer["kept"]
    assert list(kept["points"]) == ["run", "scan"]
    assert kept["with"]["width"] == 2
    explorer.reset()
    assert explorer.answer == {"of": {"order": ""}}


def test_cell_on_screen_is_what_is_walked() -> None:
    explorer = ScalingExplorer(WALKS, length=5, batch=1, width=3)
    assert explorer.xs.shape == (32, 8)
    assert explorer.trace().c.shape == (33, 8)
    explorer.way = "scan, minLSTM"
    assert explorer.params.w_x.shape == (8, 24)
    with pytest.raises(ValueError, match="trace: params is MinLSTMParams, a recurrence"):
        explorer.trace()


# --- limits and failures


def test_too_much_memory_is_a_sentence_and_nothing_is_run() -> None:
    def never() -> Callable[[], object]:
        raise AssertionError("it was run")

    def large(_: Size) -> Program:
        return Program(never, 0.1, 3 * 2**30)

    walk = WALKS["run"]._replace(forward=large, training_step=large)
    explorer = measured({**WALKS, "run": walk}, length=4)
    assert explorer.answer["says"] == (
        "A training step at T = 16 needs 3,072 MiB, and 1,024 MiB is the limit here: "
        "take a shorter, narrower or smaller batch."
    )
    assert explorer.points == {}
    assert explorer.answer["phase"] == "ended"


def test_largest_of_all_settings_end_in_a_sentence_before_they_are_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    slow = {"forward": 1.0, "training": 3.0, "compile_forward": 0.1, "compile_training": 0.1}

    def point(walk: Walk, size: Size, _: Any) -> dict[str, float]:
        asked.append(size.length)
        return {"length": size.length, "bytes": 7, **slow}

    monkeypatch.setattr(scaling, "_point", point)
    explorer = measured(length=13, batch=8, width=9)
    assert asked == [32]
    assert explorer.answer["says"].startswith(
        "A training step at T = 128 would take about 12 s, and 10 s is the limit here"
    )
    assert explorer.points["run"]["length"] == [32]


def test_failure_is_a_sentence(capsys: Any) -> None:
    broken = True

    def forward(size: Size) -> Program:
        if broken:
            raise MemoryError("no room\nin a long story")
        return WALKS["run"].forward(size)

    explorer = measured({**WALKS, "run": WALKS["run"]._replace(forward=forward)}, length=4)
    assert explorer.answer["says"] == "Measuring failed: no room"
    broken = False
    explorer.measure(wait=True)
    assert explorer.answer["says"] == ""
    assert capsys.readouterr() == ("", "")


def test_a_missing_walk_is_said() -> None:
    sentence = (
        "ScalingExplorer: walks should hold a Walk for 'scan', got NoneType; lstm_jax.course.l13"
    )
    with pytest.raises(ValueError, match=sentence):
        ScalingExplorer({name: walk for name, walk in WALKS.items() if name != "scan"})


# --- in a thread


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Points that wait for this event, or for a stop."""
    free = threading.Event()
    real = scaling._point

    def point(walk: Walk, size: Size, is_stopped: Callable[[], bool]) -> Any:
        while not free.is_set() and not is_stopped():
            time.sleep(0.005)
        return real(walk, size, is_stopped)

    monkeypatch.setattr(scaling, "_point", point)
    yield free
    free.set()


def test_kernel_is_free_and_stop_ends_it(slow: threading.Event) -> None:
    explorer = ScalingExplorer(WALKS, **SMALL)
    explorer.measure()
    assert explorer.answer["phase"] == "measuring"
    explorer.width = 5  # what is measured stays that of the start
    assert explorer.answer["with"]["width"] == 2
    from_page(explorer, order="stop 2")
    assert explorer.answer["of"] == {"order": "stop 2"}
    until(lambda: not at_work())
    assert explorer.answer["phase"] == "ended"
    assert explorer.points == {}


def test_newest_order_wins(slow: threading.Event) -> None:
    explorer = ScalingExplorer(WALKS, length=4, **SMALL)
    for way in ("scan", "unrolled scan", "run"):
        explorer.way = way
        explorer.measure()
    slow.set()
    until(lambda: not at_work())
    assert list(explorer.points) == ["run"]


def test_keep_without_points_keeps_nothing(slow: threading.Event) -> None:
    explorer = ScalingExplorer(WALKS, length=4, **SMALL)
    explorer.keep()
    assert explorer.answer == {"of": {"order": "keep 1"}}
    explorer.measure()  # no point is there yet
    explorer.keep()
    assert "kept" not in explorer.answer


# --- in the page


def test_page_fits_the_line_that_python_fits(ask_node: Ask) -> None:
    explorer = made_up(ScalingExplorer(WALKS))
    states = [state_of(explorer, timed=timed) for timed in ("training step", "forward pass")]
    for timed, page in zip(("training", "forward"), ask(ask_node, explorer, *states), strict=True):
        for line in page["record"]["now"]:
            points = explorer.points[line["way"]]
            expected = fitted(points["length"], points[timed], shortest=64)
            fit = line["fit"]
            got = [fit[name] for name in ("exponent", "factor", "shortest", "longest")]
            np.testing.assert_allclose(got, expected, rtol=1e-9)
            assert line["seconds"] == points[timed]
            assert line["memory"] == [each / 2**20 for each in points["bytes"]]


def test_one_point_has_no_line(ask_node: Ask) -> None:
    explorer = measured(length=4)
    (page,) = ask(ask_node, explorer, state_of(explorer))
    assert page["record"]["mine"]["fit"] is None
    assert "grows as" not in page["readout"]
    assert explorer.power() is None


def test_readout_gives_the_numbers_at_the_cursor(ask_node: Ask) -> None:
    explorer = made_up(ScalingExplorer(WALKS))
    states = [state_of(explorer, t=t) for t in (0, 3, 9)]
    points = explorer.points["run"]
    for place, page in zip((0, 1, 3), ask(ask_node, explorer, *states), strict=True):
        words = page["readout"]
        assert words.startswith(
            f"run, B = 8, H = 32: at T = {points['length'][place]} a training step takes "
        )
        assert "on this CPU, compiled in 0.3 s; a training step needs" in words
        exponent = explorer.power().exponent
        assert f"Time grows as T^{exponent:.2f}, fitted from T = 64 to 1024." in words
        seconds = points["training"][place]
        scaled, unit = (1e3 * seconds, "ms") if seconds >= 1e-3 else (1e6 * seconds, "µs")
        assert f"takes {float(f'{scaled:.2g}'):g} {unit} " in words


def test_page_says_what_is_not_measured(ask_node: Ask) -> None:
    explorer = made_up(ScalingExplorer(WALKS), ways=("scan",))
    missing, other, late, nothing, busy = ask(
        ask_node,
        explorer,
        state_of(explorer),
        state_of(explorer, way="scan", width=6),
        state_of(explorer, order="measure 1", late=True),
        state_of(ScalingExplorer(WALKS)),
        state_of(explorer, answer={**explorer.answer, "points": {}, "phase": "measuring"}),
    )
    assert "One way is measured, but not this one: press measure for run, " in missing["readout"]
    assert "press measure for scan, B = 8, H = 64, up to T = 1024." in other["readout"]
    assert late["readout"].startswith("Measuring needs a running kernel")
    assert nothing["readout"] == (
        "Nothing is measured yet: press measure for run, B = 8, H = 32, up to T = 1024."
    )
    assert busy["readout"].startswith("Measuring run, B = 8, H = 32")
    assert nothing["orders"] == ["measure 1", "stop 1", "keep 1"]


def test_points_lie_inside_the_axes(ask_node: Ask) -> None:
    explorer = made_up(ScalingExplorer(WALKS))
    (page,) = ask(ask_node, explorer, state_of(explorer))
    for picture in page["pictures"]:
        frames = [s for s in picture["shapes"] if s["right"] - s["left"] > 200]
        dots = [s for s in picture["shapes"] if s["right"] - s["left"] < 20 and s["top"] > 180]
        assert len(frames) == 2
        assert len(dots) == 2 * 4 * len(WAYS)
        for spot in dots:
            middle = (spot["left"] + spot["right"]) / 2, (spot["top"] + spot["bottom"]) / 2
            assert any(
                box["left"] < middle[0] < box["right"] and box["top"] < middle[1] < box["bottom"]
                for box in frames
            )


def test_labels_stay_apart_and_inside(ask_node: Ask) -> None:
    explorer = made_up(ScalingExplorer(WALKS, batch=8, width=9))
    explorer.keep()
    empty = ScalingExplorer(WALKS, length=13, batch=8, width=9, way="parallel, minLSTM")
    states = [state_of(explorer, way=way, t=t) for way in WAYS for t in (0, 9)]
    states += [state_of(empty), state_of(explorer, width=2)]
    for page in ask(ask_node, explorer, *states):
        for picture in page["pictures"]:
            assert_readable(picture)
            assert_apart(picture["labels"])
