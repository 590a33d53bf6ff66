"""Hold the marts of another engine against DuckDB's, row for row."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from conftest import PROJECT, Built, Tables

# Columns that say when a row was written, or by a hash that is an engine's own.
OWN_COLUMNS = {"sync_changed_at", "sync_row_hash", "published_at", "definition_fingerprint"}


def build_on(
    pql: Sequence[str],
    engine: str,
    env: Mapping[str, str],
    raw: Tables | None,
    config: Path | None,
    selector: str,
    kill_at: str,
) -> None:
    """Build by `pql build`, as a user does.

    Args:
        pql: how pql is called.
        engine: the target.
        env: all environment variables.
        raw: the raw tables, if they are not the demo's; they are in the schema raw.
        config: a config folder; none: the shipped one.
        selector: the part to build.
        kill_at: the model at whose beginning the build is killed; blank: it ends well.
    """
    command = [*pql, "build", "--target", engine, "--verbose", "--selector", selector]
    if raw is not None:
        optional = [name for name in raw if name not in ("events", "users")]
        command += ["--vars", json.dumps({"raw_source": "canonical", "raw_tables": optional})]
    if config is not None:
        command += ["--config", str(config)]
    output = ""
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        for line in process.stdout:
            output += line
            if kill_at and f".{kill_at} " in line:
                os.killpg(process.pid, signal.SIGKILL)
    assert bool(process.returncode) == bool(kill_at), output[-6000:]


def differing_marts(built: Built, theirs: Callable[[str, dict[str, str]], str]) -> dict[str, Any]:
    """Return the marts whose rows differ: how many on either side, and the first of them.

    Args:
        built: what DuckDB built.
        theirs: gives the relation, in DuckDB's words, that holds the other engine's rows of a mart,
            from the mart's name and the types of its columns by name.
    """
    found: dict[str, Any] = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{built.database}' as built (read_only)")
        columns = connection.execute(
            """
            select table_name, column_name, data_type
            from information_schema.columns
            where table_catalog = 'built' and table_schema = 'pql'
            order by table_name, ordinal_position
            """
        ).fetchall()
        marts: dict[str, dict[str, str]] = {}
        for mart, column, data_type in columns:
            if column not in OWN_COLUMNS:
                marts.setdefault(mart, {})[column] = data_type
        assert marts
        for mart, types in marts.items():
            names = ", ".join(f'"{column}"' for column in types)
            typed = ", ".join(f'cast("{c}" as {t}) as "{c}"' for c, t in types.items())
            connection.execute(
                f"create or replace temp table theirs as select {typed} from {theirs(mart, types)}"
            )
            connection.execute(
                f"create or replace temp table ours as select {names} from built.pql.{mart}"
            )
            lacking = connection.execute("from ours except all from theirs").fetchall()
            added = connection.execute("from theirs except all from ours").fetchall()
            if lacking or added:
                found[mart] = {
                    "lacking": len(lacking),
                    "added": len(added),
                    "first": [sorted(map(str, lacking))[:2], sorted(map(str, added))[:2]],
                }
    return found
