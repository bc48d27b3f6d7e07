"""Fields that point at something: a unit, a person, files."""

from typing import Any

from bihuan.base.errors import did_you_mean
from bihuan.expression import Kind
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types.base import BadValue, FieldType, Lookup, Reader, as_text


def _find(raw: Any, known: dict[str, int], ids: dict[int, str], what: str, lookup: Lookup) -> int:
    if isinstance(raw, int) and raw in ids:
        return raw
    text = as_text(raw)
    if text in lookup.ambiguous:
        raise BadValue(f"有多个{what}叫“{text}”，请写代码")
    found = known.get(text)
    if found is None and text.startswith("#") and text[1:].isdigit() and int(text[1:]) in ids:
        found = int(text[1:])
    if found is None:
        raise BadValue(f"没有叫“{text}”的{what}{did_you_mean(text, list(known))}")
    return found


class UnitReference(FieldType):
    """A unit of the organisation, by name or code."""

    code = "unit"
    title = "单位"
    expression_kind = Kind.INTEGER
    widget = "unit"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        return lambda raw: _find(raw, lookup.units, lookup.unit_names, "单位", lookup)

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return lookup.unit_names.get(value, f"单位 {value}")


class PersonReference(FieldType):
    """A person, by name or login."""

    code = "person"
    title = "人员"
    expression_kind = Kind.INTEGER
    widget = "person"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        return lambda raw: _find(raw, lookup.persons, lookup.person_names, "人员", lookup)

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return lookup.person_names.get(value, f"人员 {value}")


class File(FieldType):
    """Attachments, by id. Files are uploaded beside the form; a spreadsheet cell cannot hold one."""

    code = "file"
    title = "附件"
    expression_kind = Kind.TEXTS
    widget = "file"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:
        def read(raw: Any) -> list[int]:
            if not isinstance(raw, list) or not all(isinstance(item, int) for item in raw):
                raise BadValue("附件不能从表格导入，请在记录页上传")
            if len(raw) > 1 and not spec.several:
                raise BadValue(f"只能放 1 个附件，放了 {len(raw)} 个")
            missing = [item for item in raw if item not in lookup.file_names]
            if missing:
                raise BadValue(f"附件 {missing[0]} 不存在")
            return raw

        return read

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return "、".join(lookup.file_names.get(item, f"附件 {item}") for item in value)

    def python(self, value: Any) -> Any:
        return tuple(str(item) for item in value)
