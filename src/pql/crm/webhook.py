"""Any receiver of webhooks, by the Standard Webhooks specification: signed, and known by an id.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import requests

from pql.crm import messages
from pql.crm.messages import Chat
from pql.crm.service import Answer, BusyError, Line, asked_wait, read_address, read_secret
from pql.database import Row
from pql.errors import PqlError

PREFIX = "whsec_"
LEAST_SECRET = 24  # bytes, as the specification asks
HIDDEN = ("message_key", "sync_row_hash", "is_forgotten")


class Webhook(Chat):
    """A receiver of webhooks."""

    name = "the webhook"
    address = "WEBHOOK_URL"
    account_variable = "WEBHOOK_URL"
    record_type = "webhook messages"
    takes_again = True

    def __init__(self, url: str, secret: str):
        url = read_secret("WEBHOOK_URL", url, "where the messages go")
        self.url = read_address("WEBHOOK_URL", url, "https://example.com/leads")
        self.key = read_key(secret)
        super().__init__([secret.strip(), self.url])
        self.line = Line()

    @classmethod
    def of_environment(cls) -> Webhook:
        """Connect as the environment says."""
        return cls(os.environ.get("WEBHOOK_URL", ""), os.environ.get("WEBHOOK_SECRET", ""))

    def account(self) -> str:
        """Name the receiver; a URL may hold a secret."""
        return hashlib.sha256(self.url.encode()).hexdigest()[:12]

    def post(self, key: str, message: Row) -> str:
        """Tell of something new; one attempt."""
        self.ask("to take a message", self.tell, "opened", key, message)
        return "posted"

    def change(self, key: str, _reference: str, message: Row) -> None:
        """Tell of a change."""
        verb = "changed" if message["is_open"] else "closed"
        self.call("to take a message", object, self.tell, verb, key, message)

    def remove(self, key: str, _reference: str, message: Row) -> None:
        """Tell that a person asked to be deleted."""
        self.call("to take a message", object, self.tell, "deleted", key, message)

    def tell(self, verb: str, key: str, message: Row) -> requests.Response:
        """Send one event: the same again has the same id, so it is taken once."""
        event_id = f"{key[:32]}.{verb}.{message['sync_row_hash'][:16]}"
        shown = {name: value for name, value in message.items() if name not in HIDDEN}
        body = json.dumps(
            {
                "type": f"{message['kind']}.{verb}",
                "timestamp": written(message["closed_on"] or message["said_on"]),
                "data": {"key": key} | ({} if verb == "deleted" else shown),
            },
            default=written,
        )
        stamp = str(int(messages.now(UTC).timestamp()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(self.key, event_id, stamp, body),
        }
        return self.line.post(self.url, data=body.encode(), headers=headers)

    def ask(
        self, asked: str, request: Callable[..., Any], *arguments: Any, **options: Any
    ) -> Answer:
        """Make a request once."""
        try:
            answer = request(*arguments, **options)
        except requests.RequestException as error:
            raise BusyError(self.said(error)) from None
        status = answer.status_code
        if 200 <= status < 300:
            return ""
        if status == 429 or status >= 500:
            raise BusyError(str(status), asked_wait(answer.headers))
        if 300 <= status < 400:
            raise self.redirected(asked, status, answer.headers.get("Location"))
        if status in (401, 403):
            raise PqlError(
                f"the webhook does not take the signature ({status}); check WEBHOOK_SECRET"
            )
        if status in (404, 410):
            raise PqlError(f"the webhook is not there ({status}); check WEBHOOK_URL")
        raise self.refused(asked, f"{status}: {self.said(answer.text[:200])}")


def written(value: date | datetime) -> str:
    """Write a date or a time in UTC."""
    is_time = isinstance(value, datetime)
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if is_time else value.isoformat()


def read_key(secret: str) -> bytes:
    """Read the secret that signs: whsec_ and 24 bytes or more in base64."""
    text = read_secret("WEBHOOK_SECRET", secret, "whsec_ and 24 random bytes in base64")
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not text.startswith(PREFIX) or len(key) < LEAST_SECRET:
        raise PqlError(
            "WEBHOOK_SECRET: not whsec_ and 24 bytes or more in base64; make one by "
            "`echo whsec_$(openssl rand -base64 32)`, and give it to the receiver"
        )
    return key


def signature(key: bytes, event_id: str, stamp: str, body: str) -> str:
    """Sign a message, as the specification says."""
    signed = hmac.new(key, f"{event_id}.{stamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"
