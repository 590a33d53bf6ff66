"""What a CRM is told, day after day: nothing twice, nothing in silence, nothing by mistake."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import Build, Built, Tables, changed_tables
from test_builds import MEMORY_MARTS, SYNC_MARTS, assert_plain, check

# The marts that may hold mail addresses and names.
PERSONAL_MARTS = {"pql_users", "event_rejects"} | SYNC_MARTS
FIRST_DATE = date(2026, 3, 1)
IDLE_ACCOUNTS = [f"idle_{number}" for number in range(25)]

CONFIG: Tables = {
    "signals": [
        {
            "signal_id": "made",
            "signal_name": "Made something",
            "category": "usage",
            "event_name": "made",
            "measure": "events",
            "window_days": "30",
            "reason_template": "made {value} thing(s)",
        },
        {
            "signal_id": "shared",
            "signal_name": "Shared something",
            "category": "collaboration",
            "event_name": "shared",
            "measure": "days",
            "window_days": "30",
        },
    ],
    "definitions": [
        {
            "definition_id": definition_id,
            "version": "1",
            "entity_type": entity_type,
            "audience": "free|trial",
            "score_threshold": "10",
            "holdout_percent": holdout_percent,
            "status": "live",
            "priority": "1",
        }
        for definition_id, entity_type, holdout_percent in (
            ("makers", "account", ""),
            ("held_out", "user", "100"),
        )
    ],
    "definition_rules": [
        {
            "definition_id": definition_id,
            "version": "1",
            "rule_id": signal_id,
            "signal_id": signal_id,
            "min_value": "1",
            "max_awards": "9",
            "points": points,
        }
        for definition_id in ("makers", "held_out")
        for signal_id, points in (("made", "10"), ("shared", "3"))
    ],
    "routing_rules": [
        {
            "definition_id": "*",
            "priority": "1",
            "requires_qualified": "true",
            "tier": "high",
            "motion": "sales_assisted",
            "owner_role": "sales",
            "sla_hours": "24",
            "next_action": "call them",
        },
        {
            "definition_id": "*",
            "priority": "2",
            "tier": "low",
            "motion": "self_serve",
            "owner_role": "growth",
        },
    ],
}


def event(user: str, day: int, name: str = "made") -> dict[str, str]:
    """What a user did on a day of March."""
    return {
        "event_id": f"{user} {day} {name}",
        "event_name": name,
        "occurred_at": f"2026-03-{day:02}T12:00:00Z",
        "user_id": f"u_{user}",
    }


def accounts(*names: str) -> dict[str, list[dict[str, str]]]:
    """Accounts with one user each."""
    return {
        "accounts": [
            {"account_id": name, "account_name": f"<b>{name}</b>", "domain": f"{name}.example"}
            for name in names
        ],
        "users": [
            {"user_id": f"u_{name}", "account_id": name, "email": f"{name}@{name}.example"}
            for name in names
        ],
    }


FIRST_DAY: Tables = {
    **accounts("payer", "busy", "merged", "late", "idle", *IDLE_ACCOUNTS),
    "events": [
        *(event(name, 1) for name in ("payer", "busy", "merged")),
        *(event(name, 1, "visited") for name in ("late", "idle", *IDLE_ACCOUNTS)),
        # more active than payer, and so the one to talk to
        event("mate", 1, "visited"),
        event("mate", 1, "read"),
        event("late", 1, "shared"),
    ],
}
FIRST_DAY["accounts"][0]["domain"] = "gmail.com"
FIRST_DAY["users"].append({"user_id": "u_mate", "account_id": "payer", "email": "Mate@a.example"})
# Leads are active too, and one gains three points.
QUIET_DAY: Tables = {
    **FIRST_DAY,
    "events": [
        *FIRST_DAY["events"],
        event("idle", 2, "visited"),
        event("merged", 2, "visited"),
        event("busy", 2, "shared"),
    ],
}
THIRD_DAY: Tables = {
    **QUIET_DAY,
    "events": [*QUIET_DAY["events"], event("late", 3), event("busy", 3, "shared")],
    "account_links": [{"from_account_id": "merged", "to_account_id": "idle"}],
    "subscriptions": [
        {
            "subscription_id": "s",
            "account_id": "payer",
            "stage": "paid",
            "started_at": "2026-03-03",
        }
    ],
    "sales_activities": [
        {"activity_id": "a", "account_id": "busy", "occurred_at": "2026-03-02T09:00:00Z"}
    ],
    "deletion_requests": [{"user_id": "u_mate", "requested_at": "2026-03-03"}],
}
# Anything qualifies: what a slip of the pen does.
BROKEN: Tables = {
    **CONFIG,
    "definitions": [{**row, "score_threshold": "0"} for row in CONFIG["definitions"]],
}

ACCOUNTS = "select account_id, status, score, first_qualified_date from pql.sync_crm_accounts"
TASKS = """
    select account_id, tasks.status, closed_reason, sla_state
    from pql.sync_crm_tasks as tasks
    inner join pql.sync_crm_accounts using (account_key)
"""


def rows_by_id(built: Built, query: str) -> dict[str, tuple[Any, ...]]:
    """The rows of a query, of which none may share its first column."""
    rows = built.query(query)
    assert len({row[0] for row in rows}) == len(rows), rows
    return {row[0]: row[1:] for row in rows}


def kept(built: Built, tmp_path: Path) -> Path:
    """A copy of the database, to compare the next build with."""
    return Path(shutil.copy(built.database, tmp_path / "before.duckdb"))


def unchanged_memory(before: Path, built: Built) -> bool:
    """Whether nothing that is existing_relation changed, down to the stamps."""
    return not changed_tables(before, built.database, "pql").keys() & MEMORY_MARTS


@pytest.fixture(scope="module")
def first_day(build: Build) -> Built:
    """Three accounts are qualified, many are not, and whoever made something is held out."""
    return check(build(FIRST_DAY, CONFIG))


@pytest.fixture(scope="module")
def third_day(
    build: Build, first_day: Built, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Built, Built]:
    """One pays, one was called, one has gone into another, one is new: before, and after."""
    folder = tmp_path_factory.mktemp("third_day")
    before = Built(folder, kept(first_day, folder), 0, "")
    shutil.copy(first_day.database, folder / "test.duckdb")
    return before, check(build(THIRD_DAY, CONFIG, folder=folder))


def test_a_new_lead_has_a_task(first_day: Built) -> None:
    found = rows_by_id(first_day, TASKS)
    assert found == dict.fromkeys(("payer", "busy", "merged"), ("open", "", "due"))
    (task,) = first_day.query(
        "select subject, contact_email, body, due_at::varchar from pql.sync_crm_tasks "
        "where subject like '%payer%'"
    )
    subject, contact, body, due = task
    assert (subject, contact) == ("<b>payer</b>: call them", "mate@a.example")
    assert "Talk to: mate@a.example, the most active person there" in body
    assert "Why: As of 2026-03-01: made 1 thing" in body
    assert due == "2026-03-02 12:00:00"


def test_a_domain_that_many_share_is_not_offered(first_day: Built) -> None:
    offered = rows_by_id(first_day, "select account_id, domain from pql.sync_crm_accounts")
    assert offered["payer"] == ("",)
    assert offered["busy"] == ("busy.example",)


def test_nobody_can_tell_who_is_held_out(first_day: Built) -> None:
    held_out = first_day.query("select count(*) from pql.pql_users where is_holdout")
    assert held_out == [(31,)]
    # They stand there for the buying groups of their accounts, and whoever is idle does not.
    assert rows_by_id(first_day, "select user_id, status from pql.sync_crm_contacts") == {
        f"u_{name}": ("not_qualified",) for name in ("payer", "mate", "busy", "merged")
    }
    told = first_day.query(
        "select definition from pql.sync_crm_tasks union select definition from pql.sync_audiences"
    )
    assert told == [("makers",)]
    assert not first_day.query("select 1 from pql.sync_alerts where entity_type = 'user'")
    # All that is not qualified looks alike.
    for mart in ("accounts", "contacts"):
        assert not first_day.query(
            f"""
            select * from pql.sync_crm_{mart}
            where status = 'not_qualified' and (
                score is not null or tier <> 'none' or motion <> '' or reason <> ''
                or top_signal <> '' or definition <> '' or next_action <> '' or owner_role <> ''
                or coalesce(first_qualified_date, lapsed_date, sla_due_at::date) is not null
            )
            """
        )


def test_a_quiet_day_changes_no_row(build: Build, first_day: Built, tmp_path: Path) -> None:
    before = kept(first_day, tmp_path)
    shutil.copy(before, tmp_path / "test.duckdb")
    quiet = check(build(QUIET_DAY, CONFIG, folder=tmp_path, tests=False))
    assert quiet.query("select distinct as_of_date::varchar from pql.pql_accounts") == [
        ("2026-03-02",)
    ]
    assert unchanged_memory(before, quiet)


def test_a_lead_that_pays_is_a_customer_and_its_task_is_done(
    third_day: tuple[Built, Built],
) -> None:
    before, after = third_day
    assert rows_by_id(before, ACCOUNTS)["payer"][0] == "qualified"
    assert rows_by_id(after, ACCOUNTS)["payer"][0] == "customer"
    assert rows_by_id(after, TASKS)["payer"] == ("completed", "converted", "none")


def test_each_lead_is_told_once_and_its_task_ends_as_it_ended(
    third_day: tuple[Built, Built],
) -> None:
    assert rows_by_id(third_day[1], TASKS) == {
        "payer": ("completed", "converted", "none"),
        "busy": ("completed", "answered", "met"),
        "merged": ("canceled", "lapsed", "none"),
        "late": ("open", "", "due"),
        # the survivor is qualified by what the other had made
        "idle": ("open", "", "overdue"),
    }


def test_rows_never_vanish(third_day: tuple[Built, Built]) -> None:
    before, after = third_day
    for mart, key in (
        ("sync_crm_accounts", "account_key"),
        ("sync_crm_contacts", "contact_key"),
        ("sync_crm_tasks", "task_key"),
    ):
        keys = f"select {key} from pql.{mart}"
        assert set(before.query(keys)) <= set(after.query(keys))
    (merged,) = after.query(
        """
        select status, reason, is_deleted, tier, motion, champion_email, lapsed_date::varchar
        from pql.sync_crm_accounts
        where account_id = 'merged'
        """
    )
    assert merged == ("disqualified", "merged into idle", True, "none", "", "", "2026-03-03")


def test_only_what_changed_is_written(third_day: tuple[Built, Built]) -> None:
    before, after = third_day
    stamps = "select account_id, sync_row_hash, sync_changed_at from pql.sync_crm_accounts"
    old, new = rows_by_id(before, stamps), rows_by_id(after, stamps)
    assert {name for name in old if old[name] != new[name]} == {
        "payer", "merged", "late", "idle", "busy"
    }  # fmt: skip
    scores = "select account_id, score from pql.sync_crm_accounts where account_id = 'busy'"
    assert (before.query(scores), after.query(scores)) == ([("busy", 10)], [("busy", 16)])


def test_who_asks_is_forgotten_but_for_a_key(third_day: tuple[Built, Built]) -> None:
    before, after = third_day
    query = """
        select contact_key, email, user_id, account_key, is_deleted
        from pql.sync_crm_contacts
        where email like 'mate%' or is_deleted
    """
    ((key, email, user, account, is_deleted),) = before.query(query)
    assert (email, user, is_deleted) == ("mate@a.example", "u_mate", False)
    assert account
    assert after.query(query) == [(key, f"{key}@deleted.invalid", "", "", True)]
    told = "select subject, contact_email, body from pql.sync_crm_tasks where closed_reason = "
    assert after.query(told + "'converted'") == [("somebody who asked to be forgotten", "", "")]


def test_a_build_of_a_past_day_changes_no_row(
    build: Build, third_day: tuple[Built, Built], tmp_path: Path
) -> None:
    before = kept(third_day[1], tmp_path)
    # even where today's database stands in the place of the past day's
    shutil.copy(before, tmp_path / f"test_as_of_{FIRST_DATE:%Y_%m_%d}.duckdb")
    past = check(build(THIRD_DAY, CONFIG, folder=tmp_path, as_of=FIRST_DATE, tests=False))
    assert past.query("select distinct as_of_date from pql.pql_accounts") == [(FIRST_DATE,)]
    assert unchanged_memory(before, past)


def test_a_definition_that_qualifies_everyone_stops_until_it_is_meant(
    build: Build, third_day: tuple[Built, Built], tmp_path: Path
) -> None:
    before = kept(third_day[1], tmp_path)
    shutil.copy(before, tmp_path / "test.duckdb")
    stopped = build(THIRD_DAY, BROKEN, folder=tmp_path)
    assert stopped.returncode != 0
    assert_plain(stopped.output)
    said = stopped.output.partition("error: no_mass_change_goes_unseen\n")[2]
    assert "accept_mass_change: true" in said
    assert "- makers: 25 enter, 25 of them for: " in said
    assert unchanged_memory(before, stopped)

    with duckdb.connect(str(tmp_path / "test.duckdb")) as connection:
        connection.execute(
            "update pql.sync_crm_contacts set sync_changed_at = now()::timestamp - interval 31 day "
            "where is_deleted"
        )
    meant = check(build(THIRD_DAY, BROKEN, folder=tmp_path, variables={"accept_mass_change": True}))
    statuses = rows_by_id(meant, ACCOUNTS)
    assert {statuses[name][0] for name in ("busy", "late", "idle", *IDLE_ACCOUNTS)} == {"qualified"}
    # the next build compares with this
    published = "select count(*) from pql.pql_published where change = 'qualified'"
    assert meant.query(published) > third_day[1].query(published)
    # who was forgotten 30 days ago has left no trace
    assert not meant.query("select 1 from pql.sync_crm_contacts where is_deleted")


# --- privacy --------------------------------------------------------------------------------------


def test_mail_addresses_stand_only_where_they_are_declared(
    demo: Built, manifest: dict[str, Any]
) -> None:
    columns = demo.query(
        """
        select schema_name, table_name, column_name
        from duckdb_columns()
        where schema_name in ('pql', 'pql_intermediate') and data_type = 'VARCHAR'
        """
    )
    found = {
        (schema, table, column)
        for schema, table, column in columns
        if demo.query(
            rf"""
            select 1 from {schema}.{table}
            where regexp_matches("{column}", '[^\s@]+@[^\s@]+\.[a-z]+') limit 1
            """
        )
    }
    declared = {
        ("pql", node["name"], column["name"])
        for node in models(manifest)
        if node["path"].startswith("marts/")
        for column in node["columns"].values()
        if column["meta"].get("contains_pii")
    }
    assert found <= declared
    assert {table for _, table, _ in found} == {
        "pql_users", "sync_crm_accounts", "sync_crm_contacts", "sync_crm_tasks"
    }  # fmt: skip
    assert {table for _, table, _ in declared} <= PERSONAL_MARTS


def test_marts_are_public_and_all_else_is_private(manifest: dict[str, Any]) -> None:
    for node in models(manifest):
        layer = node["path"].partition("/")[0]
        assert node["group"] == "pql"
        if layer != "staging":
            access = {"marts": "public", "intermediate": "private"}[layer]
            assert node["access"] == access, node["name"]


def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The models, as dbt knows them."""
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
