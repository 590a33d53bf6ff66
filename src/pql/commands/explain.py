"""Explain one account or user: who it is, what was counted, how it scores, and what comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

from pql import queries
from pql.commands.show import next_steps
from pql.console import Answer, heading
from pql.database import Row, rows
from pql.errors import PqlError
from pql.formatting import clean, counted, entry, plain_number, shortened
from pql.project import database_path
from pql.reading import is_server, reading

MOST_USERS = 12
MOST_CHOICES = 5

QUERIES = queries.read("explain")

Answers = Callable[..., list[Row]]  # to a query, with the values that it names


@dataclass(frozen=True)
class Subject:
    """Whom the explanation is about, and on which day."""

    answers: Answers = field(repr=False)
    entity_type: str
    entity_id: str
    on_day: date
    as_of_date: date
    is_rebuild: bool

    @property
    def is_as_of(self) -> bool:
        """Whether the day is the one that the build tells all of."""
        return self.on_day == self.as_of_date

    def read(self, query: str, **values: object) -> list[Row]:
        """Run a query that may name the entity and the day."""
        own = {"entity_type": self.entity_type, "entity_id": self.entity_id, "on_day": self.on_day}
        return self.answers(query, **own, **values)


@dataclass(frozen=True)
class Standing:
    """How the subject stands under one version of a definition on its day."""

    definition: Row
    score: Decimal
    is_eligible: bool
    is_qualified: bool
    stage: str
    lead: Row | None  # its row of pql_accounts or pql_users, which is about the as-of date alone
    rules: dict[str, Row]
    fit_rules: list[Row]
    conditions: set[tuple[str, str]]
    history: list[Row] = field(repr=False)
    changes: list[Row] = field(repr=False)


@dataclass(frozen=True)
class Check:
    """One thing that a definition asks for, and whether it holds."""

    holds: bool
    text: str

    def line(self) -> str:
        """Write it as a line of a list."""
        return entry("yes" if self.holds else "no", self.text, ">")


# --- whom -----------------------------------------------------------------------------------------


def find(answers: Answers, who: str) -> tuple[str, str]:
    """Return the one entity that is known by an id, a mail address, a domain or a name."""
    matches = answers(QUERIES["matches"], who=who)
    own_ids = [match for match in matches if match["is_own_id"]]
    if len(own_ids or matches) == 1:
        match = (own_ids or matches)[0]
        return match["entity_type"], match["entity_id"]
    name = clean(who)
    if matches:
        raise PqlError(f"{name} may be any of these, so name one: {choices(matches)}")
    nearest = answers(QUERIES["nearest"], who=who)
    if nearest:
        raise PqlError(f"{name} is not known; the nearest are {choices(nearest)}")
    raise PqlError(
        f"{name} is not known, and nothing is like it; give an id, a mail address, a domain or the "
        "name of an account"
    )


def choices(matches: Sequence[Row]) -> str:
    """Name a few entities as they can be asked for."""
    named = [
        f"{clean(match['entity_type'])}:{clean(match['entity_id'])}"
        + (f" ({clean(match['label'])})" if match["label"] else "")
        for match in matches[:MOST_CHOICES]
    ]
    rest = len(matches) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")


def identity_lines(subject: Subject) -> list[str]:
    """Say who the subject is, which ids lead to it, and whether it is included."""
    (known,) = subject.read(QUERIES[subject.entity_type])
    domain = f"{known['domain'] or 'none known'} ({known['domain_type']})"
    lines = ["Who", entry(subject.entity_type, subject.entity_id)]
    if known["name"]:
        lines.append(entry("name" if subject.entity_type == "account" else "email", known["name"]))
    lines.append(entry("domain", domain))
    if subject.entity_type == "user":
        account = " · ".join(filter(None, [known["account_id"], known["account_name"]]))
        lines += [
            entry("job title", known["job_title"] or "none known"),
            entry("account", account or "none known"),
        ]
    else:
        users = subject.read(QUERIES["users"])
        lines.append(entry("users", people(users)))
    links = [
        f"{link['from_id']} (over {counted(link['link_count'], 'link')})"
        for link in subject.read(QUERIES["links"])
    ]
    lines.append(entry("other ids", ", ".join(links) or "none"))
    excluded = [row["reason"] for row in subject.read(QUERIES["exclusion"])]
    lines.append(entry("included", f"no: {excluded[0]}" if excluded else "yes"))
    return lines


def people(users: Sequence[Row]) -> str:
    """Name the users of an account, and how many are excluded."""
    if not users:
        return "none"
    names = [user["user_id"] for user in users[:MOST_USERS]]
    if len(users) > MOST_USERS:
        names.append("...")
    excluded = sum(user["exclusion_reason"] is not None for user in users)
    note = f"; {excluded} of them excluded" if excluded else ""
    return f"{len(users)}: {', '.join(names)}{note}"


# --- events ---------------------------------------------------------------------------------------


def event_lines(subject: Subject) -> list[str]:
    """Say which events count, which do not, and why."""
    events = subject.read(QUERIES["counted"])
    counting = [row for row in events if not row["is_later"] and not row["is_excluded"]]
    staff = sum(row["event_count"] for row in events if row["is_excluded"] and not row["is_later"])
    later = sum(row["event_count"] for row in events if row["is_later"])
    lines = [
        f"Events accepted up to {subject.on_day}: {sum(row['event_count'] for row in counting):,}",
        *shortened(
            [
                entry(f"{row['event_count']:,}", f"{row['event_name']}, {span(row)}", ">")
                for row in counting
            ],
            "kind",
        ),
    ]
    set_aside = subject.read(QUERIES["set_aside"])
    lines.append(f"Rows set aside: {sum(row['row_count'] for row in set_aside):,}")
    lines += [
        entry(f"{row['row_count']:,}", f"{row['reason']}, {span(row)}", ">") for row in set_aside
    ]
    if staff:
        lines.append(f"Not counted: {counted(staff, 'event')} of people who are excluded")
    if later:
        lines.append(f"Not counted here: {counted(later, 'event')} after {subject.on_day}")
    return lines


def span(row: Row) -> str:
    """Say from when to when."""
    if row["first_on"] is None:
        return "no date"
    if row["first_on"] == row["last_on"]:
        return str(row["first_on"])
    return f"{row['first_on']} to {row['last_on']}"


# --- one definition -------------------------------------------------------------------------------


def definition_lines(subject: Subject, definition: Row, stage: str) -> list[str]:
    """Say how the subject stands under one version of a definition, and why."""
    title = (
        f"{definition['definition_id']} v{definition['definition_version']}"
        f" ({definition['status']}): {clean(definition['definition_name'])}"
    )
    standing = read_standing(subject, definition, stage)
    return [
        title,
        verdict(subject, standing),
        *step_lines(standing),
        *sum_lines(subject, standing),
        "  what it asks for:",
        *(check.line() for check in [*eligibility(standing), *merits(standing)]),
        *next_lines(subject, standing),
    ]


def read_standing(subject: Subject, definition: Row, stage: str) -> Standing:
    """Read all that is known of the subject under one version of a definition."""
    version = version_of(definition)
    key = {"definition_key": definition["definition_key"]}
    history = subject.read(QUERIES["history"], **version)
    (current,) = (period for period in history if covers(period, subject.on_day))
    lead = (
        subject.read(QUERIES[f"{subject.entity_type}_lead"], **version) if subject.is_as_of else []
    )
    return Standing(
        definition=definition,
        score=current["score"],
        is_eligible=current["is_eligible"],
        is_qualified=current["is_qualified"],
        stage=stage,
        lead=lead[0] if lead else None,
        rules={rule["rule_id"]: rule for rule in subject.read(QUERIES["rules"], **key)},
        fit_rules=subject.read(QUERIES["fit_rules"], **key),
        conditions={tuple(row.values()) for row in subject.read(QUERIES["conditions"], **key)},
        history=history,
        changes=subject.read(QUERIES["changes"], **version),
    )


def version_of(definition: Row) -> Row:
    """Return what names a version of a definition in the marts."""
    return {name: definition[name] for name in ("definition_id", "definition_version")}


def covers(period: Row, day: date) -> bool:
    """Tell whether a day lies in a period."""
    return period["valid_from"] <= day and (period["valid_to"] is None or day < period["valid_to"])


def verdict(subject: Subject, standing: Standing) -> str:
    """Say whether the subject is qualified, since when, and why or why not."""
    turn = last_turn(subject, standing)
    lead = standing.lead or {}
    if standing.is_qualified:
        raised = " (raised a hand)" if lead.get("qualified_by") == "hand_raise" else ""
        return entry("qualified", f"since {turn}{raised}")
    if not standing.is_eligible:
        text = f"not eligible: {lead.get('ineligible_reason') or lacking(eligibility(standing))}"
    else:
        text = lead.get("gap_to_qualify") or f"lacking: {lacking(merits(standing))}"
    return entry("not qualified", f"{text}; lapsed on {turn}" if turn else text)


def step_lines(standing: Standing) -> list[str]:
    """Say what happens to a lead next."""
    if not (standing.lead and standing.is_qualified):
        return []
    return [entry("next", step) for step in next_steps(standing.lead)]


def last_turn(subject: Subject, standing: Standing) -> str:
    """Say when it last became qualified or ceased to be, and why where that is known."""
    turned_on, was_qualified = None, False
    for period in standing.history:
        if period["valid_from"] <= subject.on_day and period["is_qualified"] != was_qualified:
            turned_on, was_qualified = period["valid_from"], period["is_qualified"]
    reasons = {
        turn["transition_on"]: turn["trigger_reason"]
        for turn in subject.read(QUERIES["transitions"], **version_of(standing.definition))
    }
    return ": ".join(filter(None, [str(turned_on or ""), reasons.get(turned_on)]))


def lacking(found: Sequence[Check]) -> str:
    """Name what does not hold."""
    return (
        "; ".join(check.text for check in found if not check.holds)
        or "it has to hold for more days"
    )


def sum_lines(subject: Subject, standing: Standing) -> list[str]:
    """List every line of the sum, and what they add up to."""
    version = version_of(standing.definition)
    reasons = subject.read(QUERIES["reasons"], **version) if subject.is_as_of else []
    if reasons:
        lines = [(row["points"], reason_text(row)) for row in reasons]
        note = ""
    else:
        lines = ledger(standing, subject.on_day)
        note = ", of which the points alone are kept"
        if subject.on_day < subject.as_of_date:
            note += f"; for the counts: pql build --as-of {subject.on_day}"
    total = sum((points for points, _ in lines), Decimal(0))
    floored = "" if total >= 0 else ", and a score is never below 0"
    return [
        f"  the sum on {subject.on_day}{note}:",
        *(entry(signed(points), text, ">") for points, text in lines),
        entry(plain_number(total), f"in all{floored}", ">"),
    ]


def reason_text(row: Row) -> str:
    """Say what a line of the sum is for; for a rule also how much was asked."""
    if row["source"] != "rule":
        return f"{row['reason']} ({row['source']})"
    minimum = "an unknown number" if row["minimum"] is None else plain_number(row["minimum"])
    met = "" if row["is_met"] else "not met: "
    needs = f"{row['rule_id']}: {plain_number(row['value'])}, needs {minimum}"
    if row["awards"] and row["awards"] > 1:
        needs += f", counted {row['awards']} times"
    return f"{met}{row['reason']} ({needs})"


def ledger(standing: Standing, day: date) -> list[tuple[Decimal, str]]:
    """Add up the changes of each line through a day."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for change in standing.changes:
        if change["changed_on"] <= day:
            sums[change["source"], change["rule_id"]] += change["delta"]
    lines = [(points, line_name(standing, *line)) for line, points in sums.items() if points]
    return sorted(lines, key=lambda line: (-line[0], line[1]))


def line_name(standing: Standing, source: str, rule_id: str) -> str:
    """Name a line of the sum, in plain English where it is known."""
    if source == "rule" and rule_id in standing.rules:
        return f"{standing.rules[rule_id]['signal_name']} ({rule_id})"
    if source == "cap":
        return f"the cap on {rule_id}"
    if source == "decay":
        return "weeks without activity"
    wordings = {rule["fit_rule_id"]: rule["wording"] for rule in standing.fit_rules}
    return f"{wordings.get(rule_id, rule_id)} ({source})"


def signed(points: Decimal) -> str:
    """Write points with their sign."""
    return f"+{plain_number(points)}" if points > 0 else plain_number(points)


# --- what a definition asks for -------------------------------------------------------------------


def eligibility(standing: Standing) -> list[Check]:
    """Check who the subject is: its stage, the gates, and what disqualifies."""
    return [*stage_checks(standing), *gate_checks(standing), *disqualifier_checks(standing)]


def stage_checks(standing: Standing) -> list[Check]:
    """Check the stage, and that the product line is not bought yet."""
    audience = standing.definition["audience"].split("|")
    text = f"stage is {standing.stage} (it is for {listed(audience)})"
    found = [Check(standing.stage in audience, text)]
    line = standing.definition["product_line"]
    if line:
        owned = ("owned_line", line) in standing.conditions
        found.append(Check(not owned, f"{'pays' if owned else 'does not pay'} for {line}"))
    return found


def gate_checks(standing: Standing) -> list[Check]:
    """Check each group of gates, of which one must pass."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for rule in standing.fit_rules:
        if rule["effect"] == "gate":
            groups[rule["gate_group"]].append(rule)
    return [
        Check(any(rule["is_met"] for rule in gates), " or ".join(map(worded, gates)))
        for gates in groups.values()
    ]


def disqualifier_checks(standing: Standing) -> list[Check]:
    """Check that nothing disqualifies."""
    found = [
        (rule["is_met"], worded(rule))
        for rule in standing.fit_rules
        if rule["effect"] == "disqualify"
    ]
    found += [
        (("disqualified", rule["rule_id"]) in standing.conditions, rule["signal_name"])
        for rule in standing.rules.values()
        if rule["effect"] == "disqualify"
    ]
    met = [wording for is_met, wording in found if is_met]
    if met or not found:
        return [Check(False, f"disqualified: {wording}") for wording in met]
    return [Check(True, "none of these: " + "; ".join(wording for _, wording in found))]


def merits(standing: Standing) -> list[Check]:
    """Check the score, what is required and recent activity; or a hand-raise in their place."""
    raised = [
        rule["signal_name"]
        for rule in standing.rules.values()
        if ("hand_raise", rule["rule_id"]) in standing.conditions
    ]
    if raised:
        return [Check(True, f"raised a hand: {listed(raised)}; that stands for all the rest")]
    found = []
    threshold = standing.definition["score_threshold"]
    if threshold is not None:
        text = f"score {plain_number(standing.score)} of {plain_number(threshold)}"
        found.append(Check(standing.score >= threshold, text))
    groups: dict[str, list[str]] = defaultdict(list)
    for rule in standing.rules.values():
        if rule["requirement_group"]:
            groups[rule["requirement_group"]].append(rule["signal_name"])
    for group, names in groups.items():
        holds = ("requirement", group) in standing.conditions
        found.append(Check(holds, f"must have: {listed(names)}"))
    days = standing.definition["active_within_days"]
    if days is not None:
        active = any(kind == "active" for kind, _ in standing.conditions)
        found.append(Check(active, f"active in the last {counted(days, 'day')}"))
    return found


def worded(rule: Row) -> str:
    """Word a fit rule with the value that decides."""
    return f"{rule['wording']} ({rule['attribute']}: {rule['known_value'] or 'unknown'})"


def listed(words: Iterable[str]) -> str:
    """Join alternatives."""
    return " or ".join(words)


# --- what comes next ------------------------------------------------------------------------------


def next_lines(subject: Subject, standing: Standing) -> list[str]:
    """List what changes after the day: as it happened, then as it will if nothing more happens."""
    deltas: dict[date, list[str]] = defaultdict(list)
    for change in standing.changes:
        if change["changed_on"] > subject.on_day:
            name = line_name(standing, change["source"], change["rule_id"])
            deltas[change["changed_on"]].append(f"{signed(change['delta'])} {name}")
    happened, projected = [], []
    before = (standing.is_eligible, standing.is_qualified)
    for period in standing.history:
        if period["valid_from"] <= subject.on_day:
            continue
        after = (period["is_eligible"], period["is_qualified"])
        parts = [*deltas[period["valid_from"]], *turns_in_words(before, after)]
        text = f"score {plain_number(period['score'])}: {'; '.join(parts) or 'back from below 0'}"
        line = entry(str(period["valid_from"]), text)
        (projected if period["is_projected"] else happened).append(line)
        before = after
    return [
        *section("  what happened then:", happened),
        *section("  what comes if nothing more happens:", projected),
    ]


def section(title: str, lines: Sequence[str]) -> list[str]:
    """Head some lines with a title, if there are any."""
    return [title, *shortened(lines, "change")] if lines else []


def turns_in_words(before: tuple[bool, bool], after: tuple[bool, bool]) -> list[str]:
    """Say which of eligible and qualified begins or ends."""
    return [
        f"{'now' if then else 'no longer'} {word}"
        for word, was, then in zip(("eligible", "qualified"), before, after, strict=True)
        if was != then
    ]


# --- all of it ------------------------------------------------------------------------------------


def explanation(subject: Subject) -> Answer:
    """Explain the subject on its day."""
    title = f"{subject.entity_type} {clean(subject.entity_id)} on {subject.on_day}"
    if subject.on_day > subject.as_of_date:
        title += f", if nothing more happens after {subject.as_of_date}"
    elif subject.is_rebuild:
        title += ", as `pql build --as-of` rebuilt that day"
    elif not subject.is_as_of:
        title += f", as known on {subject.as_of_date}"
    parts = [[title], identity_lines(subject), event_lines(subject)]
    stages = subject.read(QUERIES["stage"])
    definitions = subject.read(QUERIES["definitions"])
    if not stages:
        parts.append(["Not scored that day: it is excluded, or had no accepted event yet."])
    elif not definitions:
        parts.append([f"Not scored: no definition is about {subject.entity_type}s."])
    else:
        stage = stages[0]["stage"]
        parts += [definition_lines(subject, definition, stage) for definition in definitions]
    return [
        line
        for number, (first, *lines) in enumerate(parts)
        for line in ([""] if number else []) + [heading(first), *lines]
    ]


def explain(who: str, on_day: date | None, target: str = "") -> Answer:
    """Find whom it is about, check the day, and explain.

    Args:
        who: what the entity is known by.
        on_day: the day; none: the latest. Where that very day was rebuilt, the rebuild is read.
        target: the target of the profile that is read; blank: DuckDB's.
    """
    is_rebuild = bool(not is_server(target) and on_day and database_path(on_day).exists())
    with reading(target, on_day if is_rebuild else None, QUERIES.values()) as connection:
        answers = partial(rows, connection)
        (as_of,) = answers(QUERIES["as_of"])
        if as_of["as_of_date"] is None:
            raise PqlError("no event was accepted yet; event_rejects has those set aside, and why")
        on_day = on_day or as_of["as_of_date"]
        if on_day > as_of["horizon_date"]:
            raise PqlError(f"--on {on_day}: nothing is known after {as_of['horizon_date']}")
        entity_type, entity_id = find(answers, who)
        subject = Subject(answers, entity_type, entity_id, on_day, as_of["as_of_date"], is_rebuild)
        return explanation(subject)
