"""佐证: one file may prove several matters; it has a date of its own, and may expire."""

from typing import Any

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.ledger.attachments import get_attachment
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Attachment, Record
from bihuan.ledger.rules import visible_records
from bihuan.ledger.spec import ChoiceSpec, FieldSpec
from bihuan.ledger.values import file_ids
from bihuan.loop.effects.base import Doing, Effect, Outcome
from bihuan.loop.effects.recurrences import tied
from bihuan.loop.spec import LoopSpec, VerbSpec

FILE, DATED, EXPIRES, SOURCE = "do_file", "do_dated", "do_expires", "do_source"


def files_of(record: Record) -> list[int]:
    """The files that a record names in its fields, those of other matters included."""
    return file_ids(spec_of(record.ledger), record.data)


def _date_inputs(record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    names = Attachment.objects.filter(pk__in=files_of(record)).order_by("pk").values_list("pk", "name")
    files = tuple(ChoiceSpec(code=str(pk), title=f"{name}（{pk}）") for pk, name in names)
    return (
        FieldSpec(code=FILE, title="哪份材料", kind="choice", required=True, choices=files),
        FieldSpec(code=DATED, title="材料日期", kind="date", required=True, hint="材料自己的日期，不是上传的日期"),
        FieldSpec(code=EXPIRES, title="有效至", kind="date", hint="没有有效期的不填"),
    )


def _source_inputs(_record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    return (FieldSpec(code=SOURCE, title="引用哪一件的佐证（编号）", kind="text", required=True, max_length=60),)


def _date(doing: Doing) -> Outcome:
    """Say what date a file bears and until when it is good."""
    dated, expires = doing.brought[DATED], doing.brought.get(EXPIRES)
    if dated > clock.local_date(doing.now).isoformat():
        raise Invalid("日期不对", {DATED: "材料日期不能晚于今天"})
    if expires and expires < dated:
        raise Invalid("日期不对", {EXPIRES: "有效期早于材料日期"})
    entry = {"dated": dated, **({"expires": expires} if expires else {}), **doing.by}
    known = doing.log.get("evidence", {})
    return Outcome({**doing.log, "evidence": {**known, doing.brought[FILE]: entry}})


def _cite(doing: Doing) -> Outcome:
    """Let the files of another matter of the ledger prove this one too, with their dates."""
    record, number = doing.record, doing.brought[SOURCE].strip()
    other = visible_records(doing.actor, record.ledger).filter(number=number).exclude(pk=record.pk).first()
    present = files_of(record)
    fresh = [pk for pk in files_of(other) if pk not in present] if other else []
    field = next((field for field in doing.spec.fields if field.kind == "file" and field.several), None)
    if other is None or not fresh or field is None:
        raise Invalid("没有可以引用的", {SOURCE: f"“{number}”没有可以引用到这里的佐证材料，或者它不在您的查看范围内"})
    for pk in fresh:
        get_attachment(doing.actor, pk)
    dates = {str(pk): entry for pk in fresh if (entry := other.loop.get("evidence", {}).get(str(pk)))}
    log: dict[str, Any] = tied(doing.log, "cites", other.pk)
    if dates:
        log["evidence"] = {**log.get("evidence", {}), **dates}
    changes = {field.code: [*record.data.get(field.code, []), *fresh]}
    return Outcome(log, detail={"of": other.number}, changes=changes)


EFFECTS = {
    "cite": Effect(_cite, _source_inputs),
    "date_evidence": Effect(_date, _date_inputs, lambda record: bool(files_of(record))),
}
