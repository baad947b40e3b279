# Everything runs in .venv, which the first command makes.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: run test test-slow check format bench soak lab clean

run: $(READY)  ## refresh, tables, chart pack, notebooks
	$(BIN)/opdat run

test: $(READY)  ## what everybody runs before a change is shared
	$(BIN)/python -m pytest -n auto -m "not slow"

test-slow: $(READY)  ## what needs a browser, Java or minutes
	$(BIN)/python -m pytest -m slow

check: $(READY)  ## lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

bench: $(READY)  ## side-by-side ratios
	$(BIN)/python benchmarks/refresh.py
	$(BIN)/python benchmarks/metrics.py
	$(BIN)/python benchmarks/pack.py

MINUTES ?= 10
soak: $(READY)  ## long trials with random input: make soak MINUTES=60
	$(BIN)/python -m soak.refreshes --minutes $(MINUTES)
	$(BIN)/python -m soak.parsers --minutes $(MINUTES)

lab: $(READY)  ## JupyterLab at notebooks/
	$(BIN)/opdat lab

clean:  ## what can be made again
	find data/processed -mindepth 1 ! -name README.md -delete
	[ ! -d exports ] || find exports -mindepth 1 ! -name released.csv -delete  # later releases are checked against it
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is %d.%d. Name one: make run PYTHON=python3.11" % sys.version_info[:2] or 0)'
	@echo "Making .venv (this takes a few minutes the first time) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $(READY)
