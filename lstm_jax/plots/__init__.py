"""Pictures of arrays; the only package that imports matplotlib.

figures     curves, bands, bars, maps, coloured text
unrolled    an RNN drawn once for each step
"""

from lstm_jax.plots.figures import (
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
from lstm_jax.plots.unrolled import unrolled

__all__ = [
    "COLOURS",
    "Picture",
    "attention_map",
    "bands",
    "bars",
    "coloured_text",
    "curves",
    "gate_map",
    "influence_map",
    "signed_map",
    "unrolled",
]
