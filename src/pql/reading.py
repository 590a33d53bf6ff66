"""Open what a build left, on any engine, to ask DuckDB about it.

What is read of a server is first copied into DuckDB's memory, as far as the queries name it: so
these are one engine's, and say the same of all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date

import duckdb

from pql import project
from pql.database import in_memory, opened, told
from pql.errors import PqlError

PROGRAMS = (
    "psycopg2",
    "redshift_connector",
    "snowflake",
    "trino",
    "databricks",
    "google",
    "pyspark",
)


def is_server(target: str) -> bool:
    """Whether a target of the profile is a server, and no file of DuckDB's."""
    return target not in ("", "duckdb")


@contextmanager
def reading(
    target: str, as_of: date | None, queries: Iterable[str]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open what a target has of the tables that queries name, to ask DuckDB about them.

    Args:
        target: a target of the profile; blank: DuckDB's.
        as_of: the past day whose build is read; none: the usual one.
        queries: what will be asked.
    """
    if not is_server(target):
        with opened(project.database_path(as_of)) as connection:
            yield connection
        return
    if as_of:
        schema = os.environ.get("PQL_SCHEMA") or "pql"
        os.environ["PQL_SCHEMA"] = f"{schema}_as_of_{as_of:%Y_%m_%d}"
    from pql.warehouse import connected

    warehouse = connected(target)
    with closing(in_memory()) as connection:
        connection.execute("set timezone = 'UTC'")
        with _one_line(target):
            warehouse.copy_to(connection, queries)
        with told(f"--target {target}", f"pql build --target {target}"):
            yield connection


@contextmanager
def _one_line(target: str) -> Iterator[None]:
    """Say in one line why a server does not answer, or what it refuses."""
    from dbt_common.exceptions import DbtBaseException

    try:
        yield
    except PqlError:
        raise
    except DbtBaseException as error:
        said = " ".join(str(error).split())
        raise PqlError(
            f"--target {target}: {said[:300]}; see to the server, and to what the environment says "
            "of it (docs/engines.md)"
        ) from None
    except Exception as error:
        if type(error).__module__.split(".")[0] in PROGRAMS:
            raise PqlError(
                f"--target {target}: {' '.join(str(error).split())[:300]}; ask for the right to "
                "read our schemas, or build them"
            ) from None
        raise
