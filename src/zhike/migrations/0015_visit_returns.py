"""A visit form that was sent back: when, by whom and why."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("zhike", "0014_portal")]

    operations = [
        migrations.AddField("visit", "returned_at", models.DateTimeField(null=True, verbose_name="sent back")),
        migrations.AddField(
            "visit",
            "returned_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL,
                verbose_name="sent back by",
            ),
        ),
        migrations.AddField(
            "visit", "returned_for", models.TextField(blank=True, default="", verbose_name="why it was sent back"), preserve_default=False
        ),
    ]  # fmt: skip
