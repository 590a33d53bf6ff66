"""Accounts whose last weeks are told, not drawn: each shows one thing that the project finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tools.demo_data.names import (
    COUNTRIES,
    FINANCE,
    HEALTH,
    MEDIA,
    SERVICES,
    SOFTWARE,
    company_domain,
)
from tools.demo_data.product import COUNTED
from tools.demo_data.simulation import Life
from tools.demo_data.workspace import FREE_SEATS, Workspace
from tools.demo_data.world import END, Dice, World, each_day

Acts = dict[str, int]
SHARED_ACTS = ("task", "log_in", "assign", "message", "file")  # the owner does the others


@dataclass(frozen=True)
class Story:
    """An account and how many of each act its people do within the last so many days."""

    name: str
    industry: str
    employees: int
    title: str  # of the owner
    joined: date
    people: int
    acts: Acts
    days: int = 13
    admins: int = 0  # of the people invited, so many as admins
    paid: tuple[str, ...] = ()  # product lines paid for since the day of joining
    seats: int = FREE_SEATS
    trial: bool = False


WORKFLOW: Acts = {"project": 3, "task": 9, "assign": 3, "message": 40}
INTEREST: Acts = {"pricing": 3, "limit_plan": 1, "data_source": 1}
PROJECTS: Acts = {"project": 6, "task": 14, "automation": 2, "assign": 6, "message": 60}
DASHBOARDS: Acts = {"data_source": 2, "dashboard": 3, "share": 2, "project": 1, "task": 4}
DEVELOPMENT: Acts = {"project": 1, "api_connect": 1, "api_key": 3, "api_call": 1600, "ci": 1}
STAGES: Acts = {"environment_dev": 1, "environment_staging": 1, "environment_prod": 1}
MEETINGS: Acts = {"meeting": 7, "calendar": 1, "project": 1, "task": 2}

LEADS = (
    Story(
        "Lumenfield Software", SOFTWARE, 120, "Head of Operations", date(2026, 6, 2), 5,
        WORKFLOW | INTEREST | {"automation": 3, "upgrade": 1},
    ),
    Story(
        "Harrowgate Wealth", FINANCE, 240, "Senior Financial Analyst", date(2026, 5, 28), 4,
        DASHBOARDS | {"pricing": 2, "limit_refresh": 1, "invite": 2}, admins=1,
    ),
    Story(
        "Tidewell Clinics", HEALTH, 310, "Program Manager", date(2026, 6, 3), 6,
        PROJECTS | INTEREST | {"billing": 2, "upgrade": 2, "invite": 1},
    ),
    Story(
        "Quillmark Media", MEDIA, 65, "Managing Editor", date(2026, 6, 4), 5,
        PROJECTS | {"pricing": 2, "upgrade": 2, "limit_plan": 1},
    ),
    Story(
        "Brightloom Consulting", SERVICES, 44, "Engagement Lead", date(2026, 6, 9), 4,
        WORKFLOW | INTEREST | {"demo": 1},
    ),
    Story(
        "Forgepoint Cloud", SOFTWARE, 90, "Platform Engineer", date(2026, 6, 1), 3,
        DEVELOPMENT | {"pricing_top": 2, "gated_top": 1, "environment_dev": 1},
    ),
    Story(
        "Stackharbor Systems", SOFTWARE, 35, "CTO", date(2026, 6, 8), 3,
        DEVELOPMENT | STAGES,
    ),
    Story(
        "Ostrava Ledger", FINANCE, 150, "Finance Director", date(2026, 6, 18), 2,
        {"project": 1, "task": 3, "demo": 1, "pricing": 1},
    ),
    Story(
        "Caldera Diagnostics", HEALTH, 420, "VP Operations", date(2026, 6, 15), 6,
        WORKFLOW | INTEREST | {"automation": 4, "billing": 1}, trial=True,
    ),
    Story(
        "Fernhill Legal", SERVICES, 75, "Operations Manager", date(2026, 6, 10), 4,
        DASHBOARDS | {"sso_docs": 2, "pricing": 2, "limit_plan": 1}, admins=1, trial=True,
    ),
    Story(
        "Pixelgrove Studio", MEDIA, 28, "Producer", date(2026, 5, 25), 8,
        {"project": 12, "task": 20, "assign": 4, "limit_plan": 1, "pricing": 1}, days=25,
    ),
    Story(
        "Rookery Games", SOFTWARE, 52, "Studio Operations Lead", date(2026, 5, 26), 7,
        {"project": 11, "task": 15, "assign": 3, "limit_plan": 2}, days=25,
    ),
)  # fmt: skip
# Two owners who meet the scheduling trigger in their first fortnight, and one who is too late.
SCHEDULERS = (
    Story("Meridian Recruiting", SERVICES, 32, "Talent Partner", date(2026, 6, 19), 3, MEETINGS),
    Story("Sandpiper Coaching", SERVICES, 12, "Founder", date(2026, 6, 22), 2, MEETINGS),
    Story("Latecomer Legal", SERVICES, 18, "Paralegal", date(2026, 6, 1), 2, MEETINGS, days=10),
)
# Well over 2,000 messages, exactly 2,000, and one short of it.
TALKERS = (
    Story(
        "Copperline Agency", MEDIA, 140, "Account Director", date(2026, 4, 14), 6,
        {"message": 2650, "project": 2, "task": 10, "assign": 4}, days=60,
    ),
    Story(
        "Roundhouse Radio", MEDIA, 38, "Station Manager", date(2026, 4, 20), 5,
        {"message": 2000, "project": 1, "task": 6}, days=60,
    ),
    Story(
        "Nearly Freight", "Logistics", 95, "Dispatcher", date(2026, 4, 22), 5,
        {"message": 1999, "project": 1, "task": 6}, days=60,
    ),
)  # fmt: skip
# Customers who outgrow what they pay for, or who need another product line.
CUSTOMERS = (
    Story(
        "Kingfisher Robotics", SOFTWARE, 180, "Engineering Manager", date(2025, 9, 3), 9,
        PROJECTS | {"limit_seats": 2, "gated": 2, "billing": 1}, paid=("core",), seats=10,
    ),
    Story(
        "Saltmarsh Insurance", FINANCE, 460, "Claims Operations Lead", date(2025, 11, 12), 13,
        WORKFLOW | {"limit_plan": 1, "gated_top": 3}, paid=("core",), seats=15,
    ),
    Story(
        "Thornbury Press", MEDIA, 70, "Data Analyst", date(2025, 10, 6), 5,
        WORKFLOW | DASHBOARDS | {"dashboard": 6, "share": 4}, paid=("core",),
    ),
    Story(
        "Bellwether Dental", HEALTH, 55, "Office Manager", date(2026, 2, 3), 4,
        WORKFLOW | {"automation": 24}, paid=("core", "insights"),
    ),
)  # fmt: skip


def tell_stories(world: World) -> list[Workspace]:
    """All the stories, one after the other."""
    return [tell(world, story) for story in LEADS + SCHEDULERS + TALKERS + CUSTOMERS]


def tell(world: World, story: Story) -> Workspace:
    """The people join, buy if they do, and play their acts over the last days."""
    dice = Dice(story.name)
    space = Workspace(
        account_id=world.new_id("a", 3),
        kind="story",
        style="engaged",
        joined=dice.moment(story.joined),
        domain=company_domain(story.name),
        name=story.name,
        employees=story.employees,
        industry=story.industry,
        country=dice.pick(COUNTRIES),
        seats=story.seats if story.paid else max(story.people, FREE_SEATS),
        in_crm=dice.chance(0.6),
    )
    life = Life(world, space, dice)
    gather(life, story)
    if story.trial:
        life.start_trial(dice.moment(END - timedelta(days=9)))
    if story.paid:
        space.plan, space.paid_on = "team", story.joined
    for line in story.paid:
        life.start_line(line, space.joined)
    play(life, story)
    return space


def gather(life: Life, story: Story) -> None:
    """The owner signs up and invites the others, who come the next days."""
    space = life.space
    owner = life.join(space.joined)
    life.world.tables["users"][-1]["job_title"] = story.title
    roles = ["admin"] * story.admins + ["member"] * (story.people - 1 - story.admins)
    first = story.joined + timedelta(days=1)
    for number, role in enumerate(roles):
        when = space.joined + timedelta(minutes=20 + 3 * number)
        life.invite(owner, when, role, life.dice.workday(first, first + timedelta(days=2)))
    for day in sorted(space.expected):
        life.welcome(day)


def play(life: Life, story: Story) -> None:
    """Spread the acts over the last days; each person is there on two of the last eight."""
    first = max(END - timedelta(days=story.days), story.joined + timedelta(days=1))
    days = [day for day in each_day(first, END) if day.weekday() < 5]
    for act, total in ({"log_in": story.people} | story.acts).items():
        if act in COUNTED:
            count_out(life, act, total, days)
            continue
        people = life.space.people if act in SHARED_ACTS else life.space.people[:1]
        for turn in range(total):
            person = people[turn % len(people)]
            when = max(life.dice.moment(life.dice.pick(days)), person.joined + timedelta(hours=1))
            if act == "invite":
                life.invite(person, when, arrives=END)  # still open
            else:
                life.act(person, act, when)
    for person in life.space.people:
        for day in life.dice.sample(days[-8:], 2):
            when = max(life.dice.moment(day), person.joined + timedelta(hours=1))
            life.act(person, "task", when)


def count_out(life: Life, act: str, total: int, days: list[date]) -> None:
    """Split a total into rows of one person and day."""
    people = life.space.people
    turns = [(person, day) for day in days for person in people if person.joined.date() < day]
    turns = turns[: max(1, total // 15)]
    for number, (person, day) in enumerate(turns):
        count = total // len(turns) + (number < total % len(turns))
        life.act(person, act, life.dice.moment(day), count)
