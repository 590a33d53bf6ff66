"""What the views of a source make of tables in the layout of its vendor."""

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
from conftest import PROJECT, Tables, write_tables
from warm import run_warm

from pql.database import Row, rows

Views = dict[str, list[Row]]

# What the views of sources are made with.
SHARED = ["dbt_project.yml", "profiles.yml", "selectors.yml", "macros", "seeds", "tests/generic"]
# What they read besides, and a test that reads them.
WITH_THEM = [
    "models/_groups.yml",
    "models/staging/_staging__sources.yml",
    "models/staging/product/stg_product__forgotten_hashes.sql",
    "tests/singular/_singular__tests.yml",
    "tests/singular/events_come_through_one_source.sql",
]


def views_alone(folder: Path) -> Path:
    """The project without what reads the views: dbt takes several times as long over that."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PROJECT / "models" / "sources", folder / "models" / "sources")
    (folder / "tests").mkdir()
    for name in WITH_THEM:
        shutil.copy(PROJECT / name, folder / name.partition("/")[0])
    for name in SHARED:
        (folder / name).symlink_to(PROJECT / name)
    return folder


def run_alone(
    folder: Path, command: str, variables: dict[str, Any], model: str = ""
) -> subprocess.CompletedProcess:
    """Run a command of dbt on the views, and on what they read.

    Args:
        folder: holds the database, x.duckdb.
        command: the command.
        variables: dbt vars.
        model: a model to run it on instead.
    """
    project = views_alone(folder / "project")
    select = ["+path:models/sources", "--exclude", "path:seeds/demo", "path:seeds/config"]
    if model:
        (project / "models" / "alone.sql").write_text(model)
        select = ["alone"]
    own = {
        "PQL_DUCKDB_PATH": str(folder / "x.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_USE_COLORS": "false",
    }
    arguments = [command, "--select", *select, "--vars", json.dumps(variables)]
    return run_warm(arguments, project, own)


def build_views(
    folder: Path,
    tables: dict[str, Tables] | None = None,
    variables: dict[str, Any] | None = None,
    **sources: dict[str, Any],
) -> Views:
    """Build the views of some sources, and return the rows of each, by its name.

    Args:
        folder: holds the database, x.duckdb, and the tables.
        tables: CSV files to write, by the folder within `folder` and the table.
        variables: further dbt vars.
        sources: `vars: sources`; a path begins at `folder`.
    """
    for name, files in (tables or {}).items():
        write_tables(folder / name, files)
    for name, options in sources.items():
        if "path" in options:
            paths = options["path"]
            paths = [paths] if isinstance(paths, str) else paths
            sources[name] = options | {"path": [f"{folder}/{path}" for path in paths]}
    result = run_alone(folder, "build", {"sources": sources, **(variables or {})})
    assert result.returncode == 0, result.stdout
    with duckdb.connect(str(folder / "x.duckdb"), read_only=True) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'pql_sources'"
        ).fetchall()
        return {
            name: rows(connection, f"from pql_sources.{name} order by all") for (name,) in names
        }


def cells(found: Iterable[Row], *columns: str) -> list[tuple]:
    """Some cells of each row, times as text."""
    return [
        tuple(str(row[column]) if column.endswith("_at") else row[column] for column in columns)
        for row in found
    ]


def one_row(**row: Any) -> str:
    """Write a CSV file of one row; what is no text is written as JSON."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(row)
    writer.writerow(cell if isinstance(cell, str) else json.dumps(cell) for cell in row.values())
    return text.getvalue()
