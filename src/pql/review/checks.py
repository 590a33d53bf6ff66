"""What definition_review says: the verdicts, and what to change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pql import formatting
from pql.database import Row
from pql.review import components
from pql.review.components import Block, Card, Cell, Column, Table
from pql.review.marts import Part, of_version

ASKS = ("too_loose", "too_tight", "attention")
HEADLINES = {
    "lead_to_customer": "of leads became customers",
    "sign_ups_qualify": "of sign-ups qualified",
    "won_had_qualified": "of customers had qualified",
}
BOTH_WAYS = components.Verdict("points both ways", "bad")
WORKS = components.Verdict("works", "good")


# --- one check ------------------------------------------------------------------------------------


def value(check: Row, name: str = "check_value") -> str:
    """Write a value of a check in its unit."""
    if check[name] is None:
        return formatting.NOTHING
    return (
        formatting.percent(check[name])
        if check["unit"] == "share"
        else formatting.number(check[name], 2)
    )


def behind(check: Row) -> str:
    """Write what a value is made of, and its interval."""
    parts = []
    if check["check_value"] is not None and check["unit"] == "share":
        parts.append(
            f"{formatting.number(check['numerator'])} of {formatting.number(check['denominator'])}"
        )
    if check["value_lower"] is not None:
        parts.append(f"95% interval {value(check, 'value_lower')} to {value(check, 'value_upper')}")
    return "; ".join(parts)


def usual(check: Row) -> str:
    """Write the range that is fine."""
    low, high = (value(check, f"benchmark_{end}") for end in ("lower", "upper"))
    if check["benchmark_upper"] is None:
        return f"{low} or more"
    return f"{low} to {high}" if check["benchmark_lower"] else f"up to {high}"


def verdict(check: Row) -> components.Verdict:
    """Put a verdict into words; one that its interval leaves open is only probable."""
    return components.verdict(check["verdict"], check["is_clear"] is not False)


# --- one definition -------------------------------------------------------------------------------


def overall(checks: Sequence[Row]) -> components.Verdict:
    """Sum up the checks of a version."""
    found = {check["verdict"] for check in checks}
    if found.issuperset(("too_loose", "too_tight")):
        return BOTH_WAYS
    worst = next((name for name in ASKS if name in found), None)
    if worst or "ok" not in found:
        return components.verdict(worst or "not_enough_data")
    return WORKS


def by_urgency(checks: Sequence[Row]) -> list[Row]:
    """Keep what asks for something: changes before looks, and what is clear before the rest."""
    asking = [check for check in checks if check["verdict"] in ASKS]
    return sorted(
        asking, key=lambda check: (check["verdict"] == "attention", check["is_clear"] is False)
    )


def tally(checks: Sequence[Row]) -> str:
    """Count the checks by what they ask for."""
    found = [check["verdict"] for check in checks]
    changes = found.count("too_loose") + found.count("too_tight")
    counts = (
        (changes, "asks for a change", "ask for a change"),
        (found.count("attention"), "deserves a look", "deserve a look"),
        (found.count("ok"), "is fine", "are fine"),
        (found.count("not_enough_data"), "has too few cases to tell", "have too few cases to tell"),
    )
    parts = [f"{count} {one if count == 1 else more}" for count, one, more in counts if count]
    return f"Of {formatting.counted(len(found), 'check')}, {formatting.listed(parts)}."


def card(part: Part, definition: Row, evidence: str) -> Card:
    """Sum up a definition.

    Args:
        part: the checks of all definitions.
        definition: the version that is live.
        evidence: what definition_evaluation says of it.
    """
    checks = of_version(part, definition)
    by_id = {check["check_id"]: check for check in checks}
    known = [
        (value(by_id[name]), label)
        for name, label in HEADLINES.items()
        if name in by_id and by_id[name]["verdict"] != "not_enough_data"
    ]
    said = overall(checks)
    urgent = by_urgency(checks)
    if said == BOTH_WAYS:
        first = "Some checks call it too loose, others too tight: moving the threshold fixes one "
        first += "side alone."
    else:
        first = urgent[0]["advice"] if urgent else ""
    return Card(
        definition["definition_name"],
        f"{definition['definition_id']}, version {definition['definition_version']}",
        said,
        [(formatting.number(definition["qualified_count"]), "qualified today"), *known],
        [first, tally(checks) if checks else part.lack("this definition"), evidence],
        ("pql_history", *part.marts, "definition_evaluation"),
    )


def changes(part: Part, definition: Row) -> list[dict[str, Any]]:
    """List what the checks ask to change in a definition."""
    return [
        {
            "definition": definition["definition_name"],
            "verdict": verdict(check),
            "advice": check["advice"],
            "evidence": f"{check['check_name']}: {value(check)}"
            + (f" ({behind(check)})" if behind(check) else "")
            + f"; fine is {usual(check)}"
            + (f"; {check['detail']}" if check["detail"] else ""),
        }
        for check in by_urgency(of_version(part, definition))
    ]


def table(part: Part, versions: Sequence[Row]) -> Block:
    """Set the checks of the versions of a definition beside each other."""
    title = "The checks"
    first = versions[0]["definition_version"]
    found = {
        version["definition_version"]: {
            check["check_id"]: check for check in of_version(part, version)
        }
        for version in versions
    }
    if not found[first]:
        return Block(title, part.lack("this version"), part.marts)
    rows = [
        {
            "name": check["check_name"],
            "usual": usual(check),
            "advice": check["advice"] + (f" {check['detail']}" if check["detail"] else ""),
            **{
                str(version): Cell(
                    value(checks[check_id]), verdict(checks[check_id]), behind(checks[check_id])
                )
                for version, checks in found.items()
                if check_id in checks
            },
        }
        for check_id, check in found[first].items()
    ]
    judged = [version for version in versions if found[version["definition_version"]]]
    return Block(
        title,
        tally(list(found[first].values())),
        part.marts,
        table=Table(
            (
                Column("name", "Check"),
                Column("usual", "Fine"),
                *(
                    Column(
                        str(version["definition_version"]),
                        f"Version {version['definition_version']}, {version['status']}",
                    )
                    for version in judged
                ),
                Column("advice", f"Advice for version {first}"),
            ),
            rows,
        ),
        note="Where the 95% interval reaches beyond what a verdict holds for, it is only probable. "
        "The checks look at leads of the last year, to the day.",
    )
