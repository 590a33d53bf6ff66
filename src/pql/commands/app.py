"""Open the workbench: Streamlit, on this machine alone, on the database of the last build."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

from streamlit.web import cli  # says at once where it is not installed

from pql.config_files import config_files
from pql.database import opened
from pql.project import database_path

ENTRY = Path(__file__).parents[1] / "app" / "main.py"
OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "server.fileWatcherType": "none",
    "server.enableStaticServing": "false",
    "theme.base": "light",
    "theme.primaryColor": "#0072b2",
    "theme.font": "sans-serif",
}


def app(raw: Path | None, config: Path, host: str, port: int, open_browser: bool) -> None:
    """Check that there is something to show, and serve the pages until one is told to stop."""
    config_files(config)
    with opened(database_path()):
        pass
    os.environ["PQL_APP_RAW"] = str(raw.resolve()) if raw else ""
    os.environ["PQL_APP_CONFIG"] = str(config.resolve())
    # Meanwhile the checks of the config are compiled, for the page Definitions.
    warm = (
        "from pql.config_checks import compiled_checks, fingerprint; compiled_checks(fingerprint())"
    )
    subprocess.Popen([sys.executable, "-c", warm], stdout=subprocess.DEVNULL)
    Thread(target=import_pages, daemon=True).start()
    options = OPTIONS | {
        "server.address": host,
        "server.port": str(port),
        "server.headless": str(not open_browser).lower(),
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    cli.main(["run", str(ENTRY), *flags], prog_name="streamlit")


def import_pages() -> None:
    """Import what the pages need while the browser opens, which then need not wait for it."""
    import pyarrow  # noqa: F401 by the first table

    from pql.app import data, definitions, lead, leads, review  # noqa: F401
