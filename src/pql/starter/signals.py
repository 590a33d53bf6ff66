"""Guess from the names of events which of them may tell who is about to buy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pql.database import Row

MOST_OF_A_KIND = 2
MOST_SIGNALS = 6  # with recent activity seven rules that score; published advice is five to eight
FEWEST_SIGNALS = 3
MOST_NUMBERS = 3


@dataclass(frozen=True)
class Kind:
    """A kind of signal, which words in the names of events give away.

    A comma parts ways to say it; of one, all words must be there, in any order and inflection.
    """

    category: str
    words: str
    points: int
    measure: str = "events"
    min_value: int = 1
    effect: str = ""


# Tried in this order: who requests a demo of the API requests a demo. Only words for asking make a
# hand-raise: a demo may be a video, and a quote a part of a message.
KINDS = (
    Kind(
        "hand_raise",
        "demo request, demo book, demo schedul, quote request, quote get,"
        "contact sales, talk sales, sales call, sales meet, sales request, sales message",
        0,
        effect="hand_raise",
    ),
    Kind("limit", "limit, quota, paywall, gated, exceed, lock", 20),
    Kind("intent", "pric, upgrad, billing, checkout, trial, sso", 20),
    Kind("collaboration", "invit, teammate, member add, shar, assign", 20),
    Kind("adoption", "api, webhook, integrat, connect, import, export, install, automat", 15),
    Kind("activation", "creat, publish, complet, launch, onboard, deploy, upload, activat", 15),
)
USAGE = Kind("usage", "", 10, measure="days", min_value=3)
NUMBER = Kind("usage", "", 0, measure="sum")
# Nearly everybody does these: they tell nobody apart.
COMMON = (
    "login, logout, log in, logg in, logg out, signup, signin, sign up, sign in, session, page,"
    "screen, heartbeat, ping"
)
# What was undone, or never done, speaks for nobody.
NOT = {"not", "never", "no", "without"}
NEGATIONS = (
    "cancel, cancell, remov, delet, declin, reject, fail, expir, revok, abandon, unsubscrib,"
    "downgrad"
)
NEGATED = r"un|dis|de|non"
# Numbers that name or order things, of which no sum is an amount.
NO_AMOUNTS = "id, version, year, timestamp, code, index, position, step, page, status, port, zip"
ENDINGS = r"(e|es|ed|er|ers|ing|ings|s|ion|ions|ation|ations|or|ors|ment|ments)?"

ACTIVITY = {
    "signal_id": "active_recently",
    "signal_name": "Active on several days",
    "category": "activity",
    "event_name": "*",
    "measure": "days",
    "window_days": "14",
    "reason_template": "was active on {value} day(s) in the last {window_days} days",
}


@dataclass(frozen=True)
class Signal:
    """A signal that is suggested for an event."""

    signal_id: str
    words: str
    event_name: str
    kind: Kind
    measure_property: str = ""


def suggest(events: Sequence[Row], entity_type: str) -> list[Signal]:
    """Choose a few events that may tell who is about to buy, the telling names first.

    Args:
        events: by how often they happened.
        entity_type: whom they are to tell apart.
    """
    reach = f"{entity_type}s"
    usable = sorted(filter(can_be_named, events), key=lambda event: -event[reach])
    alike = {kind: [e for e in usable if kind_of(e["event_name"]) is kind] for kind in KINDS}
    # the widest used of each kind, then a second of each
    ranked = [
        (event, kind)
        for rank in range(MOST_OF_A_KIND)
        for kind in KINDS
        for event in alike[kind][rank : rank + 1]
    ]
    chosen = sorted(ranked[:MOST_SIGNALS], key=lambda pair: KINDS.index(pair[1]))
    others = [event for event in usable if kind_of(event["event_name"]) is USAGE]
    chosen += [(event, USAGE) for event in others[: max(0, FEWEST_SIGNALS - len(chosen))]]
    taken = {ACTIVITY["signal_id"], "any_activity"}
    return [signal_for(event["event_name"], kind, taken) for event, kind in chosen]


def can_be_named(event: Row) -> bool:
    """Tell whether signals.csv can name an event: | separates several, @ begins built-in ones.

    A cell that begins with =, + or - is a formula to a spreadsheet, and no name can be changed.
    """
    name = event["event_name"]
    plain = not any(unicodedata.category(character).startswith("C") for character in name)
    return plain and "|" not in name and not name.startswith(("@", "=", "+", "-")) and name != "*"


def kind_of(event_name: str) -> Kind | None:
    """Guess the kind of an event from its name; None for what nearly everybody does, or undoes."""
    words = words_of(event_name)
    if is_negated(words):
        return None
    kinds = (kind for kind in KINDS if says(words, kind.words))
    return next(kinds, None if says(words, COMMON) else USAGE)


def is_negated(words: Sequence[str]) -> bool:
    """Tell whether a name says that something was undone: uninstalled, invite_cancelled."""
    undone = (re.sub(f"^({NEGATED})", "", word) for word in words if re.match(NEGATED, word))
    acts = ", ".join(kind.words for kind in KINDS).replace(" ", ", ")
    return (
        not NOT.isdisjoint(words)
        or says(words, NEGATIONS)
        or any(says([word], acts) for word in undone)
    )


def says(words: Sequence[str], ways: str) -> bool:
    """Tell whether whole words of a name say something in one of several ways."""
    return any(
        all(any(re.fullmatch(stem + ENDINGS, word) for word in words) for stem in way.split())
        for way in filter(str.strip, ways.split(","))
    )


def words_of(event_name: str) -> list[str]:
    """Split a name into words, however they are joined: inviteSent, invite-sent, SSOEnabled."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", event_name)
    return re.findall(r"[^\W_]+", spaced.lower())


def numbers_of(
    events: Sequence[Row], found: Sequence[Row], entity_type: str, taken: set[str]
) -> list[Signal]:
    """Offer the numbers that events carry as sums, those of the widest reach first.

    Args:
        events: those that signals may name.
        found: the properties that are numbers.
        entity_type: whom they are to tell apart.
        taken: the ids of other signals.
    """
    usable = {event["event_name"] for event in filter(can_be_named, events)}
    numbers = [
        number
        for number in found
        if number["event_name"] in usable
        and can_be_named({"event_name": number["property"]})
        and kind_of(number["event_name"])
        and not says(words_of(number["property"]), NO_AMOUNTS)
    ]
    numbers.sort(key=lambda number: -number[f"{entity_type}s"])
    return [
        replace(
            signal_for(f"{number['property']} of {number['event_name']}", NUMBER, taken),
            event_name=number["event_name"],
            measure_property=number["property"],
        )
        for number in numbers[:MOST_NUMBERS]
    ]


def signal_for(event_name: str, kind: Kind, taken: set[str]) -> Signal:
    """Make a signal of an event, under an id that is not taken yet."""
    words = words_of(event_name)
    base = re.sub(r"[^a-z0-9]+", "_", "_".join(words)).strip("_")[:36]
    if not base or not base[0].isalpha():
        base = f"event_{base}".rstrip("_")
    signal_id, number = base, 2
    while signal_id in taken:
        signal_id, number = f"{base}_{number}", number + 1
    taken.add(signal_id)
    return Signal(signal_id, " ".join(words) or signal_id, event_name, kind)
