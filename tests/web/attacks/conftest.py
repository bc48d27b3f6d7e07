"""A record of another town, and one that waits for its evidence."""

import pytest

from bihuan.ledger.models import Record
from bihuan.loop.actions import Said, create_record, perform
from tests.cast import Cast
from tests.web.attacks.attacking import SECRET, fields, submitted


@pytest.fixture
def theirs(cast: Cast) -> Record:
    """A record of another town, full of what must not get out; the same photo hangs on one of our own."""
    submitted(cast, "town", title="我们的事", problem_no="2")
    return submitted(cast, "other_town", title=SECRET, detail=SECRET, responsible_unit=cast.other_town.pk)


@pytest.fixture
def rectifying(cast: Cast) -> Record:
    made = create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast))
    perform(actor=cast["office"], pk=made.pk, verb="assign", said=Said({"responsible_unit": made.unit_id}))
    return perform(actor=cast["town"], pk=made.pk, verb="receive", said=Said())
