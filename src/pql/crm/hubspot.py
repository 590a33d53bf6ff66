"""HubSpot through its official client: what is asked of it, and what is made of its answers."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import hubspot
from hubspot.crm.associations.v4.exceptions import ApiException as AssociationsError
from hubspot.crm.objects.exceptions import ApiException as ObjectsError
from hubspot.crm.owners.exceptions import ApiException as OwnersError
from hubspot.crm.properties.exceptions import ApiException as PropertiesError
from urllib3.exceptions import HTTPError

from pql.crm.contract import Mart
from pql.crm.engine import (
    CONTACTS,
    Company,
    Crm,
    Found,
    Outcome,
    Pair,
    Plan,
    Row,
)
from pql.crm.manifests import HUBSPOT_TYPES, hubspot_property
from pql.crm.service import (
    TIMEOUT,
    Answer,
    BusyError,
    RefusedError,
    asked_wait,
    batches,
    one_line,
    read_address,
    read_secret,
)
from pql.database import Row as Lead
from pql.errors import PqlError
from pql.formatting import clean

HOST = "https://api.hubapi.com"
BATCH = 100
PAGE = 200

REFUSALS = (AssociationsError, ObjectsError, OwnersError, PropertiesError)
NOT_FOUND = "OBJECT_NOT_FOUND"

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


class HubSpot(Crm):
    """An account of HubSpot."""

    name = "HubSpot"
    address = "HUBSPOT_BASE_URL"
    account_variable = "HUBSPOT_ACCESS_TOKEN"
    types = HUBSPOT_TYPES

    def __init__(self, token: str, host: str = HOST):
        """Connect to nothing yet.

        Args:
            token: the access token of a private app.
            host: where the API is; anything but HubSpot itself is for trials.
        """
        token = read_secret("HUBSPOT_ACCESS_TOKEN", token, "the token of a private app")
        super().__init__([token])
        # The client's own repetitions would not know how long HubSpot wants to be left alone. It
        # follows no redirect either: the token and people's addresses go to HubSpot alone.
        self.client = hubspot.Client.create(
            access_token=token, host=read_address(self.address, host, HOST), retry=False
        )

    @classmethod
    def of_environment(cls) -> HubSpot:
        """Connect as the environment says."""
        return cls(
            os.environ.get("HUBSPOT_ACCESS_TOKEN", ""), os.environ.get("HUBSPOT_BASE_URL") or HOST
        )

    # --- one request ------------------------------------------------------------------------------

    def ask(
        self, asked: str, request: Callable[..., Any], *arguments: Any, **options: Any
    ) -> Answer:
        """Make a request once, and return the JSON that came."""
        try:
            # The client would make objects of anything that comes, so it is not asked to.
            answer = request(
                *arguments, **options, _preload_content=False, _request_timeout=TIMEOUT
            )
            text = answer.data.decode("utf-8-sig", errors="replace")
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
        return self.read_json(asked, text)

    def refusal(self, asked: str, error: Any) -> Exception:
        """Say what an answer other than success means."""
        body = read_body(error)
        problem = f"{error.status}: {self.said(body.get('message') or error.reason)}"
        if error.status == 401:
            return PqlError("HubSpot does not know the token (401); check HUBSPOT_ACCESS_TOKEN")
        if 300 <= error.status < 400:
            return self.redirected(asked, error.status, (error.headers or {}).get("Location"))
        if body.get("policyName") == "DAILY":
            return PqlError("HubSpot takes no more requests today; the next sync sends the rest")
        if error.status in (0, 423, 429) or error.status >= 500:
            return BusyError(problem, asked_wait(error.headers))
        if not body and error.status != 413:  # too large; half of it may not be
            return self.strange(asked, f"{problem}, with no word of HubSpot's")
        if error.status == 403:
            return PqlError(f"HubSpot lets the token do less than this ({problem})")
        return self.refused(asked, problem, is_gone=error.status == 404)

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

    def check(self, mart: Mart) -> None:
        """Make sure that the properties of the manifest exist, and as it says."""
        record_type = self.types[mart.name]
        answer = self.call(
            f"for the properties of {record_type}",
            PROPERTIES,
            self.client.crm.properties.core_api.get_all,
            record_type,
        )
        found = {each["name"]: each for each in answer["results"]}
        problems = [
            problem
            for definition in map(hubspot_property, mart.fields)
            if (problem := lack(definition, found.get(definition["name"])))
        ]
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise PqlError(
                f"HubSpot's {record_type}: {problems[0]}{more}; run `pql manifests`, and load "
                f"manifests/hubspot/{record_type}.json as docs/reverse-etl.md says"
            )

    @staticmethod
    def record_id(_mart: str, known: str) -> str:
        """Take an id of HubSpot's, which is a number: any other comes from another CRM."""
        return known if known.isdecimal() else ""

    def find(self, plan: Plan) -> Found:
        """Find what is in HubSpot already, where a new record would be given more than ours."""
        if not any(plan.mart.named_in("hubspot_on_create")):
            return Found()
        known_by = plan.mart.key.field
        records = self.records_of(
            plan.record_type, known_by, [plan.key(lead) for lead in plan.create]
        )
        return Found(records)

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
        for batch in batches(values, BATCH):
            wanted = {"idProperty": name, "inputs": [{"id": value} for value in batch]}
            answer = read({**wanted, "properties": [name], "propertiesWithHistory": []})
            found |= {each["properties"].get(name): clean(each["id"]) for each in answer["results"]}
        return found

    def companies_of(self, domains: Collection[str], mart: Mart) -> dict[str, list[Company]]:
        """Return the companies of each domain, which is in lower case; oldest first."""
        key = mart.key.field
        search = partial(
            self.call,
            "for companies by their domains",
            RECORDS,
            self.client.crm.objects.search_api.do_search,
            "companies",
        )
        found: dict[str, list[Company]] = {}
        for batch in batches(list(domains), BATCH):
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

    def owners(self, _wanted: Collection[str]) -> dict[str, str]:
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

    def row(
        self,
        plan: Plan,
        lead: Lead,
        owners: Mapping[str, str],
        _links: Mapping[str, str],
        *,
        is_new: bool,
    ) -> Row:
        """Say what a record is to hold."""
        values = properties(plan.mart, lead, owners, is_new=is_new)
        if plan.is_forgotten(lead):
            values = dict.fromkeys(values, "")
        key = plan.key(lead)
        unique_value = lead["email"] if plan.mart.name == CONTACTS else key
        return Row(key, plan.record_id(lead), unique_value, values)

    def batch(self, _due: int) -> int:
        """Return how many rows HubSpot takes at once."""
        return BATCH

    def write(self, plan: Plan, rows: Sequence[Row]) -> Outcome:
        """Write at most a batch of rows, which all name their records in the same way.

        HubSpot answers for each row that bears an objectWriteTraceId. What it refuses as a whole
        all the same is cut in halves, until the row that it does not like stands alone.
        """
        record_type = plan.record_type
        # A person is one contact, whoever wrote it down first: it is known by the mail address.
        unique_property = "email" if plan.mart.name == CONTACTS else plan.mart.key.field
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
            return self.write(plan, rows[:middle]) | self.write(plan, rows[middle:])
        return outcome(rows, answer, unique_property)

    def link(self, mart: str, to_mart: str, pairs: Sequence[Pair]) -> set[Pair]:
        """Link at most a batch of pairs of records, and return those that are linked."""
        record_type, to_type = self.types[mart], self.types[to_mart]
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
        return set().union(*(self.link(mart, to_mart, half) for half in halves))


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


# --- values ---------------------------------------------------------------------------------------


def properties(
    mart: Mart, lead: Lead, owners: Mapping[str, str], *, is_new: bool
) -> dict[str, str]:
    """Return the values of our properties, and of the few of HubSpot's own that we fill."""
    values = {column.field: text_of(lead[column.name]) for column in mart.fields}
    for column, name in mart.named_in("hubspot"):
        values[name] = TRANSLATIONS.get(name, str)(text_of(lead[column.name]))
    if "hs_timestamp" in values:  # no task without a due time
        values["hs_timestamp"] = values["hs_timestamp"] or f"{lead['created_on']}T00:00:00Z"
    if is_new:
        for column, name in mart.named_in("hubspot_on_create"):
            values[name] = text_of(lead[column.name])
        if "hubspot_owner_id" in values:
            values["hubspot_owner_id"] = owners.get(values["hubspot_owner_id"].lower(), "")
    elif values.get("hs_task_status") == "NOT_STARTED":
        del values["hs_task_status"]
    return values


def text_of(value: Any) -> str:
    """Write a value as HubSpot takes it: as text, and blank to clear the property."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return str(value)


# HubSpot shows a task's body as HTML; account names in it come from the product.
TRANSLATIONS = {
    "hs_task_body": lambda text: html.escape(text).replace("\n", "<br>"),
    "hs_task_priority": str.upper,
    "hs_task_status": lambda status: "NOT_STARTED" if status == "open" else "COMPLETED",
}
