"""Build the project with dbt, on the demo or on a folder of raw tables.

A plain ``dbt build`` does the same for the demo. This adds what dbt cannot do or cannot say
clearly: it finds which raw tables a folder holds, lays a config folder from anywhere over the
shipped one, keeps a rebuild of a past day in a database of its own, and lets nobody see a build
before it is done.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pql import raw
from pql.config_files import overlay_config
from pql.database import check_memory_limit, copy_database, one_build_at_a_time, put_in_place
from pql.dbt import dbt_build
from pql.errors import PqlError
from pql.project import database_path, parse_date


def parse_variables(text: str) -> dict[str, Any]:
    """Read further dbt vars from a JSON object."""
    try:
        variables = json.loads(text)
    except ValueError as error:
        raise PqlError(f"--vars: not JSON: {error}") from None
    if not isinstance(variables, dict):
        raise PqlError('--vars: not a JSON object; write it as {"decay_step_days": 1}')
    if "as_of" in variables:
        raise PqlError("--vars: give as_of as --as-of, which keeps the usual database as it is")
    return variables


def build(arguments: argparse.Namespace) -> int:
    """Check what was given, prepare it for dbt, and run dbt.

    dbt works on a copy of the database, which takes the place of the last one once all is built and
    every test has passed: who reads it finds either the one or the other, whole.
    """
    check_memory_limit()
    variables = parse_variables(arguments.vars)
    as_of = parse_date(arguments.as_of) if arguments.as_of else None
    database = database_path(as_of)
    env = {}
    if as_of:
        variables["as_of"] = as_of.isoformat()
    if arguments.raw:
        found = raw.survey(arguments.raw)
        variables = {
            "raw_source": "canonical",
            "raw_path": str(arguments.raw.resolve()),
            "raw_tables": [n for n in found.tables if n not in raw.raw_contract().required],
            **variables,
        }
        if not arguments.quiet:
            for line in (", ".join(found.tables), *found.notices):
                print(f"{arguments.raw}: {line}")
    if arguments.config:
        env["PQL_CONFIG_PATH"] = overlay_config(arguments.config)
    with one_build_at_a_time(database) as lock:
        unfinished = copy_database(database)
        env["PQL_DUCKDB_PATH"] = str(unfinished)
        sys.stdout.flush()
        show = "all" if arguments.verbose else "nothing" if arguments.quiet else "progress"
        returncode = dbt_build(
            variables, arguments.selector, arguments.full_refresh, show, lock, **env
        )
        if returncode == 0:
            put_in_place(unfinished, database)
        elif unfinished.exists():
            print(f"{database} is left as it was; as far as it came, the new one is {unfinished}")
    return returncode


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return dbt's exit code, or 2 for a mistake in what was given."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--raw", type=Path, metavar="DIR", help="folder of raw tables (the demo)")
    parser.add_argument("--config", type=Path, metavar="DIR", help="folder of config files")
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="last day counted (the latest)")
    parser.add_argument("--vars", default="{}", metavar="JSON", help="further dbt vars")
    parser.add_argument(
        "--selector", default="", choices=["hourly", "daily", "weekly"], help="a part (everything)"
    )
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--quiet", action="store_true", help="say something only if it fails")
    shown.add_argument("--verbose", action="store_true", help="show all that dbt prints")
    parser.add_argument("--full-refresh", action="store_true", help="rebuild incremental models")
    os.umask(0o077)  # what is built holds addresses: it is readable by its owner alone
    try:
        return build(parser.parse_args(argv))
    except PqlError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
