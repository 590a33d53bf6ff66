"""The quarterly review: its numbers are the marts', and it needs nothing but itself.

What a browser makes of it is tested in tests/browser.
"""

import os
import re
import shutil
import subprocess
from html.parser import HTMLParser

import altair as alt
import duckdb
import pytest
from conftest import PQL, PROJECT

from pql import cli, formatting
from pql.review import charts, components

POISON = "<script>alert(1)</script>"


class Tables(HTMLParser):
    """The tables of a page, by their label: rows of cells as text."""

    def __init__(self, page):
        super().__init__()
        self.tables, self.label, self.cell = {}, None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if label := dict(attributes).get("aria-label", ""):
            self.label = label if tag == "div" else self.label
        if tag == "tr":
            self.tables.setdefault(self.label, []).append([])
        if tag in ("td", "th"):
            self.cell = []

    def handle_data(self, data):
        if self.cell is not None:
            self.cell.append(data)

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.tables[self.label][-1].append(" ".join("".join(self.cell).split()))
            self.cell = None


def write(database, folder, monkeypatch):
    """The page of a database."""
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(database))
    output = folder / "review.html"
    assert cli.main(["review", "--output", str(output)]) == 0
    return output.read_text(encoding="utf-8")


def changed(built, folder, *statements):
    """A copy of a database with changes."""
    copy = folder / "changed.duckdb"
    shutil.copy(built.database, copy)
    with duckdb.connect(copy) as connection:
        for statement in statements:
            connection.execute(statement)
    return copy


@pytest.fixture(scope="module")
def page(whole_demo, tmp_path_factory):
    """The page of the demo."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield write(whole_demo.database, tmp_path_factory.mktemp("review"), monkeypatch)


@pytest.fixture(scope="module")
def tables(page):
    return Tables(page).tables


# --- numbers --------------------------------------------------------------------------------------


def test_every_check_of_a_live_definition_is_shown(tables, whole_demo):
    expected = whole_demo.query(
        """
        select check_name, cast(numerator as int), cast(denominator as int)
        from pql.definition_review
        where status = 'live' and unit = 'share' and check_value is not null
        """
    )
    shown = {(row[0], row[2].partition("; ")[0]) for row in tables["The checks: table"][1:]}
    assert expected
    for name, numerator, denominator in expected:
        of = f"{numerator:,} of {denominator:,}"
        assert [cell for check, cell in shown if check == name and cell.endswith(of)], (name, of)


def test_new_leads_add_up_to_the_mart(tables, whole_demo):
    expected = whole_demo.query(
        """
        select sum(numerator)
        from pql.pql_weekly_metrics
        where
            metric = 'new_leads'
            and segment_type = 'all'
            and lead_source = 'pql'
            and status = 'live'
            and week_start > as_of_date - interval 26 week
        """
    )
    rows = [row for row in tables["How many new leads come?: table"] if row[0] != "Week of"]
    assert sum(int(row[1]) for row in rows) == expected[0][0] > 0


def test_who_enters_and_leaves_is_named(tables, whole_demo):
    expected = whole_demo.query(
        """
        with standings as (
            select definition_id, entity_id, status, is_qualified
            from pql.pql_history
            inner join pql.pql_definitions using (definition_id, definition_version)
            where
                valid_from <= date '2026-06-30'
                and coalesce(valid_to, date '9999-12-31') > date '2026-06-30'
        )
        select challenger.entity_id, challenger.is_qualified
        from standings as live
        inner join standings as challenger using (definition_id, entity_id)
        where
            live.status = 'live'
            and challenger.status = 'challenger'
            and live.is_qualified <> challenger.is_qualified
        """
    )
    rows = tables["Who would enter or leave under version 2: table"]
    shown = {(re.search(r"\b[au]_\d+\b", row[0])[0], row[1]) for row in rows if row[0] != "Who"}
    assert shown == {(entity, "enter" if enters else "leave") for entity, enters in expected}
    assert shown


def test_todays_threshold_is_marked(page, tables, whole_demo):
    expected = whole_demo.query(
        """
        select threshold_curve.score_threshold
        from pql.threshold_curve
        inner join pql.pql_definitions
            on contender = pql_definitions.definition_id || '@' || definition_version
        where is_current and status = 'live'
        """
    )
    assert expected
    for (threshold,) in expected:
        assert f">today: {formatting.number(threshold)}</text>" in page
        assert f"At today&#39;s {formatting.number(threshold)} points" in page


def test_each_part_names_its_marts(page, whole_demo):
    source = '<p class="source">from <code>'
    boxes = re.findall(r"<(figure|article)\b(.*?)</\1>", page, re.DOTALL)
    assert boxes and all(source in box for _, box in boxes)
    # a table is in a figure, or the names of its marts follow
    ends = re.findall(
        r"</table>\n</div>\s*(?:</details>|(?:<p class=.source.>[^<]*</p>)?\s*(<p.*))", page
    )
    assert len(ends) == page.count("</table>")
    assert all(end.startswith(source) for end in ends if end)
    named = set(re.findall(r"<code>(\w+)</code>", page))
    marts = whole_demo.query(
        "select table_name from information_schema.tables where table_schema = 'pql'"
    )
    assert named <= {mart for (mart,) in marts}


# --- the page as a file ---------------------------------------------------------------------------


def test_it_needs_nothing_but_itself(page):
    links = re.findall(r'(?:src|href|action)="([^"]*)"', page)
    assert links and all(link.startswith("#") for link in links)
    assert not re.search(r"@import|url\(|<(script|link|iframe|img|object)", page)
    anchors = re.findall(r' id="([^"]*)"', page)
    assert len(anchors) == len(set(anchors))
    assert {link[1:] for link in links} == set(anchors)


def test_it_holds_no_mail_address(page, whole_demo):
    mails = whole_demo.query("select distinct email from pql.pql_users where email is not null")
    assert mails
    assert not [mail for (mail,) in mails if mail in page]


def test_names_from_the_product_show_as_text(whole_demo, tmp_path, monkeypatch):
    poisoned = changed(
        whole_demo,
        tmp_path,
        f"update pql.pql_accounts set account_name = '{POISON}'",
        f"update pql.pql_users set account_name = '{POISON}'",
        f"update pql.pql_transitions set trigger_reason = '{POISON}'",
        f"update pql.pql_definitions set definition_name = '{POISON}', description = '{POISON}'",
        f"update pql.definition_review set detail = '{POISON}', advice = '\"{POISON}'",
        f"update pql.pql_weekly_metrics set segment = '{POISON}'  where segment_type <> 'all'",
        f"update pql.suggested_points set signal_name = '{POISON}'",
    )
    page = write(poisoned, tmp_path, monkeypatch)
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 20


def test_a_chart_shows_names_as_text():
    rows = [{"group": POISON, "series": POISON, "share": 0.5, "label": POISON, "says": POISON}]
    picture = charts.Picture(
        lambda width: charts.labelled_bars(rows, width, {POISON: charts.BLUE}), f'"{POISON}'
    ).__html__()
    assert "<script" not in picture
    assert 'aria-label="&#34;&lt;script' in picture
    assert "<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>" in picture


def test_the_same_build_gives_the_same_bytes(whole_demo, tmp_path):
    pages = []
    for seed, zone in (("1", "UTC"), ("2", "America/New_York")):
        output = tmp_path / f"{seed}.html"
        own = {"PYTHONHASHSEED": seed, "TZ": zone, "PQL_DUCKDB_PATH": str(whole_demo.database)}
        subprocess.run(
            [PQL, "review", "--output", str(output)],
            cwd=PROJECT,
            env=os.environ | own,
            check=True,
        )
        pages.append(output.read_bytes())
    assert pages[0] == pages[1]


def test_a_drift_is_told_with_its_month(page, whole_demo, tmp_path, monkeypatch):
    assert "Nothing says that it has drifted" in page
    drifted = changed(
        whole_demo,
        tmp_path,
        """
        update pql.evaluation_parts
        set verdict = 'drifted', changed_since = '2026-04', auc_change = -0.2,
            auc_change_low = -0.3, auc_change_high = -0.1
        where part_type = 'drift' and definition_id = 'six_signal'
        """,
    )
    said = write(drifted, tmp_path, monkeypatch)
    assert "It has drifted since 2026-04: it ranks buyers worse, -20 points of a hundred" in said


def test_the_thresholds_to_choose_from_say_what_they_assume(
    page, whole_demo, tmp_path, monkeypatch
):
    assert "The rule would choose" in page
    assert "best gain: the leads hold most more buyers than as many drawn by lot" in page
    none = changed(
        whole_demo,
        tmp_path,
        """
        update pql.threshold_options
        set score_threshold = null, status = 'no_mark_fits', is_chosen = false
        where option = 'capacity'
        """,
        "update pql.threshold_options set is_chosen = true where option = 'best_gain'",
    )
    said = write(none, tmp_path, monkeypatch)
    assert "No threshold fits the capacity of 10 new leads a week." in said
    assert "no threshold gives so many leads" in said


# --- what may be missing --------------------------------------------------------------------------


def test_an_hourly_build_says_what_is_not_there(demo, tmp_path, monkeypatch):
    page = write(demo.database, tmp_path, monkeypatch)
    for mart in (
        "definition_review",
        "pql_weekly_metrics",
        "threshold_curve",
        "threshold_options",
        "pql_incrementality",
    ):
        assert f"this database lacks {mart}." in page


def test_marts_without_rows_say_so(whole_demo, tmp_path, monkeypatch):
    marts = (
        "definition_review pql_weekly_metrics pql_conversions sla_performance "
        "first_touch_conversion pql_incrementality threshold_curve threshold_options "
        "definition_evaluation evaluation_parts suggested_points"
    ).split()
    empty = changed(whole_demo, tmp_path, *(f"delete from pql.{mart}" for mart in marts))
    page = write(empty, tmp_path, monkeypatch)
    assert "definition_review has no row for it" in page
    assert "too early to tell" in page


def test_a_database_without_anybody_is_reviewed(whole_demo, tmp_path, monkeypatch):
    tables = whole_demo.query("select table_name from duckdb_tables() where schema_name = 'pql'")
    empty = changed(whole_demo, tmp_path, *(f"delete from pql.{table}" for (table,) in tables))
    assert "No definition is live" in write(empty, tmp_path, monkeypatch)


def test_a_missing_database_is_one_clear_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(tmp_path / "none.duckdb"))
    assert (
        cli.main(
            [
                "review",
            ]
        )
        == 2
    )
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "no such database; run `pql build` first" in said


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formatting.number(1250), "1,250"),
        (formatting.number(62.50, 2), "62.5"),
        (formatting.number(100), "100"),
        (formatting.percent(0.004), "0.4%"),
        (formatting.percent(0.344), "34%"),
        (formatting.part_of(12, 35), "12 of 35 (34%)"),
        (formatting.part_of(0, 0), "none yet"),
        (formatting.listed(["a", "b", "c"]), "a, b and c"),
        (formatting.listed(["a"]), "a"),
        (components.verdict("too_loose", is_clear=False).words, "probably too loose"),
    ],
)
def test_words(written, expected):
    assert written == expected


def test_charts_obey_the_schema_of_the_library():
    chart = charts.weekly_rates(
        [{"week": "2026-01-05", "share": 0.1, "is_final": True, "says": ""}], 340, (0.15, 0.25)
    )
    assert isinstance(chart, alt.LayerChart)
