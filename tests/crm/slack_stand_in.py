"""A stand-in for Slack's API, and for a receiver of webhooks: on loopback, in memory, strict.

It follows the public documents where the sync touches them:

- https://docs.slack.dev/reference/methods: auth.test, users.lookupByEmail, conversations.open,
  conversations.history (with include_all_metadata), chat.postMessage, chat.update, chat.delete
- https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, .../message-metadata
- https://docs.slack.dev/reference/block-kit/blocks: 50 blocks, 3,000 characters of a section
- https://docs.slack.dev/apis/web-api/rate-limits: 429 with Retry-After
- https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from typing import Any

from stand_in import Json, Request, Service, TroubleError

TOKEN = "xoxb-stand-in"  # noqa: S105 opens nothing but this
CHANNEL = "C0STANDIN"
HOOK = "/services/T000/B000/standinhook"
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two letters ..").decode()
WRITES = ("/chat.postMessage", "/chat.update", "/chat.delete", HOOK, "/receiver")


def refuse(error: str, **more: Any) -> TroubleError:
    """What Slack says, with the status of success, when it does not do what it is asked."""
    return TroubleError(200, {"ok": False, "error": error, **more})


def too_many_requests(retry_after: str = "1") -> TroubleError:
    """What Slack says to those who post too often."""
    return TroubleError(429, {"ok": False, "error": "ratelimited"}, Retry_After=retry_after)


class SlackStandIn(Service):
    """A workspace of Slack: its people, its channels and what was posted."""

    def __init__(self, team: str = "T0STANDIN"):
        super().__init__()
        self.team = team
        self.people: dict[str, str] = {}  # ids, by mail address
        self.messages: dict[str, dict[str, Json]] = {CHANNEL: {}}  # by channel and ts
        self.posted = 0
        self.clock = 1_788_000_000

    def add_person(self, mail: str) -> str:
        self.people[mail] = f"U{len(self.people):08}"
        return self.people[mail]

    def shown(self) -> dict[str, list[Json]]:
        """What people see, without times: two workspaces that hold the same are equal."""
        return {
            channel: sorted(
                (
                    {name: value for name, value in message.items() if name != "ts"}
                    for message in messages.values()
                ),
                key=json.dumps,
            )
            for channel, messages in self.messages.items()
        }

    def texts(self, channel: str = CHANNEL) -> list[str]:
        """All that is written in a channel, message by message."""
        return [
            "\n".join(text_of(block) for block in message["blocks"])
            for message in self.messages[channel].values()
        ]

    def respond(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        if request.path == HOOK:
            self.post(CHANNEL, request.body, is_hook=True)
            return 200, "ok", {}
        if request.path.startswith("/services/"):
            raise TroubleError(404, "no_service")
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            raise refuse("invalid_auth")
        body = request.body
        match request.path.removeprefix("/"):
            case "auth.test":
                return 200, {"ok": True, "team_id": self.team, "user_id": "UBOT"}, {}
            case "users.lookupByEmail":
                if body["email"] not in self.people:
                    raise refuse("users_not_found")
                return 200, {"ok": True, "user": {"id": self.people[body["email"]]}}, {}
            case "conversations.open":
                if body["users"] not in self.people.values():
                    raise refuse("user_not_found")
                channel = body["users"].replace("U", "D", 1)
                self.messages.setdefault(channel, {})
                return 200, {"ok": True, "channel": {"id": channel}}, {}
            case "conversations.history":
                return 200, self.history(body), {}
            case "chat.postMessage":
                ts = self.post(body.get("channel"), body)
                return 200, {"ok": True, "channel": body["channel"], "ts": ts}, {}
            case "chat.update":
                self.find(body).update(checked(body))
                return 200, {"ok": True, "channel": body["channel"], "ts": body["ts"]}, {}
            case "chat.delete":
                self.find(body)
                del self.messages[body["channel"]][body["ts"]]
                return 200, {"ok": True, "channel": body["channel"], "ts": body["ts"]}, {}
        raise refuse("unknown_method")

    def post(self, channel: str, body: Json, is_hook: bool = False) -> str:
        if channel not in self.messages:
            raise refuse("channel_not_found")
        try:
            message = checked(body)
        except TroubleError:
            if is_hook:
                raise TroubleError(400, "invalid_blocks") from None
            raise
        self.clock += 1
        self.posted += 1
        ts = f"{self.clock}.000100"
        self.messages[channel][ts] = {**message, "ts": ts}
        return ts

    def find(self, body: Json) -> Json:
        found = self.messages.get(body["channel"], {}).get(body["ts"])
        if found is None:
            raise refuse("message_not_found")
        return found

    def history(self, body: Json) -> Json:
        """The newest first, page by page; metadata only for those who ask for it."""
        if body["channel"] not in self.messages:
            raise refuse("channel_not_found")
        start, limit = int(body.get("cursor") or 0), int(body.get("limit", 100))
        wants = body.get("include_all_metadata") in ("1", "true", "True", True)
        found = [
            {name: value for name, value in each.items() if wants or name != "metadata"}
            for each in reversed(list(self.messages[body["channel"]].values()))
        ]
        following = str(start + limit) if start + limit < len(found) else ""
        return {
            "ok": True,
            "messages": found[start : start + limit],
            "response_metadata": {"next_cursor": following},
        }

    def is_write(self, request: Request) -> bool:
        return request.path in WRITES


def checked(body: Json) -> Json:
    """What of a message is kept; refused is what Slack does not take."""
    blocks = body.get("blocks") or []
    if not body.get("text") or len(body["text"]) > 4000:
        raise refuse("no_text" if not body.get("text") else "msg_too_long")
    if len(blocks) > 50:
        raise refuse("invalid_blocks")
    for block in blocks:
        text = text_of(block)
        is_known = block["type"] in ("section", "context") and 0 < len(text) <= 3000
        # an entity cut in two, or a sign that was not escaped, is somebody's mistake
        is_escaped = re.sub(r"&(amp|lt|gt);", "", re.sub(r"<[!@#h][^<>]*>", "", text))
        if not is_known or re.search("[&<>]", is_escaped):
            raise refuse("invalid_blocks", response_metadata={"messages": [text]})
    kept = ("text", "blocks", "metadata")
    return {name: body[name] for name in kept if name in body}


def text_of(block: Json) -> str:
    if block["type"] == "context":
        return "\n".join(element["text"] for element in block["elements"])
    return block["text"]["text"]


class ReceiverStandIn(Service):
    """A receiver of webhooks that checks signatures, and takes each event once."""

    def __init__(self, secret: str = SECRET):
        super().__init__()
        self.key = base64.b64decode(secret.removeprefix("whsec_"))
        self.events: dict[str, Json] = {}
        self.now: float | None = None

    def respond(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        if request.path != "/receiver":
            raise TroubleError(404, "nobody here")
        event_id, stamp = (request.headers[f"webhook-{name}"] for name in ("id", "timestamp"))
        signed = f"{event_id}.{stamp}.{request.text}".encode()
        wanted = base64.b64encode(hmac.new(self.key, signed, hashlib.sha256).digest()).decode()
        if not hmac.compare_digest(request.headers["webhook-signature"], f"v1,{wanted}"):
            raise TroubleError(401, "bad signature")
        if self.now is not None and abs(float(stamp) - self.now) > 300:
            raise TroubleError(400, "too old")
        self.events.setdefault(event_id, request.body)
        return 204, "", {}

    def is_write(self, request: Request) -> bool:
        return request.path in WRITES
