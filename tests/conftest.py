"""Settings shared by all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings

from qminima import Progress

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


class _StopAt(Progress):
    """Presses Ctrl-C at the given note."""

    def __init__(self, count: int) -> None:
        self.left = count

    def note(self, text: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


@pytest.fixture
def stop_at() -> Callable[[int], Progress]:
    """Progress that presses Ctrl-C at the given note."""
    return _StopAt
