# Two commands are enough: `make run` and `make test`. The others are for those who change BioSetu.
.DEFAULT_GOAL := help
.PHONY: help run test format lint licences bench soak docs clean environment environment-test

PARTY ?= LKA
PORT ?= 8000
export BIOSETU_HOME ?= $(CURDIR)/.home
export NUMBA_CACHE_DIR ?= $(BIOSETU_HOME)/numba
PYTHON := .venv/bin/python
BIOSETU := $(PYTHON) -m biosetu
DOSSIER := $(BIOSETU_HOME)/dossiers/$(PARTY).html

help:
	@echo "make run      prepare everything, write a dossier, start the centre (PARTY=$(PARTY) PORT=$(PORT))"
	@echo "make test     install what tests need and run them all"
	@echo "make lint     format, lint, types, import contracts, licences"
	@echo "make bench    what is timed; make soak: what is large or random for long"
	@echo "make docs     the user's book"

environment:
	@sh scripts/setup.sh run

environment-test:
	@sh scripts/setup.sh test

run: environment
	@test -f "$(DOSSIER)" || $(BIOSETU) dossier $(PARTY) --out "$(BIOSETU_HOME)/dossiers" --quiet >/dev/null
	@echo "The dossier of $(PARTY): $(DOSSIER)  (biosetu dossier $(PARTY) writes it anew)"
	@$(BIOSETU) serve --demo --port $(PORT)

test: environment-test
	@sh scripts/test.sh

format:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(PYTHON) scripts/contracts.py
	$(PYTHON) scripts/licences.py

bench:
	$(PYTHON) -m benchmarks

soak:
	$(PYTHON) -m pytest -q -m soak tests

docs:
	$(PYTHON) -m sphinx -q -W -b html docs docs/_build

clean:
	rm -rf .home .pytest_cache .mypy_cache .ruff_cache docs/_build
