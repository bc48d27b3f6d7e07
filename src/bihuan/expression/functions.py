"""The fixed list of functions: what each takes and gives. What it does stands in each renderer's table."""

from collections.abc import Callable
from dataclasses import dataclass

from bihuan.expression import numbers, texts
from bihuan.expression.names import Kind
from bihuan.expression.tree import BOOLEAN, DATE, DATETIME, TEXT, Literal, Node, Type

_NUMBER = frozenset({Kind.INTEGER, Kind.DECIMAL})
_DAY = frozenset({Kind.DATE})
_TEXT = frozenset({Kind.TEXT})
_WHOLE = frozenset({Kind.INTEGER})
_ORDERED = _NUMBER | {Kind.DATE, Kind.DATETIME}
_SINGLE = _ORDERED | {Kind.TEXT, Kind.BOOLEAN}
_ANY = _SINGLE | {Kind.TEXTS}

_MOST_DAYS = 3_700_000  # between 0001-01-01 and 9999-12-31
_MOST_CHARACTERS = 10**10
_MOST_PLACES = 12
MAXIMUM_ARGUMENTS = 50  # SQLite's functions take 100 at most


@dataclass(frozen=True, slots=True)
class Parameter:
    title: str
    kinds: frozenset[Kind]
    from_datetime: bool = False  # a DATETIME is taken too, as its date on the county's clock
    fixed: tuple[int, int] | None = None  # only a whole number written in the expression, from .. to
    choice_code: bool = False  # a choice's code makes sense here, as it does not to functions on text


@dataclass(frozen=True, slots=True)
class Function:
    """`optional` parameters at the end may be left out; with `repeats` the last may be given again and again.

    With `meets` all arguments are brought to one kind, and the result has it.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Callable[[tuple[Node, ...]], Type]
    optional: int = 0
    repeats: bool = False
    meets: bool = False

    @property
    def signature(self) -> str:
        titles = [parameter.title for parameter in self.parameters]
        return f"{self.name}({', '.join(titles)}{', …' if self.repeats else ''})"

    def parameter(self, index: int) -> Parameter:
        return self.parameters[min(index, len(self.parameters) - 1)]

    def takes(self, count: int) -> bool:
        most = len(self.parameters)
        return most - self.optional <= count <= (MAXIMUM_ARGUMENTS if self.repeats else most)


def _gives(kind: Type) -> Callable[[tuple[Node, ...]], Type]:
    return lambda _: kind


def _as_first(arguments: tuple[Node, ...]) -> Type:
    return arguments[0].type


def _meeting(arguments: tuple[Node, ...]) -> Type:
    kinds = [argument.type for argument in arguments]
    return numbers.meeting(*kinds) if kinds[0].kind.is_number else kinds[0]


def _rounded(arguments: tuple[Node, ...]) -> Type:
    places = 0
    if len(arguments) > 1 and isinstance(arguments[1], Literal):
        places = int(str(arguments[1].value))
    return numbers.rounded(arguments[0].type, places)


def _whole(arguments: tuple[Node, ...]) -> Type:
    return numbers.rounded(arguments[0].type, 0)


def _text(title: str) -> Parameter:
    return Parameter(title, _TEXT)


def _day(title: str) -> Parameter:
    return Parameter(title, _DAY)


def _number(title: str) -> Parameter:
    return Parameter(title, _NUMBER)


_DAY_OR_TIME = Parameter("日期或时间", _DAY, from_datetime=True)
_MOMENT = Parameter("时间", frozenset({Kind.DATETIME, Kind.DATE}))
_NUMBER_TYPE = Type(Kind.DECIMAL, texts.NUMBER_SCALE, 10 ** (12 + texts.NUMBER_SCALE) - 1)


def _single(title: str) -> Parameter:
    return Parameter(title, _SINGLE, choice_code=True)


_ALL = (
    Function("today", (), _gives(DATE)),
    Function("now", (), _gives(DATETIME)),
    Function("date", (_MOMENT,), _gives(DATE)),
    Function("year", (_DAY_OR_TIME,), _gives(numbers.integer(9999))),
    Function("quarter", (_DAY_OR_TIME,), _gives(numbers.integer(4))),
    Function("month", (_DAY_OR_TIME,), _gives(numbers.integer(12))),
    Function("day", (_DAY_OR_TIME,), _gives(numbers.integer(31))),
    Function("days_between", (_day("起"), _day("止")), _gives(numbers.integer(_MOST_DAYS))),
    Function("add_days", (_day("日期"), Parameter("天数", _WHOLE)), _gives(DATE)),
    Function("add_months", (_day("日期"), Parameter("月数", _WHOLE)), _gives(DATE)),
    Function("length", (_text("文本"),), _gives(numbers.integer(_MOST_CHARACTERS))),
    Function("lower", (_text("文本"),), _gives(TEXT)),
    Function("upper", (_text("文本"),), _gives(TEXT)),
    Function("trim", (_text("文本"),), _gives(TEXT)),
    Function(
        "substr",
        (
            _text("文本"),
            Parameter("第几个字起", _WHOLE, fixed=(1, 1_000_000)),
            Parameter("几个字", _WHOLE, fixed=(0, 1_000_000)),
        ),
        _gives(TEXT),
        optional=1,
    ),
    Function("contains", (_text("文本"), _text("部分")), _gives(BOOLEAN)),
    Function("starts_with", (_text("文本"), _text("开头")), _gives(BOOLEAN)),
    Function("ends_with", (_text("文本"), _text("结尾")), _gives(BOOLEAN)),
    Function("concat", (_text("文本"), _text("文本")), _gives(TEXT), repeats=True),
    Function("coalesce", (_single("值"), _single("值")), _meeting, repeats=True, meets=True),
    Function("nullif", (_single("值"), _single("当空的值")), _meeting, meets=True),
    Function("abs", (_number("数"),), _as_first),
    Function("round", (_number("数"), Parameter("小数位数", _WHOLE, fixed=(0, _MOST_PLACES))), _rounded, optional=1),
    Function("floor", (_number("数"),), _whole),
    Function("ceil", (_number("数"),), _whole),
    Function("least", (Parameter("值", _ORDERED), Parameter("值", _ORDERED)), _meeting, repeats=True, meets=True),
    Function("greatest", (Parameter("值", _ORDERED), Parameter("值", _ORDERED)), _meeting, repeats=True, meets=True),
    Function(
        "has",
        (Parameter("多选", frozenset({Kind.TEXTS}), choice_code=True), _single("选项")),
        _gives(BOOLEAN),
    ),
    Function("is_blank", (Parameter("值", _ANY, choice_code=True),), _gives(BOOLEAN)),
    Function("number", (_text("文本"),), _gives(_NUMBER_TYPE)),
    Function("text", (_single("值"),), _gives(TEXT)),
)

FUNCTIONS = {function.name: function for function in _ALL}

# What people who know other languages write, and what to write here.
ELSEWHERE = {
    "len": "length",
    "char_length": "length",
    "substring": "substr",
    "mid": "substr",
    "left": "substr",
    "right": "ends_with",
    "instr": "contains",
    "strpos": "contains",
    "find": "contains",
    "ifnull": "coalesce",
    "nvl": "coalesce",
    "isnull": "is_blank",
    "isblank": "is_blank",
    "datediff": "days_between",
    "dateadd": "add_days",
    "date_add": "add_days",
    "edate": "add_months",
    "getdate": "now",
    "current_date": "today",
    "ceiling": "ceil",
    "min": "least",
    "max": "greatest",
    "concatenate": "concat",
    "to_char": "text",
    "str": "text",
    "to_number": "number",
    "value": "number",
}
ABSENT = {
    "if": "请写 case when 条件 then 值 else 值 end",
    "iif": "请写 case when 条件 then 值 else 值 end",
    "cast": "这门语言不转换类型，数值转文本用 text(x)，文本转数值用 number(t)",
    "count": "这里只看一条记录，不能汇总",
    "sum": "这里只看一条记录，不能汇总；几项相加写 a + b",
    "avg": "这里只看一条记录，不能汇总",
    "sumif": "这里只看一条记录，不能汇总",
    "countif": "这里只看一条记录，不能汇总",
    "mod": "没有取余",
    "exists": "不能查询别的表",
    "select": "不能查询别的表",
}
