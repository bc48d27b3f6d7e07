"""What can go wrong, in words a clerk understands; and the issue, which is how a file's faults are listed."""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum


class BihuanError(Exception):
    """Something the person can mend. The message is plain Chinese and complete in itself."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class NotAllowed(BihuanError):
    """The person may not do or see this."""


class NotFound(BihuanError):
    """There is no such thing, or none that this person may know of."""


class Conflict(BihuanError):
    """Somebody else changed it first; nothing was written."""


class Invalid(BihuanError):
    """Bad input: `problems` names each field with what was found and what is allowed."""

    def __init__(self, message: str, problems: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or {}

    def __str__(self) -> str:
        return "；".join([self.message, *self.problems.values()])


class Level(StrEnum):
    ERROR = "error"
    FUTURE_ERROR = "future error"
    WARNING = "warning"


@dataclass(frozen=True)
class Issue:
    """One fault of a file: where it stands, how bad it is, what it is and what may have been meant."""

    message: str
    file: str = ""
    line: int = 0
    level: Level = Level.ERROR
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file else ""
        hint = f"（{self.hint}）" if self.hint else ""
        return f"{place}{self.level}: {self.message}{hint}"


def did_you_mean(word: str, known: list[str]) -> str:
    """A hint naming the nearest known word, or the empty string."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"你是不是想写“{near[0]}”？" if near else ""
