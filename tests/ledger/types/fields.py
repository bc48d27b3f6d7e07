"""A field of every kind with raw values that it takes, and the raw values that a file or a form may hold at all."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from bihuan.expression import Kind
from bihuan.ledger.excel import CellError
from bihuan.ledger.spec import ChoiceSpec, FieldSpec
from bihuan.ledger.types import BY_CODE, KnownRecords, Lookup
from bihuan.standards.credit_code_gb32100 import ALPHABET
from bihuan.standards.credit_code_gb32100 import check_character as credit_check
from bihuan.standards.identity_gb11643 import check_character as identity_check

# 新民村 stands twice; 撤并局 stands no more.
LOOKUP = Lookup(
    units={"财政局": 1, "330999-CZ": 1, "新民村": 3, "@特别单位": 5},
    unit_names={1: "财政局", 2: "撤并局", 3: "新民村", 4: "新民村", 5: "@特别单位"},
    persons={"张三": 7, "zhangsan": 7, "李四": 9},
    person_names={7: "张三", 8: "李四", 9: "李四"},
    file_names={11: "照片.jpg", 12: "凭证.pdf"},
    ambiguous=frozenset({"新民村", "李四"}),
    records={
        "finding": KnownRecords("问题台账", {"SJ2024-0001": 21, "甲": 21, "乙": 22}, {21: "SJ2024-0001", 22: "丙"})
    },
)
CHOICES = (
    ChoiceSpec(code="water", title="水", aliases=("水环境",)),
    ChoiceSpec(code="air", title="大气"),
    ChoiceSpec(code="iii", title="Ⅲ类"),
    ChoiceSpec(code="-", title="=其他"),
)


def spec(kind: str, **more: Any) -> FieldSpec:
    if BY_CODE[kind].needs:
        more = {"choices": {"choices": CHOICES}, "of": {"of": "finding"}, "formula": {"formula": "1"}}[
            BY_CODE[kind].needs[0]
        ] | more
    return FieldSpec(code="x", title="字段", kind=kind, **more)


def read(kind: str, raw: Any, lookup: Lookup = LOOKUP, **more: Any) -> Any:
    """What a field of the kind stores for a raw value."""
    return BY_CODE[kind].reader(spec(kind, **more), lookup)(raw)


def decimals(places: int, digits: int = 15) -> st.SearchStrategy[Decimal]:
    """Every decimal with so many places and at most so many digits."""
    return st.integers(1 - 10**digits, 10**digits - 1).map(lambda n: Decimal(n).scaleb(-places))


def _identity(parts: tuple[date, int]) -> str:
    body = f"110105{parts[0]:%Y%m%d}{parts[1]:03d}"
    return body + identity_check(body)


def _credit(letters: str) -> str:
    body = f"91330999{letters}"
    return body + credit_check(body)


LONGITUDES, LATITUDES = st.floats(73, 136), st.floats(3, 54)
POSITIONS = st.tuples(LONGITUDES, LATITUDES)


def _ring(parts: tuple[tuple[float, float], list[tuple[float, float]]]) -> list[list[float]]:
    """A closed ring that is no line: three corners far apart, and whatever lies between."""
    (x, y), more = parts
    x, y = min(x, 130), min(y, 48)
    return [[x, y], [x + 5, y], *map(list, more), [x + 5, y + 5], [x, y]]


def _wkt(ring: list[list[float]]) -> str:
    return f"POLYGON (({', '.join(f'{x:.9f} {y:.9f}' for x, y in ring)}))"


RINGS = st.tuples(POSITIONS, st.lists(POSITIONS, max_size=5)).map(_ring)
WORDS = st.text(min_size=1, max_size=50)
DAYS = st.dates(date(1, 1, 2), date(9999, 12, 30))


@dataclass(frozen=True)
class Case:
    """A field and raw values that it takes."""

    field: FieldSpec
    taken: st.SearchStrategy[Any]
    literal: Any = None
    """How an expression writes a stored value, for those that it can."""
    name: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.name or self.field.kind


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def plain(value: float) -> str:
    return f"{Decimal(repr(value)):f}"


CASES = (
    Case(spec("text"), WORDS, quoted),
    Case(spec("longtext"), WORDS, quoted),
    Case(spec("integer"), st.integers(1 - 10**15, 10**15 - 1), str),
    Case(spec("number", scale=3, measure="亩"), decimals(3).map(str), plain),
    Case(spec("number", scale=8), decimals(8).map(float), plain, name="number, 8 places"),
    Case(spec("money"), decimals(6).map(float), plain),
    Case(spec("money", measure="元"), decimals(2).map(lambda n: f"{n:,}元"), plain, name="money in yuan"),
    Case(spec("percent"), decimals(2).map(lambda n: f"{n}%"), plain),
    Case(spec("percent", fraction=True), decimals(4, 12).map(float), plain, name="percent, fraction"),
    Case(spec("date"), DAYS, lambda value: f"date '{value}'"),
    Case(spec("datetime"), st.datetimes(datetime(2, 1, 1), datetime(9999, 12, 30)).map(lambda m: m.replace(fold=0))),
    Case(spec("month"), DAYS.map(lambda day: day.replace(day=1)), quoted),
    Case(spec("choice"), st.sampled_from(["水", "水环境", "air", "III类", "=其他", "-"])),
    Case(spec("choices"), st.lists(st.sampled_from(["水", "air", "Ⅲ类", "=其他"]), min_size=1)),
    Case(spec("yesno"), st.sampled_from(["是", "×", "√", True, False, 1.0, "无"]), lambda v: str(v).lower()),
    Case(spec("unit"), st.sampled_from([1, 2, 3, 4, "财政局", "330999-CZ", "#2", "新民村#4", "@特别单位"]), str),
    Case(spec("person"), st.sampled_from([7, 8, 9, "张三", "zhangsan", "#8"]), str),
    Case(spec("record"), st.sampled_from([21, 22, "甲", "乙", "SJ2024-0001", "#22"]), str),
    Case(
        spec("phone"),
        st.sampled_from(["138 0013 8000", 13800138000.0, "(020)8765 4321", "020-87654321-12", "400-800-1234"]),
        quoted,
    ),
    Case(
        spec("identity"),
        st.tuples(st.dates(date(1900, 1, 1), date(2024, 1, 1)), st.integers(0, 999)).map(_identity),
        quoted,
    ),
    Case(spec("credit_code"), st.text(ALPHABET, min_size=9, max_size=9).map(_credit), quoted),
    Case(spec("admin_code"), st.sampled_from([330999.0, "330999", "330999101", "330999101201", "330000"]), quoted),
    Case(spec("point"), POSITIONS.map(lambda at: f"{at[1]:.9f}，{at[0]:.9f}")),
    Case(spec("line", datum="wgs84"), RINGS.map(lambda ring: {"type": "LineString", "coordinates": ring})),
    Case(spec("polygon"), RINGS.map(_wkt)),
)

MOMENTS = st.datetimes(timezones=st.sampled_from([None, UTC]))
RAW = st.one_of(
    st.text(max_size=80),
    st.from_regex(r"\A[-+(¥]?[0-9０-９,. ]{1,9}[万亿%]?[元亩吨人]?\Z"),
    st.from_regex(r"\A[12][0-9]{3}[-./年][0-9]{1,2}([-./月][0-9]{1,2})?[ T日]?([0-9]{1,2}:[0-9]{1,2})?\Z"),
    st.from_regex(r"\A[EN东经]{0,2}[0-9]{1,3}[.°度][0-9]{0,3}['′分, ][0-9. ]{1,6}[\"EN]?\Z"),
    st.from_regex(r"\A(POINT|LINESTRING|POLYGON) ?[Z(]{1,3}[0-9., ()]{0,20}\Z"),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner),
        max_leaves=6,
    ),
    st.floats(),
    st.integers(),
    st.just(10**400),
    st.booleans(),
    st.dates(),
    MOMENTS,
    st.times(),
    st.timedeltas(),
    st.sampled_from([CellError("#N/A"), time(1, 2), timedelta(days=-1), b"bytes", "\ud800", "²", "①②", "０", ""]),
)

KINDS_WITHOUT_CASE = {"file", "computed"}
KINDS_OF_VALUES = {Kind.TEXT: str, Kind.TEXTS: tuple, Kind.BOOLEAN: bool, Kind.INTEGER: int, Kind.DECIMAL: Decimal}
