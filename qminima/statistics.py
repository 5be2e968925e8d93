"""Intervals, tests and fits for comparisons of methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, log1p

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError, unknown_name
from .limits import check_whole

Floats = NDArray[np.float64]

# Numbers that resampling holds at a time.
_DRAWS_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Estimate:
    """A value with an interval that covers the true one in a stated share of cases.

    Attributes:
        value: the estimate.
        low: lower end of the interval.
        high: upper end; infinite where the data do not bound it.
    """

    value: float
    low: float
    high: float

    @property
    def censored(self) -> bool:
        """Whether there is no value, only a bound: nothing succeeded."""
        return self.value == inf


def success_probability(
    successes: int, runs: int, *, confidence: float = 0.95, method: str = "jeffreys"
) -> Estimate:
    """A probability from so many successes in independent runs.

    "jeffreys" takes quantiles of the Beta(k + 1/2, n - k + 1/2) distribution, with 0 below no
    success and 1 above no failure; "wilson" inverts the score test. Brown, Cai and DasGupta, Stat.
    Sci. 16, 101 (2001).

    Args:
        successes: k.
        runs: n, at least one.
        confidence: the share of cases in which the interval is to cover the probability.
        method: "jeffreys" or "wilson".

    Raises:
        InputError: for counts that do not fit together, a confidence that is not between 0 and 1,
            or an unknown method.

    >>> found = success_probability(5, 10, method="wilson")
    >>> round(found.low, 4), round(found.high, 4)
    (0.2366, 0.7634)
    """
    from scipy.special import betaincinv, ndtri

    check_whole("a number of runs", runs, 1, 10**15)
    check_whole("a number of successes, no more than runs", successes, 0, runs)
    tail = (1 - _checked(confidence)) / 2
    share = successes / runs
    if method == "jeffreys":
        a, b = successes + 0.5, runs - successes + 0.5
        low = 0.0 if successes == 0 else float(betaincinv(a, b, tail))
        high = 1.0 if successes == runs else float(betaincinv(a, b, 1 - tail))
    elif method == "wilson":
        z = float(ndtri(1 - tail))
        centre = (successes + z**2 / 2) / (runs + z**2)
        half = z / (runs + z**2) * float(np.sqrt(runs * share * (1 - share) + z**2 / 4))
        low = 0.0 if successes == 0 else centre - half
        high = 1.0 if successes == runs else centre + half
    else:
        raise unknown_name("method", method, ("jeffreys", "wilson"))
    return Estimate(share, low, high)


def time_to_solution(
    successes: int,
    runs: int,
    time: float,
    *,
    target: float = 0.99,
    confidence: float = 0.95,
    method: str = "jeffreys",
) -> Estimate:
    """How long independent runs take until one has succeeded with a given probability.

        T = t ln(1 - target)/ln(1 - p),    at least t

    Rønnow et al., Science 345, 420 (2014). T falls with p, so that the ends of the interval of p
    are those of T's, in turn. Where nothing succeeded the value is infinite: the data only say
    that T is not below `low`.

    Args:
        successes: runs that succeeded.
        runs: all runs, each as long as the others.
        time: t of one run, in any unit.
        target: the probability of a success.
        confidence: as in `success_probability`.
        method: as there.

    Raises:
        InputError: as `success_probability`, and for a time that is not above zero or a target that
            is not between 0 and 1.

    >>> found = time_to_solution(10, 100, 2.0)
    >>> round(found.value, 1), found.low < found.value < found.high
    (87.4, True)
    """
    if not 0 < time < inf:
        raise InputError(f"expected a time above zero, got {time}")
    if not 0 < target < 1:
        raise InputError(f"expected a target between 0 and 1, got {target}")
    p = success_probability(successes, runs, confidence=confidence, method=method)

    def total(probability: float) -> float:
        if probability <= 0:
            return inf
        if probability >= target:
            return time
        return time * log1p(-target) / log1p(-probability)

    return Estimate(total(p.value), total(p.high), total(p.low))


def bootstrap(
    sample: ArrayLike,
    statistic: Callable[[Floats], float],
    *,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int | None = None,
) -> Estimate:
    """A statistic of independent values, with the percentile interval of the bootstrap.

    Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. For what has no
    interval by itself, such as a median.

    Args:
        sample: shape (values, ...); values are drawn along the first axis.
        statistic: of a sample.
        confidence: the share of cases in which the interval is to cover.
        resamples: how many samples are drawn.
        seed: of the draws.

    Raises:
        InputError: for an empty sample, or counts or a confidence out of range.

    >>> found = bootstrap([1.0, 2.0, 3.0, 4.0], np.median, seed=0)
    >>> found.value, found.low >= 1, found.high <= 4
    (2.5, True, True)
    """
    values = np.asarray(sample, dtype=float)
    if values.ndim == 0 or not len(values):
        raise InputError("expected a sample of at least one value, got none")
    check_whole("a number of resamples", resamples, 1, 10**9)
    tail = (1 - _checked(confidence)) / 2
    random = np.random.default_rng(seed)
    count = len(values)
    drawn: list[float] = []
    at_once = max(1, _DRAWS_AT_ONCE // max(1, values.size))
    while (left := resamples - len(drawn)) > 0:
        samples = values[random.integers(0, count, (min(left, at_once), count))]
        drawn += [float(statistic(one)) for one in samples]
    # Of values that occur, so that infinite ones are ordered and not averaged.
    low, high = np.quantile(drawn, [tail, 1 - tail], method="inverted_cdf")
    return Estimate(float(statistic(values)), float(low), float(high))


def quantile(values: Sequence[float] | Floats, share: float = 0.5) -> float:
    """The median, or another quantile, of values some of which may be infinite.

    The median is the middle one, or the mean of the two middle ones; infinite if one of these is.
    Other quantiles are one of the values.

    >>> quantile([3.0, 1.0, float("inf"), 2.0]), quantile([1.0, float("inf")])
    (2.5, inf)
    """
    ordered, count = np.sort(values), len(values)
    upper = float(ordered[min(int(share * count), count - 1)])
    if share != 0.5 or count % 2 or upper == inf:
        return upper
    return (float(ordered[count // 2 - 1]) + upper) / 2


@dataclass(frozen=True)
class ExponentialFit:
    """y = a b^n through some points.

    Attributes:
        factor: a.
        base: b, with its interval.
        sizes: smallest and largest n of the fit.
        points: how many there were.
    """

    factor: float
    base: Estimate
    sizes: tuple[float, float]
    points: int


def fit_exponential(
    sizes: ArrayLike, values: ArrayLike, *, confidence: float = 0.95
) -> ExponentialFit:
    """The least-squares line through (n, ln y), and the interval of its slope by Student's t.

    Args:
        sizes: n of each point, at least three, not all equal.
        values: y, above zero and finite: censored points have no place in a fit.
        confidence: of the interval.

    Raises:
        InputError: for other points.

    >>> fit = fit_exponential([10, 11, 12, 13], [3 * 1.5**n for n in (10, 11, 12, 13)])
    >>> round(fit.factor, 6), round(fit.base.value, 6)
    (3.0, 1.5)
    """
    from scipy.stats import t as student

    x, y = np.atleast_1d(np.asarray(sizes, float)), np.atleast_1d(np.asarray(values, float))
    if x.shape != y.shape or x.ndim != 1 or len(x) < 3 or np.ptp(x) == 0:
        raise InputError(f"expected at least three points of different sizes, got {len(x)}")
    if not (np.isfinite(y).all() and (y > 0).all() and np.isfinite(x).all()):
        raise InputError("expected finite values above zero; leave censored ones out")
    logs, centred = np.log(y), x - x.mean()
    spread = float(centred @ centred)
    slope = float(centred @ logs) / spread
    offset = float(logs.mean()) - slope * float(x.mean())
    residuals = logs - offset - slope * x
    error = float(np.sqrt(residuals @ residuals / (len(x) - 2) / spread))
    half = float(student.ppf((1 + _checked(confidence)) / 2, len(x) - 2)) * error
    ends = np.exp([slope - half, slope, slope + half])
    return ExponentialFit(
        float(np.exp(offset)),
        Estimate(float(ends[1]), float(ends[0]), float(ends[2])),
        (float(x.min()), float(x.max())),
        len(x),
    )


def fit_windows(
    sizes: ArrayLike, values: ArrayLike, *, confidence: float = 0.95, least: int = 4
) -> list[ExponentialFit]:
    """Fits that leave out the smallest sizes, one after the other: small instances mislead.

    Args:
        sizes: as in `fit_exponential`.
        values: as there.
        confidence: as there.
        least: different sizes that stay in a fit, at least three.

    Raises:
        InputError: as `fit_exponential`.
    """
    check_whole("a least number of sizes", least, 3, 10**6)
    x, y = np.atleast_1d(np.asarray(sizes, float)), np.atleast_1d(np.asarray(values, float))
    steps = np.unique(x)
    fits = [fit_exponential(x, y, confidence=confidence)]
    for first in steps[1 : max(1, len(steps) - least + 1)]:
        kept = x >= first
        fits.append(fit_exponential(x[kept], y[kept], confidence=confidence))
    return fits


@dataclass(frozen=True)
class PairedTest:
    """Two methods on the same instances.

    Attributes:
        better: instances on which the first has the smaller value.
        worse: those on which it has the larger one.
        p_value: of Wilcoxon's signed-rank test, two-sided; 1 where all are equal.
    """

    better: int
    worse: int
    p_value: float


def paired_test(first: ArrayLike, second: ArrayLike) -> PairedTest:
    """Wilcoxon's signed-rank test of values on the same instances, zero differences left out.

    Wilcoxon, Biometrics Bull. 1, 80 (1945).

    Raises:
        InputError: if there are not as many values of one as of the other, at least one, all
            finite.

    >>> paired_test([1, 2, 3, 4, 5, 6], [2, 4, 5, 8, 9, 9]).better
    6
    """
    from scipy.stats import wilcoxon

    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.shape != other.shape or one.ndim != 1 or not len(one):
        raise InputError(f"expected as many values of both, got {one.shape} and {other.shape}")
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise InputError("expected finite values")
    differences = one - other
    some = differences[differences != 0]
    p_value = float(wilcoxon(some).pvalue) if len(some) else 1.0
    return PairedTest(int((differences < 0).sum()), int((differences > 0).sum()), p_value)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values of several tests, corrected so that even one false alarm among all is rare.

    Holm, Scand. J. Stat. 6, 65 (1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda k: p_values[k])
    corrected, least = [0.0] * len(p_values), 0.0
    for rank, k in enumerate(order):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[k]))
        corrected[k] = least
    return corrected


def performance_profile(
    costs: Mapping[str, Sequence[float]], ratios: ArrayLike
) -> dict[str, list[float]]:
    """The share of instances that each method solves within a ratio of the best method's cost.

    Dolan and Moré, Math. Program. 91, 201 (2002).

    Args:
        costs: of each method, instance by instance, above zero; infinite where it failed.
        ratios: from one on, where the profile is wanted.

    Raises:
        InputError: if methods have different numbers of instances, or costs are not above zero.

    >>> performance_profile({"a": [1.0, 4.0], "b": [2.0, 2.0]}, [1, 2])
    {'a': [0.5, 1.0], 'b': [0.5, 1.0]}
    """
    lengths = {len(values) for values in costs.values()}
    if len(lengths) != 1 or 0 in lengths:
        raise InputError(f"expected the same instances of every method, got {sorted(lengths)}")
    table = np.array(list(costs.values()), dtype=float)
    if not (table > 0).all():
        raise InputError("expected costs above zero")
    best = table.min(axis=0)
    solved = np.isfinite(best)
    factors = np.full(table.shape, inf)
    factors[:, solved] = table[:, solved] / best[solved]
    wanted = np.atleast_1d(np.asarray(ratios, dtype=float))
    if not (wanted >= 1).all():
        raise InputError("expected ratios from one on")
    return {
        name: [float((row <= ratio * (1 + 1e-12)).mean()) for ratio in wanted]
        for name, row in zip(costs, factors, strict=True)
    }


def _checked(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise InputError(f"expected a confidence between 0 and 1, got {confidence}")
    return confidence
