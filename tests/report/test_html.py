"""The document as HTML: numbers are links, text is only text."""

from dataclasses import replace
from decimal import Decimal

from lxml import html

from bihuan.report.document import Chart, Document, Heading, Paragraph, Run, Series, Table
from bihuan.report.html import html_of, page_of
from tests.report.samples import number, printed


def test_every_number_is_a_link() -> None:
    document = Document(
        "总结",
        (
            Heading(1, (Run("整改"),)),
            Paragraph((Run("共"), printed(), Run("个"))),
        ),
    )
    root = html.fromstring(html_of(document))
    (link,) = root.iter("a")
    assert link.text == "146"
    assert link.get("href") == number().opens
    assert root.findtext("h2") == "一、整改"


def test_no_text_becomes_markup() -> None:
    nasty = "<script>alert('1')</script>\" onmouseover=\"x"
    evil = Run(nasty, replace(number(), title=nasty, opens=f"/a?x={nasty}"))
    chart = Chart("bar", nasty, (nasty,), (Series(nasty, (Decimal(1),)),))
    document = Document(nasty, (Paragraph((evil,)), Table((nasty,), (((evil,),),), nasty, nasty), chart))
    root = html.fromstring(html_of(document))
    assert not list(root.iter("script"))
    assert not root.xpath("//@onmouseover")


def test_a_chart_is_a_picture_that_says_its_numbers_and_a_table_that_opens_them() -> None:
    series = Series("问题", (Decimal(3), None), (number("3"), replace(number("0"), value=None)))
    for kind in ("bar", "line", "pie"):
        chart = Chart(kind, "各镇 & 问题", ("青溪镇", "白石镇"), (series,), "个")  # type: ignore[arg-type]
        (figure,) = html.fromstring(html_of(Document("总结", (chart,)))).iter("figure")
        (picture,) = figure.iter("svg")
        assert picture.get("role") == "img"
        assert picture.findtext("title") == "各镇 & 问题"
        assert picture.findtext("desc") == "青溪镇：问题 3；白石镇：问题 不知道"
        assert [link.get("href") for link in figure.iter("a")] == [number().opens] * 2
        assert len(list(picture.iter("rect", "circle"))) >= 1
        assert not figure.xpath("//@style")


def test_bars_are_as_high_as_their_values() -> None:
    chart = Chart("bar", "月", ("1月", "2月", "3月"), (Series("问题", (Decimal(2), Decimal(4), Decimal(-1))),))
    (picture,) = html.fromstring(html_of(Document("总结", (chart,)))).iter("svg")
    heights = [float(bar.get("height") or 0) for bar in picture.iter("rect")][:3]
    assert [round(height / heights[0], 2) for height in heights] == [1, 2, 0.5]


def test_a_page_of_its_own_opens_numbers_where_the_house_stands() -> None:
    root = html.fromstring(page_of(Document("总结", (Paragraph((printed(),)),)), "https://b.example/"))
    assert [link.get("href") for link in root.iter("a")] == [f"https://b.example{number().opens}"]
