# Each target installs what it needs, and only once. `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV ?= .venv
BIN := $(VENV)/bin
# Newest supported Python 3.x: 3.14 for `serve` alone, else 3.13, since TensorFlow has no wheel for 3.14 yet.
NEWEST := $(if $(filter-out serve,$(MAKECMDGOALS)),13,14)
# The first Python on PATH that all targets support, else one that this target supports; or set make PYTHON=...
PYTHON ?= $(shell for newest in 13 $(NEWEST); do \
  for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
  "$$name" -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $$newest))" 2>/dev/null \
  && { command -v "$$name"; exit; }; done; done)
# More options for the targets' commands: make train ARGS="--model mlp"
ARGS ?=
COMPILE := $(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 --quiet \
  --fork-strategy fewest --no-emit-index-url --custom-compile-command "make lock" $(ARGS)
# The program that builds and runs the image: docker if its daemon runs, else podman.
ENGINE ?= $(shell docker info >/dev/null 2>&1 && command -v docker || command -v podman)
IMAGE ?= digits
# The server tests that need only HTTP, so that `image-test` can run them against the container.
HTTP_TESTS := $(addprefix tests/web/,test_app.py test_predict.py test_protocol.py)
# onnxruntime's Linux wheel sends telemetry unless this is set before its import.
export ORT_DISABLE_TELEMETRY := 1

.PHONY: help serve train real fonts export test bench evaluate lint format lock image image-test image-bench batch-test batch-bench screenshots clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

serve: $(VENV)/.runtime ## start the server and print its address (PORT=8000 by default)
	@exec $(BIN)/python -m web

train: $(VENV)/.train ## train both networks on MNIST, downloaded or MNIST_NPZ=path/mnist.npz (ARGS="--help" for more)
	@$(BIN)/python -m train $(ARGS)

real: $(VENV)/.train ## download digits that people wrote, 2 MB, to train on beside MNIST
	@$(BIN)/python -m train.uci $(ARGS)

fonts: $(VENV)/.train ## download handwriting fonts with npm, 17 MB, to train on their letters and digits
	@$(BIN)/python -m train.fonts $(ARGS)

export: $(VENV)/.train ## write what was trained as ONNX files, checked to answer alike, with their card
	@$(BIN)/python -m export $(ARGS)

# This leaves out tests/batch, so that the same tests run whether or not Ray is installed.
test: $(VENV)/.dev ## run all tests except those of batch-test and image-test
	$(BIN)/python -m pytest --ignore tests/batch

evaluate: $(VENV)/.train ## measure the reader on MNIST, drawings, letters and photos (ARGS="--help" for more)
	@$(BIN)/python -m evaluation $(ARGS)

bench: $(VENV)/.dev $(VENV)/.peers ## compare the server with FastAPI and with no server, the reader with RapidOCR and Tesseract
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.readers

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
	$(COMPILE) --no-config pyproject.toml --constraint requirements/dev.txt --output-file requirements/runtime.txt
	$(COMPILE) pyproject.toml --group batch --constraint requirements/dev.txt --output-file requirements/batch.txt
	$(COMPILE) pyproject.toml --group peers --constraint requirements/dev.txt --output-file requirements/peers.txt
	$(COMPILE) requirements/kserve.in --output-file requirements/kserve.txt

image: ## build the container image with docker or podman, whichever is there (IMAGE=digits)
	@[ -n "$(ENGINE)" ] || { echo "error: neither docker nor podman is here, or docker's daemon does not run." >&2; exit 1; }
	@ENGINE=$(ENGINE) IMAGE=$(IMAGE) deploy/image/build.sh $(ARGS)

image-test: $(VENV)/.dev ## test the image with few rights, and three of them behind a proxy (after make image)
	@[ -n "$(ENGINE)" ] || { echo "error: neither docker nor podman is here, or docker's daemon does not run." >&2; exit 1; }
	ENGINE=$(ENGINE) IMAGE=$(IMAGE) SERVER_COMMAND="$(abspath $(BIN))/python -m tests.container.serve" \
	  $(BIN)/python -m pytest tests/container $(HTTP_TESTS) $(ARGS)

image-bench: $(VENV)/.dev ## measure the container's start and memory
	@ENGINE=$(ENGINE) IMAGE=$(IMAGE) $(BIN)/python -m tests.container.bench

batch-test: $(VENV)/.dev $(VENV)/.batch ## test the batch on Ray, also when a machine is lost
	$(BIN)/python -m pytest tests/batch $(ARGS)

batch-bench: $(VENV)/.batch ## measure the batch with one worker and with two
	$(BIN)/python -m tests.batch.bench

screenshots: $(VENV)/.dev ## take the README's screenshots anew (needs Chromium)
	$(BIN)/python -m tests.browser.screenshots

clean: ## delete the virtual environment and the caches; what was trained stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# $(call check,PYTHON,ADVICE) stops with one message if a Python is missing, too old or too new.
define check
@found=$$($(or $(1),false) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
case "$$found" in 3.1[1-$(NEWEST:1%=%)]) exit;; "") found="does not run";; *) found="is $$found";; esac; \
echo "error: Python 3.11 to 3.$(NEWEST) is needed, and $(if $(1),$(1) $$found,none is on PATH)." \
  "Install one, and say $(2)make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; exit 1
endef

$(VENV)/.%: requirements/%.txt | $(VENV)/pyvenv.cfg
	$(call check,$(BIN)/python,make clean; )
	@echo "Installing requirements/$*.txt into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

$(VENV)/pyvenv.cfg:
	$(call check,$(PYTHON))
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
