"""A config folder, and raw tables, with every mistake that is looked for.

Each is named, and nothing else is; nothing is scored, and the marts of the last good build stay.
"""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import DATA_QUALITY_MARTS, SCORING_MODELS, changed_tables

from pql.config_checks import problems
from pql.config_files import CONFIG_FILES, config_files

RAW = {
    "events": [
        {"event_id": "1", "event_name": "logged_in", "occurred_at": "2026-03-01", "user_id": "u"}
    ],
    "users": [{"user_id": "u", "email": "ada@acme.example"}],
}

BAD_RAW = {
    "events": [{"event_id": "1", "occurred_at": "2026-03-01", "user_id": "u"}],
    "users": [
        {"created_at": "yesterday", "user_id": "u"},
        {"created_at": "2026-02-30", "user_id": "v"},
        {"created_at": "2026-02-28", "user_id": "v"},
        {"created_at": "", "user_id": ""},
    ],
    "accounts": [{"account_id": "a", "employee_count": "many", "mood": "good"}],
    "identity_links": [
        {"from_id": "x", "to_user_id": "y"},
        {"from_id": "y", "to_user_id": "x"},
        {"from_id": "z", "to_user_id": "u"},
    ],
    "account_links": [{"from_account_id": "a", "linked_at": "now"}],
    "subscriptions": [{"subscription_id": "s", "stage": "trail", "mrr": "ten", "startedat": ""}],
}


def signal(signal_id, **cells):
    return {
        "signal_id": signal_id,
        "signal_name": "",
        "category": "usage",
        "event_name": "logged_in",
        "property_name": "",
        "property_operator": "",
        "property_value": "",
        "measure": "events",
        "measure_property": "",
        "window_days": "30",
        "reason_template": "",
    } | cells


def definition(definition_id, version="1", **cells):
    return {
        "definition_id": definition_id,
        "version": version,
        "entity_type": "user",
        "audience": "",
        "score_threshold": "10",
        "decay_points_per_week": "",
        "holdout_percent": "",
        "status": "draft",
        "priority": "1",
    } | cells


def rule(definition_id, rule_id, **cells):
    return {
        "definition_id": definition_id,
        "version": "1",
        "rule_id": rule_id,
        "signal_id": "logins",
        "effect": "",
        "min_value": "",
        "points": "10",
        "max_awards": "",
        "half_life_days": "",
        "requirement_group": "",
    } | cells


def fit(fit_rule_id, **cells):
    return {
        "definition_id": "good",
        "version": "1",
        "fit_rule_id": fit_rule_id,
        "attribute": "industry",
        "operator": "=",
        "value": "software",
        "effect": "gate",
        "points": "",
        "gate_group": "",
        "when_missing": "",
    } | cells


def route(priority, **cells):
    return {
        "definition_id": "*",
        "priority": priority,
        "requires_hand_raise": "",
        "requires_qualified": "",
        "requires_signal_id": "",
        "min_score": "",
        "max_score": "",
        "min_employees": "",
        "max_employees": "",
        "tier": "low",
        "motion": "self_serve",
        "sla_hours": "",
    } | cells


EXISTS = {"property_name": "page", "property_operator": "exists"}

GOOD = {
    "signals": [signal("logins")],
    "definitions": [definition("good", status="live")],
    "definition_rules": [rule("good", "logins")],
    "routing_rules": [route("1")],
}

BAD = {
    "signals": [
        *GOOD["signals"],
        signal("logins"),
        signal("negative_window", window_days="-3"),
        signal("worded_window", window_days="two weeks"),
        signal("half_window", window_days="1.5"),
        signal("huge_window", window_days="36501"),
        signal("blank_measure", measure=""),
        signal("odd_category", category="fun"),
        signal("list_with_hole", event_name="a||b"),
        signal("any_activity"),
        signal("sum_of_nothing", measure="sum"),
        signal("idle_property", measure_property="size"),
        signal("half_filter", property_name="page"),
        signal("nameless_filter", property_operator="=", property_value="x"),
        signal("nothing_to_compare", property_name="page", property_operator="="),
        signal("no_number", property_name="size", property_operator=">=", property_value="big"),
        signal("whole_list", property_name="page", property_operator="=", property_value="a|b"),
        signal("exists_what", **EXISTS, property_value="a"),
        signal("misspelt_built_in", event_name="@singed_up"),
        signal("filtered_built_in", event_name="@signed_up", **EXISTS),
        signal("half_built_in", event_name="@signed_up|logged_in", **EXISTS),
        signal("users_of_built_in", event_name="@signed_up", measure="users"),
        signal("odd_template", reason_template="did it {count} times"),
        signal("ever", window_days="", reason_template="in {window_days} days"),
    ],
    "definitions": [
        definition("good", status="live"),
        definition("good", version="2", status="LIVE", priority=""),
        definition("twice"),
        definition("twice", version="1.0"),
        definition("6-signals"),
        definition("odd_words", entity_type="person", audience="free|tial"),
        definition(
            "odd_numbers",
            score_threshold="-1",
            decay_points_per_week="0.125",
            holdout_percent="101",
        ),
        definition("too_high", score_threshold="35.01"),
        definition("saved_by_hand_raise", score_threshold="35.01"),
        definition("everyone", score_threshold=""),
        definition("many_rules"),
        definition("hopeless"),
        definition("pointless", score_threshold="", status="live"),
    ],
    "definition_rules": [
        *GOOD["definition_rules"],
        *(rule(name, "logins") for name in ("twice", "odd_words", "odd_numbers", "everyone")),
        rule("good", "logins_2", version="2"),
        rule("6-signals", "logins"),
        rule("good", "misspelt", signal_id="lgoins"),
        rule("good", "odd_effect", effect="scoring"),
        rule("good", "zero", min_value="0", points="ten", half_life_days="0"),
        rule("good", "request_for_ever", signal_id="ever", effect="hand_raise"),
        rule("good", "lost", version="7"),
        rule("nobodys", "lost"),
        # 2 x 10 capped at 15, and 20 of fit: 35 in all.
        rule("too_high", "a", max_awards="2"),
        rule("too_high", "b", points="-50"),
        rule("saved_by_hand_raise", "demo", effect="hand_raise"),
        *(rule("many_rules", f"rule_{number}") for number in range(9)),
        rule("hopeless", "never", max_awards="0", requirement_group="must"),
        rule("hopeless", "score"),
        rule("pointless", "required", points="", requirement_group="must"),
    ],
    "fit_rules": [
        fit("more_points", definition_id="too_high", effect="points", points="20"),
        fit("no_number", operator="<=", value="ten"),
        fit("odd_domain", attribute="domain_type", operator="in", value="free|busines"),
        fit("idle_cells", effect="disqualify", points="5", gate_group="g", when_missing="pass"),
        fit("no_points", effect="points"),
        fit("no_value", value=""),
    ],
    "category_caps": [
        {"definition_id": "too_high", "version": "1", "category": "usage", "max_points": "15"},
        {"definition_id": "good", "version": "1", "category": "intent", "max_points": "15"},
    ],
    "special_domains": [
        {"domain": "me@acme.example", "domain_type": "partner"},
        {"domain": "Rival.example", "domain_type": "competitor"},
        {"domain": "rival.example", "domain_type": "competitor"},
    ],
    "overrides": [
        {
            "entity_type": "user",
            "entity_id": "20000000000",
            "effect": "hide",
            "until": "2026-02-30",
        },
    ],
    "routing_rules": [
        route("2", definition_id="godo"),
        route("3", requires_signal_id="demo"),
        route("4", requires_qualified="yes", tier="top", max_score="5"),
        route("5", min_score="70", max_score="70", min_employees="2", max_employees="1"),
        route("6", sla_hours="0", max_score="6"),
        # these three leave out whose size is unknown, and who has 100 to 199 employees, from 10 on
        route("7", max_score="10"),
        route("8", min_score="8", min_employees="200"),
        route("9", min_score="10", max_employees="99"),
        route("10", min_score="8", min_employees="300", requires_qualified="true"),
        route("11", definition_id="pointless", min_score="9", requires_hand_raise="true"),
        route("12", definition_id="good"),
    ],
    "content_offers": [
        {"signal_id": "logins", "offer_name": "Tour", "offer_url": "javascript:alert(1)"},
    ],
}

ERRORS = {
    "signals.csv": """
        logins / signal_id; negative_window / window_days; worded_window / window_days;
        half_window / window_days; huge_window / window_days; blank_measure / measure;
        odd_category / category; list_with_hole / event_name; any_activity / signal_id;
        sum_of_nothing / measure_property; half_filter / property_operator;
        nameless_filter / property_name; nothing_to_compare / property_value;
        no_number / property_value; misspelt_built_in / event_name;
        filtered_built_in / property_name; odd_template / reason_template
    """,
    "definitions.csv": """
        good v1 / status; good v2 / status; twice v1 / version; 6-signals v1 / definition_id;
        odd_words v1 / entity_type; odd_words v1 / audience; odd_numbers v1 / score_threshold;
        odd_numbers v1 / decay_points_per_week; odd_numbers v1 / holdout_percent;
        too_high v1 / score_threshold
    """,
    "definition_rules.csv": """
        good v1 / misspelt / signal_id; good v1 / odd_effect / effect; good v1 / zero / min_value;
        good v1 / zero / points; good v1 / zero / half_life_days;
        good v1 / request_for_ever / signal_id; good v7 / lost / version;
        nobodys v1 / lost / definition_id
    """,
    "fit_rules.csv": """
        good v1 / no_number / value; good v1 / odd_domain / value; good v1 / no_value / value
    """,
    "special_domains.csv": "me@acme.example / domain; rival.example / domain",
    "overrides.csv": "user / 20000000000 / hide / effect; user / 20000000000 / hide / until",
    "routing_rules.csv": """
        * / 4 / requires_qualified; * / 4 / tier; * / 6 / sla_hours; pointless /
    """,
    "events": "/ event_name",
    "users": "user_id u / created_at",
    "identity_links": "x / from_id; y / from_id",
    "account_links": "/ to_account_id; from_account_id a / linked_at",
    "subscriptions": "/ startedat",
}
WARNINGS = {
    "signals.csv": """
        idle_property / measure_property; whole_list / property_value;
        exists_what / property_value; half_built_in / property_name;
        users_of_built_in / measure; ever / reason_template
    """,
    "definitions.csv": "good v2 / priority; everyone v1 / score_threshold; many_rules v1 /",
    "definition_rules.csv": """
        hopeless v1 / never / max_awards; hopeless v1 / must / requirement_group
    """,
    "fit_rules.csv": """
        good v1 / idle_cells / points; good v1 / idle_cells / gate_group;
        good v1 / idle_cells / when_missing; good v1 / no_points / points
    """,
    "category_caps.csv": "good v1 / intent / category",
    "routing_rules.csv": """
        godo / 2 / definition_id; * / 3 / requires_signal_id; * / 5 / max_score;
        * / 5 / max_employees; * / 10 / priority; pointless / 11 / min_score;
        pointless / 11 / requires_hand_raise
    """,
    "content_offers.csv": "logins / offer_url",
    "users": "user_id (blank) / user_id; user_id v / user_id",
    "accounts": "account_id a / employee_count; /",
    "subscriptions": "subscription_id s / stage; subscription_id s / mrr",
}


@pytest.fixture(scope="module")
def builds(build, tmp_path_factory):
    """A good build, as it was kept, and one after it in the same database with every mistake."""
    folder = tmp_path_factory.mktemp("config")
    good = build(RAW, GOOD, folder=folder)
    kept = Path(shutil.copy(good.database, folder / "kept.duckdb"))
    return replace(good, database=kept), build(BAD_RAW, BAD, folder=folder)


def test_a_good_config_has_no_problem(builds):
    good, _ = builds
    assert good.returncode == 0, good.output
    assert good.query("select * from pql.config_problems") == []


def test_pages_and_workbooks_find_what_a_build_finds(builds):
    _, bad = builds
    found = problems(config_files(bad.folder / "config"))
    columns = ", ".join(found[0])
    files = ", ".join(f"'{name}'" for name in CONFIG_FILES)
    built = bad.query(f"select {columns} from pql.config_problems where file_name in ({files})")
    assert {tuple(row.values()) for row in found} == set(built)


def test_each_mistake_is_named_and_nothing_else(builds):
    _, bad = builds
    found = {
        (severity, file, f"{row} / {column}".strip())
        for severity, file, row, column in bad.query(
            "select severity, file_name, row_key, column_name from pql.config_problems"
        )
    }
    assert found == {
        (severity, file, re.sub(r"\s+", " ", place).strip())
        for severity, files in (("error", ERRORS), ("warning", WARNINGS))
        for file, places in files.items()
        for place in places.split(";")
    }


@pytest.mark.parametrize(
    "message",
    [
        "error: signals.csv, row negative_window, column window_days\n"
        '    "-3" is too small\n'
        "    -> write a whole number from 1 to 36500, or leave the cell blank (ever)",
        "error: definition_rules.csv, row good v1 / misspelt, column signal_id\n"
        '    "lgoins" does not stand in signals.csv\n'
        "    -> write logins, or a signal_id of signals.csv",
        "error: definition_rules.csv, row good v1 / zero, column points\n"
        '    "ten" is not a number\n',
        "error: definitions.csv, row twice v1, column version\n    2 rows have the same key\n",
        "error: definitions.csv, row too_high v1, column score_threshold\n"
        "    35.01 is above the 35 points that its rules can add up to",
        "error: routing_rules.csv, row pointless\n"
        "    whoever is not qualified and has a score of 10 or more and an unknown number of "
        "employees may match no row\n"
        "    -> add a last row without conditions, such as priority 90, tier low, motion "
        "self_serve, for pointless or for *",
        "warning: routing_rules.csv, row * / 10, column priority\n"
        "    comes after row * / 8, which matches all that this row matches, so that it never "
        "decides",
        "error: events, column event_name\n    the column is missing\n    -> add it",
        "error: users, row user_id u, column created_at\n"
        '    2 row(s): created_at cannot be read as a time, such as "yesterday"\n'
        "    -> write it as 2026-01-31T12:00:00Z, or leave it blank",
        "error: identity_links, row x, column from_id\n"
        "    the links from this id never end: they come back to an id they left\n"
        "    -> take out one link of the circle",
        "warning: accounts\n    columns not read: mood\n    -> nothing, unless",
        "warning: subscriptions, row subscription_id s, column stage\n"
        '    1 row(s): stage without a meaning, such as "trail"\n'
        "    -> write one of: trial, paid",
    ],
)
def test_the_user_reads_which_cell_to_mend_and_how(builds, message):
    _, bad = builds
    assert message in bad.output


def test_nothing_is_scored_and_the_last_good_build_stays(builds):
    good, bad = builds
    assert bad.returncode != 0
    assert "Traceback" not in bad.output
    assert not bad.models_built() & SCORING_MODELS
    assert changed_tables(good.database, bad.database, "pql").keys() <= DATA_QUALITY_MARTS
