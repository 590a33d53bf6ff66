"""Hold the marts of another engine against DuckDB's, row for row."""

from collections.abc import Callable
from typing import Any

import duckdb
from conftest import Built

# Columns that say when a row was written, or by a hash that is an engine's own.
OWN_COLUMNS = {"sync_changed_at", "sync_row_hash", "published_at", "definition_fingerprint"}


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
