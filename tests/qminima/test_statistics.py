"""Intervals by simulation and inversion, tests and fits against SciPy and by hand."""

from __future__ import annotations

from math import inf, log

import coverage_table
import numpy as np
import pytest
from scipy import stats

from qminima import InputError
from qminima.statistics import (
    bootstrap,
    fit_exponential,
    fit_windows,
    paired_test,
    performance_profile,
    success_probability,
    time_to_solution,
)


@pytest.mark.parametrize("method", ["jeffreys", "wilson"])
def test_coverage_on_average(method: str) -> None:
    """Nominal 95 % intervals cover 93 to 97 % on average over p from 0.005 to 0.9."""
    rows = [coverage_table.coverage(p) for p in coverage_table.PROBABILITIES]
    columns = {"jeffreys": (1, 2), "wilson": (3, 4)}[method]
    for column in columns:
        mean = np.mean([row[column] for row in rows])
        assert 0.93 <= mean <= 0.97


@pytest.mark.parametrize(("k", "n"), [(0, 7), (1, 20), (5, 10), (19, 20), (7, 7), (123, 1000)])
def test_wilson_inverts_the_score_test(k: int, n: int) -> None:
    """At the ends, the observed share is 1.96 standard deviations from the mean."""
    found = success_probability(k, n, method="wilson")
    z = stats.norm.ppf(0.975)
    for end in (found.low, found.high):
        if 0 < end < 1:
            assert abs(k / n - end) == pytest.approx(z * np.sqrt(end * (1 - end) / n))
    assert (found.low == 0) == (k == 0)
    assert (found.high == 1) == (k == n)
    assert found.value == k / n


@pytest.mark.parametrize(("k", "n"), [(0, 7), (1, 20), (5, 10), (19, 20), (7, 7)])
def test_jeffreys_is_the_posterior(k: int, n: int) -> None:
    found = success_probability(k, n, confidence=0.9)
    posterior = stats.beta(k + 0.5, n - k + 0.5)
    assert found.low == (0 if k == 0 else pytest.approx(posterior.ppf(0.05)))
    assert found.high == (1 if k == n else pytest.approx(posterior.ppf(0.95)))


def test_time_to_solution() -> None:
    found = time_to_solution(50, 100, 3.0)
    assert found.value == pytest.approx(3 * log(0.01) / log(0.5))
    p = success_probability(50, 100)
    assert found.low == pytest.approx(3 * log(0.01) / log(1 - p.high))
    assert found.high == pytest.approx(3 * log(0.01) / log(1 - p.low))
    never = time_to_solution(0, 100, 3.0)
    assert never.censored
    assert never.high == inf
    assert 3 < never.low < inf
    always = time_to_solution(100, 100, 3.0)
    assert always.value == always.low == 3.0  # not less than one run
    assert always.high >= 3.0
    assert not always.censored


def test_bootstrap_of_a_mean_is_near_student() -> None:
    sample = np.random.default_rng(0).normal(size=200)
    found = bootstrap(sample, np.mean, seed=1)
    half = stats.t.ppf(0.975, 199) * sample.std(ddof=1) / np.sqrt(200)
    assert found.value == pytest.approx(sample.mean())
    assert found.low == pytest.approx(sample.mean() - half, abs=0.02)
    assert found.high == pytest.approx(sample.mean() + half, abs=0.02)
    assert bootstrap(sample, np.mean, seed=1) == found


def test_bootstrap_of_censored_times() -> None:
    found = bootstrap([1.0, 2.0, inf, inf, inf], np.median, seed=0)
    assert found.value == found.high == inf
    assert 1 <= found.low <= 2
    assert found.censored


def test_exponential_fit_agrees_with_linear_regression() -> None:
    random = np.random.default_rng(3)
    sizes = np.repeat(np.arange(10, 20), 3)
    values = 2.5 * 1.4**sizes * np.exp(0.2 * random.normal(size=30))
    fit = fit_exponential(sizes, values)
    line = stats.linregress(sizes, np.log(values))
    half = stats.t.ppf(0.975, 28) * line.stderr
    assert fit.base.value == pytest.approx(np.exp(line.slope))
    assert fit.base.low == pytest.approx(np.exp(line.slope - half))
    assert fit.base.high == pytest.approx(np.exp(line.slope + half))
    assert fit.factor == pytest.approx(np.exp(line.intercept))
    windows = fit_windows(sizes, values)
    assert [one.sizes for one in windows] == [(k, 19) for k in range(10, 17)]
    assert windows[0] == fit
    assert windows[2] == fit_exponential(sizes[sizes >= 12], values[sizes >= 12])


def test_fits_cover_the_true_base() -> None:
    random = np.random.default_rng(5)
    sizes = np.arange(10, 23)
    inside = 0
    for _ in range(400):
        fit = fit_exponential(sizes, 1.5**sizes * np.exp(0.3 * random.normal(size=13)))
        inside += fit.base.low <= 1.5 <= fit.base.high
    assert 0.92 <= inside / 400 <= 0.98


def test_paired_test() -> None:
    random = np.random.default_rng(7)
    one = random.normal(size=20)
    other = one + 0.5 + 0.1 * random.normal(size=20)
    found = paired_test(one, other)
    assert (found.better, found.worse) == (20, 0)
    assert found.p_value == pytest.approx(stats.wilcoxon(one - other).pvalue)
    assert paired_test(one, one).p_value == 1
    assert paired_test(one, one).better == 0


def test_profile_of_failures() -> None:
    profile = performance_profile({"a": [1.0, inf, inf], "b": [3.0, 2.0, inf]}, [1, 3, 100])
    assert profile == {"a": [1 / 3] * 3, "b": [1 / 3, 2 / 3, 2 / 3]}


@pytest.mark.parametrize(
    "call",
    [
        lambda: success_probability(3, 2),
        lambda: success_probability(-1, 2),
        lambda: success_probability(1, 0),
        lambda: success_probability(1, 2, confidence=1.0),
        lambda: success_probability(1, 2, method="wald"),
        lambda: success_probability(1.5, 2),  # type: ignore[arg-type]
        lambda: time_to_solution(1, 2, 0.0),
        lambda: time_to_solution(1, 2, 1.0, target=1.0),
        lambda: bootstrap([], np.mean),
        lambda: fit_exponential([1, 2], [1, 2]),
        lambda: fit_exponential([1, 1, 1], [1, 2, 3]),
        lambda: fit_exponential([1, 2, 3], [1, 2, inf]),
        lambda: fit_exponential([1, 2, 3], [1, 0, 2]),
        lambda: paired_test([1.0], [1.0, 2.0]),
        lambda: paired_test([], []),
        lambda: paired_test([1.0], [inf]),
        lambda: performance_profile({"a": [1.0], "b": [1.0, 2.0]}, [1]),
        lambda: performance_profile({"a": [0.0]}, [1]),
        lambda: performance_profile({"a": [1.0]}, [0.5]),
        lambda: fit_exponential(1.0, 2.0),
        lambda: fit_windows([1, 2, 3, 4], [1, 2, 3, 4], least=2),
    ],
)
def test_bad_input(call: object) -> None:
    with pytest.raises(InputError):
        call()  # type: ignore[operator]
