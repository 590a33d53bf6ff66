"""Print what a command has to say."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from pql.errors import PqlError


def run(job: Callable[[], str]) -> int:
    """Print what a job has to say; return 2 for a mistake in what was asked for or given."""
    sys.stdout.reconfigure(errors="replace")
    try:
        print(job(), flush=True)
    except PqlError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read it has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
