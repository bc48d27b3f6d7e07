"""Rows kept on disk until they are written come back as they were put in."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger import new_rows
from bihuan.ledger.append import Draft
from bihuan.ledger.lifecycle import Opening
from bihuan.ledger.new_rows import NewRows
from bihuan.ledger.row_reading import Row

_VALUES = st.one_of(
    st.text(max_size=8), st.integers(-(10**14), 10**14), st.booleans(), st.floats(-1e14, 1e14), st.lists(st.text())
)
_MOMENTS = st.none() | st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC))


@st.composite
def rows(draw: Any) -> tuple[Row, Opening]:
    row = Row(draw(st.integers(1, 10**6)), draw(st.dictionaries(st.text(max_size=4), _VALUES)), draw(st.text()))
    closing = Draft("closed_in_file", system={"state": "closed"}, effective_at=draw(_MOMENTS), reason=draw(st.text()))
    follows = (closing,) if draw(st.booleans()) else ()
    return row, Opening({"opened_at": "2024-01-01T00:00:00Z", "loop": {"v": 1}}, follows, draw(_MOMENTS), ("存疑",))


@given(st.lists(rows(), max_size=12))
def test_rows_come_back_from_disk_as_they_were(given_rows: list[tuple[Row, Opening]]) -> None:
    kept = NewRows()
    before, new_rows._IN_MEMORY = new_rows._IN_MEMORY, 3
    try:
        for row, opening in given_rows:
            kept.append(row, opening)
        assert (len(kept), list(kept), list(kept)) == (len(given_rows), given_rows, given_rows)
        assert kept[2:7] == given_rows[2:7]
        assert kept == given_rows
    finally:
        new_rows._IN_MEMORY = before
