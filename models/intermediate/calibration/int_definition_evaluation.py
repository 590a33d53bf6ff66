"""Judge definitions, suggestions and plain orders by what happened on held-out later dates.

All intervals treat an entity's (an account's) observations as one draw: each quantity is a sum over
observations, and its variance comes from the sums by cluster (the linearised jackknife).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import rankdata, t

BANDS = 5
SUGGESTED = ("suggested_points", "best_single_trigger")
KEYS = ["definition_id", "contender", "contender_type"]
ESTIMATES = ["auc", "lift_at_10", "recall_at_20", "precision_at_threshold"]
COLUMNS = {
    **dict.fromkeys(KEYS, "str"),
    "observation_count": "int64",
    "converted_count": "int64",
    "cluster_count": "int64",
    "converted_cluster_count": "int64",
    "qualified_count": "float64",
    "base_rate": "float64",
    **{f"{name}{end}": "float64" for name in ESTIMATES for end in ("", "_low", "_high")},
    **{f"conversion_rate_band_{band + 1}": "float64" for band in range(BANDS)},
    "strongest_baseline": "str",
    "auc_gain": "float64",
    "auc_gain_low": "float64",
    "verdict": "str",
}


class Estimate(NamedTuple):
    """A number, and what each observation contributes to its error."""

    value: float
    influence: np.ndarray


class Area(NamedTuple):
    """The AUC of a contender, with what is needed to compare it."""

    auc: Estimate
    converted: np.ndarray
    clusters: np.ndarray


# --- estimates ------------------------------------------------------------------------------------


def auc(values: np.ndarray, converted: np.ndarray) -> Estimate:
    """Estimate how often one who converts is valued above one who does not (ties count half)."""
    yes, no = converted, ~converted
    ranks = rankdata(values)
    placements = np.empty(len(values))
    placements[yes] = (ranks[yes] - rankdata(values[yes])) / no.sum()
    placements[no] = 1 - (ranks[no] - rankdata(values[no])) / yes.sum()
    area = placements[yes].mean()
    return Estimate(area, (placements - area) / np.where(yes, yes.sum(), no.sum()))


def shares_taken(values: np.ndarray, fraction: float) -> np.ndarray:
    """Return how much of each observation is in the top fraction; ties share the last places."""
    places = fraction * len(values)
    above = len(values) - rankdata(values, method="max")
    tied = rankdata(values, method="max") - rankdata(values, method="min") + 1
    return np.clip((places - above) / tied, 0, 1)


def precision(taken: np.ndarray, converted: np.ndarray) -> Estimate:
    """Estimate the share that converts among those taken."""
    share = taken @ converted / taken.sum()
    return Estimate(share, taken * (converted - share) / taken.sum())


def recall_of_top(values: np.ndarray, converted: np.ndarray, fraction: float) -> Estimate:
    """Estimate which share of those who convert is in the top fraction.

    The value that makes the top is itself uncertain: a place more or less is worth what those near
    it, within 5% of the places, convert.
    """
    taken = shares_taken(values, fraction)
    share = taken @ converted / converted.sum()
    near = shares_taken(values, fraction + 0.05) - shares_taken(values, fraction - 0.05)
    rate_near = near @ converted / near.sum()
    influence = converted * (taken - share) - rate_near * (taken - fraction)
    return Estimate(share, influence / converted.sum())


def lift_of_top(values: np.ndarray, converted: np.ndarray, fraction: float) -> Estimate:
    """Estimate how many times as often the top fraction converts as everybody does."""
    recall = recall_of_top(values, converted, fraction)
    return Estimate(recall.value / fraction, recall.influence / fraction)


def half_width(
    influence: np.ndarray, clusters: np.ndarray, converted: np.ndarray, level: float
) -> float:
    """Return half the width of an interval, by the jackknife: each cluster is left out once.

    What remains without a cluster weighs the more, the more of a class the cluster held; so a few
    large clusters make the interval wider.

    Args:
        influence: what each observation contributes to the error.
        clusters: the cluster of each observation, numbered from 0.
        converted: whether each observation converts.
        level: the confidence, such as 0.95.
    """
    sums = sum(
        np.bincount(clusters[of_class], influence[of_class], clusters.max() + 1)
        / (1 - np.bincount(clusters[of_class], minlength=clusters.max() + 1) / of_class.sum())
        for of_class in (converted, ~converted)
    )
    count = len(sums)
    variance = sums @ sums * (count - 1) / count
    freedom = max(len(np.unique(clusters[converted])) - 1, 1)
    return float(t.ppf((1 + level) / 2, freedom) * np.sqrt(variance))


def band_rates(values: np.ndarray, converted: np.ndarray) -> list[float]:
    """Return the share that converts in each fifth by value, lowest first; ties are shared out."""
    within = np.diff([shares_taken(-values, band / BANDS) for band in range(BANDS + 1)], axis=0)
    return [float(taken @ converted / taken.sum()) for taken in within]


# --- verdicts -------------------------------------------------------------------------------------


def evaluate(
    scores: pd.DataFrame, definitions: pd.DataFrame, min_converters: int, confidence: float
) -> pd.DataFrame:
    """Judge each contender of each definition.

    Args:
        scores: rows of int_contender_scores.
        definitions: rows of int_evaluated_definitions: also of those without observations.
        min_converters: clusters that convert, and that do not, without which nothing is judged.
        confidence: of all intervals; that there is a signal is said with the doubt that this leaves
            shared out among the contenders (Bonferroni).
    """
    rows = []
    for definition_id in sorted(definitions["definition_id"]):
        mine = scores[scores["definition_id"] == definition_id]
        rows += evaluate_definition(definition_id, mine, min_converters, confidence)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def evaluate_definition(
    definition_id: str, scores: pd.DataFrame, min_converters: int, confidence: float
) -> list[dict[str, object]]:
    """Judge the contenders of one definition on the same observations."""
    contenders = {
        key: rows.sort_values("observation_number")
        for key, rows in scores.groupby(["contender_type", "contender"], sort=True)
    }
    absent = [("suggestion", name) for name in SUGGESTED if ("suggestion", name) not in contenders]
    level = 1 - (1 - confidence) / max(len(contenders), 1)
    results, areas = [], {}
    for (kind, name), rows in contenders.items():
        keys = dict(zip(KEYS, (definition_id, name, kind), strict=True))
        result, area = measure(rows, min_converters, confidence)
        results.append(keys | result)
        if area:
            areas[name] = area
    baselines = [name for kind, name in contenders if kind == "baseline" and name != "random"]
    for result in results:
        result.update(compare(result["contender"], areas, baselines, level, confidence))
    # a trigger is found wherever there is enough to learn from
    is_learned = bool(areas) and ("suggestion", "best_single_trigger") in contenders
    for kind, name in absent:
        verdict = "no_signal" if is_learned else "not_enough_data"
        keys = dict(zip(KEYS, (definition_id, name, kind), strict=True))
        results.append(keys | sizes(scores) | {"verdict": verdict})
    return results


def sizes(rows: pd.DataFrame) -> dict[str, int]:
    """Count observations and clusters."""
    once = rows.drop_duplicates("observation_number")
    converted = once["is_converted"].astype(bool)
    return {
        "observation_count": len(once),
        "converted_count": int(converted.sum()),
        "cluster_count": once["cluster_number"].nunique(),
        "converted_cluster_count": once.loc[converted, "cluster_number"].nunique(),
    }


def arrays(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return values, outcomes and clusters of a contender's observations, in a fixed order."""
    clusters = np.unique(rows["cluster_number"].to_numpy(), return_inverse=True)[1]
    values = rows["contender_value"].to_numpy(dtype=float)
    return values, rows["is_converted"].to_numpy(dtype=bool), clusters


def measure(
    rows: pd.DataFrame, min_converters: int, confidence: float
) -> tuple[dict[str, object], Area | None]:
    """Measure one contender; where there is not enough data, only count."""
    counts = sizes(rows)
    values, converted, clusters = arrays(rows)
    others = len(np.unique(clusters[~converted]))
    if min(counts["converted_cluster_count"], others) < min_converters:
        return counts, None
    estimates = {
        "auc": auc(values, converted),
        "lift_at_10": lift_of_top(values, converted, 0.1),
        "recall_at_20": recall_of_top(values, converted, 0.2),
    }
    result = counts | {"base_rate": converted.mean()}
    if not rows["is_qualified"].isna().all():
        taken = rows["is_qualified"].to_numpy(dtype=float)
        result["qualified_count"] = taken.sum()
        if taken.any():
            estimates["precision_at_threshold"] = precision(taken, converted)
    for name, estimate in estimates.items():
        width = half_width(estimate.influence, clusters, converted, confidence)
        most = np.inf if name == "lift_at_10" else 1
        result |= {
            name: estimate.value,
            f"{name}_low": max(estimate.value - width, 0),
            f"{name}_high": min(estimate.value + width, most),
        }
    rates = band_rates(values, converted)
    result |= {f"conversion_rate_band_{band + 1}": rate for band, rate in enumerate(rates)}
    return result, Area(estimates["auc"], converted, clusters)


def compare(
    name: str,
    areas: dict[str, Area],
    baselines: list[str],
    level: float,
    confidence: float,
) -> dict[str, object]:
    """Reach a verdict: is there a signal at all, and is it more than the best baseline has?"""
    if name not in areas:
        return {"verdict": "not_enough_data"}
    own, converted, clusters = areas[name]
    if own.value - half_width(own.influence, clusters, converted, level) <= 0.5:
        verdict = "no_signal"
    else:
        verdict = "beats_baselines"
    gains = {}
    for other in baselines:
        if other != name:
            rival = areas[other].auc
            influence = own.influence - rival.influence
            # one-sided: the question is only whether it is better
            width = half_width(influence, clusters, converted, 2 * confidence - 1)
            gains[other] = (own.value - rival.value, own.value - rival.value - width)
    if not gains:
        return {"verdict": verdict}
    strongest = min(gains, key=lambda other: (gains[other][1], other))
    gain, gain_low = gains[strongest]
    if verdict == "beats_baselines" and gain_low <= 0:
        verdict = f"no_better_than_{strongest}"
    return {
        "strongest_baseline": strongest,
        "auc_gain": gain,
        "auc_gain_low": gain_low,
        "verdict": verdict,
    }


def model(dbt, session):
    """Read the values, judge, return a row per contender."""
    return evaluate(
        dbt.ref("int_contender_scores").df(),
        dbt.ref("int_evaluated_definitions").df(),
        min_converters=dbt.config.meta_get("min_converters"),
        confidence=dbt.config.meta_get("confidence"),
    )
