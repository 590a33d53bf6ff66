"""Random raw tables and configurations, with all the dirt of DESIGN section 4.

`generate(seed)` gives the same case for the same seed, on any machine. The configuration is always
valid (warnings apart). Everything is kept sparse and small, so that values cross their thresholds
in both directions, windows end, and days of silence lie between days of work.

Three things the contract leaves to the database are kept out: unlike rows with one event id that
were received at the same moment, two attribute values known from the same date, and JSON numbers
that have several spellings (1.50, 1e3).
"""

import json
import os
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

Tables = dict[str, list[dict[str, str]]]

SEED = int(os.environ.get("PQL_SEED", "20250505"))  # of this run

FIRST_DAY = date(2025, 1, 6)
LAST_DAY = FIRST_DAY + timedelta(days=119)  # the date of the watermark
END = datetime.combine(LAST_DAY, time(23, 30))

# Domains that are surely on the lists of seeds/reference; all others here end in .example.
MAIL_DOMAINS = {
    "gmail.com": "free",
    "yahoo.com": "free",
    "mailinator.com": "disposable",
    "stanford.edu": "education",
}
SPECIAL_DOMAINS = {
    "staff.example": "internal",
    "rival.example": "competitor",
    "friend.example": "partner",
}

PERSONAL_DOMAINS = [
    *MAIL_DOMAINS,
    "cs.stanford.edu",
    "staff.example",
    "hq.staff.example",
    "eu.rival.example",
    "friend.example",
    "nobody.example",
]

EVENT_WEIGHTS = {
    "logged_in": 8,
    "page_viewed": 6,
    "project_created": 4,
    "message_sent": 4,
    "teammate_invited": 4,
    "file_uploaded": 4,
    "limit_reached": 2,
    "ticket_opened": 2,
    "demo_requested": 1,
    "Page_Viewed": 1,  # event names are exact: no signal has this one
}
TEXT_PROPERTIES = {
    "page_viewed": "page",
    "project_created": "project_id",
    "teammate_invited": "invitee",
    "file_uploaded": "size_mb",
    "limit_reached": "limit",
}
NUMBER_PROPERTIES = {
    "file_uploaded": "size_mb",
    "teammate_invited": "seats",
    "ticket_opened": "severity",
}
# event_name, property_name, property_operator, property_value: each operator, each kind of value.
FILTERS = [
    ("page_viewed", "page", "=", "pricing"),
    ("page_viewed|demo_requested", "page", "!=", "billing"),
    ("page_viewed", "page", "in", "pricing|billing"),
    ("page_viewed", "page", "contains", "ric"),
    ("page_viewed", "page", "starts_with", "docs"),
    ("page_viewed", "utm.source", "exists", ""),
    ("page_viewed", "$browser", "=", 'it\'s 100% "new"'),
    ("ticket_opened", "severity", ">=", "3"),
    ("file_uploaded", "size_mb", "<=", "2.5"),
    ("file_uploaded", "size_mb", ">=", "0.3"),
    ("file_uploaded", "size_mb", "exists", ""),
    ("limit_reached", "context", "exists", ""),
    ("limit_reached", "context", "!=", "trial"),
    ("project_created", "template", "=", "true"),
    ("teammate_invited", "seats", "in", "1|3"),
    ("teammate_invited|file_uploaded", "role", "=", "admin"),
]
PLAIN_EVENTS = [
    "logged_in",
    "message_sent",
    "project_created|teammate_invited",
    "page_viewed|file_uploaded",
    "*",
]
BUILT_INS = [
    "@signed_up",
    "@trial_started",
    "@paid_started",
    "@subscription_ended",
    "@marketing_qualified",
    "@trial_started|@paid_started",
    "@signed_up|project_created",
]
CATEGORIES = [
    "activation",
    "adoption",
    "usage",
    "collaboration",
    "intent",
    "limit",
    "hand_raise",
    "activity",
    "negative",
]
AUDIENCES = [
    ["free"],
    ["free", "trial"],
    ["churned", "free", "trial"],
    ["trial", "paid"],
    ["free", "trial", "paid", "churned"],
    ["free", "trial", "paid", "churned"],
]
STATUSES = ["live", "challenger", "draft", "retired"]
INDUSTRIES = ["Software", "retail", "HEALTH", "mining", ""]
COUNTRIES = ["DE", "fr", "US", ""]
TITLES = ["Head of Ops", "Data Analyst", "engineer", "Student", "CFO", ""]
# attribute, operator, value
FIT_CONDITIONS = [
    ("employee_count", ">=", "20"),
    ("employee_count", "<=", "300"),
    ("seat_limit", ">=", "8.5"),
    ("licences", ">=", "4"),
    ("licences", "exists", ""),
    ("industry", "in", "software|Retail|health"),
    ("industry", "not in", "mining"),
    ("country", "!=", "FR"),
    ("country", "=", "us"),
    ("segment", "contains", "MID"),
    ("segment", "not in", "tiny|enterprise"),
    ("plan_name", "exists", ""),
    ("job_title", "contains", "ops"),
    ("job_title", "!=", "student"),
    ("job_title", "not in", "student|engineer"),
    ("job_title", "exists", ""),
    ("domain_type", "not in", "competitor|disposable"),
    ("domain_type", "in", "business|partner|unknown|free"),
]
DISQUALIFIERS = [
    ("domain_type", "in", "competitor|education"),
    ("job_title", "=", "STUDENT"),
    ("employee_count", ">=", "500"),
    ("segment", "contains", "tiny"),
    ("country", "=", "us"),
    ("licences", "<=", "2"),
]


@dataclass(frozen=True)
class Case:
    """Raw tables and a configuration, as rows of text cells."""

    seed: int
    raw: Tables = field(repr=False)
    config: Tables = field(repr=False)


def generate(seed: int) -> Case:
    """The case of a seed."""
    rng = Random(seed)
    raw = RawGenerator(rng).tables()
    return Case(seed, raw, ConfigGenerator(rng, raw).tables())


def chance(rng: Random, probability: float) -> bool:
    return rng.random() < probability


def written(rng: Random, instant: datetime) -> str:
    """A UTC time in one of the spellings of ISO 8601, most with an offset."""
    hours = rng.choice([0, 0, 0, 2, -5, 5.5, -8, 13])
    local = instant + timedelta(hours=hours)
    text = local.isoformat(sep=rng.choice("T "))
    if hours == 0:
        return text + rng.choice(["", "Z", "+00:00"])
    return f"{text}{'+' if hours > 0 else '-'}{int(abs(hours)):02d}:{int(abs(hours) % 1 * 60):02d}"


def moment_on(rng: Random, day: date) -> datetime:
    """A time of the day, often close to midnight, where offsets change the date."""
    hour = rng.choice([0, 1, 9, 14, 22, 23])
    instant = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)))
    return instant + timedelta(microseconds=rng.choice([0, 0, 500_000]))


# ---------------------------------------------------------------------------------------------
# Raw tables
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Somebody who does things, under one or several raw ids."""

    user_id: str
    other_ids: list[str]  # superseded user ids
    anonymous_ids: list[str]
    accounts: list[str]  # where the events of this person may say they happened
    home_domain: str


class RawGenerator:
    """Makes the raw tables."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.event_count = 0
        self.accounts = [f"acc{n:02d}" for n in rng.sample(range(100), 48)]
        self.merged = self._merged_accounts()
        self.domains = {account: self._account_domain(account) for account in self.accounts}
        self.people = self._make_people()

    def tables(self) -> Tables:
        return {
            "events": self._events(),
            "users": self._users(),
            "accounts": self._account_rows(),
            "identity_links": self._identity_links(),
            "account_links": self._account_links(),
            "attributes": self._attributes(),
            "subscriptions": self._subscriptions(),
            "marketing_leads": self._marketing_leads(),
        }

    # -- who there is --------------------------------------------------------------------------

    def _merged_accounts(self) -> dict[str, str]:
        """Merged account -> survivor; the first three are a chain."""
        first, second, third, *others = self.accounts[:9]
        chain = {first: second, second: third}
        return chain | dict(zip(others[:3], others[3:], strict=True))

    def _account_domain(self, account: str) -> str:
        shared = [
            "gmail.com",
            "stanford.edu",
            "rival.example",
            "eu.friend.example",
            "staff.example",
        ]
        kind = self.rng.random()
        if kind < 0.15:
            return ""
        return self.rng.choice(shared) if kind < 0.35 else f"{account.upper()}.example"

    def _make_people(self) -> list[Person]:
        people = []
        for position, n in enumerate(self.rng.sample(range(100, 999), 92)):
            accounts = self.rng.sample(self.accounts, self.rng.choice([0, 1, 1, 1, 2]))
            people.append(
                Person(
                    user_id=f"u{n}",
                    other_ids=[f"u{n}old"] if chance(self.rng, 0.12) else [],
                    anonymous_ids=[f"anon{n}"] if chance(self.rng, 0.3) else [],
                    accounts=accounts,
                    home_domain=self._mail_domain(position, accounts),
                )
            )
        return people

    def _mail_domain(self, position: int, accounts: list[str]) -> str:
        if position < 3 * len(PERSONAL_DOMAINS):
            return PERSONAL_DOMAINS[position % len(PERSONAL_DOMAINS)]
        if chance(self.rng, 0.5) and accounts:
            return self.domains[accounts[0]].lower()
        # Known by the domain alone.
        return self.domains[self.rng.choice(self.accounts)].lower()

    # -- the tables about them -----------------------------------------------------------------

    def _users(self) -> list[dict[str, str]]:
        rows = []
        for person in self.people:
            ids = [person.user_id] if chance(self.rng, 0.9) else []
            for user_id in ids + person.other_ids:
                # Superseded rows tell other things, and none of them counts.
                own = user_id == person.user_id
                account = self.rng.choice([*person.accounts[:1], "", ""])
                rows.append(
                    {
                        "user_id": user_id,
                        "email": self._email(user_id, person.home_domain if own else "gmail.com"),
                        "account_id": account if own else self.rng.choice(self.accounts),
                        "job_title": self.rng.choice(TITLES),
                        "created_at": self._some_time(0.1),
                        "crm_contact_id": "",
                        "email_opt_out": "",
                    }
                )
        return [*rows, rows[0] | {"user_id": "Undefined"}]

    def _email(self, user_id: str, domain: str) -> str:
        if not domain:
            return ""
        email = f"{user_id}@{domain}"
        return email.title() if chance(self.rng, 0.2) else email

    def _account_rows(self) -> list[dict[str, str]]:
        return [
            {
                "account_id": account,
                "account_name": f"Firm, {account}",
                "domain": self.domains[account],
                "employee_count": self.rng.choice(["", "3", "19", "20", "80", "300", "2500"]),
                "industry": self.rng.choice(INDUSTRIES),
                "country": self.rng.choice(COUNTRIES),
                "plan_name": self.rng.choice(["team", "Free", ""]),
                "seat_limit": self.rng.choice(["", "0", "4", "8", "9", "20"]),
                "created_at": self._some_time(0.1),
                "crm_account_id": "",
                "crm_owner_id": "",
            }
            for account in self.accounts[:48]  # the others are only named
        ]

    def _some_time(self, blank: float, first: int = -60, last: int = 119) -> str:
        """A time in days from FIRST_DAY, or blank."""
        if chance(self.rng, blank):
            return ""
        day = FIRST_DAY + timedelta(days=self.rng.randint(first, last))
        return written(self.rng, moment_on(self.rng, day))

    def _identity_links(self) -> list[dict[str, str]]:
        rows = []

        def link(from_id: str, to_user_id: str, linked_at: str) -> None:
            rows.append({"from_id": from_id, "to_user_id": to_user_id, "linked_at": linked_at})

        for person in self.people:
            for anonymous_id in person.anonymous_ids:
                if chance(self.rng, 0.7):
                    link(anonymous_id, (person.other_ids or [person.user_id])[0], "")
            for other_id in person.other_ids:
                link(other_id, person.user_id, self._some_time(0.2))
        # Of several links the latest holds (here one that an offset makes the latest), and of
        # equally late ones the smallest target.
        anonymous = [id_ for person in self.people for id_ in person.anonymous_ids]
        for from_id in self.rng.sample(anonymous, 8):
            first, second = self.rng.sample(self.people, 2)
            link(from_id, first.user_id, "2025-02-01T23:00:00-05:00")
            link(from_id, second.user_id, "2025-02-02T03:00:00Z")
        for from_id in self.rng.sample(anonymous, 3):
            for person in self.rng.sample(self.people, 2):
                link(from_id, person.user_id, "2025-06-01T00:00:00Z")
        # What names nobody is nobody's, whoever it is linked to.
        for from_id, person in zip(("undefined", "0000"), self.people, strict=False):
            link(from_id, person.user_id, "")
            link(person.user_id, from_id.upper(), "2025-06-01T00:00:00Z")
        # Whole people merged, after the as-of date too; and links to oneself.
        self.rng.shuffle(rows)
        survivors = self.rng.sample(self.people, 12)
        for gone, survivor in zip(survivors[:4], survivors[4:8], strict=True):
            link(gone.user_id, survivor.user_id, self._some_time(0, first=60, last=150))
        link(survivors[8].user_id, survivors[8].user_id, "2025-06-02")
        link(survivors[9].user_id, survivors[9].user_id, "")
        return rows

    def _account_links(self) -> list[dict[str, str]]:
        links = [*self.merged.items(), (self.accounts[10], self.accounts[10])]
        rows = [
            {"from_account_id": source, "to_account_id": target, "linked_at": self._some_time(0.3)}
            for source, target in links
        ]
        overruled = self.accounts[3]
        rows.append(
            {
                "from_account_id": overruled,
                "to_account_id": self.accounts[20],
                "linked_at": "2024-01-01",
            }
        )
        for row in rows:
            if row["from_account_id"] == overruled and row["to_account_id"] != self.accounts[20]:
                row["linked_at"] = "2024-06-01T00:00:00+02:00"
        return rows

    def _attributes(self) -> list[dict[str, str]]:
        values = {
            "segment": ["tiny", "mid-market", "Enterprise", ""],
            "licences": ["2", "4", "10", "plenty", ""],
            "industry": INDUSTRIES,
            "country": COUNTRIES,
            "employee_count": ["5", "50", "500", ""],
            "seat_limit": ["2", "8.5", "30", "0", ""],
            "job_title": TITLES,
        }
        users = [id_ for person in self.people for id_ in [person.user_id, *person.other_ids]]
        rows = []
        for entity_type, ids in (("account", self.accounts), ("user", users)):
            # An account's job_title is what its users' titles are.
            names = [name for name in values if (entity_type, name) != ("account", "job_title")]
            for entity_id in ids:
                for name in self.rng.sample(names, self.rng.choice([0, 1, 2, 4])):
                    days = self.rng.sample(range(5, 160), self.rng.choice([1, 1, 2]))
                    known = [FIRST_DAY + timedelta(days=n) for n in days]
                    starts = [written(self.rng, moment_on(self.rng, day)) for day in known]
                    if chance(self.rng, 0.4):
                        starts[0] = ""
                    for known_from in starts:
                        rows.append(
                            {
                                "entity_type": entity_type,
                                "entity_id": entity_id,
                                "attribute": name,
                                "value": self.rng.choice(values[name]),
                                "known_from": known_from,
                            }
                        )
        return rows

    def _subscriptions(self) -> list[dict[str, str]]:
        rows = []
        for account in self.rng.sample(self.accounts, 26):
            start = self.rng.randint(-40, 110)
            for stage in self.rng.choice(
                [["trial"], ["trial", "paid"], ["paid"], ["paid", "paid"]]
            ):
                end = start + self.rng.randint(5, 80)
                user = self.rng.choice(self.people).user_id if chance(self.rng, 0.3) else ""
                rows.append(self._subscription(account, user, stage, start, end))
                start = end + self.rng.choice([-3, 0, 0, 6])
        for person in self.rng.sample(self.people, 16):
            start = self.rng.randint(-40, 100)
            end = start + self.rng.choice([-2, 0, 20, 60])
            user = self.rng.choice([person.user_id, *person.other_ids])
            stage = self.rng.choice(["trial", "paid"])
            rows.append(self._subscription("", user, stage, start, end))
        for number, row in enumerate(rows):
            row["subscription_id"] = f"sub{number}"
        return rows

    def _subscription(
        self, account: str, user: str, stage: str, start: int, end: int
    ) -> dict[str, str]:
        started_at = self._some_time(0.05, start, start)
        ended_at = self._some_time(0.2, end, end)
        return {
            "subscription_id": "",
            "account_id": account,
            "user_id": user,
            "product_line": self.rng.choice(["core", "insights", ""]),
            "plan_name": "team",
            "stage": stage,
            "started_at": started_at,
            "ended_at": ended_at,
            "mrr": "49.00",
        }

    def _marketing_leads(self) -> list[dict[str, str]]:
        rows = []
        for number in range(45):
            person = self.rng.choice(self.people)
            user = self.rng.choice([person.user_id, *person.other_ids, *person.anonymous_ids])
            account = self.rng.choice(self.accounts)
            naming = self.rng.choice(["user", "account", "both"])
            rows.append(
                {
                    "lead_id": f"lead{number}",
                    "user_id": "" if naming == "account" else user,
                    "account_id": "" if naming == "user" else account,
                    "email": "",
                    "qualified_at": self._some_time(0.1, first=-10, last=140),
                }
            )
        return rows

    # -- what they do --------------------------------------------------------------------------

    def _events(self) -> list[dict[str, str]]:
        rows = []
        for person in self.people:
            for _ in range(self.rng.choice([1, 2, 3, 4])):
                first = self.rng.randrange(120)
                length = self.rng.choice([1, 4, 10, 25])
                for _ in range(self.rng.randint(3, 16)):
                    day = FIRST_DAY + timedelta(days=first + self.rng.randrange(length))
                    rows.append(self._event(person, min(day, LAST_DAY)))
        for account in self.rng.sample(self.accounts, 12):
            for _ in range(self.rng.randint(1, 6)):
                rows.append(self._account_event(account))
        rows += self._repeats(rows)
        rows += self._broken(rows)
        rows.append(self._fast_clock())
        self.rng.shuffle(rows)
        return rows

    def _event(self, person: Person, day: date) -> dict[str, str]:
        rng = self.rng
        self.event_count += 1
        name = rng.choices(list(EVENT_WEIGHTS), list(EVENT_WEIGHTS.values()))[0]
        occurred_at = moment_on(rng, day)
        received_at = min(occurred_at + timedelta(seconds=rng.choice([2, 90, 3e3, 3e6])), END)
        # An event that carries both ids is its user's, and links nobody.
        stranger = rng.choice(self.people).anonymous_ids
        user_id = rng.choice([person.user_id] * 4 + person.other_ids * 2)
        anonymous_id = "".join(stranger) if chance(rng, 0.1) else ""
        if person.anonymous_ids and chance(rng, 0.4):
            user_id, anonymous_id = "", person.anonymous_ids[0]
        if chance(rng, 0.02):
            user_id = rng.choice(["undefined", "[object Object]", "NULL", "0000", "0-0"])
        count = ""
        if name == "message_sent":
            count = rng.choice(["1", "2", "7", "25", "", "many"])
        return {
            "event_id": "" if chance(rng, 0.05) else f"event{self.event_count}",
            "event_name": name,
            "occurred_at": written(rng, occurred_at),
            "received_at": "" if chance(rng, 0.1) else written(rng, received_at),
            "user_id": user_id,
            "anonymous_id": anonymous_id,
            "account_id": rng.choice(person.accounts)
            if chance(rng, 0.3 * len(person.accounts))
            else "",
            "properties": self._properties(name),
            "event_count": count,
        }

    def _account_event(self, account: str) -> dict[str, str]:
        day = FIRST_DAY + timedelta(days=self.rng.randrange(120))
        row = self._event(self.rng.choice(self.people), day)
        return row | {"user_id": "", "anonymous_id": "", "account_id": account}

    def _properties(self, name: str) -> str:
        rng = self.rng
        choices: dict[str, dict[str, list[object]]] = {
            "page_viewed": {
                "page": ["pricing", "Pricing", "billing", "docs_sso", "docs", "", None],
                "utm.source": ["ads", None],
                "$browser": ['it\'s 100% "new"', "old"],
            },
            "demo_requested": {"page": ["pricing", "billing"]},
            "project_created": {
                "project_id": [1, 2, "2", 3, 4, None],
                "template": [True, False, "true", None],
            },
            "teammate_invited": {
                "invitee": ["ann", "bo", "Bo", "zoë", "", None],
                "role": ["admin", "member"],
                "seats": [1, 2, 3, "3", None],
            },
            "file_uploaded": {
                "size_mb": [0.1, 0.3, 2.5, 12, "5", "big", -1.5, True, None, {"mb": 3}, [1]],
                "role": ["admin", None],
            },
            "limit_reached": {
                "limit": ["seats", "projects"],
                "context": [{"n": 1}, [], "trial", "paid", None],
            },
            "ticket_opened": {"severity": [1, 2, 3, 4, "3", "high", 2.999999]},
        }
        if name not in choices:
            return rng.choice(["", "{}", '{"note": "a, b\\nc"}'])
        kept = {
            key: rng.choice(values) for key, values in choices[name].items() if chance(rng, 0.85)
        }
        return json.dumps(kept, ensure_ascii=chance(rng, 0.5))

    def _repeats(self, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        """Copies, retries received later (some with other contents), ids used again."""
        repeats = [dict(row) for row in self.rng.sample(rows, 30)]
        for row in self.rng.sample([row for row in rows if row["event_id"]], 60):
            occurred = datetime.fromisoformat(row["occurred_at"])
            received = datetime.fromisoformat(row["received_at"] or row["occurred_at"])
            if received.replace(tzinfo=None) > END - timedelta(days=2):
                continue
            retry = row | {"received_at": (received + timedelta(minutes=7)).isoformat()}
            kind = self.rng.choice(["same", "other", "another day", "broken first"])
            if kind == "other":
                retry |= {"event_count": "9", "properties": "{}"}
            elif kind == "another day":
                retry["occurred_at"] = (occurred + timedelta(days=1)).isoformat()
                retry["received_at"] = (received + timedelta(days=1)).isoformat()
            elif kind == "broken first":
                earlier = (received - timedelta(minutes=7)).isoformat()
                retry |= {"received_at": earlier, "properties": "{broken"}
            repeats.append(retry)
        return repeats

    def _broken(self, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        """Rows that are rejected, most for one reason, some for several."""
        nobody = {"user_id": "", "anonymous_id": "", "account_id": ""}
        faults = [
            {"event_name": ""},
            {"event_name": "", "occurred_at": ""},
            nobody,
            nobody | {"properties": "["},
            nobody | {"user_id": "undefined"},
            nobody | {"anonymous_id": "00000000-0000-0000-0000-000000000000", "account_id": "NaN"},
            {"occurred_at": ""},
            {"occurred_at": "yesterday"},
            {"occurred_at": "2025-02-30T10:00:00Z"},
            {"received_at": "soon"},
            {"occurred_at": "2025-03-03T10:00:01Z", "received_at": "2025-03-02T10:00:00Z"},
            {"occurred_at": "2999-01-01T00:00:00Z", "received_at": "2025-03-02T10:00:00Z"},
            {"occurred_at": "1999-12-31T23:59:59Z"},
            {"occurred_at": "2000-01-01T01:00:00+02:00", "properties": "[]"},
            {"properties": "[]"},
            {"properties": '"text"'},
            {"properties": "null"},
            {"properties": "{'page': 'pricing'}"},
        ]
        # Just on the good side: a day ahead to the second, and a time that an offset saves.
        edges = [
            {"occurred_at": "2025-03-03T10:00:00Z", "received_at": "2025-03-02T10:00:00Z"},
            {"occurred_at": "2025-03-03T12:00:01+09:00", "received_at": "2025-03-02T10:00:00Z"},
        ]
        return [
            self.rng.choice(rows) | fault | {"event_id": f"broken{number}"}
            for number, fault in enumerate(faults * 2 + edges * 3)
        ]

    def _fast_clock(self) -> dict[str, str]:
        """The latest event: its clock runs hours ahead, which must not move the as-of date."""
        row = self._event(self.people[0], LAST_DAY)
        occurred_at = datetime.combine(LAST_DAY + timedelta(days=1), time(5))
        return row | {
            "event_id": "fast clock",
            "occurred_at": occurred_at.isoformat(),
            "received_at": (END - timedelta(minutes=1)).isoformat(),
        }


# ---------------------------------------------------------------------------------------------
# Configuration
# ---------------------------------------------------------------------------------------------


class ConfigGenerator:
    """Makes a valid configuration for the raw tables."""

    def __init__(self, rng: Random, raw: Tables) -> None:
        self.rng = rng
        self.raw = raw
        self.signals = self._make_signals()
        self.definitions: list[dict[str, str]] = []
        self.rules: list[dict[str, str]] = []
        self.fit_rules: list[dict[str, str]] = []
        self.caps: list[dict[str, str]] = []
        self.used: set[str] = set()

    def tables(self) -> Tables:
        for number in range(18):
            versions = self.rng.choice([["1"], ["1", "2"], ["9", "10"]])
            statuses = self.rng.sample(STATUSES, len(versions))  # so at most one is live
            for version, status in zip(versions, statuses, strict=True):
                self._add_definition(number, version, status)
        return {
            "signals": self.signals,
            "definitions": self.definitions,
            "definition_rules": self.rules,
            "fit_rules": self.fit_rules,
            "category_caps": self.caps,
            "special_domains": [
                {"domain": domain, "domain_type": kind, "note": "made for the test"}
                for domain, kind in SPECIAL_DOMAINS.items()
            ],
            "overrides": self._overrides(),
        }

    # -- signals -------------------------------------------------------------------------------

    def _make_signals(self) -> list[dict[str, str]]:
        """Every filter, every built-in event and every measure, each over a random window."""
        filtered = [
            (*found, measure)
            for found in FILTERS
            for measure in self.rng.sample(list(self._measures(found[0])), 2)
        ]
        plain = [
            (names, "", "", "", measure)
            for names in PLAIN_EVENTS + BUILT_INS
            for measure in self._measures(names)
        ]
        return [self._signal(number, *shape) for number, shape in enumerate(filtered + plain)]

    def _measures(self, event_names: str) -> dict[str, list[str]]:
        """Measures that suit the events, with the properties that they can be taken of."""
        listed = event_names.split("|")
        measures = {"events": [""], "days": [""], "users": [""]}
        for measure, properties in (
            ("distinct_values", TEXT_PROPERTIES),
            ("sum", NUMBER_PROPERTIES),
        ):
            names = [name for event, name in properties.items() if event in listed or "*" in listed]
            if names:
                measures[measure] = names
        return measures

    def _signal(
        self, number: int, event_name: str, name: str, operator: str, value: str, measure: str
    ) -> dict[str, str]:
        window = "" if chance(self.rng, 0.15) else str(self.rng.randint(1, 40))
        measured = self.rng.choice(self._measures(event_name)[measure])
        return {
            "signal_id": f"signal_{number}",
            "signal_name": f"Signal {number}",
            "category": self.rng.choice(CATEGORIES),
            "event_name": event_name,
            "property_name": name,
            "property_operator": operator,
            "property_value": value,
            "measure": measure,
            "measure_property": measured,
            "window_days": window,
            "reason_template": "{value} times",
        }

    # -- definitions ---------------------------------------------------------------------------

    def _add_definition(self, number: int, version: str, status: str) -> None:
        rng = self.rng
        key = {"definition_id": f"definition_{number}", "version": version}
        entity_type = ("user", "account")[number % 2]
        attainable = self._add_rules(key)
        self._add_fit_rules(key)
        threshold = f"{attainable * rng.choice([0.1, 0.2, 0.35]):.2f}"
        has_groups = any(rule["requirement_group"] and rule | key == rule for rule in self.rules)
        self.definitions.append(
            key
            | {
                "definition_name": f"Definition {number}",
                "entity_type": entity_type,
                "audience": "|".join(rng.choice(AUDIENCES)),
                "product_line": rng.choice(["", "", "core", "insights"]),
                "score_threshold": "" if has_groups and chance(rng, 0.3) else threshold,
                "decay_points_per_week": rng.choice(["", "", "1", "2.25", "5"]),
                "active_within_days": rng.choice(["", "", "5", "12", "30"]),
                "promote_after_days": rng.choice(["", "0", "1", "3"]),
                "demote_after_days": rng.choice(["", "0", "1", "2", "6"]),
                "holdout_percent": "",
                "status": status,
                "priority": str(len(self.definitions) + 1),
                "owner": "tests",
                "rationale": "Made by chance.",
            }
        )

    def _add_rules(self, key: dict[str, str]) -> float:
        """The rules of a definition; returns the points that one award of each would add up to."""
        rng = self.rng
        # Two that are seen often, so that most thresholds are within reach; then any.
        signals = rng.sample([found for found in self.signals if self._is_common(found)], 2)
        signals += self._other_signals(signals)
        first, second, *others = signals
        rules = [self._score_rule(first, True), self._score_rule(second, True)]
        rules += [self._score_rule(signal, chance(rng, 0.7)) for signal in others]
        for rule in rng.sample(rules[:3], rng.choice([0, 0, 1, 2])):
            rule["requirement_group"] = rng.choice(["core", "breadth"])
        windowed = [signal for signal in self.signals if signal["window_days"]]
        if chance(rng, 0.35):
            raised = self._rule(rng.choice(windowed), "hand_raise")
            rules.append(raised | {"points": rng.choice(["", "10"])})
        if chance(rng, 0.4):
            rules.append(self._rule(rng.choice(windowed), "disqualify", strict=True))
        for number, rule in enumerate(rules):
            self.rules.append(key | {"rule_id": f"rule_{number}"} | rule)
        scoring = {signal["signal_id"]: signal["category"] for signal in signals}
        gains = dict.fromkeys(scoring.values(), 0.0)
        for rule in rules[: len(signals)]:
            gains[scoring[rule["signal_id"]]] += max(0.0, float(rule["points"]))
        for category in rng.sample(sorted(gains), rng.randint(0, len(gains))):
            cap = f"{gains[category] * rng.choice([0.6, 0.9, 1.2]):.1f}"
            self.caps.append(key | {"category": category, "max_points": cap})
        return sum(gains.values())

    def _other_signals(self, taken: list[dict[str, str]]) -> list[dict[str, str]]:
        """Some further signals: first those that no definition has had yet."""
        others = [signal for signal in self.signals if signal not in taken]
        self.rng.shuffle(others)
        others.sort(key=lambda signal: signal["signal_id"] in self.used)
        chosen = others[: self.rng.randint(2, 5)]
        self.used.update(signal["signal_id"] for signal in chosen)
        return chosen

    def _is_common(self, signal: dict[str, str]) -> bool:
        events = signal["event_name"].split("|")
        is_plain = not signal["property_operator"] and not events[0].startswith("@")
        return is_plain and signal["measure"] in ("events", "days", "users")

    def _score_rule(self, signal: dict[str, str], is_gain: bool) -> dict[str, str]:
        gains = ["5", "10", "12.5", "20", "33.33", "40", "0.15", "7.25"]
        points = self.rng.choice(gains if is_gain else ["-5", "-10.75", "-0.05", "0", ""])
        return self._rule(signal, self.rng.choice(["", "score"])) | {
            "points": points or "0",
            "max_awards": self.rng.choice(["", "", "1", "2", "3", "5"]),
            "half_life_days": self.rng.choice(["", "", "3", "7", "10", "14", "21"]),
        }

    def _rule(self, signal: dict[str, str], effect: str, strict: bool = False) -> dict[str, str]:
        sizes = {
            "events": ["1", "1", "2", "3", "1.5"],
            "days": ["1", "1", "2", "3"],
            "users": ["1", "1", "2"],
            "distinct_values": ["1", "1", "2"],
            "sum": ["0.1", "0.3", "2.5", "5"],
        }
        choices = sizes[signal["measure"]]
        scaled = chance(self.rng, 0.12)
        return {
            "signal_id": signal["signal_id"],
            "effect": effect,
            "min_value": "0.1" if scaled else choices[-1] if strict else self.rng.choice(choices),
            "min_value_of": self.rng.choice(["seat_limit", "licences"]) if scaled else "",
            "points": "",
            "max_awards": "",
            "half_life_days": "",
            "requirement_group": "",
        }

    # -- fit and overrides ---------------------------------------------------------------------

    def _add_fit_rules(self, key: dict[str, str]) -> None:
        rng = self.rng
        for number in range(rng.choice([0, 1, 2, 3, 4])):
            effect = rng.choice(["gate", "gate", "points", "points", "disqualify"])
            conditions = DISQUALIFIERS if effect == "disqualify" else FIT_CONDITIONS
            attribute, operator, value = rng.choice(conditions)
            is_gate = effect == "gate"
            self.fit_rules.append(
                key
                | {
                    "fit_rule_id": f"fit_{number}",
                    "attribute": attribute,
                    "operator": operator,
                    "value": value,
                    "effect": effect,
                    "points": rng.choice(["5", "-7.5", "12"]) if effect == "points" else "",
                    "gate_group": rng.choice(["", "either", "either"]) if is_gate else "",
                    "when_missing": rng.choice(["", "pass", "pass", "fail"]) if is_gate else "",
                    "reason": "fit",
                }
            )

    def _overrides(self) -> list[dict[str, str]]:
        """Of survivors only: whether an override follows a link is not written down."""
        links = {row["from_id"] for row in self.raw["identity_links"]}
        merged = {row["from_account_id"] for row in self.raw["account_links"]}
        users = sorted({row["user_id"] for row in self.raw["users"]} - links)
        accounts = sorted({row["account_id"] for row in self.raw["accounts"]} - merged)
        untils = ["", LAST_DAY.isoformat(), (LAST_DAY - timedelta(days=1)).isoformat()]
        rows = []
        for entity_type, ids in (("user", users), ("account", accounts)):
            chosen = self.rng.sample(ids, 5)
            for entity_id, until in zip(chosen, [*untils, "", ""], strict=True):
                rows.append(
                    {
                        "entity_type": entity_type,
                        "entity_id": entity_id,
                        "effect": "exclude" if entity_id != chosen[-1] else "suppress",
                        "reason": "asked for",
                        "until": until,
                        "added_by": "tests",
                    }
                )
        return rows
