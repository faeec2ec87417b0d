"""Explorers with buttons for long work: begin it, stop it, keep what it has given."""

import threading
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from traitlets import Dict

from lstm_jax.course.explorers.controls import Order
from lstm_jax.course.explorers.explorer import Explorer
from lstm_jax.course.explorers.jobs import Job


class OrderedExplorer(Explorer):
    """An explorer whose buttons order long work of the kernel, which does it in a thread.

    What the work goes by is what the controls showed when its button was pressed. A new order to
    begin, or a reset, takes the place of what is under way.

    Attributes:
        order: the last button pressed, such as "train 1", "stop 2" or "keep 3"; "" after a reset.
            A subclass declares it, with the word that begins the work first.
        answer: what the work has given so far, for the page; under "of" the order that the kernel
            has followed, by which the page knows whether there is a kernel, see js/answers.js;
            under "with" the settings, under "kept" the baseline, under "phase" "ended" or not.
    """

    order: Order
    answer: Any = Dict().tag(sync=True)
    looks: ClassVar[set[str]] = {"t", "order"}  # controls that the work does not depend on
    baseline: ClassVar[tuple[str, ...]] = (
        "with",
    )  # what "keep" keeps of the answer, if the last of it is there

    def __init__(self, **values: Any) -> None:
        """As `Explorer`."""
        self._job: Job | None = None
        self._lock = threading.RLock()  # around all that both the thread and the kernel change
        self._begins = type(self).order.words[0]
        buttons = {self._begins: self._begins, "stop": "stop", "keep": "keep as baseline"}
        super().__init__(buttons=buttons, **values)
        self.answer = {"of": {"order": self.order}}
        self.observe(self._obey, names="order")

    def begun(self, shown: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
        """What the answer is when work with these settings begins and `shown` was there before.

        The baseline stays by itself.
        """
        raise NotImplementedError

    def work(self, settings: Mapping[str, Any], job: Job) -> None:
        """The work, in the thread of `job`: it calls `tell`, and ends when `job.stopped` is set."""
        raise NotImplementedError

    def forget(self) -> None:
        """A reset: let go what the explorer keeps beside its answer."""

    def tell(self, job: Job, **news: Any) -> None:
        """Show news of a job, unless another has taken its place."""
        with self._lock:
            if job is self._job:
                self.answer = {**self.answer, **news}

    def stop(self) -> None:
        """Press "stop": the work ends as soon as it can; what it has given stays."""
        self._press("stop")

    def keep(self) -> None:
        """Press "keep as baseline": show what has been found beside what comes next."""
        self._press("keep")

    def _begin(self, *, wait: bool) -> None:
        """Press the button that begins, and wait for the end; interrupting stops the work."""
        self._press(self._begins)
        job = self._job
        if not wait or job is None:
            return
        try:
            job.join()
        except KeyboardInterrupt:
            self.stop()
            job.join()

    def _press(self, word: str) -> None:
        number = int(self.order.split()[1]) if self.order else 0
        self.order = f"{word} {number + 1}"

    def _obey(self, _: Any) -> None:
        word = self.order.split(" ")[0]
        with self._lock:
            if self._job is not None and word != "keep":
                self._job.stopped.set()
            shown = {**self.answer, "of": {"order": self.order}}
            if word == self._begins:
                settings = self._settings()
                stays = {name: shown[name] for name in ("of", "kept") if name in shown}
                shown = {**self.begun(shown, settings), **stays, "with": settings}
                self._job = Job(partial(self.work, settings), self._job)
                self._job.start()
            elif word == "stop" and "phase" in shown:
                shown["phase"] = "ended"
            elif word == "keep" and shown.get(self.baseline[-1]):
                shown["kept"] = {name: shown[name] for name in self.baseline}
            elif not word:  # a reset
                self._job = None
                self.forget()
                shown = {"of": shown["of"]}
            self.answer = shown

    def _settings(self) -> dict[str, Any]:
        names = (control["name"] for control in self.controls)
        return {name: getattr(self, name) for name in names if name not in self.looks}
