# `make demo` and `make test` need nothing but Python 3.11; `make test-services` also a browser, PostgreSQL and Dask.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.set-up

.PHONY: setup demo test test-services check lint types imports quality clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all,dev]'
	touch $@

demo: $(STAMP)  ## scan the fixtures' outbox; 0 exactly when every verdict is as fixtures/documents.yaml says
	@$(BIN)/python -m tests.demo

test: $(STAMP)
	$(BIN)/pytest -n auto -m 'not services' --ignore tests/services

test-services: $(STAMP)  ## fails, never skips, where the browser or PostgreSQL is missing
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[services]'
	$(BIN)/pytest -m services tests

check: lint types imports test quality

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

quality: $(STAMP)  ## the model as shipped, held against the floors of fixtures/baseline.json
	$(BIN)/sharelight model evaluate --gate fixtures/baseline.json

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
