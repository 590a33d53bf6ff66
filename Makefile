# One set of commands for people and CI. Everything runs in .venv, made from the locked requirements.
#
#   make build RAW=<folder of raw tables> CONFIG=<folder of config files> AS_OF=<YYYY-MM-DD>

PYTHON ?= python3
BIN := .venv/bin
# $(call flag,name,value): --name "value", or nothing where the value is blank
flag = $(if $(2),--$(1) "$(2)")
python_is_new_enough = $(PYTHON) -c 'import sys; \
	sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12")'
# what a build lets through once
comma := ,
accepted = {"accept_mass_change": $(if $(ACCEPT_MASS_CHANGE),true,false)$(comma) \
	"accept_rejects": $(if $(ACCEPT_REJECTS),true,false)}

.DEFAULT_GOAL := help
.SECONDEXPANSION:
.PHONY: help build test test-page test-clock test-orchestration test-vendors test-engines lint show explain preview new-version suggest init review bench manifests \
	sync docs lock clean app

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' Makefile | while read -r name text; do \
		printf '  make %-11s %s\n' "$$name" "$$text"; done

build: .venv/requirements.lock ## score the demo, or RAW=folder (CONFIG=folder, AS_OF=date); print the ten strongest leads
	@$(BIN)/pql build \
		$(call flag,raw,$(RAW)) $(call flag,config,$(CONFIG)) $(call flag,as-of,$(AS_OF)) \
		$(if $(ACCEPT_MASS_CHANGE)$(ACCEPT_REJECTS),--vars '$(accepted)')
	@$(BIN)/pql show $(call flag,as-of,$(AS_OF))

test: .venv/requirements-dev.lock ## run the tests of the models, of what the demo and other data give, and of the tools
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile \
		--no-loadscope-reorder

test-page: .venv/requirements-dev.lock ## open the review page of the demo in Chromium, which must be installed
	@$(BIN)/python -m pytest tests/browser

test-clock: .venv/requirements-dev.lock ## build and test a year ahead and a year behind, with faketime, which must be installed
	@$(BIN)/python -m pytest tests/clock

test-orchestration: .venv/requirements-dev.lock ## load what docs/orchestration.md hands out in Dagster and Airflow, which it installs
	@$(BIN)/python -m pytest tests/orchestration

test-vendors: .venv/requirements-dev.lock ## build the demo as each vendor stores it, and what init writes for vendors
	@$(BIN)/python -m pytest tests/vendors

# Of an engine that does not run here, what dbt would send to it is linted; "lint" lints that of all.
LINTED := bigquery databricks redshift snowflake trino
test-engines: ## compare the marts of ENGINE=postgres or spark with DuckDB's, or lint the SQL of another, or of all (lint)
	$(if $(filter $(ENGINE),postgres spark lint $(LINTED)),,$(error \
		ENGINE=$(ENGINE): say ENGINE=postgres, spark, lint (all) or one of $(LINTED)))
	@$(MAKE) --no-print-directory $(if $(filter postgres spark,$(ENGINE)),compared-$(ENGINE),$(addprefix linted-,$(if \
		$(filter lint,$(ENGINE)),duckdb postgres $(LINTED),$(ENGINE)))) \
		$(if $(filter snowflake,$(ENGINE)),emulated-snowflake)

compared-spark: .venv-spark/requirements-spark.lock
compared-%: .venv/requirements-dev.lock
	@$(BIN)/python -m pytest tests/engines/test_$*.py

linted-databricks: .venv-databricks/requirements-databricks.lock
	@.venv-databricks/bin/python tools/engines/statements.py databricks target/engines/databricks
	@.venv-databricks/bin/python tools/engines/check.py databricks target/engines/databricks

linted-%: .venv-engines/requirements-engines.lock
	@.venv-engines/bin/python tools/engines/statements.py $* target/engines/$*
	@.venv-engines/bin/python tools/engines/check.py $* target/engines/$*

# An emulator lacks too much to pass or fail anything: what it did is told.
emulated-snowflake: linted-snowflake .venv-fakesnow/requirements-fakesnow.lock
	@.venv-fakesnow/bin/python tools/engines/emulate.py target/engines/snowflake

.venv-databricks/requirements-databricks.lock .venv-engines/requirements-engines.lock \
.venv-fakesnow/requirements-fakesnow.lock: %: $$(@F)
	@$(python_is_new_enough)
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@cp $< $@

# sqlfluff leaves out what is not in use: the views of sources are linted once more, with all in use.
lint: .venv/requirements-dev.lock ## check the style of Python and SQL, and the shape of models
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@PQL_DUCKDB_PATH=:memory: DBT_TARGET_PATH=target/lint \
		$(BIN)/sqlfluff lint --processes 0 $(wildcard models tests analyses)
	@mkdir -p target/lint
	@printf '[sqlfluff:templater:dbt:context:sources:%s]\nschema = lint\ntimezone = UTC\n' \
		$(filter-out united,$(notdir $(wildcard models/sources/*))) > target/lint/sources.cfg
	@PQL_DUCKDB_PATH=:memory: DBT_TARGET_PATH=target/lint \
		$(BIN)/sqlfluff lint --processes 0 --config target/lint/sources.cfg models/sources
	@PQL_DUCKDB_PATH=:memory: DBT_TARGET_PATH=target/lint $(BIN)/dbt --quiet parse
	@COLUMNS=160 $(BIN)/dbt-bouncer run --show-all-failures

show: .venv/requirements.lock ## print the ten strongest leads of the last build (ENTITY=user: users)
	@$(BIN)/pql show $(call flag,as-of,$(AS_OF)) $(call flag,entity,$(ENTITY))

explain: .venv/requirements.lock ## explain WHO=id, mail address or domain (ON=date): what counts, each point, what comes next
	@$(BIN)/pql explain $(if $(WHO),"$(WHO)") $(call flag,on,$(ON))

preview: .venv/requirements.lock ## show whom the config in CONFIG=folder would add and drop (RAW=folder, AGAINST=other config)
	@$(BIN)/pql preview \
		$(call flag,raw,$(RAW)) $(call flag,config,$(CONFIG)) $(call flag,against,$(AGAINST))

new-version: .venv/requirements.lock ## copy the live version of DEFINITION=id as a draft (CONFIG=folder)
	@$(BIN)/pql new-version $(if $(DEFINITION),"$(DEFINITION)") $(call flag,config,$(CONFIG))

suggest: .venv/requirements.lock ## write the points that outcomes suggest as a config folder (CONFIG=the one built, TO=new folder)
	@$(BIN)/pql suggest $(call flag,config,$(CONFIG)) $(call flag,to,$(TO))

init: .venv/requirements.lock ## write a starter config for the events in RAW=folder (CONFIG=new folder)
	@$(BIN)/pql init $(call flag,raw,$(RAW)) $(call flag,config,$(CONFIG))

review: .venv/requirements-review.lock ## write the quarterly review of the last build to review.html, a page to open from disk
	@$(BIN)/pql review $(call flag,as-of,$(AS_OF))

app: .venv/requirements-app.lock ## open the workbench on the last build in a browser
	@$(BIN)/pql app

bench: $(if $(filter spark,$(ENGINE)),.venv-spark/requirements-spark.lock,.venv/requirements-dev.lock)
bench: ## measure builds of EVENTS=1000000 made-up events against the same scores by hand (ENGINE=spark: each model there)
	@$(if $(filter spark,$(ENGINE)),.venv-spark/bin/python -m tools.benchmark.on_spark $(or $(EVENTS),1000000) \
		$(if $(SKEWED),--skewed),$(BIN)/pql bench $(call flag,events,$(EVENTS)))

manifests: .venv/requirements.lock ## write manifests/: our fields, as HubSpot and Salesforce create them
	@$(BIN)/pql manifests

sync: .venv/requirements-sync.lock ## show what the last build would send (TO=hubspot, salesforce, slack or webhook; SEND=1: send it)
	@$(BIN)/pql sync $(TO) $(if $(filter 1,$(SEND)),--send)

docs: .venv/requirements.lock ## write the documentation to target/static_index.html
	@$(BIN)/pql docs

clean: ## remove .venv and all that is made again; databases stay, they hold what was published
	rm -rf .venv .venv-* .config target logs .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: ## pin all that the requirements need, by hash, after a change of requirements*.txt
	@test -x $(BIN)/pip-compile || $(BIN)/python -m pip install --quiet pip-tools==7.6.2
	@for name in requirements requirements-sync requirements-review requirements-app requirements-postgres requirements-spark \
		requirements-bigquery requirements-databricks requirements-redshift requirements-snowflake \
		requirements-trino requirements-engines requirements-fakesnow requirements-dev; do \
		$(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host \
			--no-emit-find-links --allow-unsafe --no-strip-extras --no-header -o $$name.lock $$name.txt; done

# Installed is what the lock says: the requirements and all that they need, by hash. Its copy inside
# .venv says what is there.
.venv/%.lock: %.lock
	@$(python_is_new_enough)
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@cp $< $@

# Spark takes an older pandas: its packages are in an environment of their own.
.venv-spark/requirements-spark.lock: requirements-spark.lock
	@$(python_is_new_enough)
	@test -x .venv-spark/bin/python || $(PYTHON) -m venv .venv-spark
	@.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@cp $< $@

.venv/requirements-sync.lock .venv/requirements-review.lock: .venv/requirements.lock
.venv/requirements-app.lock: .venv/requirements-review.lock
.venv/requirements-dev.lock: .venv/requirements-sync.lock .venv/requirements-app.lock
