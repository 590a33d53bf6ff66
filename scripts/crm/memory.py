"""What was sent, and as which record: so that nothing is sent twice, whatever is killed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from build import BuildError


@dataclass(frozen=True)
class Sent:
    """A row as the CRM has accepted it."""

    record_id: str  # the CRM's own id; blank: it has the record no more
    row_hash: str
    links: str = ""  # the ids of the records that it is linked to


class Memory:
    """A file beside the warehouse. It holds keys, hashes and ids, and nothing personal.

    Each account of the CRM has rows of its own: a sandbox knows nothing of production.
    """

    def __init__(self, path: Path):
        self.connection = sqlite3.connect(path, timeout=0)
        try:
            # Held until the process ends, however it ends: two syncs never run at once.
            self.connection.execute("pragma locking_mode = exclusive")
            with self.connection:
                self.connection.execute("begin exclusive")
                self.connection.execute(
                    """
                    create table if not exists sent (
                        account text, record_type text, row_key text,
                        record_id text, row_hash text, links text,
                        primary key (account, record_type, row_key)
                    )
                    """
                )
        except sqlite3.OperationalError:
            raise BuildError(f"{path.name}: another sync is at work; wait for its end") from None
        except sqlite3.DatabaseError:
            raise BuildError(f"{path.name}: not what a sync wrote; move the file away") from None

    def last_account(self) -> str:
        """Name the account that was written to last; blank if none was."""
        query = "select account from sent order by rowid desc limit 1"
        return next((account for (account,) in self.connection.execute(query)), "")

    def read(self, account: str, record_type: str) -> dict[str, Sent]:
        """Return what was sent, by the key of the row."""
        query = """
            select row_key, record_id, row_hash, links
            from sent
            where account = ? and record_type = ?
        """
        rows = self.connection.execute(query, (account, record_type))
        return {key: Sent(*values) for key, *values in rows}

    def write(self, account: str, record_type: str, sent: Mapping[str, Sent]) -> None:
        """Keep what was sent; after this, not even a power cut undoes it."""
        with self.connection:
            self.connection.executemany(
                "insert or replace into sent values (?, ?, ?, ?, ?, ?)",
                [
                    (account, record_type, key, row.record_id, row.row_hash, row.links)
                    for key, row in sent.items()
                ],
            )

    def forget(self, account: str, record_type: str, keys: Iterable[str]) -> None:
        """Keep nothing of rows."""
        with self.connection:
            self.connection.executemany(
                "delete from sent where account = ? and record_type = ? and row_key = ?",
                [(account, record_type, key) for key in keys],
            )

    def close(self) -> None:
        """Let the next sync begin."""
        self.connection.close()
