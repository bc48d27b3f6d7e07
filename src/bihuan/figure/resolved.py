"""What a figure's definition means once every name in it is found: immutable, typed, ready to be planned."""

from dataclasses import dataclass, field
from fractions import Fraction

from bihuan.expression import Checked, Kind, Name
from bihuan.figure.measure import Function
from bihuan.figure.names import LedgerView, asks_the_day
from bihuan.figure.spec import FigureSpec

Code = str
"""A figure's full id, pack and all."""


@dataclass(frozen=True)
class Stock:
    """Records as they were at the end of the period, or at the instant asked if that is earlier."""


@dataclass(frozen=True)
class Flow:
    """Records as they are at the instant asked whose field lies in the period.

    `field` is a day, an instant, a month (`2026-03`) or, as a whole number, a year.
    """

    field: Name

    @property
    def is_year(self) -> bool:
        return self.field.kind is Kind.INTEGER

    @property
    def is_month(self) -> bool:
        return self.field.kind is Kind.TEXT


@dataclass(frozen=True)
class Base:
    """A figure over the records of one ledger. `factor` brings its raw value into the figure's unit of measure."""

    code: Code
    spec: FigureSpec = field(repr=False)
    view: LedgerView = field(repr=False)
    where: Checked | None
    function: Function
    operand: Checked | None
    time: Stock | Flow
    factor: Fraction = Fraction(1)

    @property
    def uses_clock(self) -> bool:
        """Whether the day asked changes what it counts, apart from the records themselves."""
        return any(checked and asks_the_day(checked) for checked in (self.where, self.operand))


@dataclass(frozen=True)
class Doubled:
    """How many values of a field occur more than once, within a ledger or over several."""

    code: Code
    spec: FigureSpec = field(repr=False)
    places: tuple[tuple[LedgerView, Name], ...]

    @property
    def scale(self) -> int:
        """The decimal places in which the values of all fields are compared: 1.5 is 1.50."""
        return max((name.scale for _, name in self.places), default=0)


@dataclass(frozen=True)
class UnitCount:
    """How many units of a kind stand under a unit on the day."""

    code: Code
    spec: FigureSpec = field(repr=False)
    unit_kind: str


@dataclass(frozen=True)
class External:
    """A value that people enter, with its source and its date."""

    code: Code
    spec: FigureSpec = field(repr=False)


@dataclass(frozen=True)
class Derived:
    """A figure made of others: `kind` says how, `parts` are their ids in the order of the definition.

    `factor` brings the first part (for a ratio the quotient) into the figure's unit; `factors` each part of a
    difference. `formula` is over the names of `with`.
    """

    code: Code
    spec: FigureSpec = field(repr=False)
    kind: str
    parts: tuple[Code, ...]
    factors: tuple[Fraction, ...] = ()
    formula: Checked | None = None


Resolved = Base | Doubled | UnitCount | External | Derived
