"""The form of a whole record, new or edited."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import BihuanError, Conflict, Invalid, NotAllowed
from bihuan.ledger.linked_records import with_records
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import get_record, may_import
from bihuan.ledger.sight import Sight, sight_of
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.values import file_ids
from bihuan.loop.actions import create_record, edit_record
from bihuan.loop.definitions import loop_of
from bihuan.loop.drafts import draft_of, drop_draft, keep_draft
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import go, signed_in
from bihuan.web.asking import open_ledger
from bihuan.web.inputs import Filled, field_inputs, posted_version, raw_values
from bihuan.web.known import Offered, may_be_known, offered
from bihuan.web.merging import merge
from bihuan.web.middleware import status_of
from bihuan.web.same_files import point_out_twins


@dataclass
class Form:
    """A form of a ledger's fields, for a new record or one that is there, with what was sent and what was wrong."""

    actor: Actor
    ledger: Ledger
    record: Record | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    error: BihuanError | None = None
    known: dict[str, Offered] = field(default_factory=dict)
    kept_at: str = ""

    @cached_property
    def sight(self) -> Sight:
        return sight_of(self.actor, self.ledger)

    @property
    def spec(self) -> LedgerSpec:
        return self.sight.spec

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """The fields to ask for: what a verb will bring later is left to it, unless it must be there at once."""
        loop = loop_of(self.ledger)
        later = {
            ask.field
            for verb in (loop.verbs if loop else ())
            for ask in verb.asks
            if loop and verb.from_ and loop.steps[0].code not in verb.from_
        }
        first = loop.steps[0].code if loop else ""
        step = self.record.state if self.record else first
        mine = self.sight.writable(self.spec.fields, step)
        return tuple(item for item in mine if item.required or item.code not in later)

    def fill_in(self, request: HttpRequest) -> None:
        """What the address says of fields, as a link from a plan does; nothing is saved by it."""
        asked = [item.code for item in self.fields if item.kind in ("text", "record") and item.code in request.GET]
        kept = draft_of(self.actor, self.name)
        self.kept_at = showing.moment(kept[1]) if kept else ""
        self.raw = (kept[0] if kept else {}) | {code: request.GET[code][:200] for code in asked}

    @property
    def name(self) -> str:
        """What the draft of a new record is kept under."""
        return f"new:{self.ledger.code}"

    def keep(self, request: HttpRequest) -> None:
        """Keep what was typed, unchecked, for the same person to go on with."""
        self.raw = raw_values(request, self.actor, self.ledger, self.fields).raw
        keep_draft(actor=self.actor, form=self.name, typed=self.raw)

    def look_up(self, request: HttpRequest) -> None:
        """Fill the inputs that were left blank with what other records know of the same thing."""
        self.raw = raw_values(request, self.actor, self.ledger, self.fields).raw
        self.known = offered(request, self.actor, self.spec, self.raw)
        self.raw |= {code: item.typed for code, item in self.known.items()}

    @property
    def files(self) -> list[int]:
        """The files that were sent, or kept, with the form."""
        return file_ids(self.spec, self.raw)

    def send(self, request: HttpRequest) -> Record:
        """Read what was posted and write it. Raises Invalid or Conflict; what was sent is kept in `raw`."""
        sent = raw_values(request, self.actor, self.ledger, self.fields)
        self.raw = sent.raw
        if self.record is None:
            return create_record(actor=self.actor, ledger=self.ledger, fields=sent.require())
        version = posted_version(request)
        return edit_record(actor=self.actor, record=self.record, fields=sent.require(), version=version)


@signed_in
def new(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """A form for a new record; posting opens it, and with then=new gives another form."""
    ledger = open_ledger(request, actor, code).ledger
    if not may_import(actor, ledger):
        raise NotAllowed(f"您不能在“{ledger.title}”新增记录")
    form = Form(actor, ledger)
    if request.method != "POST":
        form.fill_in(request)
    elif request.POST.get("then") == "keep":
        form.keep(request)
        messages.success(request, "已暂存，只有您自己看得到；再点“新建”就能接着填")
        return go(request, reverse("ledger", args=[code]))
    elif request.POST.get("then") == "known":
        form.look_up(request)
    else:
        try:
            record = form.send(request)
        except (Invalid, Conflict) as error:
            form.error = error
            return _page(request, form)
        drop_draft(actor=actor, form=form.name)
        point_out_twins(request, actor, record, form.files)
        messages.success(request, f"已新建 {record.number}")
        again = request.POST.get("then") == "new"
        return go(request, reverse("record_new", args=[code]) if again else reverse("record", args=[record.pk]))
    return _page(request, form)


@signed_in
def edit(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A form with a record's fields; posting changes what was changed."""
    record = get_record(actor, pk)
    if not may_import(actor, record.ledger):
        raise NotAllowed(f"您不能修改“{record.ledger.title}”的记录")
    form = Form(actor, record.ledger, record)
    if request.method == "POST":
        try:
            form.send(request)
        except (Invalid, Conflict) as error:
            form.error = error
            record.refresh_from_db()
            return _page(request, form)
        record.refresh_from_db()
        point_out_twins(request, actor, record, form.files)
        messages.success(request, f"已保存 {record.number}")
        return go(request, reverse("record", args=[record.pk]))
    return _page(request, form)


def _page(request: HttpRequest, form: Form) -> HttpResponse:
    ledger, record, spec, error = form.ledger, form.record, form.spec, form.error
    files = [*file_ids(spec, record.data if record else {}), *file_ids(spec, form.raw)]
    plain, data = lookup_for(spec, form.actor.tree, files=files), [record.data if record else {}]
    lookup = with_records(plain, actor=form.actor, ledger=ledger.code, spec=spec, data=data, raw=[form.raw])
    record = form.sight.see(record, lookup) if record else None
    stored = record.data if record else {}
    number = record.number if record else "新建"
    filled = _filled(request, form, stored, lookup)
    context = {
        "title": number,
        "crumbs": [
            {"title": ledger.title, "url": reverse("ledger", args=[ledger.code])},
            {"title": f"修改 {number}" if record else "新建"},
        ],
        "ledger": {"code": ledger.code, "title": ledger.title},
        "record": record
        and {
            "pk": record.pk,
            "number": number,
            "title": showing.name_of(record, spec, lookup),
            "version": record.version,
        },
        "form": {
            "groups": _groups(form, filled),
            "problem": _told(form),
            "kept_at": form.kept_at,
            "problems": len(filled.problems),
            "version": record.version if record else "",
            "asks_known": record is None and may_be_known(form.fields),
        },
        "cancel_url": reverse("record", args=[record.pk]) if record else reverse("ledger", args=[ledger.code]),
    }
    return render(request, "record_form.html", context, status=status_of(error) if error else 200)


def _told(form: Form) -> str:
    if isinstance(form.error, Conflict) and form.record:
        return f"{form.error.message}您填的都保留着，别人的改动也已带入下面；核对后再保存即可。"
    return form.error.message if form.error else ""


def _filled(request: HttpRequest, form: Form, stored: dict[str, Any], lookup: Lookup) -> Filled:
    """What the form holds: after a refusal what was typed; after somebody was faster, that over what they saved."""
    files = {item.code: form.raw[item.code] for item in form.fields if item.kind == "file" and item.code in form.raw}
    problems = form.error.problems if isinstance(form.error, Invalid) else {}
    typed = form.raw or None
    version = posted_version(request)
    if isinstance(form.error, Conflict) and form.record and version is not None:
        merged = merge(form.sight, form.record, form.fields, form.raw, version, lookup)
        typed, problems = merged.typed, merged.problems
    return Filled({**stored, **files}, lookup, form.actor.tree, problems, typed, form.ledger.code.partition(".")[0])


def _groups(form: Form, filled: Filled) -> list[dict[str, Any]]:
    asked = {item.code for item in form.fields}
    groups = {
        title: [item for item in fields if item.code in asked] for title, fields in showing.groups(form.spec).items()
    }
    return [
        {"title": title, "fields": [_with_source(item, form) for item in field_inputs(fields, filled)]}
        for title, fields in groups.items()
        if fields
    ]


def _with_source(item: dict[str, Any], form: Form) -> dict[str, Any]:
    """An input that was filled from another record says so."""
    known = form.known.get(item["name"])
    return {**item, "hint": known.told} if known else item
