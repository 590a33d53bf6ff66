"""Tell people of alerts and new tasks: one message each, changed when it closes, and a digest.

What holds for every chat and webhook is here. A target says how one message is posted (`Chat`).
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from functools import partial
from itertools import groupby
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pql.crm.memory import Memory, Sent
from pql.crm.service import RefusedError, Service, one_line
from pql.database import Row
from pql.errors import PqlError
from pql.formatting import counted

PENDING = "pending"  # instead of links, of what was about to be posted, then since when
LOOK_BACK = 3600  # seconds by which clocks may differ


def now(zone: tzinfo) -> datetime:
    """Return the time; when something is sent, and to whom at what hour, is people's time."""
    return datetime.now(zone)


class Chat(Service, ABC):
    """Where messages go: each takes posts, and has the further parts that its flags say."""

    record_type = ""  # of its messages, in the memory
    account_variable = ""  # the variable without which it cannot be asked
    can_change = True  # a message that was posted can be changed and taken back
    can_find = False  # a message that was posted can be found by its key
    takes_again = False  # a message that comes again is known by its key, and passed over
    has_digests = False

    @classmethod
    @abstractmethod
    def of_environment(cls) -> Chat:
        """Connect as the environment says."""

    @abstractmethod
    def account(self) -> str:
        """Name where the messages go, without a secret."""

    @abstractmethod
    def post(self, key: str, message: Row) -> str:
        """Post a message, and return by what it is known; one attempt."""

    def change(self, key: str, reference: str, message: Row) -> None:
        """Change a message that was posted."""
        raise NotImplementedError

    def remove(self, key: str, reference: str, message: Row) -> None:
        """Take a message back: it is about a person who asked to be deleted."""
        raise NotImplementedError

    def find(self, keys: Collection[str], since: float, owners: Collection[str]) -> dict[str, str]:
        """Return what is there of messages, by key; digests are where their owners are."""
        raise NotImplementedError

    def post_digest(self, key: str, owner: str, tasks: Sequence[Row], day: date) -> str:
        """Post what an owner has to do, and return by what it is known; one attempt."""
        raise NotImplementedError


@dataclass(frozen=True)
class Hours:
    """When people want to hear of something, by their own clock."""

    zone: tzinfo = UTC
    quiet_from: int | None = None
    quiet_to: int | None = None
    digest_from: int | None = None

    @classmethod
    def read(cls, settings: Mapping[str, str], prefix: str) -> Hours:
        """Read the hours that are set, such as SLACK_QUIET_HOURS=19-8."""
        zone = settings.get(f"{prefix}_TIMEZONE", "").strip() or "UTC"
        try:
            known = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise PqlError(
                f"{prefix}_TIMEZONE: there is no time zone {one_line(zone)}; write one such as "
                "Europe/Berlin"
            ) from None
        quiet = settings.get(f"{prefix}_QUIET_HOURS", "").strip()
        digest = settings.get(f"{prefix}_DIGEST_HOUR", "").strip() or "8"
        begin, _, end = quiet.partition("-")
        return cls(
            known,
            read_hour(f"{prefix}_QUIET_HOURS", begin, "19-8") if quiet else None,
            read_hour(f"{prefix}_QUIET_HOURS", end, "19-8") if quiet else None,
            None if digest == "off" else read_hour(f"{prefix}_DIGEST_HOUR", digest, "8, or off"),
        )

    def is_quiet(self, time: datetime) -> bool:
        """Whether nobody wants to hear anything."""
        if self.quiet_from is None or self.quiet_to is None:
            return False
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= time.hour < self.quiet_to
        return time.hour >= self.quiet_from or time.hour < self.quiet_to

    def is_digest_due(self, time: datetime) -> bool:
        """Whether the morning has come on which the digest is read."""
        return (
            self.digest_from is not None
            and time.hour >= self.digest_from
            and not self.is_quiet(time)
        )


def read_hour(variable: str, text: str, example: str) -> int:
    """Read an hour of the day."""
    if not text.strip().isdecimal() or not 0 <= int(text) <= 24:
        raise PqlError(f"{variable}: {one_line(text) or 'nothing'} is no hour; write {example}")
    return int(text)


@dataclass
class MessagePlan:
    """What is due."""

    messages: Sequence[Row]
    sent: dict[str, Sent]
    digests_sent: Collection[str]
    can_change: bool
    digest_tasks: Sequence[Row] = ()
    day: date = date.min
    is_quiet: bool = False
    is_digest_due: bool = False
    post: list[Row] = field(default_factory=list)
    change: list[Row] = field(default_factory=list)
    remove: list[Row] = field(default_factory=list)
    held: list[Row] = field(default_factory=list)  # until the quiet hours are over
    digests: dict[str, list[Row]] = field(default_factory=dict)  # by owner
    unchanged: int = 0
    left_out: int = 0

    def __post_init__(self):
        for message in self.messages:
            before = self.sent.get(message["message_key"])
            if before is None or before.links.startswith(PENDING):
                self.add_new(message)
            elif before.row_hash == message["sync_row_hash"]:
                self.unchanged += 1
            elif not self.can_change or not before.record_id:
                self.left_out += 1
            else:
                (self.remove if message["is_forgotten"] else self.change).append(message)
        if self.is_digest_due:
            for owner, tasks in groupby(self.digest_tasks, key=lambda task: task["owner"]):
                if digest_key(owner, self.day) not in self.digests_sent:
                    self.digests[owner] = list(tasks)

    def add_new(self, message: Row) -> None:
        """Add what was not said yet; what is over before it was said is no news."""
        if message["is_forgotten"] or not message["is_open"]:
            self.left_out += 1
        elif self.is_quiet:
            self.held.append(message)
        else:
            self.post.append(message)


@dataclass
class MessageReport:
    """What was done."""

    posted: int = 0
    changed: int = 0
    removed: int = 0
    digests: int = 0
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class MessageSync:
    """One run: each message is recorded at once, and before it is posted too.

    Chats make a message anew each time they are asked. So what is about to be posted is written
    down; whatever is killed then, the next run looks whether it is there before it posts it.
    """

    def __init__(self, chat: Chat, memory: Memory, account: str):
        self.chat = chat
        self.memory = memory
        self.account = account
        self.digest_type = f"{chat.record_type} digests"

    def settle(self, owners: Collection[str]) -> None:
        """Find out what became of what was about to be posted when a run was stopped.

        Args:
            owners: whose digests may have been posted.
        """
        if not self.chat.can_find:
            return
        for record_type in (self.chat.record_type, self.digest_type):
            pending = {
                key: float(sent.links.split()[1])
                for key, sent in self.memory.read(self.account, record_type).items()
                if sent.links.startswith(PENDING)
            }
            if not pending:
                continue
            found = self.chat.find(pending.keys(), min(pending.values()) - LOOK_BACK, owners)
            posted = {key: Sent(reference, "") for key, reference in found.items()}
            self.memory.write(self.account, record_type, posted)
            self.memory.forget(self.account, record_type, pending.keys() - posted.keys())

    def send(self, plan: MessagePlan) -> MessageReport:
        """Send what is due."""
        report = MessageReport()
        for message in plan.remove:
            self.remove(message, plan, report)
        if plan.remove:
            self.remove_digests(report)
        for message in plan.change:
            self.change(message, plan, report)
        for message in plan.post:
            key = message["message_key"]
            act = partial(self.chat.post, key, message)
            name = title_of(message)
            if self.post(self.chat.record_type, key, message["sync_row_hash"], act, name, report):
                report.posted += 1
        for owner, tasks in plan.digests.items():
            key = digest_key(owner, plan.day)
            act = partial(self.chat.post_digest, key, owner, tasks, plan.day)
            name = f"digest of {counted(len(tasks), 'task')}"
            if self.post(self.digest_type, key, "digest", act, name, report, [owner]):
                report.digests += 1
        return report

    def post(
        self,
        record_type: str,
        key: str,
        row_hash: str,
        act: Callable[[], str],
        name: str,
        report: MessageReport,
        owners: Collection[str] = (),
    ) -> bool:
        """Post something once, whatever is lost on the way; tell whether it was taken."""
        since = now(UTC).timestamp()
        if not self.chat.takes_again:
            about_to = {key: Sent("", "", f"{PENDING} {since:.0f}")}
            self.memory.write(self.account, record_type, about_to)
        attempts = 0

        def once() -> str:
            nonlocal attempts
            attempts += 1
            # The last answer was lost, and the message may be there all the same.
            is_lost = attempts > 1 and self.chat.can_find
            found = self.chat.find([key], since - LOOK_BACK, owners).get(key) if is_lost else None
            return found or act()

        try:
            reference = self.chat.patiently("to take a message", once)
        except RefusedError as refusal:
            self.memory.forget(self.account, record_type, [key])
            report.refused.append(f"{name}: {refusal.problem}")
            return False
        self.memory.write(self.account, record_type, {key: Sent(reference, row_hash)})
        return True

    def change(self, message: Row, plan: MessagePlan, report: MessageReport) -> None:
        """Change a message that was posted; one that somebody deleted is left alone."""
        key, row_hash = message["message_key"], message["sync_row_hash"]
        reference = plan.sent[key].record_id
        try:
            self.chat.change(key, reference, message)
            report.changed += 1
        except RefusedError as refusal:
            if not refusal.is_gone:
                report.refused.append(f"{title_of(message)}: {refusal.problem}")
                return
            report.notes.append(f"{title_of(message)}: the message was deleted, left alone")
            reference = ""
        self.memory.write(self.account, self.chat.record_type, {key: Sent(reference, row_hash)})

    def remove(self, message: Row, plan: MessagePlan, report: MessageReport) -> None:
        """Take back a message about a person who asked to be deleted, and forget it."""
        key = message["message_key"]
        try:
            self.chat.remove(key, plan.sent[key].record_id, message)
        except RefusedError as refusal:
            if not refusal.is_gone:
                report.refused.append(f"a message of somebody to be deleted: {refusal.problem}")
                return
        report.removed += 1
        self.memory.forget(self.account, self.chat.record_type, [key])

    def remove_digests(self, report: MessageReport) -> None:
        """Take back all digests: it is not recorded whom they name."""
        for key, sent in self.memory.read(self.account, self.digest_type).items():
            if not sent.record_id:
                continue
            try:
                self.chat.remove(key, sent.record_id, {})
            except RefusedError as refusal:
                if not refusal.is_gone:
                    report.refused.append(f"a digest that may name somebody: {refusal.problem}")
                    continue
            self.memory.write(self.account, self.digest_type, {key: Sent("", "digest")})


def read_plan(
    memory: Memory,
    account: str,
    kind: type[Chat] | Chat,
    messages: Sequence[Row],
    digest_tasks: Sequence[Row],
    hours: Hours,
) -> MessagePlan:
    """Compare what is to be told with what was told."""
    time = now(hours.zone)
    return MessagePlan(
        messages,
        memory.read(account, kind.record_type),
        {
            key
            for key, sent in memory.read(account, f"{kind.record_type} digests").items()
            if not sent.links.startswith(PENDING)
        },
        kind.can_change,
        digest_tasks,
        time.date(),
        hours.is_quiet(time),
        kind.has_digests and hours.is_digest_due(time),
    )


def digest_key(owner: str, day: date) -> str:
    """Name the digest of an owner on a day, without the owner's name or address."""
    return hashlib.sha256(f"digest|{day}|{owner}".encode()).hexdigest()[:32]


def title_of(message: Row) -> str:
    """Name a message for people, without mail addresses: it may go into a log."""
    return one_line(message["title"])
