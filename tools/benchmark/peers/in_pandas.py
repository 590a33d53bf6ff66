"""Peer: one definition (six_signal, version 1) scored on each day of the year, by hand in pandas.

    python -m tools.benchmark.peers.in_pandas RAW SEEDS SCORES

DuckDB reads and writes the Parquet files, which pandas alone can't.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
import pandas as pd

COLUMNS = """
    event_id, event_name, coalesce(user_id, anonymous_id) as actor_id, account_id, properties,
    occurred_at, coalesce(received_at, occurred_at) as received_at
"""


def read(path: Path, columns: str = "*") -> pd.DataFrame:
    """Read Parquet files."""
    return duckdb.sql(f"select {columns} from read_parquet('{path}')").df()


def parse(properties: str) -> dict[str, object] | None:
    """Parse properties; None if they are no JSON object."""
    try:
        parsed = json.loads(properties)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def read_events(raw: Path) -> pd.DataFrame:
    """Read the events that can be read, each once, with the page of those that have one."""
    events = read(raw / "events" / "*.parquet", COLUMNS)
    # each text is parsed once
    parsed = {text: parse(text) for text in events["properties"].dropna().unique()}
    broken = [text for text, properties in parsed.items() if properties is None]
    pages = {text: properties.get("page") for text, properties in parsed.items() if properties}
    events["event_date"] = events["occurred_at"].dt.normalize()
    events["page"] = events["properties"].map(pages)
    events = events[
        events["event_name"].notna()
        & (events["actor_id"].notna() | events["account_id"].notna())
        & (events["occurred_at"] >= pd.Timestamp(2000, 1, 1))
        & (events["occurred_at"] <= events["received_at"] + pd.Timedelta(hours=24))
        & ~events["properties"].isin(broken)
    ].drop(columns="properties")
    is_repeated = events["event_id"].duplicated(keep=False)
    once = events[is_repeated].sort_values("received_at")
    once = once.drop_duplicates(["event_id", "event_date"])
    return pd.concat([events[~is_repeated], once])


def count_acts(events: pd.DataFrame, raw: Path) -> pd.DataFrame:
    """Count what the signals ask for by user, account as named, and day."""
    links = read(raw / "identity_links.parquet").set_index("from_id")["to_user_id"]
    user_id = events["actor_id"].map(links).fillna(events["actor_id"])
    name = events["event_name"]
    signals = {
        "tasks": name == "task_created",
        "teammates": (name == "invite_accepted") & user_id.notna(),
        "pricing": (name == "page_viewed") & (events["page"] == "pricing"),
        "limits": name == "limit_reached",
        "connections": name.isin(["data_source_connected", "api_connected"]),
        "active": name.notna(),
    }
    acts = pd.DataFrame(
        {
            "user_id": user_id,
            "account_id": events["account_id"],
            "event_date": events["event_date"],
            **signals,
        }
    )
    keys = ["user_id", "account_id", "event_date"]
    return acts.groupby(keys, dropna=False, sort=False, as_index=False).sum()


def place_users(acts: pd.DataFrame, raw: Path, seeds: Path) -> pd.DataFrame:
    """Find the account of each user, and whether it is one of our own people."""
    domain_types = pd.concat(
        pd.read_csv(seeds / path).set_index("domain")["domain_type"]
        for path in ("reference/mail_domains.csv", "config/special_domains.csv")
    )
    accounts = read(raw / "accounts.parquet")
    private = accounts["domain"].map(domain_types).isin(["free", "disposable", "education"])
    domain_accounts = accounts[~private].groupby("domain")["account_id"].min()
    named_accounts = (
        acts.dropna(subset=["user_id", "account_id"])
        .sort_values(["event_date", "account_id"], ascending=[False, True])
        .drop_duplicates("user_id")
        .set_index("user_id")["account_id"]
    )
    users = read(raw / "users.parquet").set_index("user_id")
    domain = users["email"].str.split("@").str.get(1)
    account = users["account_id"].fillna(users.index.to_series().map(named_accounts))
    return pd.DataFrame(
        {
            "user_account": account.fillna(domain.map(domain_accounts)),
            "is_staff": domain.map(domain_types) == "internal",
        }
    )


def score_days(acts: pd.DataFrame, users: pd.DataFrame, as_of_date: pd.Timestamp) -> pd.DataFrame:
    """Score each account on each day from its first active one.

    Tables are wide here: a row is an account, a column a day.
    """
    acts = acts.join(users, on="user_id")
    acts["account_id"] = acts["account_id"].fillna(acts["user_account"])
    acts = acts[~acts["is_staff"].eq(True) & (acts["event_date"] <= as_of_date)]
    active_days = acts.drop(columns=["user_id", "user_account", "is_staff"])
    active_days = active_days.groupby(["account_id", "event_date"]).sum()
    days = pd.date_range(acts["event_date"].min(), as_of_date, name="day")

    def within(signal: str, day_count: int) -> pd.DataFrame:
        by_day = active_days[signal].unstack(fill_value=0).reindex(columns=days, fill_value=0)
        so_far = by_day.cumsum(axis=1)
        return so_far - so_far.shift(day_count, axis=1, fill_value=0)

    scores = (
        25 * (within("tasks", 30) >= 10)
        + 20 * (within("teammates", 30) >= 1)
        + 20 * (within("pricing", 14) >= 2)
        + 15 * (within("limits", 30) >= 1)
        + 10 * (within("connections", len(days)) >= 1)
        + 10 * (within("active", 7) >= 1)
    )
    began = within("active", len(days)) > 0
    return scores.where(began).stack().dropna().astype(int).rename("score").reset_index()


def main(raw: Path, seeds: Path, scores: Path) -> None:
    """Write the score of each account and day."""
    events = read_events(raw)
    as_of_date = min(events["occurred_at"].max(), events["received_at"].max()).normalize()
    acts = count_acts(events, raw)
    days = score_days(acts, place_users(acts, raw, seeds), as_of_date)
    duckdb.from_df(days).write_parquet(str(scores))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
