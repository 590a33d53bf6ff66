"""Wide tables of companies and people, and what services say of mail addresses."""

import pytest
from views import Views, build_views, cells

TABLES = {
    "companies": (
        "id,domain,name,employees_range,industry,fetched_at,_fivetran_synced\n"
        "1,https://www.acme.example/,Acme,51-200,,2026-06-01,2030-01-01\n"
        "2,unknown.example,Nobody,1-10,Toys,2026-06-01,2030-01-01"
    ),
    "people": "email,seniority,fetched_at\nAnn@acme.example,director,2026-06-02",
}
OWN = {
    "events": "event_id,event_name,occurred_at,user_id",
    "users": "user_id,email\nu1,ann@acme.example",
    "accounts": "account_id,domain\na1,acme.example",
}
RESULTS = {
    "zerobounce": (
        "email,status,processed_at\n"
        "a@x.example,catch-all,2026-06-01\n"
        "b@x.example,spamtrap,2026-06-01\n"
        "c@x.example,Valid,2026-06-01"
    ),
    "kickbox": "email,result\nd@x.example,undeliverable\ne@x.example,timeout",
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """What is bought, beside somebody's own users and accounts."""
    folder = tmp_path_factory.mktemp("enrichment")
    return build_views(
        folder,
        {"bought": TABLES, "checked": RESULTS, "own": OWN},
        {"raw_path": f"{folder}/own", "raw_tables": ["accounts"]},
        enrichment={"path": "bought"},
        verification={"path": "checked"},
        canonical={},
    )


def test_a_wide_row_is_an_attribute_for_each_column_that_is_filled(views: Views) -> None:
    found = cells(views["enrichment__attributes"], "entity_type", "entity_id", "attribute", "value")
    assert sorted(found) == [
        ("account", "a1", "employees_range", "51-200"),  # a range is no number
        ("account", "a1", "name", "Acme"),
        ("user", "u1", "seniority", "director"),
    ]


def test_what_is_learnt_later_was_not_known_before(views: Views) -> None:
    times = {str(row["known_from"])[:10] for row in views["enrichment__attributes"]}
    assert times == {"2026-06-01", "2026-06-02"}


def test_each_service_has_words_of_its_own(views: Views) -> None:
    checks = cells(views["verification__contact_verifications"], "email", "status")
    assert checks == [
        ("a@x.example", "risky"),
        ("b@x.example", "invalid"),
        ("c@x.example", "valid"),
        ("d@x.example", "invalid"),
        ("e@x.example", "unknown"),
    ]
