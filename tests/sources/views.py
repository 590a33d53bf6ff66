"""What the views of a source make of tables in the layout of its vendor."""

import csv
import io
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
from conftest import PROJECT, Built, Tables, run_dbt, write_tables

from pql.database import Row, rows

Views = dict[str, list[Row]]

# What the views of sources are made with.
SHARED = ["dbt_project.yml", "profiles.yml", "selectors.yml", "macros", "seeds", "tests/generic"]


def views_alone(folder: Path) -> Path:
    """The project without what reads the views: dbt takes several times as long over that."""
    models = PROJECT / "models"
    shutil.copytree(models / "sources", folder / "models" / "sources")
    for name in ("_groups.yml", "staging/_staging__sources.yml"):
        shutil.copy(models / name, folder / "models")
    (folder / "tests").mkdir()
    for name in SHARED:
        (folder / name).symlink_to(PROJECT / name)
    return folder


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
    built = Built(folder, folder / "x.duckdb", 0, "")
    given = json.dumps({"sources": sources, **(variables or {})})
    select = ("+path:models/sources", "--exclude", "path:seeds/demo", "path:seeds/config")
    project = views_alone(folder / "project")
    result = run_dbt(built, "build", "--select", *select, "--vars", given, project=project)
    assert result.returncode == 0, result.stdout
    with duckdb.connect(str(built.database), read_only=True) as connection:
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
