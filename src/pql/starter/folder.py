"""The files of the config folder that a starter config is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pql.config_files import CONFIG_FILES, columns_of, to_csv
from pql.errors import PqlError
from pql.starter.signals import ACTIVITY, USAGE, Signal

DEFINITION_ID = "starter"
ROUTES = (
    {
        "priority": "10",
        "requires_hand_raise": "true",
        "requires_qualified": "true",
        "tier": "hand_raiser",
        "motion": "sales_assisted",
        "sla_hours": "8",
        "next_action": "answer what they asked for",
    },
    {
        "priority": "20",
        "requires_qualified": "true",
        "tier": "mid",
        "motion": "sales_assisted",
        "sla_hours": "48",
        "next_action": "write about what they just did",
    },
    {
        "priority": "90",
        "tier": "low",
        "motion": "self_serve",
        "next_action": "leave them to the product",
    },
)


def starter_files(
    signals: Sequence[Signal],
    numbers: Sequence[Signal],
    entity_type: str,
    has_subscriptions: bool,
) -> dict[str, bytes]:
    """Return every file of the config folder; those with nothing to say have a header alone.

    Numbers are signals without a rule: what they are worth, outcomes have to say.
    """
    rules = [rule_row(signal) for signal in signals]
    rules.append(rule_row(Signal(ACTIVITY["signal_id"], "", "*", USAGE)))
    points = sum(int(rule["points"] or 0) for rule in rules)
    definition = {
        "definition_id": DEFINITION_ID,
        "version": "1",
        "definition_name": "Starter score",
        "entity_type": entity_type,
        "audience": "free|trial" if has_subscriptions else "",
        "score_threshold": str(-(-points // 10) * 5),  # half of the points, rounded up to fives
        "status": "draft",
        "priority": "10",
        "rationale": "Made by pql init from the names of events: a place to start, not evidence. "
        "Signals, points and threshold wait for somebody who knows the product.",
    }
    content: dict[str, Sequence[dict[str, str]]] = {
        "signals.csv": [*map(signal_row, [*signals, *numbers]), ACTIVITY],
        "definitions.csv": [definition],
        "definition_rules.csv": rules,
        "routing_rules.csv": [{"definition_id": "*", **route} for route in ROUTES],
    }
    return {name: config_file(name, content.get(name, ())) for name in CONFIG_FILES}


def signal_row(signal: Signal) -> dict[str, str]:
    """Write a signal as a row of signals.csv."""
    how_much = {"events": "{value} time(s)", "days": "on {value} day(s)", "sum": "{value}"}
    often = how_much[signal.kind.measure]
    return {
        "signal_id": signal.signal_id,
        "signal_name": signal.words[:1].upper() + signal.words[1:],
        "category": signal.kind.category,
        "event_name": signal.event_name,
        "measure": signal.kind.measure,
        "measure_property": signal.measure_property,
        "window_days": "30",
        "reason_template": f"{signal.words}: {often} in the last {{window_days}} days",
    }


def rule_row(signal: Signal) -> dict[str, str]:
    """Write the rule about a signal as a row of definition_rules.csv."""
    return {
        "definition_id": DEFINITION_ID,
        "version": "1",
        "rule_id": signal.signal_id,
        "signal_id": signal.signal_id,
        "effect": signal.kind.effect,
        "min_value": str(signal.kind.min_value),
        "points": str(signal.kind.points or ""),
    }


def config_file(name: str, values: Iterable[dict[str, str]]) -> bytes:
    """Write a config file with the columns of the shipped one."""
    columns = columns_of(name)
    return to_csv([columns, *([row.get(column, "") for column in columns] for row in values)])


def write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files into a new folder."""
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        reason = "it exists" if folder.exists() else error.strerror
        raise PqlError(
            f"{folder}: {reason}; nothing is overwritten, so name a new folder by --config"
        ) from None
    for name, content in files.items():
        (folder / name).write_bytes(content)
