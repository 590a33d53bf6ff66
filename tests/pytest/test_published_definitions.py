"""The published definitions, worked by hand from their published numbers.

One build scores every case below under examples/published_definitions. Beside each definition
stand drafts of it, one per number (and per rule required, stage, product line and window), with
just that cell changed: for each of them, an example must come out differently.
"""

import csv
import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "published_definitions"
TODAY = date(2026, 6, 30)

Rows = list[dict[str, str]]
Config = dict[str, Rows]


# --- what people do -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """An event of one of the people of a case; the first of them is person 0."""

    event: str
    properties: str = "{}"
    person: int = 0
    day: int = 0
    count: int = 1


Acts = tuple[Act, ...]


def acts(event: str, times: int = 1, **properties: str) -> Acts:
    """The same event some times over; {} in a property is the number of the time."""
    return tuple(
        Act(event, json.dumps({name: text.format(number) for name, text in properties.items()}))
        for number in range(times)
    )


def projects(count: int) -> Acts:
    return acts("project_created", count, project_id="project {}")


def tasks(count: int) -> Acts:
    return acts("task_created", count, project_id="project 0")


def assigned(people: int) -> Acts:
    return acts("task_assigned", people, assignee="colleague {}")


def automations(count: int) -> Acts:
    return acts("automation_used", count, automation="reminder")


def invited(people: int, role: str = "member") -> Acts:
    return acts("teammate_invited", people, invitee="guest {}", role=role)


def joined(people: int) -> Acts:
    return tuple(Act("invite_accepted", person=number + 1) for number in range(people))


def viewed(page: str, times: int = 1, plan: str = "team") -> Acts:
    return acts("page_viewed", times, page=page, **({"plan": plan} if page == "pricing" else {}))


def upgrades(count: int) -> Acts:
    return acts("upgrade_clicked", count)


def limit(kind: str = "seats") -> Acts:
    return acts("limit_reached", limit=kind)


def gated(feature: str = "timeline") -> Acts:
    return acts("gated_feature_tried", feature=feature)


def dashboards(count: int) -> Acts:
    return acts("dashboard_created", count, dashboard_id="dashboard {}")


def shared(count: int) -> Acts:
    return acts("dashboard_shared", count, dashboard_id="dashboard {}", audience="internal")


def data_source() -> Acts:
    return acts("data_source_connected", source="postgres")


def environments(*names: str) -> Acts:
    return tuple(act for name in names for act in acts("environment_created", environment=name))


def messages(*counts: int) -> Acts:
    """Messages of so many people, each counted by the source."""
    return tuple(
        Act("message_sent", person=person, count=count) for person, count in enumerate(counts)
    )


def logins(days: int) -> Acts:
    """A log-in on each of so many days, the last of them day 0."""
    return tuple(Act("logged_in", day=-day) for day in range(days))


def demo_request() -> Acts:
    return acts("demo_requested", source="pricing")


def all_of(listed: dict[str, Acts]) -> Acts:
    return tuple(act for each in listed.values() for act in each)


def one_short(some: Acts) -> Acts:
    """The same acts, the last of them once less."""
    *rest, last = some
    return (*rest, replace(last, count=last.count - 1)) if last.count > 1 else tuple(rest)


# --- the cases ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Company:
    """Who they are. By default they pass every gate and pay nothing."""

    domain: str = "{}.example"  # {} is the case
    employees: int = 20
    industry: str = "Software"
    title: str = "Data Analyst"
    seats: int = 10
    pays_for: tuple[str, ...] = ()
    signed_up: int = 100  # days before day 0


@dataclass(frozen=True)
class Case:
    """An account of one or more people, and what is expected of it.

    Its account_id, and the user_id of its first person, is `definition_id/name`.
    """

    definition_id: str
    name: str
    acts: Acts
    # days after day 0, and there: score by hand, and whether it qualifies
    expected: list[tuple[int, float, bool]]
    company: Company = field(default_factory=Company)
    days_ago: int = 30  # of day 0

    @property
    def entity_id(self) -> str:
        return f"{self.definition_id}/{self.name}"

    @property
    def day_0(self) -> date:
        return TODAY - timedelta(days=self.days_ago)


PAYING = Company(pays_for=("core",))
TEN_PEOPLE = Company(employees=10)

# Examples A to C and the like: every act listed, each exactly as often as it must be.
SCHEDULING = {
    "meetings": acts("meeting_booked", 5),
    "calendar": acts("calendar_connected", provider="google"),
    "invited": invited(1),
}
LISTED = {
    "project_tool": {
        "projects": projects(5),
        "tasks": tasks(10),
        "automation": automations(1),
        "invited": invited(3),
        "assigned": assigned(2),
        "intent": viewed("billing"),
    },
    "bi_tool": {
        "data_source": data_source(),
        "dashboards": dashboards(2),
        "shared": shared(1),
        "intent": invited(1, role="admin"),
    },
    "developer_platform": {
        "api": acts("api_connected"),
        "keys": acts("api_key_created"),
        "calls": (Act("api_called", count=1000),),
        "ci": acts("ci_connected", provider="github"),
        "intent": viewed("pricing", plan="business"),
    },
    "message_milestone": {"messages": messages(1_000, 600, 400)},
    "usage_thresholds": {"invited": invited(5), "projects": projects(10), "limit": limit("plan")},
    "first_fortnight": SCHEDULING,
}
OTHER_INTENT = {
    "project_tool": {"upgrade": upgrades(2), "gated_feature": gated()},
    "bi_tool": {"sso_docs": viewed("docs_sso"), "refresh_limit": limit("refresh")},
    "developer_platform": {
        "security": gated("advanced_security"),
        "environments": environments("dev", "prod"),
    },
}
LISTED_COMPANY = {
    "developer_platform": TEN_PEOPLE,
    "first_fortnight": Company(signed_up=14),
}

# What qualifies on day 0, and the score then.
WINNERS = {
    "playbook_points": (projects(1) + invited(1), 40 + 20 + 10, Company()),
    "six_signal": (tasks(10) + joined(1) + viewed("pricing", 2), 25 + 20 + 20 + 10, TEN_PEOPLE),
    "signal_points": (tasks(1) + viewed("pricing") + limit(), 20 + 25, Company()),
    "weighted_categories": (
        tasks(1) + automations(1) + data_source() + viewed("pricing", 2),
        10 + (15 + 15) + 10,
        TEN_PEOPLE,
    ),
    "expansion": (tasks(1) + limit() + gated(), 30 + 30, PAYING),
    "cross_sell_insights": (dashboards(2) + shared(1), 40 + 30, PAYING),
    "cross_sell_automate": (automations(4) + tasks(10), 40 + 30, PAYING),
} | {
    definition_id: (all_of(listed), 0, LISTED_COMPANY.get(definition_id, Company()))
    for definition_id, listed in LISTED.items()
}


def winner(definition_id: str, name: str, *expected: tuple[int, float, bool], **who: Any) -> Case:
    """The winner of a definition, told otherwise or on further days."""
    its_acts, _, company = WINNERS[definition_id]
    days_ago = who.pop("days_ago", 30)
    return Case(
        definition_id, name, its_acts, list(expected), replace(company, **who), days_ago
    )


def winners_and_never() -> list[Case]:
    """Each winner, and the same acts by those who never qualify."""
    cases = []
    for definition_id, (_, score, company) in WINNERS.items():
        cases += [
            winner(definition_id, "winner", (0, score, True)),
            winner(definition_id, "competitor", (0, score, False), domain="{}.rivalboard.example"),
            winner(definition_id, "student", (0, score, False), domain="{}.stanford.edu"),
            winner(
                definition_id,
                "free" if company.pays_for else "paid",
                (0, score, False),
                pays_for=() if company.pays_for else ("core",),
            ),
        ]
    return cases


def listed_acts() -> list[Case]:
    """Any of the listed acts taken away once, and the other ways to show intent."""
    cases = []
    for definition_id, listed in LISTED.items():
        company = LISTED_COMPANY.get(definition_id, Company())
        variants = {f"short_of_{name}": listed | {name: one_short(listed[name])} for name in listed}
        for name, intent in OTHER_INTENT.get(definition_id, {}).items():
            variants[f"by_{name}"] = listed | {"intent": intent}
            variants[f"short_of_{name}"] = listed | {"intent": one_short(intent)}
        cases += [
            # Someone else's log-in makes the account known where nothing else is left.
            Case(
                definition_id, name, all_of(variant) + logins(1),
                [(0, 0, name.startswith("by_"))], company,
            )
            for name, variant in variants.items()
        ]
    return cases  # fmt: skip


PLAYBOOK = [
    winner(
        "playbook_points",
        "fading",
        (0, 40 + 20 + 10, True),
        (6, 40 + 20 + 10, True),
        (7, 40 + 20 - 5, False),
        (21, 40 + 20 - 15, False),
        (30, 40 - 20, False),  # the invitation has left its 30 days
    ),
    Case(
        "playbook_points",
        "project_and_pricing",
        projects(1) + viewed("pricing"),
        [
            (0, 40 + 15 + 10, True),
            (7, 40 + 15 - 5, False),
            (13, 40 + 15 - 5, False),
            (14, 40 - 10, False),
        ],
    ),
    Case(
        "playbook_points",
        "tire_kicker",
        logins(20) + invited(1) + viewed("pricing"),
        [(0, 20 + 15 + 10, False)],
    ),
    winner("playbook_points", "on_free_mail", (0, 70, False), domain="gmail.com"),
    winner("playbook_points", "student_by_title", (0, 70, False), title="Student"),
]

SIX_SIGNALS = [
    winner(
        "six_signal",
        "fading",
        (0, 75, True),  # 70 and more is the high tier
        (7, 25 + 20 + 20, True),
        (14, 25 + 20, False),
        (30, 0, False),
    ),
    Case(
        "six_signal",
        "all_six",
        tasks(10) + joined(1) + viewed("pricing", 2) + limit() + data_source(),
        [
            (0, 25 + 20 + 20 + 15 + 10 + 10, True),
            (14, 25 + 20 + 15 + 10, True),
            (29, 25 + 20 + 15 + 10, True),
            (30, 10, False),
        ],
    ),
    Case(
        "six_signal",
        "project_for_workflow",
        projects(1) + joined(1) + viewed("pricing", 2),
        [(0, 20 + 20 + 10, True)],
    ),
    Case(
        "six_signal",
        "tire_kicker",
        logins(20) + joined(1) + viewed("pricing", 2),
        [(0, 20 + 20 + 10, False)],
    ),
    winner("six_signal", "nine_people", (0, 75, False), employees=9),
    winner("six_signal", "other_industry", (0, 75, False), industry="Retail"),
    winner("six_signal", "on_free_mail", (0, 75, False), domain="gmail.com"),
    winner("six_signal", "unknown_domain", (0, 75, False), domain=""),
    Case(
        "six_signal",
        "demo_request",
        demo_request(),
        [(0, 10, True), (29, 0, True), (30, 0, False), (365, 0, False)],
        days_ago=365,
    ),
    Case("six_signal", "hopeless_demo_request", demo_request(), [(0, 10, False)], Company(employees=9)),
]  # fmt: skip

SIGNAL_POINTS = [
    winner("signal_points", "fading", (0, 20 + 25, True), (14, 25, False), (30, 0, False)),
    Case(
        "signal_points",
        "invited_and_looking",
        tasks(1) + logins(7) + viewed("pricing") + invited(1),
        [(0, 20 + 15 + 10, True), (14, 15 + 10, False), (23, 15 + 10, False), (24, 15, False), (30, 0, False)],
    ),
    Case("signal_points", "two_weaker", tasks(1) + limit() + invited(1), [(0, 25 + 15, False)]),
    Case("signal_points", "six_days", tasks(1) + logins(6), [(0, 0, False)]),
    Case(
        "signal_points",
        "tire_kicker",
        logins(20) + viewed("pricing") + limit(),
        [(0, 20 + 25 + 10, False)],
    ),
]  # fmt: skip

MUCH_OF_EVERYTHING = (
    messages(50, 50, 50, 50, 50) + tasks(200) + automations(40) + dashboards(9) + data_source()
    + viewed("pricing", 30) + viewed("billing", 30) + upgrades(30)
)  # fmt: skip
WEIGHTED = [
    winner("weighted_categories", "fading", (0, 50, True), (14, 40, False), (30, 15, False)),
    Case(
        "weighted_categories",
        "much_of_everything",
        MUCH_OF_EVERYTHING,
        [(0, 35 + 40 + 25, True)],
        days_ago=0,
    ),
    Case(
        "weighted_categories",
        "one_of_the_others",
        dashboards(1) + viewed("billing") + upgrades(1),
        [(0, 10 + 15 + (10 + 10), False), (30, 15, False), (89, 15, False), (90, 0, False)],
        days_ago=90,
    ),
    Case("weighted_categories", "four_people", messages(1, 1, 1, 1), [(0, 3 * 10, False)]),
    Case(
        "weighted_categories",
        "team",
        (Act("task_created"), Act("task_created", person=1), Act("task_created", person=2)),
        [(0, 3 * 10, False)],
    ),
    Case(
        "weighted_categories",
        "power_user",
        tasks(10) + projects(1) + invited(1),
        [(0, 10 + 10, False), (30, 0, False)],
    ),
    Case(
        "weighted_categories",
        "tire_kicker",
        logins(20) + data_source() + viewed("pricing", 2) + viewed("billing") + upgrades(1),
        [(0, 10 + 15 + 25, False)],
    ),
    winner("weighted_categories", "nine_people", (0, 50, False), employees=9),
]

FIT = [
    winner("project_tool", "nineteen_people", (0, 0, False), employees=19),
    winner("project_tool", "five_hundred_people", (0, 0, True), employees=500),
    winner("project_tool", "501_people", (0, 0, False), employees=501),
    winner("project_tool", "on_free_mail", (0, 0, False), domain="gmail.com"),
    winner("bi_tool", "finance", (0, 0, True), title="Finance Director"),
    winner("bi_tool", "operations", (0, 0, True), title="Head of Operations"),
    winner("bi_tool", "ops", (0, 0, True), title="RevOps Lead"),
    winner("bi_tool", "nobody_of_these", (0, 0, False), title="Editor"),
    winner("bi_tool", "other_industry", (0, 0, False), industry="Retail"),
    winner("developer_platform", "nine_people", (0, 0, False), employees=9),
    winner("developer_platform", "on_free_mail", (0, 0, False), domain="gmail.com"),
    winner("first_fortnight", "day_15", (0, 0, False), signed_up=15),
    winner("first_fortnight", "day_13", (0, 0, True), (1, 0, True), (2, 0, False), signed_up=13),
]

CUSTOMERS = [
    winner("expansion", "fading", (0, 30 + 30, True), (29, 30 + 30, True), (30, 0, False)),
    Case(
        "expansion",
        "eight_of_ten_seats",
        tasks(1) + messages(*[1] * 8) + limit(),
        [(0, 40 + 30, True), (30, 0, False)],
        PAYING,
    ),
    Case("expansion", "seven_of_ten_seats", tasks(1) + messages(*[1] * 7) + limit(), [(0, 30, False)], PAYING),
    Case("expansion", "tire_kicker", logins(20) + limit() + gated(), [(0, 60, False)], PAYING),
    winner(
        "cross_sell_insights",
        "fading",
        (0, 40 + 30, True),
        (29, 40 + 30, True),
        (30, 40 + 30, False),  # idle for 30 days
        (90, 0, False),
        days_ago=90,
    ),
    Case("cross_sell_insights", "by_data_source", dashboards(2) + data_source(), [(0, 40 + 30, True)], PAYING),
    Case("cross_sell_insights", "no_dashboards", shared(1) + data_source(), [(0, 30 + 30, False)], PAYING),
    winner("cross_sell_insights", "bought", (0, 70, False), pays_for=("core", "insights")),
    winner("cross_sell_insights", "bought_the_other", (0, 70, True), pays_for=("core", "automate")),
    winner("cross_sell_automate", "fading", (0, 40 + 30, True), (29, 40 + 30, True), (30, 0, False)),
    Case(
        "cross_sell_automate",
        "by_assigned",
        projects(1) + automations(4) + assigned(2),
        [(0, 40 + 30, True), (30, 0, False)],
        PAYING,
    ),
    Case("cross_sell_automate", "no_automation", tasks(10) + assigned(2), [(0, 30 + 30, False)], PAYING),
    Case("cross_sell_automate", "tire_kicker", logins(20) + automations(4) + assigned(2), [(0, 70, False)], PAYING),
    winner("cross_sell_automate", "bought", (0, 70, False), pays_for=("core", "automate")),
]  # fmt: skip

CASES = [
    *winners_and_never(), *listed_acts(), *PLAYBOOK, *SIX_SIGNALS, *SIGNAL_POINTS, *WEIGHTED, *FIT,
    *CUSTOMERS,
]  # fmt: skip


# --- raw tables -----------------------------------------------------------------------------------


def raw_tables() -> Config:
    """All cases as raw tables."""
    tables: Config = {"events": [], "users": [], "accounts": [], "subscriptions": []}
    for case in CASES:
        add_company(tables, case)
        for act in case.acts:
            tables["events"].append(
                {
                    "event_id": str(len(tables["events"])),
                    "event_name": act.event,
                    "occurred_at": f"{case.day_0 + timedelta(days=act.day)}T09:00:00Z",
                    "user_id": user_id(case, act.person),
                    "account_id": case.entity_id,
                    "properties": act.properties,
                    "event_count": str(act.count),
                }
            )
    return tables


def add_company(tables: Config, case: Case) -> None:
    """The account of a case, its people, and what it pays for."""
    company = case.company
    domain = company.domain.format(case.entity_id.replace("_", "-").replace("/", "."))
    since = str(case.day_0 - timedelta(days=company.signed_up))
    tables["accounts"].append(
        {
            "account_id": case.entity_id,
            "domain": domain,
            "employee_count": str(company.employees),
            "industry": company.industry,
            "seat_limit": str(company.seats),
            "created_at": since,
        }
    )
    for person in range(1 + max(act.person for act in case.acts)):
        tables["users"].append(
            {
                "user_id": user_id(case, person),
                "email": f"{person}.{case.definition_id}.{case.name}@{domain}" if domain else "",
                "account_id": case.entity_id,
                "job_title": company.title,
                "created_at": since,
            }
        )
    for line in company.pays_for:
        tables["subscriptions"].append(
            {
                "subscription_id": f"{case.entity_id}/{line}",
                "account_id": case.entity_id,
                "user_id": "",
                "product_line": line,
                "stage": "paid",
                "started_at": since,
                "ended_at": "",
            }
        )


def user_id(case: Case, person: int) -> str:
    """The first person of a case has the id of its account."""
    return f"{case.entity_id}/{person}" if person else case.entity_id


# --- the definitions, and what they would be with one cell changed ----------------------------------


@dataclass(frozen=True)
class Change:
    """One cell of a definition with another value; without a row, the whole file is left out."""

    definition_id: str
    file: str
    row: int | None = None  # of the file
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        if self.row is None:
            return f"{self.definition_id}: no {self.file}"
        row = PUBLISHED[self.file][self.row]
        rule = row.get("rule_id") or row.get("fit_rule_id") or row.get("category") or "definition"
        return f"{self.definition_id}: {rule}, {self.column} {row[self.column]} -> {self.value}"


def read_folder() -> Config:
    """The config files of the folder."""
    return {
        path.stem: list(csv.DictReader(path.open(encoding="utf-8", newline="")))
        for path in sorted(FOLDER.glob("*.csv"))
    }


PUBLISHED = read_folder()
WINDOWS = {row["signal_id"]: row["window_days"] for row in PUBLISHED["signals"]}
DEFINITION_FILES = ("definitions", "definition_rules", "fit_rules", "category_caps")


def changed_cells() -> list[Change]:
    """Every number a little stricter or looser, and every other condition taken away."""
    changes = []
    for file in DEFINITION_FILES:
        for number, row in enumerate(PUBLISHED[file]):
            cells = changed_cells_of_row(file, row)
            changes += [
                Change(row["definition_id"], file, number, column, value)
                for column, value in cells.items()
            ]
    return changes + [Change(row["definition_id"], "fit_rules") for row in PUBLISHED["definitions"]]


def changed_cells_of_row(file: str, row: dict[str, str]) -> dict[str, str]:
    """The cells of a row to change, one at a time, and their other values."""
    steps = {
        "definitions": {
            "score_threshold": 10,
            "decay_points_per_week": 1,
            "active_within_days": -1,
        },
        "definition_rules": {"min_value": 1, "points": 1, "max_awards": 1},
        "fit_rules": {"value": 1},
        "category_caps": {"max_points": 1},
    }
    cells = {
        column: str(Decimal(row[column]) + step)
        for column, step in steps[file].items()
        if row[column].replace(".", "").isdigit()
    }
    taken_away = {"definitions": ("audience", "product_line"), "definition_rules": ("requirement_group",)}
    cells |= {column: "" for column in taken_away.get(file, ()) if row[column]}
    if file == "definition_rules" and is_window_shown(row):
        cells["signal_id"] = longer(row["signal_id"])
    return cells


def is_window_shown(rule: dict[str, str]) -> bool:
    """Whether a window shows in a score, or in who qualifies.

    What is merely required lies within its window on the day it is done, whatever the window.
    """
    counts = rule["points"] or rule["effect"] or rule["signal_id"] == "signed_up_recently"
    return bool(counts and WINDOWS[rule["signal_id"]])


def longer(signal_id: str) -> str:
    """The same signal with a window a day longer."""
    return f"{signal_id}_one_day_longer"


CHANGES = changed_cells()


def with_drafts() -> tuple[Config, dict[Change, str]]:
    """The published definitions with a draft for each change; and the version of each."""
    config = {file: list(rows) for file, rows in PUBLISHED.items()}
    config["signals"] += [
        row
        | {"signal_id": longer(row["signal_id"]), "window_days": str(int(row["window_days"]) + 1)}
        for row in PUBLISHED["signals"]
        if row["window_days"]
    ]
    versions: dict[Change, str] = {}
    drafts_of: dict[str, int] = defaultdict(lambda: 1)
    for change in CHANGES:
        drafts_of[change.definition_id] += 1
        versions[change] = str(drafts_of[change.definition_id])
        for file in DEFINITION_FILES:
            if change.row is None and file == change.file:
                continue
            for number, row in enumerate(PUBLISHED[file]):
                if row["definition_id"] == change.definition_id:
                    draft = row | {"version": versions[change]}
                    if file == "definitions":
                        draft["status"] = "draft"
                    if (file, number) == (change.file, change.row):
                        draft[change.column] = change.value
                    config[file].append(draft)
    return config, versions


# --- the build ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Worked:
    """What the build says of every case."""

    built: Any
    versions: dict[Change, str]
    periods: dict[tuple[str, str, str, str], list[tuple[date, Decimal, bool]]]

    def score_and_status(
        self, definition_id: str, entity_id: str, day: date, version: str = "1"
    ) -> tuple[Decimal, bool]:
        """Score and qualification of an account or user, as its definition says, on a day."""
        _, score, is_qualified = max(
            period
            for period in self.periods[definition_id, version, entity_id]
            if period[0] <= day
        )
        return score, is_qualified

    def of_case(self, case: Case, version: str = "1") -> list[tuple[int, Decimal, bool]]:
        """What comes out where `expected` says what should."""
        return [
            (
                after,
                *self.score_and_status(
                    case.definition_id, case.entity_id, case.day_0 + timedelta(days=after), version
                ),
            )
            for after, _, _ in case.expected
        ]


@pytest.fixture(scope="module")
def worked(build) -> Worked:
    config, versions = with_drafts()
    built = build(raw=raw_tables(), config=config)
    assert built.returncode == 0, built.output
    periods = defaultdict(list)
    for definition_id, version, entity_id, *period in built.query(
        "select definition_id, cast(definition_version as varchar), entity_id, valid_from, score,"
        " is_qualified from pql.pql_history"
    ):
        periods[definition_id, version, entity_id].append(tuple(period))
    return Worked(built, versions, periods)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.entity_id)
def test_worked_example(worked, case):
    assert worked.of_case(case) == case.expected


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_each_number_decides_an_example(worked, change):
    version = worked.versions[change]
    cases = [case for case in CASES if case.definition_id == change.definition_id]
    assert any(worked.of_case(case, version) != case.expected for case in cases)


def test_no_category_exceeds_its_cap(worked):
    points = worked.built.query(
        "select category, sum(points), sum(case when source = 'rule' then points end)"
        " from pql.pql_reasons where definition_id = 'weighted_categories'"
        " and entity_id = 'weighted_categories/much_of_everything' and category <> 'activation'"
        " group by category order by category"
    )
    assert points == [("adoption", 40, 45), ("intent", 25, 30), ("usage", 35, 40)]


def test_three_active_people_outweigh_one_power_user(worked):
    day = TODAY - timedelta(days=30)
    team = [worked.score_and_status("playbook_points", f"weighted_categories/team{person}", day)
            for person in ("", "/1", "/2")]
    power_user = worked.score_and_status("playbook_points", "weighted_categories/power_user", day)
    assert team == [(10, False)] * 3
    assert power_user == (40 + 20 + 10, True)

    team_score, _ = worked.score_and_status("weighted_categories", "weighted_categories/team", day)
    power_score, _ = worked.score_and_status(
        "weighted_categories", "weighted_categories/power_user", day
    )
    assert (team_score, power_score) == (30, 20)


@pytest.mark.parametrize(
    ("entity_id", "word"),
    [
        ("six_signal/competitor", "competitor"),
        ("six_signal/student", "school or university"),
        ("six_signal/paid", "paid"),
        ("six_signal/nine_people", "10 or more employees"),
        ("expansion/free", "free"),
        ("cross_sell_insights/bought", "insights"),
    ],
)
def test_who_never_qualifies_is_told_why(worked, entity_id, word):
    definition_id = entity_id.partition("/")[0]
    [(reason,)] = worked.built.query(
        "select ineligible_reason from pql.pql_accounts"
        f" where definition_id = '{definition_id}' and account_id = '{entity_id}'"
    )
    assert word in reason


# --- on the demo ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def on_demo(build):
    built = build(config=PUBLISHED)
    assert built.returncode == 0, built.output
    return built


def test_the_folder_has_no_problem(on_demo):
    assert on_demo.query("select * from pql.config_problems") == []


def test_every_definition_qualifies_someone_in_the_demo(on_demo):
    qualified = on_demo.query("select distinct definition_id from pql.pql_history where is_qualified")
    assert {row[0] for row in qualified} == {row["definition_id"] for row in PUBLISHED["definitions"]}


def test_every_version_is_live_and_says_why_it_is_so():
    for row in PUBLISHED["definitions"]:
        assert (row["version"], row["status"]) == ("1", "live")
        assert row["rationale"]
