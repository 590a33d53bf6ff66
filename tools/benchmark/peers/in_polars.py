"""Peer: one definition (six_signal, version 1) scored on each day of the year, by hand in polars.

python -m tools.benchmark.peers.in_polars RAW SEEDS SCORES

RAW and SEEDS are folders, SCORES is the file to write.
"""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl


def within(column: str, days: int) -> pl.Expr:
    """The sum of a column over as many days, of rows of every day in order."""
    return pl.col(column).rolling_sum(days, min_samples=1).over("account_id")


SCORE = (
    25 * (within("tasks", 30) >= 10).cast(pl.Int64)
    + 20 * (within("teammates", 30) >= 1)
    + 20 * (within("pricing", 14) >= 2)
    + 15 * (within("limits", 30) >= 1)
    + 10 * (pl.col("connections").cum_sum().over("account_id") >= 1)
    + 10 * (within("active", 7) >= 1)
)
SIGNALS = ["tasks", "teammates", "pricing", "limits", "connections", "active"]


def read_events(raw: Path) -> pl.DataFrame:
    """Read the events that can be read, each once, with the page of those that have one."""
    is_page = pl.col("event_name") == "page_viewed"
    events = (
        pl.scan_parquet(raw / "events" / "*.parquet")
        .with_columns(
            actor_id=pl.coalesce("user_id", "anonymous_id"),
            received_at=pl.coalesce("received_at", "occurred_at"),
            event_date=pl.col("occurred_at").dt.date(),
        )
        .filter(
            pl.col("event_name").is_not_null(),
            pl.coalesce("actor_id", "account_id").is_not_null(),
            pl.col("occurred_at") >= datetime(2000, 1, 1),
            pl.col("occurred_at") <= pl.col("received_at") + timedelta(hours=24),
            pl.col("properties").is_null()
            | pl.col("properties").str.json_path_match("$").str.starts_with("{"),
        )
        .select(
            "event_id", "event_name", "actor_id", "account_id", "event_date", "occurred_at",
            "received_at",
            page=pl.when(is_page).then(pl.col("properties")).str.json_path_match("$.page"),
        )
        .collect()
    )  # fmt: skip
    is_repeated = pl.col("event_id").is_duplicated()
    once = (
        events.filter(is_repeated)
        .sort("received_at")
        .unique(["event_id", "event_date"], keep="first")
    )
    return pl.concat([events.filter(~is_repeated), once])


def count_acts(events: pl.DataFrame, raw: Path) -> pl.DataFrame:
    """Count what the signals ask for by user, account as named, and day."""
    links = pl.read_parquet(raw / "identity_links.parquet")
    name = pl.col("event_name")
    user_id = pl.coalesce("to_user_id", "actor_id")
    return (
        events.join(links, left_on="actor_id", right_on="from_id", how="left")
        .group_by(user_id.alias("user_id"), "account_id", "event_date")
        .agg(
            tasks=(name == "task_created").sum(),
            teammates=((name == "invite_accepted") & user_id.is_not_null()).sum(),
            pricing=(pl.col("page") == "pricing").sum(),
            limits=(name == "limit_reached").sum(),
            connections=name.is_in(["data_source_connected", "api_connected"]).sum(),
            active=pl.len(),
        )
    )


def place_users(acts: pl.DataFrame, raw: Path, seeds: Path) -> pl.DataFrame:
    """Find the account of each user, and whether it is one of our own people."""
    domains = pl.concat(
        pl.read_csv(seeds / path, columns=["domain", "domain_type"])
        for path in ("reference/mail_domains.csv", "config/special_domains.csv")
    )
    domain_accounts = (
        pl.read_parquet(raw / "accounts.parquet")
        .join(domains, on="domain", how="left")
        .filter(~pl.col("domain_type").fill_null("").is_in(["free", "disposable", "education"]))
        .group_by("domain")
        .agg(domain_account=pl.col("account_id").min())
    )
    named_accounts = (
        acts.drop_nulls(["user_id", "account_id"])
        .group_by("user_id", named_account="account_id")
        .agg(pl.col("event_date").max())
        .sort("event_date", "named_account", descending=[True, False])
        .unique("user_id", keep="first", maintain_order=True)
    )
    return (
        pl.read_parquet(raw / "users.parquet")
        .with_columns(domain=pl.col("email").str.split("@").list.get(1, null_on_oob=True))
        .join(named_accounts, on="user_id", how="left")
        .join(domain_accounts, on="domain", how="left")
        .join(domains, on="domain", how="left")
        .select(
            "user_id",
            user_account=pl.coalesce("account_id", "named_account", "domain_account"),
            is_staff=pl.col("domain_type").eq_missing("internal"),
        )
    )


def score_days(acts: pl.DataFrame, users: pl.DataFrame, as_of_date: date) -> pl.DataFrame:
    """Score each account on each day from its first active one."""
    active_days = (
        acts.join(users, on="user_id", how="left")
        .with_columns(account_id=pl.coalesce("account_id", "user_account"))
        .filter(
            pl.col("account_id").is_not_null(),
            ~pl.col("is_staff").fill_null(False),
            pl.col("event_date") <= as_of_date,
        )
        .group_by("account_id", day="event_date")
        .agg(pl.col(SIGNALS).sum().cast(pl.Int64))
    )
    return (
        active_days.group_by("account_id")
        .agg(day=pl.date_range(pl.col("day").min(), as_of_date))
        .explode("day")
        .join(active_days, on=["account_id", "day"], how="left")
        .with_columns(pl.col(SIGNALS).fill_null(0))
        .sort("account_id", "day")
        .select("account_id", "day", score=SCORE)
    )


def main(raw: Path, seeds: Path, scores: Path) -> None:
    """Write the score of each account and day."""
    events = read_events(raw)
    as_of_date = min(events["occurred_at"].max(), events["received_at"].max()).date()
    acts = count_acts(events, raw)
    score_days(acts, place_users(acts, raw, seeds), as_of_date).write_parquet(scores)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
