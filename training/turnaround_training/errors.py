"""Errors that a person can act on."""


class StageError(Exception):
    """A stage cannot go on. The message says what is wrong and what to do; no traceback is shown."""
