"""The layouts in which loaders write HubSpot, with what is odd about them."""

from pathlib import Path

import pytest
from views import Views, build_views, cells, one_row

APP = {
    "users": "user_id,email,account_id\nu1,Ann@acme.example,a1\nu2,bob@bolt.example,a2\nu3,,a3",
    "accounts": "account_id,domain\na1,acme.example\na2,bolt.example\na3,cone.example",
}
FIVETRAN = {
    "contact": (
        "id,_fivetran_deleted,property_email,property_jobtitle,property_associatedcompanyid,"
        "property_hs_email_optout,property_hs_merged_object_ids,property_app_id,"
        "property_hs_lifecyclestage_marketingqualifiedlead_date,property_hs_email_bad_address,"
        "property_hs_email_hard_bounce_reason_enum,property_hs_email_last_send_date,"
        "property_createdate\n"
        "1,false,ann@acme.example,Buyer,10,true,3; 4,,2026-02-02 00:00:00,,,,2020-01-01\n"
        "3,false,ann@acme.example,Old,10,,,u9,2026-01-01 00:00:00,,,,2019-01-01\n"
        "2,false,bob@bolt.example,,20,,,,,,UNKNOWN_USER,2026-03-03 00:00:00,2020-01-01\n"
        "5,false,cat@cone.example,,,,6,u3,,true,,,2020-01-01\n"
        "6,true,,,,,,u8,,,,,2020-01-01\n"
        "7,true,gone@acme.example,,,,,,,,,,2020-01-01"
    ),
    "contact_property_history": (
        "contact_id,name,value,timestamp\n"
        "1,hs_lead_status,NEW,2026-02-01 00:00:00\n"
        "1,hs_lead_status,UNQUALIFIED,2026-02-05 00:00:00\n"
        "2,hs_lead_status,Parked,2026-02-06 00:00:00\n"
        "2,hs_lead_status,SOLD,2026-02-07 00:00:00\n"
        "1,lifecyclestage,marketingqualifiedlead,2026-01-15 00:00:00\n"
        "1,lifecyclestage,lead,2026-01-16 00:00:00"
    ),
    "contact_merge_audit": "canonical_vid,vid_to_merge,timestamp\n5,6,2026-01-09 08:00:00",
    "company": (
        "id,is_deleted,property_name,property_domain,property_numberofemployees,"
        "property_hubspot_owner_id,property_hs_merged_object_ids,property_workspace\n"
        "10,false,Acme,https://www.ACME.example,50,o1,,\n"
        "20,false,Bolt,,,o2,21,a2\n"
        "21,true,Bolt Old,bolt.example,,,,a22"
    ),
    "deal": (
        "deal_id,is_deleted,deal_pipeline_stage_id,property_amount,property_createdate,"
        "property_closedate\n"
        "d1,false,s_open,100,2026-01-01 00:00:00,2026-02-01 00:00:00\n"
        "d2,false,s_won,200,2026-01-01 00:00:00,2026-02-01 00:00:00\n"
        "d3,false,s_won,300,2026-01-01 00:00:00,2027-01-01 00:00:00\n"
        "d4,false,s_lost,400,2026-01-01 00:00:00,2026-03-01 00:00:00\n"
        "d5,true,s_won,500,2026-01-01 00:00:00,2026-03-01 00:00:00\n"
        "d6,false,s_won,600,2026-01-01 00:00:00,2026-03-01 00:00:00"
    ),
    "deal_pipeline_stage": (
        "stage_id,is_closed,closed_won,probability,updated_at\n"
        "s_open,false,false,0.5,2026-01-01 00:00:00\n"
        "s_won,true,true,1.0,2026-01-01 00:00:00\n"
        "s_lost,true,false,0.0,2026-01-01 00:00:00"
    ),
    "deal_stage": (
        "deal_id,value,date_entered\n"
        "d2,s_won,2026-04-01 00:00:00\n"
        "d3,s_open,2026-01-01 00:00:00\n"
        "d3,s_won,2026-02-03 00:00:00"
    ),
    "deal_company": (
        "deal_id,company_id,type_id\n"
        "d1,20,341\nd1,10,341\nd1,20,5\nd2,10,5\nd2,10,77\nd3,10,5\nd4,10,5\nd6,10,5"
    ),
    "deal_contact": "deal_id,contact_id,type_id\nd2,1,3\nd2,1,88\nd3,3,3",
    "merged_deal": "deal_id,merged_deal_id\nd2,d6",
    "engagement": (
        "id,type,owner_id,timestamp\n"
        "e1,CALL,o1,2026-01-05 00:00:00\n"
        "e5,INCOMING_EMAIL,,2026-01-05 00:00:00"
    ),
    "engagement_call": "engagement_id,_fivetran_deleted\ne1,false",
    "engagement_meeting": (
        "engagement_id,property_hs_timestamp,start_time,property_hubspot_owner_id,"
        "property_hs_meeting_outcome\n"
        "e2,,2026-01-06 00:00:00,o2,\n"
        "e3,2026-01-07 00:00:00,,o2,CANCELED"
    ),
    "engagement_task": (
        "engagement_id,property_hs_timestamp,property_hs_task_completion_date\n"
        "e6,2026-02-01 00:00:00,2026-01-08 00:00:00\n"
        "e7,2026-02-01 00:00:00,"
    ),
    "engagement_contact": "engagement_id,contact_id,type_id\ne1,3,194\ne1,3,10",
    "engagement_company": "engagement_id,company_id,type_id\ne2,20,188",
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """An application, and HubSpot as Fivetran writes it."""
    folder = tmp_path_factory.mktemp("hubspot")
    return build_views(
        folder,
        {"app": APP, "crm": FIVETRAN},
        variables={"raw_path": f"{folder}/app", "raw_tables": ["accounts"]},
        canonical={},
        hubspot={
            "path": "crm",
            "user_id": "app_id",
            "account_id": "workspace",
            "lead_statuses": {"SOLD": "accepted"},
        },
    )


def test_contacts_merged_away_are_no_users(views: Views) -> None:
    columns = ("user_id", "email", "job_title", "crm_contact_id", "email_opt_out")
    assert cells(views["hubspot__users"], *columns) == [
        ("u3", "cat@cone.example", None, "5", None),
        (None, "ann@acme.example", "Buyer", "1", "true"),
        (None, "bob@bolt.example", None, "2", None),
    ]


def test_users_are_found_by_property_or_address(views: Views) -> None:
    users = [row for row in views["united__users"] if row["user_id"]]
    assert cells(users, "user_id", "crm_contact_id", "email") == [
        ("u1", "1", "ann@acme.example"),
        ("u2", "2", "bob@bolt.example"),
        ("u3", "5", "cat@cone.example"),
    ]


def test_a_contact_made_in_the_crm_has_not_signed_up(views: Views) -> None:
    assert "created_at" not in views["hubspot__users"][0]
    assert "created_at" not in views["hubspot__accounts"][0]


def test_companies_are_found_by_property_or_domain(views: Views) -> None:
    columns = ("account_id", "account_name", "crm_account_id", "crm_owner_id", "employee_count")
    assert cells(views["united__accounts"], *columns) == [
        ("a1", "Acme", "10", "o1", "50"),
        ("a2", "Bolt", "20", "o2", None),
        ("a3", None, None, None, None),
    ]


def test_merges_link_where_both_hold_our_id(views: Views) -> None:
    assert cells(views["hubspot__identity_links"], "from_id", "to_user_id", "linked_at") == [
        ("u8", "u3", "2026-01-09 08:00:00")
    ]
    assert cells(views["hubspot__account_links"], "from_account_id", "to_account_id") == [
        ("a22", "a2")
    ]


def test_an_open_deal_has_an_expected_close_date_and_no_close(views: Views) -> None:
    (deal,) = (row for row in views["hubspot__opportunities"] if row["opportunity_id"] == "d1")
    assert (deal["is_closed"], deal["is_won"], deal["closed_at"]) == (False, False, None)


def test_a_close_date_left_standing_in_the_future(views: Views) -> None:
    columns = ("opportunity_id", "is_won", "closed_at")
    assert cells(views["hubspot__opportunities"], *columns) == [
        ("d1", False, "None"),
        ("d2", True, "2026-02-01 00:00:00"),  # imported long after it was won
        ("d3", True, "2026-02-03 00:00:00"),  # expected a year later
        ("d4", False, "2026-03-01 00:00:00"),
    ]  # d5 is deleted, d6 was merged into d2, and is not flagged


def test_labels_do_not_multiply_deals(views: Views) -> None:
    assert cells(views["hubspot__opportunities"], "opportunity_id", "account_id", "user_id") == [
        ("d1", "a2", None),  # of two companies the primary one
        ("d2", "a1", "u1"),
        ("d3", "a1", "u9"),
        ("d4", "a1", None),
    ]


def test_a_marketing_lead_that_moved_back_was_one(views: Views) -> None:
    columns = ("lead_id", "user_id", "account_id", "qualified_at")
    assert cells(views["hubspot__marketing_leads"], *columns) == [
        ("1", "u1", "a1", "2026-01-15 00:00:00")
    ]


def test_addresses_that_bounce_are_invalid(views: Views) -> None:
    columns = ("email", "status", "verified_at")
    assert cells(views["hubspot__contact_verifications"], *columns) == [
        ("bob@bolt.example", "invalid", "2026-03-03 00:00:00"),
        ("cat@cone.example", "invalid", "None"),
    ]


def test_activities_of_two_generations_of_columns(views: Views) -> None:
    columns = ("activity_id", "activity_type", "user_id", "account_id", "owner", "occurred_at")
    assert cells(views["hubspot__sales_activities"], *columns) == [
        ("e1", "call", "u9", None, "o1", "2026-01-05 00:00:00"),
        ("e2", "meeting", None, "a2", "o2", "2026-01-06 00:00:00"),
        ("e6", "task", None, None, None, "2026-01-08 00:00:00"),  # when it was done, not due
    ]  # e3 was canceled, e5 is the customer's, e7 is not done


def test_a_lead_status_without_a_meaning_is_passed_on(views: Views) -> None:
    columns = ("entity_id", "status", "responded_at")
    assert cells(views["hubspot__lead_responses"], *columns) == [
        ("u1", "rejected", "2026-02-05 00:00:00"),
        ("u2", "Parked", "2026-02-06 00:00:00"),
        ("u2", "accepted", "2026-02-07 00:00:00"),
    ]


def test_airbyte_keeps_properties_in_one_column(tmp_path: Path) -> None:
    contact = {"email": "ann@acme.example", "jobtitle": "Buyer", "hs_email_optout": None}
    deal = {"dealstage": "9", "hs_is_closed": True, "hs_is_closed_won": True, "amount": 7}
    airbyte = {
        "contacts": one_row(id="1", properties=contact, archived="false"),
        "companies": one_row(id="10", properties={"domain": "acme.example"}),
        "deals": one_row(
            id="d1",
            properties=deal | {"closedate": "2026-02-01T00:00:00+00:00"},
            createdAt="2026-01-01T00:00:00Z",
            contacts=["1", "1"],
            companies=["10", "10"],
        ),
        "engagements_calls": one_row(
            id="e1", properties={"hs_timestamp": "2026-01-05T00:00:00+00:00"}, contacts=["1"]
        ),
    }
    views = build_views(
        tmp_path,
        {"app": APP, "crm": airbyte},
        variables={"raw_path": f"{tmp_path}/app", "raw_tables": ["accounts"]},
        canonical={},
        hubspot={"path": "crm"},
    )
    assert cells(views["hubspot__users"], "email", "job_title", "crm_contact_id") == [
        ("ann@acme.example", "Buyer", "1")
    ]
    columns = ("account_id", "user_id", "is_won", "amount", "created_at", "closed_at")
    assert cells(views["hubspot__opportunities"], *columns) == [
        ("a1", "u1", True, "7", "2026-01-01T00:00:00Z", "2026-02-01 00:00:00")
    ]
    assert cells(views["hubspot__sales_activities"], "activity_type", "user_id", "occurred_at") == [
        ("call", "u1", "2026-01-05 00:00:00")
    ]
