"""Attacks: a number shall not tell what its reader may not see, be it by scope, by field or by drill-down."""

import pytest

from bihuan.base import clock
from bihuan.base.errors import NotAllowed
from bihuan.figure.change import split_change
from bihuan.figure.counting import figures_counting
from bihuan.figure.definitions import Catalogue
from bihuan.figure.installing import install_figures
from bihuan.figure.opening import open_value
from bihuan.figure.queries import ask
from bihuan.figure.resolve import Faulty
from bihuan.figure.rules import Reach
from bihuan.figure.spec import FigureSpec
from bihuan.ledger.data_scopes import Scope
from bihuan.ledger.models import Ledger
from bihuan.ledger.role_settings import set_field_right, set_scope
from bihuan.loop.actions import create_record
from bihuan.org.actor import Actor, system_actor
from tests.cast import Cast
from tests.figure.county import install, some_findings
from tests.figure.test_values import YEAR, now
from tests.ledger.making import make_ledger

PERSONAL = (
    {"code": "no", "title": "序号代码", "kind": "text", "required": True},
    {"code": "responsible", "title": "责任单位", "kind": "unit"},
    {"code": "income", "title": "收入", "kind": "money", "personal": "all"},
    {"code": "account", "title": "账号", "kind": "text", "encrypted": True},
)


def told(actor: Actor, code: str, unit: int | None = None):
    return ask([code], [YEAR], now(), Reach(actor)).value(code, unit, YEAR)


def test_a_scope_set_on_screen_holds_for_numbers(cast: Cast) -> None:
    """The town's own records, none, all: as a list would show."""
    install(cast)
    some_findings(cast)
    assert told(cast["town"], "demo.total", cast.town.pk).number == 3
    set_scope(actor=cast["security_admin"], role="undertaker", scope=Scope.UNIT, ledger=cast.finding)
    own = told(cast["town"], "demo.total", cast.town.pk)
    assert (own.number, own.partial) == (2, True)
    with pytest.raises(NotAllowed, match="不在您的查看范围"):
        told(cast["town"], "demo.total", cast.village.pk)
    set_scope(actor=cast["security_admin"], role="undertaker", scope=Scope.OWN, ledger=cast.finding)
    with pytest.raises(NotAllowed, match="不在您的查看范围"):
        told(cast["town"], "demo.total", cast.town.pk)
    set_scope(actor=cast["security_admin"], role="undertaker", scope=Scope.ALL, ledger=cast.finding)
    whole = told(cast["town"], "demo.total")
    assert (whole.number, whole.partial) == (4, False)


def test_a_hidden_field_is_in_no_number(cast: Cast) -> None:
    """Not as what is added up, not as the condition, not within a ratio, a change or a drill-down."""
    install(cast)
    records = some_findings(cast)
    set_field_right(
        actor=cast["security_admin"], ledger=cast.finding, role="undertaker", field="amount", right="hidden"
    )
    town, unit = cast["town"], cast.town.pk
    assert told(town, "demo.total", unit).number == 3
    for code in ("demo.amount", "demo.large", "demo.rate", "demo.sum"):
        with pytest.raises(NotAllowed, match="用到您看不到的字段"):
            told(town, code, unit)
        with pytest.raises(NotAllowed, match="用到您看不到的字段"):
            open_value(ask([code], [YEAR], now(), Reach(town)), code, unit, YEAR)
    with pytest.raises(NotAllowed, match="用到您看不到的字段"):
        split_change("demo.large", unit, YEAR, clock.now(), (clock.now(), clock.now()), Reach(town))
    counting = [figure.code for figure in figures_counting(records[0].pk, "audit.finding", now(), Reach(town))]
    assert "demo.total" in counting and not {"demo.amount", "demo.large"} & set(counting)
    assert told(cast["office"], "demo.large", unit).number == 1


@pytest.fixture
def incomes(cast: Cast) -> Ledger:
    ledger = make_ledger(cast.office, fields=PERSONAL, key=["no"], unit_field="responsible")
    create_record(actor=cast["colleague"], ledger=ledger, fields={"no": "1", "responsible": "青溪镇", "income": "12"})
    shapes = {
        "demo.people": {"where": "income > 10"},
        "demo.most": {"measure": "max(income)"},
        "demo.income": {"measure": "sum(income)"},
    }
    specs = {
        code: FigureSpec.model_validate({"title": "数", "of": ledger.code, **shape}) for code, shape in shapes.items()
    }
    install_figures(pack="demo", specs=specs, owner=cast.office, origin="pack")
    return ledger


def test_a_masked_amount_is_not_told_by_its_sum(cast: Cast, incomes: Ledger) -> None:
    """How many there are is what the definition makes public; the amount of one record would be its value."""
    leader = cast["leader"]
    assert told(leader, "demo.people").number == 1
    for code in ("demo.most", "demo.income"):
        with pytest.raises(NotAllowed, match="个人信息，已遮盖"):
            told(leader, code)
        assert told(system_actor(), code).number == 12


def test_a_sealed_field_is_refused_by_the_definition(cast: Cast, incomes: Ledger) -> None:
    over = {"of": incomes.code}
    for shape in (
        {**over, "measure": "distinct(account)"},
        {**over, "where": "account is not null"},
        {"doubled": [f"{incomes.code}.account"]},
    ):
        spec = FigureSpec.model_validate({"title": "数", **shape})
        with pytest.raises(Faulty, match="加密保存"):
            Catalogue(given={"demo.sealed": spec})["demo.sealed"]
