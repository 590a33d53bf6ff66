"""Spark on Iceberg gives the rows that DuckDB gives, table for table, at once and step by step.

Spark runs in an environment of its own (.venv-spark), made from requirements-spark.lock, on this
machine's cores; `PQL_SPARK_WORKERS=2 make test-engines ENGINE=spark` starts a standalone cluster of
two workers. `PQL_SEED=<number>` takes another random case.
"""

import json
import os
import random
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cases
import duckdb
import pytest
from conftest import PQL, PROJECT, RAW_COLUMNS, Built, Tables, run_build, write_tables
from demo_as import Row
from parity import build_on, differing_marts
from vendors import VENDORS, VIEWS, cell_of, differing_views, duckdb_views, kinds_of, variables

from pql.database import rows
from tools.engines.cluster import running

SPARK = Path(os.environ.get("PQL_SPARK_VENV") or PROJECT / ".venv-spark") / "bin"
SPARK_PQL = [str(SPARK / "python"), "-m", "pql"]
# Where a build may be stopped: while it counts, attributes, scores, and tells.
STOPS = ["int_signal_counts", "int_entity_signal_days", "int_score_steps", "pql_published"]


@dataclass(frozen=True)
class Warehouse:
    """A catalog of Spark in a folder, and what builds of it need."""

    folder: Path
    master: str

    def env(self) -> dict[str, str]:
        """All environment variables of whatever runs there."""
        inherited = {n: v for n, v in os.environ.items() if not n.startswith(("PQL_", "DBT_"))}
        return inherited | {
            "PQL_SPARK_FOLDER": str(self.folder / "spark"),
            "PQL_SPARK_MASTER": self.master,
            "DBT_TARGET_PATH": str(self.folder / "target_spark"),
            "DBT_LOG_PATH": str(self.folder / "logs_spark"),
            "DBT_USE_COLORS": "false",
        }

    def run(self, *arguments: str) -> None:
        """Load or dump tables by Spark itself."""
        conf = {"SPARK_CONF_DIR": str(self.folder / "spark/conf")}
        script = [str(SPARK / "python"), "tests/engines/spark_tables.py", *arguments]
        # the configuration that `pql build` writes
        write = "import pql.spark; pql.spark.environment()"
        subprocess.run([SPARK / "python", "-c", write], cwd=PROJECT, env=self.env(), check=True)
        subprocess.run(script, cwd=PROJECT, env=self.env() | conf, check=True, capture_output=True)

    def load(self, schemas: Mapping[str, Mapping[str, Any]]) -> None:
        """Put tables, with types of columns and rows, in place of those of some schemas."""
        file = self.folder / "tables.json"
        file.write_text(json.dumps(schemas))
        self.run("load", str(file))

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
            self.load({"raw": {name: as_texts(name, rows) for name, rows in raw.items()}})
        if folder:
            write_tables(folder, config)
        build_on(SPARK_PQL, "spark", self.env(), raw, folder, selector, kill_at)

    def says(self, *arguments: str) -> str:
        """What `pql` prints of what is built there."""
        command = [*SPARK_PQL, *arguments, "--target", "spark"]
        shown = subprocess.run(
            command, cwd=PROJECT, env=self.env(), capture_output=True, text=True, check=False
        )
        assert (shown.returncode, shown.stderr) == (0, "")
        return shown.stdout

    def dumped(self, schema: str) -> Callable[[str], str]:
        """What reads a table of a schema, in DuckDB's words."""
        folder = self.folder / schema
        self.run("dump", schema, str(folder))
        return lambda table: f"read_parquet('{folder / table}/*.parquet')"

    def differences(self, built: Built) -> dict[str, Any]:
        """The marts whose rows differ: how many on either side, and the first of them."""
        dumped = self.dumped("pql")
        return differing_marts(built, lambda mart, _: dumped(mart))


def as_texts(name: str, rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """A raw table, as text."""
    columns = RAW_COLUMNS[name].split(",")
    return {
        "types": dict.fromkeys(columns, "string"),
        "rows": [[row.get(column) for column in columns] for row in rows],
    }


def run_pql(built: Built, *arguments: str) -> str:
    """What `pql` prints of what DuckDB has built."""
    env = os.environ | {"PQL_DUCKDB_PATH": str(built.database)}
    return subprocess.run(
        [PQL, *arguments], cwd=PROJECT, env=env, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What Spark runs on; a cluster ends with the tests."""
    if workers := int(os.environ.get("PQL_SPARK_WORKERS") or 0):
        with running(SPARK / "python", tmp_path_factory.mktemp("cluster"), workers) as url:
            yield url
    else:
        yield "local[2]"


@pytest.mark.slow
def test_the_demo_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, master: str, whole_demo: Built
) -> None:
    warehouse = Warehouse(tmp_path_factory.mktemp("warehouse"), master)
    warehouse.build(selector="weekly")
    assert warehouse.differences(whole_demo) == {}
    warehouse.build(selector="hourly")
    assert warehouse.differences(whole_demo) == {}
    for command in (["show"], ["explain", "a_102"]):
        assert warehouse.says(*command) == run_pql(whole_demo, *command)


def test_a_random_case_is_the_same_step_by_step(
    tmp_path_factory: pytest.TempPathFactory, master: str
) -> None:
    """First without some events, links and requests; then all of it, under other points.

    The second build is killed halfway and begun again.
    """
    folder = tmp_path_factory.mktemp("random")
    warehouse = Warehouse(folder, master)
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
            assert warehouse.differences(built), "the second step changes nothing"
            warehouse.build(raw, config, kill_at=rng.choice(STOPS))
        warehouse.build(raw, config)
        assert warehouse.differences(built) == {}, f"PQL_SEED={cases.SEED}, {step} step"


# --- vendors' tables ------------------------------------------------------------------------------

TYPES = {
    "json": "string",
    "whole number": "bigint",
    "time": "timestamp",
    "truth": "boolean",
    "text": "string",
}
# Those whose tables ask most of an engine: lists, packed JSON, versions. PQL_VENDORS=all takes all.
READ = list(VENDORS) if os.environ.get("PQL_VENDORS") == "all" else ["amplitude", "ga4", "stripe"]


def test_vendors_tables_are_read_alike(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In a schema of each vendor, as its loader types the columns; JSON is text."""
    warehouse = Warehouse(tmp_path_factory.mktemp("vendors"), "local[2]")
    vendors = {vendor: VENDORS[vendor] for vendor in READ}
    if "ga4" in vendors:  # a view of a table for each day is longer than Derby's catalog takes
        days, options = vendors["ga4"]
        vendors["ga4"] = {"events_all": [row for rows in days.values() for row in rows]}, options
    warehouse.load(
        {
            vendor: {name: typed(rows) for name, rows in tables.items() if rows}
            for vendor, (tables, _) in vendors.items()
        }
    )
    dbt = [str(SPARK / "dbt"), "build", "--profiles-dir", ".", "--target", "spark"]
    command = [*dbt, "--select", *VIEWS, "--vars", variables(vendors)]
    env = warehouse.env() | {"SPARK_CONF_DIR": str(warehouse.folder / "spark/conf")}
    built = subprocess.run(
        command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout[-6000:]
    dumped = warehouse.dumped("pql_sources")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        ours = duckdb_views(tmp_path, vendors)
        assert differing_views(ours, lambda view: rows(connection, f"from {dumped(view)}")) == {}


def typed(rows: Sequence[Row]) -> dict[str, Any]:
    """A table, each column of the narrowest type that holds all of its cells."""
    kinds = kinds_of(rows)
    return {
        "types": {name: TYPES[kind] for name, kind in kinds.items()},
        "rows": [[cell_of(row, name) for name in kinds] for row in rows],
    }
