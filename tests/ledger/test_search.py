"""Search by any part of a text: what is found is what a look at every record finds, indexed, half indexed or not."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger import search
from bihuan.ledger.append import Draft, append_many
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, Record, SearchMark
from bihuan.ledger.queries import Asked, list_records
from bihuan.ledger.search.grams import asked_grams, grams_of
from bihuan.ledger.search.tables import TABLE
from bihuan.loop.actions import create_record, edit_record
from tests.cast import Cast, examples, undone
from tests.ledger.making import make_ledger

WORDS = st.text(st.sampled_from("资金闲置拨付不及时镇高Aa1. "), min_size=1, max_size=5).filter(str.strip)
TEXTS = st.text(st.sampled_from("资金闲置拨付不及时镇高Aa1.，"), min_size=1, max_size=12).filter(str.strip)
ROWS = st.lists(
    st.fixed_dictionaries({"name": TEXTS, "level": st.sampled_from(["", "高", "低"]), "responsible": st.sampled_from(["青溪镇", ""])}),
    min_size=1,
    max_size=5,
)  # fmt: skip


def found(cast: Cast, ledger: Ledger, words: str, order: str = "") -> list[int]:
    rows = list_records(cast["office"], ledger, spec_of(ledger), {}, Asked(words=words, order=order))
    return [record.pk for record in rows]


def as_shown(cast: Cast, record: Record) -> list[str]:
    """What a person reads of a record, in small letters."""
    units = {node.pk: node.name for node in cast["office"].tree.nodes}
    titles: Mapping[Any, str] = {"high": "高", "low": "低"}
    data = record.data
    texts = [record.number, data.get("no", ""), data.get("name", ""), titles.get(data.get("level"), "")]
    return [text.lower() for text in (*texts, units.get(data.get("responsible", 0), ""))]


def by_hand(cast: Cast, ledger: Ledger, words: str) -> list[int]:
    records = Record.objects.filter(ledger=ledger, deleted=False).order_by("-pk")
    return [
        record.pk
        for record in records
        if all(any(word in text for text in as_shown(cast, record)) for word in words.lower().split())
    ]


@given(TEXTS, WORDS)
def test_a_text_that_holds_a_word_has_its_grams(text: str, word: str) -> None:
    for part in word.split():
        if part.lower() in text.lower():
            assert asked_grams(part) <= grams_of(text)


@examples(15)
@given(ROWS, WORDS, st.sampled_from(["followed", "behind", "absorbed"]), TEXTS)
def test_search_finds_what_a_look_at_every_record_finds(
    cast: Cast, rows: list[dict[str, str]], words: str, way: str, later: str
) -> None:
    with undone():
        ledger = make_ledger(cast.office)
        if way != "followed":
            SearchMark.objects.filter(ledger=ledger).delete()
        made = [
            create_record(actor=cast["office"], ledger=ledger, fields={"no": f"号{place}", **row})
            for place, row in enumerate(rows)
        ]
        if way == "absorbed":
            assert search.absorb(ledger) == len(made)
        assert search.is_whole(ledger) == (way != "behind")
        assert found(cast, ledger, words) == by_hand(cast, ledger, words)
        edit_record(actor=cast["office"], record=made[0], fields={"name": later, "level": "低"})
        assert found(cast, ledger, words) == by_hand(cast, ledger, words)
        assert sorted(found(cast, ledger, words, "name")) == sorted(by_hand(cast, ledger, words))


def test_many_at_once_are_absorbed_later_and_found_meanwhile(cast: Cast) -> None:
    ledger = make_ledger(cast.office)
    drafts = [Draft("imported", None, {"name": f"第{n}件闲置"}, {"number": f"Z{n:04d}"}) for n in range(450)]
    append_many(actor=cast["office"], ledger=ledger, drafts=drafts)
    assert not search.is_whole(ledger)
    before = (found(cast, ledger, "闲置"), found(cast, ledger, "第44"), found(cast, ledger, "没有"))
    assert [len(some) for some in before] == [450, 11, 0]
    assert search.absorb(ledger) == 450
    assert search.is_whole(ledger)
    assert (found(cast, ledger, "闲置"), found(cast, ledger, "第44"), found(cast, ledger, "没有")) == before
    assert search.absorb(ledger) == 0


def test_another_ledger_with_the_same_words_is_not_searched(cast: Cast) -> None:
    one = make_ledger(cast.office)
    other = make_ledger(cast.office, code="demo.other")
    for ledger in (one, other):
        create_record(actor=cast["office"], ledger=ledger, fields={"no": "1", "name": "闲置"})
    assert found(cast, one, "闲置") == by_hand(cast, one, "闲置")
    assert len(found(cast, one, "闲置")) == 1


@pytest.mark.parametrize("login", ["town", "village", "other_town", "neighbour", "outsider"])
def test_nobody_finds_what_they_may_not_see(cast: Cast, login: str) -> None:
    ledger = make_ledger(cast.office)
    for number, unit in enumerate(("青溪镇", "上河村", "白石镇")):
        create_record(
            actor=cast["office"], ledger=ledger, fields={"no": str(number), "name": "闲置", "responsible": unit}
        )
    seen = {"town": 2, "village": 1, "other_town": 1, "neighbour": 0, "outsider": 0}
    rows = list_records(cast[login], ledger, spec_of(ledger), {}, Asked(words="闲置"))
    assert rows.count() == seen[login]


KEYED = (
    {"code": "no", "title": "编号代码", "kind": "text", "required": True},
    {"code": "id_card", "title": "身份证号", "kind": "identity"},
    {"code": "parcel", "title": "宗地编号", "kind": "text"},
    {"code": "other", "title": "上一件", "kind": "record", "of": "task"},
    {"code": "sealed", "title": "法人证号", "kind": "identity", "encrypted": True},
)
VALUES: Mapping[str, tuple[Any, ...]] = {
    "id_card": ("11010519491231002X", "440524188001010014"),
    "parcel": ("330999-01", "330999-011"),
    "other": (1, 11),
    "sealed": ("11010519491231002X",),
}


@examples(8)
@given(
    st.lists(st.fixed_dictionaries({}, optional={code: st.sampled_from(some) for code, some in VALUES.items()}), max_size=5),
    st.sampled_from(["followed", "behind", "absorbed"]),
)  # fmt: skip
def test_a_whole_value_is_found_as_by_a_look_at_every_record(cast: Cast, rows: list[dict[str, Any]], way: str) -> None:
    with undone():
        ledger = make_ledger(cast.office, fields=KEYED, loop=None, key=["no"])
        if way != "followed":
            SearchMark.objects.filter(ledger=ledger).delete()
        drafts = [Draft("created", None, {"no": str(n), **row}, {"number": f"Z{n}"}) for n, row in enumerate(rows)]
        ids = append_many(actor=cast["office"], ledger=ledger, drafts=drafts)
        if ids:
            gone = {code: None for code in VALUES if code in rows[0]}
            append_many(actor=cast["office"], ledger=ledger, drafts=[Draft("edited", ids[0], gone)] if gone else [])
        if way == "absorbed":
            search.absorb(ledger)
        for code, some in VALUES.items():
            for value in some:
                held = search.holding(Record.objects.filter(ledger=ledger), ledger, spec_of(ledger), code, value)
                by_look = Record.objects.filter(ledger=ledger, **{f"data__{code}": value})
                newest = held.order_by(search.newest_first(held))
                assert [row.pk for row in newest] == [row.pk for row in by_look.order_by("-pk")]


@examples(15)
@given(ROWS, WORDS, st.sampled_from(["followed", "behind", "absorbed"]))
def test_a_condition_finds_the_same_with_and_without_the_index(
    cast: Cast, rows: list[dict[str, Any]], word: str, way: str
) -> None:
    with undone():
        ledger = make_ledger(cast.office)
        for place, row in enumerate(rows):
            create_record(actor=cast["office"], ledger=ledger, fields={"no": f"{place:03d}", **row})
        if way != "followed":
            search.forget(ledger)
        if way == "absorbed":
            search.absorb(ledger)
        plain = word.strip().replace("'", "")
        kept = rows[0]["name"].strip()
        for where, holds in (
            (f"name LIKE '%{plain}%'", lambda data: plain in data.get("name", "")),
            (f"name = '{kept}' AND level = 'high'", lambda d: d.get("name") == kept and d.get("level") == "high"),
            (f"level = 'high' OR name = '{kept}'", lambda d: d.get("name") == kept or d.get("level") == "high"),
            ("NOT level = 'high'", lambda data: data.get("level") not in (None, "high")),
        ):
            query = list_records(cast["office"], ledger, spec_of(ledger), {}, Asked(where=where))
            records = Record.objects.filter(ledger=ledger).order_by("-pk")
            assert [record.pk for record in query] == [record.pk for record in records if holds(record.data)]
            narrowed = TABLE in str(query.query)
            assert narrowed == (" OR " not in where and "NOT" not in where), where
