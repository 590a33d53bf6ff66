"""Dagster and Airflow load what docs/orchestration.md hands out, each in an environment of its own.

    make test-orchestration

It installs both, which takes minutes, and so is not a part of `make test`.
"""

import os
import re
import subprocess
import venv

import pytest
from conftest import PROJECT

DBT = ("dbt-core==1.11.16", "dbt-duckdb==1.11.1")


@pytest.fixture
def environment(tmp_path):
    """Make an environment, and return what runs Python in it."""

    def make(*needs, **variables):
        folder = tmp_path / "venv"
        venv.create(folder, with_pip=True)
        python = str(folder / "bin" / "python")
        env = os.environ | {
            "DBT_TARGET_PATH": str(tmp_path / "target"),
            "DBT_LOG_PATH": str(tmp_path),
            "PQL_DUCKDB_PATH": str(tmp_path / "none.duckdb"),
            "PQL_PROJECT": str(PROJECT),
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            **variables,
        }
        subprocess.run([python, "-m", "pip", "install", "--quiet", *needs], check=True)

        def run(*command):
            done = subprocess.run(
                [python, *command], cwd=PROJECT, env=env, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        return run

    return make


def test_dagster_loads_the_project(environment, tmp_path):
    run = environment(
        "dagster==1.13.27", "dagster-dbt==0.29.27", *DBT, DAGSTER_HOME=str(tmp_path)
    )  # fmt: skip
    run("-m", "dbt.cli.main", "parse", "--profiles-dir", ".")
    run(
        "-c",
        "import sys; sys.path.insert(0, 'docs/orchestration'); import definitions as d;"
        "assert 'leads' in [job.name for job in d.defs.resolve_all_job_defs()];"
        "assert len(list(d.pql_models.keys)) > 50",
    )


def test_airflow_loads_the_dag(environment, tmp_path):
    run = environment(
        "apache-airflow==3.3.2",
        "astronomer-cosmos==1.15.1",
        *DBT,
        AIRFLOW_HOME=str(tmp_path),
        AIRFLOW__COSMOS__ENABLE_CACHE="False",  # it would be kept in Airflow's own database
        PQL_BIN=str(tmp_path / "venv" / "bin"),
    )
    load = (
        "import sys; sys.path.insert(0, 'docs/orchestration'); import os;"
        "os.environ['PQL_TARGET'] = sys.argv[1]; from airflow_dag import freshness;"
        "print('tasks:', *freshness.dag.task_ids)"
    )
    (tasks,) = re.findall(r"^tasks: (.*)$", run("-c", load, ""), re.M)
    assert tasks.split() == ["freshness", "build", "sync"]
    (tasks,) = re.findall(r"^tasks: (.*)$", run("-c", load, "duckdb"), re.M)
    assert {"freshness", "build.pql_accounts.run", "build.pql_accounts.test", "sync"} <= set(
        tasks.split()
    )
    assert not [name for name in tasks.split() if "review" in name]  # `hourly` leaves it out
