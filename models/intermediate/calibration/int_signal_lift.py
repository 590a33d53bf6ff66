"""How much more often those who showed a signal convert, and whether that could be chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.multitest import multipletests

KEYS = ["definition_id", "signal_id", "cut_type", "min_value"]
VOTES = ["with_converted_vote_count", "with_vote_count", "converted_vote_count", "vote_count"]
STATISTICS = ["odds_ratio", "odds_ratio_low", "odds_ratio_high", "p_value", "q_value"]


def signal_lift(
    cuts: pd.DataFrame, min_support: int, max_false_discovery_rate: float
) -> pd.DataFrame:
    """Test each cut of each signal, and correct for how many are tested.

    Args:
        cuts: the rows of int_signal_thresholds.
        min_support: votes with the cut, without it, of converters, and of others that a test needs.
        max_false_discovery_rate: the share of `signal` verdicts that may be wrong.

    Returns:
        A row per cut: its keys, the statistics (null where it is not tested), direction, verdict.
    """
    results = cuts[KEYS].astype({"min_value": float}).reset_index(drop=True)
    tables = [vote_table(*row) for row in cuts[VOTES].astype(float).itertuples(index=False)]
    is_tested = np.array([is_testable(table, min_support) for table in tables], dtype=bool)
    statistics = [
        association(table) if tested else (np.nan,) * 4
        for table, tested in zip(tables, is_tested, strict=True)
    ]
    numbers = np.array(statistics, dtype=float).reshape(len(results), 4)
    results[STATISTICS[:4]] = numbers
    results["q_value"] = np.nan
    for _, rows in results[is_tested].groupby("definition_id"):
        results.loc[rows.index, "q_value"] = multipletests(rows["p_value"], method="fdr_bh")[1]

    is_signal = results["q_value"] <= max_false_discovery_rate
    results["direction"] = np.select(
        [is_signal & (results["odds_ratio"] > 1), is_signal & (results["odds_ratio"] < 1)],
        ["more", "less"],
        "none",
    )
    results["verdict"] = np.select(
        [~is_tested, is_signal], ["not_enough_data", "signal"], "no_signal"
    )
    return results.astype(dict.fromkeys([*KEYS[:3], "direction", "verdict"], str))


def vote_table(
    with_converted: float, with_all: float, converted: float, everybody: float
) -> np.ndarray:
    """Lay out votes: those with the cut above those without it, converted before others."""
    without_converted = converted - with_converted
    table = [
        [with_converted, with_all - with_converted],
        [without_converted, everybody - with_all - without_converted],
    ]
    return np.rint(np.array(table, dtype=float)).clip(min=0)


def is_testable(table: np.ndarray, min_support: int) -> bool:
    """Say whether enough showed the signal, enough did not, and enough converted."""
    return min(*table.sum(axis=1), *table.sum(axis=0)) >= min_support


def association(table: np.ndarray) -> tuple[float, float, float, float]:
    """Return odds ratio, its 95% interval (0.5 added to each cell if one is 0), and Fisher's p."""
    two_by_two = Table2x2(table, shift_zeros=True)
    low, high = two_by_two.oddsratio_confint(alpha=0.05)
    return two_by_two.oddsratio, low, high, fisher_exact(table).pvalue


def model(dbt, session):
    """Read the counts, test them, return a row for each."""
    return signal_lift(
        dbt.ref("int_signal_thresholds").df(),
        min_support=dbt.config.meta_get("min_support"),
        max_false_discovery_rate=dbt.config.meta_get("max_false_discovery_rate"),
    )
