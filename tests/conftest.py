"""Settings shared by all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Kernels compile at their first use, which is no slowness of the property under test.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("default")
