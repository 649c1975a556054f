# Two commands for everybody: `make run` serves the portal with example data, `make test` passes the
# tests. They need Python 3.11 or newer with venv, and make. `make help` lists the others.

SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --disable-pip-version-check --no-input --quiet --require-hashes

.PHONY: help run test setup setup-dev bench lint messages clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/make \1: \2/'

run: setup ## the portal with example data (PORT=… for another port than 8000)
	@exec $(PY) -m portal.up

test: setup-dev ## the suite on the embedded defaults (ARGS="-k honor" for a part of it)
	@$(PY) -m pytest -n auto -m "not browser and not postgres" $(ARGS)

bench: setup-dev ## measure pages on PostgreSQL and Redis, beside a bare Django
	@$(PY) -m bench $(ARGS)

setup: $(VENV)/run.stamp ## install, write keys once, compile the translations
	@$(PY) -m portal.setup

setup-dev: $(VENV)/dev.stamp
	@$(PY) -m portal.setup

# the first Python that really runs (the shim of a version manager may not) and is new enough
$(PY):
	@for name in $(PYTHON) python3.11 python3 python3.12 python3.13; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$name"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv, or make PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$found lacks the venv module: apt-get install python3-venv" >&2; exit 1; \
	fi; \
	"$$found" -m venv --clear $(VENV)

$(VENV)/run.stamp: requirements.txt | $(PY)
	@echo "Installing what the portal needs, once; this takes a minute."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	@echo "Installing what tests and checks need, once."
	@$(PIP) -r requirements.txt -r requirements-dev.txt
	@touch $@

lint: setup-dev ## format, lint, types, import contracts, templates
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy .
	@$(VENV)/bin/lint-imports

# needs GNU gettext; translate what it adds to locale/zh_Hans
messages: setup-dev ## collect the strings to translate
	@$(PY) manage.py makemessages -l zh_Hans --no-obsolete --add-location file -i $(VENV) -i var -i tests -i bench -i docs

clean: ## remove the virtual environment and the caches, never var/
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
