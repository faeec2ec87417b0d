"""What each explorer is made with, as source text: a notebook runs it, and tests do.

Those that show a network are given the one that comes with its lesson.
"""

from typing import Any

IMPORTS = """
from lstm_jax.course import explorers as widgets
from lstm_jax.course.l06.recall import load_recall
from lstm_jax.course.l09 import study as language
from lstm_jax.course.l11 import study as sentiment
from lstm_jax.course.l12 import sunspot_forecasts as sun
from lstm_jax.course.l13.walks import WALKS
"""
ARGUMENTS = {
    "ForecastExplorer": "sun.all_forecasts(sun.load()[1979])",
    "ScalingExplorer": "WALKS",
    "SentenceExplorer": "sentiment.load(), sentiment.vocabularies()",
    "TextExplorer": "language.load()",
    "TrainedCellExplorer": "*load_recall()",
}


def made(name: str, **values: Any) -> Any:
    """An explorer of that name, its controls at these values."""
    names: dict[str, Any] = {"values": values}
    exec(IMPORTS, names)
    arguments = ", ".join(filter(None, (ARGUMENTS.get(name), "**values")))
    return eval(f"widgets.{name}({arguments})", names)
