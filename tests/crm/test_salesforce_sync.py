"""What is particular to Salesforce, against a stand-in that follows its public documents."""

import json
from datetime import date

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from salesforce_stand_in import (
    CLIENT_ID,
    CLIENT_SECRET,
    ApiError,
    RowError,
    StandIn,
    long_id,
    type_id,
)
from stand_in import Strange, serve
from warehouse import fill

from pql import cli
from pql.crm import salesforce
from pql.crm.memory import Memory
from pql.errors import PqlError

SETTINGS = {
    "SALESFORCE_CLIENT_ID": CLIENT_ID,
    "SALESFORCE_CLIENT_SECRET": CLIENT_SECRET,
    "SALESFORCE_LOGIN_URL": "https://acme.my.salesforce.com",
}


@pytest.fixture
def org():
    """An organisation that has our fields, and a user."""
    stand_in = StandIn()
    stand_in.load_manifests()
    stand_in.rep = stand_in.add("User", Email="Sam.Rep@acme.example", IsActive=True)
    return stand_in


@pytest.fixture
def run(warehouse, monkeypatch, capsys):
    """Sync the warehouse to an organisation; returns the exit code and what was printed."""

    def run(stand_in, dry=False, **environment):
        warehouse.save()
        with serve(stand_in) as address:
            settings = SETTINGS | {"SALESFORCE_LOGIN_URL": address} | environment
            for name, value in settings.items():
                monkeypatch.setenv(name, value)
            code = cli.main(["sync", "salesforce", *([] if dry else ["--send"])])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def key_pair():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


# --- who is who -----------------------------------------------------------------------------------


def test_ids_of_15_and_of_18_letters_are_one(warehouse, org, run):
    assert salesforce.long_id("0015g00000ABCde") == long_id("0015g00000ABCde")
    account = org.add("Account", Name="Company One Ltd")
    contact = org.add("Contact", LastName="Ann", Email="first@elsewhere.example")
    warehouse.account(1, crm_account_id=account[:15])
    warehouse.contact(1, crm_contact_id=contact)
    warehouse.account(2, crm_account_id="4711")  # another CRM's
    code, printed = run(org)
    assert code == 0, printed
    assert org.records["Account"][account]["pql_account_key__c"] == "account-1"
    assert org.records["Account"][account]["Name"] == "Company One Ltd"
    assert org.records["Contact"][contact]["pql_contact_key__c"] == "contact-1"
    assert org.records["Contact"][contact]["Email"] == "first@elsewhere.example"
    assert len(org.records["Account"]) == 2


def test_a_person_is_whoever_wrote_it_down_first(warehouse, org, run):
    contact = org.add("Contact", LastName="Ann", Email="User1@company1.example")
    lead = org.add("Lead", LastName="Bob", Company="B", Email="user2@company2.example")
    ended = org.add("Contact", LastName="Cem", Email="other@company3.example")
    org.add(
        "Lead",
        LastName="Cem",
        Company="C",
        Email="user3@company3.example",
        IsConverted=True,
        ConvertedContactId=ended,
    )
    both = org.add("Contact", LastName="Dee", Email="user4@company4.example")
    org.add("Lead", LastName="Dee", Company="D", Email="user4@company4.example")
    for number in range(1, 6):
        warehouse.account(number)
        warehouse.contact(number)
    warehouse.contact(6, account_key="")
    code, printed = run(org)
    assert code == 0, printed
    contacts = org.records["Contact"]
    assert contacts[contact]["pql_contact_key__c"] == "contact-1"
    assert contacts[contact]["LastName"] == "Ann"
    assert contacts[ended]["pql_contact_key__c"] == "contact-3"
    assert contacts[both]["pql_contact_key__c"] == "contact-4"
    assert org.records["Lead"][lead]["pql_contact_key__c"] == "contact-2"
    made = org.by("Contact", "Email")["user5@company5.example"]
    assert made["LastName"] == "user5"
    account = org.by("Account", "pql_account_key__c")["account-5"]
    assert made["AccountId"] == account["Id"]
    without = org.by("Lead", "Email")["user6@company6.example"]
    assert (without["Company"], without["pql_status__c"]) == ("[not provided]", "qualified")
    assert len(contacts) == 4


def test_a_lead_that_is_converted_goes_on_as_its_contact(warehouse, org, run):
    warehouse.contact(1, account_key="")
    run(org)
    (lead,) = org.records["Lead"]
    contact = org.add("Contact", LastName="Ann", Email="user1@company1.example")
    org.records["Lead"][lead] |= {"IsConverted": True, "ConvertedContactId": contact}
    _, said = run(org, dry=True)
    assert "update  user u_1" in said
    code, printed = run(org)
    assert code == 0, printed
    assert org.records["Contact"][contact]["pql_status__c"] == "qualified"
    writes = org.writes
    run(org)
    assert org.writes == writes


def test_of_two_contacts_with_one_address_a_person_chooses(warehouse, org, run):
    first, second = (
        org.add("Contact", LastName="Ann", Email="user1@company1.example") for _ in range(2)
    )
    fill(warehouse, 1)
    code, printed = run(org)
    assert code == 1
    assert (
        f"not adopted: user u_1: the mail address is that of several contacts, {first}" in printed
    )
    warehouse.rows["sync_crm_contacts"][0]["crm_contact_id"] = second
    code, printed = run(org)
    assert code == 0, printed
    (task,) = org.records["Task"].values()
    assert task["WhoId"] == second


def test_a_person_account_is_written_as_the_account_it_is(warehouse, run):
    org = StandIn(has_persons=True)
    org.load_manifests()
    for field in list(org.fields["Contact"].values()):
        if field["name"].endswith("__c"):
            name = field["name"].replace("__c", "__pc")
            org.fields["Account"][name] = {**field, "name": name, "externalId": False}
    account = org.add("Account", Name="Ann", IsPersonAccount=True, Website="company1.example")
    contact = org.add(
        "Contact",
        LastName="Ann",
        Email="user1@company1.example",
        AccountId=account,
        IsPersonAccount=True,
    )
    fill(warehouse, 1)
    code, printed = run(org)
    assert code == 0, printed
    assert org.records["Account"][account]["pql_status__pc"] == "qualified"
    assert org.records["Account"][account]["pql_account_key__c"] is None  # no company of ours
    assert len(org.records["Account"]) == 2
    writes = org.writes
    assert run(org)[0] == 0
    assert org.writes == writes

    # by the id of its contact in the warehouse too, and as what a lead was converted to
    warehouse.path.with_name("warehouse_sync.sqlite").unlink()
    warehouse.rows["sync_crm_contacts"][0] |= {"crm_contact_id": contact, "tier": "low"}
    code, printed = run(org)
    assert code == 0, printed
    assert org.records["Account"][account]["pql_tier__pc"] == "low"
    lead = org.add(
        "Lead", LastName="Ann", Company="A", IsConverted=True, ConvertedContactId=contact
    )
    warehouse.path.with_name("warehouse_sync.sqlite").unlink()
    warehouse.rows["sync_crm_contacts"][0] |= {"crm_contact_id": lead, "tier": "mid"}
    code, printed = run(org)
    assert code == 0, printed
    assert org.records["Account"][account]["pql_tier__pc"] == "mid"


ADOPTS = 'adopts  account a_1 "Company 1": company {} "Company One Ltd", company1.example'


@pytest.mark.parametrize(
    "website", ["company1.example", "https://www.Company1.example/about", "http://company1.example"]
)
def test_an_account_that_sales_made_is_adopted_by_its_website(warehouse, org, run, website):
    theirs = {"Name": "Company One Ltd", "Website": website, "OwnerId": org.rep}
    made = org.add("Account", **theirs)
    org.add("Account", Name="Another", Website="notcompany1.example")
    warehouse.account(1)
    code, printed = run(org, dry=True)
    assert ADOPTS.format(made) in printed
    assert org.writes == 0
    code, printed = run(org)
    assert code == 0, printed
    record = org.records["Account"][made]
    assert record["pql_account_key__c"] == "account-1"
    assert {name: record[name] for name in theirs} == theirs
    assert len(org.records["Account"]) == 2


def test_links_that_somebody_made_stay(warehouse, org, run):
    other = org.add("Account", Name="Elsewhere", Website="elsewhere.example")
    contact = org.add("Contact", LastName="Ann", Email="user1@company1.example", AccountId=other)
    loose = org.add("Contact", LastName="Bob", Email="user2@company2.example")
    fill(warehouse, 2)
    code, printed = run(org)
    assert code == 0, printed
    assert org.records["Contact"][contact]["AccountId"] == other
    account = org.by("Account", "pql_account_key__c")["account-2"]["Id"]
    assert org.records["Contact"][loose]["AccountId"] == account


# --- tasks ----------------------------------------------------------------------------------------


def test_a_task_tells_why_and_belongs_to_somebody(warehouse, org, run):
    queue = org.add("Group", Type="Queue", DeveloperName="New_leads")
    gone = org.add("User", Email="gone@acme.example", IsActive=False)
    fill(warehouse, 4)
    owners = ("sam.rep@ACME.example", org.rep[:15], gone, "rep_07")
    for task, owner in zip(warehouse.rows["sync_crm_tasks"], owners, strict=True):
        task["owner"] = owner
    warehouse.rows["sync_crm_tasks"][3]["due_at"] = None
    code, printed = run(org, SALESFORCE_TASK_QUEUE="New_leads")
    assert code == 0, printed
    tasks = org.by("Task", "pql_task_key__c")
    assert [tasks[f"task-{number}"]["OwnerId"] for number in (1, 2, 3, 4)] == [
        org.rep,
        org.rep,
        queue,
        queue,
    ]
    assert f"so in the queue New_leads: tasks of {gone}, rep_07" in printed
    task = tasks["task-1"]
    assert task["Subject"] == "Call Company 1"
    assert task["Description"] == "why: <b>a</b> & b\nnext: call"
    assert (task["Priority"], task["Status"]) == ("High", "Not Started")
    assert task["ActivityDate"] == tasks["task-4"]["ActivityDate"] == "2026-07-01"
    assert task["WhatId"] == org.by("Account", "pql_account_key__c")["account-1"]["Id"]
    assert task["WhoId"] == org.by("Contact", "Email")["user1@company1.example"]["Id"]


def test_a_queue_that_is_none_is_one_line(warehouse, org, run):
    fill(warehouse, 1)
    code, printed = run(org, SALESFORCE_TASK_QUEUE="No'where")
    assert code == 2
    assert printed == (
        "error: SALESFORCE_TASK_QUEUE: Salesforce has no queue No'where; name one that takes "
        "tasks, by its API name\n"
    )
    assert org.writes == 0


def test_a_task_about_a_lead_is_about_nothing_else(warehouse, org, run):
    org.add("Lead", LastName="Ann", Company="A", Email="user1@company1.example")
    fill(warehouse, 1)
    code, printed = run(org)
    assert code == 0, printed
    (task,) = org.records["Task"].values()
    assert task["WhoId"].startswith("00Q")
    assert task["WhatId"] is None
    writes = org.writes
    assert run(org)[0] == 0
    assert org.writes == writes


def test_a_completed_task_is_not_opened_again_and_a_closed_one_is_completed(warehouse, org, run):
    fill(warehouse, 2)
    run(org)
    other = org.add("User", Email="other@acme.example", IsActive=True)
    org.by("Task", "pql_task_key__c")["task-1"] |= {"Status": "Completed", "OwnerId": other}
    warehouse.rows["sync_crm_tasks"][0]["subject"] = "Call Company 1 today"
    warehouse.rows["sync_crm_tasks"][1] |= {
        "status": "canceled",
        "closed_reason": "lapsed",
        "closed_on": date(2026, 7, 2),
    }
    run(org)
    tasks = org.by("Task", "pql_task_key__c")
    assert tasks["task-1"]["Subject"] == "Call Company 1 today"
    assert (tasks["task-1"]["Status"], tasks["task-1"]["OwnerId"]) == ("Completed", other)
    assert tasks["task-2"]["Status"] == "Completed"


# --- what is written ------------------------------------------------------------------------------


def test_only_fields_of_ours_are_written_after_a_record_is_made(warehouse, org, run):
    fill(warehouse, 2)
    run(org)
    for account in org.records["Account"].values():
        account |= {"Name": "Renamed", "Website": "moved.example", "OwnerId": org.rep}
    for contact in org.records["Contact"].values():
        contact |= {"LastName": "Married", "Email": f"{contact['Id']}@new.example"}
    for row in (*warehouse.rows["sync_crm_accounts"], *warehouse.rows["sync_crm_contacts"]):
        row |= {"score": 99}
    before = len(org.requests)
    code, printed = run(org)
    assert code == 0, printed
    assert {each["Name"] for each in org.records["Account"].values()} == {"Renamed"}
    assert {each["LastName"] for each in org.records["Contact"].values()} == {"Married"}
    for asked, body in org.requests[before:]:
        if asked.startswith("PATCH"):
            for record in body["records"]:
                names = record.keys() - {"Id", "attributes"}
                assert all(name.startswith("pql_") for name in names), names


def test_many_rows_go_by_jobs(warehouse, org, run, monkeypatch):
    monkeypatch.setattr(salesforce, "BULK_FROM", 50)
    monkeypatch.setattr(salesforce, "BATCH", 40)
    monkeypatch.setattr("simple_salesforce.bulk2.sleep", lambda _: None)
    fill(warehouse, 60)
    warehouse.rows["sync_crm_accounts"][7]["reason"] = 'said "hi", twice\nand again'
    code, printed = run(org)
    assert code == 0, printed
    assert {job["operation"] for job in org.jobs.values()} == {"upsert"}
    assert len(org.jobs) == 3
    accounts = org.by("Account", "pql_account_key__c")
    assert accounts["account-8"]["pql_reason__c"] == 'said "hi", twice\nand again'
    assert accounts["account-9"]["pql_is_pqa__c"] is False

    for lead in warehouse.rows["sync_crm_accounts"]:
        lead |= {"score": None, "tier": "none"}
    warehouse.rows["sync_crm_accounts"][3]["tier"] = "sky_high"
    code, printed = run(org)
    assert code == 1
    assert "account a_4: pql_tier__c: INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST" in printed
    accounts = org.by("Account", "pql_account_key__c")
    assert accounts["account-9"]["pql_score__c"] is None
    assert accounts["account-4"]["pql_score__c"] == 80
    assert [job["operation"] for job in org.jobs.values()][3:] == ["update"]


def test_record_types_of_new_records(warehouse, org, run):
    org.record_types["Account"] = ["Business", "Person"]
    fill(warehouse, 1)
    code, printed = run(org, SALESFORCE_RECORD_TYPES="Account=Bussiness")
    assert code == 2
    assert "Account has no record type Bussiness that the user may use; it has Business" in printed
    code, printed = run(org, SALESFORCE_RECORD_TYPES="Account=Business")
    assert code == 0, printed
    (account,) = org.records["Account"].values()
    assert account["RecordTypeId"] == type_id("Business")
    with pytest.raises(PqlError, match="is not <object>=<record type>"):
        salesforce.Salesforce(SETTINGS | {"SALESFORCE_RECORD_TYPES": "Business"})


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda fields: fields.pop("pql_tier__c"),
            "there is no field pql_tier__c, or the user that syncs may not see it",
        ),
        (
            lambda fields: fields["pql_tier__c"].update(updateable=False),
            "the user that syncs may not write the field pql_tier__c",
        ),
        (
            lambda fields: fields["pql_tier__c"]["picklistValues"].pop(0),
            "the field pql_tier__c has no value hand_raiser",
        ),
        (
            lambda fields: fields["pql_score__c"].update(type="string"),
            "the field pql_score__c is of type string, not Number",
        ),
        (
            lambda fields: fields["pql_reason__c"].update(length=80),
            "the field pql_reason__c is shorter than 255 characters",
        ),
        (
            lambda fields: fields["pql_account_key__c"].update(unique=False),
            "the field pql_account_key__c is no unique external id",
        ),
    ],
)
def test_fields_other_than_the_manifests_are_one_line(warehouse, org, run, change, problem):
    fill(warehouse)
    change(org.fields["Account"])
    code, printed = run(org)
    assert code == 2
    assert problem in printed
    assert "deploy the package of `pql manifests` and assign PQL_Sync" in printed
    assert printed.count("\n") == 1
    assert org.writes == 0


def refusing(code, message, *fields):
    def rule(crm_object, values):
        if values.get("pql_account_key__c") == "account-2":
            raise RowError(code, message, *fields)

    return rule


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            refusing("DUPLICATES_DETECTED", "Use one of these records?"),
            "DUPLICATES_DETECTED: Use one of these records? (a duplicate rule of yours; name the",
        ),
        (
            refusing("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Ask ann@acme.example first", "Industry"),
            "Industry: FIELD_CUSTOM_VALIDATION_EXCEPTION: Ask <mail address> first (a validation",
        ),
        (
            refusing("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id"),
            "insufficient access rights on object id (share the record with the user that syncs)",
        ),
        (
            refusing("REQUIRED_FIELD_MISSING", "Required fields are missing: [Region]", "Region"),
            "Region: REQUIRED_FIELD_MISSING: Required fields are missing: [Region] (give the",
        ),
        (refusing("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access"), "was writing)"),
    ],
)
def test_a_row_that_is_refused_holds_up_no_other_and_is_sent_again(warehouse, org, run, rule, said):
    org.rules.append(rule)
    fill(warehouse)
    code, printed = run(org)
    assert code == 1
    assert "account a_2: " in printed
    assert said in printed
    assert org.by("Account", "pql_account_key__c").keys() == {"account-1", "account-3"}
    assert len(org.records["Contact"]) == len(org.records["Task"]) == 3
    org.rules.clear()
    org.writes = 0
    code, printed = run(org)
    assert code == 0, printed
    account = org.by("Account", "pql_account_key__c")["account-2"]["Id"]
    assert org.by("Contact", "pql_contact_key__c")["contact-2"]["AccountId"] == account
    assert org.by("Task", "pql_task_key__c")["task-2"]["WhatId"] == account


def test_a_record_that_was_deleted_in_salesforce_is_left_alone(warehouse, org, run):
    fill(warehouse)
    run(org)
    gone = org.by("Account", "pql_account_key__c")["account-2"]["Id"]
    del org.records["Account"][gone]
    org.deleted.add(gone)
    for score, note in ((81, f"record {gone} (account a_2): deleted in Salesforce"), (82, "")):
        warehouse.rows["sync_crm_accounts"][1]["score"] = score
        code, printed = run(org)
        assert code == 0, printed
        assert note in printed
        assert len(org.records["Account"]) == 2


def test_without_its_memory_it_gives_nothing_twice(warehouse, org, run):
    fill(warehouse, 2)
    warehouse.contact(3, account_key="")
    run(org)
    before = org.everything()
    warehouse.path.with_name("warehouse_sync.sqlite").unlink()
    code, printed = run(org)
    assert code == 0, printed
    assert org.everything() == before


def test_it_leaves_requests_of_the_day_to_others(warehouse, org, run):
    fill(warehouse)
    org.used, org.total = 895, 1000
    code, printed = run(org)
    assert code == 2
    assert "requests of the day are used, and the sync leaves 10% to others" in printed
    assert org.used <= 901
    org.used = 1000
    code, printed = run(org)
    assert printed.startswith("error: Salesforce takes no more requests today")
    org.used = 0
    assert run(org)[0] == 0
    assert len(org.records["Account"]) == 3


def test_a_session_that_ends_is_begun_anew(warehouse, org, run):
    fill(warehouse)
    expired = ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
    org.faults = iter([None, None, None, expired, None, None, None, None, expired])
    code, printed = run(org)
    assert code == 0, printed
    assert len(org.tokens) == 3


def test_a_token_that_is_never_good_is_one_line(warehouse, org, run):
    fill(warehouse)
    expired = ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
    org.faults = iter([None, expired])
    code, printed = run(org)
    assert code == 2
    assert printed.startswith("error: Salesforce does not know its own token (INVALID_SESSION_ID")


def test_a_signature_logs_in(warehouse, org, run, monkeypatch):
    private, org.public_key = key_pair()
    fill(warehouse, 1)
    monkeypatch.setenv("SALESFORCE_CLIENT_SECRET", "")
    code, printed = run(org, SALESFORCE_USERNAME=org.username, SALESFORCE_PRIVATE_KEY=private)
    assert code == 0, printed
    file = warehouse.path.with_name("key.pem")
    file.write_text(private)
    run(org, SALESFORCE_USERNAME=org.username, SALESFORCE_PRIVATE_KEY=str(file))
    assert len(org.tokens) == 2

    other, _ = key_pair()
    code, printed = run(org, SALESFORCE_USERNAME=org.username, SALESFORCE_PRIVATE_KEY=other)
    assert code == 2
    assert printed.startswith("error: Salesforce does not take the credentials (invalid assertion)")
    assert printed.count("\n") == 1
    for wrong in ("", "no key", "-----BEGIN PRIVATE KEY-----\nnone"):
        code, printed = run(org, SALESFORCE_USERNAME=org.username, SALESFORCE_PRIVATE_KEY=wrong)
        assert code == 2
        assert printed.startswith("error: SALESFORCE_PRIVATE_KEY: ")
        assert printed.count("\n") == 1


def test_a_sandbox_is_never_taken_for_production(warehouse, org, run):
    sandbox = StandIn(organization=2, is_sandbox=True)
    sandbox.load_manifests()
    fill(warehouse, 1)
    code, printed = run(sandbox)
    assert code == 2
    assert "SALESFORCE_SANDBOX: the sync is meant for production, and 00D" in printed
    assert run(sandbox, SALESFORCE_SANDBOX="true")[0] == 0
    code, printed = run(org)
    assert code == 2
    assert "is meant for a sandbox, and 00D" in printed
    assert org.writes == 0
    code, printed = run(org, SALESFORCE_SANDBOX="maybe")
    assert printed == "error: SALESFORCE_SANDBOX: neither true nor false\n"


def test_settings_that_are_missing_are_one_line():
    for name, said in (
        ("SALESFORCE_CLIENT_ID", "the consumer key"),
        ("SALESFORCE_CLIENT_SECRET", "the consumer secret"),
        ("SALESFORCE_LOGIN_URL", "your own domain alone"),
    ):
        with pytest.raises(PqlError, match=said):
            salesforce.Salesforce({**SETTINGS, name: ""})
    with pytest.raises(PqlError, match="is not https"):
        salesforce.Salesforce(SETTINGS | {"SALESFORCE_LOGIN_URL": "http://acme.example"})


PAGE = "<!doctype html><html><title>Sign in</title>\n<p>Hello ann@corp.example</html>"
HTML = (("Content-Type", "text/html"),)
STRANGE = {
    "a web page": Strange(PAGE, headers=HTML),
    "nothing": Strange("{}"),
    "a list": Strange("[]"),
    "a refusal by somebody else": Strange(PAGE, 403, HTML),
    "a redirect": Strange("", 302, (("Location", f"http://login.example/?{CLIENT_SECRET}"),)),
    "a secret": Strange(json.dumps([{"message": f"no: {CLIENT_SECRET}"}]), 400),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_answer_ends_the_sync_in_one_line(warehouse, org, run, patient, name):
    fill(warehouse, 1)
    quiet = StandIn()
    quiet.load_manifests()
    run(quiet)
    warehouse.path.with_name("warehouse_sync.sqlite").unlink()
    writes = [asked.startswith("PATCH") for asked, _ in quiet.requests].index(True)
    for place in (0, 1, 2, writes):
        org.faults = iter([None] * place + [STRANGE[name]] * 6)
        code, printed = run(org)
        assert code in (1, 2)
        assert "Traceback" not in printed
        assert sum(line.startswith("error: ") for line in printed.splitlines()) == 1
        for secret in (CLIENT_SECRET, "@corp"):
            assert secret not in printed
    org.faults = iter(())
    code, printed = run(org)
    assert code == 0, printed


@pytest.mark.parametrize("body", ['{"records": [', "", "OK"])
def test_half_an_answer_is_asked_for_again(warehouse, org, run, patient, body):
    fill(warehouse, 2)
    org.faults = iter([Strange(body, is_taken=True), None] * 30)
    code, printed = run(org)
    assert code == 0, printed
    assert len(org.records["Account"]) == len(org.records["Task"]) == 2


def test_each_organisation_has_a_memory_of_its_own(warehouse, org, run):
    fill(warehouse, 1)
    run(org)
    memory = Memory(warehouse.path.with_name("warehouse_sync.sqlite"))
    (account,) = org.records["Organization"]
    assert memory.read(account, "Account").keys() == {"account-1"}
    assert memory.last_account(["Account"]) == account
    assert memory.last_account(["companies"]) == ""
    memory.close()
    other = StandIn(organization=9)
    other.load_manifests()
    assert run(other)[0] == 0
    assert len(other.records["Account"]) == 1
