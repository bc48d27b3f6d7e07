"""What reaches an engine: rebuilt SQL, with every literal as a parameter."""

import re
from datetime import datetime

import pytest
from hypothesis import given

from bihuan.expression import ExpressionError, Kind, postgresql, sqlite, to_postgresql, to_sqlite
from bihuan.expression.tree import Literal, Node, parts_of
from tests.expression.engines import Sqlite
from tests.expression.sample import NOW, RECORD, TODAY, check
from tests.expression.strategies import cases

RENDERERS = (to_sqlite, to_postgresql)


def literals(node: Node) -> list[object]:
    found = [node.value] if isinstance(node, Literal) else []
    return found + [value for part in parts_of(node) for value in literals(part)]


@pytest.mark.parametrize(
    "text, sqlite_text, sqlite_params",
    [
        ("备注 = 'x'", """(json_extract("r"."data", '$."note"') = %s)""", ("x",)),
        ("责任人 like 'a*%'", """("r"."owner" GLOB %s)""", ("a[*]*",)),
        ("期限 < today()", """("r"."due" < %s)""", ("2026-02-28",)),
        ("立案时间 >= now()", """("r"."opened_at" >= %s)""", ("2026-02-28 01:02:03.000400",)),
        ("编号 > 5 and not 已办结", """(("r"."number" > %s) AND (NOT "r"."closed"))""", (5,)),
        (
            "金额 > 1.5",
            """(CAST(ROUND(json_extract("r"."data", '$."amount"') * 100.0) AS INTEGER) > %s)""",
            (150,),
        ),
    ],
)
def test_sqlite(text: str, sqlite_text: str, sqlite_params: tuple[object, ...]) -> None:
    found = to_sqlite(check(text), alias="r", today=TODAY, now=NOW)
    assert (found.text, found.params) == (sqlite_text, sqlite_params)


@pytest.mark.parametrize(
    "text, postgresql_text, params",
    [
        ("备注 = 'x'", """((("data" ->> 'note') COLLATE "C") = %s::text)""", ("x",)),
        ("责任人 like 'a%'", """(("owner" COLLATE "C") LIKE %s::text)""", ("a%",)),
        ("期限 < today()", '("due" < %s::date)', (TODAY,)),
        ("金额 > 1", """(("data" ->> 'amount')::numeric > %s::numeric)""", (1,)),
        ("has(标签, '资金')", """coalesce(("data" -> 'tags') @> to_jsonb(%s::text), false)""", ("money",)),
    ],
)
def test_postgresql(text: str, postgresql_text: str, params: tuple[object, ...]) -> None:
    found = to_postgresql(check(text), today=TODAY, now=NOW)
    assert (found.text, found.params) == (postgresql_text, params)


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize(
    "attack",
    [
        "'; DROP TABLE record; --",
        "' OR '1'='1",
        "\\' OR 1=1 --",
        '" OR ""="',
        "x') UNION SELECT password FROM auth_user --",
        "%s %(a)s {} {0} %%",
        "$$; select pg_sleep(9); $$",
        "/* */ -- #",
        "＇；ＤＲＯＰ",
    ],
)
def test_quoted_text_only_ever_is_a_parameter(render, attack: str) -> None:
    doubled = attack.replace("'", "''")
    harmless = render(
        check("备注 = 'x' and contains(责任人, 'x') or substr(备注, 1, 2) in ('x')"), today=TODAY, now=NOW
    )
    text = "备注 = 'x' and contains(责任人, 'x') or substr(备注, 1, 2) in ('x')".replace("'x'", f"'{doubled}'")
    found = render(check(text), today=TODAY, now=NOW)
    assert found.text == harmless.text
    assert [param for param in found.params if param == attack] == [attack] * 3


@pytest.mark.parametrize(
    "attack",
    [
        "1; DROP TABLE record",
        "pg_sleep(10) is null",
        "load_extension('x') = 1",
        "ATTACH DATABASE 'x' AS y",
        "天数 = (select 1)",
        "天数 in (select 天数 from record)",
        "天数 = 1 union select 1",
        "exists (select 1)",
        "天数::text = '1'",
        "cast(天数 as text) = '1'",
        "current_user = 'a'",
        "version() = 'a'",
        "r.天数 = 1",
        "data -> 'x' = 1",
        "天数 = $1",
        "天数 = ?",
        "天数 = :x",
        "天数 = @x",
        "天数 = {{ x }}",
        "天数 = 1 /* x */",
        "天数 = 1 -- x",
        "天数 = 1 # x",
        "`天数` = 1",
        "[天数] = 1",
        "row_number() over () = 1",
        "备注 = E'\\x41'",
        "备注 = U&'\\0041'",
        "备注 = $$x$$",
        "备注 collate nocase = 'a'",
        "天数 = 0x1F",
        "天数 = 1\x00",
        "备注 = 'a\x00b'",
        "备注 = '\ud800'",
        "备注 = 'a\u202eb'",
        "ａｍｏｕｎｔ > 1",
        "аmount > 1",  # a Cyrillic а
        "json_extract(data, '$') = 1",
        "bihuan_add(1, 2) = 3",
    ],
)
def test_what_is_off_the_list_is_refused(attack: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        check(attack)
    assert all(0 <= found.start <= found.end <= len(attack) for found in caught.value.problems)


@given(case=cases(Kind.BOOLEAN, Kind.TEXT))
def test_every_literal_is_a_parameter(case: tuple[str, object]) -> None:
    try:
        checked = check(case[0])
    except ExpressionError:
        return
    for render in RENDERERS:
        found = render(checked, today=TODAY, now=NOW)
        assert found.text.count("%s") == len(found.params)
        assert "%" not in found.text.replace("%s", "")
        assert len(found.params) >= len([value for value in literals(checked.tree) if isinstance(value, str)])


@given(case=cases(Kind.BOOLEAN, Kind.TEXT, Kind.DATE, Kind.DECIMAL))
def test_sql_grows_no_faster_than_the_expression(case: tuple[str, object]) -> None:
    """A template that repeats an argument would double the SQL at each level."""
    try:
        checked = check(case[0])
    except ExpressionError:
        return
    size = len(re.findall(r"\w+|[^\w\s]", case[0]))
    for render in RENDERERS:
        assert len(render(checked, today=TODAY, now=NOW).text) <= 220 * size + 200


def test_an_alias_is_a_plain_identifier() -> None:
    checked = check("期限 is null")
    assert to_sqlite(checked, alias="r", today=TODAY, now=NOW).text == '("r"."due" IS NULL)'
    for render in RENDERERS:
        with pytest.raises(ValueError, match="identifier"):
            render(checked, alias='r"; --', today=TODAY, now=NOW)


@pytest.mark.parametrize("render", RENDERERS)
def test_now_must_know_its_time_zone(render) -> None:
    with pytest.raises(ValueError, match="time zone"):
        render(check("now() > 上报时间"), today=TODAY, now=datetime(2026, 1, 1))


DEEP = [
    ("add_days(", ", 天数)", "期限", " is null", 60),
    ("天数 + (", ")", "天数", " > 0", 60),
    ("round(", " / 3, 2)", "金额", " > 0", 30),
    ("concat('x', ", ")", "备注", " = ''", 60),
    ("case when 是否重大 then 1 when 已办结 then ", " end", "天数", " > 0", 60),
    ("case when 是否重大 then true when ", " then false end", "已办结", "", 60),
    ("true in (false, ", ")", "是否重大", "", 60),
    ("(是否重大 and (已办结 or ", "))", "已办结", "", 30),
    ("least(天数, ", ")", "天数", " > 1", 60),
    ("not (", " and 已办结)", "是否重大", "", 30),
]


@pytest.mark.parametrize("head, tail, core, end, depth", DEEP, ids=[row[0] for row in DEEP])
def test_the_deepest_expressions_fit_into_the_parser_of_sqlite(head, tail, core, end, depth) -> None:
    engine = Sqlite()
    sql = to_sqlite(check(head * depth + core + tail * depth + end), alias="r", today=TODAY, now=NOW)
    around = f"SELECT count(*) FROM record AS r WHERE (r.due IS NULL AND (NOT (({sql.text}) OR (r.due = 1))))"
    assert engine.connection.execute(around.replace("%s", "?"), sql.params).fetchone() == (0,)
    engine.connection.close()


def test_deep_sql_still_sees_the_row() -> None:
    engine = Sqlite()
    checked = check("concat('x', " * 60 + "备注" + ")" * 60)
    rows = [{**RECORD, "note": "a"}, {**RECORD, "note": "b"}]
    assert engine.values(checked, rows) == ["x" * 60 + "a", "x" * 60 + "b"]
    engine.connection.close()


def test_a_long_row_of_conditions_is_no_deep_tree() -> None:
    engine = Sqlite()
    checked = check(" or ".join(["天数=1"] * 330))
    assert engine.values(checked, [{"days": 1}, {"days": 2}, {}]) == [True, False, None]
    engine.connection.close()


def test_every_engine_knows_every_function() -> None:
    from bihuan.expression import evaluate, explain
    from bihuan.expression.functions import FUNCTIONS

    assert set(sqlite.CALLS) == set(postgresql.CALLS) == set(FUNCTIONS)
    assert callable(evaluate)
    assert callable(explain)
