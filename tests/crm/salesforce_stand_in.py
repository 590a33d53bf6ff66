"""A stand-in for Salesforce's API, for tests and trials: on loopback, in memory, stateful, strict.

It follows the public documents where the sync touches the API:

- REST API developer guide: query, describe, "Update Records Using sObject Collections", "Upsert
  Records Using sObject Collections" (200 records, of one type, known by an external id),
  Sforce-Limit-Info, "Status Codes and Error Responses"
  https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/
- Bulk API 2.0 developer guide: "Walkthrough for Bulk Upsert", #N/A for null
  https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/
- Salesforce help: "OAuth 2.0 Client Credentials Flow", "OAuth 2.0 JWT Bearer Flow"
- Object reference: ids of 15 and 18 letters, WhatId and WhoId of Task, converted leads, person
  accounts. https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/

It knows no field but Salesforce's own until the package of metadata is loaded. Run it, and it
prints what to set so that `pql sync salesforce` talks to it:

    python tests/crm/salesforce_stand_in.py
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jwt
from stand_in import Json, Request, Service, TroubleError, serve, wait_for_end

PACKAGE = Path(__file__).resolve().parents[2] / "manifests" / "salesforce" / "package"
METADATA = "{http://soap.sforce.com/2006/04/metadata}"
CLIENT_ID = "3MVG9stand.in"
CLIENT_SECRET = "A1B2C3STANDIN"  # noqa: S105 opens nothing but this
DATA = "/services/data/v62.0/"
BATCH = 200
PAGE = 100
ID = re.compile(r"[a-zA-Z0-9]{15}|[a-zA-Z0-9]{18}")
MAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

PREFIXES = {
    "Organization": "00D",
    "Account": "001",
    "Contact": "003",
    "Lead": "00Q",
    "Task": "00T",
    "User": "005",
    "Group": "00G",
}
WRITABLE = ("Account", "Contact", "Lead", "Task")
REQUIRED = {
    "Account": ("Name",),
    "Contact": ("LastName",),
    "Lead": ("LastName", "Company"),
    "Task": (),
}
# Of our types, as metadata has them, the ones of the API.
TYPES = {
    "Text": "string",
    "LongTextArea": "textarea",
    "Url": "url",
    "Picklist": "picklist",
    "Number": "double",
    "Checkbox": "boolean",
    "Date": "date",
    "DateTime": "datetime",
}
PATTERNS = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)"),
}


def own(name: str, kind: str = "string", length: int = 255, options: str = "", **more: Any) -> Json:
    """A field that Salesforce itself defines."""
    return {
        "name": name,
        "type": kind,
        "length": length,
        "updateable": True,
        "createable": True,
        "externalId": False,
        "unique": False,
        "restrictedPicklist": False,
        "picklistValues": [
            {"value": value, "label": value, "active": True}
            for value in options.split("|")
            if value
        ],
        **more,
    }


def read_only(name: str, kind: str = "reference") -> Json:
    """A field that nobody writes."""
    return own(name, kind, updateable=False, createable=False)


COMMON = (read_only("Id"), read_only("CreatedDate", "datetime"))
OWN_FIELDS = {
    "Account": (
        own("Name"),
        own("Website", "url"),
        own("OwnerId", "reference"),
        own("RecordTypeId", "reference"),
    ),
    "Contact": (
        own("FirstName", length=40),
        own("LastName", length=80),
        own("Email", "email", 80),
        own("AccountId", "reference"),
        own("OwnerId", "reference"),
        own("RecordTypeId", "reference"),
    ),
    "Lead": (
        own("LastName", length=80),
        own("Company"),
        own("Email", "email", 80),
        own("OwnerId", "reference"),
        own("RecordTypeId", "reference"),
        read_only("IsConverted", "boolean"),
        read_only("ConvertedContactId"),
    ),
    "Task": (
        own("Subject"),
        own("Description", "textarea", 32_000),
        own("Priority", "picklist", options="High|Normal|Low"),
        own("Status", "picklist", options="Not Started|In Progress|Completed|Deferred"),
        own("ActivityDate", "date"),
        own("WhatId", "reference"),
        own("WhoId", "reference"),
        own("OwnerId", "reference"),
        own("RecordTypeId", "reference"),
        read_only("CompletedDateTime", "datetime"),
    ),
    "User": (own("Email", "email"), own("IsActive", "boolean")),
    "Group": (own("Type"), own("DeveloperName")),
    "Organization": (own("IsSandbox", "boolean"),),
}


class ApiError(TroubleError):
    """An answer other than success, as Salesforce words it."""

    def __init__(self, status: int, code: str, message: str, **headers: str):
        super().__init__(status, [{"message": message, "errorCode": code}], **headers)


class RowError(Exception):
    """Why one record is not taken."""

    def __init__(self, code: str, message: str, *fields: str):
        super().__init__(f"{code}:{message}:{', '.join(fields)} --")
        self.said = {"statusCode": code, "message": message, "fields": list(fields)}


class StandIn(Service):
    """An organisation of Salesforce: its fields, its records, its rules."""

    def __init__(self, organization: int = 1, is_sandbox: bool = False, has_persons: bool = False):
        super().__init__()
        self.fields: dict[str, dict[str, Json]] = {
            name: {field["name"]: field for field in (*COMMON, *fields)}
            for name, fields in OWN_FIELDS.items()
        }
        if has_persons:
            self.fields["Account"]["IsPersonAccount"] = read_only("IsPersonAccount", "boolean")
            self.fields["Contact"]["IsPersonAccount"] = read_only("IsPersonAccount", "boolean")
        self.records: dict[str, dict[str, Json]] = {name: {} for name in PREFIXES}
        self.record_types: dict[str, list[str]] = {name: [] for name in WRITABLE}
        self.deleted: set[str] = set()
        self.jobs: dict[str, Json] = {}
        self.tokens: set[str] = set()
        self.public_key = ""
        self.username = "sync@acme.example"
        self.next_id = 1
        self.writes = 0
        self.used, self.total = 10, 100_000
        # Rules of the organisation: each gets the object and the record, and may raise a RowError.
        self.rules: list[Callable[[str, Json], None]] = []
        self.add("Organization", IsSandbox=is_sandbox, number=organization)

    # --- what a test looks at ---------------------------------------------------------------------

    def add(self, crm_object: str, number: int | None = None, **values: Any) -> str:
        """Make a record, as somebody would in Salesforce."""
        number = self.next_id if number is None else number
        self.next_id += 1
        record_id = long_id(f"{PREFIXES[crm_object]}5g0000{number:06}")
        values = {"Id": record_id, "CreatedDate": f"2026-07-01T00:00:{self.next_id:06}Z"} | values
        blank = dict.fromkeys(self.fields[crm_object])
        for name, field in self.fields[crm_object].items():
            if field["type"] == "boolean":
                blank[name] = False
        self.records[crm_object][record_id] = blank | values
        return record_id

    def by(self, crm_object: str, name: str) -> dict[str, Json]:
        """The records of an object, by one of their fields."""
        records = list(self.records[crm_object].values())
        found = {record[name]: record for record in records}
        assert len(found) == len(records), f"{name} is not unique"
        return found

    def everything(self) -> Json:
        """All that was written, with no ids in it: two that hold the same are equal."""
        names = {}
        for crm_object in WRITABLE:
            for record_id, record in self.records[crm_object].items():
                keys = (
                    record[each["name"]]
                    for each in self.fields[crm_object].values()
                    if each["unique"]
                )
                names[record_id] = next(keys, record_id)
        return {
            crm_object: sorted(
                sorted(
                    (name, str(names.get(value, value)))
                    for name, value in record.items()
                    if name not in ("Id", "CreatedDate")
                )
                for record in self.records[crm_object].values()
            )
            for crm_object in WRITABLE
        }

    def load_manifests(self, folder: Path = PACKAGE) -> None:
        """Create our fields, as somebody would who deploys the package and grants PQL_Sync."""
        granted = {
            grant.findtext(f"{METADATA}field")
            for grant in read_xml(folder / "permissionsets" / "PQL_Sync.permissionset").findall(
                f"{METADATA}fieldPermissions"
            )
            if grant.findtext(f"{METADATA}editable") == "true"
        }
        for path in sorted((folder / "objects").glob("*.object")):
            crm_object = {"Activity": "Task"}.get(path.stem, path.stem)
            for field in read_xml(path).findall(f"{METADATA}fields"):
                made = custom(field)
                if f"{crm_object}.{made['name']}" in granted:
                    self.fields[crm_object][made["name"]] = made

    # --- records ----------------------------------------------------------------------------------

    def check(self, crm_object: str, values: Json, verb: str) -> None:
        """Refuse what Salesforce would: unknown fields, wrong types, too long, not allowed."""
        for name, value in values.items():
            field = self.fields[crm_object].get(name)
            if field is None:
                raise RowError(
                    "INVALID_FIELD", f"No such column '{name}' on sobject of type {crm_object}"
                )
            if not field[verb]:
                raise RowError(
                    "INVALID_FIELD_FOR_INSERT_UPDATE",
                    f"Unable to create/update fields: {name}. Please check the security settings "
                    "of this field and verify that it is read/write for your profile or "
                    "permission set.",
                    name,
                )
            if value is not None:
                self.check_value(crm_object, field, value)
        for rule in self.rules:
            rule(crm_object, values)

    def check_value(self, crm_object: str, field: Json, value: Any) -> None:
        """Refuse a value that its field does not take."""
        name, kind = field["name"], field["type"]
        wanted = {"boolean": bool, "double": (int, float)}.get(kind, str)
        is_wrong = not isinstance(value, wanted) or (kind == "double" and isinstance(value, bool))
        if is_wrong or (kind in PATTERNS and not PATTERNS[kind].fullmatch(value)):
            raise RowError(
                "JSON_PARSER_ERROR", f"Cannot deserialize instance of {kind} from {value!r}", name
            )
        if kind in ("string", "textarea", "url", "email") and len(value) > field["length"]:
            raise RowError(
                "STRING_TOO_LONG",
                f"{name}: data value too large: {value[:20]} (max length={field['length']})",
                name,
            )
        if kind == "email" and not MAIL_ADDRESS.fullmatch(value):
            raise RowError("INVALID_EMAIL_ADDRESS", f"{name}: invalid email address: {value}", name)
        options = [each["value"] for each in field["picklistValues"] if each["active"]]
        if kind == "picklist" and field["restrictedPicklist"] and value not in options:
            raise RowError(
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                f"{name}: bad value for restricted picklist field: {value}",
                name,
            )
        if kind == "reference":
            self.check_reference(crm_object, name, value)

    def check_reference(self, crm_object: str, name: str, value: str) -> None:
        """Refuse an id of nothing, or of what cannot stand there."""
        allowed = {
            "OwnerId": ("User", "Group"),
            "AccountId": ("Account",),
            "WhatId": ("Account",),
            "WhoId": ("Contact", "Lead"),
        }
        if name == "RecordTypeId":
            known = value in map(type_id, self.record_types[crm_object])
        else:
            known = any(value in self.records[each] for each in allowed[name])
        if not known:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", name)
        owner = self.records["User"].get(value)
        if owner and not owner["IsActive"]:
            raise RowError("INACTIVE_OWNER_OR_USER", "operation performed with inactive user", name)

    def change(self, crm_object: str, record: Json, values: Json) -> None:
        """Change a record, all of it or nothing."""
        changed = record | values
        missing = [name for name in REQUIRED[crm_object] if not changed.get(name)]
        if missing:
            raise RowError(
                "REQUIRED_FIELD_MISSING", f"Required fields are missing: {missing}", *missing
            )
        if str(changed.get("WhoId") or "").startswith("00Q") and changed.get("WhatId"):
            raise RowError(
                "FIELD_INTEGRITY_EXCEPTION",
                "Can not select What ID when Who ID is a Lead",
                "WhatId",
            )
        if record.get("IsConverted"):
            raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        if crm_object == "Contact" and record.get("IsPersonAccount"):
            raise RowError("INVALID_OPERATION", "change the person account instead")
        for name, value in values.items():
            if value and self.fields[crm_object][name]["unique"]:
                for other_id, other in self.records[crm_object].items():
                    if other[name] == value and other_id != record.get("Id"):
                        raise RowError(
                            "DUPLICATE_VALUE",
                            f"duplicate value found: {name} duplicates value on record with id: "
                            f"{other_id}",
                        )
        record |= values

    def update(self, crm_object: str, values: Json) -> Json:
        """Update a record by its id."""
        record_id = long_id(str(values.pop("Id", "")))
        if record_id in self.deleted:
            raise RowError("ENTITY_IS_DELETED", "entity is deleted")
        record = self.records[crm_object].get(record_id)
        if record is None:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        self.check(crm_object, values, "updateable")
        self.change(crm_object, record, values)
        return {"id": record_id, "success": True, "errors": []}

    def upsert(self, crm_object: str, name: str, values: Json) -> Json:
        """Update or make a record by an external id."""
        if "Id" in values or "id" in values:
            raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", "Id must not be given in an upsert")
        value = values.get(name)
        if not value:
            raise RowError("MISSING_ARGUMENT", f"{name} not specified", name)
        found = [each for each in self.records[crm_object].values() if each[name] == value]
        if found:
            self.check(crm_object, values, "updateable")
            self.change(crm_object, found[0], values)
            return {"id": found[0]["Id"], "success": True, "errors": [], "created": False}
        self.check(crm_object, values, "createable")
        self.change(crm_object, {}, values)
        record_id = self.add(crm_object)
        self.records[crm_object][record_id] |= values
        return {"id": record_id, "success": True, "errors": [], "created": True}

    def one_by_one(self, records: list[Json], write: Callable[[Json], Json]) -> list[Json]:
        """Write records, and answer for each."""
        results = []
        self.writes += len(records)
        for record in records:
            try:
                results.append(write(record))
            except RowError as error:
                results.append({"success": False, "errors": [error.said]})
        return results

    def collection(self, path: list[str], body: Json) -> list[Json]:
        """Take a collection of records: by their ids, or by an external id."""
        records = body["records"]
        if len(records) > BATCH:
            raise ApiError(
                400, "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {BATCH}"
            )
        if body.get("allOrNone") is not False:
            raise ApiError(400, "UNSUPPORTED", "this stand-in takes each record by itself")
        types = [record.pop("attributes", {}).get("type") for record in records]
        if None in types:
            raise ApiError(400, "INVALID_TYPE", "attributes.type is required")
        if not path:
            pairs = iter(types)
            return self.one_by_one(records, lambda record: self.update(next(pairs), record))
        crm_object, name = path
        if set(types) != {crm_object}:
            raise ApiError(400, "INVALID_TYPE", f"all records must be of the type {crm_object}")
        self.check_external_id(crm_object, name)
        return self.one_by_one(records, lambda record: self.upsert(crm_object, name, record))

    def check_external_id(self, crm_object: str, name: str) -> None:
        if not self.fields.get(crm_object, {}).get(name, {}).get("externalId"):
            raise ApiError(404, "NOT_FOUND", f"Provided external ID field does not exist: {name}")

    # --- jobs -------------------------------------------------------------------------------------

    def job(self, request: Request, path: list[str]) -> tuple[int, Any, dict[str, str]]:
        """Take the steps of an ingest job of the Bulk API 2.0."""
        match (request.method, *path):
            case ("POST",):
                body = request.body
                job = {
                    "id": f"7505g{len(self.jobs):010}AAA",
                    "operation": body["operation"],
                    "object": body["object"],
                    "externalIdFieldName": body.get("externalIdFieldName"),
                    "state": "Open",
                    "numberRecordsProcessed": 0,
                    "numberRecordsFailed": 0,
                }
                if job["operation"] == "upsert":
                    self.check_external_id(job["object"], job["externalIdFieldName"] or "")
                self.jobs[job["id"]] = job
                return 200, job, {}
            case ("PUT", job_id, "batches"):
                self.jobs[job_id]["data"] = request.text
                return 201, "", {}
            case ("PATCH", job_id):
                job = self.jobs[job_id]
                job["state"] = request.body["state"]
                if job["state"] == "UploadComplete":
                    self.run(job)
                return 200, shown_job(job), {}
            case ("GET", job_id):
                return 200, shown_job(self.jobs[job_id]), {}
            case ("GET", job_id, ("successfulResults" | "failedResults") as kind):
                return 200, self.jobs[job_id][kind], {}
        raise ApiError(404, "NOT_FOUND", "no such step of a job")

    def run(self, job: Json) -> None:
        """Do what a job says: each row by itself, blank cells change nothing."""
        crm_object, name = job["object"], job["externalIdFieldName"]
        taken, failed = [], []
        rows = list(csv.DictReader(io.StringIO(job["data"])))
        self.writes += len(rows)
        for row in rows:
            values = {
                field: self.read_cell(crm_object, field, text)
                for field, text in row.items()
                if text
            }
            try:
                if job["operation"] == "upsert":
                    said = self.upsert(crm_object, name, values)
                else:
                    said = self.update(crm_object, values)
                created = str(said.get("created", False)).lower()
                taken.append({"sf__Id": said["id"], "sf__Created": created, **row})
            except RowError as error:
                failed.append({"sf__Id": "", "sf__Error": str(error), **row})
        job |= {
            "state": "JobComplete",
            "numberRecordsProcessed": len(rows),
            "numberRecordsFailed": len(failed),
            "successfulResults": to_csv(["sf__Id", "sf__Created", *rows[0]], taken),
            "failedResults": to_csv(["sf__Id", "sf__Error", *rows[0]], failed),
        }

    def read_cell(self, crm_object: str, name: str, text: str) -> Any:
        if text == "#N/A":
            return None
        kind = self.fields[crm_object].get(name, {}).get("type")
        if kind == "boolean":
            return {"true": True, "false": False}.get(text, text)
        return float(text) if kind == "double" else text

    # --- queries ----------------------------------------------------------------------------------

    def query(self, soql: str) -> list[Json]:
        """Answer a query of the few forms that the sync asks."""
        match = re.fullmatch(
            r"SELECT (?P<fields>[\w, ]+) FROM (?P<object>\w+)"
            r"(?: WHERE (?P<where>.+?))?(?P<order> ORDER BY CreatedDate, Id)?",
            soql,
            re.DOTALL,
        )
        if not match or match["object"] not in self.fields:
            raise ApiError(400, "MALFORMED_QUERY", f"unexpected token in {soql[:80]}")
        known = self.fields[match["object"]]
        fields = match["fields"].split(", ")
        for name in fields:
            if name not in known:
                raise ApiError(
                    400,
                    "INVALID_FIELD",
                    f"No such column '{name}' on entity '{match['object']}'. If you are attempting "
                    "to use a custom field, be sure to append the '__c' after the custom field "
                    "name.",
                )
        records = [
            record
            for record in self.records[match["object"]].values()
            if not match["where"] or holds(record, match["where"], known)
        ]
        return [
            {"attributes": {"type": match["object"]}, **{name: record[name] for name in fields}}
            for record in sorted(records, key=lambda each: (each["CreatedDate"], each["Id"]))
        ]

    def page(self, soql: str, start: int) -> Json:
        """Answer a query, or what follows of it."""
        found = self.query(soql)
        answer = {"totalSize": len(found), "records": found[start : start + PAGE]}
        if start + PAGE >= len(found):
            return {**answer, "done": True}
        self.cursors = getattr(self, "cursors", [])
        self.cursors.append((soql, start + PAGE))
        locator = f"01g5g{len(self.cursors) - 1:010}-{start + PAGE}"
        return {**answer, "done": False, "nextRecordsUrl": f"{DATA}query/{locator}"}

    def describe(self, crm_object: str) -> Json:
        """Say which fields an object has for the user that asks."""
        if crm_object not in self.fields:
            raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")
        types = [
            {"developerName": name, "recordTypeId": type_id(name), "available": True}
            for name in (*self.record_types.get(crm_object, []), "Master")
        ]
        return {
            "name": crm_object,
            "fields": list(self.fields[crm_object].values()),
            "recordTypeInfos": types,
        }

    # --- requests ---------------------------------------------------------------------------------

    def token(self, request: Request) -> Json:
        """Give a token to a client that may have one."""
        body = request.body
        match body.get("grant_type"):
            case "client_credentials":
                given = (body.get("client_id"), body.get("client_secret"))
                if given != (CLIENT_ID, CLIENT_SECRET):
                    raise TroubleError(
                        401,
                        {
                            "error": "invalid_client",
                            "error_description": "invalid client credentials",
                        },
                    )
            case "urn:ietf:params:oauth:grant-type:jwt-bearer":
                try:
                    claims = jwt.decode(
                        body["assertion"],
                        self.public_key,
                        algorithms=["RS256"],
                        audience=["https://login.salesforce.com", "https://test.salesforce.com"],
                        options={"require": ["iss", "sub", "aud", "exp"]},
                    )
                except jwt.PyJWTError:
                    claims = {}
                if (claims.get("iss"), claims.get("sub")) != (CLIENT_ID, self.username):
                    said = {"error": "invalid_grant", "error_description": "invalid assertion"}
                    raise TroubleError(400, said)
            case _:
                said = {
                    "error": "unsupported_grant_type",
                    "error_description": "grant type not supported",
                }
                raise TroubleError(400, said)
        token = f"00D5g!stand.in.{len(self.tokens)}"
        self.tokens.add(token)
        return {"access_token": token, "instance_url": self.address, "token_type": "Bearer"}

    def respond(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        """Answer a request, if it may ask; each answer says how much of the day is used."""
        if request.path == "/services/oauth2/token":
            return 200, self.token(request), {}
        if request.headers["Authorization"].removeprefix("Bearer ") not in self.tokens:
            raise ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if self.used >= self.total:
            raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.used += 1
        status, answer, headers = self.answer(request)
        usage = {"Sforce-Limit-Info": f"api-usage={self.used}/{self.total}"}
        return status, answer, headers | usage

    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        """Answer a request that is authorised."""
        path = request.path.removeprefix(DATA).strip("/").split("/")
        match (request.method, *path):
            case ("GET", "query"):
                return 200, self.page(request.query["q"], 0), {}
            case ("GET", "query", locator):
                return 200, self.page(*self.cursors[int(locator[5:15])]), {}
            case ("GET", "sobjects", crm_object, "describe"):
                return 200, self.describe(crm_object), {}
            case ("PATCH", "composite", "sobjects", *rest):
                return 200, self.collection(rest, request.body), {}
            case (_, "jobs", "ingest", *rest):
                return self.job(request, rest)
        raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")

    def is_write(self, request: Request) -> bool:
        return request.method in ("PATCH", "PUT")


def holds(record: Json, where: str, known: dict[str, Json]) -> bool:
    """Whether a record meets conditions that are joined by AND, or by OR in parentheses."""
    tests = list(
        re.finditer(
            r"(?P<name>\w+) (?:(?P<in>IN) \((?P<list>.*?)\)|(?P<like>LIKE) '%(?P<part>.*?)%'"
            r"|= (?P<value>'(?:[^'\\]|\\.)*'|true|false))(?= AND | OR |\)|$)",
            where,
        )
    )
    rest = where
    verdicts = []
    for test in tests:
        name = test["name"]
        if name not in known:
            raise ApiError(400, "INVALID_FIELD", f"No such column '{name}'")
        value = record[name]
        if test["in"]:
            wanted = [unquoted(each) for each in re.findall(r"'(?:[^'\\]|\\.)*'", test["list"])]
            if known[name]["type"] == "reference" and any(
                not ID.fullmatch(each) for each in wanted
            ):
                raise ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {wanted}")
            fold = str if known[name]["type"] == "reference" else str.lower
            wanted = [long_id(each) for each in wanted] if fold is str else wanted
            verdict = value is not None and fold(value) in map(fold, wanted)
        elif test["like"]:
            part = unquoted(f"'{test['part']}'").replace("\\_", "_").replace("\\%", "%")
            verdict = part.lower() in (value or "").lower()
        else:
            wanted = test["value"]
            verdict = value == (wanted == "true" if wanted[0] != "'" else unquoted(wanted))
        verdicts.append(verdict)
        rest = rest.replace(test[0], "?", 1)
    if re.fullmatch(r"\?( AND \?)*", rest):
        return all(verdicts)
    if match := re.fullmatch(r"\((\?(?: OR \?)*)\)( AND \?)*", rest):
        first = match[1].count("?")
        return any(verdicts[:first]) and all(verdicts[first:])
    raise ApiError(400, "MALFORMED_QUERY", f"unexpected token in {where[:80]}")


def unquoted(text: str) -> str:
    """Read a text of SOQL."""
    return re.sub(r"\\(['\"\\])", r"\1", text[1:-1])


def custom(field: ElementTree.Element) -> Json:
    """A field of ours, as the metadata defines it."""
    text = {part.tag.removeprefix(METADATA): part.text for part in field}
    options = [each.text for each in field.iter(f"{METADATA}fullName")][1:]
    return own(
        text["fullName"],
        TYPES[text["type"]],
        int(text.get("length") or 255),
        "|".join(options),
        externalId=text.get("externalId") == "true",
        unique=text.get("unique") == "true",
        restrictedPicklist=text["type"] == "Picklist",
    )


def read_xml(path: Path) -> ElementTree.Element:
    return ElementTree.parse(path).getroot()  # noqa: S314 our own file


def shown_job(job: Json) -> Json:
    hidden = ("data", "successfulResults", "failedResults")
    return {name: value for name, value in job.items() if name not in hidden}


def to_csv(head: list[str], rows: list[Json]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, head, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def type_id(name: str) -> str:
    return long_id(f"0125g{sum(map(ord, name)):010}")


def long_id(known: str) -> str:
    """An id as answers have it: the last three letters say which of the others are capital."""
    if len(known) != 15:
        return known
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    for start in (0, 5, 10):
        bits = "".join("1" if each.isupper() else "0" for each in known[start : start + 5])
        known += signs[int(bits[::-1], 2)]
    return known


def too_many_requests(retry_after: str = "1") -> ApiError:
    """What Salesforce says to those who ask for too much at once."""
    return ApiError(
        403,
        "REQUEST_LIMIT_EXCEEDED",
        "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
        Retry_After=retry_after,
    )


def unavailable(retry_after: str = "1") -> ApiError:
    """What Salesforce says while it is out of order."""
    message = "The server is temporarily unavailable"
    return ApiError(503, "SERVER_UNAVAILABLE", message, Retry_After=retry_after)


def main() -> int:
    """Serve an empty organisation until it is stopped."""
    stand_in = StandIn()
    stand_in.load_manifests()
    stand_in.add("User", Email="rep_01@acme.example", IsActive=True)
    with serve(stand_in, verbose=True) as address:
        wait_for_end(
            f"export SALESFORCE_LOGIN_URL={address} SALESFORCE_CLIENT_ID={CLIENT_ID} "
            f"SALESFORCE_CLIENT_SECRET={CLIENT_SECRET}"
        )
    for name in WRITABLE:
        print(f"{len(stand_in.records[name])} of {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
