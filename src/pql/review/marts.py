"""Read what the review shows: marts alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import duckdb

from pql import queries
from pql.database import Row, rows

QUERIES = queries.read("review")


@dataclass(frozen=True)
class Part:
    """What one part of the page shows."""

    marts: tuple[str, ...]
    rows: Sequence[Row] = ()
    missing: tuple[str, ...] = ()  # marts that are not built

    @cached_property
    def by_version(self) -> dict[tuple[str, int], list[Row]]:
        """The rows about each version of a definition."""
        found: dict[tuple[str, int], list[Row]] = {}
        for row in self.rows:
            key = (row["definition_id"], row["definition_version"])
            found.setdefault(key, []).append(row)
        return found

    def lack(self, what: str) -> str:
        """Say why there is nothing to show."""
        if self.missing:
            return (
                f"Not known: this database lacks {' and '.join(self.missing)}. A build of a part "
                "leaves it out; `pql build` makes all."
            )
        return f"Nothing yet about {what}: {self.marts[0]} has no row for it."


def of_version(part: Part, definition: Row) -> list[Row]:
    """Return the rows about a version of a definition."""
    key = (definition["definition_id"], definition["definition_version"])
    return part.by_version.get(key, [])


def read(connection: duckdb.DuckDBPyConnection) -> dict[str, Part]:
    """Answer every question of the page, or say which marts of it are not there."""
    built = {row["table_name"] for row in rows(connection, QUERIES["built"])}
    parts: dict[str, Part] = {}
    as_of_date = None
    for name, query in QUERIES.items():
        if name == "built":
            continue
        marts = queries.tables(query)
        missing = tuple(mart for mart in marts if mart not in built)
        found = [] if missing else rows(connection, query, as_of_date=as_of_date)
        parts[name] = Part(marts, found, missing)
        if name == "as_of" and found:
            as_of_date = found[0]["as_of_date"]
    return parts
