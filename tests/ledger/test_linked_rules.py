"""Rules over the record that a record field points at: looked at when a record is written, as it stands then."""

from pathlib import Path
from typing import Any

import pytest

from bihuan.base.errors import Invalid
from bihuan.installed import install_pack
from bihuan.ledger.definitions import find_ledger, spec_of
from bihuan.ledger.linked_names import links_of
from bihuan.ledger.models import Record
from bihuan.ledger.record_checks import checker
from bihuan.ledger.settling import settle
from bihuan.loop.actions import create_record, edit_record
from tests.cast import Cast
from tests.pack.packs import PACK, read

OFFICER = """\
code: task
title: 人员
key: [name]
fields:
  - {code: name, title: 证号, kind: text, required: true}
  - {code: valid_until, title: 有效期至, kind: date}
  - {code: works, title: 范围, kind: choices, choices: [{code: gas, title: 燃气}, {code: ads, title: 广告}]}
"""
CASE = """\
code: case
title: 案件
fields:
  - {code: filed_on, title: 立案日期, kind: date, required: true}
  - {code: handler, title: 承办人, kind: record, of: task}
checks:
  - when: '"承办人.有效期至" >= filed_on'
    message: 证件已过期
  - when: "has(\\"handler.works\\", 'gas')"
    message: 不在范围
"""


@pytest.fixture
def officer(cast: Cast, tmp_path: Path) -> Record:
    (tmp_path / "ledgers").mkdir()
    (tmp_path / "ledgers" / "case.yaml").write_text(CASE, encoding="utf-8")
    pack = read(tmp_path, ledger=OFFICER, loop="")
    assert pack.issues == ()
    install_pack(pack)
    fields = {"name": "ZF01", "valid_until": "2026-06-30", "works": "燃气"}
    return create_record(actor=cast["office"], ledger=find_ledger("demo.task"), fields=fields)


def data(officer: Record, day: str) -> dict[str, Any]:
    return {"filed_on": day, "handler": officer.pk}


def test_a_linked_record_is_looked_at(officer: Record) -> None:
    spec = spec_of(find_ledger("demo.case"))
    assert links_of(spec) == ("handler",)
    settle(spec, {}, data(officer, "2026-06-30"))
    with pytest.raises(Invalid, match="证件已过期"):
        settle(spec, {}, data(officer, "2026-07-01"))


def test_it_is_looked_at_as_it_stands_now(cast: Cast, officer: Record) -> None:
    spec = spec_of(find_ledger("demo.case"))
    edit_record(actor=cast["office"], record=officer, fields={"works": "广告", "valid_until": "2027-06-30"})
    with pytest.raises(Invalid, match="不在范围"):
        settle(spec, {}, data(officer, "2026-07-01"))


def test_where_nothing_is_linked_nothing_is_broken(officer: Record) -> None:
    settle(spec_of(find_ledger("demo.case")), {}, {"filed_on": "2030-01-01"})


def test_many_rows_read_each_linked_record_once(officer: Record, django_assert_num_queries: Any) -> None:
    spec = spec_of(find_ledger("demo.case"))
    breaches = checker(spec)
    with django_assert_num_queries(1):
        found = [breaches(data(officer, f"2026-0{month}-01")) for month in (5, 6, 7, 8)]
    assert [len(each) for each in found] == [0, 0, 1, 1]


def test_a_name_of_no_linked_field_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "ledgers").mkdir()
    wrong = CASE.replace("handler.works", "handler.work")
    (tmp_path / "ledgers" / "case.yaml").write_text(wrong, encoding="utf-8")
    [issue] = read(tmp_path, pack=PACK, ledger=OFFICER, loop="").issues
    assert (issue.file, "handler.work" in issue.message, "handler.works" in issue.hint) == (
        "ledgers/case.yaml",
        True,
        True,
    )
