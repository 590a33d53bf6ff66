"""Who would enter and leave if the challenger were live."""

from __future__ import annotations

from collections.abc import Sequence

from pql import formatting
from pql.database import Row
from pql.review import components
from pql.review.components import Block, Column, Table
from pql.review.marts import Part

MOST_ROWS = 40


def block(part: Part, definition: Row, challenger: Row) -> Block:
    """Name those on whom the live version and a challenger disagree."""
    live_version, version = definition["definition_version"], challenger["definition_version"]
    title = f"Who would enter or leave under version {version}"
    if part.missing:
        return Block(title, part.lack("a challenger"), part.marts)
    mine = [
        row
        for row in part.rows
        if row["definition_id"] == definition["definition_id"]
        and row["definition_version"] == version
    ]
    noun = definition["entity_type"]
    entering = sum(row["is_entering"] for row in mine)
    says = (
        f"{formatting.counted(definition['qualified_count'], noun)} qualify today under version "
        f"{live_version}, {challenger['qualified_count']:,} would under version {version}: "
        f"{entering or 'none'} would enter, {len(mine) - entering or 'none'} would leave."
    )
    if not mine:
        return Block(title, says, part.marts)
    more = len(mine) - MOST_ROWS
    return Block(
        title,
        says + (f" The {MOST_ROWS} with the highest scores are shown." if more > 0 else ""),
        part.marts,
        table=Table(
            (
                Column("who", "Who"),
                Column("movement", "Would"),
                Column("live", f"Under version {live_version}, live"),
                Column("challenger", f"Under version {version}"),
            ),
            [described(row) for row in shown(mine)],
        ),
        note="As of the last day counted. In brackets: what turned it last.",
    )


def shown(moves: Sequence[Row]) -> list[Row]:
    """Keep the strongest; who enters comes first."""
    strongest = sorted(
        moves, key=lambda row: max(row["live_score"], row["challenger_score"]), reverse=True
    )[:MOST_ROWS]
    return [row for row in moves if row in strongest]


def described(move: Row) -> Row:
    """Write a move as a row of the table."""
    name, entity_id = move["account_name"], move["entity_id"]
    if move["entity_type"] == "user":
        who = f"{entity_id} of {name}" if name else entity_id
    else:
        who = f"{name} ({entity_id})" if name else entity_id
    return {
        "who": who,
        "movement": components.Verdict("enter", "good")
        if move["is_entering"]
        else components.Verdict("leave", "look"),
        "live": standing(move, "live", not move["is_entering"]),
        "challenger": standing(move, "challenger", move["is_entering"]),
    }


def standing(move: Row, side: str, is_qualified: bool) -> str:
    """Say where a lead stands under one version, since when, and what turned it."""
    points = f"{formatting.number(move[f'{side}_score'])} points"
    if move[f"{side}_turned_on"] is None:
        return f"{points}; never qualified"
    verb = "qualified since" if is_qualified else "lapsed on"
    turned_on = formatting.day(move[f"{side}_turned_on"])
    return f"{points}; {verb} {turned_on} ({move[f'{side}_turned_by']})"
