"""Verbs one by one: whom each is open to and what it does, told by post, by expression, by vote, by person."""

from typing import Any

import pytest

from bihuan.base.errors import BihuanError, Conflict, Invalid, NotAllowed
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.rules import visible_records
from bihuan.loop.actions import create_record, perform
from bihuan.loop.brought import Said
from bihuan.loop.definitions import loop_of
from bihuan.loop.rules import open_verbs
from bihuan.loop.waiting import waiting_steps
from bihuan.org.actions import give_post
from tests.cast import FOUNDED, Cast
from tests.ledger.making import SHORT_LOOP, make_ledger

OWNER = [{"role": ["reviewer"], "unit": "owner"}]
DOER = [{"role": ["undertaker"], "unit": "responsible"}]
HOLDER = [{"person": "holder"}]
SIGNER = [{"person": "signer"}]


def verb(code: str, who: list[dict[str, Any]], *steps: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "title": code, "from": list(steps or ("doing",)), "who": who, **more}


def ledger_with(cast: Cast, *verbs: dict[str, Any]) -> Ledger:
    return make_ledger(cast.office, loop={**SHORT_LOOP, "verbs": [*SHORT_LOOP["verbs"], *verbs]})


def started(cast: Cast, ledger: Ledger, **fields: str) -> Record:
    values = {"no": "A1", "name": "事", "responsible": "青溪镇", **fields}
    record = create_record(actor=cast["office"], ledger=ledger, fields=values)
    return do(cast, "office", record, "start")


def do(cast: Cast, login: str, record: Record, code: str, **fields: str) -> Record:
    return perform(actor=cast[login], pk=record.pk, verb=code, said=Said(fields, "理由"))


def offered(cast: Cast, login: str, record: Record) -> set[str]:
    loop = loop_of(record.ledger)
    assert loop is not None
    return {one.code for one in open_verbs(cast[login], record, loop)}


def waits_for(cast: Cast, login: str, record: Record) -> bool:
    loop = loop_of(record.ledger)
    assert loop is not None
    waiting = waiting_steps(cast[login], record.ledger, loop)
    return visible_records(cast[login], record.ledger).filter(waiting, pk=record.pk).exists()


def test_a_post_that_is_named_and_a_unit_that_is_computed(cast: Cast) -> None:
    """`post_in` by a code, `unit_code` by an expression, `when` by the record's own data; the desk says the same."""
    computed = "case when amount > 100 then '330999-CZ' else '330999-SJ-1' end"
    ledger = ledger_with(
        cast,
        verb("fund", [{"role": ["handler"], "post_in": "330999-CZ"}], to="open"),
        verb("weigh", [{"role": ["handler"], "unit_code": computed}], to="open"),
        verb("approve", [{"role": ["leader"], "unit": "top", "when": "amount > 100"}], to="open"),
    )
    give_post(person=cast.people["neighbour"], unit=cast.office, role="auditor", valid_from=FOUNDED)
    small, large = started(cast, ledger, amount="50"), started(cast, ledger, no="A2", amount="150")
    seen = {
        login: (offered(cast, login, small), offered(cast, login, large))
        for login in ("neighbour", "colleague", "leader")
    }
    assert seen["neighbour"] == ({"fund"}, {"fund", "weigh"})
    assert seen["colleague"] == ({"weigh"}, set())
    assert seen["leader"] == (set(), {"approve"})
    with pytest.raises(NotAllowed):
        do(cast, "leader", small, "approve")
    assert do(cast, "colleague", small, "weigh").state == "open"
    assert do(cast, "leader", large, "approve").state == "open"
    assert waits_for(cast, "neighbour", started(cast, ledger, no="A3", amount="150"))


def test_a_matter_is_delegated_and_handed_back(cast: Cast) -> None:
    ledger = ledger_with(
        cast,
        verb("hold", OWNER, effect="hold"),
        verb("delegate", HOLDER, effect="delegate"),
        verb("hand_back", HOLDER, effect="hand_back"),
        verb("report", HOLDER, to="open"),
    )
    record = do(cast, "office", started(cast, ledger), "hold", do_person="town")
    assert waits_for(cast, "town", record) and "report" not in offered(cast, "outsider", record)
    assert "hand_back" not in offered(cast, "town", record), "nobody delegated it"
    with pytest.raises(Invalid, match="不能委派给自己"):
        do(cast, "town", record, "delegate", do_person="town")
    record = do(cast, "town", record, "delegate", do_person="outsider")
    assert waits_for(cast, "outsider", record) and not waits_for(cast, "town", record)
    assert offered(cast, "outsider", record) >= {"report", "hand_back"} and "report" not in offered(
        cast, "town", record
    )
    record = do(cast, "outsider", record, "hand_back")
    assert waits_for(cast, "town", record) and not waits_for(cast, "outsider", record)
    with pytest.raises(BihuanError):
        do(cast, "outsider", record, "report")
    assert do(cast, "town", record, "report").state == "open"


@pytest.mark.parametrize(
    ("need", "votes", "ends"),
    [
        ("all", ("town+", "village+"), "doing"),
        ("all", ("town+", "village+", "leader+"), "closed"),
        ("all", ("town-",), "open"),
        ("any", ("town+",), "closed"),
        ("any", ("town-", "village-"), "doing"),
        ("any", ("town-", "village-", "leader-"), "open"),
        (2, ("town+", "village-", "leader+"), "closed"),
        (2, ("town-", "village-"), "open"),
    ],
)
def test_countersigning_by_all_by_any_and_by_votes(
    cast: Cast, need: str | int, votes: tuple[str, ...], ends: str
) -> None:
    ledger = ledger_with(
        cast,
        verb("ask", OWNER, effect="countersign", need=need),
        verb("agree", SIGNER, effect="sign", to="closed"),
        verb("object", SIGNER, effect="object", to="open"),
    )
    record = do(cast, "office", started(cast, ledger, responsible="白石镇"), "ask", do_people="town、village、leader")
    for vote in votes:
        assert record.state == "doing"
        record = do(cast, vote[:-1], record, "agree" if vote[-1] == "+" else "object")
        assert {"agree", "object"}.isdisjoint(offered(cast, vote[:-1], record)), "who has voted votes no more"
    assert record.state == ends


def test_signers_are_added_while_the_round_is_open(cast: Cast) -> None:
    ledger = ledger_with(
        cast,
        verb("ask", OWNER, effect="countersign", need="all"),
        verb("more", OWNER, effect="add_signers"),
        verb("agree", SIGNER, effect="sign", to="open"),
    )
    record = started(cast, ledger)
    with pytest.raises(Conflict):
        do(cast, "office", record, "more", do_people="village")
    record = do(cast, "office", record, "ask", do_people="village、leader")
    record = do(cast, "village", record, "agree")
    with pytest.raises(Invalid, match="已经在会签名单里"):
        do(cast, "office", record, "more", do_people="leader")
    record = do(cast, "office", record, "more", do_people="outsider、leader")
    record = do(cast, "leader", record, "agree")
    assert record.state == "doing", "who was added has not agreed"
    assert waits_for(cast, "outsider", record)
    assert do(cast, "outsider", record, "agree").state == "open"
    assert not visible_records(cast["outsider"], ledger).exists(), "their part in it is over"


def test_back_to_any_step_and_taken_back_by_who_moved_it_alone(cast: Cast) -> None:
    ledger = ledger_with(
        cast,
        verb("jump", OWNER, to_choices=["open", "doing"], reason="required"),
        verb("withdraw", [*OWNER, *DOER], "open", "doing", effect="withdraw"),
        verb("save", DOER, effect="save", asks=[{"field": "name", "required": True}, {"field": "people"}]),
    )
    record = started(cast, ledger)
    with pytest.raises(Invalid):
        do(cast, "office", record, "jump")
    with pytest.raises(Invalid):
        do(cast, "office", record, "jump", do_to="closed")
    assert "withdraw" not in offered(cast, "town", record), "somebody else moved it"
    record = do(cast, "office", record, "jump", do_to="open")
    assert record.state == "open"
    record = do(cast, "office", record, "withdraw")
    assert record.state == "doing"
    saved = do(cast, "town", record, "save", people="3")
    assert (saved.state, saved.data["people"]) == ("doing", 3)
    assert "withdraw" not in offered(cast, "office", saved), "something was done since"


def test_who_is_copied_sees_and_does_nothing(cast: Cast) -> None:
    ledger = ledger_with(cast, verb("copy", OWNER, effect="copy"))
    record = started(cast, ledger)
    with pytest.raises(Invalid, match="人"):
        do(cast, "office", record, "copy", do_people="查无此人")
    assert not visible_records(cast["outsider"], ledger).exists()
    record = do(cast, "office", record, "copy", do_people="outsider、leader")
    assert visible_records(cast["outsider"], ledger).get() == record
    assert offered(cast, "outsider", record) == set() and not waits_for(cast, "outsider", record)
