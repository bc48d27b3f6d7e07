"""The only ways a petition comes in, is merged, and is rated. Dispatch and rejection are verbs of its matter's loop."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed
from bihuan.ledger.attachments import keep_file
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Record
from bihuan.ledger.rules import get_record
from bihuan.loop.actions import Said, create_record, perform
from bihuan.loop.deadline import due_after
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.petition.codes import mark_of, new_code
from bihuan.loop.petition.models import Petition
from bihuan.loop.petition.queries import by_code, main_of
from bihuan.loop.petition.rules import areas, get_page, ledger_of, require_desk
from bihuan.loop.petition.spec import PetitionSpec
from bihuan.org.actor import Actor, system_actor

RATINGS = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
_LONGEST_PLACE = 300
_LONGEST_WORDS = 300


@transaction.atomic
def submit(
    *, page: InForce[PetitionSpec], fields: Mapping[str, Any], photos: Sequence["ContentFile[bytes]"] = ()
) -> tuple[Petition, str]:
    """Take a petition in as a matter; gives it with the code that is shown once. Only the page's fields are taken."""
    spec, ledger, public = page.spec, ledger_of(page), system_actor("公众提交")
    raw: dict[str, Any] = {code: str(fields.get(code, "")) for code in spec.fields}
    if not raw[spec.text_field].strip():
        raise Invalid("还不能提交", {spec.text_field: "请写明您的诉求"})
    if raw.get(spec.area_field) and raw[spec.area_field] not in areas():
        raise Invalid("还不能提交", {spec.area_field: "请从名单里选一个乡镇或街道"})
    raw |= spec.set
    opened = spec_of(ledger).opened_field
    if opened and opened not in raw:
        raw[opened] = clock.today().isoformat()
    if photos and spec.photo_field:
        raw[spec.photo_field] = [keep_file(actor=public, ledger=ledger, upload=photo).pk for photo in photos]
    record = create_record(actor=public, ledger=ledger, fields=raw, reason=f"{spec.title}：公众提交")
    code = new_code()
    petition = Petition.objects.create(
        code=page.code,
        mark=mark_of(code),
        record=record,
        text=raw[spec.text_field],
        place=raw.get(spec.place_field, "")[:_LONGEST_PLACE],
        submitted_at=clock.now(),
        reply_by=due_after(clock.today(), spec.reply.days, spec.reply.count).at,
    )
    return petition, code


@transaction.atomic
def merge(*, actor: Actor, pk: int, into: int) -> Petition:
    """Merge a petition into another of the same page: its matter is closed as a double, its answer is the other's."""
    pair = {row.pk: row for row in Petition.objects.select_for_update().filter(pk__in=(pk, into))}
    if pk == into or len(pair) != len({pk, into}):
        raise Conflict("要合并的两件诉求不对，请刷新后再试")
    petition, main = pair[pk], pair[into]
    page = get_page(petition.code)
    require_desk(actor, page)
    if main.code != petition.code or petition.merged_into_id or main.merged_into_id:
        raise Conflict("其中一件已经并入别的诉求，请刷新后再试")
    number = Record.objects.values_list("number", flat=True).get(pk=main.record_id)
    said = Said(reason=f"与 {number} 重复，并入办理")
    perform(actor=actor, pk=get_record(actor, petition.record_id).pk, verb=page.spec.reject, said=said)
    Petition.objects.filter(merged_into=petition).update(merged_into=main)
    petition.merged_into = main
    petition.save(update_fields=["merged_into"])
    return petition


@transaction.atomic
def rate(*, code: str, rating: int, words: str = "") -> Petition:
    """Say how satisfied who submitted is with the answer, once."""
    petition = Petition.objects.select_for_update().get(pk=by_code(code).pk)
    if rating not in RATINGS:
        raise Invalid("请选择满意程度", {"rating": "请选择满意程度"})
    if len(words) > _LONGEST_WORDS:
        raise Invalid("还不能提交", {"words": f"写了 {len(words)} 个字，最多 {_LONGEST_WORDS} 个字"})
    if main_of(petition).record.closed_at is None:
        raise NotAllowed("还没有办结，办结后可以评价")
    if petition.rated_at is not None:
        raise Conflict("您已经评价过了，谢谢")
    petition.rating, petition.rating_words, petition.rated_at = rating, words.strip(), clock.now()
    petition.save(update_fields=["rating", "rating_words", "rated_at"])
    return petition
