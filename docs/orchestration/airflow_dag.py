"""An Airflow DAG: freshness, build, sync; put it into the folder of DAGs.

Three tasks, for the database is a file that takes one build at a time. On a warehouse
astronomer-cosmos makes a task of each model: `DbtTaskGroup` in place of `build`.
"""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

PROJECT = "/srv/pql"  # the clone, with its .venv
SOURCE = f"cd {PROJECT} && source .venv/bin/activate &&"

with DAG(
    dag_id="pql",
    schedule="5 * * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,  # the marts hold all history: a missed hour needs no run of its own
    max_active_runs=1,  # one build at a time
    default_args={"retries": 1, "retry_delay": timedelta(minutes=5)},
):
    freshness = BashOperator(
        task_id="freshness", bash_command=f"{SOURCE} dbt source freshness --profiles-dir ."
    )
    build = BashOperator(task_id="build", bash_command=f"{SOURCE} pql build --selector hourly")
    sync = BashOperator(task_id="sync", bash_command=f"{SOURCE} pql sync hubspot --send")
    freshness >> build >> sync
