"""The heat map of the page: every value has its place and its colour, with no seam between."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Ask = Callable[[str, Any], Any]

BOXES = [
    {"x": 10, "y": 20, "width": 600, "height": 96},
    {"x": 60.4, "y": 33.3, "width": 211.7, "height": 52.9},  # no whole number of pixels for a value
]
DENSITIES = [1, 1.5, 0.8]  # pixels of the screen in a px; the last is of a narrow window
SIZES = [(1, 1, 0), (7, 4, 0), (40, 8, 1), (5, 40, 0)]  # T, H, rows to skip


def map_of(
    box: dict[str, float], T: int, H: int, first: int, colours: int, density: float
) -> dict[str, Any]:
    """Values that are few, so that neighbours are often equal."""
    values = np.random.default_rng([T, H, colours]).integers(0, colours, (T + first) * H).tolist()
    return {"box": box, "values": values, "T": T, "H": H, "first": first, "density": density}


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("colours", [1, 2, 50])
def test_every_cell_of_a_heat_map_has_its_colour(
    colours: int, density: float, ask_node: Ask
) -> None:
    maps = [map_of(box, *sizes, colours, density) for box in BOXES for sizes in SIZES]
    for asked, fills in zip(maps, ask_node("heatmap.mjs", maps), strict=True):
        box = {edge: density * place for edge, place in asked["box"].items()}
        T, H = asked["T"], asked["H"]
        left, top = round(box["x"]), round(box["y"])
        right, bottom = round(box["x"] + box["width"]), round(box["y"] + box["height"])
        pixels = np.full((bottom - top, right - left), -1)
        for fill in fills:
            rows = range(fill["top"] - top, fill["bottom"] - top)  # of whole pixels, or an error
            columns = range(fill["left"] - left, fill["right"] - left)
            area = pixels[rows.start : rows.stop, columns.start : columns.stop]
            assert area.shape == (len(rows), len(columns))  # nothing outside
            assert (area == -1).all()  # nothing twice
            area[:] = fill["colour"]
        assert (pixels >= 0).all()  # no seam
        values = np.reshape(asked["values"], (-1, H))[asked["first"] :]
        # The pixel in which the middle of a cell lies.
        across = np.int32(box["x"] + (np.arange(T) + 0.5) * box["width"] / T) - left
        down = np.int32(box["y"] + (np.arange(H) + 0.5) * box["height"] / H) - top
        np.testing.assert_array_equal(pixels[down[:, None], across], values.T)


def test_neighbours_of_one_colour_are_filled_at_once(ask_node: Ask) -> None:
    plain, striped = ([0] * 32, [0, 0, 1, 1, 1, 1, 1, 0] * 4)
    sizes = {"T": 4, "H": 8, "density": 1}
    asked = [{"box": BOXES[0], "values": values, **sizes} for values in (plain, striped)]
    assert [len(fills) for fills in ask_node("heatmap.mjs", asked)] == [4, 3 * 4]
