"""The reference sync, over real HTTP on loopback, against a stand-in for HubSpot.

What the marts say is made up here, row by row, under their contracts. `test_every_crm.py` syncs
the demo.
"""

import json
import os
import signal
import subprocess
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest
from conftest import PQL, PROJECT
from hubspot_stand_in import TOKEN, ApiError, StandIn, bad_days, too_many_requests
from stand_in import Strange, serve
from warehouse import fill

from pql import cli
from pql.crm.hubspot import HubSpot
from pql.crm.memory import Memory
from pql.errors import PqlError


@pytest.fixture
def hubspot():
    """An account that has our properties."""
    stand_in = StandIn()
    stand_in.load_manifests()
    stand_in.owners = [("501", "Sam.Rep@crm.example")]
    return stand_in


@pytest.fixture
def run(warehouse, capsys, monkeypatch):
    """Sync the warehouse to an account; returns the exit code and what was printed."""

    def run(stand_in, token=TOKEN, dry=False):
        warehouse.save()
        monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", token)
        with serve(stand_in) as address:
            monkeypatch.setenv("HUBSPOT_BASE_URL", address)
            code = cli.main(["sync"] if dry else ["sync", "--send"])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


# --- what is sent ---------------------------------------------------------------------------------


@pytest.mark.parametrize("echoes_traces", [True, False])
def test_the_first_sync_creates_and_the_second_sends_nothing(
    warehouse, hubspot, run, echoes_traces
):
    hubspot.echoes_traces = echoes_traces
    fill(warehouse, 120)
    code, printed = run(hubspot)
    assert code == 0, printed
    assert hubspot.writes == 360
    assert len(hubspot.links) == 360
    company = hubspot.by("companies", "pql_account_key")["account-7"]
    assert company["name"] == "Company 7"
    assert company["pql_score"] == "80"
    assert company["pql_first_qualified_date"] == "2026-06-20"
    assert company["pql_sla_due_at"] == "2026-07-01T14:30:00Z"
    contact = hubspot.by("contacts", "email")["user7@company7.example"]
    assert contact["pql_contact_key"] == "contact-7"

    before = len(hubspot.requests)
    code, printed = run(hubspot)
    assert code == 0, printed
    assert {each.split()[0] for each, _ in hubspot.requests[before:]} == {"GET"}


def test_a_new_day_sends_only_the_rows_that_changed(warehouse, hubspot, run):
    fill(warehouse)
    run(hubspot)
    hubspot.writes = 0
    before = len(hubspot.requests)
    warehouse.rows["sync_crm_accounts"][1]["score"] = 90
    warehouse.rows["sync_crm_contacts"][2]["score"] = 70
    warehouse.account(4)
    code, printed = run(hubspot)
    assert code == 0, printed
    assert hubspot.writes == 3
    assert not any("associations" in request for request, _ in hubspot.requests[before:])
    assert hubspot.by("companies", "pql_account_key")["account-2"]["pql_score"] == "90"


def test_a_lapsed_lead_is_cleared(warehouse, hubspot, run):
    fill(warehouse)
    run(hubspot)
    lead = warehouse.rows["sync_crm_accounts"][0]
    lead |= {"status": "disqualified", "score": None, "tier": "none", "motion": "", "reason": ""}
    lead |= {"sla_due_at": None, "lapsed_date": date(2026, 7, 2)}
    run(hubspot)
    company = hubspot.by("companies", "pql_account_key")["account-1"]
    assert company["pql_status"] == "disqualified"
    assert company["pql_lapsed_date"] == "2026-07-02"
    assert company.keys().isdisjoint({"pql_score", "pql_motion", "pql_reason", "pql_sla_due_at"})
    assert company["name"] == "Company 1"


def test_who_never_was_a_lead_is_left_out(warehouse, hubspot, run):
    for number in (1, 2, 3):
        warehouse.account(number, status="not_qualified", is_pqa=False)
    warehouse.contact(2)
    warehouse.task(3, contact_email="")
    warehouse.task(4, status="canceled", closed_reason="lapsed", closed_on=date(2026, 6, 30))
    warehouse.contact(5, status="not_qualified", is_deleted=True)
    code, printed = run(hubspot)
    assert code == 0, printed
    assert hubspot.by("companies", "pql_account_key").keys() == {"account-2", "account-3"}
    assert hubspot.by("tasks", "pql_task_key").keys() == {"task-3"}
    assert hubspot.by("contacts", "pql_contact_key").keys() == {"contact-2"}


def test_without_a_token_a_dry_run_asks_nothing_of_hubspot(warehouse, hubspot, run):
    fill(warehouse)
    run(hubspot)
    warehouse.rows["sync_crm_accounts"][1]["status"] = "cooling"
    warehouse.account(4)
    asked = len(hubspot.requests)
    code, printed = run(hubspot, token="", dry=True)
    assert code == 0
    assert len(hubspot.requests) == asked
    assert [line.split() for line in printed.splitlines() if line.startswith("  companies")] == [
        ["companies", "1", "1", "2", "0"]
    ]
    assert "Without HUBSPOT_ACCESS_TOKEN it is not known which companies" in printed
    assert "create  account a_4, qualified" in printed
    assert "update  account a_2, cooling" in printed


def test_another_account_of_hubspot_starts_from_nothing(warehouse, hubspot, run):
    fill(warehouse)
    run(hubspot)
    production = StandIn(account=4712)
    production.load_manifests()
    run(production)
    assert production.writes == 9


# --- what people did in HubSpot -------------------------------------------------------------------


ADOPTS = 'adopts  account a_1 "Company 1": company 1001 "Company One Ltd", company1.example'


def test_a_company_that_sales_made_is_adopted_by_its_domain(warehouse, hubspot, run):
    theirs = {"name": "Company One Ltd", "domain": "company1.example", "hubspot_owner_id": "501"}
    made = hubspot.create("companies", **theirs)
    warehouse.account(1)["domain"] = "Company1.example"
    warehouse.account(2)
    code, printed = run(hubspot, dry=True)
    assert code == 0, printed
    assert ADOPTS in printed
    assert "create  account a_2, qualified" in printed
    assert "a_1, qualified" not in printed
    assert [line.split() for line in printed.splitlines() if line.startswith("  companies")] == [
        ["companies", "1", "1", "0", "0"]
    ]
    assert hubspot.writes == 0

    code, printed = run(hubspot)
    assert code == 0, printed
    assert ADOPTS in printed
    company = hubspot.records["companies"][made].properties
    assert company["pql_account_key"] == "account-1"
    assert {name: value for name, value in company.items() if "pql_" not in name} == theirs
    assert len(hubspot.records["companies"]) == 2

    code, printed = run(hubspot, dry=True)
    assert "adopt" not in printed


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("Ann Studio", "Northwind Traders"), ("", "Company One Ltd"), ("Company 1", "")],
)
def test_a_company_of_another_name_is_left_alone_and_none_is_made_beside_it(
    warehouse, hubspot, run, ours, theirs
):
    made = hubspot.create("companies", name=theirs, domain="company1.example")
    fill(warehouse, 2)
    warehouse.rows["sync_crm_accounts"][0]["account_name"] = ours
    said = (
        f"not adopted: account a_1: company {made} in HubSpot has its domain company1.example, but "
        f'the name "{theirs}" is not near "{ours}"; if they are one, name it in crm_account_id'
    )
    code, printed = run(hubspot, dry=True)
    assert (code, hubspot.writes) == (0, 0)
    assert said in printed
    code, printed = run(hubspot)
    assert code == 1
    assert said in printed
    assert hubspot.records["companies"][made].properties.keys() <= {"name", "domain"}
    assert len(hubspot.records["companies"]) == 2
    assert len(hubspot.records["contacts"]) == len(hubspot.records["tasks"]) == 2

    # Somebody looks, and gives the company the key of the account: it is found by that.
    hubspot.records["companies"][made].properties["pql_account_key"] = "account-1"
    code, printed = run(hubspot)
    assert code == 0, printed
    assert hubspot.records["companies"][made].properties["pql_status"] == "qualified"
    assert len({link for link in hubspot.links if made in link}) == 2


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "Mail.Gmail.com",
        "0-mail.com",
        "privaterelay.appleid.com",
        "cam.ac.uk",
        "https://company1.example/about",
        "ann@company1.example",
        "company1",
        "company1.example.",
        "-company1.example",
        "company 1.example",
        "10.0.0.1",
    ],
)
def test_a_domain_that_is_not_one_companys_is_neither_looked_for_nor_sent(
    warehouse, hubspot, run, domain
):
    """The mart offers none of them; one that an older version wrote may."""
    made = hubspot.create("companies", name="Company 1", domain=domain.lower())
    warehouse.account(1)["domain"] = domain
    code, printed = run(hubspot, dry=True)
    assert "adopts" not in printed
    code, printed = run(hubspot)
    assert code == 0, printed
    said = "<mail address>" if "@" in domain else domain
    assert f"account a_1: {said} is not the domain of one company" in printed
    assert hubspot.records["companies"][made].properties.keys() == {"name", "domain"}
    company = hubspot.by("companies", "pql_account_key")["account-1"]
    assert company["name"] == "Company 1"
    assert "domain" not in company


def test_a_company_that_is_another_accounts_is_not_adopted(warehouse, hubspot, run):
    ours = hubspot.create("companies", name="Company 2", domain="shared.example")
    warehouse.account(1)["domain"] = "shared.example"
    warehouse.account(2, crm_account_id=ours)["domain"] = "shared.example"
    code, printed = run(hubspot)
    assert code == 0, printed
    assert "adopts" not in printed
    assert hubspot.records["companies"][ours].properties["pql_account_key"] == "account-2"

    # Beside a company that is ours, another of the domain is not the only candidate.
    hubspot.create("companies", name="Company 3", domain="shared.example")
    warehouse.account(3)["domain"] = "shared.example"
    code, printed = run(hubspot)
    assert code == 1
    assert "not adopted: account a_3: its domain stands for 1 new account and" in printed
    assert len(hubspot.records["companies"]) == 3


def test_of_two_companies_with_one_domain_a_person_chooses(warehouse, hubspot, run):
    for name in ("Company One", "Company Uno"):
        made = hubspot.create("companies", name=name, domain="company1.example")
    fill(warehouse, 2)
    code, printed = run(hubspot)
    assert code == 1
    assert "account a_1: its domain stands for 1 new account and for the companies 10" in printed
    assert len(hubspot.records["companies"]) == 3
    warehouse.rows["sync_crm_accounts"][0]["crm_account_id"] = made
    code, printed = run(hubspot)
    assert code == 0, printed
    assert hubspot.records["companies"][made].properties["pql_account_key"] == "account-1"
    links = {(one, other) for one, other, _, end in hubspot.links if end == made}
    assert links == {("contacts", "companies"), ("tasks", "companies")}


def test_of_two_accounts_with_one_domain_a_person_chooses(warehouse, hubspot, run):
    made = hubspot.create("companies", name="Company One Ltd", domain="shared.example")
    for number in (1, 2):
        warehouse.account(number)["domain"] = "shared.example"
    for number in (3, 4):
        warehouse.account(number)["domain"] = "unknown.example"
    code, printed = run(hubspot)
    assert code == 1
    assert printed.count(f"its domain stands for 2 new accounts and for the companies {made}") == 2
    names = {record.properties["name"] for record in hubspot.records["companies"].values()}
    assert names == {"Company One Ltd", "Company 3", "Company 4"}


def test_records_are_known_by_the_id_in_the_warehouse(warehouse, hubspot, run):
    company = hubspot.create("companies", name="Company One Ltd")
    contact = hubspot.create("contacts", email="first@elsewhere.example")
    warehouse.account(1, crm_account_id=company)
    warehouse.contact(1, crm_contact_id=contact)
    warehouse.account(2, crm_account_id="99999")
    warehouse.account(3, crm_account_id="001SALESFORCE")
    code, printed = run(hubspot)
    assert code == 1
    assert "account a_2: HubSpot has no record of the id in the warehouse" in printed
    assert hubspot.records["companies"][company].properties["pql_account_key"] == "account-1"
    assert hubspot.records["contacts"][contact].properties["email"] == "first@elsewhere.example"
    keys = hubspot.by("companies", "pql_account_key").keys()
    assert keys == {"account-1", "account-3"}


@pytest.mark.parametrize("answers_each_row", [True, False])
def test_a_record_that_was_deleted_in_hubspot_is_left_alone(
    warehouse, hubspot, run, answers_each_row
):
    hubspot.answers_each_row = answers_each_row
    fill(warehouse)
    run(hubspot)
    (gone,) = [
        record.id
        for record in hubspot.records["companies"].values()
        if record.properties["pql_account_key"] == "account-2"
    ]
    del hubspot.records["companies"][gone]
    for score, note in ((81, f"record {gone} (account a_2): deleted in HubSpot"), (82, "")):
        warehouse.rows["sync_crm_accounts"][1]["score"] = score
        code, printed = run(hubspot)
        assert code == 0, printed
        assert note in printed
        assert len(hubspot.records["companies"]) == 2


def test_a_task_tells_why_and_belongs_to_somebody(warehouse, hubspot, run):
    fill(warehouse, 2)
    warehouse.rows["sync_crm_tasks"][0]["owner"] = "sam.rep@crm.example"
    warehouse.rows["sync_crm_tasks"][1] |= {"owner": "rep_07", "due_at": None}
    code, printed = run(hubspot)
    assert code == 0, printed
    task = hubspot.by("tasks", "pql_task_key")["task-1"]
    assert task["hs_task_subject"] == "Call Company 1"
    assert task["hs_task_body"] == "why: &lt;b&gt;a&lt;/b&gt; &amp; b<br>next: call"
    assert task["hs_task_priority"] == "HIGH"
    assert task["hs_task_status"] == "NOT_STARTED"
    assert task["hs_timestamp"] == "2026-07-01T14:30:00Z"
    assert task["hubspot_owner_id"] == "501"
    other = hubspot.by("tasks", "pql_task_key")["task-2"]
    assert "hubspot_owner_id" not in other
    assert other["hs_timestamp"] == "2026-07-01T00:00:00Z"
    assert "without an owner: tasks of rep_07" in printed


def test_without_its_memory_it_gives_nothing_twice(warehouse, hubspot, run):
    fill(warehouse, 2)
    run(hubspot)
    for company in hubspot.records["companies"].values():
        company.properties["name"] = "Another name"
    for task in hubspot.records["tasks"].values():
        task.properties["hs_task_status"] = "COMPLETED"
    (warehouse.path.with_name("warehouse_sync.sqlite")).unlink()
    code, printed = run(hubspot)
    assert code == 0, printed
    assert {name: len(records) for name, records in hubspot.records.items()} == {
        "companies": 2,
        "contacts": 2,
        "tasks": 2,
    }
    names = [record.properties["name"] for record in hubspot.records["companies"].values()]
    assert names == ["Another name"] * 2
    states = [record.properties["hs_task_status"] for record in hubspot.records["tasks"].values()]
    assert states == ["COMPLETED"] * 2


def test_a_completed_task_is_not_opened_again_and_a_closed_one_is_completed(
    warehouse, hubspot, run
):
    fill(warehouse, 2)
    run(hubspot)
    for task in hubspot.records["tasks"].values():
        if task.properties["pql_task_key"] == "task-1":
            task.properties |= {"hs_task_status": "COMPLETED", "hubspot_owner_id": "777"}
    warehouse.rows["sync_crm_tasks"][0]["subject"] = "Call Company 1 today"
    warehouse.rows["sync_crm_tasks"][1] |= {
        "status": "canceled",
        "closed_reason": "lapsed",
        "closed_on": date(2026, 7, 2),
    }
    code, printed = run(hubspot)
    assert code == 0, printed
    tasks = hubspot.by("tasks", "pql_task_key")
    assert tasks["task-1"]["hs_task_subject"] == "Call Company 1 today"
    assert tasks["task-1"]["hs_task_status"] == "COMPLETED"
    assert tasks["task-1"]["hubspot_owner_id"] == "777"
    assert tasks["task-2"]["hs_task_status"] == "COMPLETED"
    assert tasks["task-2"]["pql_closed_reason"] == "lapsed"


def test_of_a_person_who_asked_to_be_deleted_nothing_of_ours_stays(warehouse, hubspot, run):
    fill(warehouse, 2)
    run(hubspot)
    lead = warehouse.rows["sync_crm_contacts"][0]
    deleted = {"email": "contact-1@deleted.invalid", "user_id": "", "account_key": ""}
    lead |= {**deleted, "status": "not_qualified", "is_deleted": True}
    code, printed = run(hubspot)
    assert code == 0, printed
    assert hubspot.by("contacts", "email")["user1@company1.example"] == {
        "email": "user1@company1.example"
    }
    assert "user1" not in printed
    with closing(Memory(warehouse.path.with_name("warehouse_sync.sqlite"))) as memory:
        assert memory.read("4711", "contacts").keys() == {"contact-2"}
    writes = hubspot.writes
    run(hubspot)
    assert hubspot.writes == writes

    lead |= {"email": "user1@company1.example", "user_id": "u_9", "is_deleted": False}
    run(hubspot)  # who comes back is somebody new
    assert hubspot.by("contacts", "email")["user1@company1.example"]["pql_user_id"] == "u_9"
    assert len(hubspot.records["contacts"]) == 2


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize("answers_each_row", [True, False])
def test_a_row_that_is_refused_holds_up_no_other_and_is_sent_again(
    warehouse, hubspot, run, answers_each_row
):
    hubspot.answers_each_row = answers_each_row
    fill(warehouse, 7)
    lead = warehouse.rows["sync_crm_contacts"][4]
    lead["email"] = warehouse.rows["sync_crm_tasks"][4]["contact_email"] = "nobody@nowhere"
    code, printed = run(hubspot)
    assert code == 1
    assert "error: not all was taken; " in printed
    assert "user u_5: " in printed
    assert "INVALID_EMAIL" in printed
    assert "nobody@" not in printed
    assert len(hubspot.records["contacts"]) == 6
    assert len(hubspot.records["tasks"]) == 7

    hubspot.writes = 0
    code, printed = run(hubspot)
    assert (code, hubspot.writes) == (1, 1)
    lead["email"] = warehouse.rows["sync_crm_tasks"][4]["contact_email"] = (
        "somebody@nowhere.example"
    )
    code, printed = run(hubspot)
    assert code == 0, printed
    assert len(hubspot.records["contacts"]) == 7
    assert len(hubspot.links) == 21


def test_the_end_is_the_same_after_bad_days(warehouse, hubspot, run, patient):
    fill(warehouse, 110)
    run(hubspot)
    for seed in range(3):
        unlucky = StandIn(account=seed)
        unlucky.load_manifests()
        unlucky.owners = hubspot.owners
        unlucky.faults = bad_days(seed, share=0.4)
        code, printed = run(unlucky)
        assert code == 0, printed
        assert unlucky.everything() == hubspot.everything()
    assert patient


def test_it_waits_as_long_as_hubspot_asks(warehouse, hubspot, run, patient):
    fill(warehouse)
    hubspot.faults = iter([None, too_many_requests("7"), "drop", ApiError(500, "?", "ERROR")])
    code, printed = run(hubspot)
    assert code == 0, printed
    assert patient == [7, 2, 4]


@pytest.mark.parametrize("asked", ["-5", "nan", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_it_doubles_its_wait_where_hubspot_asks_for_none(warehouse, hubspot, run, patient, asked):
    fill(warehouse)
    hubspot.faults = iter([too_many_requests(asked), too_many_requests("inf")])
    code, printed = run(hubspot)
    assert code == 0, printed
    assert patient == [1, 60]


WEB_PAGE = "<!doctype html><html><title>Sign in</title>\n<p>Hello ann@corp.example</html>"
HTML = (("Content-Type", "text/html"),)
STRANGE = {
    "a web page": (Strange(WEB_PAGE, headers=HTML), "not its answer but a web page: <!doctype"),
    "an object with nothing in it": (
        Strange("{}"),
        "not its answer but JSON that is no such thing",
    ),
    "a list": (Strange("[]"), "not its answer but JSON that is no such thing: []"),
    "other results": (Strange('{"results": [null], "portalId": null}'), "no such thing"),
    "a refusal by somebody else": (
        Strange(WEB_PAGE, 403, HTML),
        "but 403: Forbidden, with no word",
    ),
    "a redirect": (
        Strange("", 302, (("Location", "http://login.corp.example/?t=ann@corp.example"),)),
        "not its answer but a redirect (302) to http://login.corp.example/;",
    ),
}


@pytest.mark.parametrize("is_taken", [False, True], ids=["not taken", "taken"])
@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_answer_ends_the_sync_in_one_line(
    warehouse, hubspot, run, patient, name, is_taken
):
    """Whichever request it answers, and whether or not HubSpot has had that.

    The first asks for the account; then one reads, one writes a batch, and the last one links.
    """
    fill(warehouse, 2)
    quiet = StandIn()
    quiet.load_manifests()
    run(quiet)
    strange, said = STRANGE[name]
    asked = [request for request, _ in quiet.requests]
    wrote = next(place for place, request in enumerate(asked) if request.endswith("/upsert"))
    for place in (0, wrote - 1, wrote, len(asked) - 1):
        unlucky = StandIn(account=place)
        unlucky.load_manifests()
        unlucky.faults = iter([None] * place + [replace(strange, is_taken=is_taken)])
        code, printed = run(unlucky)
        (error,) = [line for line in printed.splitlines() if line.startswith("error: ")]
        assert code == 2
        assert error.startswith("error: HubSpot was asked ")
        assert said in error
        assert "check HUBSPOT_BASE_URL" in error
        assert "@corp" not in printed
        assert len(unlucky.requests) == place + 1, "asked on"
        with closing(Memory(warehouse.path.with_name("warehouse_sync.sqlite"))) as memory:
            recorded = sum(len(memory.read(str(place), name)) for name in unlucky.records)
        writes = unlucky.writes
        unlucky.faults = iter(())
        code, printed = run(unlucky)
        assert code == 0, printed
        assert unlucky.everything() == quiet.everything()
        assert unlucky.writes - writes == 6 - recorded, "sent again"
    assert patient == []


HALVES = {
    "cut short": Strange('{"results": [{"id": "1", "prop'),
    "promised and not sent": Strange('{"results": [', missing=100),
    "nothing": Strange(""),
    "no JSON": Strange("OK"),
}


@pytest.mark.parametrize("name", HALVES)
def test_half_an_answer_is_asked_for_again(warehouse, hubspot, run, patient, name):
    fill(warehouse, 2)
    hubspot.faults = iter([replace(HALVES[name], is_taken=True), None] * 20)
    code, printed = run(hubspot)
    assert code == 0, printed
    assert {name: len(records) for name, records in hubspot.records.items()} == {
        "companies": 2,
        "contacts": 2,
        "tasks": 2,
    }
    assert set(patient) == {1}

    writes = hubspot.writes
    hubspot.faults = iter([HALVES[name]] * 6)
    code, printed = run(hubspot)
    assert code == 2
    assert printed.startswith(
        "error: HubSpot did not answer 6 times in a row (asked which account the token belongs to: "
    )
    assert printed.count("\n") == 1
    assert hubspot.writes == writes


def test_a_refusal_outside_of_a_batch_is_one_line(warehouse, hubspot, run):
    fill(warehouse)
    hubspot.faults = iter([None, ApiError(400, "what is\nthis?")])
    code, printed = run(hubspot)
    assert code == 2
    assert printed == (
        "error: HubSpot refused when asked for the properties of companies (400: what is this?)\n"
    )


def test_it_gives_up_in_one_line(warehouse, hubspot, run, patient):
    fill(warehouse)
    hubspot.faults = iter(["drop"] * 6)
    code, printed = run(hubspot)
    assert code == 2
    assert printed.startswith("error: HubSpot did not answer 6 times in a row (")
    assert printed.count("\n") == 1
    assert patient == [1, 2, 4, 8, 16]


def test_a_spent_day_is_not_waited_for(warehouse, hubspot, run, patient):
    fill(warehouse)
    hubspot.faults = iter([ApiError(429, "?", "RATE_LIMITS", policyName="DAILY")])
    code, printed = run(hubspot)
    assert (code, patient) == (2, [])
    assert printed.startswith("error: HubSpot takes no more requests today")


def test_a_wrong_token_is_one_line_that_does_not_tell_it(warehouse, hubspot, run):
    fill(warehouse)
    code, printed = run(hubspot, token="pat-secret-of-ours")  # noqa: S106 made up
    assert code == 2
    assert printed == "error: HubSpot does not know the token (401); check HUBSPOT_ACCESS_TOKEN\n"
    assert len(hubspot.requests) == 1


@pytest.mark.parametrize(
    "token", ["pat-secret\n-ours", "pat-secret ours", "pat-s\xe9cret", "pat\t-x"]
)
def test_a_token_that_is_none_is_one_line_that_does_not_tell_it(warehouse, hubspot, run, token):
    fill(warehouse)
    for dry in (False, True):
        code, printed = run(hubspot, token=token, dry=dry)
        assert code == 2
        assert printed.startswith(
            "error: HUBSPOT_ACCESS_TOKEN: it contains a blank, a line break or"
        )
        assert printed.count("\n") == 1
        assert "pat" not in printed
    assert not hubspot.requests


def test_blanks_around_the_token_do_not_matter(warehouse, hubspot, run):
    fill(warehouse)
    code, printed = run(hubspot, token=f" {TOKEN}\r\n")
    assert code == 0, printed


@pytest.mark.parametrize(
    "fault",
    [
        ApiError(400, f"no: Bearer {TOKEN}"),
        ApiError(403, f"no: Bearer {TOKEN}"),
        ApiError(500, f"no: Bearer {TOKEN}"),
        Strange(f"<pre>Authorization: Bearer {TOKEN}</pre>", headers=HTML),
        Strange(f"Authorization: Bearer {TOKEN}"),
        Strange(json.dumps({"Authorization": f"Bearer {TOKEN}"})),
        Strange("", 302, (("Location", f"http://login.corp.example/{TOKEN}"),)),
    ],
    ids=str,
)
def test_what_comes_from_outside_does_not_show_the_token(warehouse, hubspot, run, patient, fault):
    fill(warehouse, 1)
    for place in (0, 1, 3):
        hubspot.faults = iter([None] * place + [fault] * 6)
        code, printed = run(hubspot)
        assert code == 2
        assert TOKEN not in printed
        assert "<token>" in printed


def test_a_row_that_is_refused_does_not_show_the_token(warehouse, hubspot, run):
    fill(warehouse, 1)
    warehouse.rows["sync_crm_contacts"][0]["buying_role"] = TOKEN
    code, printed = run(hubspot)
    assert code == 1
    assert TOKEN not in printed
    assert "<token>" in printed


def test_what_nobody_thought_of_does_not_show_the_token(warehouse, hubspot, run, monkeypatch):
    def fail(*_, **__):
        raise ValueError(f"Invalid header value b'Bearer {TOKEN}'")

    fill(warehouse, 1)
    monkeypatch.setattr("urllib3.PoolManager.request", fail)
    code, printed = run(hubspot)
    assert code == 2
    assert printed == (
        "error: HubSpot could not be asked which account the token belongs to (ValueError: "
        "Invalid header value b'Bearer <token>')\n"
    )


def test_a_token_that_may_not_do_this_is_one_line(warehouse, hubspot, run):
    fill(warehouse)
    hubspot.faults = iter(
        [ApiError(403, "This app hasn't been granted all scopes", "MISSING_SCOPES")]
    )
    code, printed = run(hubspot)
    assert code == 2
    assert "403: This app hasn't been granted all scopes" in printed
    assert printed.count("\n") == 1


def test_a_missing_token_is_one_line(warehouse, hubspot, run):
    code, printed = run(hubspot, token="")
    assert code == 2
    assert printed == "error: HUBSPOT_ACCESS_TOKEN: not set; it is the token of a private app\n"


def test_the_token_goes_nowhere_unencrypted(monkeypatch):
    with pytest.raises(PqlError, match="is not https"):
        HubSpot("token", "http://api.hubapi.example")
    with pytest.raises(PqlError, match="not a URL"):
        HubSpot("token", "http://[")


def test_bad_encryption_is_one_line(warehouse, hubspot, run, patient, monkeypatch, capsys):
    fill(warehouse)
    warehouse.save()
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", TOKEN)
    with serve(hubspot) as address:
        monkeypatch.setenv("HUBSPOT_BASE_URL", address.replace("http:", "https:"))
        code = cli.main(["sync", "--send"])
    printed = capsys.readouterr().err
    assert code == 2
    assert printed.startswith("error: HubSpot did not answer")
    assert printed.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda found: found.pop("pql_tier"), "there is no property pql_tier"),
        (lambda found: found["pql_tier"]["options"].pop(0), "pql_tier has no option hand_raiser"),
        (lambda found: found["pql_score"].update(type="string"), "pql_score is of type string"),
        (
            lambda found: found["pql_account_key"].update(hasUniqueValue=False),
            "pql_account_key does not ask for unique values",
        ),
    ],
)
def test_properties_other_than_the_manifests_are_one_line(warehouse, hubspot, run, change, problem):
    fill(warehouse)
    change(hubspot.properties["companies"])
    code, printed = run(hubspot)
    assert code == 2
    assert problem in printed
    assert "run `pql manifests`" in printed
    assert printed.count("\n") == 1
    assert hubspot.writes == 0


def test_the_end_is_the_same_after_kills(warehouse, hubspot, run):
    fill(warehouse, 120)
    run(hubspot)

    other = StandIn(account=4712)
    other.load_manifests()
    other.owners = hubspot.owners
    kills = taken = 0

    def kill():
        """Kill the sync when HubSpot has taken its fourth request, before it hears of that."""
        nonlocal kills, taken
        taken += 1
        if taken == 4:
            taken = 0
            kills += 1
            process.kill()
            process.wait()

    other.after_write = kill
    with serve(other) as address:
        own = {"HUBSPOT_BASE_URL": address, "HUBSPOT_ACCESS_TOKEN": TOKEN}
        for _ in range(6):
            process = subprocess.Popen(
                [PQL, "sync", "--send"],
                cwd=PROJECT,
                env=os.environ | own,
                stdout=subprocess.DEVNULL,
            )
            if process.wait() != -signal.SIGKILL:
                break
    assert process.returncode == 0
    assert kills == 3  # of twelve requests, three at a time are recorded
    assert other.everything() == hubspot.everything()
    assert other.writes <= 360 + kills * 100


def test_two_syncs_never_run_at_once(warehouse, hubspot, run):
    fill(warehouse)
    warehouse.save()
    memory = Memory(warehouse.path.with_name("warehouse_sync.sqlite"))
    code, printed = run(hubspot)
    assert code == 2
    assert (
        printed == "error: warehouse_sync.sqlite: another sync is at work; wait for it to finish\n"
    )
    memory.close()
    assert run(hubspot)[0] == 0


def test_the_state_is_its_owners_alone(warehouse, hubspot, run):
    fill(warehouse)
    state = warehouse.path.with_name("warehouse_sync.sqlite")
    modes = set()

    def look():
        modes.update(file.stat().st_mode & 0o777 for file in state.parent.glob(f"{state.name}*"))

    hubspot.after_write = look
    run(hubspot)
    look()
    assert modes == {0o600}

    state.chmod(0o644)  # as an older version wrote it
    run(hubspot)
    assert state.stat().st_mode & 0o777 == 0o600


def test_a_state_that_cannot_be_written_is_one_line(warehouse, hubspot, run):
    fill(warehouse)
    state = warehouse.path.with_name("warehouse_sync.sqlite")
    state.mkdir()
    code, printed = run(hubspot)
    assert code == 2
    assert printed == "error: warehouse_sync.sqlite: cannot be written: Is a directory\n"
    state.rmdir()
    state.write_text("not a database, but a note" * 100)
    code, printed = run(hubspot)
    assert printed == "error: warehouse_sync.sqlite: not what a sync wrote; move the file away\n"


def test_a_batch_that_cannot_be_recorded_is_one_line_and_sent_to_the_same_records(
    warehouse, hubspot, run, monkeypatch
):
    fill(warehouse)
    write = Memory.write

    def full(memory, *arguments):
        memory.connection.execute("pragma query_only = on")
        write(memory, *arguments)

    monkeypatch.setattr(Memory, "write", full)
    code, printed = run(hubspot)
    assert code == 2
    (error,) = [line for line in printed.splitlines() if line.startswith("error: ")]
    assert "warehouse_sync.sqlite: cannot be written: " in error
    monkeypatch.setattr(Memory, "write", write)
    code, printed = run(hubspot)
    assert code == 0, printed
    assert len(hubspot.records["companies"]) == 3


def test_a_warehouse_without_sync_marts_is_one_line(warehouse, hubspot, run, monkeypatch):
    monkeypatch.setattr(warehouse, "rows", {})
    code, printed = run(hubspot)
    assert code == 2
    assert "there is no sync_crm_accounts in it; run `pql build` first" in printed
