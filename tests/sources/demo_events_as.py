"""The demo's events as the vendors that hold events store them, each with what it can't carry."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from demo_as import HUBSPOT, STRIPE, Row, Tables, as_hubspot, as_segment, as_stripe

# --- a part of the demo ---------------------------------------------------------------------------


def part_of(tables: Tables, one_in: int = 8) -> Tables:
    """One in so many of the demo's accounts, and of its people without one, with all of theirs."""
    chosen = {
        row["account_id"]
        for row in tables["accounts"]
        if number_of(row["account_id"]) % one_in == 0
    }
    people = {
        row["user_id"]
        for row in tables["users"]
        if row["account_id"] in chosen
        or (not row["account_id"] and number_of(row["user_id"]) % one_in == 0)
    }
    links = [row for row in tables["identity_links"] if row["to_user_id"] in people]
    strangers = {row["from_id"] for row in tables["identity_links"]} - {
        row["from_id"] for row in links
    }
    known = {"user_id": people, "account_id": chosen}

    def is_kept(row: Row) -> bool:
        for key, ids in known.items():
            if row.get(key):
                return row[key] in ids
        if row.get("anonymous_id"):
            return row["anonymous_id"] not in strangers
        if "entity_id" in row:
            return row["entity_id"] in people | chosen
        return True

    kept = {name: [row for row in rows if is_kept(row)] for name, rows in tables.items()}
    return kept | {
        "identity_links": links,
        "account_links": [r for r in tables["account_links"] if r["from_account_id"] in chosen],
    }


def number_of(name: str) -> int:
    """The number in an id such as a_001."""
    return int("".join(filter(str.isdigit, name)) or 0)


# --- acts -----------------------------------------------------------------------------------------


# A clock that is fast by more than this is corrected, or refused.
SKEW = timedelta(hours=24)


@dataclass(frozen=True)
class Act:
    """Something that a client or a server has sent, once or several times at one moment."""

    id: str
    name: str
    at: datetime
    received: datetime | None
    user: str
    device: str  # empty of an act of an account alone
    account: str
    properties: dict[str, Any]
    count: int

    @property
    def actor(self) -> str:
        """Whom a vendor that must name somebody names."""
        return self.user or self.device or f"server of {self.account}"

    @property
    def moment(self) -> str:
        """When it was done, in UTC."""
        return f"{self.at:%Y-%m-%d %H:%M:%S.%f}"

    @property
    def taken(self) -> str:
        """When the vendor's server took it, in UTC."""
        return f"{self.received:%Y-%m-%d %H:%M:%S.%f}" if self.received else ""

    @property
    def epoch(self) -> int:
        """When it was done, in seconds."""
        return int(self.at.timestamp())


def acts_of(tables: Tables, *, repeat: bool = True) -> list[Act]:
    """The events that a client can have sent to a vendor.

    A vendor's clocks correct a time that cannot be, or refuse it, and all names and properties are
    well formed: those rows are rejected in the demo, and are not here. Whoever was linked to a
    device has acts on it; a shared one is of whom it was linked to last.

    Args:
        tables: the demo.
        repeat: whether an act that was done several times is as many acts.
    """
    devices = defaultdict(list)
    for row in device_links(tables):
        devices[row["to_user_id"]].append(row["from_id"])
    turn: dict[str, int] = defaultdict(int)
    acts = []
    for row in tables["events"]:
        at, received = time_of(row["occurred_at"]), time_of(row["received_at"])
        properties = object_of(row["properties"])
        count = row["event_count"] if row["event_count"].isdigit() else "1"
        is_sound = (
            at
            and at.year > 2000
            and (not received or at <= received + SKEW)
            and (received or not row["received_at"])
            and (received or at.year == 2026)
            and row["event_name"]
            and (row["user_id"] or row["anonymous_id"] or row["account_id"])
            and properties is not None
        )
        if not is_sound:
            continue
        user, device = row["user_id"], row["anonymous_id"]
        if user:
            own = devices[user] or [f"device of {user}"]
            device = own[turn[user] % len(own)]
            turn[user] += 1
        times = int(count) if repeat else 1
        acts += [
            Act(
                row["event_id"] + (f"-{number}" if times > 1 else ""),
                row["event_name"],
                at,
                received,
                user,
                device,
                row["account_id"],
                properties,
                int(count) // times,
            )
            for number in range(times)
        ]
    return acts


def time_of(text: str) -> datetime | None:
    """Read a time, in UTC unless it says otherwise; none is one that cannot be read."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def object_of(text: str) -> dict[str, Any] | None:
    """Read a JSON object; none is what is not one."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def device_links(tables: Tables) -> list[Row]:
    """The links of devices to users that hold: of several the latest, of a chain the end."""
    links = sorted(tables["identity_links"], key=lambda row: row["linked_at"])
    last = {row["from_id"]: row for row in links if row["from_id"].startswith("anon_")}
    found = []
    for device, row in last.items():
        end = row
        while end["to_user_id"] in last:
            end = last[end["to_user_id"]]
        found.append({**row, "from_id": device, "to_user_id": end["to_user_id"]})
    return found


def other_links(tables: Tables) -> list[Row]:
    """The links of users to users, which no client sends."""
    return [row for row in tables["identity_links"] if not row["from_id"].startswith("anon_")]


# --- all of them ----------------------------------------------------------------------------------


def layouts(tables: Tables) -> dict[str, tuple[Tables, Row]]:
    """The tables of each vendor, and what `vars: sources` says of it."""
    return {
        "segment": (as_segment(tables), {}),
        "hubspot": (as_hubspot(tables), HUBSPOT),
        "stripe": (as_stripe(tables), STRIPE),
        "posthog": (as_posthog(tables), {}),
        "amplitude": (as_amplitude(tables), {"group_type": "company"}),
        "ga4": (as_ga4(tables), {"account_parameter": "account_id"}),
        "mixpanel": (as_mixpanel(tables), {"timezone": "UTC"}),
        "pendo": (as_pendo(tables), {}),
        "snowplow": (as_snowplow(tables), {"account_id": "contexts_com_shop_account_1.0.id"}),
        "heap": (as_heap(tables), {"account_id": "account_id"}),
        "application": (as_application(tables), application_options(tables)),
    }


# --- vendors --------------------------------------------------------------------------------------


def as_posthog(tables: Tables) -> Tables:
    """The batch export of events; who an act is of is a distinct id, known or not."""
    acts = [
        {
            "uuid": act.id,
            "event": act.name,
            "distinct_id": act.actor,
            "team_id": "1",
            "properties": json.dumps(
                act.properties | ({"$groups": {"company": act.account}} if act.account else {})
            ),
            "timestamp": act.moment,
            "created_at": act.taken,
        }
        for act in acts_of(tables)
    ]
    calls = [
        {
            "uuid": f"identify {row['from_id']}",
            "event": "$identify",
            "distinct_id": row["to_user_id"],
            "team_id": "1",
            "properties": json.dumps({"$anon_distinct_id": row["from_id"]}),
            "timestamp": row["linked_at"],
            "created_at": row["linked_at"],
        }
        for row in device_links(tables)
    ]
    groups = [
        {
            "uuid": f"group {row['account_id']}",
            "event": "$groupidentify",
            "distinct_id": "server",
            "team_id": "1",
            "properties": json.dumps(
                {
                    "$group_type": "company",
                    "$group_key": row["account_id"],
                    "$group_set": filled(
                        name=row["account_name"],
                        domain=row["domain"],
                        employee_count=row["employee_count"],
                        industry=row["industry"],
                        country=row["country"],
                        plan=row["plan_name"],
                        seat_limit=row["seat_limit"],
                        created_at=row["created_at"],
                    ),
                }
            ),
            "timestamp": "2026-01-01 00:00:00",
            "created_at": "2026-01-01 00:00:00",
        }
        for row in tables["accounts"]
    ]
    persons = [
        {
            "team_id": "1",
            "distinct_id": row["user_id"],
            "person_id": f"person {row['user_id']}",
            "properties": json.dumps(traits_of(row)),
            "created_at": row["created_at"],
            "_inserted_at": "2026-07-01 00:00:00",
            "is_deleted": "false",
        }
        for row in tables["users"]
    ]
    return {"events": acts + calls + groups, "persons": persons}


def filled(**cells: str) -> Row:
    """The cells that are not empty."""
    return {name: cell for name, cell in cells.items() if cell}


TRAITS = ("email", "account_id", "job_title")


def traits_of(user: Row) -> Row:
    """What a client says of a user."""
    return filled(**{name: user[name] for name in TRAITS})


def as_amplitude(tables: Tables) -> Tables:
    """The export of events; each act has a device, and its number."""
    number: dict[str, str] = {}
    users = {row["user_id"]: row for row in tables["users"]}
    acts = [
        {
            "uuid": act.id,
            "event_type": act.name,
            "event_time": act.moment,
            "server_received_time": act.taken,
            "user_id": act.user,
            "amplitude_id": number.setdefault(
                act.device or act.actor, str(900_000_000 + len(number))
            ),
            "device_id": act.device or act.actor,
            "groups": json.dumps({"company": [act.account]} if act.account else {}),
            "event_properties": json.dumps(act.properties),
            "user_properties": json.dumps(traits_of(users[act.user]) if act.user in users else {}),
            "user_creation_time": users.get(act.user, {}).get("created_at"),
        }
        for act in acts_of(tables)
    ]
    return {"events_1": acts}


def as_ga4(tables: Tables) -> Tables:
    """A table of each day; no act has an id, and what is sent together has a number."""
    bundle: dict[str, int] = {}
    days: dict[str, list[Row]] = defaultdict(list)
    for act in acts_of(tables):
        days[f"events_{act.at:%Y%m%d}"].append(
            {
                "event_date": f"{act.at:%Y%m%d}",
                "event_timestamp": int(act.at.timestamp() * 1_000_000),
                "event_name": act.name,
                "event_params": json.dumps(
                    [
                        {"key": key, "value": ga4_value(value)}
                        for key, value in (act.properties | account_of(act)).items()
                    ]
                ),
                "event_bundle_sequence_id": bundle.setdefault(act.id, len(bundle)),
                "user_id": act.user,
                "user_pseudo_id": act.device or act.actor,
            }
        )
    return days


def ga4_value(value: Any) -> Row:
    """A parameter's value, under its type."""
    kinds = {str: "string_value", int: "int_value", float: "double_value"}
    return dict.fromkeys(kinds.values()) | {kinds.get(type(value), "string_value"): value}


def account_of(act: Act) -> Row:
    """The account as a property."""
    return {"account_id": act.account} if act.account else {}


def as_mixpanel(tables: Tables) -> Tables:
    """The pipeline's table of events, in UTC; an act of nobody has no distinct id."""
    acts = [
        {
            "event_name": act.name,
            "time": act.epoch,
            "mp_processing_time_ms": int(act.received.timestamp() * 1000) if act.received else "",
            "distinct_id": act.user or (act.device and f"$device:{act.device}"),
            "device_id": act.device,
            "user_id": act.user,
            "insert_id": act.id,
            "properties": json.dumps(
                act.properties | ({"company_id": act.account} if act.account else {})
            ),
        }
        for act in acts_of(tables)
    ]
    people = [
        {
            "distinct_id": row["user_id"],
            "properties": json.dumps(
                filled(
                    **{"$email": row["email"], "$created": row["created_at"]},
                    company_id=row["account_id"],
                    job_title=row["job_title"],
                )
            ),
            "last_seen": "2026-07-01 00:00:00",
        }
        for row in tables["users"]
    ]
    return {"mp_master_event": acts, "mp_people_data_view": people}


def as_pendo(tables: Tables) -> Tables:
    """Hours of visitors and track events; whoever is unknown stays so."""
    acts = acts_of(tables, repeat=False)
    seen: dict[str, Act] = {}
    hours: dict[tuple, list[Act]] = defaultdict(list)
    for act in acts:
        if seen.setdefault(act.id, act) is not act:
            continue  # the vendor has counted it
        visitor = act.user or f"_PENDO_T_{act.actor}"
        said = json.dumps(act.properties, sort_keys=True)
        hours[act.name, visitor, act.account, f"{act.at:%F %H:00:00}", said].append(act)
    names = sorted({act.name for act in acts})
    return {
        "track_type_event": [
            {
                "_fivetran_id": f"row {number}",
                "track_type_id": f"t{names.index(name)}",
                "visitor_id": visitor,
                "account_id": account,
                "timestamp": hour,
                "num_events": sum(act.count for act in found),
                "_fivetran_synced": max(act.taken or act.moment for act in found),
                **{f"param_{key}": value for key, value in json.loads(said).items()},
            }
            for number, ((name, visitor, account, hour, said), found) in enumerate(hours.items())
        ],
        "track_type_history": [
            {
                "id": f"t{number}",
                "name": name,
                "last_updated_at": "2025-12-01 00:00:00",
                "_fivetran_synced": "2025-12-01 01:00:00",
            }
            for number, name in enumerate(names)
        ],
        "visitor_history": [
            {
                "id": row["user_id"],
                "last_updated_at": "2026-07-01 00:00:00",
                "account_id": row["account_id"],
                "agent_email": row["email"],
                "agent_job_title": row["job_title"],
                "agent_created_at": row["created_at"],
            }
            for row in tables["users"]
        ],
        "account_history": [
            {
                "id": row["account_id"],
                "last_updated_at": "2026-07-01 00:00:00",
                "agent_name": row["account_name"],
                "agent_domain": row["domain"],
                "agent_employee_count": row["employee_count"],
                "agent_industry": row["industry"],
                "agent_country": row["country"],
                "agent_plan": row["plan_name"],
                "agent_seats": row["seat_limit"],
                "agent_created_at": row["created_at"],
            }
            for row in tables["accounts"]
        ],
    }


def as_snowplow(tables: Tables) -> Tables:
    """The wide table of events; the account is in a context."""
    acts = [
        {
            "app_id": "shop",
            "event_id": act.id,
            "event": "unstruct",
            "event_name": act.name,
            "derived_tstamp": act.moment,
            "collector_tstamp": act.taken or act.moment,
            "load_tstamp": "2030-01-01",
            "user_id": act.user,
            "domain_userid": act.device,
            f"unstruct_event_com_shop_{act.name}_1": json.dumps(act.properties),
            "contexts_com_shop_account_1": json.dumps([{"id": act.account}] if act.account else []),
        }
        for act in acts_of(tables)
    ]
    return {"events": acts}


def as_heap(tables: Tables) -> Tables:
    """All events, a table of each, and Heap's users; whose an act is, is an id of Heap's."""
    acts = acts_of(tables)
    calls: dict[str, list[Row]] = defaultdict(list)
    owner = {row["from_id"]: row["to_user_id"] for row in device_links(tables)}
    identities: dict[str, str] = {}
    for act in acts:
        heap_id = act.device or act.actor
        identities[heap_id] = act.user or owner.get(act.device, "")
        row = {
            "event_id": act.id,
            "time": act.moment,
            "user_id": heap_id,
            "session_id": "1",
            "account_id": act.account,
        }
        calls["all_events"].append(row | {"event_table_name": act.name})
        calls[act.name].append(row | act.properties)
    known = {row["user_id"]: row for row in tables["users"]}
    identities |= {f"device of {user}": user for user in known.keys() - set(identities.values())}
    users = [
        {
            "user_id": device,
            "identity": user,
            "last_modified": "2026-06-30 00:00:00",
            "joindate": known.get(user, {}).get("created_at"),
            **traits_of(known.get(user) or dict.fromkeys(TRAITS, "")),
        }
        for device, user in identities.items()
    ]
    return calls | {"users": users}


# An application calls its columns as it likes; here, as the contract does.
APPLICATION = {"people": "users", "organizations": "accounts", "plans": "subscriptions"}


def as_application(tables: Tables) -> Tables:
    """A table of each kind of act, with a column for each of its properties."""
    calls: dict[str, list[Row]] = defaultdict(list)
    for act in acts_of(tables, repeat=False):
        calls[act.name].append(
            {
                "id": act.id,
                "created_at": act.moment,
                "taken_at": act.taken,
                "created_by": act.user,
                "session": "" if act.user else act.device,
                "organization_id": act.account,
                "times": act.count,
                **act.properties,
            }
        )
    return calls | {name: tables[kind] for name, kind in APPLICATION.items()}


def application_options(tables: Tables) -> Row:
    """What the vars say of an application's tables."""
    standard = {"id", "created_at", "taken_at", "created_by", "session", "organization_id", "times"}
    return {
        "events": [
            {
                "table": name,
                "event_id": "id",
                "event_name": f"={name}",
                "occurred_at": "created_at",
                "received_at": "taken_at",
                "user_id": "created_by",
                "anonymous_id": "session",
                "account_id": "organization_id",
                "event_count": "times",
                "properties": sorted({key for row in rows for key in row} - standard),
            }
            for name, rows in as_application(tables).items()
            if name not in APPLICATION
        ]
    } | {
        kind: {"table": name, **{column: column for column in tables[kind][0]}}
        for name, kind in APPLICATION.items()
    }
