"""Bring a CRM to what the sync marts say: only rows that changed, and only fields of ours.

What holds for every CRM is here: what is due, what was sent, whose records may become ours. What
differs is a module each, which says how records are found and written (`Crm`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pql.crm.adopting import are_near, is_of_one_company
from pql.crm.contract import Mart
from pql.crm.memory import Memory, Sent
from pql.crm.service import Service, batches, one_line
from pql.database import Row as Lead
from pql.formatting import clean, counted

ACCOUNTS = "sync_crm_accounts"
CONTACTS = "sync_crm_contacts"
TASKS = "sync_crm_tasks"
MARTS = (ACCOUNTS, CONTACTS, TASKS)

# Where the warehouse knows the CRM's own id of a record.
RECORD_IDS = {ACCOUNTS: "crm_account_id", CONTACTS: "crm_contact_id"}
# What a record is linked to: the column that names it, and the column of its mart that bears it.
LINKS = {
    CONTACTS: {ACCOUNTS: ("account_key", "account_key")},
    TASKS: {
        ACCOUNTS: ("account_key", "account_key"),
        CONTACTS: ("contact_email", "email"),
    },
}

Pair = tuple[str, str]


# --- what a CRM is asked --------------------------------------------------------------------------


@dataclass(frozen=True)
class Company:
    """A company as the CRM has it."""

    record_id: str
    name: str
    key: str  # of the account of ours that it stands for; blank: of none


@dataclass(frozen=True)
class Row:
    """What one record is to hold."""

    key: str
    record_id: str  # the CRM's own; blank: not known, or there is no record yet
    unique_value: str  # by which the CRM knows it otherwise
    properties: Mapping[str, Any]
    record_type: str = ""  # where one mart becomes records of several types


@dataclass
class Outcome:
    """What became of the rows of a request, by key."""

    written: dict[str, str] = field(default_factory=dict)  # the ids of their records
    made: set[str] = field(default_factory=set)  # whose records are new
    gone: set[str] = field(default_factory=set)  # the CRM has deleted their records
    refused: dict[str, str] = field(default_factory=dict)  # why

    def __or__(self, other: Outcome) -> Outcome:
        """Put what became of some rows beside what became of others."""
        return Outcome(
            self.written | other.written,
            self.made | other.made,
            self.gone | other.gone,
            self.refused | other.refused,
        )


@dataclass
class Found:
    """What a look into the CRM says of the rows of a plan, by key."""

    ids: dict[str, str] = field(default_factory=dict)  # the records of rows that seemed new
    moved: dict[str, str] = field(default_factory=dict)  # those that stand for a known one now
    unclear: dict[str, str] = field(default_factory=dict)  # why it cannot be told which one it is


class Crm(Service, ABC):
    """A CRM: how its records are found and written."""

    types: Mapping[str, str]  # what it calls the records of each mart
    account_variable = ""  # the variable without which it cannot be asked
    # Whether a new record is linked as it is made; otherwise all are afterwards.
    links_when_made = False

    @classmethod
    @abstractmethod
    def of_environment(cls) -> Crm:
        """Connect as the environment says."""

    @abstractmethod
    def account(self) -> str:
        """Name the account that the token belongs to."""

    @abstractmethod
    def check(self, mart: Mart) -> None:
        """Make sure that the CRM has our fields, as the manifest says."""

    @staticmethod
    @abstractmethod
    def record_id(mart: str, known: str) -> str:
        """Return an id of the warehouse as the CRM writes it; blank if it is another CRM's."""

    @abstractmethod
    def find(self, plan: Plan) -> Found:
        """Find the records of rows to create; there may be some, as the memory can be lost."""

    @abstractmethod
    def companies_of(self, domains: Collection[str], mart: Mart) -> dict[str, list[Company]]:
        """Return the companies of each domain, which is in lower case; oldest first."""

    @abstractmethod
    def owners(self, wanted: Collection[str]) -> dict[str, str]:
        """Return the ids of the people who can own records, by id and by mail address."""

    @property
    def unowned(self) -> str:
        """What becomes of a task whose owner is not known."""
        return "so without an owner"

    @abstractmethod
    def row(
        self,
        plan: Plan,
        lead: Lead,
        owners: Mapping[str, str],
        links: Mapping[str, str],
        *,
        is_new: bool,
    ) -> Row:
        """Say what a record is to hold: our fields, and the few of the CRM's own that we fill.

        Names, mail addresses and owners are given once, when a record is made: they are the CRM's
        people's to change. So is a task that they have completed: it is never opened again.

        Args:
            plan: what is due for records of this kind.
            lead: the row of the mart.
            owners: ids of people who can own records, by id and by mail address.
            links: the records that it belongs to, by their marts.
            is_new: whether the record is to be made.
        """

    @abstractmethod
    def batch(self, due: int) -> int:
        """Return how many of the rows that are due are written at once."""

    @abstractmethod
    def write(self, plan: Plan, rows: Sequence[Row]) -> Outcome:
        """Write at most a batch of rows, which all name their records in the same way."""

    @abstractmethod
    def link(self, mart: str, to_mart: str, pairs: Sequence[Pair]) -> set[Pair]:
        """Link pairs of records, and return those that are linked."""


# --- what is due ----------------------------------------------------------------------------------


@dataclass
class Plan:
    """What is due for the records of one mart."""

    crm: type[Crm] | Crm
    mart: Mart
    leads: Sequence[Lead]
    sent: dict[str, Sent]
    members: frozenset[str] = frozenset()  # keys of accounts that contacts or tasks belong to
    create: list[Lead] = field(default_factory=list)
    update: list[Lead] = field(default_factory=list)
    left_out: int = 0
    notes: list[str] = field(default_factory=list)
    # What a look into the CRM adds, by key:
    found: dict[str, str] = field(default_factory=dict)  # ids of records that nobody knew of
    adopts: dict[str, str] = field(default_factory=dict)  # of these, what somebody else made
    not_adopted: dict[str, str] = field(default_factory=dict)  # why it cannot be told whose it is

    def __post_init__(self):
        for lead in self.leads:
            before = self.sent.get(self.key(lead))
            if before and before.row_hash == lead["sync_row_hash"]:
                continue
            if self.record_id(lead):
                self.update.append(lead)
            elif not before and self.is_wanted(lead):
                self.create.append(lead)
            else:
                self.left_out += 1

    @property
    def record_type(self) -> str:
        """What the CRM calls these records."""
        return self.crm.types[self.mart.name]

    @property
    def unchanged(self) -> int:
        """How many rows the CRM has as they are."""
        due = len(self.create) + len(self.update) + len(self.not_adopted)
        return len(self.leads) - due - self.left_out

    def key(self, lead: Lead) -> str:
        """Return what identifies a row in every system."""
        return lead[self.mart.key.name]

    def record_id(self, lead: Lead) -> str:
        """Return the CRM's id of a record; blank if it is not known."""
        if self.key(lead) in self.found:
            return self.found[self.key(lead)]
        if self.key(lead) in self.sent:
            return self.sent[self.key(lead)].record_id
        known = lead.get(RECORD_IDS.get(self.mart.name, "")) or ""
        return self.crm.record_id(self.mart.name, known) if known else ""

    def is_wanted(self, lead: Lead) -> bool:
        """Tell whether a row is a reason to make a record.

        A closed task is none, nor is a company that never was a lead and has nobody in the CRM.
        """
        if lead.get("is_deleted") or lead.get("closed_on"):
            return False
        if self.mart.name != ACCOUNTS:
            return True
        return lead["status"] != "not_qualified" or self.key(lead) in self.members

    def is_forgotten(self, lead: Lead) -> bool:
        """Tell whether a row is about a person who asked to be deleted."""
        return self.mart.name == CONTACTS and lead["is_deleted"]

    def records_by(self, column: str) -> dict[str, str]:
        """Return the ids of the records that the CRM has, by a column of the mart."""
        ids = {lead[column]: self.sent.get(self.key(lead)) for lead in self.leads}
        return {value: sent.record_id for value, sent in ids.items() if sent and sent.record_id}

    def take(self, found: Found) -> None:
        """Take into account what a look into the CRM has found."""
        self.found |= found.ids
        self.not_adopted |= {
            self.key(lead): f"not adopted: {name_of(lead)}: {found.unclear[self.key(lead)]}"
            for lead in self.create
            if self.key(lead) in found.unclear
        }
        # What stands for another record now is due there, even if nothing new is to be said.
        due = {self.key(lead) for lead in self.update}
        self.found |= found.moved
        self.update += [
            lead
            for lead in self.leads
            if self.key(lead) in found.moved and self.key(lead) not in due
        ]


@dataclass
class Report:
    """What was done about the records of one mart."""

    created: int = 0
    updated: int = 0
    adopted: list[str] = field(default_factory=list)
    linked: int = 0
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


# --- one run --------------------------------------------------------------------------------------


class Sync:
    """One run: what is due is sent batch by batch, and each batch is recorded at once."""

    def __init__(self, crm: Crm, memory: Memory, account: str):
        self.crm = crm
        self.memory = memory
        self.account = account

    def send(self, plan: Plan, plans: Mapping[str, Plan]) -> Report:
        """Send the rows that changed."""
        report = Report(refused=[*plan.not_adopted.values()], notes=[*plan.notes])
        owners = self.owners(plan, report)
        targets = self.targets(plan, plans) if self.crm.links_when_made else {}
        # One request names its records in one way: by the CRM's id, or by the unique field.
        for has_id, leads in ((True, plan.update), (False, plan.create)):
            for batch in batches(leads, self.crm.batch(len(leads))):
                to_write = []
                links = {}
                for lead in batch:
                    ends = {
                        mart: records[lead[column]]
                        for mart, (column, records) in targets.items()
                        if not has_id and lead[column] in records
                    }
                    links[plan.key(lead)] = " ".join(ends.values())
                    row = self.crm.row(plan, lead, owners, ends, is_new=not has_id)
                    to_write.append(row)
                outcome = self.crm.write(plan, to_write)
                self.record(plan, batch, outcome, report, links)
        return report

    def look_up(self, plan: Plan) -> None:
        """Find the records in the CRM that are those of rows to create; nothing is written.

        There may be some: the memory was lost, or sales made a company, known by its domain.
        """
        plan.take(self.crm.find(plan))
        if plan.mart.name == ACCOUNTS:
            self.look_for_companies(plan)
        plan.update += [lead for lead in plan.create if plan.key(lead) in plan.found]
        known = plan.found.keys() | plan.not_adopted.keys()
        plan.create = [lead for lead in plan.create if plan.key(lead) not in known]

    def look_for_companies(self, plan: Plan) -> None:
        """Find the companies that somebody else made, and that may become ours."""
        leads_of: dict[str, list[Lead]] = {}
        for lead in plan.create:
            if lead["domain"] and plan.key(lead) not in plan.found:
                leads_of.setdefault(lead["domain"].lower(), []).append(lead)
        companies_of = self.crm.companies_of(sorted(leads_of), plan.mart)
        taken = {plan.record_id(lead) for lead in plan.leads}
        for domain, leads in leads_of.items():
            companies = companies_of.get(domain, [])
            if all(company.key or company.record_id in taken for company in companies):
                continue  # none, or other accounts' own: a new one is made
            for lead in leads:
                if why := why_not(lead, leads, companies, self.crm.name):
                    plan.not_adopted[plan.key(lead)] = f"not adopted: {name_of(lead)}: {why}"
                else:
                    (company,) = companies
                    plan.found[plan.key(lead)] = company.record_id
                    plan.adopts[plan.key(lead)] = (
                        f'adopts  {name_of(lead)} "{one_line(lead["account_name"])}": '
                        f'company {company.record_id} "{company.name}", {one_line(domain)}'
                    )

    def owners(self, plan: Plan, report: Report) -> dict[str, str]:
        """Return the CRM's ids of the people who can own records; only new tasks need them."""
        wanted = {lead["owner"] for lead in plan.create if lead.get("owner")}
        if plan.mart.name != TASKS or not wanted:
            return {}
        owners = self.crm.owners(wanted)
        unknown = sorted(owner for owner in wanted if owner.lower() not in owners)
        if unknown:
            names = ", ".join(clean(owner) for owner in unknown)
            report.notes.append(
                f"not known in {self.crm.name}, {self.crm.unowned}: tasks of {names}"
            )
        return owners

    def record(
        self,
        plan: Plan,
        leads: Sequence[Lead],
        outcome: Outcome,
        report: Report,
        links: Mapping[str, str],
    ) -> None:
        """Keep what the CRM took, and report what it did not."""
        sent = {}
        forgotten = []
        for lead in leads:
            key, row_hash = plan.key(lead), lead["sync_row_hash"]
            before = plan.sent.get(key)
            record_id = outcome.written.get(key)
            if record_id and plan.is_forgotten(lead):
                forgotten.append(key)
                report.notes.append(
                    f"record {record_id}: our fields are blank now, as the person asked to be "
                    "deleted; whether the rest of it goes is for you to say"
                )
            elif record_id:
                if key in plan.adopts:
                    report.adopted.append(plan.adopts[key])
                linked = before.links if before else links[key] if key in outcome.made else ""
                sent[key] = Sent(record_id, row_hash, linked)
            elif key in outcome.gone and before:
                sent[key] = Sent("", row_hash)
                report.notes.append(
                    f"record {before.record_id} ({name_of(lead)}): deleted in {self.crm.name}, "
                    "left alone"
                )
            else:
                why = outcome.refused.get(
                    key, f"{self.crm.name} has no record of the id in the warehouse"
                )
                report.refused.append(f"{name_of(lead)}: {why}")
        self.memory.write(self.account, plan.record_type, sent)
        self.memory.forget(self.account, plan.record_type, forgotten)
        plan.sent.update(sent)
        for key in forgotten:
            plan.sent.pop(key, None)
        report.created += len(outcome.made)
        report.updated += len(outcome.written.keys() - outcome.made)

    def targets(
        self, plan: Plan, plans: Mapping[str, Plan]
    ) -> dict[str, tuple[str, dict[str, str]]]:
        """Return what records are linked to: by mart, the column that names it, and the ids."""
        return {
            mart: (column, plans[mart].records_by(named))
            for mart, (column, named) in LINKS.get(plan.mart.name, {}).items()
        }

    def link(self, plan: Plan, plans: Mapping[str, Plan], report: Report) -> None:
        """Link records to those they belong to, where they are not yet.

        All rows are looked at: what a row is linked to may have been made only now.
        """
        for to_mart, (column, targets) in self.targets(plan, plans).items():
            due = {}
            for lead in plan.leads:
                sent = plan.sent.get(plan.key(lead))
                target = targets.get(lead[column])
                if sent and sent.record_id and target and target not in sent.links.split():
                    due[plan.key(lead)] = (sent.record_id, target)
            for keys in batches(list(due), self.crm.batch(0)):
                linked = self.crm.link(plan.mart.name, to_mart, [due[key] for key in keys])
                done = {
                    key: replace(plan.sent[key], links=f"{plan.sent[key].links} {due[key][1]}")
                    for key in keys
                    if due[key] in linked
                }
                self.memory.write(self.account, plan.record_type, done)
                plan.sent |= done
                report.linked += len(done)
                if missing := len(keys) - len(done):
                    report.refused.append(
                        f"{counted(missing, 'link')} to {self.crm.types[to_mart]}"
                    )


# --- other people's companies ------------------------------------------------------------------


def keep_to_companies(leads: Sequence[Lead], shared: Collection[str]) -> list[str]:
    """Blank the domains that many share or that are none, and say of which rows.

    The mart offers none of them; one that an older version wrote may.
    """
    notes = []
    for lead in leads:
        domain = lead["domain"]
        if domain and not is_of_one_company(domain.lower(), shared):
            lead["domain"] = ""
            notes.append(
                f"{name_of(lead)}: {one_line(domain)} is not the domain of one company, so it is "
                "neither looked for nor sent"
            )
    return notes


def why_not(lead: Lead, leads: Sequence[Lead], companies: Sequence[Company], crm: str) -> str:
    """Say why a company in the CRM cannot be taken for an account's; blank if it can.

    No second company of the domain is made either: people, and CRMs too, tell companies apart by
    it.

    Args:
        lead: a new account.
        leads: all new accounts of its domain.
        companies: those of its domain in the CRM.
        crm: its name.
    """
    ids = ", ".join(company.record_id for company in companies)
    if not len(leads) == len(companies) == 1:
        return (
            f"its domain stands for {counted(len(leads), 'new account')} and for the companies "
            f"{ids} in {crm}; name the right one in crm_account_id, or give one of them another "
            "domain"
        )
    ours, theirs = one_line(lead["account_name"]), companies[0].name
    if not are_near(ours, theirs):
        return (
            f"company {ids} in {crm} has its domain {one_line(lead['domain'])}, but the name "
            f'"{theirs}" is not near "{ours}"; if they are one, name it in crm_account_id, and if '
            "not, give one of them another domain"
        )
    return ""


# --- words ----------------------------------------------------------------------------------------


def name_of(lead: Lead) -> str:
    """Name a row for people, without personal data: it may go into a log."""
    names = ("subject", "user_id", "account_id", "contact_key")
    column = next(name for name in names if lead.get(name))
    return f"{column.removesuffix('_id')} {one_line(lead[column])}"
