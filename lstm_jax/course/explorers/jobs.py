"""Long work beside the kernel, which goes on answering: one job at a time, and the newest wins."""

import atexit
import threading
from collections.abc import Callable


class Job(threading.Thread):
    """A piece of work in a thread of its own, started when the job before it has ended.

    work: called with the job; it looks at `stopped` from time to time, and returns if that is set.
    before: the job that this one takes the place of, which is stopped.
    """

    def __init__(self, work: Callable[["Job"], object], before: "Job | None" = None) -> None:  # noqa: D107
        super().__init__(daemon=True)  # Python may end while it runs; `_end` is then called
        self.stopped = threading.Event()
        self._work, self._before = work, before
        if before is not None:
            before.stopped.set()

    def run(self) -> None:
        """In the thread: wait, then work."""
        atexit.register(self._end)
        if self._before is not None:
            self._before.join()
            self._before = None  # else none is ever let go
        try:
            if not self.stopped.is_set():
                self._work(self)
        finally:
            atexit.unregister(self._end)

    def _end(self) -> None:
        # What is compiled must not be running any more when JAX is taken down.
        self.stopped.set()
        self.join()
