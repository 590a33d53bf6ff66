"""Learn a few rules with whole points from earlier observations.

Candidates are plain rules ("5 or more in 30 days", "for each 5 ever, up to 3 times"), and rules
whose points fade from the last such event on. They are taken one by one, each time one of those
that explain most of what the others leave open, and of these the one that is taken most often when
companies are drawn anew; how many are worth taking is judged on the later observations of companies
that were not learned from. Nothing here sees the observations that definition_evaluation uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csc_array
from scipy.special import expit
from sklearn.metrics import roc_auc_score

FOLDS = 4  # parts into which clusters are dealt to be judged by the others
DEALS = 5  # how often they are dealt anew
REDRAWS = 20  # how often half of the clusters are drawn, to see which rules are chosen again
TRIED = (
    8  # candidates that are tried in earnest each time, of different signals, windows, half-lives
)
NEAR = 0.9  # candidates that explain this share of what the best one does are as good as it
TOO_COMMON = 0.9  # a rule that more than this share meets tells nobody apart, unless it fades
STEP = 0.8  # the next minimum of a signal is one that this share of the former still meets
RIDGE = 1.0  # pulls log-odds towards 0, as if one observation more spoke against each rule
LEAST_Z = 2.0  # a rule less certain than this is not taken
MOST_STEPS = 50  # of the fit; it takes a handful
COLUMNS = {
    "definition_id": "str",
    "contender": "str",
    "rule_number": "int64",
    "signal_id": "str",
    "window_days": "float64",
    "min_value": "float64",
    "max_awards": "int64",
    "half_life_days": "float64",
    "points": "float64",
    "points_low": "float64",
    "points_high": "float64",
    "log_odds": "float64",
    "chosen_share": "float64",
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
    """A candidate: a minimum of a signal over a window (None: ever), awarded so many times.

    With a half-life, what it awards fades from the last event of the signal on.
    """

    signal_id: str
    window_days: int | None
    min_value: float
    max_awards: int = 1
    half_life_days: int | None = None


class Grid(NamedTuple):
    """Which rules are tried."""

    windows: list[int]
    cuts: list[float]
    max_awards: list[int]
    half_lives: list[int]
    decay_step_days: int
    min_support: int  # clusters that must meet a candidate
    most_candidates: int  # those that tell most by themselves, shared out among the signals


class Candidate(NamedTuple):
    """A rule, the observations that meet it, and how much it tells by itself.

    To each observation it is worth its awards, as far as they have not faded.
    """

    rule: Rule
    rows: np.ndarray
    worth: np.ndarray
    z: float
    difference: float


class Sample(NamedTuple):
    """Observations to learn from, and what each candidate is worth to them."""

    converted: np.ndarray
    weights: np.ndarray
    clusters: np.ndarray
    entities: np.ndarray
    is_later: np.ndarray
    rules: list[Rule]
    families: np.ndarray  # a number for each signal, window and half-life
    trigger: int | None  # the plain rule that tells the most by itself
    worth: csc_array
    squares: csc_array

    def columns(self, chosen: list[int]) -> np.ndarray:
        """Return what the chosen rules are worth."""
        return self.worth[:, chosen].toarray() if chosen else np.empty((len(self.weights), 0))


# --- candidates -----------------------------------------------------------------------------------


def make_sample(observations: pd.DataFrame, values: pd.DataFrame, grid: Grid) -> Sample:
    """Find the candidates that enough, but not nearly all, observations meet.

    Args:
        observations: rows of int_training_observations of one definition.
        values: rows of int_training_values of it.
        grid: what is tried.
    """
    observations = observations.sort_values("observation_number")
    count = len(observations)
    converted = observations["is_converted"].to_numpy(dtype=float)
    weights = observations["weight"].to_numpy(dtype=float)
    clusters = observations["cluster_number"].to_numpy()
    kept = screen(candidates(values, grid, converted, weights, clusters), values, grid)
    plain = [
        place
        for place, one in enumerate(kept)
        if one.rule.max_awards == 1 and one.rule.half_life_days is None and one.difference > 0
    ]
    starts = np.cumsum([0, *(len(one.rows) for one in kept)])
    empty = [np.empty(0, dtype=np.int32)]
    indices = np.concatenate([one.rows for one in kept] or empty)
    worth = np.concatenate([one.worth for one in kept] or empty).astype(float)
    shape = (count, len(kept))
    return Sample(
        converted,
        weights,
        clusters,
        observations["entity_number"].to_numpy(),
        observations["is_later"].to_numpy(dtype=bool),
        [one.rule for one in kept],
        families_of([one.rule for one in kept]),
        max(plain, key=lambda place: round(kept[place].difference, 9), default=None),
        csc_array((worth, indices, starts), shape=shape),
        csc_array((worth**2, indices, starts), shape=shape),
    )


def families_of(rules: list[Rule]) -> np.ndarray:
    """Number the rules by signal, window and half-life: those of one number differ in minimums."""
    names = [(rule.signal_id, rule.window_days, rule.half_life_days) for rule in rules]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=int)


def candidates(
    values: pd.DataFrame,
    grid: Grid,
    converted: np.ndarray,
    weights: np.ndarray,
    clusters: np.ndarray,
) -> Iterator[Candidate]:
    """Yield the candidates, signal by signal; of two alike, the plainer alone."""
    seen = set()
    total, hits = weights.sum(), weights @ converted
    share = hits / total if total else 0.0
    values = values.sort_values(["signal_id", "observation_number"])
    for signal_id, of_signal in values.groupby("signal_id", sort=True):
        rows = of_signal["observation_number"].to_numpy(dtype=np.int32) - 1
        for met, rules in rules_of(str(signal_id), of_signal, grid, len(converted)):
            places = rows[met]
            # observations are numbered by cluster
            if 1 + np.count_nonzero(np.diff(clusters[places])) < grid.min_support:
                continue
            counts = weights[places]
            surplus = counts * (converted[places] - share)
            reached = counts @ converted[places]
            others = counts.sum() - reached
            difference = reached / max(hits, 1e-12) - others / max(total - hits, 1e-12)
            for rule, worth in rules:
                key = hash((places.tobytes(), worth.tobytes()))
                if key in seen:
                    continue
                seen.add(key)
                weighted = counts @ worth
                spread = share * (1 - share) * (counts @ worth**2 - weighted**2 / total)
                z = round(surplus @ worth / np.sqrt(max(spread, 1e-12)), 9)
                yield Candidate(rule, places, worth, float(z), float(difference))


def rules_of(
    signal_id: str, values: pd.DataFrame, grid: Grid, count: int
) -> Iterator[tuple[np.ndarray, list[tuple[Rule, np.ndarray]]]]:
    """Yield where a minimum of a signal is met, with the rules about it and what they are worth.

    By the arithmetic of the score: so many awards as the minimum fits into the value, up to the
    most; with a half-life, halved as often as it has passed since the last event, in whole steps.
    """
    own_window = values["window_days"].iloc[0]
    columns = {"signal_value": None if pd.isna(own_window) else int(own_window)}
    columns |= {f"value_{days}d": days for days in grid.windows} | {"value_ever": None}
    steps = np.floor(values["age_days"].to_numpy(dtype=float) / grid.decay_step_days)
    ages = steps * grid.decay_step_days
    for column, window_days in columns.items():
        amounts = values[column].to_numpy(dtype=float)
        last = np.inf
        for cut in map(float, grid.cuts):
            met = np.flatnonzero(amounts >= cut)
            if not len(met) or len(met) > STEP * last:
                continue
            last = len(met)
            fits = np.floor(amounts[met] / cut + 1e-9)
            rules = []
            for most in grid.max_awards:
                awards = np.minimum(fits, most)
                if len(met) <= TOO_COMMON * count or awards.max() > awards.min():
                    rules.append((Rule(signal_id, window_days, cut, most), awards))
                for half_life in grid.half_lives if column == "value_ever" else []:
                    fading = awards * 0.5 ** (ages[met] / half_life)
                    rules.append((Rule(signal_id, None, cut, most, half_life), fading))
            yield met, rules


def screen(found: Iterator[Candidate], values: pd.DataFrame, grid: Grid) -> list[Candidate]:
    """Keep the candidates that tell most by themselves, some of each signal, and the trigger."""
    of_each = max(grid.most_candidates // max(values["signal_id"].nunique(), 1), 10)
    by_signal: dict[str, list[Candidate]] = {}
    trigger: Candidate | None = None
    for one in found:
        is_plain = one.rule.max_awards == 1 and one.rule.half_life_days is None
        if is_plain and (trigger is None or one.difference > trigger.difference + 1e-9):
            trigger = one
        if one.z <= 0:
            continue
        mine = by_signal.setdefault(one.rule.signal_id, [])
        mine.append(one)
        if len(mine) > 2 * of_each:
            by_signal[one.rule.signal_id] = best_of(mine, of_each)
    kept = [one for mine in by_signal.values() for one in best_of(mine, of_each)]
    kept = best_of(kept, grid.most_candidates)
    if trigger is not None and trigger.rule not in [one.rule for one in kept]:
        kept.append(trigger)
    return kept


def best_of(found: list[Candidate], most: int) -> list[Candidate]:
    """Return those that tell most, in the order in which they were found."""
    best = sorted(range(len(found)), key=lambda place: (-found[place].z, place))[:most]
    return [found[place] for place in sorted(best)]


# --- learning -------------------------------------------------------------------------------------


def forward_selection(
    sample: Sample, weights: np.ndarray, most: int, votes: np.ndarray | None = None
) -> list[int]:
    """Choose candidates one by one, each time the one with which the odds fit best.

    Those with the largest score statistics are tried. A candidate that would take from the odds
    beside the others is passed over.

    Args:
        sample: the observations.
        weights: what each counts for; 0 leaves it out.
        most: the largest number of rules.
        votes: of candidates about as good as the best one, that with the most votes is taken.
    """
    rows = np.flatnonzero(weights)
    group = Group.of(weights[rows], sample.converted[rows])
    now, loss = fit(*group.counts())
    chosen: list[int] = []
    while len(chosen) < min(most, len(sample.rules)):
        z = score_statistics(sample, weights, rows, group.odds(now))
        z[chosen] = -np.inf
        tried = {}
        while not tried and z.max() >= LEAST_Z:
            for one in best_families(sample, z):
                wider = group.split(sample.worth[:, [one]].toarray()[rows, 0])
                coefficients, new_loss = fit(*wider.counts(), np.r_[now, 0])
                if coefficients[-1] > 0:
                    tried[one] = (loss - new_loss, wider, coefficients, new_loss)
                z[one] = -np.inf
        if not tried:
            break
        best = max(tried, key=lambda one: round(tried[one][0], 9))
        if votes is not None:
            near = [one for one in tried if tried[one][0] >= NEAR * tried[best][0]]
            best = max(near, key=lambda one: (votes[one], round(tried[one][0], 9)))
        chosen.append(best)
        _, group, now, loss = tried[best]
    return chosen


class Group(NamedTuple):
    """Observations to which the chosen rules are worth the same, put together: few are left."""

    weights: np.ndarray
    converted: np.ndarray
    numbers: np.ndarray  # which kind each observation is of
    kinds: np.ndarray  # what the rules are worth to each kind

    @classmethod
    def of(cls, weights: np.ndarray, converted: np.ndarray) -> Group:
        """Begin with one kind, before any rule."""
        return cls(weights, converted, np.zeros(len(weights), dtype=int), np.empty((1, 0)))

    def split(self, worth: np.ndarray) -> Group:
        """Tell apart by one more rule."""
        levels, places = np.unique(worth, return_inverse=True)
        both, numbers = np.unique(self.numbers * len(levels) + places, return_inverse=True)
        kinds = np.column_stack([self.kinds[both // len(levels)], levels[both % len(levels)]])
        return self._replace(numbers=numbers, kinds=kinds)

    def counts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the kinds, how many of each convert, and how many there are."""
        converted = np.bincount(self.numbers, self.weights * self.converted, len(self.kinds))
        return self.kinds, converted, np.bincount(self.numbers, self.weights, len(self.kinds))

    def odds(self, coefficients: np.ndarray) -> np.ndarray:
        """Return the log-odds of each observation."""
        return (coefficients[0] + self.kinds @ coefficients[1:])[self.numbers]


def group_by(columns: np.ndarray, weights: np.ndarray, converted: np.ndarray) -> Group:
    """Put observations together by what several rules are worth to them."""
    group = Group.of(weights, converted)
    for worth in columns.T:
        group = group.split(worth)
    return group


def score_statistics(
    sample: Sample, weights: np.ndarray, rows: np.ndarray, odds: np.ndarray
) -> np.ndarray:
    """Return how clearly each candidate explains what the odds leave open (a standard score)."""
    chances = expit(odds)
    open_and_spread = np.zeros((len(weights), 2))
    open_and_spread[rows, 0] = weights[rows] * (sample.converted[rows] - chances)
    open_and_spread[rows, 1] = weights[rows] * chances * (1 - chances)
    spread = open_and_spread[:, 1]
    explained, mean = (sample.worth.T @ open_and_spread).T
    variance = sample.squares.T @ spread - mean**2 / max(spread.sum(), 1e-12)
    z = np.round(explained / np.sqrt(np.maximum(variance, 1e-12)), 9)
    z[variance <= 1e-9] = -np.inf
    return z


def best_families(sample: Sample, z: np.ndarray) -> list[int]:
    """Return the best candidates of different signals, windows and half-lives."""
    order = np.argsort(-z, kind="stable")
    order = order[z[order] >= LEAST_Z]
    _, firsts = np.unique(sample.families[order], return_index=True)
    return order[np.sort(firsts)[:TRIED]].tolist()


def fit(
    columns: np.ndarray,
    converted: np.ndarray,
    totals: np.ndarray,
    start: np.ndarray | None = None,
) -> tuple[np.ndarray, float]:
    """Fit a ridge logistic regression with log-odds of at least 0, by Newton's method.

    Args:
        columns: what each rule is worth to each kind of observation.
        converted: how many of a kind convert, and
        totals: of how many.
        start: where to begin.

    Returns:
        The intercept and the log-odds of each rule; and the loss.
    """
    design = np.hstack([np.ones((len(totals), 1)), columns])
    ridge = np.r_[0, np.full(columns.shape[1], RIDGE)]
    if start is None:
        share = (converted.sum() + 0.5) / (totals.sum() + 1)
        start = np.r_[np.log(share / (1 - share)), np.zeros(columns.shape[1])]

    def loss(coefficients: np.ndarray) -> float:
        odds = design @ coefficients
        penalty = ridge @ coefficients**2 / 2
        return float(totals @ np.logaddexp(0, odds) - converted @ odds + penalty)

    now, value = start, loss(start)
    for _ in range(MOST_STEPS):
        chances = expit(design @ now)
        slope = design.T @ (totals * chances - converted) + ridge * now
        is_free = np.r_[True, (now[1:] > 0) | (slope[1:] < 0)]
        part = design[:, is_free]
        curvature = (part.T * (totals * chances * (1 - chances))) @ part
        curvature += np.diag(ridge[is_free] + 1e-9)
        step = np.zeros(len(now))
        step[is_free] = np.linalg.solve(curvature, slope[is_free])
        for shrink in 0.5 ** np.arange(20):
            new = now - shrink * step
            new[1:] = np.maximum(new[1:], 0)
            new_value = loss(new)
            if new_value <= value:
                break
        moved = np.abs(new - now).max()
        now, value = new, min(new_value, value)
        if moved < 1e-6:
            break
    return now, value


def best_size(sample: Sample, most: int, least_gain: float, seed: int) -> int:
    """Say how many rules pay off on later observations of clusters that were not learned from.

    Args:
        sample: all observations; those of the later half are judged.
        most: the largest number of rules.
        least_gain: by how much a further rule must raise the AUC.
        seed: for dealing out the clusters.
    """
    later = np.flatnonzero(sample.is_later)
    converted, weights = sample.converted[later], sample.weights[later]
    if not len(converted) or converted.all() or not converted.any():
        return 1
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

    Learned is from other clusters, as the same outcome must not be on both sides.
    """
    names, numbers = np.unique(sample.clusters, return_inverse=True)
    dealt = (random.permutation(len(names)) % FOLDS)[numbers]
    odds = np.zeros((most + 1, len(sample.weights)))
    for fold in range(FOLDS):
        others = np.flatnonzero(dealt != fold)
        judged = np.flatnonzero(sample.is_later & (dealt == fold))
        if not sample.converted[others].any() or not len(judged):
            continue
        weights = np.zeros(len(sample.weights))
        weights[others] = sample.weights[others]
        path = forward_selection(sample, weights, most)
        columns = sample.columns(path)
        for size in range(most + 1):
            if size <= len(path):
                part = columns[:, :size]
                group = group_by(part[others], weights[others], sample.converted[others])
                found, _ = fit(*group.counts())
                predicted = found[0] + part[judged] @ found[1:]
            odds[size, judged] = predicted
    return odds


def choose_again(sample: Sample, size: int, seed: int) -> np.ndarray:
    """Return how often each candidate's signal is chosen when half of the clusters are drawn.

    Votes are by signal, as rules about one signal stand in for each other.
    """
    random = np.random.default_rng(seed)
    names, numbers = np.unique(sample.clusters, return_inverse=True)
    signals = np.array([rule.signal_id for rule in sample.rules])
    votes = np.zeros(len(sample.rules))
    for _ in range(REDRAWS):
        is_drawn = random.permutation(len(names)) < len(names) / 2
        chosen = forward_selection(sample, sample.weights * is_drawn[numbers], size)
        votes += np.isin(signals, signals[chosen])
    return votes / REDRAWS


# --- points ---------------------------------------------------------------------------------------


def whole_points(log_odds: np.ndarray, max_awards: np.ndarray, total: float) -> np.ndarray:
    """Share out a total of points, with all awards, in whole numbers in proportion to log-odds."""
    if log_odds.sum() <= 0:
        return np.zeros(len(log_odds))
    return np.floor(log_odds / (log_odds @ max_awards) * total + 0.5)


def scores_of(columns: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Add up points as the score does: those of each rule are rounded to two decimals."""
    return np.floor(columns * points * 100 + 0.5 + 1e-6).sum(axis=1) / 100


def point_intervals(
    sample: Sample, chosen: list[int], total: float, draws: int, seed: int
) -> np.ndarray:
    """Return the 2.5% and 97.5% points of each rule when whole clusters are drawn anew."""
    random = np.random.default_rng(seed)
    clusters = np.unique(sample.clusters, return_inverse=True)[1]
    group = group_by(sample.columns(chosen), sample.weights, sample.converted)
    cluster_count = clusters.max() + 1
    max_awards = np.array([sample.rules[rule].max_awards for rule in chosen])
    drawn = []
    for _ in range(draws):
        times = random.multinomial(cluster_count, np.full(cluster_count, 1 / cluster_count))
        redrawn = group._replace(weights=sample.weights * times[clusters])
        log_odds = fit(*redrawn.counts())[0][1:]
        drawn.append(whole_points(log_odds, max_awards, total))
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
        scores: the points of each; thresholds are whole numbers.
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
    marks = np.unique(np.floor(scores[scores >= 1]))
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
    if sample.converted.all() or sample.trigger is None:
        return []
    one = {"score_threshold": total, "threshold_option": "best_gain", "best_gain_threshold": total}
    rows = [describe(sample, sample.trigger, "best_single_trigger", 1, total) | one]
    size = best_size(sample, most_rules, least_gain, seed)
    if not size:
        return rows
    votes = choose_again(sample, size, seed)
    chosen = forward_selection(sample, sample.weights, size, votes)
    group = group_by(sample.columns(chosen), sample.weights, sample.converted)
    log_odds = fit(*group.counts())[0][1:]
    max_awards = np.array([sample.rules[rule].max_awards for rule in chosen])
    points = whole_points(log_odds, max_awards, total)
    kept = [place for place in np.argsort(-log_odds * max_awards, kind="stable") if points[place]]
    if not kept:
        return rows
    chosen, log_odds, points = [chosen[place] for place in kept], log_odds[kept], points[kept]
    low, high = point_intervals(sample, chosen, total, draws, seed)
    scores = scores_of(sample.columns(chosen), points)
    if scores.max() < 1:
        return rows
    thresholds = choose_thresholds(sample, scores, weeks, capacity)
    for place, rule in enumerate(chosen):
        row = describe(sample, rule, "suggested_points", place + 1, points[place]) | thresholds
        interval = {"points_low": low[place], "points_high": high[place]}
        rows.append(row | interval | {"log_odds": log_odds[place], "chosen_share": votes[rule]})
    return rows


def describe(
    sample: Sample, rule: int, contender: str, number: int, points: float
) -> dict[str, object]:
    """Lay out a rule with its points and who meets it."""
    met = sample.columns([rule])[:, 0] > 0
    return {
        "contender": contender,
        "rule_number": number,
        **sample.rules[rule]._asdict(),
        "points": points,
        "support_count": int(met.sum()),
        "support_converted_count": int(sample.converted[met].sum()),
    }


def suggested_points(
    observations: pd.DataFrame,
    values: pd.DataFrame,
    definitions: pd.DataFrame,
    grid: Grid,
    **settings: float,
) -> pd.DataFrame:
    """Learn points for each definition; see `suggest` for the settings."""
    rows = []
    for definition in definitions.sort_values("definition_id").itertuples(index=False):
        mine = observations[observations["definition_id"] == definition.definition_id]
        if mine.empty:
            continue
        of_mine = values[values["definition_id"] == definition.definition_id]
        sample = make_sample(mine, of_mine, grid)
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
        Grid(
            windows=dbt.config.meta_get("windows"),
            cuts=dbt.config.meta_get("cuts"),
            max_awards=dbt.config.meta_get("max_awards"),
            half_lives=dbt.config.meta_get("half_lives"),
            decay_step_days=dbt.config.meta_get("decay_step_days"),
            min_support=dbt.config.meta_get("min_support"),
            most_candidates=dbt.config.meta_get("most_candidates"),
        ),
        most_rules=dbt.config.meta_get("most_rules"),
        least_gain=dbt.config.meta_get("least_gain"),
        min_converters=dbt.config.meta_get("min_converters"),
        draws=dbt.config.meta_get("draws"),
        seed=dbt.config.meta_get("seed"),
    )
