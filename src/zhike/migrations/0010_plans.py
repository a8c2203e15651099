"""Service plans, and the rights to draw them up and to approve them for the shipped roles of an installation that is there already."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from zhike.kernel.rights import GiveRights
from zhike.kernel.tables import CreateTables

DRAWING = ("draw_plans",)
LEADING = (*DRAWING, "approve_plans")
GIVEN = {
    **dict.fromkeys(("department_head", "supervisor", "regional_manager"), LEADING),
    **dict.fromkeys(("account_manager", "salesperson"), DRAWING),
    "management": ("approve_plans",),
}
"""Role -> rights, as they were shipped with this migration."""


class Migration(migrations.Migration):
    """Service plans."""

    dependencies = [
        ("zhike", "0008_counting_indexes"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="ServicePlan",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=60, verbose_name="number")),
                        ("revision", models.PositiveSmallIntegerField(default=1, verbose_name="revision")),
                        ("title", models.CharField(max_length=160, verbose_name="title")),
                        ("kind", models.CharField(max_length=10, verbose_name="type of plan")),
                        ("goal", models.TextField(blank=True, verbose_name="goal")),
                        (
                            "mode",
                            models.CharField(default="standard", max_length=12, verbose_name="service mode"),
                        ),
                        (
                            "mode_reason",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="reason for the service mode"
                            ),
                        ),
                        ("from_on", models.DateField(verbose_name="from")),
                        ("until_on", models.DateField(verbose_name="until")),
                        ("state", models.CharField(default="draft", max_length=10)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("rating", models.CharField(blank=True, max_length=120)),
                        ("grade", models.CharField(blank=True, max_length=20, verbose_name="grade")),
                        ("drawn_at", models.DateTimeField(verbose_name="drawn up")),
                        ("submitted_at", models.DateTimeField(null=True, verbose_name="submitted")),
                        ("approved_at", models.DateTimeField(null=True, verbose_name="approved")),
                        ("returned_for", models.TextField(blank=True, verbose_name="why it was returned")),
                        ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                        ("kept", models.JSONField(default=dict)),
                        ("digest", models.CharField(blank=True, max_length=64)),
                        ("confirm_by", models.DateField(null=True, verbose_name="to be confirmed by")),
                        ("told_at", models.DateTimeField(null=True)),
                        ("confirmed_at", models.DateTimeField(null=True, verbose_name="confirmed")),
                        (
                            "confirmed_name",
                            models.CharField(blank=True, max_length=80, verbose_name="confirmed by"),
                        ),
                        ("confirmed_way", models.CharField(blank=True, max_length=10, verbose_name="how")),
                        ("confirmed_digest", models.CharField(blank=True, max_length=64)),
                        ("confirmed_recorded_at", models.DateTimeField(null=True)),
                        ("change_text", models.TextField(blank=True, verbose_name="what is to change")),
                        ("change_name", models.CharField(blank=True, max_length=80, verbose_name="asked by")),
                        ("change_way", models.CharField(blank=True, max_length=10, verbose_name="how")),
                        ("change_at", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        ("ground", models.TextField(blank=True, verbose_name="reason")),
                        (
                            "approved_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="approved by",
                            ),
                        ),
                        (
                            "asked",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "change_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "change_contact",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="zhike.contact",
                            ),
                        ),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "confirmed_contact",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="zhike.contact",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="plans",
                                to="zhike.customer",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="zhike.document",
                            ),
                        ),
                        (
                            "drawn_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="drawn up by",
                            ),
                        ),
                        (
                            "ended_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "former",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="later",
                                to="zhike.serviceplan",
                            ),
                        ),
                        (
                            "policy_version",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="zhike.policyversion",
                            ),
                        ),
                        (
                            "sent_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="sent by",
                            ),
                        ),
                        (
                            "sent_to",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="zhike.contact",
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="submitted by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "service plan",
                        "db_table": "zhike_service_plan",
                        "ordering": ["-from_on", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="PlanItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField()),
                        ("component", models.CharField(max_length=14, verbose_name="component")),
                        ("content", models.TextField(verbose_name="content")),
                        ("method", models.CharField(blank=True, max_length=300, verbose_name="method")),
                        ("from_on", models.DateField(blank=True, null=True, verbose_name="from")),
                        ("due_on", models.DateField(verbose_name="to be done by")),
                        (
                            "proof",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="what shows that it was done"
                            ),
                        ),
                        ("done_on", models.DateField(null=True, verbose_name="done on")),
                        ("result", models.TextField(blank=True, verbose_name="result")),
                        ("done_at", models.DateTimeField(null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="zhike.document",
                            ),
                        ),
                        (
                            "done_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "former",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="later",
                                to="zhike.planitem",
                            ),
                        ),
                        (
                            "needs",
                            models.ManyToManyField(
                                db_table="zhike_plan_item_need", related_name="plan_items", to="zhike.need"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="responsible person",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="items",
                                to="zhike.serviceplan",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "item of a service plan",
                        "db_table": "zhike_plan_item",
                        "ordering": ["place", "id"],
                    },
                ),
                migrations.AddIndex(
                    model_name="serviceplan",
                    index=models.Index(fields=["customer", "-from_on", "-id"], name="plan_customer"),
                ),
                migrations.AddIndex(
                    model_name="serviceplan",
                    index=models.Index(fields=["state", "until_on", "id"], name="plan_state"),
                ),
                migrations.AddConstraint(
                    model_name="serviceplan",
                    constraint=models.UniqueConstraint(fields=("number", "revision"), name="plan_revision"),
                ),
                migrations.AddConstraint(
                    model_name="serviceplan",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("until_on__gte", models.F("from_on"))),
                        name="plan_ends_after_it_begins",
                    ),
                ),
                migrations.AddIndex(
                    model_name="planitem",
                    index=models.Index(
                        condition=models.Q(("done_on__isnull", True)),
                        fields=["owner", "due_on"],
                        name="plan_item_owner",
                    ),
                ),
            ]
        ),
        GiveRights(GIVEN),
    ]
