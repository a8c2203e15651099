"""The one description of the fact tables: names, kinds, units, keys, references.

The reader of the engine, the importer and the reference page `docs/reference/facts.md` all take it from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from zhike_engine.words import Text, same

Kind = Literal["id", "text", "date", "money", "decimal", "integer", "bool", "choice"]

PHYSICAL: Mapping[Kind, str] = MappingProxyType(
    {
        "id": "VARCHAR",
        "text": "VARCHAR",
        "choice": "VARCHAR",
        "date": "DATE",
        "money": "DECIMAL(18,4)",
        "decimal": "DECIMAL(18,8)",
        "integer": "BIGINT",
        "bool": "BOOLEAN",
    }
)
"""The type of each kind in Parquet files and in DuckDB. Ids may be integers in files made elsewhere."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `required` means: the column is there and never empty.

    `references` names the table whose one-column key every filled value must be found in;
    `choices` lists the allowed words of a choice; `unit` is None where the value has none.
    """

    name: str
    kind: Kind
    required: bool
    title: Text
    meaning: Text
    unit: Text | None = None
    choices: tuple[str, ...] = ()
    references: str | None = None

    @property
    def physical(self) -> str:
        """The type in Parquet files."""
        return PHYSICAL[self.kind]


@dataclass(frozen=True, slots=True)
class Table:
    """One fact table. `key` columns together are unique; `date_column` places a row in time (None: no events).

    `open` means that unknown columns are kept as text attributes; `required` that a folder must have the table.
    """

    name: str
    title: Text
    meaning: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    date_column: str | None = None
    required: bool = False
    open: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required_names(self) -> tuple[str, ...]:
        """The names of the columns that must be there and filled."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def money_columns(self) -> tuple[str, ...]:
        """The names of the columns that hold amounts of money."""
        return tuple(column.name for column in self.columns if column.kind == "money")

    def column(self, name: str) -> Column:
        """The column called `name`; raises KeyError when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


_ROW_CURRENCY = Text(zh="该行币种", en="the currency of the row")
_POLICY_CURRENCY = Text(zh="制度币种", en="the policy's currency")
_HOURS = Text(zh="小时", en="hours")
_MONTHS = Text(zh="月", en="months")


def _customer(required: bool = True) -> Column:
    return Column(
        "customer",
        "id",
        required,
        Text(zh="客户编号", en="customer"),
        Text(zh="客户表中的编号", en="the id in the table customers"),
        references="customers",
    )


def _known_on() -> Column:
    return Column(
        "known_on",
        "date",
        False,
        Text(zh="入账日期", en="known on"),
        Text(
            zh="该事实登记的日期；晚于统计截止日登记的行不参与计算",
            en="the day the fact was recorded; rows recorded after the as-of date are left out",
        ),
    )


def _key(name: str, zh: str, en: str, what_zh: str, what_en: str) -> Column:
    return Column(name, "id", True, Text(zh=zh, en=en), Text(zh=what_zh, en=what_en))


def _text(name: str, zh: str, en: str, what_zh: str, what_en: str, required: bool = False) -> Column:
    return Column(name, "text", required, Text(zh=zh, en=en), Text(zh=what_zh, en=what_en))


def _date(name: str, zh: str, en: str, what_zh: str, what_en: str, required: bool = True) -> Column:
    return Column(name, "date", required, Text(zh=zh, en=en), Text(zh=what_zh, en=what_en))


def _money(
    name: str, zh: str, en: str, what_zh: str, what_en: str, required: bool = True, unit: Text = _ROW_CURRENCY
) -> Column:
    return Column(name, "money", required, Text(zh=zh, en=en), Text(zh=what_zh, en=what_en), unit)


def _choice(
    name: str, choices: tuple[str, ...], zh: str, en: str, what_zh: str, what_en: str, required: bool = True
) -> Column:
    return Column(name, "choice", required, Text(zh=zh, en=en), Text(zh=what_zh, en=what_en), None, choices)


def _currency(required: bool = True, what: Text | None = None) -> Column:
    meaning = what or Text(
        zh="三个大写字母的国际代码，例如 CNY、USD",
        en="the ISO code of three capital letters, such as CNY or USD",
    )
    return Column("currency", "text", required, Text(zh="币种", en="currency"), meaning)


_CUSTOMERS = Table(
    "customers",
    Text(zh="客户", en="customers"),
    Text(
        zh="每个客户一行；其他列作为客户属性保留",
        en="one row per customer; further columns are kept as attributes",
    ),
    (
        _key("customer", "客户编号", "customer", "客户的唯一编号", "the unique id of the customer"),
        _text("name", "客户名称", "name", "报告中显示的名称", "the name shown in reports", required=True),
        _text(
            "group",
            "所属集团",
            "group",
            "同一集团的客户写同一个词",
            "customers of one group of companies share this word",
        ),
        _text("industry", "行业", "industry", "客户所在行业", "the trade the customer is in"),
        _text("segment", "细分", "segment", "公司自定的客户分类", "the company's own classification"),
        _text(
            "need",
            "需求类型",
            "need",
            "例如价格敏感、技术支持、定制",
            "such as price, technical support, customisation",
        ),
        _text("region", "区域", "region", "销售区域", "the sales region"),
        _text("country", "国家", "country", "客户所在国家或地区", "the country the customer is in"),
        _text(
            "department",
            "负责部门",
            "department",
            "负责该客户的部门",
            "the department in charge of the customer",
        ),
        _text("channel", "渠道", "channel", "例如直供、经销、线上", "such as direct, dealer, online"),
        _date("since", "合作起始日", "since", "开始合作的日期", "the day cooperation began", required=False),
        Column(
            "direct",
            "bool",
            False,
            Text(zh="直接采购", en="direct"),
            Text(zh="是否直接向本公司采购", en="whether the customer buys directly from the company"),
        ),
    ),
    key=("customer",),
    required=True,
    open=True,
)

_ORDERS = Table(
    "orders",
    Text(zh="订单", en="orders"),
    Text(
        zh="每张订单一行；退货单独成行，金额不大于零",
        en="one row per order; a return is a row of its own with an amount of at most zero",
    ),
    (
        _key("order", "订单号", "order", "订单的唯一编号", "the unique id of the order"),
        _customer(),
        _date(
            "ordered_on",
            "订单日期",
            "ordered on",
            "决定订单属于哪个期间和哪一天的汇率",
            "decides the period and the day of the exchange rate",
        ),
        _money("amount", "金额", "amount", "至多四位小数", "at most four decimals"),
        _currency(),
        _money(
            "profit",
            "利润",
            "profit",
            "与金额同币种；空表示不知道，不是零",
            "in the currency of the amount; empty means unknown, not zero",
            required=False,
        ),
        _choice(
            "status",
            ("completed", "returned", "cancelled"),
            "状态",
            "status",
            "completed 成交；returned 退货，金额不大于零，冲减当期但不算订单；cancelled 取消，不计",
            "completed; returned: amount of at most zero, reduces the period but is no order; cancelled: counts nowhere",
        ),
        _text(
            "product",
            "产品",
            "product",
            "整张订单只有一种产品时填写",
            "filled where the whole order is for one product",
        ),
        _known_on(),
    ),
    key=("order",),
    date_column="ordered_on",
    required=True,
)

_ORDER_LINES = Table(
    "order_lines",
    Text(zh="订单明细", en="order lines"),
    Text(zh="每张订单的每个产品一行", en="one row per product of an order"),
    (
        Column(
            "order",
            "id",
            True,
            Text(zh="订单号", en="order"),
            Text(zh="订单表中的编号", en="the id in the table orders"),
            references="orders",
        ),
        Column(
            "line",
            "integer",
            True,
            Text(zh="行号", en="line"),
            Text(zh="订单内唯一", en="unique within the order"),
        ),
        _customer(required=False),
        _date(
            "ordered_on",
            "订单日期",
            "ordered on",
            "空则取订单的日期",
            "empty: the date of the order",
            required=False,
        ),
        _text("product", "产品", "product", "产品编码或名称", "the product's code or name", required=True),
        Column(
            "quantity",
            "decimal",
            True,
            Text(zh="数量", en="quantity"),
            Text(zh="退货为负", en="negative for a return"),
            Text(zh="产品自己的计量单位", en="the product's own unit of measure"),
        ),
        _money("price", "单价", "price", "一个计量单位的价格", "the price of one unit of measure"),
        _money(
            "amount",
            "金额",
            "amount",
            "数量乘单价，或含折扣后的金额",
            "quantity times price, or what is left after discounts",
        ),
        _currency(required=False, what=Text(zh="空则取订单的币种", en="empty: the currency of the order")),
        _money("profit", "利润", "profit", "空表示不知道", "empty means unknown", required=False),
        _known_on(),
    ),
    key=("order", "line"),
    date_column="ordered_on",
)

_RECEIVABLES = Table(
    "receivables",
    Text(zh="应收账款", en="receivables"),
    Text(zh="每笔应收款一行", en="one row per amount owed by a customer"),
    (
        _key("receivable", "应收编号", "receivable", "应收款的唯一编号", "the unique id of the receivable"),
        _customer(),
        Column(
            "order",
            "id",
            False,
            Text(zh="订单号", en="order"),
            Text(zh="产生这笔应收的订单", en="the order it comes from"),
            references="orders",
        ),
        _date(
            "issued_on",
            "开票日期",
            "issued on",
            "开票或交货的日期",
            "the day it was invoiced",
            required=False,
        ),
        _date("due_on", "到期日", "due on", "最后付款日", "the last day to pay in time"),
        _money("amount", "金额", "amount", "应收金额", "the amount owed"),
        _currency(),
        _date("paid_on", "付清日期", "paid on", "空表示尚未付清", "empty means still unpaid", required=False),
        _known_on(),
    ),
    key=("receivable",),
    date_column="due_on",
)

_PAYMENTS = Table(
    "payments",
    Text(zh="收款", en="payments"),
    Text(zh="每笔到账一行", en="one row per payment received"),
    (
        _key("payment", "收款编号", "payment", "收款的唯一编号", "the unique id of the payment"),
        _customer(),
        _date("paid_on", "到账日期", "paid on", "款项到账的日期", "the day the money came in"),
        _money("amount", "金额", "amount", "退款为负", "negative for a refund"),
        _currency(),
        _known_on(),
    ),
    key=("payment",),
    date_column="paid_on",
)

_COMPLAINTS = Table(
    "complaints",
    Text(zh="投诉与纠纷", en="complaints"),
    Text(zh="每件投诉或纠纷一行", en="one row per complaint or dispute"),
    (
        _key("complaint", "投诉编号", "complaint", "投诉的唯一编号", "the unique id of the complaint"),
        _customer(),
        _date("opened_on", "提出日期", "opened on", "客户提出的日期", "the day the customer raised it"),
        _date("closed_on", "结案日期", "closed on", "空表示未结案", "empty means still open", required=False),
        _choice(
            "kind",
            ("dispute", "quality", "delivery", "service", "other"),
            "类别",
            "kind",
            "dispute 纠纷；quality 质量；delivery 交付；service 服务；other 其他",
            "what it is about",
        ),
        _choice(
            "severity", ("minor", "major"), "程度", "severity", "minor 一般；major 重大", "how grave it is"
        ),
        _known_on(),
    ),
    key=("complaint",),
    date_column="opened_on",
)

_ACTIVITIES = Table(
    "activities",
    Text(zh="服务活动", en="activities"),
    Text(
        zh="为客户做的每件事一行：拜访、会议、培训、服务",
        en="one row per thing done for a customer: visit, meeting, training, service",
    ),
    (
        _key("activity", "活动编号", "activity", "活动的唯一编号", "the unique id of the activity"),
        _customer(),
        _date("done_on", "日期", "done on", "活动发生的日期", "the day it was done"),
        _text(
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
            _HOURS,
        ),
        _money(
            "cost",
            "费用",
            "cost",
            "空表示没有记录",
            "empty means not recorded",
            required=False,
            unit=_POLICY_CURRENCY,
        ),
        _known_on(),
    ),
    key=("activity",),
    date_column="done_on",
)

_TARGETS = Table(
    "targets",
    Text(zh="目标", en="targets"),
    Text(zh="每个客户每个目标每个期间一行", en="one row per customer, target and period"),
    (
        _customer(),
        _text("target", "目标名称", "target", "制度中使用的名称", "the name the policy uses", required=True),
        _date("from_on", "起始日", "from", "期间的第一天", "the first day of the period"),
        _date("to_on", "截止日", "to", "期间的最后一天", "the last day of the period"),
        Column(
            "value",
            "decimal",
            True,
            Text(zh="目标值", en="value"),
            Text(zh="金额用制度币种，比率用小数", en="amounts in the policy's currency, rates as fractions"),
            Text(zh="由目标决定", en="as the target says"),
        ),
        _known_on(),
    ),
    key=("customer", "target", "from_on", "to_on"),
    date_column="from_on",
)

_JUDGEMENTS = Table(
    "judgements",
    Text(zh="人工判断", en="judgements"),
    Text(zh="由具名人员作出并说明依据的判断", en="judgements given by a named person with their ground"),
    (
        _customer(),
        _text(
            "judgement",
            "判断名称",
            "judgement",
            "制度中使用的名称",
            "the name the policy uses",
            required=True,
        ),
        _text(
            "value", "结论", "value", "制度规定的词或数", "a word or number the policy allows", required=True
        ),
        _text("judged_by", "判断人", "judged by", "姓名或工号", "a name or staff number", required=True),
        _date("judged_on", "判断日期", "judged on", "作出判断的日期", "the day it was given"),
        _text("ground", "依据", "ground", "判断的理由", "the reason for it", required=True),
        _text("reviewer", "复核人", "reviewer", "空表示未复核", "empty means not reviewed"),
        _date(
            "valid_until",
            "有效期至",
            "valid until",
            "最后有效日；空表示长期有效",
            "the last day it holds; empty means without end",
            required=False,
        ),
        _known_on(),
    ),
    key=("customer", "judgement", "judged_on"),
    date_column="judged_on",
)

_EXCHANGE_RATES = Table(
    "exchange_rates",
    Text(zh="汇率", en="exchange rates"),
    Text(
        zh="订单日期当天或之前最近的一条汇率有效",
        en="the latest rate on or before the day of the order counts",
    ),
    (
        _currency(),
        _date("rate_on", "日期", "rate on", "汇率的日期", "the day of the rate"),
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

_PREVIOUS_GRADES = Table(
    "previous_grades",
    Text(zh="上期等级", en="previous grades"),
    Text(zh="每个客户每项评级的上期结果", en="the last result of every customer and rating"),
    (
        _customer(),
        _text(
            "rating",
            "评级名称",
            "rating",
            "制度中的评级名称",
            "the rating's name in the policy",
            required=True,
        ),
        _text("grade", "等级", "grade", "上期等级", "the grade it had", required=True),
        _date(
            "since", "生效日期", "since", "该等级生效的日期", "the day the grade took effect", required=False
        ),
    ),
    key=("customer", "rating"),
)

_OVERRIDES = Table(
    "overrides",
    Text(zh="人工调整", en="overrides"),
    Text(
        zh="经批准的指定、保底、封顶和保护",
        en="approved overrides, floors, ceilings, designations and protections",
    ),
    (
        _customer(),
        _text(
            "rating",
            "评级名称",
            "rating",
            "制度中的评级名称",
            "the rating's name in the policy",
            required=True,
        ),
        _choice(
            "kind",
            ("override", "floor", "ceiling", "designation", "protection"),
            "类别",
            "kind",
            "override 直接指定；floor 保底；ceiling 封顶；designation 名单认定；protection 保护期",
            "override sets the grade, floor and ceiling limit it, designation puts on a list, protection keeps it",
        ),
        _text(
            "grade", "等级", "grade", "调整到或限定的等级", "the grade it is set or limited to", required=True
        ),
        _text("reason", "理由", "reason", "批准的理由", "why it was approved", required=True),
        _text("approver", "批准人", "approver", "姓名或工号", "a name or staff number", required=True),
        _date("from_on", "起始日", "from", "第一天", "the first day"),
        _date("until_on", "截止日", "until", "最后一天", "the last day"),
        _known_on(),
    ),
    key=("customer", "rating", "kind", "from_on"),
    date_column="from_on",
)

_FORECASTS = Table(
    "forecasts",
    Text(zh="预测", en="forecasts"),
    Text(zh="模型给出的数值，附模型及日期", en="figures given by a model, with the model and the day"),
    (
        _customer(),
        _text(
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
            _MONTHS,
        ),
        _date(
            "made_on",
            "作出日期",
            "made on",
            "预测所用数据的截止日",
            "the last day of the data it was made from",
        ),
        _text("model", "模型", "model", "模型名称与版本", "the model's name and version", required=True),
    ),
    key=("customer", "forecast", "horizon_months", "made_on", "model"),
    date_column="made_on",
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            _CUSTOMERS,
            _ORDERS,
            _ORDER_LINES,
            _RECEIVABLES,
            _PAYMENTS,
            _COMPLAINTS,
            _ACTIVITIES,
            _TARGETS,
            _JUDGEMENTS,
            _EXCHANGE_RATES,
            _PREVIOUS_GRADES,
            _OVERRIDES,
            _FORECASTS,
        )
    }
)
"""Every fact table by name, in the order of the reference page."""
