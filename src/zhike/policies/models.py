"""Policies and their versions, who acknowledged them, and the detailed rules under them."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhike.people.models import Department, Person

STATES = {
    "draft": _("draft"), "review": _("under review"), "approved": _("approved"), "published": _("published"),
    "withdrawn": _("withdrawn"),
}  # fmt: skip
"""State of a version -> its name. Whether a published one is in force follows from the days."""


class Policy(models.Model):
    """A customer policy of the company; what it says stands in its versions."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    title_zh = models.CharField(_("Chinese title"), max_length=120)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    preset = models.CharField(_("made from"), max_length=60, blank=True)
    owner = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    added_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "zhike_policy"
        ordering = ["code"]
        verbose_name = _("policy")

    def __str__(self) -> str:
        return (
            self.title_en if self.title_en and not (get_language() or "").startswith("zh") else self.title_zh
        )

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/policies/{self.code}/"


class VersionQuerySet(models.QuerySet["PolicyVersion"]):
    """Versions of policies."""

    def in_force(self, day: date) -> Self:
        """The one version of each policy that is in force on a day, also on a day long ago.

        It is the last one published whose day had come; nothing when that one was withdrawn by then.
        """
        came = Q(state="published") | Q(state="withdrawn", withdrawn_on__gt=models.F("effective_on"))
        last = (
            PolicyVersion.objects.filter(came, policy=models.OuterRef("policy"), effective_on__lte=day)
            .order_by("-effective_on", "-number")
            .values("pk")[:1]
        )
        return self.filter(
            Q(state="published") | Q(state="withdrawn", withdrawn_on__gt=day), pk=models.Subquery(last)
        )

    def open(self) -> Self:
        """Those that are not published yet."""
        return self.filter(state__in=["draft", "review", "approved"])


class PolicyVersion(models.Model):
    """One version of a policy: a document that never changes once it is published.

    `text` is the YAML that the engine reads, `values` the company's values of parameters, `cases` its tests.yaml.
    """

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, default="draft")
    text = models.TextField()
    values = models.JSONField(default=dict)
    cases = models.TextField(blank=True)
    hash = models.CharField(max_length=64, blank=True)
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    lock = models.PositiveIntegerField(default=1)
    # the control block (GOV-03)
    document_number = models.CharField(_("policy number"), max_length=60, blank=True)
    executing = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("executing department"),
    )
    supervising = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("supervising department"),
    )
    effective_on = models.DateField(_("effective on"), null=True, blank=True)
    drafted_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("drafted by")
    )
    drafted_on = models.DateField(_("drafted on"))
    reviewed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    approved_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    amendment_mark = models.CharField(_("amendment mark"), max_length=20, blank=True)
    amendment_count = models.PositiveIntegerField(_("places amended"), default=0)
    amended_on = models.DateField(_("amended on"), null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    note = models.TextField(_("what it is about"), blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        db_table = "zhike_policy_version"
        ordering = ["policy", "-number"]
        verbose_name = _("policy version")
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_number"),
            models.UniqueConstraint(
                fields=["policy"],
                condition=Q(state__in=["draft", "review", "approved"]),
                name="one_draft_per_policy",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} v{self.number}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/policies/{self.policy.code}/{self.number}/"

    @property
    def is_draft(self) -> bool:
        """Whether it may still be written."""
        return self.state == "draft"


class Acknowledgement(models.Model):
    """A person in scope was told of a version, and says so (GOV-04)."""

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="acknowledgements")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    given_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "zhike_policy_acknowledgement"
        ordering = ["given_at", "id"]
        constraints = [models.UniqueConstraint(fields=["version", "person"], name="acknowledged_once")]
        indexes = [
            models.Index(
                fields=["person", "asked_at"], condition=Q(given_at__isnull=True), name="acknowledge_owed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.version}"


RULE_STATES = {"draft": _("draft"), "approved": _("approved"), "withdrawn": _("withdrawn")}
"""State of a detailed rule -> its name."""


class DetailedRule(models.Model):
    """One version of a detailed rule under a policy (GOV-10): owner, text or file, approval, until when it is valid.

    `code` is that of a rule which the policy requires in `subordinate_rules`, or one of the company's own.
    """

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="detailed_rules")
    code = models.SlugField(_("code"), max_length=60)
    number = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=160)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name=_("owner department")
    )
    text = models.TextField(_("text"), blank=True)
    file_name = models.CharField(_("file"), max_length=160, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    content_type = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=10, default="draft")
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    until_on = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        db_table = "zhike_detailed_rule"
        ordering = ["policy", "code", "-number"]
        verbose_name = _("detailed rule")
        constraints = [
            models.UniqueConstraint(fields=["policy", "code", "number"], name="detailed_rule_number"),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/policies/{self.policy.code}/rules/{self.pk}/"
