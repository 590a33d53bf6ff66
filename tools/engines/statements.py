"""Write down every statement that dbt would send to an engine, without a connection to it.

dbt runs the models as it always does; its adapter answers for a warehouse that is not there. First
nothing exists, then everything does, so that incremental models are seen in both of their forms.
Run it with the Python of an environment that has the engine's adapter:

    python tools/engines/statements.py snowflake target/engines/snowflake
"""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import agate
import sqlglot
from dbt.adapters.contracts.connection import AdapterResponse
from dbt.adapters.factory import FACTORY
from dbt.cli.main import dbtRunner
from sqlglot.optimizer.qualify import qualify

FORMS = ("full", "incremental")
OPTIONS = ("--quiet", "--profiles-dir", ".", "--no-populate-cache", "--no-partial-parse")


class Warehouse:
    """What the adapter is told, in place of a warehouse.

    Attributes:
        sent: the statements that each node has sent.
        is_built: whether the tables are there.
    """

    def __init__(self, nodes: Any) -> None:
        self.tables = {
            node.alias.lower(): node for node in nodes if node.resource_type in ("model", "seed")
        }
        self.sent: dict[str, list[str]] = {}
        self.is_built = False

    def stand_in(self, adapter: Any) -> None:
        """Take the place of all that would reach for the engine."""
        self.adapter = adapter
        connections = type(adapter.connections)
        done = AdapterResponse("OK")

        def execute(_self: Any, sql: str, *_args: Any, **_options: Any) -> tuple[Any, Any]:
            self.note(_self, sql)
            return done, answer(sql)

        def add_query(_self: Any, sql: str, *_args: Any, **_options: Any) -> tuple[Any, Any]:
            self.note(_self, sql)
            return None, SimpleNamespace(fetchall=lambda: [("v2.0.0",)])  # what DuckDB is asked

        for name in ("open", "begin", "commit", "close", "rollback_if_open", "cancel_open"):
            setattr(connections, name, lambda *_args, **_options: None)
        connections.execute, connections.add_query = execute, add_query
        answers = {
            "execute": execute,
            "get_relation": self.relation,
            "list_relations": lambda *_args: [],
            "list_schemas": lambda *_args: [],
            "check_schema_exists": lambda *_args: True,
            "create_schema": lambda *_args: None,
            "drop_relation": lambda *_args: None,
            "rename_relation": lambda *_args: None,
            "get_columns_in_relation": self.columns,
            "get_missing_columns": lambda *_args: [],
            "expand_target_column_types": lambda *_args, **_options: None,
            "get_column_schema_from_query": lambda *_args: [],
            "submit_python_job": lambda *_args: done,
            "set_relations_cache": lambda *_args, **_options: None,
            "is_replaceable": lambda *_args: True,
        }
        for name, found in answers.items():
            setattr(type(adapter), name, found)

    def note(self, adapter: Any, sql: str) -> None:
        """Keep a statement under the node that sent it."""
        connections = getattr(adapter, "connections", adapter)
        connection = connections.get_if_exists()
        self.sent.setdefault(connection.name if connection else "hooks", []).append(sql)

    def relation(self, database: str, schema: str, identifier: str, **_options: Any) -> Any:
        """Find a table where it is built."""
        node = self.tables.get(identifier.lower())
        if not (self.is_built and node):
            return None
        kind = "view" if node.config.materialized == "view" else "table"
        return self.adapter.Relation.create(database, schema, identifier, type=kind)

    def columns(self, relation: Any) -> list[Any]:
        """Name the columns of a table that the project describes, or that a statement has made."""
        node = self.tables.get(relation.identifier.lower().partition("__dbt_tmp")[0])
        described = node.columns.values() if node else []
        names = [column.name for column in described] or self.selected(relation.identifier)
        return [self.adapter.Column.create(name, "string") for name in names]

    def selected(self, table: str) -> list[str]:
        """Name the columns that the statement selects which has made a table."""
        for sql in chain.from_iterable(list(self.sent.values())):  # models run two at a time
            if re.match(rf"\s*create\b[^(]*\b{table}\b", sql, re.IGNORECASE):
                select = sqlglot.parse_one(sql, read=self.adapter.type()).expression
                return qualify(select, validate_qualify_columns=False).named_selects
        return ["a_column", "another_column"]


def answer(sql: str) -> agate.Table:
    """Answer what models ask while they are compiled, such as which days are to be counted."""
    if "max(manifest.event_date)" in sql:
        return agate.Table([(date(2026, 5, 30), 0)], ["event_date", "other_ways"])
    if sql.startswith("select event_date from"):
        return agate.Table([(date(2026, 5, 30),), (date(2026, 5, 31),)], ["event_date"])
    return agate.Table([], ["nothing"])


def write(engine: str, folder: Path) -> None:
    """Run all models in both forms, and write what each has sent."""
    target = ["--target", engine, "--target-path", str(folder), "--log-path", str(folder)]
    parsed = dbtRunner().invoke(["parse", *OPTIONS, *target])
    if not parsed.success:
        sys.exit(str(parsed.exception))
    manifest = parsed.result
    warehouse = Warehouse(manifest.nodes.values())
    (adapter,) = FACTORY.adapters.values()
    warehouse.stand_in(adapter)
    for form in FORMS:
        warehouse.is_built = form == "incremental"
        warehouse.sent = {}
        ran = dbtRunner(manifest=manifest).invoke(["run", *OPTIONS, *target])
        failed = [
            f"{found.node.name}: {found.message}"
            for found in (ran.result or [])
            if found.status == "error"
        ]
        if ran.exception or failed:
            sys.exit("\n".join([f"{engine}, {form}: {ran.exception or ''}", *failed]))
        (folder / f"{form}.json").write_text(json.dumps(warehouse.sent, indent=1))


if __name__ == "__main__":
    write(sys.argv[1], Path(sys.argv[2]))
