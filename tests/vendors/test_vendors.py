"""A part of the demo as each vendor that holds events stores it: the same leads, but for what it
can't carry, which docs/sources.md lists.

`make test-vendors` builds each, for some minutes; `make test` has Segment, HubSpot and Stripe.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import demo_events_as as vendors
import pytest
from conftest import PROJECT, Build, Built, Tables, changed_tables
from demo_as import demo_tables, write_folder
from test_sources import QUALIFICATION

from pql import sources

PART = vendors.part_of(demo_tables())
LAYOUTS = vendors.layouts(PART)
NO_EVENTS = {"hubspot", "stripe"}
OF_OTHERS = {  # of what a vendor fills, the columns that it never has
    "users": ("user_id", "crm_contact_id", "email_opt_out"),
    "accounts": ("account_id", "crm_account_id", "crm_owner_id"),
}


# --- what is lost ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loss:
    """What can't be compared where something is lost.

    Attributes:
        columns: columns of the marts.
        entities: a condition on those whose rows are not the same.
    """

    columns: Sequence[str] = ()
    entities: str = "false"


SIGNED_IN = {row["to_user_id"] for row in vendors.device_links(PART)}
THEIRS = SIGNED_IN | {row["account_id"] for row in PART["users"] if row["user_id"] in SIGNED_IN}
SERVED = {
    row["account_id"] for row in PART["events"] if not row["user_id"] and not row["anonymous_id"]
}
LOSSES = {
    "an act of nobody": Loss(
        entities=f"entity_id like 'server of %' or entity_id in {tuple(sorted(SERVED))}"
    ),
    "ids of unknown people": Loss(entities="not regexp_matches(entity_id, '^[ua]_')"),
    "when it came in": Loss(["sla_due_at"]),
    "the minute": Loss(["sla_due_at"]),
    "whose a device is": Loss(entities=f"entity_id in {tuple(sorted(THEIRS))}"),
    "names of properties": Loss(),  # as the config follows them
}


def losses() -> dict[str, list[str]]:
    """What each vendor loses, by the page."""
    page = (PROJECT / "docs" / "sources.md").read_text(encoding="utf-8")
    (table,) = re.findall("<!-- what is lost -->(.*)<!-- end of what is lost -->", page, re.DOTALL)
    found: dict[str, list[str]] = {}
    for line in table.strip().splitlines()[2:]:
        what, by, _ = (cell.strip() for cell in line.strip("|").split("|"))
        for vendor in by.split(", "):
            found.setdefault(vendor, []).append(what)
    return found


def comparable(vendor: str) -> dict[str, str]:
    """Of each mart the rows and columns that a vendor carries."""
    lost = [LOSSES[what] for what in losses().get(vendor, ())]
    others = " or ".join(["false", *(loss.entities for loss in lost)])
    columns = {column for loss in lost for column in loss.columns}
    queries = {}
    for mart in QUALIFICATION:
        key = {"pql_accounts": "account_id", "pql_users": "user_id"}.get(mart, "entity_id")
        left_out = columns if mart in ("pql_accounts", "pql_users") else set()
        exclude = f"exclude ({', '.join(left_out)})" if left_out else ""
        rows = others.replace("entity_id", key)
        queries[mart] = f"select * {exclude} from {{}} where not ({rows})"
    return queries


def test_the_page_lists_what_is_lost_and_nothing_else() -> None:
    assert losses().keys() <= LAYOUTS.keys()
    assert {what for of_vendor in losses().values() for what in of_vendor} == LOSSES.keys()


# --- builds ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def part(build: Build) -> Built:
    """The part as it is in the demo."""
    built = build({name: rows for name, rows in PART.items() if rows})
    assert built.returncode == 0, built.output
    return built


@pytest.fixture(scope="module", params=sorted(LAYOUTS.keys() - NO_EVENTS))
def by_vendor(
    request: pytest.FixtureRequest, build: Build, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Built]:
    """Acts, and whom it knows, by one vendor; the rest as it is in the demo."""
    name = request.param
    tables, options = LAYOUTS[name]
    folder = tmp_path_factory.mktemp(name)
    write_folder(folder / "acts", tables)
    own = PART | left_to_others(name)
    own = {table: rows for table, rows in own.items() if rows and table != "events"}
    write_folder(folder / "own", own)
    built = build(
        config=config_of(name),
        variables={
            "sources": {name: {"path": str(folder / "acts"), **options}, "canonical": {}},
            "raw_path": str(folder / "own"),
            "raw_tables": sorted(own.keys() - {"users"}),
        },
    )
    assert built.returncode == 0, built.output
    return name, built


def left_to_others(vendor: str) -> Tables:
    """Of the tables that a vendor fills what it does not have: columns, or whoever did nothing."""
    active = {row["user_id"] for row in PART["events"]}
    tables = {}
    for table, columns in OF_OTHERS.items():
        if table in sources.filled_by()[vendor]:
            tables[table] = [
                row
                if vendor == "amplitude" and row["user_id"] not in active
                else {name: cell if name in columns else "" for name, cell in row.items()}
                for row in PART[table]
            ]
    if "subscriptions" in sources.filled_by()[vendor]:
        tables["subscriptions"] = []
    if vendor != "application":  # which has no table for what is known of a session
        tables["identity_links"] = vendors.other_links(PART)
    return tables


def config_of(vendor: str) -> Tables | None:
    """The shipped config, whose signals name the vendor's properties."""
    if "names of properties" not in losses().get(vendor, ()):
        return None
    folder = PROJECT / "seeds" / "config"
    config = {
        path.stem: list(csv.DictReader(path.open(newline="", encoding="utf-8")))
        for path in folder.glob("*.csv")
    }
    for signal in config["signals"]:
        for column in ("property_name", "measure_property"):
            if signal[column]:
                signal[column] = f"param_{signal[column]}"
    return {name: rows for name, rows in config.items() if rows}


def test_the_same_leads(part: Built, by_vendor: tuple[str, Built]) -> None:
    name, built = by_vendor
    changed = changed_tables(part.database, built.database, "pql", comparable(name))
    assert {mart: changed[mart] for mart in changed.keys() & QUALIFICATION} == {}


def test_each_row_is_counted_or_set_aside(by_vendor: tuple[str, Built]) -> None:
    name, built = by_vendor
    (counts,) = built.query(
        "select sum(raw_count), sum(accepted_count + duplicate_count + rejected_count), "
        "sum(raw_count + forgotten_count) from pql.event_reconciliation"
    )
    raw, sorted_rows, received = counts
    (stored,) = built.query(f"select count(*) from pql_sources.{name}__events")
    assert raw == sorted_rows
    assert (received,) == stored


# --- a vendor alone -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "lacking"),
    [("ga4", "users"), ("snowplow", "users"), ("hubspot", "events"), ("stripe", "events")],
)
def test_a_vendor_alone_builds_and_what_it_lacks_is_said(
    build: Build, tmp_path: Path, name: str, lacking: str
) -> None:
    tables, options = LAYOUTS[name]
    write_folder(tmp_path / name, tables)
    given = {"sources": {name: {"path": str(tmp_path / name), **options}}}
    built = build(config=config_of(name), variables=given, folder=tmp_path, quiet=False)
    assert built.returncode == 0, built.output
    assert f"warning: {lacking}\n    no table of {name} fills it: " in built.output
    ((people,),) = built.query("select count(*) from pql.pql_users")
    assert (people > 0) == (lacking == "users")
