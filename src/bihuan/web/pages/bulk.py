"""One change for all records of a list: choose the field and its value, see what it would do, write it as one batch."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import BihuanError, Conflict, Invalid
from bihuan.expression import ExpressionError
from bihuan.ledger.models import Batch
from bihuan.ledger.references import lookup_for
from bihuan.ledger.sight import sight_of
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.values import shown
from bihuan.loop.bulk_edit import MOST_RECORDS, BulkPreview, prepare_bulk, preview_bulk
from bihuan.loop.editing import Planned, editable_fields, require_editor
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import go, is_part, signed_in
from bihuan.web.asking import Query, open_ledger
from bihuan.web.bulk_work import run_bulk
from bihuan.web.inputs import Filled, field_inputs, raw_values
from bihuan.web.middleware import status_of
from bihuan.web.pages.batch import get_batch

_SHOWN = 100


@signed_in
def choose(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The form: which field of the listed records, and its new value. Posting goes on to the preview."""
    query = Query(open_ledger(request, actor, code), request)
    require_editor(actor, query.opened.ledger)
    fields = _fields(query)
    asked = request.POST.get("field") or request.GET.get("field", "")
    field = next((item for item in fields if item.code == asked), None)
    if request.method != "POST" or field is None:
        return _form(request, query, field)
    try:
        batch = _prepared(request, query, field)
    except BihuanError as error:
        return _form(request, query, field, error)
    return go(request, reverse("bulk_preview", args=[batch.pk]))


def _fields(query: Query) -> tuple[FieldSpec, ...]:
    """The fields that the person may fill in at some step; each record's own is asked when it is worked out."""
    return query.opened.sight.ever_writable(editable_fields(query.opened.spec))


def _prepared(request: HttpRequest, query: Query, field: FieldSpec) -> Batch:
    opened = query.opened
    clears = bool(request.POST.get("clear"))
    sent = {} if clears else raw_values(request, opened.actor, opened.ledger, [field]).require()
    raw = {field.code: "" if clears else sent.get(field.code, "")}
    if not clears and raw[field.code] in ("", []):
        raise Invalid("请看内容", {field.code: "请填新的内容；要清空这个字段，请勾选“清空”"})
    try:
        rows = query.rows()
    except ExpressionError as error:
        raise Invalid(f"条件式有误：{error}") from error
    records = list(rows.values_list("pk", flat=True)[: MOST_RECORDS + 1])
    told = "；".join(query.told()) or "全部记录"
    return prepare_bulk(actor=opened.actor, ledger=opened.ledger, records=records, raw=raw, told=told)


def _form(
    request: HttpRequest, query: Query, field: FieldSpec | None, error: BihuanError | None = None
) -> HttpResponse:
    opened = query.opened
    problems = error.problems if isinstance(error, Invalid) else {}
    typed = {name: request.POST[name] for name in request.POST} if error else None
    plain = field.model_copy(update={"required": False}) if field else None
    filled = Filled({}, lookup_for(opened.spec, opened.actor.tree), opened.actor.tree, problems, typed)
    total = query.total() if "error" not in query.expression else None
    context = {
        "title": "批量修改",
        "crumbs": [{"title": opened.ledger.title, "url": query.url()}, {"title": "批量修改"}],
        "address": request.get_full_path(),
        "back": query.url(field=None),
        "told": query.told(),
        "total": f"{total.count:,}{' 条以上' if total.more else ' 条'}" if total else "",
        "problem": error.message if error else "",
        "fields": [
            {"value": item.code, "title": showing.title_of(item, opened.spec), "selected": item == field}
            for item in _fields(query)
        ],
        "inputs": field_inputs([plain], filled) if plain else [],
        "keep": [
            {"name": name, "value": value} for name, value in request.GET.items() if name not in ("field", "page")
        ],
    }
    return render(request, "bulk.html", context, status=status_of(error) if error else 200)


@signed_in
def preview(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """What the change would do: before and after, and what cannot be changed with its reason. Posting writes it."""
    batch = get_batch(actor, pk)
    url = reverse("batch", args=[pk])
    if batch.ledger is None or batch.state != Batch.State.CHECKED or batch.kind != "edit":
        return go(request, url)
    require_editor(actor, batch.ledger)
    if request.method == "POST":
        run_bulk(actor, batch)
        return go(request, url)
    if is_part(request):
        raise Conflict("请刷新页面")
    return render(request, "bulk_preview.html", _told(actor, batch, preview_bulk(actor=actor, batch=batch)))


def _told(actor: Actor, batch: Batch, found: BulkPreview) -> dict[str, Any]:
    opened = batch.ledger
    if opened is None:
        raise Conflict("这一批没有台账")
    count = len(batch.plan["records"])
    return {
        "title": "批量修改",
        "crumbs": [{"title": opened.title, "url": reverse("ledger", args=[opened.code])}, {"title": "批量修改"}],
        "told": batch.plan["told"],
        "total": count,
        "counts": [
            {"code": "update", "title": "将修改", "value": f"{len(found.changes):,}"},
            {"code": "unchanged", "title": "本来就是这样", "value": f"{found.unchanged:,}"},
            {"code": "fail" if found.refused else "fail zero", "title": "不能修改", "value": f"{len(found.refused):,}"},
        ],
        "beyond": found.beyond,
        "rows": _rows(actor, found.changes[:_SHOWN]),
        "more": max(0, len(found.changes) - _SHOWN),
        "refused": [
            {"number": one.record.number, "why": "；".join(one.problems.values())} for one in found.refused[:_SHOWN]
        ],
        "refused_more": max(0, len(found.refused) - _SHOWN),
        "back": reverse("ledger", args=[opened.code]),
    }


def _rows(actor: Actor, changes: list[Planned]) -> list[dict[str, Any]]:
    if not changes:
        return []
    sight = sight_of(actor, changes[0].record.ledger)
    spec, lookup = sight.spec, lookup_for(sight.spec, actor.tree)
    return [
        {
            "number": one.record.number,
            "url": reverse("record", args=[one.record.pk]),
            "title": showing.name_of(sight.see(one.record, lookup), spec, lookup),
            "changes": [
                {
                    "title": showing.title_of(spec.by_code[code], spec),
                    "old": shown(spec.by_code[code], old, lookup),
                    "new": shown(spec.by_code[code], new, lookup),
                }
                for code, old, new in sight.see_changes(one.record, _changes(one), lookup)
                if code in spec.by_code
            ],
        }
        for one in changes
    ]


def _changes(one: Planned) -> list[tuple[str, Any, Any]]:
    return [(code, one.before.get(code), value) for code, value in one.draft.set.items()]
