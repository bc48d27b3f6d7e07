"""The draw against an oracle written from its description; what is published is checked by whoever has the file."""

import copy
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.base.errors import Invalid
from bihuan.loop.draw.ranking import committed, drawn, faults, result_of

NUMBERS = st.lists(st.text("ABC0123456789-", min_size=1, max_size=8), min_size=1, max_size=12, unique=True)


def h(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def oracle(document: dict[str, Any], seed: str, witness: str) -> list[dict[str, Any]]:
    """As somebody would write it who has only read the description."""
    s = h(seed + "\n" + witness)
    order = sorted(document["objects"], key=lambda number: h(s + "\nobject\n" + number))
    told, so_far = [], dict.fromkeys(document["inspectors"], 0)
    for thing in order[: document["count"]]:
        team: list[str] = []
        for one in sorted(document["inspectors"], key=lambda number: h(s + "\ninspector\n" + thing + "\n" + number)):
            full = document["quota"] > 0 and so_far[one] >= document["quota"]
            if len(team) < document["team"] and [one, thing] not in document["avoid"] and not full:
                team.append(one)
                so_far[one] += 1
        told.append({"object": thing, "inspectors": team, "short": document["team"] - len(team)})
    return told


@settings(max_examples=max(1, settings().max_examples // 2))
@given(NUMBERS, NUMBERS, st.data(), st.text(max_size=10), st.text(max_size=10))
def test_it_is_the_described_draw(
    objects: list[str], inspectors: list[str], data: Any, seed: str, witness: str
) -> None:
    pairs = st.tuples(st.sampled_from(inspectors), st.sampled_from(objects))
    document = committed(
        title="抽查", seed=seed, objects=objects, inspectors=inspectors, avoid=data.draw(st.sets(pairs, max_size=10)),
        count=data.draw(st.integers(0, len(objects))), team=data.draw(st.integers(1, 3)), quota=data.draw(st.integers(0, 3)),
    )  # fmt: skip
    found = result_of(drawn(document, seed, witness))
    assert found == oracle(document, seed, witness)
    assert len(found) == document["count"]
    for team in found:
        assert not [one for one in team["inspectors"] if [one, team["object"]] in document["avoid"]]
        assert len(team["inspectors"]) + team["short"] == document["team"]
    if document["quota"]:
        loads = [one for team in found for one in team["inspectors"]]
        assert all(loads.count(one) <= document["quota"] for one in inspectors)
    published = {**document, "seed": seed, "witness": witness, "result": found}
    assert faults(json.loads(json.dumps(published))) == []


def test_another_order_of_the_lists_changes_nothing() -> None:
    """A known answer, so that the algorithm cannot change unseen."""
    one = example()
    other = committed(title="抽查", seed="s", objects=["O3", "O1", "O2"], inspectors=["B", "A", "C"], avoid=[("A", "O1")],
                      count=2, team=2, quota=0)  # fmt: skip
    assert one == other
    assert result_of(drawn(one, "s", "今天下雨")) == oracle(one, "s", "今天下雨")


def example() -> dict[str, Any]:
    return committed(title="抽查", seed="s", objects=["O1", "O2", "O3"], inspectors=["A", "B", "C"], avoid=[("A", "O1")],
                     count=2, team=2, quota=0)  # fmt: skip


def file() -> dict[str, Any]:
    document = example()
    return {**document, "seed": "s", "witness": "今天下雨", "result": result_of(drawn(document, "s", "今天下雨"))}


def change(published: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return copy.deepcopy(published) | {key: value}


@pytest.mark.parametrize(
    "key, value, told",
    [
        ("objects", ["O1", "O2"], "被改过"),
        ("inspectors", ["A", "B", "C", "D"], "被改过"),
        ("avoid", [], "被改过"),
        ("count", 1, "被改过"),
        ("quota", 1, "被改过"),
        ("seed", "t", "种子哈希不符"),
        ("witness", "今天天晴", "结果不符"),
        ("result", [], "结果不符"),
    ],
)
def test_what_was_changed_afterwards_shows(key: str, value: Any, told: str) -> None:
    assert faults(file()) == []
    found = faults(change(file(), key, value))
    assert told in "".join(found)


@pytest.mark.parametrize(
    "published",
    [None, [], {}, change(file(), "objects", "O1"), change(file(), "count", "2"), change(file(), "count", True),
     change(file(), "algorithm", "other"), change(file(), "avoid", [["A"]]), change(file(), "objects", [1])],
)  # fmt: skip
def test_what_is_no_such_file_is_told_so(published: Any) -> None:
    with pytest.raises(Invalid):
        faults(published)
