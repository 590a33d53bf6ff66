"""What people are told in chats, and receivers of webhooks: once each, and at a good hour."""

import itertools
import os
import random
import signal
import subprocess
from datetime import UTC, date, datetime, timedelta

import pytest
from conftest import PQL, PROJECT
from slack_stand_in import (
    CHANNEL,
    HOOK,
    SECRET,
    TOKEN,
    ReceiverStandIn,
    SlackStandIn,
    refuse,
    too_many_requests,
)
from stand_in import Strange, TroubleError, serve
from warehouse import fill

from pql import cli
from pql.crm import messages, slack, webhook
from pql.errors import PqlError

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
OFF = {"SLACK_DIGEST_HOUR": "off"}
TARGETS = ("bot", "hook", "receiver")


@pytest.fixture
def clock(monkeypatch):
    """The wall clock, which stands still until a test moves it."""

    class Clock:
        now = NOON

    monkeypatch.setattr(messages, "now", lambda zone: Clock.now.astimezone(zone))
    return Clock


def environment(target, address):
    return {
        "bot": {
            "SLACK_BASE_URL": address,
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_CHANNEL": CHANNEL,
            "SLACK_WEBHOOK_URL": "",
        },
        "hook": {"SLACK_BOT_TOKEN": "", "SLACK_WEBHOOK_URL": f"{address}{HOOK}"},
        "receiver": {"WEBHOOK_URL": f"{address}/receiver", "WEBHOOK_SECRET": SECRET},
    }[target]


def command(target):
    return "webhook" if target == "receiver" else "slack"


def made(target):
    return ReceiverStandIn() if target == "receiver" else SlackStandIn()


def told(service):
    """How many messages there are, or events."""
    if isinstance(service, ReceiverStandIn):
        return len(service.events)
    return sum(map(len, service.messages.values()))


@pytest.fixture
def run(warehouse, clock, monkeypatch, capsys):
    """Sync the warehouse to a chat; returns the exit code and what was printed.

    The webhook's address is its account, so it is served where it was served first.
    """
    monkeypatch.setattr(slack.SlackWebhook, "account", lambda _: "webhook")
    monkeypatch.setattr(webhook.Webhook, "account", lambda _: "webhook")

    def run(service, target="bot", dry=False, **settings):
        warehouse.save()
        with serve(service) as address:
            for name, value in (OFF | environment(target, address) | settings).items():
                monkeypatch.setenv(name, value)
            code = cli.main(["sync", command(target), *([] if dry else ["--send"])])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def leads(warehouse, count=3):
    """Leads with tasks, of which the first has raised a hand; and an alert about no lead."""
    fill(warehouse, count)
    for number, task in enumerate(warehouse.rows["sync_crm_tasks"], 1):
        task |= {"entity_type": "account", "entity_id": f"a_{number}", "owner": "sam@crm.example"}
    warehouse.alert(1, entity_id="a_1", alert_type="hand_raise", message="Company 1 raised a hand")
    warehouse.alert(2, message="The signal <x> & y was never seen", severity="medium")


# --- what is told ---------------------------------------------------------------------------------


@pytest.mark.parametrize("target", TARGETS)
def test_the_first_sync_tells_and_the_second_tells_nothing(warehouse, run, target):
    service = made(target)
    leads(warehouse)
    code, printed = run(service, target)
    assert code == 0, printed
    assert told(service) == 4  # who raised a hand is told of once, not as a task too
    before = len(service.requests)
    code, printed = run(service, target)
    assert code == 0, printed
    assert told(service) == 4
    assert not any(
        "post" in asked.lower() and "chat" in asked for asked, _ in service.requests[before:]
    )

    warehouse.task(9, entity_type="account", entity_id="a_9", subject="Call Company 9")
    code, printed = run(service, target)
    assert code == 0, printed
    assert told(service) == 5


@pytest.mark.parametrize("target", TARGETS)
def test_a_dry_run_says_what_is_then_told(warehouse, run, target):
    service = made(target)
    leads(warehouse)
    run(service, target)
    warehouse.task(9, entity_type="account", entity_id="a_9", subject="Call Company 9")
    warehouse.rows["sync_alerts"][1] |= {"is_open": False, "closed_on": date(2026, 7, 2)}
    count = told(service)
    code, said = run(service, target, dry=True)
    assert code == 0, said
    assert told(service) == count
    assert "post  Call Company 9" in said
    lines = {
        line.rsplit(None, 1)[0].strip(): line.split()[-1] for line in said.splitlines() if line
    }
    changes = 0 if target == "hook" else 1
    assert (lines["post"], lines["change"]) == ("1", str(changes))
    code, done = run(service, target)
    assert f"1 posted, {changes} changed, 0 removed" in done


def test_a_message_says_who_why_what_to_say_and_who_is_to_act(warehouse, run):
    slack_ = SlackStandIn()
    sam = slack_.add_person("sam@crm.example")
    leads(warehouse, 2)
    warehouse.rows["sync_crm_accounts"][0] |= {"account_url": "https://app.example/a_1"}
    warehouse.alert(
        3, entity_id="a_2", alert_type="overdue_task", message="Overdue: <!channel> Company 2"
    )
    warehouse.rows["sync_crm_accounts"][1] |= {
        "talking_point": "the new plan",
        "offer_url": "https://x.example/",
        "owner": "rep_7",
    }
    code, printed = run(slack_)
    assert code == 0, printed
    by_hand, overdue = (
        next(text for text in slack_.texts() if part in text) for part in ("hand", "Overdue")
    )
    assert "*Company 1 raised a hand*" in by_hand
    assert "why: &lt;b&gt;a&lt;/b&gt; &amp; b\nnext: call" in by_hand
    assert f"<@{sam}>" in by_hand
    assert "<https://app.example/a_1|open the account>" in by_hand
    assert "<!date^1782916200^{date_short_pretty} {time}|2026-07-01 14:30 UTC>" in by_hand
    assert "Overdue: &lt;!channel&gt; Company 2" in overdue
    assert "Why: viewed the pricing page 3 times" in overdue
    assert "Say: the new plan\nShow: https://x.example/" in overdue
    assert "rep_7" in overdue


def test_owners_by_their_ids_have_addresses_in_a_file(warehouse, run, tmp_path):
    slack_ = SlackStandIn()
    sam = slack_.add_person("sam@crm.example")
    fill(warehouse, 1)
    warehouse.rows["sync_crm_tasks"][0] |= {
        "entity_type": "account",
        "entity_id": "a_1",
        "owner": "5015g",
    }
    owners = tmp_path / "owners.csv"
    owners.write_text("owner,email\n5015g,sam@crm.example\n")
    code, printed = run(slack_, SLACK_OWNERS=str(owners))
    assert code == 0, printed
    assert f"<@{sam}>" in slack_.texts()[0]
    owners.write_text("owner,email\n5015g,sam\n")
    code, printed = run(slack_, SLACK_OWNERS=str(owners))
    assert code == 2
    assert f"SLACK_OWNERS: {owners}, line 2: needs an owner" in printed


def test_a_message_changes_when_it_closes(warehouse, run):
    slack_ = SlackStandIn()
    leads(warehouse)
    run(slack_)
    posted = slack_.posted
    warehouse.rows["sync_alerts"][0] |= {"is_open": False, "closed_on": date(2026, 7, 2)}
    warehouse.rows["sync_crm_tasks"][1] |= {
        "status": "canceled",
        "closed_reason": "lapsed",
        "closed_on": date(2026, 7, 3),
    }
    code, printed = run(slack_)
    assert code == 0, printed
    assert (slack_.posted, told(slack_)) == (posted, 4)
    texts = slack_.texts()
    assert any("~Company 1 raised a hand~\nClosed on 2026-07-02" in text for text in texts)
    assert any("~Call Company 2~\nClosed on 2026-07-03 (lapsed)" in text for text in texts)


def test_what_is_over_before_it_is_told_is_no_news(warehouse, run):
    slack_ = SlackStandIn()
    warehouse.alert(1, message="over", is_open=False, closed_on=date(2026, 7, 2))
    code, printed = run(slack_)
    assert code == 0, printed
    assert told(slack_) == 0
    assert "1 left out" in printed


@pytest.mark.parametrize("target", ["bot", "receiver"])
def test_a_message_about_somebody_who_asked_to_be_deleted_goes(warehouse, run, target):
    service = made(target)
    leads(warehouse)
    run(service, target)
    warehouse.rows["sync_alerts"][0] |= {"entity_id": "", "message": ""}
    for task in warehouse.rows["sync_crm_tasks"][:2]:
        task |= {"entity_id": "", "body": "", "subject": "somebody"}
    code, printed = run(service, target)
    assert code == 0, printed
    assert "2 removed" in printed
    if target == "bot":
        assert told(service) == 2
        assert not any("Company 1" in text or "Company 2" in text for text in service.texts())
    else:
        gone = [each["data"] for each in service.events.values() if "deleted" in each["type"]]
        assert [each.keys() for each in gone] == [{"key"}, {"key"}]
    count = told(service)
    run(service, target)
    assert told(service) == count


def test_digests_that_may_name_somebody_to_be_deleted_go_too(warehouse, run):
    slack_ = SlackStandIn()
    slack_.add_person("sam@crm.example")
    leads(warehouse)
    run(slack_, SLACK_DIGEST_HOUR="8")
    assert any("open tasks of" in text for text in slack_.texts("D00000000"))
    warehouse.rows["sync_crm_tasks"][1] |= {"entity_id": "", "body": "", "subject": "somebody"}
    code, printed = run(slack_, SLACK_DIGEST_HOUR="8")
    assert code == 0, printed
    assert "1 removed" in printed
    assert not any("Company 2" in text for home in slack_.messages for text in slack_.texts(home))
    count = told(slack_)
    run(slack_, SLACK_DIGEST_HOUR="8")
    assert told(slack_) == count


def test_an_event_says_all_and_is_signed_as_the_specification_says(warehouse, run, clock):
    receiver = ReceiverStandIn()
    receiver.now = NOON.timestamp()
    leads(warehouse, 1)
    code, printed = run(receiver, "receiver")
    assert code == 0, printed
    (event,) = [each for each in receiver.events.values() if each["data"]["topic"] == "hand_raise"]
    assert event["type"] == "alert.opened"
    assert event["timestamp"] == "2026-07-01"
    assert event["data"]["reason"].startswith("viewed the pricing page")
    assert event["data"]["due_at"] == "2026-07-01T14:30:00Z"
    # the example of the specification's own libraries
    key = webhook.read_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = webhook.signature(
        key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", '{"test": 2432232314}'
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


# --- when -----------------------------------------------------------------------------------------


def test_nobody_is_told_anything_in_quiet_hours(warehouse, run, clock):
    slack_ = SlackStandIn()
    leads(warehouse)
    settings = {"SLACK_QUIET_HOURS": "19-8", "SLACK_TIMEZONE": "Europe/Berlin"}
    for hour, count in ((17, 0), (5, 0), (6, 4)):  # Berlin is two hours ahead
        clock.now = NOON.replace(hour=hour)
        code, printed = run(slack_, **settings)
        assert code == 0, printed
        assert told(slack_) == count
        assert ("held until the quiet hours end: 4" in printed) == (count == 0)
    # what closes is changed at any hour: nobody is told of that
    clock.now = NOON.replace(hour=23)
    warehouse.rows["sync_alerts"][0] |= {"is_open": False, "closed_on": date(2026, 7, 2)}
    assert "1 changed" in run(slack_, **settings)[1]


def test_each_owner_has_a_digest_each_morning(warehouse, run, clock):
    slack_ = SlackStandIn()
    sam = slack_.add_person("sam@crm.example")
    leads(warehouse, 3)
    warehouse.rows["sync_crm_tasks"][2] |= {"owner": "", "sla_state": "overdue"}
    warehouse.rows["sync_crm_accounts"][0] |= {"account_url": "https://app.example/a_1"}
    home = sam.replace("U", "D", 1)
    settings = {"SLACK_DIGEST_HOUR": "8"}
    clock.now = NOON.replace(hour=7)
    run(slack_, **settings)
    assert home not in slack_.messages
    clock.now = NOON.replace(hour=9)
    code, said = run(slack_, dry=True, **settings)
    assert ["digests", "2"] in [line.split() for line in said.splitlines()]
    code, printed = run(slack_, **settings)
    assert code == 0, printed
    assert "2 digests" in printed
    (text,) = slack_.texts(home)
    assert text.startswith(f"*2 open tasks of <@{sam}>, 2026-07-01*")
    assert "• <https://app.example/a_1|Call Company 1>, due <!date^" in text
    (unowned,) = [each for each in slack_.texts() if "of nobody yet" in each]
    assert ":rotating_light: Call Company 3" in unowned
    count = told(slack_)
    clock.now = NOON.replace(hour=10)
    run(slack_, **settings)
    assert told(slack_) == count
    clock.now = NOON.replace(hour=9) + timedelta(days=1)
    run(slack_, **settings)
    assert told(slack_) == count + 2


def test_long_digests_and_tasks_fit(warehouse, run):
    slack_ = SlackStandIn()
    for number in range(130):
        warehouse.task(number, entity_type="account", entity_id=f"a_{number}", subject="&<" * 60)
    warehouse.rows["sync_crm_tasks"][0]["body"] = "<&>" * 600
    code, printed = run(slack_, SLACK_DIGEST_HOUR="0")
    assert code == 0, printed
    assert any("... and 30 more" in text for text in slack_.texts())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"SLACK_TIMEZONE": "Mars/Base"}, "SLACK_TIMEZONE: there is no time zone Mars/Base; write"),
        ({"SLACK_QUIET_HOURS": "night"}, "SLACK_QUIET_HOURS: night is no hour; write 19-8"),
        ({"SLACK_DIGEST_HOUR": "25"}, "SLACK_DIGEST_HOUR: 25 is no hour; write 8, or off"),
        ({"SLACK_CHANNEL": "#sales"}, "SLACK_CHANNEL: #sales is not the id of a channel"),
        ({"SLACK_BOT_TOKEN": "", "SLACK_CHANNEL": ""}, "SLACK_BOT_TOKEN: not set; it is the token"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack does not know the token (invalid_auth); check"),
    ],
)
def test_settings_that_are_wrong_are_one_line(warehouse, run, settings, said):
    slack_ = SlackStandIn()
    leads(warehouse)
    code, printed = run(slack_, **settings)
    assert code == 2
    assert printed.startswith(f"error: {said}")
    assert printed.count("\n") == 1
    assert "xoxb" not in printed
    assert told(slack_) == 0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"WEBHOOK_SECRET": ""}, "WEBHOOK_SECRET: not set; it is whsec_ and"),
        ({"WEBHOOK_SECRET": "whsec_c2hvcnQ="}, "WEBHOOK_SECRET: not whsec_ and 24 bytes"),
        (
            {"WEBHOOK_SECRET": "whsec_" + "QUJD" * 8},
            "the webhook does not take the signature (401); check WEBHOOK_SECRET",
        ),
        ({"WEBHOOK_URL": "http://elsewhere.example/x"}, "WEBHOOK_URL: http://elsewhere.example/x"),
        ({"WEBHOOK_URL": ""}, "WEBHOOK_URL: not set; it is where the messages go"),
    ],
)
def test_a_receiver_that_is_wrong_is_one_line(warehouse, run, settings, said):
    receiver = ReceiverStandIn()
    leads(warehouse)
    code, printed = run(receiver, "receiver", **settings)
    assert code == 2
    assert printed.startswith(f"error: {said}")
    assert printed.count("\n") == 1
    assert not receiver.events


def test_a_hook_that_is_gone_is_one_line(warehouse, run):
    slack_ = SlackStandIn()
    leads(warehouse)
    slack_.faults = iter([TroubleError(404, "no_service")])
    code, printed = run(slack_, "hook")
    assert code == 2
    assert printed == (
        "error: Slack does not know the webhook (404: no_service); check SLACK_WEBHOOK_URL\n"
    )


def test_a_channel_without_the_bot_is_one_line(warehouse, run):
    leads(warehouse)
    for error, said in (("not_in_channel", "invite the bot"), ("missing_scope", "chat:write")):
        slack_ = SlackStandIn()
        slack_.faults = iter([None, None, refuse(error, needed="chat:write")])
        code, printed = run(slack_)
        assert code == 2
        assert said in printed
        assert printed.count("\n") == 1


def test_a_message_that_is_refused_holds_up_no_other(warehouse, run):
    slack_ = SlackStandIn()
    leads(warehouse)
    slack_.faults = iter([None, None, refuse("msg_too_long")])
    code, printed = run(slack_)
    assert code == 1
    assert "msg_too_long" in printed
    assert told(slack_) == 3
    assert run(slack_)[0] == 0
    assert told(slack_) == 4


def test_a_message_that_somebody_deleted_is_left_alone(warehouse, run):
    slack_ = SlackStandIn()
    leads(warehouse)
    run(slack_)
    slack_.messages[CHANNEL].clear()
    warehouse.rows["sync_alerts"][0] |= {"is_open": False, "closed_on": date(2026, 7, 2)}
    code, printed = run(slack_)
    assert code == 0, printed
    assert "the message was deleted, left alone" in printed
    assert told(slack_) == 0


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["bot", "receiver"])
def test_a_lost_answer_tells_nothing_twice(warehouse, run, patient, target):
    service = made(target)
    leads(warehouse)
    half = Strange('{"ok": tr', is_taken=True)
    cut = Strange("{", missing=50, is_taken=True)
    service.faults = iter([None, None, "drop after", None, half, None, None, cut, None, "drop"])
    code, printed = run(service, target)
    assert code == 0, printed
    assert told(service) == 4
    assert patient


@pytest.mark.parametrize("target", TARGETS)
def test_an_hour_of_trouble_loses_nothing(warehouse, run, clock, monkeypatch, target):
    """Trouble that takes nothing: 429, 503 and a connection that is refused."""
    leads(warehouse, 20)
    service = made(target)
    end = NOON + timedelta(hours=1)

    def sleep(seconds):
        clock.now += timedelta(seconds=seconds)

    def faults():
        kinds = itertools.cycle([too_many_requests("30"), TroubleError(503, "later"), "drop"])
        chance = random.Random(3)
        while True:
            yield next(kinds) if clock.now < end and chance.random() < 0.95 else None

    monkeypatch.setattr("tenacity.nap.time.sleep", sleep)
    service.faults = faults()
    syncs = 0
    while True:
        syncs += 1
        code, printed = run(service, target)
        if code == 0:
            break
        assert "6 times in a row" in printed
        clock.now += timedelta(minutes=5)
    assert told(service) == 21
    assert clock.now >= end
    assert syncs > 3


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "points",
    [
        pytest.param((2, 5, 8), id="3 points"),
        pytest.param(range(1, 21), id="20 points", marks=pytest.mark.by_hand),
    ],
)
def test_the_end_is_the_same_after_a_kill_at_any_point(warehouse, run, target, points):
    leads(warehouse, 20)
    quiet = made(target)
    run(quiet, target)
    for point in points:
        warehouse.path.with_name("warehouse_sync.sqlite").unlink()
        service = made(target)
        respond = service.respond

        def kill(request, service=service, respond=respond, point=point):
            try:
                return respond(request)
            finally:
                if len(service.requests) == point:
                    process.kill()  # noqa: B023 the one that asks

        service.respond = kill
        with serve(service) as address:
            asked = {
                "args": [PQL, "sync", command(target), "--send"],
                "cwd": PROJECT,
                "env": os.environ | OFF | environment(target, address),
                "stdout": subprocess.DEVNULL,
                "stderr": subprocess.DEVNULL,
            }
            process = subprocess.Popen(**asked)
            assert process.wait() == -signal.SIGKILL
            service.respond = respond
            assert subprocess.run(**asked, check=False).returncode == 0
        if target == "receiver":
            assert service.events == quiet.events, f"killed at request {point}"
        elif target == "bot":
            assert service.shown() == quiet.shown(), f"killed at request {point}"
        else:  # an incoming webhook cannot be asked what it has posted
            assert set(service.texts()) == set(quiet.texts())
            assert told(service) <= told(quiet) + 1


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("status", [200, 302, 403])
def test_a_strange_answer_is_one_line_without_a_secret(warehouse, run, patient, target, status):
    if target == "receiver" and status == 200:
        return  # whatever it says with that, it has taken it
    leads(warehouse, 1)
    secret = {"bot": TOKEN, "hook": "standinhook", "receiver": SECRET}[target]
    service = made(target)
    headers = (("Content-Type", "text/html"), ("Location", f"http://login.example/{secret}"))
    service.faults = iter([Strange(f"<html>{secret} ann@corp.example</html>", status, headers)])
    code, printed = run(service, target)
    assert code == 2
    assert printed.count("\n") == 1
    assert secret not in printed
    assert "@corp" not in printed
    assert told(service) == 0
    assert run(service, target)[0] == 0


def test_the_secrets_go_nowhere_unencrypted():
    with pytest.raises(PqlError, match="is not https"):
        slack.SlackBot(TOKEN, CHANNEL, {}, "http://slack.example/api")
    with pytest.raises(PqlError, match="is not https"):
        slack.SlackWebhook("http://hooks.slack.example/services/x", {})
