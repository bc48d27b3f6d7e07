"""A verb's form and its doing."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import BihuanError, Conflict, Invalid, NotAllowed, NotFound
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.linked_records import with_records
from bihuan.ledger.models import Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import get_record
from bihuan.ledger.sight import sight_of
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.values import file_ids
from bihuan.loop.actions import perform
from bihuan.loop.brought import Said, asked_fields, form_spec, more_fields
from bihuan.loop.definitions import loop_for
from bihuan.loop.drafts import draft_of, drop_draft, keep_draft
from bihuan.loop.rules import guard_holds, may, stands, why_barred, why_not
from bihuan.loop.spec import LoopSpec, VerbSpec
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import go, is_part, signed_in
from bihuan.web.inputs import Filled, field_inputs, posted_version, raw_values, verb_inputs
from bihuan.web.middleware import status_of
from bihuan.web.same_files import point_out_twins


@dataclass(frozen=True)
class Asked:
    """What a verb's form asks: the ledger's fields, and what the verb needs beside them."""

    verb: VerbSpec
    loop: LoopSpec
    ledgers: tuple[FieldSpec, ...]
    more: tuple[FieldSpec, ...]

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        return (*self.more, *self.ledgers)


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int, code: str) -> HttpResponse:
    """The form of a verb; posting does it, or gives the form back with what is wrong."""
    record = get_record(actor, pk)
    spec, loop = spec_of(record.ledger), loop_for(record)
    verb = loop.verb.get(code) if loop else None
    if loop is None or verb is None:
        raise NotFound("没有这个操作")
    theirs = sight_of(actor, record.ledger).writable(asked_fields(verb, spec), record.state)
    asked = Asked(verb, loop, theirs, more_fields(record, verb, loop))
    if request.method == "POST":
        return _do(request, actor, record, asked)
    _offer(actor, record, verb, loop)
    kept = draft_of(actor, _form_of(record, verb))
    return _form(request, actor, record, asked, kept[0] if kept else {}, None, showing.moment(kept[1]) if kept else "")


def _form_of(record: Record, verb: VerbSpec) -> str:
    """What the draft of this form is kept under: another verb, another step, another draft."""
    return f"verb:{record.pk}:{record.state}:{verb.code}"


def _offer(actor: Actor, record: Record, verb: VerbSpec, loop: LoopSpec) -> None:
    if not may(actor, record, verb, loop):
        raise NotAllowed(f"您不能对“{record.number}”做“{verb.title}”")
    if not stands(record, verb):
        raise Conflict(why_not(record, verb, loop))
    if not guard_holds(record, verb, loop):
        raise NotAllowed(why_barred(verb))


def _do(request: HttpRequest, actor: Actor, record: Record, asked: Asked) -> HttpResponse:
    typed: dict[str, Any] = {
        "criteria": tuple(request.POST.getlist("criteria")),
        "reason": request.POST.get("reason", ""),
    }
    sent = raw_values(request, actor, record.ledger, asked.fields)
    typed |= sent.raw
    if request.POST.get("then") == "keep":
        _offer(actor, record, asked.verb, asked.loop)
        keep_draft(actor=actor, form=_form_of(record, asked.verb), typed=typed)
        messages.success(request, "已暂存，只有您自己看得到；再打开这张表单就能接着填")
        return go(request, reverse("record", args=[record.pk]))
    try:
        said = Said(sent.require(), typed["reason"], typed["criteria"], posted_version(request))
        perform(actor=actor, pk=record.pk, verb=asked.verb.code, said=said)
    except (Invalid, Conflict) as error:
        return _form(request, actor, record, asked, typed, error)
    drop_draft(actor=actor, form=_form_of(record, asked.verb))
    messages.success(request, f"{record.number} 已{asked.verb.title}")
    point_out_twins(request, actor, record, [pk for ids in sent.raw.values() if isinstance(ids, list) for pk in ids])
    return go(request, reverse("record", args=[record.pk]))


def _form(
    request: HttpRequest,
    actor: Actor,
    record: Record,
    asked: Asked,
    typed: dict[str, Any],
    error: BihuanError | None,
    kept_at: str = "",
) -> HttpResponse:
    spec, verb, ledger = spec_of(record.ledger), asked.verb, record.ledger.code
    files, whole = [*file_ids(spec, record.data), *file_ids(spec, typed)], form_spec(spec, asked.more)
    lookup = lookup_for(whole, actor.tree, files=files)
    lookup = with_records(lookup, actor=actor, ledger=ledger, spec=whole, data=[record.data], raw=[typed])
    sight = sight_of(actor, record.ledger)
    record = sight.see(record, lookup)
    stored = {**record.data, **{code: ids for code, ids in typed.items() if isinstance(ids, list)}}
    problems = error.problems if isinstance(error, Invalid) else {}
    filled = Filled(stored, lookup, actor.tree, problems, typed or None, ledger.partition(".")[0])
    context = {
        "title": verb.title,
        "crumbs": [
            {"title": record.number, "url": reverse("record", args=[record.pk])},
            {"title": verb.title},
        ],
        "record": {"pk": record.pk, "number": record.number, "title": showing.name_of(record, sight.spec, lookup)},
        "verb": {"code": verb.code, "title": verb.title, "style": verb.tone, "hint": verb.hint},
        "form": {
            "fields": field_inputs(asked.fields, filled) + verb_inputs(verb, typed, problems),
            "problem": error.message if error else "",
            "kept_at": kept_at,
            "version": request.POST.get("version") or record.version,
        },
    }
    page = "parts/verb_form.html" if is_part(request) else "verb.html"
    return render(request, page, context, status=status_of(error) if error else 200)
