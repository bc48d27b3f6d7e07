"""并案: two matters are one; the one that goes points at the one that stays, and may be taken out again.

Within a ledger the one that goes is counted no more. One of another ledger stays in its own list, which still counts
it, and is handled, and closed out, where the other is: they count once where both lists are counted together.
"""

from typing import Any

from bihuan.base.errors import Conflict, Invalid
from bihuan.ledger.append import Draft
from bihuan.ledger.definitions import find_ledger, spec_of
from bihuan.ledger.models import Ledger, Record, Tie
from bihuan.ledger.rules import visible_records
from bihuan.ledger.spec import ChoiceSpec, FieldSpec
from bihuan.loop.definitions import loop_for
from bihuan.loop.effects.base import Doing, Effect, Log, Outcome, grown, without
from bihuan.loop.effects.recurrences import tied
from bihuan.loop.spec import AcrossSpec, DoublesSpec, LoopSpec, VerbSpec

OTHER, LEDGER, PART = "do_other", "do_ledger", "do_part"
MERGED, JOINED = "merged", "joined"


def is_joined(record: Record) -> bool:
    """Whether the matter is handled with one of another ledger."""
    return JOINED in record.loop


def code_across(ledger: Ledger, across: AcrossSpec) -> str:
    """The full code of another ledger in which the same matter may stand."""
    return across.ledger if "." in across.ledger else f"{ledger.code.partition('.')[0]}.{across.ledger}"


def _other_inputs(record: Record, loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    number = FieldSpec(code=OTHER, title="并入哪一件（编号）", kind="text", required=True, max_length=60)
    codes = [code_across(record.ledger, across) for across in (loop.doubles.across if loop.doubles else ())]
    if not codes:
        return (number,)
    titles = {ledger.code: ledger.title for ledger in Ledger.objects.filter(code__in=codes)}
    choices = tuple(ChoiceSpec(code=code, title=titles[code]) for code in codes if code in titles)
    hint = "不选就是本台账；并入别的台账的，两份清单各算一件，合起来只算一件"
    return number, FieldSpec(code=LEDGER, title="哪本台账", kind="choice", choices=choices, hint=hint)


def _merge(doing: Doing) -> Outcome:
    """Two matters are one: this one goes into the other, which is counted for both lists from now on."""
    other = _survivor(doing)
    if Tie.objects.filter(other=doing.record, kind=JOINED, record__deleted=False).exists():
        raise Conflict(f"别的台账里有事项并在“{doing.record.number}”上，请先拆开")
    changes, added = _both_sources(doing, other)
    here = other.ledger_id == doing.record.ledger_id
    entry = {"number": doing.record.number, "record": doing.record.pk, **doing.by}
    entry |= {"added": added} if added else {}
    entry |= {} if here else {"ledger": doing.record.ledger.title}
    log = grown(other.loop, MERGED, entry)
    told = {"of": doing.record.number}
    stays = Draft("merged_in", other.pk, changes, {"loop": log}, told, None, doing.reason, other.version)
    detail = {"into": other.number}
    if here:
        return Outcome(tied(doing.log, MERGED, other.pk), {"deleted": True}, detail, state="", also=(stays,))
    joined = {"record": other.pk, "number": other.number, "ledger": other.ledger.title}
    return Outcome({**tied(doing.log, JOINED, other.pk), JOINED: joined}, {}, detail, "", ((other.ledger, stays),))


def _survivor(doing: Doing) -> Record:
    number, code = doing.brought[OTHER].strip(), doing.brought.get(LEDGER)
    ledger = find_ledger(code) if code else doing.record.ledger
    seen = visible_records(doing.actor, ledger).select_related("ledger")
    other = seen.filter(number=number).exclude(pk=doing.record.pk).first()
    if other is None:
        raise Invalid("找不到", {OTHER: f"“{ledger.title}”没有别的事项“{number}”，或者它不在您的查看范围内"})
    if other.closed_at:
        raise Invalid("已销号", {OTHER: f"“{number}”已销号，不能并入"})
    if is_joined(other):
        into = other.loop[JOINED]
        raise Invalid("已并走", {OTHER: f"“{number}”已并入“{into['ledger']}”的“{into['number']}”，请并入那一件"})
    return other


def _both_sources(doing: Doing, other: Record) -> tuple[dict[str, Any], list[str]]:
    """The sources of both for the one that stays, and which of them it did not have."""
    mine, theirs = doing.loop.doubles, _doubles_of(other)
    if not (mine and theirs and mine.sources and theirs.sources):
        return {}, []
    has = other.data.get(theirs.sources, [])
    order = [choice.code for choice in spec_of(other.ledger).by_code[theirs.sources].choices]
    added = [code for code in order if code in doing.record.data.get(mine.sources, []) and code not in has]
    return ({theirs.sources: [code for code in order if code in (*has, *added)]} if added else {}), added


def _doubles_of(record: Record) -> DoublesSpec | None:
    loop = loop_for(record)
    return loop.doubles if loop else None


def _part_inputs(record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    if is_joined(record):
        return ()
    parts = tuple(ChoiceSpec(code=str(part["record"]), title=part["number"]) for part in record.loop.get(MERGED, ()))
    return (FieldSpec(code=PART, title="拆出哪一件", kind="choice", required=True, choices=parts),)


def _unmerge(doing: Doing) -> Outcome:
    """They are two after all: the one that went is a matter of its own again, as it was when it went."""
    if is_joined(doing.record):
        stays = Record.objects.select_related("ledger").get(pk=doing.record.loop[JOINED]["record"])
        log, changes = _let_go(stays, doing.record.pk)
        back = Draft("unmerged", stays.pk, changes, {"loop": log}, {"of": doing.record.number}, None, doing.reason)
        return Outcome(apart(doing.log), {}, {"of": stays.number}, "", ((stays.ledger, back),))
    part = Record.objects.select_related("ledger").get(pk=int(doing.brought[PART]))
    if part.key and Record.objects.filter(ledger=part.ledger, key=part.key, deleted=False).exclude(pk=part.pk).exists():
        raise Conflict(f"并案以后另有一件登记为“{part.number}”的唯一键，不能拆出来")
    log, changes = _let_go(doing.record, part.pk)
    system = {"loop": apart(part.loop), **({"deleted": False} if part.deleted else {})}
    again = Draft("unmerged", part.pk, {}, system, {"of": doing.record.number}, None, doing.reason)
    return Outcome(log, {}, {"of": part.number}, "", ((part.ledger, again),), changes)


def apart(log: Log) -> Log:
    """The log of a matter that went, without where it went."""
    ties = [tie for tie in log.get("ties", []) if tie[0] not in (MERGED, JOINED)]
    return {**without(log, JOINED, "ties"), **({"ties": ties} if ties else {})}


def _let_go(stays: Record, part: int) -> tuple[Log, dict[str, Any]]:
    """The log and the sources of the one that stays, without what came with the part."""
    gone = next(entry for entry in stays.loop[MERGED] if entry["record"] == part)
    rest = [entry for entry in stays.loop[MERGED] if entry["record"] != part]
    log = without(stays.loop, MERGED) | ({MERGED: rest} if rest else {})
    rule = _doubles_of(stays)
    if not (rule and rule.sources and gone.get("added")):
        return log, {}
    others = Record.objects.filter(pk__in=[entry["record"] for entry in rest])
    kept = {code for other in others for code in other.data.get(rule.sources, [])}
    lost = set(gone["added"]) - kept
    return log, {rule.sources: [code for code in stays.data.get(rule.sources, []) if code not in lost]}


EFFECTS = {
    "merge": Effect(_merge, _other_inputs, lambda record: not is_joined(record)),
    "unmerge": Effect(_unmerge, _part_inputs, lambda record: is_joined(record) or bool(record.loop.get(MERGED))),
}
