"""Everything a role may be allowed to do, and the classes of fields it may see. One list; pages and checks read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

VERBS: dict[str, Any] = {
    "see_customers": _("see customers"),
    "add_customer": _("add customers"),
    "change_customer": _("change the archive of customers"),
    "assign_customer": _("assign and hand over customers"),
    "merge_customers": _("merge duplicates"),
    "close_customer": _("close and reopen customers"),
    "log_activity": _("log contacts and visits"),
    "take_requests": _("record and answer requests of customers"),
    "correct_requests": _("correct when requests came in, and close them without an answer"),
    "open_portal": _("open the customer portal to contacts"),
    "check_visits": _("check visit forms and take changed data into the archive"),
    "draw_plans": _("draw up service plans and record what customers answer to them"),
    "approve_plans": _("approve service plans"),
    "set_limits": _("set the archive's limits, intervals and teams"),
    "set_budgets": _("set budgets, approve allocations and overspending"),
    "see_orders": _("see orders and receivables"),
    "import_data": _("import data"),
    "export_data": _("export data"),
    "approve_consultation": _("open archives to others for a time"),
    "share_views": _("share saved views"),
    "edit_policies": _("write policies and set their parameters"),
    "review_policies": _("review drafts of policies"),
    "approve_policies": _("approve and publish policies"),
    "submit_figures": _("submit the figures of a month"),
    "verify_figures": _("verify and sign the figures of a month"),
    "see_grading": _("see grading runs and proposals"),
    "run_grading": _("run gradings and propose grades"),
    "judge_customers": _("give judgements and put customers into classes"),
    "appeal_grade": _("appeal against a grade"),
    "decide_grades": _("approve, change and reject grades"),
    "send_letters": _("send letters about grades"),
    "see_analysis": _("see analyses across customers"),
    "record_intelligence": _("record market intelligence"),
    "manage_committees": _("name committees and hold their sessions"),
    "see_journal": _("read the journal"),
    "manage_people": _("manage people, departments and roles"),
    "manage_agreements": _("publish and file confidentiality agreements"),
    "manage_certificates": _("record certificates"),
    "manage_roster": _("put people on the roster of a duty"),
    "manage_calendars": _("edit calendars"),
    "manage_incidents": _("handle incidents of leaked data"),
    "run_system": _("run the installation: jobs, backups, health"),
    "use_api": _("use the API with tokens"),
}
"""Verb -> what it means, in the reader's language."""

FIELD_CLASSES: dict[str, Any] = {
    "basic": _("basic facts"),
    "contact": _("contacts' channels"),
    "price": _("amounts and prices"),
    "profit": _("profit"),
    "credit": _("credit and receivables"),
    "risk": _("risk notes"),
}
"""Class of fields -> its name."""

SCOPES: dict[str, Any] = {
    "none": _("no customers"),
    "own": _("own customers and those of own teams"),
    "department": _("own department and those below"),
    "region": _("own region and those below"),
    "all": _("all customers"),
}
"""Which customers a role sees, from none to all."""


@dataclass(frozen=True)
class ShippedRole:
    """A role that comes with the product."""

    code: str
    zh: str
    en: str
    scope: str
    verbs: tuple[str, ...]
    sees: tuple[str, ...]


DAILY = ("see_customers", "log_activity", "take_requests")
SELLING = (
    *DAILY,
    "add_customer",
    "change_customer",
    "see_orders",
    "import_data",
    "appeal_grade",
    "record_intelligence",
    "draw_plans",
)
HEADING = (
    *SELLING,
    "correct_requests",
    "check_visits",
    "approve_plans",
    "assign_customer",
    "close_customer",
    "merge_customers",
    "export_data",
    "share_views",
    "manage_roster",
    "submit_figures",
    "see_grading",
    "judge_customers",
    "send_letters",
    "see_analysis",
    "open_portal",
    "use_api",
)

ROLES = (
    ShippedRole("management", "管理层", "Management", "all",
                (*DAILY, "correct_requests", "approve_plans", "see_orders", "export_data", "see_journal", "share_views", "set_limits",
                 "set_budgets", "approve_policies", "see_grading", "decide_grades", "see_analysis", "manage_committees", "open_portal"),
                ("basic", "contact", "price", "profit", "credit", "risk")),
    ShippedRole("supervising", "监督部门", "Supervising department", "all",
                ("see_customers", "see_orders", "see_journal", "manage_incidents", "see_grading", "see_analysis", "review_policies"),
                ("basic", "price", "credit", "risk")),
    ShippedRole("department_head", "大客户部门负责人", "Key-account department head", "department",
        (*HEADING, "see_journal", "set_limits", "edit_policies", "review_policies"),
                ("basic", "contact", "price", "profit", "credit", "risk")),
    ShippedRole("supervisor", "大客户主管", "Key-account supervisor", "department",
                HEADING, ("basic", "contact", "price", "credit", "risk")),
    ShippedRole("regional_manager", "区域经理", "Regional manager", "region",
                HEADING, ("basic", "contact", "price", "credit", "risk")),
    ShippedRole("account_manager", "客户经理", "Account manager", "own",
                (*SELLING, "check_visits", "send_letters", "open_portal", "use_api"),
                ("basic", "contact", "price", "profit", "credit", "risk")),
    ShippedRole("salesperson", "业务员", "Salesperson", "own", SELLING, ("basic", "contact", "price")),
    ShippedRole("analyst", "数据分析部门", "Data analyst", "all",
                ("see_customers", "see_orders", "import_data", "export_data", "share_views", "use_api", "edit_policies", "verify_figures",
                 "see_grading", "run_grading", "see_analysis", "record_intelligence"), ("basic", "price", "profit")),
    ShippedRole("finance", "财务/信用", "Finance and credit", "all",
                ("see_customers", "see_orders", "import_data", "export_data", "log_activity"),
                ("basic", "price", "credit", "risk")),
    ShippedRole("order_clerk", "跟单", "Order clerk", "all", (*DAILY, "see_orders"), ("basic", "contact", "price")),
    ShippedRole("reception", "接待员", "Reception agent", "all", DAILY, ("basic",)),
    ShippedRole("service", "售后", "After-sales", "all", (*DAILY, "change_customer"), ("basic", "contact")),
    ShippedRole("marketing", "市场", "Marketing", "all", (*DAILY, "record_intelligence"), ("basic",)),
    ShippedRole("keeper", "档案管理员", "Archive keeper", "all",
                (*DAILY, "check_visits", "add_customer", "change_customer", "merge_customers", "import_data", "export_data",
                 "approve_consultation", "share_views", "set_limits"),
                ("basic", "contact")),
    ShippedRole("hr", "人事/培训", "Staff and training", "none",
                ("manage_agreements", "manage_certificates", "manage_roster", "manage_calendars"), ()),
    ShippedRole("administrator", "系统管理员", "System administrator", "none",
                ("manage_people", "manage_calendars", "run_system"), ()),
)  # fmt: skip
"""The roles of the shipped policies (requirements, roles): what each sees and does."""

APART = (
    frozenset({"administrator", "management"}),
    frozenset({"administrator", "supervising"}),
    frozenset({"management", "supervising"}),
)
"""Roles that no person may hold together: system administrator, approver, auditor."""

WELL_GUARDED = frozenset({"administrator", "management"})
"""Shipped roles that ask for a second factor."""
