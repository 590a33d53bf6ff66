"""Write manifests/: the fields of the sync marts, as HubSpot and Salesforce create them."""

from __future__ import annotations

import shutil

from pql import console, project
from pql.console import Answer
from pql.crm.contract import read_mart
from pql.crm.manifests import (
    HUBSPOT_TYPES,
    SALESFORCE_OBJECTS,
    fields_of,
    manifests,
    salesforce_package,
    zipped,
)
from pql.formatting import counted

FOLDER = "manifests"  # in the project
PACKAGE = "target/salesforce_package.zip"


def write() -> Answer:
    """Write all manifests anew; what no contract asks for any more is gone."""
    marts = {name: read_mart(name) for name in HUBSPOT_TYPES}
    files = manifests(marts)
    folder = project.root() / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    package = project.root() / PACKAGE
    package.parent.mkdir(parents=True, exist_ok=True)
    package.write_bytes(zipped(salesforce_package(marts)))
    return [
        console.heading(f"{FOLDER}: {counted(len(files), 'file')}, and {PACKAGE}, to be deployed"),
        "",
        console.table(
            ("mart", "fields", "HubSpot", "Salesforce"),
            [
                (name, len(fields_of(mart)), HUBSPOT_TYPES[name], SALESFORCE_OBJECTS[name])
                for name, mart in marts.items()
            ],
            numbers=["fields"],
        ),
    ]
