"""Buttons that order long work: what is begun, stopped, kept, and taken the place of."""

import threading
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from threads import at_work, from_page, until

from lstm_jax.course.explorers.controls import Order, Slider
from lstm_jax.course.explorers.jobs import Job
from lstm_jax.course.explorers.ordered import OrderedExplorer

pytestmark = pytest.mark.usefixtures("no_job_is_left")


class Counting(OrderedExplorer):
    """Counts to `high`, one number each time that it may."""

    high = Slider("high", 1, 9, default=3, step=1)
    colour = Slider("colour", 0, 9, default=0, step=1)
    order = Order(("count", "stop", "keep"))
    looks: ClassVar = OrderedExplorer.looks | {"colour"}
    baseline: ClassVar = ("with", "numbers")

    def __init__(self, **values: Any) -> None:
        """It may not."""
        self.may = threading.Event()
        self.forgot = 0
        super().__init__(view="scaling", presets={"three": {}}, data={}, **values)

    def count(self, *, wait: bool = False) -> None:
        self._begin(wait=wait)

    def begun(self, shown: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"phase": "counting", "numbers": []}

    def work(self, settings: Mapping[str, Any], job: Job) -> None:
        numbers: list[int] = []
        for number in range(settings["high"]):
            while not self.may.wait(0.005):
                if job.stopped.is_set():
                    self.tell(job, phase="ended")
                    return
            numbers.append(number)
            self.tell(job, numbers=list(numbers))
        self.tell(job, phase="ended")

    def forget(self) -> None:
        self.forgot += 1


def counted(**values: Any) -> Counting:
    """An explorer that has counted."""
    explorer = Counting(**values)
    explorer.may.set()
    explorer.count(wait=True)
    return explorer


def test_work_goes_by_the_controls_as_they_were() -> None:
    explorer = Counting(high=2)
    explorer.count()
    explorer.high = 5
    explorer.may.set()
    until(lambda: not at_work())
    assert explorer.answer == {
        "of": {"order": "count 1"},
        "with": {"high": 2},  # neither the cursor, nor the order, nor what is only looked at
        "phase": "ended",
        "numbers": [0, 1],
    }


def test_buttons_of_the_page_are_the_words_of_the_order() -> None:
    assert Counting().buttons == {"count": "count", "stop": "stop", "keep": "keep as baseline"}
    explorer = Counting()
    explorer.may.set()
    from_page(explorer, order="count 1")
    until(lambda: explorer.answer.get("phase") == "ended")
    assert explorer.answer["numbers"] == [0, 1, 2]


def test_kernel_is_free_and_stop_ends_the_work() -> None:
    explorer = Counting()
    explorer.count()
    assert explorer.answer["phase"] == "counting"
    from_page(explorer, order="stop 2")
    assert explorer.answer["of"] == {"order": "stop 2"}
    assert explorer.answer["phase"] == "ended"
    until(lambda: not at_work())
    assert explorer.answer["numbers"] == []


def test_stop_before_anything_began_says_nothing() -> None:
    explorer = Counting()
    explorer.stop()
    assert explorer.answer == {"of": {"order": "stop 1"}}


def test_newest_order_wins() -> None:
    explorer = Counting()
    for high in (7, 8, 2):
        explorer.high = high
        explorer.count()
    explorer.may.set()
    until(lambda: not at_work())
    assert explorer.answer["numbers"] == [0, 1]
    assert explorer.answer["with"] == {"high": 2}


def test_news_of_a_job_that_was_taken_the_place_of_are_not_shown() -> None:
    explorer = counted(high=2)
    old = explorer._job
    assert old
    explorer.count(wait=True)
    before = explorer.answer
    explorer.tell(old, numbers="of the old one")
    assert explorer.answer == before


def test_reset_forgets_what_is_under_way() -> None:
    explorer = Counting()
    explorer.count()
    explorer.reset()
    explorer.may.set()
    until(lambda: not at_work())
    assert explorer.answer == {"of": {"order": ""}}
    assert explorer.forgot == 1


def test_what_is_kept_stays_through_the_next_work() -> None:
    explorer = counted(high=2)
    explorer.keep()
    assert explorer.answer["phase"] == "ended"  # keeping stops nothing
    explorer.high = 3
    explorer.count(wait=True)
    assert explorer.answer["kept"] == {"with": {"high": 2}, "numbers": [0, 1]}
    assert explorer.answer["numbers"] == [0, 1, 2]


def test_keep_does_not_stop_the_work() -> None:
    explorer = Counting()
    explorer.count()
    explorer.keep()
    assert not at_work()[0].stopped.is_set()
    explorer.may.set()
    until(lambda: not at_work())
    assert explorer.answer["numbers"] == [0, 1, 2]


def test_keep_of_nothing_keeps_nothing() -> None:
    explorer = Counting()
    explorer.keep()
    assert explorer.answer == {"of": {"order": "keep 1"}}
    explorer.count()  # begun, and nothing found yet
    explorer.keep()
    assert "kept" not in explorer.answer


def test_interrupting_a_wait_stops_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    explorer = Counting()
    real, interruptions = Job.join, iter([KeyboardInterrupt])

    def join(job: Job) -> None:
        for interruption in interruptions:
            raise interruption
        real(job)

    monkeypatch.setattr(Job, "join", join)
    explorer.count(wait=True)
    assert explorer.order == "stop 2"
    assert explorer.answer["phase"] == "ended"
    assert at_work() == []


@pytest.mark.parametrize("wrong", ["dance 1", "count", "count x", 3, None])
def test_unknown_order_leaves_a_sentence(wrong: Any) -> None:
    explorer = Counting()
    from_page(explorer, order=wrong)
    assert explorer.order == ""
    assert "order should be one of count, stop, keep and a number" in explorer.message
