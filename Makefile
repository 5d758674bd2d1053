.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
BUF_VERSION := 1.75.0
BUF := .venv/buf-$(BUF_VERSION)/node_modules/.bin/buf
PB := serving/pb/outfit/v1
NODE_CLIENT := tests/node/node_modules/.package-lock.json
AUDIT_VERSION := 2.10.1
AUDIT := .venv/audit-$(AUDIT_VERSION)/bin/pip-audit
AUDIT_FLAGS := --strict --disable-pip --no-deps --progress-spinner off

help: ## list every target
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

$(READY): pyproject.toml constraints.txt hatch_build.py engine/byte_scan.c
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,dev]'
	touch $(READY)

setup: $(READY) ## create .venv with the pinned dependencies

demo: $(READY) ## generate a shop, train on it, serve it, ask it, write demo/lookbook.html
	$(BIN)/outfit demo --out demo

test: $(READY) ## run the default tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not slow" --numprocesses 2

test-slow: $(READY) ## run every test, with branch coverage
	$(BIN)/python -m pytest --cov --cov-report=term --cov-fail-under=95

check: $(READY) ## lint, types, import contracts, protos, generated code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory lint-protos breaking-protos protos
	git diff --exit-code -- serving/pb
	test -z "$$(git status --porcelain -- serving/pb)"

# protoc names Python modules after the folders of the contract; ours live in serving.pb.
protos: $(READY) ## generate serving/pb from protos
	rm -f $(PB)/*_pb2*
	$(BIN)/python -m grpc_tools.protoc -Iprotos --python_out=serving/pb --pyi_out=serving/pb --grpc_python_out=serving/pb protos/outfit/v1/*.proto
	sed -i.before 's/^from outfit\.v1 import/from serving.pb.outfit.v1 import/' $(PB)/*_pb2*.py*
	rm $(PB)/*.before

$(BUF):
	npm install --silent --no-fund --no-audit --prefix .venv/buf-$(BUF_VERSION) @bufbuild/buf@$(BUF_VERSION)

lint-protos: ## lint the contract by buf's STANDARD rules
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(BUF) && $(BUF) lint && echo "buf $(BUF_VERSION): the contract keeps the STANDARD rules"; \
	else echo "WARNING: THE CONTRACT WAS NOT LINTED: npm, which installs buf, is not here" >&2; fi

breaking-protos: ## compare the contract with that of the latest tag
	@.ci/breaking-protos $(BUF)

$(AUDIT):
	$(PYTHON) -m venv .venv/audit-$(AUDIT_VERSION)
	.venv/audit-$(AUDIT_VERSION)/bin/python -m pip install --quiet --quiet --disable-pip-version-check pip-audit==$(AUDIT_VERSION)

# It asks PyPI's JSON interface (/pypi/NAME/VERSION/json), which mirrors of PyPI seldom have. Where that
# knows a pin that is surely on PyPI, it has to know every pin, and a vulnerability is a failure.
audit: $(AUDIT) ## look for known vulnerabilities of the pinned dependencies; needs PyPI itself
	@if grep '^grpcio==' constraints.txt | $(AUDIT) $(AUDIT_FLAGS) --format json --requirement /dev/stdin 2>/dev/null | grep -q '"vulns"'; \
	then $(AUDIT) $(AUDIT_FLAGS) --requirement constraints.txt; \
	else echo "WARNING: THE DEPENDENCIES WERE NOT AUDITED: the JSON interface of PyPI, which knows vulnerabilities, does not answer here" >&2; fi

$(NODE_CLIENT): tests/node/package.json tests/node/package-lock.json
	npm ci --silent --no-fund --no-audit --prefix tests/node
	touch $@

node-client: $(READY) ## call every method of a real server from Node, in clear and over TLS
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(NODE_CLIENT) && PYTHON=$(BIN)/python OMP_NUM_THREADS=1 node --test --test-reporter=spec tests/node/client.test.js; \
	else echo "WARNING: NO CLIENT OF ANOTHER LANGUAGE WAS TRIED: npm, which installs what it needs, is not here" >&2; fi

format: $(READY) ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## print what things cost here, as ratios to a reference
	$(BIN)/python -m benchmarks

fuzz: $(READY) ## ask a real server 100,000 strange requests, and decode a million strange inputs
	$(BIN)/python -m pytest tests/serving/test_fuzz.py -rP --fuzz-requests 100000
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[fuzz]'
	$(BIN)/python -m tests.fuzz.codec -runs=1000000 -print_final_stats=1

ci: check audit node-client test ## what continuous integration runs

.PHONY: help setup demo test test-slow check protos lint-protos breaking-protos audit node-client format bench fuzz ci
