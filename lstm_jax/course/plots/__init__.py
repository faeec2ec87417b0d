"""Pictures of arrays; the only package that imports matplotlib, and only when one is drawn.

figures     curves, bands, bars, maps, coloured text
diagrams    an RNN drawn once for each step; the whole LSTM cell with one path lit
live        a picture that grows while `fit` trains
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
