"""From syntax to the checked tree: names resolved, kinds agreed, all that is off the list refused."""

from collections.abc import Callable, Mapping

from bihuan.expression import numbers, texts
from bihuan.expression.calls import check_call, check_size, find_function
from bihuan.expression.canonical import canonical
from bihuan.expression.lexer import tokenize
from bihuan.expression.meeting import (
    Part,
    adapt_date,
    adapt_datetime,
    bring_together,
    choices_of,
    negative,
)
from bihuan.expression.names import Kind, Name
from bihuan.expression.problems import Problems, Span
from bihuan.expression.reader import read
from bihuan.expression.syntax import MAXIMUM_DEPTH, MAXIMUM_NODES, Form, Syntax
from bihuan.expression.tree import (
    BOOLEAN,
    NULL,
    TEXT,
    And,
    Arithmetic,
    Between,
    Case,
    Checked,
    Compare,
    Field,
    In,
    IsNull,
    Like,
    Literal,
    Negative,
    Node,
    Not,
    Or,
    parts_of,
)
from bihuan.expression.vocabulary import Vocabulary

MAXIMUM_LENGTH = 4000

_SPLIT = "请用括号分成几段，或拆成几个表达式"
_CONSTANTS = {
    "true": Literal(BOOLEAN, value=True),
    "false": Literal(BOOLEAN, value=False),
    "null": Literal(NULL, None),
}


def compile_check(text: str, names: Mapping[str, Name], *, expect: Kind | None = Kind.BOOLEAN) -> Checked:
    """The checked expression of `text` over `names` (by code); it must give the kind `expect`, None for any.

    Raises ExpressionError with every problem found. An INTEGER is taken where a DECIMAL is expected.
    """
    problems = Problems(text)
    if len(text) > MAXIMUM_LENGTH:
        problems.add(Span(MAXIMUM_LENGTH, len(text)), f"表达式太长，有 {len(text)} 个字，最多 {MAXIMUM_LENGTH} 个字")
        problems.raise_any()
    tokens = tokenize(text, problems)
    # What the lexer left out would also look like a fault of order; that is not told a second time.
    syntax = read(tokens, Problems(text) if problems else problems)
    _check_size_of(syntax, problems)
    checker = _Checker(text, names, problems)
    part = checker.visit(syntax)
    if part is not None:
        checker.check_result(part, expect)
    problems.raise_any()
    if part is None:
        raise AssertionError(f"refused without a problem: {text!r}")
    checked = Checked(text, part.node, frozenset(checker.vocabulary.used))
    _check_canonical(checked, problems)
    return checked


def _check_size_of(syntax: Syntax, problems: Problems) -> None:
    """Raises at once: nothing may walk a tree that is too deep or too big."""
    if syntax.height > MAXIMUM_DEPTH:
        problems.add(syntax.span, f"表达式套得太深，最多 {MAXIMUM_DEPTH} 层", _SPLIT)
    elif syntax.size > MAXIMUM_NODES:
        message = f"表达式太大，有 {syntax.size} 项，最多 {MAXIMUM_NODES} 项"
        problems.add(syntax.span, message, _SPLIT)
    else:
        return
    problems.raise_any()


def _height(node: Node) -> int:
    return 1 + max((_height(part) for part in parts_of(node)), default=0)


def _check_canonical(checked: Checked, problems: Problems) -> None:
    """What is accepted must be accepted again in its canonical form, which may be longer and deeper."""
    whole = Span(0, len(checked.text))
    if _height(checked.tree) > MAXIMUM_DEPTH:
        problems.add(whole, f"表达式套得太深，最多 {MAXIMUM_DEPTH} 层", _SPLIT)
    elif len(canonical(checked.tree)) > MAXIMUM_LENGTH:
        problems.add(whole, f"写成规范形式后超过 {MAXIMUM_LENGTH} 个字", _SPLIT)
    problems.raise_any()


class _Checker:
    """Visits the syntax bottom-up. None stands for a part whose problem is told; it silences those above."""

    def __init__(self, text: str, names: Mapping[str, Name], problems: Problems) -> None:
        self.text = text
        self.problems = problems
        self.vocabulary = Vocabulary(names, problems)

    def visit(self, syntax: Syntax) -> Part | None:
        node = _VISITORS[syntax.form](self, syntax)
        if node is not None:
            node = check_size(node, syntax.span, self.problems)
        if node is None:
            return None
        quoted = isinstance(node, Literal) and node.type is TEXT
        return Part(node, syntax.span, self.text[syntax.span.start : syntax.span.end], is_quoted=quoted)

    def visit_all(self, parts: tuple[Syntax, ...]) -> list[Part] | None:
        visited = [self.visit(part) for part in parts]
        known = [part for part in visited if part is not None]
        return known if len(known) == len(visited) else None

    def values(self, parts: tuple[Syntax, ...]) -> list[Part] | None:
        """As visit_all, and none of them the bare word null."""
        visited = self.visit_all(parts)
        nulls = [part for part in visited or () if part.is_null]
        for part in nulls:
            self.problems.add(part.span, "null 不能参与运算或比较", "判断是否为空请用 is null 或 is not null")
        return None if nulls else visited

    def check_result(self, part: Part, expect: Kind | None) -> None:
        whole = Span(0, len(self.text))
        if part.is_null:
            self.problems.add(whole, "整个表达式只有 null")
        elif expect is not None and part.kind is not expect:
            if expect is Kind.DECIMAL and part.kind is Kind.INTEGER:
                return
            hint = "请写成条件，如 金额 > 100" if expect is Kind.BOOLEAN else ""
            self.problems.add(whole, f"这里要{expect.label}，整个表达式给出的是{part.kind.label}", hint)

    def broken(self, _: Syntax) -> Node | None:
        return None

    def name(self, syntax: Syntax) -> Node | None:
        name = self.vocabulary.find(syntax.text, syntax.span)
        return None if name is None else Field(numbers.field_type(name), name)

    def curly(self, syntax: Syntax) -> Node | None:
        return self.name(syntax) if self.vocabulary.knows(syntax.text) else Literal(TEXT, syntax.text)

    def number(self, syntax: Syntax) -> Node | None:
        literal = numbers.literal(syntax.text)
        if literal is None:
            message = f"数字太长，最多 {numbers.LITERAL_DIGITS} 位，小数最多 {2 * numbers.QUOTIENT_SCALE} 位"
            self.problems.add(syntax.span, message)
        return literal

    def string(self, syntax: Syntax) -> Node | None:
        return Literal(TEXT, syntax.text)

    def dated(self, syntax: Syntax) -> Node | None:
        content = syntax.parts[0]
        part = Part(Literal(TEXT, content.text), content.span, "")
        adapt = adapt_date if syntax.text == "date" else adapt_datetime
        return adapt(part, content.text, "", self.problems)

    def constant(self, syntax: Syntax) -> Node | None:
        return _CONSTANTS[syntax.text]

    def conditions(self, parts: tuple[Syntax, ...]) -> tuple[Node, ...] | None:
        visited = [self.condition(part) for part in parts]
        known = tuple(node for node in visited if node is not None)
        return known if len(known) == len(visited) else None

    def condition(self, syntax: Syntax) -> Node | None:
        part = self.visit(syntax)
        if part is None or part.kind is Kind.BOOLEAN:
            return None if part is None else part.node
        hint = "请写成比较，如 金额 > 100、状态 = '已销号'、备注 is null"
        self.problems.add(part.span, f"“{part.source}” 是{part.kind.label}，不是条件", hint)
        return None

    def negation(self, syntax: Syntax) -> Node | None:
        operand = self.condition(syntax.parts[0])
        return None if operand is None else Not(operand)

    def conjunction(self, syntax: Syntax) -> Node | None:
        operands = self.conditions(syntax.parts)
        if operands is None:
            return None
        return And(tuple(inner for node in operands for inner in (node.operands if isinstance(node, And) else (node,))))

    def disjunction(self, syntax: Syntax) -> Node | None:
        operands = self.conditions(syntax.parts)
        if operands is None:
            return None
        return Or(tuple(inner for node in operands for inner in (node.operands if isinstance(node, Or) else (node,))))

    def comparison(self, syntax: Syntax) -> Node | None:
        parts = self.values(syntax.parts)
        if parts is None or self.is_chain(syntax, parts):
            return None
        nodes = bring_together(parts, self.problems)
        if nodes is None or not self.may_compare(parts, is_order=syntax.text not in {"=", "<>"}):
            return None
        return Compare(syntax.text, nodes[0], nodes[1])

    def is_chain(self, syntax: Syntax, parts: list[Part]) -> bool:
        if syntax.parts[0].form is not Form.COMPARE or parts[1].kind is Kind.BOOLEAN:
            return False
        self.problems.add(syntax.span, "不能连着比较", "请写成 金额 between 1 and 100，或用 and 连接两个比较")
        return True

    def may_compare(self, parts: list[Part], *, is_order: bool) -> bool:
        for part in parts:
            if part.kind is Kind.TEXTS:
                self.problems.add(part.span, f"多选 “{part.source}” 不能比较", "请用 has(字段, '选项')")
                return False
            if is_order and (part.kind is Kind.BOOLEAN or choices_of(part.node)):
                what = "是否" if part.kind is Kind.BOOLEAN else "选项"
                self.problems.add(part.span, f"“{part.source}” 是{what}，没有大小", "请用 =、<> 或 in")
                return False
        return True

    def arithmetic(self, syntax: Syntax) -> Node | None:
        parts = self.values(syntax.parts)
        if parts is None:
            return None
        are_numbers = [self.is_number(part, syntax.text) for part in parts]
        if not all(are_numbers):
            return None
        left, right = (part.node for part in parts)
        if syntax.text == "/" and isinstance(right, Literal):
            if not right.value:
                self.problems.add(syntax.span, "除数不能是 0")
                return None
            return Arithmetic("/", left, right, numbers.divided_by_literal(left.type, right))
        return Arithmetic(syntax.text, left, right, numbers.arithmetic(syntax.text, left.type, right.type))

    def is_number(self, part: Part, operator: str) -> bool:
        if part.kind.is_number:
            return True
        hint = ""
        if part.kind in {Kind.DATE, Kind.DATETIME}:
            hint = "日期加减请用 add_days(日期, 天数)，相差几天请用 days_between(起, 止)"
        elif part.kind is Kind.TEXT:
            hint = "数字不要加引号；拼接文本用 concat(…)，文本转数值用 number(t)"
        self.problems.add(part.span, f"“{part.source}” 是{part.kind.label}，不能用 “{operator}” 计算", hint)
        return False

    def minus(self, syntax: Syntax) -> Node | None:
        parts = self.values(syntax.parts)
        if parts is None or not self.is_number(parts[0], "-"):
            return None
        node = parts[0].node
        return negative(node) if isinstance(node, Literal) else Negative(node, node.type)

    def is_null(self, syntax: Syntax) -> Node | None:
        parts = self.values(syntax.parts)
        return None if parts is None else IsNull(parts[0].node)

    def membership(self, syntax: Syntax) -> Node | None:
        parts = self.values(syntax.parts)
        nodes = None if parts is None else bring_together(parts, self.problems)
        if parts is None or nodes is None or not self.may_compare(parts, is_order=False):
            return None
        return In(nodes[0], nodes[1:])

    def between(self, syntax: Syntax) -> Node | None:
        parts = self.values(syntax.parts)
        nodes = None if parts is None else bring_together(parts, self.problems)
        if parts is None or nodes is None or not self.may_compare(parts, is_order=True):
            return None
        return Between(nodes[0], nodes[1], nodes[2])

    def like(self, syntax: Syntax) -> Node | None:
        parts = self.values(syntax.parts)
        if parts is None:
            return None
        operand, pattern = parts
        if operand.kind is not Kind.TEXT or choices_of(operand.node):
            what = "选项" if choices_of(operand.node) else operand.kind.label
            hint = "选项请用 = 或 in" if choices_of(operand.node) else "只有文本能用 like"
            self.problems.add(operand.span, f"“{operand.source}” 是{what}，不能用 like", hint)
            return None
        value = pattern.node.value if isinstance(pattern.node, Literal) and pattern.is_quoted else None
        if not isinstance(value, str):
            self.problems.add(
                pattern.span, "like 后面要直接写单引号里的文本", "如 '%公司'；含某段文字请用 contains(a, b)"
            )
            return None
        try:
            texts.pattern_parts(value)
        except ValueError:
            self.problems.add(pattern.span, "末尾的 \\ 后面缺少字符", "要匹配 \\ 本身请写 \\\\")
            return None
        return Like(operand.node, value)

    def case(self, syntax: Syntax) -> Node | None:
        pairs = len(syntax.parts) // 2
        conditions = self.conditions(syntax.parts[0 : 2 * pairs : 2])
        values = self.visit_all((*syntax.parts[1 : 2 * pairs : 2], *syntax.parts[2 * pairs :]))
        if conditions is None or values is None:
            return None
        if len(values) == pairs:
            values.append(Part(_CONSTANTS["null"], syntax.span, "null"))
        if all(part.is_null for part in values):
            self.problems.add(syntax.span, "case 的结果不能全是 null")
            return None
        nodes = bring_together(values, self.problems, strict=False)
        if nodes is None:
            return None
        if nodes[0].type.kind is Kind.TEXTS:
            self.problems.add(syntax.span, "case 的结果不能是多选")
            return None
        kinds = [node.type for node in nodes]
        result = numbers.meeting(*kinds) if kinds[0].kind.is_number else kinds[0]
        return Case(tuple(zip(conditions, nodes[:-1], strict=True)), nodes[-1], result)

    def call(self, syntax: Syntax) -> Node | None:
        function = find_function(syntax.text, syntax.span, self.problems)
        parts = [self.visit(part) for part in syntax.parts]
        return None if function is None else check_call(function, parts, syntax.span, self.problems)


_VISITORS: dict[Form, Callable[[_Checker, Syntax], Node | None]] = {
    Form.NAME: _Checker.name,
    Form.CURLY: _Checker.curly,
    Form.NUMBER: _Checker.number,
    Form.STRING: _Checker.string,
    Form.DATED: _Checker.dated,
    Form.CONSTANT: _Checker.constant,
    Form.NOT: _Checker.negation,
    Form.NEGATIVE: _Checker.minus,
    Form.AND: _Checker.conjunction,
    Form.OR: _Checker.disjunction,
    Form.COMPARE: _Checker.comparison,
    Form.ARITHMETIC: _Checker.arithmetic,
    Form.IS_NULL: _Checker.is_null,
    Form.IN: _Checker.membership,
    Form.BETWEEN: _Checker.between,
    Form.LIKE: _Checker.like,
    Form.CASE: _Checker.case,
    Form.CALL: _Checker.call,
    Form.BROKEN: _Checker.broken,
}
