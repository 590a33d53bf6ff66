"""A stand-in for HubSpot's API, for tests and trials: on loopback, in memory, stateful and strict.

It follows the public API where the reference sync touches it: properties, batches of records,
search, associations, owners and account details. It knows no property but HubSpot's own until a
manifest is loaded. Run it, and it prints what to set so that `make sync` talks to it:

    python tests/crm/hubspot_stand_in.py
"""

from __future__ import annotations

import copy
import json
import random
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stand_in import Json, Request, Service, TroubleError, serve, wait_for_end

MANIFESTS = Path(__file__).resolve().parents[2] / "manifests" / "hubspot"
TOKEN = "pat-stand-in"  # noqa: S105 opens nothing but this
BATCH = 100
NOW = "2026-07-01T06:00:00.000Z"
LONGEST_TEXT = 65_536


def own(name: str, kind: str = "string", unique: bool = False, options: str = "") -> Json:
    """A property that HubSpot itself defines."""
    return {
        "name": name,
        "label": name,
        "description": "",
        "groupName": "hubspot",
        "type": kind,
        "fieldType": "text",
        "hasUniqueValue": unique,
        "options": [
            {"label": value, "value": value, "displayOrder": order, "hidden": False}
            for order, value in enumerate(options.split())
        ],
    }


OWN_PROPERTIES = {
    "companies": [own("name"), own("domain"), own("hubspot_owner_id", "enumeration")],
    "contacts": [
        own("email", unique=True),
        own("firstname"),
        own("hubspot_owner_id", "enumeration"),
    ],
    "tasks": [
        own("hs_task_subject"),
        own("hs_task_body"),
        own(
            "hs_task_status",
            "enumeration",
            options="COMPLETED DEFERRED IN_PROGRESS NOT_STARTED WAITING",
        ),
        own("hs_task_priority", "enumeration", options="HIGH LOW MEDIUM NONE"),
        own("hs_timestamp", "datetime"),
        own("hubspot_owner_id", "enumeration"),
    ],
}
REQUIRED = {"companies": (), "contacts": (), "tasks": ("hs_timestamp",)}
PATTERNS = {
    "number": re.compile(r"-?\d+(\.\d+)?"),
    "bool": re.compile("true|false"),
    "date": re.compile(r"\d{4}-\d\d-\d\d|\d+"),
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z|\d+"),
}
MAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class ApiError(TroubleError):
    """An answer other than success, as HubSpot words it."""

    def __init__(self, status: int, message: str, category: str = "VALIDATION_ERROR", **more: Any):
        headers = {"Retry_After": more.pop("retry_after")} if "retry_after" in more else {}
        body = {
            "status": "error",
            "message": message,
            "correlationId": "00000000-0000-4000-8000-000000000000",
            "category": category,
            **more,
        }
        super().__init__(status, body, **headers)


@dataclass
class Record:
    """A record of the CRM; what was cleared is gone from its properties."""

    id: str
    properties: dict[str, str] = field(default_factory=dict)


class StandIn(Service):
    """An account of HubSpot: its properties, its records, and the trouble it makes."""

    def __init__(self, account: int = 4711):
        super().__init__()
        self.account = account
        self.groups: dict[str, list[str]] = {name: ["hubspot"] for name in OWN_PROPERTIES}
        self.properties = {
            name: {each["name"]: each for each in each_type}
            for name, each_type in OWN_PROPERTIES.items()
        }
        self.records: dict[str, dict[str, Record]] = {name: {} for name in OWN_PROPERTIES}
        self.links: set[tuple[str, str, str, str]] = set()
        self.owners: list[tuple[str, str]] = []
        self.next_id = 1001
        self.writes = 0  # inputs taken by a batch of records, whether they changed anything or not
        self.answers_each_row = True  # False: one bad row, and the whole batch is refused
        self.echoes_traces = True  # whether records in answers bear the trace ids of their rows

    # --- what a test looks at ---------------------------------------------------------------------

    def by(self, record_type: str, name: str) -> dict[str, dict[str, str]]:
        """The properties of the records of a type, by one of them."""
        records = [record.properties for record in self.records[record_type].values()]
        found = {properties.get(name, ""): properties for properties in records}
        assert len(found) == len(records), f"{name} is not unique"
        return found

    def everything(self) -> Json:
        """All that is stored, with no ids in it: two accounts that hold the same are equal."""
        names = {
            record.id: value
            for record_type, records in self.records.items()
            for record in records.values()
            for name, value in record.properties.items()
            if self.properties[record_type][name]["hasUniqueValue"]
        }
        return {
            "records": {
                name: sorted(sorted(record.properties.items()) for record in records.values())
                for name, records in self.records.items()
            },
            "links": sorted((one, other, names[a], names[b]) for one, other, a, b in self.links),
        }

    def load_manifests(self, folder: Path = MANIFESTS) -> None:
        """Create our properties, as somebody would who loads the files."""
        group = json.loads((folder / "group.json").read_text())
        for name in self.properties:
            self.create_group(name, group)
            self.create_properties(name, json.loads((folder / f"{name}.json").read_text()))

    def create(self, record_type: str, **properties: str) -> str:
        """Make a record, as somebody would in HubSpot."""
        record = Record(str(self.next_id))
        self.next_id += 1
        self.set(record_type, record, properties)
        self.records[record_type][record.id] = record
        return record.id

    # --- properties -------------------------------------------------------------------------------

    def create_group(self, record_type: str, body: Json) -> Json:
        self.groups[record_type].append(body["name"])
        return {"name": body["name"], "label": body["label"], "displayOrder": -1, "archived": False}

    def create_properties(self, record_type: str, body: Json) -> Json:
        check_batch(body)
        for definition in body["inputs"]:
            name = definition["name"]
            if not re.fullmatch("[a-z][a-z0-9_]{0,99}", name) or name.startswith("hs_"):
                raise ApiError(400, f"the property name {name} is not valid")
            if name in self.properties[record_type]:
                raise ApiError(
                    409, f"A property named '{name}' already exists.", "OBJECT_ALREADY_EXISTS"
                )
            if definition["groupName"] not in self.groups[record_type]:
                raise ApiError(400, f"there is no property group {definition['groupName']}")
            if definition["type"] in ("enumeration", "bool") and not definition.get("options"):
                raise ApiError(400, f"the property {name} needs options")
            if definition["hasUniqueValue"] and definition["type"] not in ("string", "number"):
                raise ApiError(400, f"a {definition['type']} cannot have unique values")
        for definition in body["inputs"]:
            self.properties[record_type][definition["name"]] = {"options": [], **definition}
        unique = [each for each in self.properties[record_type].values() if each["hasUniqueValue"]]
        if len(unique) > 10:
            raise ApiError(400, "no more than 10 properties with unique values")
        return {
            "status": "COMPLETE",
            "results": body["inputs"],
            "startedAt": NOW,
            "completedAt": NOW,
        }

    # --- records ----------------------------------------------------------------------------------

    def set(self, record_type: str, record: Record, properties: dict[str, str]) -> None:
        """Change the properties of a record, all or none of them."""
        definitions = self.properties[record_type]
        problems = [
            problem
            for name, value in properties.items()
            if (problem := self.invalid(record_type, definitions.get(name), name, value))
        ]
        if problems:
            raise ApiError(400, f"Property values were not valid: {json.dumps(problems)}")
        for name, value in properties.items():
            other = definitions[name]["hasUniqueValue"] and self.find(record_type, name, value)
            if not value or not other or other.id == record.id:
                continue
            if name == "email":
                raise ApiError(409, f"Contact already exists. Existing ID: {other.id}", "CONFLICT")
            raise ApiError(
                400,
                f"Cannot set PropertyValueCoordinates{{propertyName={name}, value={value}}} on "
                f"{record.id}. {other.id} already has that value.",
            )
        changed = {**record.properties, **properties}
        missing = [name for name in REQUIRED[record_type] if not changed.get(name)]
        if missing:
            raise ApiError(
                400, f"Error creating TASK. Some required properties were not set: {missing}"
            )
        record.properties = {name: value for name, value in changed.items() if value}

    def invalid(self, record_type: str, definition: Json | None, name: str, value: Any) -> Json:
        """What is wrong with the value of a property; empty if nothing."""
        if definition is None:
            error, message = "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'
        elif not isinstance(value, str):
            error, message = "INVALID_TYPE", f"{name} must be a string"
        elif not value:
            return {}
        elif len(value) > LONGEST_TEXT:
            error, message = "TOO_LONG", f"{name} is longer than {LONGEST_TEXT} characters"
        elif name == "email" and not MAIL_ADDRESS.fullmatch(value):
            error, message = "INVALID_EMAIL", f"Email address {value} is invalid"
        elif name == "hubspot_owner_id" and value not in dict(self.owners):
            error, message = "INVALID_OWNER_ID", f"Owner {value} does not exist"
        elif definition["options"] and value not in [
            each["value"] for each in definition["options"]
        ]:
            error = "INVALID_OPTION"
            message = f"{value} was not one of the allowed options: {definition['options']}"
        elif (pattern := PATTERNS.get(definition["type"])) and not pattern.fullmatch(value):
            error, message = f"INVALID_{definition['type'].upper()}", f"{value} was not valid"
        else:
            return {}
        return {"isValid": False, "message": message, "error": error, "name": name}

    def find(self, record_type: str, name: str, value: str) -> Record | None:
        """The record that has a value of a property; text is compared without case."""
        records = self.records[record_type].values()
        return next(
            (each for each in records if each.properties.get(name, "").lower() == value.lower()),
            None,
        )

    def write(self, record_type: str, body: Json, upsert: bool) -> tuple[int, Json]:
        """Update records, or update and create them; with a trace id, each row has an answer."""
        inputs = check_batch(body)
        names = {each.get("idProperty") for each in inputs}
        if upsert and None in names:
            raise ApiError(400, "idProperty is required")
        for name in names - {None}:
            if not self.properties[record_type].get(name, {}).get("hasUniqueValue"):
                raise ApiError(
                    400, f"Unable to perform update/upsert by non-unique property {name}"
                )
        if len({each["id"].lower() for each in inputs}) < len(inputs):
            raise ApiError(400, "Duplicate IDs found in batch input")
        results, errors = [], []
        before = copy.deepcopy(self.records[record_type])
        self.writes += len(inputs)
        for each in inputs:
            try:
                results.append(self.write_one(record_type, each, upsert))
            except ApiError as problem:
                traced = all(other.get("objectWriteTraceId") for other in inputs)
                if not (traced and self.answers_each_row):
                    self.records[record_type] = before
                    raise
                context = {"objectWriteTraceId": [each["objectWriteTraceId"]]}
                if problem.status == 404:
                    context = {"ids": [each["id"]]}
                body = {**problem.body, "context": context}
                errors.append(
                    {key: body[key] for key in ("status", "category", "message", "context")}
                )
        answer = {"status": "COMPLETE", "results": results, "startedAt": NOW, "completedAt": NOW}
        if errors:
            return 207, {**answer, "numErrors": len(errors), "errors": errors}
        return 200, answer

    def write_one(self, record_type: str, given: Json, upsert: bool) -> Json:
        """Write one row of a batch."""
        records = self.records[record_type]
        if name := given.get("idProperty"):
            record = self.find(record_type, name, given["id"])
        else:
            record = records.get(given["id"])
        if record is None and not upsert:
            raise ApiError(
                404,
                f"Could not get some {record_type} objects, they may be deleted or not exist.",
                "OBJECT_NOT_FOUND",
            )
        is_new = record is None
        record = record or Record(str(self.next_id))
        identity = {given["idProperty"]: given["id"]} if is_new else {}
        self.set(record_type, record, {**identity, **given["properties"]})
        if is_new:
            self.next_id += 1
            records[record.id] = record
        answer = {
            **shown(record, record.properties),
            **(
                {name: given[name] for name in ("objectWriteTraceId",) if name in given}
                if self.echoes_traces
                else {}
            ),
        }
        return {**answer, "new": is_new} if upsert else answer

    def read(self, record_type: str, body: Json) -> tuple[int, Json]:
        """Read records by their ids, or by a unique property."""
        name = body.get("idProperty")
        if name and not self.properties[record_type].get(name, {}).get("hasUniqueValue"):
            raise ApiError(400, f"Unable to read by non-unique property {name}")
        results, missing = [], []
        for each in check_batch(body):
            record = self.records[record_type].get(each["id"])
            if name:
                record = self.find(record_type, name, each["id"])
            if record:
                results.append(shown(record, body["properties"]))
            else:
                missing.append(each["id"])
        answer = {"status": "COMPLETE", "results": results, "startedAt": NOW, "completedAt": NOW}
        if not missing:
            return 200, answer
        error = {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some objects, they may be deleted or not exist.",
            "context": {"ids": missing},
        }
        return 207, {**answer, "numErrors": 1, "errors": [error]}

    def search(self, record_type: str, body: Json) -> Json:
        """Find records by the filters IN, HAS_PROPERTY and NOT_HAS_PROPERTY."""
        if body.get("limit", 10) > 200:
            raise ApiError(400, "limit must be at most 200")

        unknown = [name for name in body["properties"] if name not in self.properties[record_type]]
        if unknown:
            raise ApiError(400, f"There was a problem with the request: no property {unknown}")

        def holds(record: Record, each: Json) -> bool:
            value = record.properties.get(each["propertyName"])
            match each["operator"]:
                case "IN":
                    if any(wanted != wanted.lower() for wanted in each["values"]):
                        raise ApiError(400, "values of IN must be in lower case")
                    return value in each["values"]
                case "HAS_PROPERTY":
                    return value is not None
                case "NOT_HAS_PROPERTY":
                    return value is None
            raise ApiError(400, f"unknown operator {each['operator']}")

        (group,) = body["filterGroups"]
        found = [
            record
            for record in self.records[record_type].values()
            if all(holds(record, each) for each in group["filters"])
        ]
        page = paged(found, body.get("after"), body.get("limit", 10))
        page["results"] = [shown(record, body["properties"]) for record in page["results"]]
        return {"total": len(found), **page}

    def associate(self, one: str, other: str, body: Json) -> Json:
        """Link records by the default association of their types, as often as one likes."""
        results = []
        for each in check_batch(body):
            ends = each["from"]["id"], each["to"]["id"]
            if ends[0] not in self.records[one] or ends[1] not in self.records[other]:
                raise ApiError(400, f"One or more records do not exist: {ends}")
            self.links.add((one, other, *ends))
            results.append(
                {
                    "from": {"id": ends[0]},
                    "to": {"id": ends[1]},
                    "associationSpec": {
                        "associationCategory": "HUBSPOT_DEFINED",
                        "associationTypeId": 1,
                    },
                }
            )
        return {"status": "COMPLETE", "results": results, "startedAt": NOW, "completedAt": NOW}

    # --- requests ---------------------------------------------------------------------------------

    def respond(self, request: Request) -> tuple[int, Json, dict[str, str]]:
        """Answer a request, if it may ask."""
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            raise ApiError(401, "Authentication credentials not found.", "INVALID_AUTHENTICATION")
        return *self.answer(request.method, request.path, request.body), {}

    def is_write(self, request: Request) -> bool:
        return request.path.endswith(("/upsert", "/update", "/default"))

    def answer(self, method: str, path: str, body: Json) -> tuple[int, Json]:
        """Answer a request that is authorised."""
        match (method, *path.removeprefix("/crm/").strip("/").split("/")):
            case ("GET", "account-info", "v3", "details"):
                return 200, {"portalId": self.account, "accountType": "DEVELOPER_TEST"}
            case ("GET", "v3", "owners"):
                owners = [
                    {
                        "id": owner,
                        "email": mail,
                        "type": "PERSON",
                        "archived": False,
                        "createdAt": NOW,
                        "updatedAt": NOW,
                    }
                    for owner, mail in self.owners
                ]
                return 200, {"results": owners}
            case ("GET", "v3", "properties", name):
                return 200, {"results": list(self.properties[name].values())}
            case ("POST", "v3", "properties", name, "groups"):
                return 201, self.create_group(name, body)
            case ("POST", "v3", "properties", name, "batch", "create"):
                return 201, self.create_properties(name, body)
            case ("POST", "v3", "objects", name, "batch", ("upsert" | "update") as verb):
                return self.write(name, body, upsert=verb == "upsert")
            case ("POST", "v3", "objects", name, "batch", "read"):
                return self.read(name, body)
            case ("POST", "v3", "objects", name, "search"):
                return 200, self.search(name, body)
            case ("POST", "v4", "associations", one, other, "batch", "associate", "default"):
                return 200, self.associate(one, other, body)
        raise ApiError(404, f"no such endpoint: {method} {path}", "NOT_FOUND")


def shown(record: Record, names: Iterable[str]) -> Json:
    """A record as answers have it."""
    properties = {name: record.properties.get(name) for name in names}
    return {
        "id": record.id,
        "properties": {**properties, "hs_object_id": record.id},
        "createdAt": NOW,
        "updatedAt": NOW,
        "archived": False,
    }


def check_batch(body: Json) -> list[Json]:
    """The inputs of a batch, unless there are too many."""
    if not body.get("inputs"):
        raise ApiError(400, "inputs must not be empty")
    if len(body["inputs"]) > BATCH:
        raise ApiError(
            400, f"The maximum number of inputs supported in a batch request is {BATCH}."
        )
    return body["inputs"]


def paged(found: list[Any], after: str | None, limit: int) -> Json:
    """A page of what was found, and where the next one begins."""
    start = int(after or 0)
    page: Json = {"results": found[start : start + limit]}
    if start + limit < len(found):
        page["paging"] = {"next": {"after": str(start + limit)}}
    return page


def too_many_requests(retry_after: str = "1") -> ApiError:
    """What HubSpot says to those who ask too often."""
    return ApiError(
        429,
        "You have reached your ten_secondly_rolling limit.",
        "RATE_LIMITS",
        errorType="RATE_LIMIT",
        policyName="TEN_SECONDLY_ROLLING",
        retry_after=retry_after,
    )


def bad_days(seed: int, share: float) -> Iterator[Any]:
    """Trouble now and then: the same of it for the same seed."""
    chance = random.Random(seed)
    kinds = ["drop", "drop after", too_many_requests("0"), ApiError(502, "Bad gateway", "GATEWAY")]
    while True:
        yield chance.choice(kinds) if chance.random() < share else None


def main() -> int:
    """Serve an empty account until it is stopped; a new number each time, like a new sandbox."""
    stand_in = StandIn(account=int(datetime.now(UTC).timestamp()))
    stand_in.load_manifests()
    stand_in.owners = [(f"rep_{number:02}", "") for number in range(1, 6)]  # those of the demo
    with serve(stand_in, verbose=True) as address:
        wait_for_end(f"export HUBSPOT_BASE_URL={address} HUBSPOT_ACCESS_TOKEN={TOKEN}")
    for name, records in stand_in.records.items():
        print(f"{len(records)} {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
