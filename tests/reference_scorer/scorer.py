"""A brute-force scorer: what DESIGN sections 4, 5 and 6 promise, worked out one day at a time.

It shares no code with the models and knows nothing of steps, timelines or SQL. It takes the raw
tables and the config tables as rows of text cells, as a CSV holds them (blank: empty string), and
for any definition version and entity says, for every day from the entity's first active day through
the end of the projection: the score, whether it is eligible, whether it is qualified, and why.

Nothing here is clever, on purpose. Where two readings of a sentence are possible, the one taken is
stated beside the code.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache
from typing import NamedTuple

Row = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]

ZERO = Decimal(0)
CENT = Decimal("0.01")
MICRO = Decimal("0.000001")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
WHOLE_NUMBER = re.compile(r"[+-]?\d+")

# ---------------------------------------------------------------------------------------------
# Cells
# ---------------------------------------------------------------------------------------------


# What stands in place of an id and names nobody, in any case; nor do zeros and hyphens alone.
PLACEHOLDERS = set(
    "anonymous guest distinctid distinct_id id not_authenticated email undefined true false nan "
    "none null nil n/a unknown test not_set user_id -1".split()
) | {"[object object]", "(not set)"}
IDS = {
    *("user_id", "anonymous_id", "account_id", "entity_id", "from_id", "to_user_id"),
    *("from_account_id", "to_account_id"),
}


def cell(row: Row, column: str) -> str:
    """The text of a cell; a missing column is blank, and so is an id that names nobody."""
    text = row.get(column) or ""
    if column in IDS and (text.lower() in PLACEHOLDERS or not text.strip("0-")):
        return ""
    return text


def moment(text: str) -> datetime | None:
    """An ISO 8601 time as UTC without an offset, or None when it cannot be read."""
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.astimezone(UTC).replace(tzinfo=None) if parsed.tzinfo else parsed
    except (ValueError, OverflowError):
        return None


def day_of(text: str) -> date | None:
    """The UTC date of a time outside events; blank is None, anything unreadable is an error."""
    if not text:
        return None
    parsed = moment(text)
    if parsed is None:
        raise ValueError(f"unreadable time outside events: {text!r}")
    return parsed.date()


def number(text: str) -> Decimal | None:
    """A decimal(28,6), or None when the text is not a number."""
    if not NUMBER.fullmatch(text):
        return None
    return Decimal(text).quantize(MICRO, ROUND_HALF_UP)


def cell_number(row: Row, column: str) -> Decimal | None:
    """A number cell of the configuration; blank is None."""
    text = cell(row, column)
    return Decimal(text) if text else None


def cell_days(row: Row, column: str) -> int | None:
    """A whole-number cell of the configuration; blank is None."""
    text = cell(row, column)
    return int(text) if text else None


def items(text: str) -> list[str]:
    """The parts of a `|` list."""
    return text.split("|") if text else []


# ---------------------------------------------------------------------------------------------
# Events: rejected, duplicate or accepted
# ---------------------------------------------------------------------------------------------

STRUCTURE = object()  # stands for a JSON object or array: there, but not a value


@dataclass(frozen=True)
class Event:
    """An accepted event, with its actor and account as they stand in the raw row."""

    day: date
    name: str
    actor: str
    account: str
    count: int
    properties: Mapping[str, object]  # text of the scalar, STRUCTURE, or None
    occurred_at: datetime
    received_at: datetime


@dataclass(frozen=True)
class Cleaned:
    """The accepted events, and how many raw rows were set aside for each reason."""

    accepted: list[Event]
    set_aside: Counter[str]


def read_properties(text: str) -> dict[str, object] | None:
    """A JSON object's top-level values as text, or None when the text is not a JSON object."""
    if not text:
        return {}

    def unreadable(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    try:
        parsed = json.loads(text, parse_int=str, parse_float=str, parse_constant=unreadable)
    except ValueError:
        return None
    if not isinstance(parsed, dict):
        return None
    return {name: scalar(value) for name, value in parsed.items()}


def scalar(value: object) -> object:
    """A JSON scalar as text (numbers come in as text already)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return STRUCTURE if isinstance(value, dict | list) else value


def reject_reason(row: Row, max_clock_skew_hours: int, earliest_event_date: date) -> str | None:
    """The first reason that holds, in the order of DESIGN section 4."""
    if not cell(row, "event_name"):
        return "missing_event_name"
    actors = ("user_id", "anonymous_id", "account_id")
    if not any(row.get(column) for column in actors):
        return "missing_actor"
    if not any(cell(row, column) for column in actors):
        return "placeholder_id"
    occurred_at = moment(cell(row, "occurred_at"))
    received_at = moment(cell(row, "received_at") or cell(row, "occurred_at"))
    if occurred_at is None or received_at is None:
        return "invalid_timestamp"
    if occurred_at > received_at + timedelta(hours=max_clock_skew_hours):
        return "future_timestamp"
    if occurred_at.date() < earliest_event_date:
        return "implausible_timestamp"
    if read_properties(cell(row, "properties")) is None:
        return "invalid_properties"
    return None


def event_of(row: Row) -> Event:
    """An accepted row as an event; a blank or unreadable event_count is 1."""
    occurred_at = moment(cell(row, "occurred_at"))
    received_at = moment(cell(row, "received_at") or cell(row, "occurred_at"))
    properties = read_properties(cell(row, "properties"))
    assert occurred_at is not None and received_at is not None and properties is not None
    count = cell(row, "event_count")
    return Event(
        day=occurred_at.date(),
        name=cell(row, "event_name"),
        actor=cell(row, "user_id") or cell(row, "anonymous_id"),
        account=cell(row, "account_id"),
        count=int(count) if WHOLE_NUMBER.fullmatch(count) else 1,
        properties=properties,
        occurred_at=occurred_at,
        received_at=received_at,
    )


def clean(rows: Iterable[Row], max_clock_skew_hours: int, earliest_event_date: date) -> Cleaned:
    """Reject, then keep the first received of each event id and UTC date."""
    set_aside: Counter[str] = Counter()
    namesakes: dict[tuple[object, date], list[Row]] = defaultdict(list)
    for row in rows:
        reason = reject_reason(row, max_clock_skew_hours, earliest_event_date)
        if reason:
            set_aside[reason] += 1
        else:
            identity = cell(row, "event_id") or tuple(sorted(row.items()))
            namesakes[identity, event_of(row).day].append(row)
    accepted = []
    for same in namesakes.values():
        first = min(event_of(row).received_at for row in same)
        candidates = [row for row in same if event_of(row).received_at == first]
        if any(row != candidates[0] for row in candidates):
            # Which of them has the smallest hash is the database's business, not the scorer's.
            raise ValueError(f"unlike rows, received at the same time: {candidates}")
        accepted.append(event_of(candidates[0]))
        set_aside["duplicate"] += len(same) - 1
    return Cleaned(accepted, set_aside)


# ---------------------------------------------------------------------------------------------
# Mail domains
# ---------------------------------------------------------------------------------------------


def mail_domain(email: str) -> str:
    """The domain of a mail address, in lower case; blank when there is none."""
    return email.rpartition("@")[2].lower() if "@" in email else ""


def domain_type(domain: str, special: Mapping[str, str], listed: Mapping[str, str]) -> str:
    """A special domain's type, else a listed one's, else `business`; subdomains count.

    Of several domains that fit, the most specific decides.
    """
    labels = domain.lower().split(".")
    parents = [".".join(labels[start:]) for start in range(len(labels))]
    for kinds in (special, listed):
        for parent in parents:
            if parent in kinds:
                return kinds[parent]
    return "business" if domain else "unknown"


# ---------------------------------------------------------------------------------------------
# Identity: today's, applied to all of history
# ---------------------------------------------------------------------------------------------


class Entity(NamedTuple):
    """A user or an account of the resolved identity."""

    entity_type: str
    entity_id: str


def holding_links(rows: Iterable[Row], source: str, target: str) -> dict[str, str]:
    """Of several links from one id the latest; ties: smallest target. Self-links are ignored."""
    links: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for row in rows:
        named = cell(row, source) and cell(row, target)
        if named and cell(row, source) != cell(row, target):
            linked_at = moment(cell(row, "linked_at")) or datetime.min  # blank: earliest
            links[cell(row, source)].append((linked_at, cell(row, target)))
    return {
        source_id: min(to for linked_at, to in found if linked_at == max(found)[0])
        for source_id, found in links.items()
    }


def follow(links: Mapping[str, str], start: str) -> str:
    """The end of a chain of links; an id that no link resolves is its own end."""
    seen = [start]
    while seen[-1] in links:
        seen.append(links[seen[-1]])
        if seen[-1] in seen[:-1]:
            raise ValueError(f"cycle of links: {seen}")
    return seen[-1]


class Identity:
    """Who is who: actors to users, users to accounts, and who takes no part."""

    def __init__(
        self,
        raw: Tables,
        config: Tables,
        listed_domains: Mapping[str, str],
        events: Sequence[Event],
        watermark_date: date,
    ) -> None:
        self._user_links = holding_links(raw.get("identity_links", []), "from_id", "to_user_id")
        self._account_links = holding_links(
            raw.get("account_links", []), "from_account_id", "to_account_id"
        )
        self._special = {
            cell(row, "domain").lower(): cell(row, "domain_type")
            for row in config.get("special_domains", [])
        }
        self._listed = listed_domains
        # Of merged ones only the survivor's own row counts.
        self.user_rows = {
            cell(row, "user_id"): row
            for row in raw["users"]
            if cell(row, "user_id") and self.user(cell(row, "user_id")) == cell(row, "user_id")
        }
        self.account_rows = {
            cell(row, "account_id"): row
            for row in raw.get("accounts", [])
            if cell(row, "account_id")
            and self.account(cell(row, "account_id")) == cell(row, "account_id")
        }
        # Links are followed last, so a merged account's domain still leads to the survivor.
        self._accounts_with_domain: dict[str, list[str]] = defaultdict(list)
        for row in raw.get("accounts", []):
            if cell(row, "domain") and cell(row, "account_id"):
                self._accounts_with_domain[cell(row, "domain").lower()].append(
                    cell(row, "account_id")
                )
        self._named: dict[str, list[tuple[date, str]]] = defaultdict(list)
        for event in events:
            if event.actor and event.account:
                self._named[self.user(event.actor)].append((event.day, event.account))
        self._account_of: dict[str, str | None] = {}
        self.excluded = self._find_excluded(config.get("overrides", []), watermark_date)
        self.users_of: dict[str, list[str]] = defaultdict(list)
        active = {self.user(event.actor) for event in events if event.actor}
        for user in sorted(active | self.user_rows.keys()):
            account = self.account_of(user)
            if account and Entity("user", user) not in self.excluded:
                self.users_of[account].append(user)

    def _find_excluded(self, overrides: Iterable[Row], today: date) -> set[Entity]:
        """Staff, and those excluded by hand; `until` is the last day of an override."""
        staff = {
            Entity("user", user)
            for user in self.user_rows
            if self.domain_type(Entity("user", user)) == "internal"
        }
        by_hand = {
            Entity(cell(row, "entity_type"), cell(row, "entity_id"))
            for row in overrides
            if cell(row, "effect") == "exclude"
            and (not cell(row, "until") or date.fromisoformat(cell(row, "until")) >= today)
        }
        return staff | by_hand

    def user(self, actor: str) -> str:
        """The user behind a user id or anonymous id."""
        return follow(self._user_links, actor)

    def account(self, account_id: str) -> str:
        """The surviving account."""
        return follow(self._account_links, account_id)

    def account_of(self, user: str) -> str | None:
        """The account of a resolved user."""
        if user not in self._account_of:
            self._account_of[user] = self._find_account_of(user)
        return self._account_of[user]

    def _find_account_of(self, user: str) -> str | None:
        row = self.user_rows.get(user, {})
        if cell(row, "account_id"):
            return self.account(cell(row, "account_id"))
        named = self._named[user]
        if named:
            latest = max(day for day, account in named)
            return self.account(min(account for day, account in named if day == latest))
        domain = mail_domain(cell(row, "email"))
        if domain and self._type_of(domain) not in ("free", "disposable", "education"):
            owners = self._accounts_with_domain[domain]
            return self.account(min(owners)) if owners else None
        return None

    def domain_type(self, entity: Entity) -> str:
        """The type of an account's domain, or of the domain of a user's own mail."""
        if entity.entity_type == "account":
            return self._type_of(cell(self.account_rows.get(entity.entity_id, {}), "domain"))
        return self._type_of(mail_domain(cell(self.user_rows.get(entity.entity_id, {}), "email")))

    def _type_of(self, domain: str) -> str:
        return domain_type(domain, self._special, self._listed)


# ---------------------------------------------------------------------------------------------
# Configuration
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signal:
    signal_id: str
    category: str
    event_names: list[str]
    property_name: str
    property_operator: str
    property_value: str
    measure: str
    measure_property: str
    window_days: int | None


@dataclass(frozen=True)
class Rule:
    rule_id: str
    signal: Signal
    effect: str
    min_value: Decimal
    min_value_of: str
    points: Decimal
    max_awards: int
    half_life_days: Decimal | None
    requirement_group: str


@dataclass(frozen=True)
class FitRule:
    fit_rule_id: str
    attribute: str
    operator: str
    value: str
    effect: str
    points: Decimal
    gate_group: str
    passes_when_missing: bool


@dataclass(frozen=True)
class Definition:
    definition_id: str
    version: int
    entity_type: str
    audience: list[str]
    product_line: str
    score_threshold: Decimal | None
    decay_points_per_week: Decimal
    active_within_days: int | None
    promote_after_days: int
    demote_after_days: int
    rules: list[Rule] = field(repr=False)
    fit_rules: list[FitRule] = field(repr=False)
    caps: Mapping[str, Decimal] = field(repr=False)


def read_signal(row: Row) -> Signal:
    return Signal(
        signal_id=cell(row, "signal_id"),
        category=cell(row, "category"),
        event_names=items(cell(row, "event_name")),
        property_name=cell(row, "property_name"),
        property_operator=cell(row, "property_operator"),
        property_value=cell(row, "property_value"),
        measure=cell(row, "measure"),
        measure_property=cell(row, "measure_property"),
        window_days=cell_days(row, "window_days"),
    )


def read_rule(row: Row, signals: Mapping[str, Signal]) -> Rule:
    return Rule(
        rule_id=cell(row, "rule_id"),
        signal=signals[cell(row, "signal_id")],
        effect=cell(row, "effect") or "score",
        min_value=Decimal(cell(row, "min_value")),
        min_value_of=cell(row, "min_value_of"),
        points=cell_number(row, "points") or ZERO,
        max_awards=int(cell(row, "max_awards") or 1),
        half_life_days=cell_number(row, "half_life_days"),
        requirement_group=cell(row, "requirement_group"),
    )


def read_fit_rule(row: Row) -> FitRule:
    return FitRule(
        fit_rule_id=cell(row, "fit_rule_id"),
        attribute=cell(row, "attribute"),
        operator=cell(row, "operator"),
        value=cell(row, "value"),
        effect=cell(row, "effect"),
        points=cell_number(row, "points") or ZERO,
        # A gate without a group stands alone.
        gate_group=cell(row, "gate_group") or f"alone: {cell(row, 'fit_rule_id')}",
        passes_when_missing=cell(row, "when_missing") == "pass",
    )


def read_definitions(config: Tables) -> list[Definition]:
    """Every definition version, whatever its status."""
    signals = {cell(row, "signal_id"): read_signal(row) for row in config["signals"]}

    def rows_of(table: str, definition: Row) -> list[Row]:
        return [
            row
            for row in config.get(table, [])
            if cell(row, "definition_id") == cell(definition, "definition_id")
            and int(cell(row, "version")) == int(cell(definition, "version"))
        ]

    return [
        Definition(
            definition_id=cell(row, "definition_id"),
            version=int(cell(row, "version")),
            entity_type=cell(row, "entity_type"),
            audience=items(cell(row, "audience")),
            product_line=cell(row, "product_line"),
            score_threshold=cell_number(row, "score_threshold"),
            decay_points_per_week=cell_number(row, "decay_points_per_week") or ZERO,
            active_within_days=cell_days(row, "active_within_days"),
            promote_after_days=cell_days(row, "promote_after_days") or 0,
            demote_after_days=cell_days(row, "demote_after_days") or 0,
            rules=[read_rule(rule, signals) for rule in rows_of("definition_rules", row)],
            fit_rules=[read_fit_rule(rule) for rule in rows_of("fit_rules", row)],
            caps={
                cell(cap, "category"): Decimal(cell(cap, "max_points"))
                for cap in rows_of("category_caps", row)
            },
        )
        for row in config["definitions"]
    ]


# ---------------------------------------------------------------------------------------------
# Signals on one day
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Occurrence:
    """Something that happened on a day for an entity: an accepted event or a built-in one."""

    day: date
    name: str
    user: str | None
    count: int = 1
    properties: Mapping[str, object] = field(default_factory=dict)
    is_built_in: bool = False


def matches(signal: Signal, occurrence: Occurrence) -> bool:
    """Whether an occurrence has the signal's name and passes its filter."""
    any_event = "*" in signal.event_names and not occurrence.is_built_in
    if not any_event and occurrence.name not in signal.event_names:
        return False
    if not signal.property_operator:
        return True
    found = occurrence.properties.get(signal.property_name)
    return found is not None and property_holds(
        found, signal.property_operator, signal.property_value
    )


def property_holds(found: object, operator: str, wanted: str) -> bool:
    """A property filter: with case, on the JSON scalar as text."""
    if operator == "exists":
        return True
    if not isinstance(found, str):
        return False
    match operator:
        case "=":
            return found == wanted
        case "!=":
            return found != wanted
        case "in":
            return found in items(wanted)
        case "contains":
            return wanted in found
        case "starts_with":
            return found.startswith(wanted)
    return numbers_hold(found, operator, wanted)


def numbers_hold(found: str, operator: str, wanted: str) -> bool:
    """`>=` or `<=`; never, when either side is not a number."""
    left, right = number(found), number(wanted)
    if left is None or right is None:
        return False
    return left >= right if operator == ">=" else left <= right


def measured(signal: Signal, occurrences: Sequence[Occurrence]) -> Decimal:
    """The signal's value over the occurrences of its window."""
    texts = [
        text
        for occurrence in occurrences
        if isinstance(text := occurrence.properties.get(signal.measure_property), str)
    ]
    match signal.measure:
        case "events":
            return Decimal(sum(occurrence.count for occurrence in occurrences))
        case "days":
            return Decimal(len({occurrence.day for occurrence in occurrences}))
        case "users":
            return Decimal(len({found.user for found in occurrences if found.user}))
        case "distinct_values":
            return Decimal(len(set(texts)))
        case "sum":
            return sum((number(text) or ZERO for text in texts), ZERO)
    raise ValueError(f"unknown measure {signal.measure!r}")


# ---------------------------------------------------------------------------------------------
# Fit and stage on one day
# ---------------------------------------------------------------------------------------------


def fit_holds(found: str, operator: str, wanted: str) -> bool:
    """A fit condition on a known value: without case."""
    left, right = found.lower(), wanted.lower()
    match operator:
        case "exists":
            return True
        case "=":
            return left == right
        case "!=":
            return left != right
        case "in":
            return left in items(right)
        case "not in":
            return left not in items(right)
        case "contains":
            return right in left
    return numbers_hold(found, operator, wanted)


@dataclass(frozen=True)
class Subscription:
    stage: str
    product_line: str
    started_on: date | None
    ended_on: date | None

    def covers(self, day: date) -> bool:
        """From started_at until the day before ended_at; without a start, no day."""
        if self.started_on is None or day < self.started_on:
            return False
        return self.ended_on is None or day < self.ended_on


def stage_on(day: date, subscriptions: Iterable[Subscription]) -> str:
    """paid, else trial, else churned, else free."""
    covering = {found.stage for found in subscriptions if found.covers(day)}
    if "paid" in covering:
        return "paid"
    if "trial" in covering:
        return "trial"
    ended = (found.ended_on for found in subscriptions if found.stage == "paid")
    return "churned" if any(end is not None and end <= day for end in ended) else "free"


# ---------------------------------------------------------------------------------------------
# Scores
# ---------------------------------------------------------------------------------------------


@cache
def fading(points: Decimal, awards: int, age: int, step: int, half_life: Decimal) -> Decimal:
    """Points of a rule with a half-life, rounded half away from zero."""
    with localcontext(prec=60):
        exponent = Decimal(step * (age // step)) / half_life
        return (points * awards * Decimal("0.5") ** exponent).quantize(CENT, ROUND_HALF_UP)


class SignalDay(NamedTuple):
    """A signal on one day: its value over the window, and days since its last event, if any."""

    value: Decimal
    age: int | None


def signal_on(signal: Signal, matching: Sequence[Occurrence], day: date) -> SignalDay:
    """The signal on a day, given all the occurrences that match its name and filter.

    Age looks at the last of them, whatever the window and the value.
    """
    past = [found for found in matching if found.day <= day]
    if not past:
        return SignalDay(ZERO, None)
    in_window = [
        found
        for found in past
        if signal.window_days is None or found.day > day - timedelta(days=signal.window_days)
    ]
    return SignalDay(measured(signal, in_window), (day - max(found.day for found in past)).days)


class RuleLine(NamedTuple):
    """One rule on one day."""

    rule: Rule
    value: Decimal
    minimum: Decimal | None
    awards: int
    points: Decimal

    @property
    def is_met(self) -> bool:
        return self.awards >= 1


class Verdict(NamedTuple):
    """All that a definition says of an entity on one day, but for hysteresis."""

    rules: list[RuleLine]
    fit: Decimal
    cap: Decimal  # at most 0: what the category caps take away
    decay: Decimal
    total: Decimal  # the score before its floor at 0
    idle: int
    stage: str
    is_eligible: bool
    is_hand_raised: bool
    reaches_threshold: bool
    groups_met: bool
    is_active: bool

    @property
    def score(self) -> Decimal:
        return max(ZERO, self.total)

    @property
    def meets(self) -> bool:
        by_score = self.reaches_threshold and self.groups_met and self.is_active
        return self.is_eligible and (self.is_hand_raised or by_score)


class Day(NamedTuple):
    """The outcome of one day."""

    day: date
    is_qualified: bool
    verdict: Verdict


class Scorer:
    """Scores entities of raw tables under the definitions of a config folder.

    mail_domains gives the type (`free`, `disposable`, `education`) of listed mail domains.
    """

    def __init__(
        self,
        raw: Tables,
        config: Tables,
        mail_domains: Mapping[str, str],
        as_of: date | None = None,
        projection_days: int = 180,
        decay_step_days: int = 7,
        max_clock_skew_hours: int = 24,
        earliest_event_date: date = date(2000, 1, 1),
    ) -> None:
        self.cleaned = clean(raw["events"], max_clock_skew_hours, earliest_event_date)
        events = self.cleaned.accepted
        self.watermark = min(
            max(event.occurred_at for event in events),
            max(event.received_at for event in events),
        )
        self.as_of = as_of or self.watermark.date()
        # Timelines run to the end of a month.
        last_month = (self.as_of + timedelta(days=projection_days)).replace(day=1)
        self.last_day = (last_month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        self.decay_step_days = decay_step_days
        self.definitions = read_definitions(config)
        # Today's identity: events after the as-of date shape it too, though they do not count.
        self.identity = Identity(raw, config, mail_domains, events, self.watermark.date())
        self._raw = raw
        self._attributes = self._read_attributes()
        self._occurrences = self._read_occurrences(events)
        self._active_days = {
            entity: sorted({occurrence.day for occurrence in found})
            for entity, found in self._occurrences.items()
        }
        self._subscriptions = {
            entity: self._read_subscriptions(entity) for entity in self._active_days
        }
        # Built-in events are no activity, hence added after the active days are known.
        for entity, found in self._occurrences.items():
            found += self._built_ins(entity)
        self._signal_tables: dict[tuple[str, Entity], dict[date, SignalDay]] = {}
        self._known: dict[tuple[Entity, str, date], list[str]] = {}

    # -- what the raw tables say of an entity --------------------------------------------------

    def _read_occurrences(self, events: Iterable[Event]) -> dict[Entity, list[Occurrence]]:
        """What each entity did up to the as-of date; excluded entities take no part."""
        found: dict[Entity, list[Occurrence]] = defaultdict(list)
        for event in events:
            if event.day > self.as_of:
                continue
            user = self.identity.user(event.actor) if event.actor else None
            if user and Entity("user", user) in self.identity.excluded:
                continue
            occurrence = Occurrence(event.day, event.name, user, event.count, event.properties)
            if user:
                found[Entity("user", user)].append(occurrence)
            account = self._account_of_event(event, user)
            if account and Entity("account", account) not in self.identity.excluded:
                found[Entity("account", account)].append(occurrence)
        return dict(found)

    def _account_of_event(self, event: Event, user: str | None) -> str | None:
        if event.account:
            return self.identity.account(event.account)
        return self.identity.account_of(user) if user else None

    def _read_attributes(self) -> dict[tuple[Entity, str], list[tuple[date, str]]]:
        """Dated values by entity and attribute. Rows that name a merged id are never looked up."""
        found: dict[tuple[Entity, str], list[tuple[date, str]]] = defaultdict(list)
        for row in self._raw.get("attributes", []):
            entity = Entity(cell(row, "entity_type"), cell(row, "entity_id"))
            known_from = day_of(cell(row, "known_from")) or date.min
            found[entity, cell(row, "attribute")].append((known_from, cell(row, "value")))
        return found

    def _names(self, row: Row, entity: Entity) -> bool:
        """Whether the row's user_id or account_id names the entity, links followed."""
        if entity.entity_type == "user":
            user = cell(row, "user_id")
            return bool(user) and self.identity.user(user) == entity.entity_id
        account = cell(row, "account_id")
        return bool(account) and self.identity.account(account) == entity.entity_id

    def _account_entity(self, user: Entity) -> Entity | None:
        account = self.identity.account_of(user.entity_id)
        return Entity("account", account) if account else None

    def _read_subscriptions(self, entity: Entity) -> list[Subscription]:
        """Those that name the entity, and for a user also its account's; each row once."""
        owners = [entity]
        if entity.entity_type == "user" and (account := self._account_entity(entity)):
            owners.append(account)
        return [
            Subscription(
                stage=cell(row, "stage"),
                product_line=cell(row, "product_line"),
                started_on=day_of(cell(row, "started_at")),
                ended_on=day_of(cell(row, "ended_at")),
            )
            for row in self._raw.get("subscriptions", [])
            if any(self._names(row, owner) for owner in owners)
        ]

    def _built_ins(self, entity: Entity) -> list[Occurrence]:
        """Built-in events dated up to the as-of date."""
        dated: list[tuple[str, date | None]] = []
        rows = self.identity.user_rows
        if entity.entity_type == "account":
            rows = self.identity.account_rows
        own_row = rows.get(entity.entity_id, {})
        dated.append(("@signed_up", day_of(cell(own_row, "created_at"))))
        for subscription in self._subscriptions[entity]:
            if subscription.stage in ("trial", "paid"):
                dated.append((f"@{subscription.stage}_started", subscription.started_on))
            dated.append(("@subscription_ended", subscription.ended_on))
        for row in self._raw.get("marketing_leads", []):
            if self._names(row, entity):
                dated.append(("@marketing_qualified", day_of(cell(row, "qualified_at"))))
        user = entity.entity_id if entity.entity_type == "user" else None
        return [
            Occurrence(day, name, user, is_built_in=True)
            for name, day in dated
            if day is not None and day <= self.as_of
        ]

    # -- one day -------------------------------------------------------------------------------

    def entities(self, entity_type: str) -> list[Entity]:
        """Every entity of the type that has done something by the as-of date."""
        return sorted(entity for entity in self._active_days if entity.entity_type == entity_type)

    def days(self, entity: Entity) -> list[date]:
        """From the first active day through the end of the projection."""
        first = self._active_days[entity][0]
        return [first + timedelta(days=n) for n in range((self.last_day - first).days + 1)]

    def idle_days(self, entity: Entity, day: date) -> int:
        """Days since the entity's last accepted event."""
        return (day - max(active for active in self._active_days[entity] if active <= day)).days

    def signal_day(self, signal: Signal, entity: Entity, day: date) -> SignalDay:
        """The signal's value and age on a day, from a table made on first use."""
        key = (signal.signal_id, entity)
        if key not in self._signal_tables:
            matching = [found for found in self._occurrences[entity] if matches(signal, found)]
            self._signal_tables[key] = {
                each: signal_on(signal, matching, each) for each in self.days(entity)
            }
        return self._signal_tables[key][day]

    def known_values(self, entity: Entity, attribute: str, day: date) -> list[str]:
        """The values of an attribute known on a day; none when it is missing.

        Only an account's job_title can have several: those of its users.
        """
        key = (entity, attribute, day)
        if key not in self._known:
            self._known[key] = self._find_values(entity, attribute, day)
        return self._known[key]

    def _find_values(self, entity: Entity, attribute: str, day: date) -> list[str]:
        if attribute == "domain_type":
            return [self.identity.domain_type(entity)]
        if attribute == "job_title" and entity.entity_type == "account":
            return [
                title
                for user in self.identity.users_of[entity.entity_id]
                for title in self.known_values(Entity("user", user), attribute, day)
            ]
        dated = [found for found in self._attributes[entity, attribute] if found[0] <= day]
        if dated:
            text = max(dated)[1]
        elif entity.entity_type == "account":
            text = cell(self.identity.account_rows.get(entity.entity_id, {}), attribute)
        elif attribute == "job_title":
            text = cell(self.identity.user_rows.get(entity.entity_id, {}), attribute)
        else:
            account = self._account_entity(entity)
            return self.known_values(account, attribute, day) if account else []
        return [text] if text else []

    def _rule_line(self, rule: Rule, entity: Entity, day: date) -> RuleLine:
        value, age = self.signal_day(rule.signal, entity, day)
        minimum: Decimal | None = rule.min_value
        if rule.min_value_of:
            factors = [number(text) for text in self.known_values(entity, rule.min_value_of, day)]
            factor = factors[0] if factors else None
            minimum = rule.min_value * factor if factor is not None and factor > 0 else None
        awards = 0
        if minimum is not None:
            awards = max(0, min(rule.max_awards, int(value // minimum)))
        if awards == 0:
            points = ZERO
        elif rule.half_life_days is None:
            points = rule.points * awards
        else:
            assert age is not None, "a rule with awards has an event"
            points = fading(rule.points, awards, age, self.decay_step_days, rule.half_life_days)
        return RuleLine(rule, value, minimum, awards, points)

    def _fit_rule_holds(self, rule: FitRule, entity: Entity, day: date) -> bool | None:
        """Whether the condition holds; None when the attribute is missing."""
        values = self.known_values(entity, rule.attribute, day)
        if not values:
            return None
        return any(fit_holds(value, rule.operator, rule.value) for value in values)

    def verdict(self, definition: Definition, entity: Entity, day: date) -> Verdict:
        """All that the definition says of the entity on the day, but for hysteresis."""
        lines = [self._rule_line(rule, entity, day) for rule in definition.rules]

        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in lines:
            sums[line.rule.signal.category] += line.points
        capped = sums.keys() & definition.caps
        cap = sum((min(ZERO, definition.caps[name] - sums[name]) for name in capped), ZERO)

        fit = ZERO
        fit_disqualifies = False
        gate_groups: dict[str, bool] = {}
        for rule in definition.fit_rules:
            holds = self._fit_rule_holds(rule, entity, day)
            if rule.effect == "points" and holds:
                fit += rule.points
            elif rule.effect == "disqualify" and holds:
                fit_disqualifies = True
            elif rule.effect == "gate":
                passes = rule.passes_when_missing if holds is None else holds
                gate_groups[rule.gate_group] = passes or gate_groups.get(rule.gate_group, False)

        idle = self.idle_days(entity, day)
        decay = -definition.decay_points_per_week * (idle // 7)
        total = sum((line.points for line in lines), ZERO) + cap + fit + decay
        total = total.quantize(CENT, ROUND_HALF_UP)

        subscriptions = self._subscriptions[entity]
        stage = stage_on(day, subscriptions)
        owns_line = bool(definition.product_line) and any(
            found.stage == "paid"
            and found.product_line == definition.product_line
            and found.covers(day)
            for found in subscriptions
        )
        is_eligible = (
            all(gate_groups.values())
            and not fit_disqualifies
            and not any(line.is_met for line in lines if line.rule.effect == "disqualify")
            and stage in definition.audience
            and not owns_line
        )

        threshold, limit = definition.score_threshold, definition.active_within_days
        required = {line.rule.requirement_group for line in lines} - {""}
        met = {line.rule.requirement_group for line in lines if line.is_met}
        return Verdict(
            rules=lines,
            fit=fit,
            cap=cap,
            decay=decay,
            idle=idle,
            stage=stage,
            total=total,
            is_eligible=is_eligible,
            is_hand_raised=any(line.is_met for line in lines if line.rule.effect == "hand_raise"),
            reaches_threshold=threshold is None or max(ZERO, total) >= threshold,
            groups_met=required <= met,
            is_active=limit is None or idle < limit,
        )

    # -- every day -----------------------------------------------------------------------------

    def timeline(self, definition: Definition, entity: Entity) -> list[Day]:
        """Every day of the entity's life under the definition, projection included."""
        timeline = []
        is_qualified = False
        days_met = days_failed = 0
        for day in self.days(entity):
            verdict = self.verdict(definition, entity, day)
            days_met = days_met + 1 if verdict.meets else 0
            days_failed = 0 if verdict.meets else days_failed + 1
            if is_qualified:
                lapses = days_failed > definition.demote_after_days
                is_qualified = verdict.is_eligible and not lapses
            else:
                at_once = verdict.is_eligible and verdict.is_hand_raised
                is_qualified = at_once or days_met > definition.promote_after_days
            timeline.append(Day(day, is_qualified, verdict))
        return timeline

    def timelines(self) -> Iterator[tuple[Definition, Entity, list[Day]]]:
        """The timeline of every definition version and entity of its type."""
        for definition in self.definitions:
            for entity in self.entities(definition.entity_type):
                yield definition, entity, self.timeline(definition, entity)

    def explain(self, definition: Definition, entity: Entity, day: date) -> str:
        """How the day came about: each rule that counts anything, the fit, and what follows."""
        verdict = self.verdict(definition, entity, day)
        parts = [
            f"{line.rule.rule_id} ({line.rule.effect}): {line.value} of {line.minimum},"
            f" age {self.signal_day(line.rule.signal, entity, day).age}"
            f" -> {line.awards} awards, {line.points} points"
            for line in verdict.rules
            if line.value
        ]
        parts += [
            f"{rule.fit_rule_id} ({rule.effect}): {rule.attribute} is"
            f" {self.known_values(entity, rule.attribute, day)}"
            for rule in definition.fit_rules
        ]
        parts += [f"{name} {value}" for name, value in verdict._asdict().items() if name != "rules"]
        return "; ".join(parts)
