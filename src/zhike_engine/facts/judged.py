"""Fact tables of what people do, set and judge: activities, targets, judgements, rates, grades, forecasts."""

from __future__ import annotations

from zhike_engine.facts.shape import (
    HOURS,
    MONTHS,
    POLICY_CURRENCY,
    Column,
    Table,
    choice_column,
    currency_column,
    customer_column,
    date_column,
    key_column,
    known_on_column,
    money_column,
    text_column,
)
from zhike_engine.words import Text, same

ACTIVITIES = Table(
    "activities",
    Text(zh="服务活动", en="activities"),
    Text(
        zh="为客户做的每件事一行：拜访、会议、培训、服务",
        en="one row per thing done for a customer: visit, meeting, training, service",
    ),
    (
        key_column("activity", "活动编号", "activity", "活动的唯一编号", "the unique id of the activity"),
        customer_column(),
        date_column("done_on", "日期", "done on", "活动发生的日期", "the day it was done"),
        text_column(
            "kind",
            "类别",
            "kind",
            "公司自定的词，例如 visit、meeting",
            "the company's own word, such as visit or meeting",
            required=True,
        ),
        Column(
            "hours",
            "decimal",
            True,
            Text(zh="工时", en="hours"),
            Text(zh="至多两位小数", en="working time, at most two decimals"),
            HOURS,
        ),
        money_column(
            "cost",
            "费用",
            "cost",
            "空表示没有记录",
            "empty means not recorded",
            required=False,
            unit=POLICY_CURRENCY,
        ),
        known_on_column(),
    ),
    key=("activity",),
    date_column="done_on",
)

TARGETS = Table(
    "targets",
    Text(zh="目标", en="targets"),
    Text(zh="每个客户每个目标每个期间一行", en="one row per customer, target and period"),
    (
        customer_column(),
        text_column(
            "target", "目标名称", "target", "制度中使用的名称", "the name the policy uses", required=True
        ),
        date_column("from_on", "起始日", "from", "期间的第一天", "the first day of the period"),
        date_column("to_on", "截止日", "to", "期间的最后一天", "the last day of the period"),
        Column(
            "value",
            "decimal",
            True,
            Text(zh="目标值", en="value"),
            Text(zh="金额用制度币种，比率用小数", en="amounts in the policy's currency, rates as fractions"),
            Text(zh="由目标决定", en="as the target says"),
        ),
        known_on_column(),
    ),
    key=("customer", "target", "from_on", "to_on"),
    date_column="from_on",
)

JUDGEMENTS = Table(
    "judgements",
    Text(zh="人工判断", en="judgements"),
    Text(zh="由具名人员作出并说明依据的判断", en="judgements given by a named person with their ground"),
    (
        customer_column(),
        text_column(
            "judgement",
            "判断名称",
            "judgement",
            "制度中使用的名称",
            "the name the policy uses",
            required=True,
        ),
        text_column(
            "value", "结论", "value", "制度规定的词或数", "a word or number the policy allows", required=True
        ),
        text_column(
            "judged_by", "判断人", "judged by", "姓名或工号", "a name or staff number", required=True
        ),
        date_column("judged_on", "判断日期", "judged on", "作出判断的日期", "the day it was given"),
        text_column("ground", "依据", "ground", "判断的理由", "the reason for it", required=True),
        text_column("reviewer", "复核人", "reviewer", "空表示未复核", "empty means not reviewed"),
        date_column(
            "valid_until",
            "有效期至",
            "valid until",
            "最后有效日；空表示长期有效",
            "the last day it holds; empty means without end",
            required=False,
        ),
        known_on_column(),
    ),
    key=("customer", "judgement", "judged_on"),
    date_column="judged_on",
)

EXCHANGE_RATES = Table(
    "exchange_rates",
    Text(zh="汇率", en="exchange rates"),
    Text(
        zh="订单日期当天或之前最近的一条汇率有效",
        en="the latest rate on or before the day of the order counts",
    ),
    (
        currency_column(),
        date_column("rate_on", "日期", "rate on", "汇率的日期", "the day of the rate"),
        Column(
            "rate",
            "decimal",
            True,
            Text(zh="汇率", en="rate"),
            Text(zh="至多八位小数", en="at most eight decimals"),
            Text(
                zh="一单位该币种等于多少制度币种",
                en="units of the policy's currency for 1 unit of the currency",
            ),
        ),
    ),
    key=("currency", "rate_on"),
    date_column="rate_on",
)

PREVIOUS_GRADES = Table(
    "previous_grades",
    Text(zh="上期等级", en="previous grades"),
    Text(zh="每个客户每项评级的上期结果", en="the last result of every customer and rating"),
    (
        customer_column(),
        text_column(
            "rating",
            "评级名称",
            "rating",
            "制度中的评级名称",
            "the rating's name in the policy",
            required=True,
        ),
        text_column("grade", "等级", "grade", "上期等级", "the grade it had", required=True),
        date_column(
            "since", "生效日期", "since", "该等级生效的日期", "the day the grade took effect", required=False
        ),
    ),
    key=("customer", "rating"),
)

OVERRIDES = Table(
    "overrides",
    Text(zh="人工调整", en="overrides"),
    Text(
        zh="经批准的指定、保底、封顶和保护",
        en="approved overrides, floors, ceilings, designations and protections",
    ),
    (
        customer_column(),
        text_column(
            "rating",
            "评级名称",
            "rating",
            "制度中的评级名称",
            "the rating's name in the policy",
            required=True,
        ),
        choice_column(
            "kind",
            ("override", "floor", "ceiling", "designation", "protection"),
            "类别",
            "kind",
            "override 直接指定；floor 保底；ceiling 封顶；designation 名单认定；protection 保护期",
            "override sets the grade, floor and ceiling limit it, designation puts on a list, protection keeps it",
        ),
        text_column(
            "grade", "等级", "grade", "调整到或限定的等级", "the grade it is set or limited to", required=True
        ),
        text_column("reason", "理由", "reason", "批准的理由", "why it was approved", required=True),
        text_column("approver", "批准人", "approver", "姓名或工号", "a name or staff number", required=True),
        date_column("from_on", "起始日", "from", "第一天", "the first day"),
        date_column("until_on", "截止日", "until", "最后一天", "the last day"),
        known_on_column(),
    ),
    key=("customer", "rating", "kind", "from_on"),
    date_column="from_on",
)

FORECASTS = Table(
    "forecasts",
    Text(zh="预测", en="forecasts"),
    Text(zh="模型给出的数值，附模型及日期", en="figures given by a model, with the model and the day"),
    (
        customer_column(),
        text_column(
            "forecast", "预测名称", "forecast", "制度中使用的名称", "the name the policy uses", required=True
        ),
        Column(
            "value",
            "decimal",
            True,
            Text(zh="预测值", en="value"),
            same("—"),
            Text(zh="由预测决定", en="as the forecast says"),
        ),
        Column(
            "low",
            "decimal",
            False,
            Text(zh="下限", en="low"),
            same("—"),
            Text(zh="由预测决定", en="as the forecast says"),
        ),
        Column(
            "high",
            "decimal",
            False,
            Text(zh="上限", en="high"),
            same("—"),
            Text(zh="由预测决定", en="as the forecast says"),
        ),
        Column(
            "horizon_months",
            "integer",
            True,
            Text(zh="预测期", en="horizon"),
            Text(zh="从作出日往后的月数", en="months ahead of the day it was made"),
            MONTHS,
        ),
        date_column(
            "made_on",
            "作出日期",
            "made on",
            "预测所用数据的截止日",
            "the last day of the data it was made from",
        ),
        text_column(
            "model", "模型", "model", "模型名称与版本", "the model's name and version", required=True
        ),
    ),
    key=("customer", "forecast", "horizon_months", "made_on", "model"),
    date_column="made_on",
)
