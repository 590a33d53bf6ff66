"""Measure the pages of `pql app` on a large database, made of a small one by copying its entities.

    python -m tools.benchmark.pages warehouse.duckdb [users]

Each entity is copied under further ids until there are that many users (by default a million, with
about a fifth as many accounts); then each query of the pages is timed, the best of three.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pql import queries
from pql.commands import explain
from pql.database import opened, rows

IDS = ("entity_id", "account_id", "user_id", "actor_id", "from_id", "to_id", "champion_user_id")
TABLES = (
    "pql_accounts", "pql_users", "pql_history", "pql_score_changes", "pql_reasons",
    "pql_transitions", "pql_published", "sync_crm_accounts", "sync_crm_contacts", "int_accounts",
    "int_users", "int_signal_counts", "int_identity_links", "int_stage_timelines",
    "int_fit_timelines", "int_conditions", "int_buying_groups", "int_attribute_timelines",
)  # fmt: skip
FILTERS = dict.fromkeys(
    ("search", "definition_id", "is_qualified", "tier", "motion", "owner", "stage", "industry",
     "company_size")
)  # fmt: skip


def enlarge(source: Path, target: Path, users: int) -> None:
    """Copy a database, and in it each entity under further ids."""
    target.write_bytes(source.read_bytes())
    with duckdb.connect(str(target)) as connection:
        ((known,),) = connection.execute("select count(*) from pql.pql_users").fetchall()
        times = max(users // known, 1)
        for schema, name in connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_type = 'BASE TABLE' and table_name in (select unnest($names))",
            {"names": list(TABLES)},
        ).fetchall():
            columns = [
                column
                for (column,) in connection.execute(
                    "select column_name from information_schema.columns where table_schema = ?"
                    " and table_name = ? order by ordinal_position",
                    [schema, name],
                ).fetchall()
            ]
            values = ", ".join(
                f"{column} || '_' || copies.number as {column}" if column in IDS else column
                for column in columns
            )
            connection.execute(
                f"insert into {schema}.{name} select {values} from {schema}.{name}"
                f" cross join range(1, {times}) as copies(number)"
            )


def measure(database: Path) -> list[tuple[str, float]]:
    """Time the queries of the pages, each on a connection of its own, as a page makes them."""
    pages = queries.read("app")
    entity = {"entity_type": "account", "entity_id": "a_037", "reason": "duplicate"}
    values = {**FILTERS, **entity, "top": 500, "days_back": 90, "who": "account:a_037"}
    of_lead = ("matches", "history", "changes", "reasons", "conditions", "stage", "links")
    version = {"definition_id": "expansion", "definition_version": 1}
    version |= {"definition_key": "expansion@1", "on_day": "2026-06-30"}
    parts = ("accounts", "users", "chosen", "company_size")  # of other queries
    asked = [(name, query, {}) for name, query in pages.items() if name not in parts]
    asked += [
        (f"{n} by name", pages[n], {"search": "clinic"}) for n in ("account_leads", "user_leads")
    ]
    asked += [(f"explain: {name}", explain.QUERIES[name], version) for name in of_lead]
    took = []
    for name, query, own in asked:
        best = 1e9
        for _ in range(3):
            start = time.perf_counter()
            with opened(database) as connection:
                rows(connection, query, **{**values, **own})
            best = min(best, time.perf_counter() - start)
        took.append((name, best))
    return took


def main(source: str, users: str = "1000000") -> None:
    """Print how long each query takes, longest first."""
    with TemporaryDirectory() as folder:
        database = Path(folder) / "large.duckdb"
        enlarge(Path(source), database, int(users))
        for name, seconds in sorted(measure(database), key=lambda one: -one[1]):
            print(f"{seconds:6.2f} s  {name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
