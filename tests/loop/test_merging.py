"""并案: within a ledger and across ledgers, by hand and by rule, and taken apart again; each list counts a matter once."""

from typing import Any

import pytest

from bihuan.base.errors import Conflict, Invalid
from bihuan.ledger.models import Ledger, Record
from bihuan.loop.actions import create_record, perform
from bihuan.loop.brought import Said
from bihuan.loop.colour import Colour
from bihuan.loop.definitions import loop_of
from bihuan.loop.doubles import find_across
from bihuan.loop.merging_by_rule import merge_doubles
from bihuan.loop.rules import open_verbs
from bihuan.loop.tally_counts import counts_by_place, summed
from bihuan.loop.waiting import waiting_for
from bihuan.web.doubles_shown import doubles_shown
from bihuan.web.matters import Matters
from tests.cast import MONDAY, Cast
from tests.ledger.making import SHORT_LOOP, TASK_FIELDS, TASK_PARTS, findings, make_ledger

OWNER = [{"role": ["reviewer"], "unit": "owner"}]
SOURCES = {
    "code": "sources",
    "title": "来源",
    "kind": "choices",
    "choices": [{"code": code, "title": code} for code in ("ministry", "province", "county")],
}
VERBS = [
    *SHORT_LOOP["verbs"],
    {"code": "merge", "title": "并案", "from": ["open", "doing"], "effect": "merge", "who": OWNER},
    {"code": "unmerge", "title": "拆分", "from": ["open", "doing"], "effect": "unmerge", "who": OWNER},
]
DOUBLES = {"match": ["name"], "sources": "sources"}
ACROSS = {**DOUBLES, "across": [{"ledger": "province", "match": {"name": "name"}}], "closes_in": "closed"}


def make(cast: Cast, code: str, doubles: dict[str, Any], **loop: Any) -> Ledger:
    shape = {**SHORT_LOOP, "verbs": VERBS, "doubles": doubles, **loop}
    return make_ledger(cast.office, code=code, fields=(*TASK_FIELDS, SOURCES), loop=shape, **TASK_PARTS)


@pytest.fixture
def county(cast: Cast) -> Ledger:
    """The county's own list, whose matters may stand in the province's too."""
    return make(cast, "demo.county", ACROSS)


@pytest.fixture
def province(cast: Cast) -> Ledger:
    return make(cast, "demo.province", DOUBLES)


def opened(cast: Cast, ledger: Ledger, no: str, sources: str = "", **fields: str) -> Record:
    values = {"no": no, "name": "占道", "responsible": "青溪镇", "sources": sources, **fields}
    return create_record(actor=cast["office"], ledger=ledger, fields=values)


def do(cast: Cast, record: Record, verb: str, **fields: str) -> Record:
    return perform(actor=cast["office"], pk=record.pk, verb=verb, said=Said(fields, "理由"))


def fresh(record: Record) -> Record:
    return Record.objects.select_related("ledger").get(pk=record.pk)


def counted(cast: Cast, *ledgers: Ledger) -> int:
    """How many the leader is told of these lists together, and that as many are listed."""
    loops = [(ledger, loop) for ledger in ledgers if (loop := loop_of(ledger))]
    told = summed(counts_by_place(cast["leader"], loops, MONDAY).values())
    matters = Matters(cast["leader"], loops, MONDAY)
    for colour in Colour:
        assert sum(piece.rows.count() for piece in matters.in_order("", colour)) == told[colour]
    assert matters.all().count() == sum(told.values())
    return sum(told.values())


def test_what_was_merged_is_taken_out_with_its_own_sources(cast: Cast, province: Ledger) -> None:
    one, two, three = (opened(cast, province, no, sources) for no, sources in (("1", "county"), ("2", "ministry"), ("3", "province、county")))  # fmt: skip
    do(cast, two, "merge", do_other=one.number)
    do(cast, three, "merge", do_other=one.number)
    assert fresh(one).data["sources"] == ["ministry", "province", "county"]
    assert counted(cast, province) == 1
    do(cast, fresh(one), "unmerge", do_part=str(three.pk))
    assert fresh(one).data["sources"] == ["ministry", "county"]
    back = fresh(three)
    assert (back.deleted, back.number, back.state, back.data) == (False, three.number, "open", three.data)
    assert counted(cast, province) == 2
    assert do(cast, do(cast, back, "start"), "finish").closed_at
    do(cast, fresh(one), "unmerge", do_part=str(two.pk))
    assert fresh(one).data["sources"] == ["county"]
    assert "unmerge" not in [verb.code for verb in open_verbs(cast["office"], fresh(one), loop_of(province))]
    assert findings(province) == []


def test_a_key_that_was_given_again_keeps_the_old_one_out(cast: Cast, province: Ledger) -> None:
    one, two = opened(cast, province, "1"), opened(cast, province, "2")
    do(cast, two, "merge", do_other=one.number)
    opened(cast, province, "2")
    with pytest.raises(Conflict, match="唯一键"):
        do(cast, fresh(one), "unmerge", do_part=str(two.pk))


def test_one_matter_in_the_lists_of_two_ledgers(cast: Cast, county: Ledger, province: Ledger) -> None:
    """Each list counts it once, both together count it once, and it closes in both by one close-out."""
    ours, theirs = opened(cast, county, "1", "county"), opened(cast, province, "7", "province", people="3")
    other = opened(cast, county, "2", "county", name="噪声")
    assert counted(cast, county, province) == 3
    do(cast, ours, "merge", do_other=theirs.number, do_ledger="demo.province")
    assert fresh(theirs).data["sources"] == ["province", "county"]
    assert (counted(cast, county), counted(cast, province), counted(cast, county, province)) == (2, 1, 2)
    loops = [(ledger, loop) for ledger in (county, province) if (loop := loop_of(ledger))]
    waiting = waiting_for(cast["office"], loops)
    rows = Record.objects.filter(waiting.condition(), deleted=False)
    assert set(rows) == {fresh(other), fresh(theirs)}
    with pytest.raises(Conflict, match="请到那一件上办理"):
        do(cast, ours, "start")
    with pytest.raises(Invalid, match="已并入"):
        do(cast, other, "merge", do_other=ours.number)
    with pytest.raises(Conflict, match="请先拆开"):
        do(cast, theirs, "merge", do_other=opened(cast, province, "8").number)
    closed = do(cast, do(cast, theirs, "start"), "finish")
    assert (fresh(ours).state, fresh(ours).closed_at) == ("closed", closed.closed_at)
    assert (counted(cast, county, province), findings(county), findings(province)) == (3, [], [])


def test_what_was_joined_goes_its_own_way_again(cast: Cast, county: Ledger, province: Ledger) -> None:
    for from_theirs in (False, True):
        ours, theirs = opened(cast, county, f"1{from_theirs}", "county"), opened(cast, province, f"7{from_theirs}")
        do(cast, ours, "merge", do_other=theirs.number, do_ledger="demo.province")
        if from_theirs:
            do(cast, fresh(theirs), "unmerge", do_part=str(ours.pk))
        else:
            do(cast, ours, "unmerge")
        assert fresh(theirs).data.get("sources", []) == []
        assert do(cast, do(cast, fresh(ours), "start"), "finish").closed_at
        assert fresh(theirs).closed_at is None
    assert counted(cast, county, province) == 4
    assert findings(county) == findings(province) == []


def test_the_condition_of_the_one_that_follows_holds_the_close_out(cast: Cast, province: Ledger) -> None:
    county = make(cast, "demo.county", ACROSS, still="people > 0", still_message="还有人没有安置")
    ours, theirs = opened(cast, county, "1", people="3"), opened(cast, province, "7")
    do(cast, ours, "merge", do_other=theirs.number, do_ledger="demo.province")
    doing = do(cast, theirs, "start")
    with pytest.raises(Exception, match="还有人没有安置"):
        do(cast, doing, "finish")
    assert (fresh(theirs).closed_at, fresh(ours).closed_at) == (None, None)


def test_doubles_are_found_and_merged_by_rule(cast: Cast, county: Ledger, province: Ledger) -> None:
    names = ("占道", "占道", "噪声", "渣土")
    records = [opened(cast, county, str(number), name=name) for number, name in enumerate(names)]
    theirs = opened(cast, province, "7", name="噪声")
    loop = loop_of(county)
    assert loop is not None
    assert find_across(cast["leader"], county, loop, 9) == ([(records[2], theirs)], 1)
    for login in ("leader", "office", "town", "outsider"):
        as_stored = doubles_shown(cast[login], county, loop, 9)
        assert doubles_shown(cast[login], county, loop, 9, stored=0) == as_stored, "the lake finds the same"
        assert as_stored["total"] == (0 if login == "outsider" else 2)
    done = merge_doubles(actor=cast["office"], ledger=county)
    assert (done.done, done.refused) == (2, ())
    assert (counted(cast, county), counted(cast, county, province)) == (3, 3)
    with pytest.raises(Conflict, match="没有可能重复的事项"):
        merge_doubles(actor=cast["office"], ledger=county)


def test_who_may_not_merge_merges_nothing_by_rule(cast: Cast, county: Ledger) -> None:
    for number in range(2):
        opened(cast, county, str(number))
    done = merge_doubles(actor=cast["colleague"], ledger=county)
    assert (done.done, len(done.refused)) == (0, 1)
    assert counted(cast, county) == 2
