"""What runs say: times to solution by hand, references and their certainty, tests, verdicts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf, log

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qopt
from qminima import Reference
from qminima.statistics import success_probability
from qopt.instances.loading import load_problem
from qopt.problems.instance import Instance
from qopt.sampling.drawn import Drawn, Training
from qopt.study.device_time import Device
from qopt.study.format import gap_words
from qopt.study.instance_measures import OnInstance
from qopt.study.measures import (
    Measured,
    bound_of,
    guessing_mean,
    measure,
    reference_of,
)
from qopt.study.methods import Contender
from qopt.study.runs import Runs
from qopt.study.summary import RATIOS, Summary, summarise
from qopt.study.verdict import CLASSICAL, OPEN, QAOA, findings, verdict

SQUARE = qopt.maxcut(nx.cycle_graph(4), name="square")
INSTANCE = Instance.of(SQUARE)
BEST = Reference(-4.0, "enumeration", "proven")
TABU, LOCAL, EXACT = Contender("tabu"), Contender("local"), Contender("exact")
KNOWN, OWN = Contender("qaoa-fixed", 1), Contender("qaoa", 1)


def runs(*texts: str, problem: qopt.Problem = SQUARE, **drawn: object) -> Runs:
    """Runs with these bit strings; a success of the square is 0101."""
    given_ = {"evaluations": 10 * len(texts), "seconds": 0.5 * len(texts), **drawn}
    return Runs.of(problem, Drawn(bitstrings=texts, **given_))  # type: ignore[arg-type]


class TestRuns:
    def test_every_bit_string_is_scored_by_the_problem(self) -> None:
        found = runs("0101", "0000", "0001", "1010")
        assert found.costs == (-4.0, -2.0, 0.0)
        assert found.counts == (2, 1, 1)
        assert found.mean == -10 / 4
        assert found.best in ("0101", "1010")
        assert found.number == 4
        assert found.successes(-4.0) == 2

    def test_what_violates_a_constraint_is_no_success(self) -> None:
        problem = qopt.independent_set(nx.path_graph(3))
        found = runs("111", "101", "010", problem=problem)
        assert found.infeasible == 1
        assert found.number == 3
        assert found.costs == (-2.0, -1.0)
        assert found.best == "101"
        assert found.mean == pytest.approx((problem.value("111") - 3) / 3)
        none = runs("111", problem=problem, proven=True)
        assert none.best is None
        assert not none.proven

    def test_as_json_and_back(self) -> None:
        found = runs("0101", "0001", training=Training(3, 2, 0.25, 0.5), settings={"sweeps": 3})
        again = Runs.from_entry(json.loads(json.dumps(found.entry())))
        assert again == found

    @given(st.integers(1, 3000), st.integers(0, 10))
    def test_many_costs_become_groups_of_the_same_number_and_mean(
        self, number: int, seed: int
    ) -> None:
        class Line:
            """Costs that are the numbers themselves."""

            def value(self, text: str) -> float:
                return float(int(text))

            def feasible(self, text: str) -> bool:
                return True

        values = np.random.default_rng(seed).integers(0, 5000, number)
        drawn = Drawn(bitstrings=[str(value) for value in values])
        found = Runs.of(Line(), drawn)  # type: ignore[arg-type]
        assert sum(found.counts) == number
        assert list(found.costs) == sorted(found.costs)
        assert len(found.costs) <= 700
        total = sum(c * n for c, n in zip(found.costs, found.counts, strict=True))
        assert total == pytest.approx(float(values.sum()))
        least = np.sort(np.unique(values))[:500]
        assert list(found.costs[: len(least)]) == least.tolist()
        assert found.successes(float(least[-1])) == int((values <= least[-1]).sum())


class TestMeasure:
    def test_by_hand(self) -> None:
        """2 of 4 runs succeed: ln 0.01 / ln 0.5 = 6.64 of them are needed."""
        found = measure(INSTANCE, LOCAL, runs("0101", "0000", "0001", "1010"), BEST, -2.0, Device())
        needed = log(0.01) / log(0.5)
        assert found.to_solution["evaluations"].value == pytest.approx(10 * needed)
        assert found.to_solution["seconds"].value == pytest.approx(0.5 * needed)
        assert "device_seconds" not in found.to_solution
        p = success_probability(2, 4)
        assert found.probability == p
        low = 10 * log(0.01) / log(1 - p.high)
        assert found.to_solution["evaluations"].low == pytest.approx(low)
        assert found.ratio == pytest.approx(2.5 / 4)
        assert found.corrected == pytest.approx((-2.0 + 2.5) / (-2.0 + 4.0))
        assert found.gap == 0
        assert found.solved

    def test_nothing_succeeded(self) -> None:
        found = measure(INSTANCE, LOCAL, runs("0000", "0001"), BEST, -2.0, Device())
        needed = found.to_solution["evaluations"]
        assert needed.censored
        assert 10 <= needed.low < inf
        assert not found.solved
        assert found.gap == 2.0
        entry = found.entry(INSTANCE)["to_solution"]["evaluations"]
        assert entry == {"value": None, "low": needed.low, "high": None, "censored": True}

    def test_a_method_that_has_one_answer(self) -> None:
        once = runs("0101", once=True)
        found = measure(INSTANCE, EXACT, once, BEST, -2.0, Device()).to_solution["seconds"]
        assert (found.low, found.value, found.high) == (0.5, 0.5, 0.5)
        failed = measure(INSTANCE, EXACT, runs("0000", once=True), BEST, -2.0, Device())
        assert failed.to_solution["seconds"].low == inf

    def test_a_relaxation_belongs_to_the_time_of_its_method(self) -> None:
        prepared = runs("0101", "0101", training=Training(seconds=7.0))
        found = measure(INSTANCE, Contender("gw"), prepared, BEST, -2.0, Device())
        assert found.to_solution["seconds"].value == pytest.approx(7.5)

    def test_clocks_of_circuits(self) -> None:
        device = Device(gate_time=1e-3, readout_time=5e-3)
        shots = runs(
            "0101", "0000", rounds=20, evaluations=2, seconds=0.0, simulation_seconds=9.0,
            training=Training(evaluations=600, shots=600, simulation_seconds=3.0),
        )  # fmt: skip
        found = measure(INSTANCE, OWN, shots, BEST, -2.0, device)
        needed = log(0.01) / log(0.5)
        assert set(found.to_solution) == {"evaluations", "device_seconds"}
        assert found.to_solution["evaluations"].value == pytest.approx(needed)
        assert found.to_solution["device_seconds"].value == pytest.approx(needed * 0.025)
        assert found.with_training("evaluations") == pytest.approx(needed + 600)
        assert found.with_training("device_seconds") == pytest.approx((needed + 600) * 0.025)
        entry = found.entry(INSTANCE)
        assert entry["simulation_seconds"] == 9.0
        assert entry["training_simulation_seconds"] == 3.0
        both = measure(INSTANCE, replace(OWN, then_local=True), shots, BEST, -2.0, device)
        assert set(both.to_solution) == {"evaluations", "seconds", "device_seconds"}

    def test_costs_equal_but_for_rounding_are_successes(self) -> None:
        nearly = Reference(-4.0 - 1e-14, "HiGHS", "proven")
        found = measure(INSTANCE, LOCAL, runs("0101"), nearly, -2.0, Device())
        assert found.solved

    def test_large_weights_hide_no_difference(self) -> None:
        """A cut that is one short of 1e10 is no success."""
        graph: nx.Graph[int] = nx.path_graph(4)
        nx.set_edge_attributes(graph, {(0, 1): 1e10, (1, 2): 1.0, (2, 3): 1.0}, "weight")
        wide = qopt.maxcut(graph)
        best = Reference(-1e10 - 2, "enumeration", "proven")
        found = measure(
            Instance.of(wide), LOCAL, runs("0101", "0111", problem=wide), best, 0.0, Device()
        )
        assert found.runs.successes(found.goal or 0.0) == 1

    def test_values_from_elsewhere_may_have_been_rounded(self) -> None:
        rounded = Reference(-4.0 - 1e-9, "a table", "best known", "a paper, 2020")
        found = measure(INSTANCE, LOCAL, runs("0101"), rounded, -2.0, Device())
        assert found.solved

    def test_ratios_only_where_they_mean_something(self) -> None:
        negative = qopt.ising({("a", "b"): 1.0}, maximise=False)
        found = measure(
            Instance.of(negative), LOCAL, runs("01", problem=negative),
            Reference(-1.0, "enumeration", "proven"), 0.0, Device(),
        )  # fmt: skip
        assert found.ratio is None
        assert found.corrected == 1.0


class TestReference:
    def test_proven_before_known_before_best(self) -> None:
        seen = [runs("0001"), runs("0000")]
        assert reference_of(INSTANCE, seen, -4.0) == Reference(-4.0, "enumeration", "proven")
        own = reference_of(INSTANCE, [*seen, runs("0101", proven=True)], None)
        assert own is not None
        assert (own.value, own.certainty) == (-4.0, "proven")
        known = Reference(-3.0, "a table", "best known", "a paper, 2020")
        instance = Instance.of(replace(SQUARE, reference=known))
        assert reference_of(instance, seen, None) == known
        better = reference_of(instance, [*seen, runs("0101")], None)
        assert better is not None
        assert (better.value, better.certainty) == (-4.0, "estimate")
        assert reference_of(INSTANCE, [], None) is None

    def test_bounds(self) -> None:
        seen = [runs("0001", bound=-5.0), runs("0000", bound=-4.5), runs("0000")]
        assert bound_of(Reference(-2.0, "tabu", "estimate"), seen) == -4.5
        assert bound_of(BEST, seen) == -4.0
        assert bound_of(None, [runs("0000")]) is None

    @pytest.mark.parametrize(
        ("certainty", "label"),
        [("proven", "proven"), ("best known", "best known"), ("estimate", "unknown")],
    )
    def test_gaps_say_how_far_they_can_be_trusted(self, certainty: str, label: str) -> None:
        reference = Reference(-4.0, "somewhere", certainty, "a paper, 2020")  # type: ignore[arg-type]
        one = OnInstance(INSTANCE, reference, None, -2.0, (), {})
        assert one.entry()["reference"]["gaps"] == label
        assert gap_words(one, 1.5) == f"1.5 ({label})"

    def test_guessing(self) -> None:
        assert guessing_mean(INSTANCE) == -2.0
        problem = qopt.independent_set(nx.cycle_graph(5))
        every = [problem.value(f"{x:05b}"[::-1]) for x in range(32)]
        assert guessing_mean(Instance.of(problem)) == pytest.approx(np.mean(every))
        folio = load_problem("6", "portfolio")
        native = Instance.of(folio)
        kept = [text for x in range(64) if folio.feasible(text := f"{x:06b}"[::-1])]
        expected = np.mean([folio.value(text) for text in kept])
        assert guessing_mean(native) == pytest.approx(expected)


def studied(
    needed: Mapping[Contender, Sequence[float]],
    sizes: Sequence[int] | None = None,
    seconds: Mapping[Contender, Sequence[float]] | None = None,
    proven: bool = False,
    low: float = inf,
    training: Mapping[Contender, float] | None = None,
) -> tuple[Summary, list[OnInstance]]:
    """Instances on which methods take so many evaluations, and so many seconds by their clock."""
    from qminima.statistics import Estimate

    count = len(next(iter(needed.values())))
    seconds = seconds or needed
    instances = []
    for k in range(count):
        results = []
        for entry, values in needed.items():
            clock = "device_seconds" if entry.quantum else "seconds"
            solved = np.isfinite(values[k])
            results.append(
                Measured(
                    contender=entry,
                    runs=runs("0101" if solved else "0000", proven=proven and entry.exact),
                    goal=-4.0,
                    probability=None,
                    to_solution={
                        "evaluations": Estimate(values[k], min(values[k], low), values[k]),
                        clock: Estimate(
                            seconds[entry][k], min(seconds[entry][k], low), seconds[entry][k]
                        ),
                    },
                    training={"evaluations": (training or {}).get(entry, 0.0)},
                    ratio=None,
                    corrected=0.5,
                    gap=0.0,
                )
            )
        size = sizes[k] if sizes else 10
        problem = qopt.maxcut(nx.cycle_graph(size), name=str(k))
        instances.append(OnInstance(Instance.of(problem), BEST, -4.0, -2.0, tuple(results), {}))
    return summarise(tuple(needed), instances), instances


FEW, MANY = [10.0 + k for k in range(10)], [100.0 + k for k in range(10)]


class TestSummary:
    def test_medians_and_profiles(self) -> None:
        summary, _ = studied({TABU: [1.0, 2.0, 3.0], LOCAL: [2.0, 1.0, inf]})
        tabu, local = summary.overall
        assert tabu.to_solution["evaluations"].value == 2.0
        assert local.to_solution["evaluations"].value == 2.0
        assert local.to_solution["evaluations"].high == inf
        assert (tabu.solved, local.solved) == (3, 2)
        profile = summary.profiles["evaluations"]
        assert profile[TABU.id][0] == pytest.approx(2 / 3)
        assert profile[LOCAL.id][-1] == pytest.approx(2 / 3)
        assert len(profile[TABU.id]) == len(RATIOS)

    def test_a_circuit_meets_the_best_baseline_on_its_own_instances(self) -> None:
        """On the instances of the circuit tabu is best, though not over all."""
        summary, instances = studied({TABU: [1.0, 1e6, 1e6], LOCAL: [5.0] * 3, KNOWN: [4.0] * 3})
        few = [replace(one, results=one.results[:2]) for one in instances[1:]]
        mixed = summarise((TABU, LOCAL, KNOWN), [instances[0], *few])
        assert mixed.pairs[0].classical.contender is TABU
        assert mixed.pairs[0].needed[1].value == 1.0
        assert summary.pairs[0].classical.contender is LOCAL

    def test_wilcoxon_and_holm_by_hand(self) -> None:
        from scipy.stats import wilcoxon

        worse = [200.0 + 3 * k for k in range(10)]
        summary, _ = studied({TABU: MANY, KNOWN: FEW, OWN: worse})
        pairs = {pair.quantum.contender: pair for pair in summary.pairs[:2]}
        raw = [float(wilcoxon(np.log(one) - np.log(MANY)).pvalue) for one in (FEW, worse)]
        assert pairs[KNOWN].p_value == pytest.approx(2 * min(raw))
        assert pairs[KNOWN].test.better == 10
        ratio = pairs[KNOWN].ratio
        assert ratio is not None
        assert ratio.value == pytest.approx(np.median(np.array(FEW) / np.array(MANY)))

    def test_growth_is_fitted_through_medians_and_not_where_a_size_is_unsolved(self) -> None:
        sizes = [n for n in (8, 10, 12, 14, 16) for _ in range(3)]
        grown = [5 * 1.3**n for n in sizes]
        hidden = [value if n < 16 else inf for value, n in zip(grown, sizes, strict=True)]
        summary, _ = studied({TABU: grown, LOCAL: hidden}, sizes)
        fits = summary.overall[0].growth["evaluations"]
        assert fits[0].base.value == pytest.approx(1.3)
        assert [fit.sizes for fit in fits] == [(8, 16), (10, 16)]
        assert summary.overall[1].growth == {}


class TestVerdict:
    def said(self, *args: object, **more: object) -> tuple[dict[str, str], str]:
        summary, instances = studied(*args, **more)  # type: ignore[arg-type]
        found = findings(summary)
        return {one.metric: one.winner for one in found}, verdict(summary, found, instances)

    def test_classical_wins(self) -> None:
        winners, text = self.said({TABU: FEW, KNOWN: MANY}, seconds={TABU: FEW, KNOWN: MANY})
        assert winners == {"evaluations": CLASSICAL, "seconds": OPEN}
        assert text.startswith("Not decided (10 instances of 10 variables, optima proven).")
        slow = [1e5 + k for k in range(10)]
        winners, text = self.said({TABU: FEW, KNOWN: MANY}, seconds={TABU: FEW, KNOWN: slow})
        assert winners == {"evaluations": CLASSICAL, "seconds": CLASSICAL}
        assert text.startswith("Classical wins (10 instances of 10 variables, optima proven).")

    def test_qaoa_wins_by_both_or_nothing_is_resolved(self) -> None:
        quick = [1e-6 * (1 + k) for k in range(10)]
        winners, text = self.said({TABU: MANY, KNOWN: FEW}, seconds={TABU: MANY, KNOWN: quick})
        assert winners == {"evaluations": QAOA, "seconds": QAOA}
        assert text.startswith("QAOA wins in the model of a device without noise")
        assert "up to 10 variables say little of larger ones" in text
        slow = [1e5 + k for k in range(10)]
        winners, text = self.said({TABU: MANY, KNOWN: FEW}, seconds={TABU: MANY, KNOWN: slow})
        assert winners == {"evaluations": QAOA, "seconds": CLASSICAL}
        assert text.startswith("Not decided (10")

    def test_a_small_difference_in_modelled_time_decides_nothing(self) -> None:
        quicker = [value / 5 for value in MANY]
        winners, text = self.said({TABU: MANY, KNOWN: FEW}, seconds={TABU: MANY, KNOWN: quicker})
        assert winners["seconds"] == OPEN
        assert "a model without noise decides factors above 10 only" in text

    def test_what_chance_may_have_done_decides_nothing(self) -> None:
        mixed = [value * (3 if k % 2 else 1 / 3) for k, value in enumerate(MANY)]
        winners, text = self.said({TABU: MANY, KNOWN: mixed})
        assert winners["evaluations"] == OPEN
        assert text.startswith("Not decided (")

    def test_a_proof_in_less_time_than_circuits_need_decides(self) -> None:
        slow = [1e5 + k for k in range(10)]
        winners, text = self.said(
            {TABU: MANY, EXACT: MANY, KNOWN: FEW},
            seconds={TABU: MANY, EXACT: MANY, KNOWN: slow},
            proven=True,
        )
        assert winners["proof"] == CLASSICAL
        assert text.startswith("Classical wins: exact solvers prove the optima in less time")

    def test_growth(self) -> None:
        sizes = [n for n in (8, 10, 12, 14, 16, 18) for _ in range(2)]
        noise = np.random.default_rng(0).uniform(0.99, 1.01, len(sizes))
        slow = [float(e * 1.2**n) for n, e in zip(sizes, noise, strict=True)]
        fast = [float(e * 1.6**n) for n, e in zip(sizes, noise, strict=True)]
        winners, text = self.said({TABU: slow, KNOWN: fast}, sizes)
        assert winners["growth"] == CLASSICAL
        assert "growth from 8 to 18 variables, without training: QAOA 1.60^n" in text
        winners, _ = self.said({TABU: slow, KNOWN: slow}, sizes)
        assert winners["growth"] == OPEN

    def test_unsolved_instances(self) -> None:
        never = [inf] * 10
        winners, text = self.said({TABU: FEW, KNOWN: never})
        assert winners["evaluations"] == CLASSICAL
        assert "; QAOA solved 0 of 10, p = " in text
        winners, text = self.said({TABU: never, KNOWN: never})
        assert winners["evaluations"] == OPEN
        assert "undecided: QAOA solved 0 of 10, the baseline 0" in text

    def test_what_was_not_run_for_as_long_is_undecided(self) -> None:
        """No success in runs of 50 evaluations in all says nothing beside a baseline's 100."""
        summary, instances = studied({TABU: MANY, KNOWN: [inf] * 10}, low=50.0)
        pair = summary.pairs[0]
        assert (pair.undecided, pair.ratio, pair.p_value) == (10, None, 1.0)
        found = findings(summary)
        assert verdict(summary, found, instances).startswith("Not decided")
        longer, _ = studied({TABU: MANY, KNOWN: [inf] * 10}, low=500.0)
        assert longer.pairs[0].undecided == 0
        assert longer.pairs[0].ratio is not None
        assert longer.pairs[0].ratio.value == inf

    def test_training_counts_on_both_sides(self) -> None:
        summary, _ = studied({TABU: MANY, KNOWN: FEW}, training={KNOWN: 1000.0})
        assert summary.pairs[0].needed[0].value == pytest.approx(1014.5)
        assert summary.pairs[0].test.worse == 10
        summary, _ = studied({TABU: FEW, KNOWN: MANY}, training={TABU: 1000.0})
        assert summary.pairs[0].needed[1].value == pytest.approx(1014.5)
        assert summary.pairs[0].test.better == 10

    def test_one_circuit_has_to_win_by_both_clocks(self) -> None:
        """One with few evaluations and long shots, one the other way round: nothing is resolved."""
        huge, tiny = [1e5 + k for k in range(10)], [1e-6 * (1 + k) for k in range(10)]
        mixed = {TABU: MANY, KNOWN: FEW, OWN: huge}
        winners, text = self.said(mixed, seconds={TABU: MANY, KNOWN: huge, OWN: tiny})
        assert winners == {"evaluations": QAOA, "seconds": QAOA}
        assert text.startswith("Not decided")

    def test_the_sentences_are_of_the_best_circuit(self) -> None:
        _, text = self.said({TABU: MANY, KNOWN: FEW, OWN: [value + 1 for value in FEW]})
        assert "evaluations: QAOA, fixed angles, p = 1: 14.5; tabu: " in text

    def test_counts_are_those_of_the_circuit_s_instances(self) -> None:
        """Tabu solves only the instances on which no circuit ran."""
        needed = {TABU: [inf] * 10 + MANY, KNOWN: FEW + MANY}
        _, instances = studied(needed, sizes=[8] * 10 + [60] * 10)
        few = [
            replace(
                one, results=tuple(r for r in one.results if one.size == 8 or r.contender is TABU)
            )
            for one in instances
        ]
        summary = summarise((TABU, KNOWN), few)
        assert summary.pairs[0].solved == (10, 0)
        assert summary.pairs[0].sizes == (8,)
        text = verdict(summary, findings(summary), few)
        assert "; tabu solved 0 of 10, p = " in text
        assert "circuits on 10 of them" in text

    def test_without_circuits(self) -> None:
        winners, text = self.said({TABU: FEW, LOCAL: MANY})
        assert winners == {"heuristics": OPEN}
        assert "best heuristic: tabu, best cost on 10 of 10 instances" in text
        _, text = self.said({TABU: [inf] * 10, LOCAL: [inf] * 10})
        assert "no heuristic found a best cost; closest: tabu" in text
        assert text.startswith("Nothing is decided, as no circuit ran beside a classical method")

    def test_nothing(self) -> None:
        assert verdict(summarise((), []), (), []) == "Nothing was compared."
