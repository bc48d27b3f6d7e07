"""What a person brings to a verb: the form's fields, what the effect asks beside them, an opinion, criteria ticked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bihuan.base.errors import Invalid
from bihuan.ledger.attachments import usable_files
from bihuan.ledger.linked_records import with_records
from bihuan.ledger.models import Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.sight import sight_of
from bihuan.ledger.spec import ChoiceSpec, FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE, BadValue, Lookup
from bihuan.ledger.unreported import marked
from bihuan.ledger.values import file_ids, read_fields
from bihuan.loop.effects import EFFECTS
from bihuan.loop.effects.people import PEOPLE
from bihuan.loop.spec import LoopSpec, VerbSpec
from bihuan.org.actor import Actor

REASON_LIMIT = 2_000
TO = "do_to"
_OPINION = FieldSpec(code="reason", title="意见", kind="longtext", max_length=REASON_LIMIT)
_read_opinion = BY_CODE["longtext"].reader(_OPINION, Lookup())
_MOST_PEOPLE = 50


@dataclass(frozen=True)
class Said:
    """What a person brings to a verb: the form's raw fields, their opinion, the criteria they ticked."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    criteria: tuple[str, ...] = ()
    version: int | None = None


@dataclass(frozen=True)
class Brought:
    """What was brought, read: changes to the record's fields, and what the effect asked for."""

    changes: dict[str, Any]
    more: dict[str, Any]


def opinion(text: str) -> str:
    """An opinion without marks that nobody sees. One that is too long stays as it is, for the form to say so."""
    return text if len(text) > REASON_LIMIT else str(_read_opinion(text))


def asked_fields(verb: VerbSpec, spec: LedgerSpec, kept: frozenset[str] = frozenset()) -> tuple[FieldSpec, ...]:
    """The ledger's fields that a verb asks for; required where the verb says so, unless it only saves.

    `kept` are masked fields that were left as they are, which is as good as given.
    """
    return tuple(
        spec.by_code[ask.field].model_copy(
            update={"required": ask.required and verb.effect != "save" and ask.field not in kept}
        )
        for ask in verb.asks
    )


def _kept(actor: Actor, record: Record, said: "Said") -> frozenset[str]:
    masked = sight_of(actor, record.ledger).masks(record.pk, record.state)
    return frozenset(code for code in masked if code not in said.fields and record.data.get(code) is not None)


def more_fields(record: Record, verb: VerbSpec, loop: LoopSpec) -> tuple[FieldSpec, ...]:
    """What the form of a verb asks beside the ledger's fields: which step to go to, and what its effect needs."""
    steps = tuple(ChoiceSpec(code=code, title=loop.states[code]) for code in verb.to_choices)
    to = FieldSpec(code=TO, title="到哪个环节", kind="choice", required=True, choices=steps)
    return (*((to,) if steps else ()), *EFFECTS[verb.effect].inputs(record, loop, verb))


def form_spec(spec: LedgerSpec, more: tuple[FieldSpec, ...]) -> LedgerSpec:
    """A ledger whose fields are also those that a form asks for, so that one lookup serves both."""
    return LedgerSpec.model_construct(**{**dict(spec), "fields": (*spec.fields, *more, *_persons(more))})


def _persons(more: tuple[FieldSpec, ...]) -> tuple[FieldSpec, ...]:
    """Several people are typed as a text, yet looked up as persons."""
    return tuple(FieldSpec(code="do_names", title="人员", kind="person") for field in more if field.code == PEOPLE)


def read_brought(actor: Actor, record: Record, verb: VerbSpec, loop: LoopSpec, spec: LedgerSpec, said: Said) -> Brought:
    """What was brought, or Invalid with each problem beside its field."""
    asked, more = asked_fields(verb, spec, _kept(actor, record, said)), more_fields(record, verb, loop)
    problems: dict[str, str] = {}
    unknown = set(said.fields) - {field.code for field in (*asked, *more)}
    if unknown:
        raise Invalid("表单里有这个操作不能填的字段：" + "、".join(sorted(unknown)))
    files = usable_files(actor, record.ledger, record, file_ids(spec, said.fields))
    lookup, code = lookup_for(form_spec(spec, more), actor.tree, files=files), record.ledger.code
    lookup = with_records(lookup, actor=actor, ledger=code, spec=spec, data=[record.data], raw=[said.fields])
    data: dict[str, Any] = {}
    try:
        data = read_fields((*asked, *more), said.fields, lookup, require=True)
        if PEOPLE in data:
            data[PEOPLE] = _read_people(data[PEOPLE], lookup)
    except Invalid as error:
        problems |= error.problems
    problems |= _said_problems(verb, said)
    if problems:
        raise Invalid(f"“{verb.title}”还不能提交", problems)
    given, here = [field.code for field in asked if field.code in said.fields], marked(spec, record.data)
    changes = {code: data.get(code) for code in given if data.get(code) != here.get(code)}
    return Brought(changes, {field.code: data[field.code] for field in more if field.code in data})


def _said_problems(verb: VerbSpec, said: Said) -> dict[str, str]:
    problems: dict[str, str] = {}
    if verb.reason == "required" and not said.reason:
        problems["reason"] = f"请填写{verb.reason_title}"
    if len(said.reason) > REASON_LIMIT:
        problems["reason"] = f"{verb.reason_title}有 {len(said.reason)} 个字，最多 {REASON_LIMIT} 个字"
    missing = [point.title for point in verb.criteria if point.code not in said.criteria]
    if missing:
        problems["criteria"] = "还没有逐条确认：" + "、".join(missing)
    return problems


def _read_people(text: str, lookup: Lookup) -> list[int]:
    """Persons by name or login, each once."""
    person = FieldSpec(code=PEOPLE, title="人员", kind="person")
    read = BY_CODE["person"].reader(person, lookup)
    for mark in "，,；;":
        text = text.replace(mark, "、")
    words = [word.strip() for word in text.split("、") if word.strip()]
    if len(words) > _MOST_PEOPLE:
        raise Invalid("人太多", {PEOPLE: f"有 {len(words)} 个人，一次最多 {_MOST_PEOPLE} 个"})
    try:
        return list(dict.fromkeys(read(word) for word in words))
    except BadValue as error:
        raise Invalid("有人找不到", {PEOPLE: str(error)}) from error
