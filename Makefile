# Every chore of the project. `make` alone lists them.
#
# What is installed is remembered by a stamp in .venv/made: a second call does nothing, a changed lock installs again.
# The stamps form one chain, so that `make -j` never runs two pips in the same environment.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup dev demo test lint spark bench format lock clean

VENV   := .venv
MADE   := $(VENV)/made
PYTHON_IN := $(VENV)/bin/python
PIP    := $(PYTHON_IN) -m pip --quiet --disable-pip-version-check --no-input
LOCKED := $(PIP) install --require-hashes -r
COMPILE = "$$uv" pip compile --quiet --generate-hashes --no-header --no-emit-index-url --python-version 3.11 $(ARGS)

# Handed on to the command behind a target: make test ARGS='-k dispatch', make demo ARGS='--port 9000'.
ARGS ?=

# One that was moved, copied or broken is made anew.
ifneq ($(shell bash tools/venv --fits $(VENV) && echo fits),fits)
.PHONY: $(MADE)/python
endif

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

setup: $(MADE)/project ## make .venv with the command bihuan in it

dev: $(MADE)/dev ## setup, and what tests and checks need

demo: setup ## setup, then load the demo county if it is not there and serve it on http://127.0.0.1:8000
	@exec $(VENV)/bin/bihuan demo $(ARGS)

# Spark weighs 300 MB: only a build server, which skips nothing, needs it.
test: lint $(if $(filter 1,$(BIHUAN_REQUIRE_ALL)),spark) ## lint, every test on SQLite, then those of the database again on PostgreSQL
	@$(PYTHON_IN) -m tests.postgres --both $(ARGS)

lint: dev ## ruff, mypy and the order of imports
	@echo '→ ruff check'
	@$(VENV)/bin/ruff check --quiet .
	@echo '→ ruff format --check'
	@$(VENV)/bin/ruff format --quiet --check .
	@echo '→ mypy'
	@# Its plugin reads Django's settings, which make keys in the home folder.
	@BIHUAN_HOME=$(MADE)/home $(PYTHON_IN) -m mypy --no-error-summary
	@echo '→ lint-imports'
	@$(VENV)/bin/lint-imports --no-logo > $(MADE)/imports.log 2>&1 || { cat $(MADE)/imports.log; exit 1; }

spark: $(MADE)/spark ## what the Spark engine and its tests need, beside Java

bench: $(MADE)/bench ## run every measure in bench/, or one: make bench ARGS=append
	@shopt -s nullglob; \
	measures=(bench/measure_$(or $(ARGS),*).py); \
	[ $${#measures[@]} -gt 0 ] || { echo 'bench/ 里没有这项测量：$(or $(ARGS),measure_*.py)' >&2; exit 1; }; \
	for measure in "$${measures[@]}"; do echo "→ $$measure"; PYTHONPATH=. $(PYTHON_IN) "$$measure"; done

format: dev ## put the code into its format, and mend what ruff can mend
	@$(VENV)/bin/ruff check --quiet --fix . || true
	@$(VENV)/bin/ruff format .

lock: ## write the three locks anew; make lock ARGS=--upgrade takes newer versions
	@uv=$$(PATH="$(VENV)/bin:$$PATH" command -v uv) || { echo 'make lock 需要 uv，请先运行：$(PYTHON_IN) -m pip install uv' >&2; exit 1; }; \
	$(COMPILE) pyproject.toml --output-file requirements.lock > /dev/null; \
	$(COMPILE) pyproject.toml --extra dev --constraints requirements.lock --output-file requirements-dev.lock > /dev/null; \
	$(COMPILE) pyproject.toml --extra dev --extra bench --constraints requirements-dev.lock --output-file requirements-bench.lock > /dev/null; \
	$(COMPILE) pyproject.toml --extra dev --extra spark --constraints requirements-dev.lock --output-file requirements-spark.lock > /dev/null; \
	printf 'hatchling\neditables\n' | $(COMPILE) --constraints requirements-dev.lock --output-file build.lock - > /dev/null
	@echo '→ requirements.lock、requirements-dev.lock、build.lock 已重新生成'

clean: ## remove all that the targets above made; the home folder var/ with its data stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo '→ 已清理；数据目录 var/ 保留不动'

$(MADE)/python: tools/venv
	@bash tools/venv $(VENV)
	@mkdir -p $(MADE) && touch $@

$(MADE)/runtime: requirements.lock $(MADE)/python
	@echo '→ 正在安装运行依赖（requirements.lock）'
	@$(LOCKED) requirements.lock
	@touch $@

$(MADE)/build: build.lock $(MADE)/runtime
	@$(LOCKED) build.lock
	@touch $@

$(MADE)/project: pyproject.toml $(MADE)/build
	@echo '→ 正在安装 bihuan'
	@$(PIP) install --no-index --no-build-isolation --no-deps --editable .
	@$(PIP) check
	@touch $@

$(MADE)/dev: requirements-dev.lock $(MADE)/project
	@echo '→ 正在安装开发依赖（requirements-dev.lock）'
	@$(LOCKED) requirements-dev.lock
	@touch $@

$(MADE)/bench: requirements-bench.lock $(MADE)/dev
	@echo '→ 正在安装测量时对照用的依赖（requirements-bench.lock）'
	@$(LOCKED) requirements-bench.lock
	@touch $@

$(MADE)/spark: requirements-spark.lock $(MADE)/dev
	@echo '→ 正在安装 Spark（requirements-spark.lock）'
	@$(LOCKED) requirements-spark.lock
	@touch $@
