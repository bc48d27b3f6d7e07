"""Words that offices use one for another: 查出 and 发现, 内部审计 and 内审; each is read as the first."""

import re

_ROWS = (
    "发现 查出 揭示 查摆 检查出",
    "答复 回复 办复",
    "发放 印发 派发 散发 分发 印制发放",
    "责令整改 责令限期整改 责令限期改正 责令改正",
    "违法建筑 违法建设 违章建筑 违法建构筑物 违建",
    "拆除违法建筑 拆违",
    "内审 内部审计",
    "参加 参训 参与 参会",
    "店外经营 出店经营 跨门经营 越门经营",
    "流动摊点 流动摊贩 流动商贩 流动摊位",
    "抛洒 撒漏 遗撒 抛撒 抛洒滴漏",
    "空调外挂机 空调外机 空调室外机",
    "公众号 微信公众号 政务公众号",
    "门户网站 政府门户网站 政府网站 官方网站",
    "热线 服务热线",
    "政府信息 政务信息",
    "宣传资料 宣传材料 宣传单 宣传册 宣传品 宣传手册 宣传页",
    "投诉举报 举报投诉",
    "整治 规范整治 整治规范 清理整治 治理 综合整治",
    "新签 新签订 新签署 新签约",
    "责任书 承诺书 协议书",
    "修订完善 健全完善 建立完善 完善修订",
    "主动公开 主动发布 公开发布",
    "公开 发布 公布",
    "销号 办结销号 对账销号",
    "办结 受理办结 受理并办结 受理和办结",
    "完成 办完 做完",
    "行政处罚 行政处罚决定",
)
_FIRST = {word: row.split()[0] for row in _ROWS for word in row.split()}
_WORD = re.compile("|".join(sorted((re.escape(word) for word in _FIRST), key=len, reverse=True)))


def in_one_wording(text: str) -> str:
    """The text with every such word put as the first of its row."""
    return _WORD.sub(lambda found: _FIRST[found.group()], text)
