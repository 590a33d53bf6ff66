"""Print the strongest leads of the last build, with their scores and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rich.text import Text

from pql import console, queries
from pql.console import Answer
from pql.database import Row, rows
from pql.formatting import aligned, clean, plain_number
from pql.reading import reading

QUERIES = queries.read("show")


def read_leads(
    entity: str | None, as_of: date | None, top: int, target: str
) -> tuple[str, list[Row]]:
    """Read the strongest leads; of accounts, or of users where no account is scored."""
    kinds = [entity] if entity else ["account", "user"]
    asked = {kind: QUERIES[f"{kind}s"] for kind in kinds}
    with reading(target, as_of, asked.values()) as connection:
        for kind, query in asked.items():
            if leads := rows(connection, query, top=top):
                return kind, leads
    return kinds[-1], []


def summary(lead: Row, entity: str) -> list[str]:
    """Say of a lead who, by which definition, how strongly and since when."""
    entity_id = clean(lead[f"{entity}_id"])
    name = clean(lead.get("account_name" if entity == "account" else "email") or "")
    score = plain_number(lead["score"])
    if lead["score_threshold"] is not None:
        score += f" of {plain_number(lead['score_threshold'])}"
    since = "not qualified"
    if lead["is_qualified"]:
        raised = " (raised a hand)" if lead["qualified_by"] == "hand_raise" else ""
        since = f"{lead['qualified_on']}{raised}"
    return [
        f"{name} ({entity_id})" if name else entity_id,
        clean(lead["definition_id"]),
        score,
        since,
    ]


def details(lead: Row) -> list[str]:
    """Say of a lead why, and what happens next or what it lacks."""
    reasons = [lead["top_reasons"] or "no reasons"]
    if lead["is_qualified"]:
        return [*reasons, *next_steps(lead)]
    if lead["ineligible_reason"]:
        return [*reasons, f"not eligible: {lead['ineligible_reason']}"]
    return [*reasons, f"lacking: {lead['gap_to_qualify'] or 'nothing that is known'}"]


def next_steps(lead: Row) -> list[str]:
    """Say what happens next, by whom, until when and with which words, and what forbids it."""
    parts = [
        f"{lead['tier']} -> {lead['motion']}: {lead['next_action'] or 'no action named'}",
        lead["owner_role"],
    ]
    if lead["owner"]:
        parts.append(f"owner {lead['owner']}")
    if lead["sla_due_at"]:
        parts.append(f"due {lead['sla_due_at']:%Y-%m-%d %H:%M}")
    steps = [" · ".join(parts)]
    if lead["talking_point"]:
        steps.append(f"say: {lead['talking_point']}")
    if lead["suppression_reason"]:
        steps.append(f"suppressed: {lead['suppression_reason']}")
    if lead["is_holdout"]:
        steps.append("held out: sales does not see it")
    return steps


def report(leads: Sequence[Row], entity: str) -> Answer:
    """Describe the strongest leads, one after the other."""
    if not leads:
        return [
            f"No {entity} is scored: no live definition is about {entity}s, or none was active."
        ]
    first = leads[0]
    head, *lines = aligned(
        [
            (entity, "definition", "score", "qualified since"),
            *(summary(lead, entity) for lead in leads),
        ]
    )
    numbered = []
    for rank, (lead, line) in enumerate(zip(leads, lines, strict=True), start=1):
        style = "bold green" if lead["is_qualified"] else "bold"
        about = Text.assemble((line, style), *(f"\n{clean(text)}" for text in details(lead)))
        numbered.append((rank, about + "\n" if rank < len(leads) else about))
    title = f"Strongest {entity}s as of {first['as_of_date']}"
    return [
        console.heading(f"{title} ({first['qualified_leads']} qualified in all)"),
        "",
        console.table(("#", head), numbered, numbers=["#"]),
    ]


def show(entity: str | None, as_of: date | None, top: int, target: str = "") -> Answer:
    """Describe the strongest leads; of accounts, or of users where no account is scored."""
    shown, leads = read_leads(entity, as_of, top, target)
    return report(leads, shown)
