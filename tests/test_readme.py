"""What the README says is so: its code runs, its links lead somewhere, its picture is that one."""

import io
import re
import runpy
from pathlib import Path

import jax
import matplotlib as mpl
import numpy as np
import pytest

from lstm_jax.course.checks.lesson_map import LESSONS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
(CODE,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_the_code_runs_as_a_user_has_it(capsys):
    # A user's JAX is not strict about promotion, as that of these tests is.
    scope = {}
    with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
        exec(CODE, scope)
    assert scope["hs"].shape == scope["forget"].shape == (100, 32)
    assert "left after 100 steps: RNN" in capsys.readouterr().out
    assert len([line for line in CODE.splitlines() if line.strip()]) <= 10


@pytest.mark.slow
def test_the_picture_is_what_its_script_draws():
    script = runpy.run_path(str(ROOT / "notebooks/tools/picture.py"))
    committed = mpl.image.imread(script["FILE"])
    now = mpl.image.imread(io.BytesIO(script["picture"]().png()))
    # Fonts and lines are rounded a little differently from one platform to another.
    assert np.abs(np.subtract(committed.shape, now.shape)).max() <= 3
    height, width = np.minimum(committed.shape, now.shape)[:2]
    assert np.abs(committed[:height, :width] - now[:height, :width]).mean() < 0.02


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", README))
def test_links_lead_to_a_file(link):
    assert (ROOT / link).is_file()


def test_the_table_has_every_lesson_with_its_minutes():
    rows = re.findall(
        r"^\| (\d\d) \| \[[^]]+\]\(notebooks/(\S+)\).* \| (\d+) \| (\S+) \|$",
        README,
        re.MULTILINE,
    )
    assert rows == [
        (lesson.title[:2], lesson.file, str(lesson.minutes), str(lesson.home or "-"))
        for lesson in LESSONS
    ]


def test_make_targets_named_in_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)\b", README)) - {"the"}:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
