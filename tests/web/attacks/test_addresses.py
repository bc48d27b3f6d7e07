"""Addresses and forms that nobody would type."""

import pytest

from bihuan.ledger.models import Record
from bihuan.loop.actions import create_record
from tests.cast import Cast
from tests.web.attacks.attacking import LEDGER, csv_upload, fields
from tests.web.test_pages import Clients, text_of

INJECTIONS = (
    "1=1; DROP TABLE ledger_record", "1) OR (1=1", "' OR ''='", "(SELECT password FROM org_person)", "1 UNION SELECT 1",
    "load_extension('x')", "pg_sleep(5)", "涉及金额 > 100 -- ", "/* */ 1", "问题摘要 LIKE '%' ESCAPE '", "(" * 3_000,
    "NOT " * 500 + "TRUE", "1" * 3_000, "没有这个字段 = 1",
)  # fmt: skip


@pytest.mark.parametrize("where", INJECTIONS, ids=range(len(INJECTIONS)))
def test_the_box_of_the_expression_takes_expressions_only(where: str, cast: Cast, clients: Clients) -> None:
    create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast))
    answer = clients("office").get(LEDGER, {"where": where})
    assert answer.status_code == 200
    assert "条件式有误" in text_of(answer)
    refused = clients("office").get(f"{LEDGER}export/", {"where": where})
    assert refused.status_code == 422
    assert "条件式有误" in text_of(refused)
    assert Record.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    ["q=" + "长" * 20_000, "unit=" + "9" * 5_000, "unit=²", "page=" + "9" * 5_000, "page=-1", "page=²", "sort=password",
     "sort=-ledger__owner", "sort=data__x'", "colour=purple", "size=99999", "size=0", "state=' OR 1=1", "exact=1&no_unit=1&mine=1&doubtful=1",
     "under=" + "9" * 5_000, "ledger=" + "x" * 5_000, "view=x", "%ff%fe=%00", "q=%00", "unit=%00"],
)  # fmt: skip
def test_strange_addresses_are_answered_in_words(query: str, cast: Cast, clients: Clients) -> None:
    create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast))
    for path in (LEDGER, "/board/", "/matters/", "/units/options/", "/", "/import/", "/sign-in/"):
        answer = clients("office").get(f"{path}?{query}")
        assert answer.status_code in ((400,) if "%00" in query else (200, 302)), path


@pytest.mark.parametrize("form", [{"version": "²"}, {"version": "9" * 5_000}, {"responsible_unit": "9" * 5_000}, {"responsible_unit": "²"},
                                  {"evidence_keep": "²"}, {"amount": "9" * 5_000}, {"amount": "NaN"}, {"due_on": "9" * 5_000}, {"title": "\x00"}])  # fmt: skip
def test_strange_forms_are_answered_in_words(form: dict[str, str], cast: Cast, clients: Clients) -> None:
    made = create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast))
    for path in (f"/records/{made.pk}/edit/", f"{LEDGER}new/", f"/records/{made.pk}/do/assign/"):
        answer = clients("office").post(path, fields(cast) | form)
        assert answer.status_code in ((400,) if form.get("title") == "\0" else (302, 409, 422))
        assert "程序出了意外" not in text_of(answer)


def test_strange_column_choices_are_left_out(cast: Cast, clients: Clients) -> None:
    client = clients("office")
    columns = csv_upload(client, "甲,乙\n1,2\n3,4\n")
    strange = {"column-x": "+", "column-0": "+", "column-²": "", "kind-0": "computed", "kind-1": "nothing", "key": "-5"}
    answer = client.post(columns, strange)
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    assert client.post(columns, {"column-0": "+", "sheet": "没有这张"}).status_code == 422
