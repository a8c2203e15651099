"""An index in which the currencies of a million orders are found without reading them, before every run."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("zhike", "0010_plans")]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["currency", "ordered_on"], name="order_currency"),
        ),
    ]
