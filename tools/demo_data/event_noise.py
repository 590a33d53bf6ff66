"""Dirt in the event log. Each function returns how many rows it made or changed.

No event gets two kinds of dirt, and what is broken is a copy: nothing planted is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tools.demo_data.world import LAST_MOMENT, START, Dice, Row, World, cell, parse

NOBODY = {"user_id": "", "anonymous_id": "", "account_id": ""}


def copy_of(world: World, row: Row, changed: Row) -> Row:
    """Another raw row like this one, but for the cells changed."""
    world.tables["events"].append(row | changed)
    return world.tables["events"][-1]


def later(text: str, delay: timedelta) -> str:
    """A time so much later, as text, still on the last day."""
    return cell(min(parse(text) + delay, LAST_MOMENT + timedelta(hours=2)))


def local(text: str) -> str:
    """The same moment as a clock two hours ahead of UTC shows it."""
    return cell(parse(text) + timedelta(hours=2)).replace("Z", "+02:00")


def broken_copies(world: World, dice: Dice, *changes: Row) -> int:
    """New raw rows with an id of their own, each spoilt in one way."""
    for row, changed in zip(world.take_clean(dice, len(changes)), changes, strict=True):
        copy_of(world, row, {"event_id": world.new_id("bad")} | changed)
    return len(changes)


def retried_events(world: World, dice: Dice) -> int:
    """The client sent the event again: same id, same date, received later."""
    rows = world.take_clean(dice, 120)
    for row in rows:
        delay = timedelta(minutes=dice.whole(1, 300))
        copy_of(world, row, {"received_at": later(row["received_at"], delay)})
    return len(rows)


def exact_duplicates(world: World, dice: Dice) -> int:
    """The export ran twice: rows alike in every cell."""
    rows = world.take_clean(dice, 60)
    for row in rows:
        copy_of(world, row, {})
    return len(rows)


def blank_event_ids(world: World, dice: Dice) -> int:
    """Six events without an id, two of which came twice."""
    rows = world.take_clean(dice, 6)
    for row in rows:
        row["event_id"] = ""
    return len(rows) + len([copy_of(world, row, {}) for row in rows[:2]])


def ids_on_two_dates(world: World, dice: Dice) -> int:
    """A client's counter restarted: ids of spring events stand on a date in June too."""
    spring = world.take_clean(dice, 6, lambda row: row["occurred_at"] < "2026-05")
    june = world.take_clean(dice, 6, lambda row: row["occurred_at"] > "2026-06")
    for one, other in zip(spring, june, strict=True):
        other["event_id"] = one["event_id"]
    return len(june)


def missing_event_names(world: World, dice: Dice) -> int:
    """Events without a name."""
    return broken_copies(world, dice, *[{"event_name": ""}] * 7)


def missing_actors(world: World, dice: Dice) -> int:
    """Events of nobody: no user, anonymous or account id."""
    return broken_copies(world, dice, *[NOBODY] * 6)


def invalid_timestamps(world: World, dice: Dice) -> int:
    """Times that are blank or cannot be read."""
    occurred = ("", "", "yesterday", "2026-02-30T10:00:00Z", "2026-13-01T10:00:00Z")
    received = ("later today", "2026-06-31T12:00:00Z")
    changes = [{"occurred_at": text} for text in occurred]
    return broken_copies(world, dice, *changes, *[{"received_at": text} for text in received])


def future_timestamps(world: World, dice: Dice) -> int:
    """Clocks that ran far ahead of the time of receipt."""
    times = ("2026-12-24T18:00:00Z", "2027-06-30T12:00:00Z", "2099-12-31T23:59:59Z")
    return broken_copies(world, dice, *[{"occurred_at": text} for text in times])


def implausible_timestamps(world: World, dice: Dice) -> int:
    """Clocks that were never set."""
    times = ("1970-01-01T00:00:00Z",) * 3 + ("1999-12-31T23:59:59Z",)
    return broken_copies(world, dice, *[{"occurred_at": text} for text in times])


def invalid_properties(world: World, dice: Dice) -> int:
    """Properties that are no JSON object."""
    texts = ('{"page":"pricing"', "page=pricing", '["pricing"]', '"pricing"', "42", "undefined")
    return broken_copies(world, dice, *[{"properties": text} for text in texts])


def rows_with_two_faults(world: World, dice: Dice) -> int:
    """No name in one, no actor in the other, and no time in either: the first reason is given."""
    timeless = {"occurred_at": ""}
    return broken_copies(world, dice, {"event_name": ""} | timeless, NOBODY | timeless)


def rejected_then_resent(world: World, dice: Dice) -> int:
    """Broken at first, then sent again in good order under the same id: no duplicate."""
    rows = world.take_clean(dice, 3)
    for row in rows:
        copy_of(world, row, {"properties": '{"cut off'})
        row["received_at"] = later(row["received_at"], timedelta(minutes=10))
    return len(rows)


def late_events(world: World, dice: Dice) -> int:
    """Events received days or weeks after they occurred, from a phone that was off."""
    rows = world.take_clean(dice, 150, lambda row: row["occurred_at"] < "2026-05-15")
    for row in rows:
        row["received_at"] = later(row["received_at"], timedelta(hours=dice.whole(26, 24 * 45)))
    return len(rows)


def fast_clocks(world: World, dice: Dice) -> int:
    """Events that seem to occur hours after they were received: within the skew allowed."""
    first = (START + timedelta(days=2)).isoformat()
    rows = world.take_clean(dice, 12, lambda row: first < row["occurred_at"] < "2026-06-25")
    for row in rows:
        row["received_at"] = cell(parse(row["occurred_at"]) - timedelta(hours=dice.whole(2, 20)))
    return len(rows)


def times_with_offset(world: World, dice: Dice) -> int:
    """A client that writes local time."""
    rows = world.take_clean(dice, 200)
    for row in rows:
        row |= {column: local(row[column]) for column in ("occurred_at", "received_at")}
    return len(rows)


def offsets_past_midnight(world: World, dice: Dice) -> int:
    """Local times after midnight that belong to the day before in UTC."""
    rows = world.take_clean(
        dice, 8, lambda row: row["event_name"] == "logged_in" and row["occurred_at"] < "2026-06-25"
    )
    for row in rows:
        day = row["occurred_at"][:10]
        row["occurred_at"] = local(f"{day}T23:10:00Z")
        row["received_at"] = local(f"{day}T23:10:09Z")
    return len(rows)


def blank_received_times(world: World, dice: Dice) -> int:
    """A source that does not know when it received an event."""
    rows = world.take_clean(dice, 10)
    for row in rows:
        row["received_at"] = ""
    return len(rows)


EVENT_NOISE: tuple[Callable[[World, Dice], int], ...] = (
    retried_events,
    exact_duplicates,
    blank_event_ids,
    ids_on_two_dates,
    missing_event_names,
    missing_actors,
    invalid_timestamps,
    future_timestamps,
    implausible_timestamps,
    invalid_properties,
    rows_with_two_faults,
    rejected_then_resent,
    late_events,
    fast_clocks,
    times_with_offset,
    offsets_past_midnight,
    blank_received_times,
)
