"""The check of QAOA parameters where no circuit does it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def checked_parameters(params: ArrayLike, count: int) -> NDArray[np.float64]:
    """The parameters as an array of shape (count,).

    Raises:
        ValueError: if they are not `count` finite numbers.
    """
    vector = np.asarray(params, dtype=float)
    if vector.shape != (count,):
        raise ValueError(f"expected {count} parameters, got an array of shape {vector.shape}")
    if not np.isfinite(vector).all():
        raise ValueError("expected finite parameters, got NaN or infinity")
    return vector
