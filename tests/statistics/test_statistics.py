"""The statistics of calibration, against closed forms and against libraries by another route."""

import warnings

import int_aha_moments as aha
import int_definition_evaluation as evaluation
import int_evaluation_parts as parts
import int_signal_lift as lifts
import int_suggested_points as points
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import bootstrap, hypergeom
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from statsmodels.stats.proportion import proportion_confint

WINDOWS = [7, 30]
CUTS = [1, 2, 5, 10]
GRID = points.Grid(WINDOWS, CUTS, [1, 3, 5], [7, 14, 30, 60, 90], 7, 10, 500)
SETTINGS = {
    "most_rules": 8,
    "least_gain": 0.005,
    "min_converters": 10,
    "draws": 20,
    "seed": 1,
}


@pytest.fixture(autouse=True)
def no_warnings():
    """A division by nothing is a mistake, not a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


# --- signal_lift ----------------------------------------------------------------------------------


def cut(with_converted, with_all, converted, everybody, signal_id="a", definition_id="d", age=0):
    votes = (with_converted, with_all, converted, everybody)
    return {
        "definition_id": definition_id,
        "signal_id": signal_id,
        "cut_type": "value",
        "min_value": 1.0,
        "age_band": age,
        **dict(zip(lifts.VOTES, votes, strict=True)),
        **dict(zip(lifts.COUNTS, reversed(votes), strict=True)),
    }


def lift_of(*cuts, min_support=1):
    columns = [*lifts.KEYS, "age_band", *lifts.VOTES, *lifts.COUNTS]
    return lifts.signal_lift(pd.DataFrame(list(cuts), columns=columns), min_support, 0.05)


def test_the_lady_tasting_tea():
    """Fisher's own table: 3 of 4 cups on either side are told right."""
    (row,) = lift_of(cut(3, 4, 4, 8)).to_dict("records")
    assert row["p_value"] == pytest.approx(34 / 70, rel=0.05)
    assert (row["odds_ratio"], row["verdict"], row["direction"]) == (9, "no_signal", "none")


@pytest.mark.parametrize("seed", range(5))
def test_the_p_value_is_that_of_all_tables_with_the_same_sides(seed):
    """The exact distribution, by folding the hypergeometric ones of the ages into each other."""
    random = np.random.default_rng(seed)
    cuts, chances, hits = [], np.ones(1), 0
    for age in range(12):
        shown, converted = random.random(60) < 0.15, random.random(60) < 0.05
        both = int((shown & converted).sum())
        hits += both
        cuts.append(cut(both, shown.sum(), converted.sum(), 60, age=age))
        ways = hypergeom.pmf(np.arange(converted.sum() + 1), 60, shown.sum(), converted.sum())
        chances = np.convolve(chances, ways)
    (row,) = lift_of(*cuts).to_dict("records")
    exact = min(2 * min(chances[: hits + 1].sum(), chances[hits:].sum()), 1)
    assert row["p_value"] == pytest.approx(exact, rel=0.05)
    assert (row["with_count"], row["observation_count"]) == (
        sum(c["with_count"] for c in cuts),
        720,
    )


def test_the_odds_ratio_is_that_of_a_logistic_regression():
    (row,) = lift_of(cut(18, 40, 30, 200)).to_dict("records")
    shown = np.repeat([1, 1, 0, 0], [18, 22, 12, 148])
    converted = np.repeat([1, 0, 1, 0], [18, 22, 12, 148])
    fitted = sm.Logit(converted, sm.add_constant(shown)).fit(disp=0)
    found = [row["odds_ratio"], row["odds_ratio_low"], row["odds_ratio_high"]]
    assert found == pytest.approx(np.exp([fitted.params[1], *fitted.conf_int()[1]]), rel=1e-4)


def test_what_age_alone_explains_is_no_signal():
    """The young show it and pay, the old do neither: within an age it makes no difference."""
    young, old = cut(32, 160, 40, 200, age=0), cut(2, 40, 20, 400, age=28)
    (row,) = lift_of(young, old).to_dict("records")
    assert (row["odds_ratio"], row["verdict"]) == (1, "no_signal")
    together = cut(34, 200, 60, 600)
    assert lift_of(together)["verdict"].tolist() == ["signal"]


BANDS = [0, 1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 28, 35, 42, 49, 56, 70, 84, 112]


def ageing_product(random, people, fades=10.0):
    """People who use a product less and pay more rarely the older they are, and nothing else.

    Returns:
        The rows of int_signal_thresholds: of three signals with several minimums.
    """
    age = random.integers(0, 180, people)
    freshness = np.exp(-age / fades)
    converted = random.random(people) < 0.01 + 0.2 * freshness
    rows = pd.DataFrame({"age_band": np.array(BANDS)[np.searchsorted(BANDS, age, "right") - 1]})
    cuts = []
    for number, rate in enumerate((0.5, 2, 6)):
        used = random.poisson(0.05 + rate * freshness)
        for minimum in (1.0, 2.0, 3.0, 5.0):
            met = used >= minimum
            flags = (met & converted, met, converted, np.ones(people))
            votes = rows.assign(**dict(zip(lifts.VOTES, flags, strict=True)))
            by_band = votes.groupby("age_band")[lifts.VOTES].sum().astype(float).reset_index()
            by_band[lifts.COUNTS] = by_band[lifts.VOTES[::-1]].to_numpy()
            names = {"definition_id": "d", "signal_id": f"used {number}", "cut_type": "value"}
            cuts.append(by_band.assign(**names, min_value=minimum))
    return pd.concat(cuts)


def test_a_product_where_use_only_reflects_age_has_no_signal():
    """Of 20 such products one may have a false one; without ages every one would."""
    found = crude = 0
    for seed in range(20):
        cuts = ageing_product(np.random.default_rng(seed), 4000)
        found += "signal" in set(lifts.signal_lift(cuts, 10, 0.05)["verdict"])
        together = lifts.signal_lift(
            cuts.assign(age_band=0).groupby([*lifts.KEYS, "age_band"], as_index=False).sum(),
            10,
            0.05,
        )
        crude += "signal" in set(together["verdict"])
    assert found <= 1
    assert crude == 20


def test_an_age_without_anybody_to_compare_with_plays_no_part():
    telling = cut(18, 40, 30, 200, age=3)
    silent = [cut(9, 9, 9, 9, age=1), cut(5, 5, 9, 9, age=2), cut(1, 1.5, 1.2, 1.7, age=4)]
    numbers = lifts.STATISTICS
    alone, beside = lift_of(telling), lift_of(telling, *silent)
    pd.testing.assert_frame_equal(alone[numbers], beside[numbers])


def test_p_values_are_adjusted_for_their_number():
    """Benjamini and Hochberg by hand, of each definition by itself."""
    tables = [(18, 40), (9, 40), (8, 40), (6, 40)]
    cuts = [cut(*table, 30, 200, signal_id=str(n)) for n, table in enumerate(tables)]
    rows = lift_of(*cuts, cut(9, 40, 30, 200, definition_id="other"))
    p_values = rows["p_value"].to_numpy()
    raised = [p_values[place] * 4 / (place + 1) for place in range(4)]
    expected = np.minimum.accumulate(raised[::-1])[::-1]
    assert rows["q_value"].to_numpy()[:4] == pytest.approx(np.minimum(expected, 1))
    assert rows["q_value"][4] == rows["p_value"][4]
    assert rows["direction"].tolist() == ["more", "none", "none", "none", "none"]


def test_what_goes_before_fewer_outcomes_is_a_signal_too():
    (row,) = lift_of(cut(2, 100, 60, 200)).to_dict("records")
    assert (row["verdict"], row["direction"]) == ("signal", "less")


def test_what_too_few_show_is_not_tested():
    rows = lift_of(
        cut(9, 9, 30, 200, "too few with it"),
        cut(25, 191, 30, 200, "too few without it"),
        cut(9, 40, 9, 200, "too few converters"),
        cut(31, 40, 191, 200, "too few others"),
        cut(0, 0, 0, 0, "nobody"),
        min_support=10,
    )
    assert set(rows["verdict"]) == {"not_enough_data"}
    assert rows[lifts.STATISTICS].isna().all(axis=None)


def test_a_perfect_signal_has_a_finite_interval():
    (row,) = lift_of(cut(30, 30, 30, 200)).to_dict("records")
    assert 1 < row["odds_ratio_low"] < row["odds_ratio_high"] < np.inf


# --- definition_evaluation ------------------------------------------------------------------------


@pytest.fixture
def ranked():
    """Values with ties, which know something; 60 clusters of 1 to 9 observations."""
    random = np.random.default_rng(2)
    clusters = np.repeat(np.arange(60), random.integers(1, 10, 60))
    liking = random.normal(size=60)[clusters]
    values = np.round(liking + random.normal(size=len(clusters)), 1)
    converted = liking + random.normal(size=len(clusters)) > 1
    return values, converted, clusters


def test_the_auc_is_that_of_scikit_learn(ranked):
    values, converted, _ = ranked
    estimate = evaluation.auc(values, converted)
    assert estimate.value == pytest.approx(roc_auc_score(converted, values))
    assert estimate.influence.sum() == pytest.approx(0, abs=1e-9)


def test_without_clusters_the_variance_is_that_of_delong(ranked):
    """DeLong's variance by its definition: the spread of placements among either class."""
    values, converted, _ = ranked
    yes, no = values[converted], values[~converted]
    wins = (yes[:, None] > no) + (yes[:, None] == no) / 2
    expected = wins.mean(axis=1).var(ddof=1) / len(yes) + wins.mean(axis=0).var(ddof=1) / len(no)
    influence = evaluation.auc(values, converted).influence
    assert influence @ influence == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("name", ["auc", "lift_of_top", "recall_of_top", "precision"])
def test_intervals_are_as_wide_as_redraws_of_clusters_say(ranked, name):
    values, converted, clusters = ranked
    rows_of = [np.flatnonzero(clusters == cluster) for cluster in range(60)]

    def estimate(values, converted):
        if name == "auc":
            return evaluation.auc(values, converted)
        if name == "precision":
            return evaluation.precision((values > 1).astype(float), converted)
        return getattr(evaluation, name)(values, converted, 0.2)

    def redrawn(drawn):
        rows = np.concatenate([rows_of[cluster] for cluster in drawn])
        return estimate(values[rows], converted[rows]).value

    found = bootstrap(
        (np.arange(60),), redrawn, vectorized=False, n_resamples=600, method="basic",
        rng=np.random.default_rng(3),
    )  # fmt: skip
    influence = estimate(values, converted).influence
    width = evaluation.half_width(influence, clusters, converted, 0.95)
    assert width / 2 == pytest.approx(found.standard_error, rel=0.2)


def test_ties_share_the_last_places():
    values = np.array([3.0, 2, 2, 2, 1])
    assert evaluation.shares_taken(values, 0.4).tolist() == pytest.approx(
        [1, 1 / 3, 1 / 3, 1 / 3, 0]
    )
    assert evaluation.shares_taken(np.zeros(4), 0.5).tolist() == [0.5] * 4


def test_measures_of_a_ranking_that_is_right_every_time():
    values = np.arange(20.0)
    converted = values >= 16
    taken = evaluation.shares_taken(values, 0.1)
    assert evaluation.auc(values, converted).value == 1
    assert evaluation.lift_of_top(values, converted, 0.1).value == 5
    assert evaluation.recall_of_top(values, converted, 0.1).value == 0.5
    assert evaluation.precision(taken, converted).value == 1
    assert evaluation.band_rates(values, converted) == [0, 0, 0, 0, 1]


def contenders(random, knowing, sizes=200, weeks=3):
    """A baseline that knows nothing, and contenders that know more or less of who converts."""
    clusters = np.repeat(np.arange(sizes), weeks)
    liking = random.normal(size=sizes)[clusters]
    converted = liking + random.normal(size=len(clusters)) > 1.5
    values = {"last_active": random.normal(size=len(clusters))} | {
        name: share * liking + random.normal(size=len(clusters)) for name, share in knowing.items()
    }
    return pd.concat(
        pd.DataFrame(
            {
                "definition_id": "d",
                "contender": name,
                "contender_type": "baseline" if "active" in name else "version",
                "observation_number": np.arange(len(clusters)) + 1,
                "cluster_number": clusters,
                "contender_value": of_name,
                "is_qualified": None if "active" in name else of_name > 1,
                "is_converted": converted,
            }
        )
        for name, of_name in values.items()
    ).astype({"is_qualified": "boolean"})


DEFINITIONS = pd.DataFrame({"definition_id": ["d"]})


def verdicts(scores, definitions=DEFINITIONS):
    found = evaluation.evaluate(scores, definitions, min_converters=10, confidence=0.95)
    return found.set_index("contender")["verdict"].to_dict()


def test_each_verdict_is_reached():
    knowing = {"good": 1, "none": 0, "most_active": 1}
    found = verdicts(contenders(np.random.default_rng(1), knowing))
    assert found["most_active"] == "beats_baselines"
    assert found["good"] == "no_better_than_most_active"
    assert found["none"] == found["last_active"] == "no_signal"
    assert found["suggested_points"] == "not_enough_data"
    found = verdicts(contenders(np.random.default_rng(1), {"good": 1, "none": 0}))
    assert found["good"] == "beats_baselines"
    found = verdicts(contenders(np.random.default_rng(1), {"good": 1}, sizes=30))
    assert set(found.values()) == {"not_enough_data"}


def test_what_was_learned_and_not_worth_a_rule_is_no_signal():
    scores = contenders(np.random.default_rng(1), {"best_single_trigger": 0})
    scores.loc[scores["contender"] == "best_single_trigger", "contender_type"] = "suggestion"
    assert verdicts(scores)["suggested_points"] == "no_signal"


def test_one_class_has_a_verdict():
    scores = contenders(np.random.default_rng(1), {"good": 1})
    for is_converted in (True, False):
        assert set(verdicts(scores.assign(is_converted=is_converted)).values()) == {
            "not_enough_data"
        }


# --- evaluation_parts -----------------------------------------------------------------------------


def scored(knowing, seed=3, sizes=400, weeks=26):
    """Observations of a version that ranks as well as `knowing` says, week by week."""
    random = np.random.default_rng(seed)
    clusters, week = np.repeat(np.arange(sizes) + 1, weeks), np.tile(np.arange(weeks), sizes)
    liking = random.normal(size=sizes)[clusters - 1]
    converted = liking + random.normal(size=len(clusters)) > 2
    value = np.array(knowing)[week] * liking + random.normal(size=len(clusters))
    days = pd.date_range("2026-01-01", periods=weeks, freq="7D")
    return pd.DataFrame(
        {
            "definition_id": "d",
            "definition_key": "d@1",
            "cluster_number": clusters,
            "size": np.where(clusters % 2, "small", "large"),
            "industry": None,
            "acquisition": None,
            "score_threshold": 40.0,
            "version_value": np.clip(20 + 10 * value, 0, None),
            "is_qualified": 20 + 10 * value >= 40,
            "is_converted": converted,
            "is_held_out": week >= weeks - 9,
            "observed_on": days[week],
        }
    )


def parts_of(scores):
    return parts.evaluation_parts(scores, 10, 0.95).set_index(["part_type", "part"]).sort_index()


def drift_of(*arguments, **settings):
    return parts_of(scored(*arguments, **settings)).loc["drift"].iloc[0]


def test_a_drift_is_found_with_the_month_of_its_beginning():
    found = drift_of([2.0] * 17 + [0.0] * 9)  # from 30 April on
    assert found["verdict"] == "drifted"
    assert found["changed_since"] in ("2026-04", "2026-05")
    assert found["auc_change_low"] < found["auc_change"] < found["auc_change_high"] < 0
    assert drift_of([0.0] * 17 + [2.0] * 9)["verdict"] == "improved"


def test_what_holds_is_rarely_called_a_drift():
    verdicts = [drift_of([1.0] * 26, seed=seed, sizes=150)["verdict"] for seed in range(20)]
    assert verdicts.count("holds") >= 18


def test_the_interval_of_a_change_is_as_wide_as_redraws_of_clusters_say():
    scores = scored([1.0] * 26, sizes=120)
    found = parts_of(scores).loc["drift"].iloc[0]
    is_last = (scores["observed_on"].max() - scores["observed_on"]).dt.days < parts.QUARTER_DAYS
    marked = scores.assign(is_last=is_last)
    by_cluster = dict(tuple(marked.groupby("cluster_number")))
    random, changes = np.random.default_rng(1), []
    for _ in range(200):
        drawn = pd.concat([by_cluster[c] for c in random.choice(list(by_cluster), 120)])
        last, before = (
            roc_auc_score(rows["is_converted"], rows["version_value"])
            for rows in (drawn[drawn["is_last"]], drawn[~drawn["is_last"]])
        )
        changes.append(last - before)
    width = found["auc_change_high"] - found["auc_change_low"]
    assert width / 4 == pytest.approx(np.std(changes), rel=0.2)


def test_bands_months_and_segments():
    found = parts_of(scored([2.0] * 26))
    bands = found.loc["score_band"].sort_values("part_number")
    assert bands.index.tolist()[:2] == ["0 to under 10", "10 to under 20"]
    assert bands.index[-1] == "60 or more"
    assert bands["verdict"].tolist()[0] == "less"
    assert bands["verdict"].tolist()[-1] == "more"
    assert bands["auc"].isna().all()
    assert (bands["conversion_rate_low"] <= bands["conversion_rate"]).all()
    assert found.loc["month"].index.tolist()[0] == "2026-01"
    assert set(found.loc["month"]["verdict"]) == {"signal"}
    assert set(found.loc["size"].index) == {"small", "large"}
    assert not {"industry", "acquisition"} & set(found.index.get_level_values(0))


@pytest.mark.parametrize("taken", [[1, 1, 1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1, 1, 1]])
def test_one_account_counts_once_whatever_is_left_over_of_a_sum(taken):
    of_one = parts.share(np.array(taken, dtype=float), np.zeros(10, dtype=int), 0.95)
    assert of_one == pytest.approx((0.3, *proportion_confint(0.3, 1, 0.05, method="beta")))


def test_parts_of_too_few_or_of_one_class_or_of_nobody():
    assert drift_of([2.0] * 26, sizes=8)["verdict"] == "not_enough_data"
    scores = scored([1.0] * 26, sizes=60)
    for is_converted in (True, False):
        found = parts_of(scores.assign(is_converted=is_converted))
        assert set(found.drop(index="score_band")["verdict"]) == {"not_enough_data"}
    short = scores[scores["observed_on"] < "2026-02-01"]
    assert parts_of(short).loc["drift"].iloc[0]["verdict"] == "not_enough_data"
    empty = parts.evaluation_parts(scores[:0], 10, 0.95)
    assert empty.empty
    assert {name: str(kind) for name, kind in empty.dtypes.items()} == parts.COLUMNS


def test_shares_of_few_clusters_have_wide_intervals():
    """Of one account looked at often, one is known; of many accounts, many."""
    taken = np.array([1.0] * 10 + [0.0] * 90)
    alone = parts.share(taken, np.arange(100), 0.95)
    together = parts.share(taken, np.repeat(np.arange(10), 10), 0.95)
    assert alone[0] == together[0] == 0.1
    assert alone[1:] == pytest.approx(proportion_confint(10, 100, method="beta"), abs=1e-3)
    assert together[1] < alone[1] and together[2] > alone[2]
    nobody, low, high = parts.share(np.zeros(100), np.repeat(np.arange(4), 25), 0.95)
    assert (nobody, low) == (0, 0)
    assert high == pytest.approx(proportion_confint(0, 4, method="beta")[1])


# --- suggested_points -----------------------------------------------------------------------------


def learning(seed=4, clusters=400, weeks=4, weights=None, extra=0):
    """Observations whose odds follow stated weights of signals, and their values.

    Each signal is shown by 30% of the observations; beside those with a weight there are duds.
    """
    random = np.random.default_rng(seed)
    weights = {"strong": 2.2, "middle": 1.4, "weak": 0.8} if weights is None else weights
    count = clusters * weeks
    shown = random.random((count, len(weights) + extra)) < 0.3
    odds = shown[:, : len(weights)] @ np.array(list(weights.values())) - 2.5
    observations = pd.DataFrame(
        {
            "definition_id": "d",
            "observation_number": np.arange(count) + 1,
            "entity_number": np.repeat(np.arange(clusters), weeks) + 1,
            "cluster_number": np.repeat(np.arange(clusters), weeks) + 1,
            "weight": 1.0,
            "is_converted": random.random(count) < 1 / (1 + np.exp(-odds)),
            "is_later": np.tile(np.arange(weeks) >= weeks / 2, clusters),
            "observed_on": np.tile(pd.date_range("2026-01-01", periods=weeks, freq="7D"), clusters),
        }
    )
    names = [*weights, *(f"dud {number:03}" for number in range(extra))]
    values = pd.concat(
        pd.DataFrame({"signal_id": name, "observation_number": np.flatnonzero(shown[:, place]) + 1})
        for place, name in enumerate(names)
    ).assign(definition_id="d", window_days=7.0, age_days=0, signal_value=1.0)
    values[["value_7d", "value_30d", "value_ever"]] = 1.0
    return observations, values


def learned(observations, values, total=100, **settings):
    definitions = pd.DataFrame(
        {"definition_id": ["d"], "total_points": [total], "capacity_per_week": [np.nan]}
    )
    return points.suggested_points(
        observations,
        values,
        definitions,
        GRID,
        **SETTINGS | settings,
    )


def test_points_recover_the_planted_order_and_leave_the_duds_out():
    found = learned(*learning(extra=20))
    suggested = found[found["contender"] == "suggested_points"]
    assert suggested["signal_id"].tolist()[:3] == ["strong", "middle", "weak"]
    assert suggested["log_odds"].to_numpy()[:3] == pytest.approx([2.2, 1.4, 0.8], abs=0.4)
    assert (suggested["points"][3:] < suggested["points"].iloc[2]).all()
    assert (suggested["points"] == suggested["points"].round()).all()
    assert (suggested["points_low"] <= suggested["points"]).all()
    assert (suggested["points"] <= suggested["points_high"]).all()
    (trigger,) = found[found["contender"] == "best_single_trigger"]["signal_id"]
    assert trigger == "strong"


def test_weights_are_those_of_scikit_learn_where_none_is_negative():
    random = np.random.default_rng(5)
    met = random.random((500, 3)) < 0.4
    for signs in ([1, 1, 1], [1, 1, -1]):
        converted = random.random(500) < 1 / (1 + np.exp(1.5 - met @ np.array(signs)))
        found, _ = points.fit(met.astype(float), converted.astype(float), np.ones(500))
        used = np.array(signs) > 0
        expected = LogisticRegression(C=1 / points.RIDGE, tol=1e-8).fit(met[:, used], converted)
        assert found[0] == pytest.approx(expected.intercept_[0], abs=1e-3)
        assert found[1:][used] == pytest.approx(expected.coef_[0], abs=1e-3)
        assert (found[1:][~used] == 0).all()


def fading(half_life, seed, count=6000):
    """Observations whose odds fade from the last event of one signal on; others tell nothing."""
    random = np.random.default_rng(seed)
    observations, _ = learning(seed, clusters=count // 4)
    frames, odds = [], np.full(count, -3.2)
    for number in range(8):
        has = random.random(count) < 0.5
        age, times = random.integers(0, 150, count), 1.0 + random.poisson(2, count)
        if number == 0:
            odds += np.where(has, 2.5 * 0.5 ** (age // 7 * 7 / half_life), 0)
        mine = {"signal_id": f"signal {number}", "observation_number": np.flatnonzero(has) + 1}
        windows = {f"value_{days}d": (age < days)[has] * 1.0 for days in WINDOWS}
        values = {"age_days": age[has], "signal_value": windows["value_30d"], "window_days": 30.0}
        frames.append(pd.DataFrame(mine | windows | values | {"value_ever": times[has]}))
    converted = random.random(count) < 1 / (1 + np.exp(-odds))
    return observations.assign(is_converted=converted), pd.concat(frames).assign(definition_id="d")


@pytest.mark.parametrize("half_life", [7, 20, 45, 90])
def test_the_half_life_of_points_that_fade_is_found(half_life):
    found = learned(*fading(half_life, seed=half_life))
    first = found[found["contender"] == "suggested_points"].iloc[0]
    assert first["signal_id"] == "signal 0"
    assert 0.5 <= first["half_life_days"] / half_life <= 2
    assert first["chosen_share"] == 1


def test_points_for_each_time_are_found():
    """Each of up to three times tells as much as the first; the total counts all of them."""
    observations, values = learning(weights={"once": 1.0}, extra=3)
    times = pd.Series(np.random.default_rng(8).integers(1, 4, len(values)), index=values.index)
    names = ["value_7d", "value_30d", "value_ever", "signal_value"]
    values = values.reset_index(drop=True).assign(**dict.fromkeys(names, times.to_numpy()))
    of_first = values[values["signal_id"] == "once"].set_index("observation_number")["value_7d"]
    awards = of_first.reindex(observations["observation_number"], fill_value=0).to_numpy()
    chances = 1 / (1 + np.exp(2.5 - awards))
    converted = np.random.default_rng(9).random(len(observations)) < chances
    found = learned(observations.assign(is_converted=converted), values)
    first = found[found["contender"] == "suggested_points"].iloc[0]
    assert (first["signal_id"], first["min_value"], first["max_awards"]) == ("once", 1, 3)
    assert first["log_odds"] == pytest.approx(1, abs=0.2)
    assert first["points"] * 3 <= 100


def test_a_candidate_that_takes_from_the_odds_is_passed_over_and_is_not_the_end(monkeypatch):
    """Of two candidates the better one is refused: the other is taken."""
    observations, values = learning(weights={"strong": 2.2, "weak": 1.0})
    sample = points.make_sample(observations, values, GRID)
    better, worse = (
        next(n for n, rule in enumerate(sample.rules) if rule.signal_id == name)
        for name in ("strong", "weak")
    )
    monkeypatch.setattr(
        points, "best_families", lambda _, z: [better] if z[better] > -np.inf else [worse]
    )
    of_better = sample.columns([better])[:, 0]
    split = points.Group.split

    def spoiled(group, worth):
        """What the better one is worth is turned round, so that it takes from the odds."""
        return split(group, 1 - worth if np.array_equal(worth, of_better) else worth)

    monkeypatch.setattr(points.Group, "split", spoiled)
    assert points.forward_selection(sample, sample.weights, 1) == [worse]


@pytest.mark.slow
def test_fifty_thousand_observations_and_five_hundred_candidates_are_learned_from():
    observations, values = fading(20, seed=1, count=48_000)
    copies = [values.assign(signal_id=values["signal_id"] + f" {n}") for n in range(5)]
    for n, copy in enumerate(copies):
        copy["age_days"] = np.random.default_rng(n).permutation(copy["age_days"].to_numpy())
    found = learned(observations, pd.concat([values, *copies]), draws=200)
    assert set(found["signal_id"]) == {"signal 0"}


def test_at_most_eight_rules_and_as_many_as_pay_off():
    weights = {f"signal {number:02}": 1.0 for number in range(14)}
    found = learned(*learning(weights=weights, clusters=1500))
    assert (found["contender"] == "suggested_points").sum() == 8
    found = learned(*learning(weights={"only": 2.0}, extra=5))
    assert found[found["contender"] == "suggested_points"]["signal_id"].tolist() == ["only"]


def test_signals_that_say_the_same_share_one_rule():
    observations, values = learning(weights={"first": 2.0})
    found = learned(observations, pd.concat([values, values.assign(signal_id="again")]))
    assert found["signal_id"].tolist() == ["again", "again"]


def test_signals_that_nearly_say_the_same_are_both_worth_little_together():
    observations, values = learning(weights={"first": 2.0})
    near = values[values["observation_number"] % 50 > 0].assign(signal_id="near")
    found = learned(observations, pd.concat([values, near]))
    assert found["points"].tolist() == [100, 100]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_made_of_nothing(seed):
    """Not even the trigger, which is always named, comes with a suggestion of many rules."""
    found = learned(*learning(seed=seed, weights={}, extra=30))
    assert (found["contender"] == "suggested_points").sum() <= 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda observations, values: (observations[:0], values[:0]),
        lambda observations, values: (observations, values[:0]),
        lambda observations, values: (observations.assign(is_converted=False), values),
        lambda observations, values: (observations.assign(is_converted=True), values),
        lambda observations, values: (
            observations.assign(is_converted=observations["cluster_number"] < 10),
            values,
        ),
        lambda observations, values: (
            observations,
            pd.concat(
                values[:1].assign(observation_number=number, signal_id="constant")
                for number in observations["observation_number"]
            ),
        ),
    ],
    ids=["no rows", "no values", "nobody converts", "all convert", "too few", "constant"],
)
def test_without_evidence_there_are_no_points(spoil):
    observations, values = learning(clusters=60)
    found = learned(*spoil(observations, values))
    assert found.empty
    assert {name: str(kind) for name, kind in found.dtypes.items()} == points.COLUMNS


def test_those_who_convert_may_all_be_of_one_half():
    observations, values = learning(clusters=100)
    for is_later in (True, False):
        half = observations["is_later"] == is_later
        found = learned(
            observations.assign(is_converted=observations["is_converted"] & half), values
        )
        assert set(found["contender"]) <= {"best_single_trigger", "suggested_points"}


def test_outcomes_that_all_come_on_one_day_are_learned_from_without_fail():
    observations, values = learning(clusters=100)
    is_eve = observations["observed_on"] == observations["observed_on"].max()
    found = learned(observations.assign(is_converted=is_eve), values)
    assert {name: str(kind) for name, kind in found.dtypes.items()} == points.COLUMNS


def test_two_hundred_signals():
    found = learned(*learning(extra=197))
    suggested = found[found["contender"] == "suggested_points"]
    assert suggested["signal_id"].tolist()[:2] == ["strong", "middle"]


def test_the_order_of_rows_does_not_matter_and_the_same_input_gives_the_same_output():
    observations, values = learning(clusters=120, extra=5)
    once = learned(observations, values)
    mixed = learned(
        observations.sample(frac=1, random_state=1), values.sample(frac=1, random_state=2)
    )
    pd.testing.assert_frame_equal(once, mixed, check_exact=True)
    assert len(once) > 1


def test_an_observation_may_stand_for_several():
    """Weights do what copies do."""
    observations, values = learning(clusters=150)
    sample = points.make_sample(observations, values, GRID)
    weights = np.where(sample.clusters % 2, 3.0, 1.0)
    columns = sample.columns(list(range(3)))
    weighted, _ = points.fit(columns, weights * sample.converted, weights)
    copies = np.repeat(np.arange(len(weights)), weights.astype(int))
    copied, _ = points.fit(columns[copies], sample.converted[copies], np.ones(len(copies)))
    assert weighted == pytest.approx(copied, abs=1e-4)


def test_whole_points_are_in_proportion():
    once, awards = np.ones(3), np.array([1, 3, 1])
    assert points.whole_points(np.array([1.0, 3, 4]), once, 80).tolist() == [10, 30, 40]
    assert points.whole_points(np.array([1.0, 1, 4]), awards, 80).tolist() == [10, 10, 40]
    assert points.whole_points(np.zeros(2), once[:2], 80).tolist() == [0, 0]


def thresholds(converted, scores, weeks, capacity):
    """Of entities in two weeks each, with these scores."""
    observations, values = learning(clusters=len(scores) // 2, weeks=2)
    sample = points.make_sample(observations, values, GRID)
    sample = sample._replace(converted=np.array(converted, dtype=float))
    found = points.choose_thresholds(sample, np.array(scores, dtype=float), weeks, capacity)
    return {name.removesuffix("_threshold"): value for name, value in found.items()}


def test_the_threshold_has_the_best_gain_within_the_capacity():
    """One rises to 20, one stands at 20, two at 10, six at 0: of these nobody buys."""
    scores = [0, 20, 20, 20, 10, 10, 10, 10] + [0] * 12
    found = thresholds([0, 1, 1, 1, 0, 0, 0, 0] + [0] * 12, scores, 2, None)
    assert (found["score"], found["threshold_option"], found["usual_band"]) == (20, "best_gain", 20)
    assert np.isnan(found["capacity"])
    buyers = [0, 1, 1, 1, 1, 1, 1, 1] + [0] * 12
    for capacity, expected in {None: 10, 2: 10, 1: 20}.items():
        assert thresholds(buyers, scores, 2, capacity)["score"] == expected
    assert thresholds(buyers, scores, 2, 1)["threshold_option"] == "capacity"


def test_where_no_mark_fits_the_capacity_the_best_gain_is_kept_and_it_is_said():
    """All reach 10 at once; nobody reaches more. Or: 20 gives one of ten that could be called."""
    found = thresholds([1, 1, 0, 0, 0, 0, 0, 0], [10] * 6 + [0, 0], 1, 1)
    assert (found["score"], found["threshold_option"]) == (10, "best_gain")
    assert np.isnan(found["capacity"]) and np.isnan(found["usual_band"])
    scores = [20, 20] + [10] * 198 + [0] * 200
    found = thresholds([1] * 200 + [0] * 200, scores, 1, 10)
    assert (found["score"], np.isnan(found["capacity"])) == (10, True)


# --- aha_moments ----------------------------------------------------------------------------------


def group(is_converter, half, count, signal_id=None, min_count=0, day=0, churned=False, age=56):
    return {
        "definition_id": "d",
        "is_converter": is_converter,
        "is_churned": churned,
        "half": half,
        "age_band": age,
        "signal_id": signal_id,
        "min_count": min_count,
        "day_number": day,
        "entity_count": count,
    }


SIZES = [
    group(True, 1, 20),
    group(True, 2, 20),
    group(False, 1, 30, churned=True),
    group(False, 1, 20),
    group(False, 2, 50),
]


def moments(*reached, sizes=SIZES):
    columns = list(group(True, 1, 1))
    found = aha.aha_moments(
        pd.DataFrame([*sizes, *reached], columns=columns), 10, 0.7, 0.3, 0.1, 0.05
    )
    return found.set_index(["signal_id", "min_count"])


def test_the_published_rule():
    """Two projects: 32 of 40 who converted (80%) and 20 of 100 others, on day 3 or day 9."""
    found = moments(
        group(True, 1, 18, "project", 2, 3),
        group(True, 2, 14, "project", 2, 9),
        group(False, 1, 10, "project", 2, 5, churned=True),
        group(False, 2, 10, "project", 2, 5),
        group(True, 1, 20, "project", 1, 0),
        group(True, 2, 20, "project", 1, 1),
        group(False, 2, 50, "project", 1, 0),
        group(True, 1, 20, "log_in", 1, 4),
        group(True, 2, 1, "log_in", 1, 4),
        group(False, 2, 10, "log_in", 1, 4),
    )
    two = found.loc[("project", 2)]
    assert (two["share_of_converters"], two["share_of_others"]) == (0.8, 0.2)
    assert two["share_of_churned"] == pytest.approx(10 / 30)
    assert two["difference_first_half"] == pytest.approx(18 / 20 - 10 / 50)
    assert two["median_days_to_reach"] == 3
    assert found["verdict"].to_dict() == {
        ("log_in", 1): "no_signal",
        ("project", 1): "no_signal",
        ("project", 2): "aha_moment",
    }
    assert found["is_stable"].tolist() == [False, False, True]
    assert found["is_best_trigger"].tolist() == [False, False, True]
    assert found["usual_position"].tolist()[:2] == [2, 1]


def test_an_act_of_the_older_is_no_trigger():
    """The older reach it more often, and had more time to convert; within an age it is even."""
    sizes = [group(c, h, n, age=a) for a, c, n in SIZES_BY_AGE for h in (1, 2)]
    reached = [
        group(c, h, n * share, "tour", 1, age=a)
        for (a, c, n), share in zip(SIZES_BY_AGE, (0.8, 0.8, 0.1, 0.1), strict=True)
        for h in (1, 2)
    ]
    found = moments(*reached, sizes=sizes).loc[("tour", 1)]
    assert found["is_stable"] and found["difference"] > 0.3
    assert found["odds_ratio"] == pytest.approx(1)
    assert found["verdict"] == "no_signal"


SIZES_BY_AGE = [(365, True, 100), (365, False, 100), (56, True, 20), (56, False, 200)]


def test_too_few_of_either_kind_are_not_judged():
    few = [group(True, 1, 20), group(True, 2, 9), *SIZES[2:]]
    found = moments(group(True, 1, 20, "project", 1), group(True, 2, 9, "project", 1), sizes=few)
    assert found["verdict"].tolist() == ["not_enough_data"]


def test_early_acts_of_one_class_or_of_nobody():
    assert moments(group(True, 1, 20, "a", 1), sizes=SIZES[:2])["verdict"].tolist() == [
        "not_enough_data"
    ]
    assert moments(group(False, 1, 20, "a", 1), sizes=SIZES[2:])["verdict"].tolist() == [
        "not_enough_data"
    ]
    for sizes in (SIZES, []):
        assert moments(sizes=sizes).empty


def test_empty_results_have_types():
    empty = {
        "lift": lift_of(),
        "moments": moments(sizes=[]).reset_index(),
        "evaluation": evaluation.evaluate(
            contenders(np.random.default_rng(1), {})[:0], DEFINITIONS[:0], 10, 0.95
        ),
    }
    for frame in empty.values():
        assert frame.empty
        assert "object" not in {str(kind) for kind in frame.dtypes}
