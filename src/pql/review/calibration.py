"""What the calibration marts say: how good a definition is, its threshold, its points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pql import formatting
from pql.database import Row
from pql.formatting import with_interval
from pql.review import charts, components
from pql.review.components import Block, Column, Key, Table, number_column
from pql.review.marts import Part, of_version

CONTENDERS = {
    "suggested_points": "suggested points",
    "best_single_trigger": "best single rule",
    "newest_sign_up": "newest sign-up first",
    "last_active": "last active first",
    "last_active_at_age": "last active of those equally old first",
    "most_active": "most active first",
    "random": "drawn by lot",
}
OPTIONS = {
    "today": "today's",
    "best_gain": "best gain: the leads hold most more buyers than as many drawn by lot",
    "capacity": "within the capacity of sales",
    "usual_band": "usual: 15 to 25% of all become a lead",
}
STATUSES = {
    "no_capacity": "no capacity: nobody calls these leads, or it is not known",
    "no_mark_fits": "no threshold gives so many leads",
    "not_enough_data": "too few convert to tell",
}
VERDICTS = {
    "beats_baselines": components.Verdict("knows more than any plain order", "good"),
    "no_signal": components.Verdict("no better than chance", "bad"),
    "not_enough_data": components.Verdict("not enough data", "none"),
}


def contender(name: str) -> str:
    """Name a contender: a version, a suggestion or a plain order."""
    return CONTENDERS.get(name, f"version {name.rpartition('@')[2]}" if "@" in name else name)


def verdict(name: str) -> components.Verdict:
    """Put a verdict of definition_evaluation into words."""
    if name.startswith("no_better_than_"):
        other = contender(name.removeprefix("no_better_than_"))
        return components.Verdict(f"no better than “{other}”", "look")
    return VERDICTS.get(name) or components.Verdict(formatting.spaced(name), "none")


# --- is it better than a plain order? -------------------------------------------------------------


def judged(part: Part, definition_id: str, contender_name: str) -> Row | None:
    """Return what is said of one contender."""
    return next(
        (
            row
            for row in part.rows
            if (row["definition_id"], row["contender"]) == (definition_id, contender_name)
        ),
        None,
    )


def evidence(part: Part, definition_id: str, version: int) -> str:
    """Say in a sentence what a version's order is worth."""
    row = judged(part, definition_id, f"{definition_id}@{version}")
    return f"Judged on dates held out: {verdict(row['verdict']).words}." if row else ""


def changes(part: Part, definition: Row) -> list[dict[str, Any]]:
    """List what held-out dates ask to change in a definition."""
    definition_id, version = definition["definition_id"], definition["definition_version"]
    row = judged(part, definition_id, f"{definition_id}@{version}")
    if row is None or row["verdict"] in ("beats_baselines", "not_enough_data"):
        return []
    suggestion = judged(part, definition_id, "suggested_points")
    if suggestion is not None and suggestion["verdict"] == "beats_baselines":
        advice = "Try the suggested points as a draft (`pql suggest`, then `pql preview`): they "
        advice += "know more than any plain order."
    else:
        advice = "Ask for what buyers do before they pay: `signal_lift` lists it."
    return [
        {
            "definition": definition["definition_name"],
            "verdict": verdict(row["verdict"]),
            "advice": advice,
            "evidence": evaluation_sentence(row),
        }
    ]


def evaluation(part: Part, definition_id: str, version: int) -> Block:
    """Compare the versions of a definition with plain orders on held-out dates."""
    title = "Does it know more than a plain order?"
    mine = [row for row in part.rows if row["definition_id"] == definition_id]
    live = judged(part, definition_id, f"{definition_id}@{version}")
    if live is None:
        return Block(title, part.lack("this definition"), part.marts)
    if live["auc"] is None:
        converted = formatting.counted(live["converted_cluster_count"], "account")
        says = (
            f"Not enough data: {converted} converted on the held-out dates; 10 that do and 10 that "
            "do not are needed."
        )
        return Block(title, says, part.marts)
    compared = [row for row in mine if row["auc"] is not None]
    return Block(
        title,
        f"{evaluation_sentence(live)} The interval allows for chance; what is no better than a "
        "plain order is not worth its rules.",
        part.marts,
        table=Table(
            (
                Column("name", "What ranks the leads"),
                Column("verdict", "Verdict"),
                Column("auc", "A buyer is ranked above another"),
                Column("precision", "Of those called leads, convert"),
                Column("recall", "Of buyers, in the top fifth"),
            ),
            [
                {
                    "name": contender(row["contender"]),
                    "verdict": verdict(row["verdict"])
                    if row["contender_type"] != "baseline"
                    else components.Verdict("plain order", "none"),
                    "auc": with_interval(row, "auc"),
                    "precision": with_interval(row, "precision_at_threshold"),
                    "recall": with_interval(row, "recall_at_20"),
                }
                for row in compared
            ],
        ),
        note="In brackets: the 95% interval. 50% in the third column is what a coin would do.",
    )


def evaluation_sentence(row: Row) -> str:
    """Say how well a version ranks."""
    return (
        f"On dates that nothing was learned from ({formatting.day(row['test_from'])} to "
        f"{formatting.day(row['test_to'])}), {contender(row['contender'])} ranked somebody who "
        f"would buy above somebody who would not {with_interval(row, 'auc')} of the time: "
        f"{verdict(row['verdict']).words}."
    )


# --- in parts -------------------------------------------------------------------------------------


def parts(part: Part, bands: Part, definition: Row) -> list[Block]:
    """Show how a version does by month and segment, and by band of the score."""
    return [over_time(part, definition), bands_with_intervals(bands, definition)]


def over_time(part: Part, definition: Row) -> Block:
    """Say whether a version has drifted, and show its order by month and segment."""
    title = "Does it hold, and for whom?"
    rows = of_version(part, definition)
    drift = next((row for row in rows if row["part_type"] == "drift"), None)
    if drift is None:
        return Block(title, part.lack("this definition"), part.marts)
    rows = [row for row in rows if row is not drift and row["auc"] is not None]
    if not rows:
        return Block(title, drift_sentence(drift), part.marts)
    return Block(
        title,
        drift_sentence(drift),
        part.marts,
        table=Table(
            (
                Column("part_name", "Month or segment"),
                number_column("converted_cluster_count", "Accounts that convert"),
                Column("order", "A buyer is ranked above another"),
                Column("precision", "Of those called leads, convert"),
                Column("recall", "Of those who convert, called leads"),
            ),
            [
                row
                | {
                    "part_name": row["part"]
                    if row["part_type"] == "month"
                    else f"{row['part_type']}: {row['part']}",
                    "order": with_interval(row, "auc"),
                    "precision": with_interval(row, "precision_at_threshold"),
                    "recall": with_interval(row, "recall_at_threshold"),
                }
                for row in rows
            ],
            is_stacked=False,
        ),
        note="Months are of all dates, segments of those held out. What has fewer than 10 accounts "
        "that convert is left out. In brackets: the 95% interval.",
    )


def drift_sentence(row: Row) -> str:
    """Say how the order of the last quarter differs from that of the one before."""
    if row["auc_change"] is None:
        return (
            "Too early to tell whether it has drifted: in each of the last two quarters of a year "
            f"10 accounts that convert are needed, and one has {row['converted_cluster_count']:,}."
        )
    low, high = (100 * float(row[f"auc_change_{end}"]) for end in ("low", "high"))
    change = (
        f"{100 * float(row['auc_change']):+.0f} points of a hundred ({low:+.0f} to {high:+.0f}) "
        "against the quarter before"
    )
    if row["verdict"] == "drifted":
        return f"It has drifted since {row['changed_since']}: it ranks buyers worse, {change}."
    if row["verdict"] == "improved":
        return f"It has become better since {row['changed_since']}: {change}."
    return f"Nothing says that it has drifted: {change}, which may be chance."


def bands_with_intervals(part: Part, definition: Row) -> Block:
    """Show how often each band of the score converts, and how sure that is."""
    title = "How sure is that?"
    rows = of_version(part, definition)
    if not rows:
        return Block(title, part.lack("this definition"), part.marts)
    differing = [row for row in rows if row["verdict"] != "as_all"]
    says = (
        f"{len(differing)} of {formatting.counted(len(rows), 'band')} convert beyond chance more "
        "or less often than all do."
    )
    return Block(
        title,
        says,
        part.marts,
        table=Table(
            (
                Column("part", "Score"),
                number_column("observation_count", "Observations"),
                Column("rate", "Convert"),
                Column("against", "Against all"),
            ),
            [
                row
                | {
                    "rate": with_interval(row, "conversion_rate"),
                    "against": {"as_all": "may be the same"}.get(row["verdict"], row["verdict"]),
                }
                for row in rows
            ],
            is_stacked=False,
        ),
        note="On the held-out dates, by quarters of the threshold; those who raised a hand are "
        "left out. An account counts as one, however often it was looked at.",
    )


# --- the threshold --------------------------------------------------------------------------------


def thresholds(part: Part, definition_id: str, version: int) -> list[Block]:
    """Show what other thresholds would give, and how often each band of scores converts."""
    rows = [
        row
        for row in part.rows
        if row["definition_id"] == definition_id
        and row["contender"] == f"{definition_id}@{version}"
    ]
    if not rows:
        return [Block("Is the threshold right?", part.lack("this definition"), part.marts)]
    row = current(rows)
    today = float(row["score_threshold"]) if row else None
    return [
        threshold_curve(part, rows, today),
        threshold_volume(part, rows, today),
        score_bands(part, rows, today),
    ]


def threshold_curve(part: Part, rows: Sequence[Row], today: float | None) -> Block:
    """Draw precision and recall by threshold."""
    names = {
        "precision_share": "of the leads, the share that converts",
        "recall_share": "of those who convert, the share that is a lead",
    }
    form = dict(zip(names.values(), (charts.BLUE, charts.ORANGE), strict=True))
    lines = [
        {
            "score": row["score_threshold"],
            "series": series,
            "share": row[name],
            "says": f"threshold {formatting.number(row['score_threshold'])}: "
            f"{formatting.percent(row[name])} {series}",
        }
        for row in rows
        for name, series in names.items()
        if row[name] is not None
    ]
    says = threshold_sentence(rows)
    return Block(
        "Is the threshold right?",
        says,
        part.marts,
        pictures=(
            charts.Picture(
                lambda width: charts.threshold_lines(lines, width, end_of(rows), today, form), says
            ),
        ),
        keys=[
            Key(name, line, colour)
            for (name, colour), line in zip(form.items(), ("line", "dashes"), strict=True)
        ],
        table=Table(
            (
                number_column("score_threshold", "Threshold"),
                number_column("lead_count", "Leads"),
                number_column("converted_count", "Of these, convert"),
                number_column("precision_share", "Share", formatting.percent),
                number_column("recall_share", "Of all who convert", formatting.percent),
            ),
            rows,
            is_stacked=False,
        ),
        note="Counted on weekly dates held out from learning: a lead of several dates counts on "
        "each. To convert is to have the outcome that the definition is there to foresee.",
    )


def threshold_volume(part: Part, rows: Sequence[Row], today: float | None) -> Block:
    """Draw the number of new leads a week by threshold."""
    bars = [
        {
            "score": row["score_threshold"],
            "number": row["new_leads_per_week"],
            "says": f"threshold {formatting.number(row['score_threshold'])}: "
            f"{formatting.number(row['new_leads_per_week'])} new leads a week",
        }
        for row in rows
    ]
    says = volume_sentence(rows)
    return Block(
        "How many leads would other thresholds give?",
        says,
        part.marts,
        pictures=(
            charts.Picture(
                lambda width: charts.threshold_bars(bars, width, end_of(rows), today), says
            ),
        ),
        keys=(Key("new leads a week", "bar", charts.BLUE),),
        table=Table(
            (
                number_column("score_threshold", "Threshold"),
                number_column("new_leads_per_week", "New leads a week"),
                number_column("share_of_entities", "Of all, become leads", formatting.percent),
            ),
            rows,
            is_stacked=False,
        ),
        note="On the same dates.",
    )


def end_of(rows: Sequence[Row]) -> float:
    """Return where the scale of thresholds ends."""
    return float(rows[-1]["score_threshold"]) * 1.05


def current(rows: Sequence[Row]) -> Row | None:
    """Return the row of today's threshold."""
    return next((row for row in rows if row["is_current"]), None)


def threshold_sentence(rows: Sequence[Row]) -> str:
    """Say what today's threshold gives."""
    row = current(rows)
    if row is None:
        return "This version asks for no score; the curve shows what one would give."
    return (
        f"At today's {formatting.number(row['score_threshold'])} points, "
        f"{formatting.percent(row['precision_share'])} of the leads convert, and they are "
        f"{formatting.percent(row['recall_share'])} of all who convert."
    )


def volume_sentence(rows: Sequence[Row]) -> str:
    """Say how many leads today's threshold gives, and which give a usual number."""
    row, sentences = current(rows), []
    if row:
        sentences.append(
            f"Today's gives {formatting.number(row['new_leads_per_week'])} new leads a week; "
            f"{formatting.percent(row['share_of_entities'])} of all become one."
        )
    usual = [row["score_threshold"] for row in rows if row["is_in_usual_band"]]
    if usual:
        low, high = formatting.number(min(usual)), formatting.number(max(usual))
        reach = low if low == high else f"{low} to {high}"
        sentences.append(f"A threshold of {reach} would take in the usual 15 to 25%.")
    else:
        sentences.append("No threshold would take in the usual 15 to 25% of all.")
    return " ".join(sentences)


def score_bands(part: Part, rows: Sequence[Row], today: float | None) -> Block:
    """Draw the share that converts in each band of the score."""
    step = float(rows[-1]["score_threshold"]) / max(len(rows), 1)
    bands = [
        {
            "score_from": row["score_threshold"],
            "score_to": row["next_threshold"] or float(row["score_threshold"]) + step,
            "band": f"{formatting.number(row['score_threshold'])} to "
            f"{formatting.number(row['next_threshold']) if row['next_threshold'] else 'the top'}",
            "count": row["band_count"],
            "share": row["band_conversion_rate"],
        }
        for row in rows
        if row["band_count"]
    ]
    for band in bands:
        band["says"] = (
            f"score {band['band']}: {formatting.percent(band['share'])} of {band['count']:,} "
            "convert"
        )
    says = bands_sentence(bands, today)
    return Block(
        "How often does each score convert?",
        says,
        part.marts,
        pictures=(charts.Picture(lambda width: charts.score_bands(bands, width, today), says),),
        keys=(Key("share that converts, also below the threshold", "bar", charts.BLUE),),
        table=Table(
            (
                Column("band", "Score"),
                number_column("count", "Observations"),
                number_column("share", "Convert", formatting.percent),
            ),
            bands,
            is_stacked=False,
        ),
        note="Bands without anybody are left out; of few observations little can be said.",
    )


def bands_sentence(bands: Sequence[dict[str, Any]], today: float | None) -> str:
    """Compare what is above today's threshold with what is below."""
    if today is None:
        return "The share that converts, by score."
    rates = []
    for is_above in (True, False):
        side = [band for band in bands if (float(band["score_from"]) >= today) == is_above]
        count = sum(band["count"] for band in side)
        converted = sum(band["count"] * float(band["share"]) for band in side)
        rates.append(formatting.percent(converted / count) if count else "nobody")
    return (
        f"At {formatting.number(today)} points or more, {rates[0]} convert; below, {rates[1]} of "
        "those with any points do."
    )


def threshold_options(part: Part, definition_id: str, version: int) -> Block:
    """Show the thresholds to choose from, of the version and of the suggestion."""
    title = "Which thresholds are there to choose from?"
    names = (f"{definition_id}@{version}", "suggested_points")
    rows = [
        row
        for row in part.rows
        if row["definition_id"] == definition_id and row["contender"] in names
    ]
    if not rows:
        return Block(title, part.lack("this definition"), part.marts)
    return Block(
        title,
        options_sentence(rows, names[0]),
        part.marts,
        table=Table(
            (
                Column("points", "Points"),
                Column("option", "What it assumes"),
                Column("threshold", "Threshold"),
                number_column("new_leads_per_week", "New leads a week"),
                number_column("precision_share", "Of these, convert", formatting.percent),
                number_column("recall_share", "Of all who convert", formatting.percent),
            ),
            [
                row
                | {
                    "points": contender(row["contender"]),
                    "option": OPTIONS[row["option"]] + (", chosen" if row["is_chosen"] else ""),
                    "threshold": formatting.number(row["score_threshold"])
                    if row["status"] == "ok"
                    else STATUSES[row["status"]],
                }
                for row in rows
            ],
            is_stacked=False,
        ),
        note="The rule: the best gain; if that is more than sales can call, the lowest threshold "
        "within the capacity that uses half of it; if none does, the best gain, worked from the "
        "top. A suggestion's thresholds were found on earlier dates; all are measured on the same "
        "held-out ones.",
    )


def options_sentence(rows: Sequence[Row], version: str) -> str:
    """Say what the rule would choose for a version, beside what it has."""
    mine = {row["option"]: row for row in rows if row["contender"] == version}
    chosen = next((row for row in mine.values() if row["is_chosen"]), None)
    if chosen is None:
        return "Too few convert on the held-out dates to say which is best."
    sentence = (
        f"The rule would choose {formatting.number(chosen['score_threshold'])}: "
        f"{formatting.number(chosen['new_leads_per_week'])} new leads a week, "
        f"{formatting.percent(chosen['precision_share'])} of which convert, and they are "
        f"{formatting.percent(chosen['recall_share'])} of all who convert."
    )
    if mine["capacity"]["status"] == "no_mark_fits":
        capacity = formatting.number(mine["capacity"]["capacity_per_week"])
        sentence += f" No threshold fits the capacity of {capacity} new leads a week."
    return sentence


# --- points ---------------------------------------------------------------------------------------


def suggested_points(part: Part, evaluations: Part, definition_id: str) -> Block:
    """Show the points that earlier outcomes would have given."""
    title = "What points would the outcomes have given?"
    marts = (*part.marts, *evaluations.marts)
    mine = [row for row in part.rows if row["definition_id"] == definition_id]
    about = judged(evaluations, definition_id, "suggested_points")
    if not mine:
        if part.missing or about is None:
            return Block(title, part.lack("this definition"), marts)
        return Block(title, f"None are suggested: {verdict(about['verdict']).words}.", marts)
    threshold = formatting.number(mine[0]["score_threshold"])
    return Block(
        title,
        f"These {formatting.counted(len(mine), 'rule')}, with a threshold of {threshold}, rank "
        f"buyers above others {with_interval(about, 'auc')} of the time on dates they were not "
        "learned from. `pql suggest` writes them as a config folder, to be tried with "
        "`pql preview`.",
        marts,
        table=Table(
            (
                Column("rule", "Rule"),
                number_column("points", "Points"),
                Column("interval", "95% interval"),
                number_column("support_count", "Met by (observations)"),
                number_column("rate", "Of these, convert", formatting.percent),
            ),
            [
                row
                | {
                    "rule": rule_in_words(row),
                    "interval": f"{row['points_low']} to {row['points_high']}",
                    "rate": row["support_converted_count"] / row["support_count"],
                }
                for row in mine
            ],
        ),
    )


def rule_in_words(row: Row) -> str:
    """Say what a suggested rule asks for."""
    least, days = formatting.number(row["min_value"]), row["window_days"]
    words = row["signal_name"]
    if row["max_awards"] > 1:
        words += f", for each {least}, up to {row['max_awards']} times"
    elif row["min_value"] != 1:
        words += f", at least {least}"
    if days is not None:
        words += f" within {formatting.counted(days, 'day')}"
    if row["half_life_days"]:
        halves = formatting.counted(row["half_life_days"], "day")
        words += f"; worth half every {halves} after the last"
    return words
