"""The one kind of error that a command shows as a line of text."""


class PqlError(Exception):
    """A mistake in what was asked for or given; its text says what it is and how to fix it."""
