"""What the demo company knows of markets and competitors: a dozen findings, some of them old."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from zhike.customers.models import Customer
from zhike.demo.staff import Staff, moment
from zhike.intelligence.models import Intelligence
from zhike.kernel.journal import entry_for, journal_all

FINDINGS: tuple[tuple[str, str, str, str, str, str, int, str, str | None, str, int], ...] = (
    # kind, title, text, industry, competitor, source, days ago, reliability, growth, by, customers of the industry concerned
    ("move", "衡基仪器平台秤降价 8%", "面向零售连锁，满五十台起，至年底有效。", "retail", "衡基仪器", "展会报价单", 9, "sure", None, "yinhe", 0),
    ("move", "诺瓦称重在华东设仓", "承诺华东四十八小时到货，正在接触制造业老客户。", "manufacturing", "诺瓦称重", "客户转述", 34, "likely", None, "linheng", 2),
    ("move", "Orbis Weigh opens a service branch in Rotterdam", "Two engineers, calibration on site.", "", "Orbis Weigh",
     "company's own website", 61, "sure", None, "anna", 0),
    ("move", "衡基仪器推出免费试用三个月", "仅限新签大客户。", "service", "衡基仪器", "业务员走访", 240, "hearsay", None, "weidong", 0),
    ("trend", "制造业设备更新加快", "以旧换新补贴延续到明年年底。", "manufacturing", "", "行业协会季报", 27, "sure", "6.5", "dulan", 0),
    ("trend", "零售门店数量趋稳，单店设备减少", "自助收银替代部分台秤。", "retail", "", "行业研究报告", 75, "likely", "-2.0", "dulan", 0),
    ("trend", "金融网点收缩，现金设备需求下降", "", "finance", "", "主管部门公报", 410, "sure", "-4.0", "dulan", 0),
    ("trend", "仓储物流扩建带动动态称重", "新建分拨中心普遍要求动态称重和体积测量。", "service", "", "招标公告汇总", 48, "likely", "9.0", "yinhe", 0),
    ("need", "食品加工客户要求防水等级提升", "三家客户在回访中提出同样要求。", "manufacturing", "", "客户回访", 16, "sure", None, "taoran", 3),
    ("need", "连锁客户希望按门店租赁", "按月付费，含年检。", "retail", "", "高层座谈", 52, "likely", None, "zhuxi", 1),
    ("need", "EU buyers ask for repairability data", "Spare parts for ten years, prices published.", "", "", "fair", 88, "likely", None,
     "anna", 0),
    ("need", "粮库要求无人值守过磅", "与车牌识别联动，秋粮前完成。", "other", "", "招标文件", 395, "sure", None, "tangchuan", 2),
)  # fmt: skip


def settle_market(staff: Staff, as_of: date) -> int:
    """Record the findings; how many there are."""
    entries = []
    for kind, title, text, industry, competitor, source, ago, reliability, growth, by, concerned in FINDINGS:
        day, person = as_of - timedelta(days=ago), staff.people[by]
        made = Intelligence.objects.create(
            kind=kind, title=title, text=text, industry=industry, competitor=competitor, source=source, known_on=day, confirmed_on=day,
            reliability=reliability, growth=Decimal(growth) if growth else None, added_by=person, added_at=moment(day, 16),
        )  # fmt: skip
        if concerned:
            made.customers.set(
                Customer.objects.living().filter(industry=industry, life="current")[:concerned]
            )
        entries.append(entry_for(made, "intelligence_recorded", by=person, at=made.added_at, source=source))
    journal_all(entries)
    return len(FINDINGS)
