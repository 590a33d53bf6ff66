"""Judge versions in parts: by band of the score, by month and quarter, and by segment.

A definition that is good on the whole may promise too much at some scores, may have ceased to be
good, or may be good for some companies alone. All intervals count an account as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import rankdata, t
from statsmodels.stats.proportion import proportion_confint

QUARTER_DAYS = 91
MONTHS = 24  # the last ones
ROUNDING = 1e-12  # less of a variance is none: what sums leave over depends on their order
BANDS = 7  # quarters of the threshold; the last one is open
SEGMENTS = ("size", "industry", "acquisition")
OUT_OF_BANDS = (
    100_000  # above: raised a hand, or called a lead without a threshold; below 0: not taken
)
SHARES = ["conversion_rate", "precision_at_threshold", "recall_at_threshold"]
COLUMNS = {
    "definition_id": "str",
    "definition_key": "str",
    "part_type": "str",
    "part": "str",
    "part_number": "int64",
    "observation_count": "int64",
    "converted_count": "int64",
    "converted_cluster_count": "int64",
    **{f"{name}{end}": "float64" for name in (*SHARES, "auc") for end in ("", "_low", "_high")},
    "auc_change": "float64",
    "auc_change_low": "float64",
    "auc_change_high": "float64",
    "changed_since": "str",
    "verdict": "str",
}


class Area(NamedTuple):
    """An AUC, and what each cluster contributes to its error."""

    value: float
    errors: np.ndarray
    freedom: int

    def interval(self, confidence: float) -> tuple[float, float]:
        """Return the ends of its interval."""
        width = half_width(self.errors, self.freedom, confidence)
        return max(self.value - width, 0), min(self.value + width, 1)


# --- estimates ------------------------------------------------------------------------------------


def area(
    values: np.ndarray, converted: np.ndarray, clusters: np.ndarray, cluster_count: int
) -> Area:
    """Estimate how often one who converts is valued above one who does not.

    The errors are those of the linearised jackknife, as in int_definition_evaluation.
    """
    yes, no = converted, ~converted
    ranks = rankdata(values)
    placements = np.empty(len(values))
    placements[yes] = (ranks[yes] - rankdata(values[yes])) / no.sum()
    placements[no] = 1 - (ranks[no] - rankdata(values[no])) / yes.sum()
    value = placements[yes].mean()
    errors = np.zeros(cluster_count)
    for of_class in (yes, no):
        influence = (placements[of_class] - value) / of_class.sum()
        held = np.bincount(clusters[of_class], minlength=cluster_count) / of_class.sum()
        sums = np.bincount(clusters[of_class], influence, cluster_count)
        errors += sums / np.maximum(1 - held, 1 / of_class.sum())
    return Area(float(value), errors, max(len(np.unique(clusters[yes])) - 1, 1))


def half_width(errors: np.ndarray, freedom: int, confidence: float) -> float:
    """Return half the width of an interval whose error is a sum over clusters."""
    count = max(np.count_nonzero(errors), 2)
    variance = errors @ errors * (count - 1) / count
    return float(t.ppf((1 + confidence) / 2, freedom) * np.sqrt(variance))


def share(
    is_taken: np.ndarray, clusters: np.ndarray, confidence: float
) -> tuple[float, float, float]:
    """Return a share and its exact interval, of as many observations as the clusters are worth.

    Where all or none are taken, or all clusters have the same share, each cluster counts once.
    """
    count = len(is_taken)
    if not count:
        return (np.nan,) * 3
    value = float(is_taken.mean())
    numbers = np.unique(clusters, return_inverse=True)[1]
    errors = np.bincount(numbers, is_taken - value) / count
    effective = float(numbers.max() + 1)
    spread = value * (1 - value)
    if errors @ errors > ROUNDING * spread:
        effective = min(max(spread / (errors @ errors), 1.0), float(count))
    low, high = proportion_confint(value * effective, effective, 1 - confidence, method="beta")
    return value, float(min(low, value)), float(max(high, value))


# --- parts ----------------------------------------------------------------------------------------


def evaluation_parts(scores: pd.DataFrame, min_converters: int, confidence: float) -> pd.DataFrame:
    """Judge each part of each version.

    Args:
        scores: rows of int_segmented_scores.
        min_converters: clusters that convert, and that do not, without which no order is judged.
        confidence: of all intervals.
    """
    rows = []
    scores = scores.assign(observed_on=pd.to_datetime(scores["observed_on"]))
    for key, mine in scores.groupby("definition_key", sort=True):
        keys = {"definition_id": mine["definition_id"].iloc[0], "definition_key": key}
        judged = [
            {"part_type": part_type, "part": part, "part_number": number}
            | measure(of_part, min_converters, confidence)
            for part_type, part, number, of_part in parts(mine)
        ]
        of_all = mine.loc[mine["is_held_out"], "is_converted"].mean()
        judged += [
            {"part_type": "score_band", "part": part, "part_number": number}
            | against_all(of_part, of_all, confidence)
            for part, number, of_part in bands(mine)
        ]
        rows += [keys | row for row in [*judged, change(mine, judged, min_converters, confidence)]]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def parts(scores: pd.DataFrame) -> Iterator[tuple[str, str, int, pd.DataFrame]]:
    """Yield the months and segments of a version's observations: type, name, place, rows.

    Segments are of the held-out dates; months are of all, as a version has learned from none.
    """
    held_out = scores[scores["is_held_out"]]
    months = scores["observed_on"].dt.strftime("%Y-%m")
    for number, month in enumerate(sorted(months.unique())[-MONTHS:]):
        yield "month", month, number + 1, scores[months == month]
    for part_type in SEGMENTS:
        for number, (segment, rows) in enumerate(held_out.groupby(part_type, sort=True)):
            yield part_type, str(segment), number + 1, rows


def bands(scores: pd.DataFrame) -> Iterator[tuple[str, int, pd.DataFrame]]:
    """Yield the held-out observations by quarters of the threshold: name, place, rows."""
    mark = scores["score_threshold"].iloc[0]
    step = float(100 if pd.isna(mark) or mark <= 0 else mark) / 4
    is_in = scores["is_held_out"] & scores["version_value"].between(0, OUT_OF_BANDS)
    numbers = np.minimum(scores.loc[is_in, "version_value"].astype(float) // step, BANDS - 1)
    for number, rows in scores[is_in].groupby(numbers.astype(int)):
        upper = f"to under {step * (number + 1):g}" if number < BANDS - 1 else "or more"
        yield f"{step * number:g} {upper}", int(number) + 1, rows


def counts_and_shares(rows: pd.DataFrame, confidence: float) -> dict[str, object]:
    """Count a part, and measure its shares."""
    _, converted, clusters = arrays(rows)
    is_lead = rows["is_qualified"].to_numpy(dtype=bool)
    shares = {
        "conversion_rate": (converted, clusters),
        "precision_at_threshold": (converted[is_lead], clusters[is_lead]),
        "recall_at_threshold": (is_lead[converted], clusters[converted]),
    }
    result: dict[str, object] = {
        "observation_count": len(rows),
        "converted_count": int(converted.sum()),
        "converted_cluster_count": len(np.unique(clusters[converted])),
    }
    for name, (taken, of_clusters) in shares.items():
        ends = share(taken.astype(float), of_clusters, confidence)
        result |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
    return result


def against_all(rows: pd.DataFrame, of_all: float, confidence: float) -> dict[str, object]:
    """Measure a band, and say whether it converts more or less often than all do."""
    result = counts_and_shares(rows, confidence)
    low, high = result["conversion_rate_low"], result["conversion_rate_high"]
    return result | {"verdict": "more" if low > of_all else "less" if high < of_all else "as_all"}


def measure(rows: pd.DataFrame, min_converters: int, confidence: float) -> dict[str, object]:
    """Measure a part; its order only where enough convert."""
    values, converted, clusters = arrays(rows)
    result = counts_and_shares(rows, confidence)
    if not is_enough(converted, clusters, min_converters):
        return result | {"verdict": "not_enough_data"}
    found = area(values, converted, clusters, clusters.max() + 1)
    low, high = found.interval(confidence)
    verdict = "signal" if low > 0.5 else "no_signal"
    return result | {"auc": found.value, "auc_low": low, "auc_high": high, "verdict": verdict}


def arrays(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return values, outcomes and clusters."""
    return (
        rows["version_value"].to_numpy(dtype=float),
        rows["is_converted"].to_numpy(dtype=bool),
        rows["cluster_number"].to_numpy(dtype=int),
    )


def is_enough(converted: np.ndarray, clusters: np.ndarray, min_converters: int) -> bool:
    """Say whether enough clusters convert, and enough do not."""
    sides = (clusters[converted], clusters[~converted])
    return min(len(np.unique(side)) for side in sides) >= min_converters


def change(
    scores: pd.DataFrame, judged: list[dict[str, object]], min_converters: int, confidence: float
) -> dict[str, object]:
    """Compare the order of the last quarter of a year with that of the one before.

    An account may be in both: its errors are set against each other.
    """
    days_before = (scores["observed_on"].max() - scores["observed_on"]).dt.days
    last = scores[days_before < QUARTER_DAYS]
    before = scores[days_before.between(QUARTER_DAYS, 2 * QUARTER_DAYS - 1)]
    row = {"part_type": "drift", "part": "last quarter against the one before", "part_number": 1}
    result = row | measure(last, min_converters, confidence)
    fewest = min(
        result["converted_cluster_count"],
        before.loc[before["is_converted"].astype(bool), "cluster_number"].nunique(),
    )
    result["converted_cluster_count"] = fewest
    if not all(is_enough(*arrays(part)[1:], min_converters) for part in (last, before)):
        return result | {"verdict": "not_enough_data"}
    cluster_count = scores["cluster_number"].max() + 1
    now, then = (area(*arrays(part), cluster_count) for part in (last, before))
    difference = now.value - then.value
    width = half_width(now.errors - then.errors, min(now.freedom, then.freedom), confidence)
    low, high = difference - width, difference + width
    verdict = "drifted" if high < 0 else "improved" if low > 0 else "holds"
    return result | {
        "auc_change": difference,
        "auc_change_low": low,
        "auc_change_high": high,
        "changed_since": "" if verdict == "holds" else since(before, judged, verdict),
        "verdict": verdict,
    }


def since(before: pd.DataFrame, judged: list[dict[str, object]], verdict: str) -> str:
    """Return the month from which on the order differs most from that of the months before it."""
    first = before["observed_on"].min().strftime("%Y-%m")
    months = [
        row
        for row in judged
        if row["part_type"] == "month" and row["part"] >= first and "auc" in row
    ]
    if len(months) < 2:
        return before["observed_on"].max().strftime("%Y-%m")
    areas = np.array([row["auc"] for row in months]) * (-1 if verdict == "drifted" else 1)
    count = np.arange(1, len(areas))
    earlier = np.cumsum(areas)[:-1] / count
    later = (areas.sum() - np.cumsum(areas)[:-1]) / (len(areas) - count)
    clearest = np.argmax((later - earlier) * np.sqrt(count * (len(areas) - count)))
    return str(months[clearest + 1]["part"])


def model(dbt, session):
    """Read the scores, judge, return a row per part."""
    return evaluation_parts(
        dbt.ref("int_segmented_scores").df(),
        min_converters=dbt.config.meta_get("min_converters"),
        confidence=dbt.config.meta_get("confidence"),
    )
