# `make demo` and `make test` need Python 3.11 or later with venv; everything else they install.
# Name another interpreter with `make PYTHON=python3.12 ...`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_CHEMISTRY := h2o
DEMO_GRAPH := 3regular-16

.PHONY: help demo test test-all check format bench-chem bench-qaoa bench-adapt bench-fci bench-limits ansatz-table constraints-table variants-table coverage-table bench-gset constrained-table labs-scaling bench-rivals comparison-study profile clean

help:
	@echo "make demo       install, then solve water and a 3-regular graph"
	@echo "make test       install the test extra, run the suite"
	@echo "make test-all   the suite with its slow tests"
	@echo "make check      format, lint, types, layering, and a wheel in an empty environment"
	@echo "make bench-chem UCCSD beside its fastest peers, in one run (about 15 minutes)"
	@echo "make bench-qaoa QAOA beside gate simulators, in one run (about 30 minutes)"
	@echo "make bench-adapt ADAPT-VQE beside published runs (about 2 minutes)"
	@echo "make bench-fci  FCI beside PySCF's solvers on the same integrals (minutes)"
	@echo "make ansatz-table ansätze side by side on small systems (about 3 minutes)"
	@echo "make constraints-table XY mixers against penalties (under a minute)"
	@echo "make variants-table variants of QAOA on twenty graphs (about a minute)"
	@echo "make coverage-table how often intervals cover the truth (seconds)"
	@echo "make bench-gset GSET=FOLDER   Gset graphs in a minute each, with proven bounds (9 minutes)"
	@echo "make constrained-table searches within constraints beside annealing on penalties (10 minutes)"
	@echo "make bench-rivals heuristics beside D-Wave's and OpenJij's annealers (an hour)"
	@echo "make labs-scaling how work for optimal LABS sequences grows (minutes)"
	@echo "make comparison-study QAOA on 3-regular graphs against classical methods (half an hour)"
	@echo "make bench-limits how long methods take beyond a time limit, and after Ctrl-C (ten minutes)"
	@echo "make profile    where the time of a UCCSD energy with gradient goes"
	@echo "make format     rewrite the sources in the project's format"

demo: $(VENV)/.installed
	@echo "The first run compiles kernels as it needs them; qchem warm-up and qopt warm-up compile all, once."
	$(BIN)/qchem solve $(DEMO_CHEMISTRY)
	$(BIN)/qopt solve $(DEMO_GRAPH)

# Each file of tests goes to one worker, which makes its fixtures and compiles its kernels once.
test: $(VENV)/.installed-test
	$(BIN)/pytest -n 2 --dist loadfile

test-all: $(VENV)/.installed-test
	$(BIN)/pytest -n 2 --dist loadfile -m "slow or not slow"

check: $(VENV)/.installed-check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_layering.py
	$(BIN)/python tools/check_wheel.py

format: $(VENV)/.installed-check
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The peers' environments are made in .peers at the first run.
bench-chem: $(VENV)/.installed
	$(BIN)/python benchmarks/chemistry.py --write docs/benchmarks.md

bench-qaoa: $(VENV)/.installed
	$(BIN)/python benchmarks/qaoa.py --write docs/benchmarks.md

bench-adapt: $(VENV)/.installed
	$(BIN)/python benchmarks/adapt.py --write docs/benchmarks.md

bench-fci: $(VENV)/.installed
	$(BIN)/python benchmarks/fci.py

bench-limits: $(VENV)/.installed
	$(BIN)/python benchmarks/limits.py

ansatz-table: $(VENV)/.installed
	$(BIN)/python benchmarks/ansatz_table.py --write docs/ansatz-table.md

constraints-table: $(VENV)/.installed
	$(BIN)/python benchmarks/constraints.py --write docs/constraints.md

variants-table: $(VENV)/.installed
	$(BIN)/python benchmarks/qaoa_variants.py --write docs/qaoa-variants.md

coverage-table: $(VENV)/.installed
	$(BIN)/python benchmarks/coverage_table.py --write docs/classical.md

bench-gset: $(VENV)/.installed
	$(BIN)/python benchmarks/gset.py $(GSET) --write docs/classical.md

constrained-table: $(VENV)/.installed
	$(BIN)/python benchmarks/constrained_search.py --write docs/classical.md

bench-rivals: $(VENV)/.installed
	$(BIN)/python benchmarks/rivals.py --write docs/classical.md --plot docs/images/rivals.png

labs-scaling: $(VENV)/.installed
	$(BIN)/python benchmarks/labs_scaling.py --write docs/classical.md --plot docs/images/labs.png

comparison-study: $(VENV)/.installed
	$(BIN)/python benchmarks/comparison_study.py --write docs/comparison.md --pictures docs/images

profile: $(VENV)/.installed
	$(BIN)/python benchmarks/profile_ucc.py --write docs/benchmarks.md

clean:
	rm -rf $(VENV) .peers build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.created:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed: make PYTHON=python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	touch $@

# The stamps make a changed pyproject.toml install anew.
$(VENV)/.installed: $(VENV)/.created pyproject.toml
	@echo "installing the package and what it needs into $(VENV), about a minute"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

$(VENV)/.installed-check: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,check]'
	touch $@
