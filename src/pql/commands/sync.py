"""Bring HubSpot to what the sync marts say: a dry run, unless told to send."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from pql import console, project, queries
from pql.crm.adopting import read_shared_domains
from pql.crm.contract import read_mart
from pql.crm.hubspot import HOST, HubSpot
from pql.crm.manifests import HUBSPOT_TYPES
from pql.crm.memory import Memory
from pql.crm.sync import Plan, Report, Sync, keep_to_companies, name_of
from pql.database import opened, require, rows
from pql.errors import FailedError
from pql.formatting import shortened
from pql.project import database_path

SHARED_DOMAINS = Path("seeds", "reference", "mail_domains.csv")  # in the project
QUERIES = queries.read("sync")
SENT = "  {:<10}" + " {:>9}" * 5


def read_plans(memory: Memory, account: str) -> dict[str, Plan]:
    """Compare the sync marts with what an account has been sent."""
    marts = {record_type: read_mart(name) for name, record_type in HUBSPOT_TYPES.items()}
    with opened(database_path()) as connection:
        leads = {record_type: rows(connection, QUERIES[record_type]) for record_type in marts}
    members = frozenset(lead["account_key"] for lead in (*leads["contacts"], *leads["tasks"]))
    plans = {
        record_type: Plan(
            record_type, mart, leads[record_type], memory.read(account, record_type), members
        )
        for record_type, mart in marts.items()
    }
    companies = plans["companies"]
    companies.notes = keep_to_companies(
        companies.create, read_shared_domains(project.root() / SHARED_DOMAINS)
    )
    return plans


def dry_run(memory: Memory, hubspot: HubSpot | None) -> None:
    """Print what would be sent.

    Args:
        memory: what was sent.
        hubspot: where to look for companies to adopt, writing nothing; none: compare with what the
            account was sent that was sent to last, and ask HubSpot nothing.
    """
    account = hubspot.account() if hubspot else memory.last_account()
    plans = read_plans(memory, account)
    if hubspot:
        sync = Sync(hubspot, memory, account)
        for plan in plans.values():
            sync.check(plan)
        sync.look_up(plans["companies"])
    title = f"Dry run, compared with what HubSpot account {account or '(none yet)'} was sent"
    heads = ("create", "update", "unchanged", "left out")
    planned = [
        (plan.record_type, len(plan.create), len(plan.update), plan.unchanged, plan.left_out)
        for plan in plans.values()
    ]
    table = console.table(("records", *heads), planned, numbers=heads)
    console.answer([console.heading(title), table])
    if not hubspot and plans["companies"].create:
        print("Without HUBSPOT_ACCESS_TOKEN it is not known which companies HubSpot has already.")
    for plan in plans.values():
        lines = [
            f"{verb}  {name_of(lead)}, {lead['status']}"
            for verb, leads in (("create", plan.create), ("update", plan.update))
            for lead in leads
            if plan.key(lead) not in plan.adopts
        ]
        # Every adoption is shown, however many there are: somebody has to look at each.
        looked_up = [*plan.adopts.values(), *plan.not_adopted.values()]
        shown = [*looked_up, *shortened(plan.notes, "note"), *shortened(lines, "row")]
        if shown:
            records = console.heading(plan.record_type)
            console.answer(["", records, *(f"  {line}" for line in shown)])


def send(memory: Memory, hubspot: HubSpot) -> bool:
    """Send what is due, and print what was; tell whether all of it was taken."""
    account = hubspot.account()
    sync = Sync(hubspot, memory, account)
    plans = read_plans(memory, account)
    for plan in plans.values():
        sync.check(plan)
    print(f"HubSpot account {account}")
    print(SENT.format("", "created", "updated", "unchanged", "left out", "linked"))
    reports = []
    for plan in plans.values():
        sync.look_up(plan)
        report = sync.send(plan)
        sync.link(plan, plans, report)
        print_report(plan, report)
        reports.append(report)
    return not any(report.refused for report in reports)


def print_report(plan: Plan, report: Report) -> None:
    """Print what became of the records of one type."""
    numbers = (report.created, report.updated, plan.unchanged, plan.left_out, report.linked)
    print(SENT.format(plan.record_type, *numbers))
    for note in (*report.adopted, *shortened(report.notes, "note")):
        print(f"    {note}")
    if report.refused:
        print("    not taken, and due again at the next sync:")
        for line in shortened(report.refused, "row"):
            print(f"      {line}", flush=True)


def sync(is_sent: bool) -> None:
    """Send what is due, or say what it is.

    Raises:
        FailedError: not all of it was taken.
    """
    database = database_path()
    token = os.environ.get("HUBSPOT_ACCESS_TOKEN", "")
    host = os.environ.get("HUBSPOT_BASE_URL") or HOST
    hubspot = HubSpot(token, host) if is_sent or token.strip() else None
    require(database)
    with closing(Memory(database.with_name(f"{database.stem}_sync.sqlite"))) as memory:
        if not is_sent:
            dry_run(memory, hubspot)
            print("\nNothing was sent. `pql sync --send` sends it.")
            return
        try:
            is_complete = send(memory, hubspot)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("stopped; what HubSpot took is recorded") from None
    if not is_complete:
        raise FailedError("not all was taken; what was not is due again at the next sync")
    print("All sent.")
