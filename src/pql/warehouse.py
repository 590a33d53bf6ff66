"""Read and write the tables of a warehouse through the connection that dbt has to it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd

from pql import project, spark
from pql.errors import PqlError

DUCKDB_TYPES = {"string": "varchar", "text": "varchar", "float": "double"}
# What holds a column whose type our contract does not say: the first that the engine's name fits.
TYPES = {
    "timestamp": "time",
    "date": "date",
    "boolean": "bool",
    "bigint": r"^(big|small)?int(eger|\d*)$",
    "decimal(38, 6)": "numeric|decimal|number",
    "double": "double|float|real",
}


class Warehouse:
    """A warehouse that dbt is connected to.

    Attributes:
        target: the target of the profile.
        schema: the schema of the marts, with which the names of the others begin.
        nodes: the models, by the keys that dbt has for them.
    """

    def __init__(self, target: str, adapter: Any, manifest: Any) -> None:
        self.target = target
        self.adapter = adapter
        self.schema = adapter.config.credentials.schema
        self.nodes = {k: n for k, n in manifest.nodes.items() if n.resource_type == "model"}

    def read(self, relation: str) -> pd.DataFrame:
        """Return a whole table as a frame: numbers as floats or integers, dates as times."""
        with self._cursor() as cursor:
            cursor.execute(f"select * from {relation}")
            columns = [column[0].lower() for column in cursor.description]
            frame = pd.DataFrame(cursor.fetchall(), columns=columns)
        return native_frame(frame)

    def rows(self, relation: str) -> list[dict[str, Any]]:
        """Return a whole table as rows."""
        return self.read(relation).to_dict("records")

    def columns(self, relation: str) -> set[str]:
        """Name the columns of a table."""
        return set(self.read(f"(select * from {relation} where 1 = 0) as no_rows"))

    def copy_to(self, connection: duckdb.DuckDBPyConnection, queries: Iterable[str]) -> None:
        """Copy the tables that queries name into a DuckDB database, as far as they are built.

        Raises:
            PqlError: the last build has not ended well, or another one began meanwhile.
        """
        words = set(re.findall(r"\w+", " ".join(queries)))
        connection.execute("create schema pql; set schema = 'pql'")
        builds = self._whole_builds()
        for node in self.nodes.values():
            there = self.adapter.Relation.create(node.database, node.schema, node.alias)
            if node.name not in words or not self._exists(there):
                continue
            with self._cursor() as cursor:
                cursor.execute(f"select * from {there}")
                names = [column[0].lower() for column in cursor.description]
                rows = pd.DataFrame(map(_texts, cursor.fetchall()), columns=names, dtype=object)
            types = {
                column.name.lower(): duckdb_type(column.dtype) for column in self._columns(there)
            } | {
                column.name: DUCKDB_TYPES.get(column.data_type, column.data_type)
                for column in node.columns.values()
                if column.data_type
            }
            cells = ", ".join(f'cast("{c}" as {types[c]}) as "{c}"' for c in names)
            connection.register("rows_there", rows)
            connection.execute(f"create table {node.name} as select {cells} from rows_there")
            connection.unregister("rows_there")
        if builds != self._whole_builds():
            raise PqlError(f"{self.schema}: it was built meanwhile; ask once more")

    def _whole_builds(self) -> list[dict[str, Any]]:
        """Return the builds, once all of them have ended well, or the next has.

        Raises:
            PqlError: the schema has not been built, or what is there may be half of a build.
        """
        mart = next(node for node in self.nodes.values() if node.name == "pql_accounts")
        relation = self.adapter.Relation.create(mart.database, mart.schema, "pql_builds")
        if not self._exists(relation):
            raise PqlError(
                f"{self.schema}: the schema has none of our marts; build them by "
                f"`pql build --target {self.target}` first"
            )
        builds = self.rows(relation)
        if is_unfinished(builds):
            raise PqlError(
                f"{self.schema}: the last build is still under way, or has not ended well, and "
                f"half of it is not read; wait for it, or run `pql build --target {self.target}`"
            )
        return sorted(builds, key=lambda build: (build["build_id"], build["step"]))

    def _exists(self, relation: Any) -> bool:
        with self.adapter.connection_named("pql"):
            return bool(
                self.adapter.get_relation(relation.database, relation.schema, relation.identifier)
            )

    def _columns(self, relation: Any) -> list[Any]:
        with self.adapter.connection_named("pql"):
            return self.adapter.get_columns_in_relation(relation)

    def write(self, relation: str, frame: pd.DataFrame) -> None:
        """Put the rows of a frame in place of those of a table, all at once.

        Raises:
            PqlError: the table lacks a column of the frame.
        """
        with self._cursor() as cursor:
            cursor.execute(f"select * from {relation} where 1 = 0")
            there = {column[0].lower() for column in cursor.description}
            if lacking := [name for name in frame if name not in there]:
                raise PqlError(
                    f"{relation}: there is no column {', '.join(lacking)} in it; run `pql build` "
                    "with this version of the project first"
                )
            cursor.execute(f"delete from {relation}")
            rows = plain_rows(frame)
            marks = ", ".join(["%s"] * len(frame.columns))
            if rows:
                cursor.executemany(
                    f"insert into {relation} ({', '.join(frame)}) values ({marks})", rows
                )
            self.adapter.connections.get_thread_connection().handle.commit()

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        with self.adapter.connection_named("pql"):
            handle = self.adapter.connections.get_thread_connection().handle
            with closing(handle.cursor()) as cursor:
                yield cursor


def require_adapter(target: str) -> None:
    """Say what to install where an engine's adapter is not; ours are called after their engines."""
    from importlib.util import find_spec

    requirements = f"requirements-{target}.txt"
    if (project.root() / requirements).is_file() and not find_spec(f"dbt.adapters.{target}"):
        raise PqlError(
            f"--target {target}: dbt's adapter for it is not installed; "
            f"`pip install -r {requirements}` installs it"
        )


def connected(target: str) -> Warehouse:
    """Let dbt read the project and connect to a target of the profile.

    Raises:
        PqlError: dbt cannot read the project, has no such target, or lacks its adapter.
    """
    from dbt.adapters.factory import FACTORY
    from dbt.cli.main import dbtRunner

    require_adapter(target)
    if target == "spark":
        os.environ.update(spark.environment())
    folder = str(project.root())
    options = [
        "--log-level",
        "none",
        "--project-dir",
        folder,
        "--profiles-dir",
        folder,
        "--target",
        target,
    ]
    result = dbtRunner().invoke(["parse", *options])
    if not result.success:
        raise PqlError(f"--target {target}: {' '.join(str(result.exception).split())}")
    (adapter,) = FACTORY.adapters.values()
    return Warehouse(target, adapter, result.result)


def is_unfinished(builds: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a build has begun that has not ended well, and that none has repaired since.

    Args:
        builds: the steps of builds, as macros/engines/builds.sql writes them down.
    """
    ended = [build for build in builds if build["step"] == "ended"]
    whole = [build["build_started_at"] for build in ended if build["is_whole"]]
    ended_ids = {build["build_id"] for build in ended}
    return not whole or any(
        build["build_started_at"] > max(whole) and build["build_id"] not in ended_ids
        for build in builds
    )


def duckdb_type(name: str) -> str:
    """Return the type of DuckDB that holds what an engine calls by a name."""
    return next((type for type, form in TYPES.items() if re.search(form, name.lower())), "varchar")


def native_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with numbers as floats or integers, and dates as times."""
    return frame.apply(_native)


def plain_rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows of a frame as what Python has for its cells; none for what is missing."""
    return [tuple(map(_cell, row)) for row in frame.itertuples(index=False)]


def _native(column: pd.Series) -> pd.Series:
    known = column.dropna()
    if not known.empty and isinstance(known.iloc[0], Decimal):
        return column.astype(float)
    if not known.empty and type(known.iloc[0]) is date:
        return pd.to_datetime(column)
    return column


def _texts(row: Iterable[Any]) -> list[str | None]:
    return [None if cell is None else str(cell) for cell in row]


def _cell(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
