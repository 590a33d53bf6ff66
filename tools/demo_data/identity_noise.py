"""Dirt in who is who and what is known of them. Each function says how much of it there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

from tools.demo_data.names import COMPETITOR, EDUCATION_MAIL, FREE_MAIL, VENDOR
from tools.demo_data.world import END, START, Dice, Row, World, cell, mail_domain, parse

SPRING, LATE_JUNE = date(2026, 2, 2), date(2026, 6, 19)


def alone_on_free_mail(row: Row) -> bool:
    """A user without an account, on free mail."""
    return not row["account_id"] and mail_domain(row) in FREE_MAIL


def unknown_visitors(world: World, dice: Dice) -> int:
    """Anonymous visitors who never signed up."""
    for _ in range(60):
        visitor = world.new_id("anon")
        for _ in range(dice.whole(1, 3)):
            when = dice.workmoment(START, END - timedelta(days=1))
            page = {"page": dice.pick(("templates", "help"))}
            world.event("page_viewed", when, page, anonymous_id=visitor)
    return 60


def visitor_chains(world: World, dice: Dice) -> int:
    """A visitor's older device, linked to the newer one, which is linked to the user."""
    links = world.rows("identity_links", lambda row: row["linked_at"] > "2026-03")
    for link in dice.sample(links, 3):
        device, linked_at = world.new_id("anon"), parse(link["linked_at"]) - timedelta(days=1)
        world.add("identity_links", from_id=device, to_user_id=link["from_id"], linked_at=linked_at)
        seen = linked_at - timedelta(days=40)
        world.event("page_viewed", seen, {"page": "templates"}, anonymous_id=device)
    return 3


def relinked_visitors(world: World, dice: Dice) -> int:
    """A shared device, linked to one user first and to another later: the later link holds."""
    links = world.rows("identity_links", lambda row: row["to_user_id"].startswith("u"))
    users = world.rows("users", lambda row: row["account_id"])
    for link in dice.sample(links, 3):
        world.add(
            "identity_links",
            from_id=link["from_id"],
            to_user_id=dice.pick(users)["user_id"],
            linked_at=parse(link["linked_at"]) - timedelta(days=3),
        )
    return 3


def merged_users(world: World, dice: Dice) -> int:
    """People who began on private mail, one of them as a linked visitor, and work elsewhere now."""
    linked = {link["to_user_id"] for link in world.tables["identity_links"]}
    alone = world.rows("users", alone_on_free_mail)
    survivors = world.rows(
        "users",
        lambda row: (
            row["account_id"] and row["created_at"] < "2026-06" and row["user_id"] not in linked
        ),
    )
    merged = dice.sample([row for row in alone if row["user_id"] in linked], 1)
    merged += dice.sample([row for row in alone if row["user_id"] not in linked], 3)
    for old, survivor in zip(merged, dice.sample(survivors, len(merged)), strict=True):
        world.add(
            "identity_links",
            from_id=old["user_id"],
            to_user_id=survivor["user_id"],
            linked_at=dice.workmoment(date(2026, 6, 1), END),
        )
    return len(merged)


def people_in_two_accounts(world: World, dice: Dice) -> int:
    """Consultants with an account of their own who also work in a client's."""
    users = world.rows("users", lambda row: row["account_id"] and row["created_at"] < "2026-05")
    hosts = dice.sample([row["account_id"] for row in world.tables["accounts"]], 4)
    for guest, host in zip(dice.sample(users, 4), hosts, strict=True):
        for _ in range(4):
            world.event(
                "task_created",
                dice.workmoment(date(2026, 5, 4), LATE_JUNE),
                {"project_id": f"p_{host}_1"},
                user_id=guest["user_id"],
                account_id=host,
            )
    return 4


def staff_in_customer_accounts(world: World, dice: Dice) -> int:
    """Support staff at work in customers' accounts: their events count for nobody."""
    staff = world.rows("users", lambda row: mail_domain(row).endswith(VENDOR))
    paying = world.rows("subscriptions", lambda row: row["account_id"])
    for number in range(15):
        world.event(
            "project_created",
            dice.workmoment(date(2026, 6, 1), date(2026, 6, 29)),
            {"project_id": f"p_support_{number}"},
            user_id=dice.pick(staff)["user_id"],
            account_id=dice.pick(paying)["account_id"],
        )
    return 15


def hopeless_demo_requests(world: World, dice: Dice) -> int:
    """A competitor, a student and someone on free mail ask for a demo in the last days."""
    for domains in ((COMPETITOR,), EDUCATION_MAIL, FREE_MAIL):
        users = world.rows("users", lambda row, domains=domains: mail_domain(row) in domains)
        user_id = dice.pick([row for row in users if row["created_at"] < "2026-06"])["user_id"]
        when = dice.workmoment(LATE_JUNE, END - timedelta(days=1))
        world.event("demo_requested", when, {"source": "docs"}, user_id=user_id)
    return 3


def users_known_by_events_only(world: World, dice: Dice) -> int:
    """Users whose row names no account, while their events do."""
    seen = {row["user_id"] for row in world.tables["events"] if row["account_id"]}
    users = world.rows("users", lambda row: row["account_id"] and row["user_id"] in seen)
    for row in dice.sample(users, 15):
        row["account_id"] = ""
    return 15


def mixed_case_mail(world: World, dice: Dice) -> int:
    """Addresses typed with capitals."""
    for row in dice.sample(world.rows("users", lambda row: row["account_id"]), 12):
        row["email"] = row["email"].title()
    return 12


def blank_mail(world: World, dice: Dice) -> int:
    """Users without a mail address."""
    for row in dice.sample(world.rows("users", alone_on_free_mail), 10):
        row["email"] = ""
    return 10


def accounts_without_domain(world: World, dice: Dice) -> int:
    """Accounts whose domain nobody entered."""
    drawn = world.rows("accounts", lambda row: row["plan_name"] == "free")
    for row in dice.sample(drawn, 5):
        row["domain"] = ""
    return 5


def dated_employee_counts(world: World, dice: Dice) -> int:
    """Companies that grew: the old size was always known, the new one since some day."""
    sized = world.rows("accounts", lambda row: row["employee_count"])
    for row in dice.sample(sized, 10):
        account_id, new = row["account_id"], row["employee_count"]
        old = str(max(2, int(new) // dice.whole(2, 5)))
        world.attribute("account", account_id, "employee_count", old)
        known_from = dice.workday(SPRING, LATE_JUNE)
        world.attribute("account", account_id, "employee_count", new, known_from)
    return 10


def accounts_enriched_later(world: World, dice: Dice) -> int:
    """Size and industry unknown to the product until a provider supplied them; one is a lead."""
    dated = {row["entity_id"] for row in world.tables["attributes"]}
    whole = world.rows(
        "accounts", lambda row: row["employee_count"] and row["account_id"] not in dated
    )
    lead = [row for row in whole if row["account_name"] == "Brightloom Consulting"]
    enriched = lead + dice.sample([row for row in whole if row not in lead], 7)
    for row in enriched:
        known_from = dice.workday(date(2026, 4, 1), LATE_JUNE)
        for column in ("employee_count", "industry"):
            world.attribute("account", row["account_id"], column, row[column], known_from)
            row[column] = ""
    return len(enriched)


def further_attributes(world: World, dice: Dice) -> int:
    """Attributes the contract does not name: an account's funding stage, a user's seniority."""
    before = len(world.tables["attributes"])
    stages = ("bootstrapped", "seed", "series_a", "series_b", "public")
    for row in dice.sample(world.tables["accounts"], 80):
        account_id, stage = row["account_id"], dice.whole(0, 3)
        world.attribute("account", account_id, "funding_stage", stages[stage])
        if dice.chance(0.15):
            known_from = dice.workday(SPRING, LATE_JUNE)
            world.attribute("account", account_id, "funding_stage", stages[stage + 1], known_from)
    for row in dice.sample(world.rows("users", lambda row: row["job_title"]), 60):
        seniority = dice.pick(("staff", "manager", "director"))
        world.attribute("user", row["user_id"], "seniority", seniority)
    return len(world.tables["attributes"]) - before


def known_future_dates(world: World, dice: Dice) -> int:
    """Three customers have given notice for the end of July; one has bought a line from then on."""
    running = world.rows("subscriptions", lambda row: row["account_id"] and not row["ended_at"])
    automated = {row["account_id"] for row in running if row["product_line"] == "automate"}
    settled = [
        row
        for row in running
        if row["product_line"] == "core" and row["account_id"] not in automated
    ]
    buyer, *leaving = dice.sample(settled, 4)
    august = datetime(2026, 8, 1)
    for row in leaving:
        row["ended_at"] = cell(august)
    world.add(
        "subscriptions",
        subscription_id=world.new_id("sub"),
        account_id=buyer["account_id"],
        product_line="automate",
        plan_name="automate",
        stage="paid",
        started_at=august,
        mrr="50.00",
    )
    return 4


def deletion_requests(world: World, dice: Dice) -> int:
    """One person who was at work in an account asks to be forgotten."""
    events = Counter(row["user_id"] for row in world.tables["events"])
    busy = world.rows(
        "users",
        lambda row: (
            row["account_id"] and row["email"].islower() and 12 <= events[row["user_id"]] <= 30
        ),
    )
    row = dice.pick(busy)
    requested_at = datetime(2026, 6, 26, 9, 30)
    world.add(
        "deletion_requests", user_id=row["user_id"], email=row["email"], requested_at=requested_at
    )
    return 1


IDENTITY_NOISE: tuple[Callable[[World, Dice], int], ...] = (
    unknown_visitors,
    visitor_chains,
    relinked_visitors,
    merged_users,
    people_in_two_accounts,
    staff_in_customer_accounts,
    hopeless_demo_requests,
    users_known_by_events_only,
    mixed_case_mail,
    blank_mail,
    accounts_without_domain,
    dated_employee_counts,
    accounts_enriched_later,
    further_attributes,
    known_future_dates,
    deletion_requests,
)
