"""The picture that grows during training."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.course.plots import Picture, live
from lstm_jax.course.plots.live import LiveLoss
from lstm_jax.training import Fit, History, adam, fit


class Screen:
    """Stands for the cell's output: one picture, and how often it was drawn anew."""

    def __init__(self):
        self.pictures = []

    def display(self, picture, *, display_id):
        assert display_id is True
        assert not self.pictures
        self.pictures.append(picture)
        return self

    def update(self, picture):
        self.pictures.append(picture)


@pytest.fixture
def screen(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(live, "display", screen.display)
    return screen


def so_far(loss, diverged=-1):
    history = History(np.asarray(loss, np.float32), np.ones_like(loss), {})
    return Fit(None, None, history, np.asarray(diverged))


def curve(picture):
    return picture.figure.axes[0].lines[0].get_xydata()


def test_draws_at_most_twice_a_second_and_after_the_last_step(screen, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: clock[0])
    watch = LiveLoss(steps=10)
    drawn = []
    for done in range(1, 11):
        watch(so_far(np.ones(done)))
        drawn.append(len(screen.pictures))
        clock[0] += 0.2
    assert drawn == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4]
    assert all(isinstance(picture, Picture) for picture in screen.pictures)


def test_slow_drawing_leaves_most_of_the_time_to_training(screen, monkeypatch):
    clock = [100.0]

    def slow(picture, *, display_id):
        clock[0] += 2.0
        return screen.display(picture, display_id=display_id)

    monkeypatch.setattr(live.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(live, "display", slow)
    watch = LiveLoss(steps=100)
    watch(so_far(np.ones(1)))
    for seconds, drawn in [(9.9, 1), (0.2, 2)]:
        clock[0] += seconds
        watch(so_far(np.ones(2)))
        assert len(screen.pictures) == drawn


def test_a_point_is_the_mean_of_a_few_steps():
    watch = LiveLoss(steps=400)
    loss = np.arange(9.0)
    points = [[1, 0.5], [3, 2.5], [5, 4.5], [7, 6.5]]
    np.testing.assert_array_equal(curve(watch.picture(so_far(loss))), points)
    runs = np.stack([loss, loss + 2, loss + 100])
    np.testing.assert_array_equal(curve(watch.picture(so_far(runs)))[:, 1], [2.5, 4.5, 6.5, 8.5])


def test_says_what_it_shows():
    watch = LiveLoss(steps=8)
    many = watch.picture(so_far([[4.0, 2.0], [4.0, 3.0], [np.inf, np.nan]]))
    assert many.alt == "After 2 of 8 steps the loss is 2.5 (median and middle half of 3 runs)."
    assert many.figure.axes[0].get_title(loc="left") == (
        "Step 2 of 8: median and middle half of 3 runs"
    )
    lost = watch.picture(so_far([1.0, np.nan]))
    assert lost.alt == "After 2 of 8 steps there is no loss (one run)."
    empty = watch.picture(so_far(np.ones((3, 0))))
    assert empty.alt == "After 0 of 8 steps there is no loss (median and middle half of 3 runs)."
    assert empty.png()


def test_watches_a_training(screen):
    def loss(params, batch):
        return (params - batch) ** 2

    def draw(key):
        return jnp.float32(3.0)

    watch = LiveLoss(steps=60, log=True)
    key = jax.random.key(0)
    result = fit(
        loss, 0.0, draw, key=key, steps=60, optimizer=adam(0.1), watch=watch, progress=False
    )
    np.testing.assert_allclose(curve(screen.pictures[-1])[:, 1], result.history.loss)
    assert screen.pictures[-1].figure.axes[0].get_yscale() == "log"


def test_wrong_steps_are_named():
    with pytest.raises(ValueError, match="LiveLoss: steps should be a whole number from 1 on"):
        LiveLoss(0)
