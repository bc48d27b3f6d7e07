"""Imports the rows of `measure_import.py` by django-import-export in bulk mode, the peer of that measure.

`import_typed` is what its documentation says how to do: its own format reads the file, fields have types, the unit is
looked up by its name, every row is cleaned by its model, and the unique key identifies it. `import_lean` is as fast as
it can be made, which nobody would run: the cells are read beforehand by another reader, all fields are texts, and
nothing is checked. Both give how many rows are in the table at the end.
"""

from pathlib import Path
from typing import Any

import python_calamine
import tablib
from django.db import connection, models
from import_export import fields, resources, widgets
from import_export.formats.base_formats import XLSX

_TEXTS = 13
_BULK = {"use_bulk": True, "batch_size": 2_000, "skip_diff": True}
_HEADS = ("问题编号", "问题描述", "责任单位", "发现日期", "整改期限", "金额", "类型")


def import_typed(path: Path) -> int:
    """The file by the library's own XLSX format into typed, validated rows; how many there are then."""
    unit, row = _typed_models()
    for name in ("青溪镇", "审计局"):
        unit._default_manager.create(name=name)  # noqa: SLF001 - Django's documented model API
    data = XLSX().create_dataset(path.read_bytes())
    _typed_resource(unit, row).import_data(data, use_transactions=True, raise_errors=True)
    return int(row._default_manager.count())  # noqa: SLF001


def _typed_models() -> tuple[Any, Any]:
    unit = _model("PeerUnit", {"name": models.CharField(max_length=60, unique=True)})
    columns: dict[str, Any] = {
        "number": models.CharField(max_length=60, unique=True),
        "name": models.CharField(max_length=200),
        "unit": models.ForeignKey(unit, models.PROTECT),
        "found_on": models.DateField(db_index=True),
        "due_on": models.DateField(db_index=True),
        "amount": models.DecimalField(max_digits=15, decimal_places=2),
        "kind": models.CharField(max_length=20, choices=[(word, word) for word in ("政策", "财政", "经责")]),
    }
    for place in range(_TEXTS):
        # As in the file: every second column holds whole numbers, the others words.
        is_text = (7 + place) % 2 == 0
        columns[f"f{place}"] = models.CharField(max_length=200, blank=True) if is_text else models.IntegerField()
    return unit, _model("PeerRow", columns)


def _model(name: str, columns: dict[str, Any]) -> Any:
    meta = type("Meta", (), {"app_label": "bench"})
    made = type(name, (models.Model,), {**columns, "__module__": "bench", "Meta": meta})
    with connection.schema_editor() as editor:
        editor.create_model(made)
    return made


def _typed_resource(unit: Any, row: Any) -> Any:
    codes = [field.name for field in row._meta.fields if field.name != "id"]  # noqa: SLF001
    heads = [*_HEADS, *(f"字段{place}" for place in range(_TEXTS))]
    made: dict[str, Any] = {
        code: fields.Field(attribute=code, column_name=head, widget=_widget(row, code, unit))
        for code, head in zip(codes, heads, strict=True)
    }
    own = {"model": row, "import_id_fields": ("number",), "fields": tuple(codes), "clean_model_instances": True}
    made["Meta"] = type("Meta", (), {**own, **_BULK})
    return type("PeerResource", (resources.ModelResource,), made)()


def _widget(row: Any, code: str, unit: Any) -> Any:
    if code == "unit":
        return widgets.ForeignKeyWidget(unit, field="name")
    return resources.ModelResource.widget_from_django_field(row._meta.get_field(code))()  # noqa: SLF001


def import_lean(path: Path) -> int:
    """The cells, read beforehand, into one table of texts without any check; how many rows there are then."""
    names = [f"f{column}" for column in range(7 + _TEXTS)]
    row = _model("PeerTexts", {name: models.CharField(max_length=200, blank=True) for name in names})
    resource = resources.modelresource_factory(row, meta_options={"model": row, **_BULK, "force_init_instance": True})
    data = tablib.Dataset(headers=["id", *names])
    sheet = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    for place, cells in enumerate(sheet.iter_rows()):
        if place:
            data.append(["", *map(str, cells)])
    resource().import_data(data, use_transactions=True, raise_errors=True)
    return int(row._default_manager.count())  # noqa: SLF001
