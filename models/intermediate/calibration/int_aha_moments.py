"""What those who later convert did early on, and the others did not."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import pearson3
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests

COLUMNS = {
    "definition_id": "str",
    "signal_id": "str",
    "min_count": "int64",
    "converter_count": "int64",
    "other_count": "int64",
    "churned_count": "int64",
    "share_of_converters": "float64",
    "share_of_others": "float64",
    "share_of_churned": "float64",
    "difference": "float64",
    "difference_first_half": "float64",
    "difference_second_half": "float64",
    "odds_ratio": "float64",
    "odds_ratio_low": "float64",
    "odds_ratio_high": "float64",
    "q_value": "float64",
    "median_days_to_reach": "float64",
    "usual_position": "float64",
    "is_published_rule_met": "bool",
    "is_stable": "bool",
    "is_best_count": "bool",
    "is_best_trigger": "bool",
    "verdict": "str",
}


KEYS = ["definition_id", "signal_id", "min_count"]
STATISTICS = ["odds_ratio", "odds_ratio_low", "odds_ratio_high", "q_value"]
HALVES = (1, 2)


def aha_moments(
    acts: pd.DataFrame,
    min_converters: int,
    least_share_of_converters: float,
    most_share_of_others: float,
    least_difference: float,
    max_false_discovery_rate: float,
) -> pd.DataFrame:
    """Compare, for each count of each signal, who reached it in the first days.

    Args:
        acts: rows of int_early_milestones.
        min_converters: converters and others that each half must have to be judged.
        least_share_of_converters: the published rule: this share of converters or more did it.
        most_share_of_others: and less than this share of the others.
        least_difference: share of converters less share of others that a trigger needs at least.
        max_false_discovery_rate: the share of acts that tell more than chance which may be wrong.
    """
    reached = acts[acts["signal_id"].notna()]
    if reached.empty:
        return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    sizes = count_groups(acts[acts["signal_id"].isna()], ["definition_id"])
    moments = compare(count_groups(reached, KEYS), sizes)
    days = reached[reached["is_converter"]].sort_values("day_number")
    moments["median_days_to_reach"] = (
        days.groupby(KEYS)[["day_number", "entity_count"]].apply(weighted_median)
        if len(days)
        else np.nan
    )
    moments = moments.join(compare_within_ages(acts, max_false_discovery_rate)).reset_index()
    moments["is_published_rule_met"] = (
        moments["share_of_converters"] >= least_share_of_converters
    ) & (moments["share_of_others"] < most_share_of_others)
    halves = moments[["difference_first_half", "difference_second_half"]]
    moments["is_stable"] = halves.min(axis=1, skipna=False) >= least_difference
    moments = mark_best(moments, least_difference)
    moments["usual_position"] = usual_positions(moments)
    is_judged = sizes[["c1", "c2", "o1", "o2"]].min(axis=1) >= min_converters
    moments["verdict"] = verdicts(moments, moments["definition_id"].map(is_judged))
    return moments[list(COLUMNS)].astype(COLUMNS)


def count_groups(acts: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Count by key: converters (c) and others (o) of each half, and the churned ones."""
    groups = {
        f"{letter}{half}": (acts["is_converter"] == is_converter) & (acts["half"] == half)
        for letter, is_converter in (("c", True), ("o", False))
        for half in HALVES
    }
    groups["churned"] = acts["is_churned"].astype(bool)
    counts = {name: acts["entity_count"].where(is_in, 0) for name, is_in in groups.items()}
    return acts[keys].assign(**counts).groupby(keys, sort=True).sum()


def compare(reached: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    """Set the shares of converters and others beside each other; over all, and in each half.

    A share of nobody is not a number.
    """
    sizes = sizes.reindex(reached.index.get_level_values("definition_id"))
    sizes.index = reached.index
    for counts in (reached, sizes):
        counts["c"], counts["o"] = counts["c1"] + counts["c2"], counts["o1"] + counts["o2"]
    shares = (reached / sizes.where(sizes > 0)).astype(float)
    return pd.DataFrame(
        {
            "converter_count": sizes["c"],
            "other_count": sizes["o"],
            "churned_count": sizes["churned"],
            "share_of_converters": shares["c"],
            "share_of_others": shares["o"],
            "share_of_churned": shares["churned"],
            "difference": shares["c"] - shares["o"],
            "difference_first_half": shares["c1"] - shares["o1"],
            "difference_second_half": shares["c2"] - shares["o2"],
        }
    )


def compare_within_ages(acts: pd.DataFrame, max_false_discovery_rate: float) -> pd.DataFrame:
    """Compare those who are equally old: the older have had more time to convert.

    Returns:
        By key the odds ratio of Mantel and Haenszel, its 95% interval (Robins, Breslow, Greenland),
        the p-value of their test, adjusted within the definition (Benjamini and Hochberg), and
        whether both say that it is more than chance.
    """
    counts = {
        name: acts["entity_count"].where(acts["is_converter"] == flag, 0).astype(float)
        for name, flag in (("c", True), ("o", False))
    }
    bands = ["definition_id", "age_band"]
    by_band = acts[[*KEYS, "age_band"]].assign(**counts)
    everybody = by_band[acts["signal_id"].isna()].groupby(bands)[["c", "o"]].sum()
    reached = by_band[acts["signal_id"].notna()].groupby([*KEYS, "age_band"])[["c", "o"]].sum()
    found = {}
    for key, rows in reached.groupby(KEYS):
        of_all = everybody.loc[key[0]]
        did = rows.droplevel(KEYS).reindex(of_all.index, fill_value=0)
        found[key] = association(np.array([did.T.to_numpy(), (of_all - did).T.to_numpy()]))
    within = pd.DataFrame.from_dict(found, orient="index", columns=STATISTICS, dtype=float)
    within.index = pd.MultiIndex.from_tuples(found, names=KEYS)
    for _, rows in within.dropna().groupby("definition_id"):
        within.loc[rows.index, "q_value"] = multipletests(rows["q_value"], method="fdr_bh")[1]
    within["is_more_than_chance"] = (within["odds_ratio_low"] > 1) & (
        within["q_value"] <= max_false_discovery_rate
    )
    return within


def association(tables: np.ndarray) -> tuple[float, float, float, float]:
    """Return odds ratio, interval and p-value as int_signal_lift does.

    Args:
        tables: 2 x 2 counts by age: those who reached it above the others, converters first.
    """
    sides = np.concatenate([tables.sum(axis=0), tables.sum(axis=1)])
    tables = tables[:, :, sides.min(axis=0) > 0]
    if not tables.size:
        return (np.nan,) * 4
    p_value = mantel_haenszel_test(tables)
    if min((tables[0, 0] * tables[1, 1]).sum(), (tables[0, 1] * tables[1, 0]).sum()) <= 0:
        tables = np.concatenate([tables, np.full((2, 2, 1), 0.5)], axis=2)
    pooled = StratifiedTable(tables)
    low, high = pooled.oddsratio_pooled_confint(alpha=0.05)
    return pooled.oddsratio_pooled, low, high, p_value


def mantel_haenszel_test(tables: np.ndarray) -> float:
    """Return the two-sided p-value of the test of Mantel and Haenszel, corrected for continuity.

    Few converters make the statistic skewed, and the normal distribution would find too much. So it
    is held against the one of Pearson that is as skewed as sums of hypergeometric counts are.
    """
    shown, converted = tables[0].sum(axis=0), tables[:, 0].sum(axis=0)
    everybody = tables.sum(axis=(0, 1))
    excess = (tables[0, 0] - shown * converted / everybody).sum()
    if abs(excess) <= 0.5:
        return 1.0
    size = np.sqrt(StratifiedTable(tables).test_null_odds(correction=True).statistic)
    deviation = (abs(excess) - 0.5) / size
    variances = shown * converted * (everybody - shown) * (everybody - converted)
    variances /= everybody**2 * (everybody - 1)
    third = variances * (everybody - 2 * shown) * (everybody - 2 * converted)
    third /= everybody * np.maximum(everybody - 2, 1)
    skew = third.sum() / deviation**3 * np.sign(excess)
    return float(min(2 * pearson3.sf(size, skew), 1))


def weighted_median(days: pd.DataFrame) -> float:
    """Return the lower median of days, in order, that occur so many times."""
    running = days["entity_count"].cumsum().to_numpy()
    return float(days["day_number"].iloc[np.searchsorted(running, running[-1] / 2)])


def mark_best(moments: pd.DataFrame, least_difference: float) -> pd.DataFrame:
    """Mark the count of each signal, and the signal of each definition, that tells most.

    Of equal ones the smaller count, then the first name.
    """
    telling = moments[moments["difference"] >= least_difference].copy()
    telling["difference"] = telling["difference"].round(9)
    telling = telling.sort_values(
        ["definition_id", "difference", "min_count", "signal_id"],
        ascending=[True, False, True, True],
    )
    moments["is_best_count"] = moments.index.isin(
        telling.drop_duplicates(["definition_id", "signal_id"]).index
    )
    moments["is_best_trigger"] = moments.index.isin(
        telling.drop_duplicates(["definition_id"]).index
    )
    return moments


def usual_positions(moments: pd.DataFrame) -> pd.Series:
    """Number the signals that most converters show, by the median day on which they first do."""
    usual = moments[(moments["min_count"] == 1) & (moments["share_of_converters"] >= 0.5)]
    ordered = usual.sort_values(["definition_id", "median_days_to_reach", "signal_id"])
    position = ordered.groupby("definition_id")["median_days_to_reach"].rank(method="dense")
    return position.reindex(moments.index)


def verdicts(moments: pd.DataFrame, is_judged: pd.Series) -> np.ndarray:
    """Say whether an act is an aha moment, tells something, or nothing; or whether too few tell."""
    is_sure = moments["is_stable"] & moments["is_more_than_chance"]
    return np.select(
        [
            ~is_judged.to_numpy(dtype=bool),
            moments["is_published_rule_met"] & is_sure,
            moments["is_best_count"] & is_sure,
        ],
        ["not_enough_data", "aha_moment", "trigger"],
        "no_signal",
    )


def model(dbt, session):
    """Read the counts, compare, return a row per signal and count."""
    return aha_moments(
        dbt.ref("int_early_milestones").df(),
        min_converters=dbt.config.meta_get("min_converters"),
        least_share_of_converters=dbt.config.meta_get("least_share_of_converters"),
        most_share_of_others=dbt.config.meta_get("most_share_of_others"),
        least_difference=dbt.config.meta_get("least_difference"),
        max_false_discovery_rate=dbt.config.meta_get("max_false_discovery_rate"),
    )
