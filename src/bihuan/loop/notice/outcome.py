"""What became of an attempt to send."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sent:
    """Taken over by the other side."""


@dataclass(frozen=True)
class Later:
    """Not taken, and surely not: it may be tried again."""

    why: str


@dataclass(frozen=True)
class Refused:
    """Not taken, and trying again would change nothing."""

    why: str


@dataclass(frozen=True)
class Unsure:
    """Cut off in the middle: it may have arrived, and so is not sent again by itself."""

    why: str


Outcome = Sent | Later | Refused | Unsure
