# `make` lists the targets. Everything is installed into .venv by whatever needs it; Python is all that must be there.

# The interpreter that .venv is made from. For a second one beside it: make test PYTHON=python3.13 VENV=.venv-3.13
PYTHON ?= python3
VENV = .venv

# Whom `make run` measures.
TARGET = embedded

# Further arguments of the command behind a target: make run ARGS="--profile quick"
ARGS =

BIN := $(VENV)/bin
INSTALL := pip install -qq --disable-pip-version-check
PIP := $(BIN)/python -m $(INSTALL) --require-hashes

# One stamp per lock file, so that pip runs only when a lock has changed.
CREATED := $(VENV)/.created
COMMAND := $(BIN)/iot-conformance
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
ALLURE := $(VENV)/.allure-installed
FUZZ := .venv-fuzz/.installed

# Where the environment forbids caches of compiled modules, every start takes a second longer.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run allure sample test test-all lint selfproof editions clients soak mutants zoo fuzz honest audit endurance bench lock wheel clean

help: ## list the targets (the default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo '  ARGS="..." hands further arguments on, for example: make run ARGS="--profile quick"'

run: $(RUNTIME) ## run the suite against TARGET, by default the embedded reference server
	@$(BIN)/python -m conformance run '$(TARGET)' $(ARGS)

# Whose page `make allure` writes: by default that of the newest run.
RUN = $(shell ls -td reports/*/run.ndjson 2>/dev/null | head -1)

allure: $(ALLURE) ## write the page of Allure 3 of RUN, by default of the newest run (installs Node once)
	@test -n '$(RUN)' || { echo 'there is no run in reports/ yet; begin with: make run' >&2; exit 1; }
	@$(BIN)/python -m conformance report '$(RUN)' --allure --quiet $(ARGS)
	@ls '$(dir $(RUN))allure.html' '$(dir $(RUN))matrix.html'

sample: $(DEV) ## make reports/sample/ anew: the pages of a run against a mock that breaks promises
	@$(BIN)/python -m bench.sample $(ARGS)

PYTEST = $(BIN)/python -m pytest --numprocesses auto --dist worksteal

test: $(DEV) ## run the tests of this project, but for those marked long
	@$(PYTEST) $(ARGS)

test-all: $(DEV) ## run all tests of this project
	@$(PYTEST) -m 'long or not long' $(ARGS)

lint: $(DEV) ## check style, format and types
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy

selfproof: $(DEV) ## break the reference server clause by clause, and see the suite catch each
	@$(BIN)/python -m conformance selfproof $(ARGS)

editions: $(DEV) ## hold the contract to its revisions, draw the cases, count the clauses (ARGS=--raise begins a revision)
	@$(BIN)/python -m conformance contract lock $(ARGS)
	@$(BIN)/python -m conformance.openapi.draw_cases
	@$(BIN)/python -m tests.test_readme

# The Python clients always; those for Node where Node is there and their packages can be had.
NODE_CLIENTS := tests/clients
clients: $(DEV) ## let Alibaba Cloud's own clients walk both workflows, in every edition
	@$(BIN)/python -m pytest tests/test_real_clients.py tests/test_clients_compared.py $(ARGS)
	@if ! command -v node >/dev/null || ! command -v npm >/dev/null; then \
		echo 'no Node here: its two clients are left out'; \
	elif ! (cd $(NODE_CLIENTS) && npm ci --silent --no-audit --no-fund); then \
		echo 'the packages for Node could not be installed: its two clients are left out'; \
	else \
		$(BIN)/python -m pytest $(NODE_CLIENTS)/node_clients.py $(ARGS); \
	fi

# How many seeds `make soak` takes.
SEEDS = 200

soak: $(DEV) ## measure many legal servers, seed by seed, and count false alarms (SEEDS=200)
	@$(BIN)/python -m bench.soak --seeds $(SEEDS) $(ARGS)

mutants: $(DEV) ## change the reference's own code a little, many times, and count what is noticed
	@$(BIN)/python -m bench.mutants $(ARGS)

zoo: $(DEV) ## hostile targets, also those that take long to run away from
	@ZOO_TABLE=1 $(BIN)/python -m pytest tests/zoo -m 'long or not long' $(ARGS)

# Where atheris cannot be installed, hypothesis takes its place.
SECONDS = 120
fuzz: $(DEV) ## throw bytes at every loader, decoder, judge, report and option (SECONDS=120 for all together)
	@if $(MAKE) -s $(FUZZ); then python=.venv-fuzz/bin/python; else \
		echo 'atheris could not be installed here: hypothesis draws the inputs instead'; python=$(BIN)/python; \
	fi; $$python -m tests.fuzz.run --seconds $(SECONDS) $(ARGS)

honest: $(DEV) ## look for tests of ours that cannot fail
	@$(BIN)/python -m bench.honest $(ARGS)

endurance: $(DEV) ## many runs in one process: does anything grow? (ARGS="--minutes 30 --runs 2000")
	@$(BIN)/python -m bench.endurance $(ARGS)

audit: .venv-audit/.installed ## known weaknesses and licences of what is installed, and its bill of materials, in build/
	@sh bench/audit.sh

bench: $(DEV) ## measure speed, memory and overhead
	@$(BIN)/python -m bench.run $(ARGS)

wheel: $(DEV) ## build the sdist, and from it the wheel, into dist/
	@$(BIN)/python -m build --no-isolation $(ARGS)

# The development lock is compiled under the runtime lock, so that both name the same versions.
COMPILE = .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-find-links --no-header $(ARGS)
LOCK = $(COMPILE) pyproject.toml

lock: .venv-lock/.created ## write the lock files anew (ARGS=--upgrade takes newer releases)
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --output-file requirements-dev.lock --constraint requirements.lock --extra openapi --extra traces --extra history --group dev
	@$(COMPILE) --output-file requirements-command.lock --constraint requirements-dev.lock --group command
	@$(LOCK) --output-file requirements-allure.lock --constraint requirements.lock --extra allure
	@$(LOCK) --output-file requirements-fuzz.lock --constraint requirements-dev.lock --extra traces --extra history --group fuzz
	@$(LOCK) --output-file requirements-audit.lock --group audit
	@! grep -n '://' requirements*.lock

clean: ## remove environments, caches and packages; reports stay
	@rm -rf .venv .venv-* build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip runs with -qq: silent, but for errors.
$(CREATED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'Python 3.11 or newer is needed, and "$(PYTHON)" is' \
			"$$($(PYTHON) --version 2>/dev/null || echo 'none that starts'). Name another, for example:" \
			'make $(MAKECMDGOALS) PYTHON=python3.11' >&2; \
		exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# The command, from this checkout: an editable install, which adds this folder to the path of the environment.
$(COMMAND): requirements-command.lock pyproject.toml $(CREATED)
	@$(PIP) -r requirements-command.lock
	@$(BIN)/python -m $(INSTALL) --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(RUNTIME): requirements.lock $(CREATED) | $(COMMAND)
	@echo 'installing requirements.lock into $(VENV) (once)'
	@$(PIP) -r requirements.lock
	@touch $@

# The development lock holds the whole runtime lock: a later `make run` has nothing to install.
$(DEV): requirements-dev.lock $(CREATED) | $(COMMAND)
	@echo 'installing requirements-dev.lock into $(VENV) (once)'
	@$(PIP) -r requirements-dev.lock
	@touch $@ $(RUNTIME)

# The lock of the page holds the runtime lock and Node.
$(ALLURE): requirements-allure.lock $(CREATED) | $(COMMAND)
	@echo 'installing requirements-allure.lock into $(VENV) (once)'
	@$(PIP) -r requirements-allure.lock
	@touch $@ $(RUNTIME)

$(FUZZ): requirements-fuzz.lock $(CREATED)
	@echo 'installing requirements-fuzz.lock into .venv-fuzz (once)'
	@$(PYTHON) -m venv --clear .venv-fuzz
	@.venv-fuzz/bin/python -m $(INSTALL) --require-hashes -r requirements-fuzz.lock
	@touch $@

.venv-audit/.installed: requirements-audit.lock $(CREATED)
	@echo 'installing requirements-audit.lock into .venv-audit (once)'
	@$(PYTHON) -m venv --clear .venv-audit
	@.venv-audit/bin/python -m $(INSTALL) --require-hashes -r requirements-audit.lock
	@touch $@

.venv-lock/.created:
	@$(PYTHON) -m venv --clear .venv-lock
	@.venv-lock/bin/python -m $(INSTALL) 'uv>=0.13'
	@touch $@
