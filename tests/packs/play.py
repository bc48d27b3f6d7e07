"""One matter played: who does which verb, and what the form is given."""

from dataclasses import dataclass, field
from typing import Any

Fields = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """A verb by a login, with what its form is given."""

    login: str
    verb: str
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True)
class Play:
    """A ledger's matter: how it opens, its acts in order, who of the unit asks for more time, and where it ends.

    A `variant` is another way through the same loop.
    """

    ledger: str
    opening: Fields
    acts: tuple[Act, ...]
    asker: str
    ends: str
    variant: str = ""

    @property
    def name(self) -> str:
        return f"{self.ledger} {self.variant}".strip()

    @property
    def office(self) -> str:
        """Who judges and dispatches in the owning bureau."""
        return "shenji" if self.ledger.startswith("audit.") else "chengguanshen"
