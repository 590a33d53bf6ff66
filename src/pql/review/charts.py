"""Draw the charts of the review as SVG pictures, for a wide and a narrow screen.

Altair describes a chart, vl-convert draws it without a browser. A picture needs no script on the
page: hovering over a mark shows its numbers by SVG's own titles, and its text alternative is read
by screen readers. Colours are told apart by the colour-blind (Okabe and Ito), and never alone: a
line has its dots or dashes, and a bar its label.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import altair as alt
import vl_convert
from markupsafe import Markup, escape

Rows = Sequence[Mapping[str, Any]]

BLUE, ORANGE, GREEN, GREY = "#0072b2", "#d55e00", "#007a5a", "#6b7280"
PALE_GREEN = "#dcefe7"
INK, RULE = "#1f2937", "#e5e7eb"
WIDTHS = {"wide": 540, "narrow": 340}
# vl-convert brings Liberation Sans, which is as wide as Arial: the same picture on any machine.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
CONFIG = {
    "font": FONT,
    "background": "transparent",
    "padding": 2,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": INK,
        "domainColor": GREY,
        "gridColor": RULE,
        "tickColor": GREY,
        "labelLimit": 150,
        "labelOverlap": "greedy",
        "labelSeparation": 6,
    },
    "legend": {
        "labelFontSize": 13,
        "labelColor": INK,
        "labelLimit": 300,
        "orient": "top",
        "title": None,
        "symbolSize": 120,
        "offset": 6,
    },
    "text": {"font": FONT, "fontSize": 13, "color": INK},
    "mark": {"tooltip": None},
}
MARK = re.compile(r'<(path|text) ([^>]*?aria-label="([^"]*)"[^>]*)/>')


class Picture(NamedTuple):
    """A chart; as HTML it is drawn for both screens, of which the style sheet shows one.

    Args:
        chart: makes the chart for a width in pixels.
        says: what it shows, for those who cannot see it.
    """

    chart: Callable[[int], alt.TopLevelMixin]
    says: str

    def __html__(self) -> Markup:
        """Draw it, which takes a while: not before a page is written."""
        return Markup("\n").join(
            Markup('<div class="picture {}">{}</div>').format(
                screen, drawn(self.chart(width), self.says)
            )
            for screen, width in WIDTHS.items()
        )


def drawn(chart: alt.Chart, says: str) -> Markup:
    """Draw one SVG picture, with its text alternative, and a title on each mark to hover over."""
    svg = vl_convert.vegalite_to_svg(chart.to_dict())
    root = f'<svg role="img" aria-label="{escape(says)}" '
    svg = svg.replace("<svg ", root, 1)
    svg = MARK.sub(r"<\1 \2><title>\3</title></\1>", svg)
    return Markup(svg)  # noqa: S704 Vega escapes every text


# --- the charts -----------------------------------------------------------------------------------


def framed(chart: alt.TopLevelMixin, width: int, height: int = 250) -> alt.TopLevelMixin:
    """Give a chart its size, axes and labels included, and the style of the page."""
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    return chart.properties(width=width, height=height, autosize=fit).configure(**CONFIG)


def table(rows: Rows) -> alt.Data:
    """Hand rows to a chart; dates and decimals as JSON has them."""
    return alt.Data(values=[{name: plain(value) for name, value in row.items()} for row in rows])


def plain(value: Any) -> Any:
    """Write a value as JSON can hold it."""
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def week_axis(width: int) -> alt.X:
    """Lay weeks along the bottom; a week stands at its Monday, in UTC."""
    axis = alt.Axis(format="%-d %b", grid=False, tickCount=4 if width < 500 else 8)
    return alt.X("week:T", title=None, axis=axis, scale=alt.Scale(type="utc"))


def percent_axis() -> alt.Axis:
    """Lay shares along an axis."""
    return alt.Axis(format="%", tickCount=5)


def weekly_counts(rows: Rows, width: int) -> alt.TopLevelMixin:
    """Bars of leads per week, and a dotted line of marketing's leads.

    Args:
        rows: week, is_final, leads, says, marketing_leads (null: not known) and marketing_says.
        width: of the picture.
    """
    axis = alt.Axis(tickMinStep=1, tickCount=5, format="d")
    weeks = alt.Chart(table(rows)).encode(x=week_axis(width))
    bars = weeks.mark_bar(color=BLUE, size=0.7 * (width - 50) / max(len(rows), 12)).encode(
        y=alt.Y("leads:Q", title=None, axis=axis),
        opacity=alt.condition("datum.is_final", alt.value(1), alt.value(0.4)),
        description="says:N",
    )
    marketing = weeks.encode(y="marketing_leads:Q")
    line = marketing.mark_line(color=ORANGE, strokeWidth=2, strokeJoin="round")
    dots = marketing.mark_point(color=ORANGE, filled=True, size=36, opacity=1).encode(
        description="marketing_says:N"
    )
    return framed(bars + line + dots, width)


def weekly_rates(rows: Rows, width: int, usual: tuple[float, float] | None) -> alt.TopLevelMixin:
    """Draw a dotted line of a share per week; what is not yet final is hollow.

    Args:
        rows: week, share, is_final and says.
        width: of the picture.
        usual: the ends of the band that a benchmark calls usual.
    """
    weeks = alt.Chart(table(rows)).encode(
        x=week_axis(width), y=alt.Y("share:Q", title=None, axis=percent_axis())
    )
    line = weeks.mark_line(color=BLUE, strokeWidth=2, strokeJoin="round").transform_filter(
        "datum.is_final"
    )
    dots = weeks.mark_point(color=BLUE, size=50, opacity=1).encode(
        fill=alt.condition("datum.is_final", alt.value(BLUE), alt.value("white")),
        description="says:N",
    )
    return framed(usual_band(usual) + line + dots, width)


def usual_band(usual: tuple[float, float] | None) -> alt.Chart:
    """Shade what is usual."""
    rows = [{"low": usual[0], "high": usual[1]}] if usual else []
    return (
        alt.Chart(alt.Data(values=rows)).mark_rect(color=PALE_GREEN).encode(y="low:Q", y2="high:Q")
    )


def labelled_bars(rows: Rows, width: int, colours: Mapping[str, str]) -> alt.TopLevelMixin:
    """Draw lying bars of shares in groups, each with its numbers beside it.

    Args:
        rows: group, series, share (null: nothing to tell), label and says, in the order to show.
        width: of the picture.
        colours: of each series.
    """
    groups = list(dict.fromkeys(row["group"] for row in rows))
    base = alt.Chart(table(rows)).encode(
        y=alt.Y("group:N", title=None, sort=groups, axis=alt.Axis(ticks=False, domain=False)),
        yOffset=alt.YOffset("series:N", sort=list(colours)),
        x=alt.X("share:Q", axis=None, scale=alt.Scale(domain=[0, end_of_bars(rows, width)])),
    )
    paint = alt.Color(
        "series:N", legend=None, scale=alt.Scale(domain=list(colours), range=list(colours.values()))
    )
    bars = base.mark_bar(height=alt.RelativeBandSize(0.8)).encode(color=paint, description="says:N")
    labels = base.mark_text(align="left", dx=5).encode(text="label:N")
    return framed(bars + labels, width, 10 + len(groups) * (14 + 26 * len(colours)))


def end_of_bars(rows: Rows, width: int) -> float:
    """Return where the scale of bars ends, so that the label beside the longest one has room."""
    letter = 7.2
    plot = width - letter * max((len(row["group"]) for row in rows), default=0)
    label = letter * max((len(row["label"]) for row in rows), default=0) + 10
    longest = max((float(row["share"] or 0) for row in rows), default=0) or 1
    return longest * plot / max(plot - label, 40)


def score_bands(rows: Rows, width: int, today: float | None) -> alt.TopLevelMixin:
    """Draw the share that converts by band of the score, with today's threshold.

    Args:
        rows: score_from, score_to, share, label and says.
        width: of the picture.
        today: the threshold in use.
    """
    base = alt.Chart(table(rows)).encode(
        x=alt.X("score_from:Q", title="score", axis=alt.Axis(grid=False)),
        x2="score_to:Q",
    )
    bars = base.mark_bar(color=BLUE, stroke="white").encode(
        y=alt.Y("share:Q", title=None, axis=percent_axis()),
        y2=alt.datum(0),
        description="says:N",
    )
    return framed(bars + threshold_mark(today), width)


def threshold_mark(today: float | None) -> alt.LayerChart:
    """Draw today's threshold as a dashed line with its name."""
    rows = [] if today is None else [{"score": float(today), "label": f"today: {today:g}"}]
    base = alt.Chart(alt.Data(values=rows)).encode(x=alt.X("score:Q"))
    line = base.mark_rule(color=INK, strokeDash=[5, 4], strokeWidth=1.5)
    name = base.mark_text(baseline="bottom", dy=-3, fontWeight="bold").encode(
        y=alt.value(0), text="label:N"
    )
    return line + name


def threshold_axis(top: float) -> alt.X:
    """Lay thresholds along the bottom, on the same scale in both charts."""
    return alt.X(
        "score:Q",
        title="threshold",
        axis=alt.Axis(grid=False),
        scale=alt.Scale(domain=[0, top], nice=False),
    )


def threshold_lines(
    rows: Rows, width: int, top: float, today: float | None, form: Mapping[str, str]
) -> alt.TopLevelMixin:
    """Draw shares by threshold, with today's threshold.

    Args:
        rows: score, series, share and says.
        width: of the picture.
        top: end of the scale of thresholds.
        today: the threshold in use.
        form: colour of each series; all but the first are dashed.
    """
    names = list(form)
    base = alt.Chart(table(rows)).encode(
        x=threshold_axis(top),
        y=alt.Y("share:Q", title=None, axis=percent_axis(), scale=alt.Scale(domain=[0, 1])),
        color=alt.Color(
            "series:N", legend=None, scale=alt.Scale(domain=names, range=list(form.values()))
        ),
    )
    dashes = [[1, 0], *[[6, 3]] * (len(names) - 1)]
    lines = base.mark_line(strokeWidth=2.5, strokeJoin="round").encode(
        strokeDash=alt.StrokeDash(
            "series:N", legend=None, scale=alt.Scale(domain=names, range=dashes)
        )
    )
    dots = base.mark_point(filled=True, size=36, opacity=1).encode(description="says:N")
    return framed(lines + dots + threshold_mark(today), width)


def threshold_bars(rows: Rows, width: int, top: float, today: float | None) -> alt.TopLevelMixin:
    """Draw a number by threshold, with today's threshold.

    Args:
        rows: score, number and says.
        width: of the picture.
        top: end of the scale of thresholds.
        today: the threshold in use.
    """
    bars = (
        alt.Chart(table(rows))
        .mark_bar(color=BLUE, size=0.6 * (width - 50) / max(len(rows), 10))
        .encode(
            x=threshold_axis(top),
            y=alt.Y("number:Q", title=None, axis=alt.Axis(tickCount=4)),
            description="says:N",
        )
    )
    return framed(bars + threshold_mark(today), width, 180)
