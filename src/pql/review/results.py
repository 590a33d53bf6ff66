"""What the measurement marts say: volume, rates, conversion, speed, and what sales adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from pql import formatting
from pql.database import Row
from pql.review import charts, components
from pql.review.components import Block, Column, Key, Table, number_column
from pql.review.marts import Part, of_version

SOURCES = {"pql": "product-qualified", "mql": "marketing-qualified"}
COLOURS = {"product-qualified": charts.BLUE, "marketing-qualified": charts.ORANGE}
FUNNEL = {
    "opportunity_rate": "opportunity",
    "paid_rate": "paid",
    "win_rate": "deal won",
}
# Sums over weeks make sense of these; a median or a velocity does not add up.
SUMMED = ("sign_ups", "activation_rate", "new_leads", "lead_rate", *FUNNEL, "acv")


def of_metric(rows: Iterable[Row], metric: str, lead_source: str) -> dict[object, Row]:
    """Return the weeks of a metric."""
    return {
        row["week_start"]: row
        for row in rows
        if row["metric"] == metric and row["lead_source"] == lead_source
    }


# --- week by week ---------------------------------------------------------------------------------


def volume(part: Part, definition: Row) -> Block:
    """Count new leads by week."""
    title = "How many new leads come?"
    rows = of_version(part, definition)
    leads = of_metric(rows, "new_leads", "pql")
    marketing = of_metric(rows, "new_leads", "mql")
    if not leads:
        return Block(title, part.lack("this definition"), part.marts)
    weeks = [
        {
            "week": week,
            "is_final": row["is_mature"],
            "leads": row["numerator"],
            "marketing_leads": marketing[week]["numerator"] if week in marketing else None,
        }
        for week, row in leads.items()
    ]
    for row in weeks:
        begins = f"week of {formatting.day(row['week'])}: "
        row["says"] = begins + formatting.counted(int(row["leads"]), "new lead")
        row["marketing_says"] = (
            f"{begins}{formatting.number(row['marketing_leads'])} of marketing's"
        )
    says = volume_sentence([row for row in weeks if row["is_final"]])
    return Block(
        title,
        says,
        part.marts,
        pictures=(charts.Picture(lambda width: charts.weekly_counts(weeks, width), says),),
        keys=[
            Key("new leads by this definition", "bar", charts.BLUE),
            *([Key("marketing's leads", "line", charts.ORANGE)] if marketing else []),
        ],
        table=Table(
            (
                Column("week", "Week of"),
                number_column("leads", "New leads"),
                number_column("marketing_leads", "Marketing's"),
            ),
            weeks,
            is_stacked=False,
        ),
        note="A pale bar is a week that is not over. A lead counts once, when it first qualifies.",
    )


def volume_sentence(weeks: Sequence[Row]) -> str:
    """Compare the last four whole weeks with the four before."""
    latest, earlier = weeks[-4:], weeks[-8:-4]
    said = f"{formatting.number(total(latest, 'leads'))} in the last {len(latest)} whole weeks"
    if earlier:
        said += f", {formatting.number(total(earlier, 'leads'))} in the {len(earlier)} before"
    if any(row["marketing_leads"] is not None for row in latest):
        said += (
            f"; marketing had {formatting.number(total(latest, 'marketing_leads'))} in the former"
        )
    return said + "."


def total(rows: Iterable[Row], name: str) -> Decimal:
    """Add up a column; what is not known adds nothing."""
    return sum((row[name] or Decimal(0) for row in rows), Decimal(0))


def rate(part: Part, checks: Sequence[Row], definition: Row) -> Block:
    """Show the share of sign-ups that qualifies, by week."""
    title = "What share of sign-ups qualifies?"
    rows = of_metric(of_version(part, definition), "lead_rate", "pql")
    if not rows and of_version(part, definition):
        return Block(title, "This definition is not about people who sign up.", part.marts)
    if not rows:
        return Block(title, part.lack("this definition"), part.marts)
    weeks = [
        {
            "week": week,
            "is_final": row["is_mature"],
            "share": row["numerator"] / row["denominator"],
            "qualified": row["numerator"],
            "sign_ups": row["denominator"],
            "says": f"week of {formatting.day(week)}: {formatting.number(row['numerator'])} of "
            f"{formatting.counted(int(row['denominator']), 'sign-up')}"
            + ("" if row["is_mature"] else " so far"),
        }
        for week, row in rows.items()
        if row["denominator"]
    ]
    final = [week for week in weeks if week["is_final"]]
    check = next((row for row in checks if row["check_id"] == "sign_ups_qualify"), None)
    usual = check and (float(check["benchmark_lower"]), float(check["benchmark_upper"] or 1))
    qualified, sign_ups = int(total(final, "qualified")), int(total(final, "sign_ups"))
    says = (
        f"{formatting.part_of(qualified, sign_ups)} of those who signed up long enough ago to tell."
    )
    return Block(
        title,
        says,
        (*part.marts, *(("definition_review",) if usual else ())),
        pictures=(charts.Picture(lambda width: charts.weekly_rates(weeks, width, usual), says),),
        keys=[
            Key("by the week of signing up", "line", charts.BLUE),
            Key("not old enough to tell", "hollow", charts.BLUE),
            *(
                [
                    Key(
                        f"usual: {formatting.percent(usual[0])} to {formatting.percent(usual[1])}",
                        "band",
                        charts.PALE_GREEN,
                    )
                ]
                if usual
                else []
            ),
        ],
        table=Table(
            (
                Column("week", "Week of"),
                number_column("sign_ups", "Sign-ups"),
                number_column("qualified", "Qualified"),
                number_column("share", "Share", formatting.percent),
            ),
            weeks,
            is_stacked=False,
        ),
    )


# --- from lead to customer ------------------------------------------------------------------------


def funnel(part: Part, definition: Row) -> Block:
    """Set product-qualified leads beside marketing's, from lead to customer."""
    title = "What becomes of the leads, and of marketing's?"
    rows = [row for row in of_version(part, definition) if row["is_mature"]]
    if not rows:
        return Block(title, part.lack("this definition"), part.marts)
    sums = summed(rows)
    bars = [
        {
            "group": short,
            "series": SOURCES[source],
            "share": entry["value"],
            "label": entry["said"],
            "says": f"{entry['name']}, {SOURCES[source]}: {entry['said']}",
        }
        for metric, short in FUNNEL.items()
        for source in SOURCES
        if (entry := sums.get((metric, source))) and entry["value"] is not None
    ]
    says = funnel_sentence(sums)
    metrics = {metric: entry for (metric, _), entry in sums.items()}
    return Block(
        title,
        says,
        part.marts,
        pictures=(charts.Picture(lambda width: charts.labelled_bars(bars, width, COLOURS), says),)
        if bars
        else (),
        keys=[
            Key(f"{name} leads", "bar", colour)
            for name, colour in COLOURS.items()
            if any(bar["series"] == name for bar in bars)
        ],
        table=Table(
            (
                Column("name", "Metric"),
                Column("owner", "Owned by"),
                Column("pql", "Product-qualified"),
                Column("mql", "Marketing-qualified"),
            ),
            [
                {
                    "name": entry["name"],
                    "owner": entry["owner"],
                    **{
                        source: sums.get((metric, source), sums.get((metric, "any"), {})).get(
                            "said"
                        )
                        for source in SOURCES
                    },
                }
                for metric, entry in metrics.items()
            ],
        ),
        note="Whole weeks of the last 26, as far as they are old enough to tell. Marketing's are "
        "among those whom this definition is for."
        + (
            " People of one account share its payment: it is the first one's."
            if definition["entity_type"] == "user"
            else ""
        ),
    )


def summed(rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """Add up the weeks of each metric and source."""
    sums = {}
    for metric in SUMMED:
        for source in ("any", *SOURCES):
            weeks = of_metric(rows, metric, source).values()
            if not weeks:
                continue
            one = next(iter(weeks))
            count, of = total(weeks, "numerator"), total(weeks, "denominator")
            if one["unit"] == "share":
                value, said = (count / of if of else None), formatting.part_of(int(count), int(of))
            else:
                is_sum = one["unit"] == "count"
                value = count if is_sum else count / of if of else None
                said = formatting.number(value, 0)
            sums[metric, source] = {
                "name": one["metric_name"],
                "owner": one["owner_team"],
                "value": value,
                "said": said,
            }
    return sums


def funnel_sentence(sums: dict[tuple[str, str], Row]) -> str:
    """Say how many leads of each source became customers."""
    product, marketing = (sums.get(("paid_rate", source)) for source in SOURCES)
    said = [
        f"of {name} leads, {entry['said']}"
        for entry, name in ((product, "product-qualified"), (marketing, "marketing-qualified"))
        if entry and entry["value"] is not None
    ]
    if not said:
        return "No lead is old enough to tell whether it pays."
    return f"Paid in time: {'; '.join(said)}."


def bands(part: Part, definition: Row) -> Block:
    """Show how often leads pay, by the score with which they qualified."""
    title = "Do leads with higher scores pay more often?"
    rows = of_version(part, definition)
    if not rows:
        return Block(title, part.lack("this definition that is old enough to tell"), part.marts)
    bars = [
        {
            "group": f"{row['score_band']} to {row['score_band'] + 9}",
            "series": "leads",
            "share": row["paid_count"] / row["lead_count"],
            "label": formatting.part_of(row["paid_count"], row["lead_count"]),
            "says": f"score {row['score_band']} to {row['score_band'] + 9}: "
            f"{formatting.part_of(row['paid_count'], row['lead_count'])} paid",
        }
        for row in rows
    ]
    leads, paid = (sum(row[name] for row in rows) for name in ("lead_count", "paid_count"))
    says = f"Of all leads old enough to tell, {formatting.part_of(paid, leads)} paid."
    return Block(
        title,
        says,
        part.marts,
        pictures=(
            charts.Picture(
                lambda width: charts.labelled_bars(bars, width, {"leads": charts.BLUE}), says
            ),
        ),
        keys=[Key("share that paid, by score on qualifying", "bar", charts.BLUE)],
        table=Table(
            (
                Column("group", "Score"),
                number_column("lead_count", "Leads"),
                number_column("paid_count", "Paid"),
                number_column("share", "Share", formatting.percent),
            ),
            [row | bar for row, bar in zip(rows, bars, strict=True)],
            is_stacked=False,
        ),
        note="First qualifications only, held-out leads apart.",
    )


def segments(part: Part, definition: Row) -> Block:
    """Show what becomes of the leads by company size and industry."""
    title = "Where do the good leads come from?"
    rows = of_version(part, definition)
    if not rows:
        return Block(title, part.lack("this definition"), part.marts)
    return Block(
        title,
        "Leads by company size and industry; of few leads little can be said.",
        part.marts,
        table=Table(
            (
                Column("name", "Segment"),
                number_column("lead_count", "New leads"),
                Column("opportunity", "Of those old enough, opportunity"),
                Column("paid", "Of those old enough, paid"),
            ),
            [
                {
                    "name": f"{row['segment_type']}: {row['segment']}",
                    "lead_count": row["lead_count"],
                    "opportunity": formatting.part_of(
                        int(row["opportunity_count"]), int(row["opportunity_leads"])
                    ),
                    "paid": formatting.part_of(int(row["paid_count"]), int(row["paid_leads"])),
                }
                for row in rows
            ],
        ),
        note="Leads of the last 26 weeks.",
    )


# --- speed ----------------------------------------------------------------------------------------


def deadlines(part: Part) -> Block:
    """Say whether leads are called in time, by role."""
    title = "Are leads called in time?"
    if not part.rows:
        return Block(title, part.lack("deadlines"), part.marts)
    rows = []
    for row in part.rows:
        due = row["in_time_count"] + row["late_count"] + row["overdue_count"]
        rows.append(row | {"said": formatting.part_of(row["in_time_count"], due)})
    due, in_time = (
        sum(sum(row[name] for name in names) for row in rows)
        for names in (("in_time_count", "late_count", "overdue_count"), ("in_time_count",))
    )
    return Block(
        title,
        f"{formatting.part_of(in_time, due)} of the leads whose deadline has passed, or that were "
        "called, were called in time.",
        part.marts,
        table=Table(
            (
                Column("owner_role", "Role"),
                number_column("lead_count", "Leads with a deadline"),
                Column("said", "Called in time"),
                number_column("late_count", "Called late"),
                number_column("overdue_count", "Overdue"),
                number_column("ended_count", "Lapsed before"),
                number_column("open_count", "Still open"),
            ),
            rows,
        ),
        note="Leads of the last 26 weeks, under live definitions.",
    )


def first_touches(part: Part, definition: Row) -> Block:
    """Show how often leads pay, by how soon they were called."""
    title = f"{definition['definition_name']}: does a quick call pay?"
    rows = of_version(part, definition)
    if not rows:
        return Block(title, part.lack("leads with a deadline, old enough to tell"), part.marts)
    bars = [
        {
            "group": called(row["first_touch"]),
            "series": "leads",
            "share": row["paid_rate"],
            "label": formatting.part_of(row["paid_count"], row["lead_count"]),
            "says": f"{called(row['first_touch'])}: "
            f"{formatting.part_of(row['paid_count'], row['lead_count'])} paid",
        }
        for row in rows
    ]
    says = "Of those " + "; ".join(f"{bar['group']}, {bar['label']}" for bar in bars) + " paid."
    return Block(
        title,
        says,
        part.marts,
        pictures=(
            charts.Picture(
                lambda width: charts.labelled_bars(bars, width, {"leads": charts.BLUE}), says
            ),
        ),
        keys=[Key("share that paid, by time to the first call", "bar", charts.BLUE)],
        table=Table(
            (
                Column("first_touch", "First call"),
                number_column("lead_count", "Leads"),
                number_column("paid_count", "Paid"),
                Column("interval", "95% interval"),
            ),
            [
                row
                | {
                    "interval": f"{formatting.percent(row['paid_rate_lower'])} to "
                    f"{formatting.percent(row['paid_rate_upper'])}"
                }
                for row in rows
            ],
            is_stacked=False,
        ),
        note="Of few leads little can be said; and who is called sooner may have been the better "
        "lead to begin with.",
    )


def called(first_touch: str) -> str:
    """Say when somebody was called: called within 24 hours, called later, never called."""
    return "never called" if first_touch == "never" else f"called {first_touch}"


# --- what sales adds ------------------------------------------------------------------------------

INCREMENTALITY = {
    "sales_adds": components.Verdict("sales adds", "good"),
    "sales_takes_away": components.Verdict("sales takes away", "bad"),
    "no_difference": components.Verdict("no difference", "look"),
    "not_yet_known": components.Verdict("not yet known", "none"),
}


def incrementality(part: Part) -> Block:
    """Compare leads that sales had with those held out."""
    title = "Would they have paid anyway?"
    if not part.rows:
        return Block(title, part.lack("held-out leads"), part.marts)
    known = [row for row in part.rows if row["verdict"] != "not_yet_known"]
    return Block(
        title,
        "A share of the leads is held out from sales by chance; what they do is what leads do "
        "without a call. "
        + (
            f"For {formatting.counted(len(known), 'definition')} it is known."
            if known
            else "It is not yet known for any: act on no difference until it is."
        ),
        part.marts,
        table=Table(
            (
                Column("name", "Definition"),
                Column("verdict", "Verdict"),
                Column("routed", "With sales, paid"),
                Column("held_out", "Held out, paid"),
                Column("difference", "Difference"),
                Column("advice", "Advice"),
            ),
            [
                {
                    "name": row["definition_name"],
                    "verdict": INCREMENTALITY[row["verdict"]],
                    "routed": formatting.part_of(
                        row["routed_converted_count"], row["routed_count"]
                    ),
                    "held_out": formatting.part_of(
                        row["holdout_converted_count"], row["holdout_count"]
                    ),
                    "difference": difference(row),
                    "advice": row["advice"],
                }
                for row in part.rows
            ],
        ),
        note="In brackets: the 95% interval of the difference, in points of percent. Here a payment"
        " that people of one account share counts for each of them.",
    )


def difference(row: Row) -> str:
    """Write a difference of two shares with its interval, in points of percent."""
    if row["difference"] is None:
        return formatting.NOTHING
    value, low, high = (f"{100 * row[f'difference{end}']:+.0f}" for end in ("", "_lower", "_upper"))
    return f"{value} ({low} to {high})"
