"""Explorers: pictures of a cell that answer while you move a slider, in a notebook.

The only package that imports anywidget. `explorer` holds what all explorers share; each explorer
stands in its own file, and its drawing in `js` under the same name.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
