"""The customer portal: accesses, codes, visits; and the right to open it for the shipped roles of an installation that is there already."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from zhike.kernel.rights import GiveRights
from zhike.kernel.tables import CreateTables

GIVEN = dict.fromkeys(
    ("management", "department_head", "supervisor", "regional_manager", "account_manager"), ("open_portal",)
)
"""Role -> rights, as they were shipped with this migration."""


def key() -> models.BigAutoField[int, int]:
    """The key of a table."""
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    """The customer portal."""

    dependencies = [("zhike", "0013_visits")]

    operations = [
        migrations.AddField("denial", "contact_id", models.BigIntegerField(null=True)),
        migrations.AddField("denial", "who", models.CharField(blank=True, default="", max_length=120)),
        migrations.AddField(
            "servicerequest",
            "reply",
            models.TextField(blank=True, verbose_name="what the customer reads in the portal"),
        ),
        migrations.AlterField(
            "servicerequest",
            "recorded_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        CreateTables(
            [
                migrations.CreateModel(
                    name="PortalAccess",
                    fields=[
                        ("id", key()),
                        ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                        ("opened_for", models.BigIntegerField()),
                        ("parts", models.JSONField(default=list, verbose_name="what is shown")),
                        ("until_on", models.DateField(verbose_name="last day")),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("opened_at", models.DateTimeField(verbose_name="opened")),
                        ("visited_at", models.DateTimeField(null=True, verbose_name="last visit")),
                        ("revoked_at", models.DateTimeField(null=True, verbose_name="revoked")),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="accesses",
                                to="zhike.contact",
                                verbose_name="contact",
                            ),
                        ),
                        (
                            "opened_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="opened by",
                            ),
                        ),
                        (
                            "revoked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="revoked by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "portal access",
                        "db_table": "zhike_portal_access",
                        "ordering": ["-id"],
                        "indexes": [models.Index(fields=["email"], name="portal_access_email")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("revoked_at__isnull", True)),
                                fields=("contact",),
                                name="one_portal_access",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PortalCode",
                    fields=[
                        ("id", key()),
                        ("token", models.CharField(max_length=64, unique=True)),
                        ("email", models.EmailField(max_length=254)),
                        ("code", models.CharField(blank=True, max_length=64)),
                        ("asked_at", models.DateTimeField(db_index=True)),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("used_at", models.DateTimeField(null=True)),
                    ],
                    options={"verbose_name": "portal code", "db_table": "zhike_portal_code"},
                ),
                migrations.CreateModel(
                    name="PortalVisit",
                    fields=[
                        ("id", key()),
                        ("token", models.CharField(max_length=64, unique=True)),
                        ("email", models.EmailField(max_length=254)),
                        ("begun_at", models.DateTimeField(db_index=True)),
                        ("seen_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "access",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="visits",
                                to="zhike.portalaccess",
                            ),
                        ),
                    ],
                    options={"verbose_name": "visit to the portal", "db_table": "zhike_portal_visit"},
                ),
            ]
        ),
        GiveRights(GIVEN),
    ]
