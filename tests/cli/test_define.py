"""`bihuan define`: a definition out, changed, checked and in again."""

from pathlib import Path

from bihuan.ledger.definitions import find_ledger, spec_of
from bihuan.ledger.models import Ledger
from bihuan.loop.actions import create_record
from tests.cast import Cast
from tests.cli.typing_in import Typing
from tests.ledger.making import make_ledger


def test_a_definition_goes_out_and_comes_in(cast: Cast, type_in: Typing, tmp_path: Path) -> None:
    ledger = make_ledger(cast.office, loop=None)
    create_record(actor=cast["office"], ledger=ledger, fields={"no": "1", "people": "40"})
    path = tmp_path / "task.yaml"
    assert type_in("define", "demo.task", "--export", str(path)).status == 0
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("code: people, title: 人数, kind: integer", "code: people, title: 人数, kind: number"))
    dry = type_in("define", "demo.task", "--load", str(path), "--dry-run")
    assert (dry.status, find_ledger("demo.task").version) == (0, 1)
    assert "变动：“人数”的类型：整数 → 数值" in dry.out
    assert type_in("define", "demo.task", "--load", str(path)).status == 0
    assert spec_of(find_ledger("demo.task")).by_code["people"].kind == "number"
    path.write_text(text.replace("title: 人数, kind: integer", "title: 人数, kind: integer, maximum: 10"))
    refused = type_in("define", "demo.task", "--load", str(path))
    assert (refused.status, "挡住：“人数”：40 大于允许的最大值 10" in refused.out) == (1, True)


def test_a_new_ledger_needs_an_owner_and_a_code_of_its_own(cast: Cast, type_in: Typing, tmp_path: Path) -> None:
    (path := tmp_path / "visit.yaml").write_text(
        "code: visit\ntitle: 来访\nfields:\n  - {code: who, title: 来访人, kind: text}\n", encoding="utf-8"
    )
    assert type_in("define", "own.visit", "--load", str(path)).status == 1
    assert "两处要一致" in type_in("define", "own.other", "--load", str(path)).err
    assert type_in("define", "own.visit", "--load", str(path), "--owner", "审计局").status == 0
    assert Ledger.objects.get(code="own.visit").owner == cast.office


def test_a_faulty_file_is_told_by_its_line(cast: Cast, type_in: Typing, tmp_path: Path) -> None:
    (path := tmp_path / "task.yaml").write_text("code: task\ntitle: 任务\nfields: []\n", encoding="utf-8")
    make_ledger(cast.office, loop=None)
    found = type_in("define", "demo.task", "--load", str(path))
    assert (found.status, "task.yaml:3" in found.out) == (1, True)
