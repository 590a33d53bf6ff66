"""What docs/orchestration.md hands out can be read by what it is for."""

import ast
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import yaml
from conftest import PROJECT

FOLDER = PROJECT / "docs" / "orchestration"


def test_the_workflow_builds_before_it_sends():
    workflow = yaml.safe_load((FOLDER / "github_actions.yml").read_text())
    steps = [step.get("run", "") for step in workflow["jobs"]["leads"]["steps"]]
    places = [
        next(n for n, step in enumerate(steps) if words in step)
        for words in ("source freshness", "pql build", "pql sync")
    ]
    assert places == sorted(places)


def test_the_dag_is_python_and_runs_once_at_a_time():
    tree = ast.parse((FOLDER / "airflow_dag.py").read_text())
    (dag,) = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "DAG"
    )
    options = {word.arg: getattr(word.value, "value", None) for word in dag.keywords}
    assert options["max_active_runs"] == 1
    assert options["catchup"] is False


def test_the_semantic_models_are_parsed_without_a_warning(tmp_path):
    command = [str(Path(sys.executable).with_name("dbt")), "parse", "--warn-error"]
    env = os.environ | {
        "DBT_TARGET_PATH": str(tmp_path),
        "DBT_LOG_PATH": str(tmp_path),
        "PQL_DUCKDB_PATH": str(tmp_path / "none.duckdb"),
    }
    done = subprocess.run(
        [*command, "--profiles-dir", "."], cwd=PROJECT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "semantic_manifest.json").exists()


@pytest.mark.slow
def test_dagster_loads_the_project(tmp_path):
    folder = tmp_path / "dagster"
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    needs = ["dagster==1.13.27", "dagster-dbt==0.29.27", "dbt-core==1.11.16", "dbt-duckdb==1.11.1"]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *needs], check=True)
    env = os.environ | {
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path),
        "PQL_DUCKDB_PATH": str(tmp_path / "none.duckdb"),
        "DAGSTER_HOME": str(tmp_path),
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
    }
    subprocess.run(
        [str(folder / "bin" / "dbt"), "parse", "--profiles-dir", "."],
        cwd=PROJECT, env=env, check=True,
    )  # fmt: skip
    code = (
        "import sys; sys.path.insert(0, 'docs/orchestration'); import definitions as d;"
        "assert 'leads' in [job.name for job in d.defs.resolve_all_job_defs()];"
        "assert len(list(d.pql_models.keys)) > 50"
    )
    subprocess.run([python, "-c", code], cwd=PROJECT, env=env, check=True)
