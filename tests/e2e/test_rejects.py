"""Rejected events are watched: a broken feed never looks like customers who went away."""

from datetime import date, timedelta

import pytest
from conftest import Build, Built, Tables
from test_builds import ONE_RULE, check

PEOPLE = [f"u{number}" for number in range(8)]
USERS = [{"user_id": person} for person in PEOPLE]
WINDOW = [{**ONE_RULE["signals"][0], "window_days": "14"}]
CONFIG: Tables = {**ONE_RULE, "signals": WINDOW}
FIRST_DAY = date(2026, 5, 1)


def logins(first: int, last: int, written: str = "%Y-%m-%dT10:00:00Z", people=PEOPLE) -> list[dict]:
    """One login per person and day, its time as written, and none at which it was received."""
    return [
        {
            "event_id": f"{person}_{day}",
            "event_name": "logged_in",
            "occurred_at": (FIRST_DAY + timedelta(days=day)).strftime(written),
            "user_id": person,
        }
        for person in people
        for day in range(first, last)
    ]


def raw(*events: list[dict]) -> Tables:
    return {"events": [row for rows in events for row in rows], "users": USERS}


def test_a_first_build_of_times_that_nobody_can_read_stops(build: Build) -> None:
    built = build(raw(logins(0, 10, "%d-%m-%Y")), CONFIG)
    assert built.returncode == 1
    assert "80 row(s) rejected, 100.0% of all" in built.output
    example = "event_id u0_0, occurred_at 01-05-2026"
    assert f"Most for invalid_timestamp, such as {example}" in built.output
    assert "Traceback" not in built.output


def statuses(built: Built) -> dict[str, bool]:
    """Who was last published as qualified."""
    return dict(
        built.query(
            """
            select entity_id, arg_max(change, published_at) = 'qualified'
            from pql.pql_published where entity_id is not null group by entity_id
            """
        )
    )


@pytest.mark.slow
def test_while_events_are_rejected_nobody_is_said_to_have_lapsed(build: Build, tmp_path) -> None:
    good = logins(0, 20)
    before = check(build(raw(good), CONFIG, folder=tmp_path, tests=True))
    assert statuses(before) == dict.fromkeys(PEOPLE, True)

    # All but one person's client writes times in another way, and all else seems to be idle.
    broken = logins(20, 40, "%d-%m-%Y", PEOPLE[2:])
    silent_one = logins(20, 40, people=PEOPLE[:1])  # u1 has really gone
    stopped = build(raw(good, silent_one, broken), CONFIG, folder=tmp_path)
    assert stopped.returncode == 1
    assert "error: rejects_stay_within_limits" in stopped.output
    assert "120 row(s) rejected" in stopped.output

    accepted = {"folder": tmp_path, "variables": {"accept_rejects": True}}
    held = check(build(raw(good, silent_one, broken), CONFIG, **accepted, quiet=False))
    assert "warning: rejects_are_as_usual" in held.output
    assert statuses(held) == {**dict.fromkeys(PEOPLE, True), "u1": False}
    # The marts say what the accepted events say.
    assert held.query("select count(*) from pql.pql_users where is_qualified") == [(1,)]
    ((message,),) = held.query(
        "select message from pql.sync_alerts where alert_type = 'rejected_events' and is_open"
    )
    assert message.startswith("Of the events logged_in of the last 7 days 94.5% were rejected")
    assert message.endswith("6 lead(s) are kept as they were meanwhile.")

    # Mended, and one of them had gone all the while.
    repaired = logins(20, 40, people=PEOPLE[3:])
    after = check(build(raw(good, silent_one, repaired), CONFIG, folder=tmp_path))
    assert statuses(after) == {**dict.fromkeys(PEOPLE, True), "u1": False, "u2": False}
    assert after.query(
        "select is_open from pql.sync_alerts where alert_type = 'rejected_events'"
    ) == [(False,)]


@pytest.mark.parametrize(
    ("unit", "factor"), [("seconds", 1), ("milliseconds", 1000), ("microseconds", 1_000_000)]
)
def test_numbers_since_1970_are_read_where_the_column_is_of_them(
    build: Build, unit: str, factor: int
) -> None:
    events = [
        {**row, "occurred_at": str(int(day) * factor)}
        for row in logins(0, 10, "%s")
        for day in [row["occurred_at"]]
    ]
    built = check(build(raw(events), CONFIG, quiet=False, tests=False))
    assert built.query(
        "select sum(accepted_count), max(event_date) from pql.event_reconciliation"
    ) == [(80, date(2026, 5, 10))]
    assert f"its cells are numbers, read as {unit} since 1970" in built.output
    # Beside other times they are none.
    mixed = build(raw(events, logins(10, 12)), CONFIG)
    assert "Most for invalid_timestamp" in mixed.output


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("2026-06-29T12:00:00+02:00", True),
        ("2026-06-29 12:00:00.123 UTC", True),
        ("2026/06/29 12:00", True),
        ("2026-06-29T12:00:00 PST", False),
        ("2026-06-29 12:00:00 America/New_York", False),
        ("29-06-26", False),
        ("29.06.2026", False),
        ("infinity", False),
    ],
)
def test_zones_and_orders_are_not_guessed(build: Build, text: str, is_read: bool, tmp_path) -> None:
    event = {"event_name": "logged_in", "occurred_at": text, "user_id": "u0"}
    built = check(build({"events": [event], "users": USERS}, CONFIG, tests=False))
    assert built.query("select sum(accepted_count) from pql.event_reconciliation") == [
        (int(is_read),)
    ]
