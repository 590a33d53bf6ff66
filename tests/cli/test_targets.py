"""What `pql` says where an engine is not installed, does not answer, or was half built."""

from pathlib import Path

import pytest

from pql import spark, warehouse
from pql.commands import build, init, preview
from pql.errors import PqlError


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Runtime Error\n  Could not find adapter type postgres!",
            "--target prod: its adapter is not installed; run "
            "`pip install -r requirements-postgres.lock`",
        ),
        (
            "Could not find adapter type exasol!",
            "--target prod: its adapter is not installed; run `pip install dbt-exasol`",
        ),
        (
            'Database Error\n  connection to server at "db", port 5432 failed\n  Is it on?',
            "--target prod: the server does not answer; start it, or correct what profiles.yml "
            'reads from the environment (connection to server at "db", port 5432 failed)',
        ),
        (
            "Database Error\n  permission denied for database pql\n",
            "--target prod: permission denied for database pql; give the user of the connection "
            "that right: it creates and owns our schemas and all in them, and reads the raw tables",
        ),
        (
            "Compilation Error in operation pql-on-run-start-2\n  Postgres 11 is too old: 12 or "
            "later is needed, and 15 is tested\n\n  > in macro require_postgres",
            "--target prod: Postgres 11 is too old: 12 or later is needed, and 15 is tested",
        ),
    ],
)
def test_what_keeps_a_build_from_beginning_is_one_line(said, told):
    with pytest.raises(PqlError) as error:
        build.check_connection("prod", said)
    assert str(error.value) == told


def test_another_failure_is_not_taken_for_one():
    build.check_connection("prod", "Database Error in model pql_users: division by zero")


@pytest.mark.parametrize(
    ("steps", "is_half_built"),
    [
        ([], True),
        ([(1, "begun", True)], True),
        ([(1, "begun", True), (1, "ended", True)], False),
        ([(1, "begun", True), (1, "ended", True), (2, "begun", True)], True),
        ([(1, "begun", True), (2, "begun", True), (2, "ended", True)], False),
        # a part that ended well is well, but repairs nothing
        ([(1, "begun", True), (1, "ended", True), (2, "begun", False), (2, "ended", False)], False),
        ([(1, "begun", True), (2, "begun", False), (2, "ended", False)], True),
    ],
)
def test_half_a_build_is_known_until_a_whole_one_has_ended(steps, is_half_built):
    builds = [
        {"build_id": day, "step": step, "is_whole": is_whole, "build_started_at": day}
        for day, step, is_whole in steps
    ]
    assert warehouse.is_unfinished(builds) == is_half_built


def test_a_preview_on_a_server_is_refused_in_a_line():
    with pytest.raises(PqlError, match=r"--target postgres: .*--raw$"):
        preview.preview(None, Path("config"), None, target="postgres")


def test_init_on_spark_is_refused_in_a_line():
    with pytest.raises(PqlError, match=r"--target spark: .*--raw$"):
        init.init(None, Path("config"), ["segment"], target="spark")


def test_spark_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(spark, "find_spec", lambda name: None)
    with pytest.raises(PqlError, match=r"pyspark is not installed; run `pip install -r"):
        spark.environment()


def test_a_configuration_of_ones_own_is_left_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(spark, "find_spec", lambda name: object())
    monkeypatch.setattr(spark.shutil, "which", lambda name: name)
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    monkeypatch.setenv("PYSPARK_PYTHON", "python-of-the-cluster")
    assert spark.environment() == {"PYSPARK_PYTHON": "python-of-the-cluster"}
    assert not list(tmp_path.iterdir())


def test_a_configuration_is_written_where_there_is_none(monkeypatch, tmp_path):
    jar = tmp_path / "iceberg.jar"
    monkeypatch.setattr(spark, "find_spec", lambda name: object())
    monkeypatch.setattr(spark, "iceberg_jar", lambda: jar)
    monkeypatch.setattr(spark.shutil, "which", lambda name: name)
    monkeypatch.delenv("SPARK_CONF_DIR", raising=False)
    monkeypatch.setenv("PQL_SPARK_FOLDER", str(tmp_path / "lake"))
    monkeypatch.setenv("PQL_SPARK_MASTER", "spark://master:7077")
    folder = spark.environment()["SPARK_CONF_DIR"]
    written = dict(
        line.split(" ", 1)
        for line in Path(folder, "spark-defaults.conf").read_text().splitlines()
        if not line.startswith("#")
    )
    assert written["spark.master"] == "spark://master:7077"
    assert written["spark.driver.extraClassPath"] == str(jar)
    assert written["spark.sql.warehouse.dir"] == str(tmp_path / "lake/tables")


def test_a_server_of_spark_needs_nothing_here(monkeypatch):
    monkeypatch.setenv("PQL_SPARK_METHOD", "thrift")
    assert spark.environment() == {}
