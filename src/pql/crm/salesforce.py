"""Salesforce: which of its records are whose, what they are to hold, and what became of them.

An account becomes an Account. A person is a Contact, a Lead, or a person account: whoever wrote it
down first says which, and a converted lead's contact wins. New people of an account are Contacts,
others are Leads, for a Contact without an account is seen by its owner alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from simple_salesforce.format import format_soql, soql_escapes, soql_like_escapes

from pql.crm.contract import Column, Mart
from pql.crm.engine import (
    CONTACTS,
    TASKS,
    Company,
    Found,
    Outcome,
    Pair,
    Plan,
    Row,
)
from pql.crm.manifests import SALESFORCE_OBJECTS, api_name, salesforce_type
from pql.crm.salesforce_api import BATCH, DEPLOY, GONE, PREFIXES, SalesforceApi, short_batches
from pql.crm.service import (
    RefusedError,
    one_line,
)
from pql.database import Row as Lead
from pql.errors import PqlError
from pql.formatting import clean, listed

BULK_FROM = 2000  # of more rows, a job of the Bulk API costs fewer requests
BULK_BATCH = 10_000

ID = re.compile(r"[a-zA-Z0-9]{15}([A-Z0-5]{3})?")
# What a link is called, by what it leads from and to. A lead belongs to no account.
LINKS = {
    ("Contact", "Account"): "AccountId",
    ("Task", "Account"): "WhatId",
    ("Task", "Contact"): "WhoId",
    ("Task", "Lead"): "WhoId",
}
NO_COMPANY = "[not provided]"  # as Salesforce itself fills in what a lead must have
NULL = "#N/A"  # in a job of the Bulk API, where a blank cell changes nothing

# What is read of answers; of an object, a name with a question mark may be missing.
ERRORS = [{"statusCode": str, "message?": str, "fields?": [str]}]
WRITTEN = [{"success": bool, "id?": str, "created?": bool, "errors?": ERRORS}]
FIELDS = [{"name": str, "type": str, "updateable": bool, "createable": bool}]
RECORD_TYPES = [{"developerName": str, "recordTypeId": str, "available": bool}]
DESCRIBED = {"fields": FIELDS, "recordTypeInfos": RECORD_TYPES}

KINDS = {
    "Text": {"string"},
    "LongTextArea": {"textarea"},
    "Url": {"url"},
    "Picklist": {"picklist"},
    "Number": {"double", "int"},
    "Checkbox": {"boolean"},
    "Date": {"date"},
    "DateTime": {"datetime"},
}
# What to do about an error of one row, by its code.
FIXES = {
    "INVALID_FIELD": DEPLOY,
    "INVALID_FIELD_FOR_INSERT_UPDATE": "assign the permission set PQL_Sync to the user that syncs",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": (
        "deploy the package of `pql manifests`, and let the record type have the value"
    ),
    "STRING_TOO_LONG": "deploy the package of `pql manifests`",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": (
        "a validation rule of yours; let it pass the user that syncs"
    ),
    "REQUIRED_FIELD_MISSING": "give the field a default, or do not require it of the API",
    "DUPLICATES_DETECTED": (
        "a duplicate rule of yours; name the record in crm_account_id or crm_contact_id, or merge"
    ),
    "DUPLICATE_VALUE": "another record has the key already; merge them",
    "INSUFFICIENT_ACCESS_OR_READONLY": "share the record with the user that syncs",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "share the record it belongs to, too",
    "INACTIVE_OWNER_OR_USER": "give the record an active owner",
    "CANNOT_UPDATE_CONVERTED_LEAD": "the next sync writes to its contact",
    "UNABLE_TO_LOCK_ROW": "somebody else was writing",
}


class Salesforce(SalesforceApi):
    """An organisation of Salesforce, and its records."""

    # --- what is there ----------------------------------------------------------------------------

    def account(self) -> str:
        """Name the organisation, and make sure that it is the one that is meant."""
        asked = "which organisation the token belongs to"
        found = self.query(asked, ("Id", "IsSandbox"), "FROM Organization")
        if len(found) != 1:
            raise self.strange(asked, f"{len(found)} organisations")
        account, is_sandbox = long_id(clean(found[0]["Id"])), bool(found[0]["IsSandbox"])
        if is_sandbox != self.is_sandbox:
            meant, met = ("a sandbox", "none") if self.is_sandbox else ("production", "a sandbox")
            raise PqlError(
                f"SALESFORCE_SANDBOX: the sync is meant for {meant}, and {account} is {met}; set "
                f"it to {str(is_sandbox).lower()}, or log in elsewhere"
            )
        return account

    def check(self, mart: Mart) -> None:
        """Make sure that our fields are there, and that the user may write them."""
        objects = ("Contact", "Lead") if mart.name == CONTACTS else (self.types[mart.name],)
        for crm_object in objects:
            described = self.call(
                f"for the fields of {crm_object}",
                DESCRIBED,
                lambda crm_object=crm_object: getattr(self.client, crm_object).describe(),
            )
            self.described[crm_object] = described
            found = {each["name"]: each for each in described["fields"]}
            problems = [
                problem
                for column in mart.fields
                if (problem := lack(column, found.get(api_name(column))))
            ]
            if problems:
                more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
                raise PqlError(f"Salesforce's {crm_object}: {problems[0]}{more}; {DEPLOY}")
            self.record_type_id(crm_object)
        if mart.name == TASKS and self.queue:
            self.queue_id = self.id_of_queue()

    def id_of_queue(self) -> str:
        """Return the id of the queue that tasks without a known owner go to."""
        found = self.query(
            "for the queue of tasks without an owner",
            ("Id",),
            format_soql("FROM Group WHERE Type = 'Queue' AND DeveloperName = {}", self.queue),
        )
        if not found:
            raise PqlError(
                f"SALESFORCE_TASK_QUEUE: Salesforce has no queue {clean(self.queue)}; name one "
                "that takes tasks, by its API name"
            )
        return found[0]["Id"]

    def record_type_id(self, crm_object: str) -> str:
        """Return the record type of new records; blank: the user's own default."""
        name = self.record_types.get(crm_object, "")
        known = {
            each["developerName"]: each["recordTypeId"]
            for each in self.described[crm_object]["recordTypeInfos"]
            if each["available"]
        }
        if name and name not in known:
            raise PqlError(
                f"SALESFORCE_RECORD_TYPES: {crm_object} has no record type {clean(name)} that the "
                f"user may use; it has {listed(sorted(map(clean, known))) or 'none'}"
            )
        return known.get(name, "")

    def has_person_accounts(self) -> bool:
        """Tell whether an account can be a person here."""
        return any(
            field["name"] == "IsPersonAccount" for field in self.described["Account"]["fields"]
        )

    @staticmethod
    def record_id(mart: str, known: str) -> str:
        """Write an id with 18 letters, which differ in more than case; another CRM's is none."""
        objects = {"Contact", "Lead"} if mart == CONTACTS else {SALESFORCE_OBJECTS[mart]}
        if ID.fullmatch(known) and PREFIXES.get(known[:3]) in objects:
            return long_id(known)
        return ""

    def find(self, plan: Plan) -> Found:
        """Find the records of rows to create, and the contacts of leads that were converted."""
        if plan.mart.name == CONTACTS:
            return self.find_people(plan)
        field = api_name(plan.mart.key)
        keys = [plan.key(lead) for lead in plan.create]
        records = self.query_in(plan.record_type, ("Id", field), field, keys)
        return Found({record[field]: record["Id"] for record in records})

    def find_people(self, plan: Plan) -> Found:
        """Find who is written down as a Contact, as a Lead, or as a person account.

        The key finds a person before the mail address does, and a Contact goes before a Lead.
        """
        field = api_name(plan.mart.key)
        lead_fields = ("Id", field, "Email", "IsConverted", "ConvertedContactId")
        leads_by_id = {plan.record_id(lead): plan.key(lead) for lead in plan.leads}
        known = [each for each in leads_by_id if each.startswith("00Q")]
        moved = {
            leads_by_id[record["Id"]]: record["ConvertedContactId"]
            for record in self.query_in("Lead", lead_fields, "Id", known)
            if record["IsConverted"] and record["ConvertedContactId"]
        }
        keys = {plan.key(lead): lead["email"].lower() for lead in plan.create}
        found = Found(moved=moved)
        for name, values in ((field, keys.keys()), ("Email", keys.values())):
            contacts = self.query_in("Contact", ("Id", field, "Email"), name, values)
            leads = self.query_in("Lead", lead_fields, name, values)
            for key, mail in keys.items():
                wanted = key if name == field else mail
                if key not in found.ids:
                    these = (matching(records, name, wanted) for records in (contacts, leads))
                    tell(found, key, *these)
        if self.has_person_accounts():
            self.turn_to_accounts(found, leads_by_id)
        return found

    def turn_to_accounts(self, found: Found, known: Mapping[str, str]) -> None:
        """Put person accounts in the place of their contacts, which nobody can write to.

        Args:
            found: who was found.
            known: the keys of people, by the ids of their records.
        """
        fields = ("Id", "AccountId", "IsPersonAccount")
        ids = {*known, *found.moved.values(), *found.ids.values()}
        contacts = [each for each in ids if each.startswith("003")]
        accounts = {
            record["Id"]: record["AccountId"]
            for record in self.query_in("Contact", fields, "Id", contacts)
            if record["IsPersonAccount"]
        }
        found.moved |= {known[each]: each for each in accounts if each in known}
        for people in (found.moved, found.ids):
            people |= {key: accounts.get(each, each) for key, each in people.items()}

    def companies_of(self, domains: Collection[str], mart: Mart) -> dict[str, list[Company]]:
        """Return the companies of each domain, by their websites; oldest first."""
        key = api_name(mart.key)
        found: dict[str, list[Company]] = {}
        for batch in short_batches(list(domains)):
            like = " OR ".join(
                f"Website LIKE '%{domain.translate(soql_escapes).translate(soql_like_escapes)}%'"
                for domain in batch
            )
            persons = " AND IsPersonAccount = false" if self.has_person_accounts() else ""
            clauses = f"FROM Account WHERE ({like}){persons} ORDER BY CreatedDate, Id"
            fields = ("Id", "Name", "Website", key)
            for record in self.query("for companies by their websites", fields, clauses):
                domain = domain_of(record["Website"] or "")
                if domain in domains:
                    name, ours = (one_line(record[each] or "") for each in ("Name", key))
                    found.setdefault(domain, []).append(Company(record["Id"], name, ours))
        return found

    def owners(self, wanted: Collection[str]) -> dict[str, str]:
        """Return the ids of active users, by id in both lengths and by mail address."""
        ids = [owner for owner in wanted if ID.fullmatch(owner)]
        mails = [owner for owner in wanted if "@" in owner]
        owners: dict[str, str] = {}
        for name, values in (("Id", ids), ("Email", mails)):
            for user in self.query_in("User", ("Id", "Email", "IsActive"), name, values):
                if user["IsActive"]:
                    names = (user["Id"], user["Id"][:15], user["Email"] or "")
                    owners |= {each.lower(): user["Id"] for each in names if each}
        return owners

    @property
    def unowned(self) -> str:
        """What becomes of a task whose owner is not known."""
        if self.queue_id:
            return f"so in the queue {clean(self.queue)}"
        return "so with the user that syncs (SALESFORCE_TASK_QUEUE names a queue instead)"

    # --- what is sent -----------------------------------------------------------------------------

    def row(
        self,
        plan: Plan,
        lead: Lead,
        owners: Mapping[str, str],
        links: Mapping[str, str],
        *,
        is_new: bool,
    ) -> Row:
        """Say what a record is to hold, and as what it is made."""
        record_id = plan.record_id(lead)
        crm_object = PREFIXES.get(record_id[:3], "")
        if not crm_object:
            is_lead = plan.mart.name == CONTACTS and not lead["account_key"]
            crm_object = "Lead" if is_lead else plan.record_type
        values = {
            api_name(column): None if plan.is_forgotten(lead) else value_of(lead[column.name])
            for column in plan.mart.fields
        }
        values |= {
            api_name(column): False
            for column in plan.mart.fields
            if column.kind == "boolean" and values[api_name(column)] is None
        }
        if plan.mart.name == CONTACTS and crm_object == "Account":  # a person account's contact
            values = {re.sub("__c$", "__pc", name): value for name, value in values.items()}
        for column, name in plan.mart.named_in("salesforce"):
            values[name] = TRANSLATIONS.get(name, value_of)(lead[column.name])
        if "ActivityDate" in values:
            values["ActivityDate"] = values["ActivityDate"] or value_of(lead["created_on"])
        if is_new:
            values |= self.given_once(plan, lead, crm_object, owners, links)
        elif values.get("Status") == "Not Started":
            del values["Status"]
        return Row(plan.key(lead), record_id, plan.key(lead), values, crm_object)

    def given_once(
        self,
        plan: Plan,
        lead: Lead,
        crm_object: str,
        owners: Mapping[str, str],
        links: Mapping[str, str],
    ) -> dict[str, Any]:
        """Return what a record is made with, and never gets again: it is people's to change."""
        values = {
            name: value_of(lead[column.name])
            for column, name in plan.mart.named_in("salesforce_on_create")
        }
        match crm_object:
            case "Account":
                values["Name"] = values["Name"] or lead["domain"] or lead["account_id"]
            case "Contact" | "Lead":
                # The product knows no names; Salesforce makes no person without a last one.
                values["LastName"] = lead["email"].partition("@")[0][:80]
                if crm_object == "Lead":
                    values["Company"] = NO_COMPANY
            case "Task":
                owner = owners.get((values.pop("OwnerId") or "").lower(), self.queue_id)
                values |= {"OwnerId": owner} if owner else {}
        for target in links.values():
            if name := LINKS.get((crm_object, PREFIXES.get(target[:3], ""))):
                values[name] = target
        if str(values.get("WhoId", "")).startswith("00Q"):
            values.pop("WhatId", None)  # a task about a lead is about nothing else
        if record_type := self.record_type_id(crm_object):
            values["RecordTypeId"] = record_type
        return values

    def batch(self, due: int) -> int:
        """Return how many rows are written at once: many, by a job, where many are due."""
        return BULK_BATCH if due > BULK_FROM else BATCH

    def write(self, plan: Plan, rows: Sequence[Row]) -> Outcome:
        """Write a batch of rows, each type of record by itself."""
        outcome = Outcome()
        for crm_object in sorted({row.record_type for row in rows}):
            these = [row for row in rows if row.record_type == crm_object]
            unique = api_name(plan.mart.key)
            way = self.write_by_job if len(these) > BATCH else self.write_at_once
            outcome |= way(crm_object, unique, these)
        return outcome

    def write_at_once(self, crm_object: str, unique: str, rows: Sequence[Row]) -> Outcome:
        """Write at most 200 rows, and have an answer for each.

        What is refused as a whole is cut in halves, until the row that it is about stands alone.
        """
        has_id = bool(rows[0].record_id)
        records = [
            {
                "attributes": {"type": crm_object},
                **({"Id": row.record_id} if has_id else {unique: row.unique_value}),
                **row.properties,
            }
            for row in rows
        ]
        path = "composite/sobjects" + ("" if has_id else f"/{crm_object}/{unique}")
        body = {"allOrNone": False, "records": records}
        try:
            answer = self.call(
                f"to take {len(rows)} of the {crm_object} records",
                WRITTEN,
                lambda: self.client.restful(path, method="PATCH", json=body),
            )
        except RefusedError as refusal:
            if len(rows) == 1 and refusal.is_gone:
                return Outcome(gone={rows[0].key})
            if len(rows) == 1:
                return Outcome(refused={rows[0].key: refusal.problem})
            middle = len(rows) // 2
            halves = (rows[:middle], rows[middle:])
            first, second = (self.write_at_once(crm_object, unique, half) for half in halves)
            return first | second
        outcome = Outcome()
        for row, said in zip(rows, answer, strict=False):
            if said["success"]:
                outcome.written[row.key] = said["id"]
                if said.get("created"):
                    outcome.made.add(row.key)
            else:
                self.note(outcome, row, said.get("errors") or [])
        self.note_silence(outcome, rows)
        return outcome

    def note(self, outcome: Outcome, row: Row, errors: Sequence[Mapping[str, Any]]) -> None:
        """Note why a row was not taken: the field, Salesforce's words, and what to do."""
        codes = [error["statusCode"] for error in errors]
        is_of_a_field = bool(errors) and bool(errors[0].get("fields"))
        if row.record_id and GONE & set(codes[:1]) and not is_of_a_field:
            outcome.gone.add(row.key)
            return
        problems = []
        for error in errors:
            fields = ", ".join(map(clean, error.get("fields") or []))
            code = clean(error["statusCode"])
            about = f"{fields}: " if fields else ""
            fix = f" ({FIXES[code]})" if code in FIXES else ""
            problems.append(f"{about}{code}: {self.said(error.get('message') or '')}{fix}")
        if problems:
            outcome.refused[row.key] = "; ".join(problems)

    def note_silence(self, outcome: Outcome, rows: Sequence[Row]) -> None:
        """Count as refused what no answer is about."""
        known = outcome.written.keys() | outcome.gone | outcome.refused.keys()
        said = "Salesforce does not say what became of it"
        outcome.refused |= {row.key: said for row in rows if row.key not in known}

    def write_by_job(self, crm_object: str, unique: str, rows: Sequence[Row]) -> Outcome:
        """Write many rows by a job of the Bulk API, and read what became of each.

        A job that is begun twice writes to the same records.
        """
        has_id = bool(rows[0].record_id)
        name = "Id" if has_id else unique
        keys = {(row.record_id if has_id else row.unique_value): row for row in rows}
        records = [
            {name: value, **{field: cell(each) for field, each in row.properties.items()}}
            for value, row in keys.items()
        ]

        def run() -> tuple[str, str]:
            bulk = getattr(self.client.bulk2, crm_object)
            if has_id:
                (job,) = bulk.update(records=records, wait=1)
            else:
                (job,) = bulk.upsert(records=records, external_id_field=unique, wait=1)
            job_id = job["job_id"]
            return bulk.get_successful_records(job_id), bulk.get_failed_records(job_id)

        taken, failed = self.call(f"to take {len(rows)} by a job for {crm_object}", tuple, run)
        outcome = Outcome()
        for said in csv.DictReader(io.StringIO(taken)):
            row = keys.get(said.get(name) or said["sf__Id"])
            if row:
                outcome.written[row.key] = said["sf__Id"]
                if said["sf__Created"] == "true":
                    outcome.made.add(row.key)
        for said in csv.DictReader(io.StringIO(failed)):
            row = keys.get(said.get(name, ""))
            if row:
                # such as INVALID_FIELD:the message:the fields --
                code, _, message = said["sf__Error"].partition(":")
                message, _, fields = message.rpartition(":")
                named = [field for field in fields.strip(" -").split(",") if field]
                error = {"statusCode": code, "message": message, "fields": named}
                self.note(outcome, row, [error])
        self.note_silence(outcome, rows)
        return outcome

    def link(self, mart: str, to_mart: str, pairs: Sequence[Pair]) -> set[Pair]:
        """Link records to those they belong to, where they belong to none yet.

        What somebody has linked otherwise stays, and so does what cannot be linked: a lead to an
        account, a task about a lead to anything else.
        """
        linked = set(pairs)
        for one_type, fields in (("Contact", ("AccountId",)), ("Task", ("WhatId", "WhoId"))):
            named = {
                pair: name
                for pair in pairs
                if PREFIXES.get(pair[0][:3]) == one_type
                and (name := LINKS.get((one_type, PREFIXES.get(pair[1][:3], ""))))
            }
            ids = [one for one, _ in named]
            now = {
                record["Id"]: record
                for record in self.query_in(one_type, ("Id", *fields), "Id", ids)
            }
            rows = []
            for (one, other), name in named.items():
                record = now.get(one)
                is_leads = record and any(
                    str(record.get(each) or "").startswith("00Q") for each in fields
                )
                taken = record and (record.get(name) or is_leads)
                is_no_lead = not other.startswith("00Q") or not (record or {}).get("WhatId")
                if record and not taken and is_no_lead:
                    rows.append(Row(f"{one} {other}", one, "", {name: other}, one_type))
            if rows:
                outcome = self.write_at_once(one_type, "", rows)
                linked -= {tuple(key.split()) for key in outcome.refused}
        return linked


# --- what is written ------------------------------------------------------------------------------


def value_of(value: Any) -> Any:
    """Write a value as Salesforce takes it in JSON: nothing clears the field."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return None if value == "" else value


def cell(value: Any) -> str:
    """Write a value as a job of the Bulk API takes it."""
    if value is None:
        return NULL
    return str(value).lower() if isinstance(value, bool) else str(value)


TRANSLATIONS: dict[str, Callable[[Any], Any]] = {
    "Priority": {"high": "High", "medium": "Normal", "low": "Low"}.get,
    "Status": lambda status: "Not Started" if status == "open" else "Completed",
    "ActivityDate": lambda due: due.date().isoformat() if due else None,
}


# --- what is read ---------------------------------------------------------------------------------


def lack(column: Column, found: Mapping[str, Any] | None) -> str:
    """Say what a field lacks of what the manifest asks for; blank if nothing."""
    name, wanted = api_name(column), salesforce_type(column)
    if found is None:
        return f"there is no field {name}, or the user that syncs may not see it"
    if found["type"] not in KINDS[wanted]:
        return f"the field {name} is of type {one_line(found['type'])}, not {wanted}"
    if not (found["updateable"] and found["createable"]):
        return f"the user that syncs may not write the field {name}"
    if column.is_key and not (found.get("externalId") and found.get("unique")):
        return f"the field {name} is no unique external id"
    if wanted in ("Text", "LongTextArea") and found.get("length", 0) < column.max_length:
        return f"the field {name} is shorter than {column.max_length} characters"
    options = {each["value"] for each in found.get("picklistValues") or [] if each.get("active")}
    missing = set(column.values) - options if wanted == "Picklist" else set()
    return f"the field {name} has no value {min(missing)}" if missing else ""


def tell(
    found: Found, key: str, contacts: list[dict[str, Any]], leads: list[dict[str, Any]]
) -> None:
    """Tell which record a person is: the one contact, or the first of the leads."""
    if len(contacts) > 1:
        ids = listed([record["Id"] for record in contacts])
        found.unclear[key] = (
            f"the mail address is that of several contacts, {ids}; merge them, or name the "
            "right one in crm_contact_id"
        )
    elif contacts:
        found.ids[key] = contacts[0]["Id"]
    elif converted := [each for each in leads if each["ConvertedContactId"]]:
        found.ids[key] = converted[0]["ConvertedContactId"]
    elif open_leads := [each for each in leads if not each["IsConverted"]]:
        found.ids[key] = open_leads[0]["Id"]


def matching(records: Sequence[dict[str, Any]], name: str, value: str) -> list[dict[str, Any]]:
    """Return the records that have a value; of mail addresses, case does not matter."""
    fold = str.lower if name == "Email" else str
    return [record for record in records if fold(record[name] or "") == value]


def domain_of(website: str) -> str:
    """Return the domain of a website as people type it: https://www.acme.com/about is acme.com."""
    text = website.strip().lower()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def long_id(known: str) -> str:
    """Return the 18 letters of an id: the last three say which of the others are capital."""
    if len(known) != 15:
        return known
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    places = (
        sum(letter.isupper() << place for place, letter in enumerate(known[start : start + 5]))
        for start in (0, 5, 10)
    )
    return known + "".join(letters[place] for place in places)
