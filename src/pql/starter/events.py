"""What raw rows hold: each event, who did it, and what went before paying."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd

from pql import queries, sources
from pql import raw as raw_tables
from pql.database import Row, in_memory, rows
from pql.dbt import dbt_build
from pql.errors import FailedError, PqlError
from pql.project import database_path
from pql.warehouse import Warehouse

SCHEMA = "pql_sources"
MOST_ROWS = 1_000_000  # of a warehouse's tables, the latest, as they come over the network
# What is read of raw tables.
COLUMNS = {
    "users": ("user_id", "account_id"),
    "events": ("event_name", "user_id", "anonymous_id", "account_id", "properties", "occurred_at"),
    "subscriptions": ("user_id", "account_id", "stage", "started_at"),
}
QUERIES = queries.read("init")


@dataclass(frozen=True)
class Found:
    """What the raw rows hold: events, a sample of each, their numbers, what went before paying."""

    events: list[Row]
    numbers: list[Row]
    outcomes: list[Row]
    samples: list[Row]


def read_events(data: sources.RawData, where: str, warehouse: Warehouse | None = None) -> Found:
    """Count the rows of each event, who did it and when, by the raw rows alone."""
    with relations_of(data, warehouse) as (connection, relations):
        for table, columns in COLUMNS.items():
            relation = as_text(connection, relations[table], columns)
            connection.execute(f"create temporary view {table} as {relation}")
        events = rows(connection, QUERIES["events"])
        numbers = rows(connection, QUERIES["numbers"])
        outcomes = rows(connection, QUERIES["outcomes"], entity_type=entity_type_of(events))
        samples = rows(connection, QUERIES["samples"])
    if not events:
        raise PqlError(f"{where}: no row of events has an event_name; fill that column first")
    return Found(events, numbers, outcomes, samples)


@contextmanager
def relations_of(
    data: sources.RawData, warehouse: Warehouse | None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, list[str]]]]:
    """Give what holds the rows of each raw table: files, and dbt's views of vendors' tables.

    Raises:
        FailedError: dbt cannot make the views.
    """
    files = data.contract.files if data.contract else {}
    with TemporaryDirectory() as scratch, ExitStack() as opened:
        views = [
            f"{vendor}__{table}"
            for vendor in {place.vendor for place in data.places}
            for table in COLUMNS.keys() & sources.filled_by()[vendor]
        ]
        if not views:
            connection = opened.enter_context(in_memory())
        elif warehouse:
            make_views(data, views, target=warehouse.target)
            connection = opened.enter_context(in_memory())
            connection.execute(f"create schema {SCHEMA}")
            for view in views:
                latest_rows = latest(warehouse, view)
                connection.register("latest_rows", latest_rows)
                connection.execute(f"create table {SCHEMA}.{view} as from latest_rows")
        else:
            database = Path(
                scratch, database_path().name
            )  # schemas are those of a database so called
            if any(isinstance(place.where, str) for place in data.places):
                shutil.copy(database_path(), database)
            make_views(data, views, PQL_DUCKDB_PATH=str(database))
            connection = opened.enter_context(duckdb.connect(str(database)))
        yield (
            connection,
            {
                table: [raw_tables.reader(connection, file) for file in files.get(table, ())]
                + [f"{SCHEMA}.{view}" for view in sorted(views) if view.endswith(f"__{table}")]
                for table in COLUMNS
            },
        )


def make_views(data: sources.RawData, views: Sequence[str], target: str = "", **env: str) -> None:
    """Let dbt make the views of vendors' tables, and what they stand on."""
    select = [f"+{view}" for view in views]
    returncode, said = dbt_build(
        data.variables, "", False, "line", target=target, select=select, **env
    )
    if returncode:
        raise FailedError("the vendors' tables cannot be read", said)


def latest(warehouse: Warehouse, view: str) -> pd.DataFrame:
    """Read what is looked at of a view, the latest rows if there are many."""
    relation = f"{warehouse.schema}_sources.{view}"
    clocks = {"occurred_at", "started_at"} & warehouse.columns(relation)
    order = f"order by {clocks.pop()} desc nulls last" if clocks else ""
    return warehouse.read(f"(select * from {relation} {order} limit {MOST_ROWS}) as latest")


def as_text(
    connection: duckdb.DuckDBPyConnection, relations: Sequence[str], columns: Sequence[str]
) -> str:
    """Return a query of some columns of a raw table as text; null where it has no such."""
    nothing = ", ".join(f"cast(null as varchar) as {column}" for column in columns)
    parts = [f"select {nothing} where false"]
    for relation in relations:
        found = {
            row["column_name"].lower(): row["column_type"]
            for row in rows(connection, f"describe from {relation}")
        }
        cells = [
            f"nullif(trim(cast({as_json(column, found[column])} as varchar)), '') as {column}"
            if column in found
            else f"cast(null as varchar) as {column}"
            for column in columns
        ]
        parts.append(f"select {', '.join(cells)} from {relation}")
    return " union all ".join(parts)


def as_json(column: str, data_type: str) -> str:
    """Read a struct, a list or a map as JSON, as a build does."""
    return f"to_json({column})" if "(" in data_type or data_type.endswith("]") else column


def entity_type_of(events: Sequence[Row]) -> str:
    """Choose what to score: accounts, if most rows can be given to one."""
    given = sum(event["rows_of_accounts"] for event in events)
    return "account" if 2 * given > sum(event["row_count"] for event in events) else "user"
