"""Targets of trade: orders, receivables, exchange rates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.imports import wording
from zhike.imports.archive import CUSTOMER
from zhike.imports.judging_trade import OrderJudge, RateJudge, ReceivableJudge
from zhike.imports.targets import Field, Target, register

STATUS = {"completed": _("completed"), "returned": _("returned"), "cancelled": _("cancelled")}
UNSAID = _(
    "An order without a status counts as completed, so an unknown word is never left empty: say what it means."
)
CURRENCY = Field("currency", _("currency"), required=True, words=wording.turned(wording.CURRENCY),
                 synonyms=("币种", "币别", "货币", "结算币种", "currency", "curr"))  # fmt: skip
KNOWN = Field(
    "known_on",
    _("known on"),
    "date",
    synonyms=("入账日期", "登记日期", "录入日期", "known on", "recorded on"),
)

ORDERS = (
    Field("number", _("order"), "id", required=True, limit=60, synonyms=(
        "订单号", "订单编号", "单号", "单据编号", "合同号", "销售单号", "发票号", "order", "order no", "order number", "ordernumber", "order id",
        "invoice", "invoice no", "invoiceno", "document no")),
    CUSTOMER,
    Field("ordered_on", _("ordered on"), "date", required=True, synonyms=(
        "订单日期", "下单日期", "日期", "单据日期", "下单时间", "签订日期", "销售日期", "order date", "orderdate", "ordered on", "date",
        "invoice date", "invoicedate")),
    Field("amount", _("amount"), "money", required=True, needs="price", synonyms=(
        "金额", "订单金额", "销售金额", "价税合计", "合计金额", "总金额", "总价", "成交金额", "amount", "total", "order amount", "sales", "value",
        "net amount", "total amount")),
    CURRENCY,
    Field("profit", _("profit"), "money", needs="profit", synonyms=("利润", "毛利", "毛利润", "订单利润", "profit", "margin", "gross profit")),
    Field("status", _("status"), "choice", firm=UNSAID, choices=STATUS, words=wording.turned(wording.STATUS),
          synonyms=("状态", "订单状态", "单据状态", "status", "order status", "state"), help=_("empty: completed")),
    Field("product", _("product"), limit=80, synonyms=("产品", "产品名称", "商品", "品名", "物料", "product", "item", "stockcode", "sku")),
    KNOWN,
)  # fmt: skip

RECEIVABLES = (
    Field("number", _("receivable"), "id", required=True, limit=60, synonyms=(
        "应收单号", "应收编号", "单号", "单据编号", "发票号", "发票号码", "receivable", "receivable no", "invoice", "invoice no", "document no")),
    CUSTOMER,
    Field("order", _("order"), "id", limit=60, link="order", synonyms=("订单号", "订单编号", "合同号", "order", "order no", "order number")),
    Field("issued_on", _("issued on"), "date", synonyms=("开票日期", "单据日期", "发生日期", "issued on", "invoice date", "issue date")),
    Field("due_on", _("due on"), "date", required=True, synonyms=("到期日", "到期日期", "应收日期", "应付款日", "due on", "due date", "due")),
    Field("amount", _("amount"), "money", required=True, needs="credit", synonyms=(
        "金额", "应收金额", "欠款", "欠款金额", "应收账款", "应收余额", "未收金额", "未收余额", "余额", "欠款余额", "amount", "total",
        "balance", "open amount", "outstanding", "amount due"), help=_("of a partly paid one: what is still owed")),
    CURRENCY,
    Field("paid_on", _("paid on"), "date", synonyms=("收款日期", "付款日期", "回款日期", "到账日期", "paid on", "payment date", "paid date")),
    KNOWN,
)  # fmt: skip

RATES = (
    CURRENCY,
    Field("rate_on", _("day"), "date", required=True, synonyms=("日期", "汇率日期", "生效日期", "date", "day", "rate date", "rate on", "as of")),
    Field("rate", _("rate"), "decimal", required=True, synonyms=("汇率", "折算率", "中间价", "rate", "exchange rate", "fx rate")),
)  # fmt: skip

register(
    Target(
        "orders",
        _("orders"),
        _("What customers ordered, with day, amount and currency"),
        ORDERS,
        {"number": ("number",)},
        {"number": _("order number")},
        ("import_data", "see_orders"),
        OrderJudge,
        sums=("amount", "profit"),
        icon="shopping-cart",
    )
)
register(
    Target(
        "receivables",
        _("receivables"),
        _("What customers owe, when it is due and when it was paid"),
        RECEIVABLES,
        {"number": ("number",)},
        {"number": _("number of the receivable")},
        ("import_data", "see_orders"),
        ReceivableJudge,
        sums=("amount",),
        icon="wallet",
    )
)
register(
    Target(
        "rates",
        _("exchange rates"),
        _("Units of the company's currency for one unit of another, by day"),
        RATES,
        {"day": ("currency", "rate_on")},
        {"day": _("currency and day")},
        ("import_data", "see_orders"),
        RateJudge,
        whole_company=True,
        icon="arrow-left-right",
    )
)
