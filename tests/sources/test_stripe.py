"""The layouts in which loaders write Stripe, with what is odd about them."""

from pathlib import Path

import pytest
from views import Views, build_views, cells, one_row

APP = {
    "users": "user_id,email,account_id\nu1,ann@acme.example,a1\nu2,bob@gmail.com,a2",
    "accounts": "account_id,domain\na1,acme.example\na2,gmail.com\na3,cone.example",
}
SUBSCRIPTIONS = [
    "id,_fivetran_active,_fivetran_synced,customer_id,status,livemode,created,start_date,trial_start,"
    "trial_end,canceled_at,cancel_at,ended_at,cancel_at_period_end,current_period_end,metadata",
    # converted, then asked to be canceled at the end of the period
    "s1,true,2026-03-01,c1,active,true,2026-01-01,2026-01-01,2026-01-01,2026-01-15,2026-02-01,,,true,"
    "2026-03-15,",
    "s1,false,2026-02-01,c1,trialing,true,2026-01-01,2026-01-01,2026-01-01,2026-01-15,,,,false,,",
    "s2,true,2026-03-01,c2,trialing,true,2026-02-01,2026-02-01,2026-02-01,2026-02-15,,,,false,,",
    # ended within its trial
    "s3,true,2026-03-01,c2,canceled,true,2026-02-01,2026-02-01,2026-02-01,2026-02-15,2026-02-03,,"
    "2026-02-03,false,,",
    "s4,true,2026-03-01,c3,active,true,2026-01-01,2026-01-01,,,,,,false,,",
    "s5,true,2026-03-01,c1,past_due,true,2026-01-01,2026-01-01,,,,2026-12-01,,false,,"
    '"{""account_id"": ""a9""}"',
    "s6,true,2026-03-01,c1,active,false,2026-01-01,2026-01-01,,,,,,false,,",
    "s7,true,2026-03-01,c1,incomplete,true,2026-01-01,2026-01-01,,,,,,false,,",
    "s8,true,2026-03-01,c1,paused,true,2026-01-01,2026-01-01,2026-01-01,2026-01-15,,,,false,,",
    "s9,true,2026-03-01,c4,canceled,true,2026-01-01,2026-01-01,,,2026-01-20,,2026-02-01,false,,",
]
FIVETRAN = {
    "customer": (
        "id,email,name,address_country,livemode,is_deleted,metadata\n"
        'c1,billing@elsewhere.example,Acme,DE,true,false,"{""account_id"": ""a1""}"\n'
        "c2,Bob@gmail.com,Bob,,true,false,{}\n"
        "c3,pay@cone.example,Cone,,true,false,\n"
        "c4,nobody@gmail.com,Nobody,,true,true,\n"
        'c5,,Test,,false,false,"{""account_id"": ""a1""}"'
    ),
    "subscription_history": "\n".join(SUBSCRIPTIONS),
    "subscription_item": (
        "id,subscription_id,plan_id,quantity,current_period_end\n"
        "i1,s1,yearly,2,2026-03-20\n"
        "i2,s1,monthly,1,\n"
        "i3,s2,monthly,1,\n"
        "i4,s4,free,1,\n"
        "i5,s5,yen,3,\n"
        "i6,s9,tiered,1,\n"
        "i7,s9,weekly,1,"
    ),
    "price": (
        "id,product_id,nickname,currency,unit_amount,recurring_interval,recurring_interval_count,"
        "recurring_usage_type\n"
        "yearly,p1,,usd,120000,year,1,licensed\n"
        "monthly,p2,Add-on,usd,1000,month,1,licensed\n"
        "free,p1,,usd,0,month,1,licensed\n"
        "yen,p1,,jpy,3000,month,3,licensed\n"
        "tiered,p1,,usd,,month,1,metered\n"
        "weekly,p2,,usd,1200,week,1,licensed"
    ),
    "product": "id,name\np1,Core\np2,Automate",
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """An application, and Stripe as Fivetran writes it."""
    folder = tmp_path_factory.mktemp("stripe")
    return build_views(
        folder,
        {"app": APP, "billing": FIVETRAN},
        variables={"raw_path": f"{folder}/app", "raw_tables": ["accounts"]},
        canonical={},
        stripe={"path": "billing"},
    )


def subscriptions(views: Views, *columns: str) -> dict[str, tuple]:
    """Cells of each subscription, by its id."""
    return {
        row["subscription_id"]: values
        for row in views["stripe__subscriptions"]
        for values in cells([row], *columns)
    }


def test_a_trial_and_a_paid_time_are_two_rows(views: Views) -> None:
    assert subscriptions(views, "stage", "started_at", "ended_at") == {
        "s1": ("paid", "2026-01-15 00:00:00", "2026-03-15 00:00:00"),
        "s1:trial": ("trial", "2026-01-01 00:00:00", "2026-01-15 00:00:00"),
        "s2:trial": ("trial", "2026-02-01 00:00:00", "2026-02-15 00:00:00"),
        "s3:trial": ("trial", "2026-02-01 00:00:00", "2026-02-03 00:00:00"),
        "s5": ("paid", "2026-01-01 00:00:00", "2026-12-01 00:00:00"),
        "s8:trial": ("trial", "2026-01-01 00:00:00", "2026-01-15 00:00:00"),
        "s9": ("paid", "2026-01-01 00:00:00", "2026-02-01 00:00:00"),
    }


def test_canceled_at_is_when_it_was_asked_for(views: Views) -> None:
    ends = subscriptions(views, "ended_at")
    assert ends["s1"] == ("2026-03-15 00:00:00",)  # not 2026-02-01
    assert ends["s9"] == ("2026-02-01 00:00:00",)  # not 2026-01-20


def test_free_plans_and_test_mode_are_left_out(views: Views) -> None:
    assert not {"s4", "s6", "s7"} & subscriptions(views).keys()
    assert cells(views["stripe__accounts"], "account_id", "account_name", "country") == [
        ("a1", "Acme", "DE")
    ]


def test_revenue_by_the_month_in_its_currency(views: Views) -> None:
    revenue = {key: mrr and float(mrr) for key, (mrr,) in subscriptions(views, "mrr").items()}
    assert revenue["s1"] == 210.0  # two of 1200 a year, and 10 a month
    assert revenue["s5"] == 3000.0  # three of 3000 yen, whole ones, every three months
    assert revenue["s9"] == 52.0  # 12 a week; what is metered is not known
    assert revenue["s1:trial"] is None


def test_the_line_is_that_of_the_largest_item(views: Views) -> None:
    assert subscriptions(views, "product_line", "plan_name")["s1"] == ("Core", "Core")


def test_accounts_by_metadata_address_or_domain(views: Views) -> None:
    assert cells(views["stripe__customers"], "customer_id", "account_id", "user_id") == [
        ("c1", "a1", None),
        ("c2", "a2", "u2"),
        ("c3", "a3", None),
        ("c4", None, None),  # a domain of many is nobody's
    ]
    assert subscriptions(views, "account_id")["s5"] == ("a9",)  # of the subscription's own


def test_airbyte_keeps_items_in_a_list_and_times_in_seconds(tmp_path: Path) -> None:
    recurring = {"interval": "year", "interval_count": 1, "usage_type": "licensed"}
    price = {"id": "yearly", "unit_amount": 120000, "currency": "usd", "recurring": recurring}
    airbyte = {
        "customers": one_row(id="c1", metadata={"org": "a1"}),
        "subscriptions": one_row(
            id="s1",
            customer="c1",
            status="active",
            created=1767225600,
            start_date=1767225600,
            updated=1767225600,
            items={"data": [{"price": price, "quantity": 2, "current_period_end": 1798761600}]},
            cancel_at_period_end=True,
        ),
    }
    views = build_views(
        tmp_path,
        {"app": APP, "billing": airbyte},
        variables={"raw_path": f"{tmp_path}/app", "raw_tables": ["accounts"]},
        canonical={},
        stripe={"path": "billing", "account_id": "metadata.org"},
    )
    columns = ("account_id", "stage", "started_at", "ended_at")
    assert subscriptions(views, *columns) == {
        "s1": ("a1", "paid", "2026-01-01 00:00:00", "2027-01-01 00:00:00")
    }
    assert views["stripe__subscriptions"][0]["mrr"] == 200


def test_stripes_own_pipeline_keeps_metadata_in_rows(tmp_path: Path) -> None:
    native = {
        "customers": "id,email\nc1,",
        "customers_metadata": "customer_id,key,value\nc1,org,a1\nc1,other,x",
        "subscriptions": "id,customer_id,status,created,price_id\ns1,c1,active,2026-01-01,monthly",
        "prices": "id,currency,unit_amount,recurring_interval\nmonthly,usd,1000,month",
    }
    views = build_views(
        tmp_path,
        {"app": APP, "billing": native},
        variables={"raw_path": f"{tmp_path}/app", "raw_tables": ["accounts"]},
        canonical={},
        stripe={"path": "billing", "account_id": "metadata.org"},
    )
    assert subscriptions(views, "account_id", "mrr") == {"s1": ("a1", 10)}
