"""Targets of the archive: customers, contacts, activities."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.customers.life import AXES, CHANNELS, LIFE
from zhike.imports import wording
from zhike.imports.judging_archive import ActivityJudge, ContactJudge, CustomerJudge
from zhike.imports.targets import Field, Target, register

CUSTOMER = Field("customer", _("customer"), required=True, limit=160, link="customer",
                 help=_("code or exact name of a customer that is there"),
                 synonyms=("客户", "客户编号", "客户编码", "客户代码", "客户号", "客户名称", "客户全称", "公司", "公司名称", "单位名称", "往来单位",
                           "customer", "customer id", "customer code", "customer no", "customer number", "customer name", "account",
                           "account name", "company", "client", "buyer"))  # fmt: skip
DECIDES = {"decides": _("decides"), "influences": _("influences"), "uses": _("uses")}

YOURS = _("An empty cell stands for you, so an unknown name is never left empty by itself: say who is meant.")

CUSTOMERS = (
    Field("code", _("code"), "id", limit=40, synonyms=(
        "客户编号", "客户编码", "客户代码", "客户号", "编号", "编码", "代码", "customer code", "customer id", "customer no",
        "customer number", "customerid", "customernumber", "account no", "id", "no", "number", "客户", "customer")),
    Field("name", _("name"), required=True, limit=160, synonyms=(
        "客户名称", "客户全称", "客户", "公司名称", "公司", "单位名称", "企业名称", "名称", "全称", "customer name", "customer", "company",
        "company name", "account name", "client", "name")),
    Field("name_en", _("English name"), limit=160, synonyms=("英文名称", "英文名", "客户英文名", "english name", "name en")),
    Field("short_name", _("short name"), limit=60, synonyms=("简称", "客户简称", "short name", "alias")),
    Field("life", _("life cycle"), "choice", choices={k: v for k, v in LIFE.items() if k != "closed"}, words=wording.turned(wording.LIFE),
          synonyms=("生命周期", "客户状态", "客户阶段", "life cycle", "stage"), help=_("for new customers only: those who buy already are current")),
    Field("legal_representative", _("legal representative"), limit=80, synonyms=("法人", "法定代表人", "法人代表", "legal representative")),
    Field("registration", _("registration number"), "id", limit=40, synonyms=(
        "统一社会信用代码", "信用代码", "税号", "纳税人识别号", "营业执照号", "注册号", "registration number", "tax id", "vat", "vat no")),
    Field("business_scope", _("business scope"), synonyms=("经营范围", "主营业务", "主营产品", "business scope", "main products")),
    Field("country", _("country"), limit=80, link="country", synonyms=("国家", "国别", "国家地区", "国家/地区", "country", "nation")),
    Field("province", _("province"), limit=60, synonyms=("省", "省份", "州", "province", "state")),
    Field("city", _("city"), limit=60, synonyms=("市", "城市", "city", "town")),
    Field("address", _("address"), limit=240, synonyms=(
        "地址", "详细地址", "公司地址", "通讯地址", "注册地址", "address", "address line 1", "addressline1", "street")),
    Field("phone", _("telephone"), "id", limit=60, synonyms=("电话", "公司电话", "联系电话", "座机", "固话", "telephone", "phone", "tel")),
    Field("email", _("e-mail"), limit=254, synonyms=("邮箱", "电子邮箱", "公司邮箱", "e-mail", "email", "mail")),
    Field("website", _("website"), limit=160, synonyms=("网站", "网址", "官网", "website", "web", "url", "homepage")),
    Field("currency", _("currency"), words=wording.turned(wording.CURRENCY), synonyms=("币种", "结算币种", "货币", "currency")),
    Field("since", _("customer since"), "date", synonyms=(
        "合作起始", "合作起始日期", "合作日期", "开始合作日期", "合作开始日期", "首次合作", "成为客户日期", "建档日期", "since", "customer since", "start date")),
    Field("source", _("source"), limit=80, synonyms=("来源", "客户来源", "渠道", "source", "lead source", "channel")),
    Field("scale", _("purchase scale"), "choice", choices=AXES["scale"], words=wording.turned(wording.SCALE),
          synonyms=("规模", "采购规模", "客户规模", "scale", "size")),
    Field("industry", _("industry"), "choice", choices=AXES["industry"], words=wording.turned(wording.INDUSTRY),
          synonyms=("行业", "所属行业", "industry", "trade", "sector")),
    Field("need_type", _("type of need"), "choice", choices=AXES["need_type"], words=wording.turned(wording.NEED),
          synonyms=("需求类型", "需求", "type of need", "need")),
    Field("segment", _("segment"), "choice", choices=AXES["segment"],
          words=wording.turned(wording.SEGMENT), synonyms=("细分", "客户细分", "细分市场", "segment", "market segment")),
    Field("importance", _("strategic importance"), "choice", choices=AXES["importance"], words=wording.turned(wording.IMPORTANCE),
          synonyms=("重要性", "战略重要性", "客户类别", "importance")),
    Field("region", _("region"), limit=80, link="region", synonyms=("区域", "销售区域", "大区", "片区", "region", "territory")),
    Field("department", _("department"), limit=80, link="department", synonyms=("部门", "所属部门", "department")),
    Field("manager", _("account manager"), limit=80, link="person", firm=YOURS, verb="assign_customer",
          help=_("name or user name; empty: you"), synonyms=(
        "客户经理", "业务员", "负责人", "销售", "销售员", "跟进人", "account manager", "salesperson", "sales rep", "owner", "manager")),
    Field("group", _("group"), limit=120, synonyms=("集团", "所属集团", "group")),
    Field("parent", _("parent company"), limit=160, link="customer", synonyms=("母公司", "上级公司", "上级客户", "总公司", "parent", "parent company")),
)  # fmt: skip

CONTACTS = (
    CUSTOMER,
    Field("name", _("name"), required=True, limit=80, synonyms=(
        "联系人", "姓名", "联系人姓名", "名字", "contact", "contact name", "name", "full name", "person")),
    Field("post", _("post"), limit=80, synonyms=("职务", "职位", "岗位", "post", "title", "job title", "position")),
    Field("decides", _("role in decisions"), "choice", choices=DECIDES, words=wording.turned(wording.DECIDES),
          synonyms=("决策角色", "决策权", "角色", "role in decisions", "role")),
    Field("mobile", _("mobile"), "id", limit=40, needs="contact", synonyms=("手机", "手机号", "手机号码", "移动电话", "mobile", "cell", "mobile phone")),
    Field("phone", _("telephone"), "id", limit=40, needs="contact", synonyms=("电话", "座机", "联系电话", "telephone", "phone", "tel")),
    Field("email", _("e-mail"), limit=254, needs="contact", synonyms=("邮箱", "电子邮箱", "e-mail", "email", "mail")),
    Field("chat", _("WeChat"), limit=80, needs="contact", synonyms=("微信", "微信号", "wechat", "whatsapp", "qq")),
    Field("preferences", _("preferences"), needs="contact", synonyms=("喜好", "偏好", "备注", "preferences", "notes")),
    Field("important_date", _("important date"), "date", needs="contact", synonyms=("生日", "重要日期", "birthday", "important date")),
    Field("important_what", _("occasion"), limit=60, needs="contact", synonyms=("日期说明", "occasion")),
    Field("language", _("language"), limit=10, synonyms=("语言", "language")),
)  # fmt: skip

ACTIVITIES = (
    CUSTOMER,
    Field("done_on", _("day"), "date", required=True, synonyms=(
        "日期", "时间", "跟进日期", "跟进时间", "拜访日期", "联系日期", "联系时间", "date", "day", "done on", "visited on", "created at")),
    Field("channel", _("channel"), "choice", required=True, choices=CHANNELS, words=wording.turned(wording.CHANNEL),
          synonyms=("方式", "跟进方式", "联系方式", "类型", "渠道", "channel", "type", "kind", "method")),
    Field("subject", _("subject"), required=True, limit=160, synonyms=("主题", "标题", "事项", "subject", "title", "topic")),
    Field("content", _("content"), synonyms=("内容", "跟进内容", "跟进记录", "沟通内容", "content", "notes", "details", "description")),
    Field("result", _("result"), synonyms=("结果", "跟进结果", "result", "outcome")),
    Field("follow_up", _("next step"), limit=200, synonyms=("下一步", "后续", "下次跟进内容", "next step", "follow up")),
    Field("follow_up_on", _("next step by"), "date", synonyms=("下次跟进日期", "下次联系时间", "下次跟进时间", "next step by", "next date")),
    Field("person", _("person"), limit=80, link="person", firm=YOURS, help=_("name or user name; empty: you"),
          synonyms=("跟进人", "业务员", "拜访人", "负责人", "person", "by", "salesperson", "owner", "created by")),
    Field("contact", _("contact"), limit=80, link="contact", synonyms=("联系人", "contact", "contact person")),
)  # fmt: skip

register(
    Target(
        "customers",
        _("customers"),
        _("Companies you sell to or want to sell to"),
        CUSTOMERS,
        {"code": ("code",), "name": ("name",), "registration": ("registration",)},
        {"code": _("code"), "name": _("name"), "registration": _("registration number")},
        ("import_data", "see_customers"),
        CustomerJudge,
        icon="building-2",
    )
)
register(
    Target(
        "contacts",
        _("contacts"),
        _("People at customers"),
        CONTACTS,
        {"name": ("customer", "name"), "mobile": ("customer", "mobile"), "email": ("customer", "email")},
        {
            "name": _("customer and name"),
            "mobile": _("customer and mobile"),
            "email": _("customer and e-mail"),
        },
        ("import_data", "change_customer"),
        ContactJudge,
        icon="users",
    )
)
register(
    Target(
        "activities",
        _("activities"),
        _("Visits, calls and meetings of the past, with their day and person"),
        ACTIVITIES,
        {"same": ("customer", "done_on", "channel", "subject", "person")},
        {"same": _("customer, day, channel, subject and person")},
        ("import_data", "log_activity"),
        ActivityJudge,
        icon="calendar-check",
    )
)
