"""What a reader is told about a definition."""

import pytest
from hypothesis import given

from bihuan.expression import ExpressionError, Kind, explain
from bihuan.expression.tree import Field, Node, parts_of
from tests.expression.sample import check
from tests.expression.strategies import cases


@pytest.mark.parametrize(
    "text, told",
    [
        ("state = 'cleared' and amount > 100", "状态 为 “已销号” 且 金额 大于 100 万元"),
        ("state in ('cleared', 'fixing')", "状态 是 “已销号”、“整改中” 之一"),
        ("not state in ('cleared', 'fixing')", "状态 不是 “已销号”、“整改中” 之一"),
        ("state <> 'found' or note is null", "状态 不为 “已发现” 或 备注 为空"),
        ("(major or closed) and note is not null", "（是否重大 为 是 或 已办结 为 是） 且 备注 不为空"),
        ("not major", "是否重大 为 否"),
        ("not (major and closed)", "不满足（是否重大 为 是 且 已办结 为 是）"),
        ("not amount > 1.50", "金额 小于等于 1.50 万元"),
        ("due < today()", "期限 早于 今天"),
        ("due >= '2026-01-31'", "期限 不早于 2026年1月31日"),
        ("reported <= '2026-01-31 08:05'", "上报时间 不晚于 2026年1月31日 08:05"),
        ("found between '2026-01-01' and due", "发现日期 在 2026年1月1日 到 期限 之间（含两端）"),
        ("amount not between 1 and 2", "金额 不在 1 万元 到 2 万元 之间（含两端）"),
        ("note like '%公司'", "备注 以 “公司” 结尾"),
        ("note like '县%'", "备注 以 “县” 开头"),
        ("note not like '%50\\%%'", "备注 不含有 “50%”"),
        ("note like 'a_c'", "备注 符合样式 “a_c”（% 为任意文字，_ 为一个字）"),
        ("note like '%'", "备注 符合样式 “%”（% 为任意文字，_ 为一个字）"),
        ("note > 'a'", "备注 排在 “a” 之后"),
        ("contains(note, '审计') and not starts_with(owner, '王')", "备注 含有 “审计” 且 责任人 不以 “王” 开头"),
        ("has(tags, 'law') and not is_blank(note)", "标签 包括 “违法” 且 备注 不为空或空白"),
        ("unit = 7", "单位 为 “审计局”"),
        ("amount - (budget - 1) * 2 > 0", "金额 － （预算 － 1） × 2 大于 0"),
        ("amount / budget >= 0.8", "金额 ÷ 预算 大于等于 0.8"),
        ("-days < 0", "负的天数 小于 0"),
        ("days_between(found, due) > 30", "从 发现日期 到 期限 的天数 大于 30"),
        ("add_months(found, 3) < due", "发现日期 后推 3 个月 早于 期限"),
        ("round(amount, 1) = 1 and round(rate) = 1",
         "金额 四舍五入到 1 位小数 等于 1 且 比例 四舍五入到整数 等于 1"),
        ("coalesce(state, '无') = 'cleared'", "状态、“无” 中第一个不空的 为 “已销号”"),
        ("substr(note, 2) = 'a' or substr(note, 2, 3) = 'b'",
         "备注 从第 2 个字起的部分 为 “a” 或 备注 从第 2 个字起的 3 个字 为 “b”"),
        ("case when state = 'cleared' then 'cleared' when major then state end = 'found'",
         "（当 状态 为 “已销号” 时取 “已销号”，当 是否重大 为 是 时取 状态，否则为空） 为 “已发现”"),
        ("case when major then 1 else 2.5 end > 1", "（当 是否重大 为 是 时取 1，否则取 2.5） 大于 1"),
    ],
)  # fmt: skip
def test_a_definition_is_told_in_chinese(text: str, told: str) -> None:
    assert explain(check(text)) == told


def fields(node: Node) -> set[str]:
    own = {node.name.title} if isinstance(node, Field) else set()
    return own.union(*(fields(part) for part in parts_of(node)))


@given(case=cases(Kind.BOOLEAN, Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.DATETIME))
def test_every_expression_can_be_told_and_names_its_fields(case: tuple[str, object]) -> None:
    try:
        checked = check(case[0])
    except ExpressionError:
        return
    told = explain(checked)
    assert all(title in told for title in fields(checked.tree))
