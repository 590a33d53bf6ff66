"""Spark on Iceberg gives the rows that DuckDB gives, table for table, at once and step by step.

Spark runs in an environment of its own (.venv-spark), made from requirements-spark.lock, on this
machine's cores; `PQL_SPARK_WORKERS=2 make test-engines ENGINE=spark` starts a standalone cluster of
two workers. `PQL_SEED=<number>` takes another random case.
"""

import json
import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cases
import pytest
from conftest import PROJECT, RAW_COLUMNS, Built, Tables, run_build, write_tables
from parity import build_on, differing_marts

from tools.engines.cluster import running

SPARK = Path(os.environ.get("PQL_SPARK_VENV") or PROJECT / ".venv-spark") / "bin"
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

    def load(self, raw: Tables) -> None:
        """Put raw tables, as text, in place of those of the schema raw."""
        tables = {}
        for name, rows in raw.items():
            columns = RAW_COLUMNS[name].split(",")
            cells = [[row.get(column) for column in columns] for row in rows]
            tables[name] = {"columns": columns, "rows": cells}
        file = self.folder / "raw.json"
        file.write_text(json.dumps(tables))
        self.run("load", str(file))

    def build(
        self,
        raw: Tables | None = None,
        config: Tables | None = None,
        selector: str = "hourly",
        kill_at: str = "",
    ) -> None:
        """Build by `pql build`, as a user does; killed where the model of that name begins."""
        pql = [
            str(SPARK / "python"),
            "-c",
            "import sys; from pql.cli import main; sys.exit(main())",
        ]
        folder = self.folder / "config" if config is not None else None
        if raw is not None:
            self.load(raw)
        if folder:
            write_tables(folder, config)
        build_on(pql, "spark", self.env(), raw, folder, selector, kill_at)

    def differences(self, built: Built) -> dict[str, Any]:
        """The marts whose rows differ: how many on either side, and the first of them."""
        marts = self.folder / "marts"
        self.run("dump", "pql", str(marts))
        return differing_marts(built, lambda mart, _: f"read_parquet('{marts / mart}/*.parquet')")


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
