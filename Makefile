# The verbs of the project. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-for-development
SOURCES ?= sample
PORT ?= 3000
DOCS_PORT ?= 8580
SITE_PORT ?= 8590
SAMPLE_PORT ?= 8750
PAGES ?= 10000
INPUTS ?= 1000000
DIST ?= dist
HOST := 127.0.0.1
DEPLOYED := postgres ducklake s3 dask
LOCK_OPTIONS := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

# Compiled bytecode halves every start; some environments switch it off.
unexport PYTHONDONTWRITEBYTECODE
export UV_COMPILE_BYTECODE := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1

.PHONY: help install lock run ui docs site sample test test-all lint lint-sql format score bench bench-scale fuzz compiled clean

help:  ## List the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | while IFS=$$'\t' read -r verb what; do \
		printf '  make %-9s %s\n' "$$verb" "$$what"; done
	@printf '\nVariables: SOURCES=%s (ids or groups: sample, all), PORT=%s (ui), DOCS_PORT=%s, SITE_PORT=%s, SAMPLE_PORT=%s\n' \
		'$(SOURCES)' '$(PORT)' '$(DOCS_PORT)' '$(SITE_PORT)' '$(SAMPLE_PORT)'

install: $(DEV_STAMP)  ## Make .venv with all that development needs (the other verbs install what they need)

$(BIN)/uv:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is needed: install Python 3.11, or name yours with make PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'

define install_locked
	@echo "installing the locked packages of $(1) into $(VENV)"
	@UV_LINK_MODE=copy $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirements $(1)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
endef

$(STAMP): requirements.lock pyproject.toml | $(BIN)/uv
	$(call install_locked,requirements.lock)

$(DEV_STAMP): requirements-dev.lock $(STAMP)
	$(call install_locked,requirements-dev.lock)

lock:  ## Renew the lock files from pyproject.toml
	@$(BIN)/uv pip compile --quiet $(LOCK_OPTIONS) pyproject.toml --all-extras --group dev -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet $(LOCK_OPTIONS) pyproject.toml -c requirements-dev.lock -o requirements.lock
	@$(BIN)/uv pip compile --quiet $(LOCK_OPTIONS) pyproject.toml $(DEPLOYED:%=--extra %) -c requirements-dev.lock -o docs/deployment/requirements.lock

run: $(STAMP)  ## Run the whole pipeline on SOURCES and print the facts
	@$(BIN)/union-warehouse run --sources '$(SOURCES)'

ui: $(STAMP)  ## Open the Dagster UI with its daemon (PORT), sample site and documentation beside it
	@$(BIN)/python -m orchestration.ui --port $(PORT) --sample-port $(SAMPLE_PORT) --docs-port $(DOCS_PORT) \
		--sources '$(SOURCES)'

docs: $(STAMP)  ## Serve the dbt documentation (DOCS_PORT), made first if need be
	@$(BIN)/python -m orchestration.documentation --port $(DOCS_PORT)

site: $(STAMP)  ## Build the evidence site if needed and serve it (SITE_PORT)
	@$(BIN)/union-warehouse site --port $(SITE_PORT)

sample: $(STAMP)  ## Serve the embedded sample site (SAMPLE_PORT)
	@$(BIN)/union-warehouse serve-sample --port $(SAMPLE_PORT)

test: lint lint-sql  ## Lint, types, import contract, definitions, all tests, dbt build on the sample
	@$(BIN)/dagster definitions validate -w workspace.yaml
	@$(BIN)/python -m pytest -n auto --dist loadgroup --ignore tests/benchmarks -m 'not thorough'

test-all: test  ## The thorough tests, too: Postgres, DuckLake, killed workers (minutes)
	@$(BIN)/python -m pytest -n auto --dist loadgroup --ignore tests/benchmarks -m thorough

lint: $(DEV_STAMP)  ## Ruff, mypy and the import contract
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

lint-sql: $(DEV_STAMP)  ## The models' SQL against its style (sqlfluff; some 20 seconds)
	@cd dbt_project && ../$(BIN)/sqlfluff lint models --disable-progress-bar --processes 2 --nocolor

format: $(DEV_STAMP)  ## Format the code and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

score: $(DEV_STAMP)  ## Measure extraction against the annotated pages
	@$(BIN)/python -m tests.accuracy.measure

bench: $(DEV_STAMP)  ## Measure speed
	@$(BIN)/python -m pytest tests/benchmarks -q

bench-scale: $(DEV_STAMP)  ## Measure all stages on a synthetic site of PAGES pages, with one process, two, and Dask
	@$(BIN)/python -m tests.benchmarks.scale --pages $(PAGES)

fuzz: $(DEV_STAMP)  ## Read INPUTS random and mutated texts (default a million): none may raise or run away
	@$(BIN)/python -m tests.benchmarks.mutated_inputs --inputs $(INPUTS)

compiled: $(DEV_STAMP)  ## Build a wheel of the library with its reader compiled into DIST (some minutes; needs a C compiler)
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	cp -R setup.py pyproject.toml README.md LICENSE ingest "$$folder"; \
	UNION_WAREHOUSE_COMPILE=1 $(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python \
		--out-dir '$(DIST)' "$$folder"
	@echo "built $$(ls -t '$(DIST)'/*.whl | head -1); how to use it stands in docs/deployment.md (The compiled reader):"
	@echo "  pip install --no-deps --target /opt/union-warehouse-compiled '$(DIST)'/*.whl"

clean:  ## Remove what was made, but not data/ and .venv
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dbt_project/target dbt_project/logs
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
