"""The commands of `pql`, one file each."""
