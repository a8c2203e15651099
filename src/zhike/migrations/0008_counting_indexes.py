"""Indexes in which groups of customers and the quality of archives are counted, in the place of those of the keys alone.

SQLite read an index of a key and then every row, since it is the narrowest that gives the groups in order; with what else the
question asks in the same index, no row is read. The key of merged archives holds those alone, or it is taken for every
question about the others. The keys alone are dropped by name, so that no table is written anew.
"""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Index, Q

OF_CUSTOMER = {
    "department": ("zhike.department", "department"),
    "manager": (settings.AUTH_USER_MODEL, "account manager"),
    "region": ("zhike.region", "region"),
}
COUNTED = {
    "customer_of_region": ["region", "merged_into", "manager", "department"],
    "customer_of_department": ["department", "merged_into", "manager", "region", "life", "completeness"],
    "customer_of_manager": ["manager", "merged_into", "region", "department"],
}
KEYS = {
    "zhike_customer_department_id_c5d0060d": "zhike_customer (department_id)",
    "zhike_customer_manager_id_33c3e279": "zhike_customer (manager_id)",
    "zhike_customer_merged_into_id_08f4a241": "zhike_customer (merged_into_id)",
    "zhike_customer_region_id_37aa7f7f": "zhike_customer (region_id)",
    "zhike_defect_customer_id_be190c10": "zhike_defect (customer_id)",
}
"""Index of a key alone -> what it held."""


def _of_customer(name: str) -> models.ForeignKey[Any, Any]:
    to, shown = OF_CUSTOMER[name]
    return models.ForeignKey(
        blank=True,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="customers",
        to=to,
        verbose_name=shown,
    )


MERGED = models.ForeignKey(
    blank=True,
    db_index=False,
    null=True,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="merged",
    to="zhike.customer",
)
DEFECT = models.ForeignKey(
    db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="defects", to="zhike.customer"
)


class Migration(migrations.Migration):
    """Counting indexes."""

    dependencies = [("zhike", "0007_requests")]
    operations = [
        *(
            migrations.AddIndex("customer", Index(fields=fields, name=name))
            for name, fields in COUNTED.items()
        ),
        migrations.AddIndex(
            "defect", Index(fields=["customer", "cleared_at", "due_on"], name="defect_of_customer")
        ),
        migrations.AddIndex(
            "defect",
            Index(condition=Q(("cleared_at__isnull", True)), fields=["due_on", "id"], name="defect_standing"),
        ),
        migrations.AddIndex(
            "customer",
            Index(
                condition=~Q(("merged_into__isnull", True)), fields=["merged_into"], name="customer_merged"
            ),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                *(migrations.AlterField("customer", name, _of_customer(name)) for name in OF_CUSTOMER),
                migrations.AlterField("customer", "merged_into", MERGED),
                migrations.AlterField("defect", "customer", DEFECT),
            ],
            database_operations=[
                migrations.RunSQL(f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX {name} ON {held}")
                for name, held in KEYS.items()
            ],
        ),
    ]
