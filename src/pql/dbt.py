"""Run dbt in the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pql import project
from pql.errors import PqlError


def dbt_build(
    variables: dict[str, Any],
    selector: str,
    full_refresh: bool,
    quiet: bool,
    lock: int,
    **env: str,
) -> int:
    """Run ``dbt build`` in the project and return its exit code.

    Args:
        variables: vars over those of dbt_project.yml.
        selector: the part to build, as selectors.yml names it; blank: everything.
        full_refresh: whether incremental models start afresh.
        quiet: show what dbt prints only if it fails.
        lock: a file descriptor that dbt holds open, too.
        env: environment variables over those of this process.
    """
    command = [str(Path(sys.executable).with_name("dbt")), "build", "--profiles-dir", "."]
    if variables:
        command += ["--vars", json.dumps(variables)]
    if selector:
        command += ["--selector", selector]
    if full_refresh:
        command.append("--full-refresh")
    output = subprocess.PIPE if quiet else None
    try:
        result = subprocess.run(
            command,
            cwd=project.root(),
            env=os.environ | env,
            stdout=output,
            pass_fds=[lock],
            check=False,
        )
    except FileNotFoundError:
        raise PqlError(
            f"there is no dbt beside {sys.executable}; run `make build`, or install "
            "requirements.txt there"
        ) from None
    if quiet and result.returncode:
        sys.stdout.buffer.write(result.stdout)
    return result.returncode
