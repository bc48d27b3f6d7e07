"""What is kept of a document is all of it."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bihuan.report.document import (
    Block,
    Chart,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    RedHead,
    Run,
    Series,
    Table,
)
from bihuan.report.keeping import kept, restored
from tests.report.samples import number

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUE = st.none() | st.decimals(-(10**9), 10**9, places=2)
RUN = st.builds(
    Run, TEXT, st.none() | VALUE.map(lambda value: number("0" if value is None else f"{value}")), st.booleans()
)
RUNS = st.lists(RUN, max_size=3).map(tuple)
BLOCK: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, st.integers(0, 4), RUNS),
    st.builds(Paragraph, RUNS, st.sampled_from(["body", "flush", "right", "note"])),
    st.lists(st.tuples(RUNS, RUNS), max_size=3).map(lambda rows: Table(("甲", "乙"), tuple(rows), "题", "个")),
    st.tuples(VALUE, VALUE).map(lambda values: Chart("bar", "题", ("甲", "乙"), (Series("丙", values),))),
    st.just(PageBreak()),
)
DOCUMENT = st.builds(
    Document,
    TEXT,
    st.lists(BLOCK, max_size=5).map(tuple),
    st.none() | st.builds(RedHead, TEXT, TEXT),
    TEXT,
    st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.booleans(),
)


@given(DOCUMENT)
def test_a_document_comes_back_whole(document: Document) -> None:
    assert restored(kept(document)) == document
    assert kept(restored(kept(document))) == kept(document)


def test_a_number_keeps_its_digits() -> None:
    document = Document("总结", (Paragraph((Run("1.50", number("1.50")),)),))
    (held,) = restored(kept(document)).numbers
    assert held.value == Decimal("1.50")
    assert f"{held.value}" == "1.50"
