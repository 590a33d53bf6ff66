"""Measure what each model costs on a Spark cluster of this machine, beside DuckDB's cost.

    make bench ENGINE=spark EVENTS=1000000

Writes a year of raw tables (data.py), builds them on DuckDB and on a standalone cluster, both once
more after a further day, and reads Spark's event log: CPU seconds, shuffled bytes, the largest task
and the plans. CPU seconds are those of tasks; what the driver took is told apart, as most of it is
planning, which does not grow with the events. docs/scale.md says what follows.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.engines.cluster import running

from .data import write_raw_tables

PROJECT = Path(__file__).resolve().parents[2]
RAW_TABLES = ["accounts", "identity_links", "subscriptions"]
SCORING = ["+path:models/marts/qualification", "+path:models/marts/data_quality"]
WORKERS = 2
# Over what `pql build` writes for small tables; the last line of a name counts. Partitions stay
# apart, though they are small, so that one that has all the rows is seen.
SETTINGS = """\
spark.eventLog.enabled true
spark.eventLog.dir file://{log}
spark.sql.shuffle.partitions 8
spark.sql.adaptive.coalescePartitions.enabled false
spark.sql.codegen.wholeStage true
spark.executor.memory 1500m
spark.executor.extraJavaOptions -Xss8m
"""
# Exchanges that bring all rows to one task, and joins without a key.
SUSPECTS = {
    "one partition": re.compile(r"Exchange SinglePartition"),
    "cartesian product": re.compile(r"CartesianProduct"),
    "nested loops": re.compile(r"BroadcastNestedLoopJoin"),
}
MANY_ROWS = 50_000  # a task that reads as many of a shuffle is worth a look
LISTED = 20

# Tells the CPU seconds of this process at each node: dbt runs one at a time, DuckDB in its threads.
ON_DUCKDB = """
import json, sys, time
from dbt.cli.main import dbtRunner
spent, begun = {}, {}
def note(event):
    if event.info.name == "NodeStart":
        begun[event.data.node_info.node_name] = time.process_time()
    if event.info.name == "NodeFinished":
        name = event.data.node_info.node_name
        spent[name] = time.process_time() - begun[name]
ended = dbtRunner(callbacks=[note]).invoke(sys.argv[2:])
json.dump(spent, open(sys.argv[1], "w"))
sys.exit(not ended.success)
"""
# Leaves with what dbt leaves with; before that, writes the CPU seconds of the driver's JVM.
ON_SPARK = """
import os, sys
from pathlib import Path
from dbt.cli.main import dbtRunner
from pyspark import SparkContext
ended = dbtRunner().invoke(sys.argv[2:])
told = Path(f"/proc/{SparkContext._gateway.proc.pid}/stat").read_text().rpartition(")")[2]
ticks = sum(int(number) for number in told.split()[11:13])
Path(sys.argv[1]).write_text(str(ticks / os.sysconf("SC_CLK_TCK")))
sys.exit(not ended.success)
"""
LOAD = """
import sys
from pyspark.sql import SparkSession
session = SparkSession.builder.enableHiveSupport().config(
    "spark.sql.parquet.inferTimestampNTZ.enabled", "false").getOrCreate()
session.sql("create schema if not exists raw")
for name, path in (pair.split("=") for pair in sys.argv[1:]):
    frame = session.read.parquet(path)
    if session.catalog.tableExists(f"raw.{name}"):
        frame.writeTo(f"raw.{name}").append()
    else:
        frame.writeTo(f"raw.{name}").using("iceberg").create()
"""


@dataclass
class Model:
    """What Spark did for a model."""

    cpu_seconds: float = 0
    shuffled_bytes: int = 0
    read_bytes: int = 0
    result_bytes: int = 0
    tasks: int = 0
    largest_task: int = 0
    its_share: float = 0
    suspects: frozenset[str] = frozenset()


def cost_per_model(log: Path) -> dict[str, Model]:
    """Read an event log; jobs bear the names of models (see dbt_pql)."""
    models: dict[str, Model] = defaultdict(Model)
    name_of: dict[int, str] = {}
    rows_of: dict[int, list[int]] = defaultdict(list)
    for event in events_of(log):
        kind = event["Event"].rpartition(".")[2]
        if kind == "SparkListenerSQLExecutionStart":
            plan, model = event["physicalPlanDescription"], models[short(event["description"])]
            model.suspects |= {name for name, form in SUSPECTS.items() if form.search(plan)}
        elif kind == "SparkListenerJobStart":
            name = short((event.get("Properties") or {}).get("spark.job.description") or "")
            name_of |= dict.fromkeys(event["Stage IDs"], name)
        elif kind == "SparkListenerTaskEnd" and event.get("Task Metrics"):
            stage, metrics = event["Stage ID"], event["Task Metrics"]
            model = models[name_of.get(stage, "")]
            model.tasks += 1
            model.cpu_seconds += metrics["Executor CPU Time"] / 1e9
            model.cpu_seconds += metrics["Executor Deserialize CPU Time"] / 1e9
            model.shuffled_bytes += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
            model.read_bytes += metrics["Input Metrics"]["Bytes Read"]
            model.result_bytes += metrics["Result Size"]
            rows_of[stage].append(metrics["Shuffle Read Metrics"]["Total Records Read"])
    for stage, rows in rows_of.items():
        model = models[name_of.get(stage, "")]
        if max(rows) > model.largest_task:
            model.largest_task, model.its_share = max(rows), max(rows) / sum(rows)
    return models


def events_of(log: Path) -> Iterator[dict[str, Any]]:
    """All events of the logs in a folder."""
    for file in sorted(path for path in log.iterdir() if path.is_file()):
        for line in file.open():
            yield json.loads(line)


def short(node: str) -> str:
    """Return the name in dbt's id of a node."""
    return node.split(".")[2] if node.startswith(("model.", "seed.")) else "other"


class Bench:
    """One run: a folder, and the cluster that it builds on."""

    def __init__(self, folder: Path, master: str) -> None:
        self.folder = folder
        self.env = os.environ | {
            "PQL_DUCKDB_PATH": str(folder / "bench.duckdb"),
            "PQL_SPARK_FOLDER": str(folder / "spark"),
            "PQL_SPARK_MASTER": master,
            "DBT_LOG_PATH": str(folder / "logs"),
        }

    def run(self, *command: str, **env: str) -> None:
        """Run a process of Python."""
        with (self.folder / "output.log").open("ab") as output:
            subprocess.run(
                [sys.executable, *command],
                cwd=PROJECT,
                env=self.env | env,
                stdout=output,
                stderr=output,
                check=True,
            )

    def dbt(self, target: str, **variables: str) -> list[str]:
        """Return the arguments of dbt that build all that scoring needs."""
        given = {"raw_source": "canonical", "raw_tables": RAW_TABLES, **variables}
        options = ["build", "--profiles-dir", ".", "--target", target, "--threads", "1"]
        options += ["--target-path", str(self.folder / f"target_{target}")]
        options += ["--exclude-resource-types", "test", "unit_test", "--vars", json.dumps(given)]
        return [*options, "--select", *SCORING]

    def on_duckdb(self) -> dict[str, float]:
        """Build with DuckDB; return the CPU seconds of each model."""
        spent = self.folder / "spent.json"
        dbt = self.dbt("duckdb", raw_path=str(self.folder / "raw"))
        self.run("-c", ON_DUCKDB, str(spent), *dbt)
        return json.loads(spent.read_text())

    def on_spark(self, name: str) -> tuple[dict[str, Model], float]:
        """Build on the cluster; return what each model took, and the driver's CPU seconds."""
        conf, log = self.folder / "spark/conf", self.folder / f"log_{name}"
        spent = self.folder / "driver_spent.txt"
        log.mkdir()
        self.run("-c", "import pql.spark; pql.spark.environment()")
        with (conf / "spark-defaults.conf").open("a") as file:
            file.write(SETTINGS.format(log=log))
        self.run("-c", ON_SPARK, str(spent), *self.dbt("spark"), SPARK_CONF_DIR=str(conf))
        return cost_per_model(log), float(spent.read_text())

    def load(self, **paths: Path) -> None:
        """Put Parquet files into tables of the schema raw."""
        conf = self.folder / "spark/conf"
        self.run("-c", "import pql.spark; pql.spark.environment()")
        pairs = [f"{name}={path}" for name, path in paths.items()]
        self.run("-c", LOAD, *pairs, SPARK_CONF_DIR=str(conf))


def report(duckdb: dict[str, float], spark: dict[str, Model], driver: float) -> str:
    """Write the models that cost Spark most as a table, and what their plans hold."""
    lines = [
        "| model | DuckDB CPU s | Spark CPU s | shuffled MB | read MB | to the driver MB | tasks "
        "| rows of the largest task | of its stage | in the plan |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    ranked = sorted(spark.items(), key=lambda item: -item[1].cpu_seconds)
    for name, model in ranked[:LISTED]:
        mega = [model.shuffled_bytes, model.read_bytes, model.result_bytes]
        lines.append(
            f"| `{name}` | {duckdb.get(name, 0):.1f} | {model.cpu_seconds:.1f} | "
            + " | ".join(f"{size / 1e6:.1f}" for size in mega)
            + f" | {model.tasks} | {model.largest_task:,} | {model.its_share:.0%} "
            f"| {', '.join(sorted(model.suspects))} |"
        )
    totals = [
        sum(duckdb.values()),
        sum(model.cpu_seconds for model in spark.values()),
        sum(model.shuffled_bytes for model in spark.values()) / 1e6,
        sum(model.read_bytes for model in spark.values()) / 1e6,
        sum(model.result_bytes for model in spark.values()) / 1e6,
    ]
    tasks = sum(model.tasks for model in spark.values())
    lines.append(f"| all | {' | '.join(f'{total:.1f}' for total in totals)} | {tasks} | | | |")
    lines += ["", f"The driver took {driver:.0f} CPU seconds, most of them to plan."]
    for name, model in ranked:
        if model.largest_task > MANY_ROWS and model.its_share > 0.5:
            lines.append(
                f"{name}: one task reads {model.largest_task:,} rows, {model.its_share:.0%}"
            )
        if "cartesian product" in model.suspects:
            lines.append(f"{name}: cartesian product")
    return "\n".join(lines)


def measure(folder: Path, event_count: int, is_skewed: bool) -> None:
    """Build the year, and the year and a day, on both engines; print what the models took."""
    next_day = write_raw_tables(folder / "raw", event_count, is_skewed=is_skewed)
    with running(Path(sys.executable), folder / "cluster", WORKERS) as master:
        bench = Bench(folder, master)
        raw = {name: folder / f"raw/{name}.parquet" for name in ["users", *RAW_TABLES]}
        bench.load(events=folder / "raw/events", **raw)
        for name in ("the year", "the year and a day"):
            duckdb = bench.on_duckdb()
            spark, driver = bench.on_spark(name.replace(" ", "_"))
            print(f"\n{event_count:,} events, {name}\n", flush=True)
            print(report(duckdb, spark, driver), flush=True)
            if next_day.exists():
                bench.load(events=next_day)
                next_day.rename(folder / "raw/events" / next_day.name.removeprefix("next_"))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("events", type=int, help="about how many the year has")
    parser.add_argument("--skewed", action="store_true", help="half of the users in one account")
    parser.add_argument("--folder", type=Path, help="a new one to work in and to keep")
    arguments = parser.parse_args()
    (PROJECT / "target").mkdir(exist_ok=True)
    folder = (arguments.folder or Path(tempfile.mkdtemp(dir=PROJECT / "target"))).resolve()
    try:
        measure(folder, arguments.events, arguments.skewed)
    except subprocess.CalledProcessError:
        sys.exit((folder / "output.log").read_text()[-4000:])
    finally:
        if not arguments.folder:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
