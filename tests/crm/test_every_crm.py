"""What holds of the sync to every CRM, over real HTTP on loopback, against stand-ins."""

import itertools
import os
import random
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import hubspot_stand_in
import pytest
import salesforce_stand_in
from conftest import PQL, PROJECT
from stand_in import serve
from warehouse import Warehouse, fill

from pql import cli

HOUR = 3600


@dataclass(frozen=True)
class Target:
    """A CRM, as the tests see it."""

    name: str
    stand_in: Callable[[int], Any]
    accounts: str
    contacts: str
    tasks: str
    field: str  # what a name of ours becomes
    environment: Callable[[str], dict[str, str]]
    busy: Callable[[], list[Any]]
    secret: str  # the variable of what must be right
    subject: str
    mail: str
    company_of: Callable[[Any], set[str]]  # the tasks that belong to a company and to a person

    def by(self, crm: Any, records: str, name: str) -> dict[str, dict[str, Any]]:
        """Records by one of our fields, without what is blank."""
        found = crm.by(records, self.field.format(name))
        return {
            key: {field: value for field, value in each.items() if value not in (None, "")}
            for key, each in found.items()
        }


def hubspot(account: int) -> Any:
    made = hubspot_stand_in.StandIn(account)
    made.load_manifests()
    made.owners = [("501", "Sam.Rep@crm.example")]
    return made


def salesforce(account: int) -> Any:
    made = salesforce_stand_in.StandIn(account)
    made.load_manifests()
    return made


TARGETS = [
    Target(
        "hubspot",
        hubspot,
        "companies",
        "contacts",
        "tasks",
        "pql_{}",
        lambda address: {
            "HUBSPOT_BASE_URL": address,
            "HUBSPOT_ACCESS_TOKEN": hubspot_stand_in.TOKEN,
        },
        lambda: [
            hubspot_stand_in.too_many_requests("30"),
            hubspot_stand_in.ApiError(503, "Service unavailable", "ERROR"),
            "drop",
        ],
        "HUBSPOT_ACCESS_TOKEN",
        "hs_task_subject",
        "email",
        lambda crm: {
            one
            for kind, to, one, _ in crm.links
            if (kind, to) == ("tasks", "companies")
            and ("tasks", "contacts", one) in {link[:3] for link in crm.links}
        },
    ),
    Target(
        "salesforce",
        salesforce,
        "Account",
        "Contact",
        "Task",
        "pql_{}__c",
        lambda address: {
            "SALESFORCE_LOGIN_URL": address,
            "SALESFORCE_CLIENT_ID": salesforce_stand_in.CLIENT_ID,
            "SALESFORCE_CLIENT_SECRET": salesforce_stand_in.CLIENT_SECRET,
        },
        lambda: [
            salesforce_stand_in.too_many_requests("30"),
            salesforce_stand_in.unavailable(),
            salesforce_stand_in.ApiError(429, "TOO_MANY_REQUESTS", "slow down"),
            "drop",
        ],
        "SALESFORCE_CLIENT_SECRET",
        "Subject",
        "Email",
        lambda crm: {
            task["Id"] for task in crm.records["Task"].values() if task["WhatId"] and task["WhoId"]
        },
    ),
]
pytestmark = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)


@pytest.fixture
def run(warehouse: Warehouse, target: Target, monkeypatch: Any, capsys: Any) -> Any:
    """Sync the warehouse to an account; returns the exit code and what was printed."""

    def run(crm: Any, dry: bool = False, **environment: str) -> tuple[int, str]:
        warehouse.save()
        with serve(crm) as address:
            for name, value in (target.environment(address) | environment).items():
                monkeypatch.setenv(name, value)
            code = cli.main(["sync", target.name, *([] if dry else ["--send"])])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def test_the_first_sync_creates_and_the_second_sends_nothing(warehouse, target, run):
    crm = target.stand_in(1)
    fill(warehouse, 120)
    code, printed = run(crm)
    assert code == 0, printed
    assert crm.writes == 360
    company = target.by(crm, target.accounts, "account_key")["account-7"]
    assert float(company[target.field.format("score")]) == 80
    assert company[target.field.format("sla_due_at")] == "2026-07-01T14:30:00Z"
    people = target.by(crm, target.contacts, "contact_key")
    mails = {each.get("email") or each.get("Email") for each in people.values()}
    assert mails == {f"user{number}@company{number}.example" for number in range(1, 121)}

    code, printed = run(crm)
    assert code == 0, printed
    assert crm.writes == 360


def test_a_new_day_sends_only_the_rows_that_changed(warehouse, target, run):
    crm = target.stand_in(1)
    fill(warehouse)
    run(crm)
    crm.writes = 0
    warehouse.rows["sync_crm_accounts"][1]["score"] = 90
    warehouse.rows["sync_crm_contacts"][2]["score"] = 70
    warehouse.account(4)
    code, printed = run(crm)
    assert code == 0, printed
    assert crm.writes == 3
    companies = target.by(crm, target.accounts, "account_key")
    assert float(companies["account-2"][target.field.format("score")]) == 90


def test_a_dry_run_says_what_is_then_sent(warehouse, target, run):
    crm = target.stand_in(1)
    fill(warehouse, 4)
    run(crm)
    before = crm.everything()
    warehouse.rows["sync_crm_accounts"][0]["score"] = 90
    warehouse.rows["sync_crm_contacts"][1]["status"] = "cooling"
    warehouse.account(5)
    warehouse.task(6, account_key="", contact_email="")
    warehouse.task(7, status="canceled", closed_reason="lapsed", closed_on=date(2026, 6, 30))
    crm.writes = 0
    _, said = run(crm, dry=True)
    assert (crm.writes, crm.everything()) == (0, before)
    code, done = run(crm)
    assert code == 0, done
    assert crm.writes == 4
    assert (
        numbers(said, target)
        == numbers(done, target)
        == [
            ["1", "1", "3", "0"],
            ["0", "1", "3", "0"],
            ["1", "0", "4", "1"],
        ]
    )
    for line in (
        "create  account a_5",
        "update  account a_1",
        "update  user u_2",
        "create  subject",
    ):
        assert f"  {line}" in said


def test_without_a_secret_a_dry_run_asks_nothing(warehouse, target, run, monkeypatch):
    crm = target.stand_in(1)
    fill(warehouse)
    run(crm)
    warehouse.account(4)
    asked = len(crm.requests)
    known = {"hubspot": "HUBSPOT_ACCESS_TOKEN", "salesforce": "SALESFORCE_CLIENT_ID"}[target.name]
    code, said = run(crm, dry=True, **{known: ""})
    assert code == 0
    assert len(crm.requests) == asked
    assert f"Without {known} it is not known which companies" in said
    assert numbers(said, target)[0] == ["1", "0", "3", "0"]


def numbers(printed: str, target: Target) -> list[list[str]]:
    """What is said to be created, updated, unchanged and left out, by type of record."""
    types = (target.accounts, target.contacts, target.tasks)
    lines = [line.split() for line in printed.splitlines() if line.startswith("  ")]
    return [line[1:5] for name in types for line in lines if line[0] == name and len(line) > 4]


def test_the_demo_is_sent_once(demo, target, tmp_path, monkeypatch, capsys):
    database = tmp_path / "warehouse.duckdb"
    shutil.copy(demo.database, database)
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(database))
    crm = target.stand_in(1)
    with serve(crm) as address:
        for name, value in target.environment(address).items():
            monkeypatch.setenv(name, value)
        assert cli.main(["sync", target.name, "--send"]) == 0, capsys.readouterr()
        before, writes = crm.everything(), crm.writes
        assert cli.main(["sync", target.name, "--send"]) == 0
    assert (crm.everything(), crm.writes) == (before, writes)

    qualified = "select account_key from pql.sync_crm_accounts where status = 'qualified'"
    companies = target.by(crm, target.accounts, "account_key")
    for (key,) in demo.query(qualified):
        assert companies[key][target.field.format("is_pqa")] in ("true", True)
    said = demo.query("select task_key, subject from pql.sync_crm_tasks")
    tasks = target.by(crm, target.tasks, "task_key")
    assert {key: task[target.subject] for key, task in tasks.items()} == dict(said)
    people = {
        (record if isinstance(record, dict) else record.properties)[target.mail]
        for kind in (target.contacts, "Lead")
        for record in crm.records.get(kind, {}).values()
    }
    assert people == {mail for (mail,) in demo.query("select email from pql.sync_crm_contacts")}
    assert len(target.company_of(crm)) == len(tasks)


def test_a_lapsed_lead_is_cleared(warehouse, target, run):
    crm = target.stand_in(1)
    fill(warehouse)
    run(crm)
    lead = warehouse.rows["sync_crm_accounts"][0]
    lead |= {"status": "disqualified", "score": None, "tier": "none", "motion": "", "reason": ""}
    lead |= {"sla_due_at": None, "lapsed_date": date(2026, 7, 2)}
    run(crm)
    company = target.by(crm, target.accounts, "account_key")["account-1"]
    assert company[target.field.format("status")] == "disqualified"
    assert company[target.field.format("lapsed_date")] == "2026-07-02"
    cleared = {target.field.format(name) for name in ("score", "motion", "reason", "sla_due_at")}
    assert company.keys().isdisjoint(cleared)


def test_of_a_person_who_asked_to_be_deleted_nothing_of_ours_stays(warehouse, target, run):
    crm = target.stand_in(1)
    fill(warehouse, 2)
    run(crm)
    lead = warehouse.rows["sync_crm_contacts"][0]
    lead |= {"email": "contact-1@deleted.invalid", "user_id": "", "account_key": ""}
    lead |= {"status": "not_qualified", "is_deleted": True}
    code, printed = run(crm)
    assert code == 0, printed
    people = target.by(crm, target.contacts, "contact_key")
    (forgotten,) = [key for key in people if key != "contact-2"]
    assert not any(value for name, value in people[forgotten].items() if name.startswith("pql_")), (
        people[forgotten]
    )
    assert "user1" not in printed
    crm.writes = 0
    run(crm)
    assert crm.writes == 0


def test_a_wrong_secret_is_one_line_that_does_not_tell_it(warehouse, target, run):
    crm = target.stand_in(1)
    fill(warehouse)
    for wrong in ("no-such-secret", "no-such\nsecret", " "):
        code, printed = run(crm, **{target.secret: wrong})
        assert code == 2
        assert target.secret in printed
        assert "no-such" not in printed
        assert printed.count("\n") == 1
    assert crm.writes == 0
    assert run(crm)[0] == 0


def test_an_hour_of_trouble_loses_nothing(warehouse, target, run, monkeypatch):
    """The clock is made up: waiting moves it on, and so does whoever starts the sync again."""
    fill(warehouse, 110)
    quiet = target.stand_in(1)
    run(quiet)

    crm = target.stand_in(2)
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    def faults():
        kinds = itertools.cycle(target.busy())
        chance = random.Random(7)
        while True:
            # Now and then something goes through, which makes it worse.
            yield next(kinds) if now < HOUR and chance.random() < 0.95 else None

    monkeypatch.setattr("tenacity.nap.time.sleep", sleep)
    crm.faults = faults()
    syncs = 0
    while True:
        syncs += 1
        code, printed = run(crm)
        if code == 0:
            break
        (error,) = [line for line in printed.splitlines() if line.startswith("error: ")]
        assert "6 times in a row" in error
        now += 300  # a scheduler's pace
    assert now >= HOUR
    assert syncs > 3
    assert crm.everything() == quiet.everything()


@pytest.mark.parametrize(
    "points",
    [
        pytest.param((2, 7, 9), id="3 points"),
        pytest.param(range(1, 21), id="20 points", marks=pytest.mark.by_hand),
    ],
)
def test_the_end_is_the_same_after_a_kill_at_any_point(warehouse, target, run, points, monkeypatch):
    """Kill a sync at its n-th request, when the CRM has taken it; then sync again."""
    fill(warehouse, 450 if len(points) > 3 else 210)
    quiet = target.stand_in(1)
    run(quiet)
    expected, requests = quiet.everything(), len(quiet.requests)
    for point in points:
        crm = target.stand_in(10 + point)
        # Later points of a sync that has few requests: again, the other way round.
        at = (point - 1) % requests + 1
        killed = kill_at(crm, at, target)
        assert killed == -signal.SIGKILL
        code, printed = run(crm)
        assert code == 0, printed
        assert crm.everything() == expected, f"killed at request {at}"
        writes = crm.writes
        assert run(crm)[0] == 0
        assert crm.writes == writes


def kill_at(crm: Any, request: int, target: Target) -> int:
    """Start a sync, and kill it when the CRM has had so many requests; returns how it ended."""
    respond = crm.respond

    def respond_and_kill(asked: Any) -> Any:
        try:
            return respond(asked)
        finally:
            if len(crm.requests) == request:
                process.kill()

    crm.respond = respond_and_kill
    with serve(crm) as address:
        process = subprocess.Popen(
            [PQL, "sync", target.name, "--send"],
            cwd=PROJECT,
            env=os.environ | target.environment(address),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        code = process.wait()
    crm.respond = respond
    return code
