"""One file proves several matters: who may read it, what date it bears, and that its expiry is seen."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotFound
from bihuan.ledger.attachments import get_attachment, keep_file
from bihuan.ledger.models import Ledger, Record
from bihuan.loop.actions import create_record, edit_record, perform
from bihuan.loop.brought import Said
from bihuan.loop.expiry import expiring_soon
from tests.cast import MONDAY, Cast
from tests.ledger.making import SHORT_LOOP, TASK_FIELDS, TASK_PARTS, findings, make_ledger

PROOF = {"code": "proof", "title": "佐证", "kind": "file", "several": True}
WHO = [{"role": ["reviewer"], "unit": "owner"}, {"role": ["undertaker"], "unit": "responsible"}]
LOOP: dict[str, Any] = {
    **SHORT_LOOP,
    "verbs": [
        *SHORT_LOOP["verbs"],
        {"code": "cite", "title": "引用佐证", "effect": "cite", "who": WHO},
        {"code": "date", "title": "注明日期", "effect": "date_evidence", "who": WHO},
    ],
}


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    return make_ledger(cast.office, fields=(*TASK_FIELDS, PROOF), loop=LOOP, **TASK_PARTS)


def opened(cast: Cast, ledger: Ledger, no: str, unit: str, **fields: Any) -> Record:
    values = {"no": no, "responsible": unit, **fields}
    return create_record(actor=cast["office"], ledger=ledger, fields=values)


def do(cast: Cast, record: Record, verb: str, login: str = "office", **fields: str) -> Record:
    return perform(actor=cast[login], pk=record.pk, verb=verb, said=Said(fields))


@pytest.fixture
def source(cast: Cast, ledger: Ledger) -> Record:
    """A matter of the town with one file."""
    file = keep_file(actor=cast["office"], ledger=ledger, upload=ContentFile("合同".encode(), name="合同.txt"))
    return opened(cast, ledger, "A1", "青溪镇", proof=[file.pk])


def test_a_cited_file_is_read_by_those_who_see_the_citing_matter(cast: Cast, ledger: Ledger, source: Record) -> None:
    (pk,) = source.data["proof"]
    other = opened(cast, ledger, "A2", "白石镇")
    with pytest.raises(NotFound):
        get_attachment(cast["other_town"], pk)
    with pytest.raises(Invalid, match="没有可以引用"):
        do(cast, other, "cite", "other_town", do_source=source.number)
    done = do(cast, other, "cite", do_source=source.number)
    assert done.data["proof"] == [pk]
    assert get_attachment(cast["other_town"], pk).pk == pk
    for login in ("neighbour", "village", "outsider"):
        with pytest.raises(NotFound):
            get_attachment(cast[login], pk)
    with pytest.raises(Invalid, match="没有可以引用"):
        do(cast, other, "cite", do_source=source.number)
    edited = edit_record(actor=cast["office"], record=done, fields={"name": "改名", "proof": [pk]})
    assert edited.data["proof"] == [pk]
    edit_record(actor=cast["office"], record=edited, fields={"proof": []})
    with pytest.raises(NotFound):
        get_attachment(cast["other_town"], pk)
    assert findings(ledger) == []


def test_a_file_s_own_date_and_its_expiry_are_kept_and_watched(cast: Cast, ledger: Ledger, source: Record) -> None:
    pk = str(source.data["proof"][0])
    for dates in ({"do_dated": "2026-03-03"}, {"do_dated": "2026-02-01", "do_expires": "2026-01-01"}):
        with pytest.raises(Invalid):
            do(cast, source, "date", do_file=pk, **dates)
    dated = do(cast, source, "date", "town", do_file=pk, do_dated="2026-01-15", do_expires="2026-04-15")
    assert dated.loop["evidence"][pk]["dated"] == "2026-01-15"
    other = do(cast, opened(cast, ledger, "A2", "白石镇"), "cite", do_source=source.number)
    assert other.loop["evidence"][pk]["expires"] == "2026-04-15"
    assert expiring_soon(cast["office"], ledger) == []
    with clock.fixed(MONDAY + timedelta(days=20)):
        assert [item.record.pk for item in expiring_soon(cast["office"], ledger)] == [source.pk, other.pk]
        assert [item.is_over for item in expiring_soon(cast["other_town"], ledger)] == [False]
    with clock.fixed(MONDAY + timedelta(days=60)):
        assert [item.is_over for item in expiring_soon(cast["town"], ledger)] == [True]
