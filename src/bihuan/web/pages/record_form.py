"""The form of a whole record, new or edited."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import BihuanError, Conflict, Invalid, NotAllowed
from bihuan.ledger.definitions import find_ledger, spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import get_record, may_import
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.values import file_ids
from bihuan.loop.actions import create_record, edit_record
from bihuan.loop.definitions import loop_of
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import go, signed_in
from bihuan.web.inputs import field_inputs, raw_values
from bihuan.web.middleware import status_of


@signed_in
def new(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """A form for a new record; posting opens it."""
    ledger = find_ledger(code)
    if not may_import(actor, ledger):
        raise NotAllowed(f"您不能在“{ledger.title}”新增记录")
    raw: dict[str, Any] = {}
    if request.method == "POST":
        try:
            raw = raw_values(request, actor, ledger, _fields(ledger))
            record = create_record(actor=actor, ledger=ledger, fields=raw)
            return go(request, reverse("record", args=[record.pk]))
        except (Invalid, Conflict) as error:
            return _page(request, actor, ledger, None, raw, error)
    return _page(request, actor, ledger, None, {}, None)


@signed_in
def edit(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A form with a record's fields; posting changes what was changed."""
    record = get_record(actor, pk)
    ledger = record.ledger
    if not may_import(actor, ledger):
        raise NotAllowed(f"您不能修改“{ledger.title}”的记录")
    raw: dict[str, Any] = {}
    if request.method == "POST":
        version = request.POST.get("version", "")
        try:
            raw = raw_values(request, actor, ledger, _fields(ledger))
            edit_record(actor=actor, record=record, fields=raw, version=int(version) if version.isdigit() else None)
            return go(request, reverse("record", args=[record.pk]))
        except (Invalid, Conflict) as error:
            return _page(request, actor, ledger, record, raw, error)
    return _page(request, actor, ledger, record, {}, None)


def _fields(ledger: Ledger) -> tuple[FieldSpec, ...]:
    """The fields a form asks for: what a verb will bring later is left to it."""
    spec, loop = spec_of(ledger), loop_of(ledger)
    later = (
        {ask.field for verb in loop.verbs for ask in verb.asks if verb.from_ and loop.steps[0].code not in verb.from_}
        if loop
        else set()
    )
    return tuple(field for field in spec.fields if field.code not in later)


def _page(
    request: HttpRequest,
    actor: Actor,
    ledger: Ledger,
    record: Record | None,
    raw: dict[str, Any],
    error: BihuanError | None,
) -> HttpResponse:
    spec = spec_of(ledger)
    problems = error.problems if isinstance(error, Invalid) else {}
    stored = record.data if record else {}
    files = [*file_ids(spec, stored), *file_ids(spec, raw)]
    lookup = lookup_for(spec, actor.tree, files=files)
    typed = raw if error else None
    number = record.number if record else "新建"
    context = {
        "title": number,
        "crumbs": [
            {"title": ledger.title, "url": reverse("ledger", args=[ledger.code])},
            {"title": f"修改 {number}" if record else "新建"},
        ],
        "ledger": {"code": ledger.code, "title": ledger.title},
        "record": {"pk": record.pk, "number": number, "title": showing.name_of(record, spec, lookup)}
        if record
        else None,
        "form": {
            "groups": _form_groups(ledger, spec, stored, lookup, problems, typed),
            "problem": str(error.message) if error else "",
            "problems": len(problems),
            "version": record.version if record else "",
        },
        "cancel_url": reverse("record", args=[record.pk]) if record else reverse("ledger", args=[ledger.code]),
    }
    return render(request, "record_form.html", context, status=status_of(error) if error else 200)


def _form_groups(
    ledger: Ledger, spec: LedgerSpec, stored: Any, lookup: Any, problems: Any, typed: Any
) -> list[dict[str, Any]]:
    asked = {field.code for field in _fields(ledger)}
    groups = {
        title: [field for field in fields if field.code in asked] for title, fields in showing.groups(spec).items()
    }
    return [
        {"title": title, "fields": field_inputs(fields, stored, lookup, problems, typed)}
        for title, fields in groups.items()
        if fields
    ]
