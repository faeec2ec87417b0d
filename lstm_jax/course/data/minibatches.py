"""Batches for training from arrays that hold all of the data, such as the windows of a series."""

from dataclasses import dataclass, field
from typing import Any

import jax

from lstm_jax.arrays import Key, check_size


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Minibatches:
    """Rows picked at random, with repetition: called with a key, it draws a batch.

    Its arrays travel as arguments of a compiled function, never as constants inside it.

    Attributes:
        arrays: the data, any tree of arrays with the examples along axis 0, such as `(xs, ys)`.
        size: how many rows make a batch.
    """

    arrays: Any
    size: int = field(metadata={"static": True})

    def __call__(self, key: Key) -> Any:
        """Draw a batch: the same rows of every array.

        Raises:
            ValueError: the arrays differ in their number of rows, or have none, or `size` is
                below 1.
        """
        size = check_size("Minibatches", "size", self.size)
        rows = {leaf.shape[0] if leaf.ndim else 0 for leaf in jax.tree.leaves(self.arrays)}
        if len(rows) != 1 or 0 in rows:
            raise ValueError(
                "Minibatches: arrays should all have the same number of rows, at least one, got "
                f"the shapes {[leaf.shape for leaf in jax.tree.leaves(self.arrays)]}"
            )
        chosen = jax.random.randint(key, (size,), 0, rows.pop())
        return jax.tree.map(lambda leaf: leaf[chosen], self.arrays)
