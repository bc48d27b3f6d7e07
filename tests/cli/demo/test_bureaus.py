"""The demo county's two bureaus: every ledger of both packs has its two years, done by the right people, and it all holds."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import resolve
from lxml import etree, html

from bihuan.base import clock
from bihuan.cli.demo.build import county_of, load, size_at
from bihuan.cli.demo.bureaus.acting import acts_of
from bihuan.cli.demo.bureaus.history import history
from bihuan.cli.demo.bureaus.internal_projects import told_twice
from bihuan.cli.demo.county import COUNTY
from bihuan.cli.demo.given_out import give_out
from bihuan.cli.demo.plan import Intake, make_plan
from bihuan.figure.answer import Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.period import Period
from bihuan.installed import packs_folder
from bihuan.ledger.append import Draft, append
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.rules import visible_records
from bihuan.ledger.verification import check_projection, verify_chain
from bihuan.loop.definitions import loops_of
from bihuan.org.actor import actor_of, system_actor
from bihuan.org.models import Person
from bihuan.report.models import Issued
from tests.cast import MONDAY
from tests.cli.demo.loaded import SLOW
from tests.cli.demo.test_plan import TODAY
from tests.cli.typing_in import Typing
from tests.outside import REPOSITORY
from tests.packs.figure_cases import CASES, Case
from tests.web.conftest import signed_in

pytestmark = pytest.mark.long

HERE = REPOSITORY / "tests" / "packs"
EFFECTS = {"ask_extension", "grant_extension", "pause", "resume", "except", "recur", "order", "receive"}


@pytest.fixture(scope="module")
def bureaus(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Loaded once, and undone when the tests of the module are over."""
    with django_db_blocker.unblock(), clock.fixed(MONDAY), transaction.atomic():
        load(SLOW, seed=1, today=TODAY)
        yield
        transaction.set_rollback(True)


def test_the_same_seed_tells_the_same_history() -> None:
    one, other = history(TODAY, 1), history(TODAY, 1)
    assert (one.rows, one.deeds) == (other.rows, other.deeds)
    assert history(TODAY, 2).deeds != one.deeds


def test_one_problem_stands_in_two_ledgers() -> None:
    """What the rule on double counts finds, and nothing else: the other internal findings are told apart."""
    size = size_at(1)
    county = county_of(size, TODAY)
    acts = make_plan(county, size, seed=1, today=TODAY, term_days=90).acts
    findings = [finding for act in acts if isinstance(act, Intake) for finding in act.findings]
    book = history(TODAY, 1)
    told_twice(book, findings)
    titles = [row.values["title"] for row in book.rows if row.ref.ledger == "audit.internal_finding"]
    assert len(set(titles)) == len(titles)
    assert len(set(titles) & {finding.detail for finding in findings}) == 1


def test_nothing_happens_before_its_time() -> None:
    acts = acts_of(history(TODAY, 1))
    assert max(act.at for act in acts) < clock.start_of_day(TODAY)
    assert min(act.at for act in acts).year == TODAY.year - 1


@pytest.mark.usefixtures("bureaus", "db")
def test_every_ledger_has_two_years_of_records() -> None:
    ledgers = list(Ledger.objects.all())
    assert {ledger.code.partition(".")[0] for ledger in ledgers} == {
        folder.name for folder in packs_folder().glob("*/")
    }
    empty = [ledger.code for ledger in ledgers if not ledger.records.exists()]
    assert empty == []
    years = {at.year for at in Record.objects.exclude(opened_at=None).values_list("opened_at", flat=True)}
    assert {TODAY.year - 1, TODAY.year} <= years


@pytest.mark.usefixtures("bureaus", "db")
def test_open_late_returned_paused_extended_and_recurring_matters_are_there() -> None:
    kinds = set(Event.objects.values_list("ledger__code", "kind"))
    done = {kind.removeprefix("verb:") for _, kind in kinds}
    loops = loops_of(Ledger.objects.all()).values()
    effects = {verb.effect for loop in loops for verb in loop.verbs if verb.code in done}
    assert effects >= EFFECTS
    assert {"send_back", "resume", "recurred"} <= done
    late = Record.objects.filter(closed_at=None, due_at__lt=MONDAY)
    assert late.exists() and Record.objects.exclude(closed_at=None).exists()


@pytest.mark.usefixtures("bureaus", "db")
def test_chains_and_projections_hold() -> None:
    for ledger in Ledger.objects.all():
        assert list(verify_chain(ledger)) == []
        assert list(check_projection(ledger)) == []


@pytest.mark.usefixtures("bureaus", "db")
def test_every_ledger_goes_out_to_a_workbook_and_comes_back_unchanged(type_in: Typing, tmp_path: Path) -> None:
    for ledger in Ledger.objects.order_by("code"):
        path = tmp_path / f"{ledger.code}.xlsx"
        answer = type_in("export", ledger.code, "-o", path, "--unmask", "核对往返")
        assert answer.status == 0, answer.err
        count = ledger.records.filter(deleted=False).count()
        told = type_in("import", path, "--ledger", ledger.code, "--dry-run")
        assert (told.status, f"新增 0，更新 0，未变 {count}，失败 0" in told.out) == (0, True), (
            ledger.code,
            told.out,
            told.err,
        )


@pytest.mark.usefixtures("bureaus", "db")
def test_every_list_shows_its_records_to_its_bureau_and_to_no_other() -> None:
    keepers = {"audit": "jingban", "urban": "chengguanke", "emergency": "yingjikao", "health": "weijiankao"}
    keepers |= {"ftz": "zimaokao", "sasac": "guozikao", "land": "zirankao", "ecology": "huanbaokao"}
    own = {pack: actor_of(Person.objects.get(username=login)) for pack, login in keepers.items()}
    for ledger in Ledger.objects.all():
        pack = ledger.code.partition(".")[0]
        other = own["urban" if pack == "audit" else "audit"]
        assert visible_records(own[pack], ledger).count() == ledger.records.filter(deleted=False).count()
        assert set(visible_records(other, ledger).values_list("unit", flat=True)) <= set(other.reach())


WAY = re.compile(r'<a [^>]*?href="(/[^"#]*)"')


@pytest.mark.walk
@pytest.mark.parametrize("login", ["xianzhang", "cgza"])
@pytest.mark.usefixtures("bureaus", "db")
def test_no_page_offers_a_way_that_is_refused(login: str) -> None:
    """From the desk on, twice to each kind of page: whatever is linked opens, to who sees all and who sees little."""
    client = signed_in(Person.objects.get(username=login))
    waiting, known, opened = ["/"], {"/"}, Counter[str]()
    for path in waiting:
        kind = resolve(urlsplit(path).path).view_name
        if opened[kind] == 2:
            continue
        opened[kind] += 1
        answer = client.get(path)
        content = answer.getvalue()
        assert answer.status_code in (200, 302), (path, answer.status_code)
        if answer.headers["Content-Type"].startswith("text/html"):
            ways = {unescape(way) for way in WAY.findall(content.decode())}
            waiting += sorted(ways - known)
            known |= ways
    assert len(opened) > 30, "the desk leads to every room"


def printed_in(client: Client, pk: int) -> list[dict[str, str]]:
    """What the Word file of an issued report says of each of its numbers; the text shows just what is said."""
    with ZipFile(BytesIO(client.get(f"/issued/{pk}/report.docx").getvalue())) as package:
        document, said = (etree.fromstring(package.read(name)) for name in ("word/document.xml", "customXml/item1.xml"))
    shown = {}
    for control in document.iter("{*}sdt"):
        name = control.find(".//{*}tag").values()[0]
        shown[name] = "".join(text.text for text in control.iter("{*}t"))
    rows = [dict(row.attrib) for row in said]
    assert shown == {row["id"]: row["printed"] for row in rows}
    return rows


@pytest.mark.walk
@pytest.mark.usefixtures("bureaus", "db")
def test_issued_summaries_open_the_same_after_later_corrections() -> None:
    give_out(TODAY)
    for login, pack in (("shenji", "audit"), ("chengguanshen", "urban")):
        client = signed_in(Person.objects.get(username=login))
        issued = Issued.objects.get(report__code=f"{pack}.year_summary")
        before = printed_in(client, issued.pk)
        whole = {row["figure"]: row for row in before if row["unit"] == COUNTY and "part" not in row}
        wanted = {figure for figure in CASES if figure.startswith(pack)}
        assert wanted <= set(whole)
        opened = {figure: behind(client, whole[figure]) for figure in wanted}
        for figure, (value, counts) in opened.items():
            printed = Decimal(whole[figure]["printed"])
            assert Decimal(value.replace(",", "")).quantize(printed, ROUND_HALF_UP) == printed, figure
            records = int(whole[figure]["records"])
            assert not counts or records in (*counts, sum(counts)), (figure, records, counts)
        take_away_a_third_of(pack)
        assert printed_in(client, issued.pk) == before
        assert {figure: behind(client, whole[figure]) for figure in wanted} == opened


def take_away_a_third_of(pack: str) -> None:
    """Of the records of last year, one in three is found to be none."""
    ledgers: dict[Ledger, list[Draft]] = {}
    rows = Record.objects.filter(ledger__code__startswith=pack, opened_at__year=TODAY.year - 1)
    for record in rows.select_related("ledger").order_by("pk")[::3]:
        ledgers.setdefault(record.ledger, []).append(Draft("removed", record.pk, {}, {"deleted": True}, reason="更正"))
    assert len(ledgers) > 3
    for ledger, drafts in ledgers.items():
        append(actor=system_actor(), ledger=ledger, drafts=drafts)


def behind(client: Client, row: dict[str, str]) -> tuple[str, list[int]]:
    """The number on the page that a printed one opens, and how many records each of its sets has."""
    way = urlsplit(row["opens"])
    page = html.fromstring(client.get(f"{way.path}?{way.query}").content)
    [value] = page.find_class("figure-value")
    links = [link.get("href") for link in value.iter("a")]
    counts = []
    for link in links:
        tabs = html.fromstring(client.get(link).content).find_class("tabs")
        counts = [int(count.text.replace(",", "")) for bar in tabs for count in bar.find_class("n")]
    return value.text_content().split()[0], counts


YEARS = (TODAY.year - 1, TODAY.year)
FIELD = re.compile(r"\{(\w+)(?::([nb]))?\}")


def sql_of(text: str) -> str:
    """The text with the JSON of both databases in place of the fields."""

    def read(found: re.Match[str]) -> str:
        value = f"r.data ->> '{found[1]}'"
        if found[2] == "n":
            return f"cast({value} as numeric)"
        return f"cast({value} as text) in ('1', 'true')" if found[2] == "b" else f"cast({value} as text)"

    return FIELD.sub(read, text)


def by_hand(case: Case, year: int, what: str = "") -> list[tuple[Any, ...]]:
    """The case in SQL over the records as they stand: its value, or what else is asked of its records."""
    wheres = ["l.code = %(ledger)s", "not r.deleted", f"({case.where})"]
    if case.year:
        wheres.append(f"substr({{{case.year}}}, 1, 4) = %(year)s")
    text = sql_of(
        f"select {what or case.value} from ledger_record r join ledger_ledger l on l.id = r.ledger_id "
        f"where {' and '.join(wheres)}"
    )
    near = clock.end_of_day(MONDAY.date() + timedelta(days=15))
    adapt = connection.ops.adapt_datetimefield_value
    given = {
        "ledger": case.ledger,
        "year": str(year),
        "today": MONDAY.date().isoformat(),
        "now": adapt(MONDAY),
        "soon": adapt(near),
    }
    for name in given:
        text = text.replace(f":{name}", f"%({name})s")
    with connection.cursor() as cursor:
        cursor.execute(text, given)
        return list(cursor.fetchall())


def asked(codes: Iterable[str]) -> dict[tuple[str, int], Fraction | None]:
    """The figures of both years, as the pack defines them."""
    periods = tuple(Period(date(year, 1, 1), date(year, 12, 31)) for year in YEARS)
    found = answer(Question(tuple(codes), periods, Clocks(clock.now(), clock.now())), reach=None)
    return {(value.code, value.period.start.year): value.number for value in found.table([None])}


def is_same(number: Fraction | None, expected: Any) -> bool:
    """Whether a figure's exact number is what SQL says; unknown is not zero."""
    if number is None or expected is None:
        return number is expected
    return abs(float(number) - float(expected)) < 1e-9


@pytest.mark.usefixtures("bureaus", "db")
def test_every_figure_is_what_sql_by_hand_makes_it() -> None:
    assert set(CASES) == set((HERE / "figure_ids.txt").read_text(encoding="utf-8").split())
    values = asked(CASES)
    for code, case in CASES.items():
        for year in YEARS:
            [(expected,)] = by_hand(case, year)
            assert is_same(values[code, year], expected), (code, year, values[code, year], expected)
        assert any(values[code, year] for year in YEARS), f"{code} counts nothing here, and so proves nothing"


@pytest.mark.usefixtures("bureaus", "db")
def test_every_figure_moves_with_one_of_its_records() -> None:
    """One record that a figure counts is taken from it: the figure moves, and is again what SQL makes it."""
    for code, case in CASES.items():
        values = asked([code])
        year = next((year for year in reversed(YEARS) if values[code, year]), 0)
        assert year, f"{code} lost all its records to the tests before it"
        measured = FIELD.search(case.value)
        rows = by_hand(case, year, f"r.id, {measured[0] if measured else 1}")
        pk = next(pk for pk, value in rows if "sum" not in case.value or value)
        record = Record.objects.select_related("ledger").get(pk=pk)
        with transaction.atomic():
            gone = Draft("removed", pk, {}, {"deleted": True}, reason="试验")
            append(actor=system_actor(), ledger=record.ledger, drafts=[gone])
            if "distinct" in case.value:
                _remove_all_of(record, rows)
            [(expected,)] = by_hand(case, year)
            [moved] = [number for (_, at), number in asked([code]).items() if at == year]
        assert moved != values[code, year], code
        assert is_same(moved, expected), (code, moved, expected)


def _remove_all_of(record: Record, rows: list[tuple[Any, ...]]) -> None:
    """A distinct value is gone only with every record that has it."""
    value = next(value for pk, value in rows if pk == record.pk)
    drafts = [
        Draft("removed", pk, {}, {"deleted": True}, reason="试验")
        for pk, other in rows
        if other == value and pk != record.pk
    ]
    if drafts:
        append(actor=system_actor(), ledger=record.ledger, drafts=drafts)
