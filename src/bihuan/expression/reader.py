"""From tokens to syntax.

Brackets, calls and CASE are read here, innermost first, and each becomes one operand. What is left between
brackets is a flat row of operands and operators, whose precedence `flat.py` has sqlglot read. So brackets in
brackets never become recursion in the parser, and no text of the writer's ever reaches it.
"""

from bihuan.expression import flat
from bihuan.expression.lexer import KEYWORDS, Token, TokenKind
from bihuan.expression.problems import Problems, Span
from bihuan.expression.syntax import MAXIMUM_DEPTH, Form, Item, Options, Syntax, branch

_LEAVES = {
    TokenKind.WORD: Form.NAME,
    TokenKind.NAME: Form.NAME,
    TokenKind.CURLY: Form.CURLY,
    TokenKind.NUMBER: Form.NUMBER,
    TokenKind.STRING: Form.STRING,
}
_DATE_WORDS = {"date": "date", "datetime": "datetime", "timestamp": "datetime"}
_CLAUSES = ("when", "then", "else")


def read(tokens: list[Token], problems: Problems) -> Syntax:
    """The syntax of the whole row of tokens; BROKEN parts have had their problem reported."""
    reader = _Reader(tokens, problems)
    if not reader.match_brackets():
        return Syntax(Form.BROKEN, Span(0, 0))
    return reader.read_row(0, len(tokens), Span(0, 0))


def _opens(token: Token) -> bool:
    return token.is_symbol("(") or token.is_keyword("case")


def _closes(opening: Token, token: Token) -> bool:
    return token.is_symbol(")") if opening.is_symbol("(") else token.is_keyword("end")


def _after_is(before: list[Item]) -> bool:
    """Whether IS or IS NOT stands just before, so that NULL belongs to it and is no value."""
    words = [item.text for item in before[-2:] if isinstance(item, Token)]
    return words[-1:] == ["is"] or words == ["is", "not"]


def _leaf_form(token: Token, before: list[Item]) -> Form | None:
    """What the token is as an operand; None for operators and for keywords that make no value."""
    if token.is_keyword("true", "false") or (token.is_keyword("null") and not _after_is(before)):
        return Form.CONSTANT
    return None if token.is_keyword(*KEYWORDS) else _LEAVES.get(token.kind)


class _Reader:
    def __init__(self, tokens: list[Token], problems: Problems) -> None:
        self.tokens = tokens
        self.problems = problems
        self.closing: dict[int, int] = {}  # index of an opening bracket or CASE -> index of its closing one

    def match_brackets(self) -> bool:
        open_indexes: list[int] = []
        for index, token in enumerate(self.tokens):
            if _opens(token):
                open_indexes.append(index)
                if len(open_indexes) > MAXIMUM_DEPTH:
                    self.problems.add(token.span, f"括号套得太深，最多 {MAXIMUM_DEPTH} 层", "请拆成几个表达式")
                    return False
            elif token.is_symbol(")") or token.is_keyword("end"):
                if not open_indexes or not _closes(self.tokens[open_indexes[-1]], token):
                    self.problems.add(token.span, f"多了一个 “{token.text}”，前面没有与它配对的")
                    return False
                self.closing[open_indexes.pop()] = index
        for index in open_indexes:
            missing = ")" if self.tokens[index].is_symbol("(") else "end"
            opening = self.tokens[index]
            self.problems.add(opening.span, f"“{opening.text}” 没有配对的 “{missing}”", f"请补上 “{missing}”")
        return not open_indexes

    def read_row(self, start: int, end: int, place: Span) -> Syntax:
        """Tokens start..end as one expression; `place` is where to say that nothing is there."""
        if start == end:
            self.problems.add(place, "这里缺少内容", "请写一个名称、固定值或条件")
            return Syntax(Form.BROKEN, place)
        items: list[Item] = []
        index = start
        while index < end:
            item, index = self.read_item(items, index, end)
            items.append(item)
        return flat.combine(items, self.problems)

    def read_item(self, before: list[Item], index: int, end: int) -> tuple[Item, int]:
        """The next operand, list or operator, and the index after it."""
        token = self.tokens[index]
        if _opens(token):
            is_case = token.is_keyword("case")
            item = self.read_case(index) if is_case else self.read_brackets(before, index)
            return item, self.closing[index] + 1
        form = _leaf_form(token, before)
        if form is None:
            return token, index + 1
        if token.kind is TokenKind.WORD and form is Form.NAME and index + 1 < end:
            following = self.tokens[index + 1]
            if following.is_symbol("("):
                return self.read_call(index), self.closing[index + 1] + 1
            if following.kind is TokenKind.STRING and token.text.lower() in _DATE_WORDS:
                return self.read_dated(token, following), index + 2
        return Syntax(form, token.span, token.text), index + 1

    def read_dated(self, word: Token, string: Token) -> Syntax:
        content = Syntax(Form.STRING, string.span, string.text)
        return branch(Form.DATED, (content,), text=_DATE_WORDS[word.text.lower()], span=word.span)

    def read_brackets(self, before: list[Item], index: int) -> Item:
        parts = self.read_list(index)
        span = self.span_of(index)
        if before and isinstance(before[-1], Token) and before[-1].is_keyword("in"):
            return Options(parts, span)
        if len(parts) > 1:
            self.problems.add(span, "括号里只能写一个表达式", "列举多项请用 in (…)")
            return Syntax(Form.BROKEN, span)
        if not parts:
            self.problems.add(span, "括号里缺少内容")
            return Syntax(Form.BROKEN, span)
        inner = parts[0]
        return Syntax(inner.form, span, inner.text, inner.parts, inner.height, inner.size)

    def read_call(self, index: int) -> Syntax:
        name = self.tokens[index]
        arguments = self.read_list(index + 1)
        return branch(Form.CALL, arguments, text=name.text, span=name.span.to(self.span_of(index + 1)))

    def read_list(self, opening: int) -> tuple[Syntax, ...]:
        """What stands between a bracket and its partner, cut at commas; () is empty."""
        closing = self.closing[opening]
        if closing == opening + 1:
            return ()
        commas = [at for at in self.top_level(opening + 1, closing) if self.tokens[at].is_symbol(",")]
        starts = [opening, *commas]
        ends = [*commas, closing]
        return tuple(
            self.read_row(start + 1, end, self.tokens[end].span) for start, end in zip(starts, ends, strict=True)
        )

    def read_case(self, opening: int) -> Syntax:
        """CASE WHEN … THEN … [ELSE …] END."""
        closing = self.closing[opening]
        span = self.span_of(opening)
        clauses = [at for at in self.top_level(opening + 1, closing) if self.tokens[at].is_keyword(*_CLAUSES)]
        words = [self.tokens[at].text for at in clauses]
        pairs = len(words) // 2
        if not words or words != ["when", "then"] * pairs + ["else"] * (len(words) % 2):
            self.problems.add(
                span, "case 的写法不对", "请写成 case when 条件 then 值 else 值 end，when … then … 可以有多组"
            )
            return Syntax(Form.BROKEN, span)
        if clauses[0] != opening + 1:
            self.problems.add(
                span, "case 后面要紧跟 when", "请把条件写全，如 case when 状态 = '已销号' then 1 else 0 end"
            )
            return Syntax(Form.BROKEN, span)
        ends = [*clauses[1:], closing]
        parts = (self.read_row(start + 1, end, self.tokens[end].span) for start, end in zip(clauses, ends, strict=True))
        return branch(Form.CASE, tuple(parts), span=span)

    def top_level(self, start: int, end: int) -> list[int]:
        """The indexes of the tokens that stand in no inner bracket."""
        indexes = []
        index = start
        while index < end:
            indexes.append(index)
            index = self.closing.get(index, index) + 1
        return indexes

    def span_of(self, opening: int) -> Span:
        return self.tokens[opening].span.to(self.tokens[self.closing[opening]].span)
