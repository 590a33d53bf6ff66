"""Put the review together, from marts to HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pql import formatting
from pql.database import Row
from pql.review import calibration, checks, components, lead_diff, results
from pql.review.components import Block, Card, Column, Section, Table
from pql.review.marts import Parts, of_version

FOLDER = Path(__file__).parent
TITLE = "Product-qualified leads: the quarterly review"


class Document(NamedTuple):
    """All that the review says, in the order of its page."""

    subtitle: str
    summary: str
    cards: Sequence[Card]
    sections: Sequence[Section]


def document(parts: Parts) -> Document:
    """Put together what the review says; no chart is drawn yet."""
    definitions = parts["definitions"].rows
    live = [definition for definition in definitions if definition["status"] == "live"]
    cards = [card(parts, definition) for definition in live]
    return Document(
        subtitle=f"As of {formatting.day(parts.as_of_date)}, the last day counted. Every number is "
        "read from the marts of the last build; each chart and table names its mart.",
        summary=summary(cards),
        cards=cards,
        sections=[
            Section("what-to-change", "What to change", [], partial(changes, parts, live)),
            *(about_definition(parts, versions) for versions in families(definitions)),
            Section("speed", "How fast leads are called", [], partial(about_speed, parts, live)),
            Section("what-sales-adds", "What sales adds", [], partial(about_sales, parts)),
        ],
    )


def write(parts: Parts) -> str:
    """Write the page."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["prose"] = prose
    environment.tests |= {
        "verdict": lambda value: isinstance(value, components.Verdict),
        "cell": lambda value: isinstance(value, components.Cell),
        "group": lambda value: isinstance(value, list),
    }
    return environment.get_template("page.html.j2").render(
        title=TITLE,
        style=Markup((FOLDER / "page.css").read_text(encoding="utf-8")),  # noqa: S704 a file of ours
        **document(parts)._asdict(),
    )


def prose(text: str) -> Markup:
    """Escape a text, and set what stands in backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 escaped


# --- the sections ---------------------------------------------------------------------------------


def card(parts: Parts, definition: Row) -> Card:
    """Sum up a live definition."""
    evidence = calibration.evidence(
        parts["evaluations"], definition["definition_id"], definition["definition_version"]
    )
    return checks.card(parts["checks"], definition, evidence)


def summary(cards: Sequence[Card]) -> str:
    """Say how it stands, in one sentence."""
    if not cards:
        return "No definition is live: nothing qualifies anybody today."
    verdicts = [f"{card.title}: {card.verdict.words}" for card in cards]
    return f"{formatting.counted(len(cards), 'definition')} live. {'; '.join(verdicts)}."


def families(definitions: Sequence[Row]) -> list[list[Row]]:
    """Put the versions of a definition together; those with a live one come first."""
    together: dict[str, list[Row]] = {}
    for definition in definitions:
        together.setdefault(definition["definition_id"], []).append(definition)
    return list(together.values())


def changes(parts: Parts, live: Sequence[Row]) -> Sequence[Block]:
    """List what to change in the live definitions."""
    part, evaluations = parts["checks"], parts["evaluations"]
    rows = [
        row
        for definition in live
        for row in (
            *checks.changes(part, definition),
            *calibration.changes(evaluations, definition),
        )
    ]
    if rows:
        says = "What the live definitions ask for: what is too loose or too tight first, then what "
        says += "deserves a look, then what held-out dates say."
    else:
        says = "Nothing asks for a change." if part.rows else part.lack("any definition")
    columns = (
        Column("definition", "Definition"),
        Column("verdict", "Verdict"),
        Column("advice", "What to do"),
        Column("evidence", "Because"),
    )
    marts_named = (*part.marts, *evaluations.marts)
    return [Block("", says, marts_named, table=Table(columns, rows) if rows else None)]


def about_definition(parts: Parts, versions: Sequence[Row]) -> Section:
    """Show all about a definition: its first version in full, the others against it."""
    definition = versions[0]
    definition_id, version = definition["definition_id"], definition["definition_version"]
    return Section(
        f"definition-{definition_id}",
        definition["definition_name"],
        [
            f"{definition_id}, version {version} ({definition['status']}), owned by "
            f"{definition['owner'] or 'nobody'}. {definition['description']}",
        ],
        partial(of_definition, parts, versions),
    )


def of_definition(parts: Parts, versions: Sequence[Row]) -> Sequence[Block | list[Block]]:
    """Answer each question about a definition."""
    definition, *others = versions
    definition_id, version = definition["definition_id"], definition["definition_version"]
    mine = of_version(parts["checks"], definition)
    challengers = [
        lead_diff.block(parts["moves"], definition, other)
        for other in others
        if other["status"] == "challenger" and definition["status"] == "live"
    ]
    return [
        checks.table(parts["checks"], versions),
        [
            results.volume(parts["weeks"], definition),
            results.rate(parts["weeks"], mine, definition),
            results.funnel(parts["weeks"], definition),
            results.bands(parts["bands"], definition),
            *calibration.thresholds(parts["thresholds"], definition_id, version),
            results.segments(parts["segments"], definition),
        ],
        *challengers,
        calibration.threshold_options(parts["threshold_options"], definition_id, version),
        calibration.evaluation(parts["evaluations"], definition_id, version),
        *calibration.parts(parts["evaluation_parts"], parts["score_calibration"], definition),
        calibration.suggested_points(
            parts["suggested_points"], parts["evaluations"], definition_id
        ),
    ]


def about_speed(parts: Parts, live: Sequence[Row]) -> Sequence[Block | list[Block]]:
    """Say how fast leads are called, and whether it matters."""
    touches = [results.first_touches(parts["first_touches"], definition) for definition in live]
    return [results.deadlines(parts["deadlines"]), touches]


def about_sales(parts: Parts) -> Sequence[Block]:
    """Say what sales adds."""
    return [results.incrementality(parts["holdouts"])]
