"""The demo as vendors store it: the same leads, wherever the vendor carries what makes them."""

import pytest
from conftest import Build, Built, changed_tables
from demo_as import as_segment, demo_tables, write_folder

QUALIFICATION = {
    "pql_accounts",
    "pql_users",
    "pql_reasons",
    "pql_history",
    "pql_score_changes",
    "pql_transitions",
}
CARRIED = {"events", "identity_links"}


@pytest.fixture(scope="module")
def segment(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Acts, users and accounts by Segment; what a CRM and billing know, as it is in the demo."""
    folder = tmp_path_factory.mktemp("vendors")
    tables = demo_tables()
    write_folder(folder / "segment", as_segment(tables))
    others = {name: rows for name, rows in tables.items() if name not in CARRIED}
    write_folder(folder / "own", others)
    built = build(
        variables={
            "sources": {"segment": {"path": str(folder / "segment")}, "canonical": {}},
            "raw_path": str(folder / "own"),
            "raw_tables": sorted(others.keys() - {"users"}),
        },
        quiet=False,
    )
    assert built.returncode == 0, built.output
    return built


def test_the_same_leads(demo: Built, segment: Built) -> None:
    changed = changed_tables(demo.database, segment.database, "pql")
    assert {name: changed[name] for name in changed.keys() & QUALIFICATION} == {}


def test_each_track_call_is_counted_once(segment: Built) -> None:
    (counts,) = segment.query(
        "select sum(raw_count), sum(accepted_count + duplicate_count + rejected_count), "
        "sum(raw_count + forgotten_count) from pql.event_reconciliation"
    )
    raw, sorted_rows, received = counts
    assert raw == sorted_rows
    assert received == len(as_segment(demo_tables())["tracks"])
