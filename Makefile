# Everything here is complete on a machine with Python 3.11+ and make, and takes a few seconds when repeated.
#   make run    the app          make test   all tests         make setup  install only (with what the tests need)
#   make demo   the sample, headless    make lint    make bench    make prove  the tests with full counts (long)
#   TORCH_INDEX=URL make run    takes torch from that pip index (its CPU build: see README.md)

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
FILES := pyproject.toml constraints.txt
NODE_SDK := tests/trainer/node_sdk
# As many tests at once as there are processors, four at most; those of one file one after the other (tests/conftest.py).
PYTEST := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder --durations 25

.PHONY: run test setup demo lint bench prove wheel model
.DEFAULT_GOAL := run

run: .venv/run-installed model
	$(BIN)/tuneworthy up

demo: .venv/run-installed model
	$(BIN)/tuneworthy demo

setup: .venv/test-installed

test: .venv/test-installed model
	$(PYTEST)

prove: .venv/test-installed model
	TUNEWORTHY_PROVE=1 $(PYTEST) --timeout 7200

bench: .venv/test-installed model
	$(BIN)/python -m tests.bench

lint: .venv/test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

wheel: .venv/test-installed
	$(BIN)/python -m build --wheel --no-isolation

# Without a network the app still works, all but training on this machine: so a failure here stops nothing.
model: .venv/run-installed
	@$(BIN)/python -m ftcore.trainer.starter || echo "Going on without the starter model: everything but local training works."

.venv/run-installed: $(FILES) | .venv/made
	@echo "Installing Tuneworthy. First time: about 0.7 GB of packages with torch's CPU build; on Linux without"
	@echo "TORCH_INDEX pip takes torch's CUDA build, about 3 GB more (README.md). The starter model is another 89 MB."
	$(if $(TORCH_INDEX),$(PIP) install --index-url $(TORCH_INDEX) --constraint constraints.txt torch)
	$(PIP) install --constraint constraints.txt --editable '.[local]'
	@touch $@

.venv/test-installed: .venv/run-installed $(NODE_SDK)/package.json
	$(PIP) install --constraint constraints.txt --editable '.[local,test]'
	@$(BIN)/npm install --prefix $(NODE_SDK) --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null \
		|| echo "Going on without the Node SDK: its test will be skipped, and under CI fail."
	@touch $@

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tuneworthy needs Python 3.11 or newer; name it with PYTHON=... make run"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv"; rm -rf .venv; exit 1; }
	@touch $@
