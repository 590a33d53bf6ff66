"""Print the strongest leads of the last build, with their scores and reasons."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pql.errors import PqlError
from pql.formatting import clean, plain_number, width
from pql.project import database_path, short_path

Lead = dict[str, Any]


def read_leads(database: Path, entity: str, top: int) -> tuple[list[Lead], int]:
    """Read the strongest leads of a mart, qualified ones first, and how many qualify in all."""
    name = short_path(database)
    if not database.exists():
        raise PqlError(f"{name}: no such database; run `make build` first")
    mart = f"pql.pql_{entity}s"
    query = f"""
        select *, count(*) filter (where is_qualified) over () as qualified_leads
        from {mart}
        order by is_qualified desc, score desc, {entity}_id, definition_id
        limit ?
    """
    try:
        with duckdb.connect(database, read_only=True) as connection:
            cursor = connection.execute(query, [top])
            columns = [column[0] for column in cursor.description]
            leads = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    except duckdb.CatalogException:
        raise PqlError(f"{name}: there is no {mart} in it; run `make build` first") from None
    except duckdb.Error as error:
        raise PqlError(f"{name}: cannot be read: {str(error).splitlines()[0]}") from None
    return leads, leads[0]["qualified_leads"] if leads else 0


def lead_lines(rank: int, lead: Lead, entity: str, width: int) -> list[str]:
    """Describe one lead: who, by which definition, how strongly, since when, and why."""
    entity_id = clean(lead[f"{entity}_id"])
    name = clean(lead.get("account_name" if entity == "account" else "email") or "")
    who = f"{name} ({entity_id})" if name else entity_id
    score = f"score {plain_number(lead['score'])}"
    if lead["score_threshold"] is not None:
        score += f" of {plain_number(lead['score_threshold'])}"
    if lead["is_qualified"]:
        since = f"qualified since {lead['qualified_on']}"
        if lead["qualified_by"] == "hand_raise":
            since += " (raised a hand)"
    else:
        since = f"not qualified: {clean(lead['ineligible_reason'] or lead['gap_to_qualify'] or '')}"
    headline = " · ".join([who, clean(lead["definition_id"]), score, since])
    indent = " " * 5
    lines = textwrap.wrap(headline, width, initial_indent=f"{rank:>3}. ", subsequent_indent=indent)
    steps = next_steps(lead) if lead["is_qualified"] else []
    for text in (lead["top_reasons"] or "no reasons", *steps):
        lines += textwrap.wrap(clean(text), width, initial_indent=indent, subsequent_indent=indent)
    return lines


def next_steps(lead: Lead) -> list[str]:
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


def report(leads: Sequence[Lead], qualified: int, entity: str, width: int) -> str:
    """Describe the strongest leads, one after the other."""
    if not leads:
        return f"No {entity} is scored: no live definition is about {entity}s, or none was active."
    title = f"Strongest {entity}s as of {leads[0]['as_of_date']} ({qualified} qualified in all)"
    lines = [title]
    for rank, lead in enumerate(leads, start=1):
        lines += ["", *lead_lines(rank, lead, entity, width)]
    return "\n".join(lines)


def show(entity: str | None, as_of: date | None, top: int) -> str:
    """Describe the strongest leads; of accounts, or of users where no account is scored."""
    database = database_path(as_of)
    shown = entity or "account"
    leads, qualified = read_leads(database, shown, top)
    if not leads and not entity:
        shown = "user"
        leads, qualified = read_leads(database, shown, top)
    return report(leads, qualified, shown, width())
