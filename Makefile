# make run: the chat page at http://127.0.0.1:7860     make test: everything that CI checks     make bench: the benchmarks
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export TOKENIZERS_PARALLELISM := false
AS_ROOT := $(shell test "$$(id -u)" = 0 || echo sudo -n)

.PHONY: run install test test-all browser lint types unit eval bench clean

run: install
	$(BIN)/assistant ingest
	$(BIN)/assistant serve

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt -e .
	touch $@

.venv/dev-installed: .venv/installed
	$(BIN)/pip install -q -c constraints.txt -e '.[dev]'
	touch $@

# The tests and the evaluation use a core each.
test: lint types
	$(MAKE) -j2 unit eval

lint: .venv/dev-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev-installed
	$(BIN)/mypy

unit: .venv/dev-installed
	$(BIN)/python -m pytest -rs

# A Chromium for the tests of the page: one that is there, else Playwright's own, else the system's package. Without any they are skipped.
browser: .venv/dev-installed
	command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable \
	  || $(BIN)/playwright install --with-deps chromium-headless-shell \
	  || { $(AS_ROOT) apt-get update && $(AS_ROOT) apt-get install -y --no-install-recommends chromium; }

# The tests that CI leaves out: 2,000 faulty model runs, 520 planted instructions.
test-all: .venv/dev-installed
	$(BIN)/python -m pytest -m ""

eval: .venv/installed
	$(BIN)/assistant eval

bench: .venv/installed
	$(BIN)/python -m bench

clean:
	rm -rf .venv .store report
