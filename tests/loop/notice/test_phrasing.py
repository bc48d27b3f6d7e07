"""The narrow language of templates: what it allows, and that nothing else gets through."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.errors import Invalid
from bihuan.loop.notice.phrasing import LONGEST_VALUE, compiled, names_asked, phrased

VALUES: dict[str, Any] = {"title": "公墓闲置", "n": 3, "fields": {"name": "甲", "blank": ""}, "rows": ["一", "二"]}


@pytest.mark.parametrize(
    "text, told",
    [
        ("“{{ title }}”", "“公墓闲置”"),
        ("{% if n > 2 %}多{% else %}少{% endif %}", "多"),
        ("{% for row in rows %}{{ row }}；{% endfor %}", "一；二；"),
        ("{{ fields.name }}{{ fields.blank|default('无', true) }}", "甲无"),
        ("{{ rows|join('、') }}", "一、二"),
        ("{{ '超' if n else '未' }}", "超"),
    ],
)
def test_what_it_can_say(text: str, told: str) -> None:
    assert phrased(text, VALUES) == told


@pytest.mark.parametrize(
    "attack",
    [
        "{{ title.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ fields.items() }}",
        "{{ fields.keys }}",
        "{{ title.format }}",
        "{{ rows.append('三') }}",
        "{{ range(1000000000) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{% for a in rows %}{% for b in rows %}x{% endfor %}{% endfor %}",
        "{% set x = 1 %}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'secret' %}",
        "{% import 'os' as os %}",
        "{% for a in rows recursive %}{{ loop(rows) }}{% endfor %}",
        "{{ title|attr('__class__') }}",
        "{{ rows|map('upper')|list }}",
        "{{ lipsum }}",
        "{{ config }}",
        "{{ title[0:2] }}",
        "{% filter upper %}x{% endfilter %}",
        "{{ missing }}",
        "{{ fields.missing }}",
        "{{ title",
        "{% if %}",
    ],
)
def test_what_it_refuses(attack: str) -> None:
    before = time.monotonic()
    with pytest.raises(Invalid):
        phrased(attack, VALUES)
    assert time.monotonic() - before < 1


def test_a_result_and_its_values_are_bounded() -> None:
    assert len(phrased("{{ x }}", {"x": "长" * 100_000})) == LONGEST_VALUE
    with pytest.raises(Invalid, match="最多 20000 个字"):
        phrased("{% for a in rows %}{{ x }}{% endfor %}", {"x": "长" * 5_000, "rows": ["a"] * 9_999})


class Secret:
    """An object that nobody should get hold of."""

    token = "s3cr3t"

    def __str__(self) -> str:
        return "told as text"


def test_an_object_is_handed_over_as_its_text() -> None:
    assert phrased("{{ it }}", {"it": Secret()}) == "told as text"
    with pytest.raises(Invalid):
        phrased("{{ it.token }}", {"it": Secret()})


@given(st.text(alphabet=st.sampled_from("{}%|.()[]'\" afilnrtosex_*+~=<>1"), max_size=60))
def test_any_text_is_a_template_or_invalid(text: str) -> None:
    try:
        result = phrased(text, VALUES)
    except Invalid:
        return
    assert len(result) <= 20_000


def test_names_asked() -> None:
    text = "{{ title }}{% for row in rows %}{{ row.name }}{{ row }}{% endfor %}{% if fields.a > n %}{{ fields.b }}{% endif %}"
    compiled(text)
    assert names_asked(text) == {"title", "rows", "fields.a", "fields.b", "n"}
