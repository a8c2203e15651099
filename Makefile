# Needs only python3 (3.11 to 3.13), git and make. Everything lands in .venv of this folder.
#   make demo      try the demo company            make test      the whole gate
#   make PYTHON=/path/to/python3 …                 another interpreter

PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null || echo $(BIN)/uv)
SETS := dev spark bench browser node
export UV_SYSTEM_CERTS ?= 1
PYTEST_OPTIONS ?= --numprocesses=auto --maxprocesses=4 --dist=loadgroup

.DEFAULT_GOAL := help
.PHONY: help setup dev spark browser node assets translations wheel demo test check fix bench lock clean

help: ## List what make can do
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: .venv/.with-runtime ## Make .venv with the command .venv/bin/zhike

dev: .venv/.with-dev ## Add what the gate needs: pytest, mypy, ruff, database drivers

spark: .venv/.with-spark ## Add Apache Spark (wants Java 17 or newer to run)

browser: .venv/.with-browser ## Add what drives a browser (wants chromium to run)

node: .venv/.with-node ## Add Node, where the machine has none that is new enough

demo: setup assets ## Set up a made-up company and serve it on this machine
	$(BIN)/zhike demo

test: check assets ## Run the whole gate: check, then every test
	$(BIN)/python -m pytest $(PYTEST_OPTIONS)
	@[ -z "$$ZHIKE_TEST_POSTGRESQL" ] || { echo "The product's tests again, on PostgreSQL"; \
		ZHIKE_DATABASE_URL="$$ZHIKE_TEST_POSTGRESQL" $(BIN)/python -m pytest $(PYTEST_OPTIONS) -m 'not own_database' \
			tests/product --ignore=tests/product/access; }

check: dev ## Lint, format, types and import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fix: dev ## Let ruff mend and format what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/.with-bench ## Measure, and write benchmarks/RESULTS.md
	$(BIN)/python benchmarks/run.py

clean: ## Remove .venv, what was built, and every cache
	rm -rf .venv build dist node_modules src/zhike/ui/static/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment -------------------------------------------------------------------------------

# One environment holds several locked sets. A stamp says that a set is in; adding or renewing one set
# syncs all that are in, so that `make demo` after `make test` takes nothing away.
define sync
@touch $@
@echo "Installing the locked packages ($(patsubst .with-%,%,$(notdir $@))) into .venv"
@index=$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true)}; \
	[ -z "$$index" ] || export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$index}"; \
	sets=; for set in $(SETS); do [ -e .venv/.with-$$set ] && sets="$$sets requirements-$$set.lock"; done; \
	{ $(UV) pip sync -q --python $(BIN)/python --require-hashes requirements.lock $$sets && \
	  $(UV) pip install -q --python $(BIN)/python --offline --no-deps --no-build-isolation -e . ; } \
	|| { rm -f $@; exit 1; }
endef

.venv/.with-runtime: requirements.lock pyproject.toml CHANGELOG.md .venv/.made $(filter $(BIN)/uv,$(UV))
	$(sync)

.venv/.with-dev .venv/.with-spark .venv/.with-bench .venv/.with-browser .venv/.with-node: .venv/.with-%: requirements-%.lock .venv/.with-runtime
	$(sync)

.venv/.made: | python
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv
	@touch $@

$(BIN)/uv: requirements-uv.lock | .venv/.made
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

.PHONY: python
python:
	@command -v "$(PYTHON)" >/dev/null || { echo "zhike needs Python 3.11, 3.12 or 3.13; \`$(PYTHON)\` was not found" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { \
		echo "zhike needs Python 3.11, 3.12 or 3.13; \`$(PYTHON)\` is $$($(PYTHON) --version 2>&1)" >&2; \
		echo "  hint: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
ifneq ($(origin PYTHON),file)
	@[ ! -x $(BIN)/python ] || [ "$$($(PYTHON) -c 'import sys; print(sys.version_info[:2])')" = \
		"$$($(BIN)/python -c 'import sys; print(sys.version_info[:2])')" ] || { \
		echo "the .venv of this folder was made with $$($(BIN)/python --version), not with $$($(PYTHON) --version)" >&2; \
		echo "  hint: make clean, then make again" >&2; exit 1; }
endif

# --- the pages: styles, scripts, Chinese ----------------------------------------------------------

BUILT := src/zhike/ui/static/dist/manifest.json
NODE_IS_NEW := $(shell command -v npm >/dev/null && node -e 'const [a,b]=process.versions.node.split(".").map(Number);console.log(a>22||(a==22&&b>=12)||(a==20&&b>=19)?1:"")' 2>/dev/null)
ifeq ($(NODE_IS_NEW),)
assets $(BUILT): export PATH := $(CURDIR)/$(BIN):$(PATH)
node_modules/.made: .venv/.with-node
endif

assets: $(BUILT) .venv/.catalogues ## Build the pages' styles, scripts and Chinese (once, and when they change)

node_modules/.made: package.json package-lock.json
	@echo "Installing what builds the pages' styles and scripts into node_modules"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(BUILT): node_modules/.made vite.config.js $(shell find frontend src/zhike -name static -prune -o \( -name '*.js' -o -name '*.css' -o -name '*.html' -o -name '*.py' -o -name 'icons.txt' \) -print)
	@npm run --silent build -- --logLevel warn
	@touch $@

CATALOGUES := $(wildcard src/zhike/*/locale/*/LC_MESSAGES/django.po)

wheel: setup assets ## Build the wheel into dist, to install on another machine
	$(BIN)/python -m hatchling build -t wheel

translations: setup ## Bring the Chinese catalogues up to date, and compile them
	$(BIN)/python -m zhike.ui.translations

.venv/.catalogues: $(CATALOGUES) .venv/.with-runtime
	@$(BIN)/python -m zhike.ui.translations --compile
	@touch $@

# --- the locks: universal (3.11 to 3.13, every platform), hashed, naming no index -----------------

COMPILE = $(UV) pip compile -q pyproject.toml --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --group build

lock: setup ## Renew every lock file (UPGRADE=--upgrade for newer releases)
	$(COMPILE) $(UPGRADE) -o requirements.lock
	$(COMPILE) $(UPGRADE) -c requirements.lock --extra databases --group dev -o requirements-dev.lock
	$(COMPILE) $(UPGRADE) -c requirements.lock --extra spark -o requirements-spark.lock
	$(COMPILE) $(UPGRADE) -c requirements.lock --group bench -o requirements-bench.lock
	$(COMPILE) $(UPGRADE) -c requirements.lock -c requirements-dev.lock --group browser -o requirements-browser.lock
	$(COMPILE) $(UPGRADE) -c requirements.lock --group node -o requirements-node.lock
	echo 'uv>=0.13.9,<0.14' | $(UV) pip compile -q - $(UPGRADE) --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate -o requirements-uv.lock
