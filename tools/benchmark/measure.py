"""Measure what a build costs, against one query written by hand for one day of one definition.

    make bench EVENTS=1000000

Writes a year of raw tables (data.py), and runs each job as a process of its own. The ratios
are of jobs of this run, so they hold on any machine; the times do not. docs/benchmark.md explains.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from .data import write_raw_tables

PROJECT = Path(__file__).resolve().parents[2]
RAW_TABLES = ["accounts", "identity_links", "subscriptions"]
# What scoring is: everything up to these marts, with the seeds they need.
SCORING = ["+path:models/marts/qualification", "+path:models/marts/data_quality"]
RUN_SQL = "import sys, duckdb; duckdb.execute(sys.argv[1])"
SLOWEST = 15  # models listed

SCAN = """
select
    sum(strlen(event_id)), sum(strlen(event_name)), sum(strlen(user_id)),
    sum(strlen(anonymous_id)), sum(strlen(account_id)), sum(strlen(properties)),
    max(occurred_at), max(received_at)
from read_parquet('{raw}/events/*.parquet')
"""

COMPARISON = """
select
    count(*) as account_count,
    sum(case
        when by_hand.score = mart.score and by_hand.is_qualified = mart.is_qualified then 1
        else 0
    end) as equal_count
from by_hand.main.scores as by_hand
full outer join (
    from mart.pql.pql_accounts where definition_id = 'six_signal' and definition_version = 1
) as mart
    on by_hand.account_id = mart.account_id
"""


@dataclass(frozen=True)
class Cost:
    """What a process and its children took."""

    seconds: float
    cpu_seconds: float
    peak_gib: float


@dataclass(frozen=True)
class Bench:
    """One run of the benchmark: where its files are, and the limits of its processes."""

    folder: Path
    memory: str
    threads: int

    def raw(self, size: str) -> Path:
        """The raw tables of a size."""
        return self.folder / size

    def database(self, size: str) -> Path:
        """The database that a size is built into."""
        return self.folder / f"{size}.duckdb"

    def dbt(self, command: str, size: str, *arguments: str) -> Cost:
        """Run dbt on the raw tables of a size; what it prints is the progress."""
        variables = {
            "raw_source": "canonical",
            "raw_path": str(self.raw(size)),
            "raw_tables": RAW_TABLES,
        }
        dbt = str(Path(sys.executable).with_name("dbt"))
        options = ["--profiles-dir", ".", "--select", *SCORING, "--vars", json.dumps(variables)]
        return run(
            [dbt, command, *options, *arguments],
            {
                "PQL_DUCKDB_PATH": str(self.database(size)),
                "PQL_MEMORY_LIMIT": self.memory,
                "DBT_TARGET_PATH": str(self.folder / f"target_{size}"),
                "DBT_LOG_PATH": str(self.folder / "logs"),
            },
        )

    def build(self, size: str) -> Cost:
        """Build all that scoring needs, without tests."""
        return self.dbt("build", size, "--exclude-resource-types", "test", "unit_test")

    def test(self, size: str) -> Cost:
        """Run the data tests of what was built."""
        return self.dbt("test", size, "--exclude-resource-types", "unit_test")

    def add_day(self, size: str, next_day: Path) -> None:
        """Lay the file of the day after the year beside the others."""
        next_day.rename(self.raw(size) / "events" / next_day.name.removeprefix("next_"))

    def sql(self, statements: str) -> Cost:
        """Run SQL in a DuckDB of its own, within the same limits."""
        limits = f"set memory_limit = '{self.memory}'; set threads = {self.threads};"
        return run([sys.executable, "-c", RUN_SQL, limits + statements], {})

    def by_hand(self, size: str) -> Cost:
        """Score one definition on one day with one query."""
        query = Path(__file__).with_name("by_hand.sql").read_text(encoding="utf-8")
        return self.sql(
            f"set variable raw = '{self.raw(size)}'; "
            f"set variable seeds = '{PROJECT / 'seeds'}'; "
            f"attach '{self.folder / 'by_hand.duckdb'}' as by_hand; "
            f"create or replace table by_hand.main.scores as {query}"
        )

    def agreement(self, size: str) -> tuple[int, int]:
        """How many accounts there are by the query or the mart, and on how many both agree."""
        with duckdb.connect() as connection:
            connection.execute(f"attach '{self.folder / 'by_hand.duckdb'}' as by_hand (read_only)")
            connection.execute(f"attach '{self.database(size)}' as mart (read_only)")
            return connection.execute(COMPARISON).fetchone()

    def model_seconds(self, size: str) -> dict[str, float]:
        """How long each node of the last dbt command took, the slowest first."""
        results = json.loads((self.folder / f"target_{size}" / "run_results.json").read_text())
        seconds = {
            result["unique_id"].split(".")[2]: result["execution_time"]
            for result in results["results"]
        }
        return dict(sorted(seconds.items(), key=lambda item: -item[1]))


def run(command: Sequence[str], env: Mapping[str, str]) -> Cost:
    """Run a process to its end and say what it took; leave if it fails."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=PROJECT, env=os.environ | dict(env))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"error: {' '.join(command)[:200]} failed with {process.returncode}")
    return Cost(
        seconds=time.monotonic() - start,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_gib=usage.ru_maxrss / 2**20,
    )


def measure(bench: Bench, event_count: int) -> None:
    """Run all jobs, and print what they took."""
    costs: dict[str, Cost] = {}

    def step(name: str) -> None:
        print(f"\n--- {name}", flush=True)

    step("raw tables")
    write_raw_tables(bench.raw("quarter"), event_count // 4)
    next_day = write_raw_tables(bench.raw("full"), event_count)
    step("build of a quarter of the events (e)")
    costs["e"] = bench.build("quarter")
    step("build of all events (a)")
    costs["a"] = bench.build("full")
    model_seconds = bench.model_seconds("full")
    step("query by hand (b)")
    costs["b"] = bench.by_hand("full")
    account_count, equal_count = bench.agreement("full")
    step("bare scan (c)")
    costs["c"] = bench.sql(SCAN.format(raw=bench.raw("full")))
    step("data tests of all events")
    costs["tests"] = bench.test("full")
    step("build after one more day (d)")
    bench.add_day("full", next_day)
    costs["d"] = bench.build("full")
    day_seconds = bench.model_seconds("full")

    print(report(costs, event_count))
    print(f"query and mart agree on {equal_count} of {account_count} accounts\n")
    print(slowest(model_seconds, day_seconds))
    if equal_count != account_count:
        sys.exit("error: the query by hand and the mart differ: the ratios mean nothing")


def report(costs: Mapping[str, Cost], event_count: int) -> str:
    """The jobs and their ratios as two tables."""
    names = {
        "a": f"(a) full build, {event_count:,} events",
        "b": "(b) one definition on one day, by hand",
        "c": "(c) bare scan of the columns read",
        "d": "(d) build after one more day",
        "e": f"(e) full build, {event_count // 4:,} events",
        "tests": "data tests after (a)",
    }
    lines = ["", "| job | seconds | CPU seconds | peak memory |", "|---|---|---|---|"]
    for key, name in names.items():
        cost = costs[key]
        lines.append(
            f"| {name} | {cost.seconds:.1f} | {cost.cpu_seconds:.1f} | {cost.peak_gib:.2f} GiB |"
        )
    lines += ["", "| ratio | of seconds | of CPU seconds | goal |", "|---|---|---|---|"]
    for one, other, goal in (("a", "b", 3), ("d", "a", 0.15), ("a", "e", 4.2), ("b", "c", None)):
        ratio = costs[one].seconds / costs[other].seconds
        cpu_ratio = costs[one].cpu_seconds / costs[other].cpu_seconds
        lines.append(
            f"| {one} / {other} | {ratio:.2f} | {cpu_ratio:.2f} | {f'<= {goal}' if goal else ''} |"
        )
    return "\n".join([*lines, ""])


def slowest(model_seconds: Mapping[str, float], day_seconds: Mapping[str, float]) -> str:
    """The slowest models of a full build as a table, beside the build after one more day."""
    lines = ["| model | (a) seconds | (d) seconds |", "|---|---|---|"]
    for name in list(model_seconds)[:SLOWEST]:
        lines.append(f"| {name} | {model_seconds[name]:.1f} | {day_seconds[name]:.1f} |")
    total, day_total = sum(model_seconds.values()), sum(day_seconds.values())
    return "\n".join([*lines, f"| all models, two at a time | {total:.1f} | {day_total:.1f} |"])


def bench(events: int, memory: str, threads: int, folder: Path | None) -> None:
    """Measure in a folder, which is kept if it is named."""
    (PROJECT / "target").mkdir(exist_ok=True)
    place = (folder or Path(tempfile.mkdtemp(dir=PROJECT / "target"))).resolve()
    try:
        measure(Bench(place, memory, threads), events)
    finally:
        if not folder:
            shutil.rmtree(place)
