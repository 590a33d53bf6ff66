"""The command `pql`."""

from __future__ import annotations

import importlib
import sys

COMMANDS = (
    "build", "show", "explain", "preview", "new-version", "suggest", "review", "init", "sync",
    "manifests",
)  # fmt: skip


def main() -> int:
    """Run the command that is named first."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in COMMANDS:
        print(f"usage: pql {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    return importlib.import_module(f"pql.commands.{name.replace('-', '_')}").main(sys.argv[2:])
