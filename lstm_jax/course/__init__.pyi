from . import data, plots
from .checks.check import check, hint
from .checks.lesson_map import lesson_map
from .checks.mine import mine
from .checks.progress import progress
from .checks.quiz import guess, verdict
from .data.sunspots import sunspots
from .explorers import (
    CellExplorer,
    DecayExplorer,
    ForecastExplorer,
    GateExplorer,
    GradientExplorer,
    RNNExplorer,
    ScalingExplorer,
    SentenceExplorer,
    TextExplorer,
    TrainedCellExplorer,
    TrainingExplorer,
)
from .plots import LiveLoss

__all__ = [
    "CellExplorer",
    "DecayExplorer",
    "ForecastExplorer",
    "GateExplorer",
    "GradientExplorer",
    "LiveLoss",
    "RNNExplorer",
    "ScalingExplorer",
    "SentenceExplorer",
    "TextExplorer",
    "TrainedCellExplorer",
    "TrainingExplorer",
    "check",
    "data",
    "guess",
    "hint",
    "lesson_map",
    "mine",
    "plots",
    "progress",
    "sunspots",
    "verdict",
]
