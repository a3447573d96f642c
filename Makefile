# Every target does its own set-up and no work twice. `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV ?= .venv
BIN := $(VENV)/bin
# The first Python on PATH that this project supports; or say make PYTHON=...
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
  "$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
  && { command -v "$$name"; break; }; done)
# More options for train and export: make train ARGS="--model mlp"
ARGS ?=
COMPILE := $(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 --quiet \
  --fork-strategy fewest --no-emit-index-url --custom-compile-command "make lock" $(ARGS)
# What builds and runs the image: docker where its daemon runs, else podman.
ENGINE ?= $(shell docker info >/dev/null 2>&1 && command -v docker || command -v podman)
IMAGE ?= digits
# The tests of the server that only talk HTTP to it.
HTTP_TESTS := $(addprefix tests/web/,test_app.py test_predict.py test_protocol.py)
# onnxruntime's Linux wheel reports home unless this is set before its import.
export ORT_DISABLE_TELEMETRY := 1

.PHONY: help serve train export test bench evaluate lint format lock image image-test image-bench batch-test batch-bench screenshots clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

serve: $(VENV)/.runtime ## start the server and print its address (PORT=8000 by default)
	@exec $(BIN)/python -m web

train: $(VENV)/.train ## train the network on MNIST, downloaded or MNIST_NPZ=path/mnist.npz (ARGS="--help" for more)
	@$(BIN)/python -m train $(ARGS)

export: $(VENV)/.train ## turn what was trained into artifacts/model.onnx, proved equal, with its card
	@$(BIN)/python -m export $(ARGS)

# Without those of the batch, for the same tests run whether or not Ray has been installed beside the rest.
test: $(VENV)/.dev ## run all tests but those that need Ray or a container, which batch-test and image-test run
	$(BIN)/python -m pytest --ignore tests/batch

evaluate: $(VENV)/.train ## measure the reader on MNIST, drawings, letters and photos (ARGS="--help" for more)
	@$(BIN)/python -m evaluation $(ARGS)

bench: $(VENV)/.dev ## measure the server against the same work without it, and against FastAPI
	$(BIN)/python -m tests.bench

lint: $(VENV)/.dev ## check style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.dev ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev ## compile requirements/*.txt from pyproject.toml
	$(COMPILE) pyproject.toml --group dev --output-file requirements/dev.txt
	$(COMPILE) pyproject.toml --group train --constraint requirements/dev.txt --output-file requirements/train.txt
	$(COMPILE) pyproject.toml --constraint requirements/dev.txt --output-file requirements/runtime.txt
	$(COMPILE) pyproject.toml --group batch --constraint requirements/dev.txt --output-file requirements/batch.txt
	$(COMPILE) requirements/kserve.in --output-file requirements/kserve.txt

image: ## build the container image with docker or podman, whichever is there (IMAGE=digits)
	@[ -n "$(ENGINE)" ] || { echo "error: neither docker nor podman is here, or docker's daemon does not run." >&2; exit 1; }
	@ENGINE=$(ENGINE) IMAGE=$(IMAGE) deploy/image/build.sh $(ARGS)

image-test: $(VENV)/.dev ## test the image from outside, locked down, and three of them behind a proxy (after make image)
	@[ -n "$(ENGINE)" ] || { echo "error: neither docker nor podman is here, or docker's daemon does not run." >&2; exit 1; }
	ENGINE=$(ENGINE) IMAGE=$(IMAGE) SERVER_COMMAND="$(abspath $(BIN))/python -m tests.container.serve" \
	  $(BIN)/python -m pytest tests/container $(HTTP_TESTS) $(ARGS)

image-bench: $(VENV)/.dev ## measure how soon the container answers and what memory it takes
	@ENGINE=$(ENGINE) IMAGE=$(IMAGE) $(BIN)/python -m tests.container.bench

batch-test: $(VENV)/.dev $(VENV)/.batch ## test reading many images on Ray, also with a machine lost in the middle
	$(BIN)/python -m pytest tests/batch $(ARGS)

batch-bench: $(VENV)/.batch ## measure reading many images with one worker and with two
	$(BIN)/python -m tests.batch.bench

screenshots: $(VENV)/.dev ## take the README's screenshots anew (needs Chromium)
	$(BIN)/python -m tests.browser.screenshots

clean: ## delete the virtual environment and the caches; what was trained stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.%: requirements/%.txt | $(VENV)/pyvenv.cfg
	@echo "Installing requirements/$*.txt into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

$(VENV)/pyvenv.cfg:
	@[ -n "$(PYTHON)" ] || { echo "error: Python 3.11, 3.12 or 3.13 is needed, and none is on PATH." \
	  "Install one, or say make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
