# `make run` and `make test` set up whatever is missing, also on a fresh machine. `make help` lists the rest.

PYTHON ?= python3
VENV ?= .venv
JOB ?= examples/nao_codegen/benchmarkingjob.yaml

# All pip arguments for torch. For a CPU build (a quarter of the size) add the index that
# pytorch.org names for "CPU", e.g. make run TORCH="torch==2.13.0 --index-url <that address>".
TORCH ?= torch==2.13.0

BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help install run smoke test test-all check fix bench film docs dataset clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(READY) ## set up the virtual environment and the one system package

# Rebuilt when the dependencies change, and only then: the second `make run` starts at once.
$(READY): pyproject.toml
	@sh scripts/system_packages.sh
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "naobench needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Choose one: make run PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Downloading $(TORCH): about 0.2 GB as a CPU build, 3 GB with CUDA libraries."
	@echo "For the CPU build: make run TORCH=\"torch==2.13.0 --index-url ADDRESS\", with the address that pytorch.org shows for CPU."
	@$(BIN)/python -m pip install --quiet $(TORCH)
	@$(BIN)/python -m pip install --quiet --editable '.[models,dev]'
	@touch $@

run: $(READY) ## run the main benchmarking job and write the leaderboard page
	@$(BIN)/ianvs -f $(JOB)

smoke: $(READY) ## run the small job
	@$(BIN)/ianvs -f examples/nao_codegen/smoke.yaml

test: $(READY) ## run the tests (under 10 minutes)
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

test-all: $(READY) ## run all tests, the slow ones too
	@$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(READY) ## lint, types and import contracts
	@$(BIN)/ruff check src tests examples bench
	@$(BIN)/ruff format --check --quiet src tests examples bench
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: $(READY) ## repair what ruff can repair
	@$(BIN)/ruff check --fix src tests examples bench
	@$(BIN)/ruff format src tests examples bench

bench: $(READY) ## measure every promise, caches off; e.g. BENCH="--quick --only speed"
	@$(BIN)/python -m pip install --quiet --editable '.[bench]' || \
		echo "Without PyBullet the part 'outside' stays empty; without a wheel for this Python it needs a C++ compiler."
	@$(BIN)/python -m bench $(BENCH)

film: $(READY) ## film walking, getting up and grasping for the documentation
	@$(BIN)/python -m bench.film

docs: $(READY) ## write the generated pages anew
	@$(BIN)/python -m naobench.naoqi.reference
	@$(BIN)/python -m naobench.tasks.reference
	@$(BIN)/python -m naobench.metrics.reference

dataset: $(READY) ## write the shipped dataset anew
	@$(BIN)/python -m naobench.tasks.build

clean: ## remove the virtual environment and all results
	rm -rf $(VENV) workspace examples/nao_codegen/workspace
