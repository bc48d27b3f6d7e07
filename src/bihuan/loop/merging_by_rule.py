"""并案 by rule: every group of matters that agree becomes one, the one with the lowest number."""

from dataclasses import dataclass

from django.db import transaction

from bihuan.base.errors import BihuanError, Conflict, Invalid
from bihuan.ledger.models import Ledger, Record
from bihuan.loop.actions import Said, perform
from bihuan.loop.definitions import loop_of
from bihuan.loop.doubles import find_across, find_doubles
from bihuan.loop.effects.merging import LEDGER, OTHER
from bihuan.org.actor import Actor

_MOST = 500
_REASON = "按规则并案：判断重复的字段都相同"


@dataclass(frozen=True)
class MergedByRule:
    """How many matters went into another, and what was said of those that could not."""

    done: int
    refused: tuple[str, ...]


@transaction.atomic
def merge_doubles(*, actor: Actor, ledger: Ledger) -> MergedByRule:
    """Merge what the loop's rule finds, each by the verb with all that guards it; some hundreds at once at most."""
    loop = loop_of(ledger)
    verb = next((verb.code for verb in loop.verbs if verb.effect == "merge"), "") if loop else ""
    if loop is None or loop.doubles is None or not verb:
        raise Invalid(f"“{ledger.title}”的闭环没有写并案的规则")
    groups, _ = find_doubles(actor, ledger, loop, _MOST)
    pairs, _ = find_across(actor, ledger, loop, _MOST)
    goes = [(record, group[0]) for group in groups for record in group[1:]] + pairs
    if not goes:
        raise Conflict("没有可能重复的事项")
    refused = [said for record, stays in goes if (said := _merge(actor, verb, record, stays))]
    return MergedByRule(len(goes) - len(refused), tuple(refused))


def _merge(actor: Actor, verb: str, record: Record, stays: Record) -> str:
    """Merge one, or say why that is refused."""
    fields = {OTHER: stays.number}
    if stays.ledger_id != record.ledger_id:
        fields[LEDGER] = stays.ledger.code
    try:
        with transaction.atomic():
            perform(actor=actor, pk=record.pk, verb=verb, said=Said(fields, _REASON))
    except BihuanError as error:
        return f"{record.number}：{error}"
    return ""
