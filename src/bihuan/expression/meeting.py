"""Brings operands to one kind: a quoted text beside a date is a date, beside a choice it is its code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bihuan.expression import dates, numbers
from bihuan.expression.names import Choice, Kind, Name
from bihuan.expression.problems import Problems, Span, did_you_mean, listing
from bihuan.expression.tree import BOOLEAN, DATE, DATETIME, TEXT, Call, Case, Field, Literal, Node, Type

_ANSWERS = {"是": True, "否": False}


@dataclass(frozen=True, slots=True)
class Part:
    """A checked operand, with what the writer wrote for it."""

    node: Node
    span: Span
    source: str
    is_quoted: bool = False  # a text in quotes, whose kind its neighbours decide

    @property
    def kind(self) -> Kind:
        return self.node.type.kind

    @property
    def written(self) -> str:
        """What stands in the quotes."""
        return str(self.node.value) if isinstance(self.node, Literal) else ""

    @property
    def is_null(self) -> bool:
        return self.kind is Kind.NULL

    def over(self, node: Node) -> "Part":
        """The same place, another meaning."""
        return replace(self, node=node, is_quoted=False)


@dataclass(frozen=True, slots=True)
class _Range:
    """The values a node may take: of choice fields, of literals, and whether there are no others."""

    field: Name | None = None
    choices: tuple[Choice, ...] = ()
    literals: frozenset[str] = frozenset()
    is_closed: bool = True


def bring_together(parts: Sequence[Part], problems: Problems, *, strict: bool = True) -> tuple[Node, ...] | None:
    """The nodes of all parts in one kind; None with a problem reported.

    When `strict`, a quoted text beside a choice must be one of its choices.
    """
    anchor = next((part for part in parts if not part.is_quoted and not part.is_null), None)
    if anchor is None:
        kind = TEXT if any(part.is_quoted for part in parts) else parts[0].node.type
        return tuple(_typed(part.node, kind) for part in parts)
    nodes = []
    for part in parts:
        node = adapt(part, anchor, problems, strict=strict)
        if node is None or not _agree(part, node, anchor, problems):
            return None
        nodes.append(node)
    kinds = [node.type for node in nodes if node.type.kind is not Kind.NULL]
    together = numbers.meeting(*kinds) if anchor.kind.is_number else anchor.node.type
    return tuple(_typed(node, together) for node in nodes)


def _typed(node: Node, kind: Type) -> Node:
    """NULL takes the kind of its neighbours; everything else has its own."""
    if node.type.kind is not Kind.NULL:
        return node
    return Literal(Type(kind.kind, kind.scale, 0), None)


def _agree(part: Part, node: Node, anchor: Part, problems: Problems) -> bool:
    kind, wanted = node.type.kind, anchor.kind
    if kind is wanted or kind is Kind.NULL or (kind.is_number and wanted.is_number):
        return True
    hint = ""
    if {kind, wanted} == {Kind.DATE, Kind.DATETIME}:
        moment = part if kind is Kind.DATETIME else anchor
        hint = f"请写 date({moment.source})，取它的日期"
    elif Kind.TEXTS in {kind, wanted}:
        hint = "多选请用 has(字段, '选项')"
    elif kind.is_number or wanted.is_number:
        hint = "文本转数值用 number(t)，数值转文本用 text(x)"
    message = f"“{anchor.source}” 是{wanted.label}，“{part.source}” 是{kind.label}，不能放在一起"
    problems.add(anchor.span.to(part.span), message, hint)
    return False


def adapt(part: Part, anchor: Part, problems: Problems, *, strict: bool = True) -> Node | None:
    """The part's node, a quoted text turned into what `anchor` is; None with a problem reported."""
    if not part.is_quoted:
        return part.node
    written = part.written
    values = _range_of(anchor.node)
    if values.choices:
        return _adapt_choice(part, written, anchor, values, problems, strict=strict)
    by_kind = _BY_KIND.get(anchor.kind)
    return part.node if by_kind is None else by_kind(part, written, anchor.source, problems)


def adapt_date(part: Part, written: str, _: str, problems: Problems) -> Literal | None:
    day = dates.parse_date(written)
    if day is not None:
        return Literal(DATE, day)
    hint = "日期写成 '2026-01-31' 或 '2026年1月31日'，并且要真有这一天"
    problems.add(part.span, f"'{written}' 不是日期", hint)
    return None


def adapt_datetime(part: Part, written: str, beside: str, problems: Problems) -> Literal | None:
    """`beside` is what the writer compares it with, "" for nothing."""
    moment = dates.parse_datetime(written)
    if moment is not None:
        return Literal(DATETIME, moment)
    hint = "时间写成 '2026-01-31 08:30'"
    if beside and dates.parse_date(written) is not None:
        hint += f"；只比较日期请写 date({beside})"
    problems.add(part.span, f"'{written}' 不是时间", hint)
    return None


def _adapt_answer(part: Part, written: str, beside: str, problems: Problems) -> Literal | None:
    if written in _ANSWERS:
        return Literal(BOOLEAN, _ANSWERS[written])
    problems.add(part.span, f"“{beside}” 只有是和否", "请写 true 或 false")
    return None


def _refuse_quoted_number(part: Part, written: str, beside: str, problems: Problems) -> None:
    problems.add(part.span, f"“{beside}” 是数值，'{written}' 是文本", "数字不要加引号")


_BY_KIND: dict[Kind, Callable[[Part, str, str, Problems], Literal | None]] = {
    Kind.DATE: adapt_date,
    Kind.DATETIME: adapt_datetime,
    Kind.BOOLEAN: _adapt_answer,
    Kind.INTEGER: _refuse_quoted_number,
    Kind.DECIMAL: _refuse_quoted_number,
}


def choices_of(node: Node) -> tuple[Choice, ...]:
    """The choices whose code this node may give."""
    return _range_of(node).choices


def _range_of(node: Node) -> _Range:
    match node:
        case Field(_, name) if name.choices:
            return _Range(name, name.choices)
        case Literal(_, value):
            return _Range(literals=frozenset({value} if isinstance(value, str) else ()))
        case Call("coalesce" | "nullif", arguments):
            return _joined(arguments)
        case Case(branches, otherwise):
            return _joined((*(value for _, value in branches), otherwise))
        case _:
            return _Range(is_closed=False)


def _joined(nodes: tuple[Node, ...]) -> _Range:
    ranges = [_range_of(node) for node in nodes]
    return _Range(
        field=next((found.field for found in ranges if found.field), None),
        choices=tuple(dict.fromkeys(choice for found in ranges for choice in found.choices)),
        literals=frozenset().union(*(found.literals for found in ranges)),
        is_closed=all(found.is_closed for found in ranges),
    )


def _adapt_choice(
    part: Part, written: str, anchor: Part, values: _Range, problems: Problems, *, strict: bool
) -> Literal | None:
    """The literal of the choice's code, whether its code or its title was written."""
    codes = {choice.code for choice in values.choices if written == choice.code}
    codes = codes or {choice.code for choice in values.choices if written == choice.title}
    if len(codes) == 1:
        code = codes.pop()
        return Literal(numbers.integer(abs(int(code))), int(code)) if anchor.kind.is_number else Literal(TEXT, code)
    if len(codes) > 1:
        problems.add(part.span, f"有 {len(codes)} 个选项都叫 “{written}”", f"请改写代码：{listing(sorted(codes))}")
        return None
    if anchor.kind is Kind.TEXT and (written in values.literals or not (strict and values.is_closed)):
        return Literal(TEXT, written)
    titles = [choice.title for choice in values.choices]
    near = did_you_mean(written, [*titles, *(choice.code for choice in values.choices)])
    field = values.field.title if values.field else anchor.source
    hint = f"{near}可选：{listing(titles)}"
    problems.add(part.span, f"“{field}” 没有选项 “{written}”", hint)
    return None


def negative(literal: Literal) -> Literal:
    """-5 is the number minus five, not an operation on five."""
    value = literal.value
    return replace(literal, value=-value if isinstance(value, int | Decimal) else value)
