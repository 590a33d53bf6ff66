"""What the tools for people share: they read a built database and print plain lines."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from build import PROJECT, BuildError, reason
from show import clean

Row = dict[str, Any]

LABEL_WIDTH = 13
MOST_LINES = 20


def short_path(path: Path) -> Path:
    """Name a path as a person in the project's folder would."""
    return path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path


@contextmanager
def opened(**databases: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open built databases by name to read them; what is wrong with one is said in one line.

    Tables named without a database are those of the first.
    """
    for database in databases.values():
        if not database.exists():
            raise BuildError(f"{short_path(database)}: no such database; run `make build` first")
    names = " and ".join(str(short_path(database)) for database in databases.values())
    try:
        with duckdb.connect() as connection:
            for name, database in databases.items():
                path = str(database).replace("'", "''")
                connection.execute(f"attach '{path}' as {name} (read_only)")
            connection.execute(f"use {next(iter(databases))}")
            yield connection
    except duckdb.CatalogException:
        raise BuildError(f"{names}: a table is missing; run `make build` first") from None
    except duckdb.Error as error:
        raise BuildError(f"{names}: cannot be read: {reason(error)}") from None


def rows(connection: duckdb.DuckDBPyConnection, query: str, **values: object) -> list[Row]:
    """Run a query, its values bound by name, and return its rows by column."""
    cursor = connection.execute(query, values)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def width() -> int:
    """Return how wide a line may be."""
    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def entry(label: str, text: object, align: str = "<") -> str:
    """Lay out a label and its text, which may need several lines; both may come from the product.

    Args:
        label: what stands before the text.
        text: what may be wrapped.
        align: where the label stands in its column: < (left) or > (right, for numbers).
    """
    return textwrap.fill(
        clean(text),
        width(),
        initial_indent=f"  {clean(label):{align}{LABEL_WIDTH}}  ",
        subsequent_indent=" " * (LABEL_WIDTH + 4),
        break_on_hyphens=False,
    )


def counted(count: int, noun: str) -> str:
    """Say how many of something there are: 1 event, 2 events."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def shortened(lines: Sequence[str], noun: str, total: int | None = None) -> list[str]:
    """Keep the first lines, and say how many more there are.

    Args:
        lines: all lines, or more than are kept.
        noun: what a line is about.
        total: how many lines there would be, where not all are given.
    """
    rest = (total or len(lines)) - MOST_LINES
    return (
        [*lines[:MOST_LINES], f"    ... and {counted(rest, noun)} more"] if rest > 0 else [*lines]
    )


def run(job: Callable[[], str]) -> int:
    """Print what a job has to say; return 2 for a mistake in what was asked for or given."""
    sys.stdout.reconfigure(errors="replace")
    try:
        print(job(), flush=True)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read it has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
