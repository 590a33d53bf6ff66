"""Write the demo's raw tables: half a year of a small, made-up work-management product.

    python -m tools.demo_data [--output FOLDER]

Each account's life is simulated day by day: people come, work, invite, look at prices, and some
accounts pay. What makes them pay is `TRUTH` in ground_truth.py and nothing else. Then the dirt that
real logs have is put on top, one function per kind. seeds/demo/README.md explains both.

The same bytes come out each time: one seed, no clock, nothing that could differ in order.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from pathlib import Path

from tools.demo_data.accounts import (
    ODDITIES,
    merged_accounts,
    ordinary_accounts,
    users_without_account,
)
from tools.demo_data.event_noise import EVENT_NOISE
from tools.demo_data.identity_noise import IDENTITY_NOISE
from tools.demo_data.names import DISPOSABLE_MAIL, EDUCATION_MAIL, FREE_MAIL
from tools.demo_data.sales import sell
from tools.demo_data.scenarios import tell_stories
from tools.demo_data.world import TABLES, Dice, World, mail_domain

OUTPUT = Path(__file__).resolve().parents[2] / "seeds" / "demo"


def make_world() -> tuple[World, Counter[str]]:
    """All tables, and how much of each kind of dirt is in them."""
    world, dirt = World(), Counter[str]()
    accounts = ordinary_accounts(world) + tell_stories(world)
    for make_odd in ODDITIES:
        odd = make_odd(world)
        dirt[make_odd.__name__] = len(odd)
        accounts += odd
    merged = merged_accounts(world, accounts)
    alone = users_without_account(world)
    sell(world, accounts + merged, alone)
    dirt["merged_accounts"] = len(merged)
    dirt["users_without_account"] = len(alone)
    dirt["linked_visitors"] = len(world.tables["identity_links"])
    for kind, domains in (
        ("free_mail", FREE_MAIL),
        ("disposable_mail", DISPOSABLE_MAIL),
        ("education_mail", EDUCATION_MAIL),
    ):
        dirt[kind] = sum(mail_domain(row) in domains for row in world.tables["users"])
    for spoil in IDENTITY_NOISE:
        dirt[spoil.__name__] = spoil(world, Dice(spoil.__name__))
    number_events(world)
    for spoil in EVENT_NOISE:
        dirt[spoil.__name__] = spoil(world, Dice(spoil.__name__))
    return world, dirt


def number_events(world: World) -> None:
    """Give ids in the order of occurrence, as one counter would."""
    world.tables["events"].sort(key=lambda row: row["occurred_at"])
    for row in world.tables["events"]:
        row["event_id"] = world.new_id("e", 5)
    world.clean_events = list(world.tables["events"])


def write(world: World, folder: Path) -> None:
    """One CSV file per table: UTF-8, LF, events in the order they came in."""
    world.tables["events"].sort(key=lambda row: (row["received_at"], *row.values()))
    for table in ("users", "accounts"):
        world.tables[table].sort(key=lambda row: next(iter(row.values())))
    folder.mkdir(parents=True, exist_ok=True)
    for table, columns in TABLES.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(world.tables[table])


def main() -> None:
    """Write the tables, and print how many rows they have and how much dirt."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder for the CSV files")
    folder = parser.parse_args().output
    world, dirt = make_world()
    write(world, folder)
    for table, rows in world.tables.items():
        print(f"{table} {len(rows)}")
    for kind, count in sorted(dirt.items()):
        print(f"{kind} {count}")


if __name__ == "__main__":
    main()
