"""One workspace's life, day by day: who comes, what they do, and what they pay for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tools.demo_data.ground_truth import (
    DELAY_DAYS,
    DRIVERS,
    TRIAL_DAYS,
    TRIAL_FIRST,
    decides,
    drivers_shown,
)
from tools.demo_data.names import (
    COMMON_TITLES,
    EDUCATION_MAIL,
    INDIVIDUAL_TITLES,
    TITLES,
    new_email,
)
from tools.demo_data.product import (
    ACTS,
    COUNTED,
    PLANS,
    SEAT_PRICES,
    SEAT_STEPS,
    STYLES,
    TRAITS,
    WEB_EVENTS,
    Style,
    seats_for,
)
from tools.demo_data.workspace import FREE_SEATS, Person, Workspace
from tools.demo_data.world import END, LAST_MOMENT, START, Dice, World, cell, each_day, parse


@dataclass
class Life:
    """Lets things happen in a workspace, and writes down what the product would log."""

    world: World
    space: Workspace
    dice: Dice

    def live(self) -> Workspace:
        """From the workspace's first day in the log to the last."""
        space = self.space
        for day in each_day(max(START, space.joined.date()), END):
            if day == space.joined.date():
                self.join(space.joined)
            self.welcome(day)
            self.carry_out_plans(day)
            for person in list(space.people):
                if self.dice.chance(self.presence(person, day)):
                    self.work(person, day)
            self.consider(day)
        return space

    # --- people ---
    def join(self, when: datetime, user_id: str = "", inviter: str = "") -> Person:
        """A person signs up: by invitation, or by themselves, perhaps after looking around."""
        space, dice = self.space, self.dice
        first = not space.people
        person = Person(
            user_id=user_id or self.world.new_id("u"),
            email=new_email(self.world, space.domain, dice),
            joined=when,
            zeal=1.0 if first else 0.06 + 0.5 * dice.roll() ** 2,
            leads=first or dice.chance(0.15),
        )
        space.people.append(person)
        self.register(person)
        visitor = ""
        if not inviter and when.date() > START + timedelta(days=7) and dice.chance(0.14):
            visitor = self.look_around(person)
        source = "invite" if inviter else dice.pick(("organic", "organic", "ads", "referral"))
        self.log("signed_up", when, person.user_id, {"source": source}, anonymous_id=visitor)
        space.log.append((when.date(), "signed_up", person.user_id))
        if inviter:
            later = when + timedelta(minutes=1)
            self.log("invite_accepted", later, person.user_id, {"inviter": inviter})
            space.done["invite_accepted"] += 1
        return person

    def register(self, person: Person) -> None:
        """Write the row of a new user."""
        space, dice = self.space, self.dice
        titles = [*TITLES.get(space.industry, ()), *COMMON_TITLES]
        title = dice.pick(titles if space.account_id else INDIVIDUAL_TITLES)
        self.world.add(
            "users",
            user_id=person.user_id,
            email=person.email,
            account_id=space.account_id,
            job_title="Student" if space.domain in EDUCATION_MAIL else title,
            created_at=person.joined,
            crm_contact_id=self.world.new_id("crmc")
            if space.account_id and dice.chance(0.15)
            else "",
            email_opt_out=dice.chance(0.03),
        )

    def look_around(self, person: Person) -> str:
        """Anonymous page views before sign-up; the visitor is linked to the user then or later."""
        visitor = self.world.new_id("anon")
        for _ in range(self.dice.whole(1, 3)):
            when = person.joined - timedelta(minutes=self.dice.whole(30, 6 * 24 * 60))
            page = {"page": self.dice.pick(("pricing", "templates", "help"))}
            if page["page"] == "pricing":
                page["plan"] = "team"
            self.log("page_viewed", when, "", page, anonymous_id=visitor)
        days = self.dice.pick((0, 0, 0, 0, 12, 30))
        linked_at = person.joined + timedelta(days=days, minutes=1)
        if linked_at < LAST_MOMENT:
            self.world.add(
                "identity_links", from_id=visitor, to_user_id=person.user_id, linked_at=linked_at
            )
        return visitor

    def expect(self, day: date, inviter: str = "") -> str:
        """Somebody will join on that day; their user id is known already."""
        user_id = self.world.new_id("u")
        self.space.expected.setdefault(day, []).append((user_id, inviter))
        return user_id

    def welcome(self, day: date) -> None:
        """Let those join who were expected today."""
        for user_id, inviter in self.space.expected.pop(day, []):
            self.join(self.dice.moment(day), user_id, inviter)

    def invite(
        self, person: Person, when: datetime, role: str = "", arrives: date | None = None
    ) -> None:
        """Invite a teammate, who comes on a day, or never, or finds all seats taken."""
        space, dice = self.space, self.dice
        coming = len(space.people) + sum(map(len, space.expected.values()))
        if coming >= space.seats:
            self.act(person, "limit_seats", when)
            return
        accepts = bool(arrives) or (coming < space.max_people and dice.chance(0.75))
        arrives = arrives or when.date() + timedelta(days=dice.whole(1, 5))
        if accepts and arrives < END:
            invitee = self.expect(arrives, person.user_id)
        else:
            invitee = self.world.new_id("pending")
        role = role or dice.pick(("member", "member", "member", "admin"))
        self.log("teammate_invited", when, person.user_id, {"invitee": invitee, "role": role})
        space.log.append((when.date(), "invite", person.user_id))

    # --- what they do ---
    def style(self) -> Style:
        """How people use the product here, now."""
        return STYLES["customer" if self.space.paid_lines else self.space.style]

    def presence(self, person: Person, day: date) -> float:
        """The chance that a person is there on a day."""
        if day == person.joined.date():
            return 1.0
        style = self.style()
        ages = [(day - wake).days for wake in self.space.wakes if wake <= day]
        interest = 0.5 ** (min(ages) / style.half_life) if ages else 0.0
        if self.space.churned_on:
            interest = 0.03
        return style.presence * person.zeal * interest * (1.0 if day.weekday() < 5 else 0.15)

    def work(self, person: Person, day: date) -> None:
        """One person's day in the product."""
        dice = self.dice
        joins_today = day == person.joined.date()
        when = person.joined + timedelta(minutes=2) if joins_today else dice.moment(day)
        wanted = Counter(self.style().acts)
        for trait, begins, ends in self.space.traits:
            if person.leads and begins <= day < ends:
                wanted.update(TRAITS[trait])
        for act, mean in wanted.items():
            for _ in range(int(dice.chance(mean)) if act in COUNTED else dice.few(mean)):
                when += timedelta(minutes=dice.whole(1, 15), seconds=dice.whole(0, 59))
                if act != "invite":
                    self.act(person, act, when)
                elif self.space.account_id:
                    self.invite(person, when)

    def act(self, person: Person, act: str, when: datetime, count: int | None = None) -> None:
        """Do one thing, unless it lacks its object (a dashboard to share, say)."""
        event_name, wanted = ACTS[act]
        properties = {key: self.fill(person, self.dice.pick(wanted[key])) for key in wanted}
        if "" in properties.values():
            return
        if act in COUNTED and count is None:
            count = self.dice.whole(*COUNTED[act])
        by_service = act == "api_call" and self.space.account_id and self.dice.chance(0.4)
        user_id = "" if by_service else person.user_id
        self.log(event_name, when, user_id, properties, event_count=count)
        self.space.log.append((when.date(), act, person.user_id))
        self.space.done[act] += 1

    def fill(self, person: Person, value: str) -> str | float:
        """The value of a property; blank if the workspace has nothing of that kind."""
        space, dice = self.space, self.dice
        if not value.startswith("<"):
            return value
        if value == "<size>":
            return round(0.1 + 40 * dice.roll() ** 3, 2)
        if value == "<teammate>":
            others = [other.user_id for other in space.people if other is not person]
            return dice.pick(others) if others else ""
        kind = value.strip("<>").removeprefix("new ")
        if value.startswith("<new"):
            space.things[kind] += 1
            return space.thing(kind, space.things[kind])
        return space.thing(kind, dice.whole(1, space.things[kind])) if space.things[kind] else ""

    def log(
        self,
        event_name: str,
        when: datetime,
        user_id: str,
        properties: dict[str, str | float] | dict[str, str],
        **cells: str | int | None,
    ) -> None:
        """Write an event as the product's trackers would."""
        account_id = "" if event_name in WEB_EVENTS else self.space.account_id
        self.world.event(
            event_name, when, properties, user_id=user_id, account_id=account_id, **cells
        )

    # --- what they decide and pay ---
    def consider(self, day: date) -> None:
        """Take today's decisions; those taken become plans for days to come."""
        space, dice = self.space, self.dice
        shown = drivers_shown(space, day)
        if not space.paid_on and len(shown & DRIVERS) >= 3:
            space.ripe_on = space.ripe_on or day
        later = ("upgrade", "insights", "automate", "churn")
        for decision in later if space.paid_lines else ("first_payment",):
            closed = decision in space.decided or decision in space.paid_lines
            if closed or not decides(decision, shown, dice):
                continue
            space.decided[decision] = day
            wait = dice.whole(*DELAY_DAYS)
            if decision == "first_payment" and not space.trial and dice.chance(TRIAL_FIRST):
                space.plans.append((day + timedelta(days=1), "trial"))
                wait = TRIAL_DAYS + 1
            space.plans.append((day + timedelta(days=wait), decision))

    def carry_out_plans(self, day: date) -> None:
        """Do what was planned for today, and let a trial run out."""
        space = self.space
        for due, plan in space.plans:
            if due != day:
                continue
            when = self.dice.moment(day)
            if plan == "trial":
                self.start_trial(when)
            elif plan == "first_payment":
                self.first_payment(when)
            elif not space.paid_lines:
                continue  # left before the plan came due
            elif plan == "upgrade":
                self.upgrade(when)
            elif plan == "churn":
                self.churn(when)
            else:
                self.start_line(plan, when)
        if space.plan == "trial" and space.trial and parse(space.trial["ended_at"]).date() <= day:
            space.plan = "free"

    def start_line(self, line: str, when: datetime) -> None:
        """Begin to pay for a product line: its price per seat times the seats."""
        space = self.space
        plan = space.plan if line == "core" else line
        seats = space.seats if space.account_id else 1
        space.paid_lines[line] = self.world.add(
            "subscriptions",
            subscription_id=self.world.new_id("sub"),
            **space.payer,
            product_line=line,
            plan_name=plan,
            stage="paid",
            started_at=when,
            mrr=f"{SEAT_PRICES[plan] * seats}.00",
        )

    def start_trial(self, when: datetime) -> None:
        """Begin the one trial that a workspace may have."""
        space = self.space
        if space.trial or space.paid_lines:
            return
        space.plan = "trial"
        space.trial = self.world.add(
            "subscriptions",
            subscription_id=self.world.new_id("sub"),
            **space.payer,
            product_line="core",
            plan_name="business",
            stage="trial",
            started_at=when,
            ended_at=when + timedelta(days=TRIAL_DAYS),
            mrr="0.00",
        )

    def first_payment(self, when: datetime) -> None:
        """Become a customer, with room for all one's people."""
        space, dice = self.space, self.dice
        if space.trial and parse(space.trial["ended_at"]) > when:
            space.trial["ended_at"] = cell(when)
        space.seats = seats_for(len(space.people) + dice.whole(0, 3))
        space.plan = "business" if dice.chance(0.3) else "team"
        space.paid_on = when.date()
        space.max_people = max(space.max_people, space.seats)
        space.wakes.append(when.date())
        self.start_line("core", when)
        self.grow_needs(when.date())

    def upgrade(self, when: datetime) -> None:
        """Take the next plan with more seats, as a new subscription to the same line."""
        space = self.space
        space.paid_lines["core"]["ended_at"] = cell(when)
        space.plan = PLANS[min(PLANS.index(space.plan) + 1, len(PLANS) - 1)]
        space.seats = next(step for step in SEAT_STEPS if step > space.seats)
        self.start_line("core", when)

    def churn(self, when: datetime) -> None:
        """End all that is paid for."""
        space = self.space
        for row in space.paid_lines.values():
            row["ended_at"] = cell(when)
        space.paid_lines, space.plan, space.seats = {}, "free", FREE_SEATS
        space.churned_on = when.date()

    # --- what moves them ---
    def grow_drivers(self) -> None:
        """Draw which drivers of payment will show, and when; one appetite tilts them all."""
        space, dice = self.space, self.dice
        appetite = dice.roll() - 0.5 + (0.15 if space.fits else 0.0)
        for trait, likely, latest, lasts in (
            ("activation", 0.6, 14, (60, 150)),
            ("collaboration", 0.55, 20, (40, 120)),
            ("intent", 0.55, 45, (12, 26)),
            ("developers", 0.1, 10, (30, 90)),
            ("meetings", 0.1, 10, (30, 90)),
        ):
            if dice.chance(likely + 0.5 * appetite):
                begins = space.wakes[0] + timedelta(days=dice.whole(0, latest))
                space.traits.append((trait, begins, begins + timedelta(days=dice.whole(*lasts))))
                if trait == "intent":
                    space.wakes.append(begins)

    def grow_needs(self, since: date) -> None:
        """Draw what a customer will come to need beyond what it pays for."""
        for trait, likely in (("dashboards", 0.3), ("automations", 0.3), ("outgrows", 0.4)):
            if self.dice.chance(likely):
                begins = since + timedelta(days=self.dice.whole(10, 110))
                ends = begins + timedelta(days=self.dice.whole(25, 60))
                self.space.traits.append((trait, begins, ends))
