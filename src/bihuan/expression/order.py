"""Operands and operators must take turns; where they do not, the writer is told at the very word."""

from bihuan.expression.lexer import Token
from bihuan.expression.problems import Problems, Span
from bihuan.expression.syntax import MAXIMUM_DEPTH, Form, Item, Options, Syntax

_TAKES_OPERAND = frozenset({"=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/"})
_ABSENT_WORDS = {
    "select": "不能查询别的表",
    "union": "不能查询别的表",
    "from": "不能查询别的表",
    "where": "直接写条件本身",
    "as": "不需要起别名",
    "escape": "like 的转义符固定为 \\",
    "ilike": "请用 lower(…) like '…'",
    "glob": "请用 like",
    "regexp": "请用 like、contains 或 starts_with",
    "over": "不能用窗口函数",
    "collate": "文本固定按字符编码比较",
    "interval": "日期加减请用 add_days 或 add_months",
    "asc": "这里不排序",
    "desc": "这里不排序",
    "limit": "这里不取前几条",
    "xor": "请用 <>",
    "div": "请用 floor(a / b)",
    "mod": "没有取余",
    "等于": "请用 =",
    "大于": "请用 >",
    "小于": "请用 <",
    "且": "请用 and",
    "并且": "请用 and",
    "或": "请用 or",
    "或者": "请用 or",
    "非": "请用 not",
    "为": "请用 =",
    "包含": "请用 contains(…, '…')",
}


def is_sound(items: list[Item], problems: Problems) -> bool:
    """Whether the row may be parsed; if not, the first fault has been reported."""
    return _Walk(items, problems).row()


class _Walk:
    def __init__(self, items: list[Item], problems: Problems) -> None:
        self.items = items
        self.problems = problems
        self.index = 0
        self.between: Token | None = None  # a BETWEEN that still waits for its AND

    def row(self) -> bool:
        sound = self.operand(may_negate=True)
        while sound and self.index < len(self.items):
            sound = self.operator()
        return sound and self.no_open_between()

    def wrong(self, span: Span, message: str, hint: str = "") -> bool:
        self.problems.add(span, message, hint)
        return False

    def word(self) -> str:
        """The next operator or keyword; "" before an operand and at the end."""
        item = self.items[self.index] if self.index < len(self.items) else None
        return item.text if isinstance(item, Token) else ""

    def take(self, *words: str) -> bool:
        if self.word() in words:
            self.index += 1
            return True
        return False

    def operand(self, *, may_negate: bool = False) -> bool:
        first = self.index
        while self.take("-") or (may_negate and self.take("not")):
            may_negate = self.items[self.index - 1].text == "not"
        if self.index - first > MAXIMUM_DEPTH:
            return self.wrong(self.items[first].span, f"连着写的正负号或 not 太多，最多 {MAXIMUM_DEPTH} 个")
        if self.index == len(self.items):
            last = self.items[-1]
            return self.wrong(last.span, f"“{last.text}” 后面没有写完", "请在后面补上名称、固定值或条件")
        item = self.items[self.index]
        if isinstance(item, Syntax):
            self.index += 1
            return True
        if item.text == "not":
            return self.wrong(item.span, "not 不能写在这里", "请加括号，如 是否重大 = (not 是否办结)")
        hint = "正号不用写" if item.text == "+" else "请在它前面补上名称、固定值或条件"
        return self.wrong(item.span, f"“{item.text}” 前面缺少内容", hint)

    def operator(self) -> bool:
        """One operator, and the operand that belongs to it."""
        item = self.items[self.index]
        if not isinstance(item, Token):
            return self.missing_operator(item)
        if item.is_keyword("and", "or"):
            return self.junction()
        if self.take("is"):
            self.take("not")
            return self.take("null") or self.wrong(item.span, "is 后面只能写 null 或 not null", "相等请用 “=”")
        negated = self.take("not")
        word = self.word()
        if self.take("in", "between", "like"):
            return self.predicate(word, item)
        if negated:
            return self.wrong(item.span, "not 不能写在这里", "否定写在条件前面，或写 not in、not like、not between")
        return self.operand() if self.take(*_TAKES_OPERAND) else self.wrong(item.span, f"“{word}” 不能写在这里")

    def junction(self) -> bool:
        if self.take("or"):
            return self.no_open_between() and self.operand(may_negate=True)
        self.take("and")
        is_of_between, self.between = self.between is not None, None
        return self.operand(may_negate=not is_of_between)

    def predicate(self, word: str, first: Token) -> bool:
        if word == "in":
            return self.options(first)
        if word == "between":
            if not self.no_open_between():
                return False
            self.between = first
        return self.operand()

    def options(self, word: Token) -> bool:
        item = self.items[self.index] if self.index < len(self.items) else None
        if not isinstance(item, Options):
            return self.wrong(word.span, "in 后面要有括号", "请写成 状态 in ('已销号', '整改中')")
        self.index += 1
        return bool(item.parts) or self.wrong(item.span, "in 后面的括号里没有内容", "请至少写一项")

    def no_open_between(self) -> bool:
        if self.between is None:
            return True
        return self.wrong(self.between.span, "between 后面缺少 and", "请写成 金额 between 1 and 100")

    def missing_operator(self, item: Syntax | Options) -> bool:
        for neighbour in (self.items[self.index - 1], item):
            if isinstance(neighbour, Syntax) and neighbour.form in {Form.NAME, Form.CALL}:
                absent = _ABSENT_WORDS.get(neighbour.text.lower())
                if absent is not None:
                    return self.wrong(neighbour.span, f"这门语言里没有 “{neighbour.text}”", absent)
        hint = "请补上 and、or、= 之类的运算符；文本要用单引号括起来，含空格或符号的名称用双引号"
        return self.wrong(item.span, "这里与前面的内容之间缺少运算符", hint)
