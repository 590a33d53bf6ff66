"""What every end-to-end test needs: raw tables and a configuration in, a built database out.

The project is driven as a user drives it, by `pql build` in a process of its own.
"""

import atexit
import csv
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import cases
import duckdb
import pytest

PROJECT = Path(__file__).resolve().parents[1]
PQL = str(Path(sys.executable).with_name("pql"))

# The raw contract (DESIGN section 4), for tables that have no row to show their columns.
RAW_COLUMNS = {
    "events": (
        "event_id,event_name,occurred_at,received_at,user_id,anonymous_id,account_id,"
        "properties,event_count"
    ),
    "users": "user_id,email,account_id,job_title,created_at,crm_contact_id,email_opt_out",
    "accounts": (
        "account_id,account_name,domain,employee_count,industry,country,plan_name,seat_limit,"
        "created_at,crm_account_id,crm_owner_id"
    ),
    "identity_links": "from_id,to_user_id,linked_at",
    "account_links": "from_account_id,to_account_id,linked_at",
    "attributes": "entity_type,entity_id,attribute,value,known_from",
    "subscriptions": (
        "subscription_id,account_id,user_id,product_line,plan_name,stage,started_at,ended_at,mrr"
    ),
    "opportunities": (
        "opportunity_id,account_id,user_id,product_line,lead_source,created_at,closed_at,"
        "is_closed,is_won,amount"
    ),
    "marketing_leads": "lead_id,user_id,account_id,email,qualified_at",
    "contact_verifications": "email,status,verified_at",
    "sales_activities": "activity_id,account_id,user_id,activity_type,owner,occurred_at",
    "lead_responses": "entity_type,entity_id,status,reason,responded_at,snooze_until",
    "deletion_requests": "user_id,email,requested_at",
}

# Where dbt sees each build of this process, and what it knew of the project after builds like it.
PLACE = Path(tempfile.mkdtemp(prefix="pql_tests_"), "build")
PARSED = PLACE.parent
atexit.register(shutil.rmtree, PARSED, ignore_errors=True)

MODELS = PROJECT / "models"
DATA_QUALITY_MARTS = {path.stem for path in MODELS.glob("marts/data_quality/*.sql")}
SCORING_MODELS = {
    path.stem
    for folder in ("intermediate/scoring", "intermediate/qualification", "marts/qualification")
    for path in MODELS.glob(f"{folder}/*.sql")
} - {  # which only say what is configured
    "int_definition_criteria",
    "int_definition_descriptions",
    "int_rule_terms",
    "int_rule_change_descriptions",
    "int_rule_descriptions",
    "pql_definitions",
}

# A table is rows of text cells, or the whole text of the file.
Table = Sequence[Mapping[str, str]] | str
Tables = Mapping[str, Table]


@dataclass(frozen=True)
class Built:
    """One build: how it ended, what it printed, and its database."""

    folder: Path
    database: Path
    returncode: int
    output: str = field(repr=False)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        put_in_place(self.folder)  # a view of raw tables reads them there
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def models_built(self) -> set[str]:
        """The names of the models that it made, of a build whose output was kept."""
        return set(re.findall(r"OK created sql \w+ model \w+\.(\w+)", self.output))


Build = Callable[..., Built]


def pytest_report_header() -> str:
    """Say which random case this run takes, so that it can be taken again."""
    return f"PQL_SEED={cases.SEED}"


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A function that builds raw tables under a configuration (see `run_build`)."""

    def build_in_folder(*arguments: Any, folder: Path | None = None, **options: Any) -> Built:
        return run_build(folder or tmp_path_factory.mktemp("build"), *arguments, **options)

    return build_in_folder


@pytest.fixture(scope="session")
def demo(build: Build) -> Built:
    """The demo as it is shipped, built once for all tests that only read it."""
    built = build(quiet=False)
    assert built.returncode == 0, built.output
    return built


@pytest.fixture(scope="session")
def manifest(demo: Built) -> dict[str, Any]:
    """The project as dbt knows it, which an hourly build does not write down."""
    parsed = run_dbt(demo, "parse")
    assert parsed.returncode == 0, parsed.stdout
    return json.loads((demo.folder / "target" / "manifest.json").read_text())


@pytest.fixture(scope="session")
def whole_demo(build: Build) -> Built:
    """The demo with all its marts, built once for all tests that only read it."""
    built = build(selector="weekly")
    assert built.returncode == 0, built.output
    return built


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A database with nothing but sync marts, made row by row."""
    from warehouse import Warehouse

    made = Warehouse(tmp_path)
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(made.path))
    return made


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Wait for nothing; gives the seconds that would have been waited."""
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)
    return waits


def put_in_place(folder: Path) -> Path:
    """Let a link lead to the folder of a build, and return the link.

    Builds of the same kind of tables are by it builds of one project to dbt, which then reads only
    the config anew, and not all models.
    """
    PLACE.unlink(missing_ok=True)
    PLACE.symlink_to(folder)
    return PLACE


def run_build(
    folder: Path,
    raw: Tables | Path | None = None,
    config: Tables | None = None,
    as_of: date | None = None,
    variables: Mapping[str, Any] | None = None,
    database: str = "test.duckdb",
    selector: str = "hourly",
    tests: bool = True,
    quiet: bool = True,
    kill_at: int | str | None = None,
) -> Built:
    """Write the tables into the folder and build them in a database there.

    Args:
        folder: holds everything of the build; the same one again is the same database again.
        raw: raw tables by name, or a folder that holds them; None is the demo.
        config: config files by name (without .csv); None is what the project ships.
        as_of: the last day counted; None is the date of the watermark.
        variables: further dbt vars.
        database: the database file, within the folder.
        selector: the part to build, as selectors.yml names it.
        tests: run dbt's data tests as well.
        quiet: leave out the output of a build that succeeds.
        kill_at: when that many nodes have begun, or the model of that name, end it and all that it
            started by `kill -9`; needs `quiet=False`.
    """
    command = [PQL, "build"]
    for option, tables in (("raw", raw), ("config", config)):
        if tables is None:
            continue
        source = tables if isinstance(tables, Path) else folder / option
        if not isinstance(tables, Path):
            write_tables(source, tables)
        command += [f"--{option}", str(source)]
    if as_of:
        command += ["--as-of", as_of.isoformat()]
    if variables:
        command += ["--vars", json.dumps(variables)]

    place = put_in_place(folder)
    here = re.compile(rf"{re.escape(str(folder))}(?=[/\"]|$)")
    command = [here.sub(str(place), part) for part in command]
    names = [path.stem for path in raw.glob("*")] if isinstance(raw, Path) else raw or []
    like_it = repr((command, sorted(names), database))
    known = PARSED / hashlib.sha256(like_it.encode()).hexdigest()
    target = place / ("target" if database == "test.duckdb" else f"target_{Path(database).stem}")
    own = {
        "PQL_DUCKDB_PATH": str(place / database),
        # One for each database: where the profile names another, dbt reads the whole project anew.
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(place / "logs"),
        "DBT_USE_COLORS": "false",
        # `make test` has run the unit tests once: they do not depend on what is built here.
        "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test" if tests else "unit_test test",
    }
    if known.exists():
        target.mkdir(exist_ok=True)
        shutil.copy(known, target / "partial_parse.msgpack")
    # Settings of whoever runs the tests must not reach the build.
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("PQL_", "DBT_"))
    }
    process = subprocess.Popen(
        [*command, "--selector", selector, "--quiet" if quiet else "--verbose"],
        cwd=PROJECT,
        env=inherited | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    output = ""
    for line in process.stdout:
        output += line
        is_reached = output.count(" START ") == kill_at or f".{kill_at} " in line
        if " START " in line and is_reached:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if (target / "partial_parse.msgpack").exists():
        shutil.copy(target / "partial_parse.msgpack", known)
    output = output.replace(str(place), str(folder))
    path = folder / database
    if as_of:  # a rebuild of a past day has a database of its own
        path = path.with_stem(f"{path.stem}_as_of_{as_of:%Y_%m_%d}")
    if process.returncode:  # what came of it is where it was built
        path = path.parent / ".building" / path.name
    return Built(folder, path, process.returncode, output)


def run_dbt(
    built: Built, *arguments: str, project: Path = PROJECT, clock: str | None = None
) -> subprocess.CompletedProcess:
    """Run dbt itself on the database of a build.

    Args:
        built: the build.
        arguments: the command and its options.
        project: the folder of the project.
        clock: what to move the machine's date by, as faketime writes it, such as +1y.
    """
    put_in_place(built.folder)
    own = {
        "PQL_DUCKDB_PATH": str(built.database),
        "DBT_TARGET_PATH": str(built.folder / "target"),
        "DBT_LOG_PATH": str(built.folder / "logs"),
        "DBT_USE_COLORS": "false",
    }
    command = [str(Path(sys.executable).with_name("dbt")), *arguments, "--profiles-dir", "."]
    moved = ["faketime", "-f", clock] if clock else []
    return subprocess.run(
        [*moved, *command],
        cwd=project,
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
    )


def keep_what_was_killed(killed: Built) -> None:
    """Put the database that a killed build left in place of the last good one.

    As where dbt itself is run on the database: the next build begins with a mix.
    """
    for part in killed.database.parent.glob(f"{killed.database.name}*"):
        shutil.copy(part, killed.folder)
    # which takes in what stands in the log beside it
    duckdb.connect(str(killed.folder / killed.database.name)).close()


def changed_tables(
    before: Path, after: Path, schema: str, queries: Mapping[str, str] | None = None
) -> dict[str, int]:
    """The tables and views of a schema that two databases do not share: how many rows differ.

    Args:
        before: one database.
        after: the other.
        schema: the schema.
        queries: of some tables, what is compared; {} is the table.
    """
    with duckdb.connect() as connection:
        for name, path in (("before", before), ("after", after)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        tables = connection.execute(
            "select distinct table_name from information_schema.tables where table_schema = ?",
            [schema],
        ).fetchall()
        differences = {}
        for (table,) in tables:
            query = (queries or {}).get(table, "select * from {}")
            one, other = (
                query.format(f'{name}.{schema}."{table}"') for name in ("before", "after")
            )
            differences[table] = connection.execute(
                f"""
                select count(*) from (
                    ({one} except all {other})
                    union all
                    ({other} except all {one})
                )
                """
            ).fetchone()[0]
    return {table: count for table, count in differences.items() if count}


def write_tables(folder: Path, tables: Tables) -> None:
    """Write the tables as CSV files; what the folder held before is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        if isinstance(table, str):
            path.write_text(table, encoding="utf-8")
            continue
        columns = list(table[0]) if table else RAW_COLUMNS[name].split(",")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(table)
