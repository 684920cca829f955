# The commands of this house. `make run` is the first one, `make test` the second; each sets up what it needs.
.PHONY: run demo quick test test-full torture bench screens guide-shots lint check setup types clean services
unexport PYTHONDONTWRITEBYTECODE  # each file has a parser of its own, and each test a house: they must not compile everything anew
BIN := .venv/bin
PYTEST := $(BIN)/pytest -n 3 --dist loadfile --durations=20  # on two cores: most tests wait for servers and browsers; tests/scheduling.py says what stays together
NPM := cd frontend && npm run --silent

run: setup
	@exec $(BIN)/hoclieu serve

demo: setup
	@exec $(BIN)/hoclieu demo

setup:
	@tools/setup.sh run

quick:
	@tools/setup.sh test
	$(PYTEST) -m "quick and not full and not torture"

test: check
	$(PYTEST) -m "not full and not torture"

test-full: check
	$(PYTEST) -m "not torture"

torture: check
	$(BIN)/pytest -m "torture"

check:
	@tools/setup.sh test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(NPM) check
	$(NPM) lint
	$(NPM) test

bench:
	@tools/setup.sh test
	$(BIN)/python -m tests.bench

services:
	@tools/setup.sh test
	@$(BIN)/python -m tests.services

screens:
	@tools/setup.sh test
	$(BIN)/python -m tests.journeys.screens

guide-shots:
	@tools/setup.sh test
	$(BIN)/python -m tests.journeys.guide_shots

types:
	@mkdir -p build
	$(BIN)/hoclieu openapi > build/openapi.json
	$(NPM) types

clean:
	rm -rf .venv build frontend/node_modules frontend/dist
