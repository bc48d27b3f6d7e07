"""The template language: what it says, and every way out of it that was tried."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.errors import BihuanError
from bihuan.report.template import language
from bihuan.report.template.language import Fault, check, render


def numbers() -> list[int]:
    return [1, 2, 3]


FUNCTIONS: dict[str, Any] = {"n": lambda name: f"<{name}>", "numbers": numbers, "known": lambda name: name == "a"}


def test_a_template_prints_chooses_and_loops() -> None:
    text = "{% for x in numbers() %}{% if x > 1 %}{{ x }}{% endif %}{% endfor %}{{ n('a') if known('a') else '' }}"
    assert render(text, FUNCTIONS, {}) == "23<a>"


def test_a_value_can_be_kept_by_name() -> None:
    assert render("{% set x = n('a') %}{{ x }}{{ x }}", FUNCTIONS, {}) == "<a><a>"


ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ n.__globals__ }}",
    "{{ n('a').__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__'] }}",
    "{{ numbers()|attr('__class__') }}",
    "{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    "{{ '%s'|format(n) }}",
    "{{ '{0.__class__}'.format(n) }}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum() }}",
    "{{ range(10) }}",
    "{{ dict() }}",
    "{{ joiner() }}",
    "{{ namespace() }}",
    "{{ config }}",
    "{% import 'os' as os %}",
    "{% from 'os' import system %}",
    "{% include '/etc/passwd' %}",
    "{% extends 'base' %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% call n('a') %}{% endcall %}",
    "{% for x in numbers() recursive %}{{ loop(numbers()) }}{% endfor %}",
    "{% for x in numbers() %}{{ loop.__init__ }}{% endfor %}",
    "{% for x in 'aaaa' %}{% endfor %}",
    "{% for a in numbers() %}{% for b in numbers() %}{% for c in numbers() %}{% endfor %}{% endfor %}{% endfor %}",
    "{{ n(*numbers()) }}",
    "{{ n(**{'name': 'a'}) }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ 'a' ~ 'b' }}",
    "{{ [1, 2][0] }}",
    "{{ (n)('a') if false else n.x('a') }}",
    "{% filter upper %}a{% endfilter %}",
    "{% set x %}a{% endset %}",
    "{% block b %}{% endblock %}",
    "{% autoescape true %}{% endautoescape %}",
    "{% with %}{% endwith %}",
    "{% do n('a') %}",
    "{{ _secret }}",
    "{{ missing_name }}",
    "{{ nn('a') }}",
    "{{ n('a' }}",
    "{% if %}{% endif %}",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_there_is_no_way_out(text: str) -> None:
    with pytest.raises(Fault) as caught:
        render(text, FUNCTIONS, {})
    assert "模板" in caught.value.message


def test_the_message_names_the_line_and_the_nearest_function() -> None:
    with pytest.raises(Fault, match=r"第 2 行没有函数“number”.*“numbers”"):
        check("一\n{{ number('a') }}", FUNCTIONS)


def test_what_grows_without_end_is_stopped() -> None:
    grown = {"more": lambda: ["a" * 10_000] * 1_000}
    text = "{% for x in more() %}{% for y in more() %}{{ y }}{% endfor %}{% endfor %}"
    with pytest.raises(Fault, match="超过 2,000,000 个字"):
        render(text, grown, {})


def test_a_giant_template_is_not_read() -> None:
    with pytest.raises(Fault, match="最多"):
        check("一" * (language.MOST_SOURCE + 1), FUNCTIONS)
    with pytest.raises(Fault, match="超过 1,000 项"):
        check("{% for x in [" + "1," * 1_001 + "] %}{% endfor %}", FUNCTIONS)


@given(st.text(alphabet="{}%|.'\"()[]_ nabif for set=x*~\n", max_size=60))
def test_any_text_is_rendered_or_refused_in_words(text: str) -> None:
    try:
        render(text, FUNCTIONS, {})
    except BihuanError as error:
        assert error.message
