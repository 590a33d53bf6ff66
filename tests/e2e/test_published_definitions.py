"""The published definitions, worked by hand from their published numbers.

One build scores every case below under examples/published_definitions. Beside each definition
stand drafts of it, each with one cell changed (a number, a window, a requirement, a stage): for
each of them, some example must come out differently.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "published_definitions"
TODAY = date(2026, 6, 30)

Row = dict[str, str]
Tables = dict[str, list[Row]]


# --- what people do -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """An event of one of the people of a case, so many days after its day 0."""

    event: str
    properties: str = "{}"
    person: int = 0
    day: int = 0
    count: int = 1


Acts = tuple[Act, ...]


def acts(event: str, times: int = 1, **properties: str) -> Acts:
    """An event some times over; {} in a property is the number of the time."""
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


def messages(*counts: int) -> Acts:
    """So many messages of each of so many people, added up by the source."""
    return tuple(
        Act("message_sent", person=person, count=count) for person, count in enumerate(counts)
    )


def logins(days: int) -> Acts:
    """A log-in on each of so many days, the last of them day 0."""
    return tuple(Act("logged_in", day=-day) for day in range(days))


def dashboards(count: int) -> Acts:
    return acts("dashboard_created", count, dashboard_id="dashboard {}")


def shared(count: int) -> Acts:
    return acts("dashboard_shared", count, dashboard_id="dashboard {}", audience="internal")


def prices(times: int = 1, plan: str = "team") -> Acts:
    return acts("page_viewed", times, page="pricing", plan=plan)


def page(name: str, times: int = 1) -> Acts:
    return acts("page_viewed", times, page=name)


def upgrades(count: int) -> Acts:
    return acts("upgrade_clicked", count)


def one_short(some: Acts) -> Acts:
    """The same acts, the last of them once less."""
    *others, last = some
    return (*others, replace(last, count=last.count - 1)) if last.count > 1 else tuple(others)


DATA_SOURCE = acts("data_source_connected", source="postgres")
LIMIT = acts("limit_reached", limit="plan")
REFRESH_LIMIT = acts("limit_reached", limit="refresh")
GATED_FEATURE = acts("gated_feature_tried", feature="timeline")
ADVANCED_SECURITY = acts("gated_feature_tried", feature="advanced_security")
DEMO_REQUEST = acts("demo_requested", source="pricing")


# --- who qualifies, and no more than that ---------------------------------------------------------


@dataclass(frozen=True)
class Company:
    """Who they are. By default they pass every gate, if only just, and pay nothing."""

    domain: str = "{}.example"  # {} is the case
    employees: int = 10
    industry: str = "Software"
    title: str = "Data Analyst"
    seats: int = 10
    lines: tuple[str, ...] = ()
    stage: str = "paid"  # of these product lines
    signed_up: int = 100  # days before day 0


@dataclass(frozen=True)
class Winner:
    """What qualifies under a definition: each act exactly as often as it must be done."""

    acts: Acts
    score: int = 0
    company: Company = Company()


# The acts that are required, where no points are given.
LISTED = {
    "project_tool": {
        "projects": projects(5),
        "tasks": tasks(10),
        "automation": automations(1),
        "invited": invited(3),
        "assigned": assigned(2),
        "intent": page("billing"),
    },
    "bi_tool": {
        "data_source": DATA_SOURCE,
        "dashboards": dashboards(2),
        "shared": shared(1),
        "intent": invited(1, role="admin"),
    },
    "developer_platform": {
        "api": acts("api_connected"),
        "keys": acts("api_key_created"),
        "calls": (Act("api_called", count=1_000),),
        "ci": acts("ci_connected", provider="github"),
        "intent": prices(plan="business"),
    },
    "message_milestone": {"messages": messages(1_000, 600, 400)},
    "usage_thresholds": {"invited": invited(5), "projects": projects(10), "limit": LIMIT},
    "first_fortnight": {
        "meetings": acts("meeting_booked", 5),
        "calendar": acts("calendar_connected", provider="google"),
        "invited": invited(1),
    },
}
OTHER_INTENT = {
    "project_tool": {"upgrade": upgrades(2), "gated_feature": GATED_FEATURE},
    "bi_tool": {"sso_docs": page("docs_sso"), "refresh_limit": REFRESH_LIMIT},
    "developer_platform": {
        "security": ADVANCED_SECURITY,
        "environments": acts("environment_created", 2, environment="stage {}"),
    },
}

PAYING = Company(lines=("core",))
WINNERS = {
    definition_id: Winner(sum(listed.values(), ())) for definition_id, listed in LISTED.items()
} | {
    "playbook_points": Winner(projects(1) + invited(1), 40 + 20 + 10),
    "six_signal": Winner(tasks(10) + joined(1) + prices(2), 25 + 20 + 20 + 10),
    "signal_points": Winner(tasks(1) + prices() + LIMIT, 20 + 25),
    "weighted_categories": Winner(
        tasks(1) + automations(1) + DATA_SOURCE + prices(2), 10 + (15 + 15) + 10
    ),
    "expansion": Winner(tasks(1) + LIMIT + GATED_FEATURE, 30 + 30, PAYING),
    "cross_sell_insights": Winner(dashboards(2) + shared(1), 40 + 30, PAYING),
    "cross_sell_automate": Winner(automations(4) + tasks(10), 40 + 30, PAYING),
}
WINNERS["project_tool"] = replace(WINNERS["project_tool"], company=Company(employees=20))
WINNERS["first_fortnight"] = replace(WINNERS["first_fortnight"], company=Company(signed_up=14))


# --- the cases ------------------------------------------------------------------------------------

# Days after day 0, and then: the score by hand, and whether it qualifies.
Expected = tuple[int, int, bool]


@dataclass(frozen=True)
class Case:
    """An account of one or more people, and what one definition makes of it.

    The account and its first person have the same id, so that either can be asked for.
    """

    definition_id: str
    name: str
    acts: Acts
    company: Company
    expected: list[Expected]
    days_ago: int

    @property
    def entity_id(self) -> str:
        return f"{self.definition_id}/{self.name}"

    def date(self, day: int) -> date:
        return TODAY + timedelta(days=day - self.days_ago)


def case(
    definition_id: str,
    name: str,
    done: Acts,
    *expected: Expected,
    days_ago: int = 30,
    **who: Any,
) -> Case:
    """A case of people like the winner, but for what is said of them."""
    company = replace(WINNERS[definition_id].company, **who)
    return Case(definition_id, name, done, company, list(expected), days_ago)


def winner(definition_id: str, name: str, *expected: Expected, **who: Any) -> Case:
    """The winner's acts, done by others or seen on further days."""
    return case(definition_id, name, WINNERS[definition_id].acts, *expected, **who)


def cases_of_all() -> Iterator[Case]:
    """Each winner, and who wins or never wins with the same acts."""
    for definition_id, each in WINNERS.items():
        no, yes = (0, each.score, False), (0, each.score, True)
        yield winner(definition_id, "winner", yes)
        yield winner(definition_id, "competitor", no, domain="{}.rivalboard.example")
        yield winner(definition_id, "student", no, domain="{}.stanford.edu")
        if each.company.lines:
            yield winner(definition_id, "free", no, lines=())
        else:
            yield winner(definition_id, "paid", no, lines=("core",))
            yield winner(definition_id, "on_trial", yes, lines=("core",), stage="trial")


def cases_of_lists() -> Iterator[Case]:
    """Each listed act done once less, and each other way to show intent."""
    for definition_id, listed in LISTED.items():
        others = OTHER_INTENT.get(definition_id, {})
        for name, intent in others.items():
            done = sum((listed | {"intent": intent}).values(), ())
            yield case(definition_id, f"by_{name}", done, (0, 0, True))
        for name, act in (listed | others).items():
            kind = "intent" if name in others else name
            done = sum((listed | {kind: one_short(act)}).values(), ())
            yield case(definition_id, f"short_of_{name}", done, (0, 0, False))


PLAYBOOK_POINTS = [
    winner(
        "playbook_points",
        "fading",
        (0, 40 + 20 + 10, True),
        (6, 40 + 20 + 10, True),
        (7, 40 + 20 - 5, False),
        (21, 40 + 20 - 3 * 5, False),
        (30, 40 - 4 * 5, False),  # the invitation has left its 30 days
    ),
    case(
        "playbook_points",
        "looking",
        projects(1) + prices(),
        (0, 40 + 15 + 10, True),
        (13, 40 + 15 - 5, False),
        (14, 40 - 2 * 5, False),
    ),
    case(
        "playbook_points",
        "tire_kicker",
        logins(20) + invited(1) + prices(),
        (0, 20 + 15 + 10, False),
    ),
    winner("playbook_points", "on_free_mail", (0, 70, False), domain="gmail.com"),
    winner("playbook_points", "student_by_title", (0, 70, False), title="Student"),
]

SIX_SIGNAL = [
    winner(
        "six_signal",
        "fading",
        (0, 25 + 20 + 20 + 10, True),  # high tier: 70 or more
        (7, 25 + 20 + 20, True),  # mid tier
        (14, 25 + 20, False),
        (30, 0, False),
    ),
    case(
        "six_signal",
        "all_six",
        tasks(10) + joined(1) + prices(2) + LIMIT + DATA_SOURCE,
        (0, 25 + 20 + 20 + 15 + 10 + 10, True),
        (14, 25 + 20 + 15 + 10, True),
        (29, 25 + 20 + 15 + 10, True),
        (30, 10, False),
    ),
    case("six_signal", "project", projects(1) + joined(1) + prices(2), (0, 20 + 20 + 10, True)),
    case("six_signal", "tire_kicker", logins(20) + joined(1) + prices(2), (0, 50, False)),
    winner("six_signal", "nine_employees", (0, 75, False), employees=9),
    winner("six_signal", "other_industry", (0, 75, False), industry="Retail"),
    winner("six_signal", "on_free_mail", (0, 75, False), domain="gmail.com"),
    winner("six_signal", "unknown_domain", (0, 75, False), domain=""),
    case(
        "six_signal",
        "demo_request",
        DEMO_REQUEST,
        (0, 10, True),
        (29, 0, True),
        (30, 0, False),
        (365, 0, False),
        days_ago=365,
    ),
    case("six_signal", "demo_request_without_fit", DEMO_REQUEST, (0, 10, False), employees=9),
    case(
        "six_signal",
        "demo_request_of_competitor",
        DEMO_REQUEST,
        (0, 10, False),
        domain="{}.rivalboard.example",
    ),
]

SIGNAL_POINTS = [
    winner("signal_points", "fading", (0, 20 + 25, True), (14, 25, False), (30, 0, False)),
    case(
        "signal_points",
        "three_weaker",
        tasks(1) + logins(7) + prices() + invited(1),
        (0, 20 + 15 + 10, True),
        (14, 15 + 10, False),
        (23, 15 + 10, False),
        (24, 15, False),  # the first of the seven days has left the 30
        (30, 0, False),
    ),
    case("signal_points", "two_weaker", tasks(1) + LIMIT + invited(1), (0, 25 + 15, False)),
    case("signal_points", "six_days", tasks(1) + logins(6), (0, 0, False)),
    case("signal_points", "tire_kicker", logins(20) + prices() + LIMIT, (0, 20 + 25 + 10, False)),
    winner("signal_points", "student_by_title", (0, 45, False), title="Student"),
]

WEIGHTED_CATEGORIES = [
    winner("weighted_categories", "fading", (0, 50, True), (14, 10 + 30, False), (30, 15, False)),
    case(
        "weighted_categories",
        "much_of_everything",
        messages(50, 50, 50, 50, 50)
        + tasks(200)
        + (automations(40) + dashboards(9) + DATA_SOURCE)
        + (prices(30) + page("billing", 30) + upgrades(30)),
        (0, 35 + 40 + 25, True),
        days_ago=0,
    ),
    case(
        "weighted_categories",
        "other_signs",
        dashboards(1) + page("billing") + upgrades(1),
        (0, 10 + 15 + (10 + 10), False),
        (30, 15, False),
        (89, 15, False),
        (90, 0, False),
        days_ago=90,
    ),
    case("weighted_categories", "four_people", messages(1, 1, 1, 1), (0, 3 * 10, False)),
    case(
        "weighted_categories",
        "team",
        tuple(Act("task_created", person=person) for person in range(3)),
        (0, 3 * 10, False),
    ),
    case(
        "weighted_categories",
        "power_user",
        tasks(10) + projects(1) + invited(1),
        (0, 10 + 10, False),
        (30, 0, False),
    ),
    case(
        "weighted_categories",
        "tire_kicker",
        logins(20) + DATA_SOURCE + prices(2) + page("billing") + upgrades(1),
        (0, 10 + 15 + 25, False),
    ),
    winner("weighted_categories", "nine_employees", (0, 50, False), employees=9),
]

FIT = [
    winner("project_tool", "19_employees", (0, 0, False), employees=19),
    winner("project_tool", "500_employees", (0, 0, True), employees=500),
    winner("project_tool", "501_employees", (0, 0, False), employees=501),
    winner("project_tool", "on_free_mail", (0, 0, False), domain="gmail.com"),
    winner("bi_tool", "finance", (0, 0, True), title="Finance Director"),
    winner("bi_tool", "operations", (0, 0, True), title="Head of Operations"),
    winner("bi_tool", "ops", (0, 0, True), title="RevOps Lead"),
    winner("bi_tool", "none_of_these", (0, 0, False), title="Editor"),
    winner("bi_tool", "other_industry", (0, 0, False), industry="Retail"),
    winner("developer_platform", "nine_employees", (0, 0, False), employees=9),
    winner("developer_platform", "on_free_mail", (0, 0, False), domain="gmail.com"),
    winner("usage_thresholds", "student_by_title", (0, 0, False), title="Student"),
    winner("first_fortnight", "student_by_title", (0, 0, False), title="Student"),
    winner("first_fortnight", "day_13", (0, 0, True), (1, 0, True), (2, 0, False), signed_up=13),
    winner("first_fortnight", "day_15", (0, 0, False), signed_up=15),
]

CUSTOMERS = [
    winner("expansion", "fading", (29, 30 + 30, True), (30, 0, False)),
    case(
        "expansion",
        "eight_of_ten_seats",
        tasks(1) + messages(*[1] * 8) + LIMIT,
        (0, 40 + 30, True),
        (30, 0, False),
    ),
    case(
        "expansion",
        "seven_of_ten_seats",
        tasks(1) + messages(*[1] * 7) + LIMIT,
        (0, 30, False),
    ),
    case("expansion", "tire_kicker", logins(20) + LIMIT + GATED_FEATURE, (0, 30 + 30, False)),
    winner(
        "cross_sell_insights",
        "fading",
        (29, 40 + 30, True),
        (30, 40 + 30, False),  # idle for 30 days
        (90, 0, False),
        days_ago=90,
    ),
    case("cross_sell_insights", "by_source", dashboards(2) + DATA_SOURCE, (0, 40 + 30, True)),
    case("cross_sell_insights", "no_dashboard", shared(1) + DATA_SOURCE, (0, 30 + 30, False)),
    winner("cross_sell_insights", "bought", (0, 70, False), lines=("core", "insights")),
    winner("cross_sell_insights", "other_line", (0, 70, True), lines=("core", "automate")),
    winner("cross_sell_automate", "fading", (29, 40 + 30, True), (30, 0, False)),
    case(
        "cross_sell_automate",
        "by_assigned",
        tasks(1) + automations(4) + assigned(2),
        (0, 40 + 30, True),
        (30, 0, False),
    ),
    case("cross_sell_automate", "no_automation", tasks(10) + assigned(2), (0, 30 + 30, False)),
    case(
        "cross_sell_automate",
        "tire_kicker",
        logins(20) + automations(4) + assigned(2),
        (0, 40 + 30, False),
    ),
    winner("cross_sell_automate", "bought", (0, 70, False), lines=("core", "automate")),
    winner("cross_sell_automate", "other_line", (0, 70, True), lines=("core", "insights")),
]

CASES = [
    *cases_of_all(),
    *cases_of_lists(),
    *PLAYBOOK_POINTS,
    *SIX_SIGNAL,
    *SIGNAL_POINTS,
    *WEIGHTED_CATEGORIES,
    *FIT,
    *CUSTOMERS,
]


# --- the cases as raw tables ----------------------------------------------------------------------


def raw_tables() -> Tables:
    tables = {
        "events": [row for each in CASES for row in event_rows(each)],
        "users": [row for each in CASES for row in user_rows(each)],
        "accounts": [account_row(each) for each in CASES],
        "subscriptions": [row for each in CASES for row in subscription_rows(each)],
    }
    for number, row in enumerate(tables["events"]):
        row["event_id"] = str(number)
    return tables


def event_rows(each: Case) -> Iterator[Row]:
    for act in each.acts:
        yield {
            "event_id": "",
            "event_name": act.event,
            "occurred_at": f"{each.date(act.day)}T09:00:00Z",
            "user_id": user_id(each, act.person),
            "account_id": each.entity_id,
            "properties": act.properties,
            "event_count": str(act.count),
        }


def user_rows(each: Case) -> Iterator[Row]:
    domain = mail_domain(each)
    for person in range(1 + max(act.person for act in each.acts)):
        yield {
            "user_id": user_id(each, person),
            "email": f"{person}.{each.definition_id}.{each.name}@{domain}" if domain else "",
            "account_id": each.entity_id,
            "job_title": each.company.title,
            "created_at": str(each.date(-each.company.signed_up)),
        }


def account_row(each: Case) -> Row:
    return {
        "account_id": each.entity_id,
        "domain": mail_domain(each),
        "employee_count": str(each.company.employees),
        "industry": each.company.industry,
        "seat_limit": str(each.company.seats),
        "created_at": str(each.date(-each.company.signed_up)),
    }


def subscription_rows(each: Case) -> Iterator[Row]:
    for line in each.company.lines:
        yield {
            "subscription_id": f"{each.entity_id}/{line}",
            "account_id": each.entity_id,
            "user_id": "",
            "product_line": line,
            "stage": each.company.stage,
            "started_at": str(each.date(-each.company.signed_up)),
            "ended_at": "",
        }


def mail_domain(each: Case) -> str:
    """Its own domain, so that no two cases are taken for one company."""
    return each.company.domain.format(each.entity_id.replace("_", "-").replace("/", "."))


def user_id(each: Case, person: int) -> str:
    return f"{each.entity_id}/{person}" if person else each.entity_id


# --- the definitions, and each of them with one cell changed --------------------------------------

PUBLISHED: Tables = {
    path.stem: list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    for path in sorted(FOLDER.glob("*.csv"))
}
DEFINITIONS = [row["definition_id"] for row in PUBLISHED["definitions"]]
WINDOWS = {row["signal_id"]: row["window_days"] for row in PUBLISHED["signals"]}

# How each number is changed, and which other cells are left blank.
STEPS = {
    "definitions": {"score_threshold": 10, "decay_points_per_week": 1, "active_within_days": -1},
    "definition_rules": {"min_value": 1, "points": 1, "max_awards": 1},
    "fit_rules": {"value": 1},
    "category_caps": {"max_points": 1},
}
BLANKED = {
    "definitions": ("audience", "product_line"),
    "definition_rules": ("effect", "requirement_group"),
}


@dataclass(frozen=True)
class Change:
    """A draft's only difference: another value in a cell of a file, or a file left out."""

    definition_id: str
    file: str = ""
    row: int = -1  # of the file; -1: all rows, left out
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        if self.row < 0:
            return f"{self.definition_id}: no {self.file or 'change'}"
        row = PUBLISHED[self.file][self.row]
        key = row.get("rule_id") or row.get("fit_rule_id") or row.get("category") or self.file
        return f"{self.definition_id}: {key}, {self.column}: {row[self.column]} > {self.value}"


def changes() -> Iterator[Change]:
    """Every number a step away, every other condition taken away, and all fit."""
    for file in STEPS:
        for number, row in enumerate(PUBLISHED[file]):
            for column, value in changed_cells(file, row):
                yield Change(row["definition_id"], file, number, column, value)
    for definition_id in DEFINITIONS:
        yield Change(definition_id, "fit_rules")


def changed_cells(file: str, row: Row) -> Iterator[tuple[str, str]]:
    """The cells of a row to change, one at a time, each with its other value."""
    for column, step in STEPS[file].items():
        if row[column].replace(".", "").isdigit():
            yield column, str(Decimal(row[column]) + step)
    for column in BLANKED.get(file, ()):
        if row[column]:
            yield column, ""
    if file == "definitions" and "|" in row["audience"]:
        yield "audience", row["audience"].rpartition("|")[0]
    if file == "definition_rules" and is_window_shown(row):
        yield "signal_id", a_day_longer(row["signal_id"])


def is_window_shown(rule: Row) -> bool:
    """Whether the end of a window shows in a score, or in who qualifies.

    Acts that are merely required are done on one day in the examples: they leave together.
    """
    counts = rule["points"] or rule["effect"] or rule["signal_id"] == "signed_up_recently"
    return bool(counts and WINDOWS[rule["signal_id"]])


def a_day_longer(signal_id: str) -> str:
    return f"{signal_id}_a_day_longer"


CHANGES = list(changes())
CONTROLS = [Change(definition_id) for definition_id in DEFINITIONS]


def with_drafts() -> tuple[Tables, dict[Change, int]]:
    """The folder with a draft for each change, and the version that each of these has."""
    config = {file: list(rows) for file, rows in PUBLISHED.items()}
    for row in PUBLISHED["signals"]:
        if row["window_days"]:
            longer = {
                "signal_id": a_day_longer(row["signal_id"]),
                "window_days": str(int(row["window_days"]) + 1),
            }
            config["signals"].append(row | longer)
    versions: dict[Change, int] = {}
    for version, change in enumerate(CONTROLS + CHANGES, start=2):
        versions[change] = version
        for file in STEPS:
            config[file] += draft_rows(change, file, version)
    return config, versions


def draft_rows(change: Change, file: str, version: int) -> Iterator[Row]:
    """The rows of the changed definition in a file, as a draft."""
    for number, row in enumerate(PUBLISHED[file]):
        if row["definition_id"] != change.definition_id or (file, -1) == (change.file, change.row):
            continue
        draft = row | {"version": str(version)}
        if file == "definitions":
            draft["status"] = "draft"
        if (file, number) == (change.file, change.row):
            draft[change.column] = change.value
        yield draft


# --- what comes out -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Worked:
    """The build of all cases, and the history of each."""

    built: Any
    versions: dict[Change, int]
    periods: dict[tuple[str, int, str], list[tuple[date, Decimal, bool]]]

    def on(
        self, definition_id: str, entity_id: str, day: date, version: int = 1
    ) -> tuple[Decimal, bool]:
        """The score on a day, and whether it qualifies."""
        periods = self.periods[definition_id, version, entity_id]
        _, score, is_qualified = max(period for period in periods if period[0] <= day)
        return score, is_qualified

    def of(self, each: Case, version: int = 1) -> list[tuple[int, Decimal, bool]]:
        """What came out on the days of which something is expected."""
        return [
            (day, *self.on(each.definition_id, each.entity_id, each.date(day), version))
            for day, _, _ in each.expected
        ]

    def is_as_expected(self, change: Change) -> bool:
        """Whether all examples of a definition come out the same after a change of it."""
        version = self.versions[change]
        return all(
            self.of(each, version) == each.expected
            for each in CASES
            if each.definition_id == change.definition_id
        )


@pytest.fixture(scope="module")
def worked(build) -> Worked:
    config, versions = with_drafts()
    built = build(raw=raw_tables(), config=config)
    assert built.returncode == 0, built.output
    periods = defaultdict(list)
    for definition_id, version, entity_id, *period in built.query(
        "select definition_id, definition_version, entity_id, valid_from, score, is_qualified"
        " from pql.pql_history"
    ):
        periods[definition_id, version, entity_id].append(tuple(period))
    return Worked(built, versions, periods)


@pytest.mark.parametrize("each", CASES, ids=lambda each: each.entity_id)
def test_worked_example(worked, each):
    assert worked.of(each) == each.expected


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_changed_cell_changes_an_example(worked, change):
    assert not worked.is_as_expected(change)


@pytest.mark.parametrize("control", CONTROLS, ids=str)
def test_an_unchanged_draft_changes_none(worked, control):
    assert worked.is_as_expected(control)


def test_no_category_exceeds_its_cap(worked):
    points = worked.built.query(
        "select category, sum(points) filter (source = 'rule'), sum(points) from pql.pql_reasons"
        " where definition_id = 'weighted_categories' and category <> 'activation'"
        " and entity_id = 'weighted_categories/much_of_everything'"
        " group by category order by category"
    )
    assert points == [("adoption", 45, 40), ("intent", 30, 25), ("usage", 40, 35)]


def test_three_active_people_outweigh_a_power_user_with_a_higher_score(worked):
    day = TODAY - timedelta(days=30)
    team, power_user = "weighted_categories/team", "weighted_categories/power_user"
    people = [team, f"{team}/1", f"{team}/2"]

    own_scores = [worked.on("playbook_points", person, day) for person in [*people, power_user]]
    assert own_scores == [(10, False), (10, False), (10, False), (40 + 20 + 10, True)]

    score_of_team, _ = worked.on("weighted_categories", team, day)
    score_of_power_user, _ = worked.on("weighted_categories", power_user, day)
    assert score_of_team > score_of_power_user


@pytest.mark.parametrize(
    ("entity_id", "words"),
    [
        ("six_signal/competitor", "is a competitor"),
        ("six_signal/student", "is a school or university"),
        ("six_signal/paid", "paid"),
        ("six_signal/nine_employees", "has 10 or more employees"),
        ("expansion/free", "free"),
        ("cross_sell_insights/bought", "insights"),
    ],
)
def test_why_they_never_qualify(worked, entity_id, words):
    definition_id = entity_id.partition("/")[0]
    [(reason,)] = worked.built.query(
        "select ineligible_reason from pql.pql_accounts"
        f" where definition_id = '{definition_id}' and account_id = '{entity_id}'"
    )
    assert words in reason


# --- on the demo ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def on_demo(build):
    built = build(config=PUBLISHED)
    assert built.returncode == 0, built.output
    return built


def test_the_folder_has_no_problem(on_demo):
    assert on_demo.query("select * from pql.config_problems") == []


def test_every_definition_qualifies_someone_in_the_demo(on_demo):
    qualified = on_demo.query(
        "select distinct definition_id from pql.pql_history where is_qualified and not is_projected"
    )
    assert sorted(qualified) == [(definition_id,) for definition_id in sorted(DEFINITIONS)]


def test_every_definition_is_live_and_says_where_it_comes_from():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for row in PUBLISHED["definitions"]:
        assert (row["version"], row["status"]) == ("1", "live")
        assert row["rationale"]
        assert f"`{row['definition_id']}`" in readme
