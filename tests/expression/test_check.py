"""What is accepted, what it becomes, and what a writer is told about what is not."""

from datetime import UTC, date, datetime

import pytest

from bihuan.expression import Choice, ExpressionError, JsonKey, Kind, Name, Problem, compile_check
from bihuan.expression.canonical import canonical
from tests.expression.sample import NAMES, check


def problems(text: str, expect: Kind | None = None) -> tuple[Problem, ...]:
    with pytest.raises(ExpressionError) as caught:
        compile_check(text, NAMES, expect=expect)
    return caught.value.problems


def problem(text: str) -> Problem:
    (only,) = problems(text)
    return only


def becomes(text: str) -> str:
    return canonical(check(text).tree)


@pytest.mark.parametrize(
    "text, canonical_text",
    [
        ("金额 > 100 and 状态 = '已销号'", "amount > 100 and state = 'cleared'"),
        ("状态 in ('cleared', '整改中')", "state in ('cleared', 'fixing')"),
        ("（金额＞100） and 状态＝“已销号”", "amount > 100 and state = 'cleared'"),
        ("“金额” ≥ 1 and ‘a’ ≠ 备注", "amount >= 1 and 'a' <> note"),
        ("金额 − 1 × 2 ÷ 4 ≤ 0", "amount - 1 * 2 / 4 <= 0"),
        ("AMOUNT > 1 AND Not Major", "amount > 1 and not major"),
        ('"金额" > 1 or "amount" < 2', "amount > 1 or amount < 2"),
        ("发现日期 >= '2026年1月31日'", "found >= date '2026-01-31'"),
        ("发现日期 between '2026-1-1' and date '2026-01-31'", "found between date '2026-01-01' and date '2026-01-31'"),
        ("上报时间 < '2026-01-31 8:05'", "reported < datetime '2026-01-31 08:05:00'"),
        ("timestamp '2026-01-31T08:05:09' = 上报时间", "datetime '2026-01-31 08:05:09' = reported"),
        ("month(上报时间) = 1", "month(date(reported)) = 1"),
        ("days_between('2026-01-01', 发现日期) > 3", "days_between(date '2026-01-01', found) > 3"),
        ("date(发现日期) = today()", "found = today()"),
        ("是否重大 = '是'", "major = true"),
        ("单位 = '审计局'", "unit = 7"),
        ("has(标签, '资金')", "has(tags, 'money')"),
        ("coalesce(状态, '无') in ('无', '已销号')", "coalesce(state, '无') in ('无', 'cleared')"),
        (
            "case when 是否重大 then 状态 else '已发现' end = '整改中'",
            "case when major then state else 'found' end = 'fixing'",
        ),
        ("case when 是否重大 then 1 end is null", "case when major then 1 end is null"),
        ("(天数) = 1", "days = 1"),
        ("not (not 是否重大) and (是否重大 and 已办结)", "not not major and major and closed"),
        ("(是否重大 or 已办结) and 是否重大", "(major or closed) and major"),
        ("not (天数 in (1, 2)) and not 备注 like 'a%'", "days not in (1, 2) and note not like 'a%'"),
        ("天数 - (1 - 2) - 3", "days - (1 - 2) - 3"),
        ("-天数 * -2 - -3", "-days * -2 - -3"),
        ("备注 = 'it''s'", "note = 'it''s'"),
    ],
)
def test_one_meaning_has_one_canonical_text(text: str, canonical_text: str) -> None:
    assert becomes(text) == canonical_text


@pytest.mark.parametrize(
    "text, kind, scale",
    [
        ("天数 + 1", Kind.INTEGER, 0),
        ("金额 + 天数", Kind.DECIMAL, 2),
        ("金额 * 比例", Kind.DECIMAL, 8),
        ("天数 / 7", Kind.DECIMAL, 6),
        ("round(金额 / 3, 1)", Kind.DECIMAL, 1),
        ("round(金额)", Kind.INTEGER, 0),
        ("floor(得分)", Kind.INTEGER, 0),
        ("round(天数, 2)", Kind.INTEGER, 0),
        ("case when 是否重大 then 1 else 2.55 end", Kind.DECIMAL, 2),
        ("coalesce(null, 期限)", Kind.DATE, 0),
        ("now()", Kind.DATETIME, 0),
        ("concat(备注, '')", Kind.TEXT, 0),
        ("标签", Kind.TEXTS, 0),
    ],
)
def test_kind_and_scale_are_known_before_any_row(text: str, kind: Kind, scale: int) -> None:
    checked = check(text)
    assert (checked.kind, checked.scale) == (kind, scale)


def test_names_used() -> None:
    assert {name.code for name in check("金额 > 1 and amount < 天数").names} == {"amount", "days"}


@pytest.mark.parametrize(
    "text, message, hint",
    [
        ("金颔 > 1", "没有叫 “金颔” 的字段", "是不是想写 “金额”？"),
        ("ammount > 1", "没有叫 “ammount” 的字段", "是不是想写 “amount”？"),
        ("today > 期限", "没有叫 “today” 的字段", "函数后面要有括号：today()"),
        ("状态 = '已肖号'", "“状态” 没有选项 “已肖号”", "是不是想写 “已销号”？可选：已销号、整改中、已发现"),
        ("状态 in ('已销号', '完')", "“状态” 没有选项 “完”", "可选：已销号、整改中、已发现"),
        ("单位 = '审计居'", "“单位” 没有选项 “审计居”", "是不是想写 “审计局”？可选：审计局、财政局"),
        ("has(标签, '违发')", "“标签” 没有选项 “违发”", "是不是想写 “违法”？可选：违法、资金、迟报"),
        ("has(备注, 'a')", "has 只用于多选，“备注” 是文本", "单选请用 = 或 in，文本请用 contains"),
        ("has(标签, 备注)", "has 的选项要直接写在单引号里", "如 has(标签, '选项')"),
        ("标签 = 栏目", "多选 “标签” 不能比较", "请用 has(字段, '选项')"),
        ("标签 = '违法'", "“标签” 是多选，“'违法'” 是文本，不能放在一起", "多选请用 has(字段, '选项')"),
        ("状态 > '已销号'", "“状态” 是选项，没有大小", "请用 =、<> 或 in"),
        ("状态 like '%销%'", "“状态” 是选项，不能用 like", "选项请用 = 或 in"),
        (
            "length(状态) > 1",
            "“状态” 是选项，不能用在 length 里",
            "选项请用 =、<> 或 in 比较；确实要用它的代码请写 text(…)",
        ),
        ("金额 > '100'", "“金额” 是数值，'100' 是文本", "数字不要加引号"),
        ("金额 = 备注", "“金额” 是小数，“备注” 是文本，不能放在一起", "文本转数值用 number(t)，数值转文本用 text(x)"),
        (
            "上报时间 > 发现日期",
            "“上报时间” 是时间，“发现日期” 是日期，不能放在一起",
            "请写 date(上报时间)，取它的日期",
        ),
        (
            "上报时间 > '2026-01-31'",
            "'2026-01-31' 不是时间",
            "时间写成 '2026-01-31 08:30'；只比较日期请写 date(上报时间)",
        ),
        (
            "发现日期 > '2026-02-30'",
            "'2026-02-30' 不是日期",
            "日期写成 '2026-01-31' 或 '2026年1月31日'，并且要真有这一天",
        ),
        (
            "add_days(上报时间, 1) = today()",
            "add_days(日期, 天数) 的“日期”要日期，“上报时间” 是时间",
            "请写 date(上报时间)",
        ),
        ("add_days(期限, 1.5) = today()", "add_days(日期, 天数) 的“天数”要整数，“1.5” 是小数", ""),
        (
            "期限 + 1 = today()",
            "“期限” 是日期，不能用 “+” 计算",
            "日期加减请用 add_days(日期, 天数)，相差几天请用 days_between(起, 止)",
        ),
        ("是否重大 = '对'", "“是否重大” 只有是和否", "请写 true 或 false"),
        ("是否重大 > false", "“是否重大” 是是否，没有大小", "请用 =、<> 或 in"),
        ("备注 = null", "null 不能参与运算或比较", "判断是否为空请用 is null 或 is not null"),
        ("天数 not in (1, null)", "null 不能参与运算或比较", "判断是否为空请用 is null 或 is not null"),
        ("1 < 天数 < 3", "不能连着比较", "请写成 金额 between 1 and 100，或用 and 连接两个比较"),
        ("天数 and 是否重大", "“天数” 是整数，不是条件", "请写成比较，如 金额 > 100、状态 = '已销号'、备注 is null"),
        ("金额 / 0 > 1", "除数不能是 0", ""),
        ("备注 like 责任人", "like 后面要直接写单引号里的文本", "如 '%公司'；含某段文字请用 contains(a, b)"),
        ("备注 like 'a\\'", "末尾的 \\ 后面缺少字符", "要匹配 \\ 本身请写 \\\\"),
        ("substr(备注, 0) = ''", "substr(文本, 第几个字起, 几个字) 的“第几个字起”只能直接写 1 到 1000000 的整数", ""),
        ("round(金额, 天数) = 1", "round(数, 小数位数) 的“小数位数”只能直接写 0 到 12 的整数", ""),
        ("sum(金额) > 1", "没有函数 “sum”", "这里只看一条记录，不能汇总；几项相加写 a + b"),
        ("len(备注) > 1", "没有函数 “len”", "请用 length(文本)"),
        ("coalsece(备注, '') = ''", "没有函数 “coalsece”", "是不是想写 “coalesce”？"),
        ("year() = 1", "year 的参数个数不对，写了 0 个", "请写成 year(日期或时间)"),
        ("coalesce(null, null) = 1", "coalesce 里不能全是 null", ""),
        ("case when 是否重大 then null end is null", "case 的结果不能全是 null", ""),
        ("12345678901234567890 = 天数", "数字太长，最多 18 位，小数最多 12 位", ""),
    ],
)
def test_a_fault_of_meaning_is_told(text: str, message: str, hint: str) -> None:
    found = problem(text)
    assert (found.message, found.hint) == (message, hint)


@pytest.mark.parametrize(
    "text, message, hint",
    [
        ("", "这里缺少内容", "请写一个名称、固定值或条件"),
        ("金额 >", "“>” 后面没有写完", "请在后面补上名称、固定值或条件"),
        ("= 1", "“=” 前面缺少内容", "请在它前面补上名称、固定值或条件"),
        ("金额 = +1", "“+” 前面缺少内容", "正号不用写"),
        ("金额 100", "这里与前面的内容之间缺少运算符",
         "请补上 and、or、= 之类的运算符；文本要用单引号括起来，含空格或符号的名称用双引号"),
        ("是否重大 且 已办结", "这门语言里没有 “且”", "请用 and"),
        ("(金额 > 1", "“(” 没有配对的 “)”", "请补上 “)”"),
        ("金额 > 1)", "多了一个 “)”，前面没有与它配对的", ""),
        ("case when 是否重大 then 1", "“case” 没有配对的 “end”", "请补上 “end”"),
        ("case 天数 when 1 then 2 end", "case 后面要紧跟 when",
         "请把条件写全，如 case when 状态 = '已销号' then 1 else 0 end"),
        ("case when 是否重大 end", "case 的写法不对",
         "请写成 case when 条件 then 值 else 值 end，when … then … 可以有多组"),
        ("状态 in '已销号'", "in 后面要有括号", "请写成 状态 in ('已销号', '整改中')"),
        ("状态 in ()", "in 后面的括号里没有内容", "请至少写一项"),
        ("金额 between 1", "between 后面缺少 and", "请写成 金额 between 1 and 100"),
        ("金额 between 1 or 2", "between 后面缺少 and", "请写成 金额 between 1 and 100"),
        ("金额 is 1", "is 后面只能写 null 或 not null", "相等请用 “=”"),
        ("是否重大 = not 已办结", "not 不能写在这里", "请加括号，如 是否重大 = (not 是否办结)"),
        ("天数 not 1", "not 不能写在这里", "否定写在条件前面，或写 not in、not like、not between"),
        ("(1, 2) = 3", "括号里只能写一个表达式", "列举多项请用 in (…)"),
        ("() = 3", "括号里缺少内容", ""),
        ("金额 then 3", "“then” 不能写在这里", ""),
        ("天数 between 1 = 2 and 3", "这一段写法不对", "请检查运算符和括号"),
        ("金额 > 100万", "“100万” 不是数字", "数字后面不写单位，请写出整个数字，如 1000000"),
        ("金额 > .5", "“.5” 不是数字", "请写 “0.5”"),
        ("金额 > 1e5", "“1e5” 不是数字", "数字只写成 100 或 0.5 的样子；以数字开头的名称要用双引号括起来"),
        ("备注 = 'abc", "引号 ' 没有配对", "文本用单引号括起来，文本里的单引号写两个"),
        ("金额 == 1", "不认识 “==”", "相等写 “=”"),
        ("金额 > 1;", "不认识 “;”", "一次只写一个表达式，末尾不要分号"),
        ("金额 > 1 -- 说明", "“--” 不能用", "这里不能写注释；减去负数请加括号，如 1 - (-2)"),
        ("金额 % 2 = 0", "不认识 “%”", "没有取余；通配符 % 只写在 like 的引号里"),
        ("金额 > 1 ＆", "不认识 “＆”", "是不是想写 “&”？"),
        ("金额\u200b > 1", "有看不见的字符 U+200B", "请删掉它，或整段重新输入"),
    ],
)  # fmt: skip
def test_a_fault_of_writing_is_told(text: str, message: str, hint: str) -> None:
    found = problem(text)
    assert (found.message, found.hint) == (message, hint)


def test_all_problems_are_told_in_order_with_their_places() -> None:
    found = problems("金颔 > 'x'\n  and 状态 = '完' or foo(1) = 2")
    places = [(item.line, item.column, item.start, item.end) for item in found]
    assert [item.message for item in found] == [
        "没有叫 “金颔” 的字段",
        "“状态” 没有选项 “完”",
        "没有函数 “foo”",
    ]
    assert places == [(1, 1, 0, 2), (2, 12, 20, 23), (2, 19, 27, 33)]


def test_an_error_reads_as_text() -> None:
    with pytest.raises(ExpressionError) as caught:
        check("金额 > '1'")
    assert str(caught.value) == "第 1 行第 6 个字：“金额” 是数值，'1' 是文本。数字不要加引号"


@pytest.mark.parametrize(
    "text, expect, message",
    [
        ("金额 + 1", Kind.BOOLEAN, "这里要是否，整个表达式给出的是小数"),
        ("金额 > 1", Kind.DECIMAL, "这里要小数，整个表达式给出的是是否"),
        ("金额", Kind.INTEGER, "这里要整数，整个表达式给出的是小数"),
        ("null", None, "整个表达式只有 null"),
    ],
)
def test_the_result_must_be_of_the_expected_kind(text: str, expect: Kind | None, message: str) -> None:
    assert [found.message for found in problems(text, expect)] == [message]


def test_an_integer_serves_as_a_decimal() -> None:
    assert compile_check("天数", NAMES, expect=Kind.DECIMAL).kind is Kind.INTEGER


def test_a_number_that_may_have_too_many_digits_is_refused() -> None:
    assert check("金额 * 金额 * 金额 * 金额 * 金额 * 金额 > 1")
    found = problem("金额 * 金额 * 金额 * 金额 * 金额 * 金额 * 金额 > 1")
    assert found.message == "这个数可能超过 100 位或 30 位小数"


def test_limits_of_length_depth_and_size() -> None:
    assert "最多 4000 个字" in problem("1" * 4001).message
    assert "括号套得太深" in problem("(" * 65 + "天数" + ")" * 65).message
    assert "最多 64 层" in problem("天数" + " + 1" * 70 + " > 0").message
    assert "最多 64 个" in problem("not " * 65 + "是否重大").message
    assert "最多 64 层" in problem("abs(" * 40 + "天数" + " + 1)" * 40 + " > 0").message
    assert "最多 1000 项" in problem("天数 in (" + ",".join("1" * 1100) + ")").message
    assert "写成规范形式后" in problem("期限 in (" + ",".join(["'2026-1-1'"] * 300) + ")").message


def named(code: str, title: str, *choices: Choice, kind: Kind = Kind.TEXT) -> dict[str, Name]:
    return {code: Name(code, title, kind, JsonKey("k"), choices=choices)}


def test_titles_that_mean_two_things_are_refused() -> None:
    two_fields = named("a", "名称") | named("b", "名称")
    two_choices = named("a", "状态", Choice("x", "完成"), Choice("y", "完成"))
    with pytest.raises(ExpressionError, match="有 2 个字段都叫 “名称”。请改写代码：a、b"):
        compile_check("名称 = ''", two_fields)
    with pytest.raises(ExpressionError, match="有 2 个选项都叫 “完成”。请改写代码：x、y"):
        compile_check("状态 = '完成'", two_choices)
    assert canonical(compile_check("b = ''", two_fields).tree) == "b = ''"


def test_a_code_comes_before_a_title() -> None:
    names = named("a", "b") | named("b", "a", Choice("x", "y"), Choice("y", "x"))
    assert canonical(compile_check("b = 'x'", names).tree) == "b = 'x'"


def test_names_that_are_no_plain_words_stand_in_quotes() -> None:
    names = named("end", "整改期限（天）") | named('odd "name"', "2025年 名称")
    checked = compile_check("\"整改期限（天）\" = '' and \"2025年 名称\" = ''", names)
    assert canonical(checked.tree) == '"end" = \'\' and "odd ""name""" = \'\''
    assert compile_check(canonical(checked.tree), names).tree == checked.tree


@pytest.mark.parametrize(
    "make",
    [
        lambda: JsonKey("a'b"),
        lambda: JsonKey("a", column='d"'),
        lambda: Name("a", "甲", Kind.TEXT, JsonKey("a"), scale=2),
        lambda: Name("a", "甲", Kind.DECIMAL, JsonKey("a"), scale=13),
        lambda: Name("a", "甲", Kind.DATE, JsonKey("a"), choices=(Choice("a", "b"),)),
        lambda: Name("a", "甲", Kind.NULL, JsonKey("a")),
        lambda: Name("a", "甲", Kind.INTEGER, JsonKey("a"), choices=(Choice("b", "b"),)),
        lambda: compile_check("true", {"b": Name("a", "甲", Kind.TEXT, JsonKey("a"))}),
    ],
)
def test_a_field_that_cannot_be_is_a_fault_of_the_caller(make) -> None:
    with pytest.raises(ValueError, match=r"identifier|decimal places|scale|choices|null|stands under"):
        make()


def test_literals_hold_values() -> None:
    day = check("date '2024-02-29'").tree
    moment = check("datetime '2024-03-01 07:30'").tree
    assert (day.value, moment.value) == (date(2024, 2, 29), datetime(2024, 2, 29, 23, 30, tzinfo=UTC))
