"""Bring a CRM, a chat or a webhook to what the sync marts say: a dry run, unless told to send."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from pql import console, project, queries
from pql.crm.adopting import read_shared_domains
from pql.crm.contract import read_mart
from pql.crm.engine import (
    ACCOUNTS,
    CONTACTS,
    MARTS,
    TASKS,
    Crm,
    Plan,
    Report,
    Sync,
    keep_to_companies,
    name_of,
)
from pql.crm.hubspot import HubSpot
from pql.crm.memory import Memory
from pql.crm.messages import Chat, Hours, MessagePlan, MessageSync, read_plan, title_of
from pql.crm.salesforce import Salesforce
from pql.crm.slack import Slack
from pql.crm.webhook import Webhook
from pql.database import require, rows
from pql.errors import FailedError
from pql.formatting import shortened
from pql.project import database_path
from pql.reading import is_server, reading

SHARED_DOMAINS = Path("seeds", "reference", "mail_domains.csv")  # in the project
QUERIES = queries.read("sync")
SENT = "  {:<10}" + " {:>9}" * 5

CHATS: Mapping[str, type[Chat]] = {"slack": Slack, "webhook": Webhook}
CRMS: Mapping[str, type[Crm]] = {"hubspot": HubSpot, "salesforce": Salesforce}


def read_plans(memory: Memory, crm: type[Crm] | Crm, account: str, source: str) -> dict[str, Plan]:
    """Compare the sync marts with what an account has been sent."""
    marts = {name: read_mart(name) for name in MARTS}
    with reading(source, None, [QUERIES[name] for name in marts]) as connection:
        leads = {name: rows(connection, QUERIES[name]) for name in marts}
    members = frozenset(lead["account_key"] for lead in (*leads[CONTACTS], *leads[TASKS]))
    plans = {
        name: Plan(crm, mart, leads[name], memory.read(account, crm.types[name]), members)
        for name, mart in marts.items()
    }
    companies = plans[ACCOUNTS]
    companies.notes = keep_to_companies(
        companies.create, read_shared_domains(project.root() / SHARED_DOMAINS)
    )
    return plans


def look(sync: Sync, plans: Mapping[str, Plan]) -> None:
    """Look into the CRM: whether it has our fields, and which records it has already."""
    for plan in plans.values():
        sync.crm.check(plan.mart)
    for plan in plans.values():
        sync.look_up(plan)


def dry_run(memory: Memory, kind: type[Crm], crm: Crm | None, source: str) -> None:
    """Print what would be sent.

    Args:
        memory: what was sent.
        kind: the CRM.
        crm: where to look for records, writing nothing; none: compare with what the account was
            sent that was sent to last, and ask the CRM nothing.
        source: the target that is read.
    """
    account = crm.account() if crm else memory.last_account(kind.types.values())
    plans = read_plans(memory, crm or kind, account, source)
    if crm:
        look(Sync(crm, memory, account), plans)
    title = f"Dry run, compared with what {kind.name} account {account or '(none yet)'} was sent"
    heads = ("create", "update", "unchanged", "left out")
    planned = [
        (plan.record_type, len(plan.create), len(plan.update), plan.unchanged, plan.left_out)
        for plan in plans.values()
    ]
    table = console.table(("records", *heads), planned, numbers=heads)
    console.answer([console.heading(title), table])
    if not crm and plans[ACCOUNTS].create:
        print(
            f"Without {kind.account_variable} it is not known which companies {kind.name} has "
            "already."
        )
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


def send(memory: Memory, crm: Crm, source: str) -> bool:
    """Send what is due, and print what was; tell whether all of it was taken."""
    account = crm.account()
    sync = Sync(crm, memory, account)
    plans = read_plans(memory, crm, account, source)
    look(sync, plans)
    print(f"{crm.name} account {account}")
    print(SENT.format("", "created", "updated", "unchanged", "left out", "linked"))
    reports = []
    for plan in plans.values():
        report = sync.send(plan, plans)
        sync.link(plan, plans, report)
        print_report(plan, report)
        reports.append(report)
    return not any(report.refused for report in reports)


def print_report(plan: Plan, report: Report) -> None:
    """Print what became of the records of one type."""
    numbers = (report.created, report.updated, plan.unchanged, plan.left_out, report.linked)
    print(SENT.format(plan.record_type, *numbers))
    print_lines((*report.adopted, *shortened(report.notes, "note")), report.refused)


def print_lines(notes: Sequence[str], refused: Sequence[str]) -> None:
    """Print what there is to know, and what was not taken."""
    for note in notes:
        print(f"    {note}")
    if refused:
        print("    not taken, and due again at the next sync:")
        for line in shortened(refused, "row"):
            print(f"      {line}", flush=True)


def read_messages(
    memory: Memory, chat: type[Chat] | Chat, account: str, prefix: str, source: str
) -> MessagePlan:
    """Compare what is to be told with what was told."""
    with reading(source, None, (QUERIES["messages"], QUERIES["digest"])) as connection:
        messages, digest = (
            rows(connection, QUERIES["messages"]),
            rows(connection, QUERIES["digest"]),
        )
    return read_plan(memory, account, chat, messages, digest, Hours.read(os.environ, prefix))


def dry_run_of_messages(
    memory: Memory, kind: type[Chat], chat: Chat | None, prefix: str, source: str
) -> None:
    """Print what would be said."""
    account = chat.account() if chat else memory.last_account([kind.record_type])
    plan = read_messages(memory, chat or kind, account, prefix, source)
    parts = {
        "post": plan.post,
        "change": plan.change,
        "remove": plan.remove,
        "hold until the quiet hours end": plan.held,
    }
    title = f"Dry run, compared with what {kind.name} {account or '(nowhere yet)'} was told"
    counts = [(verb, len(messages)) for verb, messages in parts.items()]
    counts += [
        ("digests", len(plan.digests)),
        ("unchanged", plan.unchanged),
        ("left out", plan.left_out),
    ]
    console.answer([console.heading(title), console.table(("", "messages"), counts, ["messages"])])
    lines = [
        f"{verb}  {title_of(message)}" for verb, messages in parts.items() for message in messages
    ]
    for line in shortened(lines, "message"):
        print(f"  {line}")


def send_messages(memory: Memory, chat: Chat, prefix: str, source: str) -> bool:
    """Say what is due, and print what was said; tell whether all of it was taken."""
    account = chat.account()
    sync = MessageSync(chat, memory, account)
    plan = read_messages(memory, chat, account, prefix, source)
    sync.settle({task["owner"] for task in plan.digest_tasks})
    plan = read_messages(memory, chat, account, prefix, source)
    report = sync.send(plan)
    print(
        f"{chat.name} {account}: {report.posted} posted, {report.changed} changed, "
        f"{report.removed} removed, {report.digests} digests; {plan.unchanged} unchanged, "
        f"{plan.left_out} left out"
    )
    if plan.held:
        print(f"    held until the quiet hours end: {len(plan.held)}")
    print_lines(shortened(report.notes, "note"), report.refused)
    return not report.refused


def sync(target: str, is_sent: bool, source: str = "") -> None:
    """Send what is due, or say what it is.

    Args:
        target: whom to sync to.
        is_sent: whether anything is sent.
        source: the target of the profile that is read; blank: DuckDB's.

    Raises:
        FailedError: not all of it was taken.
    """
    kind = (CRMS | CHATS)[target]
    database = database_path()
    variables = (kind.account_variable, "SLACK_WEBHOOK_URL" if target == "slack" else "")
    is_known = any(os.environ.get(variable, "").strip() for variable in variables)
    service = kind.of_environment() if is_sent or is_known else None
    if not is_server(source):
        require(database)
    remembered = f"{source if is_server(source) else database.stem}_sync.sqlite"
    with closing(Memory(database.with_name(remembered))) as memory:
        if not is_sent:
            if target in CRMS:
                dry_run(memory, kind, service, source)
            else:
                dry_run_of_messages(memory, kind, service, target.upper(), source)
            print(f"\nNothing was sent. `pql sync {target} --send` sends it.")
            return
        try:
            if target in CRMS:
                is_complete = send(memory, service, source)
            else:
                is_complete = send_messages(memory, service, target.upper(), source)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"stopped; what {kind.name} took is recorded") from None
    if not is_complete:
        raise FailedError("not all was taken; what was not is due again at the next sync")
    print("All sent.")
