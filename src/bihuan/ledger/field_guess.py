"""The kind of field that fits a column: every cell is tried, and text fits always."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from bihuan.ledger.column_reading import MISSING_MARKS
from bihuan.ledger.spec import ChoiceSpec, FieldSpec
from bihuan.ledger.types import BY_CODE, BadValue, Lookup
from bihuan.ledger.unreported import WORDS as UNREPORTED_WORDS
from bihuan.standards.excel_serial import to_serial
from bihuan.standards.measures import find_unit, is_unit

_CODE_LIKE = re.compile(
    r"编号|代码|号码|电话|手机|身份证|邮编|编码|序号|(^|[ _])(id|key|code|zip|zipcode|bbl)$", re.IGNORECASE
)
_DAY_HEAD = re.compile(r"日期|时间|时限|期限|截止|年月日?|日$")
_ONLY_DAYS_HEAD = re.compile(r"日期|年月日")
_FIRST_SERIAL, _LAST_SERIAL = (int(to_serial(day)) for day in (date(2000, 1, 1), date(2099, 12, 31)))
"""Serial numbers of days whose form as a date was lost."""
_EIGHT_DIGITS = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_MONEY_UNIT = re.compile(r"([千万亿]?元)$")
_YES_NO_HEAD = re.compile(r"是否|有无|可否|能否")
_YES_NO_WORDS = frozenset("是否√✓✔☑×✗✘✕☒")
_STANDARD_HEADS = (
    ("identity", re.compile(r"身份证|公民身份号码")),
    ("phone", re.compile(r"^(?!.*[及和与、/]).*(电话|手机|手机号|电话号码|手机号码|联系方式)$")),
    ("credit_code", re.compile(r"信用代码")),
)
_MONTH_HEAD = re.compile(r"年月|月份")
_PER_CENT = re.compile(r"[+-]?\d+(\.\d+)?\s*[%％]")
_FEW = 30
_MOST_CHOICES = 200
_MEASURED = ("number", "integer", "money")
_LONG = 60


@dataclass(frozen=True)
class Sample:
    """The different cells of a column that hold something, how many hold one, and the plain text field it would be."""

    plain: FieldSpec
    measure: str | None
    cells: Sequence[Any]
    count: int
    lookup: Lookup


def guess_field(plain: FieldSpec, measure: str | None, cells: Sequence[Any], lookup: Lookup) -> FieldSpec:
    """The field that a column of these cells would be."""
    kept = [cell for cell in cells if not (isinstance(cell, str) and cell.strip() in MISSING_MARKS)]
    if not kept:
        return plain
    # By type as well: 1 and True are equal, and are not the same cell.
    sample = Sample(
        plain, measure, [cell for _, cell in dict.fromkeys(zip(map(type, kept), kept, strict=True))], len(kept), lookup
    )
    for attempt in (
        _as_standard,
        _as_moment,
        _as_month,
        _as_yes_no,
        _as_per_cent,
        _as_number,
        _as_money,
        _as_unit,
        _as_choice,
    ):
        found = attempt(sample)
        if found:
            return found
    longest = max(len(str(cell)) for cell in sample.cells)
    if longest > _LONG or any(isinstance(cell, str) and "\n" in cell for cell in sample.cells):
        return plain.model_copy(update={"kind": "longtext", "max_length": max(2_000, longest * 2)})
    return plain


def _fits(field: FieldSpec, cells: Sequence[Any], lookup: Lookup) -> bool:
    read = BY_CODE[field.kind].reader(field, lookup)
    try:
        for cell in cells:
            read(cell)
    except BadValue:
        return False
    return True


def _as_standard(sample: Sample) -> FieldSpec | None:
    """A number that a standard makes, as the head says; where a cell is none, a text, masked like what it should be."""
    for kind, head in _STANDARD_HEADS:
        if not head.search(sample.plain.title):
            continue
        field = sample.plain.model_copy(update={"kind": kind})
        if _fits(field, sample.cells, sample.lookup):
            return field
        return sample.plain.model_copy(update={"personal": "all"}) if BY_CODE[kind].personal else None
    return None


def _as_moment(sample: Sample) -> FieldSpec | None:
    plain, cells = sample.plain, sample.cells
    clear = [cell for cell in cells if not (_run_together(cell) or _serial(cell))]
    has_serials = any(map(_serial, cells))
    head = _ONLY_DAYS_HEAD if has_serials and not clear else _DAY_HEAD
    meant = head.search(plain.title) is not None or (clear and not has_serials)
    if not meant or _CODE_LIKE.search(plain.title):
        return None
    timed = any(isinstance(cell, datetime) or (isinstance(cell, str) and ":" in cell) for cell in clear)
    if not all(isinstance(cell, date) or (isinstance(cell, str) and _dated(cell)) for cell in clear):
        return None
    orders: tuple[Literal["mdy", "dmy"] | None, ...] = (None, "mdy", "dmy")
    for order in orders:
        field = plain.model_copy(update={"kind": "datetime" if timed else "date", "date_order": order})
        if _fits(field, cells, sample.lookup):
            return field
    return None


def _as_month(sample: Sample) -> FieldSpec | None:
    field = sample.plain.model_copy(update={"kind": "month"})
    meant = _MONTH_HEAD.search(sample.plain.title) or all("年" in str(cell) for cell in sample.cells)
    told = all(isinstance(cell, str) and _dated(cell) for cell in sample.cells)
    return field if meant and told and _fits(field, sample.cells, sample.lookup) else None


def _run_together(cell: Any) -> bool:
    """Eight digits that may be a day, 20261106: so meant beside other dates, or under a head that asks for a day."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return False
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    return bool(_EIGHT_DIGITS.fullmatch(text))


def _serial(cell: Any) -> bool:
    """A whole number that a spreadsheet may mean as a day: so meant beside dates under a head that asks for a day."""
    return isinstance(cell, int | float) and float(cell).is_integer() and _FIRST_SERIAL <= cell <= _LAST_SERIAL


def _dated(text: str) -> bool:
    """Worth trying as a date: it has digits and a mark between them, or Chinese date words."""
    return (
        len(text) >= 6
        and any(mark in text for mark in "-/.年")
        and sum(c.isdigit() or c in "〇零一二三四五六七八九十" for c in text) >= 4
    )


def _as_number(sample: Sample) -> FieldSpec | None:
    """Numbers, of which some may be said not to have been reported."""
    plain = sample.plain
    cells = [cell for cell in sample.cells if not (isinstance(cell, str) and cell.strip() in UNREPORTED_WORDS)]
    if not cells or _CODE_LIKE.search(plain.title) or any(_leading_zero(cell) for cell in cells):
        return None
    scale = 0
    for cell in cells:
        places = _places(cell)
        if places is None:
            return None
        scale = max(scale, places)
    kind = "number" if scale else "integer"
    update = {"kind": kind, "scale": min(scale, 8), "measure": sample.measure or ""}
    field = plain.model_copy(update=update | {"unreported": len(cells) < len(sample.cells)})
    return field if scale <= 8 and _fits(field, cells, sample.lookup) else None


def _as_money(sample: Sample) -> FieldSpec | None:
    """Amounts of which some say their own unit, 3.2万元. A bare number among them counts in the head's unit, if any."""
    texts = [cell for cell in sample.cells if isinstance(cell, str)]
    units = {found[1] for text in texts if (found := _MONEY_UNIT.search(text))}
    if not units or (sample.measure is None and len(texts) < len(sample.cells)):
        return None
    if sample.measure is None and any(_MONEY_UNIT.search(text) is None for text in texts):
        return None
    measure = sample.measure or ("元" if units == {"元"} else "万元")
    field = sample.plain.model_copy(update={"kind": "money", "measure": measure})
    is_money = is_unit(measure) and find_unit(measure).dimension == find_unit("元").dimension
    return field if is_money and _fits(field, sample.cells, sample.lookup) else None


def _leading_zero(cell: Any) -> bool:
    return isinstance(cell, str) and len(cell.strip()) > 1 and cell.strip()[0] == "0" and cell.strip()[1].isdigit()


def _places(cell: Any) -> int | None:
    """Decimal places of a number or of a number kept as text; None for anything else."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    text = repr(cell) if isinstance(cell, float) else str(cell).strip().replace(",", "")
    if not re.fullmatch(r"[+-]?\d{1,15}(\.\d+)?", text):
        return None
    return len(text.partition(".")[2].rstrip("0"))


def _as_yes_no(sample: Sample) -> FieldSpec | None:
    """Yes and no, as a spreadsheet has them or in words that say nothing else; in other words only where asked so."""
    field = sample.plain.model_copy(update={"kind": "yesno"})
    plain = all(
        isinstance(cell, bool) or (isinstance(cell, str) and cell.strip() in _YES_NO_WORDS) for cell in sample.cells
    )
    asked = _YES_NO_HEAD.search(sample.plain.title) is not None
    return field if (plain or asked) and _fits(field, sample.cells, sample.lookup) else None


def _as_per_cent(sample: Sample) -> FieldSpec | None:
    """Texts with the sign. A bare number among them is a share, as a spreadsheet keeps what it shows with the sign."""
    texts = [cell for cell in sample.cells if isinstance(cell, str)]
    bare = [cell for cell in sample.cells if not isinstance(cell, str)]
    signed = texts and all(_PER_CENT.fullmatch(text.strip()) for text in texts)
    shares = all(isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) <= 1 for cell in bare)
    field = sample.plain.model_copy(update={"kind": "percent", "fraction": bool(bare)})
    return field if signed and shares and _fits(field, sample.cells, sample.lookup) else None


def _as_unit(sample: Sample) -> FieldSpec | None:
    plain, cells = sample.plain, sample.cells
    field = plain.model_copy(update={"kind": "unit"})
    named = any(isinstance(cell, str) and cell.strip() in sample.lookup.units for cell in cells)
    return field if named and _fits(field, cells, sample.lookup) else None


def _as_choice(sample: Sample) -> FieldSpec | None:
    plain, cells = sample.plain, sample.cells
    words = sorted({str(cell).strip() for cell in cells})
    is_few = len(words) <= _FEW and (len(words) <= 8 or len(words) * 5 <= sample.count)
    if (
        not is_few
        or max(map(len, words)) > 40
        or _CODE_LIKE.search(plain.title)
        or not all(isinstance(c, str) for c in cells)
    ):
        return None
    if len({word.casefold() for word in words}) < len(words) or sample.count < 2 * len(words):
        return None
    return plain.model_copy(
        update={"kind": "choice", "choices": tuple(ChoiceSpec(code=word, title=word) for word in words)}
    )


def field_of_kind(plain: FieldSpec, kind: str, measure: str | None, cells: Sequence[Any]) -> FieldSpec:
    """A field of the kind that the person chose; cells that do not fit will be named in the preview."""
    update: dict[str, Any] = {"kind": kind, "measure": (measure or "") if kind in _MEASURED else ""}
    if kind == "choice":
        words = sorted({str(cell).strip() for cell in cells})[:_MOST_CHOICES]
        update["choices"] = tuple(ChoiceSpec(code=word[:60], title=word) for word in words)
    return plain.model_copy(update=update)
