# One set of commands for people and CI. Everything runs in .venv, made from the pinned requirements.
#
#   make build RAW=<folder of raw tables> CONFIG=<folder of config files> AS_OF=<YYYY-MM-DD>

PYTHON ?= python3
BIN := .venv/bin
# $(call flag,name,value): --name "value", or nothing where the value is blank
flag = $(if $(2),--$(1) "$(2)")

.DEFAULT_GOAL := help
.PHONY: help build test test-page test-clock lint show explain preview new-version suggest init review bench manifests \
	sync docs clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' Makefile | while read -r name text; do \
		printf '  make %-11s %s\n' "$$name" "$$text"; done

build: .venv/requirements.txt ## score the demo, or RAW=folder (CONFIG=folder, AS_OF=date); print the ten strongest leads
	@$(BIN)/pql build \
		$(call flag,raw,$(RAW)) $(call flag,config,$(CONFIG)) $(call flag,as-of,$(AS_OF)) \
		$(if $(ACCEPT_MASS_CHANGE),--vars '{"accept_mass_change": true}') \
		$(if $(ACCEPT_REJECTS),--vars '{"accept_rejects": true}')
	@$(BIN)/pql show $(call flag,as-of,$(AS_OF))

test: .venv/requirements-dev.txt ## run the tests of the models, of what the demo and other data give, and of the tools
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile \
		--no-loadscope-reorder

test-page: .venv/requirements-dev.txt ## open the review page of the demo in Chromium, which must be installed
	@$(BIN)/python -m pytest tests/browser

test-clock: .venv/requirements-dev.txt ## build and test a year ahead and a year behind, with faketime, which must be installed
	@$(BIN)/python -m pytest tests/clock

lint: .venv/requirements-dev.txt ## check the style of Python and SQL
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@PQL_DUCKDB_PATH=:memory: DBT_TARGET_PATH=target/lint \
		$(BIN)/sqlfluff lint --processes 0 $(wildcard models tests analyses)

show: .venv/requirements.txt ## print the ten strongest leads of the last build (ENTITY=user: users)
	@$(BIN)/pql show $(call flag,as-of,$(AS_OF)) $(call flag,entity,$(ENTITY))

explain: .venv/requirements.txt ## explain WHO=id, mail address or domain (ON=date): what counts, each point, what comes next
	@$(BIN)/pql explain "$(WHO)" $(call flag,on,$(ON))

preview: .venv/requirements.txt ## show whom the config in CONFIG=folder would add and drop (RAW=folder, AGAINST=other config)
	@$(BIN)/pql preview \
		$(call flag,raw,$(RAW)) $(call flag,config,$(CONFIG)) $(call flag,against,$(AGAINST))

new-version: .venv/requirements.txt ## copy the live version of DEFINITION=id as a draft (CONFIG=folder)
	@$(BIN)/pql new-version "$(DEFINITION)" $(call flag,config,$(CONFIG))

suggest: .venv/requirements.txt ## write the points that outcomes suggest as a config folder (CONFIG=the one built, TO=new folder)
	@$(BIN)/pql suggest $(call flag,config,$(CONFIG)) $(call flag,to,$(TO))

init: .venv/requirements.txt ## write a starter config for the events in RAW=folder (CONFIG=new folder)
	@$(BIN)/pql init $(call flag,raw,$(RAW)) $(call flag,config,$(CONFIG))

review: .venv/requirements-review.txt ## write the quarterly review of the last build to review.html, a page to open from disk
	@$(BIN)/pql review $(call flag,as-of,$(AS_OF))

bench: .venv/requirements.txt ## measure builds of made-up raw tables (EVENTS=1000000) against one query written by hand
	@$(BIN)/pql bench $(call flag,events,$(EVENTS))

manifests: .venv/requirements.txt ## write manifests/: our fields, as HubSpot and Salesforce create them
	@$(BIN)/pql manifests

sync: .venv/requirements-sync.txt ## show what the last build would send to HubSpot (SEND=1: send it)
	@$(BIN)/pql sync $(if $(filter 1,$(SEND)),--send)

docs: .venv/requirements.txt ## write the documentation to target/static_index.html
	@$(BIN)/pql docs

clean: ## remove .venv and all that is made again; databases stay, they hold what was published
	rm -rf .venv .config target logs .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The copy of the requirements inside .venv says what is installed there.
.venv/%.txt: %.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $<
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@cp $< $@

.venv/requirements-sync.txt .venv/requirements-review.txt: .venv/requirements.txt
.venv/requirements-dev.txt: .venv/requirements-sync.txt .venv/requirements-review.txt
