"""The manifests are what the contracts say, and what each CRM takes."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import hubspot
import pytest
import yaml
from conftest import PROJECT
from hubspot_stand_in import TOKEN, StandIn
from lxml import etree
from stand_in import serve

from pql.crm.contract import CONTRACT, read_column, read_mart
from pql.crm.manifests import (
    HUBSPOT_TYPES,
    METADATA,
    RESPONSES,
    api_name,
    manifests,
    salesforce_field,
    salesforce_package,
    zipped,
)
from pql.errors import PqlError

FOLDER = PROJECT / "manifests"
PACKAGE = FOLDER / "salesforce" / "package"
MARTS = {name: read_mart(name) for name in HUBSPOT_TYPES}
TAG = f"{{{METADATA}}}"


def test_manifests_are_those_of_the_contracts():
    made = manifests(MARTS)
    found = {
        path.relative_to(FOLDER).as_posix(): path.read_text()
        for path in FOLDER.rglob("*")
        if path.is_file()
    }
    assert found == made, "run `make manifests`"


def test_hubspot_creates_the_properties():
    stand_in = StandIn()
    with serve(stand_in) as address:
        client = hubspot.Client.create(access_token=TOKEN, host=address)
        group = json.loads((FOLDER / "hubspot" / "group.json").read_text())
        for name in HUBSPOT_TYPES.values():
            body = json.loads((FOLDER / "hubspot" / f"{name}.json").read_text())
            client.crm.properties.groups_api.create(name, group)
            client.crm.properties.batch_api.create(name, body)
            assert {each["name"] for each in body["inputs"]} <= stand_in.properties[name].keys()
            unique = [each["name"] for each in body["inputs"] if each["hasUniqueValue"]]
            assert len(unique) == 1


def test_salesforce_names_are_unique_and_short():
    for mart in MARTS.values():
        names = [api_name(column) for column in mart.fields]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"pql_[a-z0-9]+(_[a-z0-9]+)*__c", name) for name in names)
        assert max(map(len, names)) <= 40
        labels = [column.label for column in mart.fields]
        assert len(set(labels)) == len(labels)
        assert max(map(len, labels)) <= 40


def read_xml(path):
    return ElementTree.parse(path)  # noqa: S314 - our own file


def test_the_salesforce_package_is_whole():
    listed = {
        kind.findtext(f"{TAG}name"): {member.text for member in kind.findall(f"{TAG}members")}
        for kind in read_xml(PACKAGE / "package.xml").findall(f"{TAG}types")
    }
    defined = {
        f"{path.stem}.{field.findtext(f'{TAG}fullName')}"
        for path in PACKAGE.glob("objects/*.object")
        for field in read_xml(path).findall(f"{TAG}fields")
    }
    assert listed["CustomField"] == defined
    assert listed["PermissionSet"] == {path.stem for path in PACKAGE.glob("permissionsets/*")}
    for path in PACKAGE.glob("permissionsets/*"):
        granted = {
            field.findtext(f"{TAG}field").replace("Task.", "Activity.")
            for field in read_xml(path).findall(f"{TAG}fieldPermissions")
        }
        assert granted == defined


def test_each_object_has_one_external_id():
    with (FOLDER / "salesforce" / "fields.csv").open() as file:
        rows = list(csv.DictReader(file))
    keys = [(row["object"], row["column"]) for row in rows if row["external_id"]]
    assert keys == [
        ("Account", "account_key"),
        ("Contact", "contact_key"),
        ("Lead", "contact_key"),
        ("Task", "task_key"),
    ]


def test_the_salesforce_package_is_what_the_schema_of_metadata_takes():
    schema = etree.XMLSchema(etree.parse(Path(__file__).with_name("metadata.xsd")))
    packed = zipfile.ZipFile(io.BytesIO(zipped(salesforce_package(MARTS))))
    for name in packed.namelist():
        schema.assertValid(etree.fromstring(packed.read(name)))
    assert {name: packed.read(name).decode() for name in packed.namelist()} == {
        path.relative_to(PACKAGE).as_posix(): path.read_text()
        for path in PACKAGE.rglob("*")
        if path.is_file()
    }
    # the schema does refuse what is none
    wrong = packed.read("objects/Account.object").replace(b"<type>Text<", b"<type>Word<", 1)
    assert not schema.validate(etree.fromstring(wrong))


def test_people_may_write_their_answers_and_nothing_else():
    grants = read_xml(PACKAGE / "permissionsets" / "PQL_Reader.permissionset")
    editable = {
        grant.findtext(f"{TAG}field")
        for grant in grants.findall(f"{TAG}fieldPermissions")
        if grant.findtext(f"{TAG}editable") == "true"
    }
    assert editable == {f"Task.{api_name(column)}" for column in RESPONSES}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ({"data_type": "string"}, {"type": "Text", "length": "255"}),
        (
            {"data_type": "string", "config": {"meta": {"max_length": 2000}}},
            {"type": "LongTextArea", "length": "2000"},
        ),
        ({"data_type": "decimal(18, 2)"}, {"type": "Number", "precision": "18", "scale": "2"}),
        ({"data_type": "integer"}, {"type": "Number", "scale": "0"}),
        ({"data_type": "boolean"}, {"type": "Checkbox", "defaultValue": "false"}),
        ({"data_type": "timestamp"}, {"type": "DateTime"}),
        (
            {"data_type": "string", "config": {"meta": {"crm_key": True}}},
            {"externalId": "true", "unique": "true", "caseSensitive": "true"},
        ),
    ],
)
def test_salesforce_fields_hold_what_the_column_holds(column, expected):
    field = dict(salesforce_field(read_column({"name": "x", "description": "", **column}, {})))
    assert {name: field[name] for name in expected} == expected


def test_a_name_that_salesforce_does_not_take_is_one_line():
    column = read_column({"name": "a" * 34, "description": "", "data_type": "string"}, {})
    with pytest.raises(PqlError, match="longer than the 40 characters"):
        api_name(column)


def test_exposures_name_the_keys_of_the_contracts():
    path = PROJECT / "models" / "marts" / "crm_sync" / "_crm_sync__exposures.yml"
    keys = {
        re.fullmatch(r"ref\('(\w+)'\)", each["depends_on"][0])[1]: each["config"]["meta"][
            "primary_key"
        ]
        for each in yaml.safe_load(path.read_text())["exposures"]
    }
    names = [model["name"] for model in yaml.safe_load((PROJECT / CONTRACT).read_text())["models"]]
    assert keys == {name: read_mart(name).key.name for name in names}
