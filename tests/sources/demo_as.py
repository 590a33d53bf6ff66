"""The demo product as vendors store it."""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from conftest import PROJECT

Row = dict[str, Any]
Tables = dict[str, Sequence[Row]]

DEMO = PROJECT / "seeds" / "demo"


def demo_tables() -> Tables:
    """Read the raw tables of the demo."""
    return {
        path.stem: list(csv.DictReader(path.open(newline="", encoding="utf-8")))
        for path in DEMO.glob("*.csv")
    }


def write_folder(folder: Path, tables: Mapping[str, Sequence[Row]]) -> None:
    """Write tables as CSV files, each with the columns that any of its rows has."""
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)


def renamed(rows: Iterable[Row], **names: str) -> list[Row]:
    """Rows with other names of columns, and no others."""
    return [{new: row[old] for new, old in names.items()} for row in rows]


# --- Segment --------------------------------------------------------------------------------------


def as_segment(tables: Tables) -> Tables:
    """Events, users, accounts and links as a Segment warehouse holds them."""
    calls: dict[str, list[Row]] = defaultdict(list)
    for row in track_calls(tables["events"]):
        properties = row.pop("properties")
        calls["tracks"].append(row)
        if row["event"]:
            calls[row["event"]].append(row | properties)
    return calls | {
        "users": renamed(
            tables["users"],
            id="user_id",
            email="email",
            title="job_title",
            account_id="account_id",
            created_at="created_at",
            received_at="created_at",
        ),
        "identifies": renamed(
            tables["identity_links"],
            anonymous_id="from_id",
            user_id="to_user_id",
            timestamp="linked_at",
            received_at="linked_at",
        ),
        "groups": renamed(
            tables["accounts"],
            group_id="account_id",
            name="account_name",
            domain="domain",
            employees="employee_count",
            industry="industry",
            country="country",
            plan="plan_name",
            seats="seat_limit",
            created_at="created_at",
            received_at="created_at",
        ),
    }


def track_calls(events: Iterable[Row]) -> Iterator[Row]:
    """As many calls as an event stands for, unless its properties are no object."""
    for event in events:
        try:
            properties = json.loads(event["properties"] or "{}")
        except ValueError:
            continue
        if not isinstance(properties, dict):
            continue
        count = int(event["event_count"] or 1)
        for number in range(count):
            suffix = f"-{number}" if count > 1 else ""
            yield {
                "id": event["event_id"] + suffix,
                "event": re.sub("[^a-z0-9]+", "_", event["event_name"].lower()),
                "event_text": event["event_name"],
                "timestamp": event["occurred_at"],
                "received_at": event["received_at"],
                "user_id": event["user_id"],
                "anonymous_id": event["anonymous_id"],
                "context_group_id": event["account_id"],
                "uuid_ts": "2030-01-01",
                "properties": properties,
            }
