"""Who there is: ordinary accounts, people on their own, and accounts that are odd on purpose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from tools.demo_data.ground_truth import NO_BUDGET, TRIAL_ANYWAY
from tools.demo_data.names import (
    COMPETITOR,
    COUNTRIES,
    DISPOSABLE_MAIL,
    EDUCATION_MAIL,
    FREE_MAIL,
    HEADCOUNTS,
    HEALTH,
    INDUSTRIES,
    PARTNER,
    SOFTWARE,
    VENDOR,
    company_domain,
    new_company,
    unknown_company_domain,
)
from tools.demo_data.product import COUNTED, seats_for
from tools.demo_data.simulation import Life
from tools.demo_data.workspace import Workspace
from tools.demo_data.world import END, START, Dice, World, each_day

USERS = 2000
LONG_AGO, NEW_YEARS_EVE = date(2025, 3, 1), date(2025, 12, 31)
# Kinds of ordinary account: how many, and their style. The old ones were there before the log.
KINDS: dict[str, tuple[int, str]] = {
    "old_customer": (34, "customer"),
    "old_free": (34, "engaged"),
    "engaged": (152, "engaged"),
    "casual": (12, "casual"),
    "tire_kicker": (26, "tire_kicker"),
    "taskmaster": (28, "taskmaster"),
}
INDIVIDUAL_STYLES = ("casual",) * 15 + ("taskmaster", "tire_kicker", "engaged", "engaged")


def ordinary_accounts(world: World) -> list[Workspace]:
    """The accounts of all kinds, each with its own luck."""
    return [
        ordinary_account(world, kind, style, Dice(f"{kind} {number}"))
        for kind, (count, style) in KINDS.items()
        for number in range(count)
    ]


def ordinary_account(world: World, kind: str, style: str, dice: Dice) -> Workspace:
    """One account's whole life."""
    space = new_account(world, kind, style, dice)
    life = Life(world, space, dice)
    space.wakes = [max(space.joined.date(), START)]
    if kind == "old_free":
        space.wakes = [START + timedelta(days=dice.whole(0, 40))]
    if style != "customer" and dice.chance(NO_BUDGET):
        space.decided["first_payment"] = START
    if style == "engaged":
        life.grow_drivers()
        if dice.chance(0.25):
            space.wakes.append(space.wakes[0] + timedelta(days=dice.whole(30, 80)))
        if dice.chance(TRIAL_ANYWAY):
            space.plans.append((space.wakes[0] + timedelta(days=dice.whole(0, 20)), "trial"))
        for _ in range(min(dice.few(1.6), (space.employees or 2) - 1)):
            life.expect(space.wakes[0] + timedelta(days=dice.whole(1, 60)))
    if kind.startswith("old"):
        settle(life, dice.whole(5, 14) if style == "customer" else dice.whole(1, 4))
    if style == "customer":
        settle_customer(life)
    return life.live()


def new_account(world: World, kind: str, style: str, dice: Dice) -> Workspace:
    """A company that uses the product; very small ones may do so on free mail."""
    industry = dice.pick(INDUSTRIES)
    name, domain = new_company(world, industry, dice)
    employees = dice.whole(*dice.pick(HEADCOUNTS))
    first, last = START, date(2026, 6, 25)
    if kind.startswith("old"):
        first, last = LONG_AGO, date(2025, 12, 20)
    return Workspace(
        account_id=world.new_id("a", 3),
        kind=kind,
        style=style,
        joined=dice.workmoment(first, last),
        domain=dice.pick(FREE_MAIL) if employees < 10 and dice.chance(0.4) else domain,
        name=name,
        employees=None if dice.chance(0.04) else employees,
        industry=industry,
        country=dice.pick(COUNTRIES),
        max_people=min(employees, dice.pick((5, 8, 10, 14, 20))),
    )


def settle(life: Life, people: int) -> None:
    """Give an old account the people and projects it had before the log began."""
    space, dice = life.space, life.dice
    life.join(space.joined)
    for _ in range(people - 1):
        life.join(dice.workmoment(space.joined.date(), NEW_YEARS_EVE))
    space.things["project"] = dice.whole(1, 3)


def settle_customer(life: Life) -> None:
    """Give an old customer what it pays for; some have stopped using it, and may leave."""
    space, dice = life.space, life.dice
    space.plan = dice.pick(("team", "team", "business"))
    space.seats = space.max_people = seats_for(len(space.people))
    space.paid_on = dice.workday(space.joined.date(), NEW_YEARS_EVE)
    life.start_line("core", dice.moment(space.paid_on))
    life.grow_needs(START)
    if dice.chance(0.2):
        life.start_line("insights", dice.moment(NEW_YEARS_EVE))
    if dice.chance(0.25):
        space.wakes = []


def users_without_account(world: World) -> list[Workspace]:
    """People on their own; as many as make up the number of users."""
    spaces: list[Workspace] = []
    while len(world.tables["users"]) < USERS:
        dice = Dice(f"individual {len(spaces)}")
        joined = dice.workmoment(START, date(2026, 6, 28))
        style = dice.pick(INDIVIDUAL_STYLES)
        space = Workspace("", "individual", style, joined, individual_domain(dice))
        space.wakes = [joined.date()]
        life = Life(world, space, dice)
        if style == "engaged":
            life.grow_drivers()
        spaces.append(life.live())
    return spaces


def individual_domain(dice: Dice) -> str:
    """The mail domain of a person without an account: mostly free mail."""
    roll = dice.roll()
    if roll < 0.08:
        return dice.pick(EDUCATION_MAIL)
    if roll < 0.13:
        return dice.pick(DISPOSABLE_MAIL)
    return unknown_company_domain(dice) if roll < 0.2 else dice.pick(FREE_MAIL)


# --- Accounts that are odd on purpose: one function per oddity ---
def odd_account(
    world: World,
    name: str,
    people: int,
    style: str = "engaged",
    industry: str = SOFTWARE,
    like: Workspace | None = None,
) -> Workspace:
    """An account that never buys, with so many people who joined in spring."""
    dice = Dice(f"odd {name}")
    space = Workspace(
        account_id=world.new_id("a", 3),
        kind="odd",
        style=style,
        joined=dice.workmoment(date(2026, 3, 2), date(2026, 5, 15)),
        domain=like.domain if like else company_domain(name),
        name=name,
        employees=like.employees if like else dice.whole(15, 90),
        industry=like.industry if like else industry,
        country=like.country if like else dice.pick(COUNTRIES),
    )
    space.wakes, space.decided = [space.joined.date()], {"first_payment": START}
    space.traits = [(trait, space.joined.date(), END) for trait in ("activation", "intent")]
    life = Life(world, space, dice)
    for _ in range(people - 1):
        life.expect(space.joined.date() + timedelta(days=dice.whole(1, 20)))
    return life.live()


def competitor_account(world: World) -> list[Workspace]:
    """A competitor who studies the product, prices and all."""
    return [odd_account(world, COMPETITOR.split(".")[0].title(), 4)]


def partner_account(world: World) -> list[Workspace]:
    """An agency that sets the product up for others."""
    return [odd_account(world, PARTNER.split(".")[0].title(), 3)]


def staff_account(world: World) -> list[Workspace]:
    """The vendor's own people, one of them on a subdomain."""
    space = odd_account(world, VENDOR.split(".")[0].title(), 6, "taskmaster")
    user = world.tables["users"][-1]
    user["email"] = user["email"].replace("@", "@eu.")
    return [space]


def accounts_known_by_mail_only(world: World) -> list[Workspace]:
    """Accounts that no user and no event names: only the mail domain leads to them."""
    spaces = [
        odd_account(world, "Greyfriars Surgery", 4, industry=HEALTH),
        odd_account(world, "Penrose Data", 3),
    ]
    named = {space.account_id for space in spaces}
    for table in ("users", "events"):
        for row in world.rows(table, lambda row: row["account_id"] in named):
            row["account_id"] = ""
    return spaces


def names_that_need_escaping(world: World) -> list[Workspace]:
    """Names with a comma, quotes, umlauts or a script, all of which must show as text."""
    names = ('Söhne, Töchter & "Co"', "<script>alert(1)</script>")
    return [odd_account(world, name, 2, "casual") for name in names]


def accounts_without_users(world: World) -> list[Workspace]:
    """Accounts imported from the CRM; a service of one of them calls the API, and no user does."""
    spaces = []
    for number in range(6):
        space = new_account(world, "imported", "casual", Dice(f"imported {number}"))
        space.in_crm = True
        spaces.append(space)
    dice = Dice("service")
    for day in each_day(date(2026, 6, 8), date(2026, 6, 26)):
        calls = dice.whole(*COUNTED["api_call"])
        account_id = spaces[0].account_id
        world.event("api_called", dice.moment(day), account_id=account_id, event_count=calls)
    return spaces


ODDITIES: tuple[Callable[[World], list[Workspace]], ...] = (
    competitor_account,
    partner_account,
    staff_account,
    accounts_known_by_mail_only,
    names_that_need_escaping,
    accounts_without_users,
)


def merged_accounts(world: World, spaces: list[Workspace]) -> list[Workspace]:
    """Further workspaces of a company, linked to its first one: once directly, once in a chain."""
    dice = Dice("merged_accounts")
    firsts = [space for space in spaces if space.kind == "engaged" and space.fits]
    one, two = dice.sample(firsts, 2)
    berlin = odd_account(world, f"{one.name} Berlin", 3, like=one)
    lisbon = odd_account(world, f"{two.name} Lisbon", 2, like=two)
    madrid = odd_account(world, f"{two.name} Madrid", 2, like=two)
    for merged, into, day in (
        (berlin, one, date(2026, 6, 8)),
        (madrid, lisbon, date(2026, 5, 20)),
        (lisbon, two, date(2026, 6, 12)),
    ):
        world.add(
            "account_links",
            from_account_id=merged.account_id,
            to_account_id=into.account_id,
            linked_at=dice.moment(day),
        )
    return [berlin, lisbon, madrid]
