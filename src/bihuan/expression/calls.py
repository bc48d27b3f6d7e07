"""Checks one call of a function against the fixed list."""

from collections.abc import Sequence

from bihuan.expression import numbers
from bihuan.expression.functions import ABSENT, ELSEWHERE, FUNCTIONS, Function, Parameter
from bihuan.expression.meeting import Part, adapt, adapt_date, bring_together, choices_of
from bihuan.expression.names import Kind
from bihuan.expression.problems import Problems, Span, did_you_mean, listing
from bihuan.expression.tree import DATE, Call, Literal, Node


def find_function(word: str, span: Span, problems: Problems) -> Function | None:
    name = word.lower()
    function = FUNCTIONS.get(name)
    if function is None:
        if name in ELSEWHERE:
            hint = f"请用 {FUNCTIONS[ELSEWHERE[name]].signature}"
        else:
            hint = ABSENT.get(name) or did_you_mean(name, FUNCTIONS)
        problems.add(span, f"没有函数 “{word}”", hint or f"可用的函数：{listing(FUNCTIONS, limit=40)}")
    return function


def check_call(function: Function, parts: Sequence[Part | None], span: Span, problems: Problems) -> Node | None:
    """The call's node; None with a problem reported (a part that is None has had its own)."""
    if not function.takes(len(parts)):
        problems.add(span, f"{function.name} 的参数个数不对，写了 {len(parts)} 个", f"请写成 {function.signature}")
        return None
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if function.meets:
        arguments = _meeting_arguments(function, known, span, problems)
    elif function.name == "has":
        arguments = _has_arguments(known, problems)
    else:
        checked = [_argument(function, index, part, problems) for index, part in enumerate(known)]
        arguments = None if None in checked else tuple(node for node in checked if node is not None)
    if arguments is None:
        return None
    if function.name == "date" and arguments[0].type.kind is Kind.DATE:
        return arguments[0]
    return Call(function.name, arguments, function.result(arguments))


def _argument(function: Function, index: int, part: Part, problems: Problems) -> Node | None:
    parameter = function.parameter(index)
    if part.is_quoted and Kind.DATE in parameter.kinds and Kind.TEXT not in parameter.kinds:
        return adapt_date(part, part.written, "", problems)
    if parameter.fixed is not None:
        return _fixed(function, parameter, parameter.fixed, part, problems)
    if part.kind is Kind.DATETIME and parameter.from_datetime:
        return Call("date", (part.node,), DATE)
    if not _is_welcome(function, parameter, part, problems):
        return None
    return part.node


def _is_welcome(function: Function, parameter: Parameter, part: Part, problems: Problems) -> bool:
    if part.kind not in parameter.kinds:
        wanted = "、".join(kind.label for kind in Kind if kind in parameter.kinds)
        message = f"{function.signature} 的“{parameter.title}”要{wanted}，“{part.source}” 是{part.kind.label}"
        problems.add(part.span, message, _kind_hint(part, parameter))
        return False
    if choices_of(part.node) and part.kind is Kind.TEXT and not parameter.choice_code:
        message = f"“{part.source}” 是选项，不能用在 {function.name} 里"
        problems.add(part.span, message, "选项请用 =、<> 或 in 比较；确实要用它的代码请写 text(…)")
        return False
    return True


def _kind_hint(part: Part, parameter: Parameter) -> str:
    if part.kind is Kind.DATETIME and Kind.DATE in parameter.kinds:
        return f"请写 date({part.source})"
    if part.kind is Kind.TEXTS:
        return "多选请用 has(字段, '选项')"
    if Kind.TEXT in parameter.kinds:
        return f"请写 text({part.source})" if part.kind is not Kind.NULL else "请写一个文本"
    if part.kind is Kind.TEXT and parameter.kinds & {Kind.INTEGER, Kind.DECIMAL}:
        return f"文本转数值请写 number({part.source})"
    return ""


def _fixed(
    function: Function, parameter: Parameter, limits: tuple[int, int], part: Part, problems: Problems
) -> Node | None:
    low, high = limits
    value = part.node.value if isinstance(part.node, Literal) else None
    if part.kind is Kind.INTEGER and isinstance(value, int) and low <= value <= high:
        return part.node
    message = f"{function.signature} 的“{parameter.title}”只能直接写 {low} 到 {high} 的整数"
    problems.add(part.span, message)
    return None


def _meeting_arguments(
    function: Function, parts: list[Part], span: Span, problems: Problems
) -> tuple[Node, ...] | None:
    if all(part.is_null for part in parts):
        problems.add(span, f"{function.name} 里不能全是 null")
        return None
    nodes = bring_together(parts, problems, strict=function.name == "nullif")
    if nodes is None:
        return None
    brought = [part.over(node) for part, node in zip(parts, nodes, strict=True)]
    welcome = [_is_welcome(function, function.parameter(at), part, problems) for at, part in enumerate(brought)]
    return nodes if all(welcome) else None


def _has_arguments(parts: list[Part], problems: Problems) -> tuple[Node, ...] | None:
    texts, option = parts
    if texts.kind is not Kind.TEXTS:
        hint = "单选请用 = 或 in，文本请用 contains"
        problems.add(texts.span, f"has 只用于多选，“{texts.source}” 是{texts.kind.label}", hint)
        return None
    if not option.is_quoted:
        problems.add(option.span, "has 的选项要直接写在单引号里", f"如 has({texts.source}, '选项')")
        return None
    code = adapt(option, texts, problems)
    return None if code is None else (texts.node, code)


def check_size(node: Node, span: Span, problems: Problems) -> Node | None:
    """Refuses a number that could outgrow what is computed exactly."""
    if not numbers.is_too_big(node.type):
        return node
    message = f"这个数可能超过 {numbers.MAXIMUM_DIGITS} 位或 {numbers.MAXIMUM_SCALE} 位小数"
    problems.add(span, message, "请少乘几次，或先用 round(…, 2) 取整")
    return None
