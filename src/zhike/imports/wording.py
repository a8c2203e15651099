"""Words of files: states, currencies, axes and channels as companies write them, and the codes they stand for."""

from __future__ import annotations

from collections.abc import Mapping

STATUS = {
    "completed": ("已完成", "完成", "成交", "已成交", "已发货", "已出货", "已收货", "执行中", "正常", "有效",
                  "已审核", "审核通过", "已确认", "已结算", "已出库", "已开票", "已签收",
                  "交易成功", "已付款", "已关账",
                  "completed", "complete",
                  "shipped", "delivered", "done", "closed", "paid", "invoiced", "in process", "resolved", "on hold", "disputed"),
    "returned": ("退货", "已退货", "退款", "已退款", "退单", "returned", "return", "refund", "refunded", "credit note"),
    "cancelled": ("取消", "已取消", "作废", "已作废", "关闭", "已关闭", "无效", "红冲作废", "交易关闭", "已终止", "cancelled", "canceled",
                  "void", "voided"),
}  # fmt: skip
CURRENCY = {
    "CNY": ("人民币", "人民币元", "RMB", "￥", "¥", "元", "CNY", "renminbi", "yuan"),
    "USD": ("美元", "美金", "US$", "$", "USD"),
    "EUR": ("欧元", "€", "EUR"),
    "GBP": ("英镑", "£", "GBP"),
    "JPY": ("日元", "日圆", "JPY"),
    "HKD": ("港币", "港元", "HK$", "HKD"),
    "AUD": ("澳元", "澳币"), "CAD": ("加元", "加币"), "KRW": ("韩元", "韩币"), "SGD": ("新加坡元", "新币"),
    "TWD": ("台币", "新台币"), "RUB": ("卢布",), "CHF": ("瑞士法郎",), "THB": ("泰铢",), "INR": ("印度卢比", "卢比"),
}  # fmt: skip
SCALE = {
    "small": ("小", "小型", "小规模", "small"),
    "medium": ("中", "中型", "中等", "medium"),
    "large": ("大", "大型", "大规模", "large"),
}
INDUSTRY = {
    "finance": ("金融", "银行", "保险", "finance"), "manufacturing": ("制造", "制造业", "生产", "工业", "manufacturing"),
    "retail": ("零售", "零售业", "商贸", "贸易", "批发", "retail"), "service": ("服务", "服务业", "service", "services"),
    "other": ("其他", "其它", "other"),
}  # fmt: skip
NEED = {
    "price_sensitive": ("价格敏感", "价格敏感型", "price sensitive"),
    "technical_support": ("技术支持", "技术支持型", "technical support"),
    "customisation": ("定制", "定制化", "个性化定制", "customisation", "customization"),
}
SEGMENT = {
    "expressway": ("高速公路系统", "高速公路", "高速", "expressway system"), "major": ("重大客户", "major customer"),
    "class2_highway": ("二级公路", "class-2 highway"), "large_industrial": ("大型工业企业", "large industrial enterprise"),
    "medium_industrial": ("中型工业企业", "medium industrial enterprise"), "industrial": ("工业企业", "industrial enterprise"),
    "large_mine": ("大型矿山", "large mine"), "medium_mine": ("中型矿山", "medium mine"), "grain_store": ("粮库", "grain store"),
    "port": ("港口", "port"), "recycling": ("再生资源回收", "再生资源", "recycling"), "general": ("一般客户", "一般", "general customer"),
    "other": ("其他类别", "其他", "other segment"),
}  # fmt: skip
IMPORTANCE = {"core": ("核心", "核心客户", "core"), "important": ("重要", "重要客户", "重点客户", "important"),
              "ordinary": ("一般", "一般客户", "普通", "普通客户", "ordinary", "general")}  # fmt: skip
LIFE = {"prospect": ("潜在", "潜在客户", "意向", "意向客户", "prospect", "lead"), "current": ("在册", "正式", "成交客户", "合作中",
        "已合作", "已成交", "老客户", "正常合作", "active", "current"),
        "lapsed": ("流失", "流失客户", "已流失", "沉睡", "沉睡客户", "休眠", "暂停合作", "lapsed", "inactive")}  # fmt: skip
DECIDES = {"decides": ("决策", "决策人", "决策者", "老板", "decides", "decision maker"), "influences": ("影响", "影响者", "influences", "influencer"),
           "uses": ("使用", "使用者", "经办", "对接人", "uses", "user")}  # fmt: skip
CHANNEL = {
    "visit": ("拜访", "上门", "走访", "来访", "拜访客户", "上门拜访", "实地拜访", "到访", "外勤拜访", "visit"),
    "call": ("电话", "通话", "致电", "电话沟通", "打电话", "电话拜访", "电话跟进", "call", "phone"),
    "meeting": ("会议", "开会", "视频会议", "meeting"), "mail": ("邮件", "电子邮件", "email", "e-mail", "mail"),
    "chat": ("微信", "聊天", "企业微信", "微信沟通", "微信跟进", "钉钉", "飞书", "QQ", "WhatsApp", "chat"), "letter": ("信函", "传真", "letter", "fax"),
    "event": ("活动", "展会", "event", "exhibition"),
}  # fmt: skip


def turned(words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Word -> code, in the spellings that files use."""
    found: dict[str, str] = {}
    for code, several in words.items():
        for word in (code, *several):
            for spelling in (word, word.lower(), word.upper(), word.capitalize(), word.title()):
                found.setdefault(spelling, code)
    return found
