# Neraca. A bare `make` prints the menu.
.DEFAULT_GOAL := menu
.PHONY: menu run test check bench bench-quality demo gen

menu: ## this menu
	@echo "make ..."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' Makefile

run: ## set everything up, start, say where to look (NERACA_HOME, NERACA_PORT)
	@tools/setup run
	@exec .venv/bin/python -m neraca.server.launcher

test: ## set up whatever tests need and run them all
	@tools/setup dev
	@npm run --silent test
	@.venv/bin/python -m pytest -n 2

check: ## all that a change must pass: format, lint, types, contracts, tests, generated files
	@tools/setup dev
	@tools/check

bench: ## measure against the budgets, print the table, write JSON
	@tools/setup dev
	@.venv/bin/python -m bench

bench-quality: ## aggregation, calibration, stopping and speed beside crowd-kit (NERACA_CROWDS: a folder of crowds)
	@tools/setup dev
	@[ -x .venv-peer/bin/python ] || { .venv/bin/python -m venv .venv-peer && \
	  .venv-peer/bin/pip install --quiet crowd-kit==1.4.2 cleanlab==2.9.0 scikit-learn==1.5.2; }
	@.venv/bin/python -m bench.quality

demo: ## simulated labelers and a model work through a running Neraca
	@tools/setup run
	@.venv/bin/neraca demo

gen: ## write the generated files anew: error catalogue, kinds, OpenAPI, the web app's types
	@tools/setup dev
	@.venv/bin/python tools/gen.py
