.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

help: ## list every target
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,dev]'
	touch $(READY)

setup: $(READY) ## create .venv with the pinned dependencies

demo: $(READY) ## generate a shop, train on it, serve it, ask it, write demo/lookbook.html
	$(BIN)/outfit demo --out demo

test: $(READY) ## run the default tests
	$(BIN)/python -m pytest -m "not slow" --numprocesses 2

test-slow: $(READY) ## run every test, with branch coverage
	$(BIN)/python -m pytest --cov --cov-report=term --cov-fail-under=95

check: $(READY) ## lint, types, import contracts, generated code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory protos
	git diff --exit-code -- serving/pb

protos: $(READY) ## generate serving/pb from protos
	$(BIN)/python -m grpc_tools.protoc -Iserving/pb=protos --python_out=. --pyi_out=. --grpc_python_out=. protos/outfit/v1/*.proto

format: $(READY) ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## print what things cost here, as ratios to a reference
	$(BIN)/python -m benchmarks

ci: check test ## what continuous integration runs

.PHONY: help setup demo test test-slow check protos format bench ci
