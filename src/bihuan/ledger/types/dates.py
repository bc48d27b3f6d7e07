"""Dates and moments. A date is kept as YYYY-MM-DD; a moment in UTC as YYYY-MM-DDTHH:MM:SSZ."""

from datetime import UTC, date, datetime
from typing import Any, Literal

from bihuan.base.clock import COUNTY_TIME
from bihuan.expression import Kind
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types.base import BadValue, FieldType, Lookup, Reader
from bihuan.standards import chinese_dates, excel_serial


def _parse(raw: Any, order: Literal["mdy", "dmy"] | None) -> date | datetime:
    if isinstance(raw, date):
        return raw
    if not isinstance(raw, str | int | float) or isinstance(raw, bool):
        raise BadValue(f"“{raw}”不是日期")
    try:
        return chinese_dates.parse(raw, order=order) if isinstance(raw, str) else excel_serial.from_serial(raw)
    except ValueError as error:
        raise BadValue(str(error)) from error


class Date(FieldType):
    """A calendar day."""

    code = "date"
    title = "日期"
    expression_kind = Kind.DATE
    widget = "date"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        def read(raw: Any) -> str:
            value = _parse(raw, spec.date_order)
            if isinstance(value, datetime):
                value = (value.astimezone(COUNTY_TIME) if value.tzinfo else value).date()
            return value.isoformat()

        return read

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return str(value)

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:  # noqa: ARG002
        return date.fromisoformat(value)

    def cell_format(self, spec: FieldSpec) -> str:  # noqa: ARG002
        return "yyyy-mm-dd"

    def python(self, value: Any) -> Any:
        return date.fromisoformat(value)


class DateTime(FieldType):
    """A moment; what is written without a zone is the county's time."""

    code = "datetime"
    title = "日期时间"
    expression_kind = Kind.DATETIME
    widget = "datetime"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        def read(raw: Any) -> str:
            value = _parse(raw, spec.date_order)
            if not isinstance(value, datetime):
                value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - given its zone below
            if value.tzinfo is None:
                value = value.replace(tzinfo=COUNTY_TIME)
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

        return read

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return f"{self.python(value).astimezone(COUNTY_TIME):%Y-%m-%d %H:%M}"

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:  # noqa: ARG002
        return self.python(value).astimezone(COUNTY_TIME).replace(tzinfo=None)

    def cell_format(self, spec: FieldSpec) -> str:  # noqa: ARG002
        return "yyyy-mm-dd hh:mm:ss"

    def python(self, value: Any) -> Any:
        return datetime.fromisoformat(value)
