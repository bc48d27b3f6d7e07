"""The document as HTML: numbers are links, text is only text."""

from dataclasses import replace
from decimal import Decimal

from lxml import html

from bihuan.report.document import Chart, Document, Heading, Paragraph, Run, Series, Table
from bihuan.report.html import html_of
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
