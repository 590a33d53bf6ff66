"""Write the suggested points as a config folder that a person can read, preview and accept.

The folder is the current config with a further version of each definition that has a suggestion: a
version that is better than plain orders on held-out outcomes. Nothing else is changed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from pql import project, queries
from pql.config_files import (
    VERSIONED_FILES,
    Table,
    cells,
    config_files,
    place_of,
    read_table,
    with_cells,
    with_copies,
    with_row,
    without_rows,
    write_whole,
)
from pql.database import Row, rows
from pql.errors import PqlError
from pql.formatting import counted, entry, number, percent, plain_number
from pql.project import short_path
from pql.reading import reading

SUGGESTED = Path("target", "suggested")  # in the project
LONGEST_ID = 40
MEASURED = ("event_name", "property_name", "property_operator", "property_value")
MEASURED += ("measure", "measure_property")
SIGN_UP = {
    "signal_id": "signed_up",
    "signal_name": "Signed up",
    "category": "activation",
    "event_name": "@signed_up",
    "measure": "days",
    "reason_template": "signed up",
}

QUERIES = queries.read("suggest")

VERDICTS = {
    "beats_baselines": "is better than any plain order",
    "no_signal": "knows no more than chance",
    "not_enough_data": "cannot be judged: there is not enough data",
}
OPTIONS = {
    "best_gain": "the best gain",
    "capacity": "within the capacity",
    "usual_band": "the usual 15 to 25%",
}
REASONS = {
    "no_capacity": "nobody calls these leads, or vars: sales_capacity_per_week is blank",
    "no_mark_fits": "no score gives so many leads",
    "not_enough_data": "too few convert to tell",
}


# --- one suggestion -------------------------------------------------------------------------------


def suggest_version(tables: dict[str, Table], rules: Sequence[Row], rationale: str) -> int:
    """Add a version with the suggested rules to the tables of a config; return its number.

    Gates, hand-raises and what disqualifies are copied. Points, caps, requirements and decay are
    not: without them the suggestion was learned and judged.
    """
    definition_id, source = rules[0]["definition_id"], rules[0]["definition_version"]
    definitions = tables["definitions.csv"]
    if not place_of(definitions, definition_id, source):
        raise PqlError(
            f"{definitions.path}: there is no version {source} of {definition_id}, for which the "
            "points are suggested; name the folder that was built by --config"
        )
    new = max(definitions.numbers(definition_id).values()) + 1
    for name in VERSIONED_FILES:
        if name in tables:
            tables[name], _ = with_copies(tables[name], definition_id, source, new)
    for name, is_dropped in {
        "definition_rules.csv": lambda row: row["effect"].lower() in ("", "score"),
        "fit_rules.csv": lambda row: row["effect"].lower() == "points",
        "category_caps.csv": lambda row: True,
    }.items():
        if name in tables:
            table = tables[name]
            places = place_of(table, definition_id, new)
            dropped = [p for p in places if is_dropped(cells(table, table.lines[p]))]
            tables[name] = without_rows(table, dropped)
    blank_points(tables, definition_id, new)
    set_versions(tables, rules[0], source, new, rationale)
    add_rules(tables, rules, new)
    return new


def blank_points(tables: dict[str, Table], definition_id: str, version: int) -> None:
    """Take the points off the rules that are kept for their effect."""
    for place in place_of(tables["definition_rules.csv"], definition_id, version):
        kept = {"points": "", "requirement_group": ""}
        tables["definition_rules.csv"] = with_cells(tables["definition_rules.csv"], place, kept)


def set_versions(
    tables: dict[str, Table], rule: Row, source: int, new: int, rationale: str
) -> None:
    """Put the new version in the place of the one it comes from."""
    definition_id, table = rule["definition_id"], tables["definitions.csv"]
    (old_place,) = place_of(table, definition_id, source)
    (new_place,) = place_of(table, definition_id, new)
    values = {
        "score_threshold": str(rule["score_threshold"]),
        "decay_points_per_week": "",
        "rationale": rationale,
    }
    if cells(table, table.lines[old_place])["status"].lower() == "live":
        values["status"] = "live"
        table = with_cells(table, old_place, {"status": "retired"})
    tables["definitions.csv"] = with_cells(table, new_place, values)


def add_rules(tables: dict[str, Table], rules: Sequence[Row], version: int) -> None:
    """Add the suggested rules, and the signals that they need and the config does not have."""
    taken = {
        cells(tables["definition_rules.csv"], line)["rule_id"]
        for line in tables["definition_rules.csv"].lines[1:]
        if cells(tables["definition_rules.csv"], line)["definition_id"] == rules[0]["definition_id"]
    }
    for rule in rules:
        signal_id = signal_for(tables, rule)
        row = {
            "definition_id": rule["definition_id"],
            "version": str(version),
            "rule_id": unused(signal_id, taken),
            "signal_id": signal_id,
            "min_value": plain_number(rule["min_value"]),
            "points": str(rule["points"]),
            "max_awards": "" if rule["max_awards"] == 1 else str(rule["max_awards"]),
            "half_life_days": str(rule["half_life_days"] or ""),
        }
        taken.add(row["rule_id"])
        tables["definition_rules.csv"] = with_row(tables["definition_rules.csv"], row)


def signal_for(tables: dict[str, Table], rule: Row) -> str:
    """Return the signal that counts what a rule asks for; add it where there is none."""
    table = tables["signals.csv"]
    signals = {}
    for line in table.lines[1:]:
        row = cells(table, line)
        signals[row["signal_id"]] = row
    source = SIGN_UP if rule["signal_id"] == SIGN_UP["event_name"] else signals[rule["signal_id"]]
    window = "" if rule["window_days"] is None else str(rule["window_days"])
    for signal_id, row in signals.items():
        if (row.get("window_days", "") or "") == window and all(
            row.get(name, "") == source.get(name, "") for name in MEASURED
        ):
            return signal_id
    suffix = f"_{window}d" if window else "_ever"
    base = source["signal_id"][: LONGEST_ID - len(suffix) - 3]
    words = counted(int(window), "day") if window else "ever"
    added = source | {
        "signal_id": unused(base + suffix, signals),
        "signal_name": f"{source.get('signal_name') or source['signal_id']} ({words})",
        "window_days": window,
        "reason_template": reason_for(source.get("reason_template", ""), window),
    }
    tables["signals.csv"] = with_row(table, added)
    return added["signal_id"]


def reason_for(template: str, window: str) -> str:
    """Say the same reason about another window."""
    phrase = " in the last {window_days} days"
    if window:
        return template if not template or "{window_days}" in template else template + phrase
    said = template.replace("{window_days} day(s)", "{window_days} days").replace(phrase, "")
    return "" if "{window_days}" in said else said


def unused(name: str, taken: Iterable[str]) -> str:
    """Return a name, with a number behind it if it is taken."""
    names = (name if count == 1 else f"{name}_{count}" for count in range(1, 1000))
    return next(free for free in names if free not in taken)


# --- what is said ---------------------------------------------------------------------------------


def rationale_for(evaluations: Sequence[Row], rules: Sequence[Row]) -> str:
    """Say in a sentence or two where a suggestion comes from, and how good it is."""
    by_name = {row["contender"]: row for row in evaluations}
    own = by_name["suggested_points"]
    replaced = f"{rules[0]['definition_id']}@{rules[0]['definition_version']}"
    rivals = [(own["strongest_baseline"], "the plain order"), (replaced, "the version replaced")]
    against = ", ".join(
        f"{by_name[name]['auc']:.2f} {words} {name}"
        for name, words in rivals
        if name in by_name and by_name[name]["auc"] is not None
    )
    return (
        f"Points suggested from outcomes; AUC {own['auc']:.2f} on held-out later dates "
        f"({against}). Gates, hand-raises and what disqualifies are those of version "
        f"{rules[0]['definition_version']}."
    )


def rule_line(rule: Row) -> str:
    """Lay out a rule as a person would say it."""
    window = "ever" if rule["window_days"] is None else f"in {counted(rule['window_days'], 'day')}"
    least = plain_number(rule["min_value"])
    asked = f"{least} or more {window}"
    if rule["max_awards"] > 1:
        asked = f"for each {least} {window}, up to {rule['max_awards']} times"
    if rule["half_life_days"]:
        asked += f", halved every {counted(rule['half_life_days'], 'day')} after the last"
    words = (
        f"{rule['signal_name']}: {asked}"
        f" (95% of redraws give {rule['points_low']} to {rule['points_high']} points;"
        f" {percent(rule['chosen_share'])} of them choose the signal;"
        f" {rule['support_converted_count']:,} of {rule['support_count']:,} who did converted)"
    )
    return entry(f"+{rule['points']}", words, ">")


def threshold_line(option: Row) -> str:
    """Say what a threshold assumes, and what it gives."""
    words = OPTIONS[option["option"]]
    if option["option"] == "capacity" and option["capacity_per_week"] is not None:
        words += f" of {number(option['capacity_per_week'])} new leads a week"
    if option["score_threshold"] is None:
        return entry("-", f"{words}: {REASONS[option['status']]}", ">")
    if option["new_leads_per_week"] is None:
        gives = "nobody reached it on the held-out dates"
    else:
        gives = (
            f"{number(option['new_leads_per_week'])} new leads a week, "
            f"{percent(option['precision_share'])} of them convert, "
            f"{percent(option['recall_share'])} of all who convert are leads"
        )
    chosen = "score_threshold, " if option["is_chosen"] else ""
    return entry(plain_number(option["score_threshold"]), f"{chosen}{words}: {gives}", ">")


def definition_lines(
    definition_id: str,
    evaluations: Sequence[Row],
    rules: Sequence[Row],
    thresholds: Sequence[Row],
) -> str:
    """Say what is suggested for a definition, or why nothing is."""
    verdict = next(row["verdict"] for row in evaluations if row["contender"] == "suggested_points")
    if not rules:
        rival = verdict.removeprefix("no_better_than_").replace("_", " ")
        words = VERDICTS.get(verdict, f"is not clearly better than the plain order: {rival} first")
        return f"{definition_id}: nothing is suggested; what was learned {words}"
    title = f"{definition_id}: {rationale_for(evaluations, rules)}"
    return "\n".join([title, *map(rule_line, rules), *map(threshold_line, thresholds)])


def suggest(config: Path, folder: Path | None, target: str = "") -> str:
    """Write the folder, and say what is in it.

    Args:
        config: the config that was built.
        folder: a new folder; none: the usual one, which is written over.
        target: the target of the profile that is read; blank: DuckDB's.
    """
    config_files(config)  # says what is wrong with a file before anything is written
    if folder and folder.exists():
        raise PqlError(f"{folder}: it exists; nothing is overwritten, so name a new folder by --to")
    asked = [QUERIES[name] for name in ("evaluations", "rules", "thresholds")]
    with reading(target, None, asked) as connection:
        evaluations, rules, thresholds = (rows(connection, query) for query in asked)
    tables = {
        path.name: read_table(path)
        for path in sorted(config.glob("*.csv"))
        if path.name in (*VERSIONED_FILES, "signals.csv")
    }
    said = []
    for definition_id in sorted({row["definition_id"] for row in evaluations}):
        judged = [row for row in evaluations if row["definition_id"] == definition_id]
        mine = [row for row in rules if row["definition_id"] == definition_id]
        if mine:
            suggest_version(tables, mine, rationale_for(judged, mine))
        options = [row for row in thresholds if row["definition_id"] == definition_id]
        said.append(definition_lines(definition_id, judged, mine, options))
    if not rules:
        return "\n\n".join([*said, "No folder is written."])
    if not folder:
        folder = project.root() / SUGGESTED
        shutil.rmtree(folder, ignore_errors=True)  # it is this command's own
    folder.mkdir(parents=True)
    for path in sorted(config.glob("*.csv")):
        shutil.copyfile(path, folder / path.name)
    for name, table in tables.items():
        write_whole(folder / name, table.text().encode())
    name = short_path(folder.resolve())
    accept = (
        f"Written to {name}; nothing else is changed. To see who would enter and leave: "
        f"pql preview --config {name}"
    )
    return "\n\n".join([*said, accept])
