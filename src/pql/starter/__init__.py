"""The starter config that `pql init` writes."""
