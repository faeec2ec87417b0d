from .arrows import arrows
from .diagrams import cell_diagram, unrolled
from .figures import (
    COLOURS,
    Picture,
    attention_map,
    bands,
    bars,
    coloured_text,
    curves,
    gate_map,
    influence_map,
    signed_map,
)
from .live import LiveLoss

__all__ = [
    "COLOURS",
    "LiveLoss",
    "Picture",
    "arrows",
    "attention_map",
    "bands",
    "bars",
    "cell_diagram",
    "coloured_text",
    "curves",
    "gate_map",
    "influence_map",
    "signed_map",
    "unrolled",
]
