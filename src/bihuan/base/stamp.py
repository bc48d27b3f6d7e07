"""A mark that is never the same twice, for what a process remembers of the database."""

from uuid import uuid4


def fresh_stamp() -> str:
    """A new mark of 32 hexadecimal digits."""
    return uuid4().hex
