"""What the editor shows of a definition and reads back is the definition, for every kind of field and every part."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.definition_yaml import from_yaml_text, to_yaml
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import FIELD_TYPES
from bihuan.web.definition_field_form import field_form, field_posted
from bihuan.web.definition_lines import check_line, check_of, choice_line, choice_of
from bihuan.web.definition_parts_form import NO_KEY, parts_form, parts_posted

WORD = st.text("甲乙丙 abc:#'\"{}[]，、-?&*!|>%@\\,/\n", min_size=1, max_size=8).map(str.strip).filter(bool)
LINE = WORD.map(lambda text: text.replace("\n", " "))
CHOICE = st.fixed_dictionaries(
    {"code": WORD, "title": WORD},
    optional={
        "aliases": st.lists(WORD, min_size=1, max_size=3),
        "was": st.lists(WORD, min_size=1, max_size=2),
        "when": WORD,
    },
)
CHECK = st.fixed_dictionaries({"when": WORD, "message": WORD}, optional={"level": st.just("warning")})
NUMBER = st.floats(allow_nan=False, allow_infinity=False, width=64) | st.integers(-(10**12), 10**12)
_OF_KEY: dict[str, st.SearchStrategy[Any]] = {
    "required": st.just(True),
    "aliases": st.lists(WORD, min_size=1, max_size=3),
    "choices": st.lists(CHOICE, min_size=1, max_size=3),
    "measure": st.sampled_from(["亩", "公顷", "平方米", "万亩", "元", "万元", "亿元", "公里"]),
    "scale": st.sampled_from([0, 1, 3, 8]),
    "minimum": NUMBER,
    "maximum": NUMBER,
    "pattern": WORD,
    "max_length": st.integers(1, 1999),
    "date_order": st.sampled_from(["mdy", "dmy"]),
    "whole_month": st.sampled_from(["first", "last"]),
    "fraction": st.just(True),
    "unreported": st.just(True),
    "several": st.just(True),
    "of": st.just("audit.finding"),
    "datum": st.just("wgs84"),
    "formula": WORD,
    "result": st.sampled_from(["text", "money", "date"]),
    "personal": st.sampled_from(["none", "name", "address", "all"]),
    "encrypted": st.just(True),
    "hint": WORD,
    "group": LINE,
    "was": st.just("before"),
    "fill": WORD,
}
"""Every key of a field beside code, title and kind."""


def test_every_key_of_a_field_is_tried() -> None:
    assert set(_OF_KEY) == set(FieldSpec.model_fields) - {"code", "title", "kind"}


def read_by(kind: str) -> list[str]:
    return [row["name"] for row in field_form({"kind": kind}) if row["name"] in _OF_KEY]


@st.composite
def fields(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from([kind.code for kind in FIELD_TYPES]))
    keys = draw(st.sets(st.sampled_from(read_by(kind)), max_size=6))
    return {"title": draw(LINE), "kind": kind, **{key: draw(_OF_KEY[key]) for key in sorted(keys)}}


def sent(inputs: list[dict[str, Any]]) -> QueryDict:
    """What a browser sends of inputs that nobody touched: ends of lines as browsers send them, ticks only if set."""
    found = QueryDict(mutable=True)
    for row in inputs:
        if row["widget"] in ("select", "ticks"):
            found.setlist(row["name"], [str(item["value"]) for item in row["options"] if item["selected"]])
        elif row["widget"] == "tick":
            found.update({row["name"]: "1"} if row["value"] else {})
        else:
            ends = "\r\n" if row["widget"] == "textarea" else ""
            found[row["name"]] = str(row["value"]).replace("\n", ends)
    return found


def whole(data: Mapping[str, Any]) -> FieldSpec:
    return FieldSpec.model_validate({"code": "f", **data})


@given(fields())
def test_a_field_of_any_kind_comes_back_from_its_inputs(data: dict[str, Any]) -> None:
    field = whole(data)
    shown = field.model_dump(mode="json", exclude_defaults=True)
    assert whole(field_posted(sent(field_form(shown)))) == field.model_copy(update={"was": ""})


@given(CHOICE, CHECK)
def test_choices_and_rules_come_back_from_their_lines(choice: dict[str, Any], check: dict[str, Any]) -> None:
    assert "\n" not in choice_line(choice) + check_line(check)
    assert choice_of(choice_line(choice)) == choice
    assert check_of(check_line(check)) == check


def test_lines_as_people_type_them() -> None:
    assert choice_of("高") == {"code": "高", "title": "高"}
    assert choice_of("a | 甲 | 头等，一级、A | x,y | n > 1 or m = 2") == {
        "code": "a", "title": "甲", "aliases": ["头等", "一级", "A"], "was": ["x", "y"], "when": "n > 1 or m = 2",
    }  # fmt: skip
    assert check_of("a >= b | 反了 | 提醒") == {"when": "a >= b", "message": "反了", "level": "warning"}


@st.composite
def ledgers(draw: st.DrawFn) -> LedgerSpec:
    """A definition with every part that a ledger may have."""
    made = [{**draw(fields()), "code": f"f{at}"} for at in range(draw(st.integers(1, 4)))]
    codes = [item["code"] for item in made]
    telling = [item["code"] for item in made if item["kind"] not in NO_KEY]
    shape = {
        "code": "made",
        "title": draw(LINE),
        "description": draw(WORD | st.just("")),
        "fields": made,
        "key": draw(st.lists(st.sampled_from(telling), unique=True)) if telling else [],
        "columns": draw(st.lists(st.sampled_from(codes), unique=True)),
        "number": {
            "prefix": draw(st.sampled_from(["", "SJ", "甲-"])),
            "by_year": draw(st.booleans()),
            "digits": draw(st.integers(1, 9)),
        },
        "loop": draw(st.sampled_from(["", "short"])),
        "name_field": draw(st.sampled_from(["", *codes])),
        "closed_values": draw(st.lists(WORD, max_size=2)),
        "checks": draw(st.lists(CHECK, max_size=2)),
        "rights": draw(st.sampled_from([[], [{"fields": codes[:1], "roles": ["leader"], "right": "hidden"}]])),
        "dropped": draw(st.sampled_from([[], ["gone"]])),
        "valid_from": draw(st.none() | st.dates()),
    }
    return LedgerSpec.model_validate(shape)


@given(ledgers())
def test_a_whole_definition_goes_through_yaml_and_screen(spec: LedgerSpec) -> None:
    """The YAML of the editor's data is the definition; the editor keeps what it does not ask for."""
    assert from_yaml_text(to_yaml(spec).encode(), "made.yaml") == (spec, [])
    data = spec.model_dump(mode="json", exclude_defaults=True)
    again = LedgerSpec.model_validate(parts_posted(sent(parts_form(data)), data))
    assert again == spec
