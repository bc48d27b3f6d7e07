"""Drafts by the forms of speech: nested parts, lists with 分别, shares, periods, subjects named earlier, brackets.

Braces as in `drafts`. Written before the rules for these forms stood: on first sight two thirds of the faults were found.
"""

FORMS = (
    """今年以来，全县审计发现问题{found}个，其中政策跟踪审计{policy}个（已销号{policy_cleared}个），财政收支审计{finance}个（已销号{finance_cleared}个），经济责任审计{econ}个（已销号{econ_cleared}个）。
办理答复投诉举报共计{replied}件，其中来自服务平台的{platform}件、来自城管热线的{hotline}件，领导信箱和信访件分别为{mailbox}件和{petition}件。""",
    """服务平台、城管热线、领导信箱、信访四个渠道的投诉分别为{platform}件、{hotline}件、{mailbox}件、{petition}件，共{replied}件，全部办结。
店外经营、流动摊点、空调外挂机分别整治规范{store}户、{stall}个、{ac}户。
青溪镇、白石镇、财政局整改率分别达{qing_rate:.1f}%、{bai_rate:.1f}%和{cai_rate:.1f}%。""",
    """2026年1—11月，审计发现问题总数为{found}个，较上年同期增长{found_up:.1f}%；已销号问题{found_cleared}个，占问题总数的{found_rate:.1f}%。
大型户外广告设置许可{ad_permit}件，占行政许可总量（{permit}件）的{ad_share:.1f}%。""",
    """今年一季度、三季度办理答复投诉举报分别为{replied_q1}件、{replied_q3}件，前10个月累计{replied_oct}件，11月单月{replied_nov}件，全年已达{replied}件。
2025年同期办理答复投诉举报{replied25}件，今年同比增加{replied_more}件、增幅{replied_up:.1f}%。""",
    """违法建筑拆除工作取得实效，全年共拆除{site}处、{room}间，面积达{area:.2f}平方米。
普法宣传工作扎实推进，开展法制培训{session}次，参训{attendance}人次，印发宣传资料{copies}份。
行政许可事项办理提速增效，全年办结{permit}件，其中户外广告类{ad_permit}件、建筑垃圾处置类{muck_permit}件，平均办结时间2.5天。""",
    """今年发放宣传资料近{copies_wan:.1f}万份，拆除违法建筑面积约{area:.0f}平方米，法制培训覆盖{attendance}人次。接待来访群众近200人次，出动车辆超过150台次，清运建筑垃圾约30吨。""",
    """主要成效：（1）整治店外经营{store}户；（2）整治流动摊点{stall}个；（3）规范空调外挂机{ac}户；（4）渣土车抛洒查处{muck}起；（5）拆除违法建筑{site}处，计{area:.2f}平方米；（6）新签门前三包{pledge}户；（7）发放责令整改通知书{order}份。""",
    """过去一年，我们坚持问题导向，审计查出问题{found}个，整改销号{found_cleared}个，整改率{found_rate:.1f}%。青溪镇查出问题{qing}个，已整改{qing_cleared}个；白石镇查出问题{bai}个，已整改{bai_cleared}个；财政局查出问题{cai}个，已整改{cai_cleared}个。
统筹安排内审项目{inner}个，完成{inner_done}个，完成率{inner_rate:.1f}%；据此修订完善制度{rules}项。""",
    """我局全年作出行政处罚{penalty}件，发出责令整改通知书{order}份，其中三分之一涉及市容环境。接到噪声类投诉比去年翻了一番，便民服务点增加到原来的2倍。走访商户二十六家，整改问题三十余处。""",
    """白石镇。该镇审计发现问题{bai}个，目前销号{bai_cleared}个，整改率为{bai_rate:.1f}%，低于全县平均水平。
财政局。该局审计发现问题{cai}个，目前销号{cai_cleared}个，整改率为{cai_rate:.1f}%。
全县平均整改率为{found_rate:.1f}%。""",
    """一年来，主动公开政府信息{public}条，门户网站发布{website}条，微信公众号发布{account}条；开展一把手讲法治{head}场，举办视频讲座{video}场，召开案件评审会{review}场。
办理行政许可和行政处罚分别为{permit}件、{penalty}件。""",
    """城管工作月报（11月）
一、投诉办理。本月办理答复投诉举报{replied_nov}件，今年累计{replied}件，比上年同期多{replied_more}件。
二、市容整治。累计整治店外经营{store}户，流动摊点{stall}个，空调外挂机{ac}户。
三、违建拆除。累计拆除违法建筑{site}处{room}间，折合{mu:.2f}亩。
四、审批服务。累计办理行政许可{permit}件，较计划多完成6件。""",
    """截至11月25日，全县审计整改率{found_rate:.1f}%，比上年同期（{found25_rate:.1f}%）有所变化。政策跟踪审计发现的{policy}个问题中，已整改{policy_cleared}个；财政收支审计发现的{finance}个问题中，已整改{finance_cleared}个。
财政局的{cai}个审计发现问题中，已有{cai_cleared}个销号。""",
    """全年共有{replied}件投诉举报得到办理答复，{permit}件行政许可办结，{penalty}件行政处罚作出决定，{site}处违法建筑被拆除，{pledge}户商户新签门前三包。
{found}个审计发现问题中，{found_cleared}个已经清零。""",
    """全县在岗环卫工人312人，人均管养面积4600平方米；新购洒水车3辆，投入资金186.5万元。垃圾分类示范小区建成率65%，较去年提高8个百分点。城区停车泊位新增430个，其中路内泊位180个、公共停车场250个。受理12345工单1,026件，按时办结率99.1%，群众满意率97.8%。餐饮油烟投诉下降21.3%，噪声投诉上升5.6%。行政处罚{penalty}件，处罚金额42.3万元，申请法院强制执行2件。""",
    """会上通报，截至11月底全县审计发现问题{found}个，较去年同期净增{found_more}个。分单位：青溪镇{qing}个、白石镇{bai}个、财政局{cai}个；分类型：政策跟踪{policy}个、财政收支{finance}个、经济责任{econ}个。三类问题整改率依次为{policy_rate:.1f}%、{finance_rate:.1f}%、{econ_rate:.1f}%。""",
    """目前，全县投诉举报办理答复量为{replied}件，服务平台渠道占比最高，达{platform}件；其次是城管热线，为{hotline}件；信访件最少或较少，为{petition}件；领导信箱{mailbox}件。
户外广告许可占全部行政许可的{ad_share:.1f}%。""",
)
