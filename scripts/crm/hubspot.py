"""HubSpot through its official client: what is asked of it, and what is made of its answers."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import hubspot
from build import BuildError
from hubspot.crm.associations.v4.exceptions import ApiException as AssociationsError
from hubspot.crm.objects.exceptions import ApiException as ObjectsError
from hubspot.crm.owners.exceptions import ApiException as OwnersError
from hubspot.crm.properties.exceptions import ApiException as PropertiesError
from show import clean
from urllib3.exceptions import HTTPError

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


Pair = tuple[str, str]


class RefusedError(Exception):
    """HubSpot understood a request and did not want it; the text says why."""

    def __init__(self, problem: str, is_gone: bool):
        super().__init__(problem)
        self.is_gone = is_gone  # it asked for what is not there


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
        url = urlsplit(host)
        if url.scheme != "https" and url.hostname not in ("127.0.0.1", "localhost"):
            raise BuildError(
                f"HUBSPOT_BASE_URL: {host} is not https, so others could read the token"
            )
        # The client's own repetitions would not know how long HubSpot wants to be left alone.
        self.client = hubspot.Client.create(access_token=token, host=host, retry=False)

    # --- one request ------------------------------------------------------------------------------

    def call(self, request: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Make a request; repeat it while HubSpot is busy, failing or out of reach.

        Raises:
            RefusedError: it would be refused every time.
        """
        for attempt in range(ATTEMPTS):
            wait = FIRST_WAIT * 2**attempt
            try:
                return request(*arguments, **options, _request_timeout=TIMEOUT)
            except REFUSALS as error:
                body = read_body(error)
                problem = f"{error.status}: {one_line(body.get('message') or error.reason)}"
                if error.status == 401:
                    raise BuildError(
                        "HubSpot does not know the token (401); check HUBSPOT_ACCESS_TOKEN"
                    ) from None
                if error.status == 403:
                    raise BuildError(
                        f"HubSpot lets the token do less than this ({problem})"
                    ) from None
                if body.get("policyName") == "DAILY":
                    raise BuildError(
                        "HubSpot takes no more requests today; the next sync sends the rest"
                    ) from None
                if error.status not in (423, 429) and error.status < 500:
                    raise RefusedError(problem, is_gone=error.status == 404) from None
                wait = asked_wait(error, wait)
            except HTTPError as error:
                problem = one_line(error)
            except AttributeError as error:  # the client stumbles while it reports bad TLS
                if not isinstance(error.__context__, REFUSALS):
                    raise
                problem = one_line(error.__context__.reason)
            if attempt + 1 < ATTEMPTS:
                time.sleep(wait)
        raise BuildError(
            f"HubSpot did not answer {ATTEMPTS} times in a row ({problem}); "
            "what it has taken is recorded, so sync again later"
        )

    # --- what is there ----------------------------------------------------------------------------

    def account(self) -> str:
        """Name the account that the token belongs to."""
        details = self.call(
            self.client.crm.objects.batch_api.api_client.call_api,
            "/account-info/v3/details",
            "GET",
            response_types_map={200: "object"},
            auth_settings=["oauth2"],
            _return_http_data_only=True,
        )
        return str(details["portalId"])

    def check(self, record_type: str, wanted: Sequence[Mapping[str, Any]]) -> None:
        """Make sure that the properties of a manifest exist, and as it says."""
        answer = self.call(self.client.crm.properties.core_api.get_all, record_type)
        found = {each.name: each for each in answer.results}
        problems = [
            problem
            for definition in wanted
            if (problem := lack(definition, found.get(definition["name"])))
        ]
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise BuildError(
                f"HubSpot's {record_type}: {problems[0]}{more}; run `make manifests`, and load "
                f"manifests/hubspot/{record_type}.json as docs/reverse-etl.md says"
            )

    def records_of(self, record_type: str, name: str, values: Sequence[str]) -> dict[str, str]:
        """Return the ids of the records that have these values of a unique property."""
        read = partial(self.call, self.client.crm.objects.batch_api.read, record_type)
        found = {}
        for batch in batches(values):
            wanted = {"idProperty": name, "inputs": [{"id": value} for value in batch]}
            answer = read({**wanted, "properties": [name], "propertiesWithHistory": []})
            found |= {record.properties[name]: record.id for record in answer.results}
        return found

    def companies_of(self, domains: Iterable[str], unless: str) -> dict[str, list[str]]:
        """Return the ids of the companies of each domain, oldest first.

        Args:
            domains: whose companies are wanted, in lower case.
            unless: a property that must be blank.
        """
        search = partial(self.call, self.client.crm.objects.search_api.do_search, "companies")
        free = {"propertyName": unless, "operator": "NOT_HAS_PROPERTY"}
        found: dict[str, list[str]] = {}
        for batch in batches(sorted(set(domains))):
            wanted = {"propertyName": "domain", "operator": "IN", "values": batch}
            query = {
                "filterGroups": [{"filters": [wanted, free]}],
                "properties": ["domain"],
                "sorts": ["hs_object_id"],
                "limit": PAGE,
            }
            for record in self.pages(lambda after, query=query: search(query | after)):
                found.setdefault(record.properties["domain"].lower(), []).append(record.id)
        return found

    def owners(self) -> dict[str, str]:
        """Return the ids of the people who can own records, by id and by mail address."""
        ask = partial(self.call, self.client.crm.owners.owners_api.get_page, limit=PAGE)
        owners = list(self.pages(lambda after: ask(**after)))
        by_mail = {owner.email.lower(): owner.id for owner in owners if owner.email}
        return by_mail | {owner.id: owner.id for owner in owners}

    def pages(self, ask: Callable[[dict[str, str]], Any]) -> Iterator[Any]:
        """Give the results of a question, page by page; it is told where the next one begins."""
        after: dict[str, str] = {}
        while True:
            answer = ask(after)
            yield from answer.results
            if not (answer.paging and answer.paging.next):
                return
            after = {"after": answer.paging.next.after}

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
            answer = self.call(request, record_type, {"inputs": inputs})
        except RefusedError as refusal:
            if len(rows) == 1 and refusal.is_gone:
                return Outcome(gone={rows[0].key})
            if len(rows) == 1:
                return Outcome(refused={rows[0].key: str(refusal)})
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
            answer = self.call(api.create_default, record_type, to_type, {"inputs": inputs})
        except RefusedError:
            answer = None
        if answer:
            return {(link._from.id, link.to.id) for link in answer.results} & set(pairs)
        # The client has no words for a partial success: cut until each pair has an answer.
        if len(pairs) == 1:
            return set()
        middle = len(pairs) // 2
        halves = (pairs[:middle], pairs[middle:])
        return set().union(*(self.link(record_type, to_type, half) for half in halves))


# --- what HubSpot says ----------------------------------------------------------------------------


def outcome(rows: Sequence[Row], answer: Any, unique_property: str) -> Outcome:
    """Find out what became of each row; one that the answer is silent about counts as refused."""
    result = Outcome()
    names = [(row.key, (row.unique_value, row.record_id, row.key)) for row in rows]
    keys = {name: key for key, known in names for name in known if name}
    for record in answer.results:
        unique_value = (record.properties or {}).get(unique_property)
        given = (record.object_write_trace_id, record.id, unique_value)
        key = next((keys[name] for name in given if name in keys), "")
        if key:
            result.written[key] = record.id
            if getattr(record, "new", False):
                result.made.add(key)
    said = "HubSpot does not say what became of it"
    for error in getattr(answer, "errors", None) or []:
        context = error.context or {}
        named = [*context.get("objectWriteTraceId", []), *context.get("ids", [])]
        for key in filter(None, map(keys.get, named)):
            if error.category == NOT_FOUND:
                result.gone.add(key)
            else:
                result.refused[key] = one_line(error.message)
        if not named:
            said = one_line(error.message)
    known = result.written.keys() | result.gone | result.refused.keys()
    result.refused |= {row.key: said for row in rows if row.key not in known}
    return result


def lack(wanted: Mapping[str, Any], found: Any) -> str:
    """Say what a property lacks of what a manifest asks for; blank if nothing."""
    name = wanted["name"]
    if found is None:
        return f"there is no property {name}"
    if found.type != wanted["type"]:
        return f"the property {name} is of type {found.type}, not {wanted['type']}"
    if wanted["hasUniqueValue"] and not found.has_unique_value:
        return f"the property {name} does not ask for unique values"
    missing = {option["value"] for option in wanted.get("options", [])} - {
        option.value for option in found.options
    }
    return f"the property {name} has no option {min(missing)}" if missing else ""


def read_body(error: Any) -> dict[str, Any]:
    """Read what HubSpot says about an error; whatever stands before it may answer otherwise."""
    try:
        body = json.loads(error.body)
    except (TypeError, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


def asked_wait(error: Any, otherwise: float) -> float:
    """Return how many seconds HubSpot wants to be left alone."""
    try:
        return min(float(error.headers["Retry-After"]), LONGEST_WAIT)
    except (KeyError, TypeError, ValueError):
        return otherwise


def one_line(text: object) -> str:
    """Make one line of a message, without the mail addresses in it: it may go into a log."""
    return MAIL_ADDRESS.sub("<mail address>", clean(text))


def batches(rows: Sequence[Any]) -> Iterator[Any]:
    """Cut rows into as many as HubSpot takes at once."""
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
