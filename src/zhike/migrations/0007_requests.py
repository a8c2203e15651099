"""Requests of customers, and the rights to take and correct them for the shipped roles of an installation that is there already."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from zhike.kernel.rights import GiveRights
from zhike.kernel.tables import CreateTables

EVERYDAY = ("take_requests",)
LEADING = (*EVERYDAY, "correct_requests")
GIVEN = {
    **dict.fromkeys(("management", "department_head", "supervisor", "regional_manager"), LEADING),
    **dict.fromkeys(
        ("account_manager", "salesperson", "order_clerk", "reception", "service", "marketing", "keeper"),
        EVERYDAY,
    ),
}
"""Role -> rights, as they were shipped with this migration."""


class Migration(migrations.Migration):
    """Requests."""

    dependencies = [
        ("zhike", "0006_rights_of_the_cycle"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="ServiceRequest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=12, verbose_name="kind")),
                        ("channel", models.CharField(max_length=10, verbose_name="channel")),
                        ("subject", models.CharField(max_length=160, verbose_name="subject")),
                        ("text", models.TextField(blank=True, verbose_name="what is asked for")),
                        ("received_at", models.DateTimeField(verbose_name="came in")),
                        ("recorded_at", models.DateTimeField(verbose_name="recorded")),
                        ("rating", models.CharField(blank=True, max_length=120)),
                        ("grade", models.CharField(blank=True, max_length=20, verbose_name="grade")),
                        ("clock", models.CharField(blank=True, max_length=60, verbose_name="clock")),
                        ("article", models.CharField(blank=True, max_length=60, verbose_name="article")),
                        (
                            "hours",
                            models.DecimalField(
                                decimal_places=2, max_digits=8, null=True, verbose_name="limit in hours"
                            ),
                        ),
                        ("working", models.BooleanField(default=False, verbose_name="working hours")),
                        (
                            "reason",
                            models.CharField(blank=True, max_length=12, verbose_name="why there is no limit"),
                        ),
                        ("due_at", models.DateTimeField(null=True, verbose_name="to be answered by")),
                        ("receipt_at", models.DateTimeField(null=True, verbose_name="automatic receipt")),
                        ("answered_at", models.DateTimeField(null=True, verbose_name="first answer")),
                        ("answer", models.TextField(blank=True, verbose_name="what was answered")),
                        ("answer_recorded_at", models.DateTimeField(null=True)),
                        ("met", models.BooleanField(null=True, verbose_name="in time")),
                        ("told_at", models.DateTimeField(null=True, verbose_name="told that it is overdue")),
                        ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                        ("ground", models.TextField(blank=True, verbose_name="reason")),
                        (
                            "answered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="answered by",
                            ),
                        ),
                        (
                            "closed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="closed by",
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="zhike.contact",
                                verbose_name="contact",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="requests",
                                to="zhike.customer",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="recorded by",
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="zhike.policyversion",
                                verbose_name="policy version",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "request",
                        "db_table": "zhike_service_request",
                        "ordering": ["-received_at", "-id"],
                        "indexes": [
                            models.Index(fields=["-received_at", "-id"], name="request_received"),
                            models.Index(fields=["customer", "-received_at"], name="request_customer"),
                            models.Index(
                                condition=models.Q(
                                    ("answered_at__isnull", True), ("closed_at__isnull", True)
                                ),
                                fields=["due_at", "id"],
                                name="request_open",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("answered_at__isnull", True), ("closed_at__isnull", True)
                                ),
                                fields=["owner", "due_at"],
                                name="request_owner",
                            ),
                        ],
                    },
                ),
            ]
        ),
        GiveRights(GIVEN),
    ]
