"""Fact tables of trade: customers, orders, money owed and paid, complaints."""

from __future__ import annotations

from zhike_engine.facts.shape import (
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
from zhike_engine.words import Text

CUSTOMERS = Table(
    "customers",
    Text(zh="客户", en="customers"),
    Text(
        zh="每个客户一行；其他列作为客户属性保留",
        en="one row per customer; further columns are kept as attributes",
    ),
    (
        key_column("customer", "客户编号", "customer", "客户的唯一编号", "the unique id of the customer"),
        text_column(
            "name", "客户名称", "name", "报告中显示的名称", "the name shown in reports", required=True
        ),
        text_column(
            "group",
            "所属集团",
            "group",
            "同一集团的客户写同一个词",
            "customers of one group of companies share this word",
        ),
        text_column("industry", "行业", "industry", "客户所在行业", "the trade the customer is in"),
        text_column("segment", "细分", "segment", "公司自定的客户分类", "the company's own classification"),
        text_column(
            "need",
            "需求类型",
            "need",
            "例如价格敏感、技术支持、定制",
            "such as price, technical support, customisation",
        ),
        text_column("region", "区域", "region", "销售区域", "the sales region"),
        text_column("country", "国家", "country", "客户所在国家或地区", "the country the customer is in"),
        text_column(
            "department",
            "负责部门",
            "department",
            "负责该客户的部门",
            "the department in charge of the customer",
        ),
        text_column("channel", "渠道", "channel", "例如直供、经销、线上", "such as direct, dealer, online"),
        date_column(
            "since", "合作起始日", "since", "开始合作的日期", "the day cooperation began", required=False
        ),
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

ORDERS = Table(
    "orders",
    Text(zh="订单", en="orders"),
    Text(
        zh="每张订单一行；退货单独成行，金额不大于零",
        en="one row per order; a return is a row of its own with an amount of at most zero",
    ),
    (
        key_column("order", "订单号", "order", "订单的唯一编号", "the unique id of the order"),
        customer_column(),
        date_column(
            "ordered_on",
            "订单日期",
            "ordered on",
            "决定订单属于哪个期间和哪一天的汇率",
            "decides the period and the day of the exchange rate",
        ),
        money_column("amount", "金额", "amount", "至多四位小数", "at most four decimals"),
        currency_column(),
        money_column(
            "profit",
            "利润",
            "profit",
            "与金额同币种；空表示不知道，不是零",
            "in the currency of the amount; empty means unknown, not zero",
            required=False,
        ),
        choice_column(
            "status",
            ("completed", "returned", "cancelled"),
            "状态",
            "status",
            "completed 成交；returned 退货，金额不大于零，冲减当期但不算订单；cancelled 取消，不计",
            "completed; returned: at most zero, reduces the period but is no order; cancelled: counts nowhere",
        ),
        text_column(
            "product",
            "产品",
            "product",
            "整张订单只有一种产品时填写",
            "filled where the whole order is for one product",
        ),
        known_on_column(),
    ),
    key=("order",),
    date_column="ordered_on",
    required=True,
)

ORDER_LINES = Table(
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
        customer_column(required=False),
        date_column(
            "ordered_on",
            "订单日期",
            "ordered on",
            "空则取订单的日期",
            "empty: the date of the order",
            required=False,
        ),
        text_column(
            "product", "产品", "product", "产品编码或名称", "the product's code or name", required=True
        ),
        Column(
            "quantity",
            "decimal",
            True,
            Text(zh="数量", en="quantity"),
            Text(zh="退货为负", en="negative for a return"),
            Text(zh="产品自己的计量单位", en="the product's own unit of measure"),
        ),
        money_column("price", "单价", "price", "一个计量单位的价格", "the price of one unit of measure"),
        money_column(
            "amount",
            "金额",
            "amount",
            "数量乘单价，或含折扣后的金额",
            "quantity times price, or what is left after discounts",
        ),
        currency_column(
            required=False, what=Text(zh="空则取订单的币种", en="empty: the currency of the order")
        ),
        money_column("profit", "利润", "profit", "空表示不知道", "empty means unknown", required=False),
        known_on_column(),
    ),
    key=("order", "line"),
    date_column="ordered_on",
)

RECEIVABLES = Table(
    "receivables",
    Text(zh="应收账款", en="receivables"),
    Text(zh="每笔应收款一行", en="one row per amount owed by a customer"),
    (
        key_column(
            "receivable", "应收编号", "receivable", "应收款的唯一编号", "the unique id of the receivable"
        ),
        customer_column(),
        Column(
            "order",
            "id",
            False,
            Text(zh="订单号", en="order"),
            Text(zh="产生这笔应收的订单", en="the order it comes from"),
            references="orders",
        ),
        date_column(
            "issued_on",
            "开票日期",
            "issued on",
            "开票或交货的日期；按这一天的汇率折算，空则按到期日",
            "the day it was invoiced; its rate converts the amount, that of the due day where this is empty",
            required=False,
        ),
        date_column(
            "due_on",
            "到期日",
            "due on",
            "最后付款日；次日起未付为逾期",
            "the last day to pay in time; overdue from the day after",
        ),
        money_column("amount", "金额", "amount", "应收金额", "the amount owed"),
        currency_column(),
        date_column(
            "paid_on", "付清日期", "paid on", "空表示尚未付清", "empty means still unpaid", required=False
        ),
        known_on_column(),
    ),
    key=("receivable",),
    date_column="due_on",
    rated_on="issued_on",
)

PAYMENTS = Table(
    "payments",
    Text(zh="收款", en="payments"),
    Text(zh="每笔到账一行", en="one row per payment received"),
    (
        key_column("payment", "收款编号", "payment", "收款的唯一编号", "the unique id of the payment"),
        customer_column(),
        date_column("paid_on", "到账日期", "paid on", "款项到账的日期", "the day the money came in"),
        money_column("amount", "金额", "amount", "退款为负", "negative for a refund"),
        currency_column(),
        known_on_column(),
    ),
    key=("payment",),
    date_column="paid_on",
)

COMPLAINTS = Table(
    "complaints",
    Text(zh="投诉与纠纷", en="complaints"),
    Text(zh="每件投诉或纠纷一行", en="one row per complaint or dispute"),
    (
        key_column("complaint", "投诉编号", "complaint", "投诉的唯一编号", "the unique id of the complaint"),
        customer_column(),
        date_column("opened_on", "提出日期", "opened on", "客户提出的日期", "the day the customer raised it"),
        date_column(
            "closed_on", "结案日期", "closed on", "空表示未结案", "empty means still open", required=False
        ),
        choice_column(
            "kind",
            ("dispute", "quality", "delivery", "service", "other"),
            "类别",
            "kind",
            "dispute 纠纷；quality 质量；delivery 交付；service 服务；other 其他",
            "what it is about",
        ),
        choice_column(
            "severity", ("minor", "major"), "程度", "severity", "minor 一般；major 重大", "how grave it is"
        ),
        known_on_column(),
    ),
    key=("complaint",),
    date_column="opened_on",
)
