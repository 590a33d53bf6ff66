"""Run what dbt would send to Snowflake on fakesnow, which emulates it by DuckDB, and say what ran.

All seeds of the demo are loaded, and the models built as if for the first time; the tables of
Python models stay empty. It finds columns that are not there and types that do not go together, as
far as DuckDB minds them. fakesnow lacks much, and takes functions that Snowflake has not: so this
tells, and nothing fails by it.

    python tools/engines/emulate.py target/engines/snowflake
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from pathlib import Path

import duckdb
import fakesnow
import snowflake.connector

PROJECT = Path(__file__).parents[2]
# A database called like a schema in it is one that DuckDB cannot tell from the schema.
OURS, THEIRS = "pql.pql", "warehouse.pql"
# What fakesnow lacks, or takes for DuckDB's own.
FUNCTIONS = {
    "try_to_timestamp_tz(cell)": "try_cast(cell as timestamptz)",
    "typeof(cell)": """
        case
            when cell is null then null
            when json_valid(cell) then replace(json_type(cell), 'NULL', 'NULL_VALUE')
            else 'VARCHAR'
        end
    """,
}


def prepare(cursor: snowflake.connector.cursor.SnowflakeCursor, nodes: list[dict]) -> None:
    """Make the schemas, the seeds, and empty tables in the place of Python models."""
    engine = cursor._duck_conn
    for call, meaning in FUNCTIONS.items():
        engine.execute(f"create temp macro {call} as {meaning}")
    cursor.execute("create database if not exists warehouse")
    for schema in sorted({node["schema"] for node in nodes}):
        cursor.execute(f"create schema if not exists warehouse.{schema}")
    for node in nodes:
        table = f"warehouse.{node['schema']}.{node['alias']}"
        if node["resource_type"] == "seed":
            file = PROJECT / node["original_file_path"]
            rows = f"from read_csv('{file}', all_varchar = true, header = true)"
            engine.execute(f"create table {table} as {rows}")
        elif node.get("language") == "python":
            columns = [f"{name} {column['data_type']}" for name, column in node["columns"].items()]
            cursor.execute(f"create table {table} ({', '.join(columns)})")


def emulate(folder: Path) -> list[str]:
    """Run what each model has sent, and report."""
    nodes = list(json.loads((folder / "manifest.json").read_text())["nodes"].values())
    sent = json.loads((folder / "full.json").read_text())
    refused = []
    with fakesnow.patch():
        cursor = snowflake.connector.connect(database="warehouse", schema="pql").cursor()
        prepare(cursor, nodes)
        models = {node: statements for node, statements in sent.items() if "." in node}
        for node, statements in models.items():
            try:
                for sql in statements:
                    cursor.execute(sql.replace(OURS, THEIRS))
            except (duckdb.Error, snowflake.connector.errors.Error) as error:
                refused.append(f"fakesnow: {node}: {' '.join(str(error).split())[:300]}")
        done = len(models) - len(refused)
        rows = []
        for mart in sorted(n["alias"] for n in nodes if n["path"].startswith("marts")):
            count = cursor.execute(f"select count(*) from {THEIRS}.{mart}").fetchone()[0]
            rows.append(f"{mart} {count:,}")
    return [
        *refused,
        f"fakesnow: {done} of {len(models)} models ran; rows: {', '.join(rows)}",
    ]


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # of properties that the emulator passes over
    warnings.simplefilter("ignore")
    print("\n".join(emulate(Path(sys.argv[1]))))
