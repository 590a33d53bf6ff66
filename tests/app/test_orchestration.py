"""What docs/orchestration.md hands out says what it should; tests/orchestration loads it."""

import ast
import os
import subprocess
import sys
from pathlib import Path

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
