"""What a standard finds wrong with a piece of text: a code for programs, a sentence for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `code` is stable and English; `message` is Chinese: what was found, what is allowed."""

    code: str
    message: str


class Refused(ValueError):
    """Raised by functions that cannot return a value: str() is the Chinese message, `.problem` the whole."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(code, message)
