"""An Airflow DAG: freshness, build, sync; put it into the folder of DAGs.

pip install apache-airflow==3.3.2 astronomer-cosmos==1.15.1

On DuckDB the build is one task, for the database is a file that takes one build at a time. With
PQL_TARGET, which names a warehouse's target of profiles.yml, cosmos makes a task of each model.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig

PROJECT = Path(os.environ.get("PQL_PROJECT", "/srv/pql"))  # the clone
BIN = Path(os.environ.get("PQL_BIN", PROJECT / ".venv" / "bin"))
TARGET = os.environ.get("PQL_TARGET", "")


def step(name: str, command: str) -> BashOperator:
    """Run a command of the project's environment in the project's folder."""
    return BashOperator(task_id=name, bash_command=f"{BIN}/{command}", cwd=str(PROJECT))


def models() -> DbtTaskGroup:
    """Make a task of each model, with its tests after it; those downstream of a failed one wait."""
    return DbtTaskGroup(
        group_id="build",
        project_config=ProjectConfig(dbt_project_path=PROJECT),
        profile_config=ProfileConfig(
            profile_name="pql", target_name=TARGET, profiles_yml_filepath=PROJECT / "profiles.yml"
        ),
        execution_config=ExecutionConfig(dbt_executable_path=str(BIN / "dbt")),
        render_config=RenderConfig(selector="hourly"),
    )


with DAG(
    dag_id="pql",
    schedule="5 * * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,  # the marts hold all history: a missed hour needs no run of its own
    max_active_runs=1,  # one build at a time
    default_args={"retries": 1, "retry_delay": timedelta(minutes=5)},
):
    freshness = step("freshness", "dbt source freshness --profiles-dir .")
    build = models() if TARGET else step("build", "pql build --selector hourly")
    sync = step("sync", "pql sync hubspot --send" + (f" --target {TARGET}" if TARGET else ""))
    freshness >> build >> sync
