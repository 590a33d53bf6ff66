"""Open databases, and put a new one in the place of the last."""

from __future__ import annotations

import fcntl
import glob
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pql.errors import PqlError
from pql.project import SCHEMAS, short_path

Row = dict[str, Any]


@contextmanager
def opened(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a built database to read it; what is wrong with it is said in one line.

    Tables named without a schema are looked for in all of ours. It is attached, since DuckDB hands
    out a file that is open already again, although another build has taken its place meanwhile.
    """
    require(database)
    with told(str(short_path(database))), duckdb.connect() as connection:
        connection.execute(f"attach {quoted(str(database))} (read_only)")
        ((name,),) = connection.execute(
            "select database_name from duckdb_databases() where path is not null"
        ).fetchall()
        connection.execute(f'use "{name}"')
        there = connection.execute(
            "select schema_name from duckdb_schemas() where database_name = current_database()"
        ).fetchall()
        if found := [f'"{name}".{schema}' for schema in SCHEMAS if (schema,) in there]:
            connection.execute(f"set search_path = {quoted(','.join(found))}")
        yield connection


@contextmanager
def told(name: str, command: str = "pql build") -> Iterator[None]:
    """Say in one line what a database lacks that is asked.

    Args:
        name: the database.
        command: what builds it.
    """
    try:
        yield
    except duckdb.CatalogException as error:
        table = re.search(r"Table with name (\w+)", str(error))
        lack = f"there is no {table[1]} in it" if table else "a table is missing"
        raise PqlError(f"{name}: {lack}; run `{command}` first") from None
    except duckdb.Error as error:
        raise PqlError(f"{name}: cannot be read: {reason(error)}") from None


def quoted(text: str) -> str:
    """Write a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def require(database: Path) -> None:
    """Say what to do where nothing is built yet."""
    if not database.exists():
        past = re.search(r"_as_of_(\d+)_(\d+)_(\d+)$", database.stem)
        command = f"pql build --as-of {'-'.join(past.groups())}" if past else "pql build"
        raise PqlError(f"{short_path(database)}: no such database; run `{command}` first")


def in_memory() -> duckdb.DuckDBPyConnection:
    """Open an empty database that is gone when it is closed, to read files by."""
    return duckdb.connect()


def private_file(path: Path) -> sqlite3.Connection:
    """Open an SQLite database that its owner alone may read; it is made where there is none."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives the journal the same mode
    path.chmod(0o600)
    return sqlite3.connect(path, timeout=0)


def rows(connection: duckdb.DuckDBPyConnection, query: str, **values: object) -> list[Row]:
    """Run a query and return its rows by column.

    Args:
        connection: where to run it.
        query: what to run.
        values: what to bind; a value that the query does not name by `$` is left out.
    """
    named = {name: value for name, value in values.items() if re.search(rf"\${name}\b", query)}
    cursor = connection.execute(query, named)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def reason(error: duckdb.Error) -> str:
    """Say in one line what DuckDB says; of a broken CSV line where it is, and what is wrong."""
    said = str(error).partition("\nPossible")[0].strip().splitlines()
    return " ".join(dict.fromkeys((said[0], said[-1])))[:300]


def unfinished_path(path: Path) -> Path:
    """Return where a database is built, before it takes the place of the last one.

    The file has the same name: a view names the database it is in, which is called after its file.
    """
    return path.parent / ".building" / path.name


@contextmanager
def one_build_at_a_time(path: Path) -> Iterator[int]:
    """Hold the lock of a database, and give its file descriptor, for a child to hold it as well."""
    if not path.parent.is_dir():
        raise PqlError(f"PQL_DUCKDB_PATH: there is no folder {path.parent}; create it first")
    unfinished = unfinished_path(path)
    try:
        unfinished.parent.mkdir(mode=0o700, exist_ok=True)
        lock = unfinished.with_suffix(".lock").open("w")
    except OSError as error:
        raise PqlError(
            f"{unfinished.parent}: cannot be written, and the database is built there; "
            f"{error.strerror}"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PqlError(f"{path}: another build is under way; wait for it to finish") from None
        yield lock.fileno()


def copy_database(path: Path) -> Path:
    """Copy a database to where it is built, in place of what a build that failed left there."""
    unfinished = unfinished_path(path)
    try:
        for old in unfinished.parent.glob(f"{glob.escape(path.name)}*"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        if path.with_name(f"{path.name}.wal").exists():
            duckdb.connect(path).close()  # takes into the file what a killed writer left beside it
        if path.exists():
            with duckdb.connect(path, read_only=True):  # so that nobody writes to it meanwhile
                shutil.copyfile(path, unfinished)
    except duckdb.Error as error:
        raise PqlError(
            f"{path}: cannot be opened as a database; close what else has it open, or name another "
            f"file by PQL_DUCKDB_PATH; {reason(error)}"
        ) from None
    except OSError as error:
        raise PqlError(f"{unfinished}: cannot copy {path} there; {error.strerror}") from None
    return unfinished


def check_memory_limit() -> None:
    """Refuse a memory limit that DuckDB cannot read, before dbt stumbles over it."""
    if limit := os.environ.get("PQL_MEMORY_LIMIT"):
        try:
            duckdb.connect(config={"memory_limit": limit}).close()
        except duckdb.Error:
            raise PqlError(
                f"PQL_MEMORY_LIMIT: {limit} is not a memory limit; write 4GB or 80%"
            ) from None


def put_in_place(unfinished: Path, database: Path) -> None:
    """Let a finished database take the place of the last one, once all of it is on disk.

    Closing a database takes its log into the file, but says nothing where the disk is full.
    """
    try:
        with duckdb.connect(unfinished) as connection:
            connection.execute("checkpoint")
        log = unfinished.with_name(f"{unfinished.name}.wal")
        if log.exists():
            raise PqlError(f"{unfinished}: not all of it could be written; make room on the disk")
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.chmod(0o600)
        unfinished.replace(database)
        folder = os.open(database.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except duckdb.Error as error:
        raise PqlError(
            f"{unfinished}: cannot be finished, and {database} is left as it was; {reason(error)}"
        ) from None
    except OSError as error:
        raise PqlError(
            f"{database}: cannot be replaced, and is left as it was; {error.strerror}"
        ) from None
