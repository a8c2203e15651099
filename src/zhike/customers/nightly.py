"""What happens to archives every night: owners, lapses, late handovers, defects."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.customers.duplicates import mark
from zhike.customers.handovers import escalate_handovers
from zhike.customers.lapsing import lapse_customers
from zhike.customers.limits import Limits
from zhike.customers.models import Customer
from zhike.customers.owners import check_owners
from zhike.customers.quality import check_archives
from zhike.jobs.registry import every, job
from zhike.jobs.running import Run

BATCH = 200


@job("customers_nightly", title=_("Nightly look through the archives"))
def nightly(run: Run) -> dict[str, Any]:
    """Look through every archive. Safe to run twice."""
    at = timezone.now()
    return look_through(at=at, day=timezone.localtime(at).date(), progress=run.progress)


every("customers_nightly", daily="01:30", kind="customers_nightly")


def look_through(*, at: datetime, day: date, progress: Any = None) -> dict[str, int]:
    """Find customers without manager, lapses, late handovers and defects as of a day; how many are new."""
    found = {
        "unmanaged": check_owners(at=at, day=day),
        "lapsed": lapse_customers(at=at, day=day),
        "late": escalate_handovers(at=at, day=day),
        "defects": 0,
    }
    keys = list(Customer.objects.living().order_by("pk").values_list("pk", flat=True))
    limits = Limits()
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH]
        mark(Customer.objects.filter(pk__in=some).defer("search", "channels", "tokens"))
        found["defects"] += check_archives(some, at=at, day=day, limits=limits)
        if progress:
            progress(min(start + BATCH, len(keys)), len(keys))
    return found
