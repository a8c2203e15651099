"""Grading runs, what they found for each customer, what was decided, and every grade over time."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.customers.models import Customer
from zhike.grading.causes import cause_text, detail_text
from zhike.kernel.amounts import AmountField
from zhike.people.models import Person
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import word_in

RUN_STATES = {
    "queued": _("queued"), "running": pgettext_lazy("run", "running"), "ready": _("ready for review"), "submitted": _("with management"),
    "closed": pgettext_lazy("run", "closed"), "failed": _("failed"), "withdrawn": _("withdrawn"),
}  # fmt: skip
"""State of a run -> its name."""
CAUSES = {"hand": _("by hand"), "schedule": _("by schedule"), "event": _("by an event")}
"""What started a run."""
PROPOSAL_STATES = {
    "open": pgettext_lazy("proposal", "open"), "approved": _("approved"), "changed": _("approved with changes"),
    "rejected": pgettext_lazy("proposal", "rejected"),
    "withdrawn": _("withdrawn"),
}  # fmt: skip
"""State of a proposal -> its name."""
PROPOSAL_KINDS = {
    "run": _("from a run"), "event": _("after an event"), "appeal": _("by an appeal"), "manual": _("manual record"),
}  # fmt: skip
"""Where a proposal comes from -> its name."""


def _word(row: Any, code: str) -> str:
    """The word for a grade of a row, by its version where that was read with it: a name costs no query."""
    version = row.version if type(row).version.is_cached(row) else None
    return word_in(version, row.rating, code)


class GradingRun(models.Model):
    """One evaluation of the customers in a policy's scope, on frozen facts; it can be repeated to the same bytes.

    The frozen facts and the engine's answer lie in DATA_DIR/runs/<key>; `manifest` is the engine's record of the run
    (policy hash, fingerprint of the facts, values, versions), `board` what the result board shows without reading rows.
    """

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="runs")
    as_of = models.DateField(_("as of"))
    cause = models.CharField(_("cause"), max_length=10, default="hand")
    note = models.CharField(_("note"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, default="queued")
    only = models.JSONField(default=list)
    missing_months = models.JSONField(default=list)
    manifest = models.JSONField(default=dict)
    board = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    started_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    job = models.ForeignKey("zhike.Job", models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "zhike_grading_run"
        ordering = ["-id"]
        verbose_name = _("grading run")

    def __str__(self) -> str:
        return f"{self.version} · {self.as_of:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """Its result board."""
        return f"/grading/runs/{self.pk}/"

    @property
    def state_word(self) -> str:
        """Its state in the reader's language."""
        return str(RUN_STATES.get(self.state, self.state))

    @property
    def cause_word(self) -> str:
        """What started it, in the reader's language."""
        return str(CAUSES.get(self.cause, self.cause))

    @property
    def withdrawable(self) -> bool:
        """Whether it can still be taken back."""
        return self.state in ("queued", "running", "ready", "failed")


class OfCustomers(models.QuerySet[Any]):
    """Results, proposals and grades of customers."""

    def visible_to(self, person: Person) -> Self:
        """Those of customers that a person sees."""
        if "all" in person.access.scopes:
            return self
        return self.filter(customer__in=Customer.objects.visible_to(person))


class GradingResult(models.Model):
    """What a run found for one customer in one rating: exactly one row, graded or pending with the reason.

    `mark` holds codes that `grading.marks` puts into words; `metrics` the values by name, `!` names the conditions of the
    next better grade that fail.
    """

    run = models.ForeignKey(GradingRun, models.PROTECT, related_name="results")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    rating = models.CharField(max_length=60)
    grade = models.CharField(_("grade"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=12)
    previous = models.CharField(_("grade before"), max_length=20, blank=True)
    moved = models.SmallIntegerField(_("movement"), default=0)
    score = models.DecimalField(_("score"), max_digits=12, decimal_places=4, null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    mark = models.CharField(_("mark"), max_length=80, blank=True)
    amount = AmountField(_("amount"), null=True)
    missing = models.SmallIntegerField(_("conditions missing for the next grade"), null=True)
    metrics = models.JSONField(default=dict)

    objects = OfCustomers.as_manager()

    class Meta:
        db_table = "zhike_grading_result"
        ordering = ["run", "rating", "-amount", "id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "rating", "customer"], name="one_result_per_customer")
        ]
        indexes = [
            models.Index(fields=["run", "rating", "-amount", "id"], name="result_amount"),
            models.Index(fields=["run", "rating", "grade", "-amount", "id"], name="result_grade"),
            models.Index(fields=["run", "rating", "moved", "-amount", "id"], name="result_moved"),
            models.Index(fields=["run", "rating", "state", "-amount", "id"], name="result_state"),
            models.Index(fields=["run", "rating", "missing", "-amount", "id"], name="result_missing"),
            models.Index(
                fields=["run", "rating", "-amount", "id"], condition=~Q(mark=""), name="result_marked"
            ),
            models.Index(fields=["customer", "-run"], name="result_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.grade or self.state}"


class Proposal(models.Model):
    """A grade put before management for one customer; only what is approved takes effect (GRD-21)."""

    run = models.ForeignKey(GradingRun, models.PROTECT, null=True, blank=True, related_name="proposals")
    result = models.ForeignKey(GradingResult, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="proposals")
    rating = models.CharField(max_length=120)
    kind = models.CharField(_("kind"), max_length=8, default="run")
    current = models.CharField(_("current grade"), max_length=20, blank=True)
    proposed = models.CharField(_("proposed grade"), max_length=20, blank=True)
    moved = models.SmallIntegerField(_("movement"), default=0)
    mark = models.CharField(_("mark"), max_length=80, blank=True)
    cause = models.CharField(_("cause"), max_length=200, blank=True)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    effective_on = models.DateField(_("takes effect on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, default="open")
    decided = models.CharField(_("decided grade"), max_length=20, blank=True)
    ground = models.TextField(_("reason"), blank=True)
    proposed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = OfCustomers.as_manager()

    class Meta:
        db_table = "zhike_grade_proposal"
        ordering = ["-id"]
        verbose_name = _("proposal")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "rating"], condition=Q(state="open"), name="one_open_proposal"
            ),
        ]
        indexes = [
            models.Index(fields=["run", "state", "-moved", "id"], name="proposal_run"),
            models.Index(fields=["customer", "-id"], name="proposal_customer"),
        ]

    def __str__(self) -> str:
        old, new = (_word(self, code) or "—" for code in (self.current, self.proposed))
        return f"{self.customer} · {old} → {new}"

    @property
    def told(self) -> str:
        """What happened, in the reader's language."""
        return detail_text(self.detail)


class AdjustmentQuerySet(OfCustomers):
    """Manual records."""

    def counting(self, day: date) -> Self:
        """Those that are approved and hold on a day."""
        return self.filter(approved_at__isnull=False, ended_at__isnull=True, from_on__lte=day).filter(
            Q(until_on__isnull=True) | Q(until_on__gte=day)
        )

    def waiting(self) -> Self:
        """Those that nobody has decided on."""
        return self.filter(approved_at__isnull=True, rejected_at__isnull=True, ended_at__isnull=True)


class Adjustment(models.Model):
    """A manual record beside the rules: an override, a floor, a ceiling or a designation, with ground and end (GRD-16).

    `rating` is `<policy code>.<rating>`. It counts once it is approved, until its last day or until it is ended.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="adjustments")
    rating = models.CharField(max_length=120)
    kind = models.CharField(_("kind"), max_length=12)
    grade = models.CharField(_("grade"), max_length=20)
    ground = models.TextField(_("reason"))
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("given by"))
    given_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AdjustmentQuerySet.as_manager()
    word: str = ""
    """The word for its grade, where somebody has looked it up; the code stands without it."""

    class Meta:
        db_table = "zhike_grade_adjustment"
        ordering = ["-id"]
        verbose_name = _("manual record")
        indexes = [models.Index(fields=["customer", "rating"], name="adjustment_customer")]

    def __str__(self) -> str:
        return f"{self.customer} · {cause_text(self.kind)} {self.word or self.grade}"


class GradeQuerySet(OfCustomers):
    """Grades over time."""

    def on(self, day: date) -> Self:
        """The grades that hold on a day."""
        return self.filter(from_on__lte=day).filter(Q(until_on__isnull=True) | Q(until_on__gt=day))

    def held(self) -> Self:
        """Without those that another replaced before they held for a day."""
        return self.exclude(until_on__lte=F("from_on"))


class Grade(models.Model):
    """The grade of a customer from one day until another (that day excluded); never altered but for its end.

    `rating` is `<policy code>.<rating>`, so that several policies and ratings stand side by side. `main` marks the
    first rating of a policy: the newest of those stands on the customer itself. `manual` marks what a person changed.
    `cause` is a code of `grading.causes`. A grade that another replaced on its very first day never held: it ends there.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="grades")
    rating = models.CharField(max_length=120)
    grade = models.CharField(_("grade"), max_length=20)
    before = models.CharField(_("grade before"), max_length=20, blank=True)
    moved = models.SmallIntegerField(_("movement"), default=0)
    main = models.BooleanField(default=False)
    manual = models.BooleanField(default=False)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)
    version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, related_name="+")
    run = models.ForeignKey(GradingRun, models.PROTECT, null=True, related_name="+")
    proposal = models.OneToOneField(Proposal, models.PROTECT, null=True, related_name="taken")
    cause = models.CharField(_("cause"), max_length=200, blank=True)
    ground = models.TextField(_("reason"), blank=True)
    approved_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    objects = GradeQuerySet.as_manager()

    class Meta:
        db_table = "zhike_grade"
        ordering = ["customer", "rating", "-from_on", "-id"]
        verbose_name = _("grade")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "rating"], condition=Q(until_on__isnull=True), name="one_lasting_grade"
            ),
            models.UniqueConstraint(
                fields=["customer", "rating", "from_on"],
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")),
                name="one_grade_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["rating", "from_on", "id"], name="grade_from"),
            models.Index(fields=["from_on", "customer"], condition=Q(main=True), name="grade_main_from"),
            models.Index(
                fields=["until_on", "customer"],
                condition=Q(main=True, until_on__isnull=False),
                name="grade_main_until",
            ),
            models.Index(
                fields=["rating", "grade", "from_on"],
                condition=Q(until_on__isnull=True),
                name="grade_lasting",
            ),
            models.Index(fields=["run", "id"], name="grade_run"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {_word(self, self.grade)}"
