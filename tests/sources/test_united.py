"""Users and accounts of several sources, and the same events through two of them."""

import pytest
from views import Views, build_views, cells

APP = {
    "users": (
        "id,mail,org,title\n"
        "u1,ann@acme.example,a1,\n"
        "u2,bob@gmail.com,a2,Cook\n"
        "u3,cat@acme.example,,"
    ),
    "orgs": "id,name,domain\na1,Acme,acme.example\na2,Bob,gmail.com",
}
SEGMENT = {
    "users": (
        "id,email,title,account_id,created_at\n"
        "u1,old@acme.example,Buyer,a9,2026-01-01T00:00:00Z\n"
        "u2,,Chef,a2,"
    )
}
CRM = {
    "users": (
        "user_id,email,crm_contact_id,email_opt_out\n"
        ",Ann@ACME.example,c1,true\n"
        ",nobody@acme.example,c2,true"
    ),
    "accounts": (
        "account_id,domain,crm_account_id,industry\n"
        ",https://www.acme.example/,k1,Steel\n"
        ",gmail.com,k2,Mail"
    ),
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """An application, Segment, and what a CRM knows, without our ids."""
    folder = tmp_path_factory.mktemp("united")
    application = {
        "path": "app",
        "users": {
            "table": "users",
            "user_id": "id",
            "email": "mail",
            "account_id": "org",
            "job_title": "title",
        },
        "accounts": {"table": "orgs", "account_id": "id", "account_name": "name"},
    }
    return build_views(
        folder,
        {"app": APP, "segment": SEGMENT, "crm": CRM},
        variables={"raw_path": f"{folder}/crm", "raw_tables": ["accounts"]},
        application=application,
        segment={"path": "segment"},
        canonical={},
    )


def test_each_column_is_of_the_most_trusted_source_that_has_it(views: Views) -> None:
    users = [row for row in views["united__users"] if row["user_id"]]
    columns = ("user_id", "email", "account_id", "job_title", "created_at", "crm_contact_id")
    assert cells(users, *columns) == [
        ("u1", "ann@acme.example", "a1", "Buyer", "2026-01-01T00:00:00Z", "c1"),
        ("u2", "bob@gmail.com", "a2", "Cook", "None", None),
        ("u3", "cat@acme.example", None, None, "None", None),
    ]


def test_an_opt_out_belongs_to_the_address(views: Views) -> None:
    addresses = [row for row in views["united__users"] if not row["user_id"]]
    assert cells(addresses, "email", "email_opt_out") == [
        ("ann@acme.example", "true"),
        ("nobody@acme.example", "true"),
    ]


def test_companies_are_found_by_domain_but_for_free_mail(views: Views) -> None:
    columns = ("account_id", "account_name", "domain", "crm_account_id", "industry")
    assert cells(views["united__accounts"], *columns) == [
        ("a1", "Acme", "acme.example", "k1", "Steel"),
        ("a2", "Bob", "gmail.com", None, None),
    ]
