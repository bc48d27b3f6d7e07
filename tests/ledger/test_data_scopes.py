"""The five data scopes: what each gives a role, in one ledger and over all, in lists, counts and records."""

import pytest

from bihuan.base.errors import Invalid, NotAllowed
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.role_settings import set_field_right, set_scope
from bihuan.ledger.rules import scope_among, scope_everywhere, visible_ledgers, visible_records
from bihuan.ledger.sight import sight_of
from bihuan.loop.actions import create_record
from bihuan.org.access_log import Kind
from bihuan.org.models import AccessEntry
from tests.cast import Cast
from tests.ledger.making import make_ledger


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    """Of the audit office, with records for the town, its village and the other town; the colleague made the last."""
    made = make_ledger(cast.office)
    for number, unit in enumerate(("青溪镇", "上河村", "白石镇"), start=1):
        by = cast["colleague"] if number == 3 else cast["office"]
        create_record(actor=by, ledger=made, fields={"no": str(number), "responsible": unit})
    return made


def seen(cast: Cast, login: str, ledger: Ledger) -> set[str]:
    ledger.refresh_from_db()
    actor = cast[login]
    one = {record.data["no"] for record in visible_records(actor, ledger)}
    everywhere = {record.data["no"] for record in Record.objects.filter(scope_everywhere(actor), ledger=ledger)}
    among = {record.data["no"] for record in Record.objects.filter(scope_among(actor, [ledger]))}
    assert one == everywhere == among
    assert (ledger in visible_ledgers(actor)) is bool(one) or login in ("office", "colleague")
    return one


@pytest.mark.parametrize(
    "scope, town, colleague",
    [
        ("", {"1", "2"}, {"1", "2", "3"}),
        ("all", {"1", "2", "3"}, {"1", "2", "3"}),
        ("unit", {"1"}, set()),
        ("below", {"1", "2"}, set()),
        ("own", set(), {"3"}),
        ("custom", {"3"}, {"3"}),
    ],
)
@pytest.mark.parametrize("everywhere", [True, False])
def test_each_scope(
    cast: Cast, ledger: Ledger, scope: str, town: set[str], colleague: set[str], everywhere: bool
) -> None:
    for role in ("undertaker", "handler") if scope else ():
        where = None if everywhere else ledger
        set_scope(actor=cast["security_admin"], role=role, scope=scope, ledger=where, units=[cast.other_town.pk])
    assert seen(cast, "town", ledger) == town
    assert seen(cast, "colleague", ledger) == colleague
    assert seen(cast, "auditor", ledger) == {"1", "2", "3"}
    assert seen(cast, "system_admin", ledger) == set()


def test_a_ledgers_own_scope_goes_before_the_general_one(cast: Cast, ledger: Ledger) -> None:
    set_scope(actor=cast["security_admin"], role="undertaker", scope="all")
    set_scope(actor=cast["security_admin"], role="undertaker", scope="own", ledger=ledger)
    assert seen(cast, "town", ledger) == set()
    set_scope(actor=cast["security_admin"], role="undertaker", scope="unit", ledger=ledger)
    assert seen(cast, "town", ledger) == {"1"}
    assert AccessEntry.objects.filter(kind=Kind.ADMIN).count() == 3


@pytest.mark.parametrize("login", ["system_admin", "audit_admin", "office", "leader"])
def test_only_the_security_administrator_sets_them(cast: Cast, ledger: Ledger, login: str) -> None:
    with pytest.raises(NotAllowed, match="安全管理员"):
        set_scope(actor=cast[login], role="undertaker", scope="all")
    with pytest.raises(NotAllowed, match="安全管理员"):
        set_field_right(actor=cast[login], ledger=ledger, role="undertaker", field="name", right="hidden")


def test_what_is_wrong_is_said(cast: Cast, ledger: Ledger) -> None:
    admin = cast["security_admin"]
    for wrong in ({"role": "auditor", "scope": "all"}, {"role": "handler", "scope": "x"}):
        with pytest.raises(Invalid):
            set_scope(actor=admin, **wrong)
    with pytest.raises(Invalid, match="单位"):
        set_scope(actor=admin, role="handler", scope="custom", units=[99_999])


def test_a_field_right_set_on_screen_holds_at_once(cast: Cast, ledger: Ledger) -> None:
    set_field_right(actor=cast["security_admin"], ledger=ledger, role="undertaker", field="name", right="hidden")
    assert "name" not in sight_of(cast["town"], ledger).spec.by_code
    assert "name" in sight_of(cast["office"], ledger).spec.by_code
    set_field_right(actor=cast["security_admin"], ledger=ledger, role="undertaker", field="name", right="read")
    assert "name" in sight_of(cast["town"], ledger).spec.by_code
