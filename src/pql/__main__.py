"""`python -m pql` is the command `pql`."""

from pql.cli import main

raise SystemExit(main())
