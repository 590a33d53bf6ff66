"""The demo as vendors store it: the same leads, wherever the vendor carries what makes them."""

import pytest
from conftest import Build, Built, changed_tables
from demo_as import (
    HUBSPOT,
    STRIPE,
    as_hubspot,
    as_segment,
    as_stripe,
    demo_tables,
    write_folder,
)

QUALIFICATION = {
    "pql_accounts",
    "pql_users",
    "pql_reasons",
    "pql_history",
    "pql_score_changes",
    "pql_transitions",
}
# What neither a CDP, a CRM nor billing knows, or not all of it.
OWN = {"attributes", "contact_verifications", "deletion_requests", "lead_responses"}


@pytest.fixture(scope="module")
def three_sources(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Acts, users and accounts by Segment, sales by HubSpot, billing by Stripe."""
    folder = tmp_path_factory.mktemp("vendors")
    tables = demo_tables()
    vendors = {
        "segment": (as_segment, {}),
        "hubspot": (as_hubspot, HUBSPOT),
        "stripe": (as_stripe, STRIPE),
    }
    for name, (layout, _) in vendors.items():
        write_folder(folder / name, layout(tables))
    write_folder(folder / "own", {name: tables[name] for name in OWN})
    built = build(
        variables={
            "sources": {
                name: {"path": str(folder / name), **options}
                for name, (_, options) in vendors.items()
            }
            | {"canonical": {}},
            "raw_path": str(folder / "own"),
            "raw_tables": sorted(OWN),
        },
        quiet=False,
    )
    assert built.returncode == 0, built.output
    return built


# A CRM has ids for more than the demo knows ids of, and those of deals are its own.
OF_CRM = {
    mart: f"select * exclude (crm_{kind}_id) replace "
    "(replace(suppression_reason, 'hubspot:', '') as suppression_reason) from {}"
    for mart, kind in (("pql_accounts", "account"), ("pql_users", "contact"))
}
KEPT = (
    "coalesce((select to_account_id from pql_staging.stg_product__account_links "
    "where from_account_id = account_id), account_id) as account_id"
)
MERGED = "(select from_account_id from pql_staging.stg_product__account_links)"


def test_three_sources_make_the_same_leads(demo: Built, three_sources: Built) -> None:
    changed = changed_tables(demo.database, three_sources.database, "pql", OF_CRM)
    assert {name: changed[name] for name in changed.keys() & QUALIFICATION} == {}


@pytest.mark.parametrize(
    "rows",
    [
        "select * replace (replace(opportunity_id, 'hubspot:', '') as opportunity_id) "
        "from pql_staging.stg_crm__opportunities",
        # those of a company that was merged are the survivor's
        f"select * replace (replace(activity_id, 'hubspot:', '') as activity_id, {KEPT}) "
        "from pql_staging.stg_crm__sales_activities",
        "select email, qualified_on from pql_staging.stg_crm__marketing_leads",
        "select account_id, crm_account_id, crm_owner_id from pql_staging.stg_product__accounts "
        f"where crm_account_id like 'crma_%' and account_id not in {MERGED}",
        "select user_id, crm_contact_id, email_opt_out from pql_staging.stg_product__users "
        "where crm_contact_id like 'crmc_%'",
        "select * exclude (subscription_id, mrr) from pql_staging.stg_billing__subscriptions",
        "select * replace (replace(subscription_id, 'stripe:', '') as subscription_id) "
        "from pql_staging.stg_billing__subscriptions where stage = 'paid'",
    ],
)
def test_a_crm_and_billing_say_what_the_demo_says(
    demo: Built, three_sources: Built, rows: str
) -> None:
    expected = sorted(demo.query(rows), key=str)
    assert expected
    assert sorted(three_sources.query(rows), key=str) == expected


def test_each_track_call_is_counted_once(three_sources: Built) -> None:
    (counts,) = three_sources.query(
        "select sum(raw_count), sum(accepted_count + duplicate_count + rejected_count), "
        "sum(raw_count + forgotten_count) from pql.event_reconciliation"
    )
    raw, sorted_rows, received = counts
    assert raw == sorted_rows
    assert received == len(as_segment(demo_tables())["tracks"])


def test_ids_of_events_are_of_their_source_and_those_of_people_are_not(
    three_sources: Built,
) -> None:
    ((own, others, people),) = three_sources.query(
        "select count_if(event_id like 'segment:%'), count_if(event_id not like 'segment:%'), "
        "count_if(user_id like '%:%' or account_id like '%:%') "
        "from pql_staging.stg_product__events"
    )
    assert own > 0
    assert (others, people) == (0, 0)
