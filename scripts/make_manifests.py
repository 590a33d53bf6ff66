"""Write manifests/: the fields of the sync marts, as HubSpot and Salesforce create them."""

from __future__ import annotations

import shutil
import sys

from build import PROJECT
from crm.contract import read_mart
from crm.manifests import HUBSPOT_TYPES, manifests
from report import run

FOLDER = PROJECT / "manifests"


def write() -> str:
    """Write all manifests anew; what no contract asks for any more is gone."""
    files = manifests({name: read_mart(name) for name in HUBSPOT_TYPES})
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, text in files.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return "\n".join(f"manifests/{name}" for name in files)


if __name__ == "__main__":
    sys.exit(run(write))
