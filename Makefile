# Each target sets itself up: it needs Python 3.11 or newer and a package registry, nothing else.
# Everything is installed into .venv inside the checkout, with the versions pinned in constraints.txt.
# `make demo PYTHON=/path/to/python3.12` takes another Python.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$name" && break; done)

PLUGINS := $(patsubst %/pyproject.toml,%,$(sort $(wildcard plugins/*/pyproject.toml)))
PROJECTS := pyproject.toml $(PLUGINS:%=%/pyproject.toml)
# The build backend goes first, so that nothing is built apart from the pins; editables is what it needs for -e.
BACKEND := hatchling editables
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PINNED := --constraint constraints.txt
EDITABLE := --no-build-isolation --editable . $(PLUGINS:%=--editable ./%)
# Servers that tests run, and what drives a browser, all from the registry.
LIVE := --editable "./plugins/tryton[live]" --editable "./plugins/sql[live]" --editable "./plugins/files[live]" \
	--editable "./plugins/serve[browser]"

.PHONY: demo test soak lint docs words bench bench-scale constraints clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	$(BIN)/pimflow demo

# Several files of tests at a time, one more than the machine has processors, since tests wait for the servers that they
# start; `make test WORKERS=0` runs one after the other.
# By file, not by group: pytest 9.2 does not see the groups of pytest-xdist 3.8, and each process would make all servers.
# Files go in the order of their names: those with few tests, each of which takes long, would else all come last.
# Python keeps what it compiles, whatever the environment says: hundreds of processes begin, each with hundreds of modules.
WORKERS ?= $(shell "$(PYTHON)" -c 'import os; print((os.cpu_count() or 1) + 1)')
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/.installed-live
	$(BIN)/python -m compileall -q -j 0 core plugins
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder

# What takes long, half an hour or more: syncs killed at any moment, whole histories of changes and faults, hundreds of
# days of one project. `make test` runs a fast selection of each.
soak: $(VENV)/.installed
	$(BIN)/python -m pytest tests/crash tests/properties tests/soak $(wildcard tests/faults) -m "soak or not soak" -q --durations=20

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --severity-level medium --confidence-level medium --configfile pyproject.toml --recursive core plugins
	.ci/audit

docs: $(VENV)/.installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# Brings the catalogues of words in other languages up to date: translate what is empty in them then.
# `make words PACKAGES=plugins/odoo/pimflow_odoo` does so for one package.
PACKAGES ?= core/pimflow $(filter-out %_sandbox %_testkit,$(wildcard plugins/*/pimflow_*))
words: $(VENV)/.installed
	.ci/words $(BIN) $(PACKAGES)

# Measures, for an hour or so, and writes docs/reference/limits.md. Its modules are called bench_*.py: nothing else runs them.
bench: $(VENV)/.installed
	$(BIN)/python -m pytest $(wildcard tests/bench/bench_*.py) -q -s

# Measures a million products, into nothing and into the sandbox, and writes its tables into the same page.
bench-scale: $(VENV)/.installed
	$(BIN)/python tests/bench/scale.py
	$(BIN)/python tests/bench/scale_pim.py

# Pin anew what a fresh environment gets today.
constraints:
	rm -rf $(VENV)
	touch constraints.txt
	$(MAKE) $(VENV)/.installed-docs PINNED=
	$(BIN)/python -m pip freeze --exclude-editable > constraints.txt

clean:
	rm -rf $(VENV) site .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.installed: $(PROJECTS) constraints.txt | $(BIN)/python
	@echo "installing pimflow and its plugins into $(VENV), one minute or two ..."
	$(INSTALL) $(PINNED) $(BACKEND)
	$(INSTALL) $(PINNED) $(EDITABLE) --editable ".[dev]"
	@touch $@

$(VENV)/.installed-live: $(VENV)/.installed
	@echo "installing the servers that tests run ..."
	$(INSTALL) $(PINNED) $(EDITABLE) $(LIVE)
	@sh .ci/chromium
	@touch $@

$(VENV)/.installed-docs: $(VENV)/.installed-live
	$(INSTALL) $(PINNED) $(EDITABLE) $(LIVE) --editable ".[dev,docs]"
	@touch $@

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "pimflow needs Python 3.11 or newer, and none was found (python3 is $$(python3 --version 2>&1))."; \
		echo "Install one, or name it: make demo PYTHON=/path/to/python3.11"; exit 1; fi
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "pimflow needs Python 3.11 or newer; $(PYTHON) is $$("$(PYTHON)" --version 2>&1)."; exit 1; }
	"$(PYTHON)" -m venv $(VENV)
