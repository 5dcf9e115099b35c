"""Errors that a person can act on."""

from __future__ import annotations

import errno


class StageError(Exception):
    """A stage cannot go on. The message says what is wrong and what to do; no traceback is shown."""


def disk_is_full(error: OSError) -> bool:
    """Whether the system refused to write for want of space."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
