"""Settings shared by all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Kernels compile at their first use, which is no slowness of the property under test.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("default")


@pytest.fixture(autouse=True)
def _all_threads_again() -> Iterator[None]:
    """Whatever number of threads a test sets, the next one finds all of them."""
    yield
    import numba

    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
