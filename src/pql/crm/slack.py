"""Slack through its own client: as a bot, or by an incoming webhook, which can only post."""

from __future__ import annotations

import csv
import hashlib
import logging
import os
import re
import urllib.request
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from pql.crm.messages import Chat
from pql.crm.service import (
    Answer,
    BusyError,
    asked_wait,
    one_line,
    read_address,
    read_secret,
)
from pql.database import Row
from pql.errors import PqlError
from pql.formatting import clean, counted

API = "https://slack.com/api"
CHANNEL = re.compile("[CGD][A-Z0-9]{6,}")
PAGE = 200
LONGEST_TEXT = 2900  # of the 3,000 characters of a section
EVENT = "pql_message"  # under which the key of a message is kept in its metadata

AUTH = {"team_id": str}
POSTED = {"channel": str, "ts": str}
USER = {"user": {"id": str}}
OPENED = {"channel": {"id": str}}
HISTORY = {"messages": [dict], "response_metadata?": {"next_cursor?": str}}

TOKEN_PROBLEMS = {
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "no_permission",
}
CHANNEL_PROBLEMS = {"channel_not_found", "not_in_channel", "is_archived", "channel_is_archived"}
BUSY = {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
GONE = {"message_not_found", "cant_update_message", "cant_delete_message", "edit_window_closed"}
EMOJI = {"high": ":rotating_light:", "medium": ":bell:", "low": ":small_blue_diamond:"}

SILENT = logging.getLogger("pql.slack")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the token goes to Slack alone."""

    def redirect_request(self, *_: Any) -> None:
        """Leave it to whoever asked."""


class Slack(Chat):
    """A workspace of Slack."""

    name = "Slack"
    address = "SLACK_BASE_URL"
    account_variable = "SLACK_BOT_TOKEN"
    record_type = "slack messages"
    has_digests = True

    def __init__(self, secrets: Sequence[str], owners: Mapping[str, str]):
        super().__init__(secrets)
        self.mail_of = owners  # mail addresses of owners, by their ids in the CRM
        urllib.request.install_opener(urllib.request.build_opener(NoRedirect))

    @staticmethod
    def of_environment() -> Slack:
        """Connect as the environment says: as a bot, if there is a token."""
        settings = os.environ
        owners = read_owners(settings.get("SLACK_OWNERS", "").strip())
        if not settings.get("SLACK_BOT_TOKEN", "").strip() and settings.get("SLACK_WEBHOOK_URL"):
            return SlackWebhook(settings["SLACK_WEBHOOK_URL"], owners)
        token = settings.get("SLACK_BOT_TOKEN", "")
        channel = settings.get("SLACK_CHANNEL", "").strip()
        return SlackBot(token, channel, owners, settings.get("SLACK_BASE_URL") or API)

    def mention(self, owner: str) -> str:
        """Name an owner, in a way that tells them."""
        return escaped(self.mail_of.get(owner, owner))

    def blocks(self, message: Row) -> tuple[str, list[dict[str, Any]]]:
        """Lay out a message: who, why, what to say, where to look, and who is to act."""
        title = escaped(message["title"])
        head = f"{EMOJI.get(message['urgency'], '')} *{title}*"
        if not message["is_open"]:
            said = f" ({escaped(message['closed_reason'])})" if message["closed_reason"] else ""
            head = f":white_check_mark: ~{title}~\nClosed on {message['closed_on']}{said}"
        parts = [head]
        if message["is_open"]:
            if message["body"]:
                parts.append(escaped(message["body"]))
            else:
                words = (("Why", "reason"), ("Say", "talking_point"), ("Show", "offer_url"))
                parts += [
                    f"{label}: {escaped(message[name])}" for label, name in words if message[name]
                ]
        context = []
        if message["owner"] or message["owner_role"]:
            context.append(f"{self.mention(message['owner'])} {escaped(message['owner_role'])}")
        if message["due_at"] and message["is_open"]:
            context.append(f"due {moment(message['due_at'])}")
        if message["account_url"]:
            context.append(link(message["account_url"], "open the account"))
        blocks = [section("\n".join(parts))]
        if context:
            small = " · ".join(part.strip() for part in context)
            blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": small}]})
        return shown(title if message["is_open"] else f"Closed: {title}"), blocks

    def digest_blocks(
        self, owner: str, tasks: Sequence[Row], day: date
    ) -> tuple[str, list[dict[str, Any]]]:
        """Lay out what an owner has to do, in as many sections as it takes."""
        who = self.mention(owner) if owner else "nobody yet"
        title = f"{counted(len(tasks), 'open task')} of {who}, {day}"
        lines = []
        for task in tasks:
            name = escaped(task["subject"])
            where = link(task["account_url"], task["subject"]) if task["account_url"] else name
            due = f", due {moment(task['due_at'])}" if task["due_at"] else ""
            late = ":rotating_light: " if task["sla_state"] == "overdue" else ""
            lines.append(f"• {late}{where}{due}")
        blocks = [section(f"*{title}*")]
        text = ""
        for line in lines[:100]:
            if len(text) + len(line) > LONGEST_TEXT:
                blocks.append(section(text))
                text = ""
            text += f"{line}\n"
        more = f"... and {len(lines) - 100} more" if len(lines) > 100 else ""
        blocks.append(section(f"{text}{more}".strip()))
        return shown(title), blocks


class SlackBot(Slack):
    """A bot: it changes and finds what it has posted, and knows people by their addresses."""

    can_find = True

    def __init__(self, token: str, channel: str, owners: Mapping[str, str], address: str = API):
        what = "the token of a bot, or set SLACK_WEBHOOK_URL"
        token = read_secret("SLACK_BOT_TOKEN", token, what)
        super().__init__([token], owners)
        if not CHANNEL.fullmatch(channel):
            raise PqlError(
                f"SLACK_CHANNEL: {one_line(channel) or 'nothing'} is not the id of a channel; it "
                "stands in the channel's details, such as C0123ABCD"
            )
        self.channel = channel
        self.client = WebClient(
            token,
            base_url=read_address(self.address, address, API),
            logger=SILENT,
            retry_handlers=[],
        )
        self.users: dict[str, str] = {}

    def ask(
        self, asked: str, request: Callable[..., Any], *arguments: Any, **options: Any
    ) -> Answer:
        """Make a request once, and return the JSON that came."""
        try:
            answer = request(*arguments, **options)
        except SlackApiError as error:
            raise self.refusal(asked, error) from None
        except (OSError, HTTPException, SlackClientError) as error:
            raise BusyError(self.said(error)) from None
        except Exception as error:
            problem = f"{type(error).__name__}: {self.said(error)}"
            raise PqlError(f"Slack could not be asked {asked} ({problem})") from None
        return answer.data

    def refusal(self, asked: str, error: SlackApiError) -> Exception:
        """Say what an answer other than success means."""
        answer = error.response
        data = answer.data if isinstance(answer.data, dict) else {}
        problem = str(data.get("error", "no more is said"))
        headers = {name.title(): value for name, value in answer.headers.items()}
        if 300 <= answer.status_code < 400:
            return self.redirected(asked, answer.status_code, headers.get("Location"))
        if answer.status_code == 429 or answer.status_code >= 500 or problem in BUSY:
            return BusyError(f"{answer.status_code}: {self.said(problem)}", asked_wait(headers))
        if " " in problem:  # no word of Slack's, but what its client says of an answer
            body = problem.partition(": ")[2]
            if answer.status_code != 200 or body.lstrip().startswith("<"):
                return self.strange(asked, f"{answer.status_code}: {body}")
            return BusyError("half an answer, or none in JSON")
        if "error" not in data:
            return self.strange(asked, f"JSON that is no such thing: {data}")
        if problem in TOKEN_PROBLEMS:
            return PqlError(f"Slack does not know the token ({problem}); check SLACK_BOT_TOKEN")
        if problem == "missing_scope":
            return PqlError(
                f"Slack lets the token do less than this; grant it {clean(data.get('needed'))}"
            )
        if problem in CHANNEL_PROBLEMS:
            return PqlError(
                f"SLACK_CHANNEL: Slack says {problem} of {self.channel}; check the id, and invite "
                "the bot"
            )
        return self.refused(asked, self.said(problem), is_gone=problem in GONE)

    def account(self) -> str:
        """Name the workspace and the channel."""
        team = self.call("which workspace the token belongs to", AUTH, self.client.auth_test)
        return f"{clean(team['team_id'])} {self.channel}"

    def mention(self, owner: str) -> str:
        """Mention an owner by the mail address, if Slack knows it."""
        mail = self.mail_of.get(owner, owner)
        user = self.user_of(mail) if "@" in mail else ""
        return f"<@{user}>" if user else super().mention(owner)

    def user_of(self, mail: str) -> str:
        """Return the id of a person; blank if Slack does not know the address."""
        if mail not in self.users:
            try:
                found = self.call(
                    "who has a mail address", USER, self.client.users_lookupByEmail, email=mail
                )
                self.users[mail] = found["user"]["id"]
            except PqlError as error:
                if "users_not_found" not in str(error):
                    raise
                self.users[mail] = ""
        return self.users[mail]

    def post(self, key: str, message: Row) -> str:
        """Post a message to the channel."""
        return self.post_to(self.channel, key, *self.blocks(message))

    def post_digest(self, key: str, owner: str, tasks: Sequence[Row], day: date) -> str:
        """Post a digest to its owner alone, or to the channel where Slack does not know them."""
        return self.post_to(self.home_of(owner), key, *self.digest_blocks(owner, tasks, day))

    def home_of(self, owner: str) -> str:
        """Return where an owner is spoken to."""
        mail = self.mail_of.get(owner, owner)
        user = self.user_of(mail) if "@" in mail else ""
        if not user:
            return self.channel
        opened = self.call(
            "to speak to a person", OPENED, self.client.conversations_open, users=user
        )
        return opened["channel"]["id"]

    def post_to(self, channel: str, key: str, text: str, blocks: list[dict[str, Any]]) -> str:
        """Post something under its key; one attempt."""
        metadata = {"event_type": EVENT, "event_payload": {"key": key}}
        answer = self.ask(
            "to take a message",
            self.client.chat_postMessage,
            channel=channel,
            text=text,
            blocks=blocks,
            metadata=metadata,
            unfurl_links=False,
        )
        if not (isinstance(answer.get("channel"), str) and isinstance(answer.get("ts"), str)):
            raise self.strange("to take a message", f"JSON that is no such thing: {answer}")
        return f"{answer['channel']} {answer['ts']}"

    def change(self, key: str, reference: str, message: Row) -> None:
        """Change a message; nobody is told of that."""
        channel, ts = reference.split()
        text, blocks = self.blocks(message)
        metadata = {"event_type": EVENT, "event_payload": {"key": key}}
        self.call(
            "to change a message",
            POSTED,
            self.client.chat_update,
            channel=channel,
            ts=ts,
            text=text,
            blocks=blocks,
            metadata=metadata,
        )

    def remove(self, _key: str, reference: str, _message: Row) -> None:
        """Delete a message."""
        channel, ts = reference.split()
        self.call("to delete a message", {}, self.client.chat_delete, channel=channel, ts=ts)

    def find(self, keys: Collection[str], since: float, owners: Collection[str]) -> dict[str, str]:
        """Look for messages by the keys in their metadata, in the channel and where owners are."""
        wanted = set(keys)
        found: dict[str, str] = {}
        homes = {self.channel, *map(self.home_of, owners)}
        for channel in sorted(homes):
            cursor = ""
            while True:
                page = self.call(
                    "for what it has posted",
                    HISTORY,
                    self.client.conversations_history,
                    channel=channel,
                    oldest=str(since),
                    include_all_metadata=True,
                    limit=PAGE,
                    cursor=cursor,
                )
                for message in page["messages"]:
                    metadata = message.get("metadata") or {}
                    key = (metadata.get("event_payload") or {}).get("key")
                    if key in wanted:
                        found[key] = f"{channel} {message['ts']}"
                cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
                if not cursor:
                    break
        return found


class SlackWebhook(Slack):
    """An incoming webhook: it posts to one channel, and can change nothing."""

    account_variable = "SLACK_WEBHOOK_URL"
    can_change = False

    def __init__(self, url: str, owners: Mapping[str, str]):
        url = read_secret("SLACK_WEBHOOK_URL", url, "the URL of an incoming webhook of Slack")
        super().__init__([url, url.rpartition("/")[2]], owners)
        self.url = read_address("SLACK_WEBHOOK_URL", url, "https://hooks.slack.com/services/...")
        self.client = WebhookClient(self.url, logger=SILENT, retry_handlers=[])

    def account(self) -> str:
        """Name the webhook, without its URL: who has that, may post."""
        return f"webhook {hashlib.sha256(self.url.encode()).hexdigest()[:12]}"

    def post(self, _key: str, message: Row) -> str:
        """Post a message."""
        return self.post_blocks(*self.blocks(message))

    def post_digest(self, _key: str, owner: str, tasks: Sequence[Row], day: date) -> str:
        """Post a digest."""
        return self.post_blocks(*self.digest_blocks(owner, tasks, day))

    def post_blocks(self, text: str, blocks: list[dict[str, Any]]) -> str:
        """Post something; one attempt."""
        asked = "to take a message"
        try:
            answer = self.client.send(text=text, blocks=blocks)
        except (OSError, HTTPException) as error:
            raise BusyError(self.said(error)) from None
        except Exception as error:
            problem = f"{type(error).__name__}: {self.said(error)}"
            raise PqlError(f"Slack could not be asked {asked} ({problem})") from None
        body = str(answer.body)
        headers = {name.title(): value for name, value in answer.headers.items()}
        if answer.status_code == 200 and body == "ok":
            return "posted"
        if answer.status_code == 429 or answer.status_code >= 500:
            raise BusyError(f"{answer.status_code}: {self.said(body)}", asked_wait(headers))
        if 300 <= answer.status_code < 400:
            raise self.redirected(asked, answer.status_code, headers.get("Location"))
        if answer.status_code in (403, 404, 410):
            raise PqlError(
                f"Slack does not know the webhook ({answer.status_code}: {self.said(body)}); check "
                "SLACK_WEBHOOK_URL"
            )
        if answer.status_code == 400 and re.fullmatch(r"\w+", body):
            raise self.refused(asked, self.said(body))
        raise self.strange(asked, f"{answer.status_code}: {body}")


# --- text -----------------------------------------------------------------------------------------


def escaped(text: object) -> str:
    """Write a text from outside so that it mentions nobody and links to nothing."""
    safe = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "\n".join(clean(line) for line in safe.splitlines())


def link(url: str, text: str) -> str:
    """Link to a page; one that is none is written out."""
    if not re.fullmatch(r"https?://[^\s|<>]+", url):
        return escaped(url)
    return f"<{escaped(url)}|{escaped(text).replace('|', '/')}>"


def section(text: str) -> dict[str, Any]:
    """Make a section of text, which may be cut: it may not break an entity in two."""
    if len(text) > LONGEST_TEXT:
        text = re.sub(r"&\w*$", "", text[:LONGEST_TEXT]) + " ..."
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def shown(text: str) -> str:
    """Cut what stands in a notification."""
    return re.sub(r"&\w*$", "", text[:300])


def moment(value: datetime) -> str:
    """Write a time so that each reader sees it by the own clock."""
    seconds = int((value - datetime(1970, 1, 1)).total_seconds())
    return f"<!date^{seconds}^{{date_short_pretty}} {{time}}|{value:%Y-%m-%d %H:%M} UTC>"


def read_owners(path: str) -> dict[str, str]:
    """Read the mail addresses of owners that the CRM knows by an id: owner,email."""
    if not path:
        return {}
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError) as error:
        raise PqlError(f"SLACK_OWNERS: {path} cannot be read: {error}") from None
    for line, row in enumerate(rows, 2):
        if not row.get("owner") or "@" not in (row.get("email") or ""):
            raise PqlError(
                f"SLACK_OWNERS: {path}, line {line}: needs an owner (its id in the CRM) and a mail "
                "address, under the head owner,email"
            )
    return {row["owner"]: row["email"] for row in rows}
