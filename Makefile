# make run      serve pages and API        make test    lint and all tests
# make train    train the model anew       make bench   speed, as ratios

PYTHON ?= python3
HOST ?= localhost
PORT ?= 8501
BIN := .venv/bin
MODEL := data/var/model

.PHONY: run test train bench screenshots

run: .venv/installed
	@$(BIN)/python -m model.train --out $(MODEL) --if-missing --no-baselines
	@echo "Mailroom: pages at http://$(HOST):$(PORT), API at http://$(HOST):$(PORT)/api/docs"
	@$(BIN)/streamlit run streamlit_app.py --server.address $(HOST) --server.port $(PORT)

test: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m model.train --out $(MODEL) --if-missing --no-baselines
	$(BIN)/python -m pytest

train: .venv/installed
	$(BIN)/python -m model.train --out $(MODEL)

bench: .venv/installed-dev
	@$(BIN)/python -m model.train --out $(MODEL) --if-missing --no-baselines
	@$(BIN)/python -m tests.bench

screenshots: .venv/installed-dev
	@$(BIN)/python -m model.train --out $(MODEL) --if-missing --no-baselines
	@$(BIN)/python -m tests.screenshots docs

.venv/installed: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what Mailroom needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
