"""Visits of customers with their forms, and the right to check them for the shipped roles of an installation that is there already."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from zhike.kernel.rights import GiveRights
from zhike.kernel.tables import CreateTables

CHECKING = ("check_visits",)
GIVEN = dict.fromkeys(
    ("department_head", "supervisor", "regional_manager", "account_manager", "keeper"), CHECKING
)
"""Role -> rights, as they were shipped with this migration."""


class Migration(migrations.Migration):
    """Visits."""

    dependencies = [
        ("zhike", "0012_order_currency"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Visit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=10, verbose_name="kind")),
                        ("day", models.DateField(verbose_name="day of the visit")),
                        ("purpose", models.CharField(max_length=160, verbose_name="purpose")),
                        ("added_at", models.DateTimeField(verbose_name="entered")),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("days", models.PositiveSmallIntegerField(verbose_name="days for the form")),
                        ("working", models.BooleanField(default=False, verbose_name="working days")),
                        ("due_on", models.DateField(verbose_name="form to be submitted by")),
                        ("draft", models.JSONField(default=dict)),
                        ("drafted_at", models.DateTimeField(null=True)),
                        ("submitted_at", models.DateTimeField(null=True, verbose_name="submitted")),
                        ("in_time", models.BooleanField(null=True, verbose_name="in time")),
                        ("topics", models.TextField(blank=True, verbose_name="topics")),
                        ("findings", models.TextField(blank=True, verbose_name="findings")),
                        ("opinions", models.TextField(blank=True, verbose_name="opinions of the customer")),
                        (
                            "satisfaction",
                            models.PositiveSmallIntegerField(null=True, verbose_name="satisfaction"),
                        ),
                        ("next_step", models.CharField(blank=True, max_length=200, verbose_name="next step")),
                        ("next_on", models.DateField(null=True, verbose_name="next step by")),
                        ("problems", models.JSONField(default=list, verbose_name="problems")),
                        ("needs", models.JSONField(default=list, verbose_name="needs learned")),
                        ("significant", models.TextField(blank=True, verbose_name="significant information")),
                        ("checked_at", models.DateTimeField(null=True, verbose_name="checked")),
                        ("remark", models.TextField(blank=True, verbose_name="remark")),
                        (
                            "told_at",
                            models.DateTimeField(null=True, verbose_name="told that the form is late"),
                        ),
                        ("cancelled_at", models.DateTimeField(null=True, verbose_name="cancelled")),
                        ("ground", models.TextField(blank=True, verbose_name="reason")),
                        (
                            "activity",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="zhike.activity",
                            ),
                        ),
                        (
                            "added_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="entered by",
                            ),
                        ),
                        (
                            "cancelled_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="cancelled by",
                            ),
                        ),
                        (
                            "checked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="checked by",
                            ),
                        ),
                        (
                            "checker",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="asked to check",
                            ),
                        ),
                        (
                            "contacts",
                            models.ManyToManyField(
                                blank=True,
                                related_name="+",
                                to="zhike.contact",
                                verbose_name="contacts to meet",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="visits",
                                to="zhike.customer",
                            ),
                        ),
                        (
                            "drafted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "met",
                            models.ManyToManyField(
                                blank=True, related_name="+", to="zhike.contact", verbose_name="who was met"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="answers for the form",
                            ),
                        ),
                        (
                            "people",
                            models.ManyToManyField(
                                blank=True,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="who else goes",
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
                        (
                            "told_above",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "visit",
                        "db_table": "zhike_visit",
                        "ordering": ["-day", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="VisitChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("field", models.CharField(max_length=20)),
                        ("current", models.TextField(blank=True)),
                        ("proposed", models.TextField(blank=True)),
                        ("details", models.JSONField(default=dict)),
                        ("taken", models.BooleanField(null=True)),
                        ("ground", models.CharField(blank=True, max_length=300)),
                        (
                            "contact",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="zhike.contact",
                            ),
                        ),
                        (
                            "visit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="changes",
                                to="zhike.visit",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "proposed change",
                        "db_table": "zhike_visit_change",
                        "ordering": ["id"],
                    },
                ),
                migrations.AddIndex(
                    model_name="visit",
                    index=models.Index(fields=["-day", "-id"], name="visit_day"),
                ),
                migrations.AddIndex(
                    model_name="visit",
                    index=models.Index(fields=["customer", "-day", "-id"], name="visit_customer"),
                ),
                migrations.AddIndex(
                    model_name="visit",
                    index=models.Index(fields=["owner", "-day"], name="visit_owner"),
                ),
                migrations.AddIndex(
                    model_name="visit",
                    index=models.Index(
                        condition=models.Q(("cancelled_at__isnull", True), ("submitted_at__isnull", True)),
                        fields=["due_on", "id"],
                        name="visit_open",
                    ),
                ),
                migrations.AddIndex(
                    model_name="visit",
                    index=models.Index(
                        condition=models.Q(("checked_at__isnull", True), ("submitted_at__isnull", False)),
                        fields=["submitted_at", "id"],
                        name="visit_unchecked",
                    ),
                ),
            ]
        ),
        GiveRights(GIVEN),
    ]
