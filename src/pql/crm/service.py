"""Ask a service over the network: patiently, in one line where it fails, and never aloud a secret.

What every target of a sync shares. A target says how one request is made (`ask`), and what its
answers other than success mean.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import requests
import tenacity

from pql.errors import PqlError
from pql.formatting import clean

ATTEMPTS = 6
FIRST_WAIT = 1  # seconds; doubles with each attempt
LONGEST_WAIT = 60  # seconds
TIMEOUT = (10, 60)  # seconds to connect, and to answer
LOOPBACK = ("127.0.0.1", "localhost")

MAIL_ADDRESS = re.compile(r"[^\s\"'<>(),:;]+@[^\s\"'<>(),:;]+")

Answer = Any


class RefusedError(PqlError):
    """A service understood a request and did not want it; the text says why."""

    def __init__(self, service: str, asked: str, problem: str, is_gone: bool = False):
        super().__init__(f"{service} refused when asked {asked} ({problem})")
        self.problem = problem
        self.is_gone = is_gone  # it asked for what is not there


class BusyError(Exception):
    """There is no answer yet, and another try may bring one; the text says what came."""

    def __init__(self, problem: str, wait: float | None = None):
        super().__init__(problem)
        self.wait = wait  # the seconds that the service wants to be left alone, if it says so


class Line(requests.Session):
    """A way to a service: no redirect, no password file, and never without an end."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = lambda request: request  # otherwise a .netrc would replace the token
        self.last: requests.Response | None = None

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Make a request; to this machine without encryption, as clients may not know that way."""
        if urlsplit(url).hostname in LOOPBACK:
            url = url.replace("https://", "http://", 1)
        options |= {"timeout": TIMEOUT, "allow_redirects": False}
        self.last = None
        self.last = super().request(method, url, **options)
        return self.last


class Service:
    """What a target is asked by."""

    name = ""  # as people know it
    address = ""  # the variable that says where it is

    def __init__(self, secrets: Sequence[str] = ()):
        self.secrets = [secret for secret in secrets if secret]
        self.retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(BusyError),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=wait_as_asked,
            reraise=True,
        )

    def call(
        self, asked: str, shape: Any, request: Callable[..., Any], *arguments: Any, **options: Any
    ) -> Answer:
        """Make a request; repeat it while the service is busy, failing or out of reach.

        Args:
            asked: what is asked, in words that follow "the service was asked".
            shape: what the answer has to look like.
            request: a method of a client, then its arguments.
            arguments: of the method.
            options: of the method.

        Raises:
            RefusedError: it would be refused every time.
        """
        answer = self.patiently(asked, self.ask, asked, request, *arguments, **options)
        if not fits(answer, shape):
            raise self.strange(asked, f"JSON that is no such thing: {json.dumps(answer)}")
        return answer

    def patiently(
        self, asked: str, act: Callable[..., Any], *arguments: Any, **options: Any
    ) -> Any:
        """Do something again and again while the service is busy, and give up in one line."""
        try:
            return self.retrying(act, *arguments, **options)
        except BusyError as error:
            raise PqlError(
                f"{self.name} did not answer {ATTEMPTS} times in a row (asked {asked}: {error}); "
                "what it has taken is recorded, so sync again later"
            ) from None

    def ask(
        self, asked: str, request: Callable[..., Any], *arguments: Any, **options: Any
    ) -> Answer:
        """Make a request once, and return the JSON that came.

        Raises:
            BusyError: it may go better the next time.
            RefusedError: it would be refused every time.
        """
        raise NotImplementedError

    def read_json(self, asked: str, text: str) -> Answer:
        """Read an answer; half of one may come whole the next time."""
        text = self.masked(text)
        if text.lstrip().startswith("<"):
            raise self.strange(asked, f"a web page: {text}")
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            said = self.said(text) or "nothing"
            raise BusyError(f"half an answer, or none in JSON: {shortly(said)}") from None

    def refused(self, asked: str, problem: str, is_gone: bool = False) -> RefusedError:
        """Say that it would be refused every time."""
        return RefusedError(self.name, asked, problem, is_gone)

    def strange(self, asked: str, came: str) -> PqlError:
        """Say that somebody else has answered."""
        return PqlError(
            f"{self.name} was asked {asked}, and what came is not its answer but "
            f"{shortly(self.said(came))}; check {self.address} and the network's proxy, and sync "
            f"again: what {self.name} has taken is recorded"
        )

    def redirected(self, asked: str, status: int, location: object) -> PqlError:
        """Say where a redirect would lead: none is followed, nobody else gets the token."""
        target = str(location or "").partition("?")[0]
        return self.strange(asked, f"a redirect ({status}) to {target or 'nowhere'}")

    def masked(self, text: str) -> str:
        """Take the secrets out of a text from outside."""
        for secret in self.secrets:
            for form in (secret, quote(secret, safe="")):
                text = text.replace(form, "<token>")
        return text

    def said(self, text: object) -> str:
        """Make one line of a text from outside that may be shown."""
        return one_line(self.masked(str(text)))


def read_secret(variable: str, text: str, what: str) -> str:
    """Read a secret of one line; what is wrong with it is said without showing it.

    Args:
        variable: where it comes from.
        text: as it came.
        what: what it is, such as "the token of a private app".
    """
    secret = text.strip()
    if not secret:
        raise PqlError(f"{variable}: not set; it is {what}")
    if not all("!" <= character <= "~" for character in secret):
        raise PqlError(
            f"{variable}: it contains a blank, a line break or a character that no token "
            f"has; set it to {what}, and nothing else"
        )
    return secret


def read_address(variable: str, text: str, example: str) -> str:
    """Read where a service is: over https, unless it is on this machine."""
    address = text.strip().rstrip("/")
    try:
        url = urlsplit(address)
        host = url.hostname
    except ValueError:
        host = None
    if not host:
        raise PqlError(f"{variable}: not a URL, such as {example}")
    if url.scheme != "https" and host not in LOOPBACK:
        raise PqlError(
            f"{variable}: {one_line(address)} is not https, so others could read the token"
        )
    return address


def asked_wait(headers: Any) -> float | None:
    """Return how many seconds a service wants to be left alone, if it says so."""
    try:
        seconds = float(headers["Retry-After"])
    except (KeyError, TypeError, ValueError):
        return None
    return min(seconds, LONGEST_WAIT) if seconds >= 0 else None


def wait_as_asked(state: tenacity.RetryCallState) -> float:
    """Return how long to wait: as the service says, or else twice as long each time."""
    error = state.outcome.exception()
    doubling = tenacity.wait_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT)
    return doubling(state) if error.wait is None else error.wait


def fits(value: Any, shape: Any) -> bool:
    """Tell whether JSON has a shape: types, a list of a shape, or an object of shapes.

    Of an object, a name with a question mark may be missing.
    """
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(each, shape[0]) for each in value)
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(
            (name.endswith("?") and value.get(name[:-1]) is None)
            or fits(value.get(name.removesuffix("?")), each)
            for name, each in shape.items()
        )
    return isinstance(value, shape)


def shortly(text: str) -> str:
    """Cut a text that may be a whole page."""
    return textwrap.shorten(text, 120, placeholder=" ...") if len(text) > 120 else text


def one_line(text: object) -> str:
    """Make one line of a message, without the mail addresses in it: it may go into a log."""
    return MAIL_ADDRESS.sub("<mail address>", clean(text))


def batches(rows: Sequence[Any], size: int) -> Iterator[Any]:
    """Cut rows into as many as are taken at once."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
