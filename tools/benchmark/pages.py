"""Measure the pages of `pql app` on a large database, made of a small one by copying its entities.

    python -m tools.benchmark.pages warehouse.duckdb [users [definitions]]

Each entity is copied under further ids until there are that many users (by default a million, with
about a sixth as many accounts), and each definition until there are that many. Then each page is
opened as the workbench opens it, twice: for the first time after a build, and again; and each query
of the pages is timed, the best of three. Beside the seconds stand those that the processor was at
work, on all cores: others may have it meanwhile.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import duckdb
from streamlit.testing.v1 import AppTest

from pql import queries
from pql.commands import explain
from pql.commands.app import import_pages
from pql.config_checks import problems
from pql.config_files import config_files
from pql.database import opened, rows
from pql.project import shipped_config

IDS = ("entity_id", "account_id", "user_id", "actor_id", "from_id", "to_id", "champion_user_id")
TABLES = (
    "pql_accounts", "pql_users", "pql_transitions", "pql_conversions", "pql_published",
    "sync_crm_accounts", "sync_crm_contacts", "int_score_history", "int_score_steps", "int_reasons",
    "int_accounts", "int_users", "int_signal_counts", "int_identity_links", "int_stage_timelines",
    "int_fit_timelines", "int_conditions", "int_buying_groups", "int_attribute_timelines",
)  # fmt: skip
OF_DEFINITIONS = (
    "pql_definitions", "pql_weekly_metrics", "definition_review", "definition_evaluation",
    "evaluation_parts", "threshold_curve", "threshold_options", "suggested_points",
    "first_touch_conversion", "pql_incrementality", "stg_config__definitions",
    "stg_config__definition_rules", "stg_config__fit_rules",
)  # fmt: skip
FILTERS = dict.fromkeys(
    ("search", "definition_id", "is_qualified", "tier", "motion", "owner", "stage", "industry",
     "company_size")
)  # fmt: skip


def enlarge(source: Path, target: Path, users: int, definitions: int) -> None:
    """Copy a database, and in it each definition and each entity under further ids."""
    target.write_bytes(source.read_bytes())
    with duckdb.connect(str(target)) as connection:
        connection.execute("set preserve_insertion_order = false")
        known_users, known_definitions = connection.execute(
            "select count(distinct user_id), (select count(distinct definition_id) from"
            " pql.pql_definitions) from pql.pql_users"
        ).fetchone()
        by_definition = {
            "definition_id": "definition_id || '_' || copy.number",
            "definition_key": "split_part(definition_key, '@', 1) || '_' || copy.number || '@'"
            " || split_part(definition_key, '@', 2)",
            "contender": "case when contender like '%@%' then split_part(contender, '@', 1) || '_'"
            " || copy.number || '@' || split_part(contender, '@', 2) else contender end",
        }
        by_entity = {name: f"{name} || '_' || copy.number" for name in IDS}
        there = connection.execute(
            "select table_schema, table_name, list(column_name order by ordinal_position)"
            " from information_schema.columns inner join information_schema.tables"
            " using (table_schema, table_name) where table_type = 'BASE TABLE' group by all"
        ).fetchall()
        for new, times, kept in (
            (by_definition, definitions // known_definitions, (*TABLES, *OF_DEFINITIONS)),
            (by_entity, users // known_users, TABLES),
        ):
            for schema, name, columns in there:
                if name in kept and set(new) & set(columns):
                    values = ", ".join(
                        f"{new[column]} as {column}" if column in new else column
                        for column in columns
                    )
                    connection.execute(
                        f"insert into {schema}.{name} select {values} from {schema}.{name}"
                        f" cross join range(1, {max(times, 1)}) as copy(number)"
                    )


class Took(NamedTuple):
    """How long something took, by the clock and of the processor."""

    seconds: float
    of_processor: float

    def __str__(self) -> str:
        return f"{self.seconds:6.2f} s ({self.of_processor:5.2f} s)"


def timed(work: Callable[[], object]) -> Took:
    """Do something, and say how long it took."""
    start, start_of_processor = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - start, time.process_time() - start_of_processor)


def measure(database: Path) -> list[tuple[str, Took]]:
    """Time the queries of the pages, on a connection that is open, as a page makes them."""
    pages = queries.read("app")
    entity = {"entity_type": "account", "entity_id": "a_037", "reason": "duplicate"}
    values = {**FILTERS, **entity, "top": 500, "days_back": 90, "who": "account:a_037"}
    of_lead = ("matches", "history", "changes", "reasons", "conditions", "stage", "fit_rules")
    version = {"definition_id": "expansion", "definition_version": 1}
    version |= {"definition_key": "expansion@1", "on_day": "2026-06-30"}
    parts = ("accounts", "users", "chosen", "company_size")  # of other queries
    asked = [(name, query, {}) for name, query in pages.items() if name not in parts]
    asked += [
        (f"{n} by name", pages[n], {"search": "clinic"}) for n in ("account_leads", "user_leads")
    ]
    asked += [(f"explain: {name}", explain.QUERIES[name], version) for name in of_lead]
    took = []
    with opened(database) as connection:
        for name, query, own in asked:
            ask = partial(rows, connection, query, **{**values, **own})
            took.append((name, min(timed(ask) for _ in range(3))))
    return took


def open_pages(database: Path) -> list[tuple[str, Took, Took | None]]:
    """Open each page as `pql app` does: for the first time after a build, and again."""
    os.environ["PQL_DUCKDB_PATH"] = str(database)
    problems(config_files(shipped_config()))  # compiled when the pages are served
    import_pages()  # as then, too
    took: list[tuple[str, Took, Took | None]] = []
    for name in ("leads", "lead", "definitions", "review", "data"):
        page = AppTest.from_function(shown, args=(name,), default_timeout=600)
        if name == "lead":
            page.query_params["who"] = "account:a_037"
        took.append((name, timed(page.run), timed(page.run)))
        if page.exception or page.error:
            raise SystemExit(f"{name}: {(*page.exception, *page.error)[0].value}")
        if name == "review":
            took.append(("review, a part", timed(page.selectbox[0].select_index(2).run), None))
    return took


def shown(name: str) -> None:
    """Show one page."""
    from importlib import import_module

    from pql.app.shared import run

    run(import_module(f"pql.app.{name}").render)


def main(source: str, users: str = "1000000", definitions: str = "0") -> None:
    """Print how long each page takes, and each query, longest first."""
    with TemporaryDirectory() as folder:
        database = Path(folder) / "large.duckdb"
        enlarge(Path(source), database, int(users), int(definitions))
        for name, first, again in open_pages(database):
            print(f"{first}, again {again or 'not asked'!s:>18}  {name}")
        print()
        for name, took in sorted(measure(database), key=lambda one: one[1], reverse=True):
            print(f"{took}  {name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
