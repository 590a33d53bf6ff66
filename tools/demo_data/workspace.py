"""What is known of one workspace while its life is simulated."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from tools.demo_data.names import ICP_INDUSTRIES
from tools.demo_data.world import Row

FREE_SEATS = 10


@dataclass
class Person:
    """A user of the product."""

    user_id: str
    email: str
    joined: datetime
    zeal: float  # how often they are there, the owner being 1
    leads: bool  # invites, connects, looks at prices


@dataclass
class Workspace:
    """An account, or a person on their own (no account id), and all that has happened there."""

    account_id: str
    kind: str
    style: str
    joined: datetime
    domain: str
    name: str = ""
    employees: int | None = None
    industry: str = ""
    country: str = ""
    max_people: int = 1
    in_crm: bool = False
    is_mql: bool = False

    wakes: list[date] = field(default_factory=list)  # days on which interest is fresh
    traits: list[tuple[str, date, date]] = field(default_factory=list)  # from, to (exclusive)
    people: list[Person] = field(default_factory=list)
    expected: dict[date, list[tuple[str, str]]] = field(default_factory=dict)  # user, inviter
    things: dict[str, int] = field(default_factory=Counter)  # projects, dashboards
    log: list[tuple[date, str, str]] = field(default_factory=list)  # day, act, user
    done: Counter[str] = field(default_factory=Counter)  # acts, ever

    decided: dict[str, date] = field(default_factory=dict)
    plans: list[tuple[date, str]] = field(default_factory=list)
    paid_lines: dict[str, Row] = field(default_factory=dict)  # running subscriptions
    trial: Row | None = None
    plan: str = "free"
    seats: int = FREE_SEATS
    paid_on: date | None = None
    churned_on: date | None = None
    ripe_on: date | None = None  # first day with three of the four drivers of payment

    @property
    def fits(self) -> bool:
        """At least 10 people, a company's own domain, an industry the product is made for."""
        company = bool(self.account_id) and self.domain.endswith(".example")
        return company and (self.employees or 0) >= 10 and self.industry in ICP_INDUSTRIES

    @property
    def payer(self) -> dict[str, str]:
        """Whom a subscription names: the account, or the person on their own."""
        if self.account_id:
            return {"account_id": self.account_id}
        return {"user_id": self.people[0].user_id}

    def recent(self, day: date, window: int) -> list[tuple[str, str]]:
        """Acts and users of the last so many days."""
        acts = []
        for on, act, user_id in reversed(self.log):
            if (day - on).days >= window:
                break
            acts.append((act, user_id))
        return acts

    def thing(self, kind: str, number: int) -> str:
        """The id of a project or dashboard of the workspace."""
        return f"{kind[0]}_{self.account_id or self.people[0].user_id}_{number}"
