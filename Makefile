# Every target sets up by itself; needed are make and Python 3.11 or newer (make PYTHON=python3.12 says which).
# With KAFKA=1, and for the tests: Java 17 and Maven as well, or a container engine.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV ?= $(or $(shell command -v uv),$(BIN)/uv)
# worker processes of the tests (tests/conftest.py shares them out); 0 runs them in one process
WORKERS ?= 3
# of fuzzing, for each target
SECONDS ?= 600
# more words for the demo, the tests, the benchmarks, the fault campaign or fuzzing
ARGS ?=

# nodes and commands are processes of their own: what they import is compiled once, not whenever one starts
unexport PYTHONDONTWRITEBYTECODE

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links
# --no-build-isolation below takes setuptools from the environment, so it is locked too
BUILD := echo 'setuptools>=78' |

.PHONY: demo test bench faults fuzz mutants lint lock setup setup-dev

# KAFKA=1: over Kafka; SCALE=20: and so many invented counties, for load
demo: setup
	$(BIN)/python -m services.demo $(if $(filter 1,$(KAFKA)),--kafka) $(if $(SCALE),--scale $(SCALE)) $(ARGS)

test: setup-dev
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

bench: setup-dev
	$(BIN)/python -m tests.bench $(ARGS)

# 200 seeds; ARGS="--seeds 7,8", "--from 100 --count 50", "--kafka", "--embedded"
faults: setup-dev
	$(BIN)/python -m tests.faults $(ARGS)

# ARGS names targets; python -m tests.fuzz --help names them all.
fuzz: setup-dev
	-$(INSTALL) --only-binary :all: --require-hashes -r infra/requirements-fuzz.txt
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(ARGS)

# ARGS: modules; --survivors for what survived their last run. Goes on where it was ended. docs/mutation.md is the result.
mutants: setup-dev
	nice -n 19 $(BIN)/python -m tests.mutation $(ARGS)

lint: setup-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/python -m services.vectors --check
	$(BIN)/python -m tests.attacks --check
	$(BIN)/python -m tests.mutation --check

# Needs uv. UPGRADE=1 looks for newer releases, otherwise only what pyproject.toml asks for changes.
lock:
	$(BUILD) $(LOCK) $(if $(UPGRADE),--upgrade) -o infra/requirements.txt pyproject.toml -
	$(BUILD) $(LOCK) $(if $(UPGRADE),--upgrade) -o infra/requirements-dev.txt \
		-c infra/requirements.txt --extra dev pyproject.toml -
	echo 'atheris==3.0.*' | $(LOCK) $(if $(UPGRADE),--upgrade) -o infra/requirements-fuzz.txt -

setup: $(VENV)/.installed

setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed: infra/requirements.txt pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes -r infra/requirements.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: infra/requirements-dev.txt $(VENV)/.installed
	$(INSTALL) --require-hashes -r infra/requirements-dev.txt
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or newer is needed: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo 'This Python cannot make environments; on Debian: apt-get install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
