"""The layouts in which loaders write Recurly, with what is odd about them."""

from pathlib import Path

import pytest
from views import Views, build_views, cells, one_row

APP = {
    "users": "user_id,email,account_id\nu1,ann@acme.example,a1",
    "accounts": "account_id,domain\na1,acme.example\na3,cone.example",
}
FIVETRAN = {
    "account_history": (
        "id,updated_at,code,email,company,account_country\n"
        "r1,2026-01-01,a9,old@acme.example,Old,\n"
        "r1,2026-02-01,a1,billing@acme.example,Acme,DE\n"
        "r2,2026-01-01,,pay@cone.example,,"
    ),
    "subscription_history": "\n".join(
        [
            "id,updated_at,account_id,plan_id,state,auto_renew,currency,unit_amount,quantity,"
            "add_ons_total,activated_at,trial_started_at,trial_ends_at,canceled_at,expires_at,"
            "paused_at,current_term_ends_at",
            # canceled, and covers until it expires
            "s1,2026-03-01,r1,p1,canceled,true,USD,99.0,2,102,2026-01-01,2026-01-01,2026-01-15,"
            "2026-02-01,2026-03-15,,2026-03-15",
            "s1,2026-01-01,r1,p1,active,true,USD,50,1,,2026-01-01,2026-01-01,2026-01-15,,,,",
            # canceled within its trial
            "s2,2026-03-01,r2,p1,expired,true,USD,99,1,,2026-01-01,2026-01-01,2026-01-15,2026-01-03,"
            "2026-01-15,,",
            "s3,2026-03-01,r2,free,active,true,USD,0,1,0,2026-01-01,,,,,,",
            "s4,2026-03-01,r2,p2,active,true,JPY,3000,1,,2026-01-01,,,,,,",
            "s5,2026-03-01,r2,p1,future,true,USD,99,1,,,,,,,,",
            "s6,2026-03-01,r2,p1,paused,true,USD,99,1,,2026-01-01,,,,,2026-02-02,",
            "s7,2026-03-01,r2,p1,active,false,USD,99,1,,2026-01-01,,,,,,2026-12-01",
            "s8,2026-03-01,r2,p1,failed,true,USD,99,1,,,,,,,,",
        ]
    ),
    "plan_history": (
        "id,updated_at,code,name,interval_unit,interval_length\n"
        "p1,2025-01-01,core,Old name,months,1\n"
        "p1,2026-01-01,core,Core,months,12\n"
        "p2,2026-01-01,quarter,Quarterly,months,3\n"
        "free,2026-01-01,free,Free,months,1"
    ),
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """An application, and Recurly as Fivetran writes it."""
    folder = tmp_path_factory.mktemp("recurly")
    return build_views(
        folder,
        {"app": APP, "billing": FIVETRAN},
        variables={"raw_path": f"{folder}/app", "raw_tables": ["accounts"]},
        canonical={},
        recurly={"path": "billing"},
    )


def subscriptions(views: Views, *columns: str) -> dict[str, tuple]:
    """Cells of each subscription, by its id."""
    return {
        row["subscription_id"]: values
        for row in views["recurly__subscriptions"]
        for values in cells([row], *columns)
    }


def test_a_canceled_one_covers_until_it_expires(views: Views) -> None:
    assert subscriptions(views, "stage", "started_at", "ended_at") == {
        "s1": ("paid", "2026-01-15 00:00:00", "2026-03-15 00:00:00"),
        "s1:trial": ("trial", "2026-01-01 00:00:00", "2026-01-15 00:00:00"),
        "s2:trial": ("trial", "2026-01-01 00:00:00", "2026-01-15 00:00:00"),
        "s4": ("paid", "2026-01-01 00:00:00", "None"),
        "s6": ("paid", "2026-01-01 00:00:00", "2026-02-02 00:00:00"),
        "s7": ("paid", "2026-01-01 00:00:00", "2026-12-01 00:00:00"),
    }


def test_amounts_are_in_the_currency_itself(views: Views) -> None:
    revenue = {key: mrr and float(mrr) for key, (mrr,) in subscriptions(views, "mrr").items()}
    assert revenue["s1"] == 25.0  # two of 99 and 102 more, a year
    assert revenue["s4"] == 1000.0
    assert revenue["s1:trial"] is None


def test_the_latest_row_of_a_history_counts(views: Views) -> None:
    assert subscriptions(views, "account_id", "plan_name", "product_line")["s1"] == (
        "a1",
        "Core",
        "Core",
    )
    assert cells(views["recurly__accounts"], "account_id", "account_name", "country") == [
        ("a1", "Acme", "DE")
    ]
    assert subscriptions(views, "account_id")["s4"] == ("a3",)  # by domain


def test_airbyte_keeps_account_and_plan_as_objects(tmp_path: Path) -> None:
    airbyte = {
        "accounts": one_row(id="r1", code="a1", email="x@y.example"),
        "subscriptions": one_row(
            id="s1",
            account={"id": "r1", "code": "a1"},
            plan={"id": "p1", "code": "core"},
            state="active",
            unit_amount="10",
            quantity="1",
            activated_at="2026-01-01T00:00:00Z",
            updated_at="2026-01-01T00:00:00Z",
        ),
        "plans": one_row(id="p1", name="Core", interval_unit="days", interval_length="365"),
    }
    views = build_views(
        tmp_path,
        {"app": APP, "billing": airbyte},
        variables={"raw_path": f"{tmp_path}/app", "raw_tables": ["accounts"]},
        canonical={},
        recurly={"path": "billing"},
    )
    assert subscriptions(views, "account_id", "plan_name", "started_at") == {
        "s1": ("a1", "Core", "2026-01-01 00:00:00")
    }
    assert round(float(views["recurly__subscriptions"][0]["mrr"]), 2) == 0.83
