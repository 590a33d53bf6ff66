"""The demo's raw tables: the same bytes each time, of the promised size, with all their dirt."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "seeds" / "demo"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder that a fresh run writes, and what the run prints."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "tools.demo_data", "--output", folder]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return folder, printed


@pytest.fixture(scope="module")
def tables():
    return {path.stem: list(csv.DictReader(path.open(newline=""))) for path in DEMO.glob("*.csv")}


def moment(text):
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def reject_reason(row):
    occurred = moment(row["occurred_at"])
    received = moment(row["received_at"] or row["occurred_at"])
    try:
        is_object = isinstance(json.loads(row["properties"] or "{}"), dict)
    except ValueError:
        is_object = False
    holds = {
        "missing_event_name": not row["event_name"],
        "missing_actor": not (row["user_id"] or row["anonymous_id"] or row["account_id"]),
        "invalid_timestamp": not (occurred and received),
        "future_timestamp": occurred and received and occurred - received > timedelta(hours=24),
        "implausible_timestamp": occurred and occurred.year < 2000,
        "invalid_properties": not is_object,
    }
    return next((reason for reason, is_so in holds.items() if is_so), None)


def test_the_script_reproduces_the_committed_bytes(made):
    folder, _ = made
    committed = {path.name: path.read_bytes() for path in DEMO.glob("*.csv")}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == committed
    assert not any(b"\r" in content for content in committed.values())


def test_the_readme_counts_the_dirt_that_the_script_plants(made):
    _, printed = made
    planted = dict(line.split() for line in printed.splitlines())
    listed = dict(re.findall(r"^\| (\w+) \| (\d+) \|", (DEMO / "README.md").read_text(), re.M))
    assert len(listed) == 45
    assert listed.items() <= planted.items()
    assert planted.keys() - listed.keys() <= {path.stem for path in DEMO.glob("*.csv")}


def test_sizes(tables):
    paid_first = {}
    for row in tables["subscriptions"]:
        if row["account_id"] and row["stage"] == "paid":
            earliest = paid_first.setdefault(row["account_id"], row["started_at"])
            paid_first[row["account_id"]] = min(earliest, row["started_at"])
    assert 25_000 <= len(tables["events"]) <= 30_000
    assert len(tables["users"]) == 2_000
    assert 290 <= len(tables["accounts"]) <= 330
    assert 60 <= sum(started > "2026" for started in paid_first.values()) <= 90
    accepted = [row for row in tables["events"] if not reject_reason(row)]
    for column in ("occurred_at", "received_at"):
        assert max(row[column] for row in accepted)[:10] == "2026-06-30"


def test_every_reject_reason_and_every_kind_of_duplicate_occurs(tables):
    reasons = Counter(reject_reason(row) for row in tables["events"])
    assert reasons.pop(None) > 25_000
    assert reasons == {
        "missing_event_name": 8,
        "missing_actor": 7,
        "invalid_timestamp": 7,
        "future_timestamp": 3,
        "implausible_timestamp": 4,
        "invalid_properties": 9,
    }
    accepted = [row for row in tables["events"] if not reject_reason(row)]
    rows_of = Counter((row["event_id"], row["occurred_at"]) for row in accepted)
    exact = Counter(tuple(row.values()) for row in accepted)
    dates = defaultdict(set)
    for row in accepted:
        dates[row["event_id"]].add(row["occurred_at"][:10])
    assert sum(count - 1 for count in exact.values()) == 62
    assert sum(count - 1 for count in rows_of.values()) == 182
    assert sum(len(dates[event_id]) > 1 for event_id in dates if event_id) == 6


def test_identity_is_tangled_and_has_no_cycle(tables):
    users = {row["user_id"] for row in tables["users"]}
    links = defaultdict(list)
    for link in tables["identity_links"]:
        links[link["from_id"]].append((link["linked_at"], link["to_user_id"]))
    assert sum(len(targets) > 1 for targets in links.values()) == 3
    assert sum(from_id in users for from_id in links) == 4
    lengths = Counter()
    for from_id in links:
        length = 0
        while from_id in links:
            from_id, length = max(links[from_id])[1], length + 1
            assert length < 5
        assert from_id in users
        lengths[length] += 1
    assert lengths[2] >= 4
    assert {row["user_id"] for row in tables["deletion_requests"]} <= users


def test_the_message_milestone_is_met_missed_and_met_exactly(tables):
    accepted = {
        (row["event_id"], row["occurred_at"]): row
        for row in tables["events"]
        if row["event_name"] == "message_sent" and not reject_reason(row)
    }
    messages = Counter()
    for row in accepted.values():
        messages[row["account_id"]] += int(row["event_count"])
    names = {row["account_id"]: row["account_name"] for row in tables["accounts"]}
    talkers = {names[account]: messages[account] for account in names if messages[account] > 1_900}
    assert talkers == {"Copperline Agency": 2650, "Roundhouse Radio": 2000, "Nearly Freight": 1999}
