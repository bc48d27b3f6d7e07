"""并案: two matters are one; the one that goes points at the one that stays."""

from typing import Any

from bihuan.base.errors import Invalid
from bihuan.ledger.append import Draft
from bihuan.ledger.models import Record
from bihuan.ledger.rules import visible_records
from bihuan.ledger.spec import FieldSpec
from bihuan.loop.effects.base import Doing, Effect, Outcome, grown
from bihuan.loop.effects.recurrences import tied
from bihuan.loop.spec import LoopSpec, VerbSpec

OTHER, MERGED = "do_other", "merged"


def _other_inputs(_record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    return (FieldSpec(code=OTHER, title="并入哪一件（编号）", kind="text", required=True, max_length=60),)


def _merge(doing: Doing) -> Outcome:
    """Two matters are one: this one goes into the other, which is counted for both lists from now on."""
    record, rule, number = doing.record, doing.loop.doubles, doing.brought[OTHER].strip()
    other = visible_records(doing.actor, record.ledger).filter(number=number).exclude(pk=record.pk).first()
    if other is None:
        raise Invalid("找不到", {OTHER: f"本台账没有别的事项“{number}”，或者它不在您的查看范围内"})
    if other.closed_at:
        raise Invalid("已销号", {OTHER: f"“{number}”已销号，不能并入"})
    changes: dict[str, Any] = {}
    if rule and rule.sources:
        both = [*other.data.get(rule.sources, []), *record.data.get(rule.sources, [])]
        order = [choice.code for choice in doing.spec.by_code[rule.sources].choices]
        union = [code for code in order if code in both]
        changes = {rule.sources: union} if union != other.data.get(rule.sources, []) else {}
    survivor = Draft(
        "merged_in",
        other.pk,
        changes,
        {"loop": grown(other.loop, "merged", {"number": record.number, "record": record.pk, **doing.by})},
        {"of": record.number},
        None,
        doing.reason,
        other.version,
    )
    log = tied(doing.log, MERGED, other.pk)
    return Outcome(log, {"deleted": True}, {"into": other.number}, state="", also=(survivor,))


EFFECTS = {"merge": Effect(_merge, _other_inputs)}
