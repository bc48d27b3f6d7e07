"""Who personally holds a matter, and who is copied in."""

from bihuan.base.errors import Invalid
from bihuan.ledger.models import Record
from bihuan.ledger.spec import FieldSpec
from bihuan.loop.effects.base import Doing, Effect, Log, Outcome
from bihuan.loop.effects.people import PEOPLE, PERSON, named, one_person, several_people
from bihuan.loop.spec import LoopSpec, VerbSpec
from bihuan.org.models import Person


def holder_of(record: Record) -> Log:
    """Who holds the matter at its present step; empty where nobody is named."""
    found: Log = record.loop.get("holders", {}).get(record.state, {})
    return found


def _holder_inputs(_record: Record, _loop: LoopSpec, verb: VerbSpec) -> tuple[FieldSpec, ...]:
    return (one_person("委派给" if verb.effect == "delegate" else "承办人"),)


def _copy_inputs(_record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    return (several_people("抄送给"),)


def _give(doing: Doing, holder: Log) -> Outcome:
    """Name the holder of the step at which the matter will stand."""
    step = doing.verb.to or doing.record.state
    log = doing.log
    return Outcome({**log, "holders": {**log.get("holders", {}), step: holder}}, detail={"people": [holder["name"]]})


def _hold(doing: Doing) -> Outcome:
    return _give(doing, {**named(doing.brought[PERSON]), "at": doing.by["at"]})


def _delegate(doing: Doing) -> Outcome:
    if doing.brought[PERSON] == doing.actor.person:
        raise Invalid("不能委派给自己", {PERSON: "请选另一个人"})
    given_by = {"person": doing.actor.person, "name": doing.actor.name}
    return _give(doing, {**named(doing.brought[PERSON]), "at": doing.by["at"], "for": given_by})


def _hand_back(doing: Doing) -> Outcome:
    return _give(doing, {**holder_of(doing.record)["for"], "at": doing.by["at"]})


def _copy(doing: Doing) -> Outcome:
    log = doing.log
    fresh = [person for person in doing.brought[PEOPLE] if person not in log.get("copies", [])]
    return Outcome(
        {**log, "copies": [*log.get("copies", []), *fresh]}, detail={"people": _names(doing.brought[PEOPLE])}
    )


def _names(people: list[int]) -> list[str]:
    known = dict(Person.objects.filter(pk__in=people).values_list("pk", "name"))
    return [known[person] for person in people]


def _is_delegated(record: Record) -> bool:
    return "for" in holder_of(record)


EFFECTS = {
    "hold": Effect(_hold, _holder_inputs),
    "delegate": Effect(_delegate, _holder_inputs),
    "hand_back": Effect(_hand_back, stands=_is_delegated),
    "copy": Effect(_copy, _copy_inputs),
}
