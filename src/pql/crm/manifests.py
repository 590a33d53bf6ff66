"""Make the files that create our fields in a CRM, from the contracts of the sync marts.

A HubSpot file is the body of a request to its properties API. The Salesforce files are a package of
metadata, as its command line and its Workbench deploy it.
"""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Mapping
from typing import Any

from pql.crm.contract import Column, Mart
from pql.errors import PqlError

# The records of a sync mart, as each CRM calls them.
HUBSPOT_TYPES = {
    "sync_crm_accounts": "companies",
    "sync_crm_contacts": "contacts",
    "sync_crm_tasks": "tasks",
}
SALESFORCE_OBJECTS = {
    "sync_crm_accounts": "Account",
    "sync_crm_contacts": "Contact",
    "sync_crm_tasks": "Task",
}

# The fields of each mart, by the object that has them: people are contacts, or leads before.
SALESFORCE_HOLDERS = (
    ("sync_crm_accounts", "Account"),
    ("sync_crm_contacts", "Contact"),
    ("sync_crm_contacts", "Lead"),
    ("sync_crm_tasks", "Task"),
)
# What people write on a task, and no sync does: it comes back as lead_responses.
RESPONSES = (
    Column(
        "response",
        "text",
        "What you make of the lead: accepted, working, rejected (not a fit) or recycled (later). "
        "The sync never writes it; it comes back with the next build.",
        ("accepted", "working", "rejected", "recycled"),
        {"crm_field": True},
    ),
    Column("response_reason", "text", "Why, in your words.", (), {"crm_field": True}),
    Column(
        "snooze_until", "date", "Until when the lead shall not come back.", (), {"crm_field": True}
    ),
)

HUBSPOT_GROUP = {"name": "pql", "label": "Product-qualified leads"}
HUBSPOT_KINDS = {
    "text": ("string", "text"),
    "integer": ("number", "number"),
    "decimal": ("number", "number"),
    "boolean": ("bool", "booleancheckbox"),
    "date": ("date", "date"),
    "time": ("datetime", "date"),
}

SALESFORCE_KINDS = {
    "integer": "Number",
    "decimal": "Number",
    "boolean": "Checkbox",
    "date": "Date",
    "time": "DateTime",
}
METADATA = "http://soap.sforce.com/2006/04/metadata"
API_VERSION = "62.0"
LONGEST_API_NAME = 40
LONGEST_TEXT_FIELD = 255
LONGEST_HELP = 510
# Fields that come by metadata are seen by nobody until a permission set grants them.
PERMISSION_SETS = {
    "PQL_Sync": ("PQL sync", "Writes the fields of product-qualified leads.", True),
    "PQL_Reader": ("PQL reader", "Reads the fields of product-qualified leads.", False),
}

Parts = list[tuple[str, "str | Parts"]]


def manifests(marts: Mapping[str, Mart]) -> dict[str, str]:
    """Return the text of every manifest by its path."""
    files = {"hubspot/group.json": to_json(HUBSPOT_GROUP)}
    for name, record_type in HUBSPOT_TYPES.items():
        properties = [hubspot_property(column) for column in fields_of(marts[name])]
        files[f"hubspot/{record_type}.json"] = to_json({"inputs": properties})
    files["salesforce/fields.csv"] = salesforce_table(marts)
    for path, text in salesforce_package(marts).items():
        files[f"salesforce/package/{path}"] = text
    return files


# --- HubSpot --------------------------------------------------------------------------------------


def fields_of(mart: Mart) -> tuple[Column, ...]:
    """Return the fields that a CRM has for a mart: those that are synced, and people's answers."""
    return (*mart.fields, *RESPONSES) if mart.name == "sync_crm_tasks" else mart.fields


def hubspot_property(column: Column) -> dict[str, Any]:
    """Define a property as the properties API takes it."""
    kind, form = HUBSPOT_KINDS[column.kind]
    options = [(value, sentence(value)) for value in column.values]
    if options:
        kind, form = "enumeration", "select"
    elif column.kind == "boolean":
        options = [("true", "Yes"), ("false", "No")]
    elif column.max_length > LONGEST_TEXT_FIELD:
        form = "textarea"
    definition = {
        "name": column.field,
        "label": column.label,
        "description": column.description,
        "groupName": HUBSPOT_GROUP["name"],
        "type": kind,
        "fieldType": form,
        "hasUniqueValue": column.is_key,
        "formField": False,
    }
    if options:
        definition["options"] = [
            {"label": label, "value": value, "displayOrder": order, "hidden": False}
            for order, (value, label) in enumerate(options)
        ]
    return definition


# --- Salesforce -----------------------------------------------------------------------------------


def salesforce_package(marts: Mapping[str, Mart]) -> dict[str, str]:
    """Make a package of metadata: our fields on each object, and who may read and write them."""
    files = {}
    fields = []
    for name, crm_object in SALESFORCE_HOLDERS:
        # The fields of tasks are defined on what tasks and events share, yet granted on tasks.
        holder = "Activity" if crm_object == "Task" else crm_object
        columns = fields_of(marts[name])
        definitions: Parts = [("fields", salesforce_field(column)) for column in columns]
        files[f"objects/{holder}.object"] = to_xml("CustomObject", definitions)
        fields += [(holder, crm_object, api_name(column)) for column in columns]
    answers = {api_name(column) for column in RESPONSES}
    for name, (label, description, editable) in PERMISSION_SETS.items():
        grants: Parts = [
            (
                "fieldPermissions",
                [
                    ("editable", str(editable or field in answers).lower()),
                    ("field", f"{crm_object}.{field}"),
                    ("readable", "true"),
                ],
            )
            for _, crm_object, field in fields
        ]
        parts: Parts = [("description", description), *grants, ("label", label)]
        files[f"permissionsets/{name}.permissionset"] = to_xml("PermissionSet", parts)
    members = {
        "CustomField": [f"{holder}.{field}" for holder, _, field in fields],
        "PermissionSet": list(PERMISSION_SETS),
    }
    types: Parts = [
        ("types", [*(("members", member) for member in names), ("name", kind)])
        for kind, names in members.items()
    ]
    files["package.xml"] = to_xml("Package", [*types, ("version", API_VERSION)])
    return files


def zipped(package: Mapping[str, str]) -> bytes:
    """Pack a package of metadata as it is deployed: the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted(package.items()):
            archive.writestr(zipfile.ZipInfo(path), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def salesforce_field(column: Column) -> Parts:
    """Define a field as the metadata API takes it."""
    parts: Parts = [
        ("fullName", api_name(column)),
        ("description", column.description),
        ("externalId", str(column.is_key).lower()),
        ("inlineHelpText", shortened(column.description, LONGEST_HELP)),
        ("label", shortened(column.label, LONGEST_API_NAME)),
        ("type", salesforce_type(column)),
    ]
    match salesforce_type(column):
        case "Text":
            parts.append(("length", str(column.max_length)))
        case "LongTextArea":
            parts += [("length", str(column.max_length)), ("visibleLines", "6")]
        case "Number":
            scale = 2 if column.kind == "decimal" else 0
            parts += [("precision", "18"), ("scale", str(scale))]
        case "Checkbox":
            parts.append(("defaultValue", "false"))
        case "Picklist":
            parts.append(("valueSet", picklist(column.values)))
    if column.is_key:
        parts += [("unique", "true"), ("caseSensitive", "true")]
    # the schema of metadata wants its elements in this order
    return [parts[0], *sorted(parts[1:], key=lambda part: part[0])]


def salesforce_type(column: Column) -> str:
    """Name the type of field that holds a column."""
    if column.values:
        return "Picklist"
    if column.kind == "text":
        if column.max_length > LONGEST_TEXT_FIELD:
            return "LongTextArea"
        return "Url" if column.name.endswith("_url") else "Text"
    return SALESFORCE_KINDS[column.kind]


def picklist(values: tuple[str, ...]) -> Parts:
    """List the values of an enumeration; a restricted one takes no others."""
    options: Parts = [
        ("value", [("fullName", value), ("default", "false"), ("label", sentence(value))])
        for value in values
    ]
    return [
        ("restricted", "true"),
        ("valueSetDefinition", [("sorted", "false"), *options]),
    ]


def api_name(column: Column) -> str:
    """Name a field as Salesforce does."""
    name = f"{column.field}__c"
    if len(name) > LONGEST_API_NAME:
        raise PqlError(
            f"{column.name}: {name} is longer than the {LONGEST_API_NAME} characters that "
            "Salesforce allows; shorten the column"
        )
    return name


def salesforce_table(marts: Mapping[str, Mart]) -> str:
    """List the fields for people who map columns by hand."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow("mart column object field label type length external_id values".split())
    for name, crm_object in SALESFORCE_HOLDERS:
        for column in fields_of(marts[name]):
            kind = salesforce_type(column)
            length = column.max_length if kind in ("Text", "LongTextArea") else ""
            external_id = "yes" if column.is_key else ""
            values = "|".join(column.values)
            row = (name, column.name, crm_object, api_name(column), column.label, kind)
            writer.writerow((*row, length, external_id, values))
    return buffer.getvalue()


# --- text -----------------------------------------------------------------------------------------


def sentence(value: str) -> str:
    """Write a value as people read it: sales_assisted is Sales assisted."""
    return value.replace("_", " ").capitalize()


def shortened(text: str, length: int) -> str:
    """Cut a text that is too long."""
    return text if len(text) <= length else f"{text[: length - 3].rstrip()}..."


def to_json(value: Any) -> str:
    """Write a value as JSON that people can read."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def to_xml(tag: str, parts: Parts) -> str:
    """Write metadata as XML."""
    root = ET.Element(tag, xmlns=METADATA)
    fill(root, parts)
    ET.indent(root, "    ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def fill(parent: ET.Element, parts: Parts) -> None:
    """Add named parts, each of which is a text or has parts itself."""
    for tag, value in parts:
        child = ET.SubElement(parent, tag)
        if isinstance(value, str):
            child.text = value
        else:
            fill(child, value)
