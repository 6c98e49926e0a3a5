# Every entry point of the project. Another Python: make run PYTHON=python3.12. Another port: PORT=8080.

PYTHON ?= python3
PORT ?= 8000
SCALE ?= small
MINUTES ?= 10
VENV := .venv
BIN := $(VENV)/bin

# The settings of a production, for the check of what it would warn about. Nothing is connected to.
PRODUCTION := env -u DEBUG -u LOCAL DATABASE_URL=postgresql://app@db/holdfast ALLOWED_HOSTS=holdfast.example \
	SECRET_KEY="$$(head -c 64 /dev/urandom | base64 | tr -d '\n')"

# .venv is made again only where a list of packages has changed since.
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready

.PHONY: run stop test check bench faults soak

run: $(RUN_READY)
	@exec $(BIN)/python -m config.run start --port $(PORT)

stop: $(RUN_READY)
	@$(BIN)/python -m config.run stop

# Files of tests are shared out to a process for each core, each with servers of its own; -n 0 takes one process.
# In the order of their names: the longest files would come last if those with the most tests came first.
test: $(DEV_READY)
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: $(DEV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --processes 0 --disable-progress-bar config marketplace rewards
	@# Models and migrations are compared without a database, which Django would warn about.
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

# Every row of docs/reference/faults.md, in all its cases; `make test` has the short form.
faults: $(DEV_READY)
	$(BIN)/python -m tests.faults $(PYTEST_ARGS)

# Random faults for MINUTES; SEED repeats those of an earlier run.
soak: $(DEV_READY)
	$(BIN)/python -m pytest tests/faults/test_soak.py --faults=full --minutes=$(MINUTES) $(if $(SEED),--seed=$(SEED))

bench: $(DEV_READY)
	$(BIN)/python -m bench --scale $(SCALE)

$(RUN_READY): requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Holdfast needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(DEV_READY): requirements-dev.txt $(RUN_READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
