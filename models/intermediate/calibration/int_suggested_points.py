"""Learn a few rules with whole points from earlier observations.

Candidates are plain rules ("5 or more in 30 days"). They are taken one by one, each time the one
that explains most of what the others leave open; how many are worth taking is judged on later
observations of other companies. Nothing here sees the observations that definition_evaluation uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.sparse import csc_array
from scipy.special import expit
from sklearn.metrics import roc_auc_score

FOLDS = 4  # parts into which clusters are dealt to be judged by the others
DEALS = 5  # how often they are dealt anew
TOO_COMMON = 0.9  # a rule that more than this share meets tells nobody apart
STEP = 0.8  # the next minimum of a signal is one that this share of the former still meets
RIDGE = 1.0  # pulls log-odds towards 0, as if one observation more spoke against each rule
LEAST_Z = 2.0  # a rule less certain than this is not taken
COLUMNS = {
    "definition_id": "str",
    "contender": "str",
    "rule_number": "int64",
    "signal_id": "str",
    "window_days": "float64",
    "min_value": "float64",
    "points": "float64",
    "points_low": "float64",
    "points_high": "float64",
    "log_odds": "float64",
    "support_count": "int64",
    "support_converted_count": "int64",
    "score_threshold": "float64",
    "threshold_option": "str",
    "capacity_threshold": "float64",
    "usual_band_threshold": "float64",
    "best_gain_threshold": "float64",
}
USUAL_BAND = (0.15, 0.25)  # of all, the share that is usually advised to become leads


class Rule(NamedTuple):
    """A candidate: a minimum of a signal over a window (None: ever)."""

    signal_id: str
    window_days: int | None
    min_value: float


class Sample(NamedTuple):
    """Observations to learn from, and which of them meet which candidate."""

    converted: np.ndarray
    weights: np.ndarray
    clusters: np.ndarray
    entities: np.ndarray
    is_later: np.ndarray
    rules: list[Rule]
    met: csc_array

    def part(self, rows: np.ndarray) -> Sample:
        """Return some of the observations."""
        arrays = (self.converted, self.weights, self.clusters, self.entities, self.is_later)
        return Sample(*(array[rows] for array in arrays), self.rules, self.met[rows])


# --- candidates -----------------------------------------------------------------------------------


def make_sample(
    observations: pd.DataFrame,
    values: pd.DataFrame,
    windows: list[int],
    cuts: list[float],
    min_support: int,
) -> Sample:
    """Find the candidates that enough, but not nearly all, observations meet.

    Args:
        observations: rows of int_training_observations of one definition.
        values: rows of int_training_values of it.
        windows: the windows in days that the columns value_<days>d hold.
        cuts: the minimums to try.
        min_support: clusters that must meet a candidate.
    """
    observations = observations.sort_values("observation_number")
    count = len(observations)
    clusters = observations["cluster_number"].to_numpy()
    rules, columns, seen = [], [], set()
    for rule, rows in candidates(values, windows, cuts, count):
        key = rows.tobytes()
        if key in seen or len(np.unique(clusters[rows])) < min_support:
            continue
        seen.add(key)
        rules.append(rule)
        columns.append(rows)
    starts = np.cumsum([0, *(len(rows) for rows in columns)])
    indices = np.concatenate(columns) if columns else np.empty(0, dtype=np.int32)
    met = csc_array((np.ones(len(indices)), indices, starts), shape=(count, len(rules)))
    return Sample(
        observations["is_converted"].to_numpy(dtype=float),
        observations["weight"].to_numpy(dtype=float),
        clusters,
        observations["entity_number"].to_numpy(),
        observations["is_later"].to_numpy(dtype=bool),
        rules,
        met,
    )


def candidates(
    values: pd.DataFrame, windows: list[int], cuts: list[float], count: int
) -> Iterator[tuple[Rule, np.ndarray]]:
    """Yield candidates with the observations that meet them; of two alike, the plainer first."""
    values = values.sort_values(["signal_id", "observation_number"])
    for signal_id, of_signal in values.groupby("signal_id", sort=True):
        rows = of_signal["observation_number"].to_numpy(dtype=np.int32) - 1
        own_window = of_signal["window_days"].iloc[0]
        columns = {"signal_value": None if pd.isna(own_window) else int(own_window)}
        columns |= {f"value_{days}d": days for days in windows} | {"value_ever": None}
        for column, window_days in columns.items():
            amounts = of_signal[column].to_numpy(dtype=float)
            last = np.inf
            for cut in cuts:
                met = rows[amounts >= cut]
                if len(met) <= TOO_COMMON * count and len(met) <= STEP * last and len(met):
                    last = len(met)
                    yield Rule(str(signal_id), window_days, float(cut)), met


# --- learning -------------------------------------------------------------------------------------


def forward_selection(sample: Sample, most: int) -> list[int]:
    """Choose candidates one by one: the one with the largest score statistic joins each time."""
    chosen: list[int] = []
    while len(chosen) < min(most, len(sample.rules)):
        chances = expit(predict(sample, chosen, fit(sample, chosen)))
        left = sample.met.T @ (sample.weights * (sample.converted - chances))
        spread = sample.weights * chances * (1 - chances)
        met_spread = sample.met.T @ spread
        variance = met_spread * (1 - met_spread / max(spread.sum(), 1e-12))
        z = np.round(left / np.sqrt(np.maximum(variance, 1e-12)), 9)
        z[chosen] = -np.inf
        best = int(np.argmax(z))
        if z[best] < LEAST_Z or fit(sample, [*chosen, best])[-1] <= 0:
            break
        chosen.append(best)
    return chosen


def patterns(sample: Sample, chosen: list[int]) -> np.ndarray:
    """Number each observation by which of the chosen rules it meets."""
    powers = 2 ** np.arange(len(chosen))
    return (
        (sample.met[:, chosen] @ powers).astype(int)
        if chosen
        else np.zeros(len(sample.weights), int)
    )


def fit(sample: Sample, chosen: list[int]) -> np.ndarray:
    """Return the intercept and the log-odds of each chosen rule, none below 0."""
    numbers = patterns(sample, chosen)
    size = 2 ** len(chosen)
    totals = np.bincount(numbers, sample.weights, size)
    converted = np.bincount(numbers, sample.weights * sample.converted, size)
    return fit_counts(converted, totals, len(chosen))


def fit_counts(converted: np.ndarray, totals: np.ndarray, count: int) -> np.ndarray:
    """Fit a ridge logistic regression with log-odds of at least 0 to counts by pattern."""
    bits = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    design = np.hstack([np.ones((2**count, 1)), bits])

    def loss(coefficients: np.ndarray) -> tuple[float, np.ndarray]:
        odds = design @ coefficients
        value = totals @ np.logaddexp(0, odds) - converted @ odds
        slope = design.T @ (totals * expit(odds) - converted)
        penalty = np.r_[0, coefficients[1:]]
        return value + RIDGE * penalty @ penalty / 2, slope + RIDGE * penalty

    share = (converted.sum() + 0.5) / (totals.sum() + 1)
    start = np.r_[np.log(share / (1 - share)), np.zeros(count)]
    bounds = [(None, None), *[(0, None)] * count]
    return minimize(loss, start, jac=True, bounds=bounds, method="TNC").x


def predict(sample: Sample, chosen: list[int], coefficients: np.ndarray) -> np.ndarray:
    """Return the log-odds of each observation."""
    return coefficients[0] + (sample.met[:, chosen] @ coefficients[1:] if chosen else 0)


def best_size(sample: Sample, most: int, least_gain: float, seed: int) -> int:
    """Say how many rules pay off on later observations of clusters that were not learned from.

    Args:
        sample: all observations; those of the later half are judged.
        most: the largest number of rules.
        least_gain: of AUC, without which further rules are left out.
        seed: of the parts into which clusters are dealt, several times over.
    """
    later = np.flatnonzero(sample.is_later)
    converted, weights = sample.converted[later], sample.weights[later]
    if converted.min(initial=1) == converted.max(initial=0):
        return 0
    random = np.random.default_rng(seed)
    areas = np.mean(
        [
            [roc_auc_score(converted, odds, sample_weight=weights) for odds in of_sizes]
            for of_sizes in (predict_later(sample, most, random)[:, later] for _ in range(DEALS))
        ],
        axis=0,
    )
    size = 0
    for larger in range(1, most + 1):
        if areas[larger] >= areas[size] + least_gain:
            size = larger
    return size


def predict_later(sample: Sample, most: int, random: np.random.Generator) -> np.ndarray:
    """Return the log-odds of later observations by number of rules, each learned without them.

    Learned is from earlier observations of other clusters, as the same outcome must not be on both
    sides.
    """
    names, numbers = np.unique(sample.clusters, return_inverse=True)
    dealt = (random.permutation(len(names)) % FOLDS)[numbers]
    odds = np.zeros((most + 1, len(sample.weights)))
    for fold in range(FOLDS):
        earlier = sample.part(np.flatnonzero(~sample.is_later & (dealt != fold)))
        judged = np.flatnonzero(sample.is_later & (dealt == fold))
        if not earlier.converted.any() or not len(judged):
            continue
        path = forward_selection(earlier, most)
        for size in range(most + 1):
            chosen = path[:size]
            odds[size, judged] = predict(sample.part(judged), chosen, fit(earlier, chosen))
    return odds


def best_trigger(sample: Sample) -> int | None:
    """Return the candidate that best tells who converts (share of them less share of others)."""
    if not sample.rules:
        return None
    yes, no = (sample.weights * flag for flag in (sample.converted, 1 - sample.converted))
    differences = sample.met.T @ (yes / yes.sum() - no / no.sum())
    best = int(np.argmax(np.round(differences, 9)))
    return best if differences[best] > 0 else None


# --- points ---------------------------------------------------------------------------------------


def whole_points(log_odds: np.ndarray, total: float) -> np.ndarray:
    """Share out a total of points in whole numbers, in proportion to log-odds."""
    if log_odds.sum() <= 0:
        return np.zeros(len(log_odds))
    return np.floor(log_odds / log_odds.sum() * total + 0.5)


def point_intervals(
    sample: Sample, chosen: list[int], total: float, draws: int, seed: int
) -> np.ndarray:
    """Return the 2.5% and 97.5% points of each rule when whole clusters are drawn anew."""
    random = np.random.default_rng(seed)
    numbers, clusters = patterns(sample, chosen), np.unique(sample.clusters, return_inverse=True)[1]
    size, cluster_count = 2 ** len(chosen), clusters.max() + 1
    drawn = []
    for _ in range(draws):
        times = random.multinomial(cluster_count, np.full(cluster_count, 1 / cluster_count))
        weights = sample.weights * times[clusters]
        converted = np.bincount(numbers, weights * sample.converted, size)
        log_odds = fit_counts(converted, np.bincount(numbers, weights, size), len(chosen))[1:]
        drawn.append(whole_points(log_odds, total))
    return np.quantile(drawn, [0.025, 0.975], axis=0, method="closest_observation")


def choose_thresholds(
    sample: Sample, scores: np.ndarray, weeks: int, capacity: float | None
) -> dict[str, object]:
    """Choose the score from which somebody is a lead, and say what else could be chosen.

    Three marks are offered. `best_gain`: the leads hold most more buyers than as many drawn by lot
    would. `capacity`: the lowest whose new leads of a week are within the capacity and use half of
    it at least. `usual_band`: 15 to 25% become a lead, nearest to 20%. The rule: the one of the
    best gain; if that is more than the capacity, the one of the capacity; if no mark fits it, the
    best gain after all, to be worked from the top.

    Args:
        sample: the observations, by entity and date.
        scores: the points of each.
        weeks: the number of weeks observed.
        capacity: new leads that can be worked in a week; None: not known, or nobody calls.
    """
    is_first = np.r_[True, sample.entities[1:] != sample.entities[:-1]]
    before = np.where(is_first, -1, np.r_[-1, scores[:-1]])
    entities = np.cumsum(is_first) - 1
    highest = np.zeros(entities[-1] + 1)
    np.maximum.at(highest, entities, scores)
    weights = sample.weights[is_first]
    base_rate = sample.weights @ sample.converted / sample.weights.sum()
    marks = np.unique(scores[scores > 0])
    gains, numbers, shares = (np.empty(len(marks)) for _ in range(3))
    for place, mark in enumerate(marks):
        is_lead = scores >= mark
        gains[place] = (sample.weights * is_lead) @ (sample.converted - base_rate)
        numbers[place] = sample.weights @ (is_lead & (before < mark)) / max(weeks, 1)
        shares[place] = weights @ (highest >= mark) / weights.sum()
    best = int(np.flatnonzero(np.round(gains, 9) == np.round(gains.max(), 9))[-1])
    near = np.abs(shares - np.mean(USUAL_BAND))
    usual = int(np.argmin(near)) if (near <= np.ptp(USUAL_BAND) / 2 + 1e-9).any() else None
    fitting = (
        []
        if capacity is None
        else np.flatnonzero((numbers <= capacity) & (2 * numbers >= capacity))
    )
    fits = int(fitting[0]) if len(fitting) else None
    is_too_much = capacity is not None and numbers[best] > capacity
    chosen = fits if is_too_much and fits is not None else best
    return {
        "score_threshold": marks[chosen],
        "threshold_option": "best_gain" if chosen == best else "capacity",
        "capacity_threshold": np.nan if fits is None else marks[fits],
        "usual_band_threshold": np.nan if usual is None else marks[usual],
        "best_gain_threshold": marks[best],
    }


# --- all together ---------------------------------------------------------------------------------


def suggest(
    sample: Sample,
    weeks: int,
    total: float,
    capacity: float | None,
    most_rules: int,
    least_gain: float,
    min_converters: int,
    draws: int,
    seed: int,
) -> list[dict[str, object]]:
    """Return the rows of int_suggested_points for one definition; none if there is no telling."""
    if len(np.unique(sample.clusters[sample.converted > 0])) < min_converters:
        return []
    if sample.converted.all():
        return []
    trigger = best_trigger(sample)
    if trigger is None:
        return []
    one = {"score_threshold": total, "threshold_option": "best_gain", "best_gain_threshold": total}
    rows = [describe(sample, trigger, "best_single_trigger", 1, total) | one]
    chosen = forward_selection(sample, best_size(sample, most_rules, least_gain, seed))
    log_odds = fit(sample, chosen)[1:]
    points = whole_points(log_odds, total)
    kept = [place for place in np.argsort(-log_odds, kind="stable") if points[place] > 0]
    if not kept:
        return rows
    chosen, log_odds, points = [chosen[place] for place in kept], log_odds[kept], points[kept]
    low, high = point_intervals(sample, chosen, total, draws, seed)
    thresholds = choose_thresholds(sample, sample.met[:, chosen] @ points, weeks, capacity)
    for place, rule in enumerate(chosen):
        row = describe(sample, rule, "suggested_points", place + 1, points[place]) | thresholds
        interval = {"points_low": low[place], "points_high": high[place]}
        rows.append(row | interval | {"log_odds": log_odds[place]})
    return rows


def describe(
    sample: Sample, rule: int, contender: str, number: int, points: float
) -> dict[str, object]:
    """Lay out a rule with its points and who meets it."""
    met = sample.met[:, [rule]].toarray()[:, 0] > 0
    return {
        "contender": contender,
        "rule_number": number,
        "signal_id": sample.rules[rule].signal_id,
        "window_days": sample.rules[rule].window_days,
        "min_value": sample.rules[rule].min_value,
        "points": points,
        "support_count": int(met.sum()),
        "support_converted_count": int(sample.converted[met].sum()),
    }


def suggested_points(
    observations: pd.DataFrame,
    values: pd.DataFrame,
    definitions: pd.DataFrame,
    windows: list[int],
    cuts: list[float],
    min_support: int,
    **settings: float,
) -> pd.DataFrame:
    """Learn points for each definition; see `suggest` for the settings."""
    rows = []
    for definition in definitions.sort_values("definition_id").itertuples(index=False):
        mine = observations[observations["definition_id"] == definition.definition_id]
        if mine.empty:
            continue
        of_mine = values[values["definition_id"] == definition.definition_id]
        sample = make_sample(mine, of_mine, windows, cuts, min_support)
        weeks = mine["observed_on"].nunique()
        capacity = definition.capacity_per_week
        found = suggest(
            sample,
            weeks,
            float(definition.total_points),
            None if pd.isna(capacity) else float(capacity),
            **settings,
        )
        rows += [{"definition_id": definition.definition_id} | row for row in found]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def model(dbt, session):
    """Read the earlier observations, learn, return a row per rule."""
    return suggested_points(
        dbt.ref("int_training_observations").df(),
        dbt.ref("int_training_values").df(),
        dbt.ref("int_evaluated_definitions").df(),
        windows=dbt.config.meta_get("windows"),
        cuts=dbt.config.meta_get("cuts"),
        min_support=dbt.config.meta_get("min_support"),
        most_rules=dbt.config.meta_get("most_rules"),
        least_gain=dbt.config.meta_get("least_gain"),
        min_converters=dbt.config.meta_get("min_converters"),
        draws=dbt.config.meta_get("draws"),
        seed=dbt.config.meta_get("seed"),
    )
