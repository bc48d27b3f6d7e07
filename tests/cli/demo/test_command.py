"""`bihuan demo`: loads once, never among real units, says who can sign in, and leaves a workbook to try."""

from datetime import date
from pathlib import Path

import pytest

from bihuan.cli.demo.build import load
from bihuan.cli.demo.county import Size, build_county
from bihuan.cli.demo.people import MEMORABLE, PASSWORD
from bihuan.cli.demo.sheet import SAMPLE_FOLDER, SAMPLE_NAME, SAMPLE_ROWS, write_sample
from bihuan.ledger.excel import open_workbook, read_table
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.org.actions import add_unit
from bihuan.org.models import Person, Unit
from bihuan.report.models import Draft, Issued
from bihuan.scorecard.models import Publication
from tests.cli.typing_in import Typing

TODAY = date(2026, 3, 2)


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path))
    return tmp_path


def test_it_loads_once_and_says_who_can_sign_in(db: None, own_home: Path, type_in: Typing) -> None:
    words = ("demo", "--load-only", "--scale", "0.05", "--seed", "3")
    answer = type_in(*words)
    assert answer.status == 0
    records, events = Record.objects.count(), Event.objects.count()
    findings = Record.objects.filter(ledger__code="audit.finding").count()
    told = f"示范县已装入：{findings:,} 个审计发现问题，其他台账 {records - findings:,} 条记录，{events:,} 个事件。"
    assert told in answer.out
    assert PASSWORD in answer.out and "只用于示范" in answer.out
    assert all(f"\n{login} " in answer.out and Person.objects.filter(username=login).exists() for login in MEMORABLE)
    assert Unit.objects.count() == 412
    given = Issued.objects.count() + Publication.objects.count()
    assert Issued.objects.exists() and f"印发材料、公布考核 {given} 件" in answer.out
    assert all(draft.person_id != draft.approved_by_id for draft in Draft.objects.all())
    again = type_in(*words)
    assert (again.status, "示范县已经装入，数据保留不动。" in again.out) == (0, True)
    assert (Record.objects.count(), Event.objects.count()) == (records, events)
    sample = own_home / SAMPLE_FOLDER / SAMPLE_NAME
    tried = type_in("import", sample, "--ledger", "audit.finding")
    assert (tried.status, f"新增 {SAMPLE_ROWS}，更新 0，未变 0，失败 0。已写入" in tried.out) == (0, True)
    assert "注意" not in tried.out


def test_it_is_never_put_among_real_units(db: None, own_home: Path, type_in: Typing) -> None:
    add_unit(code="990000", name="别处", kind="county", parent=None, valid_from=TODAY)
    answer = type_in("demo", "--load-only")
    assert (answer.status, "已有别的单位，不能装入示范县" in answer.err) == (1, True)
    assert not Ledger.objects.exists()


def test_all_is_loaded_or_nothing(db: None, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(done: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(
            Size(towns=1, villages=1, enterprises=1, projects=6, findings=6, pace=0),
            seed=1,
            today=TODAY,
            progress=interrupted,
        )
    assert not (Unit.objects.exists() or Person.objects.exists() or Event.objects.exists())


def test_the_sample_is_untidy_and_yet_a_table(tmp_path: Path) -> None:
    county = build_county(Size(), TODAY)
    path = write_sample(county, seed=5, today=TODAY, folder=tmp_path)
    table = read_table(open_workbook(path, name=path.name))
    columns = {column.title: place for place, column in enumerate(table.columns)}
    rows = [cells for _, cells in table.rows()]
    assert len(rows) == SAMPLE_ROWS
    assert [skipped.text[:2] for skipped in table.skipped] == ["合计", "填表"]
    assert [total.agrees for total in table.totals] == [True]
    amounts = [row[columns["审计发现问题/涉及金额"]] for row in rows]
    assert {type(amount) for amount in amounts} == {str, float}
    assert any(str(amount).endswith("万元") for amount in amounts)
    assert any("年" in str(row[columns["审计发现问题/发现日期"]]) for row in rows)
