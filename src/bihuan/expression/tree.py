"""The checked tree: every node has its kind, every name is a field, every literal a value.

Whatever renders an expression, be it for an engine or for a reader, works from these nodes alone.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bihuan.expression.names import Kind, Name

Value = str | int | Decimal | date | datetime | bool | None


@dataclass(frozen=True, slots=True)
class Type:
    """For a number: it has `scale` decimal places, and |number| * 10^scale <= bound for every row."""

    kind: Kind
    scale: int = 0
    bound: int = 0


BOOLEAN = Type(Kind.BOOLEAN)
TEXT = Type(Kind.TEXT)
DATE = Type(Kind.DATE)
DATETIME = Type(Kind.DATETIME)
NULL = Type(Kind.NULL)


@dataclass(frozen=True, slots=True)
class Literal:
    """`value` None is NULL; a datetime is in UTC; a DECIMAL is a Decimal, an INTEGER an int."""

    type: Type
    value: Value


@dataclass(frozen=True, slots=True)
class Field:
    type: Type
    name: Name


@dataclass(frozen=True, slots=True)
class Not:
    operand: "Node"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class And:
    operands: tuple["Node", ...]
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Or:
    operands: tuple["Node", ...]
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Compare:
    operator: str  # = <> < <= > >=
    left: "Node"
    right: "Node"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class IsNull:
    operand: "Node"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class In:
    operand: "Node"
    options: tuple["Node", ...]
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Between:
    operand: "Node"
    low: "Node"
    high: "Node"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Like:
    """`%` any text, `_` one character, `\\` before a character means that character."""

    operand: "Node"
    pattern: str
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Arithmetic:
    operator: str  # + - * /
    left: "Node"
    right: "Node"
    type: Type


@dataclass(frozen=True, slots=True)
class Negative:
    operand: "Node"
    type: Type


@dataclass(frozen=True, slots=True)
class Case:
    """`otherwise` is a NULL literal where ELSE was left out."""

    branches: tuple[tuple["Node", "Node"], ...]
    otherwise: "Node"
    type: Type


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `functions.FUNCTIONS`, by name."""

    function: str
    arguments: tuple["Node", ...]
    type: Type


Node = Literal | Field | Not | And | Or | Compare | IsNull | In | Between | Like | Arithmetic | Negative | Case | Call


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes just under this one."""
    match node:
        case Literal() | Field():
            return ()
        case Not(operand) | IsNull(operand) | Like(operand) | Negative(operand):
            return (operand,)
        case And(operands) | Or(operands):
            return operands
        case Compare(_, left, right) | Arithmetic(_, left, right):
            return (left, right)
        case In(operand, options):
            return (operand, *options)
        case Between(operand, low, high):
            return (operand, low, high)
        case Case(branches, otherwise):
            return (*(node for branch in branches for node in branch), otherwise)
        case Call(_, arguments):
            return arguments


@dataclass(frozen=True, slots=True)
class Checked:
    """An expression that may be evaluated, rendered and explained. Only `check.compile_check` makes one."""

    text: str
    tree: Node
    names: frozenset[Name]

    @property
    def kind(self) -> Kind:
        return self.tree.type.kind

    @property
    def scale(self) -> int:
        return self.tree.type.scale
