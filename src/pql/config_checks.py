"""Find what is wrong with a config without a build: the project's own checks, run in memory.

The checks are models (`config_problems` and what it reads). dbt compiles them once, without asking
a database; each config is then loaded into an empty one, where they take well under a second. So
there is no second set of rules, here or anywhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from pql import project
from pql.config_files import CONFIG_FILES, columns_of, read_rows
from pql.database import Row, reason, rows
from pql.dbt import run_dbt
from pql.errors import FailedError

SCRATCH = Path("target", "checks")  # in the project
RESULT = "config_problems"
COLUMNS = ("file_name", "row_key", "column_name", "problem", "suggested_fix", "severity")
COMPILE = ("compile", "--no-introspect", "--profiles-dir", ".", "--target", "duckdb")


def problems(files: Mapping[str, bytes]) -> list[Row]:
    """List what is wrong with a config, as `config_problems` would, errors first.

    What a build finds in raw tables is left out: they are not looked at.

    Args:
        files: the files of a whole config folder, as `config_files` returns them.
    """
    checks = compiled_checks(fingerprint())
    with duckdb.connect() as connection:
        connection.execute(f"attach ':memory:' as {SCRATCH.name}")
        connection.execute(f"use {SCRATCH.name}")
        try:
            for schema in sorted({node["schema"] for node in checks}):
                connection.execute(f'create schema "{schema}"')
            for node in checks:
                make(connection, node, files)
            order = "order by severity, file_name, row_key, column_name, problem"
            return rows(connection, f"select * from {checks[-1]['relation_name']} {order}")
        except duckdb.Error as error:
            raise FailedError(f"the checks of the config cannot run; {reason(error)}") from None


def make(
    connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any], files: Mapping[str, bytes]
) -> None:
    """Make the table of a seed or of a check."""
    relation = node["relation_name"]
    if node["resource_type"] == "seed":
        names = columns_of(f"{node['name']}.csv")
        connection.execute(f"create table {relation} ({', '.join(f'{n} text' for n in names)})")
        cells = [[cell or None for cell in row] for row in read_rows(files[f"{node['name']}.csv"])]
        if cells:
            marks = ", ".join("?" * len(names))
            connection.executemany(f"insert into {relation} values ({marks})", cells)
    elif node["compiled_code"]:
        connection.execute(f"create table {relation} as {node['compiled_code']}")
    else:
        connection.execute(f"create table {relation} ({', '.join(f'{n} text' for n in COLUMNS)})")


def fingerprint() -> str:
    """Tell apart the states of the project that may change a check."""
    root = project.root()
    files = [
        root / project.MARK,
        root / "profiles.yml",
        project.shipped_config() / "_config__seeds.yml",
    ]
    files += [path for part in ("models", "macros") for path in (root / part).rglob("*.*")]
    state = [(str(path), path.stat().st_mtime_ns) for path in sorted(files) if path.is_file()]
    return hashlib.sha256(repr(state).encode()).hexdigest()


@lru_cache(maxsize=1)
def compiled_checks(state: str) -> list[dict[str, Any]]:
    """Return the seeds and checks in an order in which they can be made; the result is last.

    Args:
        state: of the project; dbt compiles again when it changes.
    """
    scratch = project.root() / SCRATCH
    kept = scratch / "checks.json"
    scratch.mkdir(parents=True, exist_ok=True)
    with (scratch / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one compiles, the others wait for what it finds
        if kept.exists():
            known = json.loads(kept.read_text(encoding="utf-8"))
            if known["state"] == state:
                return known["checks"]
        checks = compile_checks(scratch)
        kept.write_text(json.dumps({"state": state, "checks": checks}), encoding="utf-8")
    return checks


def compile_checks(scratch: Path) -> list[dict[str, Any]]:
    """Let dbt compile the checks, in a process and a folder of their own."""
    env = os.environ | {
        "DBT_TARGET_PATH": str(scratch),
        "DBT_LOG_PATH": str(scratch),
        "PQL_DUCKDB_PATH": str(scratch / f"{SCRATCH.name}.duckdb"),
        "PQL_CONFIG_PATH": "seeds/config",
    }
    command = [*COMPILE, "--select", f"+{RESULT}"]
    returncode, lines = run_dbt(command, project.root(), env, scratch / "compile.log", "line")
    if returncode:
        raise FailedError("dbt cannot compile the checks of the config", "\n".join(lines[-20:]))
    manifest = json.loads((scratch / "manifest.json").read_text(encoding="utf-8"))
    nodes = {
        key: {**node, "parents": node["depends_on"].get("nodes", [])}
        for key, node in manifest["nodes"].items()
        if node["resource_type"] in ("seed", "model")
    }
    result = next(key for key, node in nodes.items() if node["name"] == RESULT)
    seeds = {key for key, node in nodes.items() if f"{node['name']}.csv" in CONFIG_FILES}
    reached = read_by(nodes, result)
    made = {key for key in reached if key in seeds or read_by(nodes, key) & seeds}
    # What is read beside is about raw tables, and stands empty.
    order = TopologicalSorter(
        {
            key: [p for p in nodes[key]["parents"] if p in reached] if key in made else []
            for key in made | {p for key in made for p in nodes[key]["parents"] if p in nodes}
        }
    )
    return [
        {
            "name": nodes[key]["name"],
            "schema": nodes[key]["schema"],
            "resource_type": "seed" if key in seeds else "model",
            "relation_name": nodes[key]["relation_name"],
            "compiled_code": nodes[key].get("compiled_code") if key in made else None,
        }
        for key in order.static_order()
    ]


def read_by(nodes: Mapping[str, Mapping[str, Any]], key: str) -> set[str]:
    """Return a node and all that it reads, over any number of others."""
    found, ahead = set(), [key]
    while ahead:
        name = ahead.pop()
        if name in nodes and name not in found:
            found.add(name)
            ahead += nodes[name]["parents"]
    return found
