"""The day whose duties this process knows to be opened: the desk asks no database for it at every visit."""

from datetime import date

_known: set[date] = set()


def is_known(day: date) -> bool:
    """Whether the day's duties were seen to be opened; one that is not known is asked about once."""
    return day in _known


def know(day: date) -> None:
    """Remember a day, and no other."""
    forget()
    _known.add(day)


def forget() -> None:
    """Remember nothing, as a process does when it starts."""
    _known.clear()
