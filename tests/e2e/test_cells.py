"""Cells as people's tables have them: read where they can be, and named where they cannot."""

import pytest
from conftest import Build, Built
from test_builds import check

SIGNALS = """signal_id,signal_name,category,event_name,measure,measure_property,reason_template
spent,Spent credits,usage,credits_used,sum,amount,spent {value} credits
made,Made a project,usage,project_created,events,,made {value} project(s)
"""
DEFINITIONS = """definition_id,version,entity_type,audience,score_threshold,status,priority
acc,1,account,free|trial|paid,10,live,1
usr,1,user,free|trial|paid,10,live,2
"""
RULES = """definition_id,version,rule_id,signal_id,min_value,points,max_awards
acc,1,spent,spent,100,10,3
acc,1,made,made,1,10,
usr,1,made,made,1,10,
"""
EVENTS = """event_id,event_name,occurred_at,user_id,anonymous_id,account_id,properties,event_count
1,credits_used,2026-06-01T10:00:00Z,u1,,a1,"{""amount"": 12345678901234567890}",
2,credits_used,2026-06-02T10:00:00Z,u1,,a1,"{""amount"": 9999999999999999999999}",
3,credits_used,2026-06-02T11:00:00Z,u1,,a1,"{""amount"": 1e30}",
4,project_created,2026-06-03T10:00:00Z,u2,,a2,,"1,000"
5,project_created,2026-06-03T10:00:00Z,u2,,a2,,-5
6,project_created,2026-06-03T10:00:00Z,u2,,a2,,2.5
7,project_created,2026-06-03T10:00:00Z,Undefined,,a2,,
8,project_created,2026-06-03T10:00:00Z,[object Object],v1,,,
9,project_created,2026-06-03T10:00:00Z,undefined,,,,
10,project_created,2026-06-03T10:00:00Z,,00000000-0000-0000-0000-000000000000,null,,
11,project_created,2026-06-03T10:00:00Z,u3,,,,
12,project_created,2026-06-03T10:00:00Z,u4,,,,
13,project_created,2026-06-03T10:00:00Z,u5,,,,
14,project_created,2026-06-03T10:00:00Z,u6,,,,
"""
USERS = """user_id,email,account_id,email_opt_out
u1,Ann Lee <Ann@acme.example>,a1,opted_out
u2,mailto:bob@beta.example.,a2,vielleicht
u3,two@x.example; b@y.example,a2,nein
u4,ANN@acme.example,a1,
u5,kim @ gamma.example,,WAHR
u6,eve@privaterelay.appleid.com,,0.0
u7,x@y.example,a2,
undefined,X@y.example,a2,true
"""
ACCOUNTS = """account_id,account_name,domain,employee_count,seat_limit
a1,Acme,https://www.Acme.example/about,99999999999999999999,1e30
a2,Beta,n/a,12345678901,-5
a3,Relay,privaterelay.appleid.com,5,
a4,Gamma,@GAMMA.example.,5,
"""
OPPORTUNITIES = """opportunity_id,account_id,created_at,closed_at,is_closed,is_won,amount
o1,a1,2026-05-20,,perhaps,,123456789012345678901234567890
o2,a4,2026-05-20,2026-05-30,ja,1.0,99999999999999999999
o3,a4,2026-05-20,2026-05-30,lost,closed,5
"""
VERIFICATIONS = """email,status
Kim <KIM@gamma.example>,invalid
"""


@pytest.fixture(scope="module")
def built(build: Build) -> Built:
    raw = {
        "events": EVENTS,
        "users": USERS,
        "accounts": ACCOUNTS,
        "opportunities": OPPORTUNITIES,
        "contact_verifications": VERIFICATIONS,
    }
    config = {"signals": SIGNALS, "definitions": DEFINITIONS, "definition_rules": RULES}
    return check(build(raw, config, selector="weekly", quiet=False))


def test_numbers_as_wide_as_the_contract_are_counted(built: Built) -> None:
    # 1e30 is wider, and adds nothing.
    spent = "select points, reason from pql.pql_reasons where rule_id = 'spent' and is_met"
    assert built.query(spent) == [(30, "spent 10012345678901234567889 credits, last yesterday")]


def test_placeholders_are_nobody(built: Built) -> None:
    assert built.query(
        "select reason, count(*) from pql.event_rejects group by reason order by reason"
    ) == [("placeholder_id", 2)]
    assert built.query("select user_id from pql.pql_users order by user_id") == [
        (user,) for user in ("u1", "u2", "u3", "u4", "u5", "u6", "v1")
    ]
    # What an account did under a placeholder is the account's all the same: event 7.
    reasons = "select value from pql.pql_reasons where rule_id = 'made' and entity_id = 'a2'"
    assert built.query(reasons) == [(5,)]
    assert 'no user_id: set aside, such as "undefined"' in built.output
    assert "- Undefined or the like: 2 row(s) of 2026-06-03 to 2026-06-03" in built.output


def test_counts_that_say_nothing_are_reported(built: Built) -> None:
    assert "warning: every_event_count_is_read" in built.output
    assert '- 3 row(s) of 2026-06-03 to 2026-06-03, such as "' in built.output


def test_mail_addresses_are_read(built: Built) -> None:
    addresses = "select user_id, email from pql_staging.stg_product__users order by user_id"
    assert built.query(addresses) == [
        ("u1", "ann@acme.example"),
        ("u2", "bob@beta.example"),
        ("u3", None),
        ("u4", "ann@acme.example"),
        ("u5", "kim@gamma.example"),
        ("u6", "eve@privaterelay.appleid.com"),
        ("u7", "x@y.example"),
    ]
    assert 'email names nobody, and counts as missing, such as "two@x.example; b' in built.output


def test_opting_out_and_bouncing_belong_to_the_address(built: Built) -> None:
    people = "select user_id, email_opt_out, contact_status from pql_intermediate.int_contacts"
    found = {user: (out, status) for user, out, status in built.query(people)}
    assert found["u1"][0] and found["u4"][0]  # one address, of which one opted out
    assert found["u7"][0]  # by a row that names nobody
    assert found["u2"][0]  # who can tell what that meant
    assert (
        'email_opt_out says neither yes nor no, and counts as opted out, such as "v' in built.output
    )
    assert not found["u3"][0] and not found["u6"][0]
    assert found["u5"] == (True, "invalid")
    synced = "select email, status from pql.sync_crm_contacts where email = 'ann@acme.example'"
    assert built.query(synced) == [("ann@acme.example", "suppressed")]


def test_domains_are_read_and_none_is_a_company_by_mistake(built: Built) -> None:
    domains = "select account_id, domain, domain_type from pql_intermediate.int_accounts order by 1"
    assert built.query(domains) == [
        ("a1", "acme.example", "business"),
        ("a2", None, "unknown"),
        ("a3", "privaterelay.appleid.com", "disposable"),
        ("a4", "gamma.example", "business"),
    ]
    assert 'domain names nobody, and counts as missing, such as "n/a"' in built.output


def test_deals_of_which_nobody_knows_are_neither_closed_nor_won(built: Built) -> None:
    columns = "opportunity_id, is_closed, is_won, amount"
    deals = f"select {columns} from pql_staging.stg_crm__opportunities order by 1"
    assert built.query(deals) == [
        ("o1", None, None, None),
        ("o2", True, True, None),
        ("o3", None, None, 5),  # a word for one column says nothing in another
    ]
    suppressed = "select reason from pql_intermediate.int_suppressions where entity_id = 'a1'"
    assert built.query(suppressed) == [("open opportunity since 2026-05-20 (o1)",)]
