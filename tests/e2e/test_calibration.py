"""The evidence that the project finds: on the demo with its planted truth, and elsewhere."""

import csv
import os
import re
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from random import Random

import duckdb
import int_definition_evaluation as evaluation
import int_suggested_points as points
import numpy as np
import pandas as pd
import pytest

from pql import cli
from pql import config_files as launcher
from pql.commands import suggest
from pql.project import shipped_config

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
SHUFFLES = 20


def frame(built, sql):
    with duckdb.connect(str(built.database), read_only=True) as connection:
        return connection.execute(sql).df()


# --- the planted truth ----------------------------------------------------------------------------

# What seeds/demo/README.md says of first payments: these acts are drivers, those are duds.
PLANTED = {"project_created", "teammate_joined", "pricing_viewed", "limit_reached"}
DUDS = {"logins", "tasks_created"}


def test_planted_signals_tell_and_duds_do_not(whole_demo):
    lifts = frame(
        whole_demo,
        """
        select signal_id, max(odds_ratio_low) as sure_odds
        from pql.signal_lift
        where definition_id = 'six_signal' and verdict = 'signal' and direction = 'more'
        group by signal_id
        """,
    ).set_index("signal_id")["sure_odds"]
    assert set(lifts.index) >= PLANTED
    assert lifts[list(PLANTED)].min() > lifts.reindex(list(DUDS)).fillna(0).max()


def test_the_best_trigger_is_planted(whole_demo):
    assert whole_demo.query("""
        select signal_id, min_count, verdict from pql.aha_moments
        where definition_id = 'six_signal' and is_best_trigger
    """) == [("project_created", 2, "trigger")]
    assert not whole_demo.query("""
        select * from pql.aha_moments
        where definition_id = 'six_signal' and signal_id = 'logins' and verdict <> 'no_signal'
    """)


def test_customers_had_created_more_than_the_others(whole_demo):
    ((cutoff, others),) = whole_demo.query("""
        select cutoff_value, share_of_others from pql.usage_cutoffs
        where definition_id = 'six_signal' and signal_id = 'project_created'
    """)
    assert cutoff >= 2
    assert others < 0.5
    assert whole_demo.query("""
        select verdict from pql.usage_cutoffs
        where definition_id = 'six_signal' and signal_id = 'logins'
    """) == [("no_cutoff",)]


def test_suggested_points_beat_the_shipped_ones(whole_demo):
    areas = frame(whole_demo, "select * from pql.definition_evaluation")
    for definition_id in ("six_signal", "playbook_points"):
        mine = areas[areas["definition_id"] == definition_id].set_index("contender")["auc"]
        assert mine["suggested_points"] >= mine[f"{definition_id}@1"]
    learned = frame(whole_demo, "select * from pql_intermediate.int_suggested_points")
    suggested = learned[learned["contender"] == "suggested_points"]
    assert set(suggested["definition_id"]) == {"six_signal", "playbook_points"}
    assert (suggested["signal_id"] == "teammate_joined").sum() == 2
    assert not set(suggested["signal_id"]) & DUDS
    assert suggested.groupby("definition_id").size().max() <= 8


def test_nothing_is_suggested_that_does_not_beat_plain_orders(whole_demo):
    verdicts = dict(
        whole_demo.query("""
            select definition_id, verdict from pql.definition_evaluation
            where contender = 'suggested_points'
        """)
    )
    assert verdicts == {
        "expansion": "not_enough_data",
        "playbook_points": "beats_baselines",
        "six_signal": "beats_baselines",
    }
    assert whole_demo.query(
        "select distinct definition_id from pql.suggested_points order by 1"
    ) == [("playbook_points",), ("six_signal",)]


def test_the_thresholds_of_today_are_on_the_curve(whole_demo):
    assert set(
        whole_demo.query(
            "select contender, cast(score_threshold as int) from pql.threshold_curve"
            " where is_current"
        )
    ) >= {("six_signal@1", 50), ("playbook_points@1", 60)}


# --- no signal ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prepared(whole_demo):
    """What the Python models read of six_signal, with the values of the held-out observations."""
    held_out = """
        select observations.*, row_number() over (order by cluster_id, entity_id, observed_on) as n
        from pql_intermediate.int_observations as observations
        where definition_id = 'six_signal' and period = 'test' and is_eligible
    """
    tables = {
        "training": """
            select training.*, observations.cluster_id
            from pql_intermediate.int_training_observations as training
            inner join pql_intermediate.int_observations as observations
                using (definition_id, entity_id, observed_on)
            where definition_id = 'six_signal'
        """,
        "values": """
            select * from pql_intermediate.int_training_values where definition_id = 'six_signal'
        """,
        "held_out": held_out,
        "held_out_values": f"""
            select
                observed.*,
                signals.window_days,
                observed.observed_on - observed.latest_activity_on as age_days,
                held_out.n as observation_number
            from ({held_out}) as held_out
            inner join pql_intermediate.int_observed_values as observed
                using (entity_type, entity_id, observed_on)
            left join pql_staging.stg_config__signals as signals using (signal_id)
        """,
        "scores": """
            select * from pql_intermediate.int_contender_scores
            where definition_id = 'six_signal' and contender_type <> 'suggestion'
        """,
    }
    return {name: frame(whole_demo, sql) for name, sql in tables.items()}


WINDOWS = [1, 3, 7, 14, 30, 90]
CUTS = [1, 2, 3, 5, 10, 15, 20, 30, 50, 100, 200, 300, 500, 1000]
GRID = points.Grid(WINDOWS, CUTS, [1, 3, 5], [7, 14, 30, 60, 90], 7, 10, 500)


def judged(prepared, training_labels, held_out_labels):
    """Learn and judge as the models do, under other labels; the verdict of each contender."""
    learned = points.suggested_points(
        prepared["training"].assign(is_converted=training_labels),
        prepared["values"],
        pd.DataFrame(
            {"definition_id": ["six_signal"], "total_points": [100], "capacity_per_week": [np.nan]}
        ),
        GRID,
        most_rules=8,
        least_gain=0.005,
        min_converters=10,
        draws=1,
        seed=1,
    )
    held_out, values = prepared["held_out"], prepared["held_out_values"]
    scores = [prepared["scores"]]
    template = prepared["scores"][prepared["scores"]["contender"] == "random"]
    template = template.sort_values("observation_number")
    for contender, rules in learned.groupby("contender"):
        totals = np.zeros(len(held_out))
        for rule in rules.itertuples():
            column = "value_ever" if pd.isna(rule.window_days) else f"value_{rule.window_days:.0f}d"
            if column not in values or rule.window_days not in WINDOWS:
                column = "value_ever" if pd.isna(rule.window_days) else "signal_value"
            mine = values[values["signal_id"] == rule.signal_id]
            awards = np.minimum(np.floor(mine[column] / rule.min_value), rule.max_awards)
            if not pd.isna(rule.half_life_days):
                awards *= 0.5 ** (np.floor(mine["age_days"] / 7) * 7 / rule.half_life_days)
            worth = points.scores_of(awards.to_numpy()[:, None], np.array([rule.points]))
            totals[mine["observation_number"] - 1] += worth
        suggestion = {"contender": contender, "contender_type": "suggestion"}
        scores.append(template.assign(**suggestion, contender_value=totals))
    everything = pd.concat(scores).sort_values(["contender", "observation_number"])
    labels = dict(zip(held_out["n"], held_out_labels, strict=True))
    everything["is_converted"] = everything["observation_number"].map(labels)
    found = evaluation.evaluate(
        everything, pd.DataFrame({"definition_id": ["six_signal"]}), 10, 0.95
    )
    return found.set_index("contender")["verdict"]


def test_the_rebuilt_judgement_is_that_of_the_models(whole_demo, prepared):
    """Under the true labels: what the shuffles below use is what the models do."""
    found = judged(
        prepared, prepared["training"]["is_converted"], prepared["held_out"]["is_converted"]
    )
    assert found.to_dict() == dict(
        whole_demo.query("""
            select contender, verdict from pql_intermediate.int_definition_evaluation
            where definition_id = 'six_signal'
        """)
    )


def test_with_shuffled_labels_there_is_no_signal(prepared):
    """Each account's run of converting dates goes to some other dates, of any account."""
    exceptions = 0
    for seed in range(SHUFFLES):
        random = np.random.default_rng(seed)
        labels = (shuffled(prepared[part], random) for part in ("training", "held_out"))
        found = set(judged(prepared, *labels))
        assert "no_signal" in found
        exceptions += not found <= {"no_signal", "not_enough_data"}
    assert exceptions <= 1


def shuffled(observations, random):
    """As many accounts convert as did, but any observation may be the first of a run that does."""
    ordered = observations.sort_values(["cluster_id", "observed_on"])
    clusters = ordered["cluster_id"].to_numpy()
    converted = ordered["is_converted"].to_numpy()
    labels = np.zeros(len(ordered), dtype=bool)
    starts = iter(random.permutation(len(ordered)))
    for length in pd.Series(clusters[converted]).value_counts():
        start = next(row for row in starts if not labels[clusters == clusters[row]].any())
        run = np.arange(start, min(start + length, len(ordered)))
        labels[run[clusters[run] == clusters[start]]] = True
    return pd.Series(labels, index=ordered.index).reindex(observations.index)


# --- leaks ----------------------------------------------------------------------------------------


def test_a_leak_is_caught_by_the_shipped_tests(whole_demo, tmp_path):
    """The values of observations are computed once more, this time with a week of the future."""
    database = shutil.copy(whole_demo.database, tmp_path / "leaky.duckdb")
    compiled = (
        whole_demo.folder / "target" / "run" / "pql" / "models" / "intermediate" / "calibration"
    )
    sql = (compiled / "int_observed_values.sql").read_text()
    leaky = sql.replace(
        "activity_date <= observed_dates.observed_on",
        "activity_date <= observed_dates.observed_on + 7",
    )
    assert leaky != sql
    select = leaky[leaky.index("as (") + 3 :].strip().rstrip(";")
    with duckdb.connect(str(database)) as connection:
        catalog = connection.execute("select current_database()").fetchone()[0]
        select = select.replace(f'"{whole_demo.database.stem}".', f'"{catalog}".')
        table = "pql_intermediate.int_observed_values"
        connection.execute(f"create or replace table {table} as {select}")
    failed = run_tests(database, whole_demo.folder, "int_observed_values")
    assert "observed_values_hold_no_later_day" in failed
    assert any("expression_is_true_int_observed_values" in name for name in failed)


def run_tests(database, folder, models):
    """The names of the data tests on some models that fail in a database."""
    own = {"PQL_DUCKDB_PATH": str(database), "DBT_TARGET_PATH": str(folder / "target")}
    command = [str(Path(sys.executable).with_name("dbt")), "test", "--profiles-dir", "."]
    command += ["--select", models, "--exclude-resource-type", "unit_test"]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=os.environ | own | {"DBT_USE_COLORS": "false", "DBT_LOG_PATH": str(folder / "logs")},
        capture_output=True,
        text=True,
        check=False,
    )
    return re.findall(r"FAIL \d+ (\w+)", done.stdout)


# --- make suggest ---------------------------------------------------------------------------------


@pytest.fixture
def usual(whole_demo, monkeypatch):
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(whole_demo.database))


def cells(path):
    return list(csv.DictReader(path.open(newline="")))


@pytest.mark.usefixtures("usual")
def test_a_suggestion_is_a_further_version_in_a_copy_of_the_config(tmp_path, capsys):
    folder = tmp_path / "suggested"
    assert cli.main(["suggest", "--to", str(folder)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for option in ("the best gain", "the capacity of 10 new leads a week", "the usual 15 to 25%"):
        assert option in said
    assert said.count("score_threshold, ") == 2
    assert "halved every 30 days after the last" in said
    assert "expansion: nothing is suggested; what was learned cannot be judged" in said
    assert launcher.config_files(folder)

    shipped = {path.name: cells(path) for path in shipped_config().glob("*.csv")}
    for name, before in shipped.items():
        after = cells(folder / name)
        changed = [row for row in after if row not in before]
        assert {row.get("version", "3") for row in changed} <= {"1", "3"}, name
        kept = [row for row in before if row in after]
        assert len(before) - len(kept) == 2 * (name == "definitions.csv"), name

    versions = {
        row["version"]: row
        for row in cells(folder / "definitions.csv")
        if row["definition_id"] == "playbook_points"
    }
    assert [versions[n]["status"] for n in "123"] == ["retired", "challenger", "live"]
    assert "on held-out later dates" in versions["3"]["rationale"]
    rules = [
        row for row in cells(folder / "definition_rules.csv")
        if (row["definition_id"], row["version"]) == ("playbook_points", "3")
    ]  # fmt: skip
    signals = {row["signal_id"]: row for row in cells(folder / "signals.csv")}
    with duckdb.connect(os.environ["PQL_DUCKDB_PATH"], read_only=True) as connection:
        expected = connection.execute("""
            select
                coalesce(cast(window_days as varchar), ''),
                cast(points as varchar),
                case when max_awards > 1 then cast(max_awards as varchar) else '' end,
                coalesce(cast(half_life_days as varchar), '')
            from pql.suggested_points
            where definition_id = 'playbook_points'
            order by rule_number
        """).fetchall()
    written = [(row["points"], row["max_awards"], row["half_life_days"]) for row in rules]
    windows = [signals[row["signal_id"]]["window_days"] for row in rules]
    assert [(window, *row) for window, row in zip(windows, written, strict=True)] == expected
    assert len({row["rule_id"] for row in rules}) == len(rules)


@pytest.mark.usefixtures("usual")
def test_a_folder_is_never_overwritten(tmp_path, capsys):
    assert cli.main(["suggest", "--to", str(tmp_path)]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("usual")
def test_the_points_are_for_the_config_that_was_built(tmp_path, capsys):
    config = tmp_path / "config"
    shutil.copytree(PROJECT / "examples" / "published_definitions", config)
    path = config / "definitions.csv"
    path.write_text(path.read_text().replace("playbook_points,1,", "playbook_points,7,"))
    assert cli.main(["suggest", "--config", str(config), "--to", str(tmp_path / "new")]) == 2
    assert "name the folder that was built by --config" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_an_accepted_suggestion_is_worth_what_it_was_worth_as_a_suggestion(
    whole_demo, build, usual, tmp_path, capsys
):
    """The suggested points become a challenger: same scores, same measures, same verdict."""
    folder = tmp_path / "accepted"
    assert cli.main(["suggest", "--to", str(folder)]) == 0
    path = folder / "definitions.csv"
    rows = cells(path)
    for row in rows:
        if row["definition_id"] == "playbook_points":
            row["status"] = {"1": "live", "2": "challenger", "3": "challenger"}[row["version"]]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert any(row["half_life_days"] for row in cells(folder / "definition_rules.csv"))
    built = build(config=folder, selector="weekly")
    assert built.returncode == 0, built.output

    measures = ["auc", "auc_low", "lift_at_10", "recall_at_20", "precision_at_threshold", "verdict"]
    sql = f"select {', '.join(measures)} from pql.definition_evaluation where contender = "
    before = whole_demo.query(f"{sql}'suggested_points' and definition_id = 'playbook_points'")
    assert built.query(f"{sql}'playbook_points@3'") == before
    assert before[0][-1] == "beats_baselines"

    scores = """
        select entity_id, observed_on, contender_value, is_qualified
        from pql_intermediate.int_contender_scores
        where definition_id = 'playbook_points' and contender = '{}'
        order by entity_id, observed_on
    """
    as_suggestion = whole_demo.query(scores.format("suggested_points"))
    assert built.query(scores.format("playbook_points@3")) == as_suggestion
    assert len({score % 1 for _, _, score, _ in as_suggestion}) > 2  # some have faded


RULE = {
    "definition_id": "playbook_points",
    "definition_version": 1,
    "rule_number": 1,
    "signal_id": "pricing_viewed",
    "window_days": 7,
    "min_value": 2,
    "points": 30,
    "score_threshold": 30,
}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, ("pricing_viewed_this_week", None)),
        ({"window_days": 14}, ("pricing_viewed", None)),
        (
            {"window_days": None},
            ("pricing_viewed_ever", "viewed the pricing page {value} time(s)"),
        ),
        ({"signal_id": "@signed_up", "window_days": 3}, ("signed_up_3d", None)),
        (
            {"signal_id": "limit_reached", "window_days": 3},
            ("limit_reached_3d", "reached a limit of the plan in the last {window_days} days"),
        ),
    ],
)
def test_a_signal_is_added_where_none_counts_the_same(rule, expected):
    paths = {name: shipped_config() / name for name in ("signals.csv",)}
    tables = {name: suggest.read_table(path) for name, path in paths.items()}
    before = len(tables["signals.csv"].lines)
    signal_id, reason = expected
    assert suggest.signal_for(tables, RULE | rule) == signal_id
    rows = {
        row["signal_id"]: row
        for line in tables["signals.csv"].lines
        for row in [suggest.cells(tables["signals.csv"], line)]
    }
    assert len(tables["signals.csv"].lines) - before == (signal_id not in ids_shipped())
    if reason:
        assert rows[signal_id]["reason_template"] == reason


def ids_shipped():
    return {row["signal_id"] for row in cells(shipped_config() / "signals.csv")}


# --- other products -------------------------------------------------------------------------------


def user_level_product(people=400, days=200):
    """A product without accounts: who exports pays within weeks; who chats does not."""
    random = Random(7)
    start = date(2026, 1, 1)
    users, events, subscriptions = [], [], []
    for number in range(people):
        user_id = f"u{number}"
        joined = start + timedelta(days=random.randrange(days - 20))
        users.append({"user_id": user_id, "email": "", "created_at": joined.isoformat()})
        exports = random.random() < 0.3
        last = min(days, (joined - start).days + 60)
        for day in range((joined - start).days, last):
            for name, chance in {"chat": 0.3, "export": 0.2 if exports else 0.01}.items():
                if random.random() < chance:
                    events.append((user_id, name, start + timedelta(days=day)))
        if random.random() < (0.7 if exports else 0.05):
            paid = joined + timedelta(days=random.randrange(10, 50))
            if paid < start + timedelta(days=days):
                subscriptions.append((user_id, paid))
    return tables_of(users, events, subscriptions)


def tables_of(users, events, subscriptions):
    """Lay out users, events (user, name, day) and first payments (user, day) as raw tables."""
    return {
        "users": users,
        "events": [
            {
                "event_id": str(number),
                "event_name": name,
                "occurred_at": f"{day}T12:00:00Z",
                "user_id": user_id,
            }
            for number, (user_id, name, day) in enumerate(events)
        ],
        "subscriptions": [
            {
                "subscription_id": user_id,
                "user_id": user_id,
                "stage": "paid",
                "started_at": paid.isoformat(),
                "mrr": "10",
            }
            for user_id, paid in subscriptions
        ],
    }


USER_CONFIG = {
    "signals": [
        {
            "signal_id": name,
            "signal_name": name,
            "category": "usage",
            "event_name": name,
            "measure": "events",
            "window_days": "30",
            "reason_template": f"{name} {{value}} times",
        }
        for name in ("chat", "export")
    ],
    "definitions": [
        {
            "definition_id": "pql",
            "version": "1",
            "entity_type": "user",
            "audience": "free",
            "score_threshold": "20",
            "status": "live",
            "priority": "1",
        }
    ],
    "definition_rules": [
        {
            "definition_id": "pql",
            "version": "1",
            "rule_id": "chat",
            "signal_id": "chat",
            "min_value": "5",
            "points": "20",
        }
    ],
}


def test_a_product_without_accounts(build):
    built = build(user_level_product(), USER_CONFIG, selector="weekly")
    assert built.returncode == 0, built.output
    verdicts = dict(built.query("select contender, verdict from pql.definition_evaluation"))
    assert verdicts["suggested_points"] == "beats_baselines"
    assert verdicts["pql@1"] == "no_signal"
    suggested = built.query("select distinct signal_id from pql.suggested_points order by 1")
    assert suggested == [("@signed_up",), ("export",)]
    assert built.query("""
        select signal_id from pql.signal_lift where cut_type = 'ever' and verdict = 'signal'
    """) == [("export",)]


def test_without_outcomes_there_is_not_enough_data(build):
    raw = {name: rows[:50] for name, rows in user_level_product().items()}
    raw.pop("subscriptions")
    built = build(raw, USER_CONFIG, selector="weekly")
    assert built.returncode == 0, built.output
    assert {row[0] for row in built.query("select verdict from pql.definition_evaluation")} == {
        "not_enough_data"
    }
    for mart in ("suggested_points", "usage_cutoffs"):
        assert built.query(f"select count(*) from pql.{mart}") == [(0,)]


def awkward_product(people=1500, days=190):
    """A product whose tables know the future, and in which only age tells who pays.

    A third is known from visits before the sign-up, and that is to be one who comes; forty pay on
    the day of it; from then on about fifty a week pay, whatever they do. A few sign-ups are blank,
    or after the last day. There are no opportunities.
    """
    random = Random(11)
    start = date(2026, 1, 1)
    users, events, subscriptions = [], [], []
    for number in range(people):
        user_id, joined = f"u{number}", random.randrange(40, days - 1)
        created = "" if number % 100 == 7 else (start + timedelta(days=joined)).isoformat()
        if number % 100 == 8:
            created = (start + timedelta(days=days + 30)).isoformat()
        users.append({"user_id": user_id, "email": "", "created_at": created})
        before = [joined - random.randrange(1, 40) for _ in range(3)] if number % 3 == 0 else []
        after = [joined, *(joined + int(random.expovariate(0.1)) for _ in range(8))]
        for day in (*before, *after):
            if day < days:
                name = random.choice(["chat", "export"])
                events.append((user_id, name, start + timedelta(days=day)))
        paid = joined + (0 if number < 40 else random.randrange(5, 60))
        if paid < days and random.random() < 0.9:
            subscriptions.append((user_id, start + timedelta(days=paid)))
    return tables_of(users, events, subscriptions)


@pytest.fixture(scope="module")
def awkward(build):
    built = build(awkward_product(), USER_CONFIG, selector="weekly")
    assert built.returncode == 0, built.output
    return built


def test_nobody_is_observed_before_the_sign_up(awkward):
    assert awkward.query("""
        select count(*)
        from pql_intermediate.int_observations as observations
        inner join pql_staging.stg_product__users as users
            on observations.entity_id = users.user_id
        where observations.observed_on < cast(users.created_at as date)
    """) == [(0,)]
    known_early = awkward.query("select distinct known_early_count from pql.definition_evaluation")
    assert known_early[0][0] > 400


def test_who_pays_on_the_first_day_is_set_aside_and_counted(awkward):
    ((count,),) = awkward.query("select distinct set_aside_count from pql.definition_evaluation")
    assert count >= 30
    details = dict(awkward.query("select check_id, detail from pql.definition_review"))
    assert details["won_had_qualified"] is None or "Set aside" in details["won_had_qualified"]


def test_where_only_age_tells_there_is_no_signal(awkward):
    assert awkward.query("select * from pql.signal_lift where verdict = 'signal'") == []
    assert not {"aha_moment", "trigger"} & {
        row[0] for row in awkward.query("select verdict from pql.aha_moments")
    }


def test_at_fifty_buyers_a_week_there_are_others_to_compare_with(awkward):
    rows = awkward.query("select customer_count, other_count, verdict from pql.usage_cutoffs")
    assert {row[0] for row in rows} == {50}
    assert min(row[1] for row in rows) > 0
    assert "not_enough_data" not in {row[2] for row in rows}


def test_without_opportunities_the_review_names_the_table(awkward):
    checks = {
        name: (verdict, advice)
        for name, verdict, advice in awkward.query(
            "select check_id, verdict, advice from pql.definition_review"
        )
    }
    assert checks["lead_to_opportunity"][0] == "not_enough_data"
    assert "opportunities is missing" in checks["lead_to_opportunity"][1]


def test_a_horizon_longer_than_the_data_is_not_enough(build):
    raw = {name: rows[:300] for name, rows in user_level_product(60).items()}
    built = build(
        raw,
        USER_CONFIG,
        selector="weekly",
        variables={"calibration_horizon_days": 400},
    )
    assert built.returncode == 0, built.output
    verdicts = {row[0] for row in built.query("select verdict from pql.definition_evaluation")}
    assert verdicts == {"not_enough_data"}
    for mart in ("signal_lift", "aha_moments", "suggested_points", "evaluation_parts"):
        assert built.query(f"select count(*) from pql.{mart}") == [(0,)]
