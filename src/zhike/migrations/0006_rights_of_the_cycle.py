"""The shipped roles of an installation that is there already get the rights that came with the grading cycle."""

from __future__ import annotations

from django.db import migrations

from zhike.kernel.rights import GiveRights

EVERYDAY = ("appeal_grade", "record_intelligence")
LEADING = (*EVERYDAY, "submit_figures", "see_grading", "judge_customers", "send_letters", "see_analysis")
GIVEN = {
    "management": ("approve_policies", "see_grading", "decide_grades", "see_analysis", "manage_committees"),
    "supervising": ("see_grading", "see_analysis", "review_policies"),
    "department_head": (*LEADING, "edit_policies", "review_policies"),
    "supervisor": LEADING,
    "regional_manager": LEADING,
    "account_manager": (*EVERYDAY, "send_letters"),
    "salesperson": EVERYDAY,
    "analyst": (
        "edit_policies",
        "verify_figures",
        "see_grading",
        "run_grading",
        "see_analysis",
        "record_intelligence",
    ),
    "marketing": ("record_intelligence",),
}
"""Role -> rights, as they were shipped with this migration."""


class Migration(migrations.Migration):
    """Rights of the grading cycle."""

    dependencies = [("zhike", "0005_policy_guards")]
    operations = [GiveRights(GIVEN)]
