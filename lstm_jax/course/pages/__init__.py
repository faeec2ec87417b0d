"""A lesson as one web page, and as slides."""
