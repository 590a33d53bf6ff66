"""Chance, time, and the raw tables as they fill up."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar

Row = dict[str, str]
Value = str | int | float | bool | date | dict[str, "str | float"] | None
T = TypeVar("T")

SEED = 20260630
START, END = date(2026, 1, 1), date(2026, 6, 30)
LAST_MOMENT = datetime(2026, 6, 30, 20, 0)
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"

# The raw contract: tables and their columns, in order.
TABLES: dict[str, tuple[str, ...]] = {
    name: tuple(columns.split())
    for name, columns in {
        "events": "event_id event_name occurred_at received_at user_id anonymous_id account_id"
        " properties event_count",
        "users": "user_id email account_id job_title created_at crm_contact_id email_opt_out",
        "accounts": "account_id account_name domain employee_count industry country plan_name"
        " seat_limit created_at crm_account_id crm_owner_id",
        "identity_links": "from_id to_user_id linked_at",
        "account_links": "from_account_id to_account_id linked_at",
        "attributes": "entity_type entity_id attribute value known_from",
        "subscriptions": "subscription_id account_id user_id product_line plan_name stage"
        " started_at ended_at mrr",
        "opportunities": "opportunity_id account_id user_id product_line lead_source created_at"
        " closed_at is_closed is_won amount",
        "marketing_leads": "lead_id user_id account_id email qualified_at",
        "contact_verifications": "email status verified_at",
        "sales_activities": "activity_id account_id user_id activity_type owner occurred_at",
        "lead_responses": "entity_type entity_id status reason responded_at snooze_until",
        "deletion_requests": "user_id email requested_at",
    }.items()
}


class Dice:
    """Chance from one named stream, so that a change to one account leaves the others alone.

    Only random() is used: Python promises its sequence across versions, and no other method's.
    """

    def __init__(self, name: str) -> None:
        self.roll = random.Random(f"{SEED}/{name}").random

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.roll() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.roll() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, all equally likely."""
        return options[int(self.roll() * len(options))]

    def sample(self, options: Sequence[T], size: int) -> list[T]:
        """So many different options, or all if there are fewer."""
        left = list(options)
        return [left.pop(int(self.roll() * len(left))) for _ in range(min(size, len(left)))]

    def few(self, mean: float) -> int:
        """A count with this mean (Poisson)."""
        limit, product, count = math.exp(-mean), self.roll(), 0
        while product > limit:
            product *= self.roll()
            count += 1
        return count

    def moment(self, day: date) -> datetime:
        """A time in the working hours of a day."""
        clock = time(self.whole(7, 17), self.whole(0, 59), self.whole(0, 59))
        return datetime.combine(day, clock)

    def workday(self, first: date, last: date) -> date:
        """A day from first to last; none of a weekend unless there is no other."""
        choices = list(each_day(first, last))
        return self.pick([day for day in choices if day.weekday() < 5] or choices)

    def workmoment(self, first: date, last: date) -> datetime:
        """A time in the working hours of a working day from first to last."""
        return self.moment(self.workday(first, last))


def each_day(first: date, last: date) -> Iterator[date]:
    """The days from first to last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def cell(value: Value) -> str:
    """A value as it stands in a CSV file; nothing is a blank cell."""
    if isinstance(value, datetime):
        return value.strftime(TIME_FORMAT)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":")) if value else ""
    return "" if value is None else str(value)


def parse(text: str) -> datetime:
    """The time in a cell."""
    return datetime.strptime(text, TIME_FORMAT)


def mail_domain(row: Row) -> str:
    """The part of a row's mail address behind the @."""
    return row["email"].rpartition("@")[2]


class World:
    """The raw tables, and the running numbers of their ids."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {name: [] for name in TABLES}
        self.numbers: Counter[str] = Counter()
        self.emails: set[str] = set()
        self.clean_events: list[Row] = []  # those that no dirt has been put on yet

    def add(self, table: str, **cells: Value) -> Row:
        """Append a row; columns not given are blank."""
        row = dict.fromkeys(TABLES[table], "") | {key: cell(cells[key]) for key in cells}
        self.tables[table].append(row)
        return row

    def event(
        self, event_name: str, when: datetime, properties: Value = None, **cells: Value
    ) -> None:
        """An event, received seconds later; none is logged before the log begins."""
        when = min(when, LAST_MOMENT)
        if when.date() >= START:
            received = when + timedelta(seconds=2 + when.second % 40)
            self.add(
                "events",
                event_name=event_name,
                occurred_at=when,
                received_at=received,
                properties=properties,
                **cells,
            )

    def attribute(
        self,
        entity_type: str,
        entity_id: str,
        attribute: str,
        value: str,
        known_from: date | None = None,
    ) -> None:
        """A fit attribute, known from some day or always."""
        self.add(
            "attributes",
            entity_type=entity_type,
            entity_id=entity_id,
            attribute=attribute,
            value=value,
            known_from=known_from,
        )

    def rows(self, table: str, suits: Callable[[Row], object]) -> list[Row]:
        """The rows of a table that suit."""
        return [row for row in self.tables[table] if suits(row)]

    def new_id(self, prefix: str, width: int = 4) -> str:
        """The next id with this prefix."""
        self.numbers[prefix] += 1
        return f"{prefix}_{self.numbers[prefix]:0{width}d}"

    def take_clean(self, dice: Dice, size: int, suits: Callable[[Row], object] = bool) -> list[Row]:
        """Events that suit and bear no dirt; they are not given out again."""
        taken = dice.sample([row for row in self.clean_events if suits(row)], size)
        chosen = {id(row) for row in taken}
        self.clean_events = [row for row in self.clean_events if id(row) not in chosen]
        return taken
