"""The layouts in which loaders write Chargebee, with what is odd about them."""

import json
from pathlib import Path

import pytest
from views import Views, build_views, cells

APP = {
    "users": "user_id,email,account_id\nu1,ann@acme.example,a1\nu2,bob@gmail.com,a2",
    "accounts": "account_id,domain\na1,acme.example\na2,gmail.com\na3,cone.example",
}
FIVETRAN = {
    "customer": (
        "id,email,company,billing_address_country,cf_account_id,deleted\n"
        "c1,billing@elsewhere.example,Acme,DE,a1,false\n"
        "c2,Bob@gmail.com,,,,true\n"
        "c3,pay@cone.example,,,,false"
    ),
    "subscription": "\n".join(
        [
            "id,customer_id,status,currency_code,billing_period,billing_period_unit,started_at,"
            "trial_start,trial_end,activated_at,cancelled_at,current_term_end,pause_date,mrr,"
            "updated_at,deleted",
            # converted, and will not renew
            "s1,c1,non_renewing,USD,1,year,2026-01-01,2026-01-01,2026-01-15,2026-01-15,,2027-01-15,,"
            "99,2026-03-01,false",
            "s1,c1,in_trial,USD,1,year,2026-01-01,2026-01-01,2026-01-15,,,,,0,2026-01-02,false",
            "s2,c2,in_trial,USD,1,month,2026-02-01,2026-02-01,2026-02-15,,,,,0,2026-02-02,false",
            # ended within its trial
            "s3,c2,cancelled,USD,1,month,2026-02-01,2026-02-01,2026-02-15,,2026-02-03,,,0,"
            "2026-02-03,false",
            "s4,c3,active,USD,1,month,2026-01-01,,,,,,,0,2026-01-02,false",
            # canceled in January, and taken up again
            "s5,c3,active,JPY,3,month,2026-01-01,,,2026-02-01,2026-01-20,,,,2026-02-01,false",
            "s6,c3,future,USD,1,month,,,,,,,,1000,2026-01-02,false",
            "s7,c3,paused,USD,1,month,2026-01-01,,,,,,2026-03-03,0,2026-03-03,false",
            "s8,c3,cancelled,USD,1,month,2026-01-01,,,,2026-04-04,,,0,2026-04-04,false",
            "s9,c3,active,USD,1,month,2026-01-01,,,,,,,4200,2026-01-02,false",
            "s10,c3,active,USD,1,month,2026-01-01,,,,,,,0,2026-01-02,false",
            "s11,c3,active,USD,1,month,2026-01-01,,,,,,,0,2026-01-02,true",
        ]
    ),
    "subscription_subscription_item": (
        "subscription_id,item_price_id,item_type,quantity,unit_price,amount\n"
        "s1,core-year,plan,2,120000,240000\n"
        "s1,extra,addon,1,1200000,1200000\n"
        "s1,setup,charge,1,99999,99999\n"
        "s2,core-month,plan,1,1000,1000\n"
        "s3,core-month,plan,1,1000,1000\n"
        "s4,free,plan,1,0,0\n"
        "s5,core-yen,plan,3,1000,\n"
        "s7,core-month,plan,1,1000,1000\n"
        "s8,core-month,plan,1,1000,1000"
    ),
    "item_price": "id,item_id,name\ncore-year,core,Core USD\nextra,add,Add USD\ncore-month,core,x",
    "item": "id,name,item_family_id\ncore,Core,suite\nadd,Automate,suite",
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """An application, and Chargebee as Fivetran writes it."""
    folder = tmp_path_factory.mktemp("chargebee")
    return build_views(
        folder,
        {"app": APP, "billing": FIVETRAN},
        variables={"raw_path": f"{folder}/app", "raw_tables": ["accounts"]},
        canonical={},
        chargebee={"path": "billing"},
    )


def subscriptions(views: Views, *columns: str) -> dict[str, tuple]:
    """Cells of each subscription, by its id."""
    return {
        row["subscription_id"]: values
        for row in views["chargebee__subscriptions"]
        for values in cells([row], *columns)
    }


def test_a_trial_and_a_paid_time_are_two_rows(views: Views) -> None:
    periods = subscriptions(views, "stage", "started_at", "ended_at")
    assert periods["s1:trial"] == ("trial", "2026-01-01 00:00:00", "2026-01-15 00:00:00")
    assert periods["s1"] == ("paid", "2026-01-15 00:00:00", "2027-01-15 00:00:00")
    assert periods["s2:trial"] == ("trial", "2026-02-01 00:00:00", "2026-02-15 00:00:00")
    assert periods["s3:trial"] == ("trial", "2026-02-01 00:00:00", "2026-02-03 00:00:00")
    assert not {"s2", "s3"} & periods.keys()


def test_an_end_is_an_end(views: Views) -> None:
    ends = subscriptions(views, "ended_at")
    assert ends["s5"] == ("None",)  # taken up again
    assert ends["s7"] == ("2026-03-03 00:00:00",)  # paused
    assert ends["s8"] == ("2026-04-04 00:00:00",)


def test_free_future_and_deleted_ones_are_left_out(views: Views) -> None:
    assert not {"s4", "s6", "s10", "s11"} & subscriptions(views).keys()


def test_revenue_by_the_month_in_its_currency(views: Views) -> None:
    revenue = {key: mrr and float(mrr) for key, (mrr,) in subscriptions(views, "mrr").items()}
    assert revenue["s1"] == 1200.0  # two of 1200 a year and 12000 a year; a charge is paid once
    assert revenue["s5"] == 1000.0  # three of 1000 yen, whole ones, every three months
    assert revenue["s8"] == 10.0  # though Chargebee says 0 of one that has ended
    assert revenue["s9"] == 42.0  # of which no price is known
    assert revenue["s1:trial"] is None


def test_the_line_is_that_of_the_plan(views: Views) -> None:
    assert subscriptions(views, "product_line", "plan_name")["s1"] == ("Core", "Core")


def test_accounts_by_field_address_or_domain(views: Views) -> None:
    assert cells(views["chargebee__customers"], "customer_id", "account_id", "user_id") == [
        ("c1", "a1", None),
        ("c2", "a2", "u2"),
        ("c3", "a3", None),
    ]
    assert cells(views["chargebee__accounts"], "account_id", "account_name", "country") == [
        ("a1", "Acme", "DE")
    ]


def test_airbyte_keeps_items_in_a_list_and_times_in_seconds(tmp_path: Path) -> None:
    items = [
        {"item_price_id": "p", "item_type": "plan", "quantity": 2, "unit_price": 500},
        {"item_price_id": "q", "item_type": "addon", "amount": 200},
    ]
    subscription = {
        "id": "s1",
        "customer_id": "a1",
        "status": "cancelled",
        "currency_code": "EUR",
        "billing_period": 1,
        "billing_period_unit": "month",
        "started_at": 1767225600,
        "cancelled_at": 1769904000,
        "updated_at": 1769904000,
        "subscription_items": items,
    }
    (tmp_path / "billing").mkdir()
    for name, row in {"subscription": subscription, "customer": {"id": "a1"}}.items():
        (tmp_path / "billing" / f"{name}.jsonl").write_text(json.dumps(row) + "\n")
    views = build_views(
        tmp_path,
        {"app": APP},
        variables={"raw_path": f"{tmp_path}/app", "raw_tables": ["accounts"]},
        canonical={},
        chargebee={"path": "billing", "account_id": "id"},
    )
    columns = ("account_id", "stage", "started_at", "ended_at")
    assert subscriptions(views, *columns) == {
        "s1": ("a1", "paid", "2026-01-01 00:00:00", "2026-02-01 00:00:00")
    }
    assert views["chargebee__subscriptions"][0]["mrr"] == 12


def test_the_older_catalog_has_plans(tmp_path: Path) -> None:
    older = {
        "customers": "id,email\nc1,ann@acme.example",
        "subscriptions": (
            "id,customer_id,status,currency_code,billing_period,billing_period_unit,started_at,"
            "plan_id,plan_quantity,plan_unit_price\n"
            "s1,c1,active,USD,1,week,2026-01-01,basic,2,600"
        ),
        "plans": "id,name\nbasic,Basic",
    }
    views = build_views(
        tmp_path,
        {"app": APP, "billing": older},
        variables={"raw_path": f"{tmp_path}/app", "raw_tables": ["accounts"]},
        canonical={},
        chargebee={"path": "billing"},
    )
    assert subscriptions(views, "account_id", "plan_name", "mrr") == {"s1": ("a1", "Basic", 52)}
