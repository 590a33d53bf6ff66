"""What marketing and sales did, and what the CRM knows of it. None of it moves anyone to pay."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tools.demo_data.names import new_email, unknown_company_domain
from tools.demo_data.workspace import Workspace
from tools.demo_data.world import END, LAST_MOMENT, START, Dice, World, parse

REPS = ("rep_01", "rep_02", "rep_03", "rep_04", "rep_05")
# Webinars and forms mostly bring people who hardly use the product.
MQL_CHANCES = {"engaged": 0.12, "old_free": 0.1, "casual": 0.5, "tire_kicker": 0.45}
MQL_CHANCES |= {"taskmaster": 0.25, "individual": 0.06}
SOLD_TO = ("engaged", "old_free", "casual", "old_customer")
REASONS = {
    "rejected": ("no budget", "wrong contact", "too small", "uses another tool"),
    "recycled": ("bad timing", "asked to wait"),
}


def rep_of(entity_id: str) -> str:
    """The rep in charge of an account or user."""
    return REPS[sum(map(ord, entity_id)) % len(REPS)]


def sell(world: World, accounts: list[Workspace], alone: list[Workspace]) -> None:
    """All tables of marketing and sales, and the accounts as they are on the last day."""
    bring_leads(world, accounts + alone)
    for space in accounts:
        if space.kind in SOLD_TO:
            follow_up(world, space, Dice(f"sales {space.account_id}"))
    call_back(world)
    verify_contacts(world)
    for space in accounts:
        write_account(world, space, Dice(f"crm {space.account_id}"))


def bring_leads(world: World, spaces: list[Workspace]) -> None:
    """Marketing-qualified leads, a quarter of them people who never sign up."""
    dice = Dice("marketing leads")
    for space in spaces:
        if space.people and dice.chance(MQL_CHANCES.get(space.kind, 0.0)):
            space.is_mql = True
            person = space.people[0]
            first = max(person.joined, datetime.combine(START, time(9)))
            when = first + timedelta(days=dice.whole(0, 10), hours=dice.whole(1, 5))
            bring_lead(world, when, person.email, dice, space)
    for _ in range(25):
        email = new_email(world, unknown_company_domain(dice), dice)
        bring_lead(world, dice.workmoment(START, END - timedelta(days=1)), email, dice)


def bring_lead(
    world: World, when: datetime, email: str, dice: Dice, space: Workspace | None = None
) -> None:
    """One lead; half the time the marketing tool knows only the mail address."""
    if when > LAST_MOMENT:
        return
    known = space if dice.chance(0.5) else None
    world.add(
        "marketing_leads",
        lead_id=world.new_id("mql"),
        user_id=known.people[0].user_id if known else "",
        account_id=known.account_id if known else "",
        email=email,
        qualified_at=when,
    )
    if space and dice.chance(0.6):
        touch(world, space.account_id, space.people[0].user_id, when, dice, (10, 100))


def touch(
    world: World,
    account_id: str,
    user_id: str,
    after: datetime,
    dice: Dice,
    hours: tuple[int, int],
) -> None:
    """A rep gets in touch so many hours later, unless that is after the last day."""
    when = after + timedelta(hours=dice.whole(*hours), minutes=dice.whole(0, 59))
    if when > LAST_MOMENT:
        return
    world.add(
        "sales_activities",
        activity_id=world.new_id("act"),
        account_id=account_id,
        user_id=user_id if dice.chance(0.5) or not account_id else "",
        activity_type=dice.pick(("email", "email", "call", "meeting")),
        owner=rep_of(account_id or user_id),
        occurred_at=when,
    )


def follow_up(world: World, space: Workspace, dice: Dice) -> None:
    """What sales made of one account: opportunities won, lost or open, touches, answers."""
    decided, ripe = space.decided.get("first_payment"), space.ripe_on
    source = "pql" if ripe else dice.pick(("outbound", "inbound"))
    source = "mql" if space.is_mql else source
    if space.paid_on:
        if decided and dice.chance(0.7 if space.fits else 0.3):
            opportunity(world, space, decided, space.paid_on, source, dice, won=True)
    elif (ripe and dice.chance(0.5)) or (space.is_mql and dice.chance(0.12)):
        since = max(ripe or space.joined.date(), START)
        created = min(since + timedelta(days=dice.whole(1, 12)), END)
        closed = created + timedelta(days=dice.whole(15, 60))
        opportunity(world, space, created, closed, source, dice, won=False)
    if ripe:
        answer(world, space, datetime.combine(ripe, time(18)), dice)
    for line in ("insights", "automate"):
        if line in space.paid_lines and line in space.decided and dice.chance(0.6):
            bought = parse(space.paid_lines[line]["started_at"]).date()
            opportunity(world, space, space.decided[line], bought, "pql", dice, won=True, line=line)


def opportunity(
    world: World,
    space: Workspace,
    created: date,
    closed: date,
    source: str,
    dice: Dice,
    *,
    won: bool,
    line: str = "core",
) -> None:
    """One opportunity and its touches; open if it would close after the last day."""
    is_closed = closed <= END
    paid = space.paid_lines.get(line)
    mrr = float(paid["mrr"]) if paid else 9.0 * max(5, len(space.people))
    when, user_id = dice.moment(created), space.people[0].user_id
    space.in_crm = True
    world.add(
        "opportunities",
        opportunity_id=world.new_id("opp"),
        account_id=space.account_id,
        user_id=user_id,
        product_line=line,
        lead_source=source,
        created_at=when,
        closed_at=dice.moment(max(closed, created + timedelta(days=1))) if is_closed else None,
        is_closed=is_closed,
        is_won=won and is_closed,
        amount=f"{mrr * 12:.2f}",
    )
    for step in range(dice.whole(1, 3)):
        touch(world, space.account_id, user_id, when, dice, (1 + 90 * step, 40 + 120 * step))


def answer(world: World, space: Workspace, ripe: datetime, dice: Dice) -> None:
    """Sales hears of an account that shows drivers: a touch, an answer, both or nothing."""
    owner = space.people[0].user_id
    if dice.chance(0.5):
        hours = dice.pick(((0, 8), (8, 24), (24, 72), (72, 200)))
        touch(world, space.account_id, owner, ripe, dice, hours)
    when = ripe + timedelta(days=dice.whole(1, 6))
    if when > LAST_MOMENT or not dice.chance(0.6):
        return
    status = dice.pick(("accepted", "accepted", "working", "rejected", "rejected", "recycled"))
    snooze_until = (when + timedelta(days=dice.whole(30, 60))).date()
    about_user = dice.chance(0.2)
    world.add(
        "lead_responses",
        entity_type="user" if about_user else "account",
        entity_id=owner if about_user else space.account_id,
        status=status,
        reason=dice.pick(REASONS.get(status, ("",))),
        responded_at=when,
        snooze_until=snooze_until if status == "recycled" else None,
    )


def call_back(world: World) -> None:
    """Whoever asks for a demo is called, mostly within a day; the newest are still waiting."""
    dice = Dice("demo requests")
    account_of = {row["user_id"]: row["account_id"] for row in world.tables["users"]}
    for row in world.rows("events", lambda row: row["event_name"] == "demo_requested"):
        asked, user_id = parse(row["occurred_at"]), row["user_id"]
        if asked.date() < END - timedelta(days=5) and dice.chance(0.85):
            touch(world, account_of[user_id], user_id, asked, dice, (1, 30))


def verify_contacts(world: World) -> None:
    """A mail checker has seen half of the company addresses, a few of them twice."""
    dice = Dice("contact verifications")
    outcomes = ("valid",) * 15 + ("risky", "risky", "invalid", "invalid", "unknown")
    for row in world.rows("users", lambda row: row["account_id"]):
        if not dice.chance(0.55):
            continue
        joined = max(parse(row["created_at"]), datetime.combine(START, time(3)))
        for _ in range(2 if dice.chance(0.06) else 1):
            when, status = joined + timedelta(hours=dice.whole(1, 900)), dice.pick(outcomes)
            if when < LAST_MOMENT:
                world.add(
                    "contact_verifications", email=row["email"], status=status, verified_at=when
                )


def write_account(world: World, space: Workspace, dice: Dice) -> None:
    """The account as the product knows it on the last day; some are in the CRM."""
    in_crm = space.in_crm or dice.chance(0.25)
    world.add(
        "accounts",
        account_id=space.account_id,
        account_name=space.name,
        domain=space.domain,
        employee_count=space.employees,
        industry=space.industry,
        country=space.country,
        plan_name=space.plan,
        seat_limit=space.seats,
        created_at=space.joined,
        crm_account_id=world.new_id("crma", 3) if in_crm else "",
        crm_owner_id=rep_of(space.account_id) if in_crm else "",
    )
