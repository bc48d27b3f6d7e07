"""A county's units from a table (代码、名称、类别、上级代码): all of them, or none."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from django.db import transaction

from bihuan.base.errors import BihuanError, Invalid
from bihuan.ledger.excel import Field, match_columns
from bihuan.ledger.types.base import as_text
from bihuan.loop.intake import Source, open_table
from bihuan.org.actions import add_unit
from bihuan.org.models import Unit, UnitKind

_FIELDS = (
    Field("code", "代码", ("单位代码", "编码")),
    Field("name", "名称", ("单位名称", "单位")),
    Field("kind", "类别", ("单位类别", "类型")),
    Field("parent", "上级代码", ("上级", "上级单位代码")),
)
_KINDS: Mapping[str, str] = {word: kind for kind, label in UnitKind.choices for word in (kind, str(label))}


@transaction.atomic
def load_units(path: Path, valid_from: date) -> int:
    """Add the units of a table, parents before children in the order of its rows; returns how many.

    Raises Invalid, naming the row, and then nothing is added.
    """
    table = open_table(Source(path, path.name))
    places = {
        match.field.code: place for place, match in enumerate(match_columns(table.columns, _FIELDS)) if match.field
    }
    absent = [field.title for field in _FIELDS if field.code not in places]
    if absent:
        raise Invalid(f"表中没有这些列：{'、'.join(absent)}")
    count = 0
    for number, cells in table.rows():
        row = {code: as_text(cells[place]) for code, place in places.items()}
        try:
            add_unit(
                code=_filled(row, "code"),
                name=_filled(row, "name"),
                kind=_KINDS.get(row["kind"], row["kind"]),
                parent=_parent(row["parent"]),
                valid_from=valid_from,
            )
        except BihuanError as error:
            raise Invalid(f"第 {number} 行：{error}。一个单位也没有加入") from error
        count += 1
    return count


def _filled(row: Mapping[str, str], code: str) -> str:
    if not row[code]:
        raise Invalid(f"“{next(field.title for field in _FIELDS if field.code == code)}”必须填写")
    return row[code]


def _parent(code: str) -> Unit | None:
    if not code:
        return None
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise Invalid(f"上级“{code}”不存在，上级要排在下级之前")
    return unit
