"""What those who later convert did early on, and the others did not."""

from __future__ import annotations

import numpy as np
import pandas as pd

COLUMNS = {
    "definition_id": "str",
    "signal_id": "str",
    "min_count": "int64",
    "converter_count": "int64",
    "other_count": "int64",
    "churned_count": "int64",
    "converters_reached_count": "int64",
    "share_of_converters": "float64",
    "share_of_others": "float64",
    "share_of_churned": "float64",
    "difference": "float64",
    "difference_first_half": "float64",
    "difference_second_half": "float64",
    "median_days_to_reach": "float64",
    "usual_position": "float64",
    "is_published_rule_met": "bool",
    "is_stable": "bool",
    "is_best_count": "bool",
    "is_best_trigger": "bool",
    "verdict": "str",
}


def aha_moments(
    acts: pd.DataFrame,
    min_converters: int,
    least_share_of_converters: float,
    most_share_of_others: float,
    least_difference: float,
) -> pd.DataFrame:
    """Compare, for each count of each signal, who reached it in the first days.

    Args:
        acts: rows of int_early_acts.
        min_converters: converters and others that each half must have to be judged.
        least_share_of_converters: the published rule: this share of converters or more did it.
        most_share_of_others: and less than this share of the others.
        least_difference: share of converters less share of others that a trigger needs at least.
    """
    rows = []
    for definition_id, mine in acts.groupby("definition_id", sort=True):
        groups = mine[mine["signal_id"].isna()]
        reached = mine[mine["signal_id"].notna()].groupby(["signal_id", "min_count"], sort=True)
        for (signal_id, min_count), those in reached:
            keys = {
                "definition_id": definition_id,
                "signal_id": signal_id,
                "min_count": min_count,
            }
            rows.append(keys | compare(those, groups))
    moments = pd.DataFrame(rows, columns=list(COLUMNS))
    if rows:
        moments["is_published_rule_met"] = (
            moments["share_of_converters"] >= least_share_of_converters
        ) & (moments["share_of_others"] < most_share_of_others)
        halves = moments[["difference_first_half", "difference_second_half"]].min(axis=1)
        moments["is_stable"] = halves >= least_difference
        moments = mark_best(moments, least_difference)
        moments["usual_position"] = usual_positions(moments)
        moments["verdict"] = verdicts(moments, acts, min_converters)
    return moments.astype(COLUMNS)


def compare(reached: pd.DataFrame, groups: pd.DataFrame) -> dict[str, object]:
    """Set the shares of converters and others beside each other; over all, and in each half."""
    shares = {
        half: tuple(share(reached, groups, (is_converter, half)) for is_converter in (True, False))
        for half in (None, 1, 2)
    }
    differences = {half: yes - no for half, (yes, no) in shares.items()}
    churned = groups[groups["is_churned"]]["entity_count"].sum()
    converters = reached[reached["is_converter"]]
    return {
        "converter_count": count(groups, (True, None)),
        "other_count": count(groups, (False, None)),
        "churned_count": churned,
        "converters_reached_count": count(reached, (True, None)),
        "share_of_converters": shares[None][0],
        "share_of_others": shares[None][1],
        "share_of_churned": divide(reached[reached["is_churned"]]["entity_count"].sum(), churned),
        "difference": differences[None],
        "difference_first_half": differences[1],
        "difference_second_half": differences[2],
        "median_days_to_reach": weighted_median(
            converters["day_number"].to_numpy(dtype=float), converters["entity_count"].to_numpy()
        ),
    }


def count(rows: pd.DataFrame, group: tuple[bool, int | None]) -> int:
    """Count the entities of a group: converters or others, of one half or both."""
    is_converter, half = group
    is_in = rows["is_converter"] == is_converter
    if half:
        is_in &= rows["half"] == half
    return int(rows.loc[is_in, "entity_count"].sum())


def share(reached: pd.DataFrame, groups: pd.DataFrame, group: tuple[bool, int | None]) -> float:
    """Return the share of a group that reached the count; not a number where nobody is in it."""
    return divide(count(reached, group), count(groups, group))


def divide(part: float, whole: float) -> float:
    """Return a share; not a number of nothing."""
    return part / whole if whole else np.nan


def weighted_median(values: np.ndarray, counts: np.ndarray) -> float:
    """Return the lower median of values that occur so many times."""
    if not counts.sum():
        return np.nan
    order = np.argsort(values)
    running = np.cumsum(counts[order])
    return float(values[order][np.searchsorted(running, running[-1] / 2)])


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


def verdicts(moments: pd.DataFrame, acts: pd.DataFrame, min_converters: int) -> np.ndarray:
    """Say whether an act is an aha moment, tells something, or nothing; or whether too few tell."""
    groups = acts[acts["signal_id"].isna()]
    sizes = groups.groupby(["definition_id", "is_converter", "half"])["entity_count"].sum()
    full = sizes.unstack(["is_converter", "half"], fill_value=0)
    enough = full.reindex(columns=[(c, h) for c in (True, False) for h in (1, 2)], fill_value=0)
    enough = (enough >= min_converters).all(axis=1)
    is_judged = moments["definition_id"].map(enough).to_numpy(dtype=bool)
    return np.select(
        [
            ~is_judged,
            moments["is_published_rule_met"] & moments["is_stable"],
            moments["is_best_count"] & moments["is_stable"],
        ],
        ["not_enough_data", "aha_moment", "trigger"],
        "no_signal",
    )


def model(dbt, session):
    """Read the counts, compare, return a row per signal and count."""
    return aha_moments(
        dbt.ref("int_early_acts").df(),
        min_converters=dbt.config.meta_get("min_converters"),
        least_share_of_converters=dbt.config.meta_get("least_share_of_converters"),
        most_share_of_others=dbt.config.meta_get("most_share_of_others"),
        least_difference=dbt.config.meta_get("least_difference"),
    )
