"""What the templates draw with, and the palette: colour is never alone, and always legible."""

import re
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

import bihuan.web
from bihuan.web.templatetags.look import colour_word, page_numbers, segments, thousands

CSS = Path(bihuan.web.__file__).parent / "static/bihuan/css/look.css"
CODES = ("green", "yellow", "red", "white")
counted = st.lists(st.integers(0, 10**7), min_size=4, max_size=4).map(
    lambda numbers: [{"code": code, "title": code, "count": n} for code, n in zip(CODES, numbers, strict=True)]
)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of #rrggbb."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(scope="module")
def palette():
    return {"page": "#f5f7f8"} | dict(re.findall(r"^  --([a-z-]+): (#[0-9a-f]{6});", CSS.read_text(), re.MULTILINE))


@pytest.mark.parametrize("code", CODES)
def test_words_of_the_four_colours_are_legible(palette, code):
    for ground in ("#ffffff", palette["page"], palette[f"{code}-tint"]):
        assert contrast(palette[f"{code}-ink"], ground) >= 4.5


@pytest.mark.parametrize("word", ["ink", "text", "muted", "brand", "brand-deep"])
def test_words_are_legible(palette, word):
    for ground in ("#ffffff", palette["page"], palette["hover"], palette["brand-tint"]):
        assert contrast(palette[word], ground) >= 4.5


def test_focus_ring_and_white_on_brand_stand_out(palette):
    assert contrast(palette["focus"], "#ffffff") >= 3
    assert contrast("#ffffff", palette["brand"]) >= 4.5
    assert contrast("#ffffff", palette["red-ink"]) >= 4.5


@pytest.mark.parametrize("code", CODES)
def test_a_light_carries_colour_word_and_shape(code):
    light = {"code": code, "title": "某种状态", "hint": "规则 <5 日"}
    html = render_to_string("components/light.html", {"light": light})
    assert f'class="light {code}"' in html
    assert colour_word(code) in "绿黄红白"
    assert f"<b>{colour_word(code)}</b> 某种状态" in html
    assert f"shapes.svg#{code}" in html
    assert 'title="规则 &lt;5 日"' in html


def test_no_light_where_there_is_no_loop():
    assert render_to_string("components/light.html", {"light": None}).strip() == ""


@given(counted)
def test_segments_fill_the_bar_in_order_and_in_proportion(counts):
    total = sum(c["count"] for c in counts)
    drawn = segments(counts)
    assert [s.code for s in drawn] == [c["code"] for c in counts if c["count"]]
    for before, after in pairwise(drawn):
        assert after.start == pytest.approx(before.start + before.width, abs=0.01)
    if total:
        assert drawn[-1].start + drawn[-1].width == pytest.approx(100, abs=0.01)
        assert all(s.width == pytest.approx(s.count / total * 100, abs=0.001) for s in drawn)


@given(st.integers(1, 500).flatmap(lambda last: st.tuples(st.integers(1, last), st.just(last))))
def test_page_numbers_hide_at_least_two_pages_behind_a_gap(at):
    current, last = at
    shown = page_numbers(current, last)
    pages = [n for n in shown if n != "…"]
    assert pages == sorted(set(pages))
    assert {1, last, current} <= set(pages)
    for i, n in enumerate(shown):
        if n == "…":
            assert shown[i + 1] - shown[i - 1] > 2
        elif i and shown[i - 1] != "…":
            assert n - shown[i - 1] == 1


def test_thousands_leaves_what_is_no_number():
    assert thousands(1234567) == "1,234,567"
    assert thousands("—") == "—"


def test_icon_is_decoration_unless_it_is_named():
    draw = Template('{% load look %}{% icon "check" %}{% icon "check" label %}').render
    html = draw(Context({"label": 'a"<b>'}))
    assert html.count('aria-hidden="true"') == 1
    assert 'role="img" aria-label="a&quot;&lt;b&gt;"' in html


@pytest.mark.parametrize("widget", ["text", "textarea", "number", "date", "datetime", "select", "unit", "person"])
def test_field_binds_label_problem_and_value(widget):
    field = {
        "name": "amount", "title": "金额", "widget": widget, "value": "2", "text": "2", "required": True,
        "problem": "不是数", "options": [{"value": "2", "title": "2", "selected": True}],
    }  # fmt: skip
    html = render_to_string("components/field.html", {"field": field})
    assert '<label for="in-amount">金额' in html
    assert 'id="in-amount"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="problem-amount"' in html
    assert 'id="problem-amount"' in html
    assert re.search(r'value="2"|>2</textarea>', html)


def test_zero_blank_and_unreported_are_told_apart():
    def shown(**fact):
        return re.sub(r"<[^>]+>|\s", "", render_to_string("components/fact.html", {"fact": {"title": "", **fact}}))

    assert shown(text=0) == "0"
    assert shown(text="") == "未填"
    assert shown(text=None, blank="未报") == "未报"


def test_text_of_users_is_escaped_in_the_timeline():
    event = SimpleNamespace(
        verb="驳回", who="<i>", unit="", tone="back", opinion="<script>", changes=[], files=[], at=""
    )
    html = render_to_string("components/timeline.html", {"events": [event]})
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_pager_keeps_the_filter_and_says_what_is_capped(rf):
    pager = {"number": 2, "pages": 3, "total": 12345, "size": 20, "sizes": [10, 20], "note": "仅显示前 60 条"}
    html = render_to_string("components/pager.html", {"pager": pager}, request=rf.get("/", {"q": "水", "page": "2"}))
    assert "<b>12,345</b>" in html
    assert "仅显示前 60 条" in html
    assert 'href="?q=%E6%B0%B4&amp;page=3"' in html
    assert 'href="?q=%E6%B0%B4&amp;size=10"' in html
