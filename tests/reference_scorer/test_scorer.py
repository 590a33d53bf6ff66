"""The independent scorer: first by hand-computed numbers, then against a build of random cases.

pytest prints the seed of the random case; `PQL_SEED=<number> pytest tests/reference_scorer`
takes another one, or the same again.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from cases import LAST_DAY, MAIL_DOMAINS, SEED, Case, generate
from conftest import Build, Built
from scorer import (
    Day,
    Definition,
    Entity,
    Scorer,
    domain_type,
    fading,
    follow,
    holding_links,
    moment,
    number,
)

PROJECTION_DAYS = 60
DAY_0 = date(2025, 3, 3)
ANN = Entity("user", "ann")
ACME = Entity("account", "acme")


# ---------------------------------------------------------------------------------------------
# By hand
# ---------------------------------------------------------------------------------------------


def day(offset: int) -> date:
    return DAY_0 + timedelta(days=offset)


def event(name: str, offset: int = 0, **cells: Any) -> dict[str, str]:
    """An event of Ann's at noon; properties as a dict."""
    row = {
        "event_id": "",
        "event_name": name,
        "occurred_at": f"{day(offset)}T12:00:00Z",
        "received_at": "",
        "user_id": "ann",
        "anonymous_id": "",
        "account_id": "",
        "properties": json.dumps(cells.pop("properties", {})),
        "event_count": "",
    }
    return row | cells


def signal(name: str, event_name: str = "*", measure: str = "events", **cells: str) -> dict:
    row = {"signal_id": name, "event_name": event_name, "measure": measure, "category": "usage"}
    return row | cells


def rule(signal_id: str, points: str = "", min_value: str = "1", **cells: str) -> dict[str, str]:
    row = {"definition_id": "d", "version": "1", "rule_id": signal_id, "signal_id": signal_id}
    return row | {"points": points, "min_value": min_value} | cells


def score(
    events: Sequence[dict[str, str]],
    signals: Sequence[dict[str, str]] = (),
    rules: Sequence[dict[str, str]] = (),
    definition: Mapping[str, str] | None = None,
    tables: Mapping[str, Sequence[dict[str, str]]] | None = None,
    **options: Any,
) -> Scorer:
    """A scorer of one definition, for Ann unless told otherwise."""
    row = {"definition_id": "d", "version": "1", "entity_type": "user"}
    row |= {"audience": "free|trial|paid|churned"} | dict(definition or {})
    config = {"signals": signals, "definitions": [row], "definition_rules": rules}
    return Scorer(
        raw={"events": events, "users": []} | dict(tables or {}),
        config=config | dict(tables or {}),
        mail_domains=MAIL_DOMAINS,
        projection_days=40,
        **options,
    )


def verdict_on(scorer: Scorer, offset: int, entity: Entity = ANN) -> Any:
    return scorer.verdict(scorer.definitions[0], entity, day(offset))


def qualified_days(scorer: Scorer, entity: Entity = ANN) -> list[int]:
    timeline = scorer.timeline(scorer.definitions[0], entity)
    return [(found.day - DAY_0).days for found in timeline if found.is_qualified]


def test_playbook_points_of_design_section_12() -> None:
    scorer = score(
        [event("project_created"), event("teammate_invited")],
        [
            signal("project", "project_created"),
            signal("invite", "teammate_invited"),
            signal("pricing", "page_viewed"),
            signal("active", window_days="7", measure="days"),
        ],
        [rule("project", "40"), rule("invite", "20"), rule("pricing", "15"), rule("active", "10")],
        {"score_threshold": "60", "decay_points_per_week": "5"},
    )
    assert [verdict_on(scorer, offset).score for offset in (0, 6, 7, 21)] == [70, 70, 55, 45]
    assert qualified_days(scorer) == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("points", "awards", "age", "step", "half_life", "expected"),
    [
        ("20", 1, 6, 7, "14", "20"),
        ("20", 1, 7, 7, "14", "14.14"),
        ("20", 1, 13, 7, "14", "14.14"),
        ("20", 3, 14, 7, "14", "30"),
        ("0.05", 1, 1, 1, "1", "0.03"),  # half goes away from zero, on both sides of it
        ("-0.25", 1, 1, 1, "1", "-0.13"),
    ],
)
def test_half_life(
    points: str, awards: int, age: int, step: int, half_life: str, expected: str
) -> None:
    found = fading(Decimal(points), awards, age, step, Decimal(half_life))
    assert found == Decimal(expected)


def test_awards_are_exact_and_bounded() -> None:
    events = [event("upload", properties={"mb": 0.1}), event("upload", properties={"mb": "0.2"})]
    events.append(event("upload", properties={"mb": "much"}))
    scorer = score(
        events,
        [signal("mb", "upload", "sum", measure_property="mb")],
        [
            rule("mb", "5", min_value="0.1", max_awards="9"),
            rule("mb", "5", min_value="0.1", max_awards="2"),
            rule("mb", "5", min_value="0.31", max_awards="9"),
        ],
    )
    assert [line.awards for line in verdict_on(scorer, 0).rules] == [3, 2, 0]


def test_awards_per_numeric_attribute() -> None:
    users = [{"user_id": "ann", "account_id": "acme"}]
    users += [{"user_id": name, "account_id": "acme"} for name in ("bo", "cy", "di")]
    scorer = score(
        [
            event("log_in", user_id="", account_id="acme"),
            *[event("log_in", user_id=row["user_id"]) for row in users],
        ],
        [signal("people", measure="users", window_days="28")],
        [rule("people", "10", min_value="0.8", min_value_of="seat_limit")],
        {"entity_type": "account"},
        {
            "users": users,
            "accounts": [{"account_id": "acme", "seat_limit": "5"}],
            "attributes": [
                attribute("account", "acme", "seat_limit", "6", day(2)),
                attribute("account", "acme", "seat_limit", "0", day(3)),
                attribute("account", "acme", "seat_limit", "", day(4)),
            ],
        },
    )
    lines = [verdict_on(scorer, offset, ACME).rules[0] for offset in range(1, 5)]
    assert [line.value for line in lines] == [4] * 4
    assert [line.minimum for line in lines] == [4, Decimal("4.8"), None, None]
    assert [line.awards for line in lines] == [1, 0, 0, 0]


def attribute(
    entity_type: str, entity_id: str, name: str, value: str, known_from: date | str = ""
) -> dict[str, str]:
    row = {"entity_type": entity_type, "entity_id": entity_id, "attribute": name}
    return row | {"value": value, "known_from": str(known_from)}


def test_measures_over_a_window() -> None:
    events = [
        event("sent", 0, event_count="3", properties={"to": "bo"}),
        event("sent", 1, event_count="many", properties={"to": "bo"}),
        event("sent", 1, event_count="2", properties={"to": None}),
        event("sent", 2, properties={"to": {"name": "bo"}}),
    ]
    measures = ["events", "days", "users", "distinct_values"]
    scorer = score(
        events,
        [signal(name, "sent", name, measure_property="to", window_days="2") for name in measures],
        [rule(name) for name in measures],
    )
    values = [[int(line.value) for line in verdict_on(scorer, n).rules] for n in range(5)]
    assert values == [[3, 1, 1, 1], [6, 2, 1, 1], [4, 2, 1, 1], [1, 1, 1, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("operator", "wanted", "matching"),
    [
        ("=", "5", [5, "5"]),
        ("!=", "5", ["five", True, 6]),
        (">=", "5", [5, "5", 6]),
        ("<=", "5.5", [5, "5"]),
        ("in", "five|6", ["five", 6]),
        ("contains", "iv", ["five"]),
        ("starts_with", "tr", [True]),
        ("exists", "", [5, "5", "five", True, 6, {"five": 5}]),
    ],
)
def test_property_filters(operator: str, wanted: str, matching: list[object]) -> None:
    found = []
    for value in (5, "5", "five", True, 6, {"five": 5}, None):
        filtered = signal("s", "e", property_name="p", property_operator=operator)
        scorer = score(
            [event("e", properties={"p": value})],
            [filtered | {"property_value": wanted}],
            [rule("s")],
        )
        found += [value] * verdict_on(scorer, 0).rules[0].awards
    assert found == matching


def test_caps_fit_and_floor_add_up() -> None:
    fit = {"definition_id": "d", "version": "1", "effect": "points", "attribute": "country"}
    scorer = score(
        [event("a"), event("b")],
        [signal("a", "a"), signal("b", "b"), signal("idle", "none", category="negative")],
        [rule("a", "25"), rule("b", "25")],
        {"decay_points_per_week": "30"},
        {
            "category_caps": [
                {"definition_id": "d", "version": "1", "category": "usage", "max_points": "35"}
            ],
            "fit_rules": [fit | {"operator": "=", "value": "de", "points": "-2.5"}],
            "attributes": [attribute("user", "ann", "country", "DE", day(1))],
        },
    )
    found = [verdict_on(scorer, offset) for offset in (0, 1, 14)]
    assert [verdict.total for verdict in found] == [35, Decimal("32.5"), Decimal("-27.5")]
    assert [verdict.score for verdict in found] == [35, Decimal("32.5"), 0]
    assert (found[2].cap, found[2].fit, found[2].decay) == (-15, Decimal("-2.5"), -60)


def test_gates_groups_and_missing_attributes() -> None:
    gate = {"definition_id": "d", "version": "1", "effect": "gate"}
    size = gate | {"attribute": "employee_count", "operator": ">=", "value": "10"}
    title = gate | {"attribute": "job_title", "operator": "contains", "value": "OPS"}
    known_size = [attribute("user", "ann", "employee_count", "12", day(1))]

    def eligible(*fit_rules: dict[str, str]) -> list[bool]:
        rows = [row | {"fit_rule_id": str(number)} for number, row in enumerate(fit_rules)]
        tables = {"fit_rules": rows, "attributes": known_size}
        scorer = score([event("a")], tables=tables)
        return [verdict_on(scorer, offset).is_eligible for offset in (0, 1)]

    assert eligible() == [True, True]
    assert eligible(size) == [False, True]
    assert eligible(size | {"when_missing": "pass", "value": "20"}) == [True, False]
    assert eligible(size, title) == [False, False]
    assert eligible(size | {"gate_group": "g"}, title | {"gate_group": "g"}) == [False, True]
    assert eligible(title | {"operator": "!=", "effect": "disqualify"}) == [True, True]
    assert eligible(size | {"effect": "disqualify"}) == [True, False]


def test_stage_and_product_line() -> None:
    trial = {"user_id": "ann", "stage": "trial", "started_at": str(day(1)), "ended_at": str(day(3))}
    paid = trial | {"stage": "paid", "started_at": str(day(2)), "ended_at": str(day(4))}
    tables = {"subscriptions": [trial, paid | {"product_line": "core"}]}
    definition = {"audience": "paid|churned", "product_line": "core"}
    scorer = score([event("a")], definition=definition, tables=tables)
    found = [verdict_on(scorer, offset) for offset in range(6)]
    assert [verdict.stage for verdict in found] == ["free", "trial", "paid", "paid"] + [
        "churned"
    ] * 2
    assert [verdict.is_eligible for verdict in found] == [False] * 4 + [True] * 2


def test_hysteresis() -> None:
    scorer = score(
        [event("log_in", offset) for offset in (0, 1, 2, 4, 8, 9, 20)],
        [signal("today", window_days="1")],
        [rule("today", "10")],
        {"score_threshold": "10", "promote_after_days": "1", "demote_after_days": "2"},
    )
    # Two days in a row begin it, three idle ones end it; one day alone (20) begins nothing.
    assert qualified_days(scorer) == [1, 2, 3, 4, 5, 6, 9, 10, 11]


def test_a_hand_raise_qualifies_at_once_and_ineligibility_ends_at_once() -> None:
    definition = {"score_threshold": "10", "promote_after_days": "5", "demote_after_days": "9"}
    demo = [signal("demo", "demo_requested", window_days="2")]
    raised = [rule("demo", effect="hand_raise")]
    events = [event("log_in"), event("demo_requested", 3)]
    assert qualified_days(score(events, demo, raised, definition)) == list(range(3, 14))

    bought = {"user_id": "ann", "stage": "paid", "started_at": str(day(6))}
    only_free = definition | {"audience": "free"}
    scorer = score(events, demo, raised, only_free, {"subscriptions": [bought]})
    assert qualified_days(scorer) == [3, 4, 5]


def test_requirement_groups_activity_and_disqualifying_rules() -> None:
    signals = [signal(name, name, window_days="9") for name in ("a", "b", "c")]
    core = [rule(name, requirement_group="core") for name in ("a", "b")]
    events = [event("log_in"), event("b", 2), event("c", 8)]

    def found(*others: dict[str, str], **definition: str) -> list[int]:
        return qualified_days(score(events, signals, [*core, *others], definition))

    assert found() == [2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert found(rule("c", requirement_group="breadth")) == [8, 9, 10]
    assert found(rule("c", effect="disqualify")) == [2, 3, 4, 5, 6, 7]
    assert found(active_within_days="3") == [2, 3, 4, 8, 9, 10]


def test_built_in_events_count_but_are_no_activity() -> None:
    tables = {
        "users": [{"user_id": "ann", "account_id": "acme", "created_at": str(day(-5))}],
        "subscriptions": [
            {"account_id": "acme", "user_id": "ann", "stage": "trial", "started_at": str(day(1))},
            {"account_id": "acme", "stage": "trial", "started_at": str(day(2))},
            {"account_id": "acme", "stage": "trial", "started_at": str(day(9))},
        ],
    }
    scorer = score(
        [event("log_in"), event("log_in", 2)],
        [
            signal("any"),
            signal("joined", "@signed_up", window_days="7"),
            signal("trial", "@trial_started"),
        ],
        [rule("any"), rule("joined"), rule("trial")],
        tables=tables,
    )
    assert [int(line.value) for line in verdict_on(scorer, 1).rules] == [1, 1, 1]
    # The third trial starts after the as-of date: it is known, but not counted.
    assert [int(line.value) for line in verdict_on(scorer, 9).rules] == [2, 0, 2]
    assert verdict_on(scorer, 1).idle == 1
    assert verdict_on(scorer, 1).stage == "trial"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"event_name": "", "occurred_at": ""}, "missing_event_name"),
        ({"user_id": "", "occurred_at": ""}, "missing_actor"),
        ({"occurred_at": "2025-02-30"}, "invalid_timestamp"),
        ({"received_at": "soon"}, "invalid_timestamp"),
        ({"received_at": "2025-03-02T11:59:59Z"}, "future_timestamp"),
        ({"occurred_at": "2000-01-01T01:00:00+02:00"}, "implausible_timestamp"),
        ({"properties": "[]"}, "invalid_properties"),
        ({"received_at": "2025-03-02T12:00:00Z"}, None),
        ({"properties": ""}, None),
        ({"user_id": "", "account_id": "acme"}, None),
    ],
)
def test_reject_reasons(cells: dict[str, str], reason: str | None) -> None:
    set_aside = score([event("fine"), event("log_in") | cells]).cleaned.set_aside
    assert +set_aside == (Counter({reason: 1}) if reason else Counter())


def test_duplicates_clock_and_offsets() -> None:
    late, early = f"{day(0)}T14:00:00Z", f"{day(0)}T13:00:00Z"
    scorer = score(
        [
            event("log_in", event_id="x", received_at=late, event_count="5"),
            event("log_in", event_id="x", received_at=early),
            event("log_in", 1, event_id="x"),
            event("sent"),
            event("sent"),
            # Still the second of March in UTC; and a clock that runs hours ahead at the end.
            event("log_in", occurred_at=f"{day(0)}T01:00:00+02:00"),
            event("log_in", occurred_at=f"{day(2)}T02:00:00Z", received_at=f"{day(1)}T23:00:00Z"),
        ],
        [signal("all"), signal("sent", "sent")],
        [rule("all"), rule("sent")],
    )
    assert scorer.cleaned.set_aside["duplicate"] == 2
    assert scorer.as_of == day(1)
    assert scorer.days(ANN)[0] == day(-1)
    values = [[int(line.value) for line in verdict_on(scorer, n).rules] for n in (-1, 0, 1, 2)]
    assert values == [[1, 0], [3, 1], [4, 1], [4, 1]]


def test_identity_links() -> None:
    def link(from_id: str, to_id: str, linked_at: str = "") -> dict[str, str]:
        return {"from": from_id, "to": to_id, "linked_at": linked_at}

    rows = [
        link("a", "b", "2025-01-01T00:00:00Z"),
        link("a", "c", "2024-12-31T23:00:00-05:00"),  # the later one, in spite of its text
        link("a", "x"),
        link("c", "e", "2025-01-01"),
        link("c", "d", "2025-01-01"),
        link("d", "d", "2026-01-01"),
    ]
    links = holding_links(rows, "from", "to")
    assert follow(links, "a") == "d"
    assert follow(links, "stranger") == "stranger"
    with pytest.raises(ValueError, match="cycle"):
        follow({"a": "b", "b": "a"}, "a")


def test_users_find_their_account() -> None:
    users = [
        {"user_id": "told", "account_id": "old", "email": "t@acme.example"},
        {"user_id": "named", "account_id": "", "email": "n@acme.example"},
        {"user_id": "mailed", "account_id": "", "email": "M@Acme.Example"},
        {"user_id": "free", "account_id": "", "email": "f@gmail.com"},
        {"user_id": "staff", "account_id": "", "email": "s@eu.staff.example"},
    ]
    events = [event("log_in", user_id=row["user_id"]) for row in users]
    events += [
        event("log_in", 1, user_id="named", account_id="z"),
        event("log_in", 1, user_id="named", account_id="y"),
        event("log_in", 0, user_id="named", account_id="a"),
        event("log_in", user_id="", account_id="lone"),
    ]
    tables = {
        "users": users,
        "accounts": [
            {"account_id": "acme", "domain": "ACME.example"},
            {"account_id": "later", "domain": "acme.example"},
            {"account_id": "inbox", "domain": "gmail.com"},
        ],
        "account_links": [{"from_account_id": "old", "to_account_id": "new", "linked_at": ""}],
        "special_domains": [{"domain": "staff.example", "domain_type": "internal"}],
        # The watermark stands on day 1, which is the last day of one and too late for the other.
        "overrides": [
            {"entity_type": "account", "entity_id": "z", "effect": "exclude", "until": str(day(1))},
            {"entity_type": "account", "entity_id": "y", "effect": "exclude", "until": str(day(0))},
        ],
    }
    scorer = score(events, tables=tables)
    found = [scorer.identity.account_of(row["user_id"]) for row in users]
    assert found == ["new", "y", "acme", None, None]
    assert scorer.identity.excluded == {Entity("user", "staff"), Entity("account", "z")}
    active = {account for _, account in scorer.entities("account")}
    assert active == {"a", "acme", "lone", "new", "y"}


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("hq.Rival.example", "competitor"),
        ("notrival.example", "business"),
        ("gmail.com", "free"),
        ("cs.stanford.edu", "education"),
        ("", "unknown"),
    ],
)
def test_domain_types(domain: str, expected: str) -> None:
    assert domain_type(domain, {"rival.example": "competitor"}, MAIL_DOMAINS) == expected


def test_cells() -> None:
    assert moment("2025-03-01T23:30:00-02:00") == moment("2025-03-02 01:30:00Z")
    assert moment("yesterday") is None
    assert number("1.0000005") == Decimal("1.000001")
    assert [number(text) for text in ("", "one", "1e", "0x1", "true")] == [None] * 5


# ---------------------------------------------------------------------------------------------
# What a random case must exercise to be worth comparing
# ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def case() -> Case:
    return generate(SEED)


def behaviours(definition: Definition, timeline: Sequence[Day]) -> Counter[str]:
    """How often each behaviour of the contract shows in a timeline."""
    seen: Counter[str] = Counter()
    for found in timeline:
        verdict = found.verdict
        by_score = verdict.reaches_threshold and verdict.groups_met and verdict.is_active
        fading_lines = [line for line in verdict.rules if line.rule.half_life_days and line.points]
        for line in verdict.rules:
            signal = line.rule.signal
            seen[f"measure {signal.measure}"] += line.value > 0
            seen[f"filter {signal.property_operator or 'none'}"] += line.is_met
            seen[f"effect {line.rule.effect}"] += line.is_met
            for name in signal.event_names:
                seen[f"event {name}"] += line.is_met
            seen["several awards"] += line.awards > 1
            seen["awards bounded"] += line.awards == line.rule.max_awards > 1
            seen["minimum of an attribute"] += bool(line.rule.min_value_of) and line.is_met
            seen["negative points"] += line.points < 0
        seen["half-life"] += any(
            line.points != line.rule.points * line.awards for line in fading_lines
        )
        seen["cap binds"] += verdict.cap < 0
        seen["fit points"] += verdict.fit != 0
        seen["decay"] += verdict.decay < 0
        seen["floor at 0"] += verdict.total < 0
        seen[f"stage {verdict.stage}"] += 1
        seen["group not met"] += verdict.reaches_threshold and not verdict.groups_met
        seen["not active"] += verdict.reaches_threshold and not verdict.is_active
        seen["qualified by hand-raise alone"] += (
            verdict.is_eligible and verdict.is_hand_raised and not by_score
        )
        seen["score enough, but not eligible"] += by_score and not verdict.is_eligible
        seen["promotion waits"] += verdict.meets and not found.is_qualified
        seen["demotion waits"] += found.is_qualified and not verdict.meets
    pairs = list(pairwise(timeline))
    seen["qualifies"] += any(after.is_qualified > before.is_qualified for before, after in pairs)
    seen["lapses"] += any(after.is_qualified < before.is_qualified for before, after in pairs)
    seen["eligibility changes"] += len({found.verdict.is_eligible for found in timeline}) > 1
    return seen


def test_the_case_exercises_the_contract(case: Case) -> None:
    scorer = Scorer(case.raw, case.config, MAIL_DOMAINS, projection_days=PROJECTION_DAYS)
    seen: Counter[str] = Counter()
    by_definition: dict[tuple[str, int], Counter[bool]] = defaultdict(Counter)
    for definition, _, timeline in scorer.timelines():
        seen += behaviours(definition, timeline)
        key = (definition.definition_id, definition.version)
        by_definition[key].update(found.is_qualified for found in timeline)
    for entity_type in ("user", "account"):
        entities = scorer.entities(entity_type)
        seen[f"excluded {entity_type}"] = sum(
            entity.entity_type == entity_type for entity in scorer.identity.excluded
        )
        seen.update(f"domain {scorer.identity.domain_type(entity)}" for entity in entities)
    seen += scorer.cleaned.set_aside

    assert scorer.as_of == LAST_DAY
    assert len(scorer.entities("user")) + len(scorer.entities("account")) >= 100
    assert len(scorer.definitions) >= 20
    both = [key for key, found in by_definition.items() if found[True] and found[False]]
    assert len(both) >= 0.6 * len(scorer.definitions)
    rare = {name: times for name, times in EXERCISED.items() if seen[name] < times}
    assert not rare, f"seed {SEED}: wanted at least {rare}, seen {[seen[name] for name in rare]}"


# On how many days, over all definitions and entities, each must show at least.
MEASURES = ["events", "days", "users", "distinct_values", "sum"]
OPERATORS = ["=", "!=", ">=", "<=", "in", "contains", "starts_with", "exists"]
BUILT_INS = ["trial_started", "paid_started", "subscription_ended", "marketing_qualified"]
DOMAIN_TYPES = ["competitor", "partner", "free", "disposable", "education", "business", "unknown"]
REASONS = [
    "missing_event_name",
    "missing_actor",
    "invalid_timestamp",
    "future_timestamp",
    "implausible_timestamp",
    "invalid_properties",
    "duplicate",
]
EXERCISED = {
    **{f"measure {name}": 500 for name in MEASURES},
    **{f"filter {name}": 10 for name in OPERATORS},
    **{f"event @{name}": 10 for name in ["signed_up", *BUILT_INS]},
    **{f"effect {name}": 50 for name in ("score", "disqualify", "hand_raise")},
    **{f"stage {name}": 1000 for name in ("free", "trial", "paid", "churned")},
    # These are counted in entities and in rows.
    **{f"domain {name}": 1 for name in DOMAIN_TYPES},
    **dict.fromkeys(REASONS, 2),
    "excluded user": 5,
    "excluded account": 3,
    "several awards": 500,
    "awards bounded": 100,
    "minimum of an attribute": 100,
    "negative points": 100,
    "half-life": 1000,
    "cap binds": 500,
    "fit points": 500,
    "decay": 1000,
    "floor at 0": 100,
    "group not met": 500,
    "not active": 500,
    "qualified by hand-raise alone": 50,
    "score enough, but not eligible": 500,
    "promotion waits": 50,
    "demotion waits": 100,
    "qualifies": 100,
    "lapses": 100,
    "eligibility changes": 100,
}


# ---------------------------------------------------------------------------------------------
# The build says the same, on every day
# ---------------------------------------------------------------------------------------------


class Period(NamedTuple):
    """A row of pql_history."""

    valid_from: date
    valid_to: date | None
    score: Decimal
    is_eligible: bool
    is_qualified: bool
    is_projected: bool


Key = tuple[str, int, Entity]
History = Mapping[Key, Sequence[Period]]
Ledger = Mapping[Key, Mapping[tuple[date, str, str], Decimal]]


def read_history(built: Built) -> History:
    rows = built.query(
        """
        select definition_id, definition_version, entity_type, entity_id,
            valid_from, valid_to, score, is_eligible, is_qualified, is_projected
        from pql.pql_history
        """
    )
    history: dict[Key, list[Period]] = defaultdict(list)
    for definition_id, version, entity_type, entity_id, *period in rows:
        history[definition_id, int(version), Entity(entity_type, entity_id)].append(Period(*period))
    return history


def read_ledger(built: Built) -> Ledger:
    rows = built.query(
        """
        select definition_id, definition_version, entity_type, entity_id,
            changed_on, source, case when source = 'rule' then rule_id else '' end, sum(delta)
        from pql.pql_score_changes
        group by all
        having sum(delta) <> 0
        """
    )
    ledger: dict[Key, dict[tuple[date, str, str], Decimal]] = defaultdict(dict)
    for definition_id, version, entity_type, entity_id, *line, delta in rows:
        key = (definition_id, int(version), Entity(entity_type, entity_id))
        ledger[key][tuple(line)] = delta
    return ledger


def history_differences(
    timeline: Sequence[Day], periods: Iterable[Period], as_of: date
) -> dict[date, str]:
    """Where the periods say anything else than the timeline, and what."""
    said: dict[date, list[Period]] = defaultdict(list)
    differences = {}
    for period in periods:
        if period.is_projected != (period.valid_from > as_of):
            differences[period.valid_from] = f"is_projected is {period.is_projected}"
        end = period.valid_to or timeline[-1].day + timedelta(days=1)
        for offset in range((end - period.valid_from).days):
            said[period.valid_from + timedelta(days=offset)].append(period)
    for found in timeline:
        right = (found.verdict.score, found.verdict.is_eligible, found.is_qualified)
        given = [tuple(period[2:5]) for period in said.pop(found.day, [])]
        if given != [right]:
            differences[found.day] = f"built {shown(given)}, scorer {shown([right])}"
    for other in said:
        differences[other] = "a period outside the entity's life"
    return differences


def shown(outcomes: Iterable[tuple[Any, ...]]) -> str:
    """Score, eligible and qualified in few words."""
    texts = [f"{score} eligible={int(e)} qualified={int(q)}" for score, e, q in outcomes]
    return " and ".join(texts) or "nothing"


def ledger_of(timeline: Sequence[Day]) -> dict[tuple[date, str, str], Decimal]:
    """Every change of the sum, by its line."""
    ledger = {}
    before: dict[tuple[str, str], Decimal] = {}
    for found in timeline:
        verdict = found.verdict
        now = {("rule", line.rule.rule_id): line.points for line in verdict.rules}
        now |= {("fit", ""): verdict.fit, ("cap", ""): verdict.cap, ("decay", ""): verdict.decay}
        for (source, rule_id), points in now.items():
            delta = points - before.get((source, rule_id), Decimal(0))
            if delta:
                ledger[found.day, source, rule_id] = delta
        before = now
    return ledger


class Difference(NamedTuple):
    """One day, or one change, of which the build and the scorer say different things."""

    who: str
    what: str


def differences_of(scorer: Scorer, history: History, ledger: Ledger) -> list[Difference]:
    """Every difference between the scorer and a build."""
    differences = []
    known = set()
    for definition, entity, timeline in scorer.timelines():
        key = (definition.definition_id, definition.version, entity)
        known.add(key)
        who = f"{definition.definition_id} v{definition.version}, {entity.entity_id}"
        on_days = history_differences(timeline, history.get(key, []), scorer.as_of)
        for on, what in sorted(on_days.items()):
            if timeline[0].day <= on <= scorer.last_day:
                what += f"\n    {scorer.explain(definition, entity, on)}"
            differences.append(Difference(who, f"on {on}: {what}"))
        right, built = ledger_of(timeline), ledger.get(key, {})
        for change in sorted(right.keys() | built.keys()):
            if change[0] <= scorer.last_day and right.get(change) != built.get(change):
                what = f"{change}: built {built.get(change)}, scorer {right.get(change)}"
                differences.append(Difference(f"ledger of {who}", what))
    strangers = (history.keys() | ledger.keys()) - known
    differences += [Difference(str(key), "unknown to the scorer") for key in strangers]
    return differences


def summary(differences: Sequence[Difference]) -> str:
    """How many there are, and the first of each of a few entities."""
    firsts = {found.who: found.what for found in reversed(differences)}
    shown = [f"{who} {firsts[who]}" for who in reversed(firsts)][:8]
    return f"{len(differences)} differences, such as\n" + "\n".join(shown)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("as_of", "decay_step_days"),
    [(None, 7), (LAST_DAY - timedelta(days=21), 1)],
    ids=["at the watermark", "on a past day"],
)
def test_the_build_equals_the_scorer(
    build: Build, case: Case, as_of: date | None, decay_step_days: int
) -> None:
    variables = {"projection_days": PROJECTION_DAYS, "decay_step_days": decay_step_days}
    built = build(case.raw, case.config, as_of=as_of, variables=variables)
    assert built.returncode == 0, built.output
    scorer = Scorer(case.raw, case.config, MAIL_DOMAINS, as_of, **variables)

    excluded = built.query("select distinct entity_type, entity_id from pql.excluded_entities")
    assert {Entity(*row) for row in excluded} == scorer.identity.excluded
    differences = differences_of(scorer, read_history(built), read_ledger(built))
    if differences:
        pytest.fail(f"PQL_SEED={case.seed}: {summary(differences)}", pytrace=False)


def test_the_comparison_sees_every_kind_of_difference() -> None:
    scorer = score(
        [event("log_in"), event("log_in", 3)],
        [signal("today", window_days="1")],
        [rule("today", "10")],
        {"score_threshold": "10"},
    )
    key: Key = ("d", 1, ANN)
    timeline = scorer.timeline(scorer.definitions[0], ANN)
    periods = [
        Period(day(0), day(1), Decimal("10.00"), True, True, False),
        Period(day(1), day(3), Decimal("0.00"), True, False, False),
        Period(day(3), day(4), Decimal("10.00"), True, True, False),
        Period(day(4), None, Decimal("0.00"), True, False, True),
    ]
    ledger = {key: ledger_of(timeline)}
    assert differences_of(scorer, {key: periods}, ledger) == []

    def count(number: int, **changes: Any) -> int:
        changed = [*periods]
        changed[number] = periods[number]._replace(**changes)
        return len(differences_of(scorer, {key: changed}, ledger))

    assert count(1, score=Decimal("0.01")) == 2
    assert count(1, is_eligible=False) == 2
    assert count(2, is_qualified=False) == 1
    assert count(3, is_projected=False) == 1
    assert count(1, valid_to=day(2)) == 1
    assert count(1, valid_to=day(4)) == 1
    assert count(0, valid_from=day(-1)) == 1
    assert count(3, valid_to=day(30)) == len(timeline) - 30
    assert len(differences_of(scorer, {}, ledger)) == len(timeline)
    stranger: Key = ("d", 2, ANN)
    assert len(differences_of(scorer, {key: periods, stranger: periods}, ledger)) == 1
    assert len(differences_of(scorer, {key: periods}, {})) == 4
