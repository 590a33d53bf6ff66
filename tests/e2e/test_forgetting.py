"""Who asked to be forgotten is found in no table, no log and no artifact after the next build."""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from conftest import Build, Built, Tables, changed_tables, keep_what_was_killed
from test_builds import EVENT, MEMORY_MARTS, ONE_RULE, TRANSIENT_MODELS, USER, check

# One asks by an id that a link supersedes, one by a mail address, one by an anonymous id; Ann
# stays.
NAMES = ("gone_", "Gone@")
GONE_LEADS = [("gone_by_mail",), ("gone_now",), ("gone_stranger",)]
REQUESTS = [
    {"user_id": "gone_before", "email": "", "requested_at": "2026-03-05"},
    {"user_id": "", "email": "gone@MAIL.example", "requested_at": ""},
    {"user_id": "gone_stranger", "email": "", "requested_at": "2026-03-05"},
]
ANN = {**EVENT, "user_id": "ann", "account_id": "acme", "received_at": "2026-03-02"}
GONE = {**ANN, "user_id": "gone_now"}
LATE = {"received_at": "2026-03-03"}
NOT_JSON = {"properties": "gone_now!", "occurred_at": "2026-03-04", "received_at": "2026-03-04"}
ANOTHER_DAY = {"occurred_at": "2026-03-05", "received_at": "2026-03-05"}
RAW: Tables = {
    "events": [
        {**GONE, "event_id": "a1", "properties": "", "anonymous_id": ""},
        {**GONE, "event_id": "a2", "user_id": "", "anonymous_id": "gone_device"},
        {**GONE, "event_id": "a3", "user_id": "gone_before", "occurred_at": "2026-03-02"},
        {**GONE, "event_id": "a4", "occurred_at": "never"},
        {**GONE, "event_id": "a5", "user_id": "gone_by_mail"},
        {**GONE, "event_id": "a6", "user_id": "", "anonymous_id": "gone_stranger"},
        # Ann's acts that name the other.
        {**ANN, "event_id": "b1", "anonymous_id": "gone_device"},
        {**ANN, "event_id": "b2", "properties": '{"page": "gone@acme.example"}'},
        {**ANN, "event_id": "b2", "properties": '{"page": "gone_now"}', **LATE},
        {**ANN, "event_id": "b3", "anonymous_id": "gone_device", "occurred_at": "someday"},
        {**ANN, "event_id": "b4", **NOT_JSON},
        {**ANN, "event_id": "b5", **NOT_JSON, "properties": "Bob!"},
        {**ANN, "event_id": "b6", **NOT_JSON, "properties": "GONE@acme.example!", **ANOTHER_DAY},
    ],
    "users": [
        {**USER, "user_id": "ann"},
        {"user_id": "gone_now", "email": "Gone@Acme.example"},
        {"user_id": "gone_before", "email": "gone@home.example"},
        {"user_id": "gone_by_mail", "email": "Gone@mail.example"},
    ],
    "accounts": [{"account_id": "acme", "account_name": "Acme", "domain": "acme.example"}],
    "identity_links": [
        {"from_id": "gone_before", "to_user_id": "gone_now", "linked_at": ""},
        {"from_id": "gone_device", "to_user_id": "gone_before", "linked_at": "2026-02-02"},
        {"from_id": "gone_device", "to_user_id": "ann", "linked_at": "2026-02-01"},
    ],
    "attributes": [
        {"entity_type": "user", "entity_id": "gone_now", "attribute": "role", "value": "x"},
    ],
    "subscriptions": [
        {
            "subscription_id": subscription,
            "account_id": account,
            "user_id": "gone_now",
            "stage": "paid",
            "started_at": "2026-01-01",
        }
        for subscription, account in (("s1", "acme"), ("s2", ""))
    ],
    "opportunities": [
        {"opportunity_id": "o1", "account_id": "acme", "user_id": "gone_now", "is_closed": "false"},
        {"opportunity_id": "o2", "account_id": "", "user_id": "gone_before", "is_closed": "false"},
    ],
    "marketing_leads": [
        {"lead_id": "l1", "account_id": "acme", "user_id": "", "email": "GONE@acme.example"},
        {"lead_id": "l2", "account_id": "", "user_id": "gone_device", "email": ""},
    ],
    "contact_verifications": [{"email": "gone@ACME.example", "status": "valid"}],
    "sales_activities": [{"activity_id": "t1", "account_id": "acme", "user_id": "gone_now"}],
    "lead_responses": [
        {"entity_type": "user", "entity_id": "gone_now", "status": "accepted", "reason": "keen"}
    ],
}
# Whoever comes back under the same id is not known again.
LATER = [{**GONE, "event_id": "a7", "occurred_at": "2026-03-09", "received_at": "2026-03-09"}]
CONFIG: Tables = {
    **ONE_RULE,
    "signals": [
        *(
            {**row, "property_name": "", "measure_property": "", "reason_template": ""}
            for row in ONE_RULE["signals"]
        ),
        {
            **ONE_RULE["signals"][0],
            "signal_id": "pages",
            "measure": "distinct_values",
            "measure_property": "page",
        },
    ],
}


def places(built: Built, names: Sequence[str]) -> set[str]:
    """Where a database, its logs or its artifacts hold one of the names; raw tables may."""
    columns = defaultdict(list)
    for schema, table, column in built.query(
        """
        select table_schema, table_name, column_name from information_schema.columns
        where data_type not in ('DATE', 'TIMESTAMP', 'BOOLEAN') and table_schema <> 'pql_seeds'
        """
    ):
        columns[f"{schema}.{table}"].append(column)
    assert len(columns) > 50
    anybody = "|".join(re.escape(name.lower()) for name in names)
    found = set()
    for table, texts in columns.items():
        holds = (f"bool_or(regexp_matches(lower({text}::varchar), '{anybody}'))" for text in texts)
        answers = built.query(f"select {', '.join(holds)} from {table}")[0]
        named = (text for text, answer in zip(texts, answers, strict=True) if answer)
        found |= {f"{table.partition('.')[2]}.{text}" for text in named}
    for path in (*built.folder.glob("logs/*"), *built.folder.glob("target/**/*")):
        if path.is_file() and re.search(anybody, path.read_text(errors="replace").lower()):
            found.add(path.name)
    # A view of raw: what somebody else's act names is theirs, and of raw alone.
    return found - {"stg_product__events.properties"}


def test_the_demo_holds_nobody_who_asked_to_be_forgotten(demo: Built) -> None:
    requests = demo.query("select user_id, email from pql_seeds.deletion_requests")
    names = [name for request in requests for name in request if name]
    assert len(names) == 2
    assert places(demo, names) == set()
    held = demo.query(f"select count(*) from pql_seeds.events where user_id = '{names[0]}'")
    assert demo.query("select sum(forgotten_count) from pql.event_reconciliation") == held


def test_who_asks_is_forgotten_at_the_next_build(build: Build, tmp_path: Path) -> None:
    before = check(build(RAW, CONFIG, folder=tmp_path, selector="daily", tests=False))
    said = "select distinct entity_id from pql.pql_published where entity_type = 'user' order by 1"
    assert before.query(said) == [("ann",), *GONE_LEADS]
    assert places(before, NAMES) >= {
        "int_signal_counts.actor_id",
        "int_users.user_id",
        "event_rejects.user_id",
        "event_rejects.anonymous_id",
        "event_rejects.properties",
        "pql_users.user_id",
        "pql_history.entity_id",
    }

    # The first try is killed where the rejects are rid of them, and the counts are not.
    raw = {**RAW, "events": [*RAW["events"], *LATER], "deletion_requests": REQUESTS}
    given = {"folder": tmp_path, "selector": "daily", "tests": False, "quiet": False}
    keep_what_was_killed(build(raw, CONFIG, **given, kill_at="int_signal_counts"))
    after = check(build(raw, CONFIG, folder=tmp_path, selector="daily"))
    assert places(after, NAMES) == set()
    assert after.query(said) == [("ann",)]
    assert after.query("select event_id, properties from pql.event_rejects order by all") == [
        ("b2", None),
        ("b3", None),
        ("b4", None),
        ("b5", "Bob!"),
        ("b6", None),
    ]
    counts = "sum(raw_count), sum(accepted_count), sum(forgotten_count)"
    assert after.query(f"select {counts} from pql.event_reconciliation") == [(7, 2, 7)]
    # The account keeps what is its own.
    kept = "select account_id, user_id from pql_staging.stg_billing__subscriptions"
    assert after.query(kept) == [("acme", None)]
    assert after.query("select opportunity_id from pql_staging.stg_crm__opportunities") == [("o1",)]

    at_once = check(
        build(
            raw, CONFIG, folder=tmp_path, database="at_once.duckdb", selector="daily", tests=False
        )
    )
    assert changed_tables(at_once.database, after.database, "pql").keys() <= MEMORY_MARTS
    changed = changed_tables(at_once.database, after.database, "pql_intermediate")
    assert changed.keys() <= TRANSIENT_MODELS
