"""The layouts in which loaders write Salesforce, with what is odd about them."""

from pathlib import Path

import pytest
from views import Views, build_views, cells, one_row

APP = {
    "users": "user_id,email,account_id\nu1,Ann@acme.example,a1\nu2,bob@bolt.example,a2\nu3,,a3",
    "accounts": "account_id,domain\na1,acme.example\na2,bolt.example\na3,cone.example",
}
ACME, BOLT, OLD_BOLT = "001000000000001AAA", "001000000000002AAA", "001000000000003AAA"
ANN, BOB, CAT, OLD_CAT = (f"00300000000000{n}AAA" for n in range(1, 5))
LEAD, CONVERTED, LOST = (f"00Q00000000000{n}AAA" for n in range(1, 4))
FIVETRAN = {
    "account": (
        "id,is_deleted,_fivetran_active,master_record_id,parent_id,name,website,"
        "number_of_employees,owner_id,workspace_c,last_modified_date\n"
        f"{ACME},false,true,,,Acme,http://www.ACME.example/about,50,o1,,2026-01-01\n"
        f"{BOLT},false,true,,{ACME},Bolt,,,o2,a2,2026-01-01\n"
        f"{BOLT},false,false,,,Bolt of old,,,o9,a2,2025-01-01\n"
        f"{OLD_BOLT},true,true,{BOLT[:15]},,Bolt Old,bolt.example,,,a22,2026-01-09 08:00:00"
    ),
    "contact": (
        "id,is_deleted,master_record_id,email,title,account_id,has_opted_out_of_email,"
        "email_bounced_date,mql_date_c,app_id_c,last_modified_date\n"
        f"{ANN},false,,ann@acme.example,Buyer,{ACME},true,,2026-02-02,,2026-01-01\n"
        f"{BOB},false,,bob@bolt.example,,{BOLT},,2026-03-03 00:00:00,2026-02-09,,2026-01-01\n"
        f"{CAT},false,,cat@cone.example,,,,,,u3,2026-01-01\n"
        f"{OLD_CAT},true,{CAT},,,,,,,u8,2026-01-10 08:00:00"
    ),
    "lead": (
        "id,is_deleted,email,title,has_opted_out_of_email,is_converted,converted_date,"
        "converted_contact_id,unqualified_reason_c,app_id_c\n"
        f"{LEAD},false,dan@new.example,Boss,true,false,,,,u4\n"
        f"{CONVERTED},false,bob@bolt.example,,,true,2026-02-10,{BOB[:15]},,\n"
        f"{LOST},false,ann@acme.example,,,false,,,No budget,"
    ),
    "lead_history": (
        "lead_id,field,old_value,new_value,created_date\n"
        f"{LEAD},Status,New,MQL,2026-01-20 00:00:00\n"
        f"{LEAD},Status,MQL,New,2026-01-21 00:00:00\n"
        f"{LEAD},Status,New,Parked,2026-01-22 00:00:00\n"
        f"{LEAD},Owner,o1,MQL,2026-01-01 00:00:00\n"
        f"{CONVERTED},Status,New,Marketing Qualified,2026-02-08 00:00:00\n"
        f"{LOST},Status,New,Unqualified,2026-02-05 00:00:00"
    ),
    "opportunity": (
        "id,is_deleted,account_id,amount,currency_iso_code,created_date,close_date,stage_name,"
        "is_closed,is_won,lead_source\n"
        f"d1,false,{ACME[:15]},100,USD,2026-01-01 09:00:00,2026-02-01,Proposal,false,false,pql\n"
        f"d2,false,{BOLT},200,EUR,2026-01-01 09:00:00,2027-01-01,Closed Won,true,true,\n"
        f"d3,false,{ACME},300,USD,2026-01-01 09:00:00,2026-02-01,Closed Lost,true,false,\n"
        f"d4,false,{ACME},400,USD,2026-03-01 09:00:00,2025-05-05,Closed Won,true,true,\n"
        f"d5,true,{ACME},500,USD,2026-01-01 09:00:00,2026-02-01,Closed Won,true,true,\n"
        f"d6,false,{ACME},,USD,2026-01-01 09:00:00,2026-04-04,Closed Won,true,true,"
    ),
    "opportunity_history": (
        "opportunity_id,stage_name,amount,created_date\n"
        "d2,Proposal,200,2026-01-01 09:00:00\n"
        "d2,Closed Won,200,2026-01-05 00:00:00\n"
        "d2,Proposal,200,2026-01-06 00:00:00\n"
        "d2,Closed Won,150,2026-03-03 10:00:00\n"
        "d2,Closed Won,200,2026-05-05 00:00:00\n"
        "d4,Closed Won,400,2026-03-01 09:00:00"
    ),
    "opportunity_field_history": (
        "opportunity_id,field,old_value,new_value,created_date\n"
        "d3,created,,,2026-01-01 09:00:00\n"
        "d3,Amount,1,Closed Lost,2026-01-02 00:00:00\n"
        "d3,StageName,Proposal,Closed Lost,2026-03-15 00:00:00"
    ),
    "opportunity_contact_role": (
        "opportunity_id,contact_id,is_primary\n"
        f"d2,{CAT},false\nd2,{BOB},true\nd3,{ANN},false\nd3,{CAT},false"
    ),
    "currency_type": "iso_code,conversion_rate\nUSD,1\nEUR,0.8",
    "campaign_member": (
        "id,lead_id,contact_id,has_responded,first_responded_date\n"
        f"m1,,{CAT},true,2026-01-03\nm2,,{ANN},false,\nm3,{LOST},,true,2026-01-04"
    ),
    "task": (
        "id,is_deleted,who_id,what_id,account_id,owner_id,task_subtype,status,is_closed,"
        "activity_date,completed_date_time\n"
        f"t1,false,{ANN},,{ACME},o1,Call,Completed,true,2026-01-05,2026-01-06 00:00:00\n"
        f"t2,false,{LEAD},,,o1,Email,Completed,true,2026-01-07,\n"
        "t3,false,,d2,,o2,Task,Not Started,false,2026-02-01,\n"
        "t4,false,,d2,,o2,Task,Completed,true,2026-02-01,2026-01-08 00:00:00\n"
        f"t5,true,{ANN},,,o1,Call,Completed,true,2026-01-05,2026-01-06 00:00:00"
    ),
    "event": (
        "id,who_id,what_id,owner_id,start_date_time,activity_date,is_child\n"
        f"e1,{BOB[:15]},{BOLT},o2,2026-01-09 12:00:00,2026-01-09,false\n"
        f"e2,{BOB},{BOLT},o3,2026-01-09 12:00:00,2026-01-09,true"
    ),
}
OPTIONS = {
    "user_id": "app_id_c",
    "account_id": "workspace_c",
    "lead_statuses": {"Parked": "recycled", "Marketing Qualified": ""},
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """An application, and Salesforce as Fivetran writes it."""
    folder = tmp_path_factory.mktemp("salesforce")
    return build_views(
        folder,
        {"app": APP, "crm": FIVETRAN},
        variables={"raw_path": f"{folder}/app", "raw_tables": ["accounts"]},
        canonical={},
        salesforce={"path": "crm", "campaign_responses": True, **OPTIONS},
    )


def test_contacts_and_leads_are_two_objects_of_one_person(views: Views) -> None:
    columns = ("user_id", "email", "job_title", "crm_contact_id", "email_opt_out")
    assert cells(views["salesforce__users"], *columns) == [
        ("u3", "cat@cone.example", None, CAT, None),
        ("u4", "dan@new.example", "Boss", None, "true"),
        (None, "ann@acme.example", "Buyer", ANN, "true"),
        (None, "ann@acme.example", None, None, None),  # a lead that has become no contact
        (None, "bob@bolt.example", None, BOB, None),
    ]
    users = [row for row in views["united__users"] if row["user_id"]]
    assert cells(users, "user_id", "crm_contact_id") == [
        ("u1", ANN),
        ("u2", BOB),
        ("u3", CAT),
        ("u4", None),
    ]


def test_history_mode_does_not_multiply_rows(views: Views) -> None:
    columns = ("account_id", "account_name", "crm_account_id", "crm_owner_id", "employee_count")
    assert cells(views["united__accounts"], *columns) == [
        ("a1", "Acme", ACME, "o1", "50"),
        ("a2", "Bolt", BOLT, "o2", None),
        ("a3", None, None, None, None),
    ]


def test_merges_sit_on_deleted_rows(views: Views) -> None:
    columns = ("from_account_id", "to_account_id", "linked_at")
    assert cells(views["salesforce__account_links"], *columns) == [
        ("a22", "a2", "2026-01-09 08:00:00")
    ]  # and Bolt has a parent, which is no merge
    assert cells(views["salesforce__identity_links"], "from_id", "to_user_id", "linked_at") == [
        ("u8", "u3", "2026-01-10 08:00:00")
    ]


def test_a_close_date_is_edited_and_the_history_is_not(views: Views) -> None:
    columns = ("opportunity_id", "is_closed", "is_won", "closed_at")
    assert cells(views["salesforce__opportunities"], *columns) == [
        ("d1", False, False, "None"),  # the date is when it is expected
        ("d2", True, True, "2026-03-03 10:00:00"),  # reopened once; the amount changed later
        ("d3", True, False, "2026-03-15 00:00:00"),
        ("d4", True, True, "2025-05-05 00:00:00"),  # brought in from elsewhere
        ("d6", True, True, "2026-04-04 00:00:00"),  # nothing else is known
    ]


def test_ids_of_15_and_of_18_characters_are_the_same(views: Views) -> None:
    columns = ("opportunity_id", "account_id", "user_id")
    assert cells(views["salesforce__opportunities"], *columns) == [
        ("d1", "a1", None),
        ("d2", "a2", "u2"),  # the primary contact
        ("d3", "a1", "u1"),
        ("d4", "a1", None),
        ("d6", "a1", None),
    ]


def test_amounts_are_in_the_currency_of_the_company(views: Views) -> None:
    amounts = {row["opportunity_id"]: row["amount"] for row in views["salesforce__opportunities"]}
    assert float(amounts["d1"]) == 100
    assert float(amounts["d2"]) == 250  # 200 euros, of which 0.8 are a dollar
    assert amounts["d6"] is None


def test_a_converted_lead_and_its_contact_qualify_once(views: Views) -> None:
    columns = ("lead_id", "user_id", "account_id", "email", "qualified_at")
    assert cells(views["salesforce__marketing_leads"], *columns) == [
        (ANN, "u1", "a1", "ann@acme.example", "2026-02-02"),
        (CAT, "u3", None, "cat@cone.example", "2026-01-03 00:00:00"),  # answered a campaign
        (LEAD, "u4", None, "dan@new.example", "2026-01-20 00:00:00"),
        (CONVERTED, "u2", None, "bob@bolt.example", "2026-02-08 00:00:00"),
        (LOST, "u1", None, "ann@acme.example", "2026-01-04 00:00:00"),
    ]


def test_a_lead_status_without_a_meaning_is_passed_on(views: Views) -> None:
    columns = ("entity_id", "status", "reason", "responded_at")
    assert cells(views["salesforce__lead_responses"], *columns) == [
        ("u1", "rejected", "No budget", "2026-02-05 00:00:00"),
        ("u2", "accepted", None, "2026-02-10"),  # converted
        ("u4", "recycled", None, "2026-01-22 00:00:00"),
    ]


def test_rows_of_invitees_are_no_second_meeting(views: Views) -> None:
    columns = ("activity_id", "activity_type", "user_id", "account_id", "owner", "occurred_at")
    assert cells(views["salesforce__sales_activities"], *columns) == [
        ("e1", "meeting", "u2", "a2", "o2", "2026-01-09 12:00:00"),
        ("t1", "call", "u1", "a1", "o1", "2026-01-06 00:00:00"),  # when it was done, not due
        ("t2", "email", "u4", None, "o1", "2026-01-07"),
        ("t4", "task", None, "a2", "o2", "2026-01-08 00:00:00"),
    ]  # t3 is not done, t5 is deleted, e2 is that of a colleague


def test_addresses_that_bounce_are_invalid(views: Views) -> None:
    assert cells(views["salesforce__contact_verifications"], "email", "status", "verified_at") == [
        ("bob@bolt.example", "invalid", "2026-03-03 00:00:00")
    ]


def test_airbyte_keeps_the_spelling_of_salesforce(tmp_path: Path) -> None:
    native = {
        "Account": one_row(Id=ACME, IsDeleted="false", Website="acme.example", OwnerId="o1"),
        "Contact": one_row(
            Id=ANN, AccountId=ACME, Email="ann@acme.example", Title="Buyer", App__c="u7"
        ),
        "Lead": one_row(Id=LEAD, Email="ann@acme.example", IsConverted="false"),
        "LeadHistory": one_row(
            LeadId=LEAD,
            Field="Status",
            NewValue="Working",
            CreatedDate="2026-02-01T10:00:00.000+0000",
        ),
        "Opportunity": one_row(
            Id="d1",
            AccountId=ACME,
            StageName="Won",
            IsClosed="true",
            IsWon="true",
            Amount="7",
            CreatedDate="2026-01-01T00:00:00.000+0000",
            CloseDate="2026-02-01",
        ),
        "OpportunityHistory": one_row(
            OpportunityId="d1", StageName="Won", CreatedDate="2026-01-31T10:00:00.000+0000"
        ),
        "Task": one_row(
            Id="t1", WhoId=LEAD, Status="Completed", TaskSubtype="Call", ActivityDate="2026-01-05"
        ),
    }
    views = build_views(
        tmp_path,
        {"app": APP, "crm": native},
        variables={"raw_path": f"{tmp_path}/app", "raw_tables": ["accounts"]},
        canonical={},
        salesforce={"path": "crm", "user_id": "App__c"},
    )
    columns = ("user_id", "job_title", "crm_contact_id")
    assert ("u7", "Buyer", ANN) in cells(views["salesforce__users"], *columns)
    columns = ("account_id", "is_won", "amount", "closed_at")
    assert cells(views["salesforce__opportunities"], *columns) == [
        ("a1", True, "7", "2026-01-31 10:00:00")
    ]
    columns = ("entity_id", "status", "responded_at")
    assert cells(views["salesforce__lead_responses"], *columns) == [
        ("u1", "working", "2026-02-01T10:00:00.000+0000")
    ]
    columns = ("activity_type", "user_id", "occurred_at")
    assert cells(views["salesforce__sales_activities"], *columns) == [("call", "u1", "2026-01-05")]
