# Every target does all the set-up it needs. Start with `make help`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
# Compiled once, not at every start.
export PYTHONDONTWRITEBYTECODE :=
export UV_SYSTEM_CERTS := 1
PYTHON ?= python3
PORT ?= 8000
UV := .tools/bin/uv
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py

.PHONY: help run test fuzz check bench lock format clean

help:  ## List what make can do here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.tools/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Faultline needs Python 3.11 or newer; say which: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv .tools || { echo "Install Python's venv module (Debian: apt-get install python3-venv)."; exit 1; }
	@.tools/bin/pip install --quiet --disable-pip-version-check uv

.venv/.synced: requirements-dev.lock | .tools/bin/uv
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --require-hashes requirements-dev.lock
	@touch $@

# The trial's secret, made once and never committed.
.env:
	@umask 077; $(PYTHON) -c 'import secrets; print("SECRET_KEY=" + secrets.token_urlsafe(48))' > $@

run: .venv/.synced .env  ## Start web, workers and beat; first start loads demo data (PORT=8000)
	@$(PYTHON) deploy/port_is_free.py $(PORT)
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@export BASE_URL=$${BASE_URL:-http://127.0.0.1:$(PORT)}; $(MANAGE) load_demo --if-empty; \
		PATH="$(CURDIR)/$(BIN):$$PATH" PORT=$(PORT) \
		$(BIN)/honcho --procfile deploy/Procfile --no-colour start || test $$? -eq 130

# A real browser and a real IMAP server for the tests, where this machine lets us install them.
# Without one, what needs it is skipped, and the last line says so.
INSTALL = { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	DEBIAN_FRONTEND=noninteractive timeout $(1) apt-get install -qq --yes \
		--no-install-recommends $(2) >/dev/null 2>&1; } || true
BROWSERS := chromium chromium-browser google-chrome-stable google-chrome

# What reads our maintenance notices as a customer would, in an environment of its own: it holds an
# older icalendar. Where it cannot be made its tests are skipped, and the last line says so.
.PHONY: maintenance-parser
maintenance-parser: requirements-maintenance.lock | .tools/bin/uv
	@test .venv-maintenance/.synced -nt $< || { \
		rm -rf .venv-maintenance && \
		$(UV) venv --quiet --python $(PYTHON) .venv-maintenance && \
		$(UV) pip sync --quiet --require-hashes --python .venv-maintenance/bin/python $< && \
		touch .venv-maintenance/.synced; } || rm -rf .venv-maintenance

.PHONY: dovecot chromium
dovecot:
	@command -v dovecot >/dev/null || test -x /usr/sbin/dovecot || $(call INSTALL,120,dovecot-imapd)

chromium:
	@command -v $(BROWSERS) >/dev/null || $(call INSTALL,240,chromium fonts-liberation)

test: .venv/.synced dovecot chromium maintenance-parser  ## All tests, on SQLite and on what else answers (PostgreSQL, Redis)
	@$(BIN)/python -m tests.run $(ARGS)

fuzz: .venv/.synced  ## Ask the API whatever its document allows, for long (EXAMPLES=300)
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),300) $(BIN)/python -m pytest -q -n auto tests/api/test_schema.py

test-everywhere:  ## The same, with every test on every engine: for a night, not for each commit
	@$(MAKE) --no-print-directory test ARGS=--all-engines

check: .venv/.synced  ## Format, lint, types, import contracts, migrations, deployment settings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/mypy apps config
	$(BIN)/lint-imports
	@export DJANGO_SETTINGS_MODULE=tests.settings; set -x; \
		$(MANAGE) makemigrations --check --dry-run --verbosity 0
	@# A production host's own variables, nothing from this machine.
	env -i PATH="$$PATH" ENV_FILE=/dev/null VAR_DIR=var/check \
		SECRET_KEY="$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
		BASE_URL=https://faultline.example.com ALLOWED_HOSTS=faultline.example.com \
		$(MANAGE) check --deploy --fail-level WARNING

.venv/.bench: requirements-bench.lock .venv/.synced
	@$(UV) pip install --quiet --require-hashes --requirement requirements-bench.lock
	@touch $@

bench: .venv/.bench  ## Speed, as ratios against floors measured in the same run (needs PostgreSQL)
	@$(BIN)/python -m tests.benchmarks $(ARGS)

format: .venv/.synced  ## Format code and templates
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .tools/bin/uv  ## Compile the lock files anew from pyproject.toml
	$(UV) pip compile --quiet pyproject.toml --universal --generate-hashes --python-version 3.11 \
		--output-file requirements.lock
	$(UV) pip compile --quiet pyproject.toml --group dev --universal --generate-hashes \
		--python-version 3.11 --constraint requirements.lock --output-file requirements-dev.lock
	$(UV) pip compile --quiet pyproject.toml --group bench --universal --generate-hashes \
		--python-version 3.11 --constraint requirements-dev.lock --output-file requirements-bench.lock
	$(UV) pip compile --quiet --group maintenance --universal --generate-hashes \
		--python-version 3.11 --output-file requirements-maintenance.lock

clean:  ## Remove what make made: environment, demo data, caches
	rm -rf .tools .venv .venv-maintenance var .env .pytest_cache .mypy_cache .ruff_cache .hypothesis
