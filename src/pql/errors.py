"""The errors that a command shows as a line of text."""


class PqlError(Exception):
    """A mistake in what was asked for or given; its text says what it is and how to fix it.

    Args:
        text: one line.
        details: what there is to know beside, on lines of its own.
    """

    def __init__(self, text: str, details: str = ""):
        super().__init__(text)
        self.details = details


class FailedError(PqlError):
    """Nothing was wrong with what was asked for or given, but it failed: exit code 1, not 2."""
