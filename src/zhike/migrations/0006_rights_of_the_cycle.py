"""The shipped roles of an installation that is there already get the rights that came with the grading cycle.

Nobody can have taken these rights away before: they were not there. What a company changed in its roles stays.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

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


def give(apps: Any, editor: Any) -> None:
    """Add the rights that a role lacks, at the end."""
    roles = apps.get_model("zhike", "Role").objects.using(editor.connection.alias)
    for role in roles.filter(code__in=GIVEN):
        lacking = [verb for verb in GIVEN[role.code] if verb not in role.verbs]
        if lacking:
            role.verbs = [*role.verbs, *lacking]
            role.save(update_fields=["verbs"])


def take(apps: Any, editor: Any) -> None:
    """Take them away again."""
    roles = apps.get_model("zhike", "Role").objects.using(editor.connection.alias)
    for role in roles.filter(code__in=GIVEN):
        role.verbs = [verb for verb in role.verbs if verb not in GIVEN[role.code]]
        role.save(update_fields=["verbs"])


class Migration(migrations.Migration):
    """Rights of the grading cycle."""

    dependencies = [("zhike", "0005_policy_guards")]
    operations = [migrations.RunPython(give, take)]
