# Every target sets up what it needs by itself; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
NATIVE := $(wildcard mediaserver/packets/*.pyx mediaserver/packets/*.pxd mediaserver/packets/*.h)

.PHONY: help venv native check format test demo soak sanitize fuzz clean

help:  ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Ringbridge needs Python 3.11 or newer")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || .ci/debian python3-venv
	@command -v gcc >/dev/null || .ci/debian gcc
	@$(PYTHON) -c 'import pathlib, sys, sysconfig; sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists())' || .ci/debian python3-dev
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --group dev "setuptools==84.2.1" "Cython==3.3.1"
	$(BIN)/pip install --quiet --no-build-isolation --editable .
	touch $@

.venv/native: .venv/ready $(NATIVE)
	$(BIN)/pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@

venv: .venv/native  ## Make .venv with everything in it

native: .venv/native  ## Rebuild the packet engine after a change

check: venv  ## Format, lint, types and import contracts, as CI runs them
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: venv  ## Rewrite the sources in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.venv/chromium: .venv/ready
	@command -v chromium >/dev/null || .ci/debian chromium
	touch $@

.venv/redis: .venv/ready
	@command -v redis-server >/dev/null || .ci/debian redis-server
	touch $@

.venv/coturn: .venv/ready
	@command -v turnserver >/dev/null || .ci/debian coturn
	touch $@

# The judge of accessibility; it runs in test pages only and is part of nothing that is shipped.
AXE := axe-core@4.14.1
.venv/axe: .venv/ready
	@command -v npm >/dev/null || .ci/debian npm
	npm install --prefix .venv --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error $(AXE)
	touch $@

test: venv .venv/chromium .venv/redis .venv/coturn .venv/axe  ## Run every test, a real Chromium and a real Redis included
	@# Three at a time, file by file: most tests wait for sound to pass, not for a core. Those of the packet loop count
	@# every frame of 20 ms and hardly compute, so they run beside each other and not beside Chromium or Hypothesis.
	$(BIN)/pytest -n 3 --dist loadfile tests/mediaserver/packets
	$(BIN)/pytest -n 3 --dist loadfile --ignore tests/mediaserver/packets

SANITIZED := build/sanitized
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-wrapv
sanitize: venv  ## Run the engine's tests and a minute of fuzzing under AddressSanitizer and UBSan
	rm -rf $(SANITIZED)
	mkdir -p $(SANITIZED)
	git ls-files -z -- '*.py' '*.pyx' '*.pxd' '*.pyi' hold_audio signaling pyproject.toml README.md LICENSE \
		| xargs -0 cp --parents -t $(SANITIZED)
	sed -i 's/"-O3"/"-O1", "-g", "-fno-omit-frame-pointer"/' $(SANITIZED)/pyproject.toml
	cd $(SANITIZED) && CFLAGS="$(SANITIZERS)" LDFLAGS="$(SANITIZERS)" \
		$(CURDIR)/$(BIN)/python -c 'from setuptools import setup; setup()' --quiet build_ext --inplace
# Python was built without the sanitizers, so their run-time library has to be there before it; Python itself leaks.
	cd $(SANITIZED) && export LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libstdc++.so)" \
		ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 PYTHONMALLOC=malloc && \
		$(CURDIR)/$(BIN)/python -m pytest --capture=sys tests/mediaserver/packets tests/mediaserver/test_media_port.py tests/fuzz && \
		$(CURDIR)/$(BIN)/python -m tests.fuzz.engine --seconds 60

fuzz: venv  ## Storm the packet engine for ten minutes
	$(BIN)/python -m tests.fuzz.engine --seconds 600 --seed $$RANDOM

demo: venv  ## Place a simulated WhatsApp call and print what the caller heard
	$(BIN)/python -m benchmarks.demo

soak: venv  ## Let calls come and go for ten minutes, and see what the server keeps of them
	$(BIN)/python -m benchmarks.soak --seconds 600 --no-pin

clean:  ## Remove what the build made
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -f mediaserver/packets/*.c mediaserver/packets/*.so
