"""Postgres gives the rows that DuckDB gives, table for table, at once and step by step.

pytest prints the seed of the random case; `PQL_SEED=<number> make test-engines ENGINE=postgres`
takes another one.
"""

import os
import random
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cases
import psycopg2
import pytest
from conftest import PQL, PROJECT, RAW_COLUMNS, Built, Tables, run_build, write_tables
from demo_as import Row
from pages import opened
from parity import build_on, differing_marts
from psycopg2.extras import RealDictCursor, execute_values
from vendors import VENDORS, VIEWS, cell_of, differing_views, duckdb_views, kinds_of, variables

# Where a build may be stopped: while it counts, attributes, scores, and tells.
STOPS = ["int_signal_counts", "int_entity_signal_days", "int_score_steps", "pql_published"]
WHEN_WRITTEN = ["Sync changed at", "Published at"]  # columns of the workbench
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "jit": "off",
    "listen_addresses": "127.0.0.1",
    "work_mem": "64MB",
}


@dataclass(frozen=True)
class Server:
    """A Postgres server of this run's own, on a free port of this machine."""

    port: int

    def connect(self, database: str) -> Any:
        """Open a connection; each statement is a transaction."""
        connection = psycopg2.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=database
        )
        connection.autocommit = True
        return connection

    def create(self, database: str) -> None:
        """Make an empty database."""
        with self.connect("postgres").cursor() as cursor:
            cursor.execute(f"drop database if exists {database}")
            cursor.execute(f"create database {database}")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that ends with the tests."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = programs[-1] if programs else Path(shutil.which("initdb") or "").parent
    assert (found / "initdb").exists(), "install Postgres, such as Debian's package postgresql"
    own_user = []
    with TemporaryDirectory() as folder, socket.socket() as probe:
        if os.geteuid() == 0:  # as whom Postgres refuses to run
            own_user = ["runuser", "-u", "postgres", "--"]
            shutil.chown(folder, "postgres")
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        data = f"{folder}/data"
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        make = [found / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        control = [*own_user, found / "pg_ctl", "-D", data, "-w"]
        start = ["-l", f"{folder}/log", "-o", f"-p {port} -k {folder} {options}", "start"]
        subprocess.run([*own_user, *make, "--locale=C"], check=True, capture_output=True, cwd="/")
        subprocess.run([*control, *start], check=True, cwd="/")
        try:
            yield Server(port)
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, cwd="/")


@dataclass(frozen=True)
class Warehouse:
    """A database of the server, and what builds of it need."""

    server: Server
    name: str
    folder: Path

    def succeed(self, program: str, *arguments: str) -> str:
        """Run dbt or pql on the database; return what it says."""
        result = subprocess.run(
            [Path(PQL).with_name(program), *arguments, "--target", "postgres"],
            cwd=PROJECT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, (result.stdout + result.stderr)[-6000:]
        return result.stdout

    def load(self, raw: Tables) -> None:
        """Put raw tables, as text, in place of those of the schema raw."""
        with self.server.connect(self.name).cursor() as cursor:
            cursor.execute("drop schema if exists raw cascade; create schema raw")
            for name, rows in raw.items():
                columns = RAW_COLUMNS[name].split(",")
                texts = ", ".join(f"{column} text" for column in columns)
                cursor.execute(f"create table raw.{name} ({texts})")
                marks = ", ".join(["%s"] * len(columns))
                cells = [[row.get(column) for column in columns] for row in rows]
                cursor.executemany(f"insert into raw.{name} values ({marks})", cells)

    def environment(self) -> dict[str, str]:
        """What tells dbt where the database is, and keeps its files apart."""
        inherited = {n: v for n, v in os.environ.items() if not n.startswith(("PQL_", "DBT_"))}
        return inherited | {
            "PQL_POSTGRES_HOST": "127.0.0.1",
            "PQL_POSTGRES_PORT": str(self.server.port),
            "PQL_POSTGRES_DATABASE": self.name,
            "DBT_TARGET_PATH": str(self.folder / "target_postgres"),
            "DBT_LOG_PATH": str(self.folder / "logs_postgres"),
            "DBT_USE_COLORS": "false",
        }

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run another command of pql."""
        return subprocess.run(
            [PQL, *arguments],
            cwd=PROJECT,
            env=self.environment() | env,
            capture_output=True,
            text=True,
            check=False,
        )

    def build(
        self,
        raw: Tables | None = None,
        config: Tables | None = None,
        selector: str = "hourly",
        kill_at: str = "",
    ) -> None:
        """Build by `pql build`, as a user does; killed where the model of that name begins."""
        folder = self.folder / "config" if config is not None else None
        if raw is not None:
            self.load(raw)
        if folder:
            write_tables(folder, config)
        build_on([PQL], "postgres", self.environment(), raw, folder, selector, kill_at)


def differences(warehouse: Warehouse, built: Built) -> dict[str, Any]:
    """The marts whose rows differ: how many on either side, and the first of them."""
    with warehouse.server.connect(warehouse.name).cursor() as cursor:
        cursor.execute("set timezone = 'UTC'")

        def written(mart: str, types: dict[str, str]) -> str:
            names = ", ".join(f'"{column}"' for column in types)
            file = warehouse.folder / f"{mart}.csv"
            with file.open("w", encoding="utf-8") as rows:
                cursor.copy_expert(
                    f"copy (select {names} from pql.{mart}) to stdout (format csv, force_quote *)",
                    rows,
                )
            return f"""
                read_csv(
                    '{file}', header = false, columns = {dict.fromkeys(types, "VARCHAR")},
                    allow_quoted_nulls = false, quote = '"', escape = '"', delim = ',',
                    auto_detect = false, max_line_size = 10000000
                )
            """

        return differing_marts(built, written)


@pytest.fixture(scope="module")
def warehouse(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """An empty database."""
    server.create("pql")
    return Warehouse(server, "pql", tmp_path_factory.mktemp("warehouse"))


def test_the_demo_is_the_same(warehouse: Warehouse, whole_demo: Built) -> None:
    warehouse.build(selector="weekly")
    assert differences(warehouse, whole_demo) == {}
    warehouse.build(selector="hourly")
    assert differences(warehouse, whole_demo) == {}


def test_the_tools_say_the_same(warehouse: Warehouse, whole_demo: Built) -> None:
    """On the server that the test before has built."""
    database = {"PQL_DUCKDB_PATH": str(whole_demo.database)}
    for command in (
        ("show",),
        ("explain", "a_102"),
        ("suggest", "--to", str(warehouse.folder / "suggested")),
    ):
        shown = warehouse.run(*command, **database)
        assert shown.returncode == 0, shown.stderr
        shutil.rmtree(warehouse.folder / "suggested", ignore_errors=True)
        assert warehouse.run(*command, "--target", "postgres").stdout == shown.stdout
    page = warehouse.folder / "review.html"
    assert warehouse.run("review", "--output", str(page), **database).returncode == 0
    expected = page.read_text()
    reviewed = warehouse.run("review", "--output", str(page), "--target", "postgres")
    assert reviewed.returncode == 0, reviewed.stderr
    assert page.read_text() == expected


def test_the_workbench_shows_the_same(
    warehouse: Warehouse, whole_demo: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the copy that `pql app --target` makes of that server."""
    copy = warehouse.folder / "target_postgres/app/copy_of_postgres.duckdb"
    make = "from pql.commands.app import copied; copied('postgres')"
    command = [sys.executable, "-c", make]
    subprocess.run(command, cwd=PROJECT, env=warehouse.environment(), check=True)

    def shown(database: Path) -> list[str]:
        monkeypatch.setenv("PQL_DUCKDB_PATH", str(database))
        pages = [opened("leads"), opened("lead", who="account:a_102"), opened("data")]
        return [
            table.value.drop(columns=WHEN_WRITTEN, errors="ignore").to_csv()
            for page in pages
            for table in page.dataframe
        ]

    tables = shown(copy)
    assert any("a_102" in table for table in tables)
    assert tables == shown(whole_demo.database)


def test_half_a_build_is_not_read(warehouse: Warehouse) -> None:
    """Neither by a sync nor otherwise, until a build has ended well."""
    page = (PROJECT / "docs/engines.md").read_text()
    (query,) = re.findall(r"```postgresql\n(.*?)```", page, re.DOTALL)
    with warehouse.server.connect(warehouse.name).cursor() as cursor:
        begun = "select 'killed', 'begun', true, max(build_started_at) + interval '1 second'"
        cursor.execute(f"insert into pql.pql_builds {begun} from pql.pql_builds")
        cursor.execute(query)
        assert cursor.fetchall() == [(False,)]
        for command in ("sync", "show"):
            refused = warehouse.run(command, "--target", "postgres")
            assert refused.returncode == 2
            assert refused.stdout == ""
            assert refused.stderr.count("\n") == 1
            assert "run `pql build --target postgres`" in refused.stderr
        cursor.execute("delete from pql.pql_builds where build_id = 'killed'")
        cursor.execute(query)
        assert cursor.fetchall() == [(True,)]
    assert warehouse.run("sync", "--target", "postgres").returncode == 0


def test_what_keeps_a_build_from_beginning_is_told_in_a_line(warehouse: Warehouse) -> None:
    with warehouse.server.connect("postgres").cursor() as cursor:
        cursor.execute("drop role if exists guest; create role guest login")
    warehouse.server.create("of_others")
    with warehouse.server.connect("of_others").cursor() as cursor:
        cursor.execute("create schema pql; create table pql.pql_users as select 'theirs' as owner")
        for env, said in (
            ({"PQL_POSTGRES_USER": "guest"}, "permission denied for database of_others"),
            ({}, "pql.pql_users was made by no build of ours"),
        ):
            built = warehouse.run(
                "build", "--target", "postgres", PQL_POSTGRES_DATABASE="of_others", **env
            )
            assert built.returncode == 2, built.stderr
            assert built.stderr.count("\n") == 1
            assert said in built.stderr
        cursor.execute("select owner from pql.pql_users")
        assert cursor.fetchall() == [("theirs",)]


def test_a_second_is_cut_after_six_digits(warehouse: Warehouse) -> None:
    with warehouse.server.connect(warehouse.name).cursor() as cursor:
        cursor.execute("select cast(pql_try_timestamp('2026-01-01T23:59:59.9999999Z') as text)")
        assert cursor.fetchall() == [("2026-01-01 23:59:59.999999",)]


def test_an_old_server_is_refused_in_a_line(warehouse: Warehouse) -> None:
    """As if a version were needed that is not there yet."""
    command = [Path(PQL).with_name("dbt"), "run-operation", "require_postgres"]
    command += ["--args", "{oldest: 99}", "--profiles-dir", ".", "--target", "postgres"]
    result = subprocess.run(
        command,
        cwd=PROJECT,
        env=warehouse.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert re.search(r"Postgres \d+ is too old: 99 or later is needed", result.stdout)


@pytest.mark.parametrize(
    ("target", "env", "said"),
    [
        ("postgres", {"PQL_POSTGRES_PORT": "1"}, "Connection refused"),
        ("postgres", {"PQL_POSTGRES_DATABASE": "template1"}, "none of our marts"),
        ("postgres", {"PQL_POSTGRES_USER": "guest"}, "permission denied for schema pql"),
        ("postgres", {"PQL_POSTGRES_USER": "nobody_known"}, 'role "nobody_known" does not exist'),
        ("snowflake", {}, "pip install -r requirements-snowflake"),
        ("oracle", {}, "does not have a target named 'oracle'"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_line(
    warehouse: Warehouse, target: str, env: dict[str, str], said: str
) -> None:
    shown = warehouse.run("show", "--target", target, **env)
    assert shown.returncode == 2
    assert shown.stderr.count("\n") == 1
    assert said in shown.stderr
    assert shown.stdout == ""


def test_a_random_case_is_the_same_step_by_step(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """First without some events, links and requests; then all of it, under other points.

    The second build is killed halfway and begun again.
    """
    folder = tmp_path_factory.mktemp("random")
    server.create("random_case")
    warehouse = Warehouse(server, "random_case", folder)
    case = cases.generate(cases.SEED)
    rng = random.Random(cases.SEED)
    events = list(case.raw["events"])
    rng.shuffle(events)
    forgotten = [
        {"user_id": row["user_id"], "email": "", "requested_at": ""}
        for row in rng.sample(case.raw["users"], 2)
    ]
    early = {
        **case.raw,
        "events": events[: len(events) * 9 // 10],
        "identity_links": [],
        "deletion_requests": [],
    }
    late = {**case.raw, "deletion_requests": forgotten}
    other_points = [{**row, "points": "7"} for row in case.config["definition_rules"]]
    others = {**case.config, "definition_rules": other_points}

    for step, raw, config in (("first", early, case.config), ("second", late, others)):
        built = run_build(folder, raw, config, tests=False)
        assert built.returncode == 0, built.output
        if step == "second":
            assert differences(warehouse, built), "the second step changes nothing"
            warehouse.build(raw, config, kill_at=rng.choice(STOPS))
            refused = warehouse.run("sync", "--target", "postgres")
            assert "has not ended well" in refused.stderr
            assert refused.returncode == 2
        warehouse.build(raw, config)
        assert differences(warehouse, built) == {}, f"PQL_SEED={cases.SEED}, {step} step"


# --- vendors' tables ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vendors(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A database with a schema of each vendor, as its loader types the columns."""
    server.create("vendors")
    warehouse = Warehouse(server, "vendors", tmp_path_factory.mktemp("vendors"))
    for vendor, (tables, _) in VENDORS.items():
        with server.connect("vendors").cursor() as cursor:
            cursor.execute(f"set timezone = 'UTC'; create schema {vendor}")
            for name, rows in tables.items():
                load_typed(cursor, f'{vendor}."{name}"', rows)
    return warehouse


TYPES = {
    "json": "jsonb",
    "whole number": "bigint",
    "time": "timestamptz",
    "truth": "boolean",
    "text": "text",
}


def load_typed(cursor: Any, table: str, rows: Sequence[Row]) -> None:
    """Make a table, each column of the narrowest type that holds all of its cells."""
    if kinds := kinds_of(rows):
        listed = ", ".join(f'"{name}" {TYPES[kind]}' for name, kind in kinds.items())
        cursor.execute(f"create table {table} ({listed})")
        cells = [[cell_of(row, name) for name in kinds] for row in rows]
        execute_values(cursor, f"insert into {table} values %s", cells)


def test_vendors_tables_are_read_alike(vendors: Warehouse, tmp_path: Path) -> None:
    build = ("dbt", "build", "--profiles-dir", ".", "--select", *VIEWS)
    vendors.succeed(*build, "--vars", variables(VENDORS))
    with vendors.server.connect("vendors").cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("set timezone = 'UTC'")

        def theirs(view: str) -> list[Row]:
            cursor.execute(f"select * from pql_sources.{view}")
            return cursor.fetchall()

        assert differing_views(duckdb_views(tmp_path, VENDORS), theirs) == {}


def test_init_looks_at_a_schema(vendors: Warehouse) -> None:
    new = vendors.folder / "new"
    schemas = ("--schema", "segment", "--schema", "stripe")
    said = vendors.succeed("pql", "init", *schemas, "--config", str(new))
    assert "segment: segment, with" in said
    assert "no opportunities: no sale is known" in said
    assert f"pql build --config {new} --target postgres" in said
    assert "schema:\n    - segment" in (new / "vars.yml").read_text(encoding="utf-8")
    assert "| project_created | " in (new / "mapping.md").read_text(encoding="utf-8")
