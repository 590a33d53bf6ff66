"""What was sent, and as which record: so that nothing is sent twice, whatever is killed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pql import queries
from pql.database import private_file
from pql.errors import PqlError

QUERIES = queries.read("sync")


@dataclass(frozen=True)
class Sent:
    """A row as the CRM has accepted it."""

    record_id: str  # the CRM's own id; blank: it has the record no more
    row_hash: str
    links: str = ""  # the ids of the records that it is linked to


class Memory:
    """A file beside the warehouse. It holds keys, hashes and ids, and nothing personal.

    Each account of the CRM has rows of its own: a sandbox knows nothing of production. A change is
    made as a whole or not at all, by SQLite's journal: a new copy of the file for each batch would
    cost more and more, and lock out no other sync.
    """

    def __init__(self, path: Path):
        self.path = path
        try:
            self.connection = private_file(path)
            self.connection.execute("pragma synchronous = extra")
            # Held until the process ends, however it ends: two syncs never run at once.
            self.connection.execute("pragma locking_mode = exclusive")
            with self.connection:
                self.connection.execute("begin exclusive")
                self.connection.execute(QUERIES["make_memory"])
        except OSError as error:
            raise PqlError(f"{path.name}: cannot be written: {error.strerror}") from None
        except sqlite3.DatabaseError as error:
            raise PqlError(f"{path.name}: {trouble(error)}") from None

    def last_account(self, record_types: Iterable[str]) -> str:
        """Name the account with records of these types that was written to last; blank: none."""
        wanted = json.dumps(list(record_types))
        found = self.connection.execute(QUERIES["last_account"], (wanted,))
        return next((account for (account,) in found), "")

    def read(self, account: str, record_type: str) -> dict[str, Sent]:
        """Return what was sent, by the key of the row."""
        rows = self.connection.execute(QUERIES["sent"], (account, record_type))
        return {key: Sent(*values) for key, *values in rows}

    def write(self, account: str, record_type: str, sent: Mapping[str, Sent]) -> None:
        """Keep what was sent; after this, not even a power cut undoes it."""
        with self.changing():
            self.connection.executemany(
                QUERIES["remember"],
                [
                    (account, record_type, key, row.record_id, row.row_hash, row.links)
                    for key, row in sent.items()
                ],
            )

    def forget(self, account: str, record_type: str, keys: Iterable[str]) -> None:
        """Keep nothing of rows."""
        with self.changing():
            self.connection.executemany(
                QUERIES["forget"],
                [(account, record_type, key) for key in keys],
            )

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Make a change as a whole, or say in one line why it cannot be made."""
        try:
            with self.connection:
                yield
        except sqlite3.DatabaseError as error:
            raise PqlError(
                f"{self.path.name}: {trouble(error)}; the last batch is not recorded, and goes to "
                "the same records again at the next sync"
            ) from None

    def close(self) -> None:
        """Let the next sync begin."""
        self.connection.close()


def trouble(error: sqlite3.DatabaseError) -> str:
    """Say what is wrong with the file, and what to do."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:  # the rest says more than anybody needs
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another sync is at work; wait for it to finish"
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return "not what a sync wrote; move the file away"
    return f"cannot be written: {error}"
