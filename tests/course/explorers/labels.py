"""Labels as a script beside this file gives them: large, inside their picture, and apart."""

from collections.abc import Sequence
from typing import Any

Box = dict[str, Any]
SMALLEST = 18  # px: read from the last row


def assert_readable(picture: Box) -> None:
    """Every label of a picture is large enough and wholly inside."""
    for label in picture["labels"]:
        assert label["size"] >= SMALLEST, label
        assert 0 <= label["left"] < label["right"] <= picture["width"], label
        assert 0 <= label["top"] < label["bottom"] <= picture["height"], label


def assert_apart(labels: Sequence[Box], shapes: Sequence[Box] = ()) -> None:
    """No label stands on another one, or on one of these shapes."""
    for index, label in enumerate(labels):
        for other in [*labels[:index], *shapes]:
            apart = (
                label["right"] <= other["left"]
                or other["right"] <= label["left"]
                or label["bottom"] <= other["top"]
                or other["bottom"] <= label["top"]
            )
            assert apart, (label, other)
