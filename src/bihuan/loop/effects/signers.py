"""会签、加签: some persons are asked to sign, and the matter moves once enough of them have agreed."""

from bihuan.base.errors import Invalid
from bihuan.ledger.models import Record
from bihuan.ledger.spec import FieldSpec
from bihuan.loop.effects.base import Doing, Effect, Log, Outcome, without
from bihuan.loop.effects.people import PEOPLE, named, several_people
from bihuan.loop.spec import LoopSpec, VerbSpec


def unsigned(record: Record) -> list[int]:
    """Those who are asked to sign and have not yet."""
    return [signer["person"] for signer in record.loop.get("round", {}).get("signers", ()) if "vote" not in signer]


def _signer_inputs(_record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    return (several_people("请谁会签"),)


def _countersign(doing: Doing) -> Outcome:
    signers = [named(person) for person in doing.brought[PEOPLE]]
    need = doing.verb.need
    if isinstance(need, int) and need > len(signers):
        raise Invalid("人数不够", {PEOPLE: f"要 {need} 票，至少请 {need} 个人"})
    log = {**doing.log, "round": {"need": need, "signers": signers, **doing.by}}
    return Outcome(log, detail={"people": [signer["name"] for signer in signers]})


def _add_signers(doing: Doing) -> Outcome:
    log = doing.log
    present = log["round"]["signers"]
    known = {signer["person"] for signer in present}
    fresh = [named(person) for person in doing.brought[PEOPLE] if person not in known]
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


def _has_round(record: Record) -> bool:
    return bool(unsigned(record))


EFFECTS = {
    "countersign": Effect(_countersign, _signer_inputs, lambda record: not unsigned(record)),
    "add_signers": Effect(_add_signers, _signer_inputs, _has_round),
    "sign": Effect(_sign, stands=_has_round),
    "object": Effect(_object, stands=_has_round),
}
