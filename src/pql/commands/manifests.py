"""Write manifests/: the fields of the sync marts, as HubSpot and Salesforce create them."""

from __future__ import annotations

import shutil

from pql import project
from pql.crm.contract import read_mart
from pql.crm.manifests import HUBSPOT_TYPES, manifests

FOLDER = "manifests"  # in the project


def write() -> str:
    """Write all manifests anew; what no contract asks for any more is gone."""
    files = manifests({name: read_mart(name) for name in HUBSPOT_TYPES})
    folder = project.root() / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return "\n".join(f"{FOLDER}/{name}" for name in files)
