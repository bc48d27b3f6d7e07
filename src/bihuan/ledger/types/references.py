"""Fields that point at something: a unit, a person, a record of another ledger, files."""

from typing import Any

from bihuan.base.errors import did_you_mean
from bihuan.expression import Kind
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types.base import BadValue, FieldType, KnownRecords, Lookup, Reader, as_text, told
from bihuan.standards.masking import mask_name

_LONGEST_ID = 18
_MOST_COMPARED = 2_000


class _Finder:
    """Finds ids by word: as known, as `#id`, or as `word#id` where the word alone would not do."""

    def __init__(
        self, what: str, known: dict[str, int], names: dict[int, str], ambiguous: frozenset[str], hint: str
    ) -> None:
        self.what, self.known, self.names, self.ambiguous, self.hint = what, known, names, ambiguous, hint
        self.sure = {word: pk for word, pk in known.items() if word not in ambiguous}
        self.refused: dict[str, str] = {}

    def __call__(self, raw: Any) -> int:
        if raw.__class__ is str and raw in self.sure:
            return self.sure[raw]
        if isinstance(raw, int) and raw in self.names and not isinstance(raw, bool):
            return raw
        text = as_text(raw)
        found = self.sure.get(text) or self._by_id(text)
        if found is None:
            # The same wrong name stands in many rows; looking for the nearest is slow.
            message = self.refused.get(text)
            if message is None:
                message = self.refused[text] = self._refuse(text)
            raise BadValue(message)
        return found

    def _by_id(self, text: str) -> int | None:
        word, mark, digits = text.rpartition("#")
        if not (mark and digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_ID):
            return None
        pk = int(digits)
        return pk if self.names.get(pk) in (word or self.names.get(pk), None) and pk in self.names else None

    def _refuse(self, text: str) -> str:
        if text in self.ambiguous:
            return f"有多个{self.what}叫{told(text)}，{self.hint}"
        if text in self.names.values():
            return f"{self.what}{told(text)}已不在名册上，不能再填"
        near = did_you_mean(text, list(self.known)) if len(self.known) <= _MOST_COMPARED else ""
        return f"没有叫{told(text)}的{self.what}{near}"


def _cell(value: Any, names: dict[int, str], known: dict[str, int], ambiguous: frozenset[str]) -> str:
    """The name, and the id behind it where the name alone would not find it again."""
    name = names.get(value, "")
    return name if name and known.get(name) == value and name not in ambiguous else f"{name}#{value}"


class UnitReference(FieldType):
    """A unit of the organisation, by name or code."""

    code = "unit"
    title = "单位"
    expression_kind = Kind.INTEGER
    widget = "unit"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        return _Finder("单位", lookup.units, lookup.unit_names, lookup.ambiguous, "请写单位代码")

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return lookup.unit_names.get(value, f"单位 {value}")

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:  # noqa: ARG002
        return _cell(value, lookup.unit_names, lookup.units, lookup.ambiguous)


class PersonReference(FieldType):
    """A person, by name or login."""

    code = "person"
    title = "人员"
    expression_kind = Kind.INTEGER
    widget = "person"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        return _Finder("人员", lookup.persons, lookup.person_names, lookup.ambiguous, "请写登录名")

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return lookup.person_names.get(value, f"人员 {value}")

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:  # noqa: ARG002
        return _cell(value, lookup.person_names, lookup.persons, lookup.ambiguous)

    def mask_shown(self, shown: str) -> str:
        return mask_name(shown)


class RecordReference(FieldType):
    """A record of another ledger (`of`), by its number or its key."""

    code = "record"
    title = "关联记录"
    expression_kind = Kind.INTEGER
    widget = "record"
    needs = ("of",)

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:
        known = _known(spec, lookup)
        what = f"“{known.title or spec.of}”记录"
        return _Finder(what, known.ids, known.numbers, known.ambiguous, "请写编号")

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:
        return _known(spec, lookup).numbers.get(value, f"记录 {value}")

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:
        known = _known(spec, lookup)
        return _cell(value, known.numbers, known.ids, known.ambiguous)


def _known(spec: FieldSpec, lookup: Lookup) -> KnownRecords:
    return lookup.records.get(spec.of, KnownRecords())


class File(FieldType):
    """Attachments, by id. Files are uploaded beside the form; a spreadsheet cell cannot hold one."""

    code = "file"
    title = "附件"
    expression_kind = Kind.TEXTS
    widget = "file"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:
        def read(raw: Any) -> list[int]:
            if not isinstance(raw, list) or not all(item.__class__ is int for item in raw):
                raise BadValue("附件不能从表格导入，请在记录页上传")
            if len(raw) > 1 and not spec.several:
                raise BadValue(f"只能放 1 个附件，放了 {len(raw)} 个")
            missing = [item for item in raw if item not in lookup.file_names]
            if missing:
                raise BadValue(f"附件 {told(missing[0])}不存在")
            return raw

        return read

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return "、".join(lookup.file_names.get(item, f"附件 {item}") for item in value)

    def python(self, value: Any) -> Any:
        return tuple(str(item) for item in value)
