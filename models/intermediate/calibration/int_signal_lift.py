"""How much more often those who showed a signal convert, and whether that could be chance.

Compared are those of the same age since sign-up, and of the same day of a trial: otherwise "used it
lately" would often mean no more than "is new here" or "the trial still runs".
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import pearson3
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests

KEYS = ["definition_id", "signal_id", "cut_type", "min_value"]
COUNTS = ["observation_count", "converted_count", "with_count", "with_converted_count"]
VOTES = ["with_converted_vote_count", "with_vote_count", "converted_vote_count", "vote_count"]
STATISTICS = ["odds_ratio", "odds_ratio_low", "odds_ratio_high", "p_value", "q_value"]


def signal_lift(
    cuts: pd.DataFrame, min_support: int, max_false_discovery_rate: float
) -> pd.DataFrame:
    """Test each cut of each signal, and correct for how many are tested.

    Args:
        cuts: the rows of int_signal_thresholds: a cut has one for each stratum.
        min_support: votes with the cut, without it, of converters, and of others that a test needs.
        max_false_discovery_rate: the share of `signal` verdicts that may be wrong.

    Returns:
        A row per cut: its keys, its counts over all strata, the statistics (null where it is not
        tested), direction, verdict.
    """
    cuts = cuts.astype(dict.fromkeys(["min_value", *VOTES], float))
    by_cut = cuts.groupby(KEYS, sort=True)
    results = by_cut[COUNTS].sum().reset_index()
    tables = [vote_tables(votes) for votes in grouped(cuts[VOTES].to_numpy(), by_cut)]
    is_tested = np.array([is_testable(table, min_support) for table in tables], dtype=bool)
    statistics = [
        association(table) if tested else (np.nan,) * 4
        for table, tested in zip(tables, is_tested, strict=True)
    ]
    results[STATISTICS[:4]] = np.array(statistics, dtype=float).reshape(len(results), 4)
    results["q_value"] = np.nan
    for _, rows in results[is_tested].groupby("definition_id"):
        results.loc[rows.index, "q_value"] = multipletests(rows["p_value"], method="fdr_bh")[1]

    is_found = results["q_value"] <= max_false_discovery_rate
    is_more = is_found & (results["odds_ratio_low"] > 1)
    is_less = is_found & (results["odds_ratio_high"] < 1)
    results["direction"] = np.select([is_more, is_less], ["more", "less"], "none")
    results["verdict"] = np.select(
        [~is_tested, is_more | is_less], ["not_enough_data", "signal"], "no_signal"
    )
    return results.astype(
        dict.fromkeys([*KEYS[:3], "direction", "verdict"], str) | dict.fromkeys(COUNTS, "int64")
    )


def grouped(values: np.ndarray, by_key: pd.api.typing.DataFrameGroupBy) -> list[np.ndarray]:
    """Return the rows of each group, in the order of the groups."""
    places = by_key.ngroup().to_numpy()
    ends = np.cumsum(np.bincount(places, minlength=by_key.ngroups))
    return np.split(values[np.argsort(places, kind="stable")], ends)[:-1]


def vote_tables(votes: np.ndarray) -> np.ndarray:
    """Lay out votes by stratum: with the cut above without it, converted before others.

    Strata that hold nobody to compare with (all or none have the cut; all or none convert; fewer
    than two votes) say nothing and are left out.
    """
    with_converted, with_all, converted, everybody = votes.T
    tables = np.array(
        [
            [with_converted, with_all - with_converted],
            [converted - with_converted, everybody - with_all - converted + with_converted],
        ]
    ).clip(min=0)
    sides = np.concatenate([tables.sum(axis=0), tables.sum(axis=1)])
    return tables[:, :, (sides.min(axis=0) > 1e-9) & (everybody >= 2)]


def is_testable(tables: np.ndarray, min_support: int) -> bool:
    """Say whether enough of comparable age showed it, did not, converted, and did not."""
    total = tables.sum(axis=2)
    return min(*total.sum(axis=1), *total.sum(axis=0)) >= min_support - 1e-9


def association(tables: np.ndarray) -> tuple[float, float, float, float]:
    """Return the odds ratio of Mantel and Haenszel, its 95% interval, and a p-value.

    The interval is that of Robins, Breslow and Greenland; where all or none of one side convert,
    half a vote of each kind is added as one more stratum.
    """
    p_value = mantel_haenszel_test(tables)
    products = tables[0, 0] * tables[1, 1], tables[0, 1] * tables[1, 0]
    if min(product.sum() for product in products) <= 0:
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


def model(dbt, session):
    """Read the counts, test them, return a row for each cut."""
    return signal_lift(
        dbt.ref("int_signal_thresholds").df(),
        min_support=dbt.config.meta_get("min_support"),
        max_false_discovery_rate=dbt.config.meta_get("max_false_discovery_rate"),
    )
