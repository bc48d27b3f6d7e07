"""Dates, moments and months.

A date is kept as YYYY-MM-DD, a month as YYYY-MM, a moment in UTC as YYYY-MM-DDTHH:MM:SSZ.
"""

from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any, Literal

from bihuan.base.clock import COUNTY_TIME
from bihuan.expression import Kind
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types.base import BadValue, FieldType, Lookup, Reader, told
from bihuan.standards import chinese_dates, excel_serial

WholeMonth = Literal["first", "last", "refuse"]

# Serial numbers of 1908 to 2201: any other number in a column of dates is no date that somebody entered.
_SERIALS = (3_000, 110_000)
_WRITTEN_DAYS = (1900_01_01, 2199_12_31)
_WRITTEN_MONTHS = (1900_01, 2199_12)
_YEARS = (1900, 2200)
# Before this day the calendar of spreadsheets is wrong: it has a 29 February 1900.
_FIRST_CELL_DAY = date(1900, 3, 1)
_AHEAD_OF_UTC = COUNTY_TIME.utcoffset(None)
_HALF_SECOND = timedelta(microseconds=500_000)


def _parse(raw: Any, order: Literal["mdy", "dmy"] | None, whole_month: WholeMonth) -> date | datetime:
    if isinstance(raw, date):
        return raw
    try:
        if isinstance(raw, str):
            return chinese_dates.parse(raw, order=order, whole_month=whole_month)
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return _from_number(raw, whole_month)
    except (ValueError, OverflowError) as error:
        raise BadValue(str(error)) from error
    raise BadValue(f"{told(raw)}不是日期")


def _from_number(raw: float, whole_month: WholeMonth) -> date | datetime:
    """A number in a cell without a date format: 20240305, 202403, 2024.3, or the serial number of a day."""
    if isfinite(raw):
        if _WRITTEN_DAYS[0] <= raw <= _WRITTEN_DAYS[1] and raw == int(raw):
            return chinese_dates.parse(str(int(raw)))
        if _WRITTEN_MONTHS[0] <= raw <= _WRITTEN_MONTHS[1] and raw == int(raw):
            return chinese_dates.parse(str(int(raw)), whole_month=whole_month)
        if _YEARS[0] <= raw < _YEARS[1] and raw != int(raw):
            return chinese_dates.parse(f"{raw:.15g}", whole_month=whole_month)
        if _SERIALS[0] <= raw < _SERIALS[1]:
            return excel_serial.from_serial(raw)
    raise BadValue(f"{told(raw)}不是日期，应形如 2024-03-05")


def _local(value: datetime) -> datetime:
    """A moment on the county's clock, to the nearest second."""
    try:
        local = value.astimezone(COUNTY_TIME) if value.tzinfo else value.replace(tzinfo=COUNTY_TIME)
        return (local + _HALF_SECOND).replace(microsecond=0)
    except OverflowError as error:
        raise BadValue(f"{told(value)}超出可以记录的年份") from error


def _day(value: date | datetime) -> date:
    """The day, of a moment only at midnight: a time is never dropped unseen."""
    if not isinstance(value, datetime):
        return value
    local = _local(value)
    if local.time() != time():
        raise BadValue(f"“{local:%Y-%m-%d %H:%M:%S}”带有时刻，这里只填日期")
    return local.date()


class Date(FieldType):
    """A calendar day."""

    code = "date"
    title = "日期"
    expression_kind = Kind.DATE
    widget = "date"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        order, whole_month = spec.date_order, spec.whole_month or "refuse"
        from_iso = date.fromisoformat

        def read(raw: Any) -> str:
            if raw.__class__ is str and len(raw) == 10 and raw[4] == raw[7] == "-":
                try:
                    from_iso(raw)
                except ValueError:
                    pass  # the slow way says exactly why
                else:
                    return str(raw)
            return _day(_parse(raw, order, whole_month)).isoformat()

        return read

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:  # noqa: ARG002
        day = date.fromisoformat(value)
        return day if day >= _FIRST_CELL_DAY else value

    def cell_format(self, spec: FieldSpec) -> str:  # noqa: ARG002
        return "yyyy-mm-dd"

    def python(self, value: Any) -> Any:
        return date.fromisoformat(value)


class DateTime(FieldType):
    """A moment; what is written without a zone is the county's time, a date alone its midnight."""

    code = "datetime"
    title = "日期时间"
    expression_kind = Kind.DATETIME
    widget = "datetime"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        order, whole_month = spec.date_order, spec.whole_month or "refuse"

        def read(raw: Any) -> str:
            value = _parse(raw, order, whole_month)
            if not isinstance(value, datetime):
                value = datetime.combine(value, time())
            elif value.tzinfo is not None or value.microsecond:
                value = _local(value).replace(tzinfo=None)
            return _in_utc(value)

        return read

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return self._county(value).isoformat(" ", "minutes")

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:  # noqa: ARG002
        local = self._county(value)
        return local if local.date() >= _FIRST_CELL_DAY else local.isoformat(" ")

    def cell_format(self, spec: FieldSpec) -> str:  # noqa: ARG002
        return "yyyy-mm-dd hh:mm:ss"

    def entry(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:  # noqa: ARG002
        local = self._county(value)
        return local.isoformat("T", "seconds" if local.second else "minutes")

    def python(self, value: Any) -> Any:
        return datetime.fromisoformat(value)

    def _county(self, value: Any) -> datetime:
        return datetime.fromisoformat(value).astimezone(COUNTY_TIME).replace(tzinfo=None)


def stored_moment(moment: datetime) -> str:
    """An instant as it is stored: UTC, to the nearest second. Raises BadValue where there is no such year."""
    return _in_utc(_local(moment).replace(tzinfo=None))


def _in_utc(local: datetime) -> str:
    """Whole seconds of the county's clock as they are stored."""
    try:
        return f"{(local - _AHEAD_OF_UTC).isoformat()}Z"
    except OverflowError as error:
        raise BadValue(f"{told(local)}超出可以记录的年份") from error


class Month(FieldType):
    """A month of a year."""

    code = "month"
    title = "月份"
    expression_kind = Kind.TEXT

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        order = spec.date_order

        def read(raw: Any) -> str:
            day = _day(_parse(raw, order, "first"))
            if day.day != 1:
                raise BadValue(f"“{day}”写到了日，这里只填月份，如 {day.isoformat()[:7]}")
            return day.isoformat()[:7]

        return read
