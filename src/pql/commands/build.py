"""Build the project with dbt, on the demo or on a folder of raw tables.

A plain ``dbt build`` does the same for the demo. This adds what dbt cannot do or cannot say
clearly: it finds which raw tables a folder holds, lays a config folder from anywhere over the
shipped one, keeps a rebuild of a past day in a database of its own, and lets nobody see a build
before it is done.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pql import console, mapping, project, sources, spark
from pql.config_files import overlay_config, stated_variables
from pql.database import check_memory_limit, copy_database, one_build_at_a_time, put_in_place
from pql.dbt import dbt_build, log_path
from pql.errors import FailedError, PqlError
from pql.project import database_path
from pql.reading import is_server

# What dbt and the engines say where there is no adapter, or no server.
NO_ADAPTER = re.compile(r"Could not find adapter type (\w+)")
NO_SERVER = re.compile(
    r"[^\n]*(?:connection to server|could not translate host name|Connection refused|"
    r"masters are unresponsive|Could not connect to)[^\n]*"
)
NO_RIGHT = re.compile(r"[^\n]*(?:permission denied|must be owner)[^\n]*", re.IGNORECASE)
# What our hooks say before anything is built.
NOT_FOR_US = re.compile(r"[^\n]*(?:was made by no build of ours|is too old: )[^\n]*")


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


@dataclass(frozen=True)
class Request:
    """What to build.

    Attributes:
        raw: a folder of raw tables; none: the demo.
        config: a config folder; none: the shipped one.
        as_of: the last day counted; none: the latest.
        variables: further dbt vars.
        selector: the part to build, as selectors.yml names it; blank: everything.
        target: a target of the profile; blank: DuckDB.
        full_refresh: whether incremental models start afresh.
        show: ``all`` that dbt prints, a ``line`` of progress (on a terminal), or ``nothing``.
        database: the file to build; none: the usual one.
        env: further environment variables of dbt.
    """

    raw: Path | None = None
    config: Path | None = None
    as_of: date | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    selector: str = ""
    target: str = ""
    full_refresh: bool = False
    show: str = "line"
    database: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a build ended.

    Attributes:
        failed: whether it did.
        database: what was built, in place; of a failed build as far as it came, elsewhere; none
            on a server.
        text: what a person has to read.
    """

    failed: bool
    database: Path | None
    text: str


def build(request: Request) -> Outcome:
    """Check what was given, prepare it for dbt, and run dbt."""
    if is_server(request.target):
        return build_in_warehouse(request)
    return build_database(request)


def build_in_warehouse(request: Request) -> Outcome:
    """Build on a server, and run here the statistics that it cannot run.

    Raises:
        PqlError: the request is for DuckDB alone, or dbt cannot connect.
    """
    from pql.commands.calibrate import calibrate
    from pql.warehouse import connected, require_adapter

    require_adapter(request.target)
    if request.raw:
        raise PqlError(
            f"--raw: DuckDB reads folders; {request.target} reads its raw tables from a schema: "
            "load them there, and give --vars "
            '\'{"raw_source": "canonical", "raw_schema": "<schema>"}\''
        )
    variables = stated_variables(request.config) | dict(request.variables)
    env = dict(request.env) | (spark.environment() if request.target == "spark" else {})
    schema = os.environ.get("PQL_SCHEMA", "pql")
    if request.as_of:
        variables["as_of"] = request.as_of.isoformat()
        env["PQL_SCHEMA"] = schema = f"{schema}_as_of_{request.as_of:%Y_%m_%d}"
    if request.config:
        env["PQL_CONFIG_PATH"] = overlay_config(request.config, f"{request.target} {schema}")

    def run_dbt(selector: str = "", select: Sequence[str] = ()) -> tuple[int, str]:
        return dbt_build(
            variables,
            selector,
            request.full_refresh and not select,
            request.show,
            target=request.target,
            select=select,
            **env,
        )

    sys.stdout.flush()
    returncode, said = run_dbt(request.selector)
    check_connection(request.target, said if returncode else "")
    if returncode or request.selector in ("hourly", "daily"):
        return Outcome(bool(returncode), None, said)
    os.environ.update(env)  # dbt reads the project once more, in this process
    for names in calibrate(connected(request.target)):
        returncode, of_the_rest = run_dbt(select=[f"{name}+" for name in names])
        if returncode:
            return Outcome(True, None, of_the_rest)
    return Outcome(False, None, said)


def check_connection(target: str, said: str) -> None:
    """Say in one line that dbt had nothing to connect with or to, or that it may not build there.

    Args:
        target: the target of the profile.
        said: what dbt said when it failed.

    Raises:
        PqlError: the adapter is not installed, the server does not answer or is too old, the user
            lacks a right, or others' tables are there.
    """
    if found := NO_ADAPTER.search(said):
        adapter = found[1]
        locked = project.root() / f"requirements-{adapter}.lock"
        package = f"-r {locked.name}" if locked.is_file() else f"dbt-{adapter}"
        raise PqlError(
            f"--target {target}: its adapter is not installed; run `pip install {package}`"
        )
    if found := NO_SERVER.search(said):
        raise PqlError(
            f"--target {target}: the server does not answer; start it, or correct what "
            f"profiles.yml reads from the environment ({found[0].strip()})"
        )
    if found := NO_RIGHT.search(said):
        raise PqlError(
            f"--target {target}: {found[0].strip()}; give the user of the connection that right: "
            "it creates and owns our schemas and all in them, and reads the raw tables"
        )
    if found := NOT_FOR_US.search(said):
        raise PqlError(f"--target {target}: {found[0].strip()}")


def build_database(request: Request) -> Outcome:
    """Build a DuckDB file.

    dbt works on a copy of the database, which takes the place of the last one once all is built and
    every test has passed: who reads it finds either the one or the other, whole.
    """
    check_memory_limit()
    variables = stated_variables(request.config) | dict(request.variables)
    database = request.database or database_path(request.as_of)
    env = dict(request.env)
    if request.as_of:
        variables["as_of"] = request.as_of.isoformat()
    if request.raw:
        found = sources.survey(request.raw, variables.get("sources"))
        own = {name: v for name, v in request.variables.items() if name != "sources"}
        variables |= found.variables | own
        if request.show != "nothing":
            for line in (*found.notices, *mapping.missing(found)):
                console.note(line)
    with one_build_at_a_time(database) as lock:
        if request.config:
            env["PQL_CONFIG_PATH"] = overlay_config(request.config, str(database))
        unfinished = copy_database(database)
        env["PQL_DUCKDB_PATH"] = str(unfinished)
        sys.stdout.flush()
        returncode, said = dbt_build(
            variables, request.selector, request.full_refresh, request.show, lock, **env
        )
        if returncode == 0:
            put_in_place(unfinished, database)
    return Outcome(returncode != 0, unfinished if returncode else database, said)


def build_and_tell(request: Request) -> str:
    """Build, and return what a person has to read.

    Raises:
        FailedError: the build failed, and the database is left as it was.
    """
    outcome = build(request)
    if outcome.failed and not outcome.database:
        raise FailedError(
            f"the build failed; what dbt printed is in {log_path('build')}",
            "" if request.show == "all" else outcome.text,
        )
    if outcome.failed:
        there = f"; as far as it came, the new one is {outcome.database}"
        raise FailedError(
            f"the build failed, and {request.database or database_path(request.as_of)} is left as "
            f"it was{there if outcome.database.exists() else ''}; what dbt printed is in "
            f"{log_path('build')}",
            "" if request.show == "all" else outcome.text,
        )
    return outcome.text if request.show == "line" else ""
