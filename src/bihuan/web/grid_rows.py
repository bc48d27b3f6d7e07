"""A ledger's records as the grid takes them: columns with how they are edited, rows with text to show and to copy."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.urls import reverse

from bihuan.ledger.linked_records import ledger_meant, with_records
from bihuan.ledger.models import Attachment, Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import may_import
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BY_CODE, Lookup
from bihuan.ledger.values import shown
from bihuan.loop.cells import cell_text
from bihuan.loop.editing import cell_fields
from bihuan.web import showing
from bihuan.web.asking import Opened

_WIDTHS = {"longtext": 260, "text": 180, "unit": 130, "choices": 150, "file": 100}
_LONG_TEXT = 100


@dataclass(frozen=True)
class GridRows:
    """The rows of one opened ledger."""

    opened: Opened
    fields: tuple[FieldSpec, ...]

    @cached_property
    def lookup(self) -> Lookup:
        return lookup_for(self.opened.spec, self.opened.actor.tree)

    @cached_property
    def may_edit(self) -> bool:
        return may_import(self.opened.actor, self.opened.ledger)

    def columns(self) -> list[dict[str, Any]]:
        """The columns as the grid needs them: what every record has first, then the fields."""
        found = [{"code": "number", "title": "编号", "width": 128}]
        if self.opened.loop:
            found += [
                {"code": "light", "title": "状态", "width": 104},
                {"code": "state", "title": "环节", "width": 96},
                {"code": "due", "title": "期限", "width": 100},
            ]
        theirs = self.opened.sight.ever_writable(cell_fields(self.opened.spec))
        editable = {field.code for field in theirs} if self.may_edit else set()
        return found + [self._column(field, field.code in editable) for field in self.fields]

    def _column(self, field: FieldSpec, editable: bool) -> dict[str, Any]:
        kind = BY_CODE[field.kind]
        measure = kind.measure(field) if kind.align_end else ""
        title = showing.title_of(field, self.opened.spec)
        column: dict[str, Any] = {
            "code": field.code,
            "title": f"{title}（{measure}）" if measure and measure not in title else title,
            "width": self._width(field, title),
            "edit": editable,
            "end": kind.align_end or (BY_CODE.get(field.result, kind).align_end and field.kind == "computed"),
            "kind": field.kind,
            "required": field.required,
        }
        options = [title for _, title in kind.options(field)]
        if field.kind == "file":
            column["files"] = self.may_edit and bool(self.opened.sight.ever_writable([field]))
        if field.kind == "record" and editable:
            of = ledger_meant(self.opened.ledger.code.partition(".")[0], field.of)
            column["lookup"] = reverse("record_options", args=[of])
        return column | ({"options": options} if options else {})

    def _width(self, field: FieldSpec, title: str) -> int:
        known = _WIDTHS.get(field.kind, 108)
        return max(known, min(200, 14 * len(title) + 30))

    def rows(self, records: Iterable[Record]) -> list[dict[str, Any]]:
        found, opened = list(records), self.opened
        data = [record.data for record in found]
        lookup = with_records(self.lookup, actor=opened.actor, ledger=opened.ledger.code, spec=opened.spec, data=data)
        lookup = replace(lookup, file_names={pk: file.name for pk, file in self._files(found).items()})
        return [self._row(opened.sight.see(record, lookup), lookup) for record in found]

    def _row(self, record: Record, lookup: Lookup) -> dict[str, Any]:
        row: dict[str, Any] = {
            "id": record.pk,
            "v": record.version,
            "url": reverse("record", args=[record.pk]),
            "cells": [
                record.number,
                *self._standing(record),
                *(self._cell(field, record, lookup) for field in self.fields),
            ],
        }
        if self.opened.loop and record.closed_at:
            row["locked"] = "已销号，不能再修改"
        return row

    def _standing(self, record: Record) -> list[Any]:
        """What a matter's row shows before its fields; the light as (word, colour)."""
        opened = self.opened
        if opened.loop is None or opened.bounds is None:
            return []
        light = showing.light(record, opened.loop, opened.bounds)
        state = opened.states.get(record.state, record.state)
        return [[light["title"], light["code"]], state, showing.day(record.due_at)]

    def _cell(self, field: FieldSpec, record: Record, lookup: Lookup) -> Any:
        """The text of a cell; where it is copied or edited as another, both."""
        value = record.data.get(field.code)
        if value is None:
            return ""
        text = shown(field, value, lookup)
        if field.kind == "file" and isinstance(value, list):
            return [text, text, [self._file(pk) for pk in value if pk in self._known]]
        copied = cell_text(self.opened.spec, field.code, record, lookup)
        return text if text == copied else [text, copied]

    @cached_property
    def _known(self) -> dict[int, Attachment]:
        """The files of the rows that were asked for."""
        return {}

    def _files(self, records: list[Record]) -> dict[int, Attachment]:
        """The files that the fields of some records name, read at once."""
        codes = [field.code for field in self.fields if field.kind == "file"]
        ids = {pk for record in records for code in codes for pk in record.data.get(code) or ()}
        if ids:
            self._known.update(Attachment.objects.in_bulk(ids))
        return self._known

    def _file(self, pk: int) -> list[Any]:
        """A file as its cell holds it: id, name, address, and the address of its small picture."""
        file = self._known[pk]
        thumb = reverse("thumbnail", args=[pk]) if file.look else ""
        return [pk, file.name, reverse("attachment", args=[pk]), thumb]
