"""HubSpot through its official client: what is asked of it, and what is made of its answers."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

import hubspot
import tenacity
from hubspot.crm.associations.v4.exceptions import ApiException as AssociationsError
from hubspot.crm.objects.exceptions import ApiException as ObjectsError
from hubspot.crm.owners.exceptions import ApiException as OwnersError
from hubspot.crm.properties.exceptions import ApiException as PropertiesError
from urllib3.exceptions import HTTPError

from pql.errors import PqlError
from pql.formatting import clean

HOST = "https://api.hubapi.com"
BATCH = 100
PAGE = 200
ATTEMPTS = 6
FIRST_WAIT = 1  # seconds; doubles with each attempt
LONGEST_WAIT = 60  # seconds
TIMEOUT = (10, 60)  # seconds to connect, and to answer

REFUSALS = (AssociationsError, ObjectsError, OwnersError, PropertiesError)
NOT_FOUND = "OBJECT_NOT_FOUND"
MAIL_ADDRESS = re.compile(r"[^\s\"'<>(),:;]+@[^\s\"'<>(),:;]+")

# What is read of answers; of an object, a name with a question mark may be missing.
ID = (str, int)
ACCOUNT = {"portalId": ID}
PROPERTIES = {"results": [{"name": str, "type": str, "options?": [{"value": str}]}]}
PAGING = {"paging?": {"next?": {"after": ID}}}
OWNERS = {"results": [{"id": ID, "email?": str}], **PAGING}
RECORDS = {"results": [{"id": ID, "properties": dict}], **PAGING}
CONTEXT = {"objectWriteTraceId?": [str], "ids?": [ID]}
ERRORS = {"errors?": [{"message?": str, "context?": CONTEXT}]}
WRITTEN = {"results": [{"id": ID, "properties?": dict}], **ERRORS}
LINKED = {"results": [{"from": {"id": ID}, "to": {"id": ID}}]}

Answer = dict[str, Any]
Pair = tuple[str, str]


class RefusedError(PqlError):
    """HubSpot understood a request and did not want it; the text says why."""

    def __init__(self, asked: str, problem: str, is_gone: bool):
        super().__init__(f"HubSpot refused when asked {asked} ({problem})")
        self.problem = problem
        self.is_gone = is_gone  # it asked for what is not there


class BusyError(Exception):
    """There is no answer yet, and another try may bring one; the text says what came."""

    def __init__(self, problem: str, wait: float | None = None):
        super().__init__(problem)
        self.wait = wait  # the seconds that HubSpot wants to be left alone, if it says so


@dataclass(frozen=True)
class Company:
    """A company as HubSpot has it."""

    record_id: str
    name: str
    key: str  # of the account of ours that it stands for; blank: of none


@dataclass(frozen=True)
class Row:
    """What one record is to hold."""

    key: str
    record_id: str  # HubSpot's own; blank: not known, or there is no record yet
    unique_value: str  # by which HubSpot knows it otherwise
    properties: Mapping[str, str]


@dataclass
class Outcome:
    """What became of the rows of a request, by key."""

    written: dict[str, str] = field(default_factory=dict)  # the ids of their records
    made: set[str] = field(default_factory=set)  # whose records are new
    gone: set[str] = field(default_factory=set)  # HubSpot has deleted their records
    refused: dict[str, str] = field(default_factory=dict)  # why


class HubSpot:
    """An account of HubSpot."""

    def __init__(self, token: str, host: str = HOST):
        """Connect to nothing yet.

        Args:
            token: the access token of a private app.
            host: where the API is; anything but HubSpot itself is for trials.
        """
        self.token = read_token(token)
        host = host.strip().rstrip("/")
        try:
            url = urlsplit(host)
        except ValueError:
            raise PqlError("HUBSPOT_BASE_URL: not a URL, such as " + HOST) from None
        if url.scheme != "https" and url.hostname not in ("127.0.0.1", "localhost"):
            raise PqlError(
                f"HUBSPOT_BASE_URL: {self.said(host)} is not https, so others could read the token"
            )
        # The client's own repetitions would not know how long HubSpot wants to be left alone. It
        # follows no redirect either: the token and people's addresses go to HubSpot alone.
        self.client = hubspot.Client.create(access_token=self.token, host=host, retry=False)
        self.retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(BusyError),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=wait_as_asked,
            reraise=True,
        )

    # --- one request ------------------------------------------------------------------------------

    def call(
        self, asked: str, shape: Any, request: Callable[..., Any], *arguments: Any, **options: Any
    ) -> Answer:
        """Make a request; repeat it while HubSpot is busy, failing or out of reach.

        Args:
            asked: what is asked, in words that follow "HubSpot was asked".
            shape: what the answer has to look like.
            request: a method of the client, then its arguments.
            arguments: of the method.
            options: of the method.

        Raises:
            RefusedError: it would be refused every time.
        """
        try:
            text = self.retrying(self.ask, asked, request, *arguments, **options)
        except BusyError as error:
            raise PqlError(
                f"HubSpot did not answer {ATTEMPTS} times in a row (asked {asked}: {error}); "
                "what it has taken is recorded, so sync again later"
            ) from None
        answer = json.loads(text)
        if not fits(answer, shape):
            raise self.not_hubspot(asked, f"JSON that is no such thing: {text}")
        return answer

    def ask(self, asked: str, request: Callable[..., Any], *arguments: Any, **options: Any) -> str:
        """Make a request once, and return the JSON that came.

        Raises:
            BusyError: it may go better the next time.
            RefusedError: it would be refused every time.
        """
        try:
            # The client would make objects of anything that comes, so it is not asked to.
            answer = request(
                *arguments, **options, _preload_content=False, _request_timeout=TIMEOUT
            )
            text = self.masked(answer.data.decode("utf-8-sig", errors="replace"))
        except REFUSALS as error:
            raise self.refusal(asked, error) from None
        except HTTPError as error:
            raise BusyError(self.said(error)) from None
        except Exception as error:
            # The client stumbles while it reports bad TLS, or a text that is not UTF-8.
            if isinstance(error.__context__, REFUSALS):
                raise self.refusal(asked, error.__context__) from None
            problem = f"{type(error).__name__}: {self.said(error)}"
            raise PqlError(f"HubSpot could not be asked {asked} ({problem})") from None
        if text.lstrip().startswith("<"):
            raise self.not_hubspot(asked, f"a web page: {text}")
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            said = self.said(text) or "nothing"
            raise BusyError(f"half an answer, or none in JSON: {shortly(said)}") from None
        return text

    def refusal(self, asked: str, error: Any) -> Exception:
        """Say what an answer other than success means."""
        body = read_body(error)
        problem = f"{error.status}: {self.said(body.get('message') or error.reason)}"
        if error.status == 401:
            return PqlError("HubSpot does not know the token (401); check HUBSPOT_ACCESS_TOKEN")
        if 300 <= error.status < 400:
            target = str((error.headers or {}).get("Location", "")).partition("?")[0]
            return self.not_hubspot(asked, f"a redirect ({error.status}) to {target or 'nowhere'}")
        if body.get("policyName") == "DAILY":
            return PqlError("HubSpot takes no more requests today; the next sync sends the rest")
        if error.status in (0, 423, 429) or error.status >= 500:
            return BusyError(problem, asked_wait(error))
        if not body and error.status != 413:  # too large; half of it may not be
            return self.not_hubspot(asked, f"{problem}, with no word of HubSpot's")
        if error.status == 403:
            return PqlError(f"HubSpot lets the token do less than this ({problem})")
        return RefusedError(asked, problem, is_gone=error.status == 404)

    def not_hubspot(self, asked: str, came: str) -> PqlError:
        """Say that somebody else has answered."""
        return PqlError(
            f"HubSpot was asked {asked}, and what came is not its answer but "
            f"{shortly(self.said(came))}; check HUBSPOT_BASE_URL and the network's proxy, and sync "
            "again: what HubSpot has taken is recorded"
        )

    def masked(self, text: str) -> str:
        """Take the token out of a text from outside."""
        for secret in (self.token, quote(self.token, safe="")):
            text = text.replace(secret, "<token>")
        return text

    def said(self, text: object) -> str:
        """Make one line of a text from outside that may be shown."""
        return one_line(self.masked(str(text)))

    # --- what is there ----------------------------------------------------------------------------

    def account(self) -> str:
        """Name the account that the token belongs to."""
        details = self.call(
            "which account the token belongs to",
            ACCOUNT,
            self.client.crm.objects.batch_api.api_client.call_api,
            "/account-info/v3/details",
            "GET",
            response_types_map={200: "object"},
            auth_settings=["oauth2"],
            _return_http_data_only=True,
        )
        return clean(details["portalId"])

    def check(self, record_type: str, wanted: Sequence[Mapping[str, Any]]) -> None:
        """Make sure that the properties of a manifest exist, and as it says."""
        answer = self.call(
            f"for the properties of {record_type}",
            PROPERTIES,
            self.client.crm.properties.core_api.get_all,
            record_type,
        )
        found = {each["name"]: each for each in answer["results"]}
        problems = [
            problem
            for definition in wanted
            if (problem := lack(definition, found.get(definition["name"])))
        ]
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise PqlError(
                f"HubSpot's {record_type}: {problems[0]}{more}; run `pql manifests`, and load "
                f"manifests/hubspot/{record_type}.json as docs/reverse-etl.md says"
            )

    def records_of(self, record_type: str, name: str, values: Sequence[str]) -> dict[str, str]:
        """Return the ids of the records that have these values of a unique property."""
        read = partial(
            self.call,
            f"for {record_type} by {name}",
            RECORDS,
            self.client.crm.objects.batch_api.read,
            record_type,
        )
        found = {}
        for batch in batches(values):
            wanted = {"idProperty": name, "inputs": [{"id": value} for value in batch]}
            answer = read({**wanted, "properties": [name], "propertiesWithHistory": []})
            found |= {each["properties"].get(name): clean(each["id"]) for each in answer["results"]}
        return found

    def companies_of(self, domains: Iterable[str], key: str) -> dict[str, list[Company]]:
        """Return the companies of each domain, oldest first.

        Args:
            domains: whose companies are wanted, in lower case.
            key: the property that says which account of ours a company stands for.
        """
        search = partial(
            self.call,
            "for companies by their domains",
            RECORDS,
            self.client.crm.objects.search_api.do_search,
            "companies",
        )
        found: dict[str, list[Company]] = {}
        for batch in batches(sorted(set(domains))):
            wanted = {"propertyName": "domain", "operator": "IN", "values": batch}
            query = {
                "filterGroups": [{"filters": [wanted]}],
                "properties": ["domain", "name", key],
                "sorts": ["hs_object_id"],
                "limit": PAGE,
            }
            for record in self.pages(lambda after, query=query: search(query | after)):
                values = record["properties"]
                domain, name, ours = (
                    one_line(values.get(each) or "") for each in ("domain", "name", key)
                )
                company = Company(clean(record["id"]), name, ours)
                found.setdefault(domain.lower(), []).append(company)
        return found

    def owners(self) -> dict[str, str]:
        """Return the ids of the people who can own records, by id and by mail address."""
        ask = partial(
            self.call,
            "for the owners of records",
            OWNERS,
            self.client.crm.owners.owners_api.get_page,
            limit=PAGE,
        )
        owners = list(self.pages(lambda after: ask(**after)))
        by_mail = {each["email"].lower(): clean(each["id"]) for each in owners if each.get("email")}
        return by_mail | {clean(each["id"]): clean(each["id"]) for each in owners}

    def pages(self, ask: Callable[[dict[str, str]], Answer]) -> Iterator[Any]:
        """Give the results of a question, page by page; it is told where the next one begins."""
        after: dict[str, str] = {}
        while True:
            answer = ask(after)
            yield from answer["results"]
            following = (answer.get("paging") or {}).get("next")
            if not following:
                return
            after = {"after": str(following["after"])}

    # --- what is sent -----------------------------------------------------------------------------

    def write(self, record_type: str, unique_property: str, rows: Sequence[Row]) -> Outcome:
        """Write at most a batch of rows, which all name their records in the same way.

        HubSpot answers for each row that bears an objectWriteTraceId. What it refuses as a whole
        all the same is cut in halves, until the row that it does not like stands alone.

        Args:
            record_type: companies, contacts, ...
            unique_property: which HubSpot knows records by where a row has no id.
            rows: what to write.
        """
        api = self.client.crm.objects.batch_api
        inputs = []
        for row in rows:
            known = {"id": row.record_id}
            if not row.record_id:
                known = {"id": row.unique_value, "idProperty": unique_property}
            answered = {"objectWriteTraceId": row.key}
            inputs.append({**known, **answered, "properties": dict(row.properties)})
        request = api.update if rows[0].record_id else api.upsert
        try:
            answer = self.call(
                f"to take {len(rows)} of the {record_type}",
                WRITTEN,
                request,
                record_type,
                {"inputs": inputs},
            )
        except RefusedError as refusal:
            if len(rows) == 1 and refusal.is_gone:
                return Outcome(gone={rows[0].key})
            if len(rows) == 1:
                return Outcome(refused={rows[0].key: refusal.problem})
            middle = len(rows) // 2
            first = self.write(record_type, unique_property, rows[:middle])
            second = self.write(record_type, unique_property, rows[middle:])
            return Outcome(
                first.written | second.written,
                first.made | second.made,
                first.gone | second.gone,
                first.refused | second.refused,
            )
        return outcome(rows, answer, unique_property)

    def link(self, record_type: str, to_type: str, pairs: Sequence[Pair]) -> set[Pair]:
        """Link at most a batch of pairs of records, and return those that are linked."""
        api = self.client.crm.associations.v4.batch_api
        inputs = [{"from": {"id": one}, "to": {"id": other}} for one, other in pairs]
        try:
            answer = self.call(
                f"to link {record_type} to {to_type}",
                LINKED,
                api.create_default,
                record_type,
                to_type,
                {"inputs": inputs},
            )
        except RefusedError:
            # all of them, for the sake of one: cut until each pair has an answer
            pass
        else:
            ends = {
                (clean(each["from"]["id"]), clean(each["to"]["id"])) for each in answer["results"]
            }
            return ends & set(pairs)
        if len(pairs) == 1:
            return set()
        middle = len(pairs) // 2
        halves = (pairs[:middle], pairs[middle:])
        return set().union(*(self.link(record_type, to_type, half) for half in halves))


# --- what HubSpot says ----------------------------------------------------------------------------


def outcome(rows: Sequence[Row], answer: Answer, unique_property: str) -> Outcome:
    """Find out what became of each row; one that the answer is silent about counts as refused."""
    result = Outcome()
    names = [(row.key, (row.unique_value, row.record_id, row.key)) for row in rows]
    keys = {name: key for key, known in names for name in known if name}
    for record in answer["results"]:
        record_id = clean(record["id"])
        unique_value = (record.get("properties") or {}).get(unique_property)
        given = (record.get("objectWriteTraceId"), record_id, unique_value)
        key = next((keys[name] for name in given if name in keys), "")
        if key:
            result.written[key] = record_id
            if record.get("new"):
                result.made.add(key)
    said = "HubSpot does not say what became of it"
    for error in answer.get("errors") or []:
        context = error.get("context") or {}
        named = [*(context.get("objectWriteTraceId") or []), *(context.get("ids") or [])]
        message = one_line(error.get("message") or said)
        for key in filter(None, (keys.get(str(name)) for name in named)):
            if error.get("category") == NOT_FOUND:
                result.gone.add(key)
            else:
                result.refused[key] = message
        if not named:
            said = message
    known = result.written.keys() | result.gone | result.refused.keys()
    result.refused |= {row.key: said for row in rows if row.key not in known}
    return result


def lack(wanted: Mapping[str, Any], found: Mapping[str, Any] | None) -> str:
    """Say what a property lacks of what a manifest asks for; blank if nothing."""
    name = wanted["name"]
    if found is None:
        return f"there is no property {name}"
    if found["type"] != wanted["type"]:
        return f"the property {name} is of type {one_line(found['type'])}, not {wanted['type']}"
    if wanted["hasUniqueValue"] and not found.get("hasUniqueValue"):
        return f"the property {name} does not ask for unique values"
    missing = {option["value"] for option in wanted.get("options", [])} - {
        option["value"] for option in found.get("options") or []
    }
    return f"the property {name} has no option {min(missing)}" if missing else ""


def read_body(error: Any) -> dict[str, Any]:
    """Read what HubSpot says about an error; whatever stands before it may answer otherwise."""
    try:
        body = json.loads(error.body)
    except (TypeError, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


def asked_wait(error: Any) -> float | None:
    """Return how many seconds HubSpot wants to be left alone, if it says so."""
    try:
        seconds = float(error.headers["Retry-After"])
    except (KeyError, TypeError, ValueError):
        return None
    return min(seconds, LONGEST_WAIT) if seconds >= 0 else None


def wait_as_asked(state: tenacity.RetryCallState) -> float:
    """Return how long to wait: as HubSpot says, or else twice as long each time."""
    error = state.outcome.exception()
    doubling = tenacity.wait_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT)
    return doubling(state) if error.wait is None else error.wait


def fits(value: Any, shape: Any) -> bool:
    """Tell whether JSON has a shape: types, a list of a shape, or an object of shapes."""
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(each, shape[0]) for each in value)
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(
            (name.endswith("?") and value.get(name[:-1]) is None)
            or fits(value.get(name.removesuffix("?")), each)
            for name, each in shape.items()
        )
    return isinstance(value, shape)


def read_token(text: str) -> str:
    """Read the token; what is wrong with it is said without showing it."""
    token = text.strip()
    if not token:
        raise PqlError("HUBSPOT_ACCESS_TOKEN: not set; it is the token of a private app")
    if not all("!" <= character <= "~" for character in token):
        raise PqlError(
            "HUBSPOT_ACCESS_TOKEN: it contains a blank, a line break or a character that no token "
            "has; set it to the token of a private app, and nothing else"
        )
    return token


def shortly(text: str) -> str:
    """Cut a text that may be a whole page."""
    return textwrap.shorten(text, 120, placeholder=" ...") if len(text) > 120 else text


def one_line(text: object) -> str:
    """Make one line of a message, without the mail addresses in it: it may go into a log."""
    return MAIL_ADDRESS.sub("<mail address>", clean(text))


def batches(rows: Sequence[Any]) -> Iterator[Any]:
    """Cut rows into as many as HubSpot takes at once."""
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
