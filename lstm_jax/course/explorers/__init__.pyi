from .cell import CellExplorer
from .decay import DecayExplorer
from .forecast import ForecastExplorer
from .gate import GateExplorer
from .gradient import GradientExplorer
from .rnn import RNNExplorer
from .scaling import ScalingExplorer
from .sentence import SentenceExplorer
from .text import TextExplorer
from .trained import TrainedCellExplorer
from .training import TrainingExplorer

__all__ = [
    "CellExplorer",
    "DecayExplorer",
    "ForecastExplorer",
    "GateExplorer",
    "GradientExplorer",
    "RNNExplorer",
    "ScalingExplorer",
    "SentenceExplorer",
    "TextExplorer",
    "TrainedCellExplorer",
    "TrainingExplorer",
]
