"""Bring HubSpot to what the sync marts say: only rows that changed, and only fields of ours."""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pql.crm.adopting import are_near, is_of_one_company
from pql.crm.contract import Mart
from pql.crm.hubspot import Company, HubSpot, Outcome, Row, batches, one_line
from pql.crm.manifests import hubspot_property
from pql.crm.memory import Memory, Sent
from pql.database import Row as Lead
from pql.formatting import clean, counted

# Where the warehouse knows HubSpot's own id of a record.
RECORD_IDS = {"companies": "crm_account_id", "contacts": "crm_contact_id"}
# A person is one contact, whoever wrote it down first: here and there, the column has this name.
MAIL_ADDRESS = "email"
# What a record is linked to: the column that names it, and the column of its mart that bears it.
LINKS = {
    "contacts": {"companies": ("account_key", "account_key")},
    "tasks": {
        "companies": ("account_key", "account_key"),
        "contacts": ("contact_email", "email"),
    },
}


@dataclass
class Plan:
    """What is due for the records of one type."""

    record_type: str
    mart: Mart
    leads: Sequence[Lead]
    sent: dict[str, Sent]
    members: frozenset[str] = frozenset()  # keys of accounts that contacts or tasks belong to
    create: list[Lead] = field(default_factory=list)
    update: list[Lead] = field(default_factory=list)
    left_out: int = 0
    notes: list[str] = field(default_factory=list)
    # What a look into HubSpot adds, by key:
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
    def unchanged(self) -> int:
        """How many rows HubSpot has as they are."""
        due = len(self.create) + len(self.update) + len(self.not_adopted)
        return len(self.leads) - due - self.left_out

    @property
    def unique_property(self) -> str:
        """The property that HubSpot knows a record by where its id is not known."""
        return MAIL_ADDRESS if self.record_type == "contacts" else self.mart.key.field

    def unique_value(self, lead: Lead) -> str:
        """Return the value of that property."""
        return lead[MAIL_ADDRESS] if self.record_type == "contacts" else self.key(lead)

    def key(self, lead: Lead) -> str:
        """Return what identifies a row in every system."""
        return lead[self.mart.key.name]

    def record_id(self, lead: Lead) -> str:
        """Return HubSpot's id of a record; blank if it is not known.

        HubSpot's ids are numbers: any other in the warehouse comes from another CRM.
        """
        if self.key(lead) in self.sent:
            return self.sent[self.key(lead)].record_id
        if self.key(lead) in self.found:
            return self.found[self.key(lead)]
        known = lead.get(RECORD_IDS.get(self.record_type, "")) or ""
        return known if known.isdecimal() else ""

    def is_wanted(self, lead: Lead) -> bool:
        """Tell whether a row is a reason to make a record.

        A closed task is none, nor is a company that never was a lead and has nobody in HubSpot.
        """
        if lead.get("is_deleted") or lead.get("closed_on"):
            return False
        if self.record_type != "companies":
            return True
        return lead["status"] != "not_qualified" or self.key(lead) in self.members

    def is_forgotten(self, lead: Lead) -> bool:
        """Tell whether a row is about a person who asked to be deleted."""
        return self.record_type == "contacts" and lead["is_deleted"]

    def records_by(self, column: str) -> dict[str, str]:
        """Return the ids of the records that HubSpot has, by a column of the mart."""
        ids = {lead[column]: self.sent.get(self.key(lead)) for lead in self.leads}
        return {value: sent.record_id for value, sent in ids.items() if sent and sent.record_id}


@dataclass
class Report:
    """What was done about the records of one type."""

    created: int = 0
    updated: int = 0
    adopted: list[str] = field(default_factory=list)
    linked: int = 0
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Sync:
    """One run: what is due is sent batch by batch, and each batch is recorded at once."""

    def __init__(self, hubspot: HubSpot, memory: Memory, account: str):
        self.hubspot = hubspot
        self.memory = memory
        self.account = account

    def check(self, plan: Plan) -> None:
        """Make sure that HubSpot has our properties."""
        self.hubspot.check(plan.record_type, [hubspot_property(each) for each in plan.mart.fields])

    def send(self, plan: Plan) -> Report:
        """Send the rows that changed."""
        report = Report(refused=[*plan.not_adopted.values()], notes=[*plan.notes])
        owners = self.owners(plan, report)
        # One request names its records in one way: by HubSpot's id, or by the unique property.
        for has_id, leads in ((True, plan.update), (False, plan.create)):
            for batch in batches(leads):
                to_write = []
                for lead in batch:
                    values = properties(plan.mart, lead, owners, is_new=not has_id)
                    if plan.is_forgotten(lead):
                        values = dict.fromkeys(values, "")
                    key = plan.key(lead)
                    row = Row(key, plan.record_id(lead), plan.unique_value(lead), values)
                    to_write.append(row)
                outcome = self.hubspot.write(plan.record_type, plan.unique_property, to_write)
                self.record(plan, batch, outcome, report)
        return report

    def look_up(self, plan: Plan) -> None:
        """Find the records in HubSpot that are those of rows to create; nothing is written.

        There may be some: the memory was lost, or sales made a company, known by its domain.
        """
        if any(plan.mart.named_in("hubspot_on_create")):
            keys = [plan.key(lead) for lead in plan.create]
            plan.found = self.hubspot.records_of(plan.record_type, plan.unique_property, keys)
        if plan.record_type == "companies":
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
        companies_of = self.hubspot.companies_of(leads_of, plan.unique_property)
        taken = {plan.record_id(lead) for lead in plan.leads}
        for domain, leads in leads_of.items():
            companies = companies_of.get(domain, [])
            if all(company.key or company.record_id in taken for company in companies):
                continue  # none, or other accounts' own: a new one is made
            for lead in leads:
                if why := why_not(lead, leads, companies):
                    plan.not_adopted[plan.key(lead)] = f"not adopted: {name_of(lead)}: {why}"
                else:
                    (company,) = companies
                    plan.found[plan.key(lead)] = company.record_id
                    plan.adopts[plan.key(lead)] = (
                        f'adopts  {name_of(lead)} "{one_line(lead["account_name"])}": '
                        f'company {company.record_id} "{company.name}", {one_line(domain)}'
                    )

    def owners(self, plan: Plan, report: Report) -> dict[str, str]:
        """Return HubSpot's ids of the people who can own records; only new tasks need them."""
        wanted = {lead["owner"] for lead in plan.create if lead["owner"]}
        if plan.record_type != "tasks" or not wanted:
            return {}
        owners = self.hubspot.owners()
        unknown = sorted(owner for owner in wanted if owner.lower() not in owners)
        if unknown:
            names = ", ".join(clean(owner) for owner in unknown)
            report.notes.append(f"not known in HubSpot, so without an owner: tasks of {names}")
        return owners

    def record(self, plan: Plan, leads: Sequence[Lead], outcome: Outcome, report: Report) -> None:
        """Keep what HubSpot took, and report what it did not."""
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
                sent[key] = Sent(record_id, row_hash, before.links if before else "")
            elif key in outcome.gone and before:
                sent[key] = Sent("", row_hash)
                report.notes.append(
                    f"record {before.record_id} ({name_of(lead)}): deleted in HubSpot, left alone"
                )
            else:
                why = outcome.refused.get(key, "HubSpot has no record of the id in the warehouse")
                report.refused.append(f"{name_of(lead)}: {why}")
        self.memory.write(self.account, plan.record_type, sent)
        self.memory.forget(self.account, plan.record_type, forgotten)
        plan.sent.update(sent)
        for key in forgotten:
            plan.sent.pop(key, None)
        report.created += len(outcome.made)
        report.updated += len(outcome.written.keys() - outcome.made)

    def link(self, plan: Plan, plans: Mapping[str, Plan], report: Report) -> None:
        """Link records to those they belong to, where they are not yet.

        All rows are looked at: what a row is linked to may have been made only now.
        """
        for to_type, (column, named) in LINKS.get(plan.record_type, {}).items():
            targets = plans[to_type].records_by(named)
            due = {}
            for lead in plan.leads:
                sent = plan.sent.get(plan.key(lead))
                target = targets.get(lead[column])
                if sent and sent.record_id and target and target not in sent.links.split():
                    due[plan.key(lead)] = (sent.record_id, target)
            for keys in batches(list(due)):
                linked = self.hubspot.link(plan.record_type, to_type, [due[key] for key in keys])
                done = {
                    key: replace(plan.sent[key], links=f"{plan.sent[key].links} {due[key][1]}")
                    for key in keys
                    if due[key] in linked
                }
                self.memory.write(self.account, plan.record_type, done)
                plan.sent |= done
                report.linked += len(done)
                if missing := len(keys) - len(done):
                    report.refused.append(f"{counted(missing, 'link')} to {to_type}")


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


def why_not(lead: Lead, leads: Sequence[Lead], companies: Sequence[Company]) -> str:
    """Say why a company in HubSpot cannot be taken for an account's; blank if it can.

    No second company of the domain is made either: HubSpot tells companies apart by it.

    Args:
        lead: a new account.
        leads: all new accounts of its domain.
        companies: those of its domain in HubSpot.
    """
    ids = ", ".join(company.record_id for company in companies)
    if not len(leads) == len(companies) == 1:
        return (
            f"its domain stands for {counted(len(leads), 'new account')} and for the companies "
            f"{ids} in HubSpot; name the right one in crm_account_id, or give one of them another "
            "domain"
        )
    ours, theirs = one_line(lead["account_name"]), companies[0].name
    if not are_near(ours, theirs):
        return (
            f"company {ids} in HubSpot has its domain {one_line(lead['domain'])}, but the name "
            f'"{theirs}" is not near "{ours}"; if they are one, name it in crm_account_id, and if '
            "not, give one of them another domain"
        )
    return ""


# --- values ---------------------------------------------------------------------------------------


def properties(
    mart: Mart, lead: Lead, owners: Mapping[str, str], *, is_new: bool
) -> dict[str, str]:
    """Return what a record is to hold: our fields, and the few of HubSpot's own that we fill.

    Names, mail addresses and owners are given once, when a record is made: they are HubSpot's
    people's to change. So is a task that they have completed: it is never opened again.
    """
    values = {column.field: text_of(lead[column.name]) for column in mart.fields}
    for column, name in mart.named_in("hubspot"):
        values[name] = TRANSLATIONS.get(name, str)(text_of(lead[column.name]))
    if "hs_timestamp" in values:  # no task without a due time
        values["hs_timestamp"] = values["hs_timestamp"] or f"{lead['created_on']}T00:00:00Z"
    if is_new:
        for column, name in mart.named_in("hubspot_on_create"):
            values[name] = text_of(lead[column.name])
        if "hubspot_owner_id" in values:
            values["hubspot_owner_id"] = owners.get(values["hubspot_owner_id"].lower(), "")
    elif values.get("hs_task_status") == "NOT_STARTED":
        del values["hs_task_status"]
    return values


def text_of(value: Any) -> str:
    """Write a value as HubSpot takes it: as text, and blank to clear the property."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return str(value)


# HubSpot shows a task's body as HTML; account names in it come from the product.
TRANSLATIONS = {
    "hs_task_body": lambda text: html.escape(text).replace("\n", "<br>"),
    "hs_task_priority": str.upper,
    "hs_task_status": lambda status: "NOT_STARTED" if status == "open" else "COMPLETED",
}


# --- words ----------------------------------------------------------------------------------------


def name_of(lead: Lead) -> str:
    """Name a row for people, without personal data: it may go into a log."""
    names = ("subject", "user_id", "account_id", "contact_key")
    column = next(name for name in names if lead.get(name))
    return f"{column.removesuffix('_id')} {one_line(lead[column])}"
