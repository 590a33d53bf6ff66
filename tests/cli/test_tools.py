"""The tools for people: explain, preview, new-version and init, and the analyses beside them."""

import csv
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT

from pql import cli, config_files, console, database, formatting
from pql.commands import build, explain, preview
from pql.errors import PqlError
from pql.project import shipped_config
from pql.starter import signals


@pytest.fixture
def of_demo(demo, monkeypatch, capsys):
    """Run a tool on the demo; returns its exit code and what it printed."""
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(demo.database))
    monkeypatch.setenv("COLUMNS", "120")

    def run(tool, *arguments):
        code = cli.main([tool.__name__.rpartition(".")[2], *arguments])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


@pytest.fixture
def config(tmp_path):
    """A copy of the shipped config folder."""
    folder = tmp_path / "config"
    folder.mkdir()
    for file in shipped_config().glob("*.csv"):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def cells(data):
    return list(csv.DictReader(data.decode("utf-8-sig").splitlines()))


# --- explain --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "heading"),
    [
        ("a_289", "account a_289 on 2026-06-30"),
        ("account:a_289", "account a_289"),
        ("TidewellClinics.example", "account a_289"),
        ("tidewell clinics", "account a_289"),
        ("a_324", "account a_191"),  # merged twice
        ("u_1413", "user u_1413"),
        ("Andrei.Weber@tidewellclinics.example", "user u_1413"),
        ("anon_0003", "user u_0408"),
    ],
)
def test_an_entity_is_found_by_whatever_it_is_known_by(of_demo, who, heading):
    code, text = of_demo(explain, who)
    assert code == 0
    assert text.startswith(heading)


def test_ids_that_lead_to_an_entity_are_listed(of_demo):
    _, text = of_demo(explain, "a_191")
    assert "other ids      a_323 (over 1 link), a_324 (over 2 links)" in text


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        (["a_9999"], ["a_9999 is not known; the nearest are account:a_"]),
        (["tidewel"], ["the nearest are account:a_289 (Tidewell Clinics)"]),
        (["no such one at all"], ["is not known, and nothing is like it"]),
        (["gmail.com"], ["may be any of these, so name one: account:a_", " and ", " more"]),
        ([], ["Missing argument 'WHO'; see pql explain --help"]),
        ([" "], ["Invalid value for 'WHO': it is blank"]),
        (["a_289", "--on", "soon"], ["'--on': soon: not a date; write it as 2026-05-31"]),
        (["a_289", "--on", "2030-01-01"], ["nothing is known after 2026-12-31"]),
    ],
)
def test_what_cannot_be_explained_is_said_plainly(of_demo, arguments, messages):
    code, text = of_demo(explain, *arguments)
    assert code == 2
    assert text.startswith("error: ")
    assert text.count("\n") == 1
    assert all(message in text for message in messages)


def blocks_of(text):
    """The part of an explanation about each version of a definition."""
    return {
        (found[1], int(found[2])): block
        for block in text.split("\n\n")
        if (found := re.match(r"(\w+) v(\d+) \(", block))
    }


def test_each_explanation_agrees_with_the_marts(demo, of_demo):
    """The lines add up to the score; of live definitions, all holds for the qualified alone."""
    leads = demo.query("""
        with leads as (
            select definition_id, definition_version, account_id as entity_id, score, is_qualified,
                is_eligible, ineligible_reason
            from pql.pql_accounts
            union all
            select definition_id, definition_version, user_id, score, is_qualified, is_eligible,
                ineligible_reason
            from pql.pql_users
        )
        select * exclude (number) from (
            select *, row_number() over (
                partition by definition_id, is_qualified, is_eligible order by hash(entity_id)
            ) as number
            from leads
        )
        where number <= 4
    """)
    assert len(leads) > 30
    for definition_id, version, entity_id, score, qualified, eligible, reason in leads:
        _, text = of_demo(explain, entity_id)
        block = blocks_of(text)[definition_id, version]
        total = float(re.search(r"(\S+)  in all", block)[1])
        assert max(total, 0) == float(score), block
        assert ("\n  qualified " in block) is qualified, block
        assert (re.search(r"^ +no  ", block, re.MULTILINE) is None) is qualified, block
        if not eligible:
            assert " ".join(reason.split()) in " ".join(block.split()), block


@pytest.mark.parametrize("day", ["2026-03-15", "2026-06-29", "2026-08-15"])
def test_another_day_is_explained_as_far_as_it_is_known(demo, of_demo, day):
    histories = demo.query(f"""
        select entity_id, definition_id, definition_version, score, is_qualified
        from pql.pql_history
        where valid_from <= '{day}' and (valid_to is null or valid_to > '{day}')
        order by is_qualified desc, hash(entity_id)
        limit 12
    """)
    for entity_id, definition_id, version, score, qualified in histories:
        _, text = of_demo(explain, entity_id, "--on", day)
        block = blocks_of(text)[definition_id, version]
        assert max(float(re.search(r"(\S+)  in all", block)[1]), 0) == float(score), block
        assert ("\n  qualified " in block) is qualified, block
        assert "of which the points alone are kept" in block
        assert (f"for the counts: pql build --as-of {day}" in block) is (day < "2026-06-30")


def test_what_came_next_and_what_will_come_are_told_apart(of_demo):
    _, text = of_demo(explain, "a_289", "--on", "2026-06-18")
    block = blocks_of(text)["six_signal", 1]
    happened, coming = block.split("  what comes if nothing more happens:")
    assert "2026-06-19     score 70: +25 Planned work in tasks" in happened
    assert "now qualified" in happened
    assert "2026-07-17     score 35: -15 Reached a limit of the plan" in coming
    assert "no longer qualified" in coming


def test_a_rebuild_of_the_day_is_read_where_there_is_one(demo, of_demo, tmp_path, monkeypatch):
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(tmp_path / "own.duckdb"))
    (tmp_path / "own_as_of_2026_06_30.duckdb").symlink_to(demo.database)
    code, text = of_demo(explain, "a_289", "--on", "2026-06-30")
    assert code == 0
    assert text.startswith("account a_289 on 2026-06-30, as `pql build --as-of` rebuilt that day")
    code, text = of_demo(explain, "a_289")
    assert code == 2
    assert "no such database; run `pql build` first" in text


def test_events_are_those_that_count_for_the_entity(demo, of_demo):
    counts = demo.query("""
        select entity_type, entity_id, sum(event_count)
        from pql_intermediate.int_entity_signal_days
        where signal_id = 'any_activity'
        group by entity_type, entity_id
        order by entity_id in ('a_070', 'a_191', 'u_0408') desc, hash(entity_id)
        limit 25
    """)
    for entity_type, entity_id, count in counts:
        _, text = of_demo(explain, f"{entity_type}:{entity_id}")
        assert f"Events accepted up to 2026-06-30: {count:,}\n" in text, text


def test_rows_set_aside_are_counted_by_reason(demo, of_demo):
    ((user_id, rejected, reason),) = demo.query("""
        select user_id, count(*), min(reason) from pql.event_rejects
        where user_id is not null and user_id not in (
            select from_id from pql_intermediate.int_identity_links
        )
        group by user_id
        having count(distinct reason) = 1
        order by count(*) desc, user_id
        limit 1
    """)
    _, text = of_demo(explain, user_id)
    assert f"Rows set aside: {rejected}\n" in text
    assert re.search(rf"^ +{rejected}  {reason}, ", text, re.MULTILINE)


def test_who_is_excluded_is_told_why(of_demo):
    _, text = of_demo(explain, "u_1527")
    assert "included       no: works here: mail on an internal domain" in text
    assert "Not scored that day: it is excluded" in text


def test_text_of_the_product_cannot_steer_the_terminal():
    line = formatting.entry("1\x1b[2J", "Ac\x1b[2Jme\r\n\u202eInc")
    assert "\x1b" not in line
    assert line.endswith("Ac [2Jme Inc")


# --- new-version ----------------------------------------------------------------------------------


def test_a_new_version_is_a_copy_as_a_draft(config, capsys):
    before = {path.name: path.read_bytes() for path in config.iterdir()}
    assert cli.main(["new-version", "six_signal", "--config", str(config)]) == 0
    said = capsys.readouterr().out
    assert "six_signal version 3 is a draft, copied from version 1 (live)" in said
    for name, data in before.items():
        old, new = data.decode().splitlines(), (config / name).read_text().splitlines()
        added = [line for line in new if line not in old]
        assert [line for line in new if line in old] == old
        source = [line for line in old if line.startswith("six_signal,1,")]
        if name not in config_files.VERSIONED_FILES:
            assert not added
            continue
        assert added == [
            line.replace("six_signal,1,", "six_signal,3,").replace(",live,", ",draft,")
            for line in source
        ]
    config_files.config_files(config)


@pytest.mark.parametrize("end", ["", "\r\n"], ids=["no last line end", "last line end"])
def test_a_file_keeps_its_form(config, end):
    rows = [
        '\ufeff"status";version;"definition_id";rationale;entity_type',
        '"live";"1";starter;"two; ""2""\r\nlines";user',
        "retired;0;other;;user",
        '"retired";"2";starter;;user',
    ]
    path = config / "definitions.csv"
    path.write_bytes(("\r\n".join(rows) + end).encode())
    cli.main(["new-version", "starter", "--config", str(config)])
    rows.append('"draft";"3";starter;"two; ""2""\r\nlines";user')
    assert path.read_bytes() == ("\r\n".join(rows) + end).encode()


def test_without_a_live_version_the_latest_is_copied(config, capsys):
    path = config / "definitions.csv"
    path.write_text("definition_id,version,status\nnew,9,draft\nnew,10,retired\n")
    assert cli.main(["new-version", "new", "--config", str(config)]) == 0
    assert "new version 11 is a draft, copied from version 10 (retired)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("definition_id", "spoil", "message"),
    [
        ("six_signl", "", "definitions.csv: no definition six_signl; did you mean six_signal?"),
        ("", "", "Invalid value for 'DEFINITION': it is blank"),
        ("six_signal", 'a,b,"c\n', "fit_rules.csv, line"),
    ],
)
def test_nothing_is_written_where_something_is_wrong(config, capsys, definition_id, spoil, message):
    with (config / "fit_rules.csv").open("a") as file:
        file.write(spoil)
    before = {path.name: path.read_bytes() for path in config.iterdir()}
    assert cli.main(["new-version", definition_id, "--config", str(config)]) == 2
    assert message in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in config.iterdir()} == before


# --- init and preview -----------------------------------------------------------------------------

PEOPLE = {"ann": "acme", "bob": "acme", "cem": "brick", "dee": "brick", "eva": "cargo"}
ACTS = [
    ("inviteSent", "ann", "2026-03-02"),
    ("inviteSent", "cem", "2026-03-03"),
    ("Limit Hit", "ann", "2026-03-04"),
    ("Limit Hit", "eva", "2026-03-04"),
    ("Demo booked", "dee", "2026-01-05"),
    ("report.viewed", "eva", "2026-03-04"),
    ("a|b", "eva", "2026-03-04"),
    ("@odd", "eva", "2026-03-04"),
    ("", "eva", "2026-03-04"),
    ("logged_in", "cem", "2026-03-04"),
    *(("logged_in", person, "2026-03-06") for person in PEOPLE),
]


@pytest.fixture
def raw(tmp_path):
    """The raw tables of somebody else."""
    folder = tmp_path / "raw"
    folder.mkdir()
    events = ["event_name,user_id,occurred_at", *(",".join(act) for act in ACTS)]
    users = ["user_id,account_id", *(",".join(person) for person in PEOPLE.items())]
    (folder / "events.csv").write_text("\n".join(events))
    (folder / "users.csv").write_text("\n".join(users))
    return folder


def test_a_starter_config_looks_at_telling_events(raw, tmp_path, capsys):
    folder = tmp_path / "starter"
    assert cli.main(["init", "--raw", str(raw), "--config", str(folder)]) == 0
    text = capsys.readouterr().out
    assert re.search(r"^ +6 +5 +3  logged_in$", text, re.MULTILINE)
    signals = {row["event_name"]: row for row in cells((folder / "signals.csv").read_bytes())}
    assert {name: row["category"] for name, row in signals.items()} == {
        "Demo booked": "hand_raise",
        "Limit Hit": "limit",
        "inviteSent": "collaboration",
        "*": "activity",
    }
    assert signals["inviteSent"]["signal_id"] == "invite_sent"
    (definition,) = cells((folder / "definitions.csv").read_bytes())
    assert (definition["entity_type"], definition["status"]) == ("account", "draft")
    assert config_files.config_files(folder)


def test_without_telling_names_the_widest_used_are_taken(raw, tmp_path):
    names = {"inviteSent": "x", "Limit Hit": "y", "Demo booked": "x", "report.viewed": "z"}
    text = (raw / "events.csv").read_text()
    for name, other in names.items():
        text = text.replace(name, other)
    (raw / "events.csv").write_text(text)
    folder = tmp_path / "starter"
    cli.main(["init", "--raw", str(raw), "--config", str(folder)])
    signals = cells((folder / "signals.csv").read_bytes())
    assert [row["event_name"] for row in signals] == ["x", "y", "z", "*"]
    assert signals[0]["category"] == "usage"


def test_signal_ids_are_names_and_differ():
    taken = {"any_activity"}
    names = ["any activity", "Invite-Sent", "inviteSent", "2FA on", "送信", "x" * 60]
    ids = [signals.signal_for(name, signals.USAGE, taken).signal_id for name in names]
    assert ids[:4] == ["any_activity_2", "invite_sent", "invite_sent_2", "event_2fa_on"]
    assert ids[4] == "event"
    assert len(ids[5]) <= 40


@pytest.mark.parametrize(
    ("event_name", "category"),
    [
        ("requested_a_demo", "hand_raise"),
        ("Contact Sales Clicked", "hand_raise"),
        ("quote_requests", "hand_raise"),
        ("quoted_message", "usage"),
        ("demographics_updated", "usage"),
        ("demo_video_played", "usage"),
        ("sales_report_opened", "usage"),
        ("lesson_engaged", "usage"),
        ("shopping_cart_opened", "usage"),
        ("shard_moved", "usage"),
        ("SSOEnabled", "intent"),
        ("upgradesClicked", "intent"),
        ("invitation_accepted", "collaboration"),
        ("deployments", "activation"),
        ("important_note_read", "usage"),
        ("app_installed", "adoption"),
        ("app_uninstalled", None),
        ("calendar_disconnected", None),
        ("setup_not_completed", None),
        ("invite_cancelled", None),
        ("member_removed", None),
        ("demo_request_cancelled", None),
        ("disk_attached", "usage"),
        ("logged_in", None),
        ("stopping_criteria_read", "usage"),
    ],
)
def test_names_are_read_by_whole_words(event_name, category):
    kind = signals.kind_of(event_name)
    assert (kind and kind.category) == category


def test_a_hand_raise_is_never_written_in_silence(raw, tmp_path, capsys):
    cli.main(["init", "--raw", str(raw), "--config", str(tmp_path / "starter")])
    text = capsys.readouterr().out
    assert "Taken for a hand-raise, by name alone\n  Demo booked\n" in text
    events = (raw / "events.csv").read_text().replace("Demo booked", "Demo played")
    (raw / "events.csv").write_text(events)
    cli.main(["init", "--raw", str(raw), "--config", str(tmp_path / "other")])
    assert "hand-raise" not in capsys.readouterr().out
    assert "hand_raise" not in (tmp_path / "other" / "definition_rules.csv").read_text()


def test_numbers_are_offered_as_sums(raw, tmp_path, capsys):
    """Amounts alone: no ids, no texts, no numbers below 0; they are counted, but give no points."""
    rows = [
        f"lesson_watched,{person},2026-03-05,"
        f'"{{""minutes"": {count}, ""lesson_id"": {count}, ""change"": -{count}, ""to"": ""x""}}"'
        for count, person in enumerate(PEOPLE, start=3)
    ]
    acts = [",".join(act) + "," for act in ACTS]
    (raw / "events.csv").write_text(
        "\n".join(["event_name,user_id,occurred_at,properties", *acts, *rows])
    )
    folder = tmp_path / "starter"
    assert cli.main(["init", "--raw", str(raw), "--config", str(folder)]) == 0
    assert "no points  minutes of lesson_watched, added up\n" in capsys.readouterr().out
    signals = cells((folder / "signals.csv").read_bytes())
    assert [
        (row["signal_id"], row["event_name"], row["measure"], row["measure_property"])
        for row in signals
        if row["measure_property"]
    ] == [("minutes_of_lesson_watched", "lesson_watched", "sum", "minutes")]
    assert "minutes" not in (folder / "definition_rules.csv").read_text()


def test_what_goes_before_payment_is_looked_at(raw, tmp_path, capsys):
    """Of ten who paid eight had exported before, of ten others two; what comes after counts not."""
    payers, others = ([f"{kind}{number}" for number in range(10)] for kind in "po")
    rows = [f"started,{user},2026-02-01" for user in payers + others]
    rows += [f"exported,{user},2026-02-02" for user in payers[:8] + others[:2]]
    rows += [f"invoice read,{user},2026-02-20" for user in payers]
    rows += ["paid at once,q,2026-02-20"]
    (raw / "events.csv").write_text("\n".join(["event_name,user_id,occurred_at", *rows]))
    (raw / "users.csv").write_text("\n".join(["user_id", *payers, *others, "q"]))
    (raw / "subscriptions.csv").write_text(
        "\n".join(
            ["subscription_id,user_id,stage,started_at"]
            + [f"s{user},{user},paid,2026-02-10" for user in [*payers, "q"]]
            + [f"t{user},{user},trial,2026-02-10" for user in others]
        )
    )
    assert cli.main(["init", "--raw", str(raw), "--config", str(tmp_path / "starter")]) == 0
    text = capsys.readouterr().out
    assert "What 10 users that paid had done before, beside 10 others" in text
    assert re.findall(r"^ +(\d+%) +(\d+%)  (.*)$", text, re.MULTILINE) == [
        ("80%", "20%", "exported"),
        ("0%", "0%", "invoice read"),
        ("100%", "100%", "started"),
    ]


def test_every_event_with_reach_is_listed(raw, tmp_path, capsys):
    """The rare too, by how many they reach; not those of one account in a hundred and fewer."""
    more = [f"act {number:02},ann,2026-03-05" for number in range(30)]
    more += [f"wide,v{number},2026-03-05" for number in range(200)]
    with (raw / "events.csv").open("a") as file:
        file.write("\n" + "\n".join(more))
    cli.main(["init", "--raw", str(raw), "--config", str(tmp_path / "starter")])
    text = capsys.readouterr().out
    assert "act 29\n" not in text
    assert "... and 3" in text
    (raw / "users.csv").write_text((raw / "users.csv").read_text().replace("acme", "dorn"))
    (raw / "events.csv").write_text("\n".join(["event_name,user_id,occurred_at", *more[:30]]))
    cli.main(["init", "--raw", str(raw), "--config", str(tmp_path / "all")])
    assert "act 29\n" in capsys.readouterr().out


def test_a_folder_is_never_overwritten(raw, tmp_path, capsys):
    (tmp_path / "starter").mkdir()
    assert cli.main(["init", "--raw", str(raw), "--config", str(tmp_path / "starter")]) == 2
    assert "starter: it exists; nothing is overwritten" in capsys.readouterr().err
    assert not list((tmp_path / "starter").iterdir())


@pytest.mark.parametrize(
    ("events", "message"),
    [(None, "the required table events is missing"), ("user_id\nu1\n", "has an event_name")],
)
def test_raw_tables_without_events_are_refused(raw, tmp_path, capsys, events, message):
    (raw / "events.csv").unlink()
    if events:
        (raw / "events.csv").write_text(events)
    assert cli.main(["init", "--raw", str(raw), "--config", str(tmp_path / "starter")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "starter").exists()


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Where previews are built; the usual database must not be."""
    monkeypatch.setattr(preview, "SCRATCH", tmp_path / "scratch")
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(tmp_path / "usual.duckdb"))
    yield tmp_path / "scratch"
    assert not (tmp_path / "usual.duckdb").exists()


def edit(path, *replacements):
    """Replace texts of a file, each of which stands in it once."""
    text = path.read_text()
    for old, new in replacements:
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text)


def test_a_preview_lists_who_enters_and_leaves(raw, tmp_path, scratch, capsys):
    """A starter config against one in which the limit is all, for a higher mark.

    Acme (invitation 20, limit 20, three active days 10) stays. Brick (invitation, three active
    days) is below the new mark of 45. Cargo (the limit alone) reaches it.
    """
    current, proposed = tmp_path / "current", tmp_path / "proposed"
    cli.main(["init", "--raw", str(raw), "--config", str(current)])
    edit(current / "definitions.csv", (",draft,", ",live,"))
    shutil.copytree(current, proposed)
    edit(proposed / "definitions.csv", (",25,,", ",45,,"))
    edit(proposed / "definition_rules.csv", ("limit_hit,,1,,20", "limit_hit,,1,,45"))
    capsys.readouterr()

    arguments = ["--raw", str(raw), "--config", str(proposed), "--against", str(current)]
    code = cli.main(["preview", *arguments])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    assert printed.out.startswith("Current and proposed config as of 2026-03-06\n\nstarter: ")
    text = " ".join(printed.out.split())
    assert "scored 3 3 eligible 3 3 qualified 2 2" in text
    assert (
        "1 would enter: 45 of 45 cargo: was 20 of 25; "
        "limit_hit 45, was 20 (limit hit: 1 time in the last 30 days) 1 would leave:"
    ) in text
    assert "1 would leave: 30 of 45 brick: was 30 of 25 became qualified" in text
    assert text.endswith("2026-03-02 2 2")
    assert (scratch / "proposed.duckdb").exists()


def test_a_config_with_errors_is_told_by_its_cells(raw, tmp_path, scratch, monkeypatch, capsys):
    def failing(_request):
        failed = database.unfinished_path(scratch / "current.duckdb")
        failed.parent.mkdir(parents=True)
        with duckdb.connect(failed) as connection:
            connection.execute("create schema pql")
            connection.execute("""
                create table pql.config_problems as
                select 'signals.csv' as file_name, 'logins' as row_key, 'measure' as column_name,
                    '"evnts" is not allowed' as problem, 'write events' as suggested_fix,
                    'error' as severity
            """)
        return build.Outcome(failed=True, database=failed, text="a page of dbt")

    monkeypatch.setattr(preview, "build", failing)
    assert cli.main(["preview", "--raw", str(raw), "--config", str(tmp_path)]) == 2
    text = capsys.readouterr().err
    assert (
        "error: the current config does not build\n"
        "signals.csv, row logins, column measure\n"
        '    "evnts" is not allowed\n'
        "    -> write events\n" in text
    )
    assert "dbt" not in text


def test_a_preview_names_a_missing_folder(scratch, tmp_path, capsys):
    scratch.mkdir()
    with pytest.raises(PqlError, match="no such folder"):
        preview.build_side(scratch, "proposed", None, tmp_path / "nowhere", False)
    assert cli.main(["preview"]) == 2
    assert "Missing option '--config'; see pql preview --help" in capsys.readouterr().err


def test_nothing_changes_where_nothing_is_edited(demo, tmp_path):
    copy = shutil.copy(demo.database, tmp_path / "copy.duckdb")
    text = console.plain(preview.compare(demo.database, Path(copy)))
    assert text.count("the same leads, today and in every week") == 3


# --- analyses -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def analyses(demo):
    """The analyses as SQL, compiled for one account on one day."""
    own = {
        "PQL_DUCKDB_PATH": str(demo.database),
        "DBT_TARGET_PATH": str(demo.folder / "target"),
        "DBT_LOG_PATH": str(demo.folder / "logs"),
    }
    dbt = str(Path(sys.executable).with_name("dbt"))
    command = [dbt, "compile", "--profiles-dir", ".", "--select", "path:analyses"]
    command += ["--vars", "{who: a_289, on_date: 2026-06-18, from_date: 2026-06-01}"]
    done = subprocess.run(
        command, cwd=PROJECT, env=os.environ | own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    folder = demo.folder / "target" / "compiled" / "pql" / "analyses"
    return {path.stem: path.read_text() for path in folder.glob("*.sql")}


def test_each_analysis_is_described_and_runs(demo, analyses):
    described = (PROJECT / "analyses" / "_analyses.yml").read_text()
    assert sorted(re.findall(r"- name: (\w+)", described)) == sorted(analyses)
    found = {name for name, query in analyses.items() if demo.query(query)}
    assert found >= {"live_against_challenger", "qualified_per_week"}


def test_the_analysis_of_an_entity_adds_up(demo, analyses):
    rows = demo.query(f"""
        select part_name, sum(points), max(happens_on)
        from ({analyses["explain_entity"]})
        where definition_id = 'six_signal' and definition_version = 1
        group by part_name
    """)
    parts = {name: (points, last) for name, points, last in rows}
    assert parts["standing"] == parts["line of the sum"]
    assert parts["standing"][1] == date(2026, 6, 18)
    assert {"turn", "came next", "comes if nothing more happens"} < parts.keys()


def test_the_analysis_of_movements_agrees_with_the_history(demo, analyses):
    moved = demo.query(f"""
        select count(*) filter (where movement = 'enters'), count(*)
        from ({analyses["who_enters_and_leaves"]})
    """)
    assert moved == demo.query("""
        with qualified as (
            select history.definition_id, history.entity_id, days.day
            from pql.pql_history as history
            inner join pql.pql_definitions as definitions using (definition_id, definition_version)
            inner join (values (date '2026-06-01'), (date '2026-06-30')) as days (day)
                on history.valid_from <= days.day
                and (history.valid_to is null or history.valid_to > days.day)
            where definitions.status = 'live' and history.is_qualified
        ),
        sides as (
            select definition_id, entity_id, max(day) as day from qualified
            group by definition_id, entity_id
            having count(*) = 1
        )
        select count(*) filter (where day = date '2026-06-30'), count(*) from sides
    """)
