"""Scenarios: other values of parameters over the frozen facts of a run, kept with what they would change, and compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.grading.models import GradingRun
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "scenario_saved": gettext_lazy("%(who)s kept the scenario “%(what)s”"),
    "scenario_dropped": gettext_lazy("%(who)s dropped the scenario “%(what)s”"),
})  # fmt: skip


class Scenario(models.Model):
    """Other values of parameters over a run: `changes` by name, `outcome` is what `whatif.Outcome` tells."""

    run = models.ForeignKey(GradingRun, models.PROTECT, related_name="scenarios")
    title = models.CharField(gettext_lazy("title"), max_length=80)
    changes = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    kept_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "zhike_scenario"
        ordering = ["run", "id"]
        verbose_name = gettext_lazy("scenario")

    def __str__(self) -> str:
        return self.title


@transaction.atomic
def keep_scenario(
    *,
    run: GradingRun,
    title: str,
    changes: Mapping[str, str],
    outcome: Mapping[str, Any],
    by: Person,
    at: datetime,
) -> Scenario:
    """Keep a scenario under a title."""
    allow(by, "run_grading")
    if not title.strip():
        raise Invalid(_("A scenario needs a title."), fields={"title": _("missing")})
    if not changes:
        raise Invalid(_("Nothing differs from the run."), fields={"title": _("nothing changed")})
    made = Scenario.objects.create(
        run=run,
        title=title.strip()[:80],
        changes=dict(changes),
        outcome=dict(outcome),
        kept_by=by,
        kept_at=at,
    )
    journal(made, "scenario_saved", by=by, at=at)
    return made


@transaction.atomic
def drop_scenario(*, scenario: Scenario, by: Person, at: datetime) -> Scenario:
    """Take a scenario off the board."""
    allow(by, "run_grading")
    if Scenario.objects.filter(pk=scenario.pk, dropped_at__isnull=True).update(dropped_at=at):
        journal(scenario, "scenario_dropped", by=by, at=at)
    return scenario
