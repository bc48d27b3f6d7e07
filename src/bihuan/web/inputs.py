"""Forms: a ledger's fields as inputs, and what comes back from them as raw values for the field types."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from bihuan.base.clock import COUNTY_TIME
from bihuan.base.errors import Invalid
from bihuan.ledger.attachments import get_attachment, keep_file
from bihuan.ledger.models import Ledger
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BY_CODE, Lookup
from bihuan.loop.spec import VerbSpec
from bihuan.org.actor import Actor

_MAX_FILES = 20


def field_inputs(
    fields: Iterable[FieldSpec],
    values: Mapping[str, Any],
    lookup: Lookup,
    problems: Mapping[str, str],
    typed: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Inputs for fields. `values` are stored ones; `typed`, where given, is what the person has just sent."""
    return [_input(field, values.get(field.code), lookup, problems, typed) for field in fields]


def _input(
    field: FieldSpec,
    stored: Any,
    lookup: Lookup,
    problems: Mapping[str, str],
    typed: Mapping[str, Any] | None,
) -> dict[str, Any]:
    widget = BY_CODE[field.kind].widget
    value = _input_value(field, stored)
    if typed is not None and field.code in typed and field.kind != "file":
        value = typed[field.code]
    found: dict[str, Any] = {
        "name": field.code,
        "title": field.title,
        "widget": widget,
        "value": value,
        "required": field.required,
        "hint": field.hint,
        "problem": problems.get(field.code),
        "wide": field.kind in ("longtext", "file"),
        "max_length": field.max_length if widget in ("text", "textarea") else None,
    }
    return found | _particulars(field, value, stored, lookup)


def _particulars(field: FieldSpec, value: Any, stored: Any, lookup: Lookup) -> dict[str, Any]:
    """What only some widgets have."""
    if field.kind == "choice":
        options = [{"value": "", "title": "请选择", "selected": not value}]
        options += [
            {"value": choice.code, "title": choice.title, "selected": choice.code == value} for choice in field.choices
        ]
        return {"options": options}
    if field.kind == "unit":
        known = value if isinstance(value, int) else stored
        return {"text": lookup.unit_names.get(known, "") if known else ""}
    if field.kind == "person":
        options = [{"value": pk, "title": name} for pk, name in lookup.person_names.items()]
        return {"options": options, "text": lookup.person_names.get(stored, "")}
    if field.kind == "file":
        kept = [{"pk": pk, "title": lookup.file_names.get(pk, str(pk))} for pk in stored or []]
        return {"kept": kept, "multiple": field.several, "limit": "单个不超过 20 MB", "camera": True}
    if BY_CODE[field.kind].align_end:
        return {"unit": field.measure or ("万元" if field.kind == "money" else "")}
    return {}


def _input_value(field: FieldSpec, stored: Any) -> Any:
    if stored is None:
        return ""
    if field.kind == "datetime":
        return f"{datetime.fromisoformat(stored).astimezone(COUNTY_TIME):%Y-%m-%dT%H:%M}"
    if BY_CODE[field.kind].align_end:
        return str(BY_CODE[field.kind].python(stored))
    return stored


def raw_values(request: HttpRequest, actor: Actor, ledger: Ledger, fields: Iterable[FieldSpec]) -> dict[str, Any]:
    """What a posted form holds for the fields; new files are stored on the way, kept ones checked to be readable."""
    raw: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for field in fields:
        if field.kind == "file":
            try:
                raw[field.code] = _files(request, actor, ledger, field)
            except Invalid as error:
                problems[field.code] = str(error)
        elif field.kind in ("unit", "person"):
            raw[field.code] = _reference(request, field.code)
        else:
            raw[field.code] = request.POST.get(field.code, "")
    if problems:
        raise Invalid("附件没有上传成功", problems)
    return raw


def _reference(request: HttpRequest, name: str) -> Any:
    """The id that the picker found, else the words typed, which the field type will look up or refuse."""
    chosen = request.POST.get(name, "")
    if chosen.isdigit():
        return int(chosen)
    return request.POST.get(f"{name}_name", "") or chosen


def _files(request: HttpRequest, actor: Actor, ledger: Ledger, field: FieldSpec) -> list[int]:
    kept = [int(pk) for pk in request.POST.getlist(f"{field.code}_keep") if pk.isdigit()]
    for pk in kept:
        get_attachment(actor, pk)
    uploads = [file for file in request.FILES.getlist(field.code) if isinstance(file, UploadedFile) and file.name]
    if len(kept) + len(uploads) > _MAX_FILES:
        raise Invalid(f"最多放 {_MAX_FILES} 个附件")
    return kept + [keep_file(actor=actor, ledger=ledger, upload=upload).pk for upload in uploads]


def verb_inputs(verb: VerbSpec, typed: Mapping[str, Any], problems: Mapping[str, str]) -> list[dict[str, Any]]:
    """The inputs a verb has beside its fields: the criteria to tick, the reason."""
    found: list[dict[str, Any]] = []
    if verb.criteria:
        ticked = typed.get("criteria", ())
        options = [
            {
                "value": point.code,
                "title": f"{point.title}（{point.basis}）" if point.basis else point.title,
                "selected": point.code in ticked,
            }
            for point in verb.criteria
        ]
        found.append(
            {
                "name": "criteria",
                "title": "认定标准（逐条确认）",
                "widget": "ticks",
                "required": True,
                "options": options,
                "problem": problems.get("criteria"),
                "wide": True,
            }
        )
    if verb.reason != "none":
        found.append(
            {
                "name": "reason",
                "title": verb.reason_title,
                "widget": "textarea",
                "required": verb.reason == "required",
                "value": typed.get("reason", ""),
                "phrases": list(verb.phrases),
                "problem": problems.get("reason"),
                "wide": True,
                "rows": 3,
                "max_length": 2_000,
            }
        )
    return found
