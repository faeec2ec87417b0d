"""Explorers: pictures of a cell that answer while you move a slider, in a notebook.

The only package that imports ipywidgets and anywidget. `explorer` holds what all explorers share;
each explorer stands in its own file, and its drawing in `js` under the same name.
"""

from lstm_jax.widgets.cell import CellExplorer
from lstm_jax.widgets.forecast import ForecastExplorer
from lstm_jax.widgets.gate import GateExplorer
from lstm_jax.widgets.gradient import GradientExplorer
from lstm_jax.widgets.rnn import RNNExplorer
from lstm_jax.widgets.scaling import ScalingExplorer
from lstm_jax.widgets.sentence import SentenceExplorer
from lstm_jax.widgets.trained import TrainedCellExplorer
from lstm_jax.widgets.training import TrainingExplorer

__all__ = [
    "CellExplorer",
    "ForecastExplorer",
    "GateExplorer",
    "GradientExplorer",
    "RNNExplorer",
    "ScalingExplorer",
    "SentenceExplorer",
    "TrainedCellExplorer",
    "TrainingExplorer",
]
