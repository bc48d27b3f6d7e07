"""Who personally holds a matter, who is asked to sign, who is copied in."""

from typing import Any

from bihuan.base.errors import Invalid
from bihuan.ledger.models import Record
from bihuan.ledger.spec import FieldSpec
from bihuan.loop.effects.base import Doing, Effect, Log, Outcome, without
from bihuan.loop.spec import LoopSpec, VerbSpec
from bihuan.org.models import Person

PERSON, PEOPLE = "do_person", "do_people"


def holder_of(record: Record) -> Log:
    """Who holds the matter at its present step; empty where nobody is named."""
    found: Log = record.loop.get("holders", {}).get(record.state, {})
    return found


def unsigned(record: Record) -> list[int]:
    """Those who are asked to sign and have not yet."""
    return [signer["person"] for signer in record.loop.get("round", {}).get("signers", ()) if "vote" not in signer]


def people_in(log: Log, state: str) -> dict[str, list[int]]:
    """Who has a part in a matter at a step, for the tables by which a person's desk is found."""
    holder = log.get("holders", {}).get(state, {})
    signers = [signer["person"] for signer in log.get("round", {}).get("signers", ()) if "vote" not in signer]
    parts = {
        "holder": [holder["person"]] if holder else [],
        "delegator": [holder["for"]["person"]] if holder.get("for", {}).get("person") else [],
        "signer": signers,
        "copied": log.get("copies", []),
    }
    return {part: people for part, people in parts.items() if people}


def _one(title: str) -> FieldSpec:
    return FieldSpec(code=PERSON, title=title, kind="person", required=True)


def _several(title: str) -> FieldSpec:
    return FieldSpec(
        code=PEOPLE, title=title, kind="text", required=True, hint="姓名，几个人用顿号隔开；同名的写登录名"
    )


def _holder_inputs(_record: Record, _loop: LoopSpec, verb: VerbSpec) -> tuple[FieldSpec, ...]:
    return (_one("委派给" if verb.effect == "delegate" else "承办人"),)


def _copy_inputs(_record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    return (_several("抄送给"),)


def _signer_inputs(_record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    return (_several("请谁会签"),)


def _named(person: int) -> Log:
    return {"person": person, "name": Person.objects.values_list("name", flat=True).get(pk=person)}


def _give(doing: Doing, holder: Log) -> Outcome:
    """Name the holder of the step at which the matter will stand."""
    step = doing.verb.to or doing.record.state
    log = doing.log
    return Outcome({**log, "holders": {**log.get("holders", {}), step: holder}}, detail={"people": [holder["name"]]})


def _hold(doing: Doing) -> Outcome:
    return _give(doing, {**_named(doing.brought[PERSON]), "at": doing.by["at"]})


def _delegate(doing: Doing) -> Outcome:
    if doing.brought[PERSON] == doing.actor.person:
        raise Invalid("不能委派给自己", {PERSON: "请选另一个人"})
    given_by = {"person": doing.actor.person, "name": doing.actor.name}
    return _give(doing, {**_named(doing.brought[PERSON]), "at": doing.by["at"], "for": given_by})


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


def _countersign(doing: Doing) -> Outcome:
    signers = [_named(person) for person in doing.brought[PEOPLE]]
    need = doing.verb.need
    if isinstance(need, int) and need > len(signers):
        raise Invalid("人数不够", {PEOPLE: f"要 {need} 票，至少请 {need} 个人"})
    log = {**doing.log, "round": {"need": need, "signers": signers, **doing.by}}
    return Outcome(log, detail={"people": [signer["name"] for signer in signers]})


def _add_signers(doing: Doing) -> Outcome:
    log = doing.log
    present = log["round"]["signers"]
    known = {signer["person"] for signer in present}
    fresh = [_named(person) for person in doing.brought[PEOPLE] if person not in known]
    if not fresh:
        raise Invalid("没有加人", {PEOPLE: "这些人已经在会签名单里"})
    log["round"] = {**log["round"], "signers": [*present, *fresh]}
    return Outcome(log, detail={"people": [signer["name"] for signer in fresh]})


def _vote(doing: Doing, vote: str) -> tuple[Log, list[Log]]:
    """The round with the votes of the actor, and of those for whom the actor stands in."""
    mine = doing.actor.acts_for
    signers = [
        {**signer, "vote": vote, "at": doing.by["at"], "by": doing.actor.name}
        if signer["person"] in mine and "vote" not in signer
        else signer
        for signer in doing.record.loop["round"]["signers"]
    ]
    return {**doing.log, "round": {**doing.record.loop["round"], "signers": signers}}, signers


def votes_needed(need: str | int, signers: int) -> int:
    """How many must agree: all of them, one, or a number that cannot exceed how many there are."""
    return {"all": signers, "any": 1}.get(str(need)) or min(int(need), signers)


def _sign(doing: Doing) -> Outcome:
    log, signers = _vote(doing, "yes")
    agreed = sum(signer.get("vote") == "yes" for signer in signers)
    needed = votes_needed(log["round"]["need"], len(signers))
    detail = {"votes": f"{agreed}/{needed}"}
    return Outcome(without(log, "round"), detail=detail) if agreed >= needed else Outcome(log, detail=detail, state="")


def _object(doing: Doing) -> Outcome:
    """A vote against. Once the votes needed can no longer come together, the matter goes where the verb says."""
    log, signers = _vote(doing, "no")
    possible = sum(signer.get("vote") != "no" for signer in signers)
    if possible < votes_needed(log["round"]["need"], len(signers)):
        return Outcome(without(log, "round"))
    return Outcome(log, state="")


def _is_delegated(record: Record) -> bool:
    return "for" in holder_of(record)


def _has_round(record: Record) -> bool:
    return bool(unsigned(record))


EFFECTS: dict[str, Any] = {
    "hold": Effect(_hold, _holder_inputs),
    "delegate": Effect(_delegate, _holder_inputs),
    "hand_back": Effect(_hand_back, stands=_is_delegated),
    "copy": Effect(_copy, _copy_inputs),
    "countersign": Effect(_countersign, _signer_inputs, lambda record: not unsigned(record)),
    "add_signers": Effect(_add_signers, _signer_inputs, _has_round),
    "sign": Effect(_sign, stands=_has_round),
    "object": Effect(_object, stands=_has_round),
}
