"""Every text of the page itself, in both languages. `say` fills in what the figures say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zhike_engine.words import Text

WORDS: Mapping[str, Text] = MappingProxyType(
    {
        # the frame
        "report": Text(zh="客户分级报告", en="Customer grading report"),
        "skip": Text(zh="跳到正文", en="Skip to the report"),
        "sections": Text(zh="目录", en="Sections"),
        "ratings": Text(zh="评级", en="Ratings"),
        "language": Text(zh="English", en="中文"),
        "language_hint": Text(zh="切换到英文", en="Switch to Chinese"),
        "theme": Text(zh="深色或浅色", en="Dark or light"),
        "print": Text(zh="打印", en="Print"),
        "as_of": Text(zh="截止 {day}", en="as of {day}"),
        "version": Text(zh="第 {version} 版", en="version {version}"),
        "counted_in": Text(zh="以{unit}计", en="counted in {unit}"),
        "period": Text(zh="统计期间 {first} 至 {last}", en="period {first} to {last}"),
        "example_banner": Text(
            zh="参数用的是示例值，不是公司的规定。启用之前请换成公司自己的数值。",
            en="The parameters are example values, not the company's own. Replace them before use.",
        ),
        "no_script": Text(
            zh="打开浏览器脚本后，可以查看客户明细、搜索和排序。",
            en="Turn on scripts to see the customers one by one, to search and to sort.",
        ),
        "as_table": Text(zh="查看数据表", en="Show as a table"),
        "nothing": Text(zh="没有", en="none"),
        "unknown": Text(zh="未知", en="unknown"),
        "cut": Text(zh="显示前 {shown} 个，共 {total} 个", en="the first {shown} of {total}"),
        "total": Text(zh="合计", en="Total"),
        # navigation and headings
        "overview": Text(zh="概览", en="Overview"),
        "distribution": Text(zh="等级分布", en="Grades"),
        "movement": Text(zh="等级变动", en="Movement"),
        "concentration": Text(zh="二八分析", en="80/20"),
        "tilt": Text(zh="资源倾斜", en="Service effort"),
        "near": Text(zh="接近上一级", en="Near the next grade"),
        "review": Text(zh="复核名单", en="For review"),
        "mismatch": Text(zh="价值与待遇不符", en="Mismatches"),
        "development": Text(zh="发展变化", en="Development"),
        "customers": Text(zh="客户", en="Customers"),
        "policy": Text(zh="制度条文", en="The policy in words"),
        "parameters": Text(zh="参数", en="Parameters"),
        "quality": Text(zh="数据质量", en="Data quality"),
        "provenance": Text(zh="出处", en="Provenance"),
        # states
        "graded": Text(zh="已定级", en="graded"),
        "provisional": Text(zh="暂定", en="provisional"),
        "pending": Text(zh="待定", en="pending"),
        "not_rated": Text(zh="不评级", en="not rated"),
        "no_grade_before": Text(zh="首次评级", en="first time"),
        "no_grade": Text(zh="没有等级", en="no grade"),
        # overview
        "kpi_customers": Text(zh="客户", en="Customers"),
        "kpi_customers_unit": Text(zh="家", en=""),
        "kpi_amount": Text(zh="订单金额", en="Order amount"),
        "kpi_moves": Text(zh="升级 / 降级", en="Up / down"),
        "kpi_top": Text(zh="前 20 % 客户", en="Top 20 % of customers"),
        "kpi_review": Text(zh="待人工复核", en="For review"),
        "against_last": Text(zh="较上一年度", en="on the year before"),
        "no_comparison": Text(zh="没有上一年度可比", en="no earlier year to compare"),
        "no_previous": Text(zh="没有上期等级", en="no earlier grades"),
        "kept": Text(zh="持平 {same}，首次 {first}", en="{same} unchanged, {first} for the first time"),
        "of_profit": Text(zh="利润占比", en="of the profit"),
        "of_amount": Text(zh="金额占比", en="of the amount"),
        "least": Text(zh="{who}带来 80 %", en="80 % comes from {who}"),
        "sentence_grades": Text(zh="共 {who}：{grades}。", en="{who}: {grades}."),
        "sentence_states": Text(zh="其中{states}。", en="Of these, {states}."),
        "sentence_others": Text(zh="另有{states}。", en="Without a grade: {states}."),
        "sentence_moves": Text(
            zh="与上期相比，{up} 家升级，{down} 家降级，{same} 家不变。",
            en="Against the grades before, {up} went up, {down} went down and {same} stayed.",
        ),
        "sentence_top": Text(
            zh="{measure}最高的 20 % 客户（{who}）占全部{measure}的 {share}",
            en="The top 20 % by {measure} ({who}) bring {share} of it",
        ),
        "sentence_hours": Text(zh="，得到 {share} 的服务工时。", en=" and got {share} of the service hours."),
        "sentence_stop": Text(zh="。", en="."),
        "sentence_least": Text(
            zh="{who}（{part}）带来 80 % 的{measure}。",
            en="80 % of the {measure} comes from {who} ({part}).",
        ),
        "sentence_empty": Text(
            zh="范围内没有客户，因此没有结果。请检查客户表和制度的适用范围。",
            en="No customer is in scope, so there are no results. Check the table of customers and the policy's scope.",
        ),
        "sentence_nothing_graded": Text(
            zh="没有客户得到等级：{states}。",
            en="No customer has a grade: {states}.",
        ),
        # measures
        "amount": Text(zh="金额", en="amount"),
        "profit": Text(zh="利润", en="profit"),
        "hours": Text(zh="服务工时", en="service hours"),
        "cost": Text(zh="服务费用", en="service cost"),
        "share_of_customers": Text(zh="客户占比", en="Customers"),
        "share_of_amount": Text(zh="金额占比", en="Amount"),
        "share_of_profit": Text(zh="利润占比", en="Profit"),
        "share_of_hours": Text(zh="工时占比", en="Hours"),
        "share_of_cost": Text(zh="费用占比", en="Cost"),
        # columns
        "grade": Text(zh="等级", en="Grade"),
        "col_customers": Text(zh="客户数", en="Customers"),
        "col_share": Text(zh="占比", en="Share"),
        "col_amount": Text(zh="金额", en="Amount"),
        "col_profit": Text(zh="利润", en="Profit"),
        "col_hours": Text(zh="工时", en="Hours"),
        "col_hours_each": Text(zh="户均工时", en="Hours each"),
        "col_cost": Text(zh="费用", en="Cost"),
        "col_customer": Text(zh="客户", en="Customer"),
        "col_grade": Text(zh="等级", en="Grade"),
        "col_before": Text(zh="上期", en="Before"),
        "col_now": Text(zh="本期", en="Now"),
        "col_missing": Text(zh="还差什么", en="What is missing"),
        "col_mark": Text(zh="复核原因", en="Review"),
        "col_top": Text(zh="最大的", en="Largest"),
        "col_place": Text(zh="名次", en="Place"),
        "col_note": Text(zh="说明", en="Note"),
        "col_year": Text(zh="年度", en="Year"),
        "col_growth": Text(zh="增长", en="Growth"),
        "col_orders": Text(zh="订单数", en="Orders"),
        "col_active": Text(zh="有订单客户", en="Ordering"),
        "col_new": Text(zh="首次下单", en="First order"),
        "col_table": Text(zh="数据表", en="Table"),
        "col_reason": Text(zh="情况", en="What"),
        "col_rows": Text(zh="行数", en="Rows"),
        "col_examples": Text(zh="例如", en="For example"),
        "col_value": Text(zh="数值", en="Value"),
        "col_article": Text(zh="条款", en="Article"),
        "col_parameter": Text(zh="参数", en="Parameter"),
        # movement
        "movement_note": Text(
            zh="左边是上期等级，右边是本期等级，宽度表示客户数。",
            en="Grades before on the left, grades now on the right; the width is the number of customers.",
        ),
        "movement_title": Text(zh="上期等级到本期等级的流向", en="Flow from grades before to grades now"),
        "movement_none": Text(
            zh="没有上期等级，暂时看不出变动。下次评级时用 --previous 给出这次的 grades.csv。",
            en="There are no earlier grades, so no movement can be shown. Next time, give this run's grades.csv with --previous.",
        ),
        "upgrades": Text(zh="升级", en="Up"),
        "downgrades": Text(zh="降级", en="Down"),
        "unchanged": Text(zh="不变", en="Unchanged"),
        "first_time": Text(zh="首次", en="First time"),
        "lost": Text(zh="不再有等级", en="No grade any more"),
        "biggest_up": Text(zh="升级最多的客户", en="Customers that rose"),
        "biggest_down": Text(zh="降级最多的客户", en="Customers that fell"),
        "flow_tip": Text(zh="{before} → {after}\n{who}", en="{before} → {after}\n{who}"),
        "matrix_caption": Text(
            zh="上期等级（行）与本期结果（列）的客户数",
            en="Customers by grade before (rows) and result now (columns)",
        ),
        # distribution
        "donut_title": Text(zh="各等级的客户数", en="Customers by grade"),
        "donut_tip": Text(zh="{grade}\n{who}，{share}", en="{grade}\n{who}, {share}"),
        "distribution_caption": Text(zh="各等级的客户数和占比", en="Customers by grade, with shares"),
        # concentration
        "curve_title": Text(zh="集中度曲线", en="Concentration curve"),
        "curve_desc": Text(
            zh="客户从大到小排列：横轴是客户占比，纵轴是累计占比。越靠左上越集中。",
            en="Customers from the largest on: across, their share of all customers; up, their share of the total. The"
            " closer to the upper left, the more concentrated.",
        ),
        "curve_tip": Text(zh="前 {x} 客户\n{lines}", en="The first {x} of customers\n{lines}"),
        "equal": Text(zh="平均分布", en="evenly spread"),
        "curve_x": Text(zh="客户占比", en="share of customers"),
        "curve_none": Text(
            zh="合计不大于零，无法计算占比。", en="The total is not above zero, so there are no shares."
        ),
        "negative_note": Text(
            zh="{who}的{measure}为负，因此曲线会超过 100 %。",
            en="The {measure} of {who} is negative, so the curve runs above 100 %.",
        ),
        "top_row": Text(zh="前 {percent} %（{customers} 家）", en="{percent} % ({customers})"),
        "top_caption": Text(
            zh="最大的客户占多少，得到多少服务",
            en="What the largest customers bring, and what service they get",
        ),
        "no_amount": Text(zh="没有订单金额", en="no order amounts"),
        "no_measure": Text(zh="没有订单金额，无法计算集中度。", en="There are no order amounts to compare."),
        # tilt
        "tilt_caption": Text(
            zh="各等级带来的价值和得到的服务", en="What each grade brings, and what service it gets"
        ),
        "tilt_note": Text(
            zh="服务工时和费用取自服务活动表，期间与金额相同。",
            en="Hours and cost come from the table of activities, over the same period as the amounts.",
        ),
        "tilt_none": Text(
            zh="没有服务活动记录（activities 表），看不出资源投向。",
            en="There are no service activities (table activities), so nobody can tell where the effort went.",
        ),
        "tilted": Text(zh="资源向高价值等级倾斜", en="Effort follows value"),
        "not_tilted": Text(zh="资源没有跟着价值走", en="Effort does not follow value"),
        "tilt_unknown": Text(zh="无法判断资源是否倾斜", en="Nobody can tell whether effort follows value"),
        "little_effort": Text(
            zh="{grade}：价值高、投入少。占 {value} 的{measure}，只得到 {effort} 的{kind}。",
            en="{grade}: high value, little effort. It brings {value} of the {measure} and gets only {effort} of the {kind}.",
        ),
        "much_effort": Text(
            zh="{grade}：价值低、投入多。占 {value} 的{measure}，却得到 {effort} 的{kind}。",
            en="{grade}: low value, much effort. It brings {value} of the {measure} and gets {effort} of the {kind}.",
        ),
        "flag_little": Text(zh="投入偏少", en="too little"),
        "flag_much": Text(zh="投入偏多", en="too much"),
        # mismatches
        "graded_low": Text(zh="价值高、等级低", en="High value, low grade"),
        "graded_low_note": Text(
            zh="{measure}排在前十分之一，等级在中间以下",
            en="in the top tenth by {measure}, graded below the middle",
        ),
        "graded_high": Text(zh="价值低、等级高", en="Low value, high grade"),
        "graded_high_note": Text(
            zh="{measure}排在后一半，等级在中间以上",
            en="in the lower half by {measure}, graded above the middle",
        ),
        "served_little": Text(zh="价值高、服务少", en="High value, little service"),
        "served_little_note": Text(
            zh="{measure}排在前十分之一，得到的服务排在后一半",
            en="in the top tenth by {measure}, in the lower half by service",
        ),
        "served_much": Text(zh="价值低、服务多", en="Low value, much service"),
        "served_much_note": Text(
            zh="得到的服务排在前十分之一，{measure}排在后一半",
            en="in the top tenth by service, in the lower half by {measure}",
        ),
        "mismatch_none": Text(
            zh="没有发现价值与待遇不符的客户。", en="No customer's treatment is at odds with its value."
        ),
        "place_of": Text(zh="第 {place} 名 / {of}", en="{place} of {of}"),
        # near
        "near_note": Text(
            zh="距上一级只差一项条件的客户，最容易达到的排在前面。",
            en="Customers that lack one condition of the next grade; the easiest first.",
        ),
        "near_none": Text(zh="没有只差一项条件的客户。", en="No customer lacks just one condition."),
        "has_now": Text(zh="现为 {has}", en="has {has}"),
        "reach": Text(zh="可以争取", en="within reach"),
        "judgement": Text(zh="由人判断", en="a person judges"),
        "time": Text(zh="随时间", en="with time"),
        "fixed": Text(zh="目前不可变", en="fixed for now"),
        "unknown_data": Text(zh="缺数据", en="data missing"),
        # review
        "review_none": Text(zh="没有需要人工复核的客户。", en="Nobody has to look at any customer."),
        # development
        "development_note": Text(
            zh="按现在的等级，每个年度是到截止日为止的十二个月。数字与订单记录逐笔相符。",
            en="By present grade; each year is twelve months that end with the as-of day. The figures add up to the order"
            " records.",
        ),
        "development_none": Text(zh="没有订单，看不出发展。", en="There are no orders to show."),
        "years_caption": Text(zh="各等级历年金额和增长", en="Amount and growth by year and present grade"),
        "all_figures": Text(zh="全部数字：利润、订单数、客户数", en="All figures: profit, orders, customers"),
        "months_title": Text(zh="每月订单金额，按现在的等级", en="Order amount by month and present grade"),
        "months_tip": Text(zh="{month}\n{lines}", en="{month}\n{lines}"),
        "until": Text(zh="到 {last}", en="to {last}"),
        "before_span": Text(zh="{last} 及以前", en="up to {last}"),
        "partial": Text(zh="不足一年", en="not a full year"),
        # customers
        "search": Text(zh="名称或编号", en="Name or number"),
        "filter_grade": Text(zh="等级", en="Grade"),
        "all": Text(zh="全部", en="All"),
        "filter_marks": Text(zh="待复核", en="For review"),
        "count_shown": Text(zh="第 {first}–{last} 家，共 {count} 家", en="{first}–{last} of {count}"),
        "count_none": Text(zh="没有符合的客户", en="No customer fits"),
        "previous_page": Text(zh="上一页", en="Previous page"),
        "next_page": Text(zh="下一页", en="Next page"),
        "reset": Text(zh="清除筛选", en="Clear filters"),
        "customers_cut": Text(
            zh="共 {total} 家客户，这里列出金额最大的和各名单上的 {shown} 家；全部结果在 grades.csv。",
            en="Of {total} customers, the {shown} largest and those on a list are shown; grades.csv has all of them.",
        ),
        "open_reasons": Text(zh="查看理由", en="Show the reasons"),
        "path": Text(zh="怎样得出", en="How it came about"),
        "next_grade": Text(zh="离上一级还差", en="Missing for the next grade"),
        "conditions": Text(zh="条件", en="Conditions"),
        "metrics": Text(zh="指标", en="Metrics"),
        "scores": Text(zh="得分", en="Score"),
        "yearly": Text(zh="历年金额", en="Amounts by year"),
        "best_grade": Text(zh="已是最好的等级", en="already the best grade"),
        "held": Text(zh="符合", en="holds"),
        "failed": Text(zh="不符合", en="does not hold"),
        "untold": Text(zh="无法判断", en="cannot be told"),
        "not_applicable": Text(zh="不适用", en="does not apply"),
        "seen": Text(zh="该客户", en="Customer"),
        "col_next": Text(zh="离上一级", en="To the next grade"),
        "points": Text(zh="分", en="points"),
        # policy
        "policy_note": Text(
            zh="下面是引擎实际执行的规则，由制度文件生成。",
            en="These are the rules that the engine carried out, printed from the policy document.",
        ),
        "owes": Text(zh="应给予", en="Is owed"),
        "rule_fallback": Text(zh="没有等级成立时", en="Where no grade's conditions hold"),
        "rule_newcomers": Text(zh="新客户", en="Newcomers"),
        "rule_otherwise": Text(zh="其余", en="otherwise"),
        "rule_gives": Text(zh="{when}：{grade}", en="{when}: {grade}"),
        "rule_pending": Text(zh="等级待定", en="The grade waits"),
        "rule_floors": Text(zh="保底", en="At least"),
        "rule_ceilings": Text(zh="封顶", en="At most"),
        "rule_vetoes": Text(zh="一票否决", en="Vetoes"),
        "rule_review": Text(zh="进入复核名单", en="For review"),
        "rule_rated": Text(zh="评级对象", en="Who is rated"),
        "rule_manual": Text(zh="人工记录", en="Manual records"),
        "rule_manual_text": Text(
            zh="承认有理由、有批准人、有期限的记录：{kinds}",
            en="records with reason, approver and end date are obeyed: {kinds}",
        ),
        "rule_protection": Text(zh="保护期", en="Protection"),
        "rule_protection_text": Text(
            zh="等级生效后 {months} 个月内不降级", en="no grade falls within {months} months of taking effect"
        ),
        "rule_protection_grade": Text(
            zh="{grade} 生效后 {months} 个月内不降级",
            en="{grade} does not fall within {months} months of taking effect",
        ),
        "rule_movement": Text(zh="升降幅度", en="Movement"),
        "rule_movement_text": Text(
            zh="一次最多升 {up} 级、降 {down} 级", en="at most {up} up and {down} down in one run"
        ),
        "rule_hysteresis": Text(zh="缓冲", en="Hysteresis"),
        "rule_hysteresis_text": Text(
            zh="数值条件只差不到 {room} 时保留原等级",
            en="a grade is kept while its numeric limits are missed by no more than {room}",
        ),
        "rule_quotas": Text(zh="名额", en="Quotas"),
        "rule_quota_text": Text(zh="{grade}：最多 {places}", en="{grade}: at most {places}"),
        "rule_quota_share": Text(zh="评级客户的 {share}", en="{share} of the rated customers"),
        "rule_quota_top": Text(zh="{top} 家", en="{top} customers"),
        "kind_override": Text(zh="人工定级", en="override"),
        "kind_floor": Text(zh="保底", en="floor"),
        "kind_ceiling": Text(zh="封顶", en="ceiling"),
        "kind_designation": Text(zh="指定", en="designation"),
        "kind_protection": Text(zh="保护", en="protection"),
        "unlimited": Text(zh="不限", en="any number"),
        "parameter_example": Text(zh="示例值", en="example value"),
        "parameter_policy": Text(zh="制度中设定", en="set in the policy"),
        "parameter_given": Text(zh="本次给出", en="given for this run"),
        "parameter_unset": Text(zh="未设定", en="unset"),
        "no_conditions": Text(
            zh="没有自己的条件，由其他规则给出", en="no conditions of its own; other rules give it"
        ),
        # quality
        "quality_none": Text(zh="没有发现问题。", en="Nothing was found."),
        "quality_import": Text(zh="导入时的处理", en="What the import did"),
        "quality_facts": Text(zh="评级时的发现", en="What grading found"),
        "rows_read": Text(zh="评级读取的行数", en="Rows that grading read"),
        "dropped": Text(zh="丢弃", en="dropped"),
        "repaired": Text(zh="修正", en="repaired"),
        "suspicious": Text(zh="可疑", en="suspicious"),
        "col_action": Text(zh="处理", en="Action"),
        # provenance
        "provenance_note": Text(
            zh="同样的制度、事实和数值，会得到完全相同的结果。",
            en="The same policy, facts and values give exactly the same results.",
        ),
        "record": Text(zh="完整记录（run.json）", en="The whole record (run.json)"),
        "p_policy": Text(zh="制度", en="Policy"),
        "p_policy_version": Text(zh="版本", en="Version"),
        "p_policy_hash": Text(zh="制度指纹", en="Policy hash"),
        "p_values_hash": Text(zh="数值指纹", en="Values hash"),
        "p_as_of": Text(zh="截止日", en="As of"),
        "p_currency": Text(zh="币种", en="Currency"),
        "p_facts_fingerprint": Text(zh="事实指纹", en="Facts fingerprint"),
        "p_engine": Text(zh="引擎", en="Engine"),
        "made_with": Text(zh="由知客生成", en="Made with Zhike"),
    }
)
"""Key -> text. tests/report/test_words.py keeps both languages complete and every key in use."""


def say(key: str, **values: object) -> Text:
    """A text of the catalogue, with its fields filled; raises KeyError for an unknown key."""
    return WORDS[key].format(**values) if values else WORDS[key]
