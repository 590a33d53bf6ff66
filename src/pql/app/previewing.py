"""Run `pql preview` in a process of its own, see how far it is, and end it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pql import project
from pql.app.shared import without_folders
from pql.commands.config import save
from pql.commands.preview import FOLDER, own_folder
from pql.config_files import CONFIG_FILES
from pql.dbt import COLOUR, STEP

SIDES = ("current", "proposed")


class Progress(NamedTuple):
    """How far a preview is: a share of all, and what it does now."""

    share: float
    words: str


class Preview:
    """A preview that was started."""

    def __init__(self, files: Mapping[str, bytes], raw: str, against: str = "") -> None:
        self.folder, self.lock = own_folder()  # for as long as this is shown
        config = self.folder / "config"
        save(config, {name: files[name] for name in CONFIG_FILES})
        self.log = self.folder / "preview.log"
        command = [sys.executable, "-m", "pql", "preview", "--evaluate"]
        command += ["--config", str(config)]
        command += ["--raw", raw] if raw else []
        command += ["--against", against] if against else []
        self.dbt_log = self.folder / "logs"
        env = os.environ | {
            "DBT_LOG_PATH": str(self.dbt_log),
            FOLDER: str(self.folder),
            "PYTHONUNBUFFERED": "1",
        }
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                cwd=project.root(),
                env=env,
                stdout=out,
                stderr=subprocess.STDOUT,
                pass_fds=(self.lock.fileno(),),  # it keeps the folder although nobody looks on
            )

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self.process.poll() is None

    @property
    def has_failed(self) -> bool:
        """Whether it ended without an answer."""
        return self.process.poll() not in (None, 0)

    def databases(self) -> tuple[Path, Path]:
        """Return the two databases that it compares."""
        return self.folder / "current.duckdb", self.folder / "proposed.duckdb"

    def stop(self) -> None:
        """End it, with dbt, which it ends in turn."""
        self.process.terminate()
        self.process.wait(timeout=30)
        self.leave()

    def leave(self) -> None:
        """Leave its folder to the next."""
        self.lock.close()

    def progress(self) -> Progress:
        """Say how far it is."""
        said = self.said()
        side = 1 if "building the proposed config" in said else 0
        share, words = 0.0, "reading the project"
        log = self.dbt_log / "build.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        for line in reversed(lines):
            if step := STEP.match(COLOUR.sub("", line).partition("  ")[2]):
                share = int(step["number"]) / int(step["total"])
                words = step["name"]
                break
        return Progress((side + share) / 2, f"{SIDES[side]} config: {words}")

    def said(self) -> str:
        """Return what it printed."""
        return COLOUR.sub("", self.log.read_text(errors="replace")) if self.log.exists() else ""

    def trouble(self) -> str:
        """Return what went wrong, without folders of this machine."""
        return without_folders(self.said().strip())
