# `make demo` and `make test` need nothing done before: both set up .venv first.
PY = .venv/bin/python

.PHONY: help setup demo test check format-check format lint types layers tools tests test-postgres soak bench \
    screenshots lock clean

help:
	@echo "make demo     the whole job on this computer: no account, no network, under a minute"
	@echo "make test     format, lint, types, import layers, all tests (make check is the same)"
	@echo "make test-postgres   the same tests on PostgreSQL, which comes along"
	@echo "make soak     the long runs, too, and everything on both databases"
	@echo "make bench    speed, as ratios to a peer in the same run"
	@echo "make screenshots   every page in both themes, wide and narrow, into ./screenshots;"
	@echo "              cover-light.png there is docs/page.png"
	@echo "make format   put the code in shape"
	@echo "make lock     choose the newest versions of what is installed"

setup:
	@scripts/setup.sh

demo: setup
	@.venv/bin/callback demo

test: check
check: setup format-check lint types layers tests

format-check:
	@.venv/bin/ruff format --check .

lint:
	@.venv/bin/ruff check .

types:
	@.venv/bin/mypy

layers:
	@.venv/bin/lint-imports

tests: tools
	@$(PY) -m pytest -n auto -m "not slow"

tools:
	@scripts/test-tools.sh

test-postgres: setup tools
	@TEST_DATABASE=postgresql $(PY) -m pytest -n auto -m "not slow"

soak: setup tools
	@$(PY) -m pytest -n auto
	@TEST_DATABASE=postgresql $(PY) -m pytest -n auto -m "not slow"

bench: setup
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@$(PY) -m benchmarks

screenshots: setup
	@$(PY) -m tests.web.pages.screenshots $(or $(FOLDER),screenshots)

format: setup
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

lock: setup
	@.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --all-extras pyproject.toml -o requirements/run.txt
	@.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --all-extras --group dev -c requirements/run.txt pyproject.toml \
	    -o requirements/dev.txt
	@.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --all-extras --group dev --group bench -c requirements/dev.txt \
	    pyproject.toml -o requirements/bench.txt

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist
