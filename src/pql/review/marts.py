"""Read what the review shows: marts alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pql import queries
from pql.database import Row

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


class Parts(dict[str, Part]):
    """What each part of the page shows, by its query's name; asked when it is first looked at."""

    def __init__(self, ask: Callable[..., list[Row]]) -> None:
        """Keep what answers a query."""
        super().__init__()
        self.ask = ask

    def __missing__(self, name: str) -> Part:
        """Answer a question of the page, or say which marts of it are not there."""
        marts = queries.tables(QUERIES[name])
        missing = tuple(mart for mart in marts if mart not in self.built)
        values = {} if name == "as_of" else {"as_of_date": self.as_of_date}
        found = [] if missing else self.ask(QUERIES[name], **values)
        self[name] = Part(marts, found, missing)
        return self[name]

    @cached_property
    def built(self) -> set[str]:
        """The marts that there are."""
        return {row["table_name"] for row in self.ask(QUERIES["built"])}

    @property
    def as_of_date(self) -> date | None:
        """The last day counted."""
        return self["as_of"].rows[0]["as_of_date"] if self["as_of"].rows else None
