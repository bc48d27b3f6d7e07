"""Forms: a ledger's fields as inputs, and what comes back from them as raw values for the field types."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from bihuan.base.errors import Invalid
from bihuan.ledger.attachments import get_attachment, keep_file
from bihuan.ledger.linked_records import ledger_meant
from bihuan.ledger.models import Ledger
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BY_CODE, FieldType, Lookup, Masked
from bihuan.ledger.unreported import UNREPORTED
from bihuan.loop.spec import VerbSpec
from bihuan.org.actor import Actor
from bihuan.org.tree import Tree
from bihuan.web.unit_names import unit_label, unit_of

_MAX_FILES = 20
_LONGEST_ID = 19
_LONG_LINE = 100


@dataclass(frozen=True)
class Filled:
    """What a form's inputs are filled with: stored values, or what the person has just typed; and what is wrong."""

    values: Mapping[str, Any]
    lookup: Lookup
    tree: Tree
    problems: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, Any] | None = None
    pack: str = ""

    def value(self, spec: FieldSpec) -> Any:
        """The value as the input holds it: a file's is always the stored one, for a browser cannot send it twice."""
        if self.typed is not None and spec.code in self.typed and spec.kind != "file":
            return self.typed[spec.code]
        stored = self.values.get(spec.code)
        if stored is UNREPORTED:
            return str(stored)
        if stored is None or spec.kind == "file" or stored.__class__ is Masked:
            return stored if isinstance(stored, list) else ""
        return BY_CODE[spec.kind].entry(stored, spec, self.lookup)


def field_inputs(fields: Iterable[FieldSpec], filled: Filled) -> list[dict[str, Any]]:
    """Inputs for the fields that people fill in."""
    return [_input(spec, filled) for spec in fields if BY_CODE[spec.kind].is_input]


def _input(spec: FieldSpec, filled: Filled) -> dict[str, Any]:
    widget, value = BY_CODE[spec.kind].widget, filled.value(spec)
    masked = filled.values.get(spec.code)
    if isinstance(masked, Masked) and masked is not UNREPORTED:
        hint = f"现为 {masked}（已遮盖）；不改就留空"
        spec = spec.model_copy(update={"required": False, "hint": hint})
    found: dict[str, Any] = {
        "name": spec.code,
        "title": spec.title,
        "widget": widget,
        "value": value,
        "required": spec.required,
        "hint": spec.hint,
        "problem": filled.problems.get(spec.code),
        "wide": widget in ("textarea", "file", "ticks") or _is_long(spec),
        "max_length": spec.max_length if spec.kind in ("text", "longtext") else None,
    }
    return found | _particulars(spec, widget, value, filled)


def _is_long(spec: FieldSpec) -> bool:
    """Whether a line of text was declared to be a long one."""
    return spec.kind == "text" and "max_length" in spec.model_fields_set and spec.max_length >= _LONG_LINE


def _particulars(spec: FieldSpec, widget: str, value: Any, filled: Filled) -> dict[str, Any]:
    """What only some widgets have."""
    kind = BY_CODE[spec.kind]
    if widget in ("select", "radio", "ticks"):
        return {"options": _options(kind, spec, widget, value)}
    if widget == "unit":
        known = value if isinstance(value, int) else None
        return {"value": known or "", "text": unit_label(filled.tree, known) if known else str(value)}
    if widget == "person":
        return _person(value, filled.lookup)
    if widget == "record":
        return _record(spec, value, filled)
    if widget == "file":
        kept = [{"pk": pk, "title": filled.lookup.file_names.get(pk, str(pk))} for pk in value or []]
        return {
            "kept": kept,
            "multiple": spec.several,
            "limit": "" if spec.hint else "单个不超过 20 MB",
            "camera": True,
        }
    told = {"hint": spec.hint or "没有报的写“未报”，0 就写 0"} if spec.unreported else {}
    return {"unit": kind.measure(spec), **told} if kind.align_end else {}


def _options(kind: FieldType, spec: FieldSpec, widget: str, value: Any) -> list[dict[str, Any]]:
    chosen = value if isinstance(value, list) else [value]
    blank = [{"value": "", "title": "请选择", "selected": not value}] if widget == "select" else []
    return blank + [
        {"value": entry, "title": title, "selected": entry in chosen} for entry, title in kind.options(spec)
    ]


def _person(value: Any, lookup: Lookup) -> dict[str, Any]:
    """Persons by name; namesakes with their login."""
    logins = {pk: word for word, pk in lookup.persons.items() if word != lookup.person_names.get(pk)}
    labels = {
        pk: f"{name}（{logins.get(pk, pk)}）" if name in lookup.ambiguous else name
        for pk, name in lookup.person_names.items()
    }
    known = value if isinstance(value, int) else None
    return {
        "value": known or "",
        "text": labels.get(known, "") if known else str(value),
        "options": [{"value": pk, "title": label} for pk, label in labels.items()],
    }


def _record(spec: FieldSpec, value: Any, filled: Filled) -> dict[str, Any]:
    """A record by its number; what was typed and found nothing stays as it was typed."""
    known = filled.lookup.records.get(spec.of)
    numbers = known.numbers if known else {}
    digits = str(value).removeprefix("#")
    pk = int(digits) if digits.isdecimal() and len(digits) < _LONGEST_ID and value != digits else 0
    found = pk in numbers
    text = numbers[pk] if found else str(value)
    return {"value": pk if found else "", "text": text, "of": ledger_meant(filled.pack, spec.of)}


@dataclass(frozen=True)
class Sent:
    """What a posted form holds: raw values by field, and the files among it that could not be taken."""

    raw: dict[str, Any]
    problems: dict[str, str]

    def require(self) -> dict[str, Any]:
        """The raw values, or Invalid where a file was refused."""
        if self.problems:
            raise Invalid("附件没有上传成功", self.problems)
        return self.raw


def raw_values(request: HttpRequest, actor: Actor, ledger: Ledger, fields: Iterable[FieldSpec]) -> Sent:
    """What a posted form holds for the fields; new files are stored on the way, kept ones checked to be readable."""
    sent = Sent({}, {})
    for spec in fields:
        if spec.kind == "file":
            sent.raw[spec.code] = _files(request, actor, ledger, spec, sent.problems)
        elif spec.kind in ("unit", "person", "record"):
            sent.raw[spec.code] = _reference(request, spec, actor.tree)
        elif BY_CODE[spec.kind].widget == "ticks":
            sent.raw[spec.code] = request.POST.getlist(spec.code)
        elif BY_CODE[spec.kind].is_input:
            sent.raw[spec.code] = request.POST.get(spec.code, "")
    return sent


def _reference(request: HttpRequest, spec: FieldSpec, tree: Tree) -> Any:
    """The id that the picker found, else the words typed, which the field type will look up or refuse."""
    chosen = request.POST.get(spec.code, "")
    if chosen.isdecimal() and len(chosen) < _LONGEST_ID:
        return f"#{chosen}" if spec.kind == "record" else int(chosen)
    typed = request.POST.get(f"{spec.code}_name", "") or chosen
    node = unit_of(tree, typed) if spec.kind == "unit" else None
    return node.pk if node else typed


def _files(request: HttpRequest, actor: Actor, ledger: Ledger, spec: FieldSpec, problems: dict[str, str]) -> list[int]:
    """The ids of the files kept and of those uploaded; one that is refused leaves the others in the form."""
    ids = [int(pk) for pk in request.POST.getlist(f"{spec.code}_keep") if pk.isdecimal() and len(pk) < _LONGEST_ID]
    for pk in ids:
        get_attachment(actor, pk)
    for upload in request.FILES.getlist(spec.code):
        if not isinstance(upload, UploadedFile) or not upload.name:
            continue
        if len(ids) == (_MAX_FILES if spec.several else 1):
            problems[spec.code] = f"最多放 {_MAX_FILES} 个附件" if spec.several else "只能放一个附件"
            break
        try:
            ids.append(keep_file(actor=actor, ledger=ledger, upload=upload).pk)
        except Invalid as error:
            problems[spec.code] = "；".join(filter(None, (problems.get(spec.code), str(error))))
    return ids


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


def posted_version(request: HttpRequest) -> int | None:
    """The version of the record that the form was opened on."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < _LONGEST_ID else None
