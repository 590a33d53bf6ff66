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
        stated = event["event_count"] or ""
        count = int(stated) if stated.isdigit() else 1
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


# --- CRM and billing ------------------------------------------------------------------------------

HUBSPOT = {
    "account_id": "app_account_id",
    "user_id": "app_user_id",
    "product_line": "product_line",
    "lead_source": "lead_source",
}
STRIPE = {
    "account_id": "metadata.account_id",
    "user_id": "metadata.user_id",
    "product_line": "metadata.product_line",
}


def as_hubspot(tables: Tables) -> Tables:
    """Contacts, companies, deals, merges and acts of sales as Fivetran loads them from HubSpot.

    Whom sales has dealt with is a contact or a company; of contacts only those without an address
    have our id.
    """
    deals, acts = tables["opportunities"], tables["sales_activities"]
    survivors = final_accounts(tables["account_links"])
    qualified = {row["user_id"] or row["email"]: row for row in tables["marketing_leads"]}
    dealt_with = {
        key: {row[key] for row in (*deals, *acts, *tables["marketing_leads"])}
        for key in ("user_id", "account_id")
    }
    contacts = {
        row["user_id"]: row["crm_contact_id"] or f"contact of {row['user_id']}"
        for row in tables["users"]
        if row["crm_contact_id"]
        or row["email_opt_out"] == "true"
        or row["user_id"] in dealt_with["user_id"]
        or row["email"] in qualified
    }
    companies = {
        row["account_id"]: row["crm_account_id"] or f"company of {row['account_id']}"
        for row in tables["accounts"]
        if row["crm_account_id"]
        or row["account_id"] in dealt_with["account_id"]
        or row["account_id"] in survivors.keys() | set(survivors.values())
    }
    mailed = {row["email"] for row in tables["users"]}
    return {
        "contact": [
            {
                "id": contacts[row["user_id"]],
                "property_email": row["email"],
                "property_app_user_id": "" if row["email"] else row["user_id"],
                "property_jobtitle": row["job_title"],
                "property_hs_email_optout": row["email_opt_out"],
                "property_associatedcompanyid": companies.get(row["account_id"]),
                "property_hs_lifecyclestage_marketingqualifiedlead_date": (
                    qualified.get(row["user_id"]) or qualified.get(row["email"]) or {}
                ).get("qualified_at"),
            }
            for row in tables["users"]
            if row["user_id"] in contacts
        ]
        + [
            {
                "id": row["lead_id"],
                "property_email": row["email"],
                "property_associatedcompanyid": companies.get(row["account_id"]),
                "property_hs_lifecyclestage_marketingqualifiedlead_date": row["qualified_at"],
            }
            for row in tables["marketing_leads"]
            if not row["user_id"] and row["email"] not in mailed
        ],
        "company": [
            {
                "id": companies[row["account_id"]],
                "property_app_account_id": row["account_id"],
                "property_name": row["account_name"],
                "property_domain": row["domain"],
                "property_numberofemployees": row["employee_count"],
                "property_industry": row["industry"],
                "property_country": row["country"],
                "property_hubspot_owner_id": row["crm_owner_id"],
                "property_hs_merged_object_ids": ";".join(
                    companies[lost] for lost, kept in survivors.items() if kept == row["account_id"]
                ),
                "is_deleted": str(row["account_id"] in survivors).lower(),
            }
            for row in tables["accounts"]
            if row["account_id"] in companies
        ],
        "deal": [
            {
                "deal_id": row["opportunity_id"],
                "deal_pipeline_stage_id": stage_of(row),
                "property_product_line": row["product_line"],
                "property_lead_source": row["lead_source"],
                "property_amount": row["amount"],
                "property_createdate": row["created_at"],
                # of an open one, a guess
                "property_closedate": row["closed_at"] or "2026-06-01T00:00:00Z",
            }
            for row in deals
        ],
        "deal_pipeline_stage": [
            {"stage_id": "s1", "is_closed": "false", "closed_won": "false"},
            {"stage_id": "s2", "is_closed": "true", "closed_won": "true"},
            {"stage_id": "s3", "is_closed": "true", "closed_won": "false"},
        ],
        "deal_stage": [
            {
                "deal_id": row["opportunity_id"],
                "value": stage_of(row),
                "date_entered": row["closed_at"] or row["created_at"],
            }
            for row in deals
        ],
        "deal_company": [
            {
                "deal_id": row["opportunity_id"],
                "company_id": companies[row["account_id"]],
                "type_id": "5",
            }
            for row in deals
        ],
        "deal_contact": [
            {"deal_id": row["opportunity_id"], "contact_id": contacts[row["user_id"]]}
            for row in deals
        ],
        "engagement_contact": [
            {"engagement_id": row["activity_id"], "contact_id": contacts[row["user_id"]]}
            for row in acts
            if row["user_id"]
        ],
        "engagement_company": [
            {
                "engagement_id": row["activity_id"],
                "company_id": companies[survivors.get(row["account_id"], row["account_id"])],
            }
            for row in acts
            if row["account_id"]
        ],
    } | {
        f"engagement_{kind}": [
            {
                "engagement_id": row["activity_id"],
                "property_hs_timestamp": row["occurred_at"],
                "property_hubspot_owner_id": row["owner"],
            }
            for row in acts
            if row["activity_type"] == kind
        ]
        for kind in ("call", "meeting", "email")
    }


def final_accounts(links: Iterable[Row]) -> dict[str, str]:
    """The account that each was merged into at last."""
    found = {row["from_account_id"]: row["to_account_id"] for row in links}
    for lost in found:
        while found[lost] in found:
            found[lost] = found[found[lost]]
    return found


def stage_of(deal: Row) -> str:
    """The stage of a pipeline that a deal is in."""
    if deal["is_closed"] != "true":
        return "s1"
    return "s2" if deal["is_won"] == "true" else "s3"


def as_stripe(tables: Tables) -> Tables:
    """Customers, subscriptions and prices as Fivetran loads them from Stripe."""
    subscriptions = tables["subscriptions"]
    plans = {(row["product_line"], row["plan_name"]) for row in subscriptions}
    # whoever tries a plan would pay for it
    prices = {
        row["subscription_id"]: row["mrr"] if float(row["mrr"]) else "16.00"
        for row in subscriptions
    }
    return {
        "customer": [
            {"id": f"cus_{key}", "livemode": "true", "metadata": json.dumps(metadata)}
            for key, metadata in {
                row["account_id"] or row["user_id"]: {
                    "account_id": row["account_id"] or None,
                    "user_id": row["user_id"] or None,
                }
                for row in subscriptions
            }.items()
        ],
        "subscription_history": [
            {
                "id": row["subscription_id"],
                "_fivetran_active": "true",
                "livemode": "true",
                "customer_id": f"cus_{row['account_id'] or row['user_id']}",
                "status": "canceled" if row["ended_at"] else "active",
                "start_date": row["started_at"],
                "trial_start": row["started_at"] if row["stage"] == "trial" else "",
                "trial_end": row["ended_at"] if row["stage"] == "trial" else "",
                "ended_at": row["ended_at"],
            }
            for row in subscriptions
        ],
        "subscription_item": [
            {
                "subscription_id": row["subscription_id"],
                "price_id": f"price_{row['plan_name']}_{prices[row['subscription_id']]}",
                "quantity": "1",
            }
            for row in subscriptions
        ],
        "price": [
            {
                "id": f"price_{plan}_{price}",
                "product_id": f"prod_{plan}",
                "currency": "usd",
                "unit_amount": round(100 * float(price)),
                "recurring_interval": "month",
                "recurring_interval_count": "1",
            }
            for plan, price in sorted(
                {(row["plan_name"], prices[row["subscription_id"]]) for row in subscriptions}
            )
        ],
        "product": [
            {"id": f"prod_{plan}", "name": plan, "metadata": json.dumps({"product_line": line})}
            for line, plan in sorted(plans)
        ],
    }
