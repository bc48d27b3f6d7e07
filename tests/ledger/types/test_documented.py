"""docs/ledgers.md and docs/loops.md: every kind and every key is described, and every example in it does what it says."""

import re
from typing import get_args

import pytest
from pydantic import BaseModel

from bihuan.ledger import spec as ledger_spec
from bihuan.ledger.types import BY_CODE, FIELD_TYPES, BadValue
from bihuan.loop import spec as loop_spec
from bihuan.pack.reading import Spec
from tests.ledger.types.fields import read
from tests.outside import REPOSITORY

PAGE = (REPOSITORY / "docs" / "ledgers.md").read_text(encoding="utf-8")
LOOPS = (REPOSITORY / "docs" / "loops.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^#{2,3} ", PAGE + LOOPS, flags=re.MULTILINE)
CODE = re.compile(r"`((?:\\\||[^`])+)`")
ROW = re.compile(r"^\| `(\w+)` .*\|$", re.MULTILINE)
KINDS = PAGE.split("\n## ")[1]
NO_EXAMPLES = {"text", "longtext", "file"}

MODELS = [
    model
    for module in (ledger_spec, loop_spec)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, Spec) and model is not Spec
]


def undescribed(model: type[BaseModel], sections: list[str]) -> list[str]:
    """Keys of a model that have no row in the section that names it."""
    about = "\n".join(section for section in sections if model.__name__ in section.split("\n", 1)[0])
    keys = [field.alias or name for name, field in model.model_fields.items()]
    return [key for key in keys if f"\n| `{key}` |" not in about]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_described(model: type[BaseModel]) -> None:
    assert undescribed(model, SECTIONS) == []


def test_every_effect_is_described() -> None:
    effects = set(get_args(loop_spec.EffectCode)) - {""}
    assert effects <= set(re.findall(r"^\| `(\w+)` \|", LOOPS.split("\n## ")[1], re.MULTILINE))


def test_a_key_without_a_row_is_found() -> None:
    sections = ["编号 NumberSpec\n\n| `prefix` | 前缀 |\n| `digits` | 几位 |\n", "别处\n| `by_year` | 年 |\n"]
    assert undescribed(ledger_spec.NumberSpec, sections) == ["by_year"]
    assert len(MODELS) >= 13


def test_no_row_describes_a_key_that_is_not_there() -> None:
    named = {model.__name__: {field.alias or name for name, field in model.model_fields.items()} for model in MODELS}
    for section in SECTIONS:
        models = [keys for name, keys in named.items() if name in section.split("\n", 1)[0]]
        if models:
            assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) <= set().union(*models)


@pytest.mark.parametrize("kind", FIELD_TYPES, ids=lambda kind: kind.code)
def test_every_kind_is_described_by_its_title(kind: object) -> None:
    assert f"`{kind.code}` {kind.title}" in PAGE


def examples() -> list[tuple[str, bool, str]]:
    """Kind, whether it is taken, and the example, for each of the tables of kinds."""
    found = []
    for row in ROW.finditer(KINDS):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row.group())[1:-1]]
        if row[1] in BY_CODE and row[1] not in NO_EXAMPLES and len(cells) >= 3:
            for is_taken, cell in ((True, cells[-2]), (False, cells[-1])):
                told = cell.partition("：")[2] if is_taken and "：" in cell else cell
                told = re.sub(r"（[^）`]*`[^）]*）", "", told)
                found += [(row[1], is_taken, text) for text in CODE.findall(told)]
    return found


EXAMPLES = examples()


@pytest.mark.parametrize(("kind", "is_taken", "text"), EXAMPLES)
def test_every_example_does_what_it_says(kind: str, is_taken: bool, text: str) -> None:
    if is_taken:
        assert read(kind, text) is not None
    else:
        with pytest.raises(BadValue):
            read(kind, text)


def test_every_kind_that_is_filled_in_has_examples() -> None:
    wanted = {kind.code for kind in FIELD_TYPES if kind.is_input} - NO_EXAMPLES
    assert {kind for kind, is_taken, _ in EXAMPLES if is_taken} == wanted
    assert {kind for kind, is_taken, _ in EXAMPLES if not is_taken} == wanted
