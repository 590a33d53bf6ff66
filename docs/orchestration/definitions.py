"""A Dagster project: the models as assets, built every hour, then synced.

pip install dagster==1.13.27 dagster-dbt==0.29.27 dagster-webserver==1.13.27
PQL_PROJECT=<folder of the project> dagster dev -f docs/orchestration/definitions.py
"""

import os
import subprocess
from pathlib import Path

import dagster as dg
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets

FOLDER = Path(os.environ.get("PQL_PROJECT", Path(__file__).resolve().parents[2]))
TARGET = Path(os.environ.get("DBT_TARGET_PATH", "target"))
PROJECT = DbtProject(project_dir=FOLDER, profiles_dir=FOLDER, target_path=TARGET)
PROJECT.prepare_if_dev()


@dbt_assets(manifest=PROJECT.manifest_path, exclude="resource_type:unit_test")
def pql_models(context: dg.AssetExecutionContext, dbt: DbtCliResource):
    """Build the models with their tests; a failed one leaves the marts as they were."""
    yield from dbt.cli(["build"], context=context).stream()


@dg.op(ins={"start": dg.In(dg.Nothing)})
def sync() -> None:
    """Send the leads to the CRM; it sends what changed, and may be run again at any time."""
    subprocess.run(["pql", "sync", "hubspot", "--send"], cwd=FOLDER, check=True)


@dg.op
def freshness() -> None:
    """Stop where the feed is silent: a build of old events would say nothing new."""
    command = ["dbt", "source", "freshness", "--profiles-dir", "."]
    subprocess.run(command, cwd=FOLDER, check=True)


@dg.op(ins={"start": dg.In(dg.Nothing)})
def build() -> None:
    """Build by `pql`: into a copy, which takes the place of the last build once it is whole."""
    subprocess.run(["pql", "build", "--selector", "hourly"], cwd=FOLDER, check=True)


@dg.job(op_retry_policy=dg.RetryPolicy(max_retries=1, delay=300))
def leads():
    """Look whether there is news, build, and sync."""
    sync(build(freshness()))


defs = dg.Definitions(
    assets=[pql_models],
    jobs=[leads],
    schedules=[dg.ScheduleDefinition(job=leads, cron_schedule="5 * * * *")],
    resources={"dbt": DbtCliResource(project_dir=PROJECT)},
)
